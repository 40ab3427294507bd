"""Pictures: maps of the regimes and of other variables, and curves along one axis."""

import itertools
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm, ListedColormap, NoNorm, Normalize, to_rgb
from matplotlib.figure import Figure  # not pyplot, which would keep every figure and ask for a screen
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator, NullFormatter

from .game import check_parameter
from .io.files import beside, writable
from .io.schema import PARAMETERS, VARIABLES, Code, Crisis, Parameter, Regime, Variable

ENDINGS = (".png", ".svg", ".pdf")
PANELS = 9  # small multiples in one picture, at most
DPI = 200
SMALL = 8.5  # points, of the caption and of the legends

# Told apart in grey print and by colour-blind readers: lightness differs by 15 (CIE L*) between regimes
# that meet in maps and by 10 between any two, colour by 20 (CIE Lab) whatever cone is missing. The
# lightness zigzags along the order of the codes because neighbours in it are those that meet most;
# self-reliance, where nothing happens, is nearly paper.
REGIME_COLOURS: dict[Code, str] = {
    Regime.REVISION: "#9c1c26",
    Regime.RESTRAINT: "#ee8a44",
    Regime.SELF_RELIANCE: "#fbf5df",
    Regime.DETERRENCE: "#377dbf",
    Regime.PARTIAL: "#7dcfd6",
    Regime.CONCESSION: "#2d1f60",
}
# each has the colour of the regime that it makes where there is no alliance
CRISIS_COLOURS: dict[Code, str] = {
    Crisis.ALLY_CHALLENGES: REGIME_COLOURS[Regime.REVISION],
    Crisis.QUIET: REGIME_COLOURS[Regime.SELF_RELIANCE],
    Crisis.CHALLENGER_CHALLENGES: REGIME_COLOURS[Regime.CONCESSION],
}
COLOURS: dict[type[Code], dict[Code, str]] = {Regime: REGIME_COLOURS, Crisis: CRISIS_COLOURS}
# a hatch, which no regime has, because no colour is left that differs from all
UNSOLVED = {"facecolor": "black", "edgecolor": "white", "hatch": "////"}
ARMS = ("pledge", "ally_arms", "challenger_arms")  # the curves over bands of regimes, by line style
STYLES = ("solid", "dashed", "dotted")
SPARSE = 25  # points of a curve up to which each is marked
TINT = 0.45  # how much of a regime's colour is left behind curves
NOISE = 1e-9  # a sign that rounding could have made is none


def plot(
    dataset: xr.Dataset, variable: str | None = None, *, at: Mapping[str, float] | None = None
) -> Figure:
    """Draw a variable of a sweep: a curve, a map, or a map for each value of a third axis.

    Parameters
    ----------
    dataset : xarray.Dataset
        what `sweep` or `load` returned
    variable : str, optional
        what to draw; default: the regime, or else the first variable
    at : mapping of str to float, optional
        axes to cut the dataset at, each at the value of its grid that is nearest to the one given

    Returns
    -------
    matplotlib.figure.Figure
        of one axis, curves over bands that show the regimes; of two, a map, the first on x; of three,
        a map for each value of the axis with the fewest. Axes of a single value are only mentioned.

    Raises
    ------
    TypeError
        if `dataset` is no Dataset, or a value of `at` is no number.
    ValueError
        if there is no such variable or axis, a value lies outside its axis, the games are scattered, or
        more axes or panels are left than a picture holds.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 32), "status_quo": np.linspace(0.1, 0.9, 16)})
    >>> foedus.plot(ds, at={"status_quo": 0.5}).axes[0].get_xlabel()
    "ally's cost of arms, $c_{A}$ (good per unit of arms)"
    """
    name = _check_variable(dataset, variable)
    cut, sliced = _cut(dataset, name, at or {})
    if VARIABLES[name].codes is Crisis and "regime" in cut:  # which has no code of its own for it
        cut[name] = cut[name].where(cut.regime != Regime.UNSOLVED, np.int8(Regime.UNSOLVED))
    dims = [str(dim) for dim in cut[name].dims]
    if len(dims) > 3:
        raise ValueError(
            f"a picture shows three axes at most, not {', '.join(dims)}: "
            f"fix {len(dims) - 3} of them with at (on the command line, --at)"
        )
    panels = min(reversed(dims), key=lambda dim: cut.sizes[dim]) if len(dims) == 3 else None
    figure = _draw_curves(cut, name) if len(dims) == 1 else _draw_maps(cut[name], VARIABLES[name], panels)
    width = figure.get_figwidth()
    caption = _wrap(_caption(cut, sliced, panels), width - 0.3, SMALL)
    figure.supxlabel("\n".join(caption), x=0.15 / width, ha="left", fontsize=SMALL)
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

    It is written beside `path` and renamed when it is complete. Raises what `check_picture_path` raises.

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
    # journals refuse Type 3 fonts, which are matplotlib's default in a PDF
    with beside(target) as draft, matplotlib.rc_context({"pdf.fonttype": 42}):
        figure.savefig(draft, format=target.suffix[1:].lower(), dpi=DPI)


