"""Models in files: the description of a model is read and never run, and damage to it is reported in one
line."""

import dataclasses
import json
import shutil

import netCDF4
import numpy as np
import pytest
import xarray as xr
import zarr
from entry import model

import foedus
from foedus.cli.app import run
from foedus.io.dataset import model_of
from foedus.model import Code, Model, Outcome, Parameter
from foedus.runs.info import describe

AXES = {"sunk_cost": np.linspace(0.1, 6.0, 8), "demand": np.linspace(3.0, 12.0, 6)}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder of a map, as NetCDF and as Zarr."""
    folder = tmp_path_factory.mktemp("files")
    dataset = foedus.sweep(AXES, model=model)
    for ending in (".nc", ".zarr"):
        foedus.save(dataset, folder / f"entry{ending}")
    return folder


@pytest.fixture
def copies(files, tmp_path, monkeypatch):
    """Copies of them, in the folder where the test works."""
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(path):
    """Return the attributes of a file, read by nothing of ours."""
    if path.endswith(".zarr"):
        return dict(zarr.open_group(path, mode="r").attrs)
    with netCDF4.Dataset(path) as file:
        return {name: file.getncattr(name) for name in file.ncattrs()}


def tell(path, name, value):
    """Change an attribute of a file, or remove it if the value is None."""
    if path.endswith(".zarr"):
        attributes = told(path)
        attributes.pop(name)
        group = zarr.open_group(path, mode="r+")
        group.attrs.put(attributes if value is None else attributes | {name: value})
        return
    with netCDF4.Dataset(path, "r+") as file:
        file.delncattr(name)
        if value is not None:
            file.setncattr(name, value)


@pytest.mark.parametrize("name", ["entry.nc", "entry.zarr"])
def test_a_file_has_name_tables_source_and_hash_of_its_model(copies, name):
    attributes = told(name)
    assert attributes["model"] == "entry"
    assert attributes["model_hash"] == model.hash
    assert attributes["model_source"].startswith("def solve(p):\n")
    assert attributes["model_source"].endswith("rival_output, profit\n")
    assert json.loads(attributes["model_described"])["title"] == model.title
    assert dict(describe(name))["model"] == f"{model.title} (entry, version {model.hash})"


def test_files_of_the_built_in_model_have_its_name_alone(tmp_path):
    foedus.save(foedus.sweep({"stake": [0.5, 1.0]}), tmp_path / "map.nc")
    assert {key for key in told(str(tmp_path / "map.nc")) if key.startswith("model")} == {"model"}
    assert "model" not in dict(describe(tmp_path / "map.nc"))


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_a_long_source_is_kept_to_the_letter(tmp_path, ending):
    source = "# Größe ≥ 0\n\n\tx = '\\n'\r\n" * 20_000
    foedus.save(
        foedus.sweep(AXES, model=dataclasses.replace(model, source=source)), tmp_path / f"map{ending}"
    )
    assert foedus.load(tmp_path / f"map{ending}").attrs["model_source"] == source


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_nothing_in_a_file_is_run(tmp_path, monkeypatch, capsys, ending):
    monkeypatch.chdir(tmp_path)
    source = "open('written', 'w').close()\n"
    armed = dataclasses.replace(model, source=source, title=source, references=source)
    foedus.save(foedus.sweep(AXES, model=armed), f"map{ending}")
    foedus.plot(foedus.load(f"map{ending}"))
    assert source in dict(describe(f"map{ending}"))["model"]
    for command in COMMANDS:
        run([part.replace("FILE", f"map{ending}") for part in command])
    assert "holds games of the model entry, not of alliance" in capsys.readouterr().err
    assert not (tmp_path / "written").exists()
    exec(source)
    assert (tmp_path / "written").exists()


def changed(**changes):
    return lambda text: json.dumps(json.loads(text) | changes)


def part_changed(part, place, **changes):
    """Return a function that changes one of the parameters or outcomes."""

    def change(text):
        tables = json.loads(text)
        tables[part][place] |= changes
        return json.dumps(tables)

    return change


NO_MODEL = "the attribute model_described does not describe a model: "
# the attribute, its new value or a function that changes it, and the message
DAMAGES = {
    "missing": (
        "model_described",
        None,
        "there is no attribute model_described to describe the model entry",
    ),
    "nothing": ("model_described", "{}", NO_MODEL + "title: Field required"),
    "no text": (
        "model_described",
        "",
        "there is no attribute model_described to describe the model entry",
    ),
    "no JSON": (
        "model_described",
        "title: Entry",
        NO_MODEL + "Invalid JSON: expected ident at line 1 column 2",
    ),
    "cut": ("model_described", lambda text: text[:100], NO_MODEL + "Invalid JSON: EOF while parsing"),
    "deep": ("model_described", "[" * 100_000, NO_MODEL + "Invalid JSON: recursion limit exceeded"),
    "a list": ("model_described", "[1, 2]", NO_MODEL + "Input should be an object"),
    "numbers": ("model_described", [1, 2], "the attribute model_described is not a text, but of the type "),
    "no outcomes": ("model_described", changed(outcomes=[]), NO_MODEL + "no outcome is a code"),
    "no code": (
        "model_described",
        lambda text: changed(outcomes=json.loads(text)["outcomes"][1:])(text),
        NO_MODEL + "no outcome is a code",
    ),
    "title": ("model_described", changed(title=5), NO_MODEL + "title: Input should be a valid string"),
    "more": ("model_described", changed(run="ls"), NO_MODEL + "run: Extra inputs are not permitted"),
    "drawn": ("model_described", changed(drawn=["price"]), NO_MODEL + "'price' is no outcome"),
    "pairs": ("model_described", changed(pairs={"output": "price"}), NO_MODEL + "'price' is no outcome"),
    "words": ("model_described", changed(pair_words=["with"]), NO_MODEL + "pair_words.1: Field required"),
    "deciding": ("model_described", changed(deciding={}), NO_MODEL + "deciding.player: Field required"),
    "parameters": (
        "model_described",
        changed(parameters={}),
        NO_MODEL + "parameters: Input should be a valid array",
    ),
    "domain": (
        "model_described",
        part_changed("parameters", 0, domain="positive"),
        NO_MODEL + "'positive' is not a domain",
    ),
    "default": (
        "model_described",
        part_changed("parameters", 0, default=None),
        NO_MODEL + "parameters.0.default.float: Input should be a valid number",
    ),
    "kind": (
        "model_described",
        part_changed("parameters", 0, default="ten"),
        NO_MODEL + "parameter demand: 'ten' is not one of its values",
    ),
    "units": (
        "model_described",
        part_changed("parameters", 0, units_by=["conduct", []]),
        NO_MODEL + "parameters.0.units_by.1: Input should be an object",
    ),
    "codes": (
        "model_described",
        part_changed("outcomes", 0, codes={}),
        NO_MODEL + "outcomes.0.codes: Dictionary should have at least 1 item",
    ),
    "masked": (
        "model_described",
        part_changed("outcomes", 0, codes={"A": -2}),
        NO_MODEL + "outcomes.0.codes.A: Input should be greater than or equal to -1",
    ),
    "large": (
        "model_described",
        part_changed("outcomes", 0, codes={"A": 300}),
        NO_MODEL + "outcomes.0.codes.A: Input should be less than or equal to 62",
    ),
    "names": (
        "model_described",
        part_changed("outcomes", 0, codes={"mro": 1}),
        NO_MODEL + "invalid enum member name",
    ),
    "colours": (
        "model_described",
        part_changed("outcomes", 0, colours=["red"]),
        NO_MODEL + "outcomes.0.colours: Input should be an object",
    ),
    "name": ("model", [1, 2], "the attribute model is not a text, but of the type "),
    "hash": ("model_hash", 7, "the attribute model_hash is not a text, but of the type "),
}
COMMANDS = [
    ["info", "FILE"],
    ["plot", "FILE", "-o", "picture.png"],
    ["map", "FILE", "-o", "again.nc"],
    ["map", "FILE", "-o", "again.nc", "--adaptive"],
    ["compare", "FILE", "--over", "contest=ratio,difference", "-o", "again.nc"],
    ["statics", "FILE", "-o", "again.nc"],
    ["sensitivity", "FILE", "-o", "again.nc"],
    ["claims", "FILE"],
    ["points", "FILE", "-o", "again.nc"],
]


@pytest.mark.parametrize("name", ["entry.nc", "entry.zarr"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_said_in_one_line(copies, capsys, name, damage):
    attribute, to, words = DAMAGES[damage]
    damaged = foedus.load(name)
    tell(name, attribute, to(told(name)[attribute]) if callable(to) else to)
    for command in COMMANDS[:-1]:
        assert run([part.replace("FILE", name) for part in command]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith(f"foedus: {name} is damaged: {words}"), command
        assert printed.err.count("\n") == 1
    with pytest.raises(ValueError, match=f"{name} is damaged: "):
        foedus.load(name)
    with pytest.raises(FileExistsError, match=f"cannot be resumed: .*{name} is damaged: "):
        foedus.sweep_to(name, AXES, model=model, resume=True)
    damaged.attrs = {key: value for key, value in told(name).items() if key in damaged.attrs}
    for use in (
        foedus.plot,
        lambda ds: ds.foedus.plot(),
        lambda ds: ds.foedus.plot("profit", at={"demand": 9.0}),
        lambda ds: ds.foedus.at(demand=9.0),
        lambda ds: ds.foedus.shares(),
        lambda ds: foedus.save(ds, "again.nc"),
    ):
        with pytest.raises(ValueError) as refused:  # noqa: PT011
            use(damaged)
        assert str(refused.value).startswith(words)
        assert "\n" not in str(refused.value)


def test_a_file_that_lost_the_name_of_its_model_is_told_as_what_is_left(copies, capsys):
    tell("entry.nc", "model", None)
    for command, code in (("info", 0), ("plot", 2), ("map", 2), ("claims", 2)):
        assert run([command, "entry.nc"]) == code
        assert capsys.readouterr().err.count("\n") == (code > 0)
    assert run(["points", "entry.nc"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_files_of_others_may_name_a_model(tmp_path, ending):
    other = xr.Dataset({"tas": ("time", [280.0])}, attrs={"model": "climate"})
    path = tmp_path / f"other{ending}"
    if ending == ".nc":
        other.to_netcdf(path)
    else:
        other.to_zarr(path, zarr_format=3, consolidated=False)
    with pytest.raises(ValueError, match=f"other{ending} was not written by foedus"):
        foedus.load(path)


class Sides(Code):
    """On which side."""

    LEFT, RIGHT = range(2)


def sides(p):
    """Return the side, and a number."""
    return int(p.resolution > p.contest), p.resolution


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
def test_attributes_stay_though_parameters_have_their_names(tmp_path, ending):
    names = ["command", "created", "contest", "references", "resolution", "compared"]
    odd = Model(
        "odd", "Odd names", [Parameter(name, "", 0.5) for name in names],
        [Outcome("where", codes=Sides), Outcome("number")], solve=sides, references="nowhere",
    )  # fmt: skip
    path = tmp_path / f"odd{ending}"
    found = foedus.cutpoints("resolution", (0.0, 1.0), {"contest": [0.25, 0.5]}, model=odd)
    foedus.save(found, path)
    loaded = foedus.load(path)
    loaded.attrs.pop("created")
    xr.testing.assert_identical(loaded, found)
    assert loaded.attrs["command"] == "foedus.cutpoints"
    assert model_of(loaded).name == "odd"
    assert loaded.contest.values.tolist() == [0.25, 0.5]
