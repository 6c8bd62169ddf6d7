"""The connections of one shared catalogue: a pool, transactions that belong to a thread, and errors that are sentences.

The store, the search index and the index of fingerprints of a catalogue share one :class:`Database`. Outside a transaction
each statement commits by itself; inside :meth:`Database.transaction`, all that the same thread does is one.
"""

from __future__ import annotations

import logging
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, errors, sql
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from ...errors import CatalogueUnusable, Locked
from .address import Address
from .columns import teach
from .migrating import migrate

#: The oldest server that will do: ``bit_count`` came with it.
OLDEST = 140000
#: Connections of one process at most, and seconds to wait for one: as long as a server's restart takes.
CONNECTIONS, PATIENCE = 24, 20.0
#: Milliseconds that a statement, and the wait for a lock, may take.
STATEMENT, LOCK = 600_000, 30_000

Rows = list[tuple[Any, ...]]


class Database:
    """A catalogue's schema in a PostgreSQL database. Safe to use from several threads.

    Raises CatalogueUnusable, here and from every statement, with a sentence that says what to do and never the password;
    Locked when another writer keeps what is needed for too long.
    """

    def __init__(self, url: str, *, create: bool = True, readonly: bool = False) -> None:
        self.address = Address.parse(url)
        self.schema, self.url = self.address.schema, self.address.shown
        self._readonly = readonly
        self._own = threading.local()
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # what a broken connection means is said by its user
        with self._speaking():
            with psycopg.connect(self.address.conninfo, autocommit=True, connect_timeout=10) as first:
                if first.info.server_version < OLDEST:
                    raise CatalogueUnusable(
                        f"The PostgreSQL server at {self.url} is version {first.info.server_version // 10_000}:"
                        f" Cutline needs {OLDEST // 10_000} or newer."
                    )
                if first.info.encoding != "utf-8":
                    raise CatalogueUnusable(f"The database at {self.url} is not in UTF-8: createdb -E UTF8 NAME.")
                self._configure(first)
                migrate(first, self.schema, create=create and not readonly)
                #: The server's version as it says it, e.g. ``18.1``.
                self.version = str(first.info.parameter_status("server_version"))
            self._pool = ConnectionPool(
                self.address.conninfo,
                min_size=1,
                max_size=CONNECTIONS,
                timeout=PATIENCE,
                kwargs={"autocommit": True, "connect_timeout": 10},
                configure=self._configure,
                check=_alive,
                name="cutline",
                open=True,
            )

    def _configure(self, connection: Connection[Any]) -> None:
        """Set what holds for all that a connection is asked.

        Questions are small and answered by an index: of the planner's guesses, those that would read a whole table, on several
        processors even, are left out.
        """
        path = sql.Identifier(self.schema).as_string(connection)
        settings = {
            "application_name": "cutline", "search_path": path, "statement_timeout": str(STATEMENT), "lock_timeout": str(LOCK),
            "timezone": "UTC", "jit": "off", "enable_seqscan": "off", "max_parallel_workers_per_gather": "0",
            "tcp_keepalives_idle": "60", "default_transaction_read_only": str(self._readonly),
        }  # fmt: skip
        teach(connection)
        pairs = [part for pair in settings.items() for part in pair]
        connection.execute("SELECT " + ", ".join(["set_config(%s, %s, false)"] * len(settings)), pairs)

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """Lend a connection: the one of this thread's transaction, else one on which each statement commits by itself."""
        with self._speaking():
            held = self._held()
            if held is not None:
                yield held
                return
            with self._pool.connection() as connection:
                yield connection

    @contextmanager
    def transaction(self, begin: str = "BEGIN") -> Iterator[Connection[Any]]:
        """Make all that this thread does one transaction (re-entrant: an inner one is part of the outer).

        On disk when the outermost ends; undone when an error leaves it. ``begin`` may say more than that it begins.
        """
        with self._speaking():
            held = self._held()
            if held is not None:
                yield held
                return
            with self.lent(_nothing) as connection:
                connection.execute(begin.encode())
                yield connection

    @contextmanager
    def lent(self, settle: Callable[[], None]) -> Iterator[Connection[Any]]:
        """Lend a connection to whoever says BEGIN on it, in this thread's name; what is open when this ends is committed, or
        undone when an error leaves it.

        ``settle`` is called before others in this thread go on with the transaction.
        """
        with self._speaking(), self._pool.connection() as connection:
            self._own.connection, self._own.settle = connection, settle
            try:
                yield connection
            finally:
                self._own.connection = None

    @contextmanager
    def snapshot(self) -> Iterator[Connection[Any]]:
        """Lend a connection on which everything is seen as at one moment; nothing can be written."""
        with self._speaking(), self._pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    @contextmanager
    def apart(self) -> Iterator[Connection[Any]]:
        """Lend a connection that is nobody else's, for as long as it is wanted."""
        with (
            self._speaking(),
            psycopg.connect(self.address.conninfo, autocommit=True, connect_timeout=10) as connection,
        ):
            self._configure(connection)
            yield connection

    def in_transaction(self) -> bool:
        """Return whether this thread is inside a transaction."""
        return getattr(self._own, "connection", None) is not None

    def _held(self) -> Connection[Any] | None:
        if not self.in_transaction():
            return None
        self._own.settle()
        held: Connection[Any] = self._own.connection
        return held

    def fetch(self, query: Any, params: Any = None) -> Rows:
        """Run one statement and return its rows."""
        with self.connection() as connection:
            return connection.execute(query, params).fetchall()

    def execute(self, query: Any, params: Any = None) -> int:
        """Run one statement that returns no rows; return how many rows it touched."""
        with self.connection() as connection:
            return connection.execute(query, params).rowcount

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Turn what the driver raises into the project's sentences."""
        try:
            yield
        except (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure) as error:
            raise Locked(self.url, "another process or person") from error
        except errors.QueryCanceled as error:
            raise CatalogueUnusable(f"PostgreSQL at {self.url} gave up a question that took too long.") from error
        except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
            raise CatalogueUnusable(
                f"This user may not do that in the catalogue at {self.url}: {self._why(error)}."
                f" Let its owner run: GRANT ALL ON SCHEMA {self.schema} TO the user."
            ) from error
        except errors.DiskFull as error:
            raise CatalogueUnusable(f"The disk of the PostgreSQL server at {self.url} is full.") from error
        except (PoolTimeout, PoolClosed) as error:
            raise CatalogueUnusable(
                f"The PostgreSQL server at {self.url} does not answer, or all {CONNECTIONS} connections are in use: try again."
            ) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise CatalogueUnusable(
                f"The PostgreSQL server at {self.url} cannot be reached: {self._why(error)}."
                " Check that it runs and that the address, user and password are right, then do it again."
            ) from error
        except psycopg.ProgrammingError as error:
            if isinstance(error, errors.Error) and error.sqlstate is None:  # the address itself does not parse
                raise CatalogueUnusable(f"The address {self.url} cannot be used: {self._why(error)}.") from error
            raise

    def _why(self, error: BaseException) -> str:
        return self.address.scrubbed(str(error)).rstrip(". ")[:300]

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _nothing() -> None:
    """What there is to settle where nothing waits."""


def _alive(connection: Connection[Any]) -> None:
    """Refuse a connection that the server has closed: an idle one has nothing to say unless it is that.

    Asking the socket costs microseconds where asking the server would double the cost of each small question.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        connection.execute("")
