"""Files as the embedded store needs them: positioned reads, writes that are on disk, refusals in one sentence."""

from __future__ import annotations

import errno
import os
import weakref
from collections.abc import Iterable
from pathlib import Path

from ..errors import CatalogueUnusable

#: What holds the content until it is on disk under this name; a compaction that was cut short leaves some behind.
NEW = ".new"

#: File systems of other machines, where locks and fsync cannot be relied on.
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "davfs", "ceph", "lustre", "beegfs", "gpfs"}
    | {"glusterfs", "orangefs", "pvfs2", "ocfs2", "coda", "sshfs", "rclone", "s3fs"}
)
ALLOW_NETWORK = "CUTLINE_ALLOW_NETWORK_FS"

_BLOCK = 1 << 20
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file may not grow any further",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.EIO: "the disk reports an error",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EMFILE: "too many files are open",
}


def refused(what: str, path: Path, error: OSError, advice: str = "") -> CatalogueUnusable:
    """Return the error that says in one sentence why ``path`` cannot be ``what`` (“written”, “opened”)."""
    reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    return CatalogueUnusable(f"{path} cannot be {what}: {reason}. {advice}".rstrip())


class ReadFile:
    """A file for positioned reads. It closes itself when nobody holds it, for a reader may outlive a compaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self.fd)
        status = os.fstat(self.fd)
        self.identity = (status.st_dev, status.st_ino)

    def size(self) -> int:
        """Return the present size in bytes."""
        return os.fstat(self.fd).st_size

    def read(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes at ``offset``; fewer only at the end of the file."""
        data = os.pread(self.fd, size, offset)
        if len(data) == size or not data:
            return data
        return data + self.read_rest(offset + len(data), size - len(data))

    def read_rest(self, offset: int, size: int) -> bytes:
        """Go on after a short read."""
        parts: list[bytes] = []
        while size and (data := os.pread(self.fd, size, offset)):
            parts.append(data)
            offset, size = offset + len(data), size - len(data)
        return b"".join(parts)


class Blocks:
    """Reads at rising offsets, in large blocks."""

    def __init__(self, file: ReadFile) -> None:
        self.file = file
        self._start = 0
        self._data = b""

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes at ``offset``."""
        at = offset - self._start
        if at < 0 or at + size > len(self._data):
            self._start, self._data, at = offset, self.file.read(offset, max(size, _BLOCK)), 0
        return self._data[at : at + size]


def write_all(fd: int, data: bytes) -> None:
    """Write every byte of ``data``; OSError when the system takes no more."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def data_sync(fd: int) -> None:
    """Bring a file's bytes and size to the disk."""
    getattr(os, "fdatasync", os.fsync)(fd)


def write_synced(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a whole file and bring it to the disk. Nothing is left under ``path`` when that fails."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            for chunk in chunks:
                write_all(fd, chunk)
            os.fsync(fd)
        finally:
            os.close(fd)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise refused("written", path, error) from error
        raise


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries (new names, renames) to the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot sync folders, and then need not
            raise
    finally:
        os.close(fd)


def file_system(folder: Path, table: str = "/proc/self/mounts") -> str:
    """Return the type of file system that ``folder`` is on (“ext4”, “nfs4”), ``""`` where the system does not tell."""
    try:
        lines = Path(table).read_text(errors="surrogateescape").splitlines()
    except OSError:
        return ""
    here = str(folder.resolve())
    best, kind = "", ""
    for fields in (line.split() for line in lines):
        if len(fields) < 3:
            continue
        at = fields[1].replace("\\040", " ").rstrip("/")
        if (here == at or here.startswith(at + "/")) and len(at) >= len(best):
            best, kind = at, fields[2]
    return kind


def refuse_network(folder: Path, table: str = "/proc/self/mounts") -> None:
    """Raise CatalogueUnusable when ``folder`` is on another machine, unless the environment allows it."""
    kind = file_system(folder, table)
    if kind.removeprefix("fuse.") in NETWORK and os.environ.get(ALLOW_NETWORK) != "1":
        raise CatalogueUnusable(
            f"{folder} is on a network file system ({kind}), where locks cannot be trusted: keep the catalogue on a local "
            f"disk, share it as postgresql://…, or set {ALLOW_NETWORK}=1 if only this machine ever writes it."
        )
