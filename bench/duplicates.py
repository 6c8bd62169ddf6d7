"""How much of what comes back changed is found, and how much is called a copy that is none.

    python -m bench.duplicates pairs FOLDER            prints {"pairs": [[a, b, score], ...], ...} for an evaluation script
    python -m bench.duplicates table MANIFEST FOLDER   prints recall by kind of change, precision and same-scene errors
    python -m bench.duplicates crowd MANIFEST FOLDER   prints candidate recall with 100,000 other pictures, and what they take
    python -m bench.duplicates samples                 prints recall on photographs that nobody tuned for, see bench/blind.py

MANIFEST has one JSON object per line: ``file``, ``role`` (original, copy, distractor, series), ``sources``,
``transform``, ``family``. ``--half dev|held`` takes the sources by the parity of a hash of their names: thresholds are chosen on
one half (A) and reported on the other (B); the table has columns for both. ``--peers`` runs what is installed of imagehash,
pdqhash and imagededup beside ours.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench import blind
from catalog.duplicates import Sample
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.rounds import PATIENCE
from catalog.fingerprinting import features, fingerprints
from catalog.images import decoding

Row = dict[str, Any]
Pairs = dict[tuple[str, str], float]


def sample_of(path: Path) -> Sample:
    """The sample of one picture file; its id is the hash of its name, so that equal files stay two."""
    data = path.read_bytes()
    picture = decoding.open_guarded(data)
    width, height = picture.size
    if picture.getexif().get(0x0112, 1) >= 5:
        width, height = height, width
    known = fingerprints.prepare(decoding.reduced(picture, fingerprints.WANTED_SIDE))
    ident = hashlib.sha256(path.name.encode()).hexdigest()[:16]
    digest = hashlib.sha256(data).hexdigest()
    return Sample(ident, known.fingerprint, known.features, width, height, digest, len(data))


def samples_of(folder: Path, names: Iterable[str] | None = None, workers: int = 2) -> dict[str, Sample]:
    """File name -> sample, for the pictures of a folder."""
    paths = (
        [folder / name for name in names] if names is not None else sorted(p for p in folder.iterdir() if p.is_file())
    )
    with ProcessPoolExecutor(workers) as pool:
        return dict(zip((p.name for p in paths), pool.map(sample_of, paths, chunksize=16), strict=True))


def all_pairs(samples: dict[str, Sample]) -> Pairs:
    """What the index and verification find among ``samples``, by file names."""
    names = {sample.id: name for name, sample in samples.items()}
    found: Pairs = {}
    with tempfile.TemporaryDirectory() as folder:
        index = DuplicateIndex(Path(folder))
        index.add(samples.values())
        index.flush()
        for match in index.match_new(names):
            if match.relation != "same scene":
                found[_pair(names[match.a], names[match.b])] = match.score
    return found


def library_pairs(samples: dict[str, Sample], library: set[str]) -> Pairs:
    """As :func:`all_pairs`, but only pairs with one of ``library``: each picture is looked up in an index of those."""
    names = {sample.id: name for name, sample in samples.items()}
    with tempfile.TemporaryDirectory() as folder:
        index = DuplicateIndex(Path(folder))
        index.add(samples[name] for name in sorted(library))
        index.flush()
        return {
            _pair(names[match.a], names[match.b]): match.score
            for sample in samples.values()
            for match in index.matches_of(sample)
            if match.relation != "same scene"
        }


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


# ---------------------------------------------------------------- the table


def rows_of(manifest: Path, half: str) -> list[Row]:
    """The manifest's rows; of one half of the sources, if asked."""
    rows: list[Row] = [json.loads(line) for line in manifest.read_text().splitlines()]
    return rows if half == "all" else half_rows(rows, half)


def half_rows(rows: list[Row], half: str) -> list[Row]:
    """The rows of one half of the photographs and of what is in neither."""
    return [row for row in rows if row["role"] not in ("original", "copy") or half_of(row["sources"][0]) == half]


def half_of(source: str) -> str:
    """Which half a photograph is in: ``dev`` (A), on which thresholds are chosen, or ``held`` (B)."""
    return ("dev", "held")[hashlib.sha256(source.encode()).digest()[0] % 2]


