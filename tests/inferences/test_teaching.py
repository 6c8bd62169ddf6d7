"""What a person said of a link is evidence for the other renditions of the photograph, in other articles and imports."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from catalog.library import Library, open_library
from fixtures.drawing import scene
from fixtures.packets import into_jpeg, xmp

WORDS = "Volunteers carry sandbags to the old mill as the river rises on Thursday evening."
BODY = "The river rose for a third day, and the people of the valley worked through the night. " * 4


def _write(folder: Path, size: tuple[int, int], said: str = "") -> None:
    """One story with the caption, and one rendition of the picture beside it, with or without an embedded caption."""
    folder.mkdir(parents=True)
    out = io.BytesIO()
    scene("harbour", (640, 480), seed=5).resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    packet = xmp({"dc:description": {"x-default": said}}) if said else b""
    (folder / "0a1.jpg").write_bytes(into_jpeg(out.getvalue(), xmp=packet) if packet else out.getvalue())
    (folder / "story.txt").write_text(
        f"The river rises, says the {folder.name}\n\n{BODY}\n\nCaption: {WORDS}\n\n{BODY}\n"
    )


def _evidence(library: Library, folder: str) -> set[str]:
    """What speaks for and against the rendition of a folder and that folder's caption."""
    (record,) = [r for r in library.records() if f"/{folder}/" in r.image.paths[0]]
    mine = [a.id for a in library.articles() if f"/{folder}/" in a.source]
    return {e.name for u in record.usages if u.article in mine for e in u.link.evidence}


def _ids(library: Library, folder: str) -> tuple[str, str]:
    """The caption and the picture of a folder."""
    (article,) = [a for a in library.articles() if f"/{folder}/" in a.source]
    (caption,) = [c for c in library.article(article.id).captions if WORDS in c.text]
    (record,) = [r for r in library.records() if f"/{folder}/" in r.image.paths[0]]
    return caption.id, record.id


def _import(library: Library, folder: Path) -> None:
    list(library.import_([folder], workers=1))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Two folders with one photograph in two sizes: the first without a word in its file."""
    _write(tmp_path / "first", (640, 480))
    _write(tmp_path / "second", (480, 360))
    return tmp_path


def test_a_link_by_hand_is_evidence_for_a_rendition_that_comes_later(desk: Path) -> None:
    """Nothing but the person's word joins the first picture to its caption; the second one is linked by it."""
    with open_library(desk / "cat") as library:
        _import(library, desk / "first")
        library.link(*_order(_ids(library, "first")))
        _import(library, desk / "second")
        assert {"known caption equal", "decided"} <= _evidence(library, "second")


def test_without_the_decision_there_is_no_such_evidence(desk: Path) -> None:
    """Two files and two captions alone know nothing of each other."""
    with open_library(desk / "cat") as library:
        _import(library, desk / "first")
        _import(library, desk / "second")
        assert not {"known caption equal", "decided"} & _evidence(library, "second")


def test_a_rejected_link_speaks_against_a_rendition_that_comes_later(tmp_path: Path) -> None:
    """What a person turned down for one rendition is not linked without a person for another one."""
    _write(tmp_path / "first", (640, 480), WORDS)
    _write(tmp_path / "second", (480, 360), WORDS)
    with open_library(tmp_path / "cat") as library:
        _import(library, tmp_path / "first")
        caption, image = _ids(library, "first")
        library.link(caption, "reject", image)
        _import(library, tmp_path / "second")
        assert "rejected before" in _evidence(library, "second")
        caption, image = _ids(library, "second")
        assert [u.status for u in library.record(image).usages if u.caption.id == caption] == ["proposed"]


def test_what_is_undone_teaches_no_more(desk: Path) -> None:
    """A link by hand that was taken back is no evidence when links are found anew."""
    with open_library(desk / "cat") as library:
        _import(library, desk / "first")
        library.link(*_order(_ids(library, "first")))
        _import(library, desk / "second")
        library.undo()
        list(library.recompute("relink"))
        assert not {"known caption equal", "decided"} & _evidence(library, "second")


def test_renditions_that_are_there_already_learn_with_the_next_import(desk: Path) -> None:
    """A decision lets the other renditions' articles wait; whatever is imported next links them anew, and undoing does too."""
    with open_library(desk / "cat") as library:
        for folder in ("first", "second"):
            _import(library, desk / folder)
        library.link(*_order(_ids(library, "first")))
        (desk / "other").mkdir()
        (desk / "other" / "other.txt").write_text(f"Another story\n\n{BODY}")
        _import(library, desk / "other")
        assert {"known caption equal", "decided"} <= _evidence(library, "second")
        library.undo()
        (desk / "other" / "more.txt").write_text(f"One more story\n\n{BODY}")
        _import(library, desk / "other")
        assert not {"known caption equal", "decided"} & _evidence(library, "second")


def _order(ids: tuple[str, str]) -> tuple[str, str, str]:
    caption, image = ids
    return caption, "link", image
