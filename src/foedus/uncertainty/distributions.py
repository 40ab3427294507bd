"""Distributions of parameters, from Python or from a run file; draws are made by quantiles."""

import math
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..model import Parameter

try:
    import scipy.special
    import scipy.stats
except ImportError:
    raise ModuleNotFoundError("distributions need SciPy: pip install 'foedus[sensitivity]'") from None

EDGE = 2.0**-33  # no quantile nearer to 0 or 1 is drawn: ends may be infinite, or outside an open domain
LOOK = 2000  # quantiles that measure the share outside a domain

Quantile = Callable[[Any], Any]


class Distribution(NamedTuple):
    """A checked distribution: its text as in a run file, and its quantiles."""

    text: str
    quantile: Quantile


def _uniform(low: float, high: float) -> Quantile:
    _check_ends(low, high)
    return lambda u: low + (high - low) * u


def _log_uniform(low: float, high: float) -> Quantile:
    if low <= 0:
        raise ValueError(f"low = {low!r} is not allowed; it must be > 0")
    _check_ends(low, high)
    return lambda u: low * np.exp(math.log(high / low) * u)


def _normal(mean: float, deviation: float) -> Quantile:
    if deviation < 0:
        raise ValueError(f"deviation = {deviation!r} is not allowed; it must be > 0")
    return lambda u: mean + deviation * scipy.special.ndtri(u)


def _triangular(low: float, mode: float, high: float) -> Quantile:
    _check_ends(low, high)
    if not low <= mode <= high:
        raise ValueError(f"mode = {mode!r} is not allowed; it must be from low to high")
    width, rise, fall = high - low, mode - low, high - mode
    return lambda u: np.where(
        u * width < rise, low + np.sqrt(u * width * rise), high - np.sqrt((1 - u) * width * fall)
    )


# the function and the arguments of each, in words; any other name belongs to scipy.stats
OWN: dict[str, tuple[Callable[..., Quantile], str]] = {
    "uniform": (_uniform, "low, high"),
    "log_uniform": (_log_uniform, "low, high"),
    "normal": (_normal, "mean, deviation"),
    "triangular": (_triangular, "low, mode, high"),
}


def check_distribution(parameter: Parameter, given: Any) -> Distribution:
    """Return the distribution of a parameter, `given` as for `sensitivity`, or as in a run file.

    In a run file it is ``{"uniform": [low, high]}``, or a distribution of `scipy.stats` with keywords, such
    as ``{"lognorm": {"s": 0.5, "scale": 0.4}}``.

    Raises TypeError if it is not a distribution, or the parameter is a choice; ValueError if the distribution
    is unknown, its arguments are not allowed, it has zero variance, or values outside the domain.

    Examples
    --------
    >>> from foedus.model import chosen
    >>> cost, share = (chosen(None).parameter(name) for name in ("ally_cost", "status_quo"))
    >>> check_distribution(cost, ("log_uniform", 0.05, 5)).quantile(0.5).round(12)
    np.float64(0.5)
    >>> check_distribution(share, ("normal", 0.5, 0.2))
    Traceback (most recent call last):
    ValueError: status_quo: { normal = [0.5, 0.2] } leaves the domain, > 0 and < 1, with a probability of \
1.2 %; truncate it (as scipy.stats.truncnorm does) or choose another
    """
    if parameter.choices:
        raise TypeError(f"{parameter.name} is a choice and has no distribution; fix it")
    try:
        distribution = _read(given)
        _check_values(parameter, distribution)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{parameter.name}: {error}") from None
    return distribution


