"""The superpower's move: the pledge, if any, that costs it least."""

import math
from enum import IntEnum

from ._jit import jit
from .ally import concession, concession_defence
from .challenger import (
    CHALLENGER_CHALLENGES,
    QUIET,
    ROUNDING,
    TINY,
    backing_to_hold,
    challenge,
    conceded,
    deterring_defence,
    holding_defence,
    neutralising_arms,
    yields,
)
from .contest import contested, force_to_win, larger_root

NO_PLEDGE, REFUSAL, CONCESSION, REVISION, PRICE = range(5)  # see PledgeLimit
STEPS = 64  # ten were enough for half a million random games


class PledgeLimit(IntEnum):
    """What fixes the size of the pledge, so that a smaller or larger one would not do."""

    NONE = NO_PLEDGE  # there is none
    REFUSAL = REFUSAL  # with less, A would rather not sign, and do as it does without S
    CONCESSION = CONCESSION  # with less, A would sign and concede
    REVISION = REVISION  # with less, A would sign and revise; never with decisiveness 1
    PRICE = PRICE  # S buys as much settlement as is worth its price


@jit
def backing_against_refusal(t, reservation):
    """Return the least backing = phi s with which holding is worth `reservation` <= q to A.

    Holding is worth that with forces alpha = a0 + (q - reservation)/c_A, and C stays before them
    once challenging the whole defence loses it as much as neutralising them. Needs rho > 0.
    """
    alpha = t.ally_forces + max(0.0, t.status_quo - reservation) / t.ally_cost
    return max(0.0, deterring_defence(t, neutralising_arms(t, alpha)) - alpha)


@jit
def backing_against_concession(t, start, built, built_p):
    """Return the least backing >= `start` before which A would rather hold than concede, NaN if the
    iteration does not end.

    `built` and `built_p` are what `concession_defence` gives. Needs rho > 0, and holding behind `start`
    to be worth at least 0 to A. Where A would arm and still concede, the answer is explicit. Where it
    would add nothing, D0 = a0 + backing solves q - c_A (D_h(backing) - D0) = min(h(D0), rho) - cl: D_h
    is convex, so that with its tangent for D_h each root of the right side is explicit and approaches
    the answer from below, quadratically.
    """
    backing = start
    if t.ally_forces + backing < built:
        bearable = built + (t.status_quo - conceded(t, built_p)) / t.ally_cost
        if holding_defence(t, backing)[0] > bearable:
            backing = backing_to_hold(t, bearable)
        if t.ally_forces + backing <= built:
            return backing
        backing = built - t.ally_forces
    for _ in range(STEPS):
        defence = t.ally_forces + backing
        holding, slope = holding_defence(t, backing)
        worth = t.status_quo - t.ally_cost * (holding - defence)
        p = min(contested(t, defence)[0], t.challenger_edge)
        if worth >= conceded(t, p):
            return backing
        # the line of win probabilities that would make A indifferent, rise * D0 + base
        rise = t.ally_cost * (1.0 + slope)
        base = worth + t.nothing - rise * defence
        unarmed = larger_root(rise, base + rise * t.challenger_forces - 1.0, base * t.challenger_forces)
        y = 1.0 + math.sqrt(max(0.0, 1.0 - 4.0 * rise * base * t.challenger_reach))
        y *= 0.5 * t.challenger_cost / rise
        edge = (t.challenger_edge - base) / rise
        more = min(unarmed, y * y * t.challenger_reach, edge) - t.ally_forces
        if not more > backing:
            return backing
        backing = more
    return math.nan


@jit
def backing_while_arming(t, reservation, built, built_p):
    """Return the backing with which arming, and still conceding, is worth `reservation` to A.

    Infinity if A concedes so only where it adds nothing, or holds. Needs rho > 0.
    """
    arms = built - t.ally_forces
    backing = arms - (conceded(t, built_p) - reservation) / t.ally_cost
    if 0.0 < backing <= arms:
        return backing
    return math.inf


