"""The example stories imported straight into both engines: what a folder holds, a database holds."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.decisions import correcting, deciding
from catalog.library import open_library
from catalog.model import ImportSummary
from catalog.runs import facts
from catalog.stores.base import Transaction
from tests.postgres_server import Server

#: Fields that say when something was done.
_TIMES = frozenset({"imported", "until"})


def timeless(value: Any) -> Any:
    """Return a document without the times at which Cutline did something."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in _TIMES}
    return [timeless(v) for v in value] if isinstance(value, list) else value


def held(address: str, stories: Path, media: str) -> tuple[dict[str, list[str]], list[str]]:
    """Import the stories; return the ids by kind, and every document of facts and inferences as JSON."""
    with open_library(address, media=media) as library:
        foreseen = list(library.import_([stories], workers=1, dry_run=True))[-1]
        summary = list(library.import_([stories], workers=1))[-1]
        assert isinstance(foreseen, ImportSummary) and isinstance(summary, ImportSummary)
        assert summary.counts["new"] > 10 and replace(foreseen, seconds=0) == replace(summary, seconds=0)
        kinds = ("article", "caption", "image", "link", "match", "conflict", "finding", "source")
        ids = {kind: library.store.ids(kind) for kind in kinds}
        docs = [timeless(doc) for kind in kinds for _, doc in library.store.iter(kind) if kind != "source"]
    return ids, [json.dumps(doc, sort_keys=True) for doc in docs]


def test_stories_imported_into_both_engines_are_the_same(postgres: str, stories: Path, tmp_path: Path) -> None:
    """Ids, findings and every document are equal but for the times at which they were written."""
    folder = held(str(tmp_path / "catalogue"), stories, "")
    shared = held(postgres, stories, str(tmp_path / "media"))
    assert shared[0] == folder[0]
    assert shared[1] == folder[1]


def clock() -> Callable[[], str]:
    """A clock that goes on by a second each time it is looked at."""
    seconds = itertools.count()
    return lambda: f"2026-11-22T10:{(n := next(seconds)) // 60:02d}:{n % 60:02d}Z"


def worked_on(address: str, stories: Path, media: str, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Import the stories, decide, take back, edit, hide, import again; return the export of everything."""
    monkeypatch.setattr(facts, "now", lambda: "2026-11-22T09:00:00Z")
    ticking = clock()
    monkeypatch.setattr(deciding, "now", ticking)
    monkeypatch.setattr(correcting, "now", ticking)
    with open_library(address, media=media) as library:
        list(library.import_([stories], workers=1))
        for finding in list(library.all_findings())[::2]:
            current = library.finding(finding.id).finding
            action = next((a for a in current.actions if a not in ("choose", "link")), "")
            if action and current.status == "open":
                library.decide(finding.id, action, seen=current.seen, who="ann", note="día 東京")
        library.undo(2, who="bob")
        first, second, *_ = library.store.ids("image")
        library.edit(first, {"tags": ["kept", "twice"], "credit": "A. Ruiz"}, who="ann")
        library.hide(f"image:{second}", who="ann")
        told = next(a for a in library.articles() if a.kind == "plaintext")
        library.mark(told.id, len(told.text.rstrip().splitlines()), who="bob")
        library.link(library.article(told.id).captions[0].id, "not-caption", who="bob")
        list(library.import_([stories], workers=1))
        return b"".join(library.export("jsonl", everything=True))


def test_the_same_work_on_both_engines_exports_equal_bytes(
    postgres: str, stories: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Imports, decisions, undo, an edit and hiding, then all of it exported: not a byte differs."""
    folder = worked_on(str(tmp_path / "catalogue"), stories, "", monkeypatch)
    shared = worked_on(postgres, stories, str(tmp_path / "media"), monkeypatch)
    assert folder.count(b'"type":"decision"') > 5
    assert shared == folder


@pytest.mark.parametrize("engine", ["folder", "database"])
def test_a_log_is_shown_and_read_back(
    engine: str, postgres: str, database_server: Server, stories: Path, tmp_path: Path
) -> None:
    """The log and the overview tell of every decision; read back elsewhere they are there too, and the next one replaces none."""
    shared = engine == "database"
    address, media = (postgres, str(tmp_path / "media")) if shared else (str(tmp_path / "catalogue"), "")
    with open_library(address, media=media) as library:
        list(library.import_([stories], workers=1))
        image = library.store.ids("image")[0]
        for note in ("one", "two", "three"):
            library.edit(image, {"note": note}, who="ann")
        assert [d.values["note"] for d in library.log().items] == ["three", "two", "one"]
        assert (library.log().total, library.overview().decisions) == (3, 3)
        everything = tmp_path / "everything.jsonl"
        everything.write_bytes(b"".join(library.export("jsonl", everything=True)))
    other = database_server.catalogue() if shared else str(tmp_path / "other")
    with open_library(other, media=f"{media}2" if shared else "") as library:
        list(library.import_([everything], workers=1))
        library.edit(image, {"note": "four"}, who="bob")
        assert [d.values["note"] for d in library.log().items] == ["four", "three", "two", "one"]
        assert (library.log().total, library.overview().decisions) == (4, 4)


def test_the_log_goes_on_behind_numbers_that_a_crash_left_out(postgres: str, stories: Path, tmp_path: Path) -> None:
    """A server that is killed leaves out some numbers of its counters: the log shows what stands on either side."""
    with open_library(postgres, media=str(tmp_path / "media")) as library:
        list(library.import_([stories], workers=1))
        image = library.store.ids("image")[0]
        library.edit(image, {"note": "one"}, who="ann")
        with library.store.writing():
            library.store.numbers("decisions", 32, Transaction())
        library.edit(image, {"note": "two"}, who="ann")
        assert [d.values["note"] for d in library.log().items] == ["two", "one"]
        assert [d.values["note"] for d in library.log(limit=1).items] == ["two"]
        library.undo(1, who="ann")
        assert library.log().total == 3
