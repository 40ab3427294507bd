"""The superpower's move with any contest: the pledge, if any, that costs it least."""

import math
from typing import NamedTuple

from ..._jit import jit, jit_apart
from ..challenger import ALLY_CHALLENGES, CHALLENGER_CHALLENGES, QUIET, ROUNDING, TINY
from ..superpower import CONCESSION, NO_PLEDGE, PRICE, REFUSAL, REVISION
from .ally import concession, held, marginal_gain, revising_from, revision
from .challenger import backing_to_hold, challenge, conceded, deterring_defence, yielded, yielding_defence
from .contest import odds_against, peaks, rival_arms
from .odds import NEGLIGIBLE, NEVER, root

CELLS, NODES = 16, 8  # the search divides A's forces into cells, and each cell by nodes
FINEST = 1024  # parts of a range of forces; if that is not fine enough to tell, a pledge counts as paying
ZOOMS = 34
ALIKE = 1e-12  # payoffs of A that differ by less count as equal in a search


class Offer(NamedTuple):
    """A pledge, and what A then does."""

    cost: float  # S's whole loss
    backing: float  # phi s, 0 for none
    limit: float  # what fixes the pledge, a `PledgeLimit`
    crisis: float
    alpha: float  # A's own forces
    force: float  # what faces C in the crisis: the whole defence where C challenges, else A's own forces
    payoff: float  # A's, before kappa


@jit
def worst_offer(t):
    """Return an offer that costs more than any other."""
    return Offer(math.inf, 0.0, NO_PLEDGE, QUIET, t.ally_forces, t.ally_forces, -math.inf)


@jit
def cheaper(t, best, backing, limit, crisis, alpha, force, settlement, payoff):
    """Return `best`, or the offer described if it costs S less, by more than rounding."""
    cost = t.alliance_cost + t.price * backing + t.stake * abs(settlement - t.status_quo)
    if cost < best.cost - ROUNDING * t.stake:
        return Offer(cost, backing, limit, crisis, alpha, force, payoff)
    return best


@jit
def holding_gap(t, levels, _, alpha):
    """Return A's payoff from holding with forces `alpha`, less its payoff from conceding, both with the
    backing that then makes C stay; and the slope of the difference."""
    backing, slope = backing_to_hold(t, alpha)
    _, _, conceding, rise = concession(t, levels, t.ally_forces + backing)
    holding = t.status_quo - t.ally_cost * (alpha - t.ally_forces)
    return holding - conceding, -t.ally_cost - rise * slope


@jit
def accepting_gap(t, levels, reservation, standing):
    """Return `reservation` less A's payoff from conceding from the defence `standing`; and its slope."""
    _, _, payoff, rise = concession(t, levels, standing)
    return reservation - payoff, -rise


@jit
def arming_gap(t, levels, worth, defence):
    """Return x - c_A D at the defence D = `defence`, less `worth`, the same at another one; and its slope."""
    p, arms = challenge(t, levels.challenging, defence)
    return conceded(t, p) - t.ally_cost * defence - worth, marginal_gain(t, p, defence, arms) - t.ally_cost


@jit_apart
def arming_from(t, levels, worth, low, high):
    """Return the least defence above `low` from which A arms up to `high`; that is worth `worth` to A."""
    gain, slope = arming_gap(t, levels, worth, high - 1e-6 * (high - low))
    falling = gain >= 0.0 and slope <= 0.0
    if falling or arming_gap(t, levels, worth, low)[0] <= 0.0:
        return high  # A arms up to `high` from no defence, or from every one
    return root(arming_gap, t, levels, worth, low, high, low, NEGLIGIBLE * high)


