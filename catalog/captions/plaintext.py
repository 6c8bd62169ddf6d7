"""Captions in plain text: lines among the paragraphs, with nothing to mark them.

The first line is the headline (often printed twice); lines that name the author or the date are told; every other line is
scored (:mod:`.textscorer`) by how it looks, what it says and where it stands (:mod:`.textfeatures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ..model import Article, Caption, Evidence, Extraction
from ..sources.base import Document
from .credit import WEIGHTS, Cut
from .ids import article_id, caption_ids
from .textcredits import credit_of, names_only
from .textfeatures import Measure, Story, story
from .textkind import is_furniture, is_row, is_story, items
from .textlines import Block, blocks
from .textlisting import Listed, listed
from .textmasthead import Layout, layout
from .textscorer import Judgement, scorer
from .textwords import guess_language
from .weighing import probability

#: Blocks of one text that are looked at for captions; longer texts are no single story.
MOST_BLOCKS = 4_000
#: A longer block is a paragraph whatever else it is (characters).
LONGEST_CAPTION = 1_500
#: Texts of no more blocks are too short to be called a list or a log.
_FEW_BLOCKS = 3


class _Found(NamedTuple):
    """A line that is a caption, how it was judged and cut, and the line of its credit where that stands apart."""

    block: Block
    judgement: Judgement
    parts: Cut
    credit: Block | None = None


def read(document: Document) -> Extraction:
    """Return the article that a plain text holds and its captions, in the order in which they stand.

    ``confidence`` is the calibrated probability that the line is a caption; spans slice ``document.text`` exactly.
    """
    found = blocks(document.text)
    parts = layout(found[:MOST_BLOCKS])
    told = story(parts.body, parts.title)
    language = guess_language(document.text)
    chosen = _of_list(listed(found[:MOST_BLOCKS], language))
    is_told = bool(chosen) or is_story(told.views)
    if chosen and chosen[0].block.line <= found[0].line:
        # The first line is no headline, but a caption as the others are.
        parts = parts._replace(title="")
    elif is_told and not chosen:
        chosen = _captions(parts, told, language)
    ident = article_id(document.url, document.path)
    warnings = document.warnings
    if not is_told and len(found) > _FEW_BLOCKS:
        warnings = (*warnings, "reads like a list, log or code, not like a story: no captions were looked for")
    if len(found) > MOST_BLOCKS:
        warnings = (*warnings, f"only the first {MOST_BLOCKS} paragraphs were looked at for captions")
    article = Article(
        id=ident,
        source=document.path,
        sha256=document.sha256,
        kind=document.kind,
        url=document.url,
        title=parts.title,
        byline=parts.byline,
        published=parts.published,
        language=language,
        encoding=document.encoding,
        text=document.text,
        warnings=warnings,
    )
    ids = caption_ids(ident, [f.block.text for f in chosen])
    captions = [_caption(f, n, i, ident) for n, (f, i) in enumerate(zip(chosen, ids, strict=True))]
    return Extraction(article, tuple(captions))


def _of_list(lines: Sequence[Listed]) -> list[_Found]:
    return [
        _Found(e.block, Judgement(probability(sum(r.weight for r in e.reasons)), True, e.reasons), e.parts, e.credit)
        for e in lines
    ]


def _captions(parts: Layout, told: Story, language: str) -> list[_Found]:
    """The lines that are captions; one that is only a credit, or names alone, belongs to the caption right before it."""
    judged = scorer().judge(Measure(told).lines())
    found: list[_Found] = []
    last = None
    listed_items = items([b.text for b in parts.body])
    for i, (block, judgement) in enumerate(zip(parts.body, judged, strict=True)):
        before, last = last, None
        if before is None and not judgement.taken:
            continue
        cut = credit_of(block.text, language)
        is_names = not cut.credit and names_only(block.text)
        if before is not None and not before.parts.credit and (is_names or (cut.credit and not cut.text)):
            found[-1] = before._replace(credit=block)
            continue
        is_item = i in listed_items and not cut.credit
        if is_names or is_item or not judgement.taken or not _may_be_caption(block.text, parts.title):
            continue
        last = _Found(block, judgement, cut)
        found.append(last)
    return found


def _may_be_caption(text: str, title: str) -> bool:
    return text != title and len(text) <= LONGEST_CAPTION and not is_row(text) and not is_furniture(text)


def _caption(found: _Found, position: int, ident: str, article: str) -> Caption:
    block, parts = found.block, found.parts
    has_credit = bool(parts.credit)
    caption = Caption(
        id=ident,
        article=article,
        position=position,
        text=parts.text,
        credit=parts.credit,
        printed=block.text,
        start=block.start,
        end=block.end,
        credit_start=block.start + parts.credit_span[0] if has_credit else -1,
        credit_end=block.start + parts.credit_span[1] if has_credit else -1,
        line=block.line,
        confidence=round(found.judgement.probability, 3),
        reasons=(*found.judgement.reasons, *parts.reasons),
    )
    return caption if found.credit is None else _with_credit(caption, found.credit)


def _with_credit(caption: Caption, line: Block) -> Caption:
    """The caption with the credit that the line after it is."""
    parts = credit_of(line.text)
    words, (start, end) = (parts.credit, parts.credit_span) if parts.credit else (line.text, (0, len(line.text)))
    told = Evidence("credit-next-line", WEIGHTS["credit-whole"], words[:80])
    return replace(
        caption,
        credit=words,
        credit_start=line.start + start,
        credit_end=line.start + end,
        reasons=(*caption.reasons, told),
    )
