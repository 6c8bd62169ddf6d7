"""`verify` sees damage of the search index's file, which opening it would mend unseen."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from catalog.library import Library, open_library


def _garbage(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [_garbage, _half, _gone])
def test_a_damaged_index_file_is_told_once_and_rebuilt(library: Library, harm: Callable[[Path], None]) -> None:
    """Cut in half, written over or deleted: verify names it; afterwards the index answers again and is whole."""
    total = library.search("").total
    path, url = library.folder / "index.sqlite", library.url
    library.close()
    for side in ("-wal", "-shm"):
        path.with_name(path.name + side).unlink(missing_ok=True)
    harm(path)
    with open_library(url) as again:
        assert [d.where for d in again.verify()] == ["index.sqlite"]
        assert again.search("").total == total
        assert not list(again.verify())


def test_an_index_that_was_never_made_is_no_damage(library: Library) -> None:
    """A catalogue that nobody has searched yet is whole."""
    assert not list(library.verify())


def test_an_index_that_a_full_disk_left_empty_is_no_damage(library: Library) -> None:
    """An index file without content is filled again without a word."""
    total = library.search("").total
    path, url = library.folder / "index.sqlite", library.url
    library.close()
    path.write_bytes(b"")
    with open_library(url) as again:
        assert not list(again.verify()) and again.search("").total == total


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE page SET doc = CAST(doc || 'x' AS BLOB)", "picture"),
        ("UPDATE article SET doc = CAST(doc || 'x' AS BLOB)", "article"),
        ("INSERT INTO words (rowid, caption) SELECT rowid, 'strayed' FROM image LIMIT 1", "1 words"),
        ("INSERT INTO article_words (rowid, article) SELECT rowid, 'strayed' FROM article LIMIT 1", "1 words"),
    ],
)
def test_an_index_whose_content_was_altered_is_told_and_rebuilt(library: Library, harm: str, told: str) -> None:
    """What hangs together and is not what the records make: rows, and the lists of words."""
    library.search("")
    path, url = library.folder / "index.sqlite", library.url
    library.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(harm)
        assert connection.total_changes
    with open_library(url) as again:
        found = list(again.verify())
        assert found and all(d.part == "index" and not d.repaired and d.what.startswith(told) for d in found)
        assert {d.repaired for d in again.verify(repair=True)} == {"rebuilt"}
        assert not list(again.verify())
