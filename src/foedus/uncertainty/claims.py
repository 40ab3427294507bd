"""The article's claims, tested on every game of a grid or of a random design."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from ..alliance.claims import CLAIMS, SHORT, STEP, Games, Lines
from ..alliance.game import Game
from ..alliance.tables import CONTESTS, PARAMETERS, VARIABLES, Crisis, Regime
from ..model.checks import check_contest, check_values
from ..model.outcomes import Code, Label, Variable
from ..model.parameters import NUMBER
from ..solving.sweeps import (
    Progress,
    check_threads,
    fixed_parameters,
    grid,
    in_parallel,
    solve_columns,
    warn_unsolved,
)

if TYPE_CHECKING:
    import xarray as xr

    from .distributions import Distribution


class Verdict(Code):
    """What is to be said of a claim."""

    HOLDS = 0
    HOLDS_WITH_EXCEPTIONS = 1
    FAILS = 2
    PREMISE_NEVER_MET = 3


# what is told of each claim of the article
CLAIM_LABELS = {
    variable.name: variable
    for variable in (
        Label("claim", "", NUMBER, "claim"),
        Label("sentence", "", NUMBER, "what the article claims, in our words"),
        Label("premise", "", NUMBER, "where it is claimed to hold"),
        Label("premise_met", "", NUMBER, "games, or lines along c_A, in which the premise is met"),
        Label("holds", "", NUMBER, "those among them in which the claim holds"),
        Label("share", "", NUMBER, "share of them in which it holds"),
        Label("low", "", NUMBER, "lower end of the 95 % interval of the share"),
        Label("high", "", NUMBER, "upper end of the 95 % interval of the share"),
        Variable("verdict", "", NUMBER, "whether the claim holds", Verdict),
        Label("counterexample", "", "", "first games against the claim"),
        Label("parameter", "", NUMBER, "parameter"),
        Label("distribution", "", NUMBER, "distribution of the parameter, as in a run file"),
    )
}


GAMES = 10**6
MOST = 10**10  # games, which take two hours
BLOCK = 2**16  # games that are solved, and tested, at a time
LENGTH = 128  # games on a line of a random design
EXAMPLES = 3  # games against each claim that are kept
MARGINAL = "ally_cost"  # what rises along a line

# a random design that nobody chose: within a factor of ten of the default game, or all that is allowed
WIDE: dict[str, tuple] = {
    "ally_cost": ("log_uniform", 0.05, 5.0),
    "challenger_cost": ("log_uniform", 0.05, 5.0),
    "superpower_cost": ("log_uniform", 0.03, 3.0),
    "status_quo": ("uniform", 0.0, 1.0),
    "ally_war_cost": ("uniform", 0.0, 0.3),
    "challenger_war_cost": ("uniform", 0.0, 0.3),
    "ally_forces": ("uniform", 0.0, 0.5),
    "challenger_forces": ("log_uniform", 0.02, 2.0),
    "effectiveness": ("uniform", 0.0, 1.0),
    "stake": ("log_uniform", 0.1, 10.0),
    "bargaining_power": ("uniform", 0.0, 1.0),
    "autonomy_cost": ("uniform", 0.0, 0.1),
    "alliance_cost": ("uniform", 0.0, 0.1),
}

Points = dict[str, np.ndarray]
Of = TypeVar("Of")


class Design(NamedTuple):
    """Games to test claims on, and lines along c_A, a block of either at a time."""

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


def claims(
    axes: Mapping[str, Any] | None = None,
    *,
    distributions: Mapping[str, Any] | None = None,
    games: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    contest: str = CONTESTS[0],
    **fixed: float,
) -> "xr.Dataset":
    """Tell which of the article's claims hold, how often, and in which games they do not.

    The claims stand in `foedus.alliance.claims`, each a predicate with its premise. Those on how an outcome answers
    to c_A compare a game with that where c_A is 1 % dearer; those on where regimes lie take whole lines along
    c_A.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,), optional
        test every game of a grid: the values of each parameter that varies, as for `sweep`. If ``ally_cost``
        is one of them, each of its lines is one along c_A; else the claims on such lines are not tested.
    distributions : mapping of str to tuple, mapping or frozen distribution, optional
        test random games instead: the distribution of each parameter that varies, as for `sensitivity`, drawn
        independently; and lines along c_A, at 128 quantiles of its distribution. Without axes and
        distributions, those of `foedus.uncertainty.claims.WIDE`, but for what is fixed
    games : int, optional
        how many random games are drawn, and for the lines about as many; default: a million
    seed : int, optional
        the seed of the draws: the same seed, the same result to the bit, with any threads; default: 0
    threads, progress, contest, **fixed
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
    check_contest(contest)
    workers = check_threads(threads)
    values: Points = {}
    laws: dict[str, Distribution] = {}
    if axes is not None:
        for name, given in (("distributions", distributions), ("games", games), ("seed", seed)):
            if given is not None:
                raise ValueError(f"axes and {name} are both given, but only random games have {name}")
        values = check_axes(axes)
        others = fixed_parameters(fixed, values, "an axis")
        design = _grid_design(values)
    else:
        from .sensitivity import check_seed

        laws = check_laws(distributions, fixed)
        games = GAMES if games is None else games
        seed = 0 if seed is None else seed
        check_games(games)
        check_seed(seed)
        others = fixed_parameters(fixed, laws, "a distribution")
        design = _random_design(laws, int(games), int(seed))
    tallies = _test(design, others, contest, workers, progress)
    attributes = {"contest": contest, "games": design.games, "lines": design.lines}
    if seed is not None:
        attributes["seed"] = int(seed)
    return _labelled(tallies, values, laws, others, attributes)


