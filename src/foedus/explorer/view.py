"""What `foedus explore` shows: a game, the map of two parameters around it, and what is known of both.

A `View` is the whole state of the page. The address of the page holds it, and everything here is made from
it alone; `page` puts it on the screen.
"""

import dataclasses
import functools
import json
import math
import os
import tempfile
import time
import urllib.parse
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pydantic

from ..draw.parts import ALONE
from ..draw.plots import plot, save_figure
from ..io.dataset import geometric
from ..io.files import save
from ..maps.adaptive import adaptive_map
from ..maps.cutpoints import cutpoints
from ..model import Model, Outcome, chosen
from ..model.checks import naming, number_of
from ..runs.runfile import Range, read_run
from ..solving.parallel import Progress, check_threads, in_parallel
from ..solving.requests import Request, request_sweep, solve_request
from ..solving.sweeps import sweep
from ..uncertainty.claims import LENGTH, check_claims, claims
from .display import display_of

if TYPE_CHECKING:
    import xarray as xr

SIDE = 1024  # values of each axis of the map
COARSE = 128  # the same while parameters move, if games take long to solve
SOON = 2.0  # seconds that a map may take while parameters move
FIRST = 4.0  # seconds that the first map may take; if it would take longer, it is coarser still
LAST = 3600.0  # seconds that the complete map may take; if it would take longer, there is none
SHARE = 0.5  # seconds after which a thread takes other games, if games take long
FINER = (16, 8, 4, 2, 1)  # by which the values of a coarse map are divided
PICTURES = (".pdf", ".svg", ".png")
DOWNLOADS = {  # by ending: what it is, in words and to browsers
    ".pdf": ("figure (PDF)", "application/pdf"),
    ".svg": ("figure (SVG)", "image/svg+xml"),
    ".png": ("figure (PNG)", "image/png"),
    ".toml": ("run file (TOML)", "application/toml"),
    ".nc": ("data (NetCDF)", "application/x-netcdf"),
}
NAME = "explored"  # of files that are downloaded
FAR = 1e300  # no axis ends beyond it, or at so many times its start, as browsers cannot draw infinity
LETTERS = ("x", "y", "colour")  # the axes and the colour in an address
SECOND = "second."  # in an address it precedes the parameters of the second game


class View(NamedTuple):
    """A game of a model, and the map around it."""

    game: Any  # with the parameters by name
    axes: dict[str, Range]  # two, x before y; one, if the model has one number
    model: Model = chosen(None)
    colour: str | None = None  # the outcome that colours show, if it is not the one that maps show
    second: Any = None  # a game to compare `game` with, if there is one

    @property
    def fixed(self) -> dict[str, Any]:
        """The game's parameters that are on no axis."""
        return {k: v for k, v in dataclasses.asdict(self.game).items() if k not in self.axes}

    @property
    def shown(self) -> Outcome:
        """The outcome that colours show."""
        return self.model.found[self.colour or self.model.mapped.name]


class Frame(NamedTuple):
    """A map to draw."""

    values: tuple[np.ndarray, ...]  # along x and y
    array: np.ndarray  # the outcome that colours show, shape (y, x)
    state: str  # "coarse", "refining" or "complete"; "finest" if it is coarse and none is finer
    games: int  # how many were solved for it
    boundaries: tuple[list[np.ndarray], ...] | None = None  # between regimes, curve by curve, once known


class StaleError(Exception):
    """Nobody waits any more for the result."""


def reach(name: str, model: Model | None = None) -> Range:
    """Return the range of a parameter's slider, which is also the range of a new axis.

    Examples
    --------
    >>> reach("status_quo").start, reach("ally_cost").scale
    (0.01, 'log')
    """
    return _range(*display_of(chosen(model)).ranges[name])


def _range(low: float, high: float, scale: str) -> Range:
    """Return an axis of the map; raise ValueError if its ends or its scale are not allowed."""
    try:
        axis = Range.model_validate({"from": low, "to": high, "points": SIDE, "scale": scale})
    except pydantic.ValidationError:
        raise ValueError(f"scale = {scale!r} is not allowed; it must be linear or log") from None
    if high > FAR:
        raise ValueError(f"to = {high} is not allowed on a map; it must be <= {FAR}")
    if low < -FAR:
        raise ValueError(f"from = {low} is not allowed on a map; it must be >= {-FAR}")
    if scale == "log" and 0 < low <= high / FAR:
        raise ValueError(f"from = {low} and to = {high} are too far apart for a log axis")
    if not np.all(np.diff(axis.values()) > 0):
        raise ValueError(f"from = {low} and to = {high} are too close for {SIDE} numbers between them")
    return axis


