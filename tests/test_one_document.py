"""Pictures whose files were made from one document help each other: what ran with one is evidence for the other."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

from catalog.library import Library, open_library
from fixtures.packets import into_jpeg, xmp

CAPTION = "Skipper Marta Venn embraces her brother on the deck of the Grey Heron after the storm."
BODY = "The fleet came home on Thursday after the longest storm that the coast has seen in thirty years. " * 4
PAGE = """<html><head><title>Fleet</title></head><body><article><h1>Fleet returns to harbour</h1><p>{body}</p><figure>
<img src="0a1.jpg" width="640" height="480"><figcaption>{caption}</figcaption></figure><p>{body}</p></article></body></html>"""
ORIGIN = '<xmpMM:DerivedFrom rdf:parseType="Resource"><stRef:documentID>{}</stRef:documentID></xmpMM:DerivedFrom>'
OWN, OTHER = "xmp.did:0a0b0c0d-1111-4222-8333-444455556666", "xmp.did:ffffeeee-1111-4222-8333-444455556666"


def _jpeg(seed: int, packet: bytes) -> bytes:
    picture = Image.new("RGB", (320, 240), (seed * 67 % 256, 80, 120))
    for n in range(30):
        at = (seed * 131 + n * 71) % 290, (seed * 89 + n * 53) % 210
        ImageDraw.Draw(picture).ellipse((*at, at[0] + 25, at[1] + 18), fill=(n * 8, seed * 41 % 256, 240 - n * 7))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return into_jpeg(out.getvalue(), xmp=packet)


def _evidence(tmp_path: Path, derived: str) -> set[str]:
    """What speaks for the second picture, which looks like nothing known, when its file says what it was made from."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, n, packet in (
        (first, 1, xmp({"xmpMM:DocumentID": OWN})),
        (second, 2, xmp({}, ORIGIN.format(derived))),
    ):  # fmt: skip
        folder.mkdir()
        (folder / "0a1.jpg").write_bytes(_jpeg(n, packet))
    (first / "page.html").write_text(PAGE.format(body=BODY, caption=CAPTION))
    (second / "story.txt").write_text(f"The fleet returns\n\n{BODY}\n\n{CAPTION}\n\n{BODY}\n")
    with open_library(tmp_path / "cat") as library:
        for folder in (first, second):
            list(library.import_([folder], workers=1))
        return _names(library)


def _names(library: Library) -> set[str]:
    records = [r for r in library.records() if "/second/" in r.image.paths[0]]
    return {e.name for u in records[0].usages for e in u.link.evidence}


def test_a_caption_known_for_the_original_is_evidence_for_what_was_made_from_it(tmp_path: Path) -> None:
    """A file that names the first one's document as its origin is taken for another form of it."""
    assert "known caption equal" in _evidence(tmp_path, OWN)


def test_another_document_is_no_evidence(tmp_path: Path) -> None:
    """A file made from something else is not."""
    assert "known caption equal" not in _evidence(tmp_path, OTHER)
