"""foedus map."""

import contextlib
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts

from ..model import Model
from ..solving.requests import request_sweep, solve_request
from .options import AS_USUAL, GridOptions, Output, Ways, command_line, whole_number
from .progress import compile_kernels, print_rate, progress_bar
from .screens import print_shares, say_size
from .targets import check_image, check_output, finish, hinting, print_kept, target_of

if TYPE_CHECKING:
    from ..runs.runfile import Run

NAMED = 5  # variables that are left out, at most, that are named

Resume = Annotated[
    bool, cyclopts.Parameter(help="continue an earlier run of the same command that was interrupted")
]

Cluster = Annotated[
    list[str] | None,
    cyclopts.Parameter(
        name="--dask",
        consume_multiple=True,
        help="solve on the Dask cluster whose scheduler has this address; without an address, start a "
        "cluster on this computer, which has a process for each of the --threads",
    ),
]

Adaptive = Annotated[
    bool,
    cyclopts.Parameter(
        help="solve only games near the boundaries between regimes; the file also has the boundaries"
    ),
]

Spacing = Annotated[
    int | None,
    cyclopts.Parameter(
        converter=whole_number,
        help="an adaptive map first solves only every n-th value of each axis; n is this number [default: 8, "
        "or more if an axis has more than 65536 values]",
    ),
]


def map(
    run_file: Path,
    /,
    *,
    output: Output = None,
    resume: Resume = False,
    dask: Cluster = None,
    adaptive: Adaptive = False,
    spacing: Spacing = None,
    ways: GridOptions = AS_USUAL,
    model: Model,
) -> int:
    """Solve a grid of games, write the results to a file part by part, and draw the map.

    Parameters
    ----------
    run_file
        a run file (TOML), or the file of an earlier map, to solve it again
    output
        the file to write: .nc (NetCDF), .zarr (Zarr) or .csv (a table). If it is a table, the whole map is
        solved in memory, and no picture is drawn [default: the file that the run file names]
    """
    from ..io.draft import check_target, draft_folder
    from ..large.streaming import stream
    from ..runs.runfile import read_run

    run = read_run(run_file, model=model)
    if run.over:
        over = ", ".join(run.over)
        raise ValueError(f"{run_file} compares forms over {over}; to run it again, use foedus compare")
    target = target_of(run_file, run.file, output)
    if target.suffix == ".csv":
        if adaptive or resume or dask is not None:
            raise ValueError(f"{target}: a table cannot be made with --adaptive, --resume or --dask")
        return _map_into_table(model, run, target, ways)
    if adaptive:
        if resume or dask is not None:
            raise ValueError("--adaptive solves few games and cannot be combined with --resume or --dask")
        return _map_adaptively(model, run, target, spacing, ways)
    if spacing is not None:
        raise ValueError("--spacing is for adaptive maps; give --adaptive, too")
    with hinting():
        check_target(target, ways.overwrite, resume)
    image = check_image(target, ways, resume)
    grid = request_sweep(model, run.axes, run.variables, run.dtype, run.fixed)
    games = grid.columns.games
    say_size(games, grid.bytes_per_game, "disk, before they are compressed", ways.quiet)
    compile_kernels(lambda: solve_request(grid.part(tuple(slice(2) for _ in grid.shape))), ways.quiet)
    started = time.perf_counter()
    try:
        with (
            _cluster(dask, ways) as client,
            progress_bar("solving", games, ways.quiet) as progress,
            hinting(),
        ):
            regimes, solved = stream(
                grid,
                target,
                command=command_line(),
                threads=ways.threads,
                progress=progress,
                overwrite=ways.overwrite,
                resume=resume,
                client=client,
            )
    except KeyboardInterrupt:
        folder = draft_folder(target)
        if not folder.exists():
            raise
        again = command_line() if resume else f"{command_line()} --resume"
        raise KeyboardInterrupt(
            f"interrupted; the games solved so far are in {folder}. To continue: {again}"
        ) from None
    seconds = time.perf_counter() - started
    if not ways.quiet:
        print_shares(regimes, games)
        if solved < games:
            print(f"{games - solved:,} of {games:,} games were already solved")
        if solved:
            print_rate(solved, seconds)
    return finish(target, image, ways)


def _map_into_table(model: Model, run: "Run", target: Path, ways: Ways) -> int:
    """Solve a grid in memory, and write a CSV file with a row for each game."""
    from ..io.files import beside
    from ..solving.sweeps import sweep

    check_output(target, ways.overwrite, ".csv")
    games = math.prod(values.size for values in run.axes.values())
    with progress_bar("solving", games, ways.quiet) as progress:
        dataset = sweep(
            run.axes,
            model=model,
            variables=run.variables,
            threads=ways.threads,
            progress=progress,
            dtype=run.dtype,
            **run.fixed,
        )
    with beside(target) as draft:
        dataset.foedus.to_dataframe().to_csv(draft, index=False)
    if not ways.quiet:
        print_kept(target)
    return 0


def _map_adaptively(model: Model, run: "Run", target: Path, spacing: int | None, ways: Ways) -> int:
    """Find the regimes of a grid by their boundaries, write them to a file, and draw them."""
    from ..io.files import save
    from ..maps.adaptive import adaptive_map

    check_output(target, ways.overwrite)
    image = check_image(target, ways)
    others = [name for name in run.variables if name != model.mapped.name]
    if others and not ways.quiet:
        print(
            f"an adaptive map has only the {model.mapped.name}; left out: "
            + (", ".join(others) if len(others) <= NAMED else f"{len(others)} other variables"),
            file=sys.stderr,
        )
    few = {name: values[:2] for name, values in run.axes.items()}
    compile_kernels(lambda: adaptive_map(few, model=model, **run.fixed), ways.quiet)
    started = time.perf_counter()
    games = math.prod(values.size for values in run.axes.values())
    with progress_bar("solving", 1, ways.quiet) as progress:
        dataset = adaptive_map(
            run.axes, model=model, spacing=spacing, threads=ways.threads, progress=progress, **run.fixed
        )
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not ways.quiet:
        for name, share, error in zip(
            dataset.regime_name.values, dataset.share.values, dataset.share_error.values, strict=True
        ):
            print(f"{model.codes.named(name).words:>14} {share:8.3%} ± {error:.3%}")
        solved = dataset.attrs["solved"]
        print(f"{_saving(solved, games)}, in {seconds:.2f} s")
        print(f"could be missed: {dataset.attrs['unseen']}")
    return finish(target, image, ways)


def _saving(solved: int, games: int) -> str:
    """Say how many games an adaptive map has solved; some of these are between the points of the grid.

    Examples
    --------
    >>> _saving(300, 60_000)
    '300 of 60,000 games solved, 1 in 200'
    >>> _saving(61_421, 60_501)
    '61,421 games solved (the whole grid has 60,501)'
    """
    if solved < games:
        return f"{solved:,} of {games:,} games solved, 1 in {games / solved:.3g}"
    return f"{solved:,} games solved (the whole grid has {games:,})"


@contextlib.contextmanager
def _cluster(dask: list[str] | None, ways: Ways) -> Iterator[Any]:
    """Yield a client of the cluster that --dask names, or None without --dask."""
    if dask is None:
        yield None
        return
    from ..large.dask import connected

    if len(dask) > 1 or any("://" not in address for address in dask):
        raise ValueError(
            f"--dask {' '.join(dask)}: this is not the address of a scheduler, such as tcp://10.0.0.1:8786"
        )
    with connected(dask[0] if dask else None, ways.threads) as client:
        yield client
