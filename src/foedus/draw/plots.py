"""Pictures: which one a dataset makes, and how it is written."""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure  # not pyplot, which keeps every figure and asks for a screen

from ..io.dataset import model_of
from ..io.files import beside, writable
from .cutpoints import plot_cutpoints
from .maps import draw_boundaries, draw_maps, grid_of
from .missing import with_missing
from .parts import SHOWN, add_caption, caption_of, drawing, drawn_of
from .selection import check_variable, cut_at, forms_of, loaded, within_region
from .sensitivity import plot_sensitivity
from .slices import plot_line, plot_slices

ENDINGS = (".png", ".svg", ".pdf")
NO_TIME: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # a png has none
DPI = 200


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
        axis, of the alliance game with and without the superpower. An outcome that the dataset does not have
        is solved again.
    at : mapping of str to float or str, optional
        axes to cut the dataset at, each at the value of its grid that is nearest to the one given, and
        the choice to show where several are compared, as ``contest``
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
    # by what its maker told of it, too: a dimension alone may be of any model
    told = {*getattr(dataset, "dims", ()), *getattr(dataset, "attrs", ())}
    dataset = with_missing(dataset, variable, at)
    whole = "cutpoints" if {"cutpoint", "within"} <= told else None
    whole = "sensitivity" if {"output", "interval"} <= told else whole
    if whole and (variable is not None or at or region):
        raise ValueError(f"a picture of {whole} is drawn whole; it takes no variable, no at and no region")
    if whole == "cutpoints":
        return plot_cutpoints(dataset)
    if whole:
        return plot_sensitivity(dataset)
    if isinstance(variable, Sequence) and not isinstance(variable, str):
        return plot_slices(dataset, variable, at=at, region=region)
    name = check_variable(dataset, variable)
    cut, sliced = cut_at(within_region(dataset, name, region or {}), name, at or {})
    forms = [dim for dim in forms_of(cut) if dim in cut[name].dims]
    dims = [str(dim) for dim in cut[name].dims if dim not in forms]
    if len(dims) > 3:
        raise ValueError(
            f"a picture shows three axes at most, not {', '.join(dims)}: "
            f"fix {len(dims) - 3} of them with at (on the command line, --at)"
        )
    if len(dims) == 1 and not forms:
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
    about = SHOWN // math.ceil(math.sqrt(count))  # a panel is as much narrower
    cut, steps = loaded(cut, [name], [dim for dim in dims if dim not in panels], about)
    model = model_of(dataset)
    figure = draw_maps(model, cut[name], drawn_of(model)[name], panels, forms)
    if {"vertex", "adaptive"} <= told:
        draw_boundaries(figure.axes[0], cut[name], dataset)
    add_caption(figure, caption_of(cut, sliced, steps, *grid_of(cut[name], panels)))
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
