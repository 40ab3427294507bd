"""Printing to any output: a narrow screen, a closed stream, a full disk, or one that has only ASCII."""

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

LARGE = 10**9  # bytes; the size of larger results is printed before they are solved
ANY_WIDTH = 10_000  # characters, more than a table has
LEAST_WIDTH = 20  # characters; texts are not wrapped more narrowly
NUMERIC = re.compile(r"[+-]?(\.?\d|nan|inf)")  # the beginning of a cell that is a number
UNBROKEN = "\xa0"  # a space at which no line is broken
IN_ASCII = {"✓": "ok", "✗": "not ok", "±": "+-", "…": "..."}


class _Stream(io.FileIO):
    """A stream that does not fail if it cannot write, but remembers the error."""

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:  # the reader has closed the pipe
            raise
        except OSError as error:
            self.failure = error
            return len(data)


def mind_streams() -> _Stream:
    """Make sure that printing never fails, and return the standard output. The output may be closed or full,
    or cannot have some characters; these are then written in ASCII."""
    codecs.register_error("foedus", _in_ascii)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # otherwise the next file opened would get what libraries print
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, closefd=False))
    output, errors = (_Stream(stream.fileno(), "w", closefd=False) for stream in (sys.stdout, sys.stderr))
    sys.stdout, sys.stderr = _text(output, sys.stdout), _text(errors, sys.stderr)
    return output


def _text(stream: _Stream, like: Any) -> io.TextIOWrapper:
    """Return a stream of text."""
    each_line = like.line_buffering or like.write_through
    return io.TextIOWrapper(io.BufferedWriter(stream), like.encoding, "foedus", line_buffering=each_line)


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Return a replacement for characters that cannot be encoded, and the place after them."""
    assert isinstance(error, UnicodeEncodeError)
    characters = error.object[error.start : error.end]
    words = (IN_ASCII.get(c) or c.encode("ascii", "backslashreplace").decode() for c in characters)
    return "".join(words), error.end


def screen(**options: Any) -> Console:
    """Return a console that prints texts as they are: brackets are not markup, and colons do not make
    emojis."""
    return Console(highlight=False, markup=False, emoji=False, **options)


class Grid(NamedTuple):
    """A table to be printed. An empty heading means that its column belongs to the heading before it."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str | float]]
    title: str = ""


def show(*parts: Grid | str) -> None:
    """Print tables and texts. Nothing is cut off: if a table is too wide, the cells of a row are printed
    below each other."""
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
    """Yield the lines of a table that is too wide. Each row has several lines: the first cells, which name
    the row, and below them the other cells, each after its heading."""
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
    """Print pairs of a heading and a text, one per line. On a terminal, long texts are wrapped, but commands
    are not."""
    console, width = screen(), max(len(heading) for heading, _ in facts) + 2
    for heading, text in facts:
        first, wraps = f"{heading:{width}}", sys.stdout.isatty() and not text.startswith("foedus ")
        lines = _wrapped(text, console.width, first, " " * width) if wraps else [first + text]
        show(*lines or [heading])


def watched() -> bool:
    """Tell whether messages go to a terminal. With FORCE_COLOR, rich takes a pipe for a terminal, too."""
    return bool(sys.stderr and sys.stderr.isatty())


def complain(message: str, code: int) -> int:
    """Print one line on the standard error stream and return the exit code."""
    print(f"foedus: {' '.join(message.split())}", file=sys.stderr)
    return code


def say_size(games: int, bytes_per_game: int, where: str, quiet: bool) -> None:
    """Say how much space the results of a large run take, before it is solved."""
    size = games * bytes_per_game
    if size > LARGE and not quiet:
        print(f"{games:,} games: the results take {size / 1e9:.1f} GB of {where}", file=sys.stderr)


def print_shares(counts: Mapping[Code, int], games: int) -> None:
    """Print the share of each regime among so many games."""
    for code, count in counts.items():
        print(f"{code.words:>14} {count / games:8.3%}")
