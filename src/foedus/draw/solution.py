"""The solution of one game of any model, for people to read."""

import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..model import NUMBER, UNSOLVED, Code, Model
from ..model.moves import in_words
from ..model.parameters import Symbol
from ..solving.columns import fixed_parameters
from ..solving.requests import solve_columns, why_unsolved
from .tables import html_table


@dataclass(frozen=True)
class Solution:
    """One solved game, with its outcomes by name; codes are members of their `Code`.

    Attributes
    ----------
    model : Model
    game : dict
        the parameters by name
    found : dict
        the outcomes by name, which are attributes, too
    given : dict
        the moves that the user gave to `after`, if any
    """

    model: Model
    game: Mapping[str, Any]
    found: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.found:
            raise AttributeError(f"{name!r} is not an outcome; there are {', '.join(self.model.found)}")
        return self.found[name]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.found]

    def __repr__(self) -> str:
        found = (f"{name}={self._in_words(name)}" for name in self.found)
        given = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        after = f".after({given})" if given else ""
        return f"{self.model.written(self.game)}{after}: {', '.join(found)}"

    def explain(self) -> str:
        """Explain this game in words.

        Raises ValueError if the model has no words for it.
        """
        if self.model.explain is None:
            raise ValueError(f"the model {self.model.name} cannot explain a game, because it has no explain=")
        return self.model.explain(self)

    def after(self, **moves: Any) -> "Solution":
        """Return what follows if some moves differ from those of the equilibrium.

        The given moves are made; every other move is the best reply to those before it. The model must have
        a definition, or be a tree of `model_from_efg`. If you call `after` on its own result, the moves that
        you gave before stay as they are.

        Parameters
        ----------
        **moves
            by name or symbol, a number for each `Move`, and an option or its number for each `Choice`,
            `Chance` and node of a tree. Moves of chance that come before another given move must be given,
            too.

        Returns
        -------
        Solution
            with the outcomes of the model's definition

        Raises
        ------
        TypeError
            if a name is not a move, no move is given, or a move is neither a number nor an option.
        ValueError
            if the model has no definition and is no tree; if a move is outside its interval, or comes after a
            move of chance that is not given; if the moves before a given move make it impossible (its `when`
            is false, or play does not reach its node); or if the game could not be solved.

        Warns
        -----
        RuntimeWarning
            if what follows could not be solved.

        Examples
        --------
        >>> import foedus
        >>> class Deal(foedus.Code):
        ...     REFUSED, ACCEPTED = range(2)
        >>> ultimatum = foedus.Model(
        ...     "ultimatum", "Take it or leave it", [foedus.Parameter("prize", "v", 1.0, "> 0")],
        ...     [foedus.Outcome("deal", codes=Deal)], players=["proposer", "responder"],
        ...     moves=[foedus.Move("proposer", "offer", "x", high=lambda p, m: p.prize),
        ...            foedus.Choice("responder", "answer", ("refuse", "accept"))],
        ...     payoffs=lambda p, m: (m.answer * (p.prize - m.offer), m.answer * (m.offer - 0.1)),
        ...     outcome=lambda p, m: (m.answer,),
        ... )
        >>> eq = foedus.solve(model=ultimatum)
        >>> round(eq.offer, 6), eq.deal.name
        (0.1, 'ACCEPTED')
        >>> eq.after(offer=0.05).deal.name
        'REFUSED'
        """
        from ..solving import continued, trees  # with numba

        if self.model.tree:
            model, given = self.model, {**self.given, **moves}
            found = trees.after(*self._in_equilibrium(), given)
        else:
            model, game = self.model.defined, continued.game_of(self.model, self._numbers())
            given = {**self.given, **continued.moves_named(game, moves)}
            found = continued.after(game, given)
        if found[model.mapped.name] == UNSOLVED:
            written = ", ".join(f"{name}={value!r}" for name, value in given.items())
            warnings.warn(
                f"{model.written(self.game)} could not be solved after {written}",
                RuntimeWarning,
                stacklevel=2,
            )
        return Solution(model, self.game, found, given)

    def off_path(self) -> list[tuple[str, list[str], list[list[str | float]]]]:
        """Return a table for each move of the equilibrium (title, headings and rows). It tells what would
        follow after some other values or options.

        Raises ValueError if the model has no definition and is no tree, or the game could not be solved.
        """
        from ..solving import continued, trees  # with numba

        if self.model.tree:
            return trees.tables(*self._in_equilibrium())
        return continued.tables(continued.game_of(self.model, self._numbers()))

    def _numbers(self) -> dict[str, float]:
        """Return the parameters as the numbers that kernels use."""
        return {name: parameter.number(self.game[name]) for name, parameter in self.model.by_name.items()}

    def _in_equilibrium(self) -> tuple[Model, dict[str, float], Mapping[str, Any]]:
        """Return the model, the parameters as kernels know them, and the outcomes where no move is given."""
        found = solve_one(self.model, self.game).found if self.given else self.found
        return self.model, self._numbers(), found

    def to_efg(self, path: str | os.PathLike, *, values: int | Mapping[str, int] | None = None) -> None:
        """Write the game as a finite tree around its equilibrium, to be read by Gambit.

        At each node of a `Move` the tree has the best reply in the game itself, and a few other values. If
        this reply makes a later player indifferent, it is changed a little, so that this player is no longer
        indifferent. The model must have a definition, or be a tree of `model_from_efg`. Such a tree is
        written with the numbers of this game.

        Parameters
        ----------
        path : str or path
            the file to write, ending in .efg; an existing file is replaced
        values : int or mapping of str to int, optional
            how many values each `Move` has at each of its nodes: one number for all, or a number by the name
            of the move; default: 3

        Raises
        ------
        ValueError
            if the model has no definition and is no tree, the ending or a number is not allowed, there is no
            such `Move`, the tree would have more than 5,000 terminal nodes, or the game is unsolved.
        FileNotFoundError, IsADirectoryError, PermissionError, OSError
            if `path` cannot be written.

        Warns
        -----
        RuntimeWarning
            if a decision in the tree matters so little that a solver may miss the equilibrium, or if the tree
            has another equilibrium than the game.
        """
        from ..solving import gambit, trees  # few users need it

        sizes = gambit.sizes_of(self.model, values)
        if self.model.tree:
            trees.write_game(*self._in_equilibrium(), path)
        else:
            gambit.write_game(self.model, self._numbers(), path, sizes)

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the headings and the rows of a table of the outcomes."""
        rows = [
            [
                name,
                Symbol(outcome.symbol),
                self._in_words(name),
                "" if outcome.units == NUMBER else outcome.units,
            ]
            for name, outcome in self.model.kept.items()
            if name in self.found
        ]
        return ["outcome", "symbol", "value", "unit"], rows

    def _in_words(self, name: str) -> str:
        """Return an outcome as a text for people."""
        value = self.found[name]
        if isinstance(value, Code):
            return value.words
        moves = self.model.moves
        if name in (move.name for move in moves) and self.found[self.model.mapped.name] != UNSOLVED:
            return in_words(moves, name, value)
        return f"{value + 0.0:.6g}"  # 0.0 of -0.0

    def _repr_html_(self) -> str:
        """Return how a notebook shows it."""
        return html_table(*self.table())


def solve_one(
    model: Model, parameters: Mapping[str, Any], variables: Iterable[str] | None = None
) -> Solution:
    """Solve one game of a model; raise TypeError and ValueError as `sweep` does.

    variables : the outcomes to find, besides the one that maps show; default: all outcomes

    Warns RuntimeWarning if it could not be solved.
    """
    numbers = fixed_parameters(model, parameters, {}, "")
    first, *others = numbers
    points, fixed = {first: np.array([numbers[first]])}, {name: numbers[name] for name in others}
    wanted = model.check_names(variables, model.kept)
    arrays = solve_columns(model, points, fixed, wanted, threads=1)
    game = model.game(numbers)
    values = {name: array.item() for name, array in arrays.items()}
    found = {
        name: outcome.codes(values[name]) if outcome.codes else values[name]
        for name, outcome in model.kept.items()
        if name in values
    }
    if values[model.mapped.name] == UNSOLVED:
        why = why_unsolved(model, numbers)
        warnings.warn(f"{model.written(game)} could not be solved{why}", RuntimeWarning, stacklevel=3)
    return Solution(model, game, found)
