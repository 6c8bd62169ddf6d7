"""Watching a folder: a file is taken once it stands still, and not before."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest
from watchdog.events import FileClosedEvent, FileClosedNoWriteEvent, FileOpenedEvent

from catalog.errors import UsageError
from catalog.runs import watching
from catalog.runs.watching import Watcher, _Arrivals


@pytest.fixture
def watcher(tmp_path: Path) -> Watcher:
    """A watcher of an empty folder that is told of files by the test itself."""
    return Watcher(tmp_path, settle=2.0)


def test_a_growing_file_waits_until_it_stands_still(tmp_path: Path, watcher: Watcher) -> None:
    """Only after `settle` seconds without a change is it complete, and then once."""
    file = tmp_path / "picture.jpg"
    file.write_bytes(b"1")
    watcher._note(file)
    assert watcher.complete(10.0) == []
    file.write_bytes(b"12")
    assert watcher.complete(12.5) == []
    assert watcher.complete(14.4) == []
    assert watcher.complete(14.5) == [file]
    assert watcher.complete(99.0) == []


def test_a_file_written_again_is_taken_again(tmp_path: Path, watcher: Watcher) -> None:
    """A later change of a file that was taken is one more arrival."""
    file = tmp_path / "story.txt"
    for text, at in ((b"a", 0.0), (b"ab", 10.0)):
        file.write_bytes(text)
        watcher._note(file)
        watcher.complete(at)
        assert watcher.complete(at + 2) == [file]


@pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="only Linux tells who writes")
def test_a_file_that_is_open_for_writing_waits(tmp_path: Path, watcher: Watcher) -> None:
    """However long its writer pauses, a file is complete only when it was closed."""
    file = tmp_path / "slow.jpg"
    with file.open("wb", buffering=0) as writer:
        writer.write(b"half of it")
        watcher._note(file)
        watcher.complete(0.0)
        assert watcher.complete(60.0) == []
    assert watcher.complete(60.5) == [file]


@pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="only Linux tells who writes")
def test_a_file_that_lies_half_written_at_the_start_waits(tmp_path: Path, watcher: Watcher) -> None:
    """What is there is taken at once, unless somebody has it open or changed it just now: then it comes as an arrival does."""
    file = tmp_path / "slow.jpg"
    later = time.time() + 3600
    with file.open("wb", buffering=0) as writer:
        writer.write(b"half of it")
        assert watcher.waits(file, later)
        watcher.complete(0.0)
        assert watcher.complete(60.0) == []
    assert watcher.complete(60.5) == [file]
    changed = file.stat().st_ctime
    assert watcher.waits(file, changed + 1.9)
    assert not watcher.waits(file, changed + 2.1)
    watcher.complete(100.0)
    assert watcher.complete(102.0) == [file]


def test_where_nobody_tells_who_writes_only_what_is_old_is_taken_at_once(
    tmp_path: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On file systems that grant no leases the time of the last change decides, by a clock that may be another one's."""
    file = tmp_path / "shared.jpg"
    file.write_bytes(b"1")
    monkeypatch.setattr(watching, "_is_written", lambda *_: None)
    changed = file.stat().st_ctime
    assert watcher.waits(file, changed + 3599) and not watcher.waits(file, changed + 3601)
    assert watcher.waits(file, changed - 600)


def test_a_page_waits_for_what_was_saved_with_it(tmp_path: Path, watcher: Watcher) -> None:
    """A browser writes the page first: reading it then would take its pictures half written."""
    page, picture = tmp_path / "story.html", tmp_path / "story_files" / "1.jpg"
    picture.parent.mkdir()
    page.write_bytes(b"<p>text")
    picture.write_bytes(b"1")
    for path in (page, picture):
        watcher._note(path)
    assert watcher.complete(10.0) == []
    picture.write_bytes(b"12")
    assert watcher.complete(12.5) == []
    assert watcher.complete(14.5) == [page, picture]
    assert watcher.waits(page, picture.stat().st_ctime + 1.9)
    assert watcher.complete(20.0) == []
    assert watcher.complete(22.0) == [page]


def test_what_is_no_file_does_not_wait(tmp_path: Path, watcher: Watcher) -> None:
    """Pipes and links are for the import to tell of; unfinished names are passed over until they are renamed."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "nothing")
    assert not watcher.waits(tmp_path / "pipe") and not watcher.waits(tmp_path / "link.jpg")
    (tmp_path / "a.jpg.part").write_bytes(b"1")
    assert watcher.waits(tmp_path / "a.jpg.part", time.time() + 1e6)
    watcher.complete(0.0)
    assert watcher.complete(9.0) == []


def test_reading_is_no_arrival(tmp_path: Path, watcher: Watcher) -> None:
    """A file that is opened and closed, as each import does with it, does not arrive again; one that was written does."""
    file = tmp_path / "read.jpg"
    file.write_bytes(b"1")
    arrivals = _Arrivals(watcher._note)
    for event in (FileOpenedEvent(str(file)), FileClosedNoWriteEvent(str(file))):
        arrivals.on_any_event(event)
    watcher.complete(0.0)
    assert watcher.complete(9.0) == []
    arrivals.on_any_event(FileClosedEvent(str(file)))
    watcher.complete(10.0)
    assert watcher.complete(19.0) == [file]


def test_a_file_that_went_away_is_forgotten(tmp_path: Path, watcher: Watcher) -> None:
    """What was renamed or deleted before it was complete is no arrival."""
    file = tmp_path / "gone.jpg"
    file.write_bytes(b"1")
    watcher._note(file)
    watcher.complete(0.0)
    file.unlink()
    assert watcher.complete(9.0) == []


@pytest.mark.parametrize("name", ["a.jpg.part", "a.crdownload", "a.tmp", "a.filepart", "a~", ".a.jpg"])
def test_names_of_what_is_still_written_are_passed_over(tmp_path: Path, watcher: Watcher, name: str) -> None:
    """Programs' names for unfinished and hidden files are no arrivals."""
    (tmp_path / name).write_bytes(b"1")
    watcher._note(tmp_path / name)
    watcher.complete(0.0)
    assert watcher.complete(9.0) == []


def test_files_that_are_dropped_come_as_a_batch(tmp_path: Path) -> None:
    """A file that is moved in under its name, in a folder made after watching began, arrives; stop ends it."""
    with Watcher(tmp_path, settle=0.1) as watcher:
        (tmp_path / "new").mkdir()
        (tmp_path / "picture.part").write_bytes(b"1")
        (tmp_path / "picture.part").rename(tmp_path / "picture.jpg")
        for batch in watcher.batches():
            assert batch == [tmp_path / "picture.jpg"]
            watcher.stop()


def test_only_folders_can_be_watched(tmp_path: Path) -> None:
    """A missing path and a file are refused."""
    (tmp_path / "file").write_bytes(b"")
    for name in ("file", "missing"):
        with pytest.raises(UsageError, match="is not a folder"):
            Watcher(tmp_path / name)
