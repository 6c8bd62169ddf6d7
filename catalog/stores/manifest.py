"""The manifest of a compacted catalogue, ``catalogue.sum``: where each document stands and its checksum.

One sealed JSON line. With it a catalogue opens without parsing ``catalogue.json``, and every damage of that file is noticed.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate
from pathlib import Path

import msgspec

from ..errors import Damaged, Newer
from .journal import seal, unseal
from .presence import BACKUP as BACKUP
from .presence import MAIN as MAIN
from .presence import MANIFEST as MANIFEST

LOOKUPS_FILE = "catalogue.lookups"
VERSION = 1


class TableSum(msgspec.Struct):
    """One table: ids in order, and for each document its size, CRC-32 and TinyDB key (little-endian arrays)."""

    start: int
    line: int
    next_key: int
    ids: list[str]
    sizes: bytes
    crcs: bytes
    keys: bytes


class Section(msgspec.Struct):
    """One looked-up field in ``catalogue.lookups``: where, how many entries, checksum."""

    offset: int
    count: int
    crc: int


class FileSum(msgspec.Struct):
    """Size and checksum of a whole file."""

    size: int
    crc: int


class _Form(msgspec.Struct):
    version: int


class Manifest(msgspec.Struct):
    """What ``catalogue.sum`` says. ``backup`` names the files of the generation before, with their sums."""

    cutline: str
    version: int
    generation: int
    position: int
    main: FileSum
    tables: dict[str, TableSum]
    lookups: dict[str, Section]
    backup: dict[str, FileSum] = {}
    before: int = 0


def write_manifest(manifest: Manifest) -> bytes:
    """Return the file that holds ``manifest``."""
    return seal(msgspec.json.encode(manifest)[1:])[0]


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at ``path``. Raises Damaged when it does not read as it was written, Newer, FileNotFoundError."""
    sealed = unseal(path.read_bytes())
    if sealed is None:
        raise Damaged(str(path), "its only line", "its checksum does not fit")
    body = b"{" + sealed[0]
    try:
        # The form first: what a later one holds need not fit what is known here.
        version = msgspec.json.decode(body, type=_Form).version
        if version > VERSION:
            raise Newer(str(path), version, VERSION)
        return msgspec.json.decode(body, type=Manifest)
    except msgspec.DecodeError as error:
        raise Damaged(str(path), "its only line", str(error)) from error


def pack(code: str, numbers: Iterable[int]) -> bytes:
    """Return numbers as a little-endian array: code ``I`` for 32 bits, ``Q`` for 64."""
    packed = array(code, numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(code: str, data: bytes) -> array[int]:
    """Return the numbers that :func:`pack` packed."""
    numbers: array[int] = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


class Rows:
    """The documents of one table in the compacted file, by row (in the order of ids)."""

    def __init__(self, table: TableSum) -> None:
        self.ids = table.ids
        self.line = table.line
        self.next_key = table.next_key
        self.start = table.start
        self.sizes = unpack("I", table.sizes)
        self.crcs = unpack("I", table.crcs)
        self.keys = unpack("I", table.keys)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def offsets(self) -> array[int]:
        """Where in the file each document begins, after ``"key":``."""
        heads = [len(str(key)) + 3 for key in self.keys]
        steps = (head + size + 2 for head, size in zip(heads, self.sizes, strict=True))
        starts = accumulate(steps, initial=self.start)
        return array("Q", [start + head for start, head in zip(starts, heads, strict=False)])

    def row(self, ident: str) -> int:
        """Return the row of ``ident``, -1 when it is not in the file."""
        at = bisect_left(self.ids, ident)
        return at if at < len(self.ids) and self.ids[at] == ident else -1
