"""What the definition of a game must be: checked when its model is made."""

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .checks import WORD, check_function, is_word
from .moves import (
    CARE,
    ERROR,
    MOST_MOVES,
    TAKES,
    AnyMove,
    Chance,
    Move,
    definition,
    own_outcomes,
    payoff_of,
    probability_of,
)  # fmt: skip
from .moves import PARTS as PARTS_OF_MOVES
from .rules import check_comparisons, moves_read, name_of_ours

if TYPE_CHECKING:
    from .model import Model

PARTS = "players", "moves", "payoffs", "outcome"


def check_definition(model: "Model") -> None:
    """Raise ValueError or TypeError in words if something is wrong with the definition of a game."""
    if not isinstance(model.search, str) or model.search not in CARE:
        raise ValueError(f"search = {model.search!r} is not allowed; it must be {' or '.join(CARE)}")
    given = [part for part in PARTS if not _is_absent(getattr(model, part))]
    if not given and not model.without:
        return
    if missing := [f"{part}=" for part in PARTS if part not in given]:
        has = f"{[*given, 'without'][0]}="
        raise ValueError(
            f"the model {model.name} has {has} and no {', '.join(missing)}; a definition needs all of these"
        )
    _check_moves(model.moves)
    _check_players(model)
    _check_names(model)
    _check_outcomes(model)
    check_function("payoffs", model.payoffs, TAKES)
    check_function("outcome", model.outcome, f"{TAKES}, without" if model.without else TAKES)
    for what, function in definition(model).items():
        check_comparisons(model, what, function)
    _check_later(model)
    if model.without or not isinstance(model.without, Mapping):
        _check_without(model)


def _is_absent(part: Any) -> bool:
    """Tell whether a part of a definition is not given."""
    return part is None or (isinstance(part, (list, tuple)) and not part)


def _check_moves(moves: Any) -> None:
    """Raise if moves are no list of moves, or too many."""
    if not isinstance(moves, (list, tuple)):
        shown = textwrap.shorten(repr(moves), 60, placeholder=" ...")
        raise TypeError(f"moves must be a list of Move, Choice and Chance, not {shown}")
    for entry in moves:
        if isinstance(entry, (list, tuple, set)):
            raise TypeError(
                "moves must be a list of Move, Choice and Chance, and one of its entries is a list; players "
                "move one after another, and simultaneous moves are not solved"
            )
        if not isinstance(entry, AnyMove):
            raise TypeError(
                f"moves must be a list of Move, Choice and Chance, and {entry!r} is none of these"
            )
    if len(moves) > MOST_MOVES:
        raise ValueError(f"moves has {len(moves)} moves; a definition may have {MOST_MOVES} at most")


def _check_players(model: "Model") -> None:
    """Raise if players are not named, each of them once, or somebody else moves."""
    players: Any = model.players
    if not isinstance(players, (list, tuple)) or not all(map(is_word, players)):
        raise TypeError(
            f"players = {players!r} is not allowed; it must be a list of names, and each must {WORD}"
        )
    if len({player.lower() for player in players}) < len(players):
        raise ValueError(
            f"players = {players!r} is not allowed; each player must be named once, and small and capital "
            "letters are the same"
            if len({*players}) == len(players)
            else f"players = {players!r} is not allowed; each player must be named once"
        )
    for move in model.moves:
        if not isinstance(move, Chance) and move.player not in players:
            raise ValueError(
                f"{move.name}: player = {move.player!r} is not a player; there are {', '.join(players)}"
            )


def _check_names(model: "Model") -> None:
    """Raise if a move has no name, that of another move, or the name of something else."""
    taken = {parameter.name: "a parameter" for parameter in model.parameters}
    taken |= {payoff_of(player): f"the payoff of {player}" for player in model.players}
    taken |= {
        probability_of(outcome): f"the probability of {outcome.name}"
        for outcome in model.outcomes
        if outcome.codes
    }
    taken |= {ERROR: "the error of the search"}
    seen: set[str] = set()
    for name in (move.name for move in model.moves):
        if not is_word(name):
            raise ValueError(f"the name of the move {name!r} is not allowed; it must {WORD}")
        if name in seen:
            raise ValueError(
                f"two moves have the name {name!r}; give one of them another name. Players move one "
                "after another, and simultaneous moves are not solved"
            )
        seen.add(name)
        if other := taken.get(name) or name_of_ours("outcome", name):
            raise ValueError(f"the move {name!r} has the name of {other}; give it another name")


def _check_outcomes(model: "Model") -> None:
    """Raise if what `outcome` gives is not a code and then numbers."""
    own = own_outcomes(model)
    for outcome in model.outcomes:
        if outcome.codes and outcome not in own:
            raise ValueError(
                f"the outcome {outcome.name!r} has codes, but its name belongs to a number of the definition "
                "(a move, a payoff, a probability or the error of the search); give the outcome another name"
            )
    if not own or not own[0].codes:
        first = f"; {own[0].name} has none" if own else ""
        raise ValueError(
            f"the first of outcomes= must have codes=, because outcome returns the code first{first}"
        )
    codes = [outcome.name for outcome in own if outcome.codes]
    if len(codes) > 1 and any(isinstance(move, Chance) for move in model.moves):
        raise ValueError(
            f"the outcomes {' and '.join(codes)} have codes; in a game with a move of chance only the first "
            "outcome may have codes"
        )


def _check_later(model: "Model") -> None:
    """Raise if an end, a condition or the probabilities of a move depend on a move that is not made before
    it: they would see 0."""
    names = [move.name for move in model.moves]
    for place, move in enumerate(model.moves):
        for part in PARTS_OF_MOVES:
            function = getattr(move, part, None)
            for name in moves_read(function) if callable(function) else ():
                if name in names[place:]:
                    earlier = ", ".join(names[:place])
                    may = f"it may use earlier moves: {earlier}" if earlier else "there is no earlier move"
                    raise ValueError(
                        f"{move.name}: {part} uses m.{name}, which is not made before {move.name}; {may}"
                    )


def _check_without(model: "Model") -> None:
    """Raise if `without` is not the first move with a number."""
    first, given = model.moves[0], model.without
    if any(isinstance(move, Chance) for move in model.moves):
        raise ValueError(f"without = {given!r} is not allowed in a game with a move of chance")
    if not isinstance(given, Mapping) or [*given] != [first.name]:
        raise ValueError(
            f"without = {given!r} is not allowed; it must give the first move a number, as in "
            f"{{{first.name!r}: 0.0}}"
        )
    number: Any = given[first.name]
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
        raise ValueError(f"without: {first.name} = {number!r} is not allowed; it must be a finite number")
    if isinstance(first, Move):
        low, high = first.ends
        if not (callable(low) or low <= number) or not (callable(high) or number <= high):
            raise ValueError(f"without: {first.name} = {number!r} is beyond the ends of {first.name}")
    elif number not in range(len(first.options)):
        options = " or ".join(f"{place} for {option}" for place, option in enumerate(first.options))
        raise ValueError(f"without: {first.name} = {number!r} is not allowed; it must be {options}")
