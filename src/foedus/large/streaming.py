"""Maps of any size: they are solved slab by slab into a file, and a later run can resume."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..io.dataset import model_of
from ..io.draft import Draft, drafted
from ..io.files import opened
from ..io.layout import SMALL_CHUNK, layout
from ..model import Code, Model, chosen
from ..solving.parallel import Progress, check_threads, in_parallel
from ..solving.requests import Request, request_sweep, warn_unsolved
from ..solving.sweeps import labelled
from .slabs import code_counts, slab_of, solve_slab

if TYPE_CHECKING:
    import distributed
    import xarray as xr


def sweep_to(
    path: str | os.PathLike,
    axes: Mapping[str, Any],
    *,
    model: Model | None = None,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    dtype: Any = np.float64,
    overwrite: bool = False,
    resume: bool = False,
    client: "distributed.Client | None" = None,
    **fixed: Any,
) -> dict[Code, int]:
    """Solve a game at every point of a grid and write the results to a file. Memory does not grow with the
    grid.

    Slabs of at most four million games, or four thousand with ``deviation_gain``, are solved and kept in the
    folder ``<path>.part`` beside the file. When all slabs are done, they are joined into the file. If a run
    ends early, at any moment, the same call with ``resume=True`` continues with the missing slabs and gives
    the same file to the bit.

    Parameters
    ----------
    path : str or path
        the file to write: NetCDF, or a Zarr store if it ends in ``.zarr`` (this needs ``foedus[zarr]``)
    axes, model, variables, threads, progress, dtype, **fixed
        as for `sweep`
    overwrite : bool, optional
        replace an existing file; start again if there is an unfinished one
    resume : bool, optional
        continue with the unfinished file of an earlier call, if there is one; do nothing if the file is
        complete
    client : distributed.Client, optional
        solve on this Dask cluster instead of in threads. For a Zarr store, each worker writes its own
        results, so all workers must be able to write to `path`. Needs ``foedus[dask]``.

    Returns
    -------
    dict of Code to int
        the number of games with each regime that occurs; empty if ``regime`` is not among the variables

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; if `path` ends in neither ``.nc`` nor ``.zarr``; or if the unfinished file belongs to
        another run (the message names the first difference).
    FileExistsError
        if the file or an unfinished one exists and may be neither replaced nor resumed.
    OSError
        if the file cannot be written; a call with ``resume=True`` then continues after the finished slabs.

    Examples
    --------
    >>> import foedus, numpy as np, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "map.nc"
    >>> axes = {"ally_cost": np.geomspace(0.05, 5, 512), "status_quo": np.linspace(0.1, 0.9, 512)}
    >>> counts = foedus.sweep_to(path, axes, variables=["regime"])
    >>> restraint = foedus.load(path).regime == foedus.Regime.RESTRAINT
    >>> counts[foedus.Regime.RESTRAINT] == int(restraint.sum())
    True
    """
    request = request_sweep(chosen(model), axes, variables, dtype, fixed)
    regimes, _ = stream(
        request,
        path,
        command="foedus.sweep_to",
        threads=threads,
        progress=progress,
        overwrite=overwrite,
        resume=resume,
        client=client,
    )
    return regimes


class Streamed(NamedTuple):
    """The number of games with each regime, and the number of games solved in this run."""

    regimes: dict[Code, int]
    solved: int


def stream(
    request: Request,
    path: str | os.PathLike,
    *,
    command: str,
    threads: int | None = None,
    progress: Progress | None = None,
    overwrite: bool = False,
    resume: bool = False,
    client: "distributed.Client | None" = None,
) -> Streamed:
    """Do what `sweep_to` does, for a request; `command` is the name in the file's attributes."""
    threads = check_threads(threads)
    if request.columns.games * request.bytes_per_game > sys.maxsize:
        raise ValueError(f"{request.columns.games:,} games do not fit in any file")
    chunk = SMALL_CHUNK if request.searched else None
    cut = layout(request.shape, request.bytes_per_game, request.quick, chunk)
    games = request.columns.games
    with drafted(path, template(request, command), cut, overwrite=overwrite, resume=resume) as draft:
        if draft is None:
            return Streamed(count_regimes(path), 0)
        done = draft.done()
        todo = [slab for slab in range(cut.slabs) if slab not in done]
        solved = games - sum(record.games for record in done.values())
        report = None if progress is None else lambda now, _: progress(games - solved + now, games)
        if client is None:
            _solve_in_threads(request, draft, todo, solved, threads, report)
        else:
            from .dask import solve_slabs

            solve_slabs(client, request, draft, todo, solved, report)
        records = draft.finish()
    unsolved = sum(record.unsolved for record in records)
    if unsolved:
        first = min(record.first for record in records if record.unsolved)
        warn_unsolved(request.model, unsolved, games, request.columns.numbers(first), stacklevel=3)
    return Streamed(_total(request.model.codes, (record.regimes for record in records)), solved)


def template(request: Request, command: str) -> "xr.Dataset":
    """Return the Dataset of a request, with zeros that take no memory as its values."""
    zeros = {
        name: np.broadcast_to(request.dtype_of(name).type(0), request.shape) for name in request.variables
    }
    return labelled(request, zeros, command)


def _solve_in_threads(
    request: Request, draft: Draft, todo: list[int], games: int, threads: int, progress: Progress | None
) -> None:
    """Solve slabs in threads; each thread keeps what it solves. `games` is the number of games in all
    slabs."""

    def solve(slab: int) -> tuple[int, int, int]:
        record = solve_slab(*slab_of(request, draft, slab))
        draft.keep(slab, record)
        return record.games, record.unsolved, record.first

    in_parallel(solve, todo, games, threads, progress)


def count_regimes(path: str | os.PathLike) -> dict[Code, int]:
    """Return the number of games with each regime that occurs in a file, read slab by slab."""
    with opened(path) as dataset:
        model = model_of(dataset)
        if model.mapped.name not in dataset:
            return {}
        regime = dataset[model.mapped.name]
        cut = layout(regime.shape, 1)
        parts = map(cut.box, range(cut.slabs))
        return _total(model.codes, (code_counts(model.codes, regime[box].values) for box in parts))


def _total(codes: type[Code], counts: Iterable[Mapping[int, int]]) -> dict[Code, int]:
    """Return the sums of counts of codes, in the order of the codes."""
    total: dict[Code, int] = {}
    for part in counts:
        for code, count in part.items():
            total[codes(code)] = total.get(codes(code), 0) + count
    return dict(sorted(total.items()))
