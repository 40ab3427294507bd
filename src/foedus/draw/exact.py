"""Slices at values that are not on the grid of a dataset: their games are solved again if possible."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ..io.dataset import untold, varying
from ..model import Model
from ..solving.sweeps import sweep

# about so many values of each axis are solved again to check that the dataset has the same results
CHECKED = 12


class Cut(NamedTuple):
    """The part of a dataset that is drawn."""

    dataset: xr.Dataset
    sliced: Sequence[str]  # the axes that were cut
    missed: Mapping[str, float]  # the value asked for, for each axis that was cut at another value


def cut_exactly(model: Model, dataset: xr.Dataset, sliced: Sequence[str], at: Mapping[str, Any]) -> Cut:
    """Return a slice, solved again exactly at the values `at`; `dataset` is the slice nearest to them.

    It is returned unchanged if it has these values already, or if it cannot be solved again. That is so if
    the model is only described, a parameter is unknown, a variable is not an outcome of the model, or its
    values are not those that solving its games gives.
    """
    at = model.named(at)
    missed = {
        name: float(at[name])
        for name in sliced
        if name in at and not math.isclose(dataset[name].item(), at[name], rel_tol=1e-9)
    }
    solved = _solved(model, dataset, missed) if missed else None
    return Cut(dataset, sliced, missed) if solved is None else Cut(solved, sliced, {})


def _solved(model: Model, dataset: xr.Dataset, at: Mapping[str, float]) -> xr.Dataset | None:
    """Return the games of a dataset, solved again at other values of some parameters, or None if that is not
    possible."""
    names = [str(name) for name in dataset.data_vars]
    dims = list(dict.fromkeys(str(dim) for name in names for dim in dataset[name].dims))
    if not model.solvable:
        return None
    if untold(dataset) or varying(dataset) or not {*names} <= {*model.found}:
        return None
    if any({*dataset[name].dims} != {*dims} for name in names):
        return None
    few = dataset.isel({dim: slice(None, None, -(-dataset.sizes[dim] // CHECKED)) for dim in dims})
    again = _games(model, few, names, dims, {})
    # numbers need only agree to the precision of float32, because the file may have that
    if not all(np.allclose(few[name], again[name], 1e-5, 1e-7, equal_nan=True) for name in names):
        return None
    found = _games(model, dataset, names, dims, at)
    values = {name: (dataset[name].dims, found[name].values, dataset[name].attrs) for name in names}
    exact = {name: (dataset[name].dims, value, dataset[name].attrs) for name, value in at.items()}
    return dataset.assign(values).assign_coords(exact)


def _games(
    model: Model, dataset: xr.Dataset, names: Sequence[str], dims: Sequence[str], at: Mapping[str, float]
) -> xr.Dataset:
    """Return outcomes of the games of a dataset, solved at the values `at`, with the same dimensions."""
    axes = {dim: dataset[dim].values for dim in dims}
    fixed = {name: dataset[name].item() for name in model.by_name if name not in axes}
    found = sweep(axes, model=model, variables=names, **(fixed | dict(at)))
    return xr.Dataset({name: found[name].transpose(*dataset[name].dims) for name in names})
