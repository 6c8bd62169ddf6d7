"""The samples of a shared catalogue's pictures, asked who shows the same photograph: :class:`~catalog.duplicates.base.Neighbours`.

Derived, and kept in the catalogue's database: the tables can be emptied and filled again with the same samples. ``sample`` has a
row for each picture, and :mod:`.segments` say where the corners are that have a key. Samples are numbered as they come, across
processes, so that a reader asks for what is newer than what it has seen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import msgspec
from psycopg import Connection

from ...duplicates import eightfold, hamming
from ...duplicates.base import CANDIDATES, Matching
from ...duplicates.index import FIRST, NEAR, worth
from ...duplicates.sample import Sample
from ...errors import Locked
from ...fingerprinting import features
from ...fingerprinting.features import Features
from ...model import Fingerprint
from . import segments
from .columns import Column, Whole
from .connection import Database
from .corners import Held, Moved
from .votes import votes

#: Raised whenever the tables or what is kept in them change.
VERSION = 3
_TABLES = f"""
DROP TABLE IF EXISTS neighbour_meta, sample, feature, {", ".join(segments.NAMES)};
CREATE TABLE neighbour_meta (version integer NOT NULL, epoch uuid NOT NULL DEFAULT gen_random_uuid(), next bigint NOT NULL);
CREATE TABLE sample (
    id text COLLATE "C" PRIMARY KEY, n bigint NOT NULL, pixels text COLLATE "C", dct bit(256), trimmed bit(256),
    first bigint, first_trimmed bigint, doc bytea NOT NULL
);
ALTER TABLE sample ALTER doc SET STORAGE EXTERNAL;
CREATE INDEX ON sample (n);
CREATE INDEX ON sample (pixels) WHERE pixels IS NOT NULL;
{segments.TABLES}"""
#: From version 2, which had a row for each corner: the samples stay as they are.
_FROM_ROWS = f"DROP TABLE feature; {segments.TABLES} UPDATE neighbour_meta SET version = {VERSION}"
_SAMPLE = "n", "id", "pixels", "dct", "trimmed", "first", "first_trimmed", "doc"
_REMOVE = "DELETE FROM sample WHERE id = ANY(%s)"
_STATE = f"SELECT epoch::text, next, {segments.LIST} FROM neighbour_meta".encode()
_ASKING = "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan"
#: How often the same is asked again when segments merge meanwhile: that takes thousands of pictures each time.
_TRIES = 10
_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Sample)


class PostgresNeighbours(Matching):
    """The samples in ``database``; their tables are made when they are not there. Safe to use from several threads and processes.

    When :meth:`add` or :meth:`discard` returns, the change is in the database, and every process sees it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._forget()
        if self._version() != VERSION:
            with database.transaction() as connection:
                key = f"cutline neighbours {database.schema}"
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
                found = self._version()
                if found == 2:
                    connection.execute(_FROM_ROWS.encode())
                elif found != VERSION:
                    connection.execute(_TABLES.encode())
                    connection.execute("INSERT INTO neighbour_meta (version, next) VALUES (%s, 1)", [VERSION])
        self._added = True  # perhaps by somebody who has died, or before there were segments
        self._settle()

    def _version(self) -> int | None:
        """The version of the tables that are there."""
        there = (
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'neighbour_meta'"
        )
        rows = self._database.fetch("SELECT version FROM neighbour_meta") if self._database.fetch(there) else []
        return int(rows[0][0]) if rows else None

    def _forget(self) -> None:
        """Begin anew: nothing has been read."""
        self._epoch = ""
        self._columns = {"dct": Column(), "trimmed": Column()}
        self._held = Held()

    def _settle(self) -> None:
        """Make segments of what this process has added, as soon as that is committed."""
        if self._added and not self._database.in_transaction():
            self._added = False
            segments.settle(self._database)

    # ------------------------------------------------------------ contents

    def __contains__(self, ident: object) -> bool:
        return bool(self._database.fetch("SELECT 1 FROM sample WHERE id = %s", [str(ident)]))

    def count(self) -> int:
        """How many samples the index holds."""
        return int(self._database.fetch("SELECT count(*) FROM sample")[0][0])

    def ids(self) -> list[str]:
        """All ids, sorted."""
        return [str(ident) for (ident,) in self._database.fetch("SELECT id FROM sample ORDER BY id")]

    def missing(self, idents: Iterable[str]) -> list[str]:
        """Those of ``idents`` that must be added (again)."""
        wanted = list(idents)
        held = {i for (i,) in self._database.fetch("SELECT id FROM sample WHERE id = ANY(%s)", [wanted])}
        return [ident for ident in wanted if ident not in held]

    def sample(self, ident: str) -> Sample:
        """Return one sample. Raises :class:`KeyError` when it is missing."""
        with self._database.connection() as connection:
            row = connection.execute("SELECT doc FROM sample WHERE id = %s", [ident], binary=True).fetchone()
        if row is None:
            raise KeyError(ident)
        return _decoder.decode(row[0])

    def add(self, samples: Iterable[Sample]) -> None:
        """Add samples; those with a known id are replaced. Raises :class:`ValueError` for a blob that does not unpack."""
        batch = list({sample.id: sample for sample in samples}.values())
        for sample in batch:
            features.unpack(sample.features)
        if not batch:
            return
        rows = [_row(sample) for sample in batch]
        with self._database.transaction() as connection:
            # The row stays locked until this is committed, so that numbers are seen in their order.
            taken = connection.execute(
                "UPDATE neighbour_meta SET next = next + %s RETURNING next", [len(batch)]
            ).fetchone()
            assert taken is not None
            first = int(taken[0]) - len(batch)
            connection.execute(_REMOVE, [[sample.id for sample in batch]])
            with connection.cursor().copy(f"COPY sample ({', '.join(_SAMPLE)}) FROM STDIN".encode()) as copy:
                for n, row in enumerate(rows, first):
                    copy.write_row((n, *row))
        self._added = True
        self._settle()

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples; no error when they are not there."""
        with self._database.transaction() as connection:
            connection.execute(_REMOVE, [list(idents)])

    def refresh(self) -> None:
        """Read the hashes that others have added, so that the next question need not."""
        self._settle()
        with self._database.connection() as connection:
            self._level(connection)

    @property
    def level(self) -> int:
        """The number of the next sample that this process has not read."""
        return self._held.seen

    @property
    def memory(self) -> int:
        """Bytes of memory that the keys of corners take in this process."""
        return self._held.size

    def flush(self) -> None:
        """Make what was added quick to ask; durable it is already. Inside a transaction that waits for the next question."""
        self._settle()

    # ------------------------------------------------------------ questions

    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, without ``sample.id`` itself: how much each promises, and its id. Most promising
        first; of equals those that were added first."""
        self._settle()
        with self._database.transaction(_ASKING) as connection:
            if sample.fingerprint.flat:
                return [(0.0, ident) for ident in _flat_twins(connection, sample)[:limit]]
            promise = self.by_hash(connection, sample.fingerprint)
            for n, count in self.by_corners(connection, features.unpack(sample.features)).items():
                promise[n] = promise.get(n, 0.0) + count
            named = connection.execute(
                "SELECT n, id FROM sample WHERE n = ANY(%s::bigint[]) AND id <> %s", [Whole(list(promise)), sample.id]
            ).fetchall()
        ranked = sorted(named, key=lambda item: (-promise[item[0]], item[0]))
        return [(promise[n], str(ident)) for n, ident in ranked[:limit]]

    def by_hash(self, connection: Connection[Any], fingerprint: Fingerprint) -> dict[int, float]:
        """Return, by the number of a sample, what its nearness promises: in any of the eight forms, with or without borders."""
        self._level(connection)
        nominated: dict[str, tuple[list[int], list[str]]] = {}
        with self._lock:
            for name, column in self._columns.items():
                numbers, forms = nominated.setdefault(name, ([], []))
                for own in filter(None, (fingerprint.dct, fingerprint.trimmed)):
                    for word, family in eightfold.families(own):
                        near = column.near(word, FIRST).tolist()
                        for form in family:
                            numbers += near
                            forms += [form] * len(near)
        promise: dict[int, float] = {}
        for name, (numbers, forms) in nominated.items():
            for n, apart in _distances(connection, name, numbers, forms) if numbers else ():
                promise[n] = max(promise.get(n, 0.0), worth(apart))
        return promise

    def by_corners(self, connection: Connection[Any], local: Features) -> dict[int, int]:
        """Return, by the number of a sample, how many corners it shares with the picture, if they are enough; some are gone."""
        for _ in range(_TRIES):
            held = self._level(connection)
            try:
                return votes(connection, held, local)
            except Moved:
                continue
        raise Locked(self._database.url)

    def _level(self, connection: Connection[Any]) -> Held:
        """Read what has come since; all, when the tables are others. Return what is known of corners."""
        with self._lock:
            for _ in range(_TRIES):
                row = connection.execute(_STATE).fetchone()
                assert row is not None
                epoch, seen, there = str(row[0]), int(row[1]), segments.listed(row[2])
                if epoch != self._epoch or seen < self._held.seen:
                    self._forget()
                try:
                    held = self._held.level(connection, there, seen)
                except Moved:
                    continue
                if seen > self._held.seen:
                    self._read_hashes(connection, seen)
                self._epoch, self._held = epoch, held
                return held
        raise Locked(self._database.url)

    def _read_hashes(self, connection: Connection[Any], seen: int) -> None:
        for name, first in (("dct", "first"), ("trimmed", "first_trimmed")):
            new = connection.execute(
                f"SELECT string_agg(int8send(n), ''::bytea), string_agg(int8send({first}), ''::bytea)"
                f" FROM sample WHERE n >= %s AND n < %s AND {first} IS NOT NULL".encode(),
                [self._held.seen, seen],
                binary=True,
            ).fetchone()
            if new is not None and new[0] is not None:
                self._columns[name].add(new[0], new[1])


