"""Pictures: maps of the regimes and of other variables, curves along one axis, and maps by form."""

import contextlib
import io
import math
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import CenteredNorm, ListedColormap, LogNorm, NoNorm, Normalize, to_rgb
from matplotlib.figure import Figure, SubFigure  # not pyplot, which keeps every figure and asks for a screen
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator, NullFormatter
from matplotlib.transforms import BboxTransformTo, ScaledTranslation

from ..io.dataset import MASKED, coded, every, geometric, model_of, thin, untold, varying
from ..io.files import beside, writable
from ..maps.compare import compared, regime_share
from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Code, Label, Model, Parameter, tex
from .colours import colours_of
from .places import nearest

ENDINGS = (".png", ".svg", ".pdf")
ALONE = threading.RLock()  # held by whoever draws: threads share matplotlib's style and reader of formulas
NO_TIME: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # a png has none
# matplotlib's default, whatever a matplotlibrc says: what fits in it always fits. But journals refuse its
# Type 3 fonts in a PDF, and names in an SVG are drawn by lot without a salt
STYLE: list[Any] = ["default", {"pdf.fonttype": 42, "svg.hashsalt": "foedus"}]
SHOWN = 900  # values of an axis, about: one for each dot of the width of a map
PANELS = 9  # small multiples in one picture, at most
FORM_PANELS, COLUMNS = 24, 6  # the same where functional forms are compared, and in a row of these
DPI, SCREEN_DPI = 200, 110
SMALL = 8.5  # points, of the caption and of the legends

# a hatch, which no regime has, because no colour is left that differs from all
NOT_SOLVED = {"facecolor": "black", "edgecolor": "white", "hatch": "////"}
LEFT_OUT = {"facecolor": "white", "edgecolor": "0.4"}  # the cells of games that `where` has left out
STRIP = 0.5  # inches, height of a map of one axis
GAP = 0.12  # between blocks of panels, in widths of a panel
TABLE_WIDTH, TABLE_ROW = 2.7, 0.41  # inches, of the table of shares
SHARES_HEADING = "share of the map (%) where a regime holds under all, some (not all) and none of the forms"
TINT = 0.45  # how much of a regime's colour is left behind curves
GAINS = 1e-16, 1e-8  # deviation gains from rounding to what is certified: what their colours tell apart
NOISE = 1e-9  # a sign that rounding could have made is none


def drawn_of(model: Model) -> dict[str, Label]:
    """Return what can be drawn of a model's games, by name."""
    return {**model.kept, LEAST_MARGIN.name: LEAST_MARGIN}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Let no other thread draw, and take matplotlib's style and no other."""
    with ALONE, matplotlib.style.context(STYLE):
        yield


class Picture(Figure):
    """A figure that is written in the style in which it was drawn, and that a notebook shows, whether or not
    it was told how to show matplotlib's."""

    def savefig(self, *given: Any, **options: Any) -> None:
        with drawing():
            super().savefig(*given, **options)

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=SCREEN_DPI)
        return stream.getvalue()


