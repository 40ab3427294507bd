"""foedus points."""

import time
from pathlib import Path

from ..model import Model
from ..model.checks import naming
from ..solving.ids import ids, parted
from ..solving.sweeps import solve_points
from .options import (
    Output,
    Overwrite,
    Parameters,
    Quiet,
    Threads,
    command_line,
    given_parameters,
)
from .progress import compile_kernels, print_rate, progress_bar
from .screens import print_shares
from .targets import check_output, print_kept


def points(
    table: Path,
    /,
    *,
    output: Output = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: Parameters,
    model: Model,
) -> None:
    """Solve the games in a CSV file, which has a row for each game and a column for each parameter.

    Further columns, such as a country and a year, are copied to the file with the results.

    Parameters
    ----------
    table
        the CSV file, in UTF-8 with commas; its first line names the columns
    output
        the file to write: .nc (NetCDF), .zarr (Zarr) or .csv (a table) [default: NetCDF, next
        to the CSV file]
    """
    from ..io.files import beside, save
    from ..large.slabs import code_counts
    from ..runs.columns import read_columns

    given = given_parameters(model, parameters)
    columns = read_columns(table, model)
    target = output or table.with_name(f"{table.stem}.nc")
    check_output(target, overwrite, ".csv" if target.suffix == ".csv" else None)
    if target.exists() and target.samefile(table):
        raise ValueError(f"{target} is the file of the games; name another output")
    games = len(next(iter(columns.values())))
    with naming(str(table)):
        varied, others = parted(model, columns)
        kept = ids(model, others)
        few = {k: v[:2] for k, v in varied.items()}
        compile_kernels(lambda: solve_points(few, model=model, **given), quiet)
    started = time.perf_counter()
    with naming(str(table)), progress_bar("solving", games, quiet) as progress:
        dataset = solve_points(columns, model=model, threads=threads, progress=progress, **given)
    seconds = time.perf_counter() - started
    if target.suffix == ".csv":
        with beside(target) as draft:
            dataset.foedus.to_dataframe().to_csv(draft, index=False)
    else:
        save(dataset.assign_attrs(command=command_line()), target)
    if not quiet:
        counts = code_counts(model.codes, dataset[model.mapped.name].values)
        print_shares({model.codes(code): count for code, count in counts.items()}, games)
        print_rate(games, seconds)
        if kept:
            print(f"kept with the results: {', '.join(kept)}")
        print_kept(target)
