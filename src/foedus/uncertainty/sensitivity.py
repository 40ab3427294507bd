"""Global sensitivity: on which parameters regimes and outcomes depend, and how likely each regime is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import UNSOLVED, Model, chosen
from ..model.checks import check_whole
from ..model.names import resolve
from ..solving.columns import fixed_parameters
from ..solving.parallel import Progress, check_threads
from ..solving.requests import solve_columns, warn_unsolved
from .distributions import Distribution, check_distribution, wilson
from .indices import CODES, EVERYWHERE, LEAST, METHODS, MOST, WHOLE, Found, Output, Study, indices
from .labels import SENSITIVITY

if TYPE_CHECKING:
    import xarray as xr


SAMPLES = 2**12


def sensitivity(
    distributions: Mapping[str, Any],
    *,
    model: Model | None = None,
    outputs: Iterable[str] | None = None,
    methods: Iterable[str] = ("sobol",),
    samples: int = SAMPLES,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
    **fixed: Any,
) -> "xr.Dataset":
    """Find how much each parameter matters for regimes and outcomes, and how likely each regime is.

    Parameters
    ----------
    distributions : mapping of str to tuple, mapping or frozen distribution
        the distribution of each parameter that varies, independent of the others:
        ``("uniform", low, high)``, ``("log_uniform", low, high)``, ``("normal", mean, deviation)``,
        ``("triangular", low, mode, high)``, or any of `scipy.stats`, frozen or by name
    outputs : iterable of str, optional
        the outputs for which indices are computed: a regime, such as ``"restraint"`` (the output is then its
        indicator, which is 1 in games with this regime and 0 in all others); a variable that is defined in
        every game, such as ``"settlement"``; or a variable given a regime, such as
        ``"pledge | deterrence"``, for PAWN and delta only. Default: each regime that occurs in the first
        eighth of the samples; with more than 8192 samples, in the first 64th (65,536 samples at most).
    methods : iterable of str, optional
        ``sobol`` (first and total order), ``second_order`` (these and the second order), ``morris``,
        ``pawn``, ``delta``
    samples : int, optional
        the number of pairs of points, a power of 2. With d parameters, each pair takes d + 2 games for
        ``sobol``, 2 d + 2 for ``second_order``, d + 1 for ``morris``, and 2 for ``pawn`` and ``delta``. More
        than 8192 are allowed only for Sobol' indices.
    seed : int, optional
        the seed of everything random; the same seed gives the same result to the bit, with any number of
        threads
    model, threads, progress, **fixed
        as for `sweep`; `progress` counts samples instead of games

    Returns
    -------
    xarray.Dataset
        the indices over ``output``, ``parameter`` and ``samples`` (an eighth of them, a quarter, a half,
        all), each with half of its 95 % interval as ``..._margin``, except ``morris_mean`` and
        ``morris_deviation``; ``probability`` over ``regime_name``, with Wilson's interval; the ``mean`` of
        each output, and its means over the lowest and the highest tenth of each parameter

    Raises
    ------
    TypeError, ValueError
        if a name, a distribution or a number is not allowed; if an output does not vary, or is undefined
        in a game where a method needs it.
    ModuleNotFoundError
        if SALib or SciPy is not installed: ``pip install 'foedus[sensitivity]'``.

    Examples
    --------
    >>> import foedus
    >>> ds = foedus.sensitivity(
    ...     {"ally_cost": ("log_uniform", 0.05, 5), "status_quo": ("uniform", 0.1, 0.9)},
    ...     outputs=["restraint", "settlement"], samples=1024,
    ... )
    >>> ds.total_order.dims
    ('output', 'parameter', 'samples')
    >>> whole = ds.isel(samples=-1)
    >>> bool(whole.total_order.sel(output="restraint", parameter="ally_cost") > 0.5)
    True
    """
    game = chosen(model)
    mapped = game.mapped.name
    laws = check_distributions(game, distributions, fixed)
    ways = check_methods(methods)
    check_samples(samples, ways)
    check_seed(seed)
    wanted = None if outputs is None else check_outputs(game, outputs, ways)
    others = fixed_parameters(game, fixed, laws, "a distribution")
    told = [output.variable for output in wanted or () if output.variable]
    variables = list(dict.fromkeys([mapped, *told]))
    unsolved: list[tuple[int, dict[str, float]]] = []

    def evaluate(points: dict[str, np.ndarray], threads: int) -> dict[str, np.ndarray]:
        arrays = solve_columns(game, points, others, variables, threads)
        arrays[CODES] = arrays[mapped]
        broken = np.flatnonzero(arrays[CODES] == UNSOLVED)
        if broken.size:
            at = {name: float(values[broken[0]]) for name, values in points.items()}
            unsolved.append((broken.size, others | at))
        return arrays

    def choose(arrays: dict[str, np.ndarray]) -> Sequence[Output]:
        unsolved.clear()  # these first games are solved again
        if wanted is not None:
            return wanted
        occur = [name for name, code in game.regimes.items() if 0 < (arrays[CODES] == code).mean() < 1]
        if not occur:
            regime = game.codes(int(arrays[CODES].flat[0])).words
            raise ValueError(f"the {mapped} is {regime} in each of the first {arrays[CODES].size:,} games; "
                             "use wider distributions, or name outputs")  # fmt: skip
        return [Output(name, CODES, indicates=game.regimes[name]) for name in occur]

    quantiles = {name: law.quantile for name, law in laws.items()}
    study = Study(quantiles, evaluate, ways, samples, int(seed), check_threads(threads), progress)
    chosen_outputs, found = indices(study, choose)
    if unsolved:
        warn_unsolved(game, sum(count for count, _ in unsolved), found.games, unsolved[0][1], stacklevel=3)
    attributes = {"methods": " ".join(ways), "seed": int(seed), "games": found.games}
    return _labelled(game, chosen_outputs, laws, others, found, attributes | {"interval": found.interval})


def check_distributions(
    model: Model, distributions: Mapping[str, Any], fixed: Iterable[str] = ()
) -> dict[str, Distribution]:
    """Return the checked distributions of parameters that are not `fixed`.

    Raises TypeError if they are not a mapping; ValueError if there are none, or one is for a fixed parameter;
    and the errors of `check_distribution`.
    """
    if not isinstance(distributions, Mapping):
        raise TypeError(
            f"distributions must be a mapping of names to distributions, not a {type(distributions).__name__}"
        )
    if not distributions:
        raise ValueError("distributions is empty; at least one parameter must have one")
    given = model.named(distributions)
    laws = {name: check_distribution(model.by_name[name], law) for name, law in given.items()}
    for name in model.named(dict.fromkeys(fixed)):
        if name in laws:
            raise ValueError(f"{name} has a distribution and is fixed, too; it can be only one")
    return laws


def check_methods(methods: Iterable[str]) -> list[str]:
    """Return the methods; raise TypeError or ValueError if one is unknown, or there is none."""
    if isinstance(methods, str):
        raise TypeError(f"methods = {methods!r} is not a list of names")
    wanted = list(methods)
    for method in wanted:
        if method not in METHODS:
            raise ValueError(f"{method!r} is not a method; there are {', '.join(METHODS)}")
    if not wanted:
        raise ValueError("methods is empty; at least one is needed")
    return [method for method in METHODS if method in wanted]


def check_samples(samples: Any, methods: Sequence[str]) -> None:
    """Raise ValueError if `samples` is not a power of 2, or too small or too large for the methods."""
    whole = isinstance(samples, (int, np.integer)) and not isinstance(samples, bool)
    if not whole or not LEAST <= samples <= MOST or samples & (samples - 1):
        raise ValueError(
            f"samples = {samples!r} is not allowed; it must be a power of 2 "
            f"from {LEAST} to {MOST}, such as 4096"
        )
    bounded = [method for method in methods if method not in ("sobol", "second_order")]
    if samples > WHOLE and bounded:
        raise ValueError(
            f"samples = {samples} is not allowed with {' and '.join(bounded)}; it must be {WHOLE} or less"
        )


def check_seed(seed: Any) -> None:
    """Raise ValueError if the `seed` is not a whole number from 0 to the largest that a file can hold."""
    check_whole("seed", seed, 0, 2**63 - 1)


def check_outputs(model: Model, outputs: Iterable[str], methods: Sequence[str]) -> list[Output]:
    """Return the outputs, by their names.

    Raises TypeError or ValueError if one is unknown, a code, given twice, or not for these methods.
    """
    if isinstance(outputs, str):
        raise TypeError(f"outputs = {outputs!r} is not a list of names")
    wanted = [_output(model, name) for name in outputs]
    if not wanted:
        raise ValueError("outputs is empty; at least one is needed")
    names = [output.name for output in wanted]
    for output in wanted:
        if names.count(output.name) > 1:
            raise ValueError(f"outputs: {output.name!r} is given more than once")
        refused = [method for method in methods if method in EVERYWHERE]
        if output.given is not None and refused:
            raise ValueError(
                f"{output.name!r} is not possible with {' and '.join(refused)}, because it is not defined in "
                "every game; use only pawn or delta for it"
            )
    return wanted


def _output(model: Model, name: Any) -> Output:
    """Return an output by its name."""
    if not isinstance(name, str):
        raise TypeError(f"outputs: {name!r} is not a name")
    regimes = model.regimes
    if name in regimes:
        return Output(name, CODES, indicates=regimes[name])
    variable, bar, regime = (part.strip() for part in name.partition("|"))
    if bar and regime not in regimes:
        raise ValueError(f"{name!r}: {regime!r} is not a regime; there are {', '.join(regimes)}")
    numbers = ", ".join(one for one, entry in model.found.items() if not entry.codes)
    variable = resolve(
        variable, model.found, "a regime or a variable", f"there are {', '.join(regimes)}; {numbers}"
    )
    if model.found[variable].codes:
        example = next(iter(regimes))
        raise ValueError(f"{variable!r} is not a number; name one of its codes, such as '{example}'")
    if bar:
        return Output(f"{variable} | {regime}", variable, given=regimes[regime])
    return Output(variable, variable)


def _labelled(
    model: Model,
    outputs: Sequence[Output],
    laws: Mapping[str, Distribution],
    fixed: Mapping[str, float],
    found: Found,
    attributes: Mapping[str, Any],
) -> "xr.Dataset":
    """Return the results as a labelled Dataset."""
    from ..io.dataset import dataset_of, parameter_coordinates, variable

    dims = ("output", "parameter", "other_parameter")
    arrays: dict[str, Any] = {}
    for name, array in found.arrays.items():
        sizes = () if name.startswith("mean") else ("samples",)
        arrays[name] = ((*dims[: array.ndim - len(sizes)], *sizes), array)
    games = int(found.regimes.sum())
    counts = {code: int(found.regimes[code - UNSOLVED]) for code in model.codes.everything()}
    counts = {code: count for code, count in counts.items() if count or code != UNSOLVED}
    ends = np.array([wilson(count, games) for count in counts.values()])
    arrays["probability"] = (("regime_name",), np.array(list(counts.values())) / games)
    for name, end in zip(("probability_low", "probability_high"), ends.T, strict=True):
        arrays[name] = (("regime_name",), end)
    units = ["1" if one.indicates is not None else model.found[one.variable].units for one in outputs]
    labels: dict[str, Any] = {
        "output": (("output",), [output.name for output in outputs]),
        "parameter": (("parameter",), list(laws)),
        "samples": (("samples",), found.sizes),
        "regime_name": (("regime_name",), [code.name.lower() for code in counts]),
        "distribution": (("parameter",), [law.text for law in laws.values()]),
        "output_units": (("output",), units),
    }
    if "second_order" in arrays:
        labels["other_parameter"] = (("other_parameter",), list(laws))
    variables, coords = (
        {name: variable(dims, values, SENSITIVITY[name]) for name, (dims, values) in part.items()}
        for part in (arrays, labels)
    )
    coords |= parameter_coordinates(model, {}, fixed)
    return dataset_of(model, "foedus.sensitivity", variables, coords, **attributes)
