"""Files: they give back what was written, explain themselves, and are never left half-written."""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import h5py
import netCDF4
import numpy as np
import pytest
import xarray as xr

import foedus
from foedus.alliance.codes import Crisis, Regime
from foedus.alliance.model import NUMBERS
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.cli.app import run
from foedus.io import netcdf
from foedus.io.files import opened
from foedus.io.kept import as_loaded
from foedus.io.layout import chunk_shape

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


@pytest.mark.parametrize(("ending", "count"), [(".nc", 16), (".zarr", 3)])
def test_many_threads(tmp_path, dataset, ending, count):
    """The library of netCDF4 ends Python if two threads enter it at once."""

    def round_trip(i):
        file, solved = tmp_path / f"map{i}{ending}", tmp_path / f"solved{i}{ending}"
        foedus.save(dataset, file)
        foedus.sweep_to(solved, {"stake": [0.5, 2.0]}, challenger_cost=0.7)
        with opened(file) as lazy:
            regime = lazy.regime.values
        return foedus.load(file).equals(dataset) and (regime == dataset.regime).all() and foedus.load(solved)

    with ThreadPoolExecutor(8) as pool:
        solved = list(pool.map(round_trip, range(count)))
    assert all(one.drop_attrs().equals(solved[0].drop_attrs()) for one in solved)


def test_points_round_trip(tmp_path):
    ds = foedus.solve_points({"ally_cost": [0.1, 0.3], "stake": [1.0, 2.0]})
    foedus.save(ds, tmp_path / "points.nc")
    xr.testing.assert_equal(foedus.load(tmp_path / "points.nc"), ds)


def units_of(variable):
    """Return the units of the game of a variable in a file, whose CF units are those of a pure number."""
    assert variable.units == "1"
    return getattr(variable, "measured_in", "1")


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_files_are_as_the_cf_conventions_want_them(tmp_path, monkeypatch, ending):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    file = tmp_path / f"map{ending}"
    ds = foedus.sweep({"ally_cost": [0.3, 1.0]}, variables=["regime", "pledge"], contest="difference")
    foedus.save(ds, file)
    options = {"engine": "zarr", "consolidated": False} if ending == ".zarr" else {"engine": "netcdf4"}
    raw = xr.load_dataset(file, **options)
    assert raw.attrs["Conventions"] == "CF-1.8"
    assert raw.attrs["title"] == "The alliance game of a superpower, its ally and a challenger"
    assert raw.attrs["history"] == "1970-01-01T00:00:00+00:00 foedus.sweep"
    assert {array.attrs["units"] for array in raw.variables.values()} == {"1"}
    assert raw.pledge.measured_in == "arms"
    assert raw.decisiveness.measured_in == "1/arms"
    assert "measured_in" not in raw.regime.attrs
    # as it was in memory, whoever opened it
    for found in (foedus.load(file), as_loaded(raw)):
        for name, array in ds.variables.items():
            assert found[name].attrs["units"] == array.attrs["units"]
            assert "measured_in" not in found[name].attrs
        assert {*found.attrs} - {*ds.attrs} == {"created"}
    own = foedus.load(file).assign_attrs(title="My own", history="by hand")
    foedus.save(own, tmp_path / f"again{ending}")
    xr.testing.assert_identical(foedus.load(tmp_path / f"again{ending}"), own)
    assert "(good per unit of arms)" in foedus.plot(raw, "pledge").axes[0].get_xlabel()


def test_other_readers_see_the_labels(path):
    """netCDF4, without xarray: types, attributes, codes, compression, the whole parameter set."""
    with netCDF4.Dataset(path) as file:
        assert file["contest"][...] == "ratio"
        assert file.foedus_version == foedus.__version__
        assert "reconstruction" in file.references
        for name, p in NUMBERS.items():
            variable = file[name]
            assert (variable.long_name, units_of(variable), variable.symbol) == (
                p.long_name,
                p.units,
                p.symbol,
            )
            assert variable.dimensions == ((name,) if name in AXES else ())
        assert float(file["challenger_cost"][...]) == 0.7
        for name, v in VARIABLES.items():
            variable = file[name]
            assert variable.dimensions == tuple(AXES)
            assert (variable.long_name, units_of(variable), variable.symbol) == (
                v.long_name,
                v.units,
                v.symbol,
            )
            assert variable.dtype == v.dtype
            assert variable.filters()["zlib"]
            assert variable.filters()["shuffle"]
            assert "_FillValue" not in variable.ncattrs()
        for name, codes in (("regime", Regime), ("crisis", Crisis), ("crisis_without", Crisis)):
            assert file[name].flag_values.dtype == np.int8
            assert list(file[name].flag_values) == [int(code) for code in codes.everything()]
            assert file[name].flag_meanings.split() == [code.name.lower() for code in codes.everything()]


