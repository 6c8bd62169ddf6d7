"""Sources -> captions, images, fingerprints -> store, then links, duplicates and findings: one result for every input.

The pipeline, chunk by chunk so that memory stays flat::

    walk -> skip what is unchanged -> read -> documents: extract captions
                                           -> pictures: decode and fingerprint in worker processes
         -> originals into media/ (fsync) -> one transaction of facts -> results

then, in small transactions, the inferences that the new facts call for. What is still to be inferred is itself noted in
the transaction of facts, so that a run that was killed is completed by the next one.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from . import __version__, captions, inferring, sources
from .catalogue import Catalogue, with_path, without_path
from .codec import facts_hash, from_dict, to_dict
from .duplicates.index import DuplicateIndex
from .errors import CatalogError, Rejected
from .images.worker import Failed, Prepared, Task
from .media import Media, file_hash
from .model import Article, Caption, Extraction, Image, ImportResult, ImportSummary, Outcome, Revision
from .sources.base import Document, Entry, LeftAside, PictureFile
from .stores.base import Doc, Store, Transaction

#: Inputs per transaction of facts.
CHUNK = 96
#: Images or articles per transaction of inferences.
STEP = 40
#: Problems of one run that are kept for its history page.
MAX_PROBLEMS = 500

Prepare = Callable[[Iterable[Task]], Iterator[Prepared | Failed]]


def now() -> str:
    """Return the present time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def source_id(path: str) -> str:
    """Return the id under which an input path is remembered; it does not depend on the working directory."""
    return inferring.digest("source", os.path.abspath(path))  # noqa: PTH100 - a name, not a file


@dataclass(slots=True)
class _Input:
    """One input on its way through a chunk."""

    entry: Entry
    known: Doc | None
    documents: list[Document] = field(default_factory=list)
    pictures: list[PictureFile] = field(default_factory=list)
    asides: list[LeftAside] = field(default_factory=list)


