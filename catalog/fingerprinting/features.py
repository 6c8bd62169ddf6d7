"""Local features of a picture: corners with short binary descriptors, packed small, that also know their mirror image.

The corners are Shi and Tomasi's (smallest eigenvalue of the gradient matrix) over a pyramid; half are the strongest of
their level, half the strongest of each cell of a grid, since overlaid text would otherwise take them all. A descriptor
is a steered BRIEF (Rublee et al., *ORB*, ICCV 2011): 128 comparisons of smoothed pixels, turned by the corner's own
direction. The comparisons come in mirrored couples, the first 64 bits being the couples' one halves and the last 64
the others: the descriptor in the mirrored picture is the same with its halves swapped, so that mirrored copies cost
neither storage nor a second extraction.

A blob holds at most ``POINTS`` features (20 bytes each) and a small grey thumbnail, on which verification compares
blocks; it never exceeds ``BLOB_LIMIT`` bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from . import panels
from .descriptors import COUPLES

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

cv2.setNumThreads(1)

#: Upper limit of a packed blob, bytes.
BLOB_LIMIT = 8_100
#: Features kept of a picture, at most.
POINTS = 280
#: Working size: pixels of the shorter side, and of the longer side at most.
WORKING_SIDE, WORKING_LENGTH = 320, 720
#: Pyramid: ratio of neighbouring levels, and how many.
STEP, LEVELS = 1.26, 8
#: Features per level fall with its side to this power.
LEANING = 0.5
#: Share of the features that go to what is inside panels, by level, when there are any.
PANEL_SHARES = (0.16, 0.13, 0.08, 0.04, 0.0, 0.0, 0.0, 0.0)
#: Thumbnail: pixels of the longer side, and bytes at most.
THUMB_SIDE, THUMB_BYTES = 144, 2_400
#: Directions are kept in this many steps of a full turn.
TURNS = 32

_GRID = 8
_MARGIN = 6
_REACH = 16
_HEADER = struct.Struct("<2sHHHBBH")
_MAGIC = b"F1"


@dataclass(frozen=True)
class Features:
    """Unpacked local features. ``points`` are (x, y) in pixels of the working picture (``width`` x ``height``);
    ``levels`` and ``turns`` are small integers (scale is ``STEP ** level``, direction ``turn / TURNS`` of a full turn,
    clockwise from the x axis as y points down); ``bits`` is n x 16 bytes; ``shown`` is the small grey picture, encoded, of
    ``shown_size`` (width, height) pixels, and seen ``flipped`` left to right."""

    width: int
    height: int
    points: Floats
    levels: npt.NDArray[np.uint8]
    turns: npt.NDArray[np.uint8]
    bits: Grey
    shown: bytes
    shown_size: tuple[int, int]
    flipped: bool = False

    @cached_property
    def thumb(self) -> Grey:
        """The small grey picture. Raises :class:`ValueError` when it does not decode: that takes longer than all else that is
        unpacked, and few pictures are looked at."""
        thumb = cv2.imdecode(np.frombuffer(self.shown, np.uint8), cv2.IMREAD_GRAYSCALE) if self.shown else None
        if thumb is None:
            raise ValueError("the thumbnail in a feature blob does not decode")
        if thumb.shape != self.shown_size[::-1]:  # noise that only half the size had room for
            thumb = cv2.resize(thumb, self.shown_size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(thumb[:, ::-1] if self.flipped else thumb, np.uint8)

    @cached_property
    def mirrored(self) -> Features:
        """The features of the same picture mirrored left to right."""
        points = self.points.copy()
        points[:, 0] = self.width - 1 - points[:, 0]
        turns = ((TURNS // 2 - self.turns.astype(np.int16)) % TURNS).astype(np.uint8)
        bits = np.concatenate([self.bits[:, 8:], self.bits[:, :8]], axis=1)
        return replace(self, points=points, turns=turns, bits=bits, flipped=not self.flipped)


def extract(grey: Grey) -> Features:
    """Return the local features of a grey picture (h x w, upright). Any size; tiny or flat ones simply give none."""
    work = _working(grey)
    height, width = work.shape
    found: list[tuple[Floats, int, npt.NDArray[np.uint8], Grey]] = []
    inside = panels.find(work)
    pyramid: list[Grey] = []
    for level, (quota, extra) in enumerate(_quotas(len(inside))):
        scale = STEP**-level
        size = (round(width * scale), round(height * scale))
        if min(size) < 2 * _MARGIN + 8:
            break
        # Three levels are a factor of two, which straight lines between pixels halve as well as areas do, and much quicker.
        source = pyramid[level - 3] if level >= 3 else work
        picture = work if level == 0 else np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        pyramid.append(picture)
        xs, ys = _corners(picture, quota, extra, [_scaled(panel, scale) for panel in inside])
        if len(xs):
            turns = _directions(picture, xs, ys)
            points = np.stack([(xs + 0.5) * width / size[0] - 0.5, (ys + 0.5) * height / size[1] - 0.5], axis=1)
            found.append((points.astype(np.float32), level, turns, _describe(picture, xs, ys, turns)))
    if not found:
        return _none(width, height, _shown(work))
    return Features(
        width,
        height,
        np.concatenate([f[0] for f in found]),
        np.concatenate([np.full(len(f[0]), f[1], np.uint8) for f in found]),
        np.concatenate([f[2] for f in found]),
        np.concatenate([f[3] for f in found]),
        *_shown(work),
    )


def pack(features: Features) -> bytes:
    """Return the features as bytes, at most ``BLOB_LIMIT``."""
    n = len(features.points)
    step = np.array([4095 / max(1, features.width - 1), 4095 / max(1, features.height - 1)], np.float32)
    grid = np.clip(np.rint(features.points * step), 0, 4095).astype(np.uint16)
    place = np.empty((n, 3), np.uint8)
    place[:, 0] = grid[:, 0] & 255
    place[:, 1] = (grid[:, 0] >> 8) | ((grid[:, 1] & 15) << 4)
    place[:, 2] = grid[:, 1] >> 4
    pose = (features.levels << 5 | features.turns).astype(np.uint8)
    head = _HEADER.pack(_MAGIC, features.width, features.height, n, *features.shown_size, len(features.shown))
    return b"".join([head, features.shown, place.tobytes(), pose.tobytes(), features.bits.tobytes()])


def unpack(blob: bytes) -> Features:
    """Return the features in ``blob``. Raises :class:`ValueError` when it is not a whole blob of this version; whether its picture
    decodes, its ``thumb`` says."""
    if len(blob) < _HEADER.size:
        raise ValueError("not a feature blob")
    magic, width, height, n, thumb_width, thumb_height, thumb_bytes = _HEADER.unpack_from(blob)
    if magic != _MAGIC or len(blob) != _HEADER.size + thumb_bytes + 20 * n:
        raise ValueError("not a feature blob of this version")
    at = _HEADER.size
    shown = blob[at : at + thumb_bytes]
    at += thumb_bytes
    place = np.frombuffer(blob, np.uint8, 3 * n, at).reshape(n, 3).astype(np.uint16)
    pose = np.frombuffer(blob, np.uint8, n, at + 3 * n)
    bits = np.frombuffer(blob, np.uint8, 16 * n, at + 4 * n).reshape(n, 16)
    grid = np.stack([place[:, 0] | (place[:, 1] & 15) << 8, place[:, 1] >> 4 | place[:, 2] << 4], axis=1)
    step = np.array([width - 1, height - 1], np.float32) / np.float32(4095)
    points = np.asarray(grid.astype(np.float32) * step, np.float32)
    levels, turns = np.asarray(pose >> 5, np.uint8), np.asarray(pose & 31, np.uint8)
    return Features(width, height, points, levels, turns, bits, shown, (thumb_width, thumb_height))


def _none(width: int, height: int, shown: tuple[bytes, tuple[int, int]]) -> Features:
    empty = np.zeros(0, np.uint8)
    return Features(width, height, np.zeros((0, 2), np.float32), empty, empty, np.zeros((0, 16), np.uint8), *shown)


def _working(grey: Grey) -> Grey:
    """The picture at working size; smaller ones stay as they are."""
    height, width = grey.shape
    scale = min(1.0, WORKING_SIDE / min(height, width), WORKING_LENGTH / max(height, width))
    if scale == 1.0:
        return np.ascontiguousarray(grey)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Down to a half, straight lines between pixels do as well as areas, and are much quicker.
    way = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, size, interpolation=way), np.uint8)


@lru_cache
def _quotas(inside: int) -> tuple[tuple[int, int], ...]:
    """How many features each level may keep: of the whole picture, and besides of each of ``inside`` panels.

    Proportional to the level's side, not to its area, so that a picture that comes back small inside another still has
    features of that size; what is inside a panel gets some at the finest levels for the same reason.
    """
    weights = [STEP ** (-level * LEANING) for level in range(LEVELS)]
    shares = [share * min(1, inside) for share in PANEL_SHARES]
    rest = POINTS * (1 - sum(shares))
    return tuple(
        (int(rest * weight / sum(weights)), int(POINTS * share / max(1, inside)))
        for weight, share in zip(weights, shares, strict=True)
    )


def _scaled(panel: panels.Panel, scale: float) -> panels.Panel:
    left, top, right, bottom = (round(side * scale) for side in panel)
    return left, top, right, bottom


def _corners(
    picture: Grey, quota: int, extra: int, inside: list[panels.Panel]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """x and y of corners: ``quota`` of the whole picture, and up to ``extra`` more in each panel."""
    response = cv2.cornerMinEigenVal(_blurred(picture, 3), 3, ksize=3)
    peaks = cv2.dilate(response, np.ones((5, 5), np.uint8)) == response
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    at = np.flatnonzero(peaks[inner] & (response[inner] > 1e-5))
    ys, xs = np.divmod(at, picture.shape[1] - 2 * _MARGIN)
    ys, xs = ys + _MARGIN, xs + _MARGIN
    order = np.argsort(-response[ys, xs], kind="stable")
    xs, ys = xs[order], ys[order]
    chosen = np.zeros(len(xs), bool)
    chosen[_spread(xs, ys, (0, 0, picture.shape[1], picture.shape[0]), quota)] = True
    for left, top, right, bottom in inside if extra else ():
        within = (xs >= left + 4) & (xs < right - 4) & (ys >= top + 4) & (ys < bottom - 4)
        left_over = np.flatnonzero(within & ~chosen)
        chosen[left_over[_spread(xs[left_over], ys[left_over], (left, top, right, bottom), extra)]] = True
    return xs[chosen], ys[chosen]


def _spread(xs: npt.NDArray[np.intp], ys: npt.NDArray[np.intp], part: panels.Panel, quota: int) -> npt.NDArray[np.intp]:
    """Which ``quota`` of the corners (strongest first) to keep of ``part``: half by strength, half over a grid."""
    if len(xs) <= quota:
        return np.arange(len(xs))
    left, top, right, bottom = part
    cell = ((ys - top) * _GRID // max(1, bottom - top)) * _GRID + (xs - left) * _GRID // max(1, right - left)
    cell = cell.astype(np.uint8)  # numpy sorts short numbers by their digits, which is quicker
    by_cell = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=_GRID * _GRID)
    rank = np.empty(len(xs), np.uint16)
    rank[by_cell] = np.arange(len(xs)) - np.repeat(np.cumsum(counts) - counts, counts)
    strong = quota // 2
    others = np.argsort(rank[strong:], kind="stable")[: quota - strong]
    return np.concatenate([np.arange(strong), strong + others])


def _directions(picture: Grey, xs: npt.NDArray[np.intp], ys: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """The direction of the intensity centroid under a Gaussian window, which is the gradient of the blurred picture (two
    boxes blur nearly as a Gaussian of 5 pixels does)."""
    edge = cv2.BORDER_REFLECT_101
    # Sums in whole numbers are quicker than means; only their direction is asked for.
    boxed = cv2.boxFilter(picture, cv2.CV_16S, (11, 11), normalize=False, borderType=edge)
    blurred = cv2.boxFilter(boxed, cv2.CV_32S, (13, 13), normalize=False, borderType=edge).reshape(-1)
    # No corner is nearer to the rim than _MARGIN.
    stride = picture.shape[1]
    at = ys * stride + xs
    across = blurred[at + 4] - blurred[at - 4]
    down = blurred[at + 4 * stride] - blurred[at - 4 * stride]
    turns = np.rint(np.arctan2(down, across) * (TURNS / (2 * np.pi))).astype(np.int16) % TURNS
    return np.asarray(turns, np.uint8)


def _blurred(picture: Grey, side: int) -> Grey:
    """The picture under two boxes, which is nearly a Gaussian: of 1.2 pixels for a side of 3, of 2 for one of 5."""
    once = cv2.blur(picture, (side, side), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.blur(once, (side, side), borderType=cv2.BORDER_REFLECT_101), np.uint8)


@lru_cache
def _tests() -> npt.NDArray[np.intp]:
    """Pixel offsets of the comparisons for each direction: TURNS x 2 (ends) x 128 x (x, y)."""
    plain = np.array(COUPLES, np.float64).reshape(-1, 2, 2)
    both = np.concatenate([plain, plain * (1, -1)]).transpose(1, 0, 2)
    angles = np.arange(TURNS) * (2 * np.pi / TURNS)
    turn = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    turned: npt.NDArray[np.float64] = np.einsum("tij,ekj->teki", turn, both)
    return np.rint(turned).astype(np.intp)


def _describe(picture: Grey, xs: npt.NDArray[np.intp], ys: npt.NDArray[np.intp], turns: npt.NDArray[np.uint8]) -> Grey:
    """The descriptors of corners: n x 16 bytes."""
    smooth = _blurred(picture, 5)
    padded = cv2.copyMakeBorder(smooth, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT_101)
    stride = padded.shape[1]
    tests = _tests()
    steps = tests[..., 1] * stride + tests[..., 0]
    centre = (ys + _REACH) * stride + xs + _REACH
    values = padded.reshape(-1).take(centre[:, None, None] + steps[turns])
    return np.packbits(values[:, 0] < values[:, 1], axis=1)


def _shown(grey: Grey) -> tuple[bytes, tuple[int, int]]:
    """The small picture, encoded, and its width and height."""
    thumb = _thumbnail(grey)
    return _encode_thumb(thumb), (thumb.shape[1], thumb.shape[0])


def _thumbnail(grey: Grey) -> Grey:
    height, width = grey.shape
    scale = min(1.0, THUMB_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _encode_thumb(thumb: Grey) -> bytes:
    """The thumbnail as WebP (JPEG would cost half as much again) at the best quality that fits."""
    for quality in (50, 35, 20, 5):
        data = cv2.imencode(".webp", thumb, [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
        if len(data) <= THUMB_BYTES:
            return data
    half = cv2.resize(thumb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return _encode_thumb(np.asarray(half, np.uint8))
