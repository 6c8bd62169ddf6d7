"""Candidate alignments of two pictures from their local features.

Corners that look alike are paired. Each pair says by how much one picture is scaled and turned against the other; the pairs
that agree on that are asked for a similarity that many of them share (RANSAC; with few pairs, every two of them). Asking is dear,
and most pictures that are compared are strangers, so only such pairs are asked among which enough are very much alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from ..fingerprinting.features import STEP, TURNS, Features
from ..fingerprinting.products import Floats
from .geometry import Matrix, Points, apply, invert, to_pixels

#: Descriptors further apart than this many of 128 bits are not the same corner.
FAR = 34
#: An alignment that fewer corners agree with is chance.
FEWEST = 7
#: Pixels of the working picture between a corner and where the alignment expects it.
REACH = 4.0

#: What pairs that agree on scale and direction must be worth together: each whose corners are each other's nearest, the square of
#: how many bits they are nearer than this. Of the pairs that ``bench.duplicates`` and ``bench.changed`` make, those that
#: are found by their corners are worth 170 at least, nineteen in twenty of strangers less than this.
CLOSE, WORTH = 22, 150
#: How many of these must be seconded by a similarity, or all: those found have 5 at least, four in five of strangers fewer.
_SECONDED = 4
#: Up to this many pairs, every two of them are tried as a similarity; drawing lots is quicker among more.
_EVERY_TWO = 40
#: Pairs that a similarity must bring together to be worth refining.
_SUPPORT = 5
#: How far the similarity of two pairs may be from the middle of their window: as a factor, and as the tangent of an angle.
_LARGER, _ASIDE = 1.6, 0.7

Index = npt.NDArray[np.intp]
Pairs = tuple[Index, Index]
Steps = npt.NDArray[np.int16]
Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Alignment:
    """``matrix`` maps fractional coordinates of b to a; ``inliers`` corners of both agree with it."""

    matrix: Matrix
    inliers: int


class Alike:
    """How alike the corners of two pictures look."""

    def __init__(self, a: Features, b: Features) -> None:
        self.a, self.b = a, b
        self._distance = _distances(a.bits.view(np.uint64), b.bits.view(np.uint64))

    @cached_property
    def pairs(self) -> Pairs:
        """Indices of corners that look alike: each corner's nearest in the other picture, if near enough; in order, each once."""
        distance = self._distance
        if not distance.size:
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        turned = np.asarray(cv2.transpose(distance), np.uint8)
        to_b, to_a = distance.argmin(axis=1), turned.argmin(axis=1)
        near_a = np.flatnonzero(distance[np.arange(len(to_b)), to_b] <= FAR)
        near_b = np.flatnonzero(turned[np.arange(len(to_a)), to_a] <= FAR)
        codes = np.sort(np.concatenate([near_a * len(to_a) + to_b[near_a], to_a[near_b] * len(to_a) + near_b]))
        codes = codes[np.concatenate([[True], codes[1:] != codes[:-1]])] if len(codes) else codes
        return codes // len(to_a), codes % len(to_a)

    @cached_property
    def close(self) -> tuple[Index, Index, Index]:
        """Indices of corners that are each other's nearest and closely alike, and what each pair is worth."""
        distance = self._distance
        ia, ib = np.divmod(np.flatnonzero(distance < CLOSE), max(1, distance.shape[1]))
        apart = distance[ia, ib]
        nearest = (apart == distance.min(axis=1, initial=CLOSE)[ia]) & (
            apart == distance.min(axis=0, initial=CLOSE)[ib]
        )
        return ia[nearest], ib[nearest], (CLOSE - apart[nearest].astype(np.intp)) ** 2


