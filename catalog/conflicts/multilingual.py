"""Captions in two languages: only names, numbers and dates can be compared."""

from __future__ import annotations

from ..model import Contradiction
from . import dates, numbers
from .reading import Reading
from .sheet import Verdict, is_content
from .tokens import Item

NOTE = "different languages: only names, numbers and dates were compared"


def judge(one: Reading, other: Reading) -> Verdict:
    """Return what two captions in different languages share, and dates or numbers that cannot both be true."""
    result = Verdict()
    x, y = (_comparable(r) for r in (one, other))
    keys = {i.skeleton for i in x} & {j.skeleton for j in y}
    result.shared = len(keys)
    result.size = min(len({i.skeleton for i in x}), len({j.skeleton for j in y})) or 1
    for kind in ("date", "place", "number"):
        _compare(kind, x, y, keys, result)
    result.only_x = sum(i.skeleton not in keys for i in x) + any(map(is_content, one.items))
    result.only_y = sum(j.skeleton not in keys for j in y)
    return result


def _comparable(reading: Reading) -> list[Item]:
    """Return the items that mean the same in every language."""
    return [
        i
        for i in reading.items
        if i.kind in ("place", "date", "number") or (i.capital and is_content(i) and i.kind == "word")
    ]


def _compare(kind: str, x: list[Item], y: list[Item], shared: set[str], result: Verdict) -> None:
    """Note a contradiction when each caption has exactly one item of a kind, they differ, and the rest has names in common."""
    one, other = [i for i in x if i.kind == kind], [j for j in y if j.kind == kind]
    if kind == "place":  # "Athens, Greece" and "Ankara … Griechenland": what both name is no difference
        one, other = ([i for i in side if i.skeleton not in shared] for side in (one, other))
    if len(one) != 1 or len(other) != 1 or one[0].skeleton == other[0].skeleton or not shared:
        if len(one) == len(other) == 1 and one[0].skeleton != other[0].skeleton and not shared and kind == "date":
            result.shared += _agree(one[0], other[0])
        return
    if kind == "place" or not _agree(one[0], other[0]):
        span = (one[0].start, one[0].end), (other[0].start, other[0].end)
        result.found.append(Contradiction(kind, "", "", *span))
    else:
        result.shared += 1


def _agree(x: Item, y: Item) -> bool:
    if isinstance(x.value, dates.Day) and isinstance(y.value, dates.Day):
        return not dates.conflict(x.value, y.value)
    if isinstance(x.value, numbers.Amount) and isinstance(y.value, numbers.Amount):
        return not numbers.conflict(x.value, y.value)
    return False
