"""Maps of two axes, alone or as panels, with the shares of the regimes under several forms."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, LogNorm, NoNorm, Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import Affine2D, BboxTransformTo, ScaledTranslation

from ..maps.compare import regime_share
from ..model import UNSOLVED, Label, Model
from .colours import colours_of, scale_of
from .layouts import (
    COLUMNS,
    FOOT,
    Layout,
    add_bar,
    add_legend,
    break_lines,
    columns_of,
    label_panels,
    lay_out,
    set_head,
)
from .parts import (
    LEFT_OUT,
    NOT_SOLVED,
    PANELS,
    STRIP,
    Look,
    as_written,
    axis_label,
    edges_of,
    equation,
    face_of,
    fix_ticks,
    label_of,
    patches_of,
    percent,
    set_axis,
    text_size,
    words_of,
    wrap_text,
)

FORM_PANELS = 24  # panels at most where functional forms are compared
GAP = 0.12  # between blocks of panels, in widths of a panel
TABLE_WIDTH, TABLE_ROW = 2.8, 0.41  # inches, of the table of shares, for text of 10 points
SHARES_HEADING = "share of the map (%) where a regime holds under all, some (not all) and none of the forms"


def grid_of(array: xr.DataArray, panels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return which of the dimensions `panels` become the columns and which the rows of a grid of panels.

    A single dimension becomes the columns, and these are wrapped. If there are more, one becomes the rows:
    the one with the fewest values that leaves few enough columns.
    """
    if len(panels) < 2:
        return list(panels), []
    count = math.prod(array.sizes[dim] for dim in panels)
    fits = [dim for dim in reversed(panels) if count <= COLUMNS * array.sizes[dim]]
    row = min(fits or panels, key=lambda dim: array.sizes[dim])
    return [dim for dim in panels if dim != row], [row]


def draw_maps(
    model: Model,
    look: Look,
    array: xr.DataArray,
    entry: Label,
    panels: list[str],
    forms: list[str],
    caption: str,
) -> tuple[Figure, Axes]:
    """Draw an array as a map of two axes, or a map for each combination of the values of `panels`; return the
    figure and its first map.

    With only one axis, a map is a strip. If regimes are shown under several `forms`, a table gives their
    shares.
    """
    across, down = grid_of(array, panels)
    count = math.prod(array.sizes[dim] for dim in panels)
    most = FORM_PANELS if forms else PANELS
    if count > most:
        makes = f"make {count} combinations" if down else f"has {count} values"
        raise ValueError(
            f"{' and '.join(panels)} {makes}, but a picture has at most {most} panels: fix an axis with at "
            f"(on the command line, --at {panels[-1]}=VALUE)"
        )
    heads = [equation(model, dim, value) for dim in across for value in array[dim].values]
    columns = count // array.sizes[down[0]] if down else columns_of(look, heads)
    rows = math.ceil(count / columns)
    x, *y = (str(dim) for dim in array.dims if dim not in panels)
    # of a panel, inches
    width, height = (4.7, 4.2) if count == 1 else (2.3, 2.0) if columns < 4 else (1.4, 1.4)
    if not y:
        height = STRIP
    mapped = entry.name == model.mapped.name
    shares = regime_share(array, model.codes, forms) if forms and mapped and look.legend != "none" else None
    known = array != UNSOLVED if entry.codes else array.notnull()
    cells, blank = _style(model, array, entry)
    if look.palette and not entry.codes:
        cells["cmap"] = look.palette
    entries = [] if shares is not None else patches_of(model, array, entry.codes, look) if entry.codes else []
    scale = text_size("font.size") / 10
    table = TABLE_WIDTH * scale if shares is not None else 0.0
    under = bool(table) and (look.legend == "below" or (look.width or math.inf) < 2.2 * table)
    tall = TABLE_ROW * scale * shares.shape[0] + 0.85 * scale if shares is not None else 0.0
    head = 0.3 if across else 0.0
    layout = lay_out(
        look,
        (columns, rows),
        (width, height),
        caption,
        entries,
        bar=not entry.codes,
        head=head,
        beside=0.0 if under else table,
        below=tall if under else 0.0,
        least=0.0 if under else tall,
        stretch=bool(y),
    )
    frame = layout.frame
    if shares is not None:
        maps_width = layout.figure.get_figwidth() - table
        maps_height = (layout.panel[1] + head * scale) * rows + FOOT * scale
        cut: dict[str, Any] = {"width_ratios": [maps_width, table]}
        if under:
            cut = {"height_ratios": [maps_height, tall]}
        halves = frame.add_gridspec(*(2, 1) if under else (1, 2), **cut)
        frame, beside = frame.add_subfigure(halves[0]), frame.add_subfigure(halves[1])
        _draw_shares(model, look, beside, shares, scale)
    if layout.axes:
        drawn: list[tuple[Axes, dict[str, int]]] = [(layout.axes, dict.fromkeys(panels, 0))]
    else:
        drawn = _add_panels(model, layout, frame, array, across, down, rows, columns)
    for i, (axes, place) in enumerate(drawn):
        part, shown = array.isel(place), known.isel(place)
        axes.grid(visible=False)  # which would lie over the colours
        mesh = axes.pcolormesh(
            edges_of(array[x].values),
            edges_of(array[y[0]].values) if y else [0, 1],
            np.atleast_2d(np.ma.masked_where(~shown.values.T, part.values.T)),
            rasterized=True,  # otherwise a file of vector graphics would have a path for every game
            **cells,
        )
        if not shown.all():
            axes.patch.set(**blank)  # shows where no cell is drawn
            # in EPS, where nothing is transparent, it does so only if both are one image
            mesh.set_zorder(0)
            axes.set_rasterization_zorder(0.5)
        set_axis(axes, "x", array[x].values)
        if y:
            set_axis(axes, "y", array[y[0]].values)
        else:
            axes.set_yticks([])
        axes.tick_params(labelbottom=i + columns >= count, labelleft=i % columns == 0)
    maps = [axes for axes, _ in drawn]
    beside_y = axis_label(model.by_name[y[0]], array[y[0]], look) if y else ""
    label_panels(layout, maps, columns, axis_label(model.by_name[x], array[x], look), beside_y)
    if entry.codes:
        add_legend(layout, entries, look.labels.get(entry.name, as_written(entry.words)))
        return layout.figure, maps[0]
    if known.any() and layout.place != "none":
        lying = layout.place == "below"
        bar = add_bar(layout, mesh, maps)
        side = 0 if lying else 1
        fix_ticks(bar.ax.xaxis if lying else bar.ax.yaxis)
        inches = (columns if lying else rows) * layout.panel[side]
        break_lines(
            layout.figure, getattr(bar.ax, "yx"[lying] + "axis").label, label_of(entry, look), inches, side
        )
    if not known.all():
        add_legend(layout, [Patch(label="undefined", **blank)], upper=True)
    return layout.figure, maps[0]


