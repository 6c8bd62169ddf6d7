"""The folder store is a TinyDB: the ideas of TinyDB's own test suite, on its tables and with its queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import JSONStorage, TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.operations import delete, increment
from tinydb.queries import Query
from tinydb.table import Document, Table

from catalog.stores.base import Transaction
from catalog.stores.table import CatalogueDB, CatalogueStorage, CatalogueTable
from catalog.stores.tiny import TinyStore


@pytest.fixture
def store(folder: Path) -> Iterator[TinyStore]:
    store = TinyStore(folder)
    yield store
    store.close()


@pytest.fixture
def db(store: TinyStore) -> CatalogueDB:
    """Three documents, as in TinyDB's own suite."""
    store.db.insert_multiple({"int": 1, "char": c} for c in "abc")
    return store.db


def plain(folder: Path) -> dict[str, list[Document]]:
    """What stock TinyDB reads from the compacted file."""
    with TinyDB(folder / "catalogue.json") as stock:
        return {name: stock.table(name).all() for name in stock.tables()}


def test_the_extension_points_are_tinydbs(db: CatalogueDB) -> None:
    """A TinyDB with a Storage and a Table of our own, nothing else."""
    assert isinstance(db, TinyDB)
    assert isinstance(db.storage, CatalogueStorage)
    assert isinstance(db.table("image"), CatalogueTable)
    assert isinstance(db.table("image"), Table)


def test_catalogue_tables_answer_queries(store: TinyStore) -> None:
    """What the store commits is found by TinyDB's query language."""
    change = Transaction()
    for n in range(20):
        change.put("image", f"i{n:02d}", {"width": n * 10, "keys": {"words": ["sea"] if n % 2 else []}})
    store.commit(change)
    images = store.db.table("image")
    assert [d["id"] for d in images.search(where("width") > 170)] == ["i18", "i19"]
    assert images.count(Query().keys.words.any(["sea"])) == 10
    assert images.get(where("id") == "i05") == {"id": "i05", "width": 50, "keys": {"words": ["sea"]}}
    assert len(images) == len(list(images)) == 20


def test_a_change_by_tinydb_is_a_transaction(store: TinyStore) -> None:
    """An update through TinyDB is seen by id, by find, by followers, and after opening again."""
    change = Transaction()
    change.put("image", "a", {"sha256": "x", "n": 1})
    store.commit(change)
    assert store.db.table("image").update({"sha256": "y"}, where("n") == 1) == [1]
    assert store.get("image", "a") == {"id": "a", "sha256": "y", "n": 1}
    assert (store.find("image", "sha256", "x"), store.find("image", "sha256", "y")) == ([], ["a"])
    assert [c.id for c in store.changes(1) or ()] == ["a"]
    assert TinyStore(store.folder).get("image", "a") == {"id": "a", "sha256": "y", "n": 1}
    store.db.table("image").update({"n": 1}, doc_ids=[1])
    assert store.position() == 2


def test_inserted_documents_are_in_the_store(store: TinyStore) -> None:
    """A document inserted by TinyDB goes by its own id, or by its key when it has none."""
    images = store.db.table("image")
    assert images.insert({"id": "a", "n": 1}) == 1
    assert images.insert({"n": 2}) == 2
    assert list(store.iter("image")) == [("2", {"n": 2}), ("a", {"id": "a", "n": 1})]
    with pytest.raises(ValueError, match="would have the id 'a'"):
        images.insert({"id": "a"})
    images.update({"id": "b"}, doc_ids=[1])
    assert store.ids("image") == ["2", "b"]
    assert images.get(doc_id=1) == {"id": "b", "n": 1}


def test_keys_stay_with_their_documents(store: TinyStore) -> None:
    """A doc_id names the same document after other changes, compaction and opening again."""
    images = store.db.table("image")
    images.insert_multiple([{"id": "m"}, {"id": "z"}, {"id": "a"}])
    images.insert(Document({"id": "k"}, doc_id=40))
    images.remove(doc_ids=[2])
    store.compact()
    change = Transaction()
    change.put("image", "b", {})
    store.commit(change)
    expected = {1: "m", 3: "a", 40: "k", 41: "b"}
    assert {d.doc_id: d["id"] for d in images} == expected
    store.close()
    again = TinyStore(store.folder).db.table("image")
    assert {d.doc_id: d["id"] for d in again} == expected
    assert {d.doc_id: d["id"] for d in plain(store.folder)["image"]} == expected
    assert again.insert({}) == 42


def test_plain_tinydb_reads_what_close_leaves(store: TinyStore, db: CatalogueDB, folder: Path) -> None:
    """The compacted file is a stock TinyDB file: same tables, documents and keys, one document per line."""
    change = Transaction()
    change.put("article", "x", {"title": "Łódź — “naïve”"})
    store.commit(change)
    store.close()
    assert plain(folder) == {"_default": db.all(), "article": [{"id": "x", "title": "Łódź — “naïve”"}]}
    lines = (folder / "catalogue.json").read_text("utf-8").splitlines()
    assert [line for line in lines if '"char":"b"' in line] == ['"2":{"int":1,"char":"b"},']


