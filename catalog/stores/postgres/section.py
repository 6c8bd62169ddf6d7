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
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, LiteralString

from psycopg import Connection

from ..base import WHOLE
from ..documents import decode_doc
from . import around
from .bulk import UPSERT, Documents, Key, copy_in, row
from .rows import buckets, from_jsonb

#: Locks for subjects. More of them let more people work at once; each held one takes a place in the server's lock table.
BUCKETS = 1024
#: Documents from which on COPY is quicker than a statement's parameters.
BULK = 200
#: Documents that a section remembers of what it has read.
REMEMBERED = 20_000
#: The channel on which positions are announced.
CHANNEL = "cutline"

_POSITION = "SELECT value FROM tally WHERE name = 'position'"
_PUT = f"""
WITH own AS MATERIALIZED (SELECT nextval('txn') AS txn), put AS (
    INSERT INTO document (id, kind, txn, doc, keys) SELECT new.id, new.kind, own.txn, new.doc, new.keys
    FROM own, unnest(%(kinds)s::text[], %(ids)s::text[], %(docs)s::jsonb[], %(keys)s::text[]) AS given (kind, id, doc, keys),
    LATERAL (SELECT given.kind, given.id, given.doc, given.keys::uuid[] AS keys) AS new {UPSERT}
)
SELECT kind, count(*) FILTER (WHERE new), (SELECT txn FROM own) FROM put GROUP BY kind
"""
_DELETE = """
WITH named AS MATERIALIZED (
    SELECT kind, id FROM document JOIN unnest(%(kinds)s::text[], %(ids)s::text[]) AS named (kind, id) USING (kind, id)
    ORDER BY kind, id FOR UPDATE OF document
), noted AS (
    INSERT INTO gone (kind, id, txn) SELECT kind, id, %(txn)s FROM named
    ON CONFLICT (kind, id) DO UPDATE SET txn = excluded.txn
), deleted AS (
    DELETE FROM document USING named WHERE document.kind = named.kind AND document.id = named.id RETURNING document.kind
)
SELECT kind, count(*) FROM deleted GROUP BY kind
"""
#: One statement, so that the row of positions is held for as short as can be; what it counts waits for that row.
_FINISH = """
WITH moved AS (
    UPDATE tally SET value = value + cardinality(%(txns)s::bigint[]) WHERE name = 'position' RETURNING value
), noted AS (
    INSERT INTO committed (position, txn) SELECT value - cardinality(%(txns)s::bigint[]) + n, number
    FROM moved, unnest(%(txns)s::bigint[]) WITH ORDINALITY AS mine (number, n)
), counted AS (
    INSERT INTO tally (name, value) SELECT name, number
    FROM moved, unnest(%(names)s::text[], %(numbers)s::bigint[]) AS changed (name, number)
    ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value
)
SELECT value, pg_notify(%(channel)s, %(schema)s || ' ' || value) FROM moved
"""


