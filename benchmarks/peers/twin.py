"""Counts the divisions and roots that a game needs, in the solver's own functions.

    NUMBA_DISABLE_JIT=1 python -m benchmarks.peers.twin GAMES.npy

prints, for the games in the rows of that file, the mean number of divisions and of roots for the regime, and
for all variables. The functions run as plain Python, on numbers that remember from which numbers they were
computed. An operation counts once if the results depend on it, and not at all if its result is not used. The
numbers compared in an `if` within a function are needed for that function's results. The numbers compared in
the course of the game are always needed.
"""

import importlib
import json
import math
import sys

import numpy as np

MODULES = ("terms", "contest", "challenger", "ally", "superpower", "equilibrium")
terms, contest, challenger, ally, superpower, equilibrium = (
    importlib.import_module(f"foedus.kernels.alliance.{name}") for name in MODULES
)
# the functions of the course of the game itself, in which every comparison counts
COURSE = (
    "best_offer",
    "best_act",
    "ally_alone",
    "path_alone",
    "path_behind",
    "forces_behind",
    "solution",
)


class Number(float):
    """A float that remembers the operation and the numbers from which it was computed."""

    operation = None  # for example ("/", 1.0, 3.0), if it is one that counts
    sources = ()


def number(value, sources, operation=None):
    """Return `value` as a `Number`."""
    made = Number(value)
    made.sources, made.operation = tuple(sources), operation
    return made


decisions = [[]]  # the numbers compared so far, one list for each function that is running


def arithmetic(name, counted=None):
    """Return the method `name` of `Number`."""
    plain = getattr(float, name)
    swapped = name == "__rtruediv__"

    def method(self, *others):
        operands = (float(self), *map(float, others))
        operation = (counted, *(reversed(operands) if swapped else operands)) if counted else None
        return number(plain(*operands), (self, *others), operation)

    return method


def comparison(name):
    """Return the method `name` of `Number`."""
    plain = getattr(float, name)

    def method(self, other):
        decisions[-1] += [self, other]
        return plain(float(self), float(other))

    return method


for symbol in ("add", "sub", "mul"):
    for prefix in ("", "r"):
        setattr(Number, f"__{prefix}{symbol}__", arithmetic(f"__{prefix}{symbol}__"))
for name in ("__neg__", "__abs__"):
    setattr(Number, name, arithmetic(name))
for name in ("__truediv__", "__rtruediv__"):
    setattr(Number, name, arithmetic(name, "/"))
for name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(Number, name, comparison(name))
Number.__hash__ = float.__hash__


def root(value, plain=math.sqrt):
    """Return the square root; it counts."""
    return number(plain(value), (value,), ("sqrt", float(value)))


def grouped(function):
    """Return `function`, changed so that each of its results depends on all numbers that it compared."""

    def wrapped(*arguments):
        decisions.append([])
        result = function(*arguments)
        decided = decisions.pop()
        if not isinstance(result, tuple):
            return number(result, (result, *decided))
        fields = [number(field, (field, *decided)) for field in result]
        return type(result)(*fields) if hasattr(result, "_fields") else tuple(fields)

    return wrapped


def instrument():
    """Replace the kernels' functions by functions that count."""
    math.sqrt = root
    modules = terms, contest, challenger, ally, superpower, equilibrium
    functions = {
        name: grouped(value)
        for module in modules
        for name, value in vars(module).items()
        if callable(value) and not isinstance(value, type) and name not in COURSE
    }
    for module in modules:
        for name in functions.keys() & vars(module).keys():
            setattr(module, name, functions[name])


def needed(numbers):
    """Return the divisions and roots that the `numbers` were computed from, each once."""
    operations, seen, waiting = set(), set(), list(numbers)
    while waiting:
        found = waiting.pop()
        if isinstance(found, Number) and id(found) not in seen:
            seen.add(id(found))
            operations.add(found.operation)
            waiting += found.sources
    return operations - {None}


def count(games):
    """Return the mean number of divisions and of roots for the regime, and for all variables."""
    instrument()
    totals = {"regime": [0, 0], "all": [0, 0]}
    for game in games:
        decisions[:] = [[]]
        p = terms.Parameters(*(number(value, ()) for value in game))
        t = terms.terms(p, terms.costs(p))
        lv = equilibrium.levels(t)
        alone = equilibrium.ally_alone(t, lv)
        offer = equilibrium.best_offer(t, lv, alone)
        signed = offer.limit != equilibrium.NO_PLEDGE
        codes = equilibrium.regime(signed, offer.crisis, alone.crisis), offer.crisis, alone.crisis
        for outputs, total in zip((codes, None), totals.values(), strict=True):
            if outputs is None:
                paths = equilibrium.path_alone(t, lv, alone), equilibrium.path_behind(t, lv, alone, offer)
                outputs = equilibrium.solution(t, *paths, offer.backing, signed)
            operations = needed([*outputs, *decisions[0]])
            total[0] += sum(operation[0] == "/" for operation in operations)
            total[1] += sum(operation[0] == "sqrt" for operation in operations)
    return {
        name: {"divisions": divisions / len(games), "roots": roots / len(games)}
        for name, (divisions, roots) in totals.items()
    }


if __name__ == "__main__":
    print(json.dumps(count(np.load(sys.argv[1]))))
