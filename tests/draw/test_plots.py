"""Pictures are read back: what is said in them, which colours they have, and which files they make."""

import io
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib.image
import numpy as np
import PIL.Image
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from pictures import axis_labels, caption, colours, legends, meshes, overlaps

import foedus
from foedus import Code, Crisis, Model, Outcome, Parameter, Regime
from foedus.alliance.model import NUMBERS, model
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.draw import parts, plots
from foedus.draw.tables import save_table
from foedus.io.files import opened
from foedus.model.parameters import Symbol, tex

COSTS = np.geomspace(0.05, 5, 24)
SHARES = np.linspace(0.1, 0.9, 17)
STAKES = [0.5, 1.0, 2.0]


@pytest.fixture(scope="module")
def grid() -> xr.Dataset:
    return foedus.sweep({"ally_cost": COSTS, "status_quo": SHARES})


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    axes = {"ally_cost": COSTS, "stake": STAKES, "status_quo": SHARES}
    return foedus.sweep(axes, challenger_cost=0.7)


@pytest.fixture(scope="module")
def line() -> xr.Dataset:
    return foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 101)})


# what a map shows


def test_a_map_shows_the_first_axis_on_x_and_every_regime_in_its_colour(grid):
    (mesh,) = meshes(foedus.plot(grid))
    drawn = colours(mesh)
    assert drawn.shape[:2] == (17, 24)
    for j, i in np.ndindex(17, 24):
        code = Regime(int(grid.regime[i, j]))
        np.testing.assert_allclose(drawn[j, i, :3], to_rgb(model.colours[Regime][code]))
    assert mesh.get_rasterized()


def test_the_legend_has_the_regimes_that_occur_in_the_order_of_their_codes(grid):
    def words(codes):
        return [Regime(code).name.lower().replace("_", "-") for code in sorted(codes)]

    everywhere = legends(foedus.plot(grid))
    assert everywhere == [words(set(grid.regime.values.ravel().tolist()))]
    assert "self-reliance" in everywhere[0]
    corner = grid.isel(ally_cost=slice(0, 8), status_quo=slice(0, 8))
    assert legends(foedus.plot(corner)) == [words(set(corner.regime.values.ravel().tolist()))]
    assert legends(foedus.plot(corner)) != everywhere


def test_crises_are_categories_in_human_words(grid):
    figure = foedus.plot(grid, "crisis_without")
    assert legends(figure) == [["ally challenges", "quiet", "challenger challenges"]]
    assert figure.legends[0].get_title().get_text() == "who challenges without the alliance"
    drawn = {tuple(np.round(rgb[:3], 6)) for rgb in colours(meshes(figure)[0]).reshape(-1, 4)}
    assert drawn == {tuple(np.round(to_rgb(c), 6)) for c in model.colours[Crisis].values()}


@pytest.mark.parametrize("variable", ["regime", "crisis"])
def test_unsolved_games_look_like_nothing_else(grid, variable):
    broken = grid.copy(deep=True)
    broken.regime[3:6, 4:8] = -1
    figure = foedus.plot(broken, variable)
    assert legends(figure)[0][0] == "unsolved"
    assert meshes(figure)[0].get_array().mask.sum() == 12
    behind, patch = figure.axes[0].patch, figure.legends[0].get_patches()[0]
    assert (behind.get_hatch(), behind.get_facecolor()) == (patch.get_hatch(), patch.get_facecolor())
    assert behind.get_hatch() == "////"
    assert foedus.plot(grid, variable).axes[0].patch.get_hatch() is None


def test_cells_are_centred_on_their_games_as_the_axis_is_drawn(grid):
    figure = foedus.plot(grid)
    axes = figure.axes[0]
    corners = meshes(figure)[0].get_coordinates()
    x, y = corners[0, :, 0], corners[:, 0, 1]
    np.testing.assert_allclose(np.sqrt(x[1:] * x[:-1]), COSTS)
    np.testing.assert_allclose((y[1:] + y[:-1]) / 2, SHARES)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    np.testing.assert_allclose(axes.get_xlim(), x[[0, -1]])
    np.testing.assert_allclose(axes.get_ylim(), y[[0, -1]])


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        (np.geomspace(0.01, 100, 5), "log"),
        ([1.0, 2.0, 4.0], "log"),
        ([1.0, 2.0, 4.001], "linear"),
        ([1.0, 2.0, 3.0], "linear"),
        ([1.0, 10.0], "linear"),
        ([0.0, 1.0, 10.0], "linear"),
        ([2.0, 2.0 + 1e-9, 2.0 + 2e-9], "linear"),
    ],
)
def test_an_axis_is_logarithmic_where_its_values_are_geometric(values, scale):
    figure = foedus.plot(foedus.sweep({"stake": values}, variables=["regime"]))
    assert figure.axes[0].get_xscale() == scale


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        (0.05, 5, ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"]),
        (0.01, 10, ["0.01", "0.03", "0.1", "0.3", "1", "3", "10"]),
        (1e-5, 100, [r"1 \times 10^{-5}", "0.0001", "0.001", "0.01", "0.1", "1", "10", "100"]),
        (1e-6, 1e4, [r"1 \times 10^{-6}", "0.0001", "0.01", "1", "100", "10000"]),
        (0.3, 0.5, ["0.3", "0.35", "0.4", "0.45", "0.5"]),
    ],
)
def test_ticks_of_a_log_axis_are_plain_round_numbers(first, last, ticks):
    ds = foedus.sweep({"ally_cost": np.geomspace(first, last, 60)}, variables=["regime"])
    axis = foedus.plot(ds).axes[0].xaxis
    assert [label.get_text() for label in axis.get_majorticklabels()] == [f"${tick}$" for tick in ticks]
    assert {label.get_text() for label in axis.get_minorticklabels()} <= {""}


