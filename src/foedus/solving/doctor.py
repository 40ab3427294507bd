"""What `foedus doctor --model` reports: whether a model's kernel gives the same results compiled and as plain
Python."""

import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..model import UNSOLVED, Model, Parameter
from .columns import in_logarithms
from .requests import solve_columns

GAMES = 1000  # games that are solved in both ways
TIMED = 200_000  # games for measuring time
NEAR = 1e-12  # relative: two ways to compute a power differ in the last bits
IN_PYTHON = """
import pickle, sys
from foedus.solving.requests import solve_columns
with open(sys.argv[1], "rb") as file:
    model, games = pickle.load(file)
try:
    found = solve_columns(model, games, {}, [*model.found], threads=1)
except ValueError as error:
    sys.exit(str(error))
with open(sys.argv[1], "wb") as file:
    pickle.dump(found, file)
"""


class Finding(NamedTuple):
    """The result of a check in words, and what to do if it failed."""

    name: str
    passed: bool
    words: str
    remedy: str


def examine_model(model: Model) -> Iterator[Finding]:
    """Yield the result of each check of a model in a file, on random games over the usual ranges.

    Raises the errors of `solve_columns` if the kernel cannot be compiled or cannot solve one of the games.
    """
    games = _drawn(model, GAMES)
    compiled = solve_columns(model, games, {}, [*model.found], threads=1)
    yield _same_in_python(model, games, compiled)
    yield Finding("codes", True, _seen(model, compiled), "")
    if numbers := _numbers(model, compiled):
        yield Finding("numbers", True, numbers, "")
    many = _drawn(model, TIMED)
    begun = time.perf_counter()
    solve_columns(model, many, {}, [*model.found], threads=1)
    nanoseconds = (time.perf_counter() - begun) / TIMED * 1e9
    yield Finding("time", True, f"{nanoseconds:.3g} ns a random game, on one thread; less in a map", "")


def _drawn(model: Model, games: int) -> dict[str, np.ndarray]:
    """Return random games, the same every time."""
    rng = np.random.default_rng(0)

    def draw(parameter: Parameter) -> np.ndarray:
        if parameter.choices:
            return rng.integers(len(parameter.choices), size=games).astype(np.float64)
        if not parameter.usual:
            return np.full(games, parameter.default, np.float64)
        low, high = parameter.usual
        return (
            low * (high / low) ** rng.random(games)
            if in_logarithms(low, high)
            else rng.uniform(low, high, games)
        )

    return {name: draw(parameter) for name, parameter in model.by_name.items()}


def _same_in_python(model: Model, games: dict[str, np.ndarray], compiled: dict[str, np.ndarray]) -> Finding:
    """Compare compiled results with those of plain Python, which run in a process without a compiler."""
    name = "compiled and plain Python give the same results"
    different = np.unique(np.stack([*games.values()]), axis=1).shape[1]
    count = f"{different:,} random game{'s' if different > 1 else ''}"
    usual = any(parameter.usual for parameter in model.parameters)
    missing = "" if usual else "; no parameter has usual=, the range from which its values are drawn"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "games"
        file.write_bytes(pickle.dumps((model, games)))
        done = subprocess.run(
            [sys.executable, "-c", IN_PYTHON, file],
            env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            said = (done.stderr.splitlines() or ["the process ended"])[-1]
            remedy = (
                "where Python raises an error, compiled code may give NaN: handle this case in the kernel"
            )
            return Finding(name, False, f"in plain Python, {said}", remedy)
        found = pickle.loads(file.read_bytes())
    worst = 0.0
    for outcome, values in compiled.items():
        with np.errstate(invalid="ignore"):
            off = np.abs(values - found[outcome]) / np.maximum(np.abs(values), np.abs(found[outcome]))
        off[(values == found[outcome]) | (np.isnan(values) & np.isnan(found[outcome]))] = 0.0
        if not (off <= NEAR).all():
            first = int(np.argmax(~(off <= NEAR)))
            there = model.written(model.game({name: column[first] for name, column in games.items()}))
            words = (
                f"{outcome} is {values[first]!r} compiled, {found[outcome][first]!r} in Python, in {there}"
            )
            return Finding(name, False, words, "use only numbers and functions of math in the kernel")
        worst = max(worst, off.max())
    words = f"off by {worst:.1g} at most" if worst else "to the bit"
    return Finding(name, True, f"{count}, {words}{missing}", "")


def _seen(model: Model, found: dict[str, np.ndarray]) -> str:
    """Say how often each code that maps show was found."""
    codes = found[model.mapped.name]
    counts = {code: np.count_nonzero(codes == code) for code in model.codes.everything()}
    return ", ".join(
        f"{code.words} {count / codes.size:.1%}" if count else f"{code.words} never"
        for code, count in counts.items()
        if count or code != UNSOLVED
    )


def _numbers(model: Model, found: dict[str, np.ndarray]) -> str:
    """Say in which ranges the numbers of solved games lie."""
    solved = found[model.mapped.name] != UNSOLVED
    return ", ".join(_span(name, found[name][solved]) for name in found if not model.found[name].codes)


def _span(name: str, values: np.ndarray) -> str:
    """Say in which range some numbers lie."""
    there = values[np.isfinite(values)]
    span = f"{name} from {there.min():.3g} to {there.max():.3g}" if there.size else f"{name} none"
    return (
        span if there.size == values.size else f"{span}, in {values.size - there.size} games NaN or infinite"
    )
