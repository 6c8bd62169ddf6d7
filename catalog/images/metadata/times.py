"""Dates of embedded metadata as ISO 8601, as precise as they were written and never more, with their zones."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_EXIF = re.compile(
    r"(\d{4})[:\-/.](\d\d)[:\-/.](\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?"
)
_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9})\d{0,20})?)?\s?([Zz]|[+-]\d\d:?\d\d)?)?)?)?"
)
_ZONE = re.compile(r"[+-]\d\d:?\d\d|[Zz]")
_IIM_DATE = re.compile(r"(\d{4})-?:?(\d\d)-?:?(\d\d)")
_IIM_TIME = re.compile(r"(\d\d):?(\d\d):?(\d\d)?([+-]\d\d:?\d\d)?")


def from_exif(stamp: str, fraction: str = "", zone: str = "") -> str:
    """Return an Exif date (``YYYY:MM:DD HH:MM:SS``) as ISO 8601, ``""`` when it is blank or no date."""
    found = _EXIF.match(stamp[:64])
    if not found:
        return ""
    year, month, day, hour, minute, second, dot, own = found.groups()
    time = f"{hour}:{minute}:{second or '00'}" if hour else ""
    digits = (dot or fraction).rstrip("0")
    if time and digits.isascii() and digits.isdigit() and len(digits) <= 9:
        time += f".{digits}"
    return _joined(f"{year}-{month}-{day}", time, own or (zone if _ZONE.fullmatch(zone) else ""))


def from_iso(text: str) -> str:
    """Return an XMP date (ISO 8601 profile of the W3C) in one spelling, or an Exif one written into XMP, or ``""``."""
    text = text.strip()[:64]
    found = _ISO.match(text)
    if not found or (len(text) > 4 and not found[2]):
        return from_exif(text)
    year, month, day, hour, minute, second, dot, zone = found.groups()
    if not day:
        return f"{year}-{month}" if month and 1 <= int(month) <= 12 else year if not month and int(year) else ""
    time = f"{hour}:{minute}" + (f":{second}" if second else "") if hour else ""
    if second and dot and dot.rstrip("0"):
        time += "." + dot.rstrip("0")
    return _joined(f"{year}-{month}-{day}", time, zone or "")


def from_iim(date: str, time: str = "") -> str:
    """Return an IIM date (``YYYYMMDD``) and time (``HHMMSS±HHMM``) as ISO 8601, or ``""``. A month or day 00 is unknown."""
    found = _IIM_DATE.match(date.strip()[:16])
    if not found:
        return ""
    year, month, day = found.groups()
    if month == "00":
        return year if int(year) else ""
    if day == "00":
        return f"{year}-{month}"
    clock = _IIM_TIME.match(time.strip()[:16])
    if not clock:
        return _joined(f"{year}-{month}-{day}", "", "")
    hour, minute, second, zone = clock.groups()
    return _joined(f"{year}-{month}-{day}", f"{hour}:{minute}:{second or '00'}", zone or "")


def _joined(day: str, time: str, zone: str) -> str:
    """The whole, or ``""`` when there is no such day or time."""
    zone = "Z" if zone in ("Z", "z") else zone
    if time and len(zone) == 5:
        zone = zone[:3] + ":" + zone[3:]
    text = f"{day}T{time}{zone}" if time else day
    return text if _moment(text) is not None else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def agree(one: str, other: str) -> bool:
    """Return whether two ISO dates can mean one moment, compared as precisely as the vaguer of them.

    A time without a zone agrees with one that has one when they differ by a possible zone (whole quarters of an hour, up to 14
    hours): cameras keep no zone, and desks write their own. A midnight is taken for a date whose time is unknown.
    """
    one, other = _day_only(one), _day_only(other)
    short = min(len(one), len(other), 10)
    if len(one) <= 10 or len(other) <= 10:
        return one[:short] == other[:short] or _within_a_day(one, other)
    a, b = _moment(one), _moment(other)
    if a is None or b is None:
        return one == other
    if (a.tzinfo is None) == (b.tzinfo is None):
        return abs(a - b) < timedelta(minutes=1)
    apart = abs(a.replace(tzinfo=None) - b.replace(tzinfo=None))
    off = apart % timedelta(minutes=15)
    return apart <= timedelta(hours=14) and min(off, timedelta(minutes=15) - off) < timedelta(minutes=1)


def _within_a_day(one: str, other: str) -> bool:
    """Whether a date and a moment elsewhere can be the same day: a moment with a zone may be the day before or after."""
    day, moment = sorted((one, other), key=len)
    if len(day) != 10 or len(moment) <= 10 or not has_zone(moment):
        return False
    a, b = _moment(day), _moment(moment[:10])
    return a is not None and b is not None and abs(a - b) <= timedelta(days=1)


def _day_only(text: str) -> str:
    return text[:10] if text[11:19] in ("00:00:00", "00:00") else text


def has_zone(text: str) -> bool:
    """Return whether an ISO date and time names its zone."""
    return len(text) > 16 and (text.endswith("Z") or text[-6] in "+-")
