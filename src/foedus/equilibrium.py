"""One game: its equilibrium, in numbers and in words."""

import dataclasses
import warnings
from typing import Any

from .game import Game, make_game
from .io.schema import CONTESTS, REGIME_MEANINGS, VARIABLES, Crisis, Regime

_WITHOUT = "_without"

_Outcome: Any = dataclasses.make_dataclass(
    "_Outcome",
    [
        (name.removesuffix(_WITHOUT), variable.codes or float)
        for name, variable in VARIABLES.items()
        if name.endswith(_WITHOUT)
    ],
    frozen=True,
    kw_only=True,
)


class Outcome(_Outcome):
    """The equilibrium path of the game without S: arms, settlement, crisis and payoffs."""


_Equilibrium: Any = dataclasses.make_dataclass(
    "_Equilibrium",
    [(name, variable.codes or float) for name, variable in VARIABLES.items() if not name.endswith(_WITHOUT)]
    + [("without", Outcome), ("pledge_limit", str), ("game", Game)],
    frozen=True,
    kw_only=True,
)


class Equilibrium(_Equilibrium):
    """The subgame-perfect equilibrium of one game.

    Attributes
    ----------
    regime : Regime
    pledge, ally_arms, challenger_arms : float
        S's pledge s, A's and C's new arms a and b, in units of arms
    settlement : float
        A's share x of the disputed good
    crisis : Crisis
        who challenges the status quo, or that nobody does
    superpower_payoff, ally_payoff, challenger_payoff : float
    burden_share : float
        c_S s/(c_S s + c_A a), NaN where nobody spends
    aggrandizement, provocation : float
        what the alliance adds to the force that faces C, and to C's arms
    without : Outcome
        the same game without S
    pledge_limit : str
        what fixes the size of the pledge: ``none`` (there is none), ``refusal`` (with less A would
        not sign), ``concession`` or ``revision`` (with less A would sign and concede, or take concessions
        all the same) or ``price``
    game : Game
    """

    def explain(self) -> str:
        """Say in words which regime holds, who is bound by what, and what the alliance changed.

        Examples
        --------
        >>> import foedus
        >>> print(foedus.solve(ally_cost=1.0).explain().splitlines()[0])
        Deterrence: an alliance keeps the challenger from overturning the status quo.
        """
        return _explain(self)


def solve(game: Game | None = None, **parameters: float | str) -> Equilibrium:
    """Solve one game.

    Parameters
    ----------
    game : Game, optional
        the game, if it is there already
    **parameters
        parameters by name, and `contest`; they replace those of `game`, or of the default game

    Returns
    -------
    Equilibrium

    Raises
    ------
    TypeError, ValueError
        if there is no such parameter, or its value is not allowed.

    Examples
    --------
    >>> import foedus
    >>> eq = foedus.solve(ally_cost=0.3)
    >>> eq.regime.name, eq.settlement
    ('RESTRAINT', 0.5)
    >>> eq.without.settlement > 0.5
    True

    A has nothing to gain from refusing, and S nothing from not offering:

    >>> eq.ally_payoff >= eq.without.ally_payoff - 1e-12
    True
    >>> eq.superpower_payoff > eq.without.superpower_payoff
    True
    """
    if not (game is None or isinstance(game, Game)):
        raise TypeError(f"game must be a Game, not {game!r}; parameters are given by name")
    chosen = {} if game is None else dataclasses.asdict(game)
    game = make_game(chosen | parameters)

    import numpy as np  # with numba, slower to import than everything else here

    from . import kernels

    closed = game.contest == CONTESTS[0] and game.decisiveness == 1.0
    solve_game = kernels.solve_game if closed else kernels.solve_any_game
    vector = [*(getattr(game, name) for name in kernels.PARAMETERS), CONTESTS.index(game.contest)]
    solution, limit, status = solve_game(np.array(vector, np.float64))
    status = kernels.Status(status)
    if status != kernels.Status.SOLVED:
        warnings.warn(f"{game!r} could not be solved: {status.cause}", RuntimeWarning, stacklevel=2)
    values = {
        name: variable.codes(int(value)) if variable.codes else float(value)
        for (name, variable), value in zip(VARIABLES.items(), solution, strict=True)
    }
    without = Outcome(**{
        name.removesuffix(_WITHOUT): values.pop(name)
        for name in list(values)
        if name.endswith(_WITHOUT)
    })  # fmt: skip
    limit_name = kernels.PledgeLimit(limit).name.lower()
    return Equilibrium(**values, without=without, pledge_limit=limit_name, game=game)


