"""Numbers in captions: digits and words, thousands, multipliers, and what "about" and "more than" allow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from . import languages, numerals
from .data import words
from .tokens import Item

_GROUPED = re.compile(r"\d{1,3}(?:([.,' ’])\d{3})+$")
#: "6pm", "7.30pm".
_CLOCK = re.compile(r"(0?\d|1[0-2])(?:\.(\d\d))?([ap])m$", re.I)
_PLAIN = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a caption gives it. ``loose`` is "about" for a rounded one, "some" for a word like "trentaine", "over"
    for a bound, else empty.

    ``clock`` marks a time of day, in seconds. ``unit`` is the measure that follows it, as (kind of measure, size of one).
    """

    value: float
    loose: str = ""
    clock: bool = False
    unit: tuple[str, float] | None = None


@cache
def _units() -> dict[str, tuple[str, float]]:
    """Return the measures by name: what they measure, and how much one is in the kind's first unit."""
    return {
        w: (kind, float(n)) for kind, text in words()["units"].items() for w, n in (p.split("=") for p in text.split())
    }


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
    items = _thousands(items)
    i = 0
    while i < len(items):
        made = _at(items, i)
        if made is None:
            out.append(items[i])
            i += 1
            continue
        amount, stop = made
        if amount.clock and out and out[-1].key in _ABOUT_CLOCK:
            items[i] = replace(items[i], start=out.pop().start)  # "alle ore 17", "kl. 17"
        key = f"{'t' if amount.clock else '#'}{amount.value:g}"
        out.append(replace(items[i], kind="number", key=key, skeleton=key, end=items[stop - 1].end, value=amount))
        i = stop
    return out


def _thousands(items: list[Item]) -> list[Item]:
    """Return the items with thousands that a blank parts as one number, as languages but English write them: "1 800".

    Behind a capital the first figure may belong to a name ("Apollo 11").
    """
    out: list[Item] = []
    parted = [
        n
        for n, (x, y) in enumerate(pairwise(items))
        if x.kind == y.kind == "number" and y.glued and y.start == x.end + 1 and re.fullmatch(r"\d{3}", y.key)
    ]
    if not parted or languages.language(items) == "en":
        return items
    for n, item in enumerate(items):
        first = out[-1] if out else None
        joins = n - 1 in parted and first is not None and re.fullmatch(r"[1-9]\d{0,2}(?: \d{3})*", first.key)
        named = len(out) > 1 and out[-2].capital and not out[-2].first
        if first is not None and joins and not named:
            key = f"{first.key} {item.key}"
            out[-1] = replace(first, key=key, skeleton=key, text=key, end=item.end, closing=item.closing)
        else:
            out.append(item)
    return out


def _at(items: list[Item], i: int) -> tuple[Amount, int] | None:
    item = items[i]
    loose = _loose().get(items[i - 1].key, "") if i else ""
    if not loose and i > 1 and items[i - 1].key in ("than", "als", "de", "di"):
        loose = _loose().get(items[i - 2].key, "")
    if item.kind == "time":
        parts = [int(p) for p in re.findall(r"\d+", item.key)]
        half = _half_of_day(items[i + 1]) if i + 1 < len(items) and parts[0] <= 12 else ""
        hour = parts[0] % 12 + 12 * (half == "pm") if half else parts[0]
        seconds = sum(p * 60.0 ** (2 - n) for n, p in enumerate([hour, *parts[1:]]))
        return Amount(seconds, clock=True), i + 1 + (
            bool(half) or (i + 1 < len(items) and items[i + 1].key in (*_OCLOCK, *_HOURS))
        )
    if timed := _hours(items, i):
        return timed
    if item.kind == "part":
        part, whole = item.key.split("/")
        return Amount(int(part) / int(whole), loose), i + 1
    if item.kind == "number":
        if clock := _CLOCK.match(item.key):
            hour = int(clock[1]) % 12 + 12 * (clock[3].lower() == "p")
            return Amount(hour * 3600.0 + 60.0 * int(clock[2] or 0), clock=True), i + 1
        value, stop = value_of(item.key), i + 1
        half = _half_of_day(items[i + 1]) if i + 1 < len(items) else ""
        if half and value is not None and value <= 12:
            return Amount((value % 12 + 12 * (half == "pm")) * 3600.0, clock=True), i + 2
    elif item.kind == "word" and (counted := numerals.counted(items, i)):
        return Amount(counted[0], loose), counted[1]
    elif item.kind == "word" and item.key in numerals.fractions() and _is_fraction(items, i):
        size, stop = _of_million(items, i + 1)
        return Amount(numerals.fractions()[item.key] * size, loose), stop
    elif item.kind == "word" and item.key in numerals.some():
        return Amount(numerals.some()[item.key], "some"), i + 1
    elif item.kind == "word":
        value, stop = numerals.read(items, i)
    else:
        return None
    if value is None:
        return None
    if stop < len(items) and items[stop].kind == "word" and items[stop].glued:
        if [x.key for x in items[stop : stop + 3]] == ["and", "a", "half"]:
            value, stop = value + 0.5, stop + 3  # "two and a half million"
        end = stop + 3
        while stop < min(len(items), end) and items[stop].key in numerals.multipliers():
            value *= numerals.multipliers()[items[stop].key]
            stop += 1
        if item.kind == "word" and value >= 100:
            rest, stop = numerals.below_hundred(items, stop)
            value += rest
        short = _WRITTEN.get(items[stop].text) if stop + 1 < len(items) and items[stop + 1].key in _MONEY else None
        if short and items[stop + 1].glued:
            return Amount(value * short, loose), stop + 1  # "45 M€"
        if (
            stop < len(items)
            and value < 10
            and items[stop].key.removesuffix("s") in numerals.fractions()
            and items[stop].glued
        ):
            return Amount(value * numerals.fractions()[items[stop].key.removesuffix("s")], loose), stop + 1
    if letters := _suffixed(items, i, stop):
        return Amount(value * letters, loose), stop
    return Amount(value, loose, unit=_unit(items, i, stop)), stop


