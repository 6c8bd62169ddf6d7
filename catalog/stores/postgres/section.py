"""A section of work on a shared catalogue: one transaction, the locks that keep others out of it, and its place in the order.

Two kinds of locks, both advisory and held until the transaction ends:

- The catalogue's: a section that names subjects holds it shared with others, one that names none holds it alone.
- One for each subject named, from a fixed number of buckets (the server's lock table is finite), always taken in the order of
  their numbers. Row locks follow in the order of kinds and ids, the counter of positions comes last: so nobody waits in a circle.

A small piece of work leaves its locks to the end: they travel with what is put, which is put only if nobody has changed meanwhile
what was read for it, as told by what has been committed since. Otherwise it is all done again, under locks from the start.

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
from typing import Any

import msgspec
from psycopg import Connection, errors

from ..base import WHOLE, Value
from ..documents import decode_doc
from . import around
from .bulk import UPSERT, Documents, Key, copy_in, row
from .connection import Rows
from .rows import buckets, from_jsonb, to_text
from .together import Statement, forget, together

#: Locks for subjects. More of them let more people work at once; each held one takes a place in the server's lock table.
BUCKETS = 1024
#: Documents from which on COPY is quicker than a statement's parameters.
BULK = 200
#: Documents that a section remembers of what it has read.
REMEMBERED = 20_000
#: The channel on which positions are announced.
CHANNEL = "cutline"
_encode = msgspec.json.Encoder().encode

_BEGIN = "BEGIN"
_COMMIT = "COMMIT"
_ALONE = "SELECT pg_advisory_xact_lock(%s, -1)"
#: One after the other, as they stand in the array.
_EACH = "SELECT count(pg_advisory_xact_lock(%s, n)) FROM unnest(%s::int[]) AS n"
_POSITION = "SELECT value FROM tally WHERE name = 'position'"
_NUMBER = "SELECT nextval(%s::regclass)"
#: How every section begins: the position (should it wait for the lock, others have committed since), a number from a counter, if
#: one is named, and the catalogue's lock, if that is named.
_OPEN = """
SELECT value, nextval(nullif(%s, '')::regclass), pg_advisory_xact_lock_shared(%s::int, -1)::text
FROM tally WHERE name = 'position'
"""
_TXN = "SELECT nextval('txn')"
#: What was read since a position (ids, and keys by which was looked for: NULL where that is not all), and whether it still stands.
#: Each subquery goes by the transactions, which are few, to their documents.
_READ = "read AS MATERIALIZED (SELECT %s::bigint AS since, %s::uuid[] AS keys, %s::text[] AS ids)"
_STANDS = """(
    (SELECT value FROM tally WHERE name = 'position') = since
    OR keys IS NOT NULL AND NOT EXISTS (
        SELECT FROM committed, LATERAL (
            SELECT FROM document WHERE txn = committed.txn AND (document.keys && read.keys OR id = ANY(read.ids)) OFFSET 0
        ) AS other WHERE position > since
    ) AND NOT EXISTS (
        SELECT FROM committed, LATERAL (SELECT FROM gone WHERE txn = committed.txn AND id = ANY(read.ids) OFFSET 0) AS other
        WHERE position > since
    )
)"""
_STILL = f"WITH {_READ} SELECT 1 FROM read WHERE {_STANDS}"
_PUT_ALL = f"""put AS (
    INSERT INTO document (id, kind, txn, doc, keys) SELECT given.id, given.kind, own.txn, given.doc, given.keys::uuid[]
    FROM own, jsonb_to_recordset(%s::jsonb) AS given (kind text, id text, doc jsonb, keys text) {UPSERT}
), changed AS (SELECT kind, count(*) FILTER (WHERE new) AS n FROM put GROUP BY kind)
"""
_WRITTEN = f"WITH own AS MATERIALIZED (SELECT nextval('txn') AS txn), {_PUT_ALL}"
_WRITTEN_IF = f"WITH {_READ}, own AS MATERIALIZED (SELECT nextval('txn') AS txn FROM read WHERE {_STANDS}), {_PUT_ALL}"
_PUT = _WRITTEN + "SELECT kind, n, (SELECT txn FROM own) FROM changed"
_DELETE = """
WITH named AS MATERIALIZED (
    SELECT kind, id FROM document JOIN unnest(%s::text[], %s::text[]) AS named (kind, id) USING (kind, id)
    ORDER BY kind, id FOR UPDATE OF document
), noted AS (
    INSERT INTO gone (kind, id, txn) SELECT kind, id, %s FROM named
    ON CONFLICT (kind, id) DO UPDATE SET txn = excluded.txn
), deleted AS (
    DELETE FROM document USING named WHERE document.kind = named.kind AND document.id = named.id RETURNING document.kind
)
SELECT kind, count(*) FROM deleted GROUP BY kind
"""
#: Takes positions for the transactions in ``done`` and counts what ``changed``: one statement, so that the row of positions is held
#: for as short as can be. What it counts waits for that row, and that row for all of ``done``.
_ENDED = """, moved AS (
    UPDATE tally SET value = tally.value + ended.n FROM (SELECT count(*) AS n FROM done) AS ended
    WHERE name = 'position' AND ended.n > 0 RETURNING tally.value, ended.n
), noted AS (
    INSERT INTO committed (position, txn) SELECT moved.value - moved.n + done.nth, done.txn FROM moved, done
), counted AS (
    INSERT INTO tally (name, value) SELECT 'count:' || changed.kind, changed.n FROM moved, changed WHERE changed.n <> 0
    ON CONFLICT (name) DO UPDATE SET value = tally.value + excluded.value
)
SELECT value, pg_notify(%s, %s || ' ' || value) FROM moved
"""
_FINISH = f"""
WITH done AS (SELECT txn, nth FROM unnest(%s::bigint[]) WITH ORDINALITY AS done (txn, nth)),
changed AS (SELECT kind, n FROM unnest(%s::text[], %s::bigint[]) AS changed (kind, n) ORDER BY kind){_ENDED}"""
#: All of a section's only transaction, for most sections have one. ``done`` has its row when everything is put.
_DONE = f", done AS (SELECT own.txn, 1 AS nth FROM own, (SELECT count(*) FROM put) AS everything){_ENDED}"
_PUT_AND_FINISH = _WRITTEN + _DONE
#: The same if what was read still stands; else no rows.
_FINISH_IF = _WRITTEN_IF + _DONE

#: What nearly every section sends is planned once for each connection; the first of them opens every section.
_PLANS = frozenset(
    {
        _OPEN,
        _ALONE,
        _EACH,
        _POSITION,
        _NUMBER,
        _TXN,
        _PUT,
        _DELETE,
        _FINISH,
        _PUT_AND_FINISH,
        _STILL,
        _FINISH_IF,
        around.ASK,
        around.NAMING,
    }
)


class Moved(Exception):
    """Somebody has changed what a section had read before it held its locks: nothing of it was done."""


@dataclass(slots=True)
class Section:
    """One transaction on ``connection`` under way: what it holds locked and what it has written so far.

    What needs no answer is not sent alone: the beginning goes with the first question, what is put with the next one or with the
    end. So most sections are a few messages to the server, each waited for.

    ``position`` is the catalogue's at the moment when the last locks were had, ``None`` while nothing has been asked.
    ``numbers`` are those taken ahead, by their counters; ``taken`` are those that it gave out. ``expected`` are names that may be
    asked for, and the kinds of what has them; in ``unseen`` (kind, text) more may stand.

    While ``trying``, it holds no locks but those that nobody waits for, and keeps in ``keys`` and ``ids`` what it has asked for;
    ``pledged`` are the locks that it is to have before it writes. ``loose``, when others have asked on its connection. ``spoken``
    tells what a document that somebody was shown speaks of.
    """

    connection: Connection[Any]
    schema: str
    spoken: around.Spoken = field(default_factory=around.Spoken)
    alone: bool = False
    begun: bool = False
    position: int | None = None
    held: set[int] = field(default_factory=set)
    waiting: str = ""
    txns: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    read: dict[Key, str | None] = field(default_factory=dict)
    found: dict[Value, list[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    expected: dict[str, str] = field(default_factory=dict)
    unseen: list[tuple[str, str]] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    trying: bool = False
    ahead: str = ""
    loose: bool = False
    pledged: list[int] | None = None
    keys: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def lock(self, subjects: Collection[str], counter: str = "") -> None:
        """Take the locks for some subjects, WHOLE among them or not, and look where the catalogue stands once they are held.

        What is held already is not taken again. What was read before may have changed while it waited: whoever cannot rule that
        out forgets it. Then too a number is taken from ``counter``, for whoever wants one next.
        """
        wanted = set(subjects) - {""}
        if self.alone or not wanted:
            return
        if self.trying:
            self.secure()
            if WHOLE in wanted:
                raise Moved  # nobody may wait for everybody while he keeps one of them waiting
        locks: Statement = (_ALONE, (self._space,))
        if WHOLE in wanted:
            self.alone = True
        else:
            numbers = [n for n in buckets(wanted, BUCKETS) if n not in self.held]
            self.held.update(numbers)
            locks = (_EACH, (self._space, numbers))
        then = [(_NUMBER, (counter,))] if counter else []
        # Statements of their own: each sees what those have committed for whom the one before it waited.
        answers = self._send([locks, (_POSITION, ()), *then])
        self.position = int(answers[1][0][0])
        if counter:
            self.numbers[counter] = int(answers[2][0][0])

    def pledge(self, subjects: Collection[str]) -> None:
        """Leave the locks for some subjects until something is to be written. Raises Moved where that cannot be."""
        if WHOLE in subjects:
            raise Moved
        self.pledged = buckets(set(subjects) - {""}, BUCKETS)

    def secure(self) -> None:
        """Take what was pledged now. Raises Moved when others have changed what was read."""
        if not self.trying:
            return
        waiting, self.waiting = self.waiting, ""
        numbers, self.pledged, self.trying = self.pledged or [], None, False
        self.held.update(numbers)
        locks: Statement = (_EACH, (self._space, numbers))
        if not self._send([locks, (_STILL, self._read())])[1]:
            raise Moved
        self.waiting = waiting

    def _read(self) -> tuple[object, ...]:
        """What was read, as :data:`_READ` takes it."""
        ids = {*self.ids, *(ident for _, ident in self.read), *(i for found in self.found.values() for i in found)}
        return self.position, None if self.loose else f"{{{','.join(self.keys)}}}", [to_text(ident) for ident in ids]

    @property
    def _space(self) -> int:
        """The first number of this catalogue's advisory locks."""
        return zlib.crc32(f"cutline {self.schema}".encode()) - (1 << 31)

    # ---------------------------------------------------------------- asking

    def ask(self, text: str, *params: object) -> Rows:
        """Run one statement and return its rows; what waits to be sent goes with it."""
        return self._send([(text, params)])[0]

    def settle(self) -> None:
        """Send what still waits, for somebody else goes on with the connection."""
        if self.trying and self.pledged is None:
            self.loose = True
        else:
            self.secure()
        if not self.begun or self.waiting:
            self._send([])
        forget(self.connection)

    def _send(self, statements: Sequence[Statement]) -> list[Rows]:
        """Run statements, what waits before them, in one message; return the rows of each."""
        if self.waiting:
            self.secure()
        ahead: list[Statement] = []
        opening, self.begun = not self.begun, True
        if opening:
            ahead += [(_BEGIN, ()), (_OPEN, (self.ahead, None if self.alone else self._space))]
        waiting, self.waiting = self.waiting, ""
        if waiting:
            ahead.append((_PUT, (waiting,)))
        message = [*ahead, *statements]
        try:
            answers = together(self.connection, message, _PLANS, first=opening)
        except errors.InvalidSqlStatementName:
            if not opening:
                raise
            self.connection.rollback()  # nothing was done but to begin
            forget(self.connection)
            answers = together(self.connection, message, _PLANS)
        if opening:
            self.position = answers[1][0][0]
            if self.ahead:
                self.numbers[self.ahead] = answers[1][0][1]
        if waiting:
            put = answers[len(ahead) - 1]
            self.txns.append(int(put[0][2]))
            self.counts.update({kind: new for kind, new, _ in put})
        return answers[len(ahead) :]

    def remember(self, texts: Mapping[Key, str | None]) -> None:
        """Keep what was read, or that it is not there, for as long as nothing is written here."""
        self.read.update(texts)
        if len(self.read) > REMEMBERED:
            self.forget()

    def forget(self) -> None:
        """Read and look up anew from now on."""
        if self.trying:
            self.ids = {*self.ids, *(ident for _, ident in self.read), *(i for ids in self.found.values() for i in ids)}
        self.read.clear()
        self.found.clear()
        self.asked.clear()

    def look_around(self, name: str, kind: str = "") -> None:
        """Read what stands around a name (of a document of this kind), and around names that what was read before speaks of."""
        if name in self.asked:
            return
        self._look_through()
        self.expected = {**self.spoken.of(name), **self.expected}
        others = [other for other in self.expected if other != name and other not in self.asked]
        names = {name: self.expected.get(name) or ("" if kind in around.MAY_BE_ANY else kind)}
        names |= {other: self.expected[other] for other in others[: around.NAMES - 1]}
        answer = around.ask(self.ask, names)
        if answer is None and len(names) > 1:
            names = {name: names[name]}
            answer = around.ask(self.ask, names)
        self.asked.update(names)
        if answer is None:
            return
        texts = self._taken(answer)
        self.unseen += [(kind, text) for (kind, _), text in texts.items() if text is not None]

    def _look_through(self) -> None:
        """Find out what the documents that were read speak of: only where something else is asked for, which is seldom."""
        unseen, self.unseen = self.unseen, []
        for kind, text in unseen:
            with suppress(ValueError):  # a damaged one: who asks for it is told
                for other, own in around.named_in(kind, decode_doc(from_jsonb(text))):
                    self.expected[other] = self.expected.get(other) or own

    def _taken(self, answer: tuple[around.Texts, around.Found, around.Keys]) -> around.Texts:
        """Remember what was asked and found."""
        texts, found, keys = answer
        self.remember(texts)
        self.found |= found
        if self.trying:
            self.keys.update(keys)
        return texts

    def expect(self, asked: Collection[Value]) -> None:
        """Read what is found by some values, as if each had been looked for."""
        answer = around.naming(self.ask, [value for value in asked if value not in self.found])
        if answer is not None:
            self._taken(answer)

    # ---------------------------------------------------------------- writing

    @property
    def written(self) -> int:
        """How many transactions of the store this one holds."""
        return len(self.txns) + bool(self.waiting)

    def write(self, docs: Documents, deletes: Collection[Key]) -> None:
        """Write one transaction of the store. Raises ValueError or TypeError for a document that cannot be kept."""
        self.forget()
        keys = sorted(docs)
        if keys and len(keys) < BULK and not deletes:
            given = _given(keys, docs)
            if self.waiting:
                self.settle()
            self.waiting = given
            return
        self.secure()
        if len(keys) >= BULK or not keys:
            txn = int(self.ask(_TXN)[0][0])
            self.counts.update(copy_in(self.connection, txn, keys, docs) if keys else {})
            forget(self.connection)
        else:
            put = self.ask(_PUT, _given(keys, docs))
            txn = int(put[0][2])
            self.counts.update({kind: new for kind, new, _ in put})
        gone: dict[str, int] = {}
        if deletes:
            named = sorted(deletes)
            gone = dict(self.ask(_DELETE, [kind for kind, _ in named], [ident for _, ident in named], txn))
            self.counts.subtract(gone)
        if keys or gone:
            self.txns.append(txn)

    # ---------------------------------------------------------------- ending

    def finish(self) -> int | None:
        """Take positions for what was written, count it, announce it and commit; return the last position, if there is one."""
        if self.waiting and self.txns:
            self.settle()
        note = (CHANNEL, self.schema)
        if self.trying and not self.waiting:
            self.secure()
        if self.trying:
            waiting, self.waiting = self.waiting, ""
            locks: Statement = (_EACH, (self._space, self.pledged or []))
            given = (*self._read(), waiting, *note)
            _, rows, _ = self._send([locks, (_FINISH_IF, given), (_COMMIT, ())])
            if not rows:
                raise Moved
            return int(rows[0][0])
        if self.waiting:
            waiting, self.waiting = self.waiting, ""
            last: Statement = (_PUT_AND_FINISH, (waiting, *note))
        elif self.txns:
            kinds = sorted(kind for kind, n in self.counts.items() if n)
            last = (_FINISH, (self.txns, kinds, [self.counts[kind] for kind in kinds], *note))
        else:
            return None
        rows, _ = self._send([last, (_COMMIT, ())])
        return int(rows[0][0])


def _given(keys: Sequence[Key], docs: Documents) -> str:
    """Documents as one JSON array, in the order of ``keys``."""
    made: list[bytes] = []
    for key in keys:
        kind, ident = map(_encode, key)
        doc, found = row(*docs[key])
        named = ",".join([one.hex() for one in found]).encode()
        made.append(b'{"kind":%b,"id":%b,"keys":"{%b}","doc":%b}' % (kind, ident, named, doc))
    return f"[{b','.join(made).decode()}]"
