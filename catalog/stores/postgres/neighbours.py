"""The samples of a shared catalogue's pictures, asked who shows the same photograph: :class:`~catalog.duplicates.base.Neighbours`.

Derived, and kept in the catalogue's database: the tables can be emptied and filled again with the same samples. ``sample`` has a
row for each picture, ``feature`` one for each corner of it (at most :data:`catalog.fingerprinting.features.POINTS`) with its
two keys, each indexed. Samples are numbered as they come, across processes, so that a reader asks for what is newer than what it
has seen.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from psycopg import Connection

from ...duplicates import eightfold, hamming, postings
from ...duplicates.base import CANDIDATES, Matching
from ...duplicates.index import FIRST, NEAR, worth
from ...duplicates.sample import Sample
from ...fingerprinting import features
from ...model import Fingerprint
from .columns import Column, Whole
from .connection import Database
from .votes import votes

#: Raised whenever the tables or what is kept in them change.
VERSION = 2
_TABLES = """
DROP TABLE IF EXISTS neighbour_meta, sample, feature;
CREATE TABLE neighbour_meta (version integer NOT NULL, epoch uuid NOT NULL DEFAULT gen_random_uuid(), next bigint NOT NULL);
CREATE TABLE sample (
    id text COLLATE "C" PRIMARY KEY, n bigint NOT NULL, pixels text COLLATE "C", dct bit(256), trimmed bit(256),
    first bigint, first_trimmed bigint, doc bytea NOT NULL
);
ALTER TABLE sample ALTER doc SET STORAGE EXTERNAL;
CREATE INDEX ON sample (n);
CREATE INDEX ON sample (pixels) WHERE pixels IS NOT NULL;
CREATE TABLE feature (key0 integer NOT NULL, key1 integer NOT NULL, n integer NOT NULL, pose smallint NOT NULL);
CREATE INDEX ON feature (key0);
CREATE INDEX ON feature (key1);
"""
_SAMPLE = "id", "n", "pixels", "dct", "trimmed", "first", "first_trimmed", "doc"
_ASKING = "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = force_custom_plan"
_FEATURE = struct.Struct("!hiiiiiiih")
_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Sample)


class PostgresNeighbours(Matching):
    """The samples in ``database``; their tables are made when they are not there. Safe to use from several threads and processes.

    When :meth:`add` or :meth:`discard` returns, the change is in the database, and every process sees it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._epoch, self._seen = "", 0
        self._columns = {"dct": Column(), "trimmed": Column()}
        if not self._is_current():
            with database.transaction() as connection:
                key = f"cutline neighbours {database.schema}"
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
                if not self._is_current():
                    connection.execute(_TABLES.encode())
                    connection.execute("INSERT INTO neighbour_meta (version, next) VALUES (%s, 1)", [VERSION])

    def _is_current(self) -> bool:
        there = (
            "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'neighbour_meta'"
        )
        return bool(self._database.fetch(there)) and self._database.fetch("SELECT version FROM neighbour_meta") == [
            (VERSION,)
        ]

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
        local = [features.unpack(sample.features) for sample in batch]
        if not batch:
            return
        with self._database.transaction() as connection:
            # The row stays locked until this is committed, so that numbers are seen in their order.
            taken = connection.execute(
                "UPDATE neighbour_meta SET next = next + %s RETURNING next", [len(batch)]
            ).fetchone()
            assert taken is not None
            first = int(taken[0]) - len(batch)
            _remove(connection, [sample.id for sample in batch])
            with connection.cursor().copy(f"COPY sample ({', '.join(_SAMPLE)}) FROM STDIN".encode()) as copy:
                for n, sample in enumerate(batch, first):
                    copy.write_row(_row(n, sample))
            with connection.cursor().copy("COPY feature (key0, key1, n, pose) FROM STDIN (FORMAT binary)") as copy:
                copy.write(_packed(first, local))

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples; no error when they are not there."""
        with self._database.transaction() as connection:
            _remove(connection, list(idents))

    def refresh(self) -> None:
        """Read the hashes that others have added, so that the next question need not."""
        with self._database.connection() as connection, self._lock:
            self._level(connection)

    @property
    def level(self) -> int:
        """The number of the next sample that this process has not read."""
        return self._seen

    def flush(self) -> None:
        """Do nothing: what was added is quick to ask and durable already."""

    # ------------------------------------------------------------ questions

    def promising(self, sample: Sample, limit: int = CANDIDATES) -> list[tuple[float, str]]:
        """Up to ``limit`` samples that may match, without ``sample.id`` itself: how much each promises, and its id. Most promising
        first; of equals those that were added first."""
        with self._database.transaction(_ASKING) as connection:
            if sample.fingerprint.flat:
                return [(0.0, ident) for ident in _flat_twins(connection, sample)[:limit]]
            promise = self.by_hash(connection, sample.fingerprint)
            for n, count in votes(connection, features.unpack(sample.features), self._total(connection)).items():
                promise[n] = promise.get(n, 0.0) + count
            named = connection.execute(
                "SELECT n, id FROM sample WHERE n = ANY(%s::bigint[]) AND id <> %s", [Whole(list(promise)), sample.id]
            ).fetchall()
        ranked = sorted(named, key=lambda item: (-promise[item[0]], item[0]))
        return [(promise[n], str(ident)) for n, ident in ranked[:limit]]

    def _total(self, connection: Connection[Any]) -> int:
        """How many samples were ever added."""
        row = connection.execute("SELECT next FROM neighbour_meta").fetchone()
        return int(row[0]) - 1 if row else 0

    def by_hash(self, connection: Connection[Any], fingerprint: Fingerprint) -> dict[int, float]:
        """Return, by the number of a sample, what its nearness promises: in any of the eight forms, with or without borders."""
        nominated: dict[str, tuple[list[int], list[str]]] = {}
        with self._lock:
            self._level(connection)
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

    def _level(self, connection: Connection[Any]) -> None:
        """Read the hashes that have come since; all, when the tables are others."""
        row = connection.execute("SELECT epoch::text, next FROM neighbour_meta").fetchone()
        if row is None or (row[0] == self._epoch and row[1] == self._seen):
            return
        if row[0] != self._epoch:
            self._epoch, self._seen = row[0], 0
            self._columns = {"dct": Column(), "trimmed": Column()}
        for name, first in (("dct", "first"), ("trimmed", "first_trimmed")):
            new = connection.execute(
                f"SELECT string_agg(int8send(n), ''::bytea), string_agg(int8send({first}), ''::bytea)"
                f" FROM sample WHERE n >= %s AND n < %s AND {first} IS NOT NULL".encode(),
                [self._seen, row[1]],
                binary=True,
            ).fetchone()
            if new is not None and new[0] is not None:
                self._columns[name].add(new[0], new[1])
        self._seen = int(row[1])


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


def _remove(connection: Connection[Any], idents: Sequence[str]) -> None:
    """Delete samples with their features, which are found by their keys."""
    gone = connection.execute("DELETE FROM sample WHERE id = ANY(%s) RETURNING n, doc", [list(idents)], binary=True)
    for n, doc in gone.fetchall():
        keys = postings.keys_of(features.unpack(_decoder.decode(doc).features).bits)[:, 0].tolist()
        connection.execute("DELETE FROM feature WHERE key0 = ANY(%s) AND n = %s", [keys, n])


def _row(n: int, sample: Sample) -> tuple[object, ...]:
    print_ = sample.fingerprint
    dct = "" if print_.flat else print_.dct
    trimmed = "" if print_.flat else print_.trimmed
    pixels = print_.pixels if print_.flat else None
    return sample.id, n, pixels, _bits(dct), _bits(trimmed), _first(dct), _first(trimmed), _encoder.encode(sample)


def _bits(digits: str) -> str | None:
    return f"{int(digits, 16):0256b}" if digits else None


def _first(digits: str) -> int | None:
    if not digits:
        return None
    value = int(eightfold.even(hamming.words([digits]))[0])
    return value - (1 << 64) if value >> 63 else value


def _packed(first: int, local: Sequence[features.Features]) -> bytes:
    """The features of samples numbered from ``first`` as PostgreSQL's binary COPY reads them."""
    parts = [b"PGCOPY\n\xff\r\n\x00" + bytes(8)]
    for n, one in enumerate(local, first):
        keys = postings.keys_of(one.bits).tolist()
        poses = postings.places_of(0, one).tolist()
        parts += [_FEATURE.pack(4, 4, a, 4, b, 4, n, 2, pose) for (a, b), pose in zip(keys, poses, strict=True)]
    return b"".join(parts) + b"\xff\xff"