def draw_boundaries(axes: Axes, array: xr.DataArray, dataset: xr.Dataset) -> None:
    """Draw the boundaries that an adaptive map holds over an array of its regimes."""
    names = [f"boundary_{dim}" for dim in array.dims]
    vertices = np.stack([dataset[name].values for name in names], 1)
    parts = np.split(vertices, np.cumsum(dataset.curve_size.values)[:-1])
    axes.add_collection(LineCollection(parts, colors="black", linewidths=0.7), autolim=False)


def _add_panels(
    model: Model,
    layout: Layout,
    frame: Figure | SubFigure,
    array: xr.DataArray,
    across: list[str],
    down: list[str],
    rows: int,
    columns: int,
) -> list[tuple[Axes, dict[str, int]]]:
    """Return the axes of each panel, row by row, with headings, and the place in the array that it shows."""
    # blocks of columns have a heading each, and a gap between them
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
            set_head(layout, axes, heads[across[-1]], columns)
        if len(across) > 1 and row == 0 and column % block == 0:
            over = frame.add_subplot(grid[0, slots[column] : slots[column] + block], label="<head>")
            over.set_axis_off()
            set_head(layout, over, heads[across[0]], columns, block, pad=2.4 * text_size("axes.titlesize"))
        if down and column == columns - 1:
            text = axes.annotate(
                " ",
                (1, 0.5),
                (6, 0),
                "axes fraction",
                "offset points",
                va="center",
                ma="center",
                rotation=270,
            )
            break_lines(layout.figure, text, heads[down[0]], layout.panel[1], 1, rows)
        drawn.append((axes, place))
    return drawn


def _draw_shares(model: Model, look: Look, frame: SubFigure, shares: xr.DataArray, scale: float) -> None:
    """Draw the legend of the regimes as a table of their shares, with a bar for each.

    In a bar, the share under all forms is high, the share under some forms is low, and the share under none
    is a line.
    """
    size = text_size("legend.fontsize")
    # inches from the upper left corner, for text of 10 points
    corner = (
        Affine2D().scale(scale) + frame.dpi_scale_trans + ScaledTranslation(0, 1, BboxTransformTo(frame.bbox))
    )
    style: dict[str, Any] = {"transform": corner, "fontsize": size}
    left, right = 0.45, TABLE_WIDTH - 0.1
    ends = [right - 0.46 * k for k in (2, 1, 0)]  # of the columns of numbers
    y = -0.1
    for line in wrap_text(SHARES_HEADING, (right - 0.1) * scale, size):
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
        frame.text(left, y, words_of(code, model.codes, look), va="center", **style)
        for end, share in zip(ends, row, strict=True):
            frame.text(end, y, percent(share), ha="right", va="center", **style)
        y -= 0.19
        frame.add_artist(Line2D([left, right], [y, y], linewidth=0.5, color="0.4", transform=corner))
        start = left
        for share, height in zip(row[:2].tolist(), (0.08, 0.04), strict=True):
            length = share * (right - left)
            if share:  # otherwise its edge would be drawn
                frame.add_artist(Rectangle((start, y), length, height, **face))
            start += length


def _style(model: Model, array: xr.DataArray, entry: Label) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the style of cells, and the style of cells that have no code or number."""
    if entry.codes:
        known = colours_of(model, entry.codes)
        listed = [known.get(code, "black") for code in range(max(known) + 1)]
        colours = ListedColormap(listed).with_extremes(under=LEFT_OUT["facecolor"])
        return {"cmap": colours, "norm": NoNorm()}, NOT_SOLVED
    scale = scale_of(model, entry, float(array.min()), float(array.max()))
    norm = LogNorm(scale.low, scale.high, clip=True) if scale.log else Normalize(scale.low, scale.high)
    return {"cmap": scale.palette, "norm": norm}, {"facecolor": "0.8", "edgecolor": "0.4"}