@jit_apart
def holding_pledge(t, levels, reservation, revising):
    """Return the least backing with which A holds, A's forces behind it, and what fixes it.

    Holding must be worth at least `reservation`, `revising` and conceding. More backing raises holding more
    than conceding, so that there is one root. Needs rho > 0, and `reservation` and `revising` at most q.
    """
    alpha = t.ally_forces + max(0.0, t.status_quo - max(reservation, revising)) / t.ally_cost
    backing, _ = backing_to_hold(t, alpha)
    conceding = concession(t, levels, t.ally_forces + backing)[2]
    if conceding > max(reservation, revising) + ROUNDING:
        alpha = root(holding_gap, t, levels, 0.0, t.ally_forces, alpha, alpha, NEGLIGIBLE * alpha)
        backing, _ = backing_to_hold(t, alpha)
    if t.difference:  # if C neutralises A, it stays for all forces of A or for none
        least = deterring_defence(t, 0.0)[0] - backing
        if rival_arms(t, alpha, t.ally) > 0.0:  # C's existing forces neutralise the least of A's
            least = min(least, t.challenger_forces - t.ally.shift)
        alpha = min(alpha, max(t.ally_forces, least))
    if t.ally_cost * (alpha - t.ally_forces) <= 4.0 * ROUNDING:  # a root is not known more exactly
        alpha = t.ally_forces
    limit = REFUSAL
    if max(conceding, revising) > reservation:
        limit = CONCESSION if conceding >= revising else REVISION
    return max(backing, TINY), alpha, limit


@jit
def conceding_offer(t, levels, reservation, standing, limit, best):
    """Return `best`, or the pledge that makes e_A + phi s = `standing` if A then concedes and it is
    cheaper."""
    backing = standing - t.ally_forces
    if backing <= 0.0 or t.alliance_cost + t.price * backing >= best.cost:
        return best
    defence, settlement, payoff, _ = concession(t, levels, standing)
    return conceding_at(t, reservation, standing, defence, settlement, payoff, limit, best)


@jit
def conceding_at(t, reservation, standing, defence, settlement, payoff, limit, best):
    """Do what `conceding_offer` does if it is known how A concedes: with this `defence` and `settlement`."""
    if payoff < reservation - ALIKE or held(t, settlement):
        return best
    backing = standing - t.ally_forces
    alpha = defence - backing if defence > standing else t.ally_forces
    return cheaper(t, best, backing, limit, CHALLENGER_CHALLENGES, alpha, defence, settlement, payoff)


@jit_apart
def conceding_pledge(t, levels, reservation, signs, best):
    """Return `best` or, if it is cheaper, the best pledge with which A concedes, provided it does not revise.

    `signs` tells that A signs at every pledge. S's cost falls and rises with the pledge. It has local minima
    at S's own optimum if A adds nothing, where A begins or ceases to arm, and where A begins to sign.
    """
    least = t.ally_forces
    if not signs and concession(t, levels, least)[2] < reservation:
        most = least + (best.cost - t.alliance_cost) / t.price
        if concession(t, levels, most)[2] < reservation:
            return best
        least = root(accepting_gap, t, levels, reservation, least, most, least, NEGLIGIBLE * most)
        best = conceding_offer(t, levels, reservation, least, REFUSAL, best)
    for point in peaks(t, levels.challenging, t.superpower_best, t.challenger):
        if point.force > least:
            best = conceding_offer(t, levels, reservation, point.force, PRICE, best)
    # there may be several maxima if C's reply or the settlement is not concave
    several = t.difference or t.decisiveness > 1.0 or t.nothing_held.p > 0.0
    for point in levels.conceding:
        if least < point.force < math.inf:
            best = conceding_offer(t, levels, reservation, point.force, CONCESSION, best)
            settlement = conceded(t, point.p)
            worth = settlement - t.ally_cost * point.force
            before = least
            for other in levels.conceding:
                value = conceded(t, other.p) - t.ally_cost * other.force
                if before < other.force < point.force and value > worth:
                    before = other.force
            least_cost = t.price * (before - t.ally_forces) + t.stake * (t.status_quo - settlement)
            if several and t.alliance_cost + least_cost < best.cost:
                standing = arming_from(t, levels, worth, before, point.force)
                payoff = worth + t.ally_cost * standing
                best = conceding_at(
                    t, reservation, standing, point.force, settlement, payoff, CONCESSION, best
                )
    return best


