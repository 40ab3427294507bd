"""Cutpoints: both sides are solved, none that the scan sees is missed, and the player named is
indifferent."""

import csv
import sys

import numpy as np
import pytest
import xarray as xr
from games import NAMES, random_games
from matplotlib.colors import to_rgb
from pictures import caption, legends, overlaps
from stepped import stepped

import foedus
from foedus import Regime
from foedus.alliance.codes import Decision, Player
from foedus.alliance.limits import fixed_arms_cutpoints
from foedus.alliance.model import NUMBERS, model
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.cli.app import run
from foedus.maps.cutpoints import Brackets, close_in
from foedus.solving.requests import solve_columns

WITHIN = {
    "ally_cost": (1e-3, 50),
    "challenger_cost": (1e-3, 50),
    "superpower_cost": (1e-3, 50),
    "status_quo": (1e-3, 0.999),
    "ally_war_cost": (0, 1),
    "challenger_war_cost": (0, 1),
    "ally_forces": (0, 3),
    "challenger_forces": (1e-3, 5),
    "effectiveness": (1e-3, 1),
    "stake": (0, 10),
    "bargaining_power": (0, 1),
    "autonomy_cost": (0, 0.5),
    "alliance_cost": (0, 1),
}


def lines(games, points, contest="ratio"):
    """Give the cutpoints along each parameter through each game, and the parameters that are fixed on that
    line."""
    for g in games:
        game = dict(zip(NAMES, g, strict=False))
        for name, within in WITHIN.items():
            fixed = {other: value for other, value in game.items() if other != name}
            yield name, fixed, foedus.cutpoints(name, within, points=points, contest=contest, **fixed)


def solved(name, fixed, values, contest="ratio"):
    """Return every variable of the games at some values of a parameter."""
    columns = {other: np.full(values.size, value) for other, value in fixed.items()}
    form = {"contest": model.by_name["contest"].number(contest)}
    return solve_columns(model, {**columns, name: values}, form, list(VARIABLES))


@pytest.mark.parametrize("contest", ["ratio", "difference"])
def test_both_sides_are_solved_and_no_float_lies_between(contest):
    count, points = (40, 512) if contest == "ratio" else (3, 64)
    form, gammas = (0.0, (1.0, 1.0)) if contest == "ratio" else (1.0, (0.5, 3.0))
    found = 0
    for name, fixed, ds in lines(random_games(count, 11, contest=form, decisiveness=gammas), points, contest):
        value = ds.value.values
        assert (np.diff(value) > 0).all()
        above = solved(name, fixed, value, contest)["regime"]
        np.testing.assert_array_equal(above, ds.regime_above, err_msg=name)
        inner = value > 1e-14 * WITHIN[name][1]  # else it is at zero, where floats are dense
        below = solved(name, fixed, np.nextafter(value[inner], -np.inf), contest)["regime"]
        np.testing.assert_array_equal(below, ds.regime_below[inner], err_msg=name)
        assert (ds.regime_below != ds.regime_above).all()
        np.testing.assert_array_equal(ds.regime_below[1:], ds.regime_above[:-1])
        found += value.size
    assert found > (300 if contest == "ratio" else 15)


def test_none_is_missed_that_the_scan_sees():
    for name, fixed, ds in lines(random_games(30, 12), 777):
        low, high = WITHIN[name]
        even = np.geomspace if low > 0 and high > 10 * low else np.linspace
        scan = even(low, high, 777)
        sweep = foedus.sweep({name: scan}, variables=["regime"], **fixed).regime.values
        steps = np.concatenate([[ds.regime_first.item()], ds.regime_above.values])
        np.testing.assert_array_equal(steps[np.searchsorted(ds.value.values, scan, side="right")], sweep)


