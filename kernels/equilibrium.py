"""The whole game, solved by backward induction."""

import math
from typing import NamedTuple

from ._jit import jit
from .ally import ally_reply
from .challenger import ALLY_CHALLENGES, QUIET, outcome, yielding_force
from .status import NOT_CONVERGED, SOLVED
from .superpower import NO_PLEDGE, best_pledge

UNSOLVED = -1
REVISION, RESTRAINT, SELF_RELIANCE, DETERRENCE, PARTIAL, CONCESSION = range(6)


class Solution(NamedTuple):
    """Every variable of one solved game; codes as floats, so that all are of one type."""

    regime: float
    pledge: float
    ally_arms: float
    challenger_arms: float
    settlement: float
    crisis: float
    superpower_payoff: float
    ally_payoff: float
    challenger_payoff: float
    ally_arms_without: float
    challenger_arms_without: float
    settlement_without: float
    crisis_without: float
    superpower_payoff_without: float
    ally_payoff_without: float
    challenger_payoff_without: float
    burden_share: float
    aggrandizement: float
    provocation: float


@jit
def regime(signed, crisis, crisis_without):
    """Return the code of the regime."""
    if not signed:
        if crisis_without == ALLY_CHALLENGES:
            return REVISION
        return SELF_RELIANCE if crisis_without == QUIET else CONCESSION
    if crisis != QUIET:
        return PARTIAL
    return RESTRAINT if crisis_without == ALLY_CHALLENGES else DETERRENCE


class Path(NamedTuple):
    """What A and C do, and what comes of it."""

    alpha: float  # A's own forces
    challenger_arms: float
    settlement: float
    crisis: int


@jit
def solution(t, without, path, backing, limit):
    """Return the `Solution` whose paths without S and with its `backing` = phi s are these.

    `t` are the terms of the game, of whatever contest; there is no alliance if `limit` is NO_PLEDGE.
    """
    signed = limit != NO_PLEDGE
    a0, a = without.alpha - t.ally_forces, path.alpha - t.ally_forces
    b0, b, x0, x = without.challenger_arms, path.challenger_arms, without.settlement, path.settlement
    s = backing / t.effectiveness
    loss0 = t.stake * abs(x0 - t.status_quo)
    ally_payoff0 = x0 - t.ally_cost * a0
    challenger_payoff0 = 1.0 - x0 - t.challenger_cost * b0
    loss, ally_payoff, challenger_payoff = loss0, ally_payoff0, challenger_payoff0
    if signed:
        loss = t.stake * abs(x - t.status_quo) + t.superpower_cost * s + t.alliance_cost
        ally_payoff = x - t.ally_cost * a - t.autonomy_cost
        challenger_payoff = 1.0 - x - t.challenger_cost * b
    spent = t.superpower_cost * s + t.ally_cost * a
    return Solution(
        float(regime(signed, path.crisis, without.crisis)),
        s,
        a,
        b,
        x,
        float(path.crisis),
        0.0 - loss,
        ally_payoff,
        challenger_payoff,
        a0,
        b0,
        x0,
        float(without.crisis),
        0.0 - loss0,
        ally_payoff0,
        challenger_payoff0,
        t.superpower_cost * s / spent if spent > 0.0 else math.nan,
        path.alpha + backing - without.alpha,
        b - b0,
    )


@jit
def equilibrium(t):
    """Return the `Solution` of the game with the `Terms` t, what fixes the pledge, and the status."""
    yielding = yielding_force(t)
    reply = ally_reply(t, 0.0, yielding)
    alpha, crisis, _ = reply
    b, x = outcome(t, 0.0, alpha, crisis)
    without = Path(alpha, b, x, crisis)
    backing, alpha, crisis, limit = best_pledge(t, reply, x, yielding)
    if math.isnan(backing):
        return unsolved(), NO_PLEDGE, NOT_CONVERGED
    if limit == NO_PLEDGE:
        return solution(t, without, without, 0.0, limit), limit, SOLVED
    b, x = outcome(t, backing, alpha, crisis)
    return solution(t, without, Path(alpha, b, x, crisis), backing, limit), limit, SOLVED


@jit
def unsolved():
    """Return the `Solution` of a game that could not be solved: every float NaN."""
    nan = math.nan
    return Solution(
        float(UNSOLVED), nan, nan, nan, nan, float(QUIET), nan, nan, nan, nan, nan, nan,
        float(QUIET), nan, nan, nan, nan, nan, nan,
    )  # fmt: skip