def test_labels_have_long_names_symbols_and_units(grid):
    figure = foedus.plot(grid, "burden_share")
    assert figure.axes[0].get_xlabel() == "ally's cost of arms, $c_{A}$ (good per unit of arms)"
    assert figure.axes[0].get_ylabel() == "ally's share under the status quo, $q$ (good)"
    bar = next(axes for axes in figure.axes if axes.get_label() == "<colorbar>")
    assert bar.get_ylabel().split("\n") == [
        "superpower's share of the",
        "alliance's spending, $c_{S} s/(c_{S} s + c_{A} a)$",
    ]


@pytest.mark.parametrize(
    ("symbol", "typeset"),
    [
        ("phi", r"\phi"),
        ("lambda", r"\lambda"),
        ("e_A", "e_{A}"),
        ("U_S^0", "U_{S}^{0}"),
        ("a + phi s - a^0", r"a + \phi s - a^{0}"),
        ("theta", r"\theta"),
        ("1 - eta beta", r"1 - \eta \beta"),
        ("epic", "epic"),
    ],
)
def test_symbols_are_typeset(symbol, typeset):
    assert tex(symbol) == typeset


def test_every_label_of_the_table_can_be_typeset():
    entries = [*NUMBERS.values(), *VARIABLES.values()]
    for entry in entries:
        lines = parts.wrap_text(parts.label_of(entry, parts.Look()), 3)
        assert " ".join(lines) == parts.label_of(entry, parts.Look())
        assert all(line.count("$") % 2 == 0 for line in lines)


DECISIVENESS = np.linspace(1, 5, 9)
IN_ARMS = "decisiveness of the contest, $\\gamma$ (1/arms)"
COST = "ally's cost of arms, $c_{A}$ (good per unit of arms)"


def test_an_axis_is_labelled_in_the_units_that_its_parameter_has_in_the_form_of_the_games():
    line = foedus.sweep({"decisiveness": DECISIVENESS}, contest="difference")
    assert line.decisiveness.units == "1/arms"
    assert foedus.plot(line).axes[0].get_xlabel() == IN_ARMS
    assert axis_labels(foedus.plot(line, ["pledge"])) == (IN_ARMS, "")
    over = foedus.sweep({"decisiveness": DECISIVENESS, "ally_cost": COSTS}, contest="difference")
    assert axis_labels(foedus.plot(over)) == (IN_ARMS, COST)
    assert axis_labels(foedus.plot(over.transpose())) == (COST, IN_ARMS)
    ratio = foedus.sweep({"decisiveness": DECISIVENESS, "ally_cost": COSTS})
    assert axis_labels(foedus.plot(ratio)) == (IN_ARMS.removesuffix(" (1/arms)"), COST)


def test_cutpoints_are_labelled_in_the_units_of_their_parameters():
    along = foedus.cutpoints("decisiveness", (1, 5), {"ally_cost": COSTS[::6]}, contest="difference")
    assert axis_labels(foedus.plot(along)) == (IN_ARMS, COST)
    over = foedus.cutpoints("ally_cost", (0.05, 5), {"decisiveness": DECISIVENESS}, contest="difference")
    assert axis_labels(foedus.plot(over)) == (COST, IN_ARMS)


def test_an_axis_has_the_units_of_the_form_at_which_it_is_cut():
    both = foedus.compare({"decisiveness": DECISIVENESS}, {"contest": ["ratio", "difference"]})
    shown = {form: foedus.plot(both, at={"contest": form}) for form in ("ratio", "difference")}
    labels = {form: figure.axes[0].get_xlabel() for form, figure in shown.items()}
    assert labels == {"ratio": IN_ARMS.removesuffix(" (1/arms)"), "difference": IN_ARMS}


@pytest.mark.parametrize(("form", "units"), [("a", "m"), ("b", "1/s")])
def test_units_by_form_are_read_from_the_file_of_a_users_model(form, units, tmp_path):
    speed = Parameter("speed", "v", 1.0, "> 0", "m", "how fast", units_by=("form", {"b": "1/s"}))
    forms = Parameter("form", "", "a", long_name="form", choices=("a", "b"))
    users = Model("by_form", "Units by form", [speed, forms], [Outcome("crisis", codes=Crisis)], one_code)
    games = foedus.sweep({"speed": [1.0, 2.0, 3.0]}, model=users, form=form)
    foedus.save(games, tmp_path / "map.nc")
    for dataset in (games, foedus.load(tmp_path / "map.nc")):
        assert foedus.plot(dataset).axes[0].get_xlabel() == f"how fast, $v$ ({units})"


def one_code(p):
    return (1,)


# numbers