def test_all_changes_within_one_step_are_found_that_its_ends_show():
    coarse = foedus.cutpoints("ally_cost", (0.05, 5), points=2)
    fine = foedus.cutpoints("ally_cost", (0.05, 5))
    assert coarse.regime_above.values[-1] == fine.regime_above.values[-1] == Regime.DETERRENCE
    assert set(coarse.value.values) <= set(fine.value.values)

    # a line of four regimes between the ends of one stretch
    def staircase(line, at):
        return np.searchsorted([0.1, 0.4, 0.7], at, side="right").astype(np.int8)

    ends = Brackets(*(np.array([v]) for v in (0, 0.0, 1.0, np.int8(0), np.int8(3))))
    found = close_in(staircase, ends, 0.0)
    assert sorted(found.high.tolist()) == [0.1, 0.4, 0.7]
    assert found.low.tolist() == [np.nextafter(x, 0) for x in found.high]


def test_changes_are_closed_in_on_below_zero_and_at_it():
    """The first float at or above a step, on either side of 0; beside 0 to 1e-15 of a step of the scan."""
    steps = [-700.0, -1.3, -1.2999999, -1e-9, 0.0, 1e-9, 2.5]

    def staircase(line, at):
        return np.searchsorted(steps, at, side="right").astype(np.int8)

    ends = Brackets(*(np.array([v]) for v in (0, -1e300, 3.0, np.int8(0), np.int8(7))))
    found = close_in(staircase, ends, 1e-15)
    assert sorted(found.high.tolist()) == steps
    assert all(
        low == np.nextafter(high, -np.inf) or high == 0.0 >= low >= -1e-15
        for low, high in zip(*found[1:3], strict=True)
    )


@pytest.mark.parametrize("points", [11, 4096])
@pytest.mark.parametrize("step", [-1.3, -0.05, 0.0, 0.7])
def test_parameters_may_be_negative(step, points):
    found = foedus.cutpoints("t", (-3, 3), model=stepped(step), points=points).value
    assert found.values.tolist() == [step]


@pytest.mark.parametrize("within", [(1e-300, 1e300), (1e-20, 1e18)])
def test_the_range_scanned_may_be_huge(within):
    found, near = (foedus.cutpoints("ally_cost", ends) for ends in (within, (0.05, 5)))
    np.testing.assert_array_equal(found.value, near.value)
    assert ", each 1." in found.attrs["resolution"]


def test_cutpoints_may_be_far_below_the_upper_end():
    arms = 1e14  # the default game in another unit of arms
    units = dict(challenger_forces=0.2 * arms, challenger_cost=0.5 / arms, superpower_cost=0.3 / arms)
    found = foedus.cutpoints("ally_cost", (1e-20, 1e3), **units)
    below = foedus.solve_points({"ally_cost": np.nextafter(found.value.values, 0)}, **units)
    np.testing.assert_array_equal(below.regime, found.regime_below)
    assert found.value.values * arms == pytest.approx(foedus.cutpoints("ally_cost", (0.05, 5)).value.values)


