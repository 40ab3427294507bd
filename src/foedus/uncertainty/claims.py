"""Claims about a model's games, tested on every game of a grid or of a random design."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from ..model import UNSOLVED, Claim, Code, Label, Model, chosen, table
from ..model.checks import check_whole
from ..solving.columns import check_axes, fixed_parameters, grid, in_logarithms
from ..solving.parallel import Progress, check_threads, in_parallel
from ..solving.requests import solve_columns, warn_unsolved

if TYPE_CHECKING:
    import xarray as xr

    from .distributions import Distribution

GAMES = 10**6
MOST = 10**10  # games, which take two hours
BLOCK = 2**16  # games that are solved, and tested, at a time
LENGTH = 128  # games on a line of a random design
EXAMPLES = 3  # games against each claim that are kept

Points = dict[str, np.ndarray]
Answer = TypeVar("Answer")


class Verdict(Code):
    """What is to be said of a claim."""

    HOLDS = 0
    HOLDS_WITH_EXCEPTIONS = 1
    FAILS = 2
    PREMISE_NEVER_MET = 3


# what is told of each claim
CLAIM_LABELS = table(
    Label("claim", "", "1", "claim"),
    Label("sentence", "", "1", "what is claimed, in words"),
    Label("premise", "", "1", "where it is claimed to hold"),
    Label("premise_met", "", "1", "games, or lines, in which the premise is met"),
    Label("holds", "", "1", "those among them in which the claim holds"),
    Label("share", "", "1", "share of them in which it holds"),
    Label("low", "", "1", "lower end of the 95 % interval of the share"),
    Label("high", "", "1", "upper end of the 95 % interval of the share"),
    Label("verdict", "", "1", "whether the claim holds", Verdict),
    Label("counterexample", "", "", "first games against the claim"),
    Label("parameter", "", "1", "parameter"),
    Label("distribution", "", "1", "distribution of the parameter, as in a run file"),
)


class Design(NamedTuple):
    """Games to test claims on, and lines along one of their parameters, a block of either at a time."""

    games: int
    lines: int
    length: int  # games on each line
    games_from: Callable[[int, int], Points]  # the first and how many
    lines_from: Callable[[int, int], Points]  # likewise, the games of a line one after another


class Tally(NamedTuple):
    """How often the premise of a claim was met and the claim held, and the first games against it."""

    met: int = 0
    holds: int = 0
    examples: tuple[tuple[int, dict[str, float]], ...] = ()  # after the place of each in its design

    def __add__(self, other: tuple) -> "Tally":
        """Return both together, whichever comes first in the design."""
        met, holds, examples = other
        first = sorted((*self.examples, *examples), key=lambda example: example[0])[:EXAMPLES]
        return Tally(self.met + met, self.holds + holds, tuple(first))


class Games:
    """A block of solved games, for claims to be tested on.

    `given` has the parameters by name, each an array or, where it is the same in all games, a single value;
    `found` the outcomes, each an array.
    """

    def __init__(self, model: Model, points: Points, others: Mapping[str, float]) -> None:
        self._model, self._points, self._others = model, points, others
        self.size = len(next(iter(points.values())))
        varying = {name: model.by_name[name].values(numbers) for name, numbers in points.items()}
        fixed = {name: model.by_name[name].value(number) for name, number in others.items()}
        self.given = SimpleNamespace(**varying, **fixed)
        self.found = SimpleNamespace(**solve_columns(model, points, others, model.found, threads=1))
        self._answers: dict[Any, Any] = {}

    def once(self, function: Callable[["Games"], Answer]) -> Answer:
        """Return what a function makes of these games, which several claims may ask for."""
        if function not in self._answers:
            self._answers[function] = function(self)
        return self._answers[function]

    def at(self, where: np.ndarray, outcomes: Iterable[str], **changed: Any) -> SimpleNamespace:
        """Return outcomes of the games of a mask with some parameters `changed`; elsewhere, and where a value
        is not allowed, codes are unsolved and numbers NaN."""
        new = {name: np.broadcast_to(values, self.size) for name, values in changed.items()}
        allowed = [self._model.by_name[name].allowed(values) for name, values in new.items()]
        which = np.flatnonzero(np.all([where, *allowed], axis=0))
        points = {name: values[which] for name, values in (self._points | new).items()}
        rest = {name: value for name, value in self._others.items() if name not in new}
        spread = {}
        for name, values in solve_columns(self._model, points, rest, outcomes, threads=1).items():
            spread[name] = np.full(
                self.size, UNSOLVED if self._model.found[name].codes else np.nan, values.dtype
            )
            spread[name][which] = values
        return SimpleNamespace(**spread)

    def numbers(self, which: np.ndarray) -> np.ndarray:
        """Return some of the games, a row each, as kernels take them."""
        columns: Any = (self._points.get(name, self._others.get(name)) for name in self._model.by_name)
        return np.stack([np.broadcast_to(column, self.size)[which] for column in columns], axis=1)


def claims(
    axes: Mapping[str, Any] | None = None,
    *,
    model: Model | None = None,
    distributions: Mapping[str, Any] | None = None,
    games: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Tell which of the claims about a game hold, how often, and in which games they do not.

    By default these are the article's, which stand in `foedus.alliance.claims`, each a predicate with its
    premise. Those on how an outcome answers to c_A compare a game with that where c_A is 1 % dearer; those
    on where regimes lie take whole lines along c_A.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,), optional
        test every game of a grid: the values of each parameter that varies, as for `sweep`. If ``ally_cost``
        is one of them, each of its lines is one along c_A; else the claims on such lines are not tested.
    distributions : mapping of str to tuple, mapping or frozen distribution, optional
        test random games instead: the distribution of each parameter that varies, as for `sensitivity`, drawn
        independently; and lines along c_A, at 128 quantiles of its distribution. Without axes and
        distributions, each parameter's usual range, but for what is fixed
    games : int, optional
        how many random games are drawn, and for the lines about as many; default: a million
    seed : int, optional
        the seed of the draws: the same seed, the same result to the bit, with any threads; default: 0
    model, threads, progress, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        over ``claim``: ``premise_met``, in how many games (or lines) the premise is met; ``holds``, in how
        many of these the claim does; its ``share`` and, of random games, Wilson's 95 % interval from ``low``
        to ``high``; the ``verdict``, as `verdict` puts it; and
        ``counterexample``, up to three games against the claim, by parameter

    Raises
    ------
    TypeError, ValueError
        if a name, a value, a distribution or a number is not allowed, or there are axes and what is for
        random games, too.
    ModuleNotFoundError
        if games are to be random, and SALib or SciPy is not installed: ``pip install 'foedus[sensitivity]'``.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.claims({"ally_cost": np.geomspace(0.05, 5, 64), "status_quo": np.linspace(0.1, 0.9, 32)})
    >>> ds.share.sel(claim=["restraint_pledge_falls", "self_reliance_between"]).values.round(2)
    array([1.  , 0.97])
    """
    game = chosen(model)
    sentences = {claim.name: claim for claim in game.claims()}
    if not sentences:
        raise ValueError(f"the model {game.name} has no claims to be tested")
    along = next((claim.along for claim in sentences.values() if claim.along), None)
    workers = check_threads(threads)
    values: Points = {}
    laws: dict[str, Distribution] = {}
    if axes is not None:
        for name, given in (("distributions", distributions), ("games", games), ("seed", seed)):
            if given is not None:
                raise ValueError(f"axes and {name} are both given, but only random games have {name}")
        values = game.in_order(check_axes(game, axes))
        if not values:
            raise ValueError("axes is empty; a grid needs at least one")
        others = fixed_parameters(game, fixed, values, "an axis")
        design = _grid_design(values, along)
    else:
        from .sensitivity import check_seed

        laws = check_laws(game, distributions, fixed)
        games = GAMES if games is None else games
        seed = 0 if seed is None else seed
        check_games(games)
        check_seed(seed)
        others = fixed_parameters(game, fixed, laws, "a distribution")
        design = _random_design(laws, int(games), int(seed), along)
    tallies = _test(game, sentences, design, others, workers, progress)
    attributes = {"games": design.games, "lines": design.lines}
    if seed is not None:
        attributes["seed"] = int(seed)
    return _labelled(game, sentences, tallies, values, laws, others, attributes)


