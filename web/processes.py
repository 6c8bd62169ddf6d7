"""Several processes behind one listening socket, for more people at once than one processor can answer.

The catalogue is made for it: a decision of one process is on disk before it is answered, and seen by the others at their next
request. What a process holds for itself is only derived; the count of failed log-ins, too, so that each allows its own few.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from catalog.errors import UsageError
from catalog.library import Library, open_library

from .access import Access

BACKLOG = 1024
#: Answers requests of a library that come in at a socket; runs in each process.
Serve = Callable[[Library, socket.socket, Access], None]


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 takes a free one. Raises UsageError when it cannot be had."""
    try:
        found = socket.getaddrinfo(host.strip("[]") or "0.0.0.0", port, type=socket.SOCK_STREAM)
        family, *_, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(f"Port {port} of {host} cannot be used: {error.strerror or error}.", field="port") from error


def _work(url: str, media: str, listening: socket.socket, access: Access, run: Serve) -> None:
    """Answer requests until the first process ends, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the first process, which ends the others
    first = multiprocessing.parent_process()

    def end_with_it() -> None:
        if first is not None:
            first.join()
        os._exit(0)  # every decision that was answered is on disk

    threading.Thread(target=end_with_it, daemon=True).start()
    with open_library(url, create=False, media=media) as library:
        run(library, listening, access)


@contextmanager
def helpers(count: int, library: Library, listening: socket.socket, access: Access, run: Serve) -> Iterator[None]:
    """Let ``count`` more processes take requests from ``listening``, over the catalogue of ``library``, meanwhile."""
    context = multiprocessing.get_context("spawn")
    made = [
        context.Process(target=_work, args=(library.url, library.media.address, listening, access, run), daemon=True)
        for _ in range(count)
    ]
    for process in made:
        process.start()
    try:
        yield
    finally:
        for process in made:
            process.terminate()
        for process in made:
            process.join(10)
