"""A catalogue that is read while nobody writes it: each thing is asked for and decoded once.

What follows from a decision looks at the same few findings, pictures and decisions from many sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from ..catalogue import Catalogue
from ..codec import from_dict
from ..model import Decision, Match
from ..stores.base import Store

T = TypeVar("T")


class Remembering(Catalogue):
    """A catalogue as it stands when something is first asked of it. Whoever writes makes another one afterwards."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._known: dict[str, dict[str, Any]] = {}
        self._ids: dict[tuple[str, str, str], list[str]] = {}
        self._matches: dict[str, list[Match]] = {}
        self._about: dict[tuple[str, ...], list[Decision]] = {}

    def over(self, store: Store) -> Remembering:
        """Return the same with decisions laid over in ``store``, of which nothing is remembered."""
        laid = Remembering(store)
        laid._known = {kind: dict(known) for kind, known in self._known.items() if kind != "decision"}
        laid._ids = {asked: idents for asked, idents in self._ids.items() if asked[0] != "decision"}
        return laid

    def _one(self, kind: str, ident: str, type_: type[T]) -> T | None:
        known = self._known.setdefault(kind, {})
        if ident not in known:
            known[ident] = super()._one(kind, ident, type_)
        found: T | None = known[ident]
        return found

    def _many(self, kind: str, idents: Iterable[str], type_: type[T]) -> list[T]:
        wanted = sorted(set(idents))
        if not wanted:
            return []
        known = self._known.setdefault(kind, {})
        if new := [i for i in wanted if i not in known]:
            docs = self.store.get_many(kind, new)
            known |= {i: from_dict(docs[i], type_) if i in docs else None for i in new}
        return [one for i in wanted if (one := known[i]) is not None]

    def _found(self, kind: str, field: str, value: str, type_: type[T]) -> list[T]:
        asked = (kind, field, value)
        if asked not in self._ids:
            self._ids[asked] = self.store.find(kind, field, value)
        return self._many(kind, self._ids[asked], type_)

    def matches_of(self, image: str) -> list[Match]:
        """Return all matches of an image, best first."""
        if image not in self._matches:
            self._matches[image] = super().matches_of(image)
        return list(self._matches[image])

    def decisions_about(self, subjects: Iterable[str]) -> list[Decision]:
        """Return the effective decisions that name any of ``subjects``, oldest first."""
        asked = tuple(sorted(set(subjects)))
        if asked not in self._about:
            self._about[asked] = super().decisions_about(asked)
        return list(self._about[asked])


def remembering(cat: Catalogue) -> Remembering:
    """Return ``cat`` itself where it remembers already, else one that does, of the same store."""
    return cat if isinstance(cat, Remembering) else Remembering(cat.store)
