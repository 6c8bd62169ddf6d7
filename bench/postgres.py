"""The store of a shared catalogue: loading in bulk, one decision, and many clients at once, on a PostgreSQL server.

    python -m bench.postgres postgresql://HOST/DATABASE 1000000 [--keep]

Loads COUNT images and COUNT captions (ten a story), decides on duplicates as a person does, and lets clients read, decide and
import at the same time. Speed depends on the server's disk: every decision waits for it, as does the single row that is put and
committed beside each to show what that takes. ``--keep`` leaves the schema
``bench_store`` behind. Search and near duplicates are measured by :mod:`bench.postgres_search`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from itertools import islice, pairwise
from multiprocessing import get_context

from catalog.catalogue import Catalogue
from catalog.codec import to_dict
from catalog.decisions import deciding
from catalog.errors import CatalogueUnusable
from catalog.inferences import inferring
from catalog.model import Article, Caption, Image, Match, Metadata
from catalog.runs.waiting import Waiting
from catalog.stores.base import Doc, Transaction
from catalog.stores.postgres.connection import Database
from catalog.stores.postgres.store import PostgresStore

SCHEMA = "bench_store"
WORDS = [f"{a}{b}" for a in ("river", "market", "harbour", "council", "bridge", "forest") for b in range(500)]
BATCH = 10_000
PAIRS = 1_000


def name(n: int) -> str:
    """Return the SHA-256 that stands for the n-th picture."""
    return hashlib.sha256(str(n).encode()).hexdigest()


def documents(count: int) -> Iterator[tuple[str, Doc]]:
    """Yield (kind, document) of ``count`` images and captions, and of the stories they stand in."""
    rng = random.Random(1)
    for story in range(0, count, 10):
        article = f"{story:016x}"
        captions = []
        for n in range(story, min(story + 10, count)):
            text = " ".join(rng.choices(WORDS, k=18))
            captions.append(
                Caption(f"{article}-{n - story:02d}", article, n - story, text, "Jane Doe", f"{text} Jane Doe")
            )
            sha, metadata = name(n), Metadata(caption=text, credit="Jane Doe", created="2024-05-01T10:00:00")
            path = f"pictures/{story // 1000:05d}/{n:09d}.jpg"
            image = Image(
                sha[:16], sha, 2_000_000, 3000, 2000, "JPEG", (path,), metadata=metadata, imported="2024-05-02"
            )
            yield "image", inferring.image_doc(image)
        told = Article(
            article, f"stories/{story:09d}.html", sha256=name(-story - 1), kind="webpage", title=f"Story {story}"
        )
        yield "article", inferring.article_doc(told, captions)
        yield from (("caption", to_dict(caption)) for caption in captions)


def opened(url: str) -> PostgresStore:
    """Open the empty catalogue that is measured: what a run that was stopped has left goes first."""
    database = Database(url)
    database.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    database.close()
    return PostgresStore(url)


def logged(store: PostgresStore) -> tuple[int, int]:
    """Return how many bytes the server has written to its log, and how many checkpoints it has made (0 before version 17)."""
    ask = store.database.fetch
    told = "SELECT num_timed + num_requested FROM pg_stat_checkpointer"
    made = ask(told)[0][0] if int(store.database.version.split(".")[0]) >= 17 else 0
    return int(ask("SELECT pg_current_wal_insert_lsn() - '0/0'")[0][0]), int(made)


def settle(store: PostgresStore) -> None:
    """Let the server write what a load has left to its tables, so that what comes next does not wait for the disk with it. A user
    who may not ask for that measures beside it."""
    with suppress(CatalogueUnusable):
        store.database.execute("CHECKPOINT")


def load(store: PostgresStore, count: int) -> float:
    """Commit the documents in large transactions, and print the rate of commits alone, which is returned: records a second.

    Of each fifth apart too, with what the server wrote to its log meanwhile: that is how it grows.
    """
    taken, records, source = 0.0, 0, documents(count)
    fifths, log = [(0.0, 0)], logged(store)
    with ExitStack() as stack:
        stack.enter_context(store.loading())
        while batch := list(islice(source, BATCH)):
            change = Transaction()
            for kind, doc in batch:
                change.put(kind, doc["id"], doc)
            begun = time.perf_counter()
            store.commit(change)
            taken += time.perf_counter() - begun
            records += sum(kind != "article" for kind, _ in batch)
            if records >= len(fifths) * 2 * count / 5:
                fifths.append((taken, records))
        begun = time.perf_counter()
    indexed = time.perf_counter() - begun
    taken += indexed
    parts = ", ".join(f"{(b[1] - a[1]) / (b[0] - a[0]):,.0f}" for a, b in pairwise(fifths))
    written, checkpoints = (now - then for now, then in zip(logged(store), log, strict=True))
    print(f"  by fifths: {parts} records/s; {written / records:,.0f} bytes of log a record, {checkpoints} checkpoints")
    print(f"  {indexed:.1f} s of {taken:.1f} for the index of keys, made at the end")
    print(f"loaded {records:,} images and captions with their stories: {records / taken:,.0f} records/s", flush=True)
    store.compact()
    size = store.database.fetch(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
    )
    print(f"{float(size[0][0]) / records:,.0f} bytes a record, lookups and indexes included")
    return records / taken


def findings(store: PostgresStore, count: int) -> list[str]:
    """Make pairs of pictures that match, and what follows from them; return the findings."""
    rng = random.Random(2)
    change = Transaction()
    for n in rng.sample(range(0, count - 1, 2), min(PAIRS, count // 4)):
        a, b = sorted((name(n)[:16], name(n + 1)[:16]))
        change.put("match", f"{a}:{b}", to_dict(Match(f"{a}:{b}", a, b, "edited", 0.8)))
    store.commit(change)
    waiting = Waiting(store, None, map, Counter())
    waiting.mark("finding", [i for m in change.puts["match"] for i in m.split(":")])
    for _ in waiting.work_off():
        pass
    return [i for i, doc in store.iter("finding") if doc["kind"] == "duplicate"]


def decide(store: PostgresStore, finding: str) -> float:
    """Decide on one finding as the review page does; return the milliseconds."""
    seen = str((store.get("finding", finding) or {})["seen"])
    begun = time.perf_counter()
    deciding.decide(store, finding, "not-same", seen=seen, note="", who="bench", values={})
    return (time.perf_counter() - begun) * 1000


def bare(store: PostgresStore) -> float:
    """Put one small row into a table without indexes and commit; return the milliseconds: nothing durable takes less."""
    begun = time.perf_counter()
    store.database.execute("INSERT INTO bare VALUES (1)")
    return (time.perf_counter() - begun) * 1000


def line(what: str, times: list[float]) -> None:
    """Print median and 95th percentile."""
    print(
        f"{what}: p50 {statistics.median(times):.1f} ms, p95 {sorted(times)[int(len(times) * 0.95)]:.1f} ms ({len(times):,})"
    )


def client(
    url: str, seed: int, ahead: list[str], count: int, seconds: float
) -> tuple[dict[str, list[float]], list[str]]:
    """Read records, decide and put documents for some seconds, in a process of its own; return what each took, and errors."""
    times: dict[str, list[float]] = {"record": [], "decision": [], "import of 100": []}
    wrong: list[str] = []
    store = PostgresStore(url)
    rng, cat = random.Random(seed), Catalogue(store)
    end = time.perf_counter() + seconds
    try:
        while time.perf_counter() < end:
            begun = time.perf_counter()
            if seed % 8 == 0:
                change = Transaction()
                for n in range(100):
                    change.put("source", f"{seed}-{begun}-{n}", {"sha256": name(n), "run": str(seed)})
                store.commit(change)
                times["import of 100"].append((time.perf_counter() - begun) * 1000)
            elif ahead and rng.random() < 0.2:
                times["decision"].append(decide(store, ahead.pop()))
            else:
                cat.record(name(rng.randrange(count))[:16])
                times["record"].append((time.perf_counter() - begun) * 1000)
    except Exception as error:  # counted and shown: the measurement is that there are none
        wrong.append(repr(error))
    finally:
        store.close()
    return times, wrong


def together(url: str, waiting: list[str], count: int, clients: int, seconds: float) -> None:
    """Let clients, each a process, work at the same time; print what each kind of work took, and errors."""
    with ProcessPoolExecutor(clients, mp_context=get_context("spawn")) as pool:
        results = list(
            pool.map(
                client, *zip(*((url, n, waiting[n::clients], count, seconds) for n in range(clients)), strict=True)
            )
        )
    times: dict[str, list[float]] = {}
    wrong = [error for _, errors in results for error in errors]
    for taken, _ in results:
        for what, some in taken.items():
            times.setdefault(what, []).extend(some)
    print(
        f"{clients} clients for {seconds:.0f} s: {sum(map(len, times.values())):,} done, {len(wrong)} errors {wrong[:1] or ''}"
    )
    for what, some in times.items():
        if some:
            line(f"  {what}", some)


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of a PostgreSQL database")
    parser.add_argument("count", type=int, help="images, and as many captions")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--keep", action="store_true", help="leave the schema behind")
    args = parser.parse_args()
    url = f"{args.url}{'&' if '?' in args.url else '?'}schema={SCHEMA}"
    store = opened(url)
    try:
        load(store, args.count)
        found = findings(store, args.count)
        settle(store)
        store.database.execute("CREATE TABLE IF NOT EXISTS bare (n bigint)")
        times = [(decide(store, finding), bare(store)) for finding in found[: len(found) // 3]]
        line("a decision", [decision for decision, _ in times])
        line("  one bare row, put and committed after each", [row for _, row in times])
        together(url, found[len(found) // 3 :], args.count, args.clients, 10)
    finally:
        if not args.keep:
            store.database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        store.close()


if __name__ == "__main__":
    main()
