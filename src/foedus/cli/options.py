"""Options that several commands share, made from the table of parameters, and the reading of their values."""

import dataclasses
import functools
import inspect
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import cyclopts

from ..model import Model, Parameter
from ..model.checks import naming, number_of
from ..model.names import nearest
from ..uncertainty.claims import usual_laws


def number(_: Any, tokens: Sequence[cyclopts.Token]) -> float:
    """Return the number that was typed. If it is not a number, the error is ours and not that of cyclopts."""
    return number_of(tokens[0].value)


# the kinds of options that depend on a model; `for_model` makes them from its tables
Parameters = Annotated[Any, "options for all parameters; None if not given"]
DrawnParameters = Annotated[Any, "the same for commands that draw the other parameters at random"]
ParameterName = Annotated[str, "the name of a parameter"]
VariableNames = Annotated[list[str] | None, "names of outcomes"]
ModelOption = Annotated[
    str | None,
    cyclopts.Parameter(
        name=["--model", "-m"],
        help="your own game: a Python file that makes a Model, such as entry.py (entry.py:name if it makes "
        "several); or a file from Gambit, such as game.efg",
    ),
]
BUILT_IN = "an option that only the alliance game has"
OWN = "an option that only other games have"
VERBOSE = "--verbose"
Verbose = Annotated[
    bool,
    cyclopts.Parameter(name=VERBOSE, help="if a model cannot be compiled, print the full message of numba"),
]

# words that shells complete; other words are accepted here and refused later, with an error of our own
_Words: Any = Literal
UNLISTED = cyclopts.Parameter(show_choices=False)


def for_model(command: Callable[..., Any], model: Model) -> Callable[..., Any]:
    """Return a command that solves games of a model, with options from its tables."""
    parameter: Any = _Words[tuple(model.by_name)] | str
    variable: Any = _Words[tuple(model.kept)] | str
    usual = usual_laws(model)
    tables = {
        Parameters: parameter_options(model, lambda p: p.default),
        DrawnParameters: parameter_options(model, lambda p: "drawn" if p.name in usual else p.default),
    }
    kinds = {
        **{kind: Annotated[table, PARAMETER_GROUP] for kind, table in tables.items()},
        ParameterName: Annotated[parameter, UNLISTED],
        VariableNames: Annotated[list[variable] | None, UNLISTED, cyclopts.Parameter(alias="-v")],
        Model: ModelOption,
    }
    signature = inspect.signature(command)
    taken, given = [], {}
    for argument in signature.parameters.values():
        if argument.annotation in tables:
            given[argument.name] = tables[argument.annotation]()
            argument = argument.replace(default=given[argument.name])
        if argument.annotation is Model:
            argument = argument.replace(default=None)
        if argument.name in model.by_name:  # --arms of foedus solve may also be a parameter
            continue
        kind = kinds.get(argument.annotation, argument.annotation)
        if (OWN if model.built_in else BUILT_IN) in get_args(
            kind
        ):  # still read, so that the error is our own
            kind = Annotated[kind, cyclopts.Parameter(show=False)]
        taken.append(argument.replace(annotation=kind))
    known = {}
    if "model" in signature.parameters:
        known = {"model": model}
        kind = inspect.Parameter.KEYWORD_ONLY
        taken.append(inspect.Parameter("verbose", kind, default=False, annotation=Verbose))

    @functools.wraps(command)
    def run(*arguments: Any, verbose: bool = False, **options: Any) -> Any:  # verbose: see `app.run`
        return command(*arguments, **given | options | known)

    run.__signature__ = signature.replace(parameters=taken)  # type: ignore[attr-defined]
    run.__annotations__ = {argument.name: argument.annotation for argument in taken}
    return run


def parameter_options(model: Model, default: Callable[[Parameter], object]) -> Any:
    """Return a class with an option for each parameter in the table. An option that is not given is None;
    `default` says which value the parameter then has."""

    def option(parameter: Parameter) -> tuple[str, Any, None]:
        words = ", ".join(filter(None, (parameter.words, parameter.symbol)))
        about = cyclopts.Parameter(help=f"{words}; {parameter.domain} [default: {default(parameter)}]")
        if parameter.choices:
            named: Any = _Words[parameter.choices] | str | None
            return parameter.name, Annotated[named, UNLISTED, about], None
        kind = cyclopts.Parameter(converter=number, allow_leading_hyphen=True)
        return parameter.name, Annotated[float | None, kind, about], None

    return dataclasses.make_dataclass(
        "Options",
        [option(parameter) for parameter in model.parameters],
        namespace={"__module__": __name__},  # otherwise cyclopts takes it for a built-in type
    )


