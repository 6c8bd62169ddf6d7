"""A section of work on a shared catalogue: one transaction, the locks that keep others out of it, and its place in the order.

Two kinds of locks, both advisory and held until the transaction ends:

- The catalogue's: a section that names subjects holds it shared with others, one that names none holds it alone.
- One for each subject named, from a fixed number of buckets (the server's lock table is finite), always taken in the order of
  their numbers. Row locks follow in the order of kinds and ids, the counter of positions comes last: so nobody waits in a circle.

Positions. A sequence alone would not do: the transaction that took 7 may commit before the one that took 6, and a reader who
has seen 7 would never look for 6. So each transaction writes its rows under a number of its own (``txn``) and takes its
positions at the very end, by updating one row: that row's lock holds off the next one until this one is committed. Whoever
sees a position therefore sees all lower ones.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString

from psycopg import Connection

from ..base import WHOLE
from .rows import buckets, from_jsonb, lookup_keys, to_jsonb

#: Locks for subjects. More of them let more people work at once; each held one takes a place in the server's lock table.
BUCKETS = 1024
#: Documents from which on COPY is quicker than a statement's parameters.
BULK = 200
#: Documents that a section remembers of what it has read.
REMEMBERED = 20_000
#: The channel on which positions are announced.
CHANNEL = "cutline"

Key = tuple[str, str]

_INSERT = """
INSERT INTO document (kind, id, txn, doc) SELECT kind, id, %(txn)s, doc
FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(docs)s::jsonb[]) AS new (kind, id, doc) ON CONFLICT DO NOTHING
"""
_OTHERS = """
SELECT kind, id, doc::text FROM document JOIN unnest(%(kinds)s::text[], %(ids)s::text[]) AS wanted (kind, id) USING (kind, id)
WHERE txn <> %(txn)s ORDER BY kind, id FOR UPDATE OF document
"""
_UPDATE = """
UPDATE document SET doc = new.doc, txn = %(txn)s
FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(docs)s::jsonb[]) AS new (kind, id, doc)
WHERE document.kind = new.kind AND document.id = new.id
"""
_DELETE = """
WITH named AS (SELECT * FROM unnest(%(kinds)s::text[], %(ids)s::text[]) AS named (kind, id)),
     noted AS (INSERT INTO gone (kind, id, txn) SELECT kind, id, %(txn)s FROM named
               ON CONFLICT (kind, id) DO UPDATE SET txn = excluded.txn)
