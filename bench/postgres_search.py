"""Speed of search (``similar:`` too) on a PostgreSQL server, on synthetic catalogues as in :mod:`bench.search`.

    python -m bench.postgres_search postgresql://HOST/DATABASE 200000 [--keep]

Prints how fast the index is filled, then median and 95th percentile (ms) of kinds of query, each over many different
queries, and last of all of them together. ``--keep`` leaves the schema ``bench_search_COUNT`` and uses it again.
"""

from __future__ import annotations

import argparse
import statistics
import time
from functools import partial
from itertools import islice

from bench.search import FACETS, clock, queries, reviewing, rows
from catalog.search import parse
from catalog.search.postgres import PostgresIndex
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
    schema = f"bench_search_{options.count}_{options.article}"
    database = Database(f"{options.url}{'&' if '?' in options.url else '?'}schema={schema}")
    index = PostgresIndex(database)
    if index.position() is None:
        fill(index, database, options.count, options.article)
    warm(database)
    sample = list(islice(rows(min(options.count, 20_000), 0), 20_000))
    print(f"{'ms':<14}{'median':>9}{'p95':>9}{'cpu':>9}{'cpu p95':>9}{'hits (median)':>15}")
    walls: dict[bool, list[float]] = {False: [], True: []}
    for name, made in queries(sample, options.queries).items():
        parsed = [(parse(text), FACETS if faceted else ()) for text, faceted in made]
        hits = statistics.median(index.count(query)[0] for query, _ in parsed)

        def timed(query: object, facets: tuple[str, ...]) -> None:
            begun = time.perf_counter()
            index.search(query, facets=facets)  # type: ignore[arg-type]
            walls[bool(facets)].append((time.perf_counter() - begun) * 1000)

        print(
            f"{name:<14}{clock([partial(timed, query, facets) for query, facets in parsed])}{hits:>15,.0f}", flush=True
        )
    for faceted, times in walls.items():
        if times:
            print(f"all {'with' if faceted else 'without'} facets: median {statistics.median(times):.2f} ms")
    print(f"{'decision':<14}{clock(reviewing(index, sample, 300))}")  # type: ignore[arg-type]
    if not options.keep:
        database.execute(f'DROP SCHEMA "{database.schema}" CASCADE')
    database.close()


if __name__ == "__main__":
    main()
