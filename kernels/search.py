"""The best move in an interval, found by search: what a player does who sees what follows.

What follows upon a move x is asked of `follow(given, x)`, which gives the payoffs of those who decide a tie
(first the mover's, then that of the player before it, and so on back), what *kind* of play follows (a whole
number: two moves after which the later players choose in the same way are of one kind), an error of the
payoffs and a status. Within a kind payoffs are smooth; where the kind changes they may jump.

The search asks at nodes over the whole interval, closes in on each change of kind that could matter, down to
the last float, and finds each top within a kind by a polynomial through 13 points: its derivative is known
to rounding, where payoffs alone would tell a top to half the digits only.
"""

import math

import numpy as np
from numba import types

from ._calls import by_name, call, place_of, row_at
from ._jit import jit, jit_apart
from ._room import floats, wholes

NODES = 128  # of a search, at most
PARTS = 12  # of a polynomial's interval
POINTS = PARTS + 1
ROWS = NODES + 4 + POINTS  # of the nodes, those that close in, and those of a polynomial
SPARE, ASKED, LEFT, RIGHT, FITTED = NODES, NODES + 1, NODES + 2, NODES + 3, NODES + 4
MOST = 6  # who decide
KIND, ERROR, STATUS, ANSWER = MOST, MOST + 1, MOST + 2, MOST + 3  # of an answer, behind the payoffs
nodes, flags, rows, several = floats(NODES), wholes(NODES), wholes(ROWS), floats(ROWS * MOST)
coefficients, answers = floats(POINTS + 1), floats(ANSWER)
SHRINKS = 40  # at most; each cuts an interval to a third or less
PASSES = 8
FAR = 1e12
TIE = 1e-13  # of the larger of two payoffs: what is nearer is equal
LARGEST = 1e-15  # of the largest payoff of those who decide: what rounding may make of a difference

SOLVED, NOT_A_NUMBER, ENDS, ENDLESS, UNSURE, ODDS = 0, 1, 2, 4, 8, 16  # why a game could not be solved
BITS = 6  # that these take
INSIDE, KINK, CHANGE, LOW, HIGH = 1, 2, 3, 4, 5  # where in its interval the best move lies

_angles = np.pi * np.arange(POINTS) / PARTS
PLACES = -np.cos(_angles)  # of the points, from -1 to 1
_weights = np.ones(POINTS)
_weights[0] = _weights[-1] = 0.5
# row m: the weights of the payoffs in the coefficient of the polynomial T_m
COEFFICIENTS = (
    2.0 / PARTS * _weights[None, :] * np.cos(np.outer(np.arange(POINTS), _angles)) * (-1.0) ** np.arange(POINTS)[:, None]
)
COEFFICIENTS[0] /= 2
COEFFICIENTS[-1] /= 2


@jit
def mixed(place, kind, other):
    """Return the kind of play in which a move lies at `place`, and play of these kinds follows."""
    return (((place * 1000003 + kind) % 2147483647) * 1000003 + other) % 2147483647


@jit
def equal(one, other, largest, noise):
    """Tell whether two payoffs differ by no more than rounding explains."""
    return abs(one - other) <= TIE * max(abs(one), abs(other)) + LARGEST * largest + noise


@jit
def prefers(one, other, noise):
    """Return 1 if one list of payoffs is better than another for the first of those who decide, or else for the
    next, and so on; -1 if it is worse; 0 if all are indifferent."""
    largest = 0.0
    for r in range(len(one)):
        largest = max(largest, abs(one[r]), abs(other[r]))
    for r in range(len(one)):
        if not equal(one[r], other[r], largest, noise):
            return 1 if one[r] > other[r] else -1
    return 0


@jit_apart
def better(payoffs, i, j, noise):
    """Tell whether row i is better than row j, as `prefers` does."""
    return prefers(payoffs[i], payoffs[j], noise)


