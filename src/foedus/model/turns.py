"""Whose decision changes at a cutpoint, and between what, in the words of a game's definition."""

import functools
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .moves import AnyMove, Chance, Move
from .outcomes import UNSOLVED, Code
from .rules import MOST

if TYPE_CHECKING:
    from .model import Model

CONTINUOUS = "MOVES_CHANGE_WITHOUT_A_JUMP"
Turn = tuple[int, tuple[int, ...]]  # the place of a move and, of a choice, the two options


def turns(model: "Model") -> dict[Turn, str]:
    """Return what a player may be indifferent between, as names of codes: two options of a choice, or a lower
    and a higher number.

    A choice with so many options that codes would not do has one name for all of its pairs.
    """
    found: dict[Turn, str] = {}
    for place, move in enumerate(model.moves):
        for pair in _pairs(move):
            words = [move.options[option] for option in pair] if not isinstance(move, Move) else []
            found[place, pair] = _name(" or ".join(words) or f"lower or higher {move.name}")
    if len(found) >= MOST:  # one is without a jump
        found = {(place, ()): _name(f"another {model.moves[place].name}") for place, _ in found}
    if len({*found.values()}) < len(found):
        return {turn: _name(f"{model.moves[turn[0]].name} {name}") for turn, name in found.items()}
    return found


def _pairs(move: AnyMove) -> Iterable[tuple[int, ...]]:
    """Give the pairs of options of a choice; of a number, one without options; of chance, none."""
    if isinstance(move, Chance):
        return []
    return [()] if isinstance(move, Move) else itertools.combinations(range(len(move.options)), 2)


def _name(words: str) -> str:
    """Return words as the name of a code."""
    return re.sub(r"\W+", "_", words).strip("_").upper()


@functools.cache
def turn_codes(model: "Model") -> tuple[type[Code], type[Code], Mapping[Turn, int]]:
    """Return the codes of players and of what they are indifferent between, and the numbers of these."""
    make: Any = Code  # an enumeration, by its functional interface
    numbers = {turn: number for number, turn in enumerate(turns(model), 1)}
    players = {player.upper(): number for number, player in enumerate(model.players)}
    decisions = {name: numbers[turn] for turn, name in turns(model).items()}
    return (
        make("Player", {"NOBODY": UNSOLVED} | players),
        make("Decision", {"NONE": UNSOLVED, CONTINUOUS: 0} | decisions),
        numbers,
    )


def turn_of(model: "Model", place: int, pair: Iterable[float]) -> int:
    """Return the number of a turn between two values of a move."""
    numbers = turn_codes(model)[2]
    options = () if isinstance(model.moves[place], Move) else tuple(sorted(map(int, pair)))
    return numbers.get((place, options), numbers.get((place, ()), UNSOLVED))
