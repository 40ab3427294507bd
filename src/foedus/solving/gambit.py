"""A game with a definition as a finite tree around its equilibrium, in a file for Gambit.

In the game itself, a player can choose any number in a `Move`. In the tree, each node of a `Move` has the
best reply in the game itself, and some other numbers. The best reply often makes a later player indifferent:
a leader, for example, produces just enough to keep its rival out. It is then moved a little, to the side
where the same replies follow. So later players are not indifferent, and the replies are also the subgame
perfect equilibrium of the tree.
"""

import itertools
import math
import operator
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..io.files import beside, writable
from ..kernels.loop import parameters_type
from ..model import Model
from ..model.checks import check_whole
from ..model.gametree import CHANCE, exact_odds, quoted, written
from ..model.moves import Chance, Choice, Move
from ..version import __version__
from .backward import functions, part_of, why_unsolved

ENDS = 5_000  # of a tree, at most
GAP = 1e-4  # payoff; the reply at each node should be better than the other moves by this
PRECISION = 2000.0  # of logit equilibria, in which players make errors
INDIFFERENT = 1e-9  # of a payoff: options that differ by less are tied
NAMED = 5  # tied nodes, at most, that are named
TREES = 40  # trees, at most, that are tried
VALUES = 3  # of a move, by default
MOST_VALUES = 100
DIGITS = 5  # of a value, so that its label gives it exactly
SHIFTS = 0.0005, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1  # parts of its size by which a best reply is moved
APART = 0.002  # of the range of a move: a best reply that is nearer to the low end counts as the low end


@dataclass(frozen=True)
class End:
    """An end of a tree: the payoffs of the players, and its label."""

    payoffs: tuple[float, ...]
    label: str


@dataclass(frozen=True)
class Node:
    """A decision of a player, or a move of chance: its label, its moves, what follows each, and the reply."""

    player: int
    label: str
    moves: tuple[str, ...]
    after: "tuple[Node | End, ...]"
    reply: int = 0
    tied: bool = False  # whether the player is indifferent between all moves in the game itself
    odds: tuple[Fraction, ...] = ()  # of chance


def expected(tree: Node | End, precision: float = math.inf) -> Sequence[float]:
    """Return the expected payoffs of a tree if each player makes the reply, or, with a finite `precision`, if
    each player makes each move with its logit probability."""
    if isinstance(tree, End):
        return tree.payoffs
    if precision == math.inf and not tree.odds:
        return expected(tree.after[tree.reply])
    values = [expected(after, precision) for after in tree.after]
    odds = [*map(float, tree.odds)]
    if not odds:
        most = max(value[tree.player] for value in values)
        odds = [math.exp(precision * (value[tree.player] - most)) for value in values]
    return [sum(map(operator.mul, odds, payoffs)) / sum(odds) for payoffs in zip(*values, strict=True)]


def least_gap(tree: Node, precision: float = math.inf) -> float:
    """Return by how much the reply is better than the next best move, at the node where that is least. If it
    is negative, another move is better there.

    Later players make each move with its logit probability at this `precision`. A move does not count if it
    leads to the same payoffs for everybody as the reply, as refusing does. Tied nodes do not count either.
    """
    gaps = [least_gap(node, precision) for node in tree.after if isinstance(node, Node)]
    if not tree.odds and not tree.tied:
        ends = [expected(after) for after in tree.after]
        values = [expected(after, precision)[tree.player] for after in tree.after]
        gaps += [
            values[tree.reply] - value
            for value, end in zip(values, ends, strict=True)
            if end != ends[tree.reply]
        ]
    return min(gaps, default=math.inf)


def doubt(tree: Node) -> str:
    """Say why a solver may find an equilibrium of the tree that is not that of the game, if it may."""
    least = least_gap(tree)
    if least <= 0.0:
        return "On this grid a player has a better move than its reply in the game itself; try another size."
    if least <= GAP:
        return (
            f"At one node the best move gives the player only {least:.2g} more than the next best move, too "
            "little for a numerical solver to be sure of it."
        )
    if least_gap(tree, PRECISION) <= 0.0:
        return (
            "Players who err may leave the equilibrium path: solve the tree by backward induction, "
            "not by logit equilibria."
        )
    return ""


