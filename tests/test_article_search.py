"""Articles are found by their words, with pictures or without, and what waits about them by a search; whatever changes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.library import Library, open_library

PAGE = """<html><head><title>{title}</title></head><body><article><p>The council met on Monday and spoke for hours.</p>
<figure><img src="{picture}"><figcaption>{caption}</figcaption></figure></article></body></html>"""
TEXT = """Harbour opens

The council said on Monday that the harbour will open again from next week, after repairs to the landing stage.

Engineers replaced eleven pontoons that the storm had torn loose, and the master inspected the chains himself in the rain.
"""
ENGINEERS = TEXT.split("\n")[4]


@pytest.fixture(params=["folder", "server"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    """A catalogue of two pages whose pictures are missing, and a plain text; in a folder and on PostgreSQL."""
    url = str(tmp_path / "catalogue") if request.param == "folder" else request.getfixturevalue("postgres")
    write(
        tmp_path, "ferry", "Ferry resumes", "The quay seen from the north bank on Monday afternoon. Photo: Ana Ruiz/AFP"
    )
    write(tmp_path, "tram", "Tram depot", "The depot on the day when the last tram left it for good. Photo: EPA")
    (tmp_path / "in" / "harbour.txt").write_text(TEXT)
    with open_library(url) as library:
        list(library.import_([tmp_path / "in"], workers=1))
        yield library


def write(folder: Path, name: str, title: str, caption: str) -> None:
    """Write one page with a picture that is not there."""
    (folder / "in").mkdir(exist_ok=True)
    (folder / "in" / f"{name}.html").write_text(PAGE.format(title=title, picture=f"{name}.jpg", caption=caption))


def titles(library: Library, query: str) -> set[str]:
    """The titles of the articles that a query selects."""
    return {hit.title for hit in library.search_articles(query).items}


def waiting(library: Library, query: str) -> list[str]:
    """The kinds of what waits about what a query selects."""
    return [f.kind for f in library.all_findings("", query)]


def test_articles_and_what_waits_about_them_are_found(desk: Library) -> None:
    """A page without any picture is found by words, fields and states, and so is the caption that waits for a picture."""
    assert (
        titles(desk, "quay")
        == titles(desk, "caption:quay credit:AFP")
        == titles(desk, "title:ferry")
        == {"Ferry resumes"}
    )
    assert titles(desk, "council") == {"Ferry resumes", "Tram depot", "Harbour opens"}
    assert titles(desk, "council -quay missing:note kind:webpage") == {"Tram depot"}
    assert titles(desk, "width:>=1 OR similar:0000000000000000~4 OR is:linked") == set()
    assert waiting(desk, "quay") == waiting(desk, "credit:AFP") == ["caption-without-image"]
    assert len(waiting(desk, "")) == len(waiting(desk, "missing:note")) == 2
    assert waiting(desk, "mountain") == []
    place = desk.place("", "", "quay")
    assert (place.total, place.next) == (1, next(desk.all_findings("", "quay")).id)


def test_they_follow_new_imports(desk: Library, tmp_path: Path) -> None:
    """After another import an article is found by what it says now and no longer by what it said."""
    write(
        tmp_path, "ferry", "Ferry resumes", "The windmill above the river in the evening light of May. Photo: Reuters"
    )
    list(desk.import_([tmp_path / "in"], workers=1))
    assert (titles(desk, "quay"), titles(desk, "windmill")) == (set(), {"Ferry resumes"})
    assert (waiting(desk, "quay"), waiting(desk, "windmill credit:Reuters")) == ([], ["caption-without-image"])
    before = {q: titles(desk, q) for q in ("", "council", "windmill", "credit:epa", "-windmill")}
    desk.rebuild_index()
    assert {q: titles(desk, q) for q in before} == before


def test_they_follow_what_people_say(desk: Library) -> None:
    """A marked line is a caption of its article, a dismissed one none, a hidden article nowhere; each until it is undone."""
    harbour = desk.search_articles("title:harbour").items[0].id
    assert titles(desk, "caption:pontoons") == set()
    desk.mark(harbour, TEXT.split("\n").index(ENGINEERS) + 1)
    assert titles(desk, "caption:pontoons") == {"Harbour opens"} and waiting(desk, "pontoons")
    desk.undo()
    assert titles(desk, "caption:pontoons") == set() and not waiting(desk, "pontoons")
    desk.decide(next(desk.all_findings("", "quay")).id, "not-caption")
    assert titles(desk, "caption:quay") == set() and not waiting(desk, "quay")
    desk.undo()
    assert titles(desk, "caption:quay") == {"Ferry resumes"} and waiting(desk, "quay")
    desk.hide(f"article:{harbour}")
    assert titles(desk, "harbour") == set() and titles(desk, "is:hidden") == {"Harbour opens"}
    desk.restore(f"article:{harbour}")
    assert titles(desk, "harbour") == {"Harbour opens"}
    desk.hide(f"article:{harbour}")
    desk.purge(f"article:{harbour}")
    assert titles(desk, "is:hidden") == titles(desk, "harbour") == set()
    assert list(desk.verify()) == []


def test_a_search_for_articles_that_finds_none_offers_the_words_that_begin_so(desk: Library) -> None:
    """A word that begins others is offered as a beginning, one that begins none is not."""
    assert desk.search_articles("harb").did_you_mean == "harb*"
    assert desk.search_articles("xqzz").did_you_mean == ""
    assert desk.search_articles("harbour").did_you_mean == ""


def test_a_search_for_pictures_that_finds_none_does_so_too(library: Library) -> None:
    """Another spelling comes before the words that begin so, and nothing is offered that finds nothing."""
    assert library.search("footbri credit:Hallor").did_you_mean == "footbri* credit:Hallor*"
    assert library.search("footbrigde").did_you_mean == "footbridge"
    assert library.search("fo").did_you_mean == library.search('"xqzz wv"').did_you_mean == ""


def test_no_other_spelling_is_offered_for_a_word_that_an_article_has(library: Library) -> None:
    """Pictures ran with “old” and with no “cold”, which an article has: it is spelt as meant."""
    assert library.search("old").total
    page = library.search("cold")
    assert page.total == 0 and library.search_articles("cold").total
    assert page.did_you_mean == ""
