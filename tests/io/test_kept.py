"""A saved Dataset is read unchanged, or saving is refused with a reason, and an earlier file stays."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import foedus
from foedus.solving.requests import solve_request

ENDINGS = (".nc", ".zarr")
MAP = foedus.sweep({"ally_cost": [0.25, 0.75]}, variables=["regime", "pledge"])

texts = st.text(max_size=8)
names = st.one_of(
    st.from_regex(r"[A-Za-z0-9äλ][\w .+@()-]{0,8}", fullmatch=True),
    st.sampled_from(
        [
            "a/b",
            "",
            " a",
            "a ",
            ".",
            "_FillValue",
            "scale_factor",
            "coordinates",
            "flag_values",
            "units",
            "a\n",
            "é",
            "é",
        ]
    ),
    st.integers(),
    texts,
)
numbers = st.one_of(
    st.integers(),
    st.floats(),
    st.booleans(),
    st.floats(width=32).map(np.float32),
    st.integers(-128, 127).map(np.int8),
)
values = st.one_of(
    texts,
    numbers,
    st.none(),
    st.binary(max_size=3),
    st.dates(),
    st.lists(texts, max_size=3),
    st.lists(numbers, max_size=3),
    st.lists(st.floats(), max_size=3).map(np.array),
    st.sampled_from(
        ["days since 2000-01-01", "days", {"a": 1}, 1j, [[1, 2], [3, 4]], np.ones((2, 2)), "a\0b", "\ud800"]
    ),
)
columns = st.one_of(
    st.sampled_from(["i1", "u2", "i8", "f2", "f4", "f8", "?", "c16", "M8[s]", "m8[s]", "S3", "U3"]).map(
        lambda dtype: np.array([0, 1]).astype(dtype)
    ),
    st.lists(st.one_of(texts, st.none(), numbers), min_size=2, max_size=2).map(
        lambda pair: np.array(pair, object)
    ),
)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    of_map=st.dictionaries(names, values, max_size=2),
    own=st.dictionaries(names, values, max_size=2),
    name=names,
    column=columns,
)
def test_whatever_is_saved_is_read_as_it_was(tmp_path, ending, of_map, own, name, column):
    path = tmp_path / f"map{ending}"
    if not path.exists():
        foedus.save(MAP, path)
    before = foedus.load(path)
    changed = MAP.assign_attrs(of_map)
    changed.pledge.attrs = own
    if name not in changed.variables:
        changed = changed.assign_coords({name: ("ally_cost", column)})
    try:
        foedus.save(changed, path)
    except ValueError:
        xr.testing.assert_identical(foedus.load(path), before)
        return
    after = foedus.load(path)
    after.attrs |= {
        "created": changed.attrs.get("created", after.attrs["created"])
    }  # which is that of saving
    changed.attrs.setdefault("created", after.attrs["created"])
    xr.testing.assert_identical(after, changed)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("flags", [[1, 300], [-1, 2], [1.5, np.nan], [0.1], [3]])
@pytest.mark.parametrize("name", ["contest", "regime", "pledge"])
def test_flag_values_that_no_code_has_are_read_as_they_were(tmp_path, ending, name, flags):
    path = tmp_path / f"map{ending}"
    changed = MAP.assign(regime=MAP.regime.astype(np.uint8))
    changed[name].attrs["flag_values"] = flags
    foedus.save(changed, path)
    assert foedus.load(path)[name].identical(changed[name])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ds: ds.assign({"a/b": ds.regime}), "the name 'a/b' cannot be kept in a file"),
        (lambda ds: ds.assign({"zarr.json": ds.regime}), "the name 'zarr.json' cannot be kept in a file"),
        (lambda ds: ds.assign(kind=("ally_cost", pd.Categorical(["x", "y"]))), "kind holds values of the type category"),
        (lambda ds: ds.assign(count=("ally_cost", pd.array([1, 2], "Int64"))), "count holds values of the type Int64"),
        (lambda ds: ds.assign_coords(label=("ally_cost", [b"x", b"y"])), "label holds values of the type |S1"),
        (lambda ds: ds.assign(alike=ds.regime == 1), "alike holds values of the type bool; a file keeps numbers"),
        (lambda ds: ds.assign_attrs(checked=True), "the attribute checked is True; a file keeps texts, numbers"),
        (lambda ds: ds.assign(pledge=ds.pledge.assign_attrs(scale_factor=2)), "'scale_factor' of pledge cannot be kept"),
        (lambda ds: ds.assign_attrs(flag_values="x"), "the attribute flag_values is 'x'; it must be a list of numbers"),
        (lambda ds: ds.mean("ally_cost"), "the values of regime are not codes"),
    ],
    ids=["slash", "zarr", "category", "Int64", "bytes", "bool", "true", "scale", "flags", "mean"],
)  # fmt: skip
def test_what_would_not_be_read_as_it_is_is_refused(tmp_path, ending, change, words):
    path = tmp_path / f"map{ending}"
    foedus.save(MAP, path)
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        foedus.save(change(MAP), path)
    assert words in str(refusal.value)
    assert foedus.load(path).drop_attrs().identical(MAP.drop_attrs())
    with pytest.raises(TypeError, match="was not made by foedus"):
        foedus.save(MAP.drop_attrs(), path)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_lazy_maps_are_computed_once_and_all_variables_at_once(tmp_path, monkeypatch, ending):
    solved = []
    solve = solve_request

    def counting(request, *arguments, **options):
        solved.append(request.columns.games)
        return solve(request, *arguments, **options)

    monkeypatch.setattr("foedus.solving.lazy.solve_request", counting)
    axes = {"ally_cost": np.geomspace(0.05, 5, 300), "status_quo": np.linspace(0.1, 0.9, 400)}
    lazy = foedus.sweep(axes, chunks={"ally_cost": 70})
    solved.clear()
    foedus.save(lazy, tmp_path / f"map{ending}")
    assert sum(solved) == 300 * 400
    assert foedus.load(tmp_path / f"map{ending}").equals(foedus.sweep(axes))
    monkeypatch.setattr("foedus.io.files.COMPUTED", 50_000)
    foedus.save(lazy, tmp_path / f"parts{ending}")
    assert foedus.load(tmp_path / f"parts{ending}").equals(foedus.sweep(axes))


def test_a_version_that_keeps_nothing_is_excluded():
    """h5py 3.15 and netCDF4 1.7.3 bring two HDF5 libraries that do not get on."""
    requirement = pytest.importorskip("packaging.requirements").Requirement
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    (needed,) = (one for one in map(requirement, project["dependencies"]) if one.name == "h5py")
    assert "3.15.1" not in needed.specifier
    assert "3.16.0" in needed.specifier


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_that_xarray_opened_is_saved_as_one_that_was_loaded(tmp_path, ending):
    foedus.save(MAP, tmp_path / f"map{ending}")
    options = {".nc": {"engine": "netcdf4"}, ".zarr": {"engine": "zarr", "consolidated": False}}[ending]
    with xr.open_dataset(tmp_path / f"map{ending}", chunks={}, **options) as opened:
        foedus.save(opened, tmp_path / f"again{ending}")
    assert foedus.load(tmp_path / f"again{ending}").equals(foedus.load(tmp_path / f"map{ending}"))
