"""Processes that answer questions, so that many people at once use more than one processor.

Pages and answers of the API that are made of the catalogue alone are made by any of them, each one at a time; everything that
changes something, and every file, is answered by the server's own process. It alone keeps the search index level, before it hands a
question on: two processes that did so would wait for each other with sleeps that SQLite makes longer and longer.

Until they are ready, and what they do not answer well (one died, hangs, or met an error), the server's own process answers.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from catalog.library import Library, open_library

from .access import Access

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds that a process may take to open the catalogue, and to answer: longer than any search may take.
_OPENING_SECONDS, _ANSWER_SECONDS = 120, 45
#: Before each message: its length; and how much of it is received at once.
_SIZE, _MESSAGE = struct.Struct("=Q"), 1 << 18
#: Starts in a row that may fail before no more are tried.
_MAX_FAILED = 3
#: Ends and beginnings of addresses whose answers are files, or streams without end.
_FILES = ("/thumb", "/file", "/export")
_STATIC = "/static/"
#: Libraries that would start threads of their own in every process.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Answer(NamedTuple):
    """A whole answer: status line, headers, body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


def is_question(environ: WSGIEnvironment) -> bool:
    """Tell whether a request is answered from the catalogue alone, at once and as a whole."""
    path = environ["PATH_INFO"]
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
        and not path.startswith(_STATIC)
        and not path.endswith(_FILES)
    )


class Line:
    """One end of a connection between two processes of the server: a message takes one call to send and, mostly, one to receive,
    since each wakes the other side, and in a process of many threads waits for its turn."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        #: What has come already of the next message.
        self._ahead = b""

    def patience(self, seconds: int) -> None:
        """Let :meth:`received` wait for so many seconds at most."""
        # Python's own time limit would ask before it receives: a call more.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))

    def send(self, message: object) -> None:
        """Send one message. Raises OSError when nobody hears it."""
        data = pickle.dumps(message)
        self._socket.sendall(_SIZE.pack(len(data)) + data)

    def received(self) -> Any:
        """Return the next message. Raises EOFError at the end of the connection, OSError when none came in time."""
        data = self._ahead or self._socket.recv(_MESSAGE)
        while len(data) < _SIZE.size or len(data) < _SIZE.size + _SIZE.unpack_from(data)[0]:
            more = self._socket.recv(_MESSAGE)
            data += more
            if not more:
                raise EOFError
        end = _SIZE.size + _SIZE.unpack_from(data)[0]
        self._ahead = data[end:]
        return pickle.loads(memoryview(data)[_SIZE.size : end])

    def close(self) -> None:
        """Close this end."""
        self._socket.close()


class Reader:
    """A process that answers one question at a time."""

    def __init__(self, url: str, media: str, access: Access) -> None:
        ours, theirs = socket.socketpair()
        start = f"import sys, json; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import main; main()"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", start, json.dumps([entry or str(Path.cwd()) for entry in sys.path])],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=os.environ | _ONE_THREAD,
            )
        self._line = Line(ours)
        self._line.patience(_OPENING_SECONDS)
        self._line.send((url, media, access))

    def ready(self) -> None:
        """Wait until it has opened the catalogue. Raises OSError, EOFError when it cannot."""
        self._line.received()
        self._line.patience(_ANSWER_SECONDS)

    def ask(self, environ: dict[str, str]) -> Answer:
        """Return the answer to a request. Raises OSError, EOFError when it died or hangs."""
        self._line.send(environ)
        return Answer(*self._line.received())

    def end(self) -> None:
        """End the process; it holds nothing that could be lost."""
        self._line.close()
        self._process.kill()
        self._process.wait()


class _Place:
    """Someone who waits for a reader."""

    def __init__(self) -> None:
        self.reader: Reader | None = None
        self._given = threading.Lock()
        self._given.acquire()

    def wait(self) -> Reader | None:
        """Return the reader once it is this one's turn, ``None`` when there are none any more."""
        self._given.acquire()
        return self.reader

    def give(self, reader: Reader | None) -> None:
        """Let this one go on."""
        self.reader = reader
        self._given.release()


