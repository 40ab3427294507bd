"""The attribute of Datasets for foedus: `ds.foedus`.

It draws, so its code is in a package above this one. Here only the name of its module is known; it is loaded
when it is used.
"""

import importlib
from typing import Any

import xarray as xr

ACCESSOR = "foedus.draw.accessor"


@xr.register_dataset_accessor("foedus")
def accessor(dataset: xr.Dataset) -> Any:
    """Return the `foedus.draw.accessor.Accessor` of a Dataset."""
    return importlib.import_module(ACCESSOR).Accessor(dataset)
