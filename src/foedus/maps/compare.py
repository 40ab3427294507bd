"""One map under several functional forms, and how far what it shows depends on the form."""

import itertools
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..alliance.game import make_game
from ..alliance.tables import PARAMETERS, Regime
from ..model.checks import check_contest, check_values
from ..model.outcomes import Label
from ..model.parameters import NUMBER
from ..solving.sweeps import Progress, check_variables, sweep, warn_unsolved

if TYPE_CHECKING:
    import xarray as xr


# what a comparison of forms adds: the form of the contest as a dimension, and how far each regime holds
COMPARISON = {
    label.name: label
    for label in (
        Label("contest", "", NUMBER, "form of the contest"),
        Label("regime_share", "", NUMBER, "share of the map where the regime holds"),
        Label("regime_name", "", NUMBER, "regime"),
        Label("under", "", NUMBER, "under how many of the forms"),
    )
}


UNDER = ("all", "some", "none")  # some: but not all


def compare(
    axes: Mapping[str, Any],
    over: Mapping[str, Any],
    *,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str | None = None,
    dtype: Any = np.float64,
    **fixed: float,
) -> "xr.Dataset":
    """Solve the same grid of games under each of several functional forms.

    A form is one combination of what `over` lists: contests, parameters, or both. The decisiveness
    is a number in the ratio form and a number per unit of arms in the difference form: equal values
    do not make the two alike.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of each parameter that spans the map, as for `sweep`
    over : mapping of str to array_like, shape (m,)
        what the forms are made of, in this order: names of contests for ``contest``, values for
        the name of a parameter
    variables : iterable of str, optional
        the variables to keep; default: all. The regime is always among them.
    threads : int, optional
        how many threads solve; default: as many as there are processors
    progress : callable, optional
        called with the games done and the games in all, of all forms; raising in it cancels
    contest : str, optional
        the form of the contest where it is not compared; default: ``ratio``
    dtype : numpy.dtype, optional
        the type in which numbers are kept, as for `sweep`
    **fixed : float
        the other parameters, by name; default: those of the default game

    Returns
    -------
    xarray.Dataset
        every variable over the dimensions of `over` and then those of `axes`, to the bit what `sweep`
        returns for each form; and ``regime_share``, shape (6, 3): for each ``regime_name`` the share
        of the points of the map where that regime holds ``under`` all forms, some (but not all)
        or none. The regime ``unsolved`` has a row, the first, only where there are such games.

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; if there is nothing to compare, or a value of `over` twice; a parameter is
        either compared, an axis, or fixed.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> axes = {"ally_cost": np.geomspace(0.05, 5, 64), "status_quo": np.linspace(0.1, 0.9, 32)}
    >>> ds = foedus.compare(axes, {"bargaining_power": [0, 0.5, 1], "alliance_cost": [0, 0.1]})
    >>> ds.regime.dims
    ('bargaining_power', 'alliance_cost', 'ally_cost', 'status_quo')
    >>> restraint = ds.regime_share.sel(regime_name="restraint")
    >>> bool(restraint.sel(under="all") < restraint.sel(under="some"))
    True
    >>> bool(np.isclose(restraint.sum(), 1))
    True
    """
    if not isinstance(over, Mapping):
        raise TypeError(f"over must be a mapping of names to values, not a {type(over).__name__}")
    if not over:
        raise ValueError("over is empty; there is nothing to compare")
    values = {name: check_form(name, column) for name, column in over.items()}
    given: dict[str, Any] = fixed if contest is None else {"contest": contest} | fixed
    check_apart(values, axes if isinstance(axes, Mapping) else (), given)
    names = check_variables([*check_variables(variables), "regime"])

    from ..io.dataset import label

    forms = list(itertools.product(*(column.tolist() for column in values.values())))
    for i, form in enumerate(forms):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".* could not be solved", RuntimeWarning)  # told below, once
            part = sweep(
                axes,
                variables=names,
                threads=threads,
                progress=_progress_of_part(progress, i, len(forms)),
                dtype=dtype,
                **given | dict(zip(values, form, strict=True)),
            )
        if i == 0:
            arrays = {name: np.empty((len(forms), *part[name].shape), part[name].dtype) for name in names}
        for name in names:
            arrays[name][i] = part[name]
    shape = tuple(column.size for column in values.values()) + part.regime.shape
    dims = (*values, *part.regime.dims)
    attributes = {name: part.attrs[name] for name in ("foedus_version", "contest") if name not in values}
    dataset = label(
        {name: array.reshape(shape) for name, array in arrays.items()},
        dims,
        values | {name: part[name].values for name in part.regime.dims},
        {name: float(part[name]) for name in PARAMETERS if name not in dims},
        attributes | {"command": "foedus.compare", "compared": " ".join(values)},
    )
    unsolved = (dataset.regime == Regime.UNSOLVED).values
    if unsolved.any():
        at = dict(zip(dims, np.unravel_index(unsolved.argmax(), unsolved.shape), strict=True))
        first = {str(name): dataset[name][at.get(name, ())].item() for name in dataset.coords}
        game = make_game({"contest": part.attrs["contest"]} | first)
        warn_unsolved(int(unsolved.sum()), unsolved.size, game, stacklevel=3)
    return dataset.assign(regime_share=regime_share(dataset.regime, list(values)))


