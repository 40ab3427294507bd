"""NetCDF: netCDF4 defines the contents of a file, and maps are filled chunk by chunk.

Chunks are compressed here, in the same way as by the filters of HDF5 (shuffle and deflate), but with ISA-L,
which is several times as fast, and on all threads. The file takes them as they are. Chunks have checksums,
and so have labels. HDF5 has none for single numbers and texts; they get one in an attribute.
"""

import contextlib
import shutil
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
from isal import isal_zlib

from .kept import CHECKSUM
from .layout import CHUNK, Box, Chunk, Layout, boxes, chunk_shape

ALONE = threading.RLock()  # held during calls of netCDF4's library; two threads in it would crash it
CACHE = 2**20  # bytes of chunks that are kept while a file is read
LEVEL = 1
COMPRESSION = {"zlib": True, "complevel": LEVEL, "shuffle": True}  # what a reader needs to know


def define(path: Path, dataset: xr.Dataset, maps: Mapping[str, Layout]) -> None:
    """Write a file with all of a Dataset except the values of the variables in `maps`."""
    beside_dims = [str(name) for name in dataset.coords if name not in dataset.dims]
    # read values first, because other threads may read lazy ones
    values = {key: array.values for key, array in dataset.variables.items() if key not in maps}
    with (
        ALONE,
        _saying_why(path.with_stem("trial"), "w"),
        netCDF4.Dataset(path, "w", format="NETCDF4") as file,
    ):
        file.setncatts(dataset.attrs)
        for dim, size in dataset.sizes.items():
            file.createDimension(str(dim), size)
        for key, array in dataset.variables.items():
            name = str(key)
            text = array.dtype.kind in "OU"  # texts have any length and cannot be compressed
            dims = tuple(str(dim) for dim in array.dims)
            options: dict[str, Any] = {}
            if array.ndim and not text:
                chunks = maps[name].chunk if name in maps else chunk_shape(array.shape)
                options = {**COMPRESSION, "chunksizes": chunks}
            kind = str if text else array.dtype.newbyteorder("=")  # in this machine's order of bytes
            target = file.createVariable(name, kind, dims, fill_value=False, **options)
            target.setncatts(array.attrs)
            if text or not array.ndim:
                target.setncattr(CHECKSUM, _checksum(array))
            if name not in dataset.coords and beside_dims:
                target.coordinates = " ".join(beside_dims)
            if name not in maps:
                target[...] = values[key].astype(object) if text else values[key]


def _checksum(array: xr.Variable) -> np.uint32:
    """Return the checksum of the values of a variable."""
    if array.dtype.kind in "OU":
        octets = "\0".join(array.values.ravel().tolist()).encode()
    else:
        octets = array.values.astype(array.dtype.newbyteorder("<")).tobytes()
    return np.uint32(zlib.crc32(octets))


@contextlib.contextmanager
def _saying_why(path: Path, mode: str) -> Iterator[None]:
    """If netCDF4 fails, raise the error of h5py when it opens `path`. For a full disk, and for files that
    cannot be locked, netCDF4 only says "Permission denied" or "HDF error"."""
    try:
        yield
    except (OSError, RuntimeError):
        import h5py  # it takes a tenth of a second, and reading does not need it

        with h5py.File(path, mode) as file:
            if mode == "w":
                file["room"] = np.zeros(CHUNK)
        raise


def keep(path: Path, arrays: Mapping[str, np.ndarray], box: Box, chunk: tuple[int, ...]) -> Iterator[Chunk]:
    """Compress the values of variables in a box of whole chunks; `fill` writes them into the file."""
    for name, array in arrays.items():
        for part in boxes(array.shape, chunk):
            values = array[part]
            if values.shape != chunk:  # at the end of a dimension; a file has zeros beyond it
                values = np.zeros(chunk, array.dtype)
                values[tuple(slice(cut.stop - cut.start) for cut in part)] = array[part]
            start = tuple(outer.start + inner.start for outer, inner in zip(box, part, strict=True))
            yield Chunk(name, start, isal_zlib.compress(_shuffled(values), LEVEL))


def _shuffled(values: np.ndarray) -> np.ndarray:
    """Return the first bytes of all values, then their second bytes, and so on, as HDF5's shuffle does."""
    octets = np.ascontiguousarray(values, values.dtype.newbyteorder("=")).reshape(-1, 1).view(np.uint8)
    return np.ascontiguousarray(octets.T)


def fill(path: Path, chunks: Iterable[Chunk]) -> None:
    """Write chunks into the file as they are."""
    import h5py

    with h5py.File(path, "r+") as file:
        ids = {name: variable.id for name, variable in file.items()}
        for chunk in chunks:
            ids[chunk.variable].write_direct_chunk(chunk.start, chunk.data)


def finish(path: Path, chunks: Iterable[Chunk]) -> Path:
    """Write chunks into a copy of the file, and return the copy. The file itself stays as it is."""
    whole = path.with_stem(f"{path.stem}-whole")
    shutil.copyfile(path, whole)
    fill(whole, chunks)
    return whole


def check(path: Path) -> None:
    """Do nothing: each chunk has a checksum, so a lost or changed chunk is noticed when it is read."""


def missing(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give no chunk: those of a draft are in its records."""
    return iter(())


def open_lazily(path: Path) -> xr.Dataset:
    """Open a file without reading the values of its variables, except those that are checked here.

    Raises RuntimeError if a variable is not as it was written.
    """
    with ALONE, _saying_why(path, "r"):
        usual = netCDF4.get_chunk_cache()
        netCDF4.set_chunk_cache(CACHE)  # not its 64 MB: no chunk is read twice
        try:
            dataset = xr.open_dataset(path, engine="netcdf4", cache=False, decode_times=False, lock=ALONE)
        finally:
            netCDF4.set_chunk_cache(*usual)
    for name, array in dataset.variables.items():
        if array.attrs.pop(CHECKSUM, None) not in (None, _checksum(array)):
            raise RuntimeError(f"{name} is not as it was written")
    return dataset
