"""Folders for what is not finished yet: each is locked while somebody works in it, so that what a killed process left is told from
what is in use, and swept away by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_PREFIX = "new-"


class Scratch:
    """A new folder below ``under``, which is made if need be and swept first. It goes when it is closed, with all that is in it.

    Raises OSError when it cannot be made.
    """

    def __init__(self, under: Path) -> None:
        sweep(under)
        self._under = under
        while True:
            under.mkdir(parents=True, exist_ok=True)
            try:
                self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=under))
            except FileNotFoundError:  # another one that was closed has just taken it away
                continue
            self._handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
            if self.folder.is_dir():
                return
            os.close(self._handle)  # swept between its making and its locking

    def rename(self, name: str) -> None:
        """Give the folder another name, unless one of that name is there."""
        with suppress(OSError):
            self.folder = self.folder.rename(self.folder.with_name(name))

    def close(self) -> None:
        """Remove the folder, and the one that it lies in when nothing else does."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._handle)
        with suppress(OSError):
            self._under.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def sweep(under: Path) -> None:
    """Remove the folders below ``under`` that nobody works in any more."""
    with suppress(OSError):
        for folder in list(under.iterdir()):
            with suppress(OSError):
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
                finally:
                    os.close(handle)
