"""The parameters of one game, and the quantities that every move needs."""

import inspect
from typing import NamedTuple

from ._jit import jit


class Terms(NamedTuple):
    """One game with the ratio contest and decisiveness 1, ready to be solved.

    Forces are in units of arms, unit costs in goods per unit of arms, the rest in units of the
    disputed good or pure numbers. The symbols on the right are those of the documentation.
    """

    ally_cost: float  # c_A
    challenger_cost: float  # c_C
    challenger_reach: float  # 1/c_C
    superpower_cost: float  # c_S
    status_quo: float  # q
    ally_war_cost: float  # k_A
    ally_forces: float  # a0
    challenger_forces: float  # b0
    effectiveness: float  # phi
    stake: float  # lambda
    autonomy_cost: float  # kappa
    alliance_cost: float  # f
    war_costs: float  # K = k_A + k_C
    surplus: float  # pi K, what the demanding side takes of the surplus
    ally_edge: float  # r = q + k_A: A's threat is credible above this win probability
    challenger_edge: float  # rho = q - k_C: C's threat is credible below this win probability
    nothing: float  # cl = pi K - k_C: facing C's demand, A keeps nothing below this probability
    nothing_held: float  # the same, held between 0 and the edge of C's threat
    everything: float  # cap = 1 + k_A - pi K: facing A's demand, C keeps nothing above it
    neutralising: float  # m = (1 - r)/r: C's forces per unit of A's that keep A's threat empty
    standing: float  # g = c_C b0: what C's standing forces would have cost
    bargain: float  # w = r K (1 - pi)


@jit
def terms(
    ally_cost,
    challenger_cost,
    superpower_cost,
    status_quo,
    ally_war_cost,
    challenger_war_cost,
    ally_forces,
    challenger_forces,
    effectiveness,
    stake,
    bargaining_power,
    autonomy_cost,
    alliance_cost,
):
    """Return the `Terms` of the game with these parameters."""
    war_costs = ally_war_cost + challenger_war_cost
    surplus = bargaining_power * war_costs
    ally_edge = status_quo + ally_war_cost
    challenger_edge = status_quo - challenger_war_cost
    nothing = surplus - challenger_war_cost
    return Terms(
        ally_cost,
        challenger_cost,
        1.0 / challenger_cost,
        superpower_cost,
        status_quo,
        ally_war_cost,
        ally_forces,
        challenger_forces,
        effectiveness,
        stake,
        autonomy_cost,
        alliance_cost,
        war_costs,
        surplus,
        ally_edge,
        challenger_edge,
        nothing,
        max(0.0, min(nothing, challenger_edge)),
        1.0 + (ally_war_cost - surplus),
        max(0.0, 1.0 - ally_edge) / ally_edge,
        challenger_cost * challenger_forces,
        ally_edge * war_costs * (1.0 - bargaining_power),
    )


# the names of the parameters of `terms`, in their order, compiled or not
PARAMETERS = tuple(inspect.signature(getattr(terms, "py_func", terms)).parameters)
