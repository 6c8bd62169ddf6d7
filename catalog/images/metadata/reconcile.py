"""One reading from several packets: the Metadata Working Group's rules (MWG Guidelines 2.0, chapter 5), and what disagrees.

Where Exif, IIM and XMP hold one property, Exif is preferred; then XMP, unless a digest shows that the IIM was changed after the
XMP was written: then IIM. A sidecar comes first: somebody wrote it after the file. What a camera writes by itself
("OLYMPUS DIGITAL CAMERA") is no caption. Values that say different things are reported, whichever was preferred.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...model import Disagreement, MetaField
from . import times
from .iptc import LIMITS

#: Descriptions that cameras and programs write unasked.
_UNASKED = re.compile(
    r"(?:olympus|konica|minolta|nikon|sony|samsung|kodak|casio|ricoh|exif)?[ _-]*"
    r"(?:digital (?:still )?camera|dsc|mavica|jpeg|picture)"
    r"|default|untitled|image ?description|screenshot|created with gimp|dcim|[\d \W_]*|\w{0,4}\d{3,}(?:\.jpe?g)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Property:
    """Where one property of a picture stands: its names in each group, and the field of the model it fills."""

    field: str
    exif: tuple[str, ...] = ()
    iptc: tuple[str, ...] = ()
    xmp: tuple[str, ...] = ()
    png: tuple[str, ...] = ()
    compared: str = ""


def _located(part: str) -> tuple[str, str]:
    """The names of a part of the first location shown and of the location where the picture was made."""
    return f"Iptc4xmpExt:LocationShown[1]/Iptc4xmpExt:{part}", f"Iptc4xmpExt:LocationCreated[1]/Iptc4xmpExt:{part}"


#: Single-valued properties. ``compared`` is the name under which a disagreement is reported, "" for none.
PROPERTIES = (
    Property(
        "caption",
        ("ImageDescription",),
        ("Caption-Abstract",),
        ("dc:description",),
        ("Description", "Comment"),
        "caption",
    ),
    Property("headline", (), ("Headline",), ("photoshop:Headline",)),
    Property("title", ("XPTitle", "ImageTitle"), ("ObjectName",), ("dc:title",), ("Title",)),
    Property("credit", (), ("Credit",), ("photoshop:Credit",), (), "credit"),
    Property(
        "byline",
        ("Artist", "Photographer", "XPAuthor"),
        ("By-line",),
        ("dc:creator", "tiff:Artist"),
        ("Author",),
        "credit",
    ),
    Property("source", (), ("Source",), ("photoshop:Source",), ("Source",)),
    Property("copyright", ("Copyright",), ("CopyrightNotice",), ("dc:rights", "tiff:Copyright"), ("Copyright",)),
    Property("city", (), ("City",), ("photoshop:City", *_located("City")), (), "place"),
    Property("state", (), ("Province-State",), ("photoshop:State", *_located("ProvinceState")), (), "place"),
    Property(
        "country", (), ("Country-PrimaryLocationName",), ("photoshop:Country", *_located("CountryName")), (), "place"
    ),
    Property("location", (), ("Sub-location",), ("Iptc4xmpCore:Location", *_located("Sublocation")), (), "place"),
    Property(
        "created",
        ("DateTimeOriginal",),
        ("DateCreated",),
        ("photoshop:DateCreated", "exif:DateTimeOriginal"),
        (),
        "date",
    ),
)
#: Dates that are only better than none: of digitising and of writing the file.
LATER_DATES = (
    ("EXIF", "CreateDate"),
    ("IPTC", "DigitalCreationDate"),
    ("XMP", "exif:DateTimeDigitized"),
    ("XMP", "xmp:CreateDate"),
)

_SIDE = "sidecar"
Fields = dict[tuple[str, str], list[MetaField]]


def by_name(fields: Iterable[MetaField]) -> Fields:
    """Return the fields by (group, name), in the order met."""
    found: Fields = {}
    for item in fields:
        found.setdefault((item.group, item.name), []).append(item)
    return found


def values(fields: Fields, name: Property, *, iim_newer: bool) -> list[MetaField]:
    """Return what each group says of a property, the preferred group first; several values of one group are joined."""
    exif = _first(fields, "EXIF", name.exif)
    if exif is not None and name.field == "caption" and _UNASKED.fullmatch(exif.value[:80]):
        exif = None
    iim, embedded = _first(fields, "IPTC", name.iptc), _first(fields, "XMP", name.xmp)
    pair = (iim, embedded) if iim_newer else (embedded, iim)
    order = (_first(fields, _SIDE, name.xmp), exif, *pair, _first(fields, "PNG", name.png))
    return [item for item in order if item is not None]


def _first(fields: Fields, group: str, names: tuple[str, ...]) -> MetaField | None:
    for name in names:
        found = fields.get((group, name))
        if found:
            if len(found) == 1:
                return found[0]
            return MetaField(group, name, "; ".join(dict.fromkeys(item.value for item in found)))
    return None


def choose(name: Property, said: list[MetaField]) -> str:
    """Return the value that holds: the first, unless another is the same said more fully (not cut, not stripped, with a zone)."""
    if not said:
        return ""
    best = said[0]
    for other in said[1:]:
        if name.field == "created":
            fuller = times.agree(best.value, other.value) and _precision(other.value) > _precision(best.value)
        else:
            fuller = is_cut(best, other) or is_stripped(best.value, other.value)
        best = other if fuller else best
    return best.value


def _precision(date: str) -> tuple[bool, int]:
    return (times.has_zone(date), 0) if len(date) > 10 else (False, len(date) - 30)


def disagreements(fields: Fields, *, iim_newer: bool) -> tuple[Disagreement, ...]:
    """Return the properties of which the groups say different things, in the order of :data:`PROPERTIES`."""
    found = []
    for name in PROPERTIES:
        said = values(fields, name, iim_newer=iim_newer) if name.compared else []
        same = _SAME.get(name.field, same_text)
        if any(not same(one, other) for at, one in enumerate(said) for other in said[at + 1 :]):
            found.append(Disagreement(name.compared, tuple(said)))
    return tuple(found)


def same_text(one: MetaField, other: MetaField) -> bool:
    """Return whether two values differ in nothing but spacing, spelling of characters, or where a format had to cut them."""
    if fold(one.value) == fold(other.value):
        return True
    return (
        is_cut(one, other)
        or is_cut(other, one)
        or is_stripped(one.value, other.value)
        or is_stripped(other.value, one.value)
    )


def same_people(one: MetaField, other: MetaField) -> bool:
    """Return whether two bylines name the same people, in whatever order."""
    first, second = ({fold(part) for part in item.value.split(";") if part.strip()} for item in (one, other))
    return first == second or same_text(one, other)


def same_date(one: MetaField, other: MetaField) -> bool:
    """Return whether two dates can mean one moment."""
    return times.agree(one.value, other.value)


_SAME: dict[str, Callable[[MetaField, MetaField], bool]] = {"byline": same_people, "created": same_date}


def fold(text: str) -> str:
    """Return ``text`` in one normal form, without case, spacing and quotation marks' shape."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES)
    return " ".join(plain.split()).rstrip(". ")


_QUOTES = (
    {ord(mark): "'" for mark in "‘’‚‛′`´"}
    | {ord(mark): '"' for mark in "“”„‟″«»"}
    | {ord(mark): "-" for mark in "‐‑‒–—−"}
)


def is_cut(short: MetaField, full: MetaField) -> bool:
    """Return whether ``short`` is the IIM form of ``full``, cut at the bytes that IIM allows."""
    limit = LIMITS.get(short.name, 0) if short.group == "IPTC" else 0
    size = len(short.value.encode("utf-8", "replace"))
    return (
        bool(limit)
        and len(full.value) > len(short.value)
        and limit - 4 <= size
        and fold(full.value).startswith(fold(short.value)[:-2])
    )


def is_stripped(poor: str, full: str) -> bool:
    """Return whether ``poor`` is ``full`` with each character beyond ASCII replaced by "?" (as ASCII-only Exif writers do)."""
    if "?" not in poor or poor.count("?") <= full.count("?") or full.isascii():
        return False
    return "".join(c if c.isascii() else "?" for c in full) == poor or re.sub(r"[^\x00-\x7f]+", "?", full) == poor
