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

import numpy as np
import numpy.typing as npt

from .base import LOOKUPS, lookup_values
from .documents import lookup_reader, values_by_path
from .files import ReadFile
from .manifest import Section, unpack

Numbers = npt.NDArray[np.uint64]


def hash64(value: str) -> int:
    """Return 64 bits of ``value`` that depend on nothing else."""
    return int.from_bytes(hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


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
        wanted = hash64(value)
        low = high = bisect_left(self.hashes, wanted)
        while high < len(self.hashes) and self.hashes[high] == wanted:
            high += 1
        return self.rows[low:high]


class Collector:
    """Gathers the sections of one table while it is written: rows that only moved, and documents that are new."""

    def __init__(self, kind: str, old: Callable[[str], Compacted | None], old_rows: int) -> None:
        self.kind = kind
        self.paths = LOOKUPS.get(kind, ())
        self._old = {path: found for path in self.paths if (found := old(path)) is not None}
        self._whole = len(self._old) == len(self.paths)
        self._moved = np.full(old_rows, -1, dtype=np.int64)
        self._fresh: dict[str, tuple[list[int], list[int]]] = {path: ([], []) for path in self.paths}

    def add(self, row: int, old_row: int, data: bytes) -> None:
        """Note the document that now stands in ``row``, and stood unchanged in ``old_row`` (-1: it is new)."""
        if old_row >= 0 and self._whole:
            self._moved[old_row] = row
            return
        for path, values in values_by_path(self.kind, data):
            hashes, rows = self._fresh[path]
            for value in values:
                hashes.append(hash64(value))
                rows.append(row)

    def sections(self) -> Iterable[tuple[str, bytes, int]]:
        """Yield (``kind.path``, bytes, count) of each field."""
        for path in self.paths:
            hashes, rows = self._merged(path)
            order = np.lexsort((rows, hashes))
            data = hashes[order].astype("<u8").tobytes() + rows[order].astype("<u4").tobytes()
            yield f"{self.kind}.{path}", data, len(hashes)

    def _merged(self, path: str) -> tuple[Numbers, Numbers]:
        new_hashes, new_rows = self._fresh[path]
        hashes, rows = np.array(new_hashes, dtype=np.uint64), np.array(new_rows, dtype=np.uint64)
        if self._whole and path in self._old:
            old = self._old[path]
            moved = self._moved[np.asarray(old.rows, dtype=np.int64)] if len(old.rows) else np.empty(0, dtype=np.int64)
            stays = moved >= 0
            hashes = np.concatenate([np.asarray(old.hashes, dtype=np.uint64)[stays], hashes])
            rows = np.concatenate([moved[stays].astype(np.uint64), rows])
        return hashes, rows


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