def test_numbers_of_one_sign_run_over_their_range_and_of_both_are_centred_on_zero(grid):
    (mesh,) = meshes(foedus.plot(grid, "pledge"))
    assert mesh.norm.vmin == float(grid.pledge.min())
    assert mesh.norm.vmax == float(grid.pledge.max())
    assert mesh.cmap.name == "viridis"
    (mesh,) = meshes(foedus.plot(grid, "aggrandizement"))
    assert mesh.cmap.name == "RdBu_r"
    assert mesh.norm.vmax == -mesh.norm.vmin == float(np.abs(grid.aggrandizement).max())
    noisy = grid.assign(ally_payoff=grid.ally_payoff.where(grid.ally_payoff > 0.1, -1e-17))
    assert meshes(foedus.plot(noisy, "ally_payoff"))[0].cmap.name == "viridis"


def test_cells_without_a_number_are_grey_and_explained(grid):
    gap = grid.assign(pledge=grid.pledge.where(grid.status_quo > 0.3))
    figure = foedus.plot(gap, "pledge")
    assert legends(figure) == [["undefined"]]
    patch = figure.subfigs[0].legends[0].get_patches()[0]
    assert figure.axes[0].patch.get_facecolor() == patch.get_facecolor()
    np.testing.assert_array_equal(meshes(figure)[0].get_array().mask, np.isnan(gap.pledge.values.T))
    assert legends(foedus.plot(grid, "pledge")) == []


@pytest.mark.parametrize("cut", [{}, {"status_quo": 0.5}])
def test_a_variable_that_is_nowhere_defined_is_said_to_be(grid, cut, tmp_path):
    nothing = grid[["pledge"]] * np.nan
    figure = foedus.plot(nothing, at=cut)
    plots.save_figure(figure, tmp_path / "nothing.png")
    said = [*(text.get_text() for text in figure.axes[0].texts), *itertools.chain(*legends(figure))]
    assert said == ["undefined"]
    assert [axes.get_label() for axes in figure.axes] == [""]


# one axis


def test_a_curve_lies_over_bands_of_the_regimes_and_breaks_where_they_change(line):
    figure = foedus.plot(line, "pledge")
    axes = figure.axes[0]
    codes = line.regime.values
    changes = np.flatnonzero(np.diff(codes))
    spans = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    costs = line.ally_cost.values
    np.testing.assert_allclose([span.x1 for span in spans[:-1]], np.sqrt(costs[1:] * costs[:-1])[changes])
    np.testing.assert_allclose([span.x0 for span in spans[1:]], [span.x1 for span in spans[:-1]])
    assert len(legends(figure)[0]) == len(set(codes.tolist()))
    (curve,) = axes.lines
    heights = np.asarray(curve.get_ydata(), float)
    np.testing.assert_array_equal(heights[np.isfinite(heights)], line.pledge.values)
    assert np.isnan(heights).sum() == changes.size > 2
    assert axes.get_ylabel() == "forces pledged by the superpower, $s$ (arms)"


def test_a_curve_without_regimes_in_the_dataset_is_whole(line):
    figure = foedus.plot(line[["pledge"]])
    assert (list(figure.axes[0].patches), figure.legends) == ([], [])
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), line.pledge.values)


def test_a_single_game_between_two_regimes_is_marked():
    ds = foedus.sweep({"status_quo": np.linspace(0.1, 0.9, 31)}, variables=["regime", "pledge"])
    ds.regime[:] = 2
    ds.regime[7] = 3
    (curve,) = foedus.plot(ds, "pledge").axes[0].lines
    (marked,) = curve.get_markevery()
    assert curve.get_xdata()[marked] == ds.status_quo[7]


def test_regimes_along_one_axis_come_with_the_arms_that_the_dataset_has(line):
    figure = foedus.plot(line)
    arms = ["forces pledged by the superpower, $s$", "ally's new arms, $a$", "challenger's new arms, $b$"]
    assert legends(figure)[1] == arms
    assert len({curve.get_linestyle() for curve in figure.axes[0].lines}) == 3
    assert figure.axes[0].get_ylabel() == "arms"
    two = foedus.plot(line, "crisis_without")
    assert legends(two)[1] == ["ally's new arms without the alliance, $a^{0}$",
                               "challenger's new arms without the alliance, $b^{0}$"]  # fmt: skip
    bare = foedus.plot(line[["regime"]])
    assert (list(bare.axes[0].lines), list(bare.axes[0].get_yticks())) == ([], [])
    first = bare.axes[0].patches[0].get_facecolor()[:3]
    assert first == to_rgb(model.colours[Regime][Regime(int(line.regime[0]))])


# three axes


@pytest.mark.parametrize("variable", ["regime", "aggrandizement"])
def test_three_axes_are_panels_over_the_shortest_with_one_key(cube, variable):
    figure = foedus.plot(cube, variable)
    maps = meshes(figure)
    assert [axes.get_title() for axes in figure.axes[:3]] == [f"$\\lambda = {v:g}$" for v in STAKES]
    for i, mesh in enumerate(maps):
        np.testing.assert_array_equal(mesh.get_array(), cube[variable].isel(stake=i).values.T)
    assert len({(mesh.norm.vmin, mesh.norm.vmax) for mesh in maps}) == 1
    assert len(figure.axes) + len(figure.legends) == 4
    assert figure.axes[1].get_xlim() == figure.axes[0].get_xlim()
    assert caption(figure).startswith(
        r"Panels by superpower's stake in the status quo, $\lambda$; ratio contest"
    )
    along = axis_labels(figure)
    assert along[0].startswith("ally's cost of arms")
    assert along[1].startswith("ally's share under")