def test_chunks_are_about_a_megabyte():
    assert chunk_shape((2048, 2048)) == (64, 2048)
    assert chunk_shape((40_000, 40_000)) == (6, 20_000)
    assert chunk_shape((3, 10)) == (3, 10)
    assert chunk_shape((100, 10**6)) == (4, 32_259)
    assert chunk_shape((10**6,)) == (32_259,)


def test_an_existing_file_is_replaced_whole(path, dataset):
    other = foedus.sweep({"stake": [1.0]})
    foedus.save(other, path)
    assert foedus.load(path).equals(other)


def test_a_failure_leaves_the_old_file_and_nothing_else(path, dataset, monkeypatch):
    before = path.read_bytes()

    def half(draft, dataset, maps):
        draft.write_bytes(b"half")
        raise RuntimeError("NetCDF: HDF error")

    monkeypatch.setattr(netcdf, "define", half)
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
    foedus.sweep({"ally_cost": [1.0]})  # which keeps the compiled kernel, larger than that
    # SIGXFSZ ignored, the limit is an error and not the end of the process
    command = f"trap '' XFSZ; ulimit -f 64; exec {sys.executable} -m foedus map run.toml --overwrite --quiet"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert "map.nc could not be written: " in done.stderr
    assert (tmp_path / "map.nc").read_bytes() == b"old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["map.nc", "run.toml"]


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_full_disk_loses_nothing(tmp_path, ending):
    """A real one of 800 kB: one line, and with more room the run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk; run as root")
    (tmp_path / "run.toml").write_text(
        "axes.ally_cost = { from = 0.1, to = 1.0, points = 2000 }\n"
        "axes.status_quo = { from = 0.1, to = 0.9, points = 300 }\n"
        "output.variables = ['regime', 'pledge']"
    )
    command = [sys.executable, "-m", "foedus", "map", "run.toml", "-o", f"disk/map{ending}", "--no-picture"]
    try:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        assert done.stderr.count("\n") == 1
        assert f"map{ending} could not be written: " in done.stderr
        assert "No space left on device; the solved part is kept in " in done.stderr
        assert [file.name for file in disk.iterdir()] == [f"map{ending}.part"]
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        subprocess.run([*command, "--resume"], cwd=tmp_path, check=True, capture_output=True)
        axes = {"ally_cost": np.linspace(0.1, 1.0, 2000), "status_quo": np.linspace(0.1, 0.9, 300)}
        assert foedus.load(disk / f"map{ending}").equals(foedus.sweep(axes, variables=["regime", "pledge"]))
        assert [file.name for file in disk.iterdir()] == [f"map{ending}"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_zarr_keeps_what_netcdf_keeps(tmp_path, dataset):
    """Names, labels, texts and bits, of a sweep, of scattered games and of a comparison."""
    points = foedus.solve_points({"ally_cost": [0.1, 0.3], "stake": [1.0, 2.0]})
    forms = foedus.compare({"ally_cost": [0.1, 0.5, 1.0]}, {"contest": ["ratio", "difference"]})
    for ds in (dataset, points, forms):
        foedus.save(ds, tmp_path / "map.zarr")
        foedus.save(ds, tmp_path / "map.nc")
        again, other = foedus.load(tmp_path / "map.zarr"), foedus.load(tmp_path / "map.nc")
        assert again.attrs.pop("created").endswith("+00:00")
        other.attrs.pop("created")
        xr.testing.assert_identical(again, other)
        assert list(again.data_vars) == list(ds.data_vars)
        assert again.equals(ds)
        for name in ("regime", "crisis"):
            assert again[name].attrs["flag_values"].dtype == np.int8


def test_a_store_of_format_2_is_read_and_replaced(tmp_path, dataset):
    path = tmp_path / "map.zarr"
    dataset.to_zarr(path, zarr_format=2)
    assert foedus.load(path).identical(dataset)
    foedus.save(dataset, path)
    assert foedus.load(path).equals(dataset)
    shutil.rmtree(path)
    dataset.to_zarr(path, zarr_format=2)
    foedus.sweep_to(path, AXES, challenger_cost=0.7, overwrite=True)
    assert foedus.load(path).equals(dataset)
    assert [file.name for file in tmp_path.iterdir()] == ["map.zarr"]


def test_a_store_that_is_replaced_while_it_is_read_is_said_to_be(tmp_path, dataset):
    """An open NetCDF file stays the same."""
    other = foedus.sweep({"ally_cost": [1.0]})
    for ending in (".nc", ".zarr"):
        foedus.save(dataset, tmp_path / f"map{ending}")
    with opened(tmp_path / "map.nc") as found:
        foedus.save(other, tmp_path / "map.nc")
        assert found.load().equals(dataset)

    def read(variables):
        with opened(tmp_path / "map.zarr") as found:
            foedus.save(other, tmp_path / "map.zarr")
            found[variables].load()

    for variables in ([], ["pledge"], ["stake"]):
        foedus.save(dataset, tmp_path / "map.zarr")
        with pytest.raises(ValueError, match=r"map.zarr was replaced while it was read; read it again"):
            read(variables)


def test_a_folder_that_is_no_store_is_not_replaced(tmp_path, dataset):
    (tmp_path / "map.zarr").mkdir()
    (tmp_path / "map.zarr" / "thesis.tex").write_text("all of it")
    with pytest.raises(NotADirectoryError, match=r"map.zarr exists and is not a Zarr store"):
        foedus.save(dataset, tmp_path / "map.zarr")
    with pytest.raises(NotADirectoryError, match=r"map.zarr exists and is not a Zarr store"):
        foedus.sweep_to(tmp_path / "map.zarr", AXES, overwrite=True)
    (tmp_path / "map.nc.part").mkdir()
    (tmp_path / "map.nc.part" / "thesis.tex").write_text("all of it")
    with pytest.raises(FileExistsError, match=r"map.nc.part is needed for the draft of .*map.nc"):
        foedus.sweep_to(tmp_path / "map.nc", AXES, overwrite=True)
    assert len(list(tmp_path.rglob("thesis.tex"))) == 2


def test_without_zarr_the_extra_is_named(tmp_path, dataset, monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)
    monkeypatch.delitem(sys.modules, "foedus.io.zarr_store", raising=False)
    with pytest.raises(ModuleNotFoundError, match=r"need zarr: pip install 'foedus\[zarr\]'"):
        foedus.save(dataset, tmp_path / "map.zarr")
    assert not list(tmp_path.iterdir())


def test_refusals_of_save(tmp_path, dataset):
    with pytest.raises(TypeError, match="a Dataset is needed, not a DataArray"):
        foedus.save(dataset.regime, tmp_path / "map.nc")
    with pytest.raises(FileNotFoundError, match=r"map.nc: the folder .*nowhere does not exist"):
        foedus.save(dataset, tmp_path / "nowhere" / "map.nc")
    (tmp_path / "folder.nc").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder, not a file"):
        foedus.save(dataset, tmp_path / "folder.nc")
    with pytest.raises(ValueError, match=r"map.csv: the name must end in .nc or .zarr"):
        foedus.save(dataset, tmp_path / "map.csv")


def test_a_file_carries_the_time_that_is_asked_for(tmp_path, dataset, monkeypatch):
    """And no other: the same run writes the same bytes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    for name in ("map.nc", "map.zarr", "again.nc"):
        foedus.save(dataset, tmp_path / name)
        assert foedus.load(tmp_path / name).attrs["created"] == "1970-01-02T00:00:00+00:00"
    assert (tmp_path / "map.nc").read_bytes() == (tmp_path / "again.nc").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    foedus.save(dataset, tmp_path / "map.nc")
    assert foedus.load(tmp_path / "map.nc").attrs["created"] > "2024"


