"""Help with words, from the tables of terms and their trigrams (:mod:`catalog.search.suggest` says what is asked)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from .ranking import of_term


class Terms:
    """The words of an index on PostgreSQL."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def alike(self, wanted: Iterable[str], shortest: int, longest: int, limit: int) -> list[str]:
        """See :class:`catalog.search.suggest.Vocabulary`."""
        rows = self.connection.execute(
            "SELECT term, count(*) AS n FROM search_gram WHERE gram = ANY(%s) AND length(term) BETWEEN %s AND %s"
            " GROUP BY term ORDER BY n DESC, term LIMIT %s",
            [sorted(wanted), shortest, longest, limit],
        )
        return [str(term) for term, _ in rows]

    def documents(self, term: str, most: int) -> int:
        """See :class:`catalog.search.suggest.Vocabulary`."""
        return min(of_term(self.connection, term)[0], most)
