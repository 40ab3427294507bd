"""Speed and memory, on the axes of the default map: the ally's cost of arms and the status quo."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import foedus
from foedus.alliance.model import OUTCOMES as VARIABLES

from .contests import ratios
from .kernel import kernel_map
from .writing import beside_solving, map_axes

RUN = """
[axes]
ally_cost = {{ from = 0.05, to = 5.0, points = {points}, scale = "log" }}
status_quo = {{ from = 0.1, to = 0.9, points = {points} }}
[output]
variables = {variables}
"""
KEPT = {"regime only": ["regime"], "regime and pledge": ["regime", "pledge"], "all": list(VARIABLES)}


def sweep(size, variables, threads=None):
    """Solve the default map at `size` by `size` points and keep the named selection of variables."""
    return foedus.sweep(map_axes(size, size), variables=KEPT[variables], threads=threads)


class OneGame:
    """One game at a time, through all of Python."""

    def setup(self):
        foedus.solve()

    def time_solve(self):
        foedus.solve(ally_cost=0.4)


class Sweep:
    """Wall time of a map in memory, from the call to the labelled Dataset."""

    params = ((256, 1024, 2048), (1, 2), tuple(KEPT))
    param_names = ("points per axis", "threads", "variables")
    timeout = 300

    def setup(self, size, threads, variables):
        sweep(2, variables)

    def time_sweep(self, size, threads, variables):
        sweep(size, variables, threads)


class Rate:
    """Games per second and core: one thread, 1024 x 1024 games, the median of seven sweeps."""

    params = tuple(KEPT)
    param_names = ("variables",)
    unit = "games/s"
    timeout = 300

    def track_games_per_second(self, variables):
        sweep(2, variables)
        seconds = []
        for _ in range(7):
            start = time.perf_counter()
            sweep(1024, variables, threads=1)
            seconds.append(time.perf_counter() - start)
        return 1024**2 / statistics.median(seconds)


class Growth:
    """Nanoseconds per game in maps of 10^4 to 10^8 games, regime only, one thread; rows of 1000 games.

    Measured for the kernel alone, and for `sweep`, in which labels cost the same for every map.
    """

    params = ((10, 10**2, 10**3, 10**4, 10**5), ("kernel", "sweep"))
    param_names = ("thousand games", "what")
    unit = "ns/game"
    timeout = 600

    def track_nanoseconds(self, rows, what):
        solve = growth_sweep if what == "sweep" else growth_kernel
        solve(1)
        return 1e9 * statistics.median(solve(rows) for _ in range(3 if rows > 10**4 else 7)) / (rows * 1000)


def growth_sweep(rows):
    """Return the seconds that a map of `rows` times 1000 games takes from call to Dataset."""
    axes = map_axes(rows, 1000)
    start = time.perf_counter()
    foedus.sweep(axes, variables=["regime"], threads=1)
    return time.perf_counter() - start


def growth_kernel(rows):
    """Return the seconds that the kernel alone takes for the same games."""
    return kernel_map(*map_axes(rows, 1000).values(), ["regime"])


class RandomGames:
    """A million random games: all parameters vary, and all variables are kept."""

    params = (1, 2)
    param_names = ("threads",)
    timeout = 300

    def setup(self, threads):
        rng = np.random.default_rng(2024)
        games = 10**6
        self.points = {
            "ally_cost": np.exp(rng.uniform(np.log(0.05), np.log(5), games)),
            "challenger_cost": np.exp(rng.uniform(np.log(0.05), np.log(5), games)),
            "superpower_cost": np.exp(rng.uniform(np.log(0.03), np.log(3), games)),
            "status_quo": rng.uniform(0.1, 0.9, games),
            "ally_war_cost": rng.uniform(0, 0.2, games),
            "challenger_war_cost": rng.uniform(0, 0.2, games),
            "ally_forces": rng.uniform(0, 0.2, games),
            "challenger_forces": rng.uniform(0.02, 0.5, games),
            "effectiveness": rng.uniform(0.2, 1, games),
            "stake": rng.uniform(0.2, 3, games),
            "bargaining_power": rng.uniform(0, 1, games),
            "autonomy_cost": rng.uniform(0, 0.05, games),
            "alliance_cost": rng.uniform(0, 0.05, games),
        }
        sweep(2, "all")

    def time_solve_points(self, threads):
        foedus.solve_points(self.points, threads=threads)


class Streaming:
    """The time for a map of 10^8 regimes in a file, divided by the time in memory; median of five rounds."""

    params = (".nc", ".zarr")
    param_names = ("file",)
    unit = "times as long"
    timeout = 300

    def track_ratio(self, ending):
        sweep(2, "regime only")
        return beside_solving(ending, ["regime"], 10_000)[0]


class Boundaries:
    """Adaptive maps, cutpoints and statics, on the default map or along its first axis."""

    def setup(self):
        self.axes = map_axes(8192, 8192)
        self.time_cutpoints_of_400_lines()
        self.time_statics_of_one_game()

    def time_adaptive_map_8192_x_8192(self):
        foedus.adaptive_map(self.axes)

    def track_games_saved_8192_x_8192(self):
        """The number of games of the grid for each game that is solved."""
        return 8192**2 / foedus.adaptive_map(self.axes).attrs["solved"]

    def time_cutpoints_of_400_lines(self):
        foedus.cutpoints("ally_cost", (0.05, 5), {"status_quo": np.linspace(0.1, 0.9, 400)})

    def time_statics_of_one_game(self):
        foedus.statics(ally_cost=1.0)


class AnyContest:
    """The time for a game with any contest, divided by that for a closed-form game; median of five rounds."""

    params = (("ratio", "difference"), (0.5, 0.999, 1.5, 2.0, 4.0))
    param_names = ("contest", "decisiveness")
    unit = "closed-form games"
    timeout = 300

    def track_closed_form_games(self, contest, decisiveness):
        times, _, _ = ratios([(contest, decisiveness)], rounds=5, size=256)[contest, decisiveness]
        return statistics.median(times)


def timeraw_import():
    """Import the package in a fresh process."""
    return "import foedus"


class Latency:
    """Whole processes, with compiled code in the cache: one game; a map of 1024 x 1024 regimes without a
    picture; and, as a lower limit for both, a trivial function that numba loads from its cache."""

    cases = {  # noqa: RUF012
        "trivial": ["trivial.py"],
        "solve": ["-m", "foedus", "solve"],
        "map": ["-m", "foedus", "map", "run.toml", "-o", "map.nc", "--quiet", "--overwrite", "--no-picture"],
    }
    params = tuple(cases)
    param_names = ("process",)
    number, repeat, rounds, warmup_time, timeout = 1, 7, 1, 0, 300

    def setup(self, case):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        (folder / "run.toml").write_text(RUN.format(points=1024, variables='["regime"]'))
        (folder / "trivial.py").write_text(
            "import numba\n@numba.njit(cache=True)\ndef f(x):\n    return x\nf(1.0)\n"
        )
        self.time_process(case)

    def time_process(self, case):
        command = [sys.executable, *self.cases[case]]
        subprocess.run(command, check=True, cwd=self.folder.name, stdout=subprocess.DEVNULL)

    def teardown(self, case):
        self.folder.cleanup()


class FirstMap:
    """From the command to the file, in a fresh process: 512 x 512 games, regime and pledge.

    Compiled code is in the cache (warm), or everything must be compiled (cold).
    """

    params = (("warm", "cold"), ("file", "file and picture"))
    param_names = ("compiled code", "output")
    number, repeat, rounds, warmup_time, timeout = 1, 5, 1, 0, 900

    def setup(self, cache, output):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        (folder / "run.toml").write_text(RUN.format(points=512, variables='["regime", "pledge"]'))
        self.command = [sys.executable, "-m", "foedus", "map", "run.toml", "-o", "map.nc"]
        self.command += ["--quiet", "--overwrite"] + ["--no-picture"] * (output == "file")
        self.environment = dict(os.environ)
        if cache == "cold":
            self.environment["NUMBA_CACHE_DIR"] = str(folder / "cache")
        else:
            self.time_map(cache, output)

    def time_map(self, cache, output):
        subprocess.run(self.command, check=True, cwd=self.folder.name, env=self.environment)

    def teardown(self, cache, output):
        self.folder.cleanup()


class Claims:
    """The claims of the article on the default map, and the certificate along its first axis."""

    def setup(self):
        self.axes = map_axes(1024, 1024)
        self.line = map_axes(256, 1)
        self.time_claims_1024_x_1024()
        self.time_certificate_of_256_games()

    def time_claims_1024_x_1024(self):
        foedus.claims(self.axes)

    def time_certificate_of_256_games(self):
        foedus.sweep(self.line, variables=["deviation_gain"])


class Memory:
    """The largest memory of a process that solves a map, including results and imports."""

    cases = {  # noqa: RUF012
        "2048 x 2048, regime only": (2048, "regime only"),
        "4096 x 4096, regime only": (4096, "regime only"),
        "2048 x 2048, all": (2048, "all"),
    }
    params = tuple(cases)
    param_names = ("games and variables",)
    timeout = 600

    def setup(self, case):
        peak_memory(2)  # compiles in another process, if that is needed

    def peakmem_sweep(self, case):
        sweep(*self.cases[case])


SOLVE = """
import numpy as np, resource, foedus
axes = {"ally_cost": np.geomspace(0.05, 5, SIZE), "status_quo": np.linspace(0.1, 0.9, SIZE)}
foedus.sweep(axes, variables=["regime", "pledge"])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_memory(size):
    """Return the largest memory, in bytes, of a fresh process that solves a map of regime and pledge."""
    # -P: import nothing from the working directory, where a folder may have the name of a standard module
    command = [sys.executable, "-P", "-c", SOLVE.replace("SIZE", str(size))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)


def track_bytes_beyond_results():
    """Memory per game in addition to the results, from 2048 x 2048 to 4096 x 4096 games.

    This is the growth of the largest memory, minus the nine bytes per game of regime and pledge.
    """
    peak_memory(2)
    games = 4096**2 - 2048**2
    return (peak_memory(4096) - peak_memory(2048)) / games - 9


track_bytes_beyond_results.unit = "bytes/game"
track_bytes_beyond_results.timeout = 600
