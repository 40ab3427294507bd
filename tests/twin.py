"""The slow, obvious twin: the game's definition, solved by a grid search that closes in on the best.

It shares no code with the kernels and uses no result about the solution, only the moves, the contest, the
settlement of the crisis and the ties. At each move it tries a grid of nodes and closes in on every local best
of each kind of outcome, because payoffs jump where a reply changes. A grid finds a zone only if a node falls
into it. So the twin may miss a best reply in a very narrow zone, but never invents one.

A game is a tuple of its 14 parameters, in the order of `foedus.kernels.alliance.PARAMETERS`, and the code of
the contest: 0 for the ratio form, 1 for the difference form.
"""

import math

import numpy as np
from numba import njit

ALLY, QUIET, CHALLENGER = 0, 1, 2
EVERYTHING, NOTHING = 3, 4  # A takes all, or keeps nothing: separate kinds for the search
UNARMED, AT_END, WITHIN = 0, 1, 2  # how C arms: not at all, just enough to change the crisis, or otherwise
# the kind of an outcome is 6 times one of these, plus twice how C arms, plus 1 for S's outcomes in which A arms
CRISIS = np.array([ALLY, QUIET, CHALLENGER, ALLY, CHALLENGER])
KEPT = 2  # local bests of each kind on which the search closes in
PARTS = 9  # of a cell in which the kind changes
CERTAIN = 16.0  # log-odds beyond which more forces hardly change a contest
CLEAR = 2e-3  # a move that is worth less by this much is out of the question, relative to a stake above 1
ROUNDING = 1e-14  # payoffs of C that differ by less count as equal
SLACK = 2e-9  # the same for payoffs of A, which depend on the search for C
GOLDEN = 0.5 * (3 - math.sqrt(5))


@njit(cache=True)
def win(g, force, rival):
    """Return P(force, rival), the probability that `force` wins against `rival`."""
    gamma, difference = g[11], g[14] == 1.0
    less, more = min(force, rival), max(force, rival)
    odds = math.exp(-gamma * (more - less)) if difference else (less / more) ** gamma  # of the weaker
    return 1 / (1 + odds) if force >= rival else odds / (1 + odds)


@njit(cache=True)
def arms_at(g, force, log_odds):
    """Return the rival forces that win against `force` with these log odds."""
    gamma, difference = g[11], g[14] == 1.0
    if difference:
        return force + log_odds / gamma
    return force * math.exp(min(log_odds / gamma, 700.0))


@njit(cache=True)
def arms_until(g, force, p):
    """Return the rival forces against which `force` wins with probability `p`."""
    difference = g[14] == 1.0
    if p <= 0:
        return np.inf
    if p >= 1:
        return -np.inf if difference else 0.0
    return arms_at(g, force, math.log((1 - p) / p))


@njit(cache=True)
def edge(g, x, y):
    """Return by how much a win probability may differ, relatively, and still count as the edge of a
    threat."""
    gamma, difference = g[11], g[14] == 1.0
    return 1e-13 * max(1.0, gamma) + (1e-15 * gamma * (x + y) if difference else 0.0)


@njit(cache=True)
def crisis(g, s, a, b):
    """Return the settlement and who challenges (move 5)."""
    c_a, c_c, c_s, q, k_a, k_c, e_a, e_c, phi, lam, pi, gamma, kappa, f, contest = g
    alpha, beta = e_a + a, e_c + b
    defence = alpha + phi * s
    surplus = pi * (k_a + k_c)
    p = win(g, alpha, beta)
    if p > (q + k_a) * (1 + edge(g, alpha, beta)):
        return min(1.0, p - k_a + surplus), ALLY
    p = win(g, defence, beta)
    rho = q - k_c
    tie = edge(g, defence, beta)
    if rho > 0 and (p < rho * (1 - tie) or (p <= rho * (1 + tie) and surplus > 0.0)):
        return max(0.0, p + k_c - surplus), CHALLENGER
    return q, QUIET


@njit(cache=True)
def spread(nodes, low, high):
    """Return the nodes between `low` and `high` in order, without those that are nearly the same."""
    nodes = np.sort(np.minimum(high, np.maximum(low, nodes)))
    n = 1
    for i in range(1, nodes.size):
        if nodes[i] - nodes[n - 1] > 1e-9 * (high - low):
            nodes[n] = nodes[i]
            n += 1
    return nodes[:n]


