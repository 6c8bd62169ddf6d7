"""The index's SQLite file: its tables, its connections (one per thread), and what happens when it is lost or damaged.

Everything in it is derived: a file that is missing, damaged or of another version is replaced by an empty one, and
:meth:`Database.position` is ``None`` until the caller has filled it again.

Rows of ``image`` are numbered by day: ``day << 28 | running number``, so that the natural order of every table, and of
the full-text index, is the order by date. A row is renumbered when its date changes.
"""

from __future__ import annotations

import contextlib
import math
import os
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..errors import CatalogError, CatalogueUnusable, Damaged, Locked, UsageError
from .nodes import TEXT_FIELDS
from .row import EVERY

#: Raised whenever tables, tokens or marks change. Unicode's version counts too: tokens depend on it.
VERSION = f"6/{unicodedata.unidata_version}"
SEQ_BITS = 28
COLUMNS = (*TEXT_FIELDS, "marks")
#: BM25 weights of the columns: what stands with the picture before what merely stood around it.
WEIGHTS = {
    "caption": 10.0, "person": 6.0, "tag": 6.0, "place": 5.0, "title": 4.0, "note": 4.0, "credit": 3.0, "byline": 3.0,
    "filename": 2.0, "publisher": 1.0, "article": 1.0, "marks": 0.0,
}  # fmt: skip
_WAIT_SECONDS = 30.0
#: How long one question may take, looked at after so many steps of SQLite's machine.
READ_SECONDS = 20.0
_STEPS = 50_000
_CACHE_KIB = 32 << 10
_MAP_BYTES = 1 << 30
#: How much is written beside the file before it is taken into it.
_WAL_BYTES = 16 << 20
_BUFFER_BYTES = 32 << 20
#: Every change adds a part to the full-text index, and every question looks into all parts. So many of about one size are merged
#: into one, a few pages at a time (:data:`MERGE_PAGES`, some 10 ms) and by one small change in :data:`MERGE_EVERY`.
_PARTS = 8
MERGE_EVERY, MERGE_PAGES = 8, 512
#: So many are merged at once, while everybody waits. At SQLite's own number, sixteen, that comes while an import fills the index.
_CRISIS = 64

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE image (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, hidden INTEGER NOT NULL, imported INTEGER NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, megapixels INTEGER NOT NULL, size INTEGER NOT NULL,
    copies INTEGER NOT NULL, filename TEXT NOT NULL, phash INTEGER, stamp INTEGER NOT NULL, facets BLOB NOT NULL
);
CREATE TABLE page (rowid INTEGER PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE ran (article TEXT NOT NULL, image INTEGER NOT NULL, PRIMARY KEY (article, image)) WITHOUT ROWID;
CREATE INDEX ran_image ON ran (image);
CREATE TABLE value (
    id INTEGER PRIMARY KEY, field TEXT NOT NULL, value TEXT NOT NULL, folded TEXT NOT NULL, count INTEGER NOT NULL,
    UNIQUE (field, value)
);
CREATE INDEX value_folded ON value (field, folded);
CREATE TABLE term (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);
CREATE TABLE gram (gram TEXT NOT NULL, term INTEGER NOT NULL, PRIMARY KEY (gram, term)) WITHOUT ROWID;
CREATE TABLE finding (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, score REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE waiting (
    status TEXT NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (status, kind)
) WITHOUT ROWID;
CREATE INDEX finding_worth ON finding (status, score DESC, id);
CREATE INDEX finding_kind ON finding (status, kind, score DESC, id);
CREATE TABLE about (
    ref TEXT NOT NULL, finding TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (finding, ref)
) WITHOUT ROWID;
CREATE INDEX about_ref ON about (ref);
CREATE TABLE label (
    kind TEXT NOT NULL, id TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (kind, id, word)
) WITHOUT ROWID;
CREATE TABLE tally (
    kind TEXT NOT NULL, word TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, word)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5({", ".join(COLUMNS)}, content='', columnsize=0,
    tokenize='ascii', prefix='2 3');
CREATE TABLE article (
    rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, imported INTEGER NOT NULL, doc BLOB NOT NULL
);
CREATE VIRTUAL TABLE article_words USING fts5({", ".join(COLUMNS)}, content='', columnsize=0, tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
"""
#: Added when the index is filled: putting them together at once takes a fraction of keeping them level row by row.
_INDEXES = """
CREATE INDEX image_imported ON image (imported);
CREATE INDEX image_width ON image (width);
CREATE INDEX image_height ON image (height);
CREATE INDEX image_megapixels ON image (megapixels);
CREATE INDEX image_size ON image (size);
CREATE INDEX image_copies ON image (copies) WHERE copies > 0;
CREATE INDEX image_filename ON image (filename);
CREATE INDEX image_stamp ON image (stamp);
"""
#: Words of so many signs are not counted: the full-text engine keeps the beginnings of the longest, 32,768 bytes.
LONG = 8_000
_TABLE_NAMES = (
    "article_words", "article", "vocabulary", "words", "tally", "label", "about", "waiting", "finding", "gram", "term", "value",
    "ran", "page", "image", "meta",
)  # fmt: skip


class Database:
    """Connections to one index file. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.RLock()
        self._broken = False
        self._written = 0
        self.connection()

    # ---- connections

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection, opened anew when the file was deleted or replaced meanwhile."""
        held: tuple[sqlite3.Connection, tuple[int, int]] | None = getattr(self._local, "held", None)
        if held is not None and held[1] == self._identity():
            return held[0]
        with self._lock:
            if held is not None:
                self._forget(held[0])
            connection = self._connect()
            self._local.held = (connection, self._identity())
            self._open.append(connection)
            return connection

    def _identity(self) -> tuple[int, int]:
        try:
            stat = self.path.stat()
        except OSError:
            return 0, 0
        return stat.st_dev, stat.st_ino

    def _forget(self, connection: sqlite3.Connection) -> None:
        if connection in self._open:
            self._open.remove(connection)
        with contextlib.suppress(sqlite3.Error):
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        for attempt in (1, 2):
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                connection = sqlite3.connect(
                    self.path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
                )
            except (sqlite3.Error, OSError) as error:
                raise CatalogueUnusable(f"The search index {self.path} cannot be opened: {error}.") from error
            try:
                self._prepare(connection)
                return connection
            except sqlite3.DatabaseError as error:
                connection.close()
                if attempt == 2 or _is_busy(error) or not _is_damage(error):
                    raise self.translated(error) from error
                self.unlink()
        raise AssertionError

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA mmap_size = {_MAP_BYTES}")
        if _version(connection) != VERSION:
            self._create(connection)

    def _create(self, connection: sqlite3.Connection) -> None:
        """Make the tables empty, unless another process did so while this one waited."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) != VERSION:
                self._recreate(connection)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise

    def _recreate(self, connection: sqlite3.Connection) -> None:
        for name in _TABLE_NAMES:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        settings = [("hashsize", _BUFFER_BYTES), ("automerge", 0)]
        connection.executemany("INSERT INTO words (words, rank) VALUES (?, ?)", settings)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [
                ("version", VERSION),
                ("epoch", secrets.token_hex(8)),
                ("seq", 0),
                ("stamp", 0),
                ("rows", 0),
                ("bytes", 0),
            ],
        )

    # ---- transactions

    @contextlib.contextmanager
    def reading(self, seconds: float = READ_SECONDS) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the index for several statements, which together may take so many seconds."""
        connection = self.connection()
        if connection.in_transaction:
            yield connection
            return
        deadline = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()
        except sqlite3.DatabaseError as error:
            raise self.translated(error) from error
        finally:
            connection.set_progress_handler(None, 0)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: committed as a whole, or not at all."""
        connection = self.connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
                self._checkpoint(connection)
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
                raise
        except sqlite3.DatabaseError as error:
            raise self.translated(error) from error

    def _checkpoint(self, connection: sqlite3.Connection) -> None:
        """Take what was written into the file itself when that has become much. SQLite's own rule does so at every commit once
        readers never all pause, with two fsyncs while all wait."""
        try:
            size = os.stat(f"{self.path}-wal").st_size  # noqa: PTH116 - at every commit
        except OSError:
            return
        self._written = min(self._written, size)
        if size - self._written >= _WAL_BYTES:
            self._written = size
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def translated(self, error: sqlite3.DatabaseError) -> CatalogError:
        """Return what callers are told of an error of SQLite; damage is remembered and mended at the next ``position``."""
        if _is_busy(error):
            return Locked(str(self.path))
        if _code(error) == sqlite3.SQLITE_INTERRUPT:
            return UsageError("This search takes too long: ask for less at once.", field="q")
        if _is_damage(error):
            self._broken = True
            return Damaged(str(self.path), "the search index", str(error))
        return CatalogueUnusable(f"The search index {self.path} cannot be used: {error}.")

    # ---- state

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""
        if self._broken:
            self.clear()
        try:  # one statement is a view of its own
            row = self.connection().execute("SELECT value FROM meta WHERE key = 'position'").fetchone()
        except sqlite3.DatabaseError as error:
            raise self.translated(error) from error
        return None if row is None or row[0] < 0 else int(row[0])

    def clear(self) -> None:
        """Empty the index; a damaged file is replaced."""
        if not self._broken:
            try:
                with self.writing() as connection:
                    self._recreate(connection)
                return
            except Damaged:
                pass
        self._broken = False
        self.unlink()
        self.connection()

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the file, one sentence each."""
        try:
            with self.reading(math.inf) as connection:
                yield from (str(t) for (t,) in connection.execute("PRAGMA quick_check(20)") if t != "ok")
                told = connection.execute("SELECT value FROM meta WHERE key = 'rows'").fetchone()[0]
                for table in ("image", "page", f"words WHERE words MATCH '\"{EVERY}\"'"):
                    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                    if count != told:
                        yield f"{table.split()[0]} has {count} rows and should have {told}"
                articles = connection.execute("SELECT count(*) FROM article").fetchone()[0]
                found = "SELECT count(*) FROM article_words WHERE article_words MATCH ?"
                if (count := connection.execute(found, (f'"{EVERY}"',)).fetchone()[0]) != articles:
                    yield f"article_words has {count} rows and should have {articles}"
            with self.writing() as connection:
                for table in ("words", "article_words"):
                    connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
        except CatalogueUnusable as error:
            yield str(error)

    def vocabulary(self, table: str) -> Counter[str]:
        """Return how often each word stands in a full-text table. Raises Damaged when its lists cannot be read."""
        with self.writing() as connection:  # a table of one's own, gone with the transaction
            connection.execute(f"CREATE VIRTUAL TABLE counted USING fts5vocab({table}, 'row')")
            held = Counter(dict(connection.execute("SELECT term, cnt FROM counted WHERE length(term) < ?", (LONG,))))
            connection.execute("DROP TABLE counted")
        return held

    def unlink(self) -> None:
        """Delete the file and what SQLite keeps beside it."""
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.path}{end}")  # noqa: PTH108

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in list(self._open):
                self._forget(connection)
            self._local = threading.local()


def add_indexes(connection: sqlite3.Connection) -> None:
    """Complete an index that is filled; nothing to do when it was complete before."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'image_stamp'").fetchone() is None:
        for statement in _INDEXES.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        settings = [("crisismerge", _CRISIS), ("usermerge", _PARTS)]
        connection.executemany("INSERT INTO words (words, rank) VALUES (?, ?)", settings)


def merge_all(connection: sqlite3.Connection) -> None:
    """Merge all parts of the full-text index into one, which stands apart from those that small changes make.

    SQLite merges parts that stand on one level into one on the next, where the eighth merging of small changes would take it along
    and write the whole of it anew. When they stand on two, it puts the result above both and the next: so a part that is begun and
    given up again, and a merging of which a page is done, come before.
    """
    connection.execute("INSERT INTO words (rowid, marks) VALUES (0, ?)", (EVERY,))
    connection.execute("INSERT INTO words (words, rowid, marks) VALUES ('delete', 0, ?)", (EVERY,))
    connection.executemany(
        "INSERT INTO words (words, rank) VALUES (?, ?)", [("usermerge", 2), ("merge", 1), ("usermerge", _PARTS)]
    )
    for table in ("words", "article_words"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def _version(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return ""
        raise
    return str(row[0]) if row else ""


def _code(error: sqlite3.DatabaseError) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = _code(error)
    missing = code == sqlite3.SQLITE_ERROR and "no such" in str(error)
    return missing or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR)
