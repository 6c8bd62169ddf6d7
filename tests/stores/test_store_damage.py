"""Damage to the folder store's files: noticed everywhere, never taken for an empty catalogue, restored where it can be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from catalog.errors import CatalogueUnusable, Damaged, Newer
from catalog.stores import open_store, verify_store
from catalog.stores.base import Doc, Transaction
from catalog.stores.journal import seal, unseal
from catalog.stores.tiny import TinyStore

PRESENT = ("catalogue.json", "catalogue.sum", "catalogue.lookups", "journal.jsonl")
Content = dict[str, dict[str, Doc]]


def content(store: TinyStore) -> Content:
    return {kind: dict(store.iter(kind)) for kind in ("image", "article", "meta")}


def found(store: TinyStore) -> list[str]:
    return store.find("image", "paths", "in/1.jpg") + store.find("image", "paths", "in/9.jpg")


@pytest.fixture
def whole(folder: Path) -> Path:
    """A catalogue with a compacted part, a backup, and two transactions in the journal."""
    store = TinyStore(folder)
    for n in range(3):
        change = Transaction()
        for m in range(2):
            change.put("image", f"i{n}{m}", {"paths": [f"in/{n}.jpg"], "note": "Ł"})
        change.put("article", f"a{n}", {"title": f"story {n}"})
        store.commit(change)
    store.compact()
    change = Transaction()
    change.put("image", "i00", {"paths": ["in/9.jpg"]})
    change.delete("image", "i21")
    store.commit(change)
    store.compact()
    for n in range(2):
        change = Transaction()
        change.put("article", "a0", {"title": f"new {n}"})
        change.put("meta", f"m{n}", {"n": n})
        store.commit(change)
    return folder


def files(folder: Path) -> list[Path]:
    return [folder / name for name in PRESENT] + sorted((folder / "backup").iterdir())


def test_each_compaction_keeps_the_generation_before_and_no_other(whole: Path) -> None:
    """The backup rolls: it is what lay there before the last compaction, byte for byte, and it does not grow."""
    for _ in range(2):
        before = {(whole / name).read_bytes() for name in ("catalogue.json", "catalogue.sum", "journal.jsonl")}
        store = TinyStore(whole)
        store.compact()
        store.close()
        kept = {path.read_bytes() for path in (whole / "backup").iterdir()}
        assert kept == before
    assert list(verify_store(str(whole))) == []


def test_the_sound_catalogue_is_sound(whole: Path) -> None:
    """What the tests damage had no damage before."""
    assert list(verify_store(str(whole))) == []
    assert len(files(whole)) == 7


def damaged_safely(folder: Path, path: Path, expected: Content, hits: list[str]) -> None:
    """Verify must see the damage; opening must refuse, or give what was there."""
    where = f"{path.relative_to(folder)}"
    assert list(verify_store(str(folder))), where
    try:
        store = TinyStore(folder, readonly=True)
        now, hit = content(store), found(store)
    except Damaged as error:
        assert any(name in str(error) for name in PRESENT), where
        return
    if path.name == "journal.jsonl":  # its last transaction may be cut off, and that is reported
        assert now["image"] == expected["image"], where
        assert set(now["article"]) == set(expected["article"]), where
    else:
        assert now == expected, where
    assert hit == hits, where


@pytest.mark.parametrize("step", range(7))
def test_a_flipped_bit_anywhere_is_noticed(whole: Path, step: int) -> None:
    """No bit of any file can change unseen, and none turns what is read into something else."""
    store = TinyStore(whole, readonly=True)
    expected, hits = content(store), found(store)
    path = files(whole)[step]
    data = path.read_bytes()
    for at in range(0, len(data), 1 if path.parent == whole else 7):  # of a backup only its checksum is asked
        flipped = bytearray(data)
        flipped[at] ^= 1 << (at % 8)
        path.write_bytes(flipped)
        assert list(verify_store(str(whole))), at
        if at % 3 == 0:
            damaged_safely(whole, path, expected, hits)
    path.write_bytes(data)
    assert list(verify_store(str(whole))) == []


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "short": lambda data: data[:-1],
    "zeroed": lambda data: data[: len(data) // 2] + bytes(len(data) - len(data) // 2),
    "garbage": lambda data: bytes((b * 7 + 3) % 256 for b in data),
    "longer": lambda data: data + data[-10:],
    "blank line": lambda data: data + b"\n",
    "first line twice": lambda data: data[: data.index(b"\n") + 1] + data if b"\n" in data else data * 2,
    "without a line": lambda data: (
        b"".join(data.splitlines(keepends=True)[:1] + data.splitlines(keepends=True)[2:]) or b""
    ),
}


@pytest.mark.parametrize("harm", sorted(HARMS))
def test_truncated_zeroed_and_altered_files_are_noticed(whole: Path, harm: str) -> None:
    """Each file, harmed in each way, is reported, and no way shows an empty catalogue."""
    store = TinyStore(whole, readonly=True)
    expected, hits = content(store), found(store)
    for path in files(whole):
        data = path.read_bytes()
        harmed = HARMS[harm](data)
        if harmed == data:
            continue
        path.write_bytes(harmed)
        damaged_safely(whole, path, expected, hits)
        path.write_bytes(data)


def test_deleted_files_are_noticed(whole: Path) -> None:
    """A missing file is reported by name; opening names it too, unless nothing is lost with it."""
    for path in files(whole):
        kept = path.read_bytes()
        path.unlink()
        assert any(path.name in d.where for d in verify_store(str(whole)))
        if path.name in ("catalogue.json", "catalogue.sum", "journal.jsonl"):
            with pytest.raises(Damaged, match=path.name):
                TinyStore(whole)
        path.write_bytes(kept)


def test_a_catalogue_whose_files_are_all_gone_is_not_made_anew(folder: Path) -> None:
    """Where something was acknowledged, an empty folder is damage."""
    store = TinyStore(folder)
    change = Transaction()
    change.put("image", "a", {})
    store.commit(change)
    for name in PRESENT:
        (folder / name).unlink()
    with pytest.raises(Damaged, match="missing"):
        TinyStore(folder)


def test_large_files_are_checked_when_read(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is too large to be checked when opened, a damaged document is an error that names its line."""
    monkeypatch.setattr("catalog.stores.generation.CHECK_WHOLE", 0)
    path = whole / "catalogue.json"
    path.write_bytes(path.read_bytes().replace(b'"title":"story 1"', b'"title":"story 7"'))
    store = TinyStore(whole)
    line = 1 + [b"story 7" in line for line in path.read_bytes().splitlines()].index(True)
    for read in (lambda: store.get("article", "a1"), lambda: dict(store.iter("article")), store.compact):
        with pytest.raises(Damaged, match=rf"catalogue\.json is damaged at line {line}"):
            read()
    assert store.get("article", "a2") == {"id": "a2", "title": "story 2"}
    assert f"catalogue.json line {line}" in [d.where for d in store.verify()]


