"""A finite tree of perfect information, read from an .efg file of Gambit's."""

import keyword
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from .moves import Choice, payoff_of

END, PROBABILITY = "end", "end_probability"  # outcomes of every tree, and of those with chance
CHANCE = -1  # the number of the player who moves by chance
DEPTH = 200  # moves in a row, at most
SUM = 1e-9  # by how much probabilities may fail to add up to 1
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
    """What is in a file: payoffs by the number of an outcome, probabilities by the name of a chance move.

    These are of the kind `Number`; in a game, floats.
    """

    title: str
    players: list[str]
    root: Node
    outcomes: dict[int, str]  # their names
    payoffs: dict[int, Sequence[Any]]
    chances: dict[str, Sequence[Any]]


class _Reader:
    """The words of an .efg file, one after another."""

    def __init__(self, text: str, file: str) -> None:
        self.tokens = [
            (match.lastindex or 0, match.group(match.lastindex or 0), match.start())
            for match in TOKEN.finditer(text)
        ]
        self.text, self.file, self.at = text, file, 0
        for place, (kind, _, _) in enumerate(self.tokens, 1):
            if not kind:
                self.at = place
                raise self.wrong("the quotes that begin here do not end")

    def wrong(self, words: str) -> ValueError:
        """Return the error for the word that was read last."""
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
        if re.search(r"e[+-]?\d{4}", word, re.IGNORECASE):  # whose digits would fill the memory
            raise self.wrong(f"the number {word} is too large or too small")
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
    """Return the tree in the text of a file; errors have the file's name.

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
    read.take(3, "the kind of numbers (R)")
    title = read.name()
    players = names_of(read.braced(read.name), "player")
    read.name_if_any()  # a comment
    tree = Tree(title, players, Node("", 0, (), (), 0), {}, {}, {})
    root = _node(read, tree, {}, {END, PROBABILITY, *map(payoff_of, players)}, ())
    if read.at < len(read.tokens):
        read.at += 1
        raise read.wrong(f"the tree has ended, and {read.tokens[read.at - 1][1]!r} follows")
    return tree._replace(root=root)


def _node(read: _Reader, tree: Tree, sets: dict[Any, Any], taken: set[str], path: tuple[str, ...]) -> Node:
    """Return the node that comes next and all that follows it; note its payoffs and chances in the tree.

    sets : what is known of each information set; taken : names of nodes; path : the moves that lead here
    """
    kind = read.take(3, "a node (p, c or t)")
    if kind not in ("p", "c", "t"):
        raise read.wrong(f"a node is expected, which begins with p, c or t, not {kind!r}")
    if len(path) > DEPTH:
        raise read.wrong(f"the tree is too deep; at most {DEPTH} moves in a row are allowed")
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
            f"information set {number} of {who} has several nodes: {who} does not know there what was done "
            "before (private information or simultaneous moves); the game must have perfect information"
        )
    if read.is_next(2, "{"):
        odds: list[Fraction] = []

        def option() -> str:
            found = read.name()
            if player == CHANCE:
                odds.append(read.number())
            return found

        options = read.braced(option)
        name = _unique(name_of(label, "_after_".join(filter(None, (who, _joined(*path))))), taken)
        sets[player, number] = name, options
        if player == CHANCE:
            tree.chances[name] = odds
            if any(one < 0 for one in odds) or abs(float(sum(odds)) - 1) > SUM:
                raise read.wrong(f"the probabilities of {name} are negative or do not add up to 1")
    if (player, number) not in sets or not sets[player, number][1]:
        raise read.wrong(f"no options are given at a node of {who}")
    name, options = sets[player, number]
    outcome = _outcome(read, tree, "", path)
    after = tuple(_node(read, tree, sets, taken, (*path, move)) for move in options)
    return Node(name, player, tuple(options), after, outcome)


def _outcome(read: _Reader, tree: Tree, label: str, path: tuple[str, ...]) -> int:
    """Return the number of the outcome that comes next, and note its payoffs if they are there."""
    outcome = read.whole()
    name = read.name_if_any() or label
    if not outcome or not read.is_next(2, "{"):
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
    outcome = min((0, *tree.payoffs)) - 1
    tree.payoffs[outcome] = [Fraction(0)] * len(tree.players)
    _name_outcome(tree, outcome, label, path)
    return outcome


def _name_outcome(tree: Tree, outcome: int, label: str, path: tuple[str, ...]) -> None:
    """Name an outcome by its label, or else by the moves that lead to it first."""
    word = name_of(label, name_of(_joined(*path), _joined("end", *path), keywords=True), keywords=True)
    tree.outcomes[outcome] = _unique(word, {*tree.outcomes.values(), "unsolved"})


def name_of(label: str, otherwise: str, keywords: bool = False) -> str:
    """Return a label as a name in small letters, or another if it does not begin with a letter.

    keywords : whether the name may be a keyword of Python
    """
    word = _joined(label)
    return word if word.isidentifier() and (keywords or not keyword.iskeyword(word)) else otherwise


def _joined(*labels: str) -> str:
    """Return labels as letters, digits and _."""
    return re.sub(r"[\W_]+", "_", "_".join(labels)).strip("_").lower()


def names_of(labels: Sequence[str], otherwise: str) -> list[str]:
    """Return labels as names, each of them once; one that cannot be a name has `otherwise` before it, or, if
    it is empty, its number after that.

    Examples
    --------
    >>> names_of(["Left", "2-0", ""], "option")
    ['left', 'option_2_0', 'option_3']
    """
    taken: set[str] = set()
    return [
        _unique(name_of(label, f"{otherwise}_{_joined(label) or n}", keywords=True), taken)
        for n, label in enumerate(labels, 1)
    ]


def _unique(word: str, taken: set[str]) -> str:
    """Return a name that is not taken, and take it."""
    found, number = word, 2
    while found in taken:
        found, number = f"{word}_{number}", number + 1
    taken.add(found)
    return found


def choices(tree: Tree) -> list[Choice]:
    """Return the nodes at which a player has a choice, as moves of a definition, in the order of the tree."""
    return [
        Choice(tree.players[node.player], node.name, names_of(node.options, "option"))
        for node in below(tree.root)
        if node.player != CHANCE and len(node.options) > 1
    ]


def quoted(text: str) -> str:
    """Return a text as the format has it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written(number: float) -> str:
    """Return a number as the format has it: all digits and no exponent, which Gambit does not always read; 0
    has no sign."""
    return f"{Decimal(repr(float(number) + 0.0)):f}"


