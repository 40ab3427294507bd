"""The page of `foedus explore`: its parameters, its map, and what changes when one of them is moved."""

import contextlib
import dataclasses
import functools
import importlib.resources
import math
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import panel as pn
import xarray as xr
from bokeh.events import MouseLeave, MouseMove, RangesUpdate, Tap
from bokeh.models import CustomJS, CustomJSTickFormatter
from bokeh.themes import Theme

from ..kernels._announcing import TIME
from ..model import Label, Parameter
from ..runs.runfile import Range
from .charts import INK, MapChart, SliceCharts, figure_theme
from .display import complaint, display_of
from .view import (
    Frame,
    StaleError,
    View,
    axis_of,
    claims_at,
    frames,
    number_at,
    place_on,
    query_of,
    random_view,
    reach,
    read_query,
    slices,
    view_of_query,
    zoomed,
)
from .words import (
    claims_list,
    compared,
    crossings,
    going_on,
    label,
    legend,
    links,
    number,
    progress,
    under_pointer,
    verdicts,
)

PATIENCE = 0.5  # after so many seconds without a map the page says why, and then how far the next one is
PAUSE = 0.12  # after so many seconds without a change the page also shows what takes longer
STEPS = 200  # of a slider
REST = 150  # milliseconds after the last turn of the wheel until the map is solved
SCALES = ("linear", "log")
OWN = "none of these"  # among the examples
WAITING = f"<span class='faint'>Solving. The first run compiles, which takes {TIME}.</span>"
ALONG = " <span class='faint'>Solving along each axis.</span>"
LEFT_OUT = "This part of the address was left out: "

pn.extension(notifications=False)


def page(start: View) -> pn.Template:
    """Return the page for one reader, at the view that the address asks for, or else at `start`."""
    themes = (pn.state.cookies.get(f"foedus_{told}") for told in ("chosen", "preferred"))
    theme = next((theme for theme in themes if theme in INK), "light")
    query = pn.state.location.search.removeprefix("?") if pn.state.location else ""
    view, faults = read_query(query, start.model) if query else (start, [])
    return Page(start, view, theme, faults).template()


class LiveSlider(pn.widgets.FloatSlider):
    """A slider that sends each value at once; Panel's own waits 50 ms for the next."""

    _priority_changes = ("value",)