def gap_in_words(tree: Node) -> str:
    """Say by how much the reply is better than the next best move, at the node where that is least."""
    least = least_gap(tree)
    return f"At each node the best move gives the player at least {least:.2g} more than the next best move."


def tied_nodes(tree: Node) -> list[str]:
    """Say at which nodes the player is indifferent in the game itself, if there are some."""
    labels = [node.label for node in _nodes(tree) if node.tied]
    if not labels:
        return []
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    named = "; ".join(labels[:NAMED])
    return [
        "In the game itself the player at these nodes is indifferent, and does what the previous player "
        f"prefers: {named}{more}."
    ]


def _nodes(tree: Node | End) -> Iterator[Node]:
    """Yield all nodes of a tree except its ends."""
    if isinstance(tree, Node):
        yield tree
        for after in tree.after:
            yield from _nodes(after)


def path_of(tree: Node | End, players: Sequence[str]) -> str:
    """Return the moves on the path of the replies, up to the first move of chance."""
    path = []
    while isinstance(tree, Node) and not tree.odds:
        path.append(f"{players[tree.player]} {tree.moves[tree.reply]}")
        tree = tree.after[tree.reply]
    return "; ".join(path)


def checked_path(path: str | os.PathLike) -> Path:
    """Return `path` if a tree can be written there, without touching it; else raise ValueError, or an error
    of `io.files.writable`."""
    target = Path(path)
    if target.suffix != ".efg":
        raise ValueError(f"{target}: the name must end in .efg")
    return writable(target)


def write(
    target: Path, title: str, players: Sequence[str], remarks: Sequence[str], lines: Iterable[str]
) -> None:
    """Write a tree as a file for Gambit; it has another name until it is complete."""
    names = " ".join(map(quoted, players))
    head = [f"EFG 2 R {quoted(title)} {{ {names} }}", quoted("\n".join(remarks)), ""]
    with beside(target) as draft:
        draft.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


def lines_of(tree: Node) -> Iterator[str]:
    """Yield the lines of all nodes, each node before those that follow it. The information sets of each
    player, and the outcomes, are numbered in this order."""
    counts: dict[Any, int] = {}

    def count(what: Any) -> int:
        counts[what] = counts.get(what, 0) + 1
        return counts[what]

    def walk(node: Node | End) -> Iterator[str]:
        if isinstance(node, End):
            number = count(End)
            payoffs = ", ".join(map(written, node.payoffs))
            yield f't "" {number} {quoted(f"{number}: {node.label}")} {{ {payoffs} }}'
            return
        moves = [*map(quoted, node.moves)]
        if node.odds:
            moves = [f"{move} {one}" for move, one in zip(moves, node.odds, strict=True)]
        head = f'c "" {count(CHANCE)}' if node.odds else f'p "" {node.player + 1} {count(node.player)}'
        yield f"{head} {quoted(node.label)} {{ {' '.join(moves)} }} 0"
        for after in node.after:
            yield from walk(after)

    return walk(tree)


def sizes_of(model: Model, values: int | Mapping[str, int] | None) -> dict[str, int]:
    """Return how many values each `Move` of a model has in a tree, by name: see `Solution.to_efg`.

    Raises TypeError or ValueError if this is not allowed.
    """
    names = [move.name for move in model.moves if isinstance(move, Move)]
    if values is None:
        return dict.fromkeys(names, VALUES)
    if not names:
        raise ValueError(
            f"the model {model.name} has no move that is a number, so a number of values cannot be given"
        )
    if not isinstance(values, Mapping):
        check_size("values", values)
        return dict.fromkeys(names, values)
    for name, size in values.items():
        if name not in names:
            raise ValueError(f"values: {name!r} is not a move that is a number; there are {', '.join(names)}")
        check_size(f"values: {name}", size)
    return {name: values.get(name, VALUES) for name in names}


