"""Opening files that strangers made: regular files only, never through a link, never waiting, never beyond a limit."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from ..errors import Rejected, TooLarge

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
)
_WORDS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "there is no such file",
    errno.ENAMETOOLONG: "its path is too long for this system",
    errno.ELOOP: "a symbolic link",
    errno.EIO: "the disk reports an error",
    errno.ESTALE: "the file has gone from its server",
}


def why(error: OSError) -> str:
    """Return what a system error means, in words."""
    return _WORDS.get(error.errno or 0) or (error.strerror or "it cannot be read").lower()


def special_kind(mode: int) -> str:
    """Return what a file mode stands for in words, ``""`` for a regular file."""
    return next((words for test, words in _SPECIAL if test(mode)), "" if stat.S_ISREG(mode) else "a special file")


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open a regular file for reading. Raises Rejected with the reason when it is anything else or cannot be opened."""
    flags = _FLAGS | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise Rejected(why(error) if isinstance(error, OSError) else "its name cannot be opened") from error
    kind = special_kind(os.fstat(handle).st_mode)
    if kind:
        os.close(handle)
        raise Rejected(kind)
    return os.fdopen(handle, "rb")


def read_head(path: Path, size: int, *, follow: bool = False) -> bytes:
    """Return up to ``size`` first bytes. Raises Rejected."""
    with open_regular(path, follow=follow) as file:
        return read_some(file, size)


def read_rest(file: BinaryIO, head: bytes, limit: int) -> bytes:
    """Return all bytes of an open file of which ``head`` was read. Raises TooLarge beyond ``limit`` bytes, Rejected."""
    # No more is asked for than the file says to hold: room for all that is allowed would be made first.
    told = os.fstat(file.fileno()).st_size - len(head)
    rest = read_some(file, max(0, min(told, limit - len(head)) + 1))
    # A file that grows meanwhile, or one of the system's that tells no size.
    grown = read_some(file, max(0, limit + 1 - len(head) - len(rest))) if len(rest) > told else b""
    data = b"".join((head, rest, grown)) if rest else head
    if len(data) > limit:
        raise TooLarge(f"larger than {limit >> 20} MB")
    return data


def read_some(file: BinaryIO, size: int) -> bytes:
    """Return up to ``size`` next bytes. Raises Rejected when the disk fails."""
    try:
        return file.read(size)
    except OSError as error:
        raise Rejected(why(error)) from error
