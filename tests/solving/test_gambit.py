"""A game by its definition as a tree for Gambit: exact backward induction in the tree finds the path of the game."""

import random
from fractions import Fraction

import pygambit
import pytest
from commands import run_here
from conftest import compiled_only

import foedus
from foedus import Chance, Choice, Code, Model, Move, Outcome, Parameter
from foedus.solving import gambit as trees

pytestmark = compiled_only
at = pygambit.H.path


class Entry(Code):
    DETERRED, ENTERED = range(2)


def profits(p, m):
    """An incumbent's and a rival's: demand is 1 - q1 - q2, and entry costs the rival."""
    price = 1.0 - m.output - m.rival_output
    return price * m.output, price * m.rival_output - p.sunk_cost * m.enter


def entered(p, m):
    return (Entry.ENTERED if m.enter == 1.0 else Entry.DETERRED,)


@pytest.fixture(scope="module")
def entry():
    """Dixit's game: with a cost of entry F, deterring takes an output of 1 - 2 sqrt(F)."""
    return Model(
        "limit_output", "Entry with a sunk cost",
        parameters=[Parameter("sunk_cost", "F", 0.02, ">= 0", usual=(0, 0.1))],
        outcomes=[Outcome("entry", codes=Entry)],
        players=["incumbent", "rival"],
        moves=[
            Move("incumbent", "output", high=1.0),
            Choice("rival", "enter", ("stay out", "enter")),
            Move("rival", "rival_output", high=1.0, when=lambda p, m: m.enter == 1.0),
        ],
        payoffs=profits, outcome=entered,
    )  # fmt: skip


class War(Code):
    PEACE, WAR = range(2)


def spoils(p, m):
    if m.attack == 0.0:
        return 0.0, 1.0
    won = 1.0 if m.victor == 0.0 else 0.0
    return won - p.cost, 1.0 - won - p.cost


def fought(p, m):
    return (War.WAR if m.attack == 1.0 else War.PEACE,)


@pytest.fixture(scope="module")
def lottery():
    return Model(
        "lottery", "War as a lottery",
        parameters=[Parameter("p", "p", 0.6, ">= 0 and <= 1"), Parameter("cost", "c", 0.2, ">= 0")],
        outcomes=[Outcome("war", codes=War)],
        players=["challenger", "defender"],
        moves=[
            Choice("challenger", "attack", ("hold", "attack")),
            Chance("victor", ("challenger", "defender"), lambda p, m: (p.p, 1.0 - p.p), when=lambda p, m: m.attack == 1.0),
        ],
        payoffs=spoils, outcome=fought,
    )  # fmt: skip


def induction(game, node=()):
    """Return the exact payoffs of backward induction in a tree of Gambit's and the path of best moves, up to chance."""
    labels = game.get_actions(at(*node))
    players = [*game.players]
    if not labels:
        paid = game.get_outcome_payoffs(game.get_outcome(at(*node)))
        return [Fraction(str(paid[player])) for player in players], ()
    after = [induction(game, (*node, label)) for label in labels]
    player = game.get_player(at(*node))
    if player not in players:  # chance
        odds = [Fraction(str(one)) for one in odds_of(game, node)]
        mean = [sum(q * one[i] for q, (one, _) in zip(odds, after, strict=True)) for i in range(len(players))]
        return mean, ()
    best = max(range(len(after)), key=lambda k: after[k][0][players.index(player)])
    return after[best][0], (labels[best], *after[best][1])


def odds_of(game, node):
    """Return the probabilities of a chance move, from the file, which has but one."""
    (line,) = [line for line in game.to_efg().splitlines() if line.startswith("c")]
    inside = line[line.index("{") + 1 : line.index("}")].split('"')
    return [word.strip() for word in inside[2::2]]


def number(label):
    return float(label.split()[-1])


@pytest.mark.parametrize("values", [2, 3, 5])
def test_backward_induction_in_the_tree_finds_the_path(entry, tmp_path, values):
    """Blockaded, deterred and accommodated: the outputs by hand are 1/2, 1 - 2 sqrt(F), and 1/2 with 1/4."""
    for cost, output, entered in ((0.08, 0.5, False), (0.03, 1 - 2 * 0.03**0.5, False), (0.002, 0.5, True)):
        solution = foedus.solve(model=entry, sunk_cost=cost)
        solution.to_efg(tmp_path / "game.efg", values=values)
        game = pygambit.read_efg(tmp_path / "game.efg")
        payoffs, path = induction(game)
        assert number(path[0]) == pytest.approx(
            output, rel=5e-3
        )  # moved to where the rival stays out for sure
        assert path[1] == ("enter" if entered else "stay out")
        if entered:
            assert number(path[2]) == pytest.approx((1 - output) / 2, rel=5e-3)
        found = solution.incumbent_payoff, solution.rival_payoff
        assert [*map(float, payoffs)] == pytest.approx(found, abs=5e-3)
        assert (solution.entry == Entry.ENTERED) == entered
        # nobody is nearly indifferent, on the path or off it
        assert "At each node the best move gives the player at least" in game.description
        # each node of the incumbent's and the rival's outputs has as many values
        assert len(game.get_actions(at())) == values


