"""Keeping the search index level with the store: which rows a change touches, and making them anew.

The index is derived. It remembers the position of the store that it has seen; whoever opens the catalogue or commits
brings it up to date, and when the changes in between are no longer known it is rebuilt from the records. Where several processes
share one index, one of them does so at a time.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from . import marking
from .catalogue import Catalogue
from .codec import from_dict
from .model import Decision, Finding
from .search.articles import from_article
from .search.facade import SearchIndex
from .search.row import Row, from_record
from .search.writing import words_of
from .stores.base import Change, Doc, Store

#: Rows per transaction while rebuilding.
_STEP = 500
#: Documents that are counted by a word they carry.
_LABELLED = ("match", "conflict", "caption")
#: The word of a caption that is no more than a credit.
CREDIT_ALONE = "credit alone"

_HIDING = ("hide", "restore")

T = TypeVar("T")


def rows(cat: Catalogue, images: Iterable[str]) -> Iterator[Row]:
    """Yield the search row of each image that exists."""
    for ident in images:
        record = cat.record(ident)
        if record is not None:
            yield from_record(record, cat.articles({u.article for u in record.usages}))


def article_rows(cat: Catalogue, articles: Iterable[str]) -> Iterator[Row]:
    """Yield the search row of each article that exists, without the captions that a person said are none."""
    for article in cat.articles(articles).values():
        said = cat.decisions_about([article.id, f"article:{article.id}"])
        none = marking.dismissed(said)
        captions = [c for c in cat.captions_of(article.id) if c.id not in none]
        hidden = [d.action for d in said if d.action in _HIDING and d.subject == f"article:{article.id}"][-1:]
        yield from_article(article, captions, hidden=hidden == ["hide"])


def touched_articles(cat: Catalogue, change: Change) -> set[str]:
    """Return the articles whose row a change of one document may alter.

    A caption that goes does so with a change of its article, or because of a decision on it.
    """
    match change.kind:
        case "article":
            return {change.id}
        case "caption":
            return {str(change.doc["article"])} if change.doc is not None else set()
        case "decision":
            return _articles_of_decision(cat, cat.decision(change.id))
    return set()


def _articles_of_decision(cat: Catalogue, decision: Decision | None) -> set[str]:
    if decision is None:
        return set()
    found = {i for d in decision.undoes for i in _articles_of_decision(cat, cat.decision(d))}
    if decision.action in _HIDING:
        found |= {
            s.removeprefix("article:") for s in (decision.subject, *decision.subjects) if s.startswith("article:")
        }
    return found | (marking.articles_of([decision]) if decision.action in marking.ACTIONS else set())


def touched_images(cat: Catalogue, change: Change) -> set[str]:
    """Return the images whose record a change of one document may alter."""
    match change.kind:
        case "image":
            return {change.id}
        case "link" | "match":
            return set(change.id.split(":")[-1:] if change.kind == "link" else change.id.split(":"))
        case "conflict":
            return {i for side in change.id.split("|") for i in _of_caption(cat, side)}
        case "caption":
            return _of_caption(cat, change.id)
        case "article":
            return {link.image for link in cat.links_of_article(change.id)}
        case "decision":
            return _of_decision(cat, cat.decision(change.id))
    return set()


def _of_caption(cat: Catalogue, caption: str) -> set[str]:
    if caption.startswith("embedded:"):
        return {caption.removeprefix("embedded:")}
    return {i.split(":")[-1] for i in cat.store.find("link", "caption", caption)}


def _of_decision(cat: Catalogue, decision: Decision | None) -> set[str]:
    if decision is None:
        return set()
    found = {i for d in decision.undoes for i in _of_decision(cat, cat.decision(d))}
    for subject in (*decision.subjects, str(decision.values.get("image", ""))):
        if subject:
            found |= {subject} | _of_caption(cat, subject)
    return found


class Indexer:
    """Brings ``index`` level with ``store``; safe to call from several threads."""

    def __init__(self, store: Store, index: SearchIndex) -> None:
        self.store, self.index, self.cat = store, index, Catalogue(store)
        self._lock = threading.Lock()

    def catch_up(self) -> bool:
        """Apply what has been committed since the index last looked; return whether there was anything."""
        with self._lock:
            if self.index.position() == self.store.position():
                return False
            with self.index.filling():
                return self._level()

    def unlike(self) -> Iterator[str]:
        """Yield what of the index is not as the records make it, one sentence each. What others commit meanwhile is left out."""
        begun = self.index.position()
        pictures: Counter[str] = Counter()
        articles: Counter[str] = Counter()
        for idents in _steps(self.store.ids("image")):
            found = list(rows(self.cat, idents))
            pictures.update(word for row in found for word in words_of(row))
            yield from self._unlike("picture", rows, found)
        for idents in _steps(self.store.ids("article")):
            found = list(article_rows(self.cat, idents))
            articles.update(word for row in found for word in words_of(row))
            yield from self._unlike("article", article_rows, found)
        wrong = self.index.miscounted(pictures, articles)
        if wrong and self.index.position() == begun == self.store.position():
            yield f"{len(wrong):,} words have not the lists they should have, the first of them “{wrong[0][:40]}”"

    def _unlike(
        self, what: str, make: Callable[[Catalogue, Iterable[str]], Iterator[Row]], found: list[Row]
    ) -> Iterator[str]:
        """The rows that are kept otherwise, also when the index has caught up with what was committed meanwhile."""
        apart = self.index.unlike(*((found, ()) if what == "picture" else ((), found)))
        if apart and self.catch_up():
            found = list(make(self.cat, apart))
            apart = self.index.unlike(*((found, ()) if what == "picture" else ((), found)))
        yield from (f"{what} {ident} is not kept as its record is" for ident in apart)

    def _level(self) -> bool:
        position, seen = self.store.position(), self.index.position()
        if seen is not None and seen > position:
            # Whoever filled a shared index has seen more than this process had.
            self.store.refresh()
            position = self.store.position()
        if seen == position:
            return False
        changes = None if seen is None or seen > position else self.store.changes(seen)
        if changes is None:
            self._rebuild(position)
        else:
            self._apply(changes, position)
        return True

    def _apply(self, changes: Iterator[Change], position: int) -> None:
        images: set[str] = set()
        articles: set[str] = set()
        findings: dict[str, Finding | None] = {}
        labels: dict[str, dict[str, list[str]]] = {}
        for change in changes:
            if change.kind in _LABELLED:
                labels.setdefault(change.kind, {})[change.id] = _words_of(change.kind, change.doc)
            if change.kind == "finding":
                findings[change.id] = from_dict(change.doc, Finding) if change.doc is not None else None
            else:
                images |= touched_images(self.cat, change)
                articles |= touched_articles(self.cat, change)
        made = list(rows(self.cat, sorted(images)))
        gone = images - {row.id for row in made}
        if findings:
            self.index.apply_findings(
                [_queued(f) for f in findings.values() if f is not None], [i for i, f in findings.items() if f is None]
            )
        for kind, words in labels.items():
            self.index.apply_labels(kind, words)
        if articles:
            told = list(article_rows(self.cat, sorted(articles)))
            self.index.apply_articles(told, sorted(articles - {row.id for row in told}))
        self.index.apply(made, sorted(gone), position)

    def _rebuild(self, position: int) -> None:
        self.index.clear()
        self.index.apply(rows(self.cat, self.store.ids("image")), [], -1)
        for idents in _steps(self.store.ids("article")):
            self.index.apply_articles(list(article_rows(self.cat, idents)), [])
        for found in _steps(self.store.iter("finding")):
            self.index.apply_findings([_queued(from_dict(doc, Finding)) for _, doc in found], [])
        for kind in _LABELLED:
            for docs in _steps(self.store.iter(kind)):
                self.index.apply_labels(kind, {ident: _words_of(kind, doc) for ident, doc in docs})
        self.index.apply([], [], position)
        # Else one of the first small changes merges all that was filled, and everybody waits for it.
        self.index.optimize()


def _steps(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while step := list(islice(source, _STEP)):
        yield step


def _words_of(kind: str, doc: Doc | None) -> list[str]:
    """The words under which a document is counted on the overview."""
    if doc is None:
        return []
    match kind:
        case "match":
            return [str(doc.get("relation"))]
        case "caption":
            return [] if doc.get("text") else [CREDIT_ALONE]
    return [str(k) for k in doc.get("comparison", {}).get("kinds", ())]


def _queued(finding: Finding) -> Finding:
    """A finding as the queue sees it: one that changed since it was decided waits again."""
    return replace(finding, status="open") if finding.status == "changed" else finding
