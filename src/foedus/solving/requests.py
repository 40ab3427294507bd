"""Requests: which games to solve and what to keep, checked; and how to solve them."""

import itertools
import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..model import Loop, Model, Search
from .columns import Columns, check_axes, fixed_parameters, grid, scattered
from .parallel import Progress, check_threads, games_of, in_parallel, tiles

SEARCH_TILE = 16  # games that a thread takes at a time in a search


class Request(NamedTuple):
    """Games to solve and variables to keep, all checked."""

    model: Model
    columns: Columns
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    variables: list[str]
    dtype: np.dtype  # of numbers; codes are int8

    @property
    def loop(self) -> Loop:
        """The compiled loop that solves its games."""
        if self.model.loop:
            return self.model.loop(self.columns.column)
        from .compiled import own_loop  # it imports numba, which is slow

        return own_loop(self.model, self.columns)

    @property
    def codes(self) -> list[str]:
        """The variables that are codes."""
        return [name for name in self.variables if self.model.kept[name].codes]

    @property
    def searched(self) -> bool:
        """Whether a variable takes a search in each game."""
        return any(name not in self.model.found for name in self.variables)

    @property
    def quick(self) -> bool:
        """Whether no game takes longer than a microsecond or so."""
        return not self.searched and self.loop.quick

    def dtype_of(self, variable: str) -> np.dtype:
        """Return the type in which a variable is kept."""
        return np.dtype(np.int8) if self.model.kept[variable].codes else self.dtype

    @property
    def bytes_per_game(self) -> int:
        """The memory that a game takes."""
        return sum(self.dtype_of(name).itemsize for name in self.variables)

    def part(self, box: tuple[slice, ...]) -> "Request":
        """Return the request for a part of a grid: the games in a box of indices."""
        axes = {name: self.columns.values[name][cut] for name, cut in zip(self.dims, box, strict=True)}
        columns = grid(axes, self.columns.fixed)
        return self._replace(columns=columns, shape=tuple(values.size for values in axes.values()))


class Solved(NamedTuple):
    """The results: an array of the request's shape for each variable, how many games could not be solved, and
    the first of them, or -1."""

    arrays: dict[str, np.ndarray]
    unsolved: int
    first: int


def request_sweep(
    model: Model,
    axes: Mapping[str, Any],
    variables: Iterable[str] | None,
    dtype: Any,
    fixed: Mapping[str, Any],
) -> Request:
    """Return the checked request for a grid; raise TypeError and ValueError as `sweep` does."""
    values = check_axes(model, axes)
    if not values:
        raise ValueError("a sweep needs at least one axis")
    columns = grid(values, fixed_parameters(model, fixed, values, "an axis"))
    shape = tuple(column.size for column in values.values())
    return request(model, columns, tuple(values), shape, variables, dtype)


def request(
    model: Model,
    columns: Columns,
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    variables: Iterable[str] | None,
    dtype: Any,
) -> Request:
    """Return a checked request for the games of `columns`."""
    joined = np.concatenate([*columns.values.values()], dtype=np.float64)  # a copy: the caller's may change
    ends = itertools.accumulate(column.size for column in columns.values.values())
    own = {
        name: joined[end - column.size : end]
        for (name, column), end in zip(columns.values.items(), ends, strict=True)
    }
    columns = columns._replace(values=own, joined=joined)
    return Request(model, columns, dims, shape, model.check_names(variables, model.kept), check_dtype(dtype))


