"""The whole game, solved by backward induction."""

import math
from typing import NamedTuple

from .._jit import jit
from .ally import ally_alone
from .challenger import ALLY_CHALLENGES, QUIET, arms_against, levels
from .contest import added
from .status import NOT_CONVERGED, OUT_OF_RANGE, SOLVED
from .superpower import NO_PLEDGE, best_offer, forces_behind

# codes, as floats like all values of a game
UNSOLVED = -1.0
REVISION, RESTRAINT, SELF_RELIANCE, DETERRENCE, PARTIAL, CONCESSION = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0


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
    """What A and C do, and the result."""

    alpha: float  # A's own forces
    challenger_arms: float
    settlement: float
    crisis: float


@jit
def solution(t, without, path, backing, signed):
    """Return the `Solution` with these paths: without S, and with its `backing` = phi s.

    `t` are the terms of the game, with any contest; `signed` tells whether there is an alliance.
    """
    # a0, b0, x0: without S
    a0, a = added(without.alpha, t.ally_forces), added(path.alpha, t.ally_forces)
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
        regime(signed, path.crisis, without.crisis),
        s,
        a,
        b,
        x,
        path.crisis,
        0.0 - loss,
        ally_payoff,
        challenger_payoff,
        a0,
        b0,
        x0,
        without.crisis,
        0.0 - loss0,
        ally_payoff0,
        challenger_payoff0,
        t.superpower_cost * s / spent if spent > 0.0 else math.nan,
        path.alpha + backing - without.alpha,
        b - b0,
    )


@jit
def path_alone(t, levels, alone):
    """Return the `Path` without S; `alone` is what A does then."""
    arms = arms_against(t, levels, 0.0, alone.alpha, alone.crisis)
    return Path(alone.alpha, arms, alone.settlement, alone.crisis)


@jit
def path_behind(t, levels, alone, offer):
    """Return the `Path` with S's `offer`."""
    alpha = forces_behind(t, levels, alone, offer)
    arms = arms_against(t, levels, offer.backing, alpha, offer.crisis)
    return Path(alpha, arms, offer.settlement, offer.crisis)


@jit
def unsolved():
    """Return the `Solution` of a game that could not be solved: every float NaN."""
    nan = math.nan
    return Solution(
        UNSOLVED, nan, nan, nan, nan, QUIET, nan, nan, nan, nan, nan, nan,
        QUIET, nan, nan, nan, nan, nan, nan,
    )  # fmt: skip


@jit
def equilibrium(t):
    """Return three values for the game with the `Terms` t: its `Solution`, what fixes the
    pledge, and its status."""
    lv = levels(t)
    alone = ally_alone(t, lv)
    offer = best_offer(t, lv, alone)
    if math.isnan(offer.backing):
        return unsolved(), offer.limit, OUT_OF_RANGE if math.isnan(t.solvable) else NOT_CONVERGED
    without, path = path_alone(t, lv, alone), path_behind(t, lv, alone, offer)
    return solution(t, without, path, offer.backing, offer.limit != NO_PLEDGE), offer.limit, SOLVED
