"""A plain text as blocks: each one line, or several where the text is wrapped at a column, with where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
#: Columns at which texts are wrapped, and from how many lines on that can be told.
_WRAP_WIDTHS, _FEWEST = range(30, 161), 8
#: How many lines must go on in the next one, and how many of those must be full.
_LEAST_GOING_ON, _LEAST_FULL = 0.3, 0.6
#: A line may be parted after any sign of a script without spaces.
_FIRST_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]|\S+")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, headline or caption. ``start``/``end`` slice the source to ``text``; ``line`` is 1-based."""

    text: str
    line: int
    start: int
    end: int
    blank_before: int = 0
    indent: int = 0


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
        found.append(Block(text, number, start, start + len(text), blank, start - match.start()))
        blank = 0
    return found


def _is_wrapped(lines: list[Block]) -> bool:
    """Whether lines end at a column rather than where a paragraph ends.

    Then no line is long, and nearly all lines that another one follows without a blank line are full: that one's first
    word would not have fitted.
    """
    widest = max((_edge(b) for b in lines), default=0)
    if len(lines) < _FEWEST or widest not in _WRAP_WIDTHS:
        return False
    going_on = [(a, b) for a, b in pairwise(lines) if b.blank_before == 0 and b.indent <= a.indent]
    if len(going_on) < _LEAST_GOING_ON * len(lines):
        return False
    return sum(_is_full(a, b, widest) for a, b in going_on) >= _LEAST_FULL * len(going_on)


def _is_full(line: Block, after: Block, widest: int) -> bool:
    """Whether the first word of the next line did not fit at the end of a line."""
    first = _FIRST_WORD.match(after.text)
    return _edge(line) + 1 + len(first.group() if first else "") > widest


def _edge(line: Block) -> int:
    return line.indent + len(line.text)


def _joined(source: str, lines: list[Block]) -> list[Block]:
    """The paragraphs of wrapped text: they end at blank lines; in texts without those, before a line that is indented
    deeper than the one above, and at lines that are not full.
    """
    widest = max(_edge(b) for b in lines)
    is_parted = any(b.blank_before for b in lines[2:])
    groups: list[list[Block]] = []
    for block in lines:
        last = groups[-1][-1] if groups else None
        if (
            last
            and block.blank_before == 0
            and (is_parted or (block.indent <= last.indent and _is_full(last, block, widest)))
        ):
            groups[-1].append(block)
        else:
            groups.append([block])
    return [Block(source[g[0].start : g[-1].end], g[0].line, g[0].start, g[-1].end, g[0].blank_before) for g in groups]