def make_view(game: Any, axes: Mapping[str, tuple[float, float, str]], model: Model | None = None) -> View:
    """Return the view of a game on a map of two axes, each with its ends and its scale.

    Raises TypeError or ValueError if there are not two axes, or if one is no parameter or has values that are
    not allowed.

    Examples
    --------
    >>> from foedus import Game
    >>> axes = {"ally_cost": (0.05, 5.0, "log"), "status_quo": (0.1, 0.9, "linear")}
    >>> make_view(Game(stake=2.0), axes).fixed["stake"]
    2.0
    """
    shown = chosen(model)
    wanted = "two axes" if len(display_of(shown).axes) == 2 else "one axis"
    if len(axes) != len(display_of(shown).axes):
        raise ValueError(f"a map has {wanted}, not {len(axes)}: {', '.join(axes)}")
    return View(
        game, {shown.parameter(name).name: axis_of(name, ends, shown) for name, ends in axes.items()}, shown
    )


def axis_of(name: str, ends: tuple[float, float, str], model: Model) -> Range:
    """Return an axis of a map; raise TypeError or ValueError if there is no such parameter, end or scale."""
    low, high, scale = ends
    with naming(name):
        for end in (low, high):
            model.parameter(name).check(end)
        return _range(low, high, scale)


def zoomed(view: View, ends: Mapping[str, tuple[float, float]]) -> View:
    """Return a view with other ends of its axes, rounded to a thousandth of the width.

    An end that the parameter cannot have is replaced by the end of its slider or of the axis before.

    Examples
    --------
    >>> closer = zoomed(DEFAULT, {"ally_cost": (0.123456, 0.654321), "status_quo": (-0.3, 0.7)})
    >>> [(axis.start, axis.to) for axis in closer.axes.values()]
    [(0.1235, 0.6543), (0.01, 0.7)]
    """
    axes = {}
    for name, axis in view.axes.items():
        low, high = ends[name]
        allows, usual = view.model.by_name[name].allows, reach(name, view.model)
        low = low if allows(low) else min(axis.start, usual.start)
        high = high if allows(high) else max(axis.to, usual.to)
        far = max(abs(low), abs(high)) / (high - low) if low < high else 1.0
        digits = 4 + max(math.floor(math.log10(far)), 0)
        low, high = (float(f"{end:.{digits}g}") for end in (low, high))
        axes[name] = axis_of(name, (low, high, axis.scale), view.model)
    return view._replace(axes=axes)


def place_on(axis: Range, value: float) -> float:
    """Return a place on an axis, in no more digits than distinguish it from the next values.

    Examples
    --------
    >>> place_on(reach("ally_cost"), 0.123456789), place_on(reach("ally_cost"), 7.0)
    (0.12346, 5.0)
    """
    values = axis.values()
    inside = min(max(value, axis.start), axis.to)
    above = min(max(int(np.searchsorted(values, inside)), 1), values.size - 1)
    step = values[above] - values[above - 1]
    digits = 2 + math.floor(math.log10(abs(inside))) - math.floor(math.log10(step)) if inside else 1
    rounded = float(f"{inside:.{min(max(digits, 1), 17)}g}")
    return rounded if axis.start <= rounded <= axis.to else inside


def random_view(view: View, rng: np.random.Generator) -> View:
    """Return the view of a random game.

    Each number is drawn from the range of its slider or, if it is on an axis, of the map, uniformly on that
    scale. Each choice is one of its names.

    Examples
    --------
    >>> drawn = random_view(DEFAULT, np.random.default_rng(1))
    >>> drawn.axes == DEFAULT.axes, 0.1 <= drawn.game.status_quo <= 0.9
    (True, True)
    """
    drawn: dict[str, Any] = {}
    for name, parameter in view.model.by_name.items():
        if parameter.choices:
            drawn[name] = parameter.choices[rng.integers(len(parameter.choices))]
            continue
        axis = view.axes.get(name) or reach(name, view.model)
        low, high = axis.start, axis.to
        log = axis.scale == "log"
        value = low * (high / low) ** rng.random() if log else rng.uniform(low, high)
        drawn[name] = place_on(axis, value)
    return view._replace(game=display_of(view.model).game(drawn))


