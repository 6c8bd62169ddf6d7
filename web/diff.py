"""Word-level differences of two captions, for marking on a page.

Tokens are words (letters and digits of any script, with inner apostrophes and hyphens), runs of space, and single signs,
so that a changed comma does not mark the word before it. Scripts without spaces are compared character by character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Texts that share less than this are shown unmarked: marking nearly every word would tell nothing.
ALIKE = 0.5
#: Longer texts are compared in their first part only; the rest is shown as it is.
MAX_TOKENS = 1200

_TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|\s+|\w+(?:[’'\-]\w+){0,4}|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: ``same``, ``added`` (in the second only) or ``removed`` (in the first only)."""

    text: str
    state: str


def tokens(text: str) -> list[str]:
    """Return the words, spaces and signs of ``text``; joined they are ``text``."""
    return _TOKEN.findall(text)


def _merge(pieces: list[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].state == piece.state:
            merged[-1] = Piece(merged[-1].text + piece.text, piece.state)
        elif piece.text:
            merged.append(piece)
    return tuple(merged)


def _bridge(ops: Sequence[tuple[str, int, int, int, int]], a: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Join changes that only a space lies between: two changed words read better as one mark."""
    joined: list[tuple[str, int, int, int, int]] = []
    for op in ops:
        tag, i1, i2, j1, j2 = op
        if (
            tag != "equal"
            and len(joined) >= 2
            and joined[-1][0] == "equal"
            and joined[-2][0] != "equal"
            and not "".join(a[joined[-1][1] : joined[-1][2]]).strip()
        ):
            joined.pop()
            _, p1, _, q1, _ = joined.pop()
            joined.append(("replace", p1, i2, q1, j2))
        else:
            joined.append((tag, i1, i2, j1, j2))
    return joined


def _shared(matcher: SequenceMatcher[str], a: list[str], b: list[str]) -> float:
    """Return the share of words and signs, spaces left out, that both texts have in the same order."""
    same = sum(1 for m in matcher.get_matching_blocks() for t in a[m.a : m.a + m.size] if t.strip())
    return 2 * same / max(sum(1 for t in (*a, *b) if t.strip()), 1)


def compare(a: str, b: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return ``a`` with what ``b`` lacks marked `removed`, and ``b`` with what ``a`` lacks marked `added`.

    Texts with little in common come back unmarked.
    """
    left, right = tokens(a), tokens(b)
    rest_a, rest_b = "".join(left[MAX_TOKENS:]), "".join(right[MAX_TOKENS:])
    left, right = left[:MAX_TOKENS], right[:MAX_TOKENS]
    matcher = SequenceMatcher(None, [t.casefold() for t in left], [t.casefold() for t in right], autojunk=False)
    if left and right and _shared(matcher, left, right) < ALIKE:
        return (Piece(a, "same"),) if a else (), (Piece(b, "same"),) if b else ()
    old: list[Piece] = []
    new: list[Piece] = []
    for tag, i1, i2, j1, j2 in _bridge(matcher.get_opcodes(), left):
        old.append(Piece("".join(left[i1:i2]), "same" if tag == "equal" else "removed"))
        new.append(Piece("".join(right[j1:j2]), "same" if tag == "equal" else "added"))
    return _merge([*old, Piece(rest_a, "same")]), _merge([*new, Piece(rest_b, "same")])


def inline(a: str, b: str) -> tuple[Piece, ...]:
    """Return one text with both: what only ``a`` has marked `removed`, then what only ``b`` has marked `added`."""
    left, right = tokens(a)[:MAX_TOKENS], tokens(b)[:MAX_TOKENS]
    matcher = SequenceMatcher(None, [t.casefold() for t in left], [t.casefold() for t in right], autojunk=False)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in _bridge(matcher.get_opcodes(), left):
        if tag == "equal":
            pieces.append(Piece("".join(right[j1:j2]), "same"))
        else:
            pieces.append(Piece("".join(left[i1:i2]), "removed"))
            pieces.append(Piece("".join(right[j1:j2]), "added"))
    return _merge(pieces)


def tally(pieces: tuple[Piece, ...]) -> tuple[int, int]:
    """Return how many words an :func:`inline` text adds and removes."""
    added = sum(len(p.text.split()) for p in pieces if p.state == "added")
    removed = sum(len(p.text.split()) for p in pieces if p.state == "removed")
    return added, removed
