"""Local features of a picture: corners with short binary descriptors, packed small, that also know their mirror image.

The corners are Shi and Tomasi's (smallest eigenvalue of the gradient matrix) over a pyramid; half are the strongest of
their level, half the strongest of each cell of a grid, since overlaid text would otherwise take them all. A descriptor
is a steered BRIEF (Rublee et al., *ORB*, ICCV 2011): 128 comparisons of smoothed pixels, turned by the corner's own
direction. The comparisons come in mirrored couples, the first 64 bits being the couples' one halves and the last 64
the others: the descriptor in the mirrored picture is the same with its halves swapped, so that mirrored copies cost
neither storage nor a second extraction.

A blob holds at most ``POINTS`` features (20 bytes each), a small grey thumbnail, on which verification compares blocks, and, of
a drawing, its colours; it never exceeds ``BLOB_LIMIT`` bytes. The first two bytes say which form it is: ``F1`` is without colours,
as those are that were written before there were any.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pictures

from . import colours, panels
from .descriptors import COUPLES
from .products import Floats, product

Grey = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.intp]
_Shown = tuple[bytes, tuple[int, int], bytes]

cv2.setNumThreads(1)

#: Upper limit of a packed blob, bytes.
BLOB_LIMIT = 8_200
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
#: A corner is the strongest among so many pixels, and no weaker than this.
_AROUND, _WEAKEST = np.ones((5, 5), np.uint8), 1e-5
#: Rows and columns around a corner that its direction follows from.
_WINDOW = (31, 31)
#: Bits that hold the place of a pixel in a working picture.
_PLACE_BITS = 20
_HEADER = struct.Struct("<2sHHHBBH")
_COLOURS = struct.Struct("<H")
_PLAIN, _COLOURED = b"F1", b"F2"


@dataclass(frozen=True)
class Features:
    """Unpacked local features. ``points`` are (x, y) in pixels of the working picture (``width`` x ``height``);
    ``levels`` and ``turns`` are small integers (scale is ``STEP ** level``, direction ``turn / TURNS`` of a full turn,
    clockwise from the x axis as y points down); ``bits`` is n x 16 bytes; ``shown`` is the small grey picture, encoded, of
    ``shown_size`` (width, height) pixels, and seen ``flipped`` left to right; ``coloured`` are a drawing's colours, encoded."""

    width: int
    height: int
    points: Floats
    levels: npt.NDArray[np.uint8]
    turns: npt.NDArray[np.uint8]
    bits: Grey
    shown: bytes
    shown_size: tuple[int, int]
    coloured: bytes = b""
    flipped: bool = False

    @cached_property
    def colours(self) -> Floats | None:
        """The colour differences of a drawing (h x w x 2), ``None`` when none are kept. Raises :class:`ValueError` when they do not
        decode."""
        found = colours.unpacked(self.coloured)
        return found if found is None or not self.flipped else np.ascontiguousarray(found[:, ::-1])

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


@dataclass(frozen=True, slots=True)
class _Corners:
    """Corners of a pyramid: the level of each, and column and row in that level's picture."""

    levels: Whole
    xs: Whole
    ys: Whole

    def only(self, which: Whole | npt.NDArray[np.bool_]) -> _Corners:
        return _Corners(self.levels[which], self.xs[which], self.ys[which])


@dataclass(frozen=True, slots=True)
class _Level:
    """The corners of one level: columns and rows in its picture, the pixels around each (n x ``_WINDOW``), and the picture
    smoothed, with ``_REACH`` pixels more on every side."""

    xs: Whole
    ys: Whole
    around: Grey
    smooth: Grey


