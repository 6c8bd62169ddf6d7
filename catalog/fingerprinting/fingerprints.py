"""Decoded picture -> :class:`~catalog.model.Fingerprint` and packed local features. The only file that knows ImageHash.

The 256-bit hash keeps the signs of the 16 x 16 lowest frequencies of a 64 x 64 grey reduction (type-II DCT, the constant
left out). A sign is compared with zero rather than with a median, so that mirroring flips the signs of the odd columns,
turning upside down those of the odd rows, and transposing swaps rows and columns: the hashes of all eight turned and
mirrored forms follow from one (:func:`turned`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import cv2
import imagehash
import numpy as np
import numpy.typing as npt
from PIL import Image as Pictures

from ..model import Fingerprint
from . import features, shrinking

#: What :func:`prepare` wants: the picture upright (EXIF orientation applied), mode L or RGB, reduced (JPEG ``draft``: 1/8, 1/4,
#: 1/2) as far as its shorter side stays at least this many pixels; smaller pictures as they are. Every JPEG from
#: 12 megapixels on is then read at 1/8. Any larger picture gives the same result, more slowly.
WANTED_SIDE = 320

#: Below this standard deviation (of 255) over a 64 x 64 reduction there is too little structure to judge by hashes.
FLAT_DEVIATION = 3.0
#: A border row may vary this much around its mean (JPEG ringing) and differ this much from the picture's edge.
_BORDER_DEVIATION, _BORDER_DRIFT = 6.0, 10.0
#: Rows that are looked at together.
_BORDER_STEP = 16
#: What is left after trimming must be at least this share of each side.
_LEAST_LEFT = 0.3

Grey = npt.NDArray[np.uint8]

#: The eight forms of a picture, as 2x2 matrices (row by row) that map centred coordinates of the form to the picture's.
#: ``r90`` is the picture turned 90 degrees clockwise, ``m`` it mirrored left to right, ``mr90`` it mirrored, then turned.
FORMS: Mapping[str, tuple[int, int, int, int]] = MappingProxyType(
    {
        "": (1, 0, 0, 1),
        "r90": (0, 1, -1, 0),
        "r180": (-1, 0, 0, -1),
        "r270": (0, -1, 1, 0),
        "m": (-1, 0, 0, 1),
        "mr90": (0, -1, -1, 0),
        "mr180": (1, 0, 0, -1),
        "mr270": (0, 1, 1, 0),
    }
)

#: How the hash of each form follows: from the hash itself or its transpose, the signs of odd columns and of odd rows flipped.
_FLIPS: Mapping[str, tuple[bool, bool, bool]] = MappingProxyType(
    {
        "": (True, False, False),
        "r90": (False, True, False),
        "r180": (True, True, True),
        "r270": (False, False, True),
        "m": (True, True, False),
        "mr90": (False, True, True),
        "mr180": (True, False, True),
        "mr270": (False, False, False),
    }
)
_ODD_COLUMNS = int("5" * 64, 16)
_ODD_ROWS = int("0000ffff" * 8, 16)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a picture is recognised by: its fingerprint, and its local features packed (at most ``features.BLOB_LIMIT``)."""

    fingerprint: Fingerprint
    features: bytes


def prepare(picture: Pictures.Image) -> Prepared:
    """Return fingerprint and features of a decoded, upright picture (mode L or RGB; see ``WANTED_SIDE``).

    Other modes are converted, transparency over white. Raises whatever Pillow raises while loading, nothing else.
    """
    picture = _opaque(picture)
    grey = np.asarray(picture if picture.mode == "L" else picture.convert("L"), np.uint8)
    small = _small(grey)
    flat = float(cv2.meanStdDev(small)[1].item()) < FLAT_DEVIATION
    box = None if flat else content_box(grey)
    fingerprint = Fingerprint(
        phash=phash(grey),
        dct=_hex(_signs(small)),
        trimmed=_hex(_signs(_small(_part(grey, box)))) if box else "",
        box=box,
        flat=flat,
        pixels=_pixels(picture) if flat else "",
        colours=_colours(picture),
    )
    return Prepared(fingerprint, features.pack(features.extract(grey, picture)))


def phash(grey: Grey) -> str:
    """Return ImageHash's 64-bit phash of a grey picture (h x w).

    It is computed by two matrix products, without the FFT of SciPy, which takes long to load. Where a coefficient is so near
    the median that rounding would decide (drawings, flat pictures), ImageHash itself decides.
    """
    pixels = shrinking.lanczos(grey).astype(np.float64)
    basis = _wide_basis()
    low = 4 * (basis @ pixels @ basis.T)
    middle = float(np.median(low))
    if float(np.abs(low - middle).min()) < 1e-6:
        return str(imagehash.phash(Pictures.fromarray(grey)))
    return np.packbits(low > middle).tobytes().hex()


@lru_cache
def _wide_basis() -> npt.NDArray[np.float64]:
    """The 8 lowest rows of the type-II DCT matrix for 32 samples."""
    k, n = np.arange(8)[:, None], np.arange(32)[None, :]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / 64), np.float64)


def turned(dct: str) -> dict[str, str]:
    """Return the hashes of the eight forms of the picture whose 256-bit hash is ``dct``, by the names of ``FORMS``."""
    return {name: f"{form:064x}" for name, form in forms(dct).items()}


