"""Whose decision flips at a cutpoint, found from the definition of a game.

Play follows one path just below a cutpoint and another path just above it. Take the first move in which the
two paths differ: in the option, or by a jump of a number. If the payoff of its player does not jump, this
player is indifferent between the two moves, and it is its decision that flips. If its payoff jumps, the reply
of a later player flips: the reply to the move on one of the two paths. If no such reply is found and the
model compares each game with the game without the first move (`without`), the search continues there. If no
move jumps, numbers change, and the code changes with them.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Model
from ..model.moves import Chance, Choice, Move, payoff_of
from ..model.turns import turn_of
from .requests import solve_columns

JUMP = 1e-5  # of the range of a move: a number that changes by less does not jump
INDIFFERENT = 1e-6  # of the largest payoff: the payoff of an indifferent player changes by no more
STEEP = 1e3  # payoff per unit of a parameter: it may also change by this, if all payoffs are about 0
NEAR = 1e-6  # of the range of a move: replies to moves so far from it are also compared
APART = 0.0, 1e4  # of the distance between the two sides: play is compared so far outside them
NOBODY, NO_JUMP = (UNSOLVED, UNSOLVED), (UNSOLVED, 0)

Columns = Mapping[str, np.ndarray]


class Play(NamedTuple):
    """A game with its payoffs and moves, some of which may be given."""

    p: Any
    payoffs: tuple[float, ...]
    path: tuple[float, ...]


Sides = tuple[Play, Play]  # just below and just above a change


def decided(
    model: Model, below: Columns, above: Columns, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of the players whose decisions flip at changes of regime, and of these decisions.

    below, above : games just below and just above the changes: their parameters, their regime, and what
    `model.decides` needs
    """
    assert model.decides
    if model.decides.decide:
        return model.decides.decide(below, above)
    game, regime = model.defined, model.mapped.name
    shape = above[regime].shape
    found = np.full((2, *shape), UNSOLVED, np.int8)
    left = np.flatnonzero((below[regime] != UNSOLVED) & (above[regime] != UNSOLVED))
    sides = [{name: np.broadcast_to(side[name], shape) for name in model.by_name} for side in (below, above)]
    for apart in APART:  # the cutpoint of a kernel may be a little away from that of the definition
        low, high = ({name: column[left] for name, column in side.items()} for side in sides)
        pairs = zip(
            _plays(game, _moved(game, low, high, apart), threads),
            _plays(game, _moved(game, high, low, apart), threads),
            strict=True,
        )
        for i, pair in zip(left, pairs, strict=True):
            found[:, i] = _first_turn(game, pair)
        left = left[(found[:, left].T == NO_JUMP).all(axis=1)]
    return found[0], found[1]


def _moved(model: Model, side: Columns, other: Columns, apart: float) -> dict[str, np.ndarray]:
    """Return the parameters of games, moved away from those on the other side, if that is allowed."""
    moved = {}
    for name, column in side.items():
        further = column + apart * (column - other[name])
        allowed = [model.by_name[name].allows(value) for value in further.tolist()]
        moved[name] = np.where(allowed, further, column) if apart else column
    return moved


def _plays(model: Model, columns: Columns, threads: int | None) -> list[Play]:
    """Return the equilibrium path of each game."""
    from ..kernels.loop import parameters_type  # with numba

    moves = [move.name for move in model.moves]
    payoffs = [payoff_of(player) for player in model.players]
    solved = solve_columns(model, columns, {}, [*moves, *payoffs], threads)
    given = parameters_type(tuple(model.by_name))

    def rows(arrays: Columns, names: Iterable[str]) -> list[tuple[float, ...]]:
        return [*zip(*(arrays[name].tolist() for name in names), strict=True)]

    games = rows(columns, model.by_name), rows(solved, payoffs), rows(solved, moves)
    return [Play(given(*p), gains, path) for p, gains, path in zip(*games, strict=True)]


def _first_turn(model: Model, sides: Sides) -> tuple[int, int]:
    """Return whose decision flips at a change of regime, and which decision."""
    if not all(math.isfinite(payoff) for side in sides for payoff in side.payoffs):
        return NOBODY
    found = _turn(model, sides, 0)
    if found[0] == UNSOLVED and model.without:
        (first,) = model.without.values()
        alone = _turn(model, _both_after(model, sides, 0, float(first)), 1)
        return alone if alone[0] != UNSOLVED else found
    return found


