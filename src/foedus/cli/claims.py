"""foedus claims."""

import math
import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts

from ..draw.tables import save_table
from ..model import Model
from ..model.checks import naming
from ..uncertainty.claims import Verdict, check_games
from ..uncertainty.claims import claims as test_claims
from .options import (
    DrawnParameters,
    Number,
    Output,
    Overwrite,
    Quiet,
    Threads,
    WholeNumber,
    command_line,
    given_parameters,
)
from .progress import compile_kernels, print_rate, progress_bar
from .screens import Grid, show
from .targets import check_output, check_tables

if TYPE_CHECKING:
    import xarray as xr

COLUMNS = ("premise_met", "holds", "share", "low", "high", "verdict")


def claims(
    run_file: Path | None = None,
    /,
    *,
    games: Number = None,
    seed: WholeNumber = None,
    output: Output = None,
    table: Annotated[list[Path] | None, cyclopts.Parameter(name=["--table", "--csv"])] = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: DrawnParameters,
    model: Model,
) -> None:
    """Test the claims about a game: how often each holds, and in which games it does not.

    Parameters
    ----------
    run_file
        a run file (TOML). If it has axes, every game of its grid is tested; if it has distributions, random
        games are tested. The file of a map or of earlier claims also works [default: random games from a wide
        range; a parameter that you give as an option is the same in all of them]
    games
        the number of random games, as in 1e7 [default: 1000000]
    seed
        the seed of the random numbers [default: 0]
    output
        a file for the result: .nc (NetCDF) or .zarr (Zarr)
    table
        a table to write, .csv or .tex (LaTeX with booktabs)
    """
    from ..io.files import save

    design: dict[str, Any] = given_parameters(model, parameters)
    if run_file is not None:
        from ..runs.claims import read_design

        if design:
            raise ValueError("with a run file, options for parameters cannot be given")
        design = read_design(run_file, model)
    if games is not None:
        if "axes" in design:
            raise ValueError(f"{run_file} has axes; --games is for random games")
        with naming(f"--games {games:g}"):
            count = int(games) if math.isfinite(games) and games == int(games) else games
            check_games(count)
        design["games"] = count
    if seed is not None:
        if "axes" in design:
            raise ValueError(f"{run_file} has axes; --seed is for random games")
        design["seed"] = seed
    if output:
        check_output(output, overwrite)
    check_tables(table, overwrite)
    few = {"axes": {name: v[:2] for name, v in design["axes"].items()}} if "axes" in design else {"games": 64}
    compile_kernels(lambda: test_claims(model=model, **{**design, **few}), quiet)
    started = time.perf_counter()
    with progress_bar("testing", 1, quiet) as progress:
        dataset = test_claims(model=model, **design, threads=threads, progress=progress)
    seconds = time.perf_counter() - started
    dataset.attrs["command"] = command_line()
    if output:
        save(dataset, output)
    for path in table or []:
        save_table(*claim_rows(dataset), path)
    if not quiet:
        show(_table(dataset), *counterexamples(dataset, model), *_never_met(dataset, model))
        print_rate(dataset.attrs["games"], seconds)


def claim_rows(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and rows of a table of claims. Unknown values are empty.

    Examples
    --------
    >>> import foedus
    >>> headings, rows = claim_rows(foedus.claims({"ally_cost": [0.3, 1.0]}))
    >>> headings
    ['claim', 'premise_met', 'holds', 'share', 'low', 'high', 'verdict']
    >>> rows[0]
    ['exclusive', 2, 2, 1.0, '', '', 'holds']
    """
    rows = []
    for name in dataset.claim.values.tolist():
        one = dataset.sel(claim=name)
        row = [name]
        for column in COLUMNS[:-1]:
            value = one[column].item()
            row.append("" if math.isnan(value) else value)
        rows.append([*row, Verdict(one.verdict.item()).words])
    return ["claim", *COLUMNS], rows


def counterexamples(dataset: "xr.Dataset", model: Model) -> list[str]:
    """Return a line for each claim that fails in a game: the command that solves the first such game.

    Examples
    --------
    >>> import foedus
    >>> from foedus.model import chosen
    >>> counterexamples(foedus.claims({"ally_cost": [0.1, 0.4]}), chosen(None))
    ['counterexample to restraint_disproportionate: foedus solve --ally-cost 0.4']
    """
    lines = []
    choices = [name for name, p in model.by_name.items() if p.choices and name not in dataset.parameter]
    fixed = {name: dataset[name].item() for name in choices}
    for name in dataset.claim.values.tolist():
        found = dataset.counterexample.sel(claim=name, example=0)
        if found.notnull().all():
            numbers = dict(zip(dataset.parameter.values.tolist(), found.values.tolist(), strict=True))
            game = fixed | {p: model.by_name[p].value(number) for p, number in numbers.items()}
            lines.append(f"counterexample to {name}: {solving(model, model.in_order(game))}")
    return lines


def _never_met(dataset: "xr.Dataset", model: Model) -> list[str]:
    """Return a line about claims whose premise no game met, if a choice of the model may be the reason."""
    claims = dataset.claim.values[dataset.premise_met.values == 0].tolist()
    names = [name for name, p in model.by_name.items() if p.choices and name not in dataset.parameter]
    if model.built_in or not claims or not names:
        return []
    fixed = ", ".join(f"{name} is {dataset[name].item()}" for name in names)
    return [
        f"premise is never met: {', '.join(claims)}. Perhaps it needs another choice. "
        f"Choices have their defaults unless you give others; here {fixed}"
    ]


def solving(model: Model, game: dict[str, Any]) -> str:
    """Return the command line that solves a game, without options at their defaults. For a model that is not
    in a file, return the game as Python writes it.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> solving(chosen(None), {"ally_cost": 0.4, "stake": 1.0, "contest": "ratio"})
    'foedus solve --ally-cost 0.4'
    """
    if not (model.built_in or model.file):
        return model.written(game)
    options = [f"--model {shlex.quote(os.path.relpath(model.file))}"] if model.file else []
    options += [
        f"--{name.replace('_', '-')} {value}"
        for name, value in game.items()
        if value != model.by_name[name].default
    ]
    return " ".join(["foedus solve", *options])


def _table(dataset: "xr.Dataset") -> Grid:
    """Return the claims as a table for the screen."""
    rows = []
    for name in dataset.claim.values.tolist():
        one = dataset.sel(claim=name)
        met, holds, share, low, high = (one[column].item() for column in COLUMNS[:-1])
        interval = "" if math.isnan(low) else f"{100 * low:.2f} to {100 * high:.2f}"
        words = Verdict(one.verdict.item()).words
        rows.append([name, met, holds, f"{100 * share:.2f}" if met else "", interval, words])
    return Grid(["claim", "met", "holds", "share", "95 %", "verdict"], rows)
