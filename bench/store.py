"""The folder store beside stock TinyDB, in one run: open, update, load in batches, find, compact; memory.

    python bench/store.py [--pictures 2000] [--stock 2000] [--folder FOLDER]

A catalogue of N pictures has N images (about 1.5 KB each), N captions, N links and N/4 findings. Stock TinyDB is measured
with ``--stock`` pictures (its updates rewrite everything: 100,000 take minutes). Each opening is a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where

from catalog.stores.base import Transaction
from catalog.stores.tiny import TinyStore

Doc = dict[str, Any]
BATCH = 500
SUBJECTS = ("sea", "boat", "fire", "court", "rain", "march", "vote", "dawn", "bridge", "crowd")
WORDS = [f"{subject}{letter}" for subject in SUBJECTS for letter in "abcdefghijklmnop"]


def documents(pictures: int) -> Iterator[tuple[str, Doc]]:
    """Yield (kind, document) of a made-up catalogue, in the order in which an import would."""
    rng = random.Random(1)
    for n in range(pictures):
        sha = hashlib.sha256(str(n).encode()).hexdigest()
        ident, article = sha[:16], f"art{n // 4:08d}"
        words = rng.choices(WORDS, k=rng.randrange(20, 200))
        yield "image", {
            "id": ident, "sha256": sha, "size": rng.randrange(10**6), "width": 1600, "height": 1067, "format": "JPEG",
            "paths": [f"agency/2017/{n // 100:05d}/{ident}.jpg"],
            "metadata": {"caption": " ".join(words), "credit": "A. Person / Agency", "keywords": words[:8]},
            "fingerprint": {"phash": sha[:16], "dct": sha, "colours": ["#101010", "#a0b0c0"]},
            "keys": {"folders": [f"{n // 100:05d}"], "stems": [ident], "words": sorted(set(words[:6]))},
        }  # fmt: skip
        yield "caption", {"id": f"cap{n:08d}", "article": article, "position": n % 4, "text": " ".join(words[:25])}
        yield "link", {
            "id": f"cap{n:08d}:{ident}", "caption": f"cap{n:08d}", "image": ident, "article": article,
            "score": 0.97, "band": "certain", "evidence": [{"name": "same figure", "weight": 4.2}] * 3,
        }  # fmt: skip
        if n % 4 == 0:
            yield "finding", {
                "id": f"f{n:08d}", "kind": "link", "score": 0.5, "subjects": [f"cap{n:08d}", ident], "seen": sha[:16],
                "actions": ["accept", "reject"], "images": [ident], "articles": [article],
            }  # fmt: skip


def timed(work: Callable[[], Any], times: int = 1) -> list[float]:
    """Return the seconds that each call took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def load(folder: Path, pictures: int) -> tuple[int, float]:
    """Put a catalogue into the store in batches; return the number of documents and the seconds that putting them took.

    The store is left as a crash would leave it.
    """
    store = TinyStore(folder)
    made, total, taken = documents(pictures), 0, 0.0
    while batch := list(islice(made, BATCH)):
        start = time.perf_counter()
        change = Transaction()
        for kind, doc in batch:
            change.put(kind, doc["id"], doc)
        store.commit(change)
        taken += time.perf_counter() - start
        total += len(batch)
    return total, taken


OPENING = """
import sys, time
from catalog.stores.tiny import TinyStore
def peak(): return float(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024
before = peak()
start = time.perf_counter()
store = TinyStore(sys.argv[1])
opened = time.perf_counter() - start
found = store.find("image", "paths", "x"), store.find("link", "image", sys.argv[2]), store.get("image", sys.argv[2])
print(opened, time.perf_counter() - start, before, peak())
"""


def opening(folder: Path, ident: str) -> list[float]:
    """Return seconds to open, to open and find, and peak memory before and after (MB), in a process of its own."""
    runs = [
        subprocess.run([sys.executable, "-c", OPENING, str(folder), ident], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min([float(x) for x in run.stdout.split()] for run in runs)


def stock_rows(path: Path, pictures: int) -> dict[str, float]:
    """Measure stock TinyDB on a catalogue of so many pictures."""
    tables: dict[str, dict[str, Doc]] = {}
    for kind, doc in documents(pictures):
        table = tables.setdefault(kind, {})
        table[str(len(table) + 1)] = doc
    path.write_text(json.dumps(tables))
    db = TinyDB(path)
    images = db.table("image")
    ident = images.all()[0]["id"]
    rows = {
        "open": min(timed(lambda: TinyDB(path).table("image").get(doc_id=1), 3)),
        "update": statistics.median(timed(lambda: images.update({"n": time.time()}, doc_ids=[1]), 5)),
        "find": statistics.median(timed(lambda: images.search(where("sha256") == time.time()), 3)),
        "records/s": 20 / sum(timed(lambda: images.insert({"id": ident}), 20)),
    }
    db.close()
    return rows


def store_rows(folder: Path, pictures: int) -> dict[str, float]:
    """Measure the store on a catalogue of so many pictures."""
    made = list(documents(min(pictures, 200)))
    total, loading = load(folder, pictures)
    ident = made[0][1]["id"]
    journal = opening(folder, ident)
    store = TinyStore(folder)
    compacting = timed(store.compact)[0]
    compacted = opening(folder, ident)
    doc = store.get("image", ident)
    assert doc is not None

    def update() -> None:
        change = Transaction()
        change.put("image", ident, {**doc, "n": time.time()})
        store.commit(change)

    updating = timed(update, 300)
    again = timed(store.compact)[0]
    keys = [d["id"] for kind, d in made if kind == "image"]
    rows = {
        "records": total,
        "records/s": total / loading,
        "open": compacted[0],
        "open and find": compacted[1],
        "open MB": compacted[3],
        "interpreter MB": compacted[2],
        "open after a kill": journal[0],
        "open after a kill MB": journal[3],
        "update": statistics.median(updating),
        "update p95": sorted(updating)[int(len(updating) * 0.95)],
        "refresh": statistics.median(timed(store.refresh, 300)),
        "get": statistics.median([t for k in keys for t in timed(lambda k=k: store.get("image", k))]),  # type: ignore[misc]
        "find": statistics.median([t for k in keys for t in timed(lambda k=k: store.find("link", "image", k))]),  # type: ignore[misc]
        "iterate all": timed(lambda: sum(1 for kind in ("image", "caption", "link") for _ in store.iter(kind)))[0],
        "compact first": compacting,
        "compact again": again,
        "verify": timed(lambda: list(store.verify()))[0],
        "file MB": (folder / "catalogue.json").stat().st_size / 1e6,
    }
    store.close()
    return rows


def main() -> None:
    """Measure both and print one table; times in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--stock", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as made:
        ours = store_rows(Path(made) / "catalogue", args.pictures)
        stock = stock_rows(Path(made) / "stock.json", args.stock) if args.stock else {}
    print(f"{'':22} {'store':>12} {'stock TinyDB':>14} {'ratio':>10}   ({args.pictures:,} and {args.stock:,} pictures)")
    for name, value in ours.items():
        plain = name.startswith("records") or name.endswith("MB")
        other = stock.get(name)
        shown = f"{value:12,.0f}" if plain else f"{value * 1000:9,.3f} ms"
        beside = "" if other is None else f"{other:14,.0f}" if plain else f"{other * 1000:11,.2f} ms"
        ratio = "" if other is None else f"{value / other if plain else other / value:9,.0f}x"
        print(f"{name:22} {shown} {beside:>14} {ratio:>10}")
    print(f"peak memory of this run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
