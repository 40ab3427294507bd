"""foedus statics."""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..draw.tables import save_table
from ..maps.statics import TIE, Direction
from ..maps.statics import statics as find_statics
from ..model import Model
from .options import (
    Output,
    Overwrite,
    Parameters,
    Quiet,
    Threads,
    VariableNames,
    command_line,
    given_parameters,
)
from .progress import compile_kernels, progress_bar
from .screens import Grid, show
from .targets import check_output, check_tables

if TYPE_CHECKING:
    import xarray as xr


def statics(
    run_file: Path | None = None,
    /,
    *,
    variable: VariableNames = None,
    output: Output = None,
    table: list[Path] | None = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: Parameters,
    model: Model,
) -> None:
    """Show comparative statics: how outcomes respond to each parameter, and how far the next regime is.

    Parameters
    ----------
    run_file
        a run file (TOML) with axes, for the statics of every game of its grid [default: one game, given by
        options]
    variable
        a variable whose responses are shown; repeat it for more [default: the pledge, arms, settlement, S's
        payoff and burden share; in your own game, its answers=, or else all numbers; with a run file, the
        variables that it names]
    output
        a file for the result: .nc (NetCDF) or .zarr (Zarr)
    table
        for one game, a table to write, .csv or .tex (LaTeX with booktabs)
    """
    from ..io.files import save

    given = given_parameters(model, parameters)
    axes, names = {}, list(variable or model.answers)
    if run_file is not None:
        from ..runs.runfile import read_run

        run = read_run(run_file, model=model)
        if run.over:
            raise ValueError(f"{run_file} compares forms; statics can only be found under one form")
        if given or table:
            raise ValueError("with a run file, options for parameters and --table cannot be given")
        if output is None:
            raise ValueError("the statics of a grid are written to a file; name it with --output")
        axes, given = run.axes, run.fixed
        numbers = [name for name, outcome in model.found.items() if not outcome.codes]
        names = variable or [name for name in run.variables if name in numbers] or names
    if output:
        check_output(output, overwrite)
    check_tables(table, overwrite)
    few = {name: values[:1] for name, values in axes.items()}
    compile_kernels(
        lambda: find_statics(
            few, variables=names or None, parameters=[next(iter(model.by_name))], model=model, **given
        ),
        quiet,
    )
    started = time.perf_counter()
    with progress_bar("solving", len(model.parameters), quiet, unit="parameters") as progress:
        dataset = find_statics(
            axes, model=model, variables=names or None, threads=threads, progress=progress, **given
        )
    dataset.attrs["command"] = command_line()
    if output:
        save(dataset, output)
    if run_file is not None:
        if not quiet:
            print(_of_grid(dataset))
            print(f"{dataset[model.mapped.name].size:,} games in {time.perf_counter() - started:.2f} s")
        return
    for path in table or []:
        save_table(*whole_table(dataset), path)
    if not quiet:
        regime = model.codes(dataset[model.mapped.name].item())
        show(
            Grid(*margin_table(dataset), f"{regime.words}: how far the next regime is"),
            Grid(*response_table(dataset), "responses, per unit of the parameter"),
            _moral(dataset),
        )


def _model_of(dataset: "xr.Dataset") -> Model:
    """Return the model of a dataset."""
    from ..io.dataset import model_of  # imports xarray, which most commands do not need

    return model_of(dataset)