def judge(rows: list[Row], pairs: Pairs) -> dict[str, dict[str, tuple[int, int]]]:
    """Found and wanted (copy, original) pairs by kind and family of change; right and all library pairs; scene pairs."""
    by_name = {row["file"]: row for row in rows}
    originals = {row["sources"][0]: row["file"] for row in rows if row["role"] == "original"}
    kinds: dict[str, list[bool]] = defaultdict(list)
    families: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        for place, source in enumerate(row["sources"] if row["role"] == "copy" else ()):
            if source in originals:
                hit = _pair(row["file"], originals[source]) in pairs
                kinds[row["transform"] + (":guest" if place else "")].append(hit)
                families[row["family"]].append(hit)
    right = wrong = 0
    for a, b in pairs:
        if a in by_name and b in by_name and (by_name[a]["role"] != "copy" or by_name[b]["role"] != "copy"):
            same = bool(set(by_name[a]["sources"]) & set(by_name[b]["sources"]))
            right, wrong = right + same, wrong + (not same)
    series = [row for row in rows if row["role"] == "series"]
    scene = [
        _pair(x["file"], y["file"]) in pairs
        for i, x in enumerate(series)
        for y in series[:i]
        if x["transform"] == y["transform"]
    ]
    every = [hit for hits in kinds.values() for hit in hits]
    return {
        "kind of change": {kind: (sum(hits), len(hits)) for kind, hits in kinds.items()},
        "family": {family: (sum(hits), len(hits)) for family, hits in families.items()},
        "overall": {
            "recall": (sum(every), len(every)),
            "precision": (right, right + wrong),
            "same-scene pairs called copies": (sum(scene), len(scene)),
        },
    }


def peers() -> Iterator[tuple[str, Callable[[Path], Any], Callable[[Any, Any], float], float]]:
    """Name, hash of a file, distance and usual threshold of each peer that is installed."""
    import imagehash
    from PIL import Image

    yield "imagehash phash", lambda p: imagehash.phash(Image.open(p)), lambda a, b: float(a - b), 10
    try:
        import pdqhash
    except ImportError:
        print("pdqhash is not installed", file=sys.stderr)
    else:

        def pdq(path: Path) -> Any:
            return pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))[0]

        yield "pdqhash", pdq, lambda a, b: float(np.count_nonzero(a != b)), 31
    try:
        from imagededup.methods import PHash
    except ImportError:
        print("imagededup is not installed", file=sys.stderr)
    else:
        hasher = PHash(verbose=False)

        def dedup(path: Path) -> Any:
            return int(hasher.encode_image(str(path)) or "0", 16)

        yield "imagededup PHash", dedup, lambda a, b: float((a ^ b).bit_count()), 10


def peer_pairs(
    folder: Path, names: list[str], library: set[str], make: Any, distance: Callable[[Any, Any], float], limit: float
) -> Pairs:
    """Pairs with one of ``library`` that a peer finds."""
    made = {name: make(folder / name) for name in names}
    return {
        _pair(a, b): distance(made[a], made[b])
        for a in names
        for b in library
        if a != b and distance(made[a], made[b]) <= limit
    }


def table(arguments: argparse.Namespace) -> None:
    rows = rows_of(arguments.manifest, arguments.half)
    names = [row["file"] for row in rows]
    library = {row["file"] for row in rows if row["role"] != "copy"}
    started = time.process_time()
    samples = samples_of(arguments.folder, names)
    found = {"ours": library_pairs(samples, library)}
    print(f"matching {len(names)} pictures: {time.process_time() - started:.0f} CPU s", file=sys.stderr)
    if arguments.peers:
        for name, make, distance, limit in peers():
            found[name] = peer_pairs(arguments.folder, names, library, make, distance, limit)
    judged = {"ours": judge(rows, found["ours"])}
    if arguments.half == "all":
        for half, letter in (("dev", "A"), ("held", "B")):
            judged[f"ours, half {letter}"] = judge(half_rows(rows, half), found["ours"])
    judged |= {name: judge(rows, pairs) for name, pairs in found.items() if name != "ours"}
    for part in judged["ours"]:
        print(f"\n| {part} | " + " | ".join(judged) + " |\n|" + " --- |" * (len(judged) + 1))
        for line in judged["ours"][part]:
            cells = [verdict[part].get(line, (0, 0)) for verdict in judged.values()]
            print(f"| {line} | " + " | ".join(f"{a / b:.4f} ({a}/{b})" if b else "none" for a, b in cells) + " |")


# ---------------------------------------------------------------- candidates in a crowd


def crowd(arguments: argparse.Namespace) -> None:
    """How often the index still names the original when ``--others`` pictures more are in it, and what it takes.

    The crowd is made of the features of the pictures at hand: each of its members takes features of ten pictures and
    flips a tenth of the bits, so that they are as unevenly spread as real ones.
    """
    rows = rows_of(arguments.manifest, arguments.half)
    copies = [row for row in rows if row["role"] == "copy"]
    copies = random.Random(11).sample(copies, min(arguments.queries, len(copies)))
    originals = {row["sources"][0]: row["file"] for row in rows if row["role"] == "original"}
    library = [row["file"] for row in rows if row["role"] != "copy"]
    samples = samples_of(arguments.folder, [*library, *(row["file"] for row in copies)])
    with tempfile.TemporaryDirectory() as folder:
        index = DuplicateIndex(Path(folder))
        index.add(samples[name] for name in library)
        index.flush()
        alone = _named(index, "alone", copies, originals, samples)
        # The crowd has no thumbnails, which take long to make: what a picture takes is counted by real ones, its votes by all.
        kept = size_of(Path(folder), "*.dat") / index.count()
        pool = [local for name in library if len((local := features.unpack(samples[name].features)).points) >= 50]
        spent = 0.0
        for start in range(0, arguments.others, 1000):
            some = [stranger(pool, samples[library[0]], start + i) for i in range(min(1000, arguments.others - start))]
            started = time.process_time()
            index.add(some)
            index.flush()
            spent = time.process_time() - started
        among = _named(index, f"among {arguments.others:,} others", copies, originals, samples)
        print(f"| candidate recall among them, relative to alone | {among / max(alone, 1e-9):.4f} |")
        print(f"| adding the last 1,000 pictures to the index | {spent:.2f} CPU s |")
        print(f"| on disk | {kept + size_of(Path(folder), '*.seg') / index.count():,.0f} bytes per picture |")
        print(f"| in memory | {held(Path(folder), samples[library[0]]) / index.count():,.0f} bytes per picture |")


