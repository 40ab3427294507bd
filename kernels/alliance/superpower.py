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
DEAREST = 1e3  # times S's stake: the rounding of a defence that costs S more is taken as the rounding of this
STEPS = 64  # of `nearer`; ten were enough in half a million random games


class PledgeLimit(IntEnum):
    """What fixes the size of the pledge."""

    NONE = int(NO_PLEDGE)  # there is no pledge
    REFUSAL = int(REFUSAL)  # with a smaller one, A would not sign, and would act as it does without S
    CONCESSION = int(CONCESSION)  # with a smaller one, A would sign and concede
    REVISION = int(REVISION)  # with a smaller one, A would sign and revise; never with decisiveness 1
    PRICE = int(PRICE)  # a larger one would cost S more than the better settlement is worth to it


class Offer(NamedTuple):
    """A pledge, and the result."""

    loss: float  # S's whole loss
    backing: float  # phi s, 0 for none
    crisis: float
    settlement: float
    limit: int  # what fixes the pledge, a `PledgeLimit`


@jit
def no_alliance(t, alone):
    """Return the `Offer` of no alliance. `alone` is what A does without S; NaN if that is not known."""
    loss = t.stake * abs(alone.settlement - t.status_quo) + t.solvable
    return Offer(loss, t.solvable, alone.crisis, alone.settlement, NO_PLEDGE)


@jit
def may_pay(t, levels, alone, nothing):
    """Tell whether S could gain by a pledge; `nothing` is the offer of no alliance."""
    threatened = t.challenger_edge > 0.0 and levels.overcome == 0.0
    signs = alone.payoff + t.autonomy_cost <= t.status_quo + rounding(t, 0.0)
    return threatened and signs and nothing.loss > t.alliance_cost


@jit
def backing_against_refusal(t, levels, alone):
    """Return the least backing = phi s with which holding is worth as much to A as refusing, U_A^0 + kappa.

    Holding is worth that with the forces alpha = e_A + (q - U_A^0 - kappa)/c_A. C stays if challenging the
    whole defence loses as much as neutralising these forces. Needs rho > 0.
    """
    reservation = alone.payoff + t.autonomy_cost
    alpha = t.ally_forces + max(0.0, t.status_quo - reservation) / t.ally_cost
    return max(0.0, deterring_defence(t, neutralising_arms(t, levels, alpha)) - alpha)


@jit
def backing_where_arming(t, levels, alone, start):
    """Return the least backing >= `start` with which A prefers holding to arming and conceding, or is
    indifferent; and whether more may be needed, because A may prefer to add nothing and concede.

    Needs rho > 0. With the backing `start`, holding must be worth at least 0 to A.
    """
    built, built_p = concession_defence(t, levels)
    arming = t.ally_forces + start < built
    backing = start
    if arming:
        bearable = built + (t.status_quo - conceded(t, built_p)) / t.ally_cost
        excess = holding_defence(t, levels.quiet, levels.neutralising, start)[0] - bearable
        tie, challenger_tie = rounding(t, start), ROUNDING * (1.0 + t.standing)
        if alone.crisis == CHALLENGER_CHALLENGES and levels.holding == levels.quiet:
            tie = challenger_tie = 0.0  # if A arms and concedes without S, it has made the same choice there
        if t.ally_cost * excess > tie:
            backing = max(start, backing_to_hold(t, levels, bearable, challenger_tie))
        if t.ally_forces + backing > built:
            backing, arming = built - t.ally_forces, False
    return backing, not arming


@jit
def nearer(t, levels, backing, first):
    """Return a larger `backing` and True if with this one A prefers adding nothing and conceding to holding,
    else the same backing and False.

    In the `first` step A may be indifferent up to rounding, even over a range of backings. A later step ends
    at the root.

    With D_e = e_A + backing, A holds from the root of q - c_A (D_h(backing) - D_e) = min(h(D_e), rho) - cl
    on. D_h is convex. If its tangent replaces it, the roots are explicit; they approach the answer from
    below, quadratically. Needs rho > 0.
    """
    defence = t.ally_forces + backing
    holding, slope = holding_defence(t, levels.quiet, levels.neutralising, backing)
    worth = t.status_quo - t.ally_cost * (holding - defence)
    p = min(contested_by(defence, t.challenger_cost, t.challenger_forces), t.challenger_edge)
    kept = conceded(t, p)
    tie = rounding(t, backing) if first else 0.0
    if worth >= kept - tie or kept == 0.0:  # holding is worth at least 0
        return backing, False
    # the win probabilities that would make A indifferent form a line, rise * D_e + base
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
    """Return the least backing >= `start` with which A prefers holding to adding nothing and conceding.

    That is `start` itself if no `more` may be needed; NaN if it takes too many steps. Needs rho > 0.

    `steps` is the number of steps taken before.
    """
    backing = start
    while more and steps < STEPS:
        backing, more = nearer(t, levels, backing, steps == 0)
        steps += 1
    return math.nan if more else backing


@jit
def weighed(t, levels, gain):
    """Return the `gain` of S and its rounding error, both times 1 - r. A smaller gain may be rounding.

    The cost of backing is only as exact as the defence that the backing is part of. This defence is smaller
    than the one A would need alone, and it may have been divided by 1 - r.
    """
    spare = 1.0 - t.ally_edge
    spare = spare if spare > 0.0 else 1.0
    stake = t.stake * spare
    return gain * spare, ROUNDING * (stake + min(t.price * levels.holding, DEAREST * stake))


@jit
def cheaper(t, levels, best, backing, settlement, limit):
    """Return `best`, or the offer of this `backing` if A then concedes with this `settlement` and the offer
    costs S less, or costs the same with a smaller pledge.

    With pi K = 0 the settlement at the edge of C's threat is q: then A does not concede.
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

    If A arms and concedes without S, backing does not change the settlement as long as A arms. Needs rho > 0.
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
    """Return S's best offer: no alliance, this `backing` that makes A hold, or an `arming_offer`.

    `refusal` is `backing_against_refusal`. The backing of the offer is NaN if `backing` is.
    """
    best = nothing
    backing = max(backing, TINY)  # it may be lost in rounding, but it is not 0
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
    """Return `best`, or the offer that buys the best settlement if A adds nothing and concedes, if it is
    cheaper.

    The defence e_A + phi s is the largest of three: S's own optimum of lambda h(D) - (c_S/phi) D, the least
    defence at which A adds nothing, and the least at which A signs; but at most the edge of C's threat. Needs
    rho > 0.
    """
    floor = alone.payoff + t.autonomy_cost + t.nothing
    if alone.crisis == CHALLENGER_CHALLENGES and t.autonomy_cost == 0.0:
        floor = 0.0  # A concedes anyway and backing only helps it: it signs, even if rounding says otherwise
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
    """Return A's own forces with the `offer`; `alone` is what it does without S.

    If A holds, it arms until holding is worth only as much as the alternative that fixes the pledge. The
    forces are computed from that, because D_h - backing would lose digits if both are large. Spending that
    is only rounding is no spending.
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
    """Return S's best `Offer`; `alone` is what A does without S. The backing is NaN if the iteration did not
    end.

    S makes A hold, with the least backing that keeps it from refusing and from conceding; or S buys a better
    settlement with less. If S is indifferent, it prefers no alliance, then the smaller pledge.
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
