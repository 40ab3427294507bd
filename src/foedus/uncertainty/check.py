"""Checks a model's own kernel against the definition of its game, on random games."""

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Model, chosen
from ..model.checks import naming
from ..model.moves import ERROR, Chance, own_outcomes, payoff_of
from ..solving.columns import fixed_parameters, in_logarithms
from ..solving.parallel import Progress, check_threads
from ..solving.requests import solve_columns
from .claims import check_games, check_laws, usual_laws

NEAR = 1e-6  # of the largest payoff, or of a number: values that differ by less count as the same
EXAMPLES = 3  # games that do not agree, at most, that are reported


class Difference(NamedTuple):
    """A game in which the kernel and the definition do not agree."""

    game: dict[str, Any]  # the parameters by name
    values: dict[str, tuple[Any, Any]]  # the outcomes that differ: by the kernel, and by the definition
    words: str  # what is wrong with the kernel's solution


class Check(NamedTuple):
    """The result of checking a model's kernel against its definition.

    Attributes
    ----------
    model, defined : Model
        the model, and the definition against which its kernel was checked
    games : int
        how many games were drawn
    unsolved, unsure : int
        how many of these the kernel could not solve, and how many of the others the definition could not
        solve. These games are not compared. There is one exception: if the definition cannot solve a game,
        and the kernel's payoffs or codes in it do not follow from the kernel's moves, the game counts as
        compared, and as one that does not agree.
    agree : int
        in how many of the compared games both agree
    low, high : float
        Wilson's 95 % interval of the share of games that agree
    differ : dict of str to int
        for each outcome, the number of games in which it differs, among the games that do not agree
    differences : tuple of Difference
        the first games that do not agree
    """

    model: Model
    defined: Model
    games: int
    unsolved: int
    unsure: int
    agree: int
    low: float
    high: float
    differ: dict[str, int]
    differences: tuple[Difference, ...]

    @property
    def compared(self) -> int:
        """How many games were compared."""
        return self.games - self.unsolved - self.unsure

    @property
    def share(self) -> float:
        """The share of games that agree, among those compared."""
        return self.agree / self.compared if self.compared else math.nan

    @property
    def passed(self) -> bool:
        """Whether games were compared, and all of them agree."""
        return 0 < self.compared == self.agree

    @property
    def verdict(self) -> str:
        """Whether the kernel agrees with the definition, in one line."""
        if not self.compared:
            return "no game could be compared"
        if self.passed:
            return "the kernel agrees with the definition in every game compared"
        return (
            f"the kernel differs from the definition in {self.compared - self.agree} of {self.compared} games"
        )

    def __repr__(self) -> str:
        lines = [f"{self.model.name}: {self.verdict}"]
        return "\n".join([*lines, *(f"{d.words}, in {self.model.written(d.game)}" for d in self.differences)])


