"""Many games: dense grids and scattered points, solved in parallel and labelled."""

import itertools
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..alliance.game import Game
from ..alliance.tables import CERTIFICATE, CONTESTS, KEPT, PARAMETERS, VARIABLES
from ..model.checks import check_contest, check_name, check_parameter, check_values

if TYPE_CHECKING:
    import xarray as xr

TILE = 64, 1024  # rows and columns of games that a thread takes at a time, with closed forms
ANY_TILE = 16, 256  # and with any contest, where a game takes a hundred times as long
SEARCH_TILE = 16  # games, where each is searched for what a player could gain by another move
ROW = 64  # games that a row has at least, if there are as many: a block of the kernels

Progress = Callable[[int, int], object]
Tile = tuple[int, int, int, int]  # first row, one past the last, first column, one past the last


class Columns(NamedTuple):
    """Which parameters vary over the games, and how: game i has values[i // stride % len(values)]."""

    values: dict[str, np.ndarray]
    strides: dict[str, int]
    fixed: dict[str, float]
    games: int
    joined: np.ndarray | None = None  # all values, one after another, if they lie so: kernels take them so

    @property
    def width(self) -> int:
        """The games in a row of the kernels: those of the last axes, as many as it takes to fill `ROW`."""
        return min((s for s in self.strides.values() if s >= ROW), default=self.games)

    def column(self, name: str) -> np.ndarray:
        """Return the values that the parameter takes, one if it is fixed."""
        return self.values[name] if name in self.values else np.array([self.fixed[name]])

    def game(self, i: int, contest: str) -> Game:
        """Return game i."""
        at = {name: float(value) for name, value in self.points(i).items()}
        return Game(**self.fixed, **at, contest=contest)

    def points(self, i: Any) -> dict[str, Any]:
        """Return what varies in game i, or in games of an array of numbers."""
        return {name: v[i // self.strides[name] % v.size] for name, v in self.values.items()}


class Request(NamedTuple):
    """Games to solve, and what is to be kept of them; all of it checked."""

    columns: Columns
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    contest: str
    variables: list[str]
    dtype: np.dtype  # of what is kept as a number

    @property
    def closed(self) -> bool:
        """Whether all of its games have closed forms."""
        return self.contest == CONTESTS[0] and bool((self.columns.column("decisiveness") == 1.0).all())

    @property
    def searched(self) -> bool:
        """Whether each game is searched for what a player could gain by another move."""
        return any(name in CERTIFICATE for name in self.variables)

    def dtype_of(self, variable: str) -> np.dtype:
        """Return the type in which a variable is kept."""
        return np.dtype(np.int8) if KEPT[variable].codes else self.dtype

    @property
    def bytes_per_game(self) -> int:
        """What a game takes in memory."""
        return sum(self.dtype_of(name).itemsize for name in self.variables)

    def part(self, box: tuple[slice, ...]) -> "Request":
        """Return the request for the games of a grid in a box of its indices."""
        axes = {name: self.columns.values[name][cut] for name, cut in zip(self.dims, box, strict=True)}
        columns = grid(axes, self.columns.fixed)
        return self._replace(columns=columns, shape=tuple(values.size for values in axes.values()))

    def game(self, i: int) -> Game:
        """Return game i."""
        return self.columns.game(i, self.contest)


class Solved(NamedTuple):
    """What was found: an array of the request's shape for each variable, how many of the games could not be
    solved, and the first of them, or -1."""

    arrays: dict[str, np.ndarray]
    unsolved: int
    first: int


def sweep(
    axes: Mapping[str, Any],
    *,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str = CONTESTS[0],
    dtype: Any = np.float64,
    chunks: Any = None,
    **fixed: float,
) -> "xr.Dataset":
    """Solve the game at every point of a grid.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of each parameter that varies, one dimension each, in this order
    variables : iterable of str, optional
        the variables to keep; default: all but ``deviation_gain``, the most that a player was found to gain
        by another move, which takes ten thousand times as long to search for as a game takes to be solved
    threads : int, optional
        how many threads solve; default: as many as there are processors
    progress : callable, optional
        called with the games done and the games in all; raising in it cancels the sweep
    contest : str, optional
        the form of the contest: ``ratio`` or ``difference``; of the latter, `decisiveness` is per unit of
        arms
    dtype : numpy.dtype, optional
        the type in which numbers are kept, ``float64`` or ``float32``; they are solved in float64 all the
        same. Codes are always int8.
    chunks : mapping of str to int, tuple or ``"auto"``, optional
        solve nothing yet, but return a lazy Dataset of Dask arrays, cut into chunks of so many values
        along these axes, as in ``chunks={"ally_cost": 512}``; each is solved where and when Dask computes
        it, one thread each. Takes ``foedus[dask]``.
    **fixed : float
        the other parameters, by name; default: those of the default game

    Returns
    -------
    xarray.Dataset
        every variable over the axes; the fixed parameters as scalar coordinates

    Raises
    ------
    TypeError, ValueError
        if a parameter, a value, a variable or a number of threads is not allowed; a parameter is
        either an axis or fixed.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 64)}, variables=["regime"])
    >>> ds.regime.dims, ds.regime.dtype
    (('ally_cost',), dtype('int8'))
    >>> [foedus.Regime(code).name for code in np.unique(ds.regime)]
    ['REVISION', 'RESTRAINT', 'SELF_RELIANCE', 'DETERRENCE']
    """
    request = request_sweep(axes, variables, contest, dtype, fixed)
    if chunks is not None:
        if threads is not None or progress is not None:
            raise ValueError("with chunks nothing is solved yet; threads and progress are Dask's own")
        from ..large.dask import lazy_arrays

        return labelled(request, lazy_arrays(request, chunks), "foedus.sweep")
    return _solve_labelled(request, threads, progress, "foedus.sweep")


def request_sweep(
    axes: Mapping[str, Any],
    variables: Iterable[str] | None,
    contest: str,
    dtype: Any,
    fixed: Mapping[str, float],
) -> Request:
    """Return the checked request for a grid; raise TypeError and ValueError as `sweep` does."""
    if not isinstance(axes, Mapping):
        raise TypeError(f"axes must be a mapping of names to values, not a {type(axes).__name__}")
    if not axes:
        raise ValueError("a sweep needs at least one axis")
    values = {name: check_values(name, column) for name, column in axes.items()}
    columns = grid(values, fixed_parameters(fixed, values, "an axis"))
    shape = tuple(column.size for column in values.values())
    return _request(columns, tuple(values), shape, contest, variables, dtype)


def grid(values: dict[str, np.ndarray], fixed: dict[str, float]) -> Columns:
    """Return the columns of all combinations of the values, of which the last axis varies fastest."""
    strides, stride = {}, 1
    for name in reversed(list(values)):
        strides[name] = stride
        stride *= values[name].size
    return Columns(values, strides, fixed, stride)


def _request(
    columns: Columns,
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    contest: str,
    variables: Iterable[str] | None,
    dtype: Any,
) -> Request:
    """Return a request for the games of `columns`, the rest of it checked, too."""
    check_contest(contest)
    joined = np.concatenate([*columns.values.values()], dtype=np.float64)  # a copy: the caller's may change
    ends = itertools.accumulate(column.size for column in columns.values.values())
    own = {
        name: joined[end - column.size : end]
        for (name, column), end in zip(columns.values.items(), ends, strict=True)
    }
    columns = columns._replace(values=own, joined=joined)
    return Request(columns, dims, shape, contest, check_variables(variables), check_dtype(dtype))


def solve_points(
    points: Any,
    *,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str | None = None,
    dtype: Any = np.float64,
    **fixed: float,
) -> "xr.Dataset":
    """Solve scattered games.

    Parameters
    ----------
    points : mapping, pandas.DataFrame or xarray.Dataset
        a column of values for each parameter that varies, all of one length; of a Dataset, every
        variable that is named like a parameter, a scalar as a fixed one
    variables, threads, progress, dtype, **fixed
        as for `sweep`
    contest : str, optional
        the form of the contest; default: the one that a Dataset names, or else ``ratio``

    Returns
    -------
    xarray.Dataset
        every variable along the dimension ``game``; the columns as coordinates along it

    Raises
    ------
    TypeError, ValueError
        as for `sweep`, and if the columns differ in length.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.solve_points({"ally_cost": [0.3, 1.0], "stake": [0.5, 2.0]})
    >>> [foedus.Regime(code).name for code in ds.regime.values]
    ['RESTRAINT', 'DETERRENCE']
    """
    if hasattr(points, "data_vars"):
        from ..io.dataset import contest_of

        contest = contest or contest_of(points)
        if contest is None and "contest" in points.coords:
            raise ValueError("the contest is not the same in all games; solve those of each contest apart")
        points = {name: points[name] for name in PARAMETERS if name in points.variables}
        fixed = {name: float(v) for name, v in points.items() if v.ndim == 0} | fixed
        points = {name: v for name, v in points.items() if v.ndim}
    elif not hasattr(points, "keys"):
        raise TypeError(f"points must be a mapping, a DataFrame or a Dataset, not a {type(points).__name__}")
    values = {name: check_values(name, np.asarray(points[name])) for name in points}
    if not values:
        raise ValueError("no column is named like a parameter")
    games = {name: column.size for name, column in values.items()}
    if len(set(games.values())) > 1:
        lengths = ", ".join(f"{name} has {size}" for name, size in games.items())
        raise ValueError(f"the columns must be of one length, but {lengths}")
    count = next(iter(games.values()))
    columns = Columns(values, dict.fromkeys(values, 1), fixed_parameters(fixed, values, "a column"), count)
    form = CONTESTS[0] if contest is None else contest
    request = _request(columns, ("game",), (count,), form, variables, dtype)
    return _solve_labelled(request, threads, progress, "foedus.solve_points")


def fixed_parameters(fixed: Mapping[str, Any], varying: Mapping[str, Any], kind: str) -> dict[str, float]:
    """Return every parameter that does not vary, with its value.

    Raises TypeError and ValueError as `check_parameter` does, and ValueError if a parameter that varies, as
    the `kind` of thing that it is, is fixed, too.
    """
    for name in fixed:
        check_name(name)
        if name in varying:
            raise ValueError(f"{name} is both {kind} and fixed at {fixed[name]!r}; it can be only one")
    return {
        name: check_parameter(name, fixed.get(name, entry.default))
        for name, entry in PARAMETERS.items()
        if name not in varying
    }


def check_variables(variables: Iterable[str] | None, table: Mapping[str, Any] = KEPT) -> list[str]:
    """Return the names of the variables to keep, in the order of the `table` of those that may be; default:
    all of the solution.

    Raises TypeError if a lone string is given, ValueError if a name is unknown or none is given.
    """
    if variables is None:
        return list(VARIABLES)
    if isinstance(variables, str):
        raise TypeError(f"variables = {variables!r} is not a list of names")
    wanted = list(variables)
    for name in wanted:
        if name not in table:
            raise ValueError(f"{name!r} is not a variable; there are {', '.join(table)}")
    if not wanted:
        raise ValueError("variables is empty; at least one is needed")
    return [name for name in table if name in wanted]


def check_dtype(dtype: Any) -> np.dtype:
    """Return the type in which numbers are kept; raise ValueError if it is neither float64 nor float32."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.float64, np.float32):
        raise ValueError(f"dtype = {dtype!r} is not allowed; it must be float64 or float32")
    return found


def _solve_labelled(
    request: Request, threads: int | None, progress: Progress | None, command: str
) -> "xr.Dataset":
    """Solve a request and label what was found; warn of games that could not be solved."""
    arrays, unsolved, first = solve_request(request, threads, progress)
    if unsolved:
        warn_unsolved(unsolved, request.columns.games, request.game(first), stacklevel=4)
    return labelled(request, arrays, command)


def labelled(request: Request, arrays: Mapping[str, Any], command: str) -> "xr.Dataset":
    """Return the results of a request as a Dataset that explains itself."""
    from ..io.dataset import label
    from ..version import __version__

    attributes = {"foedus_version": __version__, "contest": request.contest, "command": command}
    return label(arrays, request.dims, request.columns.values, request.columns.fixed, attributes)


def check_threads(threads: int | None) -> int:
    """Return how many threads solve; default: as many as there are processors.

    Raises ValueError if it is not a whole number of at least 1.
    """
    if threads is None:
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return usable or 1
    if isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or threads < 1:
        raise ValueError(f"threads = {threads!r} is not allowed; it must be a whole number, 1 or more")
    return int(threads)


def solve_request(request: Request, threads: int | None = None, progress: Progress | None = None) -> Solved:
    """Solve all games of a request."""
    threads = check_threads(threads)
    if request.searched:
        return _solve_searched(request, threads, progress)

    from ..kernels import alliance as kernels

    columns = request.columns
    if columns.games * request.bytes_per_game > sys.maxsize:
        raise MemoryError(f"{columns.games} games are more than any memory holds")
    codes = [name for name in request.variables if VARIABLES[name].codes]
    floats = [name for name in request.variables if not VARIABLES[name].codes]
    results = np.empty((len(floats), columns.games), request.dtype if floats else np.float64)
    coded = np.empty((len(codes), columns.games), np.int8)
    solve_games = kernels.solve_games if request.closed else kernels.solve_any_games
    arguments = (
        columns.width,
        *_laid_out(request, kernels.PARAMETERS),
        results,
        np.array([kernels.VARIABLES.index(name) for name in floats], np.int64),
        coded,
        np.array([kernels.VARIABLES.index(name) for name in codes], np.int64),
    )
    most = TILE if request.closed else ANY_TILE
    tiles = _tiles(columns.games // columns.width, columns.width, threads, *most)
    unsolved, first = in_parallel(
        lambda tile: (_games(tile), *solve_games(tile, *arguments)), tiles, columns.games, threads, progress
    )
    arrays = dict(zip(floats, results, strict=True)) | dict(zip(codes, coded, strict=True))
    return Solved({name: arrays[name].reshape(request.shape) for name in request.variables}, unsolved, first)


def _laid_out(request: Request, parameters: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    """Return the parameters of the games as kernels take them: those that are fixed, which of them vary, how,
    and their values."""
    columns = request.columns
    varying, values = list(columns.values), list(columns.values.values())
    sizes = [column.size for column in values]
    layout = zip(
        itertools.accumulate([0, *sizes[:-1]]), sizes, [columns.strides[k] for k in varying], strict=True
    )
    return (
        np.array([*(columns.fixed.get(name, 0.0) for name in parameters), CONTESTS.index(request.contest)]),
        np.array([parameters.index(name) for name in varying], np.int64),
        np.array(list(layout), np.int64).reshape(-1, 3),
        columns.joined if columns.joined is not None else np.concatenate(values),
    )


def _solve_searched(request: Request, threads: int, progress: Progress | None) -> Solved:
    """Solve all games of a request, then search each for what a player could gain by another move."""
    from ..kernels import alliance as kernels
    from ..kernels.alliance.deviations import Stated, deviation_gains

    wanted = [name for name in VARIABLES if name in {*Stated._fields, *request.variables}]
    exact = request._replace(variables=wanted, dtype=np.dtype(np.float64))
    arrays, unsolved, first = solve_request(exact, threads)
    games = request.columns.games
    stated = np.array([arrays[name].ravel() for name in Stated._fields], np.float64)
    gains = np.empty(games)
    arguments = *_laid_out(request, kernels.PARAMETERS), stated, gains

    def search(start: int) -> tuple[int, int, int]:
        end = min(start + SEARCH_TILE, games)
        deviation_gains(start, end, *arguments)
        return end - start, 0, -1

    in_parallel(search, range(0, games, SEARCH_TILE), games, threads, progress)
    arrays["deviation_gain"] = gains.reshape(request.shape)
    kept = {name: arrays[name].astype(request.dtype_of(name), copy=False) for name in request.variables}
    return Solved(kept, unsolved, first)


def solve_columns(
    points: Mapping[str, np.ndarray],
    fixed: Mapping[str, float],
    contest: str,
    variables: Iterable[str],
    threads: int | None = None,
) -> dict[str, np.ndarray]:
    """Return `variables` of scattered games by name, as plain arrays.

    points : float64 arrays of one length, which may be 0, of each parameter that varies; fixed : every other
    parameter. All of them are known to be allowed: this is for what solves many batches that it made itself.
    """
    values = dict(points)
    games = len(next(iter(values.values())))
    columns = Columns(values, dict.fromkeys(values, 1), dict(fixed), games)
    request = Request(columns, ("game",), (games,), contest, list(variables), np.dtype(np.float64))
    if not games:
        return {name: np.empty(0, request.dtype_of(name)) for name in request.variables}
    return solve_request(request, threads).arrays


def warn_unsolved(unsolved: int, games: int, first: Game, stacklevel: int) -> None:
    """Warn that so many of the games could not be solved, and name the first of them."""
    warnings.warn(
        f"{unsolved} of {games} games could not be solved; their regime is -1 (unsolved). "
        f"The first is {first!r}",
        RuntimeWarning,
        stacklevel=stacklevel,
    )


def _tiles(rows: int, width: int, threads: int, height: int, breadth: int) -> Iterator[Tile]:
    """Cut `rows` of `width` games each into tiles of at most `height` rows and `breadth` columns, or of more
    columns where there are few rows.

    Towards the end they become lower, for so many threads to end at about the same time.
    """
    breadth *= max(1, height // 4 // rows)
    row = 0
    while row < rows:
        share = (rows - row) // (4 * threads) if threads > 1 else height
        end = row + max(1, height // 8, min(height, share))
        for column in range(0, width, breadth):
            yield row, min(end, rows), column, min(column + breadth, width)
        row = end


def _games(tile: Tile) -> int:
    """Return how many games a tile holds."""
    first_row, last_row, first_column, last_column = tile
    return (last_row - first_row) * (last_column - first_column)


def in_parallel(
    solve: Callable[[Any], tuple[int, int, int]],
    parts: Iterable[Any],
    games: int,
    threads: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Call `solve` for every part of the games, from `threads` threads of which the caller's is one; return
    how many games could not be solved, and the first of them, or -1.

    `solve` returns the same of its part, after the number of games in it.

    Reports progress from the caller's thread; whatever is raised, there or elsewhere, stops all.
    """
    parts = list(parts)
    waiting = iter(parts)
    taking = threading.Lock()
    cancelled = threading.Event()
    reports: queue.SimpleQueue[tuple[int, int, int] | BaseException] = queue.SimpleQueue()

    def solve_one() -> bool:
        with taking:
            part = None if cancelled.is_set() else next(waiting, None)
        if part is None:
            return False
        reports.put(solve(part))
        return True

    def help_out() -> None:
        try:
            while solve_one():
                pass
        except BaseException as error:  # the caller raises it
            reports.put(error)

    done = unsolved = 0
    firsts = []
    helpers = [threading.Thread(target=help_out) for _ in range(min(threads, len(parts)) - 1)]
    try:
        for helper in helpers:
            helper.start()
        more = True
        while done < games:
            more = more and solve_one()
            while done < games and not (more and reports.empty()):
                report = reports.get()
                if isinstance(report, BaseException):
                    raise report
                done += report[0]
                unsolved += report[1]
                if report[1]:
                    firsts.append(report[2])
                if progress is not None:
                    progress(done, games)
    finally:
        cancelled.set()
        for helper in helpers:
            if helper.ident is not None:
                helper.join()
    return unsolved, min(firsts, default=-1)
