"""Corners as the rows of a segment: stretches of neighbouring keys, packed; as many to a row as fill a quarter of a page.

A corner takes three bytes for where it is, the number of its sample less the segment's first and its pose, and the way from
the key before it in seven bits a byte: two bytes in a segment of a thousand pictures, one of sixty thousand. Nothing here
speaks to the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...duplicates.postings import Keys

#: Samples that a segment may reach over: their numbers are kept in two bytes.
REACH = 1 << 16
#: Bytes of places in a corner's row.
PLACE = 3
#: Bytes of a row's two columns, but for the last corner's: with the 44 around them and padding, four rows fill a page.
_ROW = 1_976

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Corners:
    """Corners by one of their keys: the key, the number of the sample and the pose (level << 5 | turn) of each."""

    keys: Keys
    numbers: Numbers
    poses: Bytes

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Corners:
        """Those of them, in this order."""
        return Corners(self.keys[which], self.numbers[which], self.poses[which])

    def sorted(self) -> Corners:
        """The same by their keys; of equals the order stays."""
        return self.only(np.argsort(self.keys, kind="stable"))


def together(parts: list[Corners]) -> Corners:
    """The corners of several one after the other."""
    return Corners(
        np.concatenate([np.zeros(0, np.uint32), *(part.keys for part in parts)]),
        np.concatenate([np.zeros(0, np.uint32), *(part.numbers for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.poses for part in parts)]),
    )


def rows(corners: Corners, first: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield (keys, places), row by row, of sorted corners whose samples are numbered from ``first`` on, below :data:`REACH`."""
    if not len(corners):
        return
    steps, sizes = _steps(corners.keys)
    ends = np.cumsum(sizes)
    places = _places(corners, first)
    row = (ends + np.arange(1, len(ends) + 1) * PLACE - 1) // _ROW
    cuts = np.flatnonzero(np.diff(row, prepend=-1))
    for start, end in zip(cuts.tolist(), [*cuts[1:].tolist(), len(row)], strict=True):
        yield steps[ends[start] - sizes[start] : ends[end - 1]].tobytes(), places[start:end].tobytes()


def keys_in(packed: bytes) -> Keys:
    """The keys in the rows of a segment's band, one after the other. Raises :class:`ValueError` for rows that end within one."""
    data = np.frombuffer(packed, np.uint8)
    last = np.flatnonzero(data < 128)
    if len(data) and (not len(last) or last[-1] != len(data) - 1):
        raise ValueError("a key is torn")
    start = np.concatenate([np.zeros(min(1, len(last)), np.intp), last[:-1] + 1])
    sizes = last - start + 1
    steps = np.zeros(len(last), np.uint32)
    for n in range(int(sizes.max(initial=0))):
        longer = np.flatnonzero(sizes > n)
        steps[longer] |= (data[start[longer] + n] & np.uint8(127)).astype(np.uint32) << np.uint32(7 * n)
    return np.asarray(np.cumsum(steps), np.uint32)


def places_in(packed: bytes) -> tuple[npt.NDArray[np.uint16], Bytes]:
    """The numbers, less the segment's first, and the poses of corners."""
    data = np.frombuffer(packed, np.uint8).reshape(-1, PLACE)
    return np.ascontiguousarray(data[:, :2]).view("<u2")[:, 0], data[:, 2]


def _places(corners: Corners, first: int) -> Bytes:
    data = np.empty((len(corners), PLACE), np.uint8)
    data[:, :2] = (corners.numbers - np.uint32(first)).astype("<u2").view(np.uint8).reshape(-1, 2)
    data[:, 2] = corners.poses
    return data


def _steps(keys: Keys) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """The way from each key to the next in seven bits a byte, the lowest first, and how many bytes each takes."""
    steps = np.diff(keys, prepend=np.uint32(0))
    sizes = np.ones(len(keys), np.int64)
    for bits in range(7, 32, 7):
        sizes += steps >= np.uint32(1 << bits)
    start = np.cumsum(sizes) - sizes
    data = np.empty(int(sizes.sum()), np.uint8)
    for n in range(int(sizes.max(initial=0))):
        longer = np.flatnonzero(sizes > n)
        more = (sizes[longer] > n + 1).astype(np.uint8) << np.uint8(7)
        data[start[longer] + n] = (steps[longer] >> np.uint32(7 * n)).astype(np.uint8) & np.uint8(127) | more
    return data, sizes
