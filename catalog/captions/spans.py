"""Where in a page's decoded source a caption is printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

from .dom import Element, pieces

MAX_TRIES = 20
#: Places of a text's longest plain word that are looked at.
MAX_ANCHORS = 10_000
#: Letters at either end of a run by which it is found when it is written with character references.
REACH = 60
_ASCII = re.compile(r"[A-Za-z0-9]+")
_REFERENCE = re.compile(r"&#?\w{1,10};")
_AMPERSANDS = ("&amp;", "&#38;", "&#038;", "&#x26;", "&#X26;")
#: Signs of the longest reference that is understood.
_LONGEST = 13
#: Signs of the longest comment that is understood within a text.
_LONGEST_COMMENT = 40
#: The parser counts source lines in 16 bits.
_LINES_COUNTED = 65_535


def _anchor(text: str) -> tuple[int, str]:
    """The longest stretch of ASCII letters and digits in a text, and where it stands: pages write it as it is."""
    found = max(_ASCII.finditer(text), key=lambda m: m.end() - m.start(), default=None)
    return (found.start(), found.group()) if found else (0, "")


def _ends(source: str, place: int, text: str, high: int) -> int:
    """Where ``text`` ends when it is written at ``place`` in ``source``, signs as themselves or as references; else -1."""
    for letter in text:
        while source.startswith("<!--", place, high):
            # Scripts that draw pages put a comment between two texts ("in Rome<!-- --> (AP)").
            if (close := source.find("-->", place + 4, min(high, place + _LONGEST_COMMENT))) < 0:
                return -1
            place = close + 3
        if place >= high:
            return -1
        sign = source[place]
        if sign == letter == "&":
            # An ampersand as it is, or written as a reference as it should be.
            place += max((len(r) for r in _AMPERSANDS if source.startswith(r, place, high)), default=1)
        elif sign == letter or (sign.isspace() and letter.isspace()):
            place += 1
        elif sign == "&" and (reference := _REFERENCE.match(source, place, high)) and _may_be(letter, reference[0]):
            place = reference.end()
        else:
            return -1
    return place


def _begins(source: str, place: int, text: str, low: int) -> int:
    """Where ``text`` begins when it is written right before ``place``, as in :func:`_ends`; else -1."""
    for letter in reversed(text):
        while source.endswith("-->", low, place):
            if (start := source.rfind("<!--", max(low, place - _LONGEST_COMMENT), place)) < 0:
                return -1
            place = start
        if place <= low:
            return -1
        sign = source[place - 1]
        if sign == letter or (sign.isspace() and letter.isspace()):
            place -= 1
            continue
        start = source.rfind("&", max(low, place - _LONGEST), place) if sign == ";" else -1
        if start < 0 or not _REFERENCE.fullmatch(source, start, place) or not _may_be(letter, source[start:place]):
            return -1
        place = start
    return place


def _may_be(letter: str, reference: str) -> bool:
    """Tell whether a character reference may stand for a sign: of white space only the no-break space is so written."""
    if letter.isspace():
        return reference.lower() in ("&nbsp;", "&#160;", "&#xa0;")
    return not (letter.isascii() and letter.isalnum())


def _starts(source: str, letter: str, low: int, high: int) -> Iterator[int]:
    """The places at which a letter stands as itself, or a character reference that may be it; at most 10,000."""
    signs = re.compile(rf"{re.escape(letter)}|{_REFERENCE.pattern}")
    yield from (m.start() for m in islice(signs.finditer(source, low, high), MAX_ANCHORS))


class Locator:
    """Finds captions in one source text."""

    def __init__(self, source: str) -> None:
        self.source = source
        # Captions are asked for in document order: each search begins where the last one ended.
        self._place, self._line = 0, 1
        # The last place up to which lines were counted, and its line.
        self._counted = (0, 1)

    def line(self, element: Element | None, start: int) -> int:
        """Return the 1-based line of a span, else of an element, else 0."""
        if start >= 0:
            return self._line if start == self._place else self.source.count("\n", 0, start) + 1
        return _line_of(element) if element is not None else 0

    def find(self, element: Element | None, printed: str) -> tuple[int, int]:
        """Return the slice of the source from the first to the last printed word of ``element``; (-1, -1) if unclear."""
        if element is None:
            return -1, -1
        runs = [t for p in (pieces(element) if len(element) else (element.text or "",)) if (t := p.strip())]
        if not runs:
            return -1, -1
        line = _line_of(element)
        start, after = self._run(runs[0], self._place, lowest=line, line=self._line)
        if start < 0 and self._place:
            start, after = self._run(runs[0], 0, lowest=line)
        if start < 0:
            start, after = self._referenced(runs[0], self._place)
        if start < 0:
            return -1, -1
        room = after + 2000 + 20 * len(printed)
        for run in runs[1:]:
            _, stop = self._run(run, after, room)
            if stop < 0:
                _, stop = self._referenced(run, after, room)
            if stop < 0:
                return -1, -1
            after = stop
        if start >= self._place:
            place, line = self._counted
            self._line = line if place == start else self._line + self.source.count("\n", self._place, start)
            self._place = start
        return start, after

    def _referenced(self, run: str, low: int, high: int | None = None) -> tuple[int, int]:
        """The next place at or after ``low`` where a run of text is written with character references."""
        start, end = self._written(run[:REACH], low, len(self.source) if high is None else min(high, len(self.source)))
        if start < 0 or len(run) <= REACH:
            return start, end
        room = min(start + 10 * len(run) + 100, len(self.source))
        _, end = self._written(run[-REACH:], start, room)
        return (start, end) if end >= 0 else (-1, -1)

    def _written(self, text: str, low: int, high: int) -> tuple[int, int]:
        """The next place of a short text, in which each sign but ASCII letters and digits may be a character reference."""
        offset, anchor = _anchor(text)
        if not anchor:
            starts = _starts(self.source, text[0], low, high)
            return next(((p, end) for p in starts if (end := _ends(self.source, p, text, high)) >= 0), (-1, -1))
        # From its longest plain word outwards: compiling a pattern for each text costs far more than looking.
        place = self.source.find(anchor, low, high)
        for _ in range(MAX_ANCHORS):
            if place < 0:
                break
            end = _ends(self.source, place + len(anchor), text[offset + len(anchor) :], high)
            if end >= 0 and (start := _begins(self.source, place, text[:offset], low)) >= 0:
                return start, end
            place = self.source.find(anchor, place + 1, high)
        return -1, -1

    def _run(self, run: str, low: int, high: int | None = None, lowest: int = 0, line: int = 1) -> tuple[int, int]:
        """The next place at or after ``low``, and not above line ``lowest``, where a run of text is printed between tags."""
        for written in dict.fromkeys(
            (run, html.escape(run, quote=False), html.escape(run), run.replace("\u00a0", "&nbsp;"))
        ):
            place, counted, at = low, low, line
            for _ in range(MAX_TRIES):
                place = self.source.find(written, place, high)
                if place < 0:
                    break
                before = self.source[max(0, place - 200) : place].rstrip()
                if not before or before.endswith((">", "&nbsp;")):
                    if not lowest:
                        return place, place + len(written)
                    at, counted = at + self.source.count("\n", counted, place), place
                    self._counted = (place, at)
                    if at >= min(lowest, _LINES_COUNTED):
                        return place, place + len(written)
                place += 1
        return -1, -1


def _line_of(element: Element) -> int:
    """The line on which an element begins, 0 when the parser does not say."""
    line = element.sourceline
    return line if isinstance(line, int) else 0
