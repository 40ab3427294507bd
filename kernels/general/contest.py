"""The contest: what a force wins against a challenger that arms as it likes best, for any contest.

C's reply to a force z has three parts. C's standing forces do while z is small; from there on it arms,
until the next unit gains no more than it costs; and at last it gives up arming, at once where the
contest is so decisive that a little less of it is worth much less (gamma > 1, and the difference form).
"""

import math
from typing import NamedTuple

from .._jit import jit, jit_apart
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
    """Return the force that has the log-odds `odds` against C's standing forces."""
    if t.difference:
        return t.challenger_forces + odds / t.decisiveness
    return t.challenger_forces * grown(odds / t.decisiveness)


@jit
def rival_arms(t, force, line):
    """Return the new arms with which C leaves `force` the win probability of `line`."""
    return max(0.0, line.slope * force + line.shift - t.challenger_forces)


@jit
def arms_cost(t, odds, anchor):
    """Return what C spends on meeting, at the log-odds `anchor`, a force that has the log-odds `odds`
    against its standing forces; and the slope of that in `odds`."""
    if t.difference:
        rate = t.challenger_cost / t.decisiveness
        return rate * (odds - anchor), rate
    e = grown((odds - anchor) / t.decisiveness)
    return t.standing * (e - 1.0), t.standing * e / t.decisiveness


@jit
def armed_spending(t, odds):
    """Return c_C beta where C's interior reply leaves a force the log-odds `odds`; ratio form.

    beta = gamma p (1 - p)/c_C.
    """
    return t.decisiveness * spread(odds)


@jit
def armed_force(t, odds):
    """Return the force against which C's interior reply leaves it the log-odds `odds`; ratio form.

    z = beta (p/(1 - p))^(1/gamma).
    """
    return grown(math.log(t.decisiveness / t.challenger_cost) + log_spread(odds) + odds / t.decisiveness)


@jit
def armed_odds(t, force):
    """Return the log-odds that C's interior reply leaves to `force`; it must be one that C arms against.

    The lesser root of `armed_force` = `force`: below the fold the force rises with the odds.
    """
    if t.difference:
        return -t.upper_odds
    rate = 1.0 / t.decisiveness
    level = math.log(force * t.challenger_cost * rate)
    guess = level / (rate + 1.0)  # ln(p (1 - p)) <= min(odds, -odds) puts the root above this and the next
    if t.decisiveness < 1.0:
        guess = max(guess, level / (rate - 1.0))
    elif t.decisiveness > 1.0:  # near the fold the level is a parabola
        below = log_spread(t.fold) + t.fold * rate - level
        guess = max(guess, t.fold - math.sqrt(max(0.0, below / spread(t.fold))))
    return spread_root(rate, level, -t.upper_odds, min(t.fold, t.upper_odds), guess)


