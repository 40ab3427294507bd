"""The same game with any contest: any decisiveness in the ratio form, and the difference form.

The moves are those of the package above, which has closed forms. Here they take one-dimensional roots.
"""

from .ally import ally_act, challenger_act, levels
from .equilibrium import equilibrium
from .terms import DIFFERENCE, RATIO, game_terms, general_terms, known

__all__ = [
    "DIFFERENCE",
    "RATIO",
    "ally_act",
    "challenger_act",
    "equilibrium",
    "game_terms",
    "general_terms",
    "known",
    "levels",
]
