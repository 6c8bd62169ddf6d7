"""The first lines of a story, where summary, first caption and first paragraph stand, in this order or another."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from .textviews import View

#: How a first paragraph begins: "OSLO, May 7 (AP) — ..." or "Berlin. ...".
_DATELINE = re.compile(
    r"[^\W\d_][^.!?:;“\"«]{1,48}?(?:\([^)]{2,20}\)\s?)?\s?(?:[—–]|\s-)\s"
    r"|[^\W\d_][\w’'-]{2,24}(?:[ /][^\W\d_][\w’'-]{1,20}){0,2}(?:\s?\([^)]{2,20}\))?\.\s(?=\S)"
)


#: A line that is shorter than this (in logarithms of widths) against the closed ones is no likelier to be a caption for it.
_SHORT = 0.8
#: The width below which an unclosed line above a paragraph may be its heading.
_HEADING = 6


def dateline(v: View) -> bool:
    """Whether a line begins with where the story was written, as paragraphs and summaries do."""
    return v.closed and bool(_DATELINE.match(v.text))


def lead(views: Sequence[View], i: int, usual: float) -> dict[str, float]:
    """Return how line ``i`` stands among the first lines; all are 0 further down.

    ``usual`` is the mean logarithm of the widths of the story's closed lines.
    """
    v, lone = views[i], views[i].sentences == 1
    first, second, is_open = i == 0, i == 1, not v.closed
    after = views[1] if first and len(views) > 1 else None
    before = views[0] if second else None
    found = {
        "first_lone": first and v.closed and lone,
        "first_open": first and is_open,
        "first_open_then_open": is_open and after is not None and not after.closed,
        "first_open_then_prose": is_open and after is not None and after.prose,
        "second_lone": second and v.closed and lone,
        "second_open": second and is_open,
        "second_open_after_open": is_open and before is not None and not before.closed,
        "second_open_after_closed": is_open and before is not None and before.closed,
        "second_closed_after_open": v.closed and before is not None and not before.closed,
        "third_lone": i == 2 and lone,
        "before_dateline": after is not None and dateline(after),
        "after_dateline": before is not None and dateline(before),
        "short": min(_SHORT, max(-1.0, usual - math.log1p(v.width))) if i < 2 else 0.0,
        "heading": is_open and i < 3 and v.width < _HEADING and i + 1 < len(views) and views[i + 1].prose,
        "first_vs_second": _ratio(v, after),
        "second_vs_first": _ratio(v, before),
    }
    return {f"lead.{name}": float(value) for name, value in found.items()}


def _ratio(v: View, other: View | None) -> float:
    return math.log((v.width + 1) / (other.width + 1)) if other else 0.0
