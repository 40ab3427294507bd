"""The page of `foedus explore`: its parameters, its map, and what changes when one of them is moved."""

import contextlib
import dataclasses
import functools
import importlib.resources
import math
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.events import MouseLeave, MouseMove, Tap
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    FixedTicker,
    LinearColorMapper,
    LogAxis,
    Range1d,
    Span,
)
from bokeh.plotting import figure
from bokeh.themes import Theme

from ..draw.parts import TINT, edges_of, log_ticks
from ..draw.slices import STYLES, jumps_of, with_gaps
from ..large.slabs import code_counts
from ..model import UNSOLVED
from ..runs.runfile import Range
from .display import complaint, display_of
from .view import (
    Frame,
    StaleError,
    View,
    claims_at,
    frames,
    make_view,
    number_at,
    place_on,
    query_of,
    reach,
    slices,
    view_of_query,
)
from .words import claims_list, crossings, label, legend, links, number, rate, under_pointer

PATIENCE = 0.5  # seconds without a map, after which the page says why
PAUSE = 0.12  # seconds without a change, after which what takes longer is shown, too
TALL = ":host { height: clamp(16em, 55vh, 38em) !important; }"  # the map, a window over half full of it
STEPS = 200  # of a slider
TICKS = 6  # of a logarithmic axis, at most
STRIP = (0.0, 1.0)  # how high a map of one axis is drawn
SCALES = ("linear", "log")
# as in page.css
INK = {"light": ("#1c1c1c", "#ffffff", "#cfcfcf"), "dark": ("#ececec", "#161616", "#444444")}
DASHES = (*STYLES, "dotdash")
WAITING = "<span class='faint'>solving; kernels are compiled at first, which takes up to a minute</span>"
DIM = "document.documentElement.classList.toggle('stale', !cb_obj.data.known[0])"
HINT = "<span class='faint'>Point at the map to read a game, click it to pin one.</span>"

pn.extension(notifications=False)


def page(start: View) -> pn.Template:
    """Return the page for one reader, at the view that the address asks for, or else at `start`."""
    themes = (pn.state.cookies.get(f"foedus_{told}") for told in ("chosen", "preferred"))
    theme = next((theme for theme in themes if theme in INK), "light")
    query = pn.state.location.search.removeprefix("?") if pn.state.location else ""
    wrong = ""
    view = start
    if query:
        try:
            view = view_of_query(query, start.model)
        except (TypeError, ValueError) as error:
            wrong = str(error)
    return Page(view, theme, wrong).template()


class LiveSlider(pn.widgets.FloatSlider):
    """A slider of which no value is held back: Panel would wait 50 ms for another."""

    _priority_changes = ("value",)


