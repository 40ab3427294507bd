"""The ally's move: how it arms, with or without a pledge behind it.

A's own forces fall into three zones. A *concedes* below the level at which C stays, *holds* from that level
on, and *revises* the status quo from the level at which C yields. A's best reply is the best point of one of
these zones. A pledge makes holding cheaper and conceding less costly. It does not change revising, because
S's forces fight only if C challenges.
"""

import math
from typing import NamedTuple

from .._jit import jit
from .challenger import (
    ALLY_CHALLENGES,
    CHALLENGER_CHALLENGES,
    QUIET,
    ROUNDING,
    challenge,
    conceded,
    demanded,
    holding_defence,
)
from .contest import NEAR

APART = 1e-9  # payoffs of A that differ by more are never equal, even if its forces are costly


class Act(NamedTuple):
    """What A does, and the result."""

    alpha: float  # A's own forces
    crisis: float
    settlement: float
    payoff: float  # A's, before kappa


@jit
def rounding(t, backing):
    """Return the rounding error of A's payoffs with this `backing`. A's arms are no more exact than the
    defence that they are part of. Payoffs that differ by less are equal."""
    return min(APART, ROUNDING * (1.0 + t.ally_cost * (t.ally_forces + backing)))


@jit
def revision(t, levels):
    """Return A's best way to revise the status quo: forces, settlement and payoff, before kappa.

    A demands x = h(alpha) - k_A + pi K with the best forces for that, or takes everything with the forces to
    which C capitulates. If A is indifferent, it takes less. The payoff is -infinity if there is nothing to
    take.
    """
    least = max(levels.yielding, t.ally_forces)
    overwhelming = max(least, levels.capitulation)
    payoff = 1.0 - t.ally_cost * (overwhelming - t.ally_forces)
    force = max(least, t.ally_best)
    taken = demanded(t, t.ally_best_p if force > least else levels.revising_p)
    fighting = taken - t.ally_cost * (force - t.ally_forces)
    takes = t.surplus > 0.0 or taken > t.status_quo + ROUNDING  # with pi K = 0 there may be nothing to take
    fights = force < levels.capitulation and takes
    if fights and fighting >= payoff - rounding(t, 0.0):
        return force, taken, fighting
    return overwhelming, 1.0, payoff


@jit
def concession_defence(t, levels):
    """Return the defence that A builds if it arms and still concedes, and its win probability.

    This is the maximum of h(D) - c_A D, but not beyond the edge of C's threat. At the edge, with pi K = 0,
    nothing is left to concede and A holds, so the defence counts as none. Needs rho > 0.
    """
    if t.ally_best < levels.edge:
        return t.ally_best, t.ally_best_p
    if t.surplus == 0.0:
        return 0.0, 0.0
    return levels.edge, t.challenger_edge


@jit
def concession(t, levels, backing, bare):
    """Return A's best way to concede with `backing` = phi s: forces, settlement and payoff, before kappa.

    `bare` is the win probability if A adds nothing. The settlement is 0 up to P = cl and concave above, so
    that A either adds nothing or builds the `concession_defence`. Needs rho > 0.
    """
    settlement = conceded(t, bare)
    built, built_p = concession_defence(t, levels)
    arms = built - backing - t.ally_forces
    if arms > 0.0:
        arming = conceded(t, built_p) - t.ally_cost * arms
        if arming >= settlement - rounding(t, backing):
            return built - backing, conceded(t, built_p), arming
    return t.ally_forces, settlement, settlement


@jit
def revision_is_closer(t, taken, kept):
    """Tell whether S prefers the settlement `taken` (above q) to `kept` (below q)."""
    return taken - t.status_quo < t.status_quo - kept


@jit
def best_act(t, levels, backing, holding, bare):
    """Return A's best reply to `backing` = phi s, an `Act`.

    `holding` is the least defence that makes C stay, `bare` the win probability if A adds nothing and C
    challenges. If A is indifferent, it takes the settlement closest to q. A zone is tried only if it could be
    worth more than the best so far: conceding is worth at most q - pi K, revising at most 1 less the cost of
    the least arms for it.
    """
    act = Act(t.ally_forces, QUIET, t.status_quo, -math.inf)
    if levels.overcome == 0.0:
        enough = holding <= (t.ally_forces + backing) * NEAR
        alpha = t.ally_forces if enough else holding - backing
        act = Act(alpha, QUIET, t.status_quo, t.status_quo - t.ally_cost * (alpha - t.ally_forces))
    conceding, kept, worth = concession(t, levels, backing, bare)
    tie = rounding(t, backing)
    least = t.status_quo - min(t.surplus, t.status_quo)
    if act.payoff < least and act.alpha > t.ally_forces and worth > act.payoff + tie:
        act = Act(conceding, CHALLENGER_CHALLENGES, kept, worth)
    revising, taken, worth = revision(t, levels)
    most = 1.0 - t.ally_cost * (max(levels.yielding, t.ally_forces) - t.ally_forces)
    concedes = act.crisis == CHALLENGER_CHALLENGES
    if most >= act.payoff - tie and (
        worth > act.payoff + tie
        or (concedes and worth >= act.payoff - tie and revision_is_closer(t, taken, act.settlement))
    ):
        act = Act(revising, ALLY_CHALLENGES, taken, worth)
    return act


@jit
def ally_alone(t, levels):
    """Return what A does without S, an `Act`."""
    return best_act(t, levels, 0.0, levels.holding, levels.bare)


@jit
def ally_reply(t, levels, backing):
    """Return A's best reply, an `Act`, to `backing` = phi s."""
    holding = bare = 0.0
    if t.challenger_edge > 0.0:
        holding, _ = holding_defence(t, levels.quiet, levels.neutralising, backing)
        bare, _ = challenge(t, t.ally_forces + backing)
    return best_act(t, levels, backing, holding, bare)
