"""Claims of one's own model: what their functions take and may return, and how they are tested."""

import dataclasses
import gc
import math
import weakref
from types import SimpleNamespace

import entry
import numpy as np
import pytest
import xarray as xr
from entry import Entry, always
from hypothesis import given, settings
from hypothesis import strategies as st

import foedus
from foedus import Claim
from foedus.cli.app import run
from foedus.cli.claims import claim_rows, counterexamples
from foedus.runs.claims import read_design
from foedus.uncertainty import claims as testing
from foedus.uncertainty import games as solved
from foedus.uncertainty.claims import Verdict
from foedus.uncertainty.games import Games

AXES = {"sunk_cost": np.linspace(0.0, 6.0, 31), "demand": np.linspace(3.0, 12.0, 19)}
DEMAND = np.array([5.0, 6.0, 9.0, 12.0])
DEFAULTS = {name: p.number(p.default) for name, p in entry.model.by_name.items()}


def with_claims(*claims):
    return dataclasses.replace(entry.model, claims=claims)


def claiming(holds, premise=always, **more):
    """Return a model with one claim."""
    return with_claims(Claim("mine", "It is so.", premise, holds, **more))


def games(**numbers):
    return Games(entry.model, DEFAULTS | {"demand": DEMAND} | numbers, DEMAND.shape)


def by_hand(demand, cost=2.0, sunk_cost=1.0, conduct="leader"):
    """Return the outcomes of a game as plain Python finds them; of one that is not allowed, none."""
    if not (math.isfinite(cost) and cost >= 0):
        return -1, math.nan, math.nan, math.nan
    number = float(conduct == "equals")
    return entry.solve(SimpleNamespace(demand=demand, cost=cost, sunk_cost=sunk_cost, conduct=number))


def check(found, wanted):
    for name, values in zip(entry.model.found, zip(*wanted, strict=True), strict=True):
        np.testing.assert_array_equal(getattr(found, name), values)


COSTS = st.floats(-3.0, 14.0) | st.sampled_from([math.nan, math.inf, -math.inf, -0.0])
FORMS = st.sampled_from(["leader", "equals"])


def each(values):
    """Return a strategy of one value for all games, or one for each."""
    return values | st.lists(values, min_size=DEMAND.size, max_size=DEMAND.size)


@settings(deadline=None)  # compiles
@given(cost=each(COSTS), conduct=each(FORMS))
def test_games_with_a_change_are_those_games(cost, conduct):
    """After any change, each game is the one that plain Python solves; an impossible game is unsolved."""
    g = games()
    costs = cost if isinstance(cost, list) else [cost] * DEMAND.size
    forms = conduct if isinstance(conduct, list) else [conduct] * DEMAND.size
    wanted = [by_hand(d, c, conduct=form) for d, c, form in zip(DEMAND, costs, forms, strict=True)]
    for new in (g.at(cost=cost, conduct=conduct), g.at(conduct="equals").at(cost=cost).at(conduct=conduct)):
        check(new.found, wanted)
        np.testing.assert_array_equal(np.broadcast_to(new.given.cost, DEMAND.shape), costs)
        np.testing.assert_array_equal(np.broadcast_to(new.given.conduct, DEMAND.shape), forms)
        assert new.found.entry.dtype == np.int8
    check(g.found, [by_hand(d) for d in DEMAND])
    assert (g.given.cost, g.given.conduct) == (2.0, "leader")


@pytest.mark.parametrize(
    ("conduct", "shown"),
    [
        (7.0, "7.0"), (1.0, "1.0"), ("nothing", "'nothing'"), (True, "True"), ("", "''"), ([7.0] * 4, "7.0"),
        (np.array(["leader", "equals", "a", "b"], object), "'a'"), (["leader", "b", "b", "equals"], "'b'"),
    ],
)  # fmt: skip
def test_a_choice_that_does_not_exist_is_refused(conduct, shown):
    with pytest.raises(ValueError, match=f"^conduct = {shown} is not allowed; it must be leader or equals$"):
        games().at(conduct=conduct)


