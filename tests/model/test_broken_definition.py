"""Broken definitions in files, through the real commands: each gets one line that says what is wrong, and where."""

import dataclasses
import pickle
from types import SimpleNamespace

import pytest
import xarray as xr
from commands import run_here
from conftest import compiled_only

import foedus
from foedus.solving import backward

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
    return 1.0 + m.x * (p.t - m.x), -m.x


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
PAYOFFS = "1.0 + m.x * (p.t - m.x), -m.x"
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
        f"x.py, lines 20 and 21: payoffs returns values of different kinds in different lines; {EACH_PLAYER}{MORE}",
    ),
    "a text as a payoff": (PAYOFFS, 'm.x, "much"', "x.py: payoffs returns a text as b; it must be a number"),
    "no parameter": (PAYOFFS, "m.x * p.v, 0.0", f"x.py, line 19: there is no parameter 'v'; there are t, u{MORE}"),
    "no move": (PAYOFFS, "m.x * m.z, 0.0", f"x.py, line 19: there is no move 'z'; there are coin, y, x{MORE}"),
    "a helper that is not marked": (
        PAYOFFS, "half(m.x), 0.0", f"x.py, line 19: half is called by payoffs; mark half with @foedus.jit{MORE}",
    ),
    "no name": (
        PAYOFFS, "cost, 0.0",
        f"x.py, line 19: payoffs cannot be compiled: NameError: name 'cost' is not defined{MORE}",
    ),
    "no function of math": (
        PAYOFFS, "math.squareroot(m.x), 0.0",
        f"x.py, line 19: payoffs cannot be compiled: module 'math' has no attribute 'squareroot'{MORE}",
    ),
    "a move that is changed": (
        f"return {PAYOFFS}", "m.x = 1.0\n    return m.x, m.y",
        f"x.py, line 19: payoffs changes m.x; it may only read p and m{MORE}",
    ),
    "a parameter that is changed": (
        f"return {PAYOFFS}", "p.t = 1.0\n    return m.x, m.y",
        f"x.py, line 19: payoffs changes p.t; it may only read p and m{MORE}",
    ),
    "a parameter in brackets": (PAYOFFS, 'm.x, p["t"]', f"x.py, line 19: write p.t, not p['t']{MORE}"),
    "a name outside": (
        f"return {PAYOFFS}", "global count\n    count = 1\n    return m.x, m.y",
        f"x.py, line 20: payoffs changes a global variable; it may change only its own variables{MORE}",
    ),
    "a complex payoff": (PAYOFFS, "m.x, 1j * m.x", "x.py: payoffs returns a complex number as b; it must be a number"),
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


