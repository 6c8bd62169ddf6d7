"""What is left over when every stretch was judged: forms of words, dates elsewhere, sides, names that changed places."""

from __future__ import annotations

from collections import Counter

from . import dates, forms, roles
from .sheet import Sheet, is_content


def settle(sheet: Sheet) -> None:
    """Judge what only one caption has against all of the other."""
    _forms(sheet)
    _repeated(sheet)
    _weekdays(sheet)
    _far_dates(sheet)
    _sides(sheet)
    _exchange(sheet)


def _forms(sheet: Sheet) -> None:
    """Take forms of one word, wherever they stand, for the same word: "arrest", "is arrested by"."""
    for i, j in forms.pairs(sheet.x, sheet.y, sheet.gone_x, sheet.gone_y, german=sheet.german):
        sheet.result.shared += is_content(sheet.x[i])
        sheet.gone_x.discard(i)
        sheet.gone_y.discard(j)


def _repeated(sheet: Sheet) -> None:
    """Take a dateline of places, names and dates that the caption gives again for nothing new: "LONDON, July 7: ... in London"."""
    for mine, gone, other in ((sheet.x, sheet.gone_x, sheet.y), (sheet.y, sheet.gone_y, sheet.x)):
        said = {item.skeleton for item in other if item.capital or item.kind in ("place", "number")}
        days = [d.value for d in other if isinstance(d.value, dates.Day)]
        gone_first = frozenset(gone)
        for i in sorted(gone):
            day = mine[i].value
            if isinstance(day, dates.Day):
                again = any(not dates.conflict(day, d) and not dates.says_more(day, d) for d in days)
            else:
                again = (
                    mine[i].capital
                    and mine[i].skeleton in said
                    and gone_first.issuperset(range(i))
                    and any(n != i and mine[n].skeleton == mine[i].skeleton for n in range(len(mine)))
                )
            if again:
                gone.discard(i)


def _weekdays(sheet: Sheet) -> None:
    """Take a weekday that only one caption gives for nothing new when it is that of a date in the other."""
    for mine, gone, other in ((sheet.x, sheet.gone_x, sheet.y), (sheet.y, sheet.gone_y, sheet.x)):
        days = [d.value for d in other if isinstance(d.value, dates.Day)]
        own = [d.value for d in mine if isinstance(d.value, dates.Day) and d.value.exact()]
        agreed = [d for d in own if any(o.months and o.year and not dates.says_more(d, o) for o in days)]
        told = [d.weekdays for d in (*(d for d in days if d.exact()), *agreed)]
        for i in sorted(gone):
            day = mine[i].value
            if isinstance(day, dates.Day) and day.weekdays and not day.day and any(day.weekdays & t for t in told):
                gone.discard(i)


def _far_dates(sheet: Sheet) -> None:
    """Compare the one date that only one caption has with the one of the other, wherever they stand."""
    dx = [i for i in sheet.gone_x if isinstance(sheet.x[i].value, dates.Day)]
    dy = [j for j in sheet.gone_y if isinstance(sheet.y[j].value, dates.Day)]
    if len(dx) != 1 or len(dy) != 1:
        return
    one, other = sheet.x[dx[0]].value, sheet.y[dy[0]].value
    assert isinstance(one, dates.Day) and isinstance(other, dates.Day)
    if not dates.conflict(one, other):
        if not dates.says_more(one, other):
            sheet.gone_x.discard(dx[0])
        if not dates.says_more(other, one):
            sheet.gone_y.discard(dy[0])
    elif all(not is_content(sheet.x[i]) for i in sheet.gone_x - {dx[0]}) and all(
        not is_content(sheet.y[j]) for j in sheet.gone_y - {dy[0]}
    ):
        sheet.add("date", dx, dy)


def _sides(sheet: Sheet) -> None:
    """Find names that stand on different sides; sides on which both captions put a name are nothing new."""
    one, other = roles.standing(sheet.x), roles.standing(sheet.y)
    for name in one.keys() & other.keys():
        if one[name][0] == other[name][0]:
            sheet.gone_x.discard(one[name][1])
            sheet.gone_y.discard(other[name][1])
    for gone, placed, against, other_gone in (
        (sheet.gone_x, one, sheet.y, sheet.gone_y),
        (sheet.gone_y, other, sheet.x, sheet.gone_x),
    ):
        if roles.in_order(against, placed):  # "From left: A, B and C" beside "A (left), B (centre), C (right)"
            gone -= {at for _, at in placed.values()}
            other_gone -= {n for n, item in enumerate(against) if item.kind == "order"}
    wrong = roles.misplaced(sheet.x, sheet.y)
    if wrong is None or any(c.kind == "role" for c in sheet.result.found):
        return
    i = next(n for n, item in enumerate(sheet.x) if item.skeleton == wrong[0])
    j = next((n for n, item in enumerate(sheet.y) if item.skeleton == wrong[0]), 0)
    sheet.add("role", [i], [j], keep=True)


def _exchange(sheet: Sheet) -> None:
    """Find two names that changed places around the same verb: "A beats B", "B beats A"."""
    left = [
        sum(is_content(items[i]) for i in gone) for items, gone in ((sheet.x, sheet.gone_x), (sheet.y, sheet.gone_y))
    ]
    if sheet.result.found or max(left) > 1:
        return
    if {"by", "von", "par", "por", "da"} & {i.key for i in (*sheet.x, *sheet.y)}:
        return
    x, y = (
        [item for n, item in enumerate(items) if is_content(item) and n not in gone]
        for items, gone in ((sheet.x, sheet.gone_x), (sheet.y, sheet.gone_y))
    )
    order_x, order_y = ([i.skeleton for i in side if i.capital and i.kind in ("word", "place")] for side in (x, y))
    if order_x == order_y or Counter(order_x) != Counter(order_y) or len(set(order_x)) != len(order_x):
        return
    k = next(n for n, (a, b) in enumerate(zip(order_x, order_y, strict=True)) if a != b)
    spots_x = [next(n for n, i in enumerate(sheet.x) if i.skeleton == s) for s in (order_x[k], order_y[k])]
    spots_y = [next(n for n, i in enumerate(sheet.y) if i.skeleton == s) for s in (order_y[k], order_x[k])]
    if sheet.x[spots_x[0]].kind != sheet.x[spots_x[1]].kind:
        return  # "Erik Holt, mayor of Duluth", "Duluth mayor Erik Holt"
    between_x, between_y = (
        [i.skeleton for i in side if items[spots[0]].start < i.start < items[spots[1]].start and not i.capital]
        for side, items, spots in ((x, sheet.x, spots_x), (y, sheet.y, spots_y))
    )
    if between_x and between_x == between_y:
        sheet.add("role", [spots_x[0]], [spots_y[0]], keep=True)
