"""The command line: foedus solve, map, compare, plot, points."""

import contextlib
import csv
import dataclasses
import functools
import gc
import os
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import cyclopts
from rich import box
from rich.console import Console
from rich.table import Table

from . import __version__
from .equilibrium import Equilibrium
from .equilibrium import solve as solve_game
from .forms import check_form
from .forms import compare as compare_forms
from .game import check_contest, check_name, check_parameter, naming
from .io.schema import CONTESTS, PARAMETERS, VARIABLES, Regime
from .sweeps import Progress, solve_points, sweep

if TYPE_CHECKING:
    import xarray as xr

    from .runfile import Run

LARGE = 10**9  # bytes of results from which on their size is said beforehand

app = cyclopts.App(
    name="foedus",
    help="Solve the alliance game of a superpower, its ally and a challenger, exactly.",
    version=__version__,
    default_parameter=cyclopts.Parameter(negative=""),
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
)

# an option for every parameter, from the table; None where it was not given
Options: Any = dataclasses.make_dataclass(
    "Options",
    [
        (
            p.name,
            Annotated[
                float | None,
                cyclopts.Parameter(help=f"{p.long_name}, {p.symbol}; {p.domain} [default: {p.default}]"),
            ],
            None,
        )
        for p in PARAMETERS.values()
    ]
    + [
        (
            "contest",
            Annotated[
                str | None,
                cyclopts.Parameter(
                    help=f"form of the contest; {' or '.join(CONTESTS)} [default: {CONTESTS[0]}]"
                ),
            ],
            None,
        )
    ],
    namespace={"__module__": __name__},  # or cyclopts takes it for a built-in type
)
NONE_GIVEN = Options()
Parameters = Annotated[Options, cyclopts.Parameter(name="*", group="Parameters of the game")]
Output = Annotated[Path | None, cyclopts.Parameter(name=["--output", "-o"])]
Overwrite = Annotated[bool, cyclopts.Parameter(help="replace files that exist")]
Picture = Annotated[
    bool, cyclopts.Parameter(negative="--no-picture", help="draw a picture beside the NetCDF file")
]
Threads = Annotated[
    int | None, cyclopts.Parameter(help="how many threads solve [default: one per processor]")
]
Quiet = Annotated[bool, cyclopts.Parameter(help="print nothing but errors")]


@dataclasses.dataclass(frozen=True)
class Ways:
    """How a grid is solved and kept."""

    overwrite: Overwrite = False
    picture: Picture = True
    threads: Threads = None
    quiet: Quiet = False


AS_USUAL = Ways()
GridOptions = Annotated[Ways, cyclopts.Parameter(name="*")]


