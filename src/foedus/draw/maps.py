"""Maps of two axes, alone or as panels, with the shares of the regimes under several forms."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import CenteredNorm, ListedColormap, LogNorm, NoNorm, Normalize
from matplotlib.figure import Figure, SubFigure  # not pyplot, which keeps every figure and asks for a screen
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import BboxTransformTo, ScaledTranslation

from ..maps.compare import regime_share
from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Label, Model
from .colours import colours_of
from .parts import (
    GAINS,
    LEFT_OUT,
    NOISE,
    NOT_SOLVED,
    PANELS,
    SMALL,
    STRIP,
    Picture,
    add_legend,
    as_written,
    axis_label,
    edges_of,
    equation,
    face_of,
    patches_of,
    percent,
    set_axis,
    wrap_text,
    wrapped_label,
)

FORM_PANELS, COLUMNS = 24, 6  # the same where functional forms are compared, and in a row of these
GAP = 0.12  # between blocks of panels, in widths of a panel
TABLE_WIDTH, TABLE_ROW = 2.7, 0.41  # inches, of the table of shares
SHARES_HEADING = "share of the map (%) where a regime holds under all, some (not all) and none of the forms"


def grid_of(array: xr.DataArray, panels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return which of the dimensions `panels` make the columns and the rows of a grid of panels.

    One alone makes columns, which are wrapped. Of more, the one with the fewest values that leaves few
    enough columns makes the rows.
    """
    if len(panels) < 2:
        return list(panels), []
    count = math.prod(array.sizes[dim] for dim in panels)
    fits = [dim for dim in reversed(panels) if count <= COLUMNS * array.sizes[dim]]
    row = min(fits or panels, key=lambda dim: array.sizes[dim])
    return [dim for dim in panels if dim != row], [row]


def draw_maps(model: Model, array: xr.DataArray, entry: Label, panels: list[str], forms: list[str]) -> Figure:
    """Draw an array as a map of two axes, or a map for each combination of the values of `panels`.

    Where there is but one axis, a map is a strip. Beside regimes under several `forms` stand their shares.
    """
    across, down = grid_of(array, panels)
    count = math.prod(array.sizes[dim] for dim in panels)
    most = FORM_PANELS if forms else PANELS
    if count > most:
        makes = f"make {count} combinations" if down else f"has {count} values"
        raise ValueError(
            f"{' and '.join(panels)} {makes}, but a picture holds {most} panels: fix an axis with at "
            f"(on the command line, --at {panels[-1]}=VALUE)"
        )
    if down:
        columns = count // array.sizes[down[0]]
    else:
        columns = 2 if count == 4 else min(count, 3 if count <= PANELS else COLUMNS)
    rows = math.ceil(count / columns)
    x, *y = (str(dim) for dim in array.dims if dim not in panels)
    # of a panel, inches
    width, height = (4.7, 4.2) if count == 1 else (2.3, 2.0) if columns < 4 else (1.4, 1.4)
    if not y:
        height = STRIP
    mapped = entry.name == model.mapped.name
    shares = regime_share(array, model.codes, forms) if forms and mapped else None
    # the panels share labels that are those of a frame, because the figure's own place is the caption's
    if shares is None:
        figure = Picture((width * columns + 1.9, height * rows + 0.9), layout="constrained")
        frame = figure.add_subfigure(figure.add_gridspec()[0])
    else:
        widths = (width * columns + 1.2, TABLE_WIDTH)
        tall = max(height * rows + 0.9, TABLE_ROW * shares.shape[0] + 1.2)
        figure = Picture((sum(widths), tall), layout="constrained")
        halves = figure.add_gridspec(1, 2, width_ratios=widths)
        frame = figure.add_subfigure(halves[0])
        _draw_shares(model, figure.add_subfigure(halves[1]), shares)
    known = array != UNSOLVED if entry.codes else array.notnull()
    style, blank = style_of(model, array, entry)
    drawn = _add_panels(model, frame, array, across, down, rows, columns)
    for i, (axes, place) in enumerate(drawn):
        part, shown = array.isel(place), known.isel(place)
        mesh = axes.pcolormesh(
            edges_of(array[x].values),
            edges_of(array[y[0]].values) if y else [0, 1],
            np.atleast_2d(np.ma.masked_where(~shown.values.T, part.values.T)),
            rasterized=True,  # or a drawing would hold a path for every game
            **style,
        )
        if not shown.all():
            axes.patch.set(**blank)  # shows where no cell is drawn
        set_axis(axes, "x", array[x].values, width)
        if y:
            set_axis(axes, "y", array[y[0]].values, height)
        else:
            axes.set_yticks([])
        axes.tick_params(labelbottom=i + columns >= count, labelleft=i % columns == 0)
    frame.supxlabel(axis_label(model.by_name[x], array[x], width * columns), fontsize="medium")
    if y:
        frame.supylabel(axis_label(model.by_name[y[0]], array[y[0]], height * rows), fontsize="medium")
    if not entry.codes:
        if known.any():
            bar = frame.colorbar(mesh, ax=[axes for axes, _ in drawn], aspect=25)
            bar.set_label(wrapped_label(entry, height * rows))
        if not known.all():
            add_legend(figure, "upper right", [Patch(label="undefined", **blank)])
    elif shares is None:
        add_legend(figure, "right upper", patches_of(model, array, entry.codes), as_written(entry.words))
    return figure


