"""What a game costs that is given by its definition: a tree of 60 ends in one of Gambit's files.

    python -m benchmarks.suite.definitions        from the root of a checkout, with foedus and pygambit

The tree has 3, 4 and 5 options after one another, two players in turns, and each of the 120 payoffs is a
parameter. foedus solves a map of two of them, and games in which all vary, on one thread. Gambit no longer
has a solver for subgame perfect equilibria. Its way is to read the tree and to follow its logit equilibria to
their limit, where both find the same path.
"""

import io
import itertools
import math
import tempfile
import time
from pathlib import Path

import numpy as np

import foedus

OPTIONS = 3, 4, 5
GAMES = 500_000
PRECISION = 1e3  # of logit equilibria: play that is worse by 0.01 is made once in 20,000 times


def tree(payoffs):
    """Return the text of the tree, with these payoffs of each end."""
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
    """Return the payoffs of so many games, by game, end and player."""
    return np.random.default_rng(seed).normal(size=(games, math.prod(OPTIONS), 2)).round(6)


def model_of(payoffs):
    """Return the model of a tree."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sixty.efg")
        file.write_text(tree(payoffs))
        return foedus.model_from_efg(file)


class Tree:
    """The tree by foedus."""

    def setup(self):
        """Read it, and compile what solves it."""
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
    """Return the end that play most probably reaches near the limit of the logit equilibria, by number."""
    import pygambit  # which the suite itself does without

    game = pygambit.read_efg(io.BytesIO(tree(payoffs).encode()))
    (found,) = pygambit.qre.logit_solve_lambda(game, PRECISION)
    path = ()
    while game.get_actions(pygambit.H.path(*path)):
        odds = dict(found.profile[pygambit.H.path(*path)])
        path = (*path, max(odds, key=odds.get))
    return int(np.ravel_multi_index([int(option) for option in path], OPTIONS))


def main():
    """Print what a game costs either way, in one run, once both have found the same in some games."""
    bench = Tree()
    bench.setup()
    some = random_payoffs(20)
    columns = dict(zip(bench.model.by_name, some.reshape(len(some), -1).T, strict=True))
    ours = foedus.solve_points(columns, model=bench.model, threads=1).end.values
    begun = time.perf_counter()
    theirs = [by_gambit(payoffs) for payoffs in some]
    seconds = (time.perf_counter() - begun) / len(some)
    np.testing.assert_array_equal(ours, theirs)
    print(f"{'Gambit, logit equilibrium':>26} {1 / seconds:12,.0f} games per second")
    for words, solve in (("map of two payoffs", bench.time_map), ("all payoffs vary", bench.time_points)):
        times = []
        for _ in range(7):
            begun = time.perf_counter()
            games = solve().end.size
            times.append((time.perf_counter() - begun) / games)
        print(f"{f'foedus, {words}':>26} {1 / np.median(times):12,.0f} games per second")


if __name__ == "__main__":
    main()
