"""The contest: what a force wins against a challenger that chooses its best arms."""

import math

from .._jit import jit

NEAR = 1.0 + 1e-15  # times a number: one that is no larger may be the same, but for rounding


@jit
def added(forces, existing):
    """Return the new arms that make the `existing` forces `forces`: exactly 0 if that is but rounding."""
    return 0.0 if forces <= existing * NEAR else forces - existing


@jit
def win_probability(force, rival):
    """Return P(force, rival) = force / (force + rival); rival > 0."""
    return force / (force + rival)


@jit
def larger_root(square, linear, constant):
    """Return the larger root u of square u^2 + linear u + constant = 0; square > 0. Rounding never makes it
    complex."""
    root = math.sqrt(max(0.0, linear * linear - 4.0 * square * constant))
    above, below = root - linear, 2.0 * square
    if linear > 0.0:
        above, below = -2.0 * constant, linear + root  # the same value; root - linear would lose digits here
    return above / below


@jit
def contested_by(force, challenger_cost, challenger_forces):
    """Return h(z), the win probability of `force` against C's unconstrained reply.

    C arms until force + beta = sqrt(force/c_C). There the win probability is y = sqrt(c_C force). C adds
    nothing if its existing forces exceed that. So h(z) = min(z/(z + e_C), sqrt(c_C z)).
    """
    return min(win_probability(force, challenger_forces), math.sqrt(challenger_cost * force))


@jit
def contested(t, force):
    """Return h(`force`), and C's new arms in that reply."""
    standing = win_probability(force, t.challenger_forces)
    armed = math.sqrt(t.challenger_cost * force)
    if standing <= armed * NEAR:  # at the force where C begins or ceases to arm, it adds nothing
        return min(standing, armed), 0.0
    arms = armed * (1.0 - armed) * t.challenger_reach - t.challenger_forces
    return armed, max(0.0, arms)


@jit
def force_to_win(t, p):
    """Return the force that wins with probability `p` < 1 against C's unconstrained reply."""
    return max(t.challenger_forces * p / (1.0 - p), p * p * t.challenger_reach)


@jit
def best_force(cost, challenger_cost, challenger_forces, reach):
    """Return argmax over z >= 0 of h(z) - cost z, for a unit `cost` > 0, and h of it; reach = 1/c_C.

    h is concave. C arms only for y between the two roots of y (1 - y) = c_C e_C, `low` and `high`.
    """
    root = math.sqrt(cost * challenger_forces)
    unarmed = 1.0 - root
    standing = challenger_cost * challenger_forces
    high = 0.5 * (1.0 + math.sqrt(max(0.0, 1.0 - 4.0 * standing)))
    low = standing / high
    arming = low < unarmed and low < root  # unarmed < high: 1 - root and 1 - low may both round to 1
    above, below = challenger_forces * max(0.0, unarmed), root
    if arming:
        above, below = 0.5 * challenger_cost, cost
    best = above / below
    if arming:
        p = max(low, min(best, high))
        return p * p * reach, p
    return best, max(0.0, unarmed)
