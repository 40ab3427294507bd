"""Statics: responses are derivatives, margins end where the regime changes, and ties are reported."""

import csv
import dataclasses
import math
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from games import NAMES, random_games
from matplotlib.colors import LogNorm
from stepped import stepped

import foedus
from foedus import Regime
from foedus.alliance.codes import Player
from foedus.alliance.model import NUMBERS
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.cli.app import run
from foedus.maps.statics import Direction

RESPONDING = [name for name, variable in VARIABLES.items() if not variable.codes]


def game(g):
    return dict(zip(NAMES, g, strict=False))


def value(eq, name):
    if name.endswith("_without"):
        return getattr(eq.without, name.removesuffix("_without"))
    return getattr(eq, name)


class TestNegativeParameters:
    """Distances are relative to the size of a parameter, for either sign."""

    @pytest.mark.parametrize(
        ("t", "step"), [(-2e6, -1e6), (2e6, 3e6), (-2.0, -1.3), (2.0, -1.0), (-2.0, 3.0)]
    )
    def test_margins(self, t, step):
        near = foedus.statics(model=stepped(step), parameters=["t"], t=t).margin.sel(parameter="t")
        expected = {side: abs(step - t) / abs(t) for side in ["above" if step > t else "below"]}
        assert near.sel(side=list(expected)).values == pytest.approx(list(expected.values()), rel=1e-12)
        assert np.isinf(near.drop_sel(side=list(expected))).all()

    def test_mirrored_games_answer_alike(self):
        here, there = (
            foedus.statics(model=stepped(9.0), t=t).sel(variable="height", parameter="t") for t in (-2.0, 2.0)
        )
        np.testing.assert_allclose(here.response, there.response)
        assert here.direction == there.direction == Direction.RISES

    def test_a_model_without_numbers_has_margins(self):
        codes = dataclasses.replace(
            stepped(1.0), outcomes=stepped(1.0).outcomes[:1], solve=lambda p: (1 if p.t < 1.0 else 2,)
        )
        ds = foedus.statics(model=codes, parameters=["t"])
        assert ds.margin.sel(side="above").item() == 1.0
        assert ds.sizes["variable"] == 0


