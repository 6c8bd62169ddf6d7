"""The samples of an index on disk: a log of records and a table of fixed-size entries, both only appended to.

``samples.dat`` holds each picture's features and facts; ``table.dat`` one 128-byte entry per picture ever added, with its
hashes, where its record lies and a checksum. An entry is written after its record is on disk, so that a torn end is
told by its checksum and cut off; a row number, once given, keeps its meaning until the index is rebuilt.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from .eightfold import Signs
from .hamming import Words, words
from .sample import Sample

_ENTRY = np.dtype(
    [
        ("id", "S24"), ("dct", "<u8", 4), ("trimmed", "<u8", 4), ("phash", "<u8"),
        ("offset", "<u8"), ("length", "<u4"), ("record_crc", "<u4"), ("flags", "<u4"), ("crc", "<u4"), ("spare", "V8"),
    ]
)  # fmt: skip
_GONE, _FLAT, _TRIMMED = 1, 2, 4
_BODY = _ENTRY.fields["crc"][1] if _ENTRY.fields else 0
_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Sample)


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of many rows in one list, so that one look asks all: of each row that of its whole, then, where it has
    borders, that of what is within them."""

    #: How many rows were read for this.
    read: int
    #: The row of each hash.
    rows: npt.NDArray[np.intp]
    #: The hashes (n x 4 words), and their even signs.
    words: Words
    signs: Signs


