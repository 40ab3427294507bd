"""One game: its equilibrium, in numbers and in words."""

import dataclasses
import functools
import os
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

from ..model import Model, chosen
from .game import Game, game_vector, make_game
from .model import OUTCOMES, PARAMETERS, closed
from .solution import WITHOUT, Solution, Without
from .words import explain

if TYPE_CHECKING:
    from .replies import Reply


class Equilibrium(Solution):
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
        c_S s/(c_S s + c_A a), NaN if nobody spends
    aggrandizement, provocation : float
        what the alliance adds to the force that faces C, and to C's new arms
    without : Without
        the same game without S
    pledge_limit : str
        what fixes the size of the pledge: ``none`` (there is no pledge), ``refusal`` (with a smaller one, A
        would do what it does without S), ``concession`` or ``revision`` (with a smaller one, A would sign and
        concede, or sign and still take concessions) or ``price`` (a larger one would cost S more than it is
        worth)
    game : Game
    deviation_gain : float
        the largest gain that a search finds for any player by another move; the search starts when you ask
        for it
    """

    @functools.cached_property
    def deviation_gain(self) -> float:
        """The largest gain that a search finds for any player by another move, in units of the good; NaN if
        unsolved.

        One player at a time makes another move, in the game with S or without: C or A chooses other arms, A
        gives another answer to the offer, or S makes another pledge. The later players reply to this move.
        The search starts from the definition of the game and uses nothing of the solver. A settlement,
        payoffs or codes that do not follow from the moves count as gains, too. A correct solution has 1e-8 or
        less. A gain that the search finds is real; there may be a larger one.

        Examples
        --------
        >>> import dataclasses, foedus
        >>> eq = foedus.solve(ally_cost=1.0)
        >>> eq.deviation_gain < 1e-8
        True
        >>> b, payoff = eq.challenger_arms, eq.challenger_payoff
        >>> more = {"challenger_arms": b + 0.01, "challenger_payoff": payoff - 0.005}
        >>> round(dataclasses.replace(eq, **more).deviation_gain, 9)  # C could save 0.01 arms at 0.5 a unit
        0.005
        """
        import numpy as np

        from ..kernels.alliance.deviations import Stated, deviation_gain

        stated = [
            getattr(self.without, name.removesuffix(WITHOUT))
            if name.endswith(WITHOUT)
            else getattr(self, name)
            for name in Stated._fields
        ]
        return float(deviation_gain(game_vector(self.game), np.array(stated, np.float64)))

    def explain(self) -> str:
        """Say in words which regime holds, what limits each player, and what the alliance changed.

        Examples
        --------
        >>> import foedus
        >>> print(foedus.solve(ally_cost=1.0).explain().splitlines()[0])
        Deterrence: an alliance keeps the challenger from overturning the status quo.
        """
        return explain(self)

    def _repr_html_(self) -> str:
        """Return the HTML that notebooks show."""
        from .notebook import equilibrium_html

        return equilibrium_html(self)

    def after_pledges(self, pledges: Iterable[float] | None = None) -> "list[Reply]":
        """Return what A and C would have done after other pledges of S.

        Parameters
        ----------
        pledges : iterable of float, optional
            in units of arms; default: 0, 0.5, 1, 1.5 and 2 times the pledge of the equilibrium. If there is
            no alliance in equilibrium, they are multiples of another pledge. This pledge and the alliance
            would together cost S as much as S loses by the change of the status quo. If the alliance alone
            costs that much or more, they are multiples of C's forces, existing and new.

        Returns
        -------
        list of Reply
            for each pledge whether A would have `signed`, and the resulting arms, settlement, crisis and
            payoffs, exact as in any solved game

        Raises
        ------
        TypeError, ValueError
            if a pledge is not a number or less than 0, or the game is unsolved.

        Examples
        --------
        >>> import foedus
        >>> for reply in foedus.solve(ally_cost=1.0).after_pledges([0, 0.02, 0.2]):
        ...     print(reply.pledge, reply.signed, reply.crisis.words)
        0.0 False challenger challenges
        0.02 True challenger challenges
        0.2 True quiet
        """
        from .replies import after_pledges

        return after_pledges(self, pledges)

    def after_arms(self, arms: Iterable[float] | None = None) -> "list[Reply]":
        """Return what C would have done after other arms of A, with the pledge of the equilibrium.

        Parameters
        ----------
        arms : iterable of float, optional
            A's new arms; default: 0, 0.5, 1, 1.5 and 2 times those of the equilibrium, and those without S.
            If A has no new arms in equilibrium, the default is multiples of its arms without S. If these are
            0, too, it is multiples of the arms that cost a quarter of the good.

        Returns
        -------
        list of Reply
            one for each value of `arms`: C's arms, and the resulting settlement, crisis and payoffs

        Raises
        ------
        TypeError, ValueError
            if one of the arms is not a number or less than 0, or the game is unsolved.

        Examples
        --------
        >>> import foedus
        >>> eq = foedus.solve(ally_cost=1.0)
        >>> [reply.crisis.words for reply in eq.after_arms([0, eq.ally_arms, 1])]
        ['challenger challenges', 'quiet', 'quiet']
        """
        from .replies import after_arms

        return after_arms(self, arms)

    def to_efg(self, path: str | os.PathLike, *, pledges: int = 2, arms: int = 3) -> None:
        """Write a file for Gambit: the game on a grid of moves around its equilibrium.

        S can choose between no alliance and a few pledges. At each of their nodes, A and C can choose one of
        a few levels of new arms. The moves at a node include the player's best reply in the game itself, on
        the path and off it. Each reply is changed a little, so that no later player is indifferent. Then the
        replies are the only subgame perfect equilibrium of the tree. The file says by how much they were
        changed. The file is written beside `path` and renamed when it is complete. An existing file is
        replaced.

        Parameters
        ----------
        path : str or path
            the file to write, ending in .efg
        pledges : int, optional
            the number of pledges that S can choose from
        arms : int, optional
            the number of levels of arms that A and C can choose from at each of their nodes; the tree has
            (1 + 2 pledges) arms^2 terminal nodes

        Raises
        ------
        TypeError, ValueError
            if a size or the ending of the path is not allowed, or the game is unsolved.
        FileNotFoundError, IsADirectoryError, PermissionError, OSError
            if `path` cannot be written.

        Warns
        -----
        RuntimeWarning
            if a decision in the tree matters so little that a numerical solver may miss the equilibrium, or
            if the tree has another equilibrium than the game.

        Examples
        --------
        >>> import foedus, tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "game.efg"
        >>> foedus.solve(ally_cost=1.0).to_efg(path)
        >>> print(path.read_text()[:65])
        EFG 2 R "Deterrence: Game()" { "superpower" "ally" "challenger" }
        """
        from .gambit import write_tree

        write_tree(self, path, pledges, arms)


@overload
def solve(*, model: Model, **parameters: Any) -> Any: ...


@overload
def solve(game: Game | None = None, **parameters: Any) -> Equilibrium: ...


def solve(game: Game | None = None, *, model: Model | None = None, **parameters: Any) -> Any:
    """Solve one game.

    Parameters
    ----------
    game : Game, optional
        a game that you have made before
    model : Model, optional
        another game than the alliance game
    **parameters
        parameters by name; they replace those of `game`, or of the default game

    Returns
    -------
    Equilibrium
        for another model a `Solution`, which has the outcomes by name

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

    A would not gain by refusing, nor S by offering nothing:

    >>> eq.ally_payoff >= eq.without.ally_payoff - 1e-12
    True
    >>> eq.superpower_payoff > eq.without.superpower_payoff
    True
    """
    if not chosen(model).built_in:
        if game is not None:
            raise TypeError(
                "game= is only for the alliance game; give the parameters of another model by name"
            )
        from ..draw.solution import solve_one  # it has tables; the alliance game has its own

        return solve_one(chosen(model), parameters)
    if not (game is None or isinstance(game, Game)):
        raise TypeError(f"game must be a Game, not {game!r}; give parameters by name")
    given = {} if game is None else dataclasses.asdict(game)
    game = make_game(given | chosen(None).named(parameters))

    from ..kernels import alliance as kernels  # it imports numba, which is slow

    p = game_vector(game)
    solve_game = (
        kernels.solve_game if closed(dict(zip(PARAMETERS, p, strict=True)).get) else kernels.solve_any_game
    )
    solution, limit, status = solve_game(p)
    status = kernels.Status(status)
    if status != kernels.Status.SOLVED:
        warnings.warn(f"{game!r} could not be solved: {status.cause}", RuntimeWarning, stacklevel=2)
    values = {
        name: variable.codes(int(value)) if variable.codes else float(value)
        for (name, variable), value in zip(OUTCOMES.items(), solution, strict=True)
    }
    without = Without(**{
        name.removesuffix(WITHOUT): values.pop(name)
        for name in list(values)
        if name.endswith(WITHOUT)
    })  # fmt: skip
    limit_name = kernels.PledgeLimit(limit).name.lower()
    return Equilibrium(**values, without=without, pledge_limit=limit_name, game=game)
