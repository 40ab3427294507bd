"""The parameters of one game with any contest, and the quantities that every move needs."""

import math
from typing import NamedTuple

from .._jit import jit
from ..terms import Costs, parameters, terms
from .odds import NEVER, grown, log_odds

RATIO, DIFFERENCE = 0.0, 1.0  # the codes of the forms of the contest


class Line(NamedTuple):
    """The forces of C that leave a force z one win probability p: C needs slope z + shift for it.

    slope = ((1 - p)/p)^(1/gamma) in the ratio form, shift = ln((1 - p)/p)/gamma in the difference form.
    """

    p: float
    odds: float  # ln(p/(1 - p))
    slope: float
    shift: float


class Terms(NamedTuple):
    """One game with any contest, ready to be solved; the symbols are those of the documentation."""

    ally_cost: float  # c_A
    challenger_cost: float  # c_C
    superpower_cost: float  # c_S
    status_quo: float  # q
    ally_war_cost: float  # k_A
    ally_forces: float  # a0
    challenger_forces: float  # b0
    effectiveness: float  # phi
    stake: float  # lambda
    autonomy_cost: float  # kappa
    alliance_cost: float  # f
    decisiveness: float  # gamma
    difference: bool  # the difference form, not the ratio form
    price: float  # c_S/phi
    surplus: float  # pK
    nothing: float  # cl
    everything: float  # cap
    standing: float  # g = c_C b0
    demand_base: float  # r - pK, what A's win probability exceeds by all that it takes beyond q
    holding_base: float  # q + cl = rho + pK, the same of what C leaves
    ally: Line  # at r: what C needs to neutralise A
    challenger: Line  # at rho: what C needs for a credible threat
    nothing_held: Line  # at cl_E = max(0, min(cl, rho)): what C needs to leave A nothing
    arming: bool  # C arms against some force
    upper_odds: float  # between -upper and upper C gains by its first new arms
    fold: float  # log-odds at which the contest turns from convex to concave in C's forces


@jit
def line(difference, gamma, p):
    """Return the `Line` of the win probability `p`."""
    odds = log_odds(p)
    if p >= 1.0:
        return Line(p, odds, 0.0, 0.0)  # no force of C does any harm
    if difference:
        return Line(p, odds, 1.0, -odds / gamma)
    return Line(p, odds, grown(-odds / gamma), 0.0)


@jit
def game_terms(p):
    """Return the `Terms` of the game with the 15 parameters of `p`, an array or a tuple."""
    game = parameters(p)
    t = terms(game, Costs(1.0 / game.challenger_cost, game.superpower_cost / game.effectiveness, 0.0, 0.0))
    gamma, difference = game.decisiveness, game.contest == DIFFERENCE
    # C's marginal gain from its first arms against a force that wins with probability p is
    # gamma p (1 - p)/b0, or gamma p (1 - p) in the difference form
    least = (t.challenger_cost if difference else t.standing) / gamma
    arming = least < 0.25
    upper_odds = 0.0
    if arming:
        p_upper = 0.5 * (1.0 + math.sqrt(1.0 - 4.0 * least))
        upper_odds = math.log(p_upper * p_upper / least)
    fold = NEVER
    if difference:
        fold = 0.0
    elif gamma > 1.0:
        fold = math.log((gamma + 1.0) / (gamma - 1.0))
    return Terms(
        t.ally_cost,
        t.challenger_cost,
        t.superpower_cost,
        t.status_quo,
        t.ally_war_cost,
        t.ally_forces,
        t.challenger_forces,
        t.effectiveness,
        t.stake,
        t.autonomy_cost,
        t.alliance_cost,
        gamma,
        difference,
        t.price,
        t.surplus,
        t.nothing,
        t.everything,
        t.standing,
        t.ally_edge - t.surplus,
        t.challenger_edge + t.surplus,
        line(difference, gamma, t.ally_edge),
        line(difference, gamma, t.challenger_edge),
        line(difference, gamma, t.nothing_held),
        arming,
        upper_odds,
        fold,
    )
