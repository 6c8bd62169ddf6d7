"""Words that a page prints beside a caption to be pressed: "Bild vergrößern", "Purchase Licensing Rights", "Vis mer"."""

from __future__ import annotations

import re
from functools import cache

from .data import load

_LONGEST = 60


def is_button(text: str) -> bool:
    """Tell whether words offer something to do, and say nothing else."""
    # "Purchase Licensing Rights, opens new tab": one and what a screen reader adds
    said = [part.strip(" .,›»→") for part in text.casefold().split(",")] if 0 < len(text) < _LONGEST else [""]
    return _buttons().issuperset(said)


def without_button(line: str) -> str:
    """Return a line of text without the button that it ends in: what was beside the caption on the page stands behind it here.

    Only buttons of several words are taken away: one word alone ("Close", "Download") may be somebody's name.
    """
    end = len(line.rstrip())
    found = _at_end().search(line, max(0, end - _LONGEST), end)
    return line[: found.start()] if found and found.start() else line


@cache
def _buttons() -> frozenset[str]:
    return frozenset(" ".join(w.split()) for w in load("pagewords")["buttons"].split(";"))


@cache
def _at_end() -> re.Pattern[str]:
    several = sorted((b for b in _buttons() if " " in b), key=len, reverse=True)
    return re.compile(rf"(?<=[^\s:])\s+(?:{'|'.join(map(re.escape, several))})$", re.I)
