"""Labels and files: the tables of parameters and variables (`schema`), Datasets, NetCDF.

Nothing is imported here, because xarray takes longer to import than a game to solve; but where xarray is
already there, its Datasets are given what foedus knows of them: `ds.foedus`.
"""

import sys

if "xarray" in sys.modules:
    from . import accessor as accessor
