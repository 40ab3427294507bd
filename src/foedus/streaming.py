"""Maps of any size: solved slab by slab into a file, and resumed where a run ended."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .io.draft import Draft, Record, drafted
from .io.files import failing_to_write, format_of, opened
from .io.layout import Box, Layout, boxes, layout
from .io.schema import CONTESTS, Regime
from .sweeps import (
    Progress,
    Request,
    check_threads,
    in_parallel,
    labelled,
    request_sweep,
    solve_request,
    warn_unsolved,
)

if TYPE_CHECKING:
    import distributed
    import xarray as xr


def sweep_to(
    path: str | os.PathLike,
    axes: Mapping[str, Any],
    *,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str = CONTESTS[0],
    dtype: Any = np.float64,
    overwrite: bool = False,
    resume: bool = False,
    client: "distributed.Client | None" = None,
    **fixed: float,
) -> dict[Regime, int]:
    """Solve the game at every point of a grid into a file, in memory that does not grow with the grid.

    Slabs of at most a million games are solved and kept in the folder ``<path>.part`` beside the file; when
    all are there, the file is put together and takes its name. Ended at any instant, the same call with
    ``resume=True`` goes on from the slabs that are there, and gives the same file to the bit.

    Parameters
    ----------
    path : str or path
        the file to write: NetCDF, or a Zarr store if it ends in ``.zarr`` (which takes ``foedus[zarr]``)
    axes, variables, threads, progress, contest, dtype, **fixed
        as for `sweep`
    overwrite : bool, optional
        replace a file that exists, and start anew where an unfinished one does
    resume : bool, optional
        go on with the unfinished file of an earlier call, if there is one; if that call had finished,
        do nothing
    client : distributed.Client, optional
        solve on this Dask cluster instead of in threads; of a Zarr store, each of its workers writes what
        it solves, so all must reach `path`. Takes ``foedus[dask]``.

    Returns
    -------
    dict of Regime to int
        how many games have each regime that occurs; empty if ``regime`` is not among the variables

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; if `path` has another ending than these, or the unfinished file is of another run,
        which is the first difference named.
    FileExistsError
        if the file or an unfinished one exists and may be neither replaced nor resumed.
    OSError
        if the file cannot be written; what is solved can be resumed.

    Examples
    --------
    >>> import foedus, numpy as np, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "map.nc"
    >>> axes = {"ally_cost": np.geomspace(0.05, 5, 512), "status_quo": np.linspace(0.1, 0.9, 512)}
    >>> counts = foedus.sweep_to(path, axes, variables=["regime"])
    >>> counts[foedus.Regime.RESTRAINT] == (foedus.load(path).regime == foedus.Regime.RESTRAINT).sum()
    True
    """
    request = request_sweep(axes, variables, contest, dtype, fixed)
    threads = check_threads(threads)
    cut = layout(request.shape, request.bytes_per_game, request.closed)
    with drafted(path, template(request), cut, overwrite=overwrite, resume=resume) as draft:
        if draft is None:
            return count_regimes(path)
        done = draft.done()
        todo = [slab for slab in range(len(draft.slabs)) if slab not in done]
        before = request.columns.games - sum(_games(draft.slabs[slab]) for slab in todo)
        report = _reporting_after(before, request.columns.games, progress)
        solve = _solve_in_threads if client is None else _solve_on_cluster
        solve(request, draft, todo, threads if client is None else client, report)
        records = draft.finish()
    unsolved = sum(record.unsolved for record in records)
    if unsolved:
        first = min(record.first for record in records if record.unsolved)
        warn_unsolved(unsolved, request.columns.games, request.game(first), stacklevel=2)
    return _total(record.regimes for record in records)


def template(request: Request) -> "xr.Dataset":
    """Return the Dataset that a request gives, with zeros that take no memory for its values."""
    zeros = {
        name: np.broadcast_to(request.dtype_of(name).type(0), request.shape) for name in request.variables
    }
    return labelled(request, zeros, "foedus.sweep_to")


def solve_slab(request: Request, cut: Layout, box: Box, target: Path, file: Path) -> Record:
    """Solve the games in a box of a map, write or pack their results, and return the record of it.

    target : the map's final name, which errors speak of; file : where it stands now.
    """
    arrays, unsolved, first = solve_request(request.part(box), threads=1)
    if unsolved:
        inner = np.unravel_index(first, tuple(side.stop - side.start for side in box))
        outer = [side.start + place for side, place in zip(box, inner, strict=True)]
        first = int(np.ravel_multi_index(outer, request.shape))
    regimes = regime_counts(arrays["regime"]) if "regime" in arrays else {}
    with failing_to_write(target):
        chunks = tuple(format_of(target).keep(file, arrays, box, cut.chunk))
    return Record(int(unsolved), int(first), regimes, chunks)


def _solve_in_threads(
    request: Request, draft: Draft, todo: list[int], threads: int, progress: Progress | None
) -> None:
    """Solve slabs in threads, each of which keeps what it solves."""

    def solve(slab: int) -> tuple[int, int, int]:
        box = draft.slabs[slab]
        draft.keep(slab, solve_slab(request, draft.layout, box, draft.target, draft.file))
        return _games(box), 0, -1

    games = sum(_games(draft.slabs[slab]) for slab in todo)
    in_parallel(solve, todo, games, threads, progress)


def _solve_on_cluster(
    request: Request, draft: Draft, todo: list[int], client: "distributed.Client", progress: Progress | None
) -> None:
    """Solve slabs on a cluster, and keep here what comes back."""
    from .clusters import solve_slabs

    games = sum(_games(draft.slabs[slab]) for slab in todo)
    done = 0
    for slab, record in solve_slabs(client, request, draft, todo):
        draft.keep(slab, record)
        done += _games(draft.slabs[slab])
        if progress is not None:
            progress(done, games)


def _reporting_after(before: int, games: int, progress: Progress | None) -> Progress | None:
    """Return what reports games done as so many more than were done `before`, of all `games`."""
    if progress is None:
        return None
    return lambda done, _: progress(before + done, games)


def regime_counts(regime: np.ndarray) -> dict[int, int]:
    """Return how many games have each regime, by code."""
    counts = {int(code): int(np.count_nonzero(regime == code)) for code in Regime}
    return {code: count for code, count in counts.items() if count}


def count_regimes(path: str | os.PathLike) -> dict[Regime, int]:
    """Return how many games of a map in a file have each regime that occurs, read slab by slab."""
    with opened(path) as dataset:
        if "regime" not in dataset:
            return {}
        regime = dataset.regime
        cut = layout(regime.shape, 1)
        return _total(regime_counts(regime[box].values) for box in cut.slabs())


def _total(counts: Iterable[Mapping[int, int]]) -> dict[Regime, int]:
    """Return the sums of counts of regimes, in the order of their codes."""
    total: dict[Regime, int] = {}
    for part in counts:
        for code, count in part.items():
            total[Regime(code)] = total.get(Regime(code), 0) + count
    return dict(sorted(total.items()))


def _games(box: Box) -> int:
    """Return how many games are in a box."""
    return int(np.prod([side.stop - side.start for side in box]))
