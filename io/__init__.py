"""Labels and files: the tables of parameters and variables (`schema`), Datasets, NetCDF.

Nothing is imported here, because xarray takes longer to import than a game to solve.
"""
