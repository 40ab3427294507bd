"""Compares foedus with other ways to solve the same games (peers), in one run on one machine.

    make peers        or: python -m benchmarks.peers [FOLDER]

First, the results of the peers are compared with those of foedus. Then they are timed: in each round, every
pair of solvers runs, in a random order. If the processor has AVX-512, the compiled solvers are also compiled
and timed for a processor without it (Haswell). The results are written to FOLDER (default: docs): speed.json
has the raw numbers; speed-table.md and speed.png are made from it.

    NUMBA_CPU_NAME=haswell NUMBA_CPU_FEATURES= python -m benchmarks.peers --compiled

prints, as JSON, the times of the compiled solvers for the processor with this name.
"""

import json
import os
import platform
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import llvmlite.binding
import numpy as np

import foedus
from benchmarks.suite.kernel import DEFAULT, kernel_map, outputs
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.alliance.model import PARAMETERS, PER_ARMS
from foedus.kernels import alliance as kernels

from . import bound, c, gambit_peer, jax_peer, numpy_peer, scipy_peer, tree_peer
from .report import ALONE, BOUNDED, report

ROUNDS = 7
SIZE, LARGE = 1024, 2048  # points per axis of the maps
RANDOM = 2**20  # games in which all parameters vary
KEPT = {"regime": ["regime"], "all": list(VARIABLES)}
WRITTEN = {kept: sum(np.dtype(VARIABLES[name].dtype).itemsize for name in KEPT[kept]) for kept in KEPT}
THREADS = len(os.sched_getaffinity(0))
PEERS = numpy_peer, c, jax_peer, scipy_peer, gambit_peer, tree_peer
READY = 10**8  # numbers, more than any solver needs at a time
SAMPLE = 3000  # games whose operations are counted
# these make numba, C (which reads the first) and JAX compile for a processor with AVX2 but without AVX-512
AVX2 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "", "XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}


def axes(size):
    """Return the axes of the default map, `size` points each."""
    return {"ally_cost": np.geomspace(0.05, 5, size), "status_quo": np.linspace(0.1, 0.9, size)}


def random_games(count):
    """Return `count` random games, a column for each parameter; all parameters vary."""
    rng = np.random.default_rng(2024)
    ranges = {  # from, to; costs of arms on a log scale
        "ally_cost": (0.05, 5),
        "challenger_cost": (0.05, 5),
        "superpower_cost": (0.03, 3),
        "status_quo": (0.1, 0.9),
        "ally_war_cost": (0, 0.2),
        "challenger_war_cost": (0, 0.2),
        "ally_forces": (0, 0.2),
        "challenger_forces": (0.02, 0.5),
        "effectiveness": (0.2, 1),
        "stake": (0.2, 3),
        "bargaining_power": (0, 1),
        "autonomy_cost": (0, 0.05),
        "alliance_cost": (0, 0.05),
    }
    return {
        name: np.exp(rng.uniform(*np.log((low, high)), count))
        if PARAMETERS[name].units == PER_ARMS
        else rng.uniform(low, high, count)
        for name, (low, high) in ranges.items()
    }


def vectors(columns):
    """Return games, given by columns, as the numbers that kernels use, shape (n, 15)."""
    count = len(next(iter(columns.values())))
    games = np.repeat(DEFAULT[None, :], count, axis=0)
    for name, column in columns.items():
        games[:, kernels.PARAMETERS.index(name)] = column
    return games


def named(games):
    """Return games, given by the numbers that kernels use, as dictionaries."""
    return [dict(zip(kernels.PARAMETERS[:-1], map(float, game), strict=False)) for game in games]


def map_sample(count):
    """Return `count` games drawn from the map, as the numbers that kernels use."""
    rng = np.random.default_rng(7)
    return vectors({name: rng.choice(values, count) for name, values in axes(SIZE).items()})


