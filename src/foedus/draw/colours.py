"""The colours of codes, on the screen and on paper."""

import matplotlib
from matplotlib.colors import is_color_like, to_hex

from ..model import UNSOLVED, Code, Model

# for codes to which a model gives no colours: those of Okabe and Ito, whom colour-blind readers understand
USUAL = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]


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
