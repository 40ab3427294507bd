"""The figures of the page: the map, and the slices of it through the pinned game."""

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from bokeh.models import (
    BoxZoomTool,
    ColorBar,
    ColumnDataSource,
    CustomJS,
    CustomJSTickFormatter,
    FixedTicker,
    LinearColorMapper,
    LogAxis,
    Range1d,
    Span,
    WheelZoomTool,
)
from bokeh.plotting import figure
from matplotlib import colormaps
from matplotlib.colors import to_hex

from ..draw.colours import colours_of, scale_of
from ..draw.parts import TINT, edges_of, log_ticks
from ..draw.slices import STYLES, jumps_of, with_gaps
from ..model import UNSOLVED
from ..runs.runfile import Range
from .display import BLANK, display_of
from .view import Frame, View
from .words import greek, label

TALL = ":host { height: clamp(16em, 55vh, 38em) !important; }"  # the map, a window over half full of it
TICKS = 6  # of a logarithmic axis, at most
STRIP = (0.0, 1.0)  # how high a map of one axis is drawn
SHADES = 256  # of a number
UNDEFINED = "#cccccc"  # as in pictures
# of lines and words, paper and frames, as in page.html
INK = {"light": ("#1c1c1c", "#ffffff", "#cfcfcf"), "dark": ("#ececec", "#161616", "#444444")}
PLAIN = "return String(Number(tick.toPrecision(6)))"  # numbers as people write them
DASHES = (*STYLES, "dotdash")
# the page dims the slices of the game before; without a mouse, dragging scrolls the page
PINNED = """
document.documentElement.classList.toggle("stale", !pin.data.known[0]);
if (matchMedia("(pointer: coarse)").matches) box.active = false;
"""


