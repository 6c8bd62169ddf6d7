"""Which kind of file some bytes are: told by their content, never by a name."""

from __future__ import annotations

import re

#: Formats that are catalogued, by Pillow's names. HEIF only when the optional extra ``heic`` is installed.
READ = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF")

#: File name endings that promise one of those formats.
SUFFIXES = frozenset(
    "jpg jpeg jpe jfif png apng gif webp tif tiff bmp dib avif avifs heic heif hif".split()  # noqa: SIM905
)

#: How the first bytes of each format look. Sources: the formats' own specifications.
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II\0*", "TIFF"),
    (b"MM*\0", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
)

#: Brands of the ISO base media file format (ISO/IEC 14496-12, 23008-12) that mean a still picture.
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))

#: What else a file may turn out to be, for a reason that helps.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\1\0", "an icon"),
    (b"qoif", "a QOI picture"),
    (b"PK\3\4", "a ZIP archive"),
    (b"PK\5\6", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"SIMPLE  =", "a FITS file"),
    (b"#!", "a script"),
)

_HEAD = 4096
_MAX_BOXES = 1_000
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def sniff(data: bytes | memoryview) -> str | None:
    """Return the picture format of ``data`` (one of :data:`READ`), told by its first bytes; ``None`` for anything else."""
    head = bytes(data[:64])
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if (
        head[:2] == b"BM"
        and len(head) >= 18
        and int.from_bytes(head[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)
    ):
        return "BMP"
    return _media_brand(head) if head[4:8] == b"ftyp" else None


def _media_brand(head: bytes) -> str | None:
    """AVIF or HEIF by the brands of an ``ftyp`` box: the major one first, then the compatible ones."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if any(brand in _AVIF_BRANDS for brand in brands):
        return "AVIF"
    return "HEIF" if any(brand in _HEIF_BRANDS for brand in brands) else None


def describe(data: bytes | memoryview) -> str:
    """Return in words what ``data`` is when :func:`sniff` knows no picture format in it ("a PDF document", "text")."""
    head = bytes(data[:_HEAD])
    if not head:
        return "an empty file"
    for start, name in _OTHERS:
        if head.startswith(start):
            return name
    if head[4:8] == b"ftyp":
        return "a video"
    if head[:4] == b"RIFF":
        return "a sound or video file"
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    if _SVG.search(head):
        return "an SVG drawing"
    if _HTML.search(head):
        return "a web page"
    return "text" if head.translate(None, _CONTROLS) == head else "data of an unknown kind"


def ends_early(form: str, data: bytes) -> bool:
    """Return whether a file of format ``form`` is shorter than its own container says (WebP, AVIF, HEIF; others: False)."""
    if form == "WEBP":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if form not in ("AVIF", "HEIF"):
        return False
    at = 0
    for _ in range(_MAX_BOXES):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if at + 8 > len(data) or size < 8:
            break
        at += size
    return at > len(data)
