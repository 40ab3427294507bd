"""The challenger's move with any contest: its best reply, and where that reply changes.

As with decisiveness 1, everything is written in C's loss x + c_C b. For each win probability p that C may
leave to its opponent, the loss is a line in the opponent's force (see `Line`). The smaller p, the steeper is
the line. So as forces grow, C goes from challenging to staying and from staying to yielding, once.
"""

import math

from ..._jit import jit, jit_apart
from ..contest import NEAR
from .contest import (
    Reply,
    armed_force,
    armed_odds,
    armed_spending,
    never_arming,
    odds_against,
    rival_arms,
    standing_force,
    tangent_gap,
    tangent_gap_below,
    unarmed_gap,
    unarmed_limit,
)
from .odds import STEPS, grown, log_odds, probability, root, spread

NARROW = 1e-13  # relatively: forces that differ by less count as equal where C is indifferent


@jit_apart
def challenging_reply(t):
    """Return C's `Reply` if it challenges: the unconstrained one, but p stays between cl_E and rho.

    Needs rho > 0.
    """
    low, high = t.nothing_held, t.challenger
    first_odds = max(-t.upper_odds, low.odds)
    if not t.arming or first_odds >= min(t.upper_odds, high.odds):
        return never_arming()
    first = standing_force(t, first_odds)
    last_odds, odds, last = t.free.last_odds, t.free.odds, t.free.last
    if last_odds < low.odds:  # C leaves nothing until it gives up arming
        last_odds = low.odds
        limit = unarmed_limit(t, low.odds, low.p)
        odds = root(unarmed_gap, t, low.odds, low.p, t.upper_odds, limit + 1.0, limit, 1.0)
        last = standing_force(t, odds)
    if odds <= high.odds:
        return Reply(first, first_odds, last, last_odds, probability(odds), odds)
    # C arms until a threat that is just credible serves it as well
    if t.difference:
        return Reply(first, first_odds, math.inf, last_odds, high.p, high.odds)
    odds = high.odds
    if high.odds > t.fold:
        odds = root(tangent_gap_below, t, high.odds, high.p, -t.upper_odds, t.fold, 0.0, 1.0)
    if odds >= low.odds:
        return Reply(first, first_odds, armed_force(t, odds), odds, high.p, high.odds)
    last = (high.p - low.p) / (t.challenger_cost * (low.slope - high.slope))
    return Reply(first, first_odds, last, low.odds, high.p, high.odds)


@jit
def armed_reply(t, force):
    """Return the log-odds that C leaves to `force` if its arms are not bounded, and its new arms."""
    odds = armed_odds(t, force)
    if t.difference:
        return odds, force - odds / t.decisiveness - t.challenger_forces
    return odds, armed_spending(t, odds) / t.challenger_cost - t.challenger_forces


@jit_apart
def challenge(t, reply, defence):
    """Return the defence's win probability against C's best challenge, and C's new arms.

    `reply` is `challenging_reply`. Needs rho > 0.
    """
    if reply.first < defence < reply.last:
        odds, arms = armed_reply(t, defence)
        if odds <= t.nothing_held.odds:
            return t.nothing_held.p, rival_arms(t, defence, t.nothing_held)
        return probability(odds), max(0.0, arms)
    odds = odds_against(t, defence, t.challenger_forces)
    if odds <= t.challenger.odds:
        return probability(odds), 0.0
    return t.challenger.p, rival_arms(t, defence, t.challenger)


@jit
def conceded(t, p):
    """Return the settlement if C challenges and the defence would win with probability `p`."""
    return max(0.0, p - t.nothing)


@jit
def kept_loss(t, spent, line):
    """Return what C may spend on arms that leave the win probability of `line` if its loss is q + `spent`."""
    kept = min(t.surplus, t.status_quo) if line.p == t.challenger.p else t.status_quo - conceded(t, line.p)
    return spent + kept