# ---------------------------------------------------------------- repair


@pytest.mark.parametrize("harm", sorted(HARMS))
@pytest.mark.parametrize("name", ["catalogue.json", "catalogue.sum", "catalogue.lookups"])
def test_repair_restores_the_compacted_part_whole(whole: Path, name: str, harm: str) -> None:
    """Whatever happens to these files, the backup and its journal give every document back, and repair says so."""
    store = TinyStore(whole, readonly=True)
    expected, hits, position = content(store), found(store), store.position()
    keys = {d.doc_id: d["id"] for d in store.db.table("image")}
    path = whole / name
    data = path.read_bytes()
    harmed = HARMS[harm](data)
    if harmed == data:
        return
    path.write_bytes(harmed)
    damages = list(verify_store(str(whole), repair=True))
    assert damages
    assert all(d.repaired for d in damages)
    mended = TinyStore(whole)
    assert content(mended) == expected
    assert found(mended) == hits
    assert {d.doc_id: d["id"] for d in mended.db.table("image")} == keys
    assert mended.position() > position
    assert mended.changes(position) is None
    assert list(mended.verify()) == []
    assert any(p.read_bytes() == harmed for p in (whole / "damaged").rglob(name))
    mended.compact()
    assert list(mended.verify()) == []


def test_repair_after_a_deleted_file(whole: Path) -> None:
    """Each file in turn may be missing: what only it held is lost and said to be, the rest is there."""
    expected = content(TinyStore(whole, readonly=True))
    for number, path in enumerate(files(whole)):
        trial = whole.with_name(f"trial{number}")
        shutil.copytree(whole, trial)
        (trial / path.relative_to(whole)).unlink()
        assert all(d.repaired for d in verify_store(str(trial), repair=True))
        mended = TinyStore(trial)
        now = content(mended)
        assert now["image"] == expected["image"]
        if path.name != "journal.jsonl":
            assert now == expected
        assert list(mended.verify()) == []


def test_repair_takes_what_follows_a_damaged_transaction(whole: Path) -> None:
    """One bad line in the journal costs that transaction only, and the report names it."""
    path = whole / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"new 0", b"new 7"))
    with pytest.raises(Damaged, match=r"journal\.jsonl is damaged at line 2"):
        TinyStore(whole)
    damages = list(verify_store(str(whole), repair=True))
    assert [(d.where, d.repaired.split(";")[0]) for d in damages] == [
        ("journal.jsonl line 2", "this transaction is lost, those after it stand")
    ]
    mended = TinyStore(whole)
    assert mended.get("article", "a0") == {"id": "a0", "title": "new 1"}
    assert mended.ids("meta") == ["m1"]


