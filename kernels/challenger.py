"""The challenger's move: its best reply to the forces it faces, and where that reply changes.

C faces A's own forces alpha = a0 + a and, should C be the one that challenges, the defence
D = alpha + phi s. It can *challenge*, *stay* with the status quo (which may take forces enough to
neutralise A's threat), or *yield* to A's challenge. Everything is written in C's **loss**: what it
leaves to A plus what it spends on new arms, x + c_C b.
"""

import math

from ._jit import jit
from .contest import contested, larger_root, win_probability

ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = 0, 1, 2

ROUNDING = 1e-15  # payoffs of A that differ by no more are equal: round parameters tie, their floats may not
TINY = 1e-300  # stands in for zero where zero would be divided by, or would mean something else


@jit
def challenge(t, defence):
    """Return the defence's win probability where C challenges as best it can, and C's new arms.

    C takes P = min(D/(D + b0), rho, max(y(D), cl)): more forces than its standing ones only until
    the threat is credible, the marginal gain is spent, or A has nothing left. Needs rho > 0.
    """
    standing = win_probability(defence, t.challenger_forces)
    wanted = min(t.challenger_edge, max(math.sqrt(t.challenger_cost * defence), t.nothing_held))
    if standing <= wanted:
        return standing, 0.0
    return wanted, max(0.0, defence * (1.0 - wanted) / wanted - t.challenger_forces)


@jit
def conceded(t, p):
    """Return the settlement where C challenges and the defence would win with probability `p`."""
    return max(0.0, p - t.nothing)


@jit
def challenge_loss(t, defence):
    """Return C's loss where it challenges the `defence` as best it can."""
    p, arms = challenge(t, defence)
    return conceded(t, p) + t.challenger_cost * arms


@jit
def neutralising_arms(t, alpha):
    """Return the new arms with which C keeps A's own forces from being a credible threat."""
    return max(0.0, t.neutralising * alpha - t.challenger_forces)


@jit
def demanded(t, p):
    """Return the settlement where A challenges and would win with probability `p`."""
    return min(1.0, p - t.ally_war_cost + t.surplus)


@jit
def deterring_defence(t, arms):
    """Return the least defence at which C would rather stay at the price of `arms` new arms.

    The defence against which C's best challenge loses q + c_C arms. Where C would arm freely,
    (1 - y)^2 = 1 - (rho + pi K + c_C arms + g) gives y and D = y^2/c_C; y exceeds (rho + pi K)/2, so
    that A keeps something. Else C stops where its threat is just credible. Needs rho > 0.
    """
    spent = t.challenger_cost * arms + t.standing
    rest = (1.0 - t.status_quo) - t.nothing - spent  # (1 - y)^2, from what is small near q = 1
    y = (t.challenger_edge + t.surplus + spent) / (1.0 + math.sqrt(max(0.0, rest)))
    if y < t.challenger_edge:
        return y * y * t.challenger_reach
    p, taken = t.challenger_edge, min(t.surplus, t.status_quo)
    return (t.challenger_forces + arms + taken * t.challenger_reach) * p / (1.0 - p)


@jit
def holding_defence(t, backing):
    """Return the least defence at which C stays, with `backing` = phi s of it S's, and -dD/d(backing).

    D_h = max(D1, D2): C must lose as much by challenging as by leaving the status quo, without (D1)
    and with (D2) the cost of neutralising A's own forces D - backing. With P the win probability of C's
    best challenge, D2 = ((q - max(0, P - cl))/c_C - m backing) r P/(r - P), and where C arms freely
    P = y = r - sqrt(w + c_C (1 - r) backing), D2 = y^2/c_C. Needs rho > 0.
    """
    quiet = deterring_defence(t, 0.0)
    if t.neutralising == 0.0:
        return quiet, 0.0
    spare = 1.0 - t.ally_edge
    below = math.sqrt(t.bargain + t.challenger_cost * spare * backing)  # r - y
    y = t.ally_edge - below
    if below >= t.war_costs and y > t.nothing_held:
        defence, slope = y * y * t.challenger_reach, spare * y / max(below, TINY)
    else:
        p, below, taken = t.challenger_edge, t.war_costs, min(t.surplus, t.status_quo)
        if y <= t.nothing_held:
            p, below, taken = t.nothing_held, t.ally_edge - t.nothing_held, t.status_quo
        slope = spare * p / below
        defence = taken * t.challenger_reach * (t.ally_edge * p / below) - slope * backing
    if defence > quiet:
        return defence, slope
    return quiet, 0.0


