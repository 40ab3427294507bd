"""Files of every kind are as CF-1.8 wants them."""

import subprocess
import sysconfig
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from conftest import compiled_only

import foedus

pytestmark = compiled_only

AXES = {"ally_cost": np.geomspace(0.05, 5, 20), "status_quo": np.linspace(0.1, 0.9, 20)}
FORMS = {"contest": ["ratio", "difference"]}
CASES = {"country": ["Japan", "Spain"], "year": [1950, 1990], "ally_cost": [0.3, 1.0]}
SINCE = {"since": np.array(["1950-06-25", "1990-08-02T12:00"], "M8[s]")}
KINDS = {
    "map": lambda: foedus.sweep(AXES),
    "slice": lambda: foedus.sweep(AXES).foedus.at(status_quo=0.5),
    "form": lambda: foedus.compare(AXES, FORMS),
    "points": lambda: foedus.solve_points(CASES | SINCE),
    "adaptive": lambda: foedus.adaptive_map(AXES),
    "cutpoints": lambda: foedus.cutpoints("ally_cost", within=(0.05, 5.0), points=64),
    "statics": lambda: foedus.statics({"ally_cost": [0.3, 1.0]}),
}  # fmt: skip
TYPES = {"int8", "int16", "int32", "float32", "float64"}  # all of CF-1.8's, besides texts


@pytest.fixture(scope="module", params=KINDS)
def path(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("cf") / f"{request.param}.nc"
    foedus.save(KINDS[request.param](), path)
    return path


def test_every_variable_has_a_type_of_cf(path):
    with netCDF4.Dataset(path) as file:
        assert file.Conventions == "CF-1.8"
        found = {name: str(array.dtype) for name, array in file.variables.items() if array.dtype is not str}
    assert {name: kind for name, kind in found.items() if kind not in TYPES} == {}


def test_the_compliance_checker_finds_nothing(path):
    checker = Path(sysconfig.get_path("scripts")) / "compliance-checker"
    done = subprocess.run([checker, "--test=cf:1.8", path], capture_output=True, text=True, check=False)
    assert "All tests passed!" in done.stdout, done.stdout + done.stderr


def test_a_date_to_the_nanosecond_is_kept(tmp_path):
    dates = np.array(["1950-06-25T04:00:00.000000001", "1990-08-02"], "M8[ns]")
    ds = foedus.solve_points(CASES | {"since": dates}, variables=["regime"])
    foedus.save(ds, tmp_path / "points.nc")
    np.testing.assert_array_equal(foedus.load(tmp_path / "points.nc").since, dates)
    with pytest.raises(ValueError, match="the attribute 'units' of since cannot be kept with dates"):
        foedus.save(ds.assign_coords(since=ds.since.assign_attrs(units="d")), tmp_path / "points.nc")