def _check_variable(dataset: Any, variable: str | None) -> str:
    """Return the name of the variable to draw."""
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"a Dataset is needed, not a {type(dataset).__name__}")
    names = [str(name) for name in dataset.data_vars if name in VARIABLES]
    if not names:
        raise ValueError("the dataset has no variable to draw")
    name = variable or ("regime" if "regime" in names else names[0])
    if name not in names:
        raise ValueError(f"{name!r} is not a variable of this dataset; it has {', '.join(names)}")
    if "game" in dataset[name].dims:
        raise ValueError("scattered games (dim 'game') have no map; only the dataset of a sweep can be drawn")
    for dim in dataset[name].dims:
        if dim not in PARAMETERS or dim not in dataset.coords:
            raise ValueError(f"the axis {dim!r} is not a parameter with values")
    if not dataset[name].size:
        raise ValueError(f"{name} has no values; an axis of the dataset is empty")
    if not dataset[name].ndim:
        raise ValueError(f"{name} has a single value; a picture needs at least one axis")
    return name


def _cut(dataset: xr.Dataset, name: str, at: Mapping[str, float]) -> tuple[xr.Dataset, list[str]]:
    """Return the dataset at the values `at`, each axis left in rising order, and which were cut.

    An axis with a single value is cut there too, unless there is no other.
    """
    axes = [str(dim) for dim in dataset[name].dims]
    # each value once: a repeated one would be a cell of no width
    dataset = dataset.isel({axis: np.unique(dataset[axis], return_index=True)[1] for axis in axes})
    places = {}
    for axis, value in at.items():
        if axis not in axes:
            raise ValueError(f"at: {axis!r} is not an axis of this dataset; it has {', '.join(axes)}")
        wanted, values = check_parameter(axis, value), dataset[axis].values
        if not values[0] <= wanted <= values[-1]:
            raise ValueError(
                f"at: {axis} = {wanted!r} is off its axis; it must be from {values[0]:g} to {values[-1]:g}"
            )
        places[axis] = int(np.abs(values - wanted).argmin())
    if len(places) == len(axes):
        raise ValueError(f"at fixes every axis; leave at least one of {', '.join(axes)}")
    left = sorted((axis for axis in axes if axis not in places), key=lambda axis: dataset.sizes[axis])
    places |= {axis: 0 for axis in left[:-1] if dataset.sizes[axis] == 1}
    return dataset.isel(places), list(places)


def _draw_maps(array: xr.DataArray, entry: Variable, third: str | None) -> Figure:
    """Draw an array of two axes as a map, of three as a map for each value of the `third`."""
    count = array.sizes[third] if third else 1
    if count > PANELS:
        raise ValueError(
            f"{third} has {count} values, but a picture holds {PANELS} panels: fix an axis with at "
            f"(on the command line, --at {third}=VALUE)"
        )
    x, y = (str(dim) for dim in array.dims if dim != third)
    columns = 2 if count == 4 else min(count, 3)
    rows = math.ceil(count / columns)
    width, height = (4.7, 4.2) if count == 1 else (2.3, 2.0)  # of a panel, inches
    figure = Figure((width * columns + 1.9, height * rows + 0.9), layout="constrained")
    # the panels share labels that are those of a frame, because the figure's own place is the caption's
    frame = figure.add_subfigure(figure.add_gridspec()[0])
    known = array != Regime.UNSOLVED if entry.codes else array.notnull()
    style, blank = _style(array, entry.codes)
    panels: list[Axes] = []
    for i in range(count):
        part, shown = (array, known) if third is None else (array.isel({third: i}), known.isel({third: i}))
        first = panels[0] if panels else None
        axes = frame.add_subplot(rows, columns, i + 1, sharex=first, sharey=first)
        mesh = axes.pcolormesh(
            _edges(array[x].values),
            _edges(array[y].values),
            np.ma.masked_where(~shown.values.T, part.values.T),
            rasterized=True,  # or a drawing would hold a path for every game
            **style,
        )
        if not shown.all():
            axes.patch.set(**blank)  # shows where no cell is drawn
        _set_axis(axes, "x", array[x].values, width)
        _set_axis(axes, "y", array[y].values, height)
        axes.tick_params(labelbottom=i + columns >= count, labelleft=i % columns == 0)
        if third:
            axes.set_title(_equation(third, array[third].values[i]), fontsize="medium")
        panels.append(axes)
    frame.supxlabel(_wrapped(PARAMETERS[x], width * columns), fontsize="medium")
    frame.supylabel(_wrapped(PARAMETERS[y], height * rows), fontsize="medium")
    if entry.codes:
        _legend(figure, "right upper", _patches(array, entry.codes), entry.long_name)
    else:
        if known.any():
            frame.colorbar(mesh, ax=panels, aspect=25).set_label(_wrapped(entry, height * rows))
        if not known.all():
            _legend(figure, "upper right", [Patch(label="undefined", **blank)])
    return figure