class Table:
    """Rows of samples. Not thread-safe; one writer, readers call :meth:`refresh`."""

    def __init__(self, folder: Path) -> None:
        self._data, self._entries = folder / "samples.dat", folder / "table.dat"
        self._clear()
        self.refresh()

    def _clear(self) -> None:
        self._stat: tuple[int, int] = (0, 0)
        self._array: npt.NDArray[np.void] = np.zeros(256, _ENTRY)
        self.rows: dict[str, int] = {}
        self._alive: npt.NDArray[np.bool_] = np.zeros(256, bool)
        self._used = 0
        self._hashes: Hashes | None = None
        self._flat: tuple[int, npt.NDArray[np.intp], Words] | None = None

    def __len__(self) -> int:
        """How many rows there are, those of discarded samples included."""
        return self._used

    @property
    def alive(self) -> npt.NDArray[np.bool_]:
        """For each row, whether it still stands for its sample."""
        return self._alive[: self._used]

    def hashes(self) -> Hashes:
        """All hashes of rows that may be compared by them, dead rows included."""
        held = self._hashes
        if held is None or held.read != self._used:
            start = held.read if held else 0
            entries = self._array[start : self._used]
            usable = entries["flags"] & (_FLAT | _GONE) == 0
            bordered = usable & (entries["flags"] & _TRIMMED != 0)
            # Row by row, so that what comes later is put behind.
            at = np.flatnonzero(np.stack([usable, bordered], axis=1))
            rows, second = at >> 1, at & 1 == 1
            words_ = np.where(second[:, None], entries["trimmed"][rows], entries["dct"][rows])
            rows += start
            if held:
                rows, words_ = np.concatenate([held.rows, rows]), np.concatenate([held.words, words_])
            held = self._hashes = Hashes(self._used, rows, words_, Signs(words_, held.signs if held else None))
        return held

    def flat(self) -> tuple[npt.NDArray[np.intp], Words]:
        """The rows of flat pictures, dead ones included, and the hashes of their pixels (n x 4 words)."""
        if self._flat is None or self._flat[0] != self._used:
            rows = np.flatnonzero(self._array["flags"][: self._used] & (_FLAT | _GONE) == _FLAT)
            self._flat = (self._used, rows, self._array["dct"][rows])
        return self._flat[1:]

    def ident(self, row: int) -> str:
        """The id of the sample in ``row``."""
        return bytes(self._array["id"][row]).decode()

    def sample(self, ident: str) -> Sample:
        """The sample ``ident``. Raises :class:`KeyError` when it is not there, or no longer reads as it was written:
        then it counts as missing from now on."""
        row = self.rows[ident]
        entry = self._array[row]
        with open(self._data, "rb") as file:
            file.seek(int(entry["offset"]))
            record = file.read(int(entry["length"]))
        if zlib.crc32(record) != entry["record_crc"]:
            self._forget(ident)
            raise KeyError(ident)
        return _decoder.decode(record)

    def refresh(self) -> bool:
        """Read what has been appended since; all, when the files are others. Returns whether there was anything."""
        try:
            stat = self._entries.stat()
            data_size = self._data.stat().st_size
        except FileNotFoundError:
            changed = self._used > 0
            self._clear()
            return changed
        if (stat.st_ino, stat.st_size) == self._stat:
            return False
        if stat.st_ino != self._stat[0] or stat.st_size < self._used * _ENTRY.itemsize:
            self._clear()
        with open(self._entries, "rb") as file:
            file.seek(self._used * _ENTRY.itemsize)
            raw = file.read()
        entries = np.frombuffer(raw[: len(raw) // _ENTRY.itemsize * _ENTRY.itemsize], _ENTRY)
        for number, entry in enumerate(entries):
            if not _sound(entry) or int(entry["offset"]) + int(entry["length"]) > data_size:
                entries = entries[:number]
                break
        self._take(entries)
        self._stat = (stat.st_ino, stat.st_size)
        return len(entries) > 0

    def append(self, samples: Sequence[Sample]) -> None:
        """Add or replace samples; on disk when this returns."""
        data: list[bytes] = []
        entries = np.zeros(len(samples), _ENTRY)
        with open(self._data, "ab") as file:
            offset = file.tell()
            for entry, sample in zip(entries, samples, strict=True):
                record = _encoder.encode(sample)
                _fill(entry, sample, offset, record)
                data.append(record)
                offset += len(record)
            file.write(b"".join(data))
            file.flush()
            os.fsync(file.fileno())
        self._write(entries)

    def discard(self, idents: Iterable[str]) -> None:
        """Forget samples; unknown ids are no error. Their rows stay, dead."""
        known = [ident for ident in idents if ident in self.rows]
        entries = np.zeros(len(known), _ENTRY)
        for entry, ident in zip(entries, known, strict=True):
            entry["id"], entry["flags"] = ident.encode(), _GONE
            entry["crc"] = zlib.crc32(entry.tobytes()[:_BODY])
        if known:
            self._write(entries)

    def _write(self, entries: npt.NDArray[np.void]) -> None:
        with open(self._entries, "ab") as file:
            # A torn end of an earlier writer is cut off: what follows it could not be told apart.
            file.truncate(self._used * _ENTRY.itemsize)
            file.seek(0, os.SEEK_END)
            file.write(entries.tobytes())
            file.flush()
            os.fsync(file.fileno())
            stat = os.fstat(file.fileno())
        self._take(entries)
        self._stat = (stat.st_ino, stat.st_size)

    def _take(self, entries: npt.NDArray[np.void]) -> None:
        need = self._used + len(entries)
        if need > len(self._array):
            size = max(need, 2 * len(self._array))
            grown, alive = np.zeros(size, _ENTRY), np.zeros(size, bool)
            grown[: self._used], alive[: self._used] = self._array[: self._used], self._alive[: self._used]
            self._array, self._alive = grown, alive
        self._array[self._used : need] = entries
        for row, entry in enumerate(entries, self._used):
            ident = bytes(entry["id"]).decode()
            self._forget(ident)
            if not int(entry["flags"]) & _GONE:
                self.rows[ident] = row
                self._alive[row] = True
        self._used = need

    def _forget(self, ident: str) -> None:
        row = self.rows.pop(ident, None)
        if row is not None:
            self._alive[row] = False


def _fill(entry: npt.NDArray[np.void] | np.void, sample: Sample, offset: int, record: bytes) -> None:
    ident = sample.id.encode()
    if not 0 < len(ident) <= 24:
        raise ValueError(f"ids of samples have 1 to 24 bytes, not {len(ident)}")
    print_ = sample.fingerprint
    entry["id"], entry["offset"], entry["length"] = ident, offset, len(record)
    # A flat picture is known by its pixels only; they take the place of the hash that says nothing of it.
    entry["dct"] = words([print_.pixels if print_.flat else print_.dct])[0]
    entry["phash"] = words([print_.phash])[0, 0]
    if print_.trimmed:
        entry["trimmed"] = words([print_.trimmed])[0]
    entry["flags"] = (_FLAT if print_.flat else 0) | (_TRIMMED if print_.trimmed else 0)
    entry["record_crc"] = zlib.crc32(record)
    entry["crc"] = zlib.crc32(entry.tobytes()[:_BODY])


def _sound(entry: np.void) -> bool:
    return int(entry["crc"]) == zlib.crc32(entry.tobytes()[:_BODY])
