"""Backward induction by brute force, in NumPy: one game on grids of pledges and of arms.

A user could write this without any derivation. C tries an even grid of new arms against every force of A
behind every pledge. It also tries the two points at which a threat stops being credible, because its payoff
jumps there. A tries a grid of new arms that cost no more than it can win. S tries the pledges that cost less
than what it loses without an alliance. All three then use finer grids around their best moves; A does so
around its best move for each state that may challenge, because one of these moves may be nearly as good as
another. Payoffs should be within 1e-3. If two different outcomes are nearly equally good, the grid may find
the wrong one. Ties are decided as in the game, as far as a grid can have ties.
"""

import numpy as np

PLEDGES, ALLY_ARMS, CHALLENGER_ARMS = 160, 500, 65
CLOSER = 13  # nodes of a finer grid around the best move so far
S_TIMES, A_TIMES, C_TIMES = 3, 3, 5  # number of finer grids of each player
AT_ONCE = 8  # pledges at a time, so that the arrays stay in the cache
TIE = 1e-12  # payoffs that differ by less are equal
ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = range(3)
REGIMES = "revision", "restraint", "self_reliance", "deterrence", "partial", "concession"


def crisis(game, alpha, defence, beta):
    """Return the settlement and who challenges, for arrays of forces."""
    q, k_a, k_c = game["status_quo"], game["ally_war_cost"], game["challenger_war_cost"]
    surplus = game["bargaining_power"] * (k_a + k_c)
    p, held = alpha / (alpha + beta), defence / (defence + beta)
    revises = p > (q + k_a) * (1.0 + TIE)
    edge = q - k_c
    rounding = TIE * abs(edge)
    tie = edge > 0.0 and surplus > 0.0
    challenges = ~revises & (held <= edge + rounding if tie else held < edge - rounding)
    x = np.where(revises, np.minimum(1.0, p - k_a + surplus), q)
    x = np.where(challenges, np.maximum(0.0, held + k_c - surplus), x)
    return x, np.where(revises, ALLY_CHALLENGES, np.where(challenges, CHALLENGER_CHALLENGES, QUIET))


def replies(game, alpha, defence, nodes):
    """Return C's arms, the settlement and who challenges, with C's best reply to arrays of forces."""
    q, e_c, cost = game["status_quo"], game["challenger_forces"], game["challenger_cost"]
    low, high = q - game["challenger_war_cost"], q + game["ally_war_cost"]
    edges = [alpha * (1.0 - high) / high - e_c] if high < 1.0 else []
    edges += [defence * (1.0 - low) / low - e_c] if low > 0.0 else []
    best, width = np.full(alpha.shape, 0.5 / cost), 0.5 / cost
    for count in (nodes, *[CLOSER] * C_TIMES):
        grid = np.linspace(-width, width, count)
        tried = [best[..., None] + grid, *(edge[..., None] for edge in edges)]
        arms = np.maximum(0.0, np.concatenate(tried, axis=-1))
        x, who = crisis(game, alpha[..., None], defence[..., None], e_c + arms)
        loss = x + cost * arms
        ties = loss <= loss.min(axis=-1, keepdims=True) + TIE
        chosen = np.where(ties, x, -1.0).argmax(axis=-1)[..., None]  # what A prefers
        best = np.take_along_axis(arms, chosen, axis=-1)[..., 0]
        width = grid[1] - grid[0]
    return best, *(np.take_along_axis(values, chosen, axis=-1)[..., 0] for values in (x, who))


