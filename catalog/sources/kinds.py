"""What a file holds, told by its first bytes; its name only breaks ties and words the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .encoding import peek
from .gzipped import MAGIC as GZIP

Holds = Literal["picture", "page", "mhtml", "warc", "text", "json", "xmp", "gzip", "wacz", "empty", "other", "unknown"]

#: How many first bytes are looked at.
HEAD = 1 << 16


def _suffixes(words: str) -> frozenset[str]:
    return frozenset(words.split())


PICTURE_SUFFIXES = _suffixes("jpg jpeg jpe jfif pjpeg png apng gif webp tif tiff bmp dib avif avifs heic heif")
PAGE_SUFFIXES = _suffixes("html htm xhtml xht shtml")
_TEXT_SUFFIXES = _suffixes("txt text asc")
_RAW_SUFFIXES = _suffixes("cr2 cr3 nef nrw arw srf sr2 dng orf rw2 raf pef srw 3fr iiq erf kdc dcr mos mrw rwl")

_PICTURES = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    *((mark, "a TIFF picture") for mark in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"MM*\0", b"II\0*")),
)
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "an AVIF picture"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"), "a HEIF picture"),
}
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})

_ZIP = b"PK\x03\x04"
#: Names of members that a packed web archive (WACZ) begins with, whichever comes first.
_WACZ_FIRST = (b"archive/", b"datapackage", b"indexes/", b"pages/", b"fuzzy.json")

#: First bytes of what Cutline does not catalogue, with its name.
_OTHERS = (
    (b"%PDF-", "a PDF"),
    (_ZIP, "a ZIP archive or office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document or database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript file"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO", "a font"),
    (b"\0\x01\0\0\0", "a font"),
    (b"ttcf", "a font"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\0\0\x01\xba", "a video"),
    (b"FLV\x01", "a video"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound or video file"),
    (b"fLaC", "a sound file"),
    (b"\xff\xfb", "a sound file"),
    (b"\xff\xf1", "a sound file"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\x01\0", "an icon"),
    (b"\0\0\x02\0", "an icon"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"FUJIFILMCCD-RAW", "a camera raw file"),
    (b"SQLite format 3\0", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"bplist", "a property list"),
    (b"\0\0\0\x01Bud1", "a folder's view settings"),
    (b"\0asm", "a program"),
)
#: Text that is no story, by its suffix.
_OTHER_TEXT = {
    **dict.fromkeys(_suffixes("css scss less"), "a style sheet"),
    **dict.fromkeys(_suffixes("js mjs cjs ts map wasm"), "a script"),
    **dict.fromkeys(_suffixes("py sh bat ps1 php rb pl c h cpp java go rs sql"), "a program"),
    **dict.fromkeys(_suffixes("csv tsv"), "a table"),
    **dict.fromkeys(_suffixes("ini cfg conf toml yaml yml env properties desktop url webloc lock"), "a settings file"),
    **dict.fromkeys(_suffixes("xml rss atom xsl svg svgz kml gpx plist opml"), "an XML file"),
    **dict.fromkeys(_suffixes("srt vtt ass"), "subtitles"),
    **dict.fromkeys(_suffixes("log"), "a log"),
    **dict.fromkeys(_suffixes("eml"), "an e-mail"),
    **dict.fromkeys(_suffixes("md5 sha1 sha256 sfv"), "checksums"),
}
_PAGE_START = re.compile(
    r"<(?:!doctype\s{1,9}html|html|head|body|title|meta|script|style|div|article|main|section|table|figure|img|h1|p|a|br|b"
    r"|font|iframe|link|header|base)[\s>/]",
    re.I,
)
_TAGS = re.compile(r"</(?:p|div|a|span|li|h[1-6]|figure|table|body|html|script)>|<(?:html|body)[\s>]|<img\s", re.I)
_MHTML = re.compile(r"^content-type:[^\n]{0,40}(?:multipart/related|text/html)", re.I | re.M)
_MIME = re.compile(r"^(?:mime-version|content-location|snapshot-content-location|from|subject):", re.I | re.M)
_MHTML_SUFFIXES = frozenset({"mht", "mhtml"})
_HEADERS = re.compile(r"\s{0,99}[A-Za-z][A-Za-z0-9-]{1,60}:")
#: First bytes by which most kinds are told.
_BEGINNING = 1 << 14
#: Where more signs than these are looked at for controls, it is at one in seven: no width of numbers divides by it.
_MANY, _STEP = 8192, 7
#: Signs that no text has.
_CONTROLS = bytes([*range(9), 11, *range(14, 27), *range(28, 32), 127])


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file holds; ``name`` says it in words ("a PDF", "text")."""

    holds: Holds
    name: str


