"""What one input's documents and pictures come to as facts: written into a transaction, with the result that says so."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from .. import linking, marking
from ..addresses import is_remote
from ..catalogue import Catalogue, with_path, without_path
from ..codec import facts_hash, from_dict, to_dict
from ..duplicates import Sample
from ..duplicates.base import Neighbours
from ..errors import Rejected
from ..images.worker import Failed, Prepared
from ..inferences import inferring
from ..inferences.markers import pending
from ..media import Media
from ..model import Article, Caption, Extraction, Image, ImportResult, Outcome, Revision
from ..sources.base import Document, Entry, LeftAside, PictureFile
from ..stores.base import Doc, Store, Transaction
from ..version import __version__

#: Problems of one input that are kept.
MAX_PROBLEMS = 500

#: Outcomes that leave something in the catalogue.
KEPT = frozenset(("new", "updated", "unchanged", "duplicate"))
#: Pictures inside a page (``data:``) that are smaller than this on both sides, in pixels, are ornaments.
ORNAMENT = 48

Decoded = Mapping[str, Prepared | Failed]
#: The stories of a document, or why there are none.
Stories = tuple[Extraction, ...] | str


def now() -> str:
    """Return the present time, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def source_id(path: str) -> str:
    """Return the id under which an input path is remembered; it does not depend on the working directory."""
    return inferring.digest("source", path if is_remote(path) else os.path.abspath(path))  # noqa: PTH100 - a name


@dataclass(slots=True)
class Input:
    """One input on its way through a chunk: what reading it gave, and what was known of it before.

    ``fetched`` tells that the pictures which its documents name were all asked for. ``stories`` are those of each document, by its
    place, once it is read, or why there are none.
    """

    entry: Entry
    known: Doc | None
    documents: list[Document] = field(default_factory=list)
    pictures: list[PictureFile] = field(default_factory=list)
    asides: list[LeftAside] = field(default_factory=list)
    fetched: bool = False
    stories: dict[int, Stories] = field(default_factory=dict)

    def take(self, place: int, stories: Stories) -> None:
        """Note what a document was read as, and let its text go."""
        self.stories[place] = stories
        self.documents[place] = replace(self.documents[place], text="", utf8=b"")


