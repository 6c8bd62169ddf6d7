"""Checking the files of a catalogue folder, and restoring what can be restored.

What is damaged is never written over: :func:`mend` moves it to ``damaged/`` before a new generation takes its place.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import CatalogueUnusable, Damaged, Newer
from ..model import Damage
from . import compaction
from .documents import decode_doc, encode_doc, ident_of
from .files import Blocks, ReadFile, sync_folder
from .generation import Single
from .journal import JOURNAL, VERSION, Entry, lines, read_body, read_header, seal_of, unseal
from .manifest import BACKUP, LOOKUPS_FILE, MAIN, MANIFEST, Manifest, Rows, read_manifest

DAMAGED = "damaged"

#: A document with its TinyDB key (``None``: the next free one).
Kept = tuple[int | None, bytes]


@dataclass
class Salvage:
    """Documents that were found whole, by kind and id; ``position`` is the highest that any file tells of."""

    docs: dict[str, dict[str, Kept]] = field(default_factory=dict)
    position: int = 0
    generation: int = 0

    def put(self, kind: str, ident: str, data: bytes, key: int | None) -> None:
        """Keep a document; one that is known keeps its key."""
        group = self.docs.setdefault(kind, {})
        known = group.get(ident)
        group[ident] = (known[0] if known and key is None else key, data)

    def drop(self, kind: str, ident: str) -> None:
        """Forget a document that was deleted."""
        self.docs.get(kind, {}).pop(ident, None)


def check(folder: Path, acknowledged: int | None) -> Iterator[Damage]:
    """Yield every damage of the files in ``folder``. ``acknowledged`` is the last position that was reported as done."""
    try:
        manifest = read_manifest(folder / MANIFEST)
    except (Damaged, OSError) as error:
        yield _whole(MANIFEST, error)
        manifest = None
    if manifest is not None:
        yield from _check_main(folder / MAIN, manifest)
        yield from _check_lookups(folder / LOOKUPS_FILE, manifest)
        yield from _check_backup(folder / BACKUP, manifest)
    elif not (folder / MAIN).exists():
        yield Damage("store", MAIN, "it is missing")
    yield from _check_journal(folder / JOURNAL, manifest, acknowledged)


def _whole(name: str, error: Exception) -> Damage:
    if isinstance(error, FileNotFoundError):
        return Damage("store", name, "it is missing")
    return Damage("store", name, "it does not read as it was written" if isinstance(error, Damaged) else str(error))


def _check_main(path: Path, manifest: Manifest) -> Iterator[Damage]:
    try:
        file = ReadFile(path)
    except OSError as error:
        yield _whole(MAIN, error)
        return
    told = False
    if file.size() != manifest.main.size:
        yield Damage("store", MAIN, f"it has {file.size():,} bytes, not {manifest.main.size:,} as it was written with")
        told = True
    for kind, row, rows, data in _rows(file, manifest):
        if zlib.crc32(data) != rows.crcs[row]:
            yield Damage(
                "store", f"{MAIN} line {rows.line + row}", f"{kind} {rows.ids[row]} does not read as it was written"
            )
            told = True
    if not told and compaction.sum_of(path).crc != manifest.main.crc:
        yield Damage("store", MAIN, "what stands between its documents does not read as it was written")


def _rows(file: ReadFile, manifest: Manifest) -> Iterator[tuple[str, int, Rows, bytes]]:
    blocks = Blocks(file)
    for kind, table in manifest.tables.items():
        rows = Rows(table)
        for row, (offset, size) in enumerate(zip(rows.offsets, rows.sizes, strict=True)):
            yield kind, row, rows, blocks.read(offset, size)


def _check_lookups(path: Path, manifest: Manifest) -> Iterator[Damage]:
    try:
        file = ReadFile(path)
    except OSError as error:
        yield _whole(LOOKUPS_FILE, error)
        return
    bad = [
        name
        for name, section in manifest.lookups.items()
        if zlib.crc32(file.read(section.offset, section.count * 12)) != section.crc
    ]
    if bad:
        yield Damage("lookups", LOOKUPS_FILE, f"the fields {', '.join(bad)} do not read as they were written")
    elif file.size() != sum(s.count * 12 for s in manifest.lookups.values()):
        yield Damage("lookups", LOOKUPS_FILE, "it is longer than it was written")


def _check_backup(folder: Path, manifest: Manifest) -> Iterator[Damage]:
    for name, wanted in manifest.backup.items():
        try:
            if compaction.sum_of(folder / name) != wanted:
                yield Damage("backup", f"{BACKUP}/{name}", "it does not read as it was written")
        except OSError as error:
            yield replace(_whole(f"{BACKUP}/{name}", error), part="backup")


def _check_journal(path: Path, manifest: Manifest | None, acknowledged: int | None) -> Iterator[Damage]:
    """The journal's lines one by one: damage in one does not hide damage in the next."""
    try:
        file = ReadFile(path)
    except OSError as error:
        yield replace(_whole(JOURNAL, error), part="journal")
        return
    position = manifest.position if manifest else 0
    crc: int | None = 0
    number = 0
    torn = False
    for number, (_offset, line) in enumerate(lines(file, 0), 1):
        where = f"{JOURNAL} line {number}"
        torn = not line.endswith(b"\n")
        body = unseal(line, crc) if crc is not None else _loose(line)
        crc = seal_of(line)
        if number == 1:
            header = read_header(line)
            if header is None:
                yield Damage("journal", where, "its header does not read as it was written")
            elif header.version > VERSION:
                raise Newer(str(path), header.version, VERSION)
            elif manifest and header.generation != manifest.generation:
                yield Damage(
                    "journal", where, f"it is of generation {header.generation}, the rest of {manifest.generation}"
                )
            continue
        entry = read_body(body[0], 0) if body else None
        if torn:
            break
        if entry is None:
            yield Damage("journal", where, "its checksum does not fit")
            position += 1
            continue
        if entry.lost or entry.position != position + 1:
            yield Damage("journal", where, f"transactions {position + 1} to {entry.position - 1} are missing before it")
        position = entry.position
    if number == 0:
        yield Damage("journal", JOURNAL, "it is empty")
    yield from _check_end(number, torn, position, acknowledged)


