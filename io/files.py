"""Files: NetCDF out and in again."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

CHUNK_BYTES = 2**20
COMPRESSION = {"zlib": True, "complevel": 1, "shuffle": True}


def _chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return chunk sizes of about a megabyte, whole in the last dimensions."""
    sizes, room = [], max(1, CHUNK_BYTES // itemsize)
    for size in reversed(shape):
        sizes.append(max(1, min(size, room)))
        room = max(1, room // sizes[-1])
    return tuple(reversed(sizes))


def writable(path: str | os.PathLike, overwrite: bool = True) -> Path:
    """Return `path` if a file can be written there, without touching it.

    Raises FileNotFoundError, FileExistsError, IsADirectoryError or PermissionError, each in words.
    """
    target = Path(path)
    folder = target.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{target}: the folder {folder} does not exist")
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder, not a file")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists already")
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise PermissionError(f"{target} cannot be written: no permission")
    return target


@contextlib.contextmanager
def beside(path: str | os.PathLike) -> Iterator[Path]:
    """Give a path to write to beside `path`, which takes its name at the end, or leaves no trace."""
    target = writable(path).resolve()  # through a link, so that the link stays one
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        umask = os.umask(0)  # which can only be read by setting it
        os.umask(umask)
        draft.chmod(0o666 & ~umask)
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def save(dataset: xr.Dataset, path: str | os.PathLike) -> None:
    """Write the Dataset of a sweep, of a comparison or of scattered games to a NetCDF file.

    The file is compressed (zlib, shuffled, in chunks of about 1 MB) and carries the time; it is
    written beside `path` and renamed when it is complete. An existing file is replaced.

    Raises
    ------
    TypeError
        if `dataset` is no Dataset.
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        if `path` cannot be written; what stood there before stands there still.

    Examples
    --------
    >>> import foedus, tempfile, pathlib
    >>> ds = foedus.sweep({"ally_cost": [0.4, 2.0]}, variables=["regime"])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "map.nc"
    >>> foedus.save(ds, path)
    >>> foedus.load(path).equals(ds)
    True
    """
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"a Dataset is needed, not a {type(dataset).__name__}")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    with beside(path) as draft:
        try:
            _write(dataset.assign_attrs(created=created), draft)
        except RuntimeError as error:  # as netCDF4 says that the disk is full
            raise OSError(f"{path} could not be written: {error}") from error


def _write(dataset: xr.Dataset, path: Path) -> None:
    """Write every variable, compressed, with netCDF4 itself: xarray's writer, interrupted, waits for a
    lock that it holds."""
    beside_dims = [str(name) for name in dataset.coords if name not in dataset.dims]
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts(dataset.attrs)
        for dim, size in dataset.sizes.items():
            file.createDimension(str(dim), size)
        for name, array in dataset.variables.items():
            text = array.dtype.kind in "OU"  # of any length, which no compression is for
            chunks = _chunks(array.shape, array.dtype.itemsize)
            dims = tuple(str(dim) for dim in array.dims)
            options: dict[str, Any] = {**COMPRESSION, "chunksizes": chunks} if array.ndim and not text else {}
            target = file.createVariable(
                str(name), str if text else array.dtype, dims, fill_value=False, **options
            )
            target.setncatts(array.attrs)
            if name not in dataset.coords and beside_dims:
                target.coordinates = " ".join(beside_dims)
            target[...] = array.values.astype(object) if text else array.values


def load(path: str | os.PathLike) -> xr.Dataset:
    """Read a file that `save` or the command line wrote into memory.

    Raises
    ------
    FileNotFoundError
        if there is no such file.
    ValueError
        if it is no NetCDF file, or none of ours.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"{source}: there is no such file")
    try:
        dataset = xr.load_dataset(source, engine="netcdf4")
    except (OSError, ValueError) as error:
        raise ValueError(f"{source} cannot be read as a NetCDF file") from error
    if not {"foedus_version", "contest"} <= {*dataset.attrs, *dataset.coords}:
        raise ValueError(f"{source} was not written by foedus")
    for variable in dataset.variables.values():
        variable.encoding.clear()
        if "flag_values" in variable.attrs:
            variable.attrs["flag_values"] = np.atleast_1d(variable.attrs["flag_values"])
    return dataset
