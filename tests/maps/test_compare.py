"""One map under several forms: solving it, which regimes hold under which forms, files, and figures."""

import itertools

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from pictures import caption, colours, heads, legends, meshes, overlaps

import foedus
from foedus import Regime
from foedus.alliance.model import NUMBERS, model
from foedus.alliance.model import OUTCOMES as VARIABLES
from foedus.cli.app import run
from foedus.draw import maps as draw_maps
from foedus.draw import parts
from foedus.maps.compare import COMPARISON, regime_share

AXES = {"ally_cost": np.geomspace(0.05, 5, 12), "status_quo": np.linspace(0.15, 0.85, 9)}
OVER = {
    "contest": ["ratio", "difference"],
    "decisiveness": [0.5, 1.0, 2.0],
    "bargaining_power": [0.25, 0.5, 1.0],
}
FORMS = list(itertools.product(*OVER.values()))


@pytest.fixture(scope="module")
def forms() -> xr.Dataset:
    return foedus.compare(AXES, OVER, challenger_cost=0.7)


@pytest.fixture(scope="module")
def costs() -> xr.Dataset:
    """Forms of one contest."""
    over = {"bargaining_power": [0.0, 0.5, 1.0], "alliance_cost": [0.0, 0.05]}
    return foedus.compare(AXES, over, variables=["pledge"])


# what is solved


def test_each_form_is_what_a_sweep_of_it_gives_to_the_bit(forms):
    assert forms.regime.dims == ("contest", "decisiveness", "bargaining_power", "ally_cost", "status_quo")
    for contest, decisiveness, power in FORMS:
        alone = foedus.sweep(
            AXES, contest=contest, decisiveness=decisiveness, bargaining_power=power, challenger_cost=0.7
        )
        part = forms.sel(contest=contest, decisiveness=decisiveness, bargaining_power=power)
        for name in VARIABLES:
            assert part[name].values.tobytes() == alone[name].values.tobytes(), (name, contest, decisiveness)
            assert part[name].attrs.keys() == alone[name].attrs.keys()


def test_dimensions_are_in_the_order_asked_for():
    over = {"stake": [2.0, 0.5], "contest": ["difference", "ratio"]}
    ds = foedus.compare({"ally_cost": [0.3, 1.0, 3.0]}, over, variables=["pledge"])
    assert ds.pledge.dims == ("stake", "contest", "ally_cost")
    assert ds.stake.values.tolist() == [2.0, 0.5]
    assert ds.contest.values.tolist() == ["difference", "ratio"]
    assert list(ds.data_vars) == ["regime", "pledge", "regime_share"]
    alone = foedus.sweep({"ally_cost": [0.3, 1.0, 3.0]}, contest="ratio", stake=0.5)
    assert ds.pledge.sel(stake=0.5, contest="ratio").values.tolist() == alone.pledge.values.tolist()


def test_forms_may_be_of_one_contest(costs):
    fixed = foedus.compare({"ally_cost": [0.3, 1.0]}, {"decisiveness": [1.0, 2.0]}, contest="difference")
    assert (fixed.contest.item(), costs.contest.item()) == ("difference", "ratio")
    assert "contest" not in costs.dims
    alone = foedus.sweep({"ally_cost": [0.3, 1.0]}, contest="difference", decisiveness=2.0)
    assert fixed.regime[1].values.tolist() == alone.regime.values.tolist()


def test_everything_is_labelled(forms, costs):
    assert "contest" not in forms.attrs
    assert forms.attrs["compared"].split() == list(OVER)
    assert forms.attrs["command"] == "foedus.compare"
    assert forms.attrs["foedus_version"] == foedus.__version__
    for name in COMPARISON:
        assert forms[name].attrs == COMPARISON[name].attributes
    for ds in (forms, costs):
        for name, p in NUMBERS.items():
            assert ds[name].attrs["long_name"] == p.long_name
    assert float(forms.challenger_cost) == 0.7
    assert forms.regime.dtype == np.int8


