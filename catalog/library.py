"""The one door: everything that the command line, the pages and the API do goes through :class:`Library`.

It opens what a catalogue is made of (store, media, search index, index of fingerprints, workers), keeps the derived parts
level with the store, and hands out views. It decides nothing itself: see :mod:`catalog.importing`,
:mod:`catalog.deciding`, :mod:`catalog.showing`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from . import deciding, grouping, inferring, searching, showing
from .asof import Past, moment
from .catalogue import Catalogue
from .checking import beyond_store, verify
from .codec import from_dict
from .copying import Copied, Parts, copy
from .duplicates.base import Neighbours
from .engines import open_engine
from .errors import CatalogueUnusable, NotFound, UsageError, WrongType
from .export import FORMATS as EXPORT_FORMATS
from .export import export, export_files
from .images import thumbnails
from .images.pool import Pool
from .images.worker import Failed, Prepared, Task
from .importing import Importer
from .indexing import Indexer
from .media import Blob as Blob
from .media import remember
from .model import Article, Damage, Decision, Finding, Group, ImportResult, ImportSummary, Match, Record
from .purging import purge
from .recomputing import Recomputing, What
from .search import parse
from .search.base import SearchIndex
from .stores import verify_store
from .stores.overlay import Overlay
from .views import (
    ArticleView,
    BulkPreview,
    CompareView,
    FacetValue,
    FindingPage,
    FindingView,
    GroupView,
    Hit,
    LogPage,
    Overview,
    Place,
    RunView,
    SearchPage,
    Similar,
    Snippet,
    Suggestion,
)
from .waiting import Progress as Progress

__all__ = [
    "EXPORT_FORMATS", "ArticleView", "BulkPreview", "CompareView", "FacetValue", "FindingPage", "FindingView",
    "GroupView", "Hit", "Library", "LogPage", "Overview", "RunView", "SearchPage", "Similar", "Snippet", "Suggestion",
    "open_library", "verify_catalogue",
]  # fmt: skip

#: Pictures that one bulk step may change.
MAX_BULK = 5_000


def open_library(url: str | Path, *, create: bool = True, media: str = "") -> Library:
    """Open the catalogue at a folder or ``postgresql://`` address. ``media`` is the address (``s3://bucket/folder``) where its
    pictures shall be kept from its first import on; a catalogue that has pictures remembers where they are.

    Raises CatalogueUnusable (Locked, Damaged) when it cannot be used, and when it is not there and ``create`` is false, and
    UsageError when its pictures are kept elsewhere than at ``media``.
    """
    return Library(str(url), create=create, media=media)


def verify_catalogue(url: str, *, repair: bool = False) -> Iterator[Damage]:
    """Check a catalogue, also one that is so damaged that it does not open; with ``repair`` mend what can be mended.

    Raises CatalogueUnusable when there is none, or when nothing could be restored.
    """
    broken = False
    for damage in verify_store(url, repair=repair):
        broken |= not damage.repaired
        yield damage
    if not broken:
        with open_library(url, create=False) as library:
            yield from beyond_store(library, repair=repair)


def _hands(workers: int | None, executor: Executor | None, cluster: str) -> AbstractContextManager[Pool]:
    """What the heavy part is done by: processes of this machine, somebody's executor, or a cluster."""
    if cluster:
        from .cluster import connect

        return connect(cluster, workers)
    return Pool(workers=workers, executor=executor)


