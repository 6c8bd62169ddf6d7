"""What a search index promises, and all of it that is done alike whichever engine answers.

:class:`~catalog.search.index.Index` keeps it with SQLite, beside an embedded catalogue, and
:class:`~catalog.search.postgres.PostgresIndex` for all who share a catalogue.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from ..errors import UsageError
from ..model import Finding
from . import cursors, facets, labels, queue, suggest
from .articles import Articles, Keeper
from .base import CAP, MAX_LIMIT, STATUSES, Numbers, Page, Queue
from .dialect import Session
from .nodes import Query
from .paging import Asked, asked
from .row import Row
from .writing import packed, unpack

#: An engine's connection.
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)
C_contra = TypeVar("C_contra", contravariant=True)


class Tables(Protocol[C_co]):
    """The tables of an index, and transactions on them."""

    def reading(self) -> AbstractContextManager[C_co]:
        """Hold one unchanging view of the index for several statements."""

    def writing(self) -> AbstractContextManager[C_co]:
        """Hold one transaction: committed as a whole, or not at all."""

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""

    def clear(self) -> None:
        """Empty the index."""

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the tables, one sentence each."""


class Writer(Protocol):
    """Puts and removes rows."""

    def apply(self, rows: Iterable[Row], removed: Iterable[str], position: int) -> None:
        """See :meth:`Facade.apply`."""


class Reader(Protocol[C_contra]):
    """Runs queries."""

    def page(self, connection: C_contra, asked: Asked) -> Page:
        """Return one page of pictures."""

    def count(self, connection: C_contra, query: Query, cap: int) -> tuple[int, bool]:
        """Return how many pictures a query selects, up to ``cap``, and whether there are more."""

    def block(self, connection: C_contra, query: Query, before: int) -> tuple[list[str], int]:
        """Return the ids of the newest pictures that a query selects, of those numbered below ``before``, and the number below
        which the next ones are: 0 when there are none."""

    def pictures(self, connection: C_contra, query: Query) -> queue.Selection:
        """Return the pictures that a query selects, as the queue of findings asks for them."""


