"""Web archives packed with their index (WACZ 1.1.1, https://specs.webrecorder.net/wacz/1.1.1/): a ZIP file that holds WARC files.

Only the WARC files are read, in the order of their names, as parts of one archive; index and screenshots are derived.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from ..errors import Rejected
from .base import Document, LeftAside, PictureFile
from .files import open_regular
from .limits import LIMITS, Limits
from .warc import Stream, read_streams

_END = struct.Struct("<4s4H2IH")  # The end of central directory record (APPNOTE.TXT 4.3.16).
#: Bytes that the table of members may have: all of it is read into memory.
_TABLE_LIMIT = 16 << 20


def read_wacz(path: str, file: Path, limits: Limits = LIMITS) -> Iterator[Document | PictureFile | LeftAside]:
    """Yield what its WARC files hold, as :func:`catalog.sources.warc.read_warc` does.

    A ZIP file without any is ignored. Raises Rejected when the file cannot be opened, or no record in it can be read.
    """
    with open_regular(file, follow=True) as handle:
        _check_table(handle)
        try:
            with ZipFile(handle) as packed:
                names = sorted(n for n in packed.namelist() if n.lower().endswith((".warc", ".warc.gz")))
                if not names:
                    yield LeftAside(path, "ignored", "a ZIP archive without a web archive in it")
                    return
                yield from read_streams(path, _streams(packed, names[: limits.members], limits), limits)
        except (BadZipFile, ValueError, NotImplementedError) as error:
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
    for name in names:
        info = packed.getinfo(name)
        if info.flag_bits & 1:
            raise Rejected("a packed web archive (WACZ) that is locked by a password")
        with packed.open(info) as member:
            yield Stream(member, info.file_size, limits.inflate)
