"""Readers take turns, writers do not."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from web.serving import Turns

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Held:
    """An application whose answers wait until they are let go; it counts those under way."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.free = threading.Event()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.begun.release()
        assert self.free.wait(30)
        if environ["PATH_INFO"] == "/broken":
            raise LookupError
        return [b"done"]


def _asked(app: Turns, method: str, path: str = "/") -> list[bytes]:
    return list(app({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda *_: print))


@pytest.mark.timeout(60)
def test_two_read_at_a_time_and_whoever_writes_waits_for_none_of_them() -> None:
    """With two turns a third reader waits, a writer does not; an answer that fails gives its turn back."""
    held = _Held()
    app = Turns(held, 2)
    with ThreadPoolExecutor(5) as threads:
        readers = [threads.submit(_asked, app, "GET", "/broken") for _ in range(2)]
        assert all(held.begun.acquire(timeout=30) for _ in readers)
        third = threads.submit(_asked, app, "HEAD")
        assert not held.begun.acquire(timeout=0.2)
        writer = threads.submit(_asked, app, "POST")
        assert held.begun.acquire(timeout=30)
        held.free.set()
        assert writer.result(30) == third.result(30) == [b"done"]
        for reader in readers:
            with pytest.raises(LookupError):
                reader.result(30)