@jit
def place(low, high, t):
    """Return the node at t, from 0 to 1, of an interval: nodes are dense at its ends, denser at the low one,
    and reach from far away where it is infinite."""
    if low > -math.inf:
        if high < math.inf:
            return high if t >= 1.0 else low + (high - low) * (t * t * t / (t * t * t + (1.0 - t) * (1.0 - t)))
        return low + t * t * t / ((1.001 - t) * (1.001 - t))
    if high < math.inf:
        return high - (1.0 - t) ** 3 / ((0.001 + t) * (0.001 + t))
    u = 2.0 * t - 1.0
    return u * u * u / ((1.001 - abs(u)) * (1.001 - abs(u)))


@jit_apart
def insert(x, payoffs, kinds, shut, count, at, value, row):
    """Put a node, of which `row` holds the payoffs, before node `at`; return how many there are."""
    for i in range(count, at, -1):
        x[i], kinds[i], shut[i] = x[i - 1], kinds[i - 1], shut[i - 1]
        for r in range(payoffs.shape[1]):
            payoffs[i, r] = payoffs[i - 1, r]
    x[at], kinds[at], shut[at] = value, kinds[row], 0
    copy(payoffs, kinds, row, at)
    return count + 1


@jit
def copy(payoffs, kinds, row, to):
    """Copy what follows upon one move to another row."""
    kinds[to] = kinds[row]
    for r in range(payoffs.shape[1]):
        payoffs[to, r] = payoffs[row, r]


@jit
def ask(follow, given, payoffs, kinds, row, x):
    """Ask what follows upon a move, and keep it in a row; return its error and its status."""
    answer = answers()
    call(follow, given, x, place_of(answer))
    kinds[row] = int(answer[KIND])
    for r in range(payoffs.shape[1]):
        payoffs[row, r] = answer[r]
    return answer[ERROR], int(answer[STATUS])


@jit
def slope(near, near_payoff, far, far_payoff):
    """Return the slope between two moves, NaN where there is but one."""
    return (near_payoff - far_payoff) / (near - far) if far != near else math.nan


@jit
def beside_the_point(rise_left, rise_right, left, right, gap, best):
    """Tell whether no payoff in a gap between two kinds can be the best one: by the slopes on its sides."""
    if not (math.isfinite(rise_left) and math.isfinite(rise_right)):
        return False
    if max(left + 2.0 * gap * max(rise_left, 0.0), right + 2.0 * gap * max(-rise_right, 0.0)) < best:
        return True
    jump = abs(right - left) > 4.0 * gap * (abs(rise_left) + abs(rise_right))
    return not jump and rise_left * rise_right > 0.0


@jit_apart
def close_in(follow, given, x, payoffs, kinds, shut, count, i, best):
    """Close in on the change of kind between nodes i and i + 1 as far as it matters; return how many nodes
    there are now, the error and the status of what was asked."""
    left, right, worst, status = x[i], x[i + 1], 0.0, 0
    behind_left, behind_right = left, right
    payoff_left, payoff_right = payoffs[i, 0], payoffs[i + 1, 0]
    before_left, before_right = payoff_left, payoff_right
    if i > 0 and kinds[i - 1] == kinds[i]:
        behind_left, before_left = x[i - 1], payoffs[i - 1, 0]
    if i + 2 < count and kinds[i + 2] == kinds[i + 1]:
        behind_right, before_right = x[i + 2], payoffs[i + 2, 0]
    moved_left = moved_right = False
    whole, width = x[count - 1] - x[0], right - left
    while True:
        gap, middle = right - left, left + (right - left) / 2.0
        if not left < middle < right or gap <= 1e-17 * whole:
            break
        if gap <= width / 32.0 and beside_the_point(
            slope(left, payoff_left, behind_left, before_left),
            slope(right, payoff_right, behind_right, before_right),
            payoff_left,
            payoff_right,
            gap,
            best,
        ):
            break
        error, found = ask(follow, given, payoffs, kinds, ASKED, middle)
        worst, status = max(worst, error), status | found
        if kinds[ASKED] == kinds[i]:
            behind_left, before_left = left, payoff_left
            left, payoff_left, moved_left = middle, payoffs[ASKED, 0], True
            copy(payoffs, kinds, ASKED, LEFT)
        elif kinds[ASKED] == kinds[i + 1]:
            behind_right, before_right = right, payoff_right
            right, payoff_right, moved_right = middle, payoffs[ASKED, 0], True
            copy(payoffs, kinds, ASKED, RIGHT)
        else:  # a kind between the two, whose other side is a change of its own
            if moved_right:
                count = insert(x, payoffs, kinds, shut, count, i + 1, right, RIGHT)
            count = insert(x, payoffs, kinds, shut, count, i + 1, middle, ASKED)
            right = behind_right = middle
            payoff_right = before_right = payoffs[i + 1, 0]
            moved_right = False
            if count > NODES - 4:
                return count, worst, status | UNSURE
    if moved_right:
        count = insert(x, payoffs, kinds, shut, count, i + 1, right, RIGHT)
    if moved_left:
        count = insert(x, payoffs, kinds, shut, count, i + 1, left, LEFT)
        i += 1
    shut[i] = 1
    return count, worst, status


