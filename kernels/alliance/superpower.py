"""The superpower's move: the pledge, if any, that costs it least."""

import math
from enum import IntEnum
from typing import NamedTuple

from .._jit import jit
from .ally import concession, concession_defence, rounding
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
)
from .contest import contested_by, force_to_win, larger_root

NO_PLEDGE, REFUSAL, CONCESSION, REVISION, PRICE = 0.0, 1.0, 2.0, 3.0, 4.0  # see PledgeLimit
DEAREST = 1e3  # times its stake: a defence that would cost S more is counted in rounding as costing that
STEPS = 64  # of `nearer`; ten were enough for half a million random games


class PledgeLimit(IntEnum):
    """What fixes the size of the pledge, so that a smaller or larger one would not do."""

    NONE = int(NO_PLEDGE)  # there is none
    REFUSAL = int(REFUSAL)  # with less, A would rather not sign, and do as it does without S
    CONCESSION = int(CONCESSION)  # with less, A would sign and concede
    REVISION = int(REVISION)  # with less, A would sign and revise; never with decisiveness 1
    PRICE = int(PRICE)  # S buys as much settlement as is worth its price


class Offer(NamedTuple):
    """A pledge, and what comes of it."""

    loss: float  # what it costs S, all told
    backing: float  # phi s, 0 for none
    crisis: float
    settlement: float
    limit: int  # what fixes the pledge, a `PledgeLimit`


@jit
def no_alliance(t, alone):
    """Return S's `Offer` of nothing, `alone` being what A does without S; NaN if that is not known."""
    loss = t.stake * abs(alone.settlement - t.status_quo) + t.solvable
    return Offer(loss, t.solvable, alone.crisis, alone.settlement, NO_PLEDGE)


@jit
def may_pay(t, levels, alone, nothing):
    """Tell whether S could gain by a pledge over its offer of `nothing`."""
    threatened = t.challenger_edge > 0.0 and levels.overcome == 0.0
    signs = alone.payoff + t.autonomy_cost <= t.status_quo + rounding(t, 0.0)
    return threatened and signs and nothing.loss > t.alliance_cost


@jit
def backing_against_refusal(t, levels, alone):
    """Return the least backing = phi s with which holding is worth to A what refusing is, U_A + kappa.

    Holding is worth that with forces alpha = a0 + (q - U_A - kappa)/c_A, and C stays before them
    once challenging the whole defence loses it as much as neutralising them. Needs rho > 0.
    """
    reservation = alone.payoff + t.autonomy_cost
    alpha = t.ally_forces + max(0.0, t.status_quo - reservation) / t.ally_cost
    return max(0.0, deterring_defence(t, neutralising_arms(t, levels, alpha)) - alpha)


@jit
def backing_where_arming(t, levels, alone, start):
    """Return the least backing >= `start` with which A would no less hold than arm and concede, and
    whether more may be needed, for A may rather add nothing and concede.

    Needs rho > 0, and holding behind `start` to be worth at least 0 to A.
    """
    built, built_p = concession_defence(t, levels)
    arming = t.ally_forces + start < built
    backing = start
    if arming:
        bearable = built + (t.status_quo - conceded(t, built_p)) / t.ally_cost
        excess = holding_defence(t, levels.quiet, levels.neutralising, start)[0] - bearable
        tie, challenger_tie = rounding(t, start), ROUNDING * (1.0 + t.standing)
        if alone.crisis == CHALLENGER_CHALLENGES and levels.holding == levels.quiet:
            tie = challenger_tie = 0.0  # C need not neutralise A, which has made the same choice without S
        if t.ally_cost * excess > tie:
            backing = max(start, backing_to_hold(t, levels, bearable, challenger_tie))
        if t.ally_forces + backing > built:
            backing, arming = built - t.ally_forces, False
    return backing, not arming


