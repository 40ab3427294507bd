"""Pictures: which one a dataset makes, and how it is written."""

import dataclasses
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import PIL.Image
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import is_color_like
from matplotlib.figure import Figure  # not pyplot, which asks for a screen

from ..io.dataset import model_of
from ..io.files import beside, writable
from ..model import Code, Model
from ..model.checks import naming
from ..model.names import Named, resolve
from .again import cut_exactly, with_missing
from .cutpoints import plot_cutpoints
from .layouts import PLACES, drawing, hand_over
from .maps import draw_boundaries, draw_maps, grid_of
from .parts import SHOWN, Look, caption_of, drawn_of
from .selection import check_variable, cut_at, forms_of, loaded, within_region
from .sensitivity import plot_sensitivity
from .slices import check_variables, coded_twins, curves_of, plot_line, plot_slices

ENDINGS = (".png", ".svg", ".pdf", ".eps", ".tif", ".tiff")
NO_TIME: dict[str, Any] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}  # others have none, or see below
PRINT_DPI = 600  # of TIFF, which journals print


def plot(
    dataset: xr.Dataset,
    variable: str | Sequence[str] | None = None,
    *,
    at: Mapping[str, float | str] | None = None,
    region: Mapping[str, tuple[float, float]] | None = None,
    model: Model | None = None,
    width: float | None = None,
    font_size: float | None = None,
    title: str = "",
    caption: str | None = None,
    labels: Mapping[str, str] | None = None,
    legend: str | None = None,
    colours: Mapping[str, str] | str | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw a variable of a sweep: a curve, a map, or a map for each value of a third axis or for each form;
    or several variables along one axis.

    Parameters
    ----------
    dataset : xarray.Dataset
        what `sweep`, `adaptive_map`, `compare`, `cutpoints`, `sensitivity` or `load` returned
    variable : str or list of str, optional
        what to draw; default: the regime, or else the first variable. A list makes a panel for each, over one
        axis: nine numbers at most, each with its twin in the game without the superpower, if any. An outcome
        that the dataset does not have is solved again.
    at : mapping of str to float or str, optional
        axes to cut the dataset at, and the choice to show where several are compared, as ``contest``. Games
        at a value that is not on the grid are solved again. Where that is not possible, the nearest value of
        the grid is shown, and the caption says how far off it is.
    region : mapping of str to (float, float), optional
        axes to show only from one value to another
    model : Model, optional
        the game, if it is your own: needed only to solve games again
    width : float, optional
        the width of the picture in inches; its height follows. Default: what the panels need, or the width in
        matplotlib's ``figure.figsize`` if you have changed it
    font_size : float, optional
        the size of all text in points; default: matplotlib's settings
    title : str, optional
        a title above the picture
    caption : str, optional
        the text below the picture; default: the games that it shows. An empty text leaves it out.
    labels : mapping of str to str, optional
        labels for parameters and variables, and names for codes, in place of ours, as in
        ``{"ally_cost": "cost of arms", "restraint": "Restraint"}``
    legend : {"right", "below", "none"}, optional
        where the legend or the colour bar is; default: right if there is room, or else below
    colours : mapping of str to str, or str, optional
        colours of codes, as in ``{"restraint": "#ee8844"}``; or the name of a colour map of matplotlib, for
        numbers
    ax : matplotlib.axes.Axes, optional
        axes to draw in, for a picture of one panel; such a picture has no caption

    Returns
    -------
    matplotlib.figure.Figure
        of one axis, curves over bands that show the regimes; of two, a map, the first on x; of three,
        a map for each value of the axis with the fewest. Axes of a single value are only mentioned.
        Of a comparison, a map for each form, and beside the regimes the share of the map where each
        holds under all of these forms, under some and under none. A map has about as many cells as the
        picture has dots: of an axis with 1800 values or more, less where there are panels, it shows every
        second, third ... one; of a dataset that is opened from a file and not loaded, no others are read.

    Raises
    ------
    TypeError
        if `dataset` is no Dataset, a value of `at` is no number, or an option is of the wrong type.
    ValueError
        if there is no such variable or axis, a value lies outside its axis, a region holds none of its
        values, the games are scattered, more axes or panels are left than a picture holds, or any of these
        is asked of cutpoints or an analysis of sensitivity, which are drawn whole; if an option is not
        allowed, or the picture too narrow for its panels.

    Notes
    -----
    Matplotlib's settings (``rcParams``, styles, a matplotlibrc) are used, except ``text.usetex``: formulas
    are always set by matplotlib itself. If you have imported ``matplotlib.pyplot``, the figure is one of its
    figures: ``plt.show()`` shows it, and ``plt.close(figure)`` frees its memory.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 32), "status_quo": np.linspace(0.1, 0.9, 16)})
    >>> foedus.plot(ds, at={"status_quo": 0.5}).axes[0].get_xlabel()
    "ally's cost of arms, $c_{A}$ (good per unit of arms)"
    >>> figure = foedus.plot(ds, width=3.4, font_size=8, labels={"ally_cost": "A's cost"}, caption="")
    >>> float(figure.get_figwidth()), figure.axes[0].get_xlabel()
    (3.4, "A's cost")
    """
    size = _checked("font_size", font_size, "points")
    with drawing(size):
        if size and isinstance(ax, Axes):  # which was made with other sizes
            ax.tick_params(labelsize=size)
            for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
                text.set_fontsize(size)
        figure = _drawn(
            dataset, variable, at or {}, region or {}, model,
            Look(_checked("width", width, "inches"), title, caption, labels or {}, legend, None, ax), colours,
        )  # fmt: skip
        if ax is None:
            hand_over(figure)
    return figure


def _drawn(
    dataset: xr.Dataset,
    variable: str | Sequence[str] | None,
    at: Mapping[str, float | str],
    region: Mapping[str, tuple[float, float]],
    given: Model | None,
    look: Look,
    colours: Mapping[str, str] | str | None,
) -> Figure:
    """Draw a dataset as `plot` says."""
    # by what its maker told of it, too: a dimension alone may be of any model
    told = {*getattr(dataset, "dims", ()), *getattr(dataset, "attrs", ())}
    dataset = with_missing(dataset, variable, at, given, region)
    whole = "cutpoints" if {"cutpoint", "within"} <= told else None
    whole = "sensitivity" if {"output", "interval"} <= told else whole
    if whole and (variable is not None or at or region):
        raise ValueError(f"a picture of {whole} is drawn whole; it takes no variable, no at and no region")
    several = isinstance(variable, Sequence) and not isinstance(variable, str)
    names: list[str] = []
    if not whole:
        first: Any = next(iter(variable or ()), None) if several else variable
        names = [check_variable(dataset, first)]
    known = model_of(dataset)
    if several:
        names = check_variables(known, dataset, variable)  # type: ignore[arg-type]
    if given is not None and given.name != known.name:
        raise ValueError(f"the dataset is of the model {known.name}, not of {given.name}")
    look, model = _styled(dataset, known, look, colours)
    if whole == "cutpoints":
        return plot_cutpoints(model, look, dataset)
    if whole:
        return plot_sensitivity(model, look, dataset)
    name = names[0]
    cut, sliced = cut_at(within_region(dataset, name, region), name, at)
    forms = [dim for dim in forms_of(cut) if dim in cut[name].dims]
    dims = [str(dim) for dim in cut[name].dims if dim not in forms]
    if several and len(cut[name].dims) > 1:
        raise ValueError(
            f"a picture of several variables shows one axis, not {', '.join(map(str, cut[name].dims))}: "
            f"fix {cut[name].ndim - 1} of them with at (on the command line, --at)"
        )
    if len(dims) > 3:
        raise ValueError(
            f"a picture shows three axes at most, not {', '.join(dims)}: "
            f"fix {len(dims) - 3} of them with at (on the command line, --at)"
        )
    solving = given or known
    if several:
        twins = [model.pairs[name] for name in names if name in model.pairs]
        shown = loaded(cut, [*names, *twins, *coded_twins(model)], dims, SHOWN)
        return plot_slices(model, look, names, cut_exactly(solving, shown, sliced, at))
    if len(dims) == 1 and not forms:
        shown = loaded(cut, [name, *curves_of(model, name, cut)], dims, SHOWN)
        return plot_line(model, look, name, cut_exactly(solving, shown, sliced, at))
    panels = list(forms)
    if len(dims) == 3:
        panels.append(min(reversed(dims), key=lambda dim: cut.sizes[dim]))
    if len(panels) > 3:
        raise ValueError(
            f"a picture has panels over three things at most, not {', '.join(panels)}: "
            f"fix {len(panels) - 3} of them with at (on the command line, --at)"
        )
    count = math.prod(cut.sizes[dim] for dim in panels)
    about = SHOWN // math.ceil(math.sqrt(count))  # a panel is as much narrower
    shown = loaded(cut, [name], [dim for dim in dims if dim not in panels], about)
    exact = cut_exactly(solving, shown, sliced, at)
    array = exact.dataset[name]
    text = caption_of(exact.dataset, look, sliced, *grid_of(array, panels), exact.missed)
    figure, first_map = draw_maps(model, look, array, drawn_of(model)[name], panels, forms, text)
    if {"vertex", "adaptive"} <= told:
        draw_boundaries(first_map, array, dataset)
    return figure


def _checked(name: str, value: Any, units: str, most: int = 100) -> float | None:
    """Return a size if it is one."""
    if value is None:
        return None
    if not isinstance(value, int | float | np.number) or isinstance(value, bool):
        raise TypeError(f"{name} = {value!r} is not a number; it must be in {units}, > 0 and <= {most}")
    if not 0 < value <= most:
        raise ValueError(f"{name} = {value!r} is not allowed; it must be in {units}, > 0 and <= {most}")
    return float(value)


def _styled(
    dataset: xr.Dataset, model: Model, look: Look, colours: Mapping[str, str] | str | None
) -> tuple[Look, Model]:
    """Return how a picture is to look, checked, and the model with the colours that were asked for.

    Raises TypeError or ValueError if an option is not allowed.
    """
    for option, text in (("title", look.title), ("caption", look.caption)):
        if not isinstance(text, str | None):
            raise TypeError(f"{option} = {text!r} is not a text")
    if look.legend not in (None, *PLACES):
        raise ValueError(f"legend = {look.legend!r} is not allowed; it must be right, below or none")
    if look.axes is not None and not isinstance(look.axes, Axes):
        raise TypeError(f"ax = {look.axes!r} is not an Axes of matplotlib")
    if look.axes is not None and look.width is not None:
        raise ValueError("width and ax exclude each other; axes have their size")
    codes: dict[str, list[Code]] = {}
    for outcome in model.outcomes:
        for code in outcome.codes.everything() if outcome.codes else ():
            codes.setdefault(code.name.lower(), []).append(code)
    named = {_name(code): name for name in codes for code in (name, codes[name][0].words)}
    words = dict.fromkeys([*model.by_name, *map(str, dataset.variables)])
    labels = {}
    for name, label in _mapping("labels", look.labels).items():
        if not isinstance(label, str):
            raise TypeError(f"labels: {label!r} of {name} is not a text")
        if name not in words and _name(name) not in named:
            with naming("labels"):
                entries: dict[str, Named] = {**model.by_name, **drawn_of(model)}
                there = f"there are {', '.join(codes)},"
                name = resolve(name, entries, "a parameter, variable or code", there)
        labels[name if name in words else named[_name(name)]] = label
    width = look.width
    size = matplotlib.rcParams["figure.figsize"]
    if (
        width is None
        and look.axes is None
        and list(size) != list(matplotlib.rcParamsDefault["figure.figsize"])
    ):
        width = float(size[0])
    look = look._replace(labels=labels, width=width)
    if isinstance(colours, str):
        if colours not in matplotlib.colormaps:
            raise ValueError(f"colours = {colours!r} is not a colour map of matplotlib, such as 'viridis'")
        return look._replace(palette=colours), model
    painted = {kind: dict(of) for kind, of in model.colours.items()}
    for name, colour in _mapping("colours", colours or {}).items():
        if named.get(_name(name), "unsolved") == "unsolved":
            raise ValueError(f"colours: {name!r} is not a code; there are {', '.join(list(codes)[1:])}")
        if not is_color_like(colour):
            raise ValueError(f"colours: {colour!r} of {name} is not a colour, such as 'red' or '#0072b2'")
        for code in codes[named[_name(name)]]:
            painted.setdefault(type(code), {})[code] = colour
    return look, dataclasses.replace(model, colours=painted) if colours else model


def _mapping(option: str, given: Any) -> Mapping[str, Any]:
    """Return a mapping of names if it is one."""
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise TypeError(f"{option} = {given!r} is not a mapping of names")
    return given


def _name(code: str) -> str:
    """Return the name of a code as it is compared, whether written self-reliance or self_reliance."""
    return re.sub(r"[-_ ]+", " ", code).lower()


def check_picture_path(path: str | os.PathLike) -> Path:
    """Return `path` if a picture can be written there, without touching it.

    Raises ValueError if it has another ending than .png, .svg, .pdf, .eps, .tif or .tiff, and what
    `io.files.writable` raises if it cannot be written.

    Examples
    --------
    >>> check_picture_path("map.jpg")
    Traceback (most recent call last):
    ValueError: map.jpg: a picture cannot end in '.jpg'; it must end in .png, .svg, .pdf, .eps, .tif or .tiff
    """
    target = Path(path)
    if target.suffix.lower() not in ENDINGS:
        raise ValueError(
            f"{target}: a picture cannot end in {target.suffix!r}; "
            f"it must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        )
    return writable(target)


def save_figure(figure: Figure, path: str | os.PathLike, dpi: float | None = None) -> None:
    """Write a picture as png, svg, pdf, eps or tiff, by the ending of `path`; an existing file is replaced.

    It has `dpi` dots per inch, by default 600 in a TIFF and what matplotlib's settings say in others. It is
    written beside `path` and renamed when it is complete, and carries no time: the same figure makes the same
    file. Raises what `check_picture_path` raises, and TypeError or ValueError if `dpi` is not allowed.

    Examples
    --------
    >>> import foedus, tempfile, pathlib
    >>> ds = foedus.sweep({"ally_cost": [0.2, 0.4, 0.8, 1.6]})
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "regimes.svg"
    >>> save_figure(foedus.plot(ds), path)
    >>> path.read_text().startswith("<?xml")
    True
    """
    target, dpi = check_picture_path(path), _checked("dpi", dpi, "dots per inch", 4800)
    ending = target.suffix[1:].lower()
    options: dict[str, Any] = {"format": ending, "metadata": NO_TIME.get(ending)}
    if ending in ("tif", "tiff"):
        options["dpi"] = PRINT_DPI
    if dpi:
        options["dpi"] = dpi
    with beside(target) as draft:
        figure.savefig(draft, **options)
        if ending in ("tif", "tiff"):  # without transparency, which journals refuse
            with PIL.Image.open(draft) as image:
                page = PIL.Image.new("RGB", image.size, "white")
                page.paste(image, mask=image.getchannel("A"))
            page.save(draft, "TIFF", dpi=(options["dpi"],) * 2, compression="tiff_lzw")
        if ending == "eps":
            draft.write_bytes(re.sub(rb"%%(CreationDate|Title): .*\n", b"", draft.read_bytes(), count=2))
