"""Checks of what people give: names, numbers, lists of values."""

import contextlib
import math
import textwrap
from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np

from ..alliance.tables import CONTESTS, PARAMETERS
from .parameters import Parameter


def check_parameter(name: str, value: Any) -> float:
    """Return `value` as a float if the parameter `name` may take it.

    Raises
    ------
    TypeError
        if there is no such parameter, or the value is no number.
    ValueError
        if it is outside the parameter's domain, NaN or infinite.
    """
    check_name(name)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        shown = textwrap.shorten(repr(value), 60, placeholder=" ...")  # an array's is of many lines
        raise TypeError(f"{name} = {shown} is not a number; it must be {PARAMETERS[name].domain}")
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond any float
        number = math.inf
    if not PARAMETERS[name].allows(number):
        raise ValueError(_refusal(name, number, PARAMETERS[name]))
    return number


def _refusal(place: str, value: float, parameter: Parameter) -> str:
    """Say that a value is outside its parameter's domain."""
    kind = "" if math.isfinite(value) else "a finite number "
    return f"{place} = {value!r} is not allowed; it must be {kind}{parameter.domain}"


def check_name(name: str) -> None:
    """Raise TypeError if there is no parameter of this `name`."""
    if name not in PARAMETERS:
        raise TypeError(f"{name!r} is not a parameter; there are {', '.join(PARAMETERS)}")


def check_values(name: str, values: Any) -> np.ndarray:
    """Return `values` as a one-dimensional float64 array if the parameter may take each of them.

    Raises TypeError and ValueError as `check_parameter` does, naming the first value that is not
    allowed by its index, and ValueError if there is no value or more than one dimension.
    """
    check_name(name)
    if np.ma.is_masked(values):
        raise ValueError(f"{name}: some of its values are masked")
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name}: its values are not all numbers")
    if array.ndim != 1:
        raise ValueError(f"{name}: a list of values is needed, not an array of shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name}: the list of its values is empty; at least one is needed")
    array = array.astype(np.float64, copy=False)
    for limit in (array.min(), array.max()):
        if not PARAMETERS[name].allows(limit):
            first = next(i for i, value in enumerate(array) if not PARAMETERS[name].allows(value))
            raise ValueError(_refusal(f"{name}[{first}]", float(array[first]), PARAMETERS[name]))
    return array


def check_contest(contest: str) -> None:
    """Raise ValueError if the `contest` is unknown."""
    if not isinstance(contest, str) or contest not in CONTESTS:
        raise ValueError(f"contest = {contest!r} is not allowed; it must be {' or '.join(CONTESTS)}")


def number_of(text: str) -> float:
    """Return a number as it was typed."""
    try:
        return float(text)
    except ValueError:
        hint = "; decimals are set off by a point" if "," in text else ""
        raise ValueError(f"{text!r} is not a number{hint}") from None


@contextlib.contextmanager
def naming(source: str) -> Iterator[None]:
    """Add to a ValueError or TypeError where the value came from."""
    try:
        yield
    except UnicodeError:  # says what is wrong with the bytes of a file: its reader knows which file
        raise
    except (ValueError, TypeError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{error} (from {source})") from None
