"""Pictures of cutpoints."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..io.dataset import geometric
from ..model import Model
from ..solving.columns import spread
from .layouts import add_legend, columns_of, label_panels, lay_out, set_head
from .parts import (
    PANELS,
    STRIP,
    Look,
    axis_label,
    caption_of,
    equation,
    face_of,
    patches_of,
    set_axis,
    text_size,
    wrap_text,
)

# styles of curves, one for each decision that flips, those that differ most first; more are in thicker lines
STYLES: tuple[Any, ...] = (
    "solid", "dashed", "dotted", "dashdot", (0, (9, 2)), (0, (5, 1.5, 1, 1.5, 1, 1.5)), (0, (3, 1, 3, 4)),
)  # fmt: skip
THIN, THICK = 1.2, 2.4
NOBODYS: dict[str, Any] = {
    "color": "black",
    "linestyle": (0, (1, 4)),
    "linewidth": THIN,
}  # if no decision flips
LIMIT: dict[str, Any] = {
    "color": "black",
    "marker": "o",
    "markersize": 4,
    "markerfacecolor": "white",
    "linestyle": "none",
}
LIMITS = 15  # closed forms are marked on at most so many lines
KEY = 1.3  # inches, width of a line of the legend, for text of 10 points

Decided = tuple[int, int]  # a player and its decision
# partners, less pairs, less distances of edges, and the pairs from the last to the first, as nested tuples
Way = tuple[int, int, float, tuple]


class Curve(NamedTuple):
    """Cutpoints on neighbouring lines where the same decision flips between the same regimes."""

    decided: Decided
    x: list[float]
    y: list[float]


def plot_cutpoints(model: Model, look: Look, dataset: xr.Dataset) -> Figure:
    """Draw cutpoints and the regimes between them: marks along a line, or curves over a further axis.

    The parameter is on x. With two further axes, there is a panel for each value of the axis with fewer
    values. Cutpoints that the model knows in closed form are marked as a check.

    Raises ValueError if there are more than two further axes, or too many panels for one picture.
    """
    over = [str(dim) for dim in dataset.value.dims[:-1]]
    dataset = dataset.drop_duplicates(over)
    single = [dim for dim in over if dataset.sizes[dim] == 1]
    dataset = dataset.squeeze(single)
    over = sorted((dim for dim in over if dim not in single), key=lambda dim: dataset.sizes[dim])
    check_drawn({dim: dataset.sizes[dim] for dim in over})
    forms = [dim for dim in over if model.by_name[dim].choices]
    panel = forms[0] if forms else over[0] if len(over) == 2 else None
    y = next((dim for dim in over if dim != panel), None)
    count = dataset.sizes[panel] if panel else 1
    parts = [dataset.isel({panel: i}) for i in range(count)] if panel else [dataset]
    heads = [equation(model, panel, value.item()) for value in dataset[panel]] if panel else []
    columns = columns_of(look, heads)
    rows = math.ceil(count / columns)
    width, height = (4.7, 4.2) if count == 1 else (2.3, 2.0)
    parameter, (low, high) = dataset.attrs["parameter"], dataset.attrs["within"]
    labelled = dataset.assign_coords({parameter: ("end", dataset.attrs["within"])})
    text = caption_of(labelled, look, single, [panel] if panel else [])
    styles = _styles(model, dataset)
    entries = [*_regime_patches(model, look, dataset), *_curve_lines(model, look, dataset, styles)]
    numbers = 0 if y else 3 if panel else 2  # heights that the numbers of cutpoints have in turn
    layout = lay_out(
        look,
        (columns, rows),
        (width, height if y else STRIP),
        f"{text}; scanned at {dataset.attrs['points']} values",
        entries,
        head=(0.3 if panel else 0.0) + 0.2 * numbers,
        stretch=bool(y),
    )
    if layout.axes:
        panels = [layout.axes]
    else:
        grid = layout.frame.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
        panels = list(grid[:count])
        for axes in grid[count:]:
            axes.remove()
    for i, (axes, part) in enumerate(zip(panels, parts, strict=True)):
        axes.grid(visible=False)  # which would lie over the colours
        _draw_lines(axes, model, part, y, styles)
        set_axis(axes, "x", spread(low, high, 512), (low, high))
        axes.tick_params(labelbottom=i + columns >= count)
        if y:
            values = np.sort(dataset[y].values)
            set_axis(axes, "y", values, (values[0], values[-1]))
            axes.tick_params(labelleft=i % columns == 0)
        else:
            axes.set_yticks([])
            _number_cutpoints(axes, part, numbers)
        if panel:
            above = 5 + 1.3 * text_size("legend.fontsize") * numbers  # points
            set_head(layout, axes, heads[i], columns, pad=above if numbers else None)
    varied = axis_label(model.by_name[parameter], dataset.value, look)
    label_panels(layout, panels, columns, varied, axis_label(model.by_name[y], dataset[y], look) if y else "")
    add_legend(layout, entries)
    return layout.figure


def check_drawn(over: Mapping[str, int]) -> None:
    """Raise ValueError if the further axes have too many values for one picture."""
    sizes = {name: size for name, size in over.items() if size > 1}
    if len(sizes) > 2:
        raise ValueError(f"a picture of cutpoints shows two further axes at most, not {', '.join(sizes)}")
    panel = min(sizes, key=sizes.__getitem__) if len(sizes) == 2 else None
    if panel and sizes[panel] > PANELS:
        raise ValueError(f"{panel} has {sizes[panel]} values, but a picture has at most {PANELS} panels")


def _draw_lines(
    axes: Axes, model: Model, part: xr.Dataset, over: str | None, styles: Mapping[Decided, dict[str, Any]]
) -> None:
    """Draw the regimes along each line, and over them a curve for each kind of cutpoint."""
    low, high = part.attrs["within"]
    if over:
        part = part.sortby(over)
    y = part[over].values if over else np.array([0.5])
    value = np.atleast_2d(part.value.values)
    above = np.atleast_2d(part.regime_above.values)
    first = np.atleast_1d(part.regime_first.values)
    none = np.full(value.shape, -1)
    player, decision = (np.atleast_2d(part[name].values) if name in part else none for name in DECIDED)
    # j = line, k = regime on it, between the edges k and k + 1
    edges = [np.array([low, *row[np.isfinite(row)], high]) for row in value]
    codes = [[int(first[j]), *map(int, above[j, : edges[j].size - 2])] for j in range(y.size)]
    decided = [list(zip(player[j].tolist(), decision[j].tolist(), strict=True)) for j in range(y.size)]
    heights = middles_of(y) if over else np.array([0.0, 1.0])
    lower, upper, going = _joined(edges, codes, geometric(spread(low, high, 512)))
    boxes: dict[int, list] = {}
    for j in range(y.size):
        for there, at in ((lower[j], heights[j]), (upper[j], heights[j + 1])):
            for k, code in enumerate(codes[j]):
                here = edges[j][k : k + 2]
                corners = [(here[0], y[j]), (here[1], y[j]), (there[k + 1], at), (there[k], at)]
                boxes.setdefault(code, []).append(corners)
    for code, quads in boxes.items():
        face = face_of(model, model.codes, code)
        if "hatch" in face:
            face["linewidth"] = 0
        else:  # or viewers would show fine lines between the parts of an area
            face |= {"edgecolor": face["facecolor"], "linewidth": 0.3}
        axes.add_collection(PolyCollection(quads, **face, antialiased=False), autolim=False)
    for curve in _curves(edges, decided, lower, upper, going, y, heights):
        if over:
            axes.plot(curve.x, curve.y, **styles.get(curve.decided, NOBODYS))
        else:
            axes.axvline(curve.x[0], **styles.get(curve.decided, NOBODYS))
    for at in y[:: math.ceil(y.size / LIMITS)]:
        if known := _limits(model, part.sel({over: at}) if over else part):
            axes.plot(known, [at] * len(known), zorder=3, **LIMIT)


DECIDED = ("player", "decision")


def middles_of(values: np.ndarray) -> np.ndarray:
    """Return the first of rising values, the midpoints of neighbours on their axis, and the last value."""
    scale, back = (np.log, np.exp) if geometric(values) else (np.asarray, np.asarray)
    between = back((scale(values[1:]) + scale(values[:-1])) / 2)
    return np.concatenate([values[:1], between, values[-1:]])


def _joined(
    edges: Sequence[np.ndarray], codes: Sequence[list[int]], scaled: bool
) -> tuple[list[np.ndarray], list[np.ndarray], list[dict[int, int]]]:
    """Return where the edges of the regimes on each line go on, midway to the line below and to that above,
    and, for each line but the last, which of its edges go on as which of the next line.

    The regimes that two lines share are joined by straight lines, on the log axis of a `scaled` parameter,
    too. What only one line has between two of these closes to a point, as does what only one line has within
    one of these. If both lines have something there, one replaces the other midway.
    """
    scale, back = (np.log, np.exp) if scaled else (np.asarray, np.asarray)
    places = [scale(line) for line in edges]
    lower, upper = [line.copy() for line in places], [line.copy() for line in places]
    going: list[dict[int, int]] = []
    for j in range(len(edges) - 1):
        here, there = places[j : j + 2]
        last = here.size - 1, there.size - 1
        going.append({})
        closing: tuple[list[slice], list[slice]] = [], []  # edges on each line that close to a point
        k, n = 0, 0  # the edges on the right of the shared regime before, and on the left of the next
        for until, til in [*_shared(codes[j], codes[j + 1], here, there), last]:
            one, other = here[k : until + 1], there[n : til + 1]
            if one.size and other.size:
                left, right = (one[0] + other[0]) / 2, (one[-1] + other[-1]) / 2
                if 1 in (one.size, other.size):
                    left = right = (
                        left if k == n == 0 else right if (until, til) == last else (left + right) / 2
                    )
                upper[j][k : until + 1] = np.interp(one, one[[0, -1]], [left, right])
                lower[j + 1][n : til + 1] = np.interp(other, other[[0, -1]], [left, right])
            elif one.size:  # surrounded by a regime that both lines have
                closing[0].append(slice(k, until + 1))
            else:
                closing[1].append(slice(n, til + 1))
            if one.size == other.size == 1:
                going[j][k] = n
            k, n = until + 1, til + 1
        for line, ends, parts in ((here, upper[j], closing[0]), (there, lower[j + 1], closing[1])):
            outer = np.ones(line.size, bool)
            for part in parts:
                outer[part] = False
            for part in parts:  # so that it stays between the edges of what surrounds it
                ends[part] = np.interp(line[part][[0, -1]].mean(), line[outer], ends[outer])
    return [back(line) for line in lower], [back(line) for line in upper], going


def _shared(one: list[int], other: list[int], here: np.ndarray, there: np.ndarray) -> list[tuple[int, int]]:
    """Return pairs of places on two lines where both have the same regime, in the same order.

    As many regimes as possible have a partner. A regime has two partners where it surrounds another on the
    other line. Of several ways, the one with the fewest pairs is taken, and then the one in which edges are
    nearest.
    """
    # of the first regimes of each line: the best way to pair them
    best: list[list[Way]] = [[(0, 0, 0.0, ())] * (len(other) + 1) for _ in range(len(one) + 1)]
    # the best ways that end with a pair in this column or row, before the right edge of the pair counts
    column: list[Way | None] = [None] * len(other)
    for k, code in enumerate(one):
        row: Way | None = None
        for n in range(len(other)):
            ways = [best[k][n + 1], best[k + 1][n]]
            if code == other[n]:
                left, right = abs(here[k] - there[n]), abs(here[k + 1] - there[n + 1])
                count, few, near, pairs = best[k][n]
                made = [(count + 2, few - 1, near - left, ((k, n), pairs))]
                for way in filter(None, (column[n], row)):  # one of the two regimes has a partner already
                    count, few, near, pairs = way
                    made.append((count + 1, few - 1, near, ((k, n), pairs)))
                way = max(made, key=_rank)
                column[n], row = (max(filter(None, (old, way)), key=_rank) for old in (column[n], row))
                count, few, near, pairs = way
                ways.append((count, few, near - right, pairs))
            best[k + 1][n + 1] = max(ways, key=_rank)
    found, chain = [], best[-1][-1][-1]
    while chain:
        pair, chain = chain
        found.append(pair)
    return found[::-1]


def _rank(way: Way) -> tuple[int, int, float]:
    """Return what makes one way better than another."""
    return way[:3]


def _limits(model: Model, line: xr.Dataset) -> Sequence[float]:
    """Return the cutpoints along a line that the model knows in closed form."""
    return model.limits.find(line) if model.limits else ()


def _styles(model: Model, dataset: xr.Dataset) -> dict[Decided, dict[str, Any]]:
    """Return the style of the curves of each decision that flips somewhere."""
    if not (model.decides and {*DECIDED} <= {*dataset}):
        return {}
    there = np.isfinite(dataset.value.values)
    pairs = {*zip(*(dataset[name].values[there].tolist() for name in DECIDED), strict=True)}
    styles = {}
    for k, pair in enumerate(sorted(pair for pair in pairs if pair[0] >= 0)):
        thick, style = divmod(k, len(STYLES))
        styles[pair] = {"color": "black", "linestyle": STYLES[style], "linewidth": THICK if thick else THIN}
    return styles


def _curves(
    edges: Sequence[np.ndarray],
    decided: Sequence[list[Decided]],
    lower: Sequence[np.ndarray],
    upper: Sequence[np.ndarray],
    going: Sequence[Mapping[int, int]],
    y: np.ndarray,
    heights: np.ndarray,
) -> Iterator[Curve]:
    """Give the curves: edges that go on from line to line where the same decision flips; each from where it
    begins midway to the line below, to where it ends midway to the line above."""
    curves: dict[int, Curve] = {}  # by the edge on a line
    for j in range(y.size):
        begun, curves = curves, {}
        for k in range(1, edges[j].size - 1):
            who = decided[j][k - 1]
            curve = begun.get(k) or Curve(who, [lower[j][k]], [heights[j]])
            curve.x.append(edges[j][k])
            curve.y.append(y[j])
            n = going[j].get(k) if j < len(going) else None
            if n and decided[j + 1][n - 1] == who:
                curves[n] = curve
            else:
                curve.x.append(upper[j][k])
                curve.y.append(heights[j + 1])
                yield curve


def _number_cutpoints(axes: Axes, dataset: xr.Dataset, heights: int) -> None:
    """Write the value of each cutpoint above it, at so many heights in turn."""
    size = text_size("legend.fontsize")
    for k, value in enumerate(dataset.value.values[np.isfinite(dataset.value.values)]):
        axes.annotate(
            f"${value:.5g}$", (value, 1), (0, 3 + 1.3 * size * (k % heights)), textcoords="offset points",
            xycoords=("data", "axes fraction"), ha="center", fontsize=size,
        )  # fmt: skip


def _regime_patches(model: Model, look: Look, dataset: xr.Dataset) -> list[Patch]:
    """Return a patch for each regime that occurs."""
    known = dataset.regime_above.where(dataset.value.notnull(), dataset.regime_first)
    codes = np.concatenate([known.values.ravel(), dataset.regime_first.values.ravel()]).astype(int)
    return patches_of(model, codes, model.codes, look)


def _curve_lines(
    model: Model, look: Look, dataset: xr.Dataset, styles: Mapping[Decided, dict[str, Any]]
) -> list[Artist]:
    """Return a line for each decision that flips somewhere, with its player, and one for closed forms."""
    width, size = KEY * text_size("font.size") / 10, text_size("legend.fontsize")

    def line(words: str, **style: Any) -> Artist:
        return Line2D([], [], label="\n".join(wrap_text(words, width, size)), **style)

    lines = []
    if model.decides:
        for (who, what), style in styles.items():
            player, decision = model.decides.player(who), model.decides.decision(what)
            lines.append(line(f"{player.words}: {decision.words}", **style))
    over = dataset.value.dims[:-1]
    places = (dict(zip(over, at, strict=True)) for at in np.ndindex(*(dataset.sizes[dim] for dim in over)))
    if model.limits and any(len(_limits(model, dataset.isel(place))) for place in places):
        lines.append(line(model.limits.words, **LIMIT))
    return lines
