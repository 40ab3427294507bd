"""The colours of codes and numbers, on the screen and on paper."""

from typing import NamedTuple

import matplotlib
from matplotlib.colors import is_color_like, to_hex

from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Code, Label, Model

# for codes to which a model gives no colours: the colours of Okabe and Ito, which colour-blind readers can
# tell apart
USUAL = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]
DIVERGING = "RdBu_r"  # the colour map of numbers of both signs
GAINS = 1e-16, 1e-8  # ends of the colour scale of deviation gains: rounding errors, and what is certified
NOISE = 1e-9  # smaller values may be rounding errors of zero


class Scale(NamedTuple):
    """Which colours numbers have: a colour map of matplotlib, its ends, and whether it is logarithmic."""

    palette: str
    low: float
    high: float
    log: bool = False


def colours_of(model: Model, codes: type[Code]) -> dict[int, str]:
    """Return the colour of each code, such as ``#0072b2``, except of the code of unsolved games.

    Raises ValueError if the model gives a code something that is not a colour.
    """
    known = [int(code) for code in codes if code != UNSOLVED]
    palette = USUAL
    if len(known) > len(USUAL):
        even = matplotlib.colormaps["turbo"]
        palette = [to_hex(even(k / (len(known) - 1))) for k in range(len(known))]
    colours = dict(zip(known, palette, strict=False))
    for code, colour in model.colours.get(codes, {}).items():
        if not is_color_like(colour):
            raise ValueError(
                f"the colour {colour!r} of {code.words} is not allowed; "
                "it must be a colour such as 'red' or '#0072b2'"
            )
        colours[int(code)] = to_hex(colour)
    return colours


def scale_of(model: Model, entry: Label, low: float, high: float) -> Scale:
    """Return the colour scale of a variable with numbers from `low` to `high`.

    If there are numbers of both signs, the scale is centred on zero. Deviation gains have a log scale, from
    rounding errors to what is certified.

    Examples
    --------
    >>> import foedus
    >>> model = foedus.load_model("alliance")
    >>> scale_of(model, model.found["pledge"], -0.5, 2.0)
    Scale(palette='RdBu_r', low=-2.0, high=2.0, log=False)
    """
    usual = matplotlib.rcParams["image.cmap"]
    if entry == model.searched:
        return Scale(usual, GAINS[0], high if high > GAINS[1] else GAINS[1], log=True)
    if low < -NOISE * high and high > -NOISE * low:
        end = max(-low, high)
        return Scale(DIVERGING, -end, end)
    return Scale(usual, low, high, log=entry == LEAST_MARGIN and low > 0)
