"""The certificate as a variable: correct solutions pass, wrong ones do not, and it is kept like other
variables."""

import dataclasses
import importlib
import math
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from conftest import COMPILED, compiled_only, pure_only
from games import DIFFERENCE, EDGE_GAMES, GENERAL_EDGE_GAMES, game, random_games
from numba import njit

import foedus
from foedus import Regime
from foedus.alliance import model as schema
from foedus.cli.app import run
from foedus.kernels import alliance as kernels
from foedus.kernels.alliance import deviations
from foedus.kernels.alliance.deviations import Act, Nodes, Stated, deviation_gain, searching

CERTAIN = 1e-8  # the largest value of a correct solution
SEEN = 2e-9  # the part of a gain that the search may miss: its resolution, and the part that is not clear
STATED = list(Stated._fields)


def stated(g):
    """Return the solver's solution of a game, in the order of `Stated`."""
    solution, _, status = kernels.solve_any_game(np.array(g))
    assert status == kernels.Status.SOLVED, g
    return np.array(solution[: len(STATED)])


def gain(g, v):
    return deviation_gain(np.array(g), v)


def changed(v, **values):
    """Return a stated solution with some changes."""
    v = v.copy()
    for name, value in values.items():
        v[STATED.index(name)] = value
    return v


def with_path(g, v, s, a, b, x, crisis):
    """Return a stated solution with another path with S, or with no alliance if s = 0, and its
    consequences."""
    c_a, c_c, c_s, q, stake, kappa, f = g[0], g[1], g[2], g[3], g[9], g[12], g[13]
    signed = s > 0
    alone = Stated(*v).crisis_without
    regime = deviations.regime_of(signed, crisis, alone)
    return changed(
        v,
        regime=regime, pledge=s, ally_arms=a, challenger_arms=b, settlement=x, crisis=crisis,
        superpower_payoff=-stake * abs(x - q) - signed * (c_s * s + f),
        ally_payoff=x - c_a * a - signed * kappa,
        challenger_payoff=1 - x - c_c * b,
    )  # fmt: skip


def with_path_without(g, v, a, b, x, crisis):
    """Return the same with another path without S; if there is no alliance, this is also the path with S."""
    c_a, c_c, q, stake = g[0], g[1], g[3], g[9]
    v = changed(
        v,
        ally_arms_without=a, challenger_arms_without=b, settlement_without=x, crisis_without=crisis,
        superpower_payoff_without=-stake * abs(x - q),
        ally_payoff_without=x - c_a * a,
        challenger_payoff_without=1 - x - c_c * b,
    )  # fmt: skip
    told = Stated(*v)
    if told.pledge == 0:
        return with_path(g, v, 0.0, a, b, x, crisis)
    return changed(v, regime=deviations.regime_of(True, told.crisis, crisis))


KINDS = pytest.mark.parametrize(
    "games",
    [
        random_games(600, seed=21),
        random_games(300, seed=22, spread=2.0),
        EDGE_GAMES[:: 5 if COMPILED else 7],
        random_games(600, seed=23, decisiveness=(0.2, 8.0)),
        random_games(600, seed=24, contest=DIFFERENCE, decisiveness=(0.3, 4.0)),
        GENERAL_EDGE_GAMES[::3],
    ],
    ids=["random", "wide", "edges", "any decisiveness", "difference", "any edges"],
)


def some(games, count=600):
    """Return so many of the games at most, or a few as pure Python."""
    return games[:: math.ceil(len(games) / min(len(games), count if COMPILED else 12))]


@KINDS
def test_nobody_gains(games):
    """No deviation from a right solution is found to gain anything."""
    for g in some(games):
        assert 0 <= gain(g, stated(g)) <= CERTAIN, g


