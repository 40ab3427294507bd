"""Backward induction by brute force, in NumPy: one game on grids of pledges and of arms.

What a user would write without any derivation. C tries, against every force of A behind every pledge, an even
grid of new arms and, because its payoff jumps there, the two points at which a threat stops being credible; A
tries a grid of new arms with which it spends no more than there is to win; S tries the pledges that cost less
than what it loses without one. Payoffs are exact to 1e-3, which takes the default numbers of nodes, except where
players are so nearly indifferent that the grid takes the other side. Ties are those of the game as far as a grid
has them.
"""

import numpy as np

PLEDGES, ALLY_ARMS, CHALLENGER_ARMS = 400, 1600, 48
AT_ONCE = 16  # pledges at a time: about 100 MB
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
    q, b0, cost = game["status_quo"], game["challenger_forces"], game["challenger_cost"]
    low, high = q - game["challenger_war_cost"], q + game["ally_war_cost"]
    arms = np.broadcast_to(np.linspace(0.0, 1.0 / cost, nodes), (*alpha.shape, nodes))
    edges = [alpha * (1.0 - high) / high - b0] if high < 1.0 else []
    edges += [defence * (1.0 - low) / low - b0] if low > 0.0 else []
    arms = np.concatenate([arms, *(np.maximum(0.0, edge)[..., None] for edge in edges)], axis=-1)
    x, who = crisis(game, alpha[..., None], defence[..., None], b0 + arms)
    loss = x + cost * arms
    ties = loss <= loss.min(axis=-1, keepdims=True) + TIE
    best = np.where(ties, x, -1.0).argmax(axis=-1)[..., None]  # what A prefers
    return [np.take_along_axis(values, best, axis=-1)[..., 0] for values in (arms, x, who)]


def ally_replies(game, pledges, arms, nodes):
    """Return, for each pledge, A's arms, its payoff before the cost of signing, C's arms, the settlement and who
    challenges."""
    alpha = np.broadcast_to(game["ally_forces"] + arms, (len(pledges), len(arms)))
    b, x, who = replies(game, alpha, alpha + game["effectiveness"] * pledges[:, None], nodes)
    payoff = x - game["ally_cost"] * arms
    ties = payoff >= payoff.max(axis=1, keepdims=True) - TIE
    best = np.where(ties, abs(x - game["status_quo"]), np.inf).argmin(axis=1)  # what S prefers, then fewer
    rows = np.arange(len(pledges))
    return arms[best], payoff[rows, best], b[rows, best], x[rows, best], who[rows, best]


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
    # with any pledge that could pay: no more arms than leave A what it has without
    arms = arms[game["ally_cost"] * arms <= 1.0 - payoff0 + TIE]
    offers = np.linspace(0.0, max(0.0, loss0 - f) / game["superpower_cost"], pledges + 1)[1:]
    for start in range(0, pledges if loss0 > f else 0, AT_ONCE):
        some = offers[start : start + AT_ONCE]
        a, payoff, b, x, who = ally_replies(game, some, arms, challenger_arms)
        payoff = payoff - game["autonomy_cost"]
        gain = -stake * abs(x - q) - f - game["superpower_cost"] * some
        gain[payoff < payoff0 - TIE] = -np.inf  # A refuses
        i = int(gain.argmax())
        if gain[i] > best[0]:
            best = gain[i], some[i], a[i], payoff[i], b[i], x[i], who[i], True
        if best[0] >= -f - game["superpower_cost"] * some[-1]:
            break  # a larger pledge costs more than the best one does
    superpower, pledge, a, ally, b, x, who, signed = best
    return {
        "regime": name(signed, who, who0),
        "pledge": pledge,
        "ally_arms": a,
        "challenger_arms": b,
        "settlement": x,
        "settlement_without": x0,
        "superpower_payoff": superpower,
        "ally_payoff": ally,
        "challenger_payoff": 1.0 - x - game["challenger_cost"] * b,
    }


def versions():
    """Return the versions of what this peer is made of."""
    return {"numpy": np.__version__}
