"""What was fetched, on disk: ``fetched/<host>/<hash>.<ext>`` with a sidecar ``<hash>.meta.json`` that says what it is.

The sidecar is written last, so that what is half there is not there. A run that was stopped finds here what it had.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

from ..errors import CatalogueUnusable
from .rules import Rules
from .target import Target

#: Headers of an answer that are kept: what it is, how long it is fresh, and how to ask whether it still holds.
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "cache-control", "expires", "date", "age")
_SIDECAR = ".meta.json"
_EXTENSIONS = {
    "text/html": "html",
    "application/xhtml+xml": "xhtml",
    "text/plain": "txt",
    "application/json": "json",
    "application/ld+json": "json",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "multipart/related": "mhtml",
    "application/warc": "warc",
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/rss+xml": "rss",
    "application/atom+xml": "atom",
    "text/css": "css",
    "text/javascript": "js",
    "application/javascript": "js",
    "text/csv": "csv",
}
_SUFFIX = re.compile(r"\.([a-z0-9]{1,5})$", re.I)
_MAX_AGE = re.compile(r"\bmax-age\s{0,3}=\s{0,3}\"?(\d{1,10})", re.I)
_CHARSET = re.compile(r";\s{0,9}charset\s{0,3}=\s{0,3}[\"']?([\w.:-]{1,40})", re.I)


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer that was kept. ``url`` is the address asked for, ``final`` the one that answered, ``time`` is in seconds
    since 1970 and says when it was last known to hold; ``file`` is its name beside the sidecar.
    """

    url: str
    final: str
    status: int
    sha256: str
    size: int
    time: float
    file: str
    headers: dict[str, str] = field(default_factory=dict)
    folder: str = ""

    @property
    def path(self) -> Path:
        """Where its bytes lie."""
        return Path(self.folder) / self.file

    @property
    def charset(self) -> str:
        """The encoding that the server names, ``""`` when it does not."""
        found = _CHARSET.search(self.headers.get("content-type", "")[:1000])
        return found.group(1) if found else ""

    def validators(self) -> dict[str, str]:
        """Return the headers of a request that asks for the content only if it has changed (RFC 9110, 13.1)."""
        pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        return {name: value for name, header in pairs if (value := self.headers.get(header, ""))}


def lifetime(headers: Mapping[str, str], taken: float, rules: Rules) -> float:
    """Return for how many seconds an answer need not be asked for again (RFC 9111, 4.2), within the rules.

    ``headers`` have lower-case names; ``taken`` is when the answer came, in seconds since 1970.
    """
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    if age := _MAX_AGE.search(control):
        spent = headers.get("age", "")
        seconds = float(age.group(1)) - (float(spent[:9]) if spent.isascii() and spent.isdigit() else 0.0)
    elif "expires" in headers:
        seconds = (_seconds(headers["expires"]) or 0.0) - (_seconds(headers.get("date", "")) or taken)
    else:
        seconds = rules.fresh
    return min(max(seconds, 0.0), rules.longest_fresh)


class Shelf:
    """The answers kept in one folder. ``clock`` gives seconds since 1970."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.folder, self.clock = folder, clock

    def find(self, target: Target) -> Kept | None:
        """Return what was kept of an address, ``None`` when there is nothing, or not all of it."""
        sidecar = self._sidecar(target)
        try:
            kept = replace(msgspec.json.decode(sidecar.read_bytes(), type=Kept), folder=str(sidecar.parent))
            whole = kept.path.name == kept.file and kept.path.stat().st_size == kept.size
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return kept if whole and kept.url == target.url else None

    def keep(self, target: Target, final: Target, status: int, headers: Mapping[str, str], body: bytes) -> Kept:
        """Keep an answer. Content that is as it was is not written again, so that its file's time says when it changed.

        Raises CatalogueUnusable when the disk refuses.
        """
        sidecar = self._sidecar(target)
        name = sidecar.name.removesuffix(_SIDECAR) + "." + _extension(headers.get("content-type", ""), final.path)
        kept = Kept(
            url=target.url,
            final=final.url,
            status=status,
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            time=self.clock(),
            file=name,
            headers={k: headers[k][:1000] for k in _KEPT_HEADERS if k in headers},
            folder=str(sidecar.parent),
        )
        before = self.find(target)
        if before is None or (before.sha256, before.file) != (kept.sha256, kept.file):
            _write(kept.path, body)
        _write(sidecar, _encoded(kept))
        if before is not None and before.file != kept.file:
            before.path.unlink(missing_ok=True)
        return kept

    def renew(self, kept: Kept, headers: Mapping[str, str]) -> Kept:
        """Note that what was kept still holds, with the headers of the answer that says so (RFC 9111, 4.3.4)."""
        fresh = {k: headers[k][:1000] for k in _KEPT_HEADERS if k in headers and k != "content-type"}
        renewed = replace(kept, time=self.clock(), headers={**kept.headers, **fresh})
        _write(kept.path.parent / (kept.path.stem + _SIDECAR), _encoded(renewed))
        return renewed

    def is_fresh(self, kept: Kept, rules: Rules) -> bool:
        """Return whether an answer need not be asked for again."""
        return 0 <= self.clock() - kept.time < lifetime(kept.headers, kept.time, rules)

    def _sidecar(self, target: Target) -> Path:
        name = hashlib.sha256(target.url.encode()).hexdigest()[:32]
        return self.folder / target.host.replace(":", "_") / (name + _SIDECAR)


def _encoded(kept: Kept) -> bytes:
    return msgspec.json.format(msgspec.json.encode(replace(kept, folder="")), indent=1)


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CatalogueUnusable(f"What was fetched cannot be kept in {path.parent}: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _extension(content_type: str, path: str) -> str:
    """The suffix that tells readers what the server says the content is; else the address's own."""
    known = _EXTENSIONS.get(content_type.split(";", 1)[0].strip().lower())
    own = _SUFFIX.search(path.split("?", 1)[0])
    return known or (own.group(1).lower() if own else "bin")


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
