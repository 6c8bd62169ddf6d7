"""What many tests share: a catalogue with the example stories in it, copied for each test that changes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from catalog.library import Library, open_library
from tests import postgres_server

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("cutline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cutline")

TESTS = Path(__file__).resolve().parent
STORIES = TESTS.parent / "fixtures" / "stories"

LONGEST = ("cluster", "browser", "web", "runs", "media", "cli", "stores", "search", "images", "duplicates")
"""The folders whose files take longest, first: a file that takes two minutes and begins last is waited for by all."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; files and their tests stay together and in order."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}

    def rank(item: pytest.Item) -> int:
        room = item.path.parent.name if item.path.is_relative_to(TESTS) else ""
        return ranks.get(room, len(ranks))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def stories() -> Path:
    """The folder of the example stories."""
    return STORIES


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed catalogue into which the example stories were imported once. Copy it before changing it."""
    folder = tmp_path_factory.mktemp("imported") / "catalogue"
    with open_library(folder) as library:
        for _ in library.import_([STORIES], workers=2):
            pass
    return folder


@pytest.fixture
def library(imported: Path, tmp_path: Path) -> Iterator[Library]:
    """An open catalogue of the example stories that a test may change."""
    folder = tmp_path / "catalogue"
    shutil.copytree(imported, folder)
    with open_library(folder) as opened:
        yield opened


@pytest.fixture(scope="session")
def database_server() -> Iterator[postgres_server.Server]:
    """A PostgreSQL server for the whole session."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def postgres(database_server: postgres_server.Server) -> Iterator[str]:
    """The address of a new, empty catalogue on PostgreSQL."""
    yield database_server.catalogue()
    database_server.clear()
