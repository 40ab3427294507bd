"""ds.foedus: what every Dataset of foedus offers, whoever opened it."""

import re
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import foedus
from foedus import Regime
from foedus.cli.app import run
from foedus.maps import adaptive

AXES = {"ally_cost": np.geomspace(0.05, 5, 24), "status_quo": np.linspace(0.1, 0.9, 16)}


@pytest.fixture(scope="module")
def ds():
    return foedus.sweep(AXES)


@pytest.fixture(scope="module")
def forms():
    return foedus.compare(AXES, {"contest": ["ratio", "difference"], "decisiveness": [0.5, 2.0]})


class TestRegistered:
    @pytest.mark.parametrize(
        "lines",
        [
            "import xarray as xr, foedus.io\nds = xr.open_dataset('map.nc')",
            "import xarray as xr, foedus\nds = xr.open_dataset('map.nc')",
            "import foedus\nds = foedus.load('map.nc')",
            "import foedus.io, xarray as xr\nds = xr.open_dataset('map.nc')",
            "import foedus\nimport xarray as xr\nds = xr.open_dataset('map.nc')",
            "from foedus.io.files import load\nds = load('map.nc')",
            "import foedus\nds = foedus.sweep({'ally_cost': [0.1, 0.3], 'status_quo': [0.5]}, variables=['regime'])",
        ],
    )
    def test_for_every_user(self, ds, tmp_path, lines):
        foedus.save(ds, tmp_path / "map.nc")
        script = f"{lines}\nprint(ds.foedus.at(ally_cost=0.3).sizes['status_quo'], ds.foedus.plot())"
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"(16|1) Figure\(.*\)", done.stdout.strip())

    def test_imports_nothing_by_itself(self):
        script = "import sys, foedus.io; print([m for m in ('xarray', 'numba') if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    def test_what_stands_behind_it_is_there(self):
        """It is named by its module, which io may not import."""
        from foedus.io import accessor

        assert isinstance(xr.Dataset().foedus, sys.modules[accessor.ACCESSOR].Accessor)


class TestPlot:
    def test_is_that_of_foedus(self, ds):
        given = {"at": {"status_quo": 0.4}, "region": {"ally_cost": (0.1, 1.0)}}
        mine, theirs = ds.foedus.plot("pledge", **given), foedus.plot(ds, "pledge", **given)
        for one, other in zip(mine.axes[0].lines, theirs.axes[0].lines, strict=True):
            np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())
        assert mine.get_supxlabel() == theirs.get_supxlabel()

    def test_scattered_games_have_none(self):
        points = foedus.solve_points({"ally_cost": [0.1, 0.3]})
        with pytest.raises(ValueError, match="scattered games"):
            points.foedus.plot()


