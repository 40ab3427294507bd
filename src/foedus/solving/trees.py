"""Games that are finite trees, read from Gambit's files: what follows after other options, what a player
would gain by one, who decides at a cutpoint, and the tree written with the numbers of a game.

The kernel finds what is chosen at each node. Everything here follows from that and from the tree's payoffs.
"""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Model, Search
from ..model.expressions import number_in
from ..model.gametree import CHANCE, END, PROBABILITY, Node, Tree, below, choices, exact_odds, lines_of
from ..model.moves import LIKELIER, payoff_of
from ..model.turns import codes_of
from . import gambit
from .continued import Tables, to_digits
from .deciding import INDIFFERENT, NOBODY, Columns, slack

Way = tuple[tuple[Node, int], ...]  # nodes and the options taken there


class Play(NamedTuple):
    """A tree with the numbers of a game, or of several as arrays, and what is chosen at each node."""

    tree: Tree
    chosen: Mapping[str, Any]


def play_of(model: Model, numbers: Mapping[str, float], found: Mapping[str, Any]) -> Play:
    """Return the play of a game whose outcomes were found; raise ValueError if it could not be solved."""
    if found[END] == UNSOLVED:
        raise ValueError(f"{model.written(model.game(numbers))} could not be solved")
    return Play(
        _with_numbers(model, numbers), {node.name: int(found[node.name]) for node in decisions(model)}
    )


def decisions(model: Model) -> list[Node]:
    """Return the nodes at which a player decides, in the order of the tree."""
    return [node for node in below(_tree(model).root) if node.after and node.player != CHANCE]


def _tree(model: Model) -> Tree:
    assert model.tree is not None
    return model.tree


def _with_numbers(model: Model, game: Mapping[str, Any]) -> Tree:
    """Return the tree with its numbers in a game, or in several as arrays."""
    tree = _tree(model)

    def of(numbers: Sequence[Any]) -> Sequence[Any]:
        return [number_in(number, game) for number in numbers]

    payoffs = {outcome: of(numbers) for outcome, numbers in tree.payoffs.items()}
    chances = {name: of(numbers) for name, numbers in tree.chances.items()}
    return tree._replace(payoffs=payoffs, chances=chances)


def _shares(play: Play, node: Node) -> Sequence[Any]:
    """Return the probability of each option of a node: 1 or 0 if a player chooses."""
    if node.player == CHANCE:
        return play.tree.chances[node.name]
    return [play.chosen[node.name] == option for option in range(len(node.options))]


def expected(play: Play) -> dict[int, list[Any]]:
    """Return what the players expect from each node on, by the id of the node."""
    players = range(len(play.tree.players))
    found: dict[int, list[Any]] = {}
    for node in reversed(below(play.tree.root)):
        here = play.tree.payoffs[node.outcome] if node.outcome else [0.0] * len(players)
        shares = _shares(play, node) if node.after else ()
        found[id(node)] = [
            here[i]
            + sum(
                np.where(share, share * found[id(after)][i], 0.0)
                for share, after in zip(shares, node.after, strict=True)
            )
            for i in players
        ]
    return found


def _outcomes(model: Model, play: Play) -> dict[str, Any]:
    """Return the outcomes of play, by name."""
    reached = {id(play.tree.root): 1.0}
    ends: dict[int, float] = {}
    for node in below(play.tree.root):
        here = reached[id(node)]
        if not node.after:
            ends[node.outcome] = ends.get(node.outcome, 0.0) + here
        for share, after in zip(_shares(play, node) if node.after else (), node.after, strict=True):
            reached[id(after)] = here * float(share)
    likeliest, most = 0, -1.0
    for code, probability in enumerate(ends.values()):  # in the order of the codes
        if probability > most + LIKELIER:
            likeliest = code
        most = max(probability, most)
    payoffs = expected(play)[id(play.tree.root)]
    found: dict[str, Any] = {END: likeliest, PROBABILITY: most, **play.chosen}
    found |= {payoff_of(player): float(one) for player, one in zip(play.tree.players, payoffs, strict=True)}
    return {
        name: outcome.codes(found[name]) if outcome.codes else found[name]
        for name, outcome in model.found.items()
    }