class Readers:
    """``count`` processes that answer questions to ``library``, first come first served; ``app`` answers everything else, and
    questions while there are none. Of those it answers two at a time: more of them only get in each other's way."""

    def __init__(self, app: WSGIApplication, library: Library, access: Access, count: int, turns: int = 2) -> None:
        self._app, self._library, self._access = app, library, access
        # A database answers several servers at once by itself; in a folder that may not be written each would copy the index.
        self.count = count if os.access(library.url, os.W_OK) else 0
        self._turns = threading.Semaphore(turns)
        self._lock = threading.Lock()
        self._idle: deque[Reader] = deque()
        self._waiting: deque[_Place] = deque()
        self._all: set[Reader] = set()
        self._starting, self._failed = 0, 0

    @property
    def ready(self) -> int:
        """How many processes can be asked."""
        return len(self._all)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start)
        answer = self._asked(environ) if self._all and is_question(environ) else None
        if answer is not None:
            start(answer.status, answer.headers)
            return (answer.body,)
        with self._turns:
            return self._app(environ, start)

    def _asked(self, environ: WSGIEnvironment) -> Answer | None:
        """The answer of a process, ``None`` when the server's own shall give it."""
        self._library.level()
        reader = self._take()
        if reader is None:
            return None
        try:
            answer = reader.ask({k: v for k, v in environ.items() if type(v) is str})
        except BaseException as error:
            self._lose(reader)
            if isinstance(error, (OSError, EOFError)):
                return None
            raise
        self._give(reader)
        return None if answer.status.startswith("5") else answer

    # ---- who is free

    def _take(self) -> Reader | None:
        with self._lock:
            if self._idle:
                return self._idle.popleft()
            if not self._all:
                return None
            place = _Place()
            self._waiting.append(place)
        return place.wait()

    def _give(self, reader: Reader) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().give(reader)
            else:
                self._idle.append(reader)

    def _lose(self, reader: Reader) -> None:
        """Go on without a process that died, and start another."""
        reader.end()
        with self._lock:
            self._all.discard(reader)
            while self._waiting and not self._all:
                self._waiting.popleft().give(None)
        self._start()

    # ---- from beginning to end

    @contextmanager
    def held(self) -> Iterator[None]:
        """Start the processes, while the caller goes on; end them at the end."""
        self._start()
        try:
            yield
        finally:
            with self._lock:
                self.count = 0
                readers = list(self._all)
            for reader in readers:
                self._lose(reader)

    def _start(self) -> None:
        """Start as many as are missing, one after the other, for as long as that goes well."""
        with self._lock:
            missing = self.count - len(self._all) - self._starting
            if missing <= 0 or self._failed >= _MAX_FAILED:
                return
            self._starting += missing
        threading.Thread(target=self._start_all, args=(missing,), name="starts readers", daemon=True).start()

    def _start_all(self, missing: int) -> None:
        for _ in range(missing):
            reader = self._started()
            with self._lock:
                self._starting -= 1
                wanted = reader is not None and self.count > 0
                if reader is not None and wanted:
                    self._all.add(reader)
            if reader is not None and wanted:
                self._give(reader)
            elif reader is not None:
                reader.end()

    def _started(self) -> Reader | None:
        if not self.count or self._failed >= _MAX_FAILED:
            return None
        reader = None
        try:
            reader = Reader(self._library.url, self._library.media.address, self._access)
            reader.ready()
        except (OSError, EOFError):
            self._failed += 1
            if reader is not None:
                reader.end()
            return None
        self._failed = 0
        return reader


# ---------------------------------------------------------------- the process's own side


def main() -> None:
    """Open the catalogue that the server names, and answer its questions until it closes the connection, as its end does too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    line = Line(socket.socket(fileno=os.dup(0)))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    logging.disable(logging.CRITICAL)  # what it does not answer well the server answers itself, and tells
    try:
        with contextlib.suppress(EOFError, OSError):
            url, media, access = line.received()
            _answer_all(line, open_library(url, create=False, media=media, follower=True), access)
    finally:
        os._exit(0)  # without closing the catalogue: this process has written nothing


def _answer_all(line: Line, library: Library, access: Access) -> None:
    from .app import create_app, loaded, seldom_collected

    app = loaded(create_app(library, access))
    library.warm_up()
    with seldom_collected():
        line.send("ready")
        while True:
            line.send(answer(app, line.received()))


def answer(app: WSGIApplication, told: dict[str, str]) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return the whole answer of ``app`` to a request without a body."""
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
        said[:] = status, headers
        return io.BytesIO().write

    environ: dict[str, Any] = {
        **told,
        "wsgi.version": (1, 0), "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": False,
        "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    pieces = app(environ, start)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    return said[0], said[1], body
