"""Exact neighbours among many fingerprints: one query, and all pairs.

    python -m bench.neighbours [--count 1000000] [--radius 8] [--faiss-queries 2000]

Prints a table. faiss (optional) runs its flat binary index in the same process with one thread, on ``--faiss-queries`` of
the rows, and the time for all of them is that in proportion; the pairs of those rows are compared with ours.
Times are CPU times of one thread, so that other work on the machine hardly counts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from catalog.duplicates import eightfold, hamming
from catalog.duplicates.index import FIRST, NEAR


def codes(count: int, words: int = 1) -> hamming.Words:
    """Random hashes, one in a hundred within a few bits of another."""
    rng = np.random.default_rng(7)
    made = rng.integers(0, 2**64, (count, words), dtype=np.uint64)
    near = rng.choice(count, count // 100, replace=False)
    made[near] = made[rng.choice(count, len(near))]
    for _ in range(4):
        made[near, 0] ^= np.uint64(1) << rng.integers(0, 64, len(near)).astype(np.uint64)
    return made


def one_query(count: int) -> None:
    """What a picture is looked up by among ``count`` others, as the index does it: the hash in its eight forms against the
    hashes of all and the second ones of the tenth that has borders; the same for a picture with borders, which has two
    hashes; phash beside."""
    table = np.concatenate([codes(count, 4), codes(count // 10, 4)])
    signs = eightfold.Signs(table)
    phashes = codes(count)
    spent: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        started = time.process_time()
        work()
        spent.setdefault(name, []).append(time.process_time() - started)

    for row in range(40):
        own = ["".join(f"{int(word):016x}" for word in table[row * 17 + n]) for n in range(2)]
        timed("one hash of 256 bits, eight forms", partial(_near, own[:1], table, signs))
        timed("both hashes of a picture with borders", partial(_near, own, table, signs))
        timed("phash, 64 bits, as it is, d <= 8", partial(hamming.within, phashes[row * 17], phashes, 8))
    for name, values in spent.items():
        print(f"| one query, {name} | {min(values) * 1000:.2f} ms (median {statistics.median(values) * 1000:.2f}) |")


def _near(hashes: list[str], table: hamming.Words, signs: eightfold.Signs) -> None:
    for own in hashes:
        eightfold.within(own, table, signs, NEAR, FIRST)


def join(count: int, radius: int, queries: int) -> None:
    """All pairs of ``count`` 64-bit hashes within ``radius``."""
    made = codes(count)[:, 0].copy()
    started = time.process_time()
    left, right, _ = hamming.self_join(made, radius)
    ours = time.process_time() - started
    print(f"| self-join, ours | {ours:.2f} s, {len(left)} pairs |")
    try:
        import faiss
    except ImportError:
        print("| self-join, faiss flat | not installed |")
        return
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(64)
    flat.add(made.view(np.uint8).reshape(count, 8))
    asked = made[:queries].view(np.uint8).reshape(queries, 8)
    started = time.process_time()
    limits, _, found = flat.range_search(asked, radius + 1)
    theirs = (time.process_time() - started) * count / queries
    print(f"| self-join, faiss flat ({queries} queries, in proportion) | {theirs:.1f} s |")
    print(f"| times faster | {theirs / ours:.1f} |")
    theirs_pairs = {
        (min(i, int(j)), max(i, int(j))) for i in range(queries) for j in found[limits[i] : limits[i + 1]] if i != j
    }
    some = np.flatnonzero((left < queries) | (right < queries))
    ours_pairs = {(int(left[k]), int(right[k])) for k in some}
    print(f"| same pairs for these queries | {theirs_pairs == ours_pairs} ({len(ours_pairs)}) |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--radius", type=int, default=8)
    parser.add_argument("--faiss-queries", type=int, default=2000)
    arguments = parser.parse_args()
    print("| what | measured |\n| --- | --- |")
    one_query(arguments.count)
    join(arguments.count, arguments.radius, arguments.faiss_queries)


if __name__ == "__main__":
    main()
