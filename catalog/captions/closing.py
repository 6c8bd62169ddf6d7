"""The credit that a story prints once for all of its pictures: at its end ("Photos: Jane Doe") or above the first of them."""

from __future__ import annotations

from ..model import Evidence
from .credit import cut
from .credittables import tables
from .creditwords import MAX_CREDIT, marker
from .dom import words
from .holder import Found
from .region import Region

#: Log-odds that such a line credits a picture that has no credit of its own.
WEIGHT = 1.0
#: Elements after the last block of the story's text among which such a line is looked for.
REACH = 40
#: Elements between the headline and the first picture among which it is looked for.
REACH_ABOVE = 80
_LINES = frozenset({"p", "div", "em", "small", "li", "span"})


def complete(region: Region, printed: list[Found | None], first: int, known: tuple[str, ...]) -> None:
    """Give the captions of a story of which none has a credit the one that stands at its end or above its pictures.

    ``first`` is the place of the first picture among the region's elements.
    """
    held = [f for f in printed if f is not None and f.text]
    if not held or any(f is not None and f.credit for f in printed):
        return
    credit = _closing(region, known) or _opening(region, first, known)
    if not credit:
        return
    for found in held:
        found.credit = credit
        found.reasons.append(Evidence("credit-shared", WEIGHT, credit[:80]))


def _closing(region: Region, known: tuple[str, ...]) -> str:
    for element in region.elements[region.last + 1 : min(region.end, region.last + 1 + REACH)]:
        if element.tag not in _LINES or region.is_outside(element):
            continue
        text = words(element)
        if len(text) <= MAX_CREDIT and _names_pictures(text) and not (told := cut(text, known=known)).text:
            return told.credit
    return ""


def _opening(region: Region, first: int, known: tuple[str, ...]) -> str:
    above = region.place(region.heading) if region.heading is not None else -1
    if above < 0:
        return ""
    for element in region.elements[above + 1 : min(first, above + 1 + REACH_ABOVE)]:
        if element.tag not in _LINES:
            continue
        text = words(element)
        label = marker(text) if len(text) <= MAX_CREDIT else None
        if label is None or not label[1] or text[: label[0]].strip(" :：").casefold() not in tables().photographers:
            continue
        told = cut(text, known=known)
        if not told.text:
            return told.credit
    return ""


def _names_pictures(text: str) -> bool:
    """Tell whether a line begins with a word for photographs and a sign: what a source or an author says is of the text."""
    label = marker(text)
    return (
        label is not None and label[1] and tables().pictures.fullmatch(text[: label[0]].strip(" :：/|=–-")) is not None
    )
