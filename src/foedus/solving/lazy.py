"""Grids that Dask solves when and where it computes them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..model.checks import naming
from ..model.names import resolve
from ..system.libraries import missing_extra
from .requests import Request, solve_request

try:
    import cloudpickle
    import dask
    import dask.array
except ModuleNotFoundError as error:
    raise missing_extra(error, "lazy maps need Dask: pip install 'foedus[dask]'") from None


class Sent:
    """Something that another process unpacks only when it asks for it.

    A model cannot be unpacked if its file is missing there. So this error comes in a task, which reports it,
    and not in the connection to a worker, which would end.
    """

    def __init__(self, thing: Any, packed: bytes = b"") -> None:
        self._thing, self._packed = thing, packed

    def __reduce__(self) -> tuple:
        return Sent, (None, self._packed or cloudpickle.dumps(self._thing))

    def unpacked(self) -> Any:
        """Return what was sent."""
        return cloudpickle.loads(self._packed) if self._packed else self._thing


def lazy_arrays(request: Request, chunks: Mapping[str, Any]) -> dict[str, dask.array.Array]:
    """Return a lazy array for each variable of a grid.

    Parameters
    ----------
    request : Request
        the grid
    chunks : mapping
        the chunks of each axis, as Dask takes them: a size, sizes, or ``"auto"``; an axis that is left out is
        not cut

    Raises
    ------
    TypeError, ValueError
        if `chunks` is not a mapping, names something that is not an axis, or has sizes that Dask refuses.
    """
    if not isinstance(chunks, Mapping):
        raise TypeError(f"chunks must be a mapping of axes to sizes, not a {type(chunks).__name__}")
    axes = {name: request.model.by_name[name] for name in request.dims}
    with naming("chunks"):
        chunks = {resolve(name, axes, "an axis"): sizes for name, sizes in chunks.items()}
    fields = [(name, request.dtype_of(name)) for name in request.variables]
    try:
        cut = dask.array.core.normalize_chunks(
            tuple(chunks.get(name, -1) for name in request.dims), request.shape, dtype=np.dtype(fields)
        )
    except (ValueError, TypeError, NotImplementedError) as error:
        raise ValueError(f"chunks = {dict(chunks)!r} do not fit the axes: {error}") from None
    # a chunk is solved for all variables at once, as one array of records
    solved = dask.array.map_blocks(
        _solve_block,
        dask.delayed(Sent(request)),
        chunks=cut,
        dtype=np.dtype(fields),
        meta=np.empty((0,) * len(cut), fields),
    )
    return {name: solved[name] for name in request.variables}


def _solve_block(sent: Sent, block_info: Any = None) -> np.ndarray:
    """Solve the games of a chunk."""
    request: Request = sent.unpacked()
    box = tuple(slice(*ends) for ends in block_info[None]["array-location"])
    arrays = solve_request(request.part(box), threads=1).arrays
    fields = [(name, array.dtype) for name, array in arrays.items()]
    records = np.empty(next(iter(arrays.values())).shape, fields)
    for name, array in arrays.items():
        records[name] = array
    return records
