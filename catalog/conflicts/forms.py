"""Words that differ in their letters and not in what they say: forms of one word, compounds, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import names
from .tokens import Item, fold

#: Endings of the forms of one verb, noun or adjective.
_ENDINGS = frozenset(
    (
        "",
        "e",
        "es",
        "s",
        "d",
        "ed",
        "ing",
        "y",
        "ies",
        "ied",
        "n",
        "en",
        "t",
        "te",
        "ten",
        "em",
        "et",
        "ene",
        "erne",
        "ar",
    )
)
#: Those after a stem of three letters.
_SURE_ENDINGS = frozenset(("", "s", "e", "es", "ed", "ing"))
_DOUBLED = re.compile(r"([bdfglmnprt])\1(?=ed$|ing$|en$|er$)")


def inflected(a: str, b: str) -> bool:
    """Tell whether two folded words are forms of one: "arrest", "arrested"; "Kilometer", "Kilometern"."""
    return _of_one_stem(a, b) or _of_one_stem(_DOUBLED.sub(r"\1", a), _DOUBLED.sub(r"\1", b))


def _of_one_stem(a: str, b: str) -> bool:
    stem = next((n for n, (p, q) in enumerate(zip(a, b, strict=False)) if p != q), min(len(a), len(b)))
    return any(
        {a[n:], b[n:]} <= (_ENDINGS if n > 3 else _SURE_ENDINGS) for n in range(stem, max(2, stem - 2), -1) if n > 2
    )


def compounds(x: Sequence[Item], y: Sequence[Item], gone_x: set[int], gone_y: set[int]) -> list[tuple[int, int, int]]:
    """Return where two words of ``x`` are one of ``y``: ("Klima-Konferenz", "Klimakonferenz") as (first, second, one)."""
    found = []
    left = {y[j].key: j for j in sorted(gone_y) if y[j].kind == "word"}
    for i in sorted(gone_x):
        if i + 1 in gone_x and x[i].kind == x[i + 1].kind == "word" and x[i + 1].glued:
            j = left.get(x[i].key + x[i + 1].key)
            if j is not None:
                found.append((i, i + 1, j))
    return found


def pairs(
    x: Sequence[Item], y: Sequence[Item], gone_x: set[int], gone_y: set[int], *, german: bool
) -> Iterator[tuple[int, int]]:
    """Yield the places of words that only one caption has, and that are forms or abbreviations of one word."""
    for i in sorted(gone_x):
        for j in sorted(gone_y):
            if x[i].kind != "word" or y[j].kind != "word" or not (len(x[i].key) > 1 or x[i].dotted):
                continue
            plain = all(german or item.first or not item.capital for item in (x[i], y[j]))
            if (plain and inflected(x[i].key, y[j].key)) or abbreviates(x, i, y[j]) or abbreviates(y, j, x[i]):
                yield i, j
                gone_y = gone_y - {j}
                break


def abbreviates(items: Sequence[Item], i: int, long: Item) -> bool:
    """Tell whether the word at ``i`` is short for ``long``: it has a dot within a sentence, and begins ``long`` or its ends.

    An initial is not short for a first name: the caption that gives the name says more.
    """
    short = items[i]
    letters = fold(short.text).rstrip(".")
    within = short.dotted and i + 1 < len(items) and items[i + 1].glued and not items[i + 1].first
    if not within or not letters or len(letters) >= len(long.key) or long.key in names.first_names():
        return False
    rest = iter(long.key)
    ends = long.key.startswith(letters) or (letters[0] == long.key[0] and letters[-1] == long.key[-1])
    return ends and all(c in rest for c in letters) and (not short.capital or long.capital)
