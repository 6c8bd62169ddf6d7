"""Importing: one result for every input, idempotent, resumable after a kill, and never touching what people said."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial, partialmethod
from pathlib import Path

import pytest
from PIL import Image

from catalog import sources
from catalog.duplicates import Sample
from catalog.duplicates.index import DuplicateIndex
from catalog.images.pool import Pool
from catalog.images.worker import Failed, Prepared, Task
from catalog.library import Library, open_library
from catalog.media.local import LocalMedia
from catalog.model import ImportResult, ImportSummary
from catalog.runs import chunks, importing
from catalog.sources import Entry, Item


def run(library: Library, *inputs: Path, **options: bool) -> list[ImportResult]:
    """Import and return the results, without the summary."""
    return [r for r in library.import_(inputs, workers=1, **options) if isinstance(r, ImportResult)]  # type: ignore[arg-type]


def outcomes(results: list[ImportResult]) -> dict[str, str]:
    """File name -> outcome."""
    return {r.path.rsplit("/", 1)[-1]: r.result for r in results}


def picture(path: Path, seed: int, size: tuple[int, int] = (80, 60)) -> Path:
    """Write a small picture that differs for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = Image.effect_noise(size, 40 + seed % 60).convert("RGB")
    noise.putpixel((seed % size[0], seed // size[0] % size[1]), (seed % 256, 0, 255))
    noise.save(path, quality=90)
    return path


def folder_state(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; SQLite's own shared memory left aside."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.endswith("-shm")}


def everything(library: Library) -> list[bytes]:
    """The whole catalogue, when and by which run things were imported left aside."""
    lines = []
    for line in library.export("jsonl", everything=True):
        doc = json.loads(line)
        for key in ("imported", "until"):
            doc.pop(key, None)
        if isinstance(doc.get("article"), dict):
            doc["article"].pop("imported", None)
        lines.append(json.dumps(doc, sort_keys=True).encode())
    return sorted(lines)


@pytest.fixture
def empty(tmp_path: Path) -> Library:
    """A new catalogue."""
    return open_library(tmp_path / "empty")


def test_importing_again_changes_nothing(library: Library, stories: Path) -> None:
    """A second import of the same files says unchanged (or the same ignored and rejected) and leaves every document as it was."""
    before = everything(library)
    results = run(library, stories)
    assert {r.result for r in results} <= {"unchanged", "ignored", "rejected"}
    assert everything(library) == before


def test_unchanged_files_are_not_decoded(library: Library, stories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the same size, time and name give no work: no picture goes to a worker."""
    given: list[str] = []
    read = Pool.map

    def noted(pool: Pool, tasks: Iterable[Task]) -> Iterator[Prepared | Failed]:
        for task in (tasks := list(tasks)):
            given.append(task.path)
        return read(pool, tasks)

    monkeypatch.setattr(Pool, "map", noted)
    results = run(library, stories)
    known = [r for r in results if r.result == "unchanged" and r.kind == "image"]
    assert len(known) > 10 and not {r.path for r in known} & set(given)


def test_every_input_has_exactly_one_result(empty: Library, stories: Path) -> None:
    """Each file of a folder is reported once, whether catalogued, ignored or rejected, and reasons are given."""
    results = run(empty, stories)
    assert sorted(r.path for r in results) == sorted(str(p) for p in stories.rglob("*") if p.is_file())
    assert all(r.reason for r in results if r.result in ("ignored", "rejected", "duplicate"))


@pytest.mark.parametrize("inline", [False, True], ids=["words", "pictures inside"])
def test_large_documents_are_read_a_few_at_a_time(
    empty: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inline: bool
) -> None:
    """What was read is committed before much more is read: memory does not grow with the size of all documents of a folder."""
    folder, read, ahead = tmp_path / "in", list[str](), 0
    folder.mkdir()
    for n in range(8):
        data = base64.b64encode(picture(tmp_path / f"{n}.jpg", n, (200, 150)).read_bytes()).decode()
        image = f'<img src="data:image/jpeg;base64,{data}">' if inline else ""
        (folder / f"{n}.html").write_text(f"<html><p>Story {n}. {'words ' * 1000}</p>{image}</html>")
    reading = sources.read

    def noted(entry: Entry) -> Iterator[Item]:
        read.append(entry.path)
        return reading(entry)

    monkeypatch.setattr(sources, "read", noted)
    monkeypatch.setattr(importing, "CHUNK_BYTES", 10_000)
    seen = set[str]()
    for result in empty.import_([folder], workers=1):
        ahead = max(ahead, len(read) - len(seen))
        if isinstance(result, ImportResult):
            seen.add(result.path.split("!/")[0])
    assert len(read) == len(seen) == 8 and ahead <= 3


def test_a_page_that_is_never_read_through_costs_one_page(
    empty: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page on which a parser spends hours is given up and named, in a dry run too; what stands beside it is catalogued."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.html").write_text(f"<html><p>Words.</p><img {' '.join(f'data-a{n}=x' for n in range(100_000))}>")
    (folder / "2.html").write_text("<html><title>Bridge</title><p>The bridge is open again.</p>")
    monkeypatch.setattr("catalog.images.pool.Pool", partial(Pool, timeout_s=2.0))
    for dry in (True, False):
        slow, fine = run(empty, folder, dry_run=dry)
        assert (slow.result, fine.result) == ("rejected", "new")
        assert slow.reason == "The document defeats the reader. The work took longer than 2 seconds."


def test_many_documents_are_read_by_workers_as_few_are_here(
    empty: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction of many documents leaves none to be read by the process that commits; what is catalogued is the same."""
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(chunks.MANY):
        story = f"The council of town {n} met on Monday and decided nothing of importance for anybody."
        (folder / f"{n}.txt").write_text(
            f"Town {n}\n\n{story}\n\nMayor Ann Poe (left) at the town hall {n}\n\n{story}\n"
        )
        (folder / f"{n}.html").write_text(f"<title>Page {n}</title><p>{story}</p>" * (n % 3))
    with open_library(tmp_path / "here") as here:
        alone = [r for r in here.import_([folder], workers=0) if isinstance(r, ImportResult)]
        wanted = everything(here)
    left = list[int]()
    monkeypatch.setattr(importing, "read_rest", lambda item: left.append(len(item.documents) - len(item.stories)))
    assert run(empty, folder) == alone and everything(empty) == wanted
    assert set(left) == {0} and "rejected" in {r.result for r in alone}


def test_a_dry_run_predicts_the_run(empty: Library, stories: Path, tmp_path: Path) -> None:
    """A dry run gives the results and the numbers that the run then gives, also where part of it is catalogued already, and
    changes nothing at all."""
    for part in (stories / "flood", stories / "loose" / "square copy.jpg", stories):
        before = folder_state(tmp_path / "empty")
        *predicted, foreseen = empty.import_([part], workers=1, dry_run=True)
        assert folder_state(tmp_path / "empty") == before
        *results, summary = empty.import_([part], workers=1)
        assert results == predicted
        assert isinstance(foreseen, ImportSummary) and isinstance(summary, ImportSummary)
        assert replace(foreseen, seconds=0) == replace(summary, seconds=0)
    assert isinstance(summary, ImportSummary) and summary.matches > 10 and summary.findings > 5


def test_touched_files_are_told_by_their_hash(empty: Library, tmp_path: Path) -> None:
    """A file with a new time and the same bytes is unchanged; other bytes under the name make it updated."""
    path = picture(tmp_path / "in" / "a.jpg", 1)
    first = run(empty, tmp_path / "in")[0]
    os.utime(path, (1, 1))
    assert outcomes(run(empty, tmp_path / "in")) == {"a.jpg": "unchanged"}
    picture(path, 2)
    second = run(empty, tmp_path / "in")[0]
    assert second.result == "updated" and second.id != first.id
    assert empty.record(first.id).image.paths, "the old picture stays, with where it was last seen"


def test_the_same_bytes_elsewhere_are_a_duplicate(empty: Library, tmp_path: Path) -> None:
    """A byte-identical copy adds a location to the picture and says of what it is a duplicate."""
    path = picture(tmp_path / "in" / "a.jpg", 1)
    shutil.copy(path, tmp_path / "in" / "b.jpg")
    a, b = run(empty, tmp_path / "in")
    assert (a.result, b.result, b.duplicate_of) == ("new", "duplicate", a.id)
    assert len(empty.record(a.id).image.paths) == 2


def test_the_same_story_elsewhere_is_a_duplicate(empty: Library, tmp_path: Path) -> None:
    """A page saved twice is one article: the second file, of other bytes, was not here before and says so. A known file of which
    only the bytes changed is unchanged, however its path is spelt."""
    page = '<link rel="canonical" href="https://example.org/story"><h1>Rain</h1><p>It rained all day in the town.</p>'
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = folder / "first.html", folder / "second.html"
    first.write_text(page)
    second.write_text(f"{page}<!-- saved again -->")
    foreseen = [r.result for r in run(empty, folder, dry_run=True)]
    done = run(empty, folder)
    assert [r.result for r in done] == foreseen == ["new", "duplicate"]
    assert done[1].duplicate_of == done[0].id == done[1].id and str(first) in done[1].reason
    first.write_text(f"{page}<!-- other bytes -->")
    again = run(empty, folder / ".." / "in")
    assert [r.result for r in again] == ["unchanged", "unchanged"]


def test_a_changed_article_keeps_its_revision_and_its_decisions(empty: Library, tmp_path: Path) -> None:
    """Re-importing changed words replaces facts, keeps the old revision, and leaves what a person said standing."""
    page = tmp_path / "in" / "story.html"
    picture(tmp_path / "in" / "story_files" / "a.jpg", 1, (400, 300))
    body = (
        '<html><head><link rel="canonical" href="https://x.example/s"><title>T</title></head><body>'
        '<article><h1>T</h1><p>%s</p><figure><img src="story_files/a.jpg"><figcaption>%s</figcaption></figure>'
        "</article></body></html>"
    )
    words = "Some words of the story that go on for a while, so that it is a story. " * 8
    page.write_text(body % (words, "A bridge over the river in the old town"))
    run(empty, tmp_path / "in")
    image = empty.store.ids("image")[0]
    empty.edit(image, {"note": "checked by hand"}, who="me")
    page.write_text(body % (words, "A bridge over the river in the new town"))
    assert outcomes(run(empty, tmp_path / "in"))["story.html"] == "updated"
    record = empty.record(image)
    assert record.note == "checked by hand"
    assert "A bridge over the river in the new town" in record.captions
    article = next(empty.articles())
    revisions = empty.article(article.id).revisions
    assert [c.text for c in revisions[0].captions] == ["A bridge over the river in the old town"]


def test_a_picture_that_comes_later_is_linked_then(empty: Library, tmp_path: Path, stories: Path) -> None:
    """An article whose picture arrives with a later import is linked to it then."""
    folder = tmp_path / "in"
    shutil.copytree(stories / "harbour", folder, ignore=shutil.ignore_patterns("*.jpg"))
    run(empty, folder)
    assert empty.store.count("link") == 0
    shutil.copy(stories / "harbour" / "DSC_2041.jpg", folder)
    late = next(r for r in run(empty, folder) if r.result == "new")
    assert "linked" in empty.record(late.id).flags


def test_originals_are_copied_and_never_touched(empty: Library, tmp_path: Path) -> None:
    """The original is kept byte for byte in the catalogue, and the input file is as it was; in place nothing is copied."""
    path = picture(tmp_path / "in" / "a.jpg", 1)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    found = run(empty, path)[0]
    assert empty.original(found.id).read_bytes() == before[0] == path.read_bytes()
    assert path.stat().st_mtime_ns == before[1] and empty.original(found.id) != path
    other = picture(tmp_path / "in" / "b.jpg", 2)
    placed = run(empty, other, in_place=True)[0]
    assert empty.original(placed.id).resolve() == other.resolve()


def test_hostile_entries_are_reported_and_never_waited_on(empty: Library, tmp_path: Path) -> None:
    """Pipes, links, broken names and garbage each end in a result with a reason; nothing hangs and nothing outside is read."""
    folder = tmp_path / "in"
    picture(folder / "good.jpg", 1)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "link.jpg").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.jpg")).write_bytes(b"no picture")
    (folder / "cut.jpg").write_bytes((folder / "good.jpg").read_bytes()[:200])
    results = run(empty, folder)
    assert len(results) == 6
    assert outcomes(results)["good.jpg"] == "new"
    assert all(r.reason for r in results if r.result != "new")


def test_what_pictures_are_recognised_by_is_kept_together(
    empty: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each transaction, since each keeping waits for the disk."""
    folder = tmp_path / "pictures"
    for seed in range(5):
        picture(folder / f"{seed}.jpg", seed)
    kept: list[int] = []
    add = DuplicateIndex.add

    def counted(self: DuplicateIndex, samples: Iterable[Sample]) -> None:
        batch = list(samples)
        kept.append(len(batch))
        add(self, batch)

    monkeypatch.setattr(DuplicateIndex, "add", counted)
    run(empty, folder)
    assert kept == [5] and empty.neighbours.ids() == empty.store.ids("image")


def _noted(self: LocalMedia, told: list[str], name: str, do: Callable[..., None], *given: object) -> None:
    told.append(name)
    do(self, *given)


def test_originals_are_copied_while_others_are_decoded(
    empty: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committing waits for no disk: the copies were begun as the pictures came; nothing of them is left beside the originals."""
    folder = tmp_path / "pictures"
    for seed in range(3):
        picture(folder / f"{seed}.jpg", seed)
    told: list[str] = []
    for name in ("begin", "keep", "sync"):
        monkeypatch.setattr(LocalMedia, name, partialmethod(_noted, told, name, getattr(LocalMedia, name)))
    run(empty, folder)
    assert told == ["begin"] * 3 + ["keep"] * 3 + ["sync"]
    assert not (empty.folder / "media" / ".incoming").exists()
    told.clear()
    run(empty, folder)
    picture(folder / "other.jpg", 9)
    run(empty, folder, in_place=True)
    assert "begin" not in told and "keep" not in told


def test_a_stopped_run_is_finished_by_the_next(empty: Library, tmp_path: Path) -> None:
    """Stopping ends a run after its transaction; running again completes it, and the end is the same as without stopping."""
    for n in range(120):
        picture(tmp_path / "in" / f"{n:03}.jpg", n)
    seen = 0
    for result in empty.import_([tmp_path / "in"], workers=2):
        if isinstance(result, ImportResult):
            seen += 1
            empty.stop_import()
        else:
            assert isinstance(result, ImportSummary) and result.interrupted
    assert 0 < seen < 120
    assert not (empty.folder / "media" / ".incoming").exists()
    run(empty, tmp_path / "in")
    with open_library(tmp_path / "other") as undisturbed:
        run(undisturbed, tmp_path / "in")
        assert everything(undisturbed) == everything(empty)


@pytest.mark.timeout(180)
def test_a_killed_import_keeps_what_it_reported_and_is_completed(tmp_path: Path) -> None:
    """After kill -9 at any moment the catalogue opens with everything reported, and importing again completes it."""
    for n in range(150):
        picture(tmp_path / "in" / f"{n:03}.jpg", n)
    command = [
        sys.executable,
        "-m",
        "catalog.cli",
        "--catalog",
        str(tmp_path / "cat"),
        "import",
        str(tmp_path / "in"),
        "--json",
    ]
    for wait in (0, 40, 99):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert process.stdout is not None
        reported = []
        deadline = time.monotonic() + 60
        for line in process.stdout:
            reported.append(json.loads(line))
            if len(reported) > wait or time.monotonic() > deadline:
                break
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with open_library(tmp_path / "cat") as library:
            assert {r["id"] for r in reported if r.get("id")} <= set(library.store.ids("image"))
            assert not [d for d in library.verify() if not d.repaired]
    with open_library(tmp_path / "cat") as library, open_library(tmp_path / "calm") as calm:
        run(library, tmp_path / "in")
        run(calm, tmp_path / "in")
        assert everything(library) == everything(calm)


def test_an_export_of_everything_comes_back_without_loss(library: Library, tmp_path: Path, stories: Path) -> None:
    """Exporting everything, with decisions and an undo, and importing it into a new catalogue gives the same export again."""
    first = next(library.all_findings("duplicate"))
    library.decide(first.id, "same", note="sure", who="me")
    library.edit(library.store.ids("image")[0], {"tags": ["bridge"]})
    library.undo()
    target = tmp_path / "all.jsonl"
    target.write_bytes(b"".join(library.export("jsonl", everything=True)))
    with open_library(tmp_path / "copy") as copy:
        results = run(copy, target)
        assert results[-1].result == "new"
        assert b"".join(copy.export("jsonl", everything=True)) == target.read_bytes()
        assert [f.id for f in copy.all_findings()] == [f.id for f in library.all_findings()]
        assert copy.undo()[0].action == "same"


def test_a_damaged_export_is_rejected_whole(empty: Library, tmp_path: Path, library: Library) -> None:
    """An export with a broken line is rejected with the line's number, and nothing of it is kept."""
    target = tmp_path / "all.jsonl"
    pieces = list(library.export("jsonl", everything=True))
    target.write_bytes(b"".join(pieces[:5]) + b"{broken\n" + b"".join(pieces[5:]))
    results = run(empty, target)
    assert results[-1].result == "rejected" and "Line 6" in results[-1].reason
    assert empty.store.count("image") == 0