@pytest.mark.parametrize(
    ("count", "left", "bottom"), [(4, [0, 2], [2, 3]), (5, [0, 3], [2, 3, 4]), (9, [0, 3, 6], [6, 7, 8])]
)
def test_only_the_outer_panels_have_tick_labels(count, left, bottom):
    axes = {"stake": np.linspace(1, 2, count), "ally_cost": COSTS[:10], "status_quo": SHARES[:10]}
    panels = foedus.plot(foedus.sweep(axes, variables=["regime"])).axes
    assert [i for i, p in enumerate(panels) if p.yaxis.get_tick_params()["labelleft"]] == left
    assert [i for i, p in enumerate(panels) if p.xaxis.get_tick_params()["labelbottom"]] == bottom


# slices and captions


@pytest.mark.parametrize("stake", [1.0, 1.4])
def test_a_slice_is_solved_where_the_grid_has_no_such_value(cube, stake):
    figure = foedus.plot(cube, "pledge", at={"stake": stake})
    axes = {"ally_cost": COSTS, "status_quo": SHARES}
    exact = foedus.sweep(axes, stake=stake, challenger_cost=0.7, variables=["pledge"])
    np.testing.assert_array_equal(meshes(figure)[0].get_array(), exact.pledge.T)
    said = rf"At $\lambda = {stake:g}$; ratio contest; $c_{{C}} = 0.7$; all else at default"
    assert caption(figure) == said


def test_a_slice_of_forms_is_solved_too():
    axes, over = {"ally_cost": COSTS, "status_quo": [0.3, 0.5]}, {"contest": ["ratio", "difference"]}
    figure = foedus.plot(foedus.compare(axes, over), "pledge", at={"status_quo": 0.4})
    for mesh, contest in zip(meshes(figure), over["contest"], strict=True):
        exact = foedus.sweep({"ally_cost": COSTS}, status_quo=0.4, contest=contest, variables=["pledge"])
        np.testing.assert_array_equal(mesh.get_array()[0], exact.pledge)


@pytest.mark.parametrize(
    "changed",
    [
        lambda ds: ds.drop_vars("effectiveness"),
        lambda ds: ds.assign(pledge=2 * ds.pledge),
        lambda ds: ds.where(ds.regime != Regime.REVISION),
        lambda ds: ds.assign(deviation_gain=ds.pledge * 0),
    ],
    ids=["a parameter is not told", "other numbers", "games left out", "what is searched for"],
)
def test_a_slice_that_cannot_be_solved_again_is_the_nearest_and_says_how_far_off_it_is(cube, changed):
    ds = changed(cube)
    name = "deviation_gain" if "deviation_gain" in ds else "pledge"
    figure = foedus.plot(ds, name, at={"stake": 1.4})
    np.testing.assert_array_equal(meshes(figure)[0].get_array(), ds[name].sel(stake=1.0).values.T)
    assert caption(figure).startswith(r"At $\lambda = 1$ ($0.4$ below the $1.4$ asked for); ")


def test_a_slice_of_a_model_of_ones_own_is_solved_where_the_model_is_given(tmp_path):
    own, steps = dollars("g"), np.linspace(-1, 1, 5)
    ds = foedus.sweep({"gain": steps, "war_cost": steps}, model=own)
    exact = foedus.plot(ds, "net", at={"war_cost": 0.3}, model=own)
    np.testing.assert_allclose(exact.axes[0].lines[0].get_ydata(), [-0.3, -0.15, 0, np.nan, 0.15, 0.3])
    nearest = foedus.plot(ds, "net", at={"war_cost": 0.3})
    assert caption(nearest).startswith("At $c = 0.5$ ($0.2$ above the $0.3$ asked for)")
    with pytest.raises(ValueError, match=r"^the dataset is of the model dollars, not of alliance$"):
        foedus.plot(ds, "net", model=model)


def test_games_that_are_left_out_are_blank(grid):
    figure = foedus.plot(grid.where(grid.regime != Regime.REVISION))
    (mesh,) = meshes(figure)
    left = grid.regime.values.T == Regime.REVISION
    assert np.array_equal(mesh.get_array() == -2, left)
    mesh.update_scalarmappable()
    assert (mesh.get_facecolors()[left.ravel()] == 1).all()
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "left out" in labels
    assert "revision" not in labels
    assert f"{left.sum():,} of {left.size:,} games are left out" in caption(figure)


def test_a_picture_of_numbers_does_not_need_the_codes(grid):
    means = grid.coarsen({dim: 2 for dim in grid.regime.dims}, boundary="trim").mean()
    (mesh,) = meshes(foedus.plot(means, "pledge"))
    np.testing.assert_array_equal(mesh.get_array(), means.pledge.values.T)
    curve = means.isel(status_quo=0)
    for figure in (foedus.plot(curve, "pledge"), foedus.plot(curve, ["pledge", "settlement"])):
        assert "are left out" not in caption(figure)
    with pytest.raises(ValueError, match="the values of crisis are not codes"):
        foedus.plot(means, "crisis")


def test_maps_beside_each_other_are_told_as_what_they_are():
    options = {"variables": ["regime"]}
    maps = [foedus.sweep({"ally_cost": COSTS}, stake=k, challenger_cost=k / 2, **options) for k in (1, 2)]
    joined = xr.concat(maps, "stake", coords="different", compat="equals")
    assert (
        caption(foedus.plot(joined)) == r"Ratio contest; $c_{C}$ varies along $\lambda$; all else at default"
    )
    maps = [
        foedus.sweep({"ally_cost": COSTS}, decisiveness=k, contest=contest, **options)
        for k, contest in enumerate(("ratio", "difference"), 1)
    ]
    joined = xr.concat(maps, "decisiveness", coords="different", compat="equals")
    assert caption(foedus.plot(joined)) == r"Contest varies along $\gamma$; all else at default"