def check_dtype(dtype: Any) -> np.dtype:
    """Return the type of numbers; raise ValueError if it is neither float64 nor float32."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.float64, np.float32):
        raise ValueError(f"dtype = {dtype!r} is not allowed; it must be float64 or float32")
    return found


def solve_request(request: Request, threads: int | None = None, progress: Progress | None = None) -> Solved:
    """Solve all games of a request."""
    threads = check_threads(threads)
    if request.searched:
        return _solve_searched(request, threads, progress)
    columns, found = request.columns, list(request.model.found)
    if columns.games * request.bytes_per_game > sys.maxsize:
        raise MemoryError(f"{columns.games} games do not fit in any memory")
    codes = request.codes
    floats = [name for name in request.variables if name not in codes]
    results = np.empty((len(floats), columns.games), request.dtype if floats else np.float64)
    coded = np.empty((len(codes), columns.games), np.int8)
    solve_games, tile, _ = request.loop
    arguments = (
        columns.width,
        *_laid_out(request),
        results,
        np.array([found.index(name) for name in floats], np.int64),
        coded,
        np.array([found.index(name) for name in codes], np.int64),
    )
    parts = tiles(columns.games // columns.width, columns.width, threads, *tile)

    def solve(tile: Any) -> tuple[int, int, int]:
        return games_of(tile), *solve_games(tile, *arguments)

    unsolved, first = in_parallel(solve, parts, columns.games, threads, progress)
    arrays = dict(zip(floats, results, strict=True)) | dict(zip(codes, coded, strict=True))
    return Solved({name: arrays[name].reshape(request.shape) for name in request.variables}, unsolved, first)


def _laid_out(request: Request) -> tuple[np.ndarray, ...]:
    """Return the parameters of the games as kernels take them: the fixed ones, which of them vary, their
    layout, and their values."""
    columns, names = request.columns, list(request.model.by_name)
    varying, values = list(columns.values), list(columns.values.values())
    sizes = [column.size for column in values]
    layout = zip(
        itertools.accumulate([0, *sizes[:-1]]), sizes, [columns.strides[k] for k in varying], strict=True
    )
    return (
        np.array([columns.fixed.get(name, 0.0) for name in names]),
        np.array([names.index(name) for name in varying], np.int64),
        np.array(list(layout), np.int64).reshape(-1, 3),
        columns.joined if columns.joined is not None else np.concatenate(values),
    )


def _solve_searched(request: Request, threads: int, progress: Progress | None) -> Solved:
    """Solve all games of a request, then search in each game for the variable that takes a search."""
    needs, search_games = _gains(request.model)
    wanted = [name for name in request.model.found if name in {*needs, *request.variables}]
    exact = request._replace(variables=wanted, dtype=np.dtype(np.float64))
    arrays, unsolved, first = solve_request(exact, threads)
    games = request.columns.games
    stated = np.array([arrays[name].ravel() for name in needs], np.float64)
    (name,) = {*request.model.kept} - {*request.model.found}
    found = np.empty(games)
    arguments = *_laid_out(request), stated, found

    def search(start: int) -> tuple[int, int, int]:
        end = min(start + SEARCH_TILE, games)
        search_games(start, end, *arguments)
        return end - start, 0, -1

    in_parallel(search, range(0, games, SEARCH_TILE), games, threads, progress)
    arrays[name] = found.reshape(request.shape)
    kept = {name: arrays[name].astype(request.dtype_of(name), copy=False) for name in request.variables}
    return Solved(kept, unsolved, first)


def _gains(model: Model) -> Search:
    """Return the search for the largest gain by another move."""
    if model.gains:
        return model.gains()
    from .backward import own_gains  # imports numba, which takes longer than all the rest

    return own_gains(model)


def solve_columns(
    model: Model,
    points: Mapping[str, np.ndarray],
    fixed: Mapping[str, float],
    variables: Iterable[str],
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, np.ndarray]:
    """Return `variables` of scattered games by name, as plain arrays.

    points : a float64 array for each parameter that varies, all of the same length, which may be 0; fixed :
    every other parameter. They are not checked: this is for callers that make many batches themselves.
    """
    columns = scattered(dict(points), dict(fixed))
    request = Request(model, columns, ("game",), (columns.games,), list(variables), np.dtype(np.float64))
    if not columns.games:
        return {name: np.empty(0, request.dtype_of(name)) for name in request.variables}
    return solve_request(request, threads, progress).arrays


def why_unsolved(model: Model, numbers: Mapping[str, float]) -> str:
    """Return ``: `` and why a game, given by numbers, could not be solved; nothing if that is not known."""
    if not model.by_search:
        return ""
    from .backward import why_unsolved as why  # imports numba

    return f": {why(model, model.in_order(numbers))}"


def warn_unsolved(
    model: Model, unsolved: int, games: int, first: Mapping[str, float], stacklevel: int
) -> None:
    """Warn how many games could not be solved, and name the first of them, given by its numbers."""
    warnings.warn(
        f"{unsolved} of {games} games could not be solved; their {model.mapped.name} is -1 (unsolved). "
        f"The first is {model.written(model.game(first))}{why_unsolved(model, first)}",
        RuntimeWarning,
        stacklevel=stacklevel,
    )
