"""What a person should look at: findings made from links, matches, conflicts and metadata. Pure functions.

Ids come from what a finding is about, so that a decision on it survives every recomputation. The score orders the queue:
contradictions first, then links in doubt, duplicates, metadata, captions without picture, pictures without caption.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from .codec import facts_hash
from .model import Article, Caption, Conflict, Finding, FindingKind, Group, Image, Link, Match
from .resolve import DISMISS

#: Kind -> (lowest score, span of the score, what can be decided; the first is what is suggested).
KINDS: dict[FindingKind, tuple[float, float, tuple[str, ...]]] = {
    "conflict": (90, 10, ("confirm", "a-right", "b-right", "harmless")),
    "link": (60, 20, ("accept", "choose", "none", "reject", DISMISS)),
    "duplicate": (40, 10, ("same", "crop", "same-scene", "not-same")),
    "metadata": (30, 5, ("noted", "iptc", "xmp", "exif")),
    "caption-without-image": (20, 5, ("none", "link", DISMISS)),
    "image-without-caption": (10, 5, ("none", "link")),
}


def finding_id(kind: str, *subjects: str) -> str:
    """Return the id of the finding of this kind about these subjects, in this order: 16 hexadecimal digits."""
    return hashlib.sha256("\n".join((kind, *subjects)).encode()).hexdigest()[:16]


def _make(
    kind: FindingKind,
    key: Sequence[str],
    subjects: Sequence[str],
    worth: float,
    summary: str,
    facts: str,
    images: Iterable[str],
    articles: Iterable[str],
    detail: dict[str, object],
) -> Finding:
    low, span, actions = KINDS[kind]
    return Finding(
        id=finding_id(kind, *key),
        kind=kind,
        score=round(low + span * min(max(worth, 0.0), 1.0), 3),
        subjects=tuple(subjects),
        seen=facts,
        actions=actions,
        summary=summary,
        detail=detail,
        images=tuple(dict.fromkeys(images)),
        articles=tuple(dict.fromkeys(articles)),
    )


def caption_findings(article: Article, captions: Sequence[Caption], links: Sequence[Link]) -> list[Finding]:
    """Return the findings about an article's captions: links in doubt, and captions without any picture."""
    by_caption: dict[str, list[Link]] = {}
    for link in links:
        by_caption.setdefault(link.caption, []).append(link)
    found = []
    for caption in captions:
        if not caption.text:  # a credit printed alone: nothing to look a picture up by
            continue
        mine = sorted(by_caption.get(caption.id, []), key=lambda x: (-x.score, x.id))
        facts = facts_hash(caption.printed or caption.text, caption.credit)
        if not mine:
            found.append(
                _make("caption-without-image", [caption.id], [caption.id], caption.confidence,
                      "No picture was found for this caption.", facts, (), [article.id], {})
            )  # fmt: skip
        elif mine[0].band != "certain":
            images = [x.image for x in mine]
            detail: dict[str, object] = {
                "candidates": [{"image": x.image, "score": x.score, "band": x.band} for x in mine]
            }
            found.append(
                _make("link", [caption.id], [caption.id, *images], mine[0].score,
                      f"{mine[0].band.capitalize()}: is this the picture of the caption?", facts, images, [article.id], detail)
            )  # fmt: skip
    return found


def duplicate_findings(group: Group) -> list[Finding]:
    """Return one finding for each copy in a group: it and the group's best copy."""
    by_pair: dict[frozenset[str], Match] = {frozenset((m.a, m.b)): m for m in group.matches}
    found = []
    for image in group.images:
        match = by_pair.get(frozenset((group.best, image)))
        if image == group.best or match is None:
            continue
        pair = sorted((group.best, image))
        detail: dict[str, object] = {
            "relation": match.relation, "score": match.score, "best": group.best, "reasons": list(group.reasons)
        }  # fmt: skip
        summary = f"The same photograph, {match.relation}." if match.relation != "identical" else "Identical pictures."
        found.append(_make("duplicate", pair, pair, match.score, summary, facts_hash(pair), pair, (), detail))
    return found


def conflict_finding(
    conflict: Conflict, texts: tuple[str, str], images: Iterable[str], articles: Iterable[str]
) -> Finding:
    """Return the finding of two captions of one photograph that contradict each other."""
    pair = sorted((conflict.a, conflict.b))
    kinds = ", ".join(conflict.comparison.kinds) or "wording"
    return _make(
        "conflict", pair, [conflict.a, conflict.b, conflict.image], conflict.comparison.score or 0.5,
        f"One photograph, two captions that disagree: {kinds}.", facts_hash(*texts), images, articles,
        {"kinds": list(conflict.comparison.kinds), "relation": conflict.comparison.relation},
    )  # fmt: skip


def image_findings(image: Image, waits: bool) -> list[Finding]:
    """Return the findings about one picture alone: metadata at odds with itself, and no caption at all.

    ``waits`` says that a story shows the picture and that no caption is linked or proposed (:mod:`catalog.inferences.shown`).
    """
    found = []
    if image.metadata.disagreements:
        fields = list(dict.fromkeys(d.field for d in image.metadata.disagreements))
        found.append(
            _make("metadata", [image.id], [image.id], len(fields) / 4,
                  f"The file's own metadata disagree about {', '.join(fields)}.",
                  facts_hash(image.metadata.disagreements), [image.id], (), {"fields": fields})
        )  # fmt: skip
    if waits:
        found.append(
            _make("image-without-caption", [image.id], [image.id], 0.5, "No caption was found for this picture.",
                  facts_hash(image.sha256), [image.id], (), {})
        )  # fmt: skip
    return found