class TestResponses:
    @pytest.mark.parametrize("contest", ["ratio", "difference"])
    def test_are_derivatives(self, contest):
        """Against differences of first order by steps of another size, game by game."""
        count, form = (25, 0.0) if contest == "ratio" else (3, 1.0)
        gammas = (1.0, 1.0) if contest == "ratio" else (0.5, 3.0)
        checked = 0
        for g in random_games(count, 31, contest=form, decisiveness=gammas):
            p = game(g)
            ds = foedus.statics(contest=contest, **p)
            here = foedus.solve(contest=contest, **p)
            for name, entry in NUMBERS.items():
                scale = p[name] or 1.0
                for side, sign in (("below", -1), ("above", 1)):
                    near = ds.sel(side=side, parameter=name)
                    room = abs(entry.ends[sign > 0] - p[name]) / scale
                    if room == 0 or near.margin <= 1e-9 or here.regime == Regime.UNSOLVED:
                        assert near.response.isnull().all()
                        continue
                    h = min(1e-6, 0.1 * near.margin.item(), 0.1 * room) * scale
                    there = foedus.solve(contest=contest, **p | {name: p[name] + sign * h})
                    responses = dict(zip(near.variable.values, near.response.values.tolist(), strict=True))
                    for variable in RESPONDING:
                        expected = (value(there, variable) - value(here, variable)) / (sign * h)
                        found = responses[variable]
                        assert math.isnan(found) == math.isnan(expected)
                        if not math.isnan(found):
                            error = 1e-4 * max(abs(found) * scale, 1e-2) + 1e-14 * scale / h
                            if contest == "difference":  # roots to some 1e-12
                                error += 2e-11 * scale / h
                            assert abs(found - expected) * scale <= error, (p, name, side, variable)
                            checked += 1
        assert checked > (8000 if contest == "ratio" else 500)

    def test_what_is_known_of_them(self):
        """By the envelope theorem the response of S's payoff to its cost is -s; the cost of signing is paid
        once."""
        for cost in (0.3, 1.0, 3.0):
            ds = foedus.statics(ally_cost=cost)
            pledge = foedus.solve(ally_cost=cost).pledge
            assert pledge > 0
            both = ds.response.sel(parameter="superpower_cost", variable="superpower_payoff")
            assert both.values == pytest.approx(-pledge)
            above = ds.response.sel(side="above")
            assert above.sel(parameter="alliance_cost", variable="superpower_payoff") == pytest.approx(-1)
            assert above.sel(parameter="status_quo", variable="settlement") == pytest.approx(1)
        # nothing in the game without S responds to S's costs
        others = ds.direction.sel(parameter=["superpower_cost", "alliance_cost", "autonomy_cost"])
        without = [name for name in RESPONDING if name.endswith("_without")]
        assert (others.sel(variable=without) == Direction.CONSTANT).all()

    def test_in_the_limit_of_fixed_arms(self):
        """A that revises alone against forces M arms to (P(1 - P))/(c_A M) ...: alpha = sqrt(M/c_A) - M."""
        ds = foedus.statics(
            variables=["ally_arms_without"],
            ally_cost=0.1,
            challenger_cost=1e9,
            challenger_forces=1.0,
            stake=0.0,
        )
        near = ds.response.sel(variable="ally_arms_without")
        assert near.sel(parameter="ally_cost").values == pytest.approx(-0.5 * 0.1**-1.5, rel=1e-4)
        assert near.sel(parameter="challenger_forces").values == pytest.approx(0.5 * 0.1**-0.5 - 1, rel=1e-4)

    def test_a_kink_is_told_with_both_sides(self):
        """Without S, an A that concedes arms to c_C/(4 c_A^2), but at least so much that C adds no arms.

        That is z + e_C = sqrt(z/c_C), which binds as c_A rises.
        """
        least = ((math.sqrt(2) - math.sqrt(2 - 4 * 0.2)) / 2) ** 2
        cost = math.sqrt(0.5 / 4 / least)
        ds = foedus.statics(ally_cost=cost, parameters=["ally_cost"])
        arms = ds.squeeze("parameter").sel(variable="ally_arms_without")
        assert arms.response.values == pytest.approx([-2 * 0.5 / 4 / cost**3, 0.0], abs=1e-6)
        assert (arms.kink, arms.direction) == (1, Direction.MIXED)
        away = foedus.statics(ally_cost=0.99 * cost, parameters=["ally_cost"])
        assert (away.kink == 0).all()

    def test_to_one_side_at_the_end_of_a_domain(self):
        ds = foedus.statics(ally_cost=1.0)
        for name, side in (
            ("effectiveness", "above"),
            ("bargaining_power", "above"),
            ("ally_forces", "below"),
        ):
            assert ds.response.sel(parameter=name, side=side).isnull().all()
            assert ds.margin.sel(parameter=name, side=side) == math.inf
            assert (ds.direction.sel(parameter=name) != Direction.UNDEFINED).any()

    def test_what_is_undefined_has_none(self):
        ds = foedus.statics(ally_forces=1.0, challenger_forces=2.0, ally_cost=5.0, stake=0.0)
        assert math.isnan(
            foedus.solve(ally_forces=1.0, challenger_forces=2.0, ally_cost=5.0, stake=0.0).burden_share
        )
        assert (ds.direction.sel(variable="burden_share") == Direction.UNDEFINED).all()


