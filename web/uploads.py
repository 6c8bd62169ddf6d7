"""Files that a browser sends: written below a folder of their own, under the relative paths they had, never outside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from werkzeug.datastructures import FileStorage

from catalog.errors import NotAllowed
from catalog.library import Scratch

MAX_FILES = 2000
MAX_DEPTH = 12
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


def relative(name: str) -> PurePosixPath:
    """Return a browser's file name as a path below the upload folder: no root, no drive, no way up, no odd characters."""
    parts = [_UNSAFE.sub("_", p).strip() for p in re.split(r"[/\\]", name)]
    kept = [p.encode("utf-8", "replace")[:200].decode("utf-8", "ignore") for p in parts if p not in ("", ".", "..")]
    return PurePosixPath(*kept[-MAX_DEPTH:]) if kept else PurePosixPath("unnamed")


def _name_of(folder: Path) -> str:
    """A name for what ``folder`` holds, so that the same upload comes from the same place and is known again."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


@contextmanager
def received(files: Sequence[FileStorage], receiving: Callable[[], Scratch]) -> Iterator[Path]:
    """Write the uploaded ``files`` into a new folder, give it, and take it away afterwards.

    Two files of one name are kept apart by a number. Raises :class:`NotAllowed` for none and for too many.
    """
    sent = [f for f in files if f.filename]
    if not sent:
        raise NotAllowed("Choose files or a folder first.", field="files")
    if len(sent) > MAX_FILES:
        raise NotAllowed(f"Send at most {MAX_FILES:,} files at once.", field="files")
    with receiving() as scratch:
        for file in sent:
            path = scratch.folder / relative(file.filename or "")
            path.parent.mkdir(parents=True, exist_ok=True)
            stem, n = path.stem, 2
            while path.exists():
                path = path.with_name(f"{stem}-{n}{path.suffix}")
                n += 1
            file.save(path)
        scratch.rename(_name_of(scratch.folder))  # kept when the same upload is being imported right now
        yield scratch.folder
