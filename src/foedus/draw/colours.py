"""The colours of codes and numbers, on the screen and on paper."""

from typing import NamedTuple

import matplotlib
from matplotlib.colors import is_color_like, to_hex

from ..maps.statics import LEAST_MARGIN
from ..model import UNSOLVED, Code, Label, Model

# for codes to which a model gives no colours: those of Okabe and Ito, whom colour-blind readers understand
USUAL = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]
DIVERGING = "RdBu_r"  # the colour map of numbers of both signs
GAINS = 1e-16, 1e-8  # deviation gains from rounding to what is certified: what their colours tell apart
NOISE = 1e-9  # a sign that rounding could have made is none


class Scale(NamedTuple):
    """Which colours numbers have: a colour map of matplotlib, its ends, and whether it is logarithmic."""

    palette: str
    low: float
    high: float
    log: bool = False


def colours_of(model: Model, codes: type[Code]) -> dict[int, str]:
    """Return the colour of each code, as in ``#0072b2``, but of the one of games that could not be solved.

    Raises ValueError if the model gives a code something that is no colour.
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
                f"the colour {colour!r} of {code.words} is not allowed; it must be as in 'red' or '#0072b2'"
            )
        colours[int(code)] = to_hex(colour)
    return colours


def scale_of(model: Model, entry: Label, low: float, high: float) -> Scale:
    """Return the colours of the numbers of a variable from `low` to `high`.

    Numbers of both signs are centred on zero. A gain is on a log scale from rounding to what is certified.

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
