"""Segments of corners in the database: made of samples that have come, and merged when four of a size are there.

A segment holds the corners of the samples in a range of numbers, sorted by key, once by each of the two keys, as rows of
:mod:`.stretches`. Each size has a table of its own: when its segments become one of the next size, it is emptied, which leaves
nothing for the server to clean up. Samples that no segment covers yet are few; whoever asks reads their corners from the samples
themselves. So what is committed with a sample is all there is to see, and segments only make it quicker.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from psycopg import Connection, errors

from ...duplicates import postings
from ...duplicates.sample import Sample
from ...fingerprinting import features
from . import stretches
from .connection import Database
from .stretches import Corners

#: Samples of the smallest segment, how many segments become one, and the sizes there are; those of the last are left.
SMALLEST, FAN, LEVELS = 512, 4, 4
#: The two keys of a corner, each with rows of its own: their numbers are ``band << BAND`` and more.
BANDS, BAND = 2, 24
#: Made before, dropped with the rest: see :data:`.neighbours.VERSION`.
NAMES = ("corner_segment", *(f"corner_{level}" for level in range(LEVELS)))
_ROWS = """
CREATE TABLE {0} (
    first bigint NOT NULL, run integer NOT NULL, keys bytea NOT NULL, places bytea NOT NULL, PRIMARY KEY (run, first)
);
ALTER TABLE {0} ALTER keys SET STORAGE PLAIN, ALTER places SET STORAGE PLAIN;
"""
#: ``held`` is how many corners there are in each band.
TABLES = """
CREATE TABLE corner_segment (first bigint PRIMARY KEY, "end" bigint NOT NULL, level smallint NOT NULL, held integer NOT NULL);
""" + "".join(map(_ROWS.format, NAMES[1:]))
#: Samples that are read at a time.
_STEP = 512
_GONE = f"""
UPDATE corner_segment AS s SET held = 0 WHERE level = {LEVELS - 1} AND held > 0
    AND NOT EXISTS (SELECT FROM sample WHERE n >= s.first AND n < s."end") RETURNING first