@jit
def nearer(t, levels, backing, first):
    """Return more `backing`, and True, if with this much A would rather add nothing and concede than hold;
    else the same, and False.

    Only in the `first` step may A be indifferent but for rounding, and over a range of backings at that; a
    later step ends at the root.

    A holds from the root of q - c_A (D_h(backing) - D0) = min(h(D0), rho) - cl, D0 = a0 + backing. D_h is
    convex, so that with its tangent for D_h each root of the right side is explicit and approaches
    the answer from below, quadratically. Needs rho > 0.
    """
    defence = t.ally_forces + backing
    holding, slope = holding_defence(t, levels.quiet, levels.neutralising, backing)
    worth = t.status_quo - t.ally_cost * (holding - defence)
    p = min(contested_by(defence, t.challenger_cost, t.challenger_forces), t.challenger_edge)
    kept = conceded(t, p)
    tie = rounding(t, backing) if first else 0.0
    if worth >= kept - tie or kept == 0.0:  # holding is worth at least 0
        return backing, False
    # the line of win probabilities that would make A indifferent, rise * D0 + base
    rise = t.ally_cost * (1.0 + slope)
    run = 1.0 / rise
    base = worth + t.nothing - rise * defence
    unarmed = larger_root(rise, base + rise * t.challenger_forces - 1.0, base * t.challenger_forces)
    y = 1.0 + math.sqrt(max(0.0, 1.0 - 4.0 * rise * base * t.challenger_reach))
    y *= 0.5 * t.challenger_cost * run
    edge = (t.challenger_edge - base) * run
    more = min(unarmed, y * y * t.challenger_reach, edge) - t.ally_forces
    if more > backing:
        return more, True
    return backing, False


@jit
def backing_against_conceding(t, levels, start, more, steps):
    """Return the least backing >= `start` with which A would rather hold than add nothing and concede, or
    `start` itself unless `more` may be needed; NaN if that takes too many steps. Needs rho > 0.

    `steps` have been taken before.
    """
    backing = start
    while more and steps < STEPS:
        backing, more = nearer(t, levels, backing, steps == 0)
        steps += 1
    return math.nan if more else backing


@jit
def weighed(t, levels, gain):
    """Return the `gain` of S and how well it is known, both times 1 - r: a gain of less may be rounding.

    What backing costs is known no better than the defence that it is part of, which is less than what A would
    need alone, over 1 - r, by which it may have been divided.
    """
    spare = 1.0 - t.ally_edge
    spare = spare if spare > 0.0 else 1.0
    stake = t.stake * spare
    return gain * spare, ROUNDING * (stake + min(t.price * levels.holding, DEAREST * stake))


@jit
def cheaper(t, levels, best, backing, settlement, limit):
    """Return `best`, or the offer of this `backing` if A then concedes to `settlement` and it costs S less,
    or as much with a smaller pledge.

    With pi K = 0 the edge of C's threat is the status quo, which A does not concede.
    """
    cost = t.alliance_cost + t.price * backing + t.stake * (t.status_quo - settlement)
    gain, known = weighed(t, levels, best.loss - cost)
    concedes = t.surplus > 0.0 or settlement < t.status_quo - ROUNDING
    if concedes and (gain > known or (gain >= -known and backing < best.backing)):
        return Offer(cost, backing, CHALLENGER_CHALLENGES, settlement, limit)
    return best


@jit
def arming_offer(t, levels, alone, best):
    """Return `best`, or the offer with which A just signs, arms and still concedes, if it is cheaper.

    Where A arms and concedes without S, no backing changes what it settles for while it arms. Needs rho > 0.
    """
    if alone.crisis == CHALLENGER_CHALLENGES and alone.alpha > t.ally_forces:
        return best
    built, built_p = concession_defence(t, levels)
    settlement = conceded(t, built_p)
    arms = built - t.ally_forces
    backing = arms - (settlement - (alone.payoff + t.autonomy_cost)) / t.ally_cost
    if 0.0 < backing <= arms:
        return cheaper(t, levels, best, backing, settlement, REFUSAL)
    return best


