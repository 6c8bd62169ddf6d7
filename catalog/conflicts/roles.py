"""What people do and are: opposites, negations, where they stand, and who is who's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .data import lines, words
from .languages import function_words
from .tokens import Item, fold


@cache
def opposites() -> dict[str, dict[int, int]]:
    """Return, for each form, its member number in every set of opposites that has it."""
    table: dict[str, dict[int, int]] = {}
    for n, line in enumerate(lines("opposites.txt")):
        for m, member in enumerate(line.split(";")):
            for form in member.strip().split("/"):
                table.setdefault(form.strip(), {}).setdefault(n, m)
    return table


#: Beginnings of words that turn the rest of a word around.
_TURNED = (
    ("pro", "anti"),
    ("over", "under"),
    ("uber", "unter"),
    ("im", "ex"),
    ("in", "ex"),
    ("in", "out"),
    ("pre", "post"),
    ("vor", "nach"),
)
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "nicht", "anti", "mis")


def opposed(a: str, b: str) -> bool:
    """Tell whether two folded words, or runs of words, cannot both be true of one thing."""
    table = opposites()
    one, other = table.get(a), table.get(b)
    if one and other:
        shared = one.keys() & other.keys()
        return bool(shared) and all(one[n] != other[n] for n in shared)
    short, long = sorted((a, b), key=len)
    if len(short) > 3 and any(long == p + short for p in _PREFIXES):
        return True
    for beginnings in _TURNED:
        rests = {w.removeprefix(b) for w, b in zip((a, b), beginnings, strict=True)}
        turned = {w.removeprefix(b) for w, b in zip((b, a), beginnings, strict=True)}
        if any(len(r) == 1 and len(min(r)) > 3 for r in (rests, turned)):
            return True  # "proisraelisch", "antiisraelisch"
    return len(short) > 5 and short.endswith("ful") and long == short[:-3] + "less"


@cache
def _classes() -> dict[str, str]:
    return {w: kind for kind, text in words()["classes"].items() for w in text.split()}


def kind_of(x: Sequence[Item], y: Sequence[Item]) -> str:
    """Return "date" or "number" where both stretches have words of that sort ("spring", "dozens"), else "role"."""
    one, other = ({_classes()[i.key] for i in run if i.key in _classes()} for run in (x, y))
    return next(iter(sorted(one & other)), "role")


def kind_of_rank(x: Sequence[Item], xs: Sequence[int], y: Sequence[Item], ys: Sequence[int]) -> str:
    """Return "date" where two words say which of several times is meant ("primera hora", "última hora"), else ""."""
    if not (len(xs) == len(ys) == 1 and {x[xs[0]].key, y[ys[0]].key} <= ranks()):
        return ""
    units = [items[at[0] + 1].key for items, at in ((x, xs), (y, ys)) if at[0] + 1 < len(items)]
    return "date" if units and all(_classes().get(unit) == "date" for unit in units) else ""


@cache
def ranks() -> frozenset[str]:
    """Return words that say which one of several times is meant: "first", "early", "letzte"."""
    return frozenset(words()["relative"]["ranks"].split())


@cache
def _synonyms() -> dict[str, frozenset[int]]:
    table: dict[str, frozenset[int]] = {}
    for n, line in enumerate(lines("synonyms.txt")):
        for form in line.split():
            table[form] = table.get(form, frozenset()) | {n}
    return table


def alike(a: str, b: str) -> bool:
    """Tell whether two folded words may mean the same: forms of one word, a part of the other, or known synonyms."""
    short, long = sorted((a, b), key=len)
    begin = 0
    while begin < len(short) and short[begin] == long[begin]:
        begin += 1
    if begin >= max(3, min(len(short), 0.6 * len(long))) or short in long:
        return True
    empty: frozenset[int] = frozenset()
    return bool(_synonyms().get(a, empty) & _synonyms().get(b, empty))


@cache
def negators() -> frozenset[str]:
    """Return the words that take a statement back."""
    return frozenset(words()["negation"]["words"].split())


@cache
def quantities() -> frozenset[str]:
    """Return the words that say that there are some of a thing."""
    return frozenset(words()["negation"]["quantities"].split())


@cache
def auxiliaries() -> frozenset[str]:
    """Return the words that come and go with a negation, "with" among them."""
    table = words()["negation"]
    return frozenset(table["auxiliary"].split()) | frozenset(table["with"].split())


def negated(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether exactly one of two short stretches takes back what the other says."""
    one, other = ([i.key for i in run if i.key in negators()] for run in (x, y))
    if bool(one) == bool(other):
        return False
    rest = [[i for i in run if i.key not in negators() and i.key not in auxiliaries()] for run in (x, y)]
    if not rest[0] and not rest[1]:
        return True
    stems = [[i.key[:4] for i in run] for run in rest]
    return len(rest[0]) < 3 and stems[0] == stems[1]


