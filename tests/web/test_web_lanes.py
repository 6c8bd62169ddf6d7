"""Which threads answer requests, and that what takes long holds up nothing else."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from waitress.server import create_server

from web.lanes import Lanes, Task

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Task:
    """A connection that asks for a path and is held until it is let go."""

    def __init__(self, path: str, held: threading.Event) -> None:
        self.requests, self.held = [SimpleNamespace(path=path)], held
        self.begun, self.done, self.cancelled = threading.Event(), threading.Event(), False

    def service(self) -> None:
        self.begun.set()
        assert self.held.wait(60)
        self.done.set()
        if self.requests[0].path == "/broken":
            raise LookupError

    def cancel(self) -> None:
        self.cancelled = True


@pytest.mark.timeout(60)
def test_what_takes_long_holds_up_nothing_else() -> None:
    """While imports and exports keep their threads busy, a decision is answered; and they go on while many ask."""
    held, free = threading.Event(), threading.Event()
    free.set()
    lanes = Lanes({"usual": 1, "long": 1})
    long = [_Task("/import", held), _Task("/api/v1/export", held)]
    for task in (*long, decision := _Task("/api/v1/findings/1/decision", free)):
        lanes.add_task(task)
    assert decision.done.wait(30)
    assert long[0].begun.wait(30)
    assert not long[1].begun.is_set()
    page = _Task("/review", held)
    lanes.add_task(page)
    assert page.begun.wait(30)
    held.set()
    assert all(task.done.wait(30) for task in (*long, page))
    assert not lanes.shutdown()


@pytest.mark.timeout(60)
def test_a_connection_that_breaks_takes_no_thread_along() -> None:
    """After an error the thread answers the next."""
    free = threading.Event()
    free.set()
    lanes = Lanes({"usual": 1, "long": 1})
    lanes.add_task(_Task("/broken", free))
    lanes.add_task(after := _Task("/", free))
    assert after.done.wait(30)
    lanes.shutdown()


@pytest.mark.timeout(60)
def test_ending_lets_what_is_under_way_finish_and_cancels_the_rest() -> None:
    """The end of a server waits for answers that are begun; who waited for a thread is told that there is none."""
    held = threading.Event()
    lanes = Lanes({"usual": 1, "long": 1})
    lanes.add_task(first := _Task("/", held))
    assert first.begun.wait(30)
    lanes.add_task(second := _Task("/", held))
    threading.Timer(0.2, held.set).start()
    assert lanes.shutdown(timeout=30)
    assert first.done.is_set()
    assert (first.cancelled, second.cancelled, second.begun.is_set()) == (False, True, False)


@pytest.mark.timeout(60)
def test_the_server_answers_through_them() -> None:
    """Waitress hands every request over, one it could not read too."""

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        return [threading.current_thread().name[:4].encode()]

    server = create_server(app, port=0, _dispatcher=Lanes())
    threading.Thread(target=server.run, daemon=True).start()
    client = http.client.HTTPConnection("127.0.0.1", int(server.effective_port), timeout=30)
    for path, lane in (("/search", b"usua"), ("/api/v1/import", b"long"), ("/bulk", b"long"), ("/", b"usua")):
        client.request("GET", path)
        assert client.getresponse().read() == lane
    client.putrequest("GET", "/")
    client.putheader("Content-Length", "no number")
    client.endheaders()
    assert client.getresponse().status == 400
    server.close()


class _Raced(SimpleQueue[Task | None]):
    """A queue whose last task a thread takes between the look at it and the taking."""

    def empty(self) -> bool:
        return False


@pytest.mark.timeout(10)
def test_the_end_waits_for_no_task_that_a_thread_has_just_taken() -> None:
    """Ending takes what is there, and hangs on nothing that is not."""
    lanes = Lanes({"usual": 0})
    lanes._queues["usual"] = _Raced()
    assert not lanes.shutdown()