class TestDeciding:
    def test_the_player_that_is_named_is_indifferent(self):
        """Its payoff does not jump, but other payoffs may."""
        seen, jumped = set(), 0
        for name, fixed, ds in lines(random_games(120, 13), 512):
            below = solved(name, fixed, np.nextafter(ds.value.values, -np.inf))
            above = solved(name, fixed, ds.value.values)
            for k, (who, what) in enumerate(zip(ds.player.values, ds.decision.values, strict=True)):
                alone = below["crisis_without"][k] != above["crisis_without"][k]
                suffix = "_without" if alone or what == Decision.MORE_OR_FEWER_ARMS else ""
                jumps = [
                    abs(below[payoff + suffix][k] - above[payoff + suffix][k])
                    for payoff in ("superpower_payoff", "ally_payoff", "challenger_payoff")
                ]
                assert jumps[who] < 1e-7, (name, fixed, k, Player(who), Decision(what))
                jumped += max(jumps) > 1e-3
                seen.add(Decision(what))
        assert jumped > 100
        assert seen >= {
            Decision.ALLIANCE_OR_NONE,
            Decision.FULL_OR_PARTIAL,
            Decision.SIGNING_OR_REFUSING,
            Decision.HOLDING_OR_CONCEDING,
            Decision.HOLDING_OR_REVISING,
            Decision.NEUTRALISING_OR_YIELDING,
        }

    def test_the_twin_finds_the_same_player_undecided(self):
        """Grid search from the definition: the gap between the best moves of A, or of S, closes only at its
        cutpoints."""
        import twin

        checked = {Player.ALLY: 0, Player.SUPERPOWER: 0}
        for name, fixed, ds in lines(random_games(8, 14), 128):
            for k, who in enumerate(ds.player.values):
                what = ds.decision.values[k]
                if (
                    what == Decision.SIGNING_OR_REFUSING
                    or who == Player.CHALLENGER
                    or sum(checked.values()) > 40
                ):
                    continue
                at = fixed | {name: ds.value.values[k]}
                *_, ally, superpower = twin.solve((*(at[p] for p in NAMES), 0.0), 40)
                gap = ally if who == Player.ALLY else superpower / max(1.0, at["stake"])
                assert gap < 2e-3, (name, at, Player(who), Decision(what))
                checked[Player(who)] += 1
        assert min(checked.values()) > 5

    def test_a_signs_until_revising_alone_is_worth_what_holding_is(self):
        found = foedus.cutpoints("ally_cost", (0.05, 5), autonomy_cost=0.01)
        first = found.isel(cutpoint=0)
        assert (first.player, first.decision) == (Player.ALLY, Decision.SIGNING_OR_REFUSING)
        without = foedus.solve(ally_cost=first.value.item(), autonomy_cost=0.01).without
        assert without.ally_payoff + 0.01 == pytest.approx(0.5, abs=1e-12)

    @pytest.mark.parametrize("fixed", [
        dict(ally_cost=2.6105, superpower_cost=0.528, status_quo=0.98, ally_war_cost=0, bargaining_power=0.4508),
        dict(superpower_cost=1.1008, status_quo=0.98, ally_war_cost=0.02, bargaining_power=0.7352,
             autonomy_cost=0.0936, alliance_cost=0.1058),
    ])  # fmt: skip
    def test_s_is_not_named_where_its_payoff_jumps(self, fixed):
        ds = foedus.cutpoints("decisiveness", (1.2, 5), points=512, **fixed)
        sides = (
            foedus.solve_points({"decisiveness": at}, **fixed)
            for at in (np.nextafter(ds.value.values, 0), ds.value.values)
        )
        payoffs = [side.superpower_payoff.values for side in sides]
        jumps = np.abs(payoffs[0] - payoffs[1]) > 1e-7
        assert jumps.any()
        assert not (jumps & (ds.player.values == Player.SUPERPOWER)).any()

    def test_nobody_revises_where_nobody_does(self):
        """Deterrence ends with a jump of everybody's payoff, and A concedes."""
        fixed = dict(
            ally_cost=5.2082, superpower_cost=2.8788, status_quo=0.5658, challenger_war_cost=0.0309,
            ally_forces=1.1363, effectiveness=0.5956, stake=4.0023, autonomy_cost=0.19, alliance_cost=0.2418,
        )  # fmt: skip
        ds = foedus.cutpoints("decisiveness", (3.4, 3.7), points=64, **fixed)
        assert (ds.regime_below.item(), ds.regime_above.item()) == (Regime.DETERRENCE, Regime.CONCESSION)
        assert (ds.player.item(), ds.decision.item()) == (Player.NONE, Decision.NONE)

    def test_unsolved_games_leave_it_open(self):
        ds = foedus.cutpoints("challenger_cost", (1e140, 1e160), points=10)
        either = (ds.regime_below == Regime.UNSOLVED) | (ds.regime_above == Regime.UNSOLVED)
        assert either.any()
        assert (ds.player.where(either, Player.NONE) == Player.NONE).all()


