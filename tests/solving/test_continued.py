"""What follows after other moves than those of the equilibrium: games whose best replies are known."""

import math

import pytest
from commands import run_here
from conftest import compiled_only
from dixit import DIXIT, Entry

import foedus
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter

pytestmark = compiled_only


@pytest.fixture(scope="module")
def eq():
    return foedus.solve(model=DIXIT, sunk_cost=0.04)  # the rival stays out from 0.6 on


@pytest.mark.parametrize("output", [0.0, 0.3, 0.59, 0.61, 1.0])
def test_the_rival_replies_to_any_output(eq, output):
    found = eq.after(output=output)
    enters = output < 0.6
    reply = (1.0 - output) / 2 if enters else math.nan
    assert found.entry == (Entry.ACCOMMODATED if enters else Entry.DETERRED)
    assert found.rival_output == pytest.approx(reply, abs=1e-8, nan_ok=True)
    assert found.incumbent_payoff == pytest.approx(output * (1.0 - output) / (2 if enters else 1), abs=1e-8)
    assert found.rival_payoff == pytest.approx(reply**2 - 0.04 if enters else 0.0, abs=1e-8)


def test_moves_before_are_those_of_the_equilibrium_or_those_given(eq):
    found = eq.after(enter="enter")  # behind 0.6, where it gains nothing
    assert (found.output, found.rival_output) == pytest.approx((0.6, 0.2), abs=1e-7)
    assert found.rival_payoff == pytest.approx(0.0, abs=1e-8)
    assert eq.after(output=0.2).after(enter=0).incumbent_payoff == pytest.approx(0.16)
    assert eq.after(rival_output=0.5, enter=1, output=0.2).rival_payoff == pytest.approx(0.15 - 0.04)
    assert eq.after(q_1=0.2).after(enter=0).given == {"output": 0.2, "enter": 0}  # by symbol, too
    assert repr(found).startswith("Game(sunk_cost=0.04).after(enter='enter'): entry=accommodated")


@pytest.mark.parametrize(
    ("moves", "error", "words"),
    [
        ({}, TypeError, "no move is given; give one of output, enter, rival_output"),
        ({"price": 1.0}, TypeError, "'price' is not a move; there are output, enter, rival_output"),
        ({"outptu": 1.0}, TypeError, "'outptu' is not a move; did you mean output?"),
        ({"output": 0.2, "q_1": 0.3}, ValueError, "output is given twice, also as 'q_1'"),
        ({"output": 2.0}, ValueError, "output = 2.0 is not allowed; it must be a number from 0 to 1"),
        ({"output": math.nan}, ValueError, "output = nan is not allowed; it must be a number from 0 to 1"),
        ({"output": True}, TypeError, "output = True is not allowed; it must be a number from 0 to 1"),
        ({"enter": "no"}, TypeError, r"enter = 'no' is not allowed; it must be 'stay out' \(0\) or 'enter' \(1\)"),
        ({"enter": 0.5}, ValueError, "enter = 0.5 is not allowed; it must be 'stay out'"),
        ({"rival_output": 0.1}, ValueError, "rival_output is not made after output 0.6, enter 0 stay out"),
    ],
)  # fmt: skip
def test_what_is_no_move_is_told(eq, moves, error, words):
    with pytest.raises(error, match=words):
        eq.after(**moves)


def test_tables_of_what_would_follow(eq):
    first, second = eq.off_path()
    assert first[0] == "after some values of output by incumbent (equilibrium: 0.6)"
    assert first[1] == ["q_1", "enter", "q_2", "entry", "payoff of incumbent", "payoff of rival"]
    assert first[2] == [
        [0.0, "1 enter", 0.5, "accommodated", 0.0, 0.21],
        [0.3, "1 enter", 0.35, "accommodated", 0.105, 0.0825],
        [0.6, "0 stay out", "not made", "deterred", 0.24, 0.0],
        [0.9, "0 stay out", "not made", "deterred", 0.09, 0.0],
        [1.0, "0 stay out", "not made", "deterred", 0.0, 0.0],
    ]
    assert second[0] == "after each option of enter by rival (equilibrium: 0 stay out)"
    assert second[2] == [
        ["0 stay out", "not made", "deterred", 0.24, 0.0],
        ["1 enter", 0.2, "accommodated", 0.12, 0.0],
    ]


class Trip(Code):
    HOME, SEA, LOST = range(3)


@foedus.jit
def trip_payoffs(p, m):
    if m.go == 0.0:
        return 0.0, 0.0
    return (1.0 if m.weather == 0.0 else -p.danger), -1.0 if m.weather == 0.0 else p.danger


