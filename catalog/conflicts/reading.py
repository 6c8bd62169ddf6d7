"""One caption made ready to be compared: items with dates, numbers, places and sides told, and its credit apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from ..captions import credit
from . import dates, languages, names, numbers, phrases, roles
from .data import words
from .tokens import MAX_CHARS, MAX_ITEMS, Item, fold, tokenise

#: A label and names at the very end, which say who took the picture whatever the names look like.
_LABELLED = re.compile(
    r"[\s.(]((?:photo(?:graph)?(?: by)?|credit|image|picture|foto|bild|quelle|source|crédit|crédito)\s?:|©|\|)"
    r"\s{0,2}([^\n:|©]{2,80})$",
    re.I,
)
#: "... . Photo Jane Roe": a label without a sign, behind a full stop, and nothing but names.
_UNSIGNED = re.compile(
    r"[.!?»\"]\s(?i:photos?|foto|bild|image)\s((?:[^\W\d_a-zß-ÿ][\w'’.-]{0,20}(?:\s(?=\S)|$)){2,4})$"
)
#: "... in 2017 / LUSA": names behind a stroke at the very end.
_STROKE = re.compile(r"\s[/|]\s{1,2}((?:[^\W\d_a-zß-ÿ][\w'’.&-]{0,20}(?:\s(?=\S)|$)){1,4})$")
#: "WARSAW (Reuters) - ...": a house in a dateline.
_DATELINE = re.compile(r"\s*[^\W\d_][^()\n]{1,50}\(([^()\n]{2,24})\)\s?[-–—]\s")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Names in brackets at the very end, after a full stop or a small word: after a name they belong to it.
_NAMES_IN_BRACKETS = re.compile(r"(?:[.!?]|(?<!\S)[a-zß-ÿ][^\s()]{0,40})\s\(([A-Z][^()\d]{1,60})\)\s*$")
#: A credit with its label before the caption: "Photo: Jane Roe/AP - ...".
_LEADING = re.compile(
    r"\s*\(?(?:(?:photo(?:graph)?(?: by| credit)?|credit|image|picture|foto|bild|quelle|source|crédit|crédito)\s?:|©)"
    r"\s{0,2}([^\n:|©()]{2,60}?)(?:\s[-–—|]|[|)]|(?<=\w\w)\.)\s(?=\s*[A-ZÀ-Þ«“\"„])",
    re.I,
)
#: A photographer and a house before the caption: "Jane Roe/Reuters: ...".
_HOUSE = re.compile(r"\s*([^\W\d_][^\n:/|]{1,40}/\s?[^\n:/|]{2,40}?)(?::|\s[-–—])\s(?=\s*[^\W\d_])")
#: Words before a colon that only say what sort of picture it is.
_KIND = re.compile(r"\s*([^\W\d_]{2,20}(?:[\s'’-][^\W\d_]{1,20}){0,3})\s?:\s(?=\s{0,5}\S)")
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[\s?(?:…|\.\.\.)\s?\])\s*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A caption as it is compared. ``cut_off`` means that it ends in an ellipsis; ``whole`` that all of it was read.

    ``text`` is the caption as given, as far as it was read; the places of the items slice it.
    """

    text: str
    items: tuple[Item, ...]
    credit: str
    credit_span: tuple[int, int]
    cut_off: bool
    whole: bool
    published: date | None

    @property
    def swallowed(self) -> bool:
        """Tell whether more of the caption was taken for its credit than was left."""
        start, end = self.credit_span
        left = self.items[-1].end - self.items[0].start if self.items else 0
        return end - start > left

    @property
    def language(self) -> str:
        """Return the language, as far as it can be told."""
        return languages.language(self.items)

    @property
    def german(self) -> bool:
        """Tell whether every noun has a capital here."""
        return languages.language(self.items) == "de" or languages.has_german_nouns(self.items)


@cache
def boilerplate() -> frozenset[str]:
    """Return the words that only point at the picture."""
    return frozenset(words()["boilerplate"]["words"].split())


@cache
def _stems() -> tuple[str, ...]:
    return tuple(words()["boilerplate"]["stems"].split())


def points(key: str) -> bool:
    """Tell whether a folded word only points at the picture: "photo", "archives", "illustrative"."""
    return key in boilerplate() or key.startswith(_stems())


def read(text: str, credited: str = "", published: str = "", *, entire: bool = False) -> Reading:
    """Return a caption's items and its credit: the one given, else the one that the text itself ends with.

    With ``entire`` no credit is looked for in the text.
    """
    return _read(text[: MAX_CHARS + 1], credited[:MAX_CHARS], published[:10], entire)


