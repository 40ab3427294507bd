"""Zarr: the same as in NetCDF, but a folder, of which several processes can write parts at once.

A slab is one chunk and so one file, compressed with Zstandard: smaller ones take longer to handle than to
solve. Each has a checksum, and none is left out, though Zarr would leave out those that hold nothing but
zeros: so one that is damaged or lost is told from these.
"""

import collections
import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..system.libraries import missing_extra
from .dataset import model_of
from .layout import Box, Chunk, Layout

try:
    import zarr
    from zarr.codecs import ZstdCodec
except ModuleNotFoundError as error:
    raise missing_extra(error, "files that end in .zarr take zarr: pip install 'foedus[zarr]'") from None

FORMAT, METADATA = 3, "zarr.json"
CODEC = ZstdCodec(level=1, checksum=True)


def define(path: Path, dataset: xr.Dataset, maps: Mapping[str, Layout]) -> None:
    """Write a folder with all of a Dataset but the values of the variables `maps`."""
    rest = dataset.drop_vars(maps)
    # xarray would write texts as of fixed length, which Zarr has no standard for
    texts = {name: array.astype(object) for name, array in rest.variables.items() if array.dtype.kind == "U"}
    rest.assign(texts).to_zarr(
        path,
        zarr_format=FORMAT,
        consolidated=False,
        write_empty_chunks=True,
        encoding={name: {"compressors": [CODEC]} for name in rest.variables},
    )
    group = zarr.open_group(path, mode="r+")
    beside_dims = [str(name) for name in dataset.coords if name not in dataset.dims]
    for name, layout in maps.items():
        array = dataset[name].variable
        attributes = {
            key: value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value  # as JSON has it
            for key, value in array.attrs.items()
        }
        group.create_array(
            name,
            shape=layout.shape,
            dtype=array.dtype,
            chunks=layout.slab,
            compressors=CODEC,
            fill_value=0,
            dimension_names=[str(dim) for dim in array.dims],
            attributes=attributes | ({"coordinates": " ".join(beside_dims)} if beside_dims else {}),
        )


def keep(path: Path, arrays: Mapping[str, np.ndarray], box: Box, chunk: tuple[int, ...]) -> Iterable[Chunk]:
    """Write the values of variables in a box, and return no chunks; whole slabs may be written at once."""
    group = zarr.open_group(path, mode="r+", use_consolidated=False)
    for name, values in arrays.items():
        # a chunk of zeros, too, or -0.0 would be read as 0.0, and a lost one as revision
        array: Any = group[name]
        array.with_config({"write_empty_chunks": True})[box] = values
    return ()


def finish(path: Path, chunks: Iterable[Chunk]) -> Path:
    """Return the folder, in which all is written."""
    return path


def fill(path: Path, chunks: Iterable[Chunk]) -> None:
    """Ask for all chunks, of which there are none: `keep` writes what it is given."""
    collections.deque(chunks, maxlen=0)


def check(path: Path) -> None:
    """Raise RuntimeError if a part of a whole folder is missing or cannot be read, as far as that is told
    without its values. Other formats of Zarr than ours are left unchecked."""
    if not (path / METADATA).is_file():
        return
    group = zarr.open_group(path, mode="r", use_consolidated=False)
    for part in filter(Path.is_dir, path.iterdir()):
        try:
            json.loads((part / METADATA).read_bytes())  # or zarr tells in many lines that this is no JSON
            group[part.name]
        except (OSError, ValueError, TypeError, KeyError):
            raise RuntimeError(f"{part.name}/{METADATA} is missing, or cannot be read") from None
    for chunk in missing(path):
        raise RuntimeError(f"{chunk_file(*chunk)} is missing")


def missing(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give the chunks that are not there: of which variable, and the place among its chunks.

    Of variables that another program wrote, which may leave some out, none are given.
    """
    for name, array in zarr.open_group(path, mode="r", use_consolidated=False).arrays():
        if CODEC in array.compressors:
            for place in np.ndindex(array.cdata_shape):
                if not (path / chunk_file(name, place)).is_file():
                    yield name, place


def chunk_file(name: str, place: tuple[int, ...]) -> Path:
    """Return where in a folder a chunk of a variable stands."""
    return Path(name, "c", *map(str, place))


def open_lazily(path: Path) -> xr.Dataset:
    """Open a folder without reading the values of its variables."""
    dataset = xr.open_dataset(path, engine="zarr", consolidated=False, cache=False, decode_times=False)
    known: list[str] = []
    with contextlib.suppress(ValueError):  # of what is damaged, or not ours; whoever opens it says so
        known = [
            name for name in model_of(dataset).kept if name in dataset.data_vars
        ]  # a folder keeps no order
    ordered = dataset[[*known, *(name for name in dataset.data_vars if name not in known)]]
    whole = ordered.assign_coords(dataset.coords)  # with those that no variable has for a dimension
    # NumPy's own type of text is not the one that was written
    texts = [name for name, array in whole.variables.items() if array.dtype.kind == "T"]
    return whole.assign({name: whole.variables[name].astype(object).astype(str) for name in texts})
