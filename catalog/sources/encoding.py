"""Bytes to text. Never fails, never changes a line end, and says what it had to assume.

Order: byte-order mark; what the transport says (``hint``); what the document says (``declared``); strict UTF-8;
charset-normalizer on a bounded sample. Labels mean what the WHATWG Encoding Standard says they mean (``latin-1`` is
windows-1252, ``gb2312`` is gb18030), and only those labels are known: codecs that are no charsets cannot be named.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

#: Python codec by WHATWG name, then the labels that are not spelt like either.
_CODECS = {
    "utf-8": "utf-8 utf8 unicode-1-1-utf-8 unicode11utf8 x-unicode20utf8 ascii-utf8 utf8mb4",
    "cp1252": "windows-1252 cp1252 x-cp1252 ansi ascii us-ascii ansi_x3.4-1968 iso-8859-1 iso8859-1 iso88591 "
    "iso_8859-1 iso_8859-1:1987 latin1 latin-1 l1 cp819 ibm819 iso-ir-100 csisolatin1 x-user-defined",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1251": "windows-1251 cp1251 x-cp1251",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso88599 latin5 latin-5 l5 csisolatin5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "cp874": "windows-874 cp874 tis-620 iso-8859-11 iso8859-11 dos-874",
    "cp866": "ibm866 866 cp866 csibm866",
    "iso8859_2": "iso-8859-2 iso8859-2 iso88592 latin2 latin-2 l2 csisolatin2",
    "iso8859_3": "iso-8859-3 iso8859-3 latin3 latin-3 l3",
    "iso8859_4": "iso-8859-4 iso8859-4 latin4 latin-4 l4",
    "iso8859_5": "iso-8859-5 iso8859-5 cyrillic csisolatincyrillic",
    "iso8859_6": "iso-8859-6 iso8859-6 arabic ecma-114 asmo-708 csisolatinarabic",
    "iso8859_7": "iso-8859-7 iso8859-7 greek greek8 ecma-118 elot_928 sun_eu_greek csisolatingreek",
    "iso8859_8": "iso-8859-8 iso8859-8 iso-8859-8-i hebrew visual logical csisolatinhebrew",
    "iso8859_10": "iso-8859-10 iso8859-10 latin6 latin-6 l6",
    "iso8859_13": "iso-8859-13 iso8859-13",
    "iso8859_14": "iso-8859-14 iso8859-14",
    "iso8859_15": "iso-8859-15 iso8859-15 latin9 latin-9 l9 csisolatin9",
    "iso8859_16": "iso-8859-16 iso8859-16",
    "koi8_r": "koi8-r koi8 koi koi8_r cskoi8r",
    "koi8_u": "koi8-u koi8-ru",
    "mac_roman": "macintosh mac x-mac-roman csmacintosh",
    "mac_cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "gb18030 gbk gb2312 gb_2312 gb_2312-80 x-gbk chinese csgb2312 csiso58gb231280 iso-ir-58 cp936 euc-cn",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950",
    "euc_jp": "euc-jp x-euc-jp eucjp cseucpkdfmtjapanese",
    "iso2022_jp": "iso-2022-jp csiso2022jp",
    "cp932": "shift_jis shift-jis sjis x-sjis windows-31j ms932 ms_kanji csshiftjis cp932",
    "cp949": "euc-kr euckr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949 cp949 cseuckr iso-ir-149",
    "utf-16-le": "utf-16 utf-16le ucs-2 unicode iso-10646-ucs-2 csunicode unicodefeff",
    "utf-16-be": "utf-16be unicodefffe",
}
_LABELS = {label: codec for codec, labels in _CODECS.items() for label in labels.split()}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTIBYTE = frozenset({"utf-8", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "cp932", "cp949"})
#: What charset-normalizer may answer: legacy charsets that newspapers are stored in, no code pages of DOS or EBCDIC.
_GUESSES = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("iso8859_2", "iso8859_5", "iso8859_7", "koi8_r", "koi8_u", "mac_roman"),
    *("gb18030", "big5", "euc_jp", "cp932", "cp949"),
]
_C1 = {b: bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(0x80, 0xA0)}
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 1 << 15
_HEAD = 1 << 13
_META = re.compile(rb"<meta[^>]{0,400}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.I)
_XML = re.compile(rb"^\s{0,99}<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"']([\w.:-]{1,40})", re.I)
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.I)
#: Bytes of UTF-8 that are decoded at once.
_PIECE = 8192


class Decoded(NamedTuple):
    """Text, the codec it was decoded with, and what a reader should know (declared wrongly, guessed, bytes lost)."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def charset_of(content_type: str) -> str:
    """Return the charset parameter of a Content-Type header, ``""`` without one."""
    found = _CHARSET.search(content_type[:1000])
    return found.group(1) if found else ""


