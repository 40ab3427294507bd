"""Labels: arrays of results become Datasets that explain themselves."""

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from .schema import COMPARISON, KEPT, PARAMETERS, UNITS_IN, Label

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
    coords = parameter_coordinates(dims, coordinates, fixed, attributes.get("contest"))
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
