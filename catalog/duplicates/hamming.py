"""Exact neighbours among binary hashes: a flat scan for one query, bands for joining a set with itself.

Hashes are rows of unsigned 64-bit words; distances are numbers of differing bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.intp]

#: Words that are compared in one go: they stay in the processor's cache.
_CHUNK = 1 << 15


def words(hexes: list[str]) -> Words:
    """Hexadecimal hashes of one length (a multiple of 16 digits) as n x (digits / 16) words."""
    if not hexes:
        return np.zeros((0, 1), np.uint64)
    raw = np.frombuffer(bytes.fromhex("".join(hexes)), dtype=">u8").astype(np.uint64)
    return raw.reshape(len(hexes), -1)


def distances(query: Words, table: Words) -> npt.NDArray[np.uint16]:
    """Distances of one hash (its words) to every row of ``table``."""
    total: npt.NDArray[np.uint16] = np.bitwise_count(table[:, 0] ^ query[0]).astype(np.uint16)
    for word in range(1, table.shape[1]):
        total += np.bitwise_count(table[:, word] ^ query[word])
    return total


def scan(queries: Words, column: Words, most: int) -> list[Rows]:
    """For each of some words, the places in ``column`` (one word each) of those at most ``most`` bits away, in order."""
    near: list[list[Rows]] = [[np.zeros(0, np.intp)] for _ in queries]
    size = min(_CHUNK, len(column))
    mixed, count, close = np.empty(size, np.uint64), np.empty(size, np.uint8), np.empty(size, np.bool_)
    for start in range(0, len(column), _CHUNK):
        part = column[start : start + _CHUNK]
        end = len(part)
        for found, query in zip(near, queries, strict=True):
            np.bitwise_xor(part, query, out=mixed[:end])
            np.bitwise_count(mixed[:end], out=count[:end])
            np.less_equal(count[:end], most, out=close[:end])
            found.append(np.flatnonzero(close[:end]) + start)
    return [np.concatenate(found) for found in near]


def within(query: Words, table: Words, radius: int) -> tuple[Rows, npt.NDArray[np.uint16]]:
    """Rows of ``table`` (n x words) at most ``radius`` from ``query``, in order, with their distances.

    The first word is read of all rows, the others only where it is near enough.
    """
    [rows] = scan(query[:1], table[:, 0], radius)
    exact = distances(query, table[rows]) if len(rows) else np.zeros(0, np.uint16)
    kept = exact <= radius
    return rows[kept], exact[kept]


def self_join(codes: Words, radius: int) -> tuple[Rows, Rows, npt.NDArray[np.uint8]]:
    """All pairs (i < j) of 64-bit ``codes`` (one-dimensional) at most ``radius`` apart, with their distances. Exact.

    Pigeonholes: cut into k bands, two hashes within the radius are within ``radius // k`` in at least one. Each band is
    a counting-sorted table that is looked up under every mask of at most that many bits. A pair is reported by the
    first band that finds it.
    """
    found: list[tuple[Rows, Rows, npt.NDArray[np.uint8]]] = []
    bands = band_layout(len(codes), radius)
    for number, (shift, width) in enumerate(bands):
        slack = radius // len(bands)
        keys = band_keys(codes, shift, width)
        found.extend(join_band(codes, radius, bands[:number], keys, width, slack, masks(width, slack)))
    if not found:
        none = np.zeros(0, np.intp)
        return none, none, np.zeros(0, np.uint8)
    left, right, apart = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((right, left))
    return left[order], right[order], apart[order]


def band_layout(n: int, radius: int) -> list[tuple[int, int]]:
    """Return (shift, width) of the bands for which the fewest look-ups and comparisons are expected among ``n`` random codes."""

    def cost(k: int) -> float:
        width = 64 // k
        masks = sum(comb(width, bits) for bits in range(radius // k + 1))
        return float(k * masks * n * (1 + n / 2**width))

    # Tables of more than 2**22 slots cost more than they save.
    k = min(range(3, 17), key=cost)
    base, extra = divmod(64, k)
    bands, shift = [], 0
    for number in range(k):
        width = base + (number < extra)
        bands.append((shift, width))
        shift += width
    return bands


def band_keys(codes: Words, shift: int, width: int) -> npt.NDArray[np.uint32]:
    """Return the bits of one band of each code."""
    return np.asarray((codes >> np.uint64(shift)).astype(np.uint32) & np.uint32((1 << width) - 1))


def join_band(
    codes: Words,
    radius: int,
    before: Sequence[tuple[int, int]],
    keys: npt.NDArray[np.uint32],
    width: int,
    slack: int,
    differing: Iterable[int],
) -> Iterator[tuple[Rows, Rows, npt.NDArray[np.uint8]]]:
    """Yield the pairs whose ``keys`` (of ``width`` bits) in a band differ by one of the masks ``differing``, leaving out those that
    a band ``before`` has found (bits there at most ``slack`` apart)."""
    band = _Band(keys, width)
    sorted_codes = codes[band.order]
    for mask in differing:
        for lower, upper in band.pairs(mask):
            mixed = sorted_codes[lower] ^ sorted_codes[upper]
            apart = np.bitwise_count(mixed)
            near = np.flatnonzero(apart <= radius)
            near = near[_first_found(mixed[near], before, slack)]
            if len(near):
                left, right = band.order[lower[near]], band.order[upper[near]]
                yield np.minimum(left, right), np.maximum(left, right), apart[near]


class _Band:
    """The keys of one band as a counting-sorted table; positions are in key order."""

    def __init__(self, keys: npt.NDArray[np.uint32], width: int) -> None:
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]
        self.starts = np.zeros((1 << width) + 1, np.uint32)
        np.cumsum(np.bincount(keys, minlength=1 << width), out=self.starts[1:])
        self._used = np.diff(self.starts) > 0
        self._without: dict[int, npt.NDArray[np.uint32]] = {}

    def pairs(self, mask: int) -> Iterator[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]]:
        """Positions of the pairs whose keys differ by exactly ``mask``, each once."""
        if mask == 0:
            # Behind each position, the rest of its own bucket.
            who = np.arange(len(self.keys), dtype=np.uint32)
            first = who + np.uint32(1)
            count = self.starts[self.keys + np.uint32(1)] - first
        else:
            who = self._clear(1 << (mask.bit_length() - 1))
            partner = self.keys[who] ^ np.uint32(mask)
            some = np.flatnonzero(self._used[partner])
            who, partner = who[some], partner[some]
            first = self.starts[partner]
            count = self.starts[partner + np.uint32(1)] - first
        yield from _expand(who, first, count)

    def _clear(self, bit: int) -> npt.NDArray[np.uint32]:
        """Positions whose keys lack ``bit``: of two keys that differ by a mask, the one without its highest bit."""
        if bit not in self._without:
            self._without[bit] = np.flatnonzero((self.keys & np.uint32(bit)) == 0).astype(np.uint32)
        return self._without[bit]


def _first_found(mixed: Words, before: Sequence[tuple[int, int]], slack: int) -> npt.NDArray[np.bool_]:
    """Which differences no earlier band has found."""
    new = np.ones(len(mixed), bool)
    for shift, width in before:
        band = (mixed >> np.uint64(shift)) & np.uint64((1 << width) - 1)
        new &= np.bitwise_count(band) > slack
    return new


def masks(width: int, slack: int) -> Iterator[int]:
    """Yield every mask of at most ``slack`` of ``width`` bits."""
    for bits in range(slack + 1):
        for places in combinations(range(width), bits):
            yield sum(1 << place for place in places)


def _expand(
    who: npt.NDArray[np.uint32], first: npt.NDArray[np.uint32], count: npt.NDArray[np.uint32], most: int = 1 << 22
) -> Iterator[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]]:
    """Each ``who`` with first, first + 1, ..., ``count`` of them, in portions of bounded size."""
    ends = np.cumsum(count, dtype=np.int64)
    start = 0
    while start < len(who):
        base = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, base + most, side="right")))
        times = count[start:stop]
        left = np.repeat(who[start:stop], times)
        before = np.asarray(ends[start:stop] - times - base, np.uint32)
        right = np.repeat(first[start:stop] - before, times) + np.arange(len(left), dtype=np.uint32)
        yield left, np.asarray(right, np.uint32)
        start = stop
