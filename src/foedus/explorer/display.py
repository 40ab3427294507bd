"""How the page shows a model: what is read from its tables, and for the alliance game what `alliance` has."""

import dataclasses
import functools
import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..draw.colours import colours_of
from ..draw.solution import Solution
from ..model import NUMBER, Code, Model, Parameter
from ..solving.compiled import name_of
from ..uncertainty.claims import usual_laws

INSIDE = 0.01  # a slider ends so far inside an end that is not allowed, as a share of its range
CURVES = 4  # of a slice, at most

Ends = tuple[float, float, str]  # from where to where, and on which scale


class Display(NamedTuple):
    """How the page shows a model and a game of it."""

    game: Callable[[Mapping[str, Any]], Any]  # of parameters by name, which it checks
    pinned: Callable[[Any], str]  # of a solved game, as HTML
    about: str  # the model in a sentence
    claims: str  # what stands above its claims
    ranges: Mapping[str, Ends]  # of each number, where its slider goes
    axes: Mapping[str, Ends]  # of the map that is shown first
    curves: Sequence[str]  # the outcomes that are drawn along each axis
    heights: str  # what they are measured in


@functools.cache
def display_of(model: Model) -> Display:
    """Return how the page shows a model; raise ValueError if it has no map of two axes."""
    if model.built_in:
        from .alliance import DISPLAY  # made of what is usual

        return DISPLAY
    return usual_display(model)


def usual_display(model: Model) -> Display:
    """Return how the page shows a model of which only the tables are known."""
    ranges = {name: _reach(model, name) for name, p in model.by_name.items() if not p.choices}
    if len(ranges) < 2:
        raise ValueError(
            f"a map has two axes, but the model {model.name} has {len(ranges)} parameter that is a number"
        )
    numbers = [name for name in model.drawn or model.found if not model.found[name].codes]
    curves = numbers[:CURVES]
    units = dict.fromkeys(model.found[name].units for name in curves)
    return Display(
        functools.partial(_checked, game_class(model), model),
        pinned,
        f"{model.title.rstrip('.')}.",
        "Claims at the pinned game",
        ranges,
        dict(list(ranges.items())[:2]),
        curves,
        "; ".join(unit for unit in units if unit != NUMBER),
    )


def game_class(model: Model) -> type:
    """Return the class of a model's games, which checks their parameters.

    Examples
    --------
    >>> import foedus
    >>> game_class(foedus.load_model("alliance"))(stake=2).stake
    2.0
    """

    def check(game: Any) -> None:
        for name, parameter in model.by_name.items():
            object.__setattr__(game, name, parameter.check(getattr(game, name)))

    return dataclasses.make_dataclass(
        "Game",
        [(p.name, Any, dataclasses.field(default=p.default)) for p in model.parameters],
        namespace={"__post_init__": check},
        frozen=True,
        kw_only=True,
    )


def _checked(game: type, model: Model, parameters: Mapping[str, Any]) -> Any:
    """Return the game with these parameters, unknown names refused in words."""
    for name in parameters:
        model.parameter(name)
    return game(**parameters)


def _reach(model: Model, name: str) -> Ends:
    """Return where the slider of a parameter goes: over its usual range, or else around its default."""
    parameter = model.by_name[name]
    law, low, high = usual_laws(model).get(name) or _around(parameter)
    inside = INSIDE * (high - low)
    low = low if parameter.allows(low) else low + inside
    high = high if parameter.allows(high) else high - inside
    return low, high, "log" if law == "log_uniform" else "linear"


def _around(parameter: Parameter) -> tuple[str, float, float]:
    """Return a range around the default of a parameter for which none is usual.

    Examples
    --------
    >>> _around(Parameter("cost", "c", 2.0, "> 0"))
    ('log_uniform', 0.2, 20.0)
    >>> _around(Parameter("bias", "b", 0.0)), _around(Parameter("share", "s", 0.3, ">= 0 and <= 1"))
    (('uniform', -1.0, 1.0), ('uniform', 0.0, 1.0))
    """
    low, high = parameter.ends
    default = parameter.default
    size = abs(default) or 1.0
    if low == 0 and high == math.inf and not parameter.allows(0.0):
        return "log_uniform", size / 10, size * 10
    return (
        "uniform",
        low if math.isfinite(low) else default - size,
        high if math.isfinite(high) else default + size,
    )


def colour(model: Model, code: int) -> str:
    """Return the colour of a code on the map, black where a game could not be solved."""
    return colours_of(model, model.codes).get(code, "black")


def swatch(model: Model, code: int) -> str:
    """Return a square in the colour of a code, hatched where there is none, as in pictures."""
    known = colours_of(model, model.codes)
    style = f" style='background: {html.escape(known[code])}'" if code in known else ""
    return f"<span class='swatch'{style}></span>"


def pinned(solution: Solution) -> str:
    """Return a solved game as HTML: its code, what the model says of it, and its outcomes."""
    model = solution.model
    code: Code = solution.found[model.mapped.name]
    sentences = _explained(solution).splitlines() if model.explain else []
    heading = f"{swatch(model, code)}<b>{html.escape(code.words)}</b>"
    if model.mapped.long_name:
        heading = f"{heading}: {html.escape(model.mapped.long_name)}"
    paragraphs = "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
    return f"<p>{heading}</p>{paragraphs}<div class='wide'>{solution._repr_html_()}</div>"


def _explained(solution: Solution) -> str:
    """Return what a model says of a game; raise ValueError if its function raises anything."""
    try:
        return str(solution.explain())
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"{name_of(solution.model)}: explain raises {why}") from error
