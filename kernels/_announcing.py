"""Says that code is being compiled, wherever Python runs: in a shell, a pipe or a notebook."""

import contextlib
import inspect
import os
import sys
import time

from numba.core.event import Listener

FEW = 30  # functions that are compiled without a word, because that takes a few seconds
TIME = "10 seconds to 4 minutes"  # measured: closed forms on an idle machine, any contest on a busy one
BETWEEN = 20.0  # seconds from one line to the next
# How many functions numba compiles for a kernel if nothing of it is kept, as counted with numba 0.68. They
# take about the same time each, and are more than those in the sources: numba has a function for each kind of
# arguments, and functions of its own.
FUNCTIONS = {
    "alliance.grid.solve_game": 56,
    "alliance.grid.solve_games": 108,
    "alliance.grid.solve_any_game": 161,
    "alliance.grid.solve_any_games": 161,
    "alliance.deviations.deviation_gain": 57,
    "alliance.deviations.deviation_gains": 58,
    "search.search": 109,
}


class Announcing(Listener):
    """Says on the standard error stream that functions are compiled, how many are done, and about how many
    there are, if that is known. In a notebook, it says so on the output stream, as the error stream is red.

    It listens to numba's event ``numba:compile``, which code that is loaded from the cache does not cause.
    """

    def __init__(self):
        self.silent = False
        self.told = False  # that functions are compiled
        self.depth, self.done, self.total, self.started, self.last = 0, 0, 0, 0.0, 0.0

    def on_start(self, event):
        """Announce a function that calls many others when numba begins with it."""
        self.depth += 1
        function = event.data["dispatcher"]
        module = function.py_func.__module__ or ""
        if self.depth == 1 and not self.silent:
            called = called_by(function) if module.startswith("foedus.") else []
            self.told = len(called) > FEW
            self.done, self.started, self.last = 0, time.monotonic(), time.monotonic()
            if self.told:
                self.total = about(function, called)
                say(f"compiling what is used for the first time, which takes {TIME}; the result is kept")

    def on_end(self, event):
        """Say from time to time how many functions are done."""
        self.depth -= 1
        self.done += 1
        now = time.monotonic()
        if self.told and self.depth and now - self.last > BETWEEN:
            self.last = now
            of = f" of about {self.total}" if self.done < self.total else ""
            say(f"still compiling: {self.done}{of} functions are done in {now - self.started:.0f} s")
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
    """Return a compiled function, and those that it names, and that these name, and so on."""
    found, waiting = set(), [function]
    while waiting:
        function = waiting.pop()
        if function not in found:
            found.add(function)
            known = inspect.getclosurevars(function.py_func)
            named = (*known.nonlocals.values(), *known.globals.values())
            waiting += [other for other in named if hasattr(other, "py_func")]
    return found


def about(function, called):
    """Return about how many functions are compiled for a kernel, given those that it calls: all but those
    that are there. Return 0 if it is not known."""
    kernel = f"{function.py_func.__module__}.{function.py_func.__qualname__}".partition(".kernels.")[2]
    return max(0, FUNCTIONS.get(kernel, 0) - sum(map(is_there, called)))


def is_there(function):
    """Tell whether the code of a function is in memory, or kept."""
    file = getattr(getattr(function, "_cache", None), "_cache_file", None)
    return bool(function.signatures) or os.path.exists(getattr(file, "_index_path", ""))


def say(words):
    """Print a line on the standard error stream, or in a notebook; where it cannot be written, the work goes
    on."""
    notebook = type(sys.stdout).__module__.startswith("ipykernel.")
    if stream := sys.stdout if notebook else sys.stderr:
        with contextlib.suppress(OSError, ValueError):  # full, or closed
            print(f"foedus: {words}", file=stream, flush=True)