@jit
def offer_to_make_hold(t, levels, alone, nothing, refusal, backing):
    """Return S's best offer of nothing, of this `backing` that makes A hold, or of an `arming_offer`.

    `refusal` is `backing_against_refusal`. The backing of the offer is NaN if `backing` is.
    """
    best = nothing
    backing = max(backing, TINY)  # what is needed may be lost in rounding, but it is something
    cost = t.alliance_cost + t.price * backing
    gain, known = weighed(t, levels, nothing.loss - cost)
    if gain > known:
        limit = CONCESSION if backing > refusal else REFUSAL
        best = Offer(cost, backing, QUIET, t.status_quo, limit)
    best = arming_offer(t, levels, alone, best)
    if math.isnan(backing):
        return Offer(backing, backing, QUIET, backing, NO_PLEDGE)
    return best


@jit
def buying_may_pay(t, levels, best):
    """Tell whether `buying_offer` could be cheaper than `best`."""
    built, _ = concession_defence(t, levels)
    least = t.price * max(0.0, built - t.ally_forces) + t.stake * min(t.surplus, t.status_quo)
    return t.alliance_cost + least <= best.loss


@jit
def buying_offer(t, levels, alone, best):
    """Return `best`, or the offer that buys the best settlement from an A that adds nothing and concedes,
    if it is cheaper.

    The defence a0 + phi s is S's own optimum of lambda h(D) - (c_S/phi) D, or the least at which A does add
    nothing, or the least behind which A signs: the best of these, if C's threat is still credible. Needs
    rho > 0.
    """
    floor = alone.payoff + t.autonomy_cost + t.nothing
    if alone.crisis == CHALLENGER_CHALLENGES and t.autonomy_cost == 0.0:
        floor = 0.0  # backing only adds to what A concedes with already: it signs, whatever rounding says
    if floor > t.challenger_edge + rounding(t, 0.0):
        return best
    floor = min(floor, t.challenger_edge)
    built, _ = concession_defence(t, levels)
    defence, limit = max(t.superpower_best, built), PRICE
    if floor > 0.0:
        accepted = force_to_win(t, floor)
        if accepted > defence:
            defence, limit = accepted, REFUSAL
    backing = min(defence, levels.edge) - t.ally_forces
    if backing <= 0.0:
        return best
    p, _ = challenge(t, t.ally_forces + backing)
    return cheaper(t, levels, best, backing, conceded(t, p), limit)


@jit
def forces_behind(t, levels, alone, offer):
    """Return A's own forces behind the `offer`, `alone` being what it does without.

    A that holds arms until that is worth no more to it than the alternative which fixes the pledge: the
    difference D_h - backing would cancel where both are large. What it
    spends is nothing if that is but rounding.
    """
    if offer.limit == NO_PLEDGE:
        return alone.alpha
    if offer.crisis == QUIET:
        worth = alone.payoff + t.autonomy_cost
        if offer.limit == CONCESSION:
            bare, _ = challenge(t, t.ally_forces + offer.backing)
            _, _, worth = concession(t, levels, offer.backing, bare)
        spent = t.status_quo - worth
        return t.ally_forces + (spent / t.ally_cost if spent > rounding(t, offer.backing) else 0.0)
    built, _ = concession_defence(t, levels)
    return built - offer.backing if built - t.ally_forces > offer.backing else t.ally_forces


@jit
def best_offer(t, levels, alone):
    """Return S's best `Offer`, `alone` being what A does without S; the backing is NaN if the iteration did
    not end.

    S makes A hold, with the least backing that keeps it from refusing and from conceding, or stops short of
    it. Indifferent, S makes no alliance, then the smaller pledge.
    """
    nothing = no_alliance(t, alone)
    if not may_pay(t, levels, alone, nothing):
        return nothing
    refusal = backing_against_refusal(t, levels, alone)
    start, more = backing_where_arming(t, levels, alone, refusal)
    backing = backing_against_conceding(t, levels, start, more, 0)
    best = offer_to_make_hold(t, levels, alone, nothing, refusal, backing)
    if buying_may_pay(t, levels, best):
        best = buying_offer(t, levels, alone, best)
    return best
