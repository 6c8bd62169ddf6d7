"""The journal: one sealed JSON line per transaction.

::

    {"crc":"5f0c6e1b","cutline":"journal","version":1,"generation":3,"position":120}
    {"crc":"90a1c2d3","n":121,"put":{"image":{"0a1b…":512}},"del":{"link":["…"]},"docs":[{…512 bytes…}]}

``crc`` is the CRC-32 of the rest of the line, begun with the ``crc`` of the line before: a line that is altered,
missing or out of place does not fit. ``put`` gives the size of each document of ``docs``, so that a document is found
in the file without parsing it. ``lost`` on a line counts the positions before it that a damaged end took away.
"""

from __future__ import annotations

import os
import re
import weakref
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ..errors import Damaged, Newer
from .documents import encode_doc
from .files import ReadFile, data_sync, refused, write_all
from .presence import JOURNAL as JOURNAL

VERSION = 1

_SEAL = len(b'{"crc":"00000000",')
_SEALED = re.compile(rb'\{"crc":"([0-9a-f]{8})",')
_DOCS = b',"docs":['  # a quote inside a string is escaped, so this is nowhere else before the documents
_BLOCK = 4 << 20


class Header(msgspec.Struct):
    """The first line: after which position this journal begins, and to which generation of files it belongs."""

    cutline: str
    version: int
    generation: int
    position: int


class _Head(msgspec.Struct, rename={"delete": "del"}, omit_defaults=True):
    n: int
    put: dict[str, dict[str, int]] = {}
    delete: dict[str, list[str]] = {}
    keys: dict[str, dict[str, int]] = {}
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction as the journal has it. ``puts`` gives offset and size of each document in the file."""

    position: int
    offset: int
    puts: dict[str, dict[str, tuple[int, int]]]
    deletes: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    lost: int = 0


def seal(body: bytes, before: int = 0) -> tuple[bytes, int]:
    """Return ``body`` (a JSON object without its opening brace) as a sealed line, and the line's checksum."""
    crc = zlib.crc32(body, before)
    return b'{"crc":"%08x",%b\n' % (crc, body), crc


def unseal(line: bytes, before: int = 0) -> tuple[bytes, int] | None:
    """Return the body of a sealed line and its checksum; ``None`` when it is not what was written."""
    match = _SEALED.match(line)
    if match is None or not line.endswith(b"\n"):
        return None
    body, crc = line[_SEAL:-1], int(match[1], 16)
    return (body, crc) if zlib.crc32(body, before) == crc else None


def seal_of(line: bytes) -> int | None:
    """Return the checksum that a line says it has."""
    match = _SEALED.match(line)
    return int(match[1], 16) if match else None


def header_line(generation: int, position: int) -> bytes:
    """Return the first line of a journal."""
    return seal(encode_doc(Header("journal", VERSION, generation, position))[1:])[0]


def read_header(line: bytes) -> Header | None:
    """Return what the first line of a journal says; ``None`` when it does not read as it was written."""
    body = unseal(line)
    try:
        return msgspec.json.decode(b"{" + body[0], type=Header) if body else None
    except msgspec.DecodeError:
        return None


def transaction_body(
    position: int,
    docs: dict[str, dict[str, bytes]],
    deletes: dict[str, list[str]],
    keys: dict[str, dict[str, int]],
    lost: int,
) -> tuple[bytes, int]:
    """Return a transaction as the body of a line, and where in the line its first document begins."""
    sizes = {kind: {ident: len(doc) for ident, doc in group.items()} for kind, group in docs.items()}
    head = msgspec.json.encode(_Head(position, sizes, deletes, keys, lost))[1:-1]
    joined = b",".join(doc for group in docs.values() for doc in group.values())
    return b"%b%b%b]}" % (head, _DOCS, joined), _SEAL + len(head) + len(_DOCS)


