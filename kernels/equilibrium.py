"""The whole game, solved by backward induction."""

import math
from typing import NamedTuple

from ._jit import jit
from .ally import ally_reply
from .challenger import ALLY_CHALLENGES, QUIET, outcome, yielding_force
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


@jit
def equilibrium(t):
    """Return the `Solution` of the game with the `Terms` t, and what fixes the pledge."""
    yielding = yielding_force(t)
    without = ally_reply(t, 0.0, yielding)
    alpha0, crisis0, ally_payoff0 = without
    b0, x0 = outcome(t, 0.0, alpha0, crisis0)
    loss0 = t.stake * abs(x0 - t.status_quo)
    challenger_payoff0 = 1.0 - x0 - t.challenger_cost * b0

    backing, alpha, crisis, limit = best_pledge(t, without, x0, yielding)
    s, a, b, x = 0.0, alpha - t.ally_forces, b0, x0
    loss, ally_payoff, challenger_payoff = loss0, ally_payoff0, challenger_payoff0
    if limit != NO_PLEDGE:
        s = backing / t.effectiveness
        b, x = outcome(t, backing, alpha, crisis)
        loss = t.stake * abs(x - t.status_quo) + t.superpower_cost * s + t.alliance_cost
        ally_payoff = x - t.ally_cost * a - t.autonomy_cost
        challenger_payoff = 1.0 - x - t.challenger_cost * b
    spent = t.superpower_cost * s + t.ally_cost * a
    solution = Solution(
        float(regime(limit != NO_PLEDGE, crisis, crisis0)),
        s,
        a,
        b,
        x,
        float(crisis),
        0.0 - loss,
        ally_payoff,
        challenger_payoff,
        alpha0 - t.ally_forces,
        b0,
        x0,
        float(crisis0),
        0.0 - loss0,
        ally_payoff0,
        challenger_payoff0,
        t.superpower_cost * s / spent if spent > 0.0 else math.nan,
        alpha + backing - alpha0,
        b - b0,
    )
    return solution, limit


@jit
def unsolved():
    """Return the `Solution` of a game that could not be solved: every float NaN."""
    nan = math.nan
    return Solution(
        float(UNSOLVED), nan, nan, nan, nan, float(QUIET), nan, nan, nan, nan, nan, nan,
        float(QUIET), nan, nan, nan, nan, nan, nan,
    )  # fmt: skip