def after(
    model: Model, numbers: Mapping[str, float], found: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the outcomes, by name, if these options are taken and the equilibrium is played elsewhere.

    found : the outcomes of the equilibrium

    Raises
    ------
    TypeError, ValueError
        if a name is no node, none is given, an option is not one of the node, or play does not reach the
        node, because of another node or of chance; or if the game could not be solved.
    """
    play = play_of(model, numbers, found)
    nodes = {node.name: node for node in reversed(below(play.tree.root)) if node.after}
    for name in given:
        if name not in nodes:
            raise TypeError(f"{name!r} is not a node; there are {', '.join(reversed(nodes))}")
    if not given:
        raise TypeError(
            f"no option is given; give an option of one of these nodes: {', '.join(reversed(nodes))}"
        )
    taken = {name: _option(model, nodes[name], value) for name, value in given.items()}
    there = _taking(play, taken)
    ways = [*_ways(play.tree.root)]
    for name in taken:  # several nodes of chance may have the same name
        why = [_blocked(model, there, taken, node, way) for node, way in ways if node.name == name]
        if all(why):
            raise ValueError(why[0])
    return _outcomes(model, there)


def _taking(play: Play, taken: Mapping[str, int]) -> Play:
    """Return the play in which some options are taken, also by chance."""
    chances = {
        name: [float(option == taken[name]) for option in range(len(odds))] if name in taken else odds
        for name, odds in play.tree.chances.items()
    }
    chosen = {name: taken.get(name, option) for name, option in play.chosen.items()}
    return Play(play.tree._replace(chances=chances), chosen)


def _ways(node: Node, way: Way = ()) -> Iterator[tuple[Node, Way]]:
    """Yield each node with the nodes and options that lead to it."""
    yield node, way
    for option, one in enumerate(node.after):
        yield from _ways(one, (*way, (node, option)))


def _blocked(model: Model, play: Play, taken: Mapping[str, int], node: Node, way: Way) -> str | None:
    """Say why play does not reach a node, if it does not."""
    for one, option in way:
        needed = f"{one.name}={one.options[option] or option!r}"
        if one.player == CHANCE and one.name not in taken:
            return f"{one.name} is a move of chance before {node.name}; give it, too, as in {needed}"
        chosen = taken[one.name] if one.name in taken else play.chosen[one.name]
        if chosen != option:
            told = f"{one.name} {options_of(model, one)[chosen]}"
            return f"{node.name} is not reached after {told}; give {needed}, too"
    return None


def options_of(model: Model, node: Node) -> list[str]:
    """Return the options of a node in words, as the outcomes have them."""
    if node.player == CHANCE:
        return [*node.options]
    codes = model.found[node.name].codes
    return [code.words for code in codes or () if code != UNSOLVED]


def _option(model: Model, node: Node, value: Any) -> int:
    """Return the number of an option, which may be given by its number, its label or its name."""
    for words in (node.options, options_of(model, node)):
        if isinstance(value, str) and value in words:
            return [*words].index(value)
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or value not in range(len(node.options)):
        allowed = " or ".join(f"{option!r} ({number})" for number, option in enumerate(node.options))
        wrong = ValueError if number else TypeError
        raise wrong(f"{node.name} = {value!r} is not allowed; it must be {allowed}")
    return int(value)


def tables(model: Model, numbers: Mapping[str, float], found: Mapping[str, Any]) -> Tables:
    """Return the title, headings and rows of a table for each node of the equilibrium's path: what follows
    each option there, to four digits.

    After a move of chance, the tables of later nodes assume that its likeliest option came.
    """
    play = play_of(model, numbers, found)
    told: Tables = []
    node, chances = play.tree.root, ""
    came: dict[str, int] = {}
    while node.after:
        options = options_of(model, node)
        shares = [float(share) for share in _shares(play, node)]
        own = shares.index(max(shares))
        if node.player == CHANCE:
            title = f"after each option of {node.name}{chances} (likeliest: {options[own]})"
            chances += f", if {node.name} is {options[own]}"
        else:
            who = play.tree.players[node.player]
            title = f"after each option of {node.name} by {who}{chances} (equilibrium: {options[own]})"
        # a narrow screen can break headings only between words
        headings = [node.name, "then", END, *(f"payoff of {player}" for player in play.tree.players)]
        rows = []
        for option, words in enumerate(options):
            there = _taking(play, came | {node.name: option})
            outcomes = _outcomes(model, there)
            payoffs = [outcomes[payoff_of(player)] for player in play.tree.players]
            follows = "; ".join(_follows(model, there, node.after[option]))
            rows.append([words, follows, outcomes[END].words, *to_digits(payoffs)])
        if not any(follows for _, follows, *_ in rows):
            del headings[1]
            rows = [[words, *others] for words, _, *others in rows]
        told.append((_words(title), [*map(_words, headings)], rows))
        came[node.name] = own
        node = node.after[own]
    return told


def _follows(model: Model, play: Play, node: Node) -> Iterator[str]:
    """Yield in words what is chosen from a node on, up to the first move of chance."""
    while node.after:
        if node.player == CHANCE:
            yield f"{_words(node.name)} by chance"
            return
        option = play.chosen[node.name]
        yield f"{_words(node.name)}: {options_of(model, node)[option]}"
        node = node.after[option]


def _words(name: str) -> str:
    """Return names as people read them."""
    return name.replace("_", " ")


def gains(model: Model) -> Search:
    """Return the search for the largest gain of a player by another option at one node.

    It looks at every node, also off the path of play. At all other nodes the stated options are chosen. If
    nobody can gain, the solution is subgame perfect.
    """
    nodes = decisions(model)
    needs = tuple(node.name for node in nodes)

    def search(
        first: int, last: int, fixed: Any, varying: Any, layout: Any, values: Any, stated: Any, found: Any
    ) -> None:
        games = np.arange(first, last)
        numbers: dict[str, Any] = dict(zip(model.by_name, fixed, strict=True))
        names = [*model.by_name]
        for place, (offset, size, stride) in zip(varying, layout, strict=True):
            numbers[names[place]] = values[offset + games // stride % size]
        chosen = dict(zip(needs, stated[:, first:last], strict=True))
        play = Play(_with_numbers(model, numbers), chosen)
        paid = expected(play)
        most = np.zeros(games.size)
        for node in nodes:
            offers = [paid[id(one)][node.player] for one in node.after]
            taken = sum(
                np.where(chosen[node.name] == option, offer, 0.0) for option, offer in enumerate(offers)
            )
            for offer in offers:
                most = np.maximum(most, offer - taken)
        solved = np.logical_and.reduce([chosen[name] != UNSOLVED for name in needs])
        found[first:last] = np.where(solved, most, math.nan)

    return Search(needs, search)


def decided(model: Model, low: Columns, high: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of the players who decide at changes of the end, and of their decisions.

    low, high : of games just below and above the changes, the parameters, the end and what is chosen
    """
    nodes = decisions(model)
    shape = high[END].shape
    found = np.full((2, *shape), UNSOLVED, np.int8)
    sides = [{name: np.broadcast_to(side[name], shape) for name in model.by_name} for side in (low, high)]
    for i in np.flatnonzero((low[END] != UNSOLVED) & (high[END] != UNSOLVED)):
        games = [{name: float(column[i]) for name, column in side.items()} for side in sides]
        pair = [
            Play(_with_numbers(model, game), {node.name: int(side[node.name][i]) for node in nodes})
            for game, side in zip(games, (low, high), strict=True)
        ]
        found[:, i] = _first_turn(model, pair, slack(*(game.values() for game in games)))
    return found[0], found[1]


def _first_turn(model: Model, pair: Sequence[Play], near: float) -> tuple[int, int]:
    """Return who decides at a change of the end, and between what.

    This is the player at the first node of the path where the choice changes, if its payoff does not jump
    there. If it jumps, a later player changes its choice after one of the two options.
    """
    tree = _tree(model)
    places = {choice.name: place for place, choice in enumerate(choices(tree))}
    numbers = codes_of(tree.players, choices(tree))[2]
    paid = [expected(play) for play in pair]

    def alike(node: Node, player: int) -> bool:
        """Tell whether a player's payoff does not jump at a node."""
        both = [[*map(float, one[id(node)])] for one in paid]
        largest = max(abs(payoff) for one in both for payoff in one)
        return abs(both[0][player] - both[1][player]) <= INDIFFERENT * largest + near

    def turn(node: Node) -> tuple[int, int]:
        if not node.after:
            return NOBODY
        if node.player == CHANCE:
            odds = zip(*(_shares(play, node) for play in pair), strict=True)
            return first(one for one, both in zip(node.after, odds, strict=True) if max(both) > 0.0)
        options = [play.chosen[node.name] for play in pair]
        if options[0] == options[1]:
            return turn(node.after[options[0]])
        if alike(node, node.player):
            place, turned = places[node.name], tuple(sorted(options))
            return node.player, numbers.get((place, turned), numbers.get((place, ()), UNSOLVED))
        # its payoff jumps because of what follows one of the two options
        return first(one for one in (node.after[option] for option in options) if not alike(one, node.player))

    def first(nodes: Any) -> tuple[int, int]:
        return next((found for node in nodes if (found := turn(node)) != NOBODY), NOBODY)

    return turn(tree.root)


def write_game(
    model: Model, numbers: Mapping[str, float], found: Mapping[str, Any], path: str | os.PathLike
) -> None:
    """Write the tree for Gambit with the numbers of a game: see `Solution.to_efg`."""
    target = gambit.checked_path(path)
    play = play_of(model, numbers, found)
    replies = _replies(play)
    kept = "The tree of the model, with the numbers of this game."
    players = [_words(player) for player in play.tree.players]
    gambit.keep(model, numbers, target, players, replies, [kept], lines_of(play.tree))


def _replies(play: Play) -> gambit.Node:
    """Return the tree with the choice at each node, in the form that `gambit` uses for definitions."""
    paid = expected(play)

    def follow(node: Node, before: Sequence[Any]) -> gambit.Node | gambit.End:
        here = play.tree.payoffs[node.outcome] if node.outcome else [0.0] * len(before)
        total = [one + other for one, other in zip(before, here, strict=True)]
        if not node.after:
            return gambit.End(tuple(map(float, total)), play.tree.outcomes[node.outcome])
        after = tuple(follow(one, total) for one in node.after)
        if node.player == CHANCE:
            odds = exact_odds(play.tree.chances[node.name])
            return gambit.Node(CHANCE, _words(node.name), node.options, after, odds=tuple(odds))
        reply = play.chosen[node.name]
        values = [paid[id(one)] for one in node.after]
        mine = [float(value[node.player]) for value in values]
        near = gambit.INDIFFERENT * max(map(abs, mine))
        others = [one for one, value in zip(mine, values, strict=True) if value != values[reply]]
        tied = any(mine[reply] - one <= near for one in others)
        return gambit.Node(node.player, _words(node.name), node.options, after, reply, tied)

    found = follow(play.tree.root, [0.0] * len(play.tree.players))
    assert isinstance(found, gambit.Node)
    return found