def check(
    model: Model | None = None,
    games: int = 1000,
    seed: int = 1,
    region: Mapping[str, tuple[float, float]] | None = None,
    *,
    definition: Model | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> Check:
    """Check a model's own solution against the definition of its game, on random games.

    This solution comes from the model's `solve` or `loop`, here called its kernel. Each game is solved in
    both ways. If payoffs, moves or codes differ, the kernel's solution is checked by the definition: its
    payoffs and codes must follow from its moves, and no player may gain by another move. If that is so, the
    game counts as one that agrees: a player has more than one best move, or the payoff is so flat around the
    best move that the search finds this move only to a few digits. With a move of chance, every game in
    which something differs counts as one that does not agree.

    Parameters
    ----------
    model : Model
        a model with a kernel
    games : int, optional
        the number of games
    seed : int, optional
        the seed of the draws
    region : mapping of str to tuple, optional
        the ranges from which parameters are drawn; default: the usual range of each parameter that has one
    definition : Model, optional
        a model with the same parameters and the definition of the game; default: the definition of `model`
    threads, progress
        as for `sweep`
    **fixed
        parameters that are the same in all games; a choice has its default unless it is given here

    Returns
    -------
    Check
        the verdict, how many games agree, and the first that do not

    Raises
    ------
    TypeError, ValueError
        if the model has no kernel or no definition, or a name or a number is not allowed.
    ModuleNotFoundError
        if SciPy or SALib is not installed: ``pip install 'foedus[sensitivity]'``.

    Examples
    --------
    >>> import foedus
    >>> foedus.check()
    Traceback (most recent call last):
    ValueError: the model alliance has no definition; give it players=, moves=, payoffs= and outcome=
    """
    game = chosen(model)
    defined = game.defined if definition is None else _same_game(game, definition.defined)
    if game.by_search:
        raise ValueError(f"the model {game.name} is solved by its definition; it has no solve= to check")
    check_games(games)
    workers = check_threads(threads)
    points, others = _drawn(game, int(games), seed, region, fixed)
    names = [name for name in game.found if name in defined.found and name != ERROR]
    stated = solve_columns(game, points, others, names, workers)
    wanted = solve_columns(defined, points, others, [*names, ERROR], workers, progress)
    code = game.mapped.name
    unsolved = stated[code] == UNSOLVED
    unsure = ~unsolved & (wanted[code] == UNSOLVED)
    compared = ~unsolved & ~unsure
    payoffs = [name for name in map(payoff_of, defined.players) if name in names]
    largest = np.max(
        [np.abs(found[name]) for found in (stated, wanted) for name in payoffs] or [[1.0]], axis=0
    )
    near = NEAR * largest
    apart = {name: _apart(defined, name, stated[name], wanted[name], near) & compared for name in names}
    differ, differences, wrong = dict.fromkeys(names, 0), [], 0
    for i in np.flatnonzero(np.logical_or.reduce([unsure, *apart.values()])):
        numbers = {p: float(points[p][i] if p in points else others[p]) for p in game.by_name}
        told = {name: found[i].item() for name, found in stated.items()}
        searched = not unsure[i]  # if not, only whether the kernel agrees with its own moves can be checked
        words = _judged(
            defined,
            [numbers[p] for p in defined.by_name],
            told,
            np.broadcast_to(near, games)[i],
            searched,
            wrong < EXAMPLES,
        )
        if not words:
            continue
        wrong += 1
        unsure[i] = False
        values = {
            name: tuple(_value(game, name, found[name][i]) for found in (stated, wanted))
            for name in names
            if apart[name][i]
        }
        for name in values:
            differ[name] += 1
        if wrong <= EXAMPLES:
            differences.append(Difference(game.game(numbers), values, words))
    count = int(np.count_nonzero(~unsolved & ~unsure))
    agree = count - wrong
    low, high = _interval(agree, count)
    counts = int(np.count_nonzero(unsolved)), int(np.count_nonzero(unsure))
    return Check(game, defined, int(games), *counts, agree, low, high, differ, tuple(differences))


def _same_game(model: Model, defined: Model) -> Model:
    """Return a definition; raise ValueError if it has other parameters or codes than a model."""
    both = [{p.name: p.choices for p in one.parameters} for one in (model, defined)]
    for name in (*both[0], *both[1]):
        if name in both[0] and name in both[1]:
            continue
        has, lacks = (model, defined) if name in both[0] else (defined, model)
        raise ValueError(
            f"{name} is a parameter of {has.name}, but not of {lacks.name}; both need the same parameters"
        )
    for name in both[0]:
        if both[0][name] != both[1][name]:
            raise ValueError(f"{name} has other choices in {model.name} than in {defined.name}")
    for name in model.found.keys() & defined.found.keys():
        one, other = ([*(game.found[name].codes or ())] for game in (model, defined))
        if [(code.name, code.value) for code in one] != [(code.name, code.value) for code in other]:
            raise ValueError(f"{name} has other codes in {model.name} than in {defined.name}")
    return defined


def _drawn(
    model: Model, games: int, seed: Any, region: Mapping[str, Any] | None, fixed: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Return random games: the columns of parameters that vary, and the others."""
    from .distributions import unit
    from .sensitivity import check_seed

    check_seed(seed)
    laws = {name: law for name, law in usual_laws(model).items() if name not in fixed}
    for name, ends in (region or {}).items():
        with naming("region"):
            parameter = model.parameter(name)
            if parameter.choices:
                raise ValueError(f"{name} is a choice and has no range; it is {parameter.domain}")
            if not isinstance(ends, (list, tuple)) or len(ends) != 2:
                raise ValueError(f"{name}: {ends!r} is not a pair of numbers, the ends of a range")
            low, high = map(parameter.check, ends)
            laws[name] = ("log_uniform" if in_logarithms(low, high) else "uniform", low, high)
    found = check_laws(model, laws or None, fixed)
    others = fixed_parameters(model, fixed, found, "a range")
    u = unit(np.random.default_rng(seed).random((len(found), games)))
    columns = zip(found.items(), u, strict=True)
    return {name: np.asarray(law.quantile(row), np.float64) for (name, law), row in columns}, others


def _interval(count: int, games: int) -> tuple[float, float]:
    """Return the ends of the interval of a share."""
    from .distributions import wilson

    return wilson(count, games) if games else (math.nan, math.nan)


def _apart(model: Model, name: str, one: Any, other: Any, near: Any) -> np.ndarray:
    """Tell in which games an outcome differs."""
    if model.found[name].codes:
        return one != other
    if name in {move.name for move in model.moves}:  # in payoffs, a move that is not made is 0
        one, other = np.nan_to_num(one), np.nan_to_num(other)
    within = near if name in map(payoff_of, model.players) else NEAR * np.maximum(np.abs(one), np.abs(other))
    return ~((np.abs(one - other) <= within) | (one == other) | (np.isnan(one) & np.isnan(other)))


def _value(model: Model, name: str, value: Any) -> Any:
    """Return an outcome; a code as a member of its `Code`."""
    codes = model.found[name].codes
    return codes(int(value)) if codes else float(value)


def _judged(
    model: Model,
    numbers: list[float],
    told: Mapping[str, float],
    near: float,
    searched: bool,
    in_full: bool,
) -> str:
    """Say what is wrong with a kernel's solution of a game; return '' if nothing is.

    searched : whether the search can tell what players would gain; in_full : whether to look for such gains
    even if something else is wrong
    """
    from ..solving.backward import deviations, follows, forbidden  # with numba

    defined = model.defined
    if any(isinstance(move, Chance) for move in model.moves):
        return "the values differ"
    stated = [told.get(move.name, math.nan) for move in model.moves]
    if any(
        move.name not in told for move in model.moves
    ):  # the kernel does not return all moves; take the others from the definition
        filled = deviations(defined, numbers, stated)
        if filled is None or not searched:
            return ""
        stated = [one.stated for one in filled]
    odd = [model.moves[place].name for place in forbidden(defined, numbers, stated)]
    if odd:
        return f"{odd[0]} = {told[odd[0]]:.6g} is not allowed"
    slips = _misstated(model, numbers, told, stated, near, follows)
    if not searched or (slips and not in_full):
        return slips
    for one in reversed(
        deviations(defined, numbers, stated) or []
    ):  # from the last move to the first, because play after the last one is right
        if one.gain > near + one.error:
            move = model.moves[one.place]
            return (
                f"{move.player} would gain {one.gain:.4g} by {move.name} = {one.better:.6g}, in place of "
                f"{one.stated:.6g}"
            )
    return slips


def _misstated(
    model: Model,
    numbers: list[float],
    told: Mapping[str, float],
    stated: list[float],
    near: float,
    follows: Callable[..., Any],
) -> str:
    """Say which payoffs, code or numbers do not follow from a kernel's moves; return '' if all do."""
    names = [*map(payoff_of, model.players), *(outcome.name for outcome in own_outcomes(model))]
    wrong: list[str] = []
    for payoffs, values in follows(model.defined, numbers, stated):
        if not all(map(math.isfinite, payoffs)):  # the definition says that this game is not compared
            return ""
        both = zip(names, itertools.chain(payoffs, values), strict=True)
        here = [
            f"{name} is {_shown(model, name, told[name])}, but the moves make it {_shown(model, name, value)}"
            for name, value in both
            if name in told and _apart(model, name, told[name], float(value), near)
        ]
        if not here:
            return ""
        wrong = wrong or here
    return "; ".join(wrong)


def _shown(model: Model, name: str, value: float) -> str:
    """Return an outcome as a text for people."""
    codes = model.found[name].codes if name in model.found else None
    return codes(int(value)).words if codes else f"{value + 0.0:.6g}"
