"""The ally's move with any contest: how it arms, with or without a pledge behind it.

A's forces fall into the same zones as with decisiveness 1: A concedes, holds, revises. But the middle zone
may be empty. Then the backing moves the force at which C starts to yield. And C's reply may jump within a
zone, so that A's payoff has several local maxima. Each is found, and they are compared.
"""

import math
from typing import NamedTuple

from ..._jit import jit, jit_apart
from ..challenger import ALLY_CHALLENGES, CHALLENGER_CHALLENGES, QUIET, ROUNDING
from .challenger import (
    NARROW,
    Reply,
    backing_to_hold,
    backing_to_yield_gap,
    capitulation_force,
    challenge,
    challenging_reply,
    conceded,
    demanded,
    deterring_defence,
    holding_force,
    yielded,
    yielding_force,
    yields_only_unarmed,
)
from .contest import Peaks, never_arming, odds_against, peaks, rival_arms
from .odds import NEGLIGIBLE, NEVER, root
from .terms import Line


class Levels(NamedTuple):
    """Where replies change, for every backing."""

    challenging: Reply  # C's, if it challenges
    yielding: Reply  # C's, if it yields
    yielding_from: float  # the least own force of A to which C yields rather than stays
    capitulation: float  # the least own force of A to which C yields all
    excusing: float  # with this backing or more, C yields at `yielding_from` rather than challenges
    conceding: Peaks  # A's best defences if C challenges
    revising: Peaks  # A's best forces if C yields


class Act(NamedTuple):
    """What A does, and the result."""

    alpha: float  # A's own forces
    crisis: float
    settlement: float
    arms: float  # C's new arms
    payoff: float  # A's, before kappa


@jit_apart
def levels(t):
    """Return the `Levels` of the game."""
    yielding = never_arming() if yields_only_unarmed(t) else t.free
    yielding_from = yielding_force(t)
    capitulation = capitulation_force(t, yielding)
    revising = peaks(t, yielding, t.ally_best, Line(1.0, NEVER, 0.0, 0.0))
    challenging, conceding, excusing = t.free, revising, 0.0
    if t.challenger.p > 0.0:
        challenging = challenging_reply(t)
        conceding = peaks(t, challenging, t.ally_best, t.challenger)
        if yielding_from < math.inf:
            excusing, _ = backing_to_hold(t, yielding_from)
            if excusing <= NARROW * (yielding_from + excusing):
                excusing = 0.0
    return Levels(challenging, yielding, yielding_from, capitulation, excusing, conceding, revising)


@jit_apart
def revising_from(t, levels, backing):
    """Return the least own force of A to which C yields with `backing` = phi s."""
    low = levels.yielding_from
    if backing >= levels.excusing or low == math.inf:
        return low
    # at this force C prefers to yield all
    high = max(low, deterring_defence(t, 1.0 - t.status_quo)[0] - backing)
    if high >= levels.capitulation:
        return high
    context = (levels.yielding, levels.capitulation)
    return root(backing_to_yield_gap, t, context, backing, low, high, low, NEGLIGIBLE * high)


@jit
def better_revision(t, alpha, settlement, best):
    """Return `best` or, if it is better for A, the forces `alpha` with this `settlement`; `best` is forces,
    settlement, payoff."""
    payoff = settlement - t.ally_cost * (alpha - t.ally_forces)
    better = payoff > best[2] + ROUNDING or (payoff >= best[2] - ROUNDING and settlement < best[1])
    if better and settlement > t.status_quo + ROUNDING:  # with pi K = 0 there may be nothing to take
        return alpha, settlement, payoff
    return best


@jit_apart
def revision(t, levels, start):
    """Return A's best way to revise the status quo with `start` or more: force, settlement, payoff.

    The payoff is -infinity if there is nothing to take.
    """
    start = max(start, t.ally_forces)
    overwhelming = max(start, levels.capitulation)
    best = overwhelming, 1.0, 1.0 - t.ally_cost * (overwhelming - t.ally_forces)
    for point in levels.revising:
        if start < point.force < levels.capitulation:
            best = better_revision(t, point.force, demanded(t, point.p), best)
    if start < levels.capitulation:
        settlement, _, _ = yielded(t, levels.yielding, levels.capitulation, start)
        best = better_revision(t, start, settlement, best)
    return best


@jit
def held(t, settlement):
    """Tell whether `settlement` is the status quo because there is no surplus to take. Then C does not
    challenge, and A holds."""
    return t.surplus == 0.0 and settlement >= t.status_quo - ROUNDING


@jit
def better_concession(t, point, standing, best):
    """Return `best` or, if it is better for A, arming from the defence `standing` to `point` and conceding;
    `best` is defence, settlement, payoff."""
    settlement = conceded(t, point.p)
    if standing < point.force < math.inf and not held(t, settlement):
        payoff = settlement - t.ally_cost * (point.force - standing)
        if payoff > best[2] + ROUNDING or (payoff >= best[2] - ROUNDING and settlement > best[1]):
            return point.force, settlement, payoff
    return best


