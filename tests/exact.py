"""The exact twin: the game with the ratio contest and gamma = 1, solved in 50 digits.

Parameters are the decimals that were typed, and payoffs that differ by less than 1e-35 are equal, so that
round numbers tie as in the definition. Like `twin`, this shares no code with the kernels. At each move of the
definition it compares all points where the best move can be: the ends of stretches on which the kind of reply
stays the same, and the tops in between. The tops follow from the first-order conditions of the definition.
The points where a reply changes are found as roots.
"""

from decimal import Decimal, localcontext
from typing import NamedTuple

from checks import regime
from games import NAMES

DIGITS = 50
TIE = Decimal("1e-35")
TIE_OF_COSTS = Decimal(
    "1e-25"
)  # for S's costs, which depend on where A's payoffs tie, divided by their slope
TIE_OF_ROOTS = Decimal("1e-7")  # a part of a tie, so that results of a root still tie
ALLY, QUIET, CHALLENGER = 0, 1, 2
NEVER = Decimal("Infinity")
NO_WORTH = Decimal(-(10**9))  # the worth of something that A cannot do


class Game(NamedTuple):
    """The parameters by their symbols, and values that the moves need."""

    c_a: Decimal
    c_c: Decimal
    c_s: Decimal
    q: Decimal
    k_a: Decimal
    k_c: Decimal
    e_a: Decimal
    e_c: Decimal
    phi: Decimal
    stake: Decimal
    pi: Decimal
    kappa: Decimal
    f: Decimal
    surplus: Decimal  # pi K
    r: Decimal  # q + k_A
    rho: Decimal  # q - k_C
    price: Decimal  # c_S/phi, S's cost of a unit of backing


class Act(NamedTuple):
    """What A does, and the result."""

    alpha: Decimal  # A's own forces
    arms: Decimal  # C's new arms
    settlement: Decimal
    crisis: int
    payoff: Decimal  # A's, before kappa


class Solved(NamedTuple):
    """The regime, S's payoff, the pledge, and what A does with S and without."""

    regime: int
    payoff: float
    pledge: float
    act: Act
    without: Act


def game_of(g):
    """Return the `Game` with the parameters of a tuple, as they were typed."""
    typed = dict(zip(NAMES, (Decimal(repr(float(value))) for value in g), strict=False))
    assert typed.pop("decisiveness") == 1
    assert g[-1] == 0.0
    surplus = typed["bargaining_power"] * (typed["ally_war_cost"] + typed["challenger_war_cost"])
    r = typed["status_quo"] + typed["ally_war_cost"]
    rho = typed["status_quo"] - typed["challenger_war_cost"]
    return Game(*typed.values(), surplus, r, rho, typed["superpower_cost"] / typed["effectiveness"])


def crossing(value, low, high):
    """Return the least point between `low` and `high` from which `value` is at least zero; None if there is
    none. The value must rise wherever it is negative."""

    def above(x):
        return value(x) + TIE * TIE_OF_ROOTS

    at_low = above(low)
    if at_low >= 0:
        return low
    at_high = above(high)
    if at_high < 0:
        return None
    halve, last = False, 0
    while high - low > Decimal("1e-46") * high:
        width = high - low
        x = (low + high) / 2
        if not halve and at_low.is_finite() and at_high.is_finite():
            secant = high - at_high * width / (at_high - at_low)
            x = secant if low < secant < high else x
        at_x = above(x)
        side = 1 if at_x >= 0 else -1
        if side == last:  # the Illinois rule: an end that stays counts for half
            at_low, at_high = (at_low / 2, at_high) if side > 0 else (at_low, at_high / 2)
        low, at_low, high, at_high = (low, at_low, x, at_x) if side > 0 else (x, at_x, high, at_high)
        halve, last = high - low > width / 2, side
    return high


def crisis(g, alpha, defence, beta):
    """Return the settlement and who challenges (move 5)."""
    p = alpha / (alpha + beta)
    if p > g.r + TIE:
        return min(Decimal(1), p - g.k_a + g.surplus), ALLY
    p = defence / (defence + beta)
    if g.rho > 0 and (p < g.rho - TIE or (p <= g.rho + TIE and g.surplus > 0)):
        return max(Decimal(0), p + g.k_c - g.surplus), CHALLENGER
    return g.q, QUIET