def extract(grey: Grey, picture: Pictures.Image | None = None) -> Features:
    """Return the local features of a grey picture (h x w, upright), with its colours should ``picture`` be it in colour. Any size;
    tiny or flat ones simply give none."""
    work = _working(grey)
    height, width = work.shape
    inside = panels.find(work)
    pyramid = _pyramid(work)
    corners = _corners(pyramid, inside)
    shown = _shown(work, picture)
    if not len(corners.xs):
        return _none(width, height, shown)
    counts = np.bincount(corners.levels, minlength=len(pyramid)).tolist()
    starts = np.cumsum([0, *counts]).tolist()
    found = [
        _level(picture, corners.xs[start : start + count], corners.ys[start : start + count])
        for picture, start, count in zip(pyramid, starts, counts, strict=False)
        if count
    ]
    ratios = np.array([(width / picture.shape[1], height / picture.shape[0]) for picture in pyramid])
    points = (np.stack([corners.xs, corners.ys], axis=1) + 0.5) * ratios[corners.levels] - 0.5
    turns = _directions(np.concatenate([one.around for one in found]))
    levels = corners.levels.astype(np.uint8)
    return Features(width, height, points.astype(np.float32), levels, turns, _described(found, turns), *shown)


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
    magic = _COLOURED if features.coloured else _PLAIN
    head = _HEADER.pack(magic, features.width, features.height, n, *features.shown_size, len(features.shown))
    coloured = _COLOURS.pack(len(features.coloured)) + features.coloured if features.coloured else b""
    return b"".join([head, features.shown, coloured, place.tobytes(), pose.tobytes(), features.bits.tobytes()])


def unpack(blob: bytes) -> Features:
    """Return the features in ``blob``. Raises :class:`ValueError` when it is not a whole blob of this version; whether its picture
    decodes, its ``thumb`` says."""
    if len(blob) < _HEADER.size:
        raise ValueError("not a feature blob")
    magic, width, height, n, thumb_width, thumb_height, thumb_bytes = _HEADER.unpack_from(blob)
    at = _HEADER.size + thumb_bytes
    shown, coloured = blob[_HEADER.size : at], b""
    if magic == _COLOURED and len(blob) >= at + _COLOURS.size:
        start = at + _COLOURS.size
        at = start + int(_COLOURS.unpack_from(blob, at)[0])
        coloured = blob[start:at]
    elif magic != _PLAIN:
        raise ValueError("not a feature blob of this version")
    if len(blob) != at + 20 * n:
        raise ValueError("not a whole feature blob")
    place = np.frombuffer(blob, np.uint8, 3 * n, at).reshape(n, 3).astype(np.uint16)
    pose = np.frombuffer(blob, np.uint8, n, at + 3 * n)
    bits = np.frombuffer(blob, np.uint8, 16 * n, at + 4 * n).reshape(n, 16)
    grid = np.stack([place[:, 0] | (place[:, 1] & 15) << 8, place[:, 1] >> 4 | place[:, 2] << 4], axis=1)
    step = np.array([width - 1, height - 1], np.float32) / np.float32(4095)
    points = np.asarray(grid.astype(np.float32) * step, np.float32)
    levels, turns = np.asarray(pose >> 5, np.uint8), np.asarray(pose & 31, np.uint8)
    return Features(width, height, points, levels, turns, bits, shown, (thumb_width, thumb_height), coloured)


def _none(width: int, height: int, shown: _Shown) -> Features:
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


def _pyramid(work: Grey) -> list[Grey]:
    """``work`` and ever smaller pictures of it, ``LEVELS`` at most."""
    height, width = work.shape
    pictures: list[Grey] = []
    for level in range(LEVELS):
        scale = STEP**-level
        size = (round(width * scale), round(height * scale))
        if min(size) < 2 * _MARGIN + 8:
            break
        # Three levels are a factor of two, which straight lines between pixels halve as well as areas do, and much quicker.
        source = pictures[level - 3] if level >= 3 else work
        smaller = work if level == 0 else cv2.resize(source, size, interpolation=cv2.INTER_LINEAR)
        pictures.append(np.asarray(smaller, np.uint8))
    return pictures


@lru_cache
def _quotas(inside: int) -> tuple[Whole, Whole]:
    """How many features each level may keep: of the whole picture, and besides of each of ``inside`` panels.

    Proportional to the level's side, not to its area, so that a picture that comes back small inside another still has
    features of that size; what is inside a panel gets some at the finest levels for the same reason.
    """
    weights = np.array([STEP ** (-level * LEANING) for level in range(LEVELS)])
    shares = np.array(PANEL_SHARES) * min(1, inside)
    rest = POINTS * (1 - shares.sum())
    whole, extra = rest * weights / weights.sum(), POINTS * shares / max(1, inside)
    return whole.astype(np.intp), extra.astype(np.intp)