def forms(dct: str) -> dict[str, int]:
    """As :func:`turned`, the hashes as numbers."""
    plain = int(dct, 16)
    bits = np.unpackbits(np.frombuffer(plain.to_bytes(32), np.uint8)).reshape(16, 16)
    across = int.from_bytes(np.packbits(bits.T).tobytes())
    return {
        name: (plain if straight else across) ^ (_ODD_COLUMNS if columns else 0) ^ (_ODD_ROWS if rows else 0)
        for name, (straight, columns, rows) in _FLIPS.items()
    }


def content_box(grey: Grey) -> tuple[float, float, float, float] | None:
    """Return the part without uniform borders as fractions (left, top, right, bottom); ``None`` when there are none."""
    top, bottom = _edges(grey)
    inner = grey[top:bottom]
    left, right = _edges(inner.T) if inner.size else (0, grey.shape[1])
    height, width = grey.shape
    if bottom - top < _LEAST_LEFT * height or right - left < _LEAST_LEFT * width:
        return None
    if (bottom - top) > 0.985 * height and (right - left) > 0.985 * width:
        return None
    return (left / width, top / height, right / width, bottom / height)


def _edges(grey: Grey) -> tuple[int, int]:
    """First row and end row of what is not uniform border above and below."""
    height = len(grey)
    return _border(grey), height - _border(grey[::-1])


def _border(grey: Grey) -> int:
    """How many of the first rows are uniform border; 0 when all are."""
    # Nearly always the first row has structure, and no other needs to be looked at.
    if len(grey) and float(cv2.meanStdDev(grey[0])[1].item()) >= _BORDER_DEVIATION:
        return 0
    first = 0.0
    for start in range(0, len(grey), _BORDER_STEP):
        rows = grey[start : start + _BORDER_STEP].astype(np.float32)
        means, deviations = rows.mean(axis=1), rows.std(axis=1)
        first = means[0] if start == 0 else first
        inner = (deviations >= _BORDER_DEVIATION) | (np.abs(means - first) >= _BORDER_DRIFT)
        if inner.any():
            return start + int(inner.argmax())
    return 0


def _part(grey: Grey, box: tuple[float, float, float, float]) -> Grey:
    height, width = grey.shape
    # One pixel further in: a border's last row is often half content after scaling.
    left, top = round(box[0] * width) + (box[0] > 0), round(box[1] * height) + (box[1] > 0)
    right, bottom = round(box[2] * width) - (box[2] < 1), round(box[3] * height) - (box[3] < 1)
    part = grey[top:bottom, left:right]
    return part if part.size else grey


def _small(grey: Grey) -> npt.NDArray[np.float32]:
    # Averaging whole pixels is quick, fractions of them slow: so first to a multiple of 64, by less than two.
    width, height = (64 * max(1, -(-side // 128)) for side in grey.shape[::-1])
    even = cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(even, (64, 64), interpolation=cv2.INTER_AREA), np.float32)


@lru_cache
def _basis() -> npt.NDArray[np.float32]:
    """The 16 lowest rows of the type-II DCT matrix for 64 samples."""
    k, n = np.arange(16)[:, None], np.arange(64)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / 128).astype(np.float32)


def _signs(small: npt.NDArray[np.float32]) -> Grey:
    basis = _basis()
    signs = ((basis @ small @ basis.T) > 0).astype(np.uint8)
    signs[0, 0] = 0
    return signs


def _hex(bits: Grey) -> str:
    return np.packbits(bits.reshape(-1)).tobytes().hex()


def _pixels(picture: Pictures.Image) -> str:
    digest = hashlib.sha256(f"{picture.mode} {picture.width} {picture.height} ".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def _opaque(picture: Pictures.Image) -> Pictures.Image:
    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        over = picture.convert("RGBA")
        white = Pictures.new("RGBA", over.size, (255, 255, 255, 255))
        return Pictures.alpha_composite(white, over).convert("RGB")
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, np.float64)
        low, high = float(values.min(initial=0)), float(values.max(initial=1))
        scale = 255 / (65535 if high > 255 else max(255, high - low))
        return Pictures.fromarray(np.clip(values * scale, 0, 255).astype(np.uint8))
    return picture.convert("RGB")


def _colours(picture: Pictures.Image, count: int = 5) -> tuple[str, ...]:
    """The dominant colours: cells of a coarse RGB cube by frequency, each by the mean of its pixels."""
    small = _sampled(picture)
    channels = [small.reshape(-1)] * 3 if small.ndim == 2 else list(small.reshape(-1, 3).T)
    cells = (channels[0] >> 6 << 4) + (channels[1] >> 6 << 2) + (channels[2] >> 6)
    counts = np.bincount(cells, minlength=64)
    best = [c for c in np.argsort(-counts, kind="stable")[:count].tolist() if counts[c] * 50 >= len(cells)]
    sums = [np.bincount(cells, weights=channel, minlength=64) for channel in channels]
    means = ([round(float(s[c] / counts[c])) for s in sums] for c in best)
    return tuple("#{:02x}{:02x}{:02x}".format(*m) for m in means)


def _sampled(picture: Pictures.Image) -> Grey:
    """Some 48 x 48 pixels that stand for all: means, of a large picture those of every third pixel each way (an odd step, so that
    a dithered one is met in all its phases)."""
    if min(picture.size) >= 3 * 96:
        picture = picture.resize((picture.width // 3, picture.height // 3), Pictures.Resampling.NEAREST)
    times = min(picture.size) // 48
    small = np.asarray(picture.reduce(times) if times > 1 else picture, np.uint8)
    if max(small.shape[:2]) <= 96:
        return small
    return np.asarray(cv2.resize(small, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)
