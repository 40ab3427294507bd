"""Says that code is being compiled, wherever Python runs: in a shell, a pipe or a notebook."""

import contextlib
import inspect
import sys
import time

from numba.core.event import Listener

FEW = 30  # functions that are compiled without a word, because that takes a few seconds
TIME = "10 seconds to 4 minutes"  # measured: closed forms on an idle machine, any contest on a busy one
BETWEEN = 20.0  # seconds from one line to the next


class Announcing(Listener):
    """Says on the standard error stream that functions are compiled, and how many are done.

    It listens to numba's event ``numba:compile``, which code that is loaded from the cache does not cause.
    Nobody knows how many are left: numba compiles a function once for each kind of arguments that it meets.
    """

    def __init__(self):
        self.silent = False
        self.told = False  # that functions are compiled
        self.depth, self.done, self.started, self.last = 0, 0, 0.0, 0.0

    def on_start(self, event):
        """Announce a function that calls many others when numba begins with it."""
        self.depth += 1
        function = event.data["dispatcher"].py_func
        if self.depth == 1 and not self.silent:
            self.told = (function.__module__ or "").startswith("foedus.") and len(called_by(function)) > FEW
            self.done, self.started, self.last = 0, time.monotonic(), time.monotonic()
            if self.told:
                say(f"compiling, which happens once for each version and takes {TIME}")

    def on_end(self, event):
        """Say from time to time how many functions are done."""
        self.depth -= 1
        self.done += 1
        now = time.monotonic()
        if self.told and self.depth and now - self.last > BETWEEN:
            self.last = now
            say(f"still compiling: {self.done} functions are done in {now - self.started:.0f} s")
        self.told = self.told and self.depth > 0


ANNOUNCING = Announcing()


@contextlib.contextmanager
def silently():
    """Announce nothing meanwhile."""
    before, ANNOUNCING.silent = ANNOUNCING.silent, True
    try:
        yield
    finally:
        ANNOUNCING.silent = before


def called_by(function):
    """Return a function, and the compiled ones that it names, and that these name, and so on."""
    found, waiting = set(), [function]
    while waiting:
        function = waiting.pop()
        if function not in found:
            found.add(function)
            known = inspect.getclosurevars(function)
            named = (*known.nonlocals.values(), *known.globals.values())
            waiting += [other.py_func for other in named if hasattr(other, "py_func")]
    return found


def say(words):
    """Print a line on the standard error stream; where it cannot be written, the work goes on."""
    if sys.stderr:
        with contextlib.suppress(OSError, ValueError):  # full, or closed
            print(f"foedus: {words}", file=sys.stderr, flush=True)
