"""The command line: foedus solve, map, compare, plot, info, points; other commands have their own files."""

import contextlib
import csv
import dataclasses
import functools
import gc
import math
import os
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import cyclopts
from rich import box
from rich.table import Table

from ..alliance.equilibrium import Equilibrium, outcomes
from ..alliance.equilibrium import solve as solve_game
from ..alliance.tables import CONTESTS, KEPT, PARAMETERS, VARIABLES, Regime
from ..maps.compare import check_form
from ..maps.compare import compare as compare_forms
from ..model.checks import check_contest, check_name, check_parameter, naming, number_of
from ..model.outcomes import Variable
from ..model.parameters import NUMBER, Parameter
from ..solving.sweeps import Progress, request_sweep, solve_points, solve_request
from ..system.libraries import Broken, cause_and_fix
from ..version import __version__
from .screens import mind_streams, screen, show, show_facts

if TYPE_CHECKING:
    from ..runs.runfile import Run

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


def number(_: Any, tokens: Sequence[cyclopts.Token]) -> float:
    """Return a number as it was typed; cyclopts would say in other words than ours that it is none."""
    return number_of(tokens[0].value)


# words that shells complete; another is taken as it is, to be refused in our words and not the parser's
_Words: Any = Literal
_Contest: Any = _Words[CONTESTS] | str
_Parameter: Any = _Words[tuple(PARAMETERS)] | str
_Variable: Any = _Words[tuple(KEPT)] | str
UNLISTED = cyclopts.Parameter(show_choices=False)
ParameterName = Annotated[_Parameter, UNLISTED]
VariableNames = Annotated[list[_Variable] | None, UNLISTED]


def parameter_options(default: Callable[[Parameter], object]) -> Any:
    """Return a class with an option for every parameter, from the table, each None where it was not given;
    `default` says what the parameter is then."""
    options: list[tuple[str, Any, None]] = [
        (
            p.name,
            Annotated[
                float | None,
                cyclopts.Parameter(
                    converter=number, help=f"{p.long_name}, {p.symbol}; {p.domain} [default: {default(p)}]"
                ),
            ],
            None,
        )
        for p in PARAMETERS.values()
    ]
    words = f"form of the contest; {' or '.join(CONTESTS)} [default: {CONTESTS[0]}]"
    contest = Annotated[_Contest | None, UNLISTED, cyclopts.Parameter(help=words)]
    return dataclasses.make_dataclass(
        "Options",
        [*options, ("contest", contest, None)],
        namespace={"__module__": __name__},  # or cyclopts takes it for a built-in type
    )


PARAMETER_GROUP = cyclopts.Parameter(name="*", group="Parameters of the game")
Options: Any = parameter_options(lambda parameter: parameter.default)
NONE_GIVEN = Options()
Parameters = Annotated[Options, PARAMETER_GROUP]
Output = Annotated[Path | None, cyclopts.Parameter(name=["--output", "-o"])]
Overwrite = Annotated[bool, cyclopts.Parameter(help="replace files that exist")]
Picture = Annotated[
    bool, cyclopts.Parameter(negative="--no-picture", help="draw a picture beside the NetCDF file")
]