class TestFixedArms:
    @pytest.mark.parametrize(
        ("power", "low", "high"), [(0.0, 0.064308, 0.36), (0.5, 0.126061, 0.713939), (1.0, 0.24, 0.75)]
    )
    def test_known_numbers(self, power, low, high):
        assert fixed_arms_cutpoints(0.5, 0.1, 0.1, power, 1.0) == pytest.approx((low, high), abs=5e-7)

    def test_the_solver_has_the_same_limit(self):
        """C's arms cost 1e12: the arms that it could still buy change results by about 1e-6."""
        rng = np.random.default_rng(1)
        for _ in range(60):
            q = rng.uniform(0.1, 0.9)
            ka, kc = rng.uniform(0, 0.9 * (1 - q)), rng.uniform(0, 0.9 * q)
            pi, forces = rng.uniform(), rng.uniform(0.1, 3)
            ds = foedus.cutpoints(
                "ally_cost", (1e-4, 1e3), status_quo=q, ally_war_cost=ka, challenger_war_cost=kc,
                bargaining_power=pi, challenger_forces=forces, challenger_cost=1e12, stake=0,
            )  # fmt: skip
            assert ds.value.values == pytest.approx(fixed_arms_cutpoints(q, ka, kc, pi, forces), rel=1e-9)
            assert ds.regime_above.values.tolist() == [Regime.SELF_RELIANCE, Regime.CONCESSION]

    @pytest.mark.parametrize("wrong", [(0.5, 0.0, 0.0), (0.3, 0.1, 0.4), (0.8, 0.3, 0.1)])
    def test_outside_their_premises(self, wrong):
        with pytest.raises(ValueError, match="all must be > 0"):
            fixed_arms_cutpoints(*wrong, 0.5, 1.0)


@pytest.fixture(scope="module")
def curves() -> xr.Dataset:
    return foedus.cutpoints("ally_cost", (0.05, 5), {"status_quo": np.linspace(0.1, 0.9, 33)}, points=512)


class TestOverAxes:
    def test_each_line_is_that_of_its_own(self, curves):
        assert curves.value.dims == ("status_quo", "cutpoint")
        for q in curves.status_quo.values[::8]:
            alone = foedus.cutpoints("ally_cost", (0.05, 5), points=512, status_quo=q)
            line = curves.sel(status_quo=q)
            count = alone.sizes["cutpoint"]
            for name in ("value", "regime_below", "regime_above", "player", "decision"):
                np.testing.assert_array_equal(line[name].values[:count], alone[name])
            assert line.value[count:].isnull().all()
            assert (line.regime_above[count:] == Regime.UNSOLVED).all()
            assert (line.decision[count:] == Decision.NONE).all()

    def test_batches_and_threads_change_nothing(self, curves, monkeypatch):
        monkeypatch.setattr(
            sys.modules["foedus.maps.cutpoints"], "BATCH", 3000
        )  # the name is the function's, too
        done = []
        again = foedus.cutpoints(
            "ally_cost", (0.05, 5), {"status_quo": np.linspace(0.1, 0.9, 33)}, points=512,
            threads=1, progress=lambda now, games: done.append((now, games)),
        )  # fmt: skip
        xr.testing.assert_identical(again, curves)
        assert done[-1] == (33 * 512, 33 * 512)
        assert [now for now, _ in done] == sorted(now for now, _ in done)

    def test_saved_and_loaded(self, curves, tmp_path):
        for name in ("cutpoints.nc", "cutpoints.zarr"):
            foedus.save(curves, tmp_path / name)
            found = foedus.load(tmp_path / name)
            xr.testing.assert_equal(found, curves)
            assert found.attrs["resolution"] == curves.attrs["resolution"]
            assert found.decision.attrs["flag_meanings"] == curves.decision.attrs["flag_meanings"]

    def test_explains_itself(self, curves):
        assert curves.attrs["resolution"].startswith("512 values of ally_cost from 0.05 to 5, each 1.0090")
        assert curves.value.attrs["units"] == NUMBERS["ally_cost"].units
        assert curves.value.attrs["symbol"] == "c_A"
        assert curves.player.attrs["flag_meanings"] == "none superpower ally challenger"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ally_csot", (1, 2)), "'ally_csot' is not a parameter; did you mean ally_cost?"),
        (("ally_cost", (2, 1)), r"within = \(2.0, 1.0\): the first end must be less than the second"),
        (("ally_cost", 1), "within = 1 is not a pair of numbers, the ends of a range"),
        (("ally_cost", (0, 1)), "ally_cost = 0.0 is not allowed; it must be > 0"),
        (
            ("ally_cost", (1, 2), {"ally_cost": [1]}),
            "ally_cost is both the parameter that varies and an axis",
        ),
        (("ally_cost", (1, 2), ["stake"]), "over must be a mapping of names to values, not a list"),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises((TypeError, ValueError), match=words):
        foedus.cutpoints(*arguments)


