"""A finite game instead of the alliance game: backward induction over the array of a small tree, compiled by
numba.

The moves are a few pledges and a few arms. The payoffs at the ends of the tree are computed beforehand, from
the game's definition. The solution is exact for the finite game, but that is not the alliance game. It shows
how long it takes only to search a tree, by default one with 360 ends. Ties are decided as in the game: C does
what A prefers, A does what S prefers and then takes fewer arms, A signs, and S makes the smaller pledge.
"""

import numba
import numpy as np
from numba import njit

import foedus

SUPERPOWER, ALLY, CHALLENGER = range(3)


def settle(game, pledge, ally_arms, challenger_arms):
    """Return A's share after the crisis, for arrays of moves; the contest is the ratio, decisiveness 1."""
    q, k_a, k_c = game["status_quo"], game["ally_war_cost"], game["challenger_war_cost"]
    surplus = game["bargaining_power"] * (k_a + k_c)
    alpha = game["ally_forces"] + ally_arms
    beta = game["challenger_forces"] + challenger_arms
    defence = alpha + game["effectiveness"] * pledge
    p, p_defence = alpha / (alpha + beta), defence / (defence + beta)
    revised = np.minimum(1.0, p - k_a + surplus)
    conceded = np.maximum(0.0, p_defence + k_c - surplus)
    edge = q - k_c
    credible = (p_defence < edge) | ((p_defence == edge) & (edge > 0.0) & (surplus > 0.0))
    return np.where(p > q + k_a, revised, np.where(credible, conceded, q))


def tree(game, pledges, ally_arms, challenger_arms):
    """Return the payoffs at the ends of the tree: (pledge, refused or signed, A's arms, C's arms, player).

    The first pledge is no alliance, and both its branches are equal.
    """
    s, signed, a, b = np.meshgrid(pledges, [0.0, 1.0], ally_arms, challenger_arms, indexing="ij")
    signed = signed * (s > 0.0)
    x = settle(game, s * signed, a, b)
    paid = (game["superpower_cost"] * s + game["alliance_cost"]) * signed
    superpower = -game["stake"] * abs(x - game["status_quo"]) - paid
    ally = x - game["ally_cost"] * a - game["autonomy_cost"] * signed
    return np.stack([superpower, ally, 1.0 - x - game["challenger_cost"] * b], axis=-1)


def moves(game, pledges=5, arms=6, beyond=1.07):
    """Return pledges, A's arms and C's arms around those of the equilibrium: evenly spaced from none to a
    little more than the largest, because players are indifferent at the equilibrium itself."""
    eq = foedus.solve(**game)
    largest = (
        eq.pledge or 0.5,
        max(eq.ally_arms, eq.without.ally_arms) or 0.5,
        max(eq.challenger_arms, eq.without.challenger_arms) or 0.5,
    )
    numbers = pledges, arms, arms
    return [np.linspace(0.0, beyond * end, n) for end, n in zip(largest, numbers, strict=True)]


@njit(cache=True)
def reply(ends):
    """Return the number of C's best arms, given the payoffs (C's arms, player)."""
    best = 0
    for b in range(1, ends.shape[0]):
        gain = ends[b, CHALLENGER] - ends[best, CHALLENGER]
        if gain > 0.0 or (gain == 0.0 and ends[b, ALLY] > ends[best, ALLY]):
            best = b
    return best


@njit(cache=True)
def arm(ends):
    """Return the numbers of A's and C's best arms, given the payoffs (A's arms, C's arms, player)."""
    best, best_b = 0, reply(ends[0])
    for a in range(1, ends.shape[0]):
        b = reply(ends[a])
        gain = ends[a, b, ALLY] - ends[best, best_b, ALLY]
        if gain > 0.0 or (gain == 0.0 and ends[a, b, SUPERPOWER] > ends[best, best_b, SUPERPOWER]):
            best, best_b = a, b
    return best, best_b


@njit(cache=True)
def solve(ends):
    """Return the solution of a `tree`: the number of the pledge, whether it is signed, and the numbers of the
    arms of A and of C."""
    a, b = arm(ends[0, 0])
    path = 0, 0, a, b
    for s in range(1, ends.shape[0]):
        a, b = arm(ends[s, 1])
        a0, b0 = arm(ends[s, 0])
        signed = 1
        if ends[s, 0, a0, b0, ALLY] > ends[s, 1, a, b, ALLY]:
            signed, a, b = 0, a0, b0
        if ends[s, signed, a, b, SUPERPOWER] > ends[path][SUPERPOWER]:
            path = s, signed, a, b
    return path


@njit(cache=True)
def solve_all(trees, paths):
    """Write the solution of each of the trees, (tree, ...), into `paths`, (tree, 4)."""
    for i in range(trees.shape[0]):
        paths[i, 0], paths[i, 1], paths[i, 2], paths[i, 3] = solve(trees[i])


def versions():
    """Return the versions of the packages that this peer uses."""
    return {"numba": numba.__version__, "numpy": np.__version__}
