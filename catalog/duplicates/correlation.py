"""How grey pictures of one size agree around each pixel: moments of blocks, and their normalised cross-correlation."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
#: Mean, variance and one by the standard deviation of the block around each pixel.
Moments = tuple[Floats, Floats, Floats]

#: The variance of mere noise; and the standard deviation (of 255) under which a block has nothing to compare.
NOISE, TEXTURE = 2.0, 4.0
#: Normalised cross-correlation from which a block agrees.
AGREES = 0.75


def box(x: Floats, side: int) -> Floats:
    """The mean of the block of ``side`` pixels around each pixel."""
    return np.asarray(cv2.boxFilter(x, -1, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)


def moments(x: Floats, side: int) -> Moments:
    """The :data:`Moments` of blocks of ``side`` pixels."""
    mean = box(x, side)
    variance = np.maximum(box(x * x, side) - mean * mean, 0)
    return mean, variance, np.asarray(1 / np.sqrt(variance + NOISE), np.float32)


def correlation(frame: Floats, of_frame: Moments, other: Floats, of_other: Moments, side: int) -> tuple[Floats, Floats]:
    """Normalised cross-correlation of the blocks around each pixel: as they lie, and the best over shifts of up to a pixel."""
    height, width = frame.shape
    edge = cv2.BORDER_REPLICATE
    padded, mean, sharp = (
        np.asarray(cv2.copyMakeBorder(x, 1, 1, 1, 1, edge), np.float32) for x in (other, of_other[0], of_other[2])
    )
    best = np.full(frame.shape, -1, np.float32)
    exact = best
    for down in range(3):
        for right in range(3):
            at = (slice(down, down + height), slice(right, right + width))
            covariance = box(frame * padded[at], side)
            covariance -= of_frame[0] * mean[at]
            covariance *= sharp[at]
            if down == right == 1:
                exact = covariance
            np.maximum(best, covariance, out=best)
    return np.asarray(exact * of_frame[2], np.float32), np.asarray(best * of_frame[2], np.float32)
