"""Indices of global sensitivity, for anything that is computed from parameters with distributions.

The designs and estimators are those of SALib: Saltelli et al. (2010) for first and total order, Saltelli
(2002) for second order, Morris (1991) with Campolongo et al. (2007), Pianosi and Wagener (2015) for PAWN,
Borgonovo (2007) with Plischke et al. (2013) for delta. All draws are in the unit cube. The quantiles of the
distributions turn them into parameters.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..model import UNSOLVED, Code
from ..solving.parallel import Progress, in_parallel
from .distributions import Quantile, unit

try:
    import SALib.analyze.delta
    import SALib.analyze.morris
    import SALib.analyze.pawn
    import SALib.analyze.sobol
    import SALib.sample.morris
    from scipy.stats import qmc
    from threadpoolctl import threadpool_limits
except ImportError:
    raise ModuleNotFoundError("sensitivity needs SALib: pip install 'foedus[sensitivity]'") from None

METHODS = ("sobol", "second_order", "morris", "pawn", "delta")
EVERYWHERE = ("sobol", "second_order", "morris")  # these need outputs that are defined in every game
PARTS = (8, 4, 2, 1)  # indices are given for an eighth of the samples, a quarter, a half and all
LEAST, MOST = 2**8, 2**30  # samples; Sobol' sequences have 30 bits
WHOLE = 2**13  # SALib analyses up to so many samples; more are drawn in blocks, and only sums are kept
BLOCKS, BLOCK = 64, 2**16  # least number of blocks, and largest number of samples in each
LEVELS = 8  # of Morris' grid
SPAN = (
    0.005,
    0.995,
)  # the quantiles between which these levels lie: the ends of a distribution may be infinite
SLICES = 10  # of a parameter, for PAWN
FEWEST = 20  # least number of games of a regime in an eighth of the samples, for outcomes given this regime
RESAMPLES = 100  # of the bootstrap
DENSITY_RESAMPLES, BLOCK_RESAMPLES = 25, 1000  # for densities, which take long, and for blocks
MARGIN = 1.959963984540054  # standard errors in half a 95 % interval

CODES = ""  # the key of the codes that maps show, in the arrays of results by name
MOST_CODES = 64

Points = Mapping[str, np.ndarray]
Evaluate = Callable[[dict[str, np.ndarray], int], dict[str, np.ndarray]]


class Output(NamedTuple):
    """An output for which indices are computed: a variable, the indicator of a regime, or a variable given a
    regime."""

    name: str
    variable: str
    indicates: Code | None = None
    given: Code | None = None

    def values(self, arrays: Points) -> np.ndarray:
        """Return the values as float64; an indicator is 1 where the regime holds and 0 elsewhere."""
        if self.indicates is not None:
            return (arrays[CODES] == self.indicates).astype(np.float64)
        return arrays[self.variable]

    def known(self, arrays: Points) -> np.ndarray:
        """Return the games in which the output counts."""
        if self.given is not None:
            return arrays[CODES] == self.given
        return np.ones(arrays[self.variable].shape, bool)


class Found(NamedTuple):
    """The results: arrays by name, over outputs, parameters (twice for the second order) and samples; how
    many games of the base sample have each code, unsolved first; and the number of all solved games."""

    arrays: dict[str, np.ndarray]
    sizes: list[int]
    regimes: np.ndarray
    games: int
    interval: str


class Base(NamedTuple):
    """A sample of pairs of independent points, A and B: in the unit cube, and as parameters."""

    unit: np.ndarray  # shape (parameters, 2, samples)
    a: dict[str, np.ndarray]
    b: dict[str, np.ndarray]


def draw(quantiles: Mapping[str, Quantile], samples: int, seed: int, block: int = 0) -> Base:
    """Return a block of scrambled Sobol' points; each seed and block has an independent scrambling."""
    count = len(quantiles)
    points = qmc.Sobol(2 * count, rng=np.random.default_rng([seed, block])).random(samples)
    u = unit(np.ascontiguousarray(points.T).reshape(2, count, samples).swapaxes(0, 1))
    a, b = ({name: quantile(u[j, k]) for j, (name, quantile) in enumerate(quantiles.items())} for k in (0, 1))
    return Base(u, a, b)


def groups(a: Points, b: Points, methods: Sequence[str]) -> Iterator[dict[str, np.ndarray]]:
    """Yield the points of Saltelli's design: A, A with each parameter from B, B with each from A, and B.

    B with each from A is for the second order only; other methods take only A and B.
    """
    yield {**a}
    if {"sobol", "second_order"} & {*methods}:
        yield from ({**a, name: b[name]} for name in a)
    if "second_order" in methods:
        yield from ({**b, name: a[name]} for name in a)
    yield {**b}


