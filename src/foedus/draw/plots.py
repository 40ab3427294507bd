"""Pictures: choosing the picture for a dataset, drawing it, and writing it into a file."""

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
}  # other formats have no time, except EPS, for which see save_figure
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
        what to draw; default: the regime, or else the first variable. A list gives a panel for each variable
        along one axis: at most nine variables, all of them numbers. A panel also shows the same variable in
        the game without the superpower, if there is one. If you name an outcome that the dataset does not
        have, the games are solved again to find it.
    at : mapping of str to float or str, optional
        the values of axes at which the dataset is cut; and the form to show if several are compared, such as
        a ``contest``. If a value is not on the grid, the games at this value are solved now. If that is not
        possible, the nearest value on the grid is shown, and the caption gives the distance.
    region : mapping of str to (float, float), optional
        axes of which only a part is shown, and the ends of that part
    model : Model, optional
        the game, if it is your own: needed only to solve games again
    width : float, optional
        the width of the picture in inches; the height is chosen to fit. Default: what the panels need, or the
        width in matplotlib's ``figure.figsize`` if you have changed it
    font_size : float, optional
        the size of all text in points; default: matplotlib's settings
    title : str, optional
        a title above the picture
    caption : str, optional
        the text below the picture; default: which games it shows. With an empty text there is no caption.
    labels : mapping of str to str, optional
        your labels for parameters and variables, and your names for codes, for example
        ``{"ally_cost": "cost of arms", "restraint": "Restraint"}``
    legend : {"right", "below", "none"}, optional
        where the legend or the colour bar is; default: right if there is room, or else below
    colours : mapping of str to str, or str, optional
        colours of codes, for example ``{"restraint": "#ee8844"}``; or the name of a colour map of matplotlib,
        for numbers
    ax : matplotlib.axes.Axes, optional
        axes to draw in, for a picture of one panel; such a picture has no caption

    Returns
    -------
    matplotlib.figure.Figure
        One axis gives curves over bands that show the regimes. Two axes give a map, with the first on x.
        Three axes give a map for each value of the axis with the fewest values. Axes with a single value are
        only in the caption. A comparison gives a map for each form. If it shows regimes, a table gives the
        share of the map where each regime holds under all forms, under some and under none. A map has about
        as many cells as the picture has dots. So if an axis has 1800 values or more (fewer if there are
        panels), the map shows only every second, third, ... value of this axis. If the dataset is a file that
        is not loaded, only these values are read.

    Raises
    ------
    TypeError
        if `dataset` is not a Dataset, a value of `at` is not a number, or an option has the wrong type.
    ValueError
        if there is no such variable or axis, a value is outside its axis, a region has none of the values of
        its axis, the games are scattered, or too many axes or panels remain for one picture; if `variable`,
        `at` or `region` is given for cutpoints or an analysis of sensitivity, which are always drawn whole;
        if an option is not allowed, or the picture is too narrow for its panels.

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
    # attributes count, too, because any model may have a dimension of that name
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
            f"a picture has panels for three axes or forms at most, not {', '.join(panels)}: "
            f"fix {len(panels) - 3} of them with at (on the command line, --at)"
        )
    count = math.prod(cut.sizes[dim] for dim in panels)
    about = SHOWN // math.ceil(math.sqrt(count))  # panels are narrower by about this factor
    shown = loaded(cut, [name], [dim for dim in dims if dim not in panels], about)
    exact = cut_exactly(solving, shown, sliced, at)
    array = exact.dataset[name]
    text = caption_of(exact.dataset, look, sliced, *grid_of(array, panels), exact.missed)
    figure, first_map = draw_maps(model, look, array, drawn_of(model)[name], panels, forms, text)
    if {"vertex", "adaptive"} <= told:
        draw_boundaries(first_map, array, dataset)
    return figure


def _checked(name: str, value: Any, units: str, most: int = 100) -> float | None:
    """Return a size if it is a number within its limits, or raise TypeError or ValueError."""
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
    """Return how a picture is to look, checked, and the model with the colours that the user gave.

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
        raise ValueError("width and ax exclude each other; axes already have a size")
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
    """Return `given` if it is a mapping of names, or raise TypeError."""
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise TypeError(f"{option} = {given!r} is not a mapping of names")
    return given


def _name(code: str) -> str:
    """Return the name of a code for comparison: self-reliance and self_reliance are the same."""
    return re.sub(r"[-_ ]+", " ", code).lower()


def check_picture_path(path: str | os.PathLike) -> Path:
    """Return `path` if a picture can be written there, without touching it.

    Raises ValueError if it does not end in .png, .svg, .pdf, .eps, .tif or .tiff, and the errors of
    `io.files.writable` if it cannot be written.

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

    It has `dpi` dots per inch; default: 600 in a TIFF, otherwise what matplotlib's settings say. It is
    written next to `path` and renamed when it is complete. It contains no time, so the same figure makes the
    same file. Raises the errors of `check_picture_path`, and TypeError or ValueError if `dpi` is not allowed.

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
