"""The lines of a plain text as they are looked at: tokens and marks of each, and what all of them are measured against."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from .textcredits import credit_of
from .textlines import Block
from .textwords import tokens, width

#: Lines longer than this are prose; no more of a line is looked at (characters).
LONGEST = 1500

_CLOSERS = "\"'”’»“)]」』）】›"
_STOPS = ".!…。！．؟?？۔।॥။។"
_INNER = re.compile(r"[.!?…][\"'”’»)\]]{0,2}\s+(?=[\"'“„«(]?[^\W\d_])|[。！？](?=.)")


@dataclass(slots=True)
class View:
    """One block as tokens and marks. ``width`` is in words."""

    block: Block
    words: list[str]
    folded: list[str]
    width: float
    end: str
    sentences: int
    content: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()

    @property
    def text(self) -> str:
        return self.block.text[:LONGEST]

    @property
    def closed(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.end in ("stop", "ask", "quote")

    @property
    def prose(self) -> bool:
        """Whether it looks like a paragraph: closed and not short."""
        return self.closed and self.width >= 14


def view(block: Block) -> View:
    """Return one block with what is measured of it alone."""
    text = block.text[:LONGEST]
    words = tokens(text)
    folded = [w.casefold() for w in words]
    names = frozenset((a, b) for a, b in pairwise(words) if _is_name(a) and _is_name(b))
    sentences = 1 + len(_INNER.findall(text[:-1]))
    return View(block, words, folded, width(words), _end_of(text), sentences, frozenset(), names)


def _is_name(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not word.isupper()


def _end_of(text: str) -> str:
    bare = text.rstrip(_CLOSERS + " ")
    last = bare[-1:]
    if last in "?？؟" and last:
        return "ask"
    if last and last in _STOPS:
        return "stop"
    if last in (":", "："):
        return "colon"
    if text[-1:] in '"”’»“」』':
        return "quote"
    return "bracket" if text[-1:] in ")]）】" else "open"


@dataclass(slots=True)
class Story:
    """All blocks of a text but its headline, with the counts that lines are measured against.

    ``credited`` says of each line whether it has a credit, ``followed`` whether that is the line after it.
    """

    views: list[View]
    title: str = ""
    df: Counter[str] = field(default_factory=Counter)
    inner: Counter[str] = field(default_factory=Counter)
    typical: float = 20.0
    credited: list[bool] = field(default_factory=list)
    followed: list[bool] = field(default_factory=list)


def story(found: Sequence[Block], title: str) -> Story:
    """Return the counted story of the blocks below the headline."""
    views = [view(b) for b in found]
    result = Story(views, title)
    for v in views:
        result.df.update(set(v.folded))
        result.inner.update({w for w in v.words[1:] if w[:1].islower()})
    common = max(3.0, 0.3 * len(views))
    for v in views:
        v.content = frozenset(
            w for w in v.folded if result.df[w] < common and (len(w) > 3 or not w.isascii() or w.isdigit())
        )
    prose = [v.width for v in views if v.prose]
    result.typical = median(prose) if prose else median([v.width for v in views] or [20.0])
    result.credited, result.followed = _credited(views)
    return result


def _credited(views: Sequence[View]) -> tuple[list[bool], list[bool]]:
    """Which lines have a credit, and for which of them it is the next line.

    Not for the first line, nor for what looks like a paragraph: what follows those is the credit of a picture without words.
    """
    cuts = [credit_of(v.text) for v in views]
    credited = [bool(c.credit) for c in cuts]
    followed = [False] * len(views)
    for i, (c, after) in enumerate(pairwise(cuts)):
        if i > 0 and not views[i].prose and not c.credit and after.credit and not after.text:
            credited[i] = followed[i] = True
    return credited, followed
