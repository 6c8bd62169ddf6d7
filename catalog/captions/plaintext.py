"""Captions in plain text: lines among the paragraphs, with nothing to mark them.

The first line is the headline (often printed twice); lines that name the author or the date are told; every other line is
scored (:mod:`.textscorer`) by how it looks, what it says and where it stands (:mod:`.textfeatures`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..model import Article, Caption, Extraction
from ..sources.base import Document
from .credit import cut
from .ids import article_id, caption_ids
from .textfeatures import Measure, Story, story, view
from .textkind import is_row, is_story
from .textlines import Block, blocks
from .textscorer import Judgement, scorer
from .textwords import guess_language

#: Blocks of one text that are looked at for captions; longer texts are no single story.
MOST_BLOCKS = 4_000
#: A longer block is a paragraph whatever else it is (characters).
LONGEST_CAPTION = 1_500
#: Texts of no more blocks are too short to be called a list or a log.
_FEW_BLOCKS = 3
_HEAD_LINES = 6
_HEADLINE_WORDS = 40

_BYLINE = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|text|texte|texto|testo|autor|автор|oleh|yazan)\s{0,3}:?\s{1,3}"
    r"((?:[^\W\d_][\w.'’-]{0,30}[\s,&]{1,3}){1,8}[^\W\d_][\w.'’-]{0,30})\s{0,3}[.,|]?",
    re.I,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar janvier enero gennaio januari",
            "february feb februar février febrero febbraio februari",
            "march mar märz mars marzo maart",
            "april apr avril abril aprile",
            "may mai mayo maggio maj mei",
            "june jun juni juin junio giugno",
            "july jul juli juillet julio luglio",
            "august aug août agosto augusti augustus",
            "september sep sept septembre septiembre settembre",
            "october oct oktober okt octobre octubre ottobre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre diciembre dicembre desember",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.)?\s(?:de\s)?([^\W\d_]{3,10})\.?,?\s(?:de\s)?((?:19|20)\d\d)(?!\d)"
)
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,10})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s((?:19|20)\d\d)(?!\d)")


class _Layout(NamedTuple):
    """The parts of a text: headline, author, date, and the blocks below the headline that may be captions."""

    title: str
    byline: str
    published: str
    body: list[Block]


class _Found(NamedTuple):
    block: Block
    judgement: Judgement


def read(document: Document) -> Extraction:
    """Return the article that a plain text holds and its captions, in the order in which they stand.

    ``confidence`` is the calibrated probability that the line is a caption; spans slice ``document.text`` exactly.
    """
    found = blocks(document.text)
    layout = _layout(found[:MOST_BLOCKS])
    told = story(layout.body, layout.title)
    is_told = is_story(told.views)
    chosen = list(_captions(layout, told)) if is_told else []
    ident = article_id(document.url, document.path)
    language = guess_language(document.text)
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
        title=layout.title,
        byline=layout.byline,
        published=layout.published,
        language=language,
        encoding=document.encoding,
        text=document.text,
        warnings=warnings,
    )
    ids = caption_ids(ident, [f.block.text for f in chosen])
    captions = [_caption(f, n, i, ident, language) for n, (f, i) in enumerate(zip(chosen, ids, strict=True))]
    return Extraction(article, tuple(captions))


def headline(found: Sequence[Block]) -> tuple[str, int]:
    """Return the headline and how many first blocks it takes: one, two where it is printed twice, none without one."""
    if not found:
        return "", 0
    first = view(found[0])
    if len(found) > 1 and found[1].text == found[0].text:
        return found[0].text, 2
    if first.width > _HEADLINE_WORDS or (first.prose and first.sentences > 1):
        return "", 0
    return found[0].text, 1


def _layout(found: Sequence[Block]) -> _Layout:
    title, used = headline(found)
    byline = published = ""
    body: list[Block] = []
    for i, block in enumerate(found[used:]):
        if i < _HEAD_LINES and len(block.text) <= 120:
            named, date = _author(block.text), _date(block.text)
            if (named and not byline) or (date and not published and len(block.text) <= 60):
                byline, published = byline or named, published or date
                continue
        body.append(block)
    return _Layout(title, byline, published, body)


def _captions(layout: _Layout, told: Story) -> Iterator[_Found]:
    judged = scorer().judge(Measure(told).lines())
    for block, judgement in zip(layout.body, judged, strict=True):
        repeated = block.text == layout.title
        if judgement.taken and not repeated and len(block.text) <= LONGEST_CAPTION and not is_row(block.text):
            yield _Found(block, judgement)


def _caption(found: _Found, position: int, ident: str, article: str, language: str) -> Caption:
    block = found.block
    parts = cut(block.text, language)
    has_credit = bool(parts.credit)
    return Caption(
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


def _author(text: str) -> str:
    match = _BYLINE.fullmatch(text)
    names = match.group(1).strip(" ,&") if match else ""
    words = names.split()
    return names if words and words[0][:1].isupper() and words[-1][:1].isupper() else ""


def _date(text: str) -> str:
    """The ISO date in a short line that is little else than a date, ``""`` otherwise."""
    for pattern, order in ((_ISO, (1, 2, 3)), (_DOTTED, (3, 2, 1)), (_DAY_FIRST, (3, 2, 1)), (_MONTH_FIRST, (3, 1, 2))):
        match = pattern.search(text)
        if not match or len(match.group()) * 3 < len(text):
            continue
        year, month, day = (match.group(g) for g in order)
        number = int(month) if month.isdigit() else _MONTHS.get(month.casefold(), 0)
        if 1 <= number <= 12 and 1 <= int(day) <= 31:
            return f"{year}-{number:02d}-{int(day):02d}"
    return ""