@jit
def defence_at(t, spent, line):
    """Return the defence at which C's loss is q + `spent` if it challenges and leaves the odds of `line`."""
    reach = t.challenger_forces + kept_loss(t, spent, line) / t.challenger_cost
    return (reach - line.shift) / line.slope


@jit
def lower_root(t, total):
    """Return the smaller p with p + gamma p (1 - p) = `total`, or infinity; ratio form."""
    sum_of_roots = 1.0 + t.decisiveness
    square = sum_of_roots * sum_of_roots - 4.0 * t.decisiveness * total
    if square < 0.0:
        return math.inf
    return 2.0 * total / (sum_of_roots + math.sqrt(square))


@jit_apart
def deterring_defence(t, spent):
    """Return the least defence at which C prefers to lose q + `spent` by staying or yielding to challenging;
    and the slope of the `Line` on which C would challenge there. Needs rho > 0.

    This is the maximum of `defence_at` over the win probabilities that C could leave, from cl_E to rho. It
    lies at rho or where C's arms are not bounded. There, p + gamma p (1 - p) = q + cl + g + spent in the
    ratio form.
    """
    defence, slope = defence_at(t, spent, t.challenger), t.challenger.slope
    if t.difference:
        if t.arming and -t.upper_odds < t.challenger.odds:
            odds = max(-t.upper_odds, t.nothing_held.odds)
            armed = t.status_quo - conceded(t, probability(odds)) + spent
            defence = max(defence, t.challenger_forces + armed / t.challenger_cost + odds / t.decisiveness)
        return defence, slope
    p = lower_root(t, t.holding_base + t.standing + spent)
    if p < t.challenger.p:
        if p > t.nothing_held.p:
            armed_slope = grown(-log_odds(p) / t.decisiveness)
            armed = t.decisiveness * p * (1.0 - p) / (t.challenger_cost * armed_slope)
        else:
            armed, armed_slope = defence_at(t, spent, t.nothing_held), t.nothing_held.slope
        if armed > defence:
            return armed, armed_slope
    return defence, slope


@jit
def backing_to_hold(t, alpha):
    """Return the least backing with which C stays, given A's own forces `alpha`; and its slope in alpha.

    Needs rho > 0.
    """
    arms = rival_arms(t, alpha, t.ally)
    defence, slope = deterring_defence(t, t.challenger_cost * arms)
    return max(0.0, defence - alpha), (t.ally.slope / slope if arms > 0.0 else 0.0) - 1.0


@jit_apart
def holding_force(t, backing, limit, excusing):
    """Return the least own forces of A with which C stays, given `backing` = phi s. Return infinity if they
    exceed `limit`, from which C would rather yield.

    With the backing `excusing` or more they do not exceed it: C stays at least at `limit` itself.
    `backing_to_hold` is convex and falls, so that Newton's steps never go too far.
    """
    alpha = t.ally_forces
    if t.challenger.p <= 0.0:
        return alpha
    deterring = deterring_defence(t, 0.0)[0]
    if deterring > (alpha + backing) * NEAR:
        alpha = deterring - backing
    for _ in range(STEPS):
        if alpha > limit:
            reached = backing >= excusing and t.ally_forces <= limit * (1.0 + NARROW)
            return max(t.ally_forces, limit) if reached else math.inf
        arms = rival_arms(t, alpha, t.ally)
        if arms == 0.0:
            return alpha
        defence, slope = deterring_defence(t, t.challenger_cost * arms)
        short = defence - backing - alpha
        if short <= 4e-16 * defence:
            return alpha
        fall = 1.0 - t.ally.slope / slope
        if fall <= 0.0:
            return math.inf
        alpha += short / fall
    return math.nan


@jit
def yields_only_unarmed(t):
    """Tell whether C leaves A at most r if its arms are not bounded, so that A's threat is empty."""
    return not t.arming or t.ally.odds >= t.free.last_odds


