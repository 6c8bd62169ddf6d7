"""What a place for picture files promises. A folder (:mod:`.local`) keeps it, and any address fsspec knows (:mod:`.shared`)."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import Damaged, Rejected

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    """One file that is kept: ``size`` in bytes, ``name`` where it lies (for messages), ``read(start, stop)`` gives a part.

    ``path`` is set when it is a file of this machine, ``address`` when other machines can read it under that address.
    ``sha256`` is what its bytes hash to, ``""`` where that is not known; :meth:`content` and :meth:`stream` hold it to that.
    """

    name: str
    size: int
    read: Callable[[int, int], bytes]
    path: Path | None = None
    address: str = ""
    sha256: str = ""

    def content(self) -> bytes:
        """Return all of it. Raises Damaged when it does not hash to its name."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """Yield all of it piece by piece; the last piece only when the whole has its hash. Raises Damaged when it has not."""
        digest = hashlib.sha256()
        for start in range(0, self.size, CHUNK):
            stop = min(start + CHUNK, self.size)
            piece = self.read(start, stop)
            digest.update(piece)
            if stop == self.size:
                self.check(digest.hexdigest())
            yield piece

    def check(self, found: str) -> None:
        """Raise Damaged when ``found`` is not the hash of this file."""
        if self.sha256 and found != self.sha256:
            raise Damaged("The original", self.name, "it does not have the bytes that were imported")

    def stream(self) -> io.BufferedReader:
        """Return it as a seekable stream. What is read from beginning to end is held to its hash before the end is given out."""
        return io.BufferedReader(_Stream(self), CHUNK)


class _Stream(io.RawIOBase):
    """A blob as a file: reads only the parts that are asked for."""

    def __init__(self, blob: Blob) -> None:
        self._blob, self._at, self._hashed = blob, 0, 0
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._blob.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        stop = min(self._at + len(view), self._blob.size)
        if stop <= self._at:
            return 0
        piece = self._blob.read(self._at, stop)
        if self._at == self._hashed:
            self._digest.update(piece)
            self._hashed += len(piece)
            if self._hashed == self._blob.size:
                self._blob.check(self._digest.hexdigest())
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class Media(Protocol):
    """Originals by hash, written once and never changed, and thumbnails, which are derived.

    ``address`` is where they are when that is a shared place, ``""`` for the catalogue's own folder. Methods raise
    CatalogueUnusable when the place cannot be used.
    """

    address: str

    def keep(self, sha256: str, source: Path | bytes) -> None:
        """Put an original there, checking its hash on the way; durable after :meth:`sync`. Nothing is ever overwritten.

        Raises Rejected when the file no longer has the content that was hashed.
        """

    def begin(self, sha256: str, source: Path) -> None:
        """Let a file be copied while others are still decoded; :meth:`keep` then only waits for it. A place that sends in the
        background anyway does nothing. Nothing is kept by this alone; :meth:`abandon` drops what was begun and not kept."""

    def abandon(self) -> None:
        """Drop what was begun and not kept."""

    def sync(self) -> None:
        """Return when everything kept since the last call is durable and can be read by everybody."""

    def has(self, sha256: str) -> bool:
        """Whether an original of this name is there."""

    def original(self, sha256: str) -> Blob | None:
        """Return an original; ``None`` when it is not there."""

    def intact(self, sha256: str) -> bool | None:
        """Return whether the original has its hash; ``None`` when it is not there."""

    def name(self, sha256: str) -> str:
        """Return where the original with this hash lies or would lie, for people."""

    def remove(self, sha256: str) -> None:
        """Remove an original (a purge, or one that is damaged and about to be restored); no error when it is not there."""

    def thumb(self, image: str, size: int) -> Blob | None:
        """Return a thumbnail of this size; ``None`` when it has not been made."""

    def keep_thumb(self, image: str, size: int, data: bytes) -> Blob:
        """Write a thumbnail; a reader sees all of it or nothing. Losing it is no loss: it is made again."""

    def remove_thumbs(self, image: str) -> None:
        """Remove all thumbnails of a picture."""

    def broken_thumbs(self) -> Iterator[str]:
        """Yield the names of thumbnails that are not whole; :meth:`drop_thumb` takes such a name."""

    def drop_thumb(self, name: str) -> None:
        """Remove one thumbnail."""


def file_blob(path: Path, sha256: str = "") -> Blob:
    """Return a file of this machine as a blob."""

    def read(start: int, stop: int) -> bytes:
        with path.open("rb") as stream:
            stream.seek(start)
            return stream.read(stop - start)

    return Blob(str(path), path.stat().st_size, read, path=path, sha256=sha256)


def pieces(source: Path | bytes) -> Iterator[bytes]:
    """Yield the content of a regular file, or bytes. Raises Rejected when it cannot be read (again)."""
    if isinstance(source, bytes):
        yield source
        return
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Rejected(f"The file cannot be read again: {error.strerror}.") from error
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise Rejected("The file is no longer a regular file.")
        while chunk := stream.read(CHUNK):
            yield chunk


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a regular file. Raises Rejected when it cannot be read."""
    digest = hashlib.sha256()
    for chunk in pieces(path):
        digest.update(chunk)
    return digest.hexdigest()