class Importer:
    """One run over some inputs. ``store`` may be an overlay, then nothing is kept (a dry run).

    ``prepare`` maps tasks to prepared pictures; ``media`` and ``neighbours`` are ``None`` in a dry run.
    """

    def __init__(
        self,
        store: Store,
        prepare: Prepare,
        media: Media | None,
        neighbours: DuplicateIndex | None,
        *,
        in_place: bool = False,
        on_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self.store, self.cat = store, Catalogue(store)
        self.prepare, self.media, self.neighbours = prepare, media, neighbours
        self.in_place, self.on_commit = in_place, on_commit
        self.run_id = f"{now()}-{os.getpid()}"
        self.counts: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.problems: list[tuple[str, str, str]] = []
        self._stopped = False
        self._started = time.monotonic()

    def stop(self) -> None:
        """Finish the transaction that is under way, then end the run; what is left is done by the next one."""
        self._stopped = True

    def run(self, inputs: Sequence[str | Path]) -> Iterator[ImportResult | ImportSummary]:
        """Import ``inputs``; yield one result for each as it is committed, then the summary."""
        self._note_run(inputs, finished=False)
        entries = iter(sources.walk(inputs))
        while chunk := list(islice(entries, CHUNK)):
            if self._stopped:
                break
            yield from self._chunk(chunk)
        if self.media is not None:
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
        )

    # ---------------------------------------------------------------- one chunk of inputs

    def _chunk(self, entries: Sequence[Entry]) -> Iterator[ImportResult]:
        known = self.store.get_many("source", [source_id(e.path) for e in entries])
        results: list[ImportResult] = []
        inputs: list[_Input] = []
        change = Transaction()
        for entry in entries:
            doc = known.get(source_id(entry.path))
            if doc is not None and doc.get("run") == self.run_id and doc.get("met"):
                continue
            if entry.aside is not None:
                results.append(self._aside(change, entry, entry.aside))
            elif doc is not None and (same := self._unchanged(entry, doc, change)) is not None:
                results.append(same)
            else:
                inputs.append(self._read(entry, doc))
        prepared = self._prepared(inputs)
        with self.store.writing():
            for item in inputs:
                results += self._facts(item, prepared, change)
            if self.media is not None:
                self.media.sync()
            if self.neighbours is not None:
                self.neighbours.flush()
            if change:
                self.store.commit(change)
        self.on_commit()
        for result in results:
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
        if doc["result"] in ("ignored", "rejected"):
            return ImportResult(entry.path, doc["result"], doc.get("kind", ""), reason=doc.get("reason", ""))
        return ImportResult(entry.path, "unchanged", doc.get("kind", ""), doc.get("main", ""))

    def _read(self, entry: Entry, known: Doc | None) -> _Input:
        item = _Input(entry, known)
        for found in sources.read(entry):
            if isinstance(found, Document):
                item.documents.append(found)
            elif isinstance(found, PictureFile):
                item.pictures.append(found)
            else:
                item.asides.append(found)
        return item

    def _prepared(self, inputs: Sequence[_Input]) -> dict[str, Prepared | Failed]:
        """Decode every picture of a chunk in the workers; what its source documents bring along included."""
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
        return {p.path: p for p in self.prepare(iter(tasks.values()))}

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

    # ---------------------------------------------------------------- facts

    def _aside(self, change: Transaction, entry: Entry, aside: LeftAside) -> ImportResult:
        self._remember(change, entry, aside.result, "", "", reason=aside.reason)
        return ImportResult(aside.path, aside.result, reason=aside.reason)

    def _facts(self, item: _Input, prepared: dict[str, Prepared | Failed], change: Transaction) -> list[ImportResult]:
        """The results of one input and its members; its facts go into ``change``."""
        entry = item.entry
        if not item.documents and not item.pictures:
            reason = next((a.reason for a in item.asides), "Nothing in it could be read.")
            result = next((a.result for a in item.asides), "rejected")
            return [self._aside(change, entry, LeftAside(entry.path, result, reason))]
        results, members, problems = [], [], [f"{a.path}: {a.reason}" for a in item.asides]
        for document in item.documents:
            own: list[str] = []
            for picture in document.pictures:
                result = self._document_picture(picture, prepared, change, entry)
                if result.result == "rejected":
                    problems.append(f"{result.path}: {result.reason}")
                elif result.id:
                    own.append(result.id)
                    members.append({"path": picture.path, "id": result.id, "url": picture.url})
                    if picture.data is not None:
                        results.append(result)
            results.append(self._article(document, own, change, entry))
        for picture in item.pictures:
            result = self._picture(picture, prepared.get(picture.path), change, item.known if picture.file else None)
            results.append(result)
            if result.id:
                members.append({"path": picture.path, "id": result.id, "url": picture.url})
        main = next(
            (r for r in results if r.path == entry.path and r.id), next((r for r in results if r.id), results[-1])
        )
        if len(results) > 1:
            results = [r for r in results if r.result != "rejected" or r.path == entry.path] or [main]
        self._remember(
            change, entry, main.result, main.kind, main.id, reason=main.reason, members=members, problems=problems,
            sha256=_source_hash(item, prepared),
        )  # fmt: skip
        return results

    def _remember(
        self,
        change: Transaction,
        entry: Entry,
        result: Outcome,
        kind: str,
        main: str,
        *,
        reason: str = "",
        members: Sequence[dict[str, str]] = (),
        problems: Sequence[str] = (),
        sha256: str = "",
    ) -> None:
        """Note what became of an input, so that the next run can skip it and history can show it."""
        ident = source_id(entry.path)
        change.put("source", ident, {
            "id": ident, "path": entry.path, "size": entry.size, "mtime_ns": entry.mtime_ns, "stamp": entry.stamp,
            "sha256": sha256, "result": result, "kind": kind, "main": main, "reason": reason, "members": list(members),
            "ids": sorted({m["id"] for m in members} | ({main} if main else set())), "problems": list(problems)[:MAX_PROBLEMS],
            "run": self.run_id, "met": True, "version": __version__,
        })  # fmt: skip

    def _document_picture(
        self, picture: PictureFile, prepared: dict[str, Prepared | Failed], change: Transaction, entry: Entry
    ) -> ImportResult:
        if picture.path not in prepared:
            doc = self.store.get("source", source_id(picture.path)) or {}
            return ImportResult(picture.path, "unchanged", "image", str(doc.get("main", "")))
        return self._picture(picture, prepared[picture.path], change, None)

    def _picture(
        self, picture: PictureFile, prepared: Prepared | Failed | None, change: Transaction, known: Doc | None
    ) -> ImportResult:
        """Put one decoded picture's facts into ``change``: a new image, or one more location of a known one."""
        if prepared is None:
            return ImportResult(picture.path, "rejected", "image", reason="The picture could not be read.")
        if isinstance(prepared, Failed):
            return ImportResult(
                picture.path, "ignored" if prepared.ignored else "rejected", "image", reason=prepared.reason
            )
        fresh = prepared.image
        pending = change.puts.get("image", {}).get(fresh.id)
        doc = pending or self.store.get("image", fresh.id)
        before = self._moved_from(picture, fresh, known, change)
        if doc is not None:
            old = from_dict(doc, Image)
            image = with_path(old, picture.path)
            if facts_hash(fresh.metadata) != facts_hash(old.metadata) and picture.path == old.paths[0]:
                image = replace(image, metadata=fresh.metadata)
            if image != old:
                change.put("image", image.id, inferring.image_doc(image))
                self._pending(change, "image", image.id)
            if picture.path in old.paths:
                return ImportResult(picture.path, "unchanged" if image == old else "updated", "image", image.id)
            return ImportResult(
                picture.path, "duplicate", "image", image.id, duplicate_of=image.id,
                reason=f"The same bytes as {old.paths[0]}.",
            )  # fmt: skip
        try:
            self._keep(picture, prepared)
        except Rejected as error:
            return ImportResult(picture.path, "rejected", "image", reason=str(error))
        image = replace(fresh, imported=now(), in_place=self.in_place and picture.file is not None)
        change.put("image", image.id, inferring.image_doc(image))
        self._pending(change, "image", image.id)
        self.found["image"] += 1
        return ImportResult(picture.path, "updated" if before else "new", "image", image.id)

    def _moved_from(self, picture: PictureFile, fresh: Image, known: Doc | None, change: Transaction) -> bool:
        """Whether this path held another picture before; that picture then loses the path."""
        before = str((known or {}).get("main", ""))
        if not before or before == fresh.id or (known or {}).get("kind") != "image":
            return False
        doc = change.puts.get("image", {}).get(before) or self.store.get("image", before)
        if doc is not None:
            change.put("image", before, inferring.image_doc(without_path(from_dict(doc, Image), picture.path)))
        return True

    def _keep(self, picture: PictureFile, prepared: Prepared) -> None:
        if self.media is None:
            return
        image = prepared.image
        if not (self.in_place and picture.file is not None):
            original = picture.data if picture.data is not None else picture.file
            if original is None:
                raise Rejected("The picture has no content.")
            self.media.keep(image.sha256, original)
        if prepared.thumbnail:
            self.media.keep_thumb(image.id, prepared.thumbnail_size, prepared.thumbnail)
        if self.neighbours is not None and image.fingerprint is not None:
            self.neighbours.add([inferring.sample(prepared)])

    def _article(self, document: Document, own: Sequence[str], change: Transaction, entry: Entry) -> ImportResult:
        """Put an article's facts into ``change``; the state before is kept as a revision."""
        shown = document.path
        try:
            extraction = self._extract(document)
        except CatalogError as error:
            return ImportResult(shown, "rejected", "article", reason=str(error))
        article, found = replace(extraction.article, source=shown), extraction.captions
        same = [i for i in self.store.find("article", "sha256", article.sha256) if i != article.id]
        if same:
            return ImportResult(
                shown,
                "duplicate",
                "article",
                same[0],
                duplicate_of=same[0],
                reason="The same document is catalogued already.",
            )
        doc = change.puts.get("article", {}).get(article.id) or self.store.get("article", article.id)
        if doc is None:
            self._put_article(replace(article, imported=now()), found, own, change)
            self.found["article"] += 1
            return ImportResult(shown, "new", "article", article.id)
        old, old_captions = from_dict(doc, Article), self.cat.captions_of(article.id)
        if _facts(article, found) == _facts(old, old_captions):
            if set(own) - set(doc.get("own", ())):
                self._put_article(old, found, [*doc.get("own", ()), *own], change)
            return ImportResult(shown, "unchanged", "article", article.id)
        self._put_revision(old, old_captions, change)
        for gone in {c.id for c in old_captions} - {c.id for c in found}:
            change.delete("caption", gone)
        self._put_article(replace(article, imported=now()), found, own, change)
        return ImportResult(shown, "updated", "article", article.id)

    def _extract(self, document: Document) -> Extraction:
        """Read a document's captions under the id that its address, or its absolute path, gives it."""
        named = replace(document, path=os.path.abspath(document.path) if not document.url else document.path)  # noqa: PTH100
        try:
            return captions.extract_document(named)
        except (RecursionError, MemoryError, ValueError, LookupError) as error:
            raise Rejected(f"The document defeats the reader ({type(error).__name__}: {str(error)[:120]}).") from error

    def _put_article(self, article: Article, found: Sequence[Caption], own: Sequence[str], change: Transaction) -> None:
        doc = inferring.article_doc(article, found)
        doc["own"] = sorted(set(own))
        change.put("article", article.id, doc)
        for caption in found:
            change.put("caption", caption.id, to_dict(caption))
            self.found["caption"] += 1
        self._pending(change, "article", article.id)

    def _put_revision(self, old: Article, old_captions: Sequence[Caption], change: Transaction) -> None:
        n = len(self.cat.revisions_of(old.id)) + 1
        revision = Revision(f"{old.id}-{n:06d}", old, tuple(old_captions), n, now())
        change.put("revision", revision.id, to_dict(revision))

    # ---------------------------------------------------------------- inferences

    def _pending(self, change: Transaction, what: str, ident: str) -> None:
        change.put("meta", f"pending:{what}:{ident}", {"id": f"pending:{what}:{ident}"})

    def _waiting(self, what: str) -> list[str]:
        prefix = f"pending:{what}:"
        return [i.removeprefix(prefix) for i in self.store.ids("meta") if i.startswith(prefix)]

    def reinfer(self, what: Iterable[str]) -> ImportSummary:
        """Mark every image, article or finding of the catalogue as waiting, and work that off: checkpointed, decisions untouched."""
        kinds = {"image": ("image",), "article": ("article",), "finding": ("image", "article")}
        for name in what:
            for kind in kinds[name]:
                idents = iter(self.store.ids(kind))
                while step := list(islice(idents, CHUNK * 10)):
                    change = Transaction()
                    for ident in step:
                        self._pending(change, name, ident)
                    self.store.commit(change)
        self.infer()
        found = self.found
        return ImportSummary(
            {},
            links=found["link"],
            matches=found["match"],
            findings=found["finding"],
            seconds=round(time.monotonic() - self._started, 3),
            interrupted=self._stopped,
        )

    def infer(self) -> None:
        """Work off everything that waits for inference: matches, then links, then conflicts and findings."""
        for step, what in (
            (self._infer_matches, "image"),
            (self._infer_links, "article"),
            (self._infer_findings, "finding"),
        ):
            todo = iter(self._waiting(what))
            while (idents := list(islice(todo, STEP))) and not self._stopped:
                with self.store.writing():
                    change = step(idents)
                    for ident in idents:
                        change.delete("meta", f"pending:{what}:{ident}")
                    self.store.commit(change)
            self.on_commit()

    def _infer_matches(self, idents: list[str]) -> Transaction:
        change = Transaction()
        touched = set(idents)
        for match in self.neighbours.match_new(idents) if self.neighbours is not None else ():
            change.put("match", match.id, to_dict(match))
            touched |= {match.a, match.b}
            self.found["match"] += 1
        for ident in inferring.interested_articles(self.cat, touched):
            self._pending(change, "article", ident)
        for ident in touched:
            self._pending(change, "finding", ident)
        return change

    def _infer_links(self, idents: list[str]) -> Transaction:
        change, touched = inferring.infer_links(self.cat, idents)
        self.found["link"] += len(change.puts.get("link", ()))
        for ident in (*touched, *idents):
            self._pending(change, "finding", ident)
        return change

    def _infer_findings(self, idents: list[str]) -> Transaction:
        articles = self.cat.articles(idents)
        change = inferring.infer_findings(self.cat, articles, [i for i in idents if i not in articles])
        self.found["finding"] += len(change.puts.get("finding", ()))
        return change

    # ---------------------------------------------------------------- history

    def _note_run(self, inputs: Sequence[str | Path], *, finished: bool) -> None:
        change = Transaction()
        change.put("run", self.run_id, {
            "id": self.run_id, "started": self.run_id[:20], "inputs": [str(i) for i in inputs][:50], "counts": dict(self.counts),
            "seconds": round(time.monotonic() - self._started, 3), "finished": finished, "problems": [list(p) for p in self.problems],
        })  # fmt: skip
        self.store.commit(change)


def _source_hash(item: _Input, prepared: dict[str, Prepared | Failed]) -> str:
    """The SHA-256 of an input's own bytes, ``""`` when it could not be read."""
    if item.documents:
        return item.documents[0].sha256
    done = prepared.get(item.entry.path)
    return done.image.sha256 if isinstance(done, Prepared) else ""


def _facts(article: Article, found: Sequence[Caption]) -> str:
    """The hash of what an article says; when and from where it was read do not count."""
    return facts_hash(replace(article, imported="", source="", sha256="", warnings=()), list(found))