class TestMargins:
    def test_are_the_distances_to_the_nearest_cutpoints(self):
        bands = {
            "ally_cost": (1e-3, 500),
            "stake": (0, 100),
            "status_quo": (1e-6, 1 - 1e-6),
            "alliance_cost": (0, 9),
        }
        found = 0
        for g in random_games(40, 32):
            p = game(g)
            ds = foedus.statics(variables=["pledge"], parameters=list(bands), **p)
            for name, within in bands.items():
                fixed = {k: v for k, v in p.items() if k != name}
                cuts = foedus.cutpoints(name, within, points=3000, **fixed)
                for side, sign in (("below", -1), ("above", 1)):
                    near = ds.sel(side=side, parameter=name)
                    beyond = cuts.value.values[sign * (cuts.value.values - p[name]) > 0]
                    if beyond.size:
                        expected = np.abs(beyond - p[name]).min()
                        margin = near.margin.item() * (p[name] or 1)
                        assert margin <= expected * (1 + 1e-9) + 1e-12, (name, side, p)
                        if margin < 0.999 * expected:  # a strip that the scan of the cutpoints stepped over
                            there = foedus.solve(**p | {name: p[name] + sign * margin * (1 + 1e-12)})
                            assert there.regime != ds.regime
                            continue
                        at = np.flatnonzero(np.abs(cuts.value.values - p[name]) == expected)[0]
                        regime = cuts.regime_above if sign > 0 else cuts.regime_below
                        assert near.next_regime == regime[at]
                        assert (near.player, near.decision) == (cuts.player[at], cuts.decision[at])
                        found += 1
        assert found > 100

    def test_the_regime_holds_up_to_them_and_not_beyond(self):
        for g in random_games(30, 33):
            p = game(g)
            ds = foedus.statics(variables=["pledge"], **p)
            for name in NUMBERS:
                if name == "decisiveness":
                    continue
                for side, sign in (("below", -1), ("above", 1)):
                    near = ds.sel(side=side, parameter=name)
                    margin, scale = near.margin.item(), p[name] or 1.0
                    if not 1e-9 < margin < math.inf:
                        continue
                    # where the settlement does not jump, gains are of second order, and lost in rounding
                    surplus = p["bargaining_power"] * (p["ally_war_cost"] + p["challenger_war_cost"])
                    smooth = near.next_regime == Regime.PARTIAL or surplus == 0
                    rounding = 1e-6 if smooth else 1e-11
                    ends = [p[name] + sign * factor * margin * scale for factor in (1 - 1e-9, 1 + rounding)]
                    assert foedus.solve(**p | {name: ends[0]}).regime == ds.regime
                    # with nothing to take, the status quo may stand at a point, which has nothing beyond
                    point = surplus == 0 and near.next_regime == Regime.SELF_RELIANCE
                    if NUMBERS[name].allows(ends[1]):
                        assert point or foedus.solve(**p | {name: ends[1]}).regime == near.next_regime

    def test_the_least_of_them(self):
        ds = foedus.statics(variables=["pledge"], ally_cost=1.0)
        assert ds.least_margin == ds.margin.min()
        assert ds.margin.sel(parameter=ds.least_parameter.item()).min() == ds.least_margin
        assert ds.tie == 0

    def test_a_tie_is_told(self):
        """At a cutpoint, on its own side."""
        cut = foedus.cutpoints("ally_cost", (0.05, 5)).value.values[1]
        ds = foedus.statics(variables=["pledge"], ally_cost=cut)
        assert ds.tie == 1
        assert ds.least_margin <= 1e-15
        assert ds.response.sel(side="below", parameter="ally_cost").isnull().all()
        near = ds.sel(side="below", parameter="ally_cost")
        assert (ds.regime, near.next_regime) == (Regime.SELF_RELIANCE, Regime.RESTRAINT)
        assert near.player == Player.ALLY

    def test_a_margin_from_zero_is_absolute(self):
        ds = foedus.statics(variables=["pledge"], ally_cost=1.0)
        margin = ds.margin.sel(side="above", parameter="alliance_cost").item()
        eq = foedus.solve(ally_cost=1.0)
        # S signs until the alliance costs it as much as the change without it
        assert margin == pytest.approx(eq.superpower_payoff - eq.without.superpower_payoff, rel=1e-9)


AXES = {"ally_cost": [0.2, 0.4, 1.0, 3.0], "status_quo": [0.3, 0.85]}


