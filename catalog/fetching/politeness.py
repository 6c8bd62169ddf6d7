"""How long a host is left alone: between two requests, when it asks to wait, and when it keeps failing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from .failure import FetchFailed
from .rules import Rules

#: The longest sleep between two looks at whether the run was stopped.
_NAP = 0.1


@dataclass(slots=True)
class _Host:
    next: float = 0.0
    delay: float = 0.0
    failures: int = 0


class Politeness:
    """The turns of one run's hosts. ``clock`` and ``sleep`` are in seconds; ``stopped`` ends a wait early."""

    def __init__(
        self,
        rules: Rules,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._rules, self._clock, self._sleep, self._stopped = rules, clock, sleep, stopped
        self._hosts: dict[str, _Host] = {}

    def turn(self, host: str) -> None:
        """Wait until a host may be asked again, and take that turn.

        Raises FetchFailed when that is longer than patience allows, when the host keeps failing, or when the run is stopped.
        """
        state = self._hosts.setdefault(host, _Host())
        if state.failures >= self._rules.give_up:
            raise FetchFailed(
                f"{host} failed {state.failures} times in a row and is left alone in this run.", again=True
            )
        wait = state.next - self._clock()
        if wait > max(self._rules.patience, self._rules.longest_delay):
            raise FetchFailed(f"{host} asks to be left alone for {wait:,.0f} seconds.", again=True)
        while (wait := state.next - self._clock()) > 0:
            if self._stopped():
                raise FetchFailed("The run was stopped.", again=True)
            self._sleep(min(wait, _NAP))
        self._rest(state)

    def slower(self, host: str, seconds: float) -> None:
        """Leave at least ``seconds`` between two requests to a host, as its robots.txt asks, within the rules."""
        self._hosts.setdefault(host, _Host()).delay = min(max(seconds, 0.0), self._rules.longest_delay)

    def hold(self, host: str, seconds: float) -> None:
        """Ask a host nothing for ``seconds``."""
        state = self._hosts.setdefault(host, _Host())
        state.next = max(state.next, self._clock() + seconds)

    def done(self, host: str, *, failed: bool) -> None:
        """Note how an exchange with a host ended."""
        state = self._hosts.setdefault(host, _Host())
        state.failures = state.failures + 1 if failed else 0
        self._rest(state)

    def _rest(self, state: _Host) -> None:
        state.next = max(state.next, self._clock() + max(self._rules.delay, state.delay))


def retry_after(value: str, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), ``None`` when it says nothing.

    ``now`` is the time in seconds since 1970, for the form that names a date.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None
