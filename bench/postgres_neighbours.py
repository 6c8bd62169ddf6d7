"""Looking for copies of one picture on a PostgreSQL server, by its hashes and by its corners.

    python -m bench.postgres_neighbours postgresql://HOST/DATABASE 20000

Adds COUNT samples of random hashes and as many corners as a picture may have, then prints median and 95th percentile (ms) of naming
the candidates for one picture, and of the two parts of that, and how many bytes a picture takes. Leaves nothing behind.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from bench.search import clock
from catalog.duplicates.sample import Sample
from catalog.fingerprinting import features, fingerprints
from catalog.stores.postgres import segments
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.neighbours import PostgresNeighbours
from fixtures.drawing import KINDS, scene

SCHEMA, STEP = "bench_neighbours", 500
#: Samples that are asked about, at least, when so many were added.
ASKED = 100


def samples(count: int) -> Iterator[Sample]:
    """Yield samples that share nothing but the places of their corners."""
    rng = np.random.default_rng(5)
    known = fingerprints.prepare(scene(next(iter(KINDS)), (900, 600), seed=1))
    local = features.unpack(known.features)
    chosen = np.resize(np.arange(len(local.points)), features.POINTS)
    placed = {name: getattr(local, name)[chosen] for name in ("points", "levels", "turns")}
    for _ in range(count):
        bits = rng.integers(0, 256, (features.POINTS, local.bits.shape[1]), dtype=np.uint8)
        hashes = replace(known.fingerprint, dct=rng.bytes(32).hex(), trimmed="", box=None, flat=False)
        digest = rng.bytes(32).hex()
        yield Sample(digest[:16], hashes, features.pack(replace(local, **placed, bits=bits)), 900, 600, digest, 100_000)


def fill(index: PostgresNeighbours, count: int) -> list[Sample]:
    """Add the samples and print the rate; return some of them."""
    source, kept, taken = samples(count), [], 0.0
    while step := list(islice(source, STEP)):
        begun = time.perf_counter()
        index.add(step)
        taken += time.perf_counter() - begun
        kept += step[:: max(1, len(step) // 10)]
    print(f"added {count:,} samples: {count / taken:,.0f} a second")
    return kept[:: max(1, len(kept) // ASKED)]


def print_sizes(database: Database, count: int) -> None:
    """Print how many bytes a picture takes, indexes and TOAST included, as it is: nothing is cleaned up first."""
    size = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
    parts = [float(database.fetch(size, [names])[0][0]) for names in (["sample"], list(segments.NAMES))]
    print("bytes a picture: {:,.0f} of samples, {:,.0f} of corners".format(*(part / count for part in parts)))
    there = database.fetch("SELECT level, count(*) FROM corner_segment GROUP BY level ORDER BY level")
    print("segments by level:", ", ".join(f"{level}: {number}" for level, number in there) or "none")


def ask(database: Database, index: PostgresNeighbours, asked: list[Sample]) -> float:
    """Print what naming candidates takes, and of that what the hashes take and the corners; return the median of the first."""
    index.candidates(asked[0])

    def hashes(sample: Sample) -> None:
        with database.transaction() as connection:
            index.by_hash(connection, sample.fingerprint)

    def corners(sample: Sample) -> None:
        with database.transaction() as connection:
            index.by_corners(connection, features.unpack(sample.features))

    print(f"bytes of memory a picture, of corners: {index.memory / max(1, index.level - 1):,.0f}")
    print(f"{'ms':<14}{'median':>9}{'p95':>9}{'cpu':>9}{'cpu p95':>9}")
    medians: list[float] = []
    for name, call in (("candidates", index.candidates), ("by hashes", hashes), ("by corners", corners)):
        line = clock([partial(call, sample) for sample in asked])
        medians.append(float(line.split()[0]))
        print(f"{name:<14}{line}", flush=True)
    return medians[0]


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of a PostgreSQL database")
    parser.add_argument("count", type=int, help="pictures in the catalogue")
    parser.add_argument("--queries", type=int, default=100)
    options = parser.parse_args()
    database = Database(f"{options.url}{'&' if '?' in options.url else '?'}schema={SCHEMA}")
    try:
        index = PostgresNeighbours(database)
        asked = fill(index, options.count)
        print_sizes(database, options.count)
        ask(database, index, asked[: options.queries])
    finally:
        database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        database.close()


if __name__ == "__main__":
    main()