class FactWriter:
    """Turns inputs into facts in a transaction. ``media`` is ``None`` in a dry run: no file is kept.

    ``walked`` tells whether a file is itself among the inputs of the run; ``early`` holds the results of those that came with
    a document before their own turn.
    """

    def __init__(
        self,
        store: Store,
        media: Media | None,
        neighbours: Neighbours,
        run: str,
        *,
        in_place: bool = False,
    ) -> None:
        self.store, self.cat = store, Catalogue(store)
        self.media, self.neighbours, self.run_id, self.in_place = media, neighbours, run, in_place
        self.found: Counter[str] = Counter()
        self.walked: Callable[[Path], bool] = lambda _: False
        self.early: dict[str, ImportResult] = {}
        self._samples: list[Sample] = []

    def facts(self, item: Input, prepared: Decoded, change: Transaction) -> list[ImportResult]:
        """The results of one input, whose documents are read, and its members; its facts go into ``change``."""
        entry = item.entry
        if not item.documents and not item.pictures:
            reason = next((a.reason for a in item.asides), "Nothing in it could be read.")
            kind: Literal["ignored", "rejected"] = "rejected"
            return [
                self.aside(change, entry, LeftAside(entry.path, next((a.result for a in item.asides), kind), reason))
            ]
        results: list[ImportResult] = []
        members: list[dict[str, str]] = []
        problems = [f"{a.path}: {a.reason}" for a in item.asides]
        for place, document in enumerate(item.documents):
            own: list[str] = []
            for picture in document.pictures:
                result = self._document_picture(picture, prepared, change)
                if result.result == "rejected":
                    problems.append(f"{result.path}: {result.reason}")
                elif result.id:
                    own.append(result.id)
                    members.append({"path": picture.path, "id": result.id, "url": picture.url})
                    if picture.path not in self.early and result.result != "unchanged":
                        results.append(result)
            results += self._articles(document, item.stories[place], own, change)
        for picture in item.pictures:
            if picture.path in self.early:
                result = self.early.pop(picture.path)
            else:
                known = item.known if picture.file else None
                result = self._picture(picture, prepared.get(picture.path), change, known)
            results.append(result)
            if result.id:
                members.append({"path": picture.path, "id": result.id, "url": picture.url})
        main = next(
            (r for r in results if r.path == entry.path and r.id), next((r for r in results if r.id), results[-1])
        )
        if len(results) > 1:
            results = [r for r in results if r.result in KEPT or r.path == entry.path] or [main]
        if problems:
            main = replace(main, problems=tuple(problems[:MAX_PROBLEMS]))
        if all(r.path != entry.path for r in results):  # an archive, of which only members were named so far
            results.append(replace(main, path=entry.path))
        else:
            results = [replace(r, problems=main.problems) if r.path == entry.path else r for r in results]
        self._remember(
            change, entry, main.result, main.kind, main.id, reason=main.reason, members=members, problems=problems,
            sha256=_source_hash(item, prepared), fetched=item.fetched,
        )  # fmt: skip
        return results

    def aside(self, change: Transaction, entry: Entry, aside: LeftAside) -> ImportResult:
        """The result of an input that is neither. What an address gave before stays known when it fails now."""
        known = self.store.get("source", source_id(entry.path)) if entry.url else None
        if known is None or not known.get("main"):
            self._remember(change, entry, aside.result, "", "", reason=aside.reason)
        return ImportResult(aside.path, aside.result, reason=aside.reason)

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
        fetched: bool = False,
    ) -> None:
        """Note what became of an input, so that the next run can skip it and history can show it."""
        ident = source_id(entry.path)
        change.put("source", ident, {
            "id": ident, "path": entry.path, "size": entry.size, "mtime_ns": entry.mtime_ns, "stamp": entry.stamp,
            "sha256": sha256, "result": result, "kind": kind, "main": main, "reason": reason, "members": list(members),
            "ids": sorted({m["id"] for m in members} | ({main} if main else set())), "problems": list(problems)[:MAX_PROBLEMS],
            "run": self.run_id, "met": True, "version": __version__, "fetched": fetched,
        })  # fmt: skip

    def _document_picture(self, picture: PictureFile, prepared: Decoded, change: Transaction) -> ImportResult:
        """Catalogue a picture that came with a document. A file that the walk also meets keeps its result until then."""
        if picture.path not in prepared:
            doc = self.store.get("source", source_id(picture.path)) or {}
            return ImportResult(picture.path, "unchanged", "image", str(doc.get("main", "")))
        if picture.path in self.early:
            return self.early[picture.path]
        result = self._picture(picture, prepared[picture.path], change, None)
        if picture.file is not None:
            if not picture.fetched and self.walked(picture.file):
                self.early[picture.path] = result
            else:
                self._remember_file(change, picture, result, prepared)
        return result

    def _remember_file(
        self, change: Transaction, picture: PictureFile, result: ImportResult, prepared: Decoded
    ) -> None:
        assert picture.file is not None
        try:
            status = picture.file.lstat()
        except OSError:
            return
        entry = Entry(picture.path, picture.file, status.st_size, status.st_mtime_ns, status.st_ino)
        item = Input(entry, None, pictures=[picture])
        self._remember(
            change,
            entry,
            result.result,
            result.kind,
            result.id,
            reason=result.reason,
            sha256=_source_hash(item, prepared),
        )

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
        if (
            picture.data is not None
            and not picture.url.startswith("http")
            and max(fresh.width, fresh.height) < ORNAMENT
        ):
            return ImportResult(picture.path, "ignored", "image", reason="An ornament of the page, not a picture.")
        waiting = change.puts.get("image", {}).get(fresh.id)
        doc = waiting or self.store.get("image", fresh.id)
        before = self._moved_from(picture, fresh, known, change)
        if doc is not None:
            old = from_dict(doc, Image)
            image = with_path(old, picture.path)
            if facts_hash(fresh.metadata) != facts_hash(old.metadata) and picture.path == old.paths[0]:
                image = replace(image, metadata=fresh.metadata)
            if image != old:
                change.put("image", image.id, inferring.image_doc(image))
                pending(change, "image", image.id)
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
        image = replace(fresh, imported=now(), in_place=self._stays(picture))
        change.put("image", image.id, inferring.image_doc(image))
        pending(change, "image", image.id)
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
        image = prepared.image
        if not self._stays(picture):
            original = picture.data if picture.data is not None else picture.file
            if original is None:
                raise Rejected("The picture has no content.")
            if self.media is not None:
                self.media.keep(image.sha256, original)
        if prepared.thumbnail and self.media is not None:
            self.media.keep_thumb(image.id, prepared.thumbnail_size, prepared.thumbnail)
        if image.fingerprint is not None:
            self._samples.append(inferring.sample(prepared))

    def keep_samples(self) -> None:
        """Keep what the pictures since the last call are recognised by: together, since what is kept is synced to disk."""
        if self._samples:
            self.neighbours.add(self._samples)
        self._samples.clear()

    def _stays(self, picture: PictureFile) -> bool:
        """Whether a picture's original is left where it lies: never one that only Cutline has."""
        return self.in_place and picture.file is not None and not picture.fetched

    def _articles(
        self, document: Document, stories: Stories, own: Sequence[str], change: Transaction
    ) -> list[ImportResult]:
        """Put a document's stories into ``change``."""
        if isinstance(stories, str):
            return [ImportResult(document.path, "rejected", "article", reason=stories)]
        shown = [document.path, *(_member(document.path, f"story-{n}") for n in range(2, len(stories) + 1))]
        return [self._article(path, story, own, change) for path, story in zip(shown, stories, strict=True)]

    def _article(self, shown: str, story: Extraction, own: Sequence[str], change: Transaction) -> ImportResult:
        """Put an article's facts into ``change``; the state before is kept as a revision."""
        article, found = replace(story.article, source=shown), story.captions
        twins = self.cat.articles(self.store.find("article", "sha256", article.sha256))
        same = [i for i, twin in twins.items() if i != article.id and _container(twin.source) != _container(shown)]
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
        old = from_dict(doc, Article)
        kept = self.cat.captions_of(article.id)
        old_captions = [c for c in kept if not linking.is_overlooked(c)]
        read = [c for c in old_captions if not marking.is_marked(c)]
        if _said(article, found) == _said(old, read):
            if set(own) - set(doc.get("own", ())):
                self._put_article(old, found, [*doc.get("own", ()), *own], change)
            if source_id(_container(old.source)) == source_id(_container(shown)):
                return ImportResult(shown, "unchanged", "article", article.id)
            return ImportResult(
                shown, "duplicate", "article", article.id, duplicate_of=article.id,
                reason=f"It says the same as {old.source}.",
            )  # fmt: skip
        self._put_revision(old, old_captions, change)
        for gone in {c.id for c in kept} - {c.id for c in found}:
            change.delete("caption", gone)
        self._put_article(replace(article, imported=now()), found, own, change)
        return ImportResult(shown, "updated", "article", article.id)

    def _put_article(self, article: Article, found: Sequence[Caption], own: Sequence[str], change: Transaction) -> None:
        doc = inferring.article_doc(article, found)
        doc["own"] = sorted(set(own))
        change.put("article", article.id, doc)
        for caption in found:
            change.put("caption", caption.id, to_dict(caption))
            self.found["caption"] += 1
        pending(change, "article", article.id)

    def _put_revision(self, old: Article, old_captions: Sequence[Caption], change: Transaction) -> None:
        n = len(self.cat.revisions_of(old.id)) + 1
        revision = Revision(f"{old.id}-{n:06d}", old, tuple(old_captions), n, now())
        change.put("revision", revision.id, to_dict(revision))


def _source_hash(item: Input, prepared: Decoded) -> str:
    """The SHA-256 of an input's own bytes, ``""`` when it could not be read."""
    if item.documents:
        return item.documents[0].sha256
    done = prepared.get(item.entry.path)
    return done.image.sha256 if isinstance(done, Prepared) else ""


def _container(path: str) -> str:
    return path.split("!/", 1)[0]


def _member(path: str, name: str) -> str:
    return f"{path}/{name}" if "!/" in path else f"{path}!/{name}"


def _said(article: Article, found: Sequence[Caption]) -> str:
    """The hash of what an article says; when and from where it was read do not count."""
    return facts_hash(replace(article, imported="", source="", sha256="", warnings=()), list(found))
