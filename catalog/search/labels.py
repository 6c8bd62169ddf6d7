"""Documents counted by a word that they carry (matches by relation, conflicts by kind), so that no page has to read them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .dialect import Session


def put(session: Session, kind: str, labels: Mapping[str, Sequence[str]]) -> None:
    """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""
    counts: Counter[str] = Counter()
    gone = session.fetch("DELETE FROM @label WHERE kind = ? AND id IN (??) RETURNING word", kind, list(labels))
    counts.subtract(word for (word,) in gone)
    rows = [(kind, ident, word) for ident, words in labels.items() for word in dict.fromkeys(words)]
    counts.update(word for _, _, word in rows)
    session.insert("label", ("kind", "id", "word"), rows)
    session.each(
        "INSERT INTO @tally AS held VALUES (?, ?, ?)"
        " ON CONFLICT (kind, word) DO UPDATE SET count = held.count + excluded.count",
        [(kind, word, n) for word, n in counts.items() if n],
    )


def tallies(session: Session, kind: str) -> dict[str, int]:
    """Return how many documents of ``kind`` are counted under each word, most first."""
    rows = session.fetch("SELECT word, count FROM @tally WHERE kind = ? AND count > 0 ORDER BY count DESC, word", kind)
    return {str(word): int(n) for word, n in rows}
