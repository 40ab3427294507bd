"""Which Datasets a file can keep unchanged; all others are refused before anything is written."""

import re
import unicodedata
from collections.abc import Hashable
from typing import Any

import numpy as np
import xarray as xr

from .dataset import MEASURED_IN, as_in_memory, check_ours, coded, model_of

CHECKSUM = "crc32"  # the attribute of NetCDF files that has it
# attributes that readers would apply to the values, or that files write themselves
RESERVED = {"missing_value", "scale_factor", "add_offset", "coordinates", "dtype", CHECKSUM}
RESERVED |= {"CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", MEASURED_IN}
NAME = re.compile(r"[^\W_][\w .+@()-]{0,98}(?<! )")
NAMES = "a name begins with a letter or a digit, and may have letters, digits, spaces and _ . + - @ ( )"
VALUES = "a file keeps numbers, texts and dates: convert it with astype, or drop it"
ATTRIBUTES = "a file keeps texts, numbers, and lists of two or more of these"


def kept_name(text: str) -> str:
    """Return a text as the name of a coordinate that a file can keep.

    Raises ValueError if nothing of it can be kept.

    Examples
    --------
    >>> kept_name("GDP (US$)"), kept_name("year")
    ('GDP_US', 'year')
    """
    if _is_name(text) and " " not in text:
        return text
    name = re.sub(r"\W+", "_", unicodedata.normalize("NFC", text)).strip("_")
    if not _is_name(name):
        raise ValueError(f"the name {text!r} cannot be kept in a file; {NAMES}")
    return name


def as_loaded(dataset: xr.Dataset) -> xr.Dataset:
    """Return a Dataset as `load` gives it, even if xarray opened its file: without checksums and what CF
    asks for, and with texts of NumPy's usual type."""
    plain = as_in_memory(dataset)
    for name, array in plain.variables.items():
        array.attrs.pop(CHECKSUM, None)
        if array.dtype.kind == "T":
            plain[name] = (array.dims, np.array(array.values.tolist(), str), array.attrs)
    return plain


def check_kept(dataset: xr.Dataset) -> None:
    """Raise TypeError if foedus did not make a Dataset. Raise ValueError with the first thing in it that a
    file would not give back unchanged: a name, values, an attribute, or wrong codes.

    Examples
    --------
    >>> import foedus
    >>> check_kept(foedus.sweep({"stake": [0.5, 1.0]}).assign_attrs(checked=None))
    Traceback (most recent call last):
    ValueError: the attribute checked is None; a file keeps texts, numbers, and lists of two or more of these
    """
    check_ours(dataset)
    for name in (*dataset.dims, *dataset.variables):
        if not _is_name(name):
            raise ValueError(f"the name {name!r} cannot be kept in a file; {NAMES}")
        if name in dataset.coords and " " in str(name):  # files list coordinates with spaces between them
            raise ValueError(
                f"the coordinate {name!r} cannot be kept in a file; a coordinate's name has no spaces"
            )
    for name, array in dataset.variables.items():
        if not _are_kept(array):
            raise ValueError(f"{name} holds values of the type {array.dtype}; {VALUES}")
        if array.dtype.kind == "M" and (lost := {"units", "calendar"} & {*array.attrs}):
            raise ValueError(f"the attribute {min(lost)!r} of {name} cannot be kept with dates; drop it")
    for owner, attributes in [("", dataset.attrs)] + [
        (f" of {name}", array.attrs) for name, array in dataset.variables.items()
    ]:
        _check_attributes(attributes, owner)
    check_codes(dataset)


def check_codes(dataset: xr.Dataset) -> None:
    """Raise ValueError if values that should be codes are not; values that are not computed yet are
    skipped."""
    known = model_of(dataset).kept
    for name, array in dataset.data_vars.items():
        if name in known and (codes := known[str(name)].codes) and not array.chunks:
            coded(array, codes)


def _is_name(name: Hashable) -> bool:
    """Tell whether NetCDF, Zarr and file systems can all keep a name."""
    if not isinstance(name, str) or name == "zarr.json":  # Zarr uses this name itself
        return False
    return bool(NAME.fullmatch(name)) and unicodedata.normalize("NFC", name) == name


def _are_kept(array: xr.Variable) -> bool:
    """Tell whether files can keep the values of a variable."""
    if not isinstance(array.dtype, np.dtype):  # a type of pandas, such as categories
        return False
    if array.dtype.kind in "OU":
        return all(_is_text(value) for value in array.values.ravel().tolist())
    return bool(array.dtype.kind in "iuM" or array.dtype.str[1:] in ("f4", "f8"))


def _is_text(value: Any) -> bool:
    """Tell whether files can keep a text: UTF-8, without the character that ends texts in C."""
    return isinstance(value, str) and "\0" not in value and value.encode(errors="ignore").decode() == value


def _is_number(value: Any) -> bool:
    """Tell whether files can keep a number."""
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool) and -(2**63) <= int(value) < 2**63
    return isinstance(value, (float, np.float32))


def _check_attributes(attributes: dict, owner: str) -> None:
    """Refuse an attribute whose name or value a file cannot keep."""
    for name, value in attributes.items():
        if not _is_name(name) or name in RESERVED:
            raise ValueError(
                f"the attribute {name!r}{owner} cannot be kept in a file: files use this name themselves, or "
                "do not allow one of its characters; rename it"
            )
        if name == "flag_values" and (np.ndim(value) != 1 or np.asarray(value).dtype.kind not in "iuf"):
            raise ValueError(f"the attribute {name}{owner} is {value!r}; it must be a list of numbers")
        listed = value.tolist() if isinstance(value, np.ndarray) else value
        listed = listed if isinstance(listed, (list, tuple)) else [value, value]
        enough = len(listed) > 1 or name == "flag_values"  # readers do not make a list of one
        if not (enough and (all(map(_is_text, listed)) or all(map(_is_number, listed)))):
            raise ValueError(f"the attribute {name}{owner} is {value!r}; {ATTRIBUTES}")
