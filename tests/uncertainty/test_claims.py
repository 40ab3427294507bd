"""The article's claims: the predicates, the counting, the designs, the command."""

import csv
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from conftest import compiled_only
from games import NAMES

import foedus
from foedus import Regime
from foedus.alliance import claims as article
from foedus.alliance.model import CONTESTS, NUMBERS, model
from foedus.cli.app import run
from foedus.cli.claims import counterexamples
from foedus.uncertainty import claims as verdicts
from foedus.uncertainty import games as solved
from foedus.uncertainty.claims import Verdict

pytestmark = compiled_only
CLAIMS = {claim.name: claim for claim in model.claims}

R, S, D, P, C, V = (
    Regime.RESTRAINT,
    Regime.SELF_RELIANCE,
    Regime.DETERRENCE,
    Regime.PARTIAL,
    Regime.CONCESSION,
    Regime.REVISION,
)
LAWS = {
    "ally_cost": ("log_uniform", 0.05, 5),
    "status_quo": ("uniform", 0.3, 0.95),
    "stake": ("uniform", 0.2, 2),
}
AXES = {"ally_cost": np.geomspace(0.05, 5, 23), "status_quo": np.linspace(0.3, 0.95, 17)}


def best_for_less(eq):
    """Return A's best payoff with a slightly smaller pledge."""
    from foedus.kernels import alliance as kernels

    parameters = [getattr(eq.game, name) for name in NAMES]
    game = np.array([*parameters, CONTESTS.index(eq.game.contest)])
    signing = kernels.reply_to_pledge(game, (1 - 1e-7) * eq.pledge).payoff - eq.game.autonomy_cost
    return max(signing, eq.without.ally_payoff)


def check_alone(name, claims, games):
    """Count the games where a claim holds, one after another, with `foedus.solve` and the claim's words
    alone."""
    met = holds = 0
    for game in games:
        eq = foedus.solve(**game)
        dearer = foedus.solve(**game | {"ally_cost": 1.01 * game["ally_cost"]})
        alone, g = eq.without, eq.game
        own, p = g.ally_forces + eq.ally_arms, 0.0
        if own:
            p = own**g.decisiveness / (own**g.decisiveness + g.challenger_forces**g.decisiveness)
        if g.contest == "difference":
            p = 1 / (1 + np.exp(-g.decisiveness * (own - g.challenger_forces)))
        premise, claim = {
            "exclusive": (eq.regime in (R, D), True),
            "restraint_pledge_falls": (eq.regime == dearer.regime == R, dearer.pledge < (1 - 1e-9) * eq.pledge),
            "restraint_burden_falls": (
                eq.regime == dearer.regime == R, dearer.burden_share < (1 - 1e-9) * eq.burden_share,
            ),
            "restraint_disproportionate": (
                eq.regime == R, g.superpower_cost * eq.pledge > g.ally_cost * eq.ally_arms,
            ),
            "restraint_own_arms_fall": (eq.regime == R, eq.ally_arms < alone.ally_arms),
            "restraint_total_falls": (
                eq.regime == R, g.effectiveness * eq.pledge + eq.ally_arms < alone.ally_arms,
            ),
            "deterrence_pledge_rises": (eq.regime == dearer.regime == D, dearer.pledge > (1 + 1e-9) * eq.pledge),
            "deterrence_indifferent": (eq.regime == D, abs(eq.ally_payoff - best_for_less(eq)) < 1e-6),
            "deterrence_ally_arms": (eq.regime == D, eq.ally_arms > 1e-9),
            "deterrence_own_arms_rise": (eq.regime == D, eq.ally_arms > alone.ally_arms + 1e-9),
            "deterrence_total_rises": (
                eq.regime == D, g.effectiveness * eq.pledge + eq.ally_arms > alone.ally_arms + 1e-9,
            ),
            "deterrence_no_provocation": (
                eq.regime == D, eq.challenger_arms <= alone.challenger_arms + 1e-9,
            ),
            "deterrence_too_weak_alone": (eq.regime == D, p <= g.status_quo + g.ally_war_cost + 1e-9),
            "alliance_preserves": (eq.pledge > 0, eq.settlement == g.status_quo),
        }[name]  # fmt: skip
        met += premise
        holds += premise and claim
    assert (claims.premise_met.sel(claim=name), claims.holds.sel(claim=name)) == (met, holds), name


