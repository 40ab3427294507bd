"""The rules that a model must follow so that every tool can use it. They are checked when it is made."""

import dis
import inspect
import itertools
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .checks import WORD, is_word, naming
from .claim import Claim
from .outcomes import UNSOLVED, Code, Outcome
from .parameters import Parameter

if TYPE_CHECKING:
    from .model import Model

MOST = 62  # the largest code
# names of variables and dimensions that datasets have besides outcomes, and besides parameters only
BESIDE_OUTCOMES = """
    basin_entropy border_length boundary_entropy curve curve_regimes curve_size decision direction game kink
    least_margin least_parameter margin meeting meeting_error meeting_regimes neighbour next_regime
    parameter player regime_name regime_share response share share_error side tie under variable vertex
"""
BESIDE_PARAMETERS = """
    claim counterexample cutpoint distribution example first_order first_order_margin high holds low mean
    mean_high mean_low output output_units premise premise_met probability probability_high probability_low
    regime_above regime_below regime_first samples sentence total_order total_order_margin value verdict
"""
# options and keywords that tools have besides parameters
OPTIONS = """
    adaptive address at axes axis browser chunks client csv dask dataset deviation_gain distributions dtype
    efg figure games help json methods model off_path origin outputs over overwrite parameters path picture
    points port progress quiet region resume run_file seed spacing table threads variables verbose version
    within
"""
TOLD = "a variable of foedus"
OURS = {
    "outcome": dict.fromkeys(BESIDE_OUTCOMES.split(), TOLD),
    "parameter": dict.fromkeys(f"{BESIDE_OUTCOMES} {BESIDE_PARAMETERS}".split(), TOLD)
    | dict.fromkeys(OPTIONS.split(), "an option"),
}  # by kind and name, what already has this name


def check_model(model: "Model") -> None:
    """Raise ValueError or TypeError with an explanation if something is wrong with a model.

    Examples
    --------
    >>> from foedus import Model, Outcome, Parameter
    >>> Model("entry", "Entry", [Parameter("threads", "n", 1.0)], [Outcome("output")])
    Traceback (most recent call last):
    ValueError: the parameter 'threads' has the name of an option; give it another name
    """
    _check_texts(model)
    _check_names(model)
    for parameter in model.parameters:
        _check_parameter(model, parameter)
    for outcome in model.kept.values():
        if outcome.codes:
            _check_codes(outcome.name, outcome.codes)
    if model.solve is not None:
        _check_kernel(model, model.solve)
    for claim in model.claims:
        _check_claim(model, claim)
    _check_examples(model)
    if not any(outcome.codes for outcome in model.outcomes):
        raise ValueError(
            f"the model {model.name} has no outcome that is a code, which maps need; "
            "give one of its outcomes codes="
        )
    for name in (*model.drawn, *model.answers, *model.pairs, *model.pairs.values()):
        if name not in model.found:
            raise ValueError(f"{name!r} is not an outcome; there are {', '.join(model.found)}")


def check_kinds(model: "Model") -> None:
    """Raise TypeError if a list of a model is none, or has something else in it."""
    _check_kinds("parameters", model.parameters, Parameter)
    _check_kinds("outcomes", model.outcomes, Outcome)
    if model.claims or not isinstance(model.claims, (list, tuple)):
        _check_kinds("claims", model.claims, Claim)


def _check_kinds(what: str, entries: Any, kind: type) -> None:
    """Raise unless `entries` is a list of one or more entries of a kind."""
    if not isinstance(entries, (list, tuple)) or isinstance(entries, kind) or not entries:
        shown = textwrap.shorten(repr(entries), 60, placeholder=" ...")
        raise TypeError(f"{what} must be a list of one or more {kind.__name__}, not {shown}")
    for entry in entries:
        if not isinstance(entry, kind):
            raise TypeError(f"{what} must be a list of {kind.__name__}; {entry!r} is not one")


