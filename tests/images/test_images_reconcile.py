"""Which packet is believed, and which differences between them are worth a person's look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest

from catalog.images import metadata
from catalog.images.metadata import times
from catalog.model import Metadata
from tests.images.drawn import encoded, packets

JPEG = encoded("JPEG")


def both(iim: Mapping[str, str], xmp: Mapping[str, Any], *, digest: bytes | None = None, exif: bytes = b"") -> Metadata:
    """What a JPEG says that has IIM, XMP and perhaps Exif."""
    block = packets.iim(iim)
    kept = hashlib.md5(block).digest() if digest is None else digest
    return metadata.read(packets.into_jpeg(JPEG, iim=block, xmp=packets.xmp(xmp), digest=kept or None, exif=exif))


def differing(meta: Metadata) -> list[str]:
    """The fields that disagree."""
    return [one.field for one in meta.disagreements]


def test_the_same_said_twice_is_no_disagreement() -> None:
    """Equal values, also with other spacing, case of letters in their forms, and quotation marks, agree."""
    meta = both(
        {"caption": "Boats  at 'anchor'", "credit": "Coastline", "date": "20240215", "city": "Port Selby"},
        {
            "dc:description": {"x-default": "Boats at ‘anchor’."},
            "photoshop:Credit": "Coastline",
            "photoshop:DateCreated": "2024-02-15",
            "photoshop:City": "PORT SELBY",
        },
    )
    assert differing(meta) == []


@pytest.mark.parametrize(
    ("field", "iim", "xmp"),
    [
        ("caption", {"caption": "Boats at anchor"}, {"dc:description": {"x-default": "Tanks in the square"}}),
        ("credit", {"credit": "Coastline"}, {"photoshop:Credit": "Northlight"}),
        ("credit", {"byline": "Ines Corvel"}, {"dc:creator": ["Lena Marsh"]}),
        ("date", {"date": "20240215"}, {"photoshop:DateCreated": "2019-07-01"}),
        ("place", {"city": "Port Selby"}, {"photoshop:City": "Larchfield"}),
        ("place", {"country": "Norland"}, {"photoshop:Country": "Sudland"}),
    ],
)
def test_different_words_are_a_disagreement(field: str, iim: dict[str, str], xmp: dict[str, Any]) -> None:
    """IIM and XMP that say different things are reported with both values and their groups."""
    meta = both(iim, xmp)
    assert differing(meta) == [field]
    assert {value.group for value in meta.disagreements[0].values} == {"IPTC", "XMP"}


def test_the_digest_says_which_is_newer() -> None:
    """With the right digest, or none, XMP holds; with another, somebody changed the IIM later, and it holds."""
    iim, xmp = {"caption": "Said in IIM"}, {"dc:description": {"x-default": "Said in XMP"}}
    assert both(iim, xmp).caption == "Said in XMP"
    assert both(iim, xmp, digest=b"").caption == "Said in XMP"
    assert both(iim, xmp, digest=b"x" * 16).caption == "Said in IIM"


def test_exif_comes_first_unless_a_camera_wrote_it() -> None:
    """An Exif description is preferred and compared; what cameras write unasked is neither."""
    xmp = {"dc:description": {"x-default": "Boats at anchor"}}
    meta = both({}, xmp, exif=packets.exif({270: b"A tank in the square"}))
    assert meta.caption == "A tank in the square" and differing(meta) == ["caption"]
    for words in (b"OLYMPUS DIGITAL CAMERA", b"SONY DSC", b"DSC_2041", b"   ", b"Picture"):
        meta = both({}, xmp, exif=packets.exif({270: words}))
        assert meta.caption == "Boats at anchor" and differing(meta) == []


def test_a_value_that_its_format_cut_agrees_with_the_whole() -> None:
    """IIM's lengths and ASCII-only Exif are no disagreement, and the whole value is taken."""
    long = "A very long agency name that does not fit"
    meta = both({"credit": long}, {"photoshop:Credit": long}, digest=b"x" * 16)
    assert meta.credit == long and differing(meta) == []
    meta = both({"caption": "word " * 400 + "end"}, {"dc:description": {"x-default": "word " * 400 + "end"}})
    assert differing(meta) == []
    meta = both({}, {"dc:description": {"x-default": "Peña in Århus"}}, exif=packets.exif({270: b"Pe?a in ?rhus"}))
    assert meta.caption == "Peña in Århus" and differing(meta) == []


def test_bylines_are_sets_of_names() -> None:
    """The same people in another order agree."""
    meta = both({}, {"dc:creator": ["A. One", "B. Two"]}, exif=packets.exif({315: b"B. Two; A. One"}))
    assert differing(meta) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2024-02-15", "2024-02-15T10:00:00", True),
        ("2024-02-15", "2024-02-16", False),
        ("2024-02", "2024-02-15", True),
        ("2024-02-15T00:00:00", "2024-02-15T10:00:00+01:00", True),
        ("2024-02-15T23:30:00", "2024-02-16T08:30:00+09:00", True),
        ("2024-02-15T10:00:00+01:00", "2024-02-15T09:00:00Z", True),
        ("2024-02-15T10:00:00+01:00", "2024-02-15T10:00:00Z", False),
        ("2024-02-15T10:00:00", "2024-02-15T10:07:00+01:00", False),
        ("2024-02-15T10:00:00", "2024-02-15T10:00:20", True),
        ("2024-02-15", "2024-02-16T01:00:00+09:00", True),
        ("2024", "2023-12-31", False),
    ],
)
def test_dates_agree_as_far_as_they_go(one: str, other: str, same: bool) -> None:
    """Dates are compared at the precision of the vaguer one, with room for zones that cameras do not write."""
    assert times.agree(one, other) is same
    assert times.agree(other, one) is same


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024:02:15 10:11:12", "2024-02-15T10:11:12"),
        ("0000:00:00 00:00:00", ""),
        ("    :  :     :  :  ", ""),
        ("2024:13:45 10:11:12", ""),
        ("2024:02:15", "2024-02-15"),
        ("2024:02:15 10:11:12+05:30", "2024-02-15T10:11:12+05:30"),
    ],
)
def test_exif_dates(text: str, iso: str) -> None:
    """Exif dates become ISO 8601; blank and impossible ones become nothing."""
    assert times.from_exif(text) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024", "2024"),
        ("2024-02", "2024-02"),
        ("2024-02-15T10:11Z", "2024-02-15T10:11Z"),
        ("15 Feb", ""),
        ("2024-02-30", ""),
        ("", ""),
    ],
)
def test_xmp_dates(text: str, iso: str) -> None:
    """XMP dates keep their precision; what is none becomes nothing."""
    assert times.from_iso(text) == iso


def test_the_fuller_date_is_kept() -> None:
    """Of dates that agree, the one with time and zone is taken."""
    meta = both(
        {"date": "20240215"},
        {"photoshop:DateCreated": "2024-02-15T10:11:12+01:00"},
        exif=packets.exif({}, {36867: b"2024:02:15 10:11:12"}),
    )
    assert meta.created == "2024-02-15T10:11:12+01:00"
    assert differing(meta) == []
