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

from .game import Game, check_contest, check_name, check_parameter, check_values
from .io.schema import CONTESTS, PARAMETERS, VARIABLES

if TYPE_CHECKING:
    import xarray as xr

TILE = 64, 1024  # rows and columns of games that a thread takes at a time, with closed forms
ANY_TILE = 16, 256  # and with any contest, where a game takes a hundred times as long
ROW = 64  # games that a row has at least, if there are as many: a block of the kernels

Progress = Callable[[int, int], object]
Tile = tuple[int, int, int, int]  # first row, one past the last, first column, one past the last


class Columns(NamedTuple):
    """Which parameters vary over the games, and how: game i has values[i // stride % len(values)]."""

    values: dict[str, np.ndarray]
    strides: dict[str, int]
    fixed: dict[str, float]
    games: int

    @property
    def width(self) -> int:
        """The games in a row of the kernels: those of the last axes, as many as it takes to fill `ROW`."""
        return min((s for s in self.strides.values() if s >= ROW), default=self.games)

    def column(self, name: str) -> np.ndarray:
        """Return the values that the parameter takes, one if it is fixed."""
        return self.values[name] if name in self.values else np.array([self.fixed[name]])

    def game(self, i: int, contest: str) -> Game:
        """Return game i."""
        at = {k: float(v[i // self.strides[k] % v.size]) for k, v in self.values.items()}
        return Game(**self.fixed, **at, contest=contest)


def sweep(
    axes: Mapping[str, Any],
    *,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str = CONTESTS[0],
    dtype: Any = np.float64,
    **fixed: float,
) -> "xr.Dataset":
    """Solve the game at every point of a grid.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of each parameter that varies, one dimension each, in this order
    variables : iterable of str, optional
        the variables to keep; default: all
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
    if not isinstance(axes, Mapping):
        raise TypeError(f"axes must be a mapping of names to values, not a {type(axes).__name__}")
    if not axes:
        raise ValueError("a sweep needs at least one axis")
    values = {name: check_values(name, column) for name, column in axes.items()}
    shape = tuple(column.size for column in values.values())
    strides, stride = {}, 1
    for name, size in zip(reversed(list(values)), reversed(shape), strict=True):
        strides[name] = stride
        stride *= size
    columns = Columns(values, strides, _fixed(fixed, values, "an axis"), stride)
    return _solve(columns, shape, tuple(values), variables, threads, progress, contest, dtype)


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
        contest = contest or points.attrs.get("contest")
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
    columns = Columns(values, dict.fromkeys(values, 1), _fixed(fixed, values, "a column"), count)
    return _solve(
        columns,
        (count,),
        ("game",),
        variables,
        threads,
        progress,
        CONTESTS[0] if contest is None else contest,
        dtype,
    )


def _fixed(fixed: Mapping[str, Any], varying: Mapping[str, Any], kind: str) -> dict[str, float]:
    """Return every parameter that does not vary, with its value."""
    for name in fixed:
        check_name(name)
        if name in varying:
            raise ValueError(f"{name} is both {kind} and fixed at {fixed[name]!r}; it can be only one")
    return {
        name: check_parameter(name, fixed.get(name, entry.default))
        for name, entry in PARAMETERS.items()
        if name not in varying
    }


def check_variables(variables: Iterable[str] | None) -> list[str]:
    """Return the names of the variables to keep, in the order of the table; default: all.

    Raises TypeError if a lone string is given, ValueError if a name is unknown or none is given.
    """
    if variables is None:
        return list(VARIABLES)
    if isinstance(variables, str):
        raise TypeError(f"variables = {variables!r} is not a list of names")
    wanted = list(variables)
    for name in wanted:
        if name not in VARIABLES:
            raise ValueError(f"{name!r} is not a variable; there are {', '.join(VARIABLES)}")
    if not wanted:
        raise ValueError("variables is empty; at least one is needed")
    return [name for name in VARIABLES if name in wanted]


def check_dtype(dtype: Any) -> np.dtype:
    """Return the type in which numbers are kept; raise ValueError if it is neither float64 nor float32."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found not in (np.float64, np.float32):
        raise ValueError(f"dtype = {dtype!r} is not allowed; it must be float64 or float32")
    return found


def _solve(
    columns: Columns,
    shape: tuple[int, ...],
    dims: tuple[str, ...],
    variables: Iterable[str] | None,
    threads: int | None,
    progress: Progress | None,
    contest: str,
    dtype: Any,
) -> "xr.Dataset":
    """Solve all games of `columns` and label the results."""
    check_contest(contest)
    dtype = check_dtype(dtype)
    names = check_variables(variables)
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if isinstance(threads, bool) or not isinstance(threads, (int, np.integer)) or threads < 1:
        raise ValueError(f"threads = {threads!r} is not allowed; it must be a whole number, 1 or more")

    from . import __version__, kernels
    from .io.dataset import label

    if columns.games * dtype.itemsize * len(names) > sys.maxsize:
        raise MemoryError(f"{columns.games} games are more than any memory holds")
    codes = [name for name in names if VARIABLES[name].codes]
    floats = [name for name in names if not VARIABLES[name].codes]
    results = np.empty((len(floats), columns.games), dtype if floats else np.float64)
    coded = np.empty((len(codes), columns.games), np.int8)
    closed = contest == CONTESTS[0] and (columns.column("decisiveness") == 1.0).all()
    solve_games = kernels.solve_games if closed else kernels.solve_any_games
    varying = [name for name in kernels.PARAMETERS if name in columns.values]
    sizes = [columns.values[name].size for name in varying]
    offsets = [0, *itertools.accumulate(sizes)]
    values = np.concatenate([columns.values[name] for name in varying])
    own = dict(zip(varying, np.split(values, offsets[1:-1]), strict=True))  # not the caller's arrays
    arguments = (
        columns.width,
        np.array([*(columns.fixed.get(name, 0.0) for name in kernels.PARAMETERS), CONTESTS.index(contest)]),
        np.array([kernels.PARAMETERS.index(name) for name in varying], np.int64),
        np.array(
            [
                (offset, size, columns.strides[name])
                for name, offset, size in zip(varying, offsets, sizes, strict=False)
            ],
            np.int64,
        ).reshape(-1, 3),
        values,
        results,
        np.array([kernels.VARIABLES.index(name) for name in floats], np.int64),
        coded,
        np.array([kernels.VARIABLES.index(name) for name in codes], np.int64),
    )
    most = TILE if closed else ANY_TILE
    tiles = list(_tiles(columns.games // columns.width, columns.width, threads, *most))
    unsolved, first = _in_parallel(
        lambda tile: solve_games(tile, *arguments), tiles, columns.games, threads, progress
    )
    if unsolved:
        warn_unsolved(unsolved, columns.games, columns.game(first, contest), stacklevel=4)
    arrays = dict(zip(floats, results, strict=True)) | dict(zip(codes, coded, strict=True))
    return label(
        {name: arrays[name].reshape(shape) for name in names},
        dims,
        {name: own[name] for name in columns.values},
        columns.fixed,
        {
            "foedus_version": __version__,
            "contest": contest,
            "command": f"foedus.{'solve_points' if dims == ('game',) else 'sweep'}",
        },
    )


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


def _in_parallel(
    solve: Callable[[Tile], tuple[int, int]],
    tiles: list[Tile],
    games: int,
    threads: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Call `solve` for every tile of the games, from `threads` threads of which the caller's is one; return
    how many games could not be solved, and the first of them, or -1.

    Reports progress from the caller's thread; whatever is raised, there or elsewhere, stops all.
    """
    waiting = iter(tiles)
    taking = threading.Lock()
    cancelled = threading.Event()
    reports: queue.SimpleQueue[tuple[int, int, int] | BaseException] = queue.SimpleQueue()

    def solve_one() -> bool:
        with taking:
            tile = None if cancelled.is_set() else next(waiting, None)
        if tile is None:
            return False
        first_row, last_row, first_column, last_column = tile
        reports.put(((last_row - first_row) * (last_column - first_column), *solve(tile)))
        return True

    def help_out() -> None:
        try:
            while solve_one():
                pass
        except BaseException as error:  # the caller raises it
            reports.put(error)

    done = unsolved = 0
    firsts = []
    helpers = [threading.Thread(target=help_out) for _ in range(min(threads, len(tiles)) - 1)]
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
