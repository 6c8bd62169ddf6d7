"""A web site on this machine for tests: answers are set by path, requests are remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

Serve = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Page:
    """One answer; ``serve`` takes the whole of it over."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    serve: Serve | None = None


class Site:
    """A server on loopback. ``pages`` are its answers by path (with query), ``asked`` the (path, headers) of its requests."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | list[Page]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                site.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_port)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of one of its paths."""
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths asked for, robots.txt left aside."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        found = self.pages.get(to.path, Page(b"nothing here", status=404))
        page = (found.pop(0) if len(found) > 1 else found[0]) if isinstance(found, list) else found
        if page.serve is not None:
            page.serve(to)
            return
        tag = page.headers.get("ETag")
        same = tag is not None and to.headers.get("If-None-Match") == tag
        since = page.headers.get("Last-Modified")
        same = same or (since is not None and to.headers.get("If-Modified-Since") == since)
        body = b"" if same else page.body
        to.send_response(304 if same else page.status)
        for name, value in {"Content-Type": page.kind, "Content-Length": str(len(body)), **page.headers}.items():
            to.send_header(name, value)
        to.end_headers()
        to.wfile.write(body)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def redirect(where: str, status: int = 302) -> Page:
    """An answer that points elsewhere."""
    return Page(status=status, headers={"Location": where})
