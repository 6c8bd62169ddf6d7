"""The head of a plain text: its headline, the lines that name the author or the date, and where the story begins.

A line names the author by a word for it ("By", "Text:", "Interview: …"), by the place it is given in a newsroom ("Political
editor"), or as a bare name that the story does not speak of. Such lines look like captions, and are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .credit import cut
from .credittables import tables
from .months import MONTHS
from .textlines import Block
from .textviews import view
from .textwords import tokens, word_list

_HEAD_LINES = 6
#: Lines of the head in which a bare name is the author's, and the words it has.
_NAME_LINES, _NAME_WORDS = 4, range(2, 5)
_HEADLINE_WORDS = 40
#: The most words before the names ("propos recueillis par …"), and the last lines of a text, which may tell who wrote it.
_LABEL_WORDS, _CLOSING_LINES = 3, 3
#: The longest line of an author, and of a date (characters).
_LONGEST_AUTHOR, _LONGEST_DATE = 120, 90
#: The most characters of what follows the names ("Ann Lee, sociologist", "Jo Hart at Mill Park").
_LONGEST_AFTER = 60
#: The most words of a line that is a date and a time: day of the week, month, time zone.
_STAMP_WORDS = 3
#: Letters by which a name is known in all its cases.
_STEM = 5
#: The most words in capitals of an agency's or a desk's sign.
_SIGN_WORDS = 3
#: The most words of a line that gives an author's place in the newsroom.
_ROLE_WORDS = 7

_REPORTER = re.compile(r"[가-힣]{2,4}\s?(?:[가-힣]{2,4}\s?)?기자(?:\s\S{1,60})?|(?:文|撰文|記者|记者)[/／:： ]\S{2,12}")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\s?[年년]|[./])\s?(\d{1,2})(?:\s?[月월]|[./])\s?(\d{1,2})(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.)?\s(?:de\s)?([^\W\d_]{3,10})\.?,?\s(?:de\s)?((?:19|20)\d\d)(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s((?:19|20)\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_CLOCK = re.compile(r"\b\d{1,2}(?:[:.h]\d\d|\s?[ap]\.?m\.?)\b|\b\d{1,2}\s?(?:Uhr|h)\b", re.I)
#: A time in minutes, with few words around it.
_LENGTH = re.compile(
    r"(?:[^\W\d]{1,14}\s?[:\s]\s?){0,3}\d{1,2}\s?[-–’']?\s?(?:min(?:u[^\W\d]{1,6}|\.)?|мин[^\W\d]{0,4}|хв[^\W\d]{0,4}|λεπτ[^\W\d]{1,2}"
    r"|dk|dakika|perc|phút|menit|نٹ|دقائق|دقیقه|मिनट|分钟?|分鐘|분)\.?(?:\s[^\W\d]{1,14}){0,3}",
    re.I,
)


class Layout(NamedTuple):
    """The parts of a text: headline, author, date, and the blocks below the headline that may be captions."""

    title: str
    byline: str
    published: str
    body: list[Block]


def layout(found: Sequence[Block]) -> Layout:
    """Return the parts of a text given as blocks."""
    title, used = headline(found)
    byline = published = ""
    body: list[Block] = []
    below = found[used:]
    after_author = False
    for i, block in enumerate(below):
        if i < _HEAD_LINES:
            named, date = _author(below, i, title), _date(block.text)
            if named or (date and not published) or _is_stamp(block.text) or _is_length(block.text):
                byline, published = byline or named, published or date
                after_author = bool(named)
                continue
            if after_author and _is_only_credit(block.text):
                # "Words: Jo Lee", "Photographs: Ann Hart": no picture stands there.
                continue
            after_author = False
        body.append(block)
    return Layout(title, byline, published, body)


def _is_only_credit(text: str) -> bool:
    found = cut(text)
    return bool(found.credit) and not found.text


def headline(found: Sequence[Block]) -> tuple[str, int]:
    """Return the headline and how many first blocks it takes: one, two where it is printed twice, none without one."""
    if not found:
        return "", 0
    first = view(found[0])
    if len(found) > 1 and found[1].text == found[0].text:
        return found[0].text, 2
    if first.width > _HEADLINE_WORDS or (first.prose and first.sentences > 1):
        return "", 0
    return found[0].text, 1


def _author(lines: Sequence[Block], i: int, title: str) -> str:
    """The author whom a line names, or the line itself where it gives a place in a newsroom; ``""`` otherwise."""
    text = lines[i].text
    if len(text) > _LONGEST_AUTHOR or text[-1] in "!?…":
        return ""
    if _REPORTER.fullmatch(text):
        return text
    words = text.split()
    for n in range(min(_LABEL_WORDS, len(words) - 1), 0, -1):
        label, names = " ".join(words[:n]), _named(" ".join(words[n:]).lstrip(":： "), capitals=not words[0].isupper())
        has_colon = label[-1] in ":：" or words[n][0] in ":："
        known = label.rstrip(":： ").casefold()
        is_surname = not has_colon and known in word_list("masthead", "particles")
        told = words[n:]
        if has_colon and known in word_list("masthead", "author") and len(told) in _NAME_WORDS and not _has_case(text):
            return " ".join(told)
        is_author = known in word_list("masthead", "author") or _is_author_in_place(known)
        if names and is_author and not (is_surname and _is_told(names, lines, i, title)):
            return names
    if _is_sign(text) and _is_above_story(lines[:i]):
        return text
    if len(words) <= _ROLE_WORDS and ":" not in text and _is_role(text):
        return text
    if cut(text).credit:
        return ""
    label, colon, rest = text.partition(":")
    rest = rest.strip()
    names = rest if colon and len(label.split()) < _LABEL_WORDS and _named(rest) == rest else ""
    if not names and i + 1 < len(lines) and _named(text) == text and _is_above_story(lines[:i]):
        names = text
    return names if len(names.split()) in _NAME_WORDS and not _is_told(names, lines, i, title) else ""


def _is_author_in_place(label: str) -> bool:
    """Whether a label is a word for an author and a place in the newsroom ("by our political correspondent")."""
    words = label.split() or [""]
    return words[0] in word_list("masthead", "author") and words[-1] in word_list("masthead", "role")


def _named(text: str, *, capitals: bool = False) -> str:
    """The names that a text begins with, two words at least, where nothing but a profession or a place follows.

    ``capitals``: they may be written in capitals.
    """
    words = text.split()
    count = next((i for i, word in enumerate(words) if not _may_be_named(word)), len(words))
    while count and not words[count - 1][0].isupper():
        count -= 1
    names, rest = words[:count], words[count:]
    if (
        len(names) < _NAME_WORDS[0]
        or (not capitals and " ".join(names).isupper())
        or sum(map(len, rest)) > _LONGEST_AFTER
    ):
        return ""
    goes_on = not rest or names[-1][-1] in ",|" or rest[0] in "|–—-•·" or rest[0] in word_list("masthead", "place")
    if not goes_on or text[-1] in "!?:":
        return ""
    people, comma, role = " ".join(names).partition(",")
    return people if comma and _is_role(role) else " ".join(names).rstrip(" ,.|&")


def _may_be_named(word: str) -> bool:
    bare = word.rstrip(",.|")
    is_name = bare[:1].isupper() and all(c.isalpha() or c in ".'’-" for c in bare)
    return is_name or word.casefold() in word_list("masthead", "particles")


def _is_told(names: str, lines: Sequence[Block], i: int, title: str) -> bool:
    """Whether the headline or another line speaks of one of the names: then it is no author's, or the author is shown.

    The last lines are left out: they may say who the author is. So are credits: the author may have taken the pictures.
    What stands after a comma may be the author's town, of which the story does speak.
    """
    wanted = {w.casefold()[:_STEM] for w in tokens(names.partition(",")[0]) if len(w) > 2}
    others = [cut(b.text).text for k, b in enumerate(lines[: max(_HEAD_LINES, len(lines) - _CLOSING_LINES)]) if k != i]
    return any(wanted & {w.casefold()[:_STEM] for w in tokens(text)} for text in (title, *others))


def _is_above_story(before: Sequence[Block]) -> bool:
    """Whether no paragraph stands among the lines before: at most a summary of one sentence or two."""
    return len(before) < _NAME_LINES and all(view(b).sentences <= 2 for b in before)


def _is_sign(text: str) -> bool:
    """Whether a line is an agency's or desk's sign: one word ("dpa/mel", "Share"), or a few in capitals ("HABER MERKEZİ")."""
    words = text.split()
    is_plain = _has_case(text) and not any(map(str.isdigit, text)) and text.casefold() not in tables().private
    return is_plain and (len(words) == 1 or (len(words) <= _SIGN_WORDS and text.isupper())) and text[-1].isalpha()


def _has_case(text: str) -> bool:
    return text.upper() != text.lower()


def _is_length(text: str) -> bool:
    """Whether a line says how long the text is to be read, and nothing else ("4 min read", "Lesezeit: 3 Minuten")."""
    return bool(_LENGTH.fullmatch(text))


def _is_role(text: str) -> bool:
    """Whether a line without a stop ends in a word for a place in a newsroom ("Personal finance editor")."""
    words = [w.casefold() for w in tokens(text)]
    return bool(words) and words[-1] in word_list("masthead", "role") and text[-1].isalpha()


def _date(text: str) -> str:
    """The ISO date in a line that is little else than a date, ``""`` otherwise."""
    if len(text) > _LONGEST_DATE:
        return ""
    for pattern, order in (
        (_ISO, (1, 2, 3)),
        (_YEAR_FIRST, (1, 2, 3)),
        (_DOTTED, (3, 2, 1)),
        (_DAY_FIRST, (3, 2, 1)),
        (_MONTH_FIRST, (3, 1, 2)),
    ):
        match = pattern.search(text)
        if not match or not (len(match.group()) * 3 >= len(text) or _is_stamp(text)):
            continue
        year, month, day = (match.group(g) for g in order)
        number = int(month) if month.isdigit() else MONTHS.get(month.casefold(), 0)
        if 1 <= number <= 12 and 1 <= int(day) <= 31:
            return f"{year}-{number:02d}-{int(day):02d}"
    return ""


def _is_stamp(text: str) -> bool:
    """Whether a line says when the text was published or changed, and nothing else."""
    if len(text) > _LONGEST_DATE or not any(c.isdigit() for c in text):
        return False
    words = [w.casefold() for w in tokens(_CLOCK.sub(" ", text)) if not w.isdigit()]
    if _YEAR.search(text) and len(words) <= _STAMP_WORDS and _CLOCK.search(text):
        # Whatever the month is called: "2025. július 2. 07:45".
        return True
    known = word_list("masthead", "stamp")
    return bool(words) and words[0] in known and all(w in known or w in MONTHS or len(w) < 4 for w in words)
