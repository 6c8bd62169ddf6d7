"""Numbers in captions: digits and words, thousands, multipliers, and what "about" and "more than" allow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from .data import words
from .tokens import Item

_GROUPED = re.compile(r"\d{1,3}(?:([.,' ’])\d{3})+$")
#: "6pm", "7.30pm".
_CLOCK = re.compile(r"(0?\d|1[0-2])(?:\.(\d\d))?([ap])m$", re.I)
_PLAIN = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as a caption gives it. ``loose`` is "about" for a rounded one, "over" for a bound, else empty.

    ``clock`` marks a time of day, in seconds. ``unit`` is the measure that follows it, as (kind of measure, size of one).
    """

    value: float
    loose: str = ""
    clock: bool = False
    unit: tuple[str, float] | None = None


@cache
def _words() -> dict[str, float]:
    table = words()["numbers"]
    skipped = ("multiplier", "about", "over", "fraction")
    pairs = (pair.split("=") for name, text in table.items() if name not in skipped for pair in text.split())
    return {word: float(value) for word, value in pairs}


@cache
def _multipliers() -> dict[str, int]:
    return {w: int(n) for w, n in (pair.split("=") for pair in words()["numbers"]["multiplier"].split())}


@cache
def _fractions() -> dict[str, float]:
    return {w: 1 / int(n) for w, n in (pair.split("=") for pair in words()["numbers"]["fraction"].split())}


@cache
def _units() -> dict[str, tuple[str, float]]:
    """Return the measures by name: what they measure, and how much one is in the kind's first unit."""
    return {
        w: (kind, float(n)) for kind, text in words()["units"].items() for w, n in (p.split("=") for p in text.split())
    }


_GERMAN = re.compile(
    r"(?:(?P<thousands>[a-z]{0,20}?)(?:tausend|duizend|tusen))?(?:und|en)?"
    r"(?:(?P<hundreds>[a-z]{0,8}?)(?:hundert|honderd|hundra))?(?:und|en)?(?P<rest>[a-z]{0,20})$"
)


def _german(word: str) -> float | None:
    """Return the value of a German or Dutch number word of several ("dreihundert", "zweiundzwanzig", "tweehonderd"), or None."""
    match = _GERMAN.match(word[:40])
    if not match or len(word) > 40 or word.endswith(("honderden", "duizenden")):  # "hundreds", "thousands"
        return None
    parts = [_below_hundred(match[name]) if match[name] else None for name in ("thousands", "hundreds", "rest")]
    if any(match[name] and part is None for name, part in zip(("thousands", "hundreds", "rest"), parts, strict=True)):
        return None
    total = parts[2] or 0
    for name, part, size in (("thousands", parts[0], 1000), ("hundreds", parts[1], 100)):
        if match[name] is not None:
            total += size * (part or 1)
    return total or None


def _below_hundred(word: str) -> float | None:
    known = {"ein": 1, "een": 1, **_words()}
    if word in known:
        return known[word]
    for cut in range(4, len(word) - 1):  # "tjugofem", "trentadue", "ventotto", "kaksikymmentaviisi"
        tens = next((known[w] for w in (word[:cut], word[:cut] + "i", word[:cut] + "a") if w in known), 0.0)
        ones = known.get(word[cut:], 0.0)
        if tens in _TENS and 0 < ones < 10:
            return tens + ones
    for joint in ("und", "en", "og"):
        for match in re.finditer(joint, word):
            value, ten = known.get(word[: match.start()]), known.get(word[match.end() :])
            if value and ten and value < 10 <= ten < 100 and ten % 10 == 0:
                return value + ten
    return None


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
        key = f"{'t' if amount.clock else '#'}{amount.value:g}"
        out.append(replace(items[i], kind="number", key=key, skeleton=key, end=items[stop - 1].end, value=amount))
        i = stop
    return out


_TENS = (20, 30, 40, 50, 60, 70, 80, 90)
#: What stands between tens and ones in words.
_PLUS = ("e", "y", "et", "i", "si")


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
        value = value_of(item.key)
        half = _half_of_day(items[i + 1]) if i + 1 < len(items) else ""
        if half and value is not None and value <= 12:
            return Amount((value % 12 + 12 * (half == "pm")) * 3600.0, clock=True), i + 2
    elif item.kind == "word" and item.key == "on" and (ones := _turkish(items, i + 1)):
        return Amount(10.0 + ones, loose), i + 2
    elif item.kind == "word" and item.key in _EASTERN:
        return _eastern(items, i)
    elif item.kind == "word" and item.key in _fractions() and _is_fraction(items, i):
        size, stop = _of_million(items, i + 1)
        return Amount(_fractions()[item.key] * size, loose), stop
    elif item.kind == "word" and len(item.key) > 6 and item.key not in _words() and _german(item.key):
        value = float(_german(item.key) or 0)
    elif item.kind == "word" and item.key in _words() and not (item.key in ("one", "second") and item.first):
        value = float(_words()[item.key])
    else:
        return None
    if value is None:
        return None
    stop = i + 1
    if stop < len(items) and items[stop].kind == "word" and items[stop].glued:
        after = items[stop]
        if value in _TENS and item.kind == "word" and 0 < _words().get(after.key, 0) < 10:
            value += _words()[after.key]
            stop += 1
        elif value in _TENS and item.kind == "word" and after.key in _PLUS and stop + 1 < len(items):
            ones = _words().get(items[stop + 1].key, 0)  # "quarenta e cinco"
            if 0 < ones < 10 and items[stop + 1].glued:
                value, stop = value + ones, stop + 2
        if [x.key for x in items[stop : stop + 3]] == ["and", "a", "half"]:
            value, stop = value + 0.5, stop + 3  # "two and a half million"
        value, stop = _french(items, stop, value)
        end = stop + 3
        while stop < min(len(items), end) and items[stop].key in _multipliers():
            value *= _multipliers()[items[stop].key]
            stop += 1
        if item.kind == "word" and value >= 100:
            rest, stop = _below(items, stop)
            value += rest
        short = _WRITTEN.get(items[stop].text) if stop + 1 < len(items) and items[stop + 1].key in _MONEY else None
        if short and items[stop + 1].glued:
            return Amount(value * short, loose), stop + 1  # "45 M€"
        if stop < len(items) and value < 10 and items[stop].key.removesuffix("s") in _fractions() and items[stop].glued:
            return Amount(value * _fractions()[items[stop].key.removesuffix("s")], loose), stop + 1
    if letters := _suffixed(items, i, stop):
        return Amount(value * letters, loose), stop
    return Amount(value, loose, unit=_unit(items, i, stop)), stop