@pytest.mark.parametrize("points", [1, 2.5, True])
def test_bad_points(points):
    with pytest.raises(ValueError, match="it must be a whole number, 2 or more"):
        foedus.cutpoints("ally_cost", (1, 2), points=points)


def test_fixed_twice():
    with pytest.raises(ValueError, match="ally_cost is both varied and fixed at 3"):
        foedus.cutpoints("ally_cost", (1, 2), ally_cost=3)


class TestPictures:
    def test_a_line(self):
        figure = foedus.plot(foedus.cutpoints("ally_cost", (0.05, 5)))
        texts = [text.get_text() for text in figure.axes[0].texts]
        assert texts == ["$0.27772$", "$0.45455$", "$0.79245$"]
        (entries,) = legends(figure)
        assert entries[:4] == ["revision", "restraint", "self-reliance", "deterrence"]
        words = [" ".join(entry.split()) for entry in entries[4:]]
        assert words == [
            f"ally: {what}" for what in ("signing or refusing", "holding or conceding", "holding or revising")
        ]
        styles = [line.get_linestyle() for line in figure.axes[0].lines]
        assert len({*styles}) == 3
        assert "all else at default" in caption(figure)
        assert not overlaps(figure)

    @staticmethod
    def shown(axes, x, y):
        """Return the colours of the areas that a point lies in, on axes as they are drawn."""
        point = axes.transData.transform((x, y))
        return [
            part.get_facecolor()[0][:3]
            for part in axes.collections
            if any(axes.transData.transform_path(path).contains_point(point) for path in part.get_paths())
        ]

    def test_curves_over_the_regimes_of_the_map(self, curves):
        figure = foedus.plot(curves)
        axes = figure.axes[0]
        figure.draw_without_rendering()
        sweep = foedus.sweep({"ally_cost": [0.1, 0.4, 1.0, 4.0], "status_quo": curves.status_quo.values[::8]})
        inside = np.clip(sweep.status_quo.values + 1e-6, None, 0.9 - 1e-6)  # and not on an edge
        for cost in sweep.ally_cost.values:
            for q, height in zip(sweep.status_quo.values, inside, strict=True):
                shown = self.shown(axes, cost, height)
                code = Regime(int(sweep.regime.sel(ally_cost=cost, status_quo=q)))
                assert len(shown) == 1
                np.testing.assert_allclose(shown[0], to_rgb(model.colours[Regime][code]))
        assert axes.get_xlim() == (0.05, 5)
        assert axes.get_ylim() == (curves.status_quo[0], curves.status_quo[-1])
        assert not overlaps(figure)

    def test_areas_end_at_the_curves_and_not_in_steps(self):
        """Between two lines of cutpoints, too: a regime has an edge at the straight line between them."""
        lines = foedus.cutpoints("ally_cost", (0.05, 5), {"status_quo": [0.45, 0.55]}, points=64)
        figure = foedus.plot(lines)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        assert lines.value.shape == (2, 3)
        for share in (0.1, 0.4, 0.6, 0.9):
            height = 0.45 + 0.1 * share
            logs = np.log(lines.value.values)
            edges = np.exp(logs[0] + share * (logs[1] - logs[0]))
            for edge, below, above in zip(edges, lines.regime_below[0], lines.regime_above[0], strict=True):
                for x, code in ((edge * 0.999, below), (edge * 1.001, above)):
                    (colour,) = self.shown(axes, x, height)
                    np.testing.assert_allclose(colour, to_rgb(model.colours[Regime][Regime(int(code))]))

    def test_each_decision_has_a_style_of_its_own(self, curves):
        figure = foedus.plot(curves)
        there = np.isfinite(curves.value)
        decisions = {*zip(curves.player.values[there], curves.decision.values[there], strict=True)}
        styles = {(line.get_linestyle(), line._unscaled_dash_pattern[1]) for line in figure.axes[0].lines}
        styles = {(style, tuple(dashes or ())) for style, dashes in styles}
        assert len(styles) == len(decisions) > 3
        (entries,) = legends(figure)
        assert len(entries) == len(
            {*curves.regime_above.values[there]} | {*curves.regime_first.values}
        ) + len(decisions)

    def test_a_regime_that_the_next_line_has_not_closes_to_a_point(self):
        from foedus.draw.cutpoints import _joined

        lines = [np.array([0.0, 4.0, 10.0]), np.array([0.0, 3.0, 7.0, 10.0])]
        lower, upper = _joined(lines, [[0, 2], [0, 1, 2]], False)
        assert upper[0].tolist() == [0.0, 4.5, 10.0]
        assert lower[1].tolist() == [0.0, 4.5, 4.5, 10.0]
        lower, upper = _joined(lines, [[1, 2], [0, 1, 2]], False)  # one that comes in at the end
        assert upper[0].tolist() == [0.0, 5.5, 10.0]
        assert lower[1].tolist() == [0.0, 0.0, 5.5, 10.0]

    def test_closed_forms_are_drawn_where_they_hold(self):
        over = {"status_quo": np.linspace(0.1, 0.9, 9)}
        limit = dict(challenger_cost=1e9, challenger_forces=1.0, stake=0.0)
        figure = foedus.plot(foedus.cutpoints("ally_cost", (0.05, 5), over, points=64, **limit))
        marked = [line.get_xdata() for line in figure.axes[0].lines if line.get_marker() == "o"]
        assert marked[4] == pytest.approx(fixed_arms_cutpoints(0.5, 0.05, 0.05, 1.0, 1.0))
        assert legends(figure)[0][-1].startswith("closed forms")
        figure = foedus.plot(foedus.cutpoints("ally_cost", (0.05, 5), over, points=64))
        assert not [line for line in figure.axes[0].lines if line.get_marker() == "o"]

    def test_panels_over_a_second_axis(self):
        over = {"bargaining_power": [0, 0.5, 1], "status_quo": np.linspace(0.2, 0.8, 7)}
        figure = foedus.plot(foedus.cutpoints("ally_cost", (0.05, 5), over, points=64))
        assert [axes.get_title() for axes in figure.axes] == [
            rf"$\pi = {value}$" for value in ("0", "0.5", "1")
        ]
        assert not overlaps(figure)
        three = foedus.cutpoints("ally_cost", (1, 2), over | {"stake": [1, 2]}, points=2)
        with pytest.raises(ValueError, match="two further axes at most"):
            foedus.plot(three)
        ten = {"stake": np.arange(1, 11), "status_quo": np.linspace(0.2, 0.8, 11)}
        many = foedus.cutpoints("ally_cost", (1, 2), ten, points=2)
        with pytest.raises(ValueError, match="stake has 10 values, but a picture has at most 9 panels"):
            foedus.plot(many)

    def test_values_may_be_repeated(self):
        figure = foedus.plot(foedus.cutpoints("ally_cost", (0.05, 5), {"stake": [1, 1]}, points=64))
        assert figure.axes[0].texts[0].get_text() == "$0.27772$"

    @pytest.mark.parametrize(
        "wrong", [{"variable": "regime"}, {"at": {"stake": 1}}, {"region": {"stake": (0, 1)}}]
    )
    def test_is_drawn_whole(self, curves, wrong):
        with pytest.raises(ValueError, match="a picture of cutpoints is drawn whole"):
            foedus.plot(curves, **wrong)