def _corners(pyramid: list[Grey], inside: list[panels.Panel]) -> _Corners:
    """The corners of all levels that are kept: so many of the whole picture, and some more in each panel."""
    found = _peaks(pyramid)
    sizes = np.array([picture.shape[::-1] for picture in pyramid], np.intp).reshape(-1, 2)
    whole, extra = _quotas(len(inside))
    chosen = np.zeros(len(found.xs), bool)
    chosen[_spread(found, np.concatenate([np.zeros_like(sizes), sizes], axis=1), whole)] = True
    scales = STEP ** -np.arange(len(pyramid), dtype=np.float64)
    for panel in inside:
        parts = np.rint(scales[:, None] * np.array(panel)).astype(np.intp)
        left, top, right, bottom = parts[found.levels].T
        within = (found.xs >= left + 4) & (found.xs < right - 4) & (found.ys >= top + 4) & (found.ys < bottom - 4)
        left_over = np.flatnonzero(within & ~chosen)
        chosen[left_over[_spread(found.only(left_over), parts, extra)]] = True
    return found.only(chosen)


def _peaks(pyramid: list[Grey]) -> _Corners:
    """All corners of all levels: by level, and the strongest of each first."""
    inner = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    keys = []
    for level, picture in enumerate(pyramid):
        whole = cv2.cornerMinEigenVal(_blurred(picture, 3), 3, ksize=3)
        response = whole[inner]
        peaks = cv2.dilate(whole, _AROUND)[inner] == response
        peaks &= response > _WEAKEST
        # One sort of whole numbers for all: positive floats sort as their bits do, and equals by their place.
        weakness = (~response[peaks].view(np.uint32)).astype(np.uint64) << np.uint64(_PLACE_BITS)
        weakness |= np.flatnonzero(peaks).astype(np.uint64)
        weakness |= np.uint64(level << 32 + _PLACE_BITS)
        keys.append(weakness)
    if not keys:
        nothing = np.zeros(0, np.intp)
        return _Corners(nothing, nothing, nothing)
    ordered = np.sort(np.concatenate(keys))
    levels = (ordered >> np.uint64(32 + _PLACE_BITS)).astype(np.intp)
    widths = np.array([picture.shape[1] - 2 * _MARGIN for picture in pyramid], np.intp)
    ys, xs = np.divmod((ordered & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.intp), widths[levels])
    return _Corners(levels, xs + _MARGIN, ys + _MARGIN)


