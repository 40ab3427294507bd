"""Files that foedus 0.1.0 wrote before models had names are read, told, drawn and run again as they were."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import foedus
from foedus.cli.app import run

FILES = Path(__file__).parents[1] / "files-0.1.0"
# the command that runs a file again, and the part of the result that is compared
AGAIN = {
    "map.nc": ("map", ["regime", "pledge", "settlement"]),
    "difference.zarr": ("map", ["regime", "crisis", "pledge"]),
    "comparison.nc": ("compare", ["regime", "pledge", "regime_share"]),
    "sensitivity.nc": ("sensitivity", ["first_order", "probability", "mean"]),
    "claims.nc": ("claims", ["premise_met", "holds", "counterexample"]),
}
DRAWN = {"map.nc", "difference.zarr", "comparison.nc", "sensitivity.nc", "cutpoints.nc", "adaptive.nc"}


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """Copies of the files, in the folder where the test works."""
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_are_here():
    assert {path.name for path in FILES.iterdir()} == {*AGAIN, *DRAWN, "statics.nc", "points.nc"}


@pytest.mark.parametrize("name", sorted({*AGAIN, *DRAWN, "statics.nc", "points.nc"}))
def test_they_are_told_drawn_and_saved(copies, capsys, name):
    found = foedus.load(name)
    assert "contest" not in found.attrs
    assert set(np.unique(found.contest)) <= {"ratio", "difference"}
    assert run(["info", name]) == 0
    told = capsys.readouterr().out
    assert "0.1.0" in told
    assert ("difference" in told) == (name in ("difference.zarr", "comparison.nc"))
    code = run(["plot", name, "-o", "picture.png"])
    assert (code, Path("picture.png").exists()) == ((0, True) if name in DRAWN else (2, False))
    foedus.save(found, "again.nc")
    xr.testing.assert_equal(foedus.load("again.nc"), found)


@pytest.mark.parametrize("name", AGAIN)
def test_they_run_again(copies, name):
    command, kept = AGAIN[name]
    options = ["--over", "contest=ratio,difference"] if command == "compare" else []
    assert run([command, name, *options, "-o", "again.nc", "--quiet"]) == 0
    before, after = foedus.load(name), foedus.load("again.nc")
    for variable in kept:
        np.testing.assert_array_equal(before[variable], after[variable])


def test_games_of_a_file_are_solved_again(copies):
    points = foedus.load("points.nc")
    assert foedus.solve_points(points).drop_attrs().equals(points.drop_attrs())
    difference = foedus.load("difference.zarr")
    again = foedus.solve_points(difference, variables=["regime", "pledge"])
    np.testing.assert_array_equal(again.regime, difference.regime)
