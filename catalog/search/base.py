"""What a search index answers with (:class:`~catalog.search.facade.Facade`), and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .facets import Count
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
