"""Answering a query from the index: one page of pictures in order, how many there are, and their facets.

A result is first read as row numbers, newest first, up to :data:`CAP`; that gives the count ("10,000+" beyond), what is
ranked, and what facets are counted on. Larger results are ordered by the index's own order (dates, sizes), ranked among
the newest :data:`RANKED`, and their facets are estimated on a sample.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from ..errors import UsageError
from . import cursors, sql
from .base import CAP, MAX_LIMIT, Found, Page
from .facets import FACETS, Count, count_all, count_rows, histogram
from .nodes import SORTS, Query
from .ranking import Ranking
from .row import COARSE, FINE, MARK
from .schema import Database
from .similar import Fingerprints
from .snippets import snippets
from .writing import unpack

#: How many of the newest pictures are ranked; the others follow by date.
RANKED = 3_000
#: A fine sample with fewer pictures than this is too thin: the coarse one is taken.
THIN = 400
_BLOCK = 1_000
#: The key of what is not ranked.
UNRANKED = 1 << 60


_Entry = tuple[float | int | str, int]


class Reader:
    """Runs queries. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.fingerprints = Fingerprints()
        self.ranking = Ranking()

    def plan(self, connection: sqlite3.Connection, query: Query) -> sql.Plan:
        """Return how to run a query, hidden pictures left out."""
        return sql.plan(query.effective, connection, lambda i, d: self.fingerprints.near(connection, i, d))

    def search(self, query: Query, sort: str | None, limit: int, cursor: str | None, facets: Sequence[str]) -> Page:
        """See :meth:`catalog.search.index.Index.search`."""
        order = order_of(query, sort)
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"A page has 1 to {MAX_LIMIT} pictures, not {limit}.", field="limit")
        for facet in facets:
            if facet not in FACETS:
                raise UsageError(f"There is no facet “{facet[:40]}”: use {', '.join(FACETS)}.", field="facets")
        belongs = cursors.digest(str(query.node), order)
        after = cursors.read(cursor, belongs, str if "filename" in order else int, int) if cursor is not None else None
        with self.database.reading() as connection:
            return _Search(self, connection, query, order, limit, after, belongs).page(facets)

    def count(self, query: Query, cap: int) -> tuple[int, bool]:
        """Return how many pictures a query selects, up to ``cap``, and whether there are more."""
        with self.database.reading() as connection:
            count = self.counted(connection, self.plan(connection, query), cap + 1)
        return min(count, cap), count > cap

    def counted(self, connection: sqlite3.Connection, plan: sql.Plan, most: int) -> int:
        """Return how many pictures a plan selects, counted up to ``most``."""
        text, params = plan.select(limit=most)
        return int(connection.execute(f"SELECT count(*) FROM ({text})", params).fetchone()[0])

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""
        before = 1 << 62
        while True:
            with self.database.reading() as connection:
                text, params = self.plan(connection, query).below(before).select(limit=_BLOCK)
                sql_text = f"SELECT rowid, id FROM image WHERE rowid IN ({text}) ORDER BY rowid DESC"
                block = connection.execute(sql_text, params).fetchall()
            yield from (str(ident) for _, ident in block)
            if len(block) < _BLOCK:
                return
            before = int(block[-1][0])


