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
from typing import Any, NamedTuple

import numpy as np
from numba import types

from ._calls import by_name, call, place_of, row_at
from ._jit import jit, jit_apart
from ._room import floats, wholes

NODES = 128  # of a search, at most
PARTS = 12  # of a polynomial's interval
POINTS = PARTS + 1
ROWS = NODES + 4 + POINTS  # of the nodes, those that close in, and those of a polynomial
TOP, ASKED, LEFT, RIGHT, FITTED = NODES, NODES + 1, NODES + 2, NODES + 3, NODES + 4
BEST = RIGHT  # when no gap is closed
MOST = 6  # who decide
# Places in an answer, behind the payoffs. A margin says by how much a later player prefers this kind of play
# to its rival: 1 if the player is indifferent, 0 if the rival is better by just enough to be no tie.
KIND, ERROR, STATUS, MARGIN, RIVAL, SCALE, ANSWER = range(MOST, MOST + 7)
room, whole_room, wide_room = floats(ROWS), wholes(ROWS), floats(ROWS * MOST)
terms_room, answer_room, tally_room, single = floats(POINTS + 1), floats(ANSWER), wholes(3), floats(1)
scales = floats(MOST)
# of a tally: how many nodes, the status of all that was asked, whether nodes ran out
COUNT, WHY, FULL = range(3)
SHRINKS = 40  # at most; each cuts an interval to a third or less
PASSES = 8  # over all nodes, at most: a kind that a top reveals becomes a node, and the next pass begins
WIDE = 6  # nodes on each side of a top, at most, that its first polynomial spans
GENTLE = 3  # more points are kept if the top is at an end of the interval: a quarter of the interval
STEPS = 16  # at most, each twice as long as the one before
DOUBT = 1e-4  # of the largest payoff: the error of a move that nobody can be sure of
CLOSE = 2e-14  # of a move: how closely a change is closed in on
NARROW = 1e-9  # of the whole interval: narrower gaps hold no further kind
FAR = 1e12
NEAR = 4.0  # times a move, where an end lies at infinity
TIE = 1e-13  # of the larger of two payoffs: what is nearer is equal
ROUNDING = 1e-16  # of a player's largest payoff: the error of one
LARGEST = 1e-15  # of the largest payoff of those who decide: what rounding may make of a difference

SOLVED, NOT_A_NUMBER, ENDS, ENDLESS, ODDS = 0, 1, 2, 4, 8  # why a game could not be solved
BITS = 4  # that these take
INSIDE, KINK, CHANGE, LOW, HIGH = 1, 2, 3, 4, 5  # where in its interval the best move lies