def declared_in(data: bytes) -> str:
    """Return the charset that the head of a page declares (XML declaration, ``<meta charset>``), ``""`` without one."""
    head = data[:_HEAD]
    found = _XML.search(head) or _META.search(head)
    label = found.group(1).decode("ascii", "replace") if found else ""
    # A page whose ASCII could be read so far is not UTF-16, whatever it says (WHATWG, "prescan").
    return "utf-8" if _LABELS.get(label.lower(), "").startswith("utf-16") else label


def decode(data: bytes, hint: str = "", declared: str = "") -> Decoded:
    """Return ``data`` as text.

    ``hint`` is the charset named by the transport (HTTP header, MIME part), ``declared`` the one named in the document.
    A byte-order mark is taken off; no other character is added, dropped or translated.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], codec)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return _lenient(data, unmarked)
    utf8 = _strict(data, "utf-8")
    named = [known for label in (hint, declared) if (known := _LABELS.get(label.strip().strip("\"'").lower()))]
    for codec in named:
        decoded = _as_named(data, codec, utf8)
        if decoded:
            return decoded
    if utf8 is not None:
        return _ascii_or_utf8(data, utf8)
    for codec in [*named, "utf-8"]:
        if codec in _MULTIBYTE and _mostly(data, codec):
            return _lenient(data, codec)
    return _guess(data)


def peek(head: bytes) -> str:
    """Return first bytes as text in which ASCII can be recognised: UTF-16 and UTF-32 decoded, all else byte by byte."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "replace")
    unmarked = _utf16_without_mark(head)
    return head.decode(unmarked, "replace") if unmarked else head.decode("latin-1")


def _as_named(data: bytes, codec: str, utf8: str | None) -> Decoded | None:
    """Text by the named codec if it fits. Valid UTF-8 beyond ASCII is UTF-8, whatever a page says."""
    if utf8 is not None and codec != "utf-8" and not data.isascii():
        return Decoded(utf8, "utf-8", (f"declared as {codec}, is UTF-8",))
    text = utf8 if codec == "utf-8" else _strict(data, codec)
    return None if text is None else Decoded(text, codec)


def _ascii_or_utf8(data: bytes, utf8: str) -> Decoded:
    if b"\x1b$" in data[:_SAMPLE] and data.isascii():
        japanese = _strict(data, "iso2022_jp")
        if japanese is not None:
            return Decoded(japanese, "iso2022_jp")
    return Decoded(utf8, "utf-8")


def _strict(data: bytes, codec: str) -> str | None:
    if codec == "cp1252":
        return data.decode("latin-1").translate(_C1)
    try:
        return _utf8(data) if codec == "utf-8" else data.decode(codec)
    except UnicodeDecodeError:
        return None


def _utf8(data: bytes) -> str:
    """Decode UTF-8 piece by piece: most pieces of a page are plain ASCII, and only the whole takes up new memory, once.

    Raises UnicodeDecodeError.
    """
    if len(data) <= _PIECE or data.isascii():
        return data.decode("utf-8")
    pieces: list[str] = []
    low, end = 0, len(data)
    while low < end:
        high = min(low + _PIECE, end)
        while high < end and data[high] & 0xC0 == 0x80:  # within a character
            high += 1
        pieces.append(data[low:high].decode("utf-8"))
        low = high
    return "".join(pieces)


def _lenient(data: bytes, codec: str) -> Decoded:
    text = _strict(data, codec)
    if text is not None:
        return Decoded(text, codec)
    text = data.decode(codec, "replace")
    return Decoded(text, codec, (f"some bytes are not {codec} and were replaced",))


def _mostly(data: bytes, codec: str) -> bool:
    """Whether at most one character in a hundred beyond ASCII fails to decode (a file cut or patched in the middle)."""
    text = data[: 8 * _SAMPLE].decode(codec, "replace")
    bad = text.count("\ufffd")
    beyond = sum(1 for c in text if c > "\x7f")
    return bad <= 2 or bad * 100 <= beyond


def _utf16_without_mark(data: bytes) -> str:
    """The UTF-16 order that zero bytes give away: western text has one in nearly every pair."""
    head = data[:_HEAD]
    if len(head) < 4 or b"\x00" not in head:
        return ""
    pairs = len(head) // 2
    if head[1::2].count(0) > 0.7 * pairs and head[::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * pairs and head[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _guess(data: bytes) -> Decoded:
    first = _HIGH.search(data)
    start = max(0, first.start() - _SAMPLE // 8) if first else 0
    sample = data[start : start + _SAMPLE]
    cut = sample.rfind(b"\n") if len(sample) == _SAMPLE else len(sample)
    sample = sample[: cut if cut > _SAMPLE // 2 else len(sample)]
    best = from_bytes(sample, cp_isolation=_GUESSES, preemptive_behaviour=False, enable_fallback=False).best()
    codec = best.encoding if best else "cp1252"
    text, _, warnings = _lenient(data, codec)
    return Decoded(text, codec, (f"no encoding named; read as {codec}", *warnings))
