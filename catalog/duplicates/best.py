"""Which copy of a photograph is the best one, by stated rules.

In this order: it shows the whole photograph, nothing is laid over it or changed, it has the most pixels, it is the least
compressed, its metadata say most, it was met first. A rule decides only where copies clearly differ by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..model import Image, Match, Metadata

#: Copies within this factor of the most pixels, of the most bytes per pixel, or of the best quality, count as equal.
_PIXELS_ALIKE, _BYTES_ALIKE, _QUALITY_ALIKE = 0.98, 0.9, 0.97
#: The quality of what is stored without loss; JPEG's end at 100, which is no equal of it.
_LOSSLESS = 104.0


def choose(
    members: Sequence[str], matches: Sequence[Match], images: Mapping[str, Image]
) -> tuple[str, tuple[str, ...]]:
    """Return the best of ``members`` and the rules that told it from the others, in users' words."""
    left = sorted(members)
    reasons: list[str] = []
    for rule in (_whole, _untouched, _pixels, _compression, _metadata):
        kept, reason = rule(left, matches, images)
        if kept and len(kept) < len(left):
            left = kept
            reasons.append(reason)
        if len(left) == 1:
            return left[0], tuple(reasons)
    first = min(left, key=lambda ident: (images[ident].imported if ident in images else "~", ident))
    return first, (*reasons, "met first among equal copies")


_Outcome = tuple[list[str], str]


def _whole(left: list[str], matches: Sequence[Match], images: Mapping[str, Image]) -> _Outcome:
    """Leave out crops of another copy, and collages and frames around one."""
    partial = set()
    for match in matches:
        if match.whole and match.a in left and match.b in left:
            part = match.b if match.whole == match.a else match.a
            # In a collage or a frame, the part is the photograph.
            partial.add(match.whole if match.relation in ("collage", "edited") else part)
    return [ident for ident in left if ident not in partial], "shows the whole photograph and nothing else"


def _untouched(left: list[str], matches: Sequence[Match], images: Mapping[str, Image]) -> _Outcome:
    """Leave out the copies that differ from most others by an edit (overlay, frame, tone)."""
    edits = dict.fromkeys(left, 0)
    for match in matches:
        if match.relation == "edited" and match.a in edits and match.b in edits:
            edits[match.a] += 1
            edits[match.b] += 1
    fewest = min(edits.values())
    if len(left) < 3 or fewest == max(edits.values()):
        return left, ""
    return [ident for ident in left if edits[ident] == fewest], "without overlay, frame or change of tone"


def _highest(left: list[str], value: Callable[[str], float], alike: float) -> list[str]:
    values = {ident: value(ident) for ident in left}
    best = max(values.values())
    return [ident for ident in left if values[ident] >= best * alike]


def _pixels(left: list[str], matches: Sequence[Match], images: Mapping[str, Image]) -> _Outcome:
    def area(ident: str) -> float:
        image = images.get(ident)
        return image.width * image.height if image else 0

    kept = _highest(left, area, _PIXELS_ALIKE)
    image = images.get(kept[0])
    return kept, f"most pixels ({image.width} × {image.height})" if image else "most pixels"


def _compression(left: list[str], matches: Sequence[Match], images: Mapping[str, Image]) -> _Outcome:
    known = {ident: quality for ident in left if ident in images and (quality := _quality(images[ident])) is not None}
    if len(known) < len(left) or all(quality == _LOSSLESS for quality in known.values()):
        kept = _highest(left, lambda i: _bytes_per_pixel(images.get(i)), _BYTES_ALIKE)
        return kept, "least compressed (bytes per pixel)"
    kept = _highest(left, lambda ident: known[ident], _QUALITY_ALIKE)
    best = max(known.values())
    return (
        kept,
        "least compressed (without loss)" if best == _LOSSLESS else f"least compressed (JPEG quality {best:.0f})",
    )


def _quality(image: Image) -> float | None:
    """JPEG quality, more than all of them for what is stored without loss; None where the format does not tell."""
    return _LOSSLESS if image.format.upper() in ("TIFF", "PNG", "BMP") else image.quality


def _bytes_per_pixel(image: Image | None) -> float:
    return image.size / max(1, image.width * image.height) if image else 0.0


def _metadata(left: list[str], matches: Sequence[Match], images: Mapping[str, Image]) -> _Outcome:
    kept = _highest(left, lambda i: _richness(images[i].metadata) if i in images else 0.0, 1.0)
    return kept, "richest metadata"


def _richness(metadata: Metadata) -> float:
    """How many of the fields that a desk asks for are filled; the rest only breaks ties."""
    asked = (
        metadata.caption, metadata.credit, metadata.byline, metadata.created, metadata.headline, metadata.copyright,
        metadata.city, metadata.country, metadata.persons, metadata.keywords, metadata.gps, metadata.camera,
    )  # fmt: skip
    return sum(1 for value in asked if value) + min(len(metadata.fields), 500) / 1000
