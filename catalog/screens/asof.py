"""A catalogue as it stood on a day that has passed.

What counts is when Cutline learnt something, never when it was published: an article is shown in the revision that was in
force then, a picture or article imported later is not there, a decision made later (an undo too) has not been made. Links of
an article that has not changed since are today's; those of a replaced revision, and all conflicts, are worked out anew from the
facts as they stood. What a picture file says of itself, and where it was met, is what is known now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from .. import linking, marking
from ..catalogue import Catalogue
from ..errors import UsageError
from ..inferences import components, inferring
from ..model import Article, Caption, Conflict, Decision, Image, Link, Match
from ..stores.base import Store

T = TypeVar("T")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment(text: str) -> str:
    """Return the moment that a person names, UTC to the second: the end of a day, or the time given (ISO 8601; without zone UTC).

    Raises UsageError for anything else.
    """
    try:
        at = datetime.fromisoformat(f"{text}T23:59:59" if _DAY.fullmatch(text) else text[:40])
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError("Give a day as 2024-05-01, or a time as 2024-05-01T12:00:00Z.", field="as_of") from None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Past(Catalogue):
    """A catalogue read as of one moment (UTC, as :func:`moment` gives it). One use each: what it works out, it remembers."""

    def __init__(self, store: Store, at: str) -> None:
        super().__init__(store)
        self.at = at
        self._states: dict[str, tuple[Article, tuple[Caption, ...], bool] | None] = {}
        self._links: dict[str, list[Link]] = {}

    def _state(self, ident: str) -> tuple[Article, tuple[Caption, ...], bool] | None:
        """An article and its captions as they stood, and whether they still stand so; ``None`` before it was imported."""
        if ident not in self._states:
            self._states[ident] = self._found_state(ident)
        return self._states[ident]

    def _found_state(self, ident: str) -> tuple[Article, tuple[Caption, ...], bool] | None:
        now = super().article(ident)
        if now is not None and now.imported <= self.at:
            return (now, *self._standing(now, super().captions_of(ident)))
        for revision in reversed(super().revisions_of(ident)):
            if revision.article.imported <= self.at < revision.until:
                return revision.article, self._standing(revision.article, revision.captions)[0], False
        return None

    def _standing(self, article: Article, captions: Sequence[Caption]) -> tuple[tuple[Caption, ...], bool]:
        """The captions with what people had marked by then, and whether nobody marked or dismissed any since."""
        then = [d for d in self.decisions_about([article.id]) if d.action in marking.ACTIONS]
        now = [d for d in Catalogue(self.store).decisions_about([article.id]) if d.action in marking.ACTIONS]
        return tuple(marking.with_marked(article, captions, then)), then == now

    # ---- facts

    def _many(self, kind: str, idents: Iterable[str], type_: type[T]) -> list[T]:
        found = super()._many(kind, idents, type_)
        return [x for x in found if not isinstance(x, Decision) or x.time <= self.at]

    def image(self, ident: str) -> Image | None:
        """Return one image, if it had been imported."""
        found = super().image(ident)
        return found if found is not None and found.imported <= self.at else None

    def images(self, idents: Iterable[str]) -> dict[str, Image]:
        """Return the images among ``idents`` that had been imported."""
        return {i: image for i, image in super().images(idents).items() if image.imported <= self.at}

    def article(self, ident: str) -> Article | None:
        """Return one article in the revision that was in force."""
        state = self._state(ident)
        return state[0] if state else None

    def articles(self, idents: Iterable[str]) -> dict[str, Article]:
        """Return the articles among ``idents`` that had been imported, as they stood."""
        return {i: found for i in sorted(set(idents)) if (found := self.article(i)) is not None}

    def captions_of(self, article: str) -> list[Caption]:
        """Return the captions that an article had, in the order of the document."""
        state = self._state(article)
        return list(state[1]) if state else []

    def captions(self, idents: Iterable[str]) -> dict[str, Caption]:
        """Return the captions among ``idents`` that stood in their article."""
        wanted = set(idents)
        for article in {c.article for c in super().captions(wanted).values()}:
            self._state(article)
        stood = (c for state in self._states.values() if state for c in state[1])
        return {c.id: c for c in stood if c.id in wanted}

    # ---- inferences

    def links_of_article(self, article: str) -> list[Link]:
        """Return the links of an article to pictures that had been imported."""
        if article not in self._links:
            self._links[article] = []  # while they are worked out, other pictures' known captions are asked for
            self._links[article] = self._worked_out(article)
        return self._links[article]

    def _worked_out(self, ident: str) -> list[Link]:
        state = self._state(ident)
        if state is None:
            return []
        article, captions, unchanged = state
        if unchanged:
            known = super().links_of_article(ident)
            there = self.images(link.image for link in known)
            return [link for link in known if link.image in there]
        near = inferring.candidates(self, article, inferring.own_pictures(self, article))
        none = marking.dismissed(self.decisions_about([ident]))
        captions = tuple(c for c in captions if c.id not in none)
        return linking.link(article, captions, [replace(c, known=()) for c in near])

    def links_of_image(self, image: str) -> list[Link]:
        """Return the links to an image, from articles as they stood."""
        articles = {link.article for link in super().links_of_image(image)}
        articles |= {a for a in inferring.interested_articles(self, [image]) if super(Past, self).revisions_of(a)}
        return [link for a in sorted(articles) for link in self.links_of_article(a) if link.image == image]

    def matches_of(self, image: str) -> list[Match]:
        """Return the matches of an image with pictures that had been imported."""
        found = super().matches_of(image)
        there = self.images({m.a for m in found} | {m.b for m in found})
        return [m for m in found if m.a in there and m.b in there]

    def conflicts_of(self, image: str) -> list[Conflict]:
        """Return the contradictions among the captions that the photograph had."""
        together: Sequence[str] = next(
            (g.images for g in components.groups_around(self, image) if image in g.images), (image,)
        )
        found = [conflict for conflict, _, _ in inferring.group_conflicts(self, together)]
        return [c for c in found if image in c.images]