def size_of(folder: Path, pattern: str) -> int:
    """Bytes of the files of a folder that are named so."""
    return sum(path.stat().st_size for path in folder.glob(pattern))


def held(folder: Path, asked: Sample) -> int:
    """Bytes that an index of ``folder`` holds in memory once it has been asked; the files that it maps are not counted."""
    tracemalloc.start()
    index = DuplicateIndex(folder)
    index.candidates(asked)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept


def stranger(pool: list[features.Features], like: Sample, seed: int) -> Sample:
    """A picture that is none: features of ten pictures with a tenth of their bits flipped."""
    rng = np.random.default_rng(seed)
    parts = [pool[i] for i in rng.choice(len(pool), 10)]
    chosen = [rng.choice(len(p.points), min(len(p.points), features.POINTS // 10), replace=False) for p in parts]
    joined = {
        name: np.concatenate([getattr(p, name)[c] for p, c in zip(parts, chosen, strict=True)])
        for name in ("points", "levels", "turns", "bits")
    }
    joined["points"] = np.clip(joined["points"], 0, (parts[0].width - 1, parts[0].height - 1)).astype(np.float32)
    joined["bits"] ^= np.packbits(rng.random((len(joined["bits"]), 128)) < 0.1, axis=1)
    made = replace(parts[0], **joined)
    ident = hashlib.sha256(f"stranger {seed}".encode()).hexdigest()
    noise = replace(like.fingerprint, dct=rng.bytes(32).hex(), trimmed="", box=None, phash=rng.bytes(8).hex())
    return replace(like, id=ident[:16], sha256=ident, fingerprint=noise, features=features.pack(made))


def _named(
    index: DuplicateIndex, title: str, copies: list[Row], originals: dict[str, str], samples: dict[str, Sample]
) -> float:
    """Print and return in what share of the copies the index names the photograph they come from."""
    hits = tried = wanted = 0
    started = time.process_time()
    for row in copies:
        found = index.candidates(samples[row["file"]])
        wants = {samples[originals[source]].id for source in row["sources"] if source in originals}
        hits, wanted = hits + len(wants.intersection(found)), wanted + len(wants)
        tried += sum(failed < PATIENCE for failed in _strangers_before(found, wants))
    spent = (time.process_time() - started) / len(copies) * 1000
    print(
        f"| candidate recall {title} | {hits / wanted:.4f} ({hits}/{wanted}; {tried / wanted:.4f} with at most {PATIENCE - 1} "
        f"strangers in a row before), {spent:.0f} CPU ms a query |",
        flush=True,
    )
    return tried / wanted


def _strangers_before(found: list[str], wants: set[str]) -> Iterator[int]:
    """For each of ``wants`` that is named, how many others are named in a row before it."""
    failed = 0
    for ident in found:
        if ident in wants:
            yield failed
        failed = 0 if ident in wants else failed + 1


def pairs(arguments: argparse.Namespace) -> None:
    started = time.time()
    samples = samples_of(arguments.folder)
    hashed = time.time()
    found = [[a, b, score] for (a, b), score in sorted(all_pairs(samples).items())]
    spent = {"t_hash": hashed - started, "t_search": time.time() - hashed, "n_images": len(samples)}
    print(json.dumps({"pairs": found, "threshold": 0.5, "sense": "similarity", **spent}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("pairs")
    one.add_argument("folder", type=Path)
    one.set_defaults(run=pairs)
    commands.add_parser("samples").set_defaults(run=lambda _: blind.run())
    for name, run in (("table", table), ("crowd", crowd)):
        one = commands.add_parser(name)
        one.add_argument("manifest", type=Path)
        one.add_argument("folder", type=Path)
        one.add_argument("--half", choices=("all", "dev", "held"), default="all")
        one.add_argument("--peers", action="store_true")
        one.add_argument("--others", type=int, default=100_000)
        one.add_argument("--queries", type=int, default=200)
        one.set_defaults(run=run)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
