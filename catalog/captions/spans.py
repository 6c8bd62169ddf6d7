"""Where in a page's decoded source a caption is printed."""

from __future__ import annotations

import html

from .dom import Element, pieces

MAX_TRIES = 20
#: The parser counts source lines in 16 bits.
_LINES_COUNTED = 65_535


class Locator:
    """Finds captions in one source text."""

    def __init__(self, source: str) -> None:
        self.source = source

    def line(self, element: Element | None, start: int) -> int:
        """Return the 1-based line of a span, else of an element, else 0."""
        if start >= 0:
            return self.source.count("\n", 0, start) + 1
        return _line_of(element) if element is not None else 0

    def find(self, element: Element | None, printed: str) -> tuple[int, int]:
        """Return the slice of the source from the first to the last printed word of ``element``; (-1, -1) if unclear."""
        if element is None:
            return -1, -1
        runs = [t for p in pieces(element) if (t := p.strip())]
        if not runs:
            return -1, -1
        start, after = self._run(runs[0], 0, lowest=_line_of(element))
        if start < 0:
            return -1, -1
        if len(runs) == 1:
            return start, after
        room = after + 2000 + 20 * len(printed)
        for run in runs[1:]:
            _, stop = self._run(run, after, room)
            if stop < 0:
                return -1, -1
            after = stop
        return start, after

    def _run(self, run: str, low: int, high: int | None = None, lowest: int = 0) -> tuple[int, int]:
        """The next place at or after ``low``, and not above line ``lowest``, where a run of text is printed between tags."""
        for written in dict.fromkeys(
            (run, html.escape(run, quote=False), html.escape(run), run.replace("\u00a0", "&nbsp;"))
        ):
            place, counted, line = low, low, 1
            for _ in range(MAX_TRIES):
                place = self.source.find(written, place, high)
                if place < 0:
                    break
                before = self.source[max(0, place - 200) : place].rstrip()
                if not before or before.endswith((">", "&nbsp;")):
                    if not lowest:
                        return place, place + len(written)
                    line, counted = line + self.source.count("\n", counted, place), place
                    if line >= min(lowest, _LINES_COUNTED):
                        return place, place + len(written)
                place += 1
        return -1, -1


def _line_of(element: Element) -> int:
    """The line on which an element begins, 0 when the parser does not say."""
    line = element.sourceline
    return line if isinstance(line, int) else 0