@pytest.mark.parametrize(
    "form",
    [{}, {"decisiveness": 2.0}, {"contest": "difference", "decisiveness": 3.0}, {"alliance_cost": 0.02}],
)
def test_counts_are_those_of_one_game_after_another(form):
    ds = foedus.claims(AXES, **form)
    games = [
        {"ally_cost": c_a, "status_quo": q} | form for c_a in AXES["ally_cost"] for q in AXES["status_quo"]
    ]
    for name, claim in CLAIMS.items():
        if not claim.along:
            check_alone(name, ds, games)
    assert (ds.premise_met > 0).sum() >= 12


LINES = {  # along c_A, and which claims of order are met (m) or hold (h) there
    (V, R, S, D): "hhhh",
    (R, R, S, S): "h---",
    (V, S, D, D): "-h--",
    (R, S, R, D): "mhhh",
    (R, S, D, S): "hmhh",
    (R, D, R, D): "--mh",
    (R, S, C, D): "hhhm",
    (R, P, S, D): "hhhm",
    (R, S, V, D): "hhhm",
    (S, R, D, S): "mmhh",
    (C, R, D, C): "--hh",
    (V, V, C, C): "----",
    (R, S, Regime.UNSOLVED, D): "hhhh",
}
ORDER = (
    "restraint_below_self_reliance",
    "deterrence_above_self_reliance",
    "restraint_below_deterrence",
    "self_reliance_between",
)


def test_claims_of_order():
    """Each on lines made by hand; a line is against the claim exactly if one of its games is."""
    lines = SimpleNamespace(found=SimpleNamespace(regime=np.array(list(LINES), np.int8)))
    for k, name in enumerate(ORDER):
        met, holds = CLAIMS[name].premise(lines), CLAIMS[name].holds(lines)
        said = ["-" if not m else "h" if h.all() else "m" for m, h in zip(met, holds, strict=True)]
        assert said == [marks[k] for marks in LINES.values()], name
    holds = article.restraint_below_self_reliance(lines)
    assert holds[list(LINES).index((R, S, R, D))].tolist() == [True, True, False, True]


def test_lines_are_whole_whatever_the_order_of_the_axes():
    """Every line along c_A of the grid counts, with rising values; the lines of a map are counted by hand."""
    rng = np.random.default_rng(5)
    shuffled = {"status_quo": AXES["status_quo"], "ally_cost": rng.permutation(AXES["ally_cost"])}
    found = [foedus.claims(axes).sel(claim=list(ORDER)) for axes in (AXES, shuffled)]
    regime = foedus.sweep(AXES, variables=["regime"]).regime.values.T
    assert (regime == R).any()
    met = ((regime == R).any(1) & (regime == S).any(1)).sum()
    for ds in found:
        assert ds.attrs["lines"] == 17
        assert ds.premise_met[0] == met
    assert (found[0].holds == found[1].holds).all()


@pytest.mark.parametrize("exponent", [-30, 30])
@pytest.mark.parametrize("contest", CONTESTS)
def test_the_units_of_arms_do_not_matter(contest, exponent):
    """In others, forces are larger and costs smaller by the same factor, a power of 2 for the sake of
    rounding."""
    games = foedus.claims(AXES, contest=contest, challenger_forces=0.25)
    unit = 2.0**exponent
    same = foedus.claims(
        AXES | {"ally_cost": AXES["ally_cost"] / unit},
        contest=contest,
        challenger_cost=0.5 / unit,
        superpower_cost=0.3 / unit,
        challenger_forces=0.25 * unit,
        decisiveness=1.0 if contest == "ratio" else 1.0 / unit,
    )
    assert (same.premise_met == games.premise_met).all()
    assert (same.holds == games.holds).all()


def test_where_the_pledge_binds_c_and_not_a():
    """In the difference contest C may need the pledge to stay, for any arms of A and any c_A. Then A is not
    indifferent; grid search also finds it much better off than with a smaller pledge."""
    import twin

    form = {"contest": "difference", "decisiveness": 3.0, "status_quo": 0.225, "stake": 0.3}
    ds = foedus.claims({"ally_cost": [0.635]}, **form)
    for name in ("deterrence_indifferent", "deterrence_pledge_rises", "deterrence_ally_arms"):
        assert (ds.premise_met.sel(claim=name), ds.holds.sel(claim=name)) == (1, 0), name
    eq = foedus.solve(ally_cost=0.635, **form)
    assert "A is indifferent" not in eq.explain()
    game = (*(getattr(eq.game, name) for name in NAMES), 1.0)
    (_, more, _, _), _ = twin.ally_choice(game, 1.01 * eq.pledge)
    (_, less, _, _), _ = twin.ally_choice(game, 0.99 * eq.pledge)
    assert more == pytest.approx(eq.ally_payoff, abs=1e-6)
    assert max(less, eq.without.ally_payoff) < more - 0.05


