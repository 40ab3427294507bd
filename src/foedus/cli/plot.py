"""foedus plot."""

import functools
from pathlib import Path
from typing import Annotated, Any, Literal

import cyclopts

from ..model import Model
from ..model.checks import number_of
from .options import UNLISTED, Number, Output, Overwrite, Quiet, VariableNames, named_values, stretch_of
from .targets import check_output

Legend = Annotated[Literal["right", "below", "none"] | str | None, UNLISTED]
Named = Annotated[list[str] | None, cyclopts.Parameter(negative="")]


def plot(
    file: Path,
    /,
    *,
    output: Output = None,
    variable: VariableNames = None,
    at: list[str] | None = None,
    region: list[str] | None = None,
    width: Number = None,
    font_size: Number = None,
    dpi: Number = None,
    title: str = "",
    caption: str | None = None,
    label: Named = None,
    legend: Legend = None,
    colour: Named = None,
    palette: str | None = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    model: Model,
) -> None:
    """Draw a map from its file: the regimes, another variable, another slice, or several variables along one
    axis.

    Parameters
    ----------
    file
        the file of a map; only the values that the picture shows are read
    output
        the picture to write; its ending says whether it is png, svg, pdf, eps or tiff [default: a png next to
        the file]
    variable
        what to draw [default: the regime, or else the first variable]. If the file does not have this
        outcome, the games are solved again. Repeat it to draw several variables along one axis, each in a
        panel; in the alliance game, each panel also shows the variable in the game without the superpower
    at
        the value of an axis at which to cut the map, as in --at stake=1.0 or --at contest=ratio; repeat it
        for more axes. If the value is not on the grid, the games at this value are solved now. If that is not
        possible, the nearest value on the grid is shown, and the caption gives the distance
    region
        an axis and the part of it to draw, as in --region ally_cost=0.1:0.5; repeat it for more axes
    width
        the width of the picture in inches, as in --width 3.4; the height is chosen to fit
    font_size
        the size of all text in points
    dpi
        dots per inch [default: 200, and 600 in a TIFF]
    title
        a title above the picture
    caption
        the text below the picture [default: which games it shows]; with --caption "" there is none
    label
        your label for a parameter or variable, or your name for a code (such as a regime), as in --label
        "ally_cost=cost of arms"; repeat it for more labels
    legend
        where the legend or the colour bar is: right, below or none [default: right if there is room, or else
        below]
    colour
        the colour of a code, as in --colour restraint=#ee8844; repeat it for more codes
    palette
        the colour map of matplotlib for numbers, as in --palette magma
    """
    from ..draw.plots import check_picture_path, save_figure
    from ..draw.plots import plot as draw
    from ..io.dataset import model_of
    from ..io.files import opened
    from ..runs.runfile import check_model

    target = output or file.with_suffix(".png")
    check_picture_path(target)
    check_output(target, overwrite, target.suffix)
    if colour and palette:
        raise ValueError("--colour is for codes and --palette for numbers; a picture shows one of them")
    several = variable is not None and len(variable) > 1
    with opened(file) as dataset:
        if model.file:
            check_model(file, dataset, model)
        known = model_of(dataset)
        places = named_values("--at", at, "parameter=value", functools.partial(_place, known))
        parts = named_values("--region", region, "parameter=from:to", functools.partial(stretch_of, known))
        figure = draw(
            dataset,
            variable if several or not variable else variable[0],
            at=places,
            region=parts,
            model=model if model.file else None,
            width=width,
            font_size=font_size,
            title=title,
            caption=caption,
            labels=named_values("--label", label, "name=text", lambda _, text: text),
            legend=legend,
            colours=palette or named_values("--colour", colour, "code=colour", lambda _, text: text),
        )
    save_figure(figure, target, dpi)
    if not quiet:
        print(f"drawn in {target}")


def _place(model: Model, name: str, value: str) -> Any:
    """Return the value of one --at."""
    parameter = model.parameter(name)
    return parameter.check(value if parameter.choices else number_of(value))
