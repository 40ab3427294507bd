"""What `foedus explore` shows: a game, the map of two parameters around it, and what is known of both.

A `View` is the whole state of the page. It stands in the page's address, and everything here is made from
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
from ..model import Model, chosen
from ..model.checks import naming, number_of
from ..runs.runfile import Range, read_run
from ..solving.parallel import Progress
from ..solving.requests import Request, request_sweep, solve_request
from ..solving.sweeps import sweep
from ..uncertainty.claims import LENGTH, check_claims, claims
from .display import display_of

if TYPE_CHECKING:
    import xarray as xr

SIDE = 1024  # values of each axis of the map
COARSE = 128  # the same while parameters move, where games take long
SOON = 2.0  # seconds that a map may take while parameters move
PICTURES = (".svg", ".png")
DOWNLOADS = {  # by ending: what it is, in words and to browsers
    ".svg": ("figure (svg)", "image/svg+xml"),
    ".png": ("figure (png)", "image/png"),
    ".toml": ("run file (TOML)", "application/toml"),
    ".nc": ("data (NetCDF)", "application/x-netcdf"),
}
NAME = "explored"  # of files that are downloaded
FAR = 1e300  # no axis ends beyond it, or so many times as high as it starts: browsers draw no infinity


class View(NamedTuple):
    """A game of a model, and the axes of the map around it: two parameters, x before y, and from where to
    where; one, of a model with one number."""

    game: Any  # with the parameters by name
    axes: dict[str, Range]
    model: Model = chosen(None)

    @property
    def fixed(self) -> dict[str, Any]:
        """The game's parameters off the axes."""
        return {k: v for k, v in dataclasses.asdict(self.game).items() if k not in self.axes}


class Frame(NamedTuple):
    """A map to be drawn: its values along x and y and the regimes there, shape (y, x); and, where they are
    known, the boundaries between regimes, curve by curve."""

    values: tuple[np.ndarray, ...]
    regime: np.ndarray
    boundaries: tuple[list[np.ndarray], ...] | None = None


class StaleError(Exception):
    """Nobody waits any more for what is being solved."""


def reach(name: str, model: Model | None = None) -> Range:
    """Return from where to where a parameter is moved and drawn unless something else is asked for.

    Examples
    --------
    >>> reach("status_quo").start, reach("ally_cost").scale
    (0.01, 'log')
    """
    return _range(*display_of(chosen(model)).ranges[name])


def _range(low: float, high: float, scale: str) -> Range:
    """Return an axis of the map, its ends and scale checked."""
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
    """Return the view of a game on a map of two axes, each from where to where and on which scale.

    Raises TypeError or ValueError if there are not two axes, or one is no parameter or has values that are
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
    ranges = {}
    for name, (low, high, scale) in axes.items():
        with naming(name):
            parameter = shown.parameter(name)
            for end in (low, high):
                parameter.check(end)
            ranges[parameter.name] = _range(low, high, scale)
    return View(game, ranges, shown)


def place_on(axis: Range, value: float) -> float:
    """Return a place on an axis in no more digits than tell it from those a step away.

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


@functools.cache
def first_view(model: Model) -> View:
    """Return the view of a model that is shown unless something else is asked for."""
    display = display_of(model)
    return make_view(display.game({}), display.axes, model)


DEFAULT = first_view(chosen(None))


def view_of_run(path: str | os.PathLike, model: Model | None = None) -> View:
    """Return the view of the map that a run file or the file of an earlier map asks for.

    Its first two axes are those of the map; where it has one, the other is one of the first map's. The game
    has the default values of what varies, if the axis holds them, or else those in the middle.

    Raises what `runfile.read_run` raises, and ValueError if forms are compared, or an axis has one value.
    """
    shown = chosen(model)
    run = read_run(path, model=shown)
    if run.over:
        raise ValueError(f"{path} compares forms; a map has one")
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
    places = {
        letter: f"{name}:{axis.start!r}:{axis.to!r}:{axis.scale}"
        for letter, (name, axis) in zip(letters(view.model), view.axes.items(), strict=False)
    }
    return urllib.parse.urlencode(changed(view, dataclasses.asdict(view.game)) | places, safe=":")


