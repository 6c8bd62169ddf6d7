"""JSON Lines: one object per picture, or with everything one object per fact, inference and decision, each with its ``type``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..catalogue import Catalogue
from ..codec import encode, to_dict
from ..model import Record
from ..stores.base import DECISIONS, FACTS, Doc

_INFERRED = ("match", "conflict", "finding")


def record_line(record: Record) -> Doc:
    """Return a record as ``list``, ``search`` and the API show it."""
    image = record.image
    return {
        "id": record.id,
        "sha256": image.sha256,
        "paths": list(image.paths),
        "width": image.width,
        "height": image.height,
        "format": image.format,
        "size": image.size,
        "captions": list(record.captions),
        "credit": record.credit,
        "tags": list(record.tags),
        "note": record.note,
        "flags": sorted(record.flags),
        "created": image.metadata.created,
        "articles": [
            {
                "id": u.article,
                "title": u.title,
                "url": u.url,
                "published": u.published,
                "caption": u.caption.text,
                "status": u.status,
            }
            for u in record.usages
        ],
    }


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Yield one line for each record."""
    for record in records:
        yield encode(record_line(record)) + b"\n"


def everything(cat: Catalogue) -> Iterator[bytes]:
    """Yield the whole catalogue: facts, links with their status, other inferences, then decisions in order."""
    for kind in FACTS:
        for ident, doc in cat.store.iter(kind):
            yield _line(kind, ident, doc)
    for article in cat.store.ids("article"):
        links, statuses = cat.article_links(article)
        for link in sorted(links, key=lambda x: x.id):
            status, decided = statuses[link.id]
            yield _line("link", link.id, {**to_dict(link), "status": status, "decided": decided})
    for kind in _INFERRED:
        for ident, doc in cat.store.iter(kind):
            yield _line(kind, ident, doc)
    for kind in DECISIONS:
        for ident, doc in cat.store.iter(kind):
            yield _line(kind, ident, doc)


def _line(kind: str, ident: str, doc: Doc) -> bytes:
    return encode({"type": kind, **doc, "id": ident}) + b"\n"
