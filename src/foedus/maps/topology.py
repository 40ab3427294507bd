"""The boundaries of a traced map as curves, the points where three or more regions meet, and the entropy of
the map.

Positions are in steps of the grid along each axis, as the axis is drawn: 2.5 is midway between the values
with the indices 2 and 3.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .tracing import Quads, Runs

CodesAt = Callable[[np.ndarray, np.ndarray], np.ndarray]  # takes positions along both axes
HALVINGS = 10  # of a step, to find where a boundary crosses it
CLOSE = 10  # junctions within so many steps of the grid belong to one meeting of regions
WINDOW = 64  # steps of a window around a meeting; the window becomes smaller and smaller
NEAREST, FAR = 1e-6, 50.0  # half a window, in steps of the grid, at which this ends, or is given up


class Curves(NamedTuple):
    """Boundaries: the vertices of all curves one after another, the number of vertices of each curve, and the
    codes on its sides, the smaller first.

    A closed curve ends in its first vertex. Other curves end where more than two codes meet, or on the
    border.
    """

    vertices: np.ndarray  # (vertices, 2)
    sizes: np.ndarray  # (curves,)
    codes: np.ndarray  # (curves, 2)

    def lengths(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the length of each curve, with both axes scaled to [0, 1]."""
        steps = np.diff(self.vertices / (np.array(shape) - 1), axis=0)
        along = np.append(0.0, np.cumsum(np.hypot(steps[:, 0], steps[:, 1])))
        ends = np.cumsum(self.sizes)
        return along[ends - 1] - along[ends - self.sizes]


class Meeting(NamedTuple):
    """A point where three or more codes meet."""

    at: tuple[float, float]
    error: float  # steps along both axes: half of the last window in which it was seen
    codes: frozenset[int]


# the sides of a quad: the offsets of the lower end, and the axis along which the side runs
SIDES = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 1], [0, 0, 0]])  # bottom, right, top, left
ENDS = np.array([[0, 1], [1, 3], [2, 3], [0, 2]])  # the corners at which they end, of codes.reshape(-1, 4)


def geometry(codes_at: CodesAt, quads: Quads, shape: tuple[int, int]) -> tuple[Curves, list[Meeting]]:
    """Return all boundaries of a map as curves, from its mixed quads, and the points where they meet.

    A boundary crosses the side of a quad where the code changes. This point is found to 2^-`HALVINGS` of a
    step.
    """
    corners = quads.codes.reshape(-1, 4)
    crossed = corners[:, ENDS[:, 0]] != corners[:, ENDS[:, 1]]
    sides = np.stack([quads.i, quads.j], 1)[:, None] + SIDES[:, :2]
    number = 2 * (sides[..., 0] * shape[1] + sides[..., 1]) + SIDES[:, 2]
    side, first, node = np.unique(number[crossed], return_index=True, return_inverse=True)
    ends = corners[:, ENDS][crossed][first]
    nodes = np.full(crossed.shape, -1)
    nodes[crossed] = node
    positions = _crossings(codes_at, side, ends[:, 0], shape[1])
    pairs, junction = _segments(codes_at, quads, nodes, side.size)
    centres = np.stack([quads.i[junction], quads.j[junction]], 1) + 0.5
    meetings: list[Meeting] = []
    if junction.size:
        meetings = _meetings(codes_at, centres, masks(quads.codes[junction].reshape(-1, 4)), shape)
    for meeting in meetings:  # a curve ends in the meeting within the quad of its junction
        centres[(np.abs(centres - meeting.at) <= 0.5).all(1)] = meeting.at
    chains = _chains(pairs, side.size)
    curves = Curves(
        np.concatenate([positions, centres])[np.concatenate([[], *chains]).astype(int)],
        np.array([len(chain) for chain in chains], np.int64),
        np.sort(ends[[next(n for n in chain if n < side.size) for chain in chains]], 1).reshape(-1, 2),
    )
    return curves, meetings


