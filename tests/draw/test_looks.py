"""How a picture is to look: its size, its text, its colours, the settings of matplotlib, and who shows it."""

import re
import subprocess
import sys

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from pictures import axis_labels, caption, drawn, legends, meshes, overlaps

import foedus
from foedus import Regime
from foedus.cli.app import run
from foedus.draw import parts

AXES = {"ally_cost": np.geomspace(0.05, 5, 24), "status_quo": np.linspace(0.1, 0.9, 17)}
NAMES = ["ally_arms", "challenger_arms", "pledge", "settlement", "superpower_payoff"]
LAWS = {
    "ally_cost": ("log_uniform", 0.05, 5),
    "status_quo": ("uniform", 0.1, 0.9),
    "stake": ("uniform", 0.5, 2),
}
MADE = {
    "grid": lambda: foedus.sweep(AXES),
    "line": lambda: foedus.sweep({"ally_cost": np.geomspace(0.05, 5, 50)}),
    "cube": lambda: foedus.sweep({**AXES, "stake": [0.5, 1.0, 2.0, 3.0, 4.0]}),
    "cutpoints": lambda: foedus.cutpoints("ally_cost", (0.05, 5), {"status_quo": AXES["status_quo"]}, points=64),
    "cutpoints of seven": lambda: foedus.cutpoints(
        "ally_cost", (0.05, 5), {"status_quo": AXES["status_quo"][::2], "stake": np.linspace(0.5, 3.4, 7)}, points=64
    ),
    "cuts of forms": lambda: foedus.cutpoints(
        "ally_cost", (0.05, 5), {"contest": ["ratio", "difference"]}, points=64
    ),
    "two forms": lambda: foedus.compare(AXES, {"contest": ["ratio", "difference"]}, variables=["regime", "pledge"]),
    "cuts of a line": lambda: foedus.cutpoints("ally_cost", (0.05, 5), points=64),
    "forms": lambda: foedus.compare(
        {"ally_cost": [0.1, 0.3, 0.9, 2.7], "status_quo": [0.2, 0.5, 0.8]},
        {"contest": ["ratio", "difference"], "decisiveness": [0.5, 1.0, 2.0]},
        variables=["regime"],
    ),
    "sensitivity": lambda: foedus.sensitivity(LAWS, samples=256, outputs=["deterrence", "restraint", "pledge"]),
}  # fmt: skip
KINDS = [
    ("grid", None), ("grid", "pledge"), ("line", None), ("line", "pledge"), ("line", NAMES), ("cube", None),
    ("cube", "pledge"), ("cutpoints", None), ("cuts of a line", None), ("forms", None), ("sensitivity", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    found = {}

    def dataset(kind):
        if kind not in found:
            found[kind] = MADE[kind]()
        return found[kind]

    return dataset


NARROW = [
    ("cutpoints of seven", None), ("cuts of forms", None), ("two forms", None), ("two forms", "pledge"),
]  # fmt: skip


def texts(figure) -> list[Text]:
    """Return all text that is seen in a picture."""
    drawn(figure)
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


@pytest.mark.parametrize(("kind", "variable"), KINDS + NARROW)
def test_a_picture_is_laid_out_at_the_width_of_a_column_with_text_of_one_size(made, kind, variable):
    figure = foedus.plot(made(kind), variable, width=3.4, font_size=8, title="Who restrains whom")
    assert figure.get_figwidth() == 3.4
    assert {text.get_fontsize() for text in texts(figure)} == {8}
    assert overlaps(figure) == []
    assert figure.get_suptitle() == "Who restrains whom"
    panels = [axes for axes in figure.axes if axes.get_label() == ""]
    assert all(axes.bbox.width / figure.dpi > 0.5 for axes in panels)


@pytest.mark.parametrize(
    ("kind", "variable"), [pair for pair in KINDS if pair[0] not in ("sensitivity", "forms")]
)
def test_a_label_of_ones_own_replaces_that_of_a_picture_which_may_change_its_size(made, kind, variable):
    figure = foedus.plot(made(kind), variable)
    (labelled,) = (axes for axes in figure.axes if axes.get_label() == "" and axes.get_xlabel())
    labelled.set_xlabel("my words")
    figure.set_size_inches(5, 5)
    assert overlaps(figure) == []
    assert axis_labels(figure)[0] == "my words"
    assert not any("cost of arms" in text.get_text() for text in texts(figure))
    figure.set_size_inches(4.6, 8)
    assert overlaps(figure) == []


@pytest.mark.parametrize(("kind", "count"), [("cutpoints of seven", 7), ("cube", 5)])
def test_panels_are_evenly_spaced_however_few_are_in_the_last_row(made, kind, count):
    figure = foedus.plot(made(kind))
    drawn(figure)
    panels = [axes.bbox for axes in figure.axes if axes.get_label() == ""]
    assert len(panels) == count
    assert len({round(panel.width) for panel in panels}) == 1
    steps = np.diff([panel.x0 for panel in panels[:3]])
    assert steps[0] == pytest.approx(steps[1], abs=1)


def test_a_narrow_picture_has_fewer_columns(made):
    for width, columns in ((7, 3), (2.4, 2)):
        figure = foedus.plot(made("cutpoints of seven"), width=width, font_size=8)
        assert overlaps(figure) == []
        panels = [axes for axes in figure.axes if axes.get_label() == ""]
        assert len({round(axes.bbox.x0) for axes in panels}) == columns


def test_lines_of_a_label_in_the_middle_are_about_as_long(made):
    room = parts.text_width("aa bb cc", 20) + 0.05
    assert parts.wrap_text("aa bb cc dd", room, 20, even=False) == ["aa bb cc", "dd"]
    assert parts.wrap_text("aa bb cc dd", room, 20, even=True) == ["aa bb", "cc dd"]
    assert parts.wrap_text("aa bb cc dd", 0.01, 20, even=True) == ["aa", "bb", "cc", "dd"]
    label = foedus.plot(made("grid"), "pledge", width=3.4, font_size=8).axes[0].get_ylabel()
    assert label.split("\n") == ["ally's share under the", "status quo, $q$ (good)"]


def test_ticks_do_not_depend_on_settings_that_come_later(made):
    with matplotlib.rc_context({"font.size": 20}):
        figure = foedus.plot(made("grid"))
    drawn(figure)
    before = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    figure.axes[0].get_tightbbox()  # which looks for ticks anew
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == before


def test_words_and_colours_of_ones_own(made):
    figure = foedus.plot(
        made("grid"),
        labels={"c_A": "Cost, $c$", "self-reliance": "alone", "RESTRAINT": "restrained", "regime": "Outcome"},
        colours={"self_reliance": "gold", "Restraint": "#123456"},
        caption="Default game",
        title="Map",
    )  # fmt: skip
    assert axis_labels(figure)[0] == "Cost, $c$"
    assert {"alone", "restrained"} < {*legends(figure)[0]}
    assert figure.legends[0].get_title().get_text() == "Outcome"
    assert caption(figure) == "Default game"
    colours = meshes(figure)[0].cmap.colors
    assert (to_rgb(colours[Regime.SELF_RELIANCE]), to_rgb(colours[Regime.RESTRAINT])) == (
        to_rgb("gold"), to_rgb("#123456"),
    )  # fmt: skip
    usual = foedus.plot(made("grid"))
    assert to_rgb(meshes(usual)[0].cmap.colors[Regime.RESTRAINT]) != to_rgb(
        "#123456"
    )  # the model is as it was
    assert foedus.plot(made("grid"), caption="").get_supxlabel() == ""
    numbers = foedus.plot(made("grid"), "pledge", colours="magma", labels={"pledge": "Pledge"})
    assert meshes(numbers)[0].cmap.name == "magma"
    assert numbers.axes[-1].get_ylabel() == "Pledge"


@pytest.mark.parametrize("variable", [None, "pledge"])
def test_a_legend_is_where_it_is_asked_for(made, variable):
    def key(figure):
        """Return where the middle of the legend or of the colour bar is, as shares of the picture."""
        figure.draw_without_rendering()
        bars = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
        found = [*bars, *figure.legends, *figure.subfigs[0].legends]
        return [
            figure.transFigure.inverted().transform(one.get_tightbbox().get_points().mean(0)) for one in found
        ]

    ((x, y),) = key(foedus.plot(made("grid"), variable, legend="right"))
    assert x > 0.7
    ((x, y),) = key(foedus.plot(made("grid"), variable, legend="below"))
    assert y < 0.3
    assert key(foedus.plot(made("grid"), variable, legend="none")) == []


def test_axes_of_ones_own_are_drawn_in(made):
    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 2).ravel()
    for axes, (kind, variable) in zip(panels, [*KINDS[:3], ("cutpoints", None)], strict=True):
        assert foedus.plot(made(kind), variable, ax=axes, title=kind, font_size=7) is figure
        axes.set_xlabel("mine")
    figure.draw_without_rendering()
    assert [axes.get_title() for axes in panels] == ["grid", "grid", "line", "cutpoints"]
    assert {axes.get_xlabel() for axes in panels} == {"mine"}
    assert (len(meshes(figure)), figure.get_supxlabel()) == (2, "")
    assert [text.get_text() for text in panels[0].get_legend().get_texts()] == legends(
        foedus.plot(made("grid"))
    )[0]


def test_in_axes_of_ones_own_a_legend_below_leaves_the_labels_free(made):
    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, kind in zip(figure.subplots(1, 3), ("grid", "line", "cutpoints"), strict=True):
        foedus.plot(made(kind), ax=axes, legend="below", font_size=7)
    figure.draw_without_rendering()
    for axes in figure.axes:
        below = [child for child in axes.findobj(Legend) if child.get_window_extent().y1 < axes.bbox.y0]
        assert len(below) == 1
        assert not below[0].get_window_extent().overlaps(axes.xaxis.label.get_window_extent())
        assert {text.get_fontsize() for text in axes.findobj(Text) if text.get_text().strip()} == {7}
        assert below[0].get_window_extent().y0 >= 0


def test_a_legend_and_a_colour_bar_below_neighbours_are_level(made):
    figure = Figure((7, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    foedus.plot(made("grid"), ax=left, legend="below", font_size=8)
    foedus.plot(made("grid"), "pledge", ax=right, legend="below", font_size=8)
    figure.draw_without_rendering()
    (bar,) = right.child_axes
    inch = figure.dpi
    assert abs(bar.get_window_extent().y1 - left.get_legend().get_window_extent().y1) < 0.05 * inch
    assert bar.get_window_extent().y1 < right.xaxis.label.get_window_extent().y0
    assert bar.get_tightbbox().y0 >= 0
    assert left.get_window_extent().height > 2.2 * inch


def test_a_colour_bar_below_is_in_the_picture_without_a_layout_engine(made):
    figure = Figure((5, 4))
    axes = figure.subplots()
    foedus.plot(made("grid"), "pledge", ax=axes, legend="below")
    figure.draw_without_rendering()
    (bar,) = (other for other in figure.axes if other is not axes)
    assert bar.get_tightbbox().y0 >= 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, "width = 0 is not allowed; it must be in inches, > 0 and <= 100"),
        ({"width": "wide"}, "width = 'wide' is not a number; it must be in inches, > 0 and <= 100"),
        ({"width": float("nan")}, "width = nan is not allowed; it must be in inches, > 0 and <= 100"),
        ({"width": 1.0}, "width = 1 is too narrow for this picture; it must be at least 1.2 inches"),
        ({"font_size": -8}, "font_size = -8 is not allowed; it must be in points, > 0 and <= 100"),
        ({"title": 3}, "title = 3 is not a text"),
        ({"legend": "left"}, "legend = 'left' is not allowed; it must be right, below or none"),
        ({"labels": ["ally_cost"]}, "labels = ['ally_cost'] is not a mapping of names"),
        ({"labels": {"ally_cost": 3}}, "labels: 3 of ally_cost is not a text"),
        ({"labels": {"aly_cost": "A"}}, "'aly_cost' is not a parameter, variable or code; did you mean ally_cost? (from labels)"),
        ({"labels": {"peace": "A"}}, "'peace' is not a parameter, variable or code; there are unsolved, revision, restraint,"),
        ({"colours": {"war": "red"}}, "colours: 'war' is not a code; there are revision, restraint, self_reliance,"),
        ({"colours": {"unsolved": "red"}}, "colours: 'unsolved' is not a code; there are revision,"),
        ({"colours": {"restraint": "rad"}}, "colours: 'rad' of restraint is not a colour, such as 'red' or '#0072b2'"),
        ({"colours": "rad"}, "colours = 'rad' is not a colour map of matplotlib, such as 'viridis'"),
        ({"ax": 3}, "ax = 3 is not an Axes of matplotlib"),
        ({"ax": Figure().subplots(), "width": 3}, "width and ax exclude each other; axes already have a size"),
    ],
)  # fmt: skip
def test_an_option_that_is_not_allowed_is_refused_in_a_line(made, options, message):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}"):
        foedus.plot(made("grid"), **options)


