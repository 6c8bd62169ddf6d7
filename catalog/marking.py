"""Captions by a person's word: a line that is one though nothing in the text tells it, and a "caption" that is none.

Pure functions. What was read stays as it was read: a marked caption is worked out from the article and the decision whenever the
article is linked, and a dismissed one is kept, but takes part in no link. Both come back as they were when the decision is undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from .later import later
from .model import Article, Caption, Decision, Evidence
from .resolve import DISMISS, MARK

if TYPE_CHECKING:
    from .captions import credit, ids, textlines
else:
    credit, ids, textlines = later(".captions.credit", ".captions.ids", ".captions.textlines")

ACTIONS = frozenset({MARK, DISMISS})
REASON = "a person said that it is a caption"
#: Share of a line's characters that must still stand, in order, for it to be the line that was marked in an earlier revision.
STILL = 0.75
#: Lines that are compared letter by letter when the marked one does not stand in the article any more.
MOST_COMPARED = 2_000


def is_marked(caption: Caption) -> bool:
    """Return whether a caption is one only because a person said so."""
    return any(r.name == REASON for r in caption.reasons)


def dismissed(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """Return the captions of which the last word, among effective decisions oldest first, is that they are none: id -> decision.

    Ids of their articles are among the keys too.
    """
    last = {s: d for d in decisions if d.action in ACTIONS for s in d.subjects}
    return {s: d for s, d in last.items() if d.action == DISMISS}


def articles_of(decisions: Iterable[Decision]) -> set[str]:
    """Return what decisions that mark or dismiss captions name: their articles, and the captions."""
    return {s for d in decisions if d.action in ACTIONS for s in d.subjects}


def line_of(article: Article, number: int) -> textlines.Block | None:
    """Return the line of an article's text that begins at line ``number`` (from 1), wrapped lines joined; None where none does."""
    return next((b for b in textlines.blocks(article.text) if b.line == number), None)


def caption_id(article: Article, block: textlines.Block) -> str:
    """Return the id that a line has as a caption: that which reading would give it."""
    words = " ".join(block.text.split())
    before = [b for b in textlines.blocks(article.text) if b.start < block.start]
    return ids.caption_id(article.id, words, sum(" ".join(b.text.split()) == words for b in before))


def with_marked(article: Article, captions: Sequence[Caption], decisions: Iterable[Decision]) -> list[Caption]:
    """Return the captions that reading found and those that effective decisions on the article mark, in order of their place.

    Marked captions among ``captions`` are worked out anew. A marked line that a later revision of the article prints with
    small changes is still that caption; one that is not printed any more is left out while it is not.
    """
    read = [c for c in captions if not is_marked(c)]
    known = {c.id for c in read}
    added: dict[str, Caption] = {}
    for decision in decisions:
        if decision.action != MARK or article.id not in decision.subjects:
            continue
        ident = next((s for s in decision.subjects if s != article.id), "")
        block = _standing(article, str(decision.values.get("text", "")), int(decision.values.get("line", 0)))
        if ident not in known and block is not None:
            added[ident] = _caption(ident, article, block, read)
    return sorted((*read, *added.values()), key=lambda c: (c.position, c.start, c.id))


def _standing(article: Article, words: str, line: int) -> textlines.Block | None:
    """The line that has these words now: the nearest to where it stood, else the most alike."""
    blocks = textlines.blocks(article.text)
    same = [b for b in blocks if b.text.split() == words.split()]
    if same:
        return min(same, key=lambda b: abs(b.line - line))
    best, share = None, STILL
    for block in sorted(blocks, key=lambda b: abs(b.line - line))[:MOST_COMPARED]:
        if not 0.5 < len(block.text) / max(len(words), 1) < 2:
            continue
        matcher = SequenceMatcher(None, words, block.text, autojunk=False)
        if matcher.real_quick_ratio() > share and matcher.quick_ratio() > share and (now := matcher.ratio()) > share:
            best, share = block, now
    return best


def _caption(ident: str, article: Article, block: textlines.Block, read: Sequence[Caption]) -> Caption:
    parts = credit.cut(block.text, article.language)
    made = Caption(
        id=ident,
        article=article.id,
        position=max((c.position for c in read if 0 <= c.start < block.start), default=0),
        text=parts.text,
        credit=parts.credit,
        printed=block.text,
        reasons=(Evidence(REASON, 10.0), *parts.reasons),
    )
    if article.kind != "plaintext":
        return replace(made, after=block.line - 1)  # The text is the readable story: its offsets are not the source's.
    at = (block.start + parts.credit_span[0], block.start + parts.credit_span[1]) if parts.credit else (-1, -1)
    return replace(
        made, start=block.start, end=block.end, line=block.line, credit_start=at[0], credit_end=at[1]
    )  # fmt: skip
