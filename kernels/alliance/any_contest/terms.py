"""The parameters of one game with any contest, and the quantities that every move needs."""

import math
from typing import NamedTuple

from ..._jit import jit, jit_apart
from ..terms import Costs, parameters, terms
from .contest import Best, Reply, best, free_reply
from .odds import NEVER, grown, log_odds

RATIO, DIFFERENCE = 0.0, 1.0  # the codes of the forms of the contest


class Contest(NamedTuple):
    """The contest that C faces, and values that follow from it."""

    decisiveness: float  # gamma
    difference: bool  # the difference form, not the ratio form
    challenger_cost: float  # c_C
    challenger_forces: float  # e_C
    standing: float  # g = c_C e_C
    arming: bool  # C arms against some force
    upper_odds: float  # from -upper_odds to upper_odds C gains by its first new arms
    fold: float  # log-odds at which the contest turns from convex to concave in C's forces


class Known(NamedTuple):
    """What depends only on the contest, the costs of arms and S's stake.

    They are kept apart from the other terms of a game because they stay the same along many axes of a grid.
    """

    contest: Contest
    free: Reply  # C's unconstrained reply
    ally_best: Best  # at c_A
    superpower_best: Best  # at c_S/(lambda phi)


class Line(NamedTuple):
    """C needs the forces slope z + shift to leave a force z the win probability p.

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
    ally_forces: float  # e_A
    challenger_forces: float  # e_C
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
    standing: float  # g = c_C e_C
    arming: bool  # these three as in `Contest`
    upper_odds: float
    fold: float
    free: Reply  # these three as in `Known`
    ally_best: Best
    superpower_best: Best
    demand_base: float  # r - pK: A's win probability less this is what A takes beyond q
    holding_base: float  # q + cl = rho + pK: this less the defence's win probability is what C takes
    ally: Line  # at r: what C needs to neutralise A
    challenger: Line  # at rho: what C needs for a credible threat
    nothing_held: Line  # at cl_E = max(0, min(cl, rho)): what C needs to leave A nothing


@jit
def line(difference, gamma, p):
    """Return the `Line` of the win probability `p`."""
    odds = log_odds(p)
    if p >= 1.0:
        return Line(p, odds, 0.0, 0.0)  # no force of C changes a certainty
    if difference:
        return Line(p, odds, 1.0, -odds / gamma)
    return Line(p, odds, grown(-odds / gamma), 0.0)


@jit
def contest(p):
    """Return the `Contest` of a game with the `Parameters` p."""
    gamma, difference = p.decisiveness, p.contest == DIFFERENCE
    standing = p.challenger_cost * p.challenger_forces
    # C's marginal gain from its first arms against a force that wins with probability p is
    # gamma p (1 - p)/e_C, or gamma p (1 - p) in the difference form
    least = (p.challenger_cost if difference else standing) / gamma
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
    return Contest(
        gamma, difference, p.challenger_cost, p.challenger_forces, standing, arming, upper_odds, fold
    )


@jit_apart
def known(p):
    """Return the `Known` of all games with this contest, these costs, C's forces and the stake."""
    c = contest(p)
    superpower_best = Best(-NEVER, -NEVER)
    if p.stake > 0.0:
        superpower_best = best(c, p.superpower_cost / p.effectiveness / p.stake)
    return Known(c, free_reply(c), best(c, p.ally_cost), superpower_best)


@jit
def general_terms(p, known):
    """Return the `Terms` of the game with `Parameters` p, whose `Known` is `known`."""
    t = terms(p, Costs(1.0 / p.challenger_cost, p.superpower_cost / p.effectiveness, 0.0, 0.0, 0.0, 0.0))
    gamma, difference = known.contest.decisiveness, known.contest.difference
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
        known.contest.arming,
        known.contest.upper_odds,
        known.contest.fold,
        known.free,
        known.ally_best,
        known.superpower_best,
        t.ally_edge - t.surplus,
        t.challenger_edge + t.surplus,
        line(difference, gamma, t.ally_edge),
        line(difference, gamma, t.challenger_edge),
        line(difference, gamma, t.nothing_held),
    )


@jit
def game_terms(p):
    """Return the `Terms` of the game with the 15 parameters of `p`, an array or a tuple."""
    game = parameters(p)
    return general_terms(game, known(game))
