"""Games in the extensive form that Gambit writes (.efg): finite trees of perfect information, with parameters.

A tree becomes a `Model` whose kernel is backward induction, written out node by node and compiled. Numbers of
the file may be replaced by expressions of parameters, which a small TOML file beside it gives.
"""

import ast
import functools
import keyword
import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pydantic

from .checks import naming
from .model import Deciding, Model
from .moves import payoff_of
from .outcomes import UNSOLVED, Code, Outcome
from .parameters import NUMBER, Parameter
from .rules import MOST

CHANCE = -1  # the number of the player who moves by chance
DEPTH = 200  # moves in a row, at most
SUM = 1e-9  # by how much probabilities may fail to add up to 1
FUNCTIONS = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "abs": abs, "min": min, "max": max}
SYNTAX = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.UAdd, ast.USub, ast.Load,
)  # fmt: skip
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([{}])|([^\s{}",]+)|"', re.DOTALL)
Number = Fraction | str  # of the file, or an expression of parameters


@dataclass(frozen=True)
class Node:
    """A node of a tree: who moves there, in which information set, what may be chosen and what follows.

    At an end there is no option. `outcome` says which payoffs are made there, 0 for none.
    """

    name: str
    player: int
    options: tuple[str, ...]
    after: "tuple[Node, ...]"
    outcome: int


class Tree(NamedTuple):
    """What is in a file: payoffs by the number of the outcome, probabilities by the name of the chance move."""

    title: str
    players: list[str]
    root: Node
    outcomes: dict[int, str]  # their names
    payoffs: dict[int, Sequence[Number]]
    chances: dict[str, Sequence[Number]]


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

    Its outcomes are `end`, the outcome that is reached (with chance the likeliest one, and `end_probability`);
    what is chosen at each decision node, whether or not play comes to it; and each player's expected payoff,
    `<player>_payoff`. It is solved by backward induction. A player who is indifferent takes the option that
    the player who moved before prefers, and so on back, then the earlier one.

    Parameters
    ----------
    path : str or path
        the file, in the format ``EFG 2 R``
    parameters : str or path, optional
        a TOML file: ``[parameters]``, and ``[payoffs]`` by outcome and ``[chances]`` by chance move, as lists
        of numbers or of expressions of the parameters; default: the file of the same name that ends in
        .toml, if there is one. Without it each payoff of each outcome is a parameter, ``<outcome>_<player>``,
        with the number of the file for its default.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError
        if a file cannot be read.
    ValueError
        if the file is no .efg, an information set has several nodes, there are more than 63 ends, or the TOML
        file names what is not there or has an expression that is not arithmetic.

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
    """Return the model of a tree and of what is told of its parameters, both as texts."""
    tree = read_tree(text, file.name)
    if beside and told is not None:
        with naming(beside.name):
            parameters, tree = _with_parameters(tree, told)
    else:
        parameters, tree = _payoffs_as_parameters(tree)
    defaults = {parameter.name: parameter.default for parameter in parameters}
    with naming((beside or file).name):
        _check_numbers(tree, defaults)
        name = _word(file.stem, "game")
        source = text if told is None else f"{text}\n{told}"
        return _model(name, tree, parameters, source, f"{file}:{beside}" if named else str(file))


# --- the file


class _Reader:
    """The words of an .efg file, one after another."""

    def __init__(self, text: str, file: str) -> None:
        self.tokens = [(match.lastindex or 0, match.group(match.lastindex or 0), match.start()) for match in TOKEN.finditer(text)]
        self.text, self.file, self.at = text, file, 0

    def wrong(self, words: str) -> ValueError:
        """Return what is raised where something is wrong with the word that was read last."""
        place = self.tokens[min(max(self.at - 1, 0), len(self.tokens) - 1)][2] if self.tokens else 0
        line = self.text.count("\n", 0, place) + 1
        return ValueError(f"{self.file}, line {line}: {words}")

    def is_next(self, kind: int, word: str | None = None) -> bool:
        """Tell whether a text (1), a brace (2) or another word (3) comes next."""
        here = self.tokens[self.at] if self.at < len(self.tokens) else (0, "", 0)
        return here[0] == kind and word in (None, here[1])

    def take(self, kind: int, what: str) -> str:
        """Return the next word; raise ValueError if it is not what is expected."""
        if self.at == len(self.tokens):
            raise self.wrong(f"the file ends where {what} is expected")
        fits, word = self.is_next(kind), self.tokens[self.at][1]
        self.at += 1
        if not fits:
            raise self.wrong(f"{what} is expected, not {word!r}")
        return re.sub(r"\\(.)", r"\1", word) if kind == 1 else word

    def name(self) -> str:
        return self.take(1, "a name in quotes")

    def name_if_any(self) -> str:
        return self.name() if self.is_next(1) else ""

    def whole(self) -> int:
        word = self.take(3, "a whole number")
        if not word.isdecimal():
            raise self.wrong(f"a whole number is expected, not {word!r}")
        return int(word)

    def number(self) -> Fraction:
        word = self.take(3, "a number")
        try:
            number = Fraction(word)
            float(number)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise self.wrong(f"a number is expected, not {word!r}") from None
        return number

    def braced(self, entry: Any) -> list[Any]:
        """Return what stands in braces, read entry by entry."""
        entries = []
        self.take(2, "{")
        while not self.is_next(2, "}"):
            entries.append(entry())
        self.at += 1
        return entries


def read_tree(text: str, file: str) -> Tree:
    """Return the tree in the text of a file, whose name errors tell.

    Raises ValueError if it is none, or one without perfect information.
    """
    read = _Reader(text, file)
    kind = read.tokens[0][1] if read.tokens else ""
    if kind == "NFG":
        raise read.wrong("this is a game in normal form (NFG); a tree of moves (EFG) is needed")
    if kind != "EFG":
        raise read.wrong("this is no .efg file of Gambit's; such a file begins with EFG 2 R")
    read.at = 1
    if (version := read.take(3, "the version of the format")) != "2":
        raise read.wrong(f"the format is EFG {version}; save the game with a newer Gambit, as EFG 2")
    read.take(3, "the kind of numbers, R")
    title = read.name()
    players = _words(read.braced(read.name), "player")
    read.name_if_any()  # a comment
    tree = Tree(title, players, Node("", 0, (), (), 0), {}, {}, {})
    root = _node(read, tree, {}, {*players}, ())
    if read.at < len(read.tokens):
        read.at += 1
        raise read.wrong(f"the tree has ended, and {read.tokens[read.at - 1][1]!r} follows")
    return tree._replace(root=root)


def _node(read: _Reader, tree: Tree, sets: dict[Any, Any], taken: set[str], path: tuple[str, ...]) -> Node:
    """Return the node that comes next and all that follows it; note its payoffs and chances in the tree.

    sets : what is known of each information set; taken : names of nodes; path : the moves that lead here
    """
    kind = read.take(3, "a node: p, c or t")
    if kind not in ("p", "c", "t"):
        raise read.wrong(f"a node is expected, which begins with p, c or t, not {kind!r}")
    if len(path) > DEPTH:
        raise read.wrong(f"the tree is too deep; there are {DEPTH} moves in a row at most")
    label = read.name()
    if kind == "t":
        outcome = _outcome(read, tree, label, path) or _no_payoffs(tree, label, path)
        return Node("", 0, (), (), outcome)
    player = CHANCE
    if kind == "p":
        player = read.whole() - 1
        if not 0 <= player < len(tree.players):
            raise read.wrong(f"there is no player {player + 1}; there are {len(tree.players)}")
    number = read.whole()
    who = "chance" if player == CHANCE else tree.players[player]
    label = read.name_if_any() or label
    if (player, number) in sets and player != CHANCE:
        raise read.wrong(
            f"information set {number} of {who} has several nodes: who moves there does not know what was done "
            "before (private information or simultaneous moves); only games of perfect information are solved"
        )
    if read.is_next(2, "{"):
        odds: list[Fraction] = []

        def option() -> str:
            found = read.name()
            if player == CHANCE:
                odds.append(read.number())
            return found

        options = read.braced(option)
        name = _unique(_word(label, "_after_".join(filter(None, (who, _word("_".join(path), ""))))), taken)
        sets[player, number] = name, options
        if player == CHANCE:
            tree.chances[name] = odds
            if min(odds, default=0) < 0 or abs(sum(odds) - 1) > SUM:
                raise read.wrong(f"the probabilities of {name} are negative or do not add up to 1")
    if (player, number) not in sets or not sets[player, number][1]:
        raise read.wrong(f"no options are given at a node of {who}")
    name, options = sets[player, number]
    outcome = _outcome(read, tree, "", path)
    after = tuple(_node(read, tree, sets, taken, (*path, move)) for move in options)
    return Node(name, player, tuple(options), after, outcome)


def _outcome(read: _Reader, tree: Tree, label: str, path: tuple[str, ...]) -> int:
    """Return the number of the outcome that comes next, and note its payoffs where they are told."""
    outcome = read.whole()
    name = read.name_if_any() or label
    if not read.is_next(2, "{"):
        if outcome and outcome not in tree.payoffs:
            raise read.wrong(f"the payoffs of outcome {outcome} are missing")
        return outcome
    payoffs = read.braced(read.number)
    if len(payoffs) != len(tree.players):
        raise read.wrong(f"outcome {outcome} has {len(payoffs)} payoffs for {len(tree.players)} players")
    if outcome not in tree.payoffs:
        tree.payoffs[outcome] = payoffs
        _name_outcome(tree, outcome, name, path)
    elif tree.payoffs[outcome] != payoffs:
        raise read.wrong(f"outcome {outcome} has other payoffs here than before")
    return outcome


def _no_payoffs(tree: Tree, label: str, path: tuple[str, ...]) -> int:
    """Return the number of an outcome of an end without payoffs: one of its own, below 0."""
    outcome = min(0, *tree.payoffs, 0) - 1
    tree.payoffs[outcome] = [Fraction(0)] * len(tree.players)
    _name_outcome(tree, outcome, label, path)
    return outcome


def _name_outcome(tree: Tree, outcome: int, label: str, path: tuple[str, ...]) -> None:
    """Name an outcome by its label, or else by the moves that lead to it first."""
    word = _word(label, _word("_".join(path), "end"), keywords=True)
    tree.outcomes[outcome] = _unique(word, {*tree.outcomes.values(), "unsolved"})


def _word(label: str, otherwise: str, keywords: bool = False) -> str:
    """Return a label as a name in small letters, or another if it does not begin with a letter or is a keyword."""
    word = re.sub(r"\W+", "_", label).strip("_").lower()
    return word if word.isidentifier() and (keywords or not keyword.iskeyword(word)) else otherwise


def _words(labels: Sequence[str], otherwise: str) -> list[str]:
    """Return labels as names, each of them once; one that cannot be a name is `otherwise` and its number."""
    taken: set[str] = set()
    return [_unique(_word(label, f"{otherwise}_{n}", keywords=True), taken) for n, label in enumerate(labels, 1)]


def _unique(word: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it."""
    found, number = word, 2
    while found in taken:
        found, number = f"{word}_{number}", number + 1
    taken.add(found)
    return found


# --- its parameters


def _payoffs_as_parameters(tree: Tree) -> tuple[list[Parameter], Tree]:
    """Return a parameter for each payoff, and the tree in which it stands."""
    parameters, payoffs = [], {}
    for outcome, given in tree.payoffs.items():
        end = tree.outcomes[outcome]
        names = [f"{end}_{player}" for player in tree.players]
        words = [f"payoff of {player} in {end}".replace("_", " ") for player in tree.players]
        parameters += [Parameter(*one, "any", NUMBER, told) for *one, told in zip(names, [""] * len(names), map(float, given), words, strict=True)]  # type: ignore[arg-type]
        payoffs[outcome] = names
    return parameters, tree._replace(payoffs=payoffs)


def _with_parameters(tree: Tree, told: str) -> tuple[list[Parameter], Tree]:
    """Return the parameters that a TOML file tells, and the tree with its expressions in place of numbers."""
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
    payoffs = _replaced(tree.payoffs, tables.payoffs, {name: key for key, name in tree.outcomes.items()}, "payoffs", tables)
    chances = _replaced(tree.chances, tables.chances, {name: name for name in tree.chances}, "chances", tables)
    return parameters, tree._replace(payoffs=payoffs, chances=chances)


def _replaced(numbers: Mapping[Any, Any], given: Mapping[str, Any], keys: Mapping[str, Any], table: str, tables: _Tables) -> Any:
    """Return numbers with what is given in their place, by name."""
    found = {**numbers}
    for name, entries in given.items():
        if name not in keys:
            there = f"there are {', '.join(keys)}" if keys else "there are none in this tree"
            raise ValueError(f"[{table}] has {name!r}; {there}")
        if len(entries) != len(numbers[keys[name]]):
            raise ValueError(f"[{table}] {name} has {len(entries)} entries; {len(numbers[keys[name]])} are needed")
        with naming(f"[{table}] {name}"):
            found[keys[name]] = [
                checked(entry, tables.parameters) if isinstance(entry, str) else _exact(entry) for entry in entries
            ]
    return found


def _exact(value: float) -> Fraction:
    """Return a number exactly; raise ValueError if it is none."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is not a finite number")
    return Fraction(value)


def checked(text: str, parameters: Any) -> str:
    """Return an expression if it is arithmetic of numbers and parameters; else raise ValueError.

    Examples
    --------
    >>> checked("p * prize - max(cost, 1)", {"p", "prize", "cost"})
    'p * prize - max(cost, 1)'
    >>> checked("open('file')", {"p"})
    Traceback (most recent call last):
    ValueError: "open('file')": there is no function open; there are sqrt, exp, log, abs, min, max
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is not an expression") from None
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if function not in FUNCTIONS:
                raise ValueError(f"{text!r}: there is no function {function}; there are {', '.join(FUNCTIONS)}")
            least = 2 if function in ("min", "max") else 1
            if node.keywords or len(node.args) < least or (least == 1 and len(node.args) > 1):
                raise ValueError(f"{text!r}: {function} takes {'two numbers or more' if least > 1 else 'one number'}")
        elif isinstance(node, ast.Name):
            if node not in called and node.id not in parameters:
                raise ValueError(f"{text!r}: there is no parameter {node.id!r}; there are {', '.join(parameters)}")
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
                raise ValueError(f"{text!r}: {node.value!r} is not a number")
        elif not isinstance(node, SYNTAX):
            raise ValueError(f"{text!r} may have numbers, parameters, + - * / **, brackets and {', '.join(FUNCTIONS)} only")
    return ast.unparse(tree)


def _code(number: Number, given: str = "p.") -> str:
    """Return a number or an expression as the text of a kernel, in floats."""
    if not isinstance(number, str):
        return repr(float(number))

    class InKernel(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> Any:
            return node if node.id in FUNCTIONS else ast.Name(f"{given}{node.id}")

        def visit_Constant(self, node: ast.Constant) -> Any:
            return ast.Constant(float(node.value))  # type: ignore[arg-type]  # checked

        def visit_Call(self, node: ast.Call) -> Any:
            node.args = [self.visit(argument) for argument in node.args]
            return node

    return ast.unparse(InKernel().visit(ast.parse(number, mode="eval")))


def _check_numbers(tree: Tree, defaults: Mapping[str, Any]) -> None:
    """Raise ValueError if a payoff is no number where all parameters are at their defaults, or a chance is none."""
    for name, numbers in (*((tree.outcomes[key], payoffs) for key, payoffs in tree.payoffs.items()), *tree.chances.items()):
        found = [_value(name, number, defaults) for number in numbers]
        if numbers is tree.chances.get(name) and (min(found) < 0 or abs(math.fsum(found) - 1) > SUM):
            shown = ", ".join(f"{value:.6g}" for value in found)
            raise ValueError(f"the probabilities of {name} are {shown} at the defaults; they must not be negative and must add up to 1")


def _value(name: str, number: Number, defaults: Mapping[str, Any]) -> float:
    """Return what a number is at the defaults."""
    try:
        value = eval(_code(number, ""), {"__builtins__": {}, **FUNCTIONS}, dict(defaults))  # checked: arithmetic
    except (ArithmeticError, ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {number!r} has no value at the defaults: {error}") from None
    if isinstance(value, complex) or not math.isfinite(value):
        raise ValueError(f"{name}: {number!r} is {value} at the defaults; it must be a finite number")
    return value


# --- its model


def _model(name: str, tree: Tree, parameters: list[Parameter], source: str, file: str) -> Model:
    """Return the model of a tree."""
    nodes = list(_below(tree.root))
    ends = list(dict.fromkeys(node.outcome for node in nodes if not node.after))
    decisions = [node for node in nodes if node.after and node.player != CHANCE]
    if len(ends) > MOST + 1:
        raise ValueError(
            f"the tree has {len(ends)} ends, and {MOST + 1} can be told apart; in Gambit, give ends of the same "
            "payoffs the same outcome"
        )
    if not decisions:
        raise ValueError("nobody decides anything in this tree")
    codes = _codes("End", [tree.outcomes[end] for end in ends])
    outcomes = [Outcome("end", long_name="end that is reached", codes=codes)]
    if tree.chances:
        outcomes.append(Outcome("end_probability", long_name="probability of this end"))
    outcomes += [Outcome(payoff_of(player), long_name=f"payoff of {player}".replace("_", " ")) for player in tree.players]
    for node in decisions:
        words = f"what {tree.players[node.player]} chooses at {node.name}".replace("_", " ")
        outcomes.append(Outcome(node.name, long_name=words, codes=_codes(node.name, _words(node.options, "option"))))
    return Model(
        name, tree.title or name, parameters, outcomes, _kernel(tree, nodes, ends),
        deciding=_deciding(tree, decisions), source=source, file=file,
    )  # fmt: skip


def _below(node: Node) -> list[Node]:
    """Return a node and all that follow it, each before what follows it."""
    return [node, *(one for after in node.after for one in _below(after))]


def _codes(name: str, words: Sequence[str]) -> type[Code]:
    """Return codes of these names, from 0."""
    make: Any = Code  # an enumeration, by its functional interface
    return make(name, {word.upper(): number for number, word in enumerate(words)})


def _deciding(tree: Tree, decisions: Sequence[Node]) -> Deciding:
    """Return how it is told who is indifferent where the end changes: who moves at the last node, in the order
    of the tree, at which another option is chosen. What changes before it changes because of it."""
    import numpy as np

    names = [node.name for node in decisions]
    players = np.array([node.player for node in decisions], np.int8)

    def decide(below: Mapping[str, Any], above: Mapping[str, Any]) -> tuple[Any, Any]:
        last = np.full(np.shape(below[names[0]]), -1)
        for number, name in enumerate(names):
            last = np.where(below[name] != above[name], number, last)
        return np.where(last < 0, -1, players[last]).astype(np.int8), last.astype(np.int8)

    return Deciding(("end", *names), decide, _codes("Player", tree.players), _codes("Decision", names))


def _kernel(tree: Tree, nodes: Sequence[Node], ends: Sequence[int]) -> Any:
    """Return the function that solves the game: its text is backward induction, node by node."""
    from ..kernels.search import prefers  # with numba, which takes a second to import

    number = {id(node): k for k, node in enumerate(nodes)}
    tuple_of = "({},)".format
    lines = [f"o{k} = {tuple_of(', '.join(map(_code, tree.payoffs[key])))}" for k, key in enumerate(tree.payoffs)]
    lines += [f"q{k} = {tuple_of(', '.join(map(_code, odds)))}" for k, odds in enumerate(tree.chances.values())]
    place = {key: k for k, key in enumerate(tree.payoffs)}
    chance = {name: k for k, name in enumerate(tree.chances)}
    players = range(len(tree.players))
    doubts = [
        f"not isfinite(o{place[key]}[{i}])"
        for key, payoffs in tree.payoffs.items() for i, payoff in enumerate(payoffs) if isinstance(payoff, str)
    ]  # fmt: skip
    for name, odds in tree.chances.items():
        if any(isinstance(one, str) for one in odds):
            q = [f"q{chance[name]}[{i}]" for i in range(len(odds))]
            doubts += [f"not {one} >= 0.0" for one in q] + [f"not abs({' + '.join(q)} - 1.0) <= {SUM}"]

    def solve(node: Node, paid: tuple[int, ...], movers: tuple[int, ...]) -> None:
        """Write how the payoffs from a node on, u, and what is chosen there, k, are found."""
        here = number[id(node)]
        if node.outcome:
            paid = (*paid, place[node.outcome])
        if not node.after:
            sums = [" + ".join(f"o{one}[{i}]" for one in paid) for i in players]
            lines.append(f"u{here} = " + (f"o{paid[0]}" if len(paid) == 1 else tuple_of(", ".join(sums))))
            return
        if node.player != CHANCE:  # of those who decide the last one comes first, and each comes once
            movers = (node.player, *(one for one in movers if one != node.player))
        for after in node.after:
            solve(after, paid, movers)
        first, *others = (number[id(after)] for after in node.after)
        if node.player == CHANCE:
            q = f"q{chance[node.name]}"
            terms = [
                " + ".join(f"{q}[{k}] * u{one}[{i}]" for k, one in enumerate((first, *others))) for i in players
            ]
            lines.append(f"u{here} = {tuple_of(', '.join(terms))}")
            return
        lines.append(f"k{here}, u{here} = 0, u{first}")
        for k, one in enumerate(others, 1):
            new, old = (tuple_of(", ".join(f"u{which}[{i}]" for i in movers)) for which in (one, here))
            lines.extend([f"if prefers({new}, {old}, 0.0) > 0:", f"    k{here}, u{here} = {k}, u{one}"])

    def reach(node: Node) -> None:
        """Write with which probability, r, play reaches what follows a node."""
        here = number[id(node)]
        for k, after in enumerate(node.after):
            odds = f"r{here} * q{chance[node.name]}[{k}]" if node.player == CHANCE else f"r{here} if k{here} == {k} else 0.0"
            lines.append(f"r{number[id(after)]} = {odds}")
            reach(after)

    solve(tree.root, (), ())
    lines.append("r0 = 1.0")
    reach(tree.root)
    lines.append("end, likeliest = 0, -1.0")
    for code, key in enumerate(ends):
        lines.append("r = " + " + ".join(f"r{number[id(node)]}" for node in nodes if not node.after and node.outcome == key))
        lines.extend(["if r > likeliest + 1e-12:", f"    end, likeliest = {code}, r"])
    chosen = [f"k{number[id(node)]}" for node in nodes if node.after and node.player != CHANCE]
    found = ["end", *(["likeliest"] if tree.chances else []), *(f"u0[{i}]" for i in players), *chosen]
    unsolved = [str(UNSOLVED), *["nan"] * (len(found) - 1 - len(chosen)), *[str(UNSOLVED)] * len(chosen)]
    if doubts:
        lines += [f"if {' or '.join(doubts)}:", f"    return {', '.join(unsolved)}"]
    lines.append(f"return {', '.join(found)}")
    names = {"prefers": prefers, "isfinite": math.isfinite, "nan": math.nan, **FUNCTIONS}
    exec("def solve(p):\n" + "\n".join(f"    {line}" for line in lines), names)
    return names["solve"]
