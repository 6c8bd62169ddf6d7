"""What each kind of work costs at growing sizes, and with which power of the size it grows.

    python -m bench.growth postgresql://HOST/DATABASE [load] [search] [near] [import] [join] --sizes 10000 100000 1000000

A row for each kind of work: its cost at each size, and the exponent from the first size to the last (0: the same at any size, 1: in
proportion). Beneath each, what it measures prints itself. ``load``: seconds for 1,000 records loaded in bulk, and milliseconds of a
decision. ``search``: milliseconds (median) without and with facets, and of ``similar:``. ``near``: milliseconds of naming the
candidates for one picture. ``import``: seconds for a few drawn pictures, into a shared catalogue that has so many. ``join``:
seconds of a join of all fingerprints. Schemas of search indexes are left and used again.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

from bench import cluster, import_pictures, postgres, postgres_neighbours, postgres_search
from bench.search import rows
from catalog.duplicates import hamming
from catalog.inferences import inferring
from catalog.library import open_library
from catalog.model import Image, ImportResult
from catalog.stores.base import Transaction
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.neighbours import PostgresNeighbours
from catalog.stores.postgres.store import PostgresStore

Costs = dict[str, float]
QUERIES = 100
PICTURES = 24


def _at(url: str, schema: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}schema={schema}"


def _drop(url: str, schema: str) -> None:
    database = Database(_at(url, schema))
    database.execute(f"DROP SCHEMA {schema} CASCADE")
    database.close()


def load(url: str, count: int) -> Costs:
    """Loading in bulk, then decisions."""
    store = postgres.opened(_at(url, postgres.SCHEMA))
    try:
        rate = postgres.load(store, count)
        found = postgres.findings(store, count)[:200]
        postgres.settle(store)
        times = [postgres.decide(store, finding) for finding in found]
    finally:
        store.close()
        _drop(url, postgres.SCHEMA)
    return {"load of 1,000 records, s": 1000 / rate, "decision, ms": statistics.median(times)}


def search(url: str, count: int) -> Costs:
    """Every kind of query."""
    database, index = postgres_search.filled(url, count)
    walls = postgres_search.ask(index, list(islice(rows(min(count, 20_000), 0), 20_000)), QUERIES)
    database.close()
    own = [one for (name, faceted), some in walls.items() if not faceted and name != "similar" for one in some]
    return {
        "search, ms": statistics.median(own),
        "search with facets, ms": statistics.median([one for kind, some in walls.items() if kind[1] for one in some]),
        "similar:, ms": statistics.median(walls["similar", False]),
    }


def near(url: str, count: int) -> Costs:
    """The candidates for one picture."""
    database = Database(_at(url, postgres_neighbours.SCHEMA))
    try:
        index = PostgresNeighbours(database)
        asked = postgres_neighbours.fill(index, count)
        database.execute("VACUUM (ANALYZE) sample")
        return {"candidates, ms": postgres_neighbours.ask(database, index, asked[:QUERIES])}
    finally:
        database.execute(f"DROP SCHEMA {postgres_neighbours.SCHEMA} CASCADE")
        database.close()


def _fill(url: str, schema: str, count: int) -> None:
    """Put so many pictures, with their samples, into a catalogue."""
    store = PostgresStore(_at(url, schema))
    samples, index = postgres_neighbours.samples(count), PostgresNeighbours(store.database)
    while batch := list(islice(samples, 500)):
        change = Transaction()
        for one in batch:
            image = Image(one.id, one.sha256, one.size, one.width, one.height, "JPEG", (f"{one.id}.jpg",))
            change.put("image", one.id, inferring.image_doc(replace(image, fingerprint=one.fingerprint)))
        store.commit(change)
        index.add(batch)
    store.compact()
    store.close()


@cache
def _drawn() -> tuple[bytes, ...]:
    """The pictures that are imported, the same at every size: drawing them takes far longer than importing them."""
    with tempfile.TemporaryDirectory() as folder:
        import_pictures.drawn(Path(folder), PICTURES)
        return tuple(file.read_bytes() for file in sorted(Path(folder).iterdir()))


def imports(url: str, count: int) -> Costs:
    """Pictures into a catalogue that has some: decoding, committing and comparing."""
    schema = "bench_growth"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in").mkdir()
        for n, data in enumerate(_drawn()):
            (place / "in" / f"{n:04}.jpg").write_bytes(data)
        media = str(place / "media")
        first, *others = sorted((place / "in").iterdir())
        with open_library(_at(url, schema), media=media) as library:
            for _ in library.import_([first], workers=0):  # where the originals are is known then, and all is loaded
                pass
        try:
            _fill(url, schema, count)
            with open_library(_at(url, schema), media=media) as library:
                library.index.position()
                begun = time.perf_counter()
                done = [r for r in library.import_(others, workers=1) if isinstance(r, ImportResult)]
                taken = time.perf_counter() - begun
            assert len(done) == len(others)
            return {f"import of {len(others)} pictures, s": taken}
        finally:
            _drop(url, schema)


def join(_url: str, count: int) -> Costs:
    """All pairs of fingerprints within 8 bits, in one process."""
    codes = cluster.made(count)
    begun = time.process_time()
    hamming.self_join(codes, cluster.RADIUS)
    return {"join of all, s": time.process_time() - begun}


KINDS: dict[str, Callable[[str, int], Costs]] = {
    "load": load,
    "search": search,
    "near": near,
    "import": imports,
    "join": join,
}


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """With which power of the size a cost grows from the first to the last."""
    return math.log(costs[-1] / costs[0]) / math.log(sizes[-1] / sizes[0])


def main() -> None:
    """Measure what is named, else everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="address of a PostgreSQL database")
    parser.add_argument("what", nargs="*", default=list(KINDS), help=", ".join(KINDS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    given = parser.parse_args()
    for kind in given.what:
        found = [KINDS[kind](given.url, size) for size in given.sizes]
        print(f"\n| cost | {' | '.join(f'{size:,}' for size in given.sizes)} | exponent |")
        print("| --- " * (len(given.sizes) + 2) + "|")
        for name in found[0]:
            costs = [one[name] for one in found]
            shown = " | ".join(f"{cost:.3g}" for cost in costs)
            print(f"| {name} | {shown} | {exponent(given.sizes, costs):+.2f} |", flush=True)
        print()


if __name__ == "__main__":
    main()
