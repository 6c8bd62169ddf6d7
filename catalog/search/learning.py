"""The small tables that grow with the rows: values of facets with their counts, and the vocabulary for other spellings.

What was met is remembered, so that a value or word that comes again costs a look into a dictionary.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from .facets import facet_values
from .fold import fold
from .row import Row

_SHORT_VALUE = 200
#: Words worth suggesting: of letters, neither very short nor very long.
_TERM_LENGTHS = range(3, 33)
_MAX_KNOWN = 2_000_000
_TOKEN = re.compile("[0-9a-z\x80-\U0010ffff]+")

Pair = tuple[str, str]


class Known:
    """What the small tables of one filling of the index hold, as far as it was met."""

    def __init__(self) -> None:
        self._epoch = ""
        self._values: dict[Pair, int] = {}
        self._terms: set[str] = set()

    def forget(self) -> None:
        """Ask the tables again: what was remembered may have been taken back."""
        self._epoch = ""

    def check(self, connection: sqlite3.Connection) -> None:
        """Forget what was remembered of another filling of the index, or too much."""
        epoch = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()[0]
        if epoch != self._epoch or len(self._values) + len(self._terms) > _MAX_KNOWN:
            self._epoch = epoch
            self._values.clear()
            self._terms.clear()

    def facets(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> list[list[int]]:
        """Return the numbers of each row's facet values, each once; values not met before are given one."""
        pairs = [facet_values(row) for row in rows]
        values = self._values
        if unknown := {pair for each in pairs for pair in each if pair not in values}:
            self._number(connection, unknown)
        return [list(dict.fromkeys([values[pair] for pair in each])) for each in pairs]

    def _number(self, connection: sqlite3.Connection, unknown: Iterable[Pair]) -> None:
        stored = {pair: (pair[0], short_value(pair[1])) for pair in unknown}
        wanted = sorted(set(stored.values()))
        sql = "SELECT v.field, v.value, v.id FROM json_each(?) j JOIN value v"
        sql += " ON v.field = json_extract(j.value, '$[0]') AND v.value = json_extract(j.value, '$[1]')"
        numbers = {(f, v): int(n) for f, v, n in connection.execute(sql, (json.dumps(wanted),))}
        new = [pair for pair in wanted if pair not in numbers]
        first = _next(connection, "value")
        numbers.update((pair, n) for n, pair in enumerate(new, first))
        connection.executemany(
            "INSERT INTO value VALUES (?, ?, ?, ?, 0)",
            [(n, field, value, fold(value)) for n, (field, value) in enumerate(new, first)],
        )
        self._values.update((pair, numbers[short]) for pair, short in stored.items())

    def learn(self, connection: sqlite3.Connection, texts: Iterable[str]) -> None:
        """Add the words of folded texts that were not met before to the vocabulary that suggestions come from."""
        fresh = set(_TOKEN.findall(" ".join(texts))) - self._terms
        self._terms |= fresh
        wanted = [term for term in fresh if learnable(term)]
        known = connection.execute(
            "SELECT value FROM json_each(?) WHERE value IN (SELECT term FROM term)", (json.dumps(wanted),)
        )
        new = sorted(set(wanted) - {str(t) for (t,) in known})
        numbered = list(enumerate(new, _next(connection, "term")))
        connection.executemany("INSERT INTO term VALUES (?, ?)", numbered)
        connection.executemany("INSERT INTO gram VALUES (?, ?)", sorted((g, n) for n, t in numbered for g in grams(t)))


def _next(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])


def short_value(value: str) -> str:
    """Return a facet's value as it is counted: on one line, not too long, without lone surrogates."""
    return " ".join(value.encode("utf-8", "replace").decode().split())[:_SHORT_VALUE]


def learnable(token: str) -> bool:
    """Return whether a token is worth suggesting: of letters, neither very short nor very long."""
    return len(token) in _TERM_LENGTHS and token.isalpha()


def grams(term: str) -> set[str]:
    """Return the trigrams of a word, its beginning and end included."""
    padded = f"^{term}$"
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