def usual_laws(model: Model) -> dict[str, tuple]:
    """Return the distributions of a random design that nobody chose: over the usual range of each parameter,
    even in its logarithm where that is wide.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> usual_laws(chosen(None))["stake"]
    ('log_uniform', 0.1, 10.0)
    """
    usual = {name: parameter.usual for name, parameter in model.by_name.items() if parameter.usual}
    return {
        name: ("log_uniform" if in_logarithms(*ends) else "uniform", *ends) for name, ends in usual.items()
    }


def check_laws(
    model: Model, distributions: Mapping[str, Any] | None, fixed: Iterable[str]
) -> "dict[str, Distribution]":
    """Return the distributions, checked, or else the usual ones of parameters that are not `fixed`."""
    from .sensitivity import check_distributions

    if distributions is None:
        distributions = {name: law for name, law in usual_laws(model).items() if name not in set(fixed)}
    return model.in_order(check_distributions(model, distributions, fixed))


def check_games(games: Any) -> None:
    """Raise ValueError if `games` is no whole number from 1 to `MOST`."""
    check_whole("games", games, 1, MOST)


def _grid_design(values: Points, along: str | None) -> Design:
    """Return the design of all games of a grid, with its lines along a parameter."""
    columns = grid(values, {})
    check_games(columns.games)

    def games_from(first: int, count: int) -> Points:
        return columns.points(np.arange(first, first + count))

    if along is None or along not in values:
        return Design(columns.games, 0, 1, games_from, games_from)
    rising = np.unique(values[along])
    across = grid({name: v for name, v in values.items() if name != along}, {})

    def lines_from(first: int, count: int) -> Points:
        rest = across.points(np.repeat(np.arange(first, first + count), rising.size))
        return {along: np.tile(rising, count), **rest}

    return Design(columns.games, across.games, rising.size, games_from, lines_from)


