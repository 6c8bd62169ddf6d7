"""Credits that a page shows only when somebody asks: in the tooltip of a sign, the label of a button, a part that folds out."""

from __future__ import annotations

from itertools import islice

from ..model import Evidence
from .credit import cut
from .creditwords import MAX_CREDIT, marker, strip_marker
from .dom import Element, tidy, words
from .holder import Found

#: Log-odds that such a credit is the picture's.
WEIGHT = 1.0
#: Attributes that hold what is shown beside an element when a pointer rests on it, or is read out instead of it.
TIPS = (
    "aria-label",
    "title",
    "data-tooltip",
    "data-tooltip-content",
    "data-tippy-content",
    "data-tip",
    "data-content",
    "data-original-title",
    "data-bs-title",
    "data-bs-content",
    "data-balloon",
    "data-hint",
)
#: Elements of a picture's block that are looked at.
REACH = 60


def credit_in(block: Element, known: tuple[str, ...]) -> str:
    """Return the credit that a picture's block holds out of sight, or ``""``; it must say of itself that it is one."""
    for element in islice(block.iter("*"), REACH):
        if element.tag == "details":
            if credit := _folded(element, known):
                return credit
        elif element.tag not in ("img", "a"):
            for name in TIPS:
                if (value := element.get(name)) and (credit := _told(tidy(value[: 2 * MAX_CREDIT]), known)):
                    return credit
    return ""


def add(found: Found, credit: str) -> None:
    """Give a caption such a credit."""
    found.credit = credit
    found.reasons.append(Evidence("credit-hidden", WEIGHT, credit[:80]))


def _told(text: str, known: tuple[str, ...]) -> str:
    """The credit of a text that begins with a marker and is nothing else."""
    if not 0 < len(text) <= MAX_CREDIT or marker(text) is None:
        return ""
    done = cut(text, known=known)
    return "" if done.text else done.credit


def _folded(details: Element, known: tuple[str, ...]) -> str:
    """The credit in a part that folds out: its summary is the word for one, or what it holds begins with that."""
    summary = next(details.iter("summary"), None)
    text = words(details, {summary} if summary is not None else set())
    if not 0 < len(text) <= MAX_CREDIT:
        return ""
    if summary is not None and (label := words(summary).strip(" :")) and len(label) < MAX_CREDIT:
        label = f"{label}: "
        if (found := marker(f"{label}{text}")) is not None and found[0] == len(label):
            return text[slice(*strip_marker(text))]
    return _told(text, known)
