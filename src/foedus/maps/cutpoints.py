"""Cutpoints: the values of a parameter at which the regime changes, and whose decision flips there."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Label, Model, Outcome, Parameter, chosen, table
from ..model.checks import check_whole
from ..model.parameters import Symbol
from ..solving.columns import Columns, check_axes, fixed_parameters, grid, in_logarithms, spread
from ..solving.deciding import decided
from ..solving.parallel import Progress, check_threads
from ..solving.requests import request, solve_columns, solve_request

if TYPE_CHECKING:
    import xarray as xr

BATCH = 2**22  # games of a scan that are held at a time

RegimesAt = Callable[
    [np.ndarray, np.ndarray], np.ndarray
]  # takes numbers of lines, and values on these lines


def labels(model: Model) -> dict[str, Label]:
    """Return the labels of cutpoints. The first is their dimension."""
    found = [
        Label("cutpoint", "", "1", "number of the cutpoint on its line; 0 is the lowest"),
        Label("value", "", "", "cutpoint"),  # with the symbol and the units of its parameter
        Outcome("regime_first", "", "1", "regime at the lower end of the line", model.codes),
        Outcome("regime_below", "", "1", "regime just below the cutpoint", model.codes),
        Outcome("regime_above", "", "1", "regime at and just above the cutpoint", model.codes),
    ]
    if model.decides:
        found += [
            Label("player", "", "1", "player whose decision changes at the cutpoint", model.decides.player),
            Label(
                "decision", "", "1", "between which moves that player is indifferent", model.decides.decision
            ),
        ]
    return table(*found)


class Brackets(NamedTuple):
    """Changes of regime: the line of each, and the values and the regimes just below and above it."""

    line: np.ndarray
    low: np.ndarray
    high: np.ndarray
    below: np.ndarray
    above: np.ndarray

    def take(self, which: np.ndarray) -> "Brackets":
        """Return some of them, in the order of `which`."""
        return Brackets(*(column[which] for column in self))


def cutpoints(
    parameter: str,
    within: tuple[float, float],
    over: Mapping[str, Any] | None = None,
    *,
    model: Model | None = None,
    points: int = 4096,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Find every value of a parameter at which the regime changes, and say whose decision flips there.

    The regime is solved at `points` values from one end to the other. If it differs between two of them, the
    change is found exactly: no float lies between the last value below it and the first value above it.
    There is one exception: if the change is at 0, the distance of these two values from 0 is at most 1e-15
    times the step of the scan. So a cutpoint is found wherever two neighbouring values of the scan have
    different regimes. If the regime changes and changes back between two neighbouring values, both cutpoints
    are missed.

    At some cutpoints the settlement does not jump, because there is no surplus to take, or because S's
    pledge is still small just beyond the cutpoint. Then the payoffs of the two choices differ so little near
    the cutpoint that the difference is lost in rounding. Games within 1e-8 of such a cutpoint may have either
    regime, so the regime may change several times there. The cutpoint returned is one of these changes.

    Parameters
    ----------
    parameter : str
        the parameter that varies
    within : (float, float)
        the range to scan
    over : mapping of str to array_like, optional
        further axes: cutpoints are found at each combination of their values
    points : int, optional
        the number of values in the scan. They are spaced evenly in the logarithm if both ends are positive
        and differ by more than a factor of ten, else evenly.
    threads : int, optional
        the number of threads; default: the number of processors
    progress : callable, optional
        called with the number of solved games and the number of all games in the scan; if it raises an error,
        the call ends
    model, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        over the axes and then ``cutpoint``, in rising order: ``value``, the first float at which
        ``regime_above`` holds; ``regime_below``, which holds at the float before; and ``player`` and
        ``decision``, which say who is indifferent there and between which moves. Player and decision are
        ``none`` next to unsolved games, and if nobody on the path is indifferent. There is a line of the scan
        for each combination of values of the axes. If a line has fewer cutpoints than another, its remaining
        values are NaN, its remaining regimes ``unsolved``, and its remaining players and decisions ``none``.
        ``regime_first``, over the axes only, is the regime at the lower end. The attribute ``resolution``
        says how the lines were scanned.

    Raises
    ------
    TypeError, ValueError
        if a parameter or value is not allowed, the ends are not in rising order, `points` is less than 2, or
        a parameter is two of these: the one that varies, an axis, fixed.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.cutpoints("ally_cost", within=(0.05, 5))
    >>> [foedus.Regime(code).name for code in (*ds.regime_below.values[:1], *ds.regime_above.values)]
    ['REVISION', 'RESTRAINT', 'SELF_RELIANCE', 'DETERRENCE']
    >>> first = ds.isel(cutpoint=0)
    >>> foedus.solve(ally_cost=first.value.item()).regime.name
    'RESTRAINT'
    """
    game = chosen(model)
    parameter = game.parameter(parameter).name
    scan = _scan(game.by_name[parameter], within, points)
    values = check_axes(game, {} if over is None else over, "over")
    if parameter in values:
        raise ValueError(f"{parameter} is both the parameter that varies and an axis; it can be only one")
    values = {name: column.copy() for name, column in values.items()}
    rest = fixed_parameters(game, fixed, {**values, parameter: scan}, "varied")
    threads = check_threads(threads)
    shape = tuple(column.size for column in values.values())
    lines = grid(values, rest)  # each of its games stands for a line

    def solve(line: np.ndarray, at: np.ndarray, wanted: Any) -> dict[str, np.ndarray]:
        columns = {name: v[line // lines.strides[name] % v.size] for name, v in values.items()}
        columns[parameter] = at
        return {**rest, **columns, **solve_columns(game, columns, rest, wanted, threads)}

    def regimes_at(line: np.ndarray, at: np.ndarray) -> np.ndarray:
        return solve(line, at, [game.mapped.name])[game.mapped.name]

    first, stretches = _changes(game, parameter, scan, lines, threads, progress)
    tiny = 1e-15 * (scan[1] - scan[0]) if scan[0] <= 0 <= scan[-1] else 0.0
    found = close_in(regimes_at, stretches, tiny)
    found = found.take(np.lexsort((found.high, found.line)))
    counts = np.bincount(found.line, minlength=lines.games)
    place = found.line, np.arange(found.line.size) - np.repeat(np.cumsum(counts) - counts, counts)

    def padded(column: np.ndarray, filler: float) -> np.ndarray:
        array = np.full((lines.games, counts.max(initial=0)), filler, column.dtype)
        array[place] = column
        return array.reshape(*shape, -1)

    results = {
        "value": padded(found.high, math.nan),
        "regime_first": first.reshape(shape),
        "regime_below": padded(found.below, UNSOLVED),
        "regime_above": padded(found.above, UNSOLVED),
    }
    if game.decides:
        wanted = [game.mapped.name, *game.decides.needs]
        below, above = (solve(found.line, side, wanted) for side in (found.low, found.high))
        player, decision = decided(game, below, above, threads)
        results |= {"player": padded(player, -1), "decision": padded(decision, -1)}
    return _labelled(game, results, game.by_name[parameter], scan, values, rest)


def _scan(parameter: Parameter, within: tuple[float, float], points: int) -> np.ndarray:
    """Return the values at which the regime is solved first."""
    check_scanned(parameter)
    try:
        low, high = within
    except (TypeError, ValueError):
        raise TypeError(f"within = {within!r} is not a pair of numbers, the ends of a range") from None
    low, high = (parameter.check(end) + 0.0 for end in (low, high))  # no -0.0
    if low >= high:
        raise ValueError(f"within = ({low!r}, {high!r}): the first end must be less than the second")
    return spread(low, high, check_whole("points", points, 2))


def check_scanned(parameter: Parameter) -> None:
    """Raise ValueError if a parameter is a choice."""
    if parameter.choices:
        raise ValueError(f"{parameter.name} is a choice and has no cutpoints; use compare to see its forms")


def _changes(
    model: Model, parameter: str, scan: np.ndarray, lines: Columns, threads: int, progress: Progress | None
) -> tuple[np.ndarray, Brackets]:
    """Return the regime at the lower end of each line, and every pair of neighbouring values of the scan with
    different regimes."""
    axes, mapped = lines.values, model.mapped.name
    first = next(iter(axes), None)
    size = axes[first].size if first else 1
    rest = lines.games // size
    step = max(1, BATCH // (rest * scan.size))
    games = lines.games * scan.size
    starts, parts = [], []
    for start in range(0, size, step):
        part = axes | ({first: axes[first][start : start + step]} if first else {})
        columns = grid({**part, parameter: scan}, lines.fixed)
        before = start * rest * scan.size
        report = None if progress is None else lambda done, _, before=before: progress(before + done, games)
        asked = request(model, columns, ("game",), (columns.games,), [mapped], np.float64)
        regime = solve_request(asked, threads, report).arrays[mapped].reshape(-1, scan.size)
        starts.append(regime[:, 0].copy())
        line, k = np.nonzero(regime[:, 1:] != regime[:, :-1])
        below, above = regime[line, k], regime[line, k + 1]
        parts.append(Brackets(line + start * rest, scan[k], scan[k + 1], below, above))
    return np.concatenate(starts), _joined(parts)


def _joined(parts: list[Brackets]) -> Brackets:
    """Return all brackets, one part after another."""
    return Brackets(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def close_in(regimes_at: RegimesAt, stretches: Brackets, tiny: float) -> Brackets:
    """Close in on the changes of regime in stretches with different regimes at their ends, all at once.

    Each stretch is halved. The half is kept in which the regime first differs from the one at the lower end,
    until no float lies between its ends or both are within `tiny` of 0. If the regime above is not yet the
    one at the upper end of the stretch, the rest of the stretch is searched in the same way.
    """
    parts = []
    while True:
        line, low, high, below, above = (column.copy() for column in stretches)
        open_ = np.arange(line.size)
        while open_.size:
            left, right = low[open_], high[open_]
            middle = _middle(left, right)
            apart = (left < middle) & (middle < right) & ((left < -tiny) | (right > tiny))
            open_, middle = open_[apart], middle[apart]
            if open_.size:
                regime = regimes_at(line[open_], middle)
                same = regime == below[open_]
                low[open_[same]] = middle[same]
                high[open_[~same]], above[open_[~same]] = middle[~same], regime[~same]
        parts.append(Brackets(line, low, high, below, above))
        more = above != stretches.above
        if not more.any():
            return _joined(parts)
        stretches = Brackets(line, high, stretches.high, above, stretches.above).take(more)


def _middle(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the middle of stretches: 0 if it is inside, else the middle one of the floats in the stretch."""
    # floats of one sign are in the order of their bits, or in the opposite order
    bits, others = np.abs(low).view(np.int64), np.abs(high).view(np.int64)
    size = ((bits & others) + ((bits ^ others) >> 1)).view(np.float64)  # their mean; a sum could overflow
    return np.where(low >= 0, size, np.where(high <= 0, -size, 0.0))


def _labelled(
    model: Model,
    results: Mapping[str, np.ndarray],
    parameter: Parameter,
    scan: np.ndarray,
    values: dict[str, np.ndarray],
    fixed: dict[str, float],
) -> "xr.Dataset":
    """Return cutpoints as a labelled Dataset."""
    from ..io.dataset import dataset_of, parameter_attributes, parameter_coordinates, variable

    dims, known = (*values, "cutpoint"), labels(model)
    variables = {name: variable(dims[: array.ndim], array, known[name]) for name, array in results.items()}
    coords = parameter_coordinates(model, values, fixed)
    forms = {name: str(coords[name].values) for name in fixed if model.by_name[name].choices}
    variables["value"].attrs |= parameter_attributes(model, parameter.name, forms)
    count = results["value"].shape[-1]
    number = variable(("cutpoint",), np.arange(count, dtype=np.int32), known["cutpoint"])
    low, high = scan[0].item(), scan[-1].item()
    if in_logarithms(low, high):
        root = 1 / (scan.size - 1)
        spacing = f"each {high**root / low**root:.10g} times the one before"
    else:
        spacing = f"{(high - low) / (scan.size - 1):.10g} apart"
    return dataset_of(
        model,
        "foedus.cutpoints",
        variables,
        {"cutpoint": number, **coords},
        parameter=parameter.name,
        within=[low, high],
        points=scan.size,
        resolution=f"{scan.size} values of {parameter.name} from {low:g} to {high:g}, {spacing}",
    )


def cutpoint_rows(dataset: "xr.Dataset") -> tuple[list[str], list[list[str | float]]]:
    """Return the headings and the rows of a table with a row for each cutpoint.

    Examples
    --------
    >>> import foedus
    >>> headings, rows = cutpoint_rows(foedus.cutpoints("ally_cost", (0.3, 0.7)))
    >>> headings
    ['c_A', 'below', 'above', 'player', 'between']
    >>> rows[0][1:]
    ['restraint', 'self-reliance', 'ally', 'holding or revising']
    """
    from ..io.dataset import model_of

    model = model_of(dataset)
    codes = {"below": ("regime_below", model.codes), "above": ("regime_above", model.codes)}
    if model.decides:
        codes |= {
            "player": ("player", model.decides.player),
            "between": ("decision", model.decides.decision),
        }
    axes = [str(dim) for dim in dataset.value.dims[:-1]]
    names = [*axes, dataset.attrs["parameter"]]
    headings = [Symbol(model.by_name[name].symbol) or name for name in names]
    there = np.nonzero(np.isfinite(dataset.value.values))
    cells = [dataset[dim].values[i].tolist() for dim, i in zip(axes, there, strict=False)]
    cells.append(dataset.value.values[there].tolist())
    for name, kind in codes.values():
        cells.append([kind(code).words for code in dataset[name].values[there].tolist()])
    return [*headings, *codes], [list(row) for row in zip(*cells, strict=True)]
