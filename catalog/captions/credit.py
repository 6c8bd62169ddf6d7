"""Cut the credit from a caption as printed: "Photo by X / Y", "(Foto: X)", "© X | Y", "X/AFP via Getty Images", "[写真=…]".

Works on pages and plain text alike. Only the first and last 400 characters are looked at, so the cost is bounded.
The ways that hold on to brackets and marker words have modules of their own; those that know houses and names are here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .creditbrackets import bracket_end, bracket_start, is_captioned
from .creditcut import BARS, REACH, STOPPED, WEIGHTS, Cut, before_day, breaks, made
from .creditmarkers import SIGNS, after_word, bare_credit, bare_end, marker_end, with_marker_before
from .credittables import tables
from .creditwords import (
    LOOSE,
    MAX_CREDIT,
    MOST_WORDS,
    OPEN,
    has_agency,
    is_abbreviation,
    is_agency,
    is_agency_clause,
    is_capitals,
    is_credit,
    is_described,
    is_name,
    is_names,
    is_person,
    is_slashed,
    marker,
    may_name_house,
    parts_of,
    strip_marker,
)

__all__ = ["WEIGHTS", "Cut", "bare_credit", "cut", "has_agency", "has_marker", "is_credit", "strip_marker"]

_DAYS = re.compile(r"[\s(]*(?:\d{1,4}[-./年月日년월일\s]{1,3}){2,3}\d{0,4}[/\s]{1,3}")
_FIRST = re.compile(r"\s?\|\s?|\s[–—•·]\s|\n")
#: "GLASGOW, Scotland (AP)": where an agency's text begins, the house in brackets.
_DATELINE = re.compile(r"\s{0,3}([^\W\d_][\w.'’-]{1,30}),?\s[\w\s.,'’-]{0,60}\([^()]{2,40}\)\s{0,2}$")
_SLASH = re.compile(
    r"(?:^|[\s»”\"’)\].,])"
    r"([^\W\d_][^\s/|,]{1,24}\s[^\W\d_][^\s/|,]{0,24}\s{0,2}/\s{0,2}[^/|\n]{2,50}(?:/[^/|\n]{1,40})?)$"
)


def has_marker(text: str) -> bool:
    """Tell whether the first 400 characters hold a credit marker ("Foto:", "©", "Photo by")."""
    text = text[:REACH]
    return bool(tables().strong.search(text) or tables().alone.search(text))


@lru_cache(maxsize=256)
def cut(printed: str, language: str = "", *, known: tuple[str, ...] = ()) -> Cut:
    """Return ``printed`` cut into caption and credit; ``credit`` is ``""`` when it holds none.

    ``known`` are houses and persons that count as credits here (the publisher, names credited elsewhere on the page).
    ``language`` is accepted for callers that know it; no rule depends on it now. Line breaks in ``printed`` part clauses.
    """
    start = len(printed) - len(printed.lstrip())
    end = len(printed.rstrip())
    if end <= start:
        return Cut("", "", (start, start), (0, 0))
    for way in _WAYS:
        found = way(printed, start, end, known)
        if found is not None and found.credit:
            return found
    return Cut(printed[start:end], "", (start, end), (0, 0))


def _whole(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The printed words are a credit and nothing else."""
    text = printed[start:end]
    if len(text) > MAX_CREDIT:
        return None
    found = marker(text.lstrip(OPEN))
    if found:
        text = printed[start : before_day(printed, start, end)]
    if not found and (len(text.split()) > MOST_WORDS or is_described(text)):
        return None
    if found and not found[1] and not has_agency(text):
        return None
    inner = tables().strong.search(text) if not found and SIGNS.search(text) else None
    if inner and not _may_be_names(text[: inner.start()]):
        return None  # "시장이 다리를 열고 있다 /사진=뉴시스": words, then a credit
    if "＝" in text[1:] and not found and not has_agency(text.split("＝")[0]):
        return None  # "色とりどりの足環＝県提供"
    if not is_credit(text, known) or is_captioned(text):
        return None
    return made(printed, (end, end), (start, end), "credit-whole")


def _may_be_names(text: str) -> bool:
    """Whether words before a marker may be names: where letters have no capitals, few words alone can tell."""
    words = text.strip(LOOSE + " /／|").split()
    return len(words) <= (2 if text.upper() == text.lower() else MOST_WORDS)


