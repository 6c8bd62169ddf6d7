"""Answering a query from the index: one page of pictures in order, how many there are, and their facets.

As SQLite's (:mod:`catalog.search.reading`): a result is first read as row numbers, newest first, up to ``CAP``. What very many
pictures have is not read as a whole for that, but month by month from the newest: the rows' months are lexemes too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ...errors import UsageError
from .. import cursors
from ..base import CAP, MAX_LIMIT, Found, Page
from ..facets import FACETS, Count, histogram
from ..nodes import And, Query, Words
from ..reading import RANKED, THIN, UNRANKED, order_of, place_after
from ..row import COARSE, FINE, MARK
from ..schema import SEQ_BITS
from ..snippets import snippets
from ..writing import unpack
from . import sql
from .facets import count_all, count_packed
from .months import Months
from .ranking import Ranking, State, documents_of
from .schema import Tables
from .similar import near

#: Words that fewer pictures have are looked for in all months at once.
_RARE = 4 * CAP

Rows = npt.NDArray[np.int64]
_Entry = tuple[float | int | str, int]


class Reader:
    """Runs queries. Safe to use from several threads."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.ranking = Ranking()
        self.months = Months()

    def plan(self, connection: Connection[Any], query: Query) -> sql.Plan:
        """Return how to run a query, hidden pictures left out."""
        return sql.plan(query.effective, lambda ident, distance: near(connection, ident, distance))

    def search(self, query: Query, sort: str | None, limit: int, cursor: str | None, facets: Sequence[str]) -> Page:
        """See :meth:`catalog.search.base.SearchIndex.search`."""
        order = order_of(query, sort)
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"A page has 1 to {MAX_LIMIT} pictures, not {limit}.", field="limit")
        for facet in facets:
            if facet not in FACETS:
                raise UsageError(f"There is no facet “{facet[:40]}”: use {', '.join(FACETS)}.", field="facets")
        belongs = cursors.digest(str(query.node), order)
        after = cursors.read(cursor, belongs, str if "filename" in order else int, int) if cursor is not None else None
        with self.tables.reading() as connection:
            return _Search(self, connection, query, order, limit, after, belongs).page(facets)

    def count(self, query: Query, cap: int) -> tuple[int, bool]:
        """Return how many pictures a query selects, up to ``cap``, and whether there are more."""
        with self.tables.reading() as connection:
            rows, _ = self.newest(connection, query, self.plan(connection, query), cap + 1)
        return min(len(rows), cap), len(rows) > cap

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""
        before = 1 << 62
        while True:
            with self.tables.reading() as connection:
                plan = self.plan(connection, query).within(0, before - 1)
                rows, _ = self.newest(connection, query, plan, CAP)
                named = "SELECT id FROM search_image WHERE n = ANY(%s::bigint[]) ORDER BY n DESC"
                block = connection.execute(named, [rows.tolist()], binary=True).fetchall()
            yield from (str(ident) for (ident,) in block)
            if len(rows) < CAP:
                return
            before = int(rows[-1])

    def newest(
        self, connection: Connection[Any], query: Query, plan: sql.Plan, limit: int, *, facets: bool = False
    ) -> tuple[Rows, bytes]:
        """Return the newest rows of a plan, newest first, and (when asked for) their packed facet values."""
        if not plan.words:
            return _head(connection, plan, limit, facets)
        state = state_of(connection)
        if state.rows <= _RARE or self._rare(connection, state, query):
            return _head(connection, plan, limit, facets)
        rows, packed = np.empty(0, np.int64), b""
        spans = self.months.spans(connection, state, plan.low >> SEQ_BITS, plan.high >> SEQ_BITS, limit)
        asked: int | None = None
        while True:
            try:
                part = spans.send(asked)
            except StopIteration:
                return rows, packed
            found, values = _head(connection, part.narrowed(plan), limit - len(rows), facets)
            rows, packed = np.concatenate([rows, found]), packed + values
            if len(rows) >= limit:
                return rows, packed
            asked = len(rows)

    def _rare(self, connection: Connection[Any], state: State, query: Query) -> bool:
        """Whether the query asks for a word that few pictures have."""
        node = query.node
        for child in node.children if isinstance(node, And) else (node,):
            if isinstance(child, Words):
                if any(
                    documents_of(connection, token) <= _RARE for token in child.tokens[: -1 if child.prefix else None]
                ):
                    return True
                if child.field == "" and self.ranking.documents(connection, state, child) <= CAP:
                    return True
        return False


def state_of(connection: Connection[Any]) -> State:
    """Return the state of the index in this view of it."""
    row = connection.execute("SELECT epoch, stamp, rows, tokens FROM search_meta").fetchone()
    assert row is not None
    return State(*row)


def _head(connection: Connection[Any], plan: sql.Plan, limit: int, facets: bool) -> tuple[Rows, bytes]:
    text, params = plan.select("i.n, i.facets" if facets else "i.n", "i.n DESC", limit)
    values = "string_agg(facets, ''::bytea)" if facets else "NULL::bytea"
    statement = f"SELECT string_agg(int8send(n), ''::bytea ORDER BY n DESC), {values} FROM ({text}) AS found"
    row = connection.execute(statement.encode(), params, binary=True).fetchone()
    assert row is not None
    return np.frombuffer(row[0] or b"", ">i8").astype(np.int64), row[1] or b""


