"""The codes of the alliance game, and what they mean."""

from ..model import Code

CONTESTS = RATIO, DIFFERENCE = "ratio", "difference"


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
# a game of each: the parameters that are not at default
REGIME_EXAMPLES = {
    Regime.REVISION: {"ally_cost": 0.2},
    Regime.RESTRAINT: {"ally_cost": 0.4},
    Regime.SELF_RELIANCE: {"ally_cost": 0.6},
    Regime.DETERRENCE: {"ally_cost": 1.0},
    Regime.PARTIAL: {"ally_cost": 1.5, "status_quo": 0.88},
    Regime.CONCESSION: {"ally_cost": 0.33, "status_quo": 0.89},
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
