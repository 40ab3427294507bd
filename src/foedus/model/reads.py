"""Which moves the functions of a definition read: play that does not depend on a move is solved only once."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .moves import Move, definition

MOST_PLAYS, MOST_PATHS = 64, 64  # more are not followed


class _Number:
    """A number of which nothing is known. A comparison with it goes both ways."""

    def __init__(self, decide: Callable[[], bool]):
        self._decide = decide

    def _new(self, *_: Any) -> "_Number":
        return _Number(self._decide)

    def __bool__(self) -> bool:
        return self._decide()

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _new
    __pow__ = __rpow__ = __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = _new
    __neg__ = __pos__ = __abs__ = _new
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _new  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]


class _Parameters:
    """Parameters of which nothing is known."""

    def __init__(self, decide: Callable[[], bool]):
        self._decide = decide

    def __getattr__(self, name: str) -> _Number:
        return _Number(self._decide)


class _Moves(_Parameters):
    """Moves that note which of them is read; some options are known."""

    def __init__(self, decide: Callable[[], bool], options: Mapping[str, float], read: set[str]):
        super().__init__(decide)
        self._options, self._read = options, read

    def __getattr__(self, name: str) -> Any:
        self._read.add(name)
        return self._options.get(name, _Number(self._decide))


def reads(model: Any, place: int, option: int) -> set[str] | None:
    """Return the names of all moves on which play after an option of a choice may depend.

    These are the moves that `payoffs`, `outcome` and the parts of later moves read. Each function is run once
    for every way in which its comparisons can turn out. Returns None if a function cannot be followed: if it
    calls functions such as those of `math`, or has too many paths.
    """
    later = [move.name for move in model.moves[place + 1 :]]
    functions = {
        what: getattr(function, "py_func", function)
        for what, function in definition(model).items()
        if ":" not in what or what.split(":")[0] in later
    }
    choices = [one for one in model.moves if not isinstance(one, Move) and one is not model.moves[place]]
    plays = [*itertools.product(*(range(len(one.options)) for one in choices))]
    read: set[str] = set()
    if len(plays) > MOST_PLAYS:
        return None
    for play in plays:
        options = {one.name: float(k) for one, k in zip(choices, play, strict=True)}
        options[model.moves[place].name] = float(option)
        for what, function in functions.items():
            try:
                for decide in _paths():
                    moves = _Moves(decide, options, read)
                    both = (moves, moves) if what == "outcome" and model.without else (moves,)
                    function(_Parameters(decide), *both)
            except Exception:  # whatever a number of which nothing is known makes of it
                return None
    return read


def _paths() -> Iterator[Callable[[], bool]]:
    """Yield functions that decide comparisons: each in another way, until there is no other."""
    waiting: list[tuple[bool, ...]] = [()]
    for _ in range(MOST_PATHS):
        known = waiting.pop()
        taken: list[bool] = []

        def decide(known: Sequence[bool] = known, taken: list[bool] = taken) -> bool:
            taken.append(known[len(taken)] if len(taken) < len(known) else False)
            return taken[-1]

        yield decide
        waiting += [(*taken[:k], True) for k in range(len(known), len(taken))]
        if not waiting:
            return
    raise RuntimeError("more paths than are followed")
