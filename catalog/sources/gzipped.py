"""A page, text or news item that was packed by gzip (RFC 1952), as crawlers and archives keep them."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
#: The sentence that a document carries whose packed bytes end too early.
CUT = "its compressed data is cut off or damaged"
#: Bytes unpacked at once: so many are lost before a damage, at most.
_PIECE = 1024
#: Members of one file that are unpacked: crawlers write one for each record, an attacker one for every twenty bytes.
_MEMBERS = 20_000


def unpack(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Return the first ``limit`` bytes that gzip's members in ``data`` hold, and whether that is all they hold, undamaged.

    No more than that is ever unpacked, so a bomb stays small; what is damaged gives the bytes before the damage.
    """
    out, members = bytearray(), 0
    inflater: zlib._Decompress | None = None
    for at in range(0, len(data), _PIECE):
        piece = data[at : at + _PIECE]
        while piece := piece if inflater else piece.lstrip(b"\0"):  # zero bytes pad a file to a block
            if len(out) >= limit or members > _MEMBERS:
                return bytes(out), False
            if inflater is None:
                inflater, members = zlib.decompressobj(zlib.MAX_WBITS | 16), members + 1
            try:
                out += inflater.decompress(piece, limit - len(out))
            except zlib.error:
                return bytes(out), False
            piece = inflater.unconsumed_tail
            if inflater.eof:
                piece, inflater = inflater.unused_data, None
    return bytes(out), inflater is None