def check_axes(axes: Any) -> Points:
    """Return the values of the axes, checked; raise TypeError or ValueError as `sweep` does."""
    if not isinstance(axes, Mapping):
        raise TypeError(f"axes must be a mapping of names to values, not a {type(axes).__name__}")
    if not axes:
        raise ValueError("axes is empty; a grid needs at least one")
    return _in_order({name: check_values(name, column) for name, column in axes.items()})


def check_laws(distributions: Mapping[str, Any] | None, fixed: Iterable[str]) -> "dict[str, Distribution]":
    """Return the distributions, checked, or else those of `WIDE` of parameters that are not `fixed`."""
    from .sensitivity import check_distributions

    if distributions is None:
        distributions = {name: law for name, law in WIDE.items() if name not in set(fixed)}
    return _in_order(check_distributions(distributions, fixed))


def _in_order(of_parameters: Mapping[str, Of]) -> dict[str, Of]:
    """Return what there is of each parameter in the order of their table, in which a file has them, too."""
    return {name: of_parameters[name] for name in PARAMETERS if name in of_parameters}


def check_games(games: Any) -> None:
    """Raise ValueError if `games` is no whole number from 1 to `MOST`."""
    whole = isinstance(games, (int, np.integer)) and not isinstance(games, bool)
    if not whole or not 1 <= games <= MOST:
        raise ValueError(f"games = {games!r} is not allowed; it must be a whole number, from 1 to {MOST}")


def _grid_design(values: Points) -> Design:
    """Return the design of all games of a grid, with its lines along c_A."""
    columns = grid(values, {})
    check_games(columns.games)

    def games_from(first: int, count: int) -> Points:
        return columns.points(np.arange(first, first + count))

    if MARGINAL not in values:
        return Design(columns.games, 0, 1, games_from, games_from)
    rising = np.unique(values[MARGINAL])
    across = grid({name: v for name, v in values.items() if name != MARGINAL}, {})

    def lines_from(first: int, count: int) -> Points:
        rest = across.points(np.repeat(np.arange(first, first + count), rising.size))
        return {MARGINAL: np.tile(rising, count), **rest}

    return Design(columns.games, across.games, rising.size, games_from, lines_from)