def check_size(name: str, size: Any) -> None:
    """Raise if a move cannot have so many values in a tree."""
    check_whole(name, size, 1, MOST_VALUES)


def write_game(
    model: Model, numbers: Mapping[str, float], path: str | os.PathLike, sizes: Mapping[str, int]
) -> None:
    """Write a game of a model with a definition as a tree for Gambit: see `Solution.to_efg`.

    numbers : all parameters, as the numbers that kernels use; sizes : what `sizes_of` returns
    """
    defined = model.defined
    target = checked_path(path)
    tree = tree_around(defined, numbers, sizes)
    grid = f"Grid: at each node the best reply in the game itself, to {DIGITS} digits, and other values."
    players = [player.replace("_", " ") for player in defined.players]
    keep(model, numbers, target, players, tree, [grid], lines_of(tree))


def keep(
    model: Model, numbers: Mapping[str, float], target: Path, players: Sequence[str], tree: Node,
    remarks: Sequence[str], lines: Iterable[str],
) -> None:  # fmt: skip
    """Write the lines of a game's tree, with remarks; warn if a solver may not find its equilibrium."""
    words = doubt(tree)
    if words:
        warnings.warn(f"{target}: {words}", RuntimeWarning, stacklevel=4)
    game = model.written(model.game(numbers))
    given = ", ".join(f"{name} = {value!r}" for name, value in model.game(numbers).items())
    remarks = [
        f"Parameters: {given}.",
        *filter(None, [model.references]),
        f"Written by foedus {__version__}.",
        f"The path in this tree: {path_of(tree, players)}.",
        *remarks,
        *tied_nodes(tree),
        words or gap_in_words(tree),
    ]
    write(target, f"{model.title}: {game}", players, remarks, lines)


def tree_around(model: Model, numbers: Mapping[str, float], sizes: Mapping[str, int]) -> Node:
    """Return the tree of a game of a model that is solved by its definition.

    Best replies are moved further and further from the points where others are indifferent, until every
    decision is clear. If that never happens, it is the tree in which decisions are clearest.
    """
    moved = sum(isinstance(move, Move) for move in model.moves)
    # for each move, the place of the least shift in SHIFTS; small shifts come first, above all of later moves
    starts = sorted(
        itertools.product(range(len(SHIFTS)), repeat=moved), key=lambda one: (sum(one), one[::-1])
    )
    found = []
    for order, start in enumerate(starts[:TREES]):
        tree = _tree(model, numbers, sizes, [SHIFTS[place:] for place in start])
        found.append((min(least_gap(tree), GAP), least_gap(tree, PRECISION), -order, tree))
        if not doubt(tree):
            break
    return max(found)[-1]


