"""The schema asks nothing of the server that it does not have, and its large tables can be dealt out as docs/scale.md says."""

from __future__ import annotations

from pathlib import Path

from catalog.library import Library, open_library
from catalog.stores.postgres.store import PostgresStore

ROOT = Path(__file__).resolve().parents[2]
#: The column by which each large table is distributed, as docs/scale.md says.
BY = {
    "document": "id",
    "gone": "id",
    "search_image": "id",
    "search_ran": "image",
    "sample": "id",
    "search_band": "value",
    **{f"corner_{level}": "run" for level in range(4)},
    "search_term": "term",
    "search_gram": "gram",
    "search_finding": "id",
    "search_about": "finding",
    "search_article": "id",
    "search_label": "id",
}
#: Those that stay on one node, or are whole on each.
WHOLE = {"committed", "tally", "migration", "neighbour_meta", "corner_segment"} | {
    f"search_{name}" for name in ("meta", "value", "month", "waiting", "tally")
}
_TABLES = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
_UNIQUE = """
SELECT table_.relname::text, array_agg(column_.attname::text)
FROM pg_class table_ JOIN pg_index index_ ON index_.indrelid = table_.oid AND index_.indisunique
JOIN pg_attribute column_ ON column_.attrelid = table_.oid AND column_.attnum = ANY (index_.indkey)
WHERE table_.relnamespace = current_schema()::regnamespace GROUP BY table_.relname, index_.indexrelid
"""
_FOREIGN = (
    "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def test_every_table_can_be_distributed_or_is_small(library: Library, postgres: str, tmp_path: Path) -> None:
    """Each table is dealt out by a column that all its unique indexes hold, which Citus demands, or stays whole; none refers to
    another; the guide names each with its column; and no extension was installed."""
    with open_library(postgres, media=str(tmp_path / "media")) as shared:
        list(library.copy_to(shared))
        assert list(shared.ids("bridge")) == list(library.ids("bridge"))
    store = PostgresStore(postgres)
    ask = store.database.fetch
    assert {name for (name,) in ask(_TABLES)} == {*BY, *WHOLE}
    unique = [(str(table), list(columns)) for table, columns in ask(_UNIQUE) if table in BY]
    assert unique and [(table, columns) for table, columns in unique if BY[table] not in columns] == []
    assert ask(_FOREIGN) == []
    assert [name for (name,) in ask("SELECT extname::text FROM pg_extension")] == ["plpgsql"]
    store.close()
    guide = (ROOT / "docs" / "scale.md").read_text("utf-8")
    assert [name for name in (*BY, *WHOLE, *BY.values()) if f"`{name}`" not in guide and name not in ("image",)] == []
