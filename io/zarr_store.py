"""Zarr: the same as NetCDF, but in a folder, so that several processes can write parts at the same time.

A slab is one chunk and so one file, compressed with Zstandard. Smaller chunks would take longer to handle
than to solve. Each chunk has a checksum. Zarr would leave out chunks that hold only zeros; here none is left
out, so that a damaged or lost chunk is noticed.
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
    raise missing_extra(error, "files that end in .zarr need zarr: pip install 'foedus[zarr]'") from None

FORMAT, METADATA = 3, "zarr.json"
CODEC = ZstdCodec(level=1, checksum=True)


def define(path: Path, dataset: xr.Dataset, maps: Mapping[str, Layout]) -> None:
    """Write a folder with all of a Dataset except the values of the variables in `maps`."""
    rest = dataset.drop_vars(maps)
    # xarray would write texts with a fixed length, for which Zarr has no standard
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
            key: value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value  # for JSON
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
    """Write the values of variables in a box, and return no chunks. Several slabs may be written at the same
    time."""
    group = zarr.open_group(path, mode="r+", use_consolidated=False)
    for name, values in arrays.items():
        # write chunks of zeros, too: else -0.0 would be read as 0.0, and a lost chunk as revision
        array: Any = group[name]
        array.with_config({"write_empty_chunks": True})[box] = values
    return ()


def finish(path: Path, chunks: Iterable[Chunk]) -> Path:
    """Return the folder; everything is written already."""
    return path


def fill(path: Path, chunks: Iterable[Chunk]) -> None:
    """Go through the chunks, of which there are none, so that `keep` writes its values."""
    collections.deque(chunks, maxlen=0)


def check(path: Path) -> None:
    """Raise RuntimeError if a part of a whole folder is missing or cannot be read, as far as this shows
    without reading values. Folders in other Zarr formats than ours are not checked."""
    if not (path / METADATA).is_file():
        return
    group = zarr.open_group(path, mode="r", use_consolidated=False)
    for part in filter(Path.is_dir, path.iterdir()):
        try:
            json.loads((part / METADATA).read_bytes())  # zarr would need many lines to say that it is no JSON
            group[part.name]
        except (OSError, ValueError, TypeError, KeyError):
            raise RuntimeError(f"{part.name}/{METADATA} is missing, or cannot be read") from None
    for chunk in missing(path):
        raise RuntimeError(f"{chunk_file(*chunk)} is missing")


def missing(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give the missing chunks: their variable, and their place among its chunks.

    Variables that another program wrote are skipped, because it may leave chunks out.
    """
    for name, array in zarr.open_group(path, mode="r", use_consolidated=False).arrays():
        if CODEC in array.compressors:
            for place in np.ndindex(array.cdata_shape):
                if not (path / chunk_file(name, place)).is_file():
                    yield name, place


def chunk_file(name: str, place: tuple[int, ...]) -> Path:
    """Return the path of a chunk of a variable in the folder."""
    return Path(name, "c", *map(str, place))


def open_lazily(path: Path) -> xr.Dataset:
    """Open a folder without reading the values of its variables."""
    dataset = xr.open_dataset(path, engine="zarr", consolidated=False, cache=False, decode_times=False)
    known: list[str] = []
    with contextlib.suppress(ValueError):  # damaged, or not ours; the caller reports it
        known = [
            name for name in model_of(dataset).kept if name in dataset.data_vars
        ]  # a folder has no order
    ordered = dataset[[*known, *(name for name in dataset.data_vars if name not in known)]]
    listed = (array.encoding.get("coordinates", "").split() for array in dataset.data_vars.values())
    names = [name for name in (*dataset.dims, *next(listed, ())) if name in dataset.coords]
    others = (name for name in dataset.coords if name not in names)
    # also coordinates that are no dimension of a variable
    whole = ordered.drop_vars(ordered.coords).assign_coords(
        {name: dataset.variables[name] for name in (*names, *others)}
    )
    # texts are read with another type than they were written
    texts = [name for name, array in whole.variables.items() if array.dtype.kind == "T"]
    return whole.assign({name: whole.variables[name].astype(object).astype(str) for name in texts})