def test_progress_counts_the_games_of_all_forms(monkeypatch):
    monkeypatch.setattr("foedus.alliance.model.TILE", (1, 10))
    seen = []
    over = {"stake": [0.5, 1.0, 2.0]}
    foedus.compare({"ally_cost": np.linspace(0.1, 1, 25)}, over, progress=lambda *counts: seen.append(counts))
    assert {games for _, games in seen} == {75}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (75, 75)
    assert len(seen) >= 8


def test_raising_in_progress_cancels():
    calls = []

    def progress(done, games):
        calls.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        foedus.compare(AXES, OVER, progress=progress)
    assert len(calls) == 1


# what holds under which forms


def counted(codes: np.ndarray) -> dict[str, list[float]]:
    """Return the shares, counted point by point; `codes` are of shape (forms, points)."""
    shares = {}
    for code in Regime:
        counts = {"all": 0, "some": 0, "none": 0}
        for point in range(codes.shape[1]):
            holding = sum(int(codes[form, point] == code) for form in range(codes.shape[0]))
            counts["all" if holding == codes.shape[0] else "some" if holding else "none"] += 1
        shares[code.name.lower()] = [count / codes.shape[1] for count in counts.values()]
    return shares


def test_shares_are_those_counted_point_by_point(forms, costs):
    for ds in (forms, costs):
        codes = ds.regime.values.reshape(-1, 12 * 9)
        expected = counted(codes)
        assert ds.regime_share.dims == ("regime_name", "under")
        assert ds.under.values.tolist() == ["all", "some", "none"]
        assert ds.regime_name.values.tolist() == [name for name in expected if name != "unsolved"]
        for name in ds.regime_name.values:
            shares = ds.regime_share.sel(regime_name=name).values
            np.testing.assert_allclose(shares, expected[name], atol=1e-15)
            assert shares.sum() == pytest.approx(1, abs=1e-15)
    assert 0 < float(forms.regime_share.sel(regime_name="revision", under="all")) < 1


def test_unsolved_games_have_a_share_where_there_are_any():
    codes = np.random.default_rng(5).integers(-1, 6, (2, 3, 40))
    regime = xr.DataArray(codes, dims=("contest", "stake", "ally_cost"))
    shares = regime_share(regime, Regime, ["contest", "stake"])
    expected = counted(codes.reshape(6, 40))
    assert shares.regime_name.values.tolist() == list(expected)
    assert shares.regime_name.values[0] == "unsolved"
    np.testing.assert_allclose(shares.values, list(expected.values()), atol=1e-15)


def test_under_one_form_nothing_holds_under_some():
    ds = foedus.compare(AXES, {"contest": ["ratio"]}, variables=["regime"])
    shares = ds.regime_share
    assert (shares.sel(under="some") == 0).all()
    for name in ds.regime_name.values:
        alone = float((ds.regime == Regime[name.upper()]).mean())
        assert float(shares.sel(regime_name=name, under="all")) == pytest.approx(alone)


# refusals