def _explain(eq: Equilibrium) -> str:
    """Return the sentences of `Equilibrium.explain`."""
    heading = REGIME_MEANINGS[eq.regime]
    lines = [f"{eq.regime.words.capitalize()}: {heading}."]
    if eq.regime == Regime.UNSOLVED:
        return lines[0]
    lines.append("Without S, " + _path(eq.without, eq.game, ""))
    if eq.pledge_limit == "none":
        lines.append(_no_alliance(eq))
    else:
        lines += [_pledge(eq), _path(eq, eq.game, "signs and "), _effect(eq)]
    return "\n".join(lines)


def _path(outcome: Any, game: Game, signing: str) -> str:
    """Say what A and C do, and which of them is held just there."""
    ally = f"adds {outcome.ally_arms:.4g} to its forces" if outcome.ally_arms else "adds no forces"
    challenger = f"adds {outcome.challenger_arms:.4g}" if outcome.challenger_arms else "adds no forces"
    x, q = f"x = {outcome.settlement:.4g}", f"q = {game.status_quo:.4g}"
    if outcome.crisis == Crisis.ALLY_CHALLENGES:
        settlement = f", and A takes concessions: {x} > {q}"
        if outcome.settlement == 1.0:
            challenger, settlement = "capitulates", ", and A takes everything: x = 1"
    elif outcome.crisis == Crisis.CHALLENGER_CHALLENGES:
        taken = "concessions" if outcome.settlement else "everything"
        settlement = f" and takes {taken}: {x} < {q}"
    else:
        settlement = f", and the status quo stands: x = {q}"
        if outcome.challenger_arms:
            challenger += ", just enough to neutralise A's threat"
        elif outcome.ally_arms:
            ally += ", just enough that C prefers not to challenge"
    return f"A {signing}{ally}; C {challenger}{settlement}."


def _no_alliance(eq: Equilibrium) -> str:
    """Say why S makes no alliance."""
    if eq.without.crisis == Crisis.QUIET:
        return "S has nothing to pay for and makes no alliance."
    loss = -eq.without.superpower_payoff
    return f"No pledge that A would accept is worth its cost to S, which loses {loss:.4g} by the change."


def _pledge(eq: Equilibrium) -> str:
    """Say what S pledges, what fixes it, and how far S is from its own participation limit."""
    game = eq.game
    reasons = {
        "refusal": "with less, A would refuse" + _indifferent(eq),
        "concession": "with less, A would sign and concede: A is indifferent between holding and conceding",
        "revision": "with less, A would sign and take concessions all the same",
        "price": "more would cost S more than the change it prevents",
    }
    cost = game.superpower_cost * eq.pledge + game.alliance_cost
    spared = cost + eq.superpower_payoff - eq.without.superpower_payoff
    near = "at" if spared - cost <= 1e-9 * spared else "within"
    return (
        f"S pledges {eq.pledge:.4g}, at a cost of {cost:.4g}; {reasons[eq.pledge_limit]}. "
        f"S is {near} its participation limit: the change it prevents would cost it {spared:.4g}."
    )


def _indifferent(eq: Equilibrium) -> str:
    """Say that signing gains A nothing, unless it does: because with less, C would challenge."""
    gain = eq.ally_payoff - eq.without.ally_payoff
    if gain <= 1e-9:
        return ": A is indifferent between signing and going without"
    return f", for C would challenge: by signing A gains {gain:.4g}"


def _effect(eq: Equilibrium) -> str:
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
        f"Against the game without S, {own}, the force that faces C {faced}, and {provoked}; "
        f"S bears {eq.burden_share:.0%} of what the alliance spends."
    )
