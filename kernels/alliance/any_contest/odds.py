"""Log-odds, the scale on which any contest is simple, and roots of functions of log-odds.

Both forms of the contest are logistic. The win probability of a force against a rival has the log-odds
gamma (ln force - ln rival) in the ratio form, and gamma (force - rival) in the difference form.
"""

import math

from ..._jit import jit, jit_apart

MOST = 650.0  # larger exponents are set to it: exp of it is too large to matter, and does not overflow
NEVER = 1e5  # log-odds of a certainty
STEPS = 200
SURE = 20  # steps of `spread_root`, which usually takes three; where the slope is nearly 0, more go astray
NEGLIGIBLE = 1e-16  # a part of a range of forces that is too small to matter
LN2 = math.log(2.0)


@jit
def probability(odds):
    """Return the probability with the log-odds `odds`."""
    e = math.exp(-abs(odds))
    return 1.0 / (1.0 + e) if odds >= 0.0 else e / (1.0 + e)


@jit
def spread(odds):
    """Return p (1 - p), which is also dp/d(odds)."""
    e = math.exp(-abs(odds))
    return e / ((1.0 + e) * (1.0 + e))


@jit
def log_spread(odds):
    """Return ln(p (1 - p)), also where p (1 - p) itself underflows."""
    return -abs(odds) - 2.0 * math.log(1.0 + math.exp(-abs(odds)))


@jit
def log_odds(p):
    """Return the log-odds of the probability `p`."""
    if p <= 0.0:
        return -NEVER
    if p >= 1.0:
        return NEVER
    return math.log(p / (1.0 - p))


@jit
def grown(exponent):
    """Return exp(exponent), held below overflow."""
    return math.exp(min(exponent, MOST))


@jit_apart
def spread_root(rate, level, low, high):
    """Return the log-odds where ln(p (1 - p)) + rate odds = `level`, between `low` and `high` on one side of
    its maximum.

    The left side is concave, so that a parabola with the same value, slope and curvature comes near at once.
    """
    rising = 1.0 if rate + 1.0 - 2.0 * probability(0.5 * (low + high)) > 0.0 else -1.0
    # start from the parabola at 0 or, far from 0, from ln(p (1 - p)) = -|odds|, which is nearly right there
    value = -2.0 * LN2 - level
    square = rate * rate + value
    x = NEVER
    if square > 0.0 and rate * rising > 0.0:
        x = -2.0 * value / (rate + rising * math.sqrt(square))
    if abs(x) > 2.0:
        x = level / (rate + 1.0) if level * rising < 0.0 else level / (rate - 1.0)
    x = min(high, max(low, x))
    for k in range(STEPS):
        e = math.exp(-abs(x))
        value = -abs(x) - 2.0 * math.log(1.0 + e) + rate * x - level
        p = 1.0 / (1.0 + e) if x >= 0.0 else e / (1.0 + e)
        slope = rate + 1.0 - 2.0 * p
        if value * rising < 0.0:
            low = x
        else:
            high = x
        square = slope * slope + 4.0 * value * p * (1.0 - p)
        x_next = math.inf
        if square > 0.0 and slope * rising > 0.0:
            x_next = x - 2.0 * value / (slope + rising * math.sqrt(square))
        near = abs(x_next - x) <= 1e-6 * math.sqrt(max(0.0, slope * rising))
        if near or high - low <= 4e-16 * max(1.0, abs(x)):  # the error shrinks cubically
            return min(high, max(low, x_next))
        x = x_next if k < SURE and low < x_next < high else 0.5 * (low + high)
    return math.nan


@jit
def root(f, t, a, b, low, high, guess, unit):
    """Return where f(t, a, b, x) = (value, slope) falls through zero between `low` and `high`.

    The value must be positive before the root and negative after it; f is never called at the ends. Newton's
    steps start from `guess`; a halving replaces a step that would leave the bracket. They end when x is known
    to 4e-16 of itself, or of `unit` if that is more (1 for log-odds, a part of `high` for forces). Returns
    NaN after `STEPS` steps, which halvings never need.
    """
    x = guess if low < guess < high else 0.5 * (low + high)
    step = high - low
    for _ in range(STEPS):
        value, slope = f(t, a, b, x)
        if value > 0.0:
            low = x
        elif value < 0.0:
            high = x
        else:
            return x
        newton = x - value / slope if abs(value) < -slope * (high - low) else low
        if not low < newton < high or abs(newton - x) > 0.5 * abs(step):
            newton = 0.5 * (low + high)  # Newton leaves the bracket, or creeps
        step = newton - x
        x = newton
        if abs(step) <= 4e-16 * max(unit, abs(x)):
            return x
    return math.nan
