"""The search for the best move: compared with known maxima, and with a fine grid on random payoffs.

What follows is given piece by piece. A piece reaches up to a move and is of one kind; its payoffs are sums of a few
terms, so that one compiled function serves every test.
"""

import math

import numba
import numpy as np
import pytest
from conftest import sized

from foedus.kernels._calls import address_of, place_of, row_at
from foedus.kernels._jit import plain
from foedus.kernels.search import (
    ANSWER,
    CHANGE,
    DOUBT,
    ENDLESS,
    ENDS,
    ERROR,
    INSIDE,
    KIND,
    LARGEST,
    LOW,
    MARGIN,
    NODES,
    NOT_A_NUMBER,
    RIVAL,
    SCALE,
    SOLVED,
    STATUS,
    TIE,
    mixed,
    searcher,
    stationary,
)  # fmt: skip

PIECES = 256
(
    UNTIL, SORT, AT, CONSTANT, SLOPE, SQUARE, POWER, KINK, ROOT, LOG, WAVE, PULSE, BEFORE, BEFORE_SQUARE, OTHER, RATE,
    STATE, INEXACT, WIDTH,
) = range(19)  # fmt: skip


def follow(given, x, answer):
    """Answer by the piece in which a move lies."""
    pieces, found = row_at(given, PIECES * WIDTH), row_at(answer, ANSWER)
    first = 0
    while x > pieces[first + UNTIL]:
        first += WIDTH
    piece = pieces[first : first + WIDTH]
    far = x - piece[AT]
    found[0] = (
        piece[CONSTANT] + piece[SLOPE] * far + piece[SQUARE] * abs(far) ** piece[POWER] + piece[KINK] * abs(far)
        + piece[ROOT] * math.sqrt(abs(far)) + piece[LOG] * math.log(1.0 + abs(far))
        + piece[WAVE] * math.sin(piece[PULSE] * far)
    )  # fmt: skip
    found[1] = piece[BEFORE] * x + piece[BEFORE_SQUARE] * far * far
    found[KIND], found[ERROR], found[STATUS], found[RIVAL] = (
        piece[SORT],
        piece[INEXACT],
        piece[STATE],
        piece[OTHER],
    )
    # how far the change is off at which its rival would be as good
    change = piece[UNTIL] if piece[OTHER] > piece[SORT] else pieces[max(first - WIDTH, 0) + UNTIL]
    found[MARGIN] = piece[RATE] * abs(x - change) if piece[RATE] > 0.0 else math.inf
    return 0


# not by kernels.loop, which other tests measure
compiled = (lambda function: function) if plain else numba.njit(error_model="numpy", nogil=True)
answered, called = compiled(follow), searcher()
place = address_of(answered)


@compiled
def find(pieces, low, high, parts, deciders, answer):
    """Search as the code that is made of a definition does."""
    return called((place(), place_of(pieces), low, high, parts, deciders, place_of(answer)))


def piece(until=math.inf, kind=0, at=0.0, constant=0.0, slope=0.0, square=0.0, power=2.0, kink=0.0, root=0.0, log=0.0,
          wave=0.0, pulse=0.0, before=0.0, before_square=0.0, rival=-1, rate=0.0, status=SOLVED, error=0.0):  # fmt: skip
    """Return the numbers of a piece."""
    return (
        until, kind, at, constant, slope, square, power, kink, root, log, wave, pulse, before, before_square, rival, rate,
        status, error,
    )  # fmt: skip


class Found:
    """What the search finds, and what follows upon it."""

    def __init__(self, pieces, low, high, parts=20, deciders=1):
        self.pieces = np.zeros(PIECES * WIDTH)
        self.pieces[: len(pieces) * WIDTH] = np.concatenate(pieces)
        answer = np.zeros(ANSWER)
        find(self.pieces, float(low), float(high), parts, deciders, answer)
        self.x, self.kind, self.status = answer[0], int(answer[KIND]), int(answer[STATUS])
        self.error, self.margin, self.rival, self.scale = answer[[ERROR, MARGIN, RIVAL, SCALE]]
        self.payoff = self.of(self.x)[0] if self.status == SOLVED else math.nan

    def of(self, x):
        """Return what follows upon a move."""
        answer = np.zeros(ANSWER)
        follow(self.pieces, x, answer)
        return answer