def _check_names(model: "Model") -> None:
    """Raise if a name is not allowed, is given twice, or is one that foedus uses."""
    if not is_word(model.name):
        raise ValueError(f"the model's name {model.name!r} is not allowed; it must {WORD}")
    searched = (model.searched,) if model.searched else ()
    seen: set[str] = set()
    for what, entries in (("parameter", model.parameters), ("outcome", (*model.outcomes, *searched))):
        for name in (entry.name for entry in entries):
            if not is_word(name):
                raise ValueError(f"the name of the {what} {name!r} is not allowed; it must {WORD}")
            if name in seen:
                raise ValueError(f"the name {name!r} is given twice; give the {what} another name")
            seen.add(name)
            if ours := name_of_ours(what, name):
                raise ValueError(f"the {what} {name!r} has the name of {ours}; give it another name")


def name_of_ours(what: str, name: str) -> str | None:
    """Say which thing of foedus already has the name of a parameter or an outcome, or return None."""
    return TOLD if name.startswith(("boundary_", "meeting_")) else OURS[what].get(name)


def _check_parameter(model: "Model", parameter: Parameter) -> None:
    """Raise if the default of a parameter, its usual range or its choices are not allowed."""
    name, choices = parameter.name, parameter.choices
    if choices and (not all(isinstance(c, str) and c for c in choices) or len({*choices}) < len(choices)):
        raise ValueError(f"{name}: its choices {choices!r} must be different names")
    try:
        parameter.check(parameter.default)
    except (ValueError, TypeError) as error:
        raise type(error)(f"the default of a parameter: {error}") from None
    usual = parameter.usual
    if usual is not None:
        low, high = _ends(usual)
        if choices or not -math.inf < low < high < math.inf:
            raise ValueError(
                f"{name}: usual = {usual!r} is not allowed; it must be a range from one finite number to a "
                "larger one, and a choice has no range"
            )
        if low < parameter.ends[0] or high > parameter.ends[1]:
            raise ValueError(f"{name}: usual = {usual!r} is not allowed; it must be {parameter.domain}")
    if parameter.units_by:
        choice, by_form = parameter.units_by
        if choice not in model.by_name or not {*by_form} <= {*model.by_name[choice].choices}:
            raise ValueError(f"{name}: units_by = {parameter.units_by!r} must name a choice and its forms")


def _check_texts(model: "Model") -> None:
    """Raise if a title, symbol, unit, long name or sentence is not a text."""
    told: list[tuple[str, tuple[str, ...], Any]] = [
        (f"the model {model.name}", ("title", "references"), model),
        *((parameter.name, ("symbol", "units", "long_name"), parameter) for parameter in model.parameters),
        *((outcome.name, ("symbol", "units", "long_name"), outcome) for outcome in model.outcomes),
        *((move.name, ("symbol", "long_name"), move) for move in model.moves),
        *((f"the claim {claim.name}", ("name", "sentence"), claim) for claim in model.claims),
    ]
    for place, parts, entry in told:
        for part in parts:
            if not isinstance(text := getattr(entry, part), str):
                raise TypeError(f"{place}: {part} = {text!r} is not a text")


def _check_examples(model: "Model") -> None:
    """Raise unless the examples are games of the model, each with a name."""
    given: Any = model.examples
    if not isinstance(given, Mapping) or not all(isinstance(game, Mapping) for game in given.values()):
        raise TypeError(
            f"examples = {given!r} is not allowed; it must be as in {{'costly war': {{'cost': 2.0}}}}"
        )
    for name, game in given.items():
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"the name of the example {name!r} is not allowed; it must be a text, not empty")
        with naming(f"the example {name!r}"):
            for parameter, value in model.named(game).items():
                model.by_name[parameter].check(value)


def _check_kernel(model: "Model", solve: Any) -> None:
    """Raise unless a kernel is a function of one argument, compiled or not. Raise also if it compares a
    choice with its name, because kernels see a number."""
    function = getattr(solve, "py_func", solve)
    if not inspect.isfunction(function):
        raise TypeError(f"solve = {solve!r} is not a function; write one, such as def solve(p)")
    if (count := function.__code__.co_argcount) != 1:
        raise TypeError(
            f"{function.__name__} takes {count} arguments; a kernel takes one, p, with the parameters by name"
        )
    check_comparisons(model, "solve", function)


