"""Cut the credit from a caption as printed: "Photo by X / Y", "(Foto: X)", "© X | Y", "X/AFP via Getty Images", "[写真=…]".

Works on pages and plain text alike. Only the first and last 400 characters are looked at, so the cost is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from ..model import Evidence
from .credittables import tables
from .creditwords import (
    CLOSE,
    ENDS,
    JOINS,
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
    is_slashed,
    marker,
    parts_of,
    reads_on,
    strip_marker,
)

__all__ = ["Cut", "bare_credit", "cut", "has_agency", "has_marker", "is_credit", "strip_marker"]

REACH = 400
#: Weights in log-odds of the ways in which a credit was told.
WEIGHTS = {
    "credit-whole": 3.0,
    "credit-bracket": 3.0,
    "credit-marker": 3.5,
    "credit-first": 3.0,
    "credit-agency": 2.5,
    "credit-line": 1.5,
    "credit-after-word": 2.0,
    "credit-slash": 1.0,
    "credit-capitals": 1.5,
}
_BRACKETS = re.compile(
    r"[(\[（［【〔]([^()\[\]（）［］【】〔〕]{1,200}(?:\([^()]{1,60}\)[^()\[\]]{0,60})?)[)\]）］】〕]"
)
#: The end of a clause after which a credit may stand; not the dot of an initial ("J. Doe"), but that of a year ("1958 г.").
_BREAK = re.compile(
    r"(?<![ .(/][^\W\d_])(?<!^[^\W\d_])[.!?…][»”\"’')\]）】]{0,2}(?=\s)|[。！？।۔؟։።။។][」』”）]{0,2}|[»”\"’)\]）】](?=\s)"
    r"|\s[|•·–—]\s|\||\n|\s-\s|(?<=\S)[＝=](?=\S)|(?<=\d\sг)\.(?=\s)"
)
_NUMBER = re.compile(r"(?<![^\W\d_])\d")
_DAYS = re.compile(r"[\s(]*(?:\d{1,4}[-./年月日년월일\s]{1,3}){2,3}\d{0,4}[/\s]{1,3}")
_FINISHED = ".!?…”\"»’'」』）)" + ENDS
_FIRST = re.compile(r"\s?\|\s?|\s[–—•·]\s|\n")
#: "GLASGOW, Scotland (AP)": where an agency's text begins, the house in brackets.
_DATELINE = re.compile(r"\s{0,3}([^\W\d_][\w.'’-]{1,30}),?\s[\w\s.,'’-]{0,60}\([^()]{2,40}\)\s{0,2}$")
_LABEL = re.compile(r"\s*([^\W\d_][\w.'’-]{1,24}(?:\s[\w.'’-]{1,20})?)\s{0,2}[:：՝=＝]\s*(\S.{0,150})", re.S)
#: The signs and joining words that end a marker.
_SIGNS = re.compile(r"[:：՝=＝／/|・]|(?<=[^\W\d_])[-–]\s")
#: "(M.G.)", "(M. G.)": a photographer of the house by initials.
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){2,3}")
_SLASHED = re.compile(r"\s/\s")
_STOPPED = re.compile(r"[.!?…][»”\"’')]?\s")
_SLASH = re.compile(
    r"(?:^|[\s»”\"’)\].,])"
    r"([^\W\d_][^\s/|,]{1,24}\s[^\W\d_][^\s/|,]{0,24}\s{0,2}/\s{0,2}[^/|\n]{2,50}(?:/[^/|\n]{1,40})?)$"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A caption cut in two. Spans are (start, end) in the printed text; the credit's is (0, 0) when there is none.

    ``credit`` comes without marker words and brackets; ``text`` is the caption without the credit and its marker.
    """

    text: str
    credit: str
    text_span: tuple[int, int]
    credit_span: tuple[int, int]
    reasons: tuple[Evidence, ...] = ()


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


