"""At how many separate places do two aligned pictures plainly differ?

A copy differs where something was laid over it: at one place or two, seldom at more. The pages of a series, a forecast or a table
that is drawn again every day, differ wherever the day has put its marks. Counted are places where neither picture's grey values
follow from the other's, by the curve that turns the one tone into the other where they agree, nor from those a pixel beside:
so that no change of tone, no resampling and no compression makes a place. All that reach the edge are one, as the corners of a
turned picture and what is left of a frame do.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Correlation from which blocks agree closely enough for a curve of tones; how many pixels it takes; grey values of a step of it.
_CLOSELY, _FEWEST, _STEP = 0.9, 60, 8
#: Grey values by which pixels plainly differ: so many deviations of the picture, at least so much.
_DEVIATIONS, _LEAST = 0.35, 10.0
#: Pixels of a place, and of the gap to the next one.
_AREA, _GAP = 6, 9


def count(first: Floats, second: Floats, whole: Mask, differs: Mask, exact: Floats) -> int:
    """Count the places among the pixels ``differs``, those whose blocks do not agree; ``whole`` are the pixels whose blocks lie in
    both pictures, and ``exact`` is how blocks correlate."""
    close = exact >= _CLOSELY
    if int(close.sum()) < _FEWEST:
        return 0
    lighter, darker = unlike(second, toned(first, second, close), close, _DEVIATIONS)
    back_lighter, back_darker = unlike(first, toned(second, first, close), close, _DEVIATIONS)
    lighter, darker = differs & lighter & back_darker, differs & darker & back_lighter
    joined = cv2.morphologyEx((lighter | darker).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_GAP, _GAP), np.uint8))
    _, labels, facts, _ = cv2.connectedComponentsWithStats(joined)
    found = facts[:, cv2.CC_STAT_AREA] >= _AREA
    found[0] = False
    at_edge = np.zeros_like(found)
    at_edge[labels[_edge(whole)]] = True
    return int((found & ~at_edge).sum()) + int((found & at_edge).any())


def _edge(whole: Mask) -> Mask:
    """The outermost pixels of what lies in both pictures."""
    padded = cv2.copyMakeBorder(whole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8))[1:-1, 1:-1]
    return ~np.asarray(inner, np.bool_)


def unlike(second: Floats, expected: Floats, close: Mask, deviations: float) -> tuple[Mask, Mask]:
    """Where ``second`` is plainly lighter, and where darker, than ``expected``, and than that a pixel beside: by so many
    ``deviations`` of the picture where blocks agree."""
    plainly = max(_LEAST, deviations * float(second[close].std()))
    return _above(second, expected) > plainly, _above(expected, second) > plainly


def _above(one: Floats, other: Floats) -> Floats:
    """By how much ``one`` is lighter than ``other``, whichever of both is taken a pixel beside."""
    beside = np.ones((3, 3), np.uint8)
    return np.asarray(np.maximum(one - cv2.dilate(other, beside), cv2.erode(one, beside) - other), np.float32)


def outside(one: Floats, other: Floats) -> Floats:
    """By how much each pixel of ``one`` is darker or lighter than all of ``other`` around it."""
    beside = np.ones((3, 3), np.uint8)
    return np.asarray(np.maximum(cv2.erode(other, beside) - one, one - cv2.dilate(other, beside)), np.float32)


def toned(first: Floats, second: Floats, close: Mask) -> Floats:
    """``first`` in the tones of ``second``: by the mean of ``second`` for each step of grey values of ``first``."""
    steps = (first[close] / _STEP).astype(np.intp).clip(0, 255 // _STEP)
    many = np.bincount(steps, minlength=256 // _STEP)
    total, own = (np.bincount(steps, weights=values[close], minlength=256 // _STEP) for values in (second, first))
    met = np.flatnonzero(many >= 4)
    if not len(met):
        return first
    return np.interp(first, own[met] / many[met], total[met] / many[met]).astype(np.float32)
