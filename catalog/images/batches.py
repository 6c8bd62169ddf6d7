"""Work through somebody's ``concurrent.futures.Executor``: several pieces a task, results in order, culprits found.

A batch that fails as a whole (its process was killed, it took too long) is done again piece by piece, with nothing else under
way: whoever fails then did it itself, and is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from itertools import chain

from ..errors import CatalogError
from .worker import Call, Failed, Prepared, Returned, Task, work

#: What workers are sent, and what comes back.
Work = Task | Call
Outcome = Prepared | Returned | Failed
Sent = Future[list[Outcome]]

#: Bytes of one batch; one larger piece travels alone.
BATCH_BYTES = 16 << 20


@dataclass(slots=True)
class _UnderWay:
    """A batch, and the promise of its results once it was handed over."""

    batch: Sequence[Work]
    future: Sent | None = None


class Batches:
    """One run of work through an executor. ``size`` pieces make a batch, ``window`` batches are under way at most, and a
    piece may take ``timeout_s``."""

    def __init__(self, executor: Executor, *, size: int, window: int, timeout_s: float) -> None:
        self._executor, self._size, self._window, self._timeout_s = executor, size, window, timeout_s
        self._under_way: deque[_UnderWay] = deque()
        self._jobs: Iterator[Work] = iter(())

    def results(self, jobs: Iterator[Work]) -> Iterator[Outcome]:
        """Yield the result of each job, in order. Raises BrokenExecutor when the executor takes no more work: then
        :meth:`rest` is what has no result."""
        self._jobs = jobs
        try:
            while True:
                while len(self._under_way) < self.window() and (batch := self._next()):
                    self._under_way.append(_UnderWay(batch))
                    self._under_way[-1].future = self.submit(batch)
                if not self._under_way:
                    return
                results = self._outcome(self._under_way[0])
                self._under_way.popleft()
                yield from results
        finally:
            for item in self._under_way:
                if item.future is not None:
                    item.future.cancel()

    def rest(self) -> Iterator[Work]:
        """Return the jobs that have no result yet."""
        return chain(chain.from_iterable(item.batch for item in self._under_way), self._jobs)

    # ---------------------------------------------------------------- what a kind of executor may know better

    def window(self) -> int:
        """How many batches to have under way."""
        return self._window

    def weight(self, job: Work) -> int:
        """How many bytes a piece of work takes on its way."""
        return len(job.data) if isinstance(job, Task) and isinstance(job.data, bytes) else 0

    def submit(self, batch: Sequence[Work]) -> Sent:
        """Hand a batch over."""
        return self._executor.submit(work_all, tuple(batch))

    def collect(self, future: Sent, batch: Sequence[Work]) -> list[Outcome]:
        """Wait for the results of a batch. Raises whatever the executor raises for it."""
        return future.result(self._timeout_s * len(batch))

    # ---------------------------------------------------------------- batches

    def _next(self) -> list[Work]:
        batch: list[Work] = []
        weight = 0
        while len(batch) < self._size and weight < BATCH_BYTES and (job := next(self._jobs, None)) is not None:
            batch.append(job)
            weight += self.weight(job)
        return batch

    def _outcome(self, item: _UnderWay) -> list[Outcome]:
        assert item.future is not None
        try:
            return self.collect(item.future, item.batch)
        except (BrokenExecutor, CatalogError):
            raise
        except Exception as error:  # Whatever an executor raises for work that it could not do is about that work.
            item.future.cancel()
            if len(item.batch) == 1 and isinstance(error, TimeoutError):
                return [Failed(item.batch[0].path, too_long(item.batch[0], self._timeout_s))]
        others = [other.future for other in self._under_way if other is not item and other.future is not None]
        wait(others, self._timeout_s * self._size)
        return [self._alone(job) for job in item.batch]

    def _alone(self, job: Work) -> Outcome:
        """The result of one piece that nothing else can be blamed for."""
        try:
            return self.collect(self.submit([job]), [job])[0]
        except (BrokenExecutor, CatalogError):
            raise
        except Exception as error:  # As above.
            return Failed(job.path, self._complaint(job, error))

    def _complaint(self, job: Work, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return too_long(job, self._timeout_s)
        did = "did the work" if isinstance(job, Call) else "decoded the picture"
        return f"The worker that {did} failed ({type(error).__name__})."


def work_all(jobs: Sequence[Work]) -> list[Outcome]:
    """Return the results of a batch: the function that executors are given."""
    return [work(job) for job in jobs]


def too_long(job: Work, seconds: float) -> str:
    """Return the sentence for work that took more than it may."""
    what = "The work" if isinstance(job, Call) else "Decoding the picture"
    return f"{what} took longer than {seconds:g} seconds."
