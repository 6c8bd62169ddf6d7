"""Credits in brackets: "… in Rom. (Foto: X/dpa)", "(Foto: X) Der Kanzler …", "…. Iván Robles (EFE)", "[写真=X] …"."""

from __future__ import annotations

import re
from dataclasses import replace

from .creditcut import FINISHED, NUMBER, REACH, Cut, breaks, made
from .credittables import tables
from .creditwords import (
    CLOSE,
    ENDS,
    LOOSE,
    MAX_CREDIT,
    OPEN,
    has_agency,
    is_capitals,
    is_credit,
    is_name,
    is_slashed,
    marker,
    parts_of,
    small_words,
)
from .months import is_day

_BRACKETS = re.compile(
    r"[(\[（［【〔<＜〈]([^()\[\]（）［］【】〔〕<>＜＞〈〉]{1,200}(?:\([^()]{1,60}\)[^()\[\]]{0,60})?)[)\]）］】〕>＞〉]"
)
#: A text and what is set off at its end by brackets or a bar.
_LAST = re.compile(
    r"(?P<head>.{1,300}?)\s?(?:[(\[（［【]|\s[|⟩›▸►•·/]\s)\s?(?P<inside>[^()\[\]（）［］【】|⟩›▸►•·]{1,60})[)\]）］】]?[\s.。]*"
)
_LABEL = re.compile(r"\s*([^\W\d_][\w.'’-]{1,24}(?:\s[\w.'’-]{1,20})?)\s{0,2}[:：՝=＝]\s*(\S.{0,150})", re.S)
#: The words of a photographer's name in capitals: "(MIGUEL MEDINA)"; what has more is the name of a body.
MOST_NAMES = 3
#: "(M.G.)", "(M. G.)": a photographer of the house by initials.
_INITIALS = re.compile(r"(?:[^\W\d_]\.[ -]?){2,3}")


