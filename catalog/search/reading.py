"""Answering a query from the index: one page of pictures in order, how many there are, and their facets.

A result is first read as row numbers, newest first, up to :data:`CAP`; that gives the count ("10,000+" beyond), what is
ranked, and what facets are counted on. Larger results are ordered by the index's own order (dates, sizes), ranked among
the newest :data:`RANKED`, and their facets are estimated on a sample.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np

from . import sql
from .base import CAP, Page
from .common import Counts, View
from .nodes import Query
from .paging import RANKED, UNRANKED, Asked, Entry, Paging
from .queue import Selection
from .ranking import Ranking
from .row import MARK
from .session import SqliteSession
from .similar import Fingerprints

_BLOCK = 1_000


class Reader:
    """Runs queries. Safe to use from several threads."""

    def __init__(self) -> None:
        self.fingerprints = Fingerprints()
        self.counts = Counts()

    def plan(self, connection: sqlite3.Connection, query: Query, view: View | None = None) -> sql.Plan:
        """Return how to run a query, hidden pictures left out.

        That they are left out is only said where there are any: the engine takes half as long again to look for them at each row.
        """
        hidden = (view or self.counts.view(connection)).hidden
        node = query.effective if hidden else query.node
        return sql.plan(node, connection, lambda i, d: self.fingerprints.near(connection, i, d))

    def page(self, connection: sqlite3.Connection, asked: Asked) -> Page:
        """Return one page of pictures."""
        return _Search(self, connection, asked).page()

    def count(self, connection: sqlite3.Connection, query: Query, cap: int) -> tuple[int, bool]:
        """Return how many pictures a query selects, up to ``cap``, and whether there are more."""
        count = self.counted(connection, self.plan(connection, query), cap + 1)
        return min(count, cap), count > cap

    def counted(self, connection: sqlite3.Connection, plan: sql.Plan, most: int) -> int:
        """Return how many pictures a plan selects, counted up to ``most``."""
        text, params = plan.select(limit=most)
        return int(connection.execute(f"SELECT count(*) FROM ({text})", params).fetchone()[0])

    def block(self, connection: sqlite3.Connection, query: Query, before: int) -> tuple[list[str], int]:
        """Return the ids of the newest pictures below a row number, and the number below which the next ones are."""
        text, params = self.plan(connection, query).below(before).select(limit=_BLOCK)
        named = f"SELECT rowid, id FROM image WHERE rowid IN ({text}) ORDER BY rowid DESC"
        block = connection.execute(named, params).fetchall()
        return [str(ident) for _, ident in block], int(block[-1][0]) if len(block) == _BLOCK else 0

    def pictures(self, connection: sqlite3.Connection, query: Query) -> Selection:
        """Return the pictures that a query selects: their row numbers, or all as a condition."""
        plan = self.plan(connection, query)

        def rows(most: int) -> list[object]:
            text, params = plan.select(limit=most)
            return [int(row) for (row,) in connection.execute(text, params)]

        return Selection(rows, plan.condition)


class _Search(Paging):
    """One search, in one view of the index."""

    def __init__(self, reader: Reader, connection: sqlite3.Connection, asked: Asked) -> None:
        super().__init__(SqliteSession(connection), asked)
        self.reader, self.connection = reader, connection
        self.view = reader.counts.view(connection)
        self.plan = reader.plan(connection, asked.query, self.view)
        self.ranking = Ranking(connection, self.view, asked.query.node)

    def page(self) -> Page:
        facets = self.asked.facets
        if self.after is not None and self.order in ("date", "-date") and not facets:
            return self.made(self._walk(), 0, False, ({}, (), 1))
        first = self.after is None and not facets
        if self.order == "relevance" and (best := self._best(first)) is not None:
            head, entries, total, capped = self._by_relevance(*best, whole=not first)
        elif self.plan.is_words and not self.plan.match and self.view.rows > CAP:
            head, entries, total, capped = self._rowids(self.plan, 0), self._walk(), CAP, True
        elif first and self.order in ("relevance", "date", "-date"):
            head, entries, total, capped = self._in_order()
        else:
            head = self._rowids(self.plan, CAP + 1)
            capped = len(head) > CAP
            head, total = head[:CAP], min(len(head), CAP)
            entries = self._entries(head, capped)
        packed = self._packed(head) if facets and not capped else b""
        return self.made(entries, total, capped, self.counts(head, packed, capped))

    # ---- order

    def _best(self, first: bool) -> tuple[sql.Rows, sql.Rows] | None:
        """The newest rows and their keys; ``None`` where the order by date is all that a first page needs."""
        scored = self.ranking.scored(self.plan, RANKED)
        if scored is not None or (first and not self.ranking.ranks()):
            return scored
        rows = self._rowids(self.plan, RANKED)
        return rows, self.ranking.keys(rows)

    def _counted(self, rest: sql.Plan, before: int) -> int:
        """How many pictures are selected, counted up to one more than CAP: those of a plan for the ``rest``, and those ``before``.

        What is known of the word, where that is the whole query, spares the counting.
        """
        told = self.view.told(self.plan.match, CAP + 1) if self.plan.is_words else None
        return before + self.reader.counted(self.connection, rest, CAP + 1 - before) if told is None else told

    def _in_order(self) -> tuple[sql.Rows, list[Entry], int, bool]:
        """What :meth:`_by_relevance` returns for a first page by date, or by words that are all too common to rank by.

        What is not on the page is only counted.
        """
        rows = self._rowids(self.plan, self.limit + 1, "rowid ASC" if self.order == "date" else "rowid DESC")
        total = self._counted(self.plan, 0) if len(rows) > self.limit else len(rows)
        ranks = self.order == "relevance"
        self.ranked = RANKED if ranks and total > RANKED else 0
        return rows, [(0 if ranks else r, r) for r in rows.tolist()], min(total, CAP), total > CAP

    def _by_relevance(self, head: sql.Rows, keys: sql.Rows, *, whole: bool) -> tuple[sql.Rows, list[Entry], int, bool]:
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
                more = self._counted(rest, RANKED) - RANKED
            self.ranked = RANKED if more else 0
        best = np.lexsort((-head, keys))
        total = min(len(head), RANKED) + more
        return head, self.entries_of(keys[best], head[best]), min(total, CAP), total > CAP

    def _entries(self, head: sql.Rows, capped: bool) -> list[Entry]:
        """The entries of this page and at least one more if there is one: (key, row number)."""
        if capped:
            return self._walk()
        if self.order in ("date", "-date"):
            rowids = head if self.order == "-date" else head[::-1]
            return self.entries_of(rowids, rowids)
        column = self.order.removeprefix("-")
        text = f"SELECT {column}, rowid FROM image WHERE rowid IN (SELECT value FROM json_each(?))"
        rows: list[Entry] = self.connection.execute(text, (sql.packed(head.tolist()),)).fetchall()
        rows.sort(reverse=self.order.startswith("-"))
        at = 0
        if self.after is not None:
            mine = (self.after[0], self.after[1])
            at = sum(row >= mine if self.order.startswith("-") else row <= mine for row in rows)
        return rows[at : at + self.limit + 1]

    def _walk(self) -> list[Entry]:
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

    def docs(self, rows: Sequence[int]) -> sqlite3.Cursor:
        """See :meth:`Paging.docs`."""
        # In the order asked for, one by one: sorted first, as for IN, they take half as long again.
        text = "SELECT p.rowid, p.doc FROM json_each(?) asked CROSS JOIN page p ON p.rowid = asked.value"
        return self.connection.execute(text, (sql.packed(rows),))

    def sample(self, name: str, of: int, values: bool) -> tuple[sql.Rows, bytes]:
        """See :meth:`Paging.sample`."""
        rows = self._rowids(self.plan.also(f"{MARK}{name}{of // 2}"), 2 * CAP)
        return rows, self._packed(rows) if values else b""

    def _packed(self, rows: sql.Rows) -> bytes:
        text = "SELECT facets FROM image WHERE rowid IN (SELECT value FROM json_each(?))"
        return b"".join(blob for (blob,) in self.connection.execute(text, (sql.packed(rows.tolist()),)))
