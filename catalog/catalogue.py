"""Typed reading of a store: model objects and the records resolved from them. Writes nothing, infers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from . import resolve
from .codec import from_dict
from .model import Article, Caption, Conflict, Decision, Finding, Image, Link, Match, Record, Revision, Usage
from .stores.base import Doc, Store

T = TypeVar("T")


class Catalogue:
    """A store seen as articles, captions, images, links and decisions. Holds no state of its own but the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    # ---- one or many, by id

    def _one(self, kind: str, ident: str, type_: type[T]) -> T | None:
        doc = self.store.get(kind, ident)
        return None if doc is None else from_dict(doc, type_)

    def _many(self, kind: str, idents: Iterable[str], type_: type[T]) -> list[T]:
        docs = self.store.get_many(kind, idents)
        return [from_dict(docs[i], type_) for i in sorted(docs)]

    def _found(self, kind: str, field: str, value: str, type_: type[T]) -> list[T]:
        idents = self.store.find(kind, field, value)
        return self._many(kind, idents, type_) if idents else []

    def image(self, ident: str) -> Image | None:
        """Return one image."""
        return self._one("image", ident, Image)

    def images(self, idents: Iterable[str]) -> dict[str, Image]:
        """Return the images that exist among ``idents``."""
        return {i.id: i for i in self._many("image", idents, Image)}

    def article(self, ident: str) -> Article | None:
        """Return one article."""
        return self._one("article", ident, Article)

    def articles(self, idents: Iterable[str]) -> dict[str, Article]:
        """Return the articles that exist among ``idents``."""
        return {a.id: a for a in self._many("article", idents, Article)}

    def caption(self, ident: str) -> Caption | None:
        """Return one caption; ``embedded:IMAGE`` is the caption that a picture file carries itself."""
        if ident.startswith("embedded:"):
            image = self.image(ident.removeprefix("embedded:"))
            return embedded_caption(image) if image and image.metadata.caption else None
        return self._one("caption", ident, Caption)

    def captions(self, idents: Iterable[str]) -> dict[str, Caption]:
        """Return the captions that exist among ``idents``."""
        return {c.id: c for c in self._many("caption", idents, Caption)}

    def captions_of(self, article: str) -> list[Caption]:
        """Return an article's captions in the order of the document."""
        return sorted(self._found("caption", "article", article, Caption), key=lambda c: (c.position, c.start, c.id))

    def revisions_of(self, article: str) -> list[Revision]:
        """Return the earlier states of an article, oldest first."""
        return sorted(self._found("revision", "article.id", article, Revision), key=lambda r: r.n)

    def links_of_article(self, article: str) -> list[Link]:
        """Return the inferred links of an article's captions."""
        return self._found("link", "article", article, Link)

    def links_of_image(self, image: str) -> list[Link]:
        """Return the inferred links to an image."""
        return self._found("link", "image", image, Link)

    def matches_of(self, image: str) -> list[Match]:
        """Return all matches of an image, best first: the inferred ones, and those that only a person made."""
        idents = {*self.store.find("match", "a", image), *self.store.find("match", "b", image)}
        matches = self._many("match", idents, Match)
        if self.store.find("decision", "subjects", image):
            made = {m.id: m for m in resolve.decided_matches(image, matches, self.decisions_about([image]))}
            there = self.store.get_many("image", {i for m in made.values() for i in (m.a, m.b)})
            matches = [m for m in matches if m.id not in made]
            matches += [m for m in made.values() if {m.a, m.b} <= there.keys()]
        return sorted(matches, key=lambda m: (-m.score, m.id))

    def conflicts_of(self, image: str) -> list[Conflict]:
        """Return the caption conflicts in which this image's usages or embedded caption take part."""
        return self._found("conflict", "images", image, Conflict)

    def finding(self, ident: str) -> Finding | None:
        """Return one finding."""
        return self._one("finding", ident, Finding)

    def findings(self, field: str, value: str) -> list[Finding]:
        """Return the findings that name ``value`` in ``field``: subjects, images or articles."""
        return self._found("finding", field, value, Finding)

    def match(self, a: str, b: str) -> Match | None:
        """Return the match of two images, whichever comes first."""
        return self._one("match", ":".join(sorted((a, b))), Match)

    # ---- decisions

    def decisions_about(self, subjects: Iterable[str]) -> list[Decision]:
        """Return the effective decisions that name any of ``subjects`` (images, captions, findings), oldest first."""
        idents: set[str] = set()
        for subject in subjects:
            idents.update(self.store.find("decision", "subjects", subject))
            idents.update(self.store.find("decision", "subject", subject))
        ahead = set(idents)
        while ahead:
            undoing = {u for i in ahead for u in self.store.find("decision", "undoes", i)} - idents
            idents |= undoing
            ahead = undoing
        return resolve.effective(self._many("decision", idents, Decision))

    def is_hidden(self, subject: str) -> bool:
        """Return whether a person has hidden ``image:ID`` or ``article:ID``."""
        said = [d.action for d in self.decisions_about([subject]) if d.subject == subject]
        return [a for a in said if a in ("hide", "restore")][-1:] == ["hide"]

    def decision(self, ident: str) -> Decision | None:
        """Return one decision, effective or not."""
        return self._one("decision", ident, Decision)

    def holds(self, decision: Decision) -> bool:
        """Return whether a decision is not undone."""
        undoing = self._many("decision", self.store.find("decision", "undoes", decision.id), Decision)
        return not any(self.holds(u) for u in undoing)

    def step(self, decision: Decision) -> list[Decision]:
        """Return the decisions made in one step with this one that still hold, itself among them, oldest first."""
        together = self._found("decision", "batch", decision.batch, Decision) if decision.batch else [decision]
        return [d for d in together if self.holds(d)]

    # ---- resolved

    def article_links(self, article: str) -> tuple[list[Link], dict[str, tuple[resolve.LinkStatus, str]]]:
        """Return all links of an article, those made by people included, and the status of each."""
        captions = self.captions_of(article)
        decisions = self.decisions_about(c.id for c in captions)
        links = self.links_of_article(article)
        links += resolve.decided_links(captions, links, decisions)
        return links, resolve.link_statuses(links, decisions)

    def usages_of(self, image: str) -> list[Usage]:
        """Return the usages of an image, the rejected and proposed ones too."""
        articles = {link.article for link in self.links_of_image(image)}
        articles.update(self._articles_decided_for(image))
        found: list[Usage] = []
        for ident in sorted(articles):
            article = self.article(ident)
            if article is None:
                continue
            links, statuses = self.article_links(ident)
            mine = [link for link in links if link.image == image]
            captions = self.captions(link.caption for link in mine)
            found += [
                resolve.usage(article, captions[link.caption], link, *statuses[link.id])
                for link in mine
                if link.caption in captions
            ]
        return found

    def _articles_decided_for(self, image: str) -> Iterator[str]:
        chosen = [d for d in self.decisions_about([image]) if d.action in resolve.CHOOSING]
        for caption in self.captions(s for d in chosen for s in d.subjects if s != image).values():
            yield caption.article

    def record(self, image: str) -> Record | None:
        """Return the record of an image, or ``None`` when there is no such image."""
        facts = self.image(image)
        if facts is None:
            return None
        usages = self.usages_of(image)
        about = [image, f"image:{image}", *(u.caption.id for u in usages)]
        return resolve.record(
            facts, usages, self.matches_of(image), self.conflicts_of(image), self.decisions_about(about)
        )


def embedded_caption(image: Image) -> Caption:
    """Return a picture file's own caption in the form of a caption, so that it can be compared with printed ones."""
    return Caption(
        id=f"embedded:{image.id}",
        article="",
        position=0,
        text=image.metadata.caption,
        credit=image.metadata.credit or image.metadata.byline,
        printed=image.metadata.caption,
    )


def with_path(image: Image, path: str) -> Image:
    """Return ``image`` as also met at ``path``."""
    return image if path in image.paths else replace(image, paths=(*image.paths, path))


def without_path(image: Image, path: str) -> Image:
    """Return ``image`` as no longer met at ``path``; its last known location is kept."""
    rest = tuple(p for p in image.paths if p != path)
    return replace(image, paths=rest) if rest else image


def plain(doc: Doc | None, key: str) -> str:
    """Return a text field of a document, ``""`` when absent."""
    value = (doc or {}).get(key, "")
    return value if isinstance(value, str) else ""
