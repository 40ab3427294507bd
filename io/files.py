"""Files: write and read Datasets as NetCDF or Zarr; the ending of the name decides."""

import codecs
import contextlib
import importlib
import io
import itertools
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TextIO

import numpy as np
import xarray as xr

from .dataset import as_in_files, as_in_memory, is_ours, with_contest
from .dates import with_dates
from .kept import as_loaded, check_codes, check_kept
from .layout import Box, Layout, layout

FORMATS = {".nc": "netcdf", ".zarr": "zarr_store"}  # the module that writes and reads each
COMPUTED = 2**23  # about how many games of a lazy map are computed at a time
NAMES = {".nc": "NetCDF file", ".zarr": "Zarr store"}


def format_of(path: Path) -> ModuleType:
    """Return the module that writes and reads files with the ending of `path`.

    Raises ValueError if the ending is another one, ModuleNotFoundError if the format needs a package that is
    not installed.
    """
    if path.suffix not in FORMATS:
        raise ValueError(f"{path}: the name must end in {' or '.join(FORMATS)}")
    return importlib.import_module(f".{FORMATS[path.suffix]}", __package__)


def path_of(path: str | os.PathLike) -> Path:
    """Return a path as shells read it: ~ is the user's home. If there is no such user, the path stays as it
    is.

    Examples
    --------
    >>> path_of("~/map.nc") == Path.home() / "map.nc"
    True
    >>> print(path_of("~map.nc"))
    ~map.nc
    """
    return Path(os.path.expanduser(path))


def writable(path: str | os.PathLike, overwrite: bool = True) -> Path:
    """Return `path`, as `path_of` reads it, if a file can be written there, or a folder if it ends in .zarr.
    The path is not touched.

    Raises FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError or PermissionError,
    and ValueError if `SOURCE_DATE_EPOCH` is not a time, each with an explanation.
    """
    file_time()  # check it now, not after everything is solved
    target = path_of(path)
    folder = target.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"{target}: the folder {folder} does not exist")
    if target.suffix != ".zarr" and target.is_dir():
        raise IsADirectoryError(f"{target} is a folder, not a file")
    if target.suffix == ".zarr" and target.exists() and not is_store(target):
        # so it is not ours and must not be replaced
        raise NotADirectoryError(f"{target} exists and is not a Zarr store")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{target} exists already")
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise PermissionError(f"{target} cannot be written: no permission")
    if target.exists():
        try:
            # this changes nothing, but fails on Windows while a program has the file open
            os.rename(target, target)
        except PermissionError:
            raise PermissionError(
                f"{target} cannot be replaced while it is open, here or in another program; close it first"
            ) from None
        except OSError:  # this was only a test
            pass
    return target


def is_store(folder: Path) -> bool:
    """Tell whether a folder is a Zarr store of format 3 or 2."""
    return any((folder / name).is_file() for name in ("zarr.json", ".zgroup"))


@contextlib.contextmanager
def beside(path: str | os.PathLike) -> Iterator[Path]:
    """Give a path beside `path` to write to. At the end it is renamed to `path`; if writing fails, it is
    removed.

    An error is explained in one line. If only the renaming fails, the complete file stays.
    """
    target = writable(path).resolve()  # through a link, so that the link stays one
    with failing_to_write(path):
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem}-", dir=target.parent))
    draft, after = folder / target.name, ""
    try:
        with failing_to_write(path):
            yield draft
        after = f"; the complete file is {draft}"
        with failing_to_write(path, after):
            put_in_place(draft, target)
        after = ""
    finally:
        if not after:
            shutil.rmtree(folder, ignore_errors=True)


def put_in_place(draft: Path, target: Path) -> None:
    """Give a finished file or folder its final name, and replace what was there."""
    old = draft.with_name("old")
    if target.is_dir():  # a folder cannot be replaced in one step
        os.rename(target, old)
    try:
        os.replace(draft, target)
    except OSError:
        if old.exists():
            os.rename(old, target)
        raise


