"""foedus cutpoints."""

import functools
from pathlib import Path
from typing import Annotated, Any

import cyclopts
import numpy as np

from ..draw.tables import save_table
from ..maps.cutpoints import check_scanned, cutpoint_rows
from ..maps.cutpoints import cutpoints as find_cutpoints
from ..model import Model
from ..model.checks import naming, number_of
from .options import (
    Output,
    Overwrite,
    ParameterName,
    Parameters,
    Quiet,
    Threads,
    command_line,
    given_parameters,
    named_values,
    stretch_of,
    whole_number,
)
from .progress import compile_kernels, progress_bar
from .screens import Grid, show
from .targets import check_output, check_tables

MANY = 40  # rows that are printed at most; a file has all rows


def cutpoints(
    parameter: ParameterName,
    /,
    *,
    within: Annotated[str, cyclopts.Parameter(allow_leading_hyphen=True)],
    axis: list[str] | None = None,
    points: Annotated[int, cyclopts.Parameter(converter=whole_number)] = 4096,
    output: Output = None,
    table: list[Path] | None = None,
    figure: Path | None = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: Parameters,
    model: Model,
) -> None:
    """Find the values of a parameter at which the regime changes, and which player's decision changes there.

    Parameters
    ----------
    parameter
        the parameter that varies, as in ally_cost
    within
        the range of the parameter, as in --within 0.01:10
    axis
        another parameter that varies, as in --axis status_quo=0.1:0.9:200 (from, to, number of values) or
        --axis stake=0.5,1,2; repeat it for more parameters
    points
        the number of values of the parameter that are solved first; cutpoints are found between neighbouring
        values that have different regimes
    output
        a file for the cutpoints: .nc (NetCDF) or .zarr (Zarr)
    table
        a table to write, .csv or .tex (LaTeX with booktabs)
    figure
        a picture to draw; its ending says whether it is png, svg, pdf, eps or tiff
    """
    from ..io.files import save

    varied = model.parameter(parameter)
    check_scanned(varied)
    with naming(f"--within {within}"):
        ends = stretch_of(model, parameter, within)
    form = "parameter=from:to:values or parameter=value,value"
    axes = model.named(named_values("--axis", axis, form, functools.partial(axis_of, model)))
    if output:
        check_output(output, overwrite)
    check_tables(table, overwrite)
    if figure:
        from ..draw.cutpoints import check_drawn
        from ..draw.plots import check_picture_path

        check_picture_path(figure)
        check_drawn({name: np.unique(values).size for name, values in axes.items()})
        check_output(figure, overwrite, figure.suffix)
    given = given_parameters(model, parameters)
    few: Any = {name: values[:1] for name, values in axes.items()}
    compile_kernels(lambda: find_cutpoints(varied.name, ends, few, model=model, points=2, **given), quiet)
    games = points * int(np.prod([values.size for values in axes.values()], dtype=float))
    with progress_bar("scanning", games, quiet) as progress:
        dataset = find_cutpoints(
            varied.name, ends, axes, model=model, points=points, threads=threads, progress=progress, **given
        )
    dataset.attrs["command"] = command_line()
    headings, rows = cutpoint_rows(dataset)
    if output:
        save(dataset, output)
    for path in table or []:
        save_table(headings, rows, path)
    if figure:
        from ..draw.plots import plot, save_figure

        save_figure(plot(dataset), figure)
    if not quiet:
        if rows:
            show(Grid(headings, rows[:MANY], f"cutpoints of {varied.name}"))
        else:
            codes = np.unique(dataset.regime_first).tolist()
            print(f"no cutpoint; the regime is {' or '.join(model.codes(code).words for code in codes)}")
        if len(rows) > MANY:
            print(f"and {len(rows) - MANY} more; --table FILE.csv writes all of them")
        print(f"scanned: {dataset.resolution}")


def axis_of(model: Model, name: str, text: str) -> np.ndarray:
    """Return the values of an axis, typed as from:to:values, or as values with commas between them."""
    parameter, ends = model.parameter(name), text.split(":")
    listed: Any
    if len(ends) == 1:
        parts = [part.strip() for part in text.split(",")]
        listed = parts if parameter.choices else [number_of(part) for part in parts]
    elif len(ends) != 3 or not ends[2].isdecimal() or int(ends[2]) < 1:
        raise ValueError(f"{text!r} is not of the form from:to:values, with 1 value or more")
    else:
        listed = np.linspace(number_of(ends[0]), number_of(ends[1]), int(ends[2]))
    return parameter.values(parameter.check_values(listed))
