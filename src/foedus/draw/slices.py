"""Pictures along one axis: curves over bands that show the regimes."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..model import Label, Model
from .colours import GAINS, NOISE
from .exact import Cut
from .layouts import add_legend, break_lines, label_panels, lay_out
from .parts import (
    PANELS,
    Look,
    as_written,
    axis_label,
    caption_of,
    drawn_of,
    edges_of,
    face_of,
    label_of,
    patches_of,
    set_axis,
    text_size,
)
from .selection import check_variable

STYLES = ("solid", "dashed", "dotted")  # of the curves of a picture of codes
SPARSE = 25  # a curve with at most so many points has a mark at each
COLUMNS, WIDTH, HEIGHT = 2, 2.6, 1.15  # of panels, and inches of each
LEAP = 10  # a step of a curve is a jump if it is so many times as large as the steps on either side


def plot_slices(model: Model, look: Look, names: Sequence[str], cut: Cut) -> Figure:
    """Draw several variables along one axis, a panel for each, over bands that show the regimes.

    A solid line is the variable itself. A dashed line is the variable that the model compares it with, if the
    dataset has it (``settlement_without`` for ``settlement``). The panels are in the order of `names`, in two
    columns, or in one if there is no room for two.
    """
    dataset = cut.dataset
    (axis,) = (str(dim) for dim in dataset[names[0]].dims)
    mapped, drawn = model.mapped, drawn_of(model)
    twins = {name: model.pairs[name] for name in names if model.pairs.get(name) in dataset}
    scale = text_size("font.size") / 10
    fit = 1 if look.width and look.width < (0.75 * WIDTH * COLUMNS + 2.1) * scale else COLUMNS
    columns = min(fit, len(names))
    rows = math.ceil(len(names) / columns)
    patches = (
        patches_of(model, dataset[mapped.name], model.codes, look, tint=True)
        if mapped.name in dataset
        else []
    )
    layout = lay_out(
        look,
        (columns, rows),
        (WIDTH, HEIGHT),
        caption_of(dataset, look, cut.sliced, missed=cut.missed),
        patches,
        head=0.4,
        below=0.25 * scale if twins else 0.0,
    )
    if layout.axes:
        panels = [layout.axes]
    else:
        grid = layout.frame.subplots(rows, columns, sharex=True, squeeze=False).ravel()
        panels = list(grid[: len(names)])
        for axes in grid[len(names) :]:
            axes.remove()
    lines: list[Line2D] = []
    jumps = jumps_of(dataset, [mapped.name])
    jumps_of_twins = jumps_of(dataset, [mapped.name, *coded_twins(model)])
    words, words_of_twin = (look.labels.get(word, word) for word in model.pair_words)
    for i, (axes, name) in enumerate(zip(panels, names, strict=True)):
        if mapped.name in dataset:
            _draw_bands(axes, dataset, model, mapped, tint=True)
        curves = [_draw_curve(axes, dataset[name], model, jumps, "solid", words, zorder=3)]
        if name in twins:
            twin = dataset[twins[name]]
            curves.append(_draw_curve(axes, twin, model, jumps_of_twins, "dashed", words_of_twin, zorder=2))
        lines = max(lines, curves, key=len)
        size = text_size("legend.fontsize")
        title = axes.set_title(" ", fontsize=size, loc="left")
        break_lines(layout.figure, title, label_of(drawn[name], look), layout.panel[0], times=columns)
        set_axis(axes, "x", dataset[axis].values)
        axes.tick_params(labelsize=size, labelbottom=i + columns >= len(names))
    label_panels(layout, panels, columns, axis_label(model.by_name[axis], dataset[axis], look))
    if len(lines) > 1:
        add_legend(layout, lines, upper=True)
    add_legend(layout, patches, look.labels.get(mapped.name, as_written(mapped.words)))
    return layout.figure


def coded_twins(model: Model) -> list[str]:
    """Return the variables with the codes of the games with which the model compares its own."""
    return [twin for twin in model.pairs.values() if model.found[twin].codes]


def check_variables(model: Model, dataset: xr.Dataset, variables: Sequence[str]) -> list[str]:
    """Return the names of the variables to draw in panels.

    Raises ValueError if there are none, or too many, or one is unknown, a code, or named twice.
    """
    names = [check_variable(dataset, name) for name in variables]
    if not names:
        raise ValueError("there is no variable to draw; name at least one")
    if len(names) > PANELS:
        raise ValueError(f"a picture has at most {PANELS} panels, not {len(names)}; name fewer variables")
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"{name} is named more than once")
        if drawn_of(model)[name].codes:
            raise ValueError(f"{name} is a code and has no curve; a picture of it alone shows it in bands")
    return names


def curves_of(model: Model, name: str, dataset: xr.Dataset) -> list[str]:
    """Return the variables that are drawn as curves in a picture of one variable: the variable itself or, if
    it has codes, those that the model draws over them."""
    if not drawn_of(model)[name].codes:
        return [name]
    twin = name in model.pairs.values()
    own = [model.pairs.get(curve, "") if twin else curve for curve in model.drawn]
    return [curve for curve in own if curve in dataset]


def plot_line(model: Model, look: Look, name: str, cut: Cut) -> Figure:
    """Draw a variable along the only axis, over bands of the regimes. Codes are drawn as bands, with the
    curves that the model draws over them."""
    dataset = cut.dataset
    drawn, mapped = drawn_of(model), model.mapped
    entry = drawn[name]
    bands = entry if entry.codes else mapped if mapped.name in dataset else None
    curves = curves_of(model, name, dataset)
    axis = str(dataset[name].dims[0])
    patches = []
    if bands and bands.codes:
        patches = patches_of(model, dataset[bands.name], bands.codes, look, tint=bool(curves))
    caption = caption_of(dataset, look, cut.sliced, missed=cut.missed)
    several = len(curves) > 1
    below = len(curves) * 1.5 * text_size("legend.fontsize") / 72 if several else 0.0
    layout = lay_out(look, (1, 1), (4.7, 3.3), caption, patches, below=below)
    axes = layout.axes or layout.frame.add_subplot()
    jumps = np.array([], int)
    if bands:
        jumps = jumps_of(dataset, [bands.name])
        _draw_bands(axes, dataset, model, bands, tint=bool(curves))
        add_legend(layout, patches, look.labels.get(bands.name, as_written(bands.words)))
    lines = [
        _draw_curve(axes, dataset[curve], model, jumps, style, label_of(drawn[curve], look, units=False))
        for curve, style in zip(curves, STYLES, strict=False)
    ]
    height = (
        as_written(drawn[curves[0]].units) if several else label_of(drawn[curves[0]], look) if curves else ""
    )
    if not curves:
        axes.set_yticks([])
    set_axis(axes, "x", dataset[axis].values)
    label_panels(layout, [axes], 1, axis_label(model.by_name[axis], dataset[axis], look), height)
    if several:
        add_legend(layout, lines, upper=True)
    return layout.figure


def jumps_of(dataset: xr.Dataset, names: Sequence[str]) -> np.ndarray:
    """Return where any of these codes, if the dataset has them, differs from that of the game before."""
    codes = [dataset[name].values for name in names if name in dataset]
    if not codes:
        return np.array([], int)
    return np.flatnonzero(np.any([np.diff(code) != 0 for code in codes], axis=0)) + 1


def _leaps(values: np.ndarray) -> np.ndarray:
    """Return where a curve jumps within a regime, for example where C takes all: its step is much larger than
    the steps on either side."""
    steps = np.abs(np.diff(values))
    beside = np.maximum(steps[:-2], steps[2:])
    return np.flatnonzero(steps[1:-1] > np.maximum(LEAP * beside, NOISE)) + 2


def with_gaps(array: xr.DataArray, jumps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the x and y values of a curve, with a gap at each of the `jumps` and where it jumps itself."""
    at = np.union1d(jumps, _leaps(array.values))
    x, heights = array[array.dims[0]].values, array.values.astype(float)
    return np.insert(x, at, np.nan), np.insert(heights, at, np.nan)


