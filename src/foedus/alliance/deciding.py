"""Whose decision flips where the regime of the alliance game changes."""

from collections.abc import Callable, Mapping

import numpy as np

from ..model import Deciding
from .codes import Crisis, Decision, Player, Regime

INDIFFERENT = 1e-7  # a player counts as indifferent if its payoff jumps by no more
ALLIANCES = (Regime.RESTRAINT, Regime.DETERRENCE, Regime.PARTIAL)

NEEDS = (
    "regime",
    "crisis",
    "superpower_payoff",
    "ally_payoff",
    "ally_arms_without",
    "challenger_arms_without",
    "crisis_without",
    "superpower_payoff_without",
    "ally_payoff_without",
)


def deciding(
    below: Mapping[str, np.ndarray], above: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return whose decision flips between games just below and just above changes of regime, and which.

    The player who decides is indifferent at the change, so its payoff does not jump.

    - If the crisis without S changes, the decision is one in the game without S. It is A's, but C's if A adds
      nothing or A's payoff jumps. If A adds nothing and C's arms do not change either, it is A's again,
      between challenging and not.
    - If only arms without S jump, it is a decision between more arms and fewer.
    - Else it is S's if S's payoff does not jump: S is at its participation limit.
    - Else it is A's: to refuse; or not to hold with a pledge that is worth more to it than none; or, if its
      payoff jumps, to revise with any pledge.
    - If the payoffs of S and A jump and nobody revises, these variables do not tell.

    below, above : the variables that `NEEDS` names
    """
    sides = (below, above)

    def either(condition: Callable[[Mapping[str, np.ndarray]], np.ndarray]) -> np.ndarray:
        return condition(below) | condition(above)

    def jumps(name: str) -> np.ndarray:
        return np.abs(below[name] - above[name]) > INDIFFERENT * np.maximum(1, np.abs(below[name]))

    alone = below["crisis_without"] != above["crisis_without"]
    holding = either(lambda side: side["crisis_without"] == Crisis.QUIET)
    revising = either(lambda side: side["crisis_without"] == Crisis.ALLY_CHALLENGES)
    conceding = either(lambda side: side["crisis_without"] == Crisis.CHALLENGER_CHALLENGES)
    neutralising = either(
        lambda side: (side["crisis_without"] == Crisis.QUIET) & (side["challenger_arms_without"] > 0)
    )
    armed = either(lambda side: side["ally_arms_without"] > 0)
    rearmed = below["challenger_arms_without"] != above["challenger_arms_without"]
    ally = np.where(armed, ~jumps("ally_payoff_without"), holding & revising & ~rearmed)
    unsolved = either(lambda side: side["regime"] == Regime.UNSOLVED)
    signed = np.logical_and(*(np.isin(side["regime"], ALLIANCES) for side in sides))
    behind = (
        signed
        & ~jumps("ally_payoff")
        & ~either(lambda side: np.abs(side["ally_payoff"] - side["ally_payoff_without"]) < INDIFFERENT)
    )
    rising = either(lambda side: side["crisis"] == Crisis.ALLY_CHALLENGES)
    falling = either(lambda side: side["crisis"] == Crisis.CHALLENGER_CHALLENGES)
    cases = (
        (unsolved, Player.NONE, Decision.NONE),
        (alone & ally & holding & conceding, Player.ALLY, Decision.HOLDING_OR_CONCEDING),
        (alone & ally & holding & revising, Player.ALLY, Decision.HOLDING_OR_REVISING),
        (alone & ally, Player.ALLY, Decision.CONCEDING_OR_REVISING),
        (alone & ~holding, Player.CHALLENGER, Decision.CHALLENGING_OR_YIELDING),
        (alone & conceding & neutralising, Player.CHALLENGER, Decision.NEUTRALISING_OR_CHALLENGING),
        (alone & conceding, Player.CHALLENGER, Decision.STAYING_OR_CHALLENGING),
        (alone & neutralising, Player.CHALLENGER, Decision.NEUTRALISING_OR_YIELDING),
        (alone, Player.CHALLENGER, Decision.STAYING_OR_YIELDING),
        (jumps("ally_payoff_without"), Player.CHALLENGER, Decision.MORE_OR_FEWER_ARMS),
        (jumps("ally_arms_without"), Player.ALLY, Decision.MORE_OR_FEWER_ARMS),
        (signed & ~jumps("superpower_payoff"), Player.SUPERPOWER, Decision.FULL_OR_PARTIAL),
        (~jumps("superpower_payoff"), Player.SUPERPOWER, Decision.ALLIANCE_OR_NONE),
        (behind & falling, Player.ALLY, Decision.HOLDING_OR_CONCEDING),
        (behind, Player.ALLY, Decision.HOLDING_OR_REVISING),
        (~jumps("ally_payoff"), Player.ALLY, Decision.SIGNING_OR_REFUSING),
        (rising, Player.ALLY, Decision.HOLDING_OR_REVISING),
    )
    conditions = [condition for condition, _, _ in cases]
    players, decisions = ([np.int8(case[k]) for case in cases] for k in (1, 2))
    return (
        np.select(conditions, players, np.int8(Player.NONE)),
        np.select(conditions, decisions, np.int8(Decision.NONE)),
    )


DECIDING = Deciding(NEEDS, deciding, Player, Decision)
