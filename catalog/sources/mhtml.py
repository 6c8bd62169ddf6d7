"""A page saved as one file (MHTML, RFC 2557): a MIME message whose parts are the page and its pictures.

Parts are split here rather than by the standard library's message parser, which keeps every line of a 100 MB file as an
object; headers are read by it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import unquote, urljoin, urlsplit

from .base import Document, LeftAside, PictureFile
from .encoding import charset_of
from .kinds import HEAD, is_picture, sniff
from .limits import LIMITS, Limits
from .webpage import read_page

_BLANK = re.compile(rb"\r?\n\r?\n")
_SAFE = re.compile(r"[^\w.()@+-]+")
_HEADER_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf part: its place in the file (1-based), what its headers say, and its decoded bytes."""

    n: int
    content_type: str
    charset: str
    location: str
    content_id: str
    data: bytes


def read_mhtml(path: str, data: bytes, limits: Limits = LIMITS) -> Iterator[Document | LeftAside]:
    """Yield the page of an MHTML file with its pictures as members, or its rejection."""
    base, start, parts, warnings = _read_parts(data, limits)
    page = next((p for p in parts if start and p.content_id == start and _is_page(p)), None) or next(
        filter(_is_page, parts), None
    )
    if page is None:
        yield LeftAside(path, "rejected", "a saved page (MHTML) without a readable page in it")
        return
    address = _absolute(page.location, base) or base
    pictures = tuple(_pictures(path, parts, address))
    document = read_page(
        path,
        page.data,
        url=address if address.startswith(("http://", "https://")) else "",
        charset=page.charset,
        kind="mhtml",
        pictures=pictures,
        limits=limits,
    )
    frames = sum(1 for p in parts if _is_page(p)) - 1
    if frames:
        warnings.append(f"{frames} further page(s) inside, such as frames, left out")
    yield Document(
        document.path,
        document.kind,
        document.text,
        document.encoding,
        hashlib.sha256(data).hexdigest(),
        document.url,
        document.pictures,
        (*document.warnings, *warnings),
    )


def member_name(n: int, address: str) -> str:
    """Return the ``n``-th member's name in results: its number and the safe part of its address's last step."""
    try:
        last = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        last = ""
    last = _SAFE.sub("_", last).strip("._")[-60:]
    return f"{n}-{last}" if last else str(n)


def _pictures(path: str, parts: list[Part], address: str) -> Iterator[PictureFile]:
    for part in parts:
        if not is_picture(part.data[:64]):
            continue
        url = _absolute(part.location, address) or (f"cid:{part.content_id}" if part.content_id else "")
        yield PictureFile(f"{path}!/{member_name(part.n, part.location)}", data=part.data, url=url)


def _is_page(part: Part) -> bool:
    if part.content_type in ("text/html", "application/xhtml+xml"):
        return bool(part.data.strip())
    return part.content_type == "" and sniff(part.data[:HEAD], "").holds == "page"


def _absolute(location: str, base: str) -> str:
    if not location:
        return ""
    try:
        return urljoin(base, location) if base else location
    except ValueError:
        return location


def _read_parts(data: bytes, limits: Limits) -> tuple[str, str, list[Part], list[str]]:
    """The base address, the root part's id, the leaf parts, and what was left out."""
    ahead: list[tuple[int, int, int]] = [(0, len(data), 0)]
    leaves: list[Part] = []
    warnings: list[str] = []
    base = start = ""
    total = 0
    while ahead:
        left, right, depth = ahead.pop()
        headers, body = _headers(data, left, right)
        boundary = headers.get_boundary() if headers.get_content_maintype() == "multipart" else None
        if depth == 0:
            base = _header(headers, "Content-Location") or _header(headers, "Snapshot-Content-Location")
            start = _bare_id(str(headers.get_param("start") or ""))
        if boundary and depth < limits.depth:
            inner = list(_split(data, body, right, boundary.encode("utf-8", "surrogateescape")))
            ahead.extend((a, b, depth + 1) for a, b in reversed(inner))
            continue
        part = _leaf(headers, data[body:right], len(leaves) + 1)
        total += len(part.data)
        if len(leaves) >= limits.members or total > limits.members_total or len(part.data) > limits.member:
            warnings.append("more or larger parts than are read; the rest is left out")
            break
        leaves.append(part)
    return base, start, leaves, warnings


def _headers(data: bytes, left: int, right: int) -> tuple[Message, int]:
    """The headers of the part in ``data[left:right]``, and where its body starts."""
    while data[left : left + 1] in (b"\r", b"\n") and left < right:
        left += 1
    blank = _BLANK.search(data, left, min(right, left + _HEADER_LIMIT))
    stop = blank.start() if blank else min(right, left + _HEADER_LIMIT)
    return BytesHeaderParser().parsebytes(data[left:stop]), blank.end() if blank else right


def _split(data: bytes, left: int, right: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts between boundary lines stand; a missing last boundary ends the last part at the end."""
    mark = re.compile(rb"(?:^|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]{0,99}\r?(?:\n|$)")
    at = -1
    for found in mark.finditer(data, left, right):
        if at >= 0:
            yield at, found.start()
        at = found.end()
        if found.group(1):
            return
    if 0 <= at < right:
        yield at, right


def _leaf(headers: Message, body: bytes, n: int) -> Part:
    encoding = _header(headers, "Content-Transfer-Encoding").lower()
    content_type = headers.get_content_type() if "content-type" in headers else ""
    return Part(
        n=n,
        content_type=content_type,
        charset=charset_of(_header(headers, "Content-Type")),
        location=_header(headers, "Content-Location"),
        content_id=_bare_id(_header(headers, "Content-ID")),
        data=_decoded(body, encoding),
    )


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            return base64.b64decode(
                clean[: len(clean) // 4 * 4 + (len(clean) % 4 if len(clean) % 4 > 1 else 0)] + b"=="
            )
        except (binascii.Error, ValueError):
            return b""
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    return body


def _header(headers: Message, name: str) -> str:
    value = str(headers.get(name) or "")
    return re.sub(r"[\r\n\t]+ ?", "", value).strip()[:4000]


def _bare_id(value: str) -> str:
    return value.strip().strip("<>")