def none_of(x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether one short stretch counts what the other says there is none of: "300", "no"."""
    for run, other in ((x, y), (y, x)):
        rest = [i for i in run if i.key not in auxiliaries()]
        nobody = 0 < len(rest) <= 2 and rest[0].key in negators() and all(i.key == "#1" for i in rest[1:])  # "no one"
        counted = sum(i.kind == "number" or i.key in quantities() for i in other) == 1
        if nobody and len(other) <= 3 and counted:
            return True
    return False


@cache
def _sides() -> tuple[dict[str, str], dict[str, str]]:
    """Return the side that a word names, and the side that a short form names."""
    table = words()["position"]
    whole = {w: side for side in ("left", "right", "centre") for w in table[side].split()}
    short = {w: side for side in ("left", "right", "centre") for w in table[f"short_{side}"].split()}
    return whole, short


def side_of(items: Sequence[Item], i: int) -> str:
    """Return "left", "right" or "centre" where an item says that somebody stands there, else ""."""
    whole, short = _sides()
    item = items[i]
    if item.kind != "word" or item.key == "meter":
        return ""
    before = fold(items[i - 1].text).rstrip(".") if i else ""
    key = fold(item.text).rstrip(".")
    counted = i > 0 and items[i - 1].kind in ("number", "date")  # "2018 r."
    if i and _ranked(items, i, key):
        return {**short, **whole}[key]
    lone = item.dotted and not item.capital and not counted and key in ("l", "li", "lks", "r", "re")
    ends = i + 1 >= len(items) or not items[i + 1].glued
    aside = (
        before == "a" and i > 0 and (items[i - 1].bracket or (ends and not items[i - 1].glued))
    )  # "(à g.)", ", a sx,"
    joined = i + 1 < len(items) and items[i + 1].glued and items[i + 1].start <= item.end + 1  # "(D-Mich.)"
    if key in short and (
        ((item.bracket or item.closing) and not joined) or before in ("v", "from", "von") or lone or aside
    ):
        return short[key]
    if item.bracket and item.closing and (side := _enclosed().get(key.replace(".", ""))):
        return side
    if item.closing and key in whole and _opened(items, i):
        return whole[key]  # "(til venstre)", "(a la derecha)"
    free = not item.glued or item.bracket or aside or before in ("from", "von", "v", "the", "at", "a", "la")
    return whole.get(item.key, "") if free else ""


def _opened(items: Sequence[Item], i: int) -> bool:
    """Tell whether a bracket opens at most two small words before an item."""
    for n in range(i - 1, max(-1, i - 3), -1):
        if items[n].key not in function_words() and items[n].key not in _AT_SIDE:
            return False
        if items[n].bracket:
            return True
    return False


@cache
def _enclosed() -> dict[str, str]:
    """Return the side that a letter alone in brackets names."""
    return {w: side for side in ("left", "right") for w in words()["position"][f"enclosed_{side}"].split()}


@cache
def _ordinals() -> frozenset[str]:
    return frozenset(pair.split("=")[0] for pair in words()["numbers"]["ordinal"].split())


def _ranked(items: Sequence[Item], i: int, key: str) -> bool:
    """Tell whether a side follows a small ordinal and closes what is said of a person: "second right,", "(2nd R)"."""
    whole, short = _sides()
    ordinal = items[i - 1]
    if not (_ORDINAL.match(ordinal.key) or ordinal.key in _ordinals()):
        return False
    closes = i + 1 >= len(items) or not items[i + 1].glued
    return closes and (key in whole or key in short) and (ordinal.bracket or not ordinal.glued)


def standing(items: Sequence[Item]) -> dict[str, tuple[str, int]]:
    """Return the side of each name that one follows, and where it stands: "Max Darj (l.)", "Harris, left,", "Conti (a destra)"."""
    found: dict[str, tuple[str, int]] = {}
    for i, item in enumerate(items):
        name = i - 1 if not (i > 1 and items[i - 1].key in _AT_SIDE) else i - 2
        if item.kind == "position" and i and items[name].capital:
            found[items[name].skeleton] = item.key, i
    return found


_ORDINAL = re.compile(r"\d(?:st|nd|rd|th|e|er|eme)$")
#: Small words before a side: "à droite", "on the right".
_AT_SIDE = ("a", "on", "the", "at", "la", "tv", "th", "til", "till", "in", "ve")


def from_side(items: Sequence[Item]) -> tuple[str, list[str]]:
    """Return the side that a list of names begins at ("from left: A, B") and those names, or ("", [])."""
    for i, item in enumerate(items):
        if item.kind == "order":
            named = [x.skeleton for x in items[i + 1 :] if x.capital and x.kind == "word"]
            if item.bracket or len(named) < 2:  # "A, B and C (left to right)"
                named = [x.skeleton for x in items[:i] if x.capital and x.kind == "word"] or named
            return item.key.removeprefix("from "), named
    return "", []


def misplaced(x: Sequence[Item], y: Sequence[Item]) -> tuple[str, str] | None:
    """Return the name and its two sides when one stands on different sides in two captions, else None."""
    one, other = standing(x), standing(y)
    for name in one:  # in the order of the caption: of a set the order would change from run to run
        if name in other and one[name][0] != other[name][0]:
            return name, other[name][0]
    (side, names), (other_side, others) = from_side(x), from_side(y)
    shared, again = [n for n in names if n in others], [n for n in others if n in names]
    ordered = side and other_side and len(shared) > 1 and len(set(shared)) == len(shared)
    if ordered and (shared == again) != (side == other_side):
        return shared[0], again[0]
    return None


def in_order(items: Sequence[Item], placed: dict[str, tuple[str, int]]) -> bool:
    """Tell whether a caption names people from one side in the order in which the other caption places them."""
    side, named = from_side(items)
    ranks = [("left", "centre", "right").index(placed[n][0]) for n in named if n in placed]
    rising = ranks == sorted(ranks, reverse=side == "right")
    return bool(side) and len(ranks) > 1 and len(set(ranks)) > 1 and rising
