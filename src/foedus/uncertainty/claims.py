"""Claims about a model's games, tested on every game of a grid or on random games."""

import functools
import textwrap
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Claim, Code, Label, Model, chosen, table
from ..model.checks import check_whole, naming
from ..solving.columns import check_axes, fixed_parameters, grid, in_logarithms
from ..solving.parallel import Progress, check_threads, in_parallel
from ..solving.requests import warn_unsolved
from .games import Games, Numbers

if TYPE_CHECKING:
    import xarray as xr

    from .distributions import Distribution

GAMES = 10**6
MOST = 10**10  # games; they take two hours
BLOCK = 2**16  # games that are solved and tested at a time
LENGTH = 128  # games on a line of a random design
EXAMPLES = 3  # counterexamples that are kept for each claim

Points = dict[str, np.ndarray]


class Verdict(Code):
    """The verdict on a claim."""

    HOLDS = 0
    HOLDS_WITH_EXCEPTIONS = 1
    FAILS = 2
    PREMISE_NEVER_MET = 3


CLAIM_LABELS = table(
    Label("claim", "", "1", "claim"),
    Label("sentence", "", "1", "the claim in words"),
    Label("premise", "", "1", "the premise in words"),
    Label("premise_met", "", "1", "number of games, or lines, where the premise is met"),
    Label("holds", "", "1", "number of these where the claim holds"),
    Label("share", "", "1", "share of these where the claim holds"),
    Label("low", "", "1", "lower end of the 95 % interval of the share"),
    Label("high", "", "1", "upper end of the 95 % interval of the share"),
    Label("verdict", "", "1", "whether the claim holds", Verdict),
    Label("counterexample", "", "", "first games in which the claim fails"),
    Label("parameter", "", "1", "parameter"),
    Label("distribution", "", "1", "distribution of the parameter, as in a run file"),
)


class Lines(NamedTuple):
    """Lines of games along a parameter, or single games, on which claims are tested block by block."""

    along: str | None
    lines: int
    length: int  # games on each line
    games_from: Callable[[int, int], Points]  # takes the first line and a number of lines, gives their games


class Tally(NamedTuple):
    """How often the premise of a claim was met and the claim held, and the first counterexamples."""

    met: int = 0
    holds: int = 0
    examples: tuple[tuple[int, dict[str, float]], ...] = ()  # each with its position in the design

    def __add__(self, other: tuple) -> "Tally":
        """Return the sum of both, with the counterexamples that come first in the design."""
        met, holds, examples = other
        first = sorted((*self.examples, *examples), key=lambda example: example[0])[:EXAMPLES]
        return Tally(self.met + met, self.holds + holds, tuple(first))


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
    """Test which claims about a game hold, how often, and in which games they do not.

    The claims are those of the model, each a `Claim`. The alliance game has the claims of the article, in
    `foedus.alliance.claims`. A game that could not be solved meets no premise.

    Parameters
    ----------
    axes : mapping of str to array_like, shape (n,), optional
        test every game of a grid: the values of each parameter that varies, as for `sweep`. Some claims are
        about lines along a parameter: games that differ only in this parameter. They are tested on the lines
        of the grid, and only if this parameter is one of the axes.
    distributions : mapping of str to tuple, mapping or frozen distribution, optional
        test random games instead: the distribution of each parameter that varies, as for `sensitivity`, drawn
        independently. A line along a parameter has 128 games, at quantiles of its distribution. Without axes
        and distributions, games are drawn from the usual range of each parameter that is not fixed.
    games : int, optional
        the number of random games; the lines along a parameter have together about as many games; default: a
        million
    seed : int, optional
        the seed of the draws; the same seed gives the same result to the bit, with any number of threads;
        default: 0
    model, threads, progress, **fixed
        as for `sweep`

    Returns
    -------
    xarray.Dataset
        over ``claim``: ``premise_met``, the number of games (or lines) where the premise is met; ``holds``,
        the number of these where the claim holds; its ``share`` and, for random games, Wilson's 95 % interval
        from ``low`` to ``high``; the ``verdict`` (the claim holds, holds with exceptions or fails, or its
        premise is never met); and ``counterexample``, up to three games against the claim, by parameter

    Raises
    ------
    TypeError, ValueError
        if a name, a value, a distribution or a number is not allowed; if axes are given together with
        `distributions`, `games` or `seed`; or if the function of a claim raises an error or does not return
        booleans.
    ModuleNotFoundError
        if games are random and SALib or SciPy is not installed: ``pip install 'foedus[sensitivity]'``.

    Examples
    --------
    >>> import foedus, numpy as np
    >>> ds = foedus.claims({"ally_cost": np.geomspace(0.05, 5, 64), "status_quo": np.linspace(0.1, 0.9, 32)})
    >>> ds.share.sel(claim=["restraint_pledge_falls", "self_reliance_between"]).values.round(2)
    array([1.  , 0.97])
    """
    game = chosen(model)
    sentences = check_claims(game)
    along = [name for name in game.by_name if name in {claim.along for claim in sentences.values()}]
    workers = check_threads(threads)
    values: Points = {}
    laws: dict[str, Distribution] = {}
    if axes is not None:
        for name, given in (("distributions", distributions), ("games", games), ("seed", seed)):
            if given is not None:
                raise ValueError(f"with axes, {name}= cannot be given; it is only for random games")
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
    single, *lines = design
    attributes = {"games": single.lines, "lines": sum(along.lines for along in lines)}
    if seed is not None:
        attributes["seed"] = int(seed)
    return _labelled(game, sentences, tallies, values, laws, others, attributes)


