"""Documents counted by a word that they carry (see :mod:`catalog.search.labels`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection


def put(connection: Connection[Any], kind: str, labels: Mapping[str, Sequence[str]]) -> None:
    """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""
    old = connection.execute(
        "WITH gone AS (DELETE FROM search_label WHERE kind = %s AND id = ANY(%s) RETURNING word)"
        " SELECT word, count(*) FROM gone GROUP BY word",
        [kind, list(labels)],
    )
    counts: Counter[str] = Counter()
    counts.subtract(dict(old.fetchall()))
    rows = [(ident, word) for ident, words in labels.items() for word in dict.fromkeys(words)]
    counts.update(word for _, word in rows)
    connection.execute(
        "INSERT INTO search_label SELECT %s, * FROM unnest(%s::text[], %s::text[])",
        [kind, [ident for ident, _ in rows], [word for _, word in rows]],
    )
    changed = [(word, n) for word, n in counts.items() if n]
    connection.execute(
        "INSERT INTO search_tally SELECT %s, * FROM unnest(%s::text[], %s::bigint[])"
        " ON CONFLICT (kind, word) DO UPDATE SET count = search_tally.count + excluded.count",
        [kind, [word for word, _ in changed], [n for _, n in changed]],
    )


def tallies(connection: Connection[Any], kind: str) -> dict[str, int]:
    """Return how many documents of ``kind`` are counted under each word, most first."""
    rows = connection.execute(
        "SELECT word, count FROM search_tally WHERE kind = %s AND count > 0 ORDER BY count DESC, word", [kind]
    )
    return {str(word): int(n) for word, n in rows}