ROUNDED = [  # games in which rounding decides C's reply, or a top is close to a change
    # C just prefers to stay, with a pledge whose last digit is worth more than the threat
    game(
        ally_cost=0.178583394091985, challenger_cost=0.13732632289642635,
        superpower_cost=0.0006009823338817017, status_quo=0.9634253931659558,
        ally_war_cost=0.0770430992953195, challenger_war_cost=0.0, challenger_forces=0.011352563070777248,
        stake=4.383479591219363, bargaining_power=0.0, autonomy_cost=0.013315944462547991,
        decisiveness=0.013852667176840187, contest=DIFFERENCE,
    ),
    # it challenges; the share of its forces that it must add changes no digit of the contest at 1e-12
    game(
        ally_cost=3.58367147547821, challenger_cost=0.0005517699703637351,
        superpower_cost=0.026146690425446997, status_quo=0.999999, ally_war_cost=0.02787648904098318,
        challenger_war_cost=0.0, ally_forces=0.512299429964631, challenger_forces=1.118297445639706e-05,
        stake=238.9531577298541, bargaining_power=0.4586229085362237,
    ),
    # A's best arms lie in the first ten thousandth of a stretch
    game(
        ally_cost=0.3936080365275652, challenger_cost=4.805474163664421, superpower_cost=0.06518311011269007,
        status_quo=0.6211891697114996, ally_war_cost=0.027893183946510382,
        challenger_war_cost=0.05497046797962612, challenger_forces=0.5382500763715629,
        stake=4.582333830312164, bargaining_power=0.18651765962487765, decisiveness=55.61822871107742,
        contest=DIFFERENCE,
    ),
    # S would gain if A, which does not sign because of the cost of autonomy, did not see its best arms
    game(
        ally_cost=0.0018282748741468389, challenger_cost=100.98134800666445,
        superpower_cost=1.8390110506822481, status_quo=0.8086420268197901, ally_war_cost=0.06796994535921161,
        challenger_war_cost=0.00021750781412951394, ally_forces=9.649433814916682,
        challenger_forces=0.016261089539161232, effectiveness=0.49905395195963925, stake=3.1524921815510965,
        bargaining_power=0.4607728414015946, autonomy_cost=0.0762899041080537,
        decisiveness=0.02468715140647692, contest=DIFFERENCE,
    ),
]  # fmt: skip


@pytest.mark.parametrize("g", ROUNDED, ids=["held still", "challenging", "close beside", "no alliance"])
def test_nobody_gains_where_digits_run_out(g):
    assert gain(g, stated(g)) <= CERTAIN


def test_unsolved_games_have_none():
    v = changed(stated(game()), regime=Regime.UNSOLVED, pledge=math.nan, settlement=math.nan)
    assert math.isnan(gain(game(), v))


def solver_of(g):
    """Return the certificate's solver of a game, which gives the replies of C and A."""
    import certificate

    return certificate.CLOSED if (g[11], g[14]) == (1.0, 0.0) else certificate.GENERAL


@compiled_only
@KINDS
def test_the_superpower_is_told_of_a_pledge_that_is_not_the_best(games):
    """A pledge that is larger or smaller than the best one, or none, costs S as much as the search finds."""
    found = 0
    for g in some(games):
        v = stated(g)
        told = Stated(*v)
        if told.pledge == 0:
            continue
        paths = [with_path(g, v, 0.0, told.ally_arms_without, told.challenger_arms_without,
                           told.settlement_without, told.crisis_without)]  # fmt: skip
        solver = solver_of(g)
        known = solver.known(np.array(g))
        for times in (0.9, 1 + 1e-6, 1 + 1e-3, 1.1):
            s = told.pledge * times
            alpha, crisis, x, b, payoff = solver.ally_reply(known, g[8] * s)
            if payoff - g[12] >= told.ally_payoff_without:
                paths.append(with_path(g, v, s, alpha - g[6], b, x, crisis))
        for path in paths:
            lost = told.superpower_payoff - Stated(*path).superpower_payoff
            assert gain(g, path) == pytest.approx(lost, abs=SEEN * max(1.0, g[9])), g
            found += lost > CERTAIN
    assert found > 20