def changed(view: View, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of a view's parameters that are not at their default."""
    usual = first_view(view.model).game
    return {name: value for name, value in parameters.items() if value != getattr(usual, name)}


def letters(model: Model) -> tuple[str, str]:
    """Return what the axes are called in an address, where parameters may be called x and y."""
    return ("x-axis", "y-axis") if {"x", "y"} & {*model.by_name} else ("x", "y")


def view_of_query(query: str, model: Model | None = None) -> View:
    """Return the view that the query of an address asks for.

    Raises TypeError or ValueError with the first thing in it that is not allowed.
    """
    shown = chosen(model)
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    with naming("the address"):
        for name in given:
            if sum(name == other for other, _ in pairs) > 1:
                raise ValueError(f"{name!r} is given more than once")
        axes = {}
        for letter, (name, axis) in zip(letters(shown), first_view(shown).axes.items(), strict=False):
            text = given.pop(letter, f"{name}:{axis.start}:{axis.to}:{axis.scale}")
            parts = text.split(":")
            if len(parts) != 4:
                raise ValueError(f"{letter} = {text!r} is not of the form parameter:from:to:scale")
            if parts[0] in axes:
                raise ValueError(f"{parts[0]} is on both axes; a map has two")
            axes[parts[0]] = number_at(letter, parts[1]), number_at(letter, parts[2]), parts[3]
        game = {
            name: text if shown.parameter(name).choices else number_at(name, text)
            for name, text in given.items()
        }
        return make_view(display_of(shown).game(game), axes, shown)


def number_at(place: str, text: str) -> float:
    """Return a number as it was typed; raise ValueError, with the place where it was typed, if it is none."""
    try:
        return number_of(text)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _unless(stale: Callable[[], bool]) -> Progress:
    """Return what cancels a run by raising `StaleError` once `stale` says that nobody waits any more."""

    def progress(done: int, games: int) -> None:
        if stale():
            raise StaleError

    return progress


def _values(axis: Range, points: int) -> np.ndarray:
    """Return so many values of an axis."""
    return axis.model_copy(update={"points": points}).values()


def frames(view: View, stale: Callable[[], bool]) -> Iterator[Frame]:
    """Give the map of a view: at once as well as can be, then, if nobody has moved on, in full.

    Where games are solved quickly the first frame is the map; the second adds the boundaries. Else the first
    is coarse, the second an adaptive map, which may lack an island of a regime, the last is solved at every
    point. A map of one axis has one frame.

    Raises `StaleError` once `stale` says that nobody waits any more.
    """
    progress = _unless(stale)
    mapped = view.model.mapped.name
    whole = {name: axis.values() for name, axis in view.axes.items()}
    exact: np.ndarray | None = None
    request = _requested(view, SIDE)
    if len(whole) == 1 or _is_quick(view, request):
        exact = solve_request(request, progress=progress).arrays[mapped]
        yield Frame(tuple(whole.values()), exact)
    else:
        coarse = tuple(_values(axis, COARSE) for axis in view.axes.values())
        yield Frame(coarse, regimes(view, COARSE, progress))
    if len(whole) == 1:
        return
    progress(0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the map shows
        traced = adaptive_map(whole, model=view.model, progress=progress, **view.fixed)
    curves = np.cumsum(traced.curve_size.values)[:-1]
    boundaries = tuple(np.split(traced[f"boundary_{name}"].values, curves) for name in whole)
    yield Frame(tuple(whole.values()), traced[mapped].values.T if exact is None else exact, boundaries)
    if exact is None:
        progress(0, 1)
        exact = solve_request(request, progress=progress).arrays[mapped]
        yield Frame(tuple(whole.values()), exact, boundaries)


def _is_quick(view: View, request: Request) -> bool:
    """Tell whether a map is solved soon enough: a model's own loop tells that, of another a line is timed."""
    if not request.quick or view.model.loop:
        return request.quick
    started = time.perf_counter()
    line = {name: axis.values() for name, axis in list(view.axes.items())[:1]}
    others = {k: v for k, v in dataclasses.asdict(view.game).items() if k not in line}
    solve_request(request_sweep(view.model, line, [view.model.mapped.name], np.float64, others))
    return time.perf_counter() - started < SOON / SIDE


def regimes(view: View, side: int, progress: Progress | None = None) -> np.ndarray:
    """Return the regimes of the map of a view at so many values of each axis, row by row from low y on."""
    return solve_request(_requested(view, side), progress=progress).arrays[view.model.mapped.name]


def one_game(view: View) -> "xr.Dataset":
    """Return the game of a view, solved by the loop over games that solves its map."""
    name, others = next(iter(view.axes)), dataclasses.asdict(view.game)
    line = {name: [others.pop(name)]}
    return sweep(line, model=view.model, variables=[view.model.mapped.name], **others)


def _requested(view: View, side: int) -> Request:
    """Return the request for the regimes of the map of a view, y before x, as pictures have their rows."""
    axes = {name: _values(axis, side) for name, axis in reversed(view.axes.items())}
    return request_sweep(view.model, axes, [view.model.mapped.name], np.float64, view.fixed)


def slices(view: View) -> "dict[str, tuple[xr.Dataset, xr.Dataset]]":
    """Return along each axis, through the game of a view, what is solved there, and the cutpoints."""
    model, game = view.model, dataclasses.asdict(view.game)
    variables = [model.mapped.name, *display_of(model).curves]
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games, which the slice shows
        for name, axis in view.axes.items():
            others = {k: v for k, v in game.items() if k != name}
            line = sweep({name: axis.values()}, model=model, variables=variables, **others)
            found[name] = line, cutpoints(name, (axis.start, axis.to), model=model, points=SIDE, **others)
    return found


def claims_at(game: Any, model: Model | None = None) -> dict[str, bool | None]:
    """Tell of each claim of a model whether it holds in a game; None where its premise is not met.

    Those about lines along a parameter are tested on the one through the game, over the reach of it.

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
    """Return the run file of the map of a view, for `foedus map`; it names the file of the model, if any.

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
    output = [f'file = "{NAME}.nc"', f"variables = [{_written(model.mapped.name)}]"]
    tables = {"game": game, "axes": axes, "output": output}
    parts = ["\n".join([f"[{head}]", *lines, ""]) for head, lines in tables.items() if lines]
    named = f"model = {_written(model.file)}\n\n" if model.file else ""
    return f"# a map seen in foedus explore\n{named}" + "\n".join(parts)


def _written(value: str | float) -> str:
    """Return a value as TOML has it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _key(name: str) -> str:
    """Return a name as TOML has it on the left, quoted if it has other letters than English."""
    return name if name.isascii() else _written(name)


def download(view: View, ending: str, stale: Callable[[], bool] = lambda: False) -> bytes:
    """Return the map of a view as a file: a picture, a run file or the data, by its ending.

    The data are what `foedus map` makes of the run file, and the picture is the one it draws.

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
        mapped = [view.model.mapped.name]
        dataset = sweep(axes, model=view.model, variables=mapped, progress=progress, **view.fixed)
        file = Path(folder) / f"{NAME}{ending}"
        if ending in PICTURES:
            with ALONE:
                progress(0, 1)  # who waits may have gone while others drew
                save_figure(plot(dataset), file)
        else:
            save(dataset.assign_attrs(command="foedus explore"), file)
        return file.read_bytes()
