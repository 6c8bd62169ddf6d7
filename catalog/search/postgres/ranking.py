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

from ...stores.postgres.columns import Whole
from ..common import COMMON
from ..nodes import RANKING_FIELDS, TEXT_FIELDS, And, Node, Or, Words
from ..ranking import SCALE
from ..schema import COLUMNS, WEIGHTS
from . import sql
from .lexemes import LONG, beginning_weights, term, weight_key
from .schema import State

_K1, _B = 1.2, 0.75
_KEPT = 2_000
_WEIGHTS = tuple(WEIGHTS[field] for field in TEXT_FIELDS)
_PAGE = "\f"
_HELD = "coalesce(i.more_weights, i.weights)"
_FREQUENCY = (
    f"coalesce(substring({_HELD} FROM nullif(position(%s::bytea IN {_HELD}), 0) + %s::int FOR 2), '\\x0000'::bytea)"
)
#: What a row's frequencies are from the first word on that begins as wanted, and what :func:`beginning_weights` reads of that.
_BEGINNING = f"substring({_HELD} FROM nullif(position(%s::bytea IN {_HELD}), 0))"
_ONCE = """CASE WHEN position(%s::bytea IN substring({0} FROM 2)) = 0
 THEN substring({0} FROM position('\\x01'::bytea IN {0}) + 1 FOR 2)
 ELSE '\\x0000'::bytea || int4send(coalesce(length({0}), 0)) || coalesce({0}, ''::bytea) END"""


@dataclass(frozen=True)
class Column:
    """An expression on ``search_image i`` that gives bytes, worked out as rows are looked at, so that no more is carried on; and
    what is made of it (``{0}``) for those that are wanted; with their parameters."""

    read: str
    params: tuple[object, ...] = ()
    made: str = "{0}"
    made_params: tuple[object, ...] = ()


Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranker:
    """The ranking part of one query: its words, how rare each is, and what a text's length counts for."""

    node: Node
    leaves: tuple[Words, ...]
    rarity: tuple[float, ...]
    length: float

    @property
    def columns(self) -> list[Column]:
        """What to ask of each row for the keys."""
        return [column for leaf in self.leaves for column in columns_of(leaf)]

    def keys(self, connection: Connection[Any], rows: list[int], packed: Sequence[bytes]) -> Keys:
        """Return a number for each of ``rows`` (falling): the smaller, the better it fits the words.

        Whole numbers, so that cursors compare exactly. ``packed`` are the rows' values of ``columns``.
        """
        score = np.zeros(len(rows))
        frequencies = _counted(self.node, self._frequencies(connection, rows, iter(packed)))
        for rarity, frequency in zip(self.rarity, frequencies, strict=True):
            score += rarity * ((frequency * (_K1 + 1.0)) / (frequency + self.length))
        return np.asarray(np.rint(-1.0 * score * SCALE), np.int64)

    def _frequencies(self, connection: Connection[Any], rows: list[int], packed: Iterator[bytes]) -> Iterator[Floats]:
        """For each leaf, how often each row has it, weighted by field."""
        bodies: list[str] = []
        if not all(map(columns_of, self.leaves)) and rows:
            text = "SELECT string_agg(body, E'\\f' ORDER BY n DESC) FROM search_image WHERE n = ANY(%s::bigint[])"
            found = connection.execute(text, [Whole(rows)], binary=True).fetchone()
            assert found is not None
            bodies = found[0].split(_PAGE)
        for leaf in self.leaves:
            if is_plain(leaf):
                yield np.frombuffer(next(packed), ">u2", len(rows)).astype(np.float64)
            elif columns_of(leaf):
                yield beginning_weights(next(packed), len(rows), leaf.tokens[0])
            else:
                yield np.fromiter((_weighted(body, leaf) for body in bodies), np.float64, len(bodies))


@dataclass(frozen=True)
class Beginning:
    """Of the words that begin alike: how many pictures have the commonest, hidden ones with it and without, and how many have each,
    added up; ``None`` when that is not known. At least as many as the first have one of them, and no more than the last."""

    documents: int
    shown: int
    added: int | None


_UNKNOWN = Beginning(0, 0, None)


