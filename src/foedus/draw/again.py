"""Games of a dataset that are solved again if that is possible: for variables that it does not have, and at
values that are not on its grid."""

import contextlib
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ..io.dataset import MASKED, model_of, thin, untold, varying
from ..model import Model
from ..model.names import resolve
from ..solving.sweeps import sweep
from .parts import SHOWN, drawn_of
from .selection import within_region

# about so many values of each axis are solved again to check that the dataset has the same results
CHECKED = 12


class Cut(NamedTuple):
    """The part of a dataset that is drawn."""

    dataset: xr.Dataset
    sliced: Sequence[str]  # the axes that were cut
    missed: Mapping[str, float]  # the value asked for, for each axis that was cut at another value


def with_missing(
    dataset: Any,
    variables: str | Sequence[str] | None,
    at: Any,
    model: Model | None = None,
    region: Any = MappingProxyType({}),
) -> Any:
    """Return a dataset with the outcomes among `variables` that it does not have, solved again.

    It is returned unchanged if it is not a grid of a model's games, a parameter is unknown, or its regimes
    are not those that solving its games gives. If outcomes are added, it keeps only the `region`, as many
    values of the axes as a picture shows, and of the axes of `at` only the values next to those in `at`.

    Parameters
    ----------
    model : Model, optional
        the model of its games; default: the model that foedus knows by the name in the dataset

    Raises
    ------
    ValueError
        if a variable is missing and cannot be solved without the model.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.sweep({"ally_cost": [0.3, 1.0]}, variables=["regime"])
    >>> bool((with_missing(ds, "pledge", {}).pledge > 0).all())
    True
    """
    if not isinstance(dataset, xr.Dataset) or not isinstance(variables, Sequence):
        return dataset
    known = model_of(dataset)
    missing = []
    for written in [variables] if isinstance(variables, str) else variables:
        with contextlib.suppress(ValueError):  # a name that is not an outcome is refused later
            missing.append(resolve(written, known.found, "an outcome"))
    missing = [name for name in missing if name not in dataset]
    there = [str(name) for name in dataset.data_vars if name in drawn_of(known)]
    dims = _dims(dataset, there)
    if not missing or not dims or not _tells_games(dataset, dims):
        return dataset
    model = model if model is not None and model.name == known.name else known
    if not model.solvable:
        raise ValueError(
            f"{missing[0]} is not in this dataset; it has {', '.join(there)}. To solve its games "
            "again, give model (on the command line, --model with the file that makes the model)"
        )
    places = known.named(at) if isinstance(at, Mapping) else {}
    shown = within_region(dataset, there[0], region)
    shown, _ = thin(shown, [dim for dim in dims if dim not in places], SHOWN)
    shown = shown.isel({dim: _beside(shown[dim].values, places[dim]) for dim in dims if dim in places})
    compared = [name for name in [model.mapped.name] if name in shown]
    found = _games(model, shown, [*missing, *compared], dims)
    return shown.assign(found[missing]) if _same(shown, found, compared) else dataset


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
    solved = _solved_at(model, dataset, missed) if missed else None
    return Cut(dataset, sliced, missed) if solved is None else Cut(solved, sliced, {})


def _solved_at(model: Model, dataset: xr.Dataset, at: Mapping[str, float]) -> xr.Dataset | None:
    """Return the games of a dataset solved again at other values of some parameters, or None if they cannot
    be."""
    names = [str(name) for name in dataset.data_vars]
    dims = _dims(dataset, names)
    if not model.solvable or not {*names} <= {*model.found} or not _tells_games(dataset, dims):
        return None
    if any({*dataset[name].dims} != {*dims} for name in names):
        return None
    if any((dataset[name] == MASKED).any() for name in names if model.found[name].codes):
        return None
    few = dataset.isel({dim: slice(None, None, -(-dataset.sizes[dim] // CHECKED)) for dim in dims})
    if not _same(few, _games(model, few, names, dims), names):
        return None
    found = _games(model, dataset, names, dims, at)
    values = {name: found[name].transpose(*dataset[name].dims).variable for name in names}
    exact = {name: (dataset[name].dims, value, dataset[name].attrs) for name, value in at.items()}
    return dataset.assign(values).assign_coords(exact)


def _dims(dataset: xr.Dataset, names: Iterable[str]) -> list[str]:
    """Return the dimensions of some variables of a dataset."""
    return list(dict.fromkeys(str(dim) for name in names for dim in dataset[name].dims))


def _tells_games(dataset: xr.Dataset, dims: Iterable[str]) -> bool:
    """Tell whether a dataset has the parameters of its games, each along no dimension but its own."""
    return not untold(dataset) and not varying(dataset) and {*dims} <= {*model_of(dataset).by_name}


def _games(
    model: Model,
    dataset: xr.Dataset,
    names: Sequence[str],
    dims: Sequence[str],
    at: Mapping[str, float] = MappingProxyType({}),
) -> xr.Dataset:
    """Return some outcomes of the games of a dataset, at other values of some parameters."""
    axes = {dim: dataset[dim].values for dim in dims}
    fixed = {name: dataset[name].item() for name in model.by_name if name not in axes}
    return sweep(axes, model=model, variables=names, **(fixed | dict(at)))


def _same(dataset: xr.Dataset, found: xr.Dataset, names: Sequence[str]) -> bool:
    """Tell whether a dataset has outcomes that were found, numbers to what a file of float32 holds."""
    there = ((dataset[name], found[name].transpose(*dataset[name].dims)) for name in names)
    return all(np.allclose(one, other, 1e-5, 1e-7, equal_nan=True) for one, other in there)


def _beside(values: np.ndarray, value: Any) -> slice:
    """Return a slice with the value of an axis nearest to `value` and its neighbours, or with all values if
    it is not a number."""
    if values.dtype.kind not in "iuf" or not isinstance(value, (int, float)):
        return slice(None)
    place = int(np.abs(values - value).argmin())
    return slice(max(0, place - 1), place + 2)
