"""The ally's move: how it arms, with or without a pledge behind it.

In A's own forces the line falls into three zones: A *concedes* below the level at which C stays,
*holds* from there on, and *revises* the status quo from the level before which C yields. A's best
reply is the best point of one of them. A pledge makes holding cheaper, conceding less dear, and
leaves revising as it is, for S's forces fight only where C challenges.
"""

import math

from ._jit import jit
from .challenger import (
    ALLY_CHALLENGES,
    CHALLENGER_CHALLENGES,
    QUIET,
    ROUNDING,
    capitulation_force,
    challenge,
    conceded,
    demanded,
    holding_defence,
    outcome,
    yields,
)
from .contest import contested, force_to_win


@jit
def holding_force(t, backing):
    """Return the least forces of A's own with which the status quo holds behind `backing` = phi s."""
    if t.challenger_edge <= 0.0:
        return t.ally_forces
    return max(t.ally_forces, holding_defence(t, backing)[0] - backing)


@jit
def holding_payoff(t, alpha):
    """Return A's payoff, before kappa, from holding the status quo with forces `alpha`."""
    return t.status_quo - t.ally_cost * (alpha - t.ally_forces)


@jit
def revision(t, yielding):
    """Return A's best way to revise the status quo, its forces and payoff before kappa.

    A fights for x = h(alpha) - k_A + pi K with the forces best for that, or takes everything from
    where C capitulates. `yielding` is `yielding_force` and finite; the payoff is -infinity where
    there is nothing to take.
    """
    least = max(yielding, t.ally_forces)
    capitulation = capitulation_force(t)
    overwhelming = max(least, capitulation)
    payoff = 1.0 - t.ally_cost * (overwhelming - t.ally_forces)
    force = max(least, t.ally_best)
    if force < capitulation and not (t.surplus == 0.0 and force == yielding):
        p, _ = contested(t, force)
        fighting = demanded(t, p) - t.ally_cost * (force - t.ally_forces)
        if fighting >= payoff:
            return force, fighting
    return overwhelming, payoff


@jit
def concession_defence(t):
    """Return the defence that A builds where it arms and still concedes, and its win probability.

    The best of h(D) - c_A D, but never beyond the edge of C's threat: there, with pi K = 0, nothing
    is left to concede and A holds, so that the defence counts as none. Needs rho > 0.
    """
    edge = force_to_win(t, t.challenger_edge)
    if t.ally_best >= edge:
        if t.surplus == 0.0:
            return 0.0, 0.0
        return edge, t.challenger_edge
    return t.ally_best, contested(t, t.ally_best)[0]


@jit
def concession(t, backing):
    """Return A's best way to concede behind `backing` = phi s: forces and payoff, before kappa.

    The settlement is nothing up to P = cl and concave from there, so that A adds nothing or goes to
    the `concession_defence`. Needs rho > 0.
    """
    p, _ = challenge(t, t.ally_forces + backing)
    payoff = conceded(t, p)
    built, built_p = concession_defence(t)
    arms = built - backing - t.ally_forces
    if arms > 0.0:
        arming = conceded(t, built_p) - t.ally_cost * arms
        if arming >= payoff - ROUNDING:
            return built - backing, arming
    return t.ally_forces, payoff


@jit
def revision_is_closer(t, backing, conceding, revising):
    """Tell whether S prefers what A takes with forces `revising` to what it settles for otherwise."""
    _, kept = outcome(t, backing, conceding, CHALLENGER_CHALLENGES)
    _, taken = outcome(t, backing, revising, ALLY_CHALLENGES)
    return taken - t.status_quo < t.status_quo - kept


@jit
def ally_reply(t, backing, yielding):
    """Return A's best reply to `backing` = phi s: its forces, the crisis, its payoff before kappa.

    `yielding` is `yielding_force`. Indifferent, A takes the settlement closest to q. A zone is looked
    into only where the most that it could be worth, q - pi K for nothing or 1 for the least arms, is
    more than A has already.
    """
    alpha, crisis, payoff = t.ally_forces, QUIET, -math.inf
    if not yields(t, t.ally_forces, yielding):
        alpha = holding_force(t, backing)
        payoff = holding_payoff(t, alpha)
        if payoff < t.status_quo - min(t.surplus, t.status_quo) and alpha > t.ally_forces:
            conceding, value = concession(t, backing)
            if value > payoff + ROUNDING:
                alpha, crisis, payoff = conceding, CHALLENGER_CHALLENGES, value
    if 1.0 - t.ally_cost * (max(yielding, t.ally_forces) - t.ally_forces) >= payoff - ROUNDING:
        revising, value = revision(t, yielding)
        if value > payoff + ROUNDING or (
            value >= payoff - ROUNDING
            and crisis == CHALLENGER_CHALLENGES
            and revision_is_closer(t, backing, alpha, revising)
        ):
            alpha, crisis, payoff = revising, ALLY_CHALLENGES, value
    return alpha, crisis, payoff
