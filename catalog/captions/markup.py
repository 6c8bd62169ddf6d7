"""Read a web page: the story, its pictures, and the captions printed with them.

parse -> story facts -> region of the story -> pictures there -> those of the story -> their captions, completed from the
page's data -> Extraction
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from ..model import Article, Caption, Evidence, Extraction, PictureRef
from ..sources.base import Document
from . import closing, embedded, films, selection
from . import pictures as pictures_
from . import region as region_
from . import story as story_
from .attributes import galleries, plain
from .creditwords import strip_marker
from .dom import MAX_CHARACTERS, Element, Page, parse, survey, tidy, words
from .holder import Found, from_text
from .ids import article_id, caption_ids
from .pictures import Picture
from .placement import Placer
from .spans import Locator
from .weighing import probability, weighed

#: Log-odds that the words which a page's data names as a picture's caption are printed as such.
DATA_WEIGHTS = {"json-ld": 1.5, "script-json": 1.5}
TOO_LARGE = "The page is too large: only its first part was read."

TOO_DEEP = "The page's elements are nested more than 2,048 deep: what follows the deepest was not read."


def read(document: Document) -> Extraction:
    """Return the (main) story of a page and its captions in document order. Never fails on any text."""
    return read_all(document)[0]


def read_all(document: Document) -> tuple[Extraction, ...]:
    """Return every whole story of a page, the main one first; at least one."""
    page = parse(document.text, document.utf8)
    facts = story_.read(page, document.url)
    main, others = region_.find_all(page, facts.title)
    found = [_extract(document, page, main, facts, article_id(facts.url, document.path))]
    for number, region in enumerate(others, start=1):
        own = story_.of_part(facts, region.container, words(region.heading) if region.heading is not None else "")
        ident = article_id(own.url, f"{document.path}!story-{number}")
        found.append(_extract(document, page, region, own, ident))
    return tuple(found)


def _extract(document: Document, page: Page, region: region_.Region, facts: story_.Story, ident: str) -> Extraction:
    address = facts.url or document.url
    # After the story's container no picture is its own, and only those in elements of their own tell which are stand-ins.
    showing, bearing = survey(region.elements, region.end)
    wanted = pictures_.collect(
        showing, bearing, region.order, address, lambda e: selection.in_story(region, e, address)
    )
    if drawn := list(_drawn(region, bearing, address)):
        wanted = sorted([*wanted, *(p for p, _ in drawn)], key=lambda p: p.place)
    chosen = selection.choose(region, pictures_.merge(wanted), address, facts.lead)
    known = (facts.publisher,) if len(facts.publisher) > 2 else ()
    printed = Placer(page, region, chosen, known).place()
    chosen, printed = _complete(page, facts, address, chosen, printed, known, [e for _, e in drawn])
    closing.complete(region, printed, min((p.place for p in chosen), default=0), known)
    for picture, found in zip(chosen, printed, strict=True):
        if found is not None:
            films.mark(picture, found, region.container)
    urls = [p.urls() for p in chosen]
    refs = tuple(
        PictureRef(n, u[0], u, p.alt, p.title, p.width, p.height)
        for n, (p, u) in enumerate(zip(chosen, urls, strict=True))
    )
    article = Article(
        id=ident,
        source=document.path,
        sha256=document.sha256,
        kind=document.kind,
        url=facts.url,
        title=facts.headline(),
        byline=facts.byline,
        published=facts.published,
        modified=facts.modified,
        language=facts.language,
        publisher=facts.publisher,
        encoding=document.encoding,
        text="\n".join(text for _, text in region.blocks),
        pictures=refs,
        warnings=(*document.warnings, *((TOO_LARGE,) if page.cut else ()), *((TOO_DEEP,) if page.too_deep else ())),
    )
    lines = [region.place(block) for block, _ in region.blocks]
    places = [_place(region, p, f) for p, f in zip(chosen, printed, strict=True)]
    after = [bisect_left(lines, place) if place >= 0 else -1 for place in places]
    return Extraction(
        article, tuple(_captions(ident, Locator(document.text[:MAX_CHARACTERS], page.utf8), refs, printed, after))
    )


def _place(region: region_.Region, picture: Picture, found: Found | None) -> int:
    """Where a picture's caption stands in the document order of the story's elements, -1 where that is not told.

    What only the page's data names has the page itself for its element, which is the first of all and no place.
    """
    stands = [e for e in (found.element if found else None, picture.element) if e is not None]
    return next((place for e in stands if (place := region.place(e)) > 0), -1)


def _captions(
    ident: str, locator: Locator, refs: tuple[PictureRef, ...], printed: list[Found | None], after: list[int]
) -> list[Caption]:
    """The captions of a story's pictures, with their places in the source and between the lines of the text."""
    held = [(n, f) for n, f in enumerate(printed) if f is not None and (f.text or f.credit)]
    captions = []
    for position, ((number, found), name) in enumerate(
        zip(held, caption_ids(ident, (f.printed for _, f in held)), strict=True)
    ):
        reasons = weighed(found.reasons)
        start, end = locator.find(found.element, found.printed)
        credit_start = locator.source.find(found.credit, start, end) if found.credit and start >= 0 else -1
        captions.append(
            Caption(
                id=name,
                article=ident,
                position=position,
                text=found.text,
                credit=found.credit,
                printed=found.printed,
                start=start,
                end=end,
                credit_start=credit_start,
                credit_end=credit_start + len(found.credit) if credit_start >= 0 else -1,
                line=locator.line(found.element, start),
                picture=number,
                image_url=refs[number].url,
                confidence=probability(sum(r.weight for r in reasons)),
                reasons=reasons,
                after=after[number],
            )
        )
    return captions


