"""What a catalogue is made of: its store, its picture files, its search index and its index of fingerprints.

``open_engine(url)`` chooses them by the address; nothing above knows which ones it has.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from .filesystems import file_system
from .media import choose, open_media, place
from .stores import is_postgres, open_store

if TYPE_CHECKING:
    from .duplicates.base import Neighbours
    from .media import Media
    from .search.facade import SearchIndex
    from .stores.base import Store


def _untold(_: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of one catalogue. ``folder`` is on this machine: the catalogue itself, or a cache of a shared one.

    The derived parts are opened when they are first needed; ``index_file`` is the search index where that is a file.
    ``own_index``: this process has one to itself, since nothing may be written into the folder, and has to keep it level.
    """

    store: Store
    media: Media
    folder: Path
    open_index: Callable[[], SearchIndex]
    open_neighbours: Callable[[], Neighbours]
    index_file: Path | None = None
    own_index: bool = False
    listening: Callable[[Callable[[], None]], AbstractContextManager[None]] = _untold


def open_engine(url: str, *, create: bool = True, media: str = "") -> Engine:
    """Open the parts of the catalogue at a folder or ``postgresql://`` address. ``media`` is where its pictures shall be,
    if it has none yet; else it only says where they are expected.

    Raises CatalogueUnusable (Locked, Damaged) when it cannot be used, and when it is not there and ``create`` is false, and
    UsageError when its pictures are not at ``media``.
    """
    if create:
        _check_media(media)
    store = open_store(url, create=create)
    try:
        return _shared(store, media) if is_postgres(url) else _in_folder(store, Path(url), media)
    except BaseException:
        store.close()
        raise


def _check_media(asked: str) -> None:
    """Refuse where nobody can keep pictures before anything is made."""
    address = place(asked)
    if address and not address.startswith("file://"):
        file_system(address.partition("://")[0])


def _in_folder(store: Store, folder: Path, media: str) -> Engine:
    file = folder / "index.sqlite"
    if not store.position():
        # The file is there, empty, before the first record is: so that one which is missing later was deleted.
        with suppress(OSError):
            file.touch()

    writable = os.access(folder, os.W_OK)

    def index() -> SearchIndex:
        from .search.index import Index

        return Index.open(file) if writable else Index.open_copy(file)

    def neighbours() -> Neighbours:
        from .duplicates.index import DuplicateIndex

        return DuplicateIndex(folder / "fingerprints")

    return Engine(
        store, open_media(choose(store, media), folder), folder, index, neighbours, file, own_index=not writable
    )


def _shared(store: Store, media: str) -> Engine:
    from .search.postgres import PostgresIndex
    from .stores.postgres.listening import listening
    from .stores.postgres.neighbours import PostgresNeighbours
    from .stores.postgres.store import PostgresStore

    assert isinstance(store, PostgresStore)
    database = store.database
    folder = shared_folder(store.url)
    asked = media or database.address.media
    # Where nothing was ever said, the originals lie on this machine, in no cache, and the catalogue says where.
    pictures = choose(store, asked) or place(str(folder))
    return Engine(
        store,
        open_media(pictures, folder),
        folder,
        lambda: PostgresIndex(database),
        lambda: PostgresNeighbours(database),
        listening=partial(listening, database),
    )


def shared_folder(shown: str) -> Path:
    """Return this machine's own folder for the shared catalogue at an address (without its password)."""
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return Path(platformdirs.user_data_dir("cutline", appauthor=False)) / "shared" / digest
