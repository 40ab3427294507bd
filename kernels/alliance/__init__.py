"""The compiled solver: plain floats and arrays in, plain arrays out.

One game goes from `game_terms` to `equilibrium`, which solves it backwards: the challenger's reply
(`challenger`), the ally's (`ally`), the superpower's pledge (`superpower`). That is for the ratio contest
with decisiveness 1; `any_contest` does the same with any contest. `grid` loops over many games, and `replies`
finds what would follow other moves.

The symbols are those of the documentation: e_A and e_C are the existing forces of A and C, a and b their new
arms, s the pledge, x the settlement. A 0 at the end of a name (`a0`, `b0`, `x0`) means the game without S.
"""

from .ally import ally_reply
from .challenger import arms_against, challenger_reply, levels, settlement_at
from .equilibrium import Solution, equilibrium
from .grid import VARIABLES, solve_any_game, solve_any_games, solve_game, solve_games
from .replies import Reply, replies_to_pledges, reply_to_arms, reply_to_pledge
from .status import Status
from .superpower import PledgeLimit
from .terms import Parameters, game_terms

PARAMETERS = Parameters._fields

__all__ = [
    "PARAMETERS",
    "VARIABLES",
    "PledgeLimit",
    "Reply",
    "Solution",
    "Status",
    "ally_reply",
    "arms_against",
    "challenger_reply",
    "equilibrium",
    "game_terms",
    "levels",
    "replies_to_pledges",
    "reply_to_arms",
    "reply_to_pledge",
    "settlement_at",
    "solve_any_game",
    "solve_any_games",
    "solve_game",
    "solve_games",
]
