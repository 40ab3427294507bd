"""Maps solved on a Dask cluster."""

import contextlib
import importlib.metadata
import itertools
import logging
from collections.abc import Iterator

from ..io.draft import Draft, Record
from ..solving.lazy import Sent
from ..solving.parallel import Progress, check_threads
from ..solving.requests import Request, solve_request
from ..system.libraries import missing_extra
from ..version import __version__
from .slabs import slab_of, solve_slab

try:
    import distributed
except ModuleNotFoundError as error:
    raise missing_extra(error, "clusters need Dask: pip install 'foedus[dask]'") from None

AHEAD = 4  # slabs that wait for each thread of the cluster, so that no thread is idle
PATIENCE = "10s"  # how long to wait for a scheduler to answer


@contextlib.contextmanager
def connected(address: str | None, threads: int | None) -> Iterator[distributed.Client]:
    """Give a client of the cluster whose scheduler has this address. Without an address, start a cluster on
    this machine with `threads` processes.

    Raises ConnectionError if no scheduler answers at the address.
    """
    with contextlib.ExitStack() as stack:
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=check_threads(threads),
                threads_per_worker=1,
                dashboard_address=":0",
                silence_logs=logging.CRITICAL,  # a worker may complain when it is told to end
            )
            yield stack.enter_context(distributed.Client(stack.enter_context(cluster)))
            return
        try:
            client = distributed.Client(address, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError):
            raise ConnectionError(f"no scheduler answers at {address}") from None
        yield stack.enter_context(client)


def solve_slabs(
    client: distributed.Client,
    request: Request,
    draft: Draft,
    todo: list[int],
    games: int,
    progress: Progress | None,
) -> None:
    """Solve slabs of a map on a cluster and keep the results; `games` is the number of games in all slabs.

    Workers may come, go and die in the meantime. Raises ConnectionError if the cluster is lost, if every
    worker that tried a slab died, or if a worker has another version of foedus.
    """
    _check_workers(client)
    # solve a first game here; then workers that share the cache of kernels with this process need not compile
    solve_request(request.part(tuple(slice(1) for _ in request.shape)), threads=1)
    waiting = iter(todo)
    running: dict[distributed.Future, int] = {}
    done = 0

    def submit() -> list[distributed.Future]:
        """Submit slabs until each thread of the cluster has some ahead, and return their futures."""
        room = AHEAD * max(1, sum(client.nthreads().values())) - len(running)
        fresh = {}
        for slab in itertools.islice(waiting, max(0, room)):
            arguments = slab_of(request, draft, slab)
            fresh[client.submit(solve_on_worker, __version__, Sent(arguments), pure=False)] = slab
        running.update(fresh)
        return list(fresh)

    results = distributed.as_completed(submit())
    try:
        for future in results:
            slab = running.pop(future)
            record = future.result()
            draft.keep(slab, record)
            future.release()
            done += record.games
            if progress is not None:
                progress(done, games)
            results.update(submit())
    except (distributed.KilledWorker, distributed.client.FutureCancelledError) as error:
        raise ConnectionError(f"the cluster gave up: {error}") from error
    finally:
        client.cancel(list(running))


def solve_on_worker(version: str, slab: Sent) -> Record:
    """Do what `solve_slab` does, if this is the requested version of foedus; else raise ConnectionError."""
    if version != __version__:
        raise ConnectionError(_mismatch("a worker", __version__, version))
    return solve_slab(*slab.unpacked())


def _check_workers(client: distributed.Client) -> None:
    """Wait for a worker; raise ConnectionError if a worker has another version of foedus, or none."""
    client.wait_for_workers(1)
    found = client.run(importlib.metadata.version, "foedus", on_error="return")
    for address, version in found.items():
        if version != __version__:
            said = version if isinstance(version, str) else "none"
            raise ConnectionError(_mismatch(f"worker {address}", said, __version__))


def _mismatch(where: str, found: str, asked: str) -> str:
    """Say that a worker has another version."""
    return (
        f"{where} has another version of foedus ({found}, not {asked}); install the same version everywhere"
    )
