"""A web page by itself: bytes as served or saved, with the pictures it carries inside (``data:`` addresses)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from .base import Document, PictureFile, SourceKind
from .encoding import declared_in, decode
from .kinds import is_picture
from .limits import LIMITS, Limits

_SAVED_FROM = re.compile(r"<!--\s{0,9}saved from url=\(\d{1,6}\)([^\s<>\"]{1,2000})\s{0,9}-->", re.I)
_LINK = re.compile(r"<(?i:link)\b[^<>]{0,3000}>")
_CANONICAL = re.compile(r"\brel\s{0,9}=\s{0,9}[\"']?canonical\b", re.I)
_HREF = re.compile(r"\bhref\s{0,9}=\s{0,9}(?:\"([^\"]{1,2000})\"|'([^']{1,2000})'|([^\s\"'>]{1,2000}))", re.I)
_DATA_START = "data:image/"
_DATA = re.compile(r"data:image/[\w.+-]{1,40}(?:;[\w=.+-]{1,60}){0,4},")
_DATA_END = re.compile(r"[\"'<>)\s\\]")


def read_page(
    path: str,
    data: bytes,
    *,
    url: str = "",
    charset: str = "",
    kind: SourceKind = "webpage",
    pictures: tuple[PictureFile, ...] = (),
    limits: Limits = LIMITS,
    words_only: bool = False,
) -> Document:
    """Return the Document of one page's bytes.

    ``charset`` is what the transport says, ``url`` where the page was fetched from. ``words_only``: without the pictures
    inside it and without its hash (``""``).
    """
    text, encoding, warnings = decode(data, charset, declared_in(data))
    inline = () if words_only else tuple(inline_pictures(path, text, limits))
    return Document(
        path=path,
        kind=kind,
        text=text,
        encoding=encoding,
        sha256="" if words_only else hashlib.sha256(data).hexdigest(),
        url=url or address_of(text),
        pictures=(*pictures, *inline),
        warnings=warnings,
        utf8=data if encoding == "utf-8" and not warnings and not data.startswith(BOM_UTF8) else b"",
    )


def address_of(text: str) -> str:
    """Return the address a page says it has: "saved from" comment, canonical link, else ``""``."""
    saved = _SAVED_FROM.search(text[:4000])
    if saved and saved.group(1).startswith(("http://", "https://")):
        return saved.group(1)
    links = (m.group() for m in _LINK.finditer(text, 0, 400_000))
    href = next((_HREF.search(link) for link in links if _CANONICAL.search(link)), None)
    address = html.unescape(next(g for g in href.groups() if g)) if href else ""
    return address if address.startswith(("http://", "https://")) else ""


def inline_pictures(path: str, text: str, limits: Limits = LIMITS) -> Iterator[PictureFile]:
    """Yield the pictures inside a page's ``data:`` addresses, each once, leaving out placeholders.

    Their ``url`` is ``data:`` with the first 16 digits of the SHA-256 of the address as it stands in the page.
    """
    seen: set[str] = set()
    total = stop = 0
    while (place := text.find(_DATA_START, stop)) >= 0:
        start = _DATA.match(text, place)
        if start is None:
            stop = place + len(_DATA_START)
            continue
        end = _DATA_END.search(text, start.end())
        stop = end.start() if end else len(text)
        if not limits.inline_least <= stop - start.end() <= limits.member * 2:
            continue
        key = data_key(text[start.start() : stop])
        if key in seen or len(seen) >= limits.members:
            continue
        data = _data_bytes(start.group(), text[start.end() : stop])
        if len(data) < limits.inline_least or not is_picture(data[:64]) or total + len(data) > limits.members_total:
            continue
        seen.add(key)
        total += len(data)
        yield PictureFile(f"{path}!/inline-{len(seen)}", data=data, url=key)


def data_key(address: str) -> str:
    """Return the short name that stands for a ``data:`` address in URLs of pictures."""
    return "data:" + hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:16]


def _data_bytes(head: str, payload: str) -> bytes:
    raw = unquote_to_bytes(html.unescape(payload)) if "%" in payload or "&" in payload else payload.encode()
    if ";base64" not in head:
        return raw
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return b""
