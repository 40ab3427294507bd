"""Pictures along one axis: curves over bands that show the regimes."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..io.dataset import model_of
from ..model import Label, Model
from .parts import (
    GAINS,
    NOISE,
    PANELS,
    SHOWN,
    SMALL,
    Picture,
    add_caption,
    add_legend,
    as_written,
    axis_label,
    caption_of,
    drawn_of,
    edges_of,
    face_of,
    label_of,
    patches_of,
    set_axis,
    wrap_text,
    wrapped_label,
)
from .selection import check_variable, cut_at, loaded, within_region

STYLES = ("solid", "dashed", "dotted")  # of the curves of a picture of codes
SPARSE = 25  # points of a curve up to which each is marked
COLUMNS, WIDTH, HEIGHT = 2, 2.6, 1.15  # of panels, and inches of each
LEAP = 10  # times the steps on either side, from where on a step of a curve is a jump


def plot_slices(
    dataset: xr.Dataset,
    variables: Sequence[str],
    *,
    at: Mapping[str, float | str] | None = None,
    region: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw several variables along one axis, a panel for each, over bands that show the regimes.

    A solid line is the variable itself, a dashed one what the model holds it against, where the dataset has
    it (``settlement_without`` beside ``settlement``).

    The panels are in the order of `variables`, nine numbers at most, in two columns. With `at` and `region`
    as `plot` takes them, one axis must be left.

    Raises what `plot` raises, and ValueError if there are no variables, or too many, or one is unknown, a
    code, or named twice, or if more than one axis is left.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 64)})
    >>> figure = foedus.plot(ds, ["ally_arms", "settlement"])
    >>> [axes.get_title("left") for axes in figure.axes]
    ["ally's new arms, $a$ (arms)", "ally's share in the settlement, $x$ (good)"]
    """
    names = _check_variables(dataset, variables)
    cut, sliced = cut_at(within_region(dataset, names[0], region or {}), names[0], at or {})
    axis, *others = (str(dim) for dim in cut[names[0]].dims)
    if others:
        raise ValueError(
            f"a picture of several variables shows one axis, not {', '.join([axis, *others])}: "
            f"fix {len(others)} of them with at (on the command line, --at)"
        )
    model = model_of(dataset)
    mapped, drawn = model.mapped, drawn_of(model)
    twins = {name: model.pairs[name] for name in names if model.pairs.get(name) in dataset}
    coded_twins = [twin for twin in model.pairs.values() if model.found[twin].codes]
    cut, steps = loaded(cut, [*names, *twins.values(), *coded_twins], [axis], SHOWN)
    columns = min(COLUMNS, len(names))
    rows = math.ceil(len(names) / columns)
    figure = Picture((WIDTH * columns + 2.1, (HEIGHT + 0.4) * rows + 1.1), layout="constrained")
    frame = figure.add_subfigure(figure.add_gridspec()[0])
    panels = frame.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for axes in panels[len(names) :]:
        axes.remove()
    lines: list[Line2D] = []
    jumps = jumps_of(cut, [mapped.name])
    jumps_of_twins = jumps_of(cut, [mapped.name, *coded_twins])
    for i, (axes, name) in enumerate(zip(panels, names, strict=False)):
        if mapped.name in cut:
            _draw_bands(axes, cut, model, mapped, tint=True)
        words, words_of_twin = model.pair_words
        curves = [_draw_curve(axes, cut[name], model, jumps, "solid", words, zorder=3)]
        if name in twins:
            twin = cut[twins[name]]
            curves.append(_draw_curve(axes, twin, model, jumps_of_twins, "dashed", words_of_twin, zorder=2))
        lines = max(lines, curves, key=len)
        axes.set_title("\n".join(wrap_text(label_of(drawn[name]), WIDTH, SMALL)), fontsize=SMALL, loc="left")
        set_axis(axes, "x", cut[axis].values, WIDTH)
        axes.tick_params(labelsize=SMALL, labelbottom=i + columns >= len(names))
    frame.supxlabel(axis_label(model.by_name[axis], cut[axis], WIDTH * columns), fontsize="medium")
    if len(lines) > 1:
        add_legend(figure, "upper left", lines)
    if mapped.name in cut:
        patches = patches_of(model, cut[mapped.name], model.codes, tint=True)
        add_legend(figure, "right upper", patches, as_written(mapped.words))
    add_caption(figure, caption_of(cut, sliced, steps, [], []))
    return figure


