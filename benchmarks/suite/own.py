"""The time for the loop of foedus around a user's kernel, compared with a loop written by hand, in one run.

    python -m benchmarks.suite.own        from the root of a checkout, with foedus installed

The games are a map of the first two parameters over their usual ranges, on one thread. Either only the code
that maps show is kept, or all outcomes. The loop by hand consists of two loops compiled by numba, which keep
the same outcomes. `foedus.sweep` also checks the codes, counts unsolved games and labels the results.
"""

import importlib.resources
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

import foedus
from foedus.kernels.loop import parameters_type

TEMPLATE = importlib.resources.files("foedus.cli").joinpath("template.py.txt").read_text("utf-8")
# a kernel that takes about 100 ns per game
COSTLY = """
import math
from foedus import Code, Model, Outcome, Parameter

class Which(Code):
    NONE, ONE, OTHER = range(3)

def solve(p):
    one, other = p.x ** p.power, p.y ** p.power
    chance = one / (one + other)
    worth = math.log(1 + chance) - math.exp(-p.x - p.y) * p.cost
    lost = math.exp(-worth * p.power) * math.log(p.x + p.y) ** p.cost
    return Which.ONE if worth > lost else Which.OTHER if chance > 0.3 else Which.NONE, chance, worth

usual = {"usual": (0.6, 3.0)}
model = Model(
    "costly", "Exponentials, logarithms and powers",
    [Parameter(name, name, 1.5, "> 0", **usual) for name in ("x", "y", "power", "cost")],
    [Outcome("which", codes=Which), Outcome("chance"), Outcome("worth")],
    solve,
)
"""
ENTRY = Path(__file__).parents[2] / "tests" / "entry.py"


def models():
    """Return the models by name."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"entry": foedus.load_model(ENTRY)}
        for name, text in (("template", TEMPLATE), ("costly", COSTLY)):
            file = Path(folder) / f"{name}.py"
            file.write_text(text, "utf-8")
            found[name] = foedus.load_model(file)
    return found


def by_hand(model, variables):
    """Return two compiled loops around the kernel. They take both axes, the defaults, and arrays to fill."""
    places = {name: list(model.found).index(name) for name in variables}
    given = ", ".join(["a[i]", "b[j]"] + [f"f[{k}]" for k in range(2, len(model.parameters))])
    kept = "; ".join(f"o{k}[i, j] = found[{k}]" for k in places.values())
    arrays = ", ".join(f"o{k}" for k in places.values())
    names = {
        "solve": numba.njit(error_model="numpy")(model.solve),
        "given": parameters_type(tuple(model.by_name)),
    }
    exec(
        f"def loop(a, b, f, {arrays}):\n"
        f"    for i in range(a.size):\n"
        f"        for j in range(b.size):\n"
        f"            found = solve(given({given}))\n"
        f"            {kept}",
        names,
    )
    return numba.njit(error_model="numpy", nogil=True)(names["loop"])


def ratios(model, variables, size=2048, rounds=9):
    """Return, for each round, the seconds per game of `foedus.sweep` and of the loop by hand."""
    loop = by_hand(model, variables)
    defaults = np.array([parameter.number(parameter.default) for parameter in model.parameters])
    names = [*model.by_name][:2]

    def axes(size):
        return {name: np.linspace(*model.by_name[name].usual, size) for name in names}

    def hand(size):
        arrays = [np.empty((size, size), model.found[name].dtype) for name in variables]
        loop(*axes(size).values(), defaults, *arrays)
        return arrays

    def swept(size):
        return foedus.sweep(axes(size), model=model, variables=variables, threads=1)

    ours = swept(128)
    for name, array in zip(variables, hand(128), strict=True):
        np.testing.assert_array_equal(ours[name], array)
    times = []
    for _ in range(rounds):
        moments = [time.perf_counter()]
        for solve in (swept, hand):
            solve(size)
            moments.append(time.perf_counter())
        times.append(np.diff(moments) / size**2)
    return np.array(times).T


def main():
    """Print the table."""
    print("   model  kept  sweep ns  by hand ns  times  least   most")
    for name, model in models().items():
        for kept, variables in (("code", [model.mapped.name]), ("all", [*model.found])):
            ours, hand = ratios(model, variables)
            times = ours / hand
            print(
                f"{name:>8} {kept:>5} {np.median(ours) * 1e9:9.1f} {np.median(hand) * 1e9:11.1f}"
                f" {np.median(times):6.2f} {times.min():6.2f} {times.max():6.2f}"
            )


if __name__ == "__main__":
    main()
