"""The directories of a TIFF structure (TIFF 6.0, BigTIFF; Exif 3.0 uses the same): tags and their values.

One reader serves TIFF files, the Exif packets of other formats and nothing else. It never trusts an offset or a count:
what lies outside the bytes, or beyond the limits below, is left out.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_ENTRIES = 1_000
MAX_VALUE_BYTES = 16 << 20
MAX_NUMBERS = 64

#: Field type -> (bytes of one value, struct code; "" for bytes kept as they are). TIFF 6.0 section 2; 13, 16-18 BigTIFF.
_TYPES: dict[int, tuple[int, str]] = {
    1: (1, ""),
    2: (1, ""),
    3: (2, "H"),
    4: (4, "I"),
    5: (8, "II"),
    6: (1, "b"),
    7: (1, ""),
    8: (2, "h"),
    9: (4, "i"),
    10: (8, "ii"),
    11: (4, "f"),
    12: (8, "d"),
    13: (4, "I"),
    16: (8, "Q"),
    17: (8, "q"),
    18: (8, "Q"),
    129: (1, ""),
}
_ASCII = (2, 129)

_Types = dict[int, tuple[int, str]]
Value = bytes | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """One directory: ``tags`` maps a tag to bytes (text, opaque data) or to numbers; ``next`` is the next one's offset."""

    tags: dict[int, Value]
    next: int

    def numbers(self, tag: int) -> tuple[float, ...]:
        """Return the numbers of a tag; a single BYTE counts as one; ``()`` when there are none."""
        value = self.tags.get(tag, ())
        return tuple(value[:MAX_NUMBERS]) if isinstance(value, bytes) else value

    def whole(self, tag: int) -> int | None:
        """Return the first number of a tag as a whole one, ``None`` when it has none (a fraction over 0, an infinite number)."""
        values = self.numbers(tag)
        return int(values[0]) if values and math.isfinite(values[0]) else None

    def data(self, tag: int) -> bytes:
        """Return the bytes of a tag, ``b""`` when it has none."""
        value = self.tags.get(tag, b"")
        return value if isinstance(value, bytes) else b""


class Tiff:
    """The bytes of a TIFF structure. Raises ValueError when they do not begin as one."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        mark = bytes(self._data[:4])
        if mark[:2] not in (b"II", b"MM"):
            raise ValueError("no TIFF byte order")
        self._order = "<" if mark[:2] == b"II" else ">"
        self.big = mark[2:] in (b"+\0", b"\0+")
        try:
            (self.first,) = self._unpack("Q" if self.big else "I", 8 if self.big else 4)
        except struct.error:
            raise ValueError("the TIFF header is cut short") from None

    @property
    def order(self) -> str:
        """The byte order as :mod:`struct` spells it, ``<`` or ``>``."""
        return self._order

    def _unpack(self, code: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + code, self._data, at)

    def directory(self, offset: int, wanted: frozenset[int] | None = None) -> Directory:
        """Return the directory at ``offset`` (empty when there is none), with only the ``wanted`` tags if given."""
        tags: dict[int, Value] = {}
        return Directory(tags, self._each(offset, tags, wanted, _TYPES))

    def _each(self, offset: int, tags: dict[int, Value], wanted: frozenset[int] | None, types: _Types) -> int:
        """Put the wanted values of a directory into ``tags``; return the offset of the next directory, 0 for none."""
        try:
            (count,) = self._unpack("Q" if self.big else "H", offset)
            start, size = offset + (8 if self.big else 2), 20 if self.big else 12
            for number in range(min(count, MAX_ENTRIES) if wanted != frozenset() else 0):
                self._entry(start + number * size, tags, wanted, types)
            return self._unpack("Q" if self.big else "I", start + count * size)[0]
        except (struct.error, OverflowError):
            return 0

    def _entry(self, at: int, tags: dict[int, Value], wanted: frozenset[int] | None, types: _Types) -> None:
        tag, kind, count = self._unpack("HHQ" if self.big else "HHI", at)
        if (wanted is not None and tag not in wanted) or kind not in types or tag in tags:
            return
        width, code = types[kind]
        size = width * count
        inline = 8 if self.big else 4
        place = at + (12 if self.big else 8)
        if size > inline:
            (place,) = self._unpack("Q" if self.big else "I", place)
        if size > MAX_VALUE_BYTES or place + size > len(self._data):
            return
        if not code:
            raw = bytes(self._data[place : place + size])
            tags[tag] = raw.split(b"\0", 1)[0] if kind in _ASCII else raw
        else:
            tags[tag] = self._numbers(code, place, min(count, MAX_NUMBERS))

    def _numbers(self, code: str, place: int, count: int) -> tuple[float, ...]:
        values = self._unpack(code * count, place)
        if len(code) == 1:
            return values
        pairs = zip(values[::2], values[1::2], strict=True)
        return tuple(top / bottom if bottom else float("nan") for top, bottom in pairs)

    def bytes_of(self, offset: int, tag: int) -> bytes:
        """Return the value of a tag as its bytes in the file, whatever type it declares; ``b""`` when it has none."""
        kept: dict[int, Value] = {}
        plain = {kind: (width, "") for kind, (width, _) in _TYPES.items()}
        self._each(offset, kept, frozenset((tag,)), plain)
        value = kept.get(tag, b"")
        return value if isinstance(value, bytes) else b""

    def chain(self, limit: int) -> Iterator[int]:
        """Yield the offsets of the directories, each once and at most ``limit``."""
        seen: set[int] = set()
        offset = self.first
        while offset and offset not in seen and len(seen) < limit:
            seen.add(offset)
            yield offset
            offset = self.directory(offset, frozenset()).next
