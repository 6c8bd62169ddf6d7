"""Hearing at once what others commit to a shared catalogue: a connection of its own waits for what sections announce.

Who asks the store always gets what is committed. What a process keeps in memory, or keeps level with the store, is brought up to
date by this as others commit, and not only when somebody next asks and has to wait for it.
"""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg import Connection, Notify

from ...errors import CatalogError
from .connection import Database
from .section import CHANNEL

#: Seconds after the first news, in which those that follow are collected; it is also the committer's own time to do what follows.
_CALM = 0.1
#: Seconds of silence after which the line is tried, and between attempts to have one again: the first and the longest.
_SILENCE, _SOON, _LATER = 60.0, 0.2, 5.0


@contextmanager
def listening(database: Database, heard: Callable[[], None]) -> Iterator[None]:
    """Call ``heard``, in a thread of its own, at the beginning and soon after anybody has committed.

    A lost line is taken up again, however long the server is away; as nobody knows what was said meanwhile, ``heard`` is called
    then too. What it raises as CatalogError is passed over: the next news, or the next question, tries again.
    """
    listener = _Listener(database, heard)
    thread = threading.Thread(target=listener.run, name="cutline-listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.end()
        thread.join()


class _Listener:
    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        self._database, self._heard = database, heard
        self._ended = threading.Event()
        self._news = False
        self._wake, self._waker = os.pipe()

    def end(self) -> None:
        """Let :meth:`run` return."""
        os.write(self._waker, b"\0")
        self._ended.set()

    def run(self) -> None:
        """Listen until the end, on one connection after the other."""
        pause = _SOON
        try:
            while not self._ended.wait(pause if pause > _SOON else 0):
                with suppress(CatalogError), self._database.apart() as connection:
                    pause = _SOON
                    self._listen(connection)
                pause = min(2 * pause, _LATER)
        finally:
            os.close(self._wake)
            os.close(self._waker)

    def _listen(self, connection: Connection[Any]) -> None:
        connection.add_notify_handler(self._notice)
        connection.execute(f"LISTEN {CHANNEL}".encode())
        self._news = True
        with selectors.DefaultSelector() as lines:
            lines.register(connection, selectors.EVENT_READ)
            lines.register(self._wake, selectors.EVENT_READ)
            while not self._ended.is_set():
                if self._news:
                    self._news = False
                    with suppress(CatalogError):
                        self._heard()
                lines.select(_SILENCE)
                if not self._ended.wait(_CALM):
                    connection.execute("")  # which takes in what was said, and finds out a line that is dead

    def _notice(self, notice: Notify) -> None:
        self._news |= notice.payload.partition(" ")[0] == self._database.schema
