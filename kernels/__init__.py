"""The compiled solver: plain floats and arrays in, plain arrays out.

One game goes from `game_terms` to `equilibrium`, which solves it backwards: the challenger's reply
(`challenger`), the ally's (`ally`), the superpower's pledge (`superpower`). `grid` loops over many.
"""

from .ally import ally_reply, concession_defence
from .challenger import challenger_reply, outcome, yielding_force
from .equilibrium import Solution, equilibrium
from .grid import VARIABLES, solve_game, solve_games
from .superpower import NOT_CONVERGED, PledgeLimit
from .terms import Parameters, game_terms

PARAMETERS = Parameters._fields

__all__ = [
    "NOT_CONVERGED",
    "PARAMETERS",
    "VARIABLES",
    "PledgeLimit",
    "Solution",
    "ally_reply",
    "challenger_reply",
    "concession_defence",
    "equilibrium",
    "game_terms",
    "outcome",
    "solve_game",
    "solve_games",
    "yielding_force",
]