def test_an_empty_catalogue_is_an_empty_tinydb(store: TinyStore, folder: Path) -> None:
    """Before anything is imported, plain TinyDB opens the file too."""
    store.close()
    assert json.loads((folder / "catalogue.json").read_text()) == {}
    assert plain(folder) == {}


def test_a_reader_stays_at_what_it_has_seen(store: TinyStore) -> None:
    """What another opening commits is not there before this one refreshes."""
    other = TinyStore(store.folder)
    change = Transaction()
    change.put("image", "a", {})
    other.commit(change)
    assert store.get("image", "a") is None
    assert store.refresh()
    assert store.get("image", "a") == {"id": "a"}
    other.close()


# ---------------------------------------------------------------- after TinyDB's own tests


def test_insert_gives_rising_keys(db: CatalogueDB) -> None:
    """Keys count from 1, go on after the highest, and start over in an empty table."""
    assert [d.doc_id for d in db] == [1, 2, 3]
    assert db.insert({}) == 4
    db.insert(Document({"x": 1}, doc_id=77))
    assert db.insert({}) == 78
    db.truncate()
    assert len(db) == 0
    assert db.insert({}) == 1


def test_insert_refuses_what_is_no_document_or_known(db: CatalogueDB) -> None:
    """Only mappings are inserted, and only under a free key; a failed insert changes nothing."""
    for wrong in ([1, 2], "text", {1}):
        with pytest.raises(ValueError, match="Mapping"):
            db.insert(wrong)
    with pytest.raises(ValueError, match="already exists"):
        db.insert(Document({}, doc_id=2))
    with pytest.raises(ValueError, match="already exists"):
        db.insert_multiple([{"new": 1}, Document({}, doc_id=2)])
    with pytest.raises(TypeError):
        db.insert({"bad": object()})
    for key in (-1, 2**40):
        with pytest.raises(ValueError, match="whole number"):
            db.insert(Document({}, doc_id=key))
    assert [d["char"] for d in db] == ["a", "b", "c"]


def test_insert_multiple_takes_generators_and_documents(db: CatalogueDB) -> None:
    """Many documents are one transaction, with or without keys of their own."""
    assert db.insert_multiple({"n": n} for n in range(3)) == [4, 5, 6]
    assert db.insert_multiple([Document({"n": 9}, doc_id=20), Document({"n": 8}, doc_id=12)]) == [20, 12]
    assert db.insert({"n": 10}) == 21
    assert db.insert_multiple([]) == []


def test_update_by_fields_operation_condition_key_and_all(db: CatalogueDB) -> None:
    """Each form of update changes what it names and returns those keys."""
    assert db.update({"int": 2}, where("char") == "a") == [1]
    assert db.update(increment("int"), doc_ids=[1, 3, 99]) == [1, 3]
    assert db.update(delete("char"), where("char") == "b") == [2]
    assert db.update({"seen": True}) == [1, 2, 3]
    assert db.all() == [
        {"int": 3, "char": "a", "seen": True},
        {"int": 1, "seen": True},
        {"int": 2, "char": "c", "seen": True},
    ]
    assert db.update_multiple([({"x": 1}, where("char") == "a"), (delete("seen"), where("char") == "c")]) == [1, 3]
    assert db.get(doc_id=3) == {"int": 2, "char": "c"}
    assert db.update({"x": 0}, where("char") == "none") == []


def test_an_update_that_fails_changes_nothing(db: CatalogueDB) -> None:
    """An error in the middle of an update leaves every document as it was."""

    def fail(doc: dict[str, object]) -> None:
        doc["int"] = 7
        if doc["char"] == "b":
            raise RuntimeError

    with pytest.raises(RuntimeError):
        db.update(fail)
    assert db.count(where("int") == 1) == 3


def test_upsert(db: CatalogueDB) -> None:
    """Upsert updates what matches, inserts where nothing does, and takes documents with keys."""
    assert db.upsert({"int": 5, "char": "a"}, where("char") == "a") == [1]
    assert db.upsert({"int": 6, "char": "x"}, where("char") == "x") == [4]
    assert db.upsert(Document({"int": 7}, doc_id=4)) == [4]
    assert db.upsert(Document({"int": 8}, doc_id=9)) == [9]
    assert db.get(doc_id=4) == {"int": 7, "char": "x"}
    with pytest.raises(ValueError, match="query"):
        db.upsert({"no": "condition"})


