"""What is printed, whatever takes it: narrow or closed, full, or without the characters that are printed."""

import codecs
import io
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from ..model import Code

LARGE = 10**9  # bytes of results from which on their size is said beforehand
ANY_WIDTH = 10_000  # characters, more than a table has
CUT = "…"  # at the end of a word that does not fit
WIDER = 4  # characters by which a screen is then taken for wider
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


def show(*parts: Table | str) -> None:
    """Print tables and texts, no word or number of them cut, however narrow the screen is."""
    usual = screen()
    for part in parts:
        if isinstance(part, str):
            usual.print(part, soft_wrap=True)
            continue
        least, whole = screen(width=ANY_WIDTH).measure(part)
        widths = range(max(usual.width, least), whole, WIDER)
        fitting = (width for width in widths if CUT not in _rendered(part, width))
        screen(width=next(fitting, max(usual.width, whole))).print(part)


def _rendered(table: Table, width: int) -> str:
    """Return a table as it is printed on a screen of this width."""
    console = screen(width=width)
    with console.capture() as printed:
        console.print(table)
    return printed.get()


def show_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print pairs of a heading and a text, a line each."""
    width = max(len(heading) for heading, _ in facts)
    show(*(f"{heading:{width}}  {text}" for heading, text in facts))


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
