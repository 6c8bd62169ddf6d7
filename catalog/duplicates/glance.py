"""A first look at two pictures, half the size they are compared at: enough to pass over most of what chance lays on each other."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .correlation import AGREES, TEXTURE, correlation, moments
from .geometry import Matrix, to_pixels

Grey = npt.NDArray[np.uint8]

#: Side of the blocks, and how many pixels with structure it takes to tell.
BLOCK, _FEWEST = 5, 16


def share(frame: Grey, other: Grey, matrix: Matrix, scale: float) -> float | None:
    """Of the blocks with structure, about what share agrees, shifts of up to two pixels of ``frame`` allowed.

    ``matrix`` maps fractions of ``frame`` to ``other``, which is ``scale`` (1 or more) times as fine. ``None`` where there is too
    little to tell.
    """
    size = _half(frame, 1.0)
    small = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.float32)
    fine = cv2.resize(other, _half(other, scale), interpolation=cv2.INTER_AREA)
    pixels = to_pixels(fine.shape[1], fine.shape[0]) @ matrix @ np.linalg.inv(to_pixels(*size))
    turn = cv2.WARP_INVERSE_MAP
    moved = cv2.warpPerspective(fine, pixels, size, flags=cv2.INTER_LINEAR | turn, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpPerspective(np.ones(fine.shape, np.uint8), pixels, size, flags=cv2.INTER_NEAREST | turn)
    whole = cv2.erode(inside, np.ones((BLOCK - 2, BLOCK - 2), np.uint8), borderValue=1) > 0
    warped = np.asarray(moved, np.float32)
    of_frame, of_warped = moments(small, BLOCK), moments(warped, BLOCK)
    usable = whole & (np.maximum(of_frame[1], of_warped[1]) > TEXTURE**2)
    seen = np.count_nonzero(usable)
    if seen < _FEWEST:
        return None
    _, best = correlation(small, of_frame, warped, of_warped, BLOCK)
    return np.count_nonzero(usable & (best >= AGREES)) / seen


def _half(picture: Grey, scale: float) -> tuple[int, int]:
    height, width = picture.shape
    return max(1, round(width / scale / 2)), max(1, round(height / scale / 2))
