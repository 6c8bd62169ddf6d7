"""Copying a catalogue between stores: all of it, resumed when it was broken off, refused where it would mix."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import Unfinished, UsageError
from catalog.library import Library, open_library
from catalog.upkeep.copying import Copied


def everything(library: Library) -> bytes:
    return b"".join(library.export("jsonl", everything=True))


@pytest.fixture
def target(postgres: str, tmp_path: Path) -> Iterator[Library]:
    """An empty shared catalogue whose pictures lie in a folder of the test."""
    with open_library(postgres, media=str(tmp_path / "shared")) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """An empty catalogue in a folder."""
    with open_library(tmp_path / "empty") as opened:
        yield opened


def test_there_and_back_is_the_same(library: Library, target: Library, tmp_path: Path) -> None:
    """Folder, PostgreSQL, folder: the same export of everything, log, numbers of decisions, pictures and search answers."""
    image = library.store.ids("image")[0]
    library.edit(image, {"note": "keep"}, who="ann")
    library.edit(image, {"tags": ["x"]}, who="ann")
    library.undo(who="ann")
    steps = list(library.copy_to(target))
    assert {s.kind: s.done for s in steps if s.sha256}["decision"] == 3
    with open_library(tmp_path / "back") as back:
        list(target.copy_to(back))
        assert everything(library) == everything(target) == everything(back)
        for other in (target, back):
            assert other.store.last_number("decisions") == 3
            assert other.open_original(image).content() == library.open_original(image).content()
            assert list(other.ids("bridge")) == list(library.ids("bridge"))
            assert other.neighbours.missing(library.store.ids("image")) == []
            assert list(other.verify()) == []
        assert [d.id for d in target.undo(who="bob")] == [d.id for d in back.undo(who="bob")] == ["0000000001"]


def test_a_copy_that_was_broken_off_goes_on(library: Library, target: Library) -> None:
    """The next run completes it, also when the source has changed; until then nothing else may be copied there."""
    steps = iter(library.copy_to(target))
    while next(steps).kind != "link":
        pass
    del steps
    assert target.store.count("finding") == 0
    with pytest.raises(UsageError, match="itself an unfinished copy"):
        list(target.copy_to(library))
    library.edit(library.store.ids("image")[0], {"note": "later"})
    with pytest.raises(Unfinished, match="Complete it: cutline copy"):
        open_library(target.url, create=False)
    with open_library(target.url, create=False, unfinished=True) as again:
        assert again.store.count("image")
    done: list[Copied] = list(library.copy_to(target))
    assert done[-1].sha256
    open_library(target.url, create=False).close()
    assert everything(library) == everything(target)


def test_only_an_empty_catalogue_is_copied_into(library: Library, target: Library) -> None:
    """A catalogue with anything in it is left alone, a finished copy too."""
    list(library.copy_to(target))
    with pytest.raises(UsageError, match="already holds a catalogue"):
        list(library.copy_to(target))


def test_what_articles_said_before_is_copied(empty: Library, target: Library, tmp_path: Path) -> None:
    """Replaced revisions of an article arrive whole, are counted among what was compared, and are shown with their captions."""
    page = tmp_path / "story.html"
    figure = "<figure><img src='a.jpg'><figcaption>%s</figcaption></figure>"
    told = f"<html><body><article><h1>T</h1><p>%s</p>{figure}</article></body></html>"
    words = "Some words of the story that go on for a while, so that it is a story. " * 8
    for town in ("old", "new", "next"):
        page.write_text(told % (words, f"A bridge over the river in the {town} town"))
        list(empty.import_([page], workers=0))
    before = list(empty.store.iter("revision"))
    assert len(before) == 2
    compared = {step.kind: step.done for step in empty.copy_to(target) if step.sha256}
    assert compared["revision"] == 2 and list(target.store.iter("revision")) == before
    article = empty.store.ids("article")[0]
    assert target.article(article) == empty.article(article)
    said = [[c.text for c in r.captions] for r in target.article(article).revisions]
    assert sorted(said) == [[f"A bridge over the river in the {town} town"] for town in ("new", "old")]