def _check_end(number: int, torn: bool, position: int, acknowledged: int | None) -> Iterator[Damage]:
    """A torn last line is the trace of a writer that was killed before it had acknowledged, or else of damage."""
    if acknowledged is not None and acknowledged > position:
        yield Damage(
            "journal",
            f"{JOURNAL} after line {number - torn}",
            f"transactions {position + 1} to {acknowledged} are missing",
        )
    elif torn and acknowledged is None:
        yield Damage("journal", f"{JOURNAL} line {number}", "it is torn")


def _loose(line: bytes) -> tuple[bytes, int] | None:
    """The body of a line whose predecessor is so damaged that its checksum cannot be followed: taken if it reads at all."""
    crc = seal_of(line)
    return (line[len(b'{"crc":"00000000",') : -1], crc) if crc is not None and line.endswith(b"\n") else None


# ---------------------------------------------------------------- restoring


def mend(folder: Path, acknowledged: int | None) -> Iterator[Damage]:
    """Check, and restore what can be restored; each damage says what was done. Only for the holder of the lock."""
    found = list(check(folder, acknowledged))
    if not found:
        return
    kept, notes = salvage(folder, acknowledged)
    if not kept.docs and any(d.part == "store" for d in found) and not _parses(folder / MAIN):
        raise CatalogueUnusable(f"Nothing of the catalogue {folder} could be restored: its files are left as they are.")
    aside = _aside(folder, kept.generation)
    compaction.write_new(folder, _tables(kept), generation=kept.generation + 1, position=kept.position + 1)
    compaction.switch(folder)
    compaction.keep_backups(folder, set())
    for damage in found:
        yield replace(damage, repaired=_repair_of(damage, notes, aside))


def _repair_of(damage: Damage, notes: dict[str, str], aside: str) -> str:
    if damage.part == "lookups":
        return "rebuilt from the documents"
    if damage.part == "backup":
        return f"set aside in {aside}; the next compaction makes a new one"
    return f"{notes.get(damage.where, 'written anew from what was whole')}; the files as they were are in {aside}"


def salvage(folder: Path, acknowledged: int | None) -> tuple[Salvage, dict[str, str]]:
    """Return every document that can be read from the folder's files, and notes on places that could not be."""
    kept, notes = Salvage(position=acknowledged or 0), dict[str, str]()
    manifest = _manifest(folder / MANIFEST, kept)
    older = _backup(folder, kept)
    foreign = _is_foreign(folder / MAIN)
    if manifest is not None and (folder / MAIN).exists() and not foreign:
        _take_main(ReadFile(folder / MAIN), manifest, older, kept, notes)
    elif _parses(folder / MAIN):
        _take_plain(folder / MAIN, kept)
        notes[MAIN if foreign else MANIFEST] = "written anew; the documents are taken as they stand"
    else:
        kept.docs = older.docs
        notes[MAIN] = "restored from the backup and its journal"
    if (folder / JOURNAL).exists():
        _take_journal(ReadFile(folder / JOURNAL), kept, notes, JOURNAL)
    return kept, notes


def _manifest(path: Path, kept: Salvage) -> Manifest | None:
    try:
        manifest = read_manifest(path)
    except (Damaged, OSError):
        return None
    kept.generation = max(kept.generation, manifest.generation)
    kept.position = max(kept.position, manifest.position)
    return manifest


