"""What a person typed for an id: whole, or so much of its beginning that no other begins so."""

from __future__ import annotations

from bisect import bisect_left
from itertools import takewhile

from .errors import NotFound, UsageError
from .stores.base import Store

#: Digits that the beginning of an id must have.
LEAST = 4
#: Kinds of documents that people name, and the word for each.
WORDS = {"image": "picture", "article": "article", "caption": "caption", "finding": "finding"}


def named(store: Store, kind: str, typed: str) -> str:
    """Return the id of the document of a ``kind`` (one of WORDS) that ``typed`` names. ``kind:`` may stand before it.

    Raises NotFound, which says so when it is the id of something else, and UsageError when several ids begin so.
    """
    ident = typed.strip().removeprefix(f"{kind}:").lower()
    if store.get(kind, ident) is not None:
        return ident
    found = _beginning(store.ids(kind), ident) if len(ident) >= LEAST else []
    if len(found) > 1:
        some = ", ".join(found[:3]) + (", ..." if len(found) > 3 else "")
        raise UsageError(f"{len(found)} {WORDS[kind]}s have ids that begin with “{ident}”: {some} Give more of it.")
    if not found:
        other = next((word for other, word in WORDS.items() if store.get(other, ident) is not None), "")
        raise NotFound(WORDS[kind], typed, other)
    return found[0]


def _beginning(idents: list[str], start: str) -> list[str]:
    """Those of sorted ids that begin with ``start``."""
    at = bisect_left(idents, start)
    return list(takewhile(lambda ident: ident.startswith(start), idents[at:]))
