"""A finite game instead of the alliance game, solved by Gambit: the limit of the logit equilibria of a small
extensive form.

The tree is that of `tree_peer` with 45 ends: no alliance or two pledges, which A refuses or signs, three arms
of A and three of C; the crisis is in the payoffs. Gambit follows the agents' quantal response equilibria
from random play to `PRECISION`, and the solution is the most probable move of each player. It is that of
backward induction if, at each decision, the best move is better than the others by more than about 1e-4. At
the equilibrium of the game itself this is not so: in restraint and deterrence, a player is indifferent. So
the moves are taken around the equilibrium, at the first of a few distances at which the condition holds.

Gambit's `logit_solve` would stop where no player regrets its plan. Players off the path may then still make
errors, and other players may avoid these parts of the tree for this reason.
"""

import numpy as np
import pygambit
from pygambit import H

from . import tree_peer

PLAYERS = ("superpower", "ally", "challenger")
GAP = 1e-4  # at each decision, the best move is better than the others by this
PRECISION = 1e5  # at which moves that cost GAP are made once in 20,000 times
PLEDGES, ARMS = 3, 3
DISTANCES = (1.07, 1.11, 1.17, 1.23, 1.31, 1.37, 1.43, 1.53)


def gap(payoffs, player):
    """Return how much better the best of these moves is for the player than the next best one, given the
    payoffs (move, player). Moves that pay everybody the same as the best one do not count."""
    best = payoffs[np.argmax(payoffs[:, player])]
    others = payoffs[np.any(abs(payoffs - best) > 1e-12, axis=1)]
    return best[player] - others[:, player].max() if len(others) else np.inf


def least_gap(ends):
    """Return the least gap of all decisions in a tree."""
    gaps, values = [], ends
    for player in (tree_peer.CHALLENGER, tree_peer.ALLY, tree_peer.ALLY, tree_peer.SUPERPOWER):
        decisions = values.reshape(-1, *values.shape[-2:])
        gaps += [gap(payoffs, player) for payoffs in decisions]
        best = [payoffs[np.argmax(payoffs[:, player])] for payoffs in decisions]
        values = np.reshape(best, (*values.shape[:-2], 3))
    return min(gaps)


def moves(game):
    """Return moves around the equilibrium, at the first distance at which all gaps are large enough."""
    tried = [tree_peer.moves(game, PLEDGES, ARMS, distance) for distance in DISTANCES]
    gaps = [least_gap(tree_peer.tree(game, *some)) for some in tried]
    enough = [some for some, matters in zip(tried, gaps, strict=True) if matters > GAP]
    return enough[0] if enough else tried[int(np.argmax(gaps))]


def extensive_form(ends):
    """Return a tree as a game of Gambit; the label of each move is its number."""
    game = pygambit.ExtensiveGame(players=list(PLAYERS))

    def move(at, player, count):
        game.append_move(node(at), player, [str(i) for i in range(count)])

    pledges, _, ally_arms, challenger_arms, _ = ends.shape
    move((), "superpower", pledges)
    for s in range(pledges):
        if s > 0:
            move((s,), "ally", 2)
        for signed in range(2) if s > 0 else range(1):
            start = (s, signed) if s > 0 else (s,)
            move(start, "ally", ally_arms)
            for a in range(ally_arms):
                move((*start, a), "challenger", challenger_arms)
                for b in range(challenger_arms):
                    gains = dict(zip(PLAYERS, ends[s, signed, a, b].tolist(), strict=True))
                    game.make_outcome(node((*start, a, b)), gains, f"{s} {signed} {a} {b}")
    return game


def node(at):
    """Return Gambit's name for the node that these moves, given by number, lead to."""
    return H.path(*map(str, at))


def most_probable(profile, at):
    """Return the number of the most probable move at a node."""
    return int(np.argmax([probability for _, probability in profile[node(at)]]))


def solve_tree(ends):
    """Return the number of the pledge, whether it is signed, and the numbers of the arms of A and of C."""
    (found,) = pygambit.qre.logit_solve_lambda(extensive_form(ends), PRECISION)
    s = most_probable(found.profile, ())
    at = (s,)
    if s > 0:
        at = (s, most_probable(found.profile, at))
    signed = at[1] if s > 0 else 0
    a = most_probable(found.profile, at)
    return s, signed, a, most_probable(found.profile, (*at, a))


def solve(game):
    """Return the most probable moves of a game and their consequences, by name."""
    pledges, ally_arms, challenger_arms = moves(game)
    ends = tree_peer.tree(game, pledges, ally_arms, challenger_arms)
    s, signed, a, b = solve_tree(ends)
    superpower, ally, challenger = ends[s, signed, a, b]
    pledge, a, b = pledges[s] * signed, ally_arms[a], challenger_arms[b]
    found = {
        "pledge": pledge,
        "ally_arms": a,
        "challenger_arms": b,
        "settlement": tree_peer.settle(game, pledge, a, b),
        "superpower_payoff": superpower,
        "ally_payoff": ally,
        "challenger_payoff": challenger,
    }
    return {name: float(value) for name, value in found.items()}


def versions():
    """Return the versions of the packages that this peer uses."""
    return {"pygambit": pygambit.__version__}
