"""A kernel is checked against the definition of its game: planted errors are found, and right kernels pass."""

import dataclasses
import inspect
import math
import re
from pathlib import Path

import numpy as np
import pytest
from commands import run_here
from conftest import compiled_only

import foedus
from foedus.solving.sweeps import solve_points
from foedus.uncertainty import check as checking

MODELS = Path(__file__).parents[2] / "examples" / "models"
AID, ENTRY = (foedus.load_model(MODELS / f"{name}.py") for name in ("aid", "entry"))
GAMES = {"aid": 200, "entry": 200}
# what stands in `solve`, and what is put in its place
MUTANTS = {
    "aid": {
        "sign of an exponent": ("alone ** (-1 / p.thrift)", "alone ** (1 / p.thrift)"),
        "sign of a gain": ("p.stake - p.stake_lost)", "p.stake + p.stake_lost)"),
        "sign of a payoff": ("(1 - chance) - aid", "(1 - chance) + aid"),
        "lower end of the war with aid": ("wanted > 1:", "wanted > 2:"),
        "upper end of the war with aid": ("wanted >= deters:", "wanted >= 9 * deters:"),
        "corner of aid that deters": ("wanted >= deters:", "False:"),
        "factor": ("p.ally_value / (2 * p.edge", "p.ally_value / (p.edge"),
        "best reply": ("p.challenger_value * chance * (1 - chance)", "p.challenger_value * chance * chance"),
        "code": ("Peace.WAR, 0.0, alone", "Peace.WAR_WITH_AID, 0.0, alone"),
    },
    "entry": {
        "sign of a root": ("margin - 2 * math.sqrt", "margin + 2 * math.sqrt"),
        "end of the blockade": ("or limit <= alone", "or limit <= third"),
        "corner of the blockade": ("or limit <= alone", "or False"),
        "what deters": ("deterring >= leading", "deterring <= leading"),
        "cost of entry": ("margin * margin / 16 - p.sunk_cost", "margin * margin / 16"),
        "best reply": ("alone, margin / 4", "alone, margin / 3"),
    },
}
OTHER = foedus.Code("OTHER", ["ONE", "TWO"], start=0)
pytestmark = compiled_only


@pytest.fixture(autouse=True, scope="module")
def once():
    """Games are solved by definition once for all mutants, because it takes long."""
    solve, known = checking.solve_columns, {}

    def solve_once(model, points, *rest):
        if not model.by_search:
            return solve(model, points, *rest)
        key = model, *((name, values.tobytes()) for name, values in points.items())
        if key not in known:
            known[key] = solve(model, points, *rest)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "solve_columns", solve_once)
        yield


def mutant(model, before, after):
    """Return a model with another text in its kernel, and the same definition."""
    text = inspect.getsource(model.solve)
    assert text.count(before) == 1
    names = {**model.solve.__globals__}
    exec(text.replace(before, after), names)
    found = dataclasses.replace(model, solve=names["solve"], file="", source="")
    vars(found)["defined"] = model.defined  # which is compiled already
    return found


@pytest.mark.parametrize("model", [AID, ENTRY], ids=lambda model: model.name)
def test_the_kernels_of_the_gallery_agree_with_their_definitions(model):
    found = foedus.check(model, GAMES[model.name])
    assert found.passed
    assert found.share == 1.0
    assert found.unsolved == 0
    assert found.unsure < 0.3 * found.games
    assert found.low < 1.0 == found.high
    assert not any(found.differ.values())
    assert repr(found) == f"{model.name}: the kernel agrees with the definition in every game compared"


@pytest.mark.parametrize(
    ("model", "change"),
    [(model, change) for model in (AID, ENTRY) for change in MUTANTS[model.name].values()],
    ids=[f"{name}: {what}" for name in MUTANTS for what in MUTANTS[name]],
)
def test_planted_errors_are_found(model, change):
    found = foedus.check(mutant(model, *change), GAMES[model.name])
    assert not found.passed
    assert found.agree < found.compared
    assert len(found.differences) == min(3, found.compared - found.agree)
    for one in found.differences:
        assert one.words