def _draw_curves(dataset: xr.Dataset, name: str) -> Figure:
    """Draw a variable along the only axis over bands of the regimes; of codes, bands and the arms."""
    entry = VARIABLES[name]
    bands = entry if entry.codes else VARIABLES["regime"] if "regime" in dataset else None
    curves = [name]
    if entry.codes:
        suffix = "_without" * name.endswith("_without")
        curves = [arms + suffix for arms in ARMS if arms + suffix in dataset]
    axis = str(dataset[name].dims[0])
    x = dataset[axis].values
    figure = Figure((6.6, 4.2), layout="constrained")
    axes = figure.add_subplot()
    jumps = np.array([], int)
    if bands and bands.codes:
        codes = dataset[bands.name].values
        jumps = np.flatnonzero(np.diff(codes)) + 1
        edges = _edges(x)
        for first, last in itertools.pairwise([0, *jumps, x.size]):
            face = _face(bands.codes, codes[first], tint=bool(curves))
            axes.axvspan(edges[first], edges[last], **{"linewidth": 0} | face)
        patches = _patches(dataset[bands.name], bands.codes, tint=bool(curves))
        _legend(figure, "right upper", patches, bands.long_name)
    lines: list[Line2D] = []
    for curve, style in zip(curves, STYLES, strict=False):
        # a gap where the regime changes: the variable may jump there, and takes no value in between
        heights = np.insert(dataset[curve].values.astype(float), jumps, np.nan)
        finite = np.isfinite(heights)
        alone = np.convolve(finite, [1, 1, 1])[1:-1] == 1
        marked = np.flatnonzero(finite & (alone | (x.size <= SPARSE)))
        lines += axes.plot(
            np.insert(x, jumps, np.nan),
            heights,
            color="black",
            linestyle=style,
            marker="." if marked.size else "",
            markevery=marked.tolist(),
            label=_label(VARIABLES[curve], units=False),
        )
        if not finite.any():
            axes.text(0.5, 0.5, "undefined", ha="center", transform=axes.transAxes)
    if len(lines) == 1:
        axes.set_ylabel(_wrapped(VARIABLES[curves[0]], 3.3))
    elif lines:
        axes.set_ylabel(VARIABLES[curves[0]].units)
        _legend(figure, "upper left", lines)
    else:
        axes.set_yticks([])
    _set_axis(axes, "x", x, 4.7)
    axes.set_xlabel(_wrapped(PARAMETERS[axis], 4.7))
    return figure


