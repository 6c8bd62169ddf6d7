"""A catalogue held open: its parts, and the derived ones kept level with the store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .catalogue import Catalogue
from .engines import open_engine
from .errors import Unfinished
from .later import later, read_all
from .stores.base import UNFINISHED

if TYPE_CHECKING:
    from . import conflicts, indexing, search
    from .duplicates.base import Neighbours
    from .images import pool
    from .media import Blob
    from .runs.importing import Importer
    from .runs.recomputing import Recomputing
    from .screens import showing
    from .search.facade import SearchIndex
else:
    conflicts, indexing, search, showing, pool = later(
        ".conflicts", ".indexing", ".search", ".screens.showing", ".images.pool"
    )


class Opened:
    """What every part of :class:`~catalog.library.Library` stands on: store, media, search index, fingerprints, workers.

    A ``follower`` answers for another process of the same server, which keeps the search index level before it asks. What is being
    copied here is opened where ``unfinished`` says so: by who completes it.
    """

    def __init__(
        self, url: str, *, create: bool = True, media: str = "", follower: bool = False, unfinished: bool = False
    ) -> None:
        self._engine = open_engine(url, create=create, media=media)
        if not unfinished and (mark := self._engine.store.get("meta", UNFINISHED)) is not None:
            shown = self._engine.store.url
            self._engine.store.close()
            raise Unfinished(shown, str(mark.get("source")))
        self._follower = follower and not self._engine.own_index
        self.store, self.media, self.folder = self._engine.store, self._engine.media, self._engine.folder
        self.index_file = self._engine.index_file
        self.url = self.store.url
        self.cat = Catalogue(self.store)
        self._index: SearchIndex | None = None
        self._indexer: indexing.Indexer | None = None
        self._neighbours: Neighbours | None = None
        self._pool: pool.Pool | None = None
        self._importer: Importer | Recomputing | None = None
        self._group_count = (-1, 0)
        self._lock = threading.RLock()
        self._writers: set[int] = set()

    # ---------------------------------------------------------------- what is derived, opened when first needed

    @property
    def index(self) -> SearchIndex:
        """The search index, level with all that was committed, but for what another thread is about to answer for."""
        if self._index is None or self._indexer is None:
            with self._lock:
                if self._index is None:
                    self._index = self._engine.open_index()
                    self._indexer = indexing.Indexer(self.store, self._index)
        assert self._index is not None and self._indexer is not None
        self.store.refresh()
        if self._follower:
            return self._index
        seen = self._index.position()
        if seen != self.store.position() and not self._is_awaited(seen):
            self._indexer.catch_up()
        return self._index

    def _is_awaited(self, seen: int | None) -> bool:
        """Whether all that an index lacks which has ``seen`` so much was committed by threads that have not answered for it yet."""
        return bool(self._writers) and self._importer is None and seen is not None and seen >= self.store.followed()

    @property
    def neighbours(self) -> Neighbours:
        """The index of fingerprints."""
        with self._lock:
            if self._neighbours is None:
                self._neighbours = self._engine.open_neighbours()
            elif self._follower:
                self._neighbours.refresh()
            return self._neighbours

    def _workers(self) -> pool.Pool:
        with self._lock:
            if self._pool is None:
                self._pool = pool.Pool(workers=1)
            return self._pool

    def level(self) -> None:
        """Bring the search index level with all that was committed, but for what another thread is about to answer for."""
        _ = self.index

    def _level(self) -> None:
        """Bring the search index level with what was just committed, where one is open."""
        if self._indexer is not None:
            self._indexer.catch_up()

    @contextmanager
    def _committing(self) -> Iterator[None]:
        """Hold while something is committed; the index is level with it at the end. Who asks meanwhile need not wait for that."""
        mine = threading.get_ident()
        self._writers.add(mine)
        try:
            yield
            self._level()
        finally:
            self._writers.discard(mine)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Keep what this process holds level with what others commit, as they do it: for one that stays, and is asked by people who
        would wait for that."""
        self.warm_up()
        with self._engine.listening(self._hear):
            yield

    def warm_up(self) -> None:
        """Read now what is read at a first use, modules, lists of names and where documents stand: else somebody waits for it."""
        read_all()
        conflicts.compare("Anna Ruiz at Mosul, 12 March 2017.", "Ana Ruiz in Paris, 13 March 2017.")
        for hit in self.index.search(search.parse(""), limit=1).ids:
            self.cat.record(hit)

    def _hear(self) -> None:
        self.store.refresh()
        self._level()
        if self._neighbours is not None:
            self._neighbours.refresh()

    def _find_original(self, image: str) -> Blob | None:
        doc = self.store.get("image", image)
        return None if doc is None else showing.original(self.media, doc)

    def rebuild_index(self) -> None:
        """Throw the search index away and make it anew from the records."""
        with self._lock:
            if self._index is not None:
                self._index.clear()
            self._level()

    def unlike_index(self) -> Iterator[str]:
        """Yield what of the search index is not as the records make it, one sentence each."""
        _ = self.index
        assert self._indexer is not None
        yield from self._indexer.unlike()

    def close(self) -> None:
        """Release the catalogue; its main file is then plain TinyDB."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
            if self._neighbours is not None:
                with suppress(OSError):  # derived: what is missing is added by the next import
                    self._neighbours.flush()
            if self._index is not None:
                self._index.close()
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