INF = math.inf
# pieces, the ends of the interval, the best move, and how near it must be found
TOPS = {
    "inside": ([piece(at=0.3, square=-1)], (0, 1), 0.3, 1e-12),
    "inside, of a large interval": ([piece(at=0.3, square=-1)], (-1e5, 1e5), 0.3, 1e-6),
    "low end": ([piece(slope=-1)], (2, 5), 2, 0),
    "high end": ([piece(slope=1, square=-0.01)], (2, 5), 5, 0),
    "one move": ([piece(slope=1)], (2, 2), 2, 0),
    "root at the low end": ([piece(slope=-100, root=1)], (0, 1), 1 / 200**2, 1e-12),
    "root at the high end": ([piece(at=1, slope=1, root=0.1)], (0, 1), 1 - 0.0025, 1e-12),
    "all falls from a root": ([piece(root=-1)], (0, 1), 0, 0),
    "logarithm": ([piece(log=1, slope=-0.4)], (0, 9), 1.5, 1e-12),
    "logarithm, by its kink": ([piece(at=1, log=-1)], (0, 9), 1, 1e-12),
    "kink": ([piece(at=0.3, kink=-1)], (0, 1), 0.3, 1e-14),
    "kink at zero": ([piece(kink=-1)], (-1, 1), 0, 1e-14),
    "root upside down, at zero": ([piece(root=-1)], (-1, 1), 0, 1e-13),
    "uneven kink": ([piece(at=0.3, kink=-1, slope=0.9)], (0, 1), 0.3, 1e-14),
    "kink with bends": ([piece(at=0.3, kink=-1, square=-5, slope=0.3)], (0, 1), 0.3, 1e-13),
    "root upside down": ([piece(at=0.3, root=-1)], (0, 1), 0.3, 1e-13),
    "nothing matters": ([piece(constant=7)], (3, 4), 3, 0),
    "plateau": ([piece(0.5, 0, at=0.5, slope=1), piece(kind=1)], (0, 1), 0.5, 1e-12),
    "plateau between slopes": (
        [piece(0.3, 0, at=0.3, slope=1), piece(0.6, 1), piece(kind=2, at=0.6, slope=-1)], (0, 1), 0.3, 1e-12,
    ),
    "jump down": ([piece(0.7, 0, slope=1), piece(kind=1, slope=0.3)], (0, 1), 0.7, 1e-12),
    "jump up": ([piece(0.7, 0, slope=-1), piece(kind=1, constant=2, slope=-1)], (0, 1), 0.7, 1e-12),
    "jump up from a slope": ([piece(0.7, 0, slope=1), piece(kind=1, constant=2, slope=-1)], (0, 1), 0.7, 1e-12),
    "jump that does not matter": ([piece(0.7, 0, at=0.3, square=-1, constant=1), piece(kind=1, slope=0.3)], (0, 1), 0.3, 1e-12),
    "kinds that do not matter": ([piece(0.4, 0, slope=1), piece(0.6, 1, slope=1), piece(kind=2, slope=1)], (0, 1), 1, 0),
    "kink where the kind changes": (
        [piece(0.7, 0, slope=1), piece(kind=1, at=0.7, constant=0.7, slope=-2)], (0, 1), 0.7, 1e-12,
    ),
    "third kind between two": (
        [piece(0.4, 0, slope=1), piece(0.40001, 1, constant=2, slope=-1), piece(kind=2, constant=1, slope=-1)],
        (0, 1), 0.4, 1e-12,
    ),
    "third kind whose top is inside": (
        [piece(0.4, 0, slope=1), piece(0.401, 1, at=0.4005, constant=2, square=-1), piece(kind=2, slope=-1)],
        (0, 1), 0.4005, 1e-9,
    ),
    "a kind twice": (
        [piece(0.4, 0, slope=1), piece(0.5, 1, constant=-1), piece(kind=0, at=0.8, constant=1, square=-1)],
        (0, 1), 0.8, 1e-12,
    ),
    "last float of a kind": ([piece(0.5, 0), piece(kind=1, constant=-1, slope=1)], (0, 2), 2, 0),
    "no end above": ([piece(at=3, square=-1)], (0, INF), 3, 1e-12),
    "no end below": ([piece(at=3, square=-1)], (-INF, 5), 3, 1e-12),
    "no ends": ([piece(at=-3, square=-1)], (-INF, INF), -3, 1e-12),
    "no ends, and a kink": ([piece(at=-3, kink=-1)], (-INF, INF), -3, 1e-12),
    "far out": ([piece(at=1e6, square=-1)], (0, INF), 1e6, 1e-2),
    "farther out": ([piece(at=2e10, square=-1)], (0, INF), 2e10, 2e2),
    "far below": ([piece(at=-1e7, square=-1)], (-INF, 0), -1e7, 1e-1),
    "kink at 0": ([piece(kink=-1)], (-1, 1), 0, 1e-14),
    "flat at the low end": ([piece(square=-1, slope=-1e-7)], (0, 1), 0, 0),
    "flat at the high end": ([piece(at=1, square=-1, slope=1e-7)], (0, 1), 1, 0),
    "flat at both": ([piece(square=-1)], (0, 1), 0, 0),
    "the high end alone": ([piece(math.nextafter(1, 0), 0), piece(kind=1, constant=1)], (0, 1), 1, 0),
    "the low end alone": ([piece(0, 0, constant=1), piece(kind=1)], (0, 1), 0, 0),
    "a change at a node": ([piece(math.nextafter(1 / 3, 0), 0, slope=1), piece(kind=1, constant=1, slope=-1)], (0, 1), 1 / 3, 1e-12),
    "payoffs rise through a change near the top": ([piece(0.9999, 0, slope=1), piece(kind=1, slope=1)], (0, 1), 1, 0),
    "a kind narrower than is looked for": (
        [piece(0.4, 0, slope=1), piece(0.4 + 3e-11, 1), piece(kind=2, constant=-1, slope=1)], (0, 1), 0.4, 1e-10,
    ),
    "a kind narrower than is looked for, beside the better side": (
        [piece(0.4, 0, slope=-1), piece(0.4 + 3e-11, 1, constant=1), piece(kind=2, constant=2, slope=-1)], (0, 1), 0.4, 1e-10,
    ),
    "a worse kind narrower than is looked for": (
        [piece(0.53, 0, slope=-1), piece(0.53 + 1e-11, 1, constant=-1), piece(kind=2, constant=2, slope=-1)], (0, 1), 0.53, 1e-10,
    ),
    "three kinds, through which payoffs go on": (
        [piece(0.4, 0, at=0.4, kink=-1), piece(0.4 + 3e-11, 1, at=0.4, kink=-1), piece(kind=2, at=0.4, kink=-1)], (0, 1), 0.4, 1e-10,
    ),
    "rises by rounding alone": ([piece(constant=1, slope=1e-15)], (0, 1), 0.5, 0.5),
    "a kind that rounding brings in beside a change": (
        [piece(0.4, 0, slope=1), *(piece(0.4 + far, kind, at=0.4, constant=1, slope=-1) for far, kind in ((4e-15, 2), (3e-14, 1), (9, 2)))],
        (0, 1), 0.4, 1e-12,
    ),
    "tops to both sides of a change": (
        [piece(0.4, 0, at=0.4 - 1e-6, constant=1, square=-1), piece(kind=1, at=0.4 + 1e-6, constant=1, square=-1)], (0, 1), 0.4 - 1e-6, 1e-9,
    ),
    "margins of different sizes": (
        [piece(0.55, 0, slope=1, rival=1, rate=1e13), piece(kind=1, slope=-1, rival=0, rate=1e32)], (0, 1), 0.55, 1e-12,
    ),
    "very flat": ([piece(at=0.3, square=-1, power=12)], (0, 1), 0.3, 0.05),
    "a spike at a node": (
        [piece(1 / 3 - 1e-6, 0, at=0.5, square=-1), piece(1 / 3 + 1e-6, 0, constant=1), piece(kind=0, at=0.5, square=-1)],
        (0, 1), 1 / 3, 1e-6,
    ),
    "near an end that is near": ([piece(at=1e-6, square=-1, constant=1)], (0, INF), 1e-6, 1e-9),
}  # fmt: skip


