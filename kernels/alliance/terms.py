"""The parameters of one game, and the quantities that every move needs."""

import math
from typing import NamedTuple

from .._jit import jit
from .contest import best_force


class Parameters(NamedTuple):
    """The parameters of one game, and the form of its contest.

    Forces are in units of arms, unit costs in goods per unit of arms, the rest in units of the
    disputed good or pure numbers.
    """

    ally_cost: float
    challenger_cost: float
    superpower_cost: float
    status_quo: float
    ally_war_cost: float
    challenger_war_cost: float
    ally_forces: float
    challenger_forces: float
    effectiveness: float
    stake: float
    bargaining_power: float
    decisiveness: float
    autonomy_cost: float
    alliance_cost: float
    contest: float  # its form, by its code in `contest`


SMALLEST, LARGEST = 2.3e-308, 1e150  # smaller floats have lost digits; the square of larger ones overflows

ALLY_FORCES, EFFECTIVENESS, DECISIVENESS, CONTEST = (
    Parameters._fields.index(name) for name in ("ally_forces", "effectiveness", "decisiveness", "contest")
)


class Costs(NamedTuple):
    """What depends only on the costs of arms, C's existing forces and S's stake.

    They are kept apart from the other terms of a game because they stay the same along many axes of a grid.
    """

    challenger_reach: float  # 1/c_C
    price: float  # c_S/phi: what a unit of backing costs S
    ally_best: float  # argmax h(z) - c_A z: A's best force in the contest
    ally_best_p: float  # h of that force
    superpower_best: float  # argmax lambda h(z) - (c_S/phi) z: the best defence for S
    solvable: float  # 0, or NaN if these are so large or small that numbers leave the range of floats


def _numbers(*names):
    """Return the positions of these parameters."""
    return frozenset(Parameters._fields.index(name) for name in names)


# the parameters that `Costs` depend on, and `any_contest.terms.Known`
COSTLY = _numbers(
    "ally_cost",
    "challenger_cost",
    "superpower_cost",
    "challenger_forces",
    "effectiveness",
    "stake",
    "decisiveness",
    "contest",
)
# the parameters that the challenger's `Levels` depend on
LEVELLED = _numbers(
    "challenger_cost",
    "status_quo",
    "ally_war_cost",
    "challenger_war_cost",
    "ally_forces",
    "challenger_forces",
    "bargaining_power",
)


class Terms(NamedTuple):
    """One game with the ratio contest and decisiveness 1, ready to be solved.

    The symbols on the right are those of the documentation.
    """

    ally_cost: float  # c_A
    challenger_cost: float  # c_C
    superpower_cost: float  # c_S
    status_quo: float  # q
    ally_war_cost: float  # k_A
    ally_forces: float  # e_A
    challenger_forces: float  # e_C
    effectiveness: float  # phi
    stake: float  # lambda
    autonomy_cost: float  # kappa
    alliance_cost: float  # f
    challenger_reach: float  # these six as in `Costs`
    price: float
    ally_best: float
    ally_best_p: float
    superpower_best: float
    solvable: float
    war_costs: float  # K = k_A + k_C
    surplus: float  # pi K, the demanding side's part of the surplus
    ally_edge: float  # r = q + k_A: A's threat is credible above this win probability
    challenger_edge: float  # rho = q - k_C: C's threat is credible below this win probability
    nothing: float  # cl = pi K - k_C: if C demands, A keeps nothing below this win probability
    nothing_held: float  # the same, bounded by 0 and by the edge of C's threat
    everything: float  # cap = 1 + k_A - pi K: if A demands, C keeps nothing above this win probability
    standing: float  # g = c_C e_C: what C's existing forces would have cost
    bargain: float  # w = r K (1 - pi)


@jit
def parameters(p):
    """Return the 15 numbers of `p`, an array or a tuple, as `Parameters`."""
    return Parameters(
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], p[12], p[13], p[14]
    )  # fmt: skip


@jit
def costs(p):
    """Return the `Costs` of all games with the costs, C's forces and the stake of `p`."""
    reach = 1.0 / p.challenger_cost
    price = p.superpower_cost / p.effectiveness
    ally_best, ally_best_p = best_force(p.ally_cost, p.challenger_cost, p.challenger_forces, reach)
    superpower_best = 0.0
    if p.stake > 0.0:
        superpower_best, _ = best_force(price / p.stake, p.challenger_cost, p.challenger_forces, reach)
    standing, matched = p.challenger_cost * p.challenger_forces, p.ally_cost * p.challenger_forces
    whole = SMALLEST <= standing <= LARGEST and matched >= SMALLEST
    solvable = 0.0 if whole and p.stake <= LARGEST * p.superpower_cost else math.nan
    return Costs(reach, price, ally_best, ally_best_p, superpower_best, solvable)


@jit
def terms(p, known):
    """Return the `Terms` of the game with `Parameters` p, whose `Costs` are `known`."""
    war_costs = p.ally_war_cost + p.challenger_war_cost
    surplus = p.bargaining_power * war_costs
    ally_edge = p.status_quo + p.ally_war_cost
    challenger_edge = p.status_quo - p.challenger_war_cost
    if challenger_edge - (surplus - p.challenger_war_cost) >= p.status_quo:
        surplus = 0.0  # it is lost in rounding, so nobody can take it: the settlement is q
    nothing = surplus - p.challenger_war_cost
    return Terms(
        p.ally_cost,
        p.challenger_cost,
        p.superpower_cost,
        p.status_quo,
        p.ally_war_cost,
        p.ally_forces,
        p.challenger_forces,
        p.effectiveness,
        p.stake,
        p.autonomy_cost,
        p.alliance_cost,
        known.challenger_reach,
        known.price,
        known.ally_best,
        known.ally_best_p,
        known.superpower_best,
        known.solvable,
        war_costs,
        surplus,
        ally_edge,
        challenger_edge,
        nothing,
        max(0.0, min(nothing, challenger_edge)),
        1.0 + (p.ally_war_cost - surplus),
        p.challenger_cost * p.challenger_forces,
        ally_edge * war_costs * (1.0 - p.bargaining_power),
    )


@jit
def game_terms(p):
    """Return the `Terms` of the game with the 15 parameters of `p`, an array or a tuple."""
    game = parameters(p)
    return terms(game, costs(game))
