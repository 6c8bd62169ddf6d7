"""Rows of articles in the index on PostgreSQL, in a table of their own with the same full text as pictures have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection

from ..articles import Keeper, told_of_articles
from ..nodes import Query
from ..queue import Params
from ..row import Row
from ..sql import LAST
from ..values import day_of
from ..writing import changes, unpack
from . import sql
from .lexemes import indexed


class SharedArticles(Keeper[Connection[Any]]):
    """Rows of articles in PostgreSQL."""

    def put(self, connection: Connection[Any], rows: Sequence[Row], removed: Iterable[str]) -> None:
        """See :meth:`Keeper.put`."""
        new = {row.id: row for row in rows}
        wanted = [*new, *removed]
        if not wanted:
            return
        held = self.held(connection, wanted)
        told = connection.execute("SELECT seq FROM search_meta").fetchone()
        assert told is not None
        changed = changes(new, held, int(told[0]))
        if changed.stale:
            connection.execute("DELETE FROM search_article WHERE id = ANY(%s)", [[row.id for _, row in changed.stale]])
        if not changed.fresh:
            return
        into = "COPY search_article (id, n, hidden, imported, words, body, doc) FROM STDIN"
        with connection.cursor().copy(into.encode()) as copy:
            for n, row, doc in changed.fresh:
                text = indexed(unpack(doc))
                copy.write_row((row.id, n, "hidden" in row.flags, day_of(row.imported), text.words, text.body, doc))
        connection.execute("UPDATE search_meta SET seq = %s", [changed.seq])

    def held(self, connection: Connection[Any], idents: Sequence[str]) -> list[tuple[str, int, bytes]]:
        """See :meth:`Keeper.held`."""
        text = "SELECT id, n, doc FROM search_article WHERE id = ANY(%s)"
        return connection.execute(text, [list(idents)], binary=True).fetchall()

    def numbers(
        self,
        connection: Connection[Any],
        query: Query,
        limit: int,
        *,
        after: int | None = None,
        down: bool = True,
    ) -> list[tuple[int, str]]:
        """See :meth:`Keeper.numbers`."""
        text, params = _statement(query, "i.n, i.id", limit, after, down=down)
        return connection.execute(text.encode(), params, binary=True).fetchall()

    def count(self, connection: Connection[Any], query: Query, most: int) -> int:
        """See :meth:`Keeper.count`."""
        text, params = _statement(query, "i.n", most)
        found = connection.execute(f"SELECT count(*) FROM ({text}) AS found".encode(), params).fetchone()
        return int(found[0]) if found else 0

    def docs(self, connection: Connection[Any], rows: Sequence[int]) -> dict[int, bytes]:
        """See :meth:`Keeper.docs`."""
        text = "SELECT n, doc FROM search_article WHERE n = ANY(%s::bigint[])"
        return dict(connection.execute(text, [list(rows)], binary=True).fetchall())

    def condition(self, query: Query) -> tuple[str, Params]:
        """See :meth:`Keeper.condition`."""
        return _planned(query).condition()


def _statement(
    query: Query, columns: str, limit: int, after: int | None = None, *, down: bool = True
) -> tuple[str, Params]:
    """The statement for these columns of ``search_article i``, the newest or the oldest first, from behind a row number on."""
    plan = _planned(query)
    if after is not None:
        plan = plan.within(0, after - 1) if down else plan.within(after + 1, LAST)
    condition, params = plan.condition()
    chosen = f"SELECT {columns} FROM search_article i WHERE {condition}"
    if plan.words:
        # The fence keeps the planner from walking an index of numbers and unpacking the words of every row on the way.
        chosen = f"SELECT * FROM ({chosen} OFFSET 0) i"
    return f"{chosen} ORDER BY i.n {'DESC' if down else 'ASC'} LIMIT %s", (*params, limit)


def _planned(query: Query) -> sql.Plan:
    return sql.plan(told_of_articles(query.effective), lambda ident, distance: ())