def main() -> None:
    """Run the command line and exit: 0 done, 2 bad input, 130 interrupted."""
    warnings.formatwarning = lambda message, *_, **__: f"foedus: {message}\n"  # no line of code with it
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong is said in one line."""
    gc.set_threshold(100_000)  # imports make little garbage, and looking for it takes a tenth of a run
    try:
        app(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _complain("interrupted; no half-written file is left", 130)
    except BrokenPipeError:  # whoever read the output has had enough; the interpreter must not find out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (cyclopts.CycloptsError, OSError, ValueError, TypeError) as error:
        return _complain(str(error), 2)
    except MemoryError:
        return _complain("there is not enough memory for a run of this size", 2)
    return 0


def _complain(message: str, code: int) -> int:
    """Print one line on the standard error stream and return the exit code."""
    print(f"foedus: {' '.join(message.split())}", file=sys.stderr)
    return code


def _given(parameters: Any) -> dict[str, Any]:
    """Return the parameters given as options, each checked and named by its option if wrong."""
    given = {k: value for k, value in dataclasses.asdict(parameters).items() if value is not None}
    for name, value in given.items():
        with naming(f"--{name.replace('_', '-')}"):
            if name == "contest":
                check_contest(value)
            else:
                check_parameter(name, value)
    return given


@app.command
def solve(*, parameters: Parameters = NONE_GIVEN) -> None:
    """Solve one game and show its equilibrium, in a table and in words."""
    eq = solve_game(**_given(parameters))
    console = Console(highlight=False)
    console.print(_table(eq))
    console.print(eq.explain(), soft_wrap=True)


def _table(eq: Equilibrium) -> Table:
    """Return the equilibrium as a table, with and without S side by side."""
    table = Table(title=repr(eq.game), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("variable", "symbol", "with S", "without S", "unit"):
        table.add_column(heading, justify="right" if heading.endswith("S") else "left")
    for name, variable in VARIABLES.items():
        if hasattr(eq, name):
            without = getattr(eq.without, name, None)
            unit = "" if variable.units == "1" else variable.units
            table.add_row(name, variable.symbol, _cell(getattr(eq, name)), _cell(without), unit)
    return table


def _cell(value: Any) -> str:
    """Return a value as the table shows it."""
    if value is None:
        return ""
    return value.words if hasattr(value, "words") else f"{value:.6g}"


@app.command
def map(  # noqa: A001 - the command's name
    run_file: Path,
    /,
    *,
    output: Output = None,
    ways: GridOptions = AS_USUAL,
) -> None:
    """Solve a grid of games into a NetCDF file, and draw it beside the file.

    Parameters
    ----------
    run_file
        a run file (TOML), or the NetCDF file of an earlier map, to run it again
    output
        the NetCDF file to write [default: the one that the run file names]
    """
    from .runfile import read_run

    request = read_run(run_file)
    if request.over:
        over = ", ".join(request.over)
        raise ValueError(f"{run_file} compares forms over {over}; foedus compare runs it again")
    _solve_run(request, _target(run_file, request, output), ways)


@app.command
def compare(
    run_file: Path,
    /,
    *,
    over: list[str] | None = None,
    output: Output = None,
    ways: GridOptions = AS_USUAL,
) -> None:
    """Solve the same grid of games under several functional forms, and tell what holds under which.

    Parameters
    ----------
    run_file
        a run file (TOML), or the NetCDF file of an earlier map or comparison
    over
        what to compare, as in --over contest=ratio,difference --over decisiveness=0.5,1,2: the
        contest or a parameter, and its values; the forms are all their combinations
    output
        the NetCDF file to write [default: the one that the run file names, with -forms in its name]
    """
    from .runfile import read_run

    request = read_run(run_file, _named("--over", over, "name=value,value", _forms))
    if not request.over:
        raise ValueError("there is nothing to compare; name at least one --over")
    target = _target(run_file, request, output)
    if output is None:
        target = target.with_stem(f"{target.stem}-forms")
    _solve_run(request, target, ways)


def _target(run_file: Path, request: "Run", output: Path | None) -> Path:
    """Return where the result of a run goes."""
    target = output or request.file
    if target is None:
        raise ValueError(f"{run_file} names no output file; name one with --output")
    return target


def _solve_run(request: "Run", target: Path, ways: Ways) -> None:
    """Solve a sweep or a comparison, write it and draw it beside, and say what it found."""
    from .io.files import save, writable

    _check_output(target, ".nc", ways.overwrite, writable)
    image = target.with_suffix(".png")
    if ways.picture:
        _check_output(image, ".png", ways.overwrite, writable)
    columns = [*request.over.values(), *request.axes.values()]
    games = _size(columns, request.variables, request.dtype.itemsize, ways.quiet)
    forms: dict[str, Any] = {"over": request.over} if request.over else {}
    solve_grid = functools.partial(
        compare_forms if forms else sweep,
        **forms,
        **request.fixed,
        variables=request.variables,
        dtype=request.dtype,
    )
    few = {k: v[:2] for k, v in request.axes.items()}
    _compile(lambda: solve_grid(few), ways.quiet)
    started = time.perf_counter()
    with _progress("solving", games, ways.quiet) as progress:
        dataset = solve_grid(request.axes, threads=ways.threads, progress=progress)
    seconds = time.perf_counter() - started
    save(_signed(dataset), target)
    if ways.picture:
        from .plots import plot, save_figure

        try:
            save_figure(plot(dataset), image)
        except ValueError as reason:  # too many dimensions for one picture
            print(f"no picture: {reason}", file=sys.stderr)
    _report(dataset, games, seconds, ways.quiet)


@app.command
def points(
    table: Path,
    /,
    *,
    output: Output = None,
    overwrite: Overwrite = False,
    threads: Threads = None,
    quiet: Quiet = False,
    parameters: Parameters = NONE_GIVEN,
) -> None:
    """Solve scattered games, one in each row of a CSV file with a column per parameter.

    Parameters
    ----------
    table
        the CSV file; its first line names the parameters
    output
        the NetCDF file to write [default: beside the CSV file]
    """
    from .io.files import save, writable

    target = output or table.with_name(f"{table.stem}.nc")
    _check_output(target, ".nc", overwrite, writable)
    given = _given(parameters)
    columns = _columns(table)
    games = _size([next(iter(columns.values()))], list(VARIABLES), 8, quiet)
    with naming(str(table)):
        few = {k: v[:2] for k, v in columns.items()}
        _compile(lambda: solve_points(few, **given), quiet)
    started = time.perf_counter()
    with naming(str(table)), _progress("solving", games, quiet) as progress:
        dataset = solve_points(columns, threads=threads, progress=progress, **given)
    seconds = time.perf_counter() - started
    save(_signed(dataset), target)
    _report(dataset, games, seconds, quiet)


@app.command(name="plot")
def plot_file(
    file: Path,
    /,
    *,
    output: Output = None,
    variable: str | None = None,
    at: list[str] | None = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a map from its NetCDF file: the regimes, another variable, or another slice.

    Parameters
    ----------
    file
        the NetCDF file of a map
    output
        the picture to write, png, svg or pdf by its ending [default: a png beside the file]
    variable
        what to draw [default: the regime, or else the first variable]
    at
        an axis and a value to draw the map at, as in --at stake=1.0, which takes the nearest of the
        grid, or --at contest=ratio; once for each such axis
    """
    from .io.files import load, writable
    from .plots import check_picture_path, plot, save_figure

    target = output or file.with_suffix(".png")
    check_picture_path(target)
    _check_output(target, target.suffix, overwrite, writable)
    figure = plot(load(file), variable, at=_named("--at", at, "parameter=value", _place))
    save_figure(figure, target)


