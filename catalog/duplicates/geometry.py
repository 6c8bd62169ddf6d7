"""Plane transformations as 3x3 matrices, and what they do to pictures.

Fractional coordinates run from (0, 0), the upper left corner of a picture, to (1, 1), its lower right corner.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]

UNIT = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


def to_pixels(width: float, height: float) -> Matrix:
    """Fractional coordinates -> pixel centres of a picture of this size."""
    return np.array([[width, 0, -0.5], [0, height, -0.5], [0, 0, 1]], np.float64)


def apply(matrix: Matrix, points: Points) -> Points:
    """Return n x 2 ``points`` moved by ``matrix``. Points that go to infinity come out as large numbers."""
    if matrix[2, 0] == matrix[2, 1] == 0 and matrix[2, 2] == 1:
        return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2], np.float64)
    flat = points @ matrix[:, :2].T + matrix[:, 2]
    depth = np.where(np.abs(flat[:, 2:]) < 1e-9, 1e-9, flat[:, 2:])
    return np.asarray(flat[:, :2] / depth, np.float64)


def centred(form: tuple[int, int, int, int]) -> Matrix:
    """The matrix in fractional coordinates of a 2x2 form (row by row) around the centre."""
    a, b, c, d = form
    return np.array([[a, b, 0.5 - 0.5 * (a + b)], [c, d, 0.5 - 0.5 * (c + d)], [0, 0, 1]], np.float64)


def into_box(box: Box | None) -> Matrix:
    """Fractional coordinates within ``box`` -> those of the picture that the box is a part of."""
    left, top, right, bottom = box or (0.0, 0.0, 1.0, 1.0)
    return np.array([[right - left, 0, left], [0, bottom - top, top], [0, 0, 1]], np.float64)


def overlap(matrix: Matrix) -> tuple[float, float]:
    """For ``matrix`` (b -> a, fractional): which share of a's area, and of b's, lies in the other picture."""
    moved = apply(matrix, UNIT)
    shared = _shared(moved)
    inverse = invert(matrix)
    return shared, 0.0 if inverse is None else _shared(apply(inverse, UNIT))


def _shared(quad: Points) -> float:
    """The area of a quadrilateral (or what it spans) within the unit square, which clips it side by side (Sutherland and Hodgman,
    1974). OpenCV's intersection of convex shapes gives nothing, or half, where sides nearly coincide, as those of copies do."""
    if not np.isfinite(quad).all() or np.abs(quad).max() > 1e4:
        return 0.0
    corners = [(float(x), float(y)) for x, y in cv2.convexHull(quad.astype(np.float32)).reshape(-1, 2)]
    for axis in (0, 1):
        for side, sign in ((0.0, 1.0), (1.0, -1.0)):
            corners = _clipped(corners, axis, side, sign)
    # The shoelace formula.
    twice = sum(x * v - u * y for (x, y), (u, v) in zip(corners, corners[1:] + corners[:1], strict=True))
    return min(1.0, abs(twice) / 2)


def _clipped(corners: list[tuple[float, float]], axis: int, side: float, sign: float) -> list[tuple[float, float]]:
    """What of a convex shape lies beyond (``sign`` 1) or before (-1) the line where one coordinate is ``side``."""
    kept: list[tuple[float, float]] = []
    for one, other in zip(corners, corners[1:] + corners[:1], strict=True):
        here, there = sign * (one[axis] - side), sign * (other[axis] - side)
        if here >= 0:
            kept.append((one[0], one[1]))
        if here * there < 0:
            part = here / (here - there)
            kept.append((one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])))
    return kept


def invert(matrix: Matrix) -> Matrix | None:
    """The inverse, or ``None`` for a matrix that squeezes the plane flat."""
    # Written out: this is asked for many times a pair, and LAPACK's way to nine numbers is long.
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * first + b * second + c * third
    corner = a * e - b * d
    # Not "less than": what is not a number must not pass.
    if not abs(determinant) >= 1e-9 or not abs(corner) > 1e-12 * abs(determinant) or not math.isfinite(determinant):
        return None
    adjugate = [
        [first, c * h - b * i, b * f - c * e],
        [second, a * i - c * g, c * d - a * f],
        [third, b * g - a * h, corner],
    ]
    return np.asarray(np.array(adjugate, np.float64) / corner, np.float64)


def bounds(matrix: Matrix) -> Box:
    """The part of a (fractions, clipped to it) that b covers under ``matrix`` (b -> a): its bounding box."""
    corners = np.clip(apply(matrix, UNIT), 0.0, 1.0)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return (float(left), float(top), float(right), float(bottom))


def similarity(matrix: Matrix, size_a: tuple[int, int], size_b: tuple[int, int]) -> tuple[float, float, bool, float]:
    """Read ``matrix`` (b -> a, fractional) in pixels at the centre of b.

    Returns (scale of b in a, degrees that b is turned clockwise against a, whether it is mirrored, stretch: the ratio of
    the larger to the smaller scale along the two axes, 1 when it keeps shapes).
    """
    step = 1e-3
    at = apply(matrix, np.array([[0.5, 0.5], [0.5 + step, 0.5], [0.5, 0.5 + step]]))
    jacobian = (at[1:] - at[0]).T / step * np.array(size_a)[:, None] / np.array(size_b)[None, :]
    values = np.linalg.svd(jacobian, compute_uv=False)
    mirrored = bool(np.linalg.det(jacobian) < 0)
    across = jacobian[:, 0] * (-1 if mirrored else 1)
    degrees = -float(np.degrees(np.arctan2(across[1], across[0])))
    return float(np.sqrt(max(1e-12, values[0] * values[1]))), degrees, mirrored, float(values[0] / max(values[1], 1e-9))