_angles = np.pi * np.arange(POINTS) / PARTS
PLACES = -np.cos(_angles)  # of the points, from -1 to 1
_weights = np.ones(POINTS)
_weights[0] = _weights[-1] = 0.5
# row m: the weights of the payoffs in the coefficient of the polynomial T_m
COEFFICIENTS = (
    2.0
    / PARTS
    * _weights[None, :]
    * np.cos(np.outer(np.arange(POINTS), _angles))
    * (-1.0) ** np.arange(POINTS)[:, None]
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
    """Return 1 if one list of payoffs is better than another for the first of those who decide, -1 if it is
    worse. If the first is indifferent, the next decides, and so on; return 0 if all are indifferent."""
    largest = 0.0
    for r in range(len(one)):
        largest = max(largest, abs(one[r]), abs(other[r]))
    for r in range(len(one)):
        if not equal(one[r], other[r], largest, noise):
            return 1 if one[r] > other[r] else -1
    return 0


class Rows(NamedTuple):
    """What a search knows: in row i a move, what follows upon it, and how exact that is.

    The first rows are nodes in rising order; behind them is room for those that are looked at meanwhile.
    """

    follow: Any
    given: Any
    x: np.ndarray
    payoffs: np.ndarray  # a column for each of those who decide
    errors: np.ndarray
    kinds: np.ndarray
    margins: np.ndarray
    rivals: np.ndarray
    shut: np.ndarray  # whether the change between a node and the next needs no more to be closed in on
    tally: np.ndarray
    scale: np.ndarray  # the largest payoff of each of those who decide at any node
    doubt: np.ndarray  # how far the payoffs of others may be off because a top is not known exactly


@jit_apart
def ask(rows, row, x):
    """Ask what follows upon a move, and keep it in a row."""
    answer = answer_room()
    call(rows.follow, rows.given, x, place_of(answer))
    rows.x[row], rows.errors[row], rows.kinds[row] = x, answer[ERROR], int(answer[KIND])
    rows.margins[row], rows.rivals[row] = answer[MARGIN], int(answer[RIVAL])
    for r in range(rows.payoffs.shape[1]):
        rows.payoffs[row, r] = answer[r]
    rows.tally[WHY] |= int(answer[STATUS])


@jit
def copy(rows, row, to):
    """Copy a row to another."""
    rows.x[to], rows.errors[to], rows.kinds[to] = rows.x[row], rows.errors[row], rows.kinds[row]
    rows.margins[to], rows.rivals[to] = rows.margins[row], rows.rivals[row]
    for r in range(rows.payoffs.shape[1]):
        rows.payoffs[to, r] = rows.payoffs[row, r]


@jit_apart
def insert(rows, row, at):
    """Make a row a node, before node `at`, as long as there is room."""
    if rows.tally[COUNT] >= NODES:
        rows.tally[FULL] = 1
        return
    for i in range(rows.tally[COUNT], at, -1):
        copy(rows, i - 1, i)
        rows.shut[i] = rows.shut[i - 1]
    copy(rows, row, at)
    rows.shut[at] = 0
    rows.tally[COUNT] += 1


@jit
def after(rows, x):
    """Return the first node beyond a move."""
    i = 0
    while i < rows.tally[COUNT] and rows.x[i] <= x:
        i += 1
    return i


@jit
def ahead(one, other, largest):
    """Return how far a payoff is ahead of another, in units of the difference that makes no tie."""
    return (one - other) / (TIE * max(abs(one), abs(other)) + LARGEST * largest + 1e-300)


@jit
def foremost(rows):
    """Return the largest payoff of those who decide in the rows `TOP` and `BEST`."""
    most = 0.0
    for r in range(rows.payoffs.shape[1]):
        most = max(most, abs(rows.payoffs[TOP, r]), abs(rows.payoffs[BEST, r]))
    return most


@jit_apart
def better(rows, i, j):
    """Tell whether row i is better than row j, as `prefers` does."""
    return prefers(
        rows.payoffs[i], rows.payoffs[j], rows.errors[i] + rows.errors[j] + LARGEST * rows.scale[0]
    )


@jit
def beats(rows, i, j, r):
    """Tell whether row i gives one of those who decide more than row j, by more than rounding explains."""
    one, other = rows.payoffs[i, r], rows.payoffs[j, r]
    return one > other and not equal(one, other, rows.scale[r], rows.errors[i] + rows.errors[j])


@jit
def node(low, high, t):
    """Return the node at t, from 0 to 1, of an interval: nodes are dense at its ends, denser at the low one,
    and reach far out where it is infinite."""
    if low > -math.inf:
        if high < math.inf:
            return (
                high if t >= 1.0 else low + (high - low) * (t * t * t / (t * t * t + (1.0 - t) * (1.0 - t)))
            )
        return low + t * t * t / ((1.001 - t) * (1.001 - t))
    if high < math.inf:
        return high - (1.0 - t) * (1.0 - t) * (1.0 - t) / ((0.001 + t) * (0.001 + t))
    u = 2.0 * t - 1.0
    return u * u * u / ((1.001 - abs(u)) * (1.001 - abs(u)))


@jit
def reach_out(rows, low, high):
    """Add nodes towards an end at infinity as long as payoffs rise there."""
    while high == math.inf and not rows.tally[WHY]:
        last = rows.tally[COUNT] - 1
        if better(rows, last, last - 1) <= 0:
            break
        if rows.x[last] > FAR:
            rows.tally[WHY] |= ENDLESS
        ask(rows, ASKED, 4.0 * max(rows.x[last], 1.0))
        insert(rows, ASKED, last + 1)
    while low == -math.inf and not rows.tally[WHY]:
        if better(rows, 0, 1) <= 0:
            break
        if rows.x[0] < -FAR:
            rows.tally[WHY] |= ENDLESS
        ask(rows, ASKED, 4.0 * min(rows.x[0], -1.0))
        insert(rows, ASKED, 0)


@jit
def slope(rows, near, far_x, far_payoff):
    """Return the slope between a row and another move, NaN where that is the same."""
    x, payoff = rows.x[near], rows.payoffs[near, 0]
    return (payoff - far_payoff) / (x - far_x) if far_x != x else math.nan


@jit
def alike(rows, row, payoff):
    """Tell whether the mover's payoff in a row differs from another one by no more than rounding explains."""
    return equal(rows.payoffs[row, 0], payoff, rows.scale[0], 2.0 * rows.errors[row])


@jit
def step_back(rows, side, gap, end):
    """Move a side of a change away from it, towards the node `end`, to where rounding does not decide what
    follows: by the gap that is left and, where this kind is played for a tie only, on until a later player
    does not lose by it."""
    tied = rows.margins[side] < 0.5
    step = gap if rows.x[end] > rows.x[side] else -gap
    for _ in range(STEPS):
        x = rows.x[side] + step
        if abs(rows.x[end] - rows.x[side]) <= abs(step):
            break
        ask(rows, ASKED, x)
        if rows.kinds[ASKED] == rows.kinds[side]:
            copy(rows, ASKED, side)
            if not tied or rows.margins[side] >= 1.0:
                break
        step *= 2.0


@jit_apart
def close_in(rows, i, best):
    """Close in on the change of kind between nodes i and i + 1, as far as it matters."""
    copy(rows, i, LEFT)
    copy(rows, i + 1, RIGHT)
    # the row behind each side, of the same kind
    behind_left, before_left = rows.x[i], rows.payoffs[i, 0]
    behind_right, before_right = rows.x[i + 1], rows.payoffs[i + 1, 0]
    if i > 0 and rows.kinds[i - 1] == rows.kinds[i]:
        behind_left, before_left = rows.x[i - 1], rows.payoffs[i - 1, 0]
    if i + 2 < rows.tally[COUNT] and rows.kinds[i + 2] == rows.kinds[i + 1]:
        behind_right, before_right = rows.x[i + 2], rows.payoffs[i + 2, 0]
    whole, width = rows.x[rows.tally[COUNT] - 1] - rows.x[0], rows.x[RIGHT] - rows.x[LEFT]
    asked = moved = 0
    weight_left = weight_right = 1.0  # of the margins, as the Illinois method has them
    while not rows.tally[WHY]:
        gap = rows.x[RIGHT] - rows.x[LEFT]
        # where the next player is indifferent between the two kinds, if that is why they change
        share, asked = 0.5, asked + 1
        left_margin, right_margin = weight_left * rows.margins[LEFT], weight_right * rows.margins[RIGHT]
        meet = rows.rivals[LEFT] == rows.kinds[RIGHT] and rows.rivals[RIGHT] == rows.kinds[LEFT]
        if meet and left_margin > 0.0 and right_margin > 0.0 and asked % 4:
            share = left_margin / (left_margin + right_margin)
        middle = rows.x[LEFT] + gap * share
        if not rows.x[LEFT] < middle < rows.x[RIGHT]:
            middle = rows.x[LEFT] + gap / 2.0
        if not rows.x[LEFT] < middle < rows.x[RIGHT] or gap <= CLOSE * (abs(middle) + 1e-3 * whole):
            step_back(rows, RIGHT, gap, i + 1)
            step_back(rows, LEFT, gap, i)
            break
        rise_left, rise_right = (
            slope(rows, LEFT, behind_left, before_left),
            slope(rows, RIGHT, behind_right, before_right),
        )
        left, right = rows.payoffs[LEFT, 0], rows.payoffs[RIGHT, 0]
        # nothing in between can be the best, or payoffs rise through it
        if math.isfinite(rise_left) and math.isfinite(rise_right):
            most = max(left + 3.0 * gap * max(rise_left, 0.0), right + 3.0 * gap * max(-rise_right, 0.0))
            if gap <= width / 4.0 and most < best:
                break
            jump = abs(right - left) > 4.0 * gap * (abs(rise_left) + abs(rise_right))
            known = not (alike(rows, LEFT, before_left) or alike(rows, RIGHT, before_right))
            if gap <= width / 32.0 and not jump and known and rise_left * rise_right > 0.0:
                break
        ask(rows, ASKED, middle)
        kind = rows.kinds[ASKED]
        if kind not in (rows.kinds[LEFT], rows.kinds[RIGHT]) and gap <= NARROW * whole:
            to_left, to_right = abs(rows.payoffs[ASKED, 0] - left), abs(rows.payoffs[ASKED, 0] - right)
            jump = (
                min(to_left, to_right) > 4.0 * gap * (abs(rise_left) + abs(rise_right)) + rows.errors[ASKED]
            )
            if not jump:  # rounding decides: it is taken to be of the kind to which its payoff is nearer
                kind = rows.kinds[LEFT] if to_left <= to_right else rows.kinds[RIGHT]
                rows.kinds[ASKED] = kind
        if kind == rows.kinds[LEFT]:
            behind_left, before_left = rows.x[LEFT], rows.payoffs[LEFT, 0]
            copy(rows, ASKED, LEFT)
            weight_left, weight_right = 1.0, weight_right / 2.0 if moved == LEFT else 1.0
            moved = LEFT
            continue
        if kind != rows.kinds[RIGHT]:  # between the two, with another change behind it
            if rows.x[RIGHT] < rows.x[i + 1]:
                insert(rows, RIGHT, i + 1)
            insert(rows, ASKED, i + 1)
            behind_right, before_right = middle, rows.payoffs[ASKED, 0]
        else:
            behind_right, before_right = rows.x[RIGHT], rows.payoffs[RIGHT, 0]
        copy(rows, ASKED, RIGHT)
        weight_left, weight_right = weight_left / 2.0 if moved == RIGHT else 1.0, 1.0
        moved = RIGHT
    if rows.x[RIGHT] < rows.x[i + 1]:
        insert(rows, RIGHT, i + 1)
    if rows.x[LEFT] > rows.x[i]:
        insert(rows, LEFT, i + 1)
        i += 1
    rows.shut[i] = 1


@jit
def sum_at(terms, count, t):
    """Return the sum of the first T_m with these coefficients, at t."""
    one = two = 0.0
    for m in range(count - 1, 0, -1):
        one, two = terms[m] + 2.0 * t * one - two, one
    return terms[0] + t * one - two


@jit
def stationary(terms, count, low, high):
    """Return where a derivative falls through zero between two places, by the Illinois method."""
    at_low, at_high = sum_at(terms, count, low), sum_at(terms, count, high)
    if at_low <= 0.0:
        return low
    if at_high >= 0.0:
        return high
    t, side = low, 0
    for _ in range(60):
        t = (low * at_high - high * at_low) / (at_high - at_low)
        at = sum_at(terms, count, t)
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


@jit
def fit(rows, r, floor, terms):
    """Fit a polynomial to the payoffs r at the points; put the coefficients of its derivative into `terms`.

    Returns how many these are, and how large the last coefficients of the polynomial are.
    """
    values, middle = terms_room(), rows.payoffs[FITTED + PARTS // 2, r]
    for m in range(POINTS):
        values[m] = terms[m] = 0.0
        for k in range(POINTS):
            values[m] += COEFFICIENTS[m, k] * (rows.payoffs[FITTED + k, r] - middle)
    tail = max(abs(values[PARTS]), abs(values[PARTS - 1]))
    count = POINTS
    while count > 3 and abs(values[count - 1]) <= floor:  # no more than rounding
        count -= 1
    for m in range(count - 1, 0, -1):
        terms[m - 1] = (terms[m + 1] if m + 1 < count - 1 else 0.0) + 2.0 * m * values[m]
    terms[0] /= 2.0
    return count - 1, tail


@jit
def bend(terms, count, t):
    """Return how fast a derivative falls at t."""
    before, after = max(t - 1e-3, -1.0), min(t + 1e-3, 1.0)
    return (sum_at(terms, count, before) - sum_at(terms, count, after)) / (after - before)


@jit
def lean(rows, i, j):
    """Return the largest difference between what two rows give any of those who decide."""
    most = 0.0
    for r in range(rows.payoffs.shape[1]):
        most = max(most, abs(rows.payoffs[i, r] - rows.payoffs[j, r]))
    return most


@jit
def tilted(rows, i, j):
    """Return by how much more those who decide differ between two rows than the mover."""
    own = abs(rows.payoffs[i, 0] - rows.payoffs[j, 0])
    return lean(rows, i, j) / own if own > 0.0 else 1.0


@jit
def not_indifferent(rows):
    """Return the first of those who decide to whom it matters which point is taken, or -1; how far the
    payoffs differ; and how far they would differ by rounding alone."""
    worst = 0.0
    for k in range(FITTED, FITTED + POINTS):
        worst = max(worst, rows.errors[k])
    for r in range(rows.payoffs.shape[1]):
        least = most = rows.payoffs[FITTED, r]
        for k in range(FITTED, FITTED + POINTS):
            least, most = min(least, rows.payoffs[k, r]), max(most, rows.payoffs[k, r])
        floor = ROUNDING * rows.scale[r] + 2.0 * worst
        if most - least > 8.0 * floor:
            return r, most - least, floor
    return -1, 0.0, 0.0


@jit
def beside(rows, x, low, high):
    """Tell whether a move is so near to one of two others that rounding may decide what follows upon it."""
    near = NARROW * (rows.x[rows.tally[COUNT] - 1] - rows.x[0])
    return x - low <= near or high - x <= near


@jit_apart
def summit(rows, left, right, kind):
    """Find the top between two nodes of one kind, and put it into row `TOP`.

    Returns where it lies: `INSIDE` where payoffs are smooth, or at a `KINK`; 0 if a move in between, which is
    put there instead, is of another kind.
    """
    copy(rows, left, FITTED)
    copy(rows, right, FITTED + PARTS)
    start, end = rows.x[left], rows.x[right]
    terms, where, last, sure = terms_room(), KINK, math.inf, math.inf
    found = math.nan  # the top, and how exactly it is known
    tilt = 1.0  # by how much the payoffs of others change there, for a change of the mover's payoff
    for _ in range(SHRINKS):
        low, high = rows.x[FITTED], rows.x[FITTED + PARTS]
        half, middle, top = (high - low) / 2.0, low + (high - low) / 2.0, FITTED
        for k in range(1, PARTS):
            ask(rows, FITTED + k, middle + half * PLACES[k])
            if rows.kinds[FITTED + k] != kind and not beside(rows, rows.x[FITTED + k], start, end):
                copy(rows, FITTED + k, TOP)
                return 0
        r, spread, floor = not_indifferent(rows)
        if r < 0:
            if math.isfinite(found):
                break
            copy(rows, FITTED, TOP)
            return INSIDE
        for k in range(FITTED, FITTED + POINTS):
            if rows.payoffs[k, r] > rows.payoffs[top, r]:
                top = k
        before, after = max(top - 1, FITTED), min(top + 1, FITTED + PARTS)
        rounding = ROUNDING * rows.scale[r]
        if spread > 1e4 * rounding:
            tilt = max(tilted(rows, before, top), tilted(rows, top, after))
        count, tail = fit(rows, r, rounding, terms)
        # as smooth as it gets, where later moves are not known more exactly
        rough = 0.25 * last < tail <= 2.0 * floor
        smooth = tail <= max(1e-11 * spread, 2.0 * rounding)
        last = tail
        if smooth or tail <= 2.0 * floor or half <= 4e-16 * max(abs(low), abs(high)):
            t = stationary(terms, count, PLACES[before - FITTED], PLACES[after - FITTED])
            # how exactly the top is known, less near the ends of the interval; an end from which payoffs fall
            # is known exactly
            falls, doubt = bend(terms, count, t), 36.0 * max(tail, rounding) / math.sqrt(1.03 - t * t)
            known = abs(sum_at(terms, count, t)) > doubt
            exact = 0.0 if known else min(doubt / max(falls, 1e-300), 1.0)
            if exact * half < sure or math.isnan(found):
                sure, found = exact * half, middle + half * t
                if t <= -1.0 or found - low <= sure:
                    found = low
                elif t >= 1.0 or high - found <= sure:
                    found = high
                width = rows.x[after] - rows.x[before]
                rows.doubt[0] = sure * lean(rows, before, after) / width if width > 0.0 else 0.0
                where = KINK if half <= 4e-16 * max(abs(low), abs(high)) else INSIDE
                if where == KINK or spread <= 1e4 * rounding:
                    rows.doubt[0] = max(rows.doubt[0], 16.0 * rounding * tilt)
            if smooth or rough or where == KINK:
                break
        copy(rows, top, TOP)
        if top == FITTED:
            after += GENTLE
        if top == FITTED + PARTS:
            before -= GENTLE
        copy(rows, before, FITTED)
        copy(rows, after, FITTED + PARTS)
    if math.isfinite(found):
        ask(rows, TOP, found)
        if rows.kinds[TOP] != kind and not beside(rows, found, start, end):
            return 0
    return where


@jit
def falls_from(rows, j, inner):
    """Tell whether payoffs fall from node j, at an end of its kind, towards the next node of that kind."""
    width = rows.x[inner] - rows.x[j]
    ask(rows, ASKED, rows.x[j] + 1e-4 * width)
    if rows.kinds[ASKED] != rows.kinds[j] or not beats(rows, j, ASKED, 0):
        return False
    fall = (rows.payoffs[ASKED, 0] - rows.payoffs[j, 0]) / 1e-4
    return abs(rows.payoffs[inner, 0] - rows.payoffs[j, 0] - fall) < 1e3 * abs(fall)


@jit
def same(rows, i, j):
    """Tell whether node i is one, and of the kind of node j."""
    return 0 <= i < rows.tally[COUNT] and rows.kinds[i] == rows.kinds[j]


@jit
def wide(rows, i, step):
    """Return the node up to `WIDE` places on in one direction to which payoffs fall within a kind.

    The wider an interval, the more exactly a polynomial tells where its derivative is zero.
    """
    for _ in range(WIDE):
        if not same(rows, i + step, i) or rows.payoffs[i + step, 0] > rows.payoffs[i, 0]:
            break
        if abs(rows.payoffs[i + step, 0]) > rows.scale[0]:  # far out, where rounding is larger
            break
        i += step
    return i


@jit_apart
def settle(rows, j):
    """Find the top beside node j, which is better than its neighbours of the same kind, and put it into row
    `TOP`; return where it lies, or 0 as `summit` does."""
    last, rows.doubt[0] = rows.tally[COUNT] - 1, 0.0
    left = j - 1 if j > 0 and rows.kinds[j - 1] == rows.kinds[j] else j
    right = j + 1 if j < last and rows.kinds[j + 1] == rows.kinds[j] else j
    where = LOW if j == 0 else HIGH if j == last else CHANGE if left == j or right == j else INSIDE
    if where != INSIDE:
        copy(rows, j, TOP)
        if left == right or falls_from(rows, j, left if left < j else right):
            return where
    top = summit(rows, wide(rows, left, -1), wide(rows, right, 1), rows.kinds[j])
    if top and beats(rows, j, TOP, 0):
        copy(rows, j, TOP)
    if top and rows.x[TOP] <= rows.x[0]:
        return LOW
    if top and rows.x[TOP] >= rows.x[last]:
        return HIGH
    return CHANGE if top and where == CHANGE and rows.x[TOP] == rows.x[j] else top


@jit
def kind_at(rows, j, where, follows):
    """Return the kind of play of the top beside node j, if play of the kind `follows` follows."""
    other = 0
    if where == CHANGE:
        after = rows.kinds[j - 1] == rows.kinds[j]  # the last of its kind, or the first
        other = 2 * rows.kinds[j + 1] + 1 if after else 2 * rows.kinds[j - 1]
    return mixed(INSIDE if where == KINK else where, follows, other)


@jit
def bulge(rows, j, step):
    """Return how high payoffs between node j and the next in one direction may be if they are concave."""
    width, most = rows.x[j + step] - rows.x[j], math.inf
    if same(rows, j - step, j):
        most = rows.payoffs[j, 0] + slope(rows, j, rows.x[j - step], rows.payoffs[j - step, 0]) * width
    if same(rows, j + 2 * step, j):
        further = slope(rows, j + step, rows.x[j + 2 * step], rows.payoffs[j + 2 * step, 0])
        most = min(most, rows.payoffs[j + step, 0] - further * width)
    return most


@jit
def up_to_change(rows, j, step):
    """Return how high payoffs may be between node j and a change of kind beside it that is closed in on."""
    gap, whole = abs(rows.x[j + step] - rows.x[j]), rows.x[rows.tally[COUNT] - 1] - rows.x[0]
    if gap > NARROW * whole:
        return rows.payoffs[j, 0]
    return rows.payoffs[j, 0] + 4.0 * gap * abs(slope(rows, j, rows.x[j - step], rows.payoffs[j - step, 0]))


@jit
def is_top(rows, j, best):
    """Tell whether node j is better than those of its kind beside it, and there could be the best move."""
    most = rows.payoffs[j, 0]
    for step in (-1, 1):
        if same(rows, j + step, j):
            preferred = better(rows, j + step, j)
            if preferred > 0 or (preferred == 0 and step < 0):
                return False
            most = max(most, bulge(rows, j, step))
        elif same(rows, j - step, j) and 0 <= j + step < rows.tally[COUNT]:
            most = max(most, up_to_change(rows, j, step))
    most += 0.5 * (most - rows.payoffs[j, 0]) if most < math.inf else 0.0
    return most + rows.errors[j] >= best - TIE * abs(best)


@jit
def across(rows, i):
    """Return what `better` does for nodes i + 1 and i, at the two sides of a change of kind.

    Payoffs that go on from one side to the other without a jump are equal.
    """
    gap = rows.x[i + 1] - rows.x[i]
    for r in range(rows.payoffs.shape[1]):
        rise, one, other = 0.0, rows.payoffs[i + 1, r], rows.payoffs[i, r]
        if same(rows, i - 1, i):
            rise += abs((other - rows.payoffs[i - 1, r]) / (rows.x[i] - rows.x[i - 1]))
        if same(rows, i + 2, i + 1):
            rise += abs((one - rows.payoffs[i + 2, r]) / (rows.x[i + 2] - rows.x[i + 1]))
        noise = 4.0 * gap * rise + rows.errors[i] + rows.errors[i + 1]
        if not equal(one, other, rows.scale[r], noise):
            return 1 if one > other else -1
    return 0


@jit
def best_top(rows, best):
    """Put the best of all tops into row `BEST`, with its margin over the best of another kind.

    Returns its kind of play, or -1 if a node was added meanwhile.
    """
    j = kind = 0
    doubt, place, at_end = 0.0, -1, False  # the node of the best top, and whether it is that node
    margin, rival, within, other = math.inf, -1, math.inf, -1
    while j < rows.tally[COUNT]:
        if is_top(rows, j, best):
            where = settle(rows, j)
            if rows.tally[WHY]:
                return 0
            if where == 0:
                insert(rows, TOP, after(rows, rows.x[TOP]))
                return -1
            own, stays = kind_at(rows, j, where, rows.kinds[j]), rows.x[TOP] == rows.x[j]
            preferred = better(rows, TOP, BEST) if place >= 0 else 1
            lead = ahead(rows.payoffs[TOP, 0], rows.payoffs[BEST, 0], foremost(rows))
            noise = 2.0 * (rows.errors[TOP] + rows.errors[BEST]) + LARGEST * rows.scale[0]
            tie = equal(rows.payoffs[TOP, 0], rows.payoffs[BEST, 0], foremost(rows), noise)
            least = -math.inf  # of the margin; what is right to either side of a change loses nothing
            if place >= 0 and place == j - 1 and rows.kinds[place] != rows.kinds[j]:
                least = 1.0 if tie else least
                if at_end and stays:
                    preferred = across(rows, place)
                elif tie and at_end != stays:
                    # payoffs that rise from a change of kind are larger there than on its other side
                    preferred = 1 if at_end else -1
                if preferred == 0 and rows.errors[TOP] == 0.0 < rows.errors[BEST]:
                    preferred = 1  # it ends with a corner, which is known exactly
            if preferred > 0 or (preferred == 0 and rows.x[TOP] < rows.x[BEST]):
                if place >= 0 and own != kind:
                    margin, rival = max(1.0 + lead, least), kind
                copy(rows, TOP, BEST)
                kind, place, at_end, doubt = own, j, stays, rows.doubt[0]
                within, other = rows.margins[TOP], kind_at(rows, j, where, rows.rivals[TOP])
                if where == CHANGE:  # it moves with the change
                    within = math.inf
            elif own != kind and max(1.0 - lead, least) < margin:
                margin, rival = max(1.0 - lead, least), own
        j += 1
    rows.errors[BEST] += doubt
    rows.margins[BEST], rows.rivals[BEST] = min(margin, within), rival if margin <= within else other
    return kind


@jit
def close_changes(rows):
    """Close in on every change of kind that could matter; return the largest payoff."""
    best = -math.inf
    for i in range(rows.tally[COUNT]):
        best = max(best, rows.payoffs[i, 0] - rows.errors[i])
    i = 0
    while i + 1 < rows.tally[COUNT] and not rows.tally[WHY]:
        if rows.kinds[i] != rows.kinds[i + 1] and not rows.shut[i]:
            close_in(rows, i, best)
        i += 1
    for i in range(rows.tally[COUNT]):
        best = max(best, rows.payoffs[i, 0] - rows.errors[i])
    return best


@jit
def measure(rows, endless):
    """Find the largest payoff of each of those who decide, by which rounding is measured.

    Payoffs far out towards an end at infinity do not count.
    """
    best = 0
    for i in range(rows.tally[COUNT]):
        if rows.payoffs[i, 0] > rows.payoffs[best, 0]:
            best = i
    reach = NEAR * max(abs(rows.x[best]), 1.0) if endless else math.inf
    for r in range(rows.payoffs.shape[1]):
        rows.scale[r] = 0.0
        for i in range(rows.tally[COUNT]):
            if abs(rows.x[i] - rows.x[best]) <= reach:
                rows.scale[r] = max(rows.scale[r], abs(rows.payoffs[i, r]))


@jit
def best_move(rows, low, high, parts):
    """Put the best move from `low` to `high` into row `BEST`; return the kind of play that it makes."""
    if low == high:
        ask(rows, BEST, low)
        rows.margins[BEST], rows.rivals[BEST] = math.inf, -1
        return mixed(LOW, rows.kinds[BEST], 0)
    kind, rows.tally[COUNT] = 0, parts + 1
    for i in range(parts + 1):
        rows.shut[i] = 0
        ask(rows, i, node(low, high, i / parts))
    reach_out(rows, low, high)
    measure(rows, high - low == math.inf)
    for _ in range(PASSES):
        best = close_changes(rows)
        kind = 0 if rows.tally[WHY] else best_top(rows, best)
        if kind >= 0:
            break
    if kind < 0 or rows.tally[FULL]:  # more kinds than it can tell apart
        rows.errors[BEST] += DOUBT * rows.scale.max()
    return max(kind, 0)


@jit_apart
def search(follow, given, low, high, parts, deciders, answer):
    """Find a player's best move from `low` to `high`.

    follow, given : what tells what follows upon a move, as the places of a function and of what is given
    parts : into how many the interval is cut at first
    deciders : how many decide a tie
    answer : the place for the move, the `KIND` of play that it makes, an `ERROR` of the payoffs, and a
        `STATUS`: `SOLVED`, or why the move could not be found
    """
    found = row_at(answer, ANSWER)
    if not low <= high or low == math.inf or high == -math.inf:
        found[0], found[KIND], found[ERROR], found[STATUS] = low, 0, math.inf, ENDS
        found[MARGIN], found[RIVAL], found[SCALE] = math.inf, -1, 0.0
        return 0
    payoffs = wide_room()[: ROWS * deciders].reshape(ROWS, deciders)
    rows = Rows(
        follow,
        given,
        room(),
        payoffs,
        room(),
        whole_room(),
        room(),
        whole_room(),
        whole_room(),
        tally_room(),
        scales(),
        single(),
    )
    rows.tally[COUNT], rows.tally[WHY], rows.tally[FULL] = 0, SOLVED, 0
    rows.scale[:] = 0.0
    found[KIND] = best_move(rows, low, high, parts)
    found[0], found[ERROR], found[STATUS] = rows.x[BEST], rows.errors[BEST], rows.tally[WHY]
    found[MARGIN], found[RIVAL], found[SCALE] = rows.margins[BEST], rows.rivals[BEST], rows.scale.max()
    return 0


def searcher():
    """Return what calls `search`."""
    whole, real = types.int64, types.float64
    return by_name(search, (whole, whole, real, real, whole, whole, whole))
