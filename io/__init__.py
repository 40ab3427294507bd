"""Labels and files: Datasets that explain themselves, NetCDF and Zarr.

xarray is not imported here, because that takes longer than to solve a game; but once it is there, imported
before this or after, its Datasets are given what foedus knows of them: `ds.foedus`.
"""

import wrapt


@wrapt.when_imported("xarray")
def _register(_: object) -> None:
    """Register `ds.foedus`."""
    from . import accessor as accessor
