"""Which parts of two aligned drawings are drawn alike in other colours?

Seats of a parliament, districts of an election or cells of a table are drawn at the same places every time, and only their colours
say who has them. Blocks of such drawings correlate, since the lines and grounds do. So it is asked where blocks agree closely and
yet grey values plainly differ: from what the curve that turns the one drawing's tone into the other's makes expect, light that
falls off across a photographed page allowed for, and from the values a pixel beside. Where the colours of both are known, it is
also asked where these differ, since two colours may be of one grey. In a copy that is hardly anywhere, whatever was laid over it,
since blocks do not agree there.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..fingerprinting.colours import ground
from .places import outside, toned

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Shares of the picture that one value has in a drawing: under the first it is none, from the second on it is.
_NO_GROUND, _GROUND = 0.36, 0.44
#: Correlation from which blocks agree closely; pixels of them that it takes; pixels that light is worked out from, about.
_CLOSELY, _FEWEST, _SAMPLED = 0.9, 60, 4000
#: Grey values by which pixels plainly differ: so many deviations of the picture, at least so much; and pixels of a part.
_DEVIATIONS, _LEAST, _AREA = 0.25, 10.0, 4
#: Colour differences (of 127, both together) by which colours plainly differ.
_OTHER_COLOUR = 24.0
#: How often light is worked out, what does not follow it counting less each time, and the grey values that count half.
_ROUNDS, _HALF = 3, 6.0


def share(
    first: Floats, second: Floats, usable: Mask, exact: Floats, coloured: tuple[Floats, Floats] | None = None
) -> float:
    """Of the pixels ``usable``, whose blocks have structure, the share that is drawn alike in another tone or colour; 0 for no
    drawing. ``exact`` is how blocks correlate; ``coloured`` are the colour differences of both (h x w x 2), where known."""
    drawn, close = drawing(first, second), exact >= _CLOSELY
    if drawn <= 0 or int(close.sum()) < _FEWEST:
        return 0.0
    unlike = _unlike(first, second, close) & _unlike(second, first, close)
    if coloured is not None:
        one, other = coloured
        unlike |= _other_colours(first, one, other, close) & _other_colours(second, other, one, close)
    differs = usable & close & unlike
    _, _, facts, _ = cv2.connectedComponentsWithStats(differs.astype(np.uint8))
    areas = facts[1:, cv2.CC_STAT_AREA]
    return drawn * float(areas[areas >= _AREA].sum()) / max(1, int(usable.sum()))


def drawing(first: Floats, second: Floats) -> float:
    """How surely both pictures are drawings: 1 on large grounds of one value, 0 on none."""
    least = min(ground(first), ground(second))
    return max(0.0, min(1.0, (least - _NO_GROUND) / (_GROUND - _NO_GROUND)))


def _other_colours(grey: Floats, first: Floats, second: Floats, close: Mask) -> Mask:
    """Where the colours ``second`` are not what those of ``first`` and its ``grey`` make expect, nor those of a pixel beside: by
    one linear turn for the whole picture, which greying, fading, toning and another white are."""
    known = np.stack([first[..., 0], first[..., 1], grey, np.ones_like(grey)], axis=-1)
    off = np.zeros(grey.shape, np.float32)
    for channel in (second[..., 0], second[..., 1]):
        expected = _followed(known, np.ascontiguousarray(channel), close)
        off += np.maximum(outside(channel, expected), outside(expected, channel)).clip(0) ** 2
    return np.asarray(off > _OTHER_COLOUR**2, np.bool_)


def _unlike(first: Floats, second: Floats, close: Mask) -> Mask:
    """Where ``second`` is not what the tone of ``first`` makes expect in its light, nor that of a pixel beside."""
    expected = toned(first, second, close)
    expected = expected + lit(second - expected, close)
    off = np.maximum(outside(second, expected), outside(expected, second))
    return np.asarray(off > max(_LEAST, _DEVIATIONS * float(second[close].std())), np.bool_)


def lit(left: Floats, close: Mask) -> Floats:
    """The surface of the second degree that most of what is ``left`` where blocks agree follows."""
    height, width = left.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return _followed(np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1), left, close)


def _followed(known: npt.NDArray[np.floating], wanted: Floats, close: Mask) -> Floats:
    """The sum of what is ``known`` of pixels (h x w x n) that comes nearest to most of what is ``wanted`` where blocks agree."""
    at = np.flatnonzero(close)
    at = at[:: 1 + len(at) // _SAMPLED]
    count = known.shape[2]
    some, values = known.reshape(-1, count)[at].astype(np.float64), wanted.reshape(-1)[at].astype(np.float64)
    weights: npt.NDArray[np.float64] = np.ones(len(at))
    found: npt.NDArray[np.float64] = np.zeros(count)
    for _ in range(_ROUNDS):
        normal = (some * weights[:, None] ** 2).T @ some + 1e-6 * np.eye(count)
        found = np.asarray(np.linalg.solve(normal, (some * weights[:, None] ** 2).T @ values), np.float64)
        weights = np.asarray(1 / (1 + np.abs(values - some @ found) / _HALF), np.float64)
    return np.asarray(known @ found, np.float32)