class TestAt:
    def test_is_the_nearest_game(self, ds):
        one = ds.foedus.at(ally_cost=0.31, status_quo=0.52)
        for name, value in (("ally_cost", 0.31), ("status_quo", 0.52)):
            assert abs(one[name] - value) == abs(AXES[name] - value).min()
        eq = foedus.solve(ally_cost=one.ally_cost.item(), status_quo=one.status_quo.item())
        assert {name: one[name].item() for name in ("regime", "pledge", "settlement_without")} == {
            "regime": eq.regime, "pledge": eq.pledge, "settlement_without": eq.without.settlement,
        }  # fmt: skip

    def test_is_where_pictures_are_cut_that_cannot_be_solved_again(self, ds):
        cut = foedus.plot(ds.drop_vars("stake"), at={"status_quo": 0.41}).get_supxlabel()
        assert f"q = {ds.foedus.at(status_quo=0.41).status_quo.item():.3g}" in cut.replace("$", "")

    def test_whatever_the_order_of_an_axis(self):
        values = [0.6, 0.1, 0.3]
        ds = foedus.sweep({"ally_cost": values}, variables=["regime"])
        assert [ds.foedus.at(ally_cost=value).ally_cost.item() for value in (0.12, 0.35, 0.6)] == [
            0.1,
            0.3,
            0.6,
        ]

    def test_of_forms(self, forms):
        one = forms.foedus.at(contest="difference", decisiveness=1.9, ally_cost=0.3, status_quo=0.5)
        game = {name: one[name].item() for name in ("contest", "decisiveness", "ally_cost", "status_quo")}
        assert one.regime.item() == foedus.solve(**game).regime
        half = forms.foedus.at(contest="ratio")
        assert half.regime.dims == ("decisiveness", "ally_cost", "status_quo")
        assert half.foedus.at(decisiveness=2.0).regime.shape == (24, 16)

    def test_of_an_adaptive_map(self):
        ds = foedus.adaptive_map(AXES)
        line = ds.foedus.at(status_quo=0.5)
        assert line.regime.dims == ("ally_cost",)
        np.testing.assert_array_equal(line.boundary_ally_cost, ds.boundary_ally_cost)
        assert line.foedus.plot().axes

    def test_reads_and_computes_no_more(self, ds, tmp_path):
        foedus.save(ds, tmp_path / "map.nc")
        with xr.open_dataset(tmp_path / "map.nc") as opened:
            assert not opened.foedus.at(ally_cost=0.3).regime.variable._in_memory
        lazy = foedus.sweep(AXES, chunks={"ally_cost": 5})
        line = lazy.foedus.at(ally_cost=0.3)
        assert line.regime.chunks
        assert line.compute().equals(ds.foedus.at(ally_cost=0.3))

    @pytest.mark.parametrize(
        ("at", "words"),
        [
            (
                {"stake": 1.0},
                "'stake' is not an axis of this dataset; it has ally_cost, status_quo (from at)",
            ),
            (
                {"vertex": 1},
                "'vertex' is not an axis of this dataset; it has ally_cost, status_quo (from at)",
            ),
            ({"ally_cost": 6.0}, "at: ally_cost = 6.0 is outside its axis; it must be from 0.05 to 5"),
            ({"ally_cost": float("nan")}, "ally_cost = nan is not allowed; it must be a finite number > 0"),
            (
                {"contest": "ratio"},
                "'contest' is not an axis of this dataset; it has ally_cost, status_quo (from at)",
            ),
        ],
    )
    def test_refusals(self, ds, at, words):
        with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
            ds.foedus.at(**at)

    def test_an_axis_without_values(self, ds):
        with pytest.raises(ValueError, match=r"^at: the axis 'ally_cost' of this dataset has no values$"):
            ds.isel(ally_cost=slice(0)).foedus.at(ally_cost=0.3)

    def test_refuses_what_is_no_number_and_what_is_not_compared(self, ds, forms):
        with pytest.raises(TypeError, match="ally_cost = 'much' is not a number"):
            ds.foedus.at(ally_cost="much")
        half = forms.isel(contest=[0])
        with pytest.raises(
            ValueError, match="contest = 'difference' is not in this dataset; it must be ratio"
        ):
            half.foedus.at(contest="difference")

    def test_scattered_games_have_no_axes(self):
        points = foedus.solve_points({"ally_cost": [0.1, 0.3]})
        with pytest.raises(ValueError, match=r"^at: scattered games \(dim 'game'\) have no axes"):
            points.foedus.at(ally_cost=0.1)


