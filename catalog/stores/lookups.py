"""Finding documents by a field: a derived file for what is compacted, an index in memory for what the journal adds.

In the file, a field's section is the sorted 64-bit hashes of all its values, then for each the row of the document: it
is read when the field is first asked for, and costs 12 bytes per value.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable

from .base import LOOKUPS, lookup_values
from .documents import lookup_reader, values_by_path
from .files import ReadFile
from .manifest import Section, unpack


def hash64(value: str) -> bytes:
    """Return 64 bits of ``value`` that depend on nothing else, as little-endian bytes."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def number64(value: str) -> int:
    """Return :func:`hash64` as a number."""
    return int.from_bytes(hash64(value), "little")


class Compacted:
    """The values of one field of one table in the compacted file."""

    def __init__(self, hashes: array[int], rows: array[int]) -> None:
        self.hashes, self.rows = hashes, rows

    @classmethod
    def read(cls, file: ReadFile, section: Section) -> Compacted | None:
        """Return what the file holds, ``None`` when it is damaged."""
        data = file.read(section.offset, section.count * 12)
        if len(data) != section.count * 12 or zlib.crc32(data) != section.crc:
            return None
        return cls(unpack("Q", data[: section.count * 8]), unpack("I", data[section.count * 8 :]))

    @classmethod
    def build(cls, pairs: Iterable[tuple[int, int]]) -> Compacted:
        """Return the index of (hash, row) pairs in any order."""
        ordered = sorted(pairs)
        return cls(array("Q", (h for h, _ in ordered)), array("I", (r for _, r in ordered)))

    def find(self, value: str) -> array[int]:
        """Return the rows of the documents that have ``value``, ascending."""
        wanted = number64(value)
        low = high = bisect_left(self.hashes, wanted)
        while high < len(self.hashes) and self.hashes[high] == wanted:
            high += 1
        return self.rows[low:high]


class Fresh:
    """The documents of one table that changed since the compaction, by their fields; read only when asked for."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._waiting: set[str] = set()
        self._known: set[str] = set()
        self._rewritten: set[str] = set()
        self._by: dict[str, dict[str, set[str]]] = {path: defaultdict(set) for path in LOOKUPS.get(kind, ())}

    def changed(self, ident: str) -> None:
        """Note that a document was put or deleted."""
        self._waiting.add(ident)

    def find(self, path: str, value: str, read: Callable[[str], bytes | None]) -> list[str]:
        """Return ids of changed documents that have ``value``, unordered. ``read`` gives a document's bytes."""
        for ident in self._waiting:
            data = read(ident)
            if ident in self._known:
                self._rewritten.add(ident)
            self._known.add(ident)
            for each, values in values_by_path(self.kind, data) if data is not None else ():
                for v in values:
                    self._by[each][v].add(ident)
        self._waiting.clear()
        return [i for i in self._by[path].get(value, ()) if i not in self._rewritten or self._has(i, path, value, read)]

    def _has(self, ident: str, path: str, value: str, read: Callable[[str], bytes | None]) -> bool:
        data = read(ident)
        return data is not None and value in lookup_values(lookup_reader(self.kind)(data), path)
