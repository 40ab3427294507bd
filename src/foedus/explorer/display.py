"""How the page shows a model: from its tables and, for the alliance game, from `alliance`, too."""

import dataclasses
import functools
import html
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..draw.colours import colours_of
from ..draw.solution import Solution, solve_one
from ..draw.tables import html_table, swatch
from ..model import NUMBER, Code, Model, Parameter
from ..solving.broken import name_of
from ..uncertainty.claims import usual_laws

INSIDE = 0.01  # if an end is not allowed, the slider ends this share of its range before it
CURVES = 4  # at most so many in a slice
BLANK = "black"  # of codes without a colour, as unsolved games
DEFAULTS = "all defaults"  # what the game with these is called among the examples

Ends = tuple[float, float, str]  # the lower end, the upper end and the scale


class Display(NamedTuple):
    """How the page shows a model and a game of it."""

    game: Callable[[Mapping[str, Any]], Any]  # makes a game from parameters by name, and checks them
    solve: Callable[[Any], Any]  # solves a game; the outcomes are attributes of the result
    pinned: Callable[[Any], str]  # describes a solved game in HTML
    about: str  # the model in a sentence
    claims: str  # the heading of its claims
    ranges: Mapping[str, Ends]  # of each number: the ends of its slider
    axes: Mapping[str, Ends]  # of the first map: two, or one if the model has one number
    colours: Mapping[int, str]  # by code
    curves: Sequence[str]  # the outcomes in the slice along each axis
    heights: str  # their units
    examples: Mapping[str, Mapping[str, Any]]  # games by what they are called: what is not at default


@functools.cache
def display_of(model: Model) -> Display:
    """Return how the page shows a model.

    Raises ValueError if none of its parameters is a number, or one of its colours is not a colour.
    """
    if model.built_in:
        from .alliance import DISPLAY  # made of what is usual

        return DISPLAY
    return usual_display(model)


def usual_display(model: Model) -> Display:
    """Return how the page shows a model, from its tables alone."""
    ranges = {name: _reach(model, name) for name, p in model.by_name.items() if not p.choices}
    if not ranges:
        raise ValueError(f"the model {model.name} has no parameter that is a number, and a map needs one")
    numbers = [name for name in model.drawn or model.found if not model.found[name].codes]
    curves = numbers[:CURVES]
    units = dict.fromkeys(model.found[name].units for name in curves)
    return Display(
        functools.partial(_checked, game_class(model), model),
        lambda game: solve_one(model, dataclasses.asdict(game)),
        pinned,
        f"{model.title.rstrip('.')}.",
        "Claims at the pinned game",
        ranges,
        dict(list(ranges.items())[:2]),
        colours_of(model, model.codes),
        curves,
        "; ".join(unit for unit in units if unit != NUMBER),
        _examples(model),
    )


def _examples(model: Model) -> dict[str, Mapping[str, Any]]:
    """Return the examples of a model; the game with all defaults comes first, unless it is one of them."""
    defaults = {parameter.name: parameter.default for parameter in model.parameters}
    named = any({**defaults, **model.named(game)} == defaults for game in model.examples.values())
    return {**({} if named else {DEFAULTS: {}}), **model.examples}


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
    """Return the game with these parameters; raise TypeError if a name is unknown."""
    return game(**model.named(parameters))


def _reach(model: Model, name: str) -> Ends:
    """Return the ends of a parameter's slider: its usual range or else a range around its default."""
    parameter = model.by_name[name]
    law, low, high = usual_laws(model).get(name) or _around(parameter)
    inside = INSIDE * (high - low)
    low = low if parameter.allows(low) else low + inside
    high = high if parameter.allows(high) else high - inside
    return low, high, "log" if law == "log_uniform" else "linear"


def _around(parameter: Parameter) -> tuple[str, float, float]:
    """Return a range around the default of a parameter that has no usual range.

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


def marked(model: Model, code: Code) -> str:
    """Return a code in words as HTML, after a square in its colour."""
    return f"{swatch(display_of(model).colours.get(code, BLANK))}<b>{html.escape(code.words)}</b>"


def complaint(message: str) -> str:
    """Return a line that says what is wrong, or nothing if the message is empty."""
    return f"<p class='error' role='alert'>{html.escape(message)}</p>" if message else ""


def pinned(solution: Solution) -> str:
    """Return a solved game as HTML: its code, what the model says about it, and its outcomes."""
    model = solution.model
    code = solution.found[model.mapped.name]
    heading = marked(model, code)
    if about := code.meaning or model.mapped.long_name:
        heading = f"{heading}: {html.escape(about)}"
    said = _explained(solution) if model.explain else ""
    headings, rows = solution.table()
    told = [[model.kept[name].words, *others] for name, *others in rows]
    return f"<p>{heading}</p>{said}<div class='wide'>{html_table(headings, told)}</div>"


def _explained(solution: Solution) -> str:
    """Return what a model says about a game, or the error that its function raises."""
    try:
        sentences = str(solution.explain()).splitlines()
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        return complaint(f"{name_of(solution.model)}: explain raises {why}")
    return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in sentences)