@jit_apart
def yielding_force(t):
    """Return the least own force of A to which C yields rather than stays; infinity if there is none.

    C yields as soon as this loses no more than staying: with arms (`tangent_gap`) or without (`unarmed_gap`).
    It yields everything as soon as staying loses as much as everything. With pi K = 0, yielding *at* that
    force may be the status quo.
    """
    if t.ally.p >= 1.0:
        return math.inf
    anchor, base = t.ally.odds, t.demand_base
    gain = t.challenger_forces + (1.0 - t.status_quo) / t.challenger_cost
    exhausted = (gain - t.ally.shift) / t.ally.slope
    low, high = anchor, unarmed_limit(t, anchor, base) + 1.0
    if t.arming and anchor < t.free.last_odds + NARROW:
        if anchor < -t.upper_odds - NARROW and unarmed_gap(t, anchor, base, -t.upper_odds)[0] <= 0.0:
            high = -t.upper_odds
        else:
            armed_low = max(anchor, -t.upper_odds)
            if not t.difference and tangent_gap(t, anchor, base, t.free.last_odds)[0] <= 0.0:
                odds = armed_low
                if tangent_gap(t, anchor, base, armed_low)[0] > 0.0:
                    odds = root(tangent_gap, t, anchor, base, armed_low, t.free.last_odds, armed_low, 1.0)
                return min(armed_force(t, odds), exhausted)
            low = t.free.odds
    odds = low
    value, slope = unarmed_gap(t, anchor, base, low)
    if value > 0.0 or (low == anchor and slope > 0.0):
        odds = root(unarmed_gap, t, anchor, base, low, high, high - 1.0, 1.0)  # where it is concave
    return min(standing_force(t, odds), exhausted)


@jit
def capitulation_force(t, reply):
    """Return the least own force of A against which C yields all rather than arms to yield less.

    Infinity if A can never take everything. `reply` is C's `Reply` if it yields.
    """
    if t.everything >= 1.0:
        return math.inf
    if t.everything <= 0.0:
        return 0.0
    force = standing_force(t, math.log(t.everything / (t.surplus - t.ally_war_cost)))
    if not reply.first < force < reply.last:
        return force
    if t.difference:
        p = probability(reply.last_odds)
        armed = (
            t.challenger_forces + (t.everything - p) / t.challenger_cost + reply.last_odds / t.decisiveness
        )
        return min(armed, reply.last)
    p = lower_root(t, t.everything + t.standing)
    return min(armed_force(t, log_odds(p)), reply.last) if p < 1.0 else reply.last


@jit
def demanded(t, p):
    """Return the settlement if A challenges and would win with probability `p`."""
    return min(1.0, p - t.ally_war_cost + t.surplus)


@jit_apart
def yielded(t, reply, capitulation, alpha):
    """Return the settlement if C yields to A's own forces `alpha`, C's new arms, and the slope of C's loss in
    alpha."""
    if alpha >= capitulation:
        return 1.0, 0.0, 0.0
    if reply.first < alpha < reply.last:
        odds, arms = armed_reply(t, alpha)
        slope = t.challenger_cost
        if not t.difference:
            slope *= grown(-odds / t.decisiveness)
        return demanded(t, probability(odds)), max(0.0, arms), slope
    odds = odds_against(t, alpha, t.challenger_forces)
    slope = t.decisiveness * spread(odds)
    if not t.difference:
        slope /= alpha
    return demanded(t, probability(odds)), 0.0, slope


@jit
def yielding_defence(t, settlement, arms):
    """Return the least defence at which C prefers to yield `settlement` with new `arms` to challenging; and
    the slope of the `Line` on which C would challenge there. Needs rho > 0."""
    spent = settlement - t.status_quo + t.challenger_cost * arms
    return deterring_defence(t, max(0.0, spent))


@jit
def backing_to_yield_gap(t, yielding, backing, alpha):
    """Return the backing with which C just yields to A's own forces `alpha`, less `backing`; and its slope in
    alpha."""
    reply, capitulation = yielding
    settlement, arms, loss_slope = yielded(t, reply, capitulation, alpha)
    defence, slope = yielding_defence(t, settlement, arms)
    return defence - alpha - backing, loss_slope / (t.challenger_cost * slope) - 1.0
