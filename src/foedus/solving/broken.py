"""Errors in the functions of a model: each is one line of text, and names the line of the model's file."""

import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numba
from numba import types

from ..kernels._jit import plain
from ..kernels.loop import NUMBERS, compiled, parameters_type
from ..model import Model, Outcome
from ..model.moves import definition, own_outcomes
from .backward import names_of

KINDS: dict[Any, str] = {
    NUMBERS: "one value",
    (types.StringLiteral, types.UnicodeType): "a text",
    types.List: "a list",
    types.Array: "an array",
    types.Generator: "a generator",
    types.BaseTuple: "a tuple",
    types.Complex: "a complex number",
}  # what a function may return instead of several values, by numba's types


class KernelError(ValueError):
    """An error in a function of a model, in one line; `whole` is the whole message of numba."""

    def __init__(self, line: str, whole: str = "") -> None:
        super().__init__(line)
        self.whole = whole


class Function(NamedTuple):
    """A function of a model, its name in errors, and what it must return."""

    name: str
    compiled: Any
    given: tuple[Any, ...]  # a game, and perhaps moves, with which it is tried
    wanted: str
    returns: Sequence[Outcome] | None  # None: it returns one number


def check_functions(model: Model) -> None:
    """Raise `KernelError` if a function of a definition cannot be compiled, or returns something else than it
    must.

    The kernel is made of these functions, but numba's message about the kernel does not say which is wrong.
    """
    if model.by_search and not plain:
        for function in _functions(model):
            if error := _problem(model, function):
                raise error


def not_compiled(model: Model, error: Exception) -> KernelError:
    """Say in one line why a kernel cannot be compiled."""
    if not model.by_search:
        solve = _kernel(model)
        return _problem(model, solve) or KernelError(
            f"{name_of(model)}: solve cannot be compiled: {error}", str(error)
        )
    reason = _reason(model, Function("the definition", None, (), "", None), str(error))
    return KernelError(f"{name_of(model)}: {reason}", str(error))


def nothing_returned(model: Model) -> KernelError:
    """Say that a model's kernel returns nothing."""
    return _no_return(model, _kernel(model))


def name_of(model: Model) -> str:
    """Return the name of a model in errors: its file, if it is from one."""
    return Path(model.file).name.partition(":")[0] or f"the model {model.name}"


def line_of(model: Model, run: Callable[[], Any]) -> str:
    """Return the line of a model's file in which `run` raises an error, or only the file."""
    try:
        run()
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == name_of(model)]
        if lines:
            return f"{name_of(model)}, line {lines[-1]}"
    return name_of(model)


def _game(model: Model) -> Any:
    """Return the game with all defaults, as functions take it."""
    defaults = (parameter.number(parameter.default) for parameter in model.parameters)
    return parameters_type(tuple(model.by_name))(*defaults)


def _kernel(model: Model) -> Function:
    """Return a model's own kernel."""
    wanted = f"a value for each outcome: {', '.join(model.found)}"
    return Function("solve", compiled(model.solve), (_game(model),), wanted, model.outcomes)


def _functions(model: Model) -> Iterator[Function]:
    """Yield the functions of a definition."""
    names, own = names_of(model), own_outcomes(model)
    moves = names["Moves"](*([0.0] * len(model.moves)))
    given: tuple[Any, ...] = _game(model), moves
    payoffs = f"a payoff for each player: {', '.join(model.players)}"
    yield Function("payoffs", names["payoffs"], given, payoffs, [Outcome(player) for player in model.players])
    outcomes = f"a value for each outcome: {', '.join(outcome.name for outcome in own)}"
    yield Function("outcome", names["outcome"], (*given, moves) if model.without else given, outcomes, own)
    for k, move in enumerate(model.moves):
        for part in ("low", "high", "when", "probabilities"):
            name = f"{move.name}: {part}"
            if name in definition(model):
                options = getattr(move, "options", ())
                wanted, returns = {
                    "when": ("True or False", None),
                    "probabilities": (
                        f"a probability for each option: {', '.join(options)}",
                        [Outcome(option) for option in options],
                    ),
                }.get(part, ("a number", None))
                yield Function(name, names[f"{part}{k}"], given, wanted, returns)


