"""ExifTool as the outside check: what it writes we read, and of the project's pictures both say the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.metadata import COMPARED, ExifTool, same
from catalog.images import metadata
from catalog.model import Metadata
from tests.images.drawn import encoded

pytestmark = pytest.mark.skipif(
    shutil.which("exiftool") is None and not os.environ.get("CI"),
    reason="compares with ExifTool: apt-get install libimage-exiftool-perl",
)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

#: What ExifTool is told to write -> (our group, our name, the value that we are to read).
WRITTEN = {
    "IPTC:Caption-Abstract=Boote im Hafen – größer": ("IPTC", "Caption-Abstract", "Boote im Hafen – größer"),
    "IPTC:Headline=Harbour": ("IPTC", "Headline", "Harbour"),
    "IPTC:By-line=Inès Corvel": ("IPTC", "By-line", "Inès Corvel"),
    "IPTC:Credit=Coastline": ("IPTC", "Credit", "Coastline"),
    "IPTC:Source=Agency": ("IPTC", "Source", "Agency"),
    "IPTC:CopyrightNotice=© Coastline": ("IPTC", "CopyrightNotice", "© Coastline"),
    "IPTC:City=Port Selby": ("IPTC", "City", "Port Selby"),
    "IPTC:Sub-location=Quay": ("IPTC", "Sub-location", "Quay"),
    "IPTC:Country-PrimaryLocationName=Norland": ("IPTC", "Country-PrimaryLocationName", "Norland"),
    "IPTC:Keywords=boats": ("IPTC", "Keywords", "boats"),
    "IPTC:DateCreated=2024:02:15": ("IPTC", "DateCreated", "2024-02-15"),
    "IPTC:TimeCreated=10:11:12+01:00": ("IPTC", "TimeCreated", "101112+0100"),
    "XMP-dc:Description=Boote im Hafen – größer": ("XMP", "dc:description", "Boote im Hafen – größer"),
    "XMP-dc:Description-fr=Bateaux": ("XMP", "dc:description[fr]", "Bateaux"),
    "XMP-dc:Title=boats-1": ("XMP", "dc:title", "boats-1"),
    "XMP-dc:Creator=Inès Corvel": ("XMP", "dc:creator", "Inès Corvel"),
    "XMP-dc:Rights=© Coastline": ("XMP", "dc:rights", "© Coastline"),
    "XMP-dc:Subject=boats": ("XMP", "dc:subject", "boats"),
    "XMP-photoshop:Headline=Harbour": ("XMP", "photoshop:Headline", "Harbour"),
    "XMP-photoshop:Credit=Coastline": ("XMP", "photoshop:Credit", "Coastline"),
    "XMP-photoshop:Source=Agency": ("XMP", "photoshop:Source", "Agency"),
    "XMP-photoshop:City=Port Selby": ("XMP", "photoshop:City", "Port Selby"),
    "XMP-photoshop:Country=Norland": ("XMP", "photoshop:Country", "Norland"),
    "XMP-photoshop:DateCreated=2024:02:15 10:11:12+01:00": ("XMP", "photoshop:DateCreated", "2024-02-15T10:11:12+01:00"),
    "XMP-iptcCore:Location=Quay": ("XMP", "Iptc4xmpCore:Location", "Quay"),
    "XMP-iptcExt:LocationShownCity=Selby": ("XMP", "Iptc4xmpExt:LocationShown[1]/Iptc4xmpExt:City", "Selby"),
    "XMP-iptcExt:LocationCreatedCity=Ford": ("XMP", "Iptc4xmpExt:LocationCreated[1]/Iptc4xmpExt:City", "Ford"),
    "XMP-iptcExt:PersonInImage=Marta Venn": ("XMP", "Iptc4xmpExt:PersonInImage", "Marta Venn"),
    "XMP-iptcExt:DigitalSourceType#=http://x.test/digitalCapture": (
        "XMP", "Iptc4xmpExt:DigitalSourceType", "http://x.test/digitalCapture",
    ),
    "XMP-xmpMM:DocumentID=xmp.did:0a0b": ("XMP", "xmpMM:DocumentID", "xmp.did:0a0b"),
    "XMP-xmpMM:InstanceID=xmp.iid:0c0d": ("XMP", "xmpMM:InstanceID", "xmp.iid:0c0d"),
    "XMP-xmpMM:OriginalDocumentID=xmp.did:0e0f": ("XMP", "xmpMM:OriginalDocumentID", "xmp.did:0e0f"),
    "XMP-xmpMM:DerivedFromDocumentID=xmp.did:0001": ("XMP", "xmpMM:DerivedFrom/stRef:documentID", "xmp.did:0001"),
    "XMP-xmp:Rating=4": ("XMP", "xmp:Rating", "4"),
    "EXIF:ImageDescription=Boote im Hafen – größer": ("EXIF", "ImageDescription", "Boote im Hafen – größer"),
    "EXIF:Artist=Inès Corvel": ("EXIF", "Artist", "Inès Corvel"),
    "EXIF:Copyright=© Coastline": ("EXIF", "Copyright", "© Coastline"),
    "EXIF:Make=Nikon": ("EXIF", "Make", "Nikon"),
    "EXIF:Model=D850": ("EXIF", "Model", "D850"),
    "EXIF:DateTimeOriginal=2024:02:15 10:11:12": ("EXIF", "DateTimeOriginal", "2024-02-15T10:11:12+01:00"),
    "EXIF:OffsetTimeOriginal=+01:00": ("EXIF", "", ""),
    "EXIF:GPSLatitude=51.5": ("EXIF", "GPSLatitude", "-51.5"),
    "EXIF:GPSLatitudeRef=S": ("EXIF", "", ""),
    "EXIF:GPSLongitude=0.125": ("EXIF", "GPSLongitude", "0.125"),
    "EXIF:GPSLongitudeRef=E": ("EXIF", "", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    """A running ExifTool."""
    running = ExifTool()
    yield running
    running.close()


def _written(file: Path, *more: str) -> None:
    """Let ExifTool write everything that the format can hold into ``file``."""
    done = subprocess.run(
        ["exiftool", "-q", "-q", "-m", "-overwrite_original", "-codedcharacterset=utf8", *more,
         *(f"-{each}" for each in WRITTEN), str(file)],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def _missing(meta: Metadata, groups: set[str]) -> list[tuple[str, str, str]]:
    ours = {(one.group, one.name, one.value) for one in meta.fields}
    return [want for want in WRITTEN.values() if want[1] and want[0] in groups and want not in ours]


@pytest.mark.parametrize(
    ("form", "groups"),
    [("JPEG", "EXIF IPTC XMP"), ("TIFF", "EXIF IPTC XMP"), ("PNG", "EXIF IPTC XMP"), ("WEBP", "EXIF XMP")],
)
def test_what_exiftool_writes_is_read(tmp_path: Path, form: str, groups: str, tool: ExifTool) -> None:
    """Every field that a desk fills, written by another program into each format, is read with its value, without a warning."""
    file = tmp_path / f"a.{form.lower()}"
    file.write_bytes(encoded(form))
    _written(file)
    meta = metadata.read(file)
    assert _missing(meta, set(groups.split())) == []
    assert meta.warnings == () and meta.disagreements == ()
    assert same(meta, tool.read(file)) == []
    assert (meta.caption, meta.city, meta.rating, meta.gps) == (
        "Boote im Hafen – größer",
        "Port Selby",
        4,
        (-51.5, 0.125),
    )
    assert meta.derived_from == ("xmp.did:0001", "xmp.did:0e0f") and meta.camera == "Nikon D850"


def test_a_sidecar_of_exiftool_is_read(tmp_path: Path) -> None:
    """What ExifTool writes beside a picture is found by its name and read."""
    file = tmp_path / "a.jpg"
    file.write_bytes(encoded())
    _written(tmp_path / "a.xmp", "-ext", "xmp")
    meta = metadata.read(file, metadata.sidecars_of(file))
    assert {one.group for one in meta.fields} == {"sidecar"}
    assert (meta.caption, meta.persons, meta.document_id) == (
        "Boote im Hafen – größer",
        ("Marta Venn",),
        "xmp.did:0a0b",
    )


@pytest.mark.parametrize("charset", ["utf8", "latin"])
def test_texts_of_iptc_in_the_charset_that_exiftool_wrote(tmp_path: Path, charset: str, tool: ExifTool) -> None:
    """Declared UTF-8 is believed, undeclared Latin-1 is guessed with a warning and its bytes kept; both programs read one text."""
    file = tmp_path / "a.jpg"
    file.write_bytes(encoded())
    declared = ["-codedcharacterset=utf8"] if charset == "utf8" else ["-charset", "iptc=latin"]
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", *declared, "-IPTC:Caption-Abstract=Señor in Århus", str(file)],
        check=True,
    )
    meta = metadata.read(file)
    assert meta.caption == "Señor in Århus"
    assert any("guessed" in warning for warning in meta.warnings) is (charset == "latin")
    assert bool(meta.fields[0].raw) is (charset == "latin")


def test_the_projects_pictures_say_the_same_to_both(tool: ExifTool) -> None:
    """Of every picture of the example stories both readers give the same values of all compared fields."""
    pictures = [p for p in sorted(FIXTURES.rglob("*")) if p.suffix in (".jpg", ".png", ".webp")]
    read = {path: metadata.read(path) for path in pictures}
    assert {path.name: odd for path in pictures if (odd := same(read[path], tool.read(path)))} == {}
    filled = {field for meta in read.values() for field in COMPARED if getattr(meta, field)}
    assert {"caption", "credit", "city", "byline", "created"} <= filled
