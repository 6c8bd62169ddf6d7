"""Where a finding stands in the review queue: "n of N", what comes before it and what after."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from catalog.library import Library
from catalog.views import Place


def place(library: Library, finding: str, kind: str, query: str) -> Place:
    """Return the place of ``finding`` among the open ones of ``kind`` that ``query`` selects; ``""`` means the first."""
    return library.place(finding, kind, query)


def address(finding: str, kind: str, query: str) -> str:
    """Return the address of a finding's page within a filtered queue; of the queue itself when ``finding`` is empty."""
    tail = urlencode({k: v for k, v in (("q", query), ("kind", kind)) if v})
    return "/review" + (f"/{quote(finding, safe='')}" if finding else "") + (f"?{tail}" if tail else "")
