"""The challenger's move: its best reply to the forces it faces, and where that reply changes.

C faces A's own forces alpha = e_A + a. If C challenges, it faces the defence D = alpha + phi s. C can
*challenge*, *stay* with the status quo (this may take arms to neutralise A's threat), or *yield* to A's
challenge. Everything is written in C's **loss** x + c_C b: what C leaves to A plus what C spends on new arms.
"""

import math
from typing import NamedTuple

from .._jit import jit
from .contest import NEAR, added, contested, contested_by, force_to_win, larger_root, win_probability

# codes, as in every solution; floats, so that all values of a game have one type
ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = 0.0, 1.0, 2.0

ROUNDING = 1e-15  # payoffs of A that differ by no more are equal: round numbers tie, but their floats may not
FAINT = 1e-150  # a probability that counts as nothing; its square is still a float
TINY = 1e-300  # replaces zero where zero would be a divisor, or would mean something else


class Levels(NamedTuple):
    """Where C's reply changes. It does not depend on what arms cost A or what pledges cost S.

    The first four are 0 if C has no threat, rho <= 0.
    """

    quiet: float  # D1: the least defence that makes C stay, if staying takes no arms
    holding: float  # D_h(0): the same without S, where C may have to neutralise A
    edge: float  # the force z with h(z) = rho: C's best arms bring it to the edge of C's threat
    bare: float  # the win probability of A's existing forces if C challenges
    neutralising: float  # m = (1 - r)/r: C needs so many forces per unit of A's to keep A's threat empty
    yielding: float  # the least own force of A to which C yields
    overcome: float  # 1 if C yields to A's existing forces, else 0
    capitulation: float  # the least own force of A against which C yields all rather than arms
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
    """Return the defence's win probability against C's best challenge, and C's new arms.

    C makes it P = min(D/(D + e_C), rho, max(y(D), cl)). C arms only until its threat is credible, until a
    further unit gains no more than it costs, or until A has nothing left. Needs rho > 0.
    """
    standing = win_probability(defence, t.challenger_forces)
    wanted = min(t.challenger_edge, max(math.sqrt(t.challenger_cost * defence), t.nothing_held))
    if standing <= wanted * NEAR:
        return min(standing, wanted), 0.0
    return wanted, max(0.0, defence * (1.0 - wanted) / max(wanted, FAINT) - t.challenger_forces)


@jit
def conceded(t, p):
    """Return the settlement if C challenges and the defence would win with probability `p`."""
    return max(0.0, p - t.nothing)


@jit
def challenge_loss(t, defence):
    """Return C's loss from its best challenge of the `defence`."""
    p, arms = challenge(t, defence)
    return conceded(t, p) + t.challenger_cost * arms


@jit
def neutralising_arms(t, levels, alpha):
    """Return the new arms that C needs to keep A's own forces from being a credible threat."""
    return added(levels.neutralising * alpha, t.challenger_forces)


@jit
def demanded(t, p):
    """Return the settlement if A challenges and would win with probability `p`."""
    return min(1.0, p - t.ally_war_cost + t.surplus)


@jit
def deterring_defence(t, arms):
    """Return the least defence that makes C stay if staying takes `arms` new arms.

    Against this defence C's best challenge loses q + c_C arms. If C's arms in it are not bounded,
    (1 - y)^2 = 1 - (rho + pi K + c_C arms + g) gives y, and D = y^2/c_C. Then y exceeds (rho + pi K)/2, so
    that A keeps something. Else C stops where its threat is just credible. Needs rho > 0.
    """
    spent = t.challenger_cost * arms + t.standing
    rest = (1.0 - t.status_quo) - t.nothing - spent  # (1 - y)^2, from terms that are small near q = 1
    y = (t.challenger_edge + t.surplus + spent) / (1.0 + math.sqrt(max(0.0, rest)))
    if y < t.challenger_edge:
        return y * y * t.challenger_reach
    p, taken = t.challenger_edge, min(t.surplus, t.status_quo)
    return (t.challenger_forces + arms + taken * t.challenger_reach) * p / (1.0 - p)


