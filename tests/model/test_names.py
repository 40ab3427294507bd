"""Names are understood as people write them: by name, with hyphens, or by the symbols of the figures."""

import dataclasses
import inspect
import pickle

import numpy as np
import pytest
from commands import run_here

import foedus
from foedus import Code, Model, Outcome, Parameter
from foedus.alliance.model import KEPT, PARAMETERS
from foedus.model.names import nearest, resolve

SYMBOLS = {p.symbol: name for name, p in PARAMETERS.items() if p.symbol}
COST, STAKE = PARAMETERS["ally_cost"].symbol, PARAMETERS["stake"].symbol


@pytest.mark.parametrize("entries", [PARAMETERS, KEPT])
def test_every_name_and_every_symbol_finds_its_entry(entries):
    for name, entry in entries.items():
        for written in {name, name.replace("_", "-"), entry.symbol or name}:
            assert resolve(written, entries, "one") == name


def test_a_name_comes_before_a_symbol_and_a_symbol_of_two_is_refused():
    entries = {"a": Parameter("a", "b", 1.0), "b": Parameter("b", "c", 1.0), "d": Parameter("d", "c", 1.0)}
    assert resolve("b", entries, "a parameter") == "b"
    with pytest.raises(ValueError, match="'c' is the symbol of b and of d; name one of them"):
        resolve("c", entries, "a parameter")
    with pytest.raises(ValueError, match="'' is not a parameter; there are a, b, d"):
        resolve("", entries, "a parameter")
    with pytest.raises(ValueError, match="3 is not an axis; it has none"):
        resolve(3, {}, "an axis", "it has")


@pytest.mark.parametrize("written", ["ally_csot", "Ally-cost", "allycost", COST.lower(), "ally_costs"])
def test_the_nearest_name_is_suggested(written):
    with pytest.raises(TypeError, match=f"^'{written}' is not a parameter; did you mean ally_cost\\?$"):
        foedus.sweep({written: [1.0]})
    assert nearest("peace", PARAMETERS) is None


def test_python_takes_symbols_wherever_it_takes_names():
    axes, by_symbol = {"ally_cost": [0.3, 1.0], "stake": [0.5, 2.0]}, {COST: [0.3, 1.0], STAKE: [0.5, 2.0]}
    kept, power = ["regime", "pledge"], PARAMETERS["bargaining_power"].symbol
    given, same = {"bargaining_power": 0.5}, {power: 0.5}
    for solve in (foedus.sweep, foedus.solve_points):
        found, expected = solve(by_symbol, variables=["regime", KEPT["pledge"].symbol], **same), solve(
            axes, variables=kept, **given
        )  # fmt: skip
        assert found.identical(expected)
    assert foedus.solve(**{STAKE: 2.0}) == foedus.solve(stake=2.0)
    assert foedus.solve(foedus.Game(stake=3.0), **{STAKE: 2.0}) == foedus.solve(stake=2.0)
    assert foedus.compare({COST: [0.3, 1.0]}, {STAKE: [0.5, 2.0]}, **same).identical(
        foedus.compare({"ally_cost": [0.3, 1.0]}, {"stake": [0.5, 2.0]}, **given)
    )
    scan = {"points": 16, "within": (0.05, 5.0)}
    assert foedus.cutpoints(COST, over={STAKE: [1.0]}, **scan, **same).identical(
        foedus.cutpoints("ally_cost", over={"stake": [1.0]}, **scan, **given)
    )
    named = {"parameters": ["stake"], "variables": ["pledge"]}
    assert foedus.statics(parameters=[STAKE], variables=[KEPT["pledge"].symbol], **same).identical(
        foedus.statics(**named, **given)
    )
    rising = {"ally_cost": np.linspace(0.1, 1, 17), "stake": np.linspace(0.5, 2, 17)}
    assert foedus.adaptive_map({COST: rising["ally_cost"], STAKE: rising["stake"]}, **same).identical(
        foedus.adaptive_map(rising, **given)
    )
    assert foedus.claims(by_symbol, **same).identical(foedus.claims(axes, **given))


def test_a_game_takes_symbols_and_is_pickled_and_replaced_as_before():
    game = foedus.Game(**{COST: 0.4, STAKE: 2.0})
    assert game == foedus.Game(ally_cost=0.4, stake=2.0)
    assert (game.ally_cost, game.challenger_cost) == (0.4, PARAMETERS["challenger_cost"].default)
    assert pickle.loads(pickle.dumps(game)) == game
    assert dataclasses.replace(game, stake=1.0) == foedus.Game(ally_cost=0.4)
    for given, words in (
        ({"ally_csot": 0.4}, "^'ally_csot' is not a parameter; did you mean ally_cost\\?$"),
        ({"price": 0.4}, "^'price' is not a parameter; there are ally_cost, "),
        ({"ally_cost": "dear"}, "ally_cost = 'dear' is not a number"),
    ):
        with pytest.raises(TypeError, match=words):
            foedus.Game(**given)
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        foedus.Game(0.4)


def test_editors_see_the_names_of_a_games_parameters_with_their_defaults():
    """Symbols are not among them, so that what is completed stays as short as it was."""
    seen = inspect.signature(foedus.Game).parameters
    assert {name: kind.default for name, kind in seen.items()} == {
        name: parameter.default for name, parameter in PARAMETERS.items()
    }
    assert {kind.kind for kind in seen.values()} == {inspect.Parameter.KEYWORD_ONLY}