def test_what_is_off_the_path_is_a_best_reply_too(entry, tmp_path):
    """After each output the rival enters if (1 - q)^2/4 > F, and then makes (1 - q)/2."""
    foedus.solve(model=entry, sunk_cost=0.02).to_efg(tmp_path / "game.efg", values=6)
    game = pygambit.read_efg(tmp_path / "game.efg")
    for label in game.get_actions(at()):
        _, path = induction(game, (label,))
        q = number(label)
        assert (path[0] == "enter") == ((1 - q) ** 2 / 4 > 0.02)
        if path[0] == "enter":
            assert number(path[1]) == pytest.approx((1 - q) / 2, rel=1e-3)


def test_chance_is_a_node_with_probabilities_that_add_up(lottery, tmp_path):
    for p in (0.1, 0.3, 0.7):
        solution = foedus.solve(model=lottery, p=p)
        solution.to_efg(tmp_path / "game.efg")
        game = pygambit.read_efg(tmp_path / "game.efg")
        assert sum(map(Fraction, odds_of(game, ("attack",)))) == 1
        payoffs, path = induction(game)
        assert path == (("attack",) if p > 0.2 else ("hold",))
        assert [*map(float, payoffs)] == pytest.approx([solution.challenger_payoff, solution.defender_payoff])
        # and foedus reads what it wrote
        again = foedus.solve(model=foedus.model_from_efg(tmp_path / "game.efg"))
        assert again.challenger_payoff == pytest.approx(solution.challenger_payoff, abs=1e-12)


def test_a_decision_that_matters_little_is_told(lottery, tmp_path):
    with pytest.warns(
        RuntimeWarning, match=r"game\.efg: At one node the best move gives the player only 1e-06"
    ):
        foedus.solve(model=lottery, p=0.2 + 1e-6).to_efg(tmp_path / "game.efg")
    assert "At one node the best move gives the player only 1e-06" in (tmp_path / "game.efg").read_text()


def test_a_tie_is_told_and_broken_as_the_player_before_likes_it(tmp_path):
    """The first gives one of two presents or none, and the second says no or yes, also where it gets none."""
    model = Model(
        "sharing", "Sharing",
        parameters=[Parameter("worth", "v", 1.0, "> 0")],
        outcomes=[Outcome("war", codes=War)],
        players=["first", "second"],
        moves=[Choice("first", "gives", ("nothing", "one")), Choice("second", "accepts", ("no", "yes"))],
        payoffs=lambda p, m: (p.worth * m.accepts * (2.0 - m.gives), p.worth * m.accepts * m.gives),
        outcome=lambda p, m: (War.PEACE if m.accepts == 1.0 else War.WAR,),
    )  # fmt: skip
    with pytest.warns(RuntimeWarning, match="Players who err may leave the equilibrium path"):
        foedus.solve(model=model).to_efg(tmp_path / "game.efg")
    text = (tmp_path / "game.efg").read_text()
    assert "does what the previous player prefers: accepts after nothing." in text
    assert "The path in this tree: first nothing; second yes." in text


def test_values_lie_around_the_best_one_and_within_the_ends():
    rng = random.Random(3)
    for _ in range(200):
        low = rng.choice([0.0, -1.0, rng.random()])
        high = rng.choice([low, low + rng.random(), float("inf")])
        best = rng.choice([low, min(high, low + rng.random()), high if high < 1e9 else low])
        count = rng.randint(1, 9)
        found = trees._around(best, low, high, count)
        assert best in found
        assert found == sorted(set(found))
        assert all(low <= x <= high for x in found)
        assert len(found) == (1 if low == high else count)


def test_each_move_may_have_a_number_of_values_of_its_own(entry, tmp_path):
    """Where the rival enters and where not, each of two outputs leads to four replies or to none."""
    foedus.solve(model=entry, sunk_cost=0.02).to_efg(
        tmp_path / "game.efg", values={"output": 2, "rival_output": 4}
    )
    game = pygambit.read_efg(tmp_path / "game.efg")
    first = game.get_actions(at())
    assert len(first) == 2
    assert [len(game.get_actions(at(output, "enter"))) for output in first] == [4, 4]
    foedus.solve(model=entry, sunk_cost=0.02).to_efg(tmp_path / "game.efg", values={"output": 5})
    game = pygambit.read_efg(tmp_path / "game.efg")
    first = game.get_actions(at())
    assert (len(first), len(game.get_actions(at(first[0], "enter")))) == (5, trees.VALUES)


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "values", "error", "words"),
        [
            ("game.gbt", 3, ValueError, "the name must end in .efg"),
            ("nowhere/game.efg", 3, FileNotFoundError, "nowhere does not exist"),
            (
                "game.efg",
                0,
                ValueError,
                "values = 0 is not allowed; it must be a whole number, from 1 to 100",
            ),
            ("game.efg", 100, ValueError, "the tree would have more than 5,000 ends"),
            (
                "game.efg",
                2.5,
                ValueError,
                "values = 2.5 is not allowed; it must be a whole number, from 1 to 100",
            ),
            (
                "game.efg",
                {"output": 0},
                ValueError,
                "values: output = 0 is not allowed; it must be a whole number, from 1 to 100",
            ),
            (
                "game.efg",
                {"enter": 2},
                ValueError,
                "values: 'enter' is not a move that is a number; there are output, rival_output",
            ),
        ],
    )
    def test_in_python(self, entry, tmp_path, name, values, error, words):
        with pytest.raises(error, match=words):
            foedus.solve(model=entry).to_efg(tmp_path / name, values=values)
        assert not [*tmp_path.iterdir()]

    def test_of_a_model_without_a_definition(self, tmp_path):
        assert run_here(["new", "own.py"], tmp_path).returncode == 0
        done = run_here(["solve", "--model", "own.py", "--efg", "game.efg"], tmp_path)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert (
            "has no definition; give it players=, moves=, payoffs= and outcome= (from --efg)" in done.stderr
        )
        assert not (tmp_path / "game.efg").exists()