def _turkish(items: list[Item], i: int) -> float:
    """Return what a Turkish digit in words adds to the ten before it ("on iki"), 0 for no such word."""
    fits = i < len(items) and items[i].kind == "word" and items[i].glued
    return _TURKISH.get(items[i].key, 0.0) if fits else 0.0


_TURKISH = {
    "bir": 1.0,
    "iki": 2.0,
    "uc": 3.0,
    "dort": 4.0,
    "bes": 5.0,
    "alti": 6.0,
    "yedi": 7.0,
    "sekiz": 8.0,
    "dokuz": 9.0,
}


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
    if i and items[i - 1].key in _ABOUT_CLOCK:
        return Amount(seconds, clock=True), i + 1
    return None


_HOUR = re.compile(r"(\d{1,2})(?:[.](\d\d))?(h?)$")
#: Words behind the hour of a time of day, the French one only before minutes; and words before one.
_OCLOCK = ("uhr", "heures", "時", "时", "点", "시")
_HOURS = ("heures", "horas", "hora", "h", "hs", "ore")
_ABOUT_CLOCK = ("klokken", "godz", "godzinie", "saat", "pukul")


#: Numerals and counters of Chinese and Japanese.
_EASTERN = {c: n for n, c in enumerate("〇一二三四五六七八九十")} | {"百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_COUNTERS = frozenset("人名个個枚台本頭匹件歳岁円元回位艘隻只座架辆輛棟栋校軒戸家間间场場店社機発足冊杯倍层層")


def _eastern(items: list[Item], i: int) -> tuple[Amount, int] | None:
    """Return a number in Chinese or Japanese numerals before a counter ("三十五人"), and where it ends."""
    stop, total, part, digit = i, 0, 0, 0
    while stop < min(len(items), i + 9) and items[stop].key in _EASTERN:
        value = _EASTERN[items[stop].key]
        if value < 10:
            digit = value
        elif value < 10_000:
            part, digit = part + (digit or 1) * value, 0
        else:
            total, part, digit = total + (part + digit or 1) * value, 0, 0
        stop += 1
    if stop >= len(items) or items[stop].key not in _COUNTERS:
        return None
    return Amount(float(total + part + digit)), stop


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


def _below(items: list[Item], i: int) -> tuple[float, int]:
    """Return what "and fifty" or "twenty-five" behind a hundred adds, and where it ends."""
    j = i + 1 if i < len(items) and items[i].key == "and" and items[i].glued else i
    value = 0.0
    while j < len(items) and j < i + 3 and items[j].kind == "word" and items[j].glued:
        known = _words().get(items[j].key, 0)
        if not 0 < known < 100 or (value and (value < 20 or known > 9)):
            break
        value, j = value + known, j + 1
    return value, j if value else i


def _french(items: list[Item], i: int, value: float) -> tuple[float, int]:
    """Return a French number in scores or of several words that began before ``i`` ("quatre-vingt-dix", "soixante-dix")."""
    if value == 4 and i < len(items) and items[i].key in ("vingt", "vingts") and items[i].glued:
        value, i = 80.0, i + 1
    if items[i - 1].key in ("vingt", "vingts", "soixante") and i < len(items) and items[i].glued:
        more = _words().get(items[i].key, 0)
        if 0 < more < 20 and value in (60, 80):
            return value + more, i + 1
    return value, i


def _of_million(items: list[Item], i: int) -> tuple[int, int]:
    """Return what a fraction is a part of where a multiplier follows ("quarter of a million"), else 1, and where it ends."""
    j = i
    while j < min(len(items), i + 2) and items[j].key in ("of", "a", "de", "d", "di", "un", "van", "een"):
        j += 1
    size = _multipliers().get(items[j].key, 0) if j < len(items) and items[j].glued else 0
    return (size, j + 1) if size >= 1000 else (1, i)


def _half_of_day(item: Item) -> str:
    """Return "am" or "pm" where an item says it; "am" without dots is a German word."""
    return item.key if item.key == "pm" or (item.key == "am" and item.dotted) else ""


def _is_fraction(items: list[Item], i: int) -> bool:
    """Tell whether "third" is a part of something here: "a third", "third of the"."""
    before = items[i - 1].key if i else ""
    after = items[i + 1].key if i + 1 < len(items) else ""
    sure = _fractions()[items[i].key] == 0.5
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
