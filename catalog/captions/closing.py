"""The credit that a story prints once, at its end, for all of its pictures: "Photos: Jane Doe"."""

from __future__ import annotations

from ..model import Evidence
from .credit import cut
from .credittables import tables
from .creditwords import MAX_CREDIT, marker
from .dom import words
from .holder import Found
from .region import Region

#: Log-odds that a line at the story's end credits a picture that has no credit of its own.
WEIGHT = 1.0
#: Elements after the last block of the story's text among which such a line is looked for.
REACH = 40
_LINES = frozenset({"p", "div", "em", "small", "li", "span"})


def complete(region: Region, printed: list[Found | None], known: tuple[str, ...]) -> None:
    """Give the captions of a story of which none has a credit the one that stands at its end."""
    held = [f for f in printed if f is not None and f.text]
    if not held or any(f is not None and f.credit for f in printed) or not (credit := _closing(region, known)):
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


def _names_pictures(text: str) -> bool:
    """Tell whether a line begins with a word for photographs and a sign: what a source or an author says is of the text."""
    label = marker(text)
    return (
        label is not None and label[1] and tables().pictures.fullmatch(text[: label[0]].strip(" :：/|=–-")) is not None
    )
