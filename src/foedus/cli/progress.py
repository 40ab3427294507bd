"""Messages and progress bars while a command works."""

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator

from ..solving.parallel import Progress
from .screens import screen, watched


def waiting(words: str) -> contextlib.AbstractContextManager[object]:
    """Show on a terminal what the command is waiting for."""
    return screen(stderr=True).status(words, spinner="line") if watched() else contextlib.nullcontext()


def compile_kernels(solve_few: Callable[[], object], quiet: bool) -> None:
    """Solve a few games of a run before it is timed, so that its kernels are compiled or loaded."""
    from ..kernels._announcing import silently  # imports numba, which takes longer than all the rest

    with silently() if quiet else waiting("loading the kernels"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # about unsolved games; the run itself warns of them
        solve_few()


@contextlib.contextmanager
def progress_bar(title: str, total: int, quiet: bool, unit: str = "games") -> Iterator[Progress | None]:
    """Show a progress bar with rate and time left, on a terminal only."""
    if quiet or not watched():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=screen(stderr=True),
    )
    with bar:
        task = bar.add_task(title, total=total, rate="")
        started = time.perf_counter()

        def advance(done: int, total: int) -> None:
            rate = f"{done / (time.perf_counter() - started) / 1e6:.1f} million {unit}/s"
            what = "writing" if done == total else title
            bar.update(task, completed=done, total=total, description=what, rate=rate)

        yield advance


def print_rate(games: int, seconds: float) -> None:
    """Print how fast so many games were solved."""
    rate = games / seconds
    words = f"{rate / 1e6:.3g} million" if rate >= 1e5 else f"{float(f'{rate:.3g}'):,g}"
    print(f"{games:,} games in {seconds:.2f} s: {words} games per second")