def test_the_caption_tells_what_differs_from_the_default(grid):
    assert caption(foedus.plot(grid)) == "Ratio contest; all else at default"
    ds = foedus.sweep({"ally_cost": COSTS}, stake=2.0, alliance_cost=1e-6, variables=["regime"])
    expected = r"Ratio contest; $\lambda = 2$, $f = 1 \times 10^{-6}$; all else at default"
    assert caption(foedus.plot(ds)) == expected
    assert caption(foedus.plot(ds.drop_vars("stake"))) == r"Ratio contest; $f = 1 \times 10^{-6}$"


@pytest.mark.parametrize("variable", ["regime", "aggrandizement"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_no_text_overlaps_another_or_is_cut(axes, variable):
    others = [name for name in NUMBERS if name not in ("ally_cost", "status_quo", "stake", "decisiveness")]
    fixed = {name: NUMBERS[name].default * 0.987 + 0.0123 * (name != "bargaining_power") for name in others}
    fixed["effectiveness"] = 0.987654
    values = {"ally_cost": COSTS, "status_quo": SHARES, "stake": STAKES}
    figure = foedus.plot(foedus.sweep(dict(list(values.items())[:axes]), **fixed), variable)
    assert "\n" in figure.get_supxlabel()
    assert overlaps(figure) == []


# odd axes


def test_the_order_of_the_values_on_an_axis_does_not_matter(grid):
    shuffled = grid.isel(ally_cost=np.random.default_rng(3).permutation(24), status_quo=slice(None, None, -1))
    one, other = (meshes(foedus.plot(ds))[0] for ds in (grid, shuffled))
    np.testing.assert_array_equal(one.get_array(), other.get_array())
    np.testing.assert_array_equal(one.get_coordinates(), other.get_coordinates())
    doubled = xr.concat([grid, grid], "ally_cost")
    np.testing.assert_array_equal(one.get_array(), meshes(foedus.plot(doubled))[0].get_array())


@pytest.mark.parametrize("variable", ["regime", "pledge"])
def test_an_axis_of_one_value_is_only_mentioned(grid, variable, tmp_path):
    figure = foedus.plot(grid.isel(status_quo=[8]), variable)
    assert meshes(figure) == []
    assert caption(figure) == "At $q = 0.5$; ratio contest; all else at default"
    figure = foedus.plot(grid.isel(status_quo=[8], ally_cost=[3]), variable)
    plots.save_figure(figure, tmp_path / "dot.png")
    (tick,) = figure.axes[0].xaxis.get_majorticklabels()
    assert tick.get_text() == f"${grid.status_quo.values[8]:g}$"
    low, high = figure.axes[0].get_xlim()
    assert low < grid.status_quo.values[8] < high


def test_a_variable_of_one_value_is_drawn(grid, tmp_path):
    flat = grid[["pledge"]] * 0
    figure = foedus.plot(flat)
    plots.save_figure(figure, tmp_path / "flat.png")
    drawn = colours(meshes(figure)[0])
    assert (drawn == drawn[0, 0]).all()


def test_drawing_leaves_the_dataset_alone(cube):
    before = cube.copy(deep=True)
    foedus.plot(cube, "crisis", at={"stake": 2})
    xr.testing.assert_identical(cube, before)


def test_no_figure_is_kept_and_no_screen_asked_for():
    program = (
        "import sys, foedus; foedus.plot(foedus.sweep({'ally_cost': [0.2, 1.0]}, variables=['regime']))\n"
        "assert 'foedus.draw.plots' in sys.modules\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# errors


def test_errors_are_one_line_that_says_what_is_allowed(grid, cube):
    points = foedus.solve_points({"ally_cost": [0.2, 1.0]})
    many = foedus.sweep({name: np.linspace(0.3, 0.6, 10) for name in ("stake", "ally_cost", "status_quo")},
                        variables=["regime"])  # fmt: skip
    four = foedus.sweep({name: [0.3, 0.6] for name in ("stake", "ally_cost", "status_quo", "ally_forces")},
                        variables=["regime"])  # fmt: skip
    two = grid[["regime", "pledge"]]
    for arguments, error, message in [
        ((two, "presige", {}), ValueError, "'presige' is not a variable of this dataset; "
         "it has regime, pledge"),
        ((two[[]], None, {}), ValueError, "the dataset has no variable to draw"),
        ((two.regime, None, {}), TypeError, "a Dataset is needed, not a DataArray"),
        ((two, None, {"stake": 1}), ValueError,
         "'stake' is not an axis of this dataset; it has ally_cost, status_quo (from at)"),
        ((cube, None, {"stake": 2.5}), ValueError,
         "at: stake = 2.5 is outside its axis; it must be from 0.5 to 2"),
        ((cube, None, {"stake": "2"}), TypeError, "stake = '2' is not a number; it must be >= 0"),
        ((cube, None, 2.0), TypeError, "at = 2.0 is not a mapping of axes to values"),
        ((two, None, {"ally_cost": 1, "status_quo": 0.5}), ValueError,
         "at fixes every axis; leave out at least one of ally_cost, status_quo"),
        ((points, None, {}), ValueError,
         "scattered games (dim 'game') have no map; only the dataset of a sweep can be drawn"),
        ((grid.isel(ally_cost=0, status_quo=0), None, {}), ValueError,
         "regime has a single value; a picture needs at least one axis"),
        ((two.rename(ally_cost="draw"), None, {}), ValueError,
         "the axis 'draw' is not a parameter with values"),
        ((many, None, {}), ValueError, "status_quo has 10 values, but a picture has at most 9 panels: fix an axis "
         "with at (on the command line, --at status_quo=VALUE)"),
        ((four, None, {}), ValueError, "a picture shows three axes at most, not stake, ally_cost, "
         "status_quo, ally_forces: fix 1 of them with at (on the command line, --at)"),
    ]:  # fmt: skip
        dataset, variable, at = arguments
        with pytest.raises(error) as caught:
            foedus.plot(dataset, variable, at=at)
        assert str(caught.value) == message


def test_the_first_variable_is_drawn_where_there_is_no_regime(grid):
    figure = foedus.plot(grid[["settlement", "pledge"]])
    assert figure.axes[-1].get_ylabel() == "ally's share in the settlement, $x$ (good)"


def test_a_dimension_that_is_called_as_one_of_other_results_makes_no_picture_of_those(line):
    for dim in ("cutpoint", "output", "vertex"):
        with pytest.raises(ValueError, match=f"the axis '{dim}' is not a parameter with values"):
            foedus.plot(line.expand_dims({dim: 2}))


# files


def test_pictures_are_written_in_every_format(grid, tmp_path):
    figure = foedus.plot(grid)
    for name in ("map.png", "map.svg", "map.pdf", "map.eps", "map.tif"):
        plots.save_figure(figure, tmp_path / name)
    image = matplotlib.image.imread(tmp_path / "map.png")
    assert image.shape[:2] == tuple((figure.get_size_inches()[::-1] * 200).astype(int))
    pixels = set(np.unique((image[..., :3] * 255).round().astype(int) @ [2**16, 2**8, 1]).tolist())
    for code in np.unique(grid.regime):
        assert int(model.colours[Regime][Regime(int(code))][1:], 16) in pixels
    assert ET.parse(tmp_path / "map.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert (tmp_path / "map.pdf").read_bytes().startswith(b"%PDF-")
    assert b"/Type3" not in (tmp_path / "map.pdf").read_bytes()
    eps = (tmp_path / "map.eps").read_bytes()
    assert eps.startswith(b"%!PS-Adobe-3.0 EPSF")
    assert b"/Type3" not in eps
    with PIL.Image.open(tmp_path / "map.tif") as tiff:
        assert tiff.size == tuple((figure.get_size_inches() * 600).astype(int))
        assert tiff.info["dpi"] == (600, 600)
        assert tiff.mode == "RGB"
        corner, middle = tiff.getpixel((0, 0)), tiff.getpixel((tiff.width // 8, tiff.height * 2 // 3))
    assert corner == (255, 255, 255)
    assert middle == tuple(int(model.colours[Regime][Regime.REVISION][k : k + 2], 16) for k in (1, 3, 5))
    names = ["map.eps", "map.pdf", "map.png", "map.svg", "map.tif"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names


def test_unsolved_games_are_hatched_in_eps_where_nothing_is_transparent(grid, tmp_path):
    broken = grid.copy(deep=True)
    broken.regime[3:6, 4:8] = -1
    plots.save_figure(foedus.plot(broken), tmp_path / "map.eps")
    text = (tmp_path / "map.eps").read_text("latin-1")
    width, height, pixels = re.search(
        r"(\d+) (\d+) 8 \[[^]]*\]\s*\{[^}]*\} bind false 3 colorimage\s*([0-9a-f\s]+)", text
    ).groups()
    image = np.frombuffer(bytes.fromhex("".join(pixels.split())), np.uint8)
    image = image.reshape(int(height), int(width), 3)
    share = 12 / grid.regime.size  # of the map
    for colour, least in ((0, 0.4), (255, 0.05)):  # the edges of the white lines are grey
        assert least * share < (image == colour).all(-1).mean() < share


@pytest.mark.parametrize("dpi", [0, -1, 1e5, "many", True])
def test_a_resolution_that_is_none_is_refused(grid, tmp_path, dpi):
    with pytest.raises(
        (TypeError, ValueError), match=r"^dpi = .*; it must be in dots per inch, > 0 and <= 4800$"
    ):
        plots.save_figure(foedus.plot(grid), tmp_path / "map.png", dpi)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["regime", ["pledge", "settlement"]])
def test_a_notebook_shows_a_picture_without_being_told_how(line, variable):
    """IPython asks a figure for this where pyplot has not told it how to show one."""
    shown = matplotlib.image.imread(io.BytesIO(foedus.plot(line, variable)._repr_png_()), format="png")
    assert shown.shape[0] > 200
    assert np.unique(shown.reshape(-1, shown.shape[2]), axis=0).shape[0] > 5


ENDINGS = "png", "svg", "pdf", "eps", "tif"


@pytest.fixture(scope="module")
def drawn_twice(tmp_path_factory):
    """A folder with the same picture from two processes, in every format."""
    folder = tmp_path_factory.mktemp("twice")
    program = (
        "import sys, foedus; from foedus.draw.plots import save_figure\n"
        "ds = foedus.sweep({'ally_cost': [0.2, 1.0, 5.0]}, variables=['regime', 'pledge'])\n"
        "for file in sys.argv[1:]: save_figure(foedus.plot(ds), file)"
    )
    for seed in "12":
        command = [sys.executable, "-c", program, *(folder / f"{seed}.{ending}" for ending in ENDINGS)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed})
    return folder


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_picture_is_the_same_file_in_every_process(drawn_twice, ending):
    """It contains no time, nothing random, and nothing that depends on the hashes of a process."""
    one, other = ((drawn_twice / f"{seed}.{ending}").read_bytes() for seed in "12")
    assert one == other
    assert b"CreationDate" not in one
    assert b"dc:date" not in one


def test_many_threads_draw_what_one_draws(line, tmp_path):
    """Also at resolutions at which matplotlib has not read the formulas yet."""

    def drawn(dpi):
        figure, stream, file = foedus.plot(line), io.BytesIO(), tmp_path / f"{dpi}.svg"
        figure.savefig(stream, format="png", dpi=dpi)
        plots.save_figure(figure, file)
        return stream.getvalue(), file.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(drawn, range(41, 49)))
    for dpi, found in zip((41, 48), together[::7], strict=True):
        assert found == drawn(dpi)


def test_the_ending_may_be_in_capitals(line, tmp_path):
    plots.save_figure(foedus.plot(line[["regime"]]), tmp_path / "map.PNG")
    assert (tmp_path / "map.PNG").read_bytes().startswith(b"\x89PNG")


def test_a_large_map_makes_a_small_drawing(tmp_path):
    ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 200), "status_quo": np.linspace(0.1, 0.9, 200)},
                      variables=["regime"])  # fmt: skip
    plots.save_figure(foedus.plot(ds), tmp_path / "map.svg")
    assert (tmp_path / "map.svg").stat().st_size < 200_000


@pytest.mark.parametrize("name", ["map.jpg", "map", "map.nc"])
def test_other_endings_are_refused(grid, tmp_path, name):
    path = tmp_path / name
    message = f"{path}: a picture cannot end in {path.suffix!r}; it must end in .png, .svg, .pdf, .eps, .tif or .tiff"
    for refuse in (plots.check_picture_path, lambda path: plots.save_figure(foedus.plot(grid), path)):
        with pytest.raises(ValueError, match="cannot end") as caught:
            refuse(path)
        assert str(caught.value) == message
    with pytest.raises(FileNotFoundError, match="does not exist"):
        plots.check_picture_path(tmp_path / "nowhere" / "map.png")
    assert plots.check_picture_path(str(tmp_path / "map.png")) == tmp_path / "map.png"
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_fails_leaves_the_old_one_and_nothing_beside_it(grid, tmp_path, monkeypatch):
    path = tmp_path / "map.png"
    path.write_text("old")
    figure = foedus.plot(grid)

    def fail(draft, **_):
        draft.write_text("half")
        raise OSError("the disk is full")

    monkeypatch.setattr(figure, "savefig", fail)
    with pytest.raises(OSError, match="the disk is full"):
        plots.save_figure(figure, path)
    assert [p.name for p in tmp_path.iterdir()] == ["map.png"]
    assert path.read_text() == "old"


# colours

# Linear RGB as seen without one kind of cone, at full severity: Machado, Oliveira and Fernandes (2009), A
# physiologically-based model for simulation of color vision deficiency, IEEE TVCG 15(6), table 1.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colour, vision: str = "normal") -> np.ndarray:
    """Return CIE L*, a*, b* (D65) of an sRGB colour as seen with a kind of vision."""
    rgb = np.array(to_rgb(colour))
    linear = VISION[vision] @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    ratios = XYZ @ linear.clip(0, 1) / XYZ.sum(axis=1)
    f = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_lab_is_right_where_it_is_known():
    np.testing.assert_allclose(lab("white"), [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(lab("red"), [53.24, 80.09, 67.20], atol=0.02)
    np.testing.assert_allclose(lab("blue"), [32.30, 79.19, -107.86], atol=0.02)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("codes", [Regime, Crisis])
def test_colours_differ_for_readers_who_lack_a_cone(codes, vision):
    # 20 in Lab is about ten times what can just be noticed side by side, as areas on one page are
    for one, other in itertools.combinations([*model.colours[codes].values(), "black"], 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 20, (one, other)


def test_colours_differ_in_grey_print():
    # regimes that were found side by side on 300 maps through random games; where two areas touch, the eye
    # has only this step to go by, elsewhere it has the legend and the neighbours too
    meeting = ["02", "23", "25", "35", "01", "12", "45", "05", "34", "15", "13", "03", "24"]
    for one, other in itertools.combinations(model.colours[Regime], 2):
        step = abs(lab(model.colours[Regime][one])[0] - lab(model.colours[Regime][other])[0])
        assert step > (15 if f"{one}{other}" in meeting else 10), (one, other)


def test_regimes_that_meet_in_maps_are_those_that_colours_were_chosen_for(grid):
    codes = grid.regime.values
    pairs = [
        *zip(codes[1:].flat, codes[:-1].flat, strict=True),
        *zip(codes[:, 1:].flat, codes[:, :-1].flat, strict=True),
    ]
    for one, other in {tuple(sorted(map(int, pair))) for pair in pairs if pair[0] != pair[1]}:
        step = lab(model.colours[Regime][Regime(one)])[0] - lab(model.colours[Regime][Regime(other)])[0]
        assert abs(step) > 15


def test_curves_can_be_read_on_every_tint():
    for code in Regime:
        face = parts.face_of(model, Regime, code, tint=True)
        if "hatch" not in face:
            assert lab(face["facecolor"])[0] > 55


def test_an_empty_axis_is_refused():
    ds = foedus.sweep({"ally_cost": [0.3, 1.0], "stake": [1.0, 2.0]})
    with pytest.raises(ValueError, match="regime has no values; an axis of the dataset is empty"):
        foedus.plot(ds.isel(ally_cost=slice(0, 0)))


def test_a_large_map_has_a_cell_for_each_dot(tmp_path):
    """Of a file, no other values are read."""
    axes = {"ally_cost": np.geomspace(0.05, 5, 2000), "status_quo": np.linspace(0.1, 0.9, 2500)}
    foedus.sweep_to(tmp_path / "map.nc", axes, variables=["regime"])
    with opened(tmp_path / "map.nc") as dataset:
        figure = foedus.plot(dataset)
    expected = foedus.sweep({"ally_cost": axes["ally_cost"][::2], "status_quo": axes["status_quo"][::2]})
    (axes,) = figure.axes
    assert (axes.collections[0].get_array() == expected.regime.values.T).all()
    assert caption(figure) == "Ratio contest; all else at default"
    dots = axes.bbox.size / figure.dpi * 200
    assert all(size >= 0.9 * dot for size, dot in zip((1000, 1250), dots, strict=True))


# words and symbols of any model


class Mood(Code):
    CALM, WAR = range(2)


def bargain(p):
    return (Mood.WAR if p.gain > 0 else Mood.CALM), p.gain * p.war_cost


def dollars(symbol: str, coded: str = "crisis_mood") -> Model:
    """Return a model with dollars in its words and units, one of whose parameters has this symbol."""
    gain = Parameter("gain", symbol, 0.5)
    cost = Parameter("war_cost", "c", 0.5, "any", "$", "cost in $, of $100")
    return Model(
        "dollars", "Money", [gain, cost], [Outcome(coded, codes=Mood), Outcome("net", "n", "$")], bargain
    )


def texts(figure) -> str:
    """Return all that is written in a picture, once it was drawn."""
    figure.draw_without_rendering()
    return "|".join(" ".join(text.get_text().split()) for text in figure.findobj(Text))


# a dollar that is written as \$ is drawn as it is
@pytest.mark.parametrize(
    ("symbol", "drawn"),
    [
        ("g_1", "$g_{1}$"),
        (r"\theta", r"$\theta$"),
        ("$g$", r"\$g\$"),
        ("g^{", "g^{"),
        (r"\nonsense", r"\nonsense"),
    ],
)
def test_dollars_are_drawn_as_they_are_and_so_is_a_symbol_that_cannot_be_typeset(symbol, drawn):
    own, steps = dollars(symbol), np.linspace(-1, 1, 5)
    grid = foedus.sweep({"gain": steps, "war_cost": steps}, model=own)
    cut = foedus.cutpoints("gain", (-1, 1), {"war_cost": steps}, model=own)
    laws = {"gain": ("uniform", -1, 1), "war_cost": ("uniform", 0, 1)}
    bars = foedus.sensitivity(laws, model=own, samples=256, outputs=["net"])
    cost, net = r"cost in \$, of \$100, $c$", r"net, $n$ (\$)"
    for figure, words in (
        (foedus.plot(grid), [rf"{cost} (\$)"]),
        (grid.foedus.plot("net"), [rf"{cost} (\$)", net]),
        (foedus.plot(grid, "net", at={"war_cost": 0.5}), [net]),
        (foedus.plot(grid, ["net"], at={"war_cost": 0.5}), [net]),
        (foedus.plot(cut), [rf"{cost} (\$)"]),
        (foedus.plot(bars), [cost, r"mean (\$)"]),
    ):
        for text in (f"gain, {drawn}", *words):
            assert text in texts(figure)
    at = drawn[:-1] + " = 0.5$" if drawn[0] == "$" else f"{drawn} = $0.5$"
    assert caption(foedus.plot(grid, at={"gain": 0.5})).startswith(f"At {at};")


def test_a_line_is_broken_beside_dollars_and_not_in_a_formula():
    text = r"cost in \$, of \$100, $c = 0.5$ (\$)"
    assert parts.wrap_text(text, 0.1) == ["cost", "in", r"\$,", "of", r"\$100,", "$c = 0.5$", r"(\$)"]


def test_what_has_no_long_name_is_called_by_its_name():
    figure = foedus.plot(foedus.sweep({"war_cost": [0.1, 0.2], "gain": [-1.0, 1.0]}, model=dollars("g")))
    assert axis_labels(figure)[1] == "gain, $g$"
    assert figure.legends[0].get_title().get_text() == "crisis mood"


def test_an_output_is_the_regime_where_the_outcome_has_its_name():
    bars = foedus.sensitivity({"gain": ("uniform", -1, 1)}, model=dollars("g", "war"), samples=256)
    assert "|war, in 50.0 % of the games|" in texts(foedus.plot(bars))


def test_a_symbol_with_dollars_is_no_formula_in_a_table_for_latex(tmp_path):
    save_table([Symbol("$g$"), Symbol(r"\theta"), Symbol("theta_1")], [[1.0, 2.0, 3.0]], tmp_path / "a.tex")
    assert r"\$g\$ & $\theta$ & $\theta_{1}$ \\" in (tmp_path / "a.tex").read_text()
