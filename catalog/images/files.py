"""Reading a file's bytes once: regular files only, bounded, hashed on the way."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from ..errors import Rejected

_CHUNK = 1 << 20
#: Links are not followed, pipes not waited for, terminals not taken over.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one file and their SHA-256 as 64 hexadecimal digits."""

    data: bytes
    sha256: str


def of_bytes(data: bytes) -> Content:
    """Return ``data`` with its hash."""
    return Content(data, hashlib.sha256(data).hexdigest())


def read(path: Path, limit: int) -> Content:
    """Return the content of the regular file ``path``, read once.

    Raises Rejected for anything that is no regular file, cannot be read or has more than ``limit`` bytes.
    """
    try:
        _regular(os.lstat(path))
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise Rejected(f"The file cannot be read: {_why(error)}.") from error
    try:
        # The name may have come to mean something else since lstat: what was opened is what counts.
        status = os.fstat(handle)
        _regular(status)
        if status.st_size > limit:
            raise Rejected(too_large(status.st_size, limit))
        return _stream(handle, limit)
    except OSError as error:
        raise Rejected(f"The file cannot be read: {_why(error)}.") from error
    finally:
        os.close(handle)


def too_large(size: int, limit: int) -> str:
    """Return the sentence for a file of ``size`` bytes over the ``limit``."""
    return f"The file has {size / 1e6:,.1f} MB; the limit is {limit / 1e6:,.0f} MB."


def _regular(status: os.stat_result) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        raise Rejected(f"It is {_KINDS.get(kind, 'no regular file')}, not a file with content.")


def _stream(handle: int, limit: int) -> Content:
    digest, parts, total = hashlib.sha256(), [], 0
    while chunk := os.read(handle, _CHUNK):
        total += len(chunk)
        if total > limit:
            raise Rejected(too_large(total, limit))
        digest.update(chunk)
        parts.append(chunk)
    return Content(b"".join(parts), digest.hexdigest())


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
