"""Shared statements (:mod:`catalog.search.dialect`) on an SQLite index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from .dialect import Dialect

_AMONG = "IN (SELECT value FROM json_each(?))"
SQLITE = Dialect(
    prefix="", slot="?", among=_AMONG, row="rowid", of_rows=f"IN (SELECT id FROM image WHERE rowid {_AMONG})",
    join="CROSS JOIN",
)  # fmt: skip


class SqliteSession:
    """A transaction on an SQLite index: :class:`~catalog.search.dialect.Session`."""

    dialect = SQLITE

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def fetch(self, text: str, *params: object) -> list[tuple[Any, ...]]:
        """Run a statement; lists become JSON, which ``json_each`` takes apart."""
        taken = [json.dumps(p) if isinstance(p, list) else p for p in params]
        return self.connection.execute(SQLITE.own(text), taken).fetchall()

    def each(self, text: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each of some rows."""
        self.connection.executemany(SQLITE.own(text), rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Put rows into a table."""
        slots = ", ".join("?" * len(columns))
        self.connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({slots})", rows)