class TestShares:
    def test_are_those_that_a_map_prints(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "run.toml").write_text(
            "[axes]\nally_cost = { from = 0.05, to = 5.0, points = 60, scale = 'log' }\n"
            "status_quo = { from = 0.1, to = 0.9, points = 40 }\n[output]\nfile = 'map.nc'\n"
        )
        for options in ([], ["--adaptive", "--overwrite"]):
            assert run(["map", "run.toml", "--no-picture", *options]) == 0
            printed = dict(re.findall(r"^ *([a-z-]+) +([\d.]+%)", capsys.readouterr().out, re.MULTILINE))
            with xr.open_dataset("map.nc") as ds:
                shares = ds.foedus.shares()
            found = {
                Regime[name.upper()].words: f"{share:.3%}"
                for name, share in zip(shares.regime_name.values, shares.values, strict=True)
            }
            assert {name: share for name, share in found.items() if share != "0.000%"} == {
                name: share for name, share in printed.items() if share != "0.000%"
            }
            assert len(printed) >= 4

    def test_are_counted(self, ds):
        shares = ds.foedus.shares()
        assert shares.regime_name.values.tolist() == [code.name.lower() for code in Regime if code >= 0]
        assert [round(share * ds.regime.size) for share in shares.values] == [
            (ds.regime.values == code).sum() for code in Regime if code >= 0
        ]
        assert shares.attrs["long_name"] == "share of the map where the regime holds"
        assert set(shares.coords) == {"regime_name"}

    def test_under_each_form(self, forms):
        shares = forms.foedus.shares()
        assert shares.dims == ("contest", "decisiveness", "regime_name")
        one = forms.foedus.at(contest="difference", decisiveness=2.0)
        np.testing.assert_array_equal(
            shares.sel(contest="difference", decisiveness=2.0).values, one.foedus.shares().values
        )

    def test_of_lazy_and_of_thinned_and_of_scattered_games(self, ds):
        lazy = foedus.sweep(AXES, chunks={"ally_cost": 5, "status_quo": 7})
        assert lazy.foedus.shares().equals(ds.foedus.shares())
        thinned = ds.isel(ally_cost=slice(None, None, 3))
        again = foedus.sweep({**AXES, "ally_cost": AXES["ally_cost"][::3]}, variables=["regime"])
        assert thinned.foedus.shares().equals(again.foedus.shares())
        points = foedus.solve_points({"ally_cost": [0.1, 0.1, 0.3, 1.0]}).foedus.shares()
        assert points.sel(regime_name="revision") == 0.5

    def test_of_an_adaptive_map_are_of_all_its_points(self, monkeypatch):
        whole = foedus.adaptive_map(AXES)
        assert whole.foedus.shares().equals(foedus.sweep(AXES).foedus.shares())
        monkeypatch.setattr(adaptive, "DENSE", 100)
        monkeypatch.setattr(adaptive, "THIN", 8)
        kept = foedus.adaptive_map(AXES)
        assert kept.regime.shape == (8, 6)
        assert kept.foedus.shares().equals(whole.foedus.shares())
        part = kept.isel(ally_cost=slice(4)).foedus.shares()  # which are known of these games alone
        assert part.sum() == pytest.approx(1)
        assert not part.equals(whole.foedus.shares())

    def test_with_games_that_could_not_be_solved(self, ds):
        some = ds.copy(deep=True)
        some.regime[0] = Regime.UNSOLVED
        shares = some.foedus.shares()
        assert shares.regime_name[0] == "unsolved"
        assert shares[0] == 1 / 24

    def test_without_regimes(self, ds):
        for without in (ds[["pledge"]], ds.isel(ally_cost=slice(0))):
            with pytest.raises(ValueError, match=r"^the Dataset has no regimes, so it has no shares$"):
                without.foedus.shares()

    def test_of_one_game(self, ds):
        one = ds.isel(ally_cost=0, status_quo=0).foedus.shares()
        assert one.dtype == float
        assert one.sel(regime_name="revision") == one.sum() == 1

    @pytest.mark.parametrize(
        "change",
        [lambda ds: 2 * ds, lambda ds: ds.astype(float), lambda ds: ds.mean("ally_cost")],
        ids=["twice", "numbers", "mean"],
    )
    def test_of_what_is_no_code_any_more(self, ds, forms, change):
        with xr.set_options(keep_attrs=True):
            changed = [change(dataset) for dataset in (ds, forms)]
        for dataset in changed:
            for use in (dataset.foedus.shares, dataset.foedus.plot):
                with pytest.raises(
                    ValueError, match=r"^the values of regime are not codes, .* isel or where$"
                ):
                    use()

    def test_a_mean_of_two_regimes_is_not_the_one_between_them(self):
        ds = foedus.sweep({"ally_cost": [0.25, 0.75], "status_quo": [0.45, 0.5]})
        means = ds.coarsen(ally_cost=2).mean()
        assert Regime.RESTRAINT in means.regime
        assert Regime.RESTRAINT not in ds.regime
        for use in (means.foedus.shares, means.foedus.plot):
            with pytest.raises(ValueError, match="are not codes"):
                use()

    def test_games_that_are_left_out_do_not_count(self, ds):
        shares = ds.foedus.shares()
        left = ds.where(ds.regime != Regime.REVISION)
        found = left.foedus.shares()
        revision = shares.sel(regime_name="revision")
        assert found.attrs["masked_games"] == (ds.regime == Regime.REVISION).sum() > 0
        assert found.sel(regime_name="revision") == 0
        xr.testing.assert_allclose(
            found.drop_sel(regime_name="revision"),
            shares.drop_sel(regime_name="revision") / (1 - revision.item()),
        )
        assert "masked_games" not in shares.attrs
        with pytest.raises(ValueError, match="all games are masked"):
            ds.where(ds.regime > 5).foedus.shares()


@pytest.mark.parametrize(
    "use", [lambda ds: ds.foedus.plot(), lambda ds: ds.foedus.at(x=1), lambda ds: ds.foedus.shares()]
)
def test_datasets_of_others_are_refused_in_a_line(use):
    with pytest.raises(TypeError, match=r"^this Dataset was not made by foedus: .*$"):
        use(xr.Dataset({"regime": ("x", [1, 2])}))


def test_a_table_has_a_row_for_each_game_and_codes_by_name():
    ds = foedus.sweep({"ally_cost": [0.3, 1.0], "stake": [0.5, 2.0]}, variables=["regime", "pledge"])
    table = ds.foedus.to_dataframe()
    assert len(table) == 4
    assert list(table.columns[-2:]) == ["regime", "pledge"]
    assert {*foedus.Game().__dataclass_fields__} <= {*table.columns}
    for row in table.itertuples():
        one = ds.sel(ally_cost=row.ally_cost, stake=row.stake)
        assert row.regime == foedus.Regime(one.regime.item()).name.lower()
        assert row.pledge == one.pledge.item()
    assert list(table.regime.cat.categories) == [code.name.lower() for code in foedus.Regime.everything()]
    masked = ds.where(ds.stake > 1).foedus.to_dataframe()
    assert masked.regime.isna().sum() == 2
    with pytest.raises(ValueError, match="no outcomes"):
        ds.drop_vars(["regime", "pledge"]).foedus.to_dataframe()