def test_who_gains_by_what_is_told():
    """After the output A/2 the rival's best is A/4, worth A^2/16; A/3 is worth A^2/18."""
    found = foedus.check(
        mutant(ENTRY, *MUTANTS["entry"]["best reply"]),
        20,
        region={"sunk_cost": (0.01, 0.02), "demand": (8, 20)},
    )
    assert found.agree == 0
    one = found.differences[0]
    margin = one.game["demand"] - one.game["cost"]
    gain, best, stated = margin**2 / 144, margin / 4, margin / 3
    words = f"rival would gain {gain:.4g} by rival_output = {best:.6g}, in place of {stated:.6g}"
    assert one.words == words
    assert one.values == {"rival_output": pytest.approx((stated, best))}
    assert repr(found) == "\n".join(
        [
            "entry: the kernel differs from the definition in 20 of 20 games",
            *(f"{one.words}, in {ENTRY.written(one.game)}" for one in found.differences),
        ]
    )


def test_a_code_that_does_not_follow_from_the_moves_is_told():
    found = foedus.check(mutant(AID, *MUTANTS["aid"]["code"]), GAMES["aid"])
    assert {name for name, count in found.differ.items() if count} == {"peace"}
    assert "peace is war with aid, but the moves make it war" in {one.words for one in found.differences}


def test_games_that_a_way_does_not_solve_are_not_compared():
    equals = foedus.check(ENTRY, 5, conduct="equals")
    assert (equals.unsure, equals.compared, equals.passed) == (5, 0, False)
    assert math.isnan(equals.share)
    assert equals.verdict == "no game could be compared"
    closed = foedus.check(ENTRY, 20, region={"demand": (3.5, 4.0), "cost": (2.0, 6.0)})
    assert 0 < closed.unsolved < 20
    assert closed.passed


def test_the_same_seed_draws_the_same_games():
    wrong = mutant(ENTRY, *MUTANTS["entry"]["best reply"])
    one, same, other = (foedus.check(wrong, 20, seed).differences[0].game for seed in (4, 4, 5))
    assert one == same != other
    assert one["conduct"] == "leader"


def test_what_a_player_could_gain_is_a_variable_of_every_definition():
    """A rival that makes A/3 forgoes A^2/16 - A^2/18, and the incumbent who foresees it nothing."""
    wrong = mutant(ENTRY, *MUTANTS["entry"]["best reply"])
    costs = {"sunk_cost": [0.01, 0.02]}
    assert solve_points(
        costs, model=wrong, variables=["deviation_gain"]
    ).deviation_gain.values == pytest.approx([64 / 144] * 2)
    for model in (ENTRY, ENTRY.defined):
        found = foedus.sweep(costs, model=model, variables=["entry", "deviation_gain"])
        assert (found.deviation_gain >= 0).all()
        assert found.deviation_gain.values == pytest.approx([0.0, 0.0], abs=1e-9)
    forbidden = mutant(
        ENTRY,
        "deterring >= leading:\n        return Entry.DETERRED, limit",
        "True:\n        return Entry.DETERRED, 99.0",
    )
    assert np.isinf(solve_points(costs, model=forbidden, variables=["deviation_gain"]).deviation_gain).all()


def test_the_alliance_game_agrees_with_its_definition():
    """The definition stands in a file of its own, and says more: whether A signs."""
    found = foedus.check(games=50, definition=foedus.load_model(MODELS / "alliance.py"))
    assert found.passed, found
    assert found.compared >= 49
    assert found.model.name == "alliance"
    assert found.defined.name == "alliance_defined"


def test_an_error_is_found_by_another_model_with_the_definition():
    text = "Peace.WAR, 0.0, alone"
    bare = dataclasses.replace(
        mutant(AID, text, "Peace.WAR_WITH_AID, 0.0, alone"),
        players=(), moves=(), payoffs=None, outcome=None, claims=(),
    )  # fmt: skip
    with pytest.raises(ValueError, match="has no definition"):
        foedus.check(bare, 20)
    found = foedus.check(bare, 20, definition=AID)
    assert found.compared - found.agree == found.differ["peace"] > 0
    assert found.differences[0].values["peace"] == (AID.codes.WAR_WITH_AID, AID.codes.WAR)


