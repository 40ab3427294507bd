"""What Python users call: games, one solution, sweeps, points, and every word of refusal."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from games import NAMES, random_games
from hypothesis import given, settings
from hypothesis import strategies as st

import foedus
from foedus import Crisis, Game, Regime
from foedus.alliance.model import NUMBERS
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.kernels import alliance as kernels


def test_import_is_light():
    """Importing foedus loads nothing that compiles, draws or labels."""
    script = "import sys, foedus; print([m for m in ('numba', 'xarray', 'matplotlib', 'netCDF4', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in foedus.__all__:
        assert getattr(foedus, name).__doc__
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = foedus.nothing


class TestGame:
    def test_defaults_are_the_tables(self):
        assert {name: getattr(Game(), name) for name in NUMBERS} == {
            p.name: p.default for p in NUMBERS.values()
        }
        assert Game().contest == "ratio"

    def test_is_frozen_hashable_and_equal_by_value(self):
        game = Game(ally_cost=1, stake=np.float32(2))
        assert game == Game(stake=2.0)
        assert hash(game) == hash(Game(stake=2.0))
        assert type(game.ally_cost) is float
        with pytest.raises(AttributeError):
            game.stake = 3.0
        assert repr(game) == "Game(stake=2.0)"

    @pytest.mark.parametrize(
        ("name", "value", "domain"),
        [
            ("ally_cost", 0.0, "> 0"),
            ("challenger_cost", -1.0, "> 0"),
            ("superpower_cost", float("nan"), "a finite number > 0"),
            ("status_quo", 0.0, "> 0 and < 1"),
            ("status_quo", 1.0, "> 0 and < 1"),
            ("ally_war_cost", -1e-9, ">= 0"),
            ("challenger_war_cost", float("inf"), "a finite number >= 0"),
            ("ally_forces", -0.1, ">= 0"),
            ("challenger_forces", 0.0, "> 0"),
            ("effectiveness", 1.1, "> 0 and <= 1"),
            ("effectiveness", 0.0, "> 0 and <= 1"),
            ("stake", -1.0, ">= 0"),
            ("bargaining_power", 1.5, ">= 0 and <= 1"),
            ("decisiveness", 0.0, "> 0"),
            ("autonomy_cost", -0.1, ">= 0"),
            ("alliance_cost", -0.1, ">= 0"),
        ],
    )
    def test_refuses_what_is_outside_the_domain(self, name, value, domain):
        words = f"{name} = {value!r} is not allowed; it must be {domain}"
        for call in (Game, foedus.solve):
            with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
                call(**{name: value})
        words = words.replace(name, f"{name}[1]", 1)
        with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
            foedus.sweep({name: [NUMBERS[name].default, value]})

    @pytest.mark.parametrize("value", ["0.5", None, True, 1j, [1.0]])
    def test_refuses_what_is_no_number(self, value):
        with pytest.raises(TypeError) as error:
            Game(stake=value)
        assert str(error.value) == f"stake = {value!r} is not a number; it must be >= 0"

    def test_says_in_one_line_what_an_array_is_not(self):
        point = foedus.sweep({"stake": [1.0]}).isel(stake=0).stake
        assert "\n" in repr(point)
        with pytest.raises(TypeError, match=r"^stake = <xarray.DataArray .* \.\.\. is not a number; .*$"):
            Game(stake=point)

    def test_refuses_unknown_names(self):
        with pytest.raises(TypeError, match=r"'stakes' is not a parameter; did you mean stake\?"):
            foedus.solve(stakes=1.0)
        with pytest.raises(TypeError, match=r"'stakes' is not a parameter; did you mean stake\?"):
            foedus.sweep({"ally_cost": [1.0]}, stakes=1.0)

    def test_refuses_what_no_float_holds(self):
        with pytest.raises(ValueError, match="stake = inf is not allowed"):
            Game(stake=10**400)

    def test_refuses_what_is_no_game(self):
        with pytest.raises(TypeError, match=r"game must be a Game, not 0.4; give parameters by name"):
            foedus.solve(0.4)

    def test_refuses_unknown_contests(self):
        with pytest.raises(
            ValueError, match=r"contest = 'lottery' is not allowed; it must be ratio or difference"
        ):
            Game(contest="lottery")


@pytest.mark.parametrize("changed", [{"decisiveness": 2.0}, {"contest": "difference"}])
def test_other_contests_have_the_same_contract(changed):
    """A game, a grid and points with any contest, which every result names."""
    eq = foedus.solve(**changed)
    assert eq.game == Game(**changed)
    assert eq.explain().startswith(eq.regime.words.capitalize())
    grid = foedus.sweep({"ally_cost": [1.0]}, **changed)
    assert grid.contest.item() == changed.get("contest", "ratio")
    assert float(grid.decisiveness) == changed.get("decisiveness", 1.0)
    assert grid.decisiveness.attrs["units"] == ("1/arms" if "contest" in changed else "1")
    points = foedus.solve_points(
        {"decisiveness": [changed.get("decisiveness", 1.0)]}, contest=eq.game.contest
    )
    assert grid.superpower_payoff.item() == points.superpower_payoff.item() == eq.superpower_payoff


def test_decisiveness_is_an_axis_like_any_other():
    """Along it the contest of decisiveness 1 is met to the bit, and nothing jumps beside it."""
    gammas = [0.5, 0.999, 1.0, 1.001, 2.0]
    ds = foedus.sweep({"decisiveness": gammas, "ally_cost": [0.3, 1.0, 3.0]})
    assert ds.regime.dims == ("decisiveness", "ally_cost")
    closed = foedus.sweep({"ally_cost": [0.3, 1.0, 3.0]})
    assert (ds.sel(decisiveness=1.0).ally_payoff == closed.ally_payoff).all()
    beside = abs(ds.ally_payoff.sel(decisiveness=[0.999, 1.001]) - closed.ally_payoff)
    assert 0 < beside.min() < beside.max() < 1e-3


class TestSolve:
    def test_gives_what_the_table_lists(self):
        eq = foedus.solve(ally_cost=0.3)
        for name, variable in VARIABLES.items():
            value = getattr(eq.without if name.endswith("_without") else eq, name.removesuffix("_without"))
            assert type(value) is (variable.codes or float)
        assert eq.regime is Regime.RESTRAINT
        assert eq.crisis is Crisis.QUIET
        assert eq.without.crisis is Crisis.ALLY_CHALLENGES

    def test_takes_a_game_and_changes_it(self):
        game = Game(ally_cost=0.3)
        assert foedus.solve(game) == foedus.solve(ally_cost=0.3)
        assert foedus.solve(game, stake=2.0).game == Game(ally_cost=0.3, stake=2.0)

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"ally_cost": 0.1}, ["Revision:", "A takes concessions", "No pledge that A would accept"]),
            (
                {"ally_cost": 0.3},
                [
                    "Restraint:",
                    "A would not hold the status quo: A is indifferent between signing",
                    "own arms fall",
                ],
            ),
            ({"ally_cost": 0.6}, ["Self-reliance:", "neutralise A's threat", "S has nothing to pay for"]),
            (
                {"ally_cost": 1.0},
                ["Deterrence:", "A would sign and concede", "neutralise A's threat", "own arms rise"],
            ),
            (
                {"ally_cost": 5.0, "superpower_cost": 2.0, "status_quo": 0.9},
                ["Partial:", "takes everything", "more would cost S more than the change it prevents"],
            ),
            ({"ally_cost": 5.0, "stake": 0.1}, ["Concession:", "takes everything", "No pledge"]),
            (
                {"ally_cost": 0.1, "challenger_war_cost": 0.9, "ally_war_cost": 0.0, "challenger_cost": 2.0},
                ["C capitulates, and A takes everything: x = 1"],
            ),
            ({"ally_cost": 1.0, "alliance_cost": "limit"}, ["S is at its participation limit"]),
            (
                {"ally_cost": 0.4, "challenger_cost": 0.7},
                ["; C adds none, and A takes", "C arms as much as before"],
            ),
            (
                {"ally_cost": 0.5, "decisiveness": 4.0},
                ["Restraint:", "sign and still take concessions"],
            ),
        ],
    )
    def test_explains_itself(self, changed, says):
        if changed.get("alliance_cost") == "limit":
            free = foedus.solve(ally_cost=1.0)
            gain = free.superpower_payoff - free.without.superpower_payoff
            changed = changed | {"alliance_cost": gain * (1 - 1e-12)}
        text = foedus.solve(**changed).explain()
        for words in says:
            assert words in text

    def test_explanation_follows_the_numbers(self):
        """Each number in the words is a number of the equilibrium."""
        eq = foedus.solve(ally_cost=1.0)
        text = eq.explain()
        for value in (eq.pledge, eq.ally_arms, eq.challenger_arms, eq.without.settlement, eq.aggrandizement):
            assert f"{value:.4g}" in text

    def test_what_is_said_of_less_is_what_comes_of_less(self):
        """With less A does not hold where it is said so, and concedes where that is said."""
        held = 0
        for game in random_games(600, seed=21):
            eq = foedus.solve(**dict(zip(NAMES, game[:-1], strict=True)))
            text = eq.explain()
            if "with less, A would not hold" in text or "with less, A would sign and concede" in text:
                (reply,) = eq.after_pledges([(1 - 1e-4) * eq.pledge])
                assert not (reply.signed and reply.crisis is Crisis.QUIET)
                if "concede" in text and eq.regime != Regime.PARTIAL:
                    assert reply.signed
                    assert reply.crisis is Crisis.CHALLENGER_CHALLENGES
                held += 1
        assert held > 50


class TestSweep:
    def test_labels(self):
        ds = foedus.sweep({"ally_cost": [0.3, 1.0], "status_quo": (0.4, 0.5, 0.6)}, challenger_cost=0.7)
        assert ds.sizes == {"ally_cost": 2, "status_quo": 3}
        assert list(ds.data_vars) == list(VARIABLES)
        for name, variable in VARIABLES.items():
            assert ds[name].dims == ("ally_cost", "status_quo")
            assert ds[name].dtype == variable.dtype
            assert ds[name].attrs["long_name"] == variable.long_name
            assert ds[name].attrs["units"] == variable.units
            assert ds[name].attrs["symbol"] == variable.symbol
        for name, p in NUMBERS.items():
            assert ds[name].attrs["symbol"] == p.symbol
        assert float(ds.challenger_cost) == 0.7
        assert float(ds.stake) == 1.0
        assert ds.attrs["foedus_version"] == foedus.__version__
        assert ds.contest.item() == "ratio"
        point = foedus.solve(ally_cost=1.0, status_quo=0.5, challenger_cost=0.7)
        assert ds.sel(ally_cost=1.0, status_quo=0.5).regime == point.regime

    def test_codes_follow_cf(self):
        ds = foedus.sweep({"ally_cost": [0.3]})
        for name, codes in (("regime", Regime), ("crisis", Crisis), ("crisis_without", Crisis)):
            attributes = ds[name].attrs
            assert attributes["flag_values"].dtype == np.int8
            assert attributes["flag_values"].tolist() == [int(code) for code in codes.everything()]
            assert attributes["flag_meanings"].split() == [code.name.lower() for code in codes.everything()]
            assert "_FillValue" not in attributes

    def test_keeps_the_variables_asked_for_in_the_tables_order(self):
        ds = foedus.sweep({"ally_cost": [0.3]}, variables=["pledge", "regime"])
        assert list(ds.data_vars) == ["regime", "pledge"]

    @pytest.mark.parametrize(
        "kind", [tuple, np.array, pd.Series, pd.Categorical, lambda names: xr.DataArray(names, dims="form")]
    )
    @pytest.mark.parametrize("dtype", [str, object])
    def test_names_may_come_from_anywhere(self, kind, dtype):
        names = ["difference", "ratio"]
        axes = {"contest": kind(np.array(names, dtype)), "stake": [0.5]}
        xr.testing.assert_equal(foedus.sweep(axes), foedus.sweep({"contest": names, "stake": [0.5]}))

    def test_names_may_be_those_of_another_result(self):
        ds = foedus.sweep({"contest": ["difference", "ratio"], "stake": [0.5]})
        xr.testing.assert_equal(foedus.sweep({"contest": ds.contest, "stake": ds.stake}), ds)

    def test_one_point_and_six_axes(self):
        assert foedus.sweep({"stake": [1.0]}).sizes == {"stake": 1}
        axes = {name: [0.3, 0.4] for name in list(NUMBERS)[:6]}
        assert foedus.sweep(axes, variables=["regime"]).regime.shape == (2,) * 6

    @pytest.mark.parametrize(
        ("arguments", "error", "words"),
        [
            ({"axes": ["stake"]}, TypeError, "axes must be a mapping of names to values, not a list"),
            ({"axes": {"stake": np.ma.masked_less([1.0, 2.0], 1.5)}}, ValueError, "stake: some of its values are masked"),
            ({"axes": {"decisiveness": [1.0, 0.0]}}, ValueError, r"decisiveness\[1\] = 0.0 is not allowed; it must be > 0"),
            ({"axes": {}}, ValueError, "a sweep needs at least one axis"),
            ({"axes": {"stake": []}}, ValueError, "stake: the list of values is empty; give at least one"),
            ({"axes": {"stake": [[1.0]]}}, ValueError, r"not an array of shape \(1, 1\)"),
            ({"axes": {"stake": 1.0}}, ValueError, r"not an array of shape \(\)"),
            ({"axes": {"stake": ["a"]}}, TypeError, "stake: its values are not all numbers"),
            ({"axes": {"stake": [True]}}, TypeError, "stake: its values are not all numbers"),
            ({"axes": {"size": [1.0]}}, TypeError, "'size' is not a parameter; there are"),
            ({"axes": {"stake": [1.0, np.nan]}}, ValueError, r"stake\[1\] = nan is not allowed; it must be a finite number >= 0"),
            ({"axes": {"stake": [1.0]}, "stake": 2.0}, ValueError, "stake is both an axis and fixed at 2.0; it can be only one"),
            ({"axes": {"stake": [1.0]}, "variables": ["regimes"]}, ValueError, "'regimes' is not a variable; did you mean regime\\?"),
            ({"axes": {"stake": [1.0]}, "variables": []}, ValueError, "variables is empty; at least one is needed"),
            ({"axes": {"stake": [1.0]}, "variables": "regime"}, TypeError, "variables = 'regime' is not a list of names"),
            ({"axes": {"stake": [1.0]}, "threads": 0}, ValueError, "threads = 0 is not allowed; it must be a whole number, 1 or more"),
            ({"axes": {"stake": [1.0]}, "threads": 1.5}, ValueError, "threads = 1.5 is not allowed"),
            ({"axes": {"contest": ["ratio", "war"]}}, ValueError, "contest = 'war' is not allowed; it must be ratio or difference"),
            ({"axes": {"contest": ["ratio", np.nan]}}, ValueError, "contest = nan is not allowed; it must be ratio or difference"),
            ({"axes": {"contest": [["ratio"]]}}, TypeError, "is not a list of names"),
            ({"axes": {"contest": np.ma.array(["ratio"], mask=[True])}}, ValueError, "contest: some of its values are masked"),
            ({"axes": {"stake": [1.0]}, "contest": "war"}, ValueError, "contest = 'war' is not allowed"),
            ({"axes": {"stake": [1.0]}, "contest": np.array("ratio")}, ValueError, "is not allowed; it must be ratio or difference"),
        ],
    )  # fmt: skip
    def test_refusals(self, arguments, error, words):
        with pytest.raises(error, match=words):
            foedus.sweep(**arguments)

    def test_numbers_may_be_kept_in_half_the_space(self):
        """The same numbers, rounded; codes stay the same."""
        axes = {"ally_cost": np.geomspace(0.05, 5, 30), "status_quo": [0.3, 0.7]}
        for contest in ({}, {"decisiveness": 2.0}):
            whole = foedus.sweep(axes, **contest)
            half = foedus.sweep(axes, dtype="float32", **contest)
            for name, variable in VARIABLES.items():
                assert half[name].dtype == ("int8" if variable.codes else "float32")
                np.testing.assert_array_equal(half[name], whole[name].astype(half[name].dtype))
            points = foedus.solve_points({"ally_cost": axes["ally_cost"]}, dtype=np.float32, **contest)
            assert points.pledge.dtype == "float32"
            forms = foedus.compare(axes, {"stake": [1.0]}, dtype="float32", **contest)
            np.testing.assert_array_equal(forms.pledge[0], half.pledge)

    @pytest.mark.parametrize("dtype", ["int8", "float16", "single precision", object])
    def test_refuses_other_types(self, dtype):
        words = re.escape(f"dtype = {dtype!r} is not allowed; it must be float64 or float32")
        with pytest.raises(ValueError, match=words):
            foedus.sweep({"stake": [1.0]}, dtype=dtype)

    def test_columns_are_not_the_callers_arrays(self):
        """A later change of an array does not change the Dataset."""
        mine = np.array([0.3, 1.0])
        ds = foedus.solve_points({"ally_cost": mine})
        grid = foedus.sweep({"ally_cost": mine})
        mine[:] = 9.0
        assert ds.ally_cost.values.tolist() == grid.ally_cost.values.tolist() == [0.3, 1.0]

    def test_threads_may_be_numbers_of_numpy(self):
        axes = {"ally_cost": [0.3, 1.0]}
        assert foedus.sweep(axes, threads=np.int64(2)).equals(foedus.sweep(axes))

    def test_progress_counts_every_game(self, monkeypatch):
        monkeypatch.setattr("foedus.alliance.model.TILE", (1, 100))
        seen = []
        foedus.sweep(
            {"ally_cost": np.linspace(0.1, 1, 1050)}, variables=["regime"], threads=2,
            progress=lambda done, games: seen.append((done, games)),
        )  # fmt: skip
        assert [games for _, games in seen] == [1050] * 11
        assert [done for done, _ in seen] == sorted(done for done, _ in seen)
        assert seen[-1] == (1050, 1050)

    def test_raising_in_progress_cancels(self, monkeypatch):
        monkeypatch.setattr("foedus.alliance.model.TILE", (1, 10))
        calls = []

        def progress(done, games):
            calls.append(done)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep({"ally_cost": np.linspace(0.1, 1, 100_000)}, variables=["regime"], progress=progress)
        assert len(calls) == 1

    def test_what_a_thread_raises_reaches_the_caller(self, monkeypatch):

        def broken(*arguments):
            raise MemoryError("no room")

        monkeypatch.setattr(kernels, "solve_games", broken)
        with pytest.raises(MemoryError, match="no room"):
            foedus.sweep({"ally_cost": [1.0]})


COLUMNS = {"ally_cost": [0.1, 0.3, 1.0], "status_quo": [0.5, 0.5, 0.6]}


class TestPoints:
    @pytest.mark.parametrize("kind", [dict, pd.DataFrame, xr.Dataset])
    def test_takes_columns_of_any_kind(self, kind):
        columns = COLUMNS
        if kind is xr.Dataset:
            columns = {name: ("sample", values) for name, values in COLUMNS.items()}
        ds = foedus.solve_points(kind(columns), stake=2.0)
        assert ds.sizes == {"game": 3}
        assert ds.ally_cost.dims == ("game",)
        assert float(ds.stake) == 2.0
        assert ds.regime.values.tolist() == [
            foedus.solve(ally_cost=a, status_quo=q, stake=2.0).regime
            for a, q in zip(*COLUMNS.values(), strict=True)
        ]

    def test_takes_its_own_result(self):
        ds = foedus.solve_points(COLUMNS, stake=0.05)
        assert foedus.solve_points(ds).equals(ds)
        assert float(foedus.solve_points(ds, stake=2.0).stake) == 2.0
        difference = foedus.solve_points(COLUMNS, contest="difference")
        assert foedus.solve_points(difference).equals(difference)
        assert foedus.solve_points(difference, contest="ratio", stake=0.05).equals(ds)
        both = xr.concat([ds, difference], "game", coords="different", compat="equals")
        assert foedus.solve_points(both).equals(both)
        with pytest.raises(ValueError, match="contest is both a column and fixed at 'ratio'"):
            foedus.solve_points(both, contest="ratio")
        curve = foedus.sweep({"ally_cost": [0.3, 1.0]}, stake=0.05)
        assert (foedus.solve_points(curve).regime.values == curve.regime.values).all()

    @pytest.mark.parametrize(
        ("points", "fixed", "error", "words"),
        [
            (np.ones((3, 2)), {}, TypeError, "points must be a mapping, a DataFrame or a Dataset, not a ndarray"),
            ({}, {}, ValueError, "no column has the name of a parameter"),
            (xr.Dataset({"size": ("game", [1.0])}), {}, ValueError, "no column has the name of a parameter"),
            ({"stake": [1.0], "ally_cost": [1.0, 2.0]}, {}, ValueError, "the columns must have the same length, but stake has 1, ally_cost has 2"),
            ({"stake": [1.0]}, {"stake": 1.0}, ValueError, "stake is both a column and fixed at 1.0; it can be only one"),
            ({"size": [1.0]}, {}, TypeError, "'size' is not a parameter"),
            ({"stake": [1.0, -1.0]}, {}, ValueError, r"stake\[1\] = -1.0 is not allowed; it must be >= 0"),
        ],
    )  # fmt: skip
    def test_refusals(self, points, fixed, error, words):
        with pytest.raises(error, match=words):
            foedus.solve_points(points, **fixed)


positive = st.floats(1e-3, 1e3)
share = st.floats(0.001, 0.999)


@settings(max_examples=200, deadline=None)
@given(
    a=positive,
    c=positive,
    s=positive,
    q=share,
    k=st.floats(0, 1),
    pi=st.floats(0, 1),
    lam=positive,
    factor=st.floats(0.01, 100),
)
def test_units_do_not_matter(a, c, s, q, k, pi, lam, factor):
    """Measuring forces in other units changes no payoff: costs times a factor, forces divided by it."""
    base = foedus.solve(
        ally_cost=a, challenger_cost=c, superpower_cost=s, status_quo=q,
        ally_war_cost=k, bargaining_power=pi, stake=lam, ally_forces=0.1,
    )  # fmt: skip
    other = foedus.solve(
        base.game, ally_cost=a * factor, challenger_cost=c * factor, superpower_cost=s * factor,
        ally_forces=0.1 / factor, challenger_forces=0.2 / factor,
    )  # fmt: skip
    scale = 1e-9 * (1 + lam)
    assert other.superpower_payoff == pytest.approx(base.superpower_payoff, rel=1e-9, abs=scale)
    assert other.without.ally_payoff == pytest.approx(base.without.ally_payoff, rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(
    a=positive,
    c=positive,
    q=share,
    k=st.floats(0, 1),
    pi=st.floats(0, 1),
    cheap=positive,
    more=st.floats(1, 10),
)
def test_a_dearer_pledge_is_never_better(a, c, q, k, pi, cheap, more):
    """S's payoff falls weakly in its cost, and the game without S does not depend on it."""
    game = {"ally_cost": a, "challenger_cost": c, "status_quo": q, "ally_war_cost": k, "bargaining_power": pi}
    first = foedus.solve(superpower_cost=cheap, **game)
    second = foedus.solve(superpower_cost=cheap * more, **game)
    assert second.superpower_payoff <= first.superpower_payoff + 1e-12
    assert second.without == first.without
