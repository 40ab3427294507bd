"""The layout of pictures: settings of matplotlib, sizes, places of legends and labels."""

import contextlib
import io
import math
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure, SubFigure  # not pyplot, which asks for a screen
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, Transform

from .parts import ALONE, PANELS, Look, ink, text_size, text_width, widest_word, wrap_text

# These replace matplotlib's own defaults, but not what a style, a matplotlibrc or the user has set. Journals
# refuse Type 3 fonts, and names in an SVG are random without a salt
USUAL: dict[str, Any] = {
    "axes.titlesize": "medium",
    "legend.fontsize": "small",
    "legend.title_fontsize": "small",
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "savefig.dpi": 200,
    "svg.hashsalt": "foedus",
}
SIZES = [
    *("font.size", "axes.titlesize", "axes.labelsize", "figure.titlesize", "figure.labelsize"),
    *("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "legend.title_fontsize"),
]
# the settings that matplotlib reads when it draws
LATE = ("axes", "font", "grid", "mathtext", "text", "xtick", "ytick")
SCREEN_DPI = 110
SIDE, FOOT = 0.7, 0.55  # inches, for the ticks and labels beside and below panels
PLACES = ("right", "below", "none")  # of a legend
COLUMNS = 6  # of panels, at most
# inches, the least width of a panel, and of a panel with a legend beside it
LEAST, COMFORT = 0.5, 1.4
IN_AXES = 0.75  # labels may fill this share of axes that the user gives, which a layout may make smaller
BAR = 0.95  # inches, width of a colour bar with its ticks and label
THIN = 25  # times as long as wide is a colour bar


@contextlib.contextmanager
def drawing(font_size: float | None = None) -> Iterator[None]:
    """Let no other thread draw, and use our defaults where matplotlib's own settings have not been changed.

    With a `font_size` in points, all text has that size.
    """
    with ALONE, matplotlib.rc_context():
        settings: Any = matplotlib.rcParams
        defaults: Any = matplotlib.rcParamsDefault
        settings.update({name: value for name, value in USUAL.items() if settings[name] == defaults[name]})
        settings["text.usetex"] = False  # captions are written for matplotlib's own formulas
        if font_size:
            settings.update(dict.fromkeys(SIZES, font_size))
        yield


class Picture(Figure):
    """A figure that keeps the settings it was drawn with, and wraps its texts again when its size changes."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        settings: Any = matplotlib.rcParams.copy()
        self.settings = {name: settings[name] for name in settings if name.partition(".")[0] in LATE}
        self.laid_out: tuple[float, ...] = ()  # the size at which it was drawn last
        # a text, its words in one line, the side (width or height) along which it lies, how many such texts
        # share that side, and how many inches of the side they cannot use
        self.wrapped: list[tuple[Text, str, int, int, float]] = []

    def draw(self, renderer: Any) -> None:
        with drawing(), matplotlib.rc_context(self.settings):
            for text, whole, side, times, margin in self.wrapped:
                if text.get_text().split() == whole.split():  # if the user has not changed it
                    length = self.get_size_inches()[side]
                    text.set_text(broken(text, whole, max(length - margin, length / 5) / times))
            size = tuple(self.get_size_inches())
            engine = self.get_layout_engine()
            if engine and size != self.laid_out:  # lay out twice, because ticks depend on their room
                engine.execute(self)
                self.laid_out = size
            super().draw(renderer)

    def savefig(self, *given: Any, **options: Any) -> None:
        with drawing():
            super().savefig(*given, **options)

    def show(self, warn: bool = True) -> None:
        """Show the picture in a window; warn if matplotlib can open none here."""
        import matplotlib.pyplot as plt

        hand_over(self)
        if warn and self.canvas.required_interactive_framework is None:
            text = f"matplotlib's backend {plt.get_backend()} opens no window; write the picture with savefig"
            warnings.warn(text, UserWarning, stacklevel=2)
        super().show(warn=False)

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=SCREEN_DPI)
        return stream.getvalue()

    def _ipython_display_(self) -> None:
        """Keep a notebook from showing the picture twice: as a value, and at the end of the cell."""
        plt = sys.modules.get("matplotlib.pyplot")
        if plt and "inline" in plt.get_backend():
            plt.close(self)
        raise NotImplementedError  # IPython then shows it as it shows any figure


def hand_over(figure: Figure) -> None:
    """Add a picture to those of pyplot, if pyplot is in use, so that `plt.show` shows it.

    Only the main thread does so, because other threads can open no window.
    """
    plt = sys.modules.get("matplotlib.pyplot")
    known = plt and getattr(figure, "number", None) in plt.get_fignums()
    if plt and not known and threading.current_thread() is threading.main_thread():
        plt.figure(FigureClass=lambda *given, **options: figure)


class Layout(NamedTuple):
    """Where the parts of a picture are."""

    figure: Figure
    frame: Figure | SubFigure  # for the panels and a legend below them; the caption is in the figure itself
    panel: tuple[float, float]  # inches
    place: str  # of the legend or colour bar
    axes: Axes | None  # the only panel, if the user gave axes


def lay_out(
    look: Look,
    shape: tuple[int, int],
    panel: tuple[float, float],
    caption: str,
    entries: Sequence[Artist] = (),
    *,
    bar: bool = False,
    head: float = 0.0,
    below: float = 0.0,
    beside: float = 0.0,
    least: float = 0.0,
    wide: float = 0.0,
    stretch: bool = True,
) -> Layout:
    """Return an empty picture for panels in so many columns and rows, with its caption and title.

    The size of a `panel` is in inches, for text of 10 points. In a picture of a given width, panels become
    smaller or larger to fit, and a legend that would take too much of the width goes below. `head` is the
    room above a row of panels, `below` and `beside` are the room for other parts, `least` is the least height
    of all panels together, and `wide` the least width of each. Without `stretch`, the height of a panel does
    not change with its width.

    Raises ValueError if the picture is too narrow.
    """
    columns, rows = shape
    if look.axes:
        if columns * rows > 1:
            raise ValueError(f"ax takes one panel, but this picture has {columns * rows}; choose one with at")
        figure: Any = look.axes.figure
        width, height = (float(side) / figure.dpi for side in look.axes.bbox.size)
        if look.title:
            look.axes.set_title(look.title)
        place = look.legend or "right"
        return Layout(figure, figure, (width, height), place, look.axes)
    scale, line = text_size("font.size") / 10, 1.4 * text_size("legend.fontsize") / 72
    key = BAR * scale if bar else max((entry_width(entry) for entry in entries), default=0.0)
    sides = SIDE * scale + beside
    fits = look.width is None or (
        4 * key <= look.width and look.width - sides - key >= COMFORT * columns * scale
    )
    place = look.legend or ("right" if fits else "below")
    sides += key if place == "right" else 0.0
    if look.width is None:
        width, each = panel[0] * scale * columns + sides, panel[0] * scale
    else:
        width, each = look.width, (look.width - sides) / columns
        wide = max(wide, LEAST * scale)
        if each < wide:
            least = wide * columns + sides
            raise ValueError(
                f"width = {width:g} is too narrow for this picture; "
                f"it must be at least {math.ceil(10 * least) / 10:g} inches"
            )
    height = panel[1] * (each / panel[0] if stretch else scale)
    text = caption if look.caption is None else look.caption
    size = text_size("legend.fontsize")
    room = 0.97 * (width - 0.3)  # letters on the screen are up to 3 % wider than in print
    lines = len(wrap_text(text, room, size)) if text else 0
    if place == "below":
        below += BAR * scale if bar else line * (1.2 + 1.1 * _lines(entries, width))
    if place == "right":
        least = max(least, line * (2 + sum(1 + str(entry.get_label()).count("\n") for entry in entries)))
    tall = max(least, (height + head * scale) * rows) + FOOT * scale + line * lines + below + 0.15
    tall += 2 * text_size("figure.titlesize") / 72 if look.title else 0.0
    figure = Picture((width, tall), layout="constrained")
    frame = figure.add_subfigure(figure.add_gridspec()[0])
    if look.title:
        figure.suptitle(look.title)
    if text:
        # where a legend below begins
        artist = figure.supxlabel(" ", x=0.9 * size / 72 / width, ha="left", fontsize=size)
        break_lines(figure, artist, text, room)
    return Layout(figure, frame, (each, height), place, None)


def columns_of(look: Look, heads: Sequence[str]) -> int:
    """Return in how many columns the panels with these heads stand: fewer if a picture is too narrow."""
    count = max(1, len(heads))
    most = 2 if count == 4 else min(count, 3 if count <= PANELS else COLUMNS)
    if look.width is None:
        return most
    scale = text_size("font.size") / 10
    least = max(LEAST, 0.1 + widest_word(heads, text_size("axes.titlesize")) / scale) * scale
    return max(1, min(most, int((look.width - SIDE * scale) / least)))


def entry_width(entry: Artist) -> float:
    """Return how wide an entry of a legend is, in inches."""
    size = text_size("legend.fontsize")
    lines = str(entry.get_label()).split("\n")
    return max(text_width(line, size) for line in lines) + 4.5 * size / 72


def in_rows(entries: Sequence[Artist], width: float) -> list[Sequence[Artist]]:
    """Return the entries of a legend in rows of at most `width` inches, with the same number of entries in
    each row, but at least one."""
    most = max((entry_width(entry) for entry in entries), default=1.0)
    each = max(1, int((width - 0.2) / most))
    return [entries[i : i + each] for i in range(0, len(entries), each)]


def _lines(entries: Sequence[Artist], width: float) -> int:
    """Return how many lines of text the longest column of a legend has, if the legend has a given width."""
    columns = len(in_rows(entries, width)[0]) if entries else 1
    lines = [1 + str(entry.get_label()).count("\n") for entry in entries]
    return max(sum(column) for column in np.array_split(lines, columns))


def add_legend(
    layout: Layout, entries: Sequence[Artist], title: str | None = None, upper: bool = False
) -> None:
    """Put a legend outside the axes, where the layout says; an `upper` legend goes above the axes."""
    if layout.place == "none" or not entries:
        return
    options: dict[str, Any] = {"handles": list(entries), "title": title, "alignment": "left"}
    if layout.axes:
        first = layout.axes.get_legend()
        ends: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1.02)}
        if not upper and layout.place == "right":
            ends = {"loc": "upper left", "bbox_to_anchor": (1.02, 1)}
        elif not upper:
            scale = text_size("font.size") / 10
            options["ncols"] = len(in_rows(entries, layout.panel[0] + SIDE * scale)[0])
            ends = {"loc": "upper center", "bbox_to_anchor": (0.5, 0)}
            ends["bbox_transform"] = below_label(layout.axes)
        legend = layout.axes.legend(borderaxespad=0, **ends, **options)
        if first:
            layout.axes.add_artist(first)
    elif upper:
        legend = layout.frame.legend(loc="outside upper left", **options)
    elif layout.place == "right":
        legend = layout.figure.legend(loc="outside right upper", **options)
    else:
        columns = len(in_rows(entries, layout.figure.get_figwidth())[0])
        legend = layout.frame.legend(loc="outside lower left", ncols=columns, **options)
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D):  # black over the colours of a map, but not on a dark page
            handle.set_color(ink())


def below_label(axes: Axes) -> Transform:
    """Return the transform of axes, moved down by the ticks and the label of the x axis."""
    label, figure = axes.xaxis.label, axes.figure
    lines = 1 + label.get_text().count("\n")
    points = 15 + 1.2 * text_size("xtick.labelsize") + 1.3 * float(label.get_fontsize()) * lines
    return axes.transAxes + ScaledTranslation(0, -points / 72, figure.dpi_scale_trans)


def add_bar(layout: Layout, mesh: ScalarMappable, panels: Sequence[Axes]) -> Colorbar:
    """Add a colour bar where the layout says: beside the panels, or below them."""
    below = layout.place == "below"
    # without a layout engine, only a bar that takes its room from the panels stays in the picture
    if not (below and layout.axes and layout.figure.get_layout_engine()):
        return layout.figure.colorbar(mesh, ax=panels, aspect=THIN, location="bottom" if below else "right")
    # matplotlib would put it at the edge of the figure, below the legends of other axes
    high = layout.panel[0] / THIN / layout.panel[1]
    bar = layout.axes.inset_axes((0, -high, 1, high), transform=below_label(layout.axes))
    return layout.figure.colorbar(mesh, cax=bar, orientation="horizontal")


def label_panels(
    layout: Layout, panels: Sequence[Axes], columns: int, x: str, y: str = "", rows: int | None = None
) -> None:
    """Label the axes that all panels share, once and in the middle: x below the last row, y beside the first
    column. Each label belongs to a panel, so that `set_xlabel` and `set_ylabel` replace it."""
    rows = rows or math.ceil(len(panels) / columns)
    last = panels[(rows - 1) * columns :]
    place = min((columns - 1) // 2, len(last) - 1)
    middle = min(columns / 2, place + 1)  # no further right than the last panel of that row
    last[place].set_xlabel(" ", x=middle - place)
    break_lines(layout.figure, last[place].xaxis.label, x, layout.panel[0] * 2 * middle)
    if y:
        place = (rows - 1) // 2
        axes = panels[place * columns]
        axes.set_ylabel(" ", y=rows / 2 - (rows - 1 - place))
        break_lines(layout.figure, axes.yaxis.label, y, layout.panel[1] * rows, side=1)


def break_lines(
    figure: Figure, artist: Text, text: str, inches: float, side: int = 0, times: int = 1
) -> None:
    """Write a text in lines of at most so many inches, along the width (side 0) or height (1) of a figure.

    When the size of a picture changes, the text is wrapped again. `times` says how many such texts share the
    side.
    """
    if isinstance(figure, Picture):
        figure.wrapped.append((artist, text, side, times, figure.get_size_inches()[side] - times * inches))
    else:
        inches *= IN_AXES
    artist.set_text(broken(artist, text, inches))


def set_head(layout: Layout, axes: Axes, text: str, columns: int, panels: int = 1, **options: Any) -> None:
    """Write a title above a panel, or above several `panels`, of so many columns."""
    title = axes.set_title(" ", **options)
    inches = 0.9 * layout.panel[0]  # labels beside may take more room than was planned for
    break_lines(layout.figure, title, text, panels * inches, times=columns // panels)


def broken(artist: Text, text: str, inches: float) -> str:
    """Return a text in lines of at most so many inches, unless it has lines of its own."""
    even = artist.get_horizontalalignment() == "center"
    lines = wrap_text(text, inches, float(artist.get_fontsize()), even)
    return text if "\n" in text else "\n".join(lines)
