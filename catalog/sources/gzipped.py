"""A page, text or news item that was packed by gzip (RFC 1952), as crawlers and archives keep them."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
#: The sentence that a document carries whose packed bytes end too early.
CUT = "its compressed data is cut off or damaged"


def unpack(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Return the first ``limit`` bytes that gzip's members in ``data`` hold, and whether the last of them is whole.

    No more than that is ever unpacked, so a bomb stays small; what is damaged gives the bytes before the damage.
    """
    parts: list[bytes] = []
    room = limit
    while data.startswith(MAGIC) and room > 0:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            parts.append(inflater.decompress(data, room))
        except zlib.error:
            # At once, all is lost that stands before the damage.
            parts.append(_before_damage(data, room))
            return b"".join(parts), False
        room -= len(parts[-1])
        if not inflater.eof:
            return b"".join(parts), room <= 0
        data = inflater.unused_data.lstrip(b"\0")
    return b"".join(parts), not data or room <= 0


def _before_damage(data: bytes, room: int) -> bytes:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    good = bytearray()
    try:
        for at in range(0, len(data), 256):
            good += inflater.decompress(data[at : at + 256], room - len(good))
            if len(good) >= room or inflater.eof:
                break
    except zlib.error:
        pass
    return bytes(good)
