"""What a search index promises. :class:`~catalog.search.index.Index` keeps it with SQLite, beside an embedded catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from ..model import Finding
from .facets import Count
from .nodes import Query
from .row import Row
from .snippets import Segments

#: How far results are counted, ranked, and counted for facets one by one.
CAP = 10_000
#: Pictures or findings on a page, at most.
MAX_LIMIT = 1_000
STATUSES = ("open", "decided", "changed")


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: the row, and where the words of the query stand in it."""

    row: Row
    snippets: tuple[tuple[str, Segments], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a result. ``capped`` says that there are more than ``total``; ``next`` is the next page's cursor.

    ``sort`` is the order that holds. ``ranked``, when not 0, is how many of the newest pictures were put in order of relevance
    because all were too many.
    Facet counts and ``histogram`` are estimates from one picture in ``sampled`` when that is above 1.
    """

    hits: tuple[Found, ...]
    total: int
    capped: bool
    next: str | None
    sort: str
    facets: dict[str, tuple[Count, ...]] = field(default_factory=dict)
    histogram: tuple[tuple[str, int], ...] = ()
    sampled: int = 1
    ranked: int = 0

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the hits."""
        return tuple(hit.row.id for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of finding ids, highest worth first. ``total`` counts what the filter selects; ``capped``: at least that.

    Without a query the total is exact and of now; with one it is counted to a bound, when the first page is asked for.
    """

    ids: tuple[str, ...]
    total: int
    capped: bool = False
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the catalogue holds, hidden pictures left out of ``by_year`` and ``by_format``; ``bytes`` are the originals'."""

    images: int
    bytes: int
    by_year: dict[str, int]
    by_format: dict[str, int]
    findings_by_kind: dict[str, int]


class SearchIndex(Protocol):
    """Rows of pictures and a queue of findings, derived from a store and level with it up to :meth:`position`.

    Every engine gives the same ids in the same order, the same counts and the same facets for a query.
    """

    def close(self) -> None:
        """Release what is held open."""

    # ---- filling

    def filling(self) -> AbstractContextManager[None]:
        """Hold while bringing the index level with the store: of all who share an index, one does at a time. Raises Locked."""

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""

    def apply(self, rows: Iterable[Row], removed_ids: Iterable[str], position: int) -> None:
        """Put rows (by their ids), remove others, and note the store's position; a negative one says "not filled yet"."""

    def apply_findings(self, findings: Iterable[Finding], removed: Iterable[str]) -> None:
        """Add or replace findings, and remove others by id."""

    def apply_labels(self, kind: str, words: Mapping[str, Sequence[str]]) -> None:
        """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""

    def clear(self) -> None:
        """Empty the index, so that it has to be filled again."""

    def optimize(self) -> None:
        """Tidy up after a large import, where that makes questions quicker."""

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the index, one sentence each."""

    # ---- pictures

    def search(
        self,
        query: Query,
        *,
        sort: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        """Return one page of pictures. Raises UsageError for a bad sort, limit, cursor or facet."""

    def count(self, query: Query, cap: int = CAP) -> tuple[int, bool]:
        """Return how many pictures a query selects, counted up to ``cap``, and whether there are more."""

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""

    def rows(self, idents: Sequence[str]) -> dict[str, Row]:
        """Return the rows of those pictures that are there."""

    # ---- words

    def suggest_words(self, word: str, limit: int = 5) -> list[str]:
        """Return words of the catalogue that ``word`` may be a misspelling of, best first; in folded form."""

    def did_you_mean(self, query: Query) -> Query | None:
        """Return ``query`` with unknown words replaced by known ones that look alike, ``None`` when there is nothing to offer."""

    def complete(self, prefix: str, field: str, limit: int = 10) -> list[tuple[str, int]]:
        """Return values of a facet that begin with ``prefix`` (or have a word that does) with their counts, most first."""

    def numbers(self) -> Numbers:
        """Return what the catalogue holds."""

    def tallies(self, kind: str) -> dict[str, int]:
        """Return how many documents of ``kind`` are counted under each word (see :meth:`apply_labels`), most first."""

    # ---- findings

    def findings(
        self,
        kind: str = "",
        query: Query | None = None,
        *,
        status: str = "open",
        cursor: str | None = None,
        limit: int = 50,
    ) -> Queue:
        """Return one page of the queue in order of worth. Raises UsageError for a bad status, cursor or limit."""

    def finding_kinds(self, status: str = "open") -> dict[str, int]:
        """Return how many findings of each kind there are, most first."""
