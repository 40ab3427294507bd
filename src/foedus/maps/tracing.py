"""Tracing: find the code of each point of a grid by solving points only along the boundaries between codes.

The codes are solved at the points of a coarse lattice. If two neighbours on the lattice differ, a pair of
neighbours on the grid is found between which the code changes. From there the boundary is followed from quad
to quad of the grid. A quad is a square of four neighbours; it is mixed if these do not all have the same
code. So a boundary is known as a whole once a part of it is known, and with it the codes on both sides. If
two known points of a row or column differ with no boundary between them, there is another boundary, which is
found in the same way, until all agree.

A region can still be missed if it lies between the points of the lattice and is enclosed by one code. No
point next to a boundary that was followed has a wrong code, because these points are solved.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

CodesAt = Callable[[np.ndarray, np.ndarray], np.ndarray]  # takes the indices of points along both axes


class Quads(NamedTuple):
    """Mixed quads of a grid: the indices of their lower corners, in order, and the codes at their corners."""

    i: np.ndarray  # along the first axis
    j: np.ndarray  # along the second
    codes: np.ndarray  # (n, 2, 2): at i and i + 1, j and j + 1

    def turned(self) -> "Quads":
        """Return the same quads with the axes exchanged."""
        return Quads(self.j, self.i, self.codes.swapaxes(1, 2))


class Runs(NamedTuple):
    """A map, row by row, as runs of one code: the flat index where each run starts, rising, and its code."""

    shape: tuple[int, int]
    start: np.ndarray
    code: np.ndarray

    def at(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Return the codes at points."""
        return self.code[np.searchsorted(self.start, i * self.shape[1] + j, side="right") - 1]

    def rows(self, first: int, last: int) -> np.ndarray:
        """Return the codes of the rows from `first` to `last` - 1."""
        width = self.shape[1]
        a, b = np.searchsorted(self.start, (first * width, last * width))
        ends = np.append(self.start[a + 1 : b], last * width)
        return np.repeat(self.code[a:b], ends - self.start[a:b]).reshape(last - first, width)

    def counts(self) -> dict[int, int]:
        """Return how many points have each code that occurs."""
        lengths = np.diff(np.append(self.start, self.shape[0] * self.shape[1]))
        return {code: int(lengths[self.code == code].sum()) for code in np.unique(self.code).tolist()}


def lattice(size: int, spacing: int) -> np.ndarray:
    """Return the indices of the lattice along an axis: every `spacing`-th, and the last."""
    return np.append(np.arange(0, size - 1, spacing), size - 1)


def trace(codes_at: CodesAt, rows: np.ndarray, columns: np.ndarray, codes: np.ndarray) -> Quads:
    """Return every mixed quad on the boundaries that a lattice reveals.

    codes_at : gives the codes of points of the grid, by their indices
    rows, columns : the indices of the lattice, from 0 to the last index along each axis
    codes : (rows, columns) the codes at the points of the lattice
    """
    shape = int(rows[-1]) + 1, int(columns[-1]) + 1
    found = Quads(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2, 2), np.int8))
    while True:
        i, j = _unexplained(codes_at, found, rows, columns, codes)
        b, a = _unexplained(lambda x, y: codes_at(y, x), found.turned(), columns, rows, codes.T)
        # each stands for a pair of neighbours, (i, j) and (i, j + 1), or (a, b) and (a + 1, b)
        starts = np.concatenate([i * shape[1] + j, a * shape[1] + b])
        if not starts.size:
            return found
        i, j = np.divmod(np.unique(_last_quad(starts, shape)), shape[1])
        found = _joined([found, *_followed(codes_at, i, j, shape)])


