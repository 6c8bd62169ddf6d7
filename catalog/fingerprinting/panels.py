"""Pictures within a picture: rectangles with straight edges, as in collages, insets, frames and screenshots.

A long straight edge along the pixel grid is rare in a photograph, and four that close a rectangle are rarer. A
rectangle found by mistake (a window, a door) costs nothing but a few features.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.intp]
#: (left, top, right, bottom) in pixels.
Panel = tuple[int, int, int, int]

#: Neighbouring pixels that differ by this much (of 255) are an edge.
_EDGE = 6
#: A straight edge is at least this share of the picture's side, and unbroken in this share of its rows.
_RUN, _DENSE = 0.12, 0.8
#: It is the steepest place within so many columns.
_AROUND = 3
#: At least this share of each side of a rectangle must be edge.
_SUPPORT = 0.4
_SMALLEST, _LARGEST = 0.03, 0.85
_LINES = 14


def find(grey: Grey, most: int = 3) -> list[Panel]:
    """Return up to ``most`` rectangles of ``grey`` (h x w), the best supported first."""
    height, width = grey.shape
    if min(height, width) < 48:
        return []
    across, down = _edges(grey), _edges(np.asarray(cv2.transpose(grey), np.uint8))
    columns, rows = _lines(_sums(across), width), _lines(_sums(down), height)
    if len(columns) + len(rows) < 6:
        return []
    spans_x, spans_y = _spans(columns, width), _spans(rows, height)
    if not len(spans_x) or not len(spans_y):
        return []
    upright, level = _support(across, columns, rows[spans_y]), _support(down, rows, columns[spans_x])
    sides = upright[:, spans_x[:, 0]].T, upright[:, spans_x[:, 1]].T, level[:, spans_y[:, 0]], level[:, spans_y[:, 1]]
    least = np.minimum(np.minimum(sides[0], sides[1]), np.minimum(sides[2], sides[3]))
    good = np.nonzero(least >= _SUPPORT)
    (x0, x1), (y0, y1) = columns[spans_x[good[0]].T], rows[spans_y[good[1]].T]
    area = (x1 - x0) * (y1 - y0) / (width * height)
    rims = np.stack([x0 > 0, x1 < width, y0 > 0, y1 < height]).astype(int)
    inner = rims.sum(axis=0)
    length = (y1 - y0) * (rims[0] + rims[1]) + (x1 - x0) * (rims[2] + rims[3])
    mean = (sides[0][good] + sides[1][good] + sides[2][good] + sides[3][good]) / 4
    fit = (area >= _SMALLEST) & (area <= _LARGEST) & (inner >= 1)
    worth = (inner**2 * mean**4 * length**0.25)[fit]
    boxes = np.stack([x0, y0, x1, y1], axis=1)[fit]
    return _best(worth, boxes, most)


def support(grey: Grey, panel: Panel, reach: int) -> list[float]:
    """For each side of ``panel`` that is not on the picture's rim, the share along which a straight edge runs at most
    ``reach`` pixels beside it."""
    height, width = grey.shape
    left, top, right, bottom = panel
    if min(height, width) < 24 or right - left < 8 or bottom - top < 8:
        return []
    across, down = _edges(grey), np.ascontiguousarray(_edges(np.ascontiguousarray(grey.T)).T)
    sides = []
    for at, end, lines in (
        (left, width, across[top:bottom]),
        (right, width, across[top:bottom]),
        (top, height, down[:, left:right].T),
        (bottom, height, down[:, left:right].T),
    ):
        if reach < at < end - reach:
            sides.append(float(lines[:, at - reach : at + reach + 1].mean(axis=0).max()))
    return sides


def _edges(grey: Grey) -> Grey:
    """1 at (y, x) where a straight vertical edge runs between columns x - 1 and x.

    An edge is where the step is the steepest around, row after row: in mere texture the steepest place wanders.
    """
    step = np.zeros(grey.shape, np.uint8)
    step[:, 1:] = cv2.absdiff(grey[:, 1:], grey[:, :-1])
    around = cv2.dilate(step, np.ones((1, 2 * _AROUND + 1), np.uint8))
    steepest = cv2.compare(step, np.maximum(around, _EDGE), cv2.CMP_GE)
    # Scaling smears an edge over two columns, now one and now the other the steeper.
    either = cv2.dilate(steepest, np.ones((1, 2), np.uint8))
    run = max(12, round(_RUN * grey.shape[0])) | 1
    # Means of bytes, 0 or 255, are the quickest.
    dense = cv2.blur(either, (1, run), borderType=cv2.BORDER_REFLECT_101) >= round(_DENSE * 255)
    return np.asarray(cv2.dilate(dense.view(np.uint8), np.ones((run // 2 * 2 - 1, 1), np.uint8)), np.uint8)


def _sums(edges: Grey) -> npt.NDArray[np.int32]:
    """How many rows of each column are edge."""
    sums = np.asarray(cv2.reduce(edges, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32)
    return sums.reshape(-1)


def _spans(lines: Whole, end: int) -> Whole:
    """Every two of ``lines`` that are far enough apart, as indices, n x 2."""
    one, other = np.triu_indices(len(lines), 1)
    far = lines[other] - lines[one] >= 0.12 * end
    return np.stack([one[far], other[far]], axis=1)


def _support(edges: Grey, lines: Whole, spans: Whole) -> npt.NDArray[np.float64]:
    """For each of ``spans`` (n x 2 rows) the share of it in which each of ``lines`` (columns) is edge: n x lines. The rim is
    always."""
    height, width = edges.shape
    # Scaling smears edges over their neighbours.
    thick = cv2.dilate(edges, np.ones((1, 5), np.uint8))[:, np.minimum(lines, width - 1)]
    # Sums along the lines, so that the support of any side is one subtraction.
    along = np.zeros((height + 1, len(lines)), np.int32)
    np.cumsum(thick, axis=0, out=along[1:])
    support = (along[spans[:, 1]] - along[spans[:, 0]]) / (spans[:, 1] - spans[:, 0])[:, None]
    support[:, (lines == 0) | (lines == width)] = 1.0
    return np.asarray(support, np.float64)


def _lines(length: npt.NDArray[np.int32], end: int) -> Whole:
    """Positions of the longest edges, neighbours merged, sorted; the picture's own borders are always among them."""
    chosen = [0, end]
    for at in np.argsort(-length, kind="stable").tolist():
        if not length[at] or len(chosen) >= _LINES:
            break
        if all(abs(at - other) > 2 for other in chosen):
            chosen.append(at)
    return np.array(sorted(chosen), np.intp)


def _best(worth: npt.NDArray[np.float64], boxes: Whole, most: int) -> list[Panel]:
    """The rectangles of most worth that do not overlap much."""
    left = boxes[np.argsort(-worth, kind="stable")[:200]]
    chosen: list[Panel] = []
    while len(left) and len(chosen) < most:
        x0, y0, x1, y1 = left[0].tolist()
        chosen.append((x0, y0, x1, y1))
        left = left[_common(left[0], left) < 0.5]
    return chosen


def _common(one: Whole, others: Whole) -> npt.NDArray[np.float64]:
    """The area that ``one`` shares with each of ``others``, as a share of the smaller one's."""
    shared = np.minimum(one[2:], others[:, 2:]) - np.maximum(one[:2], others[:, :2])
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    smaller = np.minimum(areas, np.prod(one[2:] - one[:2]))
    return np.asarray(np.prod(shared.clip(0), axis=1) / np.maximum(1, smaller), np.float64)
