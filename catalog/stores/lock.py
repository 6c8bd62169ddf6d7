"""The writer's lock of a catalogue folder, and the witness of what was acknowledged.

``catalogue.lock`` is held with ``flock`` while a process writes. It tells the holder's process id, and the position of
the last transaction that was reported as done: a journal that ends earlier has lost something.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import weakref
from pathlib import Path

from ..errors import Locked
from .files import refused

LOCK = "catalogue.lock"

_HOLDER = b"holder %12d\n"
_POSITION = b"acknowledged %20d\n"
_POSITION_AT = len(_HOLDER % 0)
_LENGTH = _POSITION_AT + len(_POSITION % 0)
_PAUSE = 0.003

_open_locks: weakref.WeakSet[WriterLock] = weakref.WeakSet()


class WriterLock:
    """One process's handle on the lock of a folder. Not thread-safe, not re-entrant: the store sees to both."""

    def __init__(self, folder: Path, timeout: float) -> None:
        self.path = folder / LOCK
        self.timeout = timeout
        self._fd: int | None = None
        self._queue: int | None = None
        _open_locks.add(self)

    def acquire(self, timeout: float | None = None) -> None:
        """Wait for the lock, at most ``timeout`` seconds. Raises Locked, or CatalogueUnusable where nothing may be written.

        Who wants the lock first takes the queue's (on the folder itself), so that a busy writer cannot keep it from others.
        """
        until = time.monotonic() + (self.timeout if timeout is None else timeout)
        self._open()
        assert self._queue is not None
        self._wait(self._queue, until)
        try:
            while True:
                assert self._fd is not None
                self._wait(self._fd, until)
                if self._is_current():
                    break
                self._open_lock()
        finally:
            fcntl.flock(self._queue, fcntl.LOCK_UN)
        self._note(_HOLDER % os.getpid(), 0)

    def release(self) -> None:
        """Let the next writer in."""
        if self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def acknowledge(self, position: int) -> None:
        """Note, as the holder, the last transaction that is on disk. It need not reach the disk itself at once."""
        self._note(_POSITION % position, _POSITION_AT)

    def acknowledged(self) -> int | None:
        """Return the position that was last noted by any process, ``None`` when that is not known."""
        try:
            with self.path.open("rb") as file:
                words = file.read(_LENGTH)[_POSITION_AT:].split()
        except OSError:
            return None
        return int(words[1]) if len(words) == 2 and words[1].isdigit() else None

    def holder(self) -> str:
        """Return who last took the lock, in words (“process 123”), ``""`` when that is not known."""
        try:
            words = self.path.read_bytes()[:_POSITION_AT].split()
        except OSError:
            return ""
        return f"process {int(words[1])}" if len(words) == 2 and words[1].isdigit() else ""

    def close(self) -> None:
        """Give everything back."""
        for fd in (self._fd, self._queue):
            if fd is not None:
                os.close(fd)
        self._fd = self._queue = None

    def __del__(self) -> None:
        self.close()

    def _open(self) -> None:
        if self._fd is None:
            self._open_lock()
        if self._queue is None:
            self._queue = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)

    def _open_lock(self) -> None:
        old, self._fd = self._fd, None
        if old is not None:
            os.close(old)
        try:
            self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise refused("written", self.path.parent, error) from error

    def _is_current(self) -> bool:
        """Whether the file that is locked is still the one under its name: somebody may have deleted it."""
        assert self._fd is not None
        try:
            return os.path.samestat(os.fstat(self._fd), self.path.stat())
        except FileNotFoundError:
            return False

    def _wait(self, fd: int, until: float) -> None:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                    raise refused("locked", self.path.parent, error) from error
            if time.monotonic() >= until:
                raise Locked(str(self.path.parent), self.holder())
            time.sleep(_PAUSE)

    def _note(self, data: bytes, at: int) -> None:
        assert self._fd is not None
        with contextlib.suppress(OSError):  # only a help: a full disk must not stop what can still be done
            os.pwrite(self._fd, data, at)


def _forget_in_child() -> None:
    """Close the locks in a forked worker, or it would hold them for as long as it lives after its parent is gone."""
    for lock in list(_open_locks):
        lock.close()


os.register_at_fork(after_in_child=_forget_in_child)
