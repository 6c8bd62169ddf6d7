"""Captions of one page resemble each other: where one sets its credit off by a sign, others that end so do the same.

A house or person that no list knows is told by this alone: "Der Rat tagt (Küstenblatt)" beside "Die Fähre (dpa)".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from ..model import Evidence
from .credittables import tables
from .creditwords import LOOSE, is_name, parts_of
from .holder import Found

#: Log-odds of a credit told by the page's other captions.
WEIGHT = 1.0
#: Signs that set a credit off, with how what follows them ends. A dash and a comma go on too often.
_TAIL = re.compile(
    r"\s{0,2}(?P<sign>[(（\[［【]|\s/{1,2}\s|\s?[|｜]\s?|\s[•·›▸►]\s)\s{0,2}(?P<tail>[^()（）\[\]［］【】|｜/•·›▸►]{2,60}?)\s{0,2}[)）\]］】]?[.。]?$"
)
_OPENS = "(（[［【"
#: Words of the longest house told in this way, and of the shortest caption before it.
MOST_WORDS, LEAST_BEFORE = 5, 2
#: Captions of a page that must all end in the same house, where nothing else says that it is one.
LEAST_SHARING = 2


def complete(founds: Iterable[Found]) -> None:
    """Cut the ends of captions without credit where the same sign sets off the credits of others on the page."""
    captions = [f for f in founds if f.text]
    _cut_shared(captions)
    signs = Counter(sign for f in captions if f.credit and (sign := _sign(f)))
    for found in captions:
        if found.credit:
            continue
        end = _TAIL.search(found.text)
        if end is None or not signs[end["sign"].strip()] or not _may_be_credit(end["tail"]):
            continue
        head = found.text[: end.start()].rstrip(" |/")
        if (end["sign"].strip() in _OPENS) != (found.text.rstrip(".。")[-1] in ")）]］】"):
            continue
        if len(head.split()) >= LEAST_BEFORE or not head.isascii():
            found.text, found.credit = head, end["tail"].strip(LOOSE)
            found.reasons.append(Evidence("credit-alike", WEIGHT, found.credit[:80]))


def _cut_shared(captions: list[Found]) -> None:
    """Cut what all captions of a page end in, in brackets: "The bridge (City of Derry)", "The ferry (City of Derry)"."""
    ends = [end for f in captions if not f.credit and (end := _TAIL.search(f.text))]
    tails = {end["tail"] for end in ends if end["sign"] in _OPENS}
    if len({f.text for f in captions}) < LEAST_SHARING or len(ends) < len(captions) or len(tails) != 1:
        return
    # One word may be a party or a country ("(SPD)", "(Norway)").
    tail = ends[0]["tail"]
    if any(end["sign"] not in _OPENS for end in ends) or " " not in tail or not _may_be_credit(tail):
        return
    for found, end in zip(captions, ends, strict=True):
        found.text, found.credit = found.text[: end.start()].rstrip(), end["tail"].strip(LOOSE)
        found.reasons.append(Evidence("credit-alike", WEIGHT, found.credit[:80]))


def _sign(found: Found) -> str:
    """The sign between a caption and the credit after it, both as printed; ``""`` where they do not stand so."""
    place = found.printed.find(found.credit, len(found.text))
    if not found.printed.startswith(found.text) or place < 0:
        return ""
    gap = found.printed[len(found.text) : place].strip()
    return next((s for s in (gap, gap[:1]) if _TAIL.fullmatch(f" {s} x") or s in ("|", "//", "/")), "") if gap else ""


def _may_be_credit(tail: str) -> bool:
    """Tell whether words may be a house or names: few, without a number, and no "(left)" or "(archive)"."""
    words = tail.strip(" .").casefold()
    if words in tables().brackets or any(c.isdigit() for c in tail) or len(tail.split()) > MOST_WORDS:
        return False
    return all(is_name(p) for p in parts_of(tail)) and any(map(str.isalpha, tail))
