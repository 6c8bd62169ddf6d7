"""Columns of hashes in this process, that near ones are looked for in: eight bytes a picture, read once and then kept level.

The limit on the 64 even signs of two hashes is so wide (15) that bands would leave one picture of twenty-four to be counted; a look
through the whole column takes a millisecond for a million. What it nominates is counted exactly by the server.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

_CHUNK = 1 << 15
#: What an array begins with: dimensions, no NULLs, the kind of its numbers; then how many there are, from 1 on.
_ARRAY, _EMPTY = struct.Struct("!iiiii"), struct.Struct("!iii")


class Column:
    """The even signs of hashes (64 bits), and the number of the sample that has each. Only grows."""

    def __init__(self) -> None:
        self._used = 0
        self._words: Words = np.empty(1 << 10, np.uint64)
        self._numbers: Numbers = np.empty(1 << 10, np.int64)

    def add(self, numbers: bytes, words: bytes) -> None:
        """Take more: both packed as the server sends them, eight bytes each, the most significant first."""
        new = np.frombuffer(numbers, ">i8")
        need = self._used + len(new)
        if need > len(self._words):
            size = max(need, 2 * len(self._words))
            self._words, self._numbers = np.resize(self._words, size), np.resize(self._numbers, size)
        self._words[self._used : need] = np.frombuffer(words, ">u8")
        self._numbers[self._used : need] = new
        self._used = need

    def near(self, word: int, most: int) -> Numbers:
        """The numbers of the samples whose word differs from ``word`` in at most so many bits, those gone since included."""
        found: list[Numbers] = []
        wanted = np.uint64(word)
        mixed, count = np.empty(_CHUNK, np.uint64), np.empty(_CHUNK, np.uint8)
        for start in range(0, self._used, _CHUNK):
            part = self._words[start : min(start + _CHUNK, self._used)]
            np.bitwise_xor(part, wanted, out=mixed[: len(part)])
            np.bitwise_count(mixed[: len(part)], out=count[: len(part)])
            found.append(self._numbers[np.flatnonzero(count[: len(part)] <= most) + start])
        return np.concatenate(found) if found else np.empty(0, np.int64)


class Whole:
    """Whole numbers on their way to the server, as an array in its own form: for thousands of them, far quicker than as text."""

    __slots__ = ("data",)
    size, kind = 8, 20

    def __init__(self, numbers: npt.NDArray[np.integer[Any]] | Sequence[int]) -> None:
        given = np.asarray(numbers, np.int64)
        parts = np.empty(len(given), [("length", ">i4"), ("value", f">i{self.size}")])
        parts["length"], parts["value"] = self.size, given
        head = _ARRAY.pack(1, 0, self.kind, len(given), 1) if len(given) else _EMPTY.pack(0, 0, self.kind)
        self.data = head + parts.tobytes()


class Small(Whole):
    """The same of numbers below 2**31, as the server's ``integer``."""

    __slots__ = ()
    size, kind = 4, 23


class _Dumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Whole) -> bytes:
        return obj.data


class _WholeDumper(_Dumper):
    oid = 1016


class _SmallDumper(_Dumper):
    oid = 1007


def teach(connection: Connection[Any]) -> None:
    """Let a connection take :class:`Whole` and :class:`Small` as parameters."""
    connection.adapters.register_dumper(Whole, _WholeDumper)
    connection.adapters.register_dumper(Small, _SmallDumper)
