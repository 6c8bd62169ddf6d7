"""Exif: the camera's and the writer's tags (CIPA DC-008, Exif 3.0), read from its TIFF structure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PIL import Image

from . import times
from .text import Notes, decode
from .tiff import Directory, Tiff

_ORIENTATION, _EXIF, _GPS = 274, 34665, 34853

#: Tags whose text is kept, by directory. Names are those of the standard, as ExifTool prints them.
_MAIN_TEXT = {
    270: "ImageDescription",
    271: "Make",
    272: "Model",
    305: "Software",
    315: "Artist",
    33432: "Copyright",
}
_XP_TEXT = {40091: "XPTitle", 40092: "XPComment", 40093: "XPAuthor", 40094: "XPKeywords", 40095: "XPSubject"}
_SUB_TEXT = {
    42016: "ImageUniqueID",
    42032: "OwnerName",
    42033: "SerialNumber",
    42036: "LensModel",
    42038: "ImageTitle",
    42039: "Photographer",
    42040: "ImageEditor",
}
_RATING, _MODIFIED, _COMMENT = 18246, 306, 37510
#: Name -> (tag, tag of the fraction of a second, tag of the zone).
_DATES = {"DateTimeOriginal": (36867, 37521, 36881), "CreateDate": (36868, 37522, 36882)}
_MAIN = frozenset((*_MAIN_TEXT, *_XP_TEXT, _ORIENTATION, _EXIF, _GPS, _RATING, _MODIFIED))
_SUB = frozenset((*_SUB_TEXT, _COMMENT, 36880, 37520, *(tag for tags in _DATES.values() for tag in tags)))
_GPS_TAGS = frozenset(range(1, 8)) | {29}

#: Character codes that begin a UserComment (Exif 3.0, 4.6.5), with what follows them.
_COMMENT_CODES: Mapping[bytes, str] = {b"ASCII\0\0\0": "utf-8", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}


def orientation_of(picture: Image.Image) -> int:
    """Return how the decoded ``picture`` has to be turned (1 to 8, 1 when nothing says so).

    Pillow turns TIFF and HEIF pictures itself while it loads them, so theirs is 1.
    """
    data = picture.info.get("exif")
    if not isinstance(data, bytes) or picture.format in ("TIFF", "HEIF"):
        return 1
    return orientation_in(data)


def orientation_in(data: bytes) -> int:
    """Return the orientation tag of an Exif packet, 1 when it has none that is valid."""
    try:
        tiff = Tiff(body(data))
    except ValueError:
        return 1
    said = tiff.directory(tiff.first, frozenset((_ORIENTATION,))).whole(_ORIENTATION)
    return said if said is not None and 1 <= said <= 8 else 1


def body(data: bytes) -> bytes:
    """Return an Exif packet without the mark that JPEG puts before it."""
    return data[6:] if data.startswith(b"Exif\0") else data


def read(data: bytes | memoryview, notes: Notes) -> tuple[float, float] | None:
    """Add the fields of the Exif structure (or TIFF file) ``data`` to ``notes``; return latitude and longitude if it has them."""
    try:
        tiff = Tiff(data)
    except ValueError as error:
        notes.warn(f"The Exif packet is broken: {error}.")
        return None
    main = tiff.directory(tiff.first, _MAIN)
    sub = _pointed(tiff, main, _EXIF, _SUB)
    for names, tags in ((_MAIN_TEXT, main), (_SUB_TEXT, sub)):
        for tag, name in names.items():
            _text(name, tags.data(tag), notes)
    for tag, name in _XP_TEXT.items():
        notes.add("EXIF", name, main.data(tag).decode("utf-16-le", "replace").rstrip("\0"))
    _comment(sub.data(_COMMENT), tiff.order, notes)
    _numbers(main, notes)
    _dates(main, sub, notes)
    return _position(_pointed(tiff, main, _GPS, _GPS_TAGS), notes)


def _pointed(tiff: Tiff, main: Directory, tag: int, wanted: frozenset[int]) -> Directory:
    at = main.whole(tag)
    return tiff.directory(at, wanted) if at is not None and at > 0 else Directory({}, 0)


def _text(name: str, data: bytes, notes: Notes) -> None:
    if not data:
        return
    value, guessed = decode(data.rstrip(b"\0 "), "utf-8")
    if guessed:
        notes.warn(f"EXIF {name} is not UTF-8: its character set was guessed ({guessed}).")
    notes.add("EXIF", name, value, data.hex() if guessed else "")


def _comment(data: bytes, order: str, notes: Notes) -> None:
    code, rest = data[:8], data[8:]
    charset = _COMMENT_CODES.get(code, "utf-8" if not code.strip(b"\0") else "")
    if not charset or not rest.strip(b"\0 "):
        return
    if charset == "utf-16":
        value = rest.decode("utf-16-le" if order == "<" else "utf-16-be", "replace").rstrip("\0")
    else:
        value, _ = decode(rest.rstrip(b"\0 "), charset)
    notes.add("EXIF", "UserComment", value)


def _numbers(main: Directory, notes: Notes) -> None:
    for tag, name in ((_ORIENTATION, "Orientation"), (_RATING, "Rating")):
        said = main.whole(tag)
        if said is not None:
            notes.add("EXIF", name, str(said))


def _dates(main: Directory, sub: Directory, notes: Notes) -> None:
    for name, (tag, fraction, zone) in _DATES.items():
        _date(name, sub.data(tag), sub.data(fraction), sub.data(zone), notes)
    _date("ModifyDate", main.data(_MODIFIED), sub.data(37520), sub.data(36880), notes)


def _date(name: str, stamp: bytes, fraction: bytes, zone: bytes, notes: Notes) -> None:
    raw = stamp.decode("latin-1").strip()
    if raw:
        parts = fraction.decode("latin-1").strip(), zone.decode("latin-1").strip()
        notes.add("EXIF", name, times.from_exif(raw, *parts), " ".join(filter(None, (raw, *parts))))


def _position(gps: Directory, notes: Notes) -> tuple[float, float] | None:
    """Latitude and longitude in degrees (WGS 84), south and west negative; ``None`` unless both are within the globe."""
    found = []
    for name, sign, tag, limit in (("GPSLatitude", b"Ss", 2, 90.0), ("GPSLongitude", b"Ww", 4, 180.0)):
        parts, mark = gps.numbers(tag), gps.data(tag - 1)[:1]
        if not 1 <= len(parts) <= 3 or not all(math.isfinite(part) for part in parts) or not mark.strip(b"\0 "):
            return None
        degrees = sum(abs(part) / 60**place for place, part in enumerate(parts))
        if degrees > limit:
            notes.warn(f"EXIF {name} is not a place on earth.")
            return None
        found.append(round(-degrees if mark in sign else degrees, 7))
        notes.add(
            "EXIF", name, f"{found[-1]:.7g}", " ".join(f"{part:g}" for part in parts) + " " + mark.decode("latin-1")
        )
    if found == [0.0, 0.0]:
        return None
    return found[0], found[1]
