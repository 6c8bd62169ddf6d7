"""Aligned blocks: does what two pictures show at the same place look the same?

Local features find two pictures of one scene alike. Block by block, once exactly aligned, a copy agrees nearly everywhere
outside of what was laid over it; another frame of the scene agrees only roughly and in places, since things have moved
and the camera stood elsewhere. So the alignment is refined on the pixels first (Lucas and Kanade, 1981, affine, on
locally normalised grey values, so that changes of tone do not matter).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from . import glance, photographic, places, recoloured, redrawn
from .correlation import AGREES, NOISE, TEXTURE, Floats, Moments, box, correlation, moments
from .geometry import Matrix, invert, to_pixels
from .photographic import Photographic

Grey = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Colours = tuple[Floats | None, Floats | None]

#: Pixels of a block's side; blocks are taken around every pixel.
BLOCK = 9
#: Normalised cross-correlation from which a block agrees closely.
CLOSELY = 0.9
#: A coherent part is where this share of the blocks within so many pixels agree.
_COHERENT, _AROUND = 0.6, 21
#: Correlation from which pixels are taken into an alignment.
_LOOSELY = 0.6
#: Shares of the blocks that agree at half the size, at a glance and once softened, below which a closer look is not worth its time.
#: Of the pairs that ``bench.duplicates`` and ``bench.changed`` make, those that are found show .40 and .47 at least, nine in ten of
#: those that only chance lays on each other less than this.
_UNLIKE, _HOPELESS = 0.35, 0.4
#: By how much sharper a picture must be to be softened for the comparison, and the softenings tried (pixels of the thumbnail).
_SHARPER, _SOFTER = 3.0, (0.6, 0.9, 1.3, 1.8, 2.4)
#: Pixels by which a step must move something for another to be worth taking.
_STILL = 0.1
#: Pixels that an alignment is worked out from, about.
_SAMPLED = 4000
#: Independent blocks that must have structure.
_FEWEST = 4
#: Shares of agreeing blocks between which it is asked which of them are photographic; from so many differing places on, always.
_ASKED, _SEVERAL = (0.4, 0.9), 2


@dataclass(frozen=True)
class Agreement:
    """What the blocks of the shared part say, once ``matrix`` (b -> a, fractional) is refined.

    ``share``: agreeing blocks among those with structure; ``close``: closely agreeing blocks among those of the coherent
    part; ``blocks``: how many (independent) have structure; ``of_a``, ``of_b``: area of the coherent part as a share of
    each picture; ``part``: the pixels of the compared frame that are compared (1 agrees, -1 differs, 0 nothing to say);
    ``gain``, ``offset``: grey values of the other picture from those of the frame, where they agree; ``photographic``: of the
    photographic blocks, the share that agrees (looked for where neither nearly all blocks agree nor few); ``places``: at how many
    separate places the two plainly differ (looked for where not only few blocks agree); ``recoloured``: of two drawings, which
    share is drawn alike in another tone (looked for there too); ``redrawn``: and which is drawn anew.
    """

    matrix: Matrix
    share: float
    close: float
    blocks: float
    of_a: float
    of_b: float
    part: npt.NDArray[np.int8]
    gain: float
    offset: float
    photographic: Photographic
    places: int
    recoloured: float
    redrawn: float


def compare(a: Grey, b: Grey, matrix: Matrix, colours: Colours = (None, None)) -> Agreement | None:
    """Compare ``a`` and ``b`` (grey thumbnails) under ``matrix`` (b -> a, fractional), in the frame of the coarser one. ``colours``
    are the colour differences of both (h x w x 2, of any size) as far as they are known.

    ``None`` when they do not overlap by at least a few blocks with structure, or nearly all of those differ.
    """
    inverse = invert(matrix)
    if inverse is None:
        return None
    pixels = to_pixels(a.shape[1], a.shape[0]) @ matrix @ np.linalg.inv(to_pixels(b.shape[1], b.shape[0]))
    scale = float(np.sqrt(abs(np.linalg.det(pixels[:2, :2]))))
    if not 0.02 < scale < 50:
        return None
    in_b = scale >= 1
    laid = (b, a, matrix, scale) if in_b else (a, b, inverse, 1 / scale)
    seen = glance.share(*laid)
    if seen is not None and seen < _UNLIKE:
        return None
    pair = _Pair(*laid, colours[::-1] if in_b else colours)
    if not pair.enough():
        return None
    agrees, share = pair.rough()
    if share < _HOPELESS:
        return None
    pair.refine(agrees, share)
    return pair.agreement(in_b)


class _Pair:
    """A frame, and another picture warped into it. ``matrix`` maps fractions of the frame to the other picture."""

    def __init__(self, frame: Grey, other: Grey, matrix: Matrix, scale: float, colours: Colours) -> None:
        if scale > 1.05:
            size = (max(1, round(other.shape[1] / scale)), max(1, round(other.shape[0] / scale)))
            other = np.asarray(cv2.resize(other, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._other = other
        self._colours = colours
        self._frame = frame.astype(np.float32)
        self._height, self._width = frame.shape
        self._mean, self._variance, self._sharp = _moments(self._frame)
        self._from_pixels = np.linalg.inv(to_pixels(self._width, self._height))
        self._warp(matrix)
        self._soften()

    def _warp(self, matrix: Matrix) -> None:
        self._matrix = matrix
        pixels = to_pixels(self._other.shape[1], self._other.shape[0]) @ matrix @ self._from_pixels
        size = (self._width, self._height)
        turn = cv2.WARP_INVERSE_MAP
        warped = cv2.warpPerspective(
            self._other, pixels, size, flags=cv2.INTER_LINEAR | turn, borderMode=cv2.BORDER_REPLICATE
        )
        inside = cv2.warpPerspective(np.ones(self._other.shape, np.uint8), pixels, size, flags=cv2.INTER_NEAREST | turn)
        self._warped = np.asarray(warped, np.float32)
        self._warped_mean, self._warped_variance, self._warped_sharp = _moments(self._warped)
        self._inside = float(inside.mean())
        whole = cv2.erode(inside, np.ones((BLOCK - 2, BLOCK - 2), np.uint8), borderValue=1) > 0
        self._whole: Mask = whole
        self._usable: Mask = whole & (np.maximum(self._variance, self._warped_variance) > TEXTURE**2)

    def _soften(self) -> None:
        """Make the sharper picture as soft as the other: what a blurred, scanned or enlarged copy has lost is no difference, nor
        is the noise or the screen that another has gained."""
        if not self._usable.any():
            return
        of_frame = self._detail(self._frame, self._variance)
        of_other = self._detail(self._warped, self._warped_variance)
        if of_frame > _SHARPER * of_other:
            self._frame = _blurred(self._frame, self._softening(self._frame, of_other))
            self._mean, self._variance, self._sharp = _moments(self._frame)
        elif of_other > _SHARPER * of_frame:
            soft = _blurred(self._other.astype(np.float32), self._softening(self._warped, of_frame))
            self._other = np.rint(soft).astype(np.uint8)
        else:
            return
        self._warp(self._matrix)

    def _detail(self, grey: Floats, variance: Floats) -> float:
        """How much of what varies in blocks does so from pixel to pixel: 0 for soft pictures, more for sharp ones, whatever their
        contrast."""
        fine = float((cv2.Laplacian(grey, cv2.CV_32F)[self._usable] ** 2).mean())
        return fine / (float(variance[self._usable].mean()) + NOISE)

    def _softening(self, grey: Floats, detail: float) -> float:
        """The blur (sigma) that leaves no more detail than that."""
        for sigma in _SOFTER:
            soft = _blurred(grey, sigma)
            if self._detail(soft, _moments(soft)[1]) <= detail:
                return sigma
        return _SOFTER[-1]

    def enough(self) -> bool:
        """Whether there is anything to judge by."""
        return int(self._usable.sum()) >= _FEWEST * 16

    def rough(self) -> tuple[Mask, float]:
        """Where a look at half the size sees agreement, shifts of up to two pixels allowed, and the share of the blocks it sees."""
        size = (max(1, self._width // 2), max(1, self._height // 2))
        frame, warped = (
            np.asarray(cv2.resize(x, size, interpolation=cv2.INTER_AREA), np.float32)
            for x in (self._frame, self._warped)
        )
        side = glance.BLOCK
        _, best = correlation(frame, moments(frame, side), warped, moments(warped, side), side)
        whole = np.asarray(cv2.resize(best, (self._width, self._height), interpolation=cv2.INTER_NEAREST), np.float32)
        usable = max(1, int(self._usable.sum()))
        return whole >= _LOOSELY, float((whole[self._usable] >= AGREES).sum()) / usable

    def exact(self) -> Floats:
        """Normalised cross-correlation of the blocks around each pixel."""
        covariance = box(self._frame * self._warped, BLOCK) - self._mean * self._warped_mean
        return np.asarray(covariance * self._sharp * self._warped_sharp, np.float32)

    def correlations(self) -> tuple[Floats, Floats]:
        """The same, and the best of it over shifts of up to a pixel."""
        frame, warped = (
            (self._mean, self._variance, self._sharp),
            (self._warped_mean, self._warped_variance, self._warped_sharp),
        )
        return correlation(self._frame, frame, self._warped, warped, BLOCK)

    def refine(self, agrees: Mask, found: float, rounds: int = 2) -> None:
        """Move the alignment to where grey values agree best; back, should fewer blocks agree then."""
        before = self._matrix
        for round_ in range(rounds):
            step = self._step(self._usable & agrees)
            if step is None:
                break
            moved, turn = step
            self._warp(self._matrix @ turn)
            if moved < _STILL:
                break
            if round_ + 1 < rounds:
                agrees = self.exact() >= _LOOSELY
        if self._matrix is not before and (not self.enough() or self.rough()[1] < found - 0.02):
            self._warp(before)

    def _step(self, where: Mask) -> tuple[float, Matrix] | None:
        """One Gauss-Newton step: how many pixels it moves anything at most, and the step in fractions of the frame; ``None``
        when there is too little to go by."""
        at = np.flatnonzero(where)
        if len(at) < 60:
            return None
        at = at[:: 1 + len(at) // _SAMPLED]
        fixed = (self._frame - self._mean) * self._sharp
        moving = (self._warped - self._warped_mean) * self._warped_sharp
        across = cv2.Sobel(moving, cv2.CV_32F, 1, 0, ksize=3, scale=0.125).reshape(-1)[at]
        down = cv2.Sobel(moving, cv2.CV_32F, 0, 1, ksize=3, scale=0.125).reshape(-1)[at]
        left = np.clip(fixed.reshape(-1)[at] - moving.reshape(-1)[at], -2, 2)
        ys, xs = np.divmod(at, self._width)
        width, height = float(self._width), float(self._height)
        u = ((xs - width / 2) / width).astype(np.float32)
        v = ((ys - height / 2) / width).astype(np.float32)
        slopes = np.stack([across, across * u, across * v, down, down * u, down * v, left])
        # OpenCV's product stays in this thread; BLAS would wake others for it.
        products = np.asarray(cv2.mulTransposed(slopes, False), np.float64)
        normal, right = products[:6, :6], products[:6, 6]
        normal += np.eye(6) * (1e-3 * np.trace(normal) / 6)
        d = np.linalg.solve(normal, right)
        if not np.isfinite(d).all() or np.abs(d).max() > 6:
            return None
        middle = height / width / 2
        moved = np.array(
            [
                [1 + d[1] / width, d[2] / width, d[0] - d[1] / 2 - d[2] * middle],
                [d[4] / width, 1 + d[5] / width, d[3] - d[4] / 2 - d[5] * middle],
                [0, 0, 1],
            ]
        )
        turn = np.asarray(self._from_pixels @ moved @ to_pixels(self._width, self._height), np.float64)
        return float(np.abs(d).sum()), turn

    def agreement(self, in_b: bool) -> Agreement | None:
        """What the blocks say as they are now aligned; ``in_b``: the frame is b."""
        if not self.enough():
            return None
        exact, loose = self.correlations()
        usable = self._usable
        agrees = usable & (loose >= AGREES)
        size = (_AROUND, _AROUND)
        near = cv2.boxFilter(agrees.astype(np.float32), -1, size)
        coherent = usable & (near >= _COHERENT * cv2.boxFilter(usable.astype(np.float32), -1, size))
        count = int(usable.sum())
        covered = self._inside * float(coherent.sum()) / count
        other = min(1.0, covered * self._frame.size / self._other.size)
        gain, offset = self._tone(usable & (exact >= CLOSELY))
        inverse = invert(self._matrix)
        if inverse is None:
            return None
        alike = usable & (exact >= AGREES)
        share = float(alike.sum()) / count
        asked = share >= _ASKED[0]
        differing = places.count(self._frame, self._warped, self._whole, usable & ~alike, exact) if asked else 0
        return Agreement(
            matrix=self._matrix if in_b else inverse,
            share=share,
            close=float((exact[coherent] >= CLOSELY).mean()) if coherent.any() else 0.0,
            blocks=count / 16,
            of_a=other if in_b else covered,
            of_b=covered if in_b else other,
            part=np.where(agrees, 1, np.where(usable, -1, 0)).astype(np.int8),
            gain=gain,
            offset=offset,
            photographic=self._photographic(alike, share, differing),
            places=differing,
            recoloured=recoloured.share(self._frame, self._warped, usable, exact, self._coloured()) if asked else 0.0,
            redrawn=redrawn.share(self._frame, self._warped, self._whole, exact) if asked else 0.0,
        )

    def _coloured(self) -> tuple[Floats, Floats] | None:
        """The colour differences of the frame, and of the other as it is laid into it, where both are known."""
        frame, other = self._colours
        if frame is None or other is None:
            return None
        size = (self._width, self._height)
        pixels = to_pixels(other.shape[1], other.shape[0]) @ self._matrix @ self._from_pixels
        laid = cv2.warpPerspective(
            other, pixels, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), np.float32), np.asarray(
            laid, np.float32
        )

    def _photographic(self, alike: Mask, share: float, differing: int) -> Photographic:
        """Which blocks are photographic, where that may decide: neither nearly all agree nor few, or several places differ."""
        nearly = share >= _ASKED[1]
        if share < _ASKED[0] or (nearly and differing < _SEVERAL):
            return Photographic(share, share, share)
        found = photographic.agreement(self._frame, self._warped, self._usable, alike)
        return found._replace(at_least=share, at_most=share) if nearly else found

    def _tone(self, where: Mask) -> tuple[float, float]:
        """Gain and offset of the other picture's grey values against the frame's."""
        if int(where.sum()) < 60:
            return 1.0, 0.0
        x, y = self._frame[where], self._warped[where]
        spread = float(x.std())
        if spread < 1:
            return 1.0, float(y.mean() - x.mean())
        gain = float(((x - x.mean()) * (y - y.mean())).mean()) / spread**2
        return gain, float(y.mean() - gain * x.mean())


def _blurred(x: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(x, (0, 0), sigma), np.float32)


def _moments(x: Floats) -> Moments:
    return moments(x, BLOCK)