@dataclass(slots=True)
class Section:
    """One transaction on ``connection`` under way: what it holds locked and what it has written so far.

    ``position`` is the catalogue's at the moment when the last locks were had; ``taken`` are numbers that it gave out.
    """

    connection: Connection[Any]
    schema: str
    alone: bool = False
    position: int = 0
    held: set[int] = field(default_factory=set)
    txns: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    read: dict[Key, str | None] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    expected: dict[str, None] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def lock(self, subjects: Collection[str]) -> None:
        """Take the locks for some subjects, WHOLE among them or not, and look where the catalogue stands once they are held.

        What is held already is not taken again. What was read before may have changed while it waited: whoever cannot rule that
        out forgets it.
        """
        if self.alone or (self.held and not subjects):
            return
        space = zlib.crc32(f"cutline {self.schema}".encode()) - (1 << 31)
        wanted = set(subjects) - {""}
        if WHOLE in wanted:
            locks = f"pg_advisory_xact_lock({space}, -1)"
            self.alone = True
        else:
            numbers = [n for n in buckets(wanted, BUCKETS) if n not in self.held]
            shared = [] if self.held else [f"pg_advisory_xact_lock_shared({space}, -1)"]
            locks = ", ".join([*shared, *(f"pg_advisory_xact_lock({space}, {n})" for n in numbers)])
            self.held.update((-1, *numbers))
        # Two statements at once, of which the second sees what those have committed for whom the first one waited.
        asked = self.connection.execute(f"SELECT {locks}; {_POSITION}".encode())
        while asked.nextset():
            pass
        row = asked.fetchone()
        assert row is not None
        self.position = int(row[0])

    def remember(self, texts: Mapping[Key, str | None]) -> None:
        """Keep what was read, or that it is not there, for as long as nothing is written here."""
        self.read.update(texts)
        if len(self.read) > REMEMBERED:
            self.forget()

    def forget(self) -> None:
        """Read and look up anew from now on."""
        self.read.clear()
        self.found.clear()
        self.asked.clear()

    def look_around(self, name: str) -> None:
        """Read what stands around a name, and around names that what was read before speaks of."""
        if name in self.asked:
            return
        others = [other for other in self.expected if other != name and other not in self.asked]
        names = [name, *others[: around.NAMES - 1]]
        answer = around.ask(self.connection, names)
        if answer is None and len(names) > 1:
            names = [name]
            answer = around.ask(self.connection, names)
        self.asked.update(names)
        if answer is None:
            return
        texts, found = answer
        self.remember(texts)
        self.found |= found
        for (kind, _), text in texts.items():
            with suppress(ValueError):  # a damaged one: who asks for it is told
                self.expected |= dict.fromkeys(around.named_in(kind, decode_doc(from_jsonb(text)) if text else {}))

    # ---------------------------------------------------------------- writing

    def write(self, docs: Documents, deletes: Collection[Key]) -> None:
        """Write one transaction of the store. Raises ValueError or TypeError for a document that cannot be kept."""
        self.forget()
        keys = sorted(docs)
        if len(keys) >= BULK or not keys:
            txn = int(self._one("SELECT nextval('txn')"))
            self.counts.update(copy_in(self.connection, txn, keys, docs) if keys else {})
        else:
            put = self.connection.execute(_PUT, _named(keys) | _texts(keys, docs)).fetchall()
            txn = int(put[0][2])
            self.counts.update({kind: new for kind, new, _ in put})
        gone: dict[str, int] = {}
        if deletes:
            gone = dict(self.connection.execute(_DELETE, _named(sorted(deletes)) | {"txn": txn}).fetchall())
            self.counts.subtract(gone)
        if keys or gone:
            self.txns.append(txn)

    # ---------------------------------------------------------------- ending

    def finish(self) -> int | None:
        """Take positions for what was written, count it and announce it; return the last position, if there is one."""
        if not self.txns:
            return None
        changed = {f"count:{kind}": n for kind, n in sorted(self.counts.items()) if n}
        note = {"txns": self.txns, "names": list(changed), "numbers": list(changed.values())}
        return int(self._one(_FINISH, note | {"channel": CHANNEL, "schema": self.schema}))

    def _one(self, query: LiteralString, params: Mapping[str, Any] | None = None) -> Any:
        row = self.connection.execute(query, params).fetchone()
        assert row is not None
        return row[0]


def _named(keys: Sequence[Key]) -> dict[str, Any]:
    return {"kinds": [kind for kind, _ in keys], "ids": [ident for _, ident in keys]}


def _texts(keys: Sequence[Key], docs: Documents) -> dict[str, Any]:
    rows = [row(*docs[key]) for key in keys]
    return {
        "docs": [made.doc.decode() for made in rows],
        "keys": ["{" + ",".join(key.hex() for key in made.keys) + "}" for made in rows],
    }
