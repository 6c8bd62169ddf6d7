"""Names in scripts with blanks but without capitals (Arabic, Hebrew, Devanagari, Hangul), told by the words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from . import names
from .data import words
from .tokens import Item, fold

#: A name has at most so many words.
LONGEST = 3


@cache
def _beside(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words()["uncapitalled"][name].split())


def _without_capitals(items: Sequence[Item]) -> bool:
    return all(
        i.kind in ("word", "place") and i.text[:1].isalpha() and i.text[:1].lower() == i.text[:1].upper() for i in items
    )


def kind_of(x: Sequence[Item], y: Sequence[Item], before: Sequence[Item], after: Sequence[Item]) -> str:
    """Return "place" or "person" where both captions have another name in one place, else "".

    What it names is told by a word beside it, or by one of both that is a known place."""
    if not (0 < len(x) <= LONGEST and 0 < len(y) <= LONGEST and _without_capitals(x) and _without_capitals(y)):
        return ""
    if x[0].kind == y[0].kind == "place" and x[0].key != y[0].key:
        return "place"  # "경북 울진", "강원 삼척": each begins with a known province
    told = [all(i.kind == "place" for i in run) for run in (x, y)]
    kinds = {key.removeprefix("ال") for key in (i.key for i in (*x, *y))} & _beside("place_before")
    if any(told) and not kinds and len(x) + len(y) < 4:
        return "place"  # a place that is known, and a word in its place
    last, following = before[-1].key if before else "", after[0].key if after else ""
    if last in _beside("place_before") or following in _beside("place_after"):
        return "place"
    if last not in _beside("person_before") and len(before) > 1 and (names.nation(last) or before[-1].kind == "place"):
        last = before[-2].key  # "وزير الخارجية المصري"
    if last in _beside("person_before") or following.startswith(tuple(_beside("person_after"))):
        return "person"
    return ""
