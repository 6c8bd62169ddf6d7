"""A record can be seen as it stood on a day that has passed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from catalog import codec
from catalog.errors import NotFound, UsageError
from catalog.library import Library, open_library
from catalog.model import Revision
from catalog.screens import asof
from catalog.stores.base import Transaction

PAGE = """<html><head><title>A new bridge</title></head><body><article><h1>A new bridge</h1><p>{body}</p>
<figure><img src="p_files/span.jpg" width="640" height="480"><figcaption>{caption}</figcaption></figure>
<p>{body}</p></article></body></html>"""
BODY = "The bridge was opened on Monday after eleven years of work, and the town came out to walk across it. " * 3
BEFORE, AFTER = (
    "The mayor opens the bridge in Selby.",
    "The mayor opens the bridge in Selby, which cost nine million crowns.",
)


def _import(library: Library, folder: Path, caption: str) -> None:
    (folder / "p.html").write_text(PAGE.format(body=BODY, caption=caption))
    list(library.import_([folder], workers=1))


@pytest.fixture
def revised(tmp_path: Path) -> Iterator[Library]:
    """A page imported on 1 May 2024 and, with a longer caption, on 3 May; the picture was tagged on 2 May."""
    folder = tmp_path / "in"
    (folder / "p_files").mkdir(parents=True)
    picture = Image.new("RGB", (320, 240), (90, 120, 160))
    for n in range(20):
        ImageDraw.Draw(picture).rectangle((n * 13, n * 7, n * 13 + 30, n * 7 + 40), fill=(n * 12, 250 - n * 9, 40))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    (folder / "p_files" / "span.jpg").write_bytes(out.getvalue())
    with open_library(tmp_path / "cat") as library:
        _import(library, folder, BEFORE)
        library.edit(next(library.ids()), {"tags": ["bridges"]})
        _import(library, folder, AFTER)
        _date(library)
        yield library


def _date(library: Library) -> None:
    """Give what was learnt its days."""
    store, change = library.store, Transaction()
    for kind in ("article", "image"):
        for ident, doc in store.iter(kind):
            day = "2024-05-03" if kind == "article" else "2024-05-01"
            change.put(kind, ident, {**doc, "imported": f"{day}T10:00:00Z"})
    for ident, doc in store.iter("revision"):
        old = codec.from_dict(doc, Revision)
        old = replace(old, article=replace(old.article, imported="2024-05-01T10:00:00Z"), until="2024-05-03T10:00:00Z")
        change.put("revision", ident, codec.to_dict(old))
    for ident, doc in store.iter("decision"):
        change.put("decision", ident, {**doc, "time": "2024-05-02T10:00:00.000000Z"})
    with store.writing():
        store.commit(change)


def test_captions_stand_as_they_stood(revised: Library) -> None:
    """The revision in force on the day is shown with its picture; decisions made later are left out."""
    ident = next(revised.ids())
    seen = {day: revised.record(ident, day) for day in ("2024-05-01", "2024-05-02", "2024-05-03")}
    assert [r.captions for r in seen.values()] == [(BEFORE,), (BEFORE,), (AFTER,)]
    assert [r.tags for r in seen.values()] == [(), ("bridges",), ("bridges",)]
    assert seen["2024-05-01"].usages[0].status == "linked"
    assert revised.record(ident, "2024-05-03T09:59:59Z").captions == (BEFORE,)
    assert revised.record(ident, "2024-05-03T12:00:00+02:00").captions == (AFTER,)
    assert revised.record(ident) == seen["2024-05-03"]


def test_an_undo_that_came_later_has_not_been_made(revised: Library) -> None:
    """What was said by then holds as of then, though it is taken back today."""
    ident = next(revised.ids())
    revised.undo()
    assert revised.record(ident).tags == ()
    assert revised.record(ident, "2024-05-02").tags == ("bridges",)


def test_what_was_not_known_is_not_there(revised: Library) -> None:
    """Before its import a picture has no record."""
    with pytest.raises(NotFound):
        revised.record(next(revised.ids()), "2024-04-30")


@pytest.mark.parametrize(
    "text", ["yesterday", "2024-13-01", "2024-5-1", "24", "0001-01-01T00:00:00+14:00", "x" * 10_000]
)
def test_a_day_that_is_none_is_refused(text: str) -> None:
    """Anything but a day or a time is one sentence, not a traceback."""
    with pytest.raises(UsageError):
        asof.moment(text)


def test_a_day_means_its_end(revised: Library) -> None:
    """A day without a time includes all of it; a time without a zone is UTC."""
    assert asof.moment("2024-05-01") == "2024-05-01T23:59:59Z"
    assert asof.moment("2024-05-01T12:00:00") == asof.moment("2024-05-01T14:00:00+02:00") == "2024-05-01T12:00:00Z"
