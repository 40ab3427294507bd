"""Describes what a file contains, without reading it whole."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from ..io.dataset import MASKED, coded, every, model_of, thin, untold, varying
from ..io.draft import drafted_file, games_done
from ..io.files import NAMES, opened, path_of
from ..large.slabs import code_counts
from ..model import Model
from ..model.described import definition_described, described

LOOK = 1000  # least number of values of an axis from which the shares of the regimes are computed


def describe(path: str | os.PathLike) -> list[tuple[str, str]]:
    """Return what a file contains, as pairs of a heading and a text.

    For an unfinished map, the pairs say how much is done. In a large file the shares of the regimes are
    computed from a part of the games: every second, third, ... value of an axis with 2000 values or more.

    Raises the errors of `io.files.load`.

    Examples
    --------
    >>> import foedus, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "map.nc"
    >>> _ = foedus.sweep_to(path, {"ally_cost": [0.2, 0.4]}, variables=["regime"])
    >>> dict(describe(path))["ally_cost"]
    '0.2, 0.4'
    """
    source = path_of(path)
    file = drafted_file(source) or source
    with opened(file, whole=file == source) as dataset:
        model = model_of(dataset)
        lines = list(_lines(dataset, model))
        if file != source:
            share = games_done(source) / math.prod(dataset.sizes.values())
            return [(str(source), f"an unfinished map, of which {share:.1%} is solved"), *lines]
        if model.mapped.name in dataset:
            lines += _shares(dataset, model)
    kind = NAMES.get(source.suffix, NAMES[".nc"])
    return [(str(source), f"{kind}, {_size(source) / 1e6:,.3g} MB"), *lines]


def _lines(dataset: xr.Dataset, model: Model) -> Iterator[tuple[str, str]]:
    """Yield the facts in the labels of a dataset."""
    for attribute in ("foedus_version", "created", "command"):
        if attribute in dataset.attrs:
            yield attribute.removeprefix("foedus_"), str(dataset.attrs[attribute])
    if not model.built_in:
        version = dataset.attrs.get("model_hash", "unknown")
        yield "model", f"{model.title} ({model.name}, version {version})"
        yield from definition_described(dataset.attrs.get("model_described", described(model)))
    kept = {dim for name in dataset.data_vars if name in model.kept for dim in dataset[name].dims}
    games = [size for dim, size in dataset.sizes.items() if dim in (*kept, *model.by_name, "game")]
    yield "games", f"{dataset.attrs.get('games') or math.prod(games):,}"
    known_by = [
        name for name in dataset.coords if dataset[name].dims == ("game",) and name not in model.by_name
    ]
    if known_by:
        yield "identified by", ", ".join(map(str, known_by))
    if "resolution" in dataset.attrs:  # of the scan for cutpoints, for example
        yield "resolution", dataset.attrs["resolution"]
    if "adaptive" in dataset.attrs:
        size = " x ".join(map(str, dataset.attrs["adaptive"]))
        yield "adaptive", f"{dataset.attrs['solved']:,} games solved, boundaries known on a grid of {size}"
        yield "unseen", dataset.attrs["unseen"]
    if "output" in dataset.dims:  # an analysis of sensitivity
        yield "methods", dataset.attrs["methods"]
        yield "outputs", ", ".join(dataset.output.values)
    if "claim" in dataset.dims:
        met = int((dataset.premise_met > 0).sum())
        yield "claims", f"{dataset.sizes['claim']}, of which {met} have a premise that is met"
    if "distribution" in dataset.coords:
        laws = zip(dataset.parameter.values.tolist(), dataset.distribution.values.tolist(), strict=True)
        yield from (law for law in laws if law[1])
    along = varying(dataset)
    there = {name: dataset[name] for name in model.by_name if name in dataset.coords}
    fixed = {name: array.item() for name, array in there.items() if not array.ndim}
    yield from ((name, value) for name, value in fixed.items() if model.by_name[name].choices)
    for name, array in there.items():
        if array.ndim:
            others = f", along {' and '.join(along[name])}" if name in along else ""
            yield name, _span(array.values) + others
    for name, value in fixed.items():
        if not model.by_name[name].choices and value != model.by_name[name].default:
            yield name, f"{value:g}"
    lost = untold(dataset)
    yield ("unknown", ", ".join(lost)) if lost else ("all else", "at default")
    for variable, array in dataset.data_vars.items():
        if variable in model.kept:
            yield str(variable), f"{array.dtype}, {model.kept[str(variable)].words}"


def _span(values: np.ndarray) -> str:
    """Summarise the values of an axis."""
    if values.size <= 4 or values.dtype.kind not in "iuf":
        return ", ".join(value if isinstance(value, str) else f"{value:g}" for value in values.tolist())
    return f"{values.size} values from {values.min():g} to {values.max():g}"


def _shares(dataset: xr.Dataset, model: Model) -> Iterator[tuple[str, str]]:
    """Yield the share of each regime, in a part of the games if there are many."""
    mapped = model.mapped.name
    dims = [str(dim) for dim in dataset[mapped].dims]
    seen, steps = thin(dataset[[mapped]], dims, LOOK if len(dims) > 1 else LOOK**2)
    codes = coded(seen[mapped], model.codes).values
    masked = np.count_nonzero(codes == MASKED)
    if steps:
        yield "shares", f"of {every(steps, dict(zip(steps, steps, strict=True)))}"
    if masked:
        yield "masked", f"{masked / codes.size:.3%}, left out of the shares"
    for code, count in code_counts(model.codes, codes).items():
        yield model.codes(code).words, f"{count / (codes.size - masked):.3%}"


def _size(path: Path) -> int:
    """Return the size of a file, or of all files in a folder, in bytes."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