def _draw_bands(axes: Axes, dataset: xr.Dataset, model: Model, bands: Label, tint: bool) -> None:
    """Draw a band in its colour for each stretch of the same code."""
    assert bands.codes
    array = dataset[bands.name]
    edges = edges_of(array[array.dims[0]].values)
    ends = [0, *jumps_of(dataset, [bands.name]), array.size]
    for first, last in itertools.pairwise(ends):
        face = face_of(model, bands.codes, array.values[first], tint=tint)
        axes.axvspan(edges[first], edges[last], **{"linewidth": 0} | face)


def _draw_curve(
    axes: Axes,
    array: xr.DataArray,
    model: Model,
    jumps: np.ndarray,
    style: str,
    label: str,
    **options: Any,
) -> Line2D:
    """Draw an array as a curve with a gap at each jump, because there are no values in between."""
    x, heights = with_gaps(array, jumps)
    if array.name in model.kept and array.name not in model.found:  # a log scale has no 0
        heights = np.maximum(heights, GAINS[0])
        axes.set_yscale("log")
    finite = np.isfinite(heights)
    alone = np.convolve(finite, [1, 1, 1])[1:-1] == 1
    marked = np.flatnonzero(finite & (alone | (array.size <= SPARSE)))
    (line,) = axes.plot(
        x,
        heights,
        color="black" if axes.patches else matplotlib.rcParams["axes.edgecolor"],
        linestyle=style,
        marker="." if marked.size else "",
        markevery=marked.tolist(),
        label=label,
        **options,
    )
    if not finite.any():
        axes.text(0.5, 0.5, "undefined", ha="center", transform=axes.transAxes)
    return line