@jit
def tangent_gap(t, anchor, base, odds):
    """C's loss where it arms freely, less its loss at the log-odds `anchor` against the same force.

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
    """The same, with the other sign: it falls below the anchor."""
    value, slope = tangent_gap(t, anchor, base, odds)
    return -value, -slope


@jit
def giving_up_gap(t, _, __, odds):
    """C's loss without arms against the force to which it leaves `odds` by arming freely, less its loss
    by arming; ratio form."""
    p, v = probability(odds), spread(odds)
    rise = 1.0 + t.decisiveness * (1.0 - 2.0 * p)
    unarmed = odds + t.decisiveness * (math.log(t.decisiveness / t.standing) + log_spread(odds))
    return probability(unarmed) - p - t.decisiveness * v + t.standing, (spread(unarmed) - v) * rise


@jit
def unarmed_gap(t, anchor, base, odds):
    """C's loss without arms against a force of log-odds `odds`, less its loss at the log-odds `anchor`.

    P - base - (what the arms cost), and its slope.
    """
    cost, slope = arms_cost(t, odds, anchor)
    return probability(odds) - base - cost, spread(odds) - slope


@jit
def unarmed_limit(t, anchor, base):
    """Return log-odds beyond which `unarmed_gap` is negative: the arms cost more than all that is won."""
    if t.difference:
        return anchor + t.decisiveness * (1.0 - base) / t.challenger_cost
    return anchor + t.decisiveness * math.log1p((1.0 - base) / t.standing)


class Reply(NamedTuple):
    """Against which forces C arms, with how much it stops doing so, and what a force then wins.

    C arms against forces strictly between `first` and `last`; `first` = `last` if it never does.
    """

    first: float
    first_odds: float  # of `first` against C's standing forces
    last: float
    last_odds: float  # what C leaves, by arming, to forces just below `last`
    p: float  # what `last` itself wins, where C does not arm
    odds: float  # the log-odds of that


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
        odds = root(unarmed_gap, t, -t.upper_odds, p, t.upper_odds, high + 1.0, high)
        return Reply(first, -t.upper_odds, standing_force(t, odds), -t.upper_odds, probability(odds), odds)
    last_odds = root(giving_up_gap, t, 0.0, 0.0, -t.upper_odds, t.fold, t.fold)
    last = armed_force(t, last_odds)
    odds = odds_against(t, last, t.challenger_forces)
    return Reply(first, -t.upper_odds, last, last_odds, probability(odds), odds)


@jit
def marginal_log(t, base, odds):
    """Return ln of the marginal gain over the marginal cost of a force against an unarmed C; ratio form."""
    return base + log_spread(odds) - odds / t.decisiveness


@jit_apart
def best_unarmed(t, cost, low, high):
    """Return the log-odds between `low` and `high` that are best at a unit `cost` against an unarmed C.

    Where gamma p (1 - p) = cost z, or = cost in the difference form, and P is concave in the force; or
    else the end towards which that lies. If P - cost z only falls, `low`.
    """
    if t.difference:
        room = 1.0 - 4.0 * cost / t.decisiveness
        if room <= 0.0:
            return low
        p = 0.5 * (1.0 + math.sqrt(room))
        return max(low, min(high, math.log(p * p * t.decisiveness / cost)))
    low = max(low, -t.fold if t.decisiveness > 1.0 else -NEVER)  # P is convex below the fold
    if high <= low:
        return high
    base = math.log(t.decisiveness / (cost * t.challenger_forces))
    if marginal_log(t, base, low) <= 0.0:
        return low
    if marginal_log(t, base, high) >= 0.0:
        return high
    rate = 1.0 / t.decisiveness
    guess = base / (rate + 1.0)  # ln(p (1 - p)) <= min(odds, -odds) puts the root below this and the next
    if guess < 0.0 and t.decisiveness < 1.0:
        guess = base / (rate - 1.0)
    return spread_root(-rate, -base, low, high, guess)


@jit
def armed_marginal_log(t, base, _, odds):
    """The same as `marginal_log` against a C that arms:
    ln(c_C/cost) + ln((1 - p)/p)/gamma - ln(1 + gamma - 2 gamma p)."""
    p = probability(odds)
    rest = 1.0 + t.decisiveness * (1.0 - 2.0 * p)
    slope = 1.0 / t.decisiveness - 2.0 * t.decisiveness * spread(odds) / rest
    return base - odds / t.decisiveness - math.log(rest), -slope


@jit_apart
def best_armed(t, cost, low, high):
    """Return the log-odds between `low` and `high` at which p - cost z is at its local maximum against
    a C that arms, or else `low`; ratio form.

    dp/dz = c_C ((1 - p)/p)^(1/gamma)/(1 + gamma - 2 gamma p); for gamma > 1 it falls only up to
    p = (1 + gamma - sqrt(gamma^2 - 1))/(2 gamma).
    """
    if t.decisiveness > 1.0:
        s = math.sqrt(t.decisiveness * t.decisiveness - 1.0)
        high = min(high, math.log((1.0 + t.decisiveness - s) / (t.decisiveness - 1.0 + s)))
    if low >= high:
        return low
    base = math.log(t.challenger_cost / cost)
    if armed_marginal_log(t, base, 0.0, low)[0] <= 0.0 or armed_marginal_log(t, base, 0.0, high)[0] >= 0.0:
        return low
    return root(armed_marginal_log, t, base, 0.0, low, high, 0.5 * (low + high))


class Point(NamedTuple):
    """A force and the probability with which it wins."""

    force: float
    p: float


class Peaks(NamedTuple):
    """Where p(z) - cost z can have a local maximum, p(z) being what z wins against C's `Reply`."""

    before: Point  # where C does not arm yet, or begins to
    during: Point  # where C arms
    giving_up: Point  # where C gives up arming
    after: Point  # beyond


@jit
def unarmed_point(t, odds):
    """Return the force that has the log-odds `odds` against C's standing forces."""
    return Point(standing_force(t, odds), probability(odds))


@jit_apart
def peaks(t, reply, cost, limit):
    """Return the `Peaks` for a unit `cost`; without arms C leaves nobody more than the log-odds `limit`.

    Some may coincide, and some be no maximum at all; every maximum is among them.
    """
    before = unarmed_point(t, best_unarmed(t, cost, -NEVER, min(reply.first_odds, limit)))
    if reply.first == reply.last:
        return Peaks(before, before, before, before)
    during = before
    if not t.difference:
        odds = best_armed(t, cost, reply.first_odds, reply.last_odds)
        if odds > reply.first_odds:
            during = Point(armed_force(t, odds), probability(odds))
    giving_up = Point(reply.last, reply.p)
    after = giving_up
    if reply.odds < limit:
        odds = best_unarmed(t, cost, reply.odds, limit)
        if odds > reply.odds:
            after = unarmed_point(t, odds)
    return Peaks(before, during, giving_up, after)