def suffix(name: str) -> str:
    """Return the last suffix of a file name in lower case, without its dot."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem and len(last) <= 12 else ""


def sniff(head: bytes, name: str) -> Sniffed:
    """Return what a file holds whose first :data:`HEAD` bytes are ``head``."""
    if not head:
        return Sniffed("empty", "nothing")
    return _picture(head, name) or _other(head, name) or _words(head, name)


def is_picture(head: bytes) -> bool:
    """Whether these first bytes are those of a picture that Cutline catalogues."""
    found = _picture(head, "")
    return found is not None and found.holds == "picture"


def _picture(head: bytes, name: str) -> Sniffed | None:
    for mark, label in _PICTURES:
        if head.startswith(mark):
            raw = label == "a TIFF picture" and (head[8:10] == b"CR" or suffix(name) in _RAW_SUFFIXES)
            return Sniffed("other", "a camera raw file") if raw else Sniffed("picture", label)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed("picture", "a WebP picture")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return Sniffed("picture", "a BMP picture")
    if head[4:8] == b"ftyp":
        brands = {head[i : i + 4] for i in range(8, min(int.from_bytes(head[:4], "big"), 128), 4)}
        label = next((name for brand, name in _BRANDS.items() if brand in brands), "")
        return Sniffed("picture", label) if label else Sniffed("other", "a video or sound file")
    return None


def _other(head: bytes, name: str) -> Sniffed | None:
    if head.startswith(b"WARC/"):
        return Sniffed("warc", "a web archive")
    if head.startswith(GZIP):
        return Sniffed("warc", "a web archive") if ".warc" in name.lower() else Sniffed("gzip", "a gzip archive")
    if head.startswith(_ZIP) and (suffix(name) == "wacz" or head[30:].startswith(_WACZ_FIRST)):
        return Sniffed("wacz", "a packed web archive")
    if head[:4] == b"RIFF":
        return Sniffed("other", "a video or sound file")
    if head[257:262] == b"ustar":
        return Sniffed("other", "a tar archive")
    label = next((label for mark, label in _OTHERS if head.startswith(mark)), "")
    return Sniffed("other", label) if label else None


def _words(head: bytes, name: str) -> Sniffed:
    text = peek(head[:_BEGINNING])
    # A byte for each sign: the bytes themselves. Of many, some are enough to count by.
    signs = head if len(text) == min(len(head), _BEGINNING) else peek(head).encode("latin-1", "replace")
    signs = signs[::_STEP] if len(signs) > _MANY else signs
    if (len(signs) - len(signs.translate(None, _CONTROLS))) * 200 > len(signs) + 200:
        return Sniffed("unknown", "binary data")
    start = text[:4096].lstrip("\ufeff \t\r\n")
    last = suffix(name)
    if start.startswith("WARC/"):
        return Sniffed("warc", "a web archive")
    if _HEADERS.match(start) and _is_mhtml(text[:8192], last):
        return Sniffed("mhtml", "a saved page")
    if start.startswith("<?xpacket") or "<x:xmpmeta" in start or (last == "xmp" and "<rdf:RDF" in peek(head)):
        return Sniffed("xmp", "an XMP sidecar")
    if _PAGE_START.match(_after_prolog(text)) or _PAGE_START.match(_after_prolog(text := peek(head))):
        return Sniffed("page", "a web page")
    if start.startswith("<svg") or (last == "svg" and "<svg" in start[:1000]):
        return Sniffed("other", "an SVG drawing")
    if start[:1] in ("{", "[") and (last == "json" or _looks_json(start)):
        return Sniffed("json", "JSON data")
    if last not in _OTHER_TEXT and last not in _TEXT_SUFFIXES and len(_TAGS.findall(text)) >= 5:
        return Sniffed("page", "a web page")
    return _plain(start, last)


def _is_mhtml(text: str, last: str) -> bool:
    if last in _MHTML_SUFFIXES:
        return "content-type:" in text.lower()
    return last != "eml" and bool(_MHTML.search(text) and _MIME.search(text))


def _after_prolog(text: str) -> str:
    """``text`` from its first tag that is no XML declaration and no comment."""
    at = 0
    for _ in range(20):
        at += len(text[at : at + 4096]) - len(text[at : at + 4096].lstrip("\ufeff \t\r\n\f"))
        end = "-->" if text.startswith("<!--", at) else "?>" if text.startswith("<?xml ", at) else ""
        stop = text.find(end, at) if end else -1
        if stop < 0:
            break
        at = stop + len(end)
    return text[at : at + 64]


def _plain(start: str, last: str) -> Sniffed:
    if last in _OTHER_TEXT:
        return Sniffed("other", _OTHER_TEXT[last])
    if last in PAGE_SUFFIXES:
        return Sniffed("page", "a web page")
    if start.startswith("<?xml"):
        return Sniffed("other", "an XML file")
    return Sniffed("text", "text")


def _looks_json(start: str) -> bool:
    return bool(re.match(r'(?:\{\s{0,99}"[^"]{1,80}"\s{0,9}:|\[\s{0,99}[{\["\d])', start))
