"""What a process keeps of all corners: the sorted keys of each segment, and the corners of samples that no segment covers yet.

That is less than two kilobytes a picture, read once and then only what is new; which key is there, and how often, is told without
the server. Where the corners of a key are, the server is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection

from ...duplicates import postings
from ...duplicates.postings import Index, Keys, Offsets, Ordered
from . import segments, stretches
from .segments import Segment
from .sieve import Sieve
from .stretches import Bytes, Corners, Numbers

#: Keys of a band, and of each row the bytes of its places, in the order of the rows.
_KEYS = """
SELECT string_agg(keys, ''::bytea), string_agg(int4send(octet_length(places)), ''::bytea)
FROM (SELECT keys, places FROM corner_{} WHERE first = %s AND run >= %s AND run < %s ORDER BY run) AS row
"""
#: How much larger than needed a new sieve is, so that the next is not soon.
_SPARE = 1.25


class Moved(Exception):
    """A segment was merged into another one while it was asked: look again which there are."""


@dataclass(frozen=True)
class Known(Ordered):
    """The keys of one segment. ``starts`` are the positions, in each band, at which the rows on the server begin."""

    segment: Segment
    starts: tuple[Offsets, ...]


class Recent:
    """The corners of the samples from ``first`` on, by both keys."""

    def __init__(self, first: int, bands: Sequence[Corners]) -> None:
        self.first = first
        self._bands = bands

    @cached_property
    def _sorted(self) -> list[Corners]:
        return [corners.sorted() for corners in self._bands]

    def __len__(self) -> int:
        return len(self._bands[0])

    @cached_property
    def _ordered(self) -> Ordered:
        bits = postings.directory_bits(len(self))
        directories, lows = zip(*(postings.ordered(corners.keys, bits) for corners in self._sorted), strict=True)
        return Ordered(bits, directories, lows)

    def keys(self) -> list[Keys]:
        """All keys, band by band."""
        return [corners.keys for corners in self._bands]

    def looked_up(self, band: int, keys: Keys) -> tuple[Index, Offsets, Offsets]:
        """As :meth:`catalog.duplicates.postings.Ordered.looked_up`."""
        return self._ordered.looked_up(band, keys)

    def at(self, band: int, where: Offsets) -> tuple[Numbers, Bytes]:
        """The samples and poses of the corners at these positions."""
        found = self._sorted[band].only(where)
        return found.numbers, found.poses

    def since(self, first: int, more: Sequence[Corners] | None = None) -> Recent:
        """The same without the samples before ``first``, and with ``more``."""
        if first == self.first and more is None:
            return self
        kept = [corners.only(corners.numbers >= first) for corners in self._bands]
        parts = [[corners, *(() if more is None else (more[band],))] for band, corners in enumerate(kept)]
        return Recent(first, [stretches.together(some) for some in parts])


def _none() -> Recent:
    return Recent(1, [stretches.together([]) for _ in range(segments.BANDS)])


@dataclass(frozen=True, slots=True)
class Held:
    """All corners at one moment, and how many samples were ever added. Never changed: :meth:`level` makes another."""

    known: tuple[Known, ...] = ()
    recent: Recent = field(default_factory=_none)
    seen: int = 1
    sieve: Sieve = field(default_factory=lambda: Sieve(segments.BANDS, 0))

    @property
    def sources(self) -> list[Known | Recent]:
        """All that has corners."""
        return [*self.known, self.recent] if len(self.recent) else [*self.known]

    @property
    def total(self) -> int:
        """How many samples were ever added."""
        return self.seen - 1

    @property
    def size(self) -> int:
        """Bytes of memory that the keys take, those of the latest samples not counted, which are few."""
        parts = [part for one in self.known for part in (*one.directories, *one.lows, *one.starts)]
        return sum(part.nbytes for part in parts) + self.sieve.size

    def level(self, connection: Connection[Any], there: Sequence[Segment], seen: int) -> Held:
        """What there is of the segments ``there`` and samples numbered below ``seen``. Raises Moved."""
        old = {one.segment: one for one in self.known}
        known = tuple(old.get(segment) or _known(connection, segment) for segment in there if segment.held)
        first = segments.covered(there)
        begin = max(self.seen, first)
        more = segments.of_samples(connection, begin, seen) if seen > begin else None
        recent = self.recent.since(first, more)
        new = [one.keys() for one in known if one.segment.end > self.seen]
        if more is not None:
            new.append([corners.keys for corners in more])
        held = Held(known, recent, seen, self.sieve)
        wanted = self.sieve.used + sum(len(bands[0]) for bands in new)
        if wanted > self.sieve.room:
            new = [source.keys() for source in held.sources]
            held = replace(held, sieve=Sieve(segments.BANDS, int(_SPARE * sum(len(bands[0]) for bands in new))))
        for bands in new:
            held.sieve.add(bands)
        return held


def _known(connection: Connection[Any], segment: Segment) -> Known:
    directory = postings.directory_bits(segment.held)
    parts = []
    for band in range(segments.BANDS):
        bounds = [segment.first, band << segments.BAND, band + 1 << segments.BAND]
        row = connection.execute(_KEYS.format(segment.level).encode(), bounds, binary=True).fetchone()
        keys = stretches.keys_in(row[0] if row and row[0] else b"")
        sizes = np.frombuffer(row[1] if row and row[1] else b"", ">i4").astype(np.int64) // stretches.PLACE
        if len(keys) != segment.held or int(sizes.sum()) != segment.held:
            raise Moved
        parts.append((*postings.ordered(keys, directory), np.concatenate([[0], np.cumsum(sizes)])))
    directories, lows, starts = zip(*parts, strict=True)
    return Known(directory, directories, lows, segment, starts)


def pieces(known: Known, band: int, begin: Offsets, count: Offsets) -> npt.NDArray[np.int64]:
    """Where runs of corners lie on the server, in their order: the number of the row, the first byte (from 1 on) and the number
    of bytes, for each piece that is in one row."""
    starts = known.starts[band]
    first = np.searchsorted(starts, begin, "right") - 1
    last = np.searchsorted(starts, begin + count, "left") - 1
    row, run = postings.spread(first, last - first + 1)
    start = np.maximum(begin[run], starts[row])
    end = np.minimum((begin + count)[run], starts[row + 1])
    run_of = row + (band << segments.BAND)
    return np.stack([run_of, (start - starts[row]) * stretches.PLACE + 1, (end - start) * stretches.PLACE])
