"""One game at a time with SciPy: backward induction by `brentq` and `minimize_scalar`, from the definition.

A careful user could write this from the game's definition, with a library that finds roots and minima. At
each move, `brentq` finds the points at which the replies of the next players change. The best move is then
searched for between these points. C's best move is a root of the marginal value of its arms; it must be
exact, because A's share depends on it where C's payoff is flat. A and S use `minimize_scalar`, with several
brackets if payoffs may have several maxima. Pledge and settlement are exact to about 1e-6. The contest is the
ratio, with decisiveness 1.
"""

from types import SimpleNamespace

import scipy
from scipy.optimize import brentq, minimize_scalar

NEAR, NEARER = 1e-9, 1e-15  # how near minima and roots are found
EQUAL = 1e-9  # payoffs that differ by less are equal
TIE = 1e-13  # C yields only if it gains this much: if war costs nothing, yielding at the edge is staying
PIECES = 2  # brackets for payoffs with several maxima
ALLY_CHALLENGES, QUIET, CHALLENGER_CHALLENGES = range(3)
REGIMES = "revision", "restraint", "self_reliance", "deterrence", "partial", "concession"
NAMES = {
    "ally_cost": "c_a", "challenger_cost": "c_c", "superpower_cost": "c_s", "status_quo": "q",
    "ally_war_cost": "k_a", "challenger_war_cost": "k_c", "ally_forces": "e_a", "challenger_forces": "e_c",
    "effectiveness": "phi", "stake": "stake", "bargaining_power": "pi", "autonomy_cost": "kappa",
    "alliance_cost": "f",
}  # fmt: skip


def terms(game):
    """Return the game by its symbols, and the most that A and C could gain by spending."""
    t = SimpleNamespace(**{symbol: game[name] for name, symbol in NAMES.items()})
    t.surplus = t.pi * (t.k_a + t.k_c)
    t.r, t.rho = t.q + t.k_a, t.q - t.k_c
    t.most_alpha, t.most_beta = t.e_a + 1.0 / t.c_a, t.e_c + 1.0 / t.c_c
    return t


def win(force, rival):
    """Return P(force, rival)."""
    return force / (force + rival)


def root(function, low, high):
    """Return a root between `low` and `high`, where the function has different signs."""
    return brentq(function, low, high, xtol=NEARER, rtol=4e-15)


def least(function, low, high, pieces=1):
    """Return where the function is least between `low` and `high`; each of several pieces is searched."""
    found = [low, high]
    for i in range(pieces if high > low else 0):
        piece = low + (high - low) * i / pieces, low + (high - low) * (i + 1) / pieces
        found += [piece[1], minimize_scalar(function, bounds=piece, options={"xatol": NEAR}).x]
    return min(found, key=function)


def arms_against(t, force, p):
    """Return the least forces of C, at least e_C, against which `force` wins with probability `p` at most."""
    return max(t.e_c, force * (1.0 - p) / p)


# --- C's replies: its forces, its loss (A's share and the cost of arms) and the settlement


def armed(t, force, low, high):
    """Return the forces of C from `low` to `high` beyond which more cost it more than they take from A."""

    def worth(beta):
        return force / (force + beta) ** 2 - t.c_c

    if worth(low) <= 0.0:
        return low
    return root(worth, low, high) if worth(high) < 0.0 else high


def best(t, settlement, tried):
    """Return the best of the forces that C tried; if two are equally good, the one that A prefers."""
    replies = [(beta, settlement(beta) + t.c_c * (beta - t.e_c), settlement(beta)) for beta in tried]
    return min(replies, key=lambda reply: reply[1] - EQUAL * reply[2])


def challenging(t, defence):
    """Return C's best way to challenge."""

    def settlement(beta):
        return max(0.0, win(defence, beta) + t.k_c - t.surplus)

    edge = arms_against(t, defence, t.rho)
    nothing = t.surplus - t.k_c  # at this probability nothing is left to A
    end = max(edge, arms_against(t, defence, nothing) if nothing > 0.0 else t.most_beta)
    return best(t, settlement, [armed(t, defence, edge, end)])


