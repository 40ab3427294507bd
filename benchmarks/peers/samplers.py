"""Compares the adaptive map with general adaptive samplers, on the default map and on three small islands.

    python -m benchmarks.peers.samplers

prints, for each of them, the number of points that it computes and its time, and which islands it finds. The
islands have radius 0.05, 0.1 and 0.2 in a domain of 3 by 3. The samplers are the packages adaptive
(Learner2D, with the code as a number) and PhaseMap.
"""

import math
import statistics
import time
from collections.abc import Callable

import numpy as np

from foedus.alliance.model import PARAMETERS, model
from foedus.maps.tracing import lattice, runs, trace
from foedus.solving.requests import solve_columns

SIDE = 3.0
ISLANDS = {0.05: (0.71, 2.33), 0.1: (2.21, 1.17), 0.2: (1.37, 0.64)}  # radius: centre
POINTS = 2000
REPEATS = 5

Phase = Callable[[float, float], int]


def planted(x: float, y: float) -> int:
    """Return 1 on the islands and 0 around them."""
    return int(any(math.hypot(x - a, y - b) <= radius for radius, (a, b) in ISLANDS.items()))


def default_map(x: float, y: float) -> int:
    """Return the regime at a point of the default map; here both sides go from 0 to 3."""
    return int(default_maps(np.array([x]), np.array([y]))[0])


def default_maps(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the regimes at points of the default map."""
    varying = "ally_cost", "status_quo"
    fixed = {name: p.number(p.default) for name, p in PARAMETERS.items() if name not in varying}
    points = {"ally_cost": 0.05 * 100 ** (x / SIDE), "status_quo": 0.1 + 0.8 * y / SIDE}
    return solve_columns(model, points, fixed, ["regime"])["regime"]


def ours(phases: Callable[[np.ndarray, np.ndarray], np.ndarray], size: int, spacing: int) -> np.ndarray:
    """Return the points that the adaptive map computes on a grid with so many points along a side."""
    asked = []

    def codes_at(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        x, y = (SIDE * np.asarray(at) / (size - 1) for at in (i, j))
        asked.append(np.stack([x, y], 1))
        return phases(x, y).astype(np.int8)

    places = lattice(size, spacing)
    grid = np.meshgrid(places, places, indexing="ij")
    codes = codes_at(*(part.ravel() for part in grid)).reshape(places.size, -1)
    runs(trace(codes_at, places, places, codes), (size, size), codes[0, 0])
    return np.concatenate(asked)


def learner(phase: Phase) -> np.ndarray:
    """Return the points that adaptive's Learner2D computes."""
    import adaptive

    learner = adaptive.Learner2D(lambda point: float(phase(*point)), bounds=[(0, SIDE), (0, SIDE)])
    adaptive.runner.simple(learner, npoints_goal=POINTS)
    return np.array(list(learner.data), float)


def phase_map(phase: Phase, steps: int, mesh: int = 5) -> np.ndarray:
    """Return the points that PhaseMap computes, with boxes halved at most `steps` times."""
    import phasemap

    asked = []

    def note(point: tuple[float, float]) -> int:
        asked.append(point)
        return phase(*point)

    phasemap.run(note, [(0, SIDE), (0, SIDE)], mesh=mesh, num_steps=steps)
    return np.array(asked, float)


def seen(points: np.ndarray) -> list[float]:
    """Return the radii of the islands in which a point lies."""
    return [r for r, centre in ISLANDS.items() if (np.hypot(*(points - centre).T) <= r).any()]


def timed(ask: Callable[[], np.ndarray]) -> tuple[np.ndarray, list[float]]:
    """Return the points that are computed, and the seconds of each repetition."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        points = ask()
        seconds.append(time.perf_counter() - start)
    return points, seconds


def main() -> None:
    """Print the tables."""
    default_map(1.0, 1.0)  # compiles
    plans = {
        "foedus, 8192 x 8192": lambda: ours(default_maps, 8192, 8),
        "foedus, 512 x 512": lambda: ours(default_maps, 512, 16),
        "PhaseMap, 9 halvings of 5 x 5": lambda: phase_map(default_map, 9),
        "Learner2D": lambda: learner(default_map),
    }
    print("| default map | points | median s | from | to | us a point |\n|---|---|---|---|---|---|")
    for name, ask in plans.items():
        points, seconds = timed(ask)
        each = statistics.median(seconds) / len(points) * 1e6
        print(
            f"| {name} | {len(points):,} | {statistics.median(seconds):.3g} | {min(seconds):.3g} "
            f"| {max(seconds):.3g} | {each:.3g} |"
        )
    everywhere = np.vectorize(planted)
    plans = {
        # a lattice of 45 x 45 points has a point in every square with sides of 0.0682, and such a square fits
        # in each island
        "foedus, 45 x 45": lambda: ours(everywhere, 1057, 24),
        "PhaseMap, 5 x 5": lambda: phase_map(planted, 9),
        "PhaseMap, 45 x 45": lambda: phase_map(planted, 5, 45),
        "Learner2D": lambda: learner(planted),
    }
    print("\n| planted islands | points | seen, by radius |\n|---|---|---|")
    for name, ask in plans.items():
        points = ask()
        print(f"| {name} | {len(points):,} | {', '.join(map(str, seen(points))) or 'none'} |")


if __name__ == "__main__":
    main()