def _distances(connection: Connection[Any], name: str, numbers: list[int], forms: list[str]) -> list[tuple[int, int]]:
    """(number, distance) of the pairs of samples and hashes that are near, for samples that are still there."""
    return connection.execute(
        f"SELECT n, apart FROM (SELECT s.n, bit_count(s.{name} # ('x' || asked.form)::bit(256)) AS apart"
        f" FROM unnest(%s::bigint[], %s::text[]) AS asked (n, form) JOIN sample s ON s.n = asked.n) AS found"
        f" WHERE apart <= {NEAR}".encode(),
        [Whole(numbers), "{" + ",".join(forms) + "}"],
        binary=True,
    ).fetchall()


def _flat_twins(connection: Connection[Any], sample: Sample) -> list[str]:
    """Of a picture without structure: those with the same pixels."""
    twins = connection.execute(
        "SELECT id FROM sample WHERE pixels = %s AND id <> %s ORDER BY n", [sample.fingerprint.pixels, sample.id]
    )
    return [str(ident) for (ident,) in twins]


def _row(sample: Sample) -> tuple[object, ...]:
    print_ = sample.fingerprint
    dct = "" if print_.flat else print_.dct
    trimmed = "" if print_.flat else print_.trimmed
    pixels = print_.pixels if print_.flat else None
    return sample.id, pixels, _bits(dct), _bits(trimmed), _first(dct), _first(trimmed), _encoder.encode(sample)


def _bits(digits: str) -> str | None:
    return f"{int(digits, 16):0256b}" if digits else None


def _first(digits: str) -> int | None:
    if not digits:
        return None
    value = int(eightfold.even(hamming.words([digits]))[0])
    return value - (1 << 64) if value >> 63 else value