def save(dataset: xr.Dataset, path: str | os.PathLike) -> None:
    """Write a Dataset that foedus made to a NetCDF file, or to a Zarr store if `path` ends in ``.zarr``.

    The file is compressed, in chunks of at most 1 MB. Its time stamp is `SOURCE_DATE_EPOCH` if this is set,
    else now. It is written under another name beside `path`, and renamed when it is complete. An existing
    file is replaced. Zarr needs ``foedus[zarr]``.

    Raises
    ------
    TypeError
        if `dataset` is not a Dataset, or was not made by foedus.
    ValueError
        if `path` ends in neither ``.nc`` nor ``.zarr``, `SOURCE_DATE_EPOCH` is not a time, or a file could
        not keep something in `dataset` unchanged: a name, values that are neither numbers nor texts, wrong
        codes, an attribute.
    FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, OSError
        if `path` cannot be written; an existing file stays as it was.

    Examples
    --------
    >>> import foedus, tempfile, pathlib
    >>> ds = foedus.sweep({"ally_cost": [0.4, 2.0]}, variables=["regime"])
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "map.nc"
    >>> foedus.save(ds, path)
    >>> foedus.load(path).equals(ds)
    True
    """
    if not isinstance(dataset, xr.Dataset):
        raise TypeError(f"a Dataset is needed, not a {type(dataset).__name__}")
    files = format_of(Path(path))
    dataset = as_loaded(dataset)
    check_kept(dataset)
    with beside(path) as draft:
        maps = _layouts(dataset)
        files.define(draft, stamped(dataset), maps)
        parts = (files.keep(draft, arrays, box, chunk) for arrays, box, chunk in _parts(dataset, maps))
        files.fill(draft, itertools.chain.from_iterable(parts))


def stamped(dataset: xr.Dataset) -> xr.Dataset:
    """Return the Dataset as a file has it: with the time, and as CF wants it."""
    return as_in_files(dataset.assign_attrs(created=file_time()))


def file_time() -> str:
    """Return the time that is written into files: now, or the environment variable `SOURCE_DATE_EPOCH`, with
    which the same run writes the same file.

    Raises ValueError if the variable is not a whole number of seconds since 1970, or is after the year 9999.

    Examples
    --------
    >>> file_time().endswith("+00:00")
    True
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(UTC).isoformat(timespec="seconds")
    try:
        return datetime.fromtimestamp(int(epoch), UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"SOURCE_DATE_EPOCH = {epoch!r} is not a time; it must be a whole number of seconds since 1970"
        ) from None


def _layouts(dataset: xr.Dataset) -> dict[str, Layout]:
    """Return how each variable of numbers or codes is divided; others are written whole."""
    return {
        str(name): layout(array.shape, array.dtype.itemsize)
        for name, array in dataset.data_vars.items()
        if array.size and array.ndim and array.dtype.kind not in "OUM"
    }


def _parts(
    dataset: xr.Dataset, maps: Mapping[str, Layout]
) -> Iterator[tuple[dict[str, np.ndarray], Box, tuple[int, ...]]]:
    """Give the values of the variables in `maps` for each of their slabs, the slab's box, and the shape of
    the chunks.

    Lazy variables are computed along the first dimension, some millions of games at a time, and all at once,
    because they are solved together. Raises ValueError if codes are wrong.
    """
    alike: dict[tuple, list[str]] = {}
    for name, cut in maps.items():
        alike.setdefault((dataset[name].dims, cut), []).append(name)
    for (dims, cut), names in alike.items():
        rows, lazy = cut.shape[0], any(dataset[name].chunks for name in names)
        if lazy:
            rows = cut.slab[0] * max(1, COMPUTED // (cut.slab[0] * math.prod(cut.shape[1:])))
        for start in range(0, cut.shape[0], rows):
            part = dataset[names].isel({dims[0]: slice(start, start + rows)}).compute()
            if lazy:
                check_codes(part)
            stretch = cut._replace(shape=part[names[0]].shape)
            for first, *others in map(stretch.box, range(stretch.slabs)):
                arrays = {name: part[name].values[(first, *others)] for name in names}
                yield arrays, (slice(start + first.start, start + first.stop), *others), cut.chunk


@contextlib.contextmanager
def failing_to_write(path: str | os.PathLike, after: str = "") -> Iterator[None]:
    """Turn any error of the system or a library into one line that says that `path` could not be written,
    followed by `after`."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # netCDF4 raises the latter when the disk is full
        raise OSError(f"{path} could not be written: {_first_line(error)}{after}") from error


def load(path: str | os.PathLike) -> xr.Dataset:
    """Read into memory a file that `save`, `sweep_to` or the command line wrote.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        if there is no such file, or it is a folder.
    ValueError
        if it is neither NetCDF nor Zarr, is damaged, or was not written by foedus.
    """
    with opened(path) as dataset:
        try:
            return dataset.load()
        except ValueError as error:  # Zarr's error for a damaged part
            raise OSError(_first_line(error)) from error


