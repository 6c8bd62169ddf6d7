"""The search index of a catalogue: an SQLite file with full text, facets and the queue of findings. Derived, never precious.

It remembers the store's position that it shows; whoever commits brings it up to date. Readers see whole transactions,
also while another process writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from ..errors import UsageError
from ..model import Finding
from . import cursors, labels, queue, suggest
from .base import CAP, MAX_LIMIT, STATUSES, Numbers, Page, Queue
from .facets import count_all
from .nodes import Query
from .reading import Reader
from .row import Row
from .schema import Database
from .writing import Writer, unpack


class Index:
    """The index at ``path``; made when it is not there. Safe to use from several threads and processes.

    Raises Locked when another process writes for too long, Damaged when the file turns out damaged (it is replaced by
    an empty one when ``position`` is asked next), CatalogueUnusable when the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = Database(path)
        self._writer = Writer(self._database)
        self._reader = Reader(self._database)

    @classmethod
    def open(cls, path: str | Path) -> Index:
        """Return the index at ``path``. A file that is missing, damaged or of another version is replaced by an empty one."""
        return cls(Path(path))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # ---- filling

    def filling(self) -> AbstractContextManager[None]:
        """Hold nothing: each process fills its own file, or finds what another filled."""
        return nullcontext()

    @property
    def fresh(self) -> bool:
        """Whether the index has to be filled before it answers."""
        return self.position() is None

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""
        return self._database.position()

    def apply(self, rows: Iterable[Row], removed_ids: Iterable[str], position: int) -> None:
        """Put rows (by their ids), remove others, and note the store's position; a negative one says "not filled yet".

        One transaction, visible as a whole, unless there are tens of thousands of rows: then the position comes last.
        """
        self._writer.apply(rows, removed_ids, position)

    def apply_findings(self, findings: Iterable[Finding], removed: Iterable[str]) -> None:
        """Add or replace findings, and remove others by id. One transaction."""
        with self._database.writing() as connection:
            queue.put(connection, findings, removed)

    def apply_labels(self, kind: str, words: Mapping[str, Sequence[str]]) -> None:
        """Count documents of ``kind`` (by id) under these words instead of those before; under none when they are gone."""
        with self._database.writing() as connection:
            labels.put(connection, kind, words)

    def clear(self) -> None:
        """Empty the index, so that it has to be filled again."""
        self._database.clear()

    def optimize(self) -> None:
        """Merge the parts of the full-text index: worth its seconds after a large import."""
        with self._database.writing() as connection:
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._database.connection().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the index, one sentence each."""
        yield from self._database.verify()

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
        return self._reader.search(query, sort, limit, cursor, facets)

    def count(self, query: Query, cap: int = CAP) -> tuple[int, bool]:
        """Return how many pictures a query selects, counted up to ``cap``, and whether there are more."""
        return self._reader.count(query, cap)

    def ids(self, query: Query) -> Iterator[str]:
        """Yield the ids of all pictures that a query selects, newest first; stable while others write."""
        return self._reader.ids(query)

    def rows(self, idents: Sequence[str]) -> dict[str, Row]:
        """Return the rows of those pictures that are there."""
        sql = "SELECT p.doc FROM image i JOIN page p ON p.rowid = i.rowid WHERE i.id = ?"
        with self._database.reading() as connection:
            found = [connection.execute(sql, (ident,)).fetchone() for ident in idents]
        return {row.id: row for row in (unpack(doc) for (doc,) in filter(None, found))}

    # ---- words

    def suggest_words(self, word: str, limit: int = 5) -> list[str]:
        """Return words of the catalogue that ``word`` may be a misspelling of, best first; in folded form."""
        with self._database.reading() as connection:
            return suggest.suggest_words(suggest.Terms(connection), word, limit)

    def did_you_mean(self, query: Query) -> Query | None:
        """Return ``query`` with unknown words replaced by known ones that look alike, ``None`` when there is nothing to offer."""
        with self._database.reading() as connection:
            return suggest.did_you_mean(suggest.Terms(connection), query)

    def complete(self, prefix: str, field: str, limit: int = 10) -> list[tuple[str, int]]:
        """Return values of a facet that begin with ``prefix`` (or have a word that does) with their counts, most first."""
        with self._database.reading() as connection:
            return suggest.complete(connection, prefix, field, limit)

    def numbers(self) -> Numbers:
        """Return what the catalogue holds."""
        with self._database.reading() as connection:
            held = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('rows', 'bytes')"))
            facets = count_all(connection, ("year", "format"))
            waiting = queue.kinds(connection, "open")
        years, formats = ({c.value: c.count for c in facets[name]} for name in ("year", "format"))
        return Numbers(int(held["rows"]), int(held["bytes"]), years, formats, waiting)

    def tallies(self, kind: str) -> dict[str, int]:
        """Return how many documents of ``kind`` are counted under each word (see :meth:`apply_labels`), most first."""
        with self._database.reading() as connection:
            return labels.tallies(connection, kind)

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

        A finding belongs to a query by any of its pictures, or by a picture that ran in one of its articles.
        Raises UsageError for a bad status, cursor or limit.
        """
        if status not in STATUSES:
            raise UsageError(f"A finding is {', '.join(STATUSES)}, not “{status[:40]}”.", field="status")
        if not 1 <= limit <= MAX_LIMIT:
            raise UsageError(f"A page has 1 to {MAX_LIMIT} findings, not {limit}.", field="limit")
        belongs = cursors.digest("findings", kind, status, str(query.node) if query else "")
        with self._database.reading() as connection:
            plan = None if query is None or query.is_all else self._reader.plan(connection, query)
            return queue.page(connection, kind, status, plan, belongs, cursor, limit)

    def finding_kinds(self, status: str = "open") -> dict[str, int]:
        """Return how many findings of each kind there are, most first."""
        with self._database.reading() as connection:
            return queue.kinds(connection, status)


__all__ = ["Index", "Numbers", "Page", "Queue", "Row"]