def _random_design(laws: "Mapping[str, Distribution]", games: int, seed: int) -> Design:
    """Return the design of random games, with lines along c_A if it varies."""
    from .distributions import unit

    def draw(names: Sequence[str], kind: int, first: int, count: int) -> Points:
        """Draw a block, the same whoever draws it: its number is a part of the seed."""
        u = unit(np.random.default_rng([seed, kind, first]).random((len(names), count)))
        return {
            name: np.asarray(laws[name].quantile(row), np.float64) for name, row in zip(names, u, strict=True)
        }

    def games_from(first: int, count: int) -> Points:
        return draw(list(laws), 0, first, count)

    if MARGINAL not in laws:
        return Design(games, 0, 1, games_from, games_from)
    rising = np.asarray(laws[MARGINAL].quantile((np.arange(LENGTH) + 0.5) / LENGTH), np.float64)
    others = [name for name in laws if name != MARGINAL]

    def lines_from(first: int, count: int) -> Points:
        rest = draw(others, 1, first, count)
        return {MARGINAL: np.tile(rising, count)} | {name: np.repeat(v, LENGTH) for name, v in rest.items()}

    return Design(games, -(-games // LENGTH), LENGTH, games_from, lines_from)


def _test(
    design: Design, others: Mapping[str, float], contest: str, threads: int, progress: Progress | None
) -> dict[str, Tally]:
    """Test every claim on a design, block by block."""
    broad = max(1, BLOCK // design.length)
    games, lines = range(0, design.games, BLOCK), range(0, design.lines, broad)
    found = dict.fromkeys(CLAIMS, Tally())
    unsolved: dict[int, Game] = {}
    adding = threading.Lock()

    def test(number: int) -> tuple[int, int, int]:
        if number < len(games):
            first = games[number]
            points = design.games_from(first, min(BLOCK, design.games - first))
            tallies, codes = _test_games(points, others, contest, first)
        else:
            first = lines[number - len(games)]
            points = design.lines_from(first, min(broad, design.lines - first))
            tallies, codes = _test_lines(points, others, contest, first, design.length)
        broken = np.flatnonzero(codes == int(Regime.UNSOLVED))
        with adding:
            for name, tally in tallies.items():
                found[name] += tally
            if broken.size:
                unsolved[number] = Game(**_game_at(points, others, broken[0]), contest=contest)
        return codes.size, broken.size, number if broken.size else -1

    total = design.games + design.lines * design.length
    count, first = in_parallel(test, range(len(games) + len(lines)), total, threads, progress)
    if count:
        warn_unsolved(count, total, unsolved[first], stacklevel=4)
    return found


def _test_games(
    points: Points, others: Mapping[str, float], contest: str, first: int
) -> tuple[dict[str, Tally], np.ndarray]:
    """Test the claims about single games on these, of which the first has this place; return the tallies, and
    the regimes."""
    found = SimpleNamespace(**solve_columns(points, others, contest, VARIABLES, threads=1))
    allied = np.flatnonzero(
        (found.regime == int(Regime.RESTRAINT)) | (found.regime == int(Regime.DETERRENCE))
    )
    games = Games(
        SimpleNamespace(**others, **points),
        found,
        _dearer(points, others, contest, allied),
        _for_less(points, others, contest, found),
        contest,
    )
    tallies = {}
    for claim in CLAIMS.values():
        if not claim.along:
            with np.errstate(over="ignore", invalid="ignore"):  # forces that no float holds are infinite
                met, holds = claim.test(games)
            against = np.flatnonzero(met & ~holds)[:EXAMPLES]
            examples = tuple((first + int(i), _game_at(points, others, i)) for i in against)
            tallies[claim.name] = Tally(int(met.sum()), int((met & holds).sum()), examples)
    return tallies, found.regime


def _values(points: Points, others: Mapping[str, float], name: str, which: np.ndarray) -> np.ndarray:
    """Return the values of a parameter in the games `which`."""
    return points[name][which] if name in points else np.full(which.size, others[name])


def _dearer(points: Points, others: Mapping[str, float], contest: str, which: np.ndarray) -> SimpleNamespace:
    """Return some variables of the games `which` where c_A is `STEP` dearer, among those of all games."""
    with np.errstate(over="ignore"):
        cost = _values(points, others, MARGINAL, which) * (1 + STEP)
    allowed = np.isfinite(cost)
    which = which[allowed]
    some = {name: values[which] for name, values in points.items()} | {MARGINAL: cost[allowed]}
    rest = {name: value for name, value in others.items() if name != MARGINAL}
    solved = solve_columns(some, rest, contest, ["regime", "pledge", "burden_share"], threads=1)
    games = len(next(iter(points.values())))
    spread = {}
    for name, values in solved.items():
        spread[name] = np.full(games, int(Regime.UNSOLVED) if VARIABLES[name].codes else np.nan, values.dtype)
        spread[name][which] = values
    return SimpleNamespace(**spread)


def _for_less(
    points: Points, others: Mapping[str, float], contest: str, found: SimpleNamespace
) -> SimpleNamespace:
    """Tell in which games under deterrence A would sign and hold behind a pledge `SHORT` smaller, and what it
    would get in each."""
    from ..kernels import alliance as kernels

    which = np.flatnonzero(found.regime == int(Regime.DETERRENCE))
    columns = (_values(points, others, name, which) for name in kernels.PARAMETERS)
    games = np.stack([*columns, np.full(which.size, float(CONTESTS.index(contest)))], axis=1)
    replies = np.empty((which.size, len(kernels.Reply._fields)))
    kernels.replies_to_pledges(games, found.pledge[which] * (1 - SHORT), replies)
    reply = kernels.Reply(*replies.T)
    signing = reply.payoff - games[:, kernels.PARAMETERS.index("autonomy_cost")]
    refusing = found.ally_payoff_without[which]
    holds, payoff = np.zeros(found.regime.size, bool), np.full(found.regime.size, np.nan)
    holds[which] = (signing >= refusing) & (reply.crisis == int(Crisis.QUIET))
    payoff[which] = np.maximum(signing, refusing)
    return SimpleNamespace(holds=holds, ally_payoff=payoff)


def _test_lines(
    points: Points, others: Mapping[str, float], contest: str, first: int, length: int
) -> tuple[dict[str, Tally], np.ndarray]:
    """Test the claims about lines on these, of which the first has this place; return the tallies, and the
    regimes."""
    regime = solve_columns(points, others, contest, ["regime"], threads=1)["regime"]
    lines = Lines(regime.reshape(-1, length))
    tallies = {}
    for claim in CLAIMS.values():
        if claim.along:
            met, against = claim.test(lines)
            broken = met & against.any(axis=1)
            examples = tuple(
                (first + int(i), _game_at(points, others, i * length + against[i].argmax()))
                for i in np.flatnonzero(broken)[:EXAMPLES]
            )
            tallies[claim.name] = Tally(int(met.sum()), int((met & ~broken).sum()), examples)
    return tallies, regime


def _game_at(points: Points, others: Mapping[str, float], i: int) -> dict[str, float]:
    """Return the parameters of one of these games, in the order of the table."""
    return {name: float(points[name][i]) if name in points else others[name] for name in PARAMETERS}


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
    tallies: Mapping[str, Tally],
    axes: Points,
    laws: "Mapping[str, Distribution]",
    others: Mapping[str, float],
    attributes: Mapping[str, Any],
) -> "xr.Dataset":
    """Return what was found as a Dataset that explains itself."""
    import xarray as xr

    from ..io.dataset import REFERENCES, parameter_coordinates, variable
    from ..version import __version__

    met, holds = (np.array([tally[k] for tally in tallies.values()]) for k in range(2))
    verdicts = [verdict(tally.met, tally.holds, CLAIMS[name].only_may) for name, tally in tallies.items()]
    ends = np.full((2, len(tallies)), np.nan)
    if laws:
        from .sensitivity import wilson

        for j, tally in enumerate(tallies.values()):
            if tally.met:
                ends[:, j] = wilson(tally.holds, tally.met)
    against = np.full((len(tallies), EXAMPLES, len(PARAMETERS)), np.nan)
    for j, tally in enumerate(tallies.values()):
        for k, (_, game) in enumerate(tally.examples):
            against[j, k] = list(game.values())
    texts = [laws[name].text if name in laws else "" for name in PARAMETERS]
    arrays: dict[str, tuple[tuple[str, ...], Any]] = {
        "premise_met": (("claim",), met),
        "holds": (("claim",), holds),
        "share": (("claim",), np.divide(holds, met, where=met > 0, out=np.full(met.shape, np.nan))),
        "low": (("claim",), ends[0]),
        "high": (("claim",), ends[1]),
        "verdict": (("claim",), np.array(verdicts, np.int8)),
        "counterexample": (("claim", "example", "parameter"), against),
        "claim": (("claim",), list(CLAIMS)),
        "sentence": (("claim",), [claim.sentence for claim in CLAIMS.values()]),
        "premise": (("claim",), [claim.premise for claim in CLAIMS.values()]),
        "parameter": (("parameter",), list(PARAMETERS)),
    }  # fmt: skip
    if laws:
        arrays["distribution"] = (("parameter",), texts)
    variables = {
        name: variable(dims, np.asarray(v), CLAIM_LABELS[name]) for name, (dims, v) in arrays.items()
    }
    dataset = xr.Dataset(variables, parameter_coordinates((*axes,), axes, others, attributes["contest"]))
    known = {"foedus_version": __version__, "command": "foedus.claims", "references": REFERENCES}
    described = [name for name in ("sentence", "premise", "distribution") if name in dataset]
    return dataset.set_coords(described).assign_attrs(known | dict(attributes))