def _complete(
    page: Page,
    facts: story_.Story,
    address: str,
    chosen: list[Picture],
    printed: list[Found | None],
    known: tuple[str, ...],
    drawn: list[embedded.Entry],
) -> tuple[list[Picture], list[Found | None]]:
    """Fill captions and credits that only the page's data has; on a page without pictures, take them from there too."""
    if all(f is not None and f.credit for f in printed) and chosen:
        return chosen, printed
    entries = [*drawn, *embedded.from_jsonld(facts.nodes, address)]
    silent = [
        p.urls()[0].split("?", 1)[0].rsplit("/", 1)[-1] for p, f in zip(chosen, printed, strict=True) if f is None
    ]
    if not chosen or silent:
        entries += embedded.from_scripts(page, address, silent)
    if not chosen:
        chosen, printed = _from_data(page, [e for e in entries if e.caption], address)
    filled = [_fill(p, f, entries, known) for p, f in zip(chosen, printed, strict=True)]
    return chosen, filled


def _fill(picture: Picture, found: Found | None, entries: list[embedded.Entry], known: tuple[str, ...]) -> Found | None:
    if found is not None and found.credit:
        return found
    entry = next((e for e in entries if e.names & picture.names), None)
    if entry is None:
        return found
    reason = Evidence(entry.source, DATA_WEIGHTS[entry.source])
    if found is None:
        made = from_text(plain(entry.caption), None, reason, known)
        if (credit := _credit(entry)) and not made.credit:
            made.credit = credit
            made.printed = f"{made.printed} {entry.credit}".strip()
        return made if made.text or made.credit else None
    credit = _credit(entry) or from_text(plain(entry.caption), None, reason, known).credit
    if credit and credit != found.text:
        found.credit = credit
        found.reasons.append(Evidence("credit-data", 1.0, credit[:80]))
    return found


def _credit(entry: embedded.Entry) -> str:
    """An entry's credit without markup and markers."""
    text = tidy(plain(entry.credit))
    return text[slice(*strip_marker(text))]


def _drawn(region: region_.Region, bearing: list[Element], address: str) -> Iterator[tuple[Picture, embedded.Entry]]:
    """The captioned pictures of galleries that a script draws from an attribute of an element in the story."""
    for holder, value in galleries(bearing):
        if region.is_outside(holder) or region.is_doubtful(holder):
            continue
        for entry in embedded.from_value(value, address):
            picture = Picture(holder, region.order[holder], alt=entry.alt)
            for url in entry.urls:
                picture.add(url, address)
            if entry.caption and picture.urls():
                yield picture, entry


def _from_data(page: Page, entries: list[embedded.Entry], address: str) -> tuple[list[Picture], list[Found | None]]:
    """The pictures that only the page's data names, those with a caption."""
    made: list[Picture] = []
    for entry in entries:
        picture = Picture(page.root, len(made), alt=entry.alt)
        for url in entry.urls:
            picture.add(url, address)
        if picture.urls():
            made.append(picture)
    merged = pictures_.merge(made)
    return merged, [None] * len(merged)
