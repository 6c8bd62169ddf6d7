"""Reading files without a catalogue: what `extract` prints and :func:`catalog.extract` returns."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import captions, sources
from .errors import CatalogError, NotFound, Rejected, UsageError
from .model import Extraction
from .sources.base import Document, LeftAside


def read_document(document: Document) -> tuple[Extraction, ...]:
    """Return the stories of a document. Raises Rejected for one that defeats the reader, whatever it holds."""
    try:
        with _uncollected():
            return tuple(captions.extract_documents(document))
    except (RecursionError, MemoryError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:
        # Hostile pages find what no test has: the rest of an import must not pay for one of them.
        raise Rejected(f"The document defeats the reader ({type(error).__name__}: {str(error)[:120]}).") from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles of objects meanwhile: a page makes thousands of objects, all of which go with it, and no cycle.

    Several threads may be inside at once; only one that found the collector at work sets it to work again.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def attempt(document: Document) -> tuple[Extraction, ...] | str:
    """Return the stories of a document, or why there are none: :func:`read_document` for other processes."""
    try:
        return read_document(document)
    except CatalogError as error:
        return str(error)


def documents(path: str | Path, url: str = "") -> Iterator[Document | LeftAside]:
    """Yield the documents of one file, and why there is none. Raises NotFound when there is no such file.

    ``url`` is the address of a page, where the caller knows it. Pages come without hashes and without the pictures that
    lie inside and beside them.
    """
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
        for item in sources.read(entry, url=url, words_only=True):
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
    """Yield one line for each story in a file: ``path``, ``article``, ``images``, ``captions``; or ``path``, ``error``.

    ``url`` is the address the document was served from, against which its own addresses are resolved.
    """
    found = False
    try:
        for item in documents(path, url or ""):
            if isinstance(item, LeftAside):
                if item.path == str(path):
                    yield {"path": item.path, "error": item.reason}
                    found = True
                continue
            found = True
            document = replace(item, url=url) if url and url != item.url else item
            for extraction in read_document(document):
                yield {"path": item.path, **captions.extraction_to_json(extraction)}
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
