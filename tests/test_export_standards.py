"""What the exports in standard formats hold: XMP sidecars that read back, ninjs items, JSON-LD and a IIIF manifest."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import UsageError
from catalog.export import FORMATS, description, export_files, jsonld, ninjs, xmp
from catalog.images import metadata
from catalog.library import Library
from catalog.model import Record
from catalog.sources.ninjs import is_item

HOSTILE = 'Ende ]]> <b>&amp;</b> "quoted" \x00\x0b\ud800 ひとつ \u202e 🎞'
BASE = "https://desk.example"


def used(library: Library) -> Record:
    """A record that ran in an article."""
    return next(r for r in library.records() if any(u.status == "linked" for u in r.usages))


def read(packet: bytes, tmp_path: Path) -> Any:
    """What Cutline itself reads from a sidecar beside a picture that says nothing."""
    sidecar = tmp_path / "one.xmp"
    sidecar.write_bytes(packet)
    png = b"\x89PNG\r\n\x1a\n"
    return metadata.read(png, (sidecar,))


def test_a_sidecar_reads_back_as_it_was_said(library: Library, tmp_path: Path) -> None:
    """Caption, credit, tags and note that people gave are what the next reader finds in the sidecar."""
    ident = used(library).id
    library.edit(
        ident,
        {"caption": "A bridge & <two> boats", "credit": "Ann Lee / Desk", "tags": ["river", "flood"], "note": "hold"},
    )
    found = read(xmp.packet(description.describe(library.record(ident))), tmp_path)
    assert (found.caption, found.credit) == ("A bridge & <two> boats", "Ann Lee / Desk")
    assert {"river", "flood"} <= set(found.keywords) and not found.warnings
    assert ("photoshop:Instructions", "hold") in {(f.name, f.value) for f in found.fields}


def test_a_sidecar_holds_every_usage(library: Library) -> None:
    """Each article that ran the picture is there with the words that it printed."""
    record = used(library)
    packet = xmp.packet(description.describe(record)).decode()
    for usage in record.usages:
        if usage.status == "linked":
            words = usage.caption.text.replace("&", "&amp;")
            assert words.split("\n")[0] in packet


@pytest.mark.parametrize("name", ["xmp", "ninjs", "jsonld", "iiif"])
def test_no_text_breaks_a_format(library: Library, name: str, tmp_path: Path) -> None:
    """Markup, controls, lone surrogates and text that runs backwards come out as text that parses."""
    record = used(library)
    wild = replace(record, captions=(HOSTILE,), credit=HOSTILE, tags=(HOSTILE,), note=HOSTILE)
    data = b"".join(FORMATS[name].write([wild], BASE))
    if name == "xmp":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            found = read(archive.read(archive.namelist()[0]), tmp_path)
        assert found.caption.startswith("Ende ]]> <b>&amp;</b>") and not found.warnings
    else:
        json.loads(data)
        assert "Ende ]]> <b>&amp;</b>" in data.decode().replace("\\u003c", "<").replace('\\"', '"')


def test_names_of_files_are_unique_and_hold_no_folder(library: Library) -> None:
    """Two pictures of one name get a file each, and no name leads out of the folder it is written to."""
    record = used(library)
    twins = [
        replace(record, id=f"{n:016x}", image=replace(record.image, id=f"{n:016x}", paths=(path,)))
        for n, path in enumerate(("a/one.jpg", "b/ONE.jpg", "c\\..\\one.jpg", "..", "x/" + "n" * 300))
    ]
    names = [name for name, _ in export_files("xmp", twins)]
    assert len({name.casefold() for name in names}) == 5
    assert not any("/" in name or "\\" in name or name.startswith("..") or len(name) > 255 for name in names)


def test_ninjs_items_are_news_items(library: Library) -> None:
    """Each line is one item that this catalogue itself would know as ninjs: a picture with caption, rendition and articles."""
    items = [json.loads(line) for line in b"".join(library.export("ninjs", base=BASE + "/")).splitlines()]
    assert len(items) == len(list(library.ids()))
    assert all(is_item(item) and item["type"] == "picture" and item["uri"].startswith("urn:sha256:") for item in items)
    record = used(library)
    mine = next(i for i in items if record.image.sha256 in i["uri"])
    assert mine["renditions"][0]["href"] == f"{BASE}/api/v1/images/{record.id}/file"
    roles = {d["role"]: d["value"] for d in mine["descriptions"]}
    assert roles["caption"] == record.captions[0]
    printed = {d["value"] for a in mine["associations"] for d in a["descriptions"]}
    assert {u.caption.text for u in record.usages if u.status == "linked"} <= printed


def test_ninjs_places_have_longitude_first(library: Library) -> None:
    """GeoJSON turns around what metadata says as latitude and longitude."""
    record = used(library)
    placed = replace(record, image=replace(record.image, metadata=replace(record.image.metadata, gps=(52.5, 13.4))))
    item = ninjs.item(description.describe(placed), "")
    assert item["places"][0]["geoJSON"]["coordinates"] == [13.4, 52.5] and "href" not in item["renditions"][0]


def test_jsonld_keeps_words_with_their_article(library: Library) -> None:
    """A usage is a node of its own, with its article; no caption of an article is said of the photograph alone."""
    record = used(library)
    node = jsonld.node(description.describe(record), BASE)
    linked = [u for u in record.usages if u.status == "linked"]
    assert [w["caption"] for w in node["workExample"]] == [u.caption.text for u in linked]
    assert [w["associatedArticle"]["headline"] for w in node["workExample"] if u_title(w)] == [
        u.title for u in linked if u.title
    ]
    document = json.loads(b"".join(library.export("jsonld", base=BASE)))
    assert document["@context"] == "https://schema.org" and len(document["@graph"]) == len(list(library.ids()))


def u_title(work: dict[str, Any]) -> bool:
    """Whether the article of a usage has a headline."""
    return "headline" in work["associatedArticle"]


def test_a_manifest_has_what_iiif_asks_for(library: Library) -> None:
    """Every canvas has an http id of its own, whole sizes, a label, and its picture painted on all of it."""
    manifest = json.loads(b"".join(library.export("iiif", base=BASE)))
    assert manifest["@context"].startswith("http://iiif.io/api/presentation/3") and manifest["type"] == "Manifest"
    assert manifest["id"].startswith(BASE) and manifest["label"]
    ids = [canvas["id"] for canvas in manifest["items"]]
    assert len(set(ids)) == len(list(library.ids())) and all(i.startswith(f"{BASE}/images/") for i in ids)
    for canvas in manifest["items"]:
        painting = canvas["items"][0]["items"][0]
        assert painting["target"] == canvas["id"] and painting["motivation"] == "painting"
        assert (painting["body"]["width"], painting["body"]["height"]) == (canvas["width"], canvas["height"])
        assert painting["body"]["type"] == "Image" and canvas["label"]


def test_one_file_for_all_fills_no_folder() -> None:
    """A format that is one file is refused for a folder, with those that do."""
    with pytest.raises(UsageError, match="xmp, ninjs"):
        export_files("iiif", [])