class TestCommand:
    def test_a_picture_that_cannot_be_is_refused_before_the_run(self, tmp_path, capsys, monkeypatch):
        monkeypatch.chdir(tmp_path)
        command = "cutpoints ally_cost --within 1:2 --figure x.png -o x.nc --axis stake=1,2"
        assert run([*command.split(), "--axis", "effectiveness=0.5,1", "--axis", "status_quo=0.4,0.5"]) == 2
        assert "two further axes at most" in capsys.readouterr().err
        assert not list(tmp_path.iterdir())

    def test_table_file_and_figure(self, tmp_path, capsys):
        names = [tmp_path / name for name in ("c.nc", "c.csv", "c.tex", "c.pdf")]
        file, table, latex, figure = map(str, names)
        command = ["cutpoints", "ally_cost", "--within", "0.05:5", "--axis", "stake=0.5,1", "--points", "512"]
        command += ["-o", file, "--table", table, "--table", latex, "--figure", figure]
        assert run(command) == 0
        ds = foedus.load(file)
        printed = capsys.readouterr().out
        assert "signing or" in printed
        assert "scanned: 512 values of ally_cost" in printed
        with open(table, newline="") as stream:
            rows = list(csv.reader(stream))
        assert rows[0] == ["lambda", "c_A", "below", "above", "player", "between"]
        assert [float(row[1]) for row in rows[1:]] == ds.value.values[ds.value.notnull().values].tolist()
        text = names[2].read_text()
        assert text.splitlines()[2].startswith(r"$\lambda$ & $c_{A}$ & below")
        assert names[3].read_bytes().startswith(b"%PDF")
        assert ds.attrs["command"].startswith("foedus")
        assert run(command) == 2
        assert "exists already; --overwrite replaces it" in capsys.readouterr().err
        assert run(["info", file]) == 0
        assert "512 values of ally_cost from 0.05 to 5" in " ".join(capsys.readouterr().out.split())
        assert run(["plot", file, "-o", figure, "--overwrite"]) == 0
        assert run(["plot", file, "-o", figure, "--overwrite", "--at", "stake=1"]) == 2
        assert "it takes no variable, no at and no region" in capsys.readouterr().err
        assert run([*command, "--overwrite", "--quiet"]) == 0
        assert capsys.readouterr().out == ""

    def test_no_cutpoint(self, capsys):
        assert run(["cutpoints", "stake", "--within", "0:0.01", "--points", "16"]) == 0
        assert capsys.readouterr().out.startswith("no cutpoint; the regime is concession\n")

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ("ally_cost --within 10:1", "the first end must be less than the second"),
            ("ally_cost --within a", "'a' is not of the form from:to (from --within a)"),
            ("ally_cost --within 0:1", "ally_cost = 0.0 is not allowed; it must be > 0 (from --within 0:1)"),
            (
                "ally_cost --within 1:2 --axis stake=1,-1",
                "stake[1] = -1.0 is not allowed; it must be >= 0 (from --axis stake=1,-1)",
            ),
            ("ally_csot --within 1:2", "'ally_csot' is not a parameter"),
            (
                "ally_cost --within 1:2 --axis stake=1:2",
                "not of the form from:to:values, with 1 value or more",
            ),
            ("ally_cost --within 1:2 --axis stake=1 --axis stake=2", "--axis names stake more than once"),
            (
                "ally_cost --within 1:2 --table x.xls",
                "a table cannot end in '.xls'; it must end in .csv or .tex",
            ),
            ("ally_cost --within 1:2 --figure x.jpg", "a picture cannot end in '.jpg'"),
            ("ally_cost --within 1:2 --points 1", "points = 1 is not allowed"),
            ("ally_cost --within 1:2 --ally-cost 1", "ally_cost is both varied and fixed"),
        ],
    )
    def test_bad_input(self, arguments, words, capsys):
        assert run(["cutpoints", *arguments.split()]) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
