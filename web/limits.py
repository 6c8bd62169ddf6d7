"""How often someone may fail to log in before waiting, remembered in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock


class Attempts:
    """Counts failures by key (an address, a name) within a sliding window; the oldest keys are forgotten first."""

    def __init__(
        self, allowed: int = 5, seconds: float = 300.0, keys: int = 4096, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowed, self.seconds, self.keys, self.clock = allowed, seconds, keys, clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str) -> int:
        """Return for how many more seconds ``key`` has to wait, 0 when it may try."""
        with self._lock:
            now = self.clock()
            recent = [t for t in self._failures.get(key, ()) if now - t < self.seconds]
            if len(recent) < self.allowed:
                return 0
            return max(1, int(self.seconds - (now - recent[-self.allowed])) + 1)

    def fail(self, key: str) -> None:
        """Remember one failure of ``key``."""
        with self._lock:
            now = self.clock()
            recent = [t for t in self._failures.pop(key, []) if now - t < self.seconds]
            self._failures[key] = [*recent[-self.allowed :], now]
            while len(self._failures) > self.keys:
                self._failures.popitem(last=False)

    def clear(self, key: str) -> None:
        """Forget the failures of ``key``, after a success."""
        with self._lock:
            self._failures.pop(key, None)
