"""The whole game with any contest, solved by backward induction."""

import math

from ..._jit import jit, jit_apart
from ..challenger import CHALLENGER_CHALLENGES, QUIET
from ..equilibrium import Path, solution, unsolved
from ..status import CONTRADICTED, NOT_CONVERGED, OUT_OF_RANGE, SOLVED
from ..superpower import NO_PLEDGE
from .ally import ally_act, challenger_act, levels, outcome
from .superpower import best_offer

CERTAIN = 1e-8  # the most that a player may gain by leaving the path
BARELY = 1e-9  # so much more backing, as a part of all forces, ends an indifference of A


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
        # a little more backing, because the backing itself is only as exact as the forces it is added to
        forces = offer.alpha + offer.backing + t.challenger_forces
        if t.difference:
            forces += 1.0 / t.decisiveness
        promised = ally_act(t, lv, offer.backing + BARELY * forces).payoff
        if better > offer.payoff + CERTAIN or promised < offer.payoff - CERTAIN:
            return unsolved(), NO_PLEDGE, CONTRADICTED
    gain = max(challenger_gain(t, lv, 0.0, without), challenger_gain(t, lv, offer.backing, path))
    if gain > CERTAIN:
        return unsolved(), NO_PLEDGE, CONTRADICTED
    if not (sound(t, without) and sound(t, path) and offer.backing / t.effectiveness < math.inf):
        return unsolved(), NO_PLEDGE, OUT_OF_RANGE
    return solution(t, without, path, offer.backing, offer.limit != NO_PLEDGE), offer.limit, SOLVED


@jit
def sound(t, path):
    """Tell whether a path is possible: finite forces, a settlement from 0 to 1 that is above or below q as
    the crisis says. If a parameter is huge or tiny, numbers overflow or vanish."""
    x, q = path.settlement, t.status_quo
    fits = x == q
    if path.crisis != QUIET:
        fits = x < q if path.crisis == CHALLENGER_CHALLENGES else x > q
    return fits and 0.0 <= x <= 1.0 and path.alpha + path.challenger_arms < math.inf


@jit
def roots(t, lv):
    """Return the sum of the roots that every game needs: NaN if one of them was not found."""
    forces = t.free.last + t.ally_best.unarmed + t.ally_best.armed + lv.challenging.last
    return forces + lv.yielding_from + lv.excusing


@jit_apart
def challenger_gain(t, lv, backing, path):
    """Return what C can gain by another reply than the one on `path`."""
    arms, settlement, _ = challenger_act(t, lv, backing, path.alpha)
    best = settlement + t.challenger_cost * arms
    return path.settlement + t.challenger_cost * path.challenger_arms - best