@pytest.mark.parametrize(
    ("over", "others", "error", "words"),
    [
        ([("stake", [1.0])], {}, TypeError, "over must be a mapping of names to values, not a list"),
        ({}, {}, ValueError, "over is empty; there is nothing to compare"),
        ({"size": [1.0]}, {}, TypeError, "'size' is not a parameter; there are ally_cost, "),
        ({"contest": ["war"]}, {}, ValueError, "contest = 'war' is not allowed; it must be ratio or difference"),
        ({"contest": [1]}, {}, ValueError, "contest = 1 is not allowed; it must be ratio or difference"),
        ({"contest": "ratio"}, {}, TypeError, "contest = 'ratio' is not a list of names"),
        ({"contest": 1}, {}, TypeError, "contest = 1 is not a list of names"),
        ({"contest": []}, {}, ValueError, "contest: the list of names is empty; give at least one"),
        ({"stake": []}, {}, ValueError, "stake: the list of values is empty; give at least one"),
        ({"stake": 1.0}, {}, ValueError, r"stake: give a list of values, not an array of shape \(\)"),
        ({"stake": ["a"]}, {}, TypeError, "stake: its values are not all numbers"),
        ({"stake": [1.0, -1.0]}, {}, ValueError, r"stake\[1\] = -1.0 is not allowed; it must be >= 0"),
        ({"decisiveness": [0.0]}, {}, ValueError, r"decisiveness\[0\] = 0.0 is not allowed; it must be > 0"),
        ({"stake": [1.0, 2, 1.0]}, {}, ValueError, "stake: 1.0 is given more than once"),
        ({"contest": ["ratio"] * 2}, {}, ValueError, "contest: 'ratio' is given more than once"),
        ({"ally_cost": [1.0]}, {}, ValueError, "ally_cost is both compared and an axis; it can be only one"),
        ({"stake": [1.0]}, {"stake": 2.0}, ValueError, "stake is both compared and fixed at 2.0; it can be only one"),
        ({"contest": ["ratio"]}, {"contest": "ratio"}, ValueError, "contest is both compared and fixed at 'ratio'"),
        ({"stake": [1.0]}, {"contest": "war"}, ValueError, "contest = 'war' is not allowed"),
        ({"stake": [1.0]}, {"variables": []}, ValueError, "variables is empty; at least one is needed"),
        ({"stake": [1.0]}, {"variables": "pledge"}, TypeError, "variables = 'pledge' is not a list of names"),
        ({"stake": [1.0]}, {"threads": 0}, ValueError, "threads = 0 is not allowed"),
        ({"stake": [1.0]}, {"axes": {}}, ValueError, "a sweep needs at least one axis"),
        ({"stake": [1.0]}, {"axes": 3.0}, TypeError, "axes must be a mapping of names to values, not a float"),
    ],
)  # fmt: skip
def test_refusals(over, others, error, words):
    with pytest.raises(error, match=words) as caught:
        foedus.compare(**{"axes": AXES, "over": over} | others)
    assert "\n" not in str(caught.value)


# files


def test_what_is_saved_is_what_is_loaded(forms, tmp_path):
    foedus.save(forms, tmp_path / "forms.nc")
    again = foedus.load(tmp_path / "forms.nc")
    del again.attrs["created"]
    xr.testing.assert_identical(again, forms)
    for name in forms.variables:
        assert again[name].dtype == forms[name].dtype, name
    part = forms.sel(contest="difference")
    foedus.save(part, tmp_path / "part.nc")
    assert foedus.load(tmp_path / "part.nc").contest.item() == "difference"
    foedus.save(part, tmp_path / "forms.nc")  # in place of a file with text


# pictures


def drawn_forms(figure) -> list[np.ndarray]:
    return [np.asarray(mesh.get_array()) for mesh in meshes(figure)]