def test_repair_adopts_what_plain_tinydb_has_written(whole: Path) -> None:
    """A catalogue edited with stock TinyDB is refused as it is, and taken over by repair."""
    store = TinyStore(whole)
    store.compact()
    with TinyDB(whole / "catalogue.json") as stock:
        stock.table("article").update({"title": "edited"}, where("id") == "a1")
    with pytest.raises(Damaged, match=r"catalogue\.json"):
        TinyStore(whole)
    assert all(d.repaired for d in verify_store(str(whole), repair=True))
    mended = TinyStore(whole)
    assert mended.get("article", "a1") == {"id": "a1", "title": "edited"}
    assert mended.ids("image") == ["i00", "i01", "i10", "i11", "i20"]


def test_repair_of_an_open_store_goes_on_with_what_it_restored(whole: Path) -> None:
    """A store that repairs itself reads the repaired files at once."""
    store = TinyStore(whole)
    expected = content(store)
    (whole / "catalogue.lookups").write_bytes(b"")
    assert [d.part for d in store.verify()] == ["lookups"]
    assert [d.repaired for d in store.verify(repair=True)] == ["rebuilt from the documents"]
    assert content(store) == expected
    assert list(store.verify()) == []


def test_an_open_store_repairs_a_journal_that_was_damaged_meanwhile(whole: Path) -> None:
    """What the store can no longer follow it can still restore."""
    store = TinyStore(whole)
    (whole / "journal.jsonl").unlink()
    with pytest.raises(Damaged, match=r"journal\.jsonl"):
        store.refresh()
    assert all(d.repaired for d in store.verify(repair=True))
    assert store.ids("meta") == []
    assert len(store.ids("image")) == 5
    assert list(store.verify()) == []


def test_nothing_is_repaired_where_nothing_is_left(folder: Path) -> None:
    """Repair refuses rather than leave an empty catalogue in the place of a damaged one."""
    store = TinyStore(folder)
    change = Transaction()
    change.put("image", "a", {})
    store.commit(change)
    for name in PRESENT:
        (folder / name).write_bytes(b"garbage\n")
    with pytest.raises(CatalogueUnusable, match="could be restored"):
        list(verify_store(str(folder), repair=True))
    assert (folder / "catalogue.json").read_bytes() == b"garbage\n"


@pytest.mark.parametrize("name", ["journal.jsonl", "catalogue.sum"])
def test_a_catalogue_of_a_later_form_is_left_alone(whole: Path, name: str) -> None:
    """What a newer Cutline wrote is no damage: it is neither opened, nor called damaged, nor mended."""
    first, _, rest = (whole / name).read_bytes().partition(b"\n")
    sealed = unseal(first + b"\n")
    assert sealed is not None
    body = sealed[0].replace(b'"version":1', b'"version":2').replace(b'"generation"', b'"age"')
    assert body != sealed[0]
    if name == "journal.jsonl":
        body = body.replace(b'"age"', b'"generation"')
    (whole / name).write_bytes(seal(body)[0] + rest)
    before = {file: file.read_bytes() for file in files(whole)}
    for attempt in (
        lambda: open_store(str(whole)),
        lambda: list(verify_store(str(whole))),
        lambda: list(verify_store(str(whole), repair=True)),
    ):
        with pytest.raises(Newer, match="newer Cutline"):
            attempt()
    assert {file: file.read_bytes() for file in files(whole)} == before


# ---------------------------------------------------------------- addresses


def test_addresses_that_name_no_catalogue_are_refused_in_a_sentence(tmp_path: Path) -> None:
    """Missing, a file, another scheme: each says what is wrong."""
    with pytest.raises(CatalogueUnusable, match="no catalogue"):
        open_store(str(tmp_path / "none"), create=False)
    with pytest.raises(CatalogueUnusable, match="no catalogue"):
        open_store(str(tmp_path / "none"), readonly=True)
    assert not (tmp_path / "none").exists()
    with pytest.raises(CatalogueUnusable, match="no catalogue"):
        list(verify_store(str(tmp_path)))
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogueUnusable, match="is a file"):
        open_store(str(tmp_path / "file"))
    with pytest.raises(CatalogueUnusable, match="https://"):
        open_store("https://example.org/x")


def test_network_file_systems_are_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks do not hold there: a local disk or PostgreSQL is advised, and the environment may overrule."""
    from catalog.stores.files import file_system, refuse_network

    table = tmp_path / "mounts"
    share = tmp_path / "a share"
    (share / "in").mkdir(parents=True)
    escaped = str(share).replace(" ", "\\040")
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\nproc /proc proc rw 0 0\n")
    assert file_system(share / "in", str(table)) == "nfs4"
    assert file_system(tmp_path, str(table)) == "ext4"
    refuse_network(tmp_path, str(table))
    with pytest.raises(CatalogueUnusable, match=r"nfs4.*local disk.*postgresql.*CUTLINE_ALLOW_NETWORK_FS=1"):
        refuse_network(share / "in", str(table))
    monkeypatch.setenv("CUTLINE_ALLOW_NETWORK_FS", "1")
    refuse_network(share / "in", str(table))
