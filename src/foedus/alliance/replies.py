"""What each player would have done after other moves than the equilibrium's."""

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..kernels import alliance as kernels
from .codes import Crisis, Regime
from .definition import payoffs
from .game import Game, game_vector
from .solution import Solution

INDIFFERENT = 1e-9  # payoffs that differ by less count as equal: the solver is not more exact
PARTS = (0.0, 0.5, 1.0, 1.5, 2.0)  # of the equilibrium's own move

CHALLENGER = {Crisis.ALLY_CHALLENGES: "A", Crisis.QUIET: "quiet", Crisis.CHALLENGER_CHALLENGES: "C"}


class Reply(NamedTuple):
    """What follows a pledge, or a pledge and arms of A. There is an alliance if the pledge is `signed`."""

    pledge: float
    signed: bool
    ally_arms: float
    challenger_arms: float
    settlement: float
    crisis: Crisis
    superpower_payoff: float
    ally_payoff: float
    challenger_payoff: float


def after_pledges(eq: Solution, pledges: Iterable[float] | None = None) -> list[Reply]:
    """Return the replies to each of some pledges; default: none and multiples of `pledge_scale`."""
    refuse_unsolved(eq)
    scale = pledge_scale(eq)
    moves = [part * scale for part in PARTS] if pledges is None else _checked("pledges", pledges)
    return [after_pledge(eq, pledge) for pledge in moves]


def after_arms(eq: Solution, arms: Iterable[float] | None = None) -> list[Reply]:
    """Return C's replies to each of some arms of A, with the pledge of the equilibrium. Default: none,
    multiples of A's arms, and its arms without S."""
    refuse_unsolved(eq)
    scale = eq.ally_arms or eq.without.ally_arms or 0.25 / eq.game.ally_cost
    own = {*(part * scale for part in PARTS), eq.without.ally_arms}
    moves = sorted(own) if arms is None else _checked("arms", arms)
    return [after_own_arms(eq, move) for move in moves]


def after_pledge(eq: Solution, pledge: float) -> Reply:
    """Return the reply to one pledge."""
    game, without = eq.game, eq.without
    alone = 0.0, False, without.ally_arms, without.challenger_arms, without.settlement, without.crisis
    if pledge == 0.0:
        return _reply(game, *alone)
    if pledge == eq.pledge:  # A is usually indifferent here, and rounding must not decide
        return _reply(game, pledge, True, eq.ally_arms, eq.challenger_arms, eq.settlement, eq.crisis)
    found = kernels.reply_to_pledge(game_vector(game), pledge)
    if found.payoff - game.autonomy_cost < without.ally_payoff - INDIFFERENT:
        return _reply(game, *alone)._replace(pledge=pledge)
    arms = max(0.0, found.ally_arms), found.challenger_arms
    return _reply(game, pledge, True, *arms, found.settlement, Crisis(int(found.crisis)))


def after_own_arms(eq: Solution, arms: float) -> Reply:
    """Return C's reply to arms of A, with the pledge of the equilibrium."""
    signed = eq.pledge > 0.0
    if arms == eq.ally_arms:
        found = eq.challenger_arms, eq.settlement, eq.crisis
    else:
        found = kernels.reply_to_arms(game_vector(eq.game), eq.pledge, arms)
    challenger_arms, settlement, crisis = found
    return _reply(eq.game, eq.pledge, signed, arms, challenger_arms, settlement, Crisis(int(crisis)))


def pledge_scale(eq: Solution) -> float:
    """Return the unit in which other pledges are measured: the pledge of the equilibrium. If there is none,
    the one that would cost S as much as the change of the status quo; else one as strong as C's forces."""
    limit = (-eq.without.superpower_payoff - eq.game.alliance_cost) / eq.game.superpower_cost
    return eq.pledge or max(0.0, limit) or eq.game.challenger_forces + eq.challenger_arms


def refuse_unsolved(eq: Solution) -> None:
    """Raise ValueError if the game could not be solved."""
    if eq.regime == Regime.UNSOLVED:
        raise ValueError(
            f"{eq.game!r} could not be solved, so there is no equilibrium whose moves can be varied"
        )


def reply_tables(eq: Solution) -> list[tuple[str, list[str], list[list[str | float]]]]:
    """Return the titles, headings and rows of two tables, with four digits: replies to pledges of S, and
    replies to arms of A.

    Examples
    --------
    >>> import foedus
    >>> (title, headings, rows), _ = reply_tables(foedus.solve(ally_cost=1.0))
    >>> title
    'after some pledges of S (equilibrium: 0.03457)'
    >>> dict(zip(headings[:6], rows[1]))
    {'s': 0.01728, 'A': 'signs', 'a': 0.1077, 'b': 0.175, 'x': 0.2, 'crisis': 'C'}
    """
    alliance = f"with a pledge of {eq.pledge:.4g}" if eq.pledge else "without an alliance"
    headings = ["s", "A", "a", "b", "x", "crisis", "U_S", "U_A", "U_C"]
    to_pledges = [_row(reply) for reply in after_pledges(eq)]
    to_arms = [_row(reply)[2:] for reply in after_arms(eq)]
    return [
        (f"after some pledges of S (equilibrium: {eq.pledge:.4g})", headings, to_pledges),
        (f"after some arms of A, {alliance} (equilibrium: {eq.ally_arms:.4g})", headings[2:], to_arms),
    ]


def _row(reply: Reply) -> list[str | float]:
    """Return a reply as a row of a table."""
    signs = "" if reply.pledge == 0.0 else "signs" if reply.signed else "refuses"
    pledge, _, ally_arms, challenger_arms, settlement, crisis, *gains = reply
    moves = pledge, signs, ally_arms, challenger_arms, settlement, CHALLENGER[crisis]
    return [cell if isinstance(cell, str) else float(f"{cell:.4g}") for cell in (*moves, *gains)]


def _reply(game: Game, *moves: Any) -> Reply:
    """Return the `Reply` of a pledge, whether it is signed, arms, settlement and crisis."""
    gains: Any = payoffs(game, *moves[:-1])
    return Reply(*moves, *gains)


def _checked(name: str, moves: Iterable[float]) -> list[float]:
    """Return moves as floats; each must be finite and at least 0."""
    checked: list[float] = []
    if not isinstance(moves, Iterable):
        raise TypeError(f"{name} = {moves!r} is not a list of numbers")
    for move in moves:
        if isinstance(move, (bool, np.bool_)) or not isinstance(move, Real):
            raise TypeError(f"{name}: {move!r} is not a number; it must be >= 0")
        if not 0.0 <= move < math.inf:
            raise ValueError(f"{name}: {move!r} is not allowed; it must be a finite number >= 0")
        checked.append(float(move))
    return checked