@pytest.mark.parametrize("kind", ["cube", "forms", "sensitivity"])
def test_axes_take_one_panel(made, kind):
    with pytest.raises(ValueError, match=r"^ax takes one panel, but "):
        foedus.plot(made(kind), ax=Figure().subplots())


# the settings of matplotlib


def test_the_settings_of_matplotlib_hold(made):
    settings = {
        "font.size": 13,
        "image.cmap": "plasma",
        "figure.figsize": (5, 4),
        "legend.fontsize": 11,
        "legend.title_fontsize": 11,
    }
    with matplotlib.rc_context(settings):
        figure, numbers = foedus.plot(made("grid")), foedus.plot(made("grid"), "pledge")
    # which is drawn when they no longer hold
    assert {text.get_fontsize() for text in texts(figure)} == {13, 11}
    assert figure.get_figwidth() == 5
    assert meshes(numbers)[0].cmap.name == "plasma"
    assert overlaps(figure) == []
    with matplotlib.style.context("dark_background"):
        curve = foedus.plot(made("line")[["pledge"]])
    assert curve.axes[0].lines[0].get_color() == "white"
    with matplotlib.rc_context({"axes.grid": True}):
        assert not any(line.get_visible() for line in foedus.plot(made("grid")).axes[0].get_xgridlines())


