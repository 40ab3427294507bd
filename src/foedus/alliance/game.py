"""An alliance game: its parameters, which are checked."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from .model import PARAMETERS, model

_Parameters: Any = dataclasses.make_dataclass(
    "_Parameters",
    [
        (p.name, str if p.choices else float, dataclasses.field(default=p.default))
        for p in PARAMETERS.values()
    ],
    frozen=True,
    kw_only=True,
)


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False, init=False)
class Game(_Parameters):
    """One game: its parameters by name or symbol, including the form of the contest.

    Shares, war costs, payoffs and stakes are in units of the disputed good, forces in units of
    arms, unit costs in goods per unit of arms.

    Raises
    ------
    TypeError
        if a name is unknown, or a value is not a number.
    ValueError
        if a value is outside its parameter's domain, or the contest is unknown.

    Examples
    --------
    >>> from foedus import Game
    >>> Game(ally_cost=0.4)
    Game(ally_cost=0.4)
    >>> Game(c_A=0.4).challenger_cost
    0.5
    >>> Game(status_quo=1.5)
    Traceback (most recent call last):
    ValueError: status_quo = 1.5 is not allowed; it must be > 0 and < 1
    """

    def __init__(self, **parameters: Any) -> None:
        given = model.named(parameters)
        for name, parameter in PARAMETERS.items():
            object.__setattr__(self, name, parameter.check(given.get(name, parameter.default)))

    __init__.__wrapped__ = _Parameters.__init__  # type: ignore[attr-defined]  # editors complete its names

    def __repr__(self) -> str:
        return model.written(dataclasses.asdict(self))


def make_game(parameters: Mapping[str, Any]) -> Game:
    """Return the `Game` with these parameters, by name or symbol; raise TypeError if a name is unknown."""
    return Game(**parameters)


def game_vector(game: Game) -> np.ndarray:
    """Return the parameters of a game as an array for kernels."""
    return np.array([p.number(getattr(game, name)) for name, p in PARAMETERS.items()], np.float64)