def test_the_dearest_arms_have_none_dearer():
    """No float is 1 % larger than the largest, and so no premise is met that asks for one."""
    most = np.finfo(float).max
    ds = foedus.claims({"ally_cost": [most / 2, most], "status_quo": AXES["status_quo"]})
    met = ds.premise_met
    assert 0 < met.sel(claim="deterrence_ally_arms") == 2 * met.sel(claim="deterrence_pledge_rises")


def test_arms_that_no_float_holds():
    """C's would be infinite: the game is unsolved."""
    game = {"challenger_cost": 1e-257, "ally_war_cost": 1e-274, "challenger_forces": 1e-156}
    with pytest.warns(RuntimeWarning, match="so large or so small that numbers leave the range of floats"):
        assert foedus.solve(**game).regime == foedus.Regime.UNSOLVED


def test_memory_does_not_grow_with_the_number_of_games(monkeypatch):
    import tracemalloc

    monkeypatch.setattr(verdicts, "BLOCK", 64)

    def peak(blocks):
        tracemalloc.start()
        foedus.claims(distributions=LAWS, games=64 * blocks, threads=1)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(800) < 2 * peak(100)


def test_without_c_a_on_an_axis_no_line_is_tested():
    ds = foedus.claims({"status_quo": AXES["status_quo"]}, ally_cost=0.3)
    assert ds.attrs["lines"] == 0
    some = ds.sel(claim=list(ORDER))
    assert (some.verdict == Verdict.PREMISE_NEVER_MET).all()
    assert some.share.isnull().all()
    assert (
        ds.premise_met.sel(claim="restraint_pledge_falls") > 0
    )  # this takes a game with costlier arms, not a line


@pytest.mark.parametrize("design", [{"axes": AXES}, {"distributions": LAWS, "games": 3000, "seed": 4}])
def test_neither_threads_nor_blocks_matter(monkeypatch, design):
    whole = foedus.claims(**design, threads=1)
    assert foedus.claims(**design, threads=2).identical(whole)
    if "axes" in design:
        monkeypatch.setattr(verdicts, "BLOCK", 37)
        assert foedus.claims(**design, threads=2).identical(whole)


def test_seeds_matter():
    counts = [
        foedus.claims(distributions=LAWS, games=2000, seed=seed).premise_met.values.tolist()
        for seed in (0, 0, 1)
    ]
    assert counts[0] == counts[1] != counts[2]


def test_random_games_have_their_distributions():
    """The probability of an alliance agrees with `sensitivity`, which draws differently. Intervals are
    Wilson's; a grid has none."""
    games = 40_000
    ds = foedus.claims(distributions=LAWS, games=games, seed=2)
    expected = foedus.sensitivity(LAWS, outputs=["restraint"], samples=4096).probability
    for claim, regime in (
        ("restraint_disproportionate", "restraint"),
        ("deterrence_ally_arms", "deterrence"),
    ):
        share = ds.premise_met.sel(claim=claim).item() / games
        assert share == pytest.approx(expected.sel(regime_name=regime).item(), abs=0.012)
    one = ds.sel(claim="restraint_disproportionate")
    n, x, z = one.premise_met.item(), one.holds.item(), 1.959963984540054
    ends = np.roots([n + z**2, -(2 * x + z**2), x**2 / n])  # |share - p| = z sqrt(p (1 - p)/n)
    assert [one.low.item(), one.high.item()] == pytest.approx(sorted(ends), rel=1e-9)
    assert foedus.claims(AXES).low.isnull().all()


def test_the_wide_design_leaves_out_what_is_fixed():
    ds = foedus.claims(games=200, stake=2.0)
    assert ds.stake.item() == 2.0
    assert ds.distribution.sel(parameter="stake").item() == ""
    assert set(verdicts.usual_laws(model)) == set(NUMBERS) - {"decisiveness"}


