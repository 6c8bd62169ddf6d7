"""Processes that answer questions beside the server's own, and what happens when there are none."""

from __future__ import annotations

import gc
import json
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from catalog.library import Library
from web.access import Access
from web.app import create_app, seldom_collected
from web.readers import Line, Readers, answer, is_question

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NO_LIBRARY = cast(Library, SimpleNamespace(url=""))


class _Held:
    """An application whose answers wait until they are let go; it counts those under way."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.free = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.begun.release()
        assert self.free.wait(300)
        if environ["PATH_INFO"] == "/broken":
            raise LookupError
        return [b"done"]


def _environ(path: str, method: str = "GET", **more: str) -> dict[str, Any]:
    place, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method, "PATH_INFO": place, "QUERY_STRING": query, "SCRIPT_NAME": "", "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "HTTP_HOST": "localhost", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", **more,
    }  # fmt: skip


def _asked(app: WSGIApplication, path: str, method: str = "GET") -> tuple[str, bytes]:
    status, _, body = answer(app, _environ(path, method))
    return status, body


def _done(app: WSGIApplication, method: str, path: str = "/") -> list[bytes]:
    return list(app(_environ(path, method), lambda *_: lambda _: None))


@pytest.mark.timeout(60)
def test_two_read_at_a_time_and_whoever_writes_waits_for_none_of_them() -> None:
    """With two turns a third reader waits, a writer does not; an answer that fails gives its turn back."""
    held = _Held()
    app = Readers(held, NO_LIBRARY, Access(), 0)
    with ThreadPoolExecutor(5) as threads:
        readers = [threads.submit(_done, app, "GET", "/broken") for _ in range(2)]
        assert all(held.begun.acquire(timeout=30) for _ in readers)
        third = threads.submit(_done, app, "HEAD")
        assert not held.begun.acquire(timeout=0.2)
        writer = threads.submit(_done, app, "POST")
        assert held.begun.acquire(timeout=30)
        held.free.set()
        assert writer.result(30) == third.result(30) == [b"done"]
        for reader in readers:
            with pytest.raises(LookupError):
                reader.result(30)


@pytest.mark.parametrize(
    ("path", "method", "asked"),
    [
        ("/search?q=a", "GET", True), ("/api/v1/images", "HEAD", True), ("/api/v1/images/00/file", "GET", False),
        ("/api/v1/images/00/thumb", "GET", False), ("/static/site.css", "GET", False), ("/export", "GET", False),
        ("/api/v1/undo", "POST", False),
    ],
)  # fmt: skip
def test_files_and_changes_are_no_questions(path: str, method: str, asked: bool) -> None:
    """What is sent from a file, streams, or changes something stays with the server's own process."""
    assert is_question(_environ(path, method)) is asked
    assert not is_question(_environ(path, method, CONTENT_LENGTH="5"))
    assert not is_question(_environ(path, method, HTTP_TRANSFER_ENCODING="chunked"))


def _ready(readers: Readers, count: int) -> Readers:
    """Wait until there are so many processes."""
    until = time.monotonic() + 240
    while readers.ready != count and time.monotonic() < until:
        time.sleep(0.02)
    assert readers.ready == count
    return readers


@pytest.fixture
def readers(library: Library) -> Iterator[Readers]:
    """The application with two processes."""
    made = Readers(create_app(library), library, Access(), 2)
    with made.held():
        yield _ready(made, 2)


@pytest.mark.timeout(300)
def test_a_process_answers_as_the_server_itself(readers: Readers, library: Library) -> None:
    """Pages, JSON, refusals and unknown addresses are the same to the byte, whoever answers."""
    own = create_app(library, Access())
    ident = next(iter(library.ids()))
    for path in ("/", "/search?q=the", "/search?q=(", f"/images/{ident}", "/review", "/log", "/api/v1/images?q=the",
                 f"/api/v1/images/{ident}", "/api/v1/findings", "/nowhere", "/api/v1/images?q=%ff", "/overview"):  # fmt: skip
        assert _asked(readers, path) == _asked(own, path), path
    assert answer(readers, _environ("/", HTTP_HOST="evil.example"))[0].startswith("421")
    assert _asked(readers, "/", "HEAD")[1] == b""


