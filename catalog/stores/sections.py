"""Writing ``catalogue.lookups``: only a compaction needs this, and numpy with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from .base import LOOKUPS
from .documents import values_by_path
from .lookups import Compacted, hash64

Numbers = npt.NDArray[np.uint64]


class Collector:
    """Gathers the sections of one table while it is written: rows that only moved, and documents that are new."""

    def __init__(self, kind: str, old: Callable[[str], Compacted | None], old_rows: int) -> None:
        self.kind = kind
        self.paths = LOOKUPS.get(kind, ())
        self._old = {path: found for path in self.paths if (found := old(path)) is not None}
        self._whole = len(self._old) == len(self.paths)
        self._moved = np.full(old_rows, -1, dtype=np.int64)
        self._fresh: dict[str, tuple[list[bytes], list[int]]] = {path: ([], []) for path in self.paths}

    def moved(self, first: int, end: int, row: int) -> bool:
        """Note that old rows ``first`` to before ``end`` now begin at ``row``; false when their documents must be added."""
        if self._whole:
            self._moved[first:end] = np.arange(row, row + end - first)
        return self._whole

    def add(self, row: int, data: bytes) -> None:
        """Note the document that now stands in ``row``."""
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
        hashes, rows = (
            np.frombuffer(b"".join(new_hashes), dtype="<u8").astype(np.uint64),
            np.array(new_rows, dtype=np.uint64),
        )
        if self._whole and path in self._old:
            old = self._old[path]
            moved = self._moved[np.asarray(old.rows, dtype=np.int64)] if len(old.rows) else np.empty(0, dtype=np.int64)
            stays = moved >= 0
            hashes = np.concatenate([np.asarray(old.hashes, dtype=np.uint64)[stays], hashes])
            rows = np.concatenate([moved[stays].astype(np.uint64), rows])
        return hashes, rows
