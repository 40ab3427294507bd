"""Files: what is written is what is read, it explains itself, and nothing half-written is left."""

import subprocess
import sys

import netCDF4
import numpy as np
import pytest
import xarray as xr

import foedus
from foedus.io import files
from foedus.io.schema import PARAMETERS, VARIABLES, Crisis, Regime

AXES = {"ally_cost": np.geomspace(0.05, 5, 40), "status_quo": np.linspace(0.1, 0.9, 30), "stake": [0.5, 2.0]}


@pytest.fixture
def dataset():
    return foedus.sweep(AXES, challenger_cost=0.7)


@pytest.fixture
def path(tmp_path, dataset):
    foedus.save(dataset, tmp_path / "map.nc")
    return tmp_path / "map.nc"


def test_round_trip(dataset, path):
    again = foedus.load(path)
    assert again.attrs.pop("created").endswith("+00:00")
    xr.testing.assert_identical(again, dataset)
    for name in dataset.variables:
        assert again[name].dtype == dataset[name].dtype, name
        assert again[name].values.tobytes() == dataset[name].values.tobytes(), name
    for name in ("regime", "crisis"):
        assert again[name].attrs["flag_values"].dtype == np.int8


def test_points_round_trip(tmp_path):
    ds = foedus.solve_points({"ally_cost": [0.1, 0.3], "stake": [1.0, 2.0]})
    foedus.save(ds, tmp_path / "points.nc")
    xr.testing.assert_equal(foedus.load(tmp_path / "points.nc"), ds)


def test_other_readers_see_the_labels(path):
    """netCDF4, without xarray: types, attributes, codes, compression, the whole parameter set."""
    with netCDF4.Dataset(path) as file:
        assert file.contest == "ratio"
        assert file.foedus_version == foedus.__version__
        assert "reconstruction" in file.references
        for name, p in PARAMETERS.items():
            variable = file[name]
            assert (variable.long_name, variable.units, variable.symbol) == (p.long_name, p.units, p.symbol)
            assert variable.dimensions == ((name,) if name in AXES else ())
        assert float(file["challenger_cost"][...]) == 0.7
        for name, v in VARIABLES.items():
            variable = file[name]
            assert variable.dimensions == tuple(AXES)
            assert (variable.long_name, variable.units, variable.symbol) == (v.long_name, v.units, v.symbol)
            assert variable.dtype == v.dtype
            assert variable.filters()["zlib"]
            assert variable.filters()["shuffle"]
            assert "_FillValue" not in variable.ncattrs()
        for name, codes in (("regime", Regime), ("crisis", Crisis), ("crisis_without", Crisis)):
            assert file[name].flag_values.dtype == np.int8
            assert list(file[name].flag_values) == [int(code) for code in codes]
            assert file[name].flag_meanings.split() == [code.name.lower() for code in codes]


def test_chunks_are_about_a_megabyte():
    assert files._chunks((2048, 2048), 8) == (64, 2048)
    assert files._chunks((2048, 2048), 1) == (512, 2048)
    assert files._chunks((3, 10), 8) == (3, 10)
    assert files._chunks((5, 10**6), 8) == (1, 2**17)


def test_an_existing_file_is_replaced_whole(path, dataset):
    other = foedus.sweep({"stake": [1.0]})
    foedus.save(other, path)
    assert foedus.load(path).equals(other)


def test_a_failure_leaves_the_old_file_and_nothing_else(path, dataset, monkeypatch):
    before = path.read_bytes()

    def half(dataset, draft):
        draft.write_bytes(b"half")
        raise RuntimeError("NetCDF: HDF error")

    monkeypatch.setattr(files, "_write", half)
    with pytest.raises(OSError, match=r"map.nc could not be written: NetCDF: HDF error"):
        foedus.save(dataset, path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["map.nc"]


def test_a_file_size_limit_leaves_the_old_file_and_one_line(tmp_path):
    """A real failure to write: the system allows no file beyond 64 kB."""
    (tmp_path / "run.toml").write_text(
        "axes.ally_cost = { from = 0.1, to = 1.0, points = 100000 }\noutput.file = 'map.nc'"
    )
    (tmp_path / "map.nc").write_bytes(b"old")
    # SIGXFSZ ignored, the limit is an error and not the end of the process
    command = f"trap '' XFSZ; ulimit -f 64; exec {sys.executable} -m foedus map run.toml --overwrite --quiet"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("foedus: map.nc could not be written")
    assert (tmp_path / "map.nc").read_bytes() == b"old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["map.nc", "run.toml"]


def test_refusals_of_save(tmp_path, dataset):
    with pytest.raises(TypeError, match="a Dataset is needed, not a DataArray"):
        foedus.save(dataset.regime, tmp_path / "map.nc")
    with pytest.raises(FileNotFoundError, match=r"map.nc: the folder .*nowhere does not exist"):
        foedus.save(dataset, tmp_path / "nowhere" / "map.nc")
    with pytest.raises(IsADirectoryError, match="is a folder, not a file"):
        foedus.save(dataset, tmp_path)


def test_refusals_of_load(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none.nc: there is no such file"):
        foedus.load(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("not a NetCDF file")
    with pytest.raises(ValueError, match=r"text.nc cannot be read as a NetCDF file"):
        foedus.load(tmp_path / "text.nc")
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(ValueError, match=r"other.nc was not written by foedus"):
        foedus.load(tmp_path / "other.nc")
