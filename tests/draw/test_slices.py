"""Pictures of several variables along one axis are read back: which curves they have, and where these
break."""

import itertools

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from pictures import axis_labels, caption, legends, overlaps

import foedus
from foedus import Regime
from foedus.alliance.model import model
from foedus.draw import parts

NAMES = [
    "ally_arms",
    "challenger_arms",
    "pledge",
    "burden_share",
    "settlement",
    "superpower_payoff",
    "ally_payoff",
    "challenger_payoff",
]
COSTS = np.geomspace(0.05, 5, 400)


@pytest.fixture(scope="module")
def line() -> xr.Dataset:
    return foedus.sweep({"ally_cost": COSTS})


@pytest.fixture(scope="module")
def figure(line):
    return foedus.plot(line, NAMES)


def curves(axes):
    """Return the solid and the dashed curve of a panel: x and y without gaps, and after which x gaps are."""
    found = {}
    for curve in axes.lines:
        x, y = (np.asarray(values, float) for values in curve.get_data())
        there = np.isfinite(y)
        found[curve.get_linestyle()] = x[there], y[there], x[np.flatnonzero(~there[1:]) & ~there[0]]
    return found


def test_each_variable_has_a_panel_with_its_name_symbol_and_units(figure):
    titles = [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes]
    assert titles == [parts.label_of(parts.drawn_of(model)[name], parts.Look()) for name in NAMES]
    assert titles[0] == "ally's new arms, $a$ (arms)"
    assert axis_labels(figure) == ("ally's cost of arms, $c_{A}$ (good per unit of arms)", "")
    assert caption(figure) == "Ratio contest; all else at default"


def test_solid_is_with_the_superpower_and_dashed_without(figure, line):
    for axes, name in zip(figure.axes, NAMES, strict=True):
        drawn = curves(axes)
        twin = f"{name}_without"
        assert set(drawn) == ({"-", "--"} if twin in line else {"-"}), name
        for style, variable in (("-", name), ("--", twin)):
            if style in drawn:
                x, y, _ = drawn[style]
                np.testing.assert_array_equal(x, COSTS)
                np.testing.assert_array_equal(y, line[variable])
    assert legends(figure)[1] == ["with the superpower", "without it"]


def test_no_curve_joins_two_regimes_or_leaps_within_one(line):
    """Each gap is where the regime changes, or who challenges without S, or where A, which would keep a
    little without S, would suddenly keep nothing, within deterrence."""
    axes = foedus.plot(line, ["settlement"]).axes[0]
    changes = {}
    for code in ("regime", "crisis_without"):
        changes[code] = set((np.flatnonzero(np.diff(line[code])) + 1).tolist())
    loss = int(np.flatnonzero(line.settlement_without == 0)[0])
    assert line.settlement_without[loss - 1] > 0.05
    assert loss not in changes["regime"] | changes["crisis_without"]
    for curve, expected in zip(
        axes.lines,
        (changes["regime"], changes["regime"] | changes["crisis_without"] | {loss}),
        strict=True,
    ):
        gaps = np.flatnonzero(np.isnan(np.asarray(curve.get_ydata(), float)))
        assert set((gaps - np.arange(gaps.size)).tolist()) == expected


def test_kinks_and_steep_stretches_are_no_leaps(line):
    """The pledge has a kink within each band, and rises like a root under deterrence."""
    (curve,) = foedus.plot(line, ["pledge"]).axes[0].lines
    gaps = np.isnan(np.asarray(curve.get_ydata(), float)).sum()
    assert gaps == (np.diff(line.regime) != 0).sum() == 3


def test_every_panel_has_the_bands_of_the_regimes(figure, line):
    codes = [int(code) for code, _ in itertools.groupby(line.regime.values)]
    for axes in figure.axes:
        colours = [patch.get_facecolor()[:3] for patch in axes.patches]
        assert colours == [
            to_rgb(parts.face_of(model, Regime, code, tint=True)["facecolor"]) for code in codes
        ]
    assert legends(figure)[0] == ["revision", "restraint", "self-reliance", "deterrence"]


