"""What follows if moves differ from those of the equilibrium, in a game with a definition."""

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..kernels.loop import parameters_type
from ..model import UNSOLVED, Model
from ..model.moves import AnyMove, Chance, Move, in_words, payoff_of
from .backward import functions, part_of, solve_after, why_unsolved

PARTS = (0.0, 0.5, 1.0, 1.5, 2.0)  # of the equilibrium's move, which a table shows
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the range of a move (of 1, if infinite), if the equilibrium's is 0
EXACT = 1e-9  # of the largest payoff, or of the range of a move: smaller values count as 0
Tables = list[tuple[str, list[str], list[list[str | float]]]]


class Game(NamedTuple):
    """A game of a model that is solved by its definition."""

    model: Model
    p: Any

    def part(self, part: Any, before: Sequence[float]) -> Any:
        """Return an end, the condition or the probabilities of a move, given the moves before it."""
        return part_of(self.model, self.p, part, before)

    def is_made(self, before: Sequence[float]) -> bool:
        """Tell whether the next move is made after these moves."""
        when = self.model.moves[len(before)].when
        return when is None or bool(self.part(when, before))

    def ends(self, before: Sequence[float]) -> tuple[float, float]:
        """Return the ends of the next move, a `Move`, after these moves."""
        move = self.model.moves[len(before)]
        assert isinstance(move, Move)
        low, high = (float(self.part(end, before)) for end in move.ends)
        return low, high

    def reply(self, before: Sequence[float]) -> float:
        """Return the best next move after these moves; raise ValueError if it could not be found."""
        k = len(before)
        _, end, told = functions(self.model)[f"level{k}"](self.p, *before)
        if told.status:
            numbers = self.p._asdict()
            game = self.model.written(self.model.game(numbers))
            raise ValueError(f"{game} could not be solved: {why_unsolved(self.model, numbers)}")
        return end[k]

    def likeliest(self, before: Sequence[float]) -> float:
        """Return the likeliest option of the next move, a `Chance`, after these moves."""
        move = self.model.moves[len(before)]
        assert isinstance(move, Chance)
        return float(np.argmax(self.part(move.probabilities, before)))


def game_of(model: Model, numbers: Mapping[str, float]) -> Game:
    """Return the game with these parameters, given as the numbers that kernels use; raise ValueError if the
    model has no definition."""
    game, names = model.defined, tuple(model.by_name)
    return Game(game, parameters_type(names)(*(float(numbers[name]) for name in names)))


