"""Stores to test: the contract suite runs on each of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog.stores import Store, open_store

#: Gives another store on the same catalogue, as another process would open it.
Opener = Callable[[], Store]

#: How to address a new, empty catalogue of each kind, given a folder of the test's own.
ADDRESSES: dict[str, Callable[[Path], str]] = {"tiny": lambda folder: str(folder / "catalogue")}


@pytest.fixture(params=sorted(ADDRESSES))
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens stores on one new catalogue, and closes what a test leaves open."""
    url = ADDRESSES[request.param](tmp_path)
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
