"""`verify` sees damage of the search index's file, which opening it would mend unseen."""

from __future__ import annotations

from collections.abc import Callable
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