@drawing()
def plot(
    dataset: xr.Dataset,
    variable: str | Sequence[str] | None = None,
    *,
    at: Mapping[str, float | str] | None = None,
    region: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw a variable of a sweep: a curve, a map, or a map for each value of a third axis or for each form;
    or several variables along one axis.

    Parameters
    ----------
    dataset : xarray.Dataset
        what `sweep`, `adaptive_map`, `compare`, `cutpoints`, `sensitivity` or `load` returned
    variable : str or list of str, optional
        what to draw; default: the regime, or else the first variable. A list makes a panel for each, over one
        axis, with and without the superpower
    at : mapping of str to float or str, optional
        axes to cut the dataset at, each at the value of its grid that is nearest to the one given, and
        the ``contest`` to show where several are compared
    region : mapping of str to (float, float), optional
        axes to show only from one value to another

    Returns
    -------
    matplotlib.figure.Figure
        of one axis, curves over bands that show the regimes; of two, a map, the first on x; of three,
        a map for each value of the axis with the fewest. Axes of a single value are only mentioned.
        It is drawn in matplotlib's default style, whatever a matplotlibrc says.
        Of a comparison, a map for each form, and beside the regimes the share of the map where each
        holds under all of these forms, under some and under none. Of an axis with more than 1350 values,
        less where there are panels, it shows every second, third ... one, and says so; of a dataset that is
        opened from a file and not loaded, no others are read.

    Raises
    ------
    TypeError
        if `dataset` is no Dataset, or a value of `at` is no number.
    ValueError
        if there is no such variable or axis, a value lies outside its axis, a region holds none of its
        values, the games are scattered, more axes or panels are left than a picture holds, or any of these
        is asked of cutpoints or an analysis of sensitivity, which are drawn whole.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 32), "status_quo": np.linspace(0.1, 0.9, 16)})
    >>> foedus.plot(ds, at={"status_quo": 0.5}).axes[0].get_xlabel()
    "ally's cost of arms, $c_{A}$ (good per unit of arms)"
    """
    dims = getattr(dataset, "dims", ())
    whole = "cutpoints" if "cutpoint" in dims else "sensitivity" if "output" in dims else None
    if whole and (variable is not None or at or region):
        raise ValueError(f"a picture of {whole} is drawn whole; it takes no variable, no at and no region")
    if whole == "cutpoints":
        from .cutpoints import plot_cutpoints

        return plot_cutpoints(dataset)
    if whole:
        from .sensitivity import plot_sensitivity

        return plot_sensitivity(dataset)
    if isinstance(variable, Sequence) and not isinstance(variable, str):
        from .slices import plot_slices

        return plot_slices(dataset, variable, at=at, region=region)
    name = check_variable(dataset, variable)
    cut, sliced = cut_at(within_region(dataset, name, region or {}), name, at or {})
    forms = compared(cut)
    dims = [str(dim) for dim in cut[name].dims if dim not in forms]
    if len(dims) > 3:
        raise ValueError(
            f"a picture shows three axes at most, not {', '.join(dims)}: "
            f"fix {len(dims) - 3} of them with at (on the command line, --at)"
        )
    if len(dims) == 1 and not forms:
        from .slices import plot_line

        return plot_line(cut, name, sliced)
    panels = list(forms)
    if len(dims) == 3:
        panels.append(min(reversed(dims), key=lambda dim: cut.sizes[dim]))
    if len(panels) > 3:
        raise ValueError(
            f"a picture has panels over three things at most, not {', '.join(panels)}: "
            f"fix {len(panels) - 3} of them with at (on the command line, --at)"
        )
    count = math.prod(cut.sizes[dim] for dim in panels)
    cut, steps = loaded(cut, [name], [dim for dim in dims if dim not in panels], _shown(count))
    model = model_of(dataset)
    figure = _draw_maps(model, cut[name], drawn_of(model)[name], panels, forms)
    if "vertex" in dataset.dims:
        _draw_boundaries(figure.axes[0], cut[name], dataset)
    add_caption(figure, caption_of(cut, sliced, steps, *_grid(cut[name], panels)))
    return figure


def check_picture_path(path: str | os.PathLike) -> Path:
    """Return `path` if a picture can be written there, without touching it.

    Raises ValueError if it has another ending than .png, .svg or .pdf, and what
    `io.files.writable` raises if it cannot be written.

    Examples
    --------
    >>> check_picture_path("map.jpg")
    Traceback (most recent call last):
    ValueError: map.jpg: a picture cannot end in '.jpg'; it must end in .png, .svg or .pdf
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise ValueError(
            f"{target}: a picture cannot end in {target.suffix!r}; it must end in .png, .svg or .pdf"
        )
    return writable(target)


