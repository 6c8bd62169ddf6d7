"""A small catalogue for searching."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.search.index import Index
from catalog.search.memory import Context
from catalog.search.row import Row
from tests.search.search_rows import make_rows


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """The rows of the small catalogue."""
    return make_rows()


@pytest.fixture(scope="session")
def context(rows: list[Row]) -> Context:
    """What queries ask of other rows."""
    hashes = {row.id: row.phash for row in rows}
    return Context(lambda ident: hashes.get(ident, ""))


@pytest.fixture(scope="session")
def index(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The small catalogue as an index; tests only read it."""
    index = Index.open(tmp_path_factory.mktemp("search") / "index.sqlite")
    index.apply(rows, [], 1)
    yield index
    index.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Index]:
    """An empty index of the test's own."""
    index = Index.open(tmp_path / "index.sqlite")
    yield index
    index.close()
