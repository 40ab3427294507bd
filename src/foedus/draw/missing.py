"""Variables that a dataset does not have: its games are solved again if that is possible."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ..io.dataset import model_of, thin, untold, varying
from ..model import Model
from ..model.names import resolve
from ..solving.sweeps import sweep
from .parts import SHOWN, drawn_of


def with_missing(
    dataset: Any, variables: str | Sequence[str] | None, at: Any, model: Model | None = None
) -> Any:
    """Return a dataset with the outcomes among `variables` that it does not have, solved again.

    It is returned unchanged if it is not a grid of a model's games, a parameter is unknown, or its regimes
    are not those that solving its games gives. If outcomes are added, the axes keep only as many values as a
    picture shows, and the axes of `at` only the values next to those in `at`.

    Parameters
    ----------
    model : Model, optional
        the model of its games; default: the model that foedus knows by the name in the dataset

    Raises
    ------
    ValueError
        if a variable is missing and cannot be solved without the model.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.sweep({"ally_cost": [0.3, 1.0]}, variables=["regime"])
    >>> bool((with_missing(ds, "pledge", {}).pledge > 0).all())
    True
    """
    if not isinstance(dataset, xr.Dataset) or not isinstance(variables, Sequence):
        return dataset
    known = model_of(dataset)
    missing = []
    for written in [variables] if isinstance(variables, str) else variables:
        with contextlib.suppress(ValueError):  # a name that is not an outcome is refused later
            missing.append(resolve(written, known.found, "an outcome"))
    missing = [name for name in missing if name not in dataset]
    there = [str(name) for name in dataset.data_vars if name in drawn_of(known)]
    dims = [str(dim) for dim in dict.fromkeys(dim for name in there for dim in dataset[name].dims)]
    if not missing or not dims or untold(dataset) or varying(dataset) or not {*dims} <= {*known.by_name}:
        return dataset
    model = model if model is not None and model.name == known.name else known
    if not model.solvable:
        raise ValueError(
            f"{missing[0]} is not in this dataset; it has {', '.join(there)}. To solve its games "
            "again, give model (on the command line, --model with the file that makes the model)"
        )
    places = known.named(at) if isinstance(at, Mapping) else {}
    shown, _ = thin(dataset, [dim for dim in dims if dim not in places], SHOWN)
    shown = shown.isel({dim: _beside(shown[dim].values, places[dim]) for dim in dims if dim in places})
    axes = {dim: shown[dim].values for dim in dims}
    fixed = {name: shown[name].item() for name in model.by_name if name not in axes}
    mapped = model.mapped.name
    found = sweep(axes, model=model, variables=[*missing, mapped], **fixed)
    if mapped in shown and not (found[mapped] == shown[mapped]).all():
        return dataset
    return shown.assign({name: found[name] for name in missing})


def _beside(values: np.ndarray, value: Any) -> slice:
    """Return a slice with the value of an axis nearest to `value` and its neighbours, or with all values if
    it is not a number."""
    if values.dtype.kind not in "iuf" or not isinstance(value, (int, float)):
        return slice(None)
    place = int(np.abs(values - value).argmin())
    return slice(max(0, place - 1), place + 2)
