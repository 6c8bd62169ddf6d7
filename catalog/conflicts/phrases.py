"""Several words that are one: the order in which people are named ("from left"), and bodies known by short forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from .data import lines, words
from .tokens import Item, fold, of_money

#: The longest name of a body, in words.
LONGEST = 5
#: "L-R", "l to r", "v.l.n.r.": letters alone that say in which order people are named.
_LETTERS = {"vlnr": "left", "vrnl": "right", "vl": "left", "vr": "right"}


@cache
def bodies() -> dict[str, str]:
    """Return the body that stands for each folded name of it."""
    table: dict[str, str] = {}
    for line in lines("bodies.txt"):
        names = [fold(name.strip()) for name in line.split(";")]
        for name in names:
            table.setdefault(name, names[0])
    return table


@cache
def listed(name: str) -> frozenset[str]:
    """Return a list of the table "boilerplate"."""
    return frozenset(words()["boilerplate"][name].split())


def join(items: Sequence[Item]) -> list[Item]:
    """Return the items with orders of naming and the names of bodies as one item each."""
    return _joined(
        items,
        lambda i: (
            _order_at(items, i)
            or _body_at(items, i)
            or _percent_at(items, i)
            or _taken_at(items, i)
            or _label_at(items, i)
            or _number_at(items, i)
            or _meter_at(items, i)
            or _outermost_at(items, i)
        ),
    )


def ages(items: Sequence[Item]) -> list[Item]:
    """Return the items with the words that make a number an age as one item, "years old"."""
    return _joined(items, lambda i: _age_at(items, i))


def _joined(items: Sequence[Item], at: Callable[[int], tuple[int, Item] | None]) -> list[Item]:
    """Return the items with each stretch that ``at`` tells the end of replaced by its item."""
    out: list[Item] = []
    i = 0
    while i < len(items):
        stop, item = at(i) or (i + 1, items[i])
        out.append(item)
        i = stop
    return out


@cache
def _order_words() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """Return the side that each word or short form names, and what stands before the first side and between both."""
    table = words()["position"]
    sides = {w: s for s in ("left", "right") for w in f"{table[s]} {table[f'short_{s}']}".split()}
    return sides, frozenset(table["order_from"].split()), frozenset(table["order_to"].split())


def _order_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where "from left" or "left to right" that begins at ``i`` ends, and its item: both name one order."""
    sides, opening, between = _order_words()
    if items[i].kind != "word":
        return None
    letters = _LETTERS.get(items[i].key)
    if letters:
        return i + 1, _order(items[i], items[i], letters)
    if (alone := _order_alone(items, i)) and not items[i].bracket:
        stop = i + 1 + (_word(items, i + 1) in _away() or _word(items, i + 1) in sides)
        if items[i].first or stop > i + 1:
            return stop, _order(items[i], items[stop - 1], alone)
    at = i + 1 if _word(items, i) in opening and _short(items, i + 1) else i
    at += at > i and _short(items, at + 1) and items[at].key in ("la", "the")
    side = sides.get(_word(items, at), "")
    if not side or (_word(items, at) == "der" and not items[at].dotted):  # "van der Laan"
        return None
    to = at + 1 if _word(items, at + 1) in between else at
    other = sides.get(_word(items, to + 1), "")
    if other and other != side and (to > at or "-" in _between(items, at)) and (at > i or to > at or _labels(items, i)):
        return to + 2, _order(items[i], items[to + 1], side)
    sure = len(_word(items, at)) > 1 or _word(items, i) == "v"
    return (at + 1, _order(items[i], items[at], side)) if at > i and sure else None


def _order_alone(items: Sequence[Item], i: int) -> str:
    """Return the side from which a single word says that people are named ("Vasemmalta", "Слева"), or ""."""
    table = words()["position"]
    return next((side for side in ("left", "right") if _word(items, i) in table[f"order_{side}"].split()), "")


@cache
def _away() -> frozenset[str]:
    return frozenset(words()["position"]["order_away"].split())


def _order(first: Item, last: Item, side: str) -> Item:
    key = f"from {side}"
    return replace(first, kind="order", key=key, skeleton=key, end=last.end, capital=False)


def _labels(items: Sequence[Item], i: int) -> bool:
    """Tell whether two sides joined by a hyphen are a label here ("(L-R)"), not a word ("left-right")."""
    return items[i].bracket or (items[i].text.isupper() and len(items[i].text) == 1)


def _short(items: Sequence[Item], i: int) -> bool:
    return i < len(items) and items[i].kind == "word" and items[i].glued


def _word(items: Sequence[Item], i: int) -> str:
    return fold(items[i].text).rstrip(".") if i < len(items) and items[i].kind == "word" else ""


def _between(items: Sequence[Item], i: int) -> str:
    """Say "-" where a hyphen or nothing parts two items."""
    return "-" if i + 1 < len(items) and items[i + 1].start == items[i].end + 1 and items[i + 1].glued else ""


#: Words of an age behind its number: these always, "ans" and its like only where the number stands by itself (", 52 ans").
_AGE = re.compile(
    r"(?:(?:years?|yrs?) old|jahre? alt(?:e[mnrs]?)?|jahrige?[mnrs]?|ans d age|anos de edad|anni d eta|anos de idade"
    r"|jaar oude?|jarige|ar gamm[ae]l|arig[ae]?|letni[ae]?|let[ay] star[aey]?)$"
)
_YEARS = frozenset(("ans", "anos", "anni", "jaar", "let", "lat", "лет", "years"))


