"""The name under which Datasets know foedus: `ds.foedus`.

What stands behind it draws, and so is above this package: it is known here by its name alone, and loaded when
it is used.
"""

import importlib
from typing import Any

import xarray as xr

ACCESSOR = "foedus.draw.accessor"


@xr.register_dataset_accessor("foedus")
def accessor(dataset: xr.Dataset) -> Any:
    """Return what `foedus.draw.accessor.Accessor` offers of a Dataset."""
    return importlib.import_module(ACCESSOR).Accessor(dataset)