@jit
def holding_defence(t, quiet, neutralising, backing):
    """Return the least defence D_h that makes C stay, of which `backing` = phi s is S's, and
    -dD_h/d(backing).

    D_h = max(D1, D2). At D1 (`quiet`) C loses as much by challenging as it leaves to A under the status quo;
    at D2 as much as that plus the cost of neutralising A's own forces D - backing. Let P be the win
    probability against C's best challenge. Then D2 = ((q - max(0, P - cl))/c_C - mu backing) r P/(r - P). If
    C's arms are not bounded, P = y = r - sqrt(w + c_C (1 - r) backing) and D2 = y^2/c_C. Needs rho > 0.
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
    """Return the least backing with which C stays, given the whole `defence`: the inverse of
    `holding_defence`.

    Infinity if C challenges this defence, no matter whose forces it consists of. If C need not neutralise A,
    callers ask only where this is so. Losses of C that differ by no more than `tie` are equal.
    """
    spared = challenge_loss(t, defence) - t.status_quo
    if spared < -tie or levels.neutralising == 0.0:
        return math.inf
    spared = max(0.0, spared)
    return max(0.0, defence - (t.challenger_forces + spared * t.challenger_reach) / levels.neutralising)


@jit
def yielding_force(t, neutralising):
    """Return the least own force of A to which C yields, infinity if there is none.

    C yields as soon as this loses no more than staying. If C arms, the two losses differ by
    (y - r)^2/r - pi K; if it does not, by a quadratic. C yields everything, a loss of 1, as soon as staying
    loses as much. With pi K = 0, yielding *at* that force is the status quo.
    """
    if neutralising == 0.0:
        return math.inf
    y = t.ally_edge + math.sqrt(t.ally_edge * t.surplus)
    exhausted = t.challenger_forces + (1.0 - t.status_quo) * t.challenger_reach
    if y * (1.0 - y) >= t.standing:
        force = y * y * t.challenger_reach
    elif t.surplus == 0.0:  # the root is the force at which A's threat becomes credible if C adds nothing
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
    """Return the win probability of the least force with which A may revise. That is the larger of `yielding`
    and e_A, or e_A if C never yields."""
    least = t.ally_forces if yielding == math.inf else max(yielding, t.ally_forces)
    return contested_by(least, t.challenger_cost, t.challenger_forces)


@jit
def capitulation_force(t):
    """Return the least own force of A against which C yields all rather than arms to yield less.

    Infinity if A can never take everything. C's loss exceeds 1 by 1 - cap - g - (1 - y)^2 if C arms, by
    P - cap if it does not.
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
    """Tell whether C yields to A's own forces `alpha`. It does from `yielding` on; but at exactly that force
    the status quo remains if there is no surplus to take.

    `yielding` is only as exact as 1 - r is, because it may have been divided by that.
    """
    more = neutralising + ROUNDING * (1.0 + neutralising)
    if t.surplus > 0.0:
        return neutralising > 0.0 and alpha * more >= yielding * neutralising
    return alpha * neutralising > yielding * more


@jit
def arms_against(t, levels, backing, alpha, crisis):
    """Return C's new arms against A's `alpha` and S's `backing` if C chooses this `crisis`."""
    if crisis == QUIET:
        return neutralising_arms(t, levels, alpha)
    if crisis == CHALLENGER_CHALLENGES:
        return challenge(t, alpha + backing)[1]
    if alpha >= levels.capitulation:
        return 0.0
    return contested(t, alpha)[1]


@jit
def settlement_at(t, levels, backing, alpha, crisis):
    """Return the settlement with A's `alpha` and S's `backing` if C chooses this `crisis`."""
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

    If C is indifferent, it chooses what A prefers.
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