@compiled_only
@KINDS
def test_the_ally_is_told_of_arms_that_are_not_the_best(games):
    """With any other arms of A, and C's best reply to them, A could gain what it has lost."""
    rng = np.random.default_rng(25)
    for g in some(games):
        v = stated(g)
        solver = solver_of(g)
        known = solver.known(np.array(g))
        best = Stated(*v).ally_payoff_without
        for a in (0.0, rng.random() ** 3 / g[0]):
            b, x, crisis = solver.challenger_reply(known, 0.0, g[6] + a)
            lost = best - (x - g[0] * a)
            # S and A's signing are judged by this path, too
            assert gain(g, with_path_without(g, v, a, b, x, crisis)) >= lost - SEEN, g


@compiled_only
@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-6])
@pytest.mark.parametrize("games", [EDGE_GAMES[::37], GENERAL_EDGE_GAMES[::17]], ids=["closed", "any"])
def test_it_finds_what_the_other_certificate_finds(games, size):
    """If one number of a path is a little wrong, C and A gain as much as the grid search of the tests
    finds."""
    import certificate

    for g in games:
        right = Stated(*stated(g))
        s, a, b, x = right.pledge, right.ally_arms, right.challenger_arms, right.settlement
        for s_off, a_off, b_off, x_off in np.diag([size] * 4):
            if s == 0 and s_off:
                continue
            s_is, a_is, b_is, x_is = s + s_off, a + a_off, b + b_off, x - x_off if x > 0.5 else x + x_off
            v = with_path(g, np.array(right), s_is, a_is, b_is, x_is, right.crisis)
            challenger, wrong = certificate.challenger_gain(g, s_is, a_is, b_is, x_is)
            ally = certificate.ally_gain(solver_of(g), g, s_is, a_is, x_is)
            assert gain(g, v) >= max(challenger, wrong, ally) - SEEN, (g, v)


@pytest.mark.parametrize("name", [name for name in STATED if name.endswith(("payoff", "payoff_without"))])
@pytest.mark.parametrize("off", [1e-3, -1e-6])
def test_payoffs_that_are_not_those_of_the_path_are_told(name, off):
    g = game(ally_cost=1.0, autonomy_cost=0.01)
    v = stated(g)
    assert gain(g, changed(v, **{name: v[STATED.index(name)] + off})) == pytest.approx(abs(off), abs=1e-12)


@pytest.mark.parametrize("ally_cost", [0.05, 0.3, 0.5, 1.0])
def test_settlements_that_are_not_those_of_the_moves_are_told(ally_cost):
    g = game(ally_cost=ally_cost)
    v = stated(g)
    off = 1e-5
    x = Stated(*v).settlement - off
    path = (v[STATED.index(name)] for name in ("pledge", "ally_arms", "challenger_arms"))
    assert off - 1e-9 <= gain(g, with_path(g, v, *path, x, Stated(*v).crisis)) < 1.1 * off


@pytest.mark.parametrize("regime", [code for code in Regime if code != Regime.UNSOLVED])
def test_codes_that_do_not_fit_count_as_the_whole_good(regime):
    g = game(ally_cost=1.0)
    v = stated(g)
    expected = 0.0 if regime == Regime.DETERRENCE else 1.0
    assert gain(g, changed(v, regime=regime)) == pytest.approx(expected, abs=CERTAIN)
    assert gain(g, changed(v, crisis=2, regime=Regime.PARTIAL)) == 1.0


@pytest.mark.parametrize("name", ["pledge", "ally_arms", "challenger_arms_without"])
@pytest.mark.parametrize("value", [-1e-3, math.nan, math.inf])
def test_numbers_that_cannot_be_count_as_the_whole_good(name, value):
    assert gain(game(), changed(stated(game()), **{name: value})) == 1.0


def test_codes_are_those_of_the_table():
    for code in [*schema.Regime, *schema.Crisis]:
        name = code.name.removesuffix("_CHALLENGES")
        assert getattr(deviations, name) == code
    assert set(STATED) <= set(schema.OUTCOMES)
    assert schema.CONTESTS.index("ratio") == deviations.RATIO