def whole_number(_: Any, tokens: Sequence[cyclopts.Token]) -> int:
    """Return a whole number as it was typed; 1.5 is none, though cyclopts would take it for 2."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f"{tokens[0].value!r} is not a whole number") from None


Number = Annotated[float | None, cyclopts.Parameter(converter=number)]
WholeNumber = Annotated[int | None, cyclopts.Parameter(converter=whole_number)]
Threads = Annotated[
    int | None,
    cyclopts.Parameter(converter=whole_number, help="how many threads solve [default: one per processor]"),
]
DeviationGain = Annotated[
    bool, cyclopts.Parameter(help="search for what a player could gain by another move, and show the most")
]
Quiet = Annotated[bool, cyclopts.Parameter(help="print nothing but errors")]
Resume = Annotated[
    bool, cyclopts.Parameter(help="go on where an earlier run of the same command ended, if there was one")
]
Cluster = Annotated[
    list[str] | None,
    cyclopts.Parameter(
        name="--dask",
        consume_multiple=True,
        help="solve on the Dask cluster whose scheduler has this address or, without one, on one of as many "
        "processes as there would be threads",
    ),
]

Adaptive = Annotated[
    bool, cyclopts.Parameter(help="solve only along the boundaries between regimes, and keep these, too")
]
Spacing = Annotated[
    int | None,
    cyclopts.Parameter(
        converter=whole_number,
        help="steps of the grid between the values that an adaptive map solves at first [default: 8, or more "
        "where an axis has more than 65536 values]",
    ),
]


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
    """Run the command line and exit: 0 done, 1 something is wrong here, 2 bad input, 130 interrupted."""
    output = mind_streams()
    warnings.formatwarning = lambda message, *_, **__: f"foedus: {message}\n"  # no line of code with it
    code = run(sys.argv[1:])
    if output.failure:
        code = _complain(f"the output could not be written: {output.failure.strerror}", code or 1)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; whatever goes wrong is said in one line."""
    gc.set_threshold(100_000)  # imports make little garbage, and looking for it takes a tenth of a run
    try:
        code = app(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt as stop:
        return _complain(str(stop) or "interrupted; no half-written file is left", 130)
    except BrokenPipeError:  # whoever read the output has had enough; the interpreter must not find out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except cyclopts.UnusedCliTokensError as error:
        spare = " ".join(error.unused_tokens or [])
        return _complain(f"{spare!r} is more than the command takes; --help shows what it takes", 2)
    except (cyclopts.CycloptsError, OSError, ValueError, TypeError) as error:
        return _complain(str(error), 2)
    except Broken as error:
        if isinstance(error, ModuleNotFoundError) and not error.name:  # in our words: of an extra
            return _complain(str(error), 2)
        told = cause_and_fix(error)
        if told is None:
            raise
        return _complain("; ".join(told), 1)
    except MemoryError:
        return _complain("there is not enough memory for a run of this size", 2)
    return code or 0


def _complain(message: str, code: int) -> int:
    """Print one line on the standard error stream and return the exit code."""
    print(f"foedus: {' '.join(message.split())}", file=sys.stderr)
    return code


def given_parameters(parameters: Any) -> dict[str, Any]:
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
def solve(
    *,
    deviation_gain: DeviationGain = False,
    off_path: bool = False,
    efg: Path | None = None,
    pledges: WholeNumber = None,
    arms: WholeNumber = None,
    overwrite: Overwrite = False,
    parameters: Parameters = NONE_GIVEN,
) -> None:
    """Solve one game and show its equilibrium, in a table and in words.

    Parameters
    ----------
    off_path
        show also what each player would have done after other pledges, and after other arms of A
    efg
        a file to write the game to, on a grid of moves around its equilibrium, to be opened in Gambit; .efg
    pledges
        of that grid: how many pledges S has, beside none [default: 2]
    arms
        of that grid: how many arms A and C have at each of their nodes [default: 3]
    """
    given = given_parameters(parameters)
    sizes = {k: size for k, size in (("pledges", pledges), ("arms", arms)) if size is not None}
    if efg:
        from ..alliance.gambit import check_tree

        check_tree(efg, **sizes)
        check_output(efg, overwrite, ".efg")
    elif sizes:
        raise ValueError(f"--{next(iter(sizes))} is a size of the grid in a file; it takes --efg")
    with warnings.catch_warnings():
        if efg or off_path:  # which an unsolved game has not, and then one line is enough
            warnings.simplefilter("ignore", RuntimeWarning)
        eq = solve_game(**given)
    tables = []
    if off_path:
        from ..alliance.replies import reply_tables

        tables = reply_tables(eq)
    if efg:
        eq.to_efg(efg, **sizes)
    show(_table(eq, KEPT if deviation_gain else VARIABLES), eq.explain())
    for title, headings, rows in tables:
        from ..draw.tables import rich_table

        show("", rich_table(headings, rows, title))


def _table(eq: Equilibrium, variables: Mapping[str, Variable]) -> Table:
    """Return the `variables` of an equilibrium as a table, with and without S side by side."""
    table = Table(title=repr(eq.game), title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("variable", "symbol", "with S", "without S", "unit"):
        table.add_column(heading, justify="right" if heading.endswith("S") else "left")
    for variable, *values in outcomes(eq, variables):
        unit = "" if variable.units == NUMBER else variable.units
        table.add_row(variable.name, variable.symbol, *values, unit)
    return table


@app.command
def map(  # noqa: A001 - the command's name
    run_file: Path,
    /,
    *,
    output: Output = None,
    resume: Resume = False,
    dask: Cluster = None,
    adaptive: Adaptive = False,
    spacing: Spacing = None,
    ways: GridOptions = AS_USUAL,
) -> int:
    """Solve a grid of games into a file, slab by slab, and draw it beside the file.

    Parameters
    ----------
    run_file
        a run file (TOML), or the file of an earlier map, to run it again
    output
        the file to write, NetCDF or, if it ends in .zarr, Zarr [default: the one that the run file names]
    """
    from ..io.draft import check_target, draft_folder
    from ..large.streaming import stream
    from ..runs.runfile import read_run

    request = read_run(run_file)
    if request.over:
        over = ", ".join(request.over)
        raise ValueError(f"{run_file} compares forms over {over}; foedus compare runs it again")
    target = target_of(run_file, request.file, output)
    if adaptive:
        if resume or dask is not None:
            raise ValueError("--adaptive solves so few games that it takes neither --resume nor --dask")
        return _map_adaptively(request, target, spacing, ways)
    if spacing is not None:
        raise ValueError("--spacing is that of an adaptive map; it takes --adaptive")
    with hinting():
        check_target(target, ways.overwrite, resume)
    image = target.with_suffix(".png")
    if ways.picture:
        check_output(image, ways.overwrite or resume, ".png")
    grid = request_sweep(
        request.axes, request.variables, request.fixed["contest"], request.dtype, request.parameters
    )
    games = grid.columns.games
    _say_size(games, grid.bytes_per_game, "disk, before they are compressed", ways.quiet)
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
        raise KeyboardInterrupt(f"interrupted; what is solved stands in {folder}: {again} goes on") from None
    seconds = time.perf_counter() - started
    if not ways.quiet:
        _print_shares(regimes, games)
        if solved < games:
            print(f"{games - solved:,} of {games:,} games were solved before")
        if solved:
            print_rate(solved, seconds)
    return finish(target, image, ways)


def _map_adaptively(request: "Run", target: Path, spacing: int | None, ways: Ways) -> int:
    """Find the regimes of a grid by their boundaries, into a file, and draw them beside it."""
    from ..io.files import save
    from ..maps.adaptive import adaptive_map

    check_output(target, ways.overwrite)
    image = target.with_suffix(".png")
    if ways.picture:
        check_output(image, ways.overwrite, ".png")
    others = len(request.variables) - ("regime" in request.variables)
    if others and not ways.quiet:
        print(f"an adaptive map keeps the regime, not the other variables ({others})", file=sys.stderr)
    few = {name: values[:2] for name, values in request.axes.items()}
    compile_kernels(lambda: adaptive_map(few, **request.fixed), ways.quiet)
    started = time.perf_counter()
    games = math.prod(values.size for values in request.axes.values())
    with progress_bar("solving", 1, ways.quiet) as progress:
        dataset = adaptive_map(
            request.axes, spacing=spacing, threads=ways.threads, progress=progress, **request.fixed
        )
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not ways.quiet:
        for name, share, error in zip(
            dataset.regime_name.values, dataset.share.values, dataset.share_error.values, strict=True
        ):
            print(f"{Regime[name.upper()].words:>14} {share:8.3%} ± {error:.3%}")
        solved = dataset.attrs["solved"]
        print(f"{solved:,} of {games:,} games solved, 1 in {games / solved:.3g}, in {seconds:.2f} s")
        print(f"could be missed: {dataset.attrs['unseen']}")
    return finish(target, image, ways)


@contextlib.contextmanager
def _cluster(dask: list[str] | None, ways: Ways) -> Iterator[Any]:
    """Give a client of the cluster that --dask asks for, or None where it is not given."""
    if dask is None:
        yield None
        return
    from ..large.dask import connected

    if len(dask) > 1 or any("://" not in address for address in dask):
        raise ValueError(
            f"--dask {' '.join(dask)}: this is not the address of a scheduler, as in tcp://10.0.0.1:8786"
        )
    with connected(dask[0] if dask else None, ways.threads) as client:
        yield client


@contextlib.contextmanager
def hinting() -> Iterator[None]:
    """Add to an error of a file that exists what replaces it, unless it says so."""
    try:
        yield
    except FileExistsError as error:
        hint = "" if "overwrite" in str(error) else "; --overwrite replaces it"
        raise FileExistsError(f"{error}{hint}") from None


@app.command
def compare(
    run_file: Path,
    /,
    *,
    over: list[str] | None = None,
    output: Output = None,
    ways: GridOptions = AS_USUAL,
) -> int:
    """Solve the same grid of games under several functional forms, and tell what holds under which.

    Parameters
    ----------
    run_file
        a run file (TOML), or the file of an earlier map or comparison
    over
        what to compare, as in --over contest=ratio,difference --over decisiveness=0.5,1,2: the
        contest or a parameter, and its values; the forms are all their combinations
    output
        the file to write, NetCDF or, if it ends in .zarr, Zarr [default: the one that the run file names,
        with -forms in its name]
    """
    from ..io.files import save
    from ..runs.runfile import read_run

    request = read_run(run_file, named_values("--over", over, "name=value,value", _forms))
    if not request.over:
        raise ValueError("there is nothing to compare; name at least one --over")
    target = target_of(run_file, request.file, output)
    if output is None:
        target = target.with_stem(f"{target.stem}-forms")
    check_output(target, ways.overwrite)
    image = target.with_suffix(".png")
    if ways.picture:
        check_output(image, ways.overwrite, ".png")
    games = math.prod(len(values) for values in (*request.over.values(), *request.axes.values()))
    size = sum(1 if KEPT[name].codes else request.dtype.itemsize for name in request.variables)
    _say_size(games, size, "memory", ways.quiet)
    solve_grid: Any = functools.partial(
        compare_forms,
        over=request.over,
        **request.fixed,
        variables=request.variables,
        dtype=request.dtype,
    )
    few = {k: v[:2] for k, v in request.axes.items()}
    compile_kernels(lambda: solve_grid(few), ways.quiet)
    started = time.perf_counter()
    with progress_bar("solving", games, ways.quiet) as progress:
        dataset = solve_grid(request.axes, threads=ways.threads, progress=progress)
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not ways.quiet:
        print(" " * 14, *(f"{f'under {under}':>12}" for under in dataset.under.values))
        for name, shares in zip(dataset.regime_name.values, dataset.regime_share.values, strict=True):
            print(f"{Regime[name.upper()].words:>14}", *(f"{share:12.3%}" for share in shares))
        print_rate(games, seconds)
    return finish(target, image, ways)


def target_of(run_file: Path, named: Path | None, output: Path | None) -> Path:
    """Return where the result of a run goes."""
    from ..io.files import path_of

    target = output or named
    if target is None:
        raise ValueError(f"{run_file} names no output file; name one with --output")
    return path_of(target)


def finish(file: Path, image: Path, ways: Ways) -> int:
    """Draw the map in a file, say where both are, and return the exit code: 1 if the drawing failed."""
    drawn: list[Path] = []
    code = 0
    if ways.picture:
        try:
            drawn = _draw_beside(file, image)
        except Exception as error:  # whatever it is, the map is there
            code = _complain(f"no picture: {str(error) or type(error).__name__}", 1)
    if not ways.quiet:
        print_kept(file, drawn)
    return code


def _draw_beside(file: Path, image: Path) -> list[Path]:
    """Draw the map in a file and return the picture's path, or say why there is none."""
    from ..draw.plots import plot, save_figure
    from ..io.files import opened

    try:
        with opened(file) as dataset:
            figure = plot(dataset)
    except ValueError as reason:  # too many dimensions for one picture
        print(f"no picture: {reason}", file=sys.stderr)
        return []
    save_figure(figure, image)
    return [image]


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
        the CSV file, in UTF-8 with commas; its first line names the parameters
    output
        the file to write, NetCDF or, if it ends in .zarr, Zarr [default: beside the CSV file]
    """
    from ..io.files import save
    from ..large.streaming import regime_counts

    given = given_parameters(parameters)
    columns = _columns(table)
    target = output or table.with_name(f"{table.stem}.nc")
    check_output(target, overwrite)
    games = len(next(iter(columns.values())))
    with naming(str(table)):
        few = {k: v[:2] for k, v in columns.items()}
        compile_kernels(lambda: solve_points(few, **given), quiet)
    started = time.perf_counter()
    with naming(str(table)), progress_bar("solving", games, quiet) as progress:
        dataset = solve_points(columns, threads=threads, progress=progress, **given)
    seconds = time.perf_counter() - started
    save(dataset.assign_attrs(command=command_line()), target)
    if not quiet:
        _print_shares(regime_counts(dataset.regime.values), games)
        print_rate(games, seconds)
        print_kept(target)


@app.command(name="plot")
def plot_file(
    file: Path,
    /,
    *,
    output: Output = None,
    variable: VariableNames = None,
    at: list[str] | None = None,
    region: list[str] | None = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw a map from its file: the regimes, another variable, another slice, or several variables along one
    axis.

    Parameters
    ----------
    file
        the file of a map, of which only the values are read that the picture shows
    output
        the picture to write, png, svg or pdf by its ending [default: a png beside the file]
    variable
        what to draw [default: the regime, or else the first variable]; given more than once, each in a panel
        over one axis, with and without the superpower
    at
        an axis and a value to draw the map at, as in --at stake=1.0, which takes the nearest of the
        grid, or --at contest=ratio; once for each such axis
    region
        an axis and from where to where to draw it, as in --region ally_cost=0.1:0.5; once for each such axis
    """
    from ..draw.plots import check_picture_path, plot, save_figure
    from ..io.files import opened

    target = output or file.with_suffix(".png")
    check_picture_path(target)
    check_output(target, overwrite, target.suffix)
    places = named_values("--at", at, "parameter=value", _place)
    parts = named_values("--region", region, "parameter=from:to", stretch_of)
    several = variable is not None and len(variable) > 1
    with opened(file) as dataset:
        figure = plot(dataset, variable if several or not variable else variable[0], at=places, region=parts)
    save_figure(figure, target)


# what few runs need is imported when it is asked for
app.command(
    "foedus.cli.cutpoints:cutpoints",
    name="cutpoints",
    help="Find the values of a parameter at which the regime changes, and whose decision flips there.",
)


app.command(
    "foedus.cli.statics:statics",
    name="statics",
    help="Tell how a game answers to each parameter, and how wrong each may be before the regime changes.",
)


@app.command
def info(file: Path, /) -> None:
    """Tell what a file holds, or how far an unfinished map is, without reading it whole.

    Parameters
    ----------
    file
        the file of a map, of a comparison or of scattered games, or the folder of an unfinished map
    """
    from ..runs.info import describe

    show_facts(describe(file))


app.command(  # loaded only when it is run: it takes SALib
    "foedus.cli.sensitivity:sensitivity",
    help="Tell which parameters matter for the regimes, and how likely each is, under distributions.",
)


app.command(
    "foedus.cli.doctor:doctor",
    name="doctor",
    help="Tell what foedus runs on here, and whether it solves games right.",
)


app.command(
    "foedus.cli.completion:install_completion",
    name="--install-completion",
    help="Have the shell complete commands, options and their values, and say what was written where.",
)


app.command(
    "foedus.cli.claims:claims",
    name="claims",
    help="Tell which of the article's claims hold, how often, and in which games they do not.",
)


app.command(  # loaded only when it is run: it takes Panel
    "foedus.cli.explore:explore",
    name="explore",
    help="Show the regime map in a browser, solved anew as parameters are moved, and any game of it.",
)


def named_values(
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
    return check_parameter(name, number_of(value))


def stretch_of(name: str, value: str) -> tuple[float, float]:
    """Return the ends of one --region."""
    check_name(name)
    low, colon, high = value.partition(":")
    if not colon:
        raise ValueError(f"{value!r} is not of the form from:to")
    return check_parameter(name, number_of(low)), check_parameter(name, number_of(high))


def _forms(name: str, values: str) -> Any:
    """Return the values of one --over."""
    parts = [value.strip() for value in values.split(",")]
    return check_form(name, parts if name not in PARAMETERS else [number_of(part) for part in parts])


def _columns(path: Path) -> dict[str, Any]:
    """Return the columns of a CSV file by name."""
    import numpy as np

    from ..io.files import reading_text

    try:
        with reading_text(path) as stream, naming(str(path)):
            names = _parameters_of(_heading(csv.reader(stream)))
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # of no rows, said better below
                    rows = np.loadtxt(stream, delimiter=",", quotechar='"', ndmin=2)
                if rows.size and rows.shape[1] != len(names):
                    raise ValueError("a row has more or fewer values than there are names")
            except UnicodeDecodeError:
                raise
            except ValueError:  # slowly, to take what spreadsheets add, or to say which line is wrong
                stream.seek(0)
                rows = np.array(list(_rows(names, csv.reader(stream))))
            if rows.size == 0:
                raise ValueError("the file has no rows below its first line")
    except csv.Error:
        raise ValueError(f"{path} is not a CSV file") from None
    return dict(zip(names, rows.T, strict=True))


def _heading(rows: Iterator[list[str]]) -> list[str]:
    """Return the first row of a CSV file that is not empty, without the empty columns at its end."""
    names = next((names for row in rows if any(names := [name.strip() for name in row])), [])
    while names and not names[-1]:
        names.pop()
    return names


def _parameters_of(names: list[str]) -> list[str]:
    """Return the parameters that the first line of a CSV file names, each of them once."""
    if not names:
        raise ValueError("the file is empty; its first line must name the parameters")
    for mark in ";", "\t":
        if len(names) == 1 and mark in names[0]:
            raise ValueError(f"columns are separated by {mark!r}; it must be ',', and a point in decimals")
    if not names[0]:
        raise ValueError(
            "the first column has no name; leave out the numbers of the rows (pandas: index=False, R: "
            "row.names=FALSE)"
        )
    for name in names:
        check_name(name)
        if names.count(name) > 1:
            raise ValueError(f"{name} has more than one column")
    return names


def _rows(names: list[str], rows: Any) -> Iterator[list[float]]:
    """Give the rows of a CSV file below its names, without the empty columns at their end, and none that is
    empty; raise ValueError with the first of them, by its line, that has not a number for each name."""
    _heading(rows)
    for cells in rows:
        row = [cell.strip() for cell in cells]
        if not any(row) or row[0].startswith("#"):  # which NumPy passes over, too
            continue
        line = f"line {rows.line_num}"
        if len(row) < len(names) or any(row[len(names) :]):
            raise ValueError(f"{line} has {len(row)} values, the first line {len(names)} names")
        values = []
        for name, value in zip(names, row, strict=False):
            try:
                values.append(number_of(value))
            except ValueError as error:
                raise ValueError(f"{line}: {name} = {error}") from None
        yield values


def check_output(path: Path, overwrite: bool, ending: str | None = None) -> None:
    """Raise an error in words if `path` has another ending, by default than those of files, or cannot be
    written."""
    from ..io.files import format_of, writable

    if ending is None:
        format_of(path)
    elif path.suffix != ending:
        raise ValueError(f"{path}: the name must end in {ending}")
    with hinting():
        writable(path, overwrite)


def check_tables(paths: list[Path] | None, overwrite: bool) -> None:
    """Raise an error in words if one of the tables cannot be written."""
    from ..draw.tables import check_table_path

    for path in paths or []:
        check_table_path(path)
        check_output(path, overwrite, path.suffix)


def _say_size(games: int, bytes_per_game: int, where: str, quiet: bool) -> None:
    """Say beforehand how much a large run takes."""
    size = games * bytes_per_game
    if size > LARGE and not quiet:
        print(f"{games:,} games: the results take {size / 1e9:.1f} GB of {where}", file=sys.stderr)


def watched() -> bool:
    """Tell whether messages go to a terminal; where FORCE_COLOR is set, rich says so of a pipe, too."""
    return bool(sys.stderr and sys.stderr.isatty())


def waiting(words: str) -> contextlib.AbstractContextManager[object]:
    """Say, on a terminal only, what is being waited for, until it is there."""
    return screen(stderr=True).status(words, spinner="line") if watched() else contextlib.nullcontext()


def compile_kernels(solve_few: Callable[[], object], quiet: bool) -> None:
    """Have the kernels that a run takes compiled, or loaded, by a few of its games, before it is timed."""
    words = "loading the kernels, or compiling them, which takes up to a minute once for each version"
    with contextlib.nullcontext() if quiet else waiting(words), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the run itself tells
        solve_few()


@contextlib.contextmanager
def progress_bar(title: str, total: int, quiet: bool, unit: str = "games") -> Iterator[Progress | None]:
    """Show a progress bar with rate and time left, on a terminal only."""
    if quiet or not watched():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=screen(stderr=True),
    )
    with bar:
        task = bar.add_task(title, total=total, rate="")
        started = time.perf_counter()

        def advance(done: int, total: int) -> None:
            rate = f"{done / (time.perf_counter() - started) / 1e6:.1f} million {unit}/s"
            what = "writing" if done == total else title
            bar.update(task, completed=done, total=total, description=what, rate=rate)

        yield advance


def command_line() -> str:
    """Return the command that is being run."""
    return shlex.join(["foedus", *sys.argv[1:]])


def _print_shares(counts: Mapping[Regime, int] | Mapping[int, int], games: int) -> None:
    """Print the share of each regime among so many games."""
    for code, count in counts.items():
        print(f"{Regime(code).words:>14} {count / games:8.3%}")


def print_kept(file: Path, pictures: Sequence[Path] = ()) -> None:
    """Print in which file the result is, and in which pictures."""
    print(f"kept in {file}", *(f"drawn in {picture}" for picture in pictures), sep=", ")


def print_rate(games: int, seconds: float) -> None:
    """Print how fast so many games were solved."""
    rate = games / seconds
    words = f"{rate / 1e6:.3g} million" if rate >= 1e5 else f"{float(f'{rate:.3g}'):,g}"
    print(f"{games:,} games in {seconds:.2f} s: {words} games per second")