def margin_table(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and rows of a table of the margins of one game.

    Examples
    --------
    >>> import foedus
    >>> headings, rows = margin_table(foedus.statics(variables=["pledge"]))
    >>> headings
    ['parameter', 'value', 'below', '', '', 'above', '', '']
    >>> rows[0][:5]
    ['ally_cost', 1.0, '-20.8%', 'self-reliance', 'ally: holding or conceding']
    """
    model = _model_of(dataset)
    rows: list[list[str | float]] = []
    for name in dataset.parameter.values.tolist():
        row: list[str | float] = [name, dataset[name].item()]
        for side, sign in (("below", "-"), ("above", "+")):
            one = dataset.sel(parameter=name, side=side)
            margin = one.margin.item()
            if math.isinf(margin):
                row += ["", "", ""]
                continue
            size = f"{margin:.1%}" if row[1] else f"{margin:.3g}"
            row += [sign + size, model.codes(one.next_regime.item()).words, _who(model, one)]
        rows.append(row)
    return ["parameter", "value", "below", "", "", "above", "", ""], rows


def _who(model: Model, one: "xr.Dataset") -> str:
    """Say whose decision flips, and between which options, if that is known."""
    if not model.decides or one.player < 0:
        return ""
    player = model.decides.player(one.player.item())
    decision = model.decides.decision(one.decision.item())
    return f"{player.words}: {decision.words}"


def response_table(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and rows of a table of the responses of one game. At a kink and at the end of a
    domain, each side that has a response is named with it.

    Examples
    --------
    >>> import foedus
    >>> headings, rows = response_table(foedus.statics(variables=["pledge", "settlement"]))
    >>> headings
    ['parameter', 'pledge', 'settlement']
    >>> rows[0], rows[8]
    (['ally_cost', '+0.148', '0'], ['effectiveness', 'below: -0.0346', 'below: 0'])
    """
    rows: list[list[str | float]] = []
    for name in dataset.parameter.values.tolist():
        part = dataset.sel(parameter=name)
        rows.append([name, *(_cell(part.sel(variable=v)) for v in dataset.variable.values)])
    return ["parameter", *dataset.variable.values.tolist()], rows


def _cell(one: "xr.Dataset") -> str:
    """Return the response of a variable as a table shows it."""
    if one.direction == Direction.UNDEFINED:
        return ""
    known = one.response.dropna("side")
    constant = one.direction == Direction.CONSTANT
    words = ["0" if constant else f"{value:+.3g}" for value in known.values]
    sides = known.side.values.tolist()
    if len(sides) == 2 and not one.kink and one.direction != Direction.MIXED:
        return words[0]
    return ", ".join(f"{side}: {word}" for side, word in zip(sides, words, strict=True))


def whole_table(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and rows of one table of margins and responses, for a file; margins are numbers."""
    model, sides = _model_of(dataset), dataset.side.values.tolist()
    headings = ["parameter", "value"]
    headings += [f"{kind}_{side}" for side in sides for kind in ("margin", "next_regime")]
    headings += [f"{name}_{side}" for name in dataset.variable.values for side in sides]
    rows: list[list[str | float]] = []
    for name in dataset.parameter.values.tolist():
        part = dataset.sel(parameter=name)
        row: list[str | float] = [name, dataset[name].item()]
        for side in sides:
            margin = part.margin.sel(side=side).item()
            regime = model.codes(part.next_regime.sel(side=side).item())
            row += [margin, "" if math.isinf(margin) else regime.words]
        row += part.response.transpose("variable", "side").values.ravel().tolist()
        rows.append(row)
    return headings, rows


def _moral(dataset: "xr.Dataset") -> str:
    """Say how much one parameter may be wrong before the regime changes."""
    model = _model_of(dataset)
    regime = model.codes(dataset[model.mapped.name].item()).words
    margin, name = dataset.least_margin.item(), dataset.least_parameter.item()
    if math.isinf(margin):
        return f"The regime is {regime}, however much any one parameter changes."
    if margin <= TIE:
        return f"The regime depends on a tie: a tiny change of {name} can change it."
    size = f"{margin:.1%} of its value" if dataset[name].item() else f"{margin:.3g}"
    return (
        f"The regime stays {regime} if one parameter changes by less than {size}; "
        f"{name} has the least margin."
    )


def _of_grid(dataset: "xr.Dataset") -> str:
    """Say how close the games of a grid are to other regimes."""
    least = dataset.least_margin
    one, ten = ((least <= size).mean().item() for size in (0.01, 0.1))
    return (
        f"the least margin is 1% or less in {one:.1%} of the games, and 10% or less in {ten:.1%}; "
        f"its median is {least.median():.1%}"
    )
