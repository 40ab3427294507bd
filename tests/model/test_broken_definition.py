"""Broken definitions in files, through the real commands: each gets one line that says what is wrong, and where."""

import pytest
import xarray as xr
from commands import run_here
from conftest import compiled_only

SOUND = """\
import math
import numpy as np
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter


class Size(Code):
    SMALL, LARGE = range(2)


class Other(Code):
    NEAR, FAR = range(2)


def half(x):
    return x / 2


def payoffs(p, m):
    return m.x * (p.t - m.x), -m.x


def outcome(p, m):
    return (Size.LARGE if m.x > 1 else Size.SMALL), m.x


def high(p, m):
    return p.t


def when(p, m):
    return m.y == 1


def odds(p, m):
    return 0.5, 0.5


model = Model(
    "sizes", "Sizes",
    parameters=[Parameter("t", "t", 0.5, "> 0"), Parameter("u", "u", 1.0)],
    outcomes=[Outcome("size", codes=Size), Outcome("length")],
    players=["a", "b"],
    moves=[
        Chance("coin", ("heads", "tails"), odds),
        Choice("b", "y", ("no", "yes")),
        Move("a", "x", high=high, when=when),
    ],
    payoffs=payoffs, outcome=outcome,
)
"""
PAYOFFS = "m.x * (p.t - m.x), -m.x"
OUTCOME = "(Size.LARGE if m.x > 1 else Size.SMALL), m.x"
EACH_PLAYER = "it must return a payoff for each player: a, b"
EACH_OUTCOME = "it must return a value for each outcome: size, length"
MORE = " (--verbose tells more)"

# in the place of what a function returns, and the words
BROKEN = {
    "three payoffs": (PAYOFFS, "0.0, 1.0, 2.0", f"x.py: payoffs returns 3 values; {EACH_PLAYER}"),
    "one payoff": (PAYOFFS, "m.x", f"x.py: payoffs returns one value; {EACH_PLAYER}"),
    "payoffs in a list": (PAYOFFS, "[m.x, -m.x]", f"x.py: payoffs returns a list; {EACH_PLAYER}"),
    "payoffs in an array": (PAYOFFS, "np.zeros(2)", f"x.py: payoffs returns an array; {EACH_PLAYER}"),
    "no payoffs": (PAYOFFS, "", f"x.py: payoffs ends without return, or returns None; {EACH_PLAYER}"),
    "payoffs in some games": (
        f"return {PAYOFFS}", "if p.t > 1:\n        return 1.0, 1.0",
        f"x.py: payoffs ends without return, or returns None; {EACH_PLAYER}",
    ),
    "fewer payoffs in a line": (
        f"return {PAYOFFS}", "if p.t > 1:\n        return 1.0, 1.0\n    return 1.0",
        f"x.py, lines 20 and 21: payoffs returns values of other kinds in one line than in another; {EACH_PLAYER}{MORE}",
    ),
    "a text as a payoff": (PAYOFFS, 'm.x, "much"', "x.py: payoffs returns a text as b; it must be a number"),
    "no parameter": (PAYOFFS, "m.x * p.v, 0.0", f"x.py, line 19: there is no parameter 'v'; there are t, u{MORE}"),
    "no move": (PAYOFFS, "m.x * m.z, 0.0", f"x.py, line 19: there is no move 'z'; there are coin, y, x{MORE}"),
    "a helper that is not marked": (
        PAYOFFS, "half(m.x), 0.0", f"x.py, line 19: half is called by payoffs; mark it with @foedus.jit{MORE}",
    ),
    "no name": (
        PAYOFFS, "cost, 0.0",
        f"x.py, line 19: payoffs cannot be compiled: NameError: name 'cost' is not defined{MORE}",
    ),
    "no function of math": (
        PAYOFFS, "math.squareroot(m.x), 0.0",
        f"x.py, line 19: payoffs cannot be compiled: module 'math' has no attribute 'squareroot'{MORE}",
    ),
    "no tuple": (OUTCOME, "Size.SMALL", f"x.py: outcome returns one value; {EACH_OUTCOME}"),
    "fewer outcomes": (OUTCOME, "(Size.SMALL,)", f"x.py: outcome returns one value; {EACH_OUTCOME}"),
    "more outcomes": (OUTCOME, "Size.SMALL, 1.0, 2.0", f"x.py: outcome returns 3 values; {EACH_OUTCOME}"),
    "a code of another class": (
        OUTCOME, "Other.FAR, m.x", "x.py: outcome returns a code of Other as size; it must be one of Size",
    ),
    "no code": (OUTCOME, "Size.MIDDLE, m.x", f"x.py, line 23: there is no Size.MIDDLE{MORE}"),
    "a text as an outcome": (OUTCOME, 'Size.SMALL, "long"', "x.py: outcome returns a text as length; it must be a number"),
    "an end in words": ("return p.t", 'return "much"', "x.py: x: high returns a text; it must return a number"),
    "no end": ("return p.t", "p.t", "x.py: x: high ends without return, or returns None; it must return a number"),
    "two ends": ("return p.t", "return 0.0, p.t", "x.py: x: high returns a tuple; it must return a number"),
    "an end of a later move": (
        "return p.t", "return m.size", f"x.py, line 27: there is no move 'size'; there are coin, y, x{MORE}",
    ),
    "no condition": (
        "return m.y == 1", "m.y == 1",
        "x.py: x: when ends without return, or returns None; it must return True or False",
    ),
    "one probability": (
        "return 0.5, 0.5", "return 0.5",
        "x.py: coin: probabilities returns one value; it must return a probability for each option: heads, tails",
    ),
    "three probabilities": (
        "return 0.5, 0.5", "return 0.2, 0.3, 0.5",
        "x.py: coin: probabilities returns 3 values; it must return a probability for each option: heads, tails",
    ),
}  # fmt: skip
# which take a game that is solved, or not
SOLVED = {
    "raises": (
        f"return {PAYOFFS}", 'if p.t > 0.25:\n        raise ValueError("too large")\n    return 0.0, 0.0',
        "x.py, line 20: the definition raised ValueError: too large, in Game()",
    ),
    "a code that is none": (
        OUTCOME, "7, m.x", "x.py: outcome gives 7 as size in Game(); the codes are 0 small, 1 large",
    ),
}  # fmt: skip


@pytest.fixture
def refused(tmp_path):
    """What gives the line in which a file is refused, which has something else in the place of `old`."""

    def refused(old, new, *arguments):
        assert old in SOUND
        (tmp_path / "x.py").write_text(SOUND.replace(old, new, 1))
        done = run_here(("solve", "--model", "x.py", *arguments), tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
        assert "Traceback" not in done.stderr
        return done.stderr.removeprefix("foedus: ").rstrip("\n")

    return refused


@compiled_only
@pytest.mark.parametrize(("old", "new", "words"), [*BROKEN.values(), *SOLVED.values()], ids=[*BROKEN, *SOLVED])
def test_a_broken_definition_is_refused_in_one_line(refused, old, new, words):
    assert refused(old, new) == words
