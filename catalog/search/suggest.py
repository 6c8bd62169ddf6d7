"""Help with words that find nothing: other spellings, and the words that begin so."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Protocol

from .fold import query_tokens
from .learning import grams
from .nodes import And, Node, Or, Query, Words

_CANDIDATES, _CHECKED = 60, 8
_COUNTED = 5_000
_MAX_WORD = 32
#: Fewer letters begin too many words to be worth offering.
_SHORTEST = 3


class Vocabulary(Protocol):
    """What is asked of the words of a catalogue."""

    def alike(self, wanted: Iterable[str], shortest: int, longest: int, limit: int) -> list[str]:
        """Return the terms of these lengths that have the most of the trigrams ``wanted``, most first, then in order."""

    def documents(self, term: str, most: int) -> int:
        """Return how many pictures have a word, counted up to ``most``."""


class Terms:
    """The words of an SQLite index."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def alike(self, wanted: Iterable[str], shortest: int, longest: int, limit: int) -> list[str]:
        """See :class:`Vocabulary`."""
        rows = self.connection.execute(
            "SELECT t.term, count(*) n FROM gram g JOIN term t ON t.id = g.term"
            " WHERE g.gram IN (SELECT value FROM json_each(?)) AND length(t.term) BETWEEN ? AND ?"
            " GROUP BY g.term ORDER BY n DESC, t.term LIMIT ?",
            (json.dumps(sorted(wanted)), shortest, longest, limit),
        )
        return [str(term) for term, _ in rows]

    def documents(self, term: str, most: int) -> int:
        """See :class:`Vocabulary`."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        return int(self.connection.execute(sql, (f'"{term}"', most)).fetchone()[0])


def suggest_words(vocabulary: Vocabulary, word: str, limit: int) -> list[str]:
    """Return words of the catalogue that ``word`` may be a misspelling of, best first; in folded form."""
    found, _ = query_tokens(word)
    if len(found) != 1 or not 3 <= len(found[0]) <= _MAX_WORD:
        return []
    token = found[0]
    terms = vocabulary.alike(grams(token) | _swapped(token), len(token) - 2, len(token) + 2, _CANDIDATES)
    allowed = 1 if len(token) < 6 else 2
    near = sorted((distance(token, term), term) for term in terms if term != token)
    near = [(d, term) for d, term in near if d <= allowed][:_CHECKED]
    weighed = [(d, -vocabulary.documents(term, _COUNTED), term) for d, term in near]
    return [term for _, n, term in sorted(weighed) if n < 0][:limit]


def did_you_mean(vocabulary: Vocabulary, query: Query) -> Query | None:
    """Return ``query`` with its unknown words replaced by known ones, ``None`` when there is nothing to replace."""
    node = _replaced(vocabulary, query.node)
    return None if node == query.node else Query(node, query.sort)


def _replaced(vocabulary: Vocabulary, node: Node) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_replaced(vocabulary, c) for c in node.children))
    if isinstance(node, Words) and not node.star:
        spelt = [_spelling(vocabulary, t) for t in node.tokens]
        if tuple(spelt) != node.tokens:
            return Words(node.field, tuple(spelt), node.prefix, " ".join(spelt))
    return node


def by_beginnings(query: Query) -> Query | None:
    """Return ``query`` with its single words taken for the beginnings of words, ``None`` when there is none to take so."""
    node = _begun(query.node)
    return None if node == query.node else Query(node, query.sort)


def _begun(node: Node) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_begun(c) for c in node.children))
    if isinstance(node, Words) and not node.prefix and len(node.tokens) == 1 and len(node.tokens[0]) >= _SHORTEST:
        return Words(node.field, node.tokens, True, node.text, star=True)
    return node


def _spelling(vocabulary: Vocabulary, token: str) -> str:
    if vocabulary.documents(token, 1):
        return token
    return next(iter(suggest_words(vocabulary, token, 1)), token)


def _swapped(word: str) -> set[str]:
    """The trigrams of ``word`` with each pair of neighbours swapped: the slip that leaves the fewest trigrams alike."""
    out: set[str] = set()
    for i in range(len(word) - 1):
        out |= grams(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    return out


def distance(a: str, b: str) -> int:
    """Return how many letters must be put, taken, changed or swapped with their neighbour to make ``b`` of ``a``."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
