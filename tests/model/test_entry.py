"""Every tool works on a model that is not the alliance game: entry deterrence, whose cutpoints are known."""

import math
from types import SimpleNamespace

import entry
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from entry import Entry, model
from pictures import legends

import foedus
from foedus.cli.screens import show_facts
from foedus.io.dataset import model_of
from foedus.large import dask as cluster
from foedus.large.streaming import count_regimes
from foedus.runs.info import describe
from foedus.runs.runfile import read_run

AXES = {"sunk_cost": np.linspace(0.0, 6.0, 61), "demand": np.linspace(3.0, 12.0, 37)}
MARGIN = 8.0  # of the default game
DETERS = (MARGIN * (2 - math.sqrt(2)) / 8) ** 2  # the sunk costs from which on it does
BLOCKADES = (MARGIN / 4) ** 2


def by_hand(demand=10.0, cost=2.0, sunk_cost=1.0, conduct="leader"):
    """Return the results of the kernel in plain Python."""
    number = model.by_name["conduct"].number(conduct)
    p = SimpleNamespace(demand=demand, cost=cost, sunk_cost=sunk_cost, conduct=number)
    return dict(zip(model.found, entry.solve(p), strict=True))


@pytest.fixture(scope="module")
def ds():
    return foedus.sweep(AXES, model=model)


def test_a_sweep_is_the_kernel_at_every_point(ds):
    assert ds.entry.dtype == np.int8
    for i, j in np.ndindex(ds.entry.shape):
        wanted = by_hand(sunk_cost=AXES["sunk_cost"][i], demand=AXES["demand"][j])
        assert {name: ds[name].values[i, j] for name in wanted} == wanted
    assert ds.entry.attrs["flag_meanings"] == "unsolved accommodated deterred blockaded"
    assert ds.cost.item() == 2.0
    assert ds.conduct.item() == "leader"


def test_threads_and_types_make_no_difference(ds):
    for threads in (1, 3):
        xr.testing.assert_identical(foedus.sweep(AXES, model=model, threads=threads), ds)
    single = foedus.sweep(AXES, model=model, dtype="float32", variables=["profit"])
    np.testing.assert_array_equal(single.profit, ds.profit.astype(np.float32))


def test_points_of_a_table_and_of_a_dataset():
    table = pd.DataFrame(
        {"sunk_cost": [0.1, 1.0, 5.0, 0.5], "conduct": ["leader", "equals", "leader", "equals"]}
    )
    found = foedus.solve_points(table, model=model)
    for i, row in enumerate(table.to_dict("records")):
        assert found.entry.values[i] == by_hand(**row)["entry"]
    xr.testing.assert_identical(foedus.solve_points(found[["sunk_cost", "conduct"]], model=model), found)


def test_unsolved_games_are_told_with_their_parameters():
    with pytest.warns(RuntimeWarning, match=r"1 of 2 games could not be solved; their entry is -1") as told:
        found = foedus.sweep({"cost": [1.0, 30.0]}, model=model)
    assert "The first is Game(cost=30.0)" in str(told[0].message)
    assert found.entry.values.tolist() == [Entry.DETERRED, -1]
    assert np.isnan(found.profit.values[1])
    assert Entry(-1).words == "unsolved"


def test_forms_are_compared():
    forms = foedus.compare({"sunk_cost": AXES["sunk_cost"]}, {"conduct": ["leader", "equals"]}, model=model)
    for form in ("leader", "equals"):
        alone = foedus.sweep({"sunk_cost": AXES["sunk_cost"]}, model=model, conduct=form)
        np.testing.assert_array_equal(forms.entry.sel(conduct=form), alone.entry)
    assert forms.regime_share.sum().item() == pytest.approx(3.0)
    assert forms.regime_name.values.tolist() == ["accommodated", "deterred", "blockaded"]


def test_cutpoints_are_those_of_the_closed_forms():
    cuts = foedus.cutpoints("sunk_cost", (0.0, 6.0), model=model)
    assert cuts.value.values == pytest.approx([DETERS, BLOCKADES], rel=1e-12)
    assert cuts.regime_above.values.tolist() == [Entry.DETERRED, Entry.BLOCKADED]
    assert "player" not in cuts
    figure = foedus.plot(cuts)
    assert legends(figure)[0] == ["accommodated", "deterred", "blockaded"]


def test_an_adaptive_map_is_the_map():
    axes = {"sunk_cost": np.linspace(0.0, 6.0, 301), "demand": np.linspace(3.0, 12.0, 301)}
    found = foedus.adaptive_map(axes, model=model)
    np.testing.assert_array_equal(found.entry, foedus.sweep(axes, model=model, variables=["entry"]).entry)
    assert found.attrs["solved"] < found.entry.size / 2
    assert set(np.unique(found.curve_regimes)) <= {0, 1, 2}


def test_statics_are_the_derivatives():
    near = foedus.statics(model=model)
    s = 1.0  # the root of F: profit is 2 s (A - 2 s)
    response = near.response.sel(parameter="sunk_cost", variable="profit").values
    assert response == pytest.approx([(2 * MARGIN - 8 * s) / (2 * s)] * 2, rel=1e-6)
    margin = near.margin.sel(parameter="sunk_cost").values
    assert margin == pytest.approx([1 - DETERS, BLOCKADES - 1], rel=1e-9)
    assert near.next_regime.sel(parameter="sunk_cost").values.tolist() == [
        Entry.ACCOMMODATED,
        Entry.BLOCKADED,
    ]
    assert near.parameter.values.tolist() == ["demand", "cost", "sunk_cost"]
    with pytest.raises(ValueError, match="'conduct' is a choice, so nothing has a response to it"):
        foedus.statics(model=model, parameters=["conduct"])


