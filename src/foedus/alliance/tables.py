"""The alliance game's tables of parameters and variables, and its codes.

Validation, options, attributes, documentation and labels are all read from here.
"""

from ..model.outcomes import Code, Variable
from ..model.parameters import NUMBER, Parameter

PER_ARMS, GOOD, ARMS = "good per unit of arms", "good", "arms"


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


CONTESTS = ("ratio", "difference")


UNITS_IN = {("decisiveness", "difference"): "1/arms"}  # where the form of the contest decides


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
