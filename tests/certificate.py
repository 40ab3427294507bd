"""The certificate: no player gains by a one-shot deviation, whatever the solver did to get there.

A deviation is judged by the definition of the game (`twin.crisis`) at the last move, and by the
kernels' replies, each certified in its turn, at the earlier ones. Each function returns the largest
gain that it found, over a grid of deviations and over nodes just beside every level at which a reply
changes, where a formula that is a little wrong would show.
"""

import numpy as np
import twin
from numba import njit

from foedus.kernels import (
    ally_reply,
    challenger_reply,
    concession_defence,
    game_terms,
    outcome,
    yielding_force,
)
from foedus.kernels.ally import holding_force
from foedus.kernels.challenger import capitulation_force

BESIDE = np.array([0.0, 1e-15, -1e-15, 1e-9, -1e-9, 1e-6, -1e-6, 1e-3, -1e-3])


@njit
def deviations(low, high, n, special):
    """Return nodes in [low, high]: a grid, dense near `low`, and nodes beside each special one."""
    nodes = np.empty(n + special.size * BESIDE.size)
    for i in range(n):
        nodes[i] = low + (high - low) * (i / (n - 1)) ** 3
    k = n
    for node in special:
        for step in BESIDE:
            nodes[k] = low
            if np.isfinite(node):
                nodes[k] = min(high, max(low, node + step * max(1.0, abs(node))))
            k += 1
    return nodes


@njit
def challenger_gain(g, s, a, b, x):
    """Return what C can gain at the node (s, a) over arms `b` and settlement `x`, and how far x is
    from what the definition says that `b` leads to."""
    c_c, q, k_a, k_c, a0, b0, phi, pi = g[1], g[3], g[4], g[5], g[6], g[7], g[8], g[10]
    alpha = a0 + a
    defence = alpha + phi * s
    payoff = 1 - x - c_c * b
    special = np.array([
        b,
        twin.arms_until(alpha, q + k_a) - b0,
        twin.arms_until(defence, q - k_c) - b0,
        twin.arms_until(alpha, 1 + k_a - pi * (k_a + k_c)) - b0,
        twin.arms_until(defence, pi * (k_a + k_c) - k_c) - b0,
    ])  # fmt: skip
    gain = -np.inf
    for deviation in deviations(0.0, 1 / c_c, 120, special):
        settlement, _ = twin.crisis(g, s, a, deviation)
        gain = max(gain, 1 - settlement - c_c * deviation - payoff)
    # at the edge of a threat rounding decides in the definition: its neighbours count as well
    wrong = np.inf
    for step in (0.0, 1e-12, -1e-12):
        settlement, _ = twin.crisis(g, s, a, max(0.0, b + step * (b0 + b)))
        wrong = min(wrong, abs(settlement - x))
    return gain, wrong


@njit
def challenger_reply_gain(g, s, a):
    """Return the most of both where C replies as the solver says, at the node (s, a) and beside every
    level of A's forces at which its reply changes."""
    a0, backing = g[6], g[8] * s
    t = game_terms(g)
    levels = np.array([
        a0 + a, holding_force(t, backing), yielding_force(t), capitulation_force(t),
    ])  # fmt: skip
    worst_gain, worst = -np.inf, -np.inf
    for alpha in deviations(a0, a0 + 10 / g[0], 2, levels):
        b, x, _ = challenger_reply(t, backing, alpha)
        gain, wrong = challenger_gain(g, s, alpha - a0, b, x)
        worst_gain, worst = max(gain, worst_gain), max(wrong, worst)
    return worst_gain, worst


@njit
def ally_gain(g, s, a, x):
    """Return what A can gain at the node s over arms `a` and settlement `x`."""
    c_a, a0, phi = g[0], g[6], g[8]
    t = game_terms(g)
    backing = phi * s
    special = np.array([
        a0, a0 + a, yielding_force(t), capitulation_force(t), holding_force(t, backing),
        concession_defence(t)[0] - backing,
    ])  # fmt: skip
    gain = -np.inf
    for deviation in deviations(a0, a0 + 1 / c_a, 120, special):
        _, settlement, _ = challenger_reply(t, backing, deviation)
        gain = max(gain, settlement - c_a * (deviation - a0) - (x - c_a * a))
    return gain


@njit
def ally_reply_gain(g, s):
    """Return the same where A, and then C, reply as the solver says, and what C can gain then."""
    t = game_terms(g)
    backing = g[8] * s
    alpha, crisis, _ = ally_reply(t, backing, yielding_force(t))
    b, x = outcome(t, backing, alpha, crisis)
    best_b, best_x, _ = challenger_reply(t, backing, alpha)
    return ally_gain(g, s, alpha - g[6], x), (x + g[1] * b) - (best_x + g[1] * best_b)


@njit
def superpower_gain(g, pledge, superpower_payoff, payoff_without):
    """Return what S can gain over the payoff of the equilibrium by another pledge, or by none."""
    c_s, q, phi, lam, kappa, f = g[2], g[3], g[8], g[9], g[11], g[12]
    t = game_terms(g)
    yielding = yielding_force(t)
    alpha, crisis, _ = ally_reply(t, 0.0, yielding)
    _, settlement = outcome(t, 0.0, alpha, crisis)
    gain = -lam * abs(settlement - q) - superpower_payoff
    highest = lam * abs(settlement - q) / c_s
    special = np.array([pledge, (concession_defence(t)[0] - g[6]) / phi])
    for s in deviations(0.0, highest, 200, special):
        if s == 0.0:
            continue
        alpha, crisis, payoff = ally_reply(t, phi * s, yielding)
        if payoff - kappa >= payoff_without:
            _, settlement = outcome(t, phi * s, alpha, crisis)
            gain = max(gain, -lam * abs(settlement - q) - c_s * s - f - superpower_payoff)
    return gain
