"""How long embedded metadata takes, and whether ExifTool reads the same: ``python bench/metadata.py [FOLDER]``.

Without a folder, pictures are drawn and packets of every kind written into them. Times are of one process, files in memory's
cache, the median of all files; ExifTool, where installed, runs as it is fastest (one process, ``-stay_open``) on the same files.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import fixtures.packets as packets
from catalog.images import metadata
from catalog.model import Metadata
from fixtures.drawing import scene

#: Field of the model -> names of the same at ExifTool, the preferred one first.
COMPARED = {
    "caption": ("EXIF:ImageDescription", "XMP:Description", "IPTC:Caption-Abstract", "PNG:Description"),
    "headline": ("XMP:Headline", "IPTC:Headline"),
    "title": ("XMP:Title", "IPTC:ObjectName", "PNG:Title"),
    "credit": ("XMP:Credit", "IPTC:Credit"),
    "byline": ("EXIF:Artist", "XMP:Creator", "IPTC:By-line", "PNG:Author"),
    "source": ("XMP:Source", "IPTC:Source"),
    "copyright": ("EXIF:Copyright", "XMP:Rights", "IPTC:CopyrightNotice"),
    "created": (
        "Composite:SubSecDateTimeOriginal",
        "EXIF:DateTimeOriginal",
        "XMP:DateCreated",
        "Composite:DateTimeCreated",
        "IPTC:DateCreated",
    ),
    "city": ("XMP:City", "IPTC:City"),
    "state": ("XMP:State", "IPTC:Province-State"),
    "country": ("XMP:Country", "IPTC:Country-PrimaryLocationName"),
    "location": ("XMP:Location", "IPTC:Sub-location"),
    "keywords": ("XMP:Subject", "IPTC:Keywords"),
    "persons": ("XMP:PersonInImage",),
    "rating": ("XMP:Rating", "EXIF:Rating"),
    "digital_source_type": ("XMP:DigitalSourceType",),
    "document_id": ("XMP:DocumentID",),
    "instance_id": ("XMP:InstanceID",),
    "gps": ("Composite:GPSPosition",),
}
_STAMP = re.compile(r"(\d{4}):(\d\d):(\d\d)(?: (.+))?")
KINDS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
ROUNDS = 3


def drawn(folder: Path, number: int = 60) -> None:
    """Write pictures whose IIM, XMP and Exif are as full as an agency's."""
    out = io.BytesIO()
    scene("harbour", (600, 400), seed=1).save(out, "JPEG")
    plain = out.getvalue()
    for n in range(number):
        caption = (
            f"Caption {n}: trawlers file past the breakwater of Århus — the “first” calm hour after the storm. " * 4
        )
        iim = packets.iim(
            {
                "caption": caption,
                "headline": f"Harbour {n}",
                "credit": "Coastline Press",
                "byline": "Inès Corvel",
                "city": "Port Selby",
                "keywords": [f"keyword {k}" for k in range(20)],
                "date": "20240215",
                "time": "101112+0100",
                "copyright": "© Coastline",
            }
        )
        xmp = packets.xmp(
            {
                "dc:description": {"x-default": caption, "fr": caption},
                "dc:creator": ["Inès Corvel"],
                "dc:subject": [f"keyword {k}" for k in range(20)],
                "dc:rights": {"x-default": "© Coastline"},
                "photoshop:Headline": f"Harbour {n}",
                "photoshop:Credit": "Coastline Press",
                "photoshop:City": "Port Selby",
                "photoshop:DateCreated": "2024-02-15T10:11:12+01:00",
                "xmpMM:DocumentID": f"xmp.did:{n}",
                "Iptc4xmpExt:PersonInImage": ["Marta Venn", "Ida Roe"],
            }
        )
        exif = packets.exif(
            {271: b"NIKON CORPORATION", 272: b"NIKON D850", 315: "Inès Corvel".encode()},
            {36867: b"2024:02:15 10:11:12", 36881: b"+01:00"},
            {1: b"N", 2: [(51, 1), (30, 1), (0, 1)], 3: b"W", 4: [(0, 1), (7, 1), (30, 1)]},
        )
        data = packets.into_jpeg(plain, iim=iim, xmp=xmp, exif=exif, digest=hashlib.md5(iim).digest())
        (folder / f"{n:03}.jpg").write_bytes(data)


class ExifTool:
    """One running ExifTool that answers in JSON."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, path: Path) -> dict[str, Any]:
        """Return the tags of a file by group and name."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"-json\n-G0\n-n\n-struct\n-charset\niptc=utf8\n{path}\n-execute\n".encode())
        self._process.stdin.flush()
        lines = []
        while (line := self._process.stdout.readline()).strip() != b"{ready}":
            if not line:
                raise SystemExit("ExifTool ended.")
            lines.append(line)
        found: list[dict[str, Any]] = json.loads(b"".join(lines) or b"[{}]")
        return found[0]

    def close(self) -> None:
        """End the process."""
        self._process.communicate(b"-stay_open\nFalse\n")


def timed(work: Callable[[Path], object], files: list[Path]) -> float:
    """Return the median milliseconds for one file, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        times = []
        for file in files:
            start = time.perf_counter()
            work(file)
            times.append(time.perf_counter() - start)
        best = min(best, statistics.median(times) * 1000)
    return best


def same(meta: Metadata, tags: dict[str, Any]) -> list[str]:
    """Return the compared fields of which ExifTool says something else than we do."""
    different = []
    for field, names in COMPARED.items():
        said = {_plain(field, tags[name]) for name in names if tags.get(name) not in (None, "")}
        ours = _plain(field, getattr(meta, field))
        if (ours or said) and ours not in said:
            different.append(field)
    return different


def _plain(field: str, value: Any) -> str:
    """One spelling of ours and ExifTool's values: lists joined, dates in ISO 8601, positions to a metre."""
    if field == "gps" and value:
        parts = value.split() if isinstance(value, str) else value
        return " ".join(f"{float(part):.5f}" for part in parts)
    if isinstance(value, dict):  # texts by language
        value = value.get("x-default", next(iter(value.values()), ""))
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
    found = _STAMP.fullmatch(text) if field == "created" else None
    if found:
        year, month, day, clock = found.groups()
        text = f"{year}-{month}-{day}" + (f"T{clock}" if clock else "")
    return " ".join(text.split())


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch)
        if len(sys.argv) == 1:
            drawn(folder)
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
        )
        if not files:
            raise SystemExit("There are no pictures there.")
        print(f"{'reader':<28}{'ms per file':>12}")
        print(f"{'cutline':<28}{timed(metadata.read, files):>12.2f}")
        if not shutil.which("exiftool"):
            print("ExifTool is not installed: no comparison.")
            return
        tool = ExifTool()
        print(f"{'ExifTool (running process)':<28}{timed(tool.read, files):>12.2f}")
        wrong = {file.name: fields for file in files if (fields := same(metadata.read(file), tool.read(file)))}
        tool.close()
        print(f"fields that differ: {sum(map(len, wrong.values()))} in {len(files)} files")
        for name, fields in list(wrong.items())[:20]:
            print(f"  {name}: {', '.join(fields)}")


if __name__ == "__main__":
    main()