BAD = {
    "no definition": (lambda: foedus.check(), "the model alliance has no definition; give it players="),
    "no kernel": (lambda: foedus.check(ENTRY.defined), "is solved by its definition; it has no solve="),
    "a definition of another game": (lambda: foedus.check(ENTRY, definition=AID), "a parameter of entry, but not of aid; both need the same parameters"),
    "a definition with other codes": (lambda: foedus.check(ENTRY, definition=dataclasses.replace(ENTRY, outcomes=[dataclasses.replace(one, codes=one.codes and OTHER) for one in ENTRY.outcomes])), "entry has other codes in entry than in entry"),
    "a definition that is none": (lambda: foedus.check(AID, definition=foedus.load_model(MODELS / "deterrence.py")), "deterrence has no definition"),
    "games": (lambda: foedus.check(ENTRY, 0), "games = 0 is not allowed"),
    "seed": (lambda: foedus.check(ENTRY, 5, -1), "seed = -1"),
    "a region of what is none": (lambda: foedus.check(ENTRY, region={"price": (1, 2)}), "'price' is not a parameter"),
    "a region of a choice": (lambda: foedus.check(ENTRY, region={"conduct": (0, 1)}), "conduct is a choice and has no range; it is leader or equals (from region)"),
    "a region without an end": (lambda: foedus.check(ENTRY, region={"demand": 3}), "demand: 3 is not a pair"),
    "a region turned round": (lambda: foedus.check(ENTRY, region={"demand": (6.0, 5.0)}), "demand"),
    "a region that is not allowed": (lambda: foedus.check(ENTRY, region={"demand": (-1.0, 5.0)}), "demand = -1"),
    "drawn and fixed": (lambda: foedus.check(ENTRY, region={"demand": (1, 5)}, demand=3.0), "demand"),
    "a value": (lambda: foedus.check(ENTRY, conduct="follower"), "conduct"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_what_cannot_be_checked_is_told(make, words):
    with pytest.raises((ValueError, TypeError)) as raised:
        make()
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_command(tmp_path):
    text = (MODELS / "entry.py").read_text(encoding="utf-8")
    (tmp_path / "entry.py").write_text(text, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(
        text.replace("alone, margin / 4", "alone, margin / 3"), encoding="utf-8"
    )
    right = run_here(["check", "entry.py", "--games", 20, "--region", "demand=6:9"], tmp_path)
    assert right.returncode == 0, right.stderr
    assert "the kernel agrees with the definition in every game compared" in right.stdout
    assert "100.00 % of 20 games agree" in right.stdout
    wrong = run_here(["check", "wrong.py", "--games", 20, "--seed", 3, "--sunk-cost", 0.01], tmp_path)
    assert wrong.returncode == 1
    assert "the kernel differs from the definition in 20 of 20 games" in wrong.stdout
    lines = [line for line in wrong.stdout.splitlines() if line.startswith("foedus solve --model wrong.py")]
    assert len(lines) == 6
    assert lines[1] == f"{lines[0]} --defined"
    apart = run_here(["check", "wrong.py", "--games", 20, "--definition", "entry.py"], tmp_path)
    assert apart.returncode == 1
    assert re.search(r"^foedus solve --model entry\.py .*--defined$", apart.stdout, re.MULTILINE)
    outputs = []
    for line in lines[:2]:
        told = run_here(line.split()[1:], tmp_path)
        assert told.returncode == 0, told.stderr
        outputs.append(
            float(next(row for row in told.stdout.splitlines() if "rival_output" in row).split()[2])
        )
    assert outputs[0] == pytest.approx(4 / 3 * outputs[1], rel=1e-4)
    for file, gain in (("wrong.py", 64 / 144), ("entry.py", 0.0)):
        told = run_here(["solve", "--model", file, "--sunk-cost", 0.01, "--deviation-gain"], tmp_path)
        (row,) = [row.split() for row in told.stdout.splitlines() if "deviation_gain" in row]
        assert float(row[2]) == pytest.approx(gain, rel=1e-5, abs=1e-9)
    for arguments, words in (
        (
            ["check", "entry.py", "--region", "demand=3"],
            "'3' is not of the form from:to (from --region demand=3)",
        ),
        (["check", "nix.py"], "nix.py: No such file or directory"),
        (
            ["solve", "--deviation-gain", "--model", str(MODELS / "deterrence.py")],
            "deterrence has no definition",
        ),
        (["check"], "the model alliance has no definition"),
        (["solve", "--defined"], "the model alliance has no definition"),
    ):
        bad = run_here(arguments, tmp_path)
        assert bad.returncode == 2
        assert words in bad.stderr
        assert len(bad.stderr.splitlines()) == 1
