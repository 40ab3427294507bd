"""foedus plot."""

import functools
from pathlib import Path
from typing import Any

from ..model import Model
from ..model.checks import number_of
from .options import Output, Overwrite, Quiet, VariableNames, named_values, stretch_of
from .targets import check_output


def plot(
    file: Path,
    /,
    *,
    output: Output = None,
    variable: VariableNames = None,
    at: list[str] | None = None,
    region: list[str] | None = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    model: Model,
) -> None:
    """Draw a map from its file: the regimes, another variable, another slice, or several variables along one
    axis.

    Parameters
    ----------
    file
        the file of a map, of which only the values are read that the picture shows
    output
        the picture to write, png, svg or pdf by its ending [default: a png beside the file]
    variable
        what to draw [default: the regime, or else the first variable]; an outcome that the file does not hold
        is solved again; given more than once, each in a panel
        over one axis, of the alliance game with and without the superpower
    at
        an axis and a value to draw the map at, as in --at stake=1.0, which takes the nearest of the
        grid, or --at contest=ratio; once for each such axis
    region
        an axis and from where to where to draw it, as in --region ally_cost=0.1:0.5; once for each such axis
    """
    from ..draw.missing import with_missing
    from ..draw.plots import check_picture_path, save_figure
    from ..draw.plots import plot as draw
    from ..io.dataset import model_of
    from ..io.files import opened
    from ..runs.runfile import check_model

    target = output or file.with_suffix(".png")
    check_picture_path(target)
    check_output(target, overwrite, target.suffix)
    several = variable is not None and len(variable) > 1
    with opened(file) as dataset:
        if model.file:
            check_model(file, dataset, model)
        known = model_of(dataset)
        places = named_values("--at", at, "parameter=value", functools.partial(_place, known))
        parts = named_values("--region", region, "parameter=from:to", functools.partial(stretch_of, known))
        dataset = with_missing(dataset, variable, places, model)
        figure = draw(dataset, variable if several or not variable else variable[0], at=places, region=parts)
    save_figure(figure, target)
    if not quiet:
        print(f"drawn in {target}")


def _place(model: Model, name: str, value: str) -> Any:
    """Return the value of one --at."""
    parameter = model.parameter(name)
    return parameter.check(value if parameter.choices else number_of(value))
