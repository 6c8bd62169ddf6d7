"""A catalogue that remembers what it has read says the same as one that does not, and asks the store less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from catalog.catalogue import Catalogue
from catalog.codec import to_dict
from catalog.inferences.remembering import Remembering, remembering
from catalog.model import Decision
from catalog.stores import open_store
from catalog.stores.base import Transaction
from catalog.stores.overlay import Overlay
from catalog.stores.tiny import TinyStore


def test_it_says_what_the_catalogue_says(imported: Path) -> None:
    """Matches, decisions, links and findings of every picture are the same, the first time and again."""
    store = open_store(str(imported), readonly=True)
    plain, remembers = Catalogue(store), Remembering(store)
    for _ in range(2):
        for ident in store.ids("image"):
            assert remembers.image(ident) == plain.image(ident)
            assert remembers.matches_of(ident) == plain.matches_of(ident)
            assert remembers.usages_of(ident) == plain.usages_of(ident)
            assert remembers.findings("images", ident) == plain.findings("images", ident)
            assert remembers.decisions_about([ident]) == plain.decisions_about([ident])
    assert remembers.image("none") is None and remembering(remembers) is remembers
    store.close()


def test_each_thing_is_asked_for_once(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No document is read twice, and what was given out may be changed by who got it."""
    store = open_store(str(imported), readonly=True)
    asked: Counter[tuple[str, str]] = Counter()
    read = TinyStore.get_many

    def counted(self: TinyStore, kind: str, idents: Iterable[str]) -> object:
        wanted = list(idents)
        asked.update((kind, ident) for ident in wanted)
        return read(self, kind, wanted)

    monkeypatch.setattr(TinyStore, "get_many", counted)
    cat = Remembering(store)
    idents = store.ids("image")
    for ident in (*idents, *idents):
        cat.matches_of(ident).clear()
        cat.findings("images", ident).clear()
        cat.images([ident, *idents])
    assert asked and max(asked.values()) == 1
    assert any(map(cat.matches_of, idents))
    store.close()


def test_what_is_laid_over_is_seen_and_the_rest_is_still_remembered(
    imported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions over the store count; pictures that were read are not read again."""
    store = open_store(str(imported), readonly=True)
    cat = Remembering(store)
    match = next(m for i in store.ids("image") for m in cat.matches_of(i))
    cat.images([match.a, match.b])
    assert not cat.is_hidden(f"image:{match.a}")
    overlay, change = Overlay(store), Transaction()
    hiding = Decision("9" * 10, "", f"image:{match.a}", "hide")
    change.put("decision", hiding.id, to_dict(hiding))
    overlay.commit(change)
    asked: list[str] = []
    read = TinyStore.get_many

    def noted(self: TinyStore, kind: str, idents: Iterable[str]) -> object:
        asked.append(kind)
        return read(self, kind, idents)

    monkeypatch.setattr(TinyStore, "get_many", noted)
    laid = cat.over(overlay)
    assert laid.is_hidden(f"image:{match.a}") and not cat.is_hidden(f"image:{match.a}")
    assert laid.images([match.a, match.b]) == cat.images([match.a, match.b])
    assert laid.matches_of(match.a) == cat.matches_of(match.a)
    assert not {"image", "match"} & set(asked)
    store.close()
