"""What an index of fingerprints promises. :class:`~catalog.duplicates.index.DuplicateIndex` keeps it with files of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Protocol

from ..model import Match
from . import rounds
from .rounds import Apply, Report, ignore
from .sample import Sample

#: Candidates that are verified for one picture, at most.
CANDIDATES = 100


class Neighbours(Protocol):
    """The samples of a catalogue's pictures, ready to be asked who shows the same photograph. Derived: it can be filled again.

    Every engine names the same candidates in the same order for the same samples.
    """

    def __contains__(self, ident: object) -> bool:
        """Whether a sample of this id is there."""

    def count(self) -> int:
        """How many samples the index holds."""

    def ids(self) -> list[str]:
        """All ids, sorted."""

    def missing(self, idents: Iterable[str]) -> list[str]:
        """Those of ``idents`` that must be added (again)."""

    def sample(self, ident: str) -> Sample:
        """Return one sample. Raises :class:`KeyError` when it is missing."""

    def add(self, samples: Iterable[Sample]) -> None:
        """Add samples; those with a known id are replaced. Raises :class:`ValueError` for a blob that does not unpack."""

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples; no error when they are not there."""

    def refresh(self) -> None:
        """See what another process has written. Cheap when there is nothing."""

    def flush(self) -> None:
        """Make what was added quick to ask and durable."""

    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, without ``sample.id`` itself: how much each promises, and its id. Most promising
        first; of equals those that were added first."""

    def candidates(self, sample: Sample, limit: int = CANDIDATES) -> list[str]:
        """The ids that :meth:`promising` names, in its order."""

    def matches_of(self, sample: Sample, limit: int = CANDIDATES) -> list[Match]:
        """Return the matches of one picture (in the index or not) with all others, the surest first."""

    def match_new(self, idents: Iterable[str], apply: Apply = map, report: Report = ignore) -> Iterator[Match]:
        """Yield the matches of new samples with all samples, each pair once. Unknown ids are passed over. ``apply`` computes
        batches of pairs, here or elsewhere; :func:`.rounds.matches` does this for any engine. ``report`` is told of pairs that
        could not be compared and of samples that are damaged; these are to be discarded and added again."""


class Matching(ABC):
    """What every engine answers in one way from the samples that it names as promising: see :class:`Neighbours`."""

    @abstractmethod
    def __contains__(self, ident: object) -> bool: ...

    @abstractmethod
    def sample(self, ident: str) -> Sample:
        """Return one sample. Raises :class:`KeyError` when it is missing."""

    @abstractmethod
    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, most promising first: how much each promises, and its id."""

    def candidates(self, sample: Sample, limit: int = CANDIDATES) -> list[str]:
        """The ids that :meth:`promising` names, in its order."""
        return [ident for _, ident in self.promising(sample, limit)]

    def matches_of(self, sample: Sample, limit: int = CANDIDATES) -> list[Match]:
        """Return the matches of one picture (in the index or not) with all others, the surest first."""
        return sorted(rounds.matches(self, [sample], limit), key=lambda match: (-match.score, match.id))

    def match_new(self, idents: Iterable[str], apply: Apply = map, report: Report = ignore) -> Iterator[Match]:
        """Yield the matches of new samples with all samples, each pair once. Unknown ids are passed over. ``apply`` maps the
        comparing over batches of pairs; wherever it computes them, the matches are the same."""
        return rounds.matches(self, rounds.known(self, idents, report), CANDIDATES, apply, report)