@pytest.mark.parametrize("style", ["dark_background", "ggplot", "grayscale"])
@pytest.mark.parametrize(
    ("kind", "variable"), [("line", None), ("line", NAMES), ("cutpoints", None), ("sensitivity", None)]
)
def test_lines_of_a_legend_and_on_bare_axes_can_be_seen_in_every_style(made, kind, variable, style):
    with matplotlib.style.context(style):
        figure = foedus.plot(made(kind), variable)
    page = to_rgb(figure.get_facecolor())
    keys = [
        key for legend in figure.findobj(Legend) for key in legend.legend_handles if isinstance(key, Line2D)
    ]
    assert bool(keys) == (kind != "sensitivity")
    assert all(contrast(key.get_color(), page) > 3 for key in keys)
    if kind == "sensitivity":
        for axes in figure.axes:
            for line in axes.lines:
                assert contrast(line.get_color(), axes.get_facecolor()) > 3
            for bars in axes.collections:
                assert contrast(bars.get_color()[0], axes.get_facecolor()) > 3


def contrast(one, other):
    """Return the contrast of two colours, as the WCAG define it; 3 is the least for what is not text."""
    lights = []
    for colour in (one, other):
        rgb = np.array(to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        lights.append(linear @ (0.2126, 0.7152, 0.0722) + 0.05)
    return max(lights) / min(lights)


def test_formulas_need_no_latex(made, tmp_path):
    with matplotlib.rc_context({"text.usetex": True}):
        figure = foedus.plot(made("grid"), width=4)
        figure.savefig(tmp_path / "map.png")
        assert matplotlib.rcParams["text.usetex"]
    assert not any(text.get_usetex() for text in texts(figure))


# who shows it


def test_pyplot_shows_a_picture_or_says_why_not(made, tmp_path):
    """pyplot has the figure as soon as pyplot is in use, and can close it; a notebook shows the figure only once."""
    program = """
import foedus, warnings
ds = foedus.load("line.nc")
alone = foedus.plot(ds)
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
assert plt.get_fignums() == []
figure = foedus.plot(ds)
assert plt.gcf() is figure
for one in (figure, alone):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        one.show()
    print(caught[0].message)
assert len(plt.get_fignums()) == 2
try:
    figure._ipython_display_()
except NotImplementedError:
    assert plt.fignum_exists(figure.number)
plt.get_backend = lambda: "inline"
try:
    figure._ipython_display_()
except NotImplementedError:
    assert not plt.fignum_exists(figure.number)
own = plt.figure()
foedus.plot(ds, ax=own.subplots())
assert len(plt.get_fignums()) == 2
"""
    foedus.save(made("line")[["regime"]], tmp_path / "line.nc")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == 2 * "matplotlib's backend agg opens no window; write the picture with savefig\n"


# the command line


def test_the_command_line_has_the_same_options(made, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    foedus.save(made("cube"), "cube.nc")
    drawn = []
    monkeypatch.setattr("foedus.draw.plots.save_figure", lambda *given: drawn.append(given))
    options = {
        "--at": "stake=1.5", "--width": "3.4", "--font-size": "8", "--title": "Map", "--caption": "",
        "--label": "restraint=restrained", "--colour": "restraint=gold", "--legend": "below", "--dpi": "300",
    }  # fmt: skip
    assert (
        run(["plot", "cube.nc", "-o", "map.tiff", *[word for pair in options.items() for word in pair]]) == 0
    )
    ((figure, path, dpi),) = drawn
    given = {"width": 3.4, "font_size": 8, "title": "Map", "caption": "", "legend": "below"}
    same = foedus.plot(
        made("cube"), at={"stake": 1.5}, labels={"restraint": "restrained"}, colours={"restraint": "gold"}, **given
    )  # fmt: skip
    assert (path.name, dpi) == ("map.tiff", 300)
    one, other = FigureCanvasAgg(figure), FigureCanvasAgg(same)
    one.draw()
    other.draw()
    np.testing.assert_array_equal(one.buffer_rgba(), other.buffer_rgba())
    for wrong, message in (
        (["--width", "wide"], "'wide' is not a number"),
        (["--colour", "restraint=rad"], "colours: 'rad' of restraint is not a colour"),
        (["--colour", "gold"], "'gold' is not of the form code=colour"),
        (["--label", "restraint"], "'restraint' is not of the form name=text"),
        (["--palette", "rad"], "colours = 'rad' is not a colour map"),
        (
            ["--palette", "magma", "--colour", "restraint=red"],
            "--colour is for codes and --palette for numbers",
        ),
        (["--legend", "left"], "legend = 'left' is not allowed"),
    ):
        assert run(["plot", "cube.nc", "-o", "map.tiff", "--at", "stake=1", *wrong]) == 2
        assert message in capsys.readouterr().err
    assert len(drawn) == 1