class TestGrids:
    def test_each_game_as_alone(self, monkeypatch):
        options = dict(variables=["pledge", "settlement"], parameters=["ally_cost", "stake", "alliance_cost"])
        whole = foedus.statics(AXES, **options)
        assert whole.response.dims == ("side", "variable", "parameter", "ally_cost", "status_quo")
        for cost in whole.ally_cost.values:
            for share in whole.status_quo.values:
                alone = foedus.statics(ally_cost=cost, status_quo=share, **options)
                xr.testing.assert_equal(
                    whole.sel(ally_cost=cost, status_quo=share).drop_vars(NUMBERS, errors="ignore"),
                    alone.drop_vars(NUMBERS, errors="ignore"),
                )
        monkeypatch.setattr(
            sys.modules["foedus.maps.statics"], "BATCH", 1000
        )  # the name is the function's, too
        done = []
        again = foedus.statics(
            AXES, threads=1, progress=lambda now, all_: done.append((now, all_)), **options
        )
        xr.testing.assert_identical(again, whole)
        assert done == [(1, 3), (2, 3), (3, 3)]

    def test_saved_loaded_and_drawn(self, tmp_path):
        axes = {"ally_cost": np.geomspace(0.05, 5, 12), "status_quo": np.linspace(0.1, 0.9, 10)}
        ds = foedus.statics(axes, variables=["pledge"], parameters=["ally_cost", "status_quo"])
        for name in ("s.nc", "s.zarr"):
            foedus.save(ds, tmp_path / name)
            xr.testing.assert_equal(foedus.load(tmp_path / name), ds)
        mesh = foedus.plot(ds, "least_margin").axes[0].collections[0]
        assert isinstance(mesh.norm, LogNorm)
        np.testing.assert_allclose(mesh.get_array(), ds.least_margin.values.T)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variables": ["regime"]}, "'regime' is a code and has no response; choose numbers"),
        ({"variables": ["arms"]}, "'arms' is not a variable"),
        ({"parameters": ["arms"]}, "'arms' is not a parameter"),
        ({"parameters": []}, "must name one or more parameters, each once"),
        ({"parameters": ["stake", "stake"]}, "must name one or more parameters, each once"),
        ({"axes": {"stake": [1.0]}, "stake": 1.0}, "stake is both an axis and fixed at 1.0"),
        (
            {"axes": {"stake": np.linspace(0, 1, 3000), "ally_cost": np.linspace(1, 2, 3000)}},
            r"the statics of 9,000,000 games take 35 GB; at most 4 GB are allowed",
        ),
        ({"stake": -1}, "stake = -1.0 is not allowed; it must be >= 0"),
        ({"contest": "war"}, "contest = 'war' is not allowed"),
    ],
)
def test_bad_input(options, words):
    with pytest.raises((TypeError, ValueError), match=words):
        foedus.statics(**options)


@pytest.fixture
def run_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text("axes.ally_cost = [0.3, 1.0]\naxes.stake = [1.0, 2.0]\n")


class TestCommand:
    def test_of_one_game(self, run_file, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        assert run(["statics", "--ally-cost", "1", "--table", "s.csv", "--table", "s.tex", "-o", "s.nc"]) == 0
        printed = capsys.readouterr().out
        assert "deterrence: how far the next regime is" in printed
        assert (
            "The regime stays deterrence if one parameter changes by less than 16.8% of its value; status_quo"
            in printed
        )
        assert "below: +0.195" in printed  # the end of a domain, said so
        with open("s.csv", newline="") as stream:
            rows = list(csv.DictReader(stream))
        ds = foedus.load("s.nc")
        assert [row["parameter"] for row in rows] == list(NUMBERS)
        assert float(rows[0]["margin_below"]) == ds.margin.sel(side="below", parameter="ally_cost")
        expected = ds.response.sel(side="above", parameter="ally_cost", variable="pledge")
        assert float(rows[0]["pledge_above"]) == expected
        assert r"\toprule" in Path("s.tex").read_text()

    def test_at_a_tie(self, capsys):
        cut = foedus.cutpoints("ally_cost", (0.05, 5)).value.values[1]
        assert run(["statics", "--ally-cost", repr(float(cut)), "--variable", "pledge"]) == 0
        assert "The regime depends on a tie: a tiny change of " in capsys.readouterr().out

    def test_of_a_grid(self, run_file, capsys):
        assert run(["statics", "run.toml", "-o", "s.nc", "--variable", "pledge"]) == 0
        assert "4 games in" in capsys.readouterr().out
        ds = foedus.load("s.nc")
        assert ds.response.shape == (2, 1, 14, 2, 2)
        assert run(["statics", "run.toml", "-o", "s.nc"]) == 2
        assert "s.nc exists already; --overwrite replaces it" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ("run.toml", "the statics of a grid are written to a file; name it with --output"),
            (
                "run.toml -o s.nc --stake 2",
                "with a run file, options for parameters and --table cannot be given",
            ),
            (
                "run.toml -o s.nc --table s.csv",
                "with a run file, options for parameters and --table cannot be given",
            ),
            ("none.toml -o s.nc", "none.toml: there is no such run file"),
            ("--variable regime", "'regime' is a code"),
            ("--ally-cost 0", "ally_cost = 0.0 is not allowed; it must be > 0 (from --ally-cost)"),
            ("--table s.xls", "a table cannot end in '.xls'"),
        ],
    )
    def test_bad_input(self, run_file, options, words, capsys):
        assert run(["statics", *options.split()]) == 2
        assert words in capsys.readouterr().err
