"""A plain text as blocks: each one line, or several where the text is wrapped at a column, with where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_WRAP_WIDTHS = range(40, 101)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, headline or caption. ``start``/``end`` slice the source to ``text``; ``line`` is 1-based."""

    text: str
    line: int
    start: int
    end: int
    blank_before: int = 0


def blocks(source: str) -> list[Block]:
    """Return the blocks of a text in order. Blank lines part them; in wrapped text their lines are joined."""
    lines = _lines(source)
    return _joined(source, lines) if _is_wrapped(lines) else lines


def _lines(source: str) -> list[Block]:
    found: list[Block] = []
    blank = 0
    for number, match in enumerate(_LINE.finditer(source), 1):
        raw = match.group().rstrip("\r\n")
        text = raw.strip("\ufeff\0 \t\f\v\u00a0\u3000")
        if not text:
            blank += 1
            continue
        start = match.start() + raw.index(text)
        found.append(Block(text, number, start, start + len(text), blank))
        blank = 0
    return found


def _is_wrapped(lines: list[Block]) -> bool:
    """Whether lines end at a column rather than where a paragraph ends.

    Then most lines are followed by their paragraph's next one, no line is long, and those that go on are nearly full.
    """
    if len(lines) < 8:
        return False
    widest = max(len(b.text) for b in lines)
    going_on = [a for a, b in pairwise(lines) if b.blank_before == 0]
    if widest not in _WRAP_WIDTHS or len(going_on) < 0.5 * len(lines):
        return False
    full = sum(1 for b in going_on if len(b.text) > 0.75 * widest)
    return full > 0.8 * len(going_on)


def _joined(source: str, lines: list[Block]) -> list[Block]:
    groups: list[list[Block]] = []
    for block in lines:
        if groups and block.blank_before == 0:
            groups[-1].append(block)
        else:
            groups.append([block])
    return [Block(source[g[0].start : g[-1].end], g[0].line, g[0].start, g[-1].end, g[0].blank_before) for g in groups]
