"""Some inputs on their way into one transaction, and the jobs that workers do for them: pictures decoded, documents read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from ..extracting import attempt
from ..images.batches import Outcome, Work
from ..images.worker import Call, Failed, Prepared, Returned
from ..model import ImportResult
from ..sources.base import Document
from ..stores.base import Transaction
from .facts import Input

#: Documents of a transaction from which on workers read them; fewer are read here before workers would have begun.
MANY = 24
#: Characters from which on a worker reads a document in any case: a page can be made so that reading it takes hours, or all memory.
LARGE = 200_000


@dataclass(frozen=True, slots=True)
class Job:
    """Work for a worker: a picture to be decoded, or the document at ``place`` among those of an ``item`` to be read."""

    work: Work
    item: Input | None = None
    place: int = 0


@dataclass(slots=True)
class Chunk:
    """Some inputs on their way into one transaction: what is known without workers, their jobs, and what their pictures gave."""

    change: Transaction = field(default_factory=Transaction)
    results: list[ImportResult] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    jobs: list[Job | None] = field(default_factory=list)
    done: int = 0
    prepared: dict[str, Prepared | Failed] = field(default_factory=dict)

    def held(self) -> int:
        """Characters and bytes of what its documents keep in memory."""
        documents = [d for item in self.inputs for d in item.documents]
        pictures = [p for item in self.inputs for p in item.pictures] + [p for d in documents for p in d.pictures]
        return sum(len(d.text) for d in documents) + sum(len(p.data or b"") for p in pictures)

    def works(self) -> Iterator[Work]:
        """Yield what is to be done."""
        return (job.work for job in self.jobs if job is not None)

    def take(self, outcome: Outcome) -> Work:
        """Note the outcome of the next job, and let go of what was done, which is returned."""
        job = self.jobs[self.done]
        assert job is not None
        self.jobs[self.done] = None
        self.done += 1
        if job.item is None:
            self.prepared[job.work.path] = cast("Prepared | Failed", outcome)
        elif isinstance(outcome, Failed):
            job.item.take(job.place, f"The document defeats the reader. {outcome.reason}")
        else:
            job.item.take(job.place, cast("Returned", outcome).value)
        return job.work

    def is_whole(self) -> bool:
        """Whether every job is done."""
        return self.done == len(self.jobs)


def readings(inputs: Sequence[Input]) -> Iterator[Job]:
    """The documents that workers are to read."""
    many = sum(len(item.documents) for item in inputs) >= MANY
    for item in inputs:
        for place, document in enumerate(item.documents):
            if many or len(document.text) >= LARGE:
                yield Job(Call(attempt, _named(document), document.path), item, place)


def read_rest(item: Input) -> None:
    """Read the documents that no worker read. It may take a while: nobody is held off meanwhile."""
    for place, document in enumerate(item.documents):
        if place not in item.stories:
            item.take(place, attempt(_named(document)))


def _named(document: Document) -> Document:
    """A document as its words are read, under the name that gives its stories their ids: its address, or its absolute path."""
    path = document.path if document.url else os.path.abspath(document.path)  # noqa: PTH100
    return replace(document, path=path, pictures=())
