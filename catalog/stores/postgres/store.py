"""The store of a shared catalogue: documents as ``jsonb``, found by digests of their values, changed in sections.

Reads see what is committed at the moment they are made; inside :meth:`PostgresStore.writing` also what this thread has
written. ``refresh`` therefore changes nothing but the position up to which derived things follow.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from psycopg import errors

from ...errors import CatalogError, CatalogueUnusable, Damaged, Locked
from ...model import Damage
from ..base import LOOKUPS, WHOLE, Change, Doc, T, Touches, Transaction, Value
from ..documents import decode_doc
from . import around, bulk, checking
from .connection import Database, Rows
from .rows import from_jsonb, from_text, lookup_key, to_text
from .section import Moved, Section

#: Documents fetched at a time.
_STEP = 1000
#: Transactions whose order is kept for those who follow changes, at least.
HISTORY = 1_000_000

_CHANGES = """
SELECT position, kind, id, doc::text FROM committed JOIN document USING (txn) WHERE position > %(since)s
UNION ALL
SELECT position, kind, id, NULL FROM committed JOIN gone USING (txn) WHERE position > %(since)s
    AND NOT EXISTS (SELECT 1 FROM document WHERE document.kind = gone.kind AND document.id = gone.id)
ORDER BY 1, 2, 3
"""


class PostgresStore:
    """A catalogue in a schema of a PostgreSQL database. Safe to use from several threads; see :class:`~catalog.stores.base.Store`.

    ``url`` is its address without the password; ``database`` lends connections to the search index and its like.
    """

    def __init__(self, url: str, *, create: bool = True, readonly: bool = False) -> None:
        self.database = Database(url, create=create, readonly=readonly)
        self.url = self.database.url
        self._sections = threading.local()
        self._spoken = around.Spoken()
        self._mutex = threading.Lock()
        self._position = 0
        if not readonly:
            bulk.mend(self.database)
        self.refresh()

    # ---------------------------------------------------------------- reading

    def get(self, kind: str, ident: str) -> Doc | None:
        """Return one document (a fresh copy) or ``None``."""
        return self.get_many(kind, [ident]).get(ident)

    def get_many(self, kind: str, idents: Iterable[str]) -> dict[str, Doc]:
        """Return the documents that exist among ``idents``."""
        wanted = dict.fromkeys(idents)
        if not wanted:
            return {}
        section = self._section
        if section is not None and kind in around.KINDS and len(wanted) <= around.NAMES:
            for ident in wanted:
                if (kind, ident) not in section.read:
                    section.look_around(ident, kind)
        known = section.read if section is not None else {}
        texts = {i: known[kind, i] for i in wanted if (kind, i) in known}
        if len(texts) < len(wanted):
            query = "SELECT id, doc::text FROM document WHERE kind = %s AND id = ANY(%s)"
            ask = self._fetch if section is None else section.ask
            for step in _batches(to_text(i) for i in wanted if i not in texts):
                rows = ask(query, to_text(kind), step)
                texts |= dict.fromkeys(map(from_text, step)) | {from_text(ident): text for ident, text in rows}
            if section is not None:
                section.remember({(kind, i): text for i, text in texts.items()})
        docs = {i: self._decoded(kind, i, text) for i in wanted if (text := texts.get(i)) is not None}
        if section is None and len(docs) == 1:
            for ident, doc in docs.items():
                self._spoken.note(kind, ident, doc)
        return docs

    def _fetch(self, query: str, *params: object) -> Rows:
        """Ask in this thread's section, if there is one, for what is not told by keys and ids."""
        section = self._section
        if section is not None:
            section.loose = True
        return self.database.fetch(query, params) if section is None else section.ask(query, *params)

    def _decoded(self, kind: str, ident: str, text: str) -> Doc:
        try:
            return decode_doc(from_jsonb(text))
        except ValueError as error:
            raise Damaged(self.url, f"{kind} {ident}", str(error)) from error

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted."""
        rows = self._fetch("SELECT id FROM document WHERE kind = %s ORDER BY id", to_text(kind))
        return sorted(from_text(ident) for (ident,) in rows)

    def iter(self, kind: str) -> Iterator[tuple[str, Doc]]:
        """Yield (id, document) in the order of ids, as they are when the first is asked for."""
        query = "SELECT id, doc::text FROM document WHERE kind = %s ORDER BY id"
        for ident, text in self._stream(query, [to_text(kind)]):
            yield from_text(ident), self._decoded(kind, ident, text)

    def _stream(self, query: str, params: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of one moment, some at a time; all at once inside a section, which may end before they are read."""
        if self.database.in_transaction():
            yield from self.database.fetch(query, params)
            return
        with self.database.snapshot() as connection, connection.cursor(name="rows") as cursor:
            cursor.itersize = _STEP
            yield from cursor.execute(query.encode(), params)

    def count(self, kind: str) -> int:
        """Return how many documents of a kind there are."""
        rows = self._fetch("SELECT value FROM tally WHERE name = %s", f"count:{to_text(kind)}")
        section = self._section
        return (rows[0][0] if rows else 0) + (section.counts[to_text(kind)] if section is not None else 0)

    def find(self, kind: str, field: str, value: str) -> list[str]:
        """Return the ids of documents whose ``field`` is or contains ``value``, sorted. KeyError for a field not in LOOKUPS."""
        asked, section = (kind, field, value), self._section
        if section is not None and (known := section.found.get(asked)) is not None:
            return list(known)
        if field not in LOOKUPS.get(kind, ()):
            raise KeyError(f"{kind}.{field} is not among the lookups")
        if section is not None and kind == "decision" and field == "undoes" and value in section.taken:
            return []  # a number that was taken just now
        if section is not None and around.foreseen(kind, field):
            section.look_around(around.bare(value))
            if asked in section.found:
                return list(section.found[asked])
        key, query = lookup_key(kind, field, value), "SELECT id FROM document WHERE keys @> ARRAY[%s::uuid]"
        if section is not None and section.trying:
            section.keys.add(key)
        rows = self._fetch(query, key) if section is None else section.ask(query, key)
        idents = sorted(from_text(ident) for (ident,) in rows)
        if section is not None:
            section.found[asked] = idents
            return list(idents)
        return idents

    def expect(self, asked: Collection[Value]) -> None:
        """Find out in one question what will be asked, inside a section, which remembers the answers."""
        section = self._section
        if section is not None:
            section.expect(asked)

    # ---------------------------------------------------------------- following

    def position(self) -> int:
        """Return the position of the last transaction that was looked for, or made here."""
        return self._position

    def followed(self) -> int:
        """Return the position: of any transaction somebody else may be the writer."""
        return self._position

    def refresh(self) -> bool:
        """Look up the present position; return whether others have committed. One small question to the server."""
        return self._seen(self._now())

    def _seen(self, position: int) -> bool:
        with self._mutex:
            if position <= self._position:
                return False
            self._position = position
            return True

    def changes(self, since: int) -> Iterator[Change] | None:
        """Yield what changed after position ``since``; ``None`` when that is older than what is remembered."""
        query = "SELECT value, (SELECT min(position) FROM committed) FROM tally WHERE name = 'position'"
        last, first = self.database.fetch(query)[0]
        if since > last or (first is not None and since < first - 1):
            return None
        return (
            Change(
                position, from_text(kind), from_text(ident), None if text is None else self._decoded(kind, ident, text)
            )
            for position, kind, ident, text in self._stream(_CHANGES, {"since": since})
        )

    # ---------------------------------------------------------------- writing

    @property
    def _section(self) -> Section | None:
        found: Section | None = getattr(self._sections, "open", None)
        return found

    @contextmanager
    def writing(self, touches: Touches | None = None, counter: str = "") -> Iterator[None]:
        """Make reads and commits that depend on each other one transaction, others kept out of what it touches (re-entrant).

        Without ``touches`` others are kept out of the whole catalogue. Raises Locked when they do not finish in time.
        """
        if touches is None or self._section is not None:
            with self._entered({WHOLE} if touches is None else set(touches())):
                yield
            return
        wanted: set[str] = set()
        while True:
            with self._entered(wanted, counter) as section:
                if self._holds(section, touches, wanted, counter):
                    yield
                    return

    def working(self, work: Callable[[], T], touches: Touches, counter: str = "") -> T:
        """Do ``work`` without locks and take those for what it ``touches`` with what it puts, in the same message.

        Do it again as in :meth:`writing` when others have changed what it read, or when it cannot be done.
        """
        section = self._section
        if section is not None:
            with self._entered(set(touches())):
                if not section.alone:
                    touches()
                return work()
        try:
            with self._entered((), counter, trying=True) as section:
                section.pledge(set(touches()))
                return work()
        except (Locked, CatalogueUnusable):
            raise
        except (Moved, CatalogError):
            pass
        with self.writing(touches, counter):
            return work()

    def _holds(self, section: Section, touches: Touches, wanted: set[str], counter: str) -> bool:
        """Lock what is touched, which adds to ``wanted``; whether that is all, now that it is held.

        When nobody has committed since it was found out, it is, and what was read for it need not be read again.
        """
        holding = bool(wanted)
        found = set(touches()) - wanted
        before = section.position
        wanted |= found
        if WHOLE in found or (
            found and holding
        ):  # from the start then: who waits while it holds others may wait forever
            return False
        section.lock(found, counter)
        if before is not None and section.position == before:
            return True
        section.forget()
        found = set(touches()) - wanted
        wanted |= found
        return not found

    def _now(self) -> int:
        return int(self.database.fetch("SELECT value FROM tally WHERE name = 'position'")[0][0])

    @contextmanager
    def _entered(self, subjects: Collection[str], counter: str = "", *, trying: bool = False) -> Iterator[Section]:
        section = self._section
        if section is not None:
            section.lock(subjects)
            if subjects:
                section.forget()
            yield section
            return
        with self.database.lent(lambda: opened.settle()) as connection:
            ahead = counter if trying else ""
            opened = Section(connection, self.database.schema, spoken=self._spoken, trying=trying, ahead=ahead)
            opened.lock(subjects, counter)
            self._sections.open = opened
            try:
                yield opened
                position = opened.finish()
            finally:
                self._sections.open = None
        if position is not None:
            self._seen(position)

    def commit(self, transaction: Transaction) -> int:
        """Apply a transaction and return its position; when this returns it is on disk.

        Inside :meth:`writing` both are so when that ends, and the position is the one it will have if nobody else commits.
        Raises Locked, CatalogueUnusable; ValueError or TypeError, with nothing changed, for a document that cannot be kept.
        """
        docs = {
            (own, to_text(ident)): (kind, ident, doc)
            for kind, group in transaction.puts.items()
            for own in (to_text(kind),)
            for ident, doc in group.items()
        }
        deletes = {(to_text(kind), to_text(i)) for kind, group in transaction.deletes.items() for i in group}
        if not docs and not deletes:
            return self._position
        try:
            with self._entered(()) as section:
                section.write(docs, deletes)
                written = section.written
        except (errors.ProgramLimitExceeded, psycopg.DataError) as error:
            raise ValueError(f"PostgreSQL does not take a document: {error}") from error
        return self._position + (written if self._section is not None else 0)

    def numbers(self, counter: str, n: int, change: Transaction) -> list[int]:
        """Take ``n`` numbers that nobody has had before, rising. They stay taken when ``change`` is not made after all."""
        section = self._section
        if section is not None and n == 1 and counter in section.numbers:
            taken = [section.numbers.pop(counter)]
        else:
            rows = self._fetch("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", counter, n)
            taken = [int(row[0]) for row in rows]
        if section is not None:
            section.taken.update(f"{number:010d}" for number in taken)
        return taken

    def last_number(self, counter: str) -> int:
        """Return the highest number taken from a counter, 0 before the first."""
        rows = self.database.fetch("SELECT coalesce(pg_sequence_last_value(%s::regclass), 0)", [counter])
        return int(rows[0][0])

    def loading(self) -> AbstractContextManager[None]:
        """Expect very much at once: an empty catalogue gets the index by which documents are found when this ends."""
        return bulk.loading(self.database)

    # ---------------------------------------------------------------- keeping

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Yield every damage of the stored documents; with ``repair``, make anew what is derived from them."""
        found = list(checking.check(self.database))
        mended = ""
        if repair and any(map(checking.is_derived, found)):
            with self.writing():
                checking.rebuild(self.database)
            mended = "made anew from the documents"
        for damage in found:
            yield replace(damage, repaired=mended if checking.is_derived(damage) else "")

    def described(self) -> str:
        """Return what there is to know of the server, on one line."""
        (number,) = self.database.fetch("SELECT max(number) FROM migration")[0]
        where = f"schema {self.database.schema}, migration {number}"
        return f"version {self.database.version}, reachable; {where}; no extensions needed"

    def compact(self) -> None:
        """Forget the order of old transactions, and let the server measure its tables."""
        with self.writing():
            keep = {"keep": self._position - HISTORY}
            self.database.execute(
                "DELETE FROM gone USING committed WHERE gone.txn = committed.txn AND position <= %(keep)s", keep
            )
            self.database.execute("DELETE FROM committed WHERE position <= %(keep)s", keep)
        self.database.execute(bulk.MEASURE)
        self.database.execute("ANALYZE gone, committed")

    def close(self) -> None:
        """Close every connection; whoever asks afterwards is told that the catalogue is closed."""
        self.database.close()


def _batches(idents: Iterable[str]) -> Iterator[list[str]]:
    step: list[str] = []
    for ident in idents:
        step.append(ident)
        if len(step) == _STEP:
            yield step
            step = []
    if step:
        yield step