def _hours(items: list[Item], i: int) -> tuple[Amount, int] | None:
    """Return a time of day with its hour in words around it: "14 heures 30", "14.30 Uhr", "kl. 10", "14時30分"."""
    match = _HOUR.match(items[i].key) if items[i].kind == "number" else None
    if match is None or int(match[1]) > 24:
        return None
    after = [(x.key, x.glued) for x in items[i + 1 : i + 4]]
    by_word = bool(after) and after[0][0] in _OCLOCK
    seconds = int(match[1]) * 3600.0 + 60.0 * int(match[2] or 0)
    more = after[1][0] if len(after) > 1 and after[1][1] and re.fullmatch(r"[0-5]\d", after[1][0]) else ""
    if by_word and more and not match[2] and (after[0][0] != "heures" or len(after[1][0]) == 2):
        return Amount(seconds + 60.0 * int(more), clock=True), i + 3
    if by_word and after[0][0] != "heures":
        return Amount(seconds, clock=True), i + 2
    before = items[i - 1].key if i else ""
    if after and after[0][0] in _HOURS and before in ("las", "la", "alle", "as", "a"):
        return Amount(seconds, clock=True), i + 2
    if match[3]:
        return (Amount(seconds, clock=True), i + 1) if before in ("las", "la", "alle", "as", "a") else None
    if i and (items[i - 1].key in _ABOUT_CLOCK or (match[2] and items[i - 1].key in _ITALIAN)):
        return Amount(seconds, clock=True), i + 1
    return None


_HOUR = re.compile(r"(\d{1,2})(?:[.](\d\d))?(h?)$")
#: Words behind the hour of a time of day, the French one only before minutes; and words before one.
_OCLOCK = ("uhr", "heures", "時", "时", "点", "시")
_HOURS = ("heures", "horas", "hora", "h", "hs", "ore")
_ABOUT_CLOCK = ("klokken", "kello", "godz", "godzinie", "saat", "pukul", "ore")
_ITALIAN = ("alle", "dalle", "ore")


#: Letters behind digits that multiply: these always, those only of money ("£2.5m").
_SUFFIXES = {"mn": 1e6, "mln": 1e6, "mio": 1e6, "bn": 1e9, "mrd": 1e9, "tn": 1e12}
_WRITTEN = {"M": 1e6, "Md": 1e9, "Mds": 1e9, "k": 1e3, "K": 1e3}
_OF_MONEY = {"k": 1e3, "m": 1e6, "b": 1e9}
_MONEY = ("dollar", "euro", "pound", "yen", "¥", "₹", "₽", "₺")


def _suffixed(items: list[Item], i: int, stop: int) -> float:
    """Return what the letters behind a number's digits multiply it with, 0 when they do not."""
    suffix = re.sub(r"^[\d.,'\u2019 ]+", "", items[i].key).lower() if items[i].kind == "number" else ""
    around = {items[i - 1].key if i else "", items[stop].key if stop < len(items) else ""}
    return _SUFFIXES.get(suffix, 0) or (_OF_MONEY.get(suffix, 0) if around & set(_MONEY) else 0)


