"""What is printed, whatever takes it: narrow or closed, full, or without the characters that are printed."""

import codecs
import io
import os
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table

from ..model import Code

LARGE = 10**9  # bytes of results from which on their size is said beforehand
ANY_WIDTH = 10_000  # characters, more than a table has
LEAST_WIDTH = 20  # characters, of a screen on which texts are wrapped
NUMERIC = re.compile(r"[+-]?(\.?\d|nan|inf)")  # how a cell begins that is a number
UNBROKEN = "\xa0"  # a space at which no line is broken
IN_ASCII = {"✓": "ok", "✗": "not ok", "±": "+-", "…": "..."}


class _Stream(io.FileIO):
    """A stream that takes what it cannot write, too, and remembers why it could not."""

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # whoever reads has had enough
            raise
        except OSError as error:
            self.failure = error
            return len(data)


def mind_streams() -> _Stream:
    """Have nothing fail because an output stream is closed, full, or without the characters that it is given,
    which are then written in ASCII; return the standard output."""
    codecs.register_error("foedus", _in_ascii)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # or a file would be opened in its place, and libraries print into it
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, closefd=False))
    output, errors = (_Stream(stream.fileno(), "w", closefd=False) for stream in (sys.stdout, sys.stderr))
    sys.stdout, sys.stderr = _text(output, sys.stdout), _text(errors, sys.stderr)
    return output


def _text(stream: _Stream, like: Any) -> io.TextIOWrapper:
    """Return a stream of text."""
    each_line = like.line_buffering or like.write_through
    return io.TextIOWrapper(io.BufferedWriter(stream), like.encoding, "foedus", line_buffering=each_line)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Return other words for characters that cannot be encoded, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    characters = error.object[error.start : error.end]
    words = (IN_ASCII.get(c) or c.encode("ascii", "backslashreplace").decode() for c in characters)
    return "".join(words), error.end


def screen(**options: Any) -> Console:
    """Return a console that prints texts as they are: what is in brackets is no markup, and what is between
    colons no picture."""
    return Console(highlight=False, markup=False, emoji=False, **options)


class Grid(NamedTuple):
    """A table to be printed: an empty heading continues the one before it."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str | float]]
    title: str = ""


def show(*parts: Grid | str) -> None:
    """Print tables and texts. Nothing is cut: the rows of a table that is too wide are stacked."""
    console = screen()
    for part in parts:
        if isinstance(part, str):
            console.print(part, soft_wrap=True)
            continue
        headings, rows, title = part
        cells = [[f"{cell:.6g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        numbers = [any(NUMERIC.match(cell) for cell in column) for column in zip(*cells, strict=True)]
        for heading, number in zip(headings, numbers, strict=True):
            table.add_column(heading, justify="right" if number else "left", no_wrap=True)
        for row in cells:
            table.add_row(*row)
        if title:
            console.print(title, soft_wrap=True)
        if screen(width=ANY_WIDTH).measure(table).maximum <= console.width:
            console.print(table)
        else:
            names = numbers.index(True) if any(numbers) else len(numbers)  # the columns that name a row
            for line in _stacked(headings, cells, names, max(console.width, LEAST_WIDTH)):
                console.print(line, soft_wrap=True)
        console.print()


def _stacked(headings: Sequence[str], rows: Sequence[Sequence[str]], names: int, width: int) -> Iterator[str]:
    """Give the lines of a table whose rows stand one below the other: the first cells, which name the row,
    and below them each other cell behind its heading."""
    for row in rows:
        if names:
            yield from _wrapped(", ".join(filter(None, row[:names])), width, "", "  ")
        pairs: list[str] = []
        for heading, cell in zip(headings[names:], row[names:], strict=True):
            if cell and (heading or not pairs):
                pairs.append(f"{heading} {cell}")
            elif cell:
                pairs[-1] += f", {cell}"
        text = "; ".join(pair.replace(" ", UNBROKEN) for pair in pairs)
        for line in _wrapped(text, width, "  " * bool(names), "  "):
            yield from _wrapped(line.replace(UNBROKEN, " "), width, "", "    ")


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    """Return the lines of a text, broken at spaces only."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def show_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print pairs of a heading and a text, a line each. A terminal wraps long texts, but no commands."""
    console, width = screen(), max(len(heading) for heading, _ in facts) + 2
    for heading, text in facts:
        first, wraps = f"{heading:{width}}", sys.stdout.isatty() and not text.startswith("foedus ")
        lines = _wrapped(text, console.width, first, " " * width) if wraps else [first + text]
        show(*lines or [heading])


def watched() -> bool:
    """Tell whether messages go to a terminal; where FORCE_COLOR is set, rich says so of a pipe, too."""
    return bool(sys.stderr and sys.stderr.isatty())


def complain(message: str, code: int) -> int:
    """Print one line on the standard error stream and return the exit code."""
    print(f"foedus: {' '.join(message.split())}", file=sys.stderr)
    return code


def say_size(games: int, bytes_per_game: int, where: str, quiet: bool) -> None:
    """Say beforehand how much a large run takes."""
    size = games * bytes_per_game
    if size > LARGE and not quiet:
        print(f"{games:,} games: the results take {size / 1e9:.1f} GB of {where}", file=sys.stderr)


def print_shares(counts: Mapping[Code, int], games: int) -> None:
    """Print the share of each regime among so many games."""
    for code, count in counts.items():
        print(f"{code.words:>14} {count / games:8.3%}")
