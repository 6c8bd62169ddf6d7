"""Order by relevance: BM25 with weighted fields, over the words that tell pictures apart.

Lengths do not count: captions are about equally long, an article counts little, and looking up the length of every field
of every hit took longer than all the rest.

A word that more than :data:`COMMON` pictures have says next to nothing about any of them, and weighing it costs a walk
through all of them: such words select but do not rank. What no ranking word tells apart is ordered newest first.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict

import numpy as np

from .nodes import RANKING_FIELDS, And, Node, Or, Words
from .row import flag_mark
from .schema import COLUMNS, WEIGHTS
from .sql import LAST, Plan, Rows, match_of, numbers

COMMON = 20_000
_KEPT = 2_000
#: Scores as whole numbers; the engine gives words that most pictures have as little as a millionth.
SCALE = 1e10
_WEIGHTS = ", ".join(str(WEIGHTS[c]) for c in COLUMNS)
_SCORE = f"CAST(round(bm25(words, {_WEIGHTS}) * {SCALE}) AS INTEGER)"


class Ranking:
    """Orders rows by the words of a query. Remembers how common words are, as long as the index does not change."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, bool] = OrderedDict()
        self._frequent: set[str] = set()
        self._hidden: int | None = None
        self._stamp: object = None
        self._lock = threading.Lock()

    def keys(self, connection: sqlite3.Connection, node: Node, rowids: Rows) -> Rows:
        """Return a number for each of ``rowids`` (falling): the smaller, the better it fits the words of ``node``.

        Whole numbers, so that cursors compare exactly.
        """
        keys = np.zeros(len(rowids), np.int64)
        expression = self._expression(connection, node)
        if not expression or not len(rowids):
            return keys
        text = (
            f"SELECT rowid, {_SCORE} AS score FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid"
        )
        params = (expression, int(rowids[-1]), int(rowids[0]))
        rows, scores = numbers(connection, ("rowid", "score"), text, params)
        places = np.searchsorted(rows, rowids)
        found = places < len(rows)
        found[found] = rows[places[found]] == rowids[found]
        keys[found] = scores[places[found]]
        return keys

    def scored(self, connection: sqlite3.Connection, plan: Plan, node: Node, most: int) -> tuple[Rows, Rows] | None:
        """Return the newest rows of a plan (falling), at most so many, and their keys as :meth:`keys` gives them, in one pass.

        ``None`` when ``plan`` asks for more than the words of ``node``, or for common ones: weighing those takes too long.
        """
        if plan.few is not None or plan.where:
            return None
        if not self._is_new_word(connection, plan, node):
            return self._weighed(connection, plan, most) if self._all_rank(connection, node) else None
        # Counting how common a rare word is takes as long as weighing it does: what was weighed tells it as well.
        weighed = self._weighed(connection, plan, most)
        found = len(weighed[0])
        if found < most and found + self._hidden_count(connection) < COMMON:
            self._remember(match_of(node) or "", False)
            return weighed
        return weighed if self._all_rank(connection, node) else None

    def _weighed(self, connection: sqlite3.Connection, plan: Plan, most: int) -> tuple[Rows, Rows]:
        text = f"SELECT rowid, {_SCORE} AS score FROM words"
        text += " WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"
        rows, keys = numbers(connection, ("rowid", "score"), text, (plan.match, plan.low, plan.high, most))
        return rows, keys

    def _is_new_word(self, connection: sqlite3.Connection, plan: Plan, node: Node) -> bool:
        """Whether ``plan`` selects all pictures with one word, hidden ones left out, and how common that is was not counted yet; a
        word that was common before is likely so again."""
        if not isinstance(node, Words) or node.field not in RANKING_FIELDS or (plan.low, plan.high) != (0, LAST):
            return False
        expression = match_of(node) or ""
        return expression not in self._frequent and self._counted(connection, expression) is None

    def _hidden_count(self, connection: sqlite3.Connection) -> int:
        if self._hidden is None:
            self._hidden = self._count(connection, f'"{flag_mark("is", "hidden")}"')
        return self._hidden

    def ranks(self, connection: sqlite3.Connection, node: Node) -> bool:
        """Return whether any word of ``node`` tells pictures apart."""
        return bool(self._expression(connection, node))

    def _all_rank(self, connection: sqlite3.Connection, node: Node) -> bool:
        if isinstance(node, And | Or):
            return all(self._all_rank(connection, child) for child in node.children)
        return bool(self._expression(connection, node))

    def _expression(self, connection: sqlite3.Connection, node: Node) -> str:
        if isinstance(node, Words) and node.field in RANKING_FIELDS:
            text = match_of(node) or ""
            return "" if self._common(connection, text) else text
        if isinstance(node, And | Or):
            parts = [f"({p})" for c in node.children if (p := self._expression(connection, c))]
            return (" AND " if isinstance(node, And) else " OR ").join(parts)
        return ""

    def _common(self, connection: sqlite3.Connection, expression: str) -> bool:
        common = self._counted(connection, expression)
        if common is None:
            common = self._count(connection, expression) >= COMMON
            self._remember(expression, common)
        return common

    def _counted(self, connection: sqlite3.Connection, expression: str) -> bool | None:
        """Whether an expression is common, ``None`` when that is not known of the present index."""
        stamp = connection.execute("SELECT value FROM meta WHERE key IN ('epoch', 'stamp') ORDER BY key").fetchall()
        with self._lock:
            if stamp != self._stamp:
                self._counts.clear()
                self._hidden = None
                self._stamp = stamp
            return self._counts.get(expression)

    def _remember(self, expression: str, common: bool) -> None:
        with self._lock:
            self._counts[expression] = common
            if common and len(self._frequent) < _KEPT:
                self._frequent.add(expression)
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)

    def _count(self, connection: sqlite3.Connection, expression: str) -> int:
        sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        return int(connection.execute(sql, (expression, COMMON)).fetchone()[0])
