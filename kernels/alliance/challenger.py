"""The challenger's move: its best reply to the forces it faces, and where that reply changes.

C faces A's own forces alpha = a0 + a and, should C be the one that challenges, the defence
D = alpha + phi s. It can *challenge*, *stay* with the status quo (which may take forces enough to
neutralise A's threat), or *yield* to A's challenge. Everything is written in C's **loss**: what it
leaves to A plus what it spends on new arms, x + c_C b.
"""

import math
from typing import NamedTuple

from .._jit import jit
from .contest import NEAR, added, contested, contested_by, force_to_win, larger_root, win_probability

# codes, as in every solution; floats, so that all that is known of a game is of one type
ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = 0.0, 1.0, 2.0

ROUNDING = 1e-15  # payoffs of A that differ by no more are equal: round parameters tie, their floats may not
FAINT = 1e-150  # a probability that counts for nothing: its square is still a float
TINY = 1e-300  # stands in for zero where zero would be divided by, or would mean something else


class Levels(NamedTuple):
    """Where C's reply changes. What arms and pledges cost A and S does not matter to it.

    The first four are 0 where C has no threat, rho <= 0.
    """

    quiet: float  # D1: the least defence at which C would rather stay, if that takes no arms
    holding: float  # D_h(0): the same without S, where C may have to neutralise A
    edge: float  # what meets the edge of C's threat, if C arms as it likes best: h(z) = rho
    bare: float  # the win probability of A's standing forces, where C challenges
    neutralising: float  # m = (1 - r)/r: C's forces per unit of A's that keep A's threat empty
    yielding: float  # the least force of A's own before which C yields
    overcome: float  # 1 if C yields before A's standing forces, else 0
    capitulation: float  # the least against which yielding all beats arming to yield less
    revising_p: float  # h of the least force with which A may revise


@jit
def levels(t):
    """Return the `Levels` of the game with the `Terms` t."""
    neutralising = max(0.0, 1.0 - t.ally_edge) / t.ally_edge
    quiet = holding = edge = bare = 0.0
    if t.challenger_edge > 0.0:
        quiet = deterring_defence(t, 0.0)
        holding, _ = holding_defence(t, quiet, neutralising, 0.0)
        edge = force_to_win(t, t.challenger_edge)
        bare, _ = challenge(t, t.ally_forces)
    yielding = yielding_force(t, neutralising)
    return Levels(
        quiet,
        holding,
        edge,
        bare,
        neutralising,
        yielding,
        1.0 if yields(t, neutralising, yielding, t.ally_forces) else 0.0,
        capitulation_force(t),
        revising_p(t, yielding),
    )


@jit
def challenge(t, defence):
    """Return the defence's win probability where C challenges as best it can, and C's new arms.

    C takes P = min(D/(D + b0), rho, max(y(D), cl)): more forces than its standing ones only until
    the threat is credible, the marginal gain is spent, or A has nothing left. Needs rho > 0.
    """
    standing = win_probability(defence, t.challenger_forces)
    wanted = min(t.challenger_edge, max(math.sqrt(t.challenger_cost * defence), t.nothing_held))
    if standing <= wanted * NEAR:
        return min(standing, wanted), 0.0
    return wanted, max(0.0, defence * (1.0 - wanted) / max(wanted, FAINT) - t.challenger_forces)


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
def neutralising_arms(t, levels, alpha):
    """Return the new arms with which C keeps A's own forces from being a credible threat."""
    return added(levels.neutralising * alpha, t.challenger_forces)


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
def holding_defence(t, quiet, neutralising, backing):
    """Return the least defence at which C stays, with `backing` = phi s of it S's, and -dD/d(backing).

    D_h = max(D1, D2): C must lose as much by challenging as by leaving the status quo, without (D1,
    `quiet`) and with (D2) the cost of neutralising A's own forces D - backing. With P the win probability
    of C's best challenge, D2 = ((q - max(0, P - cl))/c_C - m backing) r P/(r - P), and where C arms freely
    P = y = r - sqrt(w + c_C (1 - r) backing), D2 = y^2/c_C. Needs rho > 0.
    """
    if neutralising == 0.0:
        return quiet, 0.0
    spare = 1.0 - t.ally_edge
    below = math.sqrt(t.bargain + t.challenger_cost * spare * backing)  # r - y
    y = t.ally_edge - below
    free = below >= t.war_costs and y > t.nothing_held
    p, below, taken = y, max(below, TINY), 0.0
    if not free:
        p, below, taken = t.challenger_edge, t.war_costs, min(t.surplus, t.status_quo)
        if y <= t.nothing_held:
            p, below, taken = t.nothing_held, t.ally_edge - t.nothing_held, t.status_quo
    odds = p / below
    slope = spare * odds
    defence = y * y * t.challenger_reach
    if not free:
        defence = taken * t.challenger_reach * (t.ally_edge * odds) - slope * backing
    if defence > quiet:
        return defence, slope
    return quiet, 0.0


