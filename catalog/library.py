"""The one door: everything that the command line, the pages and the API do goes through :class:`Library`.

Its parts stand on each other: :mod:`catalog.opened` holds the store, the media and what is derived, :mod:`catalog.asking` answers,
:mod:`catalog.saying` takes decisions; here are importing, recomputing, files and checks. It decides nothing itself: see
:mod:`catalog.runs.importing`, :mod:`catalog.decisions.deciding`, :mod:`catalog.screens.showing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from .errors import Absent, CatalogueUnusable, NotFound, UsageError, WrongType
from .export import FORMATS as EXPORT_FORMATS
from .later import later
from .media import Blob, remember
from .saying import Saying
from .scratch import Scratch, sweep
from .stores import verify_store
from .stores.overlay import Overlay

if TYPE_CHECKING:
    from .duplicates import overlay
    from .duplicates.base import Neighbours
    from .images import pool as workers_
    from .images import thumbnails, worker
    from .inferences import inferring
    from .model import Damage, ImportResult, ImportSummary
    from .runs import importing, recomputing
    from .stores.base import Store
    from .upkeep import checking, copying
    from .views import Progress
else:
    checking, copying, importing, inferring, recomputing, overlay = later(
        ".upkeep.checking",
        ".upkeep.copying",
        ".runs.importing",
        ".inferences.inferring",
        ".runs.recomputing",
        ".duplicates.overlay",
    )
    workers_, thumbnails, worker = later(".images.pool", ".images.thumbnails", ".images.worker")

__all__ = ["EXPORT_FORMATS", "Blob", "Library", "Scratch", "open_library", "trial", "verify_catalogue"]


def open_library(
    url: str | Path, *, create: bool = True, media: str = "", follower: bool = False, unfinished: bool = False
) -> Library:
    """Open the catalogue at a folder or ``postgresql://`` address. ``media`` is the address (``s3://bucket/folder``) where its
    pictures shall be kept from its first import on; a catalogue that has pictures remembers where they are. A ``follower`` only
    answers questions, for a process that keeps the search index level. ``unfinished`` opens a copy that was broken off, to go on
    with it.

    Raises CatalogueUnusable (Locked, Damaged, Unfinished) when it cannot be used, and when it is not there and ``create`` is false,
    and UsageError when its pictures are kept elsewhere than at ``media``.
    """
    return Library(str(url), create=create, media=media, follower=follower, unfinished=unfinished)


#: Where in a catalogue's folder files lie that are sent here.
_UPLOADS = "uploads"


@contextmanager
def trial(url: str, *, media: str = "") -> Iterator[Library]:
    """Open a catalogue for what leaves nothing behind where there is none: then it is one in a temporary folder, gone at the end.

    Raises as :func:`open_library`.
    """
    try:
        library = open_library(url, create=False, media=media)
    except Absent:
        with TemporaryDirectory(prefix="cutline-") as folder, open_library(folder) as library:
            yield library
        return
    with library:
        yield library


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
            yield from checking.beyond_store(library, repair=repair)


def _hands(
    workers: int | None, executor: Executor | None, cluster: str | workers_.Pool
) -> AbstractContextManager[workers_.Pool]:
    """What the heavy part is done by: processes of this machine, somebody's executor, or a cluster."""
    if not isinstance(cluster, str):
        return nullcontext(cluster)
    if cluster:
        from .cluster import connect

        return connect(cluster, workers)
    return workers_.Pool(workers=workers, executor=executor)