def staying(t, alpha):
    """Return C's way to stay: it arms until A has no credible threat, if A has one."""
    beta = arms_against(t, alpha, t.r)
    return beta, t.q + t.c_c * (beta - t.e_c), t.q


def yielding(t, alpha):
    """Return C's best way to yield: with no new arms, or with arms that leave A's threat credible."""

    def settlement(beta):
        return min(1.0, win(alpha, beta) - t.k_a + t.surplus)

    edge = arms_against(t, alpha, t.r)
    start = min(edge, arms_against(t, alpha, 1.0 + t.k_a - t.surplus))  # before, A takes everything
    return best(t, settlement, [t.e_c, armed(t, alpha, start, edge)])


# --- A's replies: its forces, its payoff before the cost of signing, and the settlement


def first(function, low, high):
    """Return the least point at which the rising function is not negative, or None."""
    if function(low) >= 0.0:
        return low
    return root(function, low, high) if function(high) > 0.0 else None


def conceding_until(t, backing):
    """Return the least force of A's at which C would rather stay than challenge, or None."""
    if t.rho <= 0.0:
        return t.e_a

    def better(alpha):
        return challenging(t, alpha + backing)[1] - staying(t, alpha)[1]

    return first(better, t.e_a, t.most_alpha)


def revising_from(t):
    """Return the least force of A to which C yields, or None."""
    if t.r >= 1.0:
        return None
    start = max(t.e_a, t.e_c * t.r / (1.0 - t.r))  # where A has a threat, if C adds nothing

    def better(alpha):
        return staying(t, alpha)[1] - yielding(t, alpha)[1] - TIE

    return first(better, start, max(start, t.most_alpha))


def conceding(t, backing, until):
    """Return A's best way to concede: with no new arms, or with the arms that pay best."""

    def settlement(alpha):
        return challenging(t, alpha + backing)[2]

    def loss(alpha):
        return t.c_a * (alpha - t.e_a) - settlement(alpha)

    alpha = least(loss, t.e_a, t.most_alpha if until is None else until, PIECES)
    if loss(alpha) > loss(t.e_a) - EQUAL and settlement(alpha) <= settlement(t.e_a):
        alpha = t.e_a
    return alpha, -loss(alpha), settlement(alpha)


def revising(t, start):
    """Return A's best way to revise: with less force than makes C give up everything, or with just this."""

    def loss(alpha):
        return t.c_a * (alpha - t.e_a) - yielding(t, alpha)[2]

    end = t.most_alpha
    candidates = []
    taken = first(lambda alpha: yielding(t, alpha)[1] - 1.0 + 1e-14, start, end)
    if taken is not None:
        candidates.append((taken, 1.0 - t.c_a * (taken - t.e_a), 1.0))
        end = max(start, taken - 1e-9)
    if taken != start:
        alpha = least(loss, start, end, PIECES)
        candidates.append((alpha, -loss(alpha), yielding(t, alpha)[2]))
    return max(candidates, key=lambda candidate: candidate[1])


def ally_reply(t, backing, from_force):
    """Return A's best reply: its forces, payoff, settlement and who challenges.

    `from_force` is `revising_from`, which S's backing does not change.
    """
    until = conceding_until(t, backing)
    found = []
    if from_force is None or from_force > t.e_a:
        if until is not None:
            found.append((until, t.q - t.c_a * (until - t.e_a), t.q, QUIET))
        if until is None or until > t.e_a:
            found.append((*conceding(t, backing, until), CHALLENGER_CHALLENGES))
    if from_force is not None:
        found.append((*revising(t, from_force), ALLY_CHALLENGES))
    most = max(payoff for _, payoff, _, _ in found)
    ties = [reply for reply in found if reply[1] >= most - EQUAL]
    return min(ties, key=lambda reply: (abs(reply[2] - t.q), reply[0]))  # what S prefers, then fewer arms


# --- S's pledge


