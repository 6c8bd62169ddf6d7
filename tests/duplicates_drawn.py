"""Drawn pictures with structure at every scale, and samples of them."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from catalog.duplicates import Sample
from catalog.fingerprinting.fingerprints import prepare


def drawn(seed: int, size: tuple[int, int] = (640, 448)) -> Image.Image:
    """A scene: soft noise with polygons, discs and lines of many sizes. Another seed is another photograph."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    fine = Image.fromarray(rng.integers(0, 255, (90, 128, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    picture = Image.blend(coarse, fine, 0.3)
    pen = ImageDraw.Draw(picture)
    for _ in range(140):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        reach = int(rng.choice([8, 14, 25, 50]))
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        corners = [(int(x + rng.integers(-reach, reach)), int(y + rng.integers(-reach, reach))) for _ in range(4)]
        if rng.random() < 0.5:
            pen.polygon(corners, fill=colour)
        else:
            pen.line(corners, fill=colour, width=max(1, reach // 8))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def plan(seed: int) -> Image.Image:
    """Rooms at the same places, in colours of one grey: who has them, the grey picture does not tell."""
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", (900, 600), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 20), "Who sits where", (20, 20, 20), font_size=40)
    for at in range(24):
        x, y = 70 + at % 6 * 135, 110 + at // 6 * 120
        ink = ((196, 76, 76), (42, 134, 71), (88, 106, 200))[int(rng.integers(0, 3))]
        pen.rectangle((x, y, x + 84, y + 76), fill=ink, outline=(60, 60, 60), width=3)
        pen.text((x + 24, y + 18), str(at + 1), "white", font_size=34)
    return page


def jpeg(picture: Image.Image, quality: int = 80) -> Image.Image:
    """The picture once through JPEG."""
    data = io.BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue()))


def sample(picture: Image.Image, name: str = "") -> Sample:
    """The sample of a picture as if it were a file of its own."""
    digest = hashlib.sha256(name.encode() + picture.tobytes() + str(picture.size).encode()).hexdigest()
    known = prepare(picture)
    return Sample(digest[:16], known.fingerprint, known.features, *picture.size, digest, 1000)
