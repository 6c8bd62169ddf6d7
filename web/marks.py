"""Where the words of a search stand in a caption that is shown whole: the index tells it of stretches only."""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalog.views import Snippet

#: What the index puts where a stretch begins or ends within the text.
_CUT_START, _CUT_END = ("… ", False), (" …", False)


def _inside(snippet: Snippet) -> list[tuple[str, bool]]:
    """The segments of a snippet that are the text's own."""
    segments = list(snippet.segments)
    if segments and segments[0] == _CUT_START:
        segments = segments[1:]
    if segments and segments[-1] == _CUT_END:
        segments = segments[:-1]
    return segments


def stands_in(text: str, snippet: Snippet) -> bool:
    """Tell whether a snippet is a stretch of ``text``."""
    return snippet.field == "caption" and "".join(part for part, _ in _inside(snippet)) in text


def found(text: str, snippets: Iterable[Snippet]) -> list[tuple[int, int]]:
    """Return where the words that were found in ``text`` stand in it: those of its snippets, and the same words further on."""
    spans: list[tuple[int, int]] = []
    for snippet in snippets:
        if not stands_in(text, snippet):
            continue
        segments = _inside(snippet)
        at = text.index("".join(part for part, _ in segments))
        for part, match in segments:
            if match:
                spans.append((at, at + len(part)))
            at += len(part)
        for word in {part for part, match in segments if match}:
            again = re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text[at:], re.IGNORECASE)
            spans += [(at + one.start(), at + one.end()) for one in again]
    return spans