@pytest.mark.parametrize("parts", [12, 20, 64])
@pytest.mark.parametrize("case", TOPS)
def test_known_tops(case, parts):
    pieces, (low, high), best, near = TOPS[case]
    found = Found(pieces, low, high, parts)
    assert found.status == SOLVED
    assert found.x == pytest.approx(best, abs=near, rel=0)
    assert found.error <= 1e-7 * found.scale


def test_a_kind_amid_another_is_found_where_the_top_of_the_other_would_be():
    around = {"at": 0.3, "square": -1}
    pieces = [
        piece(0.299, 0, **around),
        piece(0.301, 1, at=0.3003, constant=1, square=-1),
        piece(kind=0, **around),
    ]
    assert Found(pieces, 0, 1).x == pytest.approx(0.3003, abs=1e-9)


def test_a_kind_that_is_met_between_earlier_nodes_is_closed_in_on_there():
    """The polynomial of the top at 0.7 reaches over it."""
    around = {"at": 0.7, "square": -1}
    pieces = [
        piece(0.47, 0, **around),
        piece(0.55, 1, at=0.47, constant=1, slope=-1),
        piece(kind=0, **around),
    ]
    for parts in (12, 20):
        assert Found(pieces, 0, 1, parts).x == pytest.approx(0.47, abs=1e-12)


