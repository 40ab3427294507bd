"""The part of a dataset that a picture shows: variables, regions, slices, and how many values."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..io.dataset import coded, model_of, thin
from ..maps.compare import compared
from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED
from ..model.checks import naming
from ..model.names import resolve
from .parts import drawn_of
from .places import nearest


def check_variable(dataset: Any, variable: str | None) -> str:
    """Return the name of the variable to draw."""
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"a Dataset is needed, not a {type(dataset).__name__}")
    model = model_of(dataset)
    names = [str(name) for name in dataset.data_vars if name in drawn_of(model)]
    if not names:
        raise ValueError("the dataset has no variable to draw")
    name = variable or (model.mapped.name if model.mapped.name in names else names[0])
    known = {name: drawn_of(model)[name] for name in names}
    name = resolve(name, known, "a variable of this dataset", "it has")
    if "game" in dataset[name].dims:
        raise ValueError("scattered games (dim 'game') have no map; only the dataset of a sweep can be drawn")
    for dim in dataset[name].dims:
        if dim not in model.by_name or dim not in dataset.coords:
            raise ValueError(f"the axis {dim!r} is not a parameter with values")
    if not dataset[name].size:
        raise ValueError(f"{name} has no values; an axis of the dataset is empty")
    if not dataset[name].ndim:
        raise ValueError(f"{name} has a single value; a picture needs at least one axis")
    return name


def within_region(dataset: xr.Dataset, name: str, region: Mapping[str, tuple[float, float]]) -> xr.Dataset:
    """Return the part of the dataset that is inside the `region`."""
    if not isinstance(region, Mapping):
        raise TypeError(f"region = {region!r} is not a mapping of axes to pairs of values")
    known = model_of(dataset).by_name
    axes = {str(dim): known[str(dim)] for dim in dataset[name].dims if not known[str(dim)].choices}
    for written, ends in region.items():
        with naming("region"):
            dim = resolve(written, axes, "an axis of this dataset", "it has")
        low, high = (known[dim].check(end) for end in ends)
        values = dataset[dim].values
        inside = np.flatnonzero((low <= values) & (values <= high))
        if not inside.size:
            raise ValueError(
                f"region: {dim} has no value from {low!r} to {high!r}; "
                f"it has {values.size} from {values.min():g} to {values.max():g}"
            )
        stretch = slice(inside[0], inside[-1] + 1)  # files are read faster with a slice than with a list
        whole = inside.size == inside[-1] + 1 - inside[0]
        dataset = dataset.isel({dim: stretch if whole else inside})
    return dataset


def loaded(dataset: xr.Dataset, names: Sequence[str], dims: Sequence[str], about: int) -> xr.Dataset:
    """Return the variables `names` that the dataset has, and its regimes, ready to be drawn.

    Along each of `dims` they keep at least `about` values, if there are so many. Raises ValueError if the
    first variable should have codes and does not; other such variables are left out.
    """
    model = model_of(dataset)
    mapped, drawn = model.mapped.name, drawn_of(model)
    wanted = dict.fromkeys([*names, mapped])
    thinned, _ = thin(dataset[[name for name in wanted if name in dataset]], dims, about)
    thinned.load()
    for name in sorted(map(str, thinned.data_vars), key=lambda name: name != mapped):
        if name == LEAST_MARGIN.name:  # it is infinite where no other regime was found
            thinned[name] = thinned[name].where(np.isfinite(thinned[name]))
        if codes := drawn[name].codes:
            try:
                thinned[name] = coded(thinned[name], codes)
            except ValueError:
                if name == names[0]:
                    raise
                thinned = thinned.drop_vars(name)
                continue
            if name != mapped and mapped in thinned:  # in a game that is unsolved, all codes are unsolved
                thinned[name] = thinned[name].where(thinned[mapped] != UNSOLVED, np.int8(UNSOLVED))
    return thinned


def forms_of(dataset: xr.Dataset) -> list[str]:
    """Return the dimensions whose values are functional forms: those that are compared, and choices."""
    choices = [parameter.name for parameter in model_of(dataset).parameters if parameter.choices]
    return [str(dim) for dim in dataset.dims if dim in (*compared(dataset), *choices)]


def cut_at(dataset: xr.Dataset, name: str, at: Mapping[str, Any]) -> tuple[xr.Dataset, list[str]]:
    """Return the dataset at the values `at`, and the names of the parameters that were cut.

    The axes that remain are in rising order. An axis with a single value is cut, too, unless no axis of the
    map would remain.
    """
    known, dims = model_of(dataset).by_name, [str(dim) for dim in dataset[name].dims]
    axes = [dim for dim in dims if dim not in forms_of(dataset)]
    numbers = [dim for dim in dims if not known[dim].choices]
    # each value once: a repeated one would be a cell of no width
    uneven = [dim for dim in numbers if not (np.diff(dataset[dim]) > 0).all()]
    dataset = dataset.isel({dim: np.unique(dataset[dim], return_index=True)[1] for dim in uneven})
    places = nearest(dataset, dims, at)
    left = sorted((axis for axis in axes if axis not in places), key=lambda axis: dataset.sizes[axis])
    if not axes:
        raise ValueError(f"a picture needs an axis of numbers; there is only {' and '.join(dims)}")
    if not left:
        raise ValueError(f"at fixes every axis; leave out at least one of {', '.join(axes)}")
    single = [dim for dim in dims if dim not in (*places, left[-1]) and dataset.sizes[dim] == 1]
    places |= dict.fromkeys(single, 0)
    return dataset.isel(places), [dim for dim in places if dim in numbers]
