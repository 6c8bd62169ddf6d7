"""Reading the values of dates and numbers in a query: ``2017-03..2017-04``, ``>=2017``, ``today``, ``>=1600``, ``<2MB``."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_NUMBER = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?\s?([kmg]?b?|mp|px)", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "px": 1, "mp": 1, "k": 1000, "kb": 1000, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}
_SIGNS = re.compile(r"(>=|<=|>|<|=)?(.*)", re.DOTALL)

Bounds = tuple[int | None, int | None]
DAY_HINT = "a date such as 2017, 2017-03, 2017-03-24, today, 2017-03..2017-04 or >=2017"
NUMBER_HINT = "a number such as 1600, >=1600, <2MB or 800..1600"


def day_bounds(spec: str, today: date) -> Bounds:
    """Return the first and last day (ordinals) that ``spec`` names, ``None`` where open. Raises ValueError otherwise."""
    return _bounds(spec.lower(), lambda text: _period(text, today))


def number_bounds(spec: str, scale: int = 1) -> Bounds:
    """Return the least and greatest whole number that ``spec`` names, in units of 1/``scale``. Raises ValueError otherwise."""
    return _bounds(spec.lower(), lambda text: (_number(text, scale),) * 2)


def _bounds(spec: str, read: object) -> Bounds:
    assert callable(read)
    if ".." in spec:
        first, _, last = spec.partition("..")
        if not first and not last:
            raise ValueError("a range needs a beginning or an end")
        low = read(first)[0] if first else None
        high = read(last)[1] if last else None
        if low is not None and high is not None and low > high:
            raise ValueError("the range ends before it begins")
        return low, high
    match = _SIGNS.fullmatch(spec)
    assert match is not None
    sign, rest = match.groups()
    low, high = read(rest)
    if sign == ">=":
        return low, None
    if sign == "<=":
        return None, high
    if sign == ">":
        return high + 1, None
    if sign == "<":
        return None, low - 1
    return low, high


def _period(text: str, today: date) -> tuple[int, int]:
    if text in ("today", "yesterday"):
        day = today.toordinal() - (text == "yesterday")
        return day, day
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError("not a date")
    year, month, day_of_month = (int(g) if g else None for g in match.groups())
    assert year is not None
    first = date(year, month or 1, day_of_month or 1)
    if day_of_month:
        last = first
    elif month:
        last = first + timedelta(days=calendar.monthrange(year, month)[1] - 1)
    else:
        last = date(year, 12, 31)
    return first.toordinal(), last.toordinal()


def _number(text: str, scale: int) -> int:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError("not a number")
    whole, part, unit = match.groups()
    thousandths = int(whole) * 1000 + int((part or "0").ljust(3, "0"))
    return min(thousandths * _UNITS[unit.lower()] * scale // 1000, 2**62)


@lru_cache(maxsize=1 << 14)
def day_of(text: str) -> int:
    """Return the day (ordinal) that an ISO 8601 date or the beginning of one names, 0 when it names none."""
    match = _DAY.match(text)
    if match is None:
        return 0
    year, month, day_of_month = (int(g) if g else 1 for g in match.groups())
    try:
        return date(year, month, day_of_month).toordinal()
    except ValueError:
        return 0
