"""Pictures of sensitivity: bars of indices with their intervals, and tornadoes."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation

from ..io.dataset import untold
from ..model import Model
from ..uncertainty.labels import SENSITIVITY
from .colours import colours_of
from .layouts import SIDE, add_legend, lay_out
from .parts import (
    Look,
    as_written,
    equation,
    label_of,
    name_of,
    percent,
    text_size,
    text_width,
    words_of,
    wrap_text,
)

INDICES = ("first_order", "total_order", "morris_absolute_mean", "pawn", "delta")
SHADES = {"first_order": "0.3", "total_order": "0.75"}  # of the two in one panel; others are like total_order
ENDS = {"mean_low": "white", "mean_high": "0.55"}  # of a tornado
# inches, for text of 10 points: width of a panel and of the names beside it; height of a parameter's row, of
# the title with the ticks, and of a line of text
WIDTH, NAMES, ROW, HEAD, LINE = 2.0, 2.0, 0.3, 0.85, 0.18
TALL = 3  # with more outputs than these, there are two columns


def plot_sensitivity(model: Model, look: Look, dataset: xr.Dataset) -> Figure:
    """Draw, for each output, the indices of all samples and a tornado; the parameters that matter most come
    first.

    The panels of an output have the same parameters. One panel has the Sobol' indices of first and total
    order; other indices have a panel each. All have 95 % intervals. The last panel is the tornado: how far
    the mean of the output in the lowest and in the highest tenth of each parameter is from its overall mean.

    Raises ValueError if the user gave axes.
    """
    if look.axes:
        raise ValueError("ax takes one panel, but a picture of sensitivity has more; leave ax out")
    last = dataset.isel(samples=-1)
    sobol = [name for name in INDICES[:2] if name in dataset]
    columns = ([sobol] if sobol else []) + [[name] for name in INDICES[2:] if name in dataset]
    outputs = dataset.output.values.tolist()
    panels = len(columns) + 1
    scale, size = text_size("font.size") / 10, text_size("legend.fontsize")
    beside = 2 if len(outputs) > TALL and len(columns) == 1 else 1
    if look.width and look.width < 1.5 * beside * (NAMES + WIDTH * panels) * scale / 2:
        beside = 1
    rows = -(-len(outputs) // beside)

    def broken(label: str) -> str:
        return "\n".join(wrap_text(label, look.width - 0.6, size)) if look.width else label

    edge: dict[str, Any] = {"edgecolor": "black", "linewidth": 0.5}
    shades = SHADES | ENDS
    entries = [
        Patch(facecolor=shades[name], label=broken(label_of(SENSITIVITY[name], look, units=False)), **edge)
        for name in [*sobol, *ENDS]
    ]
    names = 0.4 * look.width / beside if look.width else math.inf
    labels = {
        name: "\n".join(wrap_text(label_of(model.by_name[name], look, units=False), names, size))
        for name in dataset.parameter.values.tolist()
    }
    longest = max(text_width(line, size) for label in labels.values() for line in label.split("\n"))
    # the layout already has room for one column of names
    sides = beside * longest + (beside - 1) * SIDE * scale
    width = WIDTH if look.width is None else (look.width - sides) / (beside * panels)
    under = [wrap_text(_index_label(names, look), width, size) for names in columns]
    row = max(ROW, LINE * max(1 + label.count("\n") for label in labels.values()))
    panel = row * max(3, dataset.sizes["parameter"]) + LINE * max(map(len, under)) + HEAD
    layout = lay_out(
        look._replace(legend=look.legend or "below"),
        (beside * panels, rows),
        (WIDTH, panel),
        _caption(model, look, dataset),
        entries,
        beside=sides,
        stretch=False,
    )
    width = layout.panel[0]
    grid = layout.frame.add_gridspec(rows, beside * panels)
    for i, output in enumerate(outputs):
        line, block = i % rows, i // rows
        ranked = last.sel(output=output)
        ranked = ranked.sortby(ranked[columns[0][-1]], ascending=False)
        first = None
        for column, names_of_indices in enumerate([*columns, list(ENDS)]):
            axes = layout.frame.add_subplot(grid[line, block * panels + column], sharey=first)
            if column < len(columns):
                _draw_indices(axes, ranked, names_of_indices, _index_label(names_of_indices, look), width)
            else:
                _draw_tornado(axes, ranked, output in model.regimes)
            axes.tick_params(labelsize=size, labelleft=column == 0)
            first = first or axes
        assert first is not None
        first.set_yticks(
            range(ranked.sizes["parameter"]), [labels[name] for name in ranked.parameter.values.tolist()]
        )
        first.set_ylim(ranked.sizes["parameter"] - 0.5, -0.5)
        _set_title(first, model, look, dataset, output, width * panels)
    add_legend(layout, entries)
    return layout.figure


def _draw_indices(axes: Axes, ranked: xr.Dataset, names: list[str], label: str, width: float) -> None:
    """Draw bars of one or two indices, and their intervals."""
    _draw_bars(axes, {name: (0.0, ranked[name].values) for name in names}, SHADES)
    for name, place in zip(names, _places(len(names)), strict=True):
        axes.errorbar(
            ranked[name].values,
            np.arange(ranked.sizes["parameter"]) + place,
            xerr=ranked[f"{name}_margin"].values,
            fmt="none",
            ecolor="black",
            elinewidth=1,
            capsize=2,
        )
    axes.axvline(0, color="black", linewidth=0.8)
    size = text_size("legend.fontsize")
    axes.set_xlabel("\n".join(wrap_text(label, width, size)), fontsize=size)


def _index_label(names: list[str], look: Look) -> str:
    """Return what a panel of one or two indices shows."""
    return "share of the variance" if len(names) > 1 else label_of(SENSITIVITY[names[0]], look, units=False)


def _draw_tornado(axes: Axes, ranked: xr.Dataset, indicator: bool) -> None:
    """Draw bars from the mean of an output to its means in the lowest and the highest tenth of each
    parameter. The mean of an `indicator` is a probability."""
    mean = ranked["mean"].item()
    _draw_bars(axes, {name: (mean, ranked[name].values) for name in ENDS}, ENDS)
    axes.axvline(mean, color="black", linewidth=0.8)
    units = ranked.output_units.item()
    axes.set_xlabel(
        "probability" if indicator else f"mean ({as_written(units)})" if units != "1" else "mean",
        fontsize=text_size("legend.fontsize"),
    )


def _draw_bars(axes: Axes, bars: Mapping[str, tuple[float, np.ndarray]], shades: Mapping[str, str]) -> None:
    """Draw bars from one value to others; the bars of a row are one above the other, the first on top."""
    for (name, (start, ends)), place in zip(bars.items(), _places(len(bars)), strict=True):
        axes.barh(
            np.arange(ends.size) + place,
            ends - start,
            height=0.8 / len(bars),
            left=start,
            color=shades.get(name, "0.75"),
            edgecolor="black",
            linewidth=0.5,
            label=name,
        )


def _places(bars: int) -> list[float]:
    """Return the places of the bars in a row."""
    return [0.0] if bars == 1 else [-0.2, 0.2]


def _set_title(axes: Axes, model: Model, look: Look, dataset: xr.Dataset, output: str, width: float) -> None:
    """Write the name of an output above its panels, which are `width` inches wide together.

    A regime has its colour and its probability with it.
    """
    variable, _, given = output.partition(" | ")
    regime = model.regimes.get(given or output)
    colour = colours_of(model, model.codes).get(regime) if regime is not None else None
    if output not in model.regimes:  # an outcome, perhaps within one regime
        words = label_of(model.found[variable], look, units=False)
        words += f" | {words_of(regime, model.codes, look)}" if regime is not None else ""
    else:
        share = dataset.probability.sel(regime_name=output).item()
        words = f"{words_of(model.regimes[output], model.codes, look)}, in {percent(share)} % of the games"
    if colour:
        place: Any = axes.transAxes
        corner = axes.figure.dpi_scale_trans + ScaledTranslation(0, 1, place)  # inches from there
        swatch = Rectangle((0, 0.06), 0.15, 0.15, facecolor=colour, edgecolor="black", linewidth=0.5)
        swatch.set(transform=corner, clip_on=False, in_layout=False)
        axes.add_artist(swatch)
    size = text_size("axes.titlesize")
    lines = wrap_text(words, width - (0.25 if colour else 0.0), size)
    axes.set_title("\n".join(" " for _ in lines))  # makes room above but not beside the panel
    words, place = "\n".join(lines), (18 if colour else 0, 5)
    axes.annotate(words, (0, 1), place, "axes fraction", "offset points", fontsize=size, in_layout=False)


def _caption(model: Model, look: Look, dataset: xr.Dataset) -> str:
    """Return a caption: the number of samples, how the intervals were found, and which games were solved."""
    known = model.by_name
    there = {name: dataset[name].item() for name in known if name in dataset.coords}
    changed = [
        equation(model, name, value)
        for name, value in there.items()
        if not known[name].choices and value != known[name].default
    ]
    laws = (
        f"{name_of(known[name])} {text[2:-2]}"
        for name, text in zip(dataset.parameter.values, dataset.distribution.values, strict=True)
    )
    parts = [
        f"{dataset.samples.values[-1]:,} samples, {dataset.attrs['games']:,} games",
        f"95 % intervals by {dataset.attrs['interval']}",
        *(equation(model, name, value) for name, value in there.items() if known[name].choices),
        ", ".join(changed),
        "" if {*untold(dataset)} - {*dataset.parameter.values} else "all else at default",
        "distributions: " + ", ".join(laws),
    ]
    return "; ".join(filter(None, parts))
