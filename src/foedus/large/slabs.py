"""A slab of a map: how to solve it, on this machine or another, and what to keep of it."""

from pathlib import Path

import numpy as np

from ..io.draft import Draft, Record
from ..io.files import failing_to_write, format_of
from ..io.layout import Box
from ..model import Code
from ..solving.requests import Request, solve_request


def slab_of(request: Request, draft: Draft, slab: int) -> tuple:
    """Return the arguments of `solve_slab` for a slab of a draft, given by its number."""
    box = draft.layout.box(slab)
    return request.part(box), request.shape, box, draft.layout.chunk, draft.target, draft.file


def solve_slab(
    part: Request, shape: tuple[int, ...], box: Box, chunk: tuple[int, ...], target: Path, file: Path
) -> Record:
    """Solve the `part` of a map in a `box`, write or pack the results, and return the record.

    shape : of the map; chunk : of its chunks; target : its final name, for error messages; file : where it is
    now
    """
    arrays, unsolved, first = solve_request(part, threads=1)
    if unsolved:
        inner = np.unravel_index(first, part.shape)
        place = [side.start + index for side, index in zip(box, inner, strict=True)]
        first = int(np.ravel_multi_index(place, shape))
    mapped = part.model.mapped.name
    regimes = code_counts(part.model.codes, arrays[mapped]) if mapped in arrays else {}
    with failing_to_write(target):
        chunks = list(format_of(target).keep(file, arrays, box, chunk))
    return Record(part.columns.games, unsolved, first, regimes, chunks)


def code_counts(codes: type[Code], found: np.ndarray) -> dict[int, int]:
    """Return how many games have each code that occurs."""
    # comparing with int8 is five times as fast as with an enumeration
    counts = {int(code): int(np.count_nonzero(found == np.int8(code))) for code in codes.everything()}
    return {code: count for code, count in counts.items() if count}
