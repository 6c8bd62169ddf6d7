"""Does a shared catalogue still say what was put in? Every document, the values by which it is found, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from psycopg import Connection

from ...model import Damage
from ..documents import decode_doc
from .connection import Database
from .rows import from_jsonb, from_text, lookup_keys

_STEP = 1000
_LACKING = """
SELECT DISTINCT id FROM unnest(%s::uuid[], %s::text[]) AS wanted (key, id)
WHERE NOT EXISTS (SELECT 1 FROM lookup WHERE lookup.key = wanted.key AND lookup.id = wanted.id) ORDER BY id
"""
_DERIVED = "the lookups of "


def check(database: Database) -> Iterator[Damage]:
    """Yield every damage, of one moment. What the server itself keeps (checksums, its log) is the server's to check."""
    counts: Counter[str] = Counter()
    values = 0
    with database.snapshot() as connection, connection.cursor(name="documents") as cursor:
        cursor.itersize = _STEP
        documents = iter(cursor.execute("SELECT kind, id, doc::text FROM document ORDER BY kind, id"))
        while step := list(islice(documents, _STEP)):
            pairs: list[tuple[str, str]] = []
            for kind, ident, text in step:
                counts[kind] += 1
                data = from_jsonb(text)
                if _id_in(data) != from_text(ident):
                    yield Damage("store", f"{kind} {ident}", "it does not carry the id under which it is kept")
                pairs += [(key, ident) for key in lookup_keys(kind, data)]
            values += len(pairs)
            lacking = connection.execute(_LACKING, [[k for k, _ in pairs], [i for _, i in pairs]]).fetchall()
            for (ident,) in lacking:
                yield Damage("store", f"{_DERIVED}{ident}", "it is not found by all of its values")
        yield from _totals(connection, counts, values)


def _id_in(data: bytes) -> str | None:
    try:
        return str(decode_doc(data).get("id"))
    except ValueError:
        return None


def _totals(connection: Connection[Any], counts: Counter[str], values: int) -> Iterator[Damage]:
    row = connection.execute("SELECT count(*) FROM lookup").fetchone()
    if row is not None and row[0] > values:
        yield Damage("store", f"{_DERIVED}the catalogue", f"{row[0] - values:,} name values that no document has")
    told = dict(connection.execute("SELECT name, value FROM tally WHERE name LIKE 'count:%'").fetchall())
    for kind in sorted(counts.keys() | {name.removeprefix("count:") for name in told}):
        if told.get(f"count:{kind}", 0) != counts[kind]:
            yield Damage(
                "store",
                f"{_DERIVED}{kind}",
                f"{told.get(f'count:{kind}', 0):,} are counted, {counts[kind]:,} are there",
            )


def is_derived(damage: Damage) -> bool:
    """Return whether a damage is one of what :func:`rebuild` makes anew."""
    return damage.where.startswith(_DERIVED)


def rebuild(database: Database) -> None:
    """Make the lookups and counts anew from the documents, in one transaction that holds off writers."""
    counts: Counter[str] = Counter()
    with database.transaction() as connection:
        connection.execute("LOCK TABLE document IN SHARE MODE")
        connection.execute("TRUNCATE lookup")
        with connection.cursor(name="documents") as cursor:
            cursor.itersize = _STEP
            documents = iter(cursor.execute("SELECT kind, id, doc::text FROM document"))
            while step := list(islice(documents, _STEP)):
                counts.update(kind for kind, _, _ in step)
                rows = [(key, ident) for kind, ident, text in step for key in lookup_keys(kind, from_jsonb(text))]
                with connection.cursor().copy("COPY lookup (key, id) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
        connection.execute("DELETE FROM tally WHERE name LIKE 'count:%'")
        names = [f"count:{kind}" for kind in counts]
        connection.execute(
            "INSERT INTO tally SELECT * FROM unnest(%s::text[], %s::bigint[])", [names, list(counts.values())]
        )
