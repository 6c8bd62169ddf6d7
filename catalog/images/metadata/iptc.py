"""IPTC-IIM: the datasets that picture desks have written since 1991 (IPTC-NAA IIM version 4), in Photoshop's blocks."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

from . import times
from .text import Notes, decode

MAX_DATASETS = 2_000

#: Datasets of record 2, by their number; names as ExifTool prints them.
NAMES = {
    3: "ObjectTypeReference",
    4: "ObjectAttributeReference",
    5: "ObjectName",
    7: "EditStatus",
    10: "Urgency",
    12: "SubjectReference",
    15: "Category",
    20: "SupplementalCategories",
    22: "FixtureIdentifier",
    25: "Keywords",
    26: "ContentLocationCode",
    27: "ContentLocationName",
    30: "ReleaseDate",
    35: "ReleaseTime",
    37: "ExpirationDate",
    38: "ExpirationTime",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    65: "OriginatingProgram",
    70: "ProgramVersion",
    75: "ObjectCycle",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "Country-PrimaryLocationCode",
    101: "Country-PrimaryLocationName",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    121: "LocalCaption",
    122: "Writer-Editor",
    130: "ImageType",
    131: "ImageOrientation",
    135: "LanguageIdentifier",
    184: "JobID",
    185: "MasterDocumentID",
    186: "ShortDocumentID",
    187: "UniqueDocumentID",
    188: "OwnerID",
}

#: The most bytes that the standard allows a value (IIM 4.1, chapter 6): longer ones arrive cut there.
LIMITS = {
    "ObjectName": 64,
    "Keywords": 64,
    "By-line": 32,
    "By-lineTitle": 32,
    "City": 32,
    "Sub-location": 32,
    "Province-State": 32,
    "Country-PrimaryLocationName": 64,
    "Headline": 256,
    "Credit": 32,
    "Source": 32,
    "CopyrightNotice": 128,
    "Caption-Abstract": 2000,
}

#: Escape sequences of dataset 1:90 (ISO 2022 designations) -> Python's name of the character set.
_CHARSETS = {
    b"\x1b%G": "utf-8",
    b"\x1b%/G": "utf-8",
    b"\x1b%/H": "utf-8",
    b"\x1b%/I": "utf-8",
    b"\x1b.A": "latin-1",
    b"\x1b-A": "latin-1",
    b"\x1b-B": "iso8859-2",
    b"\x1b-L": "iso8859-5",
    b"\x1b-G": "iso8859-6",
    b"\x1b-F": "iso8859-7",
    b"\x1b-H": "iso8859-8",
    b"\x1b-M": "iso8859-9",
    b"\x1b/b": "iso8859-15",
}

_IIM_RESOURCE, _DIGEST_RESOURCE = 0x0404, 0x0425


def resources(block: bytes) -> dict[int, bytes]:
    """Return the resources that matter of a Photoshop image resource block (Adobe's file format specification)."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 12 <= len(block) and block[at : at + 4] in (b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa"):
        code, name = struct.unpack_from(">HB", block, at + 4)
        at += 6 + name + 1 + ((name + 1) & 1)
        if at + 4 > len(block):
            break
        (size,) = struct.unpack_from(">I", block, at)
        if code in (_IIM_RESOURCE, _DIGEST_RESOURCE):
            found.setdefault(code, block[at + 4 : at + 4 + size])
        at += 4 + size + (size & 1)
    return found


def from_photoshop(block: bytes) -> tuple[bytes, bytes]:
    """Return the IIM bytes of a Photoshop block and the MD5 digest it keeps of them, each ``b""`` when missing."""
    found = resources(block)
    return found.get(_IIM_RESOURCE, b""), found.get(_DIGEST_RESOURCE, b"")[:16]


def changed_since(iim: bytes, digest: bytes) -> bool:
    """Return whether the IIM was changed after the XMP was written: the digest kept is not that of ``iim`` (MWG 2.0, 3.3.2)."""
    return bool(iim) and len(digest) == 16 and digest.strip(b"\0") != b"" and hashlib.md5(iim).digest() != digest


def datasets(iim: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield (record, number, value) of each dataset, skipping padding, at most :data:`MAX_DATASETS`.

    Raises ValueError, after what can be read, where the bytes stop being datasets.
    """
    at, count, size = 0, 0, len(iim)
    while at + 5 <= size and count < MAX_DATASETS:
        mark, record, number, length = struct.unpack_from(">BBBH", iim, at)
        if mark != 0x1C:
            if iim[at:].strip(b"\0"):
                raise ValueError(f"no dataset at byte {at}")
            return
        at += 5
        if length & 0x8000:
            width = length & 0x7FFF
            if width > 8 or at + width > size:
                raise ValueError(f"an impossible length at byte {at}")
            length = int.from_bytes(iim[at : at + width], "big")
            at += width
        yield record, number, iim[at : at + length]
        if at + length > size:
            raise ValueError("the last dataset is cut short")
        at, count = at + length, count + 1


def read(iim: bytes, notes: Notes) -> None:
    """Add the fields of an IIM block to ``notes``, dates in ISO 8601."""
    charset, values = "", []
    try:
        for record, number, value in datasets(iim):
            if (record, number) == (1, 90):
                charset = _CHARSETS.get(value.strip(), "")
            elif record == 2 and number in NAMES:
                values.append((NAMES[number], value))
    except ValueError as error:
        notes.warn(f"The IPTC block is broken: {error}.")
    for name, value in values:
        _add(name, value, charset, notes)


def _add(name: str, value: bytes, charset: str, notes: Notes) -> None:
    text, guessed = decode(value.rstrip(b"\0 "), charset)
    if guessed:
        notes.warn(f"IPTC text names no character set that fits: {guessed} was guessed.")
    raw = value.hex() if guessed else ""
    if name in ("DateCreated", "DigitalCreationDate", "ReleaseDate", "ExpirationDate"):
        day = times.from_iim(text)
        text, raw = (day, text) if day else (text, raw)
    notes.add("IPTC", name, text, raw)
