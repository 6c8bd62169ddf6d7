"""Which caption belongs to which picture, how sure that is, and why.

Pure functions on facts. :func:`link` judges a short list of pairs (:mod:`.selection`) by named, weighted evidence
(:mod:`.evidence`, ``weights.tsv``), lets captions and pictures compete (:mod:`.assignment`) and abstains where nothing
but chance is left (:mod:`.calibration`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..captions import films
from ..model import Article, Band, Caption, Evidence, Link
from . import assignment, calibration
from .candidates import Candidate, Folder, Known, Scope
from .evidence import Scene, judge
from .overlooked import is_overlooked, is_prose, with_overlooked
from .selection import PER_CAPTION, Shortlist, choose
from .tokens import words
from .views import same_words, story_pictures

__all__ = [
    "Candidate",
    "Folder",
    "Known",
    "Orphans",
    "Scope",
    "Shortlist",
    "is_overlooked",
    "link",
    "orphans",
    "shortlist",
    "story_pictures",
    "with_overlooked",
    "words",
]

FLOOR = 0.05
"""Links of a lower score are not kept."""
ALTERNATIVES = 4
"""Links kept for one caption besides the best."""

PROVEN = 2.0
"""Log-odds that evidence for a picture adds to a line of plain text being a caption."""

DOUBTED = 0.6
"""Words of a page that are not three to two a caption: a link of them says no more than that, however sure their picture is."""


def link(article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate]) -> list[Link]:
    """Return the links worth keeping: for each caption its best picture and a few alternatives, best first.

    The result does not depend on the order of ``candidates``. A caption for which nothing speaks gets none.
    """
    scene = Scene.of(article, captions, candidates)
    pieces = {(c, p): judge(scene, scene.captions[c], scene.pictures[p]) for c, p in choose(scene).pairs}
    scores = {pair: calibration.log_odds(e) for pair, e in pieces.items() if any(map(calibration.favours, e))}
    groups = same_words(scene.captions)
    taken = {(groups[c], p) for c, p in assignment.assign(scores)}
    rivals = assignment.rivals(scores, groups)
    found: dict[int, list[Link]] = {}
    for c, p in sorted(scores):
        others = [scores[r] for r in rivals[c, p]]
        verdict = calibration.verdict(
            pieces[c, p], scores[c, p], others, _trust(article, scene.captions[c].caption, pieces[c, p])
        )
        if verdict.score < FLOOR:
            continue
        band = verdict.band if (groups[c], p) in taken else "unsure"
        found.setdefault(c, []).append(_link(article, scene, (c, p), verdict.score, band, pieces[c, p]))
    return [x for links in found.values() for x in sorted(links, key=lambda x: (-x.score, x.id))[: ALTERNATIVES + 1]]


def _trust(article: Article, caption: Caption, pieces: tuple[Evidence, ...]) -> float:
    """How far a link may be believed, given that what was read may be no caption at all.

    A file that says the very same words proves it one, unless it is a sentence of the story; other evidence makes a line of
    plain text likelier (:data:`PROVEN`), and leaves words of a page as doubtful as they were (:data:`DOUBTED`, and whatever
    stands beside a film), for teasers stand with pictures too.
    """
    if is_prose(caption):
        return min(caption.confidence, calibration.CERTAIN - 0.01)
    if any(e.name in ("embedded caption equal", "known caption equal") for e in pieces):
        return 1.0
    if article.kind != "plaintext":
        is_sure = caption.confidence >= DOUBTED and all(r.name != films.BESIDE for r in caption.reasons)
        return 1.0 if is_sure else caption.confidence
    if is_overlooked(caption):
        return min(caption.confidence, calibration.CERTAIN - 0.01)
    return calibration.shifted(caption.confidence, PROVEN)


def _link(
    article: Article, scene: Scene, pair: tuple[int, int], score: float, band: Band, pieces: tuple[Evidence, ...]
) -> Link:
    caption, image = scene.captions[pair[0]].caption.id, scene.pictures[pair[1]].image.id
    return Link(f"{caption}:{image}", caption, image, article.id, round(score, 4), band, pieces)


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
    """Return what stayed alone: captions without any link; pictures of the story, or beside its text, without any."""
    linked = {x.caption for x in links}
    used = {x.image for x in links}
    return Orphans(
        tuple(c.id for c in captions if c.id not in linked),
        tuple(i for i in story_pictures(article, candidates) if i not in used),
    )
