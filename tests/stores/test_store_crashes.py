"""The folder store when a writer is killed, a disk fills, or the end of the journal is torn."""

from __future__ import annotations

import logging
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import CatalogueUnusable, Damaged, Locked
from catalog.stores import open_store, verify_store
from catalog.stores.base import Transaction
from catalog.stores.compaction import compact
from catalog.stores.tiny import TinyStore


def put(store: TinyStore, ident: str, **fields: object) -> int:
    change = Transaction()
    change.put("image", ident, {"id": ident, **fields})
    return store.commit(change)


class Writer:
    """A child process that commits numbered transactions of documents that must agree, and acknowledges each.

    It compacts now and then, and goes on until it is killed.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._out, into = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _write(TinyStore(folder), name, into)
            finally:
                os._exit(1)
        os.close(into)
        self.last = int(os.read(self._out, 64).split()[0])

    def kill(self) -> int:
        """Kill the child at once; return the last number that it acknowledged."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        said = b""
        while data := os.read(self._out, 65536):
            said += data
        os.close(self._out)
        return max([self.last, *(int(line) for line in said.split())])


def _write(store: TinyStore, name: str, into: int) -> None:
    for n in range(100000):
        change = Transaction()
        change.put("image", name, {"n": n})
        change.put("article", name, {"n": n, "text": "x" * 20000})
        change.put("image", f"{name}{n % 50}", {"n": n})
        store.commit(change)
        os.write(into, b"%d\n" % n)
        if n % 7 == 6:
            store.compact()


def test_kill_at_any_moment_loses_nothing_acknowledged(folder: Path) -> None:
    """After each of many kills the catalogue opens, is whole, has what was acknowledged and at most one step more."""
    rng = random.Random(3)
    position = 0
    for _ in range(40):
        writer = Writer(folder, "w")
        time.sleep(rng.uniform(0, 0.05))
        last = writer.kill()
        store = TinyStore(folder)
        docs = store.get("image", "w"), store.get("article", "w")
        assert docs[0] is not None and docs[1] is not None
        assert docs[0]["n"] == docs[1]["n"]
        assert docs[0]["n"] in (last, last + 1)
        assert store.position() >= position + last + 1
        position = store.position()
        assert list(store.verify()) == []
        store.close()


def test_a_compaction_may_be_cut_short_at_every_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step of a compaction is the last: nothing is lost or called damaged, readers read, the next writer goes on."""
    store = TinyStore(folder)
    put(store, "a", n=1)
    store.compact()
    put(store, "b", n=2)
    steps = 0
    while True:
        trial = folder.with_name(f"trial{steps}")
        shutil.copytree(folder, trial)
        if not _stopped_after(trial, steps, monkeypatch):
            break
        shutil.copytree(trial, seen := trial.with_name(f"seen{steps}"))
        assert list(verify_store(str(seen))) == [], f"no damage after step {steps}"
        for readonly in (True, False):
            other = TinyStore(trial, readonly=readonly)
            assert dict(other.iter("image")) == {"a": {"id": "a", "n": 1}, "b": {"id": "b", "n": 2}}
            assert other.position() == 2
            if not readonly:
                assert put(other, "c") == 3
                other.compact()
                assert list(verify_store(str(trial))) == []
                assert not list(trial.glob("*.new"))
        steps += 1
    assert steps > 12


def _stopped_after(folder: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Compact ``folder``, but fail for good at the given system call; return whether it came to that."""
    left = [steps]

    class Killed(BaseException):
        pass

    def counted(call: Any) -> Any:
        def counting(*args: Any, **kwargs: Any) -> Any:
            if left[0] <= 0:
                raise Killed
            left[0] -= 1
            return call(*args, **kwargs)

        return counting

    store = TinyStore(folder)
    with monkeypatch.context() as patch:
        for module, name in ((os, "fsync"), (os, "link"), (Path, "replace"), (Path, "unlink")):
            patch.setattr(module, name, counted(getattr(module, name)))
        try:
            compact(store.state, store.position())
        except Killed:
            return True
    return False


# ---------------------------------------------------------------- torn ends