@jit
def backing_to_hold(t, defence):
    """Return the least backing with which C stays before `defence`: the inverse of `holding_defence`.

    Infinity if C challenges such a defence whoever provides it, which is the only reason to ask where
    C need not neutralise A.
    """
    spared = challenge_loss(t, defence) - t.status_quo
    if spared < 0.0 or t.neutralising == 0.0:
        return math.inf
    return max(0.0, defence - (t.challenger_forces + spared * t.challenger_reach) / t.neutralising)


@jit
def yielding_force(t):
    """Return the least force of A's own before which C yields, infinity if there is none.

    C yields once that loses it no more than staying. Where it arms freely the losses differ by
    (y - r)^2/r - pi K; where it does not, by a quadratic; and it yields everything, at a loss of
    1, once staying costs as much. With pi K = 0 yielding *at* that force is the status quo.
    """
    if t.neutralising == 0.0:
        return math.inf
    y = t.ally_edge + math.sqrt(t.ally_edge * t.surplus)
    if y * (1.0 - y) >= t.standing:
        force = y * y * t.challenger_reach
    else:
        short = t.ally_edge - t.surplus - t.standing
        force = larger_root(
            t.challenger_cost * t.neutralising,
            short + t.standing * t.neutralising - 1.0,
            t.challenger_forces * short,
        )
    exhausted = t.challenger_forces + (1.0 - t.status_quo) * t.challenger_reach
    if force * t.neutralising <= exhausted:
        return force
    return exhausted / t.neutralising


@jit
def capitulation_force(t):
    """Return the least force of A's own against which yielding all beats arming to yield less.

    Infinity if A can never take everything. Where C arms freely its loss exceeds 1 by
    1 - cap - g - (1 - y)^2, else by P - cap.
    """
    if t.everything >= 1.0:
        return math.inf
    if t.everything <= 0.0:
        return 0.0
    left = t.surplus - t.ally_war_cost - t.standing
    if left >= 0.0:
        y = 1.0 - math.sqrt(left)
        if y > 0.0 and y * (1.0 - y) > t.standing:
            return y * y * t.challenger_reach
    return t.challenger_forces * t.everything / (t.surplus - t.ally_war_cost)


@jit
def yields(t, alpha, yielding):
    """Tell whether C yields before A's own forces `alpha`, given `yielding_force`."""
    if t.surplus > 0.0:
        return alpha >= yielding
    return alpha > yielding * (1.0 + ROUNDING)  # at that force itself the status quo stands


@jit
def outcome(t, backing, alpha, crisis):
    """Return C's new arms and the settlement where A has `alpha` and C chooses this `crisis`."""
    if crisis == QUIET:
        return neutralising_arms(t, alpha), t.status_quo
    if crisis == CHALLENGER_CHALLENGES:
        p, arms = challenge(t, alpha + backing)
        return arms, conceded(t, p)
    if alpha >= capitulation_force(t):
        return 0.0, 1.0
    p, arms = contested(t, alpha)
    return arms, demanded(t, p)


@jit
def challenger_reply(t, backing, alpha):
    """Return C's best reply to forces `alpha` of A and `backing` = phi s of S: arms, settlement, crisis.

    Indifferent, C takes what A prefers.
    """
    crisis = QUIET
    if yields(t, alpha, yielding_force(t)):
        crisis = ALLY_CHALLENGES
    elif t.challenger_edge > 0.0 and alpha + backing < holding_defence(t, backing)[0]:
        crisis = CHALLENGER_CHALLENGES
    arms, settlement = outcome(t, backing, alpha, crisis)
    return arms, settlement, crisis
