"""Steps that kinds of change are made of. A step gives a picture with a matrix: fractional coordinates of it -> of what it was.

``bench/changes.py`` and ``bench/framing.py`` compose them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageOps

Matrix = npt.NDArray[np.float64]
Picture = Image.Image
Made = tuple[Picture, Matrix]
Others = Sequence[Picture]
Random = np.random.Generator
Change = Callable[[Picture, Others, Random], Made]

WHOLE: Matrix = np.eye(3)
BEST = Image.Resampling.LANCZOS


def box_matrix(left: float, top: float, right: float, bottom: float) -> Matrix:
    """Fractions within a box -> fractions of what the box is a part of."""
    return np.array([[right - left, 0, left], [0, bottom - top, top], [0, 0, 1]])


def cut(picture: Picture, left: float, top: float, right: float, bottom: float) -> Made:
    """The part within fractions."""
    w, h = picture.size
    box = (round(left * w), round(top * h), round(right * w), round(bottom * h))
    return picture.crop(box), box_matrix(box[0] / w, box[1] / h, box[2] / w, box[3] / h)


def some_part(picture: Picture, removed: float, rng: Random) -> Made:
    """A part anywhere of the same shape, so much of the area away."""
    share = (1 - removed) ** 0.5
    left, top = rng.uniform(0, 1 - share, 2)
    return cut(picture, left, top, left + share, top + share)


def fitted(picture: Picture, size: tuple[int, int]) -> Made:
    """The middle of the picture, filling ``size``."""
    w, h = picture.size
    scale = max(size[0] / w, size[1] / h)
    x, y = size[0] / scale / w, size[1] / scale / h
    part, matrix = cut(picture, (1 - x) / 2, (1 - y) / 2, (1 + x) / 2, (1 + y) / 2)
    return part.resize(size, BEST), matrix


def contained(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture as large as fits into ``size``."""
    return ImageOps.contain(picture, size, BEST)


def laid(page: Picture, picture: Picture, left: int, top: int, mask: Picture | None = None) -> Made:
    """The page with the picture on it (the page is changed)."""
    page.paste(picture, (left, top), mask)
    w, h = page.size
    place = box_matrix(left / w, top / h, (left + picture.width) / w, (top + picture.height) / h)
    return page, np.asarray(np.linalg.inv(place), np.float64)


def mirrored(picture: Picture) -> Made:
    """Left and right swapped."""
    return ImageOps.mirror(picture), np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]])


def jpeg(picture: Picture, quality: int) -> Picture:
    """The picture once through JPEG."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(io.BytesIO(data.getvalue())).convert("RGB")


def scaled(picture: Picture, side: int) -> Picture:
    """The picture with a longer side of ``side``."""
    factor = side / max(picture.size)
    return picture.resize((max(1, round(picture.width * factor)), max(1, round(picture.height * factor))), BEST)


def warped(picture: Picture, corners: npt.NDArray[np.float64], page: Picture, border: bool = True) -> Made:
    """The picture with its corners at ``corners`` (fractions of the page, clockwise from the upper left), on the page."""
    w, h = page.size
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    to_page = cv2.getPerspectiveTransform(unit, corners.astype(np.float32))
    pixels = np.diag([w, h, 1.0]) @ to_page @ np.diag([1 / picture.width, 1 / picture.height, 1.0])
    values = cv2.warpPerspective(np.asarray(picture), pixels, (w, h), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.full(picture.size[::-1], 255, np.uint8), pixels, (w, h))
    if border:
        page.paste(Image.fromarray(values), (0, 0), Image.fromarray(inside))
    return page if border else Image.fromarray(values), np.asarray(np.linalg.inv(to_page), np.float64)


def text(page: Picture, box: tuple[int, int, int, int], rng: Random, px: int, ink: tuple[int, int, int]) -> None:
    """Lines of made-up words."""
    pen = ImageDraw.Draw(page)
    for top in range(box[1], box[3] - px, round(px * 1.4)):
        words = " ".join(
            "".join(chr(97 + int(i)) for i in rng.integers(0, 26, int(rng.integers(2, 9)))) for _ in range(14)
        )
        pen.text((box[0], top), words[: max(3, round((box[2] - box[0]) / px / 0.55))], ink, font_size=px)
