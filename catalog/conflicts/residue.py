"""What only one caption has, weighed: is it news, or the other's words in another house's style?

After all stretches were judged (:mod:`.judging`) some items are left on either side. No table of words knows every short
form, label and way of writing of every language, so what they look like decides: a figure, a name or a phrase that stands
alone says something new; a word that begins as the one in its place does, a figure in letters, a mark set apart before
the text, a word that the other caption has elsewhere do not. Each item is of one sort (:func:`sorts`), the sorts are
counted, and a logistic sum of the counts (``data/residue.tsv``, fitted by ``bench/fit_conflicts.py``) is the probability
that one caption says more.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

from . import placing, roles
from .alignment import gaps
from .data import lines
from .languages import function_words
from .sheet import is_content
from .tokens import Item, fold

#: More items of one sort say no more than this many.
MOST = 3
#: No more words of the other caption are looked at for one of like form.
MOST_COMPARED = 60
#: The sorts of what is left over, and what else is weighed.
SORTS = (
    "again", "form", "in letters", "unit", "mark", "place", "name", "figure", "side", "instead", "short", "added", "small",
)  # fmt: skip
NAMES = (*SORTS, "retold", "part")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
#: What sets a mark apart from the caption; a comma does not, it goes on.
_APART = re.compile(r"[.:;()\[\]|/\u2013\u2014\uff1a\u3002\uff08\uff09\u300c\u3010\u3011]|\s-\s|\*")


@dataclass(frozen=True, slots=True)
class Side:
    """One caption: its text as given, its items, and the places of those that only it has."""

    text: str
    items: Sequence[Item]
    gone: frozenset[int]

    def content(self) -> int:
        """How many items say something of their own."""
        return sum(map(is_content, self.items))


def news(one: Side, other: Side, pairs: Sequence[tuple[int, int]], *, german: bool) -> float:
    """Return the probability, 0 to 1, that what is left over says something that the other caption does not say."""
    table = weights()
    odds = table["start"] + sum(table[name] * n for name, n in features(one, other, pairs, german=german).items())
    return 1 / (1 + math.exp(-odds))


@cache
def weights() -> dict[str, float]:
    """Return the log-odds that each count adds."""
    return {name: float(weight) for name, weight, *_ in (line.split("\t") for line in lines("residue.tsv"))}


def features(one: Side, other: Side, pairs: Sequence[tuple[int, int]], *, german: bool) -> dict[str, float]:
    """Return how many items of each sort are left over, on which sides and how much of the shorter caption they are."""
    flipped = [(j, i) for i, j in pairs]
    both = [sorts(one, other, pairs, german=german), sorts(other, one, flipped, german=german)]
    found: dict[str, float] = {name: min(MOST, sum(c[name] for c in both)) for name in SORTS}
    told = [sum(c[n] for n in ("place", "name", "figure", "side", "instead", "short", "added")) for c in both]
    found["retold"] = float(min(told) > 0 and not any(found[n] for n in ("place", "name", "figure", "side")))
    found["part"] = min(1.0, max(told) / max(1, min(one.content(), other.content())))
    return found


def sorts(mine: Side, theirs: Side, pairs: Sequence[tuple[int, int]], *, german: bool) -> Counter[str]:
    """Return the sorts of the items that only one caption has. ``pairs`` are (place in ``mine``, place in ``theirs``)."""
    there = _There.of(theirs)
    instead = _instead(mine, theirs, pairs)
    marks = _marks(mine)
    found: Counter[str] = Counter()
    for i in sorted(mine.gone):
        if is_content(mine.items[i]):
            rivals = [theirs.items[j] for j in instead.get(i, ())]
            found[_sort(mine, i, rivals, there, marks=marks, german=german)] += 1
        elif i - 1 not in mine.gone and not _leads(mine, i):
            found["small"] += 1
    return found


def _leads(mine: Side, i: int) -> bool:
    """Tell whether small words go with what follows them and is left over too: "in the" with "in the harbour"."""
    while i in mine.gone and not is_content(mine.items[i]):
        i += 1
    return i in mine.gone


@dataclass(frozen=True, slots=True)
class _There:
    """What the other caption has: all its words and figures, its credit's too, and the words that only it has."""

    text: str
    keys: frozenset[str]
    words: frozenset[str]
    figures: frozenset[str]
    alone: tuple[str, ...]

    @staticmethod
    def of(side: Side) -> _There:
        left = (side.items[j] for j in sorted(side.gone) if side.items[j].key not in function_words())
        return _There(
            side.text,
            frozenset(o.key for o in side.items),
            frozenset(fold(w) for w in _WORD.findall(side.text)),
            frozenset(_figures(side.text)),
            tuple(_spelled(o) for o in left if o.kind in ("word", "place", "position"))[:MOST_COMPARED],
        )


