"""Which parts of two aligned drawings are drawn alike in other colours?

Seats of a parliament, districts of an election or cells of a table are drawn at the same places every time, and only their colours
say who has them. Blocks of such drawings correlate, since the lines and grounds do. So it is asked where blocks agree closely and
yet grey values plainly differ: from what the curve that turns the one drawing's tone into the other's makes expect, light that
falls off across a photographed page allowed for, and from the values a pixel beside. In a copy that is hardly anywhere, whatever
was laid over it, since blocks do not agree there.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .places import outside, toned

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Shares of the picture that one value has in a drawing: under the first it is none, from the second on it is. And how near to that
#: value pixels are of it.
_NO_GROUND, _GROUND, _NEAR = 0.36, 0.44, 4
#: Correlation from which blocks agree closely; pixels of them that it takes; pixels that light is worked out from, about.
_CLOSELY, _FEWEST, _SAMPLED = 0.9, 60, 4000
#: Grey values by which pixels plainly differ: so many deviations of the picture, at least so much; and pixels of a part.
_DEVIATIONS, _LEAST, _AREA = 0.25, 10.0, 4
#: How often light is worked out, what does not follow it counting less each time, and the grey values that count half.
_ROUNDS, _HALF = 3, 6.0


def share(first: Floats, second: Floats, usable: Mask, exact: Floats) -> float:
    """Of the pixels ``usable``, whose blocks have structure, the share that is drawn alike in another tone; 0 for no drawing.
    ``exact`` is how blocks correlate."""
    drawn = min(1.0, (min(_ground(first), _ground(second)) - _NO_GROUND) / (_GROUND - _NO_GROUND))
    close = exact >= _CLOSELY
    if drawn <= 0 or int(close.sum()) < _FEWEST:
        return 0.0
    differs = usable & close & _unlike(first, second, close) & _unlike(second, first, close)
    _, _, facts, _ = cv2.connectedComponentsWithStats(differs.astype(np.uint8))
    areas = facts[1:, cv2.CC_STAT_AREA]
    return drawn * float(areas[areas >= _AREA].sum()) / max(1, int(usable.sum()))


def _ground(grey: Floats) -> float:
    """The share of the picture that about one value has."""
    counts = np.bincount(np.rint(grey).astype(np.uint8).reshape(-1), minlength=256)
    return float(np.convolve(counts, np.ones(2 * _NEAR + 1), "same").max()) / grey.size


def _unlike(first: Floats, second: Floats, close: Mask) -> Mask:
    """Where ``second`` is not what the tone of ``first`` makes expect in its light, nor that of a pixel beside."""
    expected = toned(first, second, close)
    expected = expected + _light(second - expected, close)
    off = np.maximum(outside(second, expected), outside(expected, second))
    return np.asarray(off > max(_LEAST, _DEVIATIONS * float(second[close].std())), np.bool_)


def _light(left: Floats, close: Mask) -> Floats:
    """The surface of the second degree that most of what is ``left`` where blocks agree follows."""
    height, width = left.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    surface = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    at = np.flatnonzero(close)
    at = at[:: 1 + len(at) // _SAMPLED]
    known, values = surface.reshape(-1, 6)[at], left.reshape(-1)[at].astype(np.float64)
    weights = np.ones(len(at))
    found = np.zeros(6)
    for _ in range(_ROUNDS):
        normal = (known * weights[:, None] ** 2).T @ known + 1e-6 * np.eye(6)
        found = np.linalg.solve(normal, (known * weights[:, None] ** 2).T @ values)
        weights = 1 / (1 + np.abs(values - known @ found) / _HALF)
    return np.asarray(surface @ found, np.float32)
