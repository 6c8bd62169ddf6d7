"""Credits that a word marks in running text: before ("… Foto: X/dpa", "… © X"), bare ("… Photo Roux"), after ("…＝共同撮影")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from .creditcut import BARS, FINISHED, REACH, STOPPED, Cut, before_day, breaks, made
from .credittables import tables
from .creditwords import (
    ENDS,
    JOINS,
    LOOSE,
    is_abbreviation,
    is_agency,
    is_house,
    is_name,
    is_names,
    parts_of,
    reads_on,
)

#: The signs that end a marker. All ways begin with the sign, so that a scan steps over all else at once.
SIGNS = re.compile(r"[:：՝፦៖=＝／/|・–-](?:(?<![-–])|(?<=[^\W\d_][-–]|[\u0900-\u0dff][-–])\s)")
#: The day of a picture, printed after its photographer.
_DAY = re.compile(r"\s(?:\d{2,4}年)?\d{1,2}月\d{1,2}日$")
_SLASHED = re.compile(r"\s/\s")
#: An initial and the name right after it, or a name as Korean writes it: "Б.Болормаа", "김하늘".
_PERSON = re.compile(r"[^\W\d_]\.[^\W\d_]{2}|[가-힣]{3}$")
_HANGUL = re.compile(r"[가-힣]")


def marker_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A marker in running text near the end: "… in Rom. Foto: X/dpa", "… © X"."""
    low = max(start, end - REACH)
    tail = printed[low:end].lower()
    # The word lists are long: they are searched only when the text holds what every match needs.
    found: list[tuple[re.Match[str], bool]] = []
    if SIGNS.search(tail):
        found += [(m, True) for m in _around(SIGNS, tables().strong, printed, low, end)]
    if any(word in tail for word in tables().alone_words) and any(word in tail for word in tables().alone_phrases):
        found += [(m, True) for m in tables().alone.finditer(printed, low, end)]
    if JOINS.search(tail):
        found += [(m, False) for m in _around(JOINS, tables().weak, printed, low, end)]
    named = before_day(printed, low, end)
    for match, strong in sorted(found, key=lambda f: (f[0].start(), -f[0].end())):
        before, rest = printed[start : match.start()].rstrip(), printed[match.end() : named]
        first = _with_agency_before(printed, start, match.start())
        if not before or (first == match.start() and not _may_begin(before, match)):
            continue
        is_apart = before[-1:] and before[-1] in ".!?…»”)" + BARS + ENDS
        share = 0.0 if not strong else 1.0 if is_apart and len(rest.split()) <= 6 else 0.5
        if (
            strong
            and before[-1:] in ",;"
            and printed[match.end() - 2 : match.end()] in (": ", ". ")
            and len(rest.split()) <= 3
        ):
            # "…, фото: пресслужба залізниці", "…, fot. archiwum towarzystwa"
            share = 1.0 if rest[-1:].isalpha() else share
        if not strong and is_apart and match.group().rstrip().endswith(("–", "—")):
            # After a finished sentence a dash is as good as a colon: "…. Foto — Anna Lind, Krasta ziņas"
            share = 0.5
        if is_names(rest, share) or is_agency(rest.strip(LOOSE + ".")):
            return made(printed, (start, first), (first, end), "credit-marker")
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
    low = max(start, place - 30, printed.rfind("\n", start, place) + 1)
    head = printed[low:place].rstrip()
    if not head:
        return place
    for match in tables().agency.finditer(head):
        if match.end() == len(head.rstrip(" /|")):
            return low + match.start()
    # "… at Bishan. ST PHOTO: X", "… on Monday. Staff photo by X", "… 2024. U.S. Navy photo by X"
    for stop in reversed([*STOPPED.finditer(head + " ")]):
        words = head[stop.end() :].split()
        if is_abbreviation(head[: stop.start()]):
            continue
        is_word = len(words) == 1 and words[0][0].isupper() and words[0].isalpha()
        return low + stop.end() if is_word or is_house(" ".join(words)) else place
    return place


def with_marker_before(printed: str, start: int, place: int) -> int:
    """Where the marker begins that ends at ``place``, its full stop no sentence's ("… stolik, fot. PAP/X"), its sign no break's
    ("… 있다 /사진=뉴시스"); else ``place``."""
    low = max(start, place - tables().reach)
    ways = (tables().alone, tables().strong)
    return next((m.start() for way in ways for m in way.finditer(printed, low, place) if m.end() == place), place)


def after_word(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A last clause that a marker closes: "… J. Petraitis / X nuotr.", "…＝共同撮影", "…. 김철수 기자"."""
    # "中央社記者林大明攝 113年5月7日"
    date = _DAY.search(printed, max(start, end - 20), end)
    end = date.start() if date else end
    match = tables().after.search(printed, max(start, end - 40), end)
    if match is None:
        return None
    places = breaks(printed, start, end)
    # In Japanese a comma may part the photographer from place and date: "…＝東京で3日、山本太郎撮影".
    comma = printed.rfind("、", start, match.start()) + 1
    # A slash parts the names from the caption, and one name from another: the longest tail of names is the credit.
    slashes = (m.end() for m in islice(_SLASHED.finditer(printed, max(start, end - 80), match.start()), 4))
    for place in (*places, *((comma,) if places and comma > places[0] else ()), *slashes):
        clause = printed[place : match.start()].strip(LOOSE)
        if clause and len(clause) < 60 and all(is_name(p) for p in parts_of(clause)):
            return made(printed, (start, place), (place, end), "credit-after-word")
    return None


def bare_credit(text: str, *, apart: bool) -> int:
    """Return where the names begin of a text that is a word for photograph and names, no sign between ("Photo Marie Roux").

    0 when it is something else. ``apart``: it stands in an element of its own or after a bar, so one name is enough.
    """
    match = tables().core.match(text)
    rest = text[match.end() :].strip(LOOSE + ".") if match else ""
    if match is None or not rest or len(rest) > 60 or any(c.isdigit() for c in rest) or reads_on(rest):
        return 0
    if _HANGUL.match(rest) and not (_PERSON.match(rest) or "/" in rest or is_agency(rest)):
        return 0  # "사진 속 모습": words, not names
    is_enough = (
        apart or len(rest.split()) > 1 or "/" in rest or rest.isupper() or is_agency(rest) or _PERSON.match(rest)
    )
    first, *others = parts_of(rest)
    # "Foto Kustbladet/arkiv": that it is old is said where a second house would be.
    is_all_names = is_name(first) and all(is_name(p) or p.strip(" .").casefold() in tables().brackets for p in others)
    return match.end() if is_enough and is_all_names else 0


def bare_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """A word for photograph and names, no sign between, after a finished sentence or a bar: "… mardi. Photo Marie Roux"."""
    slash = printed.rfind(" / ", start, end) + 1
    for place in (*breaks(printed, start, end), *((slash + 1,) if slash > start else ())):
        before, clause = printed[start:place].rstrip(), printed[place:end].lstrip()
        if before and before[-1] in "|•·/-–—" + FINISHED and bare_credit(clause, apart=before[-1] in "|•·/"):
            return made(printed, (start, place), (end - len(clause), end), "credit-marker")
    return None
