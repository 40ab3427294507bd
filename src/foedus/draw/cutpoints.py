"""Pictures of cutpoints."""

import itertools
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
from .layouts import add_legend, label_panels, lay_out
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

# styles of curves, one for each decision that flips; further decisions have the same styles in thicker lines
STYLES: tuple[Any, ...] = (
    "solid", "dashed", "dashdot", (0, (5, 1.5, 1, 1.5, 1, 1.5)), (0, (1, 1)), (0, (9, 2)), (0, (3, 1, 3, 4)),
)  # fmt: skip
THIN, THICK = 1.2, 2.4
NOBODYS: dict[str, Any] = {
    "color": "black",
    "linestyle": (0, (1, 3)),
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
    columns = min(count, 3)
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
            head = equation(model, panel, part[panel].item())
            axes.set_title(head, pad=None if y else 4 * text_size("axes.titlesize"))
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
    lower, upper = _joined(edges, codes, geometric(spread(low, high, 512)))
    boxes: dict[int, list] = {}
    for j in range(y.size):
        for there, at in ((lower[j], heights[j]), (upper[j], heights[j + 1])):
            for k, code in enumerate(codes[j]):
                here = edges[j][k : k + 2]
                corners = [(here[0], y[j]), (here[1], y[j]), (there[k + 1], at), (there[k], at)]
                boxes.setdefault(code, []).append(corners)
    for code, quads in boxes.items():
        face = face_of(model, model.codes, code) | {"linewidth": 0}
        axes.add_collection(PolyCollection(quads, **face, antialiased=False), autolim=False)
    for curve in _curves(edges, codes, decided, lower, upper, y, heights):
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
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the edges of the regimes of each line, halfway to the line below and halfway to the line above.

    Two neighbouring lines may begin with the same regimes, and may end with the same regimes. The edges of
    these regimes are joined by straight lines (straight on a log axis if `scaled`). If only one of the lines
    has other regimes in between, these narrow to a point. All other edges go straight up and down.
    """
    scale, back = (np.log, np.exp) if scaled else (np.asarray, np.asarray)
    places = [scale(line) for line in edges]
    lower, upper = [line.copy() for line in places], [line.copy() for line in places]
    for j in range(len(edges) - 1):
        (one, other), (here, there) = codes[j : j + 2], places[j : j + 2]
        shorter, begin, end = min(len(one), len(other)), _alike(one, other), _alike(one[::-1], other[::-1])
        if one == other:
            begin, end = here.size, 0
        elif begin + end >= shorter:  # there is more than one way to join them; take the nearest edges
            begin = min(range(shorter - end, begin + 1), key=lambda k: _apart(here, there, k, shorter - k))
            end = shorter - begin
        for k, n in [(k, k) for k in range(begin)] + [(len(one) - k, len(other) - k) for k in range(end)]:
            upper[j][k] = lower[j + 1][n] = (here[k] + there[n]) / 2
        if begin + end == shorter:
            between = here[begin : len(one) - end + 1], there[begin : len(other) - end + 1]
            tip = np.mean([line[[0, -1]].mean() for line in between])
            tip = here[0] if begin == 0 else here[-1] if end == 0 else tip
            upper[j][begin : len(one) - end + 1] = lower[j + 1][begin : len(other) - end + 1] = tip
    return [back(line) for line in lower], [back(line) for line in upper]


def _apart(here: np.ndarray, there: np.ndarray, begin: int, end: int) -> float:
    """Return how far the first and the last edges of two lines are apart."""
    left = here[:begin] - there[:begin]
    right = here[here.size - end :] - there[there.size - end :]
    return float(np.abs(left).sum() + np.abs(right).sum())


def _alike(one: list[int], other: list[int]) -> int:
    """Return how many codes at the beginning of two lists are the same."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


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
    codes: Sequence[list[int]],
    decided: Sequence[list[Decided]],
    lower: Sequence[np.ndarray],
    upper: Sequence[np.ndarray],
    y: np.ndarray,
    heights: np.ndarray,
) -> Iterator[Curve]:
    """Yield the curves. A curve joins cutpoints on neighbouring lines where the same decision flips between
    the same regimes. If a line has several of these, the first is joined with the first, the second with the
    second, and so on. A curve begins halfway to the line below and ends halfway to the line above."""
    keys = [_keys(*line) for line in zip(codes, decided, strict=True)]
    going: dict[tuple, Curve] = {}
    for j in range(y.size):
        for k, key in enumerate(keys[j]):
            curve = going.setdefault(key, Curve(decided[j][k], [], []))
            if not curve.x:
                curve.x.append(lower[j][k + 1])
                curve.y.append(heights[j])
            curve.x.append(edges[j][k + 1])
            curve.y.append(y[j])
            if j + 1 == y.size or key not in keys[j + 1]:
                curve.x.append(upper[j][k + 1])
                curve.y.append(heights[j + 1])
                yield going.pop(key)


def _keys(codes: list[int], decided: list[Decided]) -> list[tuple]:
    """Return a key for each cutpoint of a line: its two regimes, the decision that flips, and how many
    cutpoints before it have the same regimes and decision."""
    kinds = [(*pair, who) for pair, who in zip(itertools.pairwise(codes), decided, strict=False)]
    return [(*kind, kinds[:k].count(kind)) for k, kind in enumerate(kinds)]


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