def read_body(body: bytes, offset: int) -> Entry | None:
    """Return the transaction in the body of the line at ``offset``; ``None`` when it is not one."""
    at = body.find(_DOCS)
    try:
        head = msgspec.json.decode(b"{" + body[:at] + b"}", type=_Head)
    except msgspec.DecodeError:
        return None
    start = offset + _SEAL + at + len(_DOCS)
    puts: dict[str, dict[str, tuple[int, int]]] = {}
    for kind, sizes in head.put.items():
        places = puts[kind] = {}
        for ident, size in sizes.items():
            places[ident] = (start, size)
            start += size + 1
    return Entry(head.n, offset, puts, head.delete, head.keys, head.lost)


def lines(file: ReadFile, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, line) from ``offset`` on; the last may lack its line end."""
    rest = b""
    start = offset
    while data := file.read(start + len(rest), _BLOCK):
        pieces = (rest + data).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            yield start, piece + b"\n"
            start += len(piece) + 1
    if rest:
        yield start, rest


class Journal:
    """One generation's journal, read forwards and appended to.

    ``position`` and ``end`` (bytes) are how far it has been read; ``size`` how long it was then: longer when its last line
    was torn, or is being written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = ReadFile(path)
        first = next(lines(self.file, 0), (0, b""))[1]
        header = read_header(first)
        if header is None or header.cutline != "journal":
            raise Damaged(str(path), "line 1", "its header does not read as it was written")
        if header.version > VERSION:
            raise Newer(str(path), header.version, VERSION)
        self.generation = header.generation
        self.base = self.position = header.position
        self.end = self.size = len(first)
        self.line = 1
        self._crc = seal_of(first) or 0
        self._append: int | None = None

    def read_on(self) -> Iterator[Entry]:
        """Yield the transactions that were added since the last call. Raises Damaged for a line that does not fit."""
        size = self.file.size()
        for offset, line in lines(self.file, self.end):
            if not line.endswith(b"\n"):
                size = max(size, offset + len(line))
                break
            entry = self._fit(offset, line)
            self.end, self.position, self.line = offset + len(line), entry.position, self.line + 1
            self._crc = seal_of(line) or 0
            yield entry
        self.size = max(size, self.end)

    def _fit(self, offset: int, line: bytes) -> Entry:
        where = f"line {self.line + 1}"
        body = unseal(line, self._crc)
        entry = read_body(body[0], offset) if body else None
        if entry is None:
            raise Damaged(str(self.path), where, "its checksum does not fit")
        if entry.position != self.position + entry.lost + 1:
            raise Damaged(str(self.path), where, f"transaction {entry.position} follows {self.position}")
        return entry

    def append(self, body: bytes) -> int:
        """Write one more line and bring it to the disk; return its offset. CatalogueUnusable: nothing is written."""
        line, crc = seal(body, self._crc)
        try:
            fd = self._writer()
            try:
                write_all(fd, line)
                data_sync(fd)
            except BaseException:
                os.ftruncate(fd, self.end)
                raise
        except OSError as error:
            raise refused("written", self.path, error) from error
        offset = self.end
        self.end = self.size = offset + len(line)
        self.line += 1
        self._crc = crc
        return offset

    def cut(self) -> bytes:
        """Cut off what stands after the last whole line, and return it. Only for the holder of the lock."""
        torn = self.file.read(self.end, self.file.size() - self.end)
        if torn:
            try:
                os.ftruncate(self._writer(), self.end)
                data_sync(self._writer())
            except OSError as error:
                raise refused("written", self.path, error) from error
        self.size = self.end
        return torn

    def _writer(self) -> int:
        if self._append is None:
            self._append = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            weakref.finalize(self, os.close, self._append)
        return self._append


def replay(path: Path, after: int) -> Iterable[Entry]:
    """Yield the transactions after position ``after`` in a whole journal file."""
    return (entry for entry in Journal(path).read_on() if entry.position > after)