def wilson(count: int, games: int) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % interval of a probability.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(0, 10)], [round(end, 4) for end in wilson(5, 10)]
    ([0.0, 0.2775], [0.2366, 0.7634])
    """
    interval = scipy.stats.binomtest(count, games).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def unit(u: Any) -> Any:
    """Return probabilities, none nearer to 0 or 1 than `EDGE`."""
    return np.clip(u, EDGE, 1 - EDGE)


def _read(given: Any) -> Distribution:
    """Return the distribution that is `given` in one of the possible forms."""
    if hasattr(given, "ppf") and hasattr(given, "dist"):
        return _frozen(given)
    if isinstance(given, Mapping) and len(given) == 1:
        ((kind, arguments),) = given.items()
    elif isinstance(given, Sequence) and not isinstance(given, str) and given:
        kind, *arguments = given
    else:
        raise TypeError(f"{given!r} is not a distribution; write one such as ('uniform', 0.1, 0.9)")
    if not isinstance(arguments, (list, tuple, Mapping)):
        raise TypeError(f"{kind} = {arguments!r} is not a list of numbers")
    for number in arguments.values() if isinstance(arguments, Mapping) else arguments:
        if isinstance(number, bool) or not isinstance(number, Real) or not math.isfinite(number):
            raise TypeError(f"{kind}: {number!r} is not a finite number")
    if kind in OWN and not isinstance(arguments, Mapping):
        make, words = OWN[kind]
        if len(arguments) != len(words.split()):
            raise ValueError(f"{kind} takes {words}, not {len(arguments)} numbers")
        numbers = [float(number) for number in arguments]
        try:
            return Distribution(f"{{ {kind} = {numbers} }}", make(*numbers))
        except ValueError as error:
            raise ValueError(f"{kind}: {error}") from None
    family = getattr(scipy.stats, kind, None) if isinstance(kind, str) else None
    if not isinstance(family, (scipy.stats.rv_continuous, scipy.stats.rv_discrete)):
        raise ValueError(
            f"{kind!r} is not a distribution; there are {', '.join(OWN)}, and those of scipy.stats, "
            "such as lognorm"
        )
    try:
        return _frozen(family(**arguments) if isinstance(arguments, Mapping) else family(*arguments))
    except TypeError:
        takes = ", ".join(filter(None, (family.shapes, "loc, scale")))
        raise ValueError(f"{kind} of scipy.stats takes {takes}, not {arguments!r}") from None


def _frozen(frozen: Any) -> Distribution:
    """Return a frozen distribution of `scipy.stats`, written with the names of its arguments."""
    family = frozen.dist
    names = [*(family.shapes.replace(",", " ").split() if family.shapes else []), "loc", "scale"]
    arguments = dict(zip(names, frozen.args, strict=False)) | frozen.kwds
    if any(np.ndim(value) for value in arguments.values()):
        raise TypeError(f"{family.name} has arrays as arguments; a parameter has only one distribution")
    written = ", ".join(f"{key} = {float(value)!r}" for key, value in arguments.items())
    return Distribution(f"{{ {family.name} = {{ {written} }} }}", frozen.ppf)


def _check_values(parameter: Parameter, distribution: Distribution) -> None:
    """Raise ValueError if some values are not allowed for the parameter, or there is only one value."""
    allows = parameter.allows
    low, high = (float(distribution.quantile(u)) for u in (EDGE, 1 - EDGE))
    if math.isnan(low) or math.isnan(high):
        raise ValueError(f"{distribution.text} has no quantiles; scipy.stats does not allow its arguments")
    if low == high:
        raise ValueError(f"{distribution.text} has zero variance; fix {parameter.name} at {low!r} instead")
    if not (allows(low) and allows(high)):
        outside = np.mean([not allows(v) for v in distribution.quantile((np.arange(LOOK) + 0.5) / LOOK)])
        share = f"{outside:.1%}".replace("%", " %") if outside >= 0.001 else "less than 0.1 %"
        raise ValueError(
            f"{distribution.text} leaves the domain, {parameter.domain}, with a probability of "
            f"{share}; truncate it (as scipy.stats.truncnorm does) or choose another"
        )


def _check_ends(low: float, high: float) -> None:
    """Raise ValueError if the ends of a distribution are in the wrong order. Equal ends are refused later."""
    if low > high:
        raise ValueError(f"low = {low!r} must be less than high = {high!r}")