@pytest.fixture
def refused(tmp_path):
    """A function that replaces `old` in a file and returns the error line of the command."""

    def refused(text, old, new):
        assert old in text
        (tmp_path / "x.py").write_text(text.replace(old, new, 1))
        done = run_here(("solve", "--model", "x.py"), tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
        assert "Traceback" not in done.stderr
        return done.stderr.removeprefix("foedus: ").rstrip("\n")

    return refused


@compiled_only
@pytest.mark.parametrize(("old", "new", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_definition_is_refused_in_one_line(refused, old, new, words):
    assert refused(SOUND, old, new) == words


CASES = """\
import math
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter


class Size(Code):
    SMALL, LARGE = range(2)


SOUND, RAISES, CODE, ENDLESS, NAN, ENDS, MINUS = range(7)


def payoffs(p, m):
    if p.case == RAISES:
        raise ValueError("too large")
    if p.case == ENDLESS:
        return m.x, 1.0
    return math.nan if p.case == NAN and m.x > 0.9 else 1.0 - (m.x - 0.25) ** 2, 1.0 + m.y


def outcome(p, m):
    if p.case == MINUS:
        return -1,
    return 7 if p.case == CODE else Size.LARGE if m.x > 1 else Size.SMALL,


model = Model(
    "sizes", "Sizes",
    parameters=[
        Parameter("case", "", "sound", choices="sound raises code endless nan ends minus".split()),
    ],
    outcomes=[Outcome("size", codes=Size)],
    players=["a", "b"],
    moves=[
        Move("a", "x", low=lambda p, m: 5.0 if p.case == ENDS else 0.0, high=lambda p, m: 1.0 if p.case != ENDLESS else math.inf),
        Choice("b", "y", ("no", "yes")),
    ],
    payoffs=payoffs, outcome=outcome,
)
"""


CHANCE = """\
from foedus import Chance, Choice, Code, Model, Outcome, Parameter


class Luck(Code):
    BAD, GOOD = range(2)


def payoffs(p, m):
    return (m.bet * (1.0 if m.coin == 1 else -1.0),)


def outcome(p, m):
    return Luck.GOOD if m.coin == 1 else Luck.BAD,


model = Model(
    "coin", "A coin",
    parameters=[Parameter("bad", "q", 0.25, ">= 0"), Parameter("good", "r", 0.75, ">= 0")],
    outcomes=[Outcome("luck", codes=Luck)],
    players=["a"],
    moves=[Choice("a", "bet", ("none", "one")), Chance("coin", ("heads", "tails"), lambda p, m: (p.bad, p.good))],
    payoffs=payoffs, outcome=outcome,
)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of sound files, some of whose games cannot be solved."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "x.py").write_text(CASES)
    (folder / "coin.py").write_text(CHANCE)
    return folder


RAISED = {
    "raises": "x.py, line 14: the definition raised ValueError: too large, in Game(case='raises')",
    "code": "x.py: outcome returns 7 as size in Game(case='code'); the codes are 0 small, 1 large",
}
UNSOLVED = {
    "endless": "Game(case='endless') could not be solved: the payoff of a rises without end in x; limit x with low= or high=",
    "nan": "Game(case='nan') could not be solved: payoffs returns NaN or infinity",
    "ends": "Game(case='ends') could not be solved: the low end of x is above its high end, or one of them is NaN",
    "minus": "Game(case='minus') could not be solved: outcome returns -1, which stands for unsolved",
}  # fmt: skip


@compiled_only
@pytest.mark.parametrize("case", RAISED)
def test_what_a_definition_raises_or_gives_in_one_game_is_told_with_the_game(folder, case):
    done = run_here(("solve", "--model", "x.py", "--case", case), folder)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"foedus: {RAISED[case]}\n")


@compiled_only
@pytest.mark.parametrize("case", UNSOLVED)
def test_why_a_game_could_not_be_solved_is_told(folder, case):
    with pytest.warns(RuntimeWarning) as told:
        done = run_here(("solve", "--model", "x.py", "--case", case), folder)
    assert [str(one.message) for one in told] == [UNSOLVED[case]]
    assert (done.returncode, done.stderr) == (0, "")
    assert "unsolved" in done.stdout


def test_where_the_search_is_not_sure_more_care_is_suggested(folder, monkeypatch):
    """The error is set by hand here; other tests are about games that are so hard."""
    told = SimpleNamespace(error=1.0, scale=1.0)
    functions = {"status_of": lambda game: 0, "level0": lambda game: (None, None, told)}
    monkeypatch.setattr(backward, "functions", lambda model: functions)
    model = foedus.load_model(folder / "x.py")
    words = "the search does not find the payoffs to enough digits"
    assert backward.why_unsolved(model, {"case": 0.0}) == f"{words}; try search='careful'"
    assert backward.why_unsolved(dataclasses.replace(model, search="careful"), {"case": 0.0}) == words


@compiled_only
def test_why_the_first_of_many_games_could_not_be_solved_is_told(folder):
    (folder / "run.toml").write_text(
        'axes.bad = [0.25, 0.5]\naxes.good = [0.25, 0.75]\noutput.file = "map.nc"\n'
    )
    with pytest.warns(RuntimeWarning) as told:
        done = run_here(("map", "run.toml", "--model", "coin.py", "--no-picture", "--quiet"), folder)
    assert [str(one.message) for one in told] == [
        "3 of 4 games could not be solved; their luck is -1 (unsolved). The first is Game(good=0.25): "
        "the probabilities of coin are negative or do not add up to 1"
    ]
    assert (done.returncode, done.stderr) == (0, "")
    # a bet of one is worth 3/4 - 1/4
    assert xr.load_dataset(folder / "map.nc").a_payoff.sel(bad=0.25, good=0.75) == 0.5


@compiled_only
def test_a_file_says_what_its_definition_was(folder):
    (folder / "one.toml").write_text('axes.bad = [0.25]\naxes.good = [0.75]\noutput.file = "one.nc"\n')
    run_here(("map", "one.toml", "--model", "coin.py", "--no-picture", "--quiet", "--overwrite"), folder)
    told = run_here(("info", "one.nc"), folder).stdout
    for line in (
        "players           a", "move 1            bet, a choice of a: 0 none, 1 one",
        "move 2            coin, by chance: 0 heads, 1 tails; the probabilities depend on the game",
        "search            usual",
    ):  # fmt: skip
        assert line in told


@compiled_only
def test_options_are_told_by_name(folder):
    done = run_here(("solve", "--model", "coin.py"), folder)
    assert "1 one" in done.stdout
    solution = foedus.solve(model=foedus.load_model(folder / "coin.py"), bad=0.5, good=0.5)
    assert "bet=0 none, coin=0.5" in repr(solution)  # the mean of heads and tails


@compiled_only
def test_a_definition_is_solved_where_it_was_sent(folder):
    """As Dask sends it."""
    model = pickle.loads(pickle.dumps(foedus.load_model(folder / "coin.py").defined))
    assert foedus.solve(model=model).a_payoff == 0.5


ODD = """\
from fractions import Fraction
from foedus import Choice, Code, Model, Move, Outcome, Parameter


class Deal(Code):
    NO, YES = range(2)


def payoffs(p, m, half=2):
    return m.answer * (1.0 - m.offer), m.answer == 1 if m.offer > p.least / half else m.answer == 0


def outcome(p, m, yes=1):
    return (m.answer == yes,)


model = Model(
    "deal", "A deal", [Parameter("least", "l", 0.5, usual=(0.1, 2))], [Outcome("deal", codes=Deal)],
    players=["nobody", "b"],
    moves=[
        Move("nobody", "offer", low=0, high=Fraction(1, 2)),
        Choice("b", "answer", ("no", "yes"), when=lambda p, m, least=0: m.offer >= least),
    ],
    payoffs=payoffs, outcome=outcome,
)
"""


@compiled_only
def test_odd_but_sound_definitions_are_solved(tmp_path):
    """Payoffs and a code that are True or False, arguments with defaults, a fraction as an end, a player whose name
    is `nobody`: the answer is yes if more than l/2 is offered, which is allowed up to l = 1."""
    (tmp_path / "odd.py").write_text(ODD)
    model = foedus.load_model(tmp_path / "odd.py")
    found = foedus.solve(model=model)
    assert (found.deal.words, found.answer, found.b_payoff) == ("yes", 1.0, 1.0)
    assert found.offer == pytest.approx(0.25)
    cuts = foedus.cutpoints("least", (0.1, 2), model=model)
    assert cuts.value.values == pytest.approx([1.0], abs=1e-6)
    assert [code.name for code in model.decides.player] == ["NO_PLAYER", "NOBODY", "B"]