class Study(NamedTuple):
    """What to analyse, by which of the `METHODS`, with how many pairs of points (a power of 2), and which
    seed."""

    quantiles: Mapping[str, Quantile]  # of each parameter
    evaluate: Evaluate  # takes points (an array for each parameter) and threads, gives results by name
    methods: Sequence[str]
    samples: int
    seed: int
    threads: int
    progress: Progress | None  # of samples


def indices(
    study: Study, choose: Callable[[dict[str, np.ndarray]], Sequence[Output]]
) -> tuple[Sequence[Output], Found]:
    """Return indices of sensitivity. `choose` chooses the outputs from the results for a few points.

    Raises ValueError if an output is undefined where a method needs it, or does not vary.
    """
    quantiles, evaluate, _, samples, seed, threads, _ = study
    size = samples if samples <= WHOLE else min(BLOCK, samples // BLOCKS)
    few = min(size, samples // PARTS[0])
    first = draw(quantiles, few, seed)
    looked = _stacked([evaluate(points, threads) for points in (first.a, first.b)])
    outputs = choose(looked)
    for output in outputs:
        _check_varies(output, looked)
    analyse = _in_whole if size == samples else _in_blocks
    # the linear algebra of a density is small; more threads would only wait for each other
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        # in resamples without a rare regime; the intervals show this
        warnings.filterwarnings("ignore", "Constant values encountered", UserWarning)
        found = analyse(study, outputs)
    for name, array in found.arrays.items():
        undefined = np.isnan(array)
        if name.startswith("second_order"):  # undefined for a parameter with itself
            undefined &= ~np.eye(len(quantiles), dtype=bool)[:, :, np.newaxis]
        if undefined.any():
            which = outputs[int(np.argwhere(undefined)[0][0])].name
            raise ValueError(
                f"{name} of {which!r} could not be computed from so few samples; use more samples"
            )
    return outputs, found


def _check_varies(output: Output, arrays: Points) -> None:
    """Raise ValueError if an output is the same in the first samples, or is given a regime that is rare."""
    known = output.known(arrays)
    if known[0].sum() < (FEWEST if output.given is not None else 0):
        raise ValueError(
            f"{output.name!r} is defined in {known[0].sum()} of the first {known[0].size:,} games, but "
            f"{FEWEST} are needed; use more samples, or other distributions"
        )
    values = output.values(arrays)[known]
    if np.ptp(values) == 0:
        raise ValueError(
            f"{output.name!r} is {values[0]:g} in each of the first {values.size:,} games, so it has no "
            "sensitivity; use more samples, or other distributions"
        )


def _check_defined(output: Output, arrays: Points) -> None:
    """Raise ValueError if an output is undefined in a game where it counts."""
    if output.indicates is not None:
        return
    undefined = int(np.isnan(output.values(arrays)[output.known(arrays)]).sum())
    if undefined:
        unsolved = int((arrays[CODES] == UNSOLVED).sum()) if CODES in arrays else 0
        of_these = f", {unsolved:,} of them unsolved" if unsolved else ""
        mend = f"; ask for it in a regime, such as '{output.name} | REGIME'" * (output.given is None)
        raise ValueError(
            f"{output.name!r} is undefined in {undefined:,} of {output.known(arrays).sum():,} games"
            f"{of_these}, but indices need it in all{mend}"
        )


def _in_whole(study: Study, outputs: Sequence[Output]) -> Found:
    """Return the indices that SALib computes from all samples, and from the first parts of them."""
    quantiles, evaluate, methods, samples, seed, threads, progress = study
    count = len(quantiles)
    base = draw(quantiles, samples, seed)
    solved = _stacked([evaluate(points, threads) for points in groups(base.a, base.b, methods)])
    alone, both = ({name: array[rows] for name, array in solved.items()} for rows in (0, [0, -1]))
    games = next(iter(solved.values())).size
    for output in outputs:
        _check_defined(output, solved)
    trajectories, walked = np.empty((0, count)), {}
    if "morris" in methods:
        low, high = SPAN
        trajectories = SALib.sample.morris.sample(
            _problem(count), samples, num_levels=LEVELS, seed=_seed(seed, METHODS.index("morris"))
        )
        levels = low + (high - low) * trajectories.T
        points = {name: quantile(levels[j]) for j, (name, quantile) in enumerate(quantiles.items())}
        walked = evaluate(points, threads)
        games += len(trajectories)
        for output in outputs:
            _check_defined(output, walked)
    sizes = [samples // part for part in PARTS]
    arrays = _empty(methods, len(outputs), count, len(sizes))

    def analyse(task: tuple[int, int, str]) -> tuple[int, int, int]:
        i, s, method = task
        output, size = outputs[i], sizes[s]
        key = _seed(seed, METHODS.index(method), i, s)
        if method in ("sobol", "second_order"):
            results = _sobol(count, output.values(solved)[:, :size].T.ravel(), method, key)
        elif method == "morris":
            x, y = trajectories[: size * (count + 1)], output.values(walked)[: size * (count + 1)]
            results = _morris(count, x, y, key)
        else:
            known = output.known(alone)[:size]
            y = output.values(alone)[:size][known]
            u = base.unit[:, 0, :size][:, known]
            results = (_pawn if method == "pawn" else _delta)(u, y, np.random.default_rng(key))
        for name, values in results.items():
            arrays[name][i, ..., s] = values
        return size, 0, -1

    # the second order includes the others
    used = [m for m in methods if m != "sobol" or "second_order" not in methods]
    places = [(i, s) for i in range(len(outputs)) for s in reversed(range(len(sizes)))]
    tasks = [(*place, method) for method in used for place in places]
    in_parallel(analyse, tasks, sum(sizes) * len(used) * len(outputs), threads, progress)
    for i, output in enumerate(outputs):
        known = output.known(both)
        arrays["mean"][i], arrays["mean_low"][i], arrays["mean_high"][i] = _means(
            output.values(both)[known], _tenths(base.unit[:, known])
        )
    less = f" ({DENSITY_RESAMPLES} for delta of densities)" if "delta" in methods else ""
    interval = f"bootstrap of the samples, {RESAMPLES} times{less}"
    return Found(arrays, sizes, _count(solved), games, interval)


def _in_blocks(study: Study, outputs: Sequence[Output]) -> Found:
    """Return Sobol' indices from independent blocks of samples; only sums of the blocks are kept."""
    quantiles, evaluate, methods, samples, seed, threads, progress = study
    count = len(quantiles)
    size = min(BLOCK, samples // BLOCKS)
    blocks = samples // size
    kept: list[Any] = [None] * blocks

    def solve(block: int) -> tuple[int, int, int]:
        base = draw(quantiles, size, seed, block)
        solved = _stacked([evaluate(points, 1) for points in groups(base.a, base.b, methods)])
        tenths = _tenths(base.unit.reshape(count, -1))
        sums, means = [], []
        for output in outputs:
            _check_defined(output, solved)
            y = output.values(solved)
            sums.append(_sums(y, count))
            means.append(np.hstack(_means(y[[0, -1]].ravel(), tenths)))
        kept[block] = np.array(sums), np.array(means), _count(solved), next(iter(solved.values())).size
        return size, 0, -1

    in_parallel(solve, range(blocks), samples, threads, progress)
    sums, means, regimes, games = (np.array(parts) for parts in zip(*kept, strict=True))
    sizes = [samples // part for part in PARTS]
    arrays = _empty(methods, len(outputs), count, len(sizes))
    rng = np.random.default_rng([seed, blocks])
    for s, used in enumerate(blocks // part for part in PARTS):
        again = rng.multinomial(used, np.full(used, 1 / used), BLOCK_RESAMPLES) / used
        index = _ratios(sums[:used].mean(axis=0), count)
        drawn = _ratios(np.einsum("rb,bok->rok", again, sums[:used]), count)
        for name in index:
            arrays[name][..., s] = index[name]
            arrays[f"{name}_margin"][..., s] = MARGIN * drawn[name].std(axis=0, ddof=1)
    mean, low, high = np.split(means.mean(axis=0), [1, 1 + count], axis=1)
    arrays |= {"mean": mean[:, 0], "mean_low": low, "mean_high": high}
    interval = f"bootstrap of {blocks} blocks of {size} samples"
    return Found(arrays, sizes, regimes.sum(axis=0), int(games.sum()), interval)


def _stacked(parts: Sequence[Points]) -> dict[str, np.ndarray]:
    """Return arrays by name; their new first dimension is the part."""
    return {name: np.stack([part[name] for part in parts]) for name in parts[0]}


def _empty(methods: Sequence[str], outputs: int, parameters: int, sizes: int) -> dict[str, np.ndarray]:
    """Return arrays for the results of the methods, filled with NaN."""
    names = {
        "sobol": ("first_order", "total_order"),
        "second_order": ("first_order", "total_order", "second_order"),
        "morris": ("morris_mean", "morris_absolute_mean", "morris_deviation"),
        "pawn": ("pawn",),
        "delta": ("delta",),
    }
    arrays = {}
    for name in dict.fromkeys(name for method in methods for name in names[method]):
        shape = (outputs, *(parameters,) * (2 if name == "second_order" else 1), sizes)
        arrays[name] = np.full(shape, np.nan)
        if name not in ("morris_mean", "morris_deviation"):
            arrays[f"{name}_margin"] = np.full(shape, np.nan)
    for name in ("mean", "mean_low", "mean_high"):
        arrays[name] = np.full((outputs,) if name == "mean" else (outputs, parameters), np.nan)
    return arrays


def _sobol(count: int, y: np.ndarray, method: str, seed: int) -> dict[str, np.ndarray]:
    """Return Sobol' indices of outputs in the order of SALib's design."""
    second = method == "second_order"
    found = SALib.analyze.sobol.analyze(
        _problem(count), y, calc_second_order=second, num_resamples=RESAMPLES, seed=seed
    )
    results: dict[str, np.ndarray] = {}
    for name, key in {"first_order": "S1", "total_order": "ST", "second_order": "S2"}.items():
        if key in found:
            results |= {name: np.array(found[key]), f"{name}_margin": np.array(found[f"{key}_conf"])}
    return {name: _mirrored(values) if values.ndim == 2 else values for name, values in results.items()}


def _sums(y: np.ndarray, count: int) -> np.ndarray:
    """Return sums over a block, as SALib computes them; Sobol' indices are ratios of these sums.

    y : the groups of the design, shape (count + 2, samples), or (2 count + 2, samples) with second order.
    """
    # i = sample; j, k = parameter
    y = y - y.mean()  # as SALib does; it also divides by the deviation, which cancels
    a, ab, ba, b = y[0], y[1 : count + 1], y[count + 1 : -1], y[-1]
    size = a.size
    first = np.einsum("ji,i->j", ab - a, b) / size
    total = np.einsum("ji,ji->j", ab - a, ab - a) / (2 * size)
    both = np.einsum("ji,ki->jk", ba, ab) / size - np.einsum("i,i->", a, b) / size
    return np.concatenate([[np.var(y[[0, -1]])], first, total, both.ravel()])


def _ratios(sums: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """Return Sobol' indices from means of `_sums`; shape (..., sums)."""
    variance, first, total, both = np.split(sums, [1, 1 + count, 1 + 2 * count], axis=-1)
    variance = np.where(variance > 0, variance, np.inf)  # it is 0 if resampled blocks lack a rare regime
    first, total = first / variance, total / variance
    if not both.shape[-1]:
        return {"first_order": first, "total_order": total}
    pairs = both.reshape(*both.shape[:-1], count, count) / variance[..., np.newaxis]
    pairs = pairs - first[..., :, np.newaxis] - first[..., np.newaxis, :]
    return {"first_order": first, "total_order": total, "second_order": _mirrored(pairs)}


def _mirrored(pairs: np.ndarray) -> np.ndarray:
    """Return an index of pairs, given above the diagonal, on both sides of it; NaN on the diagonal."""
    j, k = np.triu_indices(pairs.shape[-1], 1)
    both = np.full(pairs.shape, np.nan)
    both[..., j, k] = both[..., k, j] = pairs[..., j, k]
    return both


def _morris(count: int, x: np.ndarray, y: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Return statistics of the elementary effects along trajectories."""
    found = SALib.analyze.morris.analyze(
        _problem(count), x, y, num_resamples=RESAMPLES, num_levels=LEVELS, seed=seed
    )
    keys = {
        "morris_mean": "mu",
        "morris_absolute_mean": "mu_star",
        "morris_absolute_mean_margin": "mu_star_conf",
        "morris_deviation": "sigma",
    }
    return {name: np.asarray(found[key]) for name, key in keys.items()}


def _pawn(u: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the PAWN index, the median over slices of each parameter, shape (parameters, games)."""
    index = SALib.analyze.pawn.analyze(_problem(len(u)), u.T, y, S=SLICES)["median"]
    # SALib gives no interval and is too slow for a bootstrap, so compute the same distances from counts
    rows = [np.searchsorted(np.quantile(x, np.arange(1, SLICES) / SLICES), x, side="right") for x in u]
    columns = np.unique(y, return_inverse=True)[1]

    def distances(games: np.ndarray) -> list[float]:
        return [kolmogorov(table(row[games], columns[games])) for row in rows]

    return {
        "pawn": index,
        "pawn_margin": MARGIN * _resampled(distances, y.size, rng, RESAMPLES).std(axis=0, ddof=1),
    }


def _delta(u: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return delta, corrected for its bias by the bootstrap as in Plischke et al. (2013)."""
    # few games in a class make kernel densities too rough; few classes average the dependence away
    classes = min(48, int(np.ceil(np.cbrt(y.size))))
    columns = atoms(y, classes)
    resamples = RESAMPLES if columns is not None else DENSITY_RESAMPLES
    if columns is None:
        grid, edges = np.linspace(y.min(), y.max(), 100), np.linspace(0, y.size, classes + 1)

        def distances(games: np.ndarray) -> list[float]:
            return [SALib.analyze.delta.calc_delta(y[games], grid, x[games], edges) for x in u]

    else:
        # SALib skips classes with a constant output; an indicator is constant where it matters most
        rows = [x.argsort().argsort() * classes // y.size for x in u]

        def distances(games: np.ndarray) -> list[float]:
            return [variation(table(row[games], columns[games])) for row in rows]

    drawn = 2 * np.array(distances(np.arange(y.size))) - _resampled(distances, y.size, rng, resamples)
    return {"delta": drawn.mean(axis=0), "delta_margin": MARGIN * drawn.std(axis=0, ddof=1)}


def _resampled(
    statistic: Callable[[np.ndarray], Any], games: int, rng: np.random.Generator, resamples: int
) -> np.ndarray:
    """Return a statistic of resamples of this number of games."""
    return np.array([statistic(rng.integers(games, size=games)) for _ in range(resamples)])


def atoms(y: np.ndarray, bins: int) -> np.ndarray | None:
    """Return a bin for each value, or None if nearly all values differ, so that they have a density.

    A value that many games share has its own bin. The others share about `bins` bins of equal size.
    """
    place, counts = np.unique(y, return_inverse=True, return_counts=True)[1:]
    if counts.max() <= max(2, y.size / 100):
        return None
    middle = (np.cumsum(counts) - counts / 2) * bins // y.size
    bin_of = np.where(counts > y.size / bins, bins + np.arange(counts.size), middle)
    return np.unique(bin_of, return_inverse=True)[1][place]


def table(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return how many games are in each row and column."""
    shape = rows.max() + 1, columns.max() + 1
    return np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)


def kolmogorov(counts: np.ndarray) -> float:
    """Return the median over rows of the largest distance between the distribution functions of the row and
    of all games."""
    counts = counts[counts.any(axis=1)]
    shares = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
    return float(np.median(np.abs(shares - np.cumsum(counts.sum(axis=0)) / counts.sum()).max(axis=1)))


def variation(counts: np.ndarray) -> float:
    """Return the mean over rows of the total variation distance between the distributions of the row and of
    all games."""
    weights = counts.sum(axis=1, keepdims=True)
    expected = weights * (counts.sum(axis=0) / counts.sum())
    return float(np.abs(counts - expected).sum() / (2 * counts.sum()))


def _tenths(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which games have the lowest and the highest tenth of each parameter, shapes (parameters, n)."""
    count = max(1, u.shape[1] // 10)
    places = np.argpartition(u, [count, u.shape[1] - count - 1], axis=1)
    return places[:, :count], places[:, -count:]


def _means(y: np.ndarray, tenths: tuple[np.ndarray, np.ndarray]) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the mean, and the means over the lowest and the highest tenth of each parameter."""
    low, high = tenths
    return y.mean(), y[low].mean(axis=1), y[high].mean(axis=1)


def _count(solved: Points) -> np.ndarray:
    """Return how many games of A and B have each code, unsolved first."""
    codes = solved[CODES][[0, -1]].ravel() if CODES in solved else np.empty(0, int)
    return np.bincount(codes - UNSOLVED, minlength=MOST_CODES)


def _problem(count: int) -> dict[str, Any]:
    """Return the description of parameters in the unit cube for SALib. It is new each time, because SALib
    writes into it."""
    return {"num_vars": count, "names": [f"x{j}" for j in range(count)], "bounds": [[0.0, 1.0]] * count}


def _seed(*key: int) -> int:
    """Return a seed for SALib, never 0, which SALib takes as no seed."""
    return int(np.random.SeedSequence(key).generate_state(1)[0]) | 1