def _last_quad(points: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return for each point, by its flat index, the quad that starts there, or the last quad at the grid's
    end."""
    i, j = np.divmod(points, shape[1])
    return np.minimum(i, shape[0] - 2) * shape[1] + np.minimum(j, shape[1] - 2)


def _unexplained(
    codes_at: CodesAt, found: Quads, rows: np.ndarray, columns: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of neighbours (i, j) and (i, j + 1) with two codes that are on no boundary that was
    `found`. There is one pair between any two successive known points of a row that differ without such a
    boundary."""
    width = int(columns[-1]) + 1
    at, code = _known(found, rows, columns, codes)
    quads = found.i * width + found.j
    here = np.flatnonzero((at[1:] // width == at[:-1] // width) & (code[1:] != code[:-1]))
    low, high, before = at[here], at[here + 1], code[here]
    quad = _last_quad(low, (int(rows[-1]) + 1, width))
    followed = (high - low == 1) & np.isin(quad, quads)
    row, before = low[~followed] // width, before[~followed]
    low, high = low[~followed] % width, high[~followed] % width
    while (high - low > 1).any():
        middle = (low + high) // 2
        same = codes_at(row, middle) == before
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return row, low


def _known(
    found: Quads, rows: np.ndarray, columns: np.ndarray, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat indices of known points, in order, and their codes: the corners of mixed quads, and
    both ends of each step along a row of the lattice if they differ or there are such corners between them.

    The other points of the lattice, which are the most, agree with their neighbours.
    """
    width = int(columns[-1]) + 1
    corner = (found.i * width + found.j)[:, None] + np.array([0, 1, width, width + 1])
    at, first = np.unique(corner.ravel(), return_index=True)
    code = found.codes.ravel()[first]
    i, j = np.divmod(at, width)
    on = np.isin(i, rows)
    line = np.searchsorted(rows, i[on])
    step = np.minimum(np.searchsorted(columns, j[on], side="right") - 1, columns.size - 2)
    differ = np.ravel_multi_index(np.nonzero(codes[:, 1:] != codes[:, :-1]), (rows.size, columns.size - 1))
    steps = np.union1d(line * (columns.size - 1) + step, differ)
    line, step = np.divmod(steps, columns.size - 1)
    line, step = np.concatenate([line, line]), np.concatenate([step, step + 1])
    at, first = np.unique(np.concatenate([at, rows[line] * width + columns[step]]), return_index=True)
    return at, np.concatenate([code, codes[line, step]])[first]


def _changes(found: Quads, rows: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the changes of code along rows, in order: the flat index of the point before and the code
    after."""
    lower = np.isin(found.i, rows) & (found.codes[:, 0, 0] != found.codes[:, 0, 1])
    upper = (found.i + 1 == rows[-1]) & (found.codes[:, 1, 0] != found.codes[:, 1, 1])
    at = np.concatenate([(found.i * width + found.j)[lower], ((found.i + 1) * width + found.j)[upper]])
    code = np.concatenate([found.codes[lower, 0, 1], found.codes[upper, 1, 1]])
    order = np.argsort(at)
    return at[order], code[order]


def _followed(codes_at: CodesAt, i: np.ndarray, j: np.ndarray, shape: tuple[int, int]) -> Iterator[Quads]:
    """Give all mixed quads on the boundaries through the quads (i, j), layer by layer. A quad of the next
    layer shares a pair of neighbours with two codes with a quad of this one."""
    layer, before = i * shape[1] + j, np.empty(0, np.int64)
    while layer.size:
        i, j = np.divmod(layer, shape[1])
        corners = np.stack([layer, layer + 1, layer + shape[1], layer + shape[1] + 1], 1)
        points, place = np.unique(corners, return_inverse=True)
        codes = codes_at(*np.divmod(points, shape[1]))[place].reshape(-1, 2, 2)
        mixed = (codes != codes[:, :1, :1]).any((1, 2))
        i, j, codes = i[mixed], j[mixed], codes[mixed]
        yield Quads(i, j, codes)
        below = (codes[:, 0, 0] != codes[:, 0, 1]) & (i > 0)
        above = (codes[:, 1, 0] != codes[:, 1, 1]) & (i < shape[0] - 2)
        left = (codes[:, 0, 0] != codes[:, 1, 0]) & (j > 0)
        right = (codes[:, 0, 1] != codes[:, 1, 1]) & (j < shape[1] - 2)
        key = i * shape[1] + j
        beside = np.unique(
            np.concatenate([key[below] - shape[1], key[above] + shape[1], key[left] - 1, key[right] + 1])
        )
        # a neighbour of a layer lies in the same layer, in the one before, or in the next one
        new = beside[~np.isin(beside, layer, assume_unique=True)]
        new = new[~np.isin(new, before, assume_unique=True)]
        layer, before = new, layer


def _joined(parts: list[Quads]) -> Quads:
    """Return all these quads in order."""
    i, j, codes = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((j, i))
    return Quads(i[order], j[order], codes[order])


def runs(found: Quads, shape: tuple[int, int], corner: int) -> Runs:
    """Return the map that all its mixed quads and the code of its first point determine."""
    width = shape[1]
    rows = np.arange(shape[0])
    at, after = _changes(found, rows, width)
    down, below = _changes(found.turned(), np.array([0]), shape[0])
    # the code of the first point of a row is the code after the last change down the first column
    first = np.append(np.int8(corner), below)[np.searchsorted(down, rows, side="left")]
    start = np.concatenate([rows * width, at + 1])
    code = np.concatenate([first, after]).astype(np.int8)
    order = np.argsort(start, kind="stable")
    return Runs(shape, start[order], code[order])
