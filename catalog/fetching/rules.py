"""How much is fetched, how fast and from where. Every limit of fetching stands here."""

from __future__ import annotations

from dataclasses import dataclass

from ..version import __version__

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits in bytes, seconds and counts.

    ``private`` allows machines that are not on the public internet; ``agent`` is the name that servers see. ``size`` is for one
    answer, packed and unpacked, ``seconds`` for one from connecting to its last byte, ``silence`` the longest that a machine
    may say nothing, ``redirects`` how often an answer may point elsewhere. ``delay`` lies between two requests to one host,
    ``longest_delay`` is the most that its robots.txt may ask for. ``patience`` is the longest wait that a server's Retry-After
    is granted, ``tries`` how often a server that asks to wait is asked. ``give_up`` is after how many failures in a row a
    host is left alone for the run. ``pictures`` and ``pictures_size`` bound what one document's pictures may come to.
    ``robots_size`` bounds a robots.txt, ``robots_fresh`` is how long one holds. ``fresh`` is how long an answer is not asked
    for again when the server does not say, ``longest_fresh`` the most that a server may say.
    """

    private: bool = False
    agent: str = f"Cutline/{__version__}"
    size: int = 60 * MB
    seconds: float = 120.0
    silence: float = 20.0
    redirects: int = 8
    delay: float = 0.5
    longest_delay: float = 30.0
    patience: float = 60.0
    tries: int = 3
    give_up: int = 3
    pictures: int = 300
    pictures_size: int = 512 * MB
    robots_size: int = 512 * 1024
    robots_fresh: float = 86_400.0
    fresh: float = 600.0
    longest_fresh: float = 7 * 86_400.0


RULES = Rules()
