"""Order by relevance: BM25 with weighted fields, over the words that tell pictures apart.

A word that more than :data:`COMMON` pictures have says next to nothing about any of them, and weighing it costs a walk
through all of them: such words select but do not rank. What no ranking word tells apart is ordered newest first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict

from .nodes import And, Node, Or, Words
from .schema import COLUMNS, WEIGHTS
from .sql import match_of

COMMON = 20_000
_KEPT = 2_000
_WEIGHTS = ", ".join(str(WEIGHTS[c]) for c in COLUMNS)


class Ranking:
    """Scores of rows for the words of a query. Remembers how common words are, as long as the index does not change."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, bool] = OrderedDict()
        self._stamp: object = None
        self._lock = threading.Lock()

    def scores(self, connection: sqlite3.Connection, node: Node, low: int, high: int) -> dict[int, float]:
        """Return the score (higher is better) of rows between two numbers that have ranking words of ``node``."""
        expression = self._expression(connection, node)
        if not expression:
            return {}
        sql = f"SELECT rowid, -bm25(words, {_WEIGHTS}) FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
        return dict(connection.execute(sql, (expression, low, high)))

    def _expression(self, connection: sqlite3.Connection, node: Node) -> str:
        if isinstance(node, Words):
            text = match_of(node) or ""
            return "" if self._common(connection, text) else text
        if isinstance(node, And | Or):
            parts = [f"({p})" for c in node.children if (p := self._expression(connection, c))]
            return (" AND " if isinstance(node, And) else " OR ").join(parts)
        return ""

    def _common(self, connection: sqlite3.Connection, expression: str) -> bool:
        stamp = connection.execute("SELECT value FROM meta WHERE key IN ('epoch', 'stamp') ORDER BY key").fetchall()
        with self._lock:
            if stamp != self._stamp:
                self._counts.clear()
                self._stamp = stamp
            if expression in self._counts:
                return self._counts[expression]
        sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        common = int(connection.execute(sql, (expression, COMMON)).fetchone()[0]) >= COMMON
        with self._lock:
            self._counts[expression] = common
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)
        return common
