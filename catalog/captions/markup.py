"""Read a web page: the story, its pictures, and the captions printed with them.

parse -> story facts -> region of the story -> pictures -> those of the story -> their captions -> Extraction
"""

from __future__ import annotations

import math

from ..model import Article, Caption, Extraction, PictureRef
from ..sources.base import Document
from . import pictures as pictures_
from . import placement, region, selection, story
from .dom import parse
from .ids import article_id, caption_ids
from .spans import Locator


def read(document: Document) -> Extraction:
    """Return the story of a page and its captions in document order. Never fails on any text."""
    page = parse(document.text)
    facts = story.read(page, document.url)
    where = region.find(page, facts.title)
    address = facts.url or document.url
    found = pictures_.merge(pictures_.collect(page, where.root, address, lambda e: selection.in_story(where, e, address)))
    known = tuple(n for n in (facts.publisher,) if len(n) > 2)
    chosen = selection.choose(where, found, address, facts.lead)
    printed = placement.Placer(page, where, chosen, known).place()
    ident = article_id(facts.url, document.path)
    refs = tuple(PictureRef(n, p.urls()[0], p.urls(), p.alt, p.title, p.width, p.height) for n, p in enumerate(chosen))
    locator = Locator(document.text)
    captions: list[Caption] = []
    held = [(n, f) for n, f in enumerate(printed) if f is not None and (f.text or f.credit)]
    for position, ((number, words), caption) in enumerate(zip(held, caption_ids(ident, (f.printed for _, f in held)))):
        start, end = locator.find(words.element, words.printed)
        captions.append(
            Caption(
                id=caption,
                article=ident,
                position=position,
                text=words.text,
                credit=words.credit,
                printed=words.printed,
                start=start,
                end=end,
                line=locator.line(words.element, start),
                picture=number,
                image_url=refs[number].url,
                confidence=_probability(sum(r.weight for r in words.reasons)),
                reasons=tuple(words.reasons),
            )
        )
    article = Article(
        id=ident,
        source=document.path,
        sha256=document.sha256,
        kind=document.kind,
        url=facts.url,
        title=facts.title,
        byline=facts.byline,
        published=facts.published,
        modified=facts.modified,
        language=facts.language,
        publisher=facts.publisher,
        encoding=document.encoding,
        text="\n".join(text for _, text in where.blocks),
        pictures=refs,
        warnings=(*document.warnings, *(("The page is too large: only its first part was read.",) if page.cut else ())),
    )
    return Extraction(article, tuple(captions))


def _probability(weight: float) -> float:
    return round(1 / (1 + math.exp(-max(-20.0, min(20.0, weight)))), 4)