def _distances(a: npt.NDArray[np.uint64], b: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """Differing bits of each of n descriptors (n x 2 words) from each of m others, n x m."""
    mixed = np.empty((len(a), len(b)), np.uint64)
    first, second = np.empty(mixed.shape, np.uint8), np.empty(mixed.shape, np.uint8)
    for word, count in ((0, first), (1, second)):
        np.bitwise_xor(np.ascontiguousarray(a[:, word])[:, None], np.ascontiguousarray(b[:, word]), out=mixed)
        np.bitwise_count(mixed, out=count)
    return np.add(first, second, out=first)


def alignments(alike: Alike) -> Iterator[Alignment]:
    """Yield alignments of ``b`` (not mirrored) with ``a``, most promising first."""
    a, b = alike.a, alike.b
    close_a, close_b, worth = alike.close
    close = _changes(a, b, close_a, close_b)
    # Nearly always this says already that no window is worth it.
    if worth.sum() < WORTH or (worths := _window(*close, worth)).max() < WORTH:
        return
    ia, ib = alike.pairs
    pa, pb = a.points[ia].astype(np.float64), b.points[ib].astype(np.float64)
    for kept, size, way in _agreeing(*_changes(a, b, ia, ib), worths):
        some = _near(*close, size, way)
        if not _seconded(a.points[close_a[some]], b.points[close_b[some]], size, way):
            continue
        found = _fit(pa, pb, kept, size, way)
        if found is not None:
            matrix, inliers = found
            fractional = invert(to_pixels(a.width, a.height))
            assert fractional is not None
            yield Alignment(fractional @ matrix @ to_pixels(b.width, b.height), inliers)


def _changes(a: Features, b: Features, ia: Index, ib: Index) -> tuple[Steps, Steps]:
    """By how many levels, and steps of a turn, each pair says that ``b`` is scaled and turned against ``a``."""
    return a.levels[ia].astype(np.int16) - b.levels[ib], (a.turns[ia].astype(np.int16) - b.turns[ib]) % TURNS


def repeated(alike: Alike, matrix: Matrix) -> tuple[float, int]:
    """How many corners of both pictures ``matrix`` (b -> a, fractional) brings together, as a share of those that lie in
    the common part (of the picture with fewer there), and in all."""
    a, b = alike.a, alike.b
    inverse = invert(matrix)
    if inverse is None or not len(a.points) or not len(b.points):
        return 0.0, 0
    ia, ib = alike.pairs
    there_a, there_b = _fractions(a), apply(matrix, _fractions(b))
    off = (there_b[ib] - there_a[ia]) * (a.width, a.height)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])) * a.width * a.height / (b.width * b.height)))
    near = (off**2).sum(axis=1) < (REACH * max(1.0, min(scale, 4.0))) ** 2
    met = min(len(set(ia[near].tolist())), len(set(ib[near].tolist())))
    back = apply(inverse, there_a)
    common = min(int(_within(there_b).sum()), int(_within(back).sum()))
    return met / max(8, common), met


def _fractions(features: Features) -> Points:
    return (features.points.astype(np.float64) + 0.5) / (features.width, features.height)


def _within(points: Points) -> npt.NDArray[np.bool_]:
    return np.asarray(((points > 0) & (points < 1)).all(axis=1), np.bool_)


