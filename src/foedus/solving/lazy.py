"""Grids that are solved when and where Dask computes them."""

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
    raise missing_extra(error, "lazy maps take Dask: pip install 'foedus[dask]'") from None


class Sent:
    """Something that is unpacked, where it is sent to, only when it is asked for.

    To unpack a model fails where its file is missing: in a task, which tells it, and not in the connection
    of a worker, which would end.
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
        into what chunks each axis is cut, as Dask takes it: a size, sizes, or ``"auto"``; axes that are
        left out stay whole

    Raises
    ------
    TypeError, ValueError
        if `chunks` is no mapping, names what is no axis, or cuts it in a way that Dask refuses.
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
        raise ValueError(f"chunks = {dict(chunks)!r} does not cut the axes: {error}") from None
    # all variables of a chunk are solved at once, as one array of records
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
