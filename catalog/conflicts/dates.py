"""Dates in captions: read in many languages and forms, compared field by field, with the days the articles appeared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache

from . import relative
from .data import lines, words
from .tokens import Item, fold

_NUMERIC = re.compile(r"(\d{1,2})([./-]) ?(\d{1,2})[./-] ?(\d{2,4})$")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
_EAST = re.compile(r"(?:(\d{4})[年년])?(?: ?(\d{1,2})[月월])?(?: ?(\d{1,2})[日일])?$")
#: "2021.10.9", "2021/10/09".
_YEAR_FIRST = re.compile(r"(\d{4})(?:[./] ?)(\d{1,2})(?:[./] ?)(\d{1,2})$")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|º|e)?$")
#: What follows a year in a date: "2022 г.", "2018 r.".
_AFTER_YEAR = ("г", "года", "году", "год", "р", "рік", "року", "році", "r", "roku", "godine", "god", "yil", "yilinda")
_YEAR = re.compile(r"(?:1[89]|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Day:
    """What a caption says of a day: whatever fields it gives. Months and weekdays are sets, for ambiguous words and forms.

    ``ahead`` is for "yesterday" (-1), "today" and "tomorrow": days from the one on which the article appeared.
    ``until`` is the last day of several within one month ("3-13 June"). ``part`` is "early", "mid" or "late" in a month or
    year; ``turn`` a unit of time and how many of it ahead of the day of writing: "last week" is ("week", -1).
    """

    year: int | None = None
    months: frozenset[int] = frozenset()
    day: int | None = None
    weekdays: frozenset[int] = frozenset()
    ahead: int | None = None
    until: int | None = None
    part: str = ""
    turn: tuple[str, int] | None = None

    def exact(self) -> date | None:
        """Return the calendar day, when year, month and day are given and there is such a day."""
        if self.year is None or self.day is None or len(self.months) != 1:
            return None
        try:
            return date(self.year, min(self.months), self.day)
        except ValueError:
            return None


@cache
def calendar() -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """Return the months (1-12) and weekdays (0-6, Monday first) that a folded word can name."""
    months: dict[str, frozenset[int]] = {}
    weekdays: dict[str, frozenset[int]] = {}
    for line in lines("calendar.txt"):
        what, _, names = line.split(" ", 2)
        table, base = (months, 1) if what == "m" else (weekdays, 0)
        for n, forms in enumerate(names.split(";")):
            for form in forms.split("/"):
                key = fold(form.strip())
                table[key] = table.get(key, frozenset()) | {n + base}
    months["sept"] = frozenset({9})
    return months, weekdays


@cache
def _near() -> dict[str, int]:
    """Return how many days ahead of the day of publishing a word lies."""
    table = words()["kinds"]
    return {w: n for name, n in (("yesterday", -1), ("today", 0), ("tomorrow", 1)) for w in table[name].split()}


@cache
def _month_before() -> frozenset[str]:
    return frozenset(words()["kinds"]["month_before"].split())


@cache
def full_months() -> frozenset[str]:
    """Return the folded names of months that are no abbreviations."""
    rows = [line.split(" ", 2)[2] for line in lines("calendar.txt") if line.startswith("m ")]
    return frozenset(fold(forms.split("/")[0].strip()) for row in rows for forms in row.split(";"))


@lru_cache(maxsize=4_000)
def _weekday(key: str) -> str:
    """The name of the weekday in a folded word: "montag" of "montags" and "montagabend"; ``""`` when there is none."""
    known = calendar()[1]
    if key in known or len(key) <= 5:
        return key if key in known else ""
    stems = (key.removesuffix("s"), *(key.removesuffix("s").removesuffix(part) for part in _day_parts()))
    return next((stem for stem in stems if len(stem) > 4 and stem in known), "")


def apart(a: str, b: str) -> bool:
    """Tell whether two folded words end in the names of two weekdays: "ostersonntag", "ostermontag"."""
    days = [max((d for d in calendar()[1] if len(d) > 4 and key.endswith(d)), key=len, default="") for key in (a, b)]
    return all(days) and days[0] != days[1]


@cache
def _day_parts() -> tuple[str, ...]:
    return tuple(words()["kinds"]["day_parts"].split())


def find(items: list[Item]) -> list[Item]:
    """Return the items with those that make one date joined to one item of kind "date"."""
    out: list[Item] = []
    i = 0
    while i < len(items):
        made = _at(items, i)
        if made is None:
            out.append(items[i])
            i += 1
            continue
        day, stop = made
        first, last = items[i], items[stop - 1]
        if (day.months or day.year) and not day.day and i and first.glued:
            part, size = relative.part_before(out)
            if part:
                day, first = replace(day, part=part), out[-size]
                del out[-size:]
        key = f"{day.year}-{sorted(day.months)}-{day.day}-{sorted(day.weekdays)}-{day.ahead}" + "".join(
            f"-{more}" for more in (day.until, day.part, day.turn) if more
        )
        out.append(replace(first, kind="date", key=key, skeleton=key, text="", end=last.end, value=day, capital=False))
        i = stop
    return out


def _at(items: list[Item], i: int) -> tuple[Day, int] | None:
    """Return the date that begins at item ``i`` and where it ends."""
    months, weekdays = calendar()
    item = items[i]
    if item.kind == "date":
        ends = (
            i + 1 + (i + 1 < len(items) and items[i + 1].glued and items[i + 1].key in _AFTER_YEAR)
        )  # "11.11.2023 r."
        return (made, ends) if (made := _numeric(item.key)) else None
    if turned := relative.at(items, i):
        return Day(turn=turned), i + 2
    if numbered := _day_and_month(item):
        return numbered, i + 1
    if item.kind == "word" and (item.first or not item.capital) and item.key in _near():
        return Day(ahead=_near()[item.key]), i + 1
    # Two letters ("Mo", "Fr") are words too often; three ("Sun") only count with their dot.
    dated = len(item.key) == 2 and i + 1 < len(items) and items[i + 1].kind in ("number", "date")  # "Mi., 4. Sept."
    sure = len(item.key) > 4 or ((len(item.key) in (3, 4) or dated) and item.dotted and item.capital)
    if item.kind == "word" and i + 1 < len(items) and items[i + 1].glued:
        joined = weekdays.get(f"{item.key}-{items[i + 1].key}")  # "quarta-feira"
        if joined:
            return Day(weekdays=joined), i + 2
    sure = sure or (len(item.key) > 2 and i + 1 < len(items) and items[i + 1].key == "gunu")  # "cuma günü"
    name = _weekday(item.key) if item.kind == "word" and sure and not _is_building(items, i) else ""
    if name and name not in months:
        return Day(weekdays=weekdays[name]), i + 1
    return _written(items, i, months)


def _is_building(items: Sequence[Item], i: int) -> bool:
    """Tell whether a short weekday is the noun for a building behind its city's adjective: "Kölner Dom." is no Sunday."""
    named = i > 0 and items[i].glued and items[i - 1].capital and items[i - 1].key.endswith("er")
    return named and items[i].key in words()["kinds"]["place_words"].split()


