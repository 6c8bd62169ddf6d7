"""Requests that are too large: said so at once, in the words of the page or the API, to a client that is still sending. And how
answers are sent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from waitress.adjustments import Adjustments

from catalog.library import Library
from web import serve
from web.channels import Parser, Task
from web.security import MAX_BODY, MAX_UPLOAD, UPLOADS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@pytest.fixture
def port(library: Library) -> Iterator[int]:
    """The port of a server of ``library``."""
    ready = SimpleQueue[str]()
    threading.Thread(target=serve, args=(library,), kwargs={"port": 0, "ready": ready.put}, daemon=True).start()
    yield int(ready.get(timeout=60).rstrip("/").rpartition(":")[2])


def sent(port: int, path: str, length: str, body: bytes = b"") -> socket.socket:
    """Send the head of a request from the server's own page, and ``body``."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n{length}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def answered(connection: socket.socket) -> tuple[int, str]:
    """Return status and body of an answer after which the server says no more."""
    data = b""
    while piece := connection.recv(1 << 16):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), body.decode()


@pytest.mark.timeout(120)
def test_too_large_an_upload_is_told_what_to_do_instead(port: int) -> None:
    """The answer comes before the body, and what is sent meanwhile does not cut it off."""
    for path in sorted(UPLOADS):
        with sent(port, path, f"Content-Length: {MAX_UPLOAD + 1}", b"x" * 50_000) as connection:
            status, body = answered(connection)
            assert status == 413
            message = json.loads(body)["error"]["message"] if path.startswith("/api") else body
            assert "At most 240 MB" in message and "cutline import" in message
            assert ("<h1>Too large</h1>" in body) == (not path.startswith("/api"))
            for _ in range(40):
                connection.sendall(b"x" * 100_000)
            connection.shutdown(socket.SHUT_WR)


@pytest.mark.timeout(120)
def test_what_is_no_upload_may_be_small_only(port: int) -> None:
    """Nobody waits for megabytes that a change of a picture cannot need, told of before or not."""
    for length, body in (
        (f"Content-Length: {MAX_BODY + 1}", b""),
        ("Transfer-Encoding: chunked", b"200100\r\n" + b" " * 0x200100 + b"\r\n"),
    ):
        with sent(port, "/api/v1/images/bulk", length + "\r\nContent-Type: application/json", body) as connection:
            status, told = answered(connection)
            assert (status, json.loads(told)["error"]["code"]) == (413, "too-large")


def _sent(app: WSGIApplication) -> list[bytes]:
    """What an answer of ``app`` writes to its connection, piece by piece."""
    parser, pieces = Parser(Adjustments()), list[bytes]()
    parser.received(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    server = SimpleNamespace(application=app, adj=Adjustments(), effective_port=80, server_name="localhost")
    channel = SimpleNamespace(
        write_soon=pieces.append, server=server, addr=("127.0.0.1", 1), check_client_disconnected=bool
    )
    Task(channel, parser).service()
    return pieces


def test_a_whole_answer_is_sent_as_one_and_a_stream_as_it_comes() -> None:
    """The head goes with the body where that is one piece, and does not wait for the pieces of one that is being made."""

    def answering(pieces: list[bytes], *headers: tuple[str, str]) -> list[bytes]:
        def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            start("200 OK", list(headers))
            return iter(pieces)

        return [piece for piece in _sent(app) if piece]

    [whole] = answering([b"of two pieces"], ("Content-Length", "13"))
    assert whole.endswith(b"\r\n\r\nof two pieces")
    first, last = answering([b"of two", b" pieces"], ("Content-Length", "13"))
    assert (first[-6:], last) == (b"of two", b" pieces")
    head, *stream = answering([b"a line\n", b"another\n"])
    assert head.endswith(b"\r\n\r\n") and b"".join(stream).count(b"line") == 1
    [first] = answering([b"more than was told"], ("Content-Length", "9"))[1:]
    assert first == b"more than"


def test_every_page_that_takes_uploads_may_have_large_ones(app: Flask) -> None:
    """The addresses with the larger limit are those whose views take uploads."""
    taking = {name for name, view in app.view_functions.items() if getattr(view, "takes_upload", False)}
    written = {
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in taking and "POST" in (rule.methods or ())
    }
    assert written == UPLOADS
