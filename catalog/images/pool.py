"""Many pictures through workers that may crash, hang or run out of memory: each costs one picture, and that one is named.

Other work goes the same way: :meth:`Pool.apply` maps a pure function over items.

By default the workers are processes of a :class:`~catalog.images.nursery.Nursery`. Any ``concurrent.futures.Executor`` does instead
(threads, a process pool, Dask's), as far as it goes: what it cannot stop, it cannot stop.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from types import TracebackType
from typing import TypeVar, cast

from .batches import Batches, Outcome, Work, too_long
from .nursery import WAITING, Link, Nursery
from .worker import Call, Failed, Prepared, Returned, Task, work

Result = Prepared | Failed

T = TypeVar("T")
R = TypeVar("R")

#: Pictures that may be under way or finished ahead of the one that is due, for each worker.
_AHEAD = 12
#: Bytes of tasks that may be under way; one larger task is let through alone.
_AHEAD_BYTES = 64 << 20
#: Tasks up to this size, pickled, are sent to a busy worker too: its socket surely takes two of them.
_SMALL = 8 << 10
_QUEUE = 3


@dataclass(slots=True)
class _Job:
    """One piece of work with its place in the order, pickled; ``deaths`` counts the workers that ended over it."""

    place: int
    task: Work
    payload: bytes
    deaths: int = 0


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker and the jobs it was sent, the one it is busy with first."""

    link: Link
    jobs: deque[_Job] = field(default_factory=deque)


