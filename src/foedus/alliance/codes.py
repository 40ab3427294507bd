"""The codes of the alliance game, and what they mean."""

from ..model import NOT_SOLVED, Code

CONTESTS = RATIO, DIFFERENCE = "ratio", "difference"


class Regime(Code):
    """The code of the regime in every result."""

    UNSOLVED = -1, NOT_SOLVED
    REVISION = 0, "no alliance; the ally arms and takes concessions"
    RESTRAINT = 1, "an alliance keeps the ally from overturning the status quo"
    SELF_RELIANCE = 2, "no alliance is needed; the status quo remains"
    DETERRENCE = 3, "an alliance keeps the challenger from overturning the status quo"
    PARTIAL = 4, "an alliance that only reduces the change of the status quo"
    CONCESSION = 5, "no alliance; the challenger takes concessions"

    @property
    def words(self) -> str:
        """The name as people write it: self-reliance."""
        return super().words.replace(" ", "-")


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
    """The two moves between which a player is indifferent where the regime changes."""

    NONE = -1
    ALLIANCE_OR_NONE = 0, "between an alliance and none: S is at its participation limit"
    FULL_OR_PARTIAL = 1, "between making A hold the status quo and only reducing the change of the status quo"
    SIGNING_OR_REFUSING = 2, "between signing and refusing"
    HOLDING_OR_CONCEDING = 3, "between holding the status quo and conceding"
    HOLDING_OR_REVISING = 4, "between holding the status quo and overturning it"
    CONCEDING_OR_REVISING = 5, "between conceding and overturning the status quo"
    STAYING_OR_CHALLENGING = 6, "between accepting the status quo and challenging it"
    NEUTRALISING_OR_CHALLENGING = 7, "between arming to neutralise A's threat and challenging"
    STAYING_OR_YIELDING = 8, "between staying without new arms and yielding to A's challenge"
    NEUTRALISING_OR_YIELDING = 9, "between arming to neutralise A's threat and yielding to it"
    CHALLENGING_OR_YIELDING = 10, "between challenging and yielding to A's challenge"
    MORE_OR_FEWER_ARMS = 11, "between more arms and fewer; the same side challenges in both cases"
