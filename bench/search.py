"""Speed of the search index on synthetic catalogues: words drawn by Zipf's law, credits and places likewise.

    python bench/search.py 100000 --keep FOLDER

Prints how fast the index is filled, then median and 95th percentile (ms) of kinds of query, each over many different
queries whose words are drawn as the captions' are, and how long a decision with the next page of the queue takes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from catalog.model import Finding
from catalog.search import parse
from catalog.search.index import Index
from catalog.search.row import Row

VOCABULARY, CREDITS, PLACES, PERSONS = 60_000, 200, 400, 5_000
FACETS = ("credit", "year", "place")
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def word(n: int) -> str:
    """Return the n-th word of the synthetic language, pronounceable and unique."""
    out = ""
    n += len(_SYLLABLES)
    while n:
        n, rest = divmod(n, len(_SYLLABLES))
        out += _SYLLABLES[rest]
    return out


class Zipf:
    """Draws numbers below ``n`` with probability 1/rank."""

    def __init__(self, n: int, seed: int) -> None:
        weights = 1 / np.arange(1, n + 1)
        self.cumulative = np.cumsum(weights / weights.sum())
        self.random = np.random.default_rng(seed)
        self.top = n - 1

    def draw(self, *shape: int) -> list[list[int]]:
        """Return an array of draws as nested lists."""
        drawn = np.minimum(np.searchsorted(self.cumulative, self.random.random(shape)), self.top)
        return list(drawn.tolist())


def rows(count: int, article: int) -> Iterator[Row]:
    """Yield ``count`` rows with captions of 28 words and articles (three pictures each) of ``article`` words."""
    words = [word(n) for n in range(VOCABULARY)]
    text, few, rng = Zipf(VOCABULARY, 1), Zipf(PLACES, 2), random.Random(3)
    first, last = date(2005, 1, 1).toordinal(), date(2024, 12, 31).toordinal()
    made = 0
    while made < count:
        block = min(5_000, count - made)
        captions, titles = text.draw(block, 28), text.draw(block, 8)
        bodies = text.draw(block // 3 + 1, article) if article else []
        chosen = few.draw(block, 3)
        for n in range(block):
            ident = f"{rng.getrandbits(64):016x}"
            place, credit, person = chosen[n]
            width, height = rng.choice([(1600, 1067), (1067, 1600), (800, 533), (4000, 2667), (600, 600)])
            flags = {"linked" if rng.random() < 0.8 else "unlinked"}
            flags |= {f for f, p in (("reviewed", 0.3), ("duplicate", 0.1), ("conflict", 0.02)) if rng.random() < p}
            yield Row(
                id=ident, sha256=ident * 4, paths=(f"archive/{made // 500}/IMG_{made}.jpg",),
                filenames=(f"IMG_{made}.jpg",), captions=(" ".join(words[w] for w in captions[n]),),
                credit=f"{words[credit % CREDITS]} photo", bylines=(f"{words[person]} {words[place]}",),
                titles=(" ".join(words[w] for w in titles[n]),), places=(words[place],),
                persons=(f"{words[person * 3]} {words[person * 3 + 1]}",),
                article=" ".join(words[w] for w in bodies[n // 3]) if article else "", articles=(f"a{made // 3}",),
                publishers=(f"{words[credit % 12]} news",), format="jpeg" if rng.random() < 0.9 else "png",
                kinds=("webpage",), date=date.fromordinal(rng.randint(first, last)).isoformat(),
                imported="2026-01-01T00:00:00Z", width=width, height=height, size=rng.randint(10_000, 9_000_000),
                phash=f"{rng.getrandbits(64):016x}", colours=("#aa3311", "#888888"), flags=frozenset(flags),
            )  # fmt: skip
            made += 1


def queries(sample: list[Row], count: int) -> dict[str, list[tuple[str, bool]]]:
    """Return (query, with facets) by kind, made of words that stand in ``sample``."""
    rng = random.Random(7)
    out: dict[str, list[tuple[str, bool]]] = {
        name: []
        for name in ("word", "phrase", "two words", "full", "prefix", "filters only", "everything", "typo", "similar")
    }
    for _ in range(count):
        row = rng.choice(sample)
        caption = row.captions[0].split()
        at = rng.randrange(len(caption) - 1)
        a, b, c = caption[at], caption[at + 1], rng.choice(caption)
        out["word"].append((a, False))
        out["phrase"].append((f'"{a} {b}"', False))
        out["two words"].append((f"{a} {c}", False))
        year = int(row.date[:4])
        out["full"].append(
            (f"{c} place:{row.places[0]} date:{year - 4}..{year + 4} width:>=800 -is:conflict sort:-date", True)
        )
        out["prefix"].append((f"{a[:4]}*", False))
        out["filters only"].append((f'credit:"{row.credit}" date:{year} -is:reviewed', True))
        out["everything"].append(("", True))
        out["typo"].append((a + "x", False))
        out["similar"].append((f"similar:{row.id}~8", False))
    return out


def clock(calls: list[Callable[[], object]]) -> str:
    """Return median and 95th percentile of the calls, in milliseconds: by the clock, then of processor time."""
    wall, cpu = [], []
    for call in calls:
        begun, used = time.perf_counter(), time.thread_time()
        call()
        wall.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.thread_time() - used) * 1000)
    return "".join(f"{statistics.median(t):>9.2f}{statistics.quantiles(t, n=20)[-1]:>9.2f}" for t in (wall, cpu))


def scans(sample: list[Row], count: int) -> dict[str, float]:
    """Return the milliseconds of plain Python scans for a word, a phrase and a full query, as for ``count`` rows."""
    lowered = [(row, f" {' '.join(row.captions)} {' '.join(row.titles)} ".lower()) for row in sample]
    a, b = sample[0].captions[0].split()[:2]

    def full() -> Counter[str]:
        hits = [
            r
            for r, t in lowered
            if f" {b} " in t and r.width >= 800 and "2008" <= r.date < "2016" and "conflict" not in r.flags
        ]
        hits.sort(key=lambda r: r.date)
        return Counter(value for r in hits for value in (r.credit, r.date[:4], *r.places))

    calls = {"word": lambda: [r for r, t in lowered if f" {a} " in t],
             "phrase": lambda: [r for r, t in lowered if f" {a} {b} " in t], "full": full}  # fmt: skip
    out = {}
    for name, call in calls.items():
        begun = time.thread_time()
        for _ in range(5):
            call()
        out[name] = (time.thread_time() - begun) / 5 * 1000 * count / len(sample)
    return out


def fill(index: Index, count: int, article: int, step: int = 5_000) -> None:
    """Fill the index as an import does, a batch at a time, and print the rate."""
    taken, cpu = 0.0, 0.0
    batch: list[Row] = []
    for n, row in enumerate(rows(count, article), 1):
        batch.append(row)
        if len(batch) == step or n == count:
            begun, used = time.perf_counter(), time.process_time()
            index.apply(batch, [], n)
            taken += time.perf_counter() - begun
            cpu += time.process_time() - used
            batch = []
    rates = f"{count / taken:,.0f} rows/s ({count / cpu:,.0f} by processor time)"
    begun = time.perf_counter()
    index.optimize()
    print(f"filled {count:,} rows: {rates}; optimize {time.perf_counter() - begun:.1f} s")
    print(f"size {size(index) / 1e6:,.0f} MB")


def rebuild(index: Index, count: int, article: int) -> None:
    """Fill the index as one that was lost is made anew, and print the rate; making the rows is not counted."""
    making = 0.0

    def made() -> Iterator[Row]:
        nonlocal making
        source = rows(count, article)
        while True:
            begun = time.process_time()
            row = next(source, None)
            making += time.process_time() - begun
            if row is None:
                return
            yield row

    used = time.process_time()
    index.apply(made(), [], -1)
    index.apply([], [], count)
    print(f"rebuilt {count:,} rows: {count / (time.process_time() - used - making):,.0f} rows/s by processor time")
    print(f"size {size(index) / 1e6:,.0f} MB")


def size(index: Index) -> int:
    """Return how many bytes the index takes on disk."""
    return sum(f.stat().st_size for f in index.path.parent.glob(index.path.name + "*"))


def reviewing(index: Index, sample: list[Row], count: int) -> list[Callable[[], object]]:
    """Return calls that each put a decision on one finding and its picture, and ask for the next page of the queue."""
    findings = [
        Finding(f"f{n}", "link", n / count, (row.id,), "", (), images=(row.id,)) for n, row in enumerate(sample)
    ]
    index.apply_findings(findings, [])

    def decide(finding: Finding, row: Row, position: int) -> None:
        index.apply_findings([replace(finding, status="decided")], [])
        index.apply([replace(row, note="seen", flags=row.flags | {"reviewed"})], [], position)
        index.findings("link", limit=50)

    pairs = list(zip(findings, sample, strict=True))[:count]
    return [partial(decide, finding, row, 10**9 + n) for n, (finding, row) in enumerate(pairs)]


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, help="pictures in the catalogue")
    parser.add_argument("--article", type=int, default=0, help="words of article text with each picture")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="folder for the index; one of this size that is there is used again")
    parser.add_argument("--rebuild", action="store_true", help="fill the index at once instead of batch by batch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (options.keep or Path(folder)) / f"search-{options.count}-{options.article}.sqlite"
        index = Index.open(path)
        if index.fresh:
            (rebuild if options.rebuild else fill)(index, options.count, options.article)
        sample = [row for _, row in zip(range(20_000), rows(min(options.count, 20_000), 0), strict=False)]
        print(f"{'ms':<14}{'median':>9}{'p95':>9}{'cpu':>9}{'cpu p95':>9}{'hits (median)':>15}")
        plain = scans(sample, options.count)
        for name, made in queries(sample, options.queries).items():
            parsed = [(parse(text), FACETS if faceted else ()) for text, faceted in made]
            hits = statistics.median(index.count(query)[0] for query, _ in parsed)
            times = clock([partial(index.search, query, facets=facets) for query, facets in parsed])
            scan = f"   (scan: {plain[name]:,.1f} cpu)" if name in plain else ""
            print(f"{name:<14}{times}{hits:>15,.0f}{scan}")
        print(f"{'decision':<14}{clock(reviewing(index, sample, 300))}")
        index.close()


if __name__ == "__main__":
    main()
