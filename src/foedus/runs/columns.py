"""The columns of a CSV file of games."""

import contextlib
import csv
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..io.dates import near_enough
from ..io.files import reading_text
from ..model import Model, Parameter
from ..model.checks import naming, number_of
from ..model.names import known

UNCOMMENTED = re.compile(r'^((?:[^"#\n]|"[^"]*")*)#.*')  # the text before a # that is not in quotes
# what is read as a number in a column that is no parameter: not 007, which may be a code
WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})")
DECIMAL = re.compile(r"-?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]\d{1,3})?", re.IGNORECASE)
DATE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?")
MISSING = ("", "NA", "NaN", "nan")  # among numbers and dates; among texts, NA may be Namibia
EXACT = 2**53  # up to which floats have every whole number


class _Column(NamedTuple):
    """A column: its heading, and the parameter, if it is one."""

    heading: str
    parameter: Parameter | None


def read_columns(path: Path, model: Model) -> dict[str, Any]:
    """Return the columns of a CSV file: those of parameters by name, others by their headings."""
    try:
        with reading_text(path) as stream, naming(str(path)):
            columns = _columns_of(_heading(_reader(stream, set())), model)
            parameters = [column.parameter for column in columns if column.parameter]
            try:
                if any(parameter.choices for parameter in parameters) or len(parameters) < len(columns):
                    raise ValueError("these are not numbers only")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # about a file without rows; see below
                    rows = np.loadtxt(stream, delimiter=",", quotechar='"', ndmin=2)
                if rows.size and rows.shape[1] != len(parameters):
                    raise ValueError("a row has more or fewer values than there are names")
                found = list(rows.T)
            except UnicodeDecodeError:
                raise
            except ValueError:
                # slower, but it reads texts and what spreadsheets add, and says which line is wrong
                stream.seek(0)
                found = _slowly(columns, stream)
            if not len(found[0]):
                raise ValueError("the file has no rows below its first line")
    except csv.Error:
        raise ValueError(f"{path} is not a CSV file") from None
    return {
        parameter.name if parameter else heading: parameter.values(values) if parameter else values
        for (heading, parameter), values in zip(columns, found, strict=True)
    }


def _reader(stream: Iterable[str], cut: set[int]) -> Any:
    """Return a reader of the rows of a CSV file. It leaves out comments, as NumPy does, and adds the numbers
    of their lines to `cut`."""

    def lines() -> Iterator[str]:
        for number, line in enumerate(stream, 1):
            if "#" in line:
                whole, line = line, UNCOMMENTED.sub(r"\1", line)
                cut.update([number] if line != whole else [])
            yield line

    return csv.reader(lines())


def _heading(rows: Iterator[list[str]]) -> list[str]:
    """Return the first row of a CSV file that is not empty, without the empty columns at its end."""
    names = next((names for row in rows if any(names := [name.strip() for name in row])), [])
    while names and not names[-1]:
        names.pop()
    return names


def _columns_of(names: list[str], model: Model) -> list[_Column]:
    """Return the columns that the first line of a CSV file names, each of them once."""
    if not names:
        raise ValueError("the file is empty; its first line must name the parameters")
    for mark in ";", "\t":
        if len(names) == 1 and mark in names[0]:
            raise ValueError(
                f"columns are separated by {mark!r}; use ',' between columns and a point in decimals"
            )
    if not names[0]:
        raise ValueError(
            "the first column has no name; leave out row numbers (pandas: index=False, R: row.names=FALSE)"
        )
    found: dict[str, _Column] = {}
    for place, heading in enumerate(names, 1):
        if not heading:
            raise ValueError(f"column {place} has no name")
        name = known(heading, model.by_name) or heading
        if name in found:
            raise ValueError(f"{name} has more than one column")
        found[name] = _Column(heading, model.by_name.get(name))
    return [*found.values()]