@lru_cache
def _windows() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Matrices that sum neighbours: left of 17 x TURNS votes those one level away, right of them those two turns away."""
    level, turn = np.arange(17), np.arange(TURNS)
    apart = np.abs(turn[:, None] - turn[None, :])
    levels = np.abs(level[:, None] - level[None, :]) <= 1
    return levels.astype(np.float32), (np.minimum(apart, TURNS - apart) <= 2).astype(np.float32)


def _window(scale: Steps, turn: Steps, weights: Index | None = None) -> npt.NDArray[np.float32]:
    """For each level and turn, how many pairs are near it: within one level and a sixteenth turn; or what these weigh."""
    cells = np.clip(scale + 8, 0, 16).astype(np.intp) * TURNS + turn
    votes = np.bincount(cells, weights, 17 * TURNS).reshape(17, TURNS).astype(np.float32)
    levels, turns = _windows()
    return np.asarray(levels @ votes @ turns, np.float32)


def _agreeing(
    scale: Steps, turn: Steps, worths: npt.NDArray[np.float32], tries: int = 2
) -> Iterator[tuple[Index, int, int]]:
    """Yield the pairs that agree on scale (one level) and direction (a sixteenth turn), in the best windows, with the levels and
    turns in the middle of these; but not where those that are closely alike are worth too little."""
    window = _window(scale, turn)
    for _ in range(tries):
        at, to = divmod(int(window.argmax()), TURNS)
        if window[at, to] < _SUPPORT:
            return
        if worths[at, to] >= WORTH:
            yield _near(scale, turn, at - 8, to), at - 8, to
        beside = (to + np.arange(-4, 5)) % TURNS
        window[max(0, at - 2) : at + 3, beside] = 0


def _near(scale: Steps, turn: Steps, levels: int, turns: int) -> Index:
    """Which pairs are in the window around so many levels and turns."""
    off = np.abs(turn - turns)
    return np.flatnonzero((np.abs(scale - levels) <= 1) & (np.minimum(off, TURNS - off) <= 2))


def _seconded(a: Floats, b: Floats, levels: int, turns: int) -> bool:
    """Whether a similarity brings enough of these few closely alike corners together, or all of them."""
    if len(a) <= 2 or len(a) > _EVERY_TWO:
        return True
    near = _brought(_complex(a), _complex(b), levels, turns)
    return len(near) > 0 and int(near.sum(axis=1).max()) >= min(_SECONDED, len(a))


def _fit(pa: Points, pb: Points, kept: Index, levels: int, turns: int) -> tuple[Matrix, int] | None:
    """The similarity that most pairs of ``kept`` support, loosened to an affine map and a homography where more agree."""
    matrix = _by_two(pa, pb, kept, levels, turns) if len(kept) <= _EVERY_TWO else _by_lot(pa, pb, kept)
    if matrix is None:
        return None
    size = float(np.sqrt(abs(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0])))
    if not 0.02 < size < 50:
        return None
    inner = _inner(matrix, pa, pb, size)
    for _ in range(3):
        if len(inner) < FEWEST:
            return None
        better = _affine(pa[inner], pb[inner])
        more = _inner(better, pa, pb, size) if better is not None else inner[:0]
        if better is None or len(more) < len(inner):
            break
        settled = len(more) == len(inner) and bool((more == inner).all())
        matrix, inner = better, more
        if settled:
            break
    if len(inner) >= 16:
        found, _ = cv2.findHomography(pb[inner], pa[inner], 0)
        if found is not None and np.isfinite(found).all():
            bent = np.asarray(found, np.float64)
            more = _inner(bent, pa, pb, size)
            if len(more) >= len(inner) + 4 and len(more) > 1.15 * len(inner):
                matrix, inner = bent, more
    distinct = min(len(set(map(tuple, points[inner].tolist()))) for points in (pa, pb))
    return (matrix, distinct) if distinct >= FEWEST else None


def _by_two(pa: Points, pb: Points, kept: Index, levels: int, turns: int) -> Matrix | None:
    """The similarity through two of the pairs that most others support, fitted to these."""
    a, b = _complex(pa[kept]), _complex(pb[kept])
    near = _brought(a, b, levels, turns)
    if not len(near):
        return None
    count = near.sum(axis=1)
    best = int(count.argmax())
    return _similarity(a[near[best]], b[near[best]]) if count[best] >= _SUPPORT else None


def _brought(a: Complex, b: Complex, levels: int, turns: int) -> npt.NDArray[np.bool_]:
    """For each similarity through two of the pairs, which of them it brings together; only such as agree with the ``levels`` and
    ``turns`` of their window are looked at."""
    one, other = _couples(len(a))
    along_a, along_b = a[other] - a[one], b[other] - b[one]
    expected = complex(STEP**levels * np.exp(2j * np.pi * turns / TURNS))
    length = along_b.real**2 + along_b.imag**2
    off = along_a * along_b.conj() * (expected.conjugate() / abs(expected) ** 2)
    # off / length is by what the similarity of the two differs from the middle of the window: about 1.
    straight, aside = off.real, np.abs(off.imag)
    size = straight**2 + aside**2
    likely = (aside <= _ASIDE * straight) & (size <= (_LARGER * length) ** 2) & (size * _LARGER**2 >= length**2)
    some = np.flatnonzero(likely & (length > 36))
    one, factor = one[some], along_a[some] / along_b[some]
    shift = a[one] - factor * b[one]
    reach = 1.5 * REACH * max(1.0, min(abs(expected), 4.0))
    miss = factor[:, None] * b
    miss += shift[:, None]
    miss -= a
    return np.asarray(miss.real**2 + miss.imag**2 < reach**2, np.bool_)


def _complex(points: Floats | Points) -> Complex:
    return np.ascontiguousarray(points, np.float64).view(np.complex128)[:, 0]


@lru_cache(_EVERY_TWO + 1)
def _couples(n: int) -> Pairs:
    one, other = np.triu_indices(n, 1)
    return one, other


def _similarity(a: Complex, b: Complex) -> Matrix | None:
    """The least-squares similarity b -> a; None when b is one point."""
    middle_a, middle_b = a.mean(), b.mean()
    spread = b - middle_b
    power = float((np.abs(spread) ** 2).sum())
    if power < 1e-6:
        return None
    factor = complex(((a - middle_a) * spread.conj()).sum() / power)
    shift = complex(middle_a - factor * middle_b)
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag], [0, 0, 1]])


def _by_lot(pa: Points, pb: Points, kept: Index) -> Matrix | None:
    rough, _ = cv2.estimateAffinePartial2D(
        pb[kept], pa[kept], method=cv2.RANSAC, ransacReprojThreshold=1.5 * REACH, maxIters=1500, confidence=0.999
    )
    return None if rough is None else np.vstack([rough, [0, 0, 1]])


def _affine(pa: Points, pb: Points) -> Matrix | None:
    """The least-squares affine map b -> a; None for points on a line."""
    middle_a, middle_b = pa.mean(axis=0), pb.mean(axis=0)
    a, b = pa - middle_a, pb - middle_b
    normal = b.T @ b
    determinant = normal[0, 0] * normal[1, 1] - normal[0, 1] ** 2
    if determinant < 1e-6 * max(1.0, float(np.trace(normal))) ** 2:
        return None
    inverse = np.array([[normal[1, 1], -normal[0, 1]], [-normal[0, 1], normal[0, 0]]]) / determinant
    matrix = np.eye(3)
    matrix[:2, :2] = (inverse @ (b.T @ a)).T
    matrix[:2, 2] = middle_a - matrix[:2, :2] @ middle_b
    return matrix


def _inner(matrix: Matrix, pa: Points, pb: Points, size: float) -> Index:
    """Pairs that ``matrix`` maps onto each other, measured in the picture that shows the part larger."""
    off = apply(matrix, pb) - pa
    return np.flatnonzero((off**2).sum(axis=1) < (REACH * max(1.0, min(size, 4.0))) ** 2)
