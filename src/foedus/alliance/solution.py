"""The outcomes of one game, and how people read them."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ..model import Code, Outcome
from .game import Game
from .model import OUTCOMES

WITHOUT = "_without"

_Without: Any = dataclasses.make_dataclass(
    "_Without",
    [
        (name.removesuffix(WITHOUT), variable.codes or float)
        for name, variable in OUTCOMES.items()
        if name.endswith(WITHOUT)
    ],
    frozen=True,
    kw_only=True,
)


class Without(_Without):
    """The equilibrium path of the game without S: arms, settlement, crisis and payoffs."""


Solution: Any = dataclasses.make_dataclass(
    "Solution",
    [(name, variable.codes or float) for name, variable in OUTCOMES.items() if not name.endswith(WITHOUT)]
    + [("without", Without), ("pledge_limit", str), ("game", Game)],
    frozen=True,
    kw_only=True,
)


def outcomes(eq: Solution, variables: Mapping[str, Outcome] = OUTCOMES) -> Iterator[tuple[Outcome, str, str]]:
    """Give each of the `variables` of an equilibrium with its values with S and without, as people read them.
    The second is empty if there is none.

    Examples
    --------
    >>> import foedus
    >>> found = {variable.name: values for variable, *values in outcomes(foedus.solve(ally_cost=0.3))}
    >>> found["crisis"]
    ['quiet', 'ally challenges']
    >>> found["pledge"][1]
    ''
    """
    for name, variable in variables.items():
        if hasattr(eq, name):
            without = getattr(eq.without, name, None)
            yield variable, _in_words(getattr(eq, name)), "" if without is None else _in_words(without)


def _in_words(value: Code | float) -> str:
    """Return a value as people read it."""
    return value.words if isinstance(value, Code) else f"{value:.6g}"