def test_where_it_is_undefined_there_is_no_curve(line):
    gap = line.assign(burden_share=line.burden_share.where(line.regime == Regime.RESTRAINT))
    (curve,) = foedus.plot(gap, ["burden_share"]).axes[0].lines
    heights = np.asarray(curve.get_ydata(), float)
    assert np.isfinite(heights).sum() == (line.regime == Regime.RESTRAINT).sum() > 10
    nothing = foedus.plot(line.assign(burden_share=line.burden_share * np.nan), ["burden_share", "pledge"])
    assert [text.get_text() for text in nothing.axes[0].texts] == ["undefined"]


def test_a_dataset_without_regimes_has_curves_alone(line):
    figure = foedus.plot(line[["pledge", "settlement"]], ["pledge", "settlement"])
    assert [len(axes.patches) for axes in figure.axes] == [0, 0]
    assert legends(figure) == []
    assert curves(figure.axes[0]).keys() == {"-"}


def test_a_slice_is_cut_from_a_grid_and_a_region(line):
    grid = foedus.sweep({"status_quo": [0.3, 0.5, 0.7], "ally_cost": COSTS})
    figure = foedus.plot(grid, ["pledge"], at={"status_quo": 0.52}, region={"ally_cost": (0.1, 1)})
    x, y, _ = curves(figure.axes[0])["-"]
    inside = (COSTS >= 0.1) & (COSTS <= 1)
    np.testing.assert_array_equal(x, COSTS[inside])
    exact = foedus.sweep({"ally_cost": COSTS[inside]}, status_quo=0.52, variables=["pledge"])
    np.testing.assert_array_equal(y, exact.pledge)
    assert caption(figure) == "At $q = 0.52$; ratio contest; all else at default"


def test_an_axis_with_many_more_values_than_dots_is_thinned():
    ds = foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 4000)}, variables=["pledge"])
    figure = foedus.plot(ds, ["pledge"])
    assert curves(figure.axes[0])["-"][0].size == 1000
    assert caption(figure) == "Ratio contest; all else at default"


@pytest.mark.parametrize("count", range(1, 10))
def test_no_text_overlaps_another_or_is_cut(line, count):
    names = [*NAMES, "aggrandizement"][:count]
    figure = foedus.plot(line.assign_coords(stake=2.0, ally_war_cost=0.0987, alliance_cost=0.0123), names)
    assert overlaps(figure) == []
    assert len(figure.axes) == count


def test_one_name_in_a_list_is_a_panel_with_its_twin(line):
    axes = foedus.plot(line, ("settlement",)).axes
    assert len(axes) == 1
    assert set(curves(axes[0])) == {"-", "--"}
    assert len(foedus.plot(line, "settlement").axes[0].lines) == 1


def test_errors_are_one_line_that_says_what_is_allowed(line):
    grid = foedus.sweep({"ally_cost": [0.3, 0.6], "stake": [1.0, 2.0], "status_quo": [0.4, 0.5, 0.6]})
    two = line[["regime", "pledge"]]
    every = [name for name in line.data_vars if not name.startswith(("regime", "crisis"))]
    cutpoints = foedus.cutpoints("ally_cost", (0.3, 0.7))
    for arguments, words in [
        ((two, ["pledge", "presige"]), "'presige' is not a variable of this dataset; it has regime, pledge"),
        ((two, []), "there is no variable to draw; name at least one"),
        ((two, ["pledge", "pledge"]), "pledge is named more than once"),
        ((two, ["pledge", "regime"]), "regime is a code and has no curve; a picture of it alone shows it in bands"),
        ((line, every), f"a picture has at most 9 panels, not {len(every)}; name fewer variables"),
        ((grid, ["pledge"]), "a picture of several variables shows one axis, not ally_cost, stake, status_quo: "
         "fix 2 of them with at (on the command line, --at)"),
        ((cutpoints, ["pledge"]),
         "a picture of cutpoints is drawn whole; it takes no variable, no at and no region"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=r".") as caught:
            foedus.plot(*arguments)
        assert str(caught.value) == words
    with pytest.raises(TypeError, match="a Dataset is needed, not a DataArray"):
        foedus.plot(line.pledge, ["pledge"])
