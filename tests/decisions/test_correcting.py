"""A person can say that a line is a caption, or that a caption is none; it holds through imports, and is undone like all else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import NotAllowed, NotFound
from catalog.library import Library, open_library
from catalog.model import Article, Caption, Usage
from catalog.screens.asof import Past
from catalog.stores.base import Transaction
from fixtures.drawing import scene

STORY = """Ferry resumes after storm

The council said on Monday that the ferry between the two banks will run again from next week, after repairs to the landing stage.

The quay seen from the north bank

Engineers replaced eleven pontoons that the storm had torn loose, and the harbour master inspected the chains himself in the rain.

Prices stay as they are until the end of the year, a spokeswoman said, although fuel has become dearer for the operator since May.
"""
ENGINEERS = "Engineers replaced eleven pontoons"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Library]:
    """A catalogue with one plain-text story of which no line is known to be a caption or not, and a picture beside it."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ferry.txt").write_text(STORY)
    scene("harbour", (320, 240), seed=5).save(folder / "P1000.jpg")
    with open_library(tmp_path / "catalogue") as library:
        list(library.import_([folder], workers=1))
        yield library


def story(library: Library) -> Article:
    """The one article."""
    return next(iter(library.articles()))


def line_of(words: str) -> int:
    """The line of the story with these words, from 1."""
    return next(n for n, text in enumerate(STORY.split("\n"), 1) if words in text)


def captions(library: Library) -> list[Caption]:
    """The captions of the one article."""
    return list(library.article(story(library).id).captions)


def everything(library: Library) -> list[dict[str, object]]:
    """The whole catalogue as exported, but for what people said."""
    lines = [json.loads(line) for line in b"".join(library.export("jsonl", everything=True)).splitlines()]
    return [line for line in lines if line["type"] not in ("decision", "run", "meta")]


def marked(library: Library, words: str = ENGINEERS) -> Caption | None:
    """The caption that begins with these words, if there is one."""
    return next((c for c in captions(library) if c.printed.startswith(words)), None)


def certain(library: Library) -> Usage:
    """A usage that was linked without a person."""
    return next(u for r in library.records() for u in r.usages if u.status == "linked")


def test_a_marked_line_is_a_caption_where_it_stands(desk: Library) -> None:
    """A line that a person marks is a caption with its exact place, waits for a picture, and is gone when that is undone."""
    before = everything(desk)
    decision, caption = desk.mark(story(desk).id, line_of(ENGINEERS), who="me")
    assert (caption.line, story(desk).text[caption.start : caption.end]) == (line_of(ENGINEERS), caption.printed)
    assert marked(desk) == caption
    assert caption.id in {s for f in desk.all_findings() for s in f.subjects}
    assert desk.finding(next(f.id for f in desk.all_findings() if caption.id in f.subjects)).finding.status == "open"
    desk.undo(idents=[decision.id])
    assert marked(desk) is None
    assert everything(desk) == before


def test_a_marked_line_has_the_id_that_reading_gives_it(desk: Library, tmp_path: Path) -> None:
    """Should a later version find the line itself, what was said of it is still said of the same caption."""
    found = next((c for c in captions(desk)), None)
    if found is None:
        decision, found = desk.mark(story(desk).id, line_of("The quay"))
        assert decision.subjects == (story(desk).id, found.id)
    desk.link(found.id, "not-caption")
    _, again = desk.mark(story(desk).id, found.line)
    assert again.id == found.id


def test_a_mark_and_its_link_outlive_imports(desk: Library, tmp_path: Path) -> None:
    """Importing changed text keeps the mark and the picture given to it, also where the line itself was corrected a little."""
    _, caption = desk.mark(story(desk).id, line_of(ENGINEERS))
    image = next(desk.ids())
    desk.link(caption.id, "link", image)
    file = tmp_path / "in" / "ferry.txt"
    file.write_text("A new first paragraph about the ferry stands here now.\n\n" + STORY.replace("eleven", "twelve"))
    list(desk.import_([file], workers=1))
    now = marked(desk, "Engineers replaced twelve")
    assert now is not None and now.id == caption.id
    assert story(desk).text[now.start : now.end] == now.printed
    assert [u.status for u in desk.record(image).usages if u.caption.id == caption.id] == ["linked"]