@pytest.mark.parametrize("epoch", ["yesterday", "1.5", "9" * 30])
def test_a_time_that_is_none_is_refused_before_anything_is_solved(
    tmp_path, dataset, monkeypatch, capsys, epoch
):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    words = f"SOURCE_DATE_EPOCH = {epoch!r} is not a time; it must be a whole number of seconds since 1970"
    with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH") as caught:
        foedus.save(dataset, tmp_path / "map.nc")
    assert str(caught.value) == words
    with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH"):
        foedus.sweep_to(tmp_path / "map.nc", AXES)
    monkeypatch.chdir(tmp_path)
    for command in (
        ["cutpoints", "ally_cost", "--within", "0.05:5", "--table", "cutpoints.csv"],
        ["cutpoints", "ally_cost", "--within", "0.05:5", "--figure", "cutpoints.pdf"],
    ):
        assert run(command) == 2
        assert capsys.readouterr() == ("", f"foedus: {words}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_cut_short_is_said_to_be(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"map.nc (cannot be read as a NetCDF file|is damaged)"):
        foedus.load(path)


@pytest.mark.parametrize("lost", ["regime/c/0/0", "pledge/c/1/0", "challenger_cost/c", "stake/zarr.json"])
def test_a_store_that_lost_a_part_names_it(tmp_path, monkeypatch, capsys, lost):
    """What is not there is not read as zeros, which are a regime."""
    monkeypatch.chdir(tmp_path)
    axes = {"ally_cost": np.geomspace(0.05, 5, 600), "status_quo": np.linspace(0.1, 0.9, 400)}
    foedus.sweep_to("map.zarr", axes, variables=["regime", "pledge"])
    (tmp_path / "map.zarr" / lost).unlink()
    words = f"map.zarr is damaged: {lost} is missing"
    with pytest.raises(ValueError, match=words):
        foedus.load("map.zarr")
    with pytest.raises(FileExistsError, match=rf"cannot be resumed: .*{words}"):
        foedus.sweep_to("map.zarr", axes, variables=["regime", "pledge"], resume=True)
    for command in (["info", "map.zarr"], ["plot", "map.zarr"], ["map", "map.zarr", "-o", "again.nc"]):
        assert run(command) == 2
        assert capsys.readouterr().err.startswith(f"foedus: {words}")


def places_of(path):
    """Return the bytes of a NetCDF file that hold values: its chunks, single numbers and texts."""
    content = path.read_bytes()
    with h5py.File(path) as file:
        single = [(array.id.get_offset(), 8) for array in file.values() if array.shape == ()]
        chunks = [
            array.id.get_chunk_info(k)
            for array in file.values()
            if array.chunks
            for k in range(array.id.get_num_chunks())
        ]
    single += [(chunk.byte_offset, chunk.size) for chunk in chunks]
    single.append(
        (content.index(b"ratio", content.index(b"GCOL")), len("ratio"))
    )  # the contest, in HDF5's heap
    return [place for start, size in single for place in range(start, start + size)]


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_flipped_bit_is_never_read_as_another_value(tmp_path, ending):
    path = tmp_path / f"cutpoints{ending}"
    foedus.save(foedus.cutpoints("ally_cost", within=(0.05, 5), points=100), path)
    right = foedus.load(path)
    if ending == ".nc":
        places = [(path, place) for place in places_of(path)]
    else:
        parts = [part for part in path.rglob("*") if part.is_file() and part.name != "zarr.json"]
        places = [(part, place) for part in parts for place in range(part.stat().st_size)]
    rng = np.random.default_rng(1)
    refused = 0
    for part, place in rng.permutation(np.array(places, object))[:80]:
        whole = part.read_bytes()
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        part.write_bytes(flipped)
        words = ""
        try:
            xr.testing.assert_identical(foedus.load(path), right)
        except ValueError as error:
            words = str(error)
        assert not words or re.match(rf"{re.escape(str(path))} (is damaged|cannot be read)", words)
        refused += bool(words)
        part.write_bytes(whole)
    assert refused > 60


def test_refusals_of_load(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none.nc: there is no such file"):
        foedus.load(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("not a NetCDF file")
    with pytest.raises(ValueError, match=r"text.nc cannot be read as a NetCDF file"):
        foedus.load(tmp_path / "text.nc")
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(ValueError, match=r"other.nc was not written by foedus"):
        foedus.load(tmp_path / "other.nc")
