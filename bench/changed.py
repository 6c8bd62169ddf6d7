"""How kinds of change that nobody tuned for are found, named and placed, by kind.

    python -m bench.changed [POOL] [--half dev|held|all] [--most N] [--show KIND]

POOL is a folder with ``sources``, ``distractors`` and ``series`` of photographs; the photographs that scikit-image and
scikit-learn ship (see ``bench/blind.py``) are always taken besides, and with drawn scenes stand alone without POOL. A
photograph is in the half that a hash of its name says: what is mended is chosen on ``dev`` (A) and reported on ``held`` (B); the
shipped and the drawn ones only report.

For each kind (``bench/changes.py``): the share found; of these, the share whose relation is named right, and the share that lies
where it should (mean error under 3 % of the side). Then, of pairs that are none, those called copies: every changed copy
with the strangers that the index names first, copies of different photographs under one kind of change, and changed frames of a
series with its other frames.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from bench import blind, changes, changing
from bench.duplicates import half_of
from catalog.duplicates import Sample
from catalog.duplicates.geometry import apply
from catalog.duplicates.index import DuplicateIndex
from catalog.duplicates.rounds import PATIENCE
from catalog.duplicates.verification import verify
from catalog.model import Match
from fixtures import drawing

#: Photographs are taken at this many pixels of the longer side.
SIDE = 800
#: Mean error of a place, as a share of the side, under which it is right.
PLACED = 0.03
#: Changes under which pairs of different photographs are compared: those that bring a template along.
TEMPLATES = (
    "polaroid", "film", "round corners on colour", "social card", "story", "telephone", "broadcast", "newspaper page", "meme",
    "big bar", "tiled mark", "stickers", "creased print", "circle", "halftone", "photographed screen", "very dark", "blurred",
)  # fmt: skip
#: Changes under which frames of a series are compared with the other frames.
OF_SERIES = (
    "black and white, hard",
    "cropped 60 %",
    "100 pixels",
    "social card",
    "big bar",
    "grain",
    "blurred",
    "vignette",
)


@dataclass(frozen=True)
class Photograph:
    """One photograph: where it is, its name, its half (``dev``, ``held``; ``shipped`` for those that only report)."""

    path: str
    name: str
    half: str


@dataclass(frozen=True)
class Copy:
    """A changed photograph, by the names of both, and where it lies in it."""

    name: str
    kind: str
    sample: Sample
    matrix: changing.Matrix


@dataclass
class Tally:
    """What became of the copies of one kind."""

    wanted: int = 0
    found: int = 0
    candidates: int = 0
    named: int = 0
    placed: int = 0


def photographs(pool: Path | None, folder: str, most: int) -> list[Photograph]:
    """The photographs of a folder of the pool."""
    if pool is None:
        return []
    paths = sorted(path for path in (pool / folder).rglob("*") if path.is_file())
    return [Photograph(str(path), path.name, half_of(path.name)) for path in paths[: most or None]]


def shipped(into: Path) -> list[Photograph]:
    """Those of installed packages and drawn scenes, as files of ``into``. Of a stereo pair, the first alone."""
    made = {name: picture for name, picture in blind.photographs().items() if name != "motorcycle_right.png"}
    for number, kind in enumerate(("street", "harbour", "people", "square")):
        made[f"drawn {kind}.png"] = drawing.scene(kind, seed=500 + number)
    for name, picture in made.items():
        picture.save(into / name, "JPEG" if name.endswith(".jpg") else "PNG")
    return [Photograph(str(into / name), name, "shipped") for name in made]


def loaded(path: str) -> Image.Image:
    """The photograph, upright, at ``SIDE``."""
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def plain(photograph: Photograph) -> Sample:
    """The sample of the photograph as it is."""
    return blind.sample(changing.jpeg(loaded(photograph.path), 92), photograph.name)


def copies(job: tuple[Photograph, tuple[str, ...], tuple[str, ...]]) -> list[Copy]:
    """The photograph changed in each of the kinds, with others for collages."""
    photograph, others, kinds = job
    picture, besides = loaded(photograph.path), [loaded(path) for path in others]
    made = []
    for kind in kinds:
        rng = np.random.default_rng(list(hashlib.sha256(f"{photograph.name} {kind}".encode()).digest()[:8]))
        changed, matrix = changes.KINDS[kind].change(picture, besides, rng)
        made.append(Copy(photograph.name, kind, blind.sample(changed, f"{photograph.name} as {kind}"), matrix))
    return made


def error(match: Match, copy: Copy) -> float:
    """Mean distance, in shares of the photograph's sides, of where the match lays the copy from where it lies."""
    grid = (
        np.stack(np.meshgrid(np.linspace(0.05, 0.95, 7), np.linspace(0.05, 0.95, 7)), axis=-1)
        .reshape(-1, 2)
        .astype(np.float64)
    )
    there = apply(np.asarray(np.linalg.inv(copy.matrix), np.float64), grid)
    shown = ((there > 0) & (there < 1)).all(axis=1)
    found = np.array(match.transform).reshape(3, 3)
    found = found if match.b == copy.sample.id else np.asarray(np.linalg.inv(found), np.float64)
    off = apply(found, there[shown]) - grid[shown]
    return float(np.sqrt((off**2).sum(axis=1)).mean()) if shown.any() else 1.0