class Facade(ABC, Generic[C]):
    """Rows of pictures and a queue of findings, derived from a store and level with it up to :meth:`position`.

    Every engine gives the same ids in the same order, the same counts and the same facets for a query. Safe to use from several
    threads and processes; readers see whole transactions, also while another process writes.
    """

    def __init__(self, tables: Tables[C], writer: Writer, reader: Reader[C], articles: Keeper[C]) -> None:
        self._tables, self._writer, self._reader, self._articles = tables, writer, reader, articles

    # ---- what each engine has of its own

    @abstractmethod
    def close(self) -> None:
        """Release what is held open."""

    @abstractmethod
    def filling(self) -> AbstractContextManager[None]:
        """Hold while bringing the index level with the store: of all who share an index, one does at a time. Raises Locked."""

    @abstractmethod
    def optimize(self) -> None:
        """Tidy up after a large import, where that makes questions quicker."""

    @abstractmethod
    def _session(self, connection: C) -> Session:
        """The transaction on a connection that takes shared statements."""

    @abstractmethod
    def _docs(self, connection: C, idents: Sequence[str]) -> Iterable[bytes]:
        """The rows with these ids as they are kept, in any order."""

    @abstractmethod
    def _totals(self, connection: C) -> tuple[int, int]:
        """How many pictures there are, and the bytes of their originals."""

    @abstractmethod
    def _vocabulary(self, connection: C) -> suggest.Vocabulary:
        """The words of the index."""

    @contextmanager
    def _asking(self) -> Iterator[Session]:
        with self._tables.reading() as connection:
            yield self._session(connection)

    # ---- filling

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""
        return self._tables.position()

    def apply(self, rows: Iterable[Row], removed_ids: Iterable[str], position: int) -> None:
        """Put rows (by their ids), remove others, and note the store's position; a negative one says "not filled yet".

        One transaction, visible as a whole, unless there are tens of thousands of rows: then the position comes last.
        """
        self._writer.apply(rows, removed_ids, position)

    def apply_findings(self, findings: Iterable[Finding], removed: Iterable[str]) -> None:
        """Add or replace findings, and remove others by id. One transaction."""
        with self._tables.writing() as connection:
            queue.put(self._session(connection), findings, removed)

    def apply_articles(self, rows: Sequence[Row], removed: Iterable[str]) -> None:
        """Add or replace rows of articles, and remove others by id. One transaction."""
        with self._tables.writing() as connection:
            self._articles.put(connection, rows, removed)

    def apply_labels(self, kind: str, words: Mapping[str, Sequence[str]]) -> None:
        """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""
        with self._tables.writing() as connection:
            labels.put(self._session(connection), kind, words)

    def clear(self) -> None:
        """Empty the index, so that it has to be filled again."""
        self._tables.clear()

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the index, one sentence each."""
        yield from self._tables.verify()

    def unlike(self, pictures: Sequence[Row], articles: Sequence[Row] = ()) -> list[str]:
        """Return the ids of those of these rows that the index does not keep just so."""
        with self._tables.reading() as connection:
            kept = set(self._docs(connection, [row.id for row in pictures]))
            kept.update(doc for _, _, doc in self._articles.held(connection, [row.id for row in articles]))
        return [row.id for row in (*pictures, *articles) if packed(row) not in kept]

    def miscounted(self, pictures: Counter[str], articles: Counter[str]) -> list[str]:
        """Return words that stand more or less often in the index than told: in what pictures and what articles are found by.

        Only an engine that keeps lists of words apart from the rows has an answer of its own.
        """
        return []

    # ---- pictures

    def search(
        self,
        query: Query,
        *,
        sort: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        """Return one page of pictures. ``sort`` goes before the query's own order.

        Raises UsageError for a bad sort, limit, cursor or facet.
        """
        page = asked(query, sort, limit, cursor, facets)
        with self._tables.reading() as connection:
            return self._reader.page(connection, page)

    def count(self, query: Query, cap: int = CAP) -> tuple[int, bool]:
        """Return how many pictures a query selects, counted up to ``cap``, and whether there are more."""
        with self._tables.reading() as connection:
            return self._reader.count(connection, query, cap)

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""
        before = 1 << 62
        while before:
            with self._tables.reading() as connection:
                block, before = self._reader.block(connection, query, before)
            yield from block

    def rows(self, idents: Sequence[str]) -> dict[str, Row]:
        """Return the rows of those pictures that are there."""
        with self._tables.reading() as connection:
            return {row.id: row for row in map(unpack, self._docs(connection, idents))}

    # ---- articles

    def articles(
        self, query: Query, *, sort: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Articles:
        """Return one page of articles, newest first unless ``sort`` or the query says ``date``.

        Raises UsageError for a bad sort, limit or cursor.
        """
        with self._tables.reading() as connection:
            return self._articles.page(connection, query, sort, limit, cursor)

    # ---- words

    def suggest_words(self, word: str, limit: int = 5) -> list[str]:
        """Return words of the catalogue that ``word`` may be a misspelling of, best first; in folded form."""
        with self._tables.reading() as connection:
            return suggest.suggest_words(self._vocabulary(connection), word, limit)

    def did_you_mean(self, query: Query) -> Query | None:
        """Return ``query`` with unknown words replaced by known ones that look alike, ``None`` when there is nothing to offer."""
        with self._tables.reading() as connection:
            return suggest.did_you_mean(self._vocabulary(connection), query)

    def complete(self, prefix: str, field: str, limit: int = 10) -> list[tuple[str, int]]:
        """Return values of a facet that begin with ``prefix`` (or have a word that does) with their counts, most first."""
        with self._asking() as session:
            return facets.complete(session, prefix, field, limit)

    def numbers(self) -> Numbers:
        """Return what the catalogue holds."""
        with self._tables.reading() as connection:
            images, size = self._totals(connection)
            session = self._session(connection)
            counted = facets.count_all(session, ("year", "format"))
            waiting = queue.kinds(session, "open")
        years, formats = ({c.value: c.count for c in counted[name]} for name in ("year", "format"))
        return Numbers(images, size, years, formats, waiting)

    def tallies(self, kind: str) -> dict[str, int]:
        """Return how many documents of ``kind`` are counted under each word (see :meth:`apply_labels`), most first."""
        with self._asking() as session:
            return labels.tallies(session, kind)

    # ---- findings

    def findings(
        self,
        kind: str = "",
        query: Query | None = None,
        *,
        status: str = "open",
        cursor: str | None = None,
        limit: int = 50,
    ) -> Queue:
        """Return one page of the queue in order of worth, of the pictures that ``query`` selects.

        A finding belongs to a query by any of its pictures, or by a picture that ran in one of its articles; one about no
        picture also by its article itself.
        Raises UsageError for a bad status, cursor or limit.
        """
        if status not in STATUSES:
            raise UsageError(f"A finding is {', '.join(STATUSES)}, not “{status[:40]}”.", field="status")
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"A page has 1 to {MAX_LIMIT} findings, not {limit}.", field="limit")
        belongs = cursors.digest("findings", kind, status, str(query.node) if query else "")
        with self._tables.reading() as connection:
            selected = None
            if query is not None and not query.is_all:
                selected = queue.Selected(
                    self._reader.pictures(connection, query), self._articles.selected(connection, query)
                )
            return queue.page(self._session(connection), kind, status, selected, belongs, cursor, limit)

    def finding_kinds(self, status: str = "open") -> dict[str, int]:
        """Return how many findings of each kind there are, most first."""
        with self._asking() as session:
            return queue.kinds(session, status)


#: An index, whichever engine it has.
SearchIndex: TypeAlias = Facade[Any]
