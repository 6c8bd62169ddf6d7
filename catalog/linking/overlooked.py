"""Lines of a plain text that only a picture shows to be captions.

A caption in plain text may look like any other line. When a picture beside the article carries the same words inside, or
in its name, the line is its caption all the same. Every line that reading did not take for a caption competes for the
pictures here, with what it looks like as evidence of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..captions import credit, ids, textfeatures, textlines, textmasthead, textscorer
from ..model import Article, Caption, Evidence
from . import assignment, calibration
from .candidates import Candidate
from .evidence import Scene, judge
from .selection import choose
from .views import same_words

REASON = "a picture has these words"
"""The reason by which captions found here can be told from those that reading found."""
PROSE = "line looks like prose"
LEAST = 0.5
"""Probability from which a line becomes a caption."""
LONGEST = 800
"""Longer lines are prose whatever a picture says (characters)."""
MOST_LINES = 1000
_LOOKS = ((0.10, ""), (0.02, "line looks like little"), (0.0, PROSE))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text as a caption that it might be, and what its looks say for or against that."""

    caption: Caption
    looks: tuple[Evidence, ...]


def with_overlooked(
    article: Article, captions: Sequence[Caption], candidates: Sequence[Candidate]
) -> tuple[Caption, ...]:
    """Return the captions of an article and those that its pictures add, in order of their place.

    The captions that reading found come back as they were; an added one has the position of the caption before it.
    Captions that an earlier call added are judged again, and are gone when no picture speaks for them any more.
    Only plain text has such lines.
    """
    found = [c for c in captions if not is_overlooked(c)]
    near = [c for c in candidates if c.scope != "catalogue"]
    if article.kind != "plaintext" or not near:
        return tuple(found)
    known = {c.id for c in found}
    added = [
        replace(line, position=max((c.position for c in found if c.start < line.start), default=0))
        for line in _promoted(article, found, near)
        if line.id not in known
    ]
    return tuple(sorted((*found, *added), key=lambda c: (c.position, c.start)))


def is_overlooked(caption: Caption) -> bool:
    """Whether a caption was added by :func:`with_overlooked`."""
    return any(r.name == REASON for r in caption.reasons)


def is_prose(caption: Caption) -> bool:
    """Whether a caption added by :func:`with_overlooked` looks like a sentence of the story.

    A desk may have taken the picture's embedded caption from that very sentence, and printed none below the picture.
    """
    return is_overlooked(caption) and any(r.name == PROSE for r in caption.reasons)


def _promoted(article: Article, found: Sequence[Caption], candidates: Sequence[Candidate]) -> list[Caption]:
    lines = lines_of(article, found)
    looks = {line.caption.id: line.looks for line in lines}
    scene = Scene.of(article, [*found, *(line.caption for line in lines)], candidates)
    pieces = contest(scene, looks)
    scores = {pair: calibration.log_odds(e) for pair, e in pieces.items()}
    rivals = assignment.rivals(scores, same_words(scene.captions))
    added: dict[str, Caption] = {}
    for pair in sorted(scores, key=lambda p: (-scores[p], p)):
        caption = scene.captions[pair[0]].caption
        score = calibration.probability(scores[pair], [scores[p] for p in rivals[pair]])
        carried = any(calibration.favours(e) and not calibration.weights()[e.name].weak for e in pieces[pair])
        if caption.id in looks and score >= LEAST and carried:
            added.setdefault(caption.id, _as_caption(caption, article, score, pieces[pair]))
    return list(added.values())


def _as_caption(line: Caption, article: Article, score: float, pieces: Sequence[Evidence]) -> Caption:
    parts = credit.cut(line.printed, article.language)
    why = Evidence(REASON, round(calibration.log_odds(pieces), 2), pieces[0].name)
    at = (line.start + parts.credit_span[0], line.start + parts.credit_span[1]) if parts.credit else (-1, -1)
    return replace(
        line,
        text=parts.text,
        credit=parts.credit,
        credit_start=at[0],
        credit_end=at[1],
        confidence=round(score, 3),
        reasons=(why, *(e for e in pieces if e.name == PROSE), *parts.reasons),
    )


def contest(scene: Scene, looks: dict[str, tuple[Evidence, ...]]) -> dict[tuple[int, int], tuple[Evidence, ...]]:
    """All pairs for which something speaks, with the looks of lines as evidence; order means nothing among lines."""
    pieces = {}
    for c, p in choose(scene).pairs:
        words, picture = scene.captions[c], scene.pictures[p]
        found = tuple(e for e in judge(scene, words, picture) if e.name != "number order")
        if any(map(calibration.favours, found)):
            pieces[c, p] = found + looks.get(words.caption.id, ())
    return pieces


def lines_of(article: Article, found: Sequence[Caption]) -> list[Line]:
    """The lines below the head that are no captions yet, with their looks."""
    parts = textmasthead.layout(textlines.blocks(article.text))
    body = parts.body[:MOST_LINES]
    measure = textfeatures.Measure(textfeatures.story(body, parts.title))
    judged = textscorer.scorer().judge(measure.lines())
    taken = [(c.start, c.end) for c in found]
    lines = []
    for i, (block, ident) in enumerate(zip(body, ids.caption_ids(article.id, [b.text for b in body]), strict=True)):
        if len(block.text) > LONGEST or any(s < block.end and block.start < e for s, e in taken):
            continue
        probability = judged[i].probability
        name = next(n for least, n in _LOOKS if probability >= least)
        looks = (calibration.evidence(name, f"{probability:.2f}"),) if name else ()
        caption = Caption(ident, article.id, len(found) + i, block.text, printed=block.text, start=block.start,
                          end=block.end, line=block.line)  # fmt: skip
        lines.append(Line(caption, looks))
    return lines
