"""What becomes a page, whichever engine looked: the question checked, the place after a cursor, the hits, the counts beside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from . import cursors
from .base import MAX_LIMIT, Found, Page
from .dialect import Session
from .facets import FACETS, Count, count_all, count_packed, histogram, histogram_all
from .nodes import SORTS, Query
from .row import COARSE, FINE
from .snippets import finder
from .writing import unpack

#: How many of the newest pictures are ranked; the others follow by date.
RANKED = 3_000
#: A fine sample with fewer pictures than this is too thin: the coarse one is taken.
THIN = 400
#: The key of what is not ranked.
UNRANKED = 1 << 60

Rows = npt.NDArray[np.int64]
#: A sorting key and a row number.
Entry = tuple[float | int | str, int]
#: The counts of facets, the pictures by year or month, and of how many pictures one was counted.
Counts = tuple[dict[str, tuple[Count, ...]], tuple[tuple[str, int], ...], int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One page that is asked for. ``after`` is what its cursor says: key, row number, total and whether there are more."""

    query: Query
    order: str
    limit: int
    after: tuple[cursors.Key, cursors.Key, int, bool] | None
    belongs: str
    facets: tuple[str, ...]


def asked(query: Query, sort: str | None, limit: int, cursor: str | None, facets: Sequence[str]) -> Asked:
    """Return the page that is asked for. Raises UsageError for a bad sort, limit, cursor or facet."""
    order = _order_of(query, sort)
    if not 1 <= limit <= MAX_LIMIT:
        raise UsageError(f"A page has 1 to {MAX_LIMIT} pictures, not {limit}.", field="limit")
    for facet in facets:
        if facet not in FACETS:
            raise UsageError(f"There is no facet “{facet[:40]}”: use {', '.join(FACETS)}.", field="facets")
    belongs = cursors.digest(str(query.node), order)
    after = cursors.read(cursor, belongs, str if "filename" in order else int, int) if cursor is not None else None
    return Asked(query, order, limit, after, belongs, tuple(facets))


def _order_of(query: Query, sort: str | None) -> str:
    """The order that holds: as asked, as the query says, by relevance when there are words, else newest first."""
    if sort and sort not in SORTS:
        raise UsageError(f"There is no order “{sort[:40]}”: use {', '.join(SORTS)}.", field="sort")
    order = sort or query.sort or "relevance"
    return "-date" if order == "relevance" and not query.ranks else order


class Paging(ABC):
    """One search, in one view of an index."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.session, self.asked = session, asked
        self.query, self.order, self.limit, self.after = asked.query, asked.order, asked.limit, asked.after
        self.ranked = 0

    @abstractmethod
    def page(self) -> Page:
        """Return the page."""

    @abstractmethod
    def sample(self, name: str, of: int, values: bool) -> tuple[Rows, bytes]:
        """Return the row numbers of the result's pictures in a sample of one in ``of``, with ``values`` their facets' packed."""

    @abstractmethod
    def docs(self, rows: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """Return (row number, row as it is kept) of some rows."""

    def made(self, entries: list[Entry], total: int, capped: bool, counts: Counts) -> Page:
        """Return the page of these entries, of which one more than it shows says that another follows.

        The total is what was told with the first page.
        """
        if self.after is not None:
            total, capped = self.after[2], self.after[3]
        shown = entries[: self.limit]
        following = None
        if len(entries) > self.limit:
            key, n = shown[-1]
            following = cursors.write(self.asked.belongs, key, n, total, capped)
        return Page(self._hits(shown), total, capped, following, self.order, *counts, self.ranked)

    def entries_of(self, keys: Rows, rows: Rows) -> list[Entry]:
        """Return what follows the cursor, of all entries in order."""
        at = 0 if self.after is None else _place_after(keys, rows, self.order, int(self.after[0]), int(self.after[1]))
        end = at + self.limit + 1
        return list(zip(keys[at:end].tolist(), rows[at:end].tolist(), strict=True))

    def counts(self, head: Rows, packed: bytes, capped: bool) -> Counts:
        """Return the facets that were asked for: counted on ``head``, or, where there are more, on a sample."""
        facets = self.asked.facets
        if not facets:
            return {}, (), 1
        if not capped:
            return count_packed(self.session, packed, facets, 1), histogram(head, 1), 1
        every = self.query.is_all
        if every and (years := histogram_all(self.session)):
            return count_all(self.session, facets), years, 1
        scale, (rows, packed) = FINE, self.sample("f", FINE, not every)
        if len(rows) < THIN:
            scale, (rows, packed) = COARSE, self.sample("c", COARSE, not every)
        if every:
            return count_all(self.session, facets), histogram(rows, scale), 1
        return count_packed(self.session, packed, facets, scale), histogram(rows, scale), scale

    def _hits(self, entries: list[Entry]) -> tuple[Found, ...]:
        rows = [n for _, n in entries]
        docs = dict(self.docs(rows)) if rows else {}
        found = finder(self.query.words)
        return tuple([Found(row, found(row)) for row in [unpack(docs[n]) for n in rows]])


def _place_after(keys: Rows, rows: Rows, order: str, key: int, row: int) -> int:
    """Return how many of all entries in order come before what follows a cursor.

    A row that is still there marks the place; else its key does.
    """
    here = np.flatnonzero(rows == row)
    if len(here):
        return int(here[0]) + 1
    if order == "relevance":
        return int(np.count_nonzero((keys < key) | (keys == key) & (rows > row)))
    return int(np.count_nonzero(rows < row if order == "date" else rows > row))