class Library:
    """An open catalogue. Safe to use from several threads; a context manager."""

    def __init__(self, url: str, *, create: bool = True, media: str = "") -> None:
        self._engine = open_engine(url, create=create, media=media)
        self.store, self.media, self.folder = self._engine.store, self._engine.media, self._engine.folder
        self.url = self.store.url
        self.cat = Catalogue(self.store)
        self._index: SearchIndex | None = None
        self._indexer: Indexer | None = None
        self._neighbours: Neighbours | None = None
        self._pool: Pool | None = None
        self._importer: Importer | Recomputing | None = None
        self._group_count = (-1, 0)
        self._lock = threading.RLock()

    # ---------------------------------------------------------------- what is derived, opened when first needed

    @property
    def index(self) -> SearchIndex:
        """The search index, level with the store as this process sees it."""
        with self._lock:
            if self._index is None:
                self._index = self._engine.open_index()
                self._indexer = Indexer(self.store, self._index)
            assert self._indexer is not None
            self.store.refresh()
            self._indexer.catch_up()
            return self._index

    @property
    def neighbours(self) -> Neighbours:
        """The index of fingerprints."""
        with self._lock:
            if self._neighbours is None:
                self._neighbours = self._engine.open_neighbours()
            return self._neighbours

    def _workers(self) -> Pool:
        with self._lock:
            if self._pool is None:
                self._pool = Pool(workers=1)
            return self._pool

    # ---------------------------------------------------------------- searching

    def search(
        self,
        query: str = "",
        *,
        sort: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> SearchPage:
        """Return one page of pictures. Raises QueryError (with its column) or UsageError for a bad sort, limit or cursor."""
        return searching.search(self.index, query, sort=sort, limit=limit, cursor=cursor, facets=facets)

    def ids(self, query: str = "", sort: str | None = None) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, in rank order."""
        return searching.ids(self.index, query, sort)

    def suggest(self, text: str, limit: int = 10) -> list[Suggestion]:
        """Return completions of the last word of a query: fields, values, saved searches."""
        return searching.suggest(self.index, self.saved(), text, limit)

    def record(self, image: str, as_of: str = "") -> Record:
        """Return one picture's record, as it stood at the end of a day or at a time when ``as_of`` gives one (:mod:`catalog.asof`).

        Raises NotFound (also for a picture that was not known by then), UsageError for a time that is none.
        """
        self.store.refresh()
        cat = Past(self.store, moment(as_of)) if as_of else self.cat
        record = cat.record(image)
        if record is None:
            raise NotFound(f"picture known by {as_of[:25]}" if as_of else "picture", image)
        return record

    def records(self, query: str | Sequence[str] = "") -> Iterator[Record]:
        """Return the records that a query selects, in rank order; all pictures, in the order of ids, when it is empty.

        ``query`` may be ids instead. Raises QueryError at once, not when the first record is taken.
        """
        self.store.refresh()
        idents: Iterable[str] = query
        if isinstance(query, str):
            idents = self.ids(query) if query.strip() else self.store.ids("image")
        return (record for ident in idents if (record := self.cat.record(ident)) is not None)

    def article(self, ident: str) -> ArticleView:
        """Return everything on an article's page. Raises NotFound."""
        self.store.refresh()
        return showing.article(self.cat, ident)

    def articles(self) -> Iterator[Article]:
        """Yield every article, in the order of ids."""
        self.store.refresh()
        return (from_dict(doc, Article) for _, doc in self.store.iter("article"))

    def caption(self, ident: str) -> ArticleView:
        """Return the article of a caption, with that caption alone and its links. Raises NotFound."""
        self.store.refresh()
        return showing.caption(self.cat, ident)

    # ---------------------------------------------------------------- duplicates

    def similar(self, what: str | Path | bytes) -> list[Similar]:
        """Return the pictures that match one: an id of the catalogue, a file's path, or a picture's bytes. Imports nothing.

        Raises NotFound, or WrongType when the file or bytes are no picture that can be read.
        """
        self.store.refresh()
        if isinstance(what, str) and self.store.get("image", what) is not None:
            matches = self.record(what).matches
            others = [(m.b if m.a == what else m.a, m) for m in matches]
        else:
            others = self._unknown(what)
        images = self.cat.images(i for i, _ in others)
        return [Similar(i, images[i].paths, m) for i, m in others if i in images]

    def _unknown(self, what: str | Path | bytes) -> list[tuple[str, Match]]:
        if not isinstance(what, bytes) and not Path(what).is_file():
            raise NotFound("picture or file", str(what))
        file, data = (None, what) if isinstance(what, bytes) else (str(what), None)
        done = next(iter(self._workers().map([Task(path="this picture", file=file, data=data)])))
        if isinstance(done, Failed):
            raise WrongType(done.reason)
        return showing.matches_of(self.neighbours, self.store, done)

    def groups(self, after: str = "") -> Iterator[Group]:
        """Yield the duplicate groups, each once, in the order of their smallest id; copies of the same bytes included.

        ``after`` is the smallest id of a group: those that follow it are yielded.
        """
        copies = self.index.ids(parse("is:duplicate"))
        return grouping.groups(self.cat, copies, after)

    def group_count(self) -> int:
        """Return how many groups :meth:`groups` yields. Counted once for each state of the catalogue."""
        self.store.refresh()
        position = self.store.position()
        if self._group_count[0] != position:
            self._group_count = (position, sum(1 for _ in self.groups()))
        return self._group_count[1]

    def group(self, image: str) -> GroupView:
        """Return the duplicate group around a picture, with what is needed to decide it. Raises NotFound."""
        self.store.refresh()
        return grouping.view(self.cat, image)

    def matches(self, *, max_score: float | None = None) -> Iterator[Match]:
        """Yield every match that no person has denied (same scenes left out), and each picture met in two places as identical."""
        self.store.refresh()
        return showing.matches(self.cat, max_score)

    def compare(self, a: str, b: str) -> CompareView:
        """Return two pictures side by side; if no match is known it is worked out now. Raises NotFound."""
        return showing.compare(self.cat, self.record(a), self.record(b), self.neighbours)

    # ---------------------------------------------------------------- findings

    def findings(
        self, kind: str = "", query: str = "", *, status: str = "open", limit: int = 50, cursor: str | None = None
    ) -> FindingPage:
        """Return one page of the queue in order of worth.

        ``status`` is open (those that changed since they were decided come back) or decided.
        """
        return searching.findings(self.index, self.store, kind, query, status=status, limit=limit, cursor=cursor)

    def place(self, finding: str, kind: str = "", query: str = "") -> Place:
        """Return where an open finding stands in the queue; for ``""``, how long the queue is and which is first."""
        return searching.place(self.index, finding, kind, query)

    def all_findings(self, kind: str = "", query: str = "", *, status: str = "open") -> Iterator[Finding]:
        """Yield the whole queue in order of worth; with ``status`` all, the decided ones after the open ones."""
        for state in ("open", "decided") if status == "all" else (status,):
            cursor: str | None = None
            while True:
                page = self.findings(kind, query, status=state, limit=200, cursor=cursor)
                yield from page.items
                cursor = page.next
                if cursor is None:
                    break

    def finding(self, ident: str) -> FindingView:
        """Return a finding with what is needed to decide it. Raises NotFound."""
        self.store.refresh()
        return showing.finding(self.cat, ident)

    # ---------------------------------------------------------------- decisions

    def decide(
        self,
        finding: str,
        action: str,
        *,
        seen: str | None = None,
        note: str = "",
        who: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Append a decision on a finding; on disk and in the index when this returns. See :func:`catalog.deciding.decide`."""
        made = deciding.decide(self.store, finding, action, seen=seen, note=note, who=who, values=values or {})
        self._level()
        return made

    def decide_group(
        self,
        image: str,
        best: str,
        said: Mapping[str, str],
        *,
        values: Mapping[str, str] | None = None,
        seen: str | None = None,
        note: str = "",
        who: str = "",
    ) -> list[Decision]:
        """Decide the group around a picture as one step, undone by one undo. See :func:`catalog.deciding.decide_group`."""
        made = deciding.decide_group(
            self.store, image, best, said, values=values or {}, seen=seen, note=note, who=who
        )  # fmt: skip
        self._level()
        return made

    def link(self, caption: str, action: str, image: str = "", *, who: str = "", note: str = "") -> Decision:
        """Say of a caption that it belongs to a picture (``link``), not to one (``reject``), or to ``none``: also of certain links.

        Raises NotFound, NotAllowed.
        """
        made = deciding.link(self.store, caption, action, image, who=who, note=note)
        self._level()
        return made

    def edit(
        self, image: str, values: Mapping[str, Any], *, seen: str | None = None, who: str = "", note: str = ""
    ) -> Decision:
        """Append an edit (caption, credit, tags, note) of one picture. Raises NotFound, Stale, NotAllowed."""
        made = deciding.edit(self.store, [image], values, seen=seen, who=who, note=note)
        self._level()
        return made[0]

    def bulk_preview(self, images: Sequence[str] | str, values: Mapping[str, Any]) -> BulkPreview:
        """Return what :meth:`bulk_edit` would change. ``images`` are ids, or a query."""
        return showing.bulk_preview(self.cat, self._selected(images), deciding.checked_values(values))

    def bulk_edit(self, images: Sequence[str] | str, values: Mapping[str, Any], *, who: str = "") -> int:
        """Append the same edit to several pictures as one step; return how many. Raises UsageError above MAX_BULK."""
        selected = self._selected(images)
        if selected:
            deciding.edit(self.store, selected, values, seen=None, who=who, note="")
            self._level()
        return len(selected)

    def _selected(self, images: Sequence[str] | str) -> list[str]:
        found = list(self.ids(images)) if isinstance(images, str) else list(dict.fromkeys(images))
        if len(found) > MAX_BULK:
            raise UsageError(
                f"That selects {len(found):,} pictures; one step may change {MAX_BULK:,}. Narrow the search."
            )
        return found

    def hide(self, subject: str, *, who: str = "") -> Decision:
        """Hide a picture or article (``image:ID``, ``article:ID``): it leaves searches and queues, and can be restored."""
        return self._say(subject, "hide", who)

    def restore(self, subject: str, *, who: str = "") -> Decision:
        """Show a hidden picture or article again."""
        return self._say(subject, "restore", who)

    def purge(self, subject: str) -> int:
        """Remove something hidden for good; return how many documents went. Raises NotFound, NotAllowed when it is not hidden."""
        gone = purge(self.store, self.media, subject)
        if subject.startswith("image:"):
            self.neighbours.discard([subject.removeprefix("image:")])
            self.neighbours.flush()
        self._level()
        return gone

    def _say(self, subject: str, action: str, who: str, values: Mapping[str, Any] | None = None) -> Decision:
        made = deciding.say(self.store, subject, action, who=who, values=values)
        self._level()
        return made

    def undo(self, n: int = 1, *, idents: Sequence[str] = (), who: str = "") -> list[Decision]:
        """Take back the last ``n`` steps, or named decisions; return what was taken back. Raises NotAllowed when there is none."""
        if n < 1:
            raise UsageError("Undo at least one step.", field="n")
        taken = deciding.undo(self.store, n, idents=idents, who=who)
        self._level()
        return taken

    def log(self, *, limit: int = 50, cursor: str | None = None, who: str = "", action: str = "") -> LogPage:
        """Return decisions, latest first. Raises UsageError for a bad cursor."""
        self.store.refresh()
        return showing.log(self.cat, limit=limit, cursor=cursor, who=who, action=action)

    def saved(self) -> dict[str, str]:
        """Return the saved searches, name -> query, by name."""
        self.store.refresh()
        return showing.saved(self.cat)

    def save_search(self, name: str, query: str, *, who: str = "") -> Decision:
        """Save a query under a name; an empty query forgets the name. Raises QueryError, UsageError."""
        searching.check_saved(name, query)
        return self._say(f"saved:{name}", "save", who, {"query": query})

    def _level(self) -> None:
        if self._indexer is not None:
            self._indexer.catch_up()

    # ---------------------------------------------------------------- importing

    def import_(
        self,
        inputs: Sequence[str | Path],
        *,
        dry_run: bool = False,
        in_place: bool = False,
        fetch: bool = False,
        allow_private: bool = False,
        workers: int | None = None,
        executor: Executor | None = None,
        cluster: str = "",
    ) -> Iterator[ImportResult | ImportSummary]:
        """Import files, folders and addresses (http, https); yield one result for each input as it is committed, then the summary.

        :meth:`stop_import` ends the run after the transaction under way. ``fetch`` also gets the pictures that pages name;
        ``allow_private`` lets it, and addresses given as input, reach hosts that are not on the public internet. Pictures are
        decoded by ``workers`` processes, an ``executor``, or the Dask ``cluster`` of an address (``local`` starts one).
        """
        from .fetching import for_import

        folder = self.folder / "fetched"
        with (
            _hands(workers, executor, cluster) as pool,
            for_import(folder, inputs, pictures=fetch, private=allow_private, dry_run=dry_run) as net,
        ):
            if dry_run:
                run = Importer(Overlay(self.store), pool.map, None, None, in_place=in_place, fetching=net)
            else:
                remember(self.store, self.media.address)
                self._complete_neighbours(pool)
                run = Importer(
                    self.store,
                    pool.map,
                    self.media,
                    self.neighbours,
                    in_place=in_place,
                    fetching=net,
                    apply=pool.apply,
                )
            self._importer = run
            try:
                yield from run.run(inputs)
            except OSError as error:
                raise CatalogueUnusable(f"The catalogue {self.url} cannot be written: {error.strerror}.") from error
            finally:
                self._importer = None
                self._level()

    def stop_import(self) -> None:
        """End the import or recomputing that is running in this process after its transaction under way; the next run does the
        rest."""
        if self._importer is not None:
            self._importer.stop()

    def recompute(
        self, what: What, *, workers: int | None = None, executor: Executor | None = None, cluster: str = ""
    ) -> Iterator[Progress | ImportResult | ImportSummary]:
        """Recompute inferences of the whole catalogue from its facts; decisions are untouched.

        ``rehash`` takes fingerprints from the originals again, ``relink`` links captions, ``regroup`` compares pictures; what
        follows from them comes after. Yields how far it is, originals that cannot be read as rejected, then the summary.
        :meth:`stop_import` ends it after a transaction; asked for again, it goes on where it was.
        """
        with _hands(workers, executor, cluster) as pool:
            self._complete_neighbours(pool)
            self._importer = run = Recomputing(self.store, self.media, self.neighbours, pool)
            try:
                yield from run.run(what)
            except OSError as error:
                raise CatalogueUnusable(f"The catalogue {self.url} cannot be written: {error.strerror}.") from error
            finally:
                self._importer = None
                self._level()

    def _complete_neighbours(self, pool: Pool) -> None:
        """Fingerprint again what the index of fingerprints lacks: it was deleted, or a run was killed."""
        missing = self.neighbours.missing(self.store.ids("image"))
        found = ((ident, self._find_original(ident)) for ident in missing)
        tasks = (Task(path=ident, file=str(blob.path or blob.address)) for ident, blob in found if blob is not None)
        for done in pool.map(tasks):
            if isinstance(done, Prepared) and done.image.fingerprint is not None:
                self.neighbours.add([inferring.sample(done)])
        if missing:
            self.neighbours.flush()

    def runs(self, limit: int = 20) -> list[RunView]:
        """Return the latest imports, latest first."""
        self.store.refresh()
        return showing.runs(self.cat, limit)

    def overview(self) -> Overview:
        """Return what the catalogue holds and what waits."""
        return showing.overview(self.cat, self.index)

    # ---------------------------------------------------------------- files

    def original(self, image: str) -> Path:
        """Return the file of an image's original on this machine. Raises NotFound for an unknown id, an original that has gone,
        and one that lies elsewhere: :meth:`open_original` gives that too."""
        path = self.open_original(image).path
        if path is None:
            raise NotFound("original on this machine of the picture", image)
        return path

    def open_original(self, image: str) -> Blob:
        """Return an image's original, wherever it is kept. Raises NotFound for an unknown id or an original that has gone."""
        blob = self._find_original(image)
        if blob is None:
            raise NotFound("original of the picture", image)
        return blob

    def _find_original(self, image: str) -> Blob | None:
        doc = self.store.get("image", image)
        return None if doc is None else showing.original(self.media, doc)

    def thumbnail(self, image: str, size: int = 320) -> Blob:
        """Return a WebP thumbnail of one of the sizes in :data:`catalog.images.thumbnails.SIZES`; it is made if missing.

        Raises NotFound, UsageError for another size.
        """
        if size not in thumbnails.SIZES:
            raise UsageError(f"Thumbnails come in sizes {', '.join(map(str, thumbnails.SIZES))}.", field="size")
        made = self.media.thumb(image, size)
        if made is not None:
            return made
        # In a worker: originals are hostile, and a page must not die of one.
        blob = self.open_original(image)
        file, data = (str(blob.path), None) if blob.path is not None else (None, blob.content())
        done = next(iter(self._workers().map([Task(path=image, file=file, data=data, thumbnail=size)])))
        if isinstance(done, Failed):
            raise WrongType(done.reason)
        made = self.media.keep_thumb(image, size, done.thumbnail)
        self.media.sync()
        return made

    def export(
        self, format_: str, query: str | Sequence[str] = "", *, everything: bool = False, base: str = ""
    ) -> Iterator[bytes]:
        """Yield an export of what a query (or ids) selects piece by piece; ``base`` is the server's address.

        Raises UsageError for an unknown format, QueryError.
        """
        return export(self.cat, format_, self.records(query), everything=everything, base=base)

    def export_files(self, format_: str, query: str = "", *, base: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield (name, content) of one file a picture. Raises UsageError for a format that is one file for all, QueryError."""
        return export_files(format_, self.records(query), base=base)

    def copy_to(self, target: Library) -> Iterator[Copied]:
        """Copy everything into ``target``, which is empty or an unfinished copy of this. See :func:`catalog.copying.copy`."""
        yield from copy(
            Parts(self.store, self.media, self.neighbours), Parts(target.store, target.media, target.neighbours)
        )
        target._level()

    def rebuild_index(self) -> None:
        """Throw the search index away and make it anew from the records."""
        with self._lock:
            if self._index is not None:
                self._index.clear()
            self._level()

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Check everything that is kept and yield each damage; with ``repair`` mend what can be mended."""
        return verify(self, repair=repair)

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

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
