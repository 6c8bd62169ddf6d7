"""How near hashing comes to the decode limit: reading a JPEG and libjpeg-turbo decoding it at 1/8, grey, and nothing else.

    python -m bench.hashing [JPEG ...] [--repeat 5]

Without files, 12 and 24 megapixel JPEGs are drawn. Everyone reads the file. The limit stands there twice: as Pillow hands a file
to its decoder, in portions, which is what anybody gets who asks for 1/8 grey, and handed over at once, as we do, which is quicker
and so the stricter limit. Behind each time are the shares of both that it reaches, 1 is as fast as decoding alone. Times are CPU
time of one thread in a worker of an import. imagehash (alone, full decode) and pdqhash (when installed) run beside ours.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import imagehash
import numpy as np
from PIL import Image

import bench.hashing
from catalog.fingerprinting import features, fingerprints
from catalog.images import decoding
from catalog.images.pool import Pool
from catalog.images.worker import Failed


def made(width: int, height: int) -> bytes:
    """A JPEG with structure and noise like a photograph's, about 0.35 bytes per pixel."""
    rng = np.random.default_rng(3)
    size = (width, height)
    picture = Image.fromarray(rng.integers(0, 255, (24, 32, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    for cells, share in ((200, 0.35), (1200, 0.25)):
        noise = Image.fromarray(rng.integers(0, 255, (cells * height // width, cells, 3), dtype=np.uint8))
        picture = Image.blend(picture, noise.resize(size, Image.Resampling.BICUBIC), share)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=90)
    return data.getvalue()


def limit(path: Path) -> None:
    """The decode limit as Pillow gives it."""
    _grey(path.read_bytes())


def limit_at_once(path: Path) -> None:
    """The decode limit when all of the file is handed to the decoder at once."""
    data = path.read_bytes()
    _grey(data, len(data))


def _grey(data: bytes, portion: int = 0) -> None:
    picture = Image.open(io.BytesIO(data))
    if portion:
        picture.decodermaxblock = portion
    picture.draft("L", (picture.width // 8, picture.height // 8))
    picture.load()


def ours(path: Path) -> None:
    """Fingerprint and features as an import takes them."""
    fingerprints.prepare(decoding.reduced(decoding.open_guarded(path.read_bytes()), fingerprints.WANTED_SIDE))


def ours_without_features(path: Path) -> None:
    """The fingerprint alone."""
    with (
        patch.object(features, "extract", lambda grey, picture: grey),
        patch.object(features, "pack", lambda grey: b""),
    ):
        ours(path)


def alone(path: Path) -> None:
    """imagehash as its users call it."""
    imagehash.phash(Image.open(path))


def contenders() -> dict[str, Callable[[Path], None]]:
    """What is measured, the two limits first."""
    known: dict[str, Callable[[Path], None]] = {
        "decode limit": limit,
        "decode limit, at once": limit_at_once,
        "ours, fingerprint": ours_without_features,
        "ours, with local features": ours,
        "imagehash phash": alone,
    }
    try:
        import pdqhash
    except ImportError:
        return known

    def pdq(path: Path) -> None:
        pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))

    return {**known, "pdqhash": pdq}


def measured(work: tuple[Path, int]) -> list[float]:
    """What each contender takes of one picture, seconds, measured so many times: for a worker."""
    path, repeat = work
    return best_of(list(contenders().values()), path, repeat)


def best_of(works: Sequence[Callable[[Path], None]], path: Path, repeat: int) -> list[float]:
    """The least CPU time of several runs of each, seconds; in turns, so that a slow moment of the machine is no one's alone."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for work, spent in zip(works, times, strict=True):
            # The thread's clock: while a worker's alarm is set, Linux moves the clock of the process in steps of milliseconds.
            started = time.thread_time()
            work(path)
            spent.append(time.thread_time() - started)
    return [min(spent) for spent in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    names = contenders()
    print("| picture | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    with tempfile.TemporaryDirectory() as folder, Pool(1, timeout_s=3600) as pool:
        paths = arguments.files or drawn(Path(folder))
        work = [(path, arguments.repeat) for path in paths]
        for path, spent in zip(paths, pool.apply(bench.hashing.measured, work), strict=True):
            if isinstance(spent, Failed):
                raise SystemExit(spent.reason)
            cells = " | ".join(f"{t * 1000:.1f} ms ({spent[0] / t:.3f}; {spent[1] / t:.3f})" for t in spent)
            print(f"| {path.name} | {cells} |")


def drawn(folder: Path) -> list[Path]:
    """JPEGs of 12 and 24 megapixels, written into ``folder``."""
    paths = []
    for name, size in (("12-mp.jpg", (4000, 3000)), ("24-mp.jpg", (6000, 4000))):
        paths.append(folder / name)
        paths[-1].write_bytes(made(*size))
    return paths


if __name__ == "__main__":
    main()
