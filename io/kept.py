"""What a file keeps of a Dataset as it is; all else is refused before anything is written."""

import re
import unicodedata
from collections.abc import Hashable
from typing import Any

import numpy as np
import xarray as xr

from .dataset import MEASURED_IN, as_in_memory, check_ours, coded, model_of

CHECKSUM = "crc32"  # the attribute in which NetCDF files have it
# what readers would apply to the values, or files write themselves
RESERVED = {"missing_value", "scale_factor", "add_offset", "coordinates", "dtype", CHECKSUM}
RESERVED |= {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", MEASURED_IN}
NAME = re.compile(r"[^\W_][\w .+@()-]{0,98}(?<! )")
NAMES = "a name begins with a letter or a digit, and has letters, digits, spaces and _ . + - @ ( ) in it"
VALUES = "a file keeps numbers and texts: convert it with astype, or drop it"
ATTRIBUTES = "a file keeps texts, numbers and lists of two or more of either"


def as_loaded(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset as `load` gives it, though xarray opened its file: without checksums and what CF
    wants, and with texts of NumPy's usual type."""
    plain = as_in_memory(dataset)
    for name, array in plain.variables.items():
        array.attrs.pop(CHECKSUM, None)
        if array.dtype.kind == "T":
            plain[name] = (array.dims, np.array(array.values.tolist(), str), array.attrs)
    return plain


def check_kept(dataset: xr.Dataset) -> None:
    """Raise TypeError if foedus did not make a Dataset, and ValueError with the first thing in it that would
    not be read as it was written: a name, values, an attribute, or codes that are none.

    Examples
    --------
    >>> import foedus
    >>> check_kept(foedus.sweep({"stake": [0.5, 1.0]}).assign_attrs(checked=None))
    Traceback (most recent call last):
    ValueError: the attribute checked is None; a file keeps texts, numbers and lists of two or more of either
    """
    check_ours(dataset)
    for name in (*dataset.dims, *dataset.variables):
        if not _is_name(name):
            raise ValueError(f"the name {name!r} cannot be kept in a file; {NAMES}")
    for name, array in dataset.variables.items():
        if not _are_kept(array):
            raise ValueError(f"{name} holds values of the type {array.dtype}; {VALUES}")
    for owner, attributes in [("", dataset.attrs)] + [
        (f" of {name}", array.attrs) for name, array in dataset.variables.items()
    ]:
        _check_attributes(attributes, owner)
    check_codes(dataset)


def check_codes(dataset: xr.Dataset) -> None:
    """Raise ValueError if what should be codes is none, as far as that is computed."""
    known = model_of(dataset).kept
    for name, array in dataset.data_vars.items():
        if name in known and (codes := known[str(name)].codes) and not array.chunks:
            coded(array, codes)


def _is_name(name: Hashable) -> bool:
    """Tell whether NetCDF, Zarr and file systems all keep a name."""
    if not isinstance(name, str) or name == "zarr.json":  # in which Zarr keeps its own
        return False
    return bool(NAME.fullmatch(name)) and unicodedata.normalize("NFC", name) == name


def _are_kept(array: xr.Variable) -> bool:
    """Tell whether files keep the values of a variable."""
    if not isinstance(array.dtype, np.dtype):  # pandas' own types, as of categories
        return False
    if array.dtype.kind in "OU":
        return all(_is_text(value) for value in array.values.ravel().tolist())
    return bool(array.dtype.kind in "iu" or array.dtype.str[1:] in ("f4", "f8"))


def _is_text(value: Any) -> bool:
    """Tell whether files keep a text: one that UTF-8 has, without the character that ends texts in C."""
    return isinstance(value, str) and "\0" not in value and value.encode(errors="ignore").decode() == value


def _is_number(value: Any) -> bool:
    """Tell whether files keep a number."""
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool) and -(2**63) <= int(value) < 2**63
    return isinstance(value, (float, np.float32))


def _check_attributes(attributes: dict, owner: str) -> None:
    """Refuse an attribute whose name or value a file would not keep."""
    for name, value in attributes.items():
        if not _is_name(name) or name in RESERVED:
            raise ValueError(
                f"the attribute {name!r}{owner} has a meaning or characters of its own in files; rename it"
            )
        if name == "flag_values" and (np.ndim(value) != 1 or np.asarray(value).dtype.kind not in "iuf"):
            raise ValueError(f"the attribute {name}{owner} is {value!r}; it must be a list of numbers")
        listed = value.tolist() if isinstance(value, np.ndarray) else value
        listed = listed if isinstance(listed, (list, tuple)) else [value, value]
        enough = len(listed) > 1 or name == "flag_values"  # of one, readers make no list
        if not (enough and (all(map(_is_text, listed)) or all(map(_is_number, listed)))):
            raise ValueError(f"the attribute {name}{owner} is {value!r}; {ATTRIBUTES}")
