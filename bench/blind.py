"""Photographs that nobody tuned for: those that libraries of the scientific Python world ship, changed in several ways at once.

Run by ``python -m bench.duplicates samples``. Needs scikit-image and scikit-learn, whose packages hold the photographs; nothing is
fetched. Prints how many of the copies are found by kind, and every match between different photographs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from catalog.duplicates import Sample
from catalog.duplicates.verification import verify
from catalog.fingerprinting import fingerprints

#: Where the photographs lie in their packages. The second motorcycle is the first from beside: of the same scene, and no copy.
SHIPPED = {
    "skimage": (
        "data", "astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "motorcycle_right.png",
        "retina.jpg", "hubble_deep_field.jpg", "ihc.png", "camera.png", "coins.png", "moon.png", "brick.png", "grass.png",
        "gravel.png",
    ),
    "sklearn": ("datasets/images", "china.jpg", "flower.jpg"),
}  # fmt: skip
SAME_SCENE = ({"motorcycle_left.png", "motorcycle_right.png"},)

Change = Callable[[Image.Image, Sequence[Image.Image], np.random.Generator], Image.Image]


def photographs() -> dict[str, Image.Image]:
    """The photographs by file name; of packages that are not installed, none (and a line says so)."""
    found: dict[str, Image.Image] = {}
    for package, (folder, *names) in SHIPPED.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            print(f"{package} IS NOT INSTALLED: its photographs are left out")
            continue
        for name in names:
            found[name] = Image.open(Path(spec.origin).parent / folder / name).convert("RGB")
    return found


def _part(picture: Image.Image, share: float, rng: np.random.Generator) -> Image.Image:
    width, height = (round(side * share) for side in picture.size)
    left, top = int(rng.integers(0, picture.width - width + 1)), int(rng.integers(0, picture.height - height + 1))
    return picture.crop((left, top, left + width, top + height))


def _jpeg(picture: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue())).convert("RGB")


def _mirrored(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    return _jpeg(ImageOps.mirror(_part(picture, 0.75, rng)), 55)


def _small(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    small = picture.copy()
    small.thumbnail((150, 150))
    return _jpeg(small, 75)


def _tilted(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    angle = float(rng.uniform(2, 5)) * (1 if rng.random() < 0.5 else -1)
    turned = picture.rotate(angle, Image.Resampling.BICUBIC)
    off = round(0.1 * min(picture.size))
    return _jpeg(turned.crop((off, off, picture.width - off, picture.height - off)), 80)


def _lines(page: Image.Image, box: tuple[int, int, int, int], rng: np.random.Generator) -> None:
    pen = ImageDraw.Draw(page)
    for top in range(box[1], box[3] - 14, 24):
        words = " ".join("abcdefghijklmnopqrstuvwxyz"[int(i) : int(i) + 7] for i in rng.integers(0, 19, 12))
        pen.text((box[0], top), words[: max(4, (box[2] - box[0]) // 9)], (30, 30, 30), font_size=18)


def _screenshot(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (1200, 1000), "white")
    ImageDraw.Draw(page).rectangle((0, 0, 1200, 80), fill=(20, 60, 110))
    shown = ImageOps.contain(picture, (720, 600))
    page.paste(shown, (60, 140))
    _lines(page, (840, 140, 1160, 980), rng)
    _lines(page, (60, 170 + shown.height, 780, 980), rng)
    return _jpeg(page, 80)


def _collage(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    page = Image.new("RGB", (1010, 710), "white")
    cells = [picture, *(others[int(i)] for i in rng.choice(len(others), 3, replace=False))]
    for place, one in zip(rng.permutation(4), cells, strict=True):
        page.paste(ImageOps.fit(one, (500, 350)), (int(place) % 2 * 510, int(place) // 2 * 360))
    return _jpeg(page, 85)


def _caption_bar(picture: Image.Image, others: Sequence[Image.Image], rng: np.random.Generator) -> Image.Image:
    height = round(picture.height * 0.18)
    page = Image.new("RGB", (picture.width, picture.height + height), (15, 15, 15))
    page.paste(_part(picture, 0.95, rng).resize(picture.size), (0, 0))
    pen = ImageDraw.Draw(page)
    pen.text((12, picture.height + 8), "A caption under the picture", "white", font_size=max(12, height // 3))
    return _jpeg(page, 70)


CHANGES: dict[str, Change] = {
    "mirrored, cropped, recompressed": _mirrored,
    "150 pixels": _small,
    "turned 2-5 degrees and cropped": _tilted,
    "screenshot of a page": _screenshot,
    "one of four in a collage": _collage,
    "cropped over a caption bar": _caption_bar,
}


def sample(picture: Image.Image, name: str) -> Sample:
    """The sample of a picture as if it were a file of this name."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    known = fingerprints.prepare(picture)
    return Sample(digest[:16], known.fingerprint, known.features, *picture.size, digest, 1000)


def copies(pictures: dict[str, Image.Image]) -> Iterator[tuple[str, str, Sample]]:
    """Yield (photograph, kind of change, sample) of three copies of each kind."""
    for number, (name, picture) in enumerate(pictures.items()):
        others = [other for key, other in pictures.items() if key != name and {key, name} not in SAME_SCENE]
        for kind, change in CHANGES.items():
            for turn in range(3):
                rng = np.random.default_rng([number, turn, len(kind)])
                yield name, kind, sample(change(picture, others, rng), f"{name} {kind} {turn}")


def run() -> None:
    """Print the table."""
    pictures = photographs()
    originals = {name: sample(picture, name) for name, picture in pictures.items()}
    found = dict.fromkeys(CHANGES, 0)
    total = dict.fromkeys(CHANGES, 0)
    wrong: list[str] = []
    looked = 0
    for name, kind, copy in copies(pictures):
        for other, original in originals.items():
            # A collage shows other photographs too, and those are found in it rightly.
            if other != name and kind == "one of four in a collage":
                continue
            match = verify(copy, original)
            is_copy = match is not None and match.relation != "same scene"
            if other == name:
                found[kind], total[kind] = found[kind] + is_copy, total[kind] + 1
            else:
                looked += 1
                wrong += [f"{name} ({kind}) and {other}"] if is_copy else []
    print("| kind of change | found |\n| --- | --- |")
    for kind, hits in found.items():
        print(f"| {kind} | {hits / max(1, total[kind]):.4f} ({hits}/{total[kind]}) |")
    print(f"| different photographs called copies | {len(wrong)} of {looked} |")
    for line in wrong:
        print(f"wrong: {line}")
