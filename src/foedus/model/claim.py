"""Claims about a model's games."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


class Claim(NamedTuple):
    """A claim about a model's games, to be tested by `claims`.

    Parameters
    ----------
    name, sentence : str
        one word, and the claim as a sentence
    premise, holds : callable
        functions of games ``g`` that return a boolean for each game, or one for all. `premise` says in which
        games the claim should hold, `holds` says in which games it does hold. ``g.given`` has the parameters
        by name, ``g.found`` the outcomes, both as arrays; ``g.at(cost=2.0)`` gives the same games after a
        change of a parameter. The first line of the docstring of `premise` is the premise in words.
    along : str, optional
        a parameter, if the claim is about whole lines along it. Then the arrays of ``g`` have a row for each
        line, along which this parameter rises. `premise` returns a boolean for each line, `holds` one for
        each line or for each game on it.
    only_may : bool, optional
        whether the claim only says that something may happen

    Examples
    --------
    >>> def deterred(g):
    ...     "the rival stays out for fear"
    ...     return g.found.entry == 1
    >>> def more_than_monopoly(g):
    ...     return g.found.output > (g.given.demand - g.given.cost) / 2
    >>> Claim("limit_output", "Who deters produces more than a monopoly.", deterred, more_than_monopoly).where
    'the rival stays out for fear'
    """

    name: str
    sentence: str
    premise: Callable[[Any], Any]
    holds: Callable[[Any], Any]
    along: str | None = None
    only_may: bool = False

    @property
    def where(self) -> str:
        """The premise in words, or the name of its function if it has no docstring."""
        words = inspect.getdoc(self.premise)
        return words.partition("\n")[0] if words else getattr(self.premise, "__name__", "")
