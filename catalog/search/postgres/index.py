"""The search index of a shared catalogue, in its PostgreSQL database.

There is one for all who share the catalogue. Whoever commits, or opens the catalogue, brings it level with the store; one at
a time does, and the others find it done (:meth:`PostgresIndex.filling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from psycopg import Connection

from ...stores.postgres.connection import Database
from ..facade import Facade
from .articles import SharedArticles
from .reading import Reader
from .schema import Tables
from .session import PostgresSession
from .suggest import Terms
from .writing import Writer


class PostgresIndex(Facade[Connection[Any]]):
    """The index in ``database``; made when it is not there.

    Raises Locked when another process writes for too long, CatalogueUnusable when the server cannot be reached.
    """

    def __init__(self, database: Database) -> None:
        self._own = Tables(database)
        super().__init__(self._own, Writer(self._own), Reader(), SharedArticles())

    def close(self) -> None:
        """Release nothing: the connections are the database's."""

    def filling(self) -> AbstractContextManager[None]:
        """Hold while bringing the index level with the store: one process at a time does, the others wait."""
        return self._own.filling()

    def optimize(self) -> None:
        """Sort in what waits in the full-text index, and tell the planner how the tables look now."""
        self._own.optimize()

    def _session(self, connection: Connection[Any]) -> PostgresSession:
        return PostgresSession(connection)

    def _docs(self, connection: Connection[Any], idents: Sequence[str]) -> Iterator[bytes]:
        held = "SELECT doc FROM search_image WHERE id = ANY(%s)"
        return (doc for (doc,) in connection.execute(held, [list(idents)], binary=True).fetchall())

    def _totals(self, connection: Connection[Any]) -> tuple[int, int]:
        return connection.execute("SELECT rows, bytes FROM search_meta").fetchone() or (0, 0)

    def _vocabulary(self, connection: Connection[Any]) -> Terms:
        return Terms(connection)