@pytest.mark.parametrize("form", [{}, {"contest": "difference", "decisiveness": 3.0}])
def test_counterexamples_are_games_against_the_claims(form):
    """Each contradicts its claim when solved again; no more are kept than exist."""
    ds = foedus.claims(distributions=LAWS, games=5000, seed=1, **form)
    seen = 0
    for name in ds.claim.values:
        games = ds.counterexample.sel(claim=name).dropna("example")
        against = int(ds.premise_met.sel(claim=name) - ds.holds.sel(claim=name))
        assert games.sizes["example"] == min(against, verdicts.EXAMPLES)
        for game in games.values:
            parameters = dict(zip(ds.parameter.values.tolist(), game.tolist(), strict=True))
            again = foedus.claims({"stake": [parameters.pop("stake")]}, **form | parameters)
            if not CLAIMS[name].along:
                assert again.premise_met.sel(claim=name) == 1, (name, parameters)
                assert again.holds.sel(claim=name) == 0, (name, parameters)
                seen += 1
    assert seen >= 6


def test_exceptions_that_were_found_stand_before_the_twin():
    """A deterring alliance whose total force is less than without, and one whose pledge falls as c_A rises:
    grid search from the definition finds the same."""
    import twin

    def forces(**game):
        g = (*(game.get(name, NUMBERS[name].default) for name in NAMES), 0.0)
        without, path, _, _ = twin.solve(g, 100)
        return path[0], game.get("effectiveness", 1.0) * path[0] + path[1] - without[1]

    shrinks = {
        "ally_cost": 0.358, "challenger_cost": 0.2626, "superpower_cost": 0.0436, "status_quo": 0.4397,
        "ally_war_cost": 0.0006, "challenger_war_cost": 0.0033, "ally_forces": 0.1152, "challenger_forces": 0.2715,
        "effectiveness": 0.4862, "stake": 7.2, "bargaining_power": 0.996, "autonomy_cost": 0.0944,
        "alliance_cost": 0.049,
    }  # fmt: skip
    eq = foedus.solve(**shrinks)
    pledge, change = forces(**shrinks)
    assert eq.regime == D
    assert pledge == pytest.approx(eq.pledge, abs=1e-4)
    assert change == pytest.approx(eq.aggrandizement, abs=1e-3)
    assert change < -0.01
    falls = {
        "challenger_cost": 1.62, "superpower_cost": 0.593, "status_quo": 0.93, "ally_war_cost": 0.233,
        "challenger_war_cost": 0.0029, "ally_forces": 0.482, "challenger_forces": 0.0236,
        "effectiveness": 0.382, "stake": 7.95, "bargaining_power": 0.175, "autonomy_cost": 0.0593,
        "alliance_cost": 0.086,
    }  # fmt: skip
    pledges = [forces(ally_cost=c_a, **falls)[0] for c_a in (0.457, 0.48)]
    found = [foedus.solve(ally_cost=c_a, **falls) for c_a in (0.457, 0.48)]
    assert pledges == pytest.approx([eq.pledge for eq in found], abs=1e-4)
    assert [eq.regime for eq in found] == [D, D]
    assert pledges[1] < pledges[0] - 1e-3


def test_unsolved_games_meet_no_premise(monkeypatch):
    """They are warned of, with the first of them."""
    solve_columns = solved.solve_columns

    def broken(game, points, *arguments, **options):
        arrays = solve_columns(game, points, *arguments, **options)
        arrays["regime"][points["status_quo"] > 0.9] = Regime.UNSOLVED
        return arrays

    monkeypatch.setattr(solved, "solve_columns", broken)
    with pytest.warns(RuntimeWarning, match=r"games could not be solved.*status_quo=0.9"):
        ds = foedus.claims(AXES)
    rest = foedus.claims(AXES | {"status_quo": AXES["status_quo"][AXES["status_quo"] <= 0.9]})
    assert (ds.premise_met == rest.premise_met).all()
    assert (ds.holds == rest.holds).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"axes": AXES, "distributions": LAWS},
            "with axes, distributions= cannot be given; it is only for random games",
        ),
        ({"axes": AXES, "games": 9}, "with axes, games= cannot be given; it is only for random games"),
        ({"axes": AXES, "seed": 0}, "with axes, seed= cannot be given; it is only for random games"),
        ({"axes": {}}, "axes is empty"),
        ({"axes": [1.0]}, "must be a mapping"),
        ({"axes": {"stake": [-1.0]}}, "stake.0. = -1.0 is not allowed"),
        (
            {"axes": dict.fromkeys(("ally_cost", "stake", "status_quo"), np.linspace(0.1, 0.9, 20_000))},
            "games = 8000000000000 is not allowed",
        ),
        ({"axes": AXES, "ally_cost": 1.0}, "both an axis and fixed"),
        ({"distributions": {}}, "distributions is empty"),
        ({"distributions": LAWS, "stake": 1.0}, "has a distribution and is fixed"),
        ({"distributions": {"stake": ("uniform", -1, 1)}}, "leaves the domain"),
        ({"games": 0}, "games = 0 is not allowed"),
        ({"games": 2.5}, "games = 2.5 is not allowed"),
        ({"games": True}, "games = True is not allowed"),
        ({"seed": -1}, "seed = -1 is not allowed"),
        ({"threads": 0}, "threads = 0 is not allowed"),
        ({"contest": "chess"}, "contest = 'chess'"),
        ({"peace": 1.0}, "'peace' is not a parameter"),
    ],
)
def test_bad_input(arguments, words):
    with pytest.raises((ValueError, TypeError), match=words):
        foedus.claims(**arguments)