def test_a_mark_waits_while_its_line_is_not_printed(desk: Library, tmp_path: Path) -> None:
    """A line that an article does not print any more is no caption of it; when it comes back, so does what was said of it."""
    _, caption = desk.mark(story(desk).id, line_of(ENGINEERS))
    file = tmp_path / "in" / "ferry.txt"
    file.write_text("\n".join(line for line in STORY.split("\n") if ENGINEERS not in line))
    list(desk.import_([file], workers=1))
    assert caption.id not in {c.id for c in captions(desk)}
    file.write_text(STORY)
    list(desk.import_([file], workers=1))
    assert marked(desk) == caption


def test_importing_the_same_again_changes_nothing(desk: Library, tmp_path: Path) -> None:
    """A marked caption is no change of the article: the same file is unchanged, and no revision is made."""
    desk.mark(story(desk).id, line_of(ENGINEERS))
    file = tmp_path / "in" / "ferry.txt"
    file.touch()
    first = next(iter(desk.import_([file], workers=1)))
    assert getattr(first, "result", "") == "unchanged"
    assert desk.article(story(desk).id).revisions == ()


def test_what_is_no_caption_takes_part_in_no_link(library: Library, stories: Path) -> None:
    """A dismissed caption leaves its picture, also after importing and linking anew; undo brings everything back."""
    usage, before = certain(library), everything(library)
    library.link(usage.caption.id, "not-caption", who="me")
    list(library.import_([stories], workers=1))
    list(library.recompute("relink"))
    assert usage.caption.id not in {u.caption.id for u in library.record(usage.image).usages}
    assert usage.caption.text not in [u.caption.text for u in library.record(usage.image).usages]
    assert list(library.article(usage.article).dismissed) == [usage.caption.id]
    library.undo()
    assert usage.caption.id in {u.caption.id for u in library.record(usage.image).usages if u.status == "linked"}
    assert everything(library) == before


def test_a_finding_takes_it_too(library: Library) -> None:
    """Said in the queue of an unsure link, it settles that finding, and no other finding asks for the caption's picture."""
    finding = next(library.all_findings("link"))
    library.decide(finding.id, "not-caption", seen=finding.seen)
    waiting = {f.id for f in library.all_findings() if finding.subjects[0] in f.subjects}
    assert waiting == set()
    library.undo()
    assert library.finding(finding.id).finding.status == "open"


def test_what_cannot_be_marked_is_refused(desk: Library) -> None:
    """Unknown articles, lines where nothing begins, and lines that are captions already are refused; nothing is written."""
    article = story(desk).id
    with pytest.raises(NotFound):
        desk.mark("nope", 1)
    for line in (2, 0, -1, 10**9):
        with pytest.raises(NotAllowed):
            desk.mark(article, line)
    desk.mark(article, line_of(ENGINEERS))
    with pytest.raises(NotAllowed):
        desk.mark(article, line_of(ENGINEERS))
    assert desk.log().total == 1


def test_marks_have_their_day(desk: Library) -> None:
    """As of a day before, a line that was marked later is no caption, and one dismissed later still is."""
    change = Transaction()
    for kind in ("article", "image"):
        for ident, doc in desk.store.iter(kind):
            change.put(kind, ident, {**doc, "imported": "2024-05-01T10:00:00Z"})
    desk.store.commit(change)
    _, caption = desk.mark(story(desk).id, line_of(ENGINEERS))
    assert caption.id in {c.id for c in Past(desk.store, "2999-01-01T00:00:00Z").captions_of(caption.article)}
    assert caption.id not in {c.id for c in Past(desk.store, "2024-05-02T00:00:00Z").captions_of(caption.article)}
