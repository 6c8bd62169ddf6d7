"""Importing what arrives in a folder: a file is taken when it has stopped growing.

watchdog tells that something happened; what is complete is decided here: size and time stand still, and no program has the file
open for writing, as far as the system tells. What lies in the folder at the start is held to the same, and a saved page waits for
the files that were saved with it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchdog.events import EVENT_TYPE_CLOSED_NO_WRITE, EVENT_TYPE_OPENED, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from ..errors import UsageError
from ..sources.kinds import PAGE_SUFFIXES, suffix
from ..sources.savedpage import own_files, page_of_folder

#: Seconds for which a file must stand still before it counts as complete.
SETTLE = 2.0
#: Seconds since a change within which a file that is there already may still be written, where the system does not tell who writes:
#: a server's clock may be minutes off.
RECENT = 3600.0
#: Names that programs give to what they are still writing.
UNFINISHED = (".part", ".crdownload", ".download", ".tmp", ".partial", ".filepart", "~")
#: What is told of a file that is only read, by an import too.
_READ = (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE)


class _Arrivals(FileSystemEventHandler):
    def __init__(self, note: Callable[[Path], None]) -> None:
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note every path that something but reading happened to."""
        if event.event_type in _READ:
            return
        for name in (event.src_path, event.dest_path):
            if name and not event.is_directory:
                self._note(Path(name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")))


class Watcher:
    """Files of a folder that have become complete. A context manager; :meth:`batches` ends after :meth:`stop`."""

    def __init__(self, folder: Path, settle: float = SETTLE) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder.")
        self.folder, self.settle = folder, settle
        self._waiting: dict[Path, tuple[int, int, float]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._observer = Observer()
        self._observer.schedule(_Arrivals(self._note), str(folder), recursive=True)

    def __enter__(self) -> Watcher:
        self._observer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._observer.stop()
        self._observer.join()

    def stop(self) -> None:
        """End :meth:`batches`."""
        self._stopped.set()

    def _note(self, path: Path) -> None:
        if not _is_unfinished(path):
            with self._lock:
                self._waiting[path] = (-1, -1, time.monotonic())

    def waits(self, path: Path, now: float | None = None) -> bool:
        """Whether a file that lay in the folder before its events were listened to is not to be taken yet, at ``now`` (seconds
        since the epoch). It comes with a later batch, one with a name of unfinished files under the name that it is given then."""
        now = time.time() if now is None else now
        if _is_unfinished(path):
            return True
        if not self._may_grow(path, now) and not any(self._may_grow(file, now) for file in _saved_with(path)):
            return False
        self._note(path)
        return True

    def _may_grow(self, path: Path, now: float) -> bool:
        try:
            status = path.lstat()
        except OSError:
            return False
        if not stat.S_ISREG(status.st_mode) or _is_unfinished(path):
            return False
        written = _is_written(path, status)
        quiet = RECENT if written is None else self.settle
        return bool(written) or max(status.st_mtime, status.st_ctime) > now - quiet

    def complete(self, now: float) -> list[Path]:
        """Return the noted files that have stood still for ``settle`` seconds at ``now`` and that nobody has open for writing,
        sorted, and forget them. A page is returned with or after the files that were saved with it."""
        ready = []
        with self._lock:
            for path, (size, changed, since) in list(self._waiting.items()):
                try:
                    status = path.lstat()
                except OSError:
                    del self._waiting[path]
                    continue
                if (status.st_size, status.st_mtime_ns) != (size, changed):
                    self._waiting[path] = (status.st_size, status.st_mtime_ns, now)
                elif now - since >= self.settle and not _is_written(path, status):
                    ready.append(path)
            folders = {path.parent for path in self._waiting.keys() - set(ready)}
            held = {Path(page) for folder in folders if (page := page_of_folder(str(folder)))}
            ready = sorted(path for path in ready if path not in held)
            for path in ready:
                del self._waiting[path]
        return ready

    def batches(self) -> Iterator[list[Path]]:
        """Yield lists of files as they become complete, until :meth:`stop`."""
        while not self._stopped.wait(min(0.5, self.settle)):
            ready = self.complete(time.monotonic())
            if ready:
                yield ready


def _is_unfinished(path: Path) -> bool:
    return path.name.endswith(UNFINISHED) or path.name.startswith(".")


def _saved_with(path: Path) -> list[Path]:
    """The files in the folder that was saved with a page."""
    return own_files(path) if suffix(path.name) in PAGE_SUFFIXES else []


def _is_written(path: Path, status: os.stat_result) -> bool | None:
    """Whether a program has a file open for writing: Linux grants a lease for reading only where none has. ``None`` where that
    cannot be told: files of other people, other systems, most network file systems."""
    if not hasattr(fcntl, "F_SETLEASE") or not stat.S_ISREG(status.st_mode):
        return None
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # Who opens it while the lease is held waits for its end, and we are told by a signal: by one that does nothing.
        fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(file)
    return False
