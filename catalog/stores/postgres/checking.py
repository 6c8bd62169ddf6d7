"""Does a shared catalogue still say what was put in? Every document, the values by which it is found, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from ...model import Damage
from ..base import Doc
from ..documents import decode_doc
from .connection import Database
from .rows import from_jsonb, from_text, lookup_keys

_STEP = 1000
_DERIVED = "the lookups of "


def check(database: Database) -> Iterator[Damage]:
    """Yield every damage, of one moment. What the server itself keeps (checksums, its log) is the server's to check."""
    counts: Counter[str] = Counter()
    with database.snapshot() as connection:
        for kind, ident, doc, keys in _documents(connection):
            counts[kind] += 1
            if doc is None or str(doc.get("id")) != from_text(ident):
                yield Damage("store", f"{kind} {ident}", "it does not carry the id under which it is kept")
            if set(keys) != {key.hex() for key in lookup_keys(kind, doc or {})}:
                yield Damage("store", f"{_DERIVED}{ident}", "it is not found by its values, or by others")
        yield from _totals(connection, counts)


def _documents(connection: Connection[Any]) -> Iterator[tuple[str, str, Doc | None, list[str]]]:
    """(kind, id, document or ``None`` where it is none, keys) of everything."""
    with connection.cursor(name="documents") as cursor:
        cursor.itersize = _STEP
        for kind, ident, text, keys in cursor.execute("SELECT kind, id, doc::text, keys::text FROM document"):
            yield kind, ident, _decoded(text), keys.strip("{}").replace("-", "").split(",") if len(keys) > 2 else []


def _decoded(text: str) -> Doc | None:
    try:
        return decode_doc(from_jsonb(text))
    except ValueError:
        return None


def _totals(connection: Connection[Any], counts: Counter[str]) -> Iterator[Damage]:
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
    """Make the keys and counts anew from the documents, in one transaction that holds off writers."""
    counts: Counter[str] = Counter()
    with database.transaction() as connection:
        connection.execute("LOCK TABLE document IN SHARE ROW EXCLUSIVE MODE")
        for kind, ident, doc, keys in _documents(connection):
            counts[kind] += 1
            if set(keys) != set(wanted := [key.hex() for key in lookup_keys(kind, doc or {})]):
                connection.execute(
                    "UPDATE document SET keys = %s::uuid[] WHERE kind = %s AND id = %s",
                    ["{" + ",".join(wanted) + "}", kind, ident],
                )
        connection.execute("DELETE FROM tally WHERE name LIKE 'count:%'")
        names = [f"count:{kind}" for kind in counts]
        connection.execute(
            "INSERT INTO tally SELECT * FROM unnest(%s::text[], %s::bigint[])", [names, list(counts.values())]
        )
