"""Which parameters vary over many games, and how."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..model import Model

ROW = 64  # games that a row has at least, if there are as many: a block of the kernels


class Columns(NamedTuple):
    """Which parameters vary over the games, and how: game i has values[i // stride % len(values)].

    All values are the numbers by which kernels know them (`Parameter.number`).
    """

    values: dict[str, np.ndarray]
    strides: dict[str, int]
    fixed: dict[str, float]
    games: int
    joined: np.ndarray | None = None  # all values, one after another, if they lie so: kernels take them so

    @property
    def width(self) -> int:
        """The games in a row of the kernels: those of the last axes, as many as it takes to fill `ROW`."""
        return min((s for s in self.strides.values() if s >= ROW), default=self.games)

    def column(self, name: str) -> np.ndarray:
        """Return the values that the parameter takes, one if it is fixed."""
        return self.values[name] if name in self.values else np.array([self.fixed[name]])

    def points(self, i: Any) -> dict[str, Any]:
        """Return what varies in game i, or in games of an array of numbers."""
        return {name: v[i // self.strides[name] % v.size] for name, v in self.values.items()}

    def numbers(self, i: int) -> dict[str, float]:
        """Return all parameters of game i."""
        return self.fixed | {name: float(value) for name, value in self.points(i).items()}


def grid(values: dict[str, np.ndarray], fixed: dict[str, float]) -> Columns:
    """Return the columns of all combinations of the values, of which the last axis varies fastest."""
    strides, stride = {}, 1
    for name in reversed(list(values)):
        strides[name] = stride
        stride *= values[name].size
    return Columns(values, strides, fixed, stride)


def scattered(values: dict[str, np.ndarray], fixed: dict[str, float]) -> Columns:
    """Return the columns of games of which each has its own value of all that varies."""
    return Columns(values, dict.fromkeys(values, 1), fixed, len(next(iter(values.values()))))


def check_axes(model: Model, axes: Any, name: str = "axes") -> dict[str, np.ndarray]:
    """Return the values of each of the `axes`, or of what else has that `name`, checked.

    Raises TypeError if it is no mapping, and what `Parameter.check_values` raises.
    """
    if not isinstance(axes, Mapping):
        raise TypeError(f"{name} must be a mapping of names to values, not a {type(axes).__name__}")
    return {key: model.by_name[key].check_values(column) for key, column in model.named(axes).items()}


def fixed_parameters(
    model: Model, fixed: Mapping[str, Any], varying: Mapping[str, Any], kind: str
) -> dict[str, float]:
    """Return every parameter that does not vary, with its number.

    Raises TypeError and ValueError as `Parameter.check` does, and ValueError if a parameter that varies, as
    the `kind` of thing that it is, is fixed, too.
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
    """Return values from one end to the other, evenly spaced as a scan is."""
    return (np.geomspace if in_logarithms(low, high) else np.linspace)(low, high, points)


def in_logarithms(low: float, high: float) -> bool:
    """Tell whether what is spread between these ends is even in the logarithm."""
    return low > 0 and high > 10 * low
