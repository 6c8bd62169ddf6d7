"""Searching as the doors see it: queries in, pages of hits and findings out. The index answers; nothing here scans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..catalogue import Catalogue
from ..errors import UsageError
from ..search import parse
from ..search.base import MAX_LIMIT, Found
from ..search.facade import SearchIndex
from ..search.facets import FACETS, term_of
from ..search.nodes import HAS, IS, SORTS, Query
from ..search.suggest import by_beginnings
from ..stores.base import Store
from ..views import ArticleHit, ArticlePage, FacetValue, FindingPage, Hit, Place, SearchPage, Snippet, Suggestion

_FIELDS = {
    "caption:": "words of a caption", "credit:": "agency or photographer",
    "byline:": "who wrote or took it", "title:": "article title",
    "article:": "words of the article", "place:": "place", "person:": "person shown", "tag:": "tag", "filename:": "file name",
    "format:": "jpeg, png, webp ...", "date:": "2017, 2017-03..2017-04, >=2017", "imported:": "today, a date or range",
    "width:": ">=1600", "height:": ">=900", "orientation:": "landscape, portrait, square", "colour:": "red, blue ...",
    "publisher:": "who published it", "similar:": "ID~8", "sort:": "date, -date, relevance ...",
}  # fmt: skip
_FLAGS = {"has": HAS, "missing": HAS, "is": IS, "sort": SORTS, "orientation": ("landscape", "portrait", "square")}
MAX_NAME = 80
#: Findings of a search that are gone through to tell the place of one; without a search, all are.
REACH = 2_000


def _hit(found: Found) -> Hit:
    row = found.row
    return Hit(
        id=row.id,
        sha256=row.sha256,
        paths=row.paths,
        width=row.width,
        height=row.height,
        format=row.format.upper(),
        captions=row.captions,
        credit=row.credit,
        tags=row.tags,
        note=row.note,
        date=row.date,
        flags=row.flags,
        copies=row.copies,
        language=row.language,
        snippets=tuple(Snippet(field, segments) for field, segments in found.snippets),
    )


def search(
    index: SearchIndex, text: str, *, sort: str | None, limit: int, cursor: str | None, facets: Sequence[str]
) -> SearchPage:
    """Return one page of pictures. Raises QueryError, and UsageError for a bad sort, limit, cursor or facet."""
    query = parse(text)
    page = index.search(query, sort=sort or None, limit=limit, cursor=cursor, facets=facets)
    # Words that an article has are spelt as meant, though no picture ran with them.
    unknown = page.total == 0 and index.articles(query, limit=1).total == 0
    better = _better(index, query, lambda q: index.search(q, limit=1).total) if unknown else ""
    notes = []
    if page.sampled > 1:
        notes.append(f"Counts beside are estimated from one picture in {page.sampled}.")
    if page.ranked:
        notes.append(f"The newest {page.ranked:,} are in order of relevance.")
    return SearchPage(
        items=tuple(map(_hit, page.hits)),
        total=page.total,
        capped=page.capped,
        next=page.next,
        facets={
            name: tuple(FacetValue(c.value, c.count, c.term) for c in counts) for name, counts in page.facets.items()
        },
        histogram=page.histogram,
        chips=tuple((term, str(rest)) for term, rest in query.chips()),
        query=str(query),
        did_you_mean=better,
        note=" ".join(notes),
    )


def articles(index: SearchIndex, text: str, *, sort: str | None, limit: int, cursor: str | None) -> ArticlePage:
    """Return one page of articles. Raises QueryError, and UsageError for a bad sort, limit or cursor."""
    query = parse(text)
    page = index.articles(query, sort=sort or None, limit=limit, cursor=cursor)
    better = _better(index, query, lambda q: index.articles(q, limit=1).total) if page.total == 0 else ""
    return ArticlePage(
        items=tuple(map(_article, page.hits)),
        total=page.total,
        capped=page.capped,
        next=page.next,
        chips=tuple((term, str(rest)) for term, rest in query.chips()),
        query=str(query),
        did_you_mean=better,
    )


def _better(index: SearchIndex, query: Query, count: Callable[[Query], int]) -> str:
    """Return the query to offer for one that finds nothing, "" for none: spelt anew, else for words that begin so."""
    if not query.words:
        return ""
    offers = (index.did_you_mean(query), by_beginnings(query))
    return next((str(offer) for offer in offers if offer is not None and count(offer)), "")


def _article(found: Found) -> ArticleHit:
    row = found.row
    return ArticleHit(
        id=row.id,
        title=next(iter(row.titles), ""),
        byline=next(iter(row.bylines), ""),
        publisher=next(iter(row.publishers), ""),
        published=row.date,
        language=row.language,
        kind=next(iter(row.kinds), ""),
        source=next(iter(row.paths), ""),
        captions=row.captions,
        snippets=tuple(Snippet(field, segments) for field, segments in found.snippets),
    )


def ids(index: SearchIndex, text: str, sort: str | None = None) -> Iterator[str]:
    """Return the ids of all pictures that a query selects, in the order in which :func:`search` pages through them.

    Raises QueryError at once, not when the first id is taken.
    """
    return _ids(index, parse(text), sort)


def _ids(index: SearchIndex, query: Query, sort: str | None) -> Iterator[str]:
    if not query.ranks and (sort or query.sort) in ("", "-date"):
        yield from index.ids(query)
        return
    cursor: str | None = None
    while True:
        page = index.search(query, sort=sort or None, limit=500, cursor=cursor)
        yield from page.ids
        cursor = page.next
        if cursor is None:
            return


def suggest(index: SearchIndex, saved: Mapping[str, str], text: str, limit: int) -> list[Suggestion]:
    """Return completions of the last word of ``text``: fields, their values, saved searches, words spelt alike."""
    head, _, last = text.rpartition(" ")
    head = f"{head} " if head else ""
    sign = "-" if last.startswith("-") else ""
    word = last.removeprefix("-")
    field, colon, value = word.partition(":")
    found: list[Suggestion] = []
    if colon:
        if field in _FLAGS:
            found += [
                Suggestion("value", f"{field}:{v}", f"{head}{sign}{field}:{v} ")
                for v in _FLAGS[field]
                if v.startswith(value)
            ]
        facet = {"date": "year"}.get(field, field)
        if facet in FACETS and field not in _FLAGS:
            found += [
                Suggestion("value", v, f"{head}{sign}{term_of(facet, v)} ", n)
                for v, n in index.complete(value.strip('"'), facet, limit)
            ]
    elif word:
        found += [
            Suggestion("saved", f"{name}: {query}", f"{query} ")
            for name, query in saved.items()
            if name.casefold().startswith(word.casefold())
        ]
        found += [
            Suggestion("field", f"{f} {about}", f"{head}{sign}{f}")
            for f, about in _FIELDS.items()
            if f.startswith(word)
        ]
        found += [
            Suggestion("field", f"{f}: {', '.join(v[:4])} ...", f"{head}{sign}{f}:")
            for f, v in _FLAGS.items()
            if f.startswith(word) and f"{f}:" not in _FIELDS
        ]
        for facet in ("credit", "place", "person", "publisher", "tag"):
            found += [
                Suggestion(facet, v, f"{head}{sign}{term_of(facet, v)} ", n) for v, n in index.complete(word, facet, 3)
            ]
        if not found:
            found += [Suggestion("word", w, f"{head}{sign}{w} ") for w in index.suggest_words(word)]
    else:
        found += [Suggestion("saved", f"{name}: {query}", f"{query} ") for name, query in saved.items()]
        found += [Suggestion("field", f"{f} {about}", f"{head}{sign}{f}") for f, about in _FIELDS.items()]
    return found[:limit]


def findings(
    index: SearchIndex, store: Store, kind: str, text: str, *, status: str, limit: int, cursor: str | None
) -> FindingPage:
    """Return one page of the queue, in order of worth. Raises QueryError, UsageError for a bad kind, status, limit or cursor."""
    from ..findings import KINDS

    if kind and kind not in KINDS:
        raise UsageError(
            f"There are no findings of kind “{kind[:40]}”: choose one of {', '.join(KINDS)}.", field="kind"
        )
    query = parse(text) if text.strip() else None
    page = index.findings(kind, query, status=status, cursor=cursor, limit=limit)
    cat = Catalogue(store)
    items = tuple(f for i in page.ids if (f := cat.finding(i)) is not None)
    return FindingPage(items, page.total, page.next, index.finding_kinds("open"))


def place(index: SearchIndex, finding: str, kind: str, text: str) -> Place:
    """Return where an open finding stands among those of ``kind`` that a query selects; of ``""``, which comes first.

    Only ids are read. Raises QueryError.
    """
    query = parse(text) if text.strip() else None
    page = index.findings(kind, query, limit=MAX_LIMIT if finding else 1)
    first, total, kinds = next(iter(page.ids), ""), page.total, tuple(index.finding_kinds("open").items())
    seen, before = 0, ""
    while finding:
        if finding in page.ids:
            n = page.ids.index(finding)
            before = page.ids[n - 1] if n else before
            later = page.ids[n + 1 : n + 2]
            if not later and page.next is not None:
                later = index.findings(kind, query, limit=1, cursor=page.next).ids
            return Place(seen + n + 1, total, before, next(iter(later), ""), kinds)
        seen, before = seen + len(page.ids), page.ids[-1] if page.ids else ""
        if page.next is None or (query is not None and seen >= REACH):
            break
        page = index.findings(kind, query, limit=MAX_LIMIT, cursor=page.next)
    return Place(0, total, "", first, kinds)


def check_saved(name: str, query: str) -> None:
    """Raise UsageError for a name that cannot be one, QueryError for a query that does not parse."""
    if not name.strip() or len(name) > MAX_NAME or any(ord(c) < 32 for c in name):
        raise UsageError(f"Name the search in 1 to {MAX_NAME} characters.", field="name")
    parse(query)
