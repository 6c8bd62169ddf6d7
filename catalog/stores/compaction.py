"""Writing a new generation of a catalogue's files, and switching to it.

All four files are first brought to the disk under ``….new``. Renaming the manifest is the moment of the switch: before it
the old generation stands, after it whoever holds the lock renames the rest (:func:`finish`). The files of the generation
before stay in ``backup/``: from them the present one can be rebuilt.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Damaged
from .files import NEW, Blocks, ReadFile, refused, sync_folder, write_synced
from .generation import Generation, Run, Single
from .journal import JOURNAL, Header, header_line, read_header
from .lookups import Compacted
from .manifest import (
    BACKUP,
    LOOKUPS_FILE,
    MAIN,
    MANIFEST,
    VERSION,
    FileSum,
    Manifest,
    Section,
    TableSum,
    pack,
    read_manifest,
    write_manifest,
)

if TYPE_CHECKING:
    from .sections import Collector

#: In the order in which they are renamed after the manifest: the journal last, for it tells that the switch is done.
_PARTS = (MAIN, LOOKUPS_FILE, JOURNAL)
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """One table to be written, in the order of ids. ``old`` gives the lookups and ``file`` the bytes of runs of old rows."""

    kind: str
    next_key: int
    pieces: Iterable[Run | Single]
    key: Callable[[str], int]
    old: Callable[[str], Compacted | None] = lambda path: None
    old_rows: int = 0
    file: ReadFile | None = None


@dataclass(slots=True)
class _Columns:
    """What the manifest says of a table's documents."""

    ids: list[str] = field(default_factory=list)
    keys: array[int] = field(default_factory=lambda: array("I"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    crcs: array[int] = field(default_factory=lambda: array("I"))

    def add(self, ident: str, key: int, data: bytes) -> None:
        """Note one document."""
        self.ids.append(ident)
        self.keys.append(key)
        self.sizes.append(len(data))
        self.crcs.append(zlib.crc32(data))

    def take(self, run: Run) -> None:
        """Note a run of documents that stay as they are."""
        rows, part = run.rows, slice(run.first, run.end)
        self.ids += rows.ids[part]
        self.keys += rows.keys[part]
        self.sizes += rows.sizes[part]
        self.crcs += rows.crcs[part]


class _Writer:
    """Lays tables out as ``catalogue.json``, one document per line, and gathers what the manifest says of them."""

    def __init__(self) -> None:
        self.size = self.crc = self.line = 0
        self.tables: dict[str, TableSum] = {}
        self.collectors: list[Collector] = []

    def chunks(self, tables: Iterable[Table]) -> Iterator[bytes]:
        """Yield the file's bytes."""
        yield self._passed(b"{\n", 1)
        comma = b""
        for table in tables:
            yield from self._table(table, comma)
            comma = b",\n"
        yield self._passed(b"\n}\n" if comma else b"}\n", 1)

    def _passed(self, data: bytes, lines: int = 0) -> bytes:
        self.size += len(data)
        self.crc = zlib.crc32(data, self.crc)
        self.line += lines
        return data

    def _table(self, table: Table, comma: bytes) -> Iterator[bytes]:
        from .sections import Collector  # numpy takes longer to load than most commands take

        collector = Collector(table.kind, table.old, table.old_rows)
        self.collectors.append(collector)
        yield self._passed(b'%b"%b": {\n' % (comma, table.kind.encode()), 1)
        start, line = self.size, self.line + 1
        columns = _Columns()
        for chunk in _grouped(self._lines(table, columns, collector)):
            yield self._passed(chunk)
        yield self._passed(b"\n}", len(columns.ids))
        sizes, crcs, keys = (pack("I", column) for column in (columns.sizes, columns.crcs, columns.keys))
        self.tables[table.kind] = TableSum(start, line, table.next_key, columns.ids, sizes, crcs, keys)

    def _lines(self, table: Table, columns: _Columns, collector: Collector) -> Iterator[bytes]:
        for piece in table.pieces:
            row = len(columns.ids)
            yield b",\n" if row else b""
            if isinstance(piece, Single):
                key = table.key(piece.ident)
                columns.add(piece.ident, key, piece.data)
                collector.add(row, piece.data)
                yield b'"%d":' % key
                yield piece.data
                continue
            assert table.file is not None
            columns.take(piece)
            yield from _bytes_of(piece, table.file)
            if not collector.moved(piece.first, piece.end, row):
                blocks, rows = Blocks(table.file), piece.rows
                for old in range(piece.first, piece.end):
                    collector.add(row + old - piece.first, blocks.read(rows.offsets[old], rows.sizes[old]))


def _bytes_of(run: Run, file: ReadFile) -> Iterator[bytes]:
    """The lines of a run as they stand, without the last line's end."""
    rows, last = run.rows, run.end - 1
    offset = rows.offsets[run.first] - len(f'"{rows.keys[run.first]}":')
    end = rows.offsets[last] + rows.sizes[last]
    while offset < end:
        data = file.read(offset, min(_BUFFER, end - offset))
        if not data:
            raise Damaged(str(file.path), "its end", "it has become shorter")
        offset += len(data)
        yield data


def _grouped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Join small parts into larger ones."""
    buffer: list[bytes] = []
    held = 0
    for part in parts:
        buffer.append(part)
        held += len(part)
        if held > _BUFFER:
            yield b"".join(buffer)
            buffer, held = [], 0
    yield b"".join(buffer)


def write_new(
    folder: Path,
    tables: Iterable[Table],
    *,
    generation: int,
    position: int,
    before: int = 0,
    backup: dict[str, FileSum] | None = None,
) -> None:
    """Bring a whole new generation to the disk, under new names. Raises CatalogueUnusable, and then leaves none of it."""
    try:
        writer = _Writer()
        write_synced(folder / (MAIN + NEW), writer.chunks(tables))
        sections: dict[str, Section] = {}
        write_synced(folder / (LOOKUPS_FILE + NEW), _lookups(writer.collectors, sections))
        write_synced(folder / (JOURNAL + NEW), [header_line(generation, position)])
        main = FileSum(writer.size, writer.crc)
        manifest = Manifest(
            "manifest", VERSION, generation, position, main, writer.tables, sections, backup or {}, before
        )
        write_synced(folder / (MANIFEST + NEW), [write_manifest(manifest)])
    except BaseException:
        clear(folder)
        raise


def _lookups(collectors: Iterable[Collector], sections: dict[str, Section]) -> Iterator[bytes]:
    offset = 0
    for collector in collectors:
        for name, data, count in collector.sections():
            sections[name] = Section(offset, count, zlib.crc32(data))
            offset += len(data)
            yield data


def switch(folder: Path) -> None:
    """Make the new generation the present one. Only for the holder of the lock."""
    try:
        sync_folder(folder)
        (folder / (MANIFEST + NEW)).replace(folder / MANIFEST)
        sync_folder(folder)
        finish(folder)
    except OSError as error:
        raise refused("written", folder, error) from error


def finish(folder: Path) -> None:
    """Complete a switch that was cut short, or clear away one that never came to it. Only for the holder of the lock."""
    if not any((folder / (name + NEW)).exists() for name in (*_PARTS, MANIFEST)):
        return
    if (folder / (MANIFEST + NEW)).exists() or not (folder / MANIFEST).exists():
        clear(folder)
        return
    header = _header(folder / (JOURNAL + NEW))
    if header is not None and header.generation == read_manifest(folder / MANIFEST).generation:
        for name in _PARTS:
            with contextlib.suppress(FileNotFoundError):
                (folder / (name + NEW)).replace(folder / name)
        sync_folder(folder)
    clear(folder)


def clear(folder: Path) -> None:
    """Remove what a compaction that never came to its switch has left."""
    for name in (MANIFEST, *reversed(_PARTS)):
        (folder / (name + NEW)).unlink(missing_ok=True)


def _header(path: Path) -> Header | None:
    try:
        with path.open("rb") as file:
            return read_header(file.readline(4096))
    except FileNotFoundError:
        return None


def tables_of(state: Generation) -> Iterator[Table]:
    """Yield everything a generation holds, ready to be written anew."""
    for kind in sorted(state.kinds()):
        rows = state.tables.get(kind)
        yield Table(
            kind,
            state.next_key(kind),
            state.pieces(kind),
            partial(state.key, kind),
            partial(state.stored, kind),
            len(rows) if rows is not None else 0,
            state.main,
        )


def compact(state: Generation, position: int) -> None:
    """Fold a generation's journal into a new one at ``position``, whose backup it becomes. Only for the holder of the lock.

    Raises CatalogueUnusable when the disk refuses, Damaged when a document does not read as it was written; the present
    generation stands in both cases.
    """
    state.check_whole()  # runs of old documents are copied as they stand
    folder, number = state.folder, state.number
    backup = _back_up(state)
    write_new(folder, tables_of(state), generation=number + 1, position=position, before=number, backup=backup)
    switch(folder)
    keep_backups(folder, set(backup))


def _back_up(state: Generation) -> dict[str, FileSum]:
    """Give the present files second names in ``backup/``; return what each must be. The last backup stays until the switch."""
    folder = state.folder / BACKUP
    sums: dict[str, FileSum] = {}
    try:
        folder.mkdir(exist_ok=True)
        for name in (MAIN, MANIFEST, JOURNAL):
            source, target = state.folder / name, folder / backup_name(name, state.number)
            target.unlink(missing_ok=True)
            try:
                os.link(source, target)
            except OSError:  # a file system without hard links
                shutil.copyfile(source, target)
                _sync(target)
            sums[target.name] = state.manifest.main if name == MAIN else sum_of(target)
        sync_folder(folder)
    except OSError as error:
        raise refused("written", folder, error) from error
    return sums


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sum_of(path: Path) -> FileSum:
    """Return size and checksum of a whole file."""
    size = crc = 0
    with path.open("rb") as file:
        while data := file.read(_BUFFER):
            size, crc = size + len(data), zlib.crc32(data, crc)
    return FileSum(size, crc)


def backup_name(name: str, generation: int) -> str:
    """Return the name in ``backup/`` of a file of a generation."""
    stem, dot, suffix = name.partition(".")
    return f"{stem}-{generation}{dot}{suffix}"


def keep_backups(folder: Path, names: set[str]) -> None:
    """Remove all backups but those named."""
    with contextlib.suppress(OSError):
        for path in (folder / BACKUP).iterdir():
            if path.name not in names:
                path.unlink()
