"""Adjectives of places: of nations ("the Kenyan capital"), and German ones of regions and cities ("thüringisch", "Leipziger")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .names import gazetteer, listed, nation
from .tokens import Item

_OF_REGION = re.compile(r"isch(?:e[mnrs]?)?$")
_OF_CITY = re.compile(r"n?er$")
#: Who stands behind "border" and "coast" there, and is no place.
_MEN = ("guard", "patrol", "polic", "officer")


@cache
def place_of(key: str) -> str:
    """Return the place of a folded German adjective ("thuringischen", "saarlandisch", "leipziger", "dresdner"), or ""."""
    for ending in (_OF_REGION, _OF_CITY):
        stem, ended = ending.subn("", key)
        if ended and len(stem) > 3:
            hit = next((p for end in ("", "en", "n", "ien", "a", "e") if (p := gazetteer().get(stem + end, ""))), "")
            if hit:
                return hit
    return ""


def are_of_places(x: Item, y: Item) -> bool:
    """Tell whether two German adjectives are those of two places: "im saarländischen Landtag", "im thüringischen Landtag"."""
    one, other = place_of(x.key), place_of(y.key)
    return bool(one and other and one != other)


def say_where(items: Sequence[Item], i: int, other: Item) -> bool:
    """Tell whether an adjective of a nation or region, and another in its place, say where by the noun beside them.

    They do in "the Kenyan capital" and "vor der bretonischen Küste", not in "the Kenyan border guards".
    """
    named = all(nation(a.key) or _OF_REGION.search(a.key) for a in (items[i], other))
    for at in (i + 1, i - 1):
        if named and 0 <= at < len(items) and items[at].key in listed("settlements"):
            return at < i or at + 1 >= len(items) or not items[at + 1].key.startswith(_MEN)
    return False
