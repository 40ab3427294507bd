"""Comparative statics: how the outcome of a game responds to each parameter, and how far the next regime
is."""

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Code, Label, Model, Outcome, Parameter, chosen, table
from ..solving.columns import check_axes, fixed_parameters, grid
from ..solving.deciding import decided
from ..solving.parallel import Progress, check_threads
from ..solving.requests import solve_columns
from .cutpoints import Brackets, close_in

if TYPE_CHECKING:
    import xarray as xr


class Direction(Code):
    """How a variable responds to a parameter: on both sides, or on the side where it is defined."""

    FALLS = -1
    CONSTANT = 0
    RISES = 1
    MIXED = 2, "one direction at smaller values of the parameter, another at larger values"
    UNDEFINED = 3, "the response is undefined on both sides"


LEAST_MARGIN = Label("least_margin", "", "1", "the smallest margin")


def labels(model: Model) -> dict[str, Label]:
    """Return the labels of the statics of a game."""
    found = [
        Label("response", "", "", "derivative of a variable with respect to a parameter"),
        Label("direction", "", "1", "how a variable responds to a parameter", Direction),
        Label("kink", "", "1", "whether the responses on both sides of the game differ"),
        Label("margin", "", "1", "distance to the next regime, divided by the parameter unless that is 0"),
        Outcome("next_regime", "", "1", "regime beyond the margin", model.codes),
        LEAST_MARGIN,
        Label("least_parameter", "", "1", "parameter with the smallest margin"),
        Label("tie", "", "1", "whether the regime depends on how a tie is broken"),
        Label("side", "", "1", "side of the game: with a smaller parameter, or a larger one"),
        Label("variable", "", "1", "variable"),
        Label("parameter", "", "1", "parameter"),
    ]
    if model.decides:
        found += [
            Label(
                "player", "", "1", "player whose decision changes at the next regime", model.decides.player
            ),
            Label(
                "decision", "", "1", "between which moves that player is indifferent", model.decides.decision
            ),
        ]
    return table(*found)


SIDES = {"below": -1.0, "above": 1.0}
LARGEST = 4 * 10**9  # bytes of results
BATCH = 2**21  # games of a scan that are solved at a time
# relative distances at which the next regime is looked for: first right beside the game, then from a
# negligible margin on, each RATIO times the one before
NEAREST, TIE, FARTHEST, RATIO = 1e-15, 1e-9, 1e3, 1.1
STEP, SHRINK, TRIES = (
    1e-4,
    8.0,
    6,
)  # the relative step of a difference, its divisor while the difference does not settle, and how often
SETTLED = 1e-5  # a difference has settled if it differs by less, relatively, from that with half the step
SMALL = 1e-2  # smaller variables count as this large in:
NOISE = 1e-8  # the relative response that rounding may cause
FLAT = 1e-6  # the relative response up to which a variable counts as constant
KINK = 1e-3  # there is a kink if the responses on both sides differ by more, relatively


