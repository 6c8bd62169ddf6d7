"""The index follows the store: what is counted there is what the documents say, after changes and when made anew."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from catalog.indexing import Indexer
from catalog.library import open_library
from catalog.search.index import Index
from catalog.stores.base import Transaction
from catalog.stores.tiny import TinyStore


def _counted(store: TinyStore) -> tuple[dict[str, int], dict[str, int]]:
    relations = Counter(doc["relation"] for _, doc in store.iter("match"))
    kinds = Counter(k for _, doc in store.iter("conflict") for k in doc["comparison"]["kinds"])
    return dict(relations), dict(kinds)


def test_tallies_follow_matches_and_conflicts(tmp_path: Path) -> None:
    """The overview's counts equal a scan of the documents, after each commit and after the index was made anew."""
    store, index = TinyStore(tmp_path / "c"), Index.open(tmp_path / "index.sqlite")
    indexer = Indexer(store, index)
    indexer.catch_up()
    for n in range(1200):
        change = Transaction()
        relation = "cropped" if n % 3 else "mirrored"
        change.put("match", f"a{n:04}:b{n:04}", {"relation": relation, "a": f"a{n:04}", "b": f"b{n:04}"})
        if n % 4 == 0:
            change.put("conflict", f"x{n}|y{n}", {"comparison": {"kinds": ["place", "date"][: n % 3]}})
        if n % 400 == 399:
            change.delete("match", f"a{n - 1:04}:b{n - 1:04}")
            change.put("match", f"a{n - 2:04}:b{n - 2:04}", {"relation": "rotated"})
            store.commit(change)
            indexer.catch_up()
            assert (index.tallies("match"), index.tallies("conflict")) == _counted(store)
        else:
            store.commit(change)
    index.clear()
    indexer.catch_up()
    assert (index.tallies("match"), index.tallies("conflict")) == _counted(store)
    index.close()
    store.close()


@pytest.mark.parametrize("index", ["level", "deleted"])
def test_a_catalogue_that_may_not_be_written_is_searched_all_the_same(
    imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str
) -> None:
    """Search and queue answer from an index of this process's own, which is gone at the end; the folder stays as it is."""
    folder, spare = tmp_path / "catalogue", tmp_path / "spare"
    shutil.copytree(imported, folder)
    spare.mkdir()
    if index == "deleted":
        (folder / "index.sqlite").unlink()
    files = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    monkeypatch.setattr("catalog.engines.os.access", lambda *_: False)
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    with open_library(imported) as other, open_library(folder, follower=True) as library:
        assert library.search("harbour").total == other.search("harbour").total > 0
        assert [f.id for f in library.all_findings()] == [f.id for f in other.all_findings()]
        assert list(spare.iterdir())
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "catalogue.lock"} == {
        p: data for p, data in files.items() if p.name != "catalogue.lock"
    }
    assert not list(spare.iterdir())
