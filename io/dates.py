"""Dates: in files they are numbers, as CF wants them, and every program that knows CF reads them as dates."""

import re

import numpy as np
import xarray as xr

UNITS = {"days": "D", "seconds": "s", "nanoseconds": "ns"}  # and NumPy's names of them, from the coarsest on
SINCE = re.compile(rf"({'|'.join(UNITS)}) since 1970-01-01")
CALENDAR = "proleptic_gregorian"  # NumPy's


def counted(dates: xr.Variable) -> xr.Variable:
    """Return dates as floats, counted in the largest unit in which they are whole, with NaN for missing ones.
    Nanoseconds are integers, because no float has all of them, if none is missing.

    Examples
    --------
    >>> found = counted(xr.Variable("game", np.array(["1970-01-03", "1969-12-31"], "M8[ns]")))
    >>> found.values, found.attrs["units"]
    (array([ 2., -1.]), 'days since 1970-01-01')
    """
    values = dates.values
    missing = np.isnat(values)
    for unit, name in UNITS.items():  # noqa: B007
        counts = values.astype(f"M8[{name}]")
        if np.array_equal(counts[~missing], values[~missing]):
            break
    numbers = counts.astype(np.int64)
    if unit != "nanoseconds" or missing.any():  # CF-1.8 has no integers of 64 bits
        numbers = np.where(missing, np.nan, numbers)
    told = {"units": f"{unit} since 1970-01-01", "calendar": CALENDAR}
    return xr.Variable(dates.dims, numbers, dates.attrs | told)


def near_enough(dates: np.ndarray) -> np.ndarray:
    """Return dates to the nanosecond, as xarray and pandas usually have them; or to the second, if some are
    too far from today for that."""
    fine, coarse = dates.astype("M8[ns]"), dates.astype("M8[s]")
    return fine if np.array_equal(fine.astype("M8[s]"), coarse, equal_nan=True) else coarse


def with_dates(dataset: xr.Dataset) -> xr.Dataset:
    """Return the Dataset in a file with its dates as such."""
    found = {}
    for name, array in dataset.variables.items():
        units = SINCE.fullmatch(str(array.attrs.get("units")))
        if units and array.attrs.get("calendar") == CALENDAR:
            missing = np.isnan(array.values)
            counts = np.where(missing, 0, array.values).astype(np.int64).astype(f"M8[{UNITS[units[1]]}]")
            told = {key: text for key, text in array.attrs.items() if key not in ("units", "calendar")}
            found[name] = (array.dims, near_enough(np.where(missing, np.datetime64("NaT"), counts)), told)
    return dataset.assign(found) if found else dataset