def save_figure(figure: Figure, path: str | os.PathLike) -> None:
    """Write a picture as png, svg or pdf, by the ending of `path`; an existing file is replaced.

    It is written beside `path` and renamed when it is complete, and carries no time: the same figure makes
    the same file. Raises what `check_picture_path` raises.

    Examples
    --------
    >>> import foedus, tempfile, pathlib
    >>> ds = foedus.sweep({"ally_cost": [0.2, 0.4, 0.8, 1.6]})
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "regimes.svg"
    >>> save_figure(foedus.plot(ds), path)
    >>> path.read_text().startswith("<?xml")
    True
    """
    target = check_picture_path(path)
    ending = target.suffix[1:].lower()
    with drawing(), beside(target) as draft:
        figure.savefig(draft, format=ending, dpi=DPI, metadata=NO_TIME.get(ending))


def check_variable(dataset: Any, variable: str | None) -> str:
    """Return the name of the variable to draw."""
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"a Dataset is needed, not a {type(dataset).__name__}")
    model = model_of(dataset)
    names = [str(name) for name in dataset.data_vars if name in drawn_of(model)]
    if not names:
        raise ValueError("the dataset has no variable to draw")
    name = variable or (model.mapped.name if model.mapped.name in names else names[0])
    if name not in names:
        raise ValueError(f"{name!r} is not a variable of this dataset; it has {', '.join(names)}")
    if "game" in dataset[name].dims:
        raise ValueError("scattered games (dim 'game') have no map; only the dataset of a sweep can be drawn")
    for dim in dataset[name].dims:
        if dim not in model.by_name or dim not in dataset.coords:
            raise ValueError(f"the axis {dim!r} is not a parameter with values")
    if not dataset[name].size:
        raise ValueError(f"{name} has no values; an axis of the dataset is empty")
    if not dataset[name].ndim:
        raise ValueError(f"{name} has a single value; a picture needs at least one axis")
    return name


def within_region(dataset: xr.Dataset, name: str, region: Mapping[str, tuple[float, float]]) -> xr.Dataset:
    """Return the dataset where its axes lie within the `region`."""
    if not isinstance(region, Mapping):
        raise TypeError(f"region = {region!r} is not a mapping of axes to pairs of values")
    known = model_of(dataset).by_name
    for dim, ends in region.items():
        if dim not in dataset[name].dims or known[dim].choices:
            axes = ", ".join(map(str, dataset[name].dims))
            raise ValueError(f"region: {dim!r} is not an axis of this dataset; it has {axes}")
        low, high = (known[dim].check(end) for end in ends)
        values = dataset[dim].values
        inside = np.flatnonzero((low <= values) & (values <= high))
        if not inside.size:
            raise ValueError(
                f"region: {dim} has no value from {low!r} to {high!r}; "
                f"it has {values.size} from {values.min():g} to {values.max():g}"
            )
        if inside[-1] - inside[0] == inside.size - 1:  # of a file, a stretch is read faster than a list
            dataset = dataset.isel({dim: slice(inside[0], inside[-1] + 1)})
        else:
            dataset = dataset.isel({dim: inside})
    return dataset


def loaded(
    dataset: xr.Dataset, names: Sequence[str], dims: Sequence[str], about: int
) -> tuple[xr.Dataset, dict[str, int]]:
    """Return the variables `names` that the dataset has, and its regimes, thinned along `dims` and ready to
    be drawn, and the steps of `thin`.

    Raises ValueError if the first of them should be codes and is none; others that should are left away then.
    """
    model = model_of(dataset)
    mapped, drawn = model.mapped.name, drawn_of(model)
    wanted = dict.fromkeys([*names, mapped])
    thinned, steps = thin(dataset[[name for name in wanted if name in dataset]], dims, about)
    thinned.load()
    for name in sorted(map(str, thinned.data_vars), key=lambda name: name != mapped):
        if name == LEAST_MARGIN.name:  # where no other regime was found, it has no size
            thinned[name] = thinned[name].where(np.isfinite(thinned[name]))
        codes = drawn[name].codes
        if codes:
            try:
                thinned[name] = coded(thinned[name], codes)
            except ValueError:
                if name == names[0]:
                    raise
                thinned = thinned.drop_vars(name)
                continue
        if codes and name != mapped and mapped in thinned:  # unsolved, whatever else the code is
            thinned[name] = thinned[name].where(thinned[mapped] != UNSOLVED, np.int8(UNSOLVED))
    return thinned, steps


