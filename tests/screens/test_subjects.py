"""What findings are about is told in captions, file names and headlines, however many are asked for at once."""

from __future__ import annotations

import pytest

from catalog.catalogue import Catalogue
from catalog.library import Library
from catalog.screens.subjects import told


def test_each_kind_of_subject_has_its_words(library: Library) -> None:
    """A caption by its words, a picture by its file, a caption within a file by both, an article by its headline."""
    record = next(r for r in library.records() if r.image.metadata.caption and r.usages)
    usage = record.usages[0]
    name = record.image.paths[0].rpartition("/")[2]
    subjects = (usage.caption.id, record.id, f"image:{record.id}", f"embedded:{record.id}", f"article:{usage.article}")
    caption, file, embedded, article = library.told([subjects])[0]  # the picture twice is one
    assert caption.startswith(f"“{usage.caption.text[:40]}") and file == name and name in embedded
    assert record.image.metadata.caption[:40] in embedded and usage.title[:40] in article


def test_what_is_gone_is_left_out_and_each_list_stays_in_its_place(library: Library) -> None:
    """An id that nothing has any more, of a purged picture for instance, takes no other's place."""
    record = next(library.records())
    file = record.image.paths[0].rpartition("/")[2]
    assert library.told([["f" * 16], [], [record.id, "0" * 16], ["link"]]) == [(), (), (file,), ()]


def test_long_captions_are_cut_with_a_mark(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the beginning is told, on one line."""
    monkeypatch.setattr("catalog.screens.subjects.MOST", 40)
    longest = max((u.caption for r in library.records() for u in r.usages), key=lambda c: len(c.text))
    words = library.told([[longest.id]])[0][0]
    assert words == f"“{longest.text[:39].rstrip()}…”"


def test_many_are_read_together(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many findings are told, the store is asked once for each kind."""
    asked: list[str] = []
    whole = library.store.get_many

    def counted(kind: str, idents: object) -> object:
        asked.append(kind)
        return whole(kind, idents)  # type: ignore[arg-type]

    monkeypatch.setattr(library.store, "get_many", counted)
    findings = list(library.all_findings())
    asked.clear()
    assert all(told(Catalogue(library.store), (f.subjects for f in findings)))
    assert sorted(asked) == ["article", "caption", "image"]