def _random_design(laws: "Mapping[str, Distribution]", games: int, seed: int, along: str | None) -> Design:
    """Return the design of random games, with lines along a parameter if it varies."""
    from .distributions import unit

    def draw(names: Sequence[str], kind: int, first: int, count: int) -> Points:
        """Draw a block, the same whoever draws it: its number is a part of the seed."""
        u = unit(np.random.default_rng([seed, kind, first]).random((len(names), count)))
        return {
            name: np.asarray(laws[name].quantile(row), np.float64) for name, row in zip(names, u, strict=True)
        }

    def games_from(first: int, count: int) -> Points:
        return draw(list(laws), 0, first, count)

    if along is None or along not in laws:
        return Design(games, 0, 1, games_from, games_from)
    rising = np.asarray(laws[along].quantile((np.arange(LENGTH) + 0.5) / LENGTH), np.float64)
    others = [name for name in laws if name != along]

    def lines_from(first: int, count: int) -> Points:
        rest = draw(others, 1, first, count)
        return {along: np.tile(rising, count)} | {name: np.repeat(v, LENGTH) for name, v in rest.items()}

    return Design(games, -(-games // LENGTH), LENGTH, games_from, lines_from)


def _test(
    model: Model,
    claims: Mapping[str, Claim],
    design: Design,
    others: Mapping[str, float],
    threads: int,
    progress: Progress | None,
) -> dict[str, Tally]:
    """Test every claim on a design, block by block."""
    broad = max(1, BLOCK // design.length)
    games, lines = range(0, design.games, BLOCK), range(0, design.lines, broad)
    found = dict.fromkeys(claims, Tally())
    unsolved: dict[int, dict[str, float]] = {}
    adding = threading.Lock()
    of_games, of_lines = ([c for c in claims.values() if bool(c.along) == lined] for lined in (False, True))

    def test(number: int) -> tuple[int, int, int]:
        if number < len(games):
            first = games[number]
            points = design.games_from(first, min(BLOCK, design.games - first))
            tallies, codes = _test_games(model, of_games, points, others, first)
        else:
            first = lines[number - len(games)]
            points = design.lines_from(first, min(broad, design.lines - first))
            tallies, codes = _test_lines(model, of_lines, points, others, first, design.length)
        broken = np.flatnonzero(codes == UNSOLVED)
        with adding:
            for name, tally in tallies.items():
                found[name] += tally
            if broken.size:
                unsolved[number] = _game_at(model, points, others, broken[0])
        return codes.size, broken.size, number if broken.size else -1

    total = design.games + design.lines * design.length
    count, first = in_parallel(test, range(len(games) + len(lines)), total, threads, progress)
    if count:
        warn_unsolved(model, count, total, unsolved[first], stacklevel=4)
    return found


def _test_games(
    model: Model, claims: Sequence[Claim], points: Points, others: Mapping[str, float], first: int
) -> tuple[dict[str, Tally], np.ndarray]:
    """Test claims about single games on these, of which the first has this place; return the tallies, and
    the regimes."""
    games = Games(model, points, others)
    tallies = {}
    for claim in claims:
        with np.errstate(over="ignore", invalid="ignore"):  # forces that no float holds are infinite
            met, holds = claim.test(games)
        against = np.flatnonzero(met & ~holds)[:EXAMPLES]
        examples = tuple((first + int(i), _game_at(model, points, others, i)) for i in against)
        tallies[claim.name] = Tally(int(met.sum()), int((met & holds).sum()), examples)
    return tallies, getattr(games.found, model.mapped.name)


def _test_lines(
    model: Model,
    claims: Sequence[Claim],
    points: Points,
    others: Mapping[str, float],
    first: int,
    length: int,
) -> tuple[dict[str, Tally], np.ndarray]:
    """Test claims about lines on these, of which the first has this place; return the tallies, and the
    regimes."""
    regime = solve_columns(model, points, others, [model.mapped.name], threads=1)[model.mapped.name]
    tallies = {}
    for claim in claims:
        met, against = claim.test(regime.reshape(-1, length))
        broken = met & against.any(axis=1)
        examples = tuple(
            (first + int(i), _game_at(model, points, others, i * length + against[i].argmax()))
            for i in np.flatnonzero(broken)[:EXAMPLES]
        )
        tallies[claim.name] = Tally(int(met.sum()), int((met & ~broken).sum()), examples)
    return tallies, regime


def _game_at(model: Model, points: Points, others: Mapping[str, float], i: int) -> dict[str, float]:
    """Return the numbers of the parameters of one of these games, in their order."""
    return model.in_order({name: float(numbers[i]) for name, numbers in points.items()} | dict(others))


def verdict(met: int, holds: int, only_may: bool = False) -> Verdict:
    """Return what is to be said of a claim that holds so often where its premise is met.

    It fails if it holds in less than half of the games or, if it says only what may be, in none.

    Examples
    --------
    >>> [verdict(*counts).words for counts in ((4, 4), (4, 2), (4, 1), (0, 0))]
    ['holds', 'holds with exceptions', 'fails', 'premise never met']
    >>> verdict(4, 1, only_may=True).words
    'holds with exceptions'
    """
    if not met:
        return Verdict.PREMISE_NEVER_MET
    if holds == met:
        return Verdict.HOLDS
    fails = holds == 0 if only_may else 2 * holds < met
    return Verdict.FAILS if fails else Verdict.HOLDS_WITH_EXCEPTIONS


def _labelled(
    model: Model,
    claims: Mapping[str, Claim],
    tallies: Mapping[str, Tally],
    axes: Points,
    laws: "Mapping[str, Distribution]",
    others: Mapping[str, float],
    attributes: Mapping[str, Any],
) -> "xr.Dataset":
    """Return what was found as a Dataset that explains itself."""
    from ..io.dataset import dataset_of, parameter_coordinates, variable

    met, holds = (np.array([tally[k] for tally in tallies.values()]) for k in range(2))
    verdicts = [verdict(tally.met, tally.holds, claims[name].only_may) for name, tally in tallies.items()]
    ends = np.full((2, len(tallies)), np.nan)
    if laws:
        from .distributions import wilson

        for j, tally in enumerate(tallies.values()):
            if tally.met:
                ends[:, j] = wilson(tally.holds, tally.met)
    # a choice that is the same in all games is told once, by its coordinate
    told = [name for name, p in model.by_name.items() if not p.choices or name not in others]
    against = np.full((len(tallies), EXAMPLES, len(told)), np.nan)
    for j, tally in enumerate(tallies.values()):
        for k, (_, game) in enumerate(tally.examples):
            against[j, k] = [game[name] for name in told]
    by_claim: dict[str, Any] = {
        "premise_met": met,
        "holds": holds,
        "share": np.divide(holds, met, where=met > 0, out=np.full(met.shape, np.nan)),
        "low": ends[0],
        "high": ends[1],
        "verdict": np.array(verdicts, np.int8),
    }
    labels: dict[str, Any] = {
        "claim": list(claims),
        "sentence": [claim.sentence for claim in claims.values()],
        "premise": [claim.premise for claim in claims.values()],
    }
    variables = {name: variable(("claim",), v, CLAIM_LABELS[name]) for name, v in by_claim.items()}
    dims = "claim", "example", "parameter"
    variables["counterexample"] = variable(dims, against, CLAIM_LABELS["counterexample"])
    coords = {name: variable(("claim",), v, CLAIM_LABELS[name]) for name, v in labels.items()}
    coords["parameter"] = variable(("parameter",), told, CLAIM_LABELS["parameter"])
    if laws:
        texts = [laws[name].text if name in laws else "" for name in told]
        coords["distribution"] = variable(("parameter",), texts, CLAIM_LABELS["distribution"])
    coords |= parameter_coordinates(model, axes, others)
    return dataset_of(model, "foedus.claims", variables, coords, **attributes)