@jit
def backing_without_arming(t, floor, built):
    """Return the backing that buys S its best settlement from an A that adds nothing and concedes, and
    what fixes it.

    S's own optimum of lambda h(D) - (c_S/phi) D, or the least defence at which A does add nothing, or
    the one that wins with probability `floor`, below which A refuses. Infinity if C's threat would
    not be credible. Needs rho > 0.
    """
    defence, limit = max(t.superpower_best, built), PRICE
    if floor > 0.0:
        if floor > t.challenger_edge:
            return math.inf, limit
        accepted = force_to_win(t, floor)
        if accepted > defence:
            defence, limit = accepted, REFUSAL
    edge = force_to_win(t, t.challenger_edge)
    if defence >= edge and t.surplus == 0.0:
        return math.inf, limit
    backing = min(defence, edge) - t.ally_forces
    return (backing if backing > 0.0 else math.inf), limit


@jit
def best_pledge(t, without, settlement_without, yielding):
    """Return S's best pledge: backing = phi s (0 for none), A's forces, the crisis, and what fixes it.

    The arguments `..._without` describe the game without S, `yielding` is `yielding_force`. S makes
    A hold, with the least backing that keeps it from refusing and from conceding, or stops short of it.
    Indifferent, S makes no alliance, then the smaller pledge. The backing is NaN if the iteration did not
    end.
    """
    alpha_without, crisis_without, payoff_without = without
    loss = t.stake * abs(settlement_without - t.status_quo)
    best = 0.0, alpha_without, crisis_without, NO_PLEDGE
    if loss <= t.alliance_cost or t.challenger_edge <= 0.0 or yields(t, t.ally_forces, yielding):
        return best
    reservation = payoff_without + t.autonomy_cost
    if reservation > t.status_quo + ROUNDING:
        return best

    built, built_p = concession_defence(t)
    refusal = backing_against_refusal(t, reservation)
    backing = backing_against_concession(t, refusal, built, built_p)
    if math.isnan(backing):
        return backing, alpha_without, crisis_without, NO_PLEDGE
    backing = max(backing, TINY)  # what is needed may be lost in rounding, but it is something
    cost = t.alliance_cost + t.price * backing
    if cost < loss - ROUNDING * t.stake:
        loss = cost
        limit, worth = REFUSAL, reservation
        if backing > refusal:
            limit, worth = CONCESSION, concession(t, backing)[1]
        # the forces that make holding worth just that; D_h - backing would cancel where both are large
        alpha = t.ally_forces + max(0.0, t.status_quo - worth) / t.ally_cost
        best = backing, alpha, QUIET, limit

    # where A arms and concedes without S, no backing changes what it settles for while it arms
    arming = crisis_without == CHALLENGER_CHALLENGES and alpha_without > t.ally_forces
    backing = math.inf if arming else backing_while_arming(t, reservation, built, built_p)
    if backing < math.inf:
        cost = t.alliance_cost + t.price * backing + t.stake * (t.status_quo - conceded(t, built_p))
        if cost < loss or (cost == loss and backing < best[0]):
            loss = cost
            best = backing, built - backing, CHALLENGER_CHALLENGES, REFUSAL

    floor = reservation + t.nothing
    if crisis_without == CHALLENGER_CHALLENGES and t.autonomy_cost == 0.0:
        floor = 0.0  # backing only adds to what A concedes with already: it signs, whatever rounding says
    backing, limit = math.inf, PRICE
    least = t.price * max(0.0, built - t.ally_forces) + t.stake * min(t.surplus, t.status_quo)
    if t.alliance_cost + least <= loss:
        backing, limit = backing_without_arming(t, floor, built)
    if backing < math.inf:
        p, _ = challenge(t, t.ally_forces + backing)
        cost = t.alliance_cost + t.price * backing + t.stake * (t.status_quo - conceded(t, p))
        if cost < loss or (cost == loss and backing < best[0]):
            best = backing, t.ally_forces, CHALLENGER_CHALLENGES, limit
    return best
