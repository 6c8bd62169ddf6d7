"""Stores to test: the contract suite runs on each of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.stores import open_store
from catalog.stores.base import Store

#: Gives another store on the same catalogue, as another process would open it.
Opener = Callable[[], Store]

#: How to address a new, empty catalogue of each kind.
ADDRESSES: dict[str, Callable[[pytest.FixtureRequest], str]] = {
    "tiny": lambda request: str(request.getfixturevalue("folder")),
    "postgres": lambda request: str(request.getfixturevalue("postgres")),
}


@pytest.fixture(params=sorted(ADDRESSES))
def address(request: pytest.FixtureRequest) -> str:
    """The address of a new catalogue, of each kind in turn."""
    return ADDRESSES[request.param](request)


@pytest.fixture
def opener(address: str) -> Iterator[Opener]:
    """Opens stores on one new catalogue, and closes what a test leaves open."""
    url = address
    opened: list[Store] = []

    def open_another() -> Store:
        opened.append(open_store(url))
        return opened[-1]

    yield open_another
    for store in opened:
        store.close()


@pytest.fixture
def store(opener: Opener) -> Store:
    """One open store on a new catalogue."""
    return opener()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a new catalogue in a folder may be made."""
    return tmp_path / "catalogue"
