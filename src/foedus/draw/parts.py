"""What pictures are made of: style, axes, colours of codes, legends, labels and captions."""

import contextlib
import io
import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure  # not pyplot, which keeps every figure and asks for a screen
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator, NullFormatter

from ..io.dataset import MASKED, MEASURED_IN, every, geometric, model_of, untold, varying
from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Code, Label, Model, Parameter, tex
from .colours import colours_of

ALONE = threading.RLock()  # held by whoever draws: threads share matplotlib's style and reader of formulas
# matplotlib's default, whatever a matplotlibrc says: what fits in it always fits. But journals refuse its
# Type 3 fonts in a PDF, and names in an SVG are drawn by lot without a salt
STYLE: list[Any] = ["default", {"pdf.fonttype": 42, "svg.hashsalt": "foedus"}]
SHOWN = 900  # values of an axis, about: one for each dot of the width of a map
PANELS = 9  # small multiples in one picture, at most
SCREEN_DPI = 110
SMALL = 8.5  # points, of the caption and of the legends
# a hatch, which no regime has, because no colour is left that differs from all
NOT_SOLVED = {"facecolor": "black", "edgecolor": "white", "hatch": "////"}
LEFT_OUT = {"facecolor": "white", "edgecolor": "0.4"}  # the cells of games that `where` has left out
STRIP = 0.5  # inches, height of a map of one axis
TINT = 0.45  # how much of a regime's colour is left behind curves
GAINS = 1e-16, 1e-8  # deviation gains from rounding to what is certified: what their colours tell apart
NOISE = 1e-9  # a sign that rounding could have made is none


def drawn_of(model: Model) -> dict[str, Label]:
    """Return what can be drawn of a model's games, by name."""
    return {**model.kept, LEAST_MARGIN.name: LEAST_MARGIN}


@contextlib.contextmanager
def drawing() -> Iterator[None]:
    """Let no other thread draw, and take matplotlib's style and no other."""
    with ALONE, matplotlib.style.context(STYLE):
        yield


class Picture(Figure):
    """A figure that is written in the style in which it was drawn, and that a notebook shows, whether or not
    it was told how to show matplotlib's."""

    def savefig(self, *given: Any, **options: Any) -> None:
        with drawing():
            super().savefig(*given, **options)

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png", dpi=SCREEN_DPI)
        return stream.getvalue()


def percent(share: float) -> str:
    """Return a share in percent; one that is not quite nothing or all is told from these."""
    if 0 < share < 0.0005:
        return "< 0.1"
    if 0.9995 < share < 1:
        return "> 99.9"
    return f"{100 * share:.1f}"


def face_of(model: Model, codes: type[Code], code: int, tint: bool = False) -> dict[str, Any]:
    """Return how the area of a code is filled; a `tint` lets curves be read on it."""
    if code == UNSOLVED:
        return NOT_SOLVED
    if code == MASKED:
        return LEFT_OUT
    colour = np.array(to_rgb(colours_of(model, codes)[code]))
    return {"facecolor": 1 - TINT * (1 - colour) if tint else colour, "edgecolor": "0.4"}


def patches_of(model: Model, array: Any, codes: type[Code], tint: bool = False) -> list[Patch]:
    """Return a patch for the legend for each of the codes that occur, in their order."""
    found = np.unique(array).tolist()
    return [
        Patch(
            label="left out" if code == MASKED else codes(code).words,
            linewidth=0.5,
            **face_of(model, codes, code, tint),
        )
        for code in found
    ]


def add_legend(figure: Figure, place: str, entries: Sequence[Artist], title: str | None = None) -> None:
    """Put a legend outside the axes."""
    outside: Any = f"outside {place}"
    figure.legend(
        handles=list(entries),
        loc=outside,
        title=title,
        fontsize=SMALL,
        title_fontsize=SMALL,
        alignment="left",
        frameon=False,
    )


def edges_of(values: np.ndarray) -> np.ndarray:
    """Return the edges of the cells around rising values, midway as their axis is drawn."""
    if values.size == 1:
        return values + (abs(values) or 1) * np.array([-0.1, 0.1])
    if geometric(values):
        return np.exp(edges_of(np.log(values)))
    middles = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])


def set_axis(axes: Axes, letter: str, values: np.ndarray, room: float) -> None:
    """Give the x or y axis its scale, its ends and, over `room` inches, its ticks."""
    axis = axes.xaxis if letter == "x" else axes.yaxis
    edges = edges_of(values)
    if geometric(values):
        axes.set(**{f"{letter}scale": "log"})
        ticks = log_ticks(edges[0], edges[-1], most=int(1.8 * room))
        axis.set_ticks(ticks, labels=[f"${_number(tick)}$" for tick in ticks])
        axis.set_minor_formatter(NullFormatter())
    elif values.size == 1:
        axis.set_ticks(values, labels=[f"${_number(values[0])}$"])
    axes.set(**{f"{letter}lim": (edges[0], edges[-1])})


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between `low` and `high`, evenly spaced on a log axis if there is room."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [tick for n in decades for step in steps if low <= (tick := float(f"{step}e{n}")) <= high]
        if len(ticks) <= most:
            break
    if len(ticks) < min(3, most) and high < 30 * low:  # two decades are enough of a scale
        even = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
        ticks = [tick for tick in even if low <= tick <= high]
    return ticks[:: math.ceil(len(ticks) / most)]


