"""The certificate: no player gains by a one-shot deviation, however the solver found the path.

At the last move, the definition of the game (`twin.crisis`) gives the result of a deviation. At earlier
moves, the solver's replies do, and each of these is certified, too. Each function returns the largest gain
that it found. It tries a grid of deviations, and nodes right beside every level at which a reply changes,
where a slightly wrong formula would show. It then closes in on the best of them.
"""

from typing import Any, NamedTuple

import numpy as np
import twin
from numba import njit

from foedus.kernels import alliance as kernels
from foedus.kernels.alliance import any_contest

BESIDE = np.array([0.0, 1e-15, -1e-15, 1e-9, -1e-9, 1e-6, -1e-6, 1e-3, -1e-3])
LEVELS = 12  # the most levels that are tried
BISECTIONS = 60
STEPS = 40  # to close in on a deviation


class Solver(NamedTuple):
    """A solver's replies to given moves, as compiled functions."""

    known: Any  # takes a game, returns the `known` values from which it is solved
    challenger_reply: Any  # takes known, backing and alpha; returns arms, settlement, crisis
    ally_reply: (
        Any  # takes known and backing; returns alpha, crisis, settlement, C's arms, payoff before kappa
    )


@njit
def closed_known(g):
    """Return the terms of a game with the ratio contest and gamma = 1, and its levels."""
    t = kernels.game_terms(g)
    return t, kernels.levels(t)


@njit
def closed_challenger_reply(known, backing, alpha):
    return kernels.challenger_reply(known[0], known[1], backing, alpha)


@njit
def closed_ally_reply(known, backing):
    t, levels = known
    act = kernels.ally_reply(t, levels, backing)
    arms = kernels.arms_against(t, levels, backing, act.alpha, act.crisis)
    return act.alpha, act.crisis, act.settlement, arms, act.payoff


@njit
def general_known(g):
    """Return the terms of a game with any contest, and its levels."""
    t = any_contest.game_terms(g)
    return t, any_contest.levels(t)


@njit
def general_challenger_reply(known, backing, alpha):
    return any_contest.challenger_act(known[0], known[1], backing, alpha)


@njit
def general_ally_reply(known, backing):
    return any_contest.ally_act(known[0], known[1], backing)


CLOSED = Solver(closed_known, closed_challenger_reply, closed_ally_reply)
GENERAL = Solver(general_known, general_challenger_reply, general_ally_reply)


@njit
def dense(low, high, n):
    """Return n nodes from `low` to `high`, dense near `low`."""
    nodes = np.empty(n)
    for i in range(n):
        nodes[i] = low + (high - low) * (i / max(1, n - 1)) ** 3
    return nodes


@njit
def deviations(low, high, grid, special):
    """Return nodes in [low, high]: the nodes of a grid, and nodes beside each special one."""
    k = grid.size
    nodes = np.full(k + special.size * BESIDE.size, low)
    nodes[:k] = grid
    for node in special:
        for step in BESIDE:
            if np.isfinite(node):
                nodes[k] = min(high, max(low, node + step * max(1.0, abs(node))))
            k += 1
    return np.sort(nodes)


@njit
def most(payoff, settings, nodes):
    """Return the most of a payoff at the nodes and around the best few of them of each kind.

    `payoff` is a function of the node and the settings; it also returns the kind of outcome.
    """
    n = nodes.size
    payoffs = np.empty(n)
    kinds = np.empty(n, dtype=np.int64)
    for i in range(n):
        payoffs[i], kinds[i] = payoff(nodes[i], *settings)
    best = payoffs.max()
    for i in twin.peaks(payoffs, kinds):
        three = twin.bracket(nodes, payoffs, kinds, i)
        for _ in range(STEPS):
            trial = twin.probe(three)
            value, kind = payoff(trial, *settings)
            three = twin.narrowed(three, trial, value if kind == kinds[i] else -np.inf)
        best = max(best, three[3])
    return best


@njit
def reply_kind(solver, known, backing, alpha):
    """Return a number for the kind of C's reply: who challenges, whether C arms, whether somebody takes
    all."""
    arms, settlement, crisis = solver.challenger_reply(known, backing, alpha)
    return 6 * crisis + 3 * (arms > 0.0) + (settlement <= 0.0) + 2 * (settlement >= 1.0)


@njit
def levels(solver, g, known, backing):
    """Return the own forces of A at which the kind of C's reply changes, from both sides."""
    e_a = g[6]
    end = e_a + 1 / g[0]
    nodes = deviations(e_a, end, dense(e_a, end, 100), np.array([max(0.0, g[7] - backing), g[7]]))
    found = np.full(LEVELS, np.inf)
    k = 0
    kind = reply_kind(solver, known, backing, nodes[0])
    for i in range(1, nodes.size):
        previous, kind = kind, reply_kind(solver, known, backing, nodes[i])
        if kind == previous or k == LEVELS:
            continue
        low, high = nodes[i - 1], nodes[i]
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            if reply_kind(solver, known, backing, middle) == previous:
                low = middle
            else:
                high = middle
        found[k] = high
        k += 1
    return found[:k]