def ally_replies(game, pledges, arms, nodes):
    """Return, for each pledge, A's arms, its payoff before the cost of signing, C's arms, the settlement and
    who challenges."""
    rows = np.arange(len(pledges))
    tried, width = np.broadcast_to(arms, (len(pledges), len(arms))), arms[1] - arms[0]
    for closer in range(1 + A_TIMES):
        alpha = game["ally_forces"] + tried
        b, x, who = replies(game, alpha, alpha + game["effectiveness"] * pledges[:, None], nodes)
        payoff = x - game["ally_cost"] * tried
        if closer < A_TIMES:
            best = [np.where(who == kind, payoff, -np.inf).argmax(axis=1) for kind in range(3)]
            grid = np.linspace(-width, width, CLOSER)
            tried = np.concatenate([tried[rows, i][:, None] + grid for i in best], axis=1)
            tried, width = np.maximum(0.0, tried), grid[1] - grid[0]
    ties = payoff >= payoff.max(axis=1, keepdims=True) - TIE
    best = np.where(ties, abs(x - game["status_quo"]), np.inf).argmin(axis=1)  # what S prefers, then fewer
    return tried[rows, best], payoff[rows, best], b[rows, best], x[rows, best], who[rows, best]


def best_offer(game, pledges, arms, nodes, refusing, best):
    """Return `best`, or the best of these pledges (in order) if it is better.

    The result has S's payoff, the pledge, A's arms and payoff, C's arms, the settlement, who challenges, and
    whether there is an alliance; `refusing` is A's payoff without an alliance.
    """
    f, cost = game["alliance_cost"], game["superpower_cost"]
    for start in range(0, len(pledges), AT_ONCE):
        some = pledges[start : start + AT_ONCE]
        if best[0] >= -f - cost * some[0]:
            break  # these pledges alone cost more than the best one loses in total
        a, payoff, b, x, who = ally_replies(game, some, arms, nodes)
        payoff = payoff - game["autonomy_cost"]
        gain = -game["stake"] * abs(x - game["status_quo"]) - f - cost * some
        gain[payoff < refusing - TIE] = -np.inf  # A refuses
        i = int(gain.argmax())
        if gain[i] > best[0]:
            best = gain[i], some[i], a[i], payoff[i], b[i], x[i], who[i], True
    return best


def name(signed, who, who_without):
    """Return the name of the regime."""
    if not signed:
        return REGIMES[(0, 2, 5)[who_without]]
    if who != QUIET:
        return REGIMES[4]
    return REGIMES[1 if who_without == ALLY_CHALLENGES else 3]


def solve(game, pledges=PLEDGES, ally_arms=ALLY_ARMS, challenger_arms=CHALLENGER_ARMS):
    """Return the solution of a game, by name of parameter, on grids of these numbers of nodes."""
    q, stake, f = game["status_quo"], game["stake"], game["alliance_cost"]
    arms = np.linspace(0.0, 1.0 / game["ally_cost"], ally_arms)
    # without S
    a0, payoff0, b0, x0, who0 = (v[0] for v in ally_replies(game, np.zeros(1), arms, challenger_arms))
    loss0 = stake * abs(x0 - q)
    best = -loss0, 0.0, a0, payoff0, b0, x0, who0, False
    # with any pledge that could pay: A buys no arms that leave it less than it has without S
    arms = arms[game["ally_cost"] * arms <= 1.0 - payoff0 + TIE]
    most = max(0.0, loss0 - f) / game["superpower_cost"]
    offers, width = np.linspace(0.0, most, pledges + 1)[1:], most / pledges
    for _ in range(1 + S_TIMES if most > 0.0 else 0):
        best = best_offer(game, offers, arms, challenger_arms, payoff0, best)
        offers = np.linspace(max(0.0, best[1] - width), best[1] + width, CLOSER)
        offers, width = offers[offers > 0.0], offers[1] - offers[0]
        if not best[-1]:
            break
    superpower, pledge, a, ally, b, x, who, signed = best
    found = {
        "pledge": pledge,
        "ally_arms": a,
        "challenger_arms": b,
        "settlement": x,
        "settlement_without": x0,
        "superpower_payoff": superpower,
        "ally_payoff": ally,
        "challenger_payoff": 1.0 - x - game["challenger_cost"] * b,
    }
    return {"regime": name(signed, who, who0)} | {key: float(value) for key, value in found.items()}


def versions():
    """Return the versions of the packages that this peer uses."""
    return {"numpy": np.__version__}
