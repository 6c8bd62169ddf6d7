"""A process that stays hears what others commit: what it keeps is level before anybody asks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from catalog.library import Library, open_library
from catalog.stores.base import Transaction
from catalog.stores.postgres.listening import listening
from catalog.stores.postgres.neighbours import PostgresNeighbours
from catalog.stores.postgres.store import PostgresStore
from tests.postgres_server import Server

ROOT = Path(__file__).resolve().parents[2]
#: Seconds until a test gives up waiting for what should have come at once.
PATIENCE = 20.0


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, and return whether it came to that."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def now(store: PostgresStore) -> int:
    """The position of the last commit to a catalogue, whoever made it."""
    store.refresh()
    return store.position()


def is_level(store: PostgresStore) -> bool:
    """Whether the search index shows everything, read past every cache."""
    return bool(store.database.fetch("SELECT position FROM search_meta")[0][0] == now(store))


def test_what_another_process_imports_is_held_before_anybody_asks(postgres: str, tmp_path: Path) -> None:
    """The fingerprints in this process's memory, and the search index, follow an import by another process by themselves."""
    picture = tmp_path / "kite.png"
    Image.linear_gradient("L").resize((96, 64)).save(picture)
    media = str(tmp_path / "media")
    command = [sys.executable, "-m", "catalog.cli", "--catalog", postgres, "import", str(picture), "--workers", "1"]
    with open_library(postgres, media=media) as library:
        held = library.neighbours
        assert isinstance(held, PostgresNeighbours) and library.index.position() is not None
        held.refresh()
        assert held.level == 1
        with library.following():
            subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
            assert until(lambda: held.level == 2)
            other = PostgresStore(postgres)
            assert until(lambda: is_level(other))
            other.close()


def put(store: PostgresStore, ident: str) -> None:
    """Commit one document, and bring nothing level with it."""
    change = Transaction()
    change.put("source", ident, {"sha256": ident})
    store.commit(change)


def test_the_index_follows_a_commit_whose_process_died(library: Library, postgres: str, tmp_path: Path) -> None:
    """Whoever commits brings the index level; when it ends before that, one who listens does."""
    with open_library(postgres, media=str(tmp_path / "media")) as shared:
        list(library.copy_to(shared))
        assert shared.index.numbers().images == library.store.count("image")
        store = PostgresStore(postgres)
        with shared.following():
            put(store, "while somebody listens")
            assert until(lambda: is_level(store))
        put(store, "while nobody does")
        time.sleep(0.5)
        assert not is_level(store)
        store.close()


def test_a_lost_line_is_taken_up_again(postgres: str, database_server: Server) -> None:
    """After the server was away, what is committed is heard as before, and what was missed is told at once."""
    if not database_server.restartable:
        pytest.skip("the server is not the tests' own: it is not restarted")
    store, heard = PostgresStore(postgres), []
    with listening(store.database, lambda: heard.append(now(store))):
        assert until(lambda: heard == [0])
        database_server.restart()
        assert until(lambda: len(heard) == 2)
        put(store, "a")
        assert until(lambda: heard[-1] == 1)
    put(store, "b")
    time.sleep(0.3)
    assert heard[-1] == 1
    store.close()


def test_other_catalogues_of_the_server_are_not_news(postgres: str, database_server: Server) -> None:
    """Only commits to the same catalogue are heard; many in a row are heard together."""
    store, other, heard = PostgresStore(postgres), PostgresStore(database_server.catalogue()), []
    with listening(store.database, lambda: heard.append(now(store))):
        assert until(lambda: heard == [0])
        put(other, "x")
        for n in range(5):
            put(store, str(n))
        assert until(lambda: heard[-1] == 5)
        assert len(heard) < 6
        before = len(heard)
        put(other, "y")
        time.sleep(0.4)
        assert len(heard) == before
    store.close()
    other.close()