DELETE FROM document USING named WHERE document.kind = named.kind AND document.id = named.id
"""
_FORGET = """
DELETE FROM lookup USING unnest(%s::uuid[], %s::text[]) AS old (key, id) WHERE lookup.key = old.key AND lookup.id = old.id
"""
_FIND = """
INSERT INTO lookup (key, id) SELECT key, id FROM unnest(%s::uuid[], %s::text[]) AS new (key, id) ON CONFLICT DO NOTHING
"""
_POSITION = """
UPDATE tally SET value = value + cardinality(%(txns)s::bigint[]) WHERE name = 'position' RETURNING value
"""
_NOTE = """
WITH noted AS (
    INSERT INTO committed (position, txn) SELECT value - cardinality(%(txns)s::bigint[]) + n, number
    FROM tally, unnest(%(txns)s::bigint[]) WITH ORDINALITY AS mine (number, n) WHERE name = 'position'
), counted AS (
    INSERT INTO tally (name, value) SELECT * FROM unnest(%(names)s::text[], %(numbers)s::bigint[])
    ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value
)
SELECT pg_notify(%(channel)s, value::text) FROM tally WHERE name = 'position'
"""


@dataclass(slots=True)
class Section:
    """One transaction on ``connection`` under way: what it holds locked and what it has written so far."""

    connection: Connection[Any]
    schema: str
    alone: bool = False
    held: set[int] = field(default_factory=set)
    txns: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    read: dict[Key, str | None] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    def lock(self, subjects: Collection[str]) -> None:
        """Take the locks for some subjects, WHOLE among them or not. What is held already is not taken again.

        What was read before may have changed while it waited: whoever cannot rule that out forgets it.
        """
        if self.alone or (self.held and not subjects):
            return
        space = zlib.crc32(f"cutline {self.schema}".encode()) - (1 << 31)
        wanted = set(subjects)
        if WHOLE in wanted:
            self.connection.execute("SELECT pg_advisory_xact_lock(%s, -1)", [space])
            self.alone = True
            return
        numbers = [n for n in buckets(wanted, BUCKETS) if n not in self.held]
        if not self.held:
            numbers = [-1, *numbers]
        self.connection.execute(
            "SELECT CASE WHEN number < 0 THEN pg_advisory_xact_lock_shared(%s, number)"
            " ELSE pg_advisory_xact_lock(%s, number) END FROM unnest(%s::int[]) AS number",
            [space, space, numbers],
        )
        self.held.update(numbers)

    def remember(self, texts: Mapping[Key, str | None]) -> None:
        """Keep what was read, or that it is not there, for as long as nothing is written here."""
        self.read.update(texts)
        if len(self.read) > REMEMBERED:
            self.forget()

    def forget(self) -> None:
        """Read and look up anew from now on."""
        self.read.clear()
        self.found.clear()

    # ---------------------------------------------------------------- writing

    def write(self, docs: dict[Key, bytes], deletes: Iterable[Key]) -> None:
        """Write one transaction of the store: encoded documents by (kind, id), ids as ``text`` takes them."""
        self.forget()
        txn = int(self._one("SELECT nextval('txn')"))
        add: set[Key] = set()
        drop: set[Key] = set()
        waiting = sorted(docs)
        while waiting:
            inserted = self._insert(txn, waiting, docs)
            old = self._others(txn, waiting) if inserted < len(waiting) else {}
            self._update(txn, old, docs)
            # One that was neither inserted nor found has been deleted by someone else in between: once more.
            again = self._absent(waiting) if inserted + len(old) < len(waiting) else set()
            for kind, ident in waiting:
                if (kind, ident) not in again:
                    known = old.get((kind, ident))
                    keys = lookup_keys(kind, docs[kind, ident])
                    add |= {(key, ident) for key in keys - (known or set())}
                    drop |= {(key, ident) for key in (known or set()) - keys}
                    self.counts[kind] += known is None
            waiting = sorted(again)
        gone = self._others(txn, sorted(set(deletes)))
        drop |= {(key, ident) for (_, ident), keys in gone.items() for key in keys}
        self.counts.subtract(Counter(kind for kind, _ in gone))
        self._delete(txn, sorted(gone))
        self._look_up(add, drop)
        if docs or gone:
            self.txns.append(txn)

    def _insert(self, txn: int, keys: list[Key], docs: dict[Key, bytes]) -> int:
        if len(keys) < BULK:
            return self.connection.execute(_INSERT, _named(keys, txn) | _texts(keys, docs)).rowcount
        self._stage("new_document", "document")
        with self.connection.cursor().copy("COPY new_document (kind, id, txn, doc) FROM STDIN") as copy:
            for key in keys:
                copy.write_row((*key, txn, to_jsonb(docs[key]).decode()))
        return self.connection.execute(
            "INSERT INTO document SELECT * FROM new_document ON CONFLICT DO NOTHING"
        ).rowcount

    def _stage(self, name: LiteralString, like: LiteralString) -> None:
        """Have an empty table of this connection's own, for COPY: it cannot pass over rows that are there already."""
        self.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} (LIKE {like}) ON COMMIT DELETE ROWS")
        self.connection.execute(f"DELETE FROM {name}")

    def _others(self, txn: int, keys: list[Key]) -> dict[Key, set[str]]:
        """Lock those documents that this transaction did not write; return the keys by which each is found."""
        if not keys:
            return {}
        found = self.connection.execute(_OTHERS, _named(keys, txn))
        return {(kind, ident): lookup_keys(kind, from_jsonb(text)) for kind, ident, text in found}

    def _absent(self, keys: list[Key]) -> set[Key]:
        found = self.connection.execute(
            "SELECT kind, id FROM document JOIN unnest(%(kinds)s::text[], %(ids)s::text[]) AS wanted (kind, id)"
            " USING (kind, id)",
            _named(keys),
        )
        return set(keys) - set(found.fetchall())

    def _update(self, txn: int, old: Iterable[Key], docs: dict[Key, bytes]) -> None:
        if keys := sorted(old):
            self.connection.execute(_UPDATE, _named(keys, txn) | _texts(keys, docs))

    def _delete(self, txn: int, keys: list[Key]) -> None:
        if keys:
            self.connection.execute(_DELETE, _named(keys, txn))

    def _look_up(self, add: set[Key], drop: set[Key]) -> None:
        if drop:
            self.connection.execute(_FORGET, _columns(sorted(drop)))
        if len(add) < BULK:
            if add:
                self.connection.execute(_FIND, _columns(sorted(add)))
            return
        self._stage("new_lookup", "lookup")
        with self.connection.cursor().copy("COPY new_lookup (key, id) FROM STDIN") as copy:
            for row in sorted(add):
                copy.write_row(row)
        self.connection.execute("INSERT INTO lookup SELECT * FROM new_lookup ON CONFLICT DO NOTHING")

    # ---------------------------------------------------------------- ending

    def finish(self) -> int | None:
        """Take positions for what was written, count it and announce it; return the last position, if there is one."""
        if not self.txns:
            return None
        changed = {f"count:{kind}": n for kind, n in sorted(self.counts.items()) if n}
        position = int(self._one(_POSITION, {"txns": self.txns}))
        note = {"txns": self.txns, "names": list(changed), "numbers": list(changed.values())}
        self.connection.execute(_NOTE, note | {"channel": CHANNEL})
        return position

    def _one(self, query: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        row = self.connection.execute(query, params).fetchone()
        assert row is not None
        return row[0]


def _named(keys: Sequence[Key], txn: int = 0) -> dict[str, Any]:
    return {"txn": txn, "kinds": [kind for kind, _ in keys], "ids": [ident for _, ident in keys]}


def _texts(keys: Sequence[Key], docs: Mapping[Key, bytes]) -> dict[str, Any]:
    return {"docs": [to_jsonb(docs[key]).decode() for key in keys]}


def _columns(pairs: Sequence[Key]) -> list[list[str]]:
    return [[key for key, _ in pairs], [ident for _, ident in pairs]]
