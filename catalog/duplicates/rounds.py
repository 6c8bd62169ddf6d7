"""Which candidates of some pictures are verified, in rounds of batches that may be computed anywhere.

The candidates of a picture are verified in the order of their promise until ``PATIENCE`` in a row are no match. A batch holds as
many as surely are to be verified, so that the outcome is the same one by one, here, or in many processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from ..model import Match
from .sample import Sample
from .verification import verify

#: After so many candidates in a row that are no match, the rest is not tried.
PATIENCE = 16
#: Pictures whose candidates are verified in the same rounds.
_TOGETHER = 40

#: A picture, and candidates that it is to be compared with.
Batch = tuple[Sample, tuple[Sample, ...]]
Outcome = list[Match | None]
#: Maps a function over batches, in order, like ``map`` or :meth:`catalog.images.pool.Pool.apply`. What comes back in place of an
#: outcome is why there is none.
Apply = Callable[[Callable[[Batch], Outcome], Iterable[Batch]], Iterable[object]]


class Source(Protocol):
    """Where candidates come from."""

    def sample(self, ident: str) -> Sample:
        """Return a sample. Raises :class:`KeyError` when it is missing."""

    def candidates(self, sample: Sample, limit: int) -> list[str]:
        """Ids of up to ``limit`` samples that may match, most promising first."""


@dataclass(slots=True)
class _Query:
    """A picture, the candidates that are still to be tried, and how many in a row were no match."""

    sample: Sample
    todo: Iterator[str]
    failed: int = 0
    found: list[Match] = field(default_factory=list)


def compare(batch: Batch) -> Outcome:
    """Verify a picture with each of its candidates: the pure function that is mapped. Features of another version match nothing."""
    sample, others = batch
    outcome: Outcome = []
    for other in others:
        try:
            outcome.append(verify(sample, other))
        except ValueError:
            outcome.append(None)
    return outcome


def matches(source: Source, samples: Iterable[Sample], limit: int, apply: Apply = map) -> Iterator[Match]:
    """Yield the matches of ``samples`` with all that ``source`` names as their candidates (up to ``limit`` each): picture by
    picture, each pair once. Pairs that ``apply`` fails to compute are passed over."""
    seen: set[tuple[str, str]] = set()
    rest = iter(samples)
    while together := list(islice(rest, _TOGETHER)):
        queries = [_Query(sample, iter(source.candidates(sample, limit))) for sample in together]
        under_way = queries
        while under_way := [query for query in under_way if query.failed < PATIENCE]:
            # Batches are made as they are asked for, so that not all their samples are in memory at once.
            sent: list[_Query] = []
            for outcome, query in zip(apply(compare, _batches(source, under_way, seen, sent)), sent, strict=False):
                _take(query, outcome)
            under_way = sent
        for query in queries:
            yield from query.found


def _batches(source: Source, queries: list[_Query], seen: set[tuple[str, str]], sent: list[_Query]) -> Iterator[Batch]:
    """The next batch of each query that has candidates left; which ones, is noted in ``sent``."""
    for query in queries:
        others: list[Sample] = []
        for ident in query.todo:
            pair = (min(query.sample.id, ident), max(query.sample.id, ident))
            if pair in seen:
                continue
            seen.add(pair)
            try:
                others.append(source.sample(ident))
            except KeyError:
                continue
            if len(others) >= PATIENCE - query.failed:
                break
        if others:
            sent.append(query)
            yield query.sample, tuple(others)


def _take(query: _Query, outcome: object) -> None:
    """Note what became of a batch. One that could not be computed counts like pairs that are no match."""
    if not isinstance(outcome, list):
        query.failed = PATIENCE
        return
    for match in outcome:
        query.failed = 0 if match is not None else query.failed + 1
        if match is not None:
            query.found.append(match)
