"""Games in Gambit's extensive form (.efg) as models: finite trees of perfect information, with parameters.

A small TOML file beside it may replace numbers of the tree by expressions of parameters.
"""

import functools
import math
import os
import tomllib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pydantic

from .checks import naming
from .expressions import checked, value
from .gametree import (
    CHANCE,
    END,
    PROBABILITY,
    SUM,
    Number,
    Tree,
    below,
    choices,
    name_of,
    names_of,
    read_tree,
)
from .induction import kernel
from .model import Deciding, Model
from .moves import GAIN, payoff_of
from .outcomes import Code, Outcome
from .parameters import NUMBER, Parameter
from .rules import MOST
from .turns import codes_of


class _Entry(pydantic.BaseModel):
    """A parameter in the TOML file."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    default: float
    symbol: str = ""
    domain: str = "any"
    units: str = NUMBER
    long_name: str = ""
    usual: list[float] | None = pydantic.Field(None, min_length=2, max_length=2)


class _Tables(pydantic.BaseModel):
    """The TOML file."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    parameters: dict[str, _Entry] = pydantic.Field(min_length=1)
    payoffs: dict[str, list[float | str]] = {}
    chances: dict[str, list[float | str]] = {}


def model_from_efg(path: str | os.PathLike, parameters: str | os.PathLike | None = None) -> Model:
    """Return the game in an .efg file of Gambit's as a model: a finite tree of perfect information.

    The outcomes of the model are `end`, the outcome of the tree that play reaches (if the tree has chance
    moves: the likeliest outcome, and its `end_probability`); the option that is chosen at each decision node,
    also at nodes that play does not reach; and each player's expected payoff, `<player>_payoff`. Backward
    induction solves the game. An indifferent player takes the option that the player who moved before
    prefers. If that player is indifferent, too, the preference of the next earlier player decides, and so on.
    If all are indifferent, the player takes the first option.

    Parameters
    ----------
    path : str or path
        the file, in the format ``EFG 2 R``
    parameters : str or path, optional
        a TOML file with the tables ``[parameters]``, ``[payoffs]`` (a list for each outcome) and
        ``[chances]`` (a list for each chance move). The lists have numbers, or expressions of the parameters.
        Default: the file of the same name that ends in .toml, if there is one. Without such a file each
        payoff of each outcome is a parameter, ``<outcome>_<player>``, and its default is the number in the
        .efg file.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError
        if a file cannot be read.
    ValueError
        if the file is no .efg, an information set has several nodes, there are more than 63 ends (terminal
        nodes with the same outcome count as one end), or the TOML file has a name that is not in the tree or
        an expression that is not arithmetic.

    Examples
    --------
    >>> import foedus, pathlib, tempfile
    >>> text = '''EFG 2 R "Entry" { "entrant" "incumbent" }
    ... p "" 1 1 "" { "out" "enter" } 0
    ... t "" 1 "monopoly" { 0 4 }
    ... p "" 2 1 "" { "fight" "share" } 0
    ... t "" 2 "war" { -1 0 }
    ... t "" 3 "duopoly" { 1 2 }
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "entry.efg")
    ...     _ = file.write_text(text)
    ...     model = foedus.model_from_efg(file)
    >>> foedus.solve(model=model).end.words
    'duopoly'
    >>> foedus.solve(model=model, war_incumbent=3).end.words
    'monopoly'
    """
    file = Path(path).absolute()
    if file.suffix != ".efg":
        raise ValueError(f"{file.name}: a game of Gambit's is expected, in a file that ends in .efg")
    beside = file.with_suffix(".toml") if parameters is None else file.parent / parameters
    told = _read(beside) if parameters is not None or beside.is_file() else None
    return _made(file, _read(file), beside if told is not None else None, told, parameters is not None)


