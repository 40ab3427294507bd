"""What all tests share."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytest.register_assert_rewrite("checks")

COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
CHECKED = os.environ.get("NUMBA_BOUNDSCHECK", "0") not in ("", "0")
LIMIT = 900  # seconds that a test may take on a slow, busy machine

compiled_only = pytest.mark.skipif(
    not COMPILED, reason="takes minutes as pure Python; run without NUMBA_DISABLE_JIT"
)
as_shipped = pytest.mark.skipif(
    CHECKED or not COMPILED,
    reason="is about the compiler; run without NUMBA_BOUNDSCHECK and NUMBA_DISABLE_JIT",
)
pure_only = pytest.mark.skipif(
    COMPILED, reason="changes a constant that is compiled in; run with NUMBA_DISABLE_JIT=1"
)

# a process that a script runs in the background ignores interrupts, and so would all processes that it starts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def sized(count):
    """Return how many games a test takes: `count`, but fewer if their results are not the point of the run: a
    tenth if every array index is checked, a thirtieth in plain Python."""
    return count if COMPILED and not CHECKED else max(1, count // (10 if COMPILED else 30))


@contextlib.contextmanager
def limited(seconds):
    """End a test that takes longer, and all processes that it has started."""

    def end(*_):
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        raise TimeoutError(f"this has taken {seconds} s")

    handler = signal.signal(signal.SIGALRM, end)
    timer = signal.setitimer(
        signal.ITIMER_REAL, seconds, 60
    )  # and again every minute, if that did not end it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    """Let no test take longer than `LIMIT`, so that tests need no limits of their own."""
    with limited(LIMIT):
        return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config):
    """Compile before the processes start, because each would compile the same."""
    if COMPILED:
        config.get_terminal_writer().line("compiling the kernels, if they have changed: a minute or two")
        script = Path(__file__).with_name("compiling.py")
        for process in [subprocess.Popen([sys.executable, script, part]) for part in ("solver", "searches")]:
            process.wait()


# the files that take longest, the longest first; when these are taken, processes take the others file by file
LONG = (
    "kernels/test_any_contest", "project/test_docs", "model/test_own", "explorer/test_page", "kernels/test_kernels",
    "alliance/test_game", "large/test_streaming", "project/test_replication", "large/test_dask", "draw/test_plots",
    "project/test_notebooks", "maps/test_cutpoints", "cli/test_cli", "model/test_broken", "project/test_gallery",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that no process is left alone with one at the end."""
    names = ["/".join(item.path.with_suffix("").parts[-2:]) for item in items]  # of the package, too
    places = [LONG.index(name) if name in LONG else len(LONG) for name in names]
    items[:] = [item for _, item in sorted(zip(places, items, strict=True), key=lambda pair: pair[0])]
