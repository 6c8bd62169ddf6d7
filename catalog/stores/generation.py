"""One generation of a catalogue's files as this process sees it: the compacted file, and the journal over it."""

from __future__ import annotations

import os
import time
import zlib
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import Damaged
from .documents import values_by_path
from .files import NEW, Blocks, ReadFile, refused
from .journal import JOURNAL, Entry, Journal
from .lookups import Compacted, Fresh, number64
from .manifest import LOOKUPS_FILE, MAIN, MANIFEST, Manifest, Rows, TableSum, read_manifest

#: The compacted file is checked whole when opened up to this size; each document is checked when read in any case.
CHECK_WHOLE = 64 << 20
#: Transactions kept in memory, so that who follows the changes need not read the journal again.
RECENT = 512

_CHUNK = 4 << 20
_GONE = -1
_SHIFT = 32
_MASK = (1 << _SHIFT) - 1


class MovedError(Exception):
    """The files changed while they were being opened."""


@dataclass(frozen=True, slots=True)
class Run:
    """Documents that stand one after the other in the compacted file: rows ``first`` to before ``end``."""

    rows: Rows
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Single:
    """A document that is new since the compaction."""

    ident: str
    data: bytes


_NO_ROWS = Rows(TableSum(0, 0, 1, [], b"", b"", b""))


