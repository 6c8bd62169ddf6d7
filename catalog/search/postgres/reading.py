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
from ...stores.postgres.columns import literal
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
from .ranking import Ranker, Ranking, State, documents_of, shown_of
from .schema import Tables
from .similar import near

#: Words that fewer pictures have are looked for in all months at once.
_RARE = 4 * CAP

Rows = npt.NDArray[np.int64]
#: Expressions on ``search_image i`` that give bytes, with their parameters.
Columns = Sequence[tuple[str, tuple[object, ...]]]
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
            known = self.known(connection, state_of(connection), query)
            if known is None:
                known = len(self.newest(connection, query, self.plan(connection, query), cap + 1)[0])
        return min(known, cap), known > cap

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""
        before = 1 << 62
        while True:
            with self.tables.reading() as connection:
                plan = self.plan(connection, query).within(0, before - 1)
                rows, _ = self.newest(connection, query, plan, CAP)
                named = "SELECT id FROM search_image WHERE n = ANY(%s::bigint[]) ORDER BY n DESC"
                block = connection.execute(named, [literal(rows)], binary=True).fetchall()
            yield from (str(ident) for (ident,) in block)
            if len(rows) < CAP:
                return
            before = int(rows[-1])

    def known(self, connection: Connection[Any], state: State, query: Query) -> int | None:
        """Return how many pictures a query selects, when that is kept: for one word, and for everything."""
        if query.is_all:
            return state.shown
        return shown_of(connection, query.node) if isinstance(query.node, Words) else None

    def newest(
        self, connection: Connection[Any], query: Query, plan: sql.Plan, limit: int, columns: Columns = ()
    ) -> tuple[Rows, list[bytes]]:
        """Return the newest rows of a plan, newest first, and their values of ``columns``, each put together."""
        if not plan.words:
            return _head(connection, plan, limit, columns)
        state = state_of(connection)
        known = self.known(connection, state, query)
        if state.rows <= _RARE or (known <= limit if known is not None else self._rare(connection, state, query)):
            return _head(connection, plan, limit, columns)
        rows, packed = np.empty(0, np.int64), [b""] * len(columns)
        spans = self.months.spans(connection, state, plan.low >> SEQ_BITS, plan.high >> SEQ_BITS, limit, known)
        asked: int | None = None
        while True:
            try:
                part = spans.send(asked)
            except StopIteration:
                return rows, packed
            found, values = _head(connection, part.narrowed(plan), limit - len(rows), columns)
            rows, packed = np.concatenate([rows, found]), [a + b for a, b in zip(packed, values, strict=True)]
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
    row = connection.execute("SELECT epoch, stamp, rows, shown, tokens FROM search_meta").fetchone()
    assert row is not None
    return State(*row)