@lru_cache(maxsize=256)
def _read(text: str, credited: str, published: str, entire: bool) -> Reading:
    """Read a caption once for all the captions that it is compared with."""
    whole_text = (0, min(len(text), MAX_CHARS), "", (0, 0))
    start, end, said, span = whole_text if entire else _without_credit(text[:MAX_CHARS])
    items, _ = tokenise(text[start:end])
    line = _DATELINE.match(text[start:end])
    if line and credit.has_agency(line.group(1)):
        items = [x for x in items if not line.start(1) <= x.start < line.end(1)]
    if said and span[1] < end:
        items = [x for x in items if not span[0] <= x.start + start < span[1]]
    whole = len(text) <= MAX_CHARS and len(items) < MAX_ITEMS
    told = languages.language(items)
    items = [replace(x, named=True) if _is_name(x, told) else x for x in items]
    items = phrases.join([replace(x, start=x.start + start, end=x.end + start) for x in items])
    items = [
        replace(x, kind="position", key=s, skeleton=s) if (s := roles.side_of(items, i)) else x
        for i, x in enumerate(items)
    ]
    items = names.find(items, several=True)  # "Rio de Janeiro" holds no month
    items = names.find(phrases.ages(numbers.find(dates.find(items))))
    day = dates.published_day(published)
    items = [_settled(x, day) for x in items]
    return Reading(text, tuple(items), said or credited, span, bool(_CUT_OFF.search(text[start:end])), whole, day)


def _is_name(item: Item, language: str) -> bool:
    """Tell whether a word is a name by its capital, though other languages have it for a small word: "dans le Var"."""
    within = item.kind == "word" and item.capital and not item.first and not item.text.isupper() and len(item.key) > 2
    parts = names.listed("articles") | names.listed("particles")
    return within and item.key not in parts and languages.is_foreign(item.key, language)


def _settled(item: Item, published: date | None) -> Item:
    if not isinstance(item.value, dates.Day):
        return item
    return replace(item, value=dates.settle(item.value, published))


def _after_label(text: str) -> int:
    """Return where the caption begins behind "Archive picture:"; 0 for none, and for a label that credits follow."""
    match = _KIND.match(text)
    if not match:
        return 0
    said = [w for w in re.split(r"[\s'’-]", fold(match.group(1))) if w not in languages.function_words() and len(w) > 1]
    pointing = all(points(w) for w in said) and any(w not in names.listed("picture") for w in said)
    return match.end() if pointing else 0


def _without_credit(text: str) -> tuple[int, int, str, tuple[int, int]]:
    """Return where the caption proper is, and the credit with its place."""
    for pattern in (_LEADING, _HOUSE):
        match = pattern.match(text)
        if match and len(text) > match.end() + 10 and (pattern is _LEADING or credit.has_agency(match.group(1))):
            return match.end(), len(text), match.group(1), match.span(1)
    begin = _after_label(text)
    line = _DATELINE.match(text[begin:])
    if line and credit.has_agency(line.group(1)):
        at = begin + line.end()
        start, end, said, span = _at_end(text[at:])
        return begin, end + at, said, (span[0] + at, span[1] + at) if said else (0, 0)
    start, end, said, span = _at_end(text[begin:])
    if said and all(points(fold(w)) or w in languages.function_words() for w in re.findall(r"\w+", said)):
        said = ""  # "(archive picture)"
    return start + begin, end + begin, said, ((span[0] + begin, span[1] + begin) if said else (0, 0))


def _at_end(text: str) -> tuple[int, int, str, tuple[int, int]]:
    """Return where the caption proper is, and the credit that follows it with its place."""
    found = credit.cut(text)
    # "… Jan. 27, 2016. Photo: X": a credit holds no year.
    if found.credit and not _YEAR.search(found.credit):
        start, end = found.text_span
        end = max(end, found.more_span[1])  # "… (AP Photo/X), May 3, 2024"
        return start, end, found.credit, found.credit_span
    for pattern in (_LABELLED, _NAMES_IN_BRACKETS, _UNSIGNED, _STROKE):
        match = pattern.search(text, max(0, len(text) - 120))
        if match and match.start(1) > 10:
            end = match.start(1) - 1 if pattern is _NAMES_IN_BRACKETS else match.start() + 1
            return 0, end, match.group(match.lastindex or 1), match.span(match.lastindex or 1)
    return 0, len(text), "", (0, 0)