class Library(Saying):
    """An open catalogue. Safe to use from several threads; a context manager."""

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
        cluster: str | workers_.Pool = "",
        told: Callable[[Progress], None] = lambda _: None,
        waits: Callable[[Path], bool] = lambda _: False,
    ) -> Iterator[ImportResult | ImportSummary]:
        """Import files, folders and addresses (http, https); yield one result for each input as it is committed, then the summary.

        :meth:`stop_import` ends the run after the transaction under way. ``fetch`` also gets the pictures that pages name;
        ``allow_private`` lets it, and addresses given as input, reach hosts that are not on the public internet. Pictures are
        decoded by ``workers`` processes, an ``executor``, or a Dask ``cluster``: one connected, or that of an address (``local``
        starts one). A ``dry_run`` does all of it on what is laid over the catalogue: its results and numbers are the run's, and
        nothing is kept. ``told`` is told how far the reading ("input", of how many is not known) is, and then each kind of
        inferring. Files for which ``waits`` says so are passed over: somebody is still writing them.
        """
        from .fetching import for_import

        folder = self.folder / "fetched"
        with (
            _hands(workers, executor, cluster) as pool,
            for_import(folder, inputs, pictures=fetch, private=allow_private, dry_run=dry_run) as net,
            self._overlaid() if dry_run else nullcontext((self.store, self.neighbours)) as kept,
        ):
            store, neighbours = kept
            if not dry_run:
                remember(store, self.media.address)
            self._complete_neighbours(neighbours, pool)
            self._importer = run = importing.Importer(
                store,
                pool.do,
                None if dry_run else self.media,
                neighbours,
                in_place=in_place,
                fetching=net,
                apply=pool.apply,
                told=told,
                waits=waits,
            )
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
        self, what: recomputing.What, *, workers: int | None = None, executor: Executor | None = None, cluster: str = ""
    ) -> Iterator[Progress | ImportResult | ImportSummary]:
        """Recompute inferences of the whole catalogue from its facts; decisions are untouched.

        ``rehash`` takes fingerprints from the originals again, ``relink`` links captions, ``regroup`` compares pictures; what
        follows from them comes after. Yields how far it is, originals that cannot be read as rejected, then the summary.
        :meth:`stop_import` ends it after a transaction; asked for again, it goes on where it was.
        """
        with _hands(workers, executor, cluster) as pool:
            self._complete_neighbours(self.neighbours, pool)
            self._importer = run = recomputing.Recomputing(self.store, self.media, self.neighbours, pool)
            try:
                yield from run.run(what)
            except OSError as error:
                raise CatalogueUnusable(f"The catalogue {self.url} cannot be written: {error.strerror}.") from error
            finally:
                self._importer = None
                self._level()

    @contextmanager
    def _overlaid(self) -> Iterator[tuple[Store, Neighbours]]:
        """What is kept, laid over so that nothing comes into it."""
        with overlay.overlaid(self.neighbours) as neighbours:
            yield Overlay(self.store), neighbours

    def _complete_neighbours(self, neighbours: Neighbours, pool: workers_.Pool) -> None:
        """Fingerprint again what the index of fingerprints lacks: it was deleted, or a run was killed."""
        missing = neighbours.missing(self.store.ids("image"))
        found = ((ident, self._find_original(ident)) for ident in missing)
        tasks = (
            worker.Task(path=ident, file=str(blob.path or blob.address)) for ident, blob in found if blob is not None
        )
        for done in pool.map(tasks):
            if isinstance(done, worker.Prepared) and done.image.fingerprint is not None:
                neighbours.add([inferring.sample(done)])
        if missing:
            neighbours.flush()

    # ---------------------------------------------------------------- files

    def receiving(self) -> Scratch:
        """Return a folder for files that are sent here, until they are imported. It goes when it is closed; what a killed process
        left goes before."""
        return Scratch(self.folder / _UPLOADS)

    def sweep(self) -> None:
        """Remove what killed processes left of files that were sent here."""
        sweep(self.folder / _UPLOADS)

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
        done = next(iter(self._workers().map([worker.Task(path=image, file=file, data=data, thumbnail=size)])))
        if isinstance(done, worker.Failed):
            raise WrongType(done.reason)
        made = self.media.keep_thumb(image, size, done.thumbnail)
        self.media.sync()
        return made

    def copy_to(self, target: Library) -> Iterator[copying.Copied]:
        """Copy everything into ``target``, empty or an unfinished copy of this. See :func:`catalog.upkeep.copying.copy`."""
        yield from copying.copy(
            copying.Parts(self.store, self.media, self.neighbours),
            copying.Parts(target.store, target.media, target.neighbours),
        )
        target._level()

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Check everything that is kept and yield each damage; with ``repair`` mend what can be mended."""
        return checking.verify(self, repair=repair)