def exact_odds(probabilities: Sequence[float]) -> list[Fraction]:
    """Return probabilities as fractions of few digits that add up to 1 exactly, as Gambit wants. The one with
    the most digits is what the others leave, unless that is less than 0.

    Examples
    --------
    >>> exact_odds([0.7, 1 - 0.7])
    [Fraction(7, 10), Fraction(3, 10)]
    """
    odds = [Fraction(repr(float(one))) for one in probabilities]
    left = [1 - (sum(odds) - one) for one in odds]
    place = max((k for k in range(len(odds)) if left[k] >= 0), key=lambda k: odds[k].denominator)
    odds[place] = left[place]
    return odds


def lines_of(tree: Tree) -> Iterator[str]:
    """Give the lines of the nodes of a tree whose numbers are floats. The same names are read from them."""
    numbers: defaultdict[Any, dict[Any, int]] = defaultdict(dict)  # of information sets and outcomes

    def count(kind: Any, name: Any) -> int:
        return numbers[kind].setdefault(name, len(numbers[kind]) + 1)

    def named(name: str) -> str:
        return quoted(name.replace("_", " "))  # which is read as the same name

    def outcome(node: Node) -> str:
        if not node.outcome:
            return "0"
        payoffs = ", ".join(map(written, tree.payoffs[node.outcome]))
        return f"{count(END, node.outcome)} {named(tree.outcomes[node.outcome])} {{ {payoffs} }}"

    def walk(node: Node) -> Iterator[str]:
        if not node.after:
            yield f't "" {outcome(node)}'
            return
        known = node.name in numbers[node.player]
        number = count(node.player, node.name)
        head = f'c "" {number}' if node.player == CHANCE else f'p "" {node.player + 1} {number}'
        if not known:  # several nodes of chance may be one move
            words = [*map(quoted, node.options)]
            if node.player == CHANCE:
                odds = exact_odds(tree.chances[node.name])
                words = [f"{option} {one}" for option, one in zip(words, odds, strict=True)]
            head += f" {named(node.name)} {{ {' '.join(words)} }}"
        yield f"{head} {outcome(node)}"
        for after in node.after:
            yield from walk(after)

    return walk(tree.root)


def below(node: Node) -> list[Node]:
    """Return a node and all that follow it, each before what follows it."""
    return [node, *(one for after in node.after for one in below(after))]
