"""Where each format keeps what it says of itself: the packets of a file, found without decoding its pixels."""

from __future__ import annotations

import binascii
import io
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PIL import Image

from .. import heif
from . import iptc
from .exif import body as exif_body
from .text import Notes
from .tiff import Tiff

MAX_SEGMENTS = 5_000
MAX_TEXT = 1 << 20

_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_MARK = b"http://ns.adobe.com/xmp/extension/\0"
#: How an XMP packet begins, and within how many bytes of its segment.
_XMP_BEGIN, _MARK_ROOM = b"<?xpacket begin=", 60
#: How nearly every Exif packet begins: a byte order, and the first directory right behind it.
_TIFF_BEGIN = re.compile(rb"MM\0\*\0\0\0\x08|II\*\0\x08\0\0\0")
_PHOTOSHOP_MARK = b"Photoshop 3.0\0"
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


#: What walking over damaged bytes raises here, and what Pillow's readers of AVIF and HEIF do.
_BROKEN = (
    struct.error,
    LookupError,
    ValueError,
    OSError,
    SyntaxError,
    EOFError,
    RuntimeError,
    TypeError,
    OverflowError,
)


@dataclass(slots=True)
class Packets:
    """The embedded packets of one file, each as it stands there; ``text`` are PNG's keywords and their words."""

    exif: bytes | memoryview = b""
    iim: bytes = b""
    digest: bytes = b""
    xmp: list[bytes] = field(default_factory=list)
    extended: list[bytes] = field(default_factory=list)
    text: list[tuple[str, str]] = field(default_factory=list)
    c2pa: bool = False


def collect(form: str, data: bytes, limit: int, notes: Notes) -> Packets:
    """Return the packets of the picture ``data`` of format ``form``; at most ``limit`` bytes of them are taken."""
    found = Packets()
    reader = _READERS.get(form)
    if reader is not None:
        try:
            reader(memoryview(data), found, _Budget(limit), notes)
        except _BROKEN as error:
            notes.warn(f"The embedded metadata could not be read to its end ({type(error).__name__}).")
    return found


class _Budget:
    """How many bytes of metadata may still be taken."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, data: memoryview, notes: Notes) -> bytes:
        """Return ``data`` as bytes, or none of it with a warning when that would be too much."""
        if len(data) > self._left:
            notes.warn("The file has more embedded metadata than is read: the rest was left out.")
            return b""
        self._left -= len(data)
        return bytes(data)


def _starts(content: memoryview, mark: bytes) -> bool:
    return bytes(content[: len(mark)]) == mark


def _segments(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Marker and content of each JPEG segment before the scan (ITU-T T.81, annex B)."""
    at, count = 2, 0
    while at + 4 <= len(data) and count < MAX_SEGMENTS:
        if data[at] != 0xFF:
            at += 1
            continue
        marker = data[at + 1]
        if marker in (0xFF, 0x00) or 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9):
            return
        (size,) = struct.unpack_from(">H", data, at + 2)
        yield marker, data[at + 4 : at + 2 + size]
        at, count = at + 2 + size, count + 1