def _crossings(codes_at: CodesAt, side: np.ndarray, code: np.ndarray, width: int) -> np.ndarray:
    """Return the point on each side where the `code` of its lower end changes."""
    point, axis = np.divmod(side, 2)
    start = np.stack(np.divmod(point, width), 1).astype(float)
    along = np.zeros_like(start)
    along[np.arange(side.size), axis] = 1.0
    low, high = np.zeros(side.size), np.ones(side.size)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        at = start + middle[:, None] * along
        same = codes_at(at[:, 0], at[:, 1]) == code
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return start + ((low + high) / 2)[:, None] * along


def _segments(
    codes_at: CodesAt, quads: Quads, nodes: np.ndarray, crossings: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of nodes that a boundary joins within a quad, and which quads are junctions.

    Nodes are crossings, by their number, followed by junctions: quads in which more than two codes meet. If
    two opposite corners have the code of the middle, they are joined, and the boundary separates the other
    two.
    """
    crossed = nodes >= 0
    two = crossed.sum(1) == 2
    pairs = [nodes[two][crossed[two]].reshape(-1, 2)]
    others = np.flatnonzero(~two)
    codes = quads.codes[others]
    middle = codes_at(quads.i[others] + 0.5, quads.j[others] + 0.5)
    saddle = crossed[others].all(1)
    rising = saddle & (codes[:, 0, 0] == codes[:, 1, 1]) & (codes[:, 0, 0] == middle)
    falling = saddle & (codes[:, 0, 1] == codes[:, 1, 0]) & ~rising
    falling &= (codes[:, 0, 1] == middle) | (codes[:, 0, 0] == codes[:, 1, 1])
    pairs.append(nodes[others[rising]].reshape(-1, 2))  # bottom and right, top and left
    pairs.append(np.roll(nodes[others[falling]], 1, axis=1).reshape(-1, 2))  # left and bottom, right and top
    junction = others[~(rising | falling)]
    arms = nodes[junction]
    centre = np.broadcast_to(crossings + np.arange(junction.size)[:, None], arms.shape)
    pairs.append(np.stack([arms[arms >= 0], centre[arms >= 0]], 1))
    return np.concatenate(pairs), junction


def _chains(pairs: np.ndarray, crossings: int) -> list[list[int]]:
    """Return the nodes along each curve: from a junction or the border to another, or around a closed
    curve."""
    # every crossing is on two segments, or on one at the border
    ends = pairs.ravel()
    order = np.argsort(ends, kind="stable")
    first = np.searchsorted(ends[order], np.arange(crossings + 1)).tolist()
    segment = (order // 2).tolist()
    a, b = pairs.T.tolist()
    used = [False] * len(a)

    def walk(node: int, along: int) -> list[int]:
        chain = [node]
        while not used[along]:
            used[along] = True
            node = a[along] + b[along] - node
            chain.append(node)
            if node >= crossings:
                break
            for other in segment[first[node] : first[node + 1]]:
                if not used[other]:
                    along = other
        return chain

    # start at junctions, then at the border; the curves that are left are closed
    starts = [(end, s) for s, pair in enumerate(zip(a, b, strict=True)) for end in pair if end >= crossings]
    starts += [(n, segment[first[n]]) for n in range(crossings) if first[n + 1] - first[n] == 1]
    starts += [(node, s) for s, node in enumerate(a)]
    return [walk(node, s) for node, s in starts if not used[s]]


def masks(corners: np.ndarray) -> np.ndarray:
    """Return the codes in each row as one number, with a bit for each code."""
    return np.bitwise_or.reduce(np.int64(1) << (corners.astype(np.int64) + 1), axis=-1)


def _meetings(
    codes_at: CodesAt, centres: np.ndarray, met: np.ndarray, shape: tuple[int, int]
) -> list[Meeting]:
    """Return the points where more than two codes meet. Junctions near each other where the same codes have
    `met` give one point."""
    found = []
    for mask in np.unique(met):
        these = centres[met == mask]
        found += [seen_from_near(codes_at, these[group], mask, shape) for group in groups(these)]
    return sorted((meeting for meeting in found if meeting is not None), key=lambda meeting: meeting.at)


def groups(points: np.ndarray) -> list[np.ndarray]:
    """Return groups of points: each point is within `CLOSE` of another point of its group along both axes."""
    left = np.arange(len(points))
    found = []
    while left.size:
        group, near = left[:0], left[:1]
        left = left[1:]
        while near.size:
            group = np.append(group, near)
            close = (np.abs(points[left][:, None] - points[near]).max(2) <= CLOSE).any(1)
            near, left = left[close], left[~close]
        found.append(group)
    return found


def seen_from_near(
    codes_at: CodesAt, centres: np.ndarray, mask: int, shape: tuple[int, int]
) -> Meeting | None:
    """Return the point near these junctions where the codes of a mask meet, found with smaller and smaller
    windows; None if they turn out not to meet."""
    low, high = centres.min(0) - 0.5, centres.max(0) + 0.5
    reach = float((high - low).max())
    most = np.array(shape) - 1
    meeting = None
    while True:
        middle = (low + high) / 2
        ends = np.clip([middle - reach, middle + reach], 0, most)
        u, v = np.linspace(ends[0], ends[1], WINDOW + 1).T
        codes = codes_at(np.repeat(u, v.size), np.tile(v, u.size)).reshape(u.size, v.size)
        corners = np.stack([codes[:-1, :-1], codes[:-1, 1:], codes[1:, :-1], codes[1:, 1:]], -1)
        i, j = np.nonzero(masks(corners) & mask == mask)
        if not i.size:
            # a wedge that is thinner than a step is not seen, so it ends further away than it seemed
            if meeting is not None or reach > FAR:
                return meeting
            reach *= 2
            continue
        cells = np.stack([i, j], 1)
        group = min(groups(cells), key=lambda group: np.abs(cells[group] - WINDOW / 2).max(1).min())
        i, j = i[group], j[group]
        low, high = np.array([u[i.min()], v[j.min()]]), np.array([u[i.max() + 1], v[j.max() + 1]])
        at_u, at_v = ((low + high) / 2).tolist()
        meeting = Meeting((at_u, at_v), reach, frozenset(np.unique(corners[i, j]).tolist()))
        nearer = 1.5 * float((high - low).max())
        if nearer > 0.9 * reach or reach <= NEAREST:
            return meeting
        reach = nearer


def entropies(runs: Runs, quads: Quads, side: int) -> tuple[float, float]:
    """Return the basin entropy and the boundary basin entropy of a map in boxes of `side` by `side` points.

    The entropy of a box is -sum p_k ln p_k, where p_k are the shares of the codes in it. The basin entropy is
    the mean over all whole boxes. The boundary basin entropy is the mean over boxes with more than one code,
    or 0 if there are none. If it exceeds ln 2, the boundary is fractal (Daza, Wagemakers, Georgeot,
    Guéry-Odelin and Sanjuán 2016, Scientific Reports 6, 31416).
    """
    rows, columns = (size // side for size in runs.shape)
    if not rows * columns:
        return math.nan, math.nan
    boxes = []
    for di, dj in ((0, 0), (0, 1), (1, 0), (1, 1)):  # a mixed quad may reach into four of them
        i, j = (quads.i + di) // side, (quads.j + dj) // side
        inside = (i < rows) & (j < columns)
        boxes.append(np.unique(i[inside] * columns + j[inside]))
    mixed = np.unique(np.concatenate(boxes))
    known = np.unique(runs.code)
    total, boundary = 0.0, 0
    for part in np.array_split(mixed, mixed.size // 2**16 + 1):
        i, j = (at[:, None] * side + np.arange(side) for at in np.divmod(part, columns))
        codes = runs.at(i[:, :, None], j[:, None, :]).reshape(part.size, side * side)
        p = np.stack([(codes == code).mean(1) for code in known], 1)
        entropy = -(p * np.log(np.where(p > 0, p, 1.0))).sum(1)
        total += float(entropy.sum())
        boundary += int((entropy > 0).sum())
    return total / (rows * columns), total / boundary if boundary else 0.0