def statics(
    axes: Mapping[str, Any] | None = None,
    *,
    model: Model | None = None,
    variables: Iterable[str] | None = None,
    parameters: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Find how the outcome of a game, or of each game on a grid, responds to each parameter, and how far the
    next regime is.

    The response is the derivative on each side, from differences of second order. Their steps are so short
    that they stay within the regime, and that half the step gives the same result. On each side, the next
    regime is looked for right beside the game, and then at growing distances, each 1.1 times the one before:
    from 1e-9 to 1000 times the value. If the domain has an end on a side, the distances on this side grow
    from 1e-9 to 1/2 of the way to the end. From there on, the rest of the way shrinks by the same factor,
    down to 1e-9 of the way. Then the value at which the regime changes is found exactly, to the last digit
    of a float. A regime that begins and ends between two neighbouring distances may be missed.
    `decisiveness` takes most of the time, because there are closed forms only at 1.

    Parameters
    ----------
    axes : mapping of str to array_like, optional
        the parameters that vary over the games; default: none, for one game
    variables : iterable of str, optional
        the variables whose responses to find, numbers only; default: all
    parameters : iterable of str, optional
        the parameters; default: all that are numbers
    threads : int, optional
        the number of threads; default: the number of processors
    progress : callable, optional
        called with the number of finished parameters and the number of all; if it raises an error, the call
        ends
    model, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        with these variables; the axes are their last dimensions:

        ``response`` (side, variable, parameter): the derivative ``below`` and ``above`` the game. It is NaN
        in three cases: the side is beyond the end of the domain; the variable is undefined; or the regime
        changes within 1e-9 of the game. ``kink`` (variable, parameter): 1 where both sides are known and
        differ. ``direction`` (variable, parameter): whether the variable rises or falls with the
        parameter, a `Direction`.

        ``margin`` (side, parameter): the distance to the next regime, divided by the parameter unless that is
        0; infinite if no other regime was found. ``next_regime``: the regime beyond it; with ``player`` and
        ``decision``, as in `cutpoints`. ``least_margin`` and ``least_parameter``: the smallest margin and its
        parameter. ``tie``: 1 where the smallest margin is at most 1e-9, so that the regime depends on how a
        tie is broken.

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; if a variable is a code, a name is unknown, or the results take more than 4 GB.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.statics(ally_cost=1.0)
    >>> pledge = ds.sel(variable="pledge", parameter="ally_cost")
    >>> bool((pledge.response > 0).all())  # deterrence: S pledges more if arms are more costly for A
    True
    >>> round(ds.margin.sel(side="below", parameter="ally_cost").item(), 3)
    0.208
    >>> foedus.Regime(ds.next_regime.sel(side="below", parameter="ally_cost").item()).name
    'SELF_RELIANCE'
    """
    game = chosen(model)
    values = {name: column.copy() for name, column in check_axes(game, axes or {}).items()}
    games = grid(values, fixed_parameters(game, fixed, values, "an axis"))
    threads = check_threads(threads)
    asked = game.check_names(variables, game.found)
    names = [name for name in asked if variables is not None or not game.found[name].codes]
    for name in names:
        if game.found[name].codes:
            raise ValueError(f"{name!r} is a code and has no response; choose numbers")
    numbers = [name for name, parameter in game.by_name.items() if not parameter.choices]
    chosen_parameters = [
        game.parameter(name).name for name in (numbers if parameters is None else parameters)
    ]
    for name in chosen_parameters:
        if game.by_name[name].choices:
            raise ValueError(
                f"{name!r} is a choice, so nothing has a response to it; choose other parameters"
            )
    if not chosen_parameters or len(set(chosen_parameters)) < len(chosen_parameters):
        raise ValueError(f"parameters = {chosen_parameters!r} must name one or more parameters, each once")
    count = games.games
    size = count * len(chosen_parameters) * len(SIDES) * (8 * len(names) + 11)
    if size > LARGEST:
        raise ValueError(
            f"the statics of {count:,} games take {size / 1e9:.0f} GB; at most {LARGEST / 1e9:.0f} GB are "
            "allowed; choose fewer games, variables or parameters"
        )
    at = np.arange(count)
    here = {name: np.broadcast_to(column, count) for name, column in (games.fixed | games.points(at)).items()}
    mapped, needs = game.mapped.name, game.decides.needs if game.decides else ()

    def solve(change: str, to: np.ndarray, which: np.ndarray, wanted: Iterable[str]) -> dict[str, np.ndarray]:
        """Return variables of some of the games, with a parameter changed, and the parameters."""
        columns = {name: column[which] for name, column in here.items()} | {change: to}
        return columns | solve_columns(game, columns, {}, wanted, threads)

    base = solve(chosen_parameters[0], here[chosen_parameters[0]], at, [*names, mapped, *needs])
    outcome = _stacked(base, names, count)
    responses = np.full((len(SIDES), len(names), len(chosen_parameters), count), math.nan)
    margins = np.full((len(SIDES), len(chosen_parameters), count), math.inf)
    beyond = np.full((3 if game.decides else 1, *margins.shape), UNSOLVED, np.int8)
    for k, name in enumerate(chosen_parameters):
        for side, sign in enumerate(SIDES.values()):
            near = _Side(game, game.by_name[name], here[name], sign, functools.partial(solve, name))
            distance, beyond[:, side, k] = _next_regime(near, base[mapped])
            margins[side, k] = distance / near.scale
            responses[side, :, k] = _responses(near, distance, outcome, names)
        if progress is not None:
            progress(k + 1, len(chosen_parameters))
    scale = np.array([_scale(here[name]) for name in chosen_parameters])
    direction, kink = _compared(responses * scale, outcome[:, np.newaxis])
    least = margins.min(0)
    closest = np.where(np.isfinite(least.min(0)), np.array(chosen_parameters)[least.argmin(0)], "")
    arrays = {
        "response": (("side", "variable", "parameter"), responses),
        "direction": (("variable", "parameter"), direction),
        "kink": (("variable", "parameter"), kink),
        "margin": (("side", "parameter"), margins),
        **{
            name: (("side", "parameter"), codes)
            for name, codes in zip(("next_regime", "player", "decision"), beyond, strict=False)
        },
        "least_margin": ((), least.min(0)),
        "least_parameter": ((), closest),
        "tie": ((), (least.min(0) <= TIE).astype(np.int8)),
        mapped: ((), base[mapped]),
    }
    return _labelled(game, arrays, names, chosen_parameters, values, games.fixed)


class _Side(NamedTuple):
    """One side of games along a parameter."""

    model: Model
    parameter: Parameter
    value: np.ndarray  # of each game
    sign: float
    solve: Callable[..., dict[str, np.ndarray]]  # of the parameter's values, games by number, and variables

    @property
    def scale(self) -> np.ndarray:
        """The unit of relative distances."""
        return _scale(self.value)

    @property
    def room(self) -> np.ndarray:
        """The distance to the end of the domain."""
        return np.abs(self.parameter.ends[self.sign > 0] - self.value)

    def at(self, distance: np.ndarray, games: np.ndarray, wanted: Iterable[str]) -> dict[str, np.ndarray]:
        """Return variables and parameters of games at a distance; `distance` is shaped like `games`."""
        low, high = self.parameter.ends
        value = np.clip(self.value[games] + self.sign * distance, low, high)
        solved = self.solve(value.ravel(), games.ravel(), wanted)
        return {name: array.reshape(games.shape) for name, array in solved.items()}


def _scale(value: np.ndarray) -> np.ndarray:
    """Return the unit of relative distances from a value: its size, or 1 if it is 0."""
    return np.where(value == 0, 1.0, np.abs(value))


def _stacked(arrays: Mapping[str, np.ndarray], names: list[str], games: int) -> np.ndarray:
    """Return variables of this number of games, a row for each; there may be no variables."""
    return np.array([arrays[name] for name in names]).reshape(len(names), games)


def _distances(near: _Side) -> np.ndarray:
    """Return the distances at which the next regime is looked for: a row, and a column for each game."""

    def rising(low: float, high: float) -> np.ndarray:
        return np.geomspace(low, high, math.ceil(math.log(high / low) / math.log(RATIO)) + 1)

    end = near.parameter.ends[near.sign > 0]
    if math.isinf(end):
        return np.append(NEAREST, rising(TIE, FARTHEST))[:, np.newaxis] * near.scale
    shares = np.concatenate([[NEAREST], rising(TIE, 0.5), 1 - rising(TIE, 0.5)[-2::-1]])
    if near.parameter.allows(end):
        shares = np.append(shares, 1.0)
    return shares[:, np.newaxis] * near.room


def _next_regime(near: _Side, regime: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of the next regime from each game; and rows of codes: the next regime and, if the
    model can tell, the player whose decision flips there, and which decision."""
    distances, mapped, deciding = _distances(near), near.model.mapped.name, near.model.decides
    count = regime.size
    low, high = np.zeros(count), np.full(count, math.inf)
    beyond = np.full((3 if deciding else 1, count), UNSOLVED, np.int8)
    size = max(1, BATCH // len(distances))
    for start in range(0, count, size):
        games = np.arange(start, min(start + size, count))
        games = games[near.room[games] > 0]
        part = distances[:, games]
        other = near.at(part, np.broadcast_to(games, part.shape), [mapped])[mapped] != regime[games]
        first = other.argmax(0)
        seen = np.flatnonzero(other.any(0))
        low[games[seen]] = np.where(first > 0, part[first - 1, np.arange(games.size)], 0.0)[seen]
        high[games[seen]] = part[first, np.arange(games.size)][seen]
    games = np.flatnonzero(np.isfinite(high))
    beyond[0, games] = near.at(high[games], games, [mapped])[mapped]
    apart = games[low[games] > 0]  # where it is not right beside the game
    found = close_in(
        lambda game, distance: near.at(distance, game, [mapped])[mapped],
        Brackets(apart, low[apart], high[apart], regime[apart], beyond[0, apart]),
        0.0,
    )
    nearest = found.take(np.arange(apart.size))  # changes further away come after these
    low[apart], high[apart], beyond[0, apart] = nearest.low, nearest.high, nearest.above
    if deciding:
        wanted = [mapped, *deciding.needs]
        below, above = (near.at(side[games], games, wanted) for side in (low, high))
        beyond[1:, games] = decided(near.model, below, above)
    return high, beyond


def _responses(near: _Side, distance: np.ndarray, here: np.ndarray, names: list[str]) -> np.ndarray:
    """Return the derivative of each variable, a row each, in each game; `here` are the values in the games.
    NaN if there is no room, or the next regime is at `distance` 0."""
    found, best = np.full(here.shape, math.nan), np.full(here.shape, math.inf)
    step = np.minimum(STEP * near.scale, np.minimum(0.49 * distance, 0.5 * near.room))
    games = np.flatnonzero((distance > TIE * near.scale) & (near.room > 0))
    for _ in range(TRIES):
        half, one, two = (
            _stacked(near.at(n * step[games], games, names), names, games.size) for n in (0.5, 1.0, 2.0)
        )
        start = here[:, games]
        by_step = near.sign * (4 * one - 3 * start - two) / (2 * step[games])
        by_half = near.sign * (4 * half - 3 * start - one) / step[games]
        apart = np.abs(by_step - by_half)
        better = apart < best[:, games]  # never where it is NaN
        found[:, games] = np.where(better, by_half, found[:, games])
        best[:, games] = np.where(better, apart, best[:, games])
        nothing = NOISE * np.maximum(np.abs(start), SMALL) / near.scale[games]
        unsettled = (best[:, games] > SETTLED * np.abs(found[:, games]) + nothing) & ~np.isnan(apart)
        games = games[unsettled.any(0)]
        if not games.size:
            break
        step[games] /= SHRINK
    return found


def _compared(relative: np.ndarray, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the direction of responses on both sides (relative to their parameters), and whether there is a
    kink."""
    known = np.isfinite(relative)
    size = FLAT * np.maximum(np.abs(here), SMALL)
    below, above = np.where(np.abs(relative) <= size, 0, np.sign(relative))
    direction = np.select(
        [known.all(0) & (below == above), known.all(0), known[0], known[1]],
        [below, float(Direction.MIXED), below, above],
        float(Direction.UNDEFINED),
    )
    apart = np.abs(relative[1] - relative[0])
    kink = known.all(0) & (apart > KINK * np.abs(relative).max(0)) & (apart > size)
    return direction.astype(np.int8), kink.astype(np.int8)


def _labelled(
    model: Model,
    arrays: Mapping[str, tuple[tuple[str, ...], np.ndarray]],
    names: list[str],
    chosen_parameters: list[str],
    values: dict[str, np.ndarray],
    fixed: dict[str, float],
) -> "xr.Dataset":
    """Return the results as a labelled Dataset."""
    from ..io.dataset import dataset_of, parameter_coordinates, variable

    shape, known = tuple(column.size for column in values.values()), {**model.found, **labels(model)}
    variables = {
        name: variable((*dims, *values), array.reshape(array.shape[: len(dims)] + shape), known[name])
        for name, (dims, array) in arrays.items()
    }
    words = {"side": list(SIDES), "variable": names, "parameter": chosen_parameters}
    coords = {name: variable((name,), listed, known[name]) for name, listed in words.items()}
    coords |= parameter_coordinates(model, values, fixed)
    found = f"the next regime is looked for at growing distances, each {RATIO} times the one before"
    return dataset_of(model, "foedus.statics", variables, coords, resolution=found)
