"""The credits of lines of a plain text, where no markup says what a line is.

On a page the words beside a picture are its caption or its credit; a line of a text may be anything. So what looks like
nothing but a credit must name its sign ("Foto: …") or be an agency's own name, not only hold a word that is one.
"""

from __future__ import annotations

import re

from .buttons import without_button
from .credit import Cut, cut, has_marker
from .creditwords import is_agency, is_slashed, parts_of
from .textwords import phrases, tokens, word_list

#: A credit of one character is a mark of another kind ("(完)").
_SHORTEST = 2
#: The most words of a line that keeps rights.
_RIGHTS_WORDS = 12
_SIGNED = re.compile(r"[(（\[【]\s?(?:©\s?)?[^\W\d_][\w.-]{0,12}\s?[)）\]】]\.?|©.{1,40}\d{6}.*")


def credit_of(text: str, language: str = "") -> Cut:
    """Return a line cut into caption and credit; the credit is ``""`` where nothing shows that it is one."""
    found = cut(without_button(text), language)  # "Foto: AP Vis mer"
    if not found.credit:
        found = cut(text, language)
    if not found.credit or _is_shown(text, found):
        return found
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    return Cut(text[start:end], "", (start, end), (0, 0))


def _is_shown(text: str, found: Cut) -> bool:
    if len(found.credit) < _SHORTEST or (not found.text and (keeps_rights(text) or is_signature(text))):
        return False
    return bool(found.text) or has_marker(text) or any(is_agency(p.strip(" .")) for p in parts_of(found.credit))


def is_signature(text: str) -> bool:
    """Whether a line is an agency's mark under its story: "(NTB)", "(完)", "© dpa-infocom, dpa:250310-99-112233/2"."""
    return bool(_SIGNED.fullmatch(text))


def keeps_rights(text: str) -> bool:
    """Whether a line says that rights are kept ("© 2025 Example Ltd. All rights reserved.") and little else."""
    words = [w.casefold() for w in tokens(text[:200])]
    return len(words) <= _RIGHTS_WORDS and phrases("furniture").count(words)["rights"] > 0


def names_only(text: str) -> bool:
    """Whether a line is a person and a house and nothing else ("Jane Doe / Larkmouth Courier"), without a sign that says so."""
    if "/" not in text and "／" not in text:
        return False
    particles = word_list("masthead", "particles")
    return is_slashed(" ".join(w.title() if w in particles else w for w in text.split()))
