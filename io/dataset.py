"""Labels: arrays of results become Datasets that explain themselves and name their game."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from ..model import NUMBER, Code, Label, Model, find
from ..model.described import described, difference, model_described, source_of
from ..model.model import BUILT_IN, DEFAULT
from ..version import __version__
from .dates import counted

MASKED = -2  # in place of codes that `where` has left out; no model has this code
# the attributes about the model, and their defaults
TOLD = {"model": DEFAULT, "model_described": "", "model_hash": ""}
CONTEST = "contest"
CONVENTIONS = "CF-1.8"
MEASURED_IN = "measured_in"  # in files, the attribute that has the units UDUNITS does not know


def dataset_of(
    model: Model,
    command: str,
    variables: Mapping[str, xr.Variable],
    coords: Mapping[str, xr.Variable],
    **attributes: Any,
) -> xr.Dataset:
    """Return the results of a command for a model's games as a Dataset that explains itself."""
    told = {"foedus_version": __version__, "model": model.name, "command": command, **attributes}
    return xr.Dataset(variables, coords, told | told_of(model))


def told_of(model: Model) -> dict[str, str]:
    """Return the attributes that describe a model; for a built-in model, its name is enough."""
    told = {"references": model.references}
    if not model.built_in:
        told |= {
            "model_described": described(model),
            "model_source": source_of(model),
            "model_hash": model.hash,
        }
    return {name: text for name, text in told.items() if text}


def parameter_coordinates(
    model: Model,
    varying: Mapping[str, np.ndarray],
    fixed: Mapping[str, float],
    dims: tuple[str, ...] = (),
) -> dict[str, xr.Variable]:
    """Return each parameter as a labelled coordinate, from the numbers that kernels use for its values.

    Parameters that are `varying` have the dimension of their own name, or `dims` if these are given. Those
    that are `fixed` are scalars, so that datasets with different values can be concatenated along them.
    """
    forms = {
        name: str(model.by_name[name].value(v)) for name, v in fixed.items() if model.by_name[name].choices
    }
    coords = {}
    for name, values in varying.items():
        found = model.by_name[name].values(values)
        coords[name] = xr.Variable(dims or (name,), found, parameter_attributes(model, name, forms))
    for name, number in fixed.items():
        value = model.by_name[name].value(number)
        coords[name] = xr.Variable((), value, parameter_attributes(model, name, forms))
    return coords


