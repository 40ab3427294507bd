"""The slow, obvious twin: the game's definition, solved by grid search that closes in on the best.

It shares no code with the kernels and uses nothing that was derived about the solution, only the
moves, the settlement of the crisis and the ties. A grid finds a zone only if a node falls into it,
so the twin can miss a best reply in a sliver of a zone, never invent one.

A game is a tuple of its 13 parameters, in the order of `foedus.kernels.PARAMETERS`.
"""

import numpy as np
from numba import njit

ALLY, QUIET, CHALLENGER = 0, 1, 2
EVERYTHING, NOTHING = 3, 4  # A takes all, or keeps none: kinds of their own for the search
CRISIS = np.array([ALLY, QUIET, CHALLENGER, ALLY, CHALLENGER])  # of each kind
EDGE = 1e-13  # how near, relatively, a win probability counts as just making nobody's threat credible
ZOOMS = 13


@njit(cache=True)
def crisis(g, s, a, b):
    """Return the settlement and who challenges (move 5)."""
    c_a, c_c, c_s, q, k_a, k_c, a0, b0, phi, lam, pi, kappa, f = g
    alpha, beta = a0 + a, b0 + b
    defence = alpha + phi * s
    surplus = pi * (k_a + k_c)
    p = alpha / (alpha + beta)
    if p > (q + k_a) * (1 + EDGE):
        return min(1.0, p - k_a + surplus), ALLY
    p = defence / (defence + beta)
    rho = q - k_c
    if rho > 0 and (p < rho * (1 - EDGE) or (p <= rho * (1 + EDGE) and surplus > 0.0)):
        return max(0.0, p + k_c - surplus), CHALLENGER
    return q, QUIET


@njit(cache=True)
def arms_until(force, p):
    """Return the rival forces against which `force` wins with probability `p`."""
    if p >= 1:
        return 0.0
    return force * (1 - p) / p if p > 0 else np.inf


@njit(cache=True)
def challenger(g, s, a):
    """Return C's best new arms, the settlement, who challenges, and the best payoff by crisis."""
    c_a, c_c, c_s, q, k_a, k_c, a0, b0, phi, lam, pi, kappa, f = g
    best = np.full(3, -np.inf)
    arms = np.zeros(3)
    settled = np.zeros(3)
    alpha = a0 + a
    defence = alpha + phi * s
    # between these new arms nobody's threat starts or stops and no settlement is clamped
    ends = np.zeros(6)
    ends[1] = 1 / c_c
    ends[2] = arms_until(alpha, q + k_a) - b0
    ends[3] = arms_until(defence, q - k_c) - b0
    ends[4] = arms_until(alpha, 1 + k_a - pi * (k_a + k_c)) - b0
    ends[5] = arms_until(defence, pi * (k_a + k_c) - k_c) - b0
    ends = np.sort(np.minimum(1 / c_c, np.maximum(0.0, ends)))
    for j in range(5):
        low, high = ends[j], ends[j + 1]
        for _ in range(ZOOMS):
            m = 9
            top, at = -np.inf, 0
            for i in range(m):
                b = low + (high - low) * i / (m - 1)
                x, who = crisis(g, s, a, b)
                payoff = 1 - x - c_c * b
                if payoff > best[who]:
                    best[who], arms[who], settled[who] = payoff, b, x
                if payoff > top and 0 < i < m - 1:
                    top, at = payoff, i
            width = (high - low) / (m - 1)
            centre = low + width * at
            low, high = max(low, centre - width), min(high, centre + width)
            if width <= 1e-9 / c_c:
                break
    # indifferent, C does what A prefers: A's challenge, then the status quo
    top = max(best[0], max(best[1], best[2]))
    for who in range(3):
        if best[who] >= top - 1e-14:
            return arms[who], settled[who], who, best
    return np.nan, np.nan, -1, best


@njit(cache=True)
def kind(who, settlement):
    """Return the kind of a crisis, by who challenges and the settlement."""
    if settlement == 1.0:
        return EVERYTHING
    return NOTHING if settlement == 0.0 else who