def test_choices_are_changed_as_they_are_given():
    """By the names that `given` has, and in games in which they vary."""
    g = games(conduct=np.array([0.0, 1.0, 1.0, 0.0]))
    assert g.given.conduct.tolist() == ["leader", "equals", "equals", "leader"]
    assert g.found.profit.tolist() == g.at(conduct=g.given.conduct).found.profit.tolist()
    other = np.where(g.given.conduct == "leader", "equals", "leader")
    check(
        g.at(conduct=other).found, [by_hand(d, conduct=form) for d, form in zip(DEMAND, other, strict=True)]
    )


def test_what_was_solved_for_a_change_is_kept(monkeypatch):
    """The same change is solved once for each outcome, even if the caller's array changes later."""
    calls, solve_columns = [], solved.solve_columns

    def counted(model, points, others, names, **options):
        calls.append([*names])
        return solve_columns(model, points, others, names, **options)

    monkeypatch.setattr(solved, "solve_columns", counted)
    g = games()
    dearer = np.full(4, 3.0)
    first, same = g.at(cost=dearer), g.at(cost=3.0)
    assert calls == []
    dearer[:] = 4.0
    assert first.found.profit.tolist() == same.found.profit.tolist() == [by_hand(d, 3.0)[3] for d in DEMAND]
    assert calls == [["profit"]]
    assert g.at(cost=dearer).found.profit.tolist() == [by_hand(d, 4.0)[3] for d in DEMAND]
    assert first.found.entry.tolist() == [by_hand(d, 3.0)[0] for d in DEMAND]
    assert calls == [["profit"], ["profit"], ["entry"]]
    some = g.at(np.array([True, False, True, False]), ["output", "profit"], cost=3.0).found
    assert np.isnan(some.output).tolist() == [False, True, False, True]
    assert some.profit[2] == same.found.profit[2]
    assert calls[3:] == [["output", "profit"]]


def test_a_block_is_freed_when_it_is_done():
    """At once, not when garbage is collected: each is megabytes."""
    gc.disable()
    try:
        g = games()
        changed = g.at(cost=3.0)
        assert changed.found.profit.size == 4
        gone = weakref.ref(changed.found), weakref.ref(g)
        del g, changed
        assert [one() for one in gone] == [None, None]
    finally:
        gc.enable()


def raising(g):
    raise RuntimeError("first\nsecond")


def in_place(g):
    g.found.profit[:] = 1.0
    return True


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (
            lambda g: g.found.profit,
            r"returns float64 of shape \(589,\); it must return booleans of shape \(589,\), or one",
        ),
        (lambda g: g.found.entry, r"returns int8 of shape"),
        (lambda g: (g.found.profit > 0)[:3], r"returns bool of shape \(3,\)"),
        (lambda g: None, "returns None; it must return booleans"),
        (lambda g: 1, "returns 1; it must"),
        (lambda g: "yes", "returns 'yes'; it must"),
        (
            lambda g: g.found.profits > 0,
            "AttributeError: 'profits' is not an outcome; there are entry, output, rival_",
        ),
        (
            lambda g: g.given.price > 0,
            "AttributeError: 'price' is not a parameter; there are demand, cost, sunk_cost",
        ),
        (
            lambda g: g.at(price=1).found.profit > 0,
            "TypeError: 'price' is not a parameter; there are demand, cost,",
        ),
        (lambda g: g.at(cost="high").found.profit > 0, "TypeError: cost: its values are not all numbers"),
        (
            lambda g: g.at(cost=[1, 2]).found.profit > 0,
            r"ValueError: cost: the values have the shape \(2,\); give one value for all games",
        ),
        (lambda g: g.at(cost=1).found.profits > 0, "AttributeError: 'profits' is not an outcome"),
        (lambda g: g.found.profit > 0 and True, "ValueError: The truth value of an array"),
        (raising, "its holds, raising, raises RuntimeError: first second"),
        (in_place, "ValueError: assignment destination is read-only"),
        ("yes", "TypeError: 'str' object is not callable"),
    ],
)
def test_what_a_function_gives_is_checked(holds, words):
    """Also its errors, in one line that names the claim and the part: premise or holds."""
    with pytest.raises(ValueError, match=words) as told:
        foedus.claims(AXES, model=claiming(holds), threads=2)
    assert str(told.value).startswith("the claim mine: its holds, ")
    assert "\n" not in str(told.value)
    if holds is not raising:
        with pytest.raises(ValueError, match=f"^the claim mine: its premise, .*{words}"):
            foedus.claims(AXES, model=claiming(always, holds))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ([], "the model entry has no claims to test"),
        ([Claim("a", "", always, always)] * 2, "two claims of the model entry are named a"),
        ([Claim("a", "", always, always, "price")], "'price' is not a parameter; .* .from the claim a."),
        ([Claim("a", "", always, always, "")], "'' is not a parameter"),
        (
            [Claim("a", "", always, always, "conduct")],
            "along = 'conduct' is a choice; it must be a number",
        ),
    ],
)
def test_claims_are_checked(claims, words):
    with pytest.raises((ValueError, TypeError), match=words):
        foedus.claims(AXES, model=with_claims(*claims))


