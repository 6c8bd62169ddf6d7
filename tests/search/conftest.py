"""A small catalogue for searching, in every engine that there is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.search.facade import SearchIndex
from catalog.search.index import Index
from catalog.search.memory import Context
from catalog.search.row import Row
from tests import postgres_server
from tests.search.search_rows import make_rows, make_stories

ENGINES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """The rows of the small catalogue."""
    return make_rows()


@pytest.fixture(scope="session")
def stories() -> list[Row]:
    """The rows of its articles, which no search for pictures meets."""
    return make_stories()


@pytest.fixture(scope="session")
def context(rows: list[Row]) -> Context:
    """What queries ask of other rows."""
    hashes = {row.id: row.phash for row in rows}
    return Context(lambda ident: hashes.get(ident, ""))


@pytest.fixture(scope="session")
def file_index(rows: list[Row], stories: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """The small catalogue in an SQLite file; tests only read it."""
    index = Index.open(tmp_path_factory.mktemp("search") / "index.sqlite")
    index.apply_articles(stories, [])
    index.apply(rows, [], 1)
    yield index
    index.close()


@pytest.fixture(scope="session")
def shared_index(rows: list[Row], stories: list[Row], database_server: postgres_server.Server) -> Iterator[SearchIndex]:
    """The small catalogue on PostgreSQL; tests only read it."""
    with _on_postgres(database_server, "read") as index:
        index.apply_articles(stories, [])
        index.apply(rows, [], 1)
        yield index


@pytest.fixture(params=ENGINES)
def index(request: pytest.FixtureRequest) -> SearchIndex:
    """The small catalogue as an index of each engine; tests only read it."""
    made: SearchIndex = request.getfixturevalue({"sqlite": "file_index", "postgres": "shared_index"}[request.param])
    return made


@pytest.fixture
def own_file(tmp_path: Path) -> Iterator[Index]:
    """An empty SQLite index of the test's own."""
    index = Index.open(tmp_path / "index.sqlite")
    yield index
    index.close()


@pytest.fixture(scope="session")
def _emptied(database_server: postgres_server.Server) -> Iterator[SearchIndex]:
    with _on_postgres(database_server, "own") as index:
        yield index


@pytest.fixture
def own_shared(_emptied: SearchIndex) -> SearchIndex:
    """An empty index on PostgreSQL of the test's own."""
    _emptied.clear()
    return _emptied


@pytest.fixture(params=ENGINES)
def own(request: pytest.FixtureRequest) -> SearchIndex:
    """An empty index of the test's own, of each engine."""
    made: SearchIndex = request.getfixturevalue({"sqlite": "own_file", "postgres": "own_shared"}[request.param])
    return made


@contextmanager
def _on_postgres(server: postgres_server.Server, name: str) -> Iterator[SearchIndex]:
    """An index in a schema of its own that lasts for the session."""
    from catalog.search.postgres import PostgresIndex
    from catalog.stores.postgres.connection import Database

    schema = f"test_search_{name}_{os.getpid()}"
    database = Database(f"{server.url}{'&' if '?' in server.url else '?'}schema={schema}")
    yield PostgresIndex(database)
    database.execute(f"DROP SCHEMA {schema} CASCADE")
    database.close()