def _shown(panels: int) -> int:
    """Return about how many values of an axis a picture of so many panels shows."""
    return SHOWN // math.ceil(math.sqrt(panels))


def cut_at(dataset: xr.Dataset, name: str, at: Mapping[str, Any]) -> tuple[xr.Dataset, list[str]]:
    """Return the dataset at the values `at`, each axis left in rising order, and which were cut.

    What has a single value is cut there too, unless no axis of the map would be left.
    """
    dims = [str(dim) for dim in dataset[name].dims]
    axes = [dim for dim in dims if dim not in compared(dataset)]
    choices = [name for name, parameter in model_of(dataset).by_name.items() if parameter.choices]
    # each value once: a repeated one would be a cell of no width
    numbers = [dim for dim in dims if dim not in choices]
    uneven = [dim for dim in numbers if not (np.diff(dataset[dim]) > 0).all()]
    dataset = dataset.isel({dim: np.unique(dataset[dim], return_index=True)[1] for dim in uneven})
    places = nearest(dataset, dims, at)
    left = sorted((axis for axis in axes if axis not in places), key=lambda axis: dataset.sizes[axis])
    if not left:
        raise ValueError(f"at fixes every axis; leave at least one of {', '.join(axes)}")
    single = [dim for dim in dims if dim not in (*places, left[-1]) and dataset.sizes[dim] == 1]
    places |= dict.fromkeys(single, 0)
    return dataset.isel(places), [dim for dim in places if dim not in choices]


def _grid(array: xr.DataArray, panels: Sequence[str]) -> tuple[list[str], list[str]]:
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


def _draw_maps(
    model: Model, array: xr.DataArray, entry: Label, panels: list[str], forms: list[str]
) -> Figure:
    """Draw an array as a map of two axes, or a map for each combination of the values of `panels`.

    Where there is but one axis, a map is a strip. Beside regimes under several `forms` stand their shares.
    """
    across, down = _grid(array, panels)
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
    style, blank = _style(model, array, entry)
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
    frame.supxlabel(wrapped_label(model.by_name[x], width * columns), fontsize="medium")
    if y:
        frame.supylabel(wrapped_label(model.by_name[y[0]], height * rows), fontsize="medium")
    if entry.codes and shares is None:
        add_legend(figure, "right upper", patches_of(model, array, entry.codes), entry.long_name)
    elif not entry.codes:
        if known.any():
            frame.colorbar(mesh, ax=[axes for axes, _ in drawn], aspect=25).set_label(
                wrapped_label(entry, height * rows)
            )
        if not known.all():
            add_legend(figure, "upper right", [Patch(label="undefined", **blank)])
    return figure


def _draw_boundaries(axes: Axes, array: xr.DataArray, dataset: xr.Dataset) -> None:
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


def percent(share: float) -> str:
    """Return a share in percent; one that is not quite nothing or all is told from these."""
    if 0 < share < 0.0005:
        return "< 0.1"
    if 0.9995 < share < 1:
        return "> 99.9"
    return f"{100 * share:.1f}"