@jit
def derivative(slopes, count, t):
    """Return a sum of T_m, m < count, with these coefficients, at t."""
    one = two = 0.0
    for m in range(count - 1, 0, -1):
        one, two = slopes[m] + 2.0 * t * one - two, one
    return slopes[0] + t * one - two


@jit_apart
def stationary(slopes, count, low, high):
    """Return where a derivative falls through zero between two places, by the Illinois method."""
    at_low, at_high = derivative(slopes, count, low), derivative(slopes, count, high)
    if at_low <= 0.0:
        return low
    if at_high >= 0.0:
        return high
    t, side = low, 0
    for _ in range(60):
        t = (low * at_high - high * at_low) / (at_high - at_low)
        at = derivative(slopes, count, t)
        if at == 0.0 or high - low <= 4e-16:
            break
        if at > 0.0:
            low, at_low = t, at
            at_high = at_high / 2.0 if side == 1 else at_high
            side = 1
        else:
            high, at_high = t, at
            at_low = at_low / 2.0 if side == -1 else at_low
            side = -1
    return t


@jit_apart
def fit(payoffs, r, start, floor, values, slopes):
    """Fit a polynomial to the payoffs r at the points; return how many terms its derivative has, whose
    coefficients it puts into `slopes`, and how large the last coefficients are."""
    middle = payoffs[start + PARTS // 2, r]
    for m in range(POINTS):
        values[m] = 0.0
        for k in range(POINTS):
            values[m] += COEFFICIENTS[m, k] * (payoffs[start + k, r] - middle)
    tail = max(abs(values[PARTS]), abs(values[PARTS - 1]))
    count = POINTS
    while count > 3 and abs(values[count - 1]) <= floor:  # no more than rounding
        count -= 1
    for m in range(POINTS):
        slopes[m] = 0.0
    for m in range(count - 1, 0, -1):
        slopes[m - 1] = (slopes[m + 1] if m + 1 < count else 0.0) + 2.0 * m * values[m]
    slopes[0] /= 2.0
    return count - 1, tail


@jit_apart
def summit(follow, given, payoffs, kinds, low, high, kind, values, slopes):
    """Find the top between two moves of one kind, and keep what follows upon it in row `SPARE`.

    Returns the move, how exact it is, where it lies (`INSIDE`, `KINK`, or 0 if a move in between, which is
    returned, is of another kind), the error and the status of what was asked.
    """
    worst, status = 0.0, 0
    for _ in range(SHRINKS):
        half, middle = (high - low) / 2.0, low + (high - low) / 2.0
        top = FITTED
        for k in range(POINTS):
            x = low if k == 0 else high if k == PARTS else middle + half * PLACES[k]
            error, found = ask(follow, given, payoffs, kinds, FITTED + k, x)
            worst, status = max(worst, error), status | found
            if kinds[FITTED + k] != kind:
                copy(payoffs, kinds, FITTED + k, SPARE)
                return x, 0.0, 0, worst, status
            if better(payoffs, FITTED + k, top, 2.0 * worst) > 0:
                top = FITTED + k
        # the first of those who decide that is not indifferent in here
        chosen, spread, floor = -1, 0.0, 0.0
        for r in range(payoffs.shape[1]):
            least, most = payoffs[FITTED, r], payoffs[FITTED, r]
            for k in range(POINTS):
                least, most = min(least, payoffs[FITTED + k, r]), max(most, payoffs[FITTED + k, r])
            floor = 4e-16 * max(abs(least), abs(most)) + 2.0 * worst
            if most - least > 8.0 * floor:
                chosen, spread = r, most - least
                break
        k = top - FITTED
        before, after = max(k - 1, 0), min(k + 1, PARTS)
        if chosen < 0:  # nobody minds which
            copy(payoffs, kinds, top, SPARE)
            return middle + half * PLACES[k], half, INSIDE, worst, status
        terms, tail = fit(payoffs, chosen, FITTED, floor, values, slopes)
        smooth = tail <= max(1e-11 * spread, 2.0 * floor)
        if smooth or half <= 4e-16 * max(abs(low), abs(high)):
            t = stationary(slopes, terms, PLACES[before], PLACES[after])
            x = low if t <= -1.0 else high if t >= 1.0 else middle + half * t
            error, found = ask(follow, given, payoffs, kinds, SPARE, x)
            worst, status = max(worst, error), status | found
            if kinds[SPARE] != kind or better(payoffs, top, SPARE, 2.0 * worst) > 0:
                copy(payoffs, kinds, top, SPARE)
                x = middle + half * PLACES[k]
            step = 1e-3
            bend = abs(derivative(slopes, terms, min(t + step, 1.0)) - derivative(slopes, terms, max(t - step, -1.0)))
            bend /= min(t + step, 1.0) - max(t - step, -1.0)
            exact = min(1.0, 36.0 * max(tail, floor) / bend) if bend > 0.0 else 1.0
            return x, half * exact, INSIDE if smooth else KINK, worst, status
        low, high = middle + half * PLACES[before], middle + half * PLACES[after]
    copy(payoffs, kinds, top, SPARE)
    return middle + half * PLACES[k], half, KINK, worst, status


@jit
def difference(payoffs, i, j):
    """Return the largest difference between what two moves give any of those who decide."""
    most = 0.0
    for r in range(payoffs.shape[1]):
        most = max(most, abs(payoffs[i, r] - payoffs[j, r]))
    return most


@jit_apart
def reach_out(follow, given, low, high, x, payoffs, kinds, shut, count, noise):
    """Add nodes towards an end at infinity as long as payoffs rise there; return how many there are, the
    noise, and the status."""
    status = 0
    if high == math.inf:
        while better(payoffs, count - 1, count - 2, noise) > 0:
            if x[count - 1] > FAR or count > NODES - 4:
                return count, noise, ENDLESS
            x[count], shut[count] = 4.0 * max(x[count - 1], 1.0), 0
            error, found = ask(follow, given, payoffs, kinds, count, x[count])
            noise, status, count = max(noise, error), status | found, count + 1
    if low == -math.inf:
        while better(payoffs, 0, 1, noise) > 0:
            if x[0] < -FAR or count > NODES - 4:
                return count, noise, ENDLESS
            further = 4.0 * min(x[0], -1.0)
            error, found = ask(follow, given, payoffs, kinds, ASKED, further)
            count = insert(x, payoffs, kinds, shut, count, 0, further, ASKED)
            noise, status = max(noise, error), status | found
    return count, noise, status


@jit_apart
def best_move(follow, given, low, high, parts, deciders):
    """Return a player's best move from `low` to `high`, the kind of play that it makes, an error of the
    payoffs, and a status: `SOLVED`, or why it could not be found.

    parts : into how many the interval is cut at first; deciders : how many decide a tie
    """
    x, shut, kinds = nodes(), flags(), rows()
    payoffs = several()[: ROWS * deciders].reshape(ROWS, deciders)
    values, slopes = coefficients(), coefficients()
    if not low <= high or low == math.inf or high == -math.inf:
        return low, 0, math.inf, ENDS
    if low == high:
        error, status = ask(follow, given, payoffs, kinds, 0, low)
        return low, mixed(LOW, kinds[0], 0), error, status
    noise, status, count = 0.0, 0, parts + 1
    for i in range(count):
        x[i], shut[i] = place(low, high, i / parts), 0
        error, found = ask(follow, given, payoffs, kinds, i, x[i])
        noise, status = max(noise, error), status | found
    if not status:
        count, noise, status = reach_out(follow, given, low, high, x, payoffs, kinds, shut, count, noise)
    best = -math.inf
    for _ in range(PASSES):
        if status:
            break
        for i in range(count):
            best = max(best, payoffs[i, 0])
        i = 0
        while i < count - 1 and not status:
            if kinds[i] != kinds[i + 1] and not shut[i]:
                count, error, status = close_in(follow, given, x, payoffs, kinds, shut, count, i, best)
                noise = max(noise, error)
            i += 1
        again, chosen, move, exact, where = False, -1, x[0], 0.0, 0
        kind = other = 0
        j = 0
        while j < count and not status and not again:
            joins_left = j > 0 and kinds[j - 1] == kinds[j]
            joins_right = j + 1 < count and kinds[j + 1] == kinds[j]
            left, right = j - 1 if joins_left else j, j + 1 if joins_right else j
            top = (left == j or better(payoffs, left, j, noise) < 0) and (
                right == j or better(payoffs, right, j, noise) <= 0
            )
            rise = max(payoffs[j, 0] - payoffs[left, 0], payoffs[j, 0] - payoffs[right, 0])
            j += 1
            if not top or payoffs[j - 1, 0] + rise + noise < best - TIE * abs(best):
                continue
            j -= 1
            here = LOW if j == 0 else HIGH if j == count - 1 else CHANGE
            found_x, found_exact, searched = x[j], 0.0, joins_left and joins_right
            copy(payoffs, kinds, j, SPARE)
            if joins_left != joins_right:  # at the end of its kind: does it fall from here?
                inner = left if joins_left else right
                near = x[j] + 1e-9 * (x[inner] - x[j])
                error, found = ask(follow, given, payoffs, kinds, ASKED, near)
                noise, status = max(noise, error), status | found
                searched = kinds[ASKED] == kinds[j] and better(payoffs, ASKED, j, noise) >= 0
            if searched:
                found_x, found_exact, here, error, found = summit(
                    follow, given, payoffs, kinds, x[left], x[right], kinds[j], values, slopes
                )
                noise, status = max(noise, error), status | found
                if here == 0:  # another kind in between
                    at = j if found_x < x[j] else j + 1
                    count = insert(x, payoffs, kinds, shut, count, at, found_x, SPARE)
                    if count > NODES - 4:
                        status |= UNSURE
                    again = True
                    continue
                if found_x <= x[0]:
                    here = LOW
                elif found_x >= x[count - 1]:
                    here = HIGH
                if better(payoffs, j, SPARE, noise) > 0:
                    copy(payoffs, kinds, j, SPARE)
                    found_x = x[j]
            preferred = 1 if chosen < 0 else better(payoffs, SPARE, RIGHT, noise)
            if preferred > 0 or (preferred == 0 and found_x < move):
                copy(payoffs, kinds, SPARE, RIGHT)
                # how much of any payoff hangs on how exactly the move is known
                lean = max(difference(payoffs, j, left), difference(payoffs, j, right))
                width = max(x[right] - x[left], 1e-300)
                chosen, move, exact, where = j, found_x, lean * found_exact / width, here
                kind, other = kinds[j], 0
                if here == CHANGE:
                    other = 2 * kinds[j + 1] + 1 if joins_left or kinds[j - 1] == kinds[j] else 2 * kinds[j - 1]
            j += 1
        if not again:
            if status:
                break
            return move, mixed(where, kind, other), noise + exact, SOLVED
    return x[0], 0, math.inf, status if status else UNSURE


@jit_apart
def search(follow, given, low, high, parts, deciders, answer):
    """Put what `best_move` returns into an answer, at its place: the move first."""
    found = row_at(answer, ANSWER)
    move, kind, error, status = best_move(follow, given, low, high, parts, deciders)
    found[0], found[KIND], found[ERROR], found[STATUS] = move, kind, error, status
    return 0


def searcher():
    """Return what calls `search`."""
    return by_name(
        search, (types.int64, types.int64, types.float64, types.float64, types.int64, types.int64, types.int64)
    )
