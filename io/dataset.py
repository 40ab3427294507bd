"""Labels: arrays of results become Datasets that explain themselves."""

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import xarray as xr

from ..alliance.tables import KEPT, PARAMETERS, UNITS_IN
from ..maps.compare import COMPARISON
from ..model.outcomes import Code, Label

MASKED = -2  # stands for the codes that `where` has left out

REFERENCES = (
    "A reconstruction of the game of Iwanami (2024), Asymmetric burden-sharing and the restraining and "
    "deterrence effects of alliances, Journal of Peace Research 61(5); its functional forms are our own."
)


def parameter_attributes(name: str, contest: str | None = None) -> dict:
    """Return what the coordinate of the parameter `name`, or of the contest, carries.

    `contest` is the form of the contest if it is the same in all games.
    """
    if name == "contest":
        return COMPARISON[name].attributes
    p = PARAMETERS[name]
    units = UNITS_IN.get((name, contest), p.units) if contest else p.units
    return {"long_name": p.long_name, "units": units, "symbol": p.symbol, "domain": p.domain}


def label(
    results: Mapping[str, np.ndarray],
    dims: tuple[str, ...],
    coordinates: Mapping[str, np.ndarray],
    fixed: Mapping[str, float],
    attributes: Mapping[str, str],
) -> xr.Dataset:
    """Return the `results` as a Dataset over `dims`.

    Every parameter is a coordinate: those that vary along a dimension (`coordinates`, of the same
    name as the dimension for a grid, all along ``game`` for scattered games), the `fixed` ones as
    scalars, so that datasets at several values of one can be concatenated along it.
    """
    contest = attributes.get("contest")
    coords = parameter_coordinates(dims, coordinates, fixed, contest)
    if contest:  # or maps of two contests that are put beside each other would be told as of one
        coords["contest"] = xr.Variable((), contest, parameter_attributes("contest"))
    variables = {name: variable(dims, values, KEPT[name]) for name, values in results.items()}
    return xr.Dataset(variables, coords, {**attributes, "references": REFERENCES})


def parameter_coordinates(
    dims: tuple[str, ...],
    varying: Mapping[str, np.ndarray],
    fixed: Mapping[str, float],
    contest: str | None,
) -> dict[str, xr.Variable]:
    """Return each parameter as a coordinate, labelled: those that vary along the dimension of their own name,
    or else along all of `dims`, and the `fixed` ones as scalars."""
    columns = {
        name: xr.Variable(name if name in dims else dims, values, parameter_attributes(name, contest))
        for name, values in varying.items()
    }
    scalars = {
        name: xr.Variable((), value, parameter_attributes(name, contest)) for name, value in fixed.items()
    }
    return {**columns, **scalars}


def variable(dims: tuple[str, ...], values: np.ndarray, entry: Label) -> xr.Variable:
    """Return an array of results with what the table says of it."""
    attributes = entry.attributes
    if "flag_values" in attributes:  # CF wants them in the type of the variable
        attributes["flag_values"] = np.array(attributes["flag_values"], values.dtype)
    return xr.Variable(dims, values, attributes)


def is_ours(dataset: xr.Dataset) -> bool:
    """Tell whether a Dataset was made by foedus."""
    return {"foedus_version", "contest"} <= {*dataset.attrs, *dataset.coords}


def check_ours(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset if it was made by foedus; raise TypeError if it was not.

    Examples
    --------
    >>> check_ours(xr.Dataset())
    Traceback (most recent call last):
    TypeError: this Dataset was not made by foedus: it has no foedus_version and no contest
    """
    if not is_ours(dataset):
        raise TypeError("this Dataset was not made by foedus: it has no foedus_version and no contest")
    return dataset


def coded(array: xr.DataArray, codes: type[Code]) -> xr.DataArray:
    """Return an array of codes as such, `MASKED` where `where` has left none.

    Raises ValueError if it holds something else, as arithmetic leaves it.

    Examples
    --------
    >>> from foedus.alliance.tables import Regime
    >>> regime = xr.DataArray(np.array([0, 5], np.int8), dims="stake")
    >>> coded(regime.where(regime > 0), Regime).values
    array([-2,  5], dtype=int8)
    """
    values = array.values
    masked = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    found = values[~masked]
    whole = found.astype(np.int8)
    known = (whole == found) & np.isin(whole, [-1, *codes])
    if not (known.all() and may_be_codes(values.dtype, bool(masked.any()))):
        raise no_codes(array.name)
    result = np.full(values.shape, MASKED, np.int8)
    result[~masked] = whole
    return array.copy(data=result)


def may_be_codes(dtype: np.dtype, masked: bool) -> bool:
    """Tell whether values of a type may be codes: whole numbers, or what `where` makes of them; means, which
    may be whole, too, are of another type."""
    return dtype.kind in "iu" or dtype == np.float32 or masked


def no_codes(name: Hashable) -> ValueError:
    """Return what is raised where values that should be codes are none."""
    return ValueError(
        f"the values of {name} are no codes, as means and other arithmetic leave them; "
        "choose games with sel, isel or where"
    )


def contest_of(dataset: xr.Dataset) -> str | None:
    """Return the form of the contest of all games, or None if it is not the same or is not told."""
    if "contest" not in dataset.coords:
        return dataset.attrs.get("contest")
    found = np.unique(dataset.contest.values)
    return str(found[0]) if found.size == 1 else None


def varying(dataset: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Return the parameters, and the contest, that vary along axes of others, and along which, as where maps
    were put beside each other."""
    names = ["contest", *PARAMETERS]
    dims = {name: tuple(map(str, dataset[name].dims)) for name in names if name in dataset.coords}
    return {name: along for name, along in dims.items() if {*along} - {name} and {*along} <= {*names}}


def untold(dataset: xr.Dataset) -> list[str]:
    """Return the parameters of which a dataset does not say what they were."""
    return [name for name in PARAMETERS if name not in dataset.coords]


def geometric(values: np.ndarray) -> bool:
    """Tell whether rising values have a constant ratio, and not a constant difference."""

    def even(steps: np.ndarray) -> bool:
        return np.allclose(steps, steps[0], rtol=1e-6, atol=0)

    return values.size > 2 and values[0] > 0 and even(values[1:] / values[:-1]) and not even(np.diff(values))


def thin(dataset: xr.Dataset, dims: Iterable[str], about: int) -> tuple[xr.Dataset, dict[str, int]]:
    """Return every k-th value along each of `dims` that has many more than `about`, so that about so many
    are left, two thirds to three halves as many, and these k by dimension.

    Of a file, nothing else is read.

    Examples
    --------
    >>> thinned, steps = thin(xr.Dataset(coords={"stake": range(10)}), ["stake"], 3)
    >>> thinned.stake.values, steps
    (array([0, 3, 6, 9]), {'stake': 3})
    """
    steps = {dim: round(dataset.sizes[dim] / about) for dim in dims}
    steps = {dim: step for dim, step in steps.items() if step > 1}
    return dataset.isel({dim: slice(None, None, step) for dim, step in steps.items()}), steps


def every(steps: Mapping[str, int], symbols: Mapping[str, str]) -> str:
    """Say which values of the axes `steps` names are shown: every 20th value of q."""
    return " and ".join(f"every {_ordinal(step)} value of {symbols[dim]}" for dim, step in steps.items())


def _ordinal(number: int) -> str:
    """Return 2nd, 3rd, 4th, 11th, 21st ..."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
