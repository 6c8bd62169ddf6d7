"""Fingerprints of all pictures in memory, scanned exactly: 64 bits each, the number of bits that differ."""

from __future__ import annotations

import json
import sqlite3
import threading

import numpy as np

Bits = np.ndarray[tuple[int], np.dtype[np.uint8]]
Rows = np.ndarray[tuple[int], np.dtype[np.int64]]


class Fingerprints:
    """The 64-bit fingerprints of the index, kept level with it by the stamp that each change leaves on its rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[str, int] = ("", -1)
        self._rows: Rows = np.empty(0, np.int64)
        self._hashes = np.empty(0, np.uint64)

    def near(self, connection: sqlite3.Connection, ident: str, distance: int) -> list[int]:
        """Return the row numbers of pictures within ``distance`` bits of the picture ``ident``; none when it has no hash."""
        found = connection.execute("SELECT phash FROM image WHERE id = ?", (ident,)).fetchone()
        if found is None or found[0] is None:
            return []
        rows, hashes = self._level(connection)
        wanted = np.uint64(int(found[0]) & (1 << 64) - 1)
        near = np.unique(rows[_bits(hashes ^ wanted) <= distance])
        # Rows that were removed or given another fingerprint since they were read are asked again.
        checked = connection.execute(
            "SELECT rowid, phash FROM image WHERE rowid IN (SELECT value FROM json_each(?)) AND phash IS NOT NULL",
            (json.dumps(near.tolist()),),
        )
        mine = int(wanted)
        return [int(r) for r, h in checked if ((int(h) & (1 << 64) - 1) ^ mine).bit_count() <= distance]

    def _level(self, connection: sqlite3.Connection) -> tuple[Rows, np.ndarray[tuple[int], np.dtype[np.uint64]]]:
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('epoch', 'stamp')"))
        epoch, stamp = str(meta["epoch"]), int(meta["stamp"])
        with self._lock:
            if self._key[0] != epoch:
                self._key, self._rows, self._hashes = (epoch, -1), np.empty(0, np.int64), np.empty(0, np.uint64)
            if self._key[1] < stamp:
                self._append(connection, stamp)
            return self._rows, self._hashes

    def _append(self, connection: sqlite3.Connection, stamp: int) -> None:
        """Add rows changed since. Renumbered and changed rows stay beside their old selves until there are too many."""
        since = self._key[1]
        count = connection.execute("SELECT count(*) FROM image WHERE stamp > ?", (since,)).fetchone()[0]
        if (
            len(self._rows) + count
            > 1.25 * int(connection.execute("SELECT value FROM meta WHERE key = 'rows'").fetchone()[0]) + 1000
        ):
            since, self._rows, self._hashes = -1, np.empty(0, np.int64), np.empty(0, np.uint64)
        sql = "SELECT rowid, phash FROM image WHERE stamp > ? AND phash IS NOT NULL"
        new = np.fromiter(connection.execute(sql, (since,)), dtype=[("row", np.int64), ("hash", np.int64)])
        self._rows = np.concatenate([self._rows, new["row"]])
        self._hashes = np.concatenate([self._hashes, new["hash"].view(np.uint64)])
        self._key = (self._key[0], stamp)


def _bits(values: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> Bits:
    """The number of one bits in each value."""
    if hasattr(np, "bitwise_count"):
        return np.asarray(np.bitwise_count(values), np.uint8)
    pairs = values - ((values >> np.uint64(1)) & np.uint64(0x5555555555555555))
    low = np.uint64(0x3333333333333333)
    fours = (pairs & low) + ((pairs >> np.uint64(2)) & low)
    eights = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.asarray((eights * np.uint64(0x0101010101010101)) >> np.uint64(56), np.uint8)