def table(figure) -> list[list[str]]:
    """Return the rows of the table of shares."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for text in figure.subfigs[0].subfigs[1].texts:
        x, y = text.get_position()
        rows.setdefault(round(y, 6), []).append((x, text.get_text()))
    return [[text for _, text in sorted(row)] for row in rows.values()]


def test_each_form_has_a_panel_in_its_place(forms):
    figure = foedus.plot(forms)
    panels = [axes for axes in figure.axes if axes.get_label() != "<head>"]
    assert heads(figure) == ["ratio contest", "difference contest"]
    titles = [rf"$\gamma = {gamma}$" for gamma in ("0.5", "1", "2")] * 2
    assert [axes.get_title() for axes in panels] == titles + [""] * 12
    rows = [axes.texts[0].get_text() for axes in panels if axes.texts]
    assert rows == [rf"$\pi = {power}$" for power in ("0.25", "0.5", "1")]
    expected = [
        forms.regime.sel(contest=contest, decisiveness=decisiveness, bargaining_power=power).values.T
        for power in OVER["bargaining_power"]
        for contest in OVER["contest"]
        for decisiveness in OVER["decisiveness"]
    ]
    for drawn, codes in zip(drawn_forms(figure), expected, strict=True):
        np.testing.assert_array_equal(drawn, codes)
    places = [axes.get_subplotspec() for axes in panels]
    assert [place.rowspan.start for place in places] == [0] * 6 + [1] * 6 + [2] * 6
    assert [place.colspan.start for place in places] == [0, 1, 2, 4, 5, 6] * 3
    corner = colours(meshes(figure)[0])[0, 0, :3]
    np.testing.assert_allclose(corner, to_rgb(model.colours[Regime][Regime(int(expected[0][0, 0]))]))


def test_only_the_outer_panels_have_tick_labels(forms):
    panels = [axes for axes in foedus.plot(forms).axes if axes.get_label() != "<head>"]
    assert [i for i, p in enumerate(panels) if p.yaxis.get_tick_params()["labelleft"]] == [0, 6, 12]
    assert [i for i, p in enumerate(panels) if p.xaxis.get_tick_params()["labelbottom"]] == [*range(12, 18)]
    for label in panels[-1].xaxis.get_majorticklabels():
        assert label.get_text() in ("$0.1$", "$1$")


def test_the_caption_tells_what_rows_and_columns_are(forms, costs):
    assert caption(foedus.plot(forms)) == (
        r"Columns by form of the contest and decisiveness of the contest, $\gamma$; "
        r"rows by demanding side's share of the surplus, $\pi$; "
        r"$\gamma$ per unit of arms in the difference contest; $c_{C} = 0.7$; all else at default"
    )
    assert caption(foedus.plot(costs)) == (
        r"Columns by demanding side's share of the surplus, $\pi$; rows by what signing costs the "
        "superpower, $f$; ratio contest; all else at default"
    )
    alone = foedus.plot(forms, at={"contest": "difference", "decisiveness": 1, "bargaining_power": 0.5})
    assert caption(alone) == (
        r"At $\gamma = 1$, $\pi = 0.5$; difference contest; $c_{C} = 0.7$; all else at default"
    )


def test_the_legend_is_a_table_of_the_shares(forms):
    figure = foedus.plot(forms)
    assert legends(figure) == []
    heading, numbers = " ".join(row[0] for row in table(figure)[:-7]), table(figure)[-7:]
    assert heading == draw_maps.SHARES_HEADING
    assert numbers[0] == ["all", "some", "none"]
    for row, name in zip(numbers[1:], forms.regime_name.values, strict=True):
        shares = forms.regime_share.sel(regime_name=name).values
        assert row == [Regime[name.upper()].words, *map(parts.percent, shares)]
    rectangles = [artist for artist in figure.subfigs[0].subfigs[1].artists if isinstance(artist, Rectangle)]
    for code in list(Regime)[1:]:
        swatch, *bars = [
            r for r in rectangles if r.get_facecolor()[:3] == to_rgb(model.colours[Regime][code])
        ]
        shares = forms.regime_share.sel(regime_name=code.name.lower()).values[:2]
        assert swatch.get_width() == swatch.get_height()
        widths = np.array([bar.get_width() for bar in bars])
        full = draw_maps.TABLE_WIDTH - 0.1 - 0.45
        np.testing.assert_allclose(widths, full * shares[shares > 0])


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0.0"), (1, "100.0"), (1e-6, "< 0.1"), (1 - 1e-6, "> 99.9"), (0.0006, "0.1"), (0.98765, "98.8")],
)
def test_a_share_that_is_not_quite_nothing_or_all_is_told_from_these(share, words):
    assert parts.percent(share) == words


def test_a_slice_shows_the_shares_under_the_forms_that_are_left(forms):
    figure = foedus.plot(forms, at={"contest": "ratio", "bargaining_power": 1})
    left = forms.regime.sel(contest="ratio", bargaining_power=1)
    expected = counted(left.values.reshape(3, -1))
    for row, name in zip(table(figure)[-6:], forms.regime_name.values, strict=True):
        assert row[1:] == [parts.percent(share) for share in expected[name]]
    assert [axes.get_title() for axes in figure.axes] == [rf"$\gamma = {g}$" for g in ("0.5", "1", "2")]
    alone = foedus.plot(forms, at={"contest": "difference", "bargaining_power": 1, "decisiveness": 2})
    assert legends(alone) == [[Regime(c).words for c in np.unique(forms.regime[1, 2, 2])]]
    assert len(alone.axes) == 1


def test_the_fewest_forms_make_the_rows_if_six_columns_are_enough():
    axes = {"ally_cost": [0.3, 0.6, 1.2], "status_quo": [0.4, 0.5]}
    for sizes, grid in [
        ((2,), (1, 2)), ((4,), (2, 2)), ((7,), (3, 3)), ((10,), (2, 6)), ((2, 3), (2, 3)), ((3, 2), (2, 3)), ((3, 3), (3, 3)),
        ((2, 6), (2, 6)), ((2, 7), (7, 2)), ((2, 3, 3), (3, 6)), ((2, 2, 6), (6, 4)), ((4, 6), (4, 6)),
    ]:  # fmt: skip
        names = ("stake", "challenger_cost", "effectiveness")[: len(sizes)]
        over = {name: np.linspace(0.5, 1, size) for name, size in zip(names, sizes, strict=True)}
        figure = foedus.plot(foedus.compare(axes, over, variables=["regime"]))
        places = [axes.get_subplotspec() for axes in figure.axes if axes.get_label() != "<head>"]
        assert len(places) == np.prod(sizes)
        assert max(place.rowspan.stop for place in places) == grid[0], sizes
        assert len({place.colspan.start for place in places}) == grid[1], sizes


def test_a_third_axis_makes_panels_too():
    axes = {"ally_cost": AXES["ally_cost"], "stake": [0.5, 2.0], "status_quo": AXES["status_quo"]}
    ds = foedus.compare(axes, {"contest": ["ratio", "difference"]}, variables=["regime"])
    figure = foedus.plot(ds)
    assert [axes.get_title() for axes in figure.axes] == ["ratio contest", "difference contest", "", ""]
    for drawn, (stake, contest) in zip(drawn_forms(figure), itertools.product((0, 1), (0, 1)), strict=True):
        np.testing.assert_array_equal(drawn, ds.regime.isel(stake=stake, contest=contest).values.T)
    expected = counted(ds.regime.values.reshape(2, -1))  # the stake belongs to the map
    for row, name in zip(table(figure)[-6:], ds.regime_name.values, strict=True):
        assert row[1:] == [parts.percent(share) for share in expected[name]]


def test_along_one_axis_a_form_is_a_strip(forms):
    figure = foedus.plot(forms, at={"status_quo": 0.5})
    drawn = drawn_forms(figure)
    assert {codes.shape for codes in drawn} == {(1, 12)}
    near = forms.regime.sel(status_quo=0.5, method="nearest")
    np.testing.assert_array_equal(drawn[-1][0], near[1, 2, 2])
    assert figure.axes[0].get_yticks().tolist() == []
    assert overlaps(figure) == []


def test_other_variables_are_drawn_by_form_with_a_key_and_no_shares(costs, forms):
    figure = foedus.plot(costs, "pledge")
    assert len({(mesh.norm.vmin, mesh.norm.vmax) for mesh in meshes(figure)}) == 1
    assert [axes.get_label() for axes in figure.axes][-1] == "<colorbar>"
    assert len(figure.subfigs) == 1
    assert legends(foedus.plot(forms, "crisis")) == [["ally challenges", "quiet", "challenger challenges"]]


@pytest.mark.parametrize("variable", ["regime", "pledge", "crisis"])
@pytest.mark.parametrize("at", [{}, {"contest": "ratio"}, {"decisiveness": 1, "bargaining_power": 0.5}])
def test_no_text_overlaps_another_or_is_cut(forms, variable, at):
    assert overlaps(foedus.plot(forms, variable, at=at)) == []


def test_unsolved_games_are_in_the_table(costs):
    broken = costs.copy(deep=True)
    broken.regime[0, 0, 3:5] = -1
    figure = foedus.plot(broken, at={"alliance_cost": 0})
    assert table(figure)[-7][0] == "unsolved"
    assert figure.subfigs[0].subfigs[1].artists[0].get_hatch() == "////"
    assert overlaps(figure) == []


def test_forms_stay_in_their_order_and_numbers_rise():
    over = {"contest": ["difference", "ratio"], "stake": [2.0, 0.5]}
    ds = foedus.compare(AXES, over, variables=["regime"])
    figure = foedus.plot(ds)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["difference contest", "ratio contest"]
    assert [axes.texts[0].get_text() for axes in figure.axes if axes.texts] == [
        r"$\lambda = 0.5$",
        r"$\lambda = 2$",
    ]
    np.testing.assert_array_equal(drawn_forms(figure)[0], ds.regime.sel(contest="difference", stake=0.5).T)


def test_what_has_one_value_is_only_mentioned():
    over = {"contest": ["difference"], "stake": [2.0], "bargaining_power": [0.5, 1.0]}
    figure = foedus.plot(foedus.compare(AXES, over, variables=["regime"]))
    assert caption(figure).startswith(
        r"Panels by demanding side's share of the surplus, $\pi$; at $\lambda = 2$; difference contest"
    )
    axes = {"ally_cost": [1.0], "status_quo": [0.5]}
    figure = foedus.plot(foedus.compare(axes, {"contest": ["ratio", "difference"]}, variables=["regime"]))
    assert [codes.shape for codes in drawn_forms(figure)] == [(1, 1)] * 2


@pytest.mark.parametrize(
    ("variable", "at", "error", "words"),
    [
        (None, {"contest": "war"}, ValueError, "contest = 'war' is not allowed; it must be ratio or difference"),
        (None, {"decisiveness": 3}, ValueError, "at: decisiveness = 3.0 is outside its axis; it must be from 0.5 to 2"),
        (None, {"ally_cost": 1, "status_quo": 0.5}, ValueError,
         "at fixes every axis; leave out at least one of ally_cost, status_quo"),
        (None, {"stake": 1}, ValueError, "'stake' is not an axis of this dataset; it has contest, "
         "decisiveness, bargaining_power, ally_cost, status_quo"),
        ("regime_share", {}, ValueError, "'regime_share' is not a variable of this dataset; it has regime, "),
    ],
)  # fmt: skip
def test_pictures_that_cannot_be_drawn_are_refused_in_words(forms, variable, at, error, words):
    with pytest.raises(error) as caught:
        foedus.plot(forms, variable, at=at)
    assert str(caught.value).startswith(words)


def test_too_many_panels_or_dimensions_are_refused_in_words(forms):
    axes = {"ally_cost": [0.3, 1.0], "status_quo": [0.4, 0.5]}
    many = {"stake": np.linspace(1, 2, 5), "decisiveness": [1.0, 2.0], "challenger_cost": [0.5, 0.6, 0.7]}
    ds = foedus.compare(axes, many, variables=["regime"])
    four = foedus.compare(axes, {n: [0.5, 0.6] for n in list(NUMBERS)[4:8]}, variables=["regime"])
    with pytest.raises(
        ValueError, match="at: contest = 'ratio' is not in this dataset; it must be difference"
    ):
        foedus.plot(forms.isel(contest=[1]), at={"contest": "ratio"})
    for dataset, words in [
        (ds, "stake and decisiveness and challenger_cost make 30 combinations, but a picture has at most 24 panels: "
         "fix an axis with at (on the command line, --at challenger_cost=VALUE)"),
        (four, "a picture has panels for three axes or forms at most, not ally_war_cost, challenger_war_cost, "
         "ally_forces, challenger_forces: fix 1 of them with at (on the command line, --at)"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="on the command line") as caught:
            foedus.plot(dataset)
        assert str(caught.value) == words
    assert len(meshes(foedus.plot(ds, at={"stake": 1}))) == 6


def test_unsolved_games_are_told_once():
    """Over all forms together: how many, and the first; here a force is too costly to be certified."""
    axes = {"ally_cost": [0.3, 769637.0]}
    dear = {"challenger_cost": 122672.0, "superpower_cost": 8e-6, "status_quo": 0.84}
    dear |= {"challenger_forces": 262340.3, "stake": 14091.0}
    with pytest.warns(RuntimeWarning) as warned:
        ds = foedus.compare(axes, {"decisiveness": [1.0, 2.0], "alliance_cost": [0.0, 0.01]}, **dear)
    assert (ds.regime == Regime.UNSOLVED).sum() == 2
    (warning,) = warned
    first = foedus.Game(ally_cost=769637.0, decisiveness=2.0, **dear)
    assert str(warning.message).startswith("2 of 8 games could not be solved")
    assert str(warning.message).endswith(f"The first is {first!r}")
    assert warning.filename == __file__


# a sweep over the contest


def test_a_sweep_over_the_contest_is_a_comparison_without_shares():
    """To the bit, whichever place the contest has among the axes."""
    forms = foedus.compare(AXES, {"contest": ["ratio", "difference"]}, decisiveness=2.0)
    first = foedus.sweep({"contest": ["ratio", "difference"], **AXES}, decisiveness=2.0)
    for name in first.data_vars:
        np.testing.assert_array_equal(first[name], forms[name])
    for names in itertools.permutations([*AXES, "contest"]):
        axes = {name: (AXES | {"contest": ["difference", "ratio"]})[name] for name in names}
        again = foedus.sweep(axes, decisiveness=2.0)
        for form in ("ratio", "difference"):
            for name in ("regime", "pledge", "ally_arms"):
                found = again[name].sel(contest=form).transpose(*AXES)
                np.testing.assert_array_equal(found, first[name].sel(contest=form))
    assert caption(foedus.plot(first)).startswith("Panels by form of the contest; ")
    assert first.foedus.shares().dims == ("contest", "regime_name")
    assert first.foedus.at(contest="ratio").contest == "ratio"
    with pytest.raises(ValueError, match="a picture needs an axis of numbers; there is only contest"):
        foedus.plot(foedus.sweep({"contest": ["ratio", "difference"]}))


def test_cutpoints_over_the_contest_have_a_panel_for_each(tmp_path):
    cuts = foedus.cutpoints("ally_cost", (0.05, 5), {"contest": ["ratio", "difference"]}, points=128)
    for form in ("ratio", "difference"):
        alone = foedus.cutpoints("ally_cost", (0.05, 5), points=128, contest=form)
        found = cuts.sel(contest=form).value.dropna("cutpoint")
        np.testing.assert_array_equal(found, alone.value)
    titles = [axes.get_title() for axes in foedus.plot(cuts).axes]
    assert titles == ["ratio contest", "difference contest"]
    path = tmp_path / "cuts.nc"
    foedus.save(cuts, path)
    assert foedus.load(path).equals(cuts)


def test_a_run_file_may_have_the_contest_as_an_axis(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    axes = 'contest = ["ratio", "difference"]\nally_cost = { from = 0.1, to = 1.0, points = 12 }'
    (tmp_path / "run.toml").write_text(f"[axes]\n{axes}\n[output]\nfile = 'map.zarr'")
    assert run(["map", "run.toml"]) == 0
    assert run(["map", "map.zarr", "-o", "again.nc", "--no-picture"]) == 0
    found = foedus.load("map.zarr")
    assert foedus.load("again.nc").equals(found)
    assert found.regime.dims == ("contest", "ally_cost")
    assert (tmp_path / "map.png").exists()
    assert run(["info", "again.nc"]) == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["contest"] == "ratio, difference"
