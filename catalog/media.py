"""Originals by hash and thumbnails: ``media/ab/<sha256>`` is written once and never changed; ``thumbs/`` is derived."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .errors import CatalogueUnusable, Rejected

_CHUNK = 1 << 20


class Media:
    """The picture files of one catalogue folder. ``pending`` copies are made durable together by :meth:`sync`."""

    def __init__(self, folder: Path) -> None:
        self.originals = folder / "media"
        self.thumbs = folder / "thumbs"
        self._unsynced: set[Path] = set()

    def path(self, sha256: str) -> Path:
        """Return where the original with this hash lies or would lie."""
        return self.originals / sha256[:2] / sha256

    def thumb(self, image: str, size: int) -> Path:
        """Return where the thumbnail of this size lies or would lie."""
        return self.thumbs / image[:2] / f"{image}-{size}.webp"

    def keep(self, sha256: str, source: Path | bytes) -> None:
        """Copy an original into the catalogue, checking its hash on the way.

        Raises Rejected when the file no longer has the content that was hashed, CatalogueUnusable when the disk refuses.
        """
        target = self.path(sha256)
        if target.exists():
            return
        temporary = target.with_name(f".{sha256}.{os.getpid()}")
        digest = hashlib.sha256()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as out:
                for chunk in _chunks(source):
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            if digest.hexdigest() != sha256:
                raise Rejected("The file changed while it was being read.")
            temporary.replace(target)
        except OSError as error:
            raise CatalogueUnusable(
                f"The original cannot be copied into {self.originals}: {error.strerror}."
            ) from error
        finally:
            temporary.unlink(missing_ok=True)
        self._unsynced.add(target.parent)

    def sync(self) -> None:
        """Make the names of all copies since the last call durable."""
        for folder in self._unsynced | ({self.originals} if self._unsynced else set()):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        self._unsynced.clear()

    def keep_thumb(self, image: str, size: int, data: bytes) -> Path:
        """Write a thumbnail; a reader sees all of it or nothing. Losing it is no loss: it is made again."""
        target = self.thumb(image, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(target)
        return target

    def broken_thumbs(self) -> Iterator[Path]:
        """Yield the thumbnails whose file is not as long as its RIFF header says."""
        for path in sorted(self.thumbs.glob("*/*.webp")) if self.thumbs.is_dir() else ():
            with path.open("rb") as stream:
                head = stream.read(12)
            whole = head[:4] == b"RIFF" and head[8:] == b"WEBP"
            if not whole or int.from_bytes(head[4:8], "little") + 8 != path.stat().st_size:
                yield path

    def intact(self, sha256: str) -> bool | None:
        """Return whether the original has its hash; ``None`` when it is not there."""
        path = self.path(sha256)
        if not path.exists():
            return None
        return file_hash(path) == sha256


def _chunks(source: Path | bytes) -> Iterator[bytes]:
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
        while chunk := stream.read(_CHUNK):
            yield chunk


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a regular file. Raises Rejected when it cannot be read."""
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()