def _spread(corners: _Corners, parts: Whole, quotas: Whole) -> Whole:
    """Which of the corners (by level, the strongest first) to keep of ``parts`` (levels x left, top, right, bottom), ``quotas`` of
    each level: half by strength, half over a grid."""
    levels = corners.levels
    counts = np.bincount(levels, minlength=len(parts))
    place = np.arange(len(levels)) - (np.cumsum(counts) - counts)[levels]
    left, top, right, bottom = parts.T
    down = (corners.ys - top[levels]) * _GRID // np.maximum(1, bottom - top)[levels]
    across = (corners.xs - left[levels]) * _GRID // np.maximum(1, right - left)[levels]
    cell = (levels * _GRID**2 + down * _GRID + across).astype(np.uint16)
    by_cell = np.argsort(cell, kind="stable")  # numpy sorts short numbers by their digits, which is quicker
    each = np.bincount(cell, minlength=len(parts) * _GRID**2)
    rank = np.empty(len(levels), np.intp)
    rank[by_cell] = np.arange(len(levels)) - np.repeat(np.cumsum(each) - each, each)
    quotas = quotas[: len(parts)]
    strong = place < (quotas // 2)[levels]
    # The strong ones first, then all first of their cells, and so on: each level's in turn.
    turn = np.argsort(levels << 32 | np.where(strong, 0, rank + 1), kind="stable")
    return turn[place < quotas[levels]]


def _level(picture: Grey, xs: Whole, ys: Whole) -> _Level:
    """What describing the corners of a level needs of its ``picture``."""
    height, width = picture.shape
    beside = cv2.copyMakeBorder(picture, _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT_101)
    padded = np.asarray(beside, np.uint8)
    # Windows of the padded picture, by their upper left pixels.
    windows = np.lib.stride_tricks.as_strided(padded, (height, width, *_WINDOW), padded.strides * 2)
    first = _REACH - _WINDOW[0] // 2
    return _Level(xs, ys, windows[ys + first, xs + first], _blurred(padded, 5))


@lru_cache
def _slopes() -> Floats:
    """What a window's pixels weigh in the slopes of the blurred picture (two boxes blur nearly as a Gaussian of 5 pixels does)
    across and down: pixels x 2."""
    box = np.convolve(np.ones(11), np.ones(13))
    rise = np.pad(box, (8, 0)) - np.pad(box, (0, 8))
    across = np.outer(np.pad(box, 4), rise)
    return np.stack([across.reshape(-1), across.T.reshape(-1)], axis=1).astype(np.float32)


def _directions(around: Grey) -> npt.NDArray[np.uint8]:
    """The direction of the intensity centroid under a Gaussian window, which is the gradient of the blurred picture, in the middle
    of windows (n x ``_WINDOW``)."""
    slopes = product(around.reshape(len(around), -1).astype(np.float32), _slopes())
    turns = np.rint(np.arctan2(slopes[:, 1], slopes[:, 0]) * (TURNS / (2 * np.pi))).astype(np.int16) % TURNS
    return np.asarray(turns, np.uint8)


def _blurred(picture: Grey, side: int) -> Grey:
    """The picture under two boxes, which is nearly a Gaussian: of 1.2 pixels for a side of 3, of 2 for one of 5."""
    once = cv2.blur(picture, (side, side), borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.blur(once, (side, side), borderType=cv2.BORDER_REFLECT_101), np.uint8)


@lru_cache
def _tests() -> npt.NDArray[np.int32]:
    """Pixel offsets of the comparisons for each direction: TURNS x 2 (ends) x 128 x (x, y)."""
    plain = np.array(COUPLES, np.float64).reshape(-1, 2, 2)
    both = np.concatenate([plain, plain * (1, -1)]).transpose(1, 0, 2)
    angles = np.arange(TURNS) * (2 * np.pi / TURNS)
    turn = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]]).transpose(2, 0, 1)
    turned: npt.NDArray[np.float64] = np.einsum("tij,ekj->teki", turn, both)
    return np.rint(turned).astype(np.int32)


@lru_cache(maxsize=32)
def _steps(stride: int) -> npt.NDArray[np.int32]:
    """The comparisons as steps from a corner in a picture whose rows lie ``stride`` apart: TURNS x 256."""
    tests = _tests()
    return np.asarray(tests[..., 1] * stride + tests[..., 0], np.int32).reshape(TURNS, -1)


def _described(found: list[_Level], turns: npt.NDArray[np.uint8]) -> Grey:
    """The descriptors of the corners of all levels: n x 16 bytes."""
    values = np.empty((len(turns), 2 * 128), np.uint8)
    start = 0
    for one in found:
        end = start + len(one.xs)
        stride = one.smooth.shape[1]
        centre = (one.ys + _REACH) * stride + one.xs + _REACH
        steps = _steps(stride)[turns[start:end]]
        steps += centre.astype(np.int32)[:, None]
        values[start:end] = one.smooth.reshape(-1)[steps]
        start = end
    return np.packbits(values[:, :128] < values[:, 128:], axis=1)


def _shown(grey: Grey, picture: Pictures.Image | None) -> _Shown:
    """The small picture, encoded, its width and height, and the colours, in what room it leaves of a blob."""
    thumb = _thumbnail(grey)
    shown = _encode_thumb(thumb)
    room = BLOB_LIMIT - _HEADER.size - _COLOURS.size - 20 * POINTS - len(shown)
    coloured = colours.packed(picture, thumb, room) if picture else b""
    return shown, (thumb.shape[1], thumb.shape[0]), coloured


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