def test_a_torn_last_line_is_cut_off_at_every_byte(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A journal whose last line is incomplete opens with all that was before it, says so, and goes on from there."""
    store = TinyStore(folder)
    put(store, "a")
    put(store, "b", text="Ł" * 10)
    journal = (folder / "journal.jsonl").read_bytes()
    start = journal.rindex(b"\n", 0, -1) + 1
    for end in range(start, len(journal)):
        trial = folder.with_name(f"trial{end}")
        shutil.copytree(folder, trial)
        (trial / "journal.jsonl").write_bytes(journal[:end])
        caplog.clear()
        assert [d.part for d in verify_store(str(trial))] == ["journal"]
        torn = TinyStore(trial)
        assert "cut off" in caplog.text
        assert torn.ids("image") == ["a"]
        assert [d.part for d in torn.verify()] == ["journal"]
        assert put(torn, "c") == 3
        assert torn.changes(1) is not None
        assert torn.changes(2) is None
        again = TinyStore(trial)
        assert (again.ids("image"), again.position()) == (["a", "c"], 3)
        shutil.rmtree(trial)


def test_a_line_that_was_never_acknowledged_is_no_damage(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What a killed writer leaves half-written was promised to nobody: a warning, and nothing for verify."""
    put(TinyStore(folder), "a")
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(b'{"crc":"12345678","n":2,"put":{"ima')
    reader = TinyStore(folder, readonly=True)
    assert reader.ids("image") == ["a"]
    assert list(reader.verify()) == []
    with caplog.at_level(logging.WARNING):
        store = TinyStore(folder)
    assert "torn" in caplog.text
    assert list(store.verify()) == []
    assert put(store, "b") == 2
    assert reader.refresh()
    assert reader.ids("image") == ["a", "b"]


def test_more_than_one_lost_transaction_is_an_error(folder: Path) -> None:
    """A journal that ends well before what was acknowledged is never taken for the whole, and repair keeps the rest."""
    store = TinyStore(folder)
    for ident in "abcd":
        put(store, ident)
    path = folder / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    with pytest.raises(Damaged, match=r"journal\.jsonl is damaged at line 4.*transaction 2.*4 was acknowledged"):
        TinyStore(folder)
    with pytest.raises(Damaged):
        store.refresh()
    assert all(d.repaired for d in verify_store(str(folder), repair=True))
    mended = TinyStore(folder)
    assert mended.ids("image") == ["a", "b"]
    assert mended.position() > 4
    assert list(mended.verify()) == []


# ---------------------------------------------------------------- full and read-only disks


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    """No file grows beyond ``size`` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_refused_in_a_sentence_and_leaves_no_trace(folder: Path) -> None:
    """A commit that does not fit changes nothing; with room again, the next one works."""
    store, reader = TinyStore(folder), TinyStore(folder, readonly=True)
    put(store, "a")
    size = (folder / "journal.jsonl").stat().st_size
    for room in range(0, 150, 7):
        with disk_full_at(size + room), pytest.raises(CatalogueUnusable, match="may not grow"):
            put(store, "b", text="x" * 200)
        assert (folder / "journal.jsonl").stat().st_size == size
    assert store.ids("image") == ["a"]
    assert put(store, "b") == 2
    reader.refresh()
    assert reader.ids("image") == TinyStore(folder).ids("image") == ["a", "b"]


def test_a_compaction_that_does_not_fit_changes_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Compacting says why it cannot; closing warns, and the journal keeps everything."""
    store = TinyStore(folder)
    put(store, "a", text="x" * 3000)
    with disk_full_at(2000):
        with pytest.raises(CatalogueUnusable, match="may not grow"):
            store.compact()
        store.close()
    assert "could not be folded in" in caplog.text
    assert not list(folder.glob("*.new"))
    assert list(verify_store(str(folder))) == []
    again = TinyStore(folder)
    again.compact()
    assert again.ids("image") == ["a"]


def test_a_store_that_may_not_be_written_can_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to write, everything but commit works, and commit says why not."""
    put(TinyStore(folder), "a")
    real = os.open

    def read_only(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(30, "Read-only file system", str(path))
        return real(path, flags, *args, **kwargs)

    monkeypatch.setattr(os, "open", read_only)
    store = TinyStore(folder)
    assert store.get("image", "a") == {"id": "a"}
    assert list(store.verify()) == []
    with pytest.raises(CatalogueUnusable, match="read-only"):
        put(store, "b")
    store.close()
    with pytest.raises(CatalogueUnusable, match="read-only"):
        TinyStore(folder.with_name("new"))


def test_readonly_refuses_to_write_and_leaves_the_folder_as_it_is(folder: Path) -> None:
    """A store opened for reading changes no file, not even a torn end."""
    put(TinyStore(folder), "a")
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(b"{")
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    store = open_store(str(folder), readonly=True)
    with pytest.raises(CatalogueUnusable, match="reading only"):
        store.commit(Transaction({"image": {"b": {"id": "b"}}}))
    store.close()
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


# ---------------------------------------------------------------- several processes


def test_two_processes_write_and_a_third_follows(folder: Path) -> None:
    """Writers in two processes lose nothing of each other, and a reader sees each transaction whole."""
    store = TinyStore(folder)
    writers = {name: Writer(folder, name) for name in "vw"}
    until = time.monotonic() + 20
    while time.monotonic() < until and store.position() < 60:
        store.refresh()
        time.sleep(0.001)
    last = {name: writer.kill() for name, writer in writers.items()}
    store.refresh()
    assert store.position() >= 60
    for name in "vw":
        image, article = store.get("image", name), store.get("article", name)
        assert image is not None and article is not None
        assert image["n"] == article["n"]
        assert image["n"] in (last[name], last[name] + 1)
    assert list(store.verify()) == []


def test_a_writer_that_waits_in_vain_learns_who_holds_the_lock(folder: Path) -> None:
    """Locked names the process that is writing; reading goes on meanwhile."""
    holder, waiting = TinyStore(folder), TinyStore(folder, timeout=0.05)
    with holder.writing():
        with pytest.raises(Locked, match=f"process {os.getpid()}"):
            put(waiting, "a")
        assert waiting.get("image", "a") is None
        assert TinyStore(folder).position() == 0
    assert put(waiting, "a") == 1


def test_a_deleted_lock_file_does_not_let_two_writers_in(folder: Path) -> None:
    """Who waits on a lock file that has been replaced takes the new one."""
    one, two = TinyStore(folder), TinyStore(folder)
    (folder / "catalogue.lock").unlink()
    assert put(one, "a") == 1
    assert put(two, "b") == 2
    with one.writing(), pytest.raises(Locked):
        put(TinyStore(folder, timeout=0.01), "c")


def test_a_forked_worker_does_not_keep_the_lock(folder: Path) -> None:
    """A worker that outlives its killed parent must not lock the catalogue for ever."""
    script = (
        "import os, sys, time\nfrom catalog.stores.tiny import TinyStore\nstore = TinyStore(sys.argv[1])\n"
        "with store.writing():\n    pid = os.fork()\n    if pid == 0:\n        time.sleep(30)\n        os._exit(0)\n"
        "    print(pid, flush=True)\n    time.sleep(30)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    try:
        time.sleep(0.05)
        process.kill()
        process.wait()
        assert put(TinyStore(folder, timeout=1), "a") == 1
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()