def _age_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where the words that make a number an age end, and one item for them that says nothing more."""
    if not i or items[i - 1].kind != "number" or not items[i].glued:
        return None
    for size in (3, 2, 1):
        run = items[i : i + size]
        if len(run) == size and all(x.kind == "word" for x in run):
            text = " ".join(fold(x.text) for x in run)
            alone = size == 1 and text in _YEARS and (not items[i - 1].glued or items[i - 2].key in ("de", "di"))
            if alone or _AGE.match(text):
                return i + size, replace(items[i], key="aged", skeleton="aged", end=run[-1].end, capital=False)
    return None


def _percent_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where "pour cent" behind a number ends, and its item."""
    if not i or i + 1 >= len(items) or items[i - 1].kind != "number":
        return None
    if f"{items[i].key} {items[i + 1].key}" not in words()["kinds"]["percent"].split(";"):
        return None
    return i + 2, replace(items[i], key="percent", skeleton="percent", end=items[i + 1].end)


def _number_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return the item of "No" before a figure, which is short for a number though it has no dot: "No 10"."""
    if items[i].text not in ("No", "Nos") or i + 1 >= len(items):
        return None
    counted = items[i + 1].kind == "number" and items[i + 1].glued
    return (i + 1, replace(items[i], key="number", skeleton="number", capital=False)) if counted else None


def _meter_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return the item of "m" behind a figure, which is short for metres where no money is counted: "2962 m"."""
    if items[i].text != "m" or not i or items[i - 1].kind != "number" or not items[i].glued:
        return None
    money = any(of_money(x.text) for x in (*items[max(0, i - 2) : i - 1], *items[i + 1 : i + 2]))
    return None if money else (i + 1, replace(items[i], key="meter", skeleton="meter"))


def _taken_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where "taken" or "stock" beside a word for the picture ends, which says no more than that: "photo prise le"."""
    sorted_by = items[i].key in listed("sorts") and i + 1 < len(items) and items[i + 1].key in listed("words")
    if sorted_by:
        return i + 1, replace(items[i], key="photo", skeleton="photo")
    if items[i].capital or items[i].key not in listed("taken"):
        return None
    if not any(x.key in listed("words") for x in items[max(0, i - 4) : i]):
        return None
    return i + 1, replace(items[i], key="photo", skeleton="photo")


def _label_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where a Chinese or Japanese label of the picture ends ("資料写真"), and its item."""
    if not items[i].text or items[i].text < "\u3040":
        return None
    for order, side in _eastern_orders():
        stop = i + len(order)
        if "".join(x.text for x in items[i:stop]) == order:
            return stop, _order(items[i], items[stop - 1], side)
    for label in _eastern_labels():
        stop = i + len(label)
        if "".join(x.text for x in items[i:stop]) == label and (
            label in listed("eastern") or _eastern_side(items, stop)
        ):
            return stop, replace(items[i], key="photo", skeleton="photo", end=items[stop - 1].end)
    return None


@cache
def _eastern_orders() -> tuple[tuple[str, str], ...]:
    """Return the words for an order of naming with the side it begins at, longer ones first."""
    table = words()["position"]
    told = [(text, side) for side in ("left", "right") for text in table[f"eastern_order_{side}"].split()]
    return tuple(sorted(told, key=lambda order: (-len(order[0]), order)))


@cache
def _eastern_labels() -> tuple[str, ...]:
    """Return the labels, longer ones before those that they begin with."""
    labels = {*listed("eastern"), *words()["position"]["eastern_sides"].split()}
    return tuple(sorted(labels, key=lambda label: (-len(label), label)))


def _eastern_side(items: Sequence[Item], i: int) -> bool:
    """Tell whether a Japanese or Chinese side stands here, at the end of what is said in brackets."""
    return i < len(items) and items[i].text in _EASTERN_SIDES and (items[i].closing or i + 1 == len(items))


_EASTERN_SIDES = frozenset("左右中奥上下")


def _outermost_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where "far left" that is set apart ends, and its side: "(ganz rechts)", ", uiterst links,", "(g. r.)"."""
    if items[i].kind != "word" or (items[i].glued and not items[i].bracket):
        return None
    said = next((w for w in words()["position"]["outermost"].split(";") if _reads(items, i, w.split())), "")
    stop = i + len(said.split())
    short = not said and items[i].bracket and items[i].dotted and items[i].key == "g"  # "(g. r.)"
    at = i + 1 if short else stop
    if (not said and not short) or at >= len(items) or not items[at].glued:
        return None
    sides = _order_words()[0]
    ends = items[at].closing or at + 1 >= len(items) or not items[at + 1].glued
    if not ends or not sides.get(_word(items, at)):
        return None
    return at + 1, replace(items[at], start=items[i].start, glued=items[i].glued, bracket=items[i].bracket)


def _reads(items: Sequence[Item], i: int, run: Sequence[str]) -> bool:
    """Tell whether these folded words begin at ``i``."""
    return all(_word(items, i + n) == w and (not n or items[i + n].glued) for n, w in enumerate(run))


def _body_at(items: Sequence[Item], i: int) -> tuple[int, Item] | None:
    """Return where the body that begins at ``i`` ends, and its item; short forms count in capitals only."""
    if items[i].kind != "word" or not items[i].capital:
        return None
    for size in range(LONGEST, 0, -1):
        run = items[i : i + size]
        if len(run) < size or not all(x.glued and x.kind == "word" for x in run[1:]):
            continue
        key = bodies().get(re.sub(r"'s$", "", " ".join(fold(x.text) for x in run)))
        if key and (size > 1 or len(items[i].text) > 5 or items[i].text.isupper()):
            return i + size, replace(items[i], key=key, skeleton=key, end=run[-1].end, text=key.upper())
    return None
