"""The word lists of credits as compiled patterns: what marks a credit before, after and alone, and the houses credited.

The words are in ``data/credits.toml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .data import load
from .wordtree import alternatives

_EDGE = r"(?<![^\W_])"
#: After a marker: a sign that only credits have, or a joining word or dash that sentences have too.
#: Small letters go on where a hyphen only saves a word ("Bild- und Tonaufnahmen").
_SIGN = (
    r"(?<=[^\W\d_]|[\u0900-\u0dff])[-–]\s{1,3}(?-i:(?![a-zß-ÿа-яё]))"
    r"|\s{0,3}(?::|：|՝|፦|៖|(?<=[\u3041-\u9fff])・|=|＝|／|\|)\s{0,3}|\s{0,2}/\s{0,2}"
)
#: "foto di gruppo", "foto de familia" say of what kind a picture is, not whose.
_NO_KIND = r"(?:(?<!\sd[ie]\s)|(?!(?-i:[a-zà-ÿ]{1,30})[)\].]{0,2}\s{0,3}$))"
_JOIN = r"\s{1,3}(?:by|via|von|oleh|door|par|por|av|af|nga|od|-|–|—)\s{1,3}"


@dataclass(frozen=True, slots=True)
class Tables:
    """Compiled patterns: markers before a credit (``strong`` with a sign, ``weak`` with a joining word), ``alone``, ``after``.

    ``alone_phrases`` are what every match of ``alone`` holds in small letters, ``alone_words`` the longest word of each.

    A match of ``strong``, ``weak`` or ``after`` begins at most ``reach`` letters before its sign, joining word or end.
    """

    strong: re.Pattern[str]
    weak: re.Pattern[str]
    bare: re.Pattern[str]
    alone: re.Pattern[str]
    alone_words: frozenset[str]
    alone_phrases: frozenset[str]
    after: re.Pattern[str]
    agency: re.Pattern[str]
    brackets: frozenset[str]
    rights: frozenset[str]
    private: frozenset[str]
    terms: re.Pattern[str]
    abbreviations: frozenset[str]
    determiners: frozenset[str]
    core: re.Pattern[str]
    label: re.Pattern[str]
    pictures: re.Pattern[str]
    photographers: frozenset[str]
    reach: int


def _split(text: str) -> list[str]:
    return [" ".join(w.split()) for w in text.split(";") if w.strip()]


@cache
def tables() -> Tables:
    """Return the compiled word lists."""
    data = load("credits")
    words = [w for words in data["before"].values() for w in _split(words)]
    before = alternatives(words)
    plural = r"(?:\(s\)|\(e\)|['’]?s)?\.?"
    agency = alternatives(_split(data["agencies"]["exact"]), fold=False)
    private = _split(data["agencies"]["private"])
    folded = alternatives([*_split(data["agencies"]["folded"]), *private])
    domains = alternatives(_split(data["agencies"]["domains"]), fold=False)
    core = alternatives(_split(data["core"]["words"]))
    after = _split(data["after"]["words"])
    own = alternatives([w for w in after if w[0].lower() != w[0].upper()])
    glued = alternatives([w for w in after if w[0].lower() == w[0].upper()])
    return Tables(
        strong=re.compile(rf"{_EDGE}(?:{before}){plural}(?:{_SIGN})", re.I),
        weak=re.compile(rf"{_EDGE}(?:{before}){plural}{_JOIN}", re.I),
        bare=re.compile(rf"(?:{before}){plural}(?:\s{{1,3}}|(?<=\.))(?=[^\s:])", re.I),
        alone=re.compile(
            rf"{_EDGE}(?:{alternatives(_split(data['alone']['words']))})(?![^\W_])\s{{0,3}}+[:：]?+\s{{0,3}}+{_NO_KIND}",
            re.I,
        ),
        alone_words=frozenset(max(w.split(), key=len).lower() for w in _split(data["alone"]["words"])),
        alone_phrases=frozenset(w.lower() for w in _split(data["alone"]["words"])),
        # Letters with capitals end at a space or sign: the house "Nordfoto" holds no marker.
        after=re.compile(rf"[\s／/]{{0,2}}(?:{_EDGE}(?:{own})|{glued})[.\s]{{0,3}}$", re.I),
        agency=re.compile(
            rf"{_EDGE}(?:(?:{agency})|(?i:{folded})|CC[ -]BY(?:-[A-Z]{{2}}){{0,3}}(?: \d\.\d)?"
            rf"|[\w-]{{3,30}}\.(?:{domains}))(?![^\W_])"
        ),
        abbreviations=frozenset(w.casefold() for w in _split(data["abbreviations"]["words"])),
        determiners=frozenset(data["determiners"]["words"].split()),
        label=re.compile(rf"(?:(?:{before})\s{{0,3}}+)?(?:{before})(?:,|،|…|\.{{3}})\s{{0,3}}(?=\S)", re.I),
        pictures=re.compile(rf"(?i:{alternatives(_split(data['pictures']['words']))})"),
        photographers=frozenset(w.casefold() for w in _split(data["photographers"]["words"])),
        core=re.compile(rf"(?i:{core})\s{{1,3}}(?=[^\s:a-z])"),
        reach=10 + max(len(w) for w in (*words, *_split(data["after"]["words"]))),
        rights=frozenset(_split(data["agencies"]["rights"])),
        private=frozenset(w.casefold() for w in private),
        brackets=frozenset(w.casefold() for w in _split(data["caption_brackets"]["words"])),
        terms=re.compile(rf"[.,;。]\s{{0,3}}[^.。]{{0,20}}(?:{alternatives(_split(data['terms']['words']))})", re.I),
    )
