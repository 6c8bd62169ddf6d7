"""Samples laid over an index of fingerprints without being in it: what a dry run compares its pictures with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from .base import CANDIDATES, Matching, Neighbours
from .index import DuplicateIndex
from .sample import Sample


@contextmanager
def overlaid(base: Neighbours) -> Iterator[Neighbours]:
    """Give ``base`` with room for what is added on top, in a temporary folder that is gone at the end."""
    with TemporaryDirectory(prefix="cutline-") as folder:
        yield OverlaidNeighbours(base, DuplicateIndex(Path(folder)))


class OverlaidNeighbours(Matching):
    """``base`` with what is added and discarded here, as if ``base`` had been told. ``base`` is only read; ``over``, an empty index
    of its own, takes what is added. Matches are those that one index of both would give."""

    def __init__(self, base: Neighbours, over: Neighbours) -> None:
        self._base, self._over = base, over
        self._hidden: set[str] = set()  # ids of ``base`` that were replaced or discarded

    def __contains__(self, ident: object) -> bool:
        return ident in self._over or (ident not in self._hidden and ident in self._base)

    def count(self) -> int:
        """How many samples there would be."""
        return self._base.count() - len(self._hidden) + self._over.count()

    def ids(self) -> list[str]:
        """All ids there would be, sorted."""
        return sorted({*self._base.ids()} - self._hidden | {*self._over.ids()})

    def missing(self, idents: Iterable[str]) -> list[str]:
        """Those of ``idents`` that must be added (again)."""
        wanted = self._over.missing(idents)
        lacking = {*self._base.missing(wanted)}
        return [ident for ident in wanted if ident in self._hidden or ident in lacking]

    def sample(self, ident: str) -> Sample:
        """Return one sample. Raises :class:`KeyError` when it is missing."""
        return self._base.sample(ident) if self._is_below(ident) else self._over.sample(ident)

    def add(self, samples: Iterable[Sample]) -> None:
        """Lay samples over the others; those with a known id are replaced. Raises :class:`ValueError` as the index does."""
        batch = list(samples)
        self._over.add(batch)
        self._hide(sample.id for sample in batch)

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples here; no error when they are not there."""
        gone = list(idents)
        self._over.discard(gone)
        self._hide(gone)

    def refresh(self) -> None:
        """An overlay stands on one state of its base: it never refreshes it."""

    def flush(self) -> None:
        """Make what was added quick to ask."""
        self._over.flush()

    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, as one index would name them: what was added here is the latest."""
        below = self._base.promising(sample, limit + len(self._hidden))
        named = merge(
            (one for one in below if one[1] not in self._hidden),
            self._over.promising(sample, limit),
            key=lambda one: -one[0],
        )
        return list(islice(named, limit))

    def _is_below(self, ident: str) -> bool:
        return ident not in self._over and ident not in self._hidden

    def _hide(self, idents: Iterable[str]) -> None:
        self._hidden |= {ident for ident in idents if ident not in self._hidden and ident in self._base}
