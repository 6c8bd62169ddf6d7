"""Pictures whose files were made from one document help each other: what ran with one is evidence for the other."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from catalog.catalogue import Catalogue
from catalog.codec import from_dict
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.sample import Sample
from catalog.images.worker import Prepared, Task, prepare
from catalog.inferences import documents, inferring
from catalog.library import Library, open_library
from catalog.model import Image as Picture
from catalog.model import Match
from catalog.stores import open_store
from fixtures.drawing import scene
from fixtures.packets import into_jpeg, xmp

CAPTION = "Skipper Marta Venn embraces her brother on the deck of the Grey Heron after the storm."
BODY = "The fleet came home on Thursday after the longest storm that the coast has seen in thirty years. " * 4
PAGE = """<html><head><title>Fleet</title></head><body><article><h1>Fleet returns to harbour</h1><p>{body}</p><figure>
<img src="0a1.jpg" width="640" height="480"><figcaption>{caption}</figcaption></figure><p>{body}</p></article></body></html>"""
ORIGIN = '<xmpMM:DerivedFrom rdf:parseType="Resource"><stRef:documentID>{}</stRef:documentID></xmpMM:DerivedFrom>'
OWN, OTHER = "xmp.did:0a0b0c0d-1111-4222-8333-444455556666", "xmp.did:ffffeeee-1111-4222-8333-444455556666"
INSTANCE, ROOT = "xmp.iid:1a1b1c1d-1111-4222-8333-444455556666", "xmp.did:77778888-1111-4222-8333-444455556666"


def _jpeg(seed: int, packet: bytes, quality: int = 75) -> bytes:
    picture = Image.new("RGB", (320, 240), (seed * 67 % 256, 80, 120))
    for n in range(30):
        at = (seed * 131 + n * 71) % 290, (seed * 89 + n * 53) % 210
        ImageDraw.Draw(picture).ellipse((*at, at[0] + 25, at[1] + 18), fill=(n * 8, seed * 41 % 256, 240 - n * 7))
    if not seed:
        picture = scene("forest", (320, 240), seed=3)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
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


class _Blind(DuplicateIndex):
    """An index that never nominates by looks."""

    def candidates(self, sample: Sample, limit: int = 0) -> list[str]:
        """Nobody."""
        return []


def _matches(tmp_path: Path, packets: dict[str, tuple[int, bytes, int]]) -> list[Match]:
    """The matches, by documents alone, of pictures given as name -> (what is drawn, packet, JPEG quality)."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, (seed, packet, quality) in packets.items():
        (folder / name).write_bytes(_jpeg(seed, packet, quality))
    with open_library(tmp_path / "cat") as library:
        list(library.import_([folder], workers=1))
        idents = [r.id for r in library.records()]
    store, index = open_store(str(tmp_path / "cat")), _Blind(tmp_path / "index")
    try:
        docs = [from_dict(doc, Picture) for doc in store.get_many("image", idents).values()]
        tasks = [prepare(Task(d.paths[0], file=d.paths[0])) for d in docs]
        index.add(inferring.sample(done) for done in tasks if isinstance(done, Prepared))
        assert not list(index.match_new(idents))
        return documents.matches(Catalogue(store), index, idents, [])
    finally:
        store.close()


@pytest.mark.parametrize("names", ["original", "parent's document", "parent's instance"])
def test_files_of_one_document_are_compared_though_looks_nominate_nobody(tmp_path: Path, names: str) -> None:
    """An id that both files name makes the pair a candidate, and stands as evidence on the match that the pixels give."""
    parent = xmp({"xmpMM:DocumentID": OWN, "xmpMM:InstanceID": INSTANCE, "xmpMM:OriginalDocumentID": ROOT})
    child = {
        "original": xmp({"xmpMM:DocumentID": OTHER, "xmpMM:OriginalDocumentID": ROOT}),
        "parent's document": xmp({"xmpMM:DocumentID": OTHER}, ORIGIN.format(OWN)),
        "parent's instance": xmp(
            {"xmpMM:DocumentID": OTHER}, ORIGIN.replace("documentID", "instanceID").format(INSTANCE)
        ),
    }[names]
    (match,) = _matches(tmp_path, {"a.jpg": (1, parent, 92), "b.jpg": (1, child, 40)})
    assert match.relation == "re-encoded"
    (said,) = [e for e in match.evidence if e.name == "same document"]
    shared = {"original": ROOT, "parent's document": OWN, "parent's instance": INSTANCE}[names]
    assert said.detail == f"both files name {shared}"


def test_one_document_never_makes_a_match_of_other_pixels(tmp_path: Path) -> None:
    """A template's id on two photographs joins nothing."""
    packet = xmp({"xmpMM:OriginalDocumentID": ROOT})
    assert _matches(tmp_path, {"a.jpg": (1, packet, 90), "b.jpg": (0, packet, 90)}) == []


def test_a_match_by_looks_names_the_document_too(tmp_path: Path) -> None:
    """In an ordinary import a match between files of one document says so; one between others does not."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(_jpeg(1, xmp({"xmpMM:DocumentID": OWN}), 92))
    (folder / "b.jpg").write_bytes(_jpeg(1, xmp({}, ORIGIN.format(OWN)), 40))
    (folder / "c.jpg").write_bytes(_jpeg(1, xmp({"xmpMM:DocumentID": OTHER}), 60))
    with open_library(tmp_path / "cat") as library:
        list(library.import_([folder], workers=1))
        records = {Path(r.image.paths[0]).name: r for r in library.records()}
        named = {
            m.id for r in records.values() for m in r.matches if any(e.name == "same document" for e in m.evidence)
        }
        assert len({m.id for r in records.values() for m in r.matches}) == 3
    assert named == {":".join(sorted((records["a.jpg"].id, records["b.jpg"].id)))}