def _named(
    option: str, texts: list[str] | None, pattern: str, read: Callable[[str, str], Any]
) -> dict[str, Any]:
    """Return what a repeatable option like name=value says of each name, as `read` makes it."""
    named: dict[str, Any] = {}
    for text in texts or []:
        with naming(f"{option} {text}"):
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"{text!r} is not of the form {pattern}")
            if name in named:
                raise ValueError(f"{option} names {name} more than once")
            named[name] = read(name, value)
    return named


def _place(name: str, value: str) -> Any:
    """Return the value of one --at."""
    if name == "contest":
        check_contest(value)
        return value
    check_name(name)
    return _number(value)


def _forms(name: str, values: str) -> Any:
    """Return the values of one --over."""
    parts = [value.strip() for value in values.split(",")]
    return check_form(name, parts if name not in PARAMETERS else [_number(part) for part in parts])


def _number(text: str) -> float:
    """Return a number as it was typed."""
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _columns(path: Path) -> dict[str, Any]:
    """Return the columns of a CSV file by name."""
    import numpy as np

    try:
        with path.open(encoding="utf-8-sig", newline="") as stream, naming(str(path)):
            names = [name.strip() for name in next(csv.reader(stream), [])]
            if not names:
                raise ValueError("the file is empty; its first line must name the parameters")
            for name in names:
                check_name(name)
            if len(set(names)) < len(names):
                raise ValueError("a parameter has more than one column")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of no rows, said better below
                rows = np.loadtxt(stream, delimiter=",", quotechar='"', ndmin=2)
            if rows.size == 0:
                raise ValueError("the file has no rows below its first line")
            if rows.shape[1] != len(names):
                raise ValueError(f"rows have {rows.shape[1]} values, the first line {len(names)} names")
    except (FileNotFoundError, IsADirectoryError):
        raise FileNotFoundError(f"{path}: there is no such file") from None
    except (UnicodeDecodeError, csv.Error):
        raise ValueError(f"{path} is not a CSV file") from None
    return dict(zip(names, rows.T, strict=True))


def _check_output(path: Path, ending: str, overwrite: bool, writable: Callable) -> None:
    """Raise an error in words if `path` has another ending or cannot be written."""
    if path.suffix != ending:
        raise ValueError(f"{path}: the name must end in {ending}")
    try:
        writable(path, overwrite)
    except FileExistsError as error:
        raise FileExistsError(f"{error}; --overwrite replaces it") from None


def _size(axes: Any, variables: list[str], itemsize: int, quiet: bool) -> int:
    """Return the number of games; say beforehand how much memory a large run takes."""
    games = 1
    for values in axes:
        games *= len(values)
    size = games * sum(1 if VARIABLES[name].codes else itemsize for name in variables)
    if size > LARGE and not quiet:
        print(f"{games:,} games: the results take {size / 1e9:.1f} GB of memory", file=sys.stderr)
    return games


def _compile(solve_few: Callable[[], object], quiet: bool) -> None:
    """Have the kernels that a run takes compiled, or loaded, by a few of its games, before it is timed."""
    console = Console(stderr=True, quiet=quiet)
    words = "loading the kernels, or compiling them, which takes up to a minute once for each version"
    waiting = console.status(words) if console.is_terminal else contextlib.nullcontext()
    with waiting, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the run itself tells
        solve_few()


@contextlib.contextmanager
def _progress(title: str, games: int, quiet: bool) -> Iterator[Progress | None]:
    """Show a progress bar with rate and time left, on a terminal only."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task(title, total=games, rate="")
        started = time.perf_counter()

        def advance(done: int, total: int) -> None:
            rate = done / (time.perf_counter() - started)
            bar.update(task, completed=done, rate=f"{rate / 1e6:.1f} million games/s")

        yield advance


def _signed(dataset: "xr.Dataset") -> "xr.Dataset":
    """Return the Dataset with the command that made it."""
    return dataset.assign_attrs(command=shlex.join(["foedus", *sys.argv[1:]]))


def _report(dataset: "xr.Dataset", games: int, seconds: float, quiet: bool) -> None:
    """Print the share of each regime, of a comparison under all, some and no forms, and the speed."""
    if quiet:
        return
    import numpy as np

    if "regime_share" in dataset:
        print(" " * 14, *(f"{f'under {under}':>12}" for under in dataset.under.values))
        for name, shares in zip(dataset.regime_name.values, dataset.regime_share.values, strict=True):
            print(f"{Regime[name.upper()].words:>14}", *(f"{share:12.3%}" for share in shares))
    elif "regime" in dataset:
        codes, counts = np.unique(dataset.regime.values, return_counts=True)
        for code, count in zip(codes, counts, strict=True):
            print(f"{Regime(code).words:>14} {count / games:8.3%}")
    print(f"{games:,} games in {seconds:.2f} s: {games / seconds / 1e6:.3g} million games per second")
