"""Writing maps: the time and size of compressed variables, and the time for a file compared with solving.

    python -m benchmarks.suite.writing

prints two tables in Markdown. Each ratio compares two runs, one directly after the other, in several rounds.
"""

import statistics
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
from isal import isal_zlib

import foedus
from foedus.alliance.model import OUTCOMES as VARIABLES

ROUNDS = 5
# ways to compress a chunk, after shuffling its bytes; all readers of NetCDF know these formats (deflate)
WAYS = {
    "none": lambda data: data,
    "zlib 1": lambda data: zlib.compress(data, 1),
    "zlib 4": lambda data: zlib.compress(data, 4),
    "ISA-L 0": lambda data: isal_zlib.compress(data, 0),
    "ISA-L 1": lambda data: isal_zlib.compress(data, 1),
    "ISA-L 2": lambda data: isal_zlib.compress(data, 2),
}


def map_axes(rows, columns):
    """Return the axes of the default map at so many points."""
    return {"ally_cost": np.geomspace(0.05, 5, rows), "status_quo": np.linspace(0.1, 0.9, columns)}


def shuffled(values):
    """Return the bytes of an array as HDF5's shuffle filter orders them."""
    return np.ascontiguousarray(values.reshape(-1, 1).view(np.uint8).T)


def compression(variable):
    """Return, for each way, the nanoseconds and the bytes per game, in a chunk of a map of 10^9 games."""
    grid = map_axes(31_623, 31_623)
    middle = {"ally_cost": grid["ally_cost"][18_000:18_004], "status_quo": grid["status_quo"]}
    values = foedus.sweep(middle, variables=[variable])[variable].values
    found = {}
    for name, compress in WAYS.items():
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            packed = compress(shuffled(values) if values.itemsize > 1 else values)
            seconds.append(time.perf_counter() - start)
        found[name] = 1e9 * statistics.median(seconds) / values.size, memoryview(packed).nbytes / values.size
    return found


def beside_solving(ending, variables, size):
    """Return the time for a map in a file, divided by the time in memory: median, least and most."""
    grid = map_axes(size, size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"map{ending}"
        ratios = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            foedus.sweep(grid, variables=variables)
            between = time.perf_counter()
            foedus.sweep_to(path, grid, variables=variables, overwrite=True)
            ratios.append((time.perf_counter() - between) / (between - start))
    return statistics.median(ratios), min(ratios), max(ratios)


def main():
    """Print the tables."""
    print("| variable |", " | ".join(f"{name}: ns, bytes" for name in WAYS), "|")
    print("|---|" + "---|" * len(WAYS))
    for variable in VARIABLES:
        cells = (f"{ns:.1f}, {size:.3g}" for ns, size in compression(variable).values())
        print(f"| {variable} |", " | ".join(cells), "|")
    print("\n| file | kept | games | in a file : in memory (least to most) |\n|---|---|---|---|")
    foedus.sweep(map_axes(2, 2))
    for ending in (".nc", ".zarr"):
        for kept, variables, size in (("regime", ["regime"], 20_000), ("all", list(VARIABLES), 2_000)):
            ratio, least, most = beside_solving(ending, variables, size)
            print(f"| {ending} | {kept} | {size}² | {ratio:.2f} ({least:.2f} to {most:.2f}) |")


if __name__ == "__main__":
    main()
