"""Candidate alignments of two pictures from their local features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..features import TURNS, Features
from .geometry import Matrix, Points, apply, invert, to_pixels

#: Descriptors further apart than this many of 128 bits are not the same corner.
FAR = 34
#: An alignment that fewer corners agree with is chance.
FEWEST = 6
#: Pixels of the working picture between a corner and where the alignment expects it.
REACH = 4.0

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Alignment:
    """``matrix`` maps fractional coordinates of b to a; ``inliers`` corners of both agree with it."""

    matrix: Matrix
    inliers: int


def alignments(a: Features, b: Features) -> Iterator[Alignment]:
    """Yield alignments of ``b`` (not mirrored) with ``a``, most promising first; none where nothing fits."""
    if min(len(a.points), len(b.points)) < 4:
        return
    ia, ib = _pairs(a, b)
    if len(ia) < 4:
        return
    scale = a.levels[ia].astype(np.int16) - b.levels[ib]
    turn = (a.turns[ia].astype(np.int16) - b.turns[ib]) % TURNS
    pa, pb = a.points[ia].astype(np.float64), b.points[ib].astype(np.float64)
    for kept in _agreeing(scale, turn):
        found = _fit(pa, pb, kept)
        if found is not None:
            matrix, inliers = found
            fractional = invert(to_pixels(a.width, a.height))
            assert fractional is not None
            yield Alignment(fractional @ matrix @ to_pixels(b.width, b.height), inliers)


def repeated(a: Features, b: Features, matrix: Matrix) -> tuple[float, int]:
    """How many corners of both pictures ``matrix`` (b -> a, fractional) brings together, as a share of those that lie in
    the common part (of the picture with fewer there), and in all."""
    inverse = invert(matrix)
    if inverse is None or not len(a.points) or not len(b.points):
        return 0.0, 0
    ia, ib = _pairs(a, b)
    there_a, there_b = _fractions(a), apply(matrix, _fractions(b))
    size = np.array([a.width, a.height], np.float64)
    off = np.linalg.norm((there_b[ib] - there_a[ia]) * size, axis=1)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])) * a.width * a.height / (b.width * b.height)))
    near = off < REACH * max(1.0, min(scale, 4.0))
    met = min(len(np.unique(ia[near])), len(np.unique(ib[near])))
    back = apply(inverse, there_a)
    common = min(int(_within(there_b).sum()), int(_within(back).sum()))
    return met / max(8, common), met


def _fractions(features: Features) -> Points:
    size = np.array([features.width, features.height], np.float64)
    return (features.points.astype(np.float64) + 0.5) / size


def _within(points: Points) -> npt.NDArray[np.bool_]:
    return np.asarray(((points > 0) & (points < 1)).all(axis=1), np.bool_)


def _pairs(a: Features, b: Features) -> tuple[Index, Index]:
    """Indices of corners that look alike: each corner's nearest in the other picture, if near enough."""
    words_a, words_b = a.bits.view(np.uint64), b.bits.view(np.uint64)
    distance = np.bitwise_count(words_a[:, None, 0] ^ words_b[None, :, 0])
    distance += np.bitwise_count(words_a[:, None, 1] ^ words_b[None, :, 1])
    to_b, to_a = distance.argmin(axis=1), distance.argmin(axis=0)
    pairs = np.concatenate([np.stack([np.arange(len(to_b)), to_b], 1), np.stack([to_a, np.arange(len(to_a))], 1)])
    pairs = np.unique(pairs[distance[pairs[:, 0], pairs[:, 1]] <= FAR], axis=0)
    return pairs[:, 0], pairs[:, 1]


def _agreeing(scale: npt.NDArray[np.int16], turn: npt.NDArray[np.int16], tries: int = 2) -> Iterator[Index]:
    """Yield the pairs that agree on scale (one level) and direction (a sixteenth turn), in the best windows."""
    votes = np.zeros((17, TURNS))
    np.add.at(votes, (np.clip(scale, -8, 8) + 8, turn), 1.0)
    around = sum(np.roll(votes, k, axis=1) for k in range(-2, 3))
    padded = np.pad(np.asarray(around), ((1, 1), (0, 0)))
    window = padded[:-2] + padded[1:-1] + padded[2:]
    for _ in range(tries):
        at, to = np.unravel_index(int(window.argmax()), window.shape)
        off = np.minimum((turn - to) % TURNS, (to - turn) % TURNS)
        near = np.flatnonzero((np.abs(scale + 8 - at) <= 1) & (off <= 2))
        if len(near) < 4:
            return
        yield near
        window[max(0, at - 2) : at + 3] = np.where(
            np.minimum((np.arange(TURNS) - to) % TURNS, (to - np.arange(TURNS)) % TURNS) <= 4,
            0,
            window[max(0, at - 2) : at + 3],
        )


def _fit(pa: Points, pb: Points, kept: Index) -> tuple[Matrix, int] | None:
    """The similarity that most pairs of ``kept`` support, loosened to an affine map and a homography where more agree."""
    rough, _ = cv2.estimateAffinePartial2D(
        pb[kept], pa[kept], method=cv2.RANSAC, ransacReprojThreshold=1.5 * REACH, maxIters=1500, confidence=0.999
    )
    if rough is None:
        return None
    matrix = np.vstack([rough, [0, 0, 1]])
    size = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if not 0.02 < size < 50:
        return None
    inner = _inner(matrix, pa, pb, size)
    for _ in range(3):
        if len(inner) < 6:
            break
        better = _affine(pa[inner], pb[inner])
        more = _inner(better, pa, pb, size)
        if len(more) < len(inner):
            break
        matrix, inner = better, more
    if len(inner) >= 16:
        found, _ = cv2.findHomography(pb[inner], pa[inner], 0)
        if found is not None and np.isfinite(found).all():
            bent = np.asarray(found, np.float64)
            more = _inner(bent, pa, pb, size)
            if len(more) >= len(inner) + 4 and len(more) > 1.15 * len(inner):
                matrix, inner = bent, more
    distinct = min(len(np.unique(pa[inner], axis=0)), len(np.unique(pb[inner], axis=0)))
    return (matrix, distinct) if distinct >= FEWEST else None


def _affine(pa: Points, pb: Points) -> Matrix:
    solved = np.linalg.lstsq(np.column_stack([pb, np.ones(len(pb))]), pa, rcond=None)[0]
    return np.vstack([solved.T, [0, 0, 1]])


def _inner(matrix: Matrix, pa: Points, pb: Points, size: float) -> Index:
    """Pairs that ``matrix`` maps onto each other, measured in the picture that shows the part larger."""
    off = np.linalg.norm(apply(matrix, pb) - pa, axis=1)
    return np.flatnonzero(off < REACH * max(1.0, min(size, 4.0)))