class MapChart:
    """The map of a view: what its colours show, the boundaries between regimes, and the pinned games."""

    def __init__(self, view: View, on: dict[type, Callable[[Any], None]]) -> None:
        """Make an empty figure that calls a function for each kind of event in `on`."""
        self.view = view
        flat = len(view.axes) == 1
        shape: dict[str, Any] = (
            {"height": 120, "y_range": STRIP} if flat else {"height": 500, "stylesheets": [TALL]}
        )
        for letter, (name, axis) in zip("xy", view.axes.items(), strict=False):
            shape[f"{letter}_axis_type"] = axis.scale
            shape[f"{letter}_axis_label"] = label(view.model.by_name[name])
            shape[f"{letter}_range"] = ends(axis)
        sides = "width" if flat else "both"
        wheel, box = WheelZoomTool(dimensions=sides), BoxZoomTool(dimensions=sides)
        self.figure = chart = figure(
            tools=[wheel, box], active_scroll=wheel, active_drag=box, toolbar_location=None,
            sizing_mode="stretch_width", **shape,
        )  # fmt: skip
        chart.yaxis.visible = not flat
        self.array: Any = None  # the map that the browser has
        self.image = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self.mapper = _mapper(view)
        chart.image("image", "x", "y", "dw", "dh", source=self.image, color_mapper=self.mapper)
        if not view.shown.codes:
            bar = ColorBar(color_mapper=self.mapper, width=12, formatter=CustomJSTickFormatter(code=PLAIN))
            chart.add_layout(bar, "right")
            chart.min_border_right = 50  # which its numbers take
        self.boundaries = ColumnDataSource({"xs": [], "ys": []})
        if not view.shown.codes:  # some of its colours are dark
            chart.multi_line("xs", "ys", source=self.boundaries, line_color="white", line_width=2.5)
        chart.multi_line("xs", "ys", source=self.boundaries, line_color="black", line_width=1)
        self.pin = ColumnDataSource({"x": [], "y": [], "known": []})
        self.pin.js_on_change("data", CustomJS(args={"pin": self.pin, "box": box}, code=PINNED))
        self.second = ColumnDataSource({"x": [], "y": []})
        for source, marker in ((self.second, "square_cross"), (self.pin, "circle_cross")):
            for size, ink in ((17, "white"), (13, "black")):
                chart.scatter(
                    "x", "y", source=source, size=size, marker=marker,
                    fill_alpha=0, line_color=ink, line_width=5 if ink == "white" else 2,
                )  # fmt: skip
        _set_ticks(chart)
        for kind, called in on.items():
            chart.on_event(kind, called)

    def suits(self, view: View) -> bool:
        """Return whether the figure can show another view by a change of the ends of its axes alone."""
        return _kind(view) == _kind(self.view)

    def rescale(self, view: View) -> None:
        """Show a view that suits the figure."""
        self.view = view
        for scale, axis in zip((self.figure.x_range, self.figure.y_range), view.axes.values(), strict=False):
            _rescale(self.figure, scale, axis)

    def move_pins(self, view: View, known: bool) -> None:
        """Move the pins to the games; the browser dims the slices and claims that are not yet `known`."""
        (x, y), *others = (_place(view, game) for game in (view.game, view.second) if game)
        self.pin.data = {"x": [x], "y": [y], "known": [known]}
        self.second.data = {"x": [x for x, _ in others], "y": [y for _, y in others]}

    def show(self, frame: Frame) -> None:
        """Show a map."""
        (left, right), (low, high), *_ = *map(_span, frame.values), STRIP
        if self.array is not frame.array:  # otherwise the browser would colour the same million games again
            self.array = frame.array
            array = np.atleast_2d(frame.array)
            if not self.view.shown.codes:
                self.scale(array)
                array = array.astype("float32")  # which is half to send
            self.image.data = {
                "image": [array],
                "x": [left], "y": [low], "dw": [right - left], "dh": [high - low],
            }  # fmt: skip
        xs, ys = frame.boundaries or ([], [])
        self.boundaries.data = {"xs": xs, "ys": ys}

    def scale(self, numbers: np.ndarray) -> None:
        """Spread the colours over these numbers, as `foedus plot` does."""
        array = xr.DataArray(numbers)
        scale = scale_of(self.view.model, self.view.shown, float(array.min()), float(array.max()))
        shades = colormaps[scale.palette](np.linspace(0, 1, SHADES))
        low, high = scale.low, scale.high
        if not low < high:  # all are the same, or there is none
            low, high = np.nan_to_num(low) - 0.5, np.nan_to_num(low) + 0.5
        self.mapper.update(palette=[to_hex(shade) for shade in shades], low=low, high=high)

    def clear(self) -> None:
        """Take the map away."""
        self.array = None
        self.image.data = {name: [] for name in self.image.data}
        self.boundaries.data = {"xs": [], "ys": []}


class SliceCharts:
    """Along each axis of a view, through the pinned game: some outcomes, and the regimes behind them."""

    def __init__(self, view: View, theme: str) -> None:
        """Make empty figures."""
        self.view = view
        self.figures: dict[str, Any] = {}
        self.curves: dict[str, dict[str, ColumnDataSource]] = {}
        self.bands, self.cuts, self.pins = {}, {}, {}
        ink, _, _ = INK[theme]
        display = display_of(view.model)
        for name, axis in view.axes.items():
            self.figures[name] = chart = figure(
                x_axis_type=axis.scale, x_axis_label=label(view.model.by_name[name]), x_range=ends(axis),
                y_axis_label=display.heights, tools="", toolbar_location=None,
                sizing_mode="stretch_width", height=250, min_width=260,
            )  # fmt: skip
            self.bands[name] = ColumnDataSource({"x0": [], "x1": [], "colour": []})
            chart.vstrip(
                "x0", "x1", source=self.bands[name], fill_color="colour", line_color=None, fill_alpha=TINT
            )
            self.cuts[name] = ColumnDataSource({"x": []})
            chart.vspan("x", source=self.cuts[name], line_color=ink, line_width=0.7)
            self.curves[name] = {curve: ColumnDataSource({"x": [], "y": []}) for curve in display.curves}
            for (variable, source), dash in zip(self.curves[name].items(), DASHES, strict=False):
                words = variable.replace("_", " "), greek(view.model.found[variable].symbol)
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
            _set_ticks(chart)

    def rescale(self, view: View) -> None:
        """Show a view with other ends of the same axes."""
        for name, axis in view.axes.items():
            _rescale(self.figures[name], self.figures[name].x_range, axis)

    def move_pins(self, view: View) -> None:
        """Move the pins to the game."""
        for name, line in self.pins.items():
            line.location = getattr(view.game, name)

    def show(self, along: dict[str, tuple[xr.Dataset, xr.Dataset]]) -> None:
        """Show what is solved along each axis, and the cutpoints there."""
        model = self.view.model
        colours = display_of(model).colours
        for name, (line, cuts) in along.items():
            found = cuts.value.values
            left, right = _span(line[name].values)
            regimes = [cuts.regime_first.item(), *cuts.regime_above.values]
            self.bands[name].data = {
                "x0": [left, *found], "x1": [*found, right],
                "colour": [colours.get(code, BLANK) for code in regimes],
            }  # fmt: skip
            self.cuts[name].data = {"x": found}
            at = jumps_of(line, [model.mapped.name])
            for variable, source in self.curves[name].items():
                x, y = with_gaps(line[variable], at)
                source.data = {"x": x, "y": y}


