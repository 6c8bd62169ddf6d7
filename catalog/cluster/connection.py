"""A Dask cluster as a pool of workers: batches travel as parcels, bytes only where a worker does not see the file."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..errors import CatalogError, CatalogueUnusable, Rejected, UsageError
from ..filesystems import is_address
from ..images import files
from ..images.batches import BATCH_BYTES, Batches, Outcome, Sent, Work
from ..images.pool import Pool, processors
from ..images.worker import Task, work
from .worker import ALLOCATOR, OtherVersion, Parcel, Unseen, perform, versions

if TYPE_CHECKING:
    from distributed import Client

#: Pictures of one Dask task, at least: what a task costs by itself is then small beside what it does. The last one of a run takes
#: what is left too. Only where pictures travel with their bytes, or there are no more, it is fewer.
BATCH = 50
#: Calls of one Dask task, at most; they are larger pieces of work.
CALLS = 4
#: Seconds until a scheduler must answer, a first worker must be there, and lost workers must have come back.
_CONNECT_S, _FIRST_WORKER_S, _GONE_S = 10.0, 30.0, 60.0
#: How often the number of workers is asked for, seconds.
_FRESH_S = 5.0


class ClusterLost(CatalogError):
    """The cluster cannot be reached, or is gone. What was committed is kept."""

    exit_code = 3
    http_status = 503
    code = "cluster"


class Cluster:
    """A connected cluster. ``executor`` is Dask's ``concurrent.futures.Executor``."""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self.address = client, address
        self.executor: Executor = cast(Any, client).get_executor(pure=False)
        #: Whether workers were found not to see this machine's files.
        self.blind = False
        self._threads, self._asked, self._last_seen = 0, -_FRESH_S, time.monotonic()

    def threads(self) -> int:
        """Return how many tasks the workers do at once. Raises ClusterLost when nobody does any for a while."""
        now = time.monotonic()
        if now - self._asked >= _FRESH_S:
            self._threads = sum(self._ask(self._client.nthreads).values())
            self._asked = time.monotonic()
            if self._threads:
                self._last_seen = self._asked
        if not self._threads and now - self._last_seen > _GONE_S:
            raise ClusterLost(f"The scheduler {self.address} has no workers left. {_GO_ON}")
        return self._threads

    def check(self) -> None:
        """Raise ClusterLost when the scheduler is gone."""
        if self._client.status != "running":
            raise self.lost()
        self.threads()

    def lost(self) -> ClusterLost:
        """Return the sentence for a scheduler that is gone."""
        return ClusterLost(f"The connection to the scheduler {self.address} was lost. {_GO_ON}")

    def greet(self) -> None:
        """Wait for a first worker, and see that all run the same Cutline. Raises ClusterLost, OtherVersion."""
        try:
            self._client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        except TimeoutError:
            raise ClusterLost(
                f"The scheduler {self.address} has no workers: start some with `dask worker {self.address}`."
            ) from None
        try:
            answers = self._ask(self._client.run, versions)
        except (ImportError, AttributeError, pickle.UnpicklingError) as error:
            raise ClusterLost(
                f"A worker of {self.address} has no Cutline that answers ({error}). Install the same one there: "
                "pip install 'cutline[cluster]'."
            ) from error
        for where, theirs in sorted(answers.items()):
            if theirs != versions():
                raise OtherVersion(where, theirs, versions())

    def _ask(self, question: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        try:
            return dict(question(*arguments))
        except (OSError, TimeoutError, CancelledError) as error:
            raise self.lost() from error


_GO_ON = "What was reported is kept; run the same command again to go on."


class ClusterPool(Pool):
    """A pool whose workers are those of a cluster. ``map`` and ``apply`` as in :class:`~catalog.images.pool.Pool`."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(workers=0, batch=BATCH)
        self.cluster = cluster

    def _outcomes(self, jobs: Iterator[Work], batch: int) -> Iterator[Outcome]:
        return _Parcels(self.cluster, max(batch, CALLS)).results(jobs)


class _Parcels(Batches):
    """Batches that travel: each is packed for workers that may or may not see this machine's files."""

    def __init__(self, cluster: Cluster, size: int) -> None:
        super().__init__(cluster.executor, size=size, window=2, timeout_s=_GONE_S)
        self._cluster = cluster
        self._ahead: deque[Work] = deque()
        self._ahead_bytes = 0

    def _next(self) -> list[Work]:
        """The next batch: all that is left, where that is no more than what makes one and is less than another."""
        if self._size < BATCH:
            return super()._next()
        more = True
        while len(self._ahead) < 2 * self._size and self._ahead_bytes < 2 * BATCH_BYTES:
            job = next(self._jobs, None)
            if job is None:
                more = False
                break
            self._ahead.append(job)
            self._ahead_bytes += self.weight(job)
        last = not more and self._ahead_bytes < 2 * BATCH_BYTES
        batch: list[Work] = []
        weight = 0
        while self._ahead and (last or (len(batch) < self._size and weight < BATCH_BYTES)):
            job = self._ahead.popleft()
            batch.append(job)
            weight += self.weight(job)
        self._ahead_bytes = max(0, self._ahead_bytes - weight)
        return batch

    def window(self) -> int:
        """One batch that each thread is at, and one that waits for it."""
        return max(2, 2 * self._cluster.threads())

    def weight(self, job: Work) -> int:
        """Bytes of a piece: its file counts when it must be sent."""
        sent = super().weight(job)
        if self._cluster.blind and isinstance(job, Task) and job.file is not None and not is_address(job.file):
            with suppress(OSError, ValueError):
                sent += os.lstat(job.file).st_size
        return sent

    def submit(self, batch: Sequence[Work]) -> Sent:
        """Send a batch; files by name, or with their bytes once a worker was found not to see them."""
        jobs = [_with_bytes(job) for job in batch] if self._cluster.blind else list(batch)
        parcel = Parcel(tuple(jobs), _stamps(jobs), _sidecars(jobs))
        data = pickle.dumps(parcel, pickle.HIGHEST_PROTOCOL)
        try:
            return cast("Sent", self._cluster.executor.submit(perform, versions(), data))
        except (RuntimeError, OSError) as error:
            raise self._cluster.lost() from error

    def collect(self, future: Sent, batch: Sequence[Work]) -> list[Outcome]:
        """Wait for a batch, as long as there is a cluster to wait for; send the bytes that workers did not see."""
        found = self._answers(future)
        if not any(isinstance(one, Unseen) for one in found):
            return cast("list[Outcome]", found)
        self._cluster.blind = True
        return [
            self._sent(job) if isinstance(one, Unseen) else one for job, one in zip(batch, found, strict=True)
        ]  # fmt: skip

    def _sent(self, job: Work) -> Outcome:
        """The result of one picture whose bytes had to be sent."""
        with_bytes = _with_bytes(job)
        answer = self._answers(self.submit([with_bytes]))[0]
        return work(job) if isinstance(answer, Unseen) else answer  # it cannot be read here either, and says why

    def _answers(self, future: Sent) -> list[Outcome | Unseen]:
        while True:
            try:
                answer = cast(bytes, future.result(1.0))
                return cast("list[Outcome | Unseen]", pickle.loads(answer))
            except CancelledError as error:
                raise self._cluster.lost() from error
            except TimeoutError:
                if future.done():
                    raise
                self._cluster.check()


def _with_bytes(job: Work) -> Work:
    """The task with the bytes of its file, where that can be read; else as it is."""
    if not isinstance(job, Task) or job.file is None or is_address(job.file):
        return job
    try:
        return replace(job, file=None, data=files.read(Path(job.file), job.limits.file_bytes).data)
    except Rejected:
        return job


def _stamps(jobs: Sequence[Work]) -> dict[str, tuple[int, int]]:
    stamps: dict[str, tuple[int, int]] = {}
    for job in jobs:
        if isinstance(job, Task) and job.file is not None and not is_address(job.file):
            with suppress(OSError, ValueError):
                status = os.lstat(job.file)
                stamps[job.file] = (status.st_size, status.st_mtime_ns)
    return stamps


def _sidecars(jobs: Sequence[Work]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for job in (job for job in jobs if isinstance(job, Task)):
        for path in job.sidecars:
            with suppress(Rejected):
                found[path] = files.read(Path(path), job.limits.metadata_bytes).data
    return found


# ---------------------------------------------------------------- connecting


@contextmanager
def connect(address: str, workers: int | None = None) -> Iterator[ClusterPool]:
    """Give a pool on the cluster of a Dask scheduler (``tcp://host:8786``), or on one that is started here (``local``, with
    ``workers`` processes).

    Raises CatalogueUnusable without the extra, UsageError for what is no address, ClusterLost when nobody answers or no worker is
    there, OtherVersion when a worker runs another Cutline.
    """
    if address != "local" and not address.startswith(("tcp://", "tls://", "ws://", "wss://", "ucx://")):
        raise UsageError(f"“{address[:80]}” is no Dask scheduler: give an address such as tcp://host:8786, or local.")
    try:
        import dask
        import distributed
    except ImportError as error:
        raise CatalogueUnusable(
            "Working on a cluster needs a package that is not installed: pip install 'cutline[cluster]'."
        ) from error
    _silence()
    spawned = "distributed.nanny.pre-spawn-environ"
    settings = {
        "distributed.comm.timeouts.connect": f"{_CONNECT_S}s",
        "distributed.scheduler.allowed-failures": 3,
        spawned: {**dask.config.get(spawned), **ALLOCATOR},
    }
    with dask.config.set(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parcels are as large as they are
        own = _local(distributed, workers) if address == "local" else None
        try:
            with _client(distributed, own, address) as client:
                cluster = Cluster(client, address)
                cluster.greet()
                yield ClusterPool(cluster)
        finally:
            if own is not None:
                own.close(timeout=10)


def _silence() -> None:
    """Keep Dask's own log off the terminal: what goes wrong is said in sentences of our own."""
    for name in ("asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _local(distributed: Any, workers: int | None) -> Any:
    """A cluster of processes on this machine. They leave Ctrl-C to the command that started them: what starts them blocks it,
    which processes and threads inherit, also those that replace a lost worker; one that is pressed meanwhile is not lost."""
    resource_tracker.ensure_running()  # started by the first process, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return distributed.LocalCluster(
            n_workers=max(1, processors() if workers is None else workers),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hear(address: str) -> None:
    """Wait for a scheduler's first word: Dask's own client waits without end for one that takes a connection and says nothing.

    Raises ClusterLost when none comes in time. Only plain connections are asked; in others the transport itself is to answer first.
    """
    scheme, _, where = address.partition("://")
    host, _, port = where.rpartition(":")
    if scheme != "tcp" or not host or not port.isdigit():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _CONNECT_S) as connection:
            connection.settimeout(_CONNECT_S)
            if connection.recv(1):
                return
    except (OSError, OverflowError) as error:
        raise ClusterLost(f"No Dask scheduler answers at {address}.") from error
    raise ClusterLost(f"No Dask scheduler answers at {address}.")


@contextmanager
def _client(distributed: Any, own: Any, address: str) -> Iterator[Client]:
    if own is None:
        _hear(address)
    try:
        client = distributed.Client(own if own is not None else address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterLost(f"No Dask scheduler answers at {address}.") from error
    try:
        yield client
    finally:
        with suppress(TimeoutError, OSError, CancelledError):
            client.close(timeout=5)
