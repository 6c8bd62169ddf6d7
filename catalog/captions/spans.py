"""Where in a page's decoded source a caption is printed."""

from __future__ import annotations

import html
from bisect import bisect_right
from itertools import accumulate

from .dom import Element, pieces

MAX_TRIES = 6


class Locator:
    """Finds captions in one source text. Line starts are worked out when first needed."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._starts: list[int] | None = None

    def _lines(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *accumulate(len(line) + 1 for line in self.source.split("\n"))]
        return self._starts

    def line(self, element: Element | None, start: int) -> int:
        """Return the 1-based line of a span, else of an element, else 0."""
        if start >= 0:
            return bisect_right(self._lines(), start)
        return (element.sourceline or 0) if element is not None else 0

    def find(self, element: Element | None, printed: str) -> tuple[int, int]:
        """Return the slice of the source from the first to the last printed word of ``element``; (-1, -1) if unclear."""
        if element is None:
            return -1, -1
        runs = [t for p in pieces(element) if (t := p.strip())]
        if not runs:
            return -1, -1
        lines = self._lines()
        low = lines[min(max((element.sourceline or 1) - 1, 0), len(lines) - 1)]
        start, after = self._run(runs[0], low)
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

    def _run(self, run: str, low: int, high: int | None = None) -> tuple[int, int]:
        """The next place at or after ``low`` where one run of text is printed between tags."""
        for written in dict.fromkeys(
            (run, html.escape(run, quote=False), html.escape(run), run.replace("\u00a0", "&nbsp;"))
        ):
            place = low
            for _ in range(MAX_TRIES):
                place = self.source.find(written, place) if high is None else self.source.find(written, place, high)
                if place < 0:
                    break
                before = self.source[max(0, place - 200) : place].rstrip()
                if not before or before.endswith((">", "&nbsp;")):
                    return place, place + len(written)
                place += 1
        return -1, -1
