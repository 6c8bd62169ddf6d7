"""JSON-LD in the words of schema.org: an ``ImageObject`` for each picture and, as its work examples, each usage of it.

A usage is an ``ImageObject`` of its own (caption, credit, article), so that the words of one article are never taken for those of
another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..codec import encode
from ..model import Usage
from .description import Description, clean


def write(descriptions: Iterable[Description], base: str) -> Iterator[bytes]:
    """Yield one JSON-LD document with a node for each picture."""
    yield b'{"@context":"https://schema.org","@graph":['
    for n, d in enumerate(descriptions):
        yield (b",\n" if n else b"\n") + encode(node(d, base))
    yield b"\n]}\n"


def node(d: Description, base: str) -> dict[str, Any]:
    """Return the node of one picture."""
    m, image = d.metadata, d.record.image
    place = ", ".join(filter(None, (clean(m.location), clean(m.city), clean(m.state), clean(m.country))))
    return _filled(
        {
            "@type": "ImageObject",
            "@id": d.uri,
            "identifier": d.record.id,
            "sha256": image.sha256,
            "name": d.file_name,
            "contentUrl": f"{base}/api/v1/images/{d.record.id}/file" if base else "",
            "url": f"{base}/images/{d.record.id}" if base else "",
            "encodingFormat": d.media_type,
            "contentSize": f"{image.size} B",
            "width": {"@type": "QuantitativeValue", "value": image.width, "unitCode": "E37"},
            "height": {"@type": "QuantitativeValue", "value": image.height, "unitCode": "E37"},
            "caption": d.caption,
            "headline": clean(m.headline),
            "creditText": d.credit,
            "creator": {"@type": "Person", "name": clean(m.byline)} if clean(m.byline) else None,
            "copyrightNotice": clean(m.copyright),
            "dateCreated": m.created,
            "contentLocation": _place(place, m.gps),
            "about": [{"@type": "Person", "name": name} for name in map(clean, m.persons) if name],
            "keywords": list(d.keywords),
            "digitalSourceType": clean(m.digital_source_type),
            "workExample": [_usage(usage) for usage in d.usages],
        }
    )


def _usage(usage: Usage) -> dict[str, Any]:
    article = _filled(
        {
            "@type": "NewsArticle",
            "@id": usage.url or f"urn:cutline:article:{usage.article}",
            "headline": clean(usage.title),
            "url": usage.url,
            "datePublished": usage.published,
            "publisher": {"@type": "Organization", "name": clean(usage.publisher)} if clean(usage.publisher) else None,
        }
    )
    return _filled(
        {
            "@type": "ImageObject",
            "@id": f"urn:cutline:caption:{usage.caption.id}",
            "caption": clean(usage.caption.text),
            "creditText": clean(usage.caption.credit),
            "associatedArticle": article,
        }
    )


def _place(name: str, gps: tuple[float, float] | None) -> dict[str, Any] | None:
    geo = None if gps is None else {"@type": "GeoCoordinates", "latitude": gps[0], "longitude": gps[1]}
    found = _filled({"name": name, "geo": geo})
    return {"@type": "Place", **found} if found else None


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}
