"""What is claimed of a model's games."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple


class Claim(NamedTuple):
    """A claim about a model's games, to be tested by `claims`.

    Parameters
    ----------
    name, sentence : str
        a word, and what is claimed in a sentence
    premise, holds : callable
        of games ``g``, in which of them the claim is made, and in which it is true: a boolean for each game,
        or one for all. ``g.given`` has the parameters by name, ``g.found`` the outcomes, both arrays; and
        ``g.at(cost=2.0)`` is the same games with a parameter changed. The first line of the docstring of
        `premise` says it in words.
    along : str, optional
        a parameter, of a claim about whole lines along it: what ``g`` gives then has a row for each line, in
        which this parameter rises; `premise` returns a boolean for each line, `holds` one for each line or
        each game on it
    only_may : bool, optional
        whether the claim is no more than that something may be so

    Examples
    --------
    >>> def deterred(g):
    ...     "the rival stays out for fear"
    ...     return g.found.entry == 1
    >>> def more_than_monopoly(g):
    ...     return g.found.output > (g.given.demand - g.given.cost) / 2
    >>> Claim("limit_output", "Who deters makes more than a monopoly.", deterred, more_than_monopoly).where
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
        """The premise in words, or else the name of its function."""
        words = inspect.getdoc(self.premise)
        return words.partition("\n")[0] if words else getattr(self.premise, "__name__", "")
