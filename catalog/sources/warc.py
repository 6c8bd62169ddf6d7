"""Web archives (WARC 1.0 and 1.1, ISO 28500), plain or gzipped: pages and pictures as they were served.

The file is streamed record by record. Only bodies of pages and pictures are kept, within limits; what a cut-off or
damaged archive still holds is read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import quote, unquote, urlsplit
from zipfile import BadZipFile

from ..errors import Rejected
from .base import Document, LeftAside, PictureFile
from .encoding import charset_of
from .files import open_regular
from .kinds import HEAD, is_picture, sniff
from .limits import LIMITS, Limits
from .mhtml import member_name
from .webpage import read_page

_CHUNK = 1 << 16
#: What reading raises; all but the first of a member of a ZIP file.
_UNREADABLE = (OSError, EOFError, BadZipFile, zlib.error)
#: The sentence about a file that cannot be read to its end, and about one that holds too much.
BROKEN, TOO_MUCH = "the file cannot be read to its end", "it unpacks to more than is read"
_START = b"WARC/"
_HEADERS_LIMIT = 1 << 17


class _Body(NamedTuple):
    """A served body. ``headers`` have lower-case names."""

    n: int
    url: str
    headers: dict[str, str]
    data: bytes


class Stream:
    """Bytes of an archive of ``size`` bytes: gunzipped when it is gzipped (any number of gzip members), read ahead by one chunk.

    ``inflate`` bounds how far it may unpack. ``broken`` says why it ended early, ``""`` when it did not.
    """

    def __init__(self, file: IO[bytes], size: int, inflate: int) -> None:
        self._file, self._size = file, size
        self._buffer = b""
        self.broken = ""
        self._gzip = self._read(2) == b"\x1f\x8b"
        self._seek(0)
        self._inflater = zlib.decompressobj(31)
        self._fed = False
        self._inflate_most = self._left = inflate

    def _more(self) -> bool:
        if self.broken:
            return False
        raw = self._pending() or self._read()
        if not raw:
            if self._gzip and self._fed:
                self.broken = "the last record is cut off"
            return False
        if not self._gzip:
            self._buffer += raw
            return True
        return self._inflate(raw)

    @property
    def inflated(self) -> int:
        """How many bytes were unpacked so far."""
        return self._inflate_most - self._left

    def _read(self, size: int = _CHUNK) -> bytes:
        try:
            return self._file.read(size)
        except _UNREADABLE:
            self.broken = BROKEN
            return b""

    def _seek(self, place: int) -> bool:
        try:
            self._file.seek(place)
        except _UNREADABLE:
            self.broken = BROKEN
        return not self.broken

    def _pending(self) -> bytes:
        """Input that the inflater has not used: the next member, or what did not fit its output bound."""
        if self._gzip and self._inflater.eof:
            rest = self._inflater.unused_data.lstrip(b"\0")
            self._inflater = zlib.decompressobj(31)
            self._fed = False
            return rest
        return self._inflater.unconsumed_tail if self._gzip else b""

    def _inflate(self, raw: bytes) -> bool:
        self._fed = True
        try:
            out = self._inflater.decompress(raw, _CHUNK * 4)
        except zlib.error:
            self.broken = "a record's compressed data is damaged"
            return False
        if self._inflater.eof:
            self._fed = False
        self._left -= len(out)
        if self._left < 0:
            self.broken = TOO_MUCH
            return False
        self._buffer += out
        return True

    def line(self) -> bytes:
        """Return the next line with its end, ``b""`` at the end; lines longer than headers have are cut."""
        while b"\n" not in self._buffer and len(self._buffer) < _HEADERS_LIMIT:
            if not self._more():
                break
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[:end], self._buffer[end:]
        return line

    def find_record(self, within: int) -> bool:
        """Drop what stands before the next line that starts a record; false when there is none in ``within`` bytes."""
        at_line_start, left = True, within
        while True:
            if at_line_start and self._buffer.startswith(_START):
                return True
            found = self._buffer.find(b"\n" + _START)
            # Without a find, the last bytes may still be the beginning of one.
            stop = found + 1 if found >= 0 else max(0, len(self._buffer) - len(_START))
            at_line_start = found >= 0 or (self._buffer[stop - 1 : stop] == b"\n" if stop else at_line_start)
            left -= stop
            self._buffer = self._buffer[stop:]
            if found >= 0:
                continue
            if left < 0:
                self.broken = f"more than {within >> 20} MB stand where a record should; the rest is left out"
                return False
            if not self._more():
                return False

    def take(self, size: int, keep: int) -> tuple[bytes, bool]:
        """Read ``size`` bytes, returning the first ``keep`` of them and whether all ``size`` were there.

        Of a plain file, what is not kept is passed over without being read.
        """
        kept: list[bytes] = []
        left = size
        while left:
            if keep <= 0 and not self._gzip and left > len(self._buffer):
                return b"".join(kept), self._pass_over(left)
            if not self._buffer and not self._more():
                return b"".join(kept), False
            part, self._buffer = self._buffer[:left], self._buffer[left:]
            left -= len(part)
            if keep > 0:
                kept.append(part[:keep])
                keep -= len(part)
        return b"".join(kept), True

    def _pass_over(self, size: int) -> bool:
        """Go on ``size`` bytes further in a plain file; whether it has so many."""
        at = self._file.tell() + size - len(self._buffer)
        self._buffer = b""
        return self._seek(min(at, self._size)) and at <= self._size


@dataclass(frozen=True, slots=True)
class _Contents:
    pages: list[_Body]
    pictures: list[_Body]
    warnings: list[str]
    records: int


def read_warc(path: str, file: Path, limits: Limits = LIMITS) -> Iterator[Document | PictureFile | LeftAside]:
    """Yield the pages of a web archive, each with the pictures it names, then the pictures that no page names.

    One page alone is named by the archive's own path; of several each is a member. Raises Rejected when the file
    cannot be opened.
    """
    with open_regular(file, follow=True) as handle:
        yield from read_streams(path, [Stream(handle, os.fstat(handle.fileno()).st_size, limits.inflate)], limits)


def read_streams(
    path: str, streams: Iterable[Stream], limits: Limits = LIMITS
) -> Iterator[Document | PictureFile | LeftAside]:
    """Yield what an archive in one or several parts holds, as :func:`read_warc` does. Raises Rejected."""
    contents = _contents(streams, limits)
    if not contents.records:
        raise Rejected("a web archive without a readable record" + "".join(f": {w}" for w in contents.warnings))
    if not contents.pages and not contents.pictures:
        yield LeftAside(path, "ignored", "a web archive with neither a page nor a picture in it")
        return
    members = [PictureFile(f"{path}!/{member_name(b.n, b.url)}", data=b.data, url=b.url) for b in contents.pictures]
    named: set[str] = set()
    for body in contents.pages:
        name = path if len(contents.pages) == 1 else f"{path}!/{member_name(body.n, body.url)}"
        page = read_page(
            name,
            body.data,
            url=body.url,
            charset=charset_of(body.headers.get("content-type", "")),
            kind="warc",
            limits=limits,
        )
        own = tuple(m for m in members if _names(page.text, m.url))
        named.update(m.path for m in own)
        yield replace(page, pictures=(*own, *page.pictures), warnings=(*page.warnings, *contents.warnings))
    yield from (m for m in members if m.path not in named)


def _names(text: str, url: str) -> bool:
    """Whether a page names an address: its last step stands in it, as served or quoted."""
    try:
        last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return False
    return bool(last) and any(form in text for form in {last, unquote(last), quote(unquote(last))})


def _contents(streams: Iterable[Stream], limits: Limits) -> _Contents:
    found = _Contents([], [], [], 0)
    seen: set[tuple[str, bytes]] = set()
    total = count = 0
    for count, (headers, block, whole) in enumerate(_records(streams, limits, found.warnings), 1):
        body = _served(count, headers, block, limits)
        if body is None or not body.data:
            continue
        shelf = _shelf(found, body)
        if shelf is None or (body.url, body.data[:4096]) in seen:
            continue
        if total + len(body.data) > limits.members_total or len(found.pages) + len(found.pictures) >= limits.members:
            found.warnings.append("more pages and pictures than are read from one archive; the rest is left out")
            break
        if not whole:
            found.warnings.append(f"record {count} is cut off")
        total += len(body.data)
        seen.add((body.url, body.data[:4096]))
        shelf.append(body)
    return replace(found, records=count)


def _shelf(found: _Contents, body: _Body) -> list[_Body] | None:
    if is_picture(body.data[:64]):
        return found.pictures
    kind = body.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml") or (kind == "" and sniff(body.data[:HEAD], "").holds == "page"):
        return found.pages
    return None


def _records(
    streams: Iterable[Stream], limits: Limits, warnings: list[str]
) -> Iterator[tuple[dict[str, str], bytes, bool]]:
    """Yield (WARC headers, block, whether the block is whole) of the records; only responses and resources have one.

    Why a stream ended early is added to ``warnings``.
    """
    left = limits.records
    for stream in streams:
        while left > 0 and stream.find_record(limits.member):
            left -= 1
            headers, block, whole = _record(stream, limits.member + _HEADERS_LIMIT)
            yield headers, block, whole
            if not whole:
                break
        if stream.broken:
            warnings.append(stream.broken)


def _record(stream: Stream, keep: int) -> tuple[dict[str, str], bytes, bool]:
    stream.line()
    headers = _headers(stream)
    try:
        size = max(0, int(headers.get("content-length", "0")))
    except ValueError:
        size = 0
    wanted = headers.get("warc-type", "").lower() in ("response", "resource")
    block, whole = stream.take(size, keep if wanted else 0)
    return headers, block if wanted and size <= keep else b"", whole


def _headers(stream: Stream) -> dict[str, str]:
    """Header lines up to the blank one; names in lower case, continued lines joined."""
    lines: list[bytes] = []
    size = 0
    while (line := stream.line()).strip() and size < _HEADERS_LIMIT:
        lines.append(line)
        size += len(line)
    return _parse_headers(lines)


def _parse_headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    last = ""
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if line[:1] in (" ", "\t") and last:
            headers[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = name.strip().lower()
            headers[last] = value.strip()
    return headers


def _served(n: int, headers: dict[str, str], block: bytes, limits: Limits) -> _Body | None:
    """The body that a record holds: of an HTTP response with status 200 (or none told), or of a resource."""
    url = headers.get("warc-target-uri", "").strip().strip("<>")
    if headers.get("warc-type", "").lower() == "resource":
        return _Body(n, url, {"content-type": headers.get("content-type", "")}, block)
    if not block.startswith(b"HTTP/"):
        return None
    head, blank, body = block.partition(b"\r\n\r\n")
    if not blank or b"\n\n" in head:
        head, _, body = block.partition(b"\n\n")
    lines = head[:_HEADERS_LIMIT].split(b"\n")
    status = lines[0].split(b" ")[1:2]
    if status and status[0].strip() not in (b"200", b"203", b"206"):
        return None
    served = _parse_headers(lines[1:])
    return _Body(n, url, served, _unwrap(body, served, limits.member))


def _unwrap(body: bytes, headers: dict[str, str], limit: int) -> bytes:
    """The body without its transfer and content encodings, where it still has them (some archivers take them off)."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _dechunk(body)
    for encoding in reversed(headers.get("content-encoding", "").lower().split(",")):
        name = encoding.strip()
        if name in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
            body = _inflated(body, 31, limit)
        elif name == "deflate":
            body = _inflated(body, 15, limit) or _inflated(body, -15, limit) or body
    return body


def _dechunk(body: bytes) -> bytes:
    """Join the chunks of a chunked body; a body that is not chunked after all is returned as it is."""
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        end = body.find(b"\n", at, at + 200)
        size_text = body[at:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(size_text, 16)
        except ValueError:
            return b"".join(parts) if parts else body
        if size <= 0:
            break
        parts.append(body[end + 1 : end + 1 + size])
        at = end + 1 + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    return b"".join(parts)


def _inflated(body: bytes, bits: int, limit: int) -> bytes:
    """What ``body`` unpacks to, as far as it goes; ``b""`` when it is not so packed or unpacks beyond ``limit``."""
    inflater = zlib.decompressobj(bits)
    try:
        out = inflater.decompress(body, limit + 1)
    except zlib.error:
        return b""
    return out if len(out) <= limit else b""
