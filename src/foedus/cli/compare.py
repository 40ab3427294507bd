"""foedus compare."""

import functools
import math
import time
from pathlib import Path
from typing import Any

from ..maps.compare import check_each_once
from ..maps.compare import compare as compare_forms
from ..model import Model
from ..model.checks import number_of
from .options import AS_USUAL, GridOptions, Output, command_line, named_values
from .progress import compile_kernels, print_rate, progress_bar
from .screens import say_size
from .targets import check_image, check_output, finish, target_of


def compare(
    run_file: Path,
    /,
    *,
    over: list[str] | None = None,
    output: Output = None,
    ways: GridOptions = AS_USUAL,
    model: Model,
) -> int:
    """Solve the same grid of games under several functional forms, and compare the regimes.

    Parameters
    ----------
    run_file
        a run file (TOML), or the file of an earlier map or comparison
    over
        a parameter and the values to compare, as in --over contest=ratio,difference; repeat it for more
        parameters. Every combination of values is a form
    output
        the file to write: .nc (NetCDF) or .zarr (Zarr) [default: the file that the run file names, with
        -forms added to its name]
    """
    from ..io.files import save
    from ..runs.runfile import read_run

    forms = model.named(named_values("--over", over, "name=value,value", functools.partial(_forms, model)))
    run = read_run(run_file, forms, model)
    if not run.over:
        raise ValueError("there is nothing to compare; give --over at least once")
    target = target_of(run_file, run.file, output)
    if output is None:
        target = target.with_stem(f"{target.stem}-forms")
    check_output(target, ways.overwrite)
    image = check_image(target, ways)
    games = math.prod(len(values) for values in (*run.over.values(), *run.axes.values()))
    size = sum(1 if model.kept[name].codes else run.dtype.itemsize for name in run.variables)
    say_size(games, size, "memory", ways.quiet)
    solve_grid: Any = functools.partial(
        compare_forms,
        model=model,
        over=run.over,
        **run.fixed,
        variables=run.variables,
        dtype=run.dtype,
    )
    few = {k: v[:2] for k, v in run.axes.items()}
    compile_kernels(lambda: solve_grid(few), ways.quiet)
    started = time.perf_counter()
    with progress_bar("solving", games, ways.quiet) as progress:
        dataset = solve_grid(run.axes, threads=ways.threads, progress=progress)
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not ways.quiet:
        print(" " * 14, *(f"{f'under {under}':>12}" for under in dataset.under.values))
        for name, shares in zip(dataset.regime_name.values, dataset.regime_share.values, strict=True):
            print(f"{model.codes.named(name).words:>14}", *(f"{share:12.3%}" for share in shares))
        print_rate(games, seconds)
    return finish(target, image, ways)


def _forms(model: Model, name: str, values: str) -> Any:
    """Return the values of one --over."""
    parameter = model.parameter(name)
    parts = [value.strip() for value in values.split(",")]
    numbers = parameter.check_values(parts if parameter.choices else [number_of(part) for part in parts])
    check_each_once(parameter, numbers)
    return parameter.values(numbers)
