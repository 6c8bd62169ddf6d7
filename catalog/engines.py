"""What a catalogue is made of: its store, its picture files, its search index and its index of fingerprints.

``open_engine(url)`` chooses them by the address; nothing above knows which ones it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .duplicates.base import Neighbours
from .errors import CatalogError
from .media import Media, choose, open_media
from .search.base import SearchIndex
from .stores import open_store
from .stores.base import Store


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of one catalogue. ``folder`` is on this machine: the catalogue itself, or a cache of a shared one.

    The derived parts are opened when they are first needed.
    """

    store: Store
    media: Media
    folder: Path
    open_index: Callable[[], SearchIndex]
    open_neighbours: Callable[[], Neighbours]


def open_engine(url: str, *, create: bool = True, media: str = "") -> Engine:
    """Open the parts of the catalogue at a folder or ``postgresql://`` address. ``media`` is where its pictures shall be,
    if it has none yet; else it only says where they are expected.

    Raises CatalogueUnusable (Locked, Damaged) when it cannot be used, and when it is not there and ``create`` is false, and
    UsageError when its pictures are not at ``media``.
    """
    store = open_store(url, create=create)
    folder = Path(url)
    try:
        pictures = open_media(choose(store, media), folder)
    except CatalogError:
        store.close()
        raise
    return Engine(store, pictures, folder, lambda: _index(folder), lambda: _neighbours(folder))


def _index(folder: Path) -> SearchIndex:
    from .search.index import Index

    return Index.open(folder / "index.sqlite")


def _neighbours(folder: Path) -> Neighbours:
    from .duplicates.index import DuplicateIndex

    return DuplicateIndex(folder / "fingerprints")