def _kind(view: View) -> tuple:
    """Return what a figure cannot change: its outcome, its axes and their scales."""
    return view.shown, [(name, axis.scale) for name, axis in view.axes.items()]


def _mapper(view: View) -> LinearColorMapper:
    """Return the mapper from values to colours; a code without a colour is blank."""
    codes = view.shown.codes
    if not codes:
        return LinearColorMapper(palette=[UNDEFINED], nan_color=UNDEFINED)
    last = max(codes)
    colours = colours_of(view.model, codes)
    palette = [colours.get(code, BLANK) for code in range(UNSOLVED, last + 1)]
    return LinearColorMapper(palette=palette, low=UNSOLVED - 0.5, high=last + 0.5)


def _place(view: View, game: Any) -> tuple[float, float]:
    """Return the place of a game on the map."""
    x, y, *_ = *(getattr(game, name) for name in view.axes), sum(STRIP) / 2
    return x, y


def ends(axis: Range) -> tuple[float, float]:
    """Return the ends between which an axis is drawn."""
    return _span(axis.values())


def _span(values: np.ndarray) -> tuple[float, float]:
    """Return the ends between which values are drawn: half a step beyond the first and the last."""
    left, right = edges_of(values)[[0, -1]].tolist()
    return left, right


def _rescale(chart: Any, scale: Range1d, axis: Range) -> None:
    """Draw a figure between other ends of one of its axes."""
    if (scale.start, scale.end) != ends(axis):
        scale.start, scale.end = ends(axis)
        _set_ticks(chart)


def _set_ticks(chart: Any) -> None:
    """Give the axes of a figure ticks at round numbers."""
    for axis in chart.axis:
        axis.formatter = CustomJSTickFormatter(code=PLAIN)
        if isinstance(axis, LogAxis):
            scale = chart.x_range if axis in chart.xaxis else chart.y_range
            axis.ticker = FixedTicker(ticks=log_ticks(scale.start, scale.end, TICKS))


def figure_theme(theme: str) -> dict[str, dict[str, Any]]:
    """Return how figures are drawn on a page of this theme."""
    ink, paper, line = INK[theme]
    return {
        "Plot": {"background_fill_color": paper, "border_fill_color": paper, "outline_line_color": line},
        "Grid": {"grid_line_color": None},
        "Axis": {
            "axis_line_color": line, "major_tick_line_color": line, "minor_tick_line_color": None,
            "major_label_text_color": ink, "major_label_text_font_size": "13px",
            "axis_label_text_color": ink, "axis_label_text_font_size": "14px",
            "axis_label_text_font_style": "normal",
        },
        "ColorBar": {
            "background_fill_color": paper,
            "major_label_text_color": ink, "major_label_text_font_size": "13px",
        },
        "Legend": {
            "background_fill_color": paper, "border_line_color": None, "label_text_color": ink,
            "label_text_font_size": "12px", "padding": 2, "margin": 2, "spacing": 10, "glyph_width": 30,
        },
    }  # fmt: skip