def _head(connection: Connection[Any], plan: sql.Plan, limit: int, columns: Columns) -> tuple[Rows, list[bytes]]:
    named = "".join(f", {expression} AS c{at}" for at, (expression, _) in enumerate(columns))
    text, params = plan.select(f"i.n{named}", "i.n DESC", limit)
    values = "".join(f", string_agg(c{at}, ''::bytea ORDER BY n DESC)" for at in range(len(columns)))
    statement = f"SELECT string_agg(int8send(n), ''::bytea ORDER BY n DESC){values} FROM ({text}) AS found"
    more = [param for _, params in columns for param in params]
    row = connection.execute(statement.encode(), (*more, *params), binary=True).fetchone()
    assert row is not None
    return np.frombuffer(row[0] or b"", ">i8").astype(np.int64), [value or b"" for value in row[1:]]


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
        self.total = self.ranked = 0

    def page(self, facets: Sequence[str]) -> Page:
        if self.after is not None and self.order in ("date", "-date") and not facets:
            return self._made(np.empty(0, np.int64), b"", self.after[3], self._walk(), facets)
        state = state_of(self.connection)
        known = self.reader.known(self.connection, state, self.query)
        if known is None or (facets and known <= CAP):
            return self._whole(state, facets)
        head, entries = np.empty(0, np.int64), self._first(state, known) if self.order == "relevance" else self._walk()
        if entries is None:
            return self._whole(state, facets)
        self.total = min(known, CAP)
        return self._made(head, b"", known > CAP, entries, facets)

    def _whole(self, state: State, facets: Sequence[str]) -> Page:
        """The page of a result that is read as far as it is counted."""
        ranker = self._ranker(state)
        columns = [("i.facets", ())] if facets else []
        head, packed = self._newest(CAP + 1, [*(ranker.columns if ranker else ()), *columns])
        capped = len(head) > CAP
        head = head[:CAP]
        self.total = len(head)
        if self.order == "relevance":
            self.ranked = RANKED if len(head) > RANKED else 0
            entries = self._ranked(ranker, head, packed)
        elif self.order in ("date", "-date") and not capped:
            rows = head if self.order == "-date" else head[::-1]
            entries = self._page_of(rows, rows)
        else:
            entries = self._walk() if capped else self._by_column("i.n = ANY(%s::bigint[])", (literal(head),))
        return self._made(head, packed[-1] if facets else b"", capped, entries, facets)

    def _first(self, state: State, known: int) -> list[_Entry] | None:
        """The entries of a page by relevance, of the pictures that are ranked; ``None`` when it goes beyond them."""
        if self.after is not None and self.after[0] == UNRANKED:
            return None
        ranker = self._ranker(state)
        head, packed = self._newest(RANKED, ranker.columns if ranker else ())
        entries = self._ranked(ranker, head, packed)
        if len(entries) <= self.limit and known > len(head):
            return None
        self.ranked = RANKED if known > RANKED else 0
        return entries

    def _made(self, head: Rows, packed: bytes, capped: bool, entries: list[_Entry], facets: Sequence[str]) -> Page:
        if self.after is not None:
            self.total = self.after[2]
        shown = entries[: self.limit]
        following = None
        told = capped if self.after is None else self.after[3]
        if len(entries) > self.limit:
            key, n = shown[-1]
            following = cursors.write(self.belongs, key, n, self.total, told)
        counts, bars, sampled = self._facets(head, packed, capped, facets)
        return Page(self._hits(shown), self.total, told, following, self.order, counts, bars, sampled, self.ranked)

    # ---- order

    def _ranker(self, state: State) -> Ranker | None:
        if self.order != "relevance":
            return None
        return self.reader.ranking.ranker(self.connection, state, self.query.node)

    def _ranked(self, ranker: Ranker | None, head: Rows, packed: Sequence[bytes]) -> list[_Entry]:
        """The entries of this page and at least one more if there is one: (key, row number)."""
        keys = np.full(len(head), UNRANKED, np.int64)
        keys[:RANKED] = ranker.keys(self.connection, head[:RANKED].tolist(), packed) if ranker is not None else 0
        best = np.lexsort((-head, keys))
        return self._page_of(keys[best], head[best])

    def _page_of(self, keys: Rows, rows: Rows) -> list[_Entry]:
        """What follows the cursor, of all entries in order."""
        at = 0 if self.after is None else place_after(keys, rows, self.order, int(self.after[0]), int(self.after[1]))
        end = at + self.limit + 1
        return list(zip(keys[at:end].tolist(), rows[at:end].tolist(), strict=True))

    def _walk(self) -> list[_Entry]:
        """Entries in the order of an index, from the cursor on."""
        if self.order == "-date":
            before = 1 << 62 if self.after is None else int(self.after[1])
            rows, _ = self._newest(self.limit + 1, before=before)
            return [(n, n) for n in rows.tolist()]
        return self._by_column(*self.plan.condition())

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

    def _newest(self, limit: int, columns: Columns = (), before: int = 1 << 62) -> tuple[Rows, list[bytes]]:
        return self.reader.newest(self.connection, self.query, self.plan.within(0, before - 1), limit, columns)

    def _hits(self, entries: list[_Entry]) -> tuple[Found, ...]:
        rows = [n for _, n in entries]
        text = "SELECT n, doc FROM search_image WHERE n = ANY(%s::bigint[])"
        docs = dict(self.connection.execute(text, [literal(rows)], binary=True).fetchall()) if rows else {}
        words = self.query.words
        found = [unpack(docs[n]) for n in rows]
        return tuple(Found(row, snippets(row, words)) for row in found)

    def _facets(
        self, head: Rows, packed: bytes, capped: bool, facets: Sequence[str]
    ) -> tuple[dict[str, tuple[Count, ...]], tuple[tuple[str, int], ...], int]:
        if not facets:
            return {}, (), 1
        if not capped:
            return count_packed(self.connection, packed, facets, 1), histogram(head, 1), 1
        scale, sample, packed = FINE, *self._sample("f", FINE)
        if len(sample) < THIN:
            scale, sample, packed = COARSE, *self._sample("c", COARSE)
        if self.query.is_all:
            return count_all(self.connection, facets), histogram(sample, scale), 1
        return count_packed(self.connection, packed, facets, scale), histogram(sample, scale), scale

    def _sample(self, name: str, of: int) -> tuple[Rows, bytes]:
        plan = self.plan.also(f"'{MARK}{name}{of // 2}'")
        rows, packed = _head(self.connection, plan, 2 * CAP, [("i.facets", ())])
        return rows, packed[0]
