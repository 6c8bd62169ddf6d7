"""Which caption belongs to which picture, how sure that is, and why.

Pure functions on facts. :func:`link` judges a short list of pairs (:mod:`.selection`) by named, weighted evidence
(:mod:`.evidence`, ``weights.tsv``), lets captions and pictures compete (:mod:`.assignment`) and abstains where nothing
but chance is left (:mod:`.calibration`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Article, Caption, Link
from . import assignment, calibration
from .candidates import Candidate, Folder, Known, Scope
from .evidence import Scene, judge
from .selection import PER_CAPTION, Shortlist, choose
from .tokens import words
from .views import same_words

__all__ = ["Candidate", "Folder", "Known", "Orphans", "Scope", "Shortlist", "link", "orphans", "shortlist", "words"]

FLOOR = 0.05
"""Links of a lower score are not kept."""
ALTERNATIVES = 4
"""Links kept for one caption besides the best."""


def link(article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate]) -> list[Link]:
    """Return the links worth keeping: for each caption its best picture and a few alternatives, best first.

    The result does not depend on the order of ``candidates``. A caption for which nothing speaks gets none.
    """
    scene = Scene.of(article, captions, candidates)
    pieces = {(c, p): judge(scene, scene.captions[c], scene.pictures[p]) for c, p in choose(scene).pairs}
    scores = {pair: calibration.log_odds(e) for pair, e in pieces.items() if any(map(calibration.favours, e))}
    groups = same_words(scene.captions)
    chosen = assignment.assign(scores)
    rivals = {pair: [scores[p] for p in others] for pair, others in assignment.rivals(scores, groups).items()}
    found: dict[int, list[Link]] = {}
    for pair in sorted(scores):
        words_, picture = scene.captions[pair[0]].caption, scene.pictures[pair[1]].image
        score = calibration.probability(scores[pair], rivals[pair])
        if score < FLOOR:
            continue
        band = calibration.band(pieces[pair], scores[pair], rivals[pair])
        if pair not in chosen and all(
            (r, pair[1]) not in chosen or groups[r] != groups[pair[0]] for r in range(len(groups))
        ):
            band = "unsure"
        new = Link(f"{words_.id}:{picture.id}", words_.id, picture.id, article.id, round(score, 4), band, pieces[pair])
        found.setdefault(pair[0], []).append(new)
    return [x for links in found.values() for x in sorted(links, key=lambda x: (-x.score, x.id))[: ALTERNATIVES + 1]]


def shortlist(
    article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate], limit: int = PER_CAPTION
) -> Shortlist:
    """Return the pairs that :func:`link` would judge, as (index of caption, index of candidate by image id)."""
    return choose(Scene.of(article, captions, candidates), limit)


@dataclass(frozen=True, slots=True)
class Orphans:
    """Ids of captions that have no picture, and of pictures of the document that have no caption."""

    captions: tuple[str, ...]
    images: tuple[str, ...]


def orphans(
    article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate], links: Sequence[Link]
) -> Orphans:
    """Return what stayed alone: captions without any link, and the document's or folder's pictures without any."""
    linked = {x.caption for x in links}
    used = {x.image for x in links}
    near = [c.image.id for c in candidates if c.scope != "catalogue"]
    return Orphans(
        tuple(c.id for c in captions if c.id not in linked),
        tuple(sorted(set(near) - used)),
    )