class Pool:
    """Prepares pictures in workers. A context manager; :meth:`map`, :meth:`do` and :meth:`apply` may be called by several threads,
    any number of times.

    ``workers`` is how many processes decode (``None``: one for each processor; 0: none, decode right here, without protection).
    ``executor`` is used instead when given, ``batch`` pictures at a time. ``timeout_s`` is what the processor may be at
    one picture (an executor: what that may take), ``memory_bytes`` what a worker may allocate.
    """

    def __init__(
        self,
        workers: int | None = None,
        executor: Executor | None = None,
        *,
        timeout_s: float = 30.0,
        memory_bytes: int = 1 << 30,
        batch: int = 8,
    ) -> None:
        self.workers = processors() if workers is None else max(0, workers)
        self._executor, self._batch, self._timeout_s = executor, max(1, batch), timeout_s
        self._nursery = Nursery(timeout_s, memory_bytes)
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Pool:
        if self.workers and self._executor is None:
            self._nursery.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let all workers go. The pool may be used again afterwards."""
        with self._lock:
            for worker in self._idle:
                worker.link.end()
            self._idle.clear()
        self._nursery.close()

    def map(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the result of each task, in the order of ``tasks``, which is read only as far ahead as keeps the workers busy."""
        return cast("Iterator[Result]", self.do(tasks))

    def do(self, jobs: Iterable[Work]) -> Iterator[Outcome]:
        """Yield the outcome of each job, pictures and calls as they come, as :meth:`map` does for pictures alone."""
        return self._outcomes(iter(jobs), self._batch)

    def apply(self, function: Callable[[T], R], items: Iterable[T], *, path: str = "") -> Iterator[R | Failed]:
        """Yield ``function(item)`` for each of ``items``, in their order, computed by the workers.

        ``function`` is a pure one that a module defines; items and results can be pickled. An item that makes it raise, kills
        two workers or takes longer than ``timeout_s`` gives a Failed with ``path``; the others are not touched by that.
        """
        outcomes = self._outcomes((Call(function, item, path) for item in items), 1)
        return (cast("R", done.value) if isinstance(done, Returned) else cast("Failed", done) for done in outcomes)

    def _outcomes(self, jobs: Iterator[Work], batch: int) -> Iterator[Outcome]:
        if self._executor is not None:
            return self._by_executor(self._executor, jobs, batch)
        if not self.workers:
            return map(work, jobs)
        return self._by_workers(jobs)

    # ---------------------------------------------------------------- processes of our own

    def _by_workers(self, tasks: Iterator[Work]) -> Iterator[Outcome]:
        run = _Run(self, tasks)
        try:
            yield from run.results()
        finally:
            self._keep(run.workers)

    def hire(self) -> _Worker:
        """Return an idle worker, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Worker(self._nursery.fork())

    def _keep(self, workers: Iterable[_Worker]) -> None:
        """Keep the workers of a finished run; those of one that was left in the middle are still busy, and end."""
        with self._lock:
            for worker in workers:
                if worker.jobs:
                    worker.link.kill()
                else:
                    self._idle.append(worker)

    def obituary(self, worker: _Worker, task: Work) -> tuple[str, bool]:
        """Return why a worker ended, as a sentence about its ``task``, and whether that says it took too long."""
        worker.link.connection.close()
        status = self._nursery.status(worker.link.pid)
        if status == -signal.SIGPROF:
            return too_long(task, self._timeout_s), True
        if status == -signal.SIGALRM:
            return too_long(task, WAITING * self._timeout_s), True
        did = "did the work" if isinstance(task, Call) else "decoded the picture"
        if status == -signal.SIGKILL:
            return f"The process that {did} was killed, most likely for want of memory.", False
        how = signal.Signals(-status).name if status < 0 else f"exit code {status}"
        if isinstance(task, Call):
            return f"The work crashed the process that did it ({how}).", False
        return f"The picture crashed the process that decoded it ({how}).", False

    # ---------------------------------------------------------------- somebody's executor

    def _by_executor(self, executor: Executor, tasks: Iterator[Work], size: int) -> Iterator[Outcome]:
        batches = Batches(executor, size=size, window=2 * max(2, self.workers), timeout_s=self._timeout_s)
        try:
            yield from batches.results(tasks)
        except BrokenExecutor:
            # An executor that lost a process takes no more work. Our own workers finish, and name the culprit.
            yield from self._by_workers(batches.rest())


class _Run:
    """One call of :meth:`Pool.map` or :meth:`Pool.apply`: jobs to be given out, workers that are at it, results that wait."""

    def __init__(self, pool: Pool, tasks: Iterator[Work]) -> None:
        self.workers: list[_Worker] = []
        self._pool = pool
        self._tasks = enumerate(tasks)
        self._more = True
        self._waiting: deque[_Job] = deque()
        self._done: dict[int, Outcome] = {}
        self._due = 0
        self._bytes = 0

    def results(self) -> Iterator[Outcome]:
        """Yield the results in the order of the tasks."""
        while True:
            self._give()
            self._fetch()
            while self._due in self._done:
                result = self._done.pop(self._due)
                self._due += 1
                yield result
                self._give()
                self._fetch()
            busy = [worker for worker in self.workers if worker.jobs]
            if not busy and not self._waiting and not self._more:
                return
            by_connection = {worker.link.connection: worker for worker in busy}
            for ready in wait(list(by_connection)):
                self._hear(by_connection[ready])  # type: ignore[index]

    def _fetch(self) -> None:
        """Read tasks ahead as far as the limits allow."""
        window = _AHEAD * self._pool.workers
        while (
            self._more
            and len(self._waiting) + self._under_way() + len(self._done) < window
            and self._bytes < _AHEAD_BYTES
        ):
            place, task = next(self._tasks, (-1, None))
            if task is None:
                self._more = False
                return
            payload = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
            self._bytes += len(payload)
            self._waiting.append(_Job(place, task, payload))
            self._give()  # at once: making the next task may take as long as doing this one

    def _under_way(self) -> int:
        return sum(len(worker.jobs) for worker in self.workers)

    def _give(self) -> None:
        """Send waiting jobs: to idle workers first, then to new ones, then small ones to the queues of busy ones."""
        while self._waiting:
            job = self._waiting[0]
            worker = self._free(job)
            if worker is None:
                return
            self._waiting.popleft()
            worker.jobs.append(job)
            try:
                worker.link.connection.send_bytes(job.payload)
            except OSError:
                self._bury(worker)

    def _free(self, job: _Job) -> _Worker | None:
        least = min(self.workers, key=lambda worker: len(worker.jobs), default=None)
        if least is not None and not least.jobs:
            return least
        if len(self.workers) < self._pool.workers:
            hired = self._pool.hire()
            self.workers.append(hired)
            return hired
        # A job over which a worker died is run with nothing behind it, and large ones only where nothing can be in the way.
        calm = least is not None and len(job.payload) <= _SMALL and not job.deaths and not least.jobs[-1].deaths
        return (
            least
            if least is not None and calm and len(least.jobs) < _QUEUE and len(least.jobs[-1].payload) <= _SMALL
            else None
        )

    def _hear(self, worker: _Worker) -> None:
        """Take one result of a worker, or learn that it ended."""
        try:
            result: Outcome = pickle.loads(worker.link.connection.recv_bytes())
        except (EOFError, OSError):
            self._bury(worker)
            return
        self._finish(worker.jobs.popleft(), result)

    def _finish(self, job: _Job, result: Outcome) -> None:
        self._bytes -= len(job.payload)
        self._done[job.place] = result

    def _bury(self, worker: _Worker) -> None:
        """A worker ended: the job it was at is tried once more by another one, unless it took too long; the others wait again."""
        self.workers.remove(worker)
        culprit = worker.jobs.popleft()
        reason, slow = self._pool.obituary(worker, culprit.task)
        culprit.deaths += 1
        self._waiting.extendleft(reversed(worker.jobs))
        worker.jobs.clear()
        if slow or culprit.deaths > 1:
            self._finish(culprit, Failed(culprit.task.path, reason))
        else:
            self._waiting.appendleft(culprit)


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