def test_it_knows_nothing_of_the_solver():
    """Of the package, the search imports only how kernels are compiled."""
    source = importlib.import_module("inspect").getsource(deviations)
    lines = [line for line in source.splitlines() if line.startswith(("from", "import"))]
    assert lines == ["import math", "from typing import NamedTuple", "from .._jit import jit, jit_apart"]


@pytest.mark.parametrize("contest", [0.0, 1.0])
@pytest.mark.parametrize("gamma", [0.3, 1.0, 2.0, 8.0])
def test_the_contest_is_that_of_the_definition(contest, gamma):
    """Its probabilities, their inverse, and where the slope is steepest, found on a grid."""
    g = deviations.rules(np.array(game(contest=contest, decisiveness=gamma)))
    for x, y in ((0.3, 0.2), (0.2, 0.3), (1.0, 1.0), (0.0, 0.5)):
        odds = math.exp(gamma * (x - y)) if contest else (x / y) ** gamma
        assert deviations.win(g, x, y) == pytest.approx(odds / (1 + odds), rel=1e-14)
    for p in (0.1, 0.5, 0.9):
        y = deviations.rival(g, 2.0, deviations.margin(p, gamma, contest))
        assert deviations.win(g, 2.0, y) == pytest.approx(p, rel=1e-13)
    rivals = np.linspace(1e-4, 6.0, 60_001 if COMPILED else 601)
    slopes = -np.diff([deviations.win(g, 2.0, y) for y in rivals])
    assert rivals[slopes.argmax()] == pytest.approx(
        deviations.rival(g, 2.0, g.turning), abs=2 * rivals[1] + 1e-9
    )


@compiled_only
@KINDS
def test_the_challenger_replies_as_the_twin_finds(games):
    """C's best payoff at random nodes is at least what the grid search from the definition finds."""
    import twin

    rng = np.random.default_rng(26)
    for g in some(games):
        s, a = rng.random() ** 3 / g[2], rng.random() ** 3 / g[0]
        best = twin.challenger(g, s, a)[4].max()
        reply = deviations.challenger_reply(deviations.rules(np.array(g)), s, a)
        assert reply.payoff == pytest.approx(best, abs=1e-9), (g, s, a)


@njit
def made_up(g, pieces, move):
    """Return the act of a move, which costs 1 for each unit. `pieces` of the line have a start, a payoff at
    0, a slope, a curvature, the place of its top, and the kind of the others' replies."""
    i = 0
    for k in range(len(pieces)):
        if move >= pieces[k, 0]:
            i = k
    _, payoff, slope, curvature, top, kind = pieces[i]
    payoff += slope * move - curvature * (move - top) ** 2
    return Act(move, payoff, payoff + move, 0.0, int(kind))


search_made_up = searching(made_up)


def searched(*pieces, most=1.0, own=-1.0):
    """Return the best act that a search finds with a dozen nodes up to 2, and nodes beside its `own`."""
    g = deviations.rules(np.array(game()))
    nodes = Nodes(2.0, 12, 0.0, 0.0, 1.0, own)
    return search_made_up(g, np.array(pieces, np.float64), nodes, 1.0, most, -math.inf, 1e-13)