def _backup(folder: Path, kept: Salvage) -> Salvage:
    """The documents as the last compaction had them: the generation before, with its journal over it."""
    older = Salvage()
    for path in sorted((folder / BACKUP).glob("catalogue-*.sum")) if (folder / BACKUP).is_dir() else ():
        manifest = _manifest(path, older)
        main, journal = path.with_suffix(".json"), path.parent / compaction.backup_name(JOURNAL, older.generation)
        if manifest is None or not main.exists():
            continue
        _take_main(ReadFile(main), manifest, Salvage(), older, {})
        if journal.exists():
            _take_journal(ReadFile(journal), older, {}, journal.name)
    kept.generation = max(kept.generation, older.generation + 1)
    kept.position = max(kept.position, older.position)
    return older


def _take_main(file: ReadFile, manifest: Manifest, older: Salvage, kept: Salvage, notes: dict[str, str]) -> None:
    for kind, row, rows, data in _rows(file, manifest):
        ident = rows.ids[row]
        if zlib.crc32(data) == rows.crcs[row]:
            kept.put(kind, ident, data, rows.keys[row])
            continue
        where = f"{MAIN} line {rows.line + row}"
        known = older.docs.get(kind, {}).get(ident)
        if known is not None and zlib.crc32(known[1]) == rows.crcs[row]:
            kept.put(kind, ident, known[1], rows.keys[row])
            notes[where] = "restored from the backup"
        else:
            notes[where] = f"{kind} {ident} is lost"


def _take_plain(path: Path, kept: Salvage) -> None:
    for kind, table in json.loads(path.read_bytes()).items():
        for key, doc in table.items():
            kept.put(kind, ident_of(doc, int(key)), encode_doc(doc), int(key))


def _parses(path: Path) -> bool:
    """Whether a file is what plain TinyDB would have written."""
    try:
        data = json.loads(path.read_bytes())
        return isinstance(data, dict) and all(
            isinstance(table, dict) and all(key.isdigit() and isinstance(doc, dict) for key, doc in table.items())
            for table in data.values()
        )
    except (OSError, ValueError, RecursionError):
        return False


def _is_foreign(path: Path) -> bool:
    """Whether another program, such as plain TinyDB, has written the file: sound, but not laid out as here."""
    try:
        with path.open("rb") as file:
            return file.read(3) not in (b'{\n"', b"{\n}") and _parses(path)
    except OSError:
        return False


def _take_journal(file: ReadFile, kept: Salvage, notes: dict[str, str], name: str) -> None:
    """Apply every line that reads as it was written, also those after one that does not."""
    crc: int | None = None
    for number, (offset, line) in enumerate(lines(file, 0), 1):
        header = read_header(line) if number == 1 else None
        body = unseal(line, crc) if crc is not None else _loose(line)
        crc = seal_of(line)
        if header is not None:
            kept.generation = max(kept.generation, header.generation)
            kept.position = max(kept.position, header.position)
        if number == 1:
            continue
        entry = read_body(body[0], offset) if body else None
        if entry is None or not _apply(file, entry, kept):
            notes[f"{name} line {number}"] = "this transaction is lost, those after it stand"
            continue
        kept.position = max(kept.position, entry.position)


def _apply(file: ReadFile, entry: Entry, kept: Salvage) -> bool:
    docs = [
        (kind, ident, file.read(offset, size))
        for kind, places in entry.puts.items()
        for ident, (offset, size) in places.items()
    ]
    with contextlib.suppress(ValueError):
        for _, _, data in docs:
            decode_doc(data)
        for kind, idents in entry.deletes.items():
            for ident in idents:
                kept.drop(kind, ident)
        for kind, ident, data in docs:
            kept.put(kind, ident, data, entry.keys.get(kind, {}).get(ident))
        return True
    return False


def _tables(kept: Salvage) -> Iterator[compaction.Table]:
    for kind, group in sorted(kept.docs.items()):
        free = max((key for key, _ in group.values() if key is not None), default=0)
        keys: dict[str, int] = {}
        for ident, (key, _) in group.items():
            if key is None:
                key = free = free + 1
            keys[ident] = key
        if keys:
            pieces = [Single(ident, data) for ident, (_, data) in sorted(group.items())]
            yield compaction.Table(kind, free + 1, pieces, keys.__getitem__)


def _aside(folder: Path, generation: int) -> str:
    """Give the present files second names in ``damaged/``; return the folder's name."""
    name = f"{DAMAGED}/{generation}"
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    for path in [folder / n for n in (MAIN, MANIFEST, JOURNAL, LOOKUPS_FILE)] + list((folder / BACKUP).glob("*-*.*")):
        if path.is_file():
            with contextlib.suppress(FileExistsError):
                (target / path.name).hardlink_to(path)
    sync_folder(target)
    return name
