"""Makes a catalogue of any size for measurements: pictures, articles with captions, links, copies, and findings of each kind.

    python bench/archive.py 100000 FOLDER [--thumbs 400]

The words are those of bench/search.py (drawn by Zipf's law). Facts and inferences are written as an import writes them, so
that pages and decisions do all their work; only the originals are missing. The latest pictures get thumbnails of noise.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.search import rows
from catalog.catalogue import embedded_caption
from catalog.codec import to_dict
from catalog.conflicts import compare
from catalog.duplicates.groups import build
from catalog.findings import caption_findings, conflict_finding, duplicate_findings
from catalog.inferences.inferring import article_doc, image_doc
from catalog.library import Library, open_library
from catalog.model import (
    Article,
    Caption,
    Conflict,
    Evidence,
    Finding,
    Group,
    Image,
    Link,
    Match,
    Metadata,
)
from catalog.resolve import seen_token
from catalog.search.row import Row
from catalog.stores.base import Transaction

STEP = 900
STORY, PER_ARTICLE = 120, 3
#: Of a picture with two captions: what the file says, and what was printed.
SAID = " Three people stood beside it.", " Seven people stood beside it."


def _alike(members: list[Row]) -> list[Row]:
    """The pictures of a story; those that are marked as duplicates have the words of the first of them, as copies have."""
    first = next((r for r in members if "duplicate" in r.flags), members[0])
    return [replace(r, captions=first.captions, credit=first.credit) if "duplicate" in r.flags else r for r in members]


def _disagrees(row: Row) -> bool:
    return {"conflict", "linked"} <= row.flags


def _image(row: Row, draw: random.Random) -> Image:
    own = row.captions[0] if draw.random() < 0.5 else ""
    metadata = Metadata(
        caption=row.captions[0] + SAID[0] if _disagrees(row) else own, credit=row.credit, byline=row.bylines[0],
        created=row.date, city=row.places[0], persons=row.persons,
    )  # fmt: skip
    return Image(
        row.id, row.sha256, row.size, row.width, row.height, row.format.upper(), row.paths, quality=85, metadata=metadata,
        imported=row.imported,
    )  # fmt: skip


def _story(ident: str, members: list[Row]) -> tuple[Article, list[Caption]]:
    first = members[0]
    captions = []
    for n, row in enumerate(members):
        text = row.captions[0] + (SAID[1] if _disagrees(row) else "")
        captions.append(
            Caption(f"{ident}-{n}", ident, n, text, row.credit, f"{text} ({row.credit})", line=n + 2, picture=n,
                    confidence=0.95)
        )  # fmt: skip
    article = Article(
        ident, f"stories/{ident}/page.html", ident.ljust(64, "0"), "webpage", title=first.titles[0],
        byline=first.bylines[0], published=first.date, publisher=first.publishers[0], text=first.article,
        imported=first.imported,
    )  # fmt: skip
    return article, captions


def _link(caption: Caption, row: Row) -> Link | None:
    reasons = (Evidence("same figure", 4.1), Evidence("IPTC text agrees", 2.7), Evidence("order", 0.3))
    if "linked" in row.flags:
        return Link(f"{caption.id}:{row.id}", caption.id, row.id, caption.article, 0.97, "certain", reasons)
    if int(row.id[:2], 16) % 2:
        return Link(f"{caption.id}:{row.id}", caption.id, row.id, caption.article, 0.6, "unsure", reasons[2:])
    return None


def _copies(members: list[Row], images: dict[str, Image]) -> list[Group]:
    """The groups of the pictures of a story that are marked as duplicates."""
    idents = sorted(r.id for r in members if "duplicate" in r.flags)
    pairs = [(a, b) for i, a in enumerate(idents) for b in idents[i + 1 :]]
    return build(idents, [Match(f"{a}:{b}", a, b, "resized", 0.93) for a, b in pairs], frozenset(), images)


def _conflicts(
    captions: list[Caption], images: dict[str, Image], members: list[Row]
) -> Iterator[tuple[Conflict, Finding]]:
    for caption, row in zip(captions, members, strict=True):
        if _disagrees(row):
            one = embedded_caption(images[row.id])
            said = compare(caption.text, one.text, a_credit=caption.credit, b_credit=one.credit)
            found = Conflict("|".join(sorted((caption.id, one.id))), caption.id, one.id, row.id, said, (row.id,))
            texts = f"{caption.text}\n{caption.credit}", f"{one.text}\n{one.credit}"
            yield found, conflict_finding(found, texts, (row.id,), (caption.article,))


def _put(change: Transaction, members: list[Row], draw: random.Random) -> None:
    ident = members[0].articles[0].rjust(16, "0")
    members = _alike(members)
    article, captions = _story(ident, members)
    images = {row.id: _image(row, draw) for row in members}
    change.put("article", ident, article_doc(article, captions))
    links = []
    for caption, row in zip(captions, members, strict=True):
        change.put("image", row.id, image_doc(images[row.id]))
        change.put("caption", caption.id, to_dict(caption))
        if link := _link(caption, row):
            links.append(link)
            change.put("link", link.id, to_dict(link))
    findings = caption_findings(article, captions, links)
    for group in _copies(members, images):
        findings += duplicate_findings(group)
        for match in group.matches:
            change.put("match", match.id, to_dict(match))
    for conflict, finding in _conflicts(captions, images, members):
        change.put("conflict", conflict.id, to_dict(conflict))
        findings.append(finding)
    for finding in findings:
        change.put("finding", finding.id, to_dict(replace(finding, seen=seen_token(finding.seen, ()))))


def fill(library: Library, pictures: int) -> None:
    """Put so many pictures, with all that belongs to them, into an empty catalogue."""
    draw = random.Random(5)
    made = rows(pictures, STORY)
    while block := list(islice(made, STEP)):
        change = Transaction()
        for at in range(0, len(block), PER_ARTICLE):
            _put(change, block[at : at + PER_ARTICLE], draw)
        library.store.commit(change)
    library.store.compact()


def thumbnails(library: Library, count: int) -> None:
    """Give the latest pictures thumbnails of noise, about as many bytes each as photographs have."""
    noise = np.random.default_rng(1)
    coarse = [Pillow.fromarray(noise.integers(0, 256, (27, 40, 3), dtype=np.uint8)) for _ in range(4)]
    idents = [hit.id for hit in library.search(limit=min(count, 500)).items]
    for size in (160, 320, 640, 1280):
        made = []
        for picture in coarse:
            out = io.BytesIO()
            picture.resize((size, size * 2 // 3), Pillow.Resampling.BICUBIC).save(out, "WEBP", quality=80)
            made.append(out.getvalue())
        for n, ident in enumerate(idents):
            library.media.keep_thumb(ident, size, made[n % len(made)])


def make(folder: Path, pictures: int, thumbs: int = 400) -> None:
    """Make a catalogue of so many pictures in a folder that has none."""
    begun = time.perf_counter()
    with open_library(folder) as library:
        fill(library, pictures)
        print(f"{pictures:,} pictures stored in {time.perf_counter() - begun:.0f} s", flush=True)
        begun = time.perf_counter()
        waiting = library.findings(limit=1).total
        print(f"indexed in {time.perf_counter() - begun:.0f} s, {waiting:,} findings wait", flush=True)
        thumbnails(library, thumbs)


def main() -> None:
    """Make a catalogue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--thumbs", type=int, default=400)
    options = parser.parse_args()
    if (options.folder / "catalogue.json").exists():
        raise SystemExit(f"There is a catalogue in {options.folder} already.")
    make(options.folder, options.pictures, options.thumbs)


if __name__ == "__main__":
    main()