def profit_rises(g):
    return g.at(cost=1.01 * g.given.cost).found.profit > g.found.profit


def test_a_claim_of_the_wrong_sign_fails():
    """In every game. Each counterexample is against the claim, and is the same in a table and in a file."""
    model = with_claims(
        *entry.model.claims, Claim("wrong", "Dearer units pay.", entry.deterred, profit_rises)
    )
    ds = foedus.claims(model=model, games=3000, seed=2)
    wrong, right = ds.sel(claim="wrong"), ds.sel(claim="profit_falls")
    assert wrong.premise_met == ds.premise_met.sel(claim="limit_output")
    assert wrong.premise_met > 300
    assert (wrong.holds, Verdict(wrong.verdict.item())) == (0, Verdict.FAILS)
    assert (right.holds, Verdict(right.verdict.item())) == (3000, Verdict.HOLDS)
    assert 0 == wrong.low < wrong.high < 0.02
    for numbers in wrong.counterexample.values:
        game = dict(zip(ds.parameter.values.tolist(), numbers.tolist(), strict=True))
        assert by_hand(**game)[0] == Entry.DETERRED
        assert by_hand(**game | {"cost": 1.01 * game["cost"]})[3] < by_hand(**game)[3]
    (line,) = counterexamples(ds, model)
    game = {
        name: float(number) for name, number in zip(ds.parameter.values, wrong.counterexample[0], strict=True)
    }
    assert line == f"counterexample to wrong: {model.written(game)}"
    assert claim_rows(ds)[1][-1][-1] == "fails"


@pytest.mark.parametrize("design", [{"axes": AXES}, {"games": 500, "seed": 3}])
def test_a_file_is_enough_to_test_again(tmp_path, design):
    first = foedus.claims(**design, model=entry.model)
    foedus.save(first, tmp_path / "claims.nc")
    again = foedus.claims(**read_design(tmp_path / "claims.nc", entry.model), model=entry.model)
    xr.testing.assert_identical(again.drop_attrs(), first.drop_attrs())


def test_unsolved_games_meet_no_premise():
    """Where a unit costs more than anyone pays, nobody produces."""
    with pytest.warns(RuntimeWarning, match="2 of 4 games could not be solved"):
        ds = foedus.claims({"cost": [1.0, 2.0, 30.0, 40.0]}, model=claiming(lambda g: g.found.output > 0))
    assert (ds.premise_met.item(), ds.holds.item()) == (2, 2)


def enters(lines):
    return lines.found.entry == Entry.ACCOMMODATED


def entered(lines):
    """a rival enters somewhere on the line"""
    return enters(lines).any(axis=1)


def enters_from_the_left(lines):
    return np.logical_and.accumulate(enters(lines), axis=1) == enters(lines)


def enters_from_the_right(lines):
    return enters_from_the_left(SimpleNamespace(found=SimpleNamespace(entry=lines.found.entry[:, ::-1])))[
        :, ::-1
    ]


def whole(holds):
    return lambda lines: holds(lines).all(axis=1)


LINED = with_claims(
    Claim("cheap", "A rival enters below some sunk cost.", entered, enters_from_the_left, along="sunk_cost"),
    Claim("dear", "A rival enters above some sunk cost.", entered, enters_from_the_right, along="sunk_cost"),
    Claim("rich", "A rival enters from some demand on.", entered, enters_from_the_right, along="demand"),
    Claim("rich_lines", "The same, line by line.", entered, whole(enters_from_the_right), along="demand"),
    Claim("poor", "A rival enters below some demand.", entered, enters_from_the_left, along="demand"),
)