class Generation:
    """Documents by kind and id. Not thread-safe: the store sees to that. The files it holds open outlive a compaction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest_file = ReadFile(folder / MANIFEST)
        self.manifest: Manifest = read_manifest(folder / MANIFEST)
        self.number = self.manifest.generation
        self.journal, switched = self._open_journal()
        self.unfinished = not switched
        self.main = ReadFile(self._part(MAIN))
        self.lookups = self._open_lookups()
        if not os.path.samestat(os.fstat(self.manifest_file.fd), (folder / MANIFEST).stat()):
            raise MovedError
        self._check_main()
        self.tables = {kind: Rows(table) for kind, table in self.manifest.tables.items()}
        self.fresh: dict[str, dict[str, int]] = {}
        self.lost: list[tuple[int, int]] = []
        self._fresh_keys: dict[str, dict[str, int]] = {}
        self._next_keys = {kind: rows.next_key for kind, rows in self.tables.items()}
        self._counts = {kind: len(rows) for kind, rows in self.tables.items()}
        self._ids: dict[str, list[str]] = {}
        self._by_key: dict[str, dict[int, str]] = {}
        self._found: dict[tuple[str, str], Compacted] = {}
        self._fresh_found: dict[str, Fresh] = {}
        self.recent: deque[Entry] = deque(maxlen=RECENT)
        self._positions = [self.manifest.position]
        self._offsets = [self.journal.end]
        self.read_on()

    @classmethod
    def open(cls, folder: Path, patience: float = 2.0) -> Generation:
        """Open the files of ``folder``; waits while another process is just switching to a new generation.

        Raises Damaged, CatalogueUnusable.
        """
        until = time.monotonic() + patience
        while True:
            try:
                return cls(folder)
            except (MovedError, FileNotFoundError) as error:
                if time.monotonic() >= until or (isinstance(error, FileNotFoundError) and not _switching(folder)):
                    where = Path(error.filename).name if isinstance(error, FileNotFoundError) else JOURNAL
                    why = "it is missing" if isinstance(error, FileNotFoundError) else "it is of another generation"
                    raise Damaged(str(folder / where), "its start", why) from error
            except OSError as error:
                raise refused("read", folder, error) from error
            time.sleep(0.01)

    # ---------------------------------------------------------------- opening

    def _part(self, name: str) -> Path:
        """The path of a file: while a switch is unfinished, it may still be under its new name."""
        new = self.folder / (name + NEW)
        return new if self.unfinished and new.exists() else self.folder / name

    def _open_journal(self) -> tuple[Journal, bool]:
        path = self.folder / JOURNAL
        journal = Journal(path)
        if journal.generation == self.number:
            return journal, True
        new = self.folder / (JOURNAL + NEW)
        if journal.generation == self.manifest.before and new.exists():
            journal = Journal(new)
        if journal.generation != self.number:
            raise MovedError
        return journal, False

    def _open_lookups(self) -> ReadFile | None:
        try:
            return ReadFile(self._part(LOOKUPS_FILE))
        except FileNotFoundError:
            return None  # derived: fields are then read from the documents

    def _check_main(self) -> None:
        size, wanted = self.main.size(), self.manifest.main.size
        if size != wanted:
            raise Damaged(
                str(self.folder / MAIN), "its end", f"it has {size:,} bytes, not {wanted:,} as it was written with"
            )
        if size <= CHECK_WHOLE:
            self.check_whole()

    def check_whole(self) -> None:
        """Check every byte of the compacted file. Raises Damaged, naming the first line that does not fit."""
        crc, offset = 0, 0
        while data := self.main.read(offset, _CHUNK):
            crc, offset = zlib.crc32(data, crc), offset + len(data)
        if crc != self.manifest.main.crc:
            where = next((f"line {line}" for line, _ in self.bad_lines()), "a line between tables")
            raise Damaged(str(self.folder / MAIN), where, "its checksum does not fit")

    def bad_lines(self) -> Iterator[tuple[int, tuple[str, str]]]:
        """Yield (line, (kind, id)) of each document in the compacted file that does not read as it was written."""
        blocks = Blocks(self.main)
        for kind, table in self.manifest.tables.items():
            rows = Rows(table)
            for row, (offset, size, crc) in enumerate(zip(rows.offsets, rows.sizes, rows.crcs, strict=True)):
                if zlib.crc32(blocks.read(offset, size)) != crc:
                    yield rows.line + row, (kind, rows.ids[row])

    # ---------------------------------------------------------------- following the journal

    @property
    def position(self) -> int:
        """The position of the last transaction read."""
        return self.journal.position

    def read_on(self) -> list[Entry]:
        """Apply what was added to the journal, and return it. Raises Damaged."""
        entries = []
        for entry in self.journal.read_on():
            self.apply(entry)
            entries.append(entry)
        return entries

    def apply(self, entry: Entry) -> None:
        """Make a transaction's changes visible."""
        for kind, idents in entry.deletes.items():
            self._delete(kind, idents)
        for kind, places in entry.puts.items():
            self._put(kind, places, entry.keys.get(kind, {}))
        if entry.lost:
            self.lost.append((entry.position - entry.lost, entry.position - 1))
        self.journal.position = entry.position
        self._positions.append(entry.position)
        self._offsets.append(self.journal.end)
        self.recent.append(entry)

    def _delete(self, kind: str, idents: list[str]) -> None:
        self._ids.pop(kind, None)
        fresh, found = self.fresh.setdefault(kind, {}), self._fresh_found.get(kind)
        for ident in idents:
            if self.has(kind, ident):
                self._counts[kind] -= 1
                if kind in self._by_key:
                    del self._by_key[kind][self.key(kind, ident)]
            fresh[ident] = _GONE
            if found is not None:
                found.changed(ident)

    def _put(self, kind: str, places: dict[str, tuple[int, int]], given: dict[str, int]) -> None:
        """Note where documents stand; new ones get a key. A whole import is replayed through this loop after a kill."""
        self._ids.pop(kind, None)
        fresh, keys = self.fresh.setdefault(kind, {}), self._fresh_keys.setdefault(kind, {})
        rows, by_key, found = self.tables.get(kind, _NO_ROWS), self._by_key.get(kind), self._fresh_found.get(kind)
        count, following = self._counts.get(kind, 0), self._next_keys.get(kind, 1)
        for ident, (offset, size) in places.items():
            known = fresh.get(ident)
            if known == _GONE or (known is None and rows.row(ident) < 0):
                key = given.get(ident, following if count else 1)
                following = key + 1 if key >= following or not count else following
                count += 1
                keys[ident] = key
                if by_key is not None:
                    by_key[key] = ident
            fresh[ident] = offset << _SHIFT | size
            if found is not None:
                found.changed(ident)
        self._counts[kind], self._next_keys[kind] = count, following

    # ---------------------------------------------------------------- reading

    def has(self, kind: str, ident: str) -> bool:
        """Return whether there is such a document."""
        place = self.fresh.get(kind, {}).get(ident)
        if place is not None:
            return place != _GONE
        return kind in self.tables and self.tables[kind].row(ident) >= 0

    def read(self, kind: str, ident: str) -> bytes | None:
        """Return a document's bytes. Raises Damaged."""
        place = self.fresh.get(kind, {}).get(ident)
        if place is not None:
            return None if place == _GONE else self.journal.file.read(place >> _SHIFT, place & _MASK)
        rows = self.tables.get(kind)
        row = rows.row(ident) if rows is not None else -1
        if rows is None or row < 0:
            return None
        return self._checked(rows, row, self.main.read(rows.offsets[row], rows.sizes[row]))

    def _checked(self, rows: Rows, row: int, data: bytes) -> bytes:
        if zlib.crc32(data) != rows.crcs[row]:
            raise Damaged(str(self.folder / MAIN), f"line {rows.line + row}", "its checksum does not fit")
        return data

    def kinds(self) -> list[str]:
        """Return the kinds of which there are documents."""
        return [kind for kind, count in self._counts.items() if count]

    def count(self, kind: str) -> int:
        """Return how many documents of a kind there are."""
        return self._counts.get(kind, 0)

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted. Not to be changed by the caller."""
        if kind not in self._ids:
            rows, fresh = self.tables.get(kind), self.fresh.get(kind, {})
            stay = rows.ids if rows is not None else []
            if fresh:
                stay = [i for i in stay if i not in fresh] if rows is not None else []
                stay += [i for i, place in fresh.items() if place != _GONE]
                stay.sort()
            self._ids[kind] = stay
        return self._ids[kind]

    def entries(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Yield (id, bytes) in the order of ids, as they are now. Raises Damaged."""
        return self._read_pieces(self.pieces(kind))

    def _read_pieces(self, pieces: Iterator[Run | Single]) -> Iterator[tuple[str, bytes]]:
        blocks = Blocks(self.main)
        for piece in pieces:
            if isinstance(piece, Single):
                yield piece.ident, piece.data
                continue
            rows = piece.rows
            for row in range(piece.first, piece.end):
                yield rows.ids[row], self._checked(rows, row, blocks.read(rows.offsets[row], rows.sizes[row]))

    def pieces(self, kind: str) -> Iterator[Run | Single]:
        """Yield the documents of a kind in the order of ids, as they are now: unchanged ones in runs."""
        return self._pieces(self.tables.get(kind, _NO_ROWS), sorted(self.fresh.get(kind, {}).items()))

    def _pieces(self, rows: Rows, fresh: list[tuple[str, int]]) -> Iterator[Run | Single]:
        row = 0
        for ident, place in fresh:
            stop = bisect_left(rows.ids, ident, row)
            if stop > row:
                yield Run(rows, row, stop)
            row = stop + (stop < len(rows) and rows.ids[stop] == ident)
            if place != _GONE:
                yield Single(ident, self.journal.file.read(place >> _SHIFT, place & _MASK))
        if row < len(rows):
            yield Run(rows, row, len(rows))

    # ---------------------------------------------------------------- TinyDB's integer keys

    def key(self, kind: str, ident: str) -> int:
        """Return the key under which a document stands in its TinyDB table."""
        key = self._fresh_keys.get(kind, {}).get(ident)
        if key is None:
            rows = self.tables[kind]
            key = rows.keys[rows.row(ident)]
        return key

    def next_key(self, kind: str) -> int:
        """Return the key that the next new document gets."""
        return self._next_keys.get(kind, 1) if self.count(kind) else 1

    def by_key(self, kind: str) -> dict[int, str]:
        """Return ids by TinyDB key, in the order of keys at first. Not to be changed by the caller."""
        if kind not in self._by_key:
            self._by_key[kind] = dict(sorted((self.key(kind, ident), ident) for ident in self.ids(kind)))
        return self._by_key[kind]

    # ---------------------------------------------------------------- finding

    def find(self, kind: str, path: str, value: str) -> list[str]:
        """Return the ids of documents whose field at ``path`` is or contains ``value``, sorted."""
        found: list[str] = []
        fresh = self.fresh.get(kind, {})
        rows = self.tables.get(kind)
        if rows is not None:
            found = [i for row in self.compacted(kind, path).find(value) if (i := rows.ids[row]) not in fresh]
        if fresh:
            if kind not in self._fresh_found:
                self._fresh_found[kind] = Fresh(kind)
                for ident in fresh:
                    self._fresh_found[kind].changed(ident)
            found += self._fresh_found[kind].find(path, value, lambda ident: self.read(kind, ident))
        return sorted(set(found))

    def compacted(self, kind: str, path: str) -> Compacted:
        """Return the index of one field of the compacted file, from its section or else from the documents."""
        if (kind, path) not in self._found:
            self._found[kind, path] = self.stored(kind, path) or self._rebuilt(kind, path)
        return self._found[kind, path]

    def stored(self, kind: str, path: str) -> Compacted | None:
        """Return the section of one field, ``None`` when it is missing or damaged."""
        section = self.manifest.lookups.get(f"{kind}.{path}")
        return Compacted.read(self.lookups, section) if section is not None and self.lookups is not None else None

    def _rebuilt(self, kind: str, path: str) -> Compacted:
        rows, blocks = self.tables[kind], Blocks(self.main)
        pairs = []
        for row, (offset, size) in enumerate(zip(rows.offsets, rows.sizes, strict=True)):
            data = self._checked(rows, row, blocks.read(offset, size))
            pairs += [(number64(v), row) for p, values in values_by_path(kind, data) if p == path for v in values]
        return Compacted.build(pairs)

    # ---------------------------------------------------------------- changes

    def offset_after(self, position: int) -> int | None:
        """Return where in the journal the transactions after ``position`` begin, ``None`` when that is not known."""
        at = bisect_left(self._positions, position)
        return self._offsets[at] if at < len(self._positions) and self._positions[at] == position else None


def _switching(folder: Path) -> bool:
    return any((folder / (name + NEW)).exists() for name in (MAIN, MANIFEST, JOURNAL, LOOKUPS_FILE))
