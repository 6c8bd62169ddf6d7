"""Picture files in a folder of this machine: ``media/ab/<sha256>`` and ``thumbs/ab/<id>-<size>.webp``."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ..errors import CatalogueUnusable, Rejected
from ..scratch import Scratch
from .base import Blob, file_blob, file_hash, pieces

#: Originals that are copied at once ahead of being kept: most of the time each waits for the disk.
_COPIERS = 4
#: Where copies lie until they have their names.
_INCOMING = ".incoming"


class LocalMedia:
    """The picture files of one folder. Copies that :meth:`keep` made are made durable together by :meth:`sync`."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.address = address
        self._originals = folder / "media"
        self._thumbs = folder / "thumbs"
        self._unsynced: set[Path] = set()
        self._lock = threading.Lock()
        self._begun: dict[str, Future[Path]] = {}
        self._copiers: ThreadPoolExecutor | None = None
        self._incoming: Scratch | None = None

    def _path(self, sha256: str) -> Path:
        return self._originals / sha256[:2] / sha256

    def _thumb(self, image: str, size: int) -> Path:
        return self._thumbs / image[:2] / f"{image}-{size}.webp"

    # ---------------------------------------------------------------- originals

    def keep(self, sha256: str, source: Path | bytes) -> None:
        """Copy an original into the folder. See :meth:`catalog.media.base.Media.keep`."""
        target = self._path(sha256)
        with self._lock:
            begun = self._begun.pop(sha256, None)
        if target.exists():
            return
        with self._writing():
            if begun is not None:
                try:
                    self._name(begun.result(), target)
                    return
                except (
                    CancelledError,
                    OSError,
                ):  # another run's end has dropped it; where the disk refuses, it does so again
                    pass
            with Scratch(self._originals / _INCOMING) as incoming:
                self._name(_copied(sha256, source, incoming.folder), target)

    def _name(self, copy: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(target)
        with self._lock:
            self._unsynced.add(target.parent)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CatalogueUnusable(
                f"The original cannot be copied into {self._originals}: {error.strerror}."
            ) from error

    def begin(self, sha256: str, source: Path) -> None:
        """Let a file be copied in the background. See :meth:`catalog.media.base.Media.begin`."""
        if self._path(sha256).exists():
            return
        with self._lock:
            if sha256 in self._begun:
                return
            if self._copiers is None or self._incoming is None:
                with self._writing():
                    self._incoming = Scratch(self._originals / _INCOMING)
                self._copiers = ThreadPoolExecutor(_COPIERS, thread_name_prefix="originals")
            self._begun[sha256] = self._copiers.submit(_copied, sha256, source, self._incoming.folder)

    def abandon(self) -> None:
        """Drop what was begun and not kept. Another run of this process that has begun something too copies it when it keeps it."""
        with self._lock:
            copiers, incoming = self._copiers, self._incoming
            self._copiers = self._incoming = None
            self._begun.clear()
        if copiers is not None:
            copiers.shutdown(cancel_futures=True)
        if incoming is not None:
            incoming.close()

    def sync(self) -> None:
        """Make the names of all copies since the last call durable."""
        with self._lock:
            named, self._unsynced = self._unsynced, set()
        for folder in named | ({self._originals} if named else set()):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def has(self, sha256: str) -> bool:
        """Whether an original of this name is there."""
        return self._path(sha256).exists()

    def original(self, sha256: str) -> Blob | None:
        """Return an original; ``None`` when it is not there."""
        path = self._path(sha256)
        return file_blob(path, sha256) if path.exists() else None

    def intact(self, sha256: str) -> bool | None:
        """Return whether the original has its hash; ``None`` when it is not there."""
        path = self._path(sha256)
        return file_hash(path) == sha256 if path.exists() else None

    def name(self, sha256: str) -> str:
        """Return where the original with this hash lies or would lie: in the catalogue's folder, or below the address."""
        return f"{self.address}/media/{sha256[:2]}/{sha256}".removeprefix("/")

    def remove(self, sha256: str) -> None:
        """Remove an original; no error when it is not there."""
        self._path(sha256).unlink(missing_ok=True)

    # ---------------------------------------------------------------- thumbnails

    def thumb(self, image: str, size: int) -> Blob | None:
        """Return a thumbnail of this size; ``None`` when it has not been made."""
        try:
            return file_blob(self._thumb(image, size))
        except FileNotFoundError:
            return None

    def keep_thumb(self, image: str, size: int, data: bytes) -> Blob:
        """Write a thumbnail by way of another name, so that a reader sees all of it or nothing."""
        target = self._thumb(image, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        temporary.write_bytes(data)
        temporary.replace(target)
        return file_blob(target)

    def remove_thumbs(self, image: str) -> None:
        """Remove all thumbnails of a picture."""
        for thumb in (self._thumbs / image[:2]).glob(f"{image}-*.webp"):
            thumb.unlink(missing_ok=True)

    def broken_thumbs(self) -> Iterator[str]:
        """Yield the names of thumbnails whose file is not as long as its RIFF header says."""
        for path in sorted(self._thumbs.glob("*/*.webp")) if self._thumbs.is_dir() else ():
            with path.open("rb") as stream:
                head = stream.read(12)
            whole = head[:4] == b"RIFF" and head[8:] == b"WEBP"
            if not whole or int.from_bytes(head[4:8], "little") + 8 != path.stat().st_size:
                yield path.name

    def drop_thumb(self, name: str) -> None:
        """Remove one thumbnail."""
        (self._thumbs / name[:2] / name).unlink(missing_ok=True)


def _copied(sha256: str, source: Path | bytes, folder: Path) -> Path:
    """Return a durable copy of ``source`` in ``folder``. Raises Rejected when it does not hash to ``sha256``."""
    copy = folder / sha256
    digest = hashlib.sha256()
    with copy.open("wb") as out:
        for chunk in pieces(source):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if digest.hexdigest() != sha256:
        copy.unlink()
        raise Rejected("The file changed while it was being read.")
    return copy