def _read(file: Path) -> str:
    """Return the text of a file."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file.name} is not a text in UTF-8") from None


@functools.lru_cache
def _made(file: Path, text: str, beside: Path | None, told: str | None, named: bool) -> Model:
    """Return the model of a tree and its TOML file, both as texts."""
    tree = read_tree(text, file.name)
    if beside and told is not None:
        with naming(beside.name):
            parameters, tree = _with_parameters(tree, told)
    else:
        parameters, tree = _payoffs_as_parameters(tree)
    defaults = {parameter.name: parameter.default for parameter in parameters}
    with naming((beside or file).name):
        _check_numbers(tree, defaults)
        name = name_of(file.stem, "game")
        source = text if told is None else f"{text}\n{told}"
        return _model(name, tree, parameters, source, f"{file}:{beside}" if named else str(file))


def _payoffs_as_parameters(tree: Tree) -> tuple[list[Parameter], Tree]:
    """Return a parameter for each payoff, and the tree with these parameters."""
    parameters = []
    payoffs: dict[int, Sequence[Number]] = {}
    for outcome, given in tree.payoffs.items():
        end = tree.outcomes[outcome]
        payoffs[outcome] = [f"{end}_{player}" for player in tree.players]
        for player, payoff in zip(tree.players, given, strict=True):
            words = f"payoff of {player} in {end}".replace("_", " ")
            parameters.append(Parameter(f"{end}_{player}", "", float(payoff), long_name=words))
    return parameters, tree._replace(payoffs=payoffs)


def _with_parameters(tree: Tree, told: str) -> tuple[list[Parameter], Tree]:
    """Return the parameters in a TOML file, and the tree with its expressions in place of numbers."""
    try:
        tables = _Tables.model_validate(tomllib.loads(told))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"this is no TOML: {error}") from None
    except pydantic.ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        parts = ", ".join(f"[{part}]" for part in _Tables.model_fields)
        hint = f"; there are {parts}" if len(problem["loc"]) == 1 else ""
        raise ValueError(f"{place}: {problem['msg'].lower()}{hint}") from None
    parameters = []
    for name, entry in tables.parameters.items():
        with naming(f"[parameters] {name}"):
            usual = tuple(entry.usual) if entry.usual else None
            parameters.append(Parameter(name=name, **entry.model_dump(exclude={"usual"}), usual=usual))  # type: ignore[arg-type]
    payoffs = _replaced(
        tree.payoffs, tables.payoffs, {name: key for key, name in tree.outcomes.items()}, "payoffs", tables
    )
    chances = _replaced(
        tree.chances, tables.chances, {name: name for name in tree.chances}, "chances", tables
    )
    return parameters, tree._replace(payoffs=payoffs, chances=chances)


def _replaced(
    numbers: Mapping[Any, Any], given: Mapping[str, Any], keys: Mapping[str, Any], table: str, tables: _Tables
) -> Any:
    """Return numbers with what is given in their place, by name."""
    found = {**numbers}
    for name, entries in given.items():
        if name not in keys:
            there = ", ".join(keys) or "none"
            raise ValueError(f"[{table}] has {name!r}, which is not in this tree; there are {there}")
        if len(entries) != len(numbers[keys[name]]):
            raise ValueError(
                f"[{table}] {name} has {len(entries)} entries; {len(numbers[keys[name]])} are needed"
            )
        with naming(f"[{table}] {name}"):
            found[keys[name]] = [
                checked(entry, tables.parameters) if isinstance(entry, str) else _exact(entry)
                for entry in entries
            ]
    return found


def _exact(value: float) -> Fraction:
    """Return a number exactly; raise ValueError if it is none."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return Fraction(value)


def _check_numbers(tree: Tree, defaults: Mapping[str, Any]) -> None:
    """Raise ValueError if a payoff or a probability is none where all parameters are at their defaults."""
    for name, numbers in (
        *((tree.outcomes[key], payoffs) for key, payoffs in tree.payoffs.items()),
        *tree.chances.items(),
    ):
        found = [value(name, number, defaults) for number in numbers]
        if numbers is tree.chances.get(name) and (min(found) < 0 or abs(math.fsum(found) - 1) > SUM):
            shown = ", ".join(f"{value:.6g}" for value in found)
            raise ValueError(
                f"the probabilities of {name} are {shown} at the defaults; they must not be negative and "
                "must add up to 1"
            )


def _model(name: str, tree: Tree, parameters: list[Parameter], source: str, file: str) -> Model:
    """Return the model of a tree."""
    nodes = below(tree.root)
    ends = list(dict.fromkeys(node.outcome for node in nodes if not node.after))
    decisions = [node for node in nodes if node.after and node.player != CHANCE]
    if len(ends) > MOST + 1:
        raise ValueError(
            f"the tree has {len(ends)} different ends, but at most {MOST + 1} are allowed; in Gambit, give "
            "one outcome to all ends with the same meaning"
        )
    if not decisions:
        raise ValueError("nobody decides anything in this tree")
    codes = _codes("End", [tree.outcomes[end] for end in ends])
    outcomes = [Outcome(END, long_name="end that is reached", codes=codes)]
    if tree.chances:
        outcomes.append(Outcome(PROBABILITY, long_name="probability of this end"))
    outcomes += [
        Outcome(payoff_of(player), long_name=f"payoff of {player}".replace("_", " "))
        for player in tree.players
    ]
    for node in decisions:
        words = f"what {tree.players[node.player]} chooses at {node.name}".replace("_", " ")
        outcomes.append(
            Outcome(node.name, long_name=words, codes=_codes(node.name, names_of(node.options, "option")))
        )
    player, decision, _ = codes_of(tree.players, choices(tree))
    return Model(
        name, tree.title or name, parameters, outcomes, kernel(tree, nodes, ends),
        deciding=Deciding((END, *(node.name for node in decisions)), None, player, decision),
        searched=GAIN, tree=tree, source=source, file=file,
    )  # fmt: skip


def _codes(name: str, words: Sequence[str]) -> type[Code]:
    """Return codes of these names, from 0."""
    make: Any = Code  # an enumeration, by its functional interface
    return make(name, {word.upper(): number for number, word in enumerate(words)})