def check_comparisons(model: "Model", what: str, function: Callable) -> None:
    """Raise if a function compares a parameter or a move with the text of a choice: it has its number."""
    named = [(f"p.{parameter.name}", parameter.choices) for parameter in model.parameters]
    named += [(f"m.{move.name}", getattr(move, "options", ())) for move in model.moves]
    for called in _called(getattr(function, "py_func", function), []):
        for text in _texts(called):
            for name, choices in ((name, choices) for name, choices in named if text in choices):
                places = ", ".join(f"{place} for {choice}" for place, choice in enumerate(choices))
                who = what if called.__name__ == "<lambda>" else called.__name__
                raise ValueError(f"{who} compares with the text {text!r}; {name} is a number: {places}")


def moves_read(function: Callable) -> Iterator[str]:
    """Give the names that a function reads of its second argument, the moves, as y in m.y.

    Examples
    --------
    >>> [*moves_read(lambda p, m: p.prize - m.offer)]
    ['offer']
    """
    code = getattr(function, "py_func", function).__code__
    for step, after in itertools.pairwise(dis.get_instructions(code)):
        if step.opname.startswith("LOAD_FAST") and after.opname == "LOAD_ATTR":
            loaded = step.argval[-1] if isinstance(step.argval, tuple) else step.argval
            if loaded == code.co_varnames[1]:
                yield after.argval


def _called(function: Callable, seen: list[Callable]) -> Iterator[Callable]:
    """Give a function and all functions that it calls, directly or not."""
    if function not in seen:
        seen.append(function)
        yield function
        known = inspect.getclosurevars(function)
        for value in (*known.nonlocals.values(), *known.globals.values()):
            helper = getattr(value, "py_func", value)
            if inspect.isfunction(helper):
                yield from _called(helper, seen)


def _texts(function: Callable) -> Iterator[str]:
    """Give the texts in the code of a function, without its docstring and the names of arguments."""
    for step, after in itertools.pairwise(dis.get_instructions(function)):
        if step.opname == "LOAD_CONST":
            several = isinstance(step.argval, (tuple, frozenset)) and after.opname == "CONTAINS_OP"
            yield from (one for one in (step.argval if several else [step.argval]) if isinstance(one, str))


def _check_claim(model: "Model", claim: Claim) -> None:
    """Raise if a claim compares codes with a text, because codes are never equal to a text."""
    codes = {code.name: codes for o in model.kept.values() if (codes := o.codes) for code in codes}
    others = {choice for p in model.parameters for choice in (p.name, *p.choices)}
    for part in ("premise", "holds"):
        function = getattr(claim, part)
        for text in _texts(function) if inspect.isfunction(function) else ():
            if text.upper() in codes and text not in others:
                code = f"{codes[text.upper()].__name__}.{text.upper()}"
                raise ValueError(
                    f"the claim {claim.name}: its {part} has the text {text!r}; "
                    f"compare with the code, as in {code}"
                )


def _ends(usual: Any) -> tuple[float, float]:
    """Return the ends of a range as floats, NaN if it is no range."""
    try:
        low, high = usual
        return float(low), float(high)
    except (TypeError, ValueError):
        return math.nan, math.nan


def _check_codes(name: str, codes: Any) -> None:
    """Raise if the codes of an outcome are not a class of `Code`, or one of its numbers is not allowed."""
    if not (isinstance(codes, type) and issubclass(codes, Code)):
        raise TypeError(f"{name}: codes = {codes!r} is not allowed; it must be a class of Code")
    if not any(code != UNSOLVED for code in codes):
        raise ValueError(f"{name}: {codes.__name__} has no codes")
    for word, code in codes.__members__.items():
        place = f"{name}: {codes.__name__}.{word}"
        if code == UNSOLVED and word != "UNSOLVED":
            raise ValueError(f"{place} is -1, the code for unsolved games; choose another number")
        if not UNSOLVED <= code <= MOST:
            raise ValueError(f"{place} is {int(code)}; codes are from 0 to {MOST}")
        if code.name != word:
            raise ValueError(f"{place} and {code.name} are both {int(code)}; give each its own number")