@pytest.mark.timeout(300)
def test_an_answered_change_is_in_the_next_answer(readers: Readers, library: Library) -> None:
    """What was decided here, or committed by another program, is found by the next question in every process."""
    ident = next(iter(library.ids()))
    for n in range(6):
        library.edit(ident, {"note": f"edition{n}"})
        for _ in range(2):
            assert json.loads(_asked(readers, f"/api/v1/images/{ident}")[1])["note"] == f"edition{n}"
            assert json.loads(_asked(readers, f"/api/v1/images?q=edition{n}")[1])["total"] == 1
    with Library(library.url) as other:
        other.edit(ident, {"note": "elsewhere"})
    assert json.loads(_asked(readers, "/api/v1/images?q=elsewhere")[1])["total"] == 1


@pytest.mark.timeout(300)
def test_a_process_that_died_is_replaced(readers: Readers) -> None:
    """The questions it was asked are answered all the same, by the server itself, and others are started."""
    before = set(readers._all)
    for reader in before:
        reader._process.kill()
        reader._process.wait()
    assert _asked(readers, "/search")[0].startswith("200")
    assert _asked(readers, "/search")[0].startswith("200")
    _ready(readers, 2)
    assert not readers._all & before
    assert _asked(readers, "/search")[0].startswith("200")


@pytest.mark.timeout(300)
def test_an_error_is_answered_and_told_by_the_server_itself(readers: Readers, library: Library) -> None:
    """A process that cannot use its files any more hides nothing: the server looks for itself."""
    asked: list[str] = []
    app = readers._app

    def watching(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        return app(environ, start)

    readers._app = watching
    assert _asked(readers, "/log")[0].startswith("200")
    assert asked == []
    journal = Path(library.url) / "journal.jsonl"
    kept = journal.with_suffix(".kept")
    readers._library = cast(Library, SimpleNamespace(level=lambda: None))
    journal.rename(kept)
    assert _asked(readers, "/log")[0].startswith("5")
    assert asked == ["/log"]
    kept.rename(journal)


@pytest.mark.timeout(60)
def test_messages_arrive_whole_or_not_at_all() -> None:
    """A message of any size comes as it was sent; who waits for one that nobody sends is told so."""
    ours, theirs = map(Line, socket.socketpair())
    sent = {"body": b"x" * 3_000_000}, "ok"
    with ThreadPoolExecutor(1) as threads:
        for message in sent:
            threads.submit(ours.send, message)
        assert tuple(theirs.received() for _ in sent) == sent
    for message in ("one", "two"):  # both are there before either is taken
        ours.send(message)
    assert [theirs.received(), theirs.received()] == ["one", "two"]
    theirs.patience(1)
    with pytest.raises(OSError):
        theirs.received()
    ours._socket.send(b"half")
    ours.close()
    with pytest.raises(EOFError):
        theirs.received()
    with pytest.raises(OSError):
        theirs.send("anybody?")
    theirs.close()


@pytest.mark.timeout(300)
def test_no_process_outlives_the_server(library: Library) -> None:
    """They end with it, however it ends; one that is being started when it ends is ended too."""
    made = Readers(create_app(library), library, Access(), 2)
    with made.held():
        readers = list(_ready(made, 2)._all)
        readers[0]._line.close()  # as it is when the server was killed
        assert readers[0]._process.wait(60) == 0
    assert all(reader._process.poll() is not None for reader in readers)
    assert made.ready == 0
    with made.held():
        pass
    assert made.ready == 0


def test_serving_leaves_the_collector_as_it_was() -> None:
    """What is loaded is left out of the collector's looks while serving, and is among them again afterwards."""
    usual, frozen = (700, 10, 10), gc.get_freeze_count()
    gc.set_threshold(*usual)  # other tests' servers may be running in this process
    with seldom_collected():
        assert gc.get_threshold() > usual
        assert gc.get_freeze_count() > frozen
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)