@njit(cache=True)
def peaks(payoffs, kinds):
    """Return the nodes that are better than their neighbours of the same kind, the best few of each kind."""
    n = payoffs.size
    peak = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        left = i == 0 or kinds[i - 1] != kinds[i] or payoffs[i] > payoffs[i - 1]
        right = i == n - 1 or kinds[i + 1] != kinds[i] or payoffs[i] >= payoffs[i + 1]
        peak[i] = left and right and payoffs[i] > -np.inf
    kept = peak.copy()
    for i in np.nonzero(peak)[0]:
        kept[i] = np.sum(peak & (kinds == kinds[i]) & (payoffs > payoffs[i])) < KEPT
    return np.nonzero(kept)[0]


@njit(cache=True)
def alike(kind, other, coarse):
    """Tell whether two kinds of outcome are the same, or only who challenges."""
    return CRISIS[kind // 6] == CRISIS[other // 6] if coarse else kind == other


@njit(cache=True)
def bracket(nodes, payoffs, kinds, i):
    """Return node i and its neighbours, each with its payoff, which is -infinity for another kind."""
    left, right = max(0, i - 1), min(nodes.size - 1, i + 1)
    low = payoffs[left] if kinds[left] == kinds[i] else -np.inf
    high = payoffs[right] if kinds[right] == kinds[i] else -np.inf
    return nodes[left], low, nodes[i], payoffs[i], nodes[right], high


@njit(cache=True)
def probe(three):
    """Return the next point to try, in the larger part; the middle point is the best so far."""
    low, _, middle, _, high, _ = three
    if middle - low > high - middle:
        return middle - GOLDEN * (middle - low)
    return middle + GOLDEN * (high - middle)


@njit(cache=True)
def narrowed(three, trial, payoff):
    """Return three new points: the trial becomes the middle if it is better, else an end.

    This finds a smooth maximum (by the golden section), or a jump beside which the payoff falls.
    """
    low, at_low, middle, at_middle, high, at_high = three
    if payoff > at_middle:
        if trial < middle:
            return low, at_low, trial, payoff, middle, at_middle
        return middle, at_middle, trial, payoff, high, at_high
    if trial < middle:
        return trial, payoff, middle, at_middle, high, at_high
    return low, at_low, middle, at_middle, trial, payoff


@njit(cache=True)
def top_of_parabola(three):
    """Return the top of the parabola through the three points; the middle point if it has none.

    This finds a smooth maximum to many more digits than comparing payoffs, which are flat there.
    """
    low, at_low, middle, at_middle, high, at_high = three
    if low == middle or middle == high:
        return middle
    rise = (at_middle - at_low) / (middle - low)
    fall = (at_middle - at_high) / (high - middle)
    if not 0 < rise + fall < np.inf:
        return middle
    top = 0.5 * (fall * (low + middle) + rise * (middle + high)) / (rise + fall)
    return min(high, max(low, top))


@njit(cache=True)
def between(nodes, outcomes):
    """Return more nodes where the kind of outcome changes, so that no kind in between is missed."""
    more = [nodes[0] for _ in range(0)]
    for i in range(1, nodes.size):
        if outcomes[i][2] != outcomes[i - 1][2]:
            for j in range(1, PARTS):
                more.append(nodes[i - 1] + (nodes[i] - nodes[i - 1]) * j / PARTS)
    return np.array(more)


@njit(cache=True)
def merged(nodes, outcomes, more, of_more):
    """Return all nodes in order, their payoffs, and their kinds."""
    nodes = np.concatenate((nodes, more))
    outcomes = outcomes + of_more
    order = np.argsort(nodes)
    payoffs = np.array([outcomes[i][0] for i in order])
    kinds = np.array([outcomes[i][2] for i in order])
    return nodes[order], payoffs, kinds


@njit(cache=True)
def dense_ends(low, high, n):
    """Return n nodes from `low` to `high`, dense near both."""
    t = np.arange(n) / (n - 1)
    return low + (high - low) * t * t * (3 - 2 * t)


@njit(cache=True)
def contest_nodes(g, force, low, high):
    """Return new arms of C between `low` and `high`: spread over the log odds against `force`, where a
    contest is decided whatever the scale, and over the arms themselves. They are dense near both ends, for a
    dip between the end and a maximum close by is easily missed."""
    e_c = g[7]
    sure = np.empty(2)
    for i, b in enumerate((low, high)):
        p = win(g, force, e_c + b)
        sure[i] = math.log(p / (1 - p)) if 0 < p < 1 else (-CERTAIN if p <= 0 else CERTAIN)
    sure = np.minimum(CERTAIN, np.maximum(-CERTAIN, sure))
    odds = dense_ends(sure[0], sure[1], 29)
    by_odds = np.array([arms_at(g, force, -log_odds) - e_c for log_odds in odds])
    return spread(np.concatenate((by_odds, dense_ends(low, high, 15))), low, high)


@njit(cache=True)
def challenger_ends(g, s, a):
    """Return new arms of C that divide the line: between two of them no threat starts or stops, and no
    settlement reaches its bound."""
    c_a, c_c, c_s, q, k_a, k_c, e_a, e_c, phi, lam, pi, gamma, kappa, f, contest = g
    alpha = e_a + a
    defence = alpha + phi * s
    ends = np.zeros(6)
    ends[1] = 1 / c_c
    ends[2] = arms_until(g, alpha, q + k_a) - e_c
    ends[3] = arms_until(g, defence, q - k_c) - e_c
    ends[4] = arms_until(g, alpha, 1 + k_a - pi * (k_a + k_c)) - e_c
    ends[5] = arms_until(g, defence, pi * (k_a + k_c) - k_c) - e_c
    return np.sort(np.minimum(1 / c_c, np.maximum(0.0, ends)))


@njit(cache=True)
def challenger(g, s, a):
    """Return C's best new arms, the settlement, who challenges, how C arms, and the best payoff by crisis."""
    c_c, e_a, phi = g[1], g[6], g[8]
    best = np.full(3, -np.inf)
    arms = np.zeros(3)
    settled = np.zeros(3)
    how = np.zeros(3, dtype=np.int64)
    alpha = e_a + a
    defence = alpha + phi * s
    ends = challenger_ends(g, s, a)
    for b in ends:
        x, who = crisis(g, s, a, b)
        payoff = 1 - x - c_c * b
        if payoff > best[who]:
            best[who], arms[who], settled[who] = payoff, b, x
            how[who] = UNARMED if b == 0.0 else AT_END
    for j in range(5):
        low, high = ends[j], ends[j + 1]
        _, who = crisis(g, s, a, 0.5 * (low + high))
        if low == high or who == QUIET:
            continue  # C arms for the lower end or not at all
        least, _ = crisis(g, s, a, high)  # the settlement falls in b
        if 1 - least - c_c * low < best.max() - CLEAR:
            continue  # nothing in between is worth as much as an end
        nodes = contest_nodes(g, alpha if who == ALLY else defence, low, high)
        n = nodes.size
        payoffs = np.empty(n)
        kinds = np.empty(n, dtype=np.int64)
        for i in range(n):
            x, kinds[i] = crisis(g, s, a, nodes[i])
            payoffs[i] = 1 - x - c_c * nodes[i]
        for i in peaks(payoffs, kinds):
            three = bracket(nodes, payoffs, kinds, i)
            # no more than this is possible between the neighbours, because the settlement falls in b
            most = payoffs[min(n - 1, i + 1)] + c_c * (three[4] - three[0])
            if kinds[i] != who or most < best.max() - ROUNDING:
                continue
            for _ in range(26):
                b = probe(three)
                x, now = crisis(g, s, a, b)
                three = narrowed(three, b, 1 - x - c_c * b if now == who else -np.inf)
            b = top_of_parabola(three)
            x, now = crisis(g, s, a, b)
            if now != who or 1 - x - c_c * b < three[3] - ROUNDING:
                b = three[2]
                x, _ = crisis(g, s, a, b)
            if 1 - x - c_c * b > best[who] + ROUNDING:
                best[who], arms[who], settled[who], how[who] = 1 - x - c_c * b, b, x, WITHIN
    # if C is indifferent, it does what A prefers: A's challenge, then the status quo
    top = max(best[0], max(best[1], best[2]))
    for who in range(3):
        if best[who] >= top - ROUNDING:
            return arms[who], settled[who], who, how[who], best
    return np.nan, np.nan, -1, -1, best


@njit(cache=True)
def ally_outcome(a, g, s):
    """Return A's payoff (before kappa) from new arms `a`, the settlement, and the kind of C's reply."""
    _, x, who, how, _ = challenger(g, s, a)
    if x > 1 - 1e-13:
        who = EVERYTHING
    elif x < 1e-13:
        who = NOTHING
    elif abs(x - g[3]) < 1e-7:
        who = QUIET  # or nearly so: with pi K = 0 a threat that is just credible changes nothing
    return x - g[0] * a, x, 6 * who + 2 * how


@njit(cache=True)
def ally_nodes(g, s):
    """Return new arms of A: dense near 0, and around the forces that decide a contest with C's existing
    ones."""
    c_a, e_a, e_c, phi = g[0], g[6], g[7], g[8]
    n = 96
    odds = 13
    nodes = np.empty(n + 2 * odds)
    nodes[:n] = (np.arange(n) / (n - 1)) ** 3 / c_a
    for i in range(odds):
        log_odds = 8.0 * (2 * i / (odds - 1) - 1)
        force = arms_at(g, e_c, log_odds)
        nodes[n + i] = force - e_a
        nodes[n + odds + i] = force - e_a - phi * s
    return spread(nodes, 0.0, 1 / c_a)


@njit(cache=True)
def ally(g, s):
    """Return A's local bests: new arms, payoff (before kappa), settlement, and kind of C's reply."""
    nodes = ally_nodes(g, s)
    outcomes = [ally_outcome(nodes[0], g, s)]
    best = outcomes[0][0]
    for i in range(1, nodes.size):
        if 1 - g[0] * nodes[i - 1] < best - CLEAR:
            break  # even the whole good would not be worth such arms
        outcomes.append(ally_outcome(nodes[i], g, s))
        best = max(best, outcomes[i][0])
    nodes = nodes[: len(outcomes)]
    more = between(nodes, outcomes)
    nodes, payoffs, kinds = merged(nodes, outcomes, more, [ally_outcome(a, g, s) for a in more])
    found = []
    for coarse in (False, True):  # by kind, then by who challenges, to find a kind that no node has
        classes = CRISIS[kinds // 6] if coarse else kinds
        for i in peaks(payoffs, classes):
            three = bracket(nodes, payoffs, classes, i)
            if coarse and three == bracket(nodes, payoffs, kinds, i) and min(three[1], three[5]) > -np.inf:
                continue  # all are of one kind, which was searched already
            early = three
            hopeless = payoffs[i] < payoffs.max() - 0.1  # no cell is that wide
            for step in range(0 if hopeless else 36):
                a = probe(three)
                payoff, _, kind = ally_outcome(a, g, s)
                three = narrowed(three, a, payoff if alike(kind, kinds[i], coarse) else -np.inf)
                if step == 16:
                    early = three  # later, the payoffs differ only by rounding
            a = top_of_parabola(early)
            payoff, x, kind = ally_outcome(a, g, s)
            if not alike(kind, kinds[i], coarse) or payoff < three[3] - SLACK:
                a = three[2]
                payoff, x, kind = ally_outcome(a, g, s)
            if payoff < payoffs[i] + SLACK:
                a = nodes[i]  # such as no arms at all
                payoff, x, kind = ally_outcome(a, g, s)
            found.append((a, payoff, x, kind))
    return found


@njit(cache=True)
def gap(found, chosen):
    """Return by how much the chosen payoff exceeds the best payoff with another outcome."""
    least = np.inf
    for _, payoff, x, kind in found:
        if not alike(kind, chosen[3], True) or abs(x - chosen[2]) > 1e-5:
            least = min(least, abs(chosen[1] - payoff))
    return least


@njit(cache=True)
def ally_choice(g, s):
    """Return A's best new arms, payoff (before kappa), the settlement, and the kind of C's reply, and the
    gap to the next best, indifference settled as S prefers."""
    q = g[3]
    found = ally(g, s)
    top = -np.inf
    for _, payoff, _, _ in found:
        top = max(top, payoff)
    chosen = found[0]
    away = np.inf
    for one in found:
        if one[1] >= top - SLACK and abs(one[2] - q) < away:
            chosen, away = one, abs(one[2] - q)
    return chosen, gap(found, chosen)


@njit(cache=True)
def superpower_outcome(s, g, reservation):
    """Return S's payoff from the pledge s > 0, -infinity if A refuses, the settlement, and the kind of
    the outcome: C's reply, and whether A arms."""
    c_s, q, lam, kappa, f = g[2], g[3], g[9], g[12], g[13]
    (a, payoff, x, kind), _ = ally_choice(g, s)
    accepted = s > 0.0 and payoff - kappa >= reservation - SLACK
    return -lam * abs(x - q) - f - c_s * s if accepted else -np.inf, x, kind + (g[0] * a > 1e-6)


@njit(cache=True)
def path(g, s, signed):
    """Return s, a, b, x, crisis, U_S, U_A, U_C with the pledge s, and the gap in A's payoff."""
    c_c, c_s, q, lam, kappa, f = g[1], g[2], g[3], g[9], g[12], g[13]
    (a, payoff, x, kind), gap_ally = ally_choice(g, s)
    b, _, _, _, _ = challenger(g, s, a)
    cost = c_s * s + f if signed else 0.0
    return np.array([
        s, a, b, x, CRISIS[kind // 6], -lam * abs(x - q) - cost, payoff - (kappa if signed else 0.0),
        1 - x - c_c * b,
    ]), gap_ally  # fmt: skip


@njit(cache=True)
def solve(g, nodes_s):
    """Return the paths without S and with S, each s, a, b, x, crisis, U_S, U_A, U_C, and two gaps.

    The gaps are what decided: in A's payoff between outcomes of the game without S, and in S's payoff
    between those that it can bring about. `nodes_s` is the size of S's grid.
    """
    c_s, f = g[2], g[13]
    without, gap_ally = path(g, 0.0, False)
    largest = -without[5] / c_s
    if not (largest > 0.0 and -without[5] > f):
        return without, without, gap_ally, np.inf
    nodes = largest * (np.arange(nodes_s) / (nodes_s - 1)) ** 2
    outcomes = [superpower_outcome(nodes[0], g, without[6])]
    best = without[5]
    for i in range(1, nodes.size):
        if -c_s * nodes[i - 1] - f < best - CLEAR * max(1.0, g[9]):
            break  # even the status quo would not be worth such a pledge
        outcomes.append(superpower_outcome(nodes[i], g, without[6]))
        best = max(best, outcomes[i][0])
    nodes = nodes[: len(outcomes)]
    more = between(nodes, outcomes)
    of_more = [superpower_outcome(s, g, without[6]) for s in more]
    nodes, payoffs, kinds = merged(nodes, outcomes, more, of_more)
    chosen = 0.0, without[5], without[3], 6 * int(without[4])
    found = [chosen]
    for coarse in (False, True):
        classes = CRISIS[kinds // 6] if coarse else kinds
        for i in peaks(payoffs, classes):
            three = bracket(nodes, payoffs, classes, i)
            if coarse and three == bracket(nodes, payoffs, kinds, i) and min(three[1], three[5]) > -np.inf:
                continue
            hopeless = payoffs[i] < max(payoffs.max(), without[5]) + 0.2 * without[5]
            for _ in range(0 if hopeless else 30):
                s = probe(three)
                payoff, _, kind = superpower_outcome(s, g, without[6])
                three = narrowed(three, s, payoff if alike(kind, kinds[i], coarse) else -np.inf)
            payoff, x, kind = superpower_outcome(three[2], g, without[6])
            found.append((three[2], payoff, x, kind))
    for one in found:
        if one[1] > chosen[1]:
            chosen = one
    if chosen[0] == 0.0:
        return without, without, gap_ally, gap(found, chosen)
    signed, _ = path(g, chosen[0], True)
    return without, signed, gap_ally, min(gap(found, chosen), chosen[1] - without[5])
