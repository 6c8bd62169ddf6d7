"""Whether a text is a story at all: logs, code, tables, lists of addresses and poems have no captions to be found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .textcredits import is_signature, keeps_rights
from .textviews import LONGEST, View
from .textwords import phrases, tokens

#: A line of so many words that ends as a sentence does is told, not listed; from so many on, however it ends.
_TOLD, _TOLD_ANYHOW = 8, 16
#: The least part of a story's words that stand in such lines, and the least part of its characters that words are made of.
_LEAST_TOLD, _LEAST_WORDY = 0.25, 0.7
_UNWORDY = re.compile(r"[^\w\s\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e30-\u0eff]|[\d_]")
#: Lines that begin with the same kind of stamp or sign, a time, a level or a key, as those of logs and tables do.
_STAMPED = re.compile(
    r"[\[<(]?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[\[<(]?(?:\d\d:){2}\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{1,3}(?:\.\d{1,3}){3}\s"
    r"|\[?(?:DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|TRACE)\b"
)
#: How lines of programs and markup begin or end.
_CODED = re.compile(
    r"[{};]\s*$|^\s*(?:#include|import |from \S+ import|def |class |return\b|</?\w+[^>]*>|//|/\*)|\w\([^()]{0,200}\)\s*[:;{]?$"
)
#: The most of such lines, of all, that a story may have.
_MOST_STAMPED, _MOST_CODED = 0.5, 0.3
#: The mark before an item of a list. Triangles and squares are left out: they also point from a caption to its picture.
_ITEM = re.compile(r"(?:[-–—•·*‣◦]|\d{1,2}[.)])(?=\s)")
#: A row of a table, the time of an entry, or a line that begins with an address of the net or of mail ("To: eva@example.org").
_ROW = re.compile(
    r"\|.*\|$|\d{1,2}[:.h]\d\d(?:\s(?:Uhr|[ap]\.?m\.?))?$|(?:\S{1,30}\s){0,2}\S{0,60}(?:://|@[\w-]{1,60}\.\w)"
)


def is_furniture(text: str) -> bool:
    """Whether a line offers something else to read, keeps rights or is an agency's mark: no part of the story."""
    if keeps_rights(text) or is_signature(text):
        return True
    head = text.replace("：", ":").partition(":")[0]
    return "offer" in phrases("furniture").equals(tokens(head[:200].casefold()))


def items(texts: Sequence[str]) -> set[int]:
    """Return which lines are items of a list: those with a bullet or a number before them, next to another such line."""
    marks = [m.group() if (m := _ITEM.match(t)) else "" for t in texts]
    kinds = ["1" if mark[:1].isdigit() else mark for mark in marks]
    found: set[int] = set()
    for i, (kind, after) in enumerate(pairwise(kinds)):
        if kind and kind == after:
            found.update((i, i + 1))
    return found


def is_row(text: str) -> bool:
    """Whether a line is a table's row, a time, a record of a log or an address, which is no caption wherever it stands."""
    return bool(_ROW.match(text) or _STAMPED.match(text))


def is_story(views: Sequence[View]) -> bool:
    """Whether the lines below a headline tell something: enough of their words stand in sentences."""
    words = sum(v.width for v in views)
    if not words:
        return False
    told = sum(v.width for v in views if v.width >= (_TOLD if v.closed else _TOLD_ANYHOW))
    if told < _LEAST_TOLD * words:
        return False
    texts = [v.text for v in views]
    if sum(map(is_row, texts)) > _MOST_STAMPED * len(texts):
        return False
    return not is_coded(texts) and is_wordy("".join(texts))


def is_coded(texts: Sequence[str]) -> bool:
    """Whether too many lines look like those of programs and markup."""
    return sum(1 for t in texts if _CODED.search(t[:LONGEST])) > _MOST_CODED * len(texts)


def is_wordy(text: str) -> bool:
    """Whether a text's characters are mostly those that words are made of."""
    sample = text[:20_000]
    return len(_UNWORDY.findall(sample)) <= (1 - _LEAST_WORDY) * len(sample)
