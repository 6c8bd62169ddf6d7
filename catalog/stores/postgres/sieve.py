"""Which keys are surely not there: of the thirty-five thousand that a picture is asked for under, hardly any are.

A Bloom filter of two hashes and six bits a key, which lets fewer than one of twelve pass that are not there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ...duplicates.postings import Index, Keys

#: Bits of the filter for each key that it has room for.
_BITS = 6
#: Odd numbers that spread keys over 32 bits.
_SPREAD = (np.uint32(0x9E3779B1), np.uint32(0x85EBCA77))


class Sieve:
    """Has room for so many keys in each of ``bands``. Others may ask while keys are added: what was there stays there."""

    def __init__(self, bands: int, room: int) -> None:
        self.room, self.used = room, 0
        self._bits: list[npt.NDArray[np.uint8]] = [np.zeros(room * _BITS // 8 + 1, np.uint8) for _ in range(bands)]

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return sum(bits.nbytes for bits in self._bits)

    def add(self, bands: Sequence[Keys]) -> None:
        """Take more keys, as many in each band."""
        self.used += len(bands[0])
        for bits, keys in zip(self._bits, bands, strict=True):
            for spread in _SPREAD:
                byte, bit = self._cells(keys, spread)
                np.bitwise_or.at(bits, byte, np.uint8(1) << bit)

    def passing(self, band: int, keys: Keys) -> Index:
        """Return which of ``keys`` may be there: all that are, and few others."""
        some = np.arange(len(keys))
        for spread in _SPREAD:
            byte, bit = self._cells(keys[some], spread)
            some = some[np.flatnonzero(self._bits[band][byte] >> bit & np.uint8(1))]
        return some

    def _cells(self, keys: Keys, spread: np.uint32) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
        """The byte and the bit of each key, for one of the hashes."""
        cell = (keys * spread).astype(np.uint64) * np.uint64(self.room * _BITS) >> np.uint64(32)
        return cell >> np.uint64(3), (cell & np.uint64(7)).astype(np.uint8)
