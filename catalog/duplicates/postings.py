"""Which pictures have a feature like this one: sorted, memory-mapped lists of (key, place), a few files that merge.

A key is ``KEY_BITS`` bits of a descriptor. Corners that correspond differ in about a tenth of their bits, so a look-up
also asks for every key that differs in one bit. A segment file holds, for a run of rows, the keys' high bits as a
directory of offsets, their low bits as one byte (two in smaller segments) and the place of each (its row and its pose)
as four bytes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..fingerprinting.features import Features

KEY_BITS = 30
#: First byte of each key within a descriptor (the upper 30 bits of four bytes).
_BANDS = (0, 4)
#: Lists longer than this share of all rows (and than ``_FEW``) say nothing: a pattern that everything has.
_COMMON, _FEW = 1 / 400, 64
#: Features of others that one form of a picture is compared with in one band, at most.
HITS = 200_000
#: Segments of up to this many postings hold a map of their keys in memory: making it takes a moment.
_MAPPED = 1 << 21

#: Cells of that map for each posting, as a power of two: 8 at least and 16 at most, so one byte or two.
_ROOM = 3

#: Bits that a directory may have, and the postings for each of its entries: the fewest bits such that there are no more. So a
#: directory takes half a kilobyte a picture at most, and from the most bits on lows take one byte.
_DIRECTORIES, _PER_ENTRY = (14, 15, 16, 17, 18, 19, 20, 22), 9

#: Features in the same entries of a directory, for each key, up to which all are looked at: above, a search is quicker.
_SCANNED = 16

_HEADER = struct.Struct("<8sIIQII")
_MAGIC = b"CUTPOST1"

Keys = npt.NDArray[np.uint32]
#: Where a feature is: its row << 8 | its pose (level << 5 | turn), see :mod:`catalog.fingerprinting.features`.
Places = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Index = npt.NDArray[np.intp]


def keys_of(bits: npt.NDArray[np.uint8]) -> Keys:
    """The keys of descriptors (n x 16 bytes): n x number of bands. Bands do not share keys: each has its own space."""
    if not len(bits):
        return np.zeros((0, len(_BANDS)), np.uint32)
    wide = np.ascontiguousarray(bits).view(">u4").astype(np.uint32)
    return np.stack([wide[:, at // 4] >> np.uint32(32 - KEY_BITS) for at in _BANDS], axis=1)


def probes(keys: Keys) -> Keys:
    """Each of the n keys and all that differ from it in one bit: first all as they are, then all with the lowest bit turned, and
    so on, so that the i-th is made of key i % n."""
    flips = np.concatenate([[0], 1 << np.arange(KEY_BITS)]).astype(np.uint32)
    return (flips[:, None] ^ keys).reshape(-1)


def most_of(rows: int) -> int:
    """Return how many features of a catalogue that was given so many rows may share a key that still says something."""
    return max(_FEW, int(rows * _COMMON))


def telling(asked: Keys, count: Offsets, rows: int) -> npt.NDArray[np.bool_]:
    """Which of the keys ``asked``, in this order, are listened to, where each has ``count`` features in a catalogue of ``rows``.

    Those that are not common (:func:`most_of`), up to the key with which more than :data:`HITS` features have been looked at: of a
    common key one more than may share it, of others all, of a key that comes again none. So what a picture costs is bounded,
    however large the catalogue is; and every engine that counts alike listens to the same.
    """
    most = most_of(rows)
    uncommon = count <= most
    if int(count.sum()) <= HITS:
        return np.asarray(uncommon)
    _, first, again = np.unique(asked, return_index=True, return_inverse=True)
    read = np.zeros(len(asked), np.int64)
    read[first] = np.minimum(count[first], most + 1)
    return np.asarray(uncommon & (np.cumsum(read) <= HITS)[first][again])


def places_of(row: int, features: Features) -> Places:
    """The places of a picture's features; ``row`` is below 2**24."""
    pose = features.levels.astype(np.uint32) << np.uint32(5) | features.turns
    return np.asarray(np.uint32(row << 8) | pose, np.uint32)


