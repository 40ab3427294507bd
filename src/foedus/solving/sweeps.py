"""Many games: dense grids and scattered points, solved in parallel and labelled."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import Model, chosen
from .columns import check_axes, fixed_parameters, scattered
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
        the values of each parameter that varies, by its name or symbol, one dimension each, in this order;
        of a choice, as the ``contest``, names
    model : Model, optional
        the game; default: the alliance game
    variables : iterable of str, optional
        the outcomes to keep; default: all, of the alliance game but ``deviation_gain``, the most that a
        player was found to gain by another move, which takes ten thousand times as long to search for as a
        game takes to be solved
    threads : int, optional
        how many threads solve; default: as many as there are processors
    progress : callable, optional
        called with the games done and the games in all; raising in it cancels the sweep
    dtype : numpy.dtype, optional
        the type in which numbers are kept, ``float64`` or ``float32``; they are solved in float64 all the
        same. Codes are always int8.
    chunks : mapping of str to int, tuple or ``"auto"``, optional
        solve nothing yet, but return a lazy Dataset of Dask arrays, cut into chunks of so many values
        along these axes, as in ``chunks={"ally_cost": 512}``; each is solved where and when Dask computes
        it, one thread each. Takes ``foedus[dask]``.
    **fixed : float or str
        the other parameters, by name or symbol, as ``stake=2.0`` and ``contest="difference"``; default:
        those of the default game

    Returns
    -------
    xarray.Dataset
        every variable over the axes; the fixed parameters as scalar coordinates

    Raises
    ------
    TypeError, ValueError
        if a parameter, a value, a variable or a number of threads is not allowed; a parameter is
        either an axis or fixed.

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
            raise ValueError("with chunks nothing is solved yet; threads and progress are Dask's own")
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
        a column of values for each parameter that varies, all of one length; of a Dataset, every
        variable that is named like a parameter, a scalar as a fixed one
    model, variables, threads, progress, dtype, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        every variable along the dimension ``game``; the columns as coordinates along it

    Raises
    ------
    TypeError, ValueError
        as for `sweep`, and if the columns differ in length.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.solve_points({"ally_cost": [0.3, 1.0], "stake": [0.5, 2.0]})
    >>> [foedus.Regime(code).name for code in ds.regime.values]
    ['RESTRAINT', 'DETERRENCE']
    """
    game = chosen(model)
    if hasattr(points, "data_vars"):
        points = {name: points[name] for name in game.by_name if name in points.variables}
        fixed = {name: v.item() for name, v in points.items() if v.ndim == 0} | game.named(fixed)
        points = {name: v for name, v in points.items() if v.ndim}
    elif not hasattr(points, "keys"):
        raise TypeError(f"points must be a mapping, a DataFrame or a Dataset, not a {type(points).__name__}")
    values = check_axes(game, {name: np.asarray(points[name]) for name in points})
    if not values:
        raise ValueError("no column is named like a parameter")
    games = {name: column.size for name, column in values.items()}
    if len(set(games.values())) > 1:
        lengths = ", ".join(f"{name} has {size}" for name, size in games.items())
        raise ValueError(f"the columns must be of one length, but {lengths}")
    columns = scattered(values, fixed_parameters(game, fixed, values, "a column"))
    asked = request(game, columns, ("game",), (columns.games,), variables, dtype)
    return solve_labelled(asked, threads, progress, "foedus.solve_points")


def solve_labelled(
    request: Request, threads: int | None, progress: Progress | None, command: str, **attributes: Any
) -> "xr.Dataset":
    """Solve a request and label what was found; warn whoever called its caller of games that could not be
    solved."""
    arrays, unsolved, first = solve_request(request, threads, progress)
    if unsolved:
        columns = request.columns
        warn_unsolved(request.model, unsolved, columns.games, columns.numbers(first), stacklevel=4)
    return labelled(request, arrays, command, **attributes)


def labelled(request: Request, arrays: Mapping[str, Any], command: str, **attributes: Any) -> "xr.Dataset":
    """Return the results of a request as a Dataset that explains itself."""
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