def _style(model: Model, array: xr.DataArray, entry: Label) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how cells are drawn, and how those are that have no code or number."""
    if entry.codes:
        known = colours_of(model, entry.codes)
        listed = [known.get(code, "black") for code in range(max(known) + 1)]
        colours = ListedColormap(listed).with_extremes(under=LEFT_OUT["facecolor"])
        return {"cmap": colours, "norm": NoNorm()}, NOT_SOLVED
    blank = {"facecolor": "0.8", "edgecolor": "0.4"}
    low, high = (float(limit) for limit in (array.min(), array.max()))
    if entry in model.searched:
        return {"cmap": "viridis", "norm": LogNorm(GAINS[0], np.nanmax([GAINS[1], high]), clip=True)}, blank
    if low < -NOISE * high and high > -NOISE * low:
        return {"cmap": "RdBu_r", "norm": CenteredNorm(0, max(-low, high))}, blank
    even: type[Normalize] = LogNorm if entry == LEAST_MARGIN and low > 0 else Normalize
    return {"cmap": "viridis", "norm": even(low, high)}, blank


def face_of(model: Model, codes: type[Code], code: int, tint: bool = False) -> dict[str, Any]:
    """Return how the area of a code is filled; a `tint` lets curves be read on it."""
    if code == UNSOLVED:
        return NOT_SOLVED
    if code == MASKED:
        return LEFT_OUT
    colour = np.array(to_rgb(colours_of(model, codes)[code]))
    return {"facecolor": 1 - TINT * (1 - colour) if tint else colour, "edgecolor": "0.4"}


def patches_of(model: Model, array: Any, codes: type[Code], tint: bool = False) -> list[Patch]:
    """Return a patch for the legend for each of the codes that occur, in their order."""
    found = np.unique(array).tolist()
    return [
        Patch(
            label="left out" if code == MASKED else codes(code).words,
            linewidth=0.5,
            **face_of(model, codes, code, tint),
        )
        for code in found
    ]


def add_legend(figure: Figure, place: str, entries: Sequence[Artist], title: str | None = None) -> None:
    """Put a legend outside the axes."""
    outside: Any = f"outside {place}"
    figure.legend(
        handles=list(entries),
        loc=outside,
        title=title,
        fontsize=SMALL,
        title_fontsize=SMALL,
        alignment="left",
        frameon=False,
    )


def edges_of(values: np.ndarray) -> np.ndarray:
    """Return the edges of the cells around rising values, midway as their axis is drawn."""
    if values.size == 1:
        return values + (abs(values) or 1) * np.array([-0.1, 0.1])
    if geometric(values):
        return np.exp(edges_of(np.log(values)))
    middles = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])


def set_axis(axes: Axes, letter: str, values: np.ndarray, room: float) -> None:
    """Give the x or y axis its scale, its ends and, over `room` inches, its ticks."""
    axis = axes.xaxis if letter == "x" else axes.yaxis
    edges = edges_of(values)
    if geometric(values):
        axes.set(**{f"{letter}scale": "log"})
        ticks = log_ticks(edges[0], edges[-1], most=int(1.8 * room))
        axis.set_ticks(ticks, labels=[f"${_number(tick)}$" for tick in ticks])
        axis.set_minor_formatter(NullFormatter())
    elif values.size == 1:
        axis.set_ticks(values, labels=[f"${_number(values[0])}$"])
    axes.set(**{f"{letter}lim": (edges[0], edges[-1])})


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between `low` and `high`, evenly spaced on a log axis if there is room."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [tick for n in decades for step in steps if low <= (tick := float(f"{step}e{n}")) <= high]
        if len(ticks) <= most:
            break
    if len(ticks) < min(3, most) and high < 30 * low:  # two decades are enough of a scale
        even = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
        ticks = [tick for tick in even if low <= tick <= high]
    return ticks[:: math.ceil(len(ticks) / most)]


def _number(value: float) -> str:
    """Return a number as TeX for the inside of dollars."""
    mantissa, _, exponent = f"{value:g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def equation(model: Model, name: str, value: Any) -> str:
    """Return a parameter and its value as a formula, or a choice in words."""
    parameter = model.by_name[name]
    if parameter.choices:
        return f"{value} {name}"
    symbol = tex(parameter.symbol)
    return f"${symbol} = {_number(value)}$" if symbol else f"{name} = ${_number(value)}$"


def name_of(parameter: Parameter) -> str:
    """Return a parameter as its symbol, or its name if it has none."""
    return f"${tex(parameter.symbol)}$" if parameter.symbol else parameter.name


def label_of(entry: Parameter | Label, units: bool = True) -> str:
    """Return what a parameter or variable is: its long name, its symbol and its units."""
    symbol = f", ${tex(entry.symbol)}$" if entry.symbol else ""
    return f"{entry.long_name}{symbol}{f' ({entry.units})' if units and entry.units != '1' else ''}"


def caption_of(
    dataset: xr.Dataset,
    cut: Sequence[str],
    steps: Mapping[str, int],
    across: Sequence[str],
    down: Sequence[str],
) -> str:
    """Say what the panels are, where axes were cut, choices, what differs from the default, and how many of
    the values are shown."""
    model = model_of(dataset)
    known = model.by_name
    fixed = {
        name: dataset[name].item() for name in known if name in dataset.coords and not dataset[name].ndim
    }
    changed = [name for name in fixed if name not in cut and fixed[name] != known[name].default]
    numbers = [name for name in changed if not known[name].choices]
    places, others = (
        ", ".join(equation(model, name, fixed[name]) for name in part) for part in (cut, numbers)
    )
    rest = "" if untold(dataset) else "all else at default"
    choices = [equation(model, name, fixed[name]) for name in fixed if known[name].choices]
    moving = [
        f"{name_of(known[name])} varies along {' and '.join(name_of(known[dim]) for dim in along)}"
        for name, along in varying(dataset).items()
        if name not in {*across, *down}
    ]
    panels = [
        f"{kind} by {' and '.join(label_of(known[name], units=False) for name in names)}"
        for kind, names in (("columns" if down else "panels", across), ("rows", down))
        if names
    ]
    for name in {*across, *down}:  # or equal numbers would be taken for equal contests
        choice, by_form = known[name].units_by or ("", {})
        if choice in {*across, *down}:
            symbol = name_of(known[name])
            panels += [f"{symbol} {_per(units)} in the {form} {choice}" for form, units in by_form.items()]
    shown = every(steps, {dim: name_of(known[dim]) for dim in steps})
    drawn = drawn_of(model)
    codes = [dataset[name] for name in dataset.data_vars if name in drawn and drawn[str(name)].codes]
    masked = [int((array == MASKED).sum()) for array in codes[:1]]
    parts = [*panels, places and f"at {places}", *choices, *moving, others, rest]
    parts += [f"{count:,} of {codes[0].size:,} games are left out" for count in masked if count]
    parts.append(f"{shown} is shown" if steps else "")
    text = "; ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def _per(units: str) -> str:
    """Say in which units a number is: 1/arms is per unit of arms."""
    return f"per unit of {units[2:]}" if units.startswith("1/") else f"in {units}"


def add_caption(figure: Figure, text: str) -> None:
    """Put a text below a picture, in as many lines as it takes."""
    width = figure.get_figwidth()
    lines = wrap_text(text, width - 0.3, SMALL)
    figure.supxlabel("\n".join(lines), x=0.15 / width, ha="left", fontsize=SMALL)


def wrapped_label(entry: Parameter | Label, width: float) -> str:
    """Return the label of a parameter or variable in lines of at most `width` inches."""
    return "\n".join(wrap_text(label_of(entry), width))


def wrap_text(text: str, width: float, size: float = 10) -> list[str]:
    """Break `text` between words, never inside a formula, into lines of at most `width` inches."""
    font = FontProperties(size=size)
    lines: list[str] = []
    for word in re.findall(r"(?:\$[^$]*\$|\S)+", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_to_path.get_text_width_height_descent(longer, font, ismath=True)[0] <= 72 * width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
