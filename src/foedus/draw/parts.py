"""What pictures are made of: axes, colours of codes, labels and captions."""

import math
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Patch
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, NullFormatter

from ..io.dataset import MASKED, MEASURED_IN, geometric, model_of, untold, varying
from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Code, Label, Model, Parameter, tex
from .colours import colours_of

ALONE = threading.RLock()  # held while drawing: threads share matplotlib's settings and parser of formulas
SHOWN = 900  # least number of values shown of an axis: one for each dot of the width of a map
PANELS = 9  # small multiples in one picture, at most
# hatched, because no colour is left that differs from those of all regimes
NOT_SOLVED = {"facecolor": "black", "edgecolor": "white", "hatch": "////"}
LEFT_OUT = {"facecolor": "white", "edgecolor": "0.4"}  # the cells of games that `where` has left out
STRIP = 0.5  # inches, height of a map of one axis
TINT = 0.45  # strength of a regime's colour behind curves


def drawn_of(model: Model) -> dict[str, Label]:
    """Return the variables of a model's games that can be drawn, by name."""
    return {**model.kept, LEAST_MARGIN.name: LEAST_MARGIN}


class Look(NamedTuple):
    """How a picture is to look, as `plot` takes it."""

    width: float | None = None
    title: str = ""
    caption: str | None = None
    labels: Mapping[str, str] = MappingProxyType({})
    legend: str | None = None
    palette: str | None = None  # the colour map of numbers
    axes: Axes | None = None


def percent(share: float) -> str:
    """Return a share in percent; a share close to 0 or 1 is not rounded to 0 or 100."""
    if 0 < share < 0.0005:
        return "< 0.1"
    if 0.9995 < share < 1:
        return "> 99.9"
    return f"{100 * share:.1f}"


def face_of(model: Model, codes: type[Code], code: int, tint: bool = False) -> dict[str, Any]:
    """Return how the area of a code is filled; a `tint` is lighter, so that curves can be seen on it."""
    if code == UNSOLVED:
        return NOT_SOLVED
    if code == MASKED:
        return LEFT_OUT
    colour = np.array(to_rgb(colours_of(model, codes)[code]))
    return {"facecolor": 1 - TINT * (1 - colour) if tint else colour, "edgecolor": "0.4"}


def patches_of(model: Model, array: Any, codes: type[Code], look: Look, tint: bool = False) -> list[Patch]:
    """Return a patch for the legend for each of the codes that occur, in their order."""
    return [
        Patch(label=words_of(code, codes, look), linewidth=0.5, **face_of(model, codes, code, tint))
        for code in np.unique(array).tolist()
    ]


def words_of(code: int, codes: type[Code], look: Look) -> str:
    """Return what a code is called in a legend."""
    if code == MASKED:
        return "left out"
    return look.labels.get(codes(code).name.lower(), codes(code).words)


def edges_of(values: np.ndarray) -> np.ndarray:
    """Return the edges of the cells around rising values: the midpoints of neighbours on their axis."""
    if values.size == 1:
        return values + (abs(values) or 1) * np.array([-0.1, 0.1])
    if geometric(values):
        return np.exp(edges_of(np.log(values)))
    middles = (values[1:] + values[:-1]) / 2
    return np.concatenate([[2 * values[0] - middles[0]], middles, [2 * values[-1] - middles[-1]]])


class RoundTicks(Locator):
    """Round numbers on a log axis, as many as there is room for."""

    def __call__(self) -> list[float]:
        axis: Any = self.axis
        return self.tick_values(*sorted(axis.get_view_interval()))

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        axis: Any = self.axis
        settings: Any = matplotlib.rcParams
        box = axis.axes.bbox
        length = box.width if axis.axis_name == "x" else box.height
        told = axis.get_tick_params().get("labelsize", settings[f"{axis.axis_name}tick.labelsize"])
        size = FontProperties(size=told).get_size_in_points()
        return log_ticks(vmin, vmax, most=max(2, int(18 * length / axis.axes.figure.dpi / size)))


def set_axis(axes: Axes, letter: str, values: np.ndarray, ends: tuple[float, float] | None = None) -> None:
    """Set the scale, ticks and ends of the x or y axis; by default it ends with the cells of the values."""
    axis = axes.xaxis if letter == "x" else axes.yaxis
    low, *_, high = ends or edges_of(values)
    if geometric(values):
        axes.set(**{f"{letter}scale": "log"})
        axis.set_major_locator(RoundTicks())
        axis.set_major_formatter(FuncFormatter(lambda tick, _: f"${_number(tick)}$"))
        axis.set_minor_formatter(NullFormatter())
    elif values.size == 1:
        axis.set_ticks(values, labels=[f"${_number(values[0])}$"])
    axes.set(**{f"{letter}lim": (low, high)})


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers between `low` and `high`, evenly spaced on a log axis if there is room."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [tick for n in decades for step in steps if low <= (tick := float(f"{step}e{n}")) <= high]
        if len(ticks) <= most:
            break
    if len(ticks) < min(3, most) and high < 30 * low:  # on a longer axis the powers of ten suffice
        even = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
        ticks = [tick for tick in even if low <= tick <= high]
    return ticks[:: math.ceil(len(ticks) / most)]


