"""Rows of articles in the SQLite index: a table of them, and full text of their own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from .articles import Keeper, told_of_articles
from .nodes import All, And, Days, Ident, Node, Not, Or, Query
from .queue import Params
from .row import Row
from .schema import COLUMNS
from .sql import LAST, between, combined, match_of, of_id, rows_of
from .values import day_of
from .writing import changes, columns_of

_SLOTS = ", ".join("?" * len(COLUMNS))
_INSERT_WORDS = f"INSERT INTO article_words (rowid, {', '.join(COLUMNS)}) VALUES (?, {_SLOTS})"
_DELETE_WORDS = f"INSERT INTO article_words (article_words, rowid, {', '.join(COLUMNS)}) VALUES ('delete', ?, {_SLOTS})"
_HAS_WORDS = "EXISTS (SELECT 1 FROM article_words w WHERE article_words MATCH ? AND w.rowid = i.rowid)"


class FileArticles(Keeper[sqlite3.Connection]):
    """Rows of articles in an SQLite file."""

    def put(self, connection: sqlite3.Connection, rows: Sequence[Row], removed: Iterable[str]) -> None:
        """See :meth:`Keeper.put`."""
        new = {row.id: row for row in rows}
        held = self.held(connection, [*new, *removed])
        seq = int(connection.execute("SELECT value FROM meta WHERE key = 'seq'").fetchone()[0])
        changed = changes(new, held, seq)
        connection.executemany(_DELETE_WORDS, ((n, *columns_of(row)) for n, row in changed.stale))
        connection.executemany("DELETE FROM article WHERE rowid = ?", [(n,) for n, _ in changed.stale])
        fresh = sorted(changed.fresh, key=lambda item: item[0])
        connection.executemany(_INSERT_WORDS, ((n, *columns_of(row)) for n, row, _ in fresh))
        connection.executemany(
            "INSERT INTO article (rowid, id, imported, doc) VALUES (?, ?, ?, ?)",
            ((n, row.id, day_of(row.imported), doc) for n, row, doc in fresh),
        )
        connection.execute("UPDATE meta SET value = ? WHERE key = 'seq'", (changed.seq,))

    def held(self, connection: sqlite3.Connection, idents: Sequence[str]) -> list[tuple[str, int, bytes]]:
        """See :meth:`Keeper.held`."""
        text = "SELECT id, rowid, doc FROM article WHERE id IN (SELECT value FROM json_each(?))"
        return connection.execute(text, (json.dumps(list(idents)),)).fetchall()

    def numbers(
        self,
        connection: sqlite3.Connection,
        query: Query,
        limit: int,
        *,
        after: int | None = None,
        down: bool = True,
    ) -> list[tuple[int, str]]:
        """See :meth:`Keeper.numbers`."""
        plan = _bounded(connection, _planned(query))
        text, params = _statement(plan, "i.rowid, i.id", limit, after, down=down)
        return connection.execute(text, params).fetchall()

    def count(self, connection: sqlite3.Connection, query: Query, most: int) -> int:
        """See :meth:`Keeper.count`."""
        text, params = _statement(_bounded(connection, _planned(query)), "1", most)
        return int(connection.execute(f"SELECT count(*) FROM ({text})", params).fetchone()[0])

    def docs(self, connection: sqlite3.Connection, rows: Sequence[int]) -> dict[int, bytes]:
        """See :meth:`Keeper.docs`."""
        text = "SELECT rowid, doc FROM article WHERE rowid IN (SELECT value FROM json_each(?))"
        return dict(connection.execute(text, (json.dumps(rows),)))

    def condition(self, query: Query) -> tuple[str, Params]:
        """See :meth:`Keeper.condition`."""
        plan = _planned(query)
        first = [_HAS_WORDS] if plan.match else []
        params: list[object] = [plan.match] if plan.match else []
        conditions = [*first, "i.rowid BETWEEN ? AND ?", *plan.where]
        return " AND ".join(conditions), (*params, plan.low, plan.high, *plan.params)


class _Plan:
    """A full-text expression (``""`` for none), bounds of row numbers, and conditions on ``article i``; those of them on ids that
    all must hold are ``named`` as well."""

    def __init__(self, node: Node) -> None:
        texts: list[Node] = []
        where: list[str] = []
        params: list[object] = []
        self.low, self.high = 0, LAST
        self.named: list[tuple[str, Params]] = []
        for child in node.children if isinstance(node, And) else (node,):
            if isinstance(child, Days) and child.field == "date":
                first, last = rows_of(child)
                self.low, self.high = max(self.low, first), min(self.high, last)
            elif match_of(child) is not None:
                texts.append(child)
            else:
                condition, more = _condition(child)
                if isinstance(child, Ident):
                    self.named.append((condition, more))
                where.append(condition)
                params += more
        texts = [t for t in texts if not isinstance(t, All)]
        self.match = (match_of(And(tuple(texts))) or "") if texts else ""
        self.where, self.params = tuple(where), tuple(params)


def _bounded(connection: sqlite3.Connection, plan: _Plan) -> _Plan:
    """The plan within the row numbers of the articles that it names: else the full-text engine goes through all for one id."""
    for condition, params in plan.named:
        text = f"SELECT min(i.rowid), max(i.rowid) FROM article i WHERE {condition}"
        first, last = connection.execute(text, params).fetchone()
        plan.low, plan.high = (1, 0) if first is None else (max(plan.low, first), min(plan.high, last))
    return plan


def _statement(
    plan: _Plan, columns: str, limit: int, after: int | None = None, *, down: bool = True
) -> tuple[str, Params]:
    """The statement for these columns of ``article i``, the newest or the oldest first, from behind a row number on."""
    low, high = plan.low, plan.high
    if after is not None:
        low, high = (low, min(high, after - 1)) if down else (max(low, after + 1), high)
    way = "DESC" if down else "ASC"
    if not plan.match:
        condition = " AND ".join(("i.rowid BETWEEN ? AND ?", *plan.where))
        text = f"SELECT {columns} FROM article i WHERE {condition} ORDER BY i.rowid {way} LIMIT ?"
        return text, (low, high, *plan.params, limit)
    condition = " AND ".join(("article_words MATCH ?", "w.rowid BETWEEN ? AND ?", *plan.where))
    # The engine goes through its own list once: asked article by article, it begins anew for each.
    joined = "article_words w CROSS JOIN article i ON i.rowid = w.rowid"
    text = f"SELECT {columns} FROM {joined} WHERE {condition} ORDER BY w.rowid {way} LIMIT ?"
    return text, (plan.match, low, high, *plan.params, limit)


def _planned(query: Query) -> _Plan:
    return _Plan(told_of_articles(query.effective))


def _condition(node: Node) -> tuple[str, Params]:
    """A condition on ``article i``, never NULL."""
    match node:
        case Not() | And() | Or():
            return combined(node, _condition)
        case Ident(value, prefix):
            return of_id(value, prefix=prefix)
        case Days("imported", low, high):
            return between("i.imported", max(low or 1, 1), high)
        case Days():
            return "(i.rowid BETWEEN ? AND ?)", rows_of(node)
    expression = match_of(node)
    assert expression is not None
    return _HAS_WORDS, (expression,)