def judged(pair: tuple[Sample, Sample]) -> Match | None:
    """The match of a pair that calls it a copy, if there is one."""
    match = verify(*pair)
    return None if match is None or match.relation == "same scene" else match


def judged_all(pairs: Iterable[tuple[Sample, Sample]]) -> list[Match | None]:
    """:func:`judged` for many, in both cores."""
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(judged, pairs, chunksize=64))


def tallies(made: list[Copy], originals: dict[str, Sample], named: dict[str, list[str]], show: str) -> dict[str, Tally]:
    """What becomes of each kind."""
    by: dict[str, Tally] = defaultdict(Tally)
    matches = judged_all((copy.sample, originals[copy.name]) for copy in made)
    for copy, match in zip(made, matches, strict=True):
        tally = by[copy.kind]
        tally.wanted += 1
        own = originals[copy.name].id
        # As in an import: the candidate must be named before patience ends.
        tally.candidates += own in named[copy.sample.id][:PATIENCE]
        if copy.kind == show:
            what = "missed" if match is None else f"{match.relation}: {match.detail}; off {error(match, copy):.3f}"
            print(f"  {copy.name}: {what}")
        if match is not None:
            tally.found += 1
            tally.named += match.relation in changes.KINDS[copy.kind].names
            tally.placed += error(match, copy) < PLACED
    return by


def strangers(
    made: list[Copy], by_id: dict[str, tuple[str, Sample]], named: dict[str, list[str]]
) -> Iterator[tuple[str, Copy, Sample]]:
    """Each copy with the first two of the candidates that are other photographs, collages left out."""
    for copy in made:
        if changes.KINDS[copy.kind].family == "collage" or copy.kind == "blended with another":
            continue
        others = [ident for ident in named[copy.sample.id] if by_id[ident][0] != copy.name]
        for ident in others[:2]:
            yield by_id[ident][0], copy, by_id[ident][1]


def report(title: str, by: dict[str, Tally]) -> None:
    """Print the table of one set of photographs."""
    print(f"\n| {title} | found | candidate | named right | placed right |\n| --- | --- | --- | --- | --- |")
    whole = Tally()
    for kind, tally in by.items():
        _line(kind, tally)
        for name in vars(whole):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
    _line("**all**", whole)


def _line(title: str, tally: Tally) -> None:
    cells = [
        f"{part / max(1, of):.3f} ({part}/{of})"
        for part, of in (
            (tally.found, tally.wanted), (tally.candidates, tally.wanted), (tally.named, tally.found), (tally.placed, tally.found),
        )
    ]  # fmt: skip
    print(f"| {title} | {' | '.join(cells)} |")


