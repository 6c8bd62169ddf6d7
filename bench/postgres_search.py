"""Speed of search (``similar:`` too) on a PostgreSQL server, on synthetic catalogues as in :mod:`bench.search`.

    python -m bench.postgres_search postgresql://HOST/DATABASE 200000 [--keep]

Prints how fast the index is filled, then median and 95th percentile (ms) of kinds of query, each over many different
queries, and last of all of them together. ``--keep`` leaves the schema ``bench_search_COUNT`` and uses it again.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import islice

from bench.search import FACETS, clock, queries, reviewing, rows
from catalog.search import parse
from catalog.search.nodes import Query
from catalog.search.postgres import PostgresIndex
from catalog.search.row import Row
from catalog.stores.postgres.connection import Database


def fill(index: PostgresIndex, database: Database, count: int, article: int, step: int = 20_000) -> None:
    """Fill the index as a rebuilding does, and print the rate."""
    taken, done = 0.0, 0
    source = rows(count, article)
    while done < count:
        batch = list(islice(source, step))
        done += len(batch)
        begun = time.perf_counter()
        index.apply(batch, [], -1 if done < count else done)
        taken += time.perf_counter() - begun
    print(f"filled {count:,} rows: {count / taken:,.0f} rows/s, indexes and all")
    begun = time.perf_counter()
    index.optimize()
    size = float(
        database.fetch(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relnamespace = current_schema()::regnamespace"
            " AND relkind = 'r' AND relname LIKE 'search%%'",
            [],
        )[0][0]
    )
    print(
        f"optimize {time.perf_counter() - begun:.1f} s; size {size / 1e6:,.0f} MB, {size / count:,.0f} bytes a picture"
    )


def warm(database: Database) -> None:
    """Read the tables and the index of bands once, as on a server that has been asked for a while."""
    begun = time.perf_counter()
    for statement in (
        "SELECT sum(length(facets) + length(weights) + length(body)) FROM search_image",
        "SELECT count(*) FROM search_image WHERE words @@ 'jpeg | png'::tsquery",
        "SELECT count(*) FROM search_band WHERE value >= 0",
    ):
        database.fetch(statement)
    print(f"read once in {time.perf_counter() - begun:.1f} s")


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of a PostgreSQL database")
    parser.add_argument("count", type=int, help="pictures in the catalogue")
    parser.add_argument("--article", type=int, default=0, help="words of article text with each picture")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--keep", action="store_true", help="leave the schema, and use one of this size that is there")
    options = parser.parse_args()
    database, index = filled(options.url, options.count, options.article)
    sample = list(islice(rows(min(options.count, 20_000), 0), 20_000))
    walls = ask(index, sample, options.queries)
    for faceted in (False, True):
        times = [one for kind, some in walls.items() if kind[1] is faceted for one in some]
        if times:
            print(f"all {'with' if faceted else 'without'} facets: median {statistics.median(times):.2f} ms")
    print(f"{'decision':<14}{clock(reviewing(index, sample, 300))}")  # type: ignore[arg-type]
    if not options.keep:
        database.execute(f'DROP SCHEMA "{database.schema}" CASCADE')
    database.close()


def filled(url: str, count: int, article: int = 0) -> tuple[Database, PostgresIndex]:
    """Open the index of so many pictures, filled unless it is there already, and read it once."""
    schema = f"bench_search_{count}_{article}"
    database = Database(f"{url}{'&' if '?' in url else '?'}schema={schema}")
    index = PostgresIndex(database)
    if index.position() is None:
        fill(index, database, count, article)
    warm(database)
    return database, index


def ask(index: PostgresIndex, sample: list[Row], count: int) -> dict[tuple[str, bool], list[float]]:
    """Ask so many queries of each kind and print what they took; return the milliseconds, by kind and whether facets were asked."""
    print(f"{'ms':<14}{'median':>9}{'p95':>9}{'cpu':>9}{'cpu p95':>9}{'hits (median)':>15}")
    walls: dict[tuple[str, bool], list[float]] = {}
    for name, made in queries(sample, count).items():
        parsed = [(parse(text), FACETS if faceted else ()) for text, faceted in made]
        hits = statistics.median(index.count(query)[0] for query, _ in parsed)

        def timed(name: str, query: Query, facets: tuple[str, ...]) -> None:
            begun = time.perf_counter()
            index.search(query, facets=facets)
            walls.setdefault((name, bool(facets)), []).append((time.perf_counter() - begun) * 1000)

        calls: list[Callable[[], object]] = [partial(timed, name, query, facets) for query, facets in parsed]
        print(f"{name:<14}{clock(calls)}{hits:>15,.0f}", flush=True)
    return walls


if __name__ == "__main__":
    main()
