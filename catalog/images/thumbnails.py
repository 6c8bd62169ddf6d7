"""Small WebP copies of pictures for pages: derived, so that they can be made again at any time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import Rejected
from . import decoding

#: Longest sides, in pixels, of the thumbnails that exist.
SIZES = (160, 320, 640, 1280)
_QUALITY = 78
#: WebP's effort, 0 to 6. Higher takes up to several times longer for a few per cent fewer bytes.
_EFFORT = 0


def make(source: Image.Image | Path | bytes, size: int) -> bytes:
    """Return a WebP thumbnail whose longer side is at most ``size`` (one of :data:`SIZES`) pixels; never larger than the source.

    ``source`` is a picture that :func:`catalog.images.decoding.reduced` gave (upright, RGB or L), or a file or its bytes. Raises
    Rejected when that cannot be decoded or ``size`` is none of the sizes.
    """
    if size not in SIZES:
        raise Rejected(f"There are no thumbnails of {size} pixels, only of {', '.join(map(str, SIZES))}.")
    picture = source if isinstance(source, Image.Image) else _decoded(source, size)
    small = _fitted(picture, size)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=_QUALITY, method=_EFFORT)
    return out.getvalue()


def _decoded(source: Path | bytes, size: int) -> Image.Image:
    picture = decoding.open_guarded(source)
    longer, shorter = max(picture.size), min(picture.size)
    return decoding.reduced(picture, max(1, -(-size * shorter // longer)))


def _fitted(picture: Image.Image, size: int) -> Image.Image:
    longer = max(picture.size)
    if longer <= size:
        return picture
    # Loaded where pictures are made smaller: whoever lists, shows or searches does without OpenCV.
    import cv2

    width, height = (max(1, round(side * size / longer)) for side in picture.size)
    # Down to a half, straight lines between pixels look as good as areas, and are much quicker.
    way = cv2.INTER_LINEAR if longer <= 2 * size else cv2.INTER_AREA
    return Image.fromarray(np.asarray(cv2.resize(np.asarray(picture), (width, height), interpolation=way), np.uint8))