@contextlib.contextmanager
def opened(path: str | os.PathLike, whole: bool = True) -> Iterator[xr.Dataset]:
    """Give the Dataset in a file. Values are read only when they are needed. If the file is not `whole` it is
    a draft, and some values are missing.

    Raises the errors of `load`. A damaged file that is read later raises ValueError with the same words.
    """
    source = path_of(path)
    kind = NAMES.get(source.suffix, NAMES[".nc"])
    if source.name.endswith(".part") and source.is_dir():
        raise ValueError(f"{source} is the draft of a map that is not finished; resume its run to finish it")
    if not source.exists():
        raise FileNotFoundError(f"{source}: there is no such file")
    if source.is_dir() and source.suffix != ".zarr":
        raise IsADirectoryError(f"{source} is a folder, not a file")
    if not os.access(source, os.R_OK):
        raise PermissionError(f"{source} cannot be read: no permission")
    files = format_of(source if source.suffix in FORMATS else source.with_suffix(".nc"))
    try:
        if whole:
            files.check(source)
        dataset = files.open_lazily(source)
    except RuntimeError as error:  # a part is missing, or the values on an axis are damaged
        raise ValueError(f"{source} is damaged: {_first_line(error)}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f": {_of_system(error)}" if _of_system(error) else ""
        raise ValueError(f"{source} cannot be read as a {kind}{why}") from error
    with dataset:
        if not is_ours(dataset):
            raise ValueError(f"{source} was not written by foedus")
        try:
            dataset = as_in_memory(with_contest(dataset))
        except ValueError as error:
            raise ValueError(f"{source} is damaged: {error}") from None
        dataset = with_dates(dataset)
        for variable in dataset.variables.values():
            variable.encoding.clear()
            if "flag_values" in variable.attrs:  # CF wants them in the type of the variable, if it holds them
                codes = typed = np.atleast_1d(variable.attrs["flag_values"])
                if variable.dtype.kind in "iuf" and codes.dtype.kind in "iuf":
                    with np.errstate(invalid="ignore"):  # NaN
                        typed = codes.astype(variable.dtype)
                variable.attrs["flag_values"] = typed if np.array_equal(typed, codes) else codes
        found = _which(source)
        try:
            yield dataset
        except (OSError, RuntimeError) as error:  # a truncated file is noticed only here
            if _which(source) == found:
                raise ValueError(f"{source} is damaged: {_first_line(error)}") from error
        except ValueError:
            if _which(source) == found:
                raise
        if _which(source) != found:
            raise ValueError(f"{source} was replaced while it was read; read it again")


def _which(path: Path) -> tuple[int, ...]:
    """Return what distinguishes a folder from another one in its place; an open file stays the same."""
    if not path.is_dir():
        return ()
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


@contextlib.contextmanager
def reading_text(path: str | os.PathLike, kind: str = "file") -> Iterator[TextIO]:
    """Give the text of a file that people write; `kind` is what messages call it.

    Raises FileNotFoundError, IsADirectoryError, and ValueError if it is not in UTF-8.
    """
    source = path_of(path)
    if not source.exists():
        raise FileNotFoundError(f"{source}: there is no such {kind}")
    if source.is_dir():
        raise IsADirectoryError(f"{source} is a folder, not a {kind}")
    with source.open("rb") as file:
        octets = file if file.seekable() else io.BytesIO(file.read())  # a pipe can be read only once
        start = octets.read(1024)
        octets.seek(0)
        if b"\0" in start:
            coded = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            raise ValueError(f"{source} is {'UTF-16' if coded else 'not a text'}; save it as text in UTF-8")
        try:
            yield io.TextIOWrapper(octets, "utf-8-sig")
        except UnicodeDecodeError as error:
            byte = f"{error.object[error.start]:#x}"
            raise ValueError(
                f"{source} is not UTF-8, but perhaps Windows-1252 (byte {byte}); save it as text in UTF-8"
            ) from None


def _first_line(error: Exception) -> str:
    """Return the message of an error, or its first line."""
    said = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
    return _of_system(error) or said


def _of_system(error: Exception) -> str:
    """Return the system's message within an error of HDF5, or nothing."""
    said = re.search(r"error message = '(.*?)'", str(error))
    if said and "unable to lock file" in str(error):
        if isinstance(error, BlockingIOError):
            return "another program is writing it, or has it open for writing"
        return (
            f"{said[1]}; if files cannot be locked here, set HDF5_USE_FILE_LOCKING=FALSE in the environment"
        )
    return said[1] if said else ""
