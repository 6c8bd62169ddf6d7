"""Importing and recomputing on a cluster: the same catalogue as without it; a lost scheduler or Ctrl-C cost only time."""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from catalog.cli import terminal
from catalog.cluster import BATCH, connect, connection
from catalog.images.worker import Task
from catalog.library import Library, open_library
from catalog.model import ImportResult, ImportSummary
from catalog.runs.facts import Input
from catalog.runs.importing import Importer
from tests.cli.clirunning import run
from tests.cluster.dask_processes import ROOT, Dask, free_port


def everything(library: Library) -> list[str]:
    """The whole catalogue, when things were imported left aside."""
    lines = []
    for line in library.export("jsonl", everything=True):
        doc = json.loads(line)
        doc.pop("imported", None)
        lines.append(json.dumps(doc, sort_keys=True))
    return sorted(lines)


def test_a_cluster_makes_the_same_catalogue(dask: Dask, imported: Path, stories: Path, tmp_path: Path) -> None:
    """Importing the example stories, and comparing and hashing them again, gives what one machine gives."""
    with open_library(imported) as here, open_library(tmp_path / "catalogue") as library:
        for _ in library.import_([stories], cluster=dask.address):
            pass
        assert everything(library) == everything(here)
        for what in ("rehash", "regroup"):
            *_, summary = library.recompute(what, cluster=dask.address)
            assert isinstance(summary, ImportSummary) and not summary.counts["rejected"]
        assert everything(library) == everything(here)