def test_lines_along_different_parameters_are_each_along_their_own():
    """Entry is where the margin is wide and the sunk cost low, so that it ends along one and begins along the
    other. The lines are counted by hand."""
    ds = foedus.claims({name: values[::-1] for name, values in AXES.items()}, model=LINED)
    regime = foedus.sweep(AXES, model=entry.model).entry
    there = (regime == Entry.ACCOMMODATED).values  # i = sunk cost, j = demand
    met = {"sunk_cost": there.any(axis=0), "demand": there.any(axis=1)}
    mixed = {"sunk_cost": met["sunk_cost"] & ~there.all(axis=0), "demand": met["demand"] & ~there.all(axis=1)}
    assert mixed["sunk_cost"].sum() != mixed["demand"].sum() > 0
    assert ds.attrs["lines"] == 31 + 19
    wanted = [met["sunk_cost"].sum()] * 2 + [met["demand"].sum()] * 3
    assert ds.premise_met.values.tolist() == wanted
    left = (met["sunk_cost"] & ~mixed["sunk_cost"]).sum(), (met["demand"] & ~mixed["demand"]).sum()
    assert ds.holds.values.tolist() == [wanted[0], left[0], wanted[2], wanted[3], left[1]]
    first = ds.counterexample.sel(claim="poor", example=0)
    i = np.flatnonzero(mixed["demand"])[-1]  # the axes are given backwards
    j = there[i].argmax()
    assert first.sel(parameter=["sunk_cost", "demand"]).values.tolist() == [
        AXES["sunk_cost"][i],
        AXES["demand"][j],
    ]


def test_lines_of_random_games():
    """They are rows along which one parameter takes rising quantiles. The other parameters are the same in a
    row, and drawn for each row."""
    seen = {}

    def noted(name):
        def holds(lines):
            seen[name] = {key: np.array(value) for key, value in vars(lines.given).items()}
            return lines.at(cost=0.0).found.profit >= lines.found.profit

        return holds

    laws = {
        "sunk_cost": ("uniform", 0.1, 6.0),
        "demand": ("uniform", 5.0, 15.0),
        "cost": ("uniform", 0.0, 4.0),
    }
    model = with_claims(
        *(Claim(name, "", always, noted(name), along=name) for name in ("sunk_cost", "demand"))
    )
    ds = foedus.claims(distributions=laws, games=1000, model=model)
    assert ds.premise_met.values.tolist() == ds.holds.values.tolist() == [8, 8]
    for name, other in (("sunk_cost", "demand"), ("demand", "sunk_cost")):
        own, rest = seen[name][name], seen[name][other]
        assert own.shape == rest.shape == (8, testing.LENGTH)
        low, high = laws[name][1:]
        np.testing.assert_allclose(own, [low + (np.arange(128) + 0.5) / 128 * (high - low)] * 8)
        assert (rest == rest[:, :1]).all()
        assert np.unique(rest).size == 8
    assert (seen["sunk_cost"]["cost"] != seen["demand"]["cost"]).all()


def test_lines_along_what_does_not_vary_are_none():
    ds = foedus.claims({"demand": AXES["demand"]}, model=LINED)
    assert (ds.premise_met.sel(claim=["cheap", "dear"]) == 0).all()
    assert ds.attrs["lines"] == 1


ANOTHER = """
import dataclasses, foedus, entry
def equals(g):
    return g.given.conduct == "equals"
model = dataclasses.replace(entry.model, claims=[foedus.Claim("one", "", equals, entry.always)])
"""


def test_a_premise_that_needs_another_choice_is_told(tmp_path, capsys):
    (tmp_path / "x.py").write_text(ANOTHER)
    command = ["claims", "--games", "10", "--model", str(tmp_path / "x.py")]
    words = "premise is never met: one. Perhaps it needs another choice. Choices have their defaults unless you give others; here conduct is leader"
    assert run(command) == 0
    assert words in capsys.readouterr().out
    assert run([*command, "--conduct", "equals"]) == 0
    assert "never met" not in capsys.readouterr().out


def test_a_premise_in_words():
    def bare(g):
        return True

    assert Claim("a", "", bare, bare).where == "bare"
    assert Claim("a", "", entry.deterred, bare).where == "the rival stays out for fear"
