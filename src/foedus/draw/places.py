"""Where on the axes of a dataset a game lies."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..io.dataset import model_of
from ..model.checks import naming
from ..model.names import resolve

if TYPE_CHECKING:
    import xarray as xr


def nearest(dataset: "xr.Dataset", dims: Iterable[str], at: Mapping[str, float | str]) -> dict[str, int]:
    """Return where along its `dims` a dataset has the values that are nearest to those of `at`.

    A choice, as the ``contest`` where several are compared, must be one of them.

    Raises TypeError if a value is no number, ValueError if there is no such axis, it is empty, or a value
    lies outside it.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.sweep({"ally_cost": [0.1, 0.2, 0.4]})
    >>> nearest(ds, ds.regime.dims, {"ally_cost": 0.21})
    {'ally_cost': 1}
    """
    if not isinstance(at, Mapping):
        raise TypeError(f"at = {at!r} is not a mapping of axes to values")
    model, dims = model_of(dataset), list(dims)
    places = {}
    axes = {dim: model.by_name[dim] for dim in dims}
    for written, value in at.items():
        with naming("at"):
            dim = resolve(written, axes, "an axis of this dataset", "it has")
        values = dataset[dim].values
        if not values.size:
            raise ValueError(f"at: the axis {dim!r} of this dataset has no values")
        parameter = model.by_name[dim]
        wanted = parameter.check(value)
        if parameter.choices:
            if wanted not in values:
                raise ValueError(f"at: {dim} = {wanted!r} is not compared; it must be {' or '.join(values)}")
            places[dim] = values.tolist().index(wanted)
            continue
        low, high = values.min(), values.max()
        if not low <= wanted <= high:
            raise ValueError(f"at: {dim} = {wanted!r} is off its axis; it must be from {low:g} to {high:g}")
        places[dim] = int(np.abs(values - wanted).argmin())
    return places
