"""Names as runs of words: which words of a stretch make one name, and which words around it belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .names import listed
from .sheet import is_content
from .tokens import Item


def runs(items: Sequence[Item], at: Sequence[int], gone: set[int]) -> list[list[int]]:
    """Return the names among these places, as runs of items that stand together."""
    found: list[list[int]] = []
    for i in at:
        item = items[i]
        if found and found[-1][-1] == i - 1 and _within(items, i) and {i, i + 1} <= gone:
            found[-1].append(i)  # "Eberhard van der Laan"
            continue
        if i not in gone or not item.capital or item.kind not in ("word", "place"):
            continue
        if found and found[-1][-1] == i - 1 and item.glued and item.kind == items[i - 1].kind == "word":
            found[-1].append(i)
        elif is_content(item):
            found.append([i - 1, i] if _article_of_name(items, i, gone) else [i])
    return found


def as_one(items: Sequence[Item], found: list[list[int]]) -> list[list[int]]:
    """Return names that stand together with nothing but blanks between as one: "Mińsk Mazowiecki", of which one is a place."""
    together = all(a[-1] + 1 == b[0] and items[b[0]].glued for a, b in pairwise(found))
    return [[i for run in found for i in run]] if len(found) > 1 and together else found


def _article_of_name(items: Sequence[Item], i: int, gone: set[int]) -> bool:
    """Tell whether the word before a name is an article of it: "La Teste-de-Buch", "Le Mans", "Los Mochis"."""
    before = items[i - 1] if i else None
    article = before is not None and before.key in listed("articles") and before.capital and not before.first
    return article and i - 1 in gone and items[i].glued


def _within(items: Sequence[Item], i: int) -> bool:
    """Tell whether a small word stands within a name, between its words; the Spanish "y" joins two names as well."""
    if not items[i].capital and items[i].hyphen and i + 1 < len(items) and items[i + 1].hyphen:
        return True  # "Bormes-les-Mimosas"
    if not (items[i].glued and items[i].key in listed("particles") and items[i].key != "y") or items[i].capital:
        return False
    rest = items[i + 1 : i + 3]
    small = len(rest) > 1 and rest[0].glued and rest[0].key in listed("particles")
    after = rest[1:] if small else rest
    return bool(after) and after[0].glued and after[0].capital and after[0].kind == "word"


def grown(items: Sequence[Item], run: list[int]) -> list[int]:
    """Return a run with the words of the same name before and after it, which both captions have."""
    first, last = run[0], run[-1]
    if items[first].kind == "place":
        return run
    while first and items[first].glued and not items[first].first and _of_name(items[first - 1]):
        first -= 1
    while last + 1 < len(items) and items[last + 1].glued and not items[last + 1].first and _of_name(items[last + 1]):
        last += 1
    return list(range(first, last + 1))


def _of_name(item: Item) -> bool:
    opens = item.first and item.key in listed("place_before")  # "Жители Орска"
    return item.capital and item.kind == "word" and is_content(item) and not item.dotted and not opens
