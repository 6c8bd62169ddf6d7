"""IPTC ninjs 3.0 (News in JSON): one item of type ``picture`` for each picture, the articles that ran it as associations."""

from __future__ import annotations

from typing import Any

from ..model import Usage
from .description import Description, clean, moment

_STANDARD = {"name": "ninjs", "version": "3.0", "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json"}


def item(d: Description, base: str) -> dict[str, Any]:
    """Return the ninjs item of one picture. ``base`` is where the catalogue is served; without it renditions are bare names."""
    m, image = d.metadata, d.record.image
    rendition = {
        "name": "main",
        "href": f"{base}/api/v1/images/{d.record.id}/file" if base else "",
        "contentType": d.media_type,
        "width": image.width,
        "height": image.height,
        "sizeInBytes": image.size,
        "originalFilename": d.file_name,
        "digest": f"sha256:{image.sha256}",
    }
    place = ", ".join(filter(None, (clean(m.location), clean(m.city), clean(m.state), clean(m.country))))
    return _filled(
        {
            "uri": d.uri,
            "type": "picture",
            "standard": _STANDARD,
            "representationType": "full",
            "firstCreated": moment(image.imported),
            "contentCreated": moment(m.created),
            "by": clean(m.byline),
            "headlines": [{"role": "main", "value": clean(m.headline)}] if clean(m.headline) else [],
            "descriptions": [
                *([{"role": "caption", "contentType": "text/plain", "value": d.caption}] if d.caption else []),
                *({"role": "alternative", "contentType": "text/plain", "value": other} for other in d.others),
                *([{"role": "creditline", "contentType": "text/plain", "value": d.credit}] if d.credit else []),
            ],
            "copyrightNotice": clean(m.copyright),
            "edNote": d.note,
            "people": [{"name": name} for name in map(clean, m.persons) if name],
            "places": [_filled({"name": place, "geoJSON": _point(m.gps)})] if place or m.gps else [],
            "subjects": [{"name": word} for word in d.keywords],
            "infoSources": [{"name": clean(m.source)}] if clean(m.source) else [],
            "renditions": [_filled(rendition)],
            "associations": [_article(usage) for usage in d.usages],
        }
    )


def _article(usage: Usage) -> dict[str, Any]:
    """The article that ran the picture, with the words it ran with."""
    return _filled(
        {
            "name": "usage",
            "uri": usage.url or f"urn:cutline:article:{usage.article}",
            "type": "text",
            "versionCreated": moment(usage.published),
            "headlines": [{"role": "main", "value": clean(usage.title)}] if clean(usage.title) else [],
            "descriptions": [
                {"role": role, "contentType": "text/plain", "value": words}
                for role, words in (("caption", clean(usage.caption.text)), ("creditline", clean(usage.caption.credit)))
                if words
            ],
            "infoSources": [{"name": clean(usage.publisher)}] if clean(usage.publisher) else [],
        }
    )


def _point(gps: tuple[float, float] | None) -> dict[str, Any] | None:
    """A GeoJSON point: longitude first (RFC 7946, 3.1.1), where metadata says latitude first."""
    return None if gps is None else {"type": "Point", "coordinates": [gps[1], gps[0]]}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}