def trip_outcome(p, m):
    return (Trip.HOME if m.go == 0.0 else Trip.SEA if m.weather == 0.0 else Trip.LOST,)


TRIP = Model(
    "trip", "A trip in any weather",
    parameters=[Parameter("danger", "d", 1.0, "> 0"), Parameter("storms", "s", 0.25, ">= 0 and <= 1")],
    outcomes=[Outcome("trip", codes=Trip)],
    players=["sailor", "the_sea"],
    moves=[
        Move("the_sea", "tide", "h", low=-math.inf),
        Chance("weather", ("fair", "foul"), lambda p, m: (1.0 - p.storms, p.storms)),
        Choice("sailor", "go", ("stay", "sail")),
    ],
    payoffs=lambda p, m: (trip_payoffs(p, m)[0], trip_payoffs(p, m)[1] - m.tide**2),
    outcome=trip_outcome,
)  # fmt: skip


def test_after_chance_its_option_must_be_given():
    eq = foedus.solve(model=TRIP)
    with pytest.raises(
        ValueError, match="weather is a move of chance before go; give it, too, as in weather='fair'"
    ):
        eq.after(go="sail")
    assert eq.after(weather="foul", go="sail").trip == Trip.LOST
    assert eq.after(weather=1).sailor_payoff == 0.0
    assert eq.after(tide=2.0).the_sea_payoff == pytest.approx(-4.75)
    tide, weather, go = eq.off_path()
    assert [row[0] for row in tide[2]] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert weather[0] == "after each option of weather (likeliest: 0 fair)"
    assert [row[:3] for row in weather[2]] == [["0 fair", "1 sail", "sea"], ["1 foul", "0 stay", "home"]]
    assert go[0] == "after each option of go by sailor, if weather is 0 fair (equilibrium: 1 sail)"
    assert [row[0] for row in go[2]] == ["0 stay", "1 sail"]


def test_a_reply_that_cannot_be_found_is_told():
    def gains(p, m):
        return -m.first, m.second * m.first  # which rises without end

    model = Model(
        "endless", "Endless", [Parameter("t", "t", 1.0)], [Outcome("trip", codes=Trip)],
        players=["a", "b"], moves=[Move("a", "first", high=1.0), Move("b", "second")],
        payoffs=gains, outcome=lambda p, m: (Trip.HOME,),
    )  # fmt: skip
    with pytest.warns(RuntimeWarning, match="could not be solved: the payoff of b rises without end"):
        eq = foedus.solve(model=model)
    with pytest.warns(RuntimeWarning, match=r"Game\(\) could not be solved after first=0\.5"):
        assert eq.after(first=0.5).trip == -1
    with pytest.raises(ValueError, match=r"Game\(\) could not be solved: the payoff of b rises without end"):
        eq.after(second=1.0)


def test_a_model_without_a_definition_is_refused():
    from entry import model

    solution = foedus.Solution(model, {name: one.default for name, one in model.by_name.items()}, {})
    with pytest.raises(ValueError, match="has no definition; give it players="):
        solution.after(output=1.0)


GAME = """
from foedus import Choice, Code, Model, Outcome, Parameter
class End(Code):
    LEFT, PAID, UNPAID = range(3)
model = Model("trust", "Trust", [Parameter("gain", "g", 3.0, "> 0")], [Outcome("end", codes=End)],
    players=["giver", "taker"],
    moves=[Choice("giver", "give", ("keep", "give")), Choice("taker", "answer", ("take", "share"), when=lambda p, m: m.give == 1.0)],
    payoffs=lambda p, m: (m.give * (m.answer * p.gain / 2 - 1.0), m.give * (p.gain - m.answer * p.gain / 2)),
    outcome=lambda p, m: (m.give + m.give * (1.0 - m.answer),))
"""


def test_the_command_shows_it(tmp_path):
    (tmp_path / "trust.py").write_text(GAME)
    done = run_here(["solve", "--model", "trust.py", "--off-path"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "after each option of give by giver (equilibrium: 0 keep)" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["1", "give", "0", "take", "unpaid", "-1", "3"] in rows
    bare = GAME.split("    players")[0] + "    solve=lambda p: (End.LEFT,))"
    (tmp_path / "bare.py").write_text(bare)
    done = run_here(["solve", "--model", "bare.py", "--off-path"], tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the model trust has no definition; give it players=" in done.stderr
    assert "(from --off-path)" in done.stderr