def test_random_designs_take_symbols():
    pytest.importorskip("scipy")
    law = ("uniform", 0.1, 2.0)
    drawn = {"methods": ["pawn"], "samples": 256}
    assert foedus.sensitivity(
        {COST: law}, outputs=[KEPT["pledge"].symbol], **drawn, **{STAKE: 2.0}
    ).identical(foedus.sensitivity({"ally_cost": law}, outputs=["pledge"], **drawn, stake=2.0))
    assert foedus.claims(games=64, **{STAKE: 2.0}).identical(foedus.claims(games=64, stake=2.0))
    with pytest.raises(ValueError, match="ally_cost has a distribution and is fixed, too"):
        foedus.sensitivity({"ally_cost": law}, **{COST: 1.0})


def test_pictures_and_slices_take_symbols():
    ds = foedus.sweep({"ally_cost": [0.1, 0.3, 1.0], "stake": [0.5, 1.0, 2.0]})
    at = {STAKE: 1.0}
    assert ds.foedus.at(**at).identical(ds.foedus.at(stake=1.0))
    assert ds.foedus.plot(KEPT["pledge"].symbol, at=at, region={COST: (0.1, 0.5)})
    with pytest.raises(
        ValueError, match=r"'stke' is not an axis of this dataset; did you mean stake\? \(from at\)"
    ):
        ds.foedus.at(stke=1.0)


def test_a_parameter_that_is_given_twice_is_refused():
    for call in (
        lambda: foedus.sweep({"ally_cost": [1.0], COST: [2.0]}),
        lambda: foedus.solve(ally_cost=1.0, **{COST: 2.0}),
        lambda: foedus.Game(ally_cost=1.0, **{COST: 2.0}),
        lambda: foedus.Game(**{STAKE: 1.0, COST: 2.0}, ally_cost=1.0),
        lambda: dataclasses.replace(foedus.Game(stake=2.0), **{COST: 2.0}),
    ):
        with pytest.raises(ValueError, match=f"ally_cost is given twice, also as '{COST}'"):
            call()
    with pytest.raises(ValueError, match="ally_cost is both an axis and fixed at"):
        foedus.sweep({"ally_cost": [1.0]}, **{COST: 1.0})


def test_files_and_commands_take_symbols_and_hyphens(tmp_path, monkeypatch):
    (tmp_path / "run.toml").write_text(
        f'game.{STAKE} = 2.0\n[axes]\n{COST} = [0.3, 1.0]\nstatus-quo = [0.4, 0.6]\n'
        f'[output]\nfile = "map.nc"\nvariables = ["regime", "ally-arms"]\n'
    )  # fmt: skip
    (tmp_path / "games.csv").write_text(f"{COST},status-quo\n0.3,0.5\n1.0,0.6\n")
    for arguments in (
        ["map", "run.toml", "--no-picture"],
        ["points", "games.csv"],
        ["plot", "map.nc", "--variable", "ally-arms", "--at", "status-quo=0.4", "--region", f"{COST}=0.1:2"],
        [
            "cutpoints",
            "ally-cost",
            "--within",
            "0.1:2",
            "--points",
            "8",
            "--axis",
            f"{STAKE}=1",
            "-o",
            "cut.nc",
        ],
        ["compare", "run.toml", "--over", f"{PARAMETERS['bargaining_power'].symbol}=0,1", "--no-picture"],
    ):
        done = run_here(arguments, tmp_path)
        assert done.returncode == 0, done.stderr
    ds = foedus.load(tmp_path / "map.nc")
    assert ds.regime.dims == ("ally_cost", "status_quo")
    assert (ds.stake, [*ds.data_vars]) == (2.0, ["regime", "ally_arms"])
    assert foedus.load(tmp_path / "games.nc").status_quo.values.tolist() == [0.5, 0.6]
    assert foedus.load(tmp_path / "cut.nc").sizes["stake"] == 1
    (tmp_path / "twice.csv").write_text(f"{COST},ally_cost\n1,1\n")
    assert "ally_cost has more than one column" in run_here(["points", "twice.csv"], tmp_path).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["solve", "--k-a", "1"], "Unknown option: --k-a. Did you mean --ally-war-cost?"),
        (["solve", "--c_A", "1"], "Did you mean --ally-cost?"),
        (["solve", "--xyz", "1"], "Unknown option: --xyz."),
        (
            ["map", "run.toml", "--k-a", "1"],
            "no options for parameters such as ally_war_cost; a run file gives them.",
        ),
        (
            ["map", "run.toml", "--stake", "1"],
            "no options for parameters such as stake; a run file gives them.",
        ),
        (["explore", "--stake", "1"], "no options for parameters such as stake; a run file gives them."),
        (["map", "run.toml", "--daks"], "Unknown option: --daks. Did you mean --dask?"),
        (["cutpoints", "stke", "--within", "1:2"], "'stke' is not a parameter; did you mean stake?"),
    ],
)
def test_commands_suggest_what_was_meant(tmp_path, arguments, words):
    done = run_here(arguments, tmp_path)
    assert done.returncode == 2
    assert done.stderr.rstrip().endswith(words)


def test_claims_of_own_games_take_symbols():
    class Zone(Code):
        LOW, HIGH = range(2)

    def falls(g):
        return g.at(x=0.5).found.zone <= g.found.zone

    model = Model(
        "zones", "Zones",
        [Parameter("place", "x", 1.0, "> 0", usual=(0.5, 2.0))],
        [Outcome("zone", codes=Zone)],
        solve=lambda p: (1 if p.place > 1.0 else 0,),
        claims=[foedus.Claim("falls", "It falls.", lambda g: True, falls, along="x")],
    )  # fmt: skip
    ds = foedus.claims({"x": [0.6, 1.5]}, model=model)
    assert (ds.holds.item(), ds.premise_met.item()) == (1, 1)