_DAY_AND_MONTH = re.compile(r"#?(\d{1,2})\.(0\d|1[0-2])$")


def _day_and_month(item: Item) -> Day | None:
    """Return the day of "17.06.", as German has it with a dot behind both, or None."""
    match = _DAY_AND_MONTH.match(item.key) if item.kind == "number" and item.dotted else None
    if not match or not (1 <= int(match[1]) <= 31 and int(match[2])):
        return None
    return Day(months=frozenset({int(match[2])}), day=int(match[1]))


def _written(items: list[Item], i: int, months: dict[str, frozenset[int]]) -> tuple[Day, int] | None:
    """A date with its month in words, or a year alone."""
    item = items[i]
    if item.kind == "number":
        day = _DAY.match(item.key)
        last = _last_day(items, i + 1) if day else None
        named = _month_of(items[last[1]], months) if last and last[1] < len(items) else None
        if last and named and _is_month(items[last[1]]):
            year, stop = _year(items, last[1] + 1)
            return Day(year, named, int(item.key), until=last[0]), stop
        if day and 1 <= int(day.group(1)) <= 31:
            j = i + 1
            if j + 1 < len(items) and items[j].key in ("de", "of", "d"):
                j += 1
            named = _month_of(items[j], months) if j < len(items) and items[j].kind == "word" else None
            if named and _is_month(items[j]):
                year, stop = _year(items, j + 1)
                return Day(year, named, int(day.group(1))), stop
            two = f"{items[j].key} {items[j + 1].key}" if j + 1 < len(items) else ""
            if two in months:  # "تشرين الأول"
                year, stop = _year(items, j + 2)
                return Day(year, months[two], int(day.group(1))), stop
        if eastern := _part_of_day(items, i):
            return eastern
        if day and (numbered := _numbered(items, i, int(day.group(1)))):
            return numbered
        if _YEAR.match(item.key) and not _counts(items, i):
            return Day(int(item.key)), i + 1
        return None
    named = _month_of(item, months) if item.kind == "word" else None
    if not named or not _is_month(item) or _first_name(items, i):
        return None
    day_here = _DAY.match(items[i + 1].key) if i + 1 < len(items) and items[i + 1].kind == "number" else None
    if day_here and 1 <= int(day_here.group(1)) <= 31:
        last = _last_day(items, i + 2)
        if last:
            year, stop = _year(items, last[1])
            return Day(year, named, int(day_here.group(1)), until=last[0]), stop
        year, stop = _year(items, i + 2)
        return Day(year, named, int(day_here.group(1))), stop
    year, stop = _year(items, i + 1)
    if year or (i and items[i - 1].key in _month_before() and fold(item.text) in full_months()):
        return Day(year, named), stop
    return None


