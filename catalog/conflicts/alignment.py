"""Two captions word against word: which items are the same, which stand in each other's place, which only one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import unparted
from .roles import opposites
from .tokens import Item


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which the captions differ: items ``x[a:b]`` of one stand where ``y[c:d]`` of the other stand."""

    a: int
    b: int
    c: int
    d: int


def same(x: Item, y: Item) -> bool:
    """Tell whether two items are one word: equal, or two spellings of a long word or name."""
    return x.key == y.key or (x.skeleton == y.skeleton and x.kind == y.kind and len(x.skeleton) > 3)


def _equals(x: Sequence[Item], y: Sequence[Item]) -> list[set[int]]:
    """Return for each item of ``x`` the places in ``y`` of the items that are the :func:`same`, in time linear in both."""
    by_key: dict[str, set[int]] = {}
    by_skeleton: dict[tuple[str, str], set[int]] = {}
    for j, q in enumerate(y):
        by_key.setdefault(q.key, set()).add(j)
        if len(q.skeleton) > 3:
            by_skeleton.setdefault((q.skeleton, q.kind), set()).add(j)
    none: set[int] = set()
    return [by_key.get(p.key, none) | by_skeleton.get((p.skeleton, p.kind), none) for p in x]


def _swaps(item: Item) -> bool:
    """Tell whether an item may stand in the place of a different one: only two that may are weighed."""
    return item.kind in _SWAPPED or item.capital or item.key in opposites()


_SWAPPED = frozenset(("date", "position", "place", "number"))


def _swap_score(x: Item, y: Item) -> float:
    """What it is worth that two different items stand in each other's place, 0 when they say different things."""
    if x.kind == y.kind and x.kind in ("date", "position", "place"):
        return 0.9
    if x.kind == y.kind == "number":
        return 0.7
    if x.capital and y.capital and x.kind in ("word", "place") and y.kind in ("word", "place"):
        return 0.5
    one, other = opposites().get(x.key), opposites().get(y.key)
    return 0.8 if one and other and one.keys() & other.keys() else 0.0


def align(x: Sequence[Item], y: Sequence[Item], light: frozenset[str]) -> list[tuple[int, int]]:
    """Return the index pairs of equal items of the best global alignment (Needleman and Wunsch, 1970), in order.

    ``light`` are words that hold a text together less than others. The time is bounded by the product of the lengths.
    """
    head = 0
    while head < min(len(x), len(y)) and same(x[head], y[head]):
        head += 1
    tail = 0
    while tail < min(len(x), len(y)) - head and same(x[-1 - tail], y[-1 - tail]):
        tail += 1
    pairs = [(i, i) for i in range(head)]
    pairs += [(i + head, j + head) for i, j in _middle(x[head : len(x) - tail], y[head : len(y) - tail], light)]
    return pairs + [(len(x) - n, len(y) - n) for n in range(tail, 0, -1)]


def _middle(x: Sequence[Item], y: Sequence[Item], light: frozenset[str]) -> list[tuple[int, int]]:
    if not x or not y:
        return []
    equal, swaps = _equals(x, y), [_swaps(q) for q in y]
    # What has no equal and may stand in no other's place can only be passed over: long texts keep few words after this.
    rows = [i for i, p in enumerate(x) if equal[i] or _swaps(p)]
    met = set().union(*equal)
    columns = [j for j in range(len(y)) if j in met or swaps[j]]
    above = [0.0] * (len(columns) + 1)
    moves: list[bytearray] = []
    for i in rows:
        p = x[i]
        worth = 0.8 if p.key in light else 2.0
        row, move, here, swapped = [0.0] * (len(columns) + 1), bytearray(len(columns) + 1), equal[i], _swaps(p)
        for at, j in enumerate(columns):
            best, how = (above[at + 1], 1) if above[at + 1] >= row[at] else (row[at], 2)
            if j in here:
                beside = (i == 0 or j == 0 or j - 1 in equal[i - 1]) + (i + 1 < len(x) and j + 1 in equal[i + 1])
                score, step = above[at] + worth + 0.3 * beside, 3
                if score > best:
                    best, how = score, step
            elif swapped and swaps[j] and (swap := _swap_score(p, y[j])) and above[at] + swap > best:
                best, how = above[at] + swap, 4
            row[at + 1], move[at + 1] = best, how
        above = row
        moves.append(move)
    pairs = []
    n, m = len(rows), len(columns)
    while n and m:
        how = moves[n - 1][m]
        if how == 3:
            pairs.append((rows[n - 1], columns[m - 1]))
        n, m = n - (how != 2), m - (how != 1)
    return pairs[::-1]


def without_strays(pairs: list[tuple[int, int]], x: Sequence[Item], y: Sequence[Item]) -> list[tuple[int, int]]:
    """Return the pairs but for a single ideograph within two stretches that differ: "周杰伦", "林俊杰" share no word.

    A syllable of Thai and its like is as little."""
    if not any(map(ideograph, x)):
        return pairs
    at = set(pairs)
    return [(i, j) for i, j in pairs if not (ideograph(x[i]) and ideograph(y[j]) and _stray(at, i, j, x, y))]


def ideograph(item: Item) -> bool:
    """Tell whether an item is one sign of a script that parts no words."""
    return unparted.is_syllable(item) or (
        item.kind == "word" and len(item.text) == 1 and "\u4e00" <= item.text <= "\u9fff"
    )


def _stray(pairs: set[tuple[int, int]], i: int, j: int, x: Sequence[Item], y: Sequence[Item]) -> bool:
    """Tell whether what stands beside an item, on both sides and in both captions together, has no equal there."""
    if (i - 1, j - 1) in pairs or (i + 1, j + 1) in pairs:
        return False
    beside_x, beside_y = [n for n in (i - 1, i + 1) if 0 <= n < len(x)], [n for n in (j - 1, j + 1) if 0 <= n < len(y)]
    return any(ideograph(x[n]) for n in beside_x) and any(ideograph(y[n]) for n in beside_y)


def gaps(pairs: Sequence[tuple[int, int]], n: int, m: int) -> list[Gap]:
    """Return the stretches between equal items, for texts of ``n`` and ``m`` items."""
    found = []
    a = c = 0
    for i, j in [*pairs, (n, m)]:
        if i > a or j > c:
            found.append(Gap(a, i, c, j))
        a, c = i + 1, j + 1
    return found