def check_claims(model: Model) -> dict[str, Claim]:
    """Return the claims of a model by name.

    Raises ValueError if there are none, two have the same name or one is along a choice; TypeError if one is
    along something that is not a parameter.
    """
    if not model.claims:
        raise ValueError(f"the model {model.name} has no claims to test")
    found: dict[str, Claim] = {}
    for claim in model.claims:
        if claim.name in found:
            raise ValueError(f"two claims of the model {model.name} are named {claim.name}")
        if claim.along is not None:
            with naming(f"the claim {claim.name}"):
                along = model.parameter(claim.along)
                if along.choices:
                    raise ValueError(f"along = {claim.along!r} is a choice; it must be a number")
                claim = claim._replace(along=along.name)
        found[claim.name] = claim
    return found


def usual_laws(model: Model) -> dict[str, tuple]:
    """Return the default distributions of random games: uniform over the usual range of each parameter, in
    the logarithm if the range is wide.

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
    """Return the checked distributions; if none are given, the usual ones of parameters that are not
    `fixed`."""
    from .sensitivity import check_distributions

    if distributions is None:
        usual = usual_laws(model)
        if not usual:
            raise ValueError(
                f"no parameter of the model {model.name} has a usual range from which to draw games; "
                "give axes or distributions (on the command line, in a run file)"
            )
        distributions = {
            name: law for name, law in usual.items() if name not in model.named(dict.fromkeys(fixed))
        }
    return model.in_order(check_distributions(model, distributions, fixed))


def check_games(games: Any) -> None:
    """Raise ValueError if `games` is not a whole number from 1 to `MOST`."""
    check_whole("games", games, 1, MOST)


def _grid_design(values: Points, along: Iterable[str]) -> list[Lines]:
    """Return the design of all games of a grid, with lines along those parameters in `along` that vary."""
    columns = grid(values, {})
    check_games(columns.games)

    def games_from(first: int, count: int) -> Points:
        return columns.points(np.arange(first, first + count))

    return [
        Lines(None, columns.games, 1, games_from),
        *(_grid_lines(values, p) for p in along if p in values),
    ]


def _grid_lines(values: Points, along: str) -> Lines:
    """Return the lines of a grid along a parameter."""
    rising = np.unique(values[along])
    across = grid({name: v for name, v in values.items() if name != along}, {})

    def games_from(first: int, count: int) -> Points:
        rest = across.points(np.repeat(np.arange(first, first + count), rising.size))
        return {along: np.tile(rising, count), **rest}

    return Lines(along, across.games, rising.size, games_from)


def _random_design(
    laws: "Mapping[str, Distribution]", games: int, seed: int, along: Iterable[str]
) -> list[Lines]:
    """Return the design of random games, with lines along those parameters in `along` that vary."""
    from .distributions import unit

    def draw(names: Sequence[str], kind: int, first: int, count: int) -> Points:
        """Draw a block. It is the same in any thread, because its number is a part of the seed."""
        u = unit(np.random.default_rng([seed, kind, first]).random((len(names), count)))
        return {
            name: np.asarray(laws[name].quantile(row), np.float64) for name, row in zip(names, u, strict=True)
        }

    def lines(along: str, kind: int) -> Lines:
        rising = np.asarray(laws[along].quantile((np.arange(LENGTH) + 0.5) / LENGTH), np.float64)
        others = [name for name in laws if name != along]

        def games_from(first: int, count: int) -> Points:
            rest = draw(others, kind, first, count)
            return {along: np.tile(rising, count)} | {name: np.repeat(v, LENGTH) for name, v in rest.items()}

        return Lines(along, -(-games // LENGTH), LENGTH, games_from)

    single = Lines(None, games, 1, functools.partial(draw, list(laws), 0))
    return [single, *(lines(name, kind) for kind, name in enumerate(along, 1) if name in laws)]


def _test(
    model: Model,
    claims: Mapping[str, Claim],
    design: Sequence[Lines],
    others: Mapping[str, float],
    threads: int,
    progress: Progress | None,
) -> dict[str, Tally]:
    """Test every claim on a design, block by block."""
    blocks = []
    for lines in design:
        broad = max(1, BLOCK // lines.length)
        blocks += [(lines, first, min(broad, lines.lines - first)) for first in range(0, lines.lines, broad)]
    found = dict.fromkeys(claims, Tally())
    unsolved: dict[int, dict[str, float]] = {}
    adding = threading.Lock()

    def test(number: int) -> tuple[int, int, int]:
        lines, first, count = blocks[number]
        numbers = lines.games_from(first, count) | dict(others)
        these = [claim for claim in claims.values() if claim.along == lines.along]
        tallies, codes = _test_block(model, these, numbers, lines, first, count)
        broken = np.flatnonzero(codes == UNSOLVED)
        with adding:
            for name, tally in tallies.items():
                found[name] += tally
            if broken.size:
                unsolved[number] = _game_at(model, numbers, broken[0])
        return codes.size, broken.size, number if broken.size else -1

    total = sum(lines.lines * lines.length for lines in design)
    count, first = in_parallel(test, range(len(blocks)), total, threads, progress)
    if count:
        warn_unsolved(model, count, total, unsolved[first], stacklevel=4)
    return found


def _test_block(
    model: Model, claims: Iterable[Claim], numbers: Numbers, lines: Lines, first: int, count: int
) -> tuple[dict[str, Tally], np.ndarray]:
    """Test claims on `count` lines of games from number `first` on; return the tallies, and the codes."""
    shape = (count, lines.length) if lines.along else (count,)
    games = Games(model, numbers, shape, () if lines.along else model.found)
    codes = getattr(games.found, model.mapped.name)
    solved = True if lines.along else codes != UNSOLVED  # an unsolved game meets no premise
    tallies = {}
    for claim in claims:
        met = _told(claim, "premise", games, (count,)) & solved
        holds = _told(claim, "holds", games, shape)
        against = met & ~(holds.all(axis=1) if lines.along else holds)
        examples = tuple(
            (first + int(i), _game_at(model, numbers, i * lines.length + np.argmin(holds[i])))
            for i in np.flatnonzero(against)[:EXAMPLES]
        )
        count_met = int(np.count_nonzero(met))
        tallies[claim.name] = Tally(count_met, count_met - int(np.count_nonzero(against)), examples)
    return tallies, codes.ravel()


def _told(claim: Claim, part: str, games: Games, shape: tuple[int, ...]) -> np.ndarray:
    """Return the booleans that one function of a claim, `premise` or `holds`, returns for games or lines.

    Raises ValueError if the function raises an error, or returns something else.
    """
    function = getattr(claim, part)
    which = f"the claim {claim.name}: its {part}, {getattr(function, '__name__', function)},"
    try:
        with np.errstate(all="ignore"):  # forces may overflow
            told = games.once(function)
        truths = np.asarray(told)
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        raise ValueError(f"{which} raises {why}") from error
    if truths.dtype != bool or truths.shape not in ((), shape, shape[:1]):
        shown = (
            f"{truths.dtype} of shape {truths.shape}" if truths.shape else textwrap.shorten(repr(told), 60)
        )
        raise ValueError(f"{which} returns {shown}; it must return booleans of shape {shape}, or one for all")
    return np.broadcast_to(truths.reshape(truths.shape + (1,) * (len(shape) - truths.ndim)), shape)


def _game_at(model: Model, numbers: Numbers, i: int) -> dict[str, float]:
    """Return the numbers of the parameters of one of these games, in their order."""
    return model.in_order({name: float(v[i] if np.ndim(v) else v) for name, v in numbers.items()})


def verdict(met: int, holds: int, only_may: bool = False) -> Verdict:
    """Return the verdict on a claim whose premise was `met` in so many games and which `holds` in so many of
    them.

    It fails if it holds in less than half of these games; if it only says that something may happen, in none.

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
    """Return the results as a labelled Dataset."""
    from ..io.dataset import dataset_of, parameter_coordinates, variable

    met, holds = (np.array([tally[k] for tally in tallies.values()]) for k in range(2))
    verdicts = [verdict(tally.met, tally.holds, claims[name].only_may) for name, tally in tallies.items()]
    ends = np.full((2, len(tallies)), np.nan)
    if laws:
        from .distributions import wilson

        for j, tally in enumerate(tallies.values()):
            if tally.met:
                ends[:, j] = wilson(tally.holds, tally.met)
    # a choice that is the same in all games is only a coordinate
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
        "premise": [claim.where for claim in claims.values()],
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
