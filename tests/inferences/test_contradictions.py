"""Captions of one photograph are compared with each other and with the file's own; only contradictions become findings, ranked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from catalog.library import Library, open_library
from catalog.model import Finding
from fixtures.drawing import scene
from fixtures.packets import into_jpeg, xmp

WORDS = "Volunteers carry sandbags to the old mill in Leeds as the river rises on Thursday evening."
BODY = "The river rose for a third day, and the people of the valley worked through the night. " * 4


def _story(folder: Path, words: str, embedded: str, size: tuple[int, int] = (640, 480)) -> None:
    """A story with one caption, and beside it a rendition of the picture whose file has a caption of its own."""
    folder.mkdir(parents=True)
    out = io.BytesIO()
    scene("harbour", (640, 480), seed=5).resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=85)
    (folder / "0a1.jpg").write_bytes(into_jpeg(out.getvalue(), xmp=xmp({"dc:description": {"x-default": embedded}})))
    (folder / "story.txt").write_text(f"The river, says the {folder.name}\n\n{BODY}\n\nCaption: {words}\n\n{BODY}\n")


def _found(library: Library, *folders: Path) -> list[Finding]:
    for folder in folders:
        list(library.import_([folder], workers=1))
    return list(library.all_findings("conflict"))


def test_a_caption_is_compared_with_the_files_own(tmp_path: Path) -> None:
    """What was printed names another day than the file does."""
    _story(tmp_path / "a", WORDS, WORDS.replace("Thursday", "Monday"))
    with open_library(tmp_path / "cat") as library:
        (finding,) = _found(library, tmp_path / "a")
        assert finding.detail["kinds"] == ["date"]


@pytest.mark.parametrize("embedded", [
    f"FILE - {WORDS}", WORDS.removesuffix("."), f"{WORDS} (AP Photo/Jane Roe)", f"{WORDS} It had rained for a week.",
])  # fmt: skip
def test_what_is_cosmetic_or_says_more_is_never_a_finding(tmp_path: Path, embedded: str) -> None:
    """Labels, dots, credits and further sentences are nobody's work."""
    _story(tmp_path / "a", WORDS, embedded)
    with open_library(tmp_path / "cat") as library:
        assert _found(library, tmp_path / "a") == []


def test_usages_of_a_group_are_compared_across_its_renditions_and_what_was_printed_comes_first(tmp_path: Path) -> None:
    """Two renditions ran with two places: each caption against the other and the other's file, the two stories at the head."""
    moved = WORDS.replace("Leeds", "York")
    _story(tmp_path / "a", WORDS, WORDS)
    _story(tmp_path / "b", moved, moved, (480, 360))
    with open_library(tmp_path / "cat") as library:
        found = _found(library, tmp_path / "a", tmp_path / "b")
        assert all(f.detail["kinds"] == ["place"] and len(set(f.images)) == 2 for f in found)
        embedded = [sum(s.startswith("embedded:") for s in f.subjects) for f in found]
        assert embedded[0] == 0 and sorted(embedded) == [0, 1, 1, 2]
        assert found[0].score > found[1].score and len(found[0].articles) == 2