class Page:
    """What one reader sees: a view, the widgets that change it, and the panes that show it.

    Whatever is quick is shown where the view changes. Maps, slices and claims are solved by a thread, which
    drops what it does as soon as the view is another.
    """

    def __init__(self, view: View, theme: str, wrong: str) -> None:
        self.view = view
        self.model = view.model
        self.display = display_of(view.model)
        self.reach = {name: reach(name, view.model) for name in self.display.ranges}
        self.theme = theme
        self.drawn: Any = None  # the map that is drawn in full, and where; the thread's
        self.shown: Any = None  # the regimes that the browser has
        self.setting = False  # whether widgets are changed by the page, not by the reader
        self.changed = threading.Event()
        self.left = False
        self.document = pn.state.curdoc
        self.location = pn.state.location
        for event, hidden in (("connection_lost", "false"), ("client_reconnected", "true")):
            told = CustomJS(code=f"document.getElementById('lost').hidden = {hidden}")
            self.document.js_on_event(event, told)
        self.make_panes()
        self.make_controls()
        self.new_figures()
        self.go(view)
        self.complain(wrong)

    # -- what there is ------------------------------------------------------------------------------------

    def make_panes(self) -> None:
        """Make what is filled with words."""
        names = ("pointer", "legend", "links", "error", "words", "claims", "crossings", "rate")
        self.texts = {
            name: pn.pane.HTML("", stylesheets=[css()], sizing_mode="stretch_width") for name in names
        }
        self.map = pn.Column(sizing_mode="stretch_width")
        self.lines = pn.FlexBox(stylesheets=[css()], sizing_mode="stretch_width")

    def make_controls(self) -> None:
        """Make a slider and a box for each number, and what chooses the other parameters and the axes."""
        common: dict[str, Any] = {"stylesheets": [css()], "sizing_mode": "stretch_width", "margin": (1, 5)}
        self.sliders, self.boxes = {}, {}
        for name, axis in self.reach.items():
            parameter = self.model.by_name[name]
            low, high = scaled(axis, axis.start), scaled(axis, axis.to)
            spoken = CustomJSTickFormatter(code="return (10 ** tick).toPrecision(3)")
            self.sliders[name] = slider = LiveSlider(
                name=parameter.words,
                start=low, end=high, step=(high - low) / STEPS, show_value=False, tooltips=False,
                css_classes=["slider"],
                format=spoken if axis.scale == "log" else "0.000",
                **common,
            )  # fmt: skip
            self.boxes[name] = box = pn.widgets.TextInput(
                name=label(parameter), css_classes=["compact"], **common
            )
            slider.param.watch(
                functools.partial(self.choose, name, functools.partial(unscaled, axis)), "value"
            )
            box.param.watch(functools.partial(self.choose, name, functools.partial(number_at, name)), "value")
        self.choices = {}
        for name, parameter in self.model.by_name.items():
            if parameter.choices:
                self.choices[name] = chooser = pn.widgets.Select(
                    name=label(parameter), options=list(parameter.choices), **common
                )
                chooser.param.watch(functools.partial(self.choose, name, str), "value")
        options: dict[str, str] = {}
        for name in self.reach:
            words = self.label(name)
            options[f"{words} ({name})" if words in options else words] = name
        self.axes = {}
        for letter in "xy"[: len(self.view.axes)]:
            self.axes[letter] = {
                "name": pn.widgets.Select(name=f"{letter} axis", options=options, **common),
                "low": pn.widgets.TextInput(name=f"{letter} from", **common),
                "high": pn.widgets.TextInput(name=f"{letter} to", **common),
                "scale": pn.widgets.Select(name=f"{letter} scale", options=list(SCALES), **common),
            }
            for what, widget in self.axes[letter].items():
                widget.param.watch(functools.partial(self.choose_axis, letter, what), "value")

    def template(self) -> pn.Template:
        """Return the page."""
        text = importlib.resources.files(__package__).joinpath("page.html").read_text("utf-8")
        other = "light" if self.theme == "dark" else "dark"
        made = pn.Template(text, location=True)
        made.add_variable("theme", self.theme)
        made.add_variable("other_theme", other)
        made.add_variable("about", self.display.about)
        made.add_variable("claims", self.display.claims if self.model.claims else "")
        parameters = [part for name in self.reach for part in (self.boxes[name], self.sliders[name])]
        axes = [
            part
            for widgets in self.axes.values()
            for part in (widgets["name"], pn.Row(*list(widgets.values())[1:], sizing_mode="stretch_width"))
        ]
        panes = {
            "map": [self.map],
            "about": [self.texts[name] for name in ("error", "pointer", "legend", "rate", "links")],
            "game": [self.texts["words"]],
            "controls": [*axes, *self.choices.values(), *parameters],
            "slices": [self.lines, self.texts["crossings"]],
            **({"claims": [self.texts["claims"]]} if self.model.claims else {}),
        }  # fmt: skip
        for name, parts in panes.items():
            made.add_panel(name, pn.Column(*parts, sizing_mode="stretch_width"))
        pn.state.on_session_destroyed(self.leave)
        pn.state.onload(lambda: threading.Thread(target=self.work, daemon=True).start())
        return made

    def leave(self, _: Any) -> None:
        """End the thread: the reader has gone."""
        self.left = True
        self.changed.set()

    # -- what the reader does -----------------------------------------------------------------------------

    def go(self, view: View) -> None:
        """Show another view."""
        if drawn_on(view) != drawn_on(self.view):
            self.view = view
            self.new_figures()
        if view.fixed != self.view.fixed:
            self.texts["pointer"].object = HINT
        self.view = view
        self.complain("")
        self.set_widgets()
        try:
            self.texts["words"].object = self.display.pinned(self.solved(view))
        except ValueError as error:  # of the model's kernel
            self.texts["words"].object = complaint(str(error))
        self.texts["links"].object = links(view)
        self.move_pin(known=False)
        for name, line in self.pins.items():
            line.location = getattr(view.game, name)
        self.changed.set()

    def solved(self, view: View) -> Any:
        """Return the game of a view, solved."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of an unsolved game, which the words tell
            return self.display.solve(view.game)

    def move_pin(self, known: bool) -> None:
        """Move the pin to the game, and tell the browser whether what is solved around it is `known`."""
        x, y, *_ = *(getattr(self.view.game, name) for name in self.view.axes), sum(STRIP) / 2
        self.pin.data = {"x": [x], "y": [y], "known": [known]}

    def set_widgets(self) -> None:
        """Set every widget to the view."""
        self.setting = True
        with pn.io.hold():
            for name, box in self.boxes.items():
                value = getattr(self.view.game, name)
                box.value = number(value)
                slider, axis = self.sliders[name], self.reach[name]
                if value != unscaled(axis, slider.value):
                    slider.value = min(max(scaled(axis, value), slider.start), slider.end)
            for name, chooser in self.choices.items():
                chooser.value = getattr(self.view.game, name)
            for letter, (name, axis) in zip(self.axes, self.view.axes.items(), strict=True):
                shown = name, number(axis.start), number(axis.to), axis.scale
                for widget, value in zip(self.axes[letter].values(), shown, strict=True):
                    widget.value = value
        self.setting = False

    def change(self, made: Callable[[], View]) -> None:
        """Have a view taken as soon as the page may be changed, unless it is the page that sets a widget."""
        if not self.setting:
            self.document.add_next_tick_callback(functools.partial(self.take, made))

    def take(self, made: Callable[[], View]) -> None:
        """Show the view that the reader asks for, or say why there is none."""
        try:
            view = made()
        except (TypeError, ValueError) as error:
            self.set_widgets()
            self.complain(str(error))
        else:
            self.go(view)

    def play(self, **changes: Any) -> View:
        """Return the view of the same game but for some parameters."""
        return self.view._replace(game=dataclasses.replace(self.view.game, **changes))

    def choose(self, name: str, read: Callable[[Any], Any], event: Any) -> None:
        """Take the value of a parameter that `read` makes of what its widget has."""
        self.change(lambda: self.play(**{name: read(event.new)}))

    def choose_axis(self, letter: str, what: str, event: Any) -> None:
        """Take a parameter, an end or the scale of an axis; the other's parameter changes places with it."""

        def made() -> View:
            axes = list(self.view.axes.items())
            k = "xy".index(letter)
            name, axis = axes[k]
            if what == "name" and event.new == axes[1 - k][0]:
                axes.reverse()
            elif what == "name":
                axes[k] = event.new, self.reach[event.new]
            else:
                new = event.new if what == "scale" else number_at(f"{letter} {what}", event.new)
                end = {"low": "start", "high": "to"}.get(what, what)
                axes[k] = name, axis.model_copy(update={end: new})
            ends = {name: (a.start, a.to, a.scale) for name, a in axes}
            return make_view(self.view.game, ends, self.model)

        self.change(made)

    def pinned(self, event: Any) -> None:
        """Pin the game that was clicked."""
        self.change(lambda: self.play(**self.at(event)))

    def at(self, event: Any) -> dict[str, float]:
        """Return the values of both axes at a place on the map."""
        places = zip(self.view.axes.items(), (event.x, event.y), strict=False)
        return {name: place_on(axis, value) for (name, axis), value in places}

    def hover(self, event: Any) -> None:
        """Say which game is under the pointer."""
        with contextlib.suppress(TypeError, ValueError):
            view = self.play(**self.at(event))
            self.texts["pointer"].object = under_pointer(view, self.solved(view))

    def colour(self, code: int) -> str:
        """Return the colour of a code in figures, black where a game could not be solved."""
        return self.display.colours.get(code, "black")

    def label(self, name: str) -> str:
        """Return how the page calls a parameter."""
        return label(self.model.by_name[name])

    def complain(self, message: str) -> None:
        """Say in a line what is wrong, or nothing."""
        self.texts["error"].object = complaint(message)

    # -- what is solved meanwhile -------------------------------------------------------------------------

    def work(self) -> None:
        """Solve what is to be shown, and begin anew whenever the view changes."""
        while not self.left:
            self.changed.wait()
            self.changed.clear()
            with contextlib.suppress(StaleError):
                for show in self.steps(self.view):
                    try:
                        self.document.add_next_tick_callback(show)
                    except AttributeError:  # of a document that is taken apart: its reader has gone
                        return

    def steps(self, view: View) -> Iterator[Callable[[], None]]:
        """Give one after another what is to be shown of a view, and at last what went wrong."""
        try:
            yield from self.found(view)
        except ValueError as error:  # of the model's kernel
            yield functools.partial(self.show_failure, view, str(error))

    def found(self, view: View) -> Iterator[Callable[[], None]]:
        """Give one after another what is solved of a view; raise ValueError if a game of it cannot be."""

        def stale() -> bool:
            return self.view is not view or self.left

        image = self.image
        maps: Iterator[Frame] = iter(())
        if self.drawn != (image, key(view)):
            self.drawn = None
            maps = frames(view, stale)
        started = time.perf_counter()
        waiting = threading.Timer(PATIENCE, self.say_waiting)
        waiting.start()
        try:
            first = next(maps, None)
        except ValueError:
            yield functools.partial(self.clear_map, image)
            raise
        finally:
            waiting.cancel()
        if first is not None:
            yield functools.partial(self.show_map, view, image, first, time.perf_counter() - started)
        if self.changed.wait(PAUSE):
            return
        yield functools.partial(self.write_down, view)
        along = slices(view)
        yield functools.partial(self.show_game, view, along, self.claims_in(view))
        for frame in maps:
            yield functools.partial(self.show_map, view, image, frame, None)
        self.drawn = image, key(view)

    def claims_in(self, view: View) -> str:
        """Say which claims hold in the game of a view, or what is wrong with one."""
        try:
            held = claims_at(view.game, self.model) if self.model.claims else {}
        except ValueError as error:
            return complaint(str(error))
        return claims_list(self.model, held)

    def say_waiting(self) -> None:
        """Say why there is no map yet."""
        with contextlib.suppress(AttributeError):  # as in `work`
            self.document.add_next_tick_callback(lambda: setattr(self.texts["rate"], "object", WAITING))

    # -- what is shown ------------------------------------------------------------------------------------

    def new_figures(self) -> None:
        """Make the figures anew for the axes of the view."""
        ink, paper, line = INK[self.theme]
        self.document.theme = Theme(json={"attrs": figure_theme(ink, paper, line)})
        flat = len(self.view.axes) == 1
        shape: dict[str, Any] = (
            {"height": 120, "y_range": STRIP} if flat else {"height": 500, "stylesheets": [TALL]}
        )
        for letter, (name, axis) in zip("xy", self.view.axes.items(), strict=False):
            shape[f"{letter}_axis_type"] = axis.scale
            shape[f"{letter}_axis_label"] = self.label(name)
            shape[f"{letter}_range"] = ends(axis)
        chart = figure(tools="", toolbar_location=None, sizing_mode="stretch_width", **shape)
        chart.yaxis.visible = not flat
        last = max(self.model.codes)
        palette = [self.colour(code) for code in range(UNSOLVED, last + 1)]
        mapper = LinearColorMapper(palette=palette, low=UNSOLVED - 0.5, high=last + 0.5)
        self.shown = None
        self.image = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        chart.image("image", "x", "y", "dw", "dh", source=self.image, color_mapper=mapper)
        self.boundaries = ColumnDataSource({"xs": [], "ys": []})
        chart.multi_line("xs", "ys", source=self.boundaries, line_color="black", line_width=1)
        self.pin = ColumnDataSource({"x": [], "y": [], "known": []})
        self.pin.js_on_change("data", CustomJS(code=DIM))
        for size, ink_of_pin in ((17, "white"), (13, "black")):
            chart.scatter(
                "x", "y", source=self.pin, size=size, marker="circle_cross",
                fill_alpha=0, line_color=ink_of_pin, line_width=5 if ink_of_pin == "white" else 2,
            )  # fmt: skip
        set_ticks(chart)
        chart.on_event(Tap, self.pinned)
        chart.on_event(MouseMove, self.hover)
        chart.on_event(MouseLeave, lambda _: setattr(self.texts["pointer"], "object", HINT))
        self.texts["pointer"].object = HINT
        self.map[:] = [pn.pane.Bokeh(chart, sizing_mode="stretch_width")]
        self.new_slices(ink)

    def new_slices(self, ink: str) -> None:
        """Make the figure of each slice anew."""
        self.curves, self.bands, self.cuts, self.pins = {}, {}, {}, {}
        charts = []
        for name, axis in self.view.axes.items():
            chart = figure(
                x_axis_type=axis.scale, x_axis_label=self.label(name), y_axis_label=self.display.heights,
                x_range=ends(axis), tools="", toolbar_location=None,
                sizing_mode="stretch_width", height=250, min_width=260,
            )  # fmt: skip
            self.bands[name] = ColumnDataSource({"x0": [], "x1": [], "colour": []})
            chart.vstrip(
                "x0", "x1", source=self.bands[name], fill_color="colour", line_color=None, fill_alpha=TINT
            )
            self.cuts[name] = ColumnDataSource({"x": []})
            chart.vspan("x", source=self.cuts[name], line_color=ink, line_width=0.7)
            self.curves[name] = {
                variable: ColumnDataSource({"x": [], "y": []}) for variable in self.display.curves
            }
            for (variable, source), dash in zip(self.curves[name].items(), DASHES, strict=False):
                words = variable.replace("_", " "), self.model.found[variable].symbol
                chart.line(
                    "x", "y", source=source, line_color=ink, line_width=2, line_dash=dash,
                    legend_label=", ".join(filter(None, words)),
                )  # fmt: skip
            self.pins[name] = Span(dimension="height", line_color=ink, line_width=3, line_alpha=0.5)
            chart.add_layout(self.pins[name])
            if self.curves[name]:
                chart.add_layout(chart.legend[0], "above")
                chart.legend[0].ncols = 2
            else:
                chart.y_range, chart.yaxis.visible = Range1d(0, 1), False
            set_ticks(chart)
            charts.append(chart)
        self.lines[:] = [pn.pane.Bokeh(chart, sizing_mode="stretch_width") for chart in charts]

    def show_map(self, view: View, image: ColumnDataSource, frame: Frame, seconds: float | None) -> None:
        """Show a map, unless the figure that it is for has been replaced."""
        if drawn_on(self.view) != drawn_on(view) or self.image is not image:
            return
        (left, right), (low, high), *_ = *map(span, frame.values), STRIP
        if self.shown is not frame.regime:  # or the browser would colour the same million games again
            self.shown = frame.regime
            self.image.data = {
                "image": [np.atleast_2d(frame.regime)],
                "x": [left], "y": [low], "dw": [right - left], "dh": [high - low],
            }  # fmt: skip
        xs, ys = frame.boundaries or ([], [])
        self.boundaries.data = {"xs": xs, "ys": ys}
        self.texts["legend"].object = legend(self.model, code_counts(self.model.codes, frame.regime))
        if seconds is not None:
            self.texts["rate"].object = rate(frame.regime.size, seconds)

    def clear_map(self, image: ColumnDataSource) -> None:
        """Take away the map of another view, unless its figure has been replaced."""
        if self.image is image:
            self.shown = None
            self.image.data = {name: [] for name in self.image.data}
            self.boundaries.data = {"xs": [], "ys": []}
            self.texts["legend"].object = self.texts["rate"].object = ""

    def show_failure(self, view: View, message: str) -> None:
        """Say why a view cannot be shown."""
        if self.view is view:
            self.complain(message)

    def show_game(self, view: View, along: dict[str, tuple[xr.Dataset, xr.Dataset]], claims: str) -> None:
        """Show what is solved along each axis through the pinned game, and what is said of the claims."""
        if self.view is not view:
            return
        for name, (line, cuts) in along.items():
            found = cuts.value.values
            left, right = span(line[name].values)
            regimes = [cuts.regime_first.item(), *cuts.regime_above.values]
            self.bands[name].data = {
                "x0": [left, *found], "x1": [*found, right],
                "colour": [self.colour(code) for code in regimes],
            }  # fmt: skip
            self.cuts[name].data = {"x": found}
            at = jumps_of(line, [self.model.mapped.name])
            for variable, source in self.curves[name].items():
                x, y = with_gaps(line[variable], at)
                source.data = {"x": x, "y": y}
        self.texts["crossings"].object = crossings(
            self.model, {name: cuts for name, (_, cuts) in along.items()}
        )
        self.texts["claims"].object = claims
        self.move_pin(known=True)

    def write_down(self, view: View) -> None:
        """Have the address of the page be that of the view."""
        if self.location and self.view is view:
            self.location.search = f"?{query_of(view)}"