def clocked(function, games):
    """Return the seconds per game that one call of `function` takes."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) / games


def back_memory():
    """Make the system keep memory ready. A virtual machine may have given idle memory back to its host, and
    then the first solver that needs memory would lose time."""
    np.empty(READY).fill(1)


def at_once(kept):
    """Return the seconds per game if the kernel solves two maps independently at the same time."""
    ally_cost, status_quo = axes(SIZE).values()
    workers = [
        threading.Thread(target=kernel_map, args=(ally_cost, status_quo, KEPT[kept])) for _ in range(2)
    ]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return (time.perf_counter() - start) / (2 * SIZE**2)


def contestants(workers):
    """Return the solvers of the same algorithm by name, each a function that returns its seconds per game."""
    grids = {size: axes(size) for size in (SIZE, LARGE)}
    points = random_games(RANDOM)

    def sweep(kept, threads, size=SIZE):
        return lambda: clocked(
            lambda: foedus.sweep(grids[size], variables=KEPT[kept], threads=threads), size**2
        )

    def in_c(kept, threads, one_by_one=False):
        ally_cost, status_quo = grids[SIZE].values()
        return lambda: clocked(
            lambda: c.solve(ally_cost, status_quo, DEFAULT, kept == "all", threads, one_by_one), SIZE**2
        )

    def kernel(kept, size, again=False):
        wanted = outputs(size**2, KEPT[kept]) if again else None
        return lambda: kernel_map(*grids[size].values(), KEPT[kept], wanted) / size**2

    def in_jax(kept, worker):
        return lambda: jax_peer.ask(workers[worker], SIZE, kept == "all") / SIZE**2

    found = {}
    for kept in KEPT:
        found |= {
            f"foedus, {kept}, 1 thread": sweep(kept, 1),
            f"foedus, {kept}, {THREADS} threads": sweep(kept, THREADS),
            f"foedus, {kept}, 1 thread, {LARGE}": sweep(kept, 1, LARGE),
            f"kernel, {kept}": kernel(kept, SIZE),
            f"kernel, {kept}, used memory": kernel(kept, SIZE, again=True),
            f"kernel, {kept}, {LARGE}": kernel(kept, LARGE),
            f"kernel, {kept}, two maps at once": lambda kept=kept: at_once(kept),
            f"foedus, {kept}, random games": lambda kept=kept: clocked(
                lambda: foedus.solve_points(points, variables=KEPT[kept], threads=1), RANDOM
            ),
            f"C, {kept}, 1 thread": in_c(kept, 1),
            f"C, {kept}, {THREADS} threads": in_c(kept, THREADS),
            f"C one by one, {kept}, 1 thread": in_c(kept, 1, one_by_one=True),
            f"JAX, {kept}, 1 thread": in_jax(kept, "one"),
            f"JAX, {kept}, {THREADS} threads": in_jax(kept, "all"),
        }
    return found


def others():
    """Return the solvers of other algorithms in the same way."""
    few = named(map_sample(60))
    trees = np.stack([tree_peer.tree(game, *tree_peer.moves(game)) for game in few])
    small_tree = tree_peer.tree(few[0], *gambit_peer.moves(few[0]))
    paths = np.empty((len(few), 4), np.int64)

    def each(solve, count):
        games = few[:count]
        return lambda: clocked(lambda: [solve(game) for game in games], count)

    return {
        "SciPy": each(scipy_peer.solve, 10),
        "NumPy brute force": each(numpy_peer.solve, 1),
        "Gambit": lambda: clocked(lambda: gambit_peer.solve_tree(small_tree), 1),
        "tree of 360 ends": lambda: clocked(
            lambda: [tree_peer.solve_all(trees, paths) for _ in range(200)], 200 * len(few)
        ),
    }


def accuracies():
    """Return the accuracy of each peer in words; raise an error if one that must be equal is not."""
    return accuracies_of_the_same() | accuracies_of_others()


def accuracies_of_the_same():
    """Return the accuracy of the solvers of the same algorithm."""
    small = axes(300)
    expected = foedus.sweep(small)
    ally_cost, status_quo = small.values()
    for one_by_one in (False, True):
        found = c.solve(ally_cost, status_quo, DEFAULT, True, THREADS, one_by_one)
        for name in VARIABLES:
            np.testing.assert_array_equal(found[name], expected[name].values, err_msg=f"C, {name}")
        only = c.solve(ally_cost, status_quo, DEFAULT, False, 1, one_by_one)
        np.testing.assert_array_equal(only["regime"], expected.regime.values)
    found = jax_peer.solve(ally_cost, status_quo, DEFAULT, True)
    worst = 0.0
    for name, variable in VARIABLES.items():
        values = np.asarray(found[name])
        if variable.codes:
            np.testing.assert_array_equal(values, expected[name].values, err_msg=f"JAX, {name}")
        else:
            np.testing.assert_allclose(values, expected[name].values, 1e-11, 1e-12, err_msg=f"JAX, {name}")
            worst = max(worst, np.nanmax(np.abs(values - expected[name].values)))
    only = jax_peer.solve(ally_cost, status_quo, DEFAULT, False)
    np.testing.assert_array_equal(only["regime"], expected.regime.values)
    return {
        "C": "equal to the bit",
        "C one by one": "equal to the bit",
        "JAX": f"regimes equal, numbers within {worst:.0e}",
    }


def accuracies_of_others():
    """Return the accuracy of the other solvers."""
    said = {}
    for label, solve, count in (
        ("SciPy", scipy_peer.solve, 20),
        ("NumPy brute force", numpy_peer.solve, 20),
    ):
        said[label] = compare(solve, named(map_sample(count)))
    for game in named(map_sample(3)):
        tree = tree_peer.tree(game, *gambit_peer.moves(game))
        if gambit_peer.solve_tree(tree) != tree_peer.solve(tree):
            raise AssertionError(f"Gambit and backward induction differ in the tree of {game}")
    ends = tree[:, :, :, :, 0].size
    said["Gambit"] = f"equal to backward induction in a tree of {ends} ends"
    said["tree of 360 ends"] = "exact for that finite game"
    return said


def compare(solve, games):
    """Return in words how far the settlements that `solve` finds are from those of foedus, and how many
    regimes are the same."""
    errors, same = [], 0
    for game in games:
        eq, found = foedus.solve(**game), solve(game)
        errors.append(abs(found["settlement"] - eq.settlement))
        same += found["regime"] == eq.regime.name.lower()
    return f"settlement within {max(errors):.0e}; {same} of {len(games)} regimes"


def pairs():
    """Return the pairs of solvers of the same algorithm that are compared, by name."""
    found = []
    for kept in KEPT:
        one, many = f"foedus, {kept}, 1 thread", f"foedus, {kept}, {THREADS} threads"
        found += [
            (f"kernel, {kept}", one),
            (f"C, {kept}, 1 thread", one),
            (f"C one by one, {kept}, 1 thread", one),
            (f"JAX, {kept}, 1 thread", one),
            (f"C, {kept}, {THREADS} threads", many),
            (f"JAX, {kept}, {THREADS} threads", many),
            (one, many),
            (f"kernel, {kept}", f"kernel, {kept}, two maps at once"),
            (f"foedus, {kept}, 1 thread, {LARGE}", f"kernel, {kept}, {LARGE}"),
        ]
    return found


def measure(field, rivals):
    """Return the nanoseconds per game of each solver, by name; the ratios of each pair of `rivals`, by round;
    and, for each solver that has a bound, its times with those of the machine's operations.

    The two solvers of a pair run directly after each other, and so do a solver and the machine's operations,
    because the speed of a machine changes, and other programs run on it at times.
    """
    times = {name: [] for name in field}
    ratios = {f"{name} over {other}": [] for name, other in rivals}
    bounded = {name.format(kept): [] for name in BOUNDED.values() for kept in KEPT}
    order = np.random.default_rng(1)

    def run(name):
        back_memory()
        times[name].append(1e9 * field[name]())
        return times[name][-1]

    for k in range(ROUNDS):
        for name, other in order.permutation(rivals):
            ratios[f"{name} over {other}"].append(run(name) / run(other))
        for name in order.permutation(list(bounded)):
            bounded[name].append({"ns": run(name)} | bound.machine())
        print(f"round {k + 1} of {ROUNDS}", file=sys.stderr)
    return {
        "target": os.environ.get("NUMBA_CPU_NAME", llvmlite.binding.get_host_cpu_name()),
        "nanoseconds per game": times,
        "ratios": ratios,
        "beside the machine's operations": bounded,
    }


def timed(more):
    """Time the solvers of the same algorithm and, with `more`, the other solvers; return the result of
    `measure`."""
    workers = {"one": jax_peer.start_worker(min(os.sched_getaffinity(0))), "all": jax_peer.start_worker()}
    try:
        field, rivals = contestants(workers), pairs()
        if more:
            field |= others()
            rivals += [(name, "foedus, all, 1 thread") for name in ALONE.values()]
        for run in field.values():  # once, so that all is compiled and loaded
            run()
        return measure(field, rivals)
    finally:
        for worker in workers.values():
            worker.kill()


def for_avx2():
    """Return the times of the compiled solvers if they are compiled for a processor without AVX-512."""
    command = [sys.executable, "-m", "benchmarks.peers", "--compiled"]
    done = subprocess.run(command, env=os.environ | AVX2, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main(folder):
    """Check and time the solvers, and write the results."""
    said = accuracies()
    runs = [timed(more=True)]
    if llvmlite.binding.get_host_cpu_features().get("avx512f"):
        runs.append(for_avx2())
    record = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": processor(), "threads": THREADS, "system": platform.platform()},
        "versions": {"foedus": foedus.__version__, "python": platform.python_version()}
        | {name: text for peer in PEERS for name, text in peer.versions().items()},
        "map": f"{SIZE} x {SIZE} games, ally_cost by status_quo",
        "accuracy": said,
        "runs": runs,
        "operations needed per game": {
            "map": bound.operations(map_sample(SAMPLE)),
            "random": bound.operations(vectors(random_games(SAMPLE))),
        },
        "bytes written per game": WRITTEN,
    }
    (folder / "speed.json").write_text(json.dumps(record, indent=1) + "\n")
    report(folder / "speed.json")
    print((folder / "speed-table.md").read_text())


def processor():
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


if __name__ == "__main__":
    if "--compiled" in sys.argv:
        accuracies_of_the_same()
        print(json.dumps(timed(more=False)))
    else:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
