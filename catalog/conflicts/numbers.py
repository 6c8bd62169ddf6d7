"""Numbers in captions: digits and words, thousands, multipliers, and what "about" and "more than" allow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from .data import words
from .tokens import Item

_GROUPED = re.compile(r"\d{1,3}(?:([.,' ’])\d{3})+$")
_PLAIN = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a caption gives it. ``loose`` is "about" for a rounded one, "over" for a bound, else empty."""

    value: float
    loose: str = ""
    clock: bool = False


@cache
def _words() -> dict[str, int]:
    table = words()["numbers"]
    skipped = ("multiplier", "about", "over")
    pairs = (pair.split("=") for name, text in table.items() if name not in skipped for pair in text.split())
    return {word: int(value) for word, value in pairs}


@cache
def _multipliers() -> dict[str, int]:
    return {w: int(n) for w, n in (pair.split("=") for pair in words()["numbers"]["multiplier"].split())}


@cache
def _loose() -> dict[str, str]:
    table = words()["numbers"]
    return {w: kind for kind in ("about", "over") for w in table[kind].split()}


@cache
def loose_words() -> frozenset[str]:
    """Return the words that say that a number is rounded: they say nothing more than the number."""
    return frozenset(word for word, kind in _loose().items() if kind == "about")


def value_of(text: str) -> float | None:
    """Return the value of digits with thousands marks or a decimal mark, or None."""
    if _GROUPED.match(text):
        return float(re.sub(r"\D", "", text))
    match = _PLAIN.match(text)
    return float(f"{match[1]}.{match[2] or 0}") if match else None


def find(items: list[Item]) -> list[Item]:
    """Return the items with number words as numbers, and multipliers ("1.5 million") worked in."""
    out: list[Item] = []
    i = 0
    while i < len(items):
        made = _at(items, i)
        if made is None:
            out.append(items[i])
            i += 1
            continue
        amount, stop = made
        key = f"#{amount.value:g}" if amount.clock is False else items[i].key
        out.append(replace(items[i], kind="number", key=key, skeleton=key, end=items[stop - 1].end, value=amount))
        i = stop
    return out


def _at(items: list[Item], i: int) -> tuple[Amount, int] | None:
    item = items[i]
    loose = _loose().get(items[i - 1].key, "") if i else ""
    if not loose and i > 1 and items[i - 1].key in ("than", "als", "de", "di"):
        loose = _loose().get(items[i - 2].key, "")
    if item.kind == "time":
        parts = [int(p) for p in item.key.split(":")]
        return Amount(sum(p * 60.0 ** (2 - n) for n, p in enumerate(parts)), clock=True), i + 1
    if item.kind == "number":
        value = value_of(item.key)
    elif item.kind == "word" and item.key in _words() and not (item.key in ("one", "second") and item.first):
        value = float(_words()[item.key])
    else:
        return None
    if value is None:
        return None
    stop = i + 1
    if stop < len(items) and items[stop].kind == "word" and items[stop].glued:
        after = items[stop]
        if value in (20, 30, 40, 50, 60, 70, 80, 90) and item.kind == "word" and 0 < _words().get(after.key, 0) < 10:
            value += _words()[after.key]
            stop += 1
        while stop < len(items) and stop < i + 4 and items[stop].key in _multipliers():
            value *= _multipliers()[items[stop].key]
            stop += 1
    return Amount(value, loose), stop


def conflict(x: Amount, y: Amount) -> bool:
    """Tell whether no amount can be both: rounded ones may be a tenth apart, bounds hold on their own side."""
    if x.value == y.value or x.clock != y.clock:
        return False
    if x.loose == y.loose:
        return True
    for one, other in ((x, y), (y, x)):
        if one.loose == "over" and other.value >= one.value:
            return False
        if one.loose == "about" and abs(one.value - other.value) <= 0.1 * max(one.value, other.value):
            return False
    return True