def _last_day(items: list[Item], i: int) -> tuple[int, int] | None:
    """Return the last day of a range whose first day stands before ``i`` ("-13", "to 13", "bis 13."), and where it ends."""
    first = items[i - 1]
    if not first.key.isdecimal() or i >= len(items):
        return None
    joined = items[i].start == first.end + 1 and items[i].kind == "number"  # "3-13"
    at = i if joined else i + 1 if items[i].key in _RANGE and i + 1 < len(items) else -1
    if at < 0 or not (day := _DAY.match(items[at].key)) or not int(first.key) < int(day.group(1)) <= 31:
        return None
    return int(day.group(1)), at + 1


_RANGE = frozenset(("to", "bis", "au", "al", "a", "ate", "do", "till", "til", "tot", "по", "до", "through", "until"))


def _part_of_day(items: list[Item], i: int) -> tuple[Day, int] | None:
    """Return the day of the month that only a word beside it tells from a count of days: "2일 오전", "9日午後", "지난 10일"."""
    korean = re.fullmatch(r"(\d{1,2})일", items[i].key)
    stop = i + 1 if korean else i + 2 if i + 1 < len(items) and items[i + 1].text == "日" else 0
    following = "".join(x.text for x in items[stop : stop + 2])
    number = korean.group(1) if korean else items[i].key
    dated = following.startswith(_parts_of_day()) or (i > 0 and items[i - 1].text in _KOREAN_TURNS)
    if not stop or not number.isdecimal() or not 1 <= int(number) <= 31 or not dated:
        return None
    return Day(day=int(number)), stop


_KOREAN_TURNS = ("지난", "오는", "이달", "지난달", "다음달")


@cache
def _parts_of_day() -> tuple[str, ...]:
    return tuple(words()["kinds"]["eastern_parts_of_day"].split())


def _numbered(items: list[Item], i: int, day: int) -> tuple[Day, int] | None:
    """Return the date of which a month by its number is part, as Vietnamese has it: "3 tháng 2 năm 2024"."""
    run = [x.key for x in items[i + 1 : i + 5]]
    if len(run) < 2 or run[0] != "thang" or not run[1].isdecimal() or not 1 <= int(run[1]) <= 12 or not 1 <= day <= 31:
        return None
    dated = len(run) == 4 and run[2] == "nam" and bool(_YEAR.match(run[3]))
    return Day(int(run[3]) if dated else None, frozenset({int(run[1])}), day), i + (5 if dated else 3)


def _month_of(item: Item, months: dict[str, frozenset[int]]) -> frozenset[int]:
    """Return the months that a word can name, also one that is short for another word elsewhere: "maj" (May, Major)."""
    return months.get(item.key) or (frozenset() if item.dotted else months.get(fold(item.text), frozenset()))


def _is_month(item: Item) -> bool:
    return item.capital or len(item.key) > 3 or fold(item.text) in full_months()


@cache
def _small_months() -> frozenset[str]:
    """Return the folded names of months of which no language that writes months with a capital has one alike."""
    rows = [line.split(" ", 2) for line in lines("calendar.txt") if line.startswith("m ")]
    sides: tuple[set[str], set[str]] = (set(), set())
    for _, language, names in rows:
        sides[language in ("en", "de")].update(fold(f.strip()) for forms in names.split(";") for f in forms.split("/"))
    return frozenset(sides[0] - sides[1])


def _first_name(items: Sequence[Item], i: int) -> bool:
    """Tell whether a month that is written small has a capital here, and a name behind it: "Marco Reyes"."""
    after = items[i + 1] if i + 1 < len(items) else None
    named = after is not None and after.kind == "word" and after.capital and after.glued
    return items[i].capital and not items[i].first and items[i].key in _small_months() and named


