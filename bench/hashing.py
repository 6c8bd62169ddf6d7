"""How near hashing comes to the decode limit: libjpeg-turbo reading a JPEG at 1/8, grey, and nothing else.

    python -m bench.hashing [JPEG ...] [--repeat 5]

Without files, 12 and 24 megapixel JPEGs are drawn. Shares are of CPU time, one thread of a worker of an import: limit / ours, 1 is
as fast as decoding alone. imagehash (alone, full decode) and pdqhash (when installed) run beside ours.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest.mock import patch

import imagehash
import numpy as np
from PIL import Image

import bench.hashing
from catalog import features, fingerprints
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


def limit(data: bytes) -> None:
    """The decode limit; the file is handed to the decoder at once, which is quicker than Pillow's portions."""
    picture = Image.open(io.BytesIO(data))
    picture.decodermaxblock = len(data)
    picture.draft("L", (picture.width // 8, picture.height // 8))
    picture.load()


def ours(data: bytes) -> None:
    """Fingerprint and features as an import takes them."""
    fingerprints.prepare(decoding.reduced(decoding.open_guarded(data), fingerprints.WANTED_SIDE))


def ours_without_features(data: bytes) -> None:
    """The fingerprint alone."""
    with patch.object(features, "extract", lambda grey: grey), patch.object(features, "pack", lambda grey: b""):
        ours(data)


def alone(data: bytes) -> None:
    """imagehash as its users call it."""
    imagehash.phash(Image.open(io.BytesIO(data)))


def contenders() -> dict[str, Callable[[bytes], None]]:
    """What is measured, the limit first."""
    known: dict[str, Callable[[bytes], None]] = {
        "decode limit": limit,
        "ours, fingerprint": ours_without_features,
        "ours, with local features": ours,
        "imagehash phash": alone,
    }
    try:
        import pdqhash
    except ImportError:
        return known

    def pdq(data: bytes) -> None:
        pdqhash.compute(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))

    return {**known, "pdqhash": pdq}


def measured(work: tuple[bytes, int]) -> list[float]:
    """What each contender takes of one picture, seconds, measured so many times: for a worker."""
    data, repeat = work
    return best_of(list(contenders().values()), data, repeat)


def best_of(works: Sequence[Callable[[bytes], None]], data: bytes, repeat: int) -> list[float]:
    """The least CPU time of several runs of each, seconds; in turns, so that a slow moment of the machine is no one's alone."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat):
        for work, spent in zip(works, times, strict=True):
            started = time.process_time()
            work(data)
            spent.append(time.process_time() - started)
    return [min(spent) for spent in times]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    pictures = {path.name: path.read_bytes() for path in arguments.files} or {
        "12 MP, drawn": made(4000, 3000),
        "24 MP, drawn": made(6000, 4000),
    }
    names = contenders()
    print("| picture | " + " | ".join(names) + " |\n|" + " --- |" * (len(names) + 1))
    with Pool(1, timeout_s=3600) as pool:
        work = [(data, arguments.repeat) for data in pictures.values()]
        for name, spent in zip(pictures, pool.apply(bench.hashing.measured, work), strict=True):
            if isinstance(spent, Failed):
                raise SystemExit(spent.reason)
            cells = " | ".join(f"{value * 1000:.1f} ms ({spent[0] / value:.2f})" for value in spent)
            print(f"| {name} | {cells} |")


if __name__ == "__main__":
    main()
