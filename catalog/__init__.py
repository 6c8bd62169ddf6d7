"""Cutline: a catalogue of news pictures and their captions.

``open`` opens a catalogue, ``extract`` reads one file without one, ``conflicts.compare`` compares two captions.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .library import Library

__all__ = ["__version__", "extract", "open"]


def open(path_or_url: str | Path) -> Library:  # noqa: A001 - the name that callers expect
    """Open (or make) the catalogue at a folder or ``postgresql://`` address; a context manager.

    Raises CatalogueUnusable when it is locked, damaged or cannot be reached.
    """
    from .library import open_library

    return open_library(path_or_url)


def extract(path: str | Path, url: str | None = None) -> dict[str, Any]:
    """Return the article, pictures and captions of one file, as `cutline extract --json` prints them.

    Raises UsageError when there is nothing to be read.
    """
    from .extracting import extract_one

    return extract_one(path, url)