PARAMETER_GROUP = cyclopts.Parameter(name="*", group="Parameters of the game")
Output = Annotated[Path | None, cyclopts.Parameter(name=["--output", "-o"])]
Overwrite = Annotated[bool, cyclopts.Parameter(name=["--overwrite", "-f"], help="replace files that exist")]
Picture = Annotated[
    bool, cyclopts.Parameter(negative="--no-picture", help="also draw a picture, next to the file")
]


def whole_number(_: Any, tokens: Sequence[cyclopts.Token]) -> int:
    """Return the whole number that was typed. 1.5 is an error here; cyclopts would read it as 2."""
    return whole(tokens[0].value)


def whole(text: str) -> int:
    """Return the whole number in a text; raise ValueError if it is none."""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a whole number") from None


Number = Annotated[float | None, cyclopts.Parameter(converter=number)]
WholeNumber = Annotated[int | None, cyclopts.Parameter(converter=whole_number)]
Threads = Annotated[
    int | None,
    cyclopts.Parameter(converter=whole_number, help="the number of threads [default: one per processor]"),
]
DeviationGain = Annotated[
    bool, cyclopts.Parameter(help="also search for the largest gain of a player by another move")
]
Quiet = Annotated[bool, cyclopts.Parameter(name=["--quiet", "-q"], help="print nothing but errors")]


@dataclasses.dataclass(frozen=True)
class Ways:
    """Options for solving a grid and writing its files."""

    overwrite: Overwrite = False
    picture: Picture = True
    threads: Threads = None
    quiet: Quiet = False


AS_USUAL = Ways()
GridOptions = Annotated[Ways, cyclopts.Parameter(name="*")]


def given_parameters(model: Model, parameters: Any) -> dict[str, Any]:
    """Return the parameters given as options, checked. An error names the option."""
    given = {k: value for k, value in dataclasses.asdict(parameters).items() if value is not None}
    for name, value in given.items():
        with naming(f"--{name.replace('_', '-')}"):
            model.parameter(name).check(value)
    return given


def unknown_option(error: cyclopts.UnknownOptionError, model: Model) -> str:
    """Return what to say of an option that a command does not have: also if it is meant for a parameter, by
    its name or symbol."""
    written = (error.token.keyword or error.token.value).lstrip("-").replace("-", "_")
    name = nearest(written, model.by_name)
    if not name:
        return str(error)
    said, _, hint = str(error).partition(" Did you mean")
    option = f"--{name.replace('_', '-')}"
    if any(option in argument.names for argument in error.argument_collection):
        return str(error) if hint else f"{said} Did you mean {option}?"
    return f"{said} This command has no options for parameters such as {name}; a run file gives them."


def named_values(
    option: str, texts: list[str] | None, pattern: str, read: Callable[[str, str], Any]
) -> dict[str, Any]:
    """Return the values by name of an option that is repeated as name=value; `read` converts each value."""
    named: dict[str, Any] = {}
    for text in texts or []:
        with naming(f"{option} {text}"):
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"{text!r} is not of the form {pattern}")
            if name in named:
                raise ValueError(f"{option} names {name} more than once")
            named[name] = read(name, value)
    return named


def stretch_of(model: Model, name: str, value: str) -> tuple[float, float]:
    """Return the ends of a range of a parameter, typed as from:to."""
    parameter = model.parameter(name)
    if parameter.choices:
        raise ValueError(f"{parameter.name} is a choice and has no range; it is {parameter.domain}")
    low, colon, high = value.partition(":")
    if not colon:
        raise ValueError(f"{value!r} is not of the form from:to")
    return parameter.check(number_of(low)), parameter.check(number_of(high))


def command_line() -> str:
    """Return the command that runs now. Bytes of file names that are not text are written as \\udce9."""
    return shlex.join(["foedus", *sys.argv[1:]]).encode(errors="backslashreplace").decode()
