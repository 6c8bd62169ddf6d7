"""The tables of the search index in a catalogue's schema, its transactions, and what happens when its version is another.

Everything in them is derived. Whatever belongs to one picture is keyed by the picture's id, bands of fingerprints by their
value, so that the large tables can be distributed by these. Rows of ``search_image`` are numbered by day, as those of
SQLite are (:mod:`catalog.search.schema`): ``day << 28 | running number``.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection, errors, sql

from ...errors import CatalogueUnusable, UsageError
from ...stores.postgres.connection import Database

#: The first number is raised whenever tables, lexemes or marks change. Unicode's version counts too: tokens depend on it.
VERSION = f"3/{unicodedata.unidata_version}"
#: How long one question may take.
READ_SECONDS = 20.0

_TABLES = """
CREATE TABLE search_meta (
    version text NOT NULL, epoch text NOT NULL, position bigint, seq bigint NOT NULL DEFAULT 0, stamp bigint NOT NULL DEFAULT 0,
    rows bigint NOT NULL DEFAULT 0, shown bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0,
    tokens bigint NOT NULL DEFAULT 0, indexed boolean NOT NULL DEFAULT false
);
CREATE TABLE search_image (
    id text COLLATE "C" PRIMARY KEY, n bigint NOT NULL, hidden boolean NOT NULL, imported integer NOT NULL,
    width bigint NOT NULL, height bigint NOT NULL, megapixels bigint NOT NULL, size bigint NOT NULL, copies integer NOT NULL,
    filename text COLLATE "C" NOT NULL, phash bigint, facets bytea NOT NULL, weights bytea NOT NULL,
    more_weights bytea, words tsvector NOT NULL, body text COLLATE "C" NOT NULL, doc bytea NOT NULL
) WITH (toast_tuple_target = 256);
ALTER TABLE search_image ALTER facets SET STORAGE PLAIN, ALTER weights SET STORAGE PLAIN,
    ALTER more_weights SET STORAGE EXTERNAL, ALTER words SET STORAGE EXTERNAL, ALTER doc SET STORAGE EXTERNAL;
CREATE TABLE search_band (value integer NOT NULL, n bigint NOT NULL, phash bigint NOT NULL);
CREATE TABLE search_ran (
    image text COLLATE "C" NOT NULL, article text COLLATE "C" NOT NULL, PRIMARY KEY (image, article)
);
CREATE TABLE search_month (month integer PRIMARY KEY, count bigint NOT NULL);
CREATE TABLE search_value (
    id serial PRIMARY KEY, field text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, folded text COLLATE "C" NOT NULL,
    count bigint NOT NULL DEFAULT 0, UNIQUE (field, value)
);
CREATE TABLE search_term (term text COLLATE "C" PRIMARY KEY, documents bigint NOT NULL, shown bigint NOT NULL)
    WITH (fillfactor = 70);
