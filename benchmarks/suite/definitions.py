"""The time for games with a definition: firms that choose outputs one after another, and a tree with 60 ends
in a file of Gambit.

    python -m benchmarks.suite.definitions        from the root of a checkout, with foedus and pygambit

There are one, two or three firms, and each sees the outputs before it. Demand is linear, and each firm has
its own cost. All parameters vary, and one thread solves the games. An adaptive map is timed as a whole
process, with the compiled code in the cache: a leader sets an output, and a follower then enters at a cost or
stays out.

In the tree, two players move in turns and choose among 3, 4 and 5 options. Each of the 120 payoffs is a
parameter. foedus solves a map of two payoffs, and games in which all payoffs vary, on one thread. Gambit no
longer has a solver for subgame perfect equilibria. Instead, it reads the tree and follows its logit
equilibria to their limit. Both find the same path.
"""

import io
import itertools
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import foedus
from foedus import Code, Model, Move, Outcome, Parameter

FIRMS = {1: 200_000, 2: 20_000, 3: 400}  # games that take about a second, by the number of firms
ROUNDS = 7
ENTRY = """
from foedus import Choice, Code, Model, Move, Outcome, Parameter

class Market(Code):
    MONOPOLY, DUOPOLY = range(2)

def payoffs(p, m):
    price = p.demand - m.output - m.rival_output
    return price * m.output, price * m.rival_output - p.entry_cost * m.enter

def outcome(p, m):
    return Market.DUOPOLY if m.enter == 1 else Market.MONOPOLY,

entered = lambda p, m: m.enter == 1
model = Model(
    "entry", "A leader, and a follower that may enter",
    [Parameter("demand", "a", 8.0, "> 0"), Parameter("entry_cost", "F", 1.0, ">= 0")],
    [Outcome("market", codes=Market)],
    players=["leader", "follower"],
    moves=[
        Move("leader", "output", high=lambda p, m: p.demand),
        Choice("follower", "enter", ("stay out", "enter")),
        Move("follower", "rival_output", high=lambda p, m: p.demand, when=entered),
    ],
    payoffs=payoffs, outcome=outcome,
)
"""
RUN = """
model = "entry.py"
axes.demand = { from = 4, to = 12, points = 256 }
axes.entry_cost = { from = 0, to = 6, points = 256 }
output.file = "entry.nc"
"""
OPTIONS = 3, 4, 5
GAMES = 500_000
PRECISION = 1e3  # of logit equilibria: a move that is worse by 0.01 is made once in 20,000 times


class Market(Code):
    """Whether the last firm sells anything."""

    MONOPOLY, SHARED = range(2)


def stackelberg(firms):
    """Return the game of so many firms."""
    outputs, costs = [f"output{k}" for k in range(firms)], [f"cost{k}" for k in range(firms)]
    price = f"p.demand - {' - '.join(f'm.{output}' for output in outputs)}"
    each = [f"({price} - p.{cost}) * m.{output}" for output, cost in zip(outputs, costs, strict=True)]
    return Model(
        f"firms{firms}",
        "Firms that choose an output one after another",
        [Parameter("demand", "", 10.0, "> 0"), *(Parameter(cost, "", 1.0, ">= 0") for cost in costs)],
        [Outcome("market", codes=Market)],
        players=[f"firm{k}" for k in range(firms)],
        moves=[Move(f"firm{k}", output, high=lambda p, m: p.demand) for k, output in enumerate(outputs)],
        payoffs=eval(f"lambda p, m: ({', '.join(each)},)"),
        outcome=eval(f"lambda p, m: (Market.SHARED if m.{outputs[-1]} > 0 else Market.MONOPOLY,)", globals()),
    )


class Firms:
    """Firms that move one after another, for each number of firms."""

    params = tuple(FIRMS)
    param_names = ("firms",)

    def setup(self, firms):
        """Compile the kernel, and check it against the closed form with equal costs."""
        self.model = stackelberg(firms)
        equal = foedus.solve(model=self.model)
        for k in range(firms):
            assert math.isclose(getattr(equal, f"output{k}"), 9.0 / 2 ** (k + 1), rel_tol=1e-9)
        rng = np.random.default_rng(1)
        self.points = {"demand": rng.uniform(5, 15, FIRMS[firms])}
        self.points |= {f"cost{k}": rng.uniform(0, 2, FIRMS[firms]) for k in range(firms)}

    def time_points(self, firms):
        """Games in which each parameter varies."""
        return foedus.solve_points(self.points, model=self.model, variables=["market"], threads=1)


