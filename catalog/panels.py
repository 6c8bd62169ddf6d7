"""Pictures within a picture: rectangles with straight edges, as in collages, insets, frames and screenshots.

A long straight edge along the pixel grid is rare in a photograph, and four that close a rectangle are rarer. A
rectangle found by mistake (a window, a door) costs nothing but a few features.
"""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
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
    across, down = _edges(grey), np.ascontiguousarray(_edges(np.ascontiguousarray(grey.T)).T)
    columns, rows = _lines(across.sum(axis=0), width), _lines(down.sum(axis=1), height)
    if len(columns) + len(rows) < 6:
        return []
    # Sums along the lines, so that the support of any side is one subtraction.
    along_columns = np.pad(np.cumsum(_thick(across, (5, 1)), axis=0, dtype=np.int32), ((1, 0), (0, 1)))
    along_rows = np.pad(np.cumsum(_thick(down, (1, 5)), axis=1, dtype=np.int32), ((0, 1), (1, 0)))
    spans_x = np.array([pair for pair in combinations(columns, 2) if pair[1] - pair[0] >= 0.12 * width])
    spans_y = np.array([pair for pair in combinations(rows, 2) if pair[1] - pair[0] >= 0.12 * height])
    if not len(spans_x) or not len(spans_y):
        return []
    x0, x1 = spans_x[:, None, 0], spans_x[:, None, 1]
    y0, y1 = spans_y[None, :, 0], spans_y[None, :, 1]
    sides = np.stack(np.broadcast_arrays(
        np.where(x0 == 0, 1.0, (along_columns[y1, x0] - along_columns[y0, x0]) / (y1 - y0)),
        np.where(x1 == width, 1.0, (along_columns[y1, x1] - along_columns[y0, x1]) / (y1 - y0)),
        np.where(y0 == 0, 1.0, (along_rows[y0, x1] - along_rows[y0, x0]) / (x1 - x0)),
        np.where(y1 == height, 1.0, (along_rows[y1, x1] - along_rows[y1, x0]) / (x1 - x0)),
    ))  # fmt: skip
    area = (x1 - x0) * (y1 - y0) / (width * height)
    inner = (x0 > 0).astype(int) + (x1 < width) + (y0 > 0) + (y1 < height)
    length = (x1 - x0) * ((y0 > 0).astype(int) + (y1 < height)) + (y1 - y0) * ((x0 > 0).astype(int) + (x1 < width))
    good = (sides.min(axis=0) >= _SUPPORT) & (area >= _SMALLEST) & (area <= _LARGEST) & (inner >= 1)
    worth = np.where(good, inner**2 * sides.mean(axis=0) ** 4 * length**0.25, 0)
    return _best(worth, spans_x, spans_y, most)


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
    steepest = (step >= _EDGE) & (step >= cv2.dilate(step, np.ones((1, 2 * _AROUND + 1), np.uint8)))
    # Scaling smears an edge over two columns, now one and now the other the steeper.
    either = cv2.dilate(steepest.astype(np.uint8), np.ones((1, 2), np.uint8)).astype(np.float32)
    run = max(12, round(_RUN * grey.shape[0])) | 1
    dense = cv2.boxFilter(either, -1, (1, run), borderType=cv2.BORDER_REFLECT_101) >= _DENSE
    return np.asarray(cv2.dilate(dense.astype(np.uint8), np.ones((run // 2 * 2 - 1, 1), np.uint8)), np.uint8)


def _thick(edges: Grey, spread: tuple[int, int]) -> Grey:
    """Edges spread over their neighbours, since scaling smears them over two pixels. ``spread`` is (x, y)."""
    return np.asarray(cv2.dilate(edges, np.ones((spread[1], spread[0]), np.uint8)), np.uint8)


def _lines(length: npt.NDArray[np.integer], end: int) -> list[int]:
    """Positions of the longest edges, neighbours merged; the picture's own borders are always among them."""
    chosen = [0, end]
    for at in np.argsort(-length.astype(np.int64), kind="stable"):
        if not length[at] or len(chosen) >= _LINES:
            break
        if all(abs(int(at) - other) > 2 for other in chosen):
            chosen.append(int(at))
    return sorted(chosen)


def _best(
    worth: npt.NDArray[np.float64], spans_x: npt.NDArray[np.integer], spans_y: npt.NDArray[np.integer], most: int
) -> list[Panel]:
    """The rectangles of most worth that do not overlap much."""
    chosen: list[Panel] = []
    for flat in np.argsort(-worth, axis=None, kind="stable")[:200]:
        i, j = np.unravel_index(int(flat), worth.shape)
        if worth[i, j] <= 0 or len(chosen) >= most:
            break
        panel = (int(spans_x[i][0]), int(spans_y[j][0]), int(spans_x[i][1]), int(spans_y[j][1]))
        if all(_common(panel, other) < 0.5 for other in chosen):
            chosen.append(panel)
    return chosen


def _common(a: Panel, b: Panel) -> float:
    """Shared area as a share of the smaller one."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((p[2] - p[0]) * (p[3] - p[1]) for p in (a, b))
    return max(0, width) * max(0, height) / max(1, smaller)