@jit_apart
def concession(t, levels, standing):
    """Return A's best way to concede from the defence `standing` = e_A + phi s: the defence, settlement,
    payoff, and the slope of the payoff in `standing`. Needs rho > 0."""
    p, arms = challenge(t, levels.challenging, standing)
    settlement = conceded(t, p)
    best = standing, settlement, settlement
    for point in levels.conceding:
        best = better_concession(t, point, standing, best)
    defence, settlement, payoff = best
    if defence > standing:
        return defence, settlement, payoff, t.ally_cost
    if settlement == 0.0:
        return defence, settlement, payoff, 0.0
    return defence, settlement, payoff, marginal_gain(t, p, standing, arms)


@jit
def marginal_gain(t, p, defence, arms):
    """Return dp/dD; the defence D wins with probability p against C's challenge."""
    v = p * (1.0 - p)
    if p >= t.challenger.p or p == t.nothing_held.p or v == 0.0:
        return 0.0
    if t.difference:
        return 0.0 if arms > 0.0 else t.decisiveness * v
    slope = t.decisiveness * v / defence if defence > 0.0 else math.inf
    if arms > 0.0:
        slope /= max(1e-300, 1.0 + t.decisiveness * (1.0 - 2.0 * p))
    return slope


@jit
def outcome(t, levels, force, crisis):
    """Return C's new arms and the settlement if C chooses this `crisis` against `force`. This is the whole
    defence if C challenges, else A's own forces."""
    if crisis == QUIET:
        return rival_arms(t, force, t.ally), t.status_quo
    if crisis == CHALLENGER_CHALLENGES:
        p, arms = challenge(t, levels.challenging, force)
        return arms, conceded(t, p)
    settlement, arms, _ = yielded(t, levels.yielding, levels.capitulation, force)
    return arms, settlement


@jit_apart
def ally_act(t, levels, backing):
    """Return A's best reply to `backing` = phi s, and C's to that.

    If A is indifferent, it takes the settlement closest to q, then fewer arms. Conceding, holding and
    revising are each worth the value computed here if C replies that way, and more if it does not; C does
    reply that way to the best of them. A way is tried only if it could be worth more than the best so far:
    conceding is worth at most q - pi K, revising at most 1 less the cost of the least arms for it.
    """
    alpha = force = holding_force(t, backing, levels.yielding_from, levels.excusing)
    crisis, settlement = QUIET, t.status_quo
    payoff = t.status_quo - t.ally_cost * (alpha - t.ally_forces)
    if t.challenger.p > 0.0 and payoff < t.status_quo - min(t.surplus, t.status_quo):
        standing = t.ally_forces + backing
        defence, kept, value, _ = concession(t, levels, standing)
        if value > payoff + ROUNDING and not held(t, kept):
            alpha = defence - backing if defence > standing else t.ally_forces
            force, crisis, settlement, payoff = defence, CHALLENGER_CHALLENGES, kept, value
    least = max(levels.yielding_from, t.ally_forces)
    if 1.0 - t.ally_cost * (least - t.ally_forces) >= payoff - ROUNDING:
        start = revising_from(t, levels, backing)
        revising, taken, value = revision(t, levels, start)
        closer = crisis == CHALLENGER_CHALLENGES and taken - t.status_quo < t.status_quo - settlement
        if value > payoff + ROUNDING or (value >= payoff - ROUNDING and closer):
            alpha = force = revising
            crisis, payoff = ALLY_CHALLENGES, value
    if payoff == -math.inf:  # A's threat is just credible, and there is nothing to take
        alpha = force = t.ally_forces
        payoff = t.status_quo
    arms, settlement = outcome(t, levels, force, crisis)
    return Act(alpha, crisis, settlement, arms, payoff)


@jit_apart
def challenger_act(t, levels, backing, alpha):
    """Return C's best reply to forces `alpha` of A and `backing` = phi s of S: arms, settlement, crisis.

    It compares all that C can do, and does not use where the reply changes. If C is indifferent, it chooses
    what A prefers.
    """
    arms, settlement, crisis = rival_arms(t, alpha, t.ally), t.status_quo, QUIET
    loss = settlement + t.challenger_cost * arms
    if odds_against(t, alpha, t.challenger_forces) > t.ally.odds:
        taken, spent, _ = yielded(t, levels.yielding, levels.capitulation, alpha)
        if taken + t.challenger_cost * spent <= loss + ROUNDING and taken > settlement:
            arms, settlement, crisis = spent, taken, ALLY_CHALLENGES
            loss = settlement + t.challenger_cost * arms
    if t.challenger.p > 0.0:
        p, spent = challenge(t, levels.challenging, alpha + backing)
        kept = conceded(t, p)
        if kept + t.challenger_cost * spent < loss - ROUNDING:
            arms, settlement, crisis = spent, kept, CHALLENGER_CHALLENGES
    return arms, settlement, crisis
