"""Fetching one address: what is kept and fresh, else a conditional request, redirects re-checked at every step.

For each step: http or https -> robots.txt allows it -> the host's turn has come -> the host's address is public -> ask.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping

from . import addresses
from .addresses import Resolver
from .exchange import Answer, Line
from .failure import FetchFailed, HostRefused
from .politeness import Politeness, retry_after
from .robots import Robots
from .rules import RULES, Rules
from .shelf import Kept, Shelf
from .target import Target, parse

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses after which the same request may succeed another time.
_PASSING = frozenset({408, 425, 429})


class Fetcher:
    """Fetches addresses for one run and keeps the answers on a shelf.

    ``resolver`` turns names into addresses, ``tls`` says which certificates are trusted (default: the system's list);
    :meth:`stop` ends what is under way; ``clock`` (monotonic seconds) and ``sleep`` are those of politeness.
    """

    def __init__(
        self,
        shelf: Shelf,
        rules: Rules = RULES,
        *,
        resolver: Resolver = addresses.resolve,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.shelf, self.rules, self._stop = shelf, rules, threading.Event()
        self._line = Line(rules, resolver=resolver, tls=tls, stopped=self._stop.is_set)
        self._politeness = Politeness(rules, clock=clock, sleep=sleep, stopped=self._stop.is_set)
        self._robots = Robots(rules, self._robots_txt)

    def stop(self) -> None:
        """End what is under way as soon as may be; nothing is fetched any more."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stop.is_set()

    def fetch(self, url: str) -> Kept:
        """Return the answer of an address, from the shelf or from its server.

        Raises FetchFailed with the reason, CatalogueUnusable when it cannot be kept.
        """
        target = parse(url)
        kept = self.shelf.find(target)
        if kept is not None and self.shelf.is_fresh(kept, self.rules):
            return kept
        final, answer = self._follow(target, kept, self._polite, self.rules.size)
        if answer.status == 304 and kept is not None:
            return self.shelf.renew(kept, answer.headers)
        if answer.status != 200:
            again = answer.status >= 500 or answer.status in _PASSING
            raise FetchFailed(f"{final.host} answers {answer.status} {answer.reason}".rstrip() + ".", again=again)
        return self.shelf.keep(target, final, answer.status, answer.headers, answer.body)

    def _follow(
        self, target: Target, kept: Kept | None, ask: Callable[[Target, Mapping[str, str], int], Answer], limit: int
    ) -> tuple[Target, Answer]:
        """Ask, and ask where the answer points to, until one points nowhere."""
        seen: set[str] = set()
        while True:
            if self.stopped:
                raise FetchFailed("The run was stopped.", again=True)
            if target.url in seen:
                raise FetchFailed("The address leads back to itself.")
            if len(seen) > self.rules.redirects:
                raise FetchFailed(f"The address leads on more than {self.rules.redirects} times.")
            seen.add(target.url)
            conditions = kept.validators() if kept is not None and kept.final == target.url else {}
            answer = ask(target, conditions, limit)
            where = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not where:
                return target, answer
            target = _next(target, where)

    def _polite(self, target: Target, headers: Mapping[str, str], limit: int) -> Answer:
        """Ask as a host's robots.txt and its own word (Retry-After) want it."""
        if delay := self._robots.check(target):
            self._politeness.slower(target.host, delay)
        for left in reversed(range(self.rules.tries)):
            self._politeness.turn(target.host)
            answer = self._noted(target, headers, limit)
            asked = retry_after(answer.headers.get("retry-after", ""), time.time())
            if answer.status not in (429, 503) or asked is None:
                return answer
            self._politeness.hold(target.host, asked)
            if asked > self.rules.patience or not left:
                raise FetchFailed(f"{target.host} asks to wait for {asked:,.0f} seconds.", again=True)
        raise AssertionError("unreachable: the last try returns or raises")

    def _noted(self, target: Target, headers: Mapping[str, str], limit: int) -> Answer:
        """Ask, and note whether the host is well."""
        try:
            answer = self._line.ask(target, headers, limit)
        except FetchFailed as error:
            if self.stopped:
                raise
            self._politeness.done(target.host, failed=error.again and not isinstance(error, HostRefused))
            raise
        self._politeness.done(target.host, failed=False)
        return answer

    def _robots_txt(self, url: str) -> tuple[int, bytes]:
        """The robots.txt at an address, from the shelf when it is younger than a day; its host's turn is not taken."""
        target = parse(url)
        kept = self.shelf.find(target)
        if kept is None or not 0 <= self.shelf.clock() - kept.time < self.rules.robots_fresh:
            _, answer = self._follow(target, None, self._noted, self.rules.robots_size * 2)
            body = answer.body if answer.status == 200 else b""
            if answer.status >= 500 or answer.status == 429:
                return answer.status, body
            kept = self.shelf.keep(target, target, answer.status, answer.headers, body)
        return kept.status, kept.path.read_bytes()


def _next(target: Target, where: str) -> Target:
    """The address that a redirect names, seen from the one that answered. Raises FetchFailed, saying that it was one."""
    try:
        return parse(_utf8(where), target.url)
    except FetchFailed as error:
        raise FetchFailed(f"{target.host} sends elsewhere: {error}", again=error.again) from error


def _utf8(header: str) -> str:
    """A header that the protocol's reader took for Latin-1, as the UTF-8 that it is as a rule."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header
