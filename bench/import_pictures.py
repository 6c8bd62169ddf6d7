"""How fast pictures are prepared beside what decoding alone allows: ``python bench/import_pictures.py [--workers N] [FOLDER]``.

Without a folder, scenes are drawn, half at 12 megapixels and half at 1, one in ten a copy. The rows: a plain Pillow + ImageHash
loop (full decode),
reading and reduced decoding alone in one process (the limit), all of preparation in one process, and in workers. Then, for each
number of workers: decoding alone and all of preparation in these, and a whole import into a new catalogue, until every picture is
committed and until all pictures are compared with each other, with the share of decoding alone that it reaches. A few
pictures are imported before, so that loading the program is not counted; starting the workers is.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import imagehash
from PIL import Image

import bench.import_pictures
from catalog.fingerprinting import fingerprints
from catalog.images import decoding, files
from catalog.images.pool import Pool, processors
from catalog.images.worker import Failed, Task, prepare
from catalog.library import open_library
from catalog.model import ImportResult
from fixtures.drawing import KINDS, scene

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif")


def drawn(folder: Path, number: int = 168) -> None:
    """Write JPEGs of two sizes, each another scene; one in ten is a copy of the one before, saved anew at another quality."""
    kinds = list(KINDS)
    for at in range(number):
        copy = at % 10 == 9
        picture = scene(kinds[(at - copy) % len(kinds)], (1200, 800), seed=at - copy)
        size = (4000, 3000) if at // 2 % 2 else (1200, 800)
        picture.resize(size).save(folder / f"{at:04}.jpg", "JPEG", quality=60 if copy else 85)


def plain(path: Path) -> None:
    """What a short script would do."""
    with Image.open(path) as picture:
        imagehash.phash(picture)


def decoded(path: Path) -> None:
    """Reading, hashing the bytes and reduced decoding: nothing can be faster that looks at the pixels."""
    decoding.reduced(decoding.open_guarded(files.read(path, 1 << 30).data), fingerprints.WANTED_SIDE)


def decoded_there(path: str) -> None:
    """:func:`decoded`, as a worker is sent it."""
    decoded(Path(path))


def imported(paths: Sequence[Path], workers: int) -> tuple[float, float]:
    """Return pictures per second of an import into a new catalogue: committed, and with everything inferred."""
    with tempfile.TemporaryDirectory() as folder, open_library(folder) as library:
        start = committed = time.perf_counter()
        for result in library.import_(paths, workers=workers):
            if isinstance(result, ImportResult):
                committed = time.perf_counter()
        return len(paths) / (committed - start), len(paths) / (time.perf_counter() - start)


def whole(paths: Sequence[Path], workers: int, row: Callable[[str, float], None]) -> None:
    """Print what an import reaches of what decoding alone in the same workers does."""
    tasks = [Task(str(path), str(path)) for path in paths]
    with Pool(workers) as pool:
        list(pool.map(tasks[: 2 * workers]))
        limit = rate(lambda: _all_done(pool.apply(bench.import_pictures.decoded_there, map(str, paths))), len(paths))
        row(f"reading and reduced decoding, {workers} workers", limit)
        row(f"all of preparation, {workers} workers", rate(lambda: deque(pool.map(tasks), 0), len(paths)))
    imported(paths[: 2 * workers], workers)
    committed, compared = imported(paths, workers)
    row(f"import, committed, {workers} workers ({committed / limit:.2f})", committed)
    row(f"import, compared as well, {workers} workers ({compared / limit:.2f})", compared)


def _all_done(outcomes: Iterable[object]) -> None:
    """Take all outcomes; a limit of which a part was not done would be none."""
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            raise SystemExit(f"The limit cannot be measured: {outcome.reason}")


def rate(work: Callable[[], object], number: int) -> float:
    """Return pictures per second."""
    start = time.perf_counter()
    work()
    return number / (time.perf_counter() - start)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--workers", type=int, default=processors())
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        if given.folder is None:
            drawn(folder)
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        tasks = [Task(str(path), str(path)) for path in paths]
        prepare(tasks[0])
        print(f"{len(paths)} pictures, {given.workers} workers\n{'':<46}{'pictures/s':>12}")

        def row(name: str, speed: float) -> None:
            print(f"{name:<46}{speed:>12.1f}")

        row("Pillow + ImageHash loop, one process", rate(lambda: deque(map(plain, paths), 0), len(paths)))
        row("reading and reduced decoding, one process", rate(lambda: deque(map(decoded, paths), 0), len(paths)))
        row("all of preparation, one process", rate(lambda: [prepare(task) for task in tasks], len(paths)))
        with Pool(given.workers) as pool:
            start = time.perf_counter()
            list(pool.map(tasks[:3]))
            first = time.perf_counter() - start
            failed = [result for result in pool.map(tasks) if isinstance(result, Failed)]
        print(f"first three pictures with a new pool: {first:.2f} s; failed: {len(failed)}")
        for workers in sorted({4, given.workers}):
            whole(paths, workers, row)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"peak memory: {peak:.0f} MB here, {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB largest child"
        )


if __name__ == "__main__":
    main()
