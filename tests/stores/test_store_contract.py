"""What every store promises (catalog/stores/base.py), on every store there is."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from catalog.errors import NotFound
from catalog.stores.base import Change, Doc, Store, Transaction

Opener = Callable[[], Store]


def put(store: Store, kind: str, *docs: Doc) -> int:
    change = Transaction()
    for doc in docs:
        change.put(kind, doc["id"], doc)
    return store.commit(change)


def drop(store: Store, kind: str, *idents: str) -> int:
    change = Transaction()
    for ident in idents:
        change.delete(kind, ident)
    return store.commit(change)


def image(ident: str, **fields: Any) -> Doc:
    return {"id": ident, "sha256": ident * 4, "paths": [f"in/{ident}.jpg"], **fields}


def test_a_new_store_is_empty_and_at_position_0(store: Store) -> None:
    """Nothing is in a new catalogue, and nothing has happened."""
    assert store.position() == 0
    assert store.count("image") == 0
    assert store.ids("image") == []
    assert list(store.iter("image")) == []
    assert store.find("image", "sha256", "x") == []
    assert store.get("image", "a") is None


@pytest.mark.parametrize(
    "doc",
    [
        {"id": "a", "text": 'Żółw — “naïve” 漢字 \U0001f600 \u2028\n\t"\\'},
        {"id": "a", "nothing": None, "yes": True, "no": False, "n": -7, "big": 2**53, "x": 0.1, "e": 1e-300},
        {"id": "a", "empty": [], "object": {}, "nested": [[1], {"b": [{"c": ""}]}], "": "unnamed"},
        {"id": "a", "path": "not UTF-8: \udcff\udc80", "paths": ["\udce9t\udce9.jpg"]},
        {"id": "a", "docs": ',"docs":[', "line": '{"crc":"00000000",'},
    ],
)
def test_a_document_comes_back_as_it_was_put(opener: Opener, doc: Doc) -> None:
    """Every JSON value and every Python string survives, here and for others, before and after a compaction."""
    store = opener()
    put(store, "image", doc)
    assert store.get("image", "a") == doc
    assert opener().get("image", "a") == doc
    store.compact()
    assert store.get("image", "a") == doc
    assert opener().get("image", "a") == doc


def test_a_document_read_is_a_copy(store: Store) -> None:
    """Changing what was read, or what was put, changes nothing in the store."""
    doc = image("a", tags=["x"])
    put(store, "image", doc)
    doc["tags"].append("y")
    read = store.get("image", "a")
    assert read is not None
    read["tags"].append("z")
    assert store.get("image", "a") == image("a", tags=["x"])


def test_a_document_without_id_gets_it_and_another_id_is_refused(store: Store) -> None:
    """Documents carry the id under which they are kept."""
    change = Transaction()
    change.put("meta", "schema", {"version": 1})
    store.commit(change)
    assert store.get("meta", "schema") == {"id": "schema", "version": 1}
    wrong = Transaction()
    wrong.put("meta", "schema", {"id": "other"})
    with pytest.raises(ValueError, match="other"):
        store.commit(wrong)
    assert store.position() == 1


def test_ids_are_sorted_and_iteration_follows_them(store: Store) -> None:
    """Order is by id, whatever was put first, compacted or not."""
    put(store, "image", image("b"), image("d"), image("é"))
    store.compact()
    put(store, "image", image("c"), image("a"), image("b", new=True))
    drop(store, "image", "d")
    assert store.ids("image") == ["a", "b", "c", "é"]
    assert [ident for ident, _ in store.iter("image")] == ["a", "b", "c", "é"]
    assert dict(store.iter("image"))["b"] == image("b", new=True)
    assert store.count("image") == 4


def test_iteration_shows_one_moment(store: Store) -> None:
    """What is committed while documents are read does not disturb the reading."""
    put(store, "image", *(image(f"{n:03d}") for n in range(100)))
    seen = []
    for ident, doc in store.iter("image"):
        seen.append(doc)
        if ident == "010":
            drop(store, "image", "050")
            put(store, "image", image("060", new=1), image("0605"))
            store.compact()
    assert seen == [image(f"{n:03d}") for n in range(100)]


def test_get_many_leaves_out_what_is_not_there(store: Store) -> None:
    """Asking for ids that do not exist is no error."""
    put(store, "image", image("a"), image("b"))
    assert store.get_many("image", ["b", "x", "a"]) == {"a": image("a"), "b": image("b")}
    assert store.get_many("nothing", ["a"]) == {}


def test_kinds_do_not_meet(store: Store) -> None:
    """One id may stand in several kinds."""
    put(store, "image", {"id": "a", "n": 1})
    put(store, "article", {"id": "a", "n": 2})
    drop(store, "image", "a")
    assert store.get("article", "a") == {"id": "a", "n": 2}
    assert store.ids("image") == []


def test_a_transaction_is_seen_whole_by_position(store: Store) -> None:
    """Each transaction adds one to the position, an empty one nothing."""
    change = Transaction()
    change.put("image", "a", image("a"))
    change.put("link", "c:a", {"id": "c:a", "image": "a"})
    assert store.commit(change) == 1
    assert store.commit(Transaction()) == 1
    assert drop(store, "image", "not there") == 1
    assert drop(store, "image", "a") == 2
    assert store.position() == 2


def test_a_transaction_that_cannot_be_written_changes_nothing(store: Store) -> None:
    """Either all of a transaction is there or none of it."""
    change = Transaction()
    change.put("image", "a", image("a"))
    change.put("image", "b", image("b", bad=object()))
    with pytest.raises((TypeError, ValueError)):
        store.commit(change)
    assert store.ids("image") == []
    assert put(store, "image", image("c")) == 1


# ---------------------------------------------------------------- finding


def test_find_by_plain_listed_and_dotted_fields(store: Store) -> None:
    """A field is found by its value, by each value of a list, and through a dotted path."""
    put(store, "image", image("a", keys={"words": ["sea", "boat"]}), image("b", keys={"words": ["boat"]}))
    put(store, "revision", {"id": "r", "article": {"id": "x"}})
    assert store.find("image", "sha256", "aaaa") == ["a"]
    assert store.find("image", "paths", "in/b.jpg") == ["b"]
    assert store.find("image", "keys.words", "boat") == ["a", "b"]
    assert store.find("revision", "article.id", "x") == ["r"]
    assert store.find("image", "keys.words", "") == []


def test_find_follows_every_change(store: Store) -> None:
    """Old values are no longer found, new ones are, deleted documents are not; before and after compaction."""
    put(store, "image", image("a", paths=["1", "2"]), image("b", paths=["2"]))
    assert store.find("image", "paths", "2") == ["a", "b"]
    put(store, "image", image("a", paths=["3"]))
    assert (store.find("image", "paths", "2"), store.find("image", "paths", "3")) == (["b"], ["a"])
    put(store, "image", image("a", paths=["2"]))
    assert (store.find("image", "paths", "2"), store.find("image", "paths", "3")) == (["a", "b"], [])
    store.compact()
    assert store.find("image", "paths", "2") == ["a", "b"]
    put(store, "image", image("b", paths=["3", "3"]), image("c", paths=["2"]))
    drop(store, "image", "a")
    assert (store.find("image", "paths", "2"), store.find("image", "paths", "3")) == (["c"], ["b"])
    store.compact()
    assert (store.find("image", "paths", "2"), store.find("image", "paths", "3")) == (["c"], ["b"])


def test_find_by_a_field_that_is_no_lookup_is_an_error(store: Store) -> None:
    """A slow scan never hides behind a quick name."""
    with pytest.raises(KeyError):
        store.find("image", "width", "1")


def test_fields_of_unexpected_types_are_not_found_and_do_no_harm(store: Store) -> None:
    """Lookups take strings only, and look through objects only."""
    put(
        store,
        "image",
        image("a", sha256=None, paths="one", keys=7),
        image("b", sha256=12, paths=[None, 1, "one"], keys=[]),
    )
    assert store.find("image", "paths", "one") == ["a", "b"]
    store.compact()
    assert store.find("image", "paths", "one") == ["a", "b"]
    assert store.find("image", "sha256", "12") == []


def test_random_changes_end_like_a_dict(opener: Opener) -> None:
    """After any mixture of puts, deletes, compactions and re-openings the store holds what a dict would."""
    rng = random.Random(5)
    store, other = opener(), opener()
    model: dict[str, Doc] = {}
    for step in range(120):
        change = Transaction()
        for _ in range(rng.randrange(1, 6)):
            ident = f"{rng.randrange(40):02d}"
            if rng.random() < 0.3:
                change.delete("image", ident)
            else:
                change.put("image", ident, image(ident, paths=[f"p{rng.randrange(6)}" for _ in range(2)], step=step))
        writer = rng.choice([store, other])
        writer.commit(change)
        model.update(change.puts.get("image", {}))
        for ident in change.deletes.get("image", ()):
            model.pop(ident, None)
        if rng.random() < 0.1:
            rng.choice([store, other]).compact()
        if rng.random() < 0.1:
            other = opener()
        value = f"p{rng.randrange(6)}"
        for each in (store, other):
            each.refresh()
            assert dict(each.iter("image")) == model
            assert each.find("image", "paths", value) == sorted(i for i, d in model.items() if value in d["paths"])
            assert each.count("image") == len(model)


# ---------------------------------------------------------------- several stores on one catalogue


def test_another_store_sees_commits_when_it_refreshes(opener: Opener) -> None:
    """Readers follow writers, across a compaction too, and are told whether there was anything."""
    writer, reader = opener(), opener()
    assert not reader.refresh()
    put(writer, "image", image("a"))
    assert reader.position() == 0
    assert reader.refresh()
    assert reader.get("image", "a") == image("a")
    assert not reader.refresh()
    writer.compact()
    put(writer, "image", image("b"))
    assert reader.refresh()
    assert reader.ids("image") == ["a", "b"]
    assert reader.position() == 2
    assert not reader.refresh()


def test_two_writers_take_turns(opener: Opener) -> None:
    """A writer builds on what the other committed, without being told to refresh."""
    one, two = opener(), opener()
    assert [put(one, "image", image("a")), put(two, "image", image("b")), put(one, "image", image("c"))] == [1, 2, 3]
    two.refresh()
    assert one.ids("image") == two.ids("image") == ["a", "b", "c"]


def test_writing_holds_off_others_and_is_reentrant(opener: Opener) -> None:
    """Between a read and the commit that rests on it nobody else commits."""
    one, two = opener(), opener()
    put(one, "meta", {"id": "n", "n": 0})

    def count(store: Store) -> None:
        for _ in range(25):
            with store.writing():
                with store.writing():
                    doc = store.get("meta", "n")
                assert doc is not None
                put(store, "meta", {"id": "n", "n": doc["n"] + 1})

    threads = [threading.Thread(target=count, args=(store,)) for store in (one, two, one)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.refresh()
    assert one.get("meta", "n") == {"id": "n", "n": 75}


def test_work_is_all_or_nothing_and_gives_back_what_it_returns(store: Store) -> None:
    """Its reads and commits belong together, inside other work too; an error undoes them or they stand, and it gets out."""

    def work() -> list[str]:
        put(store, "image", image("b"))
        return [*store.ids("image"), *store.find("image", "sha256", "b" * 4)]

    put(store, "image", image("a"))
    assert store.working(work, lambda: {"a"}) == ["a", "b", "b"]
    with store.writing():
        assert store.working(work, lambda: {"a", "b"}) == ["a", "b", "b"]
    assert store.working(lambda: store.get("image", "b"), lambda: {"b"}) == image("b")

    def fails() -> None:
        raise NotFound("picture", "x" if store.get("image", "x") is None else "")

    with pytest.raises(NotFound, match="x"):
        store.working(fails, lambda: {"x"})
    assert store.ids("image") == ["a", "b"] and list(store.verify()) == []


def test_what_was_committed_is_there_after_closing(opener: Opener) -> None:
    """Closing loses nothing, and the position goes on from where it was."""
    store = opener()
    put(store, "image", image("a"))
    put(store, "image", image("b"))
    drop(store, "image", "a")
    store.close()
    again = opener()
    assert again.position() == 3
    assert list(again.iter("image")) == [("b", image("b"))]
    assert put(again, "image", image("c")) == 4


def test_threads_may_share_a_store(store: Store) -> None:
    """Reading while others write gives whole transactions: two documents that change together are always equal."""
    wrong: list[object] = []
    done = threading.Event()

    def write(name: str) -> None:
        for n in range(60):
            put(store, "image", image("a", n=f"{name}{n}"), image("b", n=f"{name}{n}"), image(f"{name}{n}"))

    def read() -> None:
        while not done.is_set():
            docs = store.get_many("image", ["a", "b"])
            if docs and docs["a"]["n"] != docs["b"]["n"]:
                wrong.append(docs)
            idents = [i for i, _ in store.iter("image")]
            if idents != sorted(set(idents)):
                wrong.append(idents)
            store.refresh()
            store.find("image", "paths", "in/a.jpg")

    writers = [threading.Thread(target=write, args=(name,)) for name in "xyz"]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert not wrong
    assert store.count("image") == 182
    assert store.position() == 180


# ---------------------------------------------------------------- changes


def test_changes_give_each_document_once_as_it_is_now(store: Store) -> None:
    """What changed after a position: present state, None for what is gone, at its last position."""
    put(store, "image", image("a"), image("b"))
    put(store, "image", image("a", n=1))
    drop(store, "image", "b")
    put(store, "article", {"id": "x"})
    changes = store.changes(1)
    assert changes is not None
    assert list(changes) == [
        Change(2, "image", "a", image("a", n=1)),
        Change(3, "image", "b", None),
        Change(4, "article", "x", {"id": "x"}),
    ]
    assert list(store.changes(4) or ["?"]) == []


def test_changes_are_known_or_said_to_be_unknown_across_compactions(store: Store) -> None:
    """A follower either learns all that changed or that it must read everything; never less."""
    put(store, "image", image("a"))
    for n in range(6):
        store.compact()
        put(store, "image", image(f"b{n}"))
    assert store.position() == 7
    for since in range(8):
        changes = store.changes(since)
        if changes is not None:
            assert [c.id for c in changes] == ["a", *(f"b{n}" for n in range(6))][since:]
    assert store.changes(6) is not None
    assert store.changes(99) is None


def test_a_sound_store_has_no_damage(store: Store) -> None:
    """verify is silent on an empty store, on one with changes, and on a compacted one."""
    assert list(store.verify()) == []
    put(store, "image", image("a"))
    assert list(store.verify()) == []
    store.compact()
    put(store, "image", image("b"))
    assert list(store.verify()) == []
    assert list(store.verify(repair=True)) == []
    assert store.ids("image") == ["a", "b"]
