"""Files are run again only with the same model in the same version; they hold the run that made them."""

import dataclasses

import entry
import numpy as np
import pytest
from entry import model

import foedus
from foedus.cli.app import run
from foedus.runs.claims import read_design
from foedus.runs.runfile import read_run
from foedus.runs.sensitivity import read_sensitivity

GREATER = [
    dataclasses.replace(parameter, default=3.0) if parameter.name == "cost" else parameter
    for parameter in model.parameters
]
AXES = {"sunk_cost": np.linspace(0.0, 6.0, 7), "demand": np.linspace(3.0, 12.0, 5)}
VERSIONS = {
    "default": ({"parameters": GREATER}, "parameter cost: default 2.0, now 3.0"),
    "title": ({"title": "Entry"}, "title 'Entry deterrence with a sunk cost', now 'Entry'"),
    "text": ({"source": "a text"}, "only its source text differs"),
    "kernel": ({"solve": lambda p: entry.solve(p)}, "only its source text differs"),
}
# the command that makes a file, and the one that reads it to run it again
FILES = {
    "map": (lambda: foedus.sweep(AXES, model=model), read_run),
    "comparison": (lambda: foedus.compare(AXES, {"cost": [1.0, 2.0]}, model=model), read_run),
    "sensitivity": (
        lambda: foedus.sensitivity(
            {"sunk_cost": ("uniform", 0.0, 6.0)}, model=model, outputs=["deterred"], samples=256
        ),
        read_sensitivity,
    ),
    "claims": (lambda: foedus.claims(AXES, model=model), read_design),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The folder of such files."""
    folder = tmp_path_factory.mktemp("files")
    for name, (make, _) in FILES.items():
        foedus.save(make(), folder / f"{name}.nc")
    return folder


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_of_another_version_is_not_run_again(files, name, version):
    path, (_, read) = files / f"{name}.nc", FILES[name]
    changes, words = VERSIONS[version]
    read(path, model=dataclasses.replace(model))
    with pytest.raises(ValueError, match="version") as refused:
        read(path, model=dataclasses.replace(model, **changes))
    assert str(refused.value) == f"{path} was made by another version of the model entry: {words}"


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_model_is_not_run_again(files, name):
    path, (_, read) = files / f"{name}.nc", FILES[name]
    with pytest.raises(ValueError, match="holds games of the model entry, not of alliance"):
        read(path)
    with pytest.raises(ValueError, match="holds games of the model entry, not of exit"):
        read(path, model=dataclasses.replace(model, name="exit"))


def test_an_adaptive_map_without_its_regime_is_not_run_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = foedus.adaptive_map({"ally_cost": [0.1, 0.3, 1.0], "status_quo": [0.4, 0.5, 0.6]})
    foedus.save(found, "whole.nc")
    assert [*read_run("whole.nc").axes] == ["ally_cost", "status_quo"]
    foedus.save(found.drop_vars("regime"), "map.nc")
    for command in ("map", "claims", "statics"):
        assert run([command, "map.nc", "-o", "again.nc"]) == 2
        words = "foedus: map.nc is an adaptive map without its regime and cannot be solved again\n"
        assert capsys.readouterr() == ("", words)
