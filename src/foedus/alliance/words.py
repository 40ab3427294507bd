"""A solved game in sentences."""

from typing import Any

from .codes import Crisis, Regime
from .game import Game
from .solution import Solution


def explain(eq: Solution) -> str:
    """Return the sentences of `Equilibrium.explain`."""
    lines = [f"{eq.regime.words.capitalize()}: {eq.regime.meaning}."]
    if eq.regime == Regime.UNSOLVED:
        return lines[0]
    lines.append("Without S, " + _path(eq.without, eq.game, ""))
    if eq.pledge_limit == "none":
        lines.append(_no_alliance(eq))
    else:
        lines += [_pledge(eq), _path(eq, eq.game, "signs and "), _effect(eq)]
    return "\n".join(lines)


def _path(outcome: Any, game: Game, signing: str) -> str:
    """Say what A and C do, and which of them has just enough arms."""
    ally = f"adds {outcome.ally_arms:.4g} to its forces" if outcome.ally_arms else "adds no forces"
    challenger = f"adds {outcome.challenger_arms:.4g}" if outcome.challenger_arms else "adds none"
    x, q = f"x = {outcome.settlement:.4g}", f"q = {game.status_quo:.4g}"
    if outcome.crisis == Crisis.ALLY_CHALLENGES:
        settlement = f", and A takes concessions: {x} > {q}"
        if outcome.settlement == 1.0:
            challenger, settlement = "capitulates", ", and A takes everything: x = 1"
    elif outcome.crisis == Crisis.CHALLENGER_CHALLENGES:
        taken = "concessions" if outcome.settlement else "everything"
        settlement = f" and takes {taken}: {x} < {q}"
    else:
        settlement = f", and the status quo remains: x = {q}"
        if outcome.challenger_arms:
            challenger += ", just enough to neutralise A's threat"
        elif outcome.ally_arms:
            ally += ", just enough that C prefers not to challenge"
    return f"A {signing}{ally}; C {challenger}{settlement}."


def _no_alliance(eq: Solution) -> str:
    """Say why S makes no alliance."""
    if eq.without.crisis == Crisis.QUIET:
        return "S has nothing to pay for and makes no alliance."
    loss = -eq.without.superpower_payoff
    return f"No pledge that A would accept is worth its cost to S. S loses {loss:.4g} by the change."


def _pledge(eq: Solution) -> str:
    """Say what S pledges, what fixes the pledge, and how far S is from its participation limit."""
    game = eq.game
    # in many games it is a tie whether A then refuses, or signs and does what it does without S
    refusal = "do the same as without S" if eq.regime == Regime.PARTIAL else "not hold the status quo"
    reasons = {
        "refusal": f"with less, A would {refusal}{_indifferent(eq)}",
        "concession": "with less, A would sign and concede: A is indifferent between holding and conceding",
        "revision": "with less, A would sign and still take concessions",
        "price": "more would cost S more than the change it prevents",
    }
    cost = game.superpower_cost * eq.pledge + game.alliance_cost
    spared = cost + eq.superpower_payoff - eq.without.superpower_payoff
    near = "at" if spared - cost <= 1e-9 * spared else "within"
    return (
        f"S pledges {eq.pledge:.4g}, at a cost of {cost:.4g}; {reasons[eq.pledge_limit]}. "
        f"S is {near} its participation limit: the change it prevents would cost it {spared:.4g}."
    )


def _indifferent(eq: Solution) -> str:
    """Say that signing gains A nothing; or what it gains, because C would challenge a smaller pledge."""
    gain = eq.ally_payoff - eq.without.ally_payoff
    if gain <= 1e-9:
        return ": A is indifferent between signing and refusing"
    return f", because C would challenge: by signing A gains {gain:.4g}"


def _effect(eq: Solution) -> str:
    """Say what the alliance changed, other than the settlement."""
    change = eq.ally_arms - eq.without.ally_arms
    own = "A's own arms stay the same"
    if change:
        own = f"A's own arms {'rise' if change > 0 else 'fall'} by {abs(change):.4g}"
    provoked = "C arms as much as before"
    if eq.provocation:
        more = "more" if eq.provocation > 0 else "less"
        provoked = f"C arms {abs(eq.provocation):.4g} {more}"
    faced = "stays the same"
    if eq.aggrandizement:
        faced = f"{'grows' if eq.aggrandizement > 0 else 'shrinks'} by {abs(eq.aggrandizement):.4g}"
    return (
        f"Compared with the game without S, {own}, the force that faces C {faced}, and {provoked}; "
        f"S bears {eq.burden_share:.0%} of what the alliance spends."
    )