@dataclass(frozen=True)
class Ordered:
    """The sorted keys of a run of rows, for one band after the other: their high bits as a directory, their low bits in a list."""

    directory_bits: int
    directories: tuple[npt.NDArray[np.uint32], ...]
    lows: tuple[npt.NDArray[np.unsignedinteger], ...]

    def keys(self) -> list[Keys]:
        """All keys in their order, band by band."""
        shift = np.uint32(KEY_BITS - self.directory_bits)
        every = np.arange(1 << self.directory_bits, dtype=np.uint32)
        return [
            np.repeat(every, np.diff(directory)) << shift | low.astype(np.uint32)
            for directory, low in zip(self.directories, self.lows, strict=True)
        ]

    def looked_up(self, band: int, keys: Keys) -> tuple[Index, Offsets, Offsets]:
        """Where the features lie that have one of ``keys``: for each key that is there its index, where its run begins among
        all and how many they are."""
        shift = np.uint32(KEY_BITS - self.directory_bits)
        directory, low = self.directories[band], self.lows[band]
        high = keys >> shift
        start = directory[high]
        end = directory[high + np.uint32(1)]
        some = np.flatnonzero(end > start)
        rest = keys[some] & np.uint32((1 << int(shift)) - 1)
        sizes = (end[some] - start[some]).astype(np.int64)
        if int(sizes.sum()) <= _SCANNED * len(keys):
            where, which = spread(start[some].astype(np.int64), sizes)
            hit = np.flatnonzero(low[where] == rest[which])
            which = which[hit]
            run = np.flatnonzero(np.diff(which, prepend=-1))
            return some[which[run]], where[hit[run]], np.diff(run, append=len(hit))
        begin = _bound(low, start[some], end[some], rest)
        # Nearly none are there: what is no hit needs no end of its run.
        hit = np.flatnonzero((begin < end[some]) & (low.take(begin, mode="clip") == rest))
        some, rest, begin = some[hit], rest[hit], begin[hit]
        return some, begin, _bound(low, begin, end[some].astype(np.int64), rest + np.uint32(1)) - begin


@dataclass(frozen=True)
class Segment(Ordered):
    """One sorted file over rows ``first`` to ``end`` (exclusive), for one band after the other."""

    path: Path
    first: int
    end: int
    places: tuple[Places, ...]

    def runs(self, band: int, keys: Keys) -> tuple[Index, Offsets, Offsets]:
        """As :meth:`looked_up`, in a small segment by way of a map of what is there."""
        if len(self.lows[band]) > _MAPPED:
            return self.looked_up(band, keys)
        some = self._mapped(band, keys)
        which, begin, count = self.looked_up(band, keys[some])
        return some[which], begin, count

    def at(self, band: int, where: Offsets) -> Places:
        """The places at these positions."""
        return np.asarray(self.places[band][where], np.uint32)

    @cached_property
    def _maps(self) -> list[npt.NDArray[np.uint8]]:
        """Which upper bits the keys of a small segment have, band by band: a bit for each that there may be."""
        maps = []
        for keys in self.keys():
            bits = min(KEY_BITS, len(keys).bit_length() + _ROOM)
            there = np.zeros(1 << bits, np.bool_)
            there[keys >> np.uint32(KEY_BITS - bits)] = True
            maps.append(np.packbits(there, bitorder="little"))
        return maps

    def _mapped(self, band: int, keys: Keys) -> Index:
        """Which of ``keys`` may be there: a few. Looking that up is much quicker than searching for each."""
        there = self._maps[band]
        cells = keys >> np.uint32(KEY_BITS + 1 - (8 * len(there)).bit_length())
        marks = there[cells >> np.uint32(3)] >> (cells & np.uint32(7)).astype(np.uint8)
        return np.flatnonzero(marks & np.uint8(1))


def ordered(keys: Keys, directory: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.unsignedinteger]]:
    """The directory, of so many bits, and the low bits of sorted keys."""
    shift = KEY_BITS - directory
    offsets = np.zeros((1 << directory) + 1, "<u4")
    np.cumsum(np.bincount(keys >> np.uint32(shift), minlength=1 << directory), out=offsets[1:])
    return offsets, (keys & np.uint32((1 << shift) - 1)).astype(_low_type(directory))


