"""Which thread answers a request: the next one that is free, but for what takes long, which has threads of its own.

Python runs one thread at a time, and each more that is ready to run makes all the others slower; so there are few. All wait in one
line, and nobody much longer than the others; an import, an export or a change of many pictures holds up none of them.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol

log = logging.getLogger(__name__)

#: Requests that are answered at the same time, some of which only wait for the disk, for another's lock, or for a process that
#: reads; and those that take long.
THREADS = {"usual": 6, "long": 4}
_LONG = re.compile(
    r"(?:/api/v1)?/(?:import|export|bulk|images/bulk|findings/bulk|findings/plan|similar|search/similar)"
)


class Task(Protocol):
    """A connection whose first request is to be answered."""

    requests: list[Any]

    def service(self) -> None:
        """Answer it."""

    def cancel(self) -> None:
        """Do not answer it any more."""


class Lanes:
    """Gives each request to a thread: what waitress calls a task dispatcher."""

    def __init__(self, threads: Mapping[str, int] = THREADS) -> None:
        self._queues: dict[str, SimpleQueue[Task | None]] = {name: SimpleQueue() for name in threads}
        self._threads = [
            (name, threading.Thread(target=_answer, args=(self._queues[name],), name=f"{name}-{n}", daemon=True))
            for name, count in threads.items()
            for n in range(count)
        ]
        for _, thread in self._threads:
            thread.start()

    def add_task(self, task: Task) -> None:
        """Have the first request of a connection answered."""
        path = str(getattr(task.requests[0], "path", ""))  # a request that could not be read has none
        self._queues["long" if _LONG.fullmatch(path) else "usual"].put(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Let the threads end once they have answered what they are at. Returns whether others waited; they are told off."""
        pending = [task for queue in self._queues.values() for task in _taken(queue)]
        for name, _ in self._threads:
            self._queues[name].put(None)
        until = time.monotonic() + timeout
        for _, thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        for task in pending if cancel_pending else ():
            task.cancel()
        return bool(pending)


def _answer(queue: SimpleQueue[Task | None]) -> None:
    while (task := queue.get()) is not None:
        try:
            task.service()
        except Exception:  # waitress itself catches what an application raises
            log.exception("A connection broke")


def _taken(queue: SimpleQueue[Task | None]) -> list[Task]:
    """All that waits. A thread may take the last one meanwhile: nothing is waited for."""
    found = []
    with suppress(Empty):
        while True:
            if (task := queue.get_nowait()) is not None:
                found.append(task)
    return found
