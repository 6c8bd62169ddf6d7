"""Words that differ in their letters and not in what they say: forms of one word, compounds, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache

from . import names
from .data import lines
from .tokens import Item, fold

#: Endings of the forms of one verb, noun or adjective, by families of languages: Germanic, Romance, Slavic in both scripts.
_FAMILIES = tuple(
    frozenset(("", *endings.split()))
    for endings in (
        "e es s d ed ing y ies ied ying n en t te ten em et ene erne ar ade ades at ad er or as de",
        "a o e i s as os es an en on ano ono ava avano aba aban ait aient ent ant ando endo iendo ado ada ados adas ato ata ati ate"
        " ito ita ido ida aron ieron io ia ian iam eron arono iscono isce ee ees er ar ir are ere ire ou am em iu eu",
        "a e i u y o ie em ow om ami ach ego emu ej ym im ich ych mi il al ila ala ili aly alo lo la li ly l"
        " aja uje uja owal owali uji eji ou ech ich uje uji ovali oval",
        "а е и о у ы ю я й ь ам ями ами ах ях ого его ому ему ой ей ом ем ев ов ет ут ют ит ат ят ает яет ают яют л ла ло ли ал али"
        " ила ил или ует уют овал овали ся лся лась лись ется ются ился ились ть",
    )
)
#: Those after a stem of three letters.
_SURE_ENDINGS = frozenset(("", "s", "e", "es", "ed", "ing"))
_VOWEL = re.compile(r"[aeiouyаеиоуыэюя]")
_DOUBLED = re.compile(r"([bdfglmnprt])\1(?=ed$|ing$|en$|er$)")


def inflected(a: str, b: str) -> bool:
    """Tell whether two folded words are forms of one: "arrest", "arrested"; "make", "made"; "Kilometer", "Kilometern"."""
    if irregular(a) & irregular(b):
        return True
    return _of_one_stem(a, b) or _of_one_stem(_DOUBLED.sub(r"\1", a), _DOUBLED.sub(r"\1", b))


@cache
def _irregular() -> dict[str, frozenset[int]]:
    table: dict[str, frozenset[int]] = {}
    for n, line in enumerate(lines("irregular.txt")):
        for form in line.split():
            table[form] = table.get(form, frozenset()) | {n}
    return table


def irregular(key: str) -> frozenset[int]:
    """Return the words of which a folded word is a form that shares no stem with the others, by their numbers."""
    return _irregular().get(key, frozenset())


def _of_one_stem(a: str, b: str) -> bool:
    stem = next((n for n, (p, q) in enumerate(zip(a, b, strict=False)) if p != q), min(len(a), len(b)))
    return any(
        {a[n:], b[n:]} <= endings
        for n in range(stem, max(2, stem - 2), -1)
        for endings in (_FAMILIES if n > 3 else (_SURE_ENDINGS,))
    )


def compounds(x: Sequence[Item], y: Sequence[Item], gone_x: set[int], gone_y: set[int]) -> list[tuple[int, int, int]]:
    """Return where two words of ``x`` are one of ``y``: ("Klima-Konferenz", "Klimakonferenz") as (first, second, one)."""
    found = []
    left = {y[j].key: j for j in sorted(gone_y) if y[j].kind == "word"}
    for i in sorted(gone_x):
        if i + 1 in gone_x and x[i].kind == x[i + 1].kind == "word" and x[i + 1].glued:
            j = left.get(x[i].key + x[i + 1].key)
            if j is not None:
                found.append((i, i + 1, j))
    return found


def pairs(
    x: Sequence[Item], y: Sequence[Item], gone_x: set[int], gone_y: set[int], *, german: bool
) -> Iterator[tuple[int, int]]:
    """Yield the places of words that only one caption has, and that are forms or abbreviations of one word."""
    near = _Near(y, [j for j in sorted(gone_y) if y[j].kind == "word"])
    for i in sorted(gone_x):
        if x[i].kind != "word" or not (len(x[i].key) > 1 or x[i].dotted):
            continue
        for j in near.of(x[i]):
            plain = all(german or item.first or not item.capital for item in (x[i], y[j]))
            if (plain and inflected(x[i].key, y[j].key)) or abbreviates(x, i, y[j]) or abbreviates(y, j, x[i]):
                yield i, j
                near.taken.add(j)
                break


class _Near:
    """The words of one caption by what a form or short form of them has: few of them are looked at for each of the other's."""

    def __init__(self, items: Sequence[Item], places: Sequence[int]) -> None:
        self.taken: set[int] = set()
        self._by: dict[tuple[str, str | int], list[int]] = {}
        for j in places:
            for sort in self._sorts(items[j]):
                self._by.setdefault(sort, []).append(j)

    def of(self, item: Item) -> list[int]:
        """Return the places, in order, of words that may be a form of this one, short for it, or what it is short for."""
        sorts = self._sorts(item)
        asked = {sort for sort in sorts if sort[0] in ("stem", "irregular")}
        asked |= {("letter", letter) for kind, letter in sorts if kind == "short"}
        asked |= {("short", letter) for kind, letter in sorts if kind == "letter"}
        return sorted({j for sort in asked for j in self._by.get(sort, ())} - self.taken)

    @staticmethod
    def _sorts(item: Item) -> set[tuple[str, str | int]]:
        letters = fold(item.text).rstrip(".")
        found: set[tuple[str, str | int]] = {("stem", item.key[:2]), ("letter", item.key[:1])}
        found |= {("irregular", n) for n in irregular(item.key)}
        if item.dotted or item.stopped or (len(letters) <= 4 and not _VOWEL.search(letters[:-1])):
            found.add(("short", letters[:1]))
        return found