@functools.cache
def first_view(model: Model) -> View:
    """Return the view of a model with which the page starts by default."""
    display = display_of(model)
    return make_view(display.game({}), display.axes, model)


DEFAULT = first_view(chosen(None))


def view_of_run(path: str | os.PathLike, model: Model | None = None) -> View:
    """Return the view of the map in a run file or in the file of an earlier map.

    The first two axes of the file are those of the map; if the file has one, the other is one of the default
    map. The game has the default value of each axis if it lies on the axis, and otherwise the middle value.

    Raises what `runfile.read_run` raises, and ValueError if the file compares forms.
    """
    shown = chosen(model)
    run = read_run(path, model=shown)
    if run.over:
        raise ValueError(f"{path} compares forms; a map shows only one form")
    ends = {}
    middles = {}
    for name, values in run.axes.items():
        parameter = shown.by_name[name]
        if parameter.choices:  # the first stands for all
            middles[name] = values[0]
            continue
        rising = np.unique(values)
        default = parameter.default
        middle = float(rising[rising.size // 2])
        middles[name] = default if rising[0] <= default <= rising[-1] else middle
        if rising.size < 2:
            continue
        scale = "log" if geometric(rising) else "linear"
        ends[name] = float(rising[0]), float(rising[-1]), scale
    for name, axis in first_view(shown).axes.items():
        if len(ends) < 2 and name not in ends:
            ends[name] = axis.start, axis.to, axis.scale
    first = dict(list(ends.items())[:2])
    with naming(str(path)):
        return make_view(display_of(shown).game({**run.fixed, **middles}), first, shown)


def query_of(view: View) -> str:
    """Return a view as the query of an address.

    Examples
    --------
    >>> query_of(DEFAULT)
    'x=ally_cost:0.05:5.0:log&y=status_quo:0.1:0.9:linear'
    >>> view_of_query(query_of(DEFAULT)) == DEFAULT
    True
    """
    *places, colour = letters(view.model)
    query = changed(view, dataclasses.asdict(view.game))
    for letter, (name, axis) in zip(places, view.axes.items(), strict=False):
        query[letter] = f"{name}:{axis.start!r}:{axis.to!r}:{axis.scale}"
    if view.colour:
        query[colour] = view.colour
    if view.second:
        second = dataclasses.asdict(view.second)
        first = dict(list(second.items())[:1])  # without any, there would be no second game
        query |= {f"{SECOND}{name}": value for name, value in (changed(view, second) or first).items()}
    return urllib.parse.urlencode(query, safe=":")


def changed(view: View, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a view's parameters that are not at their default."""
    usual = first_view(view.model).game
    return {name: value for name, value in parameters.items() if value != getattr(usual, name)}


def letters(model: Model) -> tuple[str, ...]:
    """Return what an address calls the axes and the colour; no parameter of the model has these names."""
    return tuple(f"{letter}-axis" for letter in LETTERS) if {*LETTERS} & {*model.by_name} else LETTERS


def view_of_query(query: str, model: Model | None = None) -> View:
    """Return the view in the query of an address; raise ValueError if a part of it is not allowed."""
    view, faults = read_query(query, model)
    if faults:
        raise ValueError(f"{faults[0]} (from the address)")
    return view


def read_query(query: str, model: Model | None = None) -> tuple[View, list[str]]:
    """Return the view in the good parts of an address's query, and what is wrong with the other parts.

    Examples
    --------
    >>> view, faults = read_query("stake=2&ally_cost=-1")
    >>> view.game, faults
    (Game(stake=2.0), ['ally_cost = -1.0 is not allowed; it must be > 0'])
    """
    shown = chosen(model)
    usual = first_view(shown)
    *places, colour = letters(shown)
    axes: dict[str, dict[str, Range]] = {}  # by letter
    games: dict[str, dict[str, Any]] = {"": {}, SECOND: {}}
    asked = None
    faults = []
    seen: set[str] = set()

    def read(name: str, text: str) -> None:
        nonlocal asked
        if name in seen:
            raise ValueError(f"{name!r} is given more than once")
        seen.add(name)
        if name in places:
            axes[name] = _axis_in(name, text, shown)
        elif name == colour:
            (asked,) = shown.check_names([text], shown.found)
        else:
            whose = SECOND if name.startswith(SECOND) else ""
            parameter = shown.parameter(name.removeprefix(whose))
            value = parameter.check(text if parameter.choices else number_at(name, text))
            games[whose][parameter.name] = value

    for name, text in urllib.parse.parse_qsl(query, keep_blank_values=True):
        try:
            read(name, text)
        except (TypeError, ValueError) as error:
            faults.append(str(error))
    ranges: dict[str, Range] = {}
    for letter, _ in zip(places, usual.axes, strict=False):
        given = axes.get(letter, {})
        if {*given} & {*ranges}:
            faults.append(f"{next(iter(given))} is on both axes; a map needs two different parameters")
            given = {}
        taken = {*ranges}.union(*axes.values())
        ranges |= given or dict([next(pair for pair in usual.axes.items() if pair[0] not in taken)])
    make = display_of(shown).game
    second = make(games[SECOND]) if games[SECOND] else None
    return View(make(games[""]), ranges, shown, None if asked == shown.mapped.name else asked, second), faults


def _axis_in(letter: str, text: str, model: Model) -> dict[str, Range]:
    """Return the axis in a part of an address, by its parameter."""
    parts = text.split(":")
    if len(parts) != 4:
        raise ValueError(f"{letter} = {text!r} is not of the form parameter:from:to:scale")
    name, low, high, scale = parts
    return {name: axis_of(name, (number_at(letter, low), number_at(letter, high), scale), model)}


def number_at(place: str, text: str) -> float:
    """Return a number that was typed; raise ValueError with the place if it is not a number."""
    try:
        return number_of(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _unless(stale: Callable[[], bool], told: Progress | None = None) -> Progress:
    """Return a function that cancels a run by `StaleError` once `stale` says that nobody waits any more, and
    otherwise passes on how far the run is."""

    def progress(done: int, games: int) -> None:
        if stale():
            raise StaleError
        if told:
            told(done, games)

    return progress


def _values(axis: Range, points: int) -> np.ndarray:
    """Return a number of values of an axis."""
    return axis.model_copy(update={"points": points}).values()


def frames(view: View, stale: Callable[[], bool], told: Progress | None = None) -> Iterator[Frame]:
    """Give the map of a view, first a quick one and then better ones.

    If games are solved quickly, the first frame is complete, and the second adds the boundaries. Otherwise
    the first is coarse. The second has the boundaries; if colours show regimes it is an adaptive map, which
    may miss an island of a regime. The last is solved at every point. A map of one axis has no boundaries. If
    the complete map would take longer than `LAST`, the frames become finer as long as that allows.

    told : called with how many games of the next frame are solved, and how many there are

    Raises `StaleError` once `stale` says that nobody waits any more.
    """
    progress = _unless(stale, told)
    axes = tuple(axis.values() for axis in view.axes.values())
    request = _requested(view, SIDE)
    cost = _cost(view, request)

    def takes(side: int) -> float:
        return cost * side ** len(axes)

    quick = request.quick and takes(SIDE) < SOON
    if quick:
        yield (first := _solved(view, SIDE, "complete", progress, cost))
    else:
        sides = [COARSE // by for by in FINER]
        least = max((side for side in sides if takes(side) <= FIRST), default=sides[0])
        whole = takes(SIDE) <= LAST
        sides = [least, *(side for side in sides if side > least and not whole and takes(side) <= LAST)]
        for side in sides:
            last = not whole and side == sides[-1]
            yield (first := _solved(view, side, "finest" if last else "coarse", progress, cost))
        if not whole:
            return
    progress(0, 1)
    if len(axes) == 1:
        if not quick:
            yield _solved(view, SIDE, "complete", progress, cost)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the map shows
        grid = dict(zip(view.axes, axes, strict=True))
        traced = adaptive_map(grid, model=view.model, progress=_unless(stale), **view.fixed)
    curves = np.cumsum(traced.curve_size.values)[:-1]
    boundaries = tuple(np.split(traced[f"boundary_{name}"].values, curves) for name in view.axes)
    if quick:
        yield first._replace(boundaries=boundaries)
        return
    if view.colour:
        yield first._replace(state="refining", boundaries=boundaries)
    else:
        yield Frame(axes, traced[view.shown.name].values.T, "refining", traced.attrs["solved"], boundaries)
    progress(0, 1)
    yield _solved(view, SIDE, "complete", progress, cost)._replace(boundaries=boundaries)


def _solved(view: View, side: int, state: str, progress: Progress, cost: float) -> Frame:
    """Return the map of a view, solved at so many values of each axis.

    cost : seconds that a game takes; if it takes long, threads take few games at a time
    """
    request, name = _requested(view, side), view.shown.name
    games = max(1, int(SHARE / max(cost, 1e-9)))
    if games >= side:
        array = solve_request(request, progress=progress).arrays[name]
    else:
        array = np.empty(request.shape, request.dtype_of(name))

        def solve(part: tuple[slice, ...]) -> tuple[int, int, int]:
            array[part] = solve_request(request.part(part), threads=1).arrays[name]
            return array[part].size, 0, -1

        rows = np.ndindex(request.shape[:-1])
        starts = range(0, side, games)
        parts = [(*(slice(i, i + 1) for i in row), slice(k, k + games)) for row in rows for k in starts]
        in_parallel(solve, parts, array.size, check_threads(None), progress)
    return Frame(tuple(_values(axis, side) for axis in view.axes.values()), array, state, array.size)


def _cost(view: View, request: Request) -> float:
    """Return about how many seconds a game takes, as a line of few or more games does; 0 if the model has a
    loop of its own, which says whether it is quick."""
    if view.model.loop:
        return 0.0
    name, axis = next(iter(view.axes.items()))
    others = {k: v for k, v in dataclasses.asdict(view.game).items() if k != name}
    cost = math.inf
    for points, long in ((1, 20e-3), (32, 1e-3), (SIDE, SOON / SIDE)):
        line = request_sweep(view.model, {name: _values(axis, points)}, request.variables, np.float64, others)
        took = math.inf
        for _ in range(2):  # as the first run may compile
            started = time.perf_counter()
            solve_request(line)
            took = min(took, time.perf_counter() - started)
            if took < long:
                break
        cost = took / points
        if took >= long:
            break
    return cost


def one_game(view: View) -> "xr.Dataset":
    """Solve the game of a view by the loop that also solves its map."""
    name, others = next(iter(view.axes)), dataclasses.asdict(view.game)
    line = {name: [others.pop(name)]}
    return sweep(line, model=view.model, variables=[view.model.mapped.name], **others)


def _requested(view: View, side: int) -> Request:
    """Return the request for the map of a view, y before x, as the rows of a picture are."""
    axes = {name: _values(axis, side) for name, axis in reversed(view.axes.items())}
    return request_sweep(view.model, axes, [view.shown.name], np.float64, view.fixed)


def slices(
    view: View, stale: Callable[[], bool] = lambda: False
) -> "dict[str, tuple[xr.Dataset, xr.Dataset]]":
    """Return along each axis, through the game of a view, the solved line and its cutpoints.

    If games take long, the lines have fewer games.

    Raises `StaleError` as `frames` does.
    """
    model, game = view.model, dataclasses.asdict(view.game)
    variables = [model.mapped.name, *display_of(model).curves]
    progress = _unless(stale)
    games = FIRST / (4 * max(_cost(view, _requested(view, SIDE)), 1e-9))  # a line and its cutpoints, twice
    points = max((SIDE // by for by in (*FINER, 32, 64) if SIDE // by <= games), default=SIDE // 64)
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the slice shows
        for name, axis in view.axes.items():
            others = {k: v for k, v in game.items() if k != name}
            values = {name: _values(axis, points)}
            line = sweep(values, model=model, variables=variables, progress=progress, **others)
            ends = axis.start, axis.to
            cuts = cutpoints(name, ends, model=model, points=points, progress=progress, **others)
            found[name] = line, cuts
    return found


def claims_at(game: Any, model: Model | None = None) -> dict[str, bool | None]:
    """Return for each claim of a model whether it holds in a game; None if its premise is not met.

    A claim about lines along a parameter is tested on the line through the game, over the slider's range.

    Raises ValueError as `claims` does.

    Examples
    --------
    >>> from foedus import Game
    >>> held = claims_at(Game(ally_cost=1.0))
    >>> held["deterrence_ally_arms"], held["restraint_disproportionate"]
    (True, None)
    """
    shown = chosen(model)

    def along(name: str, values: Any) -> "xr.Dataset":
        others = {k: v for k, v in dataclasses.asdict(game).items() if k != name}
        return claims({name: values}, model=shown, **others)

    def values_of(name: str) -> Any:
        choices = shown.by_name[name].choices
        return choices or np.union1d(_values(reach(name, shown), LENGTH), [getattr(game, name)])

    first = next(iter(shown.by_name))
    known = check_claims(shown)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, where no premise is met
        alone = along(first, [getattr(game, first)])
        parameters = {claim.along for claim in known.values() if claim.along}
        lines = {name: along(name, values_of(name)) for name in parameters}
    found: dict[str, bool | None] = {}
    for claim in known.values():
        told = (lines[claim.along] if claim.along else alone).sel(claim=claim.name)
        found[claim.name] = bool(told.holds == told.premise_met) if told.premise_met else None
    return found


def run_file(view: View) -> str:
    """Return the run file of the map of a view, for `foedus map`; it names the model's file, if there is one.

    Examples
    --------
    >>> from foedus import Game
    >>> print(run_file(DEFAULT._replace(game=Game(stake=2.0))))
    # a map seen in foedus explore
    [game]
    stake = 2.0
    <BLANKLINE>
    [axes]
    ally_cost = { from = 0.05, to = 5.0, points = 1024, scale = "log" }
    status_quo = { from = 0.1, to = 0.9, points = 1024, scale = "linear" }
    <BLANKLINE>
    [output]
    file = "explored.nc"
    variables = ["regime"]
    <BLANKLINE>
    """
    model = view.model
    game = [f"{_key(k)} = {_written(v)}" for k, v in changed(view, view.fixed).items()]
    axes = [
        f"{_key(name)} = {{ from = {axis.start!r}, to = {axis.to!r}, points = {axis.points}, "
        f'scale = "{axis.scale}" }}'
        for name, axis in view.axes.items()
    ]
    output = [f'file = "{NAME}.nc"', f"variables = [{', '.join(map(_written, _kept(view)))}]"]
    tables = {"game": game, "axes": axes, "output": output}
    parts = ["\n".join([f"[{head}]", *lines, ""]) for head, lines in tables.items() if lines]
    named = f"model = {_written(model.file)}\n\n" if model.file else ""
    return f"# a map seen in foedus explore\n{named}" + "\n".join(parts)


def _kept(view: View) -> list[str]:
    """Return the outcomes in the downloads: the one that maps show, and the one that colours show here."""
    return [*dict.fromkeys([view.model.mapped.name, view.shown.name])]


def _written(value: str | float) -> str:
    """Return a value in TOML."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _key(name: str) -> str:
    """Return a name as a key in TOML, quoted if it has letters outside ASCII."""
    return name if name.isascii() else _written(name)


def download(view: View, ending: str, stale: Callable[[], bool] = lambda: False) -> bytes:
    """Return the map of a view as a file: a picture, a run file or the data, by its ending.

    `foedus map` makes the same data from the run file.

    Raises ValueError if there is no such file or the model's kernel raises something, and `StaleError` once
    `stale` says that nobody waits for it.
    """
    if ending not in DOWNLOADS:
        raise ValueError(f"there is no {ending!r} to download; there are {', '.join(DOWNLOADS)}")
    if ending == ".toml":
        return run_file(view).encode()
    axes = {name: axis.values() for name, axis in view.axes.items()}
    progress = _unless(stale)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the file marks
        dataset = sweep(axes, model=view.model, variables=_kept(view), progress=progress, **view.fixed)
        file = Path(folder) / f"{NAME}{ending}"
        if ending in PICTURES:
            with ALONE:
                progress(0, 1)  # who waits may have gone while others drew
                save_figure(plot(dataset, view.shown.name), file)
        else:
            save(dataset.assign_attrs(command="foedus explore"), file)
        return file.read_bytes()
