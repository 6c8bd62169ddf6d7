"""What a host's robots.txt allows (RFC 9309): a file that is not there allows all, one that cannot be had allows nothing."""

from __future__ import annotations

from collections.abc import Callable
from urllib.robotparser import RobotFileParser

from .failure import FetchFailed, HostRefused
from .rules import Rules
from .target import Target

#: A robots.txt's address -> its status and bytes; raises FetchFailed.
Get = Callable[[str], tuple[int, bytes]]
#: Rules of one file that are looked at.
_LINES = 10_000


class Robots:
    """The robots.txt files of one run's hosts, each asked for once. ``get`` fetches one."""

    def __init__(self, rules: Rules, get: Get) -> None:
        self._rules, self._get = rules, get
        self._known: dict[str, RobotFileParser] = {}

    def check(self, target: Target) -> float:
        """Return the seconds that the host wants between two requests, 0 when it does not say.

        Raises FetchFailed when its robots.txt does not let Cutline fetch the address.
        """
        known = self._known.get(target.origin)
        if known is None:
            known = self._known[target.origin] = self._read(target)
        if not known.can_fetch(self._rules.agent, target.url):
            raise FetchFailed(f"{target.host} does not want it fetched (robots.txt).")
        # Capped before it becomes a float: the file may hold a number of any length.
        return float(min(int(known.crawl_delay(self._rules.agent) or 0), 86_400))

    def _read(self, target: Target) -> RobotFileParser:
        parser = RobotFileParser()
        try:
            status, body = self._get(f"{target.origin}/robots.txt")
        except HostRefused:
            raise
        except FetchFailed as error:
            raise FetchFailed(f"The robots.txt of {target.host} cannot be read: {error}", again=True) from error
        if status >= 500 or status == 429:
            raise FetchFailed(f"The robots.txt of {target.host} cannot be read: status {status}.", again=True)
        # Above the limit the rest is left out, as RFC 9309 (2.5) has it.
        text = body[: self._rules.robots_size].decode("utf-8-sig", "replace") if status == 200 else ""
        parser.parse([line for line in text.splitlines()[:_LINES] if _parses(line)])
        return parser


def _parses(line: str) -> bool:
    """Whether the standard library's parser survives a line: it raises for malformed addresses and odd digits."""
    try:
        RobotFileParser().parse(["User-agent: *", line])
    except ValueError:
        return False
    return True
