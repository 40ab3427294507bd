"""Columns that say which case a game is are kept with the results, and a misspelt parameter never is."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import foedus
from foedus.alliance.model import PARAMETERS
from foedus.cli.app import run

CASES = '''country,year,code,since,home region,ally_cost,status_quo
"Korea, South",1950,007,1950-06-25,Asia,0.3,0.5
Namibia,,NA,,Africa,1.0,0.6
"""Left"", right #2",1990,710,1990-08-02,,0.3,0.7
'''
NAMES = ["country", "year", "code", "since", "home_region"]
COUNTRIES = ["Korea, South", "Namibia", '"Left", right #2']
ONLY = {"variables": ["regime"]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "cases.csv").write_text(CASES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(ds):
    """Hold what a Dataset tells of the cases against what was written by hand."""
    assert ds.country.values.tolist() == COUNTRIES
    np.testing.assert_array_equal(ds.year, [1950, np.nan, 1990])
    assert ds.code.values.tolist() == ["007", "NA", "710"]  # a number would lose zeros, and Namibia
    assert ds.since.dtype.kind == "M"
    np.testing.assert_array_equal(ds.since, np.array(["1950-06-25", "NaT", "1990-08-02"], "M8[ns]"))
    assert ds.home_region.values.tolist() == ["Asia", "Africa", ""]
    assert ds.home_region.attrs["long_name"] == "home region"
    assert {ds[name].dims for name in NAMES} == {("game",)}
    assert {*NAMES} <= {*ds.coords}
    games = zip([0.3, 1.0, 0.3], [0.5, 0.6, 0.7], strict=True)
    assert ds.regime.values.tolist() == [foedus.solve(ally_cost=a, status_quo=q).regime for a, q in games]


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_file_keeps_them(folder, capsys, ending):
    assert run(["points", "cases.csv", "-o", f"cases{ending}"]) == 0
    assert f"kept with the results: {', '.join(NAMES)}\n" in capsys.readouterr().out
    ds = foedus.load(f"cases{ending}")
    check(ds)
    assert run(["info", f"cases{ending}"]) == 0
    assert f"identified by              {', '.join(NAMES)}\n" in capsys.readouterr().out
    foedus.save(ds, f"again{ending}")
    assert foedus.load(f"again{ending}").drop_attrs().identical(ds.drop_attrs())
    check(foedus.solve_points(ds))  # solved again, with all that it is known by


def test_any_reader_of_cf_reads_dates_as_such(folder):
    assert run(["points", "cases.csv", "-o", "cases.nc", "--quiet"]) == 0
    with xr.open_dataset("cases.nc") as opened:
        check(opened)
        foedus.save(opened, "again.nc")
    check(foedus.load("again.nc"))


def test_a_table_keeps_them_before_the_parameters(folder, capsys):
    assert run(["points", "cases.csv", "-o", "out.csv", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    with open("out.csv", encoding="utf-8", newline="") as stream:
        heading, *rows = csv.reader(stream)
    assert heading[: len(NAMES) + 3] == ["game", *NAMES, "ally_cost", "status_quo"]
    assert [row[1] for row in rows] == COUNTRIES
    assert [row[3] for row in rows] == ["007", "NA", "710"]
    assert [row[4] for row in rows] == ["1950-06-25", "", "1990-08-02"]
    # what foedus has found is not taken for what was given
    assert run(["points", "out.csv", "-o", "again.csv"]) == 2
    assert "the column 'regime' would have the name of an outcome, regime" in capsys.readouterr().err


def frame():
    """Return the cases as pandas reads them."""
    return pd.read_csv(
        "cases.csv", dtype={"code": str}, parse_dates=["since"], keep_default_na=False, na_values=[""]
    )


def test_of_a_dataframe(folder):
    check(foedus.solve_points(frame()))
    check(foedus.solve_points(frame().set_index(["country", "year"])))
    check(foedus.solve_points(frame().set_index("country").to_xarray()))
    table = foedus.solve_points(frame(), **ONLY).foedus.to_dataframe()
    assert [*table.columns[: len(NAMES) + 2]] == ["game", *NAMES, "ally_cost"]
    assert table.country.tolist() == COUNTRIES
    assert table.since.dt.year.tolist()[::2] == [1950, 1990]


def test_of_a_mapping_they_are_copied(folder):
    years = np.array([1990, 1991])
    ds = foedus.solve_points({"ally_cost": [0.3, 1.0], "year": years, "ally": [True, False]}, **ONLY)
    years[:] = 0
    assert ds.year.values.tolist() == [1990, 1991]
    assert ds.ally.values.tolist() == [1, 0]
    assert ds.year.dtype == np.int32  # CF-1.8 has no larger integers


def test_games_may_have_names():
    ds = foedus.solve_points({"game": ["Korea", "Kuwait"], "ally_cost": [0.3, 1.0]}, **ONLY)
    assert ds.sel(game="Kuwait").regime == foedus.solve(ally_cost=1.0).regime


@pytest.mark.parametrize(
    ("heading", "values", "words"),
    [
        ("ally_csot", [0.3, 1.0], "'ally_csot' is not a parameter; did you mean ally_cost? If not, give the column another name"),
        ("Ally.Cost", [0.3, 1.0], "did you mean ally_cost?"),
        ("cost_ally", [0.3, 1.0], "did you mean ally_cost?"),
        ("c_a", [0.3, 1.0], "did you mean ally_cost?"),
        ("ally_csot", ["0,3", "1,0"], "did you mean ally_cost?"),
        ("ally_csot", [None, None], "did you mean ally_cost?"),
        ("contst", ["ratio", "other"], "'contst' is not a parameter; did you mean contest?"),
        ("state", [2, 740], "'state' is not a parameter; did you mean stake?"),
        ("regime", ["war", "peace"], "the column 'regime' would have the name of an outcome, regime; give it another name"),
        ("deviation_gain", [1, 2], "the column 'deviation_gain' would have the name of an outcome"),
        ("ally cost", ["dear", "cheap"], "the column 'ally cost' would have the name of a parameter, ally_cost"),
        ("q", ["dear", "cheap"], "status_quo: its values are not all numbers (from 'q')"),
        ("$", [1, 2], "the name '$' cannot be kept in a file"),
        ("year", [1990], "the columns must have the same length, but challenger_cost has 2, year has 1"),
        ("year", 1990, "year: give a list of values, not an array of shape ()"),
        ("year", [1j, 2], "year: its values are neither numbers, texts nor dates"),
        ("year", [1990, None, "1991"], "year: its values are not all numbers, all texts or all dates"),
        ("year", [2**70, 1], "year: one of its numbers is too large; give the column as texts"),
    ],
)  # fmt: skip
def test_what_is_refused(heading, values, words):
    with pytest.raises((TypeError, ValueError)) as refusal:
        foedus.solve_points({"challenger_cost": [0.5, 0.6], heading: values}, **ONLY)
    assert words in str(refusal.value)


def test_two_columns_with_one_name_are_refused():
    columns = {"stake": [1.0], "home region": ["Asia"], "home_region": ["Asia"]}
    with pytest.raises(ValueError, match="'home_region' would have the name of another column, home_region"):
        foedus.solve_points(columns)


def test_texts_are_no_misspelt_numbers():
    """They cannot be meant as a parameter, however near the name is."""
    columns = {"challenger": ["USSR", "Iraq"], "alliance": ["NATO", ""], "state": ["JPN", "KOR"]}
    ds = foedus.solve_points({"ally_cost": [0.3, 1.0]} | columns, **ONLY)
    assert {name: ds[name].values.tolist() for name in columns} == columns


def test_symbols_of_parameters_are_parameters_and_others_are_not():
    ds = foedus.solve_points({"c_A": [0.3, 1.0], "f": [0.0, 0.01], "x": [7, 8], "s": ["a", "b"]})
    assert ds.ally_cost.values.tolist() == [0.3, 1.0]
    assert ds.alliance_cost.values.tolist() == [0.0, 0.01]
    assert ds.x.values.tolist() == [7, 8]  # not the settlement, whose symbol it is
    assert ds.settlement.values.tolist() == [
        foedus.solve(ally_cost=a, alliance_cost=f).settlement for a, f in ((0.3, 0.0), (1.0, 0.01))
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("country,ally_csot,stake\na,0.3,1\n", "'ally_csot' is not a parameter; did you mean ally_cost? If not, give the column another name (from cases.csv)"),
        ("country,year\na,1990\n", "'country' is not a parameter; there are ally_cost, "),
        ("country,country,stake\na,b,1\n", "country has more than one column (from cases.csv)"),
        ("country,,stake\na,b,1\n", "column 2 has no name (from cases.csv)"),
        ("country,stake\na,much\n", "line 2: stake = 'much' is not a number (from cases.csv)"),
        ("country,stake\na,1\n\nb\n", "line 4 has 1 values, but the first line has 2 names (from cases.csv)"),
        ("stake,country\n1,Case #3\n", "line 2: what follows # is a comment; if # belongs to a text, put the text in quotes; if not, put the comment in a line of its own (from cases.csv)"),
        ("country,stake\nCase #3,1\n", "line 2 has 1 values, but the first line has 2 names; what follows # is a comment (from cases.csv)"),
        ("regime,stake\nwar,1\n", "the column 'regime' would have the name of an outcome"),
    ],
)  # fmt: skip
def test_tables_that_are_refused(folder, capsys, text, words):
    Path("cases.csv").write_text(text)
    assert run(["points", "cases.csv"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not Path("cases.nc").exists()


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "-20"], np.array([1, -20])),
        (["1", "2.5"], np.array([1.0, 2.5])),
        (["1e+05", "NA"], np.array([1e5, np.nan])),  # as R writes them
        (["1e5", "2e7"], np.array(["1e5", "2e7"])),  # which may be codes
        (["01", "2"], np.array(["01", "2"])),
        (["1_000", "2"], np.array(["1_000", "2"])),
        (["9007199254740993", ""], np.array(["9007199254740993", ""])),  # no float has it
        (["1648-10-24", "1945-05-08 23:01"], np.array(["1648-10-24", "1945-05-08T23:01"], "M8[s]")),
        (["2023-02-30", ""], np.array(["2023-02-30", ""])),
        (["NA", "NaN"], np.array(["NA", "NaN"])),
        (["inf", "1"], np.array(["inf", "1"])),
    ],
)  # fmt: skip
def test_cells_of_a_table_are_read_as_they_are_meant(folder, cells, values):
    Path("cases.csv").write_text("stake,note\n" + "".join(f"1,{cell}\n" for cell in cells))
    for ending in (".nc", ".zarr"):
        assert run(["points", "cases.csv", "-o", f"note{ending}", "--quiet"]) == 0
        found = foedus.load(f"note{ending}").note.values
        assert found.dtype.kind == values.dtype.kind
        np.testing.assert_array_equal(found, values)


def test_comments_beside_numbers_stay_comments(folder):
    Path("cases.csv").write_text("country,stake\n# all\nJapan,1  # weak\n'Spain',2 #\n")
    assert run(["points", "cases.csv", "--quiet"]) == 0
    ds = foedus.load("cases.nc")
    assert ds.country.values.tolist() == ["Japan", "'Spain'"]
    assert ds.stake.values.tolist() == [1.0, 2.0]


def test_parameters_that_no_column_has_are_at_their_defaults(folder):
    assert run(["points", "cases.csv", "--quiet", "--stake", "2"]) == 0
    ds = foedus.load("cases.nc")
    assert ds.stake.item() == 2.0
    assert ds.challenger_cost.item() == PARAMETERS["challenger_cost"].default
