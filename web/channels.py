"""Connections, where waitress's own would not do.

Requests whose body is too large are answered at once by the application, as any other, without their body. waitress itself answers
them in words for programmers, whatever they were sent to, and closes the connection on a client that is still sending, which then
may never see the answer. Here nothing of such a body is kept, and what still comes is read and dropped until the client has done,
or says nothing for a minute.

An answer that is one piece is sent as one.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask
from waitress.utilities import Error, RequestEntityTooLarge

from .security import MAX_BODY, MAX_UPLOAD, UPLOADS

#: Bytes that are read and dropped at a time.
_DROPPED = 1 << 18


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads a request; ``unread`` says that its body was too large and is not there."""

    error: Error | None
    unread = False

    def received(self, data: bytes) -> int:
        """Take what has come; return how much of it was used."""
        used = int(super().received(data))
        refused = isinstance(self.error, RequestEntityTooLarge)
        if refused or (self.headers_finished and self.error is None and self._size() > self._limit()):
            self.error, self.unread, self.completed, self.expect_continue = None, True, True, False
            # The application refuses it by its length; one that came in pieces told none.
            self.headers["CONTENT_LENGTH"] = str(max(self._size(), self._limit() + 1))
            self.headers["CONNECTION"] = "close"
            self.connection_close = True
        return used

    def _size(self) -> int:
        return max(int(self.content_length), int(self.body_bytes_received))

    def _limit(self) -> int:
        return MAX_UPLOAD if self.path in UPLOADS else MAX_BODY


class Task(WSGITask):  # type: ignore[misc]
    """Sends an answer whose length is known with its head, where waitress sends both apart: each wakes the client."""

    wrote_header: bool

    def write(self, data: bytes) -> None:
        """Send a piece of the answer, after its head."""
        left = None if self.wrote_header or not self.has_body else self.content_length
        if not self.complete or left is None or not 0 < len(data) <= left:
            super().write(data)
            return
        head = self.build_response_header()
        self.channel.write_soon(head + data)
        self.wrote_header = True
        self.content_bytes_written += len(data)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that hears its client out before it is closed."""

    parser_class, task_class = Parser, Task
    _unread = _dropping = False

    def service(self) -> None:
        """Answer the first request."""
        self._unread = self._unread or bool(getattr(self.requests[0], "unread", False))
        super().service()

    def readable(self) -> bool:
        """Whether more may be read: waitress's own rule in short, since every connection is asked whenever one has something."""
        if self._dropping or self.will_close:
            return not self.will_close
        return not (self.requests or self.total_outbufs_len or self.close_when_flushed)

    def handle_read(self) -> None:
        """Take what has come."""
        if not self._dropping:
            super().handle_read()
            return
        try:
            self.recv(_DROPPED)  # closes at the end of what is sent
        except OSError:
            self.handle_close()

    def handle_close(self) -> Any:
        """Close the connection; once an answer went out early, only when the client has done."""
        if not self._unread or not self.connected:
            return super().handle_close()
        self._unread, self._dropping, self.will_close = False, True, False
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        return None
