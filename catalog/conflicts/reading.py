"""One caption made ready to be compared: items with dates, numbers, places and sides told, and its credit apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from ..captions import credit
from . import dates, languages, names, numbers, roles
from .data import words
from .tokens import MAX_CHARS, MAX_ITEMS, Item, tokenise

#: A label and names at the very end, which say who took the picture whatever the names look like.
_LABELLED = re.compile(
    r"[\s.(]((?:photo(?:graph)?(?: by)?|credit|image|picture|foto|bild|quelle|source|crédit|crédito)\s?:|©|\|)\s{0,2}([^\n:|©]{2,80})$",
    re.I,
)
_NAMES_IN_BRACKETS = re.compile(r"(?<=[a-zß-ÿ.!?])\s\(([A-Z][^()\d]{1,60})\)\s*$")
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[\s?(?:…|\.\.\.)\s?\])\s*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A caption as it is compared. ``cut_off`` means that it ends in an ellipsis; ``whole`` that all of it was read."""

    items: list[Item]
    credit: str
    credit_span: tuple[int, int]
    cut_off: bool
    whole: bool
    published: date | None

    @property
    def german(self) -> bool:
        """Tell whether every noun has a capital here."""
        return languages.language(self.items) == "de"


@cache
def boilerplate() -> frozenset[str]:
    """Return the words that only point at the picture."""
    return frozenset(words()["boilerplate"]["words"].split())


def read(text: str, credited: str = "", published: str = "") -> Reading:
    """Return a caption's items and its credit: the one given, else the one that the text itself ends with."""
    start, end, said, span = _without_credit(text[:MAX_CHARS])
    items, _ = tokenise(text[start:end])
    whole = len(text) <= MAX_CHARS and len(items) < MAX_ITEMS
    items = [replace(x, start=x.start + start, end=x.end + start) for x in items]
    items = [
        replace(x, kind="position", key=s, skeleton=s) if (s := roles.side_of(items, i)) else x
        for i, x in enumerate(items)
    ]
    items = names.find(numbers.find(dates.find(items)))
    day = dates.published_day(published)
    items = [_settled(x, day) for x in items]
    return Reading(items, said or credited, span, bool(_CUT_OFF.search(text[start:end])), whole, day)


def _settled(item: Item, published: date | None) -> Item:
    if not isinstance(item.value, dates.Day):
        return item
    return replace(item, value=dates.settle(item.value, published))


def _without_credit(text: str) -> tuple[int, int, str, tuple[int, int]]:
    """Return where the caption proper is, and the credit with its place."""
    found = credit.cut(text)
    if found.credit:
        start, end = found.text_span
        return start, end, found.credit, found.credit_span
    for pattern in (_LABELLED, _NAMES_IN_BRACKETS):
        match = pattern.search(text, max(0, len(text) - 120))
        if match and match.start() > 10:
            place = match.lastindex or 1
            return 0, match.start() + 1, match.group(place), match.span(place)
    return 0, len(text), "", (0, 0)
