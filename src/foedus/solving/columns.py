"""Which parameters vary over many games, and how."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..model import Model

ROW = 64  # a row has at least this many games, if there are so many: a block of the kernels


class Columns(NamedTuple):
    """Which parameters vary over the games, and how: game i has values[i // stride % len(values)].

    All values are the numbers that kernels use (`Parameter.number`).
    """

    values: dict[str, np.ndarray]
    strides: dict[str, int]
    fixed: dict[str, float]
    games: int
    joined: np.ndarray | None = None  # all values in one array, as kernels take them, if there is one already

    @property
    def width(self) -> int:
        """The number of games in a row of the kernels. A row spans as many of the last axes as fill `ROW`."""
        return min((s for s in self.strides.values() if s >= ROW), default=self.games)

    def column(self, name: str) -> np.ndarray:
        """Return the values of a parameter, a single one if it is fixed."""
        return self.values[name] if name in self.values else np.array([self.fixed[name]])

    def points(self, i: Any) -> dict[str, Any]:
        """Return the parameters that vary, for game i or for an array of games."""
        return {name: v[i // self.strides[name] % v.size] for name, v in self.values.items()}

    def numbers(self, i: int) -> dict[str, float]:
        """Return all parameters of game i."""
        return self.fixed | {name: float(value) for name, value in self.points(i).items()}


def grid(values: dict[str, np.ndarray], fixed: dict[str, float]) -> Columns:
    """Return the columns of all combinations of the values. The last axis varies fastest."""
    strides, stride = {}, 1
    for name in reversed(list(values)):
        strides[name] = stride
        stride *= values[name].size
    return Columns(values, strides, fixed, stride)


def scattered(values: dict[str, np.ndarray], fixed: dict[str, float]) -> Columns:
    """Return the columns of games that each have their own values."""
    return Columns(values, dict.fromkeys(values, 1), fixed, len(next(iter(values.values()))))


def check_axes(model: Model, axes: Any, name: str = "axes") -> dict[str, np.ndarray]:
    """Return the checked values of each of the `axes`; `name` is what error messages call them.

    Raises TypeError if `axes` is not a mapping, and the errors of `Parameter.check_values`.
    """
    if not isinstance(axes, Mapping):
        raise TypeError(f"{name} must be a mapping of names to values, not a {type(axes).__name__}")
    return {key: model.by_name[key].check_values(column) for key, column in model.named(axes).items()}


def fixed_parameters(
    model: Model, fixed: Mapping[str, Any], varying: Mapping[str, Any], kind: str
) -> dict[str, float]:
    """Return every parameter that does not vary, with its number.

    Raises TypeError and ValueError as `Parameter.check` does, and ValueError if a parameter is fixed and also
    varies; `kind` is the word for one that varies, such as "an axis".
    """
    fixed = model.named(fixed)
    for name in fixed:
        if name in varying:
            raise ValueError(f"{name} is both {kind} and fixed at {fixed[name]!r}; it can be only one")
    return {
        name: entry.number(entry.check(fixed.get(name, entry.default)))
        for name, entry in model.by_name.items()
        if name not in varying
    }


def spread(low: float, high: float, points: int) -> np.ndarray:
    """Return values from one end to the other, spaced evenly, in the logarithm if `in_logarithms` says so."""
    return (np.geomspace if in_logarithms(low, high) else np.linspace)(low, high, points)


def in_logarithms(low: float, high: float) -> bool:
    """Tell whether values between these ends are spaced evenly in the logarithm."""
    return low > 0 and high > 10 * low
