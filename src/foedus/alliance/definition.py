"""The definition of the alliance game in plain Python: the contest, the crisis and the payoffs."""

from typing import Any

import numpy as np

from .codes import RATIO, Crisis

Game = Any  # any object with the parameters as attributes


def win_probability(contest: Any, decisiveness: Any, force: Any, rival: Any) -> Any:
    """Return P(force, rival) for numbers or arrays. It uses the odds of the weaker side, which do not
    overflow.

    Examples
    --------
    >>> float(win_probability("ratio", 2.0, 1.0, 2.0))
    0.2
    """
    weaker, stronger = np.minimum(force, rival), np.maximum(force, rival)
    ratio = np.asarray(contest) == RATIO
    with np.errstate(invalid="ignore"):  # forces may overflow in the form that is not used
        odds = np.where(
            ratio, (weaker / stronger) ** decisiveness, np.exp(decisiveness * (weaker - stronger))
        )
    return np.where(np.asarray(force) >= rival, 1.0, odds) / (1.0 + odds)


def settle(game: Game, pledge: float, ally_arms: float, challenger_arms: float) -> tuple[float, Crisis]:
    """Return A's share after the crisis, and who challenges; `pledge` is 0 if there is no alliance."""
    own, rival = game.ally_forces + ally_arms, game.challenger_forces + challenger_arms
    surplus = game.bargaining_power * (game.ally_war_cost + game.challenger_war_cost)
    edge = game.status_quo - game.challenger_war_cost
    form = game.contest, game.decisiveness
    p = float(win_probability(*form, own, rival))
    if p > game.status_quo + game.ally_war_cost:
        return min(1.0, p - game.ally_war_cost + surplus), Crisis.ALLY_CHALLENGES
    p = float(win_probability(*form, own + game.effectiveness * pledge, rival))
    if p < edge or (p == edge and edge > 0.0 and surplus > 0.0):
        return max(0.0, p + game.challenger_war_cost - surplus), Crisis.CHALLENGER_CHALLENGES
    return game.status_quo, Crisis.QUIET


def payoffs(
    game: Game, pledge: float, signed: bool, ally_arms: float, challenger_arms: float, settlement: float
) -> tuple[float, float, float]:
    """Return the payoffs of S, A and C."""
    superpower = 0.0 - game.stake * abs(settlement - game.status_quo)
    ally = settlement - game.ally_cost * ally_arms
    if signed:
        superpower -= game.superpower_cost * pledge + game.alliance_cost
        ally -= game.autonomy_cost
    return superpower, ally, 1.0 - settlement - game.challenger_cost * challenger_arms