def bracket_end(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Brackets at the end: "… in Rom. (Foto: X/dpa)"; a full stop or a caption bracket may follow."""
    matches = list(_BRACKETS.finditer(printed, max(start, end - REACH), end))
    for match in reversed(matches[-2:]):
        after = printed[match.end() : end].strip(LOOSE + ".。")
        inside = match.group(1)
        if after and is_day(after) and is_credit(inside, known, bracketed=True):
            done = made(printed, (start, match.start()), match.span(1), "credit-bracket")
            return _with_more(done, after, printed.index(after, match.end()))
        if after and _goes_on(printed[start : match.start()].rstrip(), inside, printed[match.end() : end]):
            done = made(printed, (start, match.start()), match.span(1), "credit-bracket")
            more = printed[match.end() : end].lstrip(" ,;")
            return _with_more(done, more, end - len(more), mark=printed[match.end()])
        if after and after.strip(OPEN + CLOSE).casefold() not in tables().brackets:
            continue
        before = printed[start : match.start()].rstrip()
        if not is_credit(inside, known, bracketed=True) and (label := _labelled(inside)):
            return made(printed, (start, match.start()), (match.start(1) + label, match.end(1)), "credit-bracket")
        if (terms := tables().terms.search(inside)) and is_credit(inside[: terms.start()], known, bracketed=True):
            place = (match.start(1), match.start(1) + terms.start())
            return made(printed, (start, match.start()), place, "credit-bracket")
        is_square = match.group()[0] in "[［【"
        if is_credit(inside, known, bracketed=True) or _is_closing_name(before, inside, is_square=is_square):
            named = marker(printed, start, match.start()) if end - start <= MAX_CREDIT else None
            if named is not None and printed[named[0] - 2] != "-" and is_captioned(printed[start:end]):
                # The word for picture only says that a caption follows.
                return made(printed, (named[0], match.start()), match.span(1), "credit-bracket")
            name = _name_before(printed, start, match.start(), known) if not after else match.start()
            if name < match.start():
                return made(printed, (start, name), (name, match.end()), "credit-bracket")
            return made(printed, (start, match.start()), match.span(1), "credit-bracket")
    return None


def _goes_on(before: str, inside: str, behind: str) -> bool:
    """Whether a sentence goes on behind a credit: "Protesters march (AP Photo/Jane Doe), in Minsk on Sunday".

    A new sentence may be another picture's, and what names no house may be no credit.
    """
    words = behind.lstrip(" ,;")
    return (
        before != ""
        and words[:1].isalpha()
        and (words[0].islower() or before[-1] not in FINISHED)
        and len(words.split()) > 1
        and ("/" in inside or marker(inside) is not None)
        and has_agency(inside)
        and is_credit(inside, bracketed=True)
    )


def _with_more(cut: Cut, more: str, place: int, *, mark: str = ",") -> Cut:
    """A cut whose caption goes on behind the credit: "… in Vigo. (AP Photo/Jane Doe), March 3, 2024"."""
    joint = " " if cut.text[-1:] in FINISHED or mark not in ",;" else f"{mark} "
    return replace(cut, text=(cut.text and cut.text + joint) + more, more_span=(place, place + len(more)))


def is_captioned(text: str) -> bool:
    """Tell whether a text that could be a credit as a whole is rather a caption and its credit.

    "Burmistrz Anna Wrona (archiwum prywatne)": a portrait from home. "Foto: Feri di dermaga lama (Ari Saputra/harian.com)".
    """
    found = _LAST.fullmatch(text)
    if found is None or not is_credit(found["inside"], bracketed=True):
        return False
    head = found["head"].strip()
    if (label := marker(head)) is None:
        return len(head.split()) > 1 and found["inside"].strip(" .").casefold() in tables().private
    words = head[label[0] :].split()
    return len(words) > 3 and small_words(words) > 0 and "/" in found["inside"]


def _name_before(printed: str, start: int, place: int, known: tuple[str, ...]) -> int:
    """Where a person begins whose house follows in brackets: "… Foto: Anna Huber (Keystone)", "…. Iván Robles (EFE)"."""
    before = printed[start:place].rstrip()
    for low in breaks(printed, start, start + len(before)):
        clause = printed[low:place].strip()
        is_short = 2 <= len(clause.split()) <= 4 and clause[:1].isupper()
        is_person = is_short and is_name(clause) and not NUMBER.search(clause)
        if printed[low - 1] not in LOOSE and (is_person or is_credit(clause, known)):
            return low
    return place


def _is_closing_name(before: str, inside: str, *, is_square: bool) -> bool:
    """Tell whether brackets hold names alone where only a credit can stand: after a finished sentence, or with a slash."""
    if not before or inside.strip(" .").casefold() in tables().brackets or NUMBER.search(inside):
        return False
    if _INITIALS.fullmatch(inside.strip()) and inside.isupper():
        return inside.strip(" .").replace(" ", "").casefold() not in tables().abbreviations
    if not all(is_name(p) for p in parts_of(inside)) or not inside.strip()[:1].isalpha():
        return False
    if is_square:
        return inside.strip()[:1].isupper() and len(inside) < 60
    if is_capitals(inside) and len(inside.split()) <= MOST_NAMES and not before[-25:].isupper():
        return True
    if "/" in inside:
        return " " in inside and (before[-1] in FINISHED or is_slashed(inside))
    return before[-1] in '.!?…”"»' + ENDS and len(inside) < 50


def _labelled(inside: str) -> int:
    """Where the names begin in brackets that hold a label of an unknown language and names ("(Kuha: Juan Cruz)"), or 0."""
    label = _LABEL.fullmatch(inside)
    if label is None or not all(is_name(p) for p in parts_of(label.group(2))):
        return 0
    told = len(label.group(2).split()) > 1 or label.group(2).isupper() or not label.group(2).isascii()
    return label.start(2) if told else 0


def bracket_start(printed: str, start: int, end: int, known: tuple[str, ...]) -> Cut | None:
    """Brackets at the beginning: "(Foto: X) Der Kanzler …", "[写真=X] …"."""
    match = _BRACKETS.match(printed, start, min(end, start + REACH))
    if match and match.end() < end and is_credit(match.group(1), known, bracketed=True):
        return made(printed, (match.end(), end), match.span(1), "credit-first")
    return None
