"""How a map is divided: into chunks, which a file compresses one by one, and slabs of chunks. A slab is
solved and kept as a whole."""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

CHUNK = 2**17  # games: a megabyte of float64
SMALL_CHUNK = 2**12  # games, if each takes a search: a second or two
SLAB = 2**22  # games at most: a twelfth of a second
SLAB_BYTES = 2**25  # of results at most
SLABS = 64  # least number of slabs for threads to share, unless they would be smaller than a chunk

Box = tuple[slice, ...]


class Chunk(NamedTuple):
    """A compressed chunk of a variable, and the indices of its first value."""

    variable: str
    start: tuple[int, ...]
    data: bytes


class Layout(NamedTuple):
    """How a map of this shape is divided."""

    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    slab: tuple[int, ...]

    @property
    def slabs(self) -> int:
        """How many slabs there are."""
        return math.prod(self.counts)

    def box(self, slab: int) -> Box:
        """Return the games in a slab, given by its number."""
        places = np.unravel_index(slab, self.counts)
        return tuple(
            slice(int(place) * step, min((int(place) + 1) * step, length))
            for place, step, length in zip(places, self.slab, self.shape, strict=True)
        )

    def slab_at(self, place: tuple[int, ...]) -> int:
        """Return the number of the slab at a place among the slabs."""
        return int(np.ravel_multi_index(place, self.counts))

    @property
    def counts(self) -> tuple[int, ...]:
        """Return how many slabs there are along each dimension."""
        return tuple(-(-length // step) for length, step in zip(self.shape, self.slab, strict=True))


def chunk_shape(shape: tuple[int, ...], most: int | None = None) -> tuple[int, ...]:
    """Return the shape of chunks of at most `most` values, long in the last dimensions and of about equal
    size.

    most : `CHUNK` by default

    Examples
    --------
    >>> chunk_shape((2048, 2048)), chunk_shape((40_000, 40_000)), chunk_shape((3, 10))
    ((64, 2048), (6, 20000), (3, 10))
    """
    most = most or CHUNK
    sizes, room, longest = [], most, most // 4  # so that a chunk is not a single row
    for size in reversed(shape):
        pieces = max(1, math.ceil(size / min(room, longest)))
        sizes.append(max(1, math.ceil(size / pieces)))
        room = max(1, room // sizes[-1])
        longest = room
    return tuple(reversed(sizes))


def layout(
    shape: tuple[int, ...], bytes_per_game: int, quick: bool = True, chunk_games: int | None = None
) -> Layout:
    """Return how a map is divided. This depends only on the map itself.

    A slab is made of neighbouring chunks, first along the other dimensions, then along the last one. If games
    are slow to solve, a slab is a single chunk of at most `chunk_games` games.
    """
    chunk = chunk_shape(shape, chunk_games)
    games = math.prod(chunk)
    most = min(SLAB, math.prod(shape) // SLABS, SLAB_BYTES // bytes_per_game) if quick else games
    room = max(1, most // games)
    slab = list(chunk)
    for dim in (*reversed(range(len(shape) - 1)), len(shape) - 1):
        count = max(1, min(room, math.ceil(shape[dim] / chunk[dim])))
        slab[dim] *= count
        room //= count
    return Layout(shape, chunk, tuple(slab))


def boxes(shape: tuple[int, ...], size: tuple[int, ...]) -> Iterator[Box]:
    """Divide a shape into boxes of a size, smaller at its ends, and give them in order."""
    steps = (range(0, length, step) for length, step in zip(shape, size, strict=True))
    for starts in itertools.product(*steps):
        yield tuple(
            slice(start, min(start + step, length))
            for start, step, length in zip(starts, size, shape, strict=True)
        )