class _Search:
    """One search, in one view of the index."""

    def __init__(
        self,
        reader: Reader,
        connection: sqlite3.Connection,
        query: Query,
        order: str,
        limit: int,
        after: tuple[cursors.Key, cursors.Key, int, bool] | None,
        belongs: str,
    ) -> None:
        self.reader, self.connection, self.query = reader, connection, query
        self.order, self.limit, self.after, self.belongs = order, limit, after, belongs
        self.plan = reader.plan(connection, query)
        self.ranked = 0

    def page(self, facets: Sequence[str]) -> Page:
        if self.after is not None and self.order in ("date", "-date") and not facets:
            head = np.empty(0, np.int64)
            total, capped = self.after[2], self.after[3]
            entries = self._walk()
        elif self.order == "relevance" and (best := self._best()) is not None:
            head, entries, total, capped = self._by_relevance(*best, whole=bool(facets) or self.after is not None)
        elif self.order == "relevance" and self.after is None and not facets and not self._ranks():
            head, entries, total, capped = self._newest()
        else:
            head = self._rowids(self.plan, CAP + 1)
            capped = len(head) > CAP
            head, total = head[:CAP], min(len(head), CAP)
            entries = self._entries(head, capped)
        if self.after is not None:
            total, capped = self.after[2], self.after[3]
        shown = entries[: self.limit]
        following = None
        if len(entries) > self.limit:
            key, rowid = shown[-1]
            following = cursors.write(self.belongs, key, rowid, total, capped)
        counts, bars, sampled = self._facets(head, capped, facets)
        return Page(self._hits(shown), total, capped, following, self.order, counts, bars, sampled, self.ranked)

    # ---- order

    def _best(self) -> tuple[sql.Rows, sql.Rows] | None:
        return self.reader.ranking.scored(self.connection, self.plan, self.query.node, RANKED)

    def _ranks(self) -> bool:
        return self.reader.ranking.ranks(self.connection, self.query.node)

    def _newest(self) -> tuple[sql.Rows, list[_Entry], int, bool]:
        """What :meth:`_by_relevance` returns where all words are too common to rank by."""
        rows = self._rowids(self.plan, self.limit + 1)
        total = self.reader.counted(self.connection, self.plan, CAP + 1)
        self.ranked = RANKED if total > RANKED else 0
        return rows, [(0, r) for r in rows.tolist()], min(total, CAP), total > CAP

    def _by_relevance(self, head: sql.Rows, keys: sql.Rows, *, whole: bool) -> tuple[sql.Rows, list[_Entry], int, bool]:
        """Rows, entries, total and whether there are more, of the newest rows and their keys.

        What comes after those is only counted unless it is needed (``whole``).
        """
        more = 0
        if len(head) == RANKED:
            rest = self.plan.below(int(head[-1]))
            if whole:
                following = self._rowids(rest, CAP + 1 - RANKED)
                more = len(following)
                head = np.concatenate([head, following[: CAP - RANKED]])
                keys = np.concatenate([keys, np.full(len(head) - RANKED, UNRANKED, np.int64)])
            else:
                more = self.reader.counted(self.connection, rest, CAP + 1 - RANKED)
            self.ranked = RANKED if more else 0
        best = np.lexsort((-head, keys))
        total = min(len(head), RANKED) + more
        return head, self._page_of(keys[best], head[best]), min(total, CAP), total > CAP

    def _entries(self, head: sql.Rows, capped: bool) -> list[_Entry]:
        """The entries of this page and at least one more if there is one: (key, row number)."""
        if self.order == "relevance":
            keys = np.full(len(head), UNRANKED, np.int64)
            keys[:RANKED] = self.reader.ranking.keys(self.connection, self.query.node, head[:RANKED])
            self.ranked = RANKED if len(head) > RANKED else 0
            best = np.lexsort((-head, keys))
            return self._page_of(keys[best], head[best])
        if capped:
            return self._walk()
        if self.order in ("date", "-date"):
            rowids = head if self.order == "-date" else head[::-1]
            return self._page_of(rowids, rowids)
        column = self.order.removeprefix("-")
        text = f"SELECT {column}, rowid FROM image WHERE rowid IN (SELECT value FROM json_each(?))"
        rows: list[_Entry] = self.connection.execute(text, (sql.packed(head.tolist()),)).fetchall()
        rows.sort(reverse=self.order.startswith("-"))
        at = 0
        if self.after is not None:
            mine = (self.after[0], self.after[1])
            at = sum(row >= mine if self.order.startswith("-") else row <= mine for row in rows)
        return rows[at : at + self.limit + 1]

    def _page_of(self, keys: sql.Rows, rowids: sql.Rows) -> list[_Entry]:
        """What follows the cursor, of all entries in order."""
        at = 0 if self.after is None else place_after(keys, rowids, self.order, int(self.after[0]), int(self.after[1]))
        end = at + self.limit + 1
        return list(zip(keys[at:end].tolist(), rowids[at:end].tolist(), strict=True))

    def _walk(self) -> list[_Entry]:
        """Entries in the order of an index, from the cursor on."""
        down = self.order.startswith("-")
        column = self.order.removeprefix("-")
        way = "DESC" if down else "ASC"
        plan = self.plan
        if column == "date":
            if self.after is not None:
                rowid = int(self.after[1])
                plan = plan.below(rowid) if down else plan.above(rowid)
            return [(r, r) for r in self._rowids(plan, self.limit + 1, f"rowid {way}").tolist()]
        if self.after is not None:
            plan = plan.beyond(column, self.after[0], self.after[1], down)
        text, params = plan.select(f"{column}, rowid", f"{column} {way}, rowid {way}", self.limit + 1)
        return list(self.connection.execute(text, params))

    # ---- parts

    def _rowids(self, plan: sql.Plan, limit: int, order: str = "rowid DESC") -> sql.Rows:
        text, params = plan.select(order=order, limit=limit)
        return sql.numbers(self.connection, ("rowid",), text, params)[0]

    def _hits(self, entries: list[_Entry]) -> tuple[Found, ...]:
        rowids = [rowid for _, rowid in entries]
        text = "SELECT rowid, doc FROM page WHERE rowid IN (SELECT value FROM json_each(?))"
        docs = dict(self.connection.execute(text, (sql.packed(rowids),)))
        words = self.query.words
        rows = [unpack(docs[rowid]) for rowid in rowids]
        return tuple(Found(row, snippets(row, words)) for row in rows)

    def _facets(
        self, head: sql.Rows, capped: bool, facets: Sequence[str]
    ) -> tuple[dict[str, tuple[Count, ...]], tuple[tuple[str, int], ...], int]:
        if not facets:
            return {}, (), 1
        if not capped:
            return count_rows(self.connection, head, facets, 1), histogram(head, 1), 1
        scale, sample = FINE, self._sample("f", FINE)
        if len(sample) < THIN:
            scale, sample = COARSE, self._sample("c", COARSE)
        if self.query.is_all:
            return count_all(self.connection, facets), histogram(sample, scale), 1
        return count_rows(self.connection, sample, facets, scale), histogram(sample, scale), scale

    def _sample(self, name: str, of: int) -> sql.Rows:
        return self._rowids(self.plan.also(f"{MARK}{name}{of // 2}"), 2 * CAP)


def place_after(keys: sql.Rows, rowids: sql.Rows, order: str, key: int, rowid: int) -> int:
    """Return how many of all entries in order come before what follows a cursor.

    A row that is still there marks the place; else its key does.
    """
    here = np.flatnonzero(rowids == rowid)
    if len(here):
        return int(here[0]) + 1
    if order == "relevance":
        return int(np.count_nonzero((keys < key) | (keys == key) & (rowids > rowid)))
    return int(np.count_nonzero(rowids < rowid if order == "date" else rowids > rowid))


def order_of(query: Query, sort: str | None) -> str:
    """The order that holds: as asked, as the query says, by relevance when there are words, else newest first."""
    if sort and sort not in SORTS:
        raise UsageError(f"There is no order “{sort[:40]}”: use {', '.join(SORTS)}.", field="sort")
    order = sort or query.sort or "relevance"
    return "-date" if order == "relevance" and not query.ranks else order
