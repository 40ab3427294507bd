"""Adaptive maps: the regimes on a grid of two axes, solved only along the boundaries between regimes."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..io.dataset import geometric, variable
from ..model import UNSOLVED, Label, Model, Outcome, chosen, table
from ..model.checks import check_whole
from ..solving.columns import check_axes
from ..solving.parallel import Progress, check_threads
from ..solving.requests import Request, request_sweep, solve_columns, solve_request, warn_unsolved
from ..solving.sweeps import labelled
from .topology import Curves, Meeting, entropies, geometry
from .tracing import Quads, Runs, lattice, runs, trace

if TYPE_CHECKING:
    import xarray as xr

SHARE = Label("share", "", "1", "share of the map where the regime holds")
REGIME_NAME = Label("regime_name", "", "1", "regime")


def labels(model: Model) -> dict[str, Label]:
    """Return the labels of what an adaptive map adds to its regimes. A name that ends in _ stands for one
    variable for each axis."""
    error = "half the width of the smallest square in which foedus found the point, as a share of an axis"
    share_error = "largest possible difference between this share (of the points) and the share of the area"
    return table(
        Label("boundary_", "", "", "boundary between regimes"),  # with the units of the axis
        Outcome("curve_regimes", "", "1", "regimes on the sides of a boundary", model.codes),
        Label("curve_size", "", "1", "number of vertices of a boundary"),
        Label("meeting_", "", "", "point where more than two regimes meet"),
        Label("meeting_error", "", "1", error),
        Label("meeting_regimes", "", "1", "whether a regime is among those that meet"),
        SHARE,
        Label("share_error", "", "1", share_error),
        Label("border_length", "", "1", "length of the boundary between two regimes, axes scaled to [0, 1]"),
        Label("basin_entropy", "S_b", "1", "basin entropy"),
        Label("boundary_entropy", "S_bb", "1", "boundary basin entropy"),
        REGIME_NAME,
        Label("neighbour", "", "1", "regime on the other side"),
    )


DENSE = 2**30  # a map of up to so many games is kept whole
THIN = 2048  # of a larger map, at most so many values of an axis are kept
LATTICE = 8192  # the lattice has at most so many values of an axis by default
STEPS = 8  # least number of steps of the grid between points of the lattice by default
BOX = 5  # points along a side of the boxes for the entropies


def adaptive_map(
    axes: Mapping[str, Any],
    *,
    model: Model | None = None,
    spacing: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Find the regime at every point of a grid of two axes, but solve games only where the regime may change.

    The regime is solved at every `spacing`-th value of each axis. If it differs between two of these, the
    boundary is found and followed to its end. So the map equals that of `sweep` at every point, with one
    exception: a region between the solved values is missed if one regime, or one regime and the border of
    the map, enclose it.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of two parameters, each in rising order
    spacing : int, optional
        the number of steps of the grid between two values that are solved first; default: 8, or more if
        otherwise more than 8192 values of an axis would be solved first
    model, threads, **fixed
        as for `sweep`
    progress : callable, optional
        called with the number of solved games and the number of all games in the first step; if it raises an
        error, the call ends

    Returns
    -------
    xarray.Dataset
        ``regime`` over both axes; a map of more than 2^30 points keeps only every k-th value of each axis, at
        most 2048 values. The following variables use all points:

        ``boundary_<axis>`` (vertex): the points where the regime changes, curve after curve, found to 1/1024
        of a step of the grid. ``curve_size`` is the number of vertices of each curve, ``curve_regimes``
        (curve, side) the regimes on its sides. Curves end where more than two regimes meet, on the border of
        the map, or where they began.

        ``meeting_<axis>`` (meeting): the points where more than two regimes meet; ``meeting_regimes`` is 1
        for these regimes. ``meeting_error``: half the width of the smallest square that was solved around the
        point, as a share of an axis. It is far below a step of the grid, unless a regime ends there in a
        wedge that is too thin to follow. Then the wedge may reach beyond this point.

        ``share`` (regime_name): the share of the points with each regime. The share of the area differs by at
        most ``share_error``. ``border_length`` (regime_name, neighbour): the length of the boundary between
        two regimes; 0 if they do not touch. For this length each axis is scaled to [0, 1], and all its steps
        are equally long.

        ``basin_entropy``, ``boundary_entropy``: the map is divided into boxes of 5 by 5 points. The entropy
        of a box measures how mixed its regimes are (`topology.entropies`). ``basin_entropy`` is its mean over
        all boxes, ``boundary_entropy`` its mean over the boxes with more than one regime.

        The attribute ``solved`` is the number of games that were solved; ``unseen`` says what could have been
        missed.

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; or unless there are two axes, each with two or more values in rising order.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> axes = {"ally_cost": np.geomspace(0.05, 5, 1024), "status_quo": np.linspace(0.1, 0.9, 1024)}
    >>> ds = foedus.adaptive_map(axes)
    >>> bool((ds.regime == foedus.sweep(axes, variables=["regime"]).regime).all())
    True
    >>> ds.attrs["solved"] < ds.regime.size / 5
    True
    >>> ds.border_length.sel(regime_name="restraint", neighbour="deterrence").item()
    0.0
    """
    game = chosen(model)
    if not isinstance(axes, Mapping) or len(axes) != 2:
        raise ValueError("an adaptive map needs two axes; give a mapping of their names to their values")
    values = check_axes(game, axes)
    for name, column in values.items():
        if game.by_name[name].choices:
            raise ValueError(f"{name} is a choice and cannot be an axis of an adaptive map; fix it")
        if column.size < 2 or not (np.diff(column) > 0).all():
            raise ValueError(f"{name}: an adaptive map needs two values or more, in rising order")
    first, second = values.values()
    shape = first.size, second.size
    if spacing is None:
        spacing = max(STEPS, math.ceil(max(shape) / LATTICE))
    spacing = check_whole("spacing", spacing, 1)
    threads = check_threads(threads)
    places = lattice(first.size, spacing), lattice(second.size, spacing)
    coarse = {name: column[at] for (name, column), at in zip(values.items(), places, strict=True)}
    mapped = game.mapped.name
    request = request_sweep(game, coarse, [mapped], np.float64, fixed)
    codes = solve_request(request, threads, progress).arrays[mapped]
    solved = codes.size

    def codes_at(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        nonlocal solved
        solved += u.size
        points = {name: values_at(values[name], at) for name, at in zip(values, (u, v), strict=True)}
        return solve_columns(game, points, request.columns.fixed, [mapped], threads)[mapped]

    quads = trace(codes_at, places[0], places[1], codes)
    found = runs(quads, shape, codes[0, 0])
    unsolved = found.counts().get(UNSOLVED, 0)
    if unsolved:
        i, j = divmod(int(found.start[np.argmax(found.code == UNSOLVED)]), shape[1])
        at = {name: float(column[k]) for (name, column), k in zip(values.items(), (i, j), strict=True)}
        warn_unsolved(game, unsolved, math.prod(shape), request.columns.fixed | at, stacklevel=3)
    curves, meetings = geometry(codes_at, quads, shape)
    kept = request._replace(columns=request.columns._replace(values=values))
    dataset = _labelled(kept, found, quads, curves, meetings)
    sides = [min(spacing / (size - 1), 1.0) for size in shape]
    return dataset.assign_attrs(
        adaptive=list(shape),
        spacing=spacing,
        solved=solved,
        unseen=f"a region between the games that are solved first ({spacing} steps apart on the grid), if "
        "one regime, or one regime and the border of the map, surrounds it; no rectangle of "
        f"{sides[0]:.3g} by {sides[1]:.3g} (shares of the axes) fits into such a region",
    )


def values_at(axis: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the values at positions along an axis, as it is drawn; positions are steps from its first
    value."""
    step = np.minimum(np.floor(at).astype(np.int64), axis.size - 2)
    t = at - step
    low, high = axis[step], axis[step + 1]
    between = low * (high / low) ** t if geometric(axis) else low + t * (high - low)
    return np.where(t == 0, low, np.where(t == 1, high, between))


def kept_step(shape: Sequence[int]) -> int:
    """Return k if an adaptive map of this shape keeps every k-th value of its axes."""
    return 1 if math.prod(shape) <= DENSE else math.ceil(max(shape) / THIN)


def _share_error(shown: np.ndarray, shape: tuple[int, int]) -> float:
    """Return how far the share of a code among points may be from its share of the area.

    shown : (n, 4) at which corners of the mixed quads the code is. Such a quad may have this code everywhere;
    and a point on the border stands for half as much area as others.
    """
    return float(shown.any(1).sum() / ((shape[0] - 1) * (shape[1] - 1)) + sum(1 / size for size in shape))


def _labelled(
    request: Request, found: Runs, quads: Quads, curves: Curves, meetings: list[Meeting]
) -> "xr.Dataset":
    """Return the map and its topology as a labelled Dataset."""
    import xarray as xr

    model, values, shape = request.model, request.columns.values, found.shape
    step = kept_step(shape)
    kept = {name: column[::step] for name, column in values.items()}
    if step == 1:
        regime = found.rows(0, shape[0])
    else:
        regime = found.at(*np.ix_(*(np.arange(0, size, step) for size in shape)))
    part = request._replace(columns=request.columns._replace(values=kept))
    dataset = labelled(part, {model.mapped.name: regime}, "foedus.adaptive_map")

    counts, known = found.counts(), labels(model)
    regimes = [code for code in model.codes.everything() if code != UNSOLVED or code in counts]
    corners = quads.codes.reshape(-1, 4)
    lengths = np.zeros((len(regimes), len(regimes)))
    place = {int(code): k for k, code in enumerate(regimes)}
    for (one, other), length in zip(curves.codes.tolist(), curves.lengths(shape), strict=True):
        lengths[place[one], place[other]] += length
        lengths[place[other], place[one]] += length
    met = [[code in meeting.codes for code in regimes] for meeting in meetings]
    basin, boundary = entropies(found, quads, BOX)
    arrays: dict[str, tuple[tuple[str, ...], Any]] = {
        "curve_size": (("curve",), np.asarray(curves.sizes, np.int32)),
        "curve_regimes": (("curve", "side"), curves.codes.astype(np.int8)),
        "meeting_error": (("meeting",), [meeting.error / (min(shape) - 1) for meeting in meetings]),
        "meeting_regimes": (("meeting", "regime_name"), np.array(met, np.int8).reshape(-1, len(regimes))),
        "share": (("regime_name",), [counts.get(code, 0) / math.prod(shape) for code in regimes]),
        "share_error": (("regime_name",), [_share_error(corners == code, shape) for code in regimes]),
        "border_length": (("regime_name", "neighbour"), lengths),
        "basin_entropy": ((), basin),
        "boundary_entropy": ((), boundary),
    }
    words = np.array([code.name.lower() for code in regimes])
    names = {name: variable((name,), words, known[name]) for name in ("regime_name", "neighbour")}
    found_arrays = {name: variable(dims, array, known[name]) for name, (dims, array) in arrays.items()}
    dataset = dataset.assign_coords(names).assign(found_arrays)
    met_at = np.array([meeting.at for meeting in meetings]).reshape(-1, 2)
    for kind, dim, at in (("boundary_", "vertex", curves.vertices), ("meeting_", "meeting", met_at)):
        for name, along in zip(values, at.T, strict=True):
            told = dataset[name].attrs
            told = told | {"long_name": f"{known[kind].long_name}: {model.by_name[name].words}"}
            dataset[kind + name] = xr.Variable((dim,), values_at(values[name], along), told)
    return dataset
