"""Where in a page's decoded source a caption is printed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

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
#: Signs before a run of text among which the tag that it follows ends.
_NEAR = 200
#: Bytes that are looked at at once, and how many of those that are not plain ASCII are counted at once.
_STRETCH, _PIECE = 16_384, 1024
#: The bytes that go on with a sign in UTF-8.
_FOLLOWING = bytes(range(0x80, 0xC0))
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


class _Place(NamedTuple):
    """A place in the source: its byte in UTF-8, its sign, its line (from 1)."""

    byte: int
    sign: int
    line: int


_START = _Place(0, 0, 1)


class Locator:
    """Finds captions in one source text.

    ``utf8`` is that text in UTF-8, one sign for one sign: a long text is searched several times faster in bytes.
    """

    def __init__(self, source: str, utf8: bytes) -> None:
        self.source, self.utf8 = source, utf8
        # Captions are asked for in document order: each search begins where the last one ended.
        self._last = _START

    def line(self, element: Element | None, start: int) -> int:
        """Return the 1-based line of a span, else of an element, else 0."""
        if start >= 0:
            return self._last.line if start == self._last.sign else self.source.count("\n", 0, start) + 1
        return _line_of(element) if element is not None else 0

    def find(self, element: Element | None, printed: str) -> tuple[int, int]:
        """Return the slice of the source from the first to the last printed word of ``element``; (-1, -1) if unclear."""
        if element is None:
            return -1, -1
        runs = [t for p in (pieces(element) if len(element) else (element.text or "",)) if (t := p.strip())]
        if not runs:
            return -1, -1
        place, after = self._first(runs[0], _line_of(element))
        if place is None:
            return -1, -1
        room = after + 2000 + 20 * len(printed)
        for run in runs[1:]:
            _, stop = self._run(run, after, room)
            if stop < 0:
                _, stop = self._referenced(run, after, room)
            if stop < 0:
                return -1, -1
            after = stop
        if place.sign >= self._last.sign:
            self._last = place
        return place.sign, after

    def _first(self, run: str, lowest: int) -> tuple[_Place | None, int]:
        """Where a caption's first run is printed, not above line ``lowest``, and the sign after it."""
        for low in dict.fromkeys((self._last, _START)):
            place, after = self._printed(run, low, lowest)
            if place is not None:
                return place, after
        start, after = self._referenced(run, self._last.sign)
        if start < 0:
            return None, -1
        between = self.source[self._last.sign : start]
        byte = self._last.byte + len(between.encode("utf-8", "replace"))
        return _Place(byte, start, self._last.line + between.count("\n")), after

    def _printed(self, run: str, low: _Place, lowest: int) -> tuple[_Place | None, int]:
        """The next place from ``low`` on, and not above line ``lowest``, where a run of text is printed between tags."""
        for written in _ways(run):
            sought = written.encode("utf-8", "replace")
            byte = counted = low.byte
            line = low.line
            for _ in range(MAX_TRIES):
                byte = self.utf8.find(sought, byte)
                if byte < 0:
                    break
                if self._follows_tag(byte):
                    line, counted = line + self.utf8.count(b"\n", counted, byte), byte
                    if line >= min(lowest, _LINES_COUNTED):
                        sign = self._sign(low, byte, written)
                        return _Place(byte, sign, line), sign + len(written)
                byte += 1
        return None, -1

    def _follows_tag(self, byte: int) -> bool:
        """Tell whether nothing but white space is between a place and the tag before it."""
        if self.utf8[byte - 1 : byte] == b">":
            return True
        near = self.utf8[max(0, byte - 4 * _NEAR) : byte].decode("utf-8", "ignore")[-_NEAR:]
        return _is_tags_end(near)

    def _sign(self, low: _Place, byte: int, written: str) -> int:
        """The sign at a byte from ``low`` on, where ``written`` stands."""
        # It is no later than if all before it were ASCII, and earlier by no more than the bytes beyond one for each sign:
        # where those few places hold the text once, nothing has to be counted.
        latest = low.sign + byte - low.byte
        more = len(self.utf8) - len(self.source) - (low.byte - low.sign)
        stop = latest + len(written)
        sign = self.source.find(written, max(low.sign, latest - more), stop)
        is_told = sign >= 0 and self.source.find(written, sign + 1, stop) < 0
        return sign if is_told else low.sign + self._signs(low.byte, byte)

    def _signs(self, start: int, end: int) -> int:
        """How many signs ``utf8[start:end]`` holds: most pieces of a page are plain ASCII, which is told far faster."""
        count = end - start
        if len(self.utf8) == len(self.source):
            return count
        for high in range(start, end, _STRETCH):
            stretch = self.utf8[high : min(high + _STRETCH, end)]
            if stretch.isascii():
                continue
            for low in range(0, len(stretch), _PIECE):
                piece = stretch[low : low + _PIECE]
                if not piece.isascii():
                    count -= len(piece) - len(piece.translate(None, _FOLLOWING))
        return count

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

    def _run(self, run: str, low: int, high: int) -> tuple[int, int]:
        """The next place in ``source[low:high]`` where a run of text is printed between tags."""
        for written in _ways(run):
            place = low
            for _ in range(MAX_TRIES):
                place = self.source.find(written, place, high)
                if place < 0:
                    break
                if _is_tags_end(self.source[max(0, place - _NEAR) : place]):
                    return place, place + len(written)
                place += 1
        return -1, -1


def _ways(run: str) -> dict[str, None]:
    """The ways in which pages write a run of text: as it is, its signs of markup or its no-break spaces as references."""
    return dict.fromkeys((run, html.escape(run, quote=False), html.escape(run), run.replace("\u00a0", "&nbsp;")))


def _is_tags_end(before: str) -> bool:
    """Tell whether a text is white space, or ends in a tag and white space."""
    before = before.rstrip()
    return not before or before.endswith((">", "&nbsp;"))


def _line_of(element: Element) -> int:
    """The line on which an element begins, 0 when the parser does not say."""
    line = element.sourceline
    return line if isinstance(line, int) else 0