def _progress_of_part(progress: Progress | None, part: int, parts: int) -> Progress | None:
    """Return what reports the games done in one of `parts` equal parts as games done in all."""
    if progress is None:
        return None
    return lambda done, games: progress(part * games + done, parts * games)


def regime_share(regime: "xr.DataArray", forms: Sequence[str]) -> "xr.DataArray":
    """Return the share of the map where each regime holds under all forms, under some, under none.

    Points of the map that a mask has left out do not count.

    Parameters
    ----------
    regime : xarray.DataArray
        the regimes
    forms : sequence of str
        which of its dimensions make the forms; the others make the map

    Returns
    -------
    xarray.DataArray, shape (6, 3) or, with unsolved games, (7, 3)
        over ``regime_name`` and ``under``; each row sums to 1

    Examples
    --------
    >>> import xarray as xr
    >>> regime = xr.DataArray([[1, 1, 2, 2], [1, 2, 2, 2]], dims=("contest", "ally_cost"))
    >>> regime_share(regime, ["contest"]).sel(regime_name="restraint").values
    array([0.25, 0.25, 0.5 ])
    """
    import xarray as xr

    counted = (regime >= Regime.UNSOLVED).all(forms)  # games that are not left out
    shares = {}
    for code in Regime:
        holds = regime == code
        if code != Regime.UNSOLVED or holds.any():
            everywhere, somewhere = holds.all(forms), holds.any(forms)
            parts = (everywhere, somewhere & ~everywhere, ~somewhere)
            shares[code.name.lower()] = [part.where(counted).mean().item() for part in parts]
    coordinates = {"regime_name": list(shares), "under": list(UNDER)}
    array = xr.DataArray(
        list(shares.values()), coordinates, attrs=COMPARISON["regime_share"].attributes, name="regime_share"
    )
    for name in coordinates:
        array[name].attrs = COMPARISON[name].attributes
    return array


def check_form(name: str, values: Any) -> np.ndarray:
    """Return the `values` that are compared of a parameter, or of ``contest``, as an array.

    Raises TypeError and ValueError as `check_values` and `check_contest` do, and ValueError if a value
    is given twice.
    """
    if name == "contest":
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise TypeError(f"contest = {values!r} is not a list of names")
        names = list(values)
        if not names:
            raise ValueError("contest: a list of names is needed, not an empty one")
        for value in names:
            check_contest(value)
        array = np.array(names)
    elif name not in PARAMETERS:
        raise TypeError(f"{name!r} is neither contest nor a parameter; there are {', '.join(PARAMETERS)}")
    else:
        array = check_values(name, values)
    found, counts = np.unique(array, return_counts=True)
    if counts.max() > 1:
        raise ValueError(f"{name}: {found.tolist()[counts.argmax()]!r} is given more than once")
    return array


def check_apart(over: Iterable[str], axes: Iterable[str], fixed: Mapping[str, Any]) -> None:
    """Raise ValueError if something that is compared is an axis, too, or fixed."""
    for name in over:
        if name in axes:
            raise ValueError(f"{name} is both compared and an axis; it can be only one")
        if name in fixed:
            raise ValueError(f"{name} is both compared and fixed at {fixed[name]!r}; it can be only one")


def compared(dataset: "xr.Dataset") -> list[str]:
    """Return the dimensions of a dataset along which forms are compared."""
    return [name for name in dataset.attrs.get("compared", "").split() if name in dataset.dims]
