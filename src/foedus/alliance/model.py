"""The alliance game as a model: its parameters, its outcomes, and everything else that tools use.

Checks, options, attributes, documentation and labels are all read from here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..model import NUMBER, Code, Limits, Loop, Model, Outcome, Parameter, Search
from .claims import CLAIMS
from .codes import CONTESTS, DIFFERENCE, RATIO, Crisis, Regime
from .deciding import DECIDING
from .limits import known_cutpoints

TILE = 64, 1024  # rows and columns of games that a thread takes at a time, with closed forms
ANY_TILE = 16, 256  # the same with any contest, where a game takes a hundred times as long
PER_ARMS, GOOD, ARMS = "good per unit of arms", "good", "arms"

REFERENCES = (
    "A reconstruction of the game of Iwanami (2024), Asymmetric burden-sharing and the restraining and "
    "deterrence effects of alliances, Journal of Peace Research 61(5); its functional forms are our own."
)

# in the order of the kernels
_PARAMETERS = (
    Parameter("ally_cost", "c_A", 1.0, "> 0", PER_ARMS, "ally's cost of arms", (0.05, 5.0)),
    Parameter("challenger_cost", "c_C", 0.5, "> 0", PER_ARMS, "challenger's cost of arms", (0.05, 5.0)),
    Parameter("superpower_cost", "c_S", 0.3, "> 0", PER_ARMS, "superpower's cost of forces pledged", (0.03, 3.0)),
    Parameter("status_quo", "q", 0.5, "> 0 and < 1", GOOD, "ally's share under the status quo", (0.0, 1.0)),
    Parameter("ally_war_cost", "k_A", 0.05, ">= 0", GOOD, "ally's cost of war", (0.0, 0.3)),
    Parameter("challenger_war_cost", "k_C", 0.05, ">= 0", GOOD, "challenger's cost of war", (0.0, 0.3)),
    Parameter("ally_forces", "e_A", 0.0, ">= 0", ARMS, "ally's existing forces", (0.0, 0.5)),
    Parameter("challenger_forces", "e_C", 0.2, "> 0", ARMS, "challenger's existing forces", (0.02, 2.0)),
    Parameter("effectiveness", "phi", 1.0, "> 0 and <= 1", NUMBER, "effectiveness of pledged forces", (0.0, 1.0)),
    Parameter("stake", "lambda", 1.0, ">= 0", NUMBER, "superpower's stake in the status quo", (0.1, 10.0)),
    Parameter("bargaining_power", "pi", 1.0, ">= 0 and <= 1", NUMBER, "demanding side's share of the surplus", (0.0, 1.0)),
    Parameter("decisiveness", "gamma", 1.0, "> 0", NUMBER, "decisiveness of the contest", units_by=("contest", {DIFFERENCE: "1/arms"})),
    Parameter("autonomy_cost", "kappa", 0.0, ">= 0", GOOD, "what signing costs the ally", (0.0, 0.1)),
    Parameter("alliance_cost", "f", 0.0, ">= 0", GOOD, "what signing costs the superpower", (0.0, 0.1)),
    Parameter("contest", "", RATIO, long_name="form of the contest", choices=CONTESTS),
)  # fmt: skip

_PATH = (
    Outcome("ally_arms", "a", ARMS, "ally's new arms"),
    Outcome("challenger_arms", "b", ARMS, "challenger's new arms"),
    Outcome("settlement", "x", GOOD, "ally's share in the settlement"),
    Outcome("crisis", "", NUMBER, "who challenges", Crisis),
    Outcome("superpower_payoff", "U_S", GOOD, "superpower's payoff"),
    Outcome("ally_payoff", "U_A", GOOD, "ally's payoff"),
    Outcome("challenger_payoff", "U_C", GOOD, "challenger's payoff"),
)

_OUTCOMES = (
    Outcome("regime", "", NUMBER, "regime", Regime),
    Outcome("pledge", "s", ARMS, "forces pledged by the superpower"),
    *_PATH,
    *(
        Outcome(
            f"{v.name}_without",
            f"{v.symbol}^0" if v.symbol else "",
            v.units,
            f"{v.long_name} without the alliance",
            v.codes,
        )
        for v in _PATH
    ),
    Outcome("burden_share", "c_S s/(c_S s + c_A a)", NUMBER, "superpower's share of the alliance's spending"),
    Outcome("aggrandizement", "a + phi s - a^0", ARMS, "what the alliance adds to the force that faces the challenger"),
    Outcome("provocation", "b - b^0", ARMS, "new arms that the challenger adds because of the alliance"),
)  # fmt: skip

# Readers can distinguish these in grey print and if they are colour-blind: lightness differs by 15 (CIE L*)
# between regimes that meet in maps and by 10 between any two, colour by 20 (CIE Lab) for every kind of colour
# blindness. Lightness goes up and down along the order of the codes because neighbours meet most often.
# Self-reliance, where nothing happens, is nearly white.
REGIME_COLOURS: dict[Code, str] = {
    Regime.REVISION: "#9c1c26",
    Regime.RESTRAINT: "#ee8a44",
    Regime.SELF_RELIANCE: "#fbf5df",
    Regime.DETERRENCE: "#377dbf",
    Regime.PARTIAL: "#7dcfd6",
    Regime.CONCESSION: "#2d1f60",
}
# each has the colour of its regime if there is no alliance
CRISIS_COLOURS: dict[Code, str] = {
    Crisis.ALLY_CHALLENGES: REGIME_COLOURS[Regime.REVISION],
    Crisis.QUIET: REGIME_COLOURS[Regime.SELF_RELIANCE],
    Crisis.CHALLENGER_CHALLENGES: REGIME_COLOURS[Regime.CONCESSION],
}

# a game of each regime: the parameters that are not at default
EXAMPLES: dict[str, dict[str, Any]] = {
    Regime.REVISION.words: {"ally_cost": 0.2},
    Regime.RESTRAINT.words: {"ally_cost": 0.4},
    Regime.SELF_RELIANCE.words: {"ally_cost": 0.6},
    Regime.DETERRENCE.words: {"ally_cost": 1.0},
    Regime.PARTIAL.words: {"ally_cost": 1.5, "status_quo": 0.88},
    Regime.CONCESSION.words: {"ally_cost": 0.33, "status_quo": 0.89},
}


def closed(numbers: Callable[[str], Any]) -> bool:
    """Tell whether there are closed forms for games; `numbers` gives the numbers of a parameter in them."""
    ratio = CONTESTS.index(RATIO)
    return bool(np.all(numbers("contest") == ratio) and np.all(numbers("decisiveness") == 1.0))


def _loop(numbers: Callable[[str], np.ndarray]) -> Loop:
    """Return the loop over games; `numbers` gives the numbers of a parameter in them."""
    from ..kernels import alliance as kernels  # it imports numba, which is slow

    if closed(numbers):
        return Loop(kernels.solve_games, TILE)
    return Loop(kernels.solve_any_games, ANY_TILE, quick=False)


def _search() -> Search:
    """Return the search for the largest gain by another move."""
    from ..kernels.alliance.deviations import Stated, deviation_gains  # rarely needed

    return Search(Stated._fields, deviation_gains)


model = Model(
    "alliance",
    "The alliance game of a superpower, its ally and a challenger",
    _PARAMETERS,
    _OUTCOMES,
    loop=_loop,
    searched=Outcome("deviation_gain", "epsilon", GOOD, "largest gain of a player by another move"),
    gains=_search,
    deciding=DECIDING,
    drawn=("pledge", "ally_arms", "challenger_arms"),
    answers=("pledge", "ally_arms", "challenger_arms", "settlement", "superpower_payoff", "burden_share"),
    pairs={outcome.name: f"{outcome.name}_without" for outcome in _PATH},
    pair_words=("with the superpower", "without it"),
    limits=Limits("closed forms,\n  C's arms fixed", known_cutpoints),
    colours={Regime: REGIME_COLOURS, Crisis: CRISIS_COLOURS},
    claims=CLAIMS,
    examples=EXAMPLES,
    references=REFERENCES,
)
PARAMETERS, OUTCOMES, KEPT = model.by_name, model.found, model.kept
NUMBERS = {name: parameter for name, parameter in PARAMETERS.items() if not parameter.choices}