@pytest.mark.parametrize("listens", [True, False], ids=["silent", "missing"])
def test_a_scheduler_that_does_not_answer_makes_no_catalogue(
    installed: None, tmp_path: Path, stories: Path, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    """Where nobody answers, also one that takes the connection, the import ends with a sentence and leaves no empty catalogue."""
    monkeypatch.setattr(connection, "_CONNECT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1] if listens else free_port()}"
        ran = run(tmp_path / "cat", ("import", str(stories), "--cluster", address), None, None)
    assert ran.code == 3 and f"No Dask scheduler answers at {address}." in ran.err
    assert not (tmp_path / "cat").exists()


PICTURES = 300


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small pictures, more than one transaction takes."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(PICTURES):
        Image.effect_noise((80, 60), 40 + number % 60).save(folder / f"{number:03}.jpg", comment=b"%d" % number)
    return folder


@contextmanager
def importing(folder: Path, catalogue: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`cutline import` in a session of its own; nothing of that outlives the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "catalog.cli", "--catalog", str(catalogue), "import", str(folder), "--json", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        for pid in of_session(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def of_session(leader: int) -> list[int]:
    """The processes that run in a session, from what Linux says of all."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(ProcessLookupError, FileNotFoundError):
            state, _parent, _group, session = entry.read_text(errors="replace").rpartition(")")[2].split()[:4]
            if int(session) == leader and state not in "ZX":
                found.append(int(entry.parent.name))
    return found


def goes_on(done: list[str], pictures: Path, catalogue: Path, dask: Dask) -> None:
    """Run again, on another cluster, an import does what is left of it, each picture once, and all are whole."""
    with open_library(catalogue) as library:
        *results, summary = library.import_([pictures], cluster=dask.address)
        new = [r.path for r in results if isinstance(r, ImportResult) and r.result == "new"]
        assert sorted(done + new) == sorted(str(p) for p in pictures.iterdir())
        assert isinstance(summary, ImportSummary)
        assert summary.counts["new"] == PICTURES - len(done) and not summary.counts["rejected"]
        assert library.store.count("image") == PICTURES and not list(library.verify())


def test_a_lost_scheduler_costs_no_picture_and_doubles_none(dask: Dask, pictures: Path, tmp_path: Path) -> None:
    """The command ends soon, with exit 3 and a sentence; what it reported is kept, and another run does the rest."""
    first = Dask(tmp_path)
    first.start(workers=1, nanny=False)
    try:
        with importing(pictures, tmp_path / "catalogue", "--cluster", first.address) as process:
            assert process.stdout is not None and process.stderr is not None
            reported = [process.stdout.readline()]
            first.kill_scheduler()
            reported += process.stdout.readlines()
            assert process.wait(30) == 3
            assert "was lost" in process.stderr.read()
    finally:
        first.stop()
    done = [json.loads(line)["path"] for line in reported]
    assert 0 < len(done) < PICTURES
    goes_on(done, pictures, tmp_path / "catalogue", dask)


def test_ctrl_c_leaves_no_process_behind(dask: Dask, pictures: Path, tmp_path: Path) -> None:
    """Pressed at a terminal, where it reaches every process, it finishes the transaction under way; the command ends with the
    tally, how to go on and 130, and the workers that it started are gone."""
    with importing(pictures, tmp_path / "catalogue", "--cluster", "local", "--workers", "1") as process:
        assert process.stdout is not None and process.stderr is not None
        reported = [process.stdout.readline()]
        assert len(of_session(process.pid)) > 1
        os.killpg(process.pid, signal.SIGINT)
        reported += process.stdout.readlines()
        assert process.wait(30) == 130
        assert "run the same command again to go on" in process.stderr.read()
        for _ in range(100):  # what Python keeps beside its processes ends when it hears that they have
            if not of_session(process.pid):
                break
            time.sleep(0.1)
        assert not of_session(process.pid)
    *lines, last = map(json.loads, reported)
    done = [line["path"] for line in lines]
    assert 0 < len(done) < PICTURES and last["summary"]["new"] == len(done)
    goes_on(done, pictures, tmp_path / "catalogue", dask)


class Evil:
    """Bytes that end the worker that opens them: stands for a picture that breaks whoever decodes it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, ("__import__('os').kill(__import__('os').getpid(), 9)",)


def test_a_whole_import_outlives_a_killed_worker_and_a_poison_picture(
    installed: None, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker killed in the middle and a picture that takes worker after worker with it: every other picture is recorded, once;
    the poison is rejected under its own name, and another run has nothing left to do."""
    poison = tmp_path / "150-poison.jpg"
    Image.effect_noise((80, 60), 30).save(poison)
    planned = Importer._tasks

    def poisoned(run: Importer, inputs: Sequence[Input]) -> Iterable[Task]:
        return [replace(t, data=cast(bytes, Evil())) if t.path == str(poison) else t for t in planned(run, inputs)]

    monkeypatch.setattr(Importer, "_tasks", poisoned)
    first = Dask(tmp_path)
    first.start(workers=2)
    sent: list[int] = []
    try:
        with connect(first.address) as pool, open_library(tmp_path / "catalogue") as library:
            workers = pool.cluster._ask(pool.cluster._client.run, os.getpid)
            submit = pool.cluster.executor.submit

            def counted(function: Any, sender: str, parcel: bytes) -> Any:
                sent.append(len(pickle.loads(parcel).jobs) if b"kill" not in parcel else 0)
                return submit(function, sender, parcel)

            monkeypatch.setattr(pool.cluster.executor, "submit", counted)
            run = library.import_([pictures, poison], cluster=pool)
            results = [next(run)]
            os.kill(min(workers.values()), signal.SIGKILL)
            *rest, summary = run
    finally:
        first.stop()
    assert isinstance(summary, ImportSummary) and summary.counts["new"] == PICTURES and summary.counts["rejected"] == 1
    results += rest
    told = {r.path: r for r in results if isinstance(r, ImportResult)}
    assert sorted(told) == sorted(str(p) for p in (*pictures.iterdir(), poison)) and len(told) == len(results)
    assert [path for path, r in told.items() if r.result != "new"] == [str(poison)]
    assert told[str(poison)].result == "rejected" and "failed" in told[str(poison)].reason
    assert sent[0] >= BATCH
    monkeypatch.undo()
    poison.unlink()
    with open_library(tmp_path / "catalogue") as library:
        assert library.store.count("image") == PICTURES and not list(library.verify())
        *_, again = library.import_([pictures])
        assert isinstance(again, ImportSummary) and again.counts["unchanged"] == PICTURES and not again.counts["new"]


def test_progress_is_told_as_without_a_cluster(
    dask: Dask, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same lines on stderr, one for each step, and the same results on stdout, but for the time that they took."""

    class Clock:
        monotonic = staticmethod(lambda: 0.0)

    shown: dict[str, list[str]] = {}
    printed: dict[str, list[str]] = {}
    monkeypatch.setattr(terminal, "time", Clock)
    monkeypatch.setattr(terminal.Progress, "_count", lambda self, inputs: setattr(self, "_inputs", PICTURES))
    for name, arguments in (("here", ("--workers", "1")), ("there", ("--cluster", dask.address))):
        lines: list[str] = []
        monkeypatch.setattr(terminal.Line, "show", lambda self, text, to=lines: to.append(text))
        ran = run(tmp_path / name, ("import", str(pictures), *arguments), None, None)
        assert ran.code == 0
        shown[name] = lines
        printed[name] = [re.sub(r" in [0-9.]+ s\.", " in T s.", line) for line in ran.out.splitlines()]
    assert shown["there"] == shown["here"] and printed["there"] == printed["here"]
    assert [line for line in shown["here"] if line.startswith(f"{PICTURES} of {PICTURES} inputs")]
    assert len(shown["here"]) > PICTURES
