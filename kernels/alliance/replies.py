"""What A and C do after a given move, on the path of the equilibrium or off it, with any contest.

`p` holds the parameters of a game in the order of `Parameters`, as for `solve_any_game`.
"""

from typing import NamedTuple

from .._jit import jit, jit_apart
from . import any_contest
from .ally import ally_reply
from .challenger import arms_against, challenger_reply, levels
from .contest import added
from .grid import closed
from .terms import ALLY_FORCES, EFFECTIVENESS, game_terms


class Reply(NamedTuple):
    """What follows a pledge that A has accepted, or no pledge."""

    ally_arms: float
    challenger_arms: float
    settlement: float
    crisis: float
    payoff: float  # A's, before kappa


@jit_apart
def reply_to_pledge(p, pledge):
    """Return the `Reply` to an accepted `pledge`; 0 means no alliance."""
    backing = p[EFFECTIVENESS] * pledge
    if closed(p):
        t = game_terms(p)
        lv = levels(t)
        act = ally_reply(t, lv, backing)
        arms = arms_against(t, lv, backing, act.alpha, act.crisis)
        return Reply(added(act.alpha, p[ALLY_FORCES]), arms, act.settlement, act.crisis, act.payoff)
    u = any_contest.game_terms(p)
    deed = any_contest.ally_act(u, any_contest.levels(u), backing)
    return Reply(added(deed.alpha, p[ALLY_FORCES]), deed.arms, deed.settlement, deed.crisis, deed.payoff)


@jit_apart
def reply_to_arms(p, pledge, ally_arms):
    """Return what follows an accepted `pledge` and A's new arms: C's new arms, the settlement, the crisis."""
    backing, alpha = p[EFFECTIVENESS] * pledge, p[ALLY_FORCES] + ally_arms
    if closed(p):
        t = game_terms(p)
        return challenger_reply(t, levels(t), backing, alpha)
    u = any_contest.game_terms(p)
    return any_contest.challenger_act(u, any_contest.levels(u), backing, alpha)


@jit
def replies_to_pledges(games, pledges, replies):
    """Write the reply to a pledge in each of many games.

    Parameters
    ----------
    games, pledges : (n, 15), (n,)
        the parameters of each, and S's pledge
    replies : (n, 5)
        where to write the fields of `Reply`
    """
    for i in range(pledges.size):  # i = game
        reply = reply_to_pledge(games[i], pledges[i])
        replies[i, 0], replies[i, 1], replies[i, 2] = reply.ally_arms, reply.challenger_arms, reply.settlement
        replies[i, 3], replies[i, 4] = reply.crisis, reply.payoff
