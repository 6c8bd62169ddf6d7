"""Which candidates of some pictures are verified, in rounds of batches that may be computed anywhere.

The candidates of a picture are verified in the order of their promise until ``PATIENCE`` in a row are no match. A batch holds as
many as surely are to be verified, so that the outcome is the same one by one, here, or in many processes.

Nothing is passed over in silence: a batch that could not be computed is done again pair by pair, so that only the pair that it
fails for is left out, and that pair is reported; so is a sample that does not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol

from ..model import Match
from .sample import Sample

#: After so many candidates in a row that are no match, the rest is not tried. ``bench.duplicates crowd`` prints how many strangers
#: are named before the right picture: none, nearly always, also among 100,000 others.
PATIENCE = 6
#: Pictures whose candidates are verified in the same rounds.
_TOGETHER = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """Two pictures that could not be compared, or with ``b`` empty one whose sample is damaged; ``reason`` is one sentence."""

    a: str
    b: str
    reason: str


#: A picture, and candidates that it is to be compared with.
Batch = tuple[Sample, tuple[Sample, ...]]
#: For each candidate the match, if it is one; a problem where a sample is damaged.
Outcome = list[Match | Problem | None]
#: Maps a function over batches, in order, like ``map`` or :meth:`catalog.images.pool.Pool.apply`. What comes back in place of an
#: outcome is why there is none.
Apply = Callable[[Callable[[Batch], Outcome], Iterable[Batch]], Iterable[object]]
#: Told of each problem.
Report = Callable[[Problem], None]


class Source(Protocol):
    """Where candidates come from."""

    def __contains__(self, ident: object) -> bool:
        """Whether a sample of this id is there."""

    def sample(self, ident: str) -> Sample:
        """Return a sample. Raises :class:`KeyError` when it is missing or damaged."""

    def candidates(self, sample: Sample, limit: int) -> list[str]:
        """Ids of up to ``limit`` samples that may match, most promising first."""


@dataclass(slots=True)
class _Query:
    """A picture, the candidates that are still to be tried, and how many in a row were no match."""

    sample: Sample
    ahead: Iterator[str]
    failed: int = 0
    found: list[Match] = field(default_factory=list)


def ignore(problem: Problem) -> None:
    """Do nothing about a problem: for those who only ask, and leave mending to the next import."""


def damaged(ident: str) -> Problem:
    """The problem of a sample that does not read."""
    return Problem(ident, "", "What the picture is recognised by was damaged. It is read from the picture again.")


def compare(batch: Batch) -> Outcome:
    """Verify a picture with each of its candidates: the pure function that is mapped. Damaged samples are problems, not errors."""
    sample, others = batch
    return [_verified(sample, other) for other in others]


def _verified(sample: Sample, other: Sample) -> Match | Problem | None:
    # Loaded where pairs are compared: whoever lists, shows or searches does without OpenCV.
    from .verification import verify

    try:
        return verify(sample, other)
    except ValueError:
        for one in (sample, other):
            if not _reads(one, whole=True):
                return damaged(one.id)
        raise


def _reads(sample: Sample, *, whole: bool = False) -> bool:
    """Whether the features of a sample unpack; ``whole``: its small picture as well, which takes longer."""
    from .verification import unpacked

    try:
        local = unpacked(sample.features)
        return not whole or local.thumb.size > 0
    except ValueError:
        return False


def known(source: Source, idents: Iterable[str], report: Report = ignore) -> Iterator[Sample]:
    """Yield the samples of ``idents`` that ``source`` holds; report those that it holds damaged."""
    for ident in idents:
        if ident not in source:
            continue
        try:
            sample = source.sample(ident)
        except KeyError:
            report(damaged(ident))
            continue
        if _reads(sample):
            yield sample
        else:
            report(damaged(ident))


def matches(
    source: Source, samples: Iterable[Sample], limit: int, apply: Apply = map, report: Report = ignore
) -> Iterator[Match]:
    """Yield the matches of ``samples`` with all that ``source`` names as their candidates (up to ``limit`` each): picture by
    picture, each pair once. ``report`` is told of the pairs that ``apply`` fails to compute and of samples that are damaged."""
    seen: set[tuple[str, str]] = set()
    rest = iter(samples)
    while together := list(islice(rest, _TOGETHER)):
        # Candidates are named when they are asked for: while workers verify those of one picture, the next one's are found.
        queries = [_Query(sample, _candidates(source, sample, limit)) for sample in together]
        under_way = queries
        while under_way := [query for query in under_way if query.failed < PATIENCE]:
            under_way = _round(source, under_way, seen, apply, report)
        for query in queries:
            yield from query.found


def _candidates(source: Source, sample: Sample, limit: int) -> Iterator[str]:
    yield from source.candidates(sample, limit)


def _round(
    source: Source, queries: list[_Query], seen: set[tuple[str, str]], apply: Apply, report: Report
) -> list[_Query]:
    """Verify the next batch of each query that has candidates left; return these queries."""
    # Batches are made as they are asked for, so that not all their samples are in memory at once.
    sent: list[tuple[_Query, list[str]]] = []
    outcomes = list(apply(compare, _batches(source, queries, seen, sent, report)))
    for place, (query, idents) in enumerate(sent):
        outcome = outcomes[place] if place < len(outcomes) else "It was not computed."
        if isinstance(outcome, list):
            _take(query, outcome, report)
        else:
            _one_by_one(source, query, idents, apply, report)
    return [query for query, _ in sent]


def _batches(
    source: Source,
    queries: list[_Query],
    seen: set[tuple[str, str]],
    sent: list[tuple[_Query, list[str]]],
    report: Report,
) -> Iterator[Batch]:
    """The next batch of each query that has candidates left; which ones, is noted in ``sent``."""
    for query in queries:
        others: list[Sample] = []
        for ident in query.ahead:
            pair = (min(query.sample.id, ident), max(query.sample.id, ident))
            if pair in seen:
                continue
            seen.add(pair)
            try:
                others.append(source.sample(ident))
            except KeyError:
                report(damaged(ident))
                continue
            if len(others) >= PATIENCE - query.failed:
                break
        if others:
            sent.append((query, [other.id for other in others]))
            yield query.sample, tuple(others)


def _one_by_one(source: Source, query: _Query, idents: list[str], apply: Apply, report: Report) -> None:
    """Verify again what failed as a batch; a pair that fails alone is reported, and counts as no match."""
    pairs = ((query.sample, (sample,)) for sample in known(source, idents, report))
    tried: list[str] = []

    def noted() -> Iterator[Batch]:
        for one, others in pairs:
            tried.append(others[0].id)
            yield one, others

    outcomes = list(apply(compare, noted()))
    for place, ident in enumerate(tried):
        outcome = outcomes[place] if place < len(outcomes) else "It was not computed."
        reason = str(getattr(outcome, "reason", outcome))
        _take(query, outcome if isinstance(outcome, list) else [Problem(query.sample.id, ident, reason)], report)


def _take(query: _Query, outcome: Outcome, report: Report) -> None:
    """Note what became of a batch. A pair that could not be compared counts like one that is no match."""
    for match in outcome:
        if isinstance(match, Match):
            query.failed = 0
            query.found.append(match)
            continue
        query.failed += 1
        if match is not None:
            report(match)
