"""Labels and files: labelled Datasets, NetCDF and Zarr.

xarray is not imported here, because that takes longer than solving a game. As soon as it is imported, before
this package or after, its Datasets get the attribute `ds.foedus`.
"""

import wrapt


@wrapt.when_imported("xarray")
def _register(_: object) -> None:
    """Register `ds.foedus`."""
    from . import accessor as accessor