def leaving(force, p):
    """Return a list with the rival forces that leave `force` the win probability `p`; empty if there are
    none."""
    return [force * (1 - p) / p] if 0 < p < 1 else []


def losses(g, alpha, defence):
    """Return what C can do: its loss x + c_C b, the settlement, who challenges, and its new arms.

    Its loss can be least where it adds nothing, where a threat starts or stops, where the settlement starts
    or stops to be all or nothing, and where z/(z + beta) + c_C beta is least: at beta = sqrt(z/c_C) - z.
    """
    forces = [g.e_c]
    for force, edges in ((alpha, (g.r, 1 + g.k_a - g.surplus)), (defence, (g.rho, g.surplus - g.k_c))):
        for p in edges:
            forces += leaving(force, p)
        forces.append((force / g.c_c).sqrt() - force)
    found = []
    for beta in forces:
        if beta >= g.e_c:
            x, who = crisis(g, alpha, defence, beta)
            found.append((x + g.c_c * (beta - g.e_c), x, who, beta - g.e_c))
    return found


def challenger(g, alpha, backing):
    """Return C's new arms, the settlement and who challenges. If C is indifferent, it does what A prefers."""
    found = losses(g, alpha, alpha + backing)
    least = min(found)[0]
    best = [one for one in found if one[0] <= least + TIE]
    most = max(one[1] for one in best)
    _, x, who, arms = min(
        (one for one in best if one[1] >= most - TIE), key=lambda one: (one[2] != QUIET, one[3])
    )
    return arms, x, who


def staying_loss(g, alpha):
    """Return C's loss by staying, also if C's threat is credible; then challenging is better anyway."""
    return g.q + max([Decimal(0)] + [g.c_c * (beta - g.e_c) for beta in leaving(alpha, g.r)])


def least_loss(g, alpha, backing, whose):
    """Return C's least loss if the threat of one side, ALLY or CHALLENGER, is carried out."""
    return min((one[0] for one in losses(g, alpha, alpha + backing) if one[2] == whose), default=NEVER)


def fighting_loss(g, alpha):
    """Return C's least loss by yielding less than all to A, without the bound that A cannot take more than
    all."""
    forces = [g.e_c, max(g.e_c, (alpha / g.c_c).sqrt() - alpha)]
    return min(alpha / (alpha + beta) - g.k_a + g.surplus + g.c_c * (beta - g.e_c) for beta in forces)


def tops(g, cost):
    """Return forces z at which p(z) - cost z can be largest. p is what z wins against C's best arms: z/(z +
    e_C), or sqrt(c_C z) if C arms. The forces where this changes are among them."""
    forces = [(g.e_c / cost).sqrt() - g.e_c, g.c_c / (4 * cost * cost)]
    room = 1 - 4 * g.c_c * g.e_c
    if room >= 0:
        forces += [((1 + sign * room.sqrt()) / 2) ** 2 / g.c_c for sign in (-1, 1)]
    for p in (g.rho, g.surplus - g.k_c):
        if 0 < p < 1:
            forces += [p * p / g.c_c, g.e_c * p / (1 - p)]
    return forces


def spared(g, alpha, backing):
    """Return C's loss by challenging less its loss by staying."""
    return least_loss(g, alpha, backing, CHALLENGER) - staying_loss(g, alpha)


def holding_from(g, backing):
    """Return the least forces of A, at least e_A, with which C prefers staying or yielding to challenging."""
    if g.rho <= 0:
        return g.e_a
    return crossing(lambda alpha: spared(g, alpha, backing), g.e_a, g.e_a + 2 / g.c_a)


def yielding_from(g):
    """Return the least forces of A, at least e_A, with which C prefers yielding to staying."""

    def spared(alpha):
        return staying_loss(g, alpha) - least_loss(g, alpha, Decimal(0), ALLY)

    if least_loss(g, g.e_a + 2 / g.c_a, Decimal(0), ALLY) == NEVER:
        return None
    return crossing(spared, g.e_a, g.e_a + 2 / g.c_a)


def act_with(g, alpha, backing):
    """Return the `Act` with the forces `alpha` of A."""
    arms, x, who = challenger(g, alpha, backing)
    return Act(alpha, arms, x, who, x - g.c_a * (alpha - g.e_a))


