"""Reading files without a catalogue: what `extract` prints and :func:`catalog.extract` returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import captions, sources
from .errors import CatalogError, NotFound, UsageError
from .sources.base import Document, LeftAside


def documents(path: str | Path) -> Iterator[Document | LeftAside]:
    """Yield the documents of one file, and why there is none. Raises NotFound when there is no such file."""
    file = Path(path)
    try:
        exists = file.is_file()
    except (OSError, ValueError):
        exists = False
    if not exists:
        raise (
            UsageError(f"{path} is a folder: give files to extract from.")
            if _folder(file)
            else NotFound("file", str(path))
        )
    for entry in sources.walk([path]):
        if entry.aside is not None:
            yield entry.aside
            continue
        for item in sources.read(entry):
            if isinstance(item, Document | LeftAside):
                yield item
            else:
                yield LeftAside(item.path, "ignored", "a picture, not an article")


def _folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def extract(path: str | Path, url: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield one line for each document in a file: ``path``, ``article``, ``images``, ``captions``; or ``path``, ``error``.

    ``url`` is the address the document was served from, against which its own addresses are resolved.
    """
    found = False
    try:
        for item in documents(path):
            if isinstance(item, LeftAside):
                if item.path == str(path):
                    yield {"path": item.path, "error": item.reason}
                    found = True
                continue
            found = True
            document = replace(item, url=url) if url else item
            yield {"path": item.path, **captions.extraction_to_json(captions.extract_document(document))}
    except CatalogError as error:
        yield {"path": str(path), "error": str(error)}
        return
    if not found:
        yield {"path": str(path), "error": "There is no article in it."}


def extract_one(path: str | Path, url: str | None = None) -> dict[str, Any]:
    """Return what :func:`extract` yields first. Raises the CatalogError where it would yield an error."""
    line = next(extract(path, url))
    if "error" in line:
        raise UsageError(str(line["error"]))
    return line