def _slowly(columns: Sequence[_Column], stream: Iterable[str]) -> list[np.ndarray]:
    """Return the values of all columns of a CSV file: of parameters as the numbers that kernels use, of
    others as `_as_meant` does. Raise ValueError with the number of the first line that is wrong."""
    numbers, rows = [], []
    for number, row in _rows(columns, stream):
        numbers.append(number)
        rows.append(row)
    cells = zip(*rows, strict=True) if rows else [()] * len(columns)
    return [
        _numbers(column.parameter, values, numbers) if column.parameter else _as_meant(values)
        for column, values in zip(columns, cells, strict=True)
    ]


def _rows(columns: Sequence[_Column], stream: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Give the rows of a CSV file below its first line with the numbers of their lines, without empty rows
    and without empty columns at the end. Raise ValueError if a row does not have a value for each column, or
    has a comment that may be a part of a text."""
    width, cut = len(columns), set[int]()
    above = _reader(stream, set())
    _heading(above)
    rows = _reader(stream, cut)
    for cells in rows:
        row = [cell.strip() for cell in cells]
        if not any(row):
            continue
        number = above.line_num + rows.line_num
        short = rows.line_num in cut
        if len(row) < width or any(row[width:]):
            hint = "; what follows # is a comment" if short else ""
            raise ValueError(
                f"line {number} has {len(row)} values, but the first line has {width} names{hint}"
            )
        if short and len(row) == width and columns[-1].parameter is None:
            raise ValueError(
                f"line {number}: what follows # is a comment; if # belongs to a text, put the text in "
                "quotes; if not, put the comment in a line of its own"
            )
        yield number, row[:width]


def _numbers(parameter: Parameter, cells: Sequence[str], lines: Sequence[int]) -> np.ndarray:
    """Return the values of a parameter in a CSV file as the numbers that kernels use; raise ValueError if one
    is not allowed."""
    if not parameter.choices:
        with contextlib.suppress(ValueError):  # which is told with its line below
            return np.array([*map(float, cells)])
    found = []
    for line, cell in zip(lines, cells, strict=True):
        try:
            found.append(_number(parameter, cell))
        except ValueError as error:
            raise ValueError(f"line {line}: {error}") from None
    return np.array(found)


def _number(parameter: Parameter, text: str) -> float:
    """Return a value of a CSV file as the number that kernels use; raise ValueError if it is not allowed."""
    if parameter.choices:
        return parameter.number(parameter.check(text))
    try:
        return number_of(text)
    except ValueError as error:
        raise ValueError(f"{parameter.name} = {error}") from None


def _as_meant(cells: Sequence[str]) -> np.ndarray:
    """Return cells as numbers or dates if all of them are, or are missing; else as texts.

    Examples
    --------
    >>> _as_meant(["1990", "2001"]), _as_meant(["002", "710"]), _as_meant(["1.5", "NA"])
    (array([1990, 2001]), array(['002', '710'], dtype='<U3'), array([1.5, nan]))
    >>> _as_meant(["1990-08-02", ""])
    array(['1990-08-02T00:00:00.000000000',                           'NaT'],
          dtype='datetime64[ns]')
    """
    there = [cell for cell in cells if cell not in MISSING]
    if there and all(map(WHOLE.fullmatch, there)):
        whole = [int(cell) for cell in there]
        if len(there) == len(cells):
            return np.array(whole, np.int64)
        if max(map(abs, whole)) <= EXACT:
            return np.array([np.nan if cell in MISSING else float(cell) for cell in cells])
    elif there and all(map(DECIMAL.fullmatch, there)):
        return np.array([np.nan if cell in MISSING else float(cell) for cell in cells])
    elif there and all(map(DATE.fullmatch, there)):
        try:
            unit = "ns" if "." in "".join(there) else "s"
            return near_enough(np.array(["NaT" if c in MISSING else c for c in cells], f"M8[{unit}]"))
        except ValueError:  # such as February 30
            pass
    return np.array(cells, str)
