"""Sources -> captions, images, fingerprints -> store, then links, duplicates and findings: one result for every input.

The pipeline, chunk by chunk so that memory stays flat::

    walk -> skip what is unchanged -> read -> documents: extract captions, many or large ones in worker processes
                                           -> pictures: decode and fingerprint in worker processes
         -> originals into media/ (fsync) -> one transaction of facts -> results

then, in small transactions, the inferences that the new facts call for. What is still to be inferred is itself noted in
the transaction of facts, so that a run that was killed is completed by the next one.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .. import sources
from ..addresses import is_distinct, is_remote, stem
from ..catalogue import Catalogue
from ..duplicates.base import Neighbours
from ..duplicates.rounds import Apply
from ..errors import Rejected
from ..images.batches import Outcome, Work
from ..images.worker import Prepared, Task
from ..media import Media, file_hash
from ..model import ImportResult, ImportSummary, PictureRef
from ..sources.base import Document, Entry, PictureFile
from ..sources.kinds import PICTURE_SUFFIXES, suffix
from ..stores.base import Doc, Store, Transaction
from ..version import __version__
from ..views import Progress
from .chunks import Chunk, Job, read_rest, readings
from .facts import MAX_PROBLEMS, FactWriter, Input, now, source_id
from .restoring import is_export, restore
from .waiting import COMMITTER, Waiting

if TYPE_CHECKING:
    from ..fetching import Inputs

#: Inputs per transaction of facts.
CHUNK = 96
#: Bytes after which a transaction takes no further document: what it holds is read whole before anything is made of it.
CHUNK_BYTES = 32 << 20
#: Inputs per transaction where their pictures are fetched: the network is slow, and what was fetched is reported soon.
FETCHED_CHUNK = 8

#: Does jobs, here or in workers, and yields their outcomes in their order.
Do = Callable[[Iterable[Work]], Iterator[Outcome]]


class Importer:
    """One run over some inputs. ``store`` and ``neighbours`` may be overlays, then nothing is kept (a dry run).

    ``do`` decodes pictures and reads documents, ``apply`` maps the comparing of pictures, here or in workers; ``media`` is ``None``
    in a dry run. ``fetching`` gets what lies on the network; without it, nothing is. ``told`` is told how many inputs are read (of
    how many is not known: 0), and then how far the inferring is. A file that ``waits`` is passed over, unreported.
    """

    def __init__(
        self,
        store: Store,
        do: Do,
        media: Media | None,
        neighbours: Neighbours,
        *,
        in_place: bool = False,
        fetching: Inputs | None = None,
        on_commit: Callable[[], None] = lambda: None,
        apply: Apply = map,
        told: Callable[[Progress], None] = lambda _: None,
        waits: Callable[[Path], bool] = lambda _: False,
    ) -> None:
        self.store, self.cat = store, Catalogue(store)
        self.do, self.media, self.neighbours = do, media, neighbours
        self.told, self._read_so_far = told, 0
        self.waits = waits
        self.in_place = in_place
        self.fetching, self.on_commit = fetching, on_commit
        self.run_id = f"{now()}-{time.time_ns() % 10**9:09}-{os.getpid()}"
        self.counts: Counter[str] = Counter()
        self.writer = FactWriter(store, media, neighbours, self.run_id, in_place=in_place)
        self.found = self.writer.found
        self.waiting = Waiting(store, neighbours, apply, self.found, on_commit)
        self.problems: list[tuple[str, str, str]] = []
        self._stopped = False
        self._started = time.monotonic()

    def stop(self) -> None:
        """Finish the transaction that is under way, then end the run; what is left is done by the next one."""
        self._stopped = self.waiting.stopped = True
        if self.fetching is not None:
            self.fetching.stop()

    def run(self, inputs: Sequence[str | Path]) -> Iterator[ImportResult | ImportSummary]:
        """Import ``inputs``; yield one result for each as it is committed, then the summary."""
        self._note_run(inputs, finished=False)
        paths = [i for i in inputs if not is_remote(i)]
        self.writer.walked = _below(paths)
        exports = [p for p in map(Path, paths) if is_export(p)]
        for path in exports:
            yield from self._restore(path)
        chunks = self._chunks([p for p in paths if Path(p) not in exports], [str(i) for i in inputs if is_remote(i)])
        try:
            for chunk in self._decoded(chunks):
                yield from self._commit(chunk)
                if self._stopped:
                    break
        finally:
            if self.media is not None:
                self.media.abandon()
        self.infer()
        self._note_run(inputs, finished=not self._stopped)
        yield ImportSummary(
            counts={k: self.counts[k] for k in ("new", "updated", "unchanged", "duplicate", "ignored", "rejected")},
            articles=self.found["article"],
            captions=self.found["caption"],
            images=self.found["image"],
            links=self.found["link"],
            matches=self.found["match"],
            findings=self.found["finding"],
            seconds=round(time.monotonic() - self._started, 3),
            interrupted=self._stopped,
            warnings=tuple(f"{path}: {reason}" for path, reason in self.waiting.warnings),
        )

    # ---------------------------------------------------------------- one chunk of inputs

    def _chunks(self, paths: Sequence[str | Path], urls: Sequence[str]) -> Iterator[list[Entry]]:
        """Files first, then addresses, one by one, until the run is stopped."""
        found = (entry for entry in sources.walk(paths) if entry.aside is not None or not self.waits(entry.file))
        pictures = self.fetching is not None and self.fetching.pictures
        while not self._stopped and (chunk := _some(found, FETCHED_CHUNK if pictures else CHUNK)):
            yield chunk
        fetched = self.fetching.entries(urls) if self.fetching is not None else iter(())
        while not self._stopped and (one := list(islice(fetched, 1))):
            yield one

    def _decoded(self, chunks: Iterator[list[Entry]]) -> Iterator[Chunk]:
        """Yield each chunk when its jobs are done. The workers go on with the next while one is committed.

        What is fetched from the network is not read ahead: it is reported soon, and asked for only when it is wanted.
        """
        if self.fetching is not None:
            for entries in chunks:
                chunk = self._planned(entries)
                for outcome in self.do(chunk.works()):
                    chunk.take(outcome)
                yield chunk
            return
        read = deque[Chunk]()
        while self._read_round(chunks, read):
            for outcome in self.do(self._round(chunks, read)):
                self._tell_read(1)
                while read[0].is_whole():
                    yield read.popleft()
                self._begin_keeping(read[0].take(outcome), outcome)
                if read[0].is_whole():
                    yield read.popleft()
            while read:
                yield read.popleft()

    def _begin_keeping(self, work: Work, done: Outcome) -> None:
        """Let the original of a picture be copied while others are decoded: committing it then waits for no disk."""
        if self.media is None or self.in_place or not isinstance(done, Prepared):
            return
        if isinstance(work, Task) and work.file is not None:
            self.media.begin(done.image.sha256, Path(work.file))

    def _read_round(self, chunks: Iterator[list[Entry]], read: deque[Chunk]) -> bool:
        """Read the first chunk of a round of decoding; whether there was one."""
        entries = next(chunks, None)
        if entries is not None:
            read.append(self._planned(entries))
        return entries is not None

    def _round(self, chunks: Iterator[list[Entry]], read: deque[Chunk]) -> Iterator[Work]:
        """The jobs of chunk after chunk, as the workers ask for them. A chunk without any ends the round, and so do large
        documents, so that they are committed before more is read."""
        while True:
            last = read[
                -1
            ]  # committed, and gone from ``read``, by the time all its jobs are asked for: where nothing works ahead
            yield from last.works()
            if not last.jobs or sum(c.held() for c in read) >= CHUNK_BYTES or not self._read_round(chunks, read):
                return

    def _planned(self, entries: Sequence[Entry]) -> Chunk:
        """Read a chunk's inputs, and say which pictures are to be decoded and which documents read by workers."""
        chunk = Chunk()
        known = self.store.get_many("source", [source_id(e.path) for e in entries])
        for entry in entries:
            doc = known.get(source_id(entry.path))
            if self._is_met(doc):
                continue
            if entry.aside is not None:
                chunk.results.append(self.writer.aside(chunk.change, entry, entry.aside))
            elif doc is not None and (same := self._unchanged(entry, doc, chunk.change)) is not None:
                chunk.results.append(same)
            else:
                chunk.inputs.append(self._read(entry, doc))
        chunk.jobs = [*map(Job, self._tasks(chunk.inputs)), *readings(chunk.inputs)]
        return chunk

    def _is_met(self, source: Doc | None) -> bool:
        """Whether an input was reported in this run already: it was named twice."""
        return source is not None and source.get("run") == self.run_id and bool(source.get("met"))

    def _commit(self, chunk: Chunk) -> Iterator[ImportResult]:
        """Commit a chunk's facts, then report its inputs."""
        # The chunk before was not committed when this one was read.
        named = [*(r.path for r in chunk.results), *(i.entry.path for i in chunk.inputs)]
        known = self.store.get_many("source", map(source_id, named))
        met = {path for path in named if self._is_met(known.get(source_id(path)))}
        results = [r for r in chunk.results if r.path not in met]
        for item in chunk.inputs:
            if item.entry.path not in met:
                read_rest(item)
        with self.store.writing(lambda: [COMMITTER]):
            for item in chunk.inputs:
                if item.entry.path not in met:
                    results += self.writer.facts(item, chunk.prepared, chunk.change)
            if self.media is not None:
                self.media.sync()
            self.writer.keep_samples()
            self.neighbours.flush()
            if chunk.change:
                self.store.commit(chunk.change)
        self.on_commit()
        self._tell_read(max(0, sum(self.counts.values()) + len(results) - self._read_so_far))
        for result in results:
            self._count(result)
            yield result

    def _tell_read(self, more: int) -> None:
        """Tell of pictures as they are decoded, and of other inputs as they are committed."""
        self._read_so_far += more
        self.told(Progress("input", self._read_so_far, 0))

    def _restore(self, path: Path) -> Iterator[ImportResult]:
        """Read an export of everything back."""
        try:
            for result in restore(self.store, self.media, path):
                self._count(result)
                yield result
        except Rejected as error:
            result = ImportResult(str(path), "rejected", reason=str(error))
            self._count(result)
            yield result

    def _count(self, result: ImportResult) -> None:
        self.counts[result.result] += 1
        if result.result in ("ignored", "rejected") and len(self.problems) < MAX_PROBLEMS:
            self.problems.append((result.path, result.result, result.reason))

    def _unchanged(self, entry: Entry, doc: Doc, change: Transaction) -> ImportResult | None:
        """The result of an input that is as it was: by size and time, or else by its hash; ``None`` when it is not."""
        if doc.get("version") != __version__ and doc["result"] in ("ignored", "rejected"):
            return None
        if doc.get("size") != entry.size or doc.get("stamp", "") != entry.stamp:
            return None
        if doc.get("mtime_ns") != entry.mtime_ns:
            if not doc.get("sha256"):
                return None
            try:
                if file_hash(entry.file) != doc["sha256"]:
                    return None
            except Rejected:
                return None
            change.put("source", doc["id"], {**doc, "mtime_ns": entry.mtime_ns})
        if (
            self.fetching is not None
            and self.fetching.pictures
            and doc.get("kind") == "article"
            and not doc.get("fetched")
        ):
            return None
        if doc["result"] in ("ignored", "rejected"):
            return ImportResult(entry.path, doc["result"], doc.get("kind", ""), reason=doc.get("reason", ""))
        return ImportResult(entry.path, "unchanged", doc.get("kind", ""), doc.get("main", ""))

    def _read(self, entry: Entry, known: Doc | None) -> Input:
        item = Input(entry, known)
        for found in sources.read(entry):
            if isinstance(found, Document):
                item.documents.append(found)
            elif isinstance(found, PictureFile):
                item.pictures.append(found)
            else:
                item.asides.append(found)
        if self.fetching is not None and self.fetching.pictures and item.documents:
            self._complete(item, self.fetching)
        return item

    def _complete(self, item: Input, fetching: Inputs) -> None:
        """Fetch the pictures that the input's documents name and that no file is."""
        done = [fetching.complete(document, self._is_filed) for document in item.documents]
        item.documents = [d.document for d in done]
        item.fetched = all(d.whole for d in done)
        failed = [aside for d in done for aside in d.failed]
        item.asides += failed
        self.problems += [(a.path, a.result, a.reason) for a in failed][: MAX_PROBLEMS - len(self.problems)]

    def _is_filed(self, picture: PictureRef) -> bool:
        """Whether a picture that a page names is, by a telling name, a catalogued file that did not come from the network."""
        stems = {s for u in (picture.url, *picture.urls) if is_distinct(s := stem(u))}
        images = self.cat.images({i for s in stems for i in self.store.find("image", "keys.stems", s)})
        return any("://" not in path for image in images.values() for path in image.paths)

    def _tasks(self, inputs: Sequence[Input]) -> Iterable[Task]:
        """Every picture of a chunk that is to be decoded; what its source documents bring along included."""
        tasks: dict[str, Task] = {}
        for item in inputs:
            for picture in (*item.pictures, *(p for d in item.documents for p in d.pictures)):
                if picture.path not in tasks and not self._have(picture):
                    tasks[picture.path] = Task(
                        path=picture.path,
                        file=str(picture.file) if picture.file is not None else None,
                        data=picture.data,
                        sidecars=tuple(str(s) for s in picture.sidecars),
                    )
        return tasks.values()

    def _have(self, picture: PictureFile) -> bool:
        """Whether a document's own picture file is already catalogued as it is now."""
        if picture.file is None:
            return False
        doc = self.store.get("source", source_id(picture.path))
        if doc is None or not doc.get("main"):
            return False
        try:
            status = picture.file.lstat()
        except OSError:
            return False
        return bool(doc.get("size") == status.st_size and doc.get("mtime_ns") == status.st_mtime_ns)

    # ---------------------------------------------------------------- inferences

    def infer(self) -> None:
        """Work off everything that waits for inference, also what earlier runs left."""
        for step in self.waiting.work_off():
            self.told(step)

    # ---------------------------------------------------------------- history

    def _note_run(self, inputs: Sequence[str | Path], *, finished: bool) -> None:
        change = Transaction()
        run = {
            "id": self.run_id,
            "started": self.run_id[:20],
            "inputs": [str(i) for i in inputs][:50],
            "counts": dict(self.counts),
            "seconds": round(time.monotonic() - self._started, 3),
            "finished": finished,
            "problems": [list(p) for p in self.problems]
            + [[p, "warning", reason] for p, reason in self.waiting.warnings],
        }
        change.put("run", self.run_id, run)
        self.store.commit(change)


def _some(found: Iterator[Entry], most: int) -> list[Entry]:
    """The next ``most`` inputs, or fewer where documents among them are large. Pictures count for nothing: workers read those."""
    chunk: list[Entry] = []
    size = 0
    for entry in islice(found, most):
        chunk.append(entry)
        if entry.aside is None and suffix(entry.path) not in PICTURE_SUFFIXES:
            size += entry.size
        if size >= CHUNK_BYTES:
            break
    return chunk


def _below(inputs: Sequence[str | Path]) -> Callable[[Path], bool]:
    """A test of whether a file is one of ``inputs`` or lies in one."""
    roots = {os.path.abspath(i) for i in inputs}  # noqa: PTH100 - links are not followed

    def walked(file: Path) -> bool:
        path = os.path.abspath(file)  # noqa: PTH100
        return path in roots or any(str(p) in roots for p in Path(path).parents)

    return walked
