"""Answering a query from the index: one page of pictures in order, how many there are, and their facets.

As SQLite's (:mod:`catalog.search.reading`): a result is first read as row numbers, newest first, up to ``CAP``. What very many
pictures have is not read as a whole for that, but month by month from the newest: the rows' months are lexemes too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from psycopg import ClientCursor, Connection

from ...stores.postgres.columns import Whole
from ..base import CAP, Page
from ..nodes import And, Query, Words
from ..paging import RANKED, UNRANKED, Asked, Entry, Paging, Rows
from ..queue import Params, Selection
from ..row import MARK
from ..schema import SEQ_BITS
from . import sql
from .months import Months
from .ranking import (
    Column,
    Ranker,
    Ranking,
    columns_of,
    holding,
    is_plain,
)
from .schema import State, state_of
from .session import PostgresSession
from .similar import near

#: Words that fewer pictures have are looked for in all months at once.
_RARE = 4 * CAP

#: Rows that are looked through one by one, newest first, before months are asked for: as many as that takes no longer for.
_WALK = 1_000

#: Rows of a month that the index of words tells of in the time in which one row is read itself.
_TOLD = 16

Columns = Sequence[Column]


class Reader:
    """Runs queries. Safe to use from several threads."""

    def __init__(self) -> None:
        self.ranking = Ranking()
        self.months = Months()

    def plan(self, connection: Connection[Any], query: Query) -> sql.Plan:
        """Return how to run a query, hidden pictures left out."""
        return sql.plan(query.effective, lambda ident, distance: near(connection, ident, distance))

    def page(self, connection: Connection[Any], asked: Asked) -> Page:
        """Return one page of pictures."""
        return _Search(self, connection, asked).page()

    def count(self, connection: Connection[Any], query: Query, cap: int) -> tuple[int, bool]:
        """Return how many pictures a query selects, up to ``cap``, and whether there are more."""
        known = self.known(connection, state_of(connection), query, cap)
        if known is None:
            known = len(self.newest(connection, query, self.plan(connection, query), cap + 1)[0])
        return min(known, cap), known > cap

    def block(self, connection: Connection[Any], query: Query, before: int) -> tuple[list[str], int]:
        """Return the ids of the newest pictures below a row number, and the number below which the next ones are."""
        rows, _ = self.newest(connection, query, self.plan(connection, query).within(0, before - 1), CAP)
        named = "SELECT id FROM search_image WHERE n = ANY(%s::bigint[]) ORDER BY n DESC"
        block = connection.execute(named, [Whole(rows)], binary=True).fetchall()
        return [str(ident) for (ident,) in block], int(rows[-1]) if len(rows) == CAP else 0

    def pictures(self, connection: Connection[Any], query: Query) -> Selection:
        """Return the pictures that a query selects: their ids, or all as a condition."""
        plan = self.plan(connection, query)

        def rows(most: int) -> list[object]:
            text, params = plan.select("i.id, i.n", "i.n DESC", most)
            return [str(ident) for ident, _ in connection.execute(text.encode(), params)]

        return Selection(rows, plan.condition)

    def known(self, connection: Connection[Any], state: State, query: Query, cap: int = CAP) -> int | None:
        """Return how many pictures a query selects, when that is kept: for one word, and for everything.

        A number above ``cap`` may be too small: of a word's beginning it is told that there are as many.
        """
        if query.is_all:
            return state.shown
        if not isinstance(query.node, Words):
            return None
        known = self.ranking.shown_of(connection, state, query.node)
        if known is None and (least := self.ranking.of_beginning(connection, state, query.node).shown) > cap:
            return least
        return known

    def newest(
        self,
        connection: Connection[Any],
        query: Query,
        plan: sql.Plan,
        limit: int,
        columns: Columns = (),
        state: State | None = None,
    ) -> tuple[Rows, list[bytes]]:
        """Return the newest rows of a plan, newest first, and their values of ``columns``, each put together.

        ``state`` is the index's in this view of it, for whoever has asked for that.
        """
        if not plan.words:
            return _head(connection, plan, limit, columns)
        state = state or state_of(connection)
        known = self.known(connection, state, query)
        likely = self._likely(connection, state, query, known)
        if state.rows <= _RARE or self._at_once(connection, state, query, limit, likely):
            return _head(connection, plan, limit, columns)
        walk = self._walk(state, query, plan, limit, likely or 0)
        if walk is not None:
            return _head(connection, walk, limit, columns)
        rows, packed = np.empty(0, np.int64), [b""] * len(columns)
        hits = likely or _expected(connection, plan)
        spans = self.months.spans(connection, state, plan.low >> SEQ_BITS, plan.high >> SEQ_BITS, limit, hits)
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

    def _likely(self, connection: Connection[Any], state: State, query: Query, known: int | None) -> int | None:
        """How many pictures a query may select, as far as what is kept of words tells it: of those that begin alike, together."""
        if known is None or not isinstance(query.node, Words):
            return known
        added = self.ranking.of_beginning(connection, state, query.node).added
        return known if added is None else min(added, state.rows)

    def _walk(self, state: State, query: Query, plan: sql.Plan, limit: int, known: int) -> sql.Plan | None:
        """The plan by which row after row is looked at, where so many have the only word wanted that a few are enough."""
        if not isinstance(query.node, Words) or known * _WALK < limit * state.rows:
            return None
        held = holding(query.node)
        if held is None:
            return None
        return replace(plan, words="", where=(*plan.where, held[0]), params=(*plan.params, *held[1]))

    def _at_once(self, connection: Connection[Any], state: State, query: Query, limit: int, known: int | None) -> bool:
        """Whether to look at all pictures that a query selects, or at those of so many months as ``limit`` takes."""
        if known is None:
            return self._rare(connection, state, query)
        return known <= max(limit, math.isqrt(limit * state.rows // _TOLD))

    def _rare(self, connection: Connection[Any], state: State, query: Query) -> bool:
        """Whether the query asks for a word that few pictures have."""
        node = query.node
        for child in node.children if isinstance(node, And) else (node,):
            if isinstance(child, Words):
                if any(
                    self.ranking.of_term(connection, state, token)[0] <= _RARE
                    for token in child.tokens[: -1 if child.prefix else None]
                ):
                    return True
                added = self.ranking.of_beginning(connection, state, child).added
                if added is not None and added <= CAP:
                    return True
                if child.field == "" and self.ranking.documents(connection, state, child) <= CAP:
                    return True
        return False


def _expected(connection: Connection[Any], plan: sql.Plan) -> int:
    """Return how many rows the server's own planner takes the tsquery of a plan to match; nothing is read for that."""
    text = "EXPLAIN (FORMAT JSON) SELECT FROM search_image i WHERE i.words @@ %s::tsquery"
    told = ClientCursor(connection).execute(text, [plan.words]).fetchone()
    assert told is not None
    return int(told[0][0]["Plan"]["Plan Rows"])