def abbreviates(items: Sequence[Item], i: int, long: Item) -> bool:
    """Tell whether the word at ``i`` is short for ``long``: it has a dot, and begins ``long``, its ends or its consonants.

    Of the consonants with the last letter no dot is asked. At the end of a sentence a dot may be the sentence's: there
    the word must be no name that is known. An initial is not short for a first name, the caption that gives it says more;
    letters of it are ("Thos.", "Wm.").
    """
    short, full = items[i], fold(long.text) if long.kind == "place" else long.key
    letters = fold(short.text).rstrip(".")
    if not letters or len(letters) >= len(full):
        return False
    if long.capital and full in names.first_names():
        return _short_first_name(short, letters, full)
    if short.stopped and not short.dotted:  # "Wiceprez.": longer ones must begin the word
        return len(full) - 3 >= len(letters) > 4 and full.startswith(letters) and (not short.capital or long.capital)
    if contracted(letters, full):
        return not short.capital or long.capital
    within = i + 1 < len(items) and items[i + 1].glued and not items[i + 1].first
    named = short.kind == "place" or letters in names.first_names() or short.text.isupper()
    if not short.dotted or (not within and (named or not 3 <= len(letters) <= len(full) - 3)):
        return False
    ends = letters[0] == full[0] and (letters[-1] == full[-1] or not _VOWEL.search(letters))
    cut = not within and letters[0] == full[0]
    return (full.startswith(letters) or ends or cut) and _within(letters, full) and (not short.capital or long.capital)


def first_letters(short: Item, items: Sequence[Item], places: Sequence[int]) -> list[int]:
    """Return the words that stand together and begin with the letters of a short form: "u.a.", "unter anderem"; else none."""
    if not short.dotted or len(short.key) < 2 or short.text.count(".") != len(short.key) or short.text.isupper():
        return []
    for n in range(len(places) - len(short.key) + 1):
        run = list(places[n : n + len(short.key)])
        together = run[-1] - run[0] == len(run) - 1 and all(items[k].kind == "word" for k in run)
        if together and "".join(fold(items[k].text)[:1] for k in run) == short.key:
            return run
    return []


def short_in_place(items: Sequence[Item], i: int, long: Item) -> bool:
    """Tell whether a word with a dot within a caption is short for the one that stands in its place: "USN (Ret.)", "inž.".

    There less is asked of it than by :func:`abbreviates`: its letters stand in ``long`` in their order and begin it. A
    first name's initial is not short for it, the caption that gives the name says more.
    """
    short = items[i]
    letters, full = fold(short.text).replace(".", ""), fold(long.text)
    within = i + 1 < len(items) or short.bracket
    numbered = i + 1 < len(items) and items[i + 1].kind == "number" and items[i + 1].glued
    if numbered and len(letters) == 1 and short.capital and full in names.listed("roads"):
        return letters == full[0]  # "A 45", "Autobahn 45"
    if short.kind != "word" or long.kind not in ("word", "place") or not (short.dotted or short.stopped) or not within:
        return False
    if not 0 < len(letters) < len(full) - 1 or letters[0] != full[0] or not _within(letters, full):
        return False
    joined = i + 1 < len(items) and items[i + 1].glued and not items[i + 1].first  # "С.-Петербург"
    if long.capital and (full in names.first_names() or (len(letters) == 1 and not joined)):
        return False
    return not short.capital or long.capital or short.first


def _short_first_name(short: Item, letters: str, full: str) -> bool:
    """Tell whether letters with a dot are an old short form of a first name: "Wm.", "Thos.", "Geo."."""
    ends = letters[:1] == full[:1] and (letters[-1] == full[-1] or full.startswith(letters))
    return short.dotted and short.capital and 2 <= len(letters) <= 4 and ends and _within(letters, full)


def contracted(short: str, long: str) -> bool:
    """Tell whether a folded word of up to four letters is a longer one without its vowels: "st", "mlle", "pr", "ft"."""
    if not 2 <= len(short) <= 4 or len(long) < len(short) + 2 or not short.isalpha() or _VOWEL.search(short[:-1]):
        return False
    return short[0] == long[0] and short[-1] == long[-1] and _within(short, long)


def squeezed(a: str, b: str) -> bool:
    """Tell whether one folded word of three or four letters is a much longer one pressed together: "gal", "général"."""
    short, long = sorted((a, b), key=len)
    if not 3 <= len(short) <= 4 or len(long) < len(short) + 3 or not short.isalpha():
        return False
    return short[0] == long[0] and short[-1] == long[-1] and not long.startswith(short[:2]) and _within(short, long)


def _within(short: str, long: str) -> bool:
    """Tell whether a word has the letters of another in their order."""
    rest = iter(long)
    return all(c in rest for c in short)


def akin(a: str, b: str) -> bool:
    """Tell whether two folded words begin alike and have most letters in one order: of one family, whatever they end in."""
    one, other = sorted((a, b))  # the measure depends on their order
    return one[:4] == other[:4] and len(one) > 3 and SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.7


def entitled(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether one stretch is a lone office and the other begins with it: "Statsministeren", "Statsminister Jonas Støre"."""
    short, long = sorted((x, y), key=len)
    return len(short) == 1 and inflected(short[0].key, long[0].key)
