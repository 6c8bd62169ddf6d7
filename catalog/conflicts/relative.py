"""Times told by the day of writing ("last week", "el año pasado"), and parts of months and years ("late May", "Mitte Juni")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from .data import words
from .tokens import Item, fold

#: Inflected words begin with these of the table and have so many letters more at most.
ENDING = 3
_OF = frozenset(("of", "de", "del", "di", "do", "d", "av", "van", "des"))


@cache
def _units() -> dict[str, str]:
    return dict(pair.split("=") for pair in words()["relative"]["units"].split())


@cache
def _turns() -> tuple[tuple[str, int], ...]:
    """Return the beginnings of words for the unit before this one (-1), this one and the next one, longer ones first."""
    table = words()["relative"]
    told = [(w, n) for name, n in (("last", -1), ("this", 0), ("next", 1)) for w in table[name].split()]
    return tuple(sorted(told, key=lambda pair: (-len(pair[0]), pair)))


def _turn(item: Item) -> int | None:
    """Return the turn that a word names: "last", "vergangenen", "pasada" -1; None for none."""
    if item.kind != "word":
        return None
    key = fold(item.text)
    for word, turn in _turns():
        if key == word.rstrip("*") or (
            word.endswith("*") and key.startswith(word[:-1]) and len(key) < len(word) + ENDING
        ):
            return turn
    return None


def at(items: Sequence[Item], i: int) -> tuple[str, int] | None:
    """Return the unit and the turn that the two words at ``i`` name, in either order: "next month", "semaine dernière"."""
    if i + 1 >= len(items) or not items[i + 1].glued:
        return None
    for unit, turn in ((items[i + 1], items[i]), (items[i], items[i + 1])):
        named = _units().get(fold(unit.text)) if unit.kind == "word" else None
        if named and (n := _turn(turn)) is not None:
            return named, n
    return None


@cache
def _parts() -> dict[str, str]:
    table = words()["relative"]
    return {w: name for name in ("early", "mid", "late") for w in table[name].split()}


def part_before(items: Sequence[Item]) -> tuple[str, int]:
    """Return the part of the month or year behind these items that their last words name, and how many words: "late", "fin de"."""
    for size in (1, 2):
        if len(items) >= size and (size == 1 or items[-1].key in _OF) and items[-size].kind == "word":
            part = _parts().get(fold(items[-size].text), "")
            if part:
                return part, size
    return "", 0
