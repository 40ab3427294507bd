"""Many games: grids and scattered points, solved in parallel and labelled."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import Model, chosen
from .columns import check_axes, fixed_parameters, scattered
from .ids import beside, ids, parted
from .parallel import Progress
from .requests import Request, request, request_sweep, solve_request, warn_unsolved

if TYPE_CHECKING:
    import xarray as xr


def sweep(
    axes: Mapping[str, Any],
    *,
    model: Model | None = None,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    dtype: Any = np.float64,
    chunks: Any = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Solve a game at every point of a grid.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of each parameter that varies, by its name or symbol; each is a dimension, in this order.
        The values of a choice, such as the ``contest``, are names.
    model : Model, optional
        the game; default: the alliance game
    variables : iterable of str, optional
        the outcomes to keep; default: all except ``deviation_gain`` of the alliance game, the largest gain by
        another move that a search finds for a player. You must name ``deviation_gain`` if you want it,
        because this search takes ten thousand times as long as solving the game.
    threads : int, optional
        the number of threads; default: the number of processors
    progress : callable, optional
        called with the number of games done and of all games; an error in it cancels the sweep
    dtype : numpy.dtype, optional
        the type of the numbers in the result, ``float64`` or ``float32``; games are always solved in float64.
        Codes are always int8.
    chunks : mapping of str to int, tuple or ``"auto"``, optional
        do not solve now, but return a lazy Dataset of Dask arrays, in chunks with these numbers of values
        along the axes, such as ``chunks={"ally_cost": 512}``. A chunk is solved, in one thread, when Dask
        computes it. Needs ``foedus[dask]``.
    **fixed : float or str
        the other parameters by name or symbol, such as ``stake=2.0`` and ``contest="difference"``; default:
        the values of the default game

    Returns
    -------
    xarray.Dataset
        every variable over the axes; the fixed parameters as scalar coordinates

    Raises
    ------
    TypeError, ValueError
        if a parameter, a value, a variable or a number of threads is not allowed, or if a parameter is both
        an axis and fixed.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 64)}, variables=["regime"])
    >>> ds.regime.dims, ds.regime.dtype
    (('ally_cost',), dtype('int8'))
    >>> [foedus.Regime(code).name for code in np.unique(ds.regime)]
    ['REVISION', 'RESTRAINT', 'SELF_RELIANCE', 'DETERRENCE']
    """
    asked = request_sweep(chosen(model), axes, variables, dtype, fixed)
    if chunks is not None:
        if threads is not None or progress is not None:
            raise ValueError("with chunks=, Dask solves later; leave out threads= and progress=")
        from .lazy import lazy_arrays

        return labelled(asked, lazy_arrays(asked, chunks), "foedus.sweep")
    return solve_labelled(asked, threads, progress, "foedus.sweep")


def solve_points(
    points: Any,
    *,
    model: Model | None = None,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    dtype: Any = np.float64,
    **fixed: Any,
) -> "xr.Dataset":
    """Solve scattered games.

    Parameters
    ----------
    points : mapping, pandas.DataFrame or xarray.Dataset
        a column of values for each parameter that varies, all of the same length. From a Dataset, every
        variable with the name of a parameter is taken; a scalar is a fixed parameter. Further columns, and
        the named index of a DataFrame, are copied to the result: numbers, texts and dates, such as a country
        and a year.
    model, variables, threads, progress, dtype, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        every variable along the dimension ``game``, with the columns as coordinates. In the names of further
        columns, each space is replaced by ``_``.

    Raises
    ------
    TypeError, ValueError
        as for `sweep`, and if the columns differ in length, or a further column has the name of an outcome,
        or nearly the name of a parameter.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.solve_points({"ally_cost": [0.3, 1.0], "stake": [0.5, 2.0]})
    >>> [foedus.Regime(code).name for code in ds.regime.values]
    ['RESTRAINT', 'DETERRENCE']
    >>> cases = {"country": ["Japan", "Spain"], "ally_cost": [0.3, 1.0]}
    >>> foedus.solve_points(cases, variables=["regime"]).foedus.to_dataframe()[["country", "regime"]]
      country      regime
    0   Japan   restraint
    1   Spain  deterrence
    """
    game = chosen(model)
    if hasattr(points, "data_vars"):
        points, fixed, others = _of_dataset(game, points, fixed)
    elif not hasattr(points, "keys"):
        raise TypeError(f"points must be a mapping, a DataFrame or a Dataset, not a {type(points).__name__}")
    else:
        named = [name for name in getattr(getattr(points, "index", None), "names", ()) if name is not None]
        points, others = parted(game, points.reset_index(named) if named else points)
    values = check_axes(game, {name: np.asarray(points[name]) for name in points})
    if not values:
        raise ValueError("no column has the name of a parameter")
    kept = ids(game, others)
    games = {name: column.size for name, column in (values | kept).items()}
    if len(set(games.values())) > 1:
        lengths = ", ".join(f"{name} has {size}" for name, size in games.items())
        raise ValueError(f"the columns must have the same length, but {lengths}")
    columns = scattered(values, fixed_parameters(game, fixed, values, "a column"))
    asked = request(game, columns, ("game",), (columns.games,), variables, dtype)
    return solve_labelled(asked, threads, progress, "foedus.solve_points").assign_coords(kept)


def _of_dataset(
    model: Model, dataset: "xr.Dataset", fixed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the columns of a Dataset that are parameters, what is fixed by it and by `fixed`, and its
    columns that are neither parameters nor outcomes."""
    there = {name: dataset[name] for name in model.by_name if name in dataset.variables}
    single = {name: v.item() for name, v in there.items() if v.ndim == 0}
    points = {name: v for name, v in there.items() if v.ndim}
    others = beside(dataset, (v.dims for v in points.values()))
    points, others = parted(model, points | others)
    others = {name: column for name, column in others.items() if name not in model.kept}
    return points, single | model.named(fixed), others


def solve_labelled(
    request: Request, threads: int | None, progress: Progress | None, command: str, **attributes: Any
) -> "xr.Dataset":
    """Solve a request and label the results. Warn the caller of the caller about games that could not be
    solved."""
    arrays, unsolved, first = solve_request(request, threads, progress)
    if unsolved:
        columns = request.columns
        warn_unsolved(request.model, unsolved, columns.games, columns.numbers(first), stacklevel=4)
    return labelled(request, arrays, command, **attributes)


def labelled(request: Request, arrays: Mapping[str, Any], command: str, **attributes: Any) -> "xr.Dataset":
    """Return the results of a request as a labelled Dataset."""
    from ..io.dataset import dataset_of, parameter_coordinates, variable

    model, columns, dims = request.model, request.columns, request.dims
    along = dims if dims == ("game",) else ()
    return dataset_of(
        model,
        command,
        {name: variable(dims, values, model.kept[name]) for name, values in arrays.items()},
        parameter_coordinates(model, columns.values, columns.fixed, along),
        **attributes,
    )
