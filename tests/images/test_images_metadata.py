"""Embedded metadata as it is written in each format: values, character sets, dates, hostile and broken packets."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from PIL import Image

from catalog.images import heif, metadata
from catalog.images.metadata.xmp import MAX_PACKET
from catalog.model import Metadata
from tests.images.drawn import encoded, packets

JPEG = encoded("JPEG")


def said(**parts: object) -> Metadata:
    """What a JPEG with these packets says of itself."""
    return metadata.read(packets.into_jpeg(JPEG, **parts))  # type: ignore[arg-type]


def values(meta: Metadata, group: str, name: str) -> list[str]:
    """The kept values of one field."""
    return [field.value for field in meta.fields if (field.group, field.name) == (group, name)]


def warned(meta: Metadata, words: str) -> bool:
    """Whether a warning has these words."""
    return any(words in warning for warning in meta.warnings)


def test_a_plain_picture_says_nothing() -> None:
    """Without packets everything is empty, and nothing is warned of."""
    assert metadata.read(JPEG) == Metadata()
    assert metadata.read(b"no picture") == Metadata()


def test_iim_fills_the_record() -> None:
    """The datasets of a picture desk become the fields of the model."""
    meta = said(
        iim=packets.iim(
            {
                "caption": "Boats at anchor",
                "headline": "Harbour",
                "title": "boats-1",
                "credit": "Coastline",
                "byline": "Ines Corvel",
                "source": "Agency",
                "copyright": "© 2024",
                "city": "Port Selby",
                "state": "North",
                "country": "Norland",
                "location": "Quay",
                "keywords": ["boats", "storm"],
                "date": "20240215",
                "time": "101112+0100",
            }
        )
    )
    assert (meta.caption, meta.headline, meta.title, meta.credit) == (
        "Boats at anchor",
        "Harbour",
        "boats-1",
        "Coastline",
    )
    assert (meta.byline, meta.source, meta.copyright) == ("Ines Corvel", "Agency", "© 2024")
    assert (meta.city, meta.state, meta.country, meta.location) == ("Port Selby", "North", "Norland", "Quay")
    assert meta.keywords == ("boats", "storm")
    assert meta.created == "2024-02-15T10:11:12+01:00"
    assert meta.disagreements == () and meta.warnings == ()


def test_xmp_fills_the_record() -> None:
    """Simple values, lists, structures and languages of XMP are read."""
    meta = said(
        xmp=packets.xmp(
            {
                "dc:description": {"fr": "Bateaux", "x-default": "Boats at anchor", "de": "Boote"},
                "dc:creator": ["A. One", "B. Two"],
                "dc:subject": ["boats", "storm"],
                "photoshop:Headline": "Harbour",
                "photoshop:Credit": "Coastline",
                "xmp:Rating": "4",
                "photoshop:DateCreated": "2024-02-15T10:11:12.50+01:00",
                "Iptc4xmpExt:PersonInImage": ["Marta Venn"],
                "Iptc4xmpExt:DigitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                "Iptc4xmpExt:AISystemUsed": "Imagined 3",
                "Iptc4xmpExt:AISystemVersionUsed": "3.1",
                "Iptc4xmpExt:AIPromptInformation": "a harbour",
                "Iptc4xmpExt:AIPromptWriterName": "Ida Roe",
                "xmpMM:DocumentID": "doc-2",
                "xmpMM:InstanceID": "ins-3",
                "xmpMM:OriginalDocumentID": "doc-0",
                "exif:GPSLatitude": "51,30.5N",
                "exif:GPSLongitude": "0,7.5W",
            },
            '<xmpMM:DerivedFrom stRef:documentID="doc-1" stRef:instanceID="ins-1"/>'
            '<Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>Port Selby</Iptc4xmpExt:City>'
            "<Iptc4xmpExt:CountryName>Norland</Iptc4xmpExt:CountryName></rdf:li></rdf:Bag></Iptc4xmpExt:LocationShown>",
        )
    )
    assert (meta.caption, meta.byline, meta.headline, meta.credit) == (
        "Boats at anchor",
        "A. One; B. Two",
        "Harbour",
        "Coastline",
    )
    assert values(meta, "XMP", "dc:description[fr]") == ["Bateaux"]
    assert meta.created == "2024-02-15T10:11:12.5+01:00"
    assert (meta.city, meta.country, meta.rating) == ("Port Selby", "Norland", 4)
    assert values(meta, "XMP", "Iptc4xmpExt:LocationShown[1]/Iptc4xmpExt:City") == ["Port Selby"]
    assert meta.persons == ("Marta Venn",) and meta.keywords == ("boats", "storm")
    assert meta.digital_source_type.endswith("trainedAlgorithmicMedia")
    assert values(meta, "XMP", "Iptc4xmpExt:AISystemUsed") == ["Imagined 3"]
    assert values(meta, "XMP", "Iptc4xmpExt:AISystemVersionUsed") == ["3.1"]
    assert values(meta, "XMP", "Iptc4xmpExt:AIPromptInformation") == ["a harbour"]
    assert values(meta, "XMP", "Iptc4xmpExt:AIPromptWriterName") == ["Ida Roe"]
    assert (meta.document_id, meta.instance_id, meta.derived_from) == ("doc-2", "ins-3", ("doc-1", "ins-1", "doc-0"))
    assert meta.gps == (51.5083333, -0.125)


def test_attributes_and_details_are_values_too() -> None:
    """Properties written as attributes, persons with details and face regions are read like the others."""
    meta = said(
        xmp=packets.xmp(
            {},
            '<rdf:Description rdf:about=""/></rdf:Description><rdf:Description rdf:about="" photoshop:City="Port Selby" '
            'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
            'xmlns:m="http://www.metadataworkinggroup.com/schemas/regions/">'
            '<e:PersonInImageWDetails><rdf:Bag><rdf:li rdf:parseType="Resource"><e:PersonName><rdf:Alt>'
            '<rdf:li xml:lang="x-default">Marta Venn</rdf:li></rdf:Alt></e:PersonName></rdf:li></rdf:Bag></e:PersonInImageWDetails>'
            '<m:Regions rdf:parseType="Resource"><m:RegionList><rdf:Bag>'
            '<rdf:li><rdf:Description m:Name="Ida Roe" m:Type="Face"/></rdf:li>'
            '<rdf:li><rdf:Description m:Name="Rex" m:Type="Pet"/></rdf:li></rdf:Bag></m:RegionList></m:Regions>',
        )
    )
    assert meta.city == "Port Selby"
    assert meta.persons == ("Marta Venn", "Ida Roe")


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_fills_the_record(order: str) -> None:
    """Description, artist, camera, date with zone and position of both byte orders."""
    comment = b"UNICODE\0" + "größer".encode("utf-16-le" if order == "<" else "utf-16-be")
    block = packets.exif(
        {
            270: b"Boats at anchor",
            315: "Inès".encode(),
            271: b"NIKON CORPORATION",
            272: b"NIKON D850",
            18246: 3,
            33432: b"(c) Coastline",
        },
        {36867: b"2024:02:15 10:11:12", 36881: b"+01:00", 37521: b"250", 37510: comment},
        {1: b"S", 2: [(51, 1), (30, 1), (0, 1)], 3: b"E", 4: [(0, 1), (7, 1), (3000, 100)]},
        order,
    )
    meta = said(exif=block)
    assert (meta.caption, meta.byline, meta.camera, meta.copyright) == (
        "Boats at anchor",
        "Inès",
        "NIKON D850",
        "(c) Coastline",
    )
    assert meta.created == "2024-02-15T10:11:12.25+01:00"
    assert meta.gps == (-51.5, 0.125)
    assert meta.rating == 3
    assert values(meta, "EXIF", "UserComment") == ["größer"]


def test_raw_values_stay_beside_decoded_ones() -> None:
    """A date or position that is spelled anew keeps the spelling of the file."""
    meta = said(exif=packets.exif({}, {36867: b"2024:02:15 10:11:12"}), iim=packets.iim({"date": "20240215"}))
    raw = {(field.group, field.name): field.raw for field in meta.fields}
    assert raw[("EXIF", "DateTimeOriginal")] == "2024:02:15 10:11:12"
    assert raw[("IPTC", "DateCreated")] == "20240215"


@pytest.mark.parametrize(
    ("encoding", "declared", "guess"),
    [("utf-8", True, ""), ("utf-8", False, "utf-8"), ("cp1252", False, "cp1252"), ("latin-1", False, "latin-1")],
)
def test_character_sets_of_iim(encoding: str, declared: bool, guess: str) -> None:
    """Declared UTF-8 is believed; otherwise UTF-8, Windows-1252 and Latin-1 are tried: a guess is said, and the raw bytes kept."""
    text = (
        "Čeněk in Šternberk"
        if encoding == "utf-8"
        else "Señor Peñá in Århus" + ("\x81" if encoding == "latin-1" else " – “x”")
    )
    meta = said(iim=packets.iim({"caption": text}, encoding, declared=declared))
    assert meta.caption == text.replace("\x81", "")
    assert warned(meta, f"{guess} was guessed") if guess else not meta.warnings
    assert bool(meta.fields[0].raw) is bool(guess)


def test_utf8_cut_within_a_character_is_still_utf8() -> None:
    """A caption cut at 2000 bytes loses half a character, not its character set."""
    meta = said(iim=packets.iim({"caption": "é" * 999 + "x" + "é" * 30}))
    assert meta.caption.startswith("ééé") and meta.caption.endswith("x")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-be"])
def test_utf16_packets(encoding: str) -> None:
    """XMP in UTF-16 or UTF-32 is read, with or without a byte order mark."""
    assert said(xmp=packets.xmp({"dc:description": {"x-default": "Größe ↑"}}, encoding=encoding)).caption == "Größe ↑"


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (b" xmlns:xmp=", b" xml~s:xmp="),  # what follows in the tag declares the others
        (b" xmlns:photoshop=", b" xmlns:photoshoq="),
        (b" xml:lang=", b" \nml:lang="),
    ],
)
def test_tags_with_a_damaged_attribute_keep_the_rest(whole: bytes, broken: bytes) -> None:
    """One wrong letter among the attributes loses no value of the packet, and no attribute becomes a caption."""
    packet = packets.xmp({"dc:description": {"x-default": "Boats"}, "photoshop:City": "Port Selby"})
    assert whole in packet
    meta = said(xmp=packet.replace(whole, broken))
    assert (meta.caption, meta.city) == ("Boats", "Port Selby")
    assert warned(meta, "broken")


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (b"<rdf:RDF ", b"<rdf:RF "),
        (b'="http://www.w3.org/1999/02/22', b"=Yhttp://www.w3.org/1999/02/22"),  # a quotation mark is lost
        (b"<rdf:Alt>", b"<rdf:At>"),
        (b"<rdf:Alt>", b"rdf:Alt>"),
        (b"<rdf:li ", b"<rdf:l "),
    ],
)
def test_values_are_found_where_the_tags_that_hold_them_are_broken(whole: bytes, broken: bytes) -> None:
    """One wrong letter in the tags around a value, or in its list, loses neither it nor the values behind it."""
    packet = packets.xmp({"dc:description": {"x-default": "Boats"}, "photoshop:City": "Port Selby"})
    assert whole in packet
    meta = said(xmp=packet.replace(whole, broken, 1))
    assert (meta.caption, meta.city) == ("Boats", "Port Selby")
    assert warned(meta, "broken")


def test_a_packet_behind_a_damaged_mark_is_found() -> None:
    """A JPEG segment with an XMP packet is known by how the packet begins, where the address before it is damaged."""
    data = packets.into_jpeg(JPEG, xmp=packets.xmp({"photoshop:City": "Port Selby"}))
    damaged = data.replace(b"http://ns.adobe.com/xap/1.0/\0<", b"http://ns.adXbe.com/xap/1.0/\0<")
    assert data != damaged and metadata.read(damaged).city == "Port Selby"


@pytest.mark.parametrize("mark", [b"tExif\0\0", b"Ex\x07f\0\0", b"Exi\0\0"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_exif_packet_behind_a_damaged_mark_is_found(mark: bytes, order: str) -> None:
    """One byte more, another one or one fewer in the mark costs nothing of the packet."""
    data = packets.into_jpeg(JPEG, exif=packets.exif({315: b"Jane Doe"}, order=order))
    damaged = data.replace(b"Exif\0\0", mark, 1)
    assert data != damaged
    assert metadata.read(damaged).byline == metadata.read(data).byline == "Jane Doe"


def test_extended_xmp_is_joined_and_checked() -> None:
    """Parts in any order are joined when their digest is right, and left out with a warning when it is not."""
    more = packets.xmp({"dc:description": {"x-default": "From the extension"}}, "<!-- " + "x" * 100_000 + " -->")
    main = packets.xmp({"xmpNote:HasExtendedXMP": packets.guid(more), "photoshop:City": "Port Selby"})
    first, *rest = packets.extended_xmp(main, more)
    meta = metadata.read(packets.into_jpeg(JPEG, segments=[first, *reversed(rest)]))
    assert (meta.caption, meta.city, meta.warnings) == ("From the extension", "Port Selby", ())
    broken = [rest[0].replace(b"extension<", b"extenSION<"), *rest[1:]]
    for segments in ([first, *broken], [first, *rest[1:]], [first]):
        meta = metadata.read(packets.into_jpeg(JPEG, segments=segments))
        assert meta.caption == "" and meta.city == "Port Selby" and warned(meta, "extended")


def test_long_exif_and_photoshop_blocks_span_segments() -> None:
    """A block longer than a JPEG segment is read across them."""
    block = packets.iim({"keywords": [f"word{n}" for n in range(5)]}) + packets.dataset(2, 120, b"y" * 70_000)
    meta = said(iim=block)
    assert len(meta.caption) == 16_384 and warned(meta, "was cut from 70,000")


def test_png_webp_tiff_gif_and_avif_carry_packets() -> None:
    """Each format's own way of carrying Exif and XMP is known."""
    xmp = packets.xmp({"dc:description": {"x-default": "Boats"}})
    exif = packets.exif({315: b"Ines"})
    files = {
        "PNG": packets.into_png(encoded("PNG"), [packets.png_xmp(xmp), (b"eXIf", exif)]),
        "WEBP": packets.into_webp(encoded("WEBP"), [(b"EXIF", exif), (b"XMP ", xmp)]),
        "AVIF": encoded("AVIF", exif=exif, xmp=xmp),
    }
    tags = Image.Exif()
    tags[315], tags[700] = "Ines", xmp
    files["TIFF"] = encoded("TIFF", tiffinfo=tags)
    for form, data in files.items():
        meta = metadata.read(data)
        assert (meta.caption, meta.byline, meta.warnings) == ("Boats", "Ines", ()), form
    gif = encoded("GIF")
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0\0"
    assert metadata.read(gif[:-1] + b"\x21\xff\x0bXMP DataXMP" + xmp + trailer + gif[-1:]).caption == "Boats"


