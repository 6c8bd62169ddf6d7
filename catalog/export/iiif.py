"""IIIF Presentation API 3.0: one manifest with a canvas for each picture, its caption, its credit and every usage as an annotation.

IIIF names things by http addresses, so a manifest belongs to the address at which the catalogue is served.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..codec import encode
from .description import Description, clean

#: Where ``cutline serve`` answers unless told otherwise.
LOCAL = "http://127.0.0.1:8000"
#: Width of the thumbnails that the manifest names (one of the sizes that are served).
_THUMB = 320


def write(descriptions: Iterable[Description], base: str) -> Iterator[bytes]:
    """Yield one manifest. ``base`` is where the catalogue is served; :data:`LOCAL` when it is empty."""
    base = base or LOCAL
    head = {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": f"{base}/export?format=iiif",
        "type": "Manifest",
        "label": {"en": ["Pictures of a Cutline catalogue"]},
    }
    yield encode(head)[:-1] + b',"items":['
    for n, d in enumerate(descriptions):
        yield (b",\n" if n else b"\n") + encode(canvas(d, base))
    yield b"\n]}\n"


def canvas(d: Description, base: str) -> dict[str, Any]:
    """Return the canvas of one picture: as large as the picture, painted with its original."""
    image = d.record.image
    here = f"{base}/images/{d.record.id}"
    files = f"{base}/api/v1/images/{d.record.id}"
    body = {
        "id": f"{files}/file",
        "type": "Image",
        "format": d.media_type,
        "width": image.width,
        "height": image.height,
    }
    painting = {
        "id": f"{here}#painting",
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": here,
    }
    found: dict[str, Any] = {
        "id": here,
        "type": "Canvas",
        "label": {"none": [d.file_name]},
        # A canvas has whole units, at least one of each (IIIF Presentation 3.0, height and width).
        "width": max(1, image.width),
        "height": max(1, image.height),
        "thumbnail": [{"id": f"{files}/thumb?size={_THUMB}", "type": "Image", "format": "image/webp"}],
        "items": [{"id": f"{here}#page", "type": "AnnotationPage", "items": [painting]}],
    }
    if d.caption:
        found["summary"] = {"none": [d.caption]}
    if d.credit:
        found["requiredStatement"] = {"label": {"en": ["Credit"]}, "value": {"none": [d.credit]}}
    pairs = [pair for pair in _metadata(d) if pair[1]]
    if pairs:
        found["metadata"] = [{"label": {"en": [name]}, "value": {"none": values}} for name, values in pairs]
    if d.usages:
        found["annotations"] = [_usages(d, here)]
    return found


def _metadata(d: Description) -> Iterator[tuple[str, list[str]]]:
    m = d.metadata
    yield "Headline", [v for v in (clean(m.headline),) if v]
    yield "By", [v for v in (clean(m.byline),) if v]
    yield "Taken", [v for v in (m.created,) if v]
    yield "Place", [v for v in (", ".join(filter(None, map(clean, (m.location, m.city, m.state, m.country)))),) if v]
    yield "Shown", [v for v in map(clean, m.persons) if v]
    yield "Keywords", list(d.keywords)
    yield "Copyright", [v for v in (clean(m.copyright),) if v]


def _usages(d: Description, here: str) -> dict[str, Any]:
    """What each article printed with the picture, as comments on the whole canvas."""
    items = [
        {
            "id": f"{here}#usage-{usage.caption.id}",
            "type": "Annotation",
            "motivation": "commenting",
            "body": {
                "type": "TextualBody",
                "format": "text/plain",
                "value": clean(
                    "\n".join(filter(None, (usage.caption.text, usage.caption.credit, usage.title, usage.url)))
                ),
            },
            "target": here,
        }
        for usage in d.usages
    ]
    return {"id": f"{here}#usages", "type": "AnnotationPage", "items": items}