def after(game: Game, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcomes by name if these moves are made.

    Each move that is not given is the best reply to the moves before it.

    Raises
    ------
    TypeError, ValueError
        if a name is not a move, no move is given, a move is not allowed or not made after the moves before
        it, or a move of chance before it is not given; or if the game could not be solved.
    """
    names = [move.name for move in game.model.moves]
    for name in given:
        if name not in names:
            raise TypeError(f"{name!r} is not a move; there are {', '.join(names)}")
    if not given:
        raise TypeError(f"no move is given; give one of {', '.join(names)}")
    last = max(names.index(name) for name in given)
    before: list[float] = []
    for move in game.model.moves[: last + 1]:
        if not game.is_made(before):
            if move.name in given:
                raise ValueError(f"{move.name} is not made{_told(game, before)}")
            before.append(math.nan)
        elif move.name in given:
            before.append(_checked(game, before, given[move.name]))
        elif isinstance(move, Chance):
            raise ValueError(
                f"{move.name} is a move of chance before {names[last]}; give it, too, as in "
                f"{move.name}={move.options[0]!r}"
            )
        else:
            before.append(game.reply(before))
    return solve_after(game.model, game.p, before)


def _told(game: Game, before: Sequence[float]) -> str:
    """Return the moves before a move in words."""
    words = [_worded(game.model.moves[k], value) for k, value in enumerate(before)]
    named = [f"{move.name} {word}" for move, word in zip(game.model.moves, words, strict=False)]
    return f" after {', '.join(named)}" if named else " in this game"


def _worded(move: AnyMove, value: float) -> str:
    """Return the value of a move in words."""
    if isinstance(move, Chance) and not math.isnan(value):
        return f"{value:.0f} {move.options[int(value)]}"
    return in_words([move], move.name, value)


def _checked(game: Game, before: Sequence[float], value: Any) -> float:
    """Return a move as a number, checked that it is allowed after the moves before it."""
    move = game.model.moves[len(before)]
    if not isinstance(move, Move) and value in move.options:
        return float(move.options.index(value))
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{move.name} = {value!r} is not allowed; it must be {_allowed(game, before)}")
    number = float(value)
    low, high = game.ends(before) if isinstance(move, Move) else (0.0, len(move.options) - 1.0)
    whole = isinstance(move, Move) or number.is_integer()
    if not (math.isfinite(number) and low <= number <= high and whole):
        raise ValueError(f"{move.name} = {value!r} is not allowed; it must be {_allowed(game, before)}")
    return number


def _allowed(game: Game, before: Sequence[float]) -> str:
    """Say which values of a move are allowed after the moves before it."""
    move = game.model.moves[len(before)]
    if not isinstance(move, Move):
        return " or ".join(f"{option!r} ({number})" for number, option in enumerate(move.options))
    low, high = game.ends(before)
    return f"a number from {low:.6g} to {high:.6g}{_told(game, before) if before else ''}"


def tables(game: Game) -> Tables:
    """Return the title, headings and rows of a table for each move of the equilibrium.

    Rows show what follows after some values or options of the move, to four digits.

    After a move of chance, the tables of later moves assume its likeliest option.
    """
    found: Tables = []
    before: list[float] = []
    chances = ""
    for k, move in enumerate(game.model.moves):
        if not game.is_made(before):
            before.append(math.nan)
            continue
        if isinstance(move, Chance):
            own = game.likeliest(before)
            title = f"after each option of {move.name}{chances} (likeliest: {_worded(move, own)})"
            chances += f", if {move.name} is {_worded(move, own)}"
        else:
            own = game.reply(before)
            some = "some values" if isinstance(move, Move) else "each option"
            equilibrium = f"{own:.4g}" if isinstance(move, Move) else _worded(move, own)
            title = f"after {some} of {move.name} by {move.player}{chances} (equilibrium: {equilibrium})"
        headings = [one.symbol or one.name for one in game.model.moves[k:]]
        # with spaces, at which a narrow screen can break the line
        headings += [game.model.mapped.name, *(f"payoff of {player}" for player in game.model.players)]
        title = title.replace("_", " ")
        found.append(
            (title, headings, [_row(game, (*before, value)) for value in _values(game, before, own)])
        )
        before.append(own)
    return found


def _values(game: Game, before: Sequence[float], own: float) -> list[float]:
    """Return the values of a move for which the replies are shown, including the equilibrium's own."""
    move = game.model.moves[len(before)]
    if not isinstance(move, Move):
        return [*map(float, range(len(move.options)))]
    low, high = game.ends(before)
    start, width = (low, high - low) if math.isfinite(high - low) else (0.0, 1.0)
    if abs(own) > EXACT * width:
        others = [part * own for part in PARTS]
    else:  # 0, except for rounding
        own = min(max(0.0, low), high)
        others = [start + share * width for share in SHARES]
    return sorted({own, *(min(max(value, low), high) for value in others)})


def _row(game: Game, moves: Sequence[float]) -> list[str | float]:
    """Return a row of a table: the last of some moves, those that follow, the code and the payoffs."""
    model, k = game.model, len(moves) - 1
    found = solve_after(model, game.p, moves)
    last, later, code = model.moves[k], model.moves[k + 1 :], found[model.mapped.name]
    cells: list[str | float] = [moves[-1] if isinstance(last, Move) else _worded(last, moves[-1])]
    if code == UNSOLVED:
        cells += [*[""] * len(later), code.words, *[""] * len(model.players)]
    else:
        payoffs = [found[payoff_of(player)] for player in model.players]
        least = EXACT * max(map(abs, payoffs))
        cells += [_cell(later, move, found[move.name]) for move in later]
        cells += [code.words, *(payoff if abs(payoff) > least else 0.0 for payoff in payoffs)]
    return [cell if isinstance(cell, str) else float(f"{cell:.4g}") + 0.0 for cell in cells]


def _cell(later: Sequence[AnyMove], move: AnyMove, value: float) -> str | float:
    """Return a later move as a number if it is a `Move` that is made, or else in words."""
    if isinstance(move, Move) and not math.isnan(value):
        return value
    return in_words(later, move.name, value)