def holding_margin(t, s, reservation):
    """Return how much A prefers to hold behind the pledge `s`, compared with refusing or conceding."""
    until = conceding_until(t, t.phi * s)
    if until is None:
        return -1.0
    worth = t.q - t.c_a * (until - t.e_a)
    margin = worth - t.kappa - reservation
    if until > t.e_a:
        margin = min(margin, worth - conceding(t, t.phi * s, until)[1])
    return margin


def pledge_to_hold(t, most, reservation):
    """Return the least pledge up to `most` behind which A holds, or None; the margin rises with it."""
    if t.q - t.kappa < reservation:
        return None
    low, high = 0.0, min(most, 0.1)
    while holding_margin(t, high, reservation) < 0.0:
        if high == most:
            return None
        low, high = high, min(most, 2.0 * high)
    return brentq(lambda s: holding_margin(t, s, reservation), low, high, xtol=1e-9)


def pledge_to_concede(t, most, reservation):
    """Return the best pledge below `most` behind which A concedes, S's loss, and A's reply."""

    def reply(s):
        until = conceding_until(t, t.phi * s)
        return conceding(t, t.phi * s, until) if until is None or until > t.e_a else None

    def loss(s):
        found = reply(s)
        if found is None or found[1] - t.kappa < reservation - EQUAL:
            return t.stake + t.f + t.c_s * most  # larger than any loss, so that it is not chosen
        return t.stake * abs(found[2] - t.q) + t.f + t.c_s * s

    def accepts(s):
        found = reply(s)
        return 1.0 if found is None else found[1] - t.kappa - reservation

    start = 0.0
    if accepts(0.0) < -EQUAL:
        if accepts(most) <= 0.0:
            return None
        start = min(most, brentq(accepts, 0.0, most, xtol=1e-9) + 1e-9)
    found = [start]
    for i in range(PIECES):
        bounds = start + (most - start) * i / PIECES, start + (most - start) * (i + 1) / PIECES
        found.append(minimize_scalar(loss, bounds=bounds, options={"xatol": 1e-8}).x)
    s = min(found, key=loss)
    return s, loss(s), reply(s)


def regime(signed, crisis, crisis_without):
    """Return the name of the regime."""
    if not signed:
        return REGIMES[(0, 2, 5)[crisis_without]]
    if crisis != QUIET:
        return REGIMES[4]
    return REGIMES[1 if crisis_without == ALLY_CHALLENGES else 3]


def solve(game):
    """Return the solution of a game, by name of parameter."""
    t = terms(game)
    alpha, payoff, x, crisis = without = ally_reply(t, 0.0, revising_from(t))
    loss, s, signed = t.stake * abs(x - t.q), 0.0, False
    if loss > t.f and t.rho > 0.0:
        most = (loss - t.f) / t.c_s
        to_hold = pledge_to_hold(t, most, payoff)
        if to_hold is not None and t.f + t.c_s * to_hold < loss - EQUAL:
            until = conceding_until(t, t.phi * to_hold)
            loss, s, signed = t.f + t.c_s * to_hold, to_hold, True
            alpha, x, crisis, most = until, t.q, QUIET, to_hold
        less = pledge_to_concede(t, most, payoff)
        if less is not None and less[0] > EQUAL and less[1] < loss - EQUAL:
            s, loss, (alpha, _, x) = less
            signed, crisis = True, CHALLENGER_CHALLENGES
    if crisis == QUIET:
        beta = staying(t, alpha)[0]
    else:
        challenged = crisis == CHALLENGER_CHALLENGES
        beta = (challenging(t, alpha + t.phi * s) if challenged else yielding(t, alpha))[0]
    found = {
        "pledge": s,
        "ally_arms": alpha - t.e_a,
        "challenger_arms": beta - t.e_c,
        "settlement": x,
        "settlement_without": without[2],
        "superpower_payoff": -loss,
        "ally_payoff": x - t.c_a * (alpha - t.e_a) - t.kappa * signed,
        "challenger_payoff": 1.0 - x - t.c_c * (beta - t.e_c),
    }
    return {"regime": regime(signed, crisis, without[3])} | {key: float(v) for key, v in found.items()}


def versions():
    """Return the versions of the packages that this peer uses."""
    return {"scipy": scipy.__version__}