class Ranking:
    """Orders rows by the words of a query. Remembers how common words are, as long as the index does not change."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Words, int] = OrderedDict()
        self._terms: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._beginnings: OrderedDict[Words, Beginning] = OrderedDict()
        self._state: State | None = None
        self._lock = Lock()

    def ranker(self, connection: Connection[Any], state: State, node: Node) -> Ranker | None:
        """Return what ranks rows by the words of ``node``; ``None`` when all are as good."""
        ranking = self._ranking(connection, state, node)
        if ranking is None or not state.rows:
            return None
        leaves = tuple(_leaves(ranking))
        hits = [self.documents(connection, state, leaf) for leaf in leaves]
        rarity = [math.log((state.rows - n + 0.5) / (n + 0.5)) for n in hits]
        average = state.tokens / state.rows
        length = _K1 * (1 - _B + _B * -len(COLUMNS) / average)
        return Ranker(ranking, leaves, tuple(r if r > 0 else 1e-6 for r in rarity), length)

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
            self._at(state)
            if node in self._counts:
                return self._counts[node]
        if is_plain(node):
            count = self.of_term(connection, state, node.tokens[0])[0]
        elif self.of_beginning(connection, state, node).documents >= COMMON:
            count = COMMON
        else:
            count = _count(connection, node)
        self.learn(state, node, min(count, COMMON))
        return min(count, COMMON)

    def of_term(self, connection: Connection[Any], state: State, token: str) -> tuple[int, int]:
        """Return how many pictures have a word in any field, and how many of them are not hidden. Asked once."""
        with self._lock:
            self._at(state)
            if token in self._terms:
                return self._terms[token]
        found = of_term(connection, token)
        with self._lock:
            self._at(state)
            self._terms[token] = found
            if len(self._terms) > _KEPT:
                self._terms.popitem(last=False)
        return found

    def of_beginning(self, connection: Connection[Any], state: State, node: Words) -> Beginning:
        """Return how common the words are that begin as a node says; of other nodes, nothing is known. Asked once."""
        if len(node.tokens) > 1 or node.field or not node.prefix:
            return _UNKNOWN
        with self._lock:
            self._at(state)
            if node in self._beginnings:
                return self._beginnings[node]
        begins = node.tokens[0]
        told = (
            "SELECT max(documents), max(shown), sum(documents)::bigint FROM search_term WHERE term >= %s AND term < %s"
        )
        row = connection.execute(told, [begins, begins + "\U0010ffff"]).fetchone()
        found = Beginning(*row) if row and row[0] and len(begins) <= LONG else _UNKNOWN
        with self._lock:
            self._at(state)
            self._beginnings[node] = found
            if len(self._beginnings) > _KEPT:
                self._beginnings.popitem(last=False)
        return found

    def shown_of(self, connection: Connection[Any], state: State, node: Words) -> int | None:
        """Return how many pictures that are not hidden have the words of a node, ``None`` when that is not kept."""
        plain = is_plain(node) and len(node.tokens[0]) <= LONG
        return self.of_term(connection, state, node.tokens[0])[1] if plain else None

    def learn(self, state: State, node: Words, count: int) -> None:
        """Remember how many pictures, hidden ones too, have the words of a node, counted up to :data:`COMMON`."""
        with self._lock:
            self._at(state)
            self._counts[node] = count
            if len(self._counts) > _KEPT:
                self._counts.popitem(last=False)

    def _at(self, state: State) -> None:
        if state != self._state:
            self._counts.clear()
            self._terms.clear()
            self._beginnings.clear()
            self._state = state


def columns_of(leaf: Words) -> list[Column]:
    """Return what to ask of each row to be told how often it has these words; nothing where only its text tells: of several words
    next to each other, and in one field."""
    if is_plain(leaf):
        key = weight_key(leaf.tokens[0])
        return [Column(_FREQUENCY, (key, len(key)))]
    if not _is_beginning(leaf):
        return []
    begins = weight_key(leaf.tokens[0])[:-1]
    return [Column(_BEGINNING, (begins,), _ONCE, (begins,))]


def _is_beginning(leaf: Words) -> bool:
    """Whether frequencies tell of a word's beginning: a single byte may stand within one too."""
    return (
        len(leaf.tokens) == 1 and not leaf.field and leaf.prefix and len(leaf.tokens[0].encode("utf-8", "replace")) > 1
    )


def holding(node: Words) -> tuple[str, tuple[object, ...]] | None:
    """Return the condition on ``search_image i`` by which a row's frequencies tell that it has a word, ``None`` where they do not.

    It reads nothing but the row itself, where that of the index of words has to fetch all of the row's words to be asked of one.
    """
    if not is_plain(node) and not _is_beginning(node):
        return None
    key = weight_key(node.tokens[0])
    return f"position(%s::bytea IN {_HELD}) > 0", (key[:-1] if node.prefix else key,)


def of_term(connection: Connection[Any], token: str) -> tuple[int, int]:
    """Return how many pictures have a word in any field, and how many of them are not hidden."""
    row = connection.execute("SELECT documents, shown FROM search_term WHERE term = %s", [term(token)]).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _count(connection: Connection[Any], node: Words) -> int:
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


def is_plain(leaf: Words) -> bool:
    """Return whether a row's frequencies tell how often it has these words: a single whole word in any field."""
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
