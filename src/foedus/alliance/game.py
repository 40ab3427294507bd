"""An alliance game: its parameters, checked."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..model.checks import check_contest, check_name, check_parameter
from .tables import CONTESTS, PARAMETERS

_Parameters: Any = dataclasses.make_dataclass(
    "_Parameters",
    [(p.name, float, dataclasses.field(default=p.default)) for p in PARAMETERS.values()]
    + [("contest", str, dataclasses.field(default=CONTESTS[0]))],
    frozen=True,
    kw_only=True,
)


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Game(_Parameters):
    """One game: 14 parameters, by name, and the form of the contest.

    Shares, war costs, payoffs and stakes are in units of the disputed good, forces in units of
    arms, unit costs in goods per unit of arms.

    Raises
    ------
    TypeError
        if a value is no number.
    ValueError
        if a value is outside its parameter's domain, or the contest is unknown.

    Examples
    --------
    >>> from foedus import Game
    >>> Game(ally_cost=0.4)
    Game(ally_cost=0.4)
    >>> Game(ally_cost=0.4).challenger_cost
    0.5
    >>> Game(status_quo=1.5)
    Traceback (most recent call last):
    ValueError: status_quo = 1.5 is not allowed; it must be > 0 and < 1
    """

    def __post_init__(self) -> None:
        for name in PARAMETERS:
            object.__setattr__(self, name, check_parameter(name, getattr(self, name)))
        check_contest(self.contest)

    def __repr__(self) -> str:
        changed = (
            f"{field.name}={getattr(self, field.name)!r}"
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default
        )
        return f"Game({', '.join(changed)})"


def make_game(parameters: Mapping[str, Any]) -> Game:
    """Return the `Game` with these parameters, unknown names refused in words."""
    for name in parameters:
        if name != "contest":
            check_name(name)
    return Game(**parameters)
