"""The least time for a game: that of its divisions and roots on this machine, and of writing its results."""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

ROOT = Path(__file__).parent.parent.parent
CACHED, TIMES = 512, 10_000  # numbers that fit in the smallest cache, and how often each is used
WRITTEN = 2**24  # numbers that fit in no cache
USED = np.ones(WRITTEN)


@numba.njit(error_model="numpy")
def divide(numbers, times):
    """Divide by each of the numbers, so many times."""
    for _ in range(times):
        for i in range(numbers.size):
            numbers[i] = 1.7 / (numbers[i] + 0.1)


@numba.njit(error_model="numpy")
def take_roots(numbers, times):
    """Take the root of each of the numbers, so many times."""
    for _ in range(times):
        for i in range(numbers.size):
            numbers[i] = math.sqrt(numbers[i] + 0.1)


def seconds(function, *arguments):
    """Return the seconds that one call takes."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def machine():
    """Return the time, in ns, for a division, a root, and writing a byte to new and to used memory, now."""
    numbers = np.ones(CACHED)
    for function in (divide, take_roots):
        function(numbers, 1)  # compiled
    return {
        "division": 1e9 * seconds(divide, numbers, TIMES) / (CACHED * TIMES),
        "root": 1e9 * seconds(take_roots, numbers, TIMES) / (CACHED * TIMES),
        "byte written": 1e9 * seconds(lambda: np.empty(WRITTEN).fill(1.0)) / (8 * WRITTEN),
        "byte written again": 1e9 * seconds(USED.fill, 1.0) / (8 * WRITTEN),
    }


def operations(games):
    """Return the mean number of divisions and of roots in these games, counted by the twin.

    games : (n, 15), the numbers that kernels use
    """
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "games.npy")
        np.save(path, games)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.peers.twin", path],
            cwd=ROOT,
            env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return json.loads(done.stdout)


def bound(needed, costs, written, byte="byte written"):
    """Return the least time for a game, in ns: that of the operations needed, and of `written` bytes."""
    return needed["divisions"] * costs["division"] + needed["roots"] * costs["root"] + written * costs[byte]
