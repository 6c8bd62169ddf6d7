"""Order by relevance: BM25 with weighted fields, over the words that tell pictures apart.

Lengths do not count: captions are about equally long, an article counts little, and looking up the length of every field
of every hit took longer than all the rest.

A word that more than :data:`.common.COMMON` pictures have says next to nothing about any of them, and weighing it costs a walk
through all of them: such words select but do not rank. What no ranking word tells apart is ordered newest first.
"""

from __future__ import annotations

import sqlite3

import numpy as np

from . import common
from .common import View
from .nodes import RANKING_FIELDS, And, Days, Flag, Node, Not, Or, Value, Words
from .schema import COLUMNS, WEIGHTS
from .sql import Plan, Rows, match_of, numbers, packed

#: Scores as whole numbers; the engine gives words that most pictures have as little as a millionth.
SCALE = 1e10
_WEIGHTS = ", ".join(str(WEIGHTS[c]) for c in COLUMNS)
_SCORE = f"CAST(round(bm25(words, {_WEIGHTS}) * {SCALE}) AS INTEGER)"


class Ranking:
    """Orders rows by the words of a query, in one transaction on an index."""

    def __init__(self, connection: sqlite3.Connection, view: View, node: Node) -> None:
        self._connection, self._view, self._node = connection, view, node

    def keys(self, rowids: Rows) -> Rows:
        """Return a number for each of ``rowids`` (falling): the smaller, the better it fits the words of the query.

        Whole numbers, so that cursors compare exactly.
        """
        keys = np.zeros(len(rowids), np.int64)
        expression = self._expression(self._node)
        if not expression or not len(rowids):
            return keys
        # Told to SQLite as a plain condition ("+"), else the engine begins anew for each; others are then passed over unweighed.
        text = f"SELECT rowid, {_SCORE} AS score FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
        text += " AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid"
        params = (expression, int(rowids[-1]), int(rowids[0]), packed(rowids.tolist()))
        rows, scores = numbers(self._connection, ("rowid", "score"), text, params)
        places = np.searchsorted(rows, rowids)
        found = places < len(rows)
        found[found] = rows[places[found]] == rowids[found]
        keys[found] = scores[places[found]]
        return keys

    def scored(self, plan: Plan, most: int) -> tuple[Rows, Rows] | None:
        """Return the newest rows of a plan (falling), at most so many, and their keys as :meth:`keys` gives them, in one pass.

        ``None`` when ``plan`` asks for more than words and marks, or for common ones: weighing those takes too long.
        """
        if plan.few is not None or plan.where:
            return None
        word = self._new_word(plan)
        if not word:
            return self._weighed(plan, most) if self._weighs_alone(self._node) else None
        # Counting how common a rare word is takes as long as weighing it does: what was weighed tells it as well.
        weighed = self._weighed(plan, most)
        found = len(weighed[0]) + self._view.hidden
        if len(weighed[0]) < most and found < common.COMMON:
            self._view.learn(word, found)
            return weighed
        return weighed if self._weighs_alone(self._node) else None

    def _weighed(self, plan: Plan, most: int) -> tuple[Rows, Rows]:
        text = f"SELECT rowid, {_SCORE} AS score FROM words"
        text += " WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"
        rows, keys = numbers(self._connection, ("rowid", "score"), text, (plan.match, plan.low, plan.high, most))
        return rows, keys

    def _new_word(self, plan: Plan) -> str:
        """The expression of the one word by which ``plan`` selects all pictures, hidden ones left out, when it is not known how
        common that is; a word that was common before is likely so again."""
        if not isinstance(self._node, Words) or self._node.field not in RANKING_FIELDS or not plan.is_words:
            return ""
        expression = match_of(self._node) or ""
        new = self._view.known(expression) is None and not self._view.was_common(expression)
        return expression if new else ""

    def ranks(self) -> bool:
        """Return whether any word of the query tells pictures apart."""
        return bool(self._expression(self._node))

    def _weighs_alone(self, node: Node) -> bool:
        """Whether the engine weighs a whole query as :meth:`keys` does, and soon.

        Marks weigh nothing in it, nor does what is taken out, but how many pictures have them is counted all the same. Among
        alternatives a mark would say which of the words count.
        """
        if not isinstance(node, And):
            return self._all_rank(node)
        unwanted = [child.child for child in node.children if isinstance(child, Not)]
        wanted = [child for child in node.children if not isinstance(child, Not | Days)]  # days bound the row numbers
        return (
            bool(wanted)
            and all(self._is_rare(c) if isinstance(c, Value | Flag) else self._all_rank(c) for c in wanted)
            and all(map(self._is_rare, unwanted))
        )

    def _all_rank(self, node: Node) -> bool:
        if isinstance(node, And | Or):
            return all(self._all_rank(child) for child in node.children)
        return bool(self._expression(node))

    def _is_rare(self, node: Node) -> bool:
        return isinstance(node, Words | Value | Flag) and not self._view.is_common(match_of(node) or "")

    def _expression(self, node: Node) -> str:
        if isinstance(node, Words) and node.field in RANKING_FIELDS:
            text = match_of(node) or ""
            return "" if self._view.is_common(text) else text
        if isinstance(node, And | Or):
            parts = [f"({p})" for c in node.children if (p := self._expression(c))]
            return (" AND " if isinstance(node, And) else " OR ").join(parts)
        return ""
