"""One request and its answer: to a checked address, within a time that covers everything, up to a size."""

from __future__ import annotations

import io
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from . import addresses
from .addresses import Resolver
from .failure import FetchFailed
from .rules import Rules
from .target import Target

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: header names are lower-case, ``body`` is unpacked, and empty for any status but 200."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class Line:
    """The way to servers. ``resolver`` turns names into addresses; ``tls`` says whom to trust (default: the system's list)."""

    def __init__(
        self,
        rules: Rules,
        *,
        resolver: Resolver = addresses.resolve,
        tls: ssl.SSLContext | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self.rules, self._resolver, self._stopped = rules, resolver, stopped
        self._tls = tls or ssl.create_default_context()

    def ask(self, target: Target, headers: Mapping[str, str], limit: int) -> Answer:
        """Send one GET and return its answer, whatever its status.

        Raises FetchFailed when the host may not be reached, breaks the protocol, takes too long or sends more than ``limit``.
        """
        deadline = _Deadline(self.rules.seconds, self.rules.silence)
        sock = self._connect(target, deadline)
        try:
            response = _send(sock, target, {**self._own_headers(target), **headers}, deadline)
            with response:
                return self._answer(response, limit)
        except TimeoutError as error:
            raise FetchFailed(f"{target.host} was too slow.", again=True) from error
        except (HTTPException, OSError, ValueError) as error:
            raise FetchFailed(f"{target.host} broke off: {_why(error)}.", again=True) from error
        finally:
            sock.close()

    def _own_headers(self, target: Target) -> dict[str, str]:
        return {
            "Host": target.authority,
            "User-Agent": self.rules.agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }

    def _connect(self, target: Target, deadline: _Deadline) -> socket.socket:
        """A connection to the first address of the host that answers, with TLS in the host's name where the scheme asks."""
        failure = ""
        for address in addresses.checked(target.host, target.port, private=self.rules.private, resolver=self._resolver):
            try:
                # A numeric address: nothing is resolved here any more.
                sock = socket.create_connection((address, target.port), deadline.left())
            except OSError as error:
                failure = _why(error)
                continue
            return self._secured(sock, target) if target.scheme == "https" else sock
        raise FetchFailed(f"{target.host} cannot be reached: {failure}.", again=True)

    def _secured(self, sock: socket.socket, target: Target) -> ssl.SSLSocket:
        try:
            return self._tls.wrap_socket(sock, server_hostname=target.host)
        except (OSError, ValueError) as error:
            sock.close()
            raise FetchFailed(f"No secure connection to {target.host}: {_why(error)}.", again=True) from error

    def _answer(self, response: HTTPResponse, limit: int) -> Answer:
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            headers.setdefault(name.lower(), value.strip()[:8000])
        body = self._body(response, headers, limit) if response.status == 200 else b""
        return Answer(response.status, response.reason[:200], headers, body)

    def _body(self, response: HTTPResponse, headers: Mapping[str, str], limit: int) -> bytes:
        length = response.length
        if length is not None and length > limit:
            raise _too_large(limit)
        unpack = _unpacker(headers.get("content-encoding", ""))
        body, received = bytearray(), 0
        # Not beyond the length that was announced: some servers then leave the connection open.
        while packed := response.read1(_CHUNK if length is None else min(_CHUNK, length - received)):
            received += len(packed)
            if received > limit:
                raise _too_large(limit)
            if self._stopped():
                raise FetchFailed("The run was stopped.", again=True)
            body += unpack.feed(packed, limit + 1 - len(body))
            if len(body) > limit:
                raise _too_large(limit)
        if (length is not None and received < length) or not unpack.whole():
            raise HTTPException("the answer ended early")
        return bytes(body)


class _Deadline:
    """The moment at which an exchange is over, and the longest wait within it."""

    def __init__(self, seconds: float, silence: float) -> None:
        self._end, self._silence = time.monotonic() + seconds, silence

    def left(self) -> float:
        """Return the seconds that the next wait may take. Raises TimeoutError when the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self._silence)


class _Timed(io.RawIOBase):
    """What a socket receives, each wait cut at the deadline: a server that drips byte by byte wins nothing."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)


class _Response(HTTPResponse):
    """An answer that is read up to a deadline."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        super().__init__(sock, method="GET")
        self.fp.close()
        self.fp = io.BufferedReader(_Timed(sock, deadline))


def _send(sock: socket.socket, target: Target, headers: Mapping[str, str], deadline: _Deadline) -> HTTPResponse:
    sock.settimeout(deadline.left())
    connection = HTTPConnection(target.host, target.port)
    connection.sock = sock
    connection.request("GET", target.path, headers=headers)
    response = _Response(sock, deadline)
    response.begin()
    return response


class _Plain:
    """A body that is not packed."""

    def feed(self, packed: bytes, most: int) -> bytes:
        """Return the next piece, unpacked, at most ``most`` bytes of it."""
        return packed[:most]

    def whole(self) -> bool:
        """Return whether the body ended where it should."""
        return True


class _Inflated(_Plain):
    """A gzip or zlib body (RFC 1952, RFC 1950). Never more than what is asked for is unpacked, so a bomb stays a small file."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._fed = False

    def feed(self, packed: bytes, most: int) -> bytes:
        self._fed = True
        try:
            return self._inflate.decompress(packed, most)
        except zlib.error as error:
            raise HTTPException("what it sent cannot be unpacked") from error

    def whole(self) -> bool:
        return self._inflate.eof or not self._fed


def _unpacker(encoding: str) -> _Plain:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflated()
    raise FetchFailed(f"The answer is packed as {name[:40]}, which was not asked for.")


def _too_large(limit: int) -> FetchFailed:
    size = f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
    return FetchFailed(f"The answer is larger than {size}.")


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError):
        return (error.strerror or str(error) or type(error).__name__).lower()[:160]
    return (str(error) or type(error).__name__)[:160]
