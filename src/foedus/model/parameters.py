"""A parameter of a game: what it means, and which values it may take."""

import math
import operator
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np

NUMBER = "1"  # the units of pure numbers
GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|"
    "psi|omega"
)
COMPARISONS: dict[str, Callable[[Any, float], Any]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One parameter of a game: what it means and which values it may take.

    Parameters
    ----------
    name, symbol : str
        such as ``status_quo`` and ``q``; a symbol may have subscripts and Greek letters, such as ``c_A`` and
        ``lambda``
    default : float or str
        its value if none is given
    domain : str
        comparisons with numbers, joined by "and", such as ``"> 0 and <= 1"``; or ``"any"``
    units, long_name : str
        ``"1"`` for a pure number; and what the parameter is, in words
    usual : (float, float), optional
        the range from which it is drawn at random by default
    choices : sequence of str, optional
        the names of the forms, if the parameter is a choice and not a number; then it needs no domain
    units_by : (str, mapping of str to str), optional
        a choice on which the units depend, and the units under some of its forms; under the others they are
        `units`
    """

    name: str
    symbol: str
    default: Any
    domain: str = "any"
    units: str = NUMBER
    long_name: str = ""
    usual: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    units_by: tuple[str, Mapping[str, str]] | None = None
    _limits: tuple[tuple[str, float], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", tuple(self.choices))
        if self.choices:
            object.__setattr__(self, "domain", " or ".join(self.choices))
        object.__setattr__(self, "_limits", () if self.choices else tuple(_limits(self.domain)))

    def allows(self, value: float) -> bool:
        """Tell whether a number lies in the domain."""
        return math.isfinite(value) and all(COMPARISONS[sign](value, limit) for sign, limit in self._limits)

    def allowed(self, values: np.ndarray) -> np.ndarray:
        """Tell which numbers of an array lie in the domain."""
        return np.isfinite(values) & np.all(
            [COMPARISONS[sign](values, end) for sign, end in self._limits], axis=0
        )

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the domain; they may be allowed values or not."""
        low = max((limit for sign, limit in self._limits if sign in (">", ">=")), default=-math.inf)
        high = min((limit for sign, limit in self._limits if sign in ("<", "<=")), default=math.inf)
        return low, high

    @property
    def words(self) -> str:
        """What it is, in words: its long name, or its name if it has none."""
        return self.long_name or self.name.replace("_", " ")

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes of every labelled array of its values."""
        told = {"long_name": self.long_name, "units": self.units, "symbol": self.symbol}
        return told | {"domain": self.domain}

    def check(self, value: Any) -> Any:
        """Return a value as a float, or a choice as it is, if the parameter may take it.

        Raises TypeError if it is not a number, ValueError if it is not one of the choices, outside the
        domain, NaN or infinite.
        """
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise self._refused(self.name, value)
            return str(value)
        if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
            shown = textwrap.shorten(repr(value), 60, placeholder=" ...")  # an array may take many lines
            told = f"{self.name} = {shown} is not a number; it must be {self.domain}"
            raise TypeError(told.removesuffix("; it must be any"))
        try:
            number = float(value)
        except OverflowError:  # a whole number that is larger than any float
            number = math.inf
        if not self.allows(number):
            raise self._refused(self.name, number)
        return number

    def _refused(self, place: str, value: Any) -> ValueError:
        """Return the error for a value that the parameter may not take."""
        number = isinstance(value, float) and not self.choices
        kind = "a finite number " if number and not math.isfinite(value) else ""
        allowed = f"{kind}{self.domain}".removesuffix(" any")
        return ValueError(f"{place} = {value!r} is not allowed; it must be {allowed}")

    def number(self, value: Any) -> float:
        """Return the number that kernels use for a value: the value itself, or the position of a choice."""
        return float(self.choices.index(value)) if self.choices else float(value)

    def value(self, number: float) -> Any:
        """Return the value for which kernels use a number."""
        return self.choices[int(number)] if self.choices else float(number)

    def values(self, numbers: np.ndarray) -> np.ndarray:
        """Return the values for which kernels use these numbers."""
        return np.array(self.choices)[numbers.astype(int)] if self.choices else numbers

    def check_values(self, values: Any) -> np.ndarray:
        """Return a list of values as float64 numbers, as `number` does, if the parameter may take each value.

        Raises TypeError and ValueError as `check` does, with the index of the first value that is not
        allowed; and ValueError if there is no value or more than one dimension.
        """
        if np.ma.is_masked(values):
            raise ValueError(f"{self.name}: some of its values are masked")
        if self.choices:
            return self._check_choices(values)
        array = np.asarray(values)
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{self.name}: its values are not all numbers")
        if array.ndim != 1:
            raise ValueError(f"{self.name}: give a list of values, not an array of shape {array.shape}")
        if array.size == 0:
            raise ValueError(f"{self.name}: the list of values is empty; give at least one")
        array = array.astype(np.float64, copy=False)
        for limit in (array.min(), array.max()):
            if not self.allows(limit):
                first = next(i for i, value in enumerate(array) if not self.allows(value))
                raise self._refused(f"{self.name}[{first}]", float(array[first]))
        return array

    def _check_choices(self, values: Any) -> np.ndarray:
        """Do what `check_values` does for a choice."""
        names = np.asarray(values, dtype=object)
        if names.ndim != 1:
            raise TypeError(f"{self.name} = {values!r} is not a list of names")
        if not names.size:
            raise ValueError(f"{self.name}: the list of names is empty; give at least one")
        return np.array([self.number(self.check(name)) for name in names])


def _limits(domain: str) -> list[tuple[str, float]]:
    """Return the comparisons of a domain; raise ValueError if it is not written as one."""
    if domain == "any":
        return []
    limits = []
    for part in domain.split(" and "):
        sign, _, number = part.strip().partition(" ")
        try:
            limits.append((sign, float(number)))
        except ValueError:
            sign = ""
        if sign not in COMPARISONS:
            raise ValueError(f"{domain!r} is not a domain; write one such as '> 0 and <= 1', or 'any'")
    return limits


class Symbol(str):
    """A symbol, such as ``c_A`` or ``lambda``."""

    @property
    def tex(self) -> str:
        """The symbol as TeX, without the dollars around it."""
        greek = re.sub(rf"(?<![A-Za-z\\])({GREEK})(?![A-Za-z])", r"\\\1", self)
        return re.sub(r"([_^])([A-Za-z0-9]+)", r"\1{\2}", greek)


def tex(symbol: str) -> str:
    """Return a symbol as TeX, without the dollars around it."""
    return Symbol(symbol).tex