def _head(connection: Connection[Any], plan: sql.Plan, limit: int, columns: Columns) -> tuple[Rows, list[bytes]]:
    read = "".join(f", {column.read} AS c{at}" for at, column in enumerate(columns))
    text, params = plan.select(f"i.n{read}", "i.n DESC", limit)
    values = "".join(
        f", string_agg({column.made.format(f'c{at}')}, ''::bytea ORDER BY n DESC)" for at, column in enumerate(columns)
    )
    statement = f"SELECT string_agg(int8send(n), ''::bytea ORDER BY n DESC){values} FROM ({text}) AS found"
    more = [param for column in columns for param in column.made_params]
    more += [param for column in columns for param in column.params]
    row = connection.execute(statement.encode(), (*more, *params), binary=True).fetchone()
    assert row is not None
    return np.frombuffer(row[0] or b"", ">i8").astype(np.int64), [value or b"" for value in row[1:]]


class _Search(Paging):
    """One search, in one view of the index."""

    def __init__(self, reader: Reader, connection: Connection[Any], asked: Asked) -> None:
        super().__init__(PostgresSession(connection), asked)
        self.reader, self.connection = reader, connection
        self.plan = reader.plan(connection, asked.query)
        self.state: State | None = None

    def page(self) -> Page:
        """Read as little as the page needs: where its total is known, no more than is ranked or shown."""
        facets = self.asked.facets
        if self.after is not None and self.order in ("date", "-date") and not facets:
            return self.made(self._walk(), 0, False, ({}, (), 1))
        self.state = state = state_of(self.connection)
        known = self.reader.known(self.connection, state, self.query)
        if known is None or (facets and known <= CAP):
            return self._whole(state)
        entries = self._first(state, known) if self.order == "relevance" else self._walk()
        if entries is None:
            return self._whole(state)
        capped = known > CAP
        return self.made(entries, min(known, CAP), capped, self.counts(np.empty(0, np.int64), b"", capped))

    def _whole(self, state: State) -> Page:
        """The page of a result that is read as far as it is counted."""
        alone = self._alone(state)
        ranker = self._ranker(state) if alone is None else None
        columns = [Column("i.facets")] if self.asked.facets else []
        ranking = columns_of(alone) if alone is not None else ranker.columns if ranker is not None else []
        head, packed = self._newest(CAP + 1, [*ranking, *columns])
        capped = len(head) > CAP
        if alone is not None:
            if not capped:
                self.reader.ranking.learn(state, alone, len(head))
            ranker = self._ranker(state)
        head = head[:CAP]
        if self.order == "relevance":
            self.ranked = RANKED if len(head) > RANKED else 0
            entries = self._ranked(ranker, head, packed)
        elif self.order in ("date", "-date") and not capped:
            rows = head if self.order == "-date" else head[::-1]
            entries = self.entries_of(rows, rows)
        else:
            entries = self._walk() if capped else self._by_column("i.n = ANY(%s::bigint[])", (Whole(head),))
        return self.made(entries, len(head), capped, self.counts(head, packed[-1] if columns else b"", capped))

    def _first(self, state: State, known: int) -> list[Entry] | None:
        """The entries of a page by relevance, of the pictures that are ranked; ``None`` when it goes beyond them."""
        if self.after is not None and self.after[0] == UNRANKED:
            return None
        ranker = self._ranker(state)
        if ranker is None and self.after is None:  # all are as good: the newest come first
            self.ranked = RANKED if known > RANKED else 0
            return [(0, n) for n in self._newest(self.limit + 1)[0].tolist()]
        head, packed = self._newest(RANKED, ranker.columns if ranker else ())
        entries = self._ranked(ranker, head, packed)
        if len(entries) <= self.limit and known > len(head):
            return None
        self.ranked = RANKED if known > RANKED else 0
        return entries

    # ---- order

    def _alone(self, state: State) -> Words | None:
        """The words that are the whole query, where reading its pictures tells how many have them and gives all that ranks them: a
        phrase need not be looked for twice then."""
        node = self.query.node
        if self.order != "relevance" or state.shown != state.rows or not isinstance(node, Words) or is_plain(node):
            return None
        return node

    def _ranker(self, state: State) -> Ranker | None:
        if self.order != "relevance":
            return None
        return self.reader.ranking.ranker(self.connection, state, self.query.node)

    def _ranked(self, ranker: Ranker | None, head: Rows, packed: Sequence[bytes]) -> list[Entry]:
        """The entries of this page and at least one more if there is one: (key, row number)."""
        keys = np.full(len(head), UNRANKED, np.int64)
        keys[:RANKED] = ranker.keys(self.connection, head[:RANKED].tolist(), packed) if ranker is not None else 0
        best = np.lexsort((-head, keys))
        return self.entries_of(keys[best], head[best])

    def _walk(self) -> list[Entry]:
        """Entries in the order of an index, from the cursor on."""
        if self.order == "-date":
            before = 1 << 62 if self.after is None else int(self.after[1])
            rows, _ = self._newest(self.limit + 1, before=before)
            return [(n, n) for n in rows.tolist()]
        return self._by_column(*self.plan.condition())

    def _by_column(self, condition: str, params: Params) -> list[Entry]:
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
        plan = self.plan.within(0, before - 1)
        return self.reader.newest(self.connection, self.query, plan, limit, columns, self.state)

    def docs(self, rows: Sequence[int]) -> list[tuple[int, bytes]]:
        """See :meth:`Paging.docs`."""
        text = "SELECT n, doc FROM search_image WHERE n = ANY(%s::bigint[])"
        return self.connection.execute(text, [Whole(rows)], binary=True).fetchall()

    def sample(self, name: str, of: int, values: bool) -> tuple[Rows, bytes]:
        """See :meth:`Paging.sample`."""
        plan = self.plan.also(f"'{MARK}{name}{of // 2}'")
        rows, packed = _head(self.connection, plan, 2 * CAP, [Column("i.facets")] if values else [])
        return rows, packed[0] if values else b""
