"""What a cluster costs and gives, on this machine: ``python -m bench.cluster [import] [join] [layouts]``.

``import``: pictures a second through the process pool and 1, 2 and 4 Dask workers, in the same run, 50 pictures a task; and the
processor time of all that takes part, which tells what Dask costs where other programs run too: there Linux deals the processors
out by sessions, of which each Dask worker has one and the pool has one in all, and the clock favours Dask.
``join``: all pairs among 1,000,000 fingerprints, in one piece and in parts, on processes and on Dask; the pairs must be equal.
``layouts``: for 10^9 fingerprints, candidates by the number of bands, from counting them among fewer.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil

from catalog.cluster import BATCH, connect
from catalog.duplicates import hamming
from catalog.duplicates.joining import join, meetings, parts, prefix_bits
from catalog.fingerprinting import fingerprints
from catalog.images.pool import Pool
from catalog.images.worker import Prepared, Task
from fixtures.drawing import KINDS, scene

Codes = npt.NDArray[np.uint64]
RADIUS = 8
#: What one hash takes on its way to a worker: the hash and its row.
ROW_BYTES = 16
#: Pairs of runs of an import, an odd number.
PAIRS = 3


def drawn(folder: Path, number: int) -> list[Task]:
    """Write JPEGs of 12 and 1 megapixels, each with other bytes, and return the tasks of reading them."""
    data = []
    for seed, kind in enumerate(list(KINDS)[:4]):
        base = scene(kind, (1200, 800), seed=seed)
        for size in ((4000, 3000), (1200, 800)):
            out = io.BytesIO()
            base.resize(size).save(out, "JPEG", quality=85)
            data.append(out.getvalue())
    tasks = []
    for n in range(number):
        path = folder / f"{n:05}.jpg"
        path.write_bytes(data[n % len(data)] + b"%d" % n)
        tasks.append(Task(str(path), str(path)))
    return tasks


@dataclass(frozen=True)
class Run:
    """One run over some pictures: how many a second, and the milliseconds of processor time for each."""

    rate: float
    cost: float


def used() -> float:
    """Return the seconds of processor time that this process and all below it have had."""
    here = psutil.Process()
    total = 0.0
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def run(pool: Pool, tasks: Sequence[Task]) -> Run:
    """Prepare all pictures; a failed one ends the measurement."""
    started, before = time.perf_counter(), used()
    assert all(isinstance(done, Prepared) for done in pool.map(tasks))
    return Run(len(tasks) / (time.perf_counter() - started), 1000 * (used() - before) / len(tasks))


def median(runs: Sequence[tuple[Run, Run]], measure: Callable[[Run], float]) -> tuple[float, float, str]:
    """Return the figures of the pair of runs in the middle by their ratio, and how much more the second of each pair took."""
    pairs = sorted(((measure(own), measure(dask)) for own, dask in runs), key=lambda pair: pair[0] / pair[1])
    own, dask = pairs[len(pairs) // 2]
    return own, dask, ", ".join(f"{100 * (other / one - 1):+.1f}" for one, other in pairs)


def imports(number: int, counts: Sequence[int]) -> None:
    """The process pool beside Dask, with as many workers each: pairs of runs by turns, of which the median pair counts, so that
    what else the machine does meets both."""
    print(
        f"\n{number} drawn pictures, half of 12, half of 1 megapixel; {BATCH} a task; median of {PAIRS} pairs of runs\n"
    )
    print(
        "| workers | pool, pictures/s | Dask, pictures/s | overhead | pool, ms | Dask, ms | overhead | Dask starts in |"
    )
    print("| --- " * 8 + "|")
    with tempfile.TemporaryDirectory() as folder:
        tasks = drawn(Path(folder), number)
        small = tasks[1::2]
        for workers in counts:
            started = time.perf_counter()
            with connect("local", workers) as cluster, Pool(workers) as pool:
                begun = time.perf_counter() - started
                for warm in (cluster, pool):
                    run(warm, small[:4] * (BATCH // 4 * workers))
                runs = [(run(pool, tasks), run(cluster, tasks)) for _ in range(PAIRS)]
            own, dask, over = median(runs, lambda one: 1 / one.rate)
            spent, more, beside = median(runs, lambda one: one.cost)
            print(
                f"| {workers} | {1 / own:.1f} | {1 / dask:.1f} | {100 * (dask / own - 1):+.1f} % (each: {over})"
                f" | {spent:.1f} | {more:.1f} | {100 * (more / spent - 1):+.1f} % (each: {beside}) | {begun:.1f} s |",
                flush=True,
            )


def made(n: int, seed: int = 7) -> Codes:
    """Random hashes; one in ten has a copy a few bits away."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 1 << 64, n, dtype=np.uint64)
    for row in range(n // 10):
        flips = rng.integers(0, 64, int(rng.integers(0, RADIUS + 1)))
        codes[n - 1 - row] = codes[row] ^ np.bitwise_or.reduce(
            np.uint64(1) << flips.astype(np.uint64), initial=np.uint64(0)
        )
    return codes


def joins(n: int) -> None:
    """The join in one piece and in parts."""
    codes = made(n)
    print(f"\n{n:,} fingerprints, radius {RADIUS}, {len(list(parts(codes, RADIUS)))} parts\n")
    print("| join | seconds | pairs | equal |\n| --- | --- | --- | --- |")
    started = time.perf_counter()
    whole = hamming.self_join(codes, RADIUS)
    print(f"| one piece, one process | {time.perf_counter() - started:.1f} | {len(whole[0]):,} | |", flush=True)

    def row(name: str, pool: Pool) -> None:
        started = time.perf_counter()
        found = join(codes, RADIUS, pool.apply)
        seconds = time.perf_counter() - started
        equal = all(bool((found[n] == whole[n]).all()) for n in range(3)) if len(found[0]) == len(whole[0]) else False
        print(f"| {name} | {seconds:.1f} | {len(found[0]):,} | {'yes' if equal else 'NO'} |", flush=True)
        assert equal

    with Pool(2, timeout_s=120, memory_bytes=4 << 30) as pool:
        row("in parts, 2 processes", pool)
    with connect("local", 2) as cluster:
        row("in parts, 2 Dask workers", cluster)


def candidates(keys: npt.NDArray[np.intp], width: int, slack: int) -> float:
    """How many pairs of ``keys`` differ by at most ``slack`` bits: counted, by moving the histogram along each mask."""
    counts = np.bincount(keys, minlength=1 << width).astype(np.float64)
    places = np.arange(1 << width)
    met = sum(float(counts @ counts[places ^ mask]) for mask in hamming.masks(width, slack))
    return (met - len(keys)) / 2


def skew(pictures: int) -> Codes:
    """Fingerprints of drawn scenes: unlike random ones they crowd in some keys."""
    hashes = [
        fingerprints.prepare(scene(list(KINDS)[n % len(KINDS)], (320, 240), seed=1000 + n)).fingerprint.phash
        for n in range(pictures)
    ]
    return hamming.words(hashes)[:, 0]


def layouts(n: int, target: int, pictures: int) -> None:
    """Candidates, bytes and core hours by band layout, for ``target`` fingerprints."""
    codes = made(n)
    started = time.process_time()
    hamming.self_join(codes, RADIUS)
    spent = time.process_time() - started
    layout = hamming.band_layout(n, RADIUS)
    done = sum(counted(codes, shift, width, RADIUS // len(layout)) for shift, width in layout)
    speed = done / spent
    real = skew(pictures)
    print(f"\nOne core compares {speed / 1e6:,.0f} million candidates a second (radius {RADIUS}, {n:,} fingerprints).")
    print(f"Crowding is how often two of {pictures} drawn scenes share a key, beside random hashes.\n")
    print(
        f"| bands | bits | masks | random candidates at {n:,} (expected) | at {target:,} | crowding | core hours | "
        "partitions meet | shuffled |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for k in (2, 3, 4, 5, 6, 8):
        bands = split(k)
        slack, width = RADIUS // k, bands[-1][1]
        masks = sum(comb(width, bits) for bits in range(slack + 1))
        expected = sum(expect(n, w, slack) for _, w in bands)
        found = sum(counted(codes, s, w, slack) for s, w in bands) if width <= 22 else float("nan")
        at = sum(expect(target, w, slack) for _, w in bands)
        base = sum(expect(len(real), w, slack) for _, w in bands)
        crowd = sum(counted_few(real, s, w, slack) for s, w in bands) / base
        # A mask is looked up for each hash, candidates or not.
        lookups = float(target) * masks * k
        hours = max(at, lookups) / speed / 3600
        meet = meetings(min(prefix_bits(target), width), slack)
        shuffled = target * ROW_BYTES * k * meet
        counted_text = f"{found:.3g} ({expected:.3g})" if found == found else f"({expected:.3g})"
        print(
            f"| {k} | {width} | {masks:,} | {counted_text} | {at:.3g} | {crowd:,.1f} | {hours:,.0f} | {meet} | "
            f"{shuffled / 1e12:,.2f} TB |",
            flush=True,
        )


def split(k: int) -> list[tuple[int, int]]:
    """``k`` bands of 64 bits as (shift, width), the wider ones first."""
    base, extra = divmod(64, k)
    widths = [base + (number < extra) for number in range(k)]
    return [(sum(widths[:number]), width) for number, width in enumerate(widths)]


def expect(n: int, width: int, slack: int) -> float:
    """Candidates of one band among ``n`` random hashes."""
    return n * (n - 1) / 2 * sum(comb(width, bits) for bits in range(slack + 1)) / 2.0**width


def counted(codes: Codes, shift: int, width: int, slack: int) -> float:
    """Candidates of one band, counted."""
    return candidates(((codes >> np.uint64(shift)) & np.uint64((1 << width) - 1)).astype(np.intp), width, slack)


def counted_few(codes: Codes, shift: int, width: int, slack: int) -> float:
    """Candidates of one band among few hashes: every pair is looked at."""
    keys = (codes >> np.uint64(shift)) & np.uint64((1 << width) - 1)
    near = np.bitwise_count(keys[:, None] ^ keys[None, :]) <= slack
    return (float(near.sum()) - len(keys)) / 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is named, else everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["import", "join", "layouts"], help="import, join, layouts")
    parser.add_argument("--pictures", type=int, default=400, help="pictures that are imported")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2, 4], help="how many workers import, one after the other"
    )
    parser.add_argument("--fingerprints", type=int, default=1_000_000, help="fingerprints that are joined")
    given = parser.parse_args(arguments)
    if "import" in given.what:
        imports(given.pictures, given.workers)
    if "join" in given.what:
        joins(given.fingerprints)
    if "layouts" in given.what:
        layouts(given.fingerprints, 10**9, 400)


if __name__ == "__main__":
    main()