class Page:
    """What one reader sees: a view, the widgets that change it, and the panes that show it.

    `go` shows at once what is quick. A thread solves maps, slices and claims, and drops its work as soon as
    the view changes.
    """

    def __init__(self, start: View, view: View, theme: str, faults: Iterable[str]) -> None:
        self.start = start
        self.view = view
        self.model = view.model
        self.display = display_of(view.model)
        self.reach = {name: reach(name, view.model) for name in self.display.ranges}
        self.theme = theme
        self.drawn: Any = None  # the complete map and its figure; only the thread uses it
        self.setting = False  # whether the page, and not the reader, changes the widgets
        self.resting: Any = None  # the callback that waits for the end of a zoom
        self.changed = threading.Event()
        self.moved = 0.0  # when the view changed last
        self.left = False
        self.state = ""  # what the page says of the map that it shows
        self.document = pn.state.curdoc
        self.document.theme = Theme(json={"attrs": figure_theme(theme)})
        for event, hidden in (("connection_lost", "false"), ("client_reconnected", "true")):
            told = CustomJS(code=f"document.getElementById('lost').hidden = {hidden}")
            self.document.js_on_event(event, told)
        self.make_panes()
        self.make_controls()
        self.new_charts()
        self.go(view)
        self.complain(*(LEFT_OUT + fault for fault in faults))

    # -- what there is ------------------------------------------------------------------------------------

    def make_panes(self) -> None:
        """Make the parts of the page that hold words and figures."""
        names = "pointer error legend progress links compared words claims crossings"
        self.texts = {
            name: pn.pane.HTML("", stylesheets=[css()], sizing_mode="stretch_width") for name in names.split()
        }
        self.map = pn.Column(sizing_mode="stretch_width")
        self.lines = pn.FlexBox(stylesheets=[css()], sizing_mode="stretch_width")
        # the scripts of page.html read these, and write the address
        self.address = pn.widgets.TextInput(visible=False, stylesheets=[css()])
        self.address.jscallback(value="showAddress(cb_obj)")
        self.address.param.watch(self.go_back, "value")
        self.marks = pn.widgets.TextInput(visible=False, stylesheets=[css()])
        self.marks.jscallback(value="showMarks(JSON.parse(cb_obj.value))")

    def make_controls(self) -> None:
        """Make a slider and a box for each number, and the lists and buttons."""
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
        self.colour = pn.widgets.Select(name="colour", options=labels(self.model.found.values()), **common)
        self.colour.param.watch(self.choose_colour, "value")
        self.example = pn.widgets.Select(
            name="example",
            options=[OWN, *self.display.examples],
            **common,
        )
        self.example.param.watch(self.choose_example, "value")
        plain: dict[str, Any] = {"stylesheets": [css()], "margin": (5, 5)}
        self.reset = pn.widgets.Button(name="Reset all", **plain)
        self.reset.on_click(lambda _: self.change(lambda: self.start))
        self.whole = pn.widgets.Button(name="Reset the axes", **plain)
        self.whole.on_click(lambda _: self.change(lambda: self.view._replace(axes=self.start.axes)))
        self.random = pn.widgets.Button(name="Random game", **plain)
        rng = np.random.default_rng()
        self.random.on_click(lambda _: self.change(lambda: random_view(self.view, rng)))
        self.compare = pn.widgets.Button(**plain)
        self.compare.on_click(lambda _: self.change(self.with_second))
        options = labels(self.model.by_name[name] for name in self.reach)
        self.axes = {}
        for letter in "xy"[: len(self.view.axes)]:
            self.axes[letter] = {
                "name": pn.widgets.Select(name=f"{letter} axis", options=options, **common),
                "low": pn.widgets.TextInput(name=f"{letter} from", **common),
                "high": pn.widgets.TextInput(name=f"{letter} to", **common),
                "scale": pn.widgets.Select(
                    name=f"{letter} scale", options=list(SCALES), min_width=92, **common
                ),
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
        made.add_variable("claims", self.display.claims)
        made.add_variable("claims_list", claims_list(self.model) if self.model.claims else "")
        parameters = [part for name in self.reach for part in (self.boxes[name], self.sliders[name])]
        axes = [
            part
            for widgets in self.axes.values()
            for part in (widgets["name"], pn.Row(*list(widgets.values())[1:], sizing_mode="stretch_width"))
        ]
        buttons = pn.FlexBox(self.random, self.reset, self.whole, sizing_mode="stretch_width")
        panes = {
            "map": [self.map],
            "pointer": [self.texts["pointer"]],
            "about": [self.texts[name] for name in ("error", "legend", "progress", "links")],
            "game": [self.compare, self.texts["compared"], self.texts["words"]],
            "controls": [self.example, buttons, self.colour, *axes, *self.choices.values(), *parameters],
            "slices": [self.lines, self.texts["crossings"]],
            **({"claims": [self.texts["claims"]]} if self.model.claims else {}),
            "told": [self.address, self.marks],
        }
        for name, parts in panes.items():
            made.add_panel(name, pn.Column(*parts, sizing_mode="stretch_width"))
        pn.state.on_session_destroyed(self.leave)
        pn.state.onload(lambda: threading.Thread(target=self.work, daemon=True).start())
        return made

    def leave(self, _: Any) -> None:
        """End the thread, as the reader has gone."""
        self.left = True
        self.changed.set()

    # -- what the reader does -----------------------------------------------------------------------------

    def go(self, view: View) -> None:
        """Show another view."""
        before, self.view, self.moved = self.view, view, time.perf_counter()
        if not self.chart.suits(view):
            self.new_charts()
        else:
            self.chart.rescale(view)
            self.slices.rescale(view)
        if view.fixed != before.fixed:
            self.texts["pointer"].object = ""
        self.complain()
        self.set_widgets()
        try:
            self.texts["compared"].object = compared(view) if view.second else ""
            self.texts["words"].object = self.display.pinned(self.solved(view))
        except ValueError as error:  # of the model's kernel
            self.texts["compared"].object = ""
            self.texts["words"].object = complaint(str(error))
        self.texts["links"].object = links(view)
        self.chart.move_pins(view, known=False)
        self.slices.move_pins(view)
        self.changed.set()

    def solved(self, view: View) -> Any:
        """Return the game of a view, solved."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of an unsolved game, which the words tell
            return self.display.solve(view.game)

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
            self.colour.value = self.view.shown.name
            game = self.view.game
            same = (name for name, given in self.display.examples.items() if self.display.game(given) == game)
            self.example.value = next(same, OWN)
            self.compare.name = "End the comparison" if self.view.second else "Compare with another game"
        self.setting = False

    def change(self, made: Callable[[], View]) -> None:
        """Take a view as soon as the page may be changed, unless the page itself sets a widget."""
        if not self.setting:
            self.document.add_next_tick_callback(functools.partial(self.take, made))

    def take(self, made: Callable[[], View]) -> None:
        """Show the view that the reader asks for, or say what is wrong with it."""
        try:
            view = made()
        except (TypeError, ValueError) as error:
            self.set_widgets()
            self.chart.rescale(self.view)  # which may have been zoomed
            self.complain(str(error))
        else:
            self.go(view)

    def play(self, **changes: Any) -> View:
        """Return the view of the same game with some parameters changed."""
        return self.view._replace(game=dataclasses.replace(self.view.game, **changes))

    def choose(self, name: str, read: Callable[[Any], Any], event: Any) -> None:
        """Take the value of a parameter; `read` makes it from the value of its widget."""
        self.change(lambda: self.play(**{name: read(event.new)}))

    def choose_axis(self, letter: str, what: str, event: Any) -> None:
        """Take a parameter, an end or the scale of an axis; a parameter of the other axis changes places."""

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
                part: dict[str, Any] = {"low": axis.start, "high": axis.to, "scale": axis.scale, what: new}
                axes[k] = name, axis_of(name, (part["low"], part["high"], part["scale"]), self.model)
            return self.view._replace(axes=dict(axes))

        self.change(made)

    def choose_colour(self, event: Any) -> None:
        """Show another outcome as colour."""
        mapped = event.new == self.model.mapped.name
        self.change(lambda: self.view._replace(colour=None if mapped else event.new))

    def choose_example(self, event: Any) -> None:
        """Pin the game of an example, on the axes with which the page started."""
        game = self.display.examples.get(event.new)
        if game is not None:
            self.change(lambda: self.view._replace(game=self.display.game(game), axes=self.start.axes))

    def with_second(self) -> View:
        """Return the view with the pinned game also as the second, or without a second if there is one."""
        return self.view._replace(second=None if self.view.second else self.view.game)

    def go_back(self, event: Any) -> None:
        """Show the view of the address after the reader has gone back or forward."""
        query = event.new.removeprefix("?")
        if query != query_of(self.view):
            self.change(lambda: view_of_query(query, self.model))

    def zoom(self, event: Any) -> None:
        """Solve the map between the new ends as soon as the zoom rests."""
        places = (event.x0, event.x1), (event.y0, event.y1)
        if self.resting is not None:
            self.document.remove_timeout_callback(self.resting)

        def rest() -> None:
            self.resting = None
            self.take(lambda: zoomed(self.view, dict(zip(self.view.axes, places, strict=False))))

        self.resting = self.document.add_timeout_callback(rest, REST)

    def pinned(self, event: Any) -> None:
        """Pin the game that was clicked."""
        self.change(lambda: self.play(**self.at(event)))

    def at(self, event: Any) -> dict[str, float]:
        """Return the values of both axes at a place on the map."""
        places = zip(self.view.axes.items(), (event.x, event.y), strict=False)
        return {name: place_on(axis, value) for (name, axis), value in places}

    def hover(self, event: Any) -> None:
        """Say which game is under the pointer."""
        said = ""
        inside = zip((event.x, event.y), self.view.axes.values(), strict=False)
        if all(axis.start <= value <= axis.to for value, axis in inside):
            with contextlib.suppress(TypeError, ValueError):
                said = under_pointer(self.play(**self.at(event)))
        self.texts["pointer"].object = said

    def leave_map(self, _: Any) -> None:
        """Clear the tooltip."""
        self.texts["pointer"].object = ""

    def complain(self, *messages: str) -> None:
        """Say what is wrong, one line for each message."""
        self.texts["error"].object = "".join(map(complaint, messages))

    # -- what is solved meanwhile -------------------------------------------------------------------------

    def work(self) -> None:
        """Solve the view, and start again whenever it changes."""
        while not self.left:
            self.changed.wait()
            with contextlib.suppress(StaleError):
                for show in self.steps(self.newest()):
                    self.later(show)

    def steps(self, view: View) -> Iterator[Callable[[], None]]:
        """Give one step after another that shows a view, and last what went wrong."""
        try:
            yield from self.found(view)
        except ValueError as error:  # of the model's kernel
            yield functools.partial(self.show_failure, view, str(error))

    def found(self, view: View) -> Iterator[Callable[[], None]]:
        """Give one step after another that shows a view; raise ValueError if the model's kernel does.

        A game that is pinned while the map is solved is shown in between, and the map goes on.
        """
        spoken = time.perf_counter()
        first: Frame | None = None
        shown: View | None = None  # besides the map
        chart = self.chart
        started = time.perf_counter()

        def other() -> bool:
            return self.left or self.chart is not chart or key(self.view) != key(view)

        def stale() -> bool:
            nonlocal shown, started
            if other():
                return True
            begun = time.perf_counter()
            if shown is not None and shown is not self.view and begun - self.moved > PAUSE:
                shown = self.newest()
                with contextlib.suppress(StaleError):
                    for show in self.beside(shown):
                        self.later(show)
                started += time.perf_counter() - begun  # which the map did not take
            return False

        def told(done: int, games: int) -> None:
            nonlocal spoken
            if time.perf_counter() - spoken > PATIENCE and done < games:
                spoken = time.perf_counter()
                of_before = None if first else ""
                self.later(functools.partial(self.say_progress, view, going_on(done, games), of_before))

        maps: Iterator[Frame] = iter(())
        if self.drawn != (chart, key(view)):
            self.drawn = None
            maps = frames(view, stale, told)
        started = time.perf_counter()
        try:
            with self.patience(view, WAITING, ""):
                first = next(maps, None)
        except ValueError:
            yield functools.partial(self.clear_map, chart)
            raise
        if first is not None:
            yield functools.partial(self.show_map, view, chart, first, time.perf_counter() - started)
        while self.changed.wait(PAUSE):
            if other():
                return
            self.changed.clear()
        shown = self.newest()
        with contextlib.suppress(StaleError):  # of another game on the same map
            yield from self.beside(shown)
        started = time.perf_counter()
        for frame in maps:
            took = None if frame.array is getattr(first, "array", None) else time.perf_counter() - started
            yield functools.partial(self.show_map, view, chart, frame, took)
            started = time.perf_counter()
        self.drawn = chart, key(view)

    def newest(self) -> View:
        """Return the view as it is now, which nobody need be told of again."""
        self.changed.clear()
        return self.view

    def beside(self, view: View) -> Iterator[Callable[[], None]]:
        """Give the steps that show all of a view but its map."""
        yield functools.partial(self.write_down, view)
        try:
            with self.patience(view, ALONG):
                along = slices(view, lambda: self.view is not view or self.left)
        except ValueError as error:  # of the model's kernel, perhaps outside the map
            yield functools.partial(self.show_failure, view, str(error))
            return
        yield functools.partial(self.show_game, view, along, *self.claims_in(view))

    def claims_in(self, view: View) -> tuple[Mapping[str, bool | None], str]:
        """Return which claims hold in the game of a view, and what is wrong with one."""
        try:
            return claims_at(view.game, self.model) if self.model.claims else {}, ""
        except ValueError as error:
            return {}, str(error)

    @contextlib.contextmanager
    def patience(self, view: View, words: str, state: str | None = None) -> Iterator[None]:
        """Let the page say these words while something of a view takes long."""
        waiting = threading.Timer(
            PATIENCE, self.later, [functools.partial(self.say_progress, view, words, state)]
        )
        waiting.start()
        try:
            yield
        finally:
            waiting.cancel()

    def later(self, show: Callable[[], None]) -> None:
        """Change the page as soon as it may be changed."""
        with contextlib.suppress(AttributeError):  # the document is destroyed: its reader has gone
            self.document.add_next_tick_callback(show)

    # -- what is shown ------------------------------------------------------------------------------------

    def new_charts(self) -> None:
        """Make the figures of the view anew."""
        heard = {Tap: self.pinned, MouseMove: self.hover, MouseLeave: self.leave_map, RangesUpdate: self.zoom}
        self.chart = MapChart(self.view, heard)
        self.slices = SliceCharts(self.view, self.theme)
        self.texts["pointer"].object = ""
        self.map[:] = [pn.pane.Bokeh(self.chart.figure, sizing_mode="stretch_width")]
        self.lines[:] = [
            pn.pane.Bokeh(chart, sizing_mode="stretch_width") for chart in self.slices.figures.values()
        ]

    def show_map(self, view: View, chart: MapChart, frame: Frame, seconds: float | None) -> None:
        """Show a map, unless its figure already shows something else."""
        if self.chart is not chart or drawn_on(self.view) != drawn_on(view):
            return
        chart.show(frame)
        self.texts["legend"].object = legend(view, frame.array)
        if seconds is not None:
            self.state = progress(frame, seconds)
        self.texts["progress"].object = self.state

    def say_progress(self, view: View, words: str, state: str | None = None) -> None:
        """Say how far the next map of a view is, after what is said of the map that is shown."""
        if key(self.view) == key(view):
            self.state = self.state if state is None else state
            self.texts["progress"].object = self.state + words

    def clear_map(self, chart: MapChart) -> None:
        """Take away the map of another view, unless its figure has been replaced."""
        if self.chart is chart:
            chart.clear()
            self.texts["legend"].object = self.texts["progress"].object = self.state = ""

    def show_failure(self, view: View, message: str) -> None:
        """Say why a view cannot be shown."""
        if self.view is view:
            self.complain(message)
            self.texts["progress"].object = self.state

    def show_game(
        self,
        view: View,
        along: dict[str, tuple[xr.Dataset, xr.Dataset]],
        held: Mapping[str, bool | None],
        wrong: str,
    ) -> None:
        """Show the slices through the pinned game, and which claims hold."""
        if self.view is not view:
            return
        self.slices.show(along)
        self.texts["progress"].object = self.state
        cuts = {name: cuts for name, (_, cuts) in along.items()}
        self.texts["crossings"].object = crossings(self.model, cuts)
        self.texts["claims"].object = complaint(wrong)
        self.marks.value = verdicts(held)
        self.chart.move_pins(view, known=True)

    def write_down(self, view: View) -> None:
        """Write the view into the address of the page."""
        if self.view is view:
            self.address.value = f"?{query_of(view)}"


def key(view: View) -> tuple:
    """Return what the map of a view depends on."""
    return view.fixed, view.colour, drawn_on(view)


def drawn_on(view: View) -> list[tuple[str, Range]]:
    """Return the axes of a view in order, as equal dictionaries may differ in their order."""
    return list(view.axes.items())


def labels(entries: Iterable[Parameter | Label]) -> dict[str, str]:
    """Return the names of some parameters or outcomes, by the words for them in a list."""
    names: dict[str, str] = {}
    for entry in entries:
        words = label(entry)
        names[f"{words} ({entry.name})" if words in names else words] = entry.name
    return names


@functools.cache
def css() -> str:
    """Return the style sheet of the parts of the page."""
    return importlib.resources.files(__package__).joinpath("page.css").read_text("utf-8")


def scaled(reach: Range, value: float) -> float:
    """Return the place of a value on the slider over this range."""
    return math.log10(max(value, 1e-300)) if reach.scale == "log" else value


def unscaled(reach: Range, place: float) -> float:
    """Return the value at a place of a slider, in as many digits as tell its steps apart.

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