def _sort(mine: Side, i: int, rivals: Sequence[Item], there: _There, *, marks: frozenset[int], german: bool) -> str:
    """Return the sort of one item that says something."""
    item = mine.items[i]
    if _said_again(mine, i, there):
        return "again"
    if item.kind in ("number", "date", "time"):
        return "in letters" if _in_letters(item, rivals) else "figure"
    if item.kind in ("position", "order"):
        return "side"
    if item.kind == "place":
        return "form" if any(len(key) < 4 and kindred(key, _spelled(item)) for key in there.alone) else "place"
    if rivals and all(r.kind == "number" for r in rivals) and (item.first or not item.capital):
        return "in letters"
    if any(kindred(item.key, key) for key in there.alone):
        return "form"
    if item.capital and not item.first and i and (not german or placing.after_place_word(mine.items, i)):
        return "name"
    if i in marks:
        return "mark"
    if i and mine.items[i - 1].kind in ("number", "time") and i - 1 not in mine.gone:
        return "unit"
    if rivals and all(r.kind == "word" and (german or not r.capital) for r in rivals):
        return "instead"
    return "short" if len(item.key) < 4 and not _eastern_run(mine, i) else "added"


def _spelled(item: Item) -> str:
    """Return an item's word, a place as it is spelled here."""
    return fold(item.text) if item.kind == "place" else item.key


def _figures(text: str) -> list[str]:
    """Return the runs of digits of a text, in our digits and without zeros before them."""
    return ["".join(str(unicodedata.decimal(c)) for c in d).lstrip("0") for d in _DIGITS.findall(text)]


def _said_again(mine: Side, i: int, there: _There) -> bool:
    """Tell whether the other caption has the words or figures of an item somewhere, be it in its credit."""
    item = mine.items[i]
    if item.kind == "place":
        return item.key in there.keys  # "Hamburg-Marathon" does not say that it is in Hamburg
    text = mine.text[item.start : item.end]
    figures = _figures(text)
    if figures:
        return all(d in there.figures for d in figures)
    if _eastern(item):
        first, last = i, i
        while first - 1 in mine.gone:
            first -= 1
        while last + 1 in mine.gone:
            last += 1
        return last > first and mine.text[mine.items[first].start : mine.items[last].end] in there.text
    said = [fold(w) for w in _WORD.findall(text)]
    return len(text) > 2 and bool(said) and all(w in there.words for w in said)


def kindred(a: str, b: str) -> bool:
    """Tell whether two folded words may be ways of writing or forms of one: short for it, the same beginning, a part of it."""
    short, long = sorted((a.replace(".", ""), b.replace(".", "")), key=lambda word: (len(word), word))
    if not short or short == long:
        return bool(short)
    if len(short) < 4:
        rest = iter(long)
        return short.isalpha() and short[0] == long[0] and all(c in rest for c in short)
    alike = next((n for n, (p, q) in enumerate(zip(short, long, strict=False)) if p != q), len(short))
    if alike >= max(3, 0.6 * len(short)) or short in long:
        return True
    return alike > 0 and SequenceMatcher(None, short, long, autojunk=False).ratio() >= (0.7 if alike > 3 else 0.75)


def _in_letters(item: Item, rivals: Sequence[Item]) -> bool:
    """Tell whether a figure has words of the other caption in its place, and nothing else."""
    return (
        item.kind == "number" and bool(rivals) and all(r.kind == "word" and (r.first or not r.capital) for r in rivals)
    )


def _eastern(item: Item) -> bool:
    """Tell whether an item is one sign of a script that parts no words, or whose words hold signs that are no letters."""
    return item.text[:1] >= "\u0900"


def _eastern_run(mine: Side, i: int) -> bool:
    """Tell whether such a sign is one of several that are left over: together they are words."""
    return _eastern(mine.items[i]) and (i - 1 in mine.gone or i + 1 in mine.gone)


def _instead(mine: Side, theirs: Side, pairs: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """Return for each item left over what is left over of the other caption in the same place."""
    found = {}
    for gap in gaps(pairs, len(mine.items), len(theirs.items)):
        there = [j for j in range(gap.c, gap.d) if j in theirs.gone and is_content(theirs.items[j])]
        found.update({i: there for i in range(gap.a, gap.b) if i in mine.gone})
    return found


def _marks(mine: Side) -> frozenset[int]:
    """Return the items of short stretches at the beginning or end that are left over whole and set apart: "ARCHIVE. ..."."""
    items = mine.items
    apart = (n for n in range(1, len(items)) if _APART.search(mine.text[items[n - 1].end : items[n].start]))
    cuts = [0, *apart, len(items)]
    runs = [range(a, b) for a, b in pairwise(cuts) if b > a]
    if len(runs) < 2:
        return frozenset()
    found: set[int] = set()
    for run in (runs[0], runs[-1]):
        whole = all(n in mine.gone or not is_content(items[n]) for n in run)
        is_said = any(items[n].key in roles.negators() for n in run)  # "Verletzt wurde niemand."
        if whole and len(run) <= 3 and not is_said and all(items[n].kind == "word" for n in run):
            found.update(run)
    return frozenset(found)