def _number(value: float) -> str:
    """Return a number as TeX for the inside of dollars."""
    mantissa, _, exponent = f"{value:g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def as_written(text: str) -> str:
    """Return a text that is drawn as it is; two dollars in it would begin and end a formula."""
    return text.replace("$", r"\$")


def formula(symbol: str) -> str:
    """Return a symbol as a formula, or as it is written if it is none that can be typeset."""
    text = f"${tex(symbol)}$"
    try:
        if "$" in symbol:
            raise ValueError("a dollar would end the formula")
        text_to_path.get_text_width_height_descent(text, FontProperties(), ismath=True)
    except ValueError:
        return as_written(symbol)
    return text


def equation(model: Model, name: str, value: Any) -> str:
    """Return a parameter and its value as a formula, or a choice in words."""
    parameter = model.by_name[name]
    if parameter.choices:
        return f"{as_written(value)} {name}"
    symbol = name_of(parameter)
    if symbol.startswith("$"):
        return f"{symbol[:-1]} = {_number(value)}$"
    return f"{symbol} = ${_number(value)}$"


def name_of(parameter: Parameter) -> str:
    """Return a parameter as its symbol, or its name if it has none."""
    return formula(parameter.symbol) if parameter.symbol else parameter.name


def label_of(entry: Parameter | Label, units: bool = True) -> str:
    """Return what a parameter or variable is: in words, its symbol and its units."""
    symbol = f", {formula(entry.symbol)}" if entry.symbol else ""
    unit = f" ({as_written(entry.units)})" if units and entry.units != "1" else ""
    return f"{as_written(entry.words)}{symbol}{unit}"


def caption_of(
    dataset: xr.Dataset,
    cut: Sequence[str],
    steps: Mapping[str, int],
    across: Sequence[str],
    down: Sequence[str],
) -> str:
    """Say what the panels are, where axes were cut, choices, what differs from the default, and how many of
    the values are shown."""
    model = model_of(dataset)
    known = model.by_name
    fixed = {
        name: dataset[name].item() for name in known if name in dataset.coords and not dataset[name].ndim
    }
    changed = [name for name in fixed if name not in cut and fixed[name] != known[name].default]
    numbers = [name for name in changed if not known[name].choices]
    places, others = (
        ", ".join(equation(model, name, fixed[name]) for name in part) for part in (cut, numbers)
    )
    rest = "" if untold(dataset) else "all else at default"
    choices = [equation(model, name, fixed[name]) for name in fixed if known[name].choices]
    moving = [
        f"{name_of(known[name])} varies along {' and '.join(name_of(known[dim]) for dim in along)}"
        for name, along in varying(dataset).items()
        if name not in {*across, *down}
    ]
    panels = [
        f"{kind} by {' and '.join(label_of(known[name], units=False) for name in names)}"
        for kind, names in (("columns" if down else "panels", across), ("rows", down))
        if names
    ]
    for name in {*across, *down}:  # or equal numbers would be taken for equal contests
        choice, by_form = known[name].units_by or ("", {})
        if choice in {*across, *down}:
            symbol = name_of(known[name])
            panels += [
                f"{symbol} {_per(units)} in the {as_written(form)} {choice}"
                for form, units in by_form.items()
            ]
    shown = every(steps, {dim: name_of(known[dim]) for dim in steps})
    drawn = drawn_of(model)
    codes = [dataset[name] for name in dataset.data_vars if name in drawn and drawn[str(name)].codes]
    masked = [int((array == MASKED).sum()) for array in codes[:1]]
    parts = [*panels, places and f"at {places}", *choices, *moving, others, rest]
    parts += [f"{count:,} of {codes[0].size:,} games are left out" for count in masked if count]
    parts.append(f"{shown} is shown" if steps else "")
    text = "; ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def _per(units: str) -> str:
    """Say in which units a number is: 1/arms is per unit of arms."""
    units = as_written(units)
    return f"per unit of {units[2:]}" if units.startswith("1/") else f"in {units}"


def add_caption(figure: Figure, text: str) -> None:
    """Put a text below a picture, in as many lines as it takes."""
    width = figure.get_figwidth()
    lines = wrap_text(text, width - 0.3, SMALL)
    figure.supxlabel("\n".join(lines), x=0.15 / width, ha="left", fontsize=SMALL)


def wrapped_label(entry: Parameter | Label, width: float) -> str:
    """Return the label of a parameter or variable in lines of at most `width` inches."""
    return "\n".join(wrap_text(label_of(entry), width))


def axis_label(parameter: Parameter, values: xr.DataArray, width: float) -> str:
    """Return the label of an axis on which a parameter has these values, in their own units."""
    units = values.attrs.get("units", parameter.units)
    units = values.attrs.get(MEASURED_IN, units)  # of a file that was opened by xarray itself
    choice, by_form = parameter.units_by or ("", {})
    if choice in values.coords:  # which may have been cut at one form since they got their units
        units = by_form.get(str(values[choice].values), units)
    return wrapped_label(replace(parameter, units=units), width)


def wrap_text(text: str, width: float, size: float = 10) -> list[str]:
    """Break `text` between words, never inside a formula, into lines of at most `width` inches."""
    font = FontProperties(size=size)
    lines: list[str] = []
    for word in re.findall(r"(?:\\\$|\$[^$]*\$|\S)+", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_to_path.get_text_width_height_descent(longer, font, ismath=True)[0] <= 72 * width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