def _problem(model: Model, function: Function) -> KernelError | None:
    """Return the error in a function, if there is one."""
    name, solve = function.name, function.compiled
    bound = solve.py_func.__defaults__ or ()  # to arguments that are not given
    given = (*map(numba.typeof, function.given), *map(types.Omitted, bound))
    try:
        solve.compile(given)
    except Exception as error:  # also if the function refers to something wrong, such as math.gama
        return KernelError(
            f"{_place(model, function, str(error))}: {_reason(model, function, str(error))}", str(error)
        )
    gives: Any = solve.overloads[given].signature.return_type
    if isinstance(gives, (types.Optional, types.NoneType)):
        return _no_return(model, function)
    if function.returns is None:
        return None if isinstance(gives, NUMBERS) else KernelError(_returns(model, function, _kind(gives)))
    if not isinstance(gives, types.BaseTuple):
        return KernelError(_returns(model, function, _kind(gives)))
    kinds = list(gives)  # type: ignore[call-overload]
    if len(kinds) != len(function.returns):
        count = "one value" if len(kinds) == 1 else f"{len(kinds)} values"
        return KernelError(_returns(model, function, count))
    for outcome, kind in zip(function.returns, kinds, strict=True):
        if not isinstance(kind, NUMBERS):
            return KernelError(
                f"{name_of(model)}: {name} returns {_kind(kind)} as {outcome.name}; it must be a number"
            )
        codes: Any = getattr(kind, "instance_class", outcome.codes)
        if outcome.codes and codes is not outcome.codes:
            return KernelError(
                f"{name_of(model)}: {name} returns a code of {codes.__name__} as {outcome.name}; "
                f"it must be one of {outcome.codes.__name__}"
            )
    return None


def _returns(model: Model, function: Function, what: str) -> str:
    """Say what a function returns, and what it must return."""
    return f"{name_of(model)}: {function.name} returns {what}; it must return {function.wanted}"


def _no_return(model: Model, function: Function) -> KernelError:
    """Say that a function returns nothing, at least in some games."""
    name = f"{name_of(model)}: {function.name}"
    return KernelError(f"{name} ends without return, or returns None; it must return {function.wanted}")


def _kind(found: Any) -> str:
    """Say what kind of thing a function returns."""
    return next((words for kind, words in KINDS.items() if isinstance(found, kind)), str(found))


def _place(model: Model, function: Function, told: str) -> str:
    """Return the line of a model's file that numba's message is about, or only the file."""
    lines = re.findall(r'([^"/\\]+)(?:", line | \()(\d+)', told)
    own = list(dict.fromkeys(int(line) for file, line in lines if file == name_of(model)))
    if "Return of" in told:
        return f"{name_of(model)}, lines {' and '.join(map(str, sorted(own)))}"
    if own:
        return f"{name_of(model)}, line {own[0]}"
    return line_of(model, lambda: function.compiled.py_func(*function.given))


def _reason(model: Model, function: Function, told: str) -> str:
    """Return the first useful line of numba's message, in our own words if we know the error."""
    line = next((line for line in told.splitlines() if line and not line.startswith("Failed in")), "")
    line = re.sub(r"\.* Raised from .*", "", line)
    if found := re.match(r"Unknown attribute '(\w+)' of type Parameters", line):
        return f"there is no parameter {found[1]!r}; there are {', '.join(model.by_name)}"
    if found := re.match(r"Unknown attribute '(\w+)' of type Moves", line):
        return f"there is no move {found[1]!r}; there are {', '.join(move.name for move in model.moves)}"
    if found := re.match(r"No definition for lowering (Parameters|Moves)\(.*\)\.(\w+) = ", line):
        changed = f"{'p' if found[1] == 'Parameters' else 'm'}.{found[2]}"
        return f"{function.name} changes {changed}; it may only read p and m"
    if found := re.search(r"getitem\((Parameters|Moves)\(.*\), Literal\[str\]\((\w+)\)\)", told):
        given = "p" if found[1] == "Parameters" else "m"
        return f"write {given}.{found[2]}, not {given}[{found[2]!r}]"
    if "unsupported opcode (STORE_GLOBAL)" in line:
        return f"{function.name} changes a global variable; it may change only its own variables"
    if found := re.match(
        r"Untyped global name '(\w+)': Cannot determine Numba type of <class 'function'>", line
    ):
        caller = "a kernel" if function.name == "solve" else function.name
        return f"{found[1]} is called by {caller}; mark {found[1]} with @foedus.jit"
    if found := re.match(r"Unknown attribute '(\w+)' of type IntEnum class<\w+>\((\w+)\)", line):
        return f"there is no {found[2]}.{found[1]}"
    if line.startswith("No implementation of function") and (call := re.search(">>> (.*)", told)):
        hint = (
            f"; an index must be a whole number, such as int(p.{[*model.by_name][-1]})"
            if ", float64)" in call[1]
            else ""
        )
        return f"{function.name} cannot be compiled: numba does not know {call[1]}{hint}"
    if line.startswith(("Can't unify return type", "Cannot cast Tuple", "Cannot cast UniTuple")):
        return (
            f"{function.name} returns values of different kinds in different lines; "
            f"it must return {function.wanted}"
        )
    return f"{function.name} cannot be compiled: {line.rstrip(' .:')}"
