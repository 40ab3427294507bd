"""The closed-form solver in C, compiled here: the same algorithm with another compiler."""

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).with_name("solver.c")
# no fast-math: ties decide equilibria, `yielding` may be infinite, and results must be equal to the bit
FLAGS = [
    *("-std=c99", "-O3", "-march=" + os.environ.get("NUMBA_CPU_NAME", "native"), "-fopenmp"),
    *("-shared", "-fPIC"),
    *("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"),
]
# For games side by side, two passes of the compiler are switched off. They turn selections into branches, so
# that some loops are not vectorised and others divide more often. For games one by one, they make it faster.
SIDE_BY_SIDE = ["-fno-tree-pre", "-fno-thread-jumps"]
FLOATS = (
    "pledge",
    "ally_arms",
    "challenger_arms",
    "settlement",
    "superpower_payoff",
    "ally_payoff",
    "challenger_payoff",
    "ally_arms_without",
    "challenger_arms_without",
    "settlement_without",
    "superpower_payoff_without",
    "ally_payoff_without",
    "challenger_payoff_without",
    "burden_share",
    "aggrandizement",
    "provocation",
)
CODES = ("regime", "crisis", "crisis_without")


def compiler():
    """Return the command of the system's C compiler: CC, or else gcc or cc."""
    named = os.environ.get("CC", "").split()
    for command in (named, ["gcc"], ["cc"]):
        if command and shutil.which(command[0]):
            return command
    raise RuntimeError("no C compiler found: install gcc, or name one in the environment variable CC")


def versions():
    """Return the name and version of the compiler, and its flags."""
    command = compiler()
    version = subprocess.run(
        [*command, "-dumpfullversion", "-dumpversion"], capture_output=True, text=True, check=True
    )
    return {
        Path(command[0]).name: version.stdout.strip(),
        "flags": " ".join(FLAGS),
        "further flags for games side by side": " ".join(SIDE_BY_SIDE),
    }


@functools.cache
def _build(command, digest):
    """Compile the source with this command, and return the library; `digest` is the hash of the source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"solver-{digest}.so"
        done = subprocess.run([*command, "-o", path, SOURCE, "-lm"], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{command[0]} could not compile {SOURCE.name}:\n{done.stderr}")
        library = ctypes.CDLL(str(path))
    numbers = np.ctypeslib.ndpointer(np.float64, 1, flags="C")
    for function in (library.solve_map, library.solve_games_one_by_one):
        function.restype = None
        function.argtypes = [
            numbers, ctypes.c_long, numbers, ctypes.c_long, numbers,
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int,
        ]  # fmt: skip
    return library


def solve(ally_cost, status_quo, fixed, whole, threads, one_by_one=False):
    """Return the variables of a map, each of shape (rows, columns), or only the regime if not `whole`.

    ally_cost : (rows,) and status_quo : (columns,) the axes
    fixed : (15,) the parameters, in the order of `kernels.terms.Parameters`
    one_by_one : whether each game is solved by itself, and not side by side with others
    """
    command = (*compiler(), *FLAGS, *(() if one_by_one else SIDE_BY_SIDE))
    library = _build(command, hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16])
    rows, columns, fixed = (np.ascontiguousarray(v, np.float64) for v in (ally_cost, status_quo, fixed))
    if fixed.shape != (15,):
        raise ValueError(f"fixed must be 15 numbers, not of shape {fixed.shape}")
    shape = rows.size, columns.size
    floats = np.empty((len(FLOATS), *shape)) if whole else None
    codes = np.empty((len(CODES) if whole else 1, *shape), np.int8)
    run = library.solve_games_one_by_one if one_by_one else library.solve_map
    run(
        rows, rows.size, columns, columns.size, fixed,
        floats.ctypes.data if whole else None, codes.ctypes.data, threads,
    )  # fmt: skip
    found = dict(zip(CODES, codes, strict=False))
    return found | dict(zip(FLOATS, floats, strict=True)) if whole else found