@njit(cache=True)
def ally(g, s):
    """Return A's best new arms, the settlement and payoff (before kappa), each by kind of crisis."""
    c_a, c_c, c_s, q, k_a, k_c, a0, b0, phi, lam, pi, kappa, f = g
    best = np.full(5, -np.inf)
    arms = np.zeros(5)
    settled = np.zeros(5)
    n = 160
    nodes = (np.arange(n) / (n - 1)) ** 3 / c_a
    for i in range(n):
        _, x, who, _ = challenger(g, s, nodes[i])
        who = kind(who, x)
        payoff = x - c_a * nodes[i]
        if payoff > best[who]:
            best[who], arms[who], settled[who] = payoff, nodes[i], x
    for who in range(5):
        if best[who] == -np.inf:
            continue
        low, high = 0.0, 1 / c_a
        for a in nodes:
            if a < arms[who]:
                low = max(low, a)
            if a > arms[who]:
                high = min(high, a)
        for _ in range(ZOOMS):
            m = 9
            for i in range(m):
                a = low + (high - low) * i / (m - 1)
                _, x, now, _ = challenger(g, s, a)
                now = kind(now, x)
                payoff = x - c_a * a
                if now == who and payoff > best[who]:
                    best[who], arms[who], settled[who] = payoff, a, x
            width = (high - low) / (m - 1)
            low, high = max(0.0, arms[who] - width), arms[who] + width
    return arms, settled, best


@njit(cache=True)
def chosen(g, settled, best, slack):
    """Return the crisis A chooses, indifference settled as S prefers, and the gap to the next best."""
    q = g[3]
    top = best.max()
    who = -1
    for k in range(5):
        if best[k] >= top - slack and (who < 0 or abs(settled[k] - q) < abs(settled[who] - q)):
            who = k
    gap = np.inf
    for k in range(5):
        if k != who:
            gap = min(gap, top - best[k])
    return who, gap


@njit(cache=True)
def solve(g, nodes_s):
    """Return the paths without S and with S, each s, a, b, x, crisis, U_S, U_A, U_C, and two gaps.

    The gaps are what decided: in A's payoff between the kinds of crisis in the game without S, and
    in S's payoff between those that it can bring about. `nodes_s` is the size of S's grid.
    """
    c_a, c_c, c_s, q, k_a, k_c, a0, b0, phi, lam, pi, kappa, f = g
    slack = 1e-10
    arms, settled, best = ally(g, 0.0)
    who, gap_ally = chosen(g, settled, best, slack)
    without = np.zeros(8)
    without[0], without[1], without[4] = 0.0, arms[who], CRISIS[who]
    without[2], _, _, _ = challenger(g, 0.0, arms[who])
    without[3] = settled[who]
    without[5] = -lam * abs(settled[who] - q)
    without[6] = best[who]
    without[7] = 1 - settled[who] - c_c * without[2]

    # S: the best pledge for each crisis it can bring about
    loss = np.full(5, np.inf)
    pledge = np.zeros(5)
    largest = -without[5] / c_s
    low, high = np.zeros(5), np.zeros(5)
    n = nodes_s
    if largest > 0.0 and -without[5] > f:
        for i in range(1, n):
            s = largest * (i / (n - 1)) ** 2
            arms, settled, best = ally(g, s)
            k, _ = chosen(g, settled, best, slack)
            cost = lam * abs(settled[k] - q) + f + c_s * s
            if best[k] - kappa >= without[6] - slack and cost < loss[k]:
                loss[k], pledge[k] = cost, s
                low[k] = largest * ((i - 1) / (n - 1)) ** 2
                high[k] = largest * (min(n - 1, i + 1) / (n - 1)) ** 2
        for k in range(5):
            if loss[k] == np.inf:
                continue
            for _ in range(ZOOMS):
                m = 5
                for i in range(m):
                    s = low[k] + (high[k] - low[k]) * i / (m - 1)
                    if s == 0.0:
                        continue
                    arms, settled, best = ally(g, s)
                    now, _ = chosen(g, settled, best, slack)
                    cost = lam * abs(settled[now] - q) + f + c_s * s
                    if now == k and best[k] - kappa >= without[6] - slack and cost < loss[k]:
                        loss[k], pledge[k] = cost, s
                width = (high[k] - low[k]) / (m - 1)
                low[k], high[k] = max(0.0, pledge[k] - width), pledge[k] + width
    path = without.copy()
    k = int(np.argmin(loss))
    gap_superpower = np.inf
    for j in range(5):
        if j != k and loss[j] < np.inf:
            gap_superpower = min(gap_superpower, loss[j] - loss[k])
    gap_superpower = min(gap_superpower, abs(-without[5] - loss[k]))
    if loss[k] < -without[5]:
        s = pledge[k]
        arms, settled, best = ally(g, s)
        path[0], path[1], path[3], path[4] = s, arms[k], settled[k], CRISIS[k]
        path[2], _, _, _ = challenger(g, s, arms[k])
        path[5] = -loss[k]
        path[6] = best[k] - kappa
        path[7] = 1 - settled[k] - c_c * path[2]
    return without, path, gap_ally, gap_superpower