FILE = """
from foedus import Choice, Code, Model, Move, Outcome, Parameter


class End(Code):
    OUT, IN = range(2)


model = Model(
    "step", "A step", [Parameter("gain", "g", 1.0)], [Outcome("end", codes=End)], players=["mover"],
    moves=[Choice("mover", "go", ("out", "in"))],
    payoffs=lambda p, m: (m.go * p.gain,), outcome=lambda p, m: (End.IN if m.go == 1.0 else End.OUT,),
)
bids = Model(
    "bids", "Bids", [Parameter("gain", "g", 0.5)], [Outcome("end", codes=End)], players=["one", "other"],
    moves=[Move("one", "first", high=1.0), Move("other", "second", high=1.0)],
    payoffs=lambda p, m: (-((m.first - p.gain) ** 2), -((m.second - m.first) ** 2)),
    outcome=lambda p, m: (End.IN if m.first > 0.5 else End.OUT,),
)
"""


def test_on_the_command_line(tmp_path):
    (tmp_path / "step.py").write_text(FILE)
    asked = ["solve", "--model", "step.py:model", "--gain", "2", "--efg", "game.efg"]
    done = run_here(asked, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "game.efg").read_text()
    assert 'EFG 2 R "A step: Game(gain=2.0)" { "mover" }' in text
    assert "The path in this tree: mover in." in text
    done = run_here(asked, tmp_path)
    assert done.stderr == "foedus: game.efg exists already; --overwrite replaces it\n"
    assert run_here([*asked, "--overwrite"], tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("options", "count"),
    [(["--values", "4"], 16), (["--values", "first=2", "--values", "second=5"], 10), (["--values=first=2"], 6), ([], 9)],
)  # fmt: skip
def test_how_many_values_moves_have_on_the_command_line(tmp_path, options, count):
    (tmp_path / "step.py").write_text(FILE)
    done = run_here(["solve", "--model", "step.py:bids", "--efg", "game.efg", *options], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sum(line.startswith("t ") for line in (tmp_path / "game.efg").read_text().splitlines()) == count


@pytest.mark.parametrize(
    ("model", "options", "words"),
    [
        ("bids", ["--efg", "game.efg", "--values", "0"], "values = 0 is not allowed; it must be a whole number, from 1 to 100 (from --values)"),
        ("bids", ["--efg", "game.efg", "--values", "101"], "values = 101 is not allowed; it must be a whole number, from 1 to 100 (from --values)"),
        ("bids", ["--efg", "game.efg", "--values", "two"], "'two' is not a whole number (from --values)"),
        ("bids", ["--efg", "game.efg", "--values", "first=2.5"], "'2.5' is not a whole number (from --values first=2.5)"),
        ("bids", ["--efg", "game.efg", "--values", "third=2"], "values: 'third' is not a move that is a number; there are first, second (from --values)"),
        ("bids", ["--efg", "game.efg", "--values", "2", "--values", "first=2"], "'2' is not of the form move=number (from --values 2)"),
        ("bids", ["--efg", "game.efg", "--values", "first=2", "--values", "first=3"], "--values names first more than once (from --values first=3)"),
        ("bids", ["--efg", "game.efg", "--values", "first=-1"], "values: first = -1 is not allowed; it must be a whole number, from 1 to 100 (from --values)"),
        ("bids", ["--values", "2"], "--values is for the file that --efg writes; give --efg, too"),
        ("bids", ["--efg", "game.efg", "--pledges", "2"], "--pledges is only for the alliance game; other games take --values"),
        ("model", ["--efg", "game.efg", "--values", "2"], "the model step has no move that is a number, so a number of values cannot be given (from --values)"),
        (None, ["--efg", "game.efg", "--values", "2"], "--values is for other games; the alliance game takes --pledges and --arms"),
        (None, ["--arms", "2"], "--arms is for the file that --efg writes; give --efg, too"),
    ],
)  # fmt: skip
def test_bad_numbers_of_values_get_one_line(tmp_path, model, options, words):
    (tmp_path / "step.py").write_text(FILE)
    named = ["--model", f"step.py:{model}"] if model else []
    done = run_here(["solve", *named, *options], tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"foedus: {words}\n")
    assert not (tmp_path / "game.efg").exists()
