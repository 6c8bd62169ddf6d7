"""Groups of many pictures at once are those around each, for less."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.catalogue import Catalogue
from catalog.inferences import components
from catalog.inferences.components import component, groups_among, groups_around, together
from catalog.stores import open_store


def test_each_component_is_looked_at_once(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The groups are the same; the members of a component do not each ask for it again."""
    store = open_store(str(imported), readonly=True)
    cat, images = Catalogue(store), store.ids("image")
    wanted = {group.id: group for image in images for group in groups_around(cat, image)}
    asked: list[frozenset[str]] = []

    def counted(cat: Catalogue, image: str) -> object:
        found = component(cat, image)
        asked.append(frozenset(found[0]))
        return found

    monkeypatch.setattr(components, "component", counted)
    assert {group.id: group for group in groups_among(cat, images)} == wanted
    assert len(asked) == len(set(asked)) < len(images) and wanted
    store.close()


def test_a_component_that_is_cut_is_looked_at_from_each_member(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Around another of its members there may be other groups."""
    monkeypatch.setattr(components, "MAX_COMPONENT", 2)
    store = open_store(str(imported), readonly=True)
    cat, images = Catalogue(store), store.ids("image")
    wanted = {group.id: group for image in images for group in groups_around(cat, image)}
    assert {group.id: group for group in groups_among(cat, images)} == wanted
    store.close()


def test_members_of_a_component_come_one_after_the_other(imported: Path) -> None:
    """All come once, and none of another component between those of one."""
    store = open_store(str(imported), readonly=True)
    cat, images = Catalogue(store), store.ids("image")
    ordered = list(together(cat, images))
    assert sorted(ordered) == images and len(ordered) == len(images)
    places = {ident: n for n, ident in enumerate(ordered)}
    for ident in images:
        at = sorted(places[member] for member in component(cat, ident)[0])
        assert at == list(range(at[0], at[0] + len(at)))
    assert list(together(cat, ["no picture", *images[:1]])) == ["no picture", *images[:1]]
    store.close()
