"""A variable that a file does not hold is solved again where the file says enough."""

import numpy as np
import pytest
import xarray as xr
from commands import run_here

import foedus
from foedus.draw.missing import with_missing
from foedus.draw.parts import SHOWN

AXES = {"ally_cost": np.geomspace(0.05, 5, 12), "stake": [0.5, 1.0, 2.0, 4.0]}


@pytest.fixture(scope="module")
def whole():
    return foedus.sweep(AXES, bargaining_power=0.5)


@pytest.fixture(scope="module")
def few(whole):
    return whole[["regime", "pledge"]]


def drawn(figure):
    """What a picture shows, in numbers."""
    return [np.asarray(mesh.get_array()) for axes in figure.axes for mesh in axes.collections]


@pytest.mark.parametrize("variable", ["burden_share", "settlement", "crisis"])
def test_a_picture_is_that_of_the_whole_sweep(whole, few, variable):
    for dataset in (few, few[["pledge"]]):
        for shown, expected in zip(
            drawn(foedus.plot(dataset, variable)), drawn(foedus.plot(whole, variable)), strict=True
        ):
            np.testing.assert_array_equal(shown, expected)
    at = {"stake": 1.0}
    lines = [
        # the first line of each panel; the whole sweep has those without the superpower, too
        [axes.lines[0].get_ydata() for axes in foedus.plot(dataset, [variable, "pledge"], at=at).axes if axes.lines]
        for dataset in (whole, few)
    ] if variable != "crisis" else [[], []]  # fmt: skip
    for shown, expected in zip(*lines, strict=False):
        np.testing.assert_array_equal(shown, expected)
    assert few.foedus.plot(variable, at={"lambda": 1.0})


def test_it_is_solved_at_a_value_that_is_not_on_the_grid(few):
    line = foedus.plot(few, "settlement", at={"lambda": 1.3}).axes[0].lines[0]
    exact = foedus.sweep({"ally_cost": AXES["ally_cost"]}, bargaining_power=0.5, stake=1.3)
    shown = np.asarray(line.get_ydata())  # NaN where the line breaks off
    np.testing.assert_array_equal(shown[~np.isnan(shown)], exact.settlement)


def test_what_is_there_is_taken_as_it_is(few):
    assert with_missing(few, "pledge", {}) is few
    assert with_missing(few, None, {}) is few
    assert with_missing(few, "nothing", {}) is few


def test_only_what_is_shown_is_solved():
    long = foedus.sweep(
        {"ally_cost": np.linspace(0.1, 2, 4 * SHOWN), "stake": np.linspace(0.5, 2, 50)}, variables=["regime"]
    )
    found = with_missing(long, ["pledge"], {"stake": 1.02})
    assert found.pledge.shape == (SHOWN, 3)
    assert (found.regime == long.regime.sel(ally_cost=found.ally_cost, stake=found.stake)).all()


@pytest.mark.parametrize(
    "changed",
    [
        lambda ds: ds.drop_vars("decisiveness"),
        lambda ds: ds.where(ds.stake > 1),
        lambda ds: ds.assign(regime=ds.regime * 0),
        lambda ds: foedus.solve_points({"stake": [1.0, 2.0]}, variables=["regime"]),
        lambda ds: ds.isel(stake=0, ally_cost=0),
    ],
)
def test_what_cannot_be_solved_again_is_refused_as_before(few, changed):
    with pytest.raises(ValueError, match="'burden_share' is not a variable of this dataset; it has regime"):
        foedus.plot(changed(few), "burden_share")
    with pytest.raises(TypeError, match="a Dataset is needed"):
        foedus.plot(xr.DataArray([1.0]), "pledge")


def test_the_command_solves_it_and_asks_for_the_model_of_an_own_game(tmp_path, few):
    foedus.save(few, tmp_path / "map.nc")
    done = run_here(["plot", "map.nc", "--variable", "burden_share"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "drawn in map.png\n")
    assert run_here(["new", "entry.py"], tmp_path).returncode == 0
    model = foedus.load_model(tmp_path / "entry.py")
    first, *_ = model.parameters
    number = next(name for name, outcome in model.found.items() if not outcome.codes)
    axis = {first.name: np.array([0.9, 1.0, 1.1]) * first.default}
    foedus.save(foedus.sweep(axis, model=model, variables=[model.mapped.name]), tmp_path / "own.nc")
    done = run_here(["plot", "own.nc", "--variable", number], tmp_path)
    assert done.returncode == 2
    assert (
        f"{number} is not in this dataset; it has {model.mapped.name}. To solve its games again, give"
        in done.stderr
    )
    done = run_here(["plot", "own.nc", "--variable", number, "--model", "entry.py"], tmp_path)
    assert done.returncode == 0, done.stderr
