"""Picture files at an address that several machines reach: the same names as in a folder, below ``s3://bucket/...``.

An original is checked against its hash before a byte of it is sent, and sent as one object: object stores show an object whole
or not at all, elsewhere it gets its name when it is whole. Several are under way at once; :meth:`SharedMedia.sync` waits for them.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import CatalogError, CatalogueUnusable, Rejected
from ..filesystems import checked, unreachable, within
from .base import Blob, pieces

#: Objects sent at once, and bytes that may be under way; one larger original is let through alone.
_SENDERS, _UNDER_WAY = 8, 64 << 20
#: Where an object appears whole or not at all, so that it can be written under its own name.
_WHOLE = frozenset(("s3", "s3a", "gs", "gcs", "az", "abfs", "memory"))


class SharedMedia:
    """The picture files below one address. Safe to use from several threads, as several importers on several machines are.

    Raises UsageError for a bad address, CatalogueUnusable when a package for it is missing.
    """

    def __init__(self, address: str) -> None:
        self.address = checked(address)
        self._fs, self._root = within(self.address)
        self._whole = self.address.partition("://")[0] in _WHOLE
        self._exclusive = True
        self._lock = threading.Lock()
        self._senders: ThreadPoolExecutor | None = None
        # What each thread has sent, so that one that waits hears of its own failures and of no others.
        self._mine = threading.local()

    def _inner(self, sha256: str) -> str:
        return f"media/{sha256[:2]}/{sha256}"

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn whatever a service raises into one sentence."""
        try:
            yield
        except CatalogError:
            raise
        except Exception as error:  # Each service has errors of its own family; all mean that it did not do it.
            raise unreachable(self.address, error) from error

    # ---------------------------------------------------------------- originals

    def keep(self, sha256: str, source: Path | bytes) -> None:
        """Send an original, unless one of its name is there. See :meth:`catalog.media.base.Media.keep`."""
        data = b"".join(pieces(source))
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Rejected("The file changed while it was being read.")
        self._queue(self._inner(sha256), data, self._send)

    def begin(self, sha256: str, source: Path) -> None:
        """Nothing: what is kept is sent in the background."""

    def abandon(self) -> None:
        """Nothing: nothing was begun."""

    def sync(self) -> None:
        """Return when all that this thread has sent has arrived. Raises CatalogueUnusable when some of it has not."""
        sending = self._sending()
        errors = [error for future, _ in sending if (error := future.exception()) is not None]
        sending.clear()
        if errors:
            raise errors[0]

    def _sending(self) -> deque[tuple[Future[None], int]]:
        found: deque[tuple[Future[None], int]] = self._mine.__dict__.setdefault("sending", deque())
        return found

    def _queue(self, inner: str, data: bytes, send: Callable[[str, bytes], None]) -> None:
        """Send in the background, as far as the limits allow."""
        with self._lock:
            if self._senders is None:
                self._senders = ThreadPoolExecutor(_SENDERS, thread_name_prefix="media")
        sending = self._sending()
        while sending and sum(size for _, size in sending) + len(data) > _UNDER_WAY:
            sending[0][0].result()
            sending.popleft()
        sending.append((self._senders.submit(send, inner, data), len(data)))

    def _send(self, inner: str, data: bytes) -> None:
        """Write an object once: two importers that send the same original do no harm to each other."""
        path = f"{self._root}/{inner}"
        with self._asking():
            if not self._whole:
                if not self._fs.exists(path):
                    self._put_and_name(path, data)
                return
            if self._exclusive:
                with suppress(FileExistsError):
                    try:
                        self._fs.pipe_file(path, data, mode="create")
                    except NotImplementedError:  # A service without conditional writes: ask first, then write.
                        self._exclusive = False
            if not self._exclusive and not self._fs.exists(path):
                self._fs.pipe_file(path, data)

    def _put_and_name(self, path: str, data: bytes) -> None:
        temporary = f"{path}.{os.getpid()}.part"
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        try:
            self._fs.pipe_file(temporary, data)
            self._fs.mv(temporary, path)
        finally:
            with suppress(FileNotFoundError):
                self._fs.rm_file(temporary)

    def has(self, sha256: str) -> bool:
        """Whether an original of this name is there."""
        return self._size(self._inner(sha256)) is not None

    def original(self, sha256: str) -> Blob | None:
        """Return an original; ``None`` when it is not there."""
        return self._blob(self._inner(sha256), sha256)

    def intact(self, sha256: str) -> bool | None:
        """Return whether the original has its hash; ``None`` when it is not there. All of it is read, in pieces."""
        blob = self.original(sha256)
        if blob is None:
            return None
        digest = hashlib.sha256()
        for piece in Blob(blob.name, blob.size, blob.read).chunks():
            digest.update(piece)
        return digest.hexdigest() == sha256

    def name(self, sha256: str) -> str:
        """Return the address of the original with this hash."""
        return f"{self.address}/{self._inner(sha256)}"

    def remove(self, sha256: str) -> None:
        """Remove an original; no error when it is not there."""
        self._remove(f"{self._root}/{self._inner(sha256)}")

    # ---------------------------------------------------------------- thumbnails

    def thumb(self, image: str, size: int) -> Blob | None:
        """Return a thumbnail of this size; ``None`` when it has not been made."""
        return self._blob(f"thumbs/{image[:2]}/{image}-{size}.webp")

    def keep_thumb(self, image: str, size: int, data: bytes) -> Blob:
        """Send a thumbnail, over an earlier one if need be; it is there for everybody after :meth:`sync`."""
        inner = f"thumbs/{image[:2]}/{image}-{size}.webp"
        self._queue(inner, data, self._replace)
        return Blob(f"{self.address}/{inner}", len(data), lambda start, stop: data[start:stop])

    def _replace(self, inner: str, data: bytes) -> None:
        path = f"{self._root}/{inner}"
        with self._asking():
            if not self._whole:
                self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._fs.pipe_file(path, data)

    def remove_thumbs(self, image: str) -> None:
        """Remove all thumbnails of a picture."""
        with self._asking():
            found = self._fs.glob(f"{self._root}/thumbs/{image[:2]}/{image}-*.webp")
        for path in found:
            self._remove(path)

    def broken_thumbs(self) -> Iterator[str]:
        """Yield the names of thumbnails too short to be one. Their content is not fetched: a service keeps objects whole."""
        with self._asking():
            for path, info in self._fs.find(f"{self._root}/thumbs", detail=True).items():
                if int(info.get("size") or 0) < 12:
                    yield str(path).rpartition("/")[2]

    def drop_thumb(self, name: str) -> None:
        """Remove one thumbnail."""
        self._remove(f"{self._root}/thumbs/{name[:2]}/{name}")

    # ---------------------------------------------------------------- one object

    def _size(self, inner: str) -> int | None:
        with self._asking():
            try:
                # Somebody else may have written or removed it: no answer from a cache of listings.
                self._fs.invalidate_cache(f"{self._root}/{inner}".rpartition("/")[0])
                return int(self._fs.info(f"{self._root}/{inner}").get("size") or 0)
            except FileNotFoundError:
                return None

    def _blob(self, inner: str, sha256: str = "") -> Blob | None:
        size = self._size(inner)
        if size is None:
            return None
        where = f"{self.address}/{inner}"

        def read(start: int, stop: int) -> bytes:
            with self._asking():
                try:
                    return bytes(self._fs.cat_file(f"{self._root}/{inner}", start=start, end=stop))
                except FileNotFoundError as error:
                    raise CatalogueUnusable(f"{where} was removed while it was read.") from error

        return Blob(where, size, read, address=where, sha256=sha256)

    def _remove(self, path: str) -> None:
        with self._asking(), suppress(FileNotFoundError):
            self._fs.rm_file(path)
