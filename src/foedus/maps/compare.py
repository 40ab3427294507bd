"""One map under several functional forms, and how far the map depends on the form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import UNSOLVED, Code, Label, Model, Parameter, chosen, table
from ..solving.columns import check_axes
from ..solving.parallel import Progress
from ..solving.requests import request_sweep
from ..solving.sweeps import solve_labelled

if TYPE_CHECKING:
    import xarray as xr

UNDER = ("all", "some", "none")  # some: but not all

# what a comparison of forms adds: where each regime holds
COMPARISON = table(
    Label("regime_share", "", "1", "share of the map where the regime holds"),
    Label("regime_name", "", "1", "regime"),
    Label("under", "", "1", "under all forms, under some (but not all), or under none"),
)


def compare(
    axes: Mapping[str, Any],
    over: Mapping[str, Any],
    *,
    model: Model | None = None,
    variables: Iterable[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    dtype: Any = np.float64,
    **fixed: Any,
) -> "xr.Dataset":
    """Solve the same grid of games under each of several functional forms.

    A form is one combination of the values in `over`: choices, numbers, or both. The decisiveness of the
    alliance game is a pure number in the ratio form, and a number per unit of arms in the difference form. So
    the same number does not mean the same in both.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,)
        the values of each parameter that spans the map, as for `sweep`
    over : mapping of str to array_like, shape (m,)
        the parameters that make the forms, in this order: a choice, such as ``contest``, with the names of
        its forms, or another parameter with values
    model, threads, dtype, **fixed
        as for `sweep`
    variables : iterable of str, optional
        the variables to keep; default: all. The regime is always kept.
    progress : callable, optional
        called with the number of solved games and the number of all games, under all forms; if it raises an
        error, the call ends

    Returns
    -------
    xarray.Dataset
        every variable over the dimensions of `over` and then those of `axes`, the same to the bit as `sweep`
        returns for each form. ``regime_share`` says for each ``regime_name`` on which share of the map this
        regime holds ``under`` all forms, under some (but not all), or under none. Its first row is
        ``unsolved``, but only if there are such games.

    Raises
    ------
    TypeError, ValueError
        as for `sweep`; if there is nothing to compare, a value in `over` is given twice, or a parameter is
        two of these: compared, an axis, fixed.

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
    game = chosen(model)
    values = check_axes(game, over, "over")
    if not values:
        raise ValueError("over is empty; there is nothing to compare")
    for name, column in values.items():
        check_each_once(game.by_name[name], column)
    axes = game.named(axes) if isinstance(axes, Mapping) else axes
    check_apart(values, axes if isinstance(axes, Mapping) else (), game.named(fixed))
    names = game.check_names([*game.check_names(variables, game.kept), game.mapped.name], game.kept)
    both = {**game.named(over), **axes} if isinstance(axes, Mapping) else axes
    request = request_sweep(game, both, names, dtype, fixed)
    if request.dims == (*values,):
        raise ValueError("a sweep needs at least one axis")
    dataset = solve_labelled(request, threads, progress, "foedus.compare", compared=" ".join(values))
    return dataset.assign(regime_share=regime_share(dataset[game.mapped.name], game.codes, list(values)))


def regime_share(regime: "xr.DataArray", codes: type[Code], forms: Sequence[str]) -> "xr.DataArray":
    """Return the share of the map where each regime holds under all forms, under some, under none.

    The dimensions of `regime` other than `forms` make the map. Points that a mask has left out do not count.
    The result is over ``regime_name``, with ``unsolved`` only if there are such games, and ``under``. Each
    row sums to 1.

    Examples
    --------
    >>> import foedus, xarray as xr
    >>> regime = xr.DataArray([[1, 1, 2, 2], [1, 2, 2, 2]], dims=("contest", "ally_cost"))
    >>> regime_share(regime, foedus.Regime, ["contest"]).sel(regime_name="restraint").values
    array([0.25, 0.25, 0.5 ])
    """
    import xarray as xr

    counted = (regime >= UNSOLVED).all(forms)  # games that are not left out
    shares = {}
    for code in codes.everything():
        holds = regime == code
        if code != UNSOLVED or holds.any():
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


def check_each_once(parameter: Parameter, numbers: np.ndarray) -> None:
    """Raise ValueError if one of the values that are compared is given twice."""
    found, counts = np.unique(numbers, return_counts=True)
    if counts.max() > 1:
        twice = parameter.value(found[counts.argmax()])
        raise ValueError(f"{parameter.name}: {twice!r} is given more than once")


def check_apart(over: Iterable[str], axes: Iterable[str], fixed: Mapping[str, Any]) -> None:
    """Raise ValueError if a parameter that is compared is also an axis, or fixed."""
    for name in over:
        if name in axes:
            raise ValueError(f"{name} is both compared and an axis; it can be only one")
        if name in fixed:
            raise ValueError(f"{name} is both compared and fixed at {fixed[name]!r}; it can be only one")


def compared(dataset: "xr.Dataset") -> list[str]:
    """Return the dimensions of a dataset along which forms are compared."""
    return [name for name in dataset.attrs.get("compared", "").split() if name in dataset.dims]
