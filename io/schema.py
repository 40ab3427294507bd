"""The one table of parameters and variables, and the codes of regimes and crises.

Validation, options, attributes, documentation and labels are all read from here.
"""

import math
import re
from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True)
class Parameter:
    """One parameter of the game: what it means and which values it may take."""

    name: str
    symbol: str
    default: float
    domain: str
    units: str
    long_name: str

    def allows(self, value: float) -> bool:
        """Tell whether `value` lies in the domain."""
        return math.isfinite(value) and _DOMAINS[self.domain](value)

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the domain, which it may or may not allow."""
        return 0.0, 1.0 if self.domain.endswith("1") else math.inf


_DOMAINS = {
    "> 0": lambda v: v > 0,
    ">= 0": lambda v: v >= 0,
    "> 0 and < 1": lambda v: 0 < v < 1,
    "> 0 and <= 1": lambda v: 0 < v <= 1,
    ">= 0 and <= 1": lambda v: 0 <= v <= 1,
}

PER_ARMS, GOOD, ARMS, NUMBER = "good per unit of arms", "good", "arms", "1"

PARAMETERS = {
    parameter.name: parameter
    for parameter in (
        Parameter("ally_cost", "c_A", 1.0, "> 0", PER_ARMS, "ally's cost of arms"),
        Parameter("challenger_cost", "c_C", 0.5, "> 0", PER_ARMS, "challenger's cost of arms"),
        Parameter("superpower_cost", "c_S", 0.3, "> 0", PER_ARMS, "superpower's cost of forces pledged"),
        Parameter("status_quo", "q", 0.5, "> 0 and < 1", GOOD, "ally's share under the status quo"),
        Parameter("ally_war_cost", "k_A", 0.05, ">= 0", GOOD, "ally's cost of war"),
        Parameter("challenger_war_cost", "k_C", 0.05, ">= 0", GOOD, "challenger's cost of war"),
        Parameter("ally_forces", "a_0", 0.0, ">= 0", ARMS, "ally's existing forces"),
        Parameter("challenger_forces", "b_0", 0.2, "> 0", ARMS, "challenger's existing forces"),
        Parameter("effectiveness", "phi", 1.0, "> 0 and <= 1", NUMBER, "effectiveness of pledged forces"),
        Parameter("stake", "lambda", 1.0, ">= 0", NUMBER, "superpower's stake in the status quo"),
        Parameter("bargaining_power", "pi", 1.0, ">= 0 and <= 1", NUMBER, "demanding side's share of the surplus"),
        Parameter("decisiveness", "gamma", 1.0, "> 0", NUMBER, "decisiveness of the contest"),
        Parameter("autonomy_cost", "kappa", 0.0, ">= 0", GOOD, "what signing costs the ally"),
        Parameter("alliance_cost", "f", 0.0, ">= 0", GOOD, "what signing costs the superpower"),
    )
}  # fmt: skip


def tex(symbol: str) -> str:
    """Return a symbol of the table as TeX for the inside of dollars."""
    greek = re.sub(
        r"(?<![A-Za-z])(alpha|beta|gamma|delta|epsilon|kappa|lambda|mu|phi|pi|sigma)(?![A-Za-z])",
        r"\\\1",
        symbol,
    )
    return re.sub(r"([_^])([A-Za-z0-9]+)", r"\1{\2}", greek)


CONTESTS = ("ratio", "difference")
UNITS_IN = {("decisiveness", "difference"): "1/arms"}  # where the form of the contest decides


class Code(IntEnum):
    """A code of the results, with a name for people."""

    @property
    def words(self) -> str:
        """Its name as people write it."""
        return self.name.lower().replace("_", " ")


class Regime(Code):
    """Which regime holds, as coded in every result."""

    UNSOLVED = -1
    REVISION = 0
    RESTRAINT = 1
    SELF_RELIANCE = 2
    DETERRENCE = 3
    PARTIAL = 4
    CONCESSION = 5

    @property
    def words(self) -> str:
        """Its name as people write it: self-reliance."""
        return super().words.replace(" ", "-")


REGIME_MEANINGS = {
    Regime.UNSOLVED: "the game could not be solved",
    Regime.REVISION: "no alliance; the ally arms and takes concessions",
    Regime.RESTRAINT: "an alliance keeps the ally from overturning the status quo",
    Regime.SELF_RELIANCE: "no alliance is needed; the status quo stands",
    Regime.DETERRENCE: "an alliance keeps the challenger from overturning the status quo",
    Regime.PARTIAL: "an alliance that only buys less change of the status quo",
    Regime.CONCESSION: "no alliance; the challenger takes concessions",
}


class Crisis(Code):
    """Who challenges the status quo in the crisis."""

    ALLY_CHALLENGES = 0
    QUIET = 1
    CHALLENGER_CHALLENGES = 2


class Player(Code):
    """Whose decision it is."""

    NONE = -1
    SUPERPOWER = 0
    ALLY = 1
    CHALLENGER = 2


class Decision(Code):
    """Between what a player is indifferent where the regime changes."""

    NONE = -1
    ALLIANCE_OR_NONE = 0
    FULL_OR_PARTIAL = 1
    SIGNING_OR_REFUSING = 2
    HOLDING_OR_CONCEDING = 3
    HOLDING_OR_REVISING = 4
    CONCEDING_OR_REVISING = 5
    STAYING_OR_CHALLENGING = 6
    NEUTRALISING_OR_CHALLENGING = 7
    STAYING_OR_YIELDING = 8
    NEUTRALISING_OR_YIELDING = 9
    CHALLENGING_OR_YIELDING = 10
    MORE_OR_FEWER_ARMS = 11


DECISION_MEANINGS = {
    Decision.ALLIANCE_OR_NONE: "its participation limit: the alliance costs it what the change without would",
    Decision.FULL_OR_PARTIAL: "between making A hold and only buying less change",
    Decision.SIGNING_OR_REFUSING: "between signing and going without the alliance",
    Decision.HOLDING_OR_CONCEDING: "between holding the status quo and conceding",
    Decision.HOLDING_OR_REVISING: "between holding the status quo and overturning it",
    Decision.CONCEDING_OR_REVISING: "between conceding and overturning the status quo",
    Decision.STAYING_OR_CHALLENGING: "between letting the status quo stand and challenging it",
    Decision.NEUTRALISING_OR_CHALLENGING: "between arming to neutralise A's threat and challenging",
    Decision.STAYING_OR_YIELDING: "between keeping A from a credible threat and yielding to it",
    Decision.NEUTRALISING_OR_YIELDING: "between arming to neutralise A's threat and yielding to it",
    Decision.CHALLENGING_OR_YIELDING: "between challenging and yielding to A's challenge",
    Decision.MORE_OR_FEWER_ARMS: "between more arms and fewer, whoever then challenges",
}


@dataclass(frozen=True)
class Label:
    """What an array of results means."""

    name: str
    symbol: str
    units: str
    long_name: str

    @property
    def attributes(self) -> dict:
        """What every array of it carries."""
        return {"long_name": self.long_name, "units": self.units, "symbol": self.symbol}


@dataclass(frozen=True)
class Variable(Label):
    """One variable of the solution; `codes` where it is a code and not a number."""

    codes: type[Code] | None = None

    @property
    def dtype(self) -> str:
        """The type of its values, unless numbers are asked for in another."""
        return "int8" if self.codes else "float64"

    @property
    def attributes(self) -> dict:
        """What every labelled array of it carries."""
        attributes = super().attributes
        if self.codes:
            attributes["flag_values"] = [int(code) for code in self.codes]
            attributes["flag_meanings"] = " ".join(code.name.lower() for code in self.codes)
        return attributes


_PATH = (
    Variable("ally_arms", "a", ARMS, "ally's new arms"),
    Variable("challenger_arms", "b", ARMS, "challenger's new arms"),
    Variable("settlement", "x", GOOD, "ally's share in the settlement"),
    Variable("crisis", "", NUMBER, "who challenges", Crisis),
    Variable("superpower_payoff", "U_S", GOOD, "superpower's payoff"),
    Variable("ally_payoff", "U_A", GOOD, "ally's payoff"),
    Variable("challenger_payoff", "U_C", GOOD, "challenger's payoff"),
)

VARIABLES = {
    variable.name: variable
    for variable in (
        Variable("regime", "", NUMBER, "regime", Regime),
        Variable("pledge", "s", ARMS, "forces pledged by the superpower"),
        *_PATH,
        *(
            Variable(
                f"{v.name}_without",
                f"{v.symbol}^0" if v.symbol else "",
                v.units,
                f"{v.long_name} without the alliance",
                v.codes,
            )
            for v in _PATH
        ),
        Variable("burden_share", "c_S s/(c_S s + c_A a)", NUMBER, "superpower's share of the alliance's spending"),
        Variable("aggrandizement", "a + phi s - a^0", ARMS, "what the alliance adds to the force that faces the challenger"),
        Variable("provocation", "b - b^0", ARMS, "what the alliance makes the challenger add"),
    )
}  # fmt: skip

# what is found for a game only where it is asked for, because it takes thousands of times as long
CERTIFICATE = {
    variable.name: variable
    for variable in (Variable("deviation_gain", "epsilon", GOOD, "largest gain of a player by another move"),)
}
KEPT = {**VARIABLES, **CERTIFICATE}  # all that can be kept of a game

# what is told of each value of a parameter at which the regime changes, along the dimension of the first
CUTPOINTS = {
    variable.name: variable
    for variable in (
        Variable("cutpoint", "", NUMBER, "number of the cutpoint along its line, rising"),
        Variable("value", "", "", "cutpoint"),  # with the symbol and the units of its parameter
        Variable("regime_first", "", NUMBER, "regime at the lower end", Regime),
        Variable("regime_below", "", NUMBER, "regime just below the cutpoint", Regime),
        Variable("regime_above", "", NUMBER, "regime at and just above the cutpoint", Regime),
        Variable("player", "", NUMBER, "whose decision flips", Player),
        Variable("decision", "", NUMBER, "between what that player is indifferent", Decision),
    )
}


class Direction(Code):
    """How a variable answers to a parameter: on both sides, or on the one where it does."""

    FALLS = -1
    CONSTANT = 0
    RISES = 1
    MIXED = 2
    UNDEFINED = 3


# what is told of a game and what lies near it
STATICS = {
    variable.name: variable
    for variable in (
        Variable("response", "", "", "response of a variable to a parameter, per unit of it"),
        Variable("direction", "", NUMBER, "how a variable answers to a parameter", Direction),
        Variable("kink", "", NUMBER, "whether the response is another on both sides of the game"),
        Variable("margin", "", NUMBER, "distance to the next regime, relative, or absolute from 0"),
        Variable("next_regime", "", NUMBER, "regime beyond the margin", Regime),
        Variable("player", "", NUMBER, "whose decision flips there", Player),
        Variable("decision", "", NUMBER, "between what that player is indifferent there", Decision),
        Variable("least_margin", "", NUMBER, "the least of the margins"),
        Variable("least_parameter", "", NUMBER, "parameter along which the margin is least, by its number"),
        Variable("tie", "", NUMBER, "whether the regime hangs on how a tie is broken"),
        Variable("side", "", NUMBER, "side of the game: a parameter is less there, or more"),
        Variable("variable", "", NUMBER, "variable"),
        Variable("parameter", "", NUMBER, "parameter"),
    )
}

# what an adaptive map adds to its regimes; of the names that end in _ there is one for each of its two axes
BOUNDARIES = {
    label.name: label
    for label in (
        Label("boundary_", "", "", "boundary between regimes"),  # with the units of the axis
        Variable("curve_regimes", "", NUMBER, "regimes on the sides of a boundary", Regime),
        Label("curve_size", "", NUMBER, "vertices of a boundary"),
        Label("meeting_", "", "", "point where more than two regimes meet"),
        Label(
            "meeting_error",
            "",
            NUMBER,
            "half of the window in which such a point was last seen, as a share of an axis",
        ),
        Label("meeting_regimes", "", NUMBER, "whether a regime is among those that meet"),
        Label("share", "", NUMBER, "share of the map where the regime holds"),
        Label("share_error", "", NUMBER, "error of the share as one of the area, at most"),
        Label(
            "border_length", "", NUMBER, "length of the boundary between two regimes, axes scaled to [0, 1]"
        ),
        Label("basin_entropy", "S_b", NUMBER, "basin entropy"),
        Label("boundary_entropy", "S_bb", NUMBER, "boundary basin entropy"),
        Label("regime_name", "", NUMBER, "regime"),
        Label("neighbour", "", NUMBER, "regime on the other side"),
    )
}

# what a comparison of forms adds: the form of the contest as a dimension, and how far each regime holds
COMPARISON = {
    label.name: label
    for label in (
        Label("contest", "", NUMBER, "form of the contest"),
        Label("regime_share", "", NUMBER, "share of the map where the regime holds"),
        Label("regime_name", "", NUMBER, "regime"),
        Label("under", "", NUMBER, "under how many of the forms"),
    )
}
UNDER = ("all", "some", "none")  # some: but not all


class Verdict(Code):
    """What is to be said of a claim."""

    HOLDS = 0
    HOLDS_WITH_EXCEPTIONS = 1
    FAILS = 2
    PREMISE_NEVER_MET = 3


# what is told of each claim of the article
CLAIM_LABELS = {
    variable.name: variable
    for variable in (
        Label("claim", "", NUMBER, "claim"),
        Label("sentence", "", NUMBER, "what the article claims, in our words"),
        Label("premise", "", NUMBER, "where it is claimed to hold"),
        Label("premise_met", "", NUMBER, "games, or lines along c_A, in which the premise is met"),
        Label("holds", "", NUMBER, "those among them in which the claim holds"),
        Label("share", "", NUMBER, "share of them in which it holds"),
        Label("low", "", NUMBER, "lower end of the 95 % interval of the share"),
        Label("high", "", NUMBER, "upper end of the 95 % interval of the share"),
        Variable("verdict", "", NUMBER, "whether the claim holds", Verdict),
        Label("counterexample", "", "", "first games against the claim"),
        Label("parameter", "", NUMBER, "parameter"),
        Label("distribution", "", NUMBER, "distribution of the parameter, as in a run file"),
    )
}

# what an analysis of sensitivity is made of; a margin is half of a 95 % interval
OUTPUT = "units of the output"
_INDICES = (
    Label("first_order", "S_i", NUMBER, "share of the variance by the parameter alone"),
    Label("total_order", "S_Ti", NUMBER, "share of the variance by the parameter, with all interactions"),
    Label("second_order", "S_ij", NUMBER, "share of the variance by the interaction of two parameters"),
    Label("morris_absolute_mean", "mu^*", OUTPUT, "mean of the absolute elementary effects"),
    Label("pawn", "PAWN", NUMBER, "median distance of the distributions given the parameter"),
    Label("delta", "delta", NUMBER, "mean distance of the densities given the parameter"),
)
SENSITIVITY = {
    label.name: label
    for label in (
        Label("output", "", NUMBER, "output"),
        Label("parameter", "", NUMBER, "parameter"),
        Label("other_parameter", "", NUMBER, "the other parameter of a pair"),
        Label("samples", "N", NUMBER, "samples"),
        Label("distribution", "", NUMBER, "distribution of the parameter, as in a run file"),
        Label("output_units", "", NUMBER, "units of the output"),
        *_INDICES,
        *(
            Label(f"{index.name}_margin", "", index.units, f"margin of the {index.long_name}")
            for index in _INDICES
        ),
        Label("morris_mean", "mu", OUTPUT, "mean of the elementary effects"),
        Label("morris_deviation", "sigma", OUTPUT, "standard deviation of the elementary effects"),
        Label("mean", "", OUTPUT, "mean of the output"),
        Label("mean_low", "", OUTPUT, "mean over the lowest tenth of the parameter"),
        Label("mean_high", "", OUTPUT, "mean over the highest tenth of the parameter"),
        Label("regime_name", "", NUMBER, "regime"),
        Label("probability", "P", NUMBER, "probability of the regime"),
        Label("probability_low", "", NUMBER, "lower end of the 95 % interval of the probability"),
        Label("probability_high", "", NUMBER, "upper end of the 95 % interval of the probability"),
    )
}
