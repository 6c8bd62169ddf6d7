"""The colours of drawings: what a small grey picture cannot tell of seats, districts and lines that only differ by who has them.

Kept are the two colour differences of ITU-T T.871 (JFIF) of a small picture, one below the other, as WebP. Photographs and grey
drawings have none: for them the grey picture says all, and nothing is spent on them.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pictures

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

#: Pixels of the longer side: as many as there is room for.
SIDES = (96, 64, 48)
#: Share of the picture that one value has in what may be a drawing, and how near to that value pixels are of it.
_DRAWN, _NEAR = 0.3, 4
#: A colour difference of less than this (of 127) everywhere is none.
_COLOURED = 16


def ground(grey: npt.NDArray[np.uint8] | Floats) -> float:
    """The share of the picture that about one value has."""
    counts = np.bincount(np.rint(grey).astype(np.uint8).reshape(-1), minlength=256)
    return float(np.convolve(counts, np.ones(2 * _NEAR + 1), "same").max()) / grey.size


def packed(picture: Pictures.Image, small: Grey, most: int) -> bytes:
    """Return the colours of ``picture`` (RGB), whose small grey picture is ``small``, in ``most`` bytes; nothing for photographs
    and grey pictures, nor where that is too little room."""
    if picture.mode != "RGB" or ground(small) < _DRAWN:
        return b""
    for side in SIDES:
        planes = _planes(picture, side)
        if int(np.abs(planes.astype(np.int16) - 128).max()) < _COLOURED:
            return b""
        for quality in (80, 60, 40, 20):
            data: bytes = cv2.imencode(".webp", planes, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
            if len(data) <= most:
                return data
    return b""


def _planes(picture: Pictures.Image, side: int) -> Grey:
    """Both colour differences of the picture made small, 128 where there is no colour, one below the other."""
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    pixels = cv2.resize(np.asarray(picture, np.uint8), size, interpolation=cv2.INTER_AREA)
    planes = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    return np.asarray(np.concatenate([planes[:, :, 1], planes[:, :, 2]]), np.uint8)


def unpacked(data: bytes) -> Floats | None:
    """Return the two colour differences (h x w x 2, 0 where there is no colour), ``None`` for none. Raises :class:`ValueError` when
    they do not decode."""
    if not data:
        return None
    both = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if both is None or len(both) % 2:
        raise ValueError("the colours in a feature blob do not decode")
    half = len(both) // 2
    return np.stack([both[:half], both[half:]], axis=2).astype(np.float32) - 128