def draw_boundaries(axes: Axes, array: xr.DataArray, dataset: xr.Dataset) -> None:
    """Draw the boundaries that an adaptive map holds over an array of its regimes."""
    names = [f"boundary_{dim}" for dim in array.dims]
    vertices = np.stack([dataset[name].values for name in names], 1)
    parts = np.split(vertices, np.cumsum(dataset.curve_size.values)[:-1])
    axes.add_collection(LineCollection(parts, colors="black", linewidths=0.7), autolim=False)


def _add_panels(
    model: Model,
    frame: SubFigure,
    array: xr.DataArray,
    across: list[str],
    down: list[str],
    rows: int,
    columns: int,
) -> list[tuple[Axes, dict[str, int]]]:
    """Return the axes of each panel, row by row, with heads, and the place in the array that it shows."""
    # between blocks of columns, each with a head of its own, is a gap
    block = array.sizes[across[-1]] if down else columns
    slots = [column + column // block for column in range(columns)]
    widths = np.where(np.isin(np.arange(slots[-1] + 1), slots), 1, GAP)
    grid = frame.add_gridspec(rows, widths.size, width_ratios=widths)
    order = (*down, *across)
    drawn: list[tuple[Axes, dict[str, int]]] = []
    for i, indices in enumerate(np.ndindex(*(array.sizes[dim] for dim in order))):
        row, column = divmod(i, columns)
        first = drawn[0][0] if drawn else None
        axes = frame.add_subplot(grid[row, slots[column]], sharex=first, sharey=first)
        place = dict(zip(order, indices, strict=True))
        heads = {dim: equation(model, dim, array[dim].values[index]) for dim, index in place.items()}
        if across and (not down or row == 0):
            axes.set_title(heads[across[-1]], fontsize="medium")
        if len(across) > 1 and row == 0 and column % block == 0:
            over = frame.add_subplot(grid[0, slots[column] : slots[column] + block], label="<head>")
            over.set_axis_off()
            over.set_title(heads[across[0]], fontsize="medium", pad=24)
        if down and column == columns - 1:
            text = heads[down[0]]
            axes.annotate(text, (1, 0.5), (6, 0), "axes fraction", "offset points", va="center", rotation=270)
        drawn.append((axes, place))
    return drawn


def _draw_shares(model: Model, frame: SubFigure, shares: xr.DataArray) -> None:
    """Draw the legend of the regimes as a table of their shares, with a bar for each.

    In a bar, what holds under all forms is high, what holds under some is low, and none is a line.
    """
    # inches from the upper left corner
    corner = frame.dpi_scale_trans + ScaledTranslation(0, 1, BboxTransformTo(frame.bbox))
    style: dict[str, Any] = {"transform": corner, "fontsize": SMALL}
    left, right = 0.45, TABLE_WIDTH - 0.1
    ends = [right - 0.42 * k for k in (2, 1, 0)]  # of the columns of numbers
    y = -0.1
    for line in wrap_text(SHARES_HEADING, right - 0.1, SMALL):
        frame.text(0.08, y, line, va="top", **style)
        y -= 0.16
    y -= 0.12
    for end, under in zip(ends, shares.under.values, strict=True):
        frame.text(end, y, under, ha="right", va="center", **style)
    for name, row in zip(shares.regime_name.values, shares.values, strict=True):
        code = model.codes.named(name)
        face = {"linewidth": 0.5, "transform": corner, **face_of(model, model.codes, code)}
        y -= TABLE_ROW - 0.19
        frame.add_artist(Rectangle((0.08, y - 0.19), 0.27, 0.27, **face))
        frame.text(left, y, code.words, va="center", **style)
        for end, share in zip(ends, row, strict=True):
            frame.text(end, y, percent(share), ha="right", va="center", **style)
        y -= 0.19
        frame.add_artist(Line2D([left, right], [y, y], linewidth=0.5, color="0.4", transform=corner))
        start = left
        for share, height in zip(row[:2].tolist(), (0.08, 0.04), strict=True):
            length = share * (right - left)
            if share:  # or its edge would be drawn
                frame.add_artist(Rectangle((start, y), length, height, **face))
            start += length


def style_of(model: Model, array: xr.DataArray, entry: Label) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how cells are drawn, and how those are that have no code or number."""
    if entry.codes:
        known = colours_of(model, entry.codes)
        listed = [known.get(code, "black") for code in range(max(known) + 1)]
        colours = ListedColormap(listed).with_extremes(under=LEFT_OUT["facecolor"])
        return {"cmap": colours, "norm": NoNorm()}, NOT_SOLVED
    blank = {"facecolor": "0.8", "edgecolor": "0.4"}
    low, high = (float(limit) for limit in (array.min(), array.max()))
    if entry == model.searched:
        return {"cmap": "viridis", "norm": LogNorm(GAINS[0], np.nanmax([GAINS[1], high]), clip=True)}, blank
    if low < -NOISE * high and high > -NOISE * low:
        return {"cmap": "RdBu_r", "norm": CenteredNorm(0, max(-low, high))}, blank
    even: type[Normalize] = LogNorm if entry == LEAST_MARGIN and low > 0 else Normalize
    return {"cmap": "viridis", "norm": even(low, high)}, blank
