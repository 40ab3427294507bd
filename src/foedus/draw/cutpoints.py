"""Pictures of cutpoints."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ..io.dataset import model_of
from ..model import Model
from ..solving.columns import spread
from .parts import (
    PANELS,
    SMALL,
    STRIP,
    Picture,
    add_caption,
    add_legend,
    axis_label,
    caption_of,
    edges_of,
    equation,
    face_of,
    patches_of,
    set_axis,
)

NOBODYS: dict[str, Any] = {"color": "black", "linestyle": (0, (1, 3))}  # of a curve, if no decision flips
STYLES = ("dashed", "solid", "dotted", "dashdot")  # of curves, by whose decision flips
LIMIT: dict[str, Any] = {
    "color": "black",
    "marker": "o",
    "markersize": 4,
    "markerfacecolor": "white",
    "linestyle": "none",
}
LIMITS = 15  # lines at which the closed forms are marked


def plot_cutpoints(dataset: xr.Dataset) -> Figure:
    """Draw cutpoints over the regimes that they part: marks along a line, or curves over a further axis.

    The parameter is on x; of two further axes, there is a panel for each value of the one with fewer.
    Cutpoints that the model knows in closed form are drawn over them, as a check.

    Raises ValueError if there are more than two further axes, or more panels than a picture holds.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.cutpoints("ally_cost", (0.05, 5), {"status_quo": [0.4, 0.5, 0.6]})
    >>> foedus.plot(ds).axes[0].get_xlim()
    (np.float64(0.05), np.float64(5.0))
    """
    model = model_of(dataset)
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
    height = height if y else STRIP
    figure = Picture((width * columns + 2.6, height * rows + (0.9 if y else 1.6)), layout="constrained")
    frame = figure.add_subfigure(figure.add_gridspec()[0])
    all_axes = frame.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    parameter, (low, high) = dataset.attrs["parameter"], dataset.attrs["within"]
    for i, (axes, part) in enumerate(zip(all_axes, parts, strict=False)):
        _draw_lines(axes, model, part, y)
        set_axis(axes, "x", spread(low, high, 512), width)
        axes.set_xlim(low, high)
        axes.tick_params(labelbottom=i + columns >= count)
        if y:
            set_axis(axes, "y", dataset[y].values, height)
        else:
            axes.set_yticks([])
            _number_cutpoints(axes, part, heights=3 if panel else 2)
        if panel:
            head = equation(model, panel, part[panel].item())
            axes.set_title(head, fontsize="medium", pad=None if y else 40)
    for axes in all_axes[count:]:
        axes.remove()
    varied = axis_label(model.by_name[parameter], dataset.value, width * columns)
    frame.supxlabel(varied, fontsize="medium")
    if y:
        frame.supylabel(axis_label(model.by_name[y], dataset[y], height * rows), fontsize="medium")
    add_legend(figure, "right upper", [*_regime_patches(model, dataset), *_curve_lines(model, dataset)])
    labelled = dataset.assign_coords({parameter: ("end", dataset.attrs["within"])})
    text = caption_of(labelled, single, {}, [panel] if panel else [], [])
    add_caption(figure, f"{text}; scanned at {dataset.attrs['points']} values")
    return figure


def check_drawn(over: Mapping[str, int]) -> None:
    """Raise ValueError if a picture does not hold so many values of further axes."""
    sizes = {name: size for name, size in over.items() if size > 1}
    if len(sizes) > 2:
        raise ValueError(f"a picture of cutpoints shows two further axes at most, not {', '.join(sizes)}")
    panel = min(sizes, key=sizes.__getitem__) if len(sizes) == 2 else None
    if panel and sizes[panel] > PANELS:
        raise ValueError(f"{panel} has {sizes[panel]} values, but a picture holds {PANELS} panels")


def _draw_lines(axes: Axes, model: Model, part: xr.Dataset, over: str | None) -> None:
    """Draw the regimes along each line, and over them a curve for each kind of cutpoint."""
    low, high = part.attrs["within"]
    value = np.atleast_2d(part.value.values)
    below, above = (np.atleast_2d(part[name].values) for name in ("regime_below", "regime_above"))
    player = np.atleast_2d(part.player.values) if "player" in part else np.full(below.shape, -1)
    first = np.atleast_1d(part.regime_first.values)
    y = part[over].values if over else np.array([0.5])
    order = np.argsort(y)
    edges = edges_of(y[order]) if over else np.array([0.0, 1.0])
    boxes: dict[int, list] = {}
    for j, (bottom, top) in zip(order, itertools.pairwise(edges), strict=True):
        count = np.isfinite(value[j]).sum()
        ends = [low, *value[j, :count], high]
        codes = [first[j], *above[j, :count]]
        for (left, right), code in zip(itertools.pairwise(ends), codes, strict=True):
            corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
            boxes.setdefault(int(code), []).append(corners)
    for code, quads in boxes.items():
        face = face_of(model, model.codes, code) | {"linewidth": 0}
        axes.add_collection(PolyCollection(quads, **face, antialiased=False), autolim=False)
    for x, at, who in _curves(value[order], below[order], above[order], player[order], y[order]):
        if over:
            axes.plot(x, at, linewidth=1.2, **_style(who))
        else:
            axes.axvline(x[0], linewidth=1.2, **_style(who))
    for at in y[order][:: math.ceil(y.size / LIMITS)]:
        if known := _limits(model, part.sel({over: at}) if over else part):
            axes.plot(known, [at] * len(known), zorder=3, **LIMIT)


def _limits(model: Model, line: xr.Dataset) -> Sequence[float]:
    """Return the cutpoints along a line that the model knows in closed form."""
    return model.limits.find(line) if model.limits else ()


def _style(player: int) -> dict[str, Any]:
    """Return how the curve of a cutpoint is drawn, by whose decision flips there."""
    return {"color": "black", "linestyle": STYLES[player % len(STYLES)]} if player >= 0 else NOBODYS


def _curves(
    value: np.ndarray, below: np.ndarray, above: np.ndarray, player: np.ndarray, y: np.ndarray
) -> Iterator[tuple[list[float], list[float], int]]:
    """Give the curves: cutpoints on neighbouring lines that part the same regimes by the decision of the same
    player, the first of a line joined with the first, the second with the second, and so on."""
    curves: dict[tuple, tuple[list[float], list[float], int]] = {}
    for j in range(y.size):
        seen: dict[tuple, int] = {}
        for k in np.flatnonzero(np.isfinite(value[j])):
            kind = int(below[j, k]), int(above[j, k]), int(player[j, k])
            rank = seen[kind] = seen.get(kind, -1) + 1
            key = (*kind, rank)
            if key in curves and curves[key][2] < j - 1:
                x, at, _ = curves.pop(key)
                yield x, at, kind[2]
            x, at, _ = curves.get(key, ([], [], j))
            curves[key] = ([*x, value[j, k]], [*at, y[j]], j)
    for (*_, who, _), (x, at, _) in curves.items():
        yield x, at, who


def _number_cutpoints(axes: Axes, dataset: xr.Dataset, heights: int) -> None:
    """Write the number of each cutpoint above it, on so many heights in turn."""
    for k, value in enumerate(dataset.value.values[np.isfinite(dataset.value.values)]):
        axes.annotate(
            f"${value:.5g}$", (value, 1), (0, 3 + 11 * (k % heights)), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", fontsize=SMALL,
        )  # fmt: skip


def _regime_patches(model: Model, dataset: xr.Dataset) -> list[Patch]:
    """Return a patch for each regime that occurs."""
    known = dataset.regime_above.where(dataset.value.notnull(), dataset.regime_first)
    codes = np.concatenate([known.values.ravel(), dataset.regime_first.values.ravel()]).astype(int)
    return patches_of(model, codes, model.codes)


def _curve_lines(model: Model, dataset: xr.Dataset) -> list[Line2D]:
    """Return a line for each player whose decision flips somewhere, with its decisions."""
    lines = []
    if model.decides and "player" in dataset:
        for who in model.decides.player:
            flips = np.unique(dataset.decision.values[dataset.player.values == who])
            if who >= 0 and flips.size:
                words = "\n".join(f"  {model.decides.decision(code).words}" for code in flips.tolist())
                lines.append(Line2D([], [], label=f"{who.words}:\n{words}", **_style(who)))
    over = dataset.value.dims[:-1]
    places = (dict(zip(over, at, strict=True)) for at in np.ndindex(*(dataset.sizes[dim] for dim in over)))
    if model.limits and any(len(_limits(model, dataset.isel(place))) for place in places):
        lines.append(Line2D([], [], label=model.limits.words, **LIMIT))
    return lines
