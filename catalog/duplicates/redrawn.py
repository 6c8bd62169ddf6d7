"""How much of two aligned drawings has been drawn anew?

A chart, a plan or a calendar is drawn again with other figures: what it showed has gone, and something else has come at other
places. What is laid over a copy comes without anything going, but for what lies under it. So pixels are counted that are plainly
darker than those of the other picture make expect, and such that are plainly lighter; the fewer of both are what was drawn anew.
Left out is what one thing laid over explains: all within the box around the largest place, if that is no large part of the
picture. What is expected follows from the other picture by its tone and its light, pixels beside allowed for, as in
:mod:`.recoloured`: no change of tone, no resampling and no compression makes any of it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .places import toned, unlike
from .recoloured import drawing, lit

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Correlation from which blocks agree closely, and how many pixels of them a curve of tones takes.
_CLOSELY, _FEWEST = 0.9, 60
#: Deviations of the picture by which grey values plainly differ.
_DEVIATIONS = 0.25
#: Pixels of a part that is no noise of resampling.
_AREA = 5
#: Pixels of the gap between two places; things laid over, and the share of the picture that the boxes around them have at most.
_GAP, _THINGS, _LAID = 9, 2, 0.2


def share(first: Floats, second: Floats, inside: Mask, exact: Floats) -> float:
    """Of the pixels ``inside``, the share that is drawn anew, 0 for no drawing; ``exact`` is how blocks correlate."""
    drawn, close = drawing(first, second), exact >= _CLOSELY
    if drawn <= 0 or int(close.sum()) < _FEWEST:
        return 0.0
    lighter, darker = _unlike(first, second, close)
    back_lighter, back_darker = _unlike(second, first, close)
    lighter, darker = lighter & back_darker & inside, darker & back_lighter & inside
    left = ~_laid(lighter | darker)
    lighter, darker = _parts(lighter), _parts(darker)
    return drawn * float(min((lighter & left).sum(), (darker & left).sum())) / max(1, int(inside.sum()))


def _unlike(first: Floats, second: Floats, close: Mask) -> tuple[Mask, Mask]:
    """Where ``second`` is plainly lighter, and darker, than ``first`` in its tone and light makes expect."""
    expected = toned(first, second, close)
    return unlike(second, expected + lit(second - expected, close), close, _DEVIATIONS)


def _parts(where: Mask) -> Mask:
    """What of ``where`` hangs together enough to be no noise."""
    _, labels, facts, _ = cv2.connectedComponentsWithStats(where.astype(np.uint8))
    large = facts[:, cv2.CC_STAT_AREA] >= _AREA
    large[0] = False
    return np.asarray(large[labels], np.bool_)


def _laid(differs: Mask) -> Mask:
    """The boxes around the largest places of those that differ, as long as they are small enough for things laid over."""
    joined = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_GAP, _GAP), np.uint8))
    _, _, facts, _ = cv2.connectedComponentsWithStats(joined)
    found = np.zeros(differs.shape, np.bool_)
    left = _LAID * differs.size
    for place in 1 + np.argsort(-facts[1:, cv2.CC_STAT_AREA], kind="stable")[:_THINGS]:
        x, y, width, height, _ = facts[place].tolist()
        left -= width * height
        if left < 0:
            break
        found[y : y + height, x : x + width] = True
    return found