class TestSearch:
    @pytest.mark.parametrize(
        "top", [0.7123456789, 1e-4, 1.95], ids=["amid nodes", "before them", "at their end"]
    )
    def test_finds_a_smooth_top(self, top):
        found = searched((0.0, 0.3, 0.0, 1.0, top, 0), most=3.0)
        assert found.move == pytest.approx(top, rel=1e-9, abs=1e-9)

    @pytest.mark.parametrize("width", [1e-9, 1e-13])
    def test_finds_where_a_sliver_begins_between_two_kinds(self, width):
        """Even if no node is in it, and no point that the search tries near its ends."""
        start, end = 0.7654321, 0.7654321 + width
        found = searched((0.0, 0.0, -1.0, 0, 0, 0), (start, 1.0, -1.0, 0, 0, 1), (end, 1.0, -1.0, 0, 0, 2))
        assert found.move == pytest.approx(start, abs=1e-11)

    def test_finds_the_end_of_a_stretch_that_rises_to_it(self):
        found = searched((0.0, 0.0, 1.0, 0, 0, 0), (0.777, -1.0, 0, 0, 0, 1), most=2.0)
        assert found.move == pytest.approx(0.777, abs=1e-9)

    def test_ends_where_the_kind_changes_next_to_nothing(self):
        found = searched((0.0, 0.0, 0.0, 0, 0, 0), (1e-300, 1.0, -1.0, 0, 0, 1))
        assert found.payoff == pytest.approx(1.0, abs=1e-12)

    def test_ends_where_the_kind_changes_everywhere(self):
        places = np.linspace(0.0, 2.0, 300, endpoint=False)
        found = searched(*((a, 0.1 - (a - 0.5) ** 2, 0, 0, 0, k) for k, a in enumerate(places)), most=2.0)
        assert found.payoff == pytest.approx(0.1, abs=0.01)

    @pytest.mark.parametrize(("start", "end"), [(0.3, 0.6), (1.0, 1.0 + 1e-10)])
    def test_ends_where_a_top_has_a_jump_beside_it(self, start, end):
        """All of one kind, so that it counts as smooth."""
        pieces = (0.0, 0.0, -1.0, 0, 0, 0), (start, 1.0, -0.5, 0, 0, 0), (end, 0.0, -1.0, 0, 0, 0)
        assert searched(*pieces, most=2.0, own=1.0).payoff == pytest.approx(1.0 - start / 2, abs=1e-6)

    def test_a_flat_top_is_where_it_is(self):
        flat = [Act(move, 1.0, 1.0, 0.0, 0) for move in (0.1, 0.2, 0.4)]
        assert deviations.top_of_parabola(*flat) == 0.2


@pure_only
def test_newton_ends(monkeypatch):
    """C's reply is nearly exact if its steps are cut off."""
    g = deviations.rules(np.array(game()))
    exact = deviations.challenger_reply(g, 0.0, 0.1).payoff
    monkeypatch.setattr(deviations, "NEWTON", 3)
    assert deviations.challenger_reply(g, 0.0, 0.1).payoff == pytest.approx(exact, abs=1e-3)


