"""Many documents at once: PostgreSQL's binary COPY, and loading an empty catalogue without the index of keys.

Rows go straight into the table as long as all are new. COPY cannot pass over a row that is there already: when it meets one,
the rows go to a table of this connection's own, and from there, one statement for all, where they belong.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from psycopg import Connection, errors

from ..base import Doc
from ..documents import encode_lines, encoded
from .connection import Database
from .rows import is_plain, lookup_keys, to_jsonb

#: Kind and id, as ``text`` takes them.
Key = tuple[str, str]
#: Documents by their keys, each with its kind and id as they are.
Documents = Mapping[Key, tuple[str, str, Doc]]

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
#: Rows sent at a time: few, so that the server has some at hand while more are made ready here.
_CHUNK = 50
#: Fields of a row and the parts of an array as binary COPY has them: lengths before values, the most significant byte first.
_LENGTH, _TXN = struct.Struct("!i"), struct.Struct("!iq")
_FIVE = struct.pack("!h", 5)
#: The length of a ``jsonb`` and its version; an array's head, and the length of its first value.
_JSONB = struct.Struct("!iB")
_UUID, _UUID_LENGTH = 2950, struct.pack("!i", 16)
_ARRAY, _NO_KEYS = struct.Struct("!iiiiiii"), struct.pack("!iiii", 12, 0, 0, _UUID)

#: An empty catalogue: one that has fewer documents than this (a mark or two).
_FEW = 100
#: Memory for making the index anew.
_MEMORY = "512MB"
_INDEX = "CREATE INDEX IF NOT EXISTS document_keys ON document USING gin (keys) WITH (fastupdate = off)"
#: How much the server reads of the table to have a first idea of it: a sixth of what it does by itself later.
_ROUGHLY = 16
#: Lets the server measure the table, but for what nothing is looked for by: that takes longest.
MEASURE = "ANALYZE document (id, kind, txn, keys)"
_HAS_INDEX = "SELECT 1 FROM pg_catalog.pg_indexes WHERE schemaname = current_schema() AND indexname = 'document_keys'"


class Row(NamedTuple):
    """A document as it goes into the table: its ``jsonb``, and the keys by which it is found (16 bytes each)."""

    doc: bytes
    keys: Sequence[bytes]


def row(kind: str, ident: str, doc: Doc) -> Row:
    """Return a document as it goes into the table. Raises ValueError or TypeError for one that cannot be kept."""
    return Row(to_jsonb(encoded(ident, doc)), lookup_keys(kind, doc))


def copy_in(connection: Connection[Any], txn: int, keys: Sequence[Key], docs: Documents) -> dict[str, int]:
    """Put documents, inside a transaction, in the order of ``keys``; return how many of each kind are new.

    They are encoded as they are sent: the server takes in what has come while more is made ready here.
    """
    try:
        with connection.transaction():
            _send(connection, "document", txn, keys, docs)
    except errors.UniqueViolation:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS staged (LIKE document) ON COMMIT DELETE ROWS")
        connection.execute("DELETE FROM staged")
        _send(connection, "staged", txn, keys, docs)
        return dict(connection.execute(_STAGED).fetchall())
    return Counter(kind for kind, _ in keys)


def _send(connection: Connection[Any], table: str, txn: int, keys: Iterable[Key], docs: Documents) -> None:
    waiting = iter(keys)
    with connection.cursor().copy(_COPY.format(table).encode()) as copy:
        copy.write(_HEAD)
        while step := list(islice(waiting, _CHUNK)):
            copy.write(_packed(step, txn, docs))
        copy.write(_END)


def _packed(keys: Sequence[Key], txn: int, docs: Documents) -> bytes:
    """Some rows as binary COPY takes them."""
    length, number = _LENGTH.pack, _TXN.pack(8, txn)
    heads: dict[str, bytes] = {}
    parts: list[bytes] = []
    add = parts.extend
    rows = [docs[key] for key in keys]
    for (kind, ident), (own_kind, _, doc), text in zip(keys, rows, _texts(rows), strict=True):
        head = heads.get(kind)
        if head is None:
            name = kind.encode()
            head = heads[kind] = _FIVE + length(len(name)) + name
        own = ident.encode()
        found = lookup_keys(own_kind, doc)
        size = _JSONB.pack(1 + len(text), 1)
        add((head, length(len(own)), own, number, size, text, _array_head(len(found)), _UUID_LENGTH.join(found)))
    return b"".join(parts)


@cache
def _array_head(n: int) -> bytes:
    """What stands before the first of ``n`` keys."""
    return _ARRAY.pack(20 + 20 * n, 1, 0, _UUID, n, 1, 16) if n else _NO_KEYS


def _texts(rows: Sequence[tuple[str, str, Doc]]) -> Sequence[bytes]:
    """The documents of rows as ``jsonb`` takes them: all encoded in one go where nothing about them is special."""
    docs = [doc for _, _, doc in rows]
    if [doc.get("id") for doc in docs] == [ident for _, ident, _ in rows]:
        lines = encode_lines(docs)
        if lines is not None and is_plain(lines):
            return lines.splitlines()
    return [to_jsonb(encoded(ident, doc)) for _, ident, doc in rows]


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
            connection.execute("SELECT set_config('default_statistics_target', %s, true)", [str(_ROUGHLY)])
            connection.execute(MEASURE)


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