def _style(array: xr.DataArray, codes: type[Code] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how cells are drawn, and how those are that have no code or number."""
    if codes:
        return {"cmap": ListedColormap(list(COLOURS[codes].values())), "norm": NoNorm()}, UNSOLVED
    blank = {"facecolor": "0.8", "edgecolor": "0.4"}
    low, high = (float(limit) for limit in (array.min(), array.max()))
    if low < -NOISE * high and high > -NOISE * low:
        return {"cmap": "RdBu_r", "norm": CenteredNorm(0, max(-low, high))}, blank
    return {"cmap": "viridis", "norm": Normalize(low, high)}, blank


def _face(codes: type[Code], code: int, tint: bool = False) -> dict[str, Any]:
    """Return how the area of a code is filled; a `tint` lets curves be read on it."""
    if code == Regime.UNSOLVED:
        return UNSOLVED
    colour = np.array(to_rgb(COLOURS[codes][codes(code)]))
    return {"facecolor": 1 - TINT * (1 - colour) if tint else colour, "edgecolor": "0.4"}


def _patches(array: xr.DataArray, codes: type[Code], tint: bool = False) -> list[Patch]:
    """Return a patch for the legend for each of the codes that occur, in their order."""
    return [
        Patch(
            label=(Regime if code == Regime.UNSOLVED else codes)(code).words,
            linewidth=0.5,
            **_face(codes, code, tint),
        )
        for code in np.unique(array).tolist()
    ]


def _legend(figure: Figure, place: str, entries: Sequence[Artist], title: str | None = None) -> None:
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


def _geometric(values: np.ndarray) -> bool:
    """Tell whether rising values have a constant ratio, and not a constant difference."""

    def even(steps: np.ndarray) -> bool:
        return np.allclose(steps, steps[0], rtol=1e-6, atol=0)

    return values.size > 2 and values[0] > 0 and even(values[1:] / values[:-1]) and not even(np.diff(values))


def _edges(values: np.ndarray) -> np.ndarray:
    """Return the edges of the cells around rising values, midway as their axis is drawn."""
    if values.size == 1:
        return values + (abs(values) or 1) * np.array([-0.1, 0.1])
    if _geometric(values):
        return np.exp(_edges(np.log(values)))
    middles = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])


def _set_axis(axes: Axes, letter: str, values: np.ndarray, room: float) -> None:
    """Give the x or y axis its scale, its ends and, over `room` inches, its ticks."""
    axis = axes.xaxis if letter == "x" else axes.yaxis
    edges = _edges(values)
    if _geometric(values):
        axes.set(**{f"{letter}scale": "log"})
        ticks = _log_ticks(edges[0], edges[-1], most=int(1.8 * room))
        axis.set_ticks(ticks, labels=[f"${_number(tick)}$" for tick in ticks])
        axis.set_minor_formatter(NullFormatter())
    elif values.size == 1:
        axis.set_ticks(values, labels=[f"${_number(values[0])}$"])
    axes.set(**{f"{letter}lim": (edges[0], edges[-1])})


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between `low` and `high`, evenly spaced on a log axis if there is room."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [tick for n in decades for step in steps if low <= (tick := float(f"{step}e{n}")) <= high]
        if len(ticks) <= most:
            break
    if len(ticks) < 3:
        even = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
        ticks = [tick for tick in even if low <= tick <= high]
    return ticks[:: math.ceil(len(ticks) / most)]


def _mathtext(symbol: str) -> str:
    """Return a symbol of the table as TeX for the inside of dollars."""
    greek = re.sub(r"(?<![A-Za-z])(alpha|beta|gamma|kappa|lambda|phi|pi)(?![A-Za-z])", r"\\\1", symbol)
    return re.sub(r"([_^])([A-Za-z0-9]+)", r"\1{\2}", greek)


def _number(value: float) -> str:
    """Return a number as TeX for the inside of dollars."""
    mantissa, _, exponent = f"{value:g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def _equation(name: str, value: float) -> str:
    """Return a parameter and its value as a formula."""
    return f"${_mathtext(PARAMETERS[name].symbol)} = {_number(value)}$"


def _label(entry: Parameter | Variable, units: bool = True) -> str:
    """Return what a parameter or variable is: its long name, its symbol and its units."""
    symbol = f", ${_mathtext(entry.symbol)}$" if entry.symbol else ""
    return f"{entry.long_name}{symbol}{f' ({entry.units})' if units and entry.units != '1' else ''}"


def _caption(dataset: xr.Dataset, cut: Sequence[str], third: str | None) -> str:
    """Say what the panels are, where axes were cut, the contest, and what differs from the default."""
    fixed = {
        name: float(dataset[name]) for name in PARAMETERS if name in dataset.coords and not dataset[name].ndim
    }
    changed = [name for name in fixed if name not in cut and fixed[name] != PARAMETERS[name].default]
    places, others = (", ".join(_equation(name, fixed[name]) for name in names) for names in (cut, changed))
    rest = "all else at default" if set(PARAMETERS) <= set(dataset.coords) else ""
    contest = f"{dataset.attrs['contest']} contest" if "contest" in dataset.attrs else ""
    panels = f"panels by {_label(PARAMETERS[third], units=False)}" if third else ""
    text = "; ".join(filter(None, [panels, places and f"at {places}", contest, others, rest]))
    return text[:1].upper() + text[1:]


def _wrapped(entry: Parameter | Variable, width: float) -> str:
    """Return the label of a parameter or variable in lines of at most `width` inches."""
    return "\n".join(_wrap(_label(entry), width))


def _wrap(text: str, width: float, size: float = 10) -> list[str]:
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
