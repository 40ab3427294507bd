"""Compares the results of two versions of foedus, to the bit.

    python benchmarks/results.py write old.npz     with one version
    python benchmarks/results.py write new.npz     with the other version
    python benchmarks/results.py compare old.npz new.npz

The files have the default map, eleven maps over all kinds of axes under both contests, 100,000 random games,
and a run of every other tool. The last command names the arrays that differ. Its exit code is 1 if any does.
"""

import sys
import warnings

import numpy as np

import foedus

AXES = {
    "ally_cost": np.geomspace(0.05, 5, 96),
    "challenger_cost": np.geomspace(0.1, 2, 64),
    "superpower_cost": np.geomspace(0.05, 2, 64),
    "status_quo": np.linspace(0.1, 0.9, 96),
    "ally_war_cost": np.linspace(0, 0.3, 64),
    "challenger_war_cost": np.linspace(0, 0.3, 64),
    "ally_forces": np.linspace(0, 1, 64),
    "challenger_forces": np.geomspace(0.02, 2, 64),
    "effectiveness": np.linspace(0.2, 1, 64),
    "stake": np.linspace(0, 3, 64),
    "bargaining_power": np.linspace(0, 1, 64),
    "decisiveness": np.linspace(0.5, 3, 64),
    "autonomy_cost": np.linspace(0, 0.1, 64),
    "alliance_cost": np.linspace(0, 0.1, 64),
}
MAPS = [
    ("ally_cost", "status_quo", "ratio"),
    ("challenger_cost", "superpower_cost", "ratio"),
    ("ally_war_cost", "challenger_war_cost", "ratio"),
    ("ally_forces", "challenger_forces", "ratio"),
    ("effectiveness", "stake", "ratio"),
    ("bargaining_power", "autonomy_cost", "ratio"),
    ("alliance_cost", "ally_cost", "ratio"),
    ("decisiveness", "ally_cost", "ratio"),
    ("ally_cost", "status_quo", "difference"),
    ("decisiveness", "challenger_forces", "difference"),
    ("stake", "superpower_cost", "difference"),
]


def random_games(games, seed):
    """Return random games: a column for each parameter."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, values in AXES.items():
        u = rng.random(games)
        low, high = values[0], values[-1]
        columns[name] = low * (high / low) ** u if low > 0 and high > 10 * low else low + (high - low) * u
    return columns


def found():
    """Yield the name and the Dataset of each result that is compared."""
    yield "default map", foedus.sweep({name: AXES[name] for name in ("ally_cost", "status_quo")})
    for first, second, contest in MAPS:
        axes = {name: AXES[name] for name in (first, second)}
        yield f"map {first} {second} {contest}", foedus.sweep(axes, contest=contest)
    points = random_games(100_000, 1)
    yield "random games", foedus.solve_points(points)
    closed = {name: values for name, values in points.items() if name != "decisiveness"}
    yield "closed games", foedus.solve_points(closed)
    few = {name: values[:5_000] for name, values in points.items()}
    yield "difference games", foedus.solve_points(few, contest="difference")
    some = {name: values[:200] for name, values in closed.items()}
    yield "deviation gains", foedus.solve_points(some, variables=["regime", "deviation_gain"])
    over = {"status_quo": AXES["status_quo"][::8]}
    for contest in ("ratio", "difference"):
        yield (
            f"cutpoints {contest}",
            foedus.cutpoints("ally_cost", (0.05, 5), over, points=256, contest=contest),
        )
    fine = {"ally_cost": np.geomspace(0.05, 5, 512), "status_quo": np.linspace(0.1, 0.9, 512)}
    yield "adaptive map", foedus.adaptive_map(fine)
    yield "statics", foedus.statics({"ally_cost": AXES["ally_cost"][::8]})
    forms = {"contest": ["ratio", "difference"], "bargaining_power": [0.5, 1.0]}
    yield "comparison", foedus.compare({"ally_cost": AXES["ally_cost"]}, forms)
    laws = {"ally_cost": ("log_uniform", 0.05, 5), "status_quo": ("uniform", 0.1, 0.9)}
    ways = ["sobol", "second_order", "morris", "pawn", "delta"]
    yield (
        "sensitivity",
        foedus.sensitivity(laws, methods=ways, outputs=["restraint", "settlement"], samples=256),
    )
    yield "claims", foedus.claims(games=20_000)
    yield "claims of a grid", foedus.claims({"ally_cost": AXES["ally_cost"]}, contest="difference")


def write(path):
    """Write all arrays of the results."""
    arrays = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games
        for name, dataset in found():
            for key, array in dataset.variables.items():
                arrays[f"{name}: {key}"] = array.values.astype(array.dtype.str.replace("O", "U"))
    np.savez(path, **arrays)
    print(f"{len(arrays)} arrays with foedus {foedus.__version__} of {foedus.__file__}")


def compare(one, other):
    """Print which arrays differ, and return whether any does."""
    with np.load(one) as old, np.load(other) as new:
        missing = sorted({*old.files} ^ {*new.files})
        differ = [
            name for name in old.files if name in new.files and old[name].tobytes() != new[name].tobytes()
        ]
        print(
            *(f"only in one: {name}" for name in missing), *(f"differs: {name}" for name in differ), sep="\n"
        )
        print(f"{len(old.files) - len(differ) - len(missing)} arrays are the same")
    return bool(missing or differ)


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    sys.exit(write(*paths) if command == "write" else compare(*paths))
