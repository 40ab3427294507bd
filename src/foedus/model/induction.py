"""The kernel of a tree: backward induction, written out node by node."""

import functools
import math
from collections.abc import Sequence
from typing import Any

from .expressions import FUNCTIONS, in_kernel
from .gametree import CHANCE, SUM, Node, Tree
from .moves import LIKELIER
from .outcomes import UNSOLVED


def kernel(tree: Tree, nodes: Sequence[Node], ends: Sequence[int]) -> Any:
    """Return the function that solves the game: its text is backward induction, node by node.

    It has no branches, so that several games are solved at a time.
    """
    number = {id(node): k for k, node in enumerate(nodes)}
    place = {key: k for k, key in enumerate(tree.payoffs)}
    chance = {name: k for k, name in enumerate(tree.chances)}
    players = range(len(tree.players))
    lines = [
        f"{letter}{k}_{i} = {in_kernel(one)}"
        for letter, table in (("o", tree.payoffs), ("q", tree.chances))
        for k, numbers in enumerate(table.values()) for i, one in enumerate(numbers)
    ]  # fmt: skip

    def solve(node: Node, paid: tuple[int, ...], movers: tuple[int, ...]) -> list[str]:
        """Write how it is found what follows a node, and what is chosen there, k.

        Return the names of the end, e, and of the payoffs, u.
        """
        here = number[id(node)]
        if node.outcome:
            paid = (*paid, place[node.outcome])
        if not node.after:
            return [
                str(ends.index(node.outcome)),
                *(f"({' + '.join(f'o{one}_{i}' for one in paid)})" for i in players),
            ]
        if node.player != CHANCE:  # of those who decide the last one comes first, and each comes once
            movers = (node.player, *(one for one in movers if one != node.player))
        first, *others = (solve(after, paid, movers) for after in node.after)
        mine = [f"e{here}", *(f"u{here}_{i}" for i in players)]
        if node.player == CHANCE:
            for i in range(1, len(mine)):
                terms = [f"q{chance[node.name]}_{k} * {one[i]}" for k, one in enumerate((first, *others))]
                lines.append(f"{mine[i]} = {' + '.join(terms)}")
            return [first[0], *mine[1:]]
        lines.append(f"k{here}, {', '.join(mine)} = 0, {', '.join(first)}")
        choose = "choose_" + "_".join(map(str, movers))
        names[choose] = _choose(movers, len(players))
        for k, one in enumerate(others, 1):
            every = ", ".join([f"k{here}", *mine])
            lines.append(f"{every} = {choose}({k}, {', '.join(one)}, {every})")
        return mine

    def reach(node: Node) -> None:
        """Write with which probability, r, play reaches what follows a node."""
        here = number[id(node)]
        for k, after in enumerate(node.after):
            odds = (
                f"r{here} * q{chance[node.name]}_{k}"
                if node.player == CHANCE
                else f"r{here} if k{here} == {k} else 0.0"
            )
            lines.append(f"r{number[id(after)]} = {odds}")
            reach(after)

    names: dict[str, Any] = {"nan": math.nan, **FUNCTIONS}
    e, *u = solve(tree.root, (), ())
    lines += [f"end = {e}", *(f"u{i} = {one}" for i, one in enumerate(u))]
    if tree.chances:
        lines.append("r0 = 1.0")
        reach(tree.root)
        lines.append("end, likeliest = 0, -1.0")
        for code, key in enumerate(ends):
            there = (f"r{number[id(node)]}" for node in nodes if not node.after and node.outcome == key)
            lines.append(f"r = {' + '.join(there)}")
            lines.append(f"end, likeliest = {code} if r > likeliest + {LIKELIER} else end, max(r, likeliest)")
    lines.append(f"solved = {_doubt(tree) or 'True'}")
    chosen = [f"k{number[id(node)]}" for node in nodes if node.after and node.player != CHANCE]
    numbers = [*(["likeliest"] if tree.chances else []), *(f"u{i}" for i in players)]
    found = ["end", *numbers, *chosen]
    lines += [f"{one} = {one} if solved else {'nan' if one in numbers else UNSOLVED}" for one in found]
    # numba knows no longer tuples than Python writes without a list
    parts = [found[start : start + 20] for start in range(0, len(found), 20)]
    lines.append("return " + " + ".join(f"({', '.join(part)},)" for part in parts))
    exec("def solve(p):\n" + "\n".join(f"    {line}" for line in lines), names)
    return names["solve"]


@functools.cache
def _choose(movers: tuple[int, ...], players: int) -> Any:
    """Return the function that gives what is chosen, the end and the payoffs: those of a new option if it is
    better for the first of the movers, or else the next, and so on; otherwise those of an old one."""
    from ..kernels.loop import jit  # with numba, which takes a second to import
    from ..kernels.search import equal

    new, old = ([f"{which}{i}" for i in range(players)] for which in ("new", "old"))
    largest, better = "0.0", "False"
    for i in reversed(movers):
        largest = f"max({largest}, abs(new{i}), abs(old{i}))"
        same = f"equal(new{i}, old{i}, largest, 0.0)"
        better = f"((not {same}) & (new{i} > old{i}) | {same} & {better})"
    every = ["k", "end", *old]
    kept = [f"other_{one} if better else {one}" for one in ("k", "end")]
    kept += [f"{one} if better else {other}" for one, other in zip(new, old, strict=True)]
    text = f"""
def choose(other_k, other_end, {", ".join(new)}, {", ".join(every)}):
    largest = {largest}
    better = {better}
    return {", ".join(kept)}
"""
    names: dict[str, Any] = {"equal": equal}
    exec(text, names)
    return jit(names["choose"])


def _doubt(tree: Tree) -> str:
    """Return the text of a test: all expressions are numbers, and all probabilities are probabilities."""
    tables = (("o", tree.payoffs), ("q", tree.chances))
    finite = [
        f"{letter}{k}_{i} * 0.0"  # which is 0 of every number
        for letter, table in tables for k, numbers in enumerate(table.values())
        for i, one in enumerate(numbers) if isinstance(one, str)
    ]  # fmt: skip
    tests = [f"({' + '.join(finite)} == 0.0)"] if finite else []
    for k, odds in enumerate(tree.chances.values()):
        if any(isinstance(one, str) for one in odds):
            q = [f"q{k}_{i}" for i in range(len(odds))]
            tests += [f"({one} >= 0.0)" for one in q] + [f"(abs({' + '.join(q)} - 1.0) <= {SUM})"]
    return " & ".join(tests)
