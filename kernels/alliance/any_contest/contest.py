"""The contest: what a force wins against a challenger that chooses its best arms, for any contest.

C's reply to a force z has three parts. If z is small, C adds nothing to its existing forces. If z is larger,
C arms until a further unit gains no more than it costs. If z is very large, C gives up arming. It gives up
with a jump if the contest is decisive (gamma > 1, and the difference form).
"""

import math
from typing import NamedTuple

from ..._jit import jit, jit_apart
from ..challenger import ROUNDING
from .odds import NEVER, grown, log_spread, probability, root, spread, spread_root


@jit
def odds_against(t, force, rival):
    """Return the log-odds of `force` against `rival`."""
    if t.difference:
        return t.decisiveness * (force - rival)
    if force <= 0.0:
        return -NEVER
    return t.decisiveness * math.log(force / rival)


@jit
def standing_force(t, odds):
    """Return the force that has the log-odds `odds` against C's existing forces."""
    if t.difference:
        return t.challenger_forces + odds / t.decisiveness
    return t.challenger_forces * grown(odds / t.decisiveness)


@jit
def rival_arms(t, force, line):
    """Return the new arms with which C leaves `force` the win probability of `line`: exactly 0 where its
    standing forces do, but for rounding."""
    grown_with, shift = line.slope * force, line.shift
    arms = grown_with + shift - t.challenger_forces
    return 0.0 if arms <= ROUNDING * (grown_with + abs(shift) + t.challenger_forces) else arms


@jit
def arms_cost(t, odds, anchor):
    """Return what C spends to bring a force from the log-odds `odds`, against C's existing forces, down to
    the log-odds `anchor`; and its slope in `odds`."""
    if t.difference:
        rate = t.challenger_cost / t.decisiveness
        return rate * (odds - anchor), rate
    e = grown((odds - anchor) / t.decisiveness)
    return t.standing * (e - 1.0), t.standing * e / t.decisiveness


@jit
def armed_spending(t, odds):
    """Return c_C beta if C's interior reply leaves a force the log-odds `odds`; ratio form.

    beta = gamma p (1 - p)/c_C.
    """
    return t.decisiveness * spread(odds)


@jit
def armed_force(t, odds):
    """Return the force to which C's interior reply leaves the log-odds `odds`; ratio form.

    z = beta (p/(1 - p))^(1/gamma).
    """
    return grown(math.log(t.decisiveness / t.challenger_cost) + log_spread(odds) + odds / t.decisiveness)


@jit
def armed_odds(t, force):
    """Return the log-odds that C's interior reply leaves to `force`. C must arm against this force.

    This is the smaller root of `armed_force` = `force`: below the fold the force rises with the odds.
    """
    if t.difference:
        return -t.upper_odds
    rate = 1.0 / t.decisiveness
    level = math.log(force * t.challenger_cost * rate)
    return spread_root(rate, level, -t.upper_odds, min(t.fold, t.upper_odds))


@jit
def tangent_gap(t, anchor, base, odds):
    """Return C's loss if its arms are not bounded, less its loss at the log-odds `anchor` against the same
    force.

    p - base + gamma p (1 - p) (1 - e^((odds - anchor)/gamma)), and its slope; ratio form. It falls above
    the anchor and rises below it, up to the fold.
    """
    p, v = probability(odds), spread(odds)
    e = grown((odds - anchor) / t.decisiveness)
    return (
        p - base + t.decisiveness * v * (1.0 - e),
        v * (1.0 - e) * (1.0 + t.decisiveness * (1.0 - 2.0 * p)),
    )


@jit
def tangent_gap_below(t, anchor, base, odds):
    """Return the same with the opposite sign: it falls below the anchor."""
    value, slope = tangent_gap(t, anchor, base, odds)
    return -value, -slope


@jit
def giving_up_gap(t, _, __, odds):
    """Return C's loss without arms, less its loss with unbounded arms, against the force to which those arms
    leave `odds`; and the slope. Ratio form."""
    p, v = probability(odds), spread(odds)
    rise = 1.0 + t.decisiveness * (1.0 - 2.0 * p)
    unarmed = odds + t.decisiveness * (math.log(t.decisiveness / t.standing) + log_spread(odds))
    return probability(unarmed) - p - t.decisiveness * v + t.standing, (spread(unarmed) - v) * rise


@jit
def unarmed_gap(t, anchor, base, odds):
    """Return C's loss without arms against a force of log-odds `odds`, less its loss at the log-odds
    `anchor`.

    This is P - base - (cost of the arms), and its slope.
    """
    cost, slope = arms_cost(t, odds, anchor)
    return probability(odds) - base - cost, spread(odds) - slope


@jit
def unarmed_limit(t, anchor, base):
    """Return log-odds beyond which `unarmed_gap` is negative: the arms cost more than C can win."""
    if t.difference:
        return anchor + t.decisiveness * (1.0 - base) / t.challenger_cost
    return anchor + t.decisiveness * math.log1p((1.0 - base) / t.standing)


class Reply(NamedTuple):
    """Against which forces C arms, and what a force wins there.

    C arms against forces strictly between `first` and `last`; `first` = `last` if it never arms.
    """

    first: float
    first_odds: float  # log-odds of `first` against C's existing forces
    last: float
    last_odds: float  # log-odds that C's arms leave to forces just below `last`
    p: float  # what `last` itself wins, where C does not arm
    odds: float  # its log-odds


