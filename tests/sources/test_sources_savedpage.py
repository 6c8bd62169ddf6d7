"""Which picture files beside a page are the page's."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.extracting import documents
from catalog.sources import LIMITS, Document, Limits, read, walk

JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


def pictures(page: Path, limits: Limits = LIMITS) -> dict[str, str]:
    """The references of a page's picture files by their paths from its folder."""
    (document,) = (d for e in walk([page]) for d in read(e, limits=limits) if isinstance(d, Document))
    prefix = f"{page.parent}/"
    return {p.path.removeprefix(prefix): p.url for p in document.pictures}


def write(folder: Path, page: str, *names: str) -> Path:
    """A page, and JPEG files beside it."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(JPEG)
    (folder / "story.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    return folder / "story.html"


def test_a_page_has_the_files_that_it_names_and_its_own_folder(tmp_path: Path) -> None:
    """References by any attribute, percent-encoded or with character references; the folder's own by their names."""
    page = write(
        tmp_path,
        '<IMG SRC = "img/a%20b.jpg"><img data-src=img/c.jpg><img srcset="img/d.jpg 1x, img/e.jpg 2x">'
        '<img src="./img/x/../f&#46;jpg?w=3#y"><img src="https://cdn.example/pic/g.jpg?x=1/2"><img src="/top.jpg">',
        *("img/a b.jpg", "img/c.jpg", "img/d.jpg", "img/e.jpg", "img/f.jpg", "img/not-named.jpg", "top.jpg"),
        *("story_files/g(1).jpg", "story_files/h.jpg"),
    )
    assert pictures(page) == {
        "img/a b.jpg": "img/a%20b.jpg",
        "img/c.jpg": "img/c.jpg",
        "img/d.jpg": "img/d.jpg",
        "img/e.jpg": "img/e.jpg",
        "img/f.jpg": "./img/x/../f.jpg?w=3#y",
        "story_files/g(1).jpg": "https://cdn.example/pic/g.jpg?x=1/2",
        "story_files/h.jpg": "",
    }


def test_nothing_outside_the_folder_and_nothing_through_a_link(tmp_path: Path) -> None:
    """Neither steps upwards nor links, of files or folders, lead to a picture."""
    inside = tmp_path / "in"
    page = write(
        inside, '<img src="../out.jpg"><img src="link.jpg"><img src="ln/a.jpg"><img src="a/b.jpg">', "real/a.jpg"
    )
    (tmp_path / "out.jpg").write_bytes(JPEG)
    (inside / "link.jpg").symlink_to(tmp_path / "out.jpg")
    (inside / "ln").symlink_to("real")
    (inside / "a").write_bytes(JPEG)
    assert pictures(page) == {}


def test_other_pages_of_a_folder_are_no_pictures(tmp_path: Path) -> None:
    """A link to a neighbour that is named as a page is not looked into, whatever it holds."""
    page = write(tmp_path, '<a href="next.html">next</a><img src="a.jpg">', "next.html", "a.jpg")
    assert pictures(page) == {"a.jpg": "a.jpg"}


@pytest.mark.parametrize("listed", [2, 2_000])
def test_a_folder_too_large_to_list_is_asked_name_by_name(tmp_path: Path, listed: int) -> None:
    """How many names are listed changes the work, not what is found."""
    page = write(tmp_path, '<img src="a.jpg"><img src="img/b.jpg">', "a.jpg", "img/b.jpg", "c.jpg", "d.jpg")
    assert pictures(page, replace(LIMITS, references=listed)) == {"a.jpg": "a.jpg", "img/b.jpg": "img/b.jpg"}


def test_who_wants_only_the_words_gets_no_hash_and_no_pictures(tmp_path: Path) -> None:
    """``extract`` pays neither for the hash of a page nor for the pictures inside and beside it, and reads the same words."""
    inside = "data:image/jpeg;base64," + base64.b64encode(JPEG * 40).decode()
    page = write(tmp_path, f'<p>Words</p><img src="img/a.jpg"><img src="{inside}">', "img/a.jpg")
    (entry,) = walk([page])
    (whole,) = (d for d in read(entry) if isinstance(d, Document))
    (bare,) = (d for d in read(entry, words_only=True) if isinstance(d, Document))
    assert len(whole.pictures) == 2 and len(whole.sha256) == 64
    assert bare.pictures == () and bare.sha256 == ""
    assert bare.text == whole.text and bare.utf8 == whole.utf8
    assert list(documents(page)) == [bare]
