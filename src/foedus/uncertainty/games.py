"""Solved games as the functions of claims see them: parameters, outcomes, and games with changes."""

import copy
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from ..model import UNSOLVED, Model
from ..solving.requests import solve_columns

Numbers = dict[str, Any]  # for each parameter one number for all games, or an array with one for each game
Answer = TypeVar("Answer")


class Given(SimpleNamespace):
    """The parameters of games by name: an array, or a single value that is the same in all games."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name!r} is not a parameter; there are {', '.join(vars(self))}")


class Found:
    """The outcomes of games by name, each an array. Games are solved when an outcome is first asked for."""

    def __init__(
        self,
        model: Model,
        numbers: Numbers,
        shape: tuple[int, ...],
        together: Iterable[str] = (),  # outcomes that are solved together
        where: np.ndarray | None = None,  # which games are solved; the others are unsolved
    ) -> None:
        self._model, self._numbers, self._shape = model, numbers, shape
        self._together, self._where = together, where

    def __getattr__(self, name: str) -> np.ndarray:
        if name not in self._model.found:
            raise AttributeError(f"{name!r} is not an outcome; there are {', '.join(self._model.found)}")
        vars(self).update(self._solved(self._together if name in self._together else [name]))
        return vars(self)[name]

    def _solved(self, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Return these outcomes."""
        which = slice(None) if self._where is None else np.flatnonzero(self._where)
        points = {name: v[which] for name, v in self._numbers.items() if np.ndim(v)}
        others = {name: v for name, v in self._numbers.items() if not np.ndim(v)}
        arrays = solve_columns(self._model, points, others, names, threads=1)
        if self._where is not None:
            for name, values in arrays.items():
                no = UNSOLVED if self._model.found[name].codes else np.nan
                arrays[name] = np.full(self._where.size, no, values.dtype)
                arrays[name][which] = values
        return {name: _shown(values, self._shape) for name, values in arrays.items()}


class Games:
    """A block of games, or of lines of games, on which claims are tested.

    `given` has the parameters by name: an array, or a single value that is the same in all games. `found` has
    the outcomes, each an array. For lines, the arrays have a row for each line, along which a parameter
    rises.
    """

    def __init__(
        self, model: Model, numbers: Numbers, shape: tuple[int, ...], together: Iterable[str] = ()
    ) -> None:
        self._model, self._numbers, self._shape = model, numbers, shape
        self._changes: dict[str, np.ndarray] = {}
        self._where: Any = True
        self._known: list[tuple[dict[str, np.ndarray], Any, Found]] = []  # outcomes with changes so far
        self._answers: dict[Any, Any] = {}
        values = {
            name: _shown(parameter.values(numbers[name]), shape)
            if np.ndim(numbers[name])
            else parameter.value(numbers[name])
            for name, parameter in model.by_name.items()
        }
        self.given = Given(**values)
        self.found = Found(model, numbers, shape, together)

    def at(self, where: Any = True, outcomes: Iterable[str] = (), /, **changed: Any) -> "Games":
        """Return the same games with some parameters changed, each to one value or to a value for each game.

        In a game where a new number is not allowed, the codes are ``unsolved`` and the other outcomes NaN.
        Results are kept, so that the same change is solved only once. Two arguments save time: only the games
        in the mask `where` are solved, and the outcomes named in `outcomes` are found in one pass. Raises
        ValueError if a choice, such as the contest, does not have the given value.

        Examples
        --------
        >>> from foedus.model import chosen
        >>> model = chosen(None)
        >>> numbers = {name: p.number(p.default) for name, p in model.by_name.items()}
        >>> games = Games(model, numbers | {"ally_cost": np.array([0.5, 1.0])}, (2,))
        >>> games.at(ally_cost=2 * games.given.ally_cost).found.pledge[0] == games.found.pledge[1]
        np.True_
        >>> games.at(status_quo=[0.5, 1.5]).found.regime
        array([ 2, -1], dtype=int8)
        """
        given = {
            name: values if np.ndim(values) == 0 else np.asarray(values)
            for name, values in self._model.named(changed).items()
        }
        new = copy.copy(self)
        new.given = Given(**vars(self.given) | given)
        new._changes = self._changes | {name: self._column(name, values) for name, values in given.items()}
        new._where, new._answers = self._where & where, {}
        new.found = new._found_of_changes(outcomes)
        return new

    def once(self, function: Callable[["Games"], Answer]) -> Answer:
        """Return the result of a function of these games. It is kept, because several claims may need it."""
        if function not in self._answers:
            self._answers[function] = function(self)
        return self._answers[function]

    def numbers(self, which: np.ndarray) -> np.ndarray:
        """Return some of the games as kernels take them, a row for each game."""
        columns = self._model.in_order(self._numbers | self._changes).values()
        return np.stack([np.broadcast_to(column, self._shape)[which] for column in columns], axis=1)

    def _found_of_changes(self, outcomes: Iterable[str]) -> Found:
        """Return the outcomes with the changes: known ones if there are any, else new ones."""
        for changes, where, found in self._known:
            same = changes.keys() == self._changes.keys() and np.array_equal(where, self._where)
            if same and all(np.array_equal(changes[name], values) for name, values in self._changes.items()):
                return found
        allowed = [self._model.by_name[name].allowed(values) for name, values in self._changes.items()]
        where = np.logical_and.reduce([np.broadcast_to(self._where, self._shape).ravel(), *allowed])
        found = Found(self._model, self._numbers | self._changes, self._shape, outcomes, where)
        self._known.append((self._changes, self._where, found))
        return found

    def _column(self, name: str, values: Any) -> np.ndarray:
        """Return the new values of a parameter as numbers, one for each game."""
        parameter, array = self._model.parameter(name), np.asarray(values)
        if parameter.choices:
            numbers = np.full(array.shape, np.nan)
            for place, choice in enumerate(parameter.choices):
                numbers[array == choice] = place
            for unknown in array[np.isnan(numbers)].tolist():
                parameter.check(unknown)  # this raises an error
        elif array.dtype.kind in "iuf":
            numbers = array.astype(np.float64)  # a copy: the caller's may change
        else:
            raise TypeError(f"{name}: its values are not all numbers")
        if array.shape not in ((), self._shape):
            raise ValueError(
                f"{name}: the values have the shape {array.shape}; give one value for all games, or one for "
                f"each game, in the shape {self._shape}"
            )
        return np.broadcast_to(numbers, self._shape).ravel()


def _shown(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return values in the shape of the games. They are read-only, so that no function of a claim can change
    them."""
    shown = values.reshape(shape)
    shown.flags.writeable = False
    return shown