class Start(NamedTuple):
    """Forces of A to which C just yields, and the backing with which it does."""

    alpha: float
    backing: float
    settlement: float
    cost: float  # S's whole loss
    payoff: float  # A's, before kappa
    unarmed: bool  # C does not arm, and A wins more than at the inflection of the contest
    gain: float  # d(settlement)/d(alpha), if `unarmed`
    reach: float  # dD/d(C's loss): how much defence a unit of C's loss takes


@jit_apart
def revising_start(t, levels, alpha):
    """Return the `Start` with A's own forces `alpha`."""
    settlement, arms, gain = yielded(t, levels.yielding, levels.capitulation, alpha)
    defence, slope = yielding_defence(t, settlement, arms)
    backing = max(0.0, defence - alpha)
    cost = t.alliance_cost + t.price * backing + t.stake * abs(settlement - t.status_quo)
    payoff = settlement - t.ally_cost * (alpha - t.ally_forces)
    unarmed = gain > 0.0 and arms == 0.0
    if unarmed and t.fold < NEVER:
        unarmed = odds_against(t, alpha, t.challenger_forces) >= -t.fold
    return Start(alpha, backing, settlement, cost, payoff, unarmed, gain, 1.0 / (t.challenger_cost * slope))


@jit_apart
def revising_may_pay(t, levels, reservation, low, high, cost):
    """Tell whether S's loss may be less than `cost` with a pledge at which C just yields to forces of A
    between `low` and `high`.

    As these forces rise, the settlement rises and the backing falls. This gives a lower bound of S's loss
    between any two of them, and an upper bound of A's payoff from revising. If C does not arm, there are also
    bounds of the slope of S's loss. If the bounds do not decide, the range is halved.
    """
    cells, cell = 4, 0
    left = revising_start(t, levels, low)
    while cell < cells:
        right = revising_start(t, levels, low + (high - low) * (cell + 1) / cells)
        least = t.alliance_cost + t.price * right.backing + t.stake * (left.settlement - t.status_quo)
        most = right.settlement - t.ally_cost * (left.alpha - t.ally_forces)
        if least < cost and most >= reservation - ALIKE:
            falls = rises = False
            if left.unarmed and right.unarmed:
                falls = left.gain * (t.stake + t.price * right.reach) <= t.price
                rises = right.gain * (t.stake + t.price * left.reach) >= t.price
            if falls or rises:
                if (right if falls else left).cost < cost:
                    return True
            elif cells >= FINEST:
                return True
            else:
                cells *= 2
                cell *= 2
                continue
        left = right
        cell += 1
        while cell % 2 == 0 and cells > 4:
            cells //= 2
            cell //= 2
    return False


@jit_apart
def moving_offer(t, levels, reservation, alpha, best):
    """Return `best` or, if it is cheaper, the pledge with which C just yields to A's forces `alpha`. A then
    revises with these forces or concedes."""
    start = revising_start(t, levels, alpha)
    if start.backing <= 0.0 or t.alliance_cost + t.price * start.backing >= best.cost:
        return best
    standing = t.ally_forces + start.backing
    defence, kept, conceding, _ = concession(t, levels, standing)
    revising = revision(t, levels, alpha)[2]
    if start.payoff >= max(reservation, conceding, revising) - ALIKE and start.settlement > t.status_quo:
        best = cheaper(
            t, best, start.backing, PRICE, ALLY_CHALLENGES, alpha, alpha, start.settlement, start.payoff
        )
    if conceding >= max(reservation, revising) - ALIKE:
        best = conceding_at(t, reservation, standing, defence, kept, conceding, PRICE, best)
    return best


