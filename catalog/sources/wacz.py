"""Web archives packed with their index (WACZ 1.1.1, https://specs.webrecorder.net/wacz/1.1.1/): a ZIP file that holds WARC files.

Only the WARC files are read, in the order of their names, as parts of one archive; index and screenshots are derived.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from ..errors import Rejected
from .base import Document, LeftAside, PictureFile
from .files import open_regular
from .limits import LIMITS, Limits
from .warc import BROKEN, TOO_MUCH, Stream, read_streams

_END = struct.Struct("<4s4H2IH")  # The end of central directory record (APPNOTE.TXT 4.3.16).
#: Ways of packing that are read: the others may ask for gigabytes of memory, and the format's own tools use none of them.
_WAYS = frozenset({ZIP_STORED, ZIP_DEFLATED})
#: What a damaged table, or a member's damaged head, raises: places outside the file, names that are no text, unknown versions.
_DAMAGED = (BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OSError)
#: Bytes that the table of members may have: all of it is read into memory.
_TABLE_LIMIT = 16 << 20


def read_wacz(path: str, file: Path, limits: Limits = LIMITS) -> Iterator[Document | PictureFile | LeftAside]:
    """Yield what its WARC files hold, as :func:`catalog.sources.warc.read_warc` does.

    A ZIP file without any is ignored. Raises Rejected when the file cannot be opened, or no record in it can be read.
    """
    with open_regular(file, follow=True) as handle, _opened(handle) as packed:
        names = sorted(n for n in packed.namelist() if n.lower().endswith((".warc", ".warc.gz")))
        if not names:
            yield LeftAside(path, "ignored", "a ZIP archive without a web archive in it")
            return
        yield from read_streams(path, _streams(packed, names[: limits.members], limits), limits)


def _opened(handle: BinaryIO) -> ZipFile:
    _check_table(handle)
    try:
        return ZipFile(handle)
    except _DAMAGED as error:
        raise Rejected("a packed web archive (WACZ) that is cut off or damaged") from error


def _check_table(handle: BinaryIO) -> None:
    size = handle.seek(0, 2)
    handle.seek(max(0, size - _END.size - 0xFFFF))
    tail = handle.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Rejected("a packed web archive (WACZ) that is cut off or damaged")
    if _END.unpack_from(tail, at)[5] > _TABLE_LIMIT:
        raise Rejected("a packed web archive (WACZ) with more members than are read")
    handle.seek(0)


def _streams(packed: ZipFile, names: list[str], limits: Limits) -> Iterator[Stream]:
    """The WARC files of an archive. All of them together unpack to no more than one may."""
    left = limits.inflate
    for name in names:
        info = packed.getinfo(name)
        if info.flag_bits & 1:
            raise Rejected("a packed web archive (WACZ) that is locked by a password")
        if info.file_size > left:
            yield _unreadable(TOO_MUCH)
            return
        if info.compress_type not in _WAYS:
            yield _unreadable(BROKEN)
            continue
        try:
            member = packed.open(info)
        except _DAMAGED:
            yield _unreadable(BROKEN)
            continue
        with member:
            stream = Stream(member, info.file_size, left)
            yield stream
        left -= info.file_size + stream.inflated


def _unreadable(why: str) -> Stream:
    stream = Stream(BytesIO(), 0, 0)
    stream.broken = why
    return stream