def test_sensitivity_tells_the_probability_of_each_regime():
    laws = {"sunk_cost": ("uniform", 0.0, 6.0)}
    found = foedus.sensitivity(laws, model=model, outputs=["deterred", "profit"], samples=2048)
    share = found.probability.sel(regime_name="deterred").item()
    assert share == pytest.approx((BLOCKADES - DETERS) / 6.0, abs=2e-3)
    assert found.total_order.sel(parameter="sunk_cost").isel(samples=-1).values == pytest.approx(
        [1.0, 1.0], abs=0.05
    )
    foedus.plot(found)


def test_claims_are_counted():
    found = foedus.claims(model=model, games=10_000)
    assert found.claim.values.tolist() == ["limit_output", "profit_falls", "leading_pays"]
    assert found.premise.values.tolist()[0] == "the rival stays out for fear"
    assert 1000 < found.premise_met[0] < found.premise_met[1]
    assert found.premise_met[1:].values.tolist() == [10_000] * 2
    assert found.share.values.tolist() == [1.0] * 3


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_files_tell_all_without_the_model(tmp_path, ds, ending):
    path = tmp_path / f"entry{ending}"
    foedus.save(ds, path)
    loaded = foedus.load(path)
    xr.testing.assert_equal(loaded, ds)
    described = model_of(loaded)
    assert described.name == "entry"
    assert described.mapped.name == "entry"
    assert [code.words for code in described.codes] == ["accommodated", "deterred", "blockaded"]
    assert described.by_name["sunk_cost"].symbol == "F"
    lines = dict(describe(path))
    assert lines["deterred"] == f"{(ds.entry == Entry.DETERRED).mean().item():.3%}"
    show_facts(describe(path))
    figure = foedus.plot(loaded)
    assert legends(figure)[0] == ["accommodated", "deterred", "blockaded"]
    line = foedus.plot(loaded, "profit", at={"demand": 10.0})
    assert line.axes[0].get_xlabel() == "cost of entry, $F$ (money)"
    foedus.plot(loaded, ["output", "profit"], at={"demand": 10.0})
    assert loaded.foedus.shares().sum().item() == pytest.approx(1.0)
    assert loaded.foedus.at(demand=10.0).sizes == {"sunk_cost": 61}
    assert count_regimes(path)[1] == (ds.entry == Entry.DETERRED).sum()


def test_a_file_runs_again_with_its_model_and_no_other(tmp_path, ds):
    path = tmp_path / "entry.nc"
    foedus.save(ds, path)
    run = read_run(path, model=model)
    xr.testing.assert_equal(foedus.sweep(run.axes, model=model, variables=run.variables, **run.fixed), ds)
    with pytest.raises(ValueError, match="holds games of the model entry, not of alliance"):
        read_run(path)


def test_run_files_name_choices_as_axes_and_in_game(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('game.sunk_cost = 2.0\naxes.conduct = ["leader", "equals"]\naxes.demand = [9, 10.0]')
    run = read_run(path, model=model)
    assert run.axes["conduct"].tolist() == ["leader", "equals"]
    assert run.fixed == {"sunk_cost": 2.0}
    path.write_text('game.conduct = "follower"\naxes.demand = [9, 10.0]')
    with pytest.raises(ValueError, match="conduct = 'follower' is not allowed; it must be leader or equals"):
        read_run(path, model=model)


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_map_is_streamed_and_resumed(tmp_path, ds, ending, monkeypatch):
    path = tmp_path / f"map{ending}"
    monkeypatch.setattr("foedus.io.layout.CHUNK", 200)
    calls = []

    def stop(done, games):
        calls.append(done)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        foedus.sweep_to(path, AXES, model=model, threads=1, progress=stop)
    counts = foedus.sweep_to(path, AXES, model=model, resume=True)
    assert counts == {Entry(code): (ds.entry == code).sum().item() for code in np.unique(ds.entry)}
    xr.testing.assert_equal(foedus.load(path), ds)


def test_dask_solves_it_lazily_and_on_a_cluster(tmp_path, ds):
    lazy = foedus.sweep(AXES, model=model, chunks={"sunk_cost": 20})
    xr.testing.assert_equal(lazy.compute(scheduler="threads"), ds)
    with cluster.connected(None, 2) as client:
        foedus.sweep_to(tmp_path / "map.nc", AXES, model=model, client=client)
    xr.testing.assert_equal(foedus.load(tmp_path / "map.nc"), ds)


def test_what_is_no_model_is_refused():
    with pytest.raises(TypeError, match="model must be a Model, not 'entry'"):
        foedus.sweep(AXES, model="entry")
    with pytest.raises(
        TypeError, match="'ally_cost' is not a parameter; there are demand, cost, sunk_cost, conduct"
    ):
        foedus.sweep({"ally_cost": [1.0]}, model=model)
    with pytest.raises(ValueError, match="conduct is a choice and has no cutpoints"):
        foedus.cutpoints("conduct", (0, 1), model=model)
