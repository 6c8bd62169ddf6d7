"""Connections to a shared catalogue: addresses, schemas, transactions of a thread, errors that are sentences."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from catalog.errors import CatalogueUnusable
from catalog.stores.postgres import advice
from catalog.stores.postgres.address import Address
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.migrating import files
from catalog.stores.postgres.store import PostgresStore
from catalog.upkeep.doctoring import checks
from tests.postgres_server import Server


def test_an_address_is_taken_apart_and_shown_without_its_password() -> None:
    """Cutline's own parts leave the address; what is shown keeps everything but secrets."""
    address = Address.parse(
        "postgres://ann:s%40cret@db:5433/desk?sslmode=require&schema=photos&media=s3://b/o&password=x"
    )
    assert (address.schema, address.media) == ("photos", "s3://b/o")
    assert (
        "schema" not in address.conninfo and "media" not in address.conninfo and "sslmode=require" in address.conninfo
    )
    assert address.shown == "postgresql://ann@db:5433/desk?sslmode=require&schema=photos"
    assert Address.parse("postgresql:///desk").conninfo == "postgresql:///desk"


@pytest.mark.parametrize(
    "url", ["postgresql://h/d?schema=a-b", "postgresql://h/d?schema=", "postgresql://[h/d", "postgresql://h/d?x"]
)
def test_a_bad_address_is_one_sentence(url: str) -> None:
    """What cannot be an address is refused with what to write."""
    with pytest.raises(CatalogueUnusable):
        Address.parse(url)


def test_an_unreachable_server_is_named_without_the_password() -> None:
    """The sentence says what to check and never prints the password."""
    with pytest.raises(CatalogueUnusable, match="cannot be reached") as caught:
        Database("postgresql://ann:geheim123@127.0.0.1:1/desk")
    assert "geheim123" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_parameter_that_there_is_not_is_named() -> None:
    """libpq's own complaint about the address is passed on."""
    with pytest.raises(CatalogueUnusable, match="sslmodus"):
        Database("postgresql://127.0.0.1:1/desk?sslmodus=on")


def test_migrations_are_applied_once(postgres: str) -> None:
    """Opening twice, also at the same time, leaves each migration applied once; an unknown one is refused."""
    opened: list[Database] = []
    threads = [threading.Thread(target=lambda: opened.append(Database(postgres))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row[0] for row in opened[0].fetch("SELECT number FROM migration ORDER BY number")] == [
        n for n, _ in files()
    ]
    opened[0].execute("INSERT INTO migration (number, name) VALUES (9999, 'x')")
    with pytest.raises(CatalogueUnusable, match="newer Cutline"):
        Database(postgres)
    for database in opened:
        database.close()
    assert len(opened) == 4


def test_nothing_is_made_unless_asked(postgres: str) -> None:
    """Opening what is not there, to read, says so."""
    with pytest.raises(CatalogueUnusable, match="`cutline import FOLDER` makes one"):
        Database(postgres, create=False)


def test_a_transaction_belongs_to_its_thread(postgres: str) -> None:
    """All that a thread does inside is seen by others together or not at all."""
    database = Database(postgres)
    seen: list[int] = []

    def look() -> None:
        seen.append(database.fetch("SELECT count(*) FROM tally WHERE name = 'x'")[0][0])

    def elsewhere() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    with database.transaction():
        database.execute("INSERT INTO tally VALUES ('x', 1)")
        with database.transaction():
            look()
        elsewhere()
    elsewhere()
    with pytest.raises(RuntimeError), database.transaction():
        database.execute("DELETE FROM tally WHERE name = 'x'")
        raise RuntimeError
    look()
    assert seen == [1, 0, 1, 1]
    database.close()


def test_a_lost_connection_is_replaced(postgres: str) -> None:
    """After the server has ended every connection, the next question is answered."""
    database = Database(postgres)
    database.fetch("SELECT 1")
    with Database(postgres).connection() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = 'cutline' AND pid <> pg_backend_pid()"
        )
    assert database.fetch("SELECT 2") == [(2,)]
    database.close()


def test_a_server_that_restarts_is_waited_for(postgres: str, database_server: Server) -> None:
    """A restart costs patience, not the process."""
    if not database_server.restartable:
        pytest.skip("the server is not the tests' own: it is not restarted")
    database = Database(postgres)
    database.execute("INSERT INTO tally VALUES ('x', 1)")
    database_server.restart()
    assert database.fetch("SELECT value FROM tally WHERE name = 'x'") == [(1,)]
    database.close()


def test_doctor_says_which_settings_are_small(postgres: str) -> None:
    """Those that PostgreSQL comes with are told with the statements that mend them; what is set as the guide says is fine."""
    PostgresStore(postgres).close()
    database = Database(postgres)
    before = advice.asked(database)
    assert set(before) == {wanted.name for wanted in advice.WANTED}
    [check] = [c for c in checks(postgres) if c.name == "PostgreSQL settings"]
    assert (check.state == "missing") == bool(list(advice.small(before)))
    enough = {wanted.name: (wanted.least, wanted.written) for wanted in advice.WANTED}
    assert not list(advice.small(enough))
    for wanted in advice.WANTED:
        [one] = advice.small({**enough, wanted.name: (wanted.least - 1, "less")})
        assert one.mending == f"ALTER SYSTEM SET {wanted.name} = '{wanted.written}'"
    units = "SELECT name::text, unit FROM pg_settings WHERE name = ANY(%s)"
    assert dict(database.fetch(units, [list(before)])) == {
        "shared_buffers": "8kB", "max_wal_size": "MB", "checkpoint_timeout": "s"
    }  # fmt: skip
    database.close()


def test_the_guide_names_the_settings() -> None:
    """What `doctor` asks for stands in docs/scale.md, number for number."""
    guide = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text("utf-8")
    assert [w.name for w in advice.WANTED if f"{w.name} = '{w.written}'" not in guide] == []