def test_progress_counts_all_games():
    reports = []
    foedus.claims(AXES, progress=lambda done, games: reports.append((done, games)))
    assert reports[-1] == (2 * 23 * 17, 2 * 23 * 17)

    def stop(done, games):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        foedus.claims(AXES, progress=stop)


@pytest.mark.parametrize("ending", ["nc", "zarr"])
@pytest.mark.parametrize(
    "design",
    [
        {"axes": {"status_quo": AXES["status_quo"], "ally_cost": AXES["ally_cost"][::-1]}, "stake": 0.4},
        {"distributions": dict(reversed(LAWS.items())), "games": 500, "seed": 3},
    ],
)
def test_a_file_keeps_all_and_is_enough_to_test_again(tmp_path, ending, design):
    first, second = tmp_path / f"first.{ending}", tmp_path / f"second.{ending}"
    ds = foedus.claims(**design)
    foedus.save(ds, first)
    loaded = foedus.load(first)
    assert loaded.drop_attrs(deep=False).drop_encoding().identical(ds.drop_attrs(deep=False))
    assert run(["claims", str(first), "-o", str(second), "--quiet"]) == 0
    xr.testing.assert_equal(foedus.load(second), loaded)


def test_a_grid_needs_no_extra(tmp_path):
    """And random games say in a line which one they need."""
    (tmp_path / "run.toml").write_text("[axes]\nally_cost = [0.3, 1.0]\n")
    script = "import sys; sys.modules['scipy.stats'] = None; from foedus.cli.app import main; main()"
    for arguments, code in (["run.toml"], 0), (["--games", "10"], 2):
        command = [sys.executable, "-c", script, "claims", *arguments, "--quiet"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
    assert done.stderr.endswith("pip install 'foedus[sensitivity]'\n")


def test_command(tmp_path, capsys):
    """The table of a file with these columns; a line for a claim with exceptions that solves a game against
    it."""
    target = tmp_path / "claims.csv"
    arguments = ["claims", "--games", "1e4", "--seed", "1", "--status-quo", "0.8", "--csv", str(target)]
    assert run([*arguments, "--table", str(tmp_path / "claims.tex"), "-o", str(tmp_path / "claims.nc")]) == 0
    printed = capsys.readouterr().out
    ds = foedus.load(tmp_path / "claims.nc")
    with target.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["claim", "premise_met", "holds", "share", "low", "high", "verdict"]
    assert [row["claim"] for row in rows] == ds.claim.values.tolist() == list(CLAIMS)
    for row, one in zip(rows, (ds.sel(claim=name) for name in ds.claim.values), strict=True):
        assert int(row["premise_met"]) == one.premise_met
        assert int(row["holds"]) == one.holds
        for number in ("share", "low", "high"):
            assert row[number] == ("" if np.isnan(one[number]) else repr(one[number].item()))
        assert row["verdict"] == Verdict(one.verdict.item()).words
    assert r"restraint\_below\_self\_reliance &" in (tmp_path / "claims.tex").read_text()
    (line,) = [
        line
        for line in printed.splitlines()
        if line.startswith("counterexample to deterrence_own_arms_rise: ")
    ]
    assert "--status-quo 0.8" in line
    solved = subprocess.run(
        [sys.executable, "-m", *line.partition(": ")[2].split()], capture_output=True, text=True, check=True
    ).stdout
    assert "A's own arms fall by" in solved


RUN_FILES = {
    "grid": "axes.ally_cost = [0.3, 0.9]\naxes.status_quo = [0.5, 0.6]\ngame.stake = 2.0\n",
    "random": "distributions.ally_cost = { uniform = [0.3, 0.9] }\ngame.stake = 2.0\n",
}


@pytest.mark.parametrize("kind", RUN_FILES)
def test_run_files(tmp_path, kind):
    """Those of maps and of analyses of sensitivity, and the file of a map."""
    path = tmp_path / "run.toml"
    path.write_text(RUN_FILES[kind])
    options = [] if kind == "grid" else ["--games", "300"]
    assert run(["claims", str(path), *options, "-o", str(tmp_path / "a.nc"), "--quiet"]) == 0
    found = foedus.load(tmp_path / "a.nc")
    assert found.stake == 2.0
    assert found.attrs["games"] == (4 if kind == "grid" else 300)
    if kind == "grid":
        assert run(["map", str(path), "-o", str(tmp_path / "map.nc"), "--quiet", "--no-picture"]) == 0
        assert run(["claims", str(tmp_path / "map.nc"), "-o", str(tmp_path / "b.nc"), "--quiet"]) == 0
        assert (foedus.load(tmp_path / "b.nc").holds == found.holds).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--games", "0"], "games = 0 is not allowed"),
        (["--games", "1.5"], "games = 1.5 is not allowed"),
        (["--games", "nan"], "games = nan is not allowed"),
        (["--seed", "-1"], "seed = -1 is not allowed"),
        (["--seed", "1.5"], "--seed: '1.5' is not a whole number"),
        (["--csv", "claims.xlsx"], "must end in .csv or .tex"),
        (["-o", "claims.txt"], "claims.txt"),
        (["run.toml", "--games", "9"], "has axes; --games is for random games"),
        (["run.toml", "--seed", "9"], "has axes; --seed is for random games"),
        (["run.toml", "--stake", "2"], "options for parameters cannot be given"),
        (["none.toml"], "there is no such run file"),
        (["broken.toml"], "this is not TOML"),
        (["forms.nc"], "compares forms"),
        (["points.nc"], "scattered games"),
        (["statics.nc"], "statics.nc holds no map"),
    ],
)
def test_bad_command_lines(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.toml").write_text(RUN_FILES["grid"])
    (tmp_path / "broken.toml").write_text("[axes")
    if arguments == ["forms.nc"]:
        foedus.save(foedus.compare({"ally_cost": [0.3, 0.9]}, {"stake": [1, 2]}), "forms.nc")
    if arguments == ["points.nc"]:
        foedus.save(foedus.solve_points({"ally_cost": [0.3, 0.9]}), "points.nc")
    if arguments == ["statics.nc"]:
        foedus.save(foedus.statics(ally_cost=0.9), "statics.nc")
    before = sorted(tmp_path.iterdir())
    assert run(["claims", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", ["map", "sensitivity", "plot"])
def test_other_commands_say_what_a_file_of_claims_is_not(tmp_path, capsys, command):
    path = tmp_path / "claims.nc"
    foedus.save(foedus.claims({"ally_cost": [0.3, 0.9]}), path)
    assert run([command, str(path), "-o", str(tmp_path / ("a.png" if command == "plot" else "a.nc"))]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert run(["info", str(path)]) == 0
    assert "claims" in capsys.readouterr().out


def test_help_says_which_parameters_are_drawn(capsys):
    assert run(["claims", "--help"]) == 0
    text = "".join(capsys.readouterr().out.replace("│", "").split())
    assert text.count("[default:drawn]") == len(verdicts.usual_laws(model))
    assert f"[default:{NUMBERS['decisiveness'].default}]" in text


def test_the_contest_may_be_an_axis_of_a_grid(tmp_path, capsys):
    """Each contest counts, and a counterexample is shown with its contest."""
    axes = AXES | {"contest": ["ratio", "difference"]}
    both = foedus.claims(axes, decisiveness=2.0)
    alone = [foedus.claims(AXES, contest=form, decisiveness=2.0) for form in axes["contest"]]
    for name in ("premise_met", "holds"):
        np.testing.assert_array_equal(both[name], sum(one[name] for one in alone))
    lines = counterexamples(both, model)
    assert lines
    for line in lines:
        claim, _, command = line.removeprefix("counterexample to ").partition(": foedus ")
        assert run(command.split()) == 0
        assert claim in both.claim.values
    assert any("--contest difference" in line for line in lines)