def preferred(g, acts):
    """Return A's best act. If A is indifferent, it takes the settlement closest to q, then fewer arms."""
    most = max(act.payoff for act in acts)
    acts = [act for act in acts if act.payoff >= most - TIE]
    nearest = min(abs(act.settlement - g.q) for act in acts)
    return min((act for act in acts if abs(act.settlement - g.q) <= nearest + TIE), key=lambda act: act.alpha)


def ally_forces(g, backing, yielding):
    """Return a list of forces of A that has the best ones in it."""
    overwhelming = crossing(lambda alpha: fighting_loss(g, alpha) - 1, g.e_a, g.e_a + 2 / g.c_a)
    own = tops(g, g.c_a)
    forces = [g.e_a, holding_from(g, backing), yielding, overwhelming, *own, *(z - backing for z in own)]
    return [alpha for alpha in forces if alpha is not None and g.e_a <= alpha <= g.e_a + 2 / g.c_a]


def ally(g, backing, yielding):
    """Return A's best `Act`."""
    return preferred(g, [act_with(g, alpha, backing) for alpha in ally_forces(g, backing, yielding)])


def conceding_worth(g, backing, arming):
    """Return what conceding is worth to A, before kappa: with arms, or adding none."""
    acts = (
        [act_with(g, z - backing, backing) for z in tops(g, g.c_a) if z - backing > g.e_a] if arming else []
    )
    acts.append(act_with(g, g.e_a, backing))
    return max((act.payoff for act in acts if act.crisis == CHALLENGER), default=NO_WORTH)


def holding_backing(g, floor, most):
    """Return the least backing up to `most` with which holding is worth `floor`(backing) to A: C stays, given
    the forces that leave A this payoff. None if there is no such backing."""

    def above(backing):
        alpha = g.e_a + (g.q - floor(backing)) / g.c_a
        return spared(g, alpha, backing) if alpha >= g.e_a else NO_WORTH

    return crossing(above, Decimal(0), most)


def backings(g, without, yielding):
    """Return a list of backings phi s that has S's best one in it: where A begins to hold, to sign, to prefer
    conceding to revising, or begins or ceases to arm; and S's optimum if A adds nothing."""
    most = (g.stake * abs(without.settlement - g.q) - g.f) / g.price
    reservation = without.payoff + g.kappa
    revising = NO_WORTH
    if yielding is not None:
        acts = [act_with(g, alpha, Decimal(0)) for alpha in ally_forces(g, Decimal(0), yielding)]
        revising = max((act.payoff for act in acts if act.crisis == ALLY), default=NO_WORTH)
    nil = Decimal(0)
    found = []
    for floor in (reservation, revising):
        if floor > NO_WORTH:
            found.append(holding_backing(g, lambda _, least=floor: least, most))
            # if A cannot do this, because C stays with so much backing, it counts as more than any floor
            found.append(crossing(lambda d, least=floor: abs(conceding_worth(g, d, True)) - least, nil, most))
    found.append(holding_backing(g, lambda d: conceding_worth(g, d, True), most))
    own = tops(g, g.c_a)
    for end in own:
        if end > g.e_a:
            arms = crossing(
                lambda d: conceding_worth(g, d, True) - conceding_worth(g, d, False) - 2 * TIE,
                nil,
                end - g.e_a,
            )
            found.append(arms)
    found += [z - g.e_a for z in own + (tops(g, g.price / g.stake) if g.stake > 0 else [])]
    return sorted(d for d in set(found) if d is not None and 0 < d <= most)


def solve(g):
    """Return the game `Solved`; its parameters are a tuple in the kernels' order."""
    with localcontext() as context:
        context.prec = DIGITS
        return _solve(game_of(g))


def _solve(g):
    yielding = yielding_from(g)
    without = ally(g, Decimal(0), yielding)
    loss, pledge, act, signed = g.stake * abs(without.settlement - g.q), Decimal(0), without, False
    if loss > g.f:
        for backing in backings(g, without, yielding):
            behind = ally(g, backing, yielding)
            cost = g.stake * abs(behind.settlement - g.q) + g.f + g.price * backing
            if behind.payoff - g.kappa >= without.payoff - TIE and cost < loss - TIE_OF_COSTS * g.stake:
                loss, pledge, act, signed = cost, backing / g.phi, behind, True
    return Solved(regime(signed, act.crisis, without.crisis), float(-loss), float(pledge), act, without)
