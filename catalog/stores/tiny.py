"""The default store: a folder with a TinyDB file, a journal of what changed since, and a lock for writers.

- ``catalogue.json``: compacted documents, one per line; plain TinyDB reads it. ``catalogue.sum`` says where each stands and
  its checksum, ``catalogue.lookups`` (derived) finds them by a field; ``backup/`` holds the generation before.
- ``journal.jsonl``: a line per transaction since, on disk before :meth:`TinyStore.commit` returns.
- ``catalogue.lock``: held while writing; readers need no lock, they follow the journal.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from ..errors import Absent, CatalogueUnusable, Damaged, Locked
from ..model import Damage
from . import compaction
from .base import LOOKUPS, Change, Doc, T, Touches, Transaction, Value, last_in_document, numbers_in_document
from .damage import check
from .documents import decode_doc, encoded
from .files import refuse_network, refused
from .generation import Generation
from .journal import JOURNAL, Entry, replay, transaction_body
from .lock import WriterLock
from .manifest import BACKUP, MANIFEST
from .presence import present
from .table import CatalogueDB, open_db
from .verifying import TIMEOUT, verify_folder

log = logging.getLogger(__name__)

#: ``close`` folds the journal in when the compacted file is smaller than this, or not much larger than the journal.
SMALL = 32 << 20
#: A journal that grows beyond this, and beyond the compacted file, is folded in by the commit that made it so.
LARGE = 64 << 20


class TinyStore:
    """A catalogue in a folder. Safe for use from several threads; see :class:`catalog.stores.base.Store` for the promise.

    Raises CatalogueUnusable when the folder cannot be used (not there and not to be created, on a network file system,
    unreadable), Damaged when its files do not read as they were written. A folder that may not be written can still be
    read: then ``commit`` says why it refuses.
    """

    def __init__(
        self, folder: str | Path, *, create: bool = True, readonly: bool = False, timeout: float = TIMEOUT
    ) -> None:
        self.folder = Path(folder)
        self.url = str(folder)
        self._mutex = threading.RLock()
        self._writer = threading.RLock()
        self._depth = 0
        self._timeout = timeout
        self._refusal: CatalogueUnusable | None = None
        self._compact_at = LARGE
        self._wrote = False
        self._appending = False
        self._closed = False
        self._db: CatalogueDB | None = None
        self._journal_path = self.folder / JOURNAL
        there = present(self.folder)
        if not there and (readonly or not create):
            raise Absent(self.url)
        _make_folder(self.folder)
        refuse_network(self.folder)
        self._lock = WriterLock(self.folder, timeout)
        if readonly:
            self._refusal = CatalogueUnusable(f"The catalogue {self.folder} was opened for reading only.")
        elif not there:
            self._create()
        acknowledged = self._lock.acknowledged()
        self._state = Generation.open(self.folder)
        self._floor = self._check_end(acknowledged)
        self._followed = self._state.position
        self._mend()

    # ---------------------------------------------------------------- opening

    def _create(self) -> None:
        """Write the first, empty generation, unless another process just does."""
        self._lock.acquire()
        try:
            if not present(self.folder):
                if (self._lock.acknowledged() or 0) > 0:
                    raise Damaged(str(self.folder / MANIFEST), "its start", "the catalogue's files are missing")
                compaction.write_new(self.folder, (), generation=1, position=0)
                compaction.switch(self.folder)
        finally:
            self._lock.release()

    def _check_end(self, acknowledged: int | None) -> int:
        """Compare the journal's end with what was acknowledged; return the higher position of the two.

        One transaction that is missing or torn at the end is reported, more is damage that somebody must look at.
        """
        position = self._state.position
        missing = (acknowledged or 0) - position
        where = f"line {self._state.journal.line + 1}"
        if missing > 1:
            why = f"it ends with transaction {position}, but {acknowledged} was acknowledged"
            raise Damaged(str(self._journal_path), where, why)
        if missing == 1:
            log.warning("%s: transaction %d is cut off; what was before it stands", self._journal_path, acknowledged)
        return position + max(missing, 0)

    def _mend(self) -> None:
        """Cut off a torn end and finish an interrupted compaction, if nobody is writing just now."""
        if self._refusal is not None:
            return
        try:
            with self._holding(0):
                pass
        except Locked:
            return
        except CatalogueUnusable as error:
            self._refusal = error

    # ---------------------------------------------------------------- reading

    def get(self, kind: str, ident: str) -> Doc | None:
        """Return one document (a fresh copy) or ``None``. Raises Damaged."""
        with self._mutex:
            data = self._state.read(kind, ident)
        return self._decoded(kind, ident, data) if data is not None else None

    def get_many(self, kind: str, idents: Iterable[str]) -> dict[str, Doc]:
        """Return the documents that exist among ``idents``, all of one moment."""
        with self._mutex:
            found = [(i, data) for i in idents if (data := self._state.read(kind, i)) is not None]
        return {ident: self._decoded(kind, ident, data) for ident, data in found}

    def _decoded(self, kind: str, ident: str, data: bytes) -> Doc:
        try:
            return decode_doc(data)
        except ValueError as error:
            raise Damaged(str(self._journal_path), f"{kind} {ident}", str(error)) from error

    def ids(self, kind: str) -> list[str]:
        """Return all ids of a kind, sorted."""
        with self._mutex:
            return list(self._state.ids(kind))

    def iter(self, kind: str) -> Iterator[tuple[str, Doc]]:
        """Yield (id, document) in the order of ids, as they are when the first is asked for."""
        with self._mutex:
            entries = self._state.entries(kind)
        for ident, data in entries:
            yield ident, self._decoded(kind, ident, data)

    def count(self, kind: str) -> int:
        """Return how many documents of a kind there are."""
        with self._mutex:
            return self._state.count(kind)

    def find(self, kind: str, field: str, value: str) -> list[str]:
        """Return the ids of documents whose ``field`` is or contains ``value``, sorted. KeyError for a field not in LOOKUPS."""
        if field not in LOOKUPS.get(kind, ()):
            raise KeyError(f"{kind}.{field} is not among the lookups")
        with self._mutex:
            return self._state.find(kind, field, value)

    def expect(self, asked: Collection[Value]) -> None:
        """Nothing to do ahead: each question is answered here."""

    def position(self) -> int:
        """Return the position of the last transaction seen."""
        with self._mutex:
            return self._state.position

    def followed(self) -> int:
        """Return the position of the last transaction that this process read and did not write."""
        return self._followed

    def refresh(self) -> bool:
        """See what other processes have committed; return whether there was anything. One ``stat`` when there was not."""
        with self._mutex:
            if self._appending:  # this process holds the lock: nobody else can have written
                return False
            journal = self._state.journal
            try:
                status = os.stat(self._journal_path)  # noqa: PTH116 - half the cost of Path.stat, at every request
            except OSError as error:
                raise Damaged(str(self._journal_path), "line 1", "it is missing") from error
            if (status.st_dev, status.st_ino) == journal.file.identity and status.st_size == journal.size:
                return False
            before = (self._state.number, self._state.position)
            if (status.st_dev, status.st_ino) != journal.file.identity or status.st_size < journal.end:
                self._reload()
            else:
                try:
                    if self._state.read_on():
                        self._followed = self._state.position
                except Damaged:  # perhaps a line that was taken back and written anew: only a fresh look can tell
                    self._reload()
            return (self._state.number, self._state.position) != before

    def _reload(self) -> None:
        self._floor = self._given_out()
        acknowledged = self._lock.acknowledged()
        self._state = Generation.open(self.folder)
        self._floor = max(self._floor, self._check_end(acknowledged))
        self._followed = self._state.position

    def _given_out(self) -> int:
        """The highest position that was ever given out: higher than the present one where the journal's end was lost."""
        return max(self._floor, self._state.position)

    def changes(self, since: int) -> Iterator[Change] | None:
        """Yield what changed after position ``since``; ``None`` when that is older than the last two compactions know."""
        with self._mutex:
            entries = self._entries_after(since)
            if entries is None:
                return None
            latest: dict[tuple[str, str], int] = {}
            for entry in entries:
                for kind, ident in _touched(entry):
                    latest.pop((kind, ident), None)
                    latest[kind, ident] = entry.position
        return (Change(position, kind, ident, self.get(kind, ident)) for (kind, ident), position in latest.items())

    def _entries_after(self, since: int) -> list[Entry] | None:
        state = self._state
        if since == state.position:
            return []
        if state.offset_after(since) is not None:
            if state.recent and state.recent[0].position - state.recent[0].lost <= since + 1:
                return [e for e in state.recent if e.position > since]
            return [e for e in replay(state.journal.file.path, since) if e.position <= state.position]
        path = self.folder / BACKUP / compaction.backup_name(JOURNAL, state.manifest.before)
        try:
            older = list(replay(path, -1))
            known = any(e.position == since + 1 + e.lost for e in older)
            if not known or older[-1].position != state.manifest.position:
                return None
            newer = replay(state.journal.file.path, since)
            return [e for e in older if e.position > since] + [e for e in newer if e.position <= state.position]
        except (Damaged, OSError):
            return None

    # ---------------------------------------------------------------- writing

    @contextmanager
    def writing(self, touches: Touches | None = None, counter: str = "") -> Iterator[None]:
        """Hold the writer's lock, refreshed, over reads and commits that depend on each other (re-entrant).

        There is one lock, whatever the work ``touches``. Raises Locked when another writer does not finish in time,
        CatalogueUnusable where nothing may be written.
        """
        if self._refusal is not None:
            raise self._refusal
        with self._holding(self._timeout):
            yield

    def working(self, work: Callable[[], T], touches: Touches, counter: str = "") -> T:
        """Do ``work`` under the writer's lock, once; what it ``touches`` is not asked."""
        with self.writing():
            return work()

    @contextmanager
    def _holding(self, timeout: float) -> Iterator[None]:
        if not self._writer.acquire(timeout=timeout if timeout else -1):
            raise Locked(str(self.folder), "another task of this process")
        try:
            if self._depth == 0:
                self._lock.acquire(timeout)
            self._depth += 1
            try:
                if self._depth == 1:
                    self._settle()
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._lock.release()
        finally:
            self._writer.release()

    def _settle(self) -> None:
        """As the only writer: finish what a killed one left, and see the present state."""
        with self._mutex:
            if self._state.unfinished:
                compaction.finish(self.folder)
                self._reload()
            self.refresh()
            journal = self._state.journal
            if journal.size > journal.end and (torn := journal.cut()):
                log.warning(
                    "%s: cut off a torn last line (%d bytes after line %d)", journal.path, len(torn), journal.line
                )

    def commit(self, transaction: Transaction) -> int:
        """Apply a transaction; when this returns it is on disk. Returns the new position.

        Raises Locked, CatalogueUnusable; ValueError when a document carries another id than it is put under.
        """
        docs = {
            kind: {ident: encoded(ident, doc) for ident, doc in group.items()}
            for kind, group in transaction.puts.items()
            if group
        }
        with self.writing():
            return self.write(docs, transaction.deletes, {})

    def write(
        self,
        docs: dict[str, dict[str, bytes]],
        deletes: dict[str, set[str]],
        keys: dict[str, dict[str, int]],
    ) -> int:
        """Write one transaction of encoded documents; ``keys`` gives TinyDB keys to new ones. Only inside :meth:`writing`."""
        state = self._state
        if state.journal.file.size() != state.journal.end:  # an interrupt came between writing and noting it
            self._settle()
        gone = {k: sorted(i for i in idents if state.has(k, i)) for k, idents in deletes.items()}
        gone = {k: idents for k, idents in gone.items() if idents}
        if not docs and not gone:
            return state.position
        lost = self._given_out() - state.position
        position = state.position + lost + 1
        body, start = transaction_body(position, docs, gone, keys, lost)
        with self._mutex:
            self._appending = True
        try:
            offset = state.journal.append(body)  # readers go on while the disk works
            with self._mutex:
                state.apply(Entry(position, offset, _places(docs, offset + start), gone, keys, lost))
        finally:
            self._appending = False
        self._wrote = True
        self._lock.acknowledge(position)
        self._fold_when_large()
        return position

    def numbers(self, counter: str, n: int, change: Transaction) -> list[int]:
        """Take ``n`` numbers from a counter; ``change`` notes the last one in ``meta``."""
        return numbers_in_document(self, counter, n, change)

    def last_number(self, counter: str) -> int:
        """Return the highest number that was taken from a counter, 0 before the first."""
        return last_in_document(self, counter)

    # ---------------------------------------------------------------- keeping

    def _fold_when_large(self) -> None:
        journal, main = self._state.journal, self._state.manifest.main
        if journal.end < max(self._compact_at, main.size):
            return
        try:
            self.compact()
        except CatalogueUnusable as error:  # the transaction is safe: try again when the journal has doubled
            self._compact_at = journal.end * 2
            log.warning("The journal could not be folded in: %s", error)

    def loading(self) -> AbstractContextManager[None]:
        """Nothing to do differently: a journal takes much as it takes little."""
        return nullcontext()

    def compact(self) -> None:
        """Fold the journal into ``catalogue.json``; the generation before stays as backup. Raises CatalogueUnusable, Damaged."""
        with self.writing():
            compaction.compact(self._state, self._given_out())
            with self._mutex:
                self._reload()
            self._compact_at = LARGE

    def verify(self, *, repair: bool = False) -> Iterator[Damage]:
        """Yield every damage of the stored files; with ``repair``, restore what can be restored and say what was done."""
        with self._writer:
            if self._refusal is not None:
                found = list(check(self.folder, self._lock.acknowledged()))
            else:
                found = list(verify_folder(self.folder, repair=repair))
                if repair and found:
                    with self._mutex:
                        self._reload()
        yield from found

    @property
    def db(self) -> CatalogueDB:
        """The catalogue as a TinyDB: its tables, with TinyDB's own queries; changes are transactions of this store."""
        if self._db is None:
            self._db = open_db(self)
        return self._db

    @property
    def state(self) -> Generation:
        """The documents as last seen, for the TinyDB tables."""
        return self._state

    def close(self) -> None:
        """Release everything, leaving a file that plain TinyDB reads.

        The journal is folded in first if this process wrote and that costs little: the compacted file is small, or not much
        larger than the journal. Else it stays as it is, complete up to the last compaction, and the journal holds the rest.
        """
        if self._closed:
            return
        self._closed = True
        journal, main = self._state.journal, self._state.manifest.main
        if self._wrote and journal.line > 1 and (main.size <= SMALL or journal.end * 8 >= main.size):
            with suppress(Locked):
                try:
                    self.compact()
                except CatalogueUnusable as error:
                    log.warning("The journal could not be folded in: %s", error)
        self._lock.close()
        self._refusal = CatalogueUnusable(f"The catalogue {self.folder} has been closed.")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise CatalogueUnusable(f"{folder} is a file: a catalogue is a folder.") from error
    except OSError as error:
        raise refused("made", folder, error, "`--catalog` names another place.") from error


def _places(docs: dict[str, dict[str, bytes]], start: int) -> dict[str, dict[str, tuple[int, int]]]:
    places: dict[str, dict[str, tuple[int, int]]] = {}
    for kind, group in docs.items():
        here = places[kind] = {}
        for ident, data in group.items():
            here[ident] = (start, len(data))
            start += len(data) + 1
    return places


def _touched(entry: Entry) -> Iterator[tuple[str, str]]:
    for kind, idents in entry.deletes.items():
        for ident in idents:
            yield kind, ident
    for kind, places in entry.puts.items():
        for ident in places:
            yield kind, ident
