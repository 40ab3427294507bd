"""A game as a finite tree of moves around its equilibrium, in the extensive form that Gambit reads.

At every node the moves include the player's reply in the game itself, where any move is possible, and others
to compare it with. These replies leave the next player indifferent: S pledges just what A accepts, A arms
just until C does not challenge, C just neutralises A's threat. So each reply is raised a little, to the side
where the next player is not indifferent. Then the replies are the only subgame perfect equilibrium of the
tree.
"""

import itertools
import math
import operator
import os
import warnings
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from ..kernels import alliance as kernels
from ..solving.gambit import (
    ENDS,
    GAP,
    PRECISION,
    VALUES,
    End,
    Node,
    check_size,
    checked_path,
    doubt,
    gap_in_words,
    least_gap,
    lines_of,
    path_of,
    write,
)  # fmt: skip
from ..version import __version__
from .codes import Crisis, Player
from .definition import payoffs, settle
from .game import Game, game_vector
from .model import NUMBERS, RATIO
from .replies import INDIFFERENT, pledge_scale, refuse_unsolved
from .solution import Solution
from .words import explain

PLEDGES, ARMS = 2, VALUES  # the default size of a tree: 45 ends
CLEAR = 1e-3  # by how much every decision is to matter if players err
PLAYERS = [player.words for player in Player if player != Player.NONE]
# by what parts of themselves S's pledge and A's arms are raised: the first by which every decision is
PLEDGES_RAISED = 0.0005, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3
ARMS_RAISED = 0.001, 0.005, 0.02, 0.05, 0.1
DIGITS = 4  # of a move, so that its label is exact
APART = 0.1  # two moves differ at least by this part of the larger one
WORTH = 0.01  # and their costs at least by this much of the good
WEAKER = 0.9  # the part of a defence that just holds C off; C may challenge this weaker one
TINY = 1e-12  # arms below this count as none
BEYOND = 0.05  # a larger move costs at least this much more of the good


def write_tree(eq: Solution, path: str | os.PathLike, pledges: int, arms: int) -> None:
    """Do what `Equilibrium.to_efg` says."""
    target = check_tree(path, pledges, arms)
    refuse_unsolved(eq)
    tree, raised = tree_around(eq, pledges, arms)
    if words := doubt(tree):
        warnings.warn(f"{target}: {words}", RuntimeWarning, stacklevel=3)
    title = f"{eq.regime.words.capitalize()}: {eq.game!r}"
    write(target, title, PLAYERS, _remarks(eq, tree, raised), lines_of(tree))


def check_tree(path: str | os.PathLike, pledges: int = PLEDGES, arms: int = ARMS) -> Path:
    """Return `path` if a tree of this size can be written there. The path is not touched.

    Raises ValueError if it cannot, and the errors of `io.files.writable`.

    Examples
    --------
    >>> check_tree("game.efg", 2, 0)
    Traceback (most recent call last):
    ValueError: arms = 0 is not allowed; it must be a whole number, from 1 to 100
    """
    target = checked_path(path)
    for name, size in (("pledges", pledges), ("arms", arms)):
        check_size(name, size)
    ends = (1 + 2 * pledges) * arms**2
    if ends > ENDS:
        raise ValueError(
            f"pledges = {pledges} and arms = {arms} make {ends:,} ends; a tree may have at most {ENDS:,}"
        )
    return target


def tree_around(eq: Solution, pledges: int, arms: int) -> tuple[Node, tuple[float, float]]:
    """Return the tree, and the parts by which S's pledge and A's arms are raised in it.

    These are the first that make every decision clear even if players err. If there are none, they are those
    that make the closest decision clearest, among those that make every decision matter.
    """
    found = []
    for raised in itertools.product(PLEDGES_RAISED, ARMS_RAISED):
        tree = _offers(eq, pledges, arms, raised)
        merit = min(least_gap(tree), GAP), least_gap(tree, PRECISION)
        found.append((merit, tree, raised))
        if merit[0] == GAP and merit[1] > CLEAR:
            break
    return max(found, key=operator.itemgetter(0))[1:]


def _offers(eq: Solution, pledges: int, arms: int, raised: tuple[float, float]) -> Node:
    """Return the tree with some pledges, and some arms at each node."""
    cost = eq.game.superpower_cost
    own = _up(max(10.0 * TINY, pledge_scale(eq)) * (1.0 + raised[0]))
    offers = _around([own, _up(own / 2), _up(own * 1.5)], pledges, cost)
    after: list[Node | End] = [_arming(eq, arms, raised[1], 0.0, "no alliance")]
    for pledge in offers:
        allied = _arming(eq, arms, raised[1], pledge, f"alliance, pledge {pledge:.4g}")
        alone = _arming(eq, arms, raised[1], 0.0, f"pledge {pledge:.4g} refused")
        value = kernels.reply_to_pledge(game_vector(eq.game), pledge).payoff - eq.game.autonomy_cost
        gain = value - eq.without.ally_payoff
        label, moves = f"ally: pledge {pledge:.4g} offered", ("sign", "refuse")
        tied = abs(gain) <= INDIFFERENT
        after.append(Node(Player.ALLY, label, moves, (allied, alone), int(gain < -INDIFFERENT), tied))
    pledging = ("no alliance", *(f"pledge {pledge:.4g}" for pledge in offers))
    reply = 1 + offers.index(own) if eq.pledge else 0
    return Node(Player.SUPERPOWER, "superpower", pledging, tuple(after), reply)


