"""Documents counted by a word that they carry (matches by relation, conflicts by kind), so that no page has to read them all."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence


def put(connection: sqlite3.Connection, kind: str, labels: Mapping[str, Sequence[str]]) -> None:
    """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""
    idents = json.dumps(list(labels))
    old = connection.execute(
        "SELECT word, count(*) FROM label WHERE kind = ? AND id IN (SELECT value FROM json_each(?)) GROUP BY word",
        (kind, idents),
    )
    counts: Counter[str] = Counter()
    counts.subtract(dict(old))
    connection.execute("DELETE FROM label WHERE kind = ? AND id IN (SELECT value FROM json_each(?))", (kind, idents))
    rows = [(kind, ident, word) for ident, words in labels.items() for word in dict.fromkeys(words)]
    counts.update(word for _, _, word in rows)
    connection.executemany("INSERT INTO label VALUES (?, ?, ?)", rows)
    connection.executemany(
        "INSERT INTO tally VALUES (?, ?, ?) ON CONFLICT (kind, word) DO UPDATE SET count = count + excluded.count",
        [(kind, word, n) for word, n in counts.items() if n],
    )


def tallies(connection: sqlite3.Connection, kind: str) -> dict[str, int]:
    """Return how many documents of ``kind`` are counted under each word, most first."""
    rows = connection.execute(
        "SELECT word, count FROM tally WHERE kind = ? AND count > 0 ORDER BY count DESC, word", (kind,)
    )
    return {str(word): int(n) for word, n in rows}
