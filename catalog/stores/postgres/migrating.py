"""Bringing a catalogue's schema up to date: the numbered files of ``migrations/``, each applied once, in order.

A file is applied in one transaction with the row that says so; an advisory lock lets one process do it while others wait.
Files are never changed after a release: what must change is a new file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from ...errors import Absent, CatalogueUnusable

FOLDER = Path(__file__).parent / "migrations"


def files() -> list[tuple[int, Path]]:
    """Return (number, file) of every migration, in order."""
    return sorted((int(path.name.partition("-")[0]), path) for path in FOLDER.glob("[0-9]*.sql"))


def applied(connection: Connection[Any], schema: str) -> set[int] | None:
    """Return the numbers of the migrations that a catalogue has had, ``None`` when there is no catalogue."""
    # Not to_regclass(), which answers from what this session has cached, also when another has just made the schema.
    there = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = 'migration'"
    if connection.execute(there, [schema]).fetchone() is None:
        return None
    rows = connection.execute(sql.SQL("SELECT number FROM {}.migration").format(sql.Identifier(schema)))
    return {row[0] for row in rows}


def migrate(connection: Connection[Any], schema: str, *, create: bool) -> None:
    """Bring the catalogue in ``schema`` up to date over an autocommitting connection whose search_path is that schema.

    Raises CatalogueUnusable when a newer Cutline made it, or when there is none and ``create`` is false.
    """
    if not _missing(connection, schema, create):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cutline migrate {schema}"])
        missing = _missing(connection, schema, create)  # perhaps another process has just done it
        if len(missing) == len(files()):
            name = sql.Identifier(schema)
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            connection.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {}.migration"
                    " (number int PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now())"
                ).format(name)
            )
        for number, path in missing:
            connection.execute(path.read_bytes())
            connection.execute("INSERT INTO migration (number, name) VALUES (%s, %s)", [number, path.name])


def _missing(connection: Connection[Any], schema: str, create: bool) -> list[tuple[int, Path]]:
    known, had = files(), applied(connection, schema)
    if had is None and not create:
        raise Absent(f"the schema {schema} of this database")
    if had is not None and had - {number for number, _ in known}:
        raise CatalogueUnusable("A newer Cutline made this catalogue: pip install --upgrade 'cutline[postgres]'.")
    return [(number, path) for number, path in known if number not in (had or ())]
