"""Many documents at once: PostgreSQL's binary COPY, and loading an empty catalogue without the index of keys.

Rows go straight into the table as long as all are new. COPY cannot pass over a row that is there already: when it meets one,
the rows go to a table of this connection's own, and from there, one statement for all, where they belong.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from psycopg import Connection, errors

from .connection import Database

Key = tuple[str, str]

#: What is written over a row that is there, and how many of each kind were not.
UPSERT = """
    ON CONFLICT (kind, id) DO UPDATE SET txn = excluded.txn, doc = excluded.doc, keys = excluded.keys
    RETURNING kind, xmax = 0 AS new
"""
_STAGED = f"""
WITH put AS (INSERT INTO document (id, kind, txn, doc, keys) SELECT id, kind, txn, doc, keys FROM staged {UPSERT})
SELECT kind, count(*) FILTER (WHERE new) FROM put GROUP BY kind
"""
_COPY = "COPY {} (kind, id, txn, doc, keys) FROM STDIN (FORMAT binary)"
_HEAD, _END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
#: Rows sent at a time.
_CHUNK = 200
#: Fields of a row and the parts of an array as binary COPY has them: lengths before values, the most significant byte first.
_LENGTH, _TXN = struct.Struct("!i"), struct.Struct("!iq")
_FIVE = struct.pack("!h", 5)
_JSONB = b"\x01"
_UUID, _UUID_LENGTH = 2950, struct.pack("!i", 16)
_ARRAY, _NO_KEYS = struct.Struct("!iiiiii"), struct.pack("!iiii", 12, 0, 0, _UUID)

#: An empty catalogue: one that has fewer documents than this (a mark or two).
_FEW = 100
#: Memory for making the index anew.
_MEMORY = "512MB"
_INDEX = "CREATE INDEX IF NOT EXISTS document_keys ON document USING gin (keys) WITH (fastupdate = off)"
_HAS_INDEX = "SELECT 1 FROM pg_catalog.pg_indexes WHERE schemaname = current_schema() AND indexname = 'document_keys'"


@dataclass(frozen=True, slots=True)
class Row:
    """A document as it goes into the table: its ``jsonb``, and the keys by which it is found (32 hexadecimal digits each)."""

    doc: bytes
    keys: Sequence[str]


def copy_in(connection: Connection[Any], txn: int, keys: Sequence[Key], rows: Mapping[Key, Row]) -> dict[str, int]:
    """Put documents, inside a transaction, in the order of ``keys``; return how many of each kind are new."""
    try:
        with connection.transaction():
            _send(connection, "document", txn, keys, rows)
    except errors.UniqueViolation:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS staged (LIKE document) ON COMMIT DELETE ROWS")
        connection.execute("DELETE FROM staged")
        _send(connection, "staged", txn, keys, rows)
        return dict(connection.execute(_STAGED).fetchall())
    found: dict[str, int] = {}
    for kind, _ in keys:
        found[kind] = found.get(kind, 0) + 1
    return found


def _send(connection: Connection[Any], table: str, txn: int, keys: Iterable[Key], rows: Mapping[Key, Row]) -> None:
    waiting = iter(keys)
    with connection.cursor().copy(_COPY.format(table).encode()) as copy:
        copy.write(_HEAD)
        while step := list(islice(waiting, _CHUNK)):
            copy.write(b"".join(part for key in step for part in _parts(key, txn, rows[key])))
        copy.write(_END)


def _parts(key: Key, txn: int, row: Row) -> Iterator[bytes]:
    kind, ident = key[0].encode(), key[1].encode()
    yield from (_FIVE, _LENGTH.pack(len(kind)), kind, _LENGTH.pack(len(ident)), ident, _TXN.pack(8, txn))
    yield from (_LENGTH.pack(1 + len(row.doc)), _JSONB, row.doc)
    if not (n := len(row.keys)):
        yield _NO_KEYS
        return
    yield _ARRAY.pack(20 + 20 * n, 1, 0, _UUID, n, 1)
    for digest in row.keys:
        yield _UUID_LENGTH
        yield bytes.fromhex(digest)


# ---------------------------------------------------------------- the index of keys


@contextmanager
def loading(database: Database) -> Iterator[None]:
    """Keep a catalogue that is still empty without its index of keys until much has been put into it.

    Whoever asks meanwhile is answered, slowly. A loader that dies leaves the index to whoever opens the catalogue next.
    """
    with database.connection() as connection:
        if database.in_transaction() or not _drop(connection):
            yield
            return
        connection.execute("SELECT pg_advisory_lock(%s, -2)", [_space(database)])
        try:
            yield
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s, -2)", [_space(database)])
            mend(database)


def mend(database: Database) -> None:
    """Make the index of keys if it is not there and nobody is loading."""
    if database.fetch(_HAS_INDEX):
        return
    with database.transaction() as connection:
        row = connection.execute("SELECT pg_try_advisory_xact_lock(%s, -2)", [_space(database)]).fetchone()
        if row is not None and row[0]:
            connection.execute("SELECT set_config('maintenance_work_mem', %s, true)", [_MEMORY])
            connection.execute("SET LOCAL statement_timeout = 0")
            connection.execute(_INDEX)
            connection.execute("ANALYZE document")


def _drop(connection: Connection[Any]) -> bool:
    with connection.transaction():
        connection.execute("LOCK TABLE document IN ACCESS EXCLUSIVE MODE")
        found = connection.execute("SELECT 1 FROM document LIMIT %s", [_FEW]).fetchall()
        if len(found) == _FEW:
            return False
        connection.execute("DROP INDEX IF EXISTS document_keys")
        return True


def _space(database: Database) -> int:
    """The first number of this catalogue's advisory locks."""
    return zlib.crc32(f"cutline {database.schema}".encode()) - (1 << 31)