"""
_HEAD, _END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
_ROW, _LENGTH = struct.Struct("!hiqiii"), struct.Struct("!i")
_decoder = msgspec.msgpack.Decoder(Sample)


class Segment(NamedTuple):
    """Which samples a segment covers (``first`` to ``end``, exclusive), in which table, and its corners in each band."""

    first: int
    end: int
    level: int
    held: int


#: What a question may select to be told of all segments in one value, for :func:`listed`.
LIST = """(SELECT string_agg(concat_ws(' ', first, "end", level, held), ',' ORDER BY first) FROM corner_segment)"""


def listed(told: str | None) -> list[Segment]:
    """Return the segments of which :data:`LIST` tells, in the order of their samples."""
    return [Segment(*map(int, one.split())) for one in told.split(",")] if told else []


def covered(segments: Sequence[Segment]) -> int:
    """The number of the first sample that none of the segments covers."""
    return max((segment.end for segment in segments), default=1)


def size(level: int) -> int:
    """How many samples a segment of this level covers."""
    return int(SMALLEST * FAN**level)


def settle(database: Database) -> None:
    """Make segments of what has come and merge them, each in a transaction of its own, as long as there is something to do.

    Nobody waits for that: who adds does not touch these tables, and where another process is at it already, it is left to that.
    Not to be called inside a transaction.
    """
    while _step(database):
        pass


def _step(database: Database) -> bool:
    with database.transaction() as connection:
        alone = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        taken = connection.execute(alone, [f"cutline corners {database.schema}"]).fetchone()
        told = connection.execute(f"SELECT next, {LIST} FROM neighbour_meta".encode()).fetchone()
        if taken is None or not taken[0] or told is None:
            return False
        segments = listed(told[1])
        connection.execute("SET LOCAL statement_timeout = 0")
        of_size = [[one for one in segments if one.level == level] for level in range(LEVELS)]
        full = next((some for some in of_size[:-1] if len(some) >= FAN), None)
        if full is not None:
            _merge(connection, full)
            return True
        first = covered(segments)
        level = _waiting(int(told[0]) - first, [len(some) for some in of_size])
        if level is None:
            return False
        end = first + size(level)
        _write(connection, Segment(first, end, level, 0), of_samples(connection, first, end))
        return True


def _waiting(samples: int, there: Sequence[int]) -> int | None:
    """The level of the next segment that is made of samples: the largest that they fill, after no smaller ones; ``None`` for
    too few."""
    found = None
    for level in range(LEVELS - 1):
        if samples < size(level):
            break
        found = level
        if there[level]:  # what is larger comes before these
            break
    return found


def of_samples(connection: Connection[Any], first: int, end: int) -> list[Corners]:
    """Read the corners of the samples numbered ``first`` to ``end`` (exclusive) that are there: by either key, not sorted."""
    parts: list[list[Corners]] = [[] for _ in range(BANDS)]
    query = "SELECT n, doc FROM sample WHERE n >= %s AND n < %s ORDER BY n"
    for begin in range(first, end, _STEP):
        bounds = [begin, min(end, begin + _STEP)]
        for n, doc in connection.execute(query, bounds, binary=True).fetchall():
            local = features.unpack(_decoder.decode(doc).features)
            keys = postings.keys_of(local.bits)
            poses = postings.places_of(0, local).astype(np.uint8)
            for band, some in enumerate(parts):
                some.append(Corners(keys[:, band], np.full(len(keys), n, np.uint32), poses))
    return [stretches.together(some) for some in parts]


def _merge(connection: Connection[Any], segments: Sequence[Segment]) -> None:
    """Make one segment of all of a size, without the samples that are gone."""
    first, end, level = segments[0].first, segments[-1].end, segments[0].level
    numbers = connection.execute("SELECT n FROM sample WHERE n >= %s AND n < %s", [first, end]).fetchall()
    there = np.zeros(end - first, np.bool_)
    there[[n - first for (n,) in numbers]] = True
    connection.execute('DELETE FROM corner_segment WHERE first >= %s AND "end" <= %s', [first, end])
    parts = (
        stretches.together([_read(connection, segment, band) for segment in segments if segment.held])
        for band in range(BANDS)
    )
    living = (part.only(there[part.numbers - np.uint32(first)]) for part in parts)
    _write(connection, Segment(first, end, level + 1, 0), living)
    try:
        with connection.transaction():  # readers are waited for, but not a backup
            connection.execute("SET LOCAL lock_timeout = '500ms'")
            connection.execute(f"TRUNCATE corner_{level}".encode())
    except errors.LockNotAvailable:
        connection.execute(f"DELETE FROM corner_{level}".encode())
    gone = [first for (first,) in connection.execute(_GONE.encode()).fetchall()]
    connection.execute(f"DELETE FROM corner_{LEVELS - 1} WHERE first = ANY(%s)".encode(), [gone])


def _read(connection: Connection[Any], segment: Segment, band: int) -> Corners:
    """All corners of a segment by one of their keys."""
    rows = connection.execute(
        f"SELECT keys, places FROM corner_{segment.level} WHERE first = %s AND run >= %s AND run < %s ORDER BY run".encode(),
        [segment.first, band << BAND, band + 1 << BAND],
        binary=True,
    ).fetchall()
    keys = stretches.keys_in(b"".join(row[0] for row in rows))
    numbers, poses = stretches.places_in(b"".join(row[1] for row in rows))
    return Corners(keys, numbers + np.uint32(segment.first), poses)


def _write(connection: Connection[Any], segment: Segment, bands: Iterator[Corners] | Sequence[Corners]) -> None:
    held = 0
    table = f"corner_{segment.level}"
    with connection.cursor() as cursor:
        for band, corners in enumerate(bands):
            held = len(corners)
            with cursor.copy(f"COPY {table} (first, run, keys, places) FROM STDIN (FORMAT binary)".encode()) as copy:
                copy.write(_HEAD)
                for run, (keys, places) in enumerate(stretches.rows(corners.sorted(), segment.first), band << BAND):
                    head = _ROW.pack(4, 8, segment.first, 4, run, len(keys))
                    copy.write(b"".join((head, keys, _LENGTH.pack(len(places)), places)))
                copy.write(_END)
    connection.execute("INSERT INTO corner_segment VALUES (%s, %s, %s, %s)", [*segment[:3], held])
