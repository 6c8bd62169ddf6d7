"""Two captions of one photograph: do they say the same, more, or what cannot both be true?"""

from __future__ import annotations

import re
import unicodedata

from .model import Comparison, Contradiction

_WORD = re.compile(r"[^\W_]+")


def _tokens(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text[:20_000]))


def compare(
    a: str, b: str, *, a_credit: str = "", b_credit: str = "", a_published: str = "", b_published: str = ""
) -> Comparison:
    """Return how two captions of one photograph stand to each other."""
    if a == b:
        return Comparison("identical", score=1.0)
    one, two = _tokens(a), _tokens(b)
    x, y = {w.casefold() for w in one}, {w.casefold() for w in two}
    if x == y:
        return Comparison("cosmetic", score=1.0)
    if not x & y or len(x & y) < 0.2 * min(len(x), len(y)):
        return Comparison("unrelated")
    if x <= y or y <= x:
        return Comparison("additive", score=0.8)
    kinds = []
    left, right = [w for w in one if w.casefold() not in y], [w for w in two if w.casefold() not in x]
    if any(w[0].isupper() for w in left) and any(w[0].isupper() for w in right):
        kinds.append(("place", next(w for w in left if w[0].isupper()), next(w for w in right if w[0].isupper())))
    if any(w[0].isdigit() for w in left) and any(w[0].isdigit() for w in right):
        kinds.append(("number", next(w for w in left if w[0].isdigit()), next(w for w in right if w[0].isdigit())))
    if kinds:
        return Comparison("contradictory", tuple(k for k, _, _ in kinds), tuple(Contradiction(*k) for k in kinds), 0.7)
    return Comparison("additive", score=0.5)