# pieces, the ends, and the best move by what those who moved before prefer
TIES = {
    "two tops": (
        [piece(0.5, 0, at=0.25, square=-1, before=1), piece(kind=1, at=0.75, square=-1, before=1)], (0, 1), 0.25, 0.75,
    ),
    "the earlier of two tops": (
        [piece(0.5, 0, at=0.25, square=-1, before_square=1), piece(kind=1, at=0.75, square=-1, before_square=1)],
        (0, 1), 0.25, 0.25,
    ),
    "plateau": ([piece(at=0.4, before_square=-1)], (0, 1), 0, 0.4),
    "plateau, high end": ([piece(before=1)], (0, 1), 0, 1),
    "plateau of one kind among two": (
        [piece(0.5, 0, at=0.5, slope=1), piece(kind=1, at=0.8, before_square=-1)], (0, 1), 0.5, 0.8,
    ),
    "two tops of a kind": (
        [piece(0.5, 0, at=0.25, constant=1, kink=-1, before=1), piece(1, 0, at=0.75, constant=1, kink=-1, before=1)],
        (0, 1), 0.25, 0.75,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TIES)
def test_a_tie_is_decided_by_those_before_and_then_by_the_smaller_move(case):
    pieces, (low, high), alone, asked = TIES[case]
    assert Found(pieces, low, high).x == pytest.approx(alone, abs=1e-12)
    assert Found(pieces, low, high, deciders=2).x == pytest.approx(asked, abs=1e-12)


def test_of_two_sides_of_a_change_the_exact_one_has_it():
    """A later player's corner is part of its kind, and the end of the other kind is not part of that one."""
    for error, side in ((1e-12, 1), (0.0, 0)):
        found = Found(
            [
                piece(0.7, 0, at=0.7, constant=1, slope=1, error=error),
                piece(kind=1, at=0.7, constant=1, slope=-2),
            ],
            0,
            1,
        )
        assert found.x == pytest.approx(0.7, abs=1e-12)
        assert found.kind == (mixed(CHANGE, 1, 0) if side else mixed(CHANGE, 0, 3))


@pytest.mark.parametrize("side", [-1, 1])
def test_a_top_just_beside_a_change_is_of_its_kind(side):
    """Its payoff is that of the change but for rounding, so that only slopes tell them apart."""
    top, change = {"at": 0.4, "square": -1, "constant": 1}, 0.4 + side * 1e-8
    away = {"at": change, "slope": -side, "constant": 1}
    kinds = [top, away] if side > 0 else [away, top]
    found = Found([piece(change, 0, **kinds[0]), piece(kind=1, **kinds[1])], 0, 1)
    assert found.kind == mixed(INSIDE, 0 if side > 0 else 1, 0)
    assert found.x == pytest.approx(0.4, abs=1e-12)
    assert found.margin >= 1.0


def test_of_a_kind_at_one_move_only_and_the_rest_beside_it_the_smaller_move_has_it():
    """Nothing tells how payoffs go on within such a kind."""
    low = Found([piece(0, 0, constant=1, slope=-1), piece(kind=1, constant=1, slope=-1)], 0, 1)
    assert (low.x, low.kind) == (0.0, mixed(LOW, 0, 0))
    last = math.nextafter(1, 0)
    high = Found([piece(last, 0, slope=1), piece(kind=1, slope=1)], 0, 1)
    assert high.x == pytest.approx(1, abs=1e-13)


def test_a_top_is_as_exact_as_what_follows_upon_it():
    """Noise of later moves is less of the slope of a wide interval: it is not narrowed further than helps."""
    for power in (2.0, 2.5):
        found = Found([piece(at=0.3, square=-1, power=power, error=1e-6)], 0, 1)
        assert found.x == pytest.approx(0.3, abs=1e-3)
    noisy = Found([piece(at=0.3, square=-1, log=-0.1, wave=1e-12, pulse=1e9, error=1e-11)], 0, 1)
    # the log has its kink where the square has its top
    assert noisy.x == pytest.approx(0.3, abs=1e-9)
    smooth = Found(
        [piece(at=-0.3, constant=1, slope=1.8, square=-1, log=0.1, wave=1e-12, pulse=1e9, error=1e-11)], 0, 1
    )
    # 1.8 - 2 z + 0.1/(1 + z) = 0 for z = x + 0.3: 2 z^2 + 0.2 z - 1.9 = 0
    assert smooth.x == pytest.approx((-0.2 + math.sqrt(0.04 + 15.2)) / 4 - 0.3, abs=1e-9)


UNSOLVED = {
    "low above high": ([piece()], (1, 0), ENDS),
    "low is NaN": ([piece()], (math.nan, 0), ENDS),
    "high is NaN": ([piece()], (0, math.nan), ENDS),
    "starts at infinity": ([piece()], (INF, INF), ENDS),
    "ends at minus infinity": ([piece()], (-INF, -INF), ENDS),
    "rises for ever": ([piece(slope=1)], (0, INF), ENDLESS),
    "rises for ever, downwards": ([piece(slope=-1)], (-INF, 0), ENDLESS),
    "rises for ever on both sides": ([piece(square=1)], (-INF, INF), ENDLESS),
    "rises for ever behind a dip": ([piece(at=1, square=0.1)], (0, INF), ENDLESS),
    "what follows is not solved": ([piece(0.3), piece(kind=1, status=NOT_A_NUMBER)], (0, 1), NOT_A_NUMBER),
    "all that follows is not solved": ([piece(status=NOT_A_NUMBER)], (0, 1), NOT_A_NUMBER),
}  # fmt: skip


@pytest.mark.parametrize("case", UNSOLVED)
def test_what_cannot_be_solved_says_why(case):
    pieces, (low, high), status = UNSOLVED[case]
    assert Found(pieces, low, high).status == status


NARROW = {
    "closing in": lambda status: [piece(0.4, 0, slope=1), piece(0.40001, 1, status=status), piece(kind=2, constant=1, slope=-1)],
    "fitting": lambda status: [piece(0.299, 0, at=0.3, square=-1), piece(0.301, 1, status=status), piece(kind=0, at=0.3, square=-1)],
}  # fmt: skip


@pytest.mark.parametrize("case", NARROW)
def test_what_is_not_solved_is_seen_in_a_narrow_piece(case):
    """Where only closing in, or fitting, meets it."""
    assert Found(NARROW[case](SOLVED), 0, 1).status == SOLVED
    assert Found(NARROW[case](NOT_A_NUMBER), 0, 1).status == NOT_A_NUMBER


def test_more_kinds_than_there_is_room_for_are_doubtful():
    pieces = [piece((k + 1) / 200, k, constant=1 + 0.001 * math.sin(1.7 * k)) for k in range(199)]
    found = Found([*pieces, piece(kind=199)], 0, 1, parts=64)
    assert len(pieces) > NODES
    assert found.error >= 0.9 * DOUBT


def test_the_best_move_tells_how_clearly_it_is_preferred():
    """The margin counts the difference to the best of another kind in units of what is still a tie."""
    for ahead in (-1e-9, 1e-9):
        low, high = (
            piece(0.5, 0, at=0.25, square=-1, constant=1),
            piece(kind=1, at=0.75, square=-1, constant=1 + ahead),
        )
        found = Found([low, high], 0, 1)
        assert found.x == pytest.approx(0.75 if ahead > 0 else 0.25)
        assert found.margin == pytest.approx(1 + 1e-9 / (TIE + LARGEST), rel=1e-3)
        assert found.rival == Found([low, high], 0.5 if ahead < 0 else 0, 1 if ahead < 0 else 0.5).kind
    assert Found([piece(at=0.3, square=-1)], 0, 1).margin == INF


@pytest.mark.parametrize("rate", [1e-3, 1, 1e6, 1e13, 1e15])
def test_a_change_is_where_the_next_player_is_indifferent(rate):
    """Its margins lead there, and the best move keeps off by as much as makes no tie, as long as that is near."""
    pieces = [piece(0.4, 0, slope=1, rival=1, rate=rate), piece(kind=1, constant=-1, rival=0, rate=rate / 7)]
    found = Found(pieces, 0, 1)
    assert found.x <= 0.4
    assert found.x == pytest.approx(0.4, abs=1e-8)
    if rate >= 1e13:
        assert found.of(found.x)[MARGIN] >= 1.0


def test_a_comb_of_two_kinds_is_doubtful():
    pieces = [piece(0.2 + k / 1000, k % 2, at=0.3, square=-1) for k in range(200)]
    assert Found([*pieces, piece(kind=0, at=0.3, square=-1)], 0, 1, parts=12).error >= 0.4 * DOUBT


@pytest.mark.parametrize("order", [1, 3, 9])
def test_where_a_derivative_falls_through_zero(order):
    """However flat it is there: as near as rounding lets it be told."""
    for zero in np.linspace(-0.8, 0.8, 33):
        terms = -np.polynomial.chebyshev.poly2cheb(np.polynomial.polynomial.polypow([-zero, 1.0], order))
        found = stationary(terms, order + 1, -1.0, 1.0)
        assert abs(found - zero) ** order <= 1e-13
    assert stationary(terms, order + 1, 0.9, 1.0) == 0.9
    assert stationary(terms, order + 1, -1.0, 0.5) == 0.5


def any_pieces(rng):
    """Return random pieces on [0, 1], wide enough for the nodes to meet each; a kind may come twice.

    What is narrower than nodes are apart, as the top of a cusp is, no search of this kind can know of. So there is
    a kink in a kind or a wave, and roots and logarithms are steep at an end only.
    """
    count = rng.integers(1, 6)
    widths = 0.13 + rng.dirichlet(np.ones(count)) * (1 - 0.13 * count)
    ends = [*np.cumsum(widths)[:-1], INF]
    found = []
    for k, end in enumerate(ends):
        terms = {
            "at": float(rng.integers(2)),
            "root": rng.normal() * rng.integers(2),
            "log": rng.normal() * rng.integers(2),
        }
        if rng.random() < 0.5:
            terms = {"at": rng.uniform(), "kink": -rng.exponential() * rng.integers(2)}
        found.append(
            piece(
                end, k if rng.random() < 0.8 else k % 2, constant=rng.choice([0.0, 1.0, rng.normal()]),
                slope=rng.normal() * rng.integers(2), square=-rng.exponential() * rng.integers(2),
                wave=0.2 * rng.normal() * rng.integers(2), pulse=rng.uniform(0, 6), before=rng.normal(), **terms,
            )
        )  # fmt: skip
    return found


@compiled
def highest(pieces, moves):
    """Return the highest payoff of some moves."""
    answer, most = np.zeros(ANSWER), -np.inf
    for x in moves:
        answered(place_of(pieces), x, place_of(answer))
        most = max(most, answer[0])
    return most


@pytest.mark.parametrize("seed", range(sized(250)))
def test_no_move_of_a_fine_grid_is_better(seed):
    pieces = any_pieces(np.random.default_rng(seed))
    found = Found(pieces, 0, 1)
    ends = [one[UNTIL] for one in pieces[:-1]]
    grid = np.concatenate([np.linspace(0, 1, 4001), ends, np.nextafter(ends, 2), [one[AT] for one in pieces]])
    best = highest(found.pieces, grid)
    assert found.status == SOLVED
    assert found.payoff >= best - 1e-11 * found.scale - found.error
