"""Where a finding stands in the review queue: "n of N", what comes before it and what after."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from catalog.library import Library

#: Findings that are looked at to tell a position; beyond that the place is not counted.
REACH = 2000
STEP = 250


@dataclass(frozen=True, slots=True)
class Place:
    """``n`` is 1-based, 0 when the finding does not wait (any more) or lies out of reach; ``total`` counts the open ones."""

    n: int
    total: int
    previous: str = ""
    next: str = ""
    kinds: tuple[tuple[str, int], ...] = ()


def place(library: Library, finding: str, kind: str, query: str) -> Place:
    """Return the place of ``finding`` among the open ones of ``kind`` that ``query`` selects; ``""`` means the first."""
    cursor: str | None = None
    seen = 0
    before = ""
    total, kinds = 0, ()  # type: int, tuple[tuple[str, int], ...]
    found = Place(0, 0)
    while seen < REACH:
        page = library.findings(kind, query, limit=STEP if finding else 2, cursor=cursor)
        if cursor is None:
            total, kinds = page.total, tuple(page.kinds.items())
            found = Place(0, total, "", page.items[0].id if page.items else "", kinds)
        for n, item in enumerate(page.items):
            if item.id == finding:
                after = (
                    page.items[n + 1].id if n + 1 < len(page.items) else _first_after(library, kind, query, page.next)
                )
                return Place(seen + n + 1, total, before, after, kinds)
            before = item.id
        seen += len(page.items)
        cursor = page.next
        if cursor is None or not finding:
            break
    return found


def _first_after(library: Library, kind: str, query: str, cursor: str | None) -> str:
    if cursor is None:
        return ""
    items = library.findings(kind, query, limit=1, cursor=cursor).items
    return items[0].id if items else ""


def address(finding: str, kind: str, query: str) -> str:
    """Return the address of a finding's page within a filtered queue; of the queue itself when ``finding`` is empty."""
    tail = urlencode({k: v for k, v in (("q", query), ("kind", kind)) if v})
    return "/review" + (f"/{quote(finding, safe='')}" if finding else "") + (f"?{tail}" if tail else "")
