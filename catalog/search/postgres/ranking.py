"""Order by relevance: the same numbers as SQLite's, from the same frequencies (:mod:`catalog.search.ranking` says of what).

This is FTS5's ``bm25()`` (k1 = 1.2, b = 0.75) as SQLite's index asks for it: every text taken to be -1 long in each of its
columns, which is as good as no length at all.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ..nodes import RANKING_FIELDS, TEXT_FIELDS, And, Node, Or, Words
from ..ranking import COMMON, SCALE
from ..schema import COLUMNS, WEIGHTS
from . import sql
from .lexemes import term, weight_key

_K1, _B = 1.2, 0.75
_KEPT = 2_000
_WEIGHTS = tuple(WEIGHTS[field] for field in TEXT_FIELDS)
_PAGE = "\f"

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class State:
    """What the whole index is: which filling and change of it, its rows, and all tokens that they have."""

    epoch: str
    stamp: int
    rows: int
    tokens: int


class Ranking:
    """Orders rows by the words of a query. Remembers how common words are, as long as the index does not change."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Words, int] = OrderedDict()
        self._state: State | None = None
        self._lock = Lock()

    def keys(self, connection: Connection[Any], state: State, node: Node, rows: Sequence[int]) -> Keys:
        """Return a number for each of ``rowids`` (falling): the smaller, the better it fits the words of ``node``.

        Whole numbers, so that cursors compare exactly.
        """
        keys = np.zeros(len(rows), np.int64)
        ranking = self._ranking(connection, state, node)
        if ranking is None or not len(rows):
            return keys
        leaves = list(_leaves(ranking))
        score = np.zeros(len(rows))
        frequencies = _frequencies(connection, leaves, rows)
        average = state.tokens / state.rows
        length = _K1 * (1 - _B + _B * -len(COLUMNS) / average)
        for leaf, frequency in zip(leaves, _counted(ranking, frequencies), strict=True):
            hits = self.documents(connection, state, leaf)
            rarity = math.log((state.rows - hits + 0.5) / (hits + 0.5))
            score += (rarity if rarity > 0 else 1e-6) * ((frequency * (_K1 + 1.0)) / (frequency + length))
        return np.asarray(np.rint(-1.0 * score * SCALE), np.int64)

    def _ranking(self, connection: Connection[Any], state: State, node: Node) -> Node | None:
        """The part of a tree that ranks: its words that are not common, under "and" and "or"."""
        if isinstance(node, Words) and node.field in RANKING_FIELDS:
            return node if self.documents(connection, state, node) < COMMON else None
        if isinstance(node, And | Or):
            parts = [part for c in node.children if (part := self._ranking(connection, state, c)) is not None]
            return type(node)(tuple(parts)) if parts else None
        return None

    def documents(self, connection: Connection[Any], state: State, node: Words) -> int:
        """Return how many pictures have the words of a node, counted up to :data:`COMMON`."""
        with self._lock:
            if state != self._state:
                self._counts.clear()
                self._state = state
            if node in self._counts:
                return self._counts[node]
        count = min(_count(connection, node), COMMON)
        with self._lock:
            self._counts[node] = count
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)
        return count


def documents_of(connection: Connection[Any], token: str) -> int:
    """Return how many pictures have a word in any field."""
    row = connection.execute("SELECT documents FROM search_term WHERE term = %s", [term(token)]).fetchone()
    return int(row[0]) if row else 0


def _count(connection: Connection[Any], node: Words) -> int:
    if len(node.tokens) == 1 and not node.field:
        if not node.prefix:
            return documents_of(connection, node.tokens[0])
        most = connection.execute(
            "SELECT max(documents) FROM search_term WHERE term >= %s AND term < %s",
            [node.tokens[0], node.tokens[0] + "\U0010ffff"],
        ).fetchone()
        if most and most[0] and most[0] >= COMMON:
            return COMMON
    condition, params = sql.words_condition(node)
    statement = f"SELECT count(*) FROM (SELECT 1 FROM search_image i WHERE {condition} LIMIT {COMMON}) AS found"
    row = connection.execute(statement.encode(), params).fetchone()
    return int(row[0]) if row else 0


def _leaves(node: Node) -> Iterator[Words]:
    if isinstance(node, And | Or):
        for child in node.children:
            yield from _leaves(child)
    elif isinstance(node, Words):
        yield node


def _counted(node: Node, frequencies: Iterator[Floats]) -> list[Floats]:
    """The frequencies of a tree's leaves, 0 where an "and" above them does not hold."""
    if not isinstance(node, And | Or):
        return [next(frequencies)]
    parts = [_counted(child, frequencies) for child in node.children]
    if isinstance(node, Or):
        return [leaf for part in parts for leaf in part]
    holds = np.logical_and.reduce([np.logical_or.reduce([leaf > 0 for leaf in part]) for part in parts])
    return [np.where(holds, leaf, 0.0) for part in parts for leaf in part]


def _frequencies(connection: Connection[Any], leaves: list[Words], rows: Sequence[int]) -> Iterator[Floats]:
    """For each leaf, how often each row has it, weighted by field."""
    plain = [leaf for leaf in leaves if _is_plain(leaf)]
    chosen = [
        "coalesce(substring(i.weights FROM nullif(position(%s IN i.weights), 0) + %s FOR 2), '\\x0000')" for _ in plain
    ]
    columns = [f"string_agg({one}, ''::bytea ORDER BY i.n DESC)" for one in chosen]
    params: list[object] = [p for leaf in plain for k in [weight_key(leaf.tokens[0])] for p in (k, len(k))]
    if len(plain) < len(leaves):
        columns.append("string_agg(i.body, E'\\f' ORDER BY i.n DESC)")
    statement = f"SELECT {', '.join(columns)} FROM search_image i WHERE i.n = ANY(%s::bigint[])"
    found = connection.execute(statement.encode(), [*params, list(rows)], binary=True).fetchone()
    assert found is not None
    packed = iter(found[: len(plain)])
    bodies = found[-1].split(_PAGE) if len(plain) < len(leaves) else []
    for leaf in leaves:
        if _is_plain(leaf):
            yield np.frombuffer(next(packed), ">u2").astype(np.float64)
        else:
            yield np.fromiter((_weighted(body, leaf) for body in bodies), np.float64, len(bodies))


def _is_plain(leaf: Words) -> bool:
    return len(leaf.tokens) == 1 and not leaf.prefix and not leaf.field


def _weighted(body: str, leaf: Words) -> float:
    needle = sql.needle(leaf)
    if needle not in body:
        return 0.0
    total = 0.0
    for field, line, weight in zip(TEXT_FIELDS, body.split("\n"), _WEIGHTS, strict=True):
        if leaf.field in ("", field):
            at = line.find(needle)
            while at >= 0:
                total += weight
                at = line.find(needle, at + 1)
    return total