class TestOneGame:
    def test_is_searched_when_it_is_asked_for(self):
        eq = foedus.solve(ally_cost=1.0)
        assert "deviation_gain" not in vars(eq)
        assert 0 <= eq.deviation_gain <= CERTAIN
        assert vars(eq)["deviation_gain"] == eq.deviation_gain
        assert eq == foedus.solve(ally_cost=1.0)

    def test_judges_what_the_equilibrium_says(self):
        eq = foedus.solve(ally_cost=1.0)
        wrong = dataclasses.replace(eq, settlement=eq.settlement + 0.01)
        assert wrong.deviation_gain == pytest.approx(0.01)
        without = dataclasses.replace(eq.without, ally_payoff=eq.without.ally_payoff - 0.02)
        assert dataclasses.replace(eq, without=without).deviation_gain == pytest.approx(0.02)

    def test_on_the_command_line(self, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")  # or the rows of the table are stacked
        assert run(["solve", "--ally-cost", "1"]) == 0
        assert "deviation_gain" not in capsys.readouterr().out
        assert run(["solve", "--ally-cost", "1", "--deviation-gain"]) == 0
        (row,) = [line for line in capsys.readouterr().out.splitlines() if "deviation_gain" in line]
        assert float(row.split()[2]) == float(f"{foedus.solve(ally_cost=1.0).deviation_gain:.6g}")


AXES = {
    "ally_cost": np.geomspace(0.05, 5, 6 if COMPILED else 3),
    "status_quo": np.linspace(0.1, 0.9, 5 if COMPILED else 2),
}
GAMES = math.prod(values.size for values in AXES.values())
FORMS = pytest.mark.parametrize(
    "form", [{}, {"contest": "difference", "decisiveness": 3.0}], ids=["closed", "any"]
)
KEPT = ["regime", "deviation_gain"]


class TestManyGames:
    def test_is_kept_only_if_asked_for(self):
        assert "deviation_gain" not in foedus.sweep(AXES)
        ds = foedus.sweep(AXES, variables=["deviation_gain"])
        assert list(ds.data_vars) == ["deviation_gain"]
        entry = schema.KEPT["deviation_gain"]
        assert ds.deviation_gain.attrs == entry.attributes
        assert ds.deviation_gain.dtype == np.float64
        assert ((ds.deviation_gain >= 0) & (ds.deviation_gain <= CERTAIN)).all()

    @FORMS
    def test_each_is_the_one_of_its_game(self, form):
        ds = foedus.sweep(AXES, variables=KEPT, **form)
        rest = foedus.sweep(AXES, variables=["regime"], **form)
        xr.testing.assert_identical(ds.drop_vars("deviation_gain"), rest)
        for i, j in ((0, 0), (2, 1), (-1, -1)):
            at = {"ally_cost": AXES["ally_cost"][i], "status_quo": AXES["status_quo"][j]}
            assert ds.deviation_gain.values[i, j] == foedus.solve(**at, **form).deviation_gain

    @FORMS
    def test_threads_and_tiles_do_not_matter(self, monkeypatch, form):
        expected = foedus.sweep(AXES, variables=KEPT, threads=1, **form)
        for tile in (1, 7, 1000) if COMPILED else (4,):
            monkeypatch.setattr("foedus.solving.requests.SEARCH_TILE", tile)
            for threads in (1, 3):
                xr.testing.assert_identical(
                    foedus.sweep(AXES, variables=KEPT, threads=threads, **form), expected
                )

    def test_scattered_games_and_half_the_space(self):
        columns = {name: column[:2] for name, column in AXES.items()}
        ds = foedus.solve_points(columns, variables=[*KEPT, "pledge"], dtype="float32")
        assert ds.deviation_gain.dtype == ds.pledge.dtype == np.float32
        whole = foedus.solve_points(columns, variables=KEPT)
        assert (ds.deviation_gain == whole.deviation_gain.astype(np.float32)).all()

    def test_progress_is_told_and_cancels(self):
        calls = []
        foedus.sweep(AXES, variables=KEPT, progress=lambda *call: calls.append(call), threads=2)
        assert calls[-1] == (GAMES, GAMES)
        assert sorted(calls) == calls

        def stop(done, games):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep(AXES, variables=KEPT, progress=stop)

    def test_unsolved_games_have_no_number(self, monkeypatch):
        # one digit of such a costly force is worth more than the certificate allows
        dear = {
            "ally_cost": 5.2, "challenger_cost": 159124.6, "status_quo": 0.21, "challenger_war_cost": 0.108,
            "challenger_forces": 962879.1, "decisiveness": 0.117,
        }  # fmt: skip
        default = {name: parameter.default for name, parameter in schema.NUMBERS.items()}
        columns = {name: [value, default[name]] for name, value in dear.items()}
        with pytest.warns(RuntimeWarning, match="1 of 2 games could not be solved"):
            ds = foedus.solve_points(columns, variables=KEPT)
        assert np.isnan(ds.deviation_gain.values).tolist() == [True, False]
        with pytest.warns(RuntimeWarning, match="could not be solved"):
            assert math.isnan(foedus.solve(**dear).deviation_gain)

    @compiled_only
    def test_lazy_and_streamed_maps_are_the_same(self, tmp_path):
        expected = foedus.sweep(AXES, variables=KEPT)
        lazy = foedus.sweep(AXES, variables=KEPT, chunks={"ally_cost": 4})
        assert lazy.compute().equals(expected)
        for ending in (".nc", ".zarr"):
            foedus.sweep_to(tmp_path / f"map{ending}", AXES, variables=KEPT)
            found = foedus.load(tmp_path / f"map{ending}")
            assert found.equals(expected)
            assert list(found.data_vars) == KEPT

    @compiled_only
    def test_forms_are_compared(self):
        ds = foedus.compare(AXES, {"bargaining_power": [0.0, 1.0]}, variables=["deviation_gain"])
        assert ds.deviation_gain.dims == ("bargaining_power", *AXES)
        one = foedus.sweep(AXES, variables=KEPT, bargaining_power=0.0)
        assert (ds.deviation_gain.sel(bargaining_power=0.0) == one.deviation_gain).all()

    def test_what_has_no_use_for_it_refuses_it(self):
        with pytest.raises(ValueError, match="'deviation_gain' is not a variable; there are regime, pledge"):
            foedus.statics(variables=["deviation_gain"])


@compiled_only
class TestFiles:
    def test_a_run_file_asks_for_it_and_a_map_of_it_runs_again(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "run.toml").write_text(
            "axes.ally_cost = [0.3, 0.5, 1.0]\naxes.stake = [0.5, 1.0]\n"
            '[output]\nfile = "map.nc"\nvariables = ["regime", "deviation_gain"]\n'
        )
        assert run(["map", "run.toml"]) == 0
        assert run(["map", "map.nc", "-o", "again.nc"]) == 0
        assert foedus.load("again.nc").equals(foedus.load("map.nc"))
        assert run(["plot", "map.nc", "--variable", "deviation_gain", "-o", "gain.png"]) == 0
        capsys.readouterr()
        assert run(["info", "map.nc"]) == 0
        assert "largest gain of a player by another move" in capsys.readouterr().out
        assert run(["statics", "run.toml", "-o", "statics.nc", "--quiet"]) == 0
        assert "deviation_gain" not in foedus.load("statics.nc")["variable"]

    def test_slabs_are_so_small_that_progress_and_resuming_make_sense(self, tmp_path):
        axes = {"ally_cost": np.geomspace(0.05, 5, 80), "status_quo": np.linspace(0.1, 0.9, 64)}
        told = []

        def stop(done, games):
            told.append((done, games))
            if done < games:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            foedus.sweep_to(tmp_path / "map.nc", axes, variables=KEPT, progress=stop, threads=1)
        assert told[0][0] <= 4096
        foedus.sweep_to(tmp_path / "map.nc", axes, variables=KEPT, progress=stop, resume=True)
        assert told[1:] == [(5120, 5120)]
        assert (foedus.load(tmp_path / "map.nc").deviation_gain <= CERTAIN).all()


def test_a_picture_tells_rounding_from_gains():
    """Its colours are logarithmic and reach at least the certified limit, so that a correct map has one
    colour."""
    ds = foedus.sweep(AXES, variables=KEPT)
    (mesh,) = foedus.plot(ds, "deviation_gain").axes[0].collections
    assert mesh.norm.vmin == 1e-16
    assert mesh.norm.vmax == CERTAIN
    assert np.isfinite(mesh.norm(np.array([0.0, 1e-12]))).all()
    ds.deviation_gain[1, 1] = 0.25
    (mesh,) = foedus.plot(ds, "deviation_gain").axes[0].collections
    assert mesh.norm.vmax == 0.25
    line = foedus.plot(ds.isel(status_quo=1), "deviation_gain").axes[0]
    assert line.get_yscale() == "log"
    heights = line.lines[0].get_ydata()
    assert np.nanmin(heights) >= 1e-16
    assert np.nanmax(heights) == 0.25


@compiled_only
def test_it_costs_nothing_where_it_is_not_asked_for():
    script = (
        "import sys, foedus; foedus.solve(); foedus.sweep({'stake': [1.0]});"
        "print('foedus.kernels.alliance.deviations' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