def run(arguments: argparse.Namespace, into: Path) -> None:
    """Print all."""
    chosen = photographs(arguments.pool, "sources", 0) + photographs(arguments.pool, "distractors", arguments.most)
    chosen += shipped(into)
    series = photographs(arguments.pool, "series", 0)
    if arguments.half != "all":
        chosen = [one for one in chosen if one.half == arguments.half]
    kinds = tuple(arguments.kinds or changes.KINDS)
    rng = random.Random(5)
    jobs = [
        (one, tuple(other.path for other in rng.sample([x for x in chosen if x is not one], 8)), kinds)
        for one in chosen
    ]
    library = {one.name: one for one in [*chosen, *photographs(arguments.pool, "distractors", 0), *series]}
    with ProcessPoolExecutor(2) as pool:
        originals = dict(zip(library, pool.map(plain, library.values(), chunksize=8), strict=True))
        made = [copy for part in pool.map(copies, jobs) for copy in part]
        of_series = [c for part in pool.map(copies, [(one, (), OF_SERIES) for one in series]) for c in part]
    by_id = {sample.id: (name, sample) for name, sample in originals.items()}
    index = DuplicateIndex(into / "index")
    index.add(originals.values())
    index.flush()
    named = {copy.sample.id: index.candidates(copy.sample, 12) for copy in made}
    for half in ("dev", "held", "shipped"):
        names = {one.name for one in chosen if one.half == half}
        mine = [copy for copy in made if copy.name in names]
        if not mine:
            continue
        report(f"{len(names)} photographs, {half}", tallies(mine, originals, named, arguments.show))
        pairs = list(strangers(mine, by_id, named))
        wrong = judged_all((copy.sample, sample) for _, copy, sample in pairs)
        print(f"| strangers called copies | {sum(x is not None for x in wrong)} of {len(pairs)} |")
        for (name, copy, _), match in zip(pairs, wrong, strict=True):
            if match is not None:
                print(f"  {copy.name} as {copy.kind} and {name}: {match.relation} {match.score:.2f} {match.detail}")
        under: list[tuple[Copy, Copy]] = []
        for kind in TEMPLATES:
            under += combinations([copy for copy in mine if copy.kind == kind], 2)
        joined = judged_all((a.sample, b.sample) for a, b in under)
        print(
            f"| different photographs under one template called copies | {sum(x is not None for x in joined)} of {len(under)} |"
        )
        for (a, b), match in zip(under, joined, strict=True):
            if match is not None:
                print(f"  {a.kind}: {a.name} and {b.name}: {match.relation} {match.score:.2f} {match.detail}")
    frames = [
        (copy, originals[other.name])
        for copy in of_series
        for other in series
        if other.name != copy.name and Path(other.path).parent == Path(library[copy.name].path).parent
    ]
    bursts = judged_all((copy.sample, sample) for copy, sample in frames)
    print(
        f"| changed frames of a series called copies of others | {sum(x is not None for x in bursts)} of {len(frames)} |"
    )
    for (copy, sample), match in zip(frames, bursts, strict=True):
        if match is not None:
            print(
                f"  {copy.name} as {copy.kind} and {by_id[sample.id][0]}: {match.relation} {match.score:.2f} {match.detail}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pool", type=Path, nargs="?")
    parser.add_argument("--half", choices=("all", "dev", "held", "shipped"), default="all")
    parser.add_argument("--most", type=int, default=60, help="photographs taken of the others of the pool")
    parser.add_argument("--kinds", nargs="*")
    parser.add_argument("--show", default="", help="a kind whose copies are listed")
    with tempfile.TemporaryDirectory() as folder:
        run(parser.parse_args(), Path(folder))


if __name__ == "__main__":
    main()
