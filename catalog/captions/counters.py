"""Counters that galleries print with their captions: "3/12", "1 of 9", "(2 von 5)"."""

from __future__ import annotations

import re
from collections import Counter

_BETWEEN = r"\s{0,2}(?:/|\||of|von|av|af|de|di|sur|su|van|z|ze|из|з|od|från|fra|din|dari|daripada|trong|の|中)\s{0,2}"
_COUNT = rf"(?P<number>\d{{1,3}}){_BETWEEN}(?P<total>\d{{1,3}})"
_ALONE = re.compile(rf"[(\[]?{_COUNT}[)\]]?", re.I)
#: At the head: in brackets or before a sign it is told by itself, before words only where others count on.
_HEAD = re.compile(
    rf"\s*(?P<open>[(\[])?{_COUNT}(?:(?(open)[)\]])(?P<sign>\s{{0,2}}[|:.–—•·-](?=\s))?)\s{{1,3}}(?=\S)", re.I
)
_TAIL = re.compile(rf",?\s{{1,3}}(?P<open>[(\[])?(?:(?<=[\s(\[]){_COUNT})(?(open)[)\]])\.?\s*$", re.I)


def is_counter(text: str) -> bool:
    """Tell whether a text is a counter and nothing else, its number no larger than its total."""
    match = _ALONE.fullmatch(text.strip()) if len(text) < 24 else None
    return match is not None and _counts(match)


def without(captions: list[str]) -> list[str]:
    """Return the captions of one story without the counters at their heads and tails.

    "1/3" may begin or end a caption of its own ("1/3 of the harvest"): bare, it is taken off only where two captions count
    in one total.
    """
    held = [m for c in captions for m in (_HEAD.match(c), _TAIL.search(c)) if m is not None and _counts(m)]
    totals = Counter(total for total, _ in {(m["total"], m["number"]) for m in held})
    cut = dict.fromkeys(captions, "")
    for match in held:
        told = bool(match["open"]) or bool(match.groupdict().get("sign"))
        rest = (match.string[: match.start()] if match.re is _TAIL else match.string[match.end() :]).strip()
        if rest and (told or totals[match["total"]] > 1):
            cut[match.string] = cut[match.string] or rest
    return [cut[c] or c for c in captions]


def _counts(match: re.Match[str]) -> bool:
    """Tell whether the number of a counter is one of its total."""
    return 1 <= int(match["number"]) <= int(match["total"]) != 1