def test_remove(db: CatalogueDB) -> None:
    """Remove by condition and by key; what is not there is skipped; a table is not emptied by accident."""
    assert db.remove(where("char") == "b") == [2]
    assert db.remove(doc_ids=[3, 50]) == [3]
    assert db.remove(where("char") == "none") == []
    assert db.all() == [{"int": 1, "char": "a"}]
    with pytest.raises(RuntimeError):
        db.remove()


def test_get_contains_and_count(db: CatalogueDB) -> None:
    """Single documents by condition or key, several by keys, and whether there are any."""
    assert db.get(where("char") == "b") == {"int": 1, "char": "b"}
    assert db.get(doc_id=3) == {"int": 1, "char": "c"}
    assert db.get(doc_id=4) is None
    assert db.get(doc_ids=[1, 3, 9]) == [{"int": 1, "char": "a"}, {"int": 1, "char": "c"}]
    assert db.contains(where("char") == "a")
    assert not db.contains(where("char") == "z")
    assert db.contains(doc_id=1)
    assert not db.contains(doc_id=9)
    assert db.count(where("int") == 1) == 3


def test_documents_read_are_copies(db: CatalogueDB) -> None:
    """Changing what was read does not change the table."""
    doc = db.get(doc_id=1)
    assert isinstance(doc, Document)
    doc["int"] = 99
    assert db.get(doc_id=1) == {"int": 1, "char": "a"}


def test_tables_and_dropping_them(db: CatalogueDB, store: TinyStore) -> None:
    """Tables come and go; dropping one leaves the others."""
    db.table("image").insert({"id": "a"})
    assert db.tables() == {"_default", "image"}
    db.drop_table("_default")
    assert db.tables() == {"image"}
    assert store.ids("image") == ["a"]
    db.drop_table("never was")
    db.drop_tables()
    assert db.tables() == set()
    assert (len(db), store.ids("image")) == (0, [])


def test_the_query_cache_never_outlives_a_change(db: CatalogueDB, store: TinyStore) -> None:
    """A repeated search is answered again after a change by TinyDB, by the store, or by another process."""
    query = where("int") == 1
    assert db.count(query) == 3
    cached = db.search(query)
    cached.clear()
    assert db.count(query) == 3
    db.insert({"int": 1})
    assert db.count(query) == 4
    change = Transaction()
    change.put("_default", "own", {"int": 1})
    store.commit(change)
    assert db.count(query) == 5
    other = TinyStore(store.folder)
    other.db.insert({"int": 1})
    assert db.count(query) == 6
    other.compact()
    assert db.count(query) == 6


def test_two_openings_never_give_out_one_key(db: CatalogueDB, store: TinyStore) -> None:
    """Keys of documents inserted in turn by two processes do not clash."""
    other = TinyStore(store.folder).db
    assert [db.insert({}), other.insert({}), other.insert({}), db.insert({})] == [4, 5, 6, 7]
    assert [d.doc_id for d in other] == list(range(1, 8))


def test_storage_serves_stock_tables_and_middlewares(store: TinyStore, db: CatalogueDB) -> None:
    """The storage alone is enough for stock TinyDB, also behind its caching middleware."""
    stock = TinyDB(store, storage=CatalogueStorage)
    assert stock.update({"int": 2}, where("char") == "a") == [1]
    assert stock.insert({"char": "d"}) == 4
    assert stock.remove(where("char") == "b") == [2]
    assert store.db.all() == [{"int": 2, "char": "a"}, {"int": 1, "char": "c"}, {"char": "d"}]
    cached = CachingMiddleware(CatalogueStorage)(store)  # type: ignore[no-untyped-call]
    assert set(cached.read()["_default"]) == {"1", "3", "4"}


def _odd(value: Any) -> bool:
    return bool(value % 2 == 1)


def test_same_as_stock_tinydb(store: TinyStore, tmp_path: Path) -> None:
    """One script of changes gives the same documents and keys here and in stock TinyDB."""
    stock = TinyDB(tmp_path / "stock.json", storage=JSONStorage)
    for each in (store.db, stock):
        table = each.table("things")
        table.insert_multiple({"n": n, "tags": ["x"] * (n % 3)} for n in range(10))
        table.update(increment("n"), where("n") > 5)
        table.remove(where("n") == 3)
        table.upsert({"n": 99, "tags": []}, where("n") == 98)
        table.update({"odd": True}, where("n").test(_odd))
        table.insert(Document({"n": -1}, doc_id=30))
        table.remove(doc_ids=[30])
    ours, theirs = store.db.table("things"), stock.table("things")
    assert ours.all() == theirs.all()
    assert [d.doc_id for d in ours] == [d.doc_id for d in theirs]
    stock.close()


def test_closing_the_tinydb_closes_the_store(folder: Path) -> None:
    """TinyDB's context manager leaves a file that plain TinyDB reads."""
    with TinyStore(folder).db as db:
        db.insert({"n": 1})
    assert plain(folder) == {"_default": [{"n": 1}]}