CREATE TABLE search_gram (gram text COLLATE "C", term text COLLATE "C", PRIMARY KEY (gram, term));
CREATE TABLE search_finding (
    id text COLLATE "C" PRIMARY KEY, kind text NOT NULL, status text NOT NULL, score double precision NOT NULL
);
CREATE INDEX ON search_finding (status, score DESC, id);
CREATE INDEX ON search_finding (status, kind, score DESC, id);
CREATE TABLE search_waiting (
    status text COLLATE "C", kind text COLLATE "C", count bigint NOT NULL, PRIMARY KEY (status, kind)
);
CREATE TABLE search_about (
    finding text COLLATE "C" NOT NULL, ref text COLLATE "C" NOT NULL, article boolean NOT NULL, PRIMARY KEY (finding, ref)
);
CREATE INDEX ON search_about (ref);
CREATE TABLE search_article (
    id text COLLATE "C" PRIMARY KEY, n bigint NOT NULL, hidden boolean NOT NULL, imported integer NOT NULL,
    words tsvector NOT NULL, body text COLLATE "C" NOT NULL, doc bytea NOT NULL
);
CREATE TABLE search_label (
    kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL, PRIMARY KEY (kind, id, word)
);
CREATE TABLE search_tally (
    kind text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL, count bigint NOT NULL, PRIMARY KEY (kind, word)
);
"""
#: Made when the index has been filled for the first time: that is quicker than keeping them level while filling.
_INDEXES = """
CREATE INDEX search_words ON search_image USING gin (words) WITH (gin_pending_list_limit = 512);
CREATE INDEX ON search_image (n);
CREATE INDEX ON search_image (n) WHERE NOT hidden;
CREATE INDEX ON search_image (imported, n);
CREATE INDEX ON search_image (width, n);
CREATE INDEX ON search_image (height, n);
CREATE INDEX ON search_image (megapixels, n);
CREATE INDEX ON search_image (size, n);
CREATE INDEX ON search_image (copies) WHERE copies > 0;
CREATE INDEX ON search_image (filename, n);
CREATE INDEX ON search_band (value) INCLUDE (n, phash);
CREATE INDEX ON search_ran (article);
CREATE INDEX ON search_value (field, count DESC, value);
CREATE INDEX ON search_article USING gin (words);
CREATE INDEX ON search_article (n);
"""
_NAMES = (
    "search_meta", "search_image", "search_band", "search_ran", "search_month", "search_value", "search_term", "search_gram",
    "search_finding", "search_waiting", "search_about", "search_label", "search_tally", "search_article",
)  # fmt: skip
#: A sequential scan would have to unpack the words of every row, which the planner takes to cost nothing.
_READING = """BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = off;
SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '64MB'; SET LOCAL statement_timeout = {}"""
_STATE = "SELECT epoch, stamp, rows, shown, tokens FROM search_meta"
_WRITING = "SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '256MB'"


@dataclass(frozen=True)
class State:
    """What the whole index is: which filling and change of it, its rows, and all tokens that they have."""

    epoch: str
    stamp: int
    rows: int
    shown: int
    tokens: int


#: The state of the index in the view that a connection has open, which came with its beginning.
_states: WeakKeyDictionary[Connection[Any], State] = WeakKeyDictionary()


def state_of(connection: Connection[Any]) -> State:
    """Return the state of the index in this view of it."""
    known = _states.get(connection)
    if known is not None:
        return known
    row = connection.execute(_STATE).fetchone()
    assert row is not None
    return State(*row)


class Tables:
    """The index's tables in ``database``. Safe to use from several threads; several processes share them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.url = database.url
        with database.connection() as connection:
            if _version(connection) != VERSION:
                self._create()

    def _create(self) -> None:
        """Make the tables empty, unless another process did so while this one waited."""
        with self.writing() as connection:
            found = _version(connection)
            if found and int(found.split("/")[0]) > int(VERSION.split("/")[0]):
                raise CatalogueUnusable(f"The search index at {self.url} is a newer Cutline's: install that one.")
            if found != VERSION:
                _recreate(connection)

    @contextmanager
    def reading(self, seconds: float = READ_SECONDS) -> Iterator[Connection[Any]]:
        """One unchanging view of the index for several statements, of which each may take so many seconds.

        Raises UsageError when that is not enough.
        """
        if self.database.in_transaction():
            with self.database.transaction() as connection:
                yield connection
            return
        with self.database.lent(lambda: None) as connection:
            try:
                begun = connection.execute(f"{_READING.format(int(seconds * 1000))}; {_STATE}".encode())
                while begun.nextset():
                    pass
                row = begun.fetchone()
                if row is not None:
                    _states[connection] = State(*row)
                yield connection
            except errors.QueryCanceled as error:
                raise UsageError("This search takes too long: ask for less at once.", field="q") from error
            finally:
                _states.pop(connection, None)

    @contextmanager
    def writing(self) -> Iterator[Connection[Any]]:
        """One transaction, the only one that writes the index: committed as a whole, or not at all.

        On its own it need not outlive a crash of the server: the position that it notes is lost with it, and what is
        missing is applied again.
        """
        inside = self.database.in_transaction()
        with self.database.transaction() as connection:
            settings = _WRITING if inside else f"{_WRITING}; SET LOCAL synchronous_commit = off"
            alone = sql.SQL("SELECT pg_advisory_xact_lock(hashtextextended({}, 0))").format(self._lock("write"))
            connection.execute(sql.SQL("; ").join([sql.SQL(settings), alone]))
            yield connection

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Let one process at a time bring the index level with the store; others wait. Raises Locked when that lasts."""
        with self.database.connection() as connection:
            key = [self._lock("fill")]
            connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
            try:
                yield
            finally:
                connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)

    def _lock(self, what: str) -> str:
        return f"cutline search {what} {self.database.schema}"

    def position(self) -> int | None:
        """Return the store's position that the index shows, ``None`` when it has to be filled first."""
        rows = self.database.fetch("SELECT position FROM search_meta")
        return None if not rows or rows[0][0] is None or rows[0][0] < 0 else int(rows[0][0])

    def clear(self) -> None:
        """Empty the index."""
        with self.writing() as connection:
            _recreate(connection)

    def complete(self, connection: Connection[Any]) -> None:
        """Make what is only made once the index has been filled."""
        if not connection.execute("SELECT indexed FROM search_meta").fetchone()[0]:  # type: ignore[index]
            connection.execute(_INDEXES.encode())
            connection.execute("UPDATE search_meta SET indexed = true")
            connection.execute("ANALYZE search_image, search_band, search_article")

    def optimize(self) -> None:
        """Sort in what waits in the full-text index, and tell the planner how the tables look now."""
        if not self.database.in_transaction():
            with self.database.connection() as connection:
                connection.execute(
                    "VACUUM (ANALYZE) search_image, search_band, search_term, search_about, search_ran, search_article"
                )

    def verify(self) -> Iterator[str]:
        """Yield what is wrong with the tables, one sentence each."""
        counts = {
            "search_image": "SELECT count(*) FROM search_image",
            "search_words": "SELECT count(*) FROM search_image WHERE words @@ '''§all'''::tsquery",
            "search_month": "SELECT coalesce(sum(count), 0) FROM search_month",
        }
        with self.reading(600) as connection:
            told = connection.execute("SELECT rows FROM search_meta").fetchone()
            for name, statement in counts.items():
                found = connection.execute(statement.encode()).fetchone()
                if found != told:
                    yield f"{name} has {found and found[0]} rows and should have {told and told[0]}"
            articles = connection.execute("SELECT count(*) FROM search_article").fetchone()
            held = "SELECT count(*) FROM search_article WHERE words @@ '''§all'''::tsquery"
            found = connection.execute(held.encode()).fetchone()
            if found != articles:
                yield f"search_article has {found and found[0]} rows with words and should have {articles and articles[0]}"


def _version(connection: Connection[Any]) -> str:
    there = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'search_meta'"
    if connection.execute(there).fetchone() is None:
        return ""
    row = connection.execute("SELECT version FROM search_meta").fetchone()
    return str(row[0]) if row else ""


def _recreate(connection: Connection[Any]) -> None:
    for name in _NAMES:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(name)))
    connection.execute(_TABLES.encode())
    connection.execute("INSERT INTO search_meta (version, epoch) VALUES (%s, %s)", [VERSION, secrets.token_hex(8)])
