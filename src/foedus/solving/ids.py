"""Columns of a table of games that are no parameters, such as country and year: foedus keeps them."""

import datetime
import re
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import Model
from ..model.names import known, nearest

if TYPE_CHECKING:
    import xarray as xr

NUMERIC = re.compile(
    r"\s*([+-]?[.,]?\d|nan|inf)", re.IGNORECASE
)  # the beginning of a text that stands for a number


def parted(model: Model, points: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of `points` that are parameters, and the other ones.

    Raises TypeError if none is a parameter.
    """
    given = {heading: points[heading] for heading in points}
    others = {
        heading: column
        for heading, column in given.items()
        if isinstance(heading, str) and known(heading, model.by_name) is None
    }
    parameters = {heading: column for heading, column in given.items() if heading not in others}
    if others and not parameters:
        model.parameter(next(iter(others)))  # raises the error
    return parameters, others


def ids(model: Model, others: Mapping[str, Any]) -> dict[str, "xr.Variable"]:
    """Return the columns that are no parameters as coordinates of the games.

    Raises TypeError if a column has nearly the name of a parameter and may be meant as one, or if its values
    are neither numbers, texts nor dates; ValueError if it has the name of an outcome, or of another column.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> ids(chosen(None), {"home country": ["Japan", None]})["home_country"].values.tolist()
    ['Japan', '']
    >>> ids(chosen(None), {"ally_csot": [1.0, 2.0]})
    Traceback (most recent call last):
    TypeError: 'ally_csot' is not a parameter; did you mean ally_cost? If not, give the column another name
    """
    if not others:
        return {}
    import xarray as xr

    from ..io.kept import kept_name

    found: dict[str, xr.Variable] = {}
    for heading, column in others.items():
        values = _values(heading, column)
        meant = nearest(heading, model.by_name)
        if meant and (model.by_name[meant].choices or _may_be_numbers(values)):
            raise TypeError(
                f"{heading!r} is not a parameter; did you mean {meant}? If not, give the column another name"
            )
        name = kept_name(heading)
        what = "a parameter" if name in model.by_name else "an outcome" if name in model.kept else ""
        if what or name in found:
            raise ValueError(
                f"the column {heading!r} would have the name of {what or 'another column'}, {name}; "
                "give it another name, or leave it out"
            )
        attributes = {"long_name": heading} | dict(column.attrs if hasattr(column, "dims") else {})
        found[name] = xr.Variable(("game",), values, attributes)
    return found


def beside(dataset: "xr.Dataset", dims: Iterable[tuple]) -> dict[str, Any]:
    """Return the variables of a Dataset that have a value for each game, but not its parameters. If the
    Dataset is a result of foedus, return only coordinates.

    dims : the dimensions of each parameter

    An index that only numbers the games from 0 on is left out.
    """
    from ..io.dataset import is_ours

    along = {*dims}
    if len(along) != 1 or len(next(iter(along))) != 1:
        return {}
    (dim,) = next(iter(along))
    names = dataset.coords if is_ours(dataset) else dataset.variables
    found = {str(name): dataset[name] for name in names if dataset[name].dims == (dim,)}
    if dim in found and np.array_equal(found[dim].values, np.arange(found[dim].size)):
        del found[dim]
    return found


def _may_be_numbers(values: np.ndarray) -> bool:
    """Tell whether the values of a column may be meant as numbers."""
    if values.dtype.kind == "U":
        return not values.any() or any(NUMERIC.match(value) for value in values.tolist())
    return values.dtype.kind != "M"


def _values(heading: str, column: Any) -> np.ndarray:
    """Return a column as numbers, texts or dates. Missing texts are empty, missing numbers NaN, and missing
    dates NaT; True and False are 1 and 0."""
    values = np.array(column)  # a copy: the caller's may change
    if values.ndim != 1:
        raise ValueError(f"{heading}: give a list of values, not an array of shape {values.shape}")
    if values.dtype.kind in "OT":
        values = _alike(heading, values)
    if values.dtype.kind == "b":
        return values.astype(np.int8)
    if values.dtype.kind == "f":
        return values.astype(np.float64)
    if values.dtype.kind == "M":
        from ..io.dates import near_enough

        return near_enough(values)
    if values.dtype.kind not in "iuU":
        raise TypeError(f"{heading}: its values are neither numbers, texts nor dates")
    small = values.dtype.kind in "iu" and np.array_equal(values, values.astype(np.int32))
    return values.astype(np.int32) if small else values  # CF-1.8 has no larger integers


def _alike(heading: str, values: np.ndarray) -> np.ndarray:
    """Return an array of objects as one of numbers, texts or dates, if they are all of one kind."""
    import pandas as pd

    missing = pd.isna(values)
    there = values[~missing].tolist()
    kind: Any
    empty: Any
    if all(isinstance(value, str) for value in there):
        kind, empty = np.dtype(str), ""
    elif all(isinstance(value, (bool, np.bool_)) for value in there):
        kind, empty = np.dtype(float if missing.any() else bool), np.nan
    elif all(isinstance(value, Integral) for value in there) and not missing.any():
        kind, empty = np.dtype(np.int64), 0
    elif all(isinstance(value, Real) for value in there):
        kind, empty = np.dtype(np.float64), np.nan
    elif all(isinstance(value, (datetime.date, np.datetime64)) for value in there):
        there, kind, empty = [_in_utc(value) for value in there], np.dtype("M8[us]"), np.datetime64("NaT")
    else:
        raise TypeError(f"{heading}: its values are not all numbers, all texts or all dates")
    left = iter(there)
    try:
        return np.array([empty if no else next(left) for no in missing], dtype=kind)
    except OverflowError:
        raise TypeError(f"{heading}: one of its numbers is too large; give the column as texts") from None


def _in_utc(date: Any) -> Any:
    """Return a date without a time zone, in UTC if it had one."""
    if getattr(date, "tzinfo", None) is None:
        return date
    return date.astimezone(datetime.UTC).replace(tzinfo=None)