@jit
def backing_to_hold(t, levels, defence, tie):
    """Return the least backing with which C stays before `defence`: the inverse of `holding_defence`.

    Infinity if C challenges such a defence whoever provides it, which is the only reason to ask where
    C need not neutralise A. Losses of C that differ by no more than `tie` are equal.
    """
    spared = challenge_loss(t, defence) - t.status_quo
    if spared < -tie or levels.neutralising == 0.0:
        return math.inf
    spared = max(0.0, spared)
    return max(0.0, defence - (t.challenger_forces + spared * t.challenger_reach) / levels.neutralising)


@jit
def yielding_force(t, neutralising):
    """Return the least force of A's own before which C yields, infinity if there is none.

    C yields once that loses it no more than staying. Where it arms freely the losses differ by
    (y - r)^2/r - pi K; where it does not, by a quadratic; and it yields everything, at a loss of
    1, once staying costs as much. With pi K = 0 yielding *at* that force is the status quo.
    """
    if neutralising == 0.0:
        return math.inf
    y = t.ally_edge + math.sqrt(t.ally_edge * t.surplus)
    exhausted = t.challenger_forces + (1.0 - t.status_quo) * t.challenger_reach
    if y * (1.0 - y) >= t.standing:
        force = y * y * t.challenger_reach
    elif t.surplus == 0.0:  # the root is where A's threat begins to be credible without new arms of C
        force, exhausted = math.inf, t.challenger_forces
    else:
        short = t.ally_edge - t.surplus - t.standing
        force = larger_root(
            t.challenger_cost * neutralising,
            short + t.standing * neutralising - 1.0,
            t.challenger_forces * short,
        )
    if force * neutralising <= exhausted:
        return force
    return exhausted / neutralising


@jit
def revising_p(t, yielding):
    """Return the win probability of the least force with which A may revise, `yielding` or a0, or of a0 if
    C never yields."""
    least = t.ally_forces if yielding == math.inf else max(yielding, t.ally_forces)
    return contested_by(least, t.challenger_cost, t.challenger_forces)


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
def yields(t, neutralising, yielding, alpha):
    """Tell whether C yields before A's own forces `alpha`: from `yielding` on, but at that force itself the
    status quo stands where there is no surplus to take.

    `yielding` is known up to the rounding of 1 - r, by which it may have been divided.
    """
    more = neutralising + ROUNDING * (1.0 + neutralising)
    if t.surplus > 0.0:
        return neutralising > 0.0 and alpha * more >= yielding * neutralising
    return alpha * neutralising > yielding * more


@jit
def arms_against(t, levels, backing, alpha, crisis):
    """Return C's new arms before A's `alpha` and S's `backing` where it chooses this `crisis`."""
    if crisis == QUIET:
        return neutralising_arms(t, levels, alpha)
    if crisis == CHALLENGER_CHALLENGES:
        return challenge(t, alpha + backing)[1]
    if alpha >= levels.capitulation:
        return 0.0
    return contested(t, alpha)[1]


@jit
def settlement_at(t, levels, backing, alpha, crisis):
    """Return the settlement before A's `alpha` and S's `backing` where C chooses this `crisis`."""
    if crisis == QUIET:
        return t.status_quo
    if crisis == CHALLENGER_CHALLENGES:
        return conceded(t, challenge(t, alpha + backing)[0])
    if alpha >= levels.capitulation:
        return 1.0
    return demanded(t, contested(t, alpha)[0])


@jit
def challenger_reply(t, levels, backing, alpha):
    """Return C's best reply to forces `alpha` of A and `backing` = phi s of S: arms, settlement, crisis.

    Indifferent, C takes what A prefers.
    """
    crisis = QUIET
    if yields(t, levels.neutralising, levels.yielding, alpha):
        crisis = ALLY_CHALLENGES
    elif t.challenger_edge > 0.0:
        holding, _ = holding_defence(t, levels.quiet, levels.neutralising, backing)
        if alpha + backing < holding:
            crisis = CHALLENGER_CHALLENGES
    arms = arms_against(t, levels, backing, alpha, crisis)
    return arms, settlement_at(t, levels, backing, alpha, crisis), crisis
