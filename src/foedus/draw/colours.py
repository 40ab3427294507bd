"""The colours of codes, on the screen and on paper."""

import matplotlib
from matplotlib.colors import to_hex

from ..model import UNSOLVED, Code, Model

# for codes to which a model gives no colours: those of Okabe and Ito, whom colour-blind readers understand
USUAL = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999"]


def colours_of(model: Model, codes: type[Code]) -> dict[int, str]:
    """Return the colour of each code but the one of games that could not be solved."""
    if codes in model.colours:
        return {int(code): colour for code, colour in model.colours[codes].items()}
    known = [int(code) for code in codes if code != UNSOLVED]
    palette = USUAL
    if len(known) > len(USUAL):
        even = matplotlib.colormaps["turbo"]
        palette = [to_hex(even(k / (len(known) - 1))) for k in range(len(known))]
    return dict(zip(known, palette, strict=False))
