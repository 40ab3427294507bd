"""The columns of a CSV file of games."""

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..io.files import reading_text
from ..model import Model, Parameter
from ..model.checks import naming, number_of

UNCOMMENTED = re.compile(r'^((?:[^"#\n]|"[^"]*")*)#.*')  # the text before a # that is not in quotes


def read_columns(path: Path, model: Model) -> dict[str, Any]:
    """Return the columns of a CSV file by name."""
    try:
        with reading_text(path) as stream, naming(str(path)):
            parameters = _parameters_of(_heading(_reader(stream)), model)
            try:
                if any(parameter.choices for parameter in parameters):
                    raise ValueError("names are not numbers")
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", UserWarning)  # about a file without rows; see below
                    rows = np.loadtxt(stream, delimiter=",", quotechar='"', ndmin=2)
                if rows.size and rows.shape[1] != len(parameters):
                    raise ValueError("a row has more or fewer values than there are names")
            except UnicodeDecodeError:
                raise
            except ValueError:
                # slower, but it reads names and what spreadsheets add, and says which line is wrong
                stream.seek(0)
                rows = np.array(list(_rows(parameters, _reader(stream))))
            if rows.size == 0:
                raise ValueError("the file has no rows below its first line")
    except csv.Error:
        raise ValueError(f"{path} is not a CSV file") from None
    return {p.name: p.values(column) for p, column in zip(parameters, rows.T, strict=True)}


def _reader(stream: Iterable[str]) -> Any:
    """Return a reader of the rows of a CSV file. It leaves out comments, as NumPy does."""
    return csv.reader(UNCOMMENTED.sub(r"\1", line) if "#" in line else line for line in stream)


def _heading(rows: Iterator[list[str]]) -> list[str]:
    """Return the first row of a CSV file that is not empty, without the empty columns at its end."""
    names = next((names for row in rows if any(names := [name.strip() for name in row])), [])
    while names and not names[-1]:
        names.pop()
    return names


def _parameters_of(names: list[str], model: Model) -> list[Parameter]:
    """Return the parameters that the first line of a CSV file names, each of them once."""
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
    parameters = [model.parameter(name) for name in names]
    for parameter in parameters:
        if parameters.count(parameter) > 1:
            raise ValueError(f"{parameter.name} has more than one column")
    return parameters


def _rows(parameters: list[Parameter], rows: Any) -> Iterator[list[float]]:
    """Yield the rows of a CSV file below its first line, without empty rows and without empty columns at the
    end. Raise ValueError with the number of the first line that does not have a value for each name."""
    _heading(rows)
    for cells in rows:
        row = [cell.strip() for cell in cells]
        if not any(row):
            continue
        line = f"line {rows.line_num}"
        if len(row) < len(parameters) or any(row[len(parameters) :]):
            raise ValueError(f"{line} has {len(row)} values, the first line {len(parameters)} names")
        try:
            yield [_number(parameter, value) for parameter, value in zip(parameters, row, strict=False)]
        except ValueError as error:
            raise ValueError(f"{line}: {error}") from None


def _number(parameter: Parameter, text: str) -> float:
    """Return a value of a CSV file as the number that kernels use; raise ValueError if it is not allowed."""
    if parameter.choices:
        return parameter.number(parameter.check(text))
    try:
        return number_of(text)
    except ValueError as error:
        raise ValueError(f"{parameter.name} = {error}") from None