def _number(value: float) -> str:
    """Return a number as TeX, without the dollars around it."""
    mantissa, _, exponent = f"{value:g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


def as_written(text: str) -> str:
    """Return a text with its dollars escaped, because two dollars would enclose a formula."""
    return text.replace("$", r"\$")


def formula(symbol: str) -> str:
    """Return a symbol as a formula, or as plain text if it cannot be typeset."""
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


def label_of(entry: Parameter | Label, look: Look, units: bool = True) -> str:
    """Return the label of a parameter or variable: its words, symbol and units, or the user's own label."""
    if entry.name in look.labels:
        return look.labels[entry.name]
    symbol = f", {formula(entry.symbol)}" if entry.symbol else ""
    unit = f" ({as_written(entry.units)})" if units and entry.units != "1" else ""
    return f"{as_written(entry.words)}{symbol}{unit}"


def caption_of(
    dataset: xr.Dataset,
    look: Look,
    cut: Sequence[str],
    across: Sequence[str] = (),
    down: Sequence[str] = (),
    missed: Mapping[str, float] = MappingProxyType({}),
) -> str:
    """Return a caption: what the panels are, where axes were cut, choices, and what differs from the default.

    `missed` has the value asked for, for each axis that was cut at another value.
    """
    model = model_of(dataset)
    known = model.by_name
    fixed = {
        name: dataset[name].item() for name in known if name in dataset.coords and not dataset[name].ndim
    }
    changed = [name for name in fixed if name not in cut and fixed[name] != known[name].default]
    numbers = [name for name in changed if not known[name].choices]
    places = ", ".join(
        equation(model, name, fixed[name]) + (distance(fixed[name], missed[name]) if name in missed else "")
        for name in cut
    )
    others = ", ".join(equation(model, name, fixed[name]) for name in numbers)
    rest = "" if untold(dataset) else "all else at default"
    choices = [equation(model, name, fixed[name]) for name in fixed if known[name].choices]
    moving = [
        f"{name_of(known[name])} varies along {' and '.join(name_of(known[dim]) for dim in along)}"
        for name, along in varying(dataset).items()
        if name not in {*across, *down}
    ]
    panels = [
        f"{kind} by {' and '.join(label_of(known[name], look, units=False) for name in names)}"
        for kind, names in (("columns" if down else "panels", across), ("rows", down))
        if names
    ]
    for name in {*across, *down}:  # units differ between forms, and equal numbers do not mean equal contests
        choice, by_form = known[name].units_by or ("", {})
        if choice in {*across, *down}:
            symbol = name_of(known[name])
            panels += [
                f"{symbol} {_per(units)} in the {as_written(form)} {choice}"
                for form, units in by_form.items()
            ]
    drawn = drawn_of(model)
    codes = [dataset[name] for name in dataset.data_vars if name in drawn and drawn[str(name)].codes]
    masked = [int((array == MASKED).sum()) for array in codes[:1]]
    parts = [*panels, places and f"at {places}", *choices, *moving, others, rest]
    parts += [f"{count:,} of {codes[0].size:,} games are left out" for count in masked if count]
    text = "; ".join(filter(None, parts))
    return text[:1].upper() + text[1:]


def _per(units: str) -> str:
    """Return units in words: 1/arms is per unit of arms."""
    units = as_written(units)
    return f"per unit of {units[2:]}" if units.startswith("1/") else f"in {units}"


def distance(found: float, wanted: float) -> str:
    """Say how far a value is from the one that was asked for."""
    side = "above" if found > wanted else "below"
    return f" (${_number(float(f'{abs(found - wanted):.2g}'))}$ {side} the ${_number(wanted)}$ asked for)"


def axis_label(parameter: Parameter, values: xr.DataArray, look: Look) -> str:
    """Return the label of an axis on which a parameter has these values, in their own units."""
    units = values.attrs.get("units", parameter.units)
    units = values.attrs.get(MEASURED_IN, units)  # of a file that was opened by xarray itself
    choice, by_form = parameter.units_by or ("", {})
    if choice in values.coords:  # the values may have been cut at one form after they got their units
        units = by_form.get(str(values[choice].values), units)
    return label_of(replace(parameter, units=units), look)


def text_size(setting: str) -> float:
    """Return the size of text, in points, that a setting of matplotlib gives."""
    settings: Any = matplotlib.rcParams
    return FontProperties(size=settings[setting]).get_size_in_points()


def text_width(text: str, size: float) -> float:
    """Return how wide a line of text is, in inches, at a size in points."""
    font = FontProperties(size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath=True)[0] / 72


def wrap_text(text: str, width: float, size: float = 10) -> list[str]:
    """Break `text` between words, never inside a formula, into lines of at most `width` inches."""
    lines: list[str] = []
    for word in re.findall(r"(?:\\\$|\$[^$]*\$|\S)+", text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
