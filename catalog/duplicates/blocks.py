"""Aligned blocks: does what two pictures show at the same place look the same?

Local features find two pictures of one scene alike; block by block, a copy agrees nearly everywhere outside overlays,
another frame of the scene does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .geometry import Matrix, invert, to_pixels

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

#: Pixels of a block's side, and between the centres of neighbouring blocks.
BLOCK, STRIDE = 9, 4
#: Standard deviation (of 255) under which a block has nothing to compare.
TEXTURE = 4.0
#: Normalised cross-correlation from which a block agrees.
AGREES = 0.75


@dataclass(frozen=True)
class Agreement:
    """What the blocks of the shared part say. ``share``: agreeing among those with structure; ``blocks``: how many those
    are; ``of_a``, ``of_b``: area of agreeing blocks (and of those without structure between them) as a share of each picture;
    ``mean``: mean correlation; ``grid``: 1 agrees, -1 differs, 0 nothing to compare or outside."""

    share: float
    blocks: int
    of_a: float
    of_b: float
    mean: float
    grid: npt.NDArray[np.int8]
    in_b: bool


def compare(a: Grey, b: Grey, matrix: Matrix) -> Agreement | None:
    """Compare ``a`` and ``b`` (grey thumbnails) under ``matrix`` (b -> a, fractional), in the frame of the coarser one.

    ``None`` when they do not overlap by at least a few blocks.
    """
    inverse = invert(matrix)
    if inverse is None:
        return None
    pixels = to_pixels(a.shape[1], a.shape[0]) @ matrix @ np.linalg.inv(to_pixels(b.shape[1], b.shape[0]))
    scale = float(np.sqrt(abs(np.linalg.det(pixels[:2, :2]))))
    if not 0.02 < scale < 50:
        return None
    if scale >= 1:
        return _in_frame(b, a, matrix, scale, in_b=True)
    return _in_frame(a, b, inverse, 1 / scale, in_b=False)


def _in_frame(frame: Grey, other: Grey, matrix: Matrix, scale: float, *, in_b: bool) -> Agreement | None:
    """Warp ``other`` into ``frame``; ``matrix`` maps fractions of frame to other, ``scale`` is other pixels per frame pixel."""
    height, width = frame.shape
    if scale > 1.05:
        size = (max(1, round(other.shape[1] / scale)), max(1, round(other.shape[0] / scale)))
        other = np.asarray(cv2.resize(other, size, interpolation=cv2.INTER_AREA), np.uint8)
    pixels = to_pixels(other.shape[1], other.shape[0]) @ matrix @ np.linalg.inv(to_pixels(width, height))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(other, pixels, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpPerspective(
        np.ones(other.shape, np.uint8), pixels, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    correlation, textured = _correlate(frame.astype(np.float32), warped.astype(np.float32))
    half = BLOCK // 2
    full = cv2.erode(inside, np.ones((BLOCK - 2, BLOCK - 2), np.uint8), borderValue=1)
    ys = np.arange(min(half, height // 2), height - min(half, height // 2), STRIDE)
    xs = np.arange(min(half, width // 2), width - min(half, width // 2), STRIDE)
    at = np.ix_(ys, xs)
    usable = full[at] > 0
    judged = usable & textured[at]
    agrees = judged & (correlation[at] >= AGREES)
    blocks = int(judged.sum())
    if blocks < 4:
        return None
    grid = np.where(agrees, 1, np.where(judged, -1, 0)).astype(np.int8)
    share = float(agrees.sum()) / blocks
    # Plain blocks count with the share of the others.
    area = float(inside.mean()) * share
    other_area = area * width * height / max(1, other.size)
    of_frame, of_other = area, min(1.0, other_area)
    mean = float(np.clip(correlation[at][judged], 0, 1).mean())
    of_a, of_b = (of_other, of_frame) if in_b else (of_frame, of_other)
    return Agreement(share, blocks, of_a, of_b, mean, grid, in_b)


def _correlate(a: Floats, b: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Normalised cross-correlation around each pixel, the best over shifts of one pixel; and where there is structure."""
    box = (BLOCK, BLOCK)

    def mean(x: Floats) -> Floats:
        return np.asarray(cv2.boxFilter(x, -1, box, borderType=cv2.BORDER_REFLECT_101), np.float32)

    mean_a, mean_b = mean(a), mean(b)
    var_a = np.maximum(mean(a * a) - mean_a**2, 0)
    var_b = np.maximum(mean(b * b) - mean_b**2, 0)
    noise = 2.0
    best = np.full(a.shape, -1, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)

            def moved(x: Floats, move: Floats = move) -> Floats:
                size = (x.shape[1], x.shape[0])
                return np.asarray(cv2.warpAffine(x, move, size, borderMode=cv2.BORDER_REPLICATE), np.float32)

            shifted = moved(b)
            covariance = mean(a * shifted) - mean_a * moved(mean_b)
            best = np.maximum(best, covariance / np.sqrt((var_a + noise) * (moved(var_b) + noise)))
    return best, np.maximum(var_a, var_b) > TEXTURE**2