@njit
def challenger_gain(g, s, a, b, x):
    """Return C's gain at the node (s, a) over arms `b` and settlement `x`, and how far x is from the
    settlement that `b` leads to by the definition."""
    c_c, e_c = g[1], g[7]
    best = twin.challenger(g, s, a)[4].max()
    special = np.append(twin.challenger_ends(g, s, a), b)
    for deviation in deviations(0.0, 1 / c_c, dense(0.0, 1 / c_c, 1), special):
        settlement, _ = twin.crisis(g, s, a, deviation)
        best = max(best, 1 - settlement - c_c * deviation)
    # at the edge of a threat rounding decides in the definition, so arms beside `b` count, too
    wrong = np.inf
    for step in (0.0, 1e-12, -1e-12):
        settlement, _ = twin.crisis(g, s, a, max(0.0, b + step * (e_c + b)))
        wrong = min(wrong, abs(settlement - x))
    return best - (1 - x - c_c * b), wrong


@njit
def challenger_reply_gain(solver, g, s, a):
    """Return the largest of both with the solver's reply of C, at the node (s, a) and beside every level of
    A's forces at which the reply changes."""
    e_a, backing = g[6], g[8] * s
    known = solver.known(g)
    special = np.append(levels(solver, g, known, backing), e_a + a)
    worst_gain, worst = -np.inf, -np.inf
    end = e_a + 10 / g[0]
    for alpha in deviations(e_a, end, dense(e_a, end, 2), special):
        b, x, _ = solver.challenger_reply(known, backing, alpha)
        gain, wrong = challenger_gain(g, s, alpha - e_a, b, x)
        worst_gain, worst = max(gain, worst_gain), max(wrong, worst)
    return worst_gain, worst


@njit
def ally_deviation(alpha, solver, g, known, backing):
    """Return A's payoff (before kappa) with forces `alpha`, and the kind of outcome."""
    _, settlement, crisis = solver.challenger_reply(known, backing, alpha)
    return settlement - g[0] * (alpha - g[6]), crisis


@njit
def ally_gain(solver, g, s, a, x):
    """Return A's gain at the node s over arms `a` and settlement `x`."""
    c_a, e_a, backing = g[0], g[6], g[8] * s
    known = solver.known(g)
    special = np.append(levels(solver, g, known, backing), e_a + a)
    nodes = deviations(e_a, e_a + 1 / c_a, dense(e_a, e_a + 1 / c_a, 120), special)
    return most(ally_deviation, (solver, g, known, backing), nodes) - (x - c_a * a)


@njit
def ally_reply_gain(solver, g, s):
    """Return A's gain over the solver's reply of A, and C's gain over its reply to that."""
    e_a, backing = g[6], g[8] * s
    alpha, _, x, b, _ = solver.ally_reply(solver.known(g), backing)
    return ally_gain(solver, g, s, alpha - e_a, x), challenger_gain(g, s, alpha - e_a, b, x)[0]


@njit
def superpower_deviation(s, solver, g, known, payoff_without):
    """Return S's payoff from the pledge s > 0, and the kind of outcome; -infinity if A refuses."""
    c_s, q, phi, lam, kappa, f = g[2], g[3], g[8], g[9], g[12], g[13]
    if s == 0.0:
        return -np.inf, -1
    _, crisis, settlement, _, payoff = solver.ally_reply(known, phi * s)
    if payoff - kappa < payoff_without:
        return -np.inf, -1
    return -lam * abs(settlement - q) - c_s * s - f, crisis


@njit
def superpower_gain(solver, g, pledge, superpower_payoff, payoff_without):
    """Return S's gain over the payoff of the equilibrium by another pledge, or by none."""
    c_s, q, e_a, phi, lam = g[2], g[3], g[6], g[8], g[9]
    known = solver.known(g)
    _, _, settlement, _, _ = solver.ally_reply(known, 0.0)
    none = -lam * abs(settlement - q)
    # the pledge of the equilibrium, and pledges with which S's forces alone reach a level
    special = np.append((levels(solver, g, known, 0.0) - e_a) / phi, pledge)
    nodes = deviations(0.0, -none / c_s, dense(0.0, -none / c_s, 200), special)
    best = most(superpower_deviation, (solver, g, known, payoff_without), nodes)
    return max(none, best) - superpower_payoff
