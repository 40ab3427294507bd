"""Slices at values that the grid of a dataset does not have: solved again where the dataset says enough."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ..io.dataset import untold, varying
from ..model import Model
from ..solving.sweeps import sweep

# values of each axis, about, at which solving again must find what the dataset has
CHECKED = 12


class Cut(NamedTuple):
    """What of a dataset is drawn."""

    dataset: xr.Dataset
    sliced: Sequence[str]  # the axes that were cut
    missed: Mapping[str, float]  # what was asked for of those that were cut at another value


def cut_exactly(model: Model, dataset: xr.Dataset, sliced: Sequence[str], at: Mapping[str, Any]) -> Cut:
    """Return a dataset that was cut where its axes are nearest to `at`, solved again exactly there.

    It stays as it is where it has these values, and where it cannot be solved again: the model is only
    described, a parameter is not told, a variable is not an outcome of the model, or the dataset no longer
    holds what solving its games gives.
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
    """Return the games of a dataset solved again at other values of some parameters, or None if they cannot
    be."""
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
    # numbers to what a file of float32 holds
    if not all(np.allclose(few[name], again[name], 1e-5, 1e-7, equal_nan=True) for name in names):
        return None
    found = _games(model, dataset, names, dims, at)
    values = {name: (dataset[name].dims, found[name].values, dataset[name].attrs) for name in names}
    exact = {name: (dataset[name].dims, value, dataset[name].attrs) for name, value in at.items()}
    return dataset.assign(values).assign_coords(exact)


def _games(
    model: Model, dataset: xr.Dataset, names: Sequence[str], dims: Sequence[str], at: Mapping[str, float]
) -> xr.Dataset:
    """Return some outcomes of the games of a dataset, with the dimensions that it has."""
    axes = {dim: dataset[dim].values for dim in dims}
    fixed = {name: dataset[name].item() for name in model.by_name if name not in axes}
    found = sweep(axes, model=model, variables=names, **(fixed | dict(at)))
    return xr.Dataset({name: found[name].transpose(*dataset[name].dims) for name in names})