def _tree(
    model: Model, numbers: Mapping[str, float], sizes: Mapping[str, int], shifts: Sequence[Sequence[float]]
) -> Node:
    """Return the tree in which best replies are moved, if needed, by one of the `shifts` of their `Move`."""
    places = [k for k, move in enumerate(model.moves) if isinstance(move, Move)]
    compiled = functions(model)
    p = parameters_type(tuple(model.by_name))(*(float(numbers[name]) for name in model.by_name))
    levels = [compiled[f"level{k}"] for k in range(len(model.moves) + 1)]
    left = [ENDS]

    def asked(part: Any, before: tuple[float, ...]) -> Any:
        """Return an end, the condition or the probabilities of a move, given the moves before it."""
        return part_of(model, p, part, before)

    def follow(before: tuple[float, ...], history: tuple[str, ...]) -> Node | End:
        """Return what follows some moves."""
        k = len(before)
        if k == len(model.moves):
            payoffs, end, *_ = levels[k](p, *before)
            left[0] -= 1
            if left[0] < 0:
                raise ValueError(
                    f"the tree would have more than {ENDS:,} ends; ask for fewer values of each move"
                )
            # if the code depends on play without the first move, it is not known at other ends
            code = "" if model.without else model.codes(int(end[_place_of_code(model)])).words
            return End(tuple(map(float, payoffs)), code or ", ".join(history))
        move = model.moves[k]
        if move.when is not None and not asked(move.when, before):
            return follow((*before, math.nan), history)
        payoffs, end, told = levels[k](p, *before)
        if told.status:
            raise ValueError(
                f"{model.written(model.game(numbers))} could not be solved: {why_unsolved(model, numbers)}"
            )
        name = move.name.replace("_", " ")
        label = f"{name}{' after ' if history else ''}{', '.join(history)}"
        odds: tuple[Fraction, ...] = ()
        if isinstance(move, Choice | Chance):
            options, labels = [*map(float, range(len(move.options)))], [*move.options]
            reply = 0 if isinstance(move, Chance) else round(end[k])
            if isinstance(move, Chance):
                odds = tuple(exact_odds(asked(move.probabilities, before)))
        else:
            low, high = (float(asked(one, before)) for one in move.ends)
            best = _moved(
                lambda x: levels[k + 1](p, *before, x)[2].kind,
                float(end[k]),
                low,
                high,
                shifts[places.index(k)],
            )
            options = _around(best, low, high, sizes[move.name])
            labels, reply = [f"{name} {x:.{DIGITS}g}" for x in options], options.index(best)
        after = tuple(
            follow((*before, option), (*history, words))
            for option, words in zip(options, labels, strict=True)
        )
        player = model.players.index(move.player) if move.player else CHANCE
        tied = False
        if isinstance(move, Choice):
            found = [levels[k + 1](p, *before, option)[0][player] for option in options]
            tied = max(found) - min(found) <= INDIFFERENT * max(map(abs, found))
        return Node(player, label, tuple(labels), after, reply, tied, odds)

    tree = follow((), ())
    assert isinstance(tree, Node)
    return tree


def _place_of_code(model: Model) -> int:
    """Return the place of the code among the numbers of an end."""
    chance = any(isinstance(move, Chance) for move in model.moves)
    return len(model.moves) + (len(model.codes) if chance else 0)


def _moved(kind: Any, best: float, low: float, high: float, shifts: Sequence[float]) -> float:
    """Return a best reply with a few digits. If another kind of play follows on one side of it, it is moved.

    kind : the function that gives the kind of play after a move; shifts : the parts of its size by which the
    reply may be moved
    """
    size = abs(best) or (high - low if high - low < math.inf else 1.0)
    for shift in (0.0, *shifts):
        for side in (1.0, -1.0) if shift else (1.0,):
            x = min(max(float(f"{best + side * shift * size:.{DIGITS}g}"), low), high)
            near = (max(shift / 2, SHIFTS[0] / 4)) * size
            around = {kind(min(max(x + step, low), high)) for step in (-near, 0.0, near)}
            if around == {kind(best)}:
                return x
    return best


def _around(best: float, low: float, high: float, count: int) -> list[float]:
    """Return so many values of a move in order: its best one, and others that differ enough from it."""
    wide = high - low if high - low < math.inf else max(2.0 * abs(best), 1.0)
    if not wide:
        return [best]
    bottom, top = max(low, best - wide), min(high, best + wide)
    found = [best]
    near = (best - low) / 2
    if not APART * wide <= near <= wide / 4:
        near = wide / 4
    for x in (best - near, best + near, bottom, top):
        rounded = min(max(float(f"{x:.{DIGITS}g}"), low), high)
        if len(found) < count and all(abs(rounded - other) >= near / 2 for other in found):
            found.append(rounded)
    while len(found) < count:
        places = sorted({bottom, top, *found})
        one, other = max(itertools.pairwise(places), key=lambda pair: pair[1] - pair[0], default=(low, high))
        x = float(f"{(one + other) / 2:.{DIGITS}g}")
        if x in found or not low <= x <= high:  # there are no more values
            break
        found.append(x)
    return sorted(found)