def _jpeg(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    exif, photoshop = bytearray(), bytearray()
    for marker, content in _segments(data):
        if marker == 0xE1 and _starts(content, b"Exif\0"):
            # Exif larger than a segment goes on in the next one.
            exif += budget.take(content[6:], notes)
        elif marker == 0xE1 and _starts(content, _XMP_MARK):
            found.xmp.append(budget.take(content[len(_XMP_MARK) :], notes))
        elif marker == 0xE1 and _starts(content, _EXTENDED_MARK):
            found.extended.append(budget.take(content[len(_EXTENDED_MARK) :], notes))
        elif marker == 0xE1 and (start := bytes(content[:_MARK_ROOM]).find(_XMP_BEGIN)) > 0:
            found.xmp.append(budget.take(content[start:], notes))  # behind a damaged mark
        elif marker == 0xE1 and not exif and (begin := _TIFF_BEGIN.search(content[:_MARK_ROOM])):
            exif += budget.take(content[begin.start() :], notes)
        elif marker == 0xED and _starts(content, _PHOTOSHOP_MARK):
            photoshop += budget.take(content[len(_PHOTOSHOP_MARK) :], notes)
        elif marker == 0xEB and b"jumb" in bytes(content[:64]):
            found.c2pa = found.c2pa or b"c2pa" in bytes(content[:512])
    found.exif = bytes(exif)
    found.iim, found.digest = iptc.from_photoshop(bytes(photoshop))


def _png(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    at = 8
    for _ in range(MAX_SEGMENTS):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + size]
        if kind == b"eXIf":
            found.exif = found.exif or exif_body(budget.take(content, notes))
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            _png_text(kind, budget.take(content, notes), found, notes)
        elif kind == b"caBX":
            found.c2pa = True
        elif kind == b"IEND":
            return
        at += 12 + size


def _png_text(kind: bytes, content: bytes, found: Packets, notes: Notes) -> None:
    """One text chunk (PNG specification, third edition, 11.3.3): its keyword says what it holds."""
    keyword, _, rest = content.partition(b"\0")
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    if kind == b"iTXt":
        rest = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    elif kind == b"zTXt":
        rest = rest[1:]
    try:
        words = zlib.decompressobj().decompress(rest, MAX_TEXT) if packed else rest
    except zlib.error:
        notes.warn("A compressed PNG text is broken and was left out.")
        return
    name = keyword.decode("latin-1")
    if name == "XML:com.adobe.xmp":
        found.xmp.append(words)
    elif name.startswith("Raw profile type "):
        _raw_profile(name[17:].strip().lower(), words, found)
    else:
        found.text.append((name, words.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")))


def _raw_profile(kind: str, words: bytes, found: Packets) -> None:
    """A packet written as hexadecimal digits behind a line with its name ("iptc", "IPTC profile") and one with its length."""
    digits = b"".join(b"".join(words.strip().split(b"\n", 2)[2:]).split())
    try:
        profile = binascii.unhexlify(digits[: len(digits) & ~1])
    except binascii.Error:
        return
    if kind in ("exif", "app1") and profile[:5] == b"Exif\0":
        found.exif = found.exif or profile[6:]
    elif kind == "app1" and profile.startswith(_XMP_MARK):
        found.xmp.append(profile[len(_XMP_MARK) :])
    elif kind == "xmp":
        found.xmp.append(profile)
    elif kind in ("iptc", "8bim"):
        start = profile.find(b"8BIM")
        if start >= 0:
            found.iim, found.digest = iptc.from_photoshop(profile[start:])
        elif profile[:1] == b"\x1c":
            found.iim = profile


def _webp(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    at = 12
    for _ in range(MAX_SEGMENTS):
        if at + 8 > len(data):
            return
        kind, size = struct.unpack_from("<4sI", data, at)
        content = data[at + 8 : at + 8 + size]
        if kind == b"EXIF":
            found.exif = exif_body(budget.take(content, notes))
        elif kind == b"XMP ":
            found.xmp.append(budget.take(content, notes))
        elif kind == b"C2PA":
            found.c2pa = True
        at += 8 + size + (size & 1)


def _tiff(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    tiff = Tiff(data)
    main = tiff.directory(tiff.first, frozenset((700, 34377, 52545)))
    found.exif = data
    if main.data(700):
        found.xmp.append(budget.take(memoryview(main.data(700)), notes))
    # Some writers declare the IIM block as 32-bit numbers: its bytes count, whatever the type.
    found.iim = tiff.bytes_of(tiff.first, 33723)
    own, digest = iptc.from_photoshop(main.data(34377))
    found.iim, found.digest = found.iim or own, digest
    found.c2pa = 52545 in main.tags


def _gif(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    whole = bytes(data)
    start = whole.find(b"\x21\xff\x0bXMP DataXMP")
    if start >= 0:
        # The packet stands unblocked, followed by 258 bytes that lead any reader of blocks to its end.
        end = whole.find(b"\x01\xff\xfe\xfd", start)
        if end > 0:
            found.xmp.append(budget.take(data[start + 14 : end], notes))
    found.c2pa = b"\x21\xff\x0bC2PA_GIF" in whole


def _media(data: memoryview, found: Packets, budget: _Budget, notes: Notes) -> None:
    """AVIF and HEIF: Pillow's readers know their boxes; only the top level is walked here, for C2PA."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(data), formats=("AVIF", "HEIF") if heif.available() else ("AVIF",)) as picture:
            exif, packet = picture.info.get("exif"), picture.info.get("xmp")
    if isinstance(exif, bytes):
        found.exif = exif_body(budget.take(memoryview(exif), notes))
    if isinstance(packet, bytes):
        found.xmp.append(budget.take(memoryview(packet), notes))
    at = 0
    for _ in range(MAX_SEGMENTS):
        if at + 24 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        found.c2pa = found.c2pa or (kind == b"uuid" and data[at + 8 : at + 24] == _C2PA_BOX)
        if size < 8:
            return
        at += size


_READERS: dict[str, Callable[[memoryview, Packets, _Budget, Notes], None]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "TIFF": _tiff,
    "GIF": _gif,
    "AVIF": _media,
    "HEIF": _media,
}