def spread(begin: Offsets, count: Offsets) -> tuple[Offsets, Index]:
    """All positions in runs of ``count`` from ``begin`` on, and for each which run it is in."""
    which = np.repeat(np.arange(len(count)), count)
    return (begin - np.cumsum(count) + count)[which] + np.arange(len(which)), which


def _bound(low: npt.NDArray[np.unsignedinteger], start: Offsets, stop: Offsets, rest: Keys) -> Offsets:
    """First position in each [start, stop) whose low part is not below ``rest``: a binary search for all at once."""
    begin, left = start.astype(np.int64), stop.astype(np.int64)
    left -= begin
    for _ in range(int(left.max(initial=0)).bit_length()):
        half = left >> 1
        middle = begin + half
        below = (low.take(middle, mode="clip") < rest) & (left > 0)
        np.copyto(begin, middle + 1, where=below)
        left -= half + 1
        np.copyto(left, half, where=~below)
    return begin


def write(path: Path, first: int, end: int, bands: Sequence[tuple[Keys, Places]]) -> None:
    """Write a segment of the postings of rows ``first`` to ``end``, band by band: to a temporary file, synced, renamed."""
    n = len(bands[0][0])
    directory = directory_bits(n)
    crc = 0
    temporary = path.with_suffix(".tmp")
    with open(temporary, "wb") as file:
        file.write(bytes(_HEADER.size))
        for keys, places in bands:
            order = np.argsort(keys, kind="stable")
            offsets, low = ordered(keys[order], directory)
            for part in (
                offsets.tobytes(),
                places[order].astype("<u4").tobytes(),
                low.tobytes() + bytes(-low.nbytes % 4),
            ):
                crc = zlib.crc32(part, crc)
                file.write(part)
        file.seek(0)
        file.write(_HEADER.pack(_MAGIC, first, end, n, directory, crc))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def directory_bits(count: int) -> int:
    """How many bits the directory of so many postings has."""
    return next((bits for bits in _DIRECTORIES if count <= _PER_ENTRY << bits), _DIRECTORIES[-1])


def _low_type(directory_bits: int) -> np.dtype[np.unsignedinteger]:
    return np.dtype("<u1" if KEY_BITS - directory_bits <= 8 else "<u2")


def read(path: Path, *, check: bool = False) -> Segment:
    """Map a segment. Raises :class:`ValueError` when it is not whole; ``check`` also reads all of it against its sum."""
    if path.stat().st_size < _HEADER.size:
        raise ValueError(f"{path.name} is torn")
    data = np.asarray(
        np.memmap(path, np.uint8, "r")
    )  # as a plain array: each part of a memmap costs as much as a search
    magic, first, end, n, directory_bits, crc = _HEADER.unpack(data[: _HEADER.size].tobytes())
    low_type = _low_type(directory_bits)
    low_bytes = n * low_type.itemsize
    sizes = (4 * ((1 << directory_bits) + 1), 4 * n, low_bytes + -low_bytes % 4)
    if magic != _MAGIC or directory_bits not in _DIRECTORIES or len(data) != _HEADER.size + len(_BANDS) * sum(sizes):
        raise ValueError(f"{path.name} is not a whole segment")
    if check and zlib.crc32(data[_HEADER.size :].tobytes()) != crc:
        raise ValueError(f"{path.name} is damaged")
    directories, lows, places = [], [], []
    at = _HEADER.size
    for _ in _BANDS:
        directories.append(data[at : at + sizes[0]].view("<u4"))
        places.append(data[at + sizes[0] : at + sizes[0] + sizes[1]].view("<u4"))
        lows.append(data[at + sizes[0] + sizes[1] : at + sizes[0] + sizes[1] + low_bytes].view(low_type))
        at += sum(sizes)
    return Segment(directory_bits, tuple(directories), tuple(lows), path, first, end, tuple(places))


def entries(segment: Segment) -> list[tuple[Keys, Places]]:
    """All (keys, places) of a segment, band by band."""
    return [(keys, np.asarray(places)) for keys, places in zip(segment.keys(), segment.places, strict=True)]