@jit
def never_arming():
    """Return the `Reply` of a C that never arms."""
    return Reply(math.inf, NEVER, math.inf, NEVER, 1.0, NEVER)


@jit_apart
def free_reply(t):
    """Return C's unconstrained `Reply`."""
    if not t.arming:
        return never_arming()
    first = standing_force(t, -t.upper_odds)
    if t.upper_odds <= t.fold:
        odds = t.upper_odds
        return Reply(first, -odds, standing_force(t, odds), odds, probability(odds), odds)
    if t.difference:
        p = probability(-t.upper_odds)
        high = unarmed_limit(t, -t.upper_odds, p)
        odds = root(unarmed_gap, t, -t.upper_odds, p, t.upper_odds, high + 1.0, high, 1.0)
        return Reply(first, -t.upper_odds, standing_force(t, odds), -t.upper_odds, probability(odds), odds)
    last_odds = root(giving_up_gap, t, 0.0, 0.0, -t.upper_odds, t.fold, t.fold, 1.0)
    last = armed_force(t, last_odds)
    odds = odds_against(t, last, t.challenger_forces)
    return Reply(first, -t.upper_odds, last, last_odds, probability(odds), odds)


@jit_apart
def best_unarmed(t, cost):
    """Return the log-odds at which P - cost z has its local maximum if C does not arm, or -NEVER.

    There gamma p (1 - p) = cost z, or = cost in the difference form, and P is concave in the force.
    """
    if t.difference:
        room = 1.0 - 4.0 * cost / t.decisiveness
        if room <= 0.0:
            return -NEVER
        p = 0.5 * (1.0 + math.sqrt(room))
        return math.log(p * p * t.decisiveness / cost)
    rate = 1.0 / t.decisiveness
    level = math.log(cost * t.challenger_forces * rate)
    low = -t.fold if t.decisiveness > 1.0 else -NEVER  # P is convex below the fold
    if log_spread(low) - rate * low <= level:
        return -NEVER
    return spread_root(-rate, level, low, NEVER)


@jit
def armed_marginal_log(t, base, _, odds):
    """Return ln(marginal gain / marginal cost) of a force that C arms against, and its slope. Ratio form.

    It is ln(c_C/cost) + ln((1 - p)/p)/gamma - ln(1 + gamma - 2 gamma p).
    """
    p = probability(odds)
    rest = 1.0 + t.decisiveness * (1.0 - 2.0 * p)
    slope = 1.0 / t.decisiveness - 2.0 * t.decisiveness * spread(odds) / rest
    return base - odds / t.decisiveness - math.log(rest), -slope


@jit_apart
def best_armed(t, cost):
    """Return the log-odds at which p - cost z has its local maximum if C arms, or -NEVER.

    In the ratio form dp/dz = c_C ((1 - p)/p)^(1/gamma)/(1 + gamma - 2 gamma p); for gamma > 1 it falls
    only up to p = (1 + gamma - sqrt(gamma^2 - 1))/(2 gamma). In the difference form it is 0.
    """
    if t.difference or not t.arming:
        return -NEVER
    low, high = -t.upper_odds, t.upper_odds
    if t.decisiveness > 1.0:
        s = math.sqrt(t.decisiveness * t.decisiveness - 1.0)
        high = min(high, math.log((1.0 + t.decisiveness - s) / (t.decisiveness - 1.0 + s)))
    base = math.log(t.challenger_cost / cost)
    if low >= high or armed_marginal_log(t, base, 0.0, low)[0] <= 0.0:
        return -NEVER
    if armed_marginal_log(t, base, 0.0, high)[0] >= 0.0:
        return NEVER
    return root(armed_marginal_log, t, base, 0.0, low, high, 0.5 * (low + high), 1.0)


class Best(NamedTuple):
    """The log-odds of the best forces at some unit cost, if nothing else bounds the contest."""

    unarmed: float  # where C does not arm
    armed: float  # where it does


@jit
def best(t, cost):
    """Return the `Best` at a unit `cost`."""
    return Best(best_unarmed(t, cost), best_armed(t, cost))


class Point(NamedTuple):
    """A force and the probability with which it wins."""

    force: float
    p: float


class Peaks(NamedTuple):
    """Where p(z) - cost z can have a local maximum; p(z) is what z wins against C's `Reply`."""

    before: Point  # where C does not arm yet, or begins to arm
    during: Point  # where C arms
    giving_up: Point  # where C gives up arming
    after: Point  # beyond


@jit
def unarmed_point(t, odds, edge):
    """Return the force that has the log-odds `odds` against C's existing forces, or the log-odds of the line
    `edge` if those are less."""
    if odds >= edge.odds:
        return Point(standing_force(t, edge.odds), edge.p)
    return Point(standing_force(t, odds), probability(odds))


@jit
def peaks(t, reply, best, edge):
    """Return the `Peaks` for `best`. C leaves nobody more than the win probability of the line `edge`.

    Every maximum is among them. Some may coincide, and some may be no maximum.
    """
    before = unarmed_point(t, min(best.unarmed, reply.first_odds), edge)
    if reply.first == reply.last:
        return Peaks(before, before, before, before)
    during = before
    if reply.first_odds < best.armed < reply.last_odds:
        during = Point(armed_force(t, best.armed), probability(best.armed))
    giving_up = Point(reply.last, reply.p)
    after = giving_up
    if reply.odds < min(best.unarmed, edge.odds):
        after = unarmed_point(t, best.unarmed, edge)
    return Peaks(before, during, giving_up, after)