def parameter_attributes(model: Model, name: str, forms: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the attributes of a parameter's coordinate. Its units may depend on the `forms` of choices."""
    return model.by_name[name].attributes | {"units": model.units(name, forms or {})}


def variable(dims: tuple[str, ...], values: Any, entry: Label) -> xr.Variable:
    """Return a labelled array of results."""
    array = np.asarray(values) if not hasattr(values, "chunks") else values
    attributes = entry.attributes
    if "flag_values" in attributes:  # CF wants them in the type of the variable
        attributes["flag_values"] = np.array(attributes["flag_values"], array.dtype)
    return xr.Variable(dims, array, attributes)


def model_of(dataset: xr.Dataset) -> Model:
    """Return the model of the games in a Dataset: a built-in one, or the description in the Dataset, which
    can be drawn but not solved.

    Raises ValueError if the Dataset does not describe its model correctly.
    """
    told = {attribute: dataset.attrs.get(attribute, usual) for attribute, usual in TOLD.items()}
    for attribute, text in told.items():
        if not isinstance(text, str):
            raise ValueError(
                f"the attribute {attribute} is not a text, but of the type {type(text).__name__}"
            )
    name = told["model"]
    if name in BUILT_IN:
        return find(name)
    if not told["model_described"]:
        raise ValueError(f"there is no attribute model_described to describe the model {name}")
    try:
        return model_described(name, told["model_described"])
    except (ValueError, TypeError) as error:
        raise ValueError(f"the attribute model_described does not describe a model: {error}") from None


def version_change(dataset: xr.Dataset, now: Mapping[str, Any]) -> str:
    """Say how the model of a Dataset differs from the model of the same name in the attributes `now`; or
    nothing."""
    then = dataset.attrs
    if now.get("model_hash") in (None, then.get("model_hash")):
        return ""
    same_text = then.get("model_source") == now.get("model_source")
    referred = "its source text is the same, but something that it refers to differs"
    last = referred if same_text else "only its source text differs"
    what = difference(then["model_described"], now["model_described"]) or last
    return f"made by another version of the model {then['model']}: {what}"


def is_ours(dataset: xr.Dataset) -> bool:
    """Tell whether a Dataset was made by foedus."""
    return "foedus_version" in dataset.attrs


def check_ours(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset if it was made by foedus; raise TypeError if it was not.

    Examples
    --------
    >>> check_ours(xr.Dataset())
    Traceback (most recent call last):
    TypeError: this Dataset was not made by foedus: it has no foedus_version
    """
    if not is_ours(dataset):
        raise TypeError("this Dataset was not made by foedus: it has no foedus_version")
    return dataset


def coded(array: xr.DataArray, codes: type[Code]) -> xr.DataArray:
    """Return an array as codes, `MASKED` where `where` has removed them.

    Raises ValueError if it holds other values, for example after arithmetic.

    Examples
    --------
    >>> from foedus import Regime
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
    """Tell whether values of a type may be codes: whole numbers, or the floats that `where` makes of them.
    Means may also be whole, but have another type."""
    return dtype.kind in "iu" or dtype == np.float32 or masked


def no_codes(name: Hashable) -> ValueError:
    """Return the error for values that should be codes but are not."""
    return ValueError(
        f"the values of {name} are not codes, perhaps because of a mean or other arithmetic; "
        "choose games with sel, isel or where"
    )


def varying(dataset: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Return the parameters that vary along the axes of other parameters, and these axes. This happens when
    maps are put together."""
    names = model_of(dataset).by_name
    dims = {name: tuple(map(str, dataset[name].dims)) for name in names if name in dataset.coords}
    return {name: along for name, along in dims.items() if {*along} - {name} and {*along} <= {*names}}


def with_contest(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset of foedus 0.1.0 with the contest as a coordinate; that version had no model, and the
    contest was an attribute. Return other Datasets unchanged."""
    if "model" in dataset.attrs or CONTEST not in dataset.attrs:
        return dataset
    model = find(DEFAULT)
    value = model.by_name[CONTEST].check(dataset.attrs.pop(CONTEST))
    if CONTEST in dataset.coords:
        return dataset
    return dataset.assign_coords({CONTEST: xr.Variable((), value, parameter_attributes(model, CONTEST))})


def as_in_files(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset as the CF conventions want it in a file, with a title and a history.

    Units such as arms, which UDUNITS does not know, are "1" there; the attribute `measured_in` has them.
    Dates are counted from 1970 on.

    Examples
    --------
    >>> import foedus
    >>> as_in_files(foedus.sweep({"stake": [0.5, 1.0]}, variables=["pledge"])).pledge.attrs
    {'long_name': 'forces pledged by the superpower', 'units': '1', 'symbol': 's', 'measured_in': 'arms'}
    """
    told = dataset.assign_attrs(_conventions(dataset) | dataset.attrs)
    for array in told.variables.values():
        units = array.attrs.get("units", NUMBER)
        if isinstance(units, str) and units != NUMBER:
            array.attrs |= {"units": NUMBER, MEASURED_IN: units}
    dates = {name: counted(array) for name, array in told.variables.items() if array.dtype.kind == "M"}
    return told.assign(dates) if dates else told


def as_in_memory(dataset: xr.Dataset) -> xr.Dataset:
    """Return the Dataset in a file without what `as_in_files` has added.

    Raises ValueError if it does not say to which model its games belong.
    """
    told = dataset.copy()
    for name, text in _conventions(dataset).items():
        if str(dataset.attrs.get(name)) == text:
            told.attrs.pop(name, None)
    for array in told.variables.values():
        if MEASURED_IN in array.attrs:
            array.attrs["units"] = array.attrs.pop(MEASURED_IN)
    return told


def _conventions(dataset: xr.Dataset) -> dict[str, str]:
    """Return the attributes that CF asks for, as far as the Dataset has none of its own."""
    line = " ".join(str(dataset.attrs[name]) for name in ("created", "command") if name in dataset.attrs)
    return {"Conventions": CONVENTIONS, "title": model_of(dataset).title, "history": line}


def untold(dataset: xr.Dataset) -> list[str]:
    """Return the parameters whose values a dataset does not have."""
    return [name for name in model_of(dataset).by_name if name not in dataset.coords]


def geometric(values: np.ndarray) -> bool:
    """Tell whether rising values have a constant ratio, and not a constant difference."""

    def even(steps: np.ndarray) -> bool:
        return np.allclose(steps, steps[0], rtol=1e-6, atol=0)

    return values.size > 2 and values[0] > 0 and even(values[1:] / values[:-1]) and not even(np.diff(values))


def thin(dataset: xr.Dataset, dims: Iterable[str], about: int) -> tuple[xr.Dataset, dict[str, int]]:
    """Return every k-th value along each of `dims` that has at least twice `about` values, and these k.

    At least `about` values are left, and fewer than twice as many. From a file, nothing else is read.

    Examples
    --------
    >>> thinned, steps = thin(xr.Dataset(coords={"stake": range(10)}), ["stake"], 3)
    >>> thinned.stake.values, steps
    (array([0, 3, 6, 9]), {'stake': 3})
    """
    steps = {dim: dataset.sizes[dim] // about for dim in dims}
    steps = {dim: step for dim, step in steps.items() if step > 1}
    return dataset.isel({dim: slice(None, None, step) for dim, step in steps.items()}), steps


def every(steps: Mapping[str, int], symbols: Mapping[str, str]) -> str:
    """Say which values of the axes in `steps` are shown: every 20th value of q."""
    return " and ".join(f"every {_ordinal(step)} value of {symbols[dim]}" for dim, step in steps.items())


def _ordinal(number: int) -> str:
    """Return 2nd, 3rd, 4th, 11th, 21st ..."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
