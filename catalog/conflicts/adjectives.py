"""Adjectives of places: of nations ("the Kenyan capital"), and German ones of regions and cities ("thüringisch", "Leipziger")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .names import gazetteer, listed, nation
from .tokens import Item

_OF_REGION = re.compile(r"isch(?:e[mnrs]?)?$")
_OF_CITY = re.compile(r"(?:n?er|e?se)$")
#: Who stands behind "border" and "coast" there, and is no place.
_MEN = ("guard", "patrol", "polic", "officer")


@cache
def place_of(key: str) -> str:
    """Return the place of a folded German or Dutch adjective ("thuringischen", "leipziger", "rotterdamse"), or ""."""
    for ending in (_OF_REGION, _OF_CITY):
        stem, ended = ending.subn("", key)
        if ended and len(stem) > 3:
            hit = next((p for end in ("", "en", "n", "ien", "a", "e") if (p := gazetteer().get(stem + end, ""))), "")
            if hit:
                return hit
    return ""


#: Endings of adjectives of cities that are written small, by families of languages, with what names of cities end in instead.
_SMALL = (
    (
        re.compile(r"(?:e?n?s[ei]|n?[iae]?n[oaie]|n?[iae]?n[oa]s)$"),
        ("", "o", "a", "e", "i", "es"),
    ),  # "barese", "sevillano"
    (re.compile(r"(?:n?ai[s]e?s?|oi[s]e?s?|ien(?:ne)?s?)$"), ("", "e", "es", "s")),  # "lillois", "marseillaise"
    (re.compile(r"(?:ens(?:e|es)|en[oa]s?|in[oa]s?)$"), ("", "o", "a", "e")),  # "malagueno", "paraense"
    (re.compile(r"(?:sk[iaey]|skieg[o]|skie[mj]|skich|skim[i]?)$"), ("", "a", "o", "e")),  # "krakowski"
    (re.compile(r"ск(?:ии|ая|ое|ого|ои|ом|ому|им|ую|ие|их)$"), ("", "а", "о", "ь")),  # "казанский"
)


@cache
def _city_of(key: str) -> str:
    """Return the city of a folded adjective of a Romance or Slavic language ("barese", "wroclawskiego"), or ""."""
    for ending, lasts in _SMALL:
        stem, ended = ending.subn("", key)
        if ended and len(stem) > 2:
            hit = next((p for end in lasts if len(stem + end) > 3 and (p := gazetteer().get(stem + end, ""))), "")
            if hit:
                return hit
    return ""


def are_of_places(x: Item, y: Item) -> bool:
    """Tell whether two adjectives are those of two places: "im saarländischen Landtag", "im thüringischen Landtag"."""
    one, other = place_of(x.key), place_of(y.key)
    if not (x.capital or y.capital):
        one, other = one or _city_of(x.key), other or _city_of(y.key)
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