def tree(payoffs):
    """Return the text of the tree, with these payoffs at its ends."""
    lines = ['EFG 2 R "sixty" { "first" "second" }']
    sets, ends = itertools.count(1), iter(enumerate(payoffs, 1))

    def write(depth):
        if depth == len(OPTIONS):
            end, (one, other) = next(ends)
            lines.append(f't "" {end} "end {end}" {{ {one:.6f} {other:.6f} }}')
            return
        options = " ".join(f'"{option}"' for option in range(OPTIONS[depth]))
        lines.append(f'p "" {depth % 2 + 1} {next(sets)} "" {{ {options} }} 0')
        for _ in range(OPTIONS[depth]):
            write(depth + 1)

    write(0)
    return "\n".join(lines) + "\n"


def random_payoffs(games, seed=1):
    """Return random payoffs of so many games, by game, end and player."""
    return np.random.default_rng(seed).normal(size=(games, math.prod(OPTIONS), 2)).round(6)


def model_of(payoffs):
    """Return the model of a tree."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sixty.efg")
        file.write_text(tree(payoffs))
        return foedus.model_from_efg(file)


class Tree:
    """The tree, solved by foedus."""

    def setup(self):
        """Read the tree and compile its kernel."""
        (self.payoffs,) = random_payoffs(1)
        self.model = model_of(self.payoffs)
        one, other = [*self.model.by_name][:2]
        side = math.isqrt(GAMES)
        self.axes = {one: np.linspace(-2, 2, side), other: np.linspace(-2, 2, side)}
        rng = np.random.default_rng(2)
        self.points = {name: rng.normal(size=GAMES // 4) for name in self.model.by_name}
        self.time_map()
        self.time_points()

    def time_map(self):
        """A map of two payoffs."""
        return foedus.sweep(self.axes, model=self.model, variables=["end"], threads=1)

    def time_points(self):
        """Games in which each payoff varies."""
        return foedus.solve_points(self.points, model=self.model, variables=["end"], threads=1)


def by_gambit(payoffs):
    """Return the number of the most probable end, near the limit of the logit equilibria."""
    import pygambit  # the suite itself does not need it

    game = pygambit.read_efg(io.BytesIO(tree(payoffs).encode()))
    (found,) = pygambit.qre.logit_solve_lambda(game, PRECISION)
    path = ()
    while game.get_actions(pygambit.H.path(*path)):
        odds = dict(found.profile[pygambit.H.path(*path)])
        path = (*path, max(odds, key=odds.get))
    return int(np.ravel_multi_index([int(option) for option in path], OPTIONS))


def rate(words, seconds):
    """Print how many games are solved per second: the median, the slowest and the fastest round."""
    slowest, median, fastest = (1 / np.quantile(seconds, part) for part in (1, 0.5, 0))
    print(f"{words:>28} {median:12,.0f} games per second, {slowest:,.0f} to {fastest:,.0f}")


def timed(solve, *given):
    """Return the seconds of each round."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        solve(*given)
        times.append(time.perf_counter() - begun)
    return np.array(times)


def adaptive_map():
    """Return the seconds of each process that makes the adaptive map, after a process that compiles."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "entry.py").write_text(ENTRY)
        Path(folder, "run.toml").write_text(RUN)
        words = ["map", "run.toml", "--adaptive", "--overwrite", "--quiet", "--no-picture"]

        def process():
            subprocess.run([sys.executable, "-m", "foedus", *words], cwd=folder, check=True)

        process()
        return timed(process)


def main():
    """Print the speeds. Gambit solves a few of the trees, too, and must find the same ends."""
    for firms, games in FIRMS.items():
        bench = Firms()
        bench.setup(firms)
        rate(f"Stackelberg, firms: {firms}", timed(bench.time_points, firms) / games)
    times = adaptive_map()
    spread = f"{times.min():.1f} to {times.max():.1f}"
    print(f"{'adaptive map, 256 x 256':>28} {np.median(times):12.1f} seconds a process, {spread}")
    bench = Tree()
    bench.setup()
    some = random_payoffs(20)
    columns = dict(zip(bench.model.by_name, some.reshape(len(some), -1).T, strict=True))
    ours = foedus.solve_points(columns, model=bench.model, threads=1).end.values
    begun = time.perf_counter()
    theirs = [by_gambit(payoffs) for payoffs in some]
    speed = len(some) / (time.perf_counter() - begun)
    print(f"{'tree, logit by Gambit':>28} {speed:12,.0f} games per second")
    np.testing.assert_array_equal(ours, theirs)
    rate("tree, two payoffs vary", timed(bench.time_map) / math.isqrt(GAMES) ** 2)
    rate("tree, all payoffs vary", timed(bench.time_points) / (GAMES // 4))


if __name__ == "__main__":
    main()