def _made(printed: str, text: tuple[int, int], credit: tuple[int, int], name: str) -> Cut:
    """A cut with the credit's markers taken off and the caption's loose ends trimmed."""
    inner = strip_marker(printed[credit[0] : credit[1]])
    credit = (credit[0] + inner[0], credit[0] + inner[1])
    first, last = text
    while first < last and printed[first] in LOOSE:
        first += 1
    while last > first and printed[last - 1] in " \t\n\r\u00a0|/–—-=＝·•／([（,;、，":
        last -= 1
    words = printed[credit[0] : credit[1]]
    return Cut(printed[first:last], words, (first, last), credit, (Evidence(name, WEIGHTS[name], words[:80]),))


def _whole(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The printed words are a credit and nothing else."""
    text = printed[start:end]
    if len(text) > MAX_CREDIT:
        return None
    found = marker(text.lstrip(OPEN))
    if not found and (len(text.split()) > MOST_WORDS or is_described(text)):
        return None
    if found and not found[1] and not has_agency(text):
        return None
    inner = tables().strong.search(text) if not found and _SIGNS.search(text) else None
    if inner and not _may_be_names(text[: inner.start()]):
        return None  # "시장이 다리를 열고 있다 /사진=뉴시스": words, then a credit
    if not is_credit(text, known):
        return None
    return _made(printed, (end, end), (start, end), "credit-whole")


def _may_be_names(text: str) -> bool:
    """Whether words before a marker may be names: where letters have no capitals, few words alone can tell."""
    words = text.strip(LOOSE + " /／|").split()
    return len(words) <= (2 if text.upper() == text.lower() else MOST_WORDS)


def _bracket_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Brackets at the end: "… in Rom. (Foto: X/dpa)"; a full stop or a caption bracket may follow."""
    matches = list(_BRACKETS.finditer(printed, max(start, end - REACH), end))
    for match in reversed(matches[-2:]):
        after = printed[match.end() : end].strip(LOOSE + ".。")
        if after and after.strip(OPEN + CLOSE).casefold() not in tables().brackets:
            continue
        inside = match.group(1)
        before = printed[start : match.start()].rstrip()
        if not is_credit(inside, known, bracketed=True) and (label := _labelled(inside)):
            return _made(printed, (start, match.start()), (match.start(1) + label, match.end(1)), "credit-bracket")
        if (terms := tables().terms.search(inside)) and is_credit(inside[: terms.start()], known, bracketed=True):
            place = (match.start(1), match.start(1) + terms.start())
            return _made(printed, (start, match.start()), place, "credit-bracket")
        is_square = match.group()[0] in "[［【"
        if is_credit(inside, known, bracketed=True) or _is_closing_name(before, inside, is_square=is_square):
            name = _name_before(printed, start, match.start(), known) if not after else match.start()
            if name < match.start():
                return _made(printed, (start, name), (name, match.end()), "credit-bracket")
            return _made(printed, (start, match.start()), match.span(1), "credit-bracket")
    return None


def _name_before(printed: str, start: int, place: int, known: tuple[str, ...]) -> int:
    """Where a person begins whose house follows in brackets: "… Foto: Anna Huber (Keystone)", "…. Iván Robles (EFE)"."""
    before = printed[start:place].rstrip()
    for low in _breaks(printed, start, start + len(before)):
        clause = printed[low:place].strip()
        is_short = 2 <= len(clause.split()) <= 4 and clause[:1].isupper()
        is_person = is_short and is_name(clause) and not _NUMBER.search(clause)
        if printed[low - 1] not in LOOSE and (is_person or is_credit(clause, known)):
            return low
    return place


def _is_closing_name(before: str, inside: str, *, is_square: bool) -> bool:
    """Tell whether brackets hold names alone where only a credit can stand: after a finished sentence, or with a slash."""
    if not before or inside.strip(" .").casefold() in tables().brackets or _NUMBER.search(inside):
        return False
    if _INITIALS.fullmatch(inside.strip()) and inside.isupper():
        return inside.strip(" .").replace(" ", "").casefold() not in tables().abbreviations
    if not all(is_name(p) for p in parts_of(inside)) or not inside.strip()[:1].isalpha():
        return False
    if is_square:
        return inside.strip()[:1].isupper() and len(inside) < 60
    if "/" in inside:
        return " " in inside and (before[-1] in _FINISHED or is_slashed(inside))
    return before[-1] in '.!?…”"»' + ENDS and len(inside) < 50


def _labelled(inside: str) -> int:
    """Where the names begin in brackets that hold a label of an unknown language and names ("(Kuha: Juan Cruz)"), or 0."""
    label = _LABEL.fullmatch(inside)
    if label is None or not all(is_name(p) for p in parts_of(label.group(2))):
        return 0
    told = len(label.group(2).split()) > 1 or label.group(2).isupper() or not label.group(2).isascii()
    return label.start(2) if told else 0


def _marker_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A marker in running text near the end: "… in Rom. Foto: X/dpa", "… © X"."""
    low = max(start, end - REACH)
    tail = printed[low:end].lower()
    # The word lists are long: they are searched only when the text holds what every match needs.
    found: list[tuple[re.Match[str], bool]] = []
    if _SIGNS.search(tail):
        found += [(m, True) for m in _around(_SIGNS, tables().strong, printed, low, end)]
    if any(word in tail for word in tables().alone_words):
        found += [(m, True) for m in tables().alone.finditer(printed, low, end)]
    if JOINS.search(tail):
        found += [(m, False) for m in _around(JOINS, tables().weak, printed, low, end)]
    for match, strong in sorted(found, key=lambda f: (f[0].start(), -f[0].end())):
        before, rest = printed[start : match.start()].rstrip(), printed[match.end() : end]
        first = _with_agency_before(printed, start, match.start())
        if not before or (first == match.start() and not _may_begin(before, match)):
            continue
        is_apart = before[-1:] and before[-1] in ".!?…»”)" + ENDS
        share = 0.0 if not strong else 1.0 if is_apart and len(rest.split()) <= 6 else 0.5
        if strong and before[-1:] in ",;" and printed[match.end() - 2 : match.end()] == ": " and len(rest.split()) <= 3:
            # "…, фото: пресслужба залізниці"
            share = 1.0 if rest[-1:].isalpha() else share
        if not strong and is_apart and match.group().rstrip().endswith(("–", "—")):
            # After a finished sentence a dash is as good as a colon: "…. Foto — Anna Lind, Krasta ziņas"
            share = 0.5
        if is_names(rest, share) or is_agency(rest.strip(LOOSE + ".")):
            return _made(printed, (start, first), (first, end), "credit-marker")
    return None


def _around(
    signs: re.Pattern[str], markers: re.Pattern[str], printed: str, low: int, end: int
) -> Iterator[re.Match[str]]:
    """The markers in ``printed[low:end]``, looked for only before the signs that end them."""
    reach = tables().reach
    begin = stop = low
    for sign in signs.finditer(printed, low, end):
        if sign.start() - reach > stop:
            yield from markers.finditer(printed, begin, stop)
            begin = sign.start() - reach
        stop = min(end, sign.end() + 3)
    yield from markers.finditer(printed, begin, stop)


def _may_begin(before: str, match: re.Match[str]) -> bool:
    """Tell whether a credit may begin here: after a clause, or with a capital, a sign or a script without capitals."""
    return before[-1] in ENDS + ".!?…»”\"’'“)]）】|/–—-,;:·•([（【«›" or not (
        match.group()[0].isalpha() and match.group()[0].islower()
    )


def _with_agency_before(printed: str, start: int, place: int) -> int:
    """Where a credit begins whose marker follows an agency: "AP Photo/Jane Doe", "AFP / Foto: X"."""
    low = max(start, place - 30)
    head = printed[low:place].rstrip()
    for match in tables().agency.finditer(head):
        if match.end() == len(head.rstrip(" /|")):
            return low + match.start()
    # "… at Bishan. ST PHOTO: X", "… on Monday. Staff photo by X"
    last = max((m.end() for m in _STOPPED.finditer(head + " ")), default=-1)
    word = head[last:].strip() if last > 0 else ""
    if (
        word
        and " " not in word
        and word[0].isupper()
        and word.isalpha()
        and not is_abbreviation(head[: last - 1].rstrip("."))
    ):
        return low + last
    return place


def _agency_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The last clause is names and an agency: "… på lördagen. Dan Bashakov/AP", "… | Reuters"."""
    for place in _breaks(printed, start, end):
        if days := _DAYS.match(printed, place, end):
            # A date before the house is the caption's: "… 있다. 2024.5.3/뉴스1"
            place = days.end()
        clause = printed[place:end]
        if is_agency_clause(clause, known):
            return _made(printed, (start, _with_marker_before(printed, start, place)), (place, end), "credit-agency")
    return None


def _with_marker_before(printed: str, start: int, place: int) -> int:
    """Where the marker begins that ends at ``place``, its full stop no sentence's ("… stolik, fot. PAP/X"), its sign no break's
    ("… 있다 /사진=뉴시스"); else ``place``."""
    low = max(start, place - tables().reach)
    ways = (tables().alone, tables().strong)
    return next((m.start() for way in ways for m in way.finditer(printed, low, place) if m.end() == place), place)


@lru_cache(maxsize=64)
def _breaks(printed: str, start: int, end: int) -> tuple[int, ...]:
    """Where the last clauses begin (at most four), the longest tail first; after those, the ones after an abbreviation.

    The stop of an abbreviation seldom ends a sentence ("Jan. 12", "St. Albans"): of such tails the shortest comes first.
    """
    low = max(start, end - MAX_CREDIT)
    found = [m for m in _BREAK.finditer(printed, low, end) if start < m.end() < end][-6:]
    doubtful = [
        m for m in found if m.group()[0] == "." and is_abbreviation(printed[max(start, m.start() - 24) : m.start()])
    ]
    sure = [m.end() for m in found if m not in doubtful]
    return (*sure[-4:], *(m.end() for m in reversed(doubtful)))


def _house_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The last clause is a person and a house of any name ("Jane Doe/Courier"), or a name in capitals."""
    for place in _breaks(printed, start, end):
        clause, before = printed[place:end], printed[start:place].rstrip()
        # A comma's or colon's clause goes on; the sign before is a full stop, a bar, a slash or a dash.
        if len(before) < 12 or is_abbreviation(before.rstrip(".")):
            continue
        if is_slashed(clause):
            return _made(printed, (start, place), (place, end), "credit-slash")
        if printed[place - 2] in "|•·" and 2 <= len(clause.split()) <= 4 and clause.istitle() and is_name(clause):
            return _made(printed, (start, place), (place, end), "credit-slash")
        is_capital_word = printed[place - 2] in "|•·" and clause.strip().isupper() and clause.strip().isalpha()
        if (is_capitals(clause) or (is_capital_word and len(clause.strip()) > 2)) and not before.isupper():
            return _made(printed, (start, place), (place, end), "credit-capitals")
    place = printed.rfind(" / ", start, end)
    if place - start > 12 and is_capitals(printed[place:end]) and not printed[start:place].isupper():
        return _made(printed, (start, place), (place, end), "credit-capitals")
    return None


def _after_word(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A last clause that a marker closes: "… J. Petraitis / X nuotr.", "…＝共同撮影", "…. 김철수 기자"."""
    match = tables().after.search(printed, max(start, end - 40), end)
    if match is None:
        return None
    places = _breaks(printed, start, end)
    # In Japanese a comma may part the photographer from place and date: "…＝東京で3日、山本太郎撮影".
    comma = printed.rfind("、", start, match.start()) + 1
    # A slash parts the names from the caption, and one name from another: the longest tail of names is the credit.
    slashes = (m.end() for m in islice(_SLASHED.finditer(printed, max(start, end - 80), match.start()), 4))
    for place in (*places, *((comma,) if places and comma > places[0] else ()), *slashes):
        clause = printed[place : match.start()].strip(LOOSE)
        if clause and len(clause) < 60 and all(is_name(p) for p in parts_of(clause)):
            return _made(printed, (start, place), (place, end), "credit-after-word")
    return None


def _bracket_start(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Brackets at the beginning: "(Foto: X) Der Kanzler …", "[写真=X] …"."""
    match = _BRACKETS.match(printed, start, min(end, start + REACH))
    if match and match.end() < end and is_credit(match.group(1), known, bracketed=True):
        return _made(printed, (match.end(), end), match.span(1), "credit-first")
    return None


def _first(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """The credit first, the caption after a separator: "© X/dpa | Der Kanzler …", "X/AFP via Getty Images | …"."""
    for stop in _FIRST.finditer(printed, start, min(end, start + MAX_CREDIT)):
        if end - stop.end() <= 10:
            return None
        head = printed[start : stop.start()]
        if is_credit(head, known) and not _is_dateline(head) and not is_credit(printed[stop.end() : end], known):
            return _made(printed, (stop.end(), end), (start, stop.start()), "credit-first")
    if found := marker(printed, start, min(end, start + REACH)):
        # "Photo: Jane Doe/AP. The senator waits for a train."
        end_ = _STOPPED.search(printed, found[0], min(end, start + MAX_CREDIT))
        if end_ is not None and found[1] and end - end_.end() > 10:
            names = printed[found[0] : end_.start()]
            if not is_abbreviation(names) and is_names(names, 0.0) and all(map(is_name, parts_of(names))):
                return _made(printed, (end_.end(), end), (start, end_.start()), "credit-first")
    return None


def _is_dateline(head: str) -> bool:
    """Whether a text opens as an agency's story does: a place in capitals, the house in brackets."""
    found = _DATELINE.match(head)
    return found is not None and found[1].isupper() and not is_agency(found[1])


def _slash_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Two words, a slash and an agency at the end, without any break before: "… gibt« Andrew Harnik / AP"."""
    match = _SLASH.search(printed, max(start, end - 110), end)
    if match and match.start(1) > start and is_agency_clause(match.group(1), known):
        return _made(printed, (start, match.start(1)), match.span(1), "credit-slash")
    return None


def bare_credit(text: str, *, apart: bool) -> int:
    """Return where the names begin of a text that is a word for photograph and names, no sign between ("Photo Marie Roux").

    0 when it is something else. ``apart``: it stands in an element of its own or after a bar, so one name is enough.
    """
    match = tables().core.match(text)
    rest = text[match.end() :].strip(LOOSE + ".") if match else ""
    if match is None or not rest or len(rest) > 60 or any(c.isdigit() for c in rest) or reads_on(rest):
        return 0
    is_enough = apart or len(rest.split()) > 1 or rest.isupper() or is_agency(rest)
    return match.end() if is_enough and all(is_name(p) for p in parts_of(rest)) else 0


def _bare_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A word for photograph and names, no sign between, after a finished sentence or a bar: "… mardi. Photo Marie Roux"."""
    slash = printed.rfind(" / ", start, end) + 1
    for place in (*_breaks(printed, start, end), *((slash + 1,) if slash > start else ())):
        before, clause = printed[start:place].rstrip(), printed[place:end].lstrip()
        if before and before[-1] in "|•·/-–—" + _FINISHED and bare_credit(clause, apart=before[-1] in "|•·/"):
            return _made(printed, (start, place), (end - len(clause), end), "credit-marker")
    return None


def _own_line(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A last line of its own that is a bare name, after a finished sentence."""
    place = printed.rfind("\n", start, end)
    if place > start and printed[place - 1] in '.!?。”"»' and is_credit(printed[place + 1 : end], known, apart=True):
        return _made(printed, (start, place), (place + 1, end), "credit-line")
    return None


_WAYS = (
    _bracket_start, _first, _whole, _bracket_end, _agency_end, _marker_end, _after_word, _bare_end, _slash_end,
    _house_end, _own_line,
)  # fmt: skip