def _arming(eq: Solution, arms: int, raised: float, pledge: float, history: str) -> Node:
    """Return the node where A arms."""
    found = kernels.reply_to_pledge(game_vector(eq.game), pledge)
    own, allied, alone = (
        _up(value * (1.0 + raised)) for value in (found.ally_arms, eq.ally_arms, eq.without.ally_arms)
    )
    moves = _around([own, alone, allied, 0.0], arms, eq.game.ally_cost)
    after = tuple(_answering(eq, arms, pledge, move, f"{history}, ally {_added(move)}") for move in moves)
    return Node(Player.ALLY, f"ally: {history}", tuple(map(_added, moves)), after, moves.index(own))


def _answering(eq: Solution, arms: int, pledge: float, ally_arms: float, history: str) -> Node:
    """Return the node where C arms. Its moves are its reply, its reply to a weaker defence, the arms that
    neutralise A's threat, none, and the arms that make its own threat credible."""
    game, p = eq.game, game_vector(eq.game)
    own = _up(kernels.reply_to_arms(p, pledge, ally_arms)[0])
    tempted, _, crisis = kernels.reply_to_arms(p, WEAKER * pledge, WEAKER * ally_arms)
    force = game.ally_forces + ally_arms
    neutralising = _up(_arms_against(game, force, game.status_quo + game.ally_war_cost))
    defence = force + game.effectiveness * pledge
    threatening = _up(_arms_against(game, defence, game.status_quo - game.challenger_war_cost))
    if crisis == Crisis.CHALLENGER_CHALLENGES:  # to challenge this defence takes more
        tempted = max(tempted, threatening)
    moves = _around([own, _up(tempted), neutralising, 0.0, threatening], arms, game.challenger_cost)
    after = tuple(_end(game, pledge, ally_arms, move) for move in moves)
    label = f"challenger: {history}"
    return Node(Player.CHALLENGER, label, tuple(map(_added, moves)), after, moves.index(own))


def _end(game: Game, pledge: float, ally_arms: float, challenger_arms: float) -> End:
    """Return the end after all moves; `pledge` is 0 if there is no alliance."""
    settlement, crisis = settle(game, pledge, ally_arms, challenger_arms)
    gains = payoffs(game, pledge, pledge > 0.0, ally_arms, challenger_arms, settlement)
    return End(gains, f"{crisis.words}, x = {settlement:.6g}")


def _arms_against(game: Game, force: float, p: float) -> float:
    """Return the new arms of C against which `force` wins with probability `p`, at least 0."""
    if not 0.0 < p < 1.0:
        return 0.0
    log_odds = math.log((1.0 - p) / p) / game.decisiveness
    rival = force * math.exp(min(log_odds, 700.0)) if game.contest == RATIO else force + log_odds
    return max(0.0, rival - game.challenger_forces)


def _around(first: Sequence[float], count: int, cost: float) -> list[float]:
    """Return `count` moves in order: those of the `first` ones that differ enough and do not cost too much,
    then one beyond them, then the middles of the widest gaps.

    Raises ValueError if they cannot all be distinguished.
    """
    moves = [first[0]]
    for move in first[1:]:
        apart = all(
            abs(move - other) > APART * max(move, other) and abs(move - other) * cost > WORTH
            for other in moves
        )
        if len(moves) < count and apart and move * cost < 1.0:
            moves.append(move)
    if len(moves) < count:
        moves.append(_up(max(1.5 * max(moves), max(moves) + BEYOND / cost)))
    while len(moves) < count:
        moves.sort()
        low, high = max(itertools.pairwise([0.0, *moves]), key=lambda pair: pair[1] - pair[0])
        moves.append(_up((low + high) / 2))
    if len(set(moves)) < count or math.inf in moves:
        raise ValueError(
            f"there is no tree of this game: a unit of arms costs {cost!r}, so the amounts of arms that"
            " matter are too small or too large to distinguish moves"
        )
    return sorted(moves)


def _up(value: float) -> float:
    """Return the next number with few digits above a positive number, 0 for a number that is not positive, or
    infinity."""
    if not TINY < value < math.inf:
        return value if value > TINY else 0.0
    exact = Decimal(value * (1.0 + INDIFFERENT))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() + 1 - DIGITS), ROUND_CEILING))


def _added(arms: float) -> str:
    """Return arms as the label of a move."""
    return f"adds {arms:.4g}" if arms else "adds nothing"


def _remarks(eq: Solution, tree: Node, raised: tuple[float, float]) -> list[str]:
    """Return the first lines: the game, its source, and remarks on the tree."""
    values = ", ".join(f"{p.symbol} = {getattr(eq.game, p.name)!r}" for p in NUMBERS.values())
    remarks = [
        f"Parameters: {values}, {eq.game.contest} contest.",
        "A reconstruction of the game of Iwanami (2024), Journal of Peace Research 61(5), not a replication;"
        f" written by foedus {__version__}.",
        "The superpower offers an alliance with a pledge, or none; the ally signs or refuses; it adds arms;"
        " the challenger adds arms. The crisis has no moves of its own in this tree: its result is in the"
        " payoffs, which are in units of the disputed good.",
        f"The game itself, with any pledge and any arms: {explain(eq)}",
        f"The same path in this tree: {path_of(tree, PLAYERS)}.",
        "Grid: each node has the player's reply in the game itself, and other moves. These replies leave the"
        " next player indifferent. To make its choice clear, the superpower's pledge is raised by"
        f" {100 * raised[0]:g} %, the ally's arms by {100 * raised[1]:g} %, and every move is rounded up to"
        f" {DIGITS} digits.",
        doubt(tree) or gap_in_words(tree),
    ]
    same = [node.label.removeprefix("ally: ") for node in tree.after if isinstance(node, Node) and node.tied]
    if same:
        remarks.append(
            "In the game itself the ally gets the same by signing and by refusing at these nodes, and signs:"
            f" {', '.join(same)}."
        )
    return remarks
