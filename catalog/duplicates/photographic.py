"""What of two aligned pictures is photographic, and does that agree?

Pages of one template agree in what is drawn: letters, lines, marks, borders, on grounds of one value. Their photographs, or the
words and figures that each has of its own, differ. So it is asked of blocks that are photographic in both pictures: with structure
in more than one direction, as stripes and lines of text lack, and not mostly of one value around, as letters are on their ground.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Pixels of the side that a ground is looked for in; how near to its value pixels are of it; and the share that makes it one.
_AROUND, _NEAR, _GROUND = 15, 4, 0.3
#: Values that grounds are looked for around: every so many.
_STEP = 4
#: Pixels of the side of a block, and how much of its structure must run across the rest.
_BLOCK, _ACROSS = 9, 0.08
#: A prior, as a share of all blocks with structure: few photographic blocks are no proof, whichever way they speak.
_AGAINST, _FOR = 0.1, 0.06


class Photographic(NamedTuple):
    """The share of photographic blocks that agree, of 0..1: ``at_least`` where their being few is held against the pair (0 when
    there are none), ``at_most`` where it is held for it (1 when there are none); and of the blocks that agree, the share that is
    photographic (``among``)."""

    at_least: float
    at_most: float
    among: float


def agreement(first: Floats, second: Floats, usable: Mask, agrees: Mask) -> Photographic:
    """Ask two grey pictures of one size, aligned: ``usable`` are the pixels whose blocks have structure, ``agrees`` those of them
    whose blocks agree."""
    where = usable & _many_sided(first) & _many_sided(second)
    where &= ~(_grounded(first, where) | _grounded(second, where))
    every, seen, alike = float(usable.sum()), float(where.sum()), float((where & agrees).sum())
    return Photographic(
        at_least=alike / max(1.0, seen + _AGAINST * every),
        at_most=(alike + _FOR * every) / max(1.0, seen + _FOR * every),
        among=alike / max(1.0, float((usable & agrees).sum())),
    )


def _many_sided(grey: Floats) -> Mask:
    """Where the block around has structure in more than one direction (the lesser eigenvalue of the structure tensor)."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3), cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    xx, xy, yy = (_mean(x, _BLOCK) for x in (across * across, across * down, down * down))
    return np.asarray(xx * yy - xy * xy >= _ACROSS * (1 - _ACROSS) * (xx + yy + 1e-3) ** 2, np.bool_)


def _grounded(grey: Floats, where: Mask) -> Mask:
    """Where much of what is around has about one value, of the pixels ``where`` it is asked."""
    values = np.rint(grey).astype(np.uint8)
    counts = np.convolve(np.bincount(values.reshape(-1), minlength=256), np.ones(2 * _NEAR + 1), "same")
    found = np.zeros(grey.shape, np.bool_)
    for value in range(0, 256, _STEP):
        if counts[value] < _GROUND * _AROUND**2:
            continue
        near = np.asarray(cv2.inRange(values, max(0, value - _NEAR), min(255, value + _NEAR)), np.uint8)
        found |= _mean(near, _AROUND) >= 255 * _GROUND
    return found & where


def _mean(values: npt.NDArray[np.float32] | npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.boxFilter(values, cv2.CV_32F, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)