def _turn(model: Model, sides: Sides, start: int) -> tuple[int, int]:
    """Return whose decision flips, and which decision, at move `start` or later."""
    for k in range(start, len(model.moves)):
        move, pair = model.moves[k], (sides[0].path[k], sides[1].path[k])
        if math.isnan(pair[0]) != math.isnan(pair[1]):
            return NOBODY  # a condition (when) has changed, and nobody decides that
        if math.isnan(pair[0]):
            continue
        if isinstance(move, Chance):
            for option in _possible(model, sides[0], k):
                found = _turn(model, _both_after(model, sides, k, option), k + 1)
                if found != NO_JUMP:
                    return found
            return NO_JUMP
        if _jumps(model, sides[0], k, pair):
            return _decider(model, sides, k)
    return NO_JUMP


def _decider(model: Model, sides: Sides, k: int) -> tuple[int, int]:
    """Return whose decision flips if move k jumps: that of its player, if indifferent, or a later reply."""
    low, high = sides
    mover = model.players.index(model.moves[k].player)
    largest = max(map(abs, (*low.payoffs, *high.payoffs)))
    apart = max(abs(one - other) for one, other in zip(low.p, high.p, strict=True))
    if abs(low.payoffs[mover] - high.payoffs[mover]) <= INDIFFERENT * largest + STEEP * apart:
        return mover, turn_of(model, k, (low.path[k], high.path[k]))
    for side in sides:
        found = _turn(model, _both_after(model, sides, k, _safe(model, side, k, mover)), k + 1)
        if found[0] != UNSOLVED:
            return found
    return NOBODY


def _both_after(model: Model, sides: Sides, k: int, move: float) -> Sides:
    """Return play on both sides after another move k."""
    return _after(model, sides[0], k, move), _after(model, sides[1], k, move)


def _after(model: Model, play: Play, k: int, move: float) -> Play:
    """Return play after another move k, with the same moves before it."""
    from .backward import functions  # compiled where play off the path is needed

    payoffs, end, _ = functions(model)[f"level{k + 1}"](play.p, *play.path[:k], move)
    return Play(play.p, payoffs, end)


def _possible(model: Model, play: Play, k: int) -> list[float]:
    """Return the options of a move of chance that have a positive probability."""
    from .backward import part_of

    move = model.moves[k]
    assert isinstance(move, Chance)
    odds = part_of(model, play.p, move.probabilities, play.path[:k])
    return [float(option) for option, probability in enumerate(odds) if probability > 0.0]


def _range(model: Model, play: Play, k: int) -> tuple[float, float]:
    """Return the ends of a move."""
    from .backward import part_of

    move = model.moves[k]
    assert isinstance(move, Move)
    low, high = (float(part_of(model, play.p, end, play.path[:k])) for end in move.ends)
    return low, high


def _jumps(model: Model, play: Play, k: int, pair: tuple[float, float]) -> bool:
    """Tell whether a move differs on the two sides, in its option or by a jump."""
    if isinstance(model.moves[k], Choice):
        return pair[0] != pair[1]
    return abs(pair[0] - pair[1]) > JUMP * _size(_range(model, play, k), *pair)


def _size(ends: tuple[float, float], *moves: float) -> float:
    """Return the measure for changes of a move: the length of its range, or its size if that is infinite."""
    size = ends[1] - ends[0]
    return size if math.isfinite(size) else max(map(abs, moves))


def _safe(model: Model, play: Play, k: int, mover: int) -> float:
    """Return a value for move k to which later players reply as in the equilibrium, despite rounding errors.

    A best move is often exactly where another player is indifferent, so it is moved a little.
    """
    best = play.path[k]
    if not isinstance(model.moves[k], Move):
        return best
    ends = _range(model, play, k)
    step = NEAR * _size(ends, best)
    near = [move for move in (best - step, best + step) if ends[0] <= move <= ends[1]]
    return max(near, key=lambda move: _after(model, play, k, move).payoffs[mover], default=best)
