"""Shared statements (:mod:`catalog.search.dialect`) on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection

from ..dialect import Dialect

POSTGRES = Dialect(prefix="search_", slot="%s", among="= ANY(%s)", row="id", of_rows="= ANY(%s)", join="JOIN")


class PostgresSession:
    """A transaction on the index in PostgreSQL: :class:`~catalog.search.dialect.Session`. Texts lose their NUL characters."""

    dialect = POSTGRES

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection

    def fetch(self, text: str, *params: object) -> list[tuple[Any, ...]]:
        """Run a statement; lists become arrays."""
        return self.connection.execute(POSTGRES.own(text).encode(), [_taken(p) for p in params]).fetchall()

    def each(self, text: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of some rows."""
        with self.connection.cursor() as cursor:
            cursor.executemany(POSTGRES.own(text).encode(), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Put rows into a table by COPY."""
        into = f"COPY search_{table} ({', '.join(columns)}) FROM STDIN"
        with self.connection.cursor().copy(into.encode()) as copy:
            for row in rows:
                copy.write_row(row)


def _taken(value: object) -> object:
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else value