class _Search:
    """One search, in one view of the index."""

    def __init__(
        self,
        reader: Reader,
        connection: Connection[Any],
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
        packed = b""
        if self.after is not None and self.order in ("date", "-date") and not facets:
            head = np.empty(0, np.int64)
            total, capped = self.after[2], self.after[3]
            entries = self._walk()
        else:
            head, packed = self._newest(self.plan, CAP + 1, facets=bool(facets) and not self.query.is_all)
            capped = len(head) > CAP
            head, total = head[:CAP], min(len(head), CAP)
            entries = self._entries(head, capped)
            if self.after is not None:
                total, capped = self.after[2], self.after[3]
        shown = entries[: self.limit]
        following = None
        if len(entries) > self.limit:
            key, n = shown[-1]
            following = cursors.write(self.belongs, key, n, total, capped)
        counts, bars, sampled = self._facets(head, packed, capped, facets)
        return Page(self._hits(shown), total, capped, following, self.order, counts, bars, sampled, self.ranked)

    # ---- order

    def _entries(self, head: Rows, capped: bool) -> list[_Entry]:
        """The entries of this page and at least one more if there is one: (key, row number)."""
        if self.order == "relevance":
            keys = np.full(len(head), UNRANKED, np.int64)
            state = state_of(self.connection)
            keys[:RANKED] = self.reader.ranking.keys(self.connection, state, self.query.node, head[:RANKED].tolist())
            self.ranked = RANKED if len(head) > RANKED else 0
            best = np.lexsort((-head, keys))
            return self._page_of(keys[best], head[best])
        if self.order in ("date", "-date"):
            if capped:
                return self._walk()
            rows = head if self.order == "-date" else head[::-1]
            return self._page_of(rows, rows)
        return self._walk() if capped else self._by_column("i.n = ANY(%s::bigint[])", (head.tolist(),))

    def _page_of(self, keys: Rows, rows: Rows) -> list[_Entry]:
        """What follows the cursor, of all entries in order."""
        at = 0 if self.after is None else place_after(keys, rows, self.order, int(self.after[0]), int(self.after[1]))
        end = at + self.limit + 1
        return list(zip(keys[at:end].tolist(), rows[at:end].tolist(), strict=True))

    def _walk(self) -> list[_Entry]:
        """Entries in the order of an index, from the cursor on."""
        if self.order == "-date":
            before = 1 << 62 if self.after is None else int(self.after[1])
            rows, _ = self._newest(self.plan.within(0, before - 1), self.limit + 1)
            return [(n, n) for n in rows.tolist()]
        condition, params = self.plan.condition()
        return self._by_column(condition, params)

    def _by_column(self, condition: str, params: sql.Params) -> list[_Entry]:
        down = self.order.startswith("-")
        column = self.order.removeprefix("-")
        column = "n" if column == "date" else column
        if self.after is not None:
            condition += f" AND (i.{column}, i.n) {'<' if down else '>'} (%s, %s)"
            params = (*params, self.after[0], self.after[1])
        way = "DESC" if down else "ASC"
        text = f"SELECT i.{column}, i.n FROM search_image i WHERE {condition} ORDER BY i.{column} {way}, i.n {way} LIMIT %s"
        return self.connection.execute(text.encode(), (*params, self.limit + 1), binary=True).fetchall()

    # ---- parts

    def _newest(self, plan: sql.Plan, limit: int, *, facets: bool = False) -> tuple[Rows, bytes]:
        return self.reader.newest(self.connection, self.query, plan, limit, facets=facets)

    def _hits(self, entries: list[_Entry]) -> tuple[Found, ...]:
        rows = [n for _, n in entries]
        text = "SELECT n, doc FROM search_image WHERE n = ANY(%s::bigint[])"
        docs = dict(self.connection.execute(text, [rows], binary=True).fetchall()) if rows else {}
        words = self.query.words
        found = [unpack(docs[n]) for n in rows]
        return tuple(Found(row, snippets(row, words)) for row in found)

    def _facets(
        self, head: Rows, packed: bytes, capped: bool, facets: Sequence[str]
    ) -> tuple[dict[str, tuple[Count, ...]], tuple[tuple[str, int], ...], int]:
        if not facets:
            return {}, (), 1
        if not capped:
            if self.query.is_all:
                head, packed = self._newest(self.plan, CAP, facets=True)
            return count_packed(self.connection, packed, facets, 1), histogram(head, 1), 1
        scale, sample, packed = FINE, *self._sample("f", FINE)
        if len(sample) < THIN:
            scale, sample, packed = COARSE, *self._sample("c", COARSE)
        if self.query.is_all:
            return count_all(self.connection, facets), histogram(sample, scale), 1
        return count_packed(self.connection, packed, facets, scale), histogram(sample, scale), scale

    def _sample(self, name: str, of: int) -> tuple[Rows, bytes]:
        plan = self.plan.also(f"'{MARK}{name}{of // 2}'")
        return _head(self.connection, plan, 2 * CAP, not self.query.is_all)