def _of_million(items: list[Item], i: int) -> tuple[int, int]:
    """Return what a fraction is a part of where a multiplier follows ("quarter of a million"), else 1, and where it ends."""
    j = i
    while j < min(len(items), i + 2) and items[j].key in ("of", "a", "de", "d", "di", "un", "van", "een"):
        j += 1
    size = numerals.multipliers().get(items[j].key, 0) if j < len(items) and items[j].glued else 0
    return (size, j + 1) if size >= 1000 else (1, i)


def _half_of_day(item: Item) -> str:
    """Return "am" or "pm" where an item says it; "am" without dots is a German word."""
    return item.key if item.key == "pm" or (item.key == "am" and item.dotted) else ""


def _is_fraction(items: list[Item], i: int) -> bool:
    """Tell whether "third" is a part of something here: "a third", "third of the"."""
    before = items[i - 1].key if i else ""
    after = items[i + 1].key if i + 1 < len(items) else ""
    sure = numerals.fractions()[items[i].key] == 0.5
    return (
        sure
        or before in ("a", "un", "une", "ein", "eine", "einem", "uno", "una", "um", "een")
        or (after == "of" and before != "the")
    )


def _unit(items: list[Item], i: int, stop: int) -> tuple[str, float] | None:
    """Return the measure of the number that stands at ``items[i:stop]``: its suffix, or the word that follows."""
    suffix = re.sub(r"^[\d.,'\u2019 ]+", "", items[i].key) if items[i].kind == "number" else ""
    if suffix:
        return _units().get(suffix)
    return _units().get(items[stop].key) if stop < len(items) and items[stop].glued else None


def contradicted(x: Sequence[Item], i: int, y: Sequence[Item], j: int) -> str:
    """Return of what kind two numbers that cannot both be true are: a time or decade is a date, a road a place."""
    one, other = x[i].value, y[j].value
    assert isinstance(one, Amount) and isinstance(other, Amount)
    if one.clock or all(_DECADE.match(item.text) for item in (x[i], y[j])):
        return "date"
    return "place" if of_road(x, i) and of_road(y, j) else "number"


_DECADE = re.compile(r"(?:1[5-9]|20)?\d0(?:['’]?s|er)$")


def of_road(items: Sequence[Item], i: int) -> bool:
    """Tell whether the number at ``i`` is a road's ("Route 66", "A 12")."""
    before = items[i - 1] if i and items[i].glued else None
    if i + 1 < len(items) and items[i + 1].key == "aged":
        return False  # "A 14-year-old boy"
    letter = before is not None and before.capital and len(before.key) == 1
    return before is not None and (before.key in words()["kinds"]["roads"].split() or letter)


def is_road(items: Sequence[Item], i: int) -> bool:
    """Tell whether the word at ``i`` is a road's letter and number behind an article or preposition ("on the A12")."""
    before = items[i - 1].key if i else ""
    return bool(re.fullmatch(r"[a-z]\d{1,4}", items[i].key)) and before in _ON_ROADS


_ON_ROADS = frozenset(
    ("the", "der", "l", "la", "de", "den", "die", "on", "auf", "sur", "an", "zur", "della", "sull", "dell", "op")
)


def same_measure(x: Item, y: Item) -> bool:
    """Tell whether two words are different units of one kind of measure."""
    one, other = _units().get(x.key), _units().get(y.key)
    return one is not None and other is not None and one[0] == other[0] and one != other


def convertible(x: Amount, y: Amount) -> bool:
    """Tell whether two amounts give one kind of measure in different units."""
    return x.unit is not None and y.unit is not None and x.unit[0] == y.unit[0] and x.unit != y.unit


def converted(x: Amount, y: Amount) -> bool:
    """Tell whether amounts in different units are one, as far as rounding goes (a twentieth)."""
    assert x.unit is not None and y.unit is not None
    a, b = x.value * x.unit[1], y.value * y.unit[1]
    return abs(a - b) <= 0.05 * max(a, b)


#: How much of the larger two amounts may be apart when one is rounded in words: "about 30", "une trentaine".
_ROUNDED = {"about": 0.1, "some": 0.25}


def conflict(x: Amount, y: Amount) -> bool:
    """Tell whether no amount can be both: rounded ones may be a tenth apart, bounds hold on their own side."""
    if x.value == y.value or x.clock != y.clock:
        return False
    if x.loose == y.loose:
        return True
    for one, other in ((x, y), (y, x)):
        if one.loose == "over" and other.value >= one.value:
            return False
        if abs(one.value - other.value) <= _ROUNDED.get(one.loose, 0.0) * max(one.value, other.value):
            return False
    return True
