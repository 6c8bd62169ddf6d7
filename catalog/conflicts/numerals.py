"""Numerals: the value of numbers in words, of one word ("zweiundzwanzig") or several ("сто двадцать пять", "on iki")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .data import words
from .tokens import Item

#: Lists of the table "numbers" that hold no numerals that count by themselves.
_OTHER = ("multiplier", "about", "over", "fraction", "ones", "some", "first")
TENS = (20, 30, 40, 50, 60, 70, 80, 90)
#: What stands between tens and ones in words.
_PLUS = ("e", "y", "et", "i", "si", "и", "i", "og", "och", "en", "και", "va", "ja", "და", "u", "a")
#: Scripts of languages that may join "and" to the word behind it: Arabic "وعشرون", Hebrew "ועשרים".
_JOINED_AND = ("و", "ו")


def _pairs(text: str) -> dict[str, float]:
    return {word: float(value) for word, value in (pair.split("=") for pair in text.split())}


@cache
def known() -> dict[str, float]:
    """Return the values of the numerals of all languages that are no other words elsewhere."""
    return {w: n for name, text in words()["numbers"].items() if name not in _OTHER for w, n in _pairs(text).items()}


@cache
def other_words() -> dict[str, float]:
    """Return the values of words that are a digit behind tens, and other words elsewhere: "un", "pet", "hat"."""
    return _pairs(words()["numbers"]["ones"])


@cache
def first() -> frozenset[str]:
    """Return the words for "first", which is no number of things: it only counts against another ordinal."""
    return frozenset(words()["numbers"]["first"].split())


@cache
def some() -> dict[str, float]:
    """Return the values of words for about so many: "trentaine", "ventina", "dozen"."""
    return _pairs(words()["numbers"]["some"])


@cache
def multipliers() -> dict[str, int]:
    """Return what words behind a number multiply it with: "million", "tysięcy"."""
    return {word: int(size) for word, size in _pairs(words()["numbers"]["multiplier"]).items()}


@cache
def fractions() -> dict[str, float]:
    """Return the parts of a whole by their words."""
    return {word: 1 / size for word, size in _pairs(words()["numbers"]["fraction"]).items()}


def counted(items: Sequence[Item], i: int) -> tuple[float, int] | None:
    """Return a number whose words only count where something stands beside them: Turkish tens, Chinese counters, or None."""
    key = items[i].key
    if key == "on" and (ones := _digit(items, i + 1, strict=False)) and items[i + 1].key in _TURKISH:
        return 10.0 + ones, i + 2
    if key in _EASTERN:
        return _eastern(items, i)
    return None


_TURKISH = frozenset(["bir", "iki", "uc", "dort", "bes", "alti", "yedi", "sekiz", "dokuz"])


def _digit(items: Sequence[Item], i: int, *, strict: bool) -> float:
    """Return the value of a digit in words at ``i`` that follows with nothing but a blank, 0 for none."""
    if i >= len(items) or items[i].kind != "word" or not items[i].glued:
        return 0.0
    value = known().get(items[i].key, 0.0) or (0.0 if strict else other_words().get(items[i].key, 0.0))
    return value if 0 < value < 10 else 0.0


def read(items: Sequence[Item], i: int) -> tuple[float | None, int]:
    """Return the number in words below a thousand that begins at ``i`` and where it ends; None where there is none."""
    key = items[i].key
    if key in known() and not (key in ("one", "second") and items[i].first):
        value = known()[key]
    elif len(key) > 6 and (value := compound(key) or 0.0):
        pass
    else:
        return None, i
    stop = i + 1
    if value >= 100:
        rest, stop = below_hundred(items, stop)
        return value + rest, stop
    if value in TENS:
        at = stop + 1 if stop < len(items) and items[stop].key in _PLUS and items[stop].glued else stop
        if ones := _digit(items, at, strict=at == stop and value in (60, 80)):  # "soixante-dix" is read below
            return value + ones, at + 1
    if 0 < value < 10 and stop < len(items) and items[stop].key[:1] in _JOINED_AND:
        tens = known().get(items[stop].key[1:], 0.0)
        if tens in TENS:  # "خمسة وعشرون"
            return value + tens, stop + 1
    return _french(items, stop, value)


def below_hundred(items: Sequence[Item], i: int) -> tuple[float, int]:
    """Return what "and fifty" or "twenty-five" behind a hundred adds, and where it ends."""
    j = i + 1 if i < len(items) and items[i].key in ("and", *_PLUS) and items[i].glued else i
    value = 0.0
    while j < len(items) and j < i + 3 and items[j].kind == "word" and items[j].glued:
        more = known().get(items[j].key, 0) or (other_words().get(items[j].key, 0) if value >= 20 else 0)
        if not 0 < more < 100 or (value and (value < 20 or more > 9)):
            break
        value, j = value + more, j + 1
    return value, j if value else i


def _french(items: Sequence[Item], i: int, value: float) -> tuple[float, int]:
    """Return a French number in scores or of several words that began before ``i`` ("quatre-vingt-dix", "soixante-dix")."""
    if items[i - 1].key == "dix" and (ones := _digit(items, i, strict=True)) > 6:
        return 10.0 + ones, i + 1  # "dix-sept"
    if value == 4 and i < len(items) and items[i].key in ("vingt", "vingts") and items[i].glued:
        value, i = 80.0, i + 1
    if items[i - 1].key in ("vingt", "vingts", "soixante") and i < len(items) and items[i].glued:
        more = known().get(items[i].key, 0)
        if 0 < more < 20 and value in (60, 80):
            return value + more, i + 1
    return value, i


#: Letters of what a number in the same word counts: "-jahrig".
LEAST_COUNTED = 5
_GERMAN = re.compile(
    r"(?:(?P<thousands>[a-z]{0,20}?)(?:tausend|duizend|tusen))?(?:und|en)?"
    r"(?:(?P<hundreds>[a-z]{0,8}?)(?:hundert|honderd|hundra))?(?:und|en)?(?P<rest>[a-z]{0,20})$"
)


def compound(word: str) -> float | None:
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
    table = {"ein": 1, "een": 1, **known()}
    if word in table:
        return table[word]
    for cut in range(4, len(word) - 1):  # "tjugofem", "trentadue", "ventotto", "kaksikymmentaviisi"
        tens = next((table[w] for w in (word[:cut], word[:cut] + "i", word[:cut] + "a") if w in table), 0.0)
        ones = table.get(word[cut:], 0.0) or other_words().get(word[cut:], 0.0)
        if tens in TENS and 0 < ones < 10:
            return tens + ones
    for joint in ("und", "en", "og"):
        for match in re.finditer(joint, word):
            value, ten = table.get(word[: match.start()]), table.get(word[match.end() :])
            if value and ten and value < 10 <= ten < 100 and ten % 10 == 0:
                return value + ten
    return None


def counts_apart(a: str, b: str) -> bool:
    """Tell whether two folded words differ by the number that they begin with: "zweijahrige", "dreijahrige"."""
    shared = next((n for n, (p, q) in enumerate(zip(reversed(a), reversed(b), strict=False)) if p != q), 0)
    return any(
        None not in (one := (_below_hundred(a[:-n]), _below_hundred(b[:-n]))) and one[0] != one[1]
        for n in range(shared, LEAST_COUNTED - 1, -1)
    )


#: Numerals and counters of Chinese and Japanese.
_EASTERN = {c: n for n, c in enumerate("〇一二三四五六七八九十")} | {"百": 100, "千": 1000, "万": 10_000, "萬": 10_000}
_COUNTERS = frozenset("人名个個枚台本頭匹件歳岁円元回位艘隻只座架辆輛棟栋校軒戸家間间场場店社機発足冊杯倍层層")


def _eastern(items: Sequence[Item], i: int) -> tuple[float, int] | None:
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
    return float(total + part + digit), stop