@jit_apart
def moving_between(t, levels, reservation, low, high, revising, best):
    """Return `best` or, if it is cheaper, the best pledge with which C just yields to forces of A between
    `low` and `high`. If `revising`, only pledges count with which A revises.

    The search closes in from the best node; if no node is good, from the last one, where S pledges least.
    """
    step = (high - low) / NODES
    centre, found = high, worst_offer(t)
    for k in range(NODES + 1):
        offer = moving_offer(t, levels, reservation, low + k * step, worst_offer(t))
        if offer.cost < found.cost and (offer.crisis == ALLY_CHALLENGES or not revising):
            centre, found = low + k * step, offer
    for _ in range(ZOOMS):
        step *= 0.5
        nearest = centre
        for side in (-step, step):
            alpha = min(high, max(low, centre + side))
            offer = moving_offer(t, levels, reservation, alpha, worst_offer(t))
            if offer.cost < found.cost and (offer.crisis == ALLY_CHALLENGES or not revising):
                nearest, found = alpha, offer
        centre = nearest
    return found if found.cost < best.cost - ROUNDING * t.stake else best


@jit_apart
def moving_pledge(t, levels, reservation, low, high, moved, best):
    """Return `best` or, if it is cheaper, the best pledge with which C just yields to forces of A between
    `low` and `high`.

    S's loss has no known shape here, because A may then revise or concede. So it is searched for in each cell
    of A's forces that may hold something better, and once more among the pledges with which A revises,
    because a node at which A concedes may hide a better one. `moved` tells that A revises with the pledge
    that would be best if A conceded; then other pledges with which A concedes count, too.
    """
    least = t.alliance_cost + t.stake * min(t.surplus, t.status_quo)
    for i in range(CELLS):
        left = low + (high - low) * i / CELLS
        right = low + (high - low) * (i + 1) / CELLS
        best = moving_offer(t, levels, reservation, left, best)
        conceding_may_pay = moved and least + t.price * revising_start(t, levels, right).backing < best.cost
        if conceding_may_pay or revising_may_pay(t, levels, reservation, left, right, best.cost):
            best = moving_between(t, levels, reservation, left, right, False, best)
            best = moving_between(t, levels, reservation, left, right, True, best)
    return best


@jit_apart
def best_offer(t, levels, without):
    """Return S's best offer; `without` is what A does without S.

    S makes A hold, or only buys a settlement nearer to q. If S is indifferent, it prefers no alliance, then
    the smaller pledge.
    """
    loss = t.stake * abs(without.settlement - t.status_quo)
    best = Offer(loss, 0.0, NO_PLEDGE, without.crisis, without.alpha, without.alpha, without.payoff)
    if loss <= t.alliance_cost or t.challenger.p <= 0.0:
        return best
    reservation = without.payoff + t.autonomy_cost
    revising = -math.inf  # an upper bound for every backing
    if levels.yielding_from < math.inf:
        # with pi K = 0 A may take nothing there; then it holds with these forces, and cannot hold with more
        holding = t.status_quo - t.ally_cost * max(0.0, levels.yielding_from - t.ally_forces)
        revising = max(holding, revision(t, levels, levels.yielding_from)[2])
    if max(reservation, revising) <= t.status_quo + ROUNDING:
        backing, alpha, limit = holding_pledge(t, levels, reservation, revising)
        payoff = t.status_quo - t.ally_cost * (alpha - t.ally_forces)
        best = cheaper(t, best, backing, limit, QUIET, alpha, alpha, t.status_quo, payoff)
    least = t.alliance_cost + t.stake * min(t.surplus, t.status_quo, 1.0 - t.status_quo)
    if least >= best.cost:
        return best
    moved = False  # whether A revises with a pledge that should make it concede
    if reservation <= t.status_quo + ROUNDING:
        signs = without.crisis == CHALLENGER_CHALLENGES and t.autonomy_cost == 0.0
        conceding = conceding_pledge(t, levels, reservation, signs, best)
        moved = conceding.cost < best.cost and levels.excusing > 0.0
        if moved:
            start = revising_from(t, levels, conceding.backing)
            moved = revision(t, levels, start)[2] > conceding.payoff + ALIKE
        best = conceding_pledge(t, levels, max(reservation, revising), False, best) if moved else conceding
    if levels.excusing > 0.0:
        low, high = max(levels.yielding_from, t.ally_forces), revising_from(t, levels, 0.0)
        if low < high and (moved or revising_may_pay(t, levels, reservation, low, high, best.cost)):
            best = moving_pledge(t, levels, reservation, low, high, moved, best)
    return best
