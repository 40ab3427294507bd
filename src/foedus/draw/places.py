"""The places of games on the axes of a dataset."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ..io.dataset import model_of
from ..model.checks import naming
from ..model.names import resolve

if TYPE_CHECKING:
    import xarray as xr


def nearest(dataset: "xr.Dataset", dims: Iterable[str], at: Mapping[str, float | str]) -> dict[str, int]:
    """Return the place on each axis of `at` where the dataset has the value nearest to the one in `at`.

    The axes must be among `dims`. A choice, such as the ``contest`` if several are compared, must be one of
    the values on its axis.

    Raises TypeError if a value is not a number, and ValueError if there is no such axis, the axis is empty,
    or a value is outside it.

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
                raise ValueError(
                    f"at: {dim} = {wanted!r} is not in this dataset; it must be {' or '.join(values)}"
                )
            places[dim] = values.tolist().index(wanted)
            continue
        low, high = values.min(), values.max()
        if not low <= wanted <= high:
            raise ValueError(
                f"at: {dim} = {wanted!r} is outside its axis; it must be from {low:g} to {high:g}"
            )
        places[dim] = int(np.abs(values - wanted).argmin())
    return places