def _agency_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The last clause is names and an agency: "… på lördagen. Dan Bashakov/AP", "… | Reuters"."""
    if not may_name_house(printed[max(start, end - MAX_CREDIT) : end], known):
        return None
    for place in breaks(printed, start, end):
        if days := _DAYS.match(printed, place, end):
            # A date before the house is the caption's: "… 있다. 2024.5.3/뉴스1"
            place = days.end()
        clause = printed[place:end]
        if is_agency_clause(clause, known):
            return made(printed, (start, with_marker_before(printed, start, place)), (place, end), "credit-agency")
    return None


def _house_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The last clause is a person and a house of any name ("Jane Doe/Courier"), or a name in capitals."""
    for place in breaks(printed, start, end):
        clause, before = printed[place:end], printed[start:place].rstrip()
        # A comma's or colon's clause goes on; the sign before is a full stop, a bar, a slash or a dash.
        if len(before) < 12 or is_abbreviation(before.rstrip(".")):
            continue
        if is_slashed(clause):
            return made(printed, (start, place), (place, end), "credit-slash")
        is_barred = printed[place - 2] in BARS or printed[place - 3 : place - 1] == "//"
        if is_barred and 2 <= len(clause.split()) <= 4 and clause.istitle() and is_name(clause):
            return made(printed, (start, place), (place, end), "credit-slash")
        is_capital_word = is_barred and clause.strip().isupper() and clause.strip().isalpha()
        if (is_capitals(clause) or (is_capital_word and len(clause.strip()) > 2)) and not before.isupper():
            return made(printed, (start, place), (place, end), "credit-capitals")
    place = printed.rfind(" / ", start, end)
    if place - start > 12 and is_capitals(printed[place:end]) and not printed[start:place].isupper():
        return made(printed, (start, place), (place, end), "credit-capitals")
    if place > start and len(printed[start:place].split()) > 3 and is_person(printed[place + 3 : end]):
        return made(printed, (start, place), (place, end), "credit-slash")
    return None


def _first(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The credit first, the caption after a separator: "© X/dpa | Der Kanzler …", "X/AFP via Getty Images | …"."""
    for stop in _FIRST.finditer(printed, start, min(end, start + MAX_CREDIT)):
        if end - stop.end() <= 10:
            return None
        head = printed[start : stop.start()]
        if is_credit(head, known) and not _is_dateline(head) and not is_credit(printed[stop.end() : end], known):
            return made(printed, (stop.end(), end), (start, stop.start()), "credit-first")
    if found := marker(printed, start, min(end, start + REACH)):
        # "Photo: Jane Doe/AP. The senator waits for a train."
        end_ = STOPPED.search(printed, found[0], min(end, start + MAX_CREDIT))
        if end_ is not None and found[1] and end - end_.end() > 10:
            names = printed[found[0] : end_.start()]
            if not is_abbreviation(names) and is_names(names, 0.0) and all(map(is_name, parts_of(names))):
                return made(printed, (end_.end(), end), (start, end_.start()), "credit-first")
    return None


def _is_dateline(head: str) -> bool:
    """Whether a text opens as an agency's story does: a place in capitals, the house in brackets."""
    found = _DATELINE.match(head)
    return found is not None and found[1].isupper() and not is_agency(found[1])


def _slash_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Two words, a slash and an agency at the end, without any break before: "… gibt« Andrew Harnik / AP"."""
    match = _SLASH.search(printed, max(start, end - 110), end)
    if match is None or match.start(1) <= start:
        return None
    first, _, rest = match.group(1).partition(" ")
    place = match.start(1)
    if is_captioned(match.group(1)):
        # "Kalastaja Eino Salmi / kotialbumi"
        place = match.start(1) + match.group(1).rindex("/") + 1
    elif not first.isupper() and len(first) > 2 and rest.isupper() and is_agency_clause(rest, known):
        # "… Νίκος Παππάς ΑΠΕ-ΜΠΕ/ΟΡΕΣΤΗΣ ΠΑΝΑΓΙΩΤΟΥ": the credit is all that stands in capitals.
        place += len(first) + 1
    elif not is_agency_clause(match.group(1), known):
        return None
    return made(printed, (start, place), (place, match.end(1)), "credit-slash")


def _own_line(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A last line of its own that is a bare name, after a finished sentence."""
    place = printed.rfind("\n", start, end)
    if place > start and printed[place - 1] in '.!?。”"»' and is_credit(printed[place + 1 : end], known, apart=True):
        return made(printed, (start, place), (place + 1, end), "credit-line")
    return None


_WAYS = (
    bracket_start, _first, _whole, bracket_end, _agency_end, marker_end, after_word, bare_end, _slash_end,
    _house_end, _own_line,
)  # fmt: skip
