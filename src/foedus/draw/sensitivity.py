"""Pictures of sensitivity: bars of indices with their intervals, and tornadoes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation

from ..io.dataset import model_of, untold
from ..model import Model
from ..uncertainty.labels import SENSITIVITY
from .colours import colours_of
from .parts import SMALL, Picture, add_caption, as_written, equation, label_of, name_of, percent, wrap_text

INDICES = ("first_order", "total_order", "morris_absolute_mean", "pawn", "delta")
SHADES = {"first_order": "0.3", "total_order": "0.75"}  # of the two that share a panel; others: as the latter
ENDS = {"mean_low": "white", "mean_high": "0.55"}  # of a tornado
# inches: of a panel, of the names beside it, of a parameter in it, of its title and ticks; of a line of text,
# and of a legend in two columns
WIDTH, NAMES, ROW, HEAD, LINE, LEGEND = 2.0, 2.7, 0.3, 0.85, 0.18, 7.5
TALL = 3  # outputs one above the other, before they stand side by side


def plot_sensitivity(dataset: xr.Dataset) -> Figure:
    """Draw for each output the indices of all samples, the parameters that matter most first, and a tornado.

    The panels of an output have the same parameters: the Sobol' indices, of first and total order, or those
    of another method, one panel each, with 95 % intervals; and the mean of the output over the lowest and
    over the highest tenth of each parameter, from its mean over all.

    Examples
    --------
    >>> import foedus
    >>> laws = {"ally_cost": ("log_uniform", 0.05, 5), "status_quo": ("uniform", 0.1, 0.9)}
    >>> ds = foedus.sensitivity(laws, outputs=["deterrence"], samples=256)
    >>> [label.get_text() for label in plot_sensitivity(ds).axes[0].get_yticklabels()]
    ["ally's cost of arms, $c_{A}$", "ally's share under the status quo, $q$"]
    """
    model, last = model_of(dataset), dataset.isel(samples=-1)
    sobol = [name for name in INDICES[:2] if name in dataset]
    columns = ([sobol] if sobol else []) + [[name] for name in INDICES[2:] if name in dataset]
    outputs = dataset.output.values.tolist()
    beside = 2 if len(outputs) > TALL and len(columns) == 1 else 1
    rows = -(-len(outputs) // beside)
    panels = len(columns) + 1
    width = beside * (NAMES + WIDTH * panels)
    entries = [*sobol, *ENDS]
    across = 1 if width < LEGEND else 2
    caption = wrap_text(_caption(model, dataset), width - 0.3, SMALL)
    under = [wrap_text(_index_label(names), WIDTH, SMALL) for names in columns]
    panel = ROW * max(3, dataset.sizes["parameter"]) + LINE * max(map(len, under)) + HEAD
    lines = len(entries) / across + len(caption)
    figure = Picture((width, rows * panel + LINE * lines + 0.3), layout="constrained")
    frame = figure.add_subfigure(figure.add_gridspec()[0])
    grid = frame.add_gridspec(rows, beside * panels)
    for i, output in enumerate(outputs):
        row, block = i % rows, i // rows
        ranked = last.sel(output=output)
        ranked = ranked.sortby(ranked[columns[0][-1]], ascending=False)
        first = None
        for column, names in enumerate([*columns, list(ENDS)]):
            axes = frame.add_subplot(grid[row, block * panels + column], sharey=first)
            if column < len(columns):
                _draw_indices(axes, ranked, names)
            else:
                _draw_tornado(axes, ranked, output in model.regimes)
            axes.tick_params(labelsize=SMALL, labelleft=column == 0)
            first = first or axes
        assert first is not None
        first.set_yticks(
            range(ranked.sizes["parameter"]),
            [label_of(model.by_name[name], units=False) for name in ranked.parameter.values],
        )
        first.set_ylim(ranked.sizes["parameter"] - 0.5, -0.5)
        _set_title(first, model, dataset, output)
    edge: dict[str, Any] = {"edgecolor": "black", "linewidth": 0.5}
    shades, words = SHADES | ENDS, {name: label_of(SENSITIVITY[name], units=False) for name in entries}
    patches = [Patch(facecolor=shades[name], label=words[name], **edge) for name in entries]
    place: Any = "outside upper left"
    figure.legend(handles=patches, loc=place, ncols=across, fontsize=SMALL, frameon=False)
    add_caption(figure, _caption(model, dataset))
    return figure


def _draw_indices(axes: Axes, ranked: xr.Dataset, names: list[str]) -> None:
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
    axes.set_xlabel("\n".join(wrap_text(_index_label(names), WIDTH, SMALL)), fontsize=SMALL)


def _index_label(names: list[str]) -> str:
    """Return what a panel of one or two indices shows."""
    return "share of the variance" if len(names) > 1 else label_of(SENSITIVITY[names[0]], units=False)


def _draw_tornado(axes: Axes, ranked: xr.Dataset, indicator: bool) -> None:
    """Draw bars from the mean of an output, an `indicator` or not, to its means over the tenths of each
    parameter."""
    mean = ranked["mean"].item()
    _draw_bars(axes, {name: (mean, ranked[name].values) for name in ENDS}, ENDS)
    axes.axvline(mean, color="black", linewidth=0.8)
    units = ranked.output_units.item()
    axes.set_xlabel(
        "probability" if indicator else f"mean ({as_written(units)})" if units != "1" else "mean",
        fontsize=SMALL,
    )


def _draw_bars(axes: Axes, bars: Mapping[str, tuple[float, np.ndarray]], shades: Mapping[str, str]) -> None:
    """Draw bars from one value to others, side by side in each row; the first is the upper."""
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
    """Return where the bars of a row lie in it."""
    return [0.0] if bars == 1 else [-0.2, 0.2]


def _set_title(axes: Axes, model: Model, dataset: xr.Dataset, output: str) -> None:
    """Name an output above its panels, a regime with its colour and its probability."""
    variable, _, given = output.partition(" | ")
    regime = model.regimes.get(given or output)
    colour = colours_of(model, model.codes).get(regime) if regime is not None else None
    if output not in model.regimes:  # an outcome, which may have the name of a regime
        words = label_of(model.found[variable], units=False) + (f" | {regime.words}" if regime else "")
    else:
        share = dataset.probability.sel(regime_name=output).item()
        words = f"{model.regimes[output].words}, in {percent(share)} % of the games"
    if colour:
        place: Any = axes.transAxes
        corner = axes.figure.dpi_scale_trans + ScaledTranslation(0, 1, place)  # inches from there
        swatch = Rectangle((0, 0.06), 0.15, 0.15, facecolor=colour, edgecolor="black", linewidth=0.5)
        swatch.set(transform=corner, clip_on=False, in_layout=False)
        axes.add_artist(swatch)
    axes.set_title(" ")  # makes room above, and not beside
    axes.annotate(words, (0, 1), (18 if colour else 0, 5), "axes fraction", "offset points", in_layout=False)


def _caption(model: Model, dataset: xr.Dataset) -> str:
    """Say how many samples there are, what the intervals are, and which games these were."""
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
