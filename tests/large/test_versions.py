"""What another version of a model has begun, or finished, is not gone on with."""

import dataclasses

import numpy as np
import pytest
from entry import model

import foedus

AXES = {"sunk_cost": np.linspace(0.0, 6.0, 61), "demand": np.linspace(3.0, 12.0, 37)}
GREATER = [
    dataclasses.replace(parameter, default=3.0) if parameter.name == "cost" else parameter
    for parameter in model.parameters
]
# at the same cost of a unit, so that nothing else tells the two maps apart
VERSIONS = {
    "default": (dataclasses.replace(model, parameters=GREATER), "parameter cost: default 2.0, now 3.0"),
    "text": (dataclasses.replace(model, source="a text"), "only its source text differs"),
}


def stop(done, games):
    if done > games / 2:
        raise KeyboardInterrupt


@pytest.mark.parametrize("ending", [".nc", ".zarr"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_draft_of_another_version_is_not_resumed(tmp_path, monkeypatch, ending, version):
    path, (other, what) = tmp_path / f"map{ending}", VERSIONS[version]
    monkeypatch.setattr("foedus.io.layout.CHUNK", 200)
    with pytest.raises(KeyboardInterrupt):
        foedus.sweep_to(path, AXES, model=model, threads=1, progress=stop, cost=2.0)
    with pytest.raises(ValueError, match="cannot be resumed") as refused:
        foedus.sweep_to(path, AXES, model=other, resume=True, cost=2.0)
    assert str(refused.value) == (
        f"{path}.part cannot be resumed: it was made by another version of the model entry: {what}; "
        "use overwrite to start again"
    )
    foedus.sweep_to(path, AXES, model=dataclasses.replace(model), resume=True, cost=2.0)
    assert foedus.load(path).equals(foedus.sweep(AXES, model=model, cost=2.0))


def test_a_map_that_does_not_tell_a_parameter_is_not_taken_for_one(tmp_path):
    path = tmp_path / "map.nc"
    foedus.save(foedus.sweep(AXES, model=model).drop_vars("cost"), path)
    with pytest.raises(FileExistsError, match=r"cannot be resumed: its cost is unknown, not 2\.0"):
        foedus.sweep_to(path, AXES, model=model, resume=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_finished_map_of_another_version_is_not_taken_for_this_one(tmp_path, version):
    path, (other, what) = tmp_path / "map.nc", VERSIONS[version]
    counts = foedus.sweep_to(path, AXES, model=model, cost=2.0)
    with pytest.raises(FileExistsError, match="cannot be resumed") as refused:
        foedus.sweep_to(path, AXES, model=other, resume=True, cost=2.0)
    assert str(refused.value) == (
        f"{path} exists already and cannot be resumed: it was made by another version of the model entry: {what}"
    )
    assert foedus.sweep_to(path, AXES, model=model, resume=True, cost=2.0) == counts
    foedus.sweep_to(path, AXES, model=other, resume=True, overwrite=True, cost=2.0)
    assert foedus.load(path).attrs["model_hash"] == other.hash