def key(view: View) -> tuple:
    """Return what the map of a view hangs on."""
    return view.fixed, drawn_on(view)


def drawn_on(view: View) -> list[tuple[str, Range]]:
    """Return the axes of a view, x before y, which the dictionary would not tell from y before x."""
    return list(view.axes.items())


@functools.cache
def css() -> str:
    """Return the style of whatever is inside a part of the page."""
    return importlib.resources.files(__package__).joinpath("page.css").read_text("utf-8")


def scaled(reach: Range, value: float) -> float:
    """Return where on the slider over this range a parameter has a value."""
    return math.log10(max(value, 1e-300)) if reach.scale == "log" else value


def unscaled(reach: Range, place: float) -> float:
    """Return the value of a parameter at a place of its slider, in as many digits as its steps tell apart.

    Examples
    --------
    >>> unscaled(reach("stake"), -0.5)
    0.316
    >>> unscaled(Range.model_validate({"from": 1000.0, "to": 1010.0, "points": 2}), 1003.25)
    1003.2
    """
    if reach.scale == "log":
        return float(f"{10**place:.3g}")
    far = max(-reach.start, reach.to) / (reach.to - reach.start)
    return float(f"{place:.{3 + max(math.floor(math.log10(far)), 0)}g}")


def ends(axis: Range) -> tuple[float, float]:
    """Return from where to where an axis is drawn."""
    return span(axis.values())