def _check_variables(dataset: xr.Dataset, variables: Sequence[str]) -> list[str]:
    """Return the names of the variables to draw in panels."""
    names = [check_variable(dataset, name) for name in variables]
    if not names:
        raise ValueError("there is no variable to draw; name at least one")
    if len(names) > PANELS:
        raise ValueError(f"a picture holds {PANELS} panels, not {len(names)}; name fewer variables")
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ValueError(f"{name} is named more than once")
        if drawn_of(model_of(dataset))[name].codes:
            raise ValueError(f"{name} is a code and has no curve; a picture of it alone shows it in bands")
    return names


def plot_line(dataset: xr.Dataset, name: str, cut: Sequence[str]) -> Figure:
    """Draw a variable along the only axis over bands of the regimes; of codes, bands and what the model draws
    over them.

    `cut` names the axes that the dataset was cut along before.
    """
    model = model_of(dataset)
    drawn, mapped = drawn_of(model), model.mapped
    entry = drawn[name]
    bands = entry if entry.codes else mapped if mapped.name in dataset else None
    curves = [name]
    if entry.codes:
        twin = name in model.pairs.values()
        own = [model.pairs.get(curve, "") if twin else curve for curve in model.drawn]
        curves = [curve for curve in own if curve in dataset]
    axis = str(dataset[name].dims[0])
    dataset, steps = loaded(dataset, [name, *curves], [axis], SHOWN)
    figure = Picture((6.6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    jumps = np.array([], int)
    if bands and bands.codes and bands.name in dataset:
        jumps = jumps_of(dataset, [bands.name])
        _draw_bands(axes, dataset, model, bands, tint=bool(curves))
        patches = patches_of(model, dataset[bands.name], bands.codes, tint=bool(curves))
        add_legend(figure, "right upper", patches, as_written(bands.words))
    lines = [
        _draw_curve(axes, dataset[curve], model, jumps, style, label_of(drawn[curve], units=False))
        for curve, style in zip(curves, STYLES, strict=False)
    ]
    if len(lines) == 1:
        axes.set_ylabel(wrapped_label(drawn[curves[0]], 3.3))
    elif lines:
        axes.set_ylabel(as_written(drawn[curves[0]].units))
        add_legend(figure, "upper left", lines)
    else:
        axes.set_yticks([])
    set_axis(axes, "x", dataset[axis].values, 4.7)
    axes.set_xlabel(axis_label(model.by_name[axis], dataset[axis], 4.7))
    add_caption(figure, caption_of(dataset, cut, steps, [], []))
    return figure


def jumps_of(dataset: xr.Dataset, names: Sequence[str]) -> np.ndarray:
    """Return where any of these codes, if the dataset has them, differs from that of the game before."""
    codes = [dataset[name].values for name in names if name in dataset]
    if not codes:
        return np.array([], int)
    return np.flatnonzero(np.any([np.diff(code) != 0 for code in codes], axis=0)) + 1


def _leaps(values: np.ndarray) -> np.ndarray:
    """Return where a curve leaps within a regime, as where C takes all: a step far beyond those beside it."""
    steps = np.abs(np.diff(values))
    beside = np.maximum(steps[:-2], steps[2:])
    return np.flatnonzero(steps[1:-1] > np.maximum(LEAP * beside, NOISE)) + 2


def with_gaps(array: xr.DataArray, jumps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a curve's places and heights, with a gap at each of the `jumps` and at its own leaps."""
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
    """Draw an array as a curve with a gap at each jump, where it takes no value in between."""
    x, heights = with_gaps(array, jumps)
    if array.name in model.kept and array.name not in model.found:  # 0, too, on a scale that has none
        heights = np.maximum(heights, GAINS[0])
        axes.set_yscale("log")
    finite = np.isfinite(heights)
    alone = np.convolve(finite, [1, 1, 1])[1:-1] == 1
    marked = np.flatnonzero(finite & (alone | (array.size <= SPARSE)))
    (line,) = axes.plot(
        x,
        heights,
        color="black",
        linestyle=style,
        marker="." if marked.size else "",
        markevery=marked.tolist(),
        label=label,
        **options,
    )
    if not finite.any():
        axes.text(0.5, 0.5, "undefined", ha="center", transform=axes.transAxes)
    return line
