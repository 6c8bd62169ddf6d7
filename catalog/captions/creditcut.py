"""A caption cut in two, and the clauses at its end in which a credit may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ..model import Evidence
from .creditwords import ENDS, LOOSE, MAX_CREDIT, is_abbreviation, strip_marker
from .months import LONGEST, is_day

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
#: The end of a clause after which a credit may stand; not the dot of an initial ("J. Doe"), but that of a year ("1958 г.").
_BREAK = re.compile(
    # All ways begin with one of these, so that a scan steps over letters at once.
    r"(?=[.!?…。！？।۔؟։።။។»”\"’')\]）】|;＝=\s])(?:"
    r"(?<![ .(/][^\W\d_])(?<!^[^\W\d_])[.!?…][»”\"’')\]）】]{0,2}(?=\s)|[。！？।۔؟։።။។][」』”）]{0,2}|[»”\"’)\]）】](?=\s)"
    r"|\s[|•·–—⟩›▸►]\s|\s//\s|;(?=\s)|\||\n|\s-\s|(?<=\S)[＝=](?=\S)|(?<=\d\sг)\.(?=\s))"
)
#: Signs that set off what follows them, and end no sentence.
BARS = "|•·⟩›▸►"
FINISHED = ".!?…”\"»’'」』）)" + ENDS
NUMBER = re.compile(r"(?<![^\W\d_])\d")
STOPPED = re.compile(r"[.!?…][»”\"’')]?\s")
#: What may stand between who made a picture and its day: a sign, or a small word ("on 3 May 2024", "le 3 mai 2024").
_MARKS = re.compile(r"\s?[,;(]|\s(?:on|in|from|am|vom|im|le|du|en|el|del|em|il|nel|op|den|dne|od|w|z|в|от|у)(?=\s)")


@dataclass(frozen=True, slots=True)
class Cut:
    """A caption cut in two. Spans are (start, end) in the printed text; the credit's is (0, 0) when there is none.

    ``credit`` comes without marker words and brackets; ``text`` is the caption without the credit and its marker: what
    ``text_span`` holds, and behind it what ``more_span`` holds, where the caption goes on behind its credit.
    """

    text: str
    credit: str
    text_span: tuple[int, int]
    credit_span: tuple[int, int]
    reasons: tuple[Evidence, ...] = ()
    more_span: tuple[int, int] = (0, 0)


def made(printed: str, text: tuple[int, int], credit: tuple[int, int], name: str) -> Cut:
    """A cut with the credit's markers taken off and the caption's loose ends trimmed."""
    inner = strip_marker(printed[credit[0] : credit[1]])
    credit = credit[0] + inner[0], before_day(printed, credit[0] + inner[0], credit[0] + inner[1])
    first, last = text
    while first < last and printed[first] in LOOSE:
        first += 1
    while last > first and printed[last - 1] in " \t\n\r\u00a0|/–—-=＝·•⟩›▸►／([（,;、，፣":
        last -= 1
    words = printed[credit[0] : credit[1]]
    return Cut(printed[first:last], words, (first, last), credit, (Evidence(name, WEIGHTS[name], words[:80]),))


def before_day(printed: str, start: int, end: int) -> int:
    """Where a credit ends behind which the day or year of its picture stands ("John Smith/AP, 16 August 2020"), else ``end``.

    Who made a picture is the same whenever it was made. The comma may be the day's own ("August 16, 2020").
    """
    for mark in _MARKS.finditer(printed, max(start + 2, end - LONGEST - 4), end):
        day = printed[mark.end() : end].strip(" ).")
        first = day.partition(",")[0]
        if NUMBER.search(first) and is_day(day):
            return mark.start()
    return end


@lru_cache(maxsize=64)
def breaks(printed: str, start: int, end: int) -> tuple[int, ...]:
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
