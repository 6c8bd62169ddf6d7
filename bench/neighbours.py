"""Exact neighbours among many fingerprints: one query, and all pairs.

    python -m bench.neighbours [--count 1000000] [--radius 8] [--faiss-queries 2000]

Prints a table. faiss (optional) runs its flat binary index in the same process with one thread, on ``--faiss-queries`` of
the rows, and the time for all of them is that in proportion; the pairs of those rows are compared with ours.
Times are CPU times of one thread, so that other work on the machine hardly counts.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from catalog.duplicates import hamming


def codes(count: int, words: int = 1) -> hamming.Words:
    """Random hashes, one in a hundred within a few bits of another."""
    rng = np.random.default_rng(7)
    made = rng.integers(0, 2**64, (count, words), dtype=np.uint64)
    near = rng.choice(count, count // 100, replace=False)
    made[near] = made[rng.choice(count, len(near))]
    for _ in range(4):
        made[near, 0] ^= np.uint64(1) << rng.integers(0, 64, len(near)).astype(np.uint64)
    return np.asfortranarray(made)


def one_query(count: int) -> None:
    """A query against the 256-bit hash of ``count`` pictures and that of the tenth that has borders; and phash beside."""
    tables = [(codes(count, 4), 18), (codes(count // 10, 4), 18), (codes(count), 8)]
    names = ("256 bits, d <= 18", "256 bits of trimmed pictures", "64 bits (phash), d <= 8", "the two 256-bit hashes")
    spent: dict[str, list[float]] = {name: [] for name in names}
    for row in range(40):
        times = []
        for table, radius in tables:
            query = table[row * 17].copy()
            started = time.process_time()
            hamming.within(query, table, radius)
            times.append(time.process_time() - started)
        for name, value in zip(spent, (*times, times[0] + times[1]), strict=True):
            spent[name].append(value)
    for name, values in spent.items():
        print(f"| one query, {name} | {min(values) * 1000:.2f} ms |")


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
