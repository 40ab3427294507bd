"""The whole game with any contest, solved by backward induction."""

import math

from .._jit import jit, jit_apart
from ..equilibrium import Path, solution, unsolved
from ..status import CONTRADICTED, NOT_CONVERGED, SOLVED
from ..superpower import NO_PLEDGE
from .ally import ally_act, challenger_act, levels, outcome
from .superpower import best_offer

CERTAIN = 1e-8  # the most that a player may gain by leaving the path
BARELY = 1e-9  # how much more backing, relatively, settles what A is indifferent about


@jit_apart
def equilibrium(t):
    """Return the `Solution` of the game with the `Terms` t, what fixes the pledge, and the status."""
    lv = levels(t)
    act = ally_act(t, lv, 0.0)
    without = Path(act.alpha, act.arms, act.settlement, act.crisis)
    offer = best_offer(t, lv, act)
    if math.isnan(roots(t, lv) + act.payoff + offer.cost + offer.backing + offer.alpha):
        return unsolved(), NO_PLEDGE, NOT_CONVERGED
    path = without
    if offer.limit != NO_PLEDGE:
        arms, settlement = outcome(t, lv, offer.force, offer.crisis)
        path = Path(offer.alpha, arms, settlement, offer.crisis)
        better = ally_act(t, lv, offer.backing).payoff
        promised = ally_act(t, lv, offer.backing * (1.0 + BARELY)).payoff  # what just the backing may not
        if better > offer.payoff + CERTAIN or promised < offer.payoff - CERTAIN:
            return unsolved(), NO_PLEDGE, CONTRADICTED
    gain = max(challenger_gain(t, lv, 0.0, without), challenger_gain(t, lv, offer.backing, path))
    if gain > CERTAIN:
        return unsolved(), NO_PLEDGE, CONTRADICTED
    return solution(t, without, path, offer.backing, offer.limit != NO_PLEDGE), offer.limit, SOLVED


@jit
def roots(t, lv):
    """Return the sum of the roots that every game needs: NaN if one of them was not found."""
    forces = t.free.last + t.ally_best.unarmed + t.ally_best.armed + lv.challenging.last
    return forces + lv.yielding_from + lv.excusing


@jit_apart
def challenger_gain(t, lv, backing, path):
    """Return what C can gain by another reply than that of `path`."""
    arms, settlement, _ = challenger_act(t, lv, backing, path.alpha)
    best = settlement + t.challenger_cost * arms
    return path.settlement + t.challenger_cost * path.challenger_arms - best
