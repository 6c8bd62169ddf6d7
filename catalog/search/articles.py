"""Articles as searching sees them: rows of a second kind beside those of pictures, found by the same queries.

An article's row has the fields of a picture's (:class:`~catalog.search.row.Row`); what only a picture has is empty, so that
nothing holds of it that asks for a width or for what looks like something. Each engine keeps them in tables of their own:
a search for pictures never meets them. They are in order of their day, newest first, numbered as pictures are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import UsageError
from ..model import Article, Caption
from . import cursors
from .base import CAP, MAX_LIMIT, Found
from .nodes import All, And, Node, Not, Number, Or, Query, Similar
from .queue import Params, Selection
from .row import Row, distinct, name_of
from .snippets import snippets
from .values import day_of
from .writing import unpack

#: How much of an article's text it is found by.
MOST_CHARS = 20_000
SORTS = ("-date", "date")
#: An engine's connection.
C = TypeVar("C")


def from_article(article: Article, captions: Sequence[Caption], *, hidden: bool = False) -> Row:
    """Return the row of an article and its captions, those that are no more than a credit too."""
    return Row(
        id=article.id,
        sha256=article.sha256,
        paths=(article.source,),
        filenames=distinct([name_of(article.source)]),
        captions=distinct(c.text for c in captions),
        credits=distinct(c.credit for c in captions),
        bylines=distinct([article.byline]),
        titles=distinct([article.title]),
        article=article.text[:MOST_CHARS],
        publishers=distinct([article.publisher]),
        kinds=distinct([article.kind]),
        language=article.language,
        date=article.published[:10] if day_of(article.published) else "",
        imported=article.imported,
        articles=(article.id,),
        flags=frozenset({"hidden"} if hidden else ()),
    )


@dataclass(frozen=True, slots=True)
class Articles:
    """One page of articles. ``capped`` says that there are more than ``total``; ``next`` is the next page's cursor."""

    hits: tuple[Found, ...]
    total: int
    capped: bool = False
    next: str | None = None


class Keeper(ABC, Generic[C]):
    """What an engine does for rows of articles."""

    @abstractmethod
    def put(self, connection: C, rows: Sequence[Row], removed: Iterable[str]) -> None:
        """Put rows, and remove others by id; one that is there already as it is costs little."""

    @abstractmethod
    def held(self, connection: C, idents: Sequence[str]) -> list[tuple[str, int, bytes]]:
        """Return (id, row number, row as it is kept) of those of these articles that there are."""

    @abstractmethod
    def numbers(
        self, connection: C, query: Query, limit: int, *, after: int | None = None, down: bool = True
    ) -> list[tuple[int, str]]:
        """Return (row number, id) of the articles that a query selects, the newest or (not ``down``) the oldest first, at most so
        many, from behind a row number on."""

    @abstractmethod
    def count(self, connection: C, query: Query, most: int) -> int:
        """Return how many articles a query selects, counted up to ``most``."""

    @abstractmethod
    def docs(self, connection: C, rows: Sequence[int]) -> dict[int, bytes]:
        """Return rows as they are kept, by number."""

    @abstractmethod
    def condition(self, query: Query) -> tuple[str, Params]:
        """Return the query as a condition on ``@article i``."""

    def selected(self, connection: C, query: Query) -> Selection:
        """Return the articles that a query selects, as the queue of findings asks for them: their ids, or all as a condition."""

        def idents(most: int) -> list[object]:
            return [ident for _, ident in self.numbers(connection, query, most)]

        return Selection(idents, lambda: self.condition(query))

    def page(self, connection: C, query: Query, sort: str | None, limit: int, cursor: str | None) -> Articles:
        """Return one page of the articles that a query selects. Raises UsageError for a bad sort, limit or cursor."""
        order = sort or query.sort
        order = "-date" if order in ("", "relevance") else order
        if order not in SORTS:
            raise UsageError(f"Articles are in order of {' or '.join(SORTS)}, not of “{order[:40]}”.", field="sort")
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"A page has 1 to {MAX_LIMIT} articles, not {limit}.", field="limit")
        belongs = cursors.digest("articles", str(query.node), order)
        if cursor is None:
            after, count = None, self.count(connection, query, CAP + 1)
            total, capped = min(count, CAP), count > CAP
        else:
            at, _, total, capped = cursors.read(cursor, belongs, int, int)
            after = int(at)
        found = self.numbers(connection, query, limit + 1, after=after, down=order == "-date")
        shown = [n for n, _ in found[:limit]]
        docs = self.docs(connection, shown)
        hits = tuple(Found(row, snippets(row, query.words)) for row in (unpack(docs[n]) for n in shown))
        following = cursors.write(belongs, shown[-1], shown[-1], total, capped) if len(found) > limit else None
        return Articles(hits, total, capped, following)


def told_of_articles(node: Node) -> Node:
    """Return a tree with what it asks of sizes and of looks answered: an article has none."""
    match node:
        case Number(_, low, high):
            return All() if (low or 0) <= 0 and (high is None or high >= 0) else Not(All())
        case Similar():
            return Not(All())
        case Not(child):
            return Not(told_of_articles(child))
        case And(children):
            return And(tuple(map(told_of_articles, children)))
        case Or(children):
            return Or(tuple(map(told_of_articles, children)))
    return node