@pytest.mark.skipif(not heif.available() and not os.environ.get("CI"), reason="needs pip install 'cutline[heic]'")
def test_heic_carries_packets() -> None:
    """With the extra a HEIC picture says what it says in Exif and XMP."""
    assert heif.available(), "the test extra brings pillow-heif"
    xmp = packets.xmp({"dc:description": {"x-default": "Boats"}})
    meta = metadata.read(encoded("HEIF", exif=b"Exif\0\0" + packets.exif({315: b"Ines"}), xmp=xmp))
    assert (meta.caption, meta.byline, meta.warnings) == ("Boats", "Ines", ())


def test_tiff_carries_iim() -> None:
    """The IIM block of a TIFF is read whatever type its tag declares."""
    block = packets.iim({"caption": "Boats"})
    block += b"\0" * (-len(block) % 4)
    data = packets.exif({33723: block})
    as_numbers = data.replace(struct.pack("<HHI", 33723, 7, len(block)), struct.pack("<HHI", 33723, 4, len(block) // 4))
    assert data != as_numbers
    for file in (data, as_numbers):
        assert metadata.read(file).caption == "Boats"


@pytest.mark.parametrize("heading", ["iptc", "IPTC profile"])
def test_png_profiles_by_any_heading(heading: str) -> None:
    """The line above the hexadecimal digits is a name and no digits, whichever program wrote it."""
    import zlib

    block = packets.photoshop(packets.iim({"credit": "Coastline"}))
    profile = zlib.compress(f"\n{heading}\n{len(block):8}\n{block.hex()}\n".encode())
    data = packets.into_png(encoded("PNG"), [(b"zTXt", b"Raw profile type iptc\0\0" + profile)])
    assert metadata.read(data).credit == "Coastline"


def test_png_texts() -> None:
    """PNG's keywords are kept and are the last resort for a caption; compressed and hexadecimal ones are opened."""
    import zlib

    block = packets.photoshop(packets.iim({"credit": "Coastline"}))
    profile = f"\niptc\n{len(block):8}\n{block.hex()}\n".encode()
    data = packets.into_png(
        encoded("PNG"),
        [
            (b"tEXt", b"Description\0Boats at anchor"),
            (b"iTXt", b"Author\0\0\0\0\0" + "Inès".encode()),
            (b"zTXt", b"Comment\0\0" + zlib.compress(b"squeezed")),
            (b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(profile)),
            (b"zTXt", b"Bomb\0\0" + zlib.compress(b"\0" * (8 << 20))),
            (b"zTXt", b"Broken\0\0junk"),
        ],
    )
    meta = metadata.read(data)
    assert (meta.caption, meta.byline, meta.credit) == ("Boats at anchor", "Inès", "Coastline")
    assert values(meta, "PNG", "Comment") == ["squeezed"]
    assert warned(meta, "compressed PNG text is broken")


def test_sidecars_come_first_and_are_found_by_name(tmp_path: Path) -> None:
    """``name.jpg.xmp`` and ``name.xmp`` describe ``name.jpg``; what they say is preferred, and a difference is reported."""
    file = tmp_path / "a.jpg"
    file.write_bytes(packets.with_metadata(JPEG, caption="Old words"))
    (tmp_path / "a.xmp").write_bytes(packets.xmp({"dc:description": {"x-default": "New words"}}))
    (tmp_path / "b.xmp").write_bytes(b"")
    found = metadata.sidecars_of(file)
    assert [path.name for path in found] == ["a.xmp"]
    meta = metadata.read(file, found)
    assert meta.caption == "New words"
    assert [one.field for one in meta.disagreements] == ["caption"]
    (tmp_path / "a.jpg.xmp").write_bytes(packets.xmp({"dc:description": {"x-default": "Newest words"}}))
    found = metadata.sidecars_of(file)
    assert [path.name for path in found] == ["a.jpg.xmp", "a.xmp"]
    assert metadata.read(file, found).caption.startswith("Newest words"), (
        "the one that names the whole file comes first"
    )
    assert warned(metadata.read(file, [tmp_path / "missing.xmp"]), "sidecar")


@pytest.mark.parametrize(
    "data",
    [
        packets.into_jpeg(
            JPEG,
            segments=[packets.segment(0xEB, b"JP\0\1\0\0\0\1\0\0\1\0jumb\0\0\0\x1ejumdc2pa\0\x11\0\x10\x80\0\0\xaa\0")],
        ),
        packets.into_png(encoded("PNG"), [(b"caBX", b"\0\0\0\x20jumb")]),
        packets.into_webp(encoded("WEBP"), [(b"C2PA", b"\0\0\0\x20jumb")]),
        encoded("AVIF")
        + struct.pack(">I4s", 32, b"uuid")
        + bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
        + b"\0" * 8,
    ],
)
def test_a_c2pa_manifest_is_noticed(data: bytes) -> None:
    """Whether a file carries a manifest is said for each format; nothing is said about its truth."""
    assert metadata.read(data).c2pa
    assert not metadata.read(JPEG).c2pa


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF",
        b"\xff\xfe\x00",
        b"<?xpacket?>",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + packets.xmp({"dc:description": "&b;"}),
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + packets.xmp({"photoshop:City": "q"}),
        packets.xmp({}, "<a:b>" * 3000),
        b"\0" * 5000,
        b"x" * (MAX_PACKET // 200),
    ],
)
def test_hostile_xmp_is_warned_of_and_nothing_more(packet: bytes) -> None:
    """Broken, nested and entity-laden packets give no value, no error, and do not hide the other groups."""
    meta = said(xmp=packet, iim=packets.iim({"credit": "Coastline"}))
    assert meta.caption == "" and meta.credit == "Coastline"


def test_a_packet_cut_short_gives_what_can_be_read() -> None:
    """Of a truncated packet the whole properties before the cut are kept, with a warning."""
    packet = packets.xmp({"photoshop:City": "Port Selby", "photoshop:Country": "Norland"})
    meta = said(xmp=packet[: packet.index(b"Norland")])
    assert meta.city == "Port Selby" and warned(meta, "broken")
    block = packets.iim({"city": "Port Selby", "caption": "Boats at anchor"})
    meta = said(iim=block[:-5])
    assert meta.city == "Port Selby" and meta.caption == "Boats at a" and warned(meta, "IPTC block is broken")


def test_control_characters_and_floods_are_kept_out() -> None:
    """Escape sequences and NULs are removed, line ends unified, and fields limited in number."""
    meta = said(
        iim=packets.iim({"caption": "a\x1b[31mred\x07\r\nb\x9b\x00c", "keywords": [f"k{n}" for n in range(900)]})
    )
    assert meta.caption == "a[31mred\nbc"
    assert len(meta.fields) <= 400 and warned(meta, "fields")


@pytest.mark.parametrize("offset", range(0, 200, 7))
def test_exif_with_wild_offsets(offset: int) -> None:
    """Offsets and counts that lead outside, or round in circles, are passed over."""
    block = bytearray(
        packets.exif(
            {270: b"Boats at anchor", 315: b"Ines"}, {36867: b"2024:02:15 10:11:12"}, {1: b"N", 2: [(1, 0)] * 3}
        )
    )
    for value in (0xFF, 0x00, 0x08):
        if offset < len(block):
            block[offset] = value
        assert isinstance(said(exif=bytes(block)), Metadata)


@pytest.mark.parametrize("tag", [274, 18246, 34665, 34853])
@pytest.mark.parametrize(("kind", "number"), [(5, struct.pack("<II", 0, 0)), (11, struct.pack("<f", float("inf")))])
def test_numbers_that_are_none_are_left_out(tag: int, kind: int, number: bytes) -> None:
    """An orientation, rating or pointer of 0/0 or without end says nothing, and what stands beside it is kept."""
    outside = 8 + 2 + 2 * 12 + 4
    inline = number if len(number) == 4 else struct.pack("<I", outside + 8)
    entries = struct.pack("<HHII", 270, 2, 6, outside) + struct.pack("<HHI", tag, kind, 1) + inline
    block = b"II" + struct.pack("<HIH", 42, 8, 2) + entries + struct.pack("<I", 0) + b"Boats\0\0\0" + number
    meta = said(exif=block)
    assert meta.caption == "Boats"
    assert not values(meta, "EXIF", "Orientation") and not values(meta, "EXIF", "Rating")