def span(values: np.ndarray) -> tuple[float, float]:
    """Return from where to where values are drawn: half a step beyond them."""
    left, right = edges_of(values)[[0, -1]].tolist()
    return left, right


def set_ticks(chart: Any) -> None:
    """Give the axes of a figure ticks at round numbers, written as people write them."""
    for axis in chart.axis:
        axis.formatter = CustomJSTickFormatter(code="return String(Number(tick.toPrecision(6)))")
        if isinstance(axis, LogAxis):
            scale = chart.x_range if axis in chart.xaxis else chart.y_range
            axis.ticker = FixedTicker(ticks=log_ticks(scale.start, scale.end, TICKS))


def figure_theme(ink: str, paper: str, line: str) -> dict[str, dict[str, Any]]:
    """Return how figures are drawn in these colours."""
    return {
        "Plot": {"background_fill_color": paper, "border_fill_color": paper, "outline_line_color": line},
        "Grid": {"grid_line_color": None},
        "Axis": {
            "axis_line_color": line, "major_tick_line_color": line, "minor_tick_line_color": None,
            "major_label_text_color": ink, "major_label_text_font_size": "13px",
            "axis_label_text_color": ink, "axis_label_text_font_size": "14px",
            "axis_label_text_font_style": "normal",
        },
        "Legend": {
            "background_fill_color": paper, "border_line_color": None, "label_text_color": ink,
            "label_text_font_size": "12px", "padding": 2, "margin": 2, "spacing": 10, "glyph_width": 30,
        },
    }  # fmt: skip
