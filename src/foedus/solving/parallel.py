"""Threads that solve parts of many games at the same time."""

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..model.checks import check_whole

Progress = Callable[[int, int], object]
Tile = tuple[int, int, int, int]  # first row, one past the last, first column, one past the last


def check_threads(threads: int | None) -> int:
    """Return the number of threads; default: the number of processors.

    Raises ValueError if it is not a whole number of at least 1.
    """
    if threads is None:
        usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return usable or 1
    return check_whole("threads", threads, 1)


def tiles(rows: int, width: int, threads: int, height: int, breadth: int) -> Iterator[Tile]:
    """Cut `rows` of `width` games each into tiles of at most `height` rows and `breadth` columns, or more
    columns if there are few rows.

    Tiles become smaller towards the end, so that all threads end at about the same time.
    """
    breadth *= max(1, height // 4 // rows)
    row = 0
    while row < rows:
        share = (rows - row) // (4 * threads) if threads > 1 else height
        end = row + max(1, height // 8, min(height, share))
        for column in range(0, width, breadth):
            yield row, min(end, rows), column, min(column + breadth, width)
        row = end


def games_of(tile: Tile) -> int:
    """Return how many games a tile holds."""
    first_row, last_row, first_column, last_column = tile
    return (last_row - first_row) * (last_column - first_column)


def in_parallel(
    solve: Callable[[Any], tuple[int, int, int]],
    parts: Iterable[Any],
    games: int,
    threads: int,
    progress: Progress | None,
) -> tuple[int, int]:
    """Call `solve` for every part of the games, from `threads` threads, including the caller's. Return how
    many games could not be solved, and the first of them, or -1.

    `solve` returns three numbers for its part: its games, how many could not be solved, and the first of
    them.

    The caller's thread reports progress. An error in any thread stops all.
    """
    parts = list(parts)
    waiting = iter(parts)
    taking = threading.Lock()
    cancelled = threading.Event()
    reports: queue.SimpleQueue[tuple[int, int, int] | BaseException] = queue.SimpleQueue()

    def solve_one() -> bool:
        with taking:
            part = None if cancelled.is_set() else next(waiting, None)
        if part is None:
            return False
        reports.put(solve(part))
        return True

    def help_out() -> None:
        try:
            while solve_one():
                pass
        except BaseException as error:  # the caller raises it
            reports.put(error)

    done = unsolved = 0
    firsts = []
    helpers = [threading.Thread(target=help_out) for _ in range(min(threads, len(parts)) - 1)]
    try:
        for helper in helpers:
            helper.start()
        more = True
        while done < games:
            more = more and solve_one()
            while done < games and not (more and reports.empty()):
                report = reports.get()
                if isinstance(report, BaseException):
                    raise report
                done += report[0]
                unsolved += report[1]
                if report[1]:
                    firsts.append(report[2])
                if progress is not None:
                    progress(done, games)
    finally:
        cancelled.set()
        for helper in helpers:
            if helper.ident is not None:
                helper.join()
    return unsolved, min(firsts, default=-1)
