"""What a file does not hold is solved again where the file says enough: other variables, and games off its grid."""

import numpy as np
import pytest
import xarray as xr
from commands import run_here
from pictures import caption, meshes

import foedus
from foedus.draw.again import with_missing
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


def test_of_a_region_as_much_is_solved_as_is_shown():
    long = foedus.sweep({"ally_cost": np.geomspace(0.1, 10, 4 * SHOWN)}, variables=["regime"])
    line = foedus.plot(long, "pledge", region={"ally_cost": (1, 10)}).axes[0].lines[0]
    costs = long.ally_cost.values
    exact = foedus.sweep({"ally_cost": costs[costs >= 1][::2]}, variables=["pledge"])  # half of them
    heights = np.asarray(line.get_ydata())
    np.testing.assert_array_equal(heights[~np.isnan(heights)], exact.pledge)


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


SELLER = """\
from foedus import Code, Model, Move, Outcome, Parameter


class Price(Code):
    LOW, HIGH = range(2)


def payoffs(p, m):
    return (m.price * (p.demand - p.cost - m.price),)


def outcome(p, m):
    return (Price.HIGH if m.price > 0.9 else Price.LOW,)


model = Model(
    "seller",
    "A monopoly",
    parameters=[Parameter("demand", "d", 2.0, "> 0"), Parameter("cost", "k", 0.5, ">= 0")],
    outcomes=[Outcome("level", codes=Price)],
    players=["seller"],
    moves=[Move("seller", "price", "x", high=3.0)],
    payoffs=payoffs,
    outcome=outcome,
)
"""


@pytest.fixture(scope="module")
def seller(tmp_path_factory):
    """A folder with a game by its definition alone, and a map of it. The best price is (d - k)/2."""
    folder = tmp_path_factory.mktemp("seller")
    (folder / "seller.py").write_text(SELLER)
    axes = {"demand": np.linspace(1.5, 3, 7), "cost": [0.0, 0.25, 0.5]}
    model = foedus.load_model(folder / "seller.py")
    foedus.save(foedus.sweep(axes, model=model, variables=["level"]), folder / "seller.nc")
    return folder


@pytest.mark.parametrize("there", [["level"], ["level", "price"]])
def test_a_game_by_its_definition_is_solved_at_a_value_off_the_grid(seller, there):
    model = foedus.load_model(seller / "seller.py")
    axes = {"demand": np.linspace(1.5, 3, 7), "cost": [0.0, 0.25, 0.5]}
    ds = foedus.sweep(axes, model=model, variables=there)
    exact = foedus.plot(ds, "price", at={"cost": 0.4}, model=model)
    prices = np.asarray(exact.axes[0].lines[0].get_ydata())
    np.testing.assert_allclose(prices[~np.isnan(prices)], (axes["demand"] - 0.4) / 2, atol=1e-7)
    assert caption(exact) == "At $k = 0.4$; all else at default"
    # high from d = 2.2 on
    assert [patch.get_facecolor() for patch in exact.axes[0].patches[:2]] == [
        patch.get_facecolor() for patch in exact.legends[0].get_patches()
    ]
    assert exact.axes[0].patches[1].get_x() == pytest.approx(2.125)
    nearest = foedus.plot(ds, "level", at={"cost": 0.4})
    assert caption(nearest) == "At $k = 0.5$ ($0.1$ above the $0.4$ asked for); all else at default"


def test_the_command_does_so_where_the_file_of_the_model_is_given(seller, monkeypatch):
    drawn = []
    monkeypatch.setattr("foedus.draw.plots.save_figure", lambda figure, *_: drawn.append(figure))
    command = ["plot", "seller.nc", "--at", "k=0.4", "-o", "line.png"]
    assert run_here(command, seller).returncode == 0
    done = run_here([*command, "--variable", "price", "--model", "seller.py"], seller)
    assert done.returncode == 0, done.stderr
    nearest, exact = drawn
    assert caption(nearest).startswith("At $k = 0.5$ ($0.1$ above the $0.4$ asked for)")
    assert caption(exact).startswith("At $k = 0.4$;")
    prices = np.asarray(exact.axes[0].lines[0].get_ydata())
    np.testing.assert_allclose(prices[~np.isnan(prices)], (np.linspace(1.5, 3, 7) - 0.4) / 2, atol=1e-7)


def test_games_that_are_left_out_between_those_that_are_checked_stay_left_out():
    """However few they are: a slice of them is the nearest."""
    ds = foedus.sweep(
        {
            "ally_cost": np.geomspace(0.05, 5, 60),
            "status_quo": np.linspace(0.1, 0.9, 60),
            "stake": [1.0, 2.0],
        },
        variables=["regime"],
    )
    some = (ds.ally_cost == ds.ally_cost[7]) & (ds.status_quo == ds.status_quo[8])
    figure = foedus.plot(ds.where(~some), at={"stake": 1.3})
    assert (meshes(figure)[0].get_array() == -2).sum() == 1
    assert "1 of 3,600 games are left out" in caption(figure)
    assert r"At $\lambda = 1$ ($0.3$ below the $1.3$ asked for)" in caption(figure)