def _counts(items: list[Item], i: int) -> bool:
    """Tell whether a number like 2000 counts something or is money."""
    before = items[i - 1].key if i else ""
    after = items[i + 1] if i + 1 < len(items) else None
    return before in ("dollar", "euro", "pound", "about", "over", "mehr", "nearly") or bool(
        after and after.glued and after.key in ("percent", "people", "menschen", "meter", "kilometer", "euro", "dollar")
    )


def _year(items: list[Item], i: int) -> tuple[int | None, int]:
    j = i + 1 if i < len(items) and items[i].key in ("de", "del", "of") else i
    if j < len(items) and items[j].kind == "number" and _YEAR.match(items[j].key):
        return int(items[j].key), j + 1 + (j + 1 < len(items) and items[j + 1].key in _AFTER_YEAR)
    return None, i


def _numeric(text: str) -> Day | None:
    if match := _ISO.match(text) or _YEAR_FIRST.match(text):
        year, month, day = (int(g) for g in match.groups())
        return Day(year, frozenset({month}), day) if 1 <= month <= 12 else None
    if match := _NUMERIC.match(text):
        a, sign, b, y = int(match[1]), match[2], int(match[3]), int(match[4])
        year = y if y > 99 else 2000 + y if y < 70 else 1900 + y
        if sign in "/-" and a <= 12 and b <= 12 and a != b:
            return Day(year, frozenset({a, b}))
        day, month = (a, b) if sign == "." or a > 12 else (b, a)
        return Day(year, frozenset({month}), day) if 1 <= month <= 12 else None
    if match := _EAST.match(text):
        y2, m2, d2 = match.groups()
        return Day(int(y2) if y2 else None, frozenset({int(m2)}) if m2 else frozenset(), int(d2) if d2 else None)
    return None


def published_day(published: str) -> date | None:
    """Return the day of an ISO 8601 time, or None."""
    try:
        return date.fromisoformat(published[:10])
    except ValueError:
        return None


def settle(day: Day, published: date | None) -> Day:
    """Fill in what follows: the weekday of a full date; the date of a weekday, the last one up to the day of publishing."""
    if published and day.months and day.year is None and day.day:
        near = [replace(day, year=published.year + n).exact() for n in (-1, 0)]
        past = [d for d in near if d and d <= published + timedelta(days=31)]
        day = replace(day, year=past[-1].year) if past else day
    if published and day.ahead is not None:
        then = published + timedelta(days=day.ahead)
        return Day(then.year, frozenset({then.month}), then.day, frozenset({then.weekday()}))
    exact = day.exact()
    if exact:
        return day if day.weekdays else replace(day, weekdays=frozenset({exact.weekday()}))
    if published and day.weekdays and len(day.weekdays) == 1 and not (day.year or day.months or day.day):
        back = (published.weekday() - min(day.weekdays)) % 7
        then = published - timedelta(days=back)
        return Day(then.year, frozenset({then.month}), then.day, day.weekdays)
    return day


def has_month(value: object) -> bool:
    """Tell whether an item's value is a date that names its month, not a weekday or a year alone."""
    return isinstance(value, Day) and bool(value.months)


def conflict(x: Day, y: Day) -> bool:
    """Tell whether no day can be both."""
    return bool(
        (x.year and y.year and x.year != y.year)
        or (x.months and y.months and not x.months & y.months)
        or (x.day and y.day and x.day != y.day)
        or (x.weekdays and y.weekdays and not x.weekdays & y.weekdays)
        or (x.until and y.until and x.until != y.until)
        or (x.part and y.part and x.part != y.part)
        or (x.turn and y.turn and x.turn != y.turn)
        or (x.ahead is not None and y.ahead is not None and x.ahead != y.ahead)
    )


def says_more(x: Day, y: Day) -> bool:
    """Tell whether ``x`` gives a field that ``y`` leaves open. "09/08/2024" leaves nothing open beside 9 August."""
    if x.day and y.day is None and len(y.months) == 2 and x.months | {x.day} == y.months and x.year == y.year:
        return False
    # The weekday of a full date is nothing more beside the same day with a month that two languages call so.
    told = bool(x.exact() and x.year == y.year and x.day == y.day and x.months & y.months)
    return bool(
        (x.year and not y.year)
        or (x.months and not y.months)
        or (x.day and not y.day)
        or (x.weekdays and not y.weekdays and not told)
        or (x.until and not y.until)
        or (x.part and not (y.part or y.day))
        or (x.turn and not (y.turn or y.exact()))
    )
