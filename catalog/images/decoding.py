"""Opening and decoding pictures that nobody vouches for.

The format is told by content and only the formats of :data:`catalog.images.formats.READ` are tried; no external program
is ever called. Size, pixels, frames and the memory that decoding needs are limited before a pixel is decoded. Decoding
for hashes and thumbnails is reduced where the format can do it (JPEG), and happens once.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageFile, JpegImagePlugin

from ..errors import Rejected
from . import colour, files, frames, heif
from .formats import describe, ends_early, sniff
from .metadata.exif import orientation_of

__all__ = ["DECODING_ERRORS", "Limits", "explain", "memory_needed", "open_guarded", "reduced", "sniff", "upright"]

#: Everything that Pillow and its codecs are known to raise on broken files.
DECODING_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may cost: bytes of its file, pixels, frames, bytes of embedded metadata, bytes to decode it."""

    file_bytes: int = 512 << 20
    pixels: int = 178_956_970
    frames: int = 10_000
    metadata_bytes: int = 32 << 20
    memory_bytes: int = 640 << 20


#: Bytes that Pillow keeps for one pixel, by mode; all others take four.
_PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}

#: How often the decoded picture is in memory at once while a format's codec works.
_COPIES = {"WEBP": 3.0, "AVIF": 3.0, "HEIF": 3.0, "TIFF": 2.0}

#: Bytes of a JPEG that are handed to its decoder at once, at most.
_PORTION = 32 << 20

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_guarded(source: Path | BinaryIO | bytes, limits: Limits = Limits()) -> ImageFile.ImageFile:
    """Return the picture in ``source``, opened but not decoded.

    Raises Rejected, with a sentence that says why, for what is no picture, is broken, or exceeds ``limits``.
    """
    data = _bytes_of(source, limits)
    form = sniff(data)
    if form is None:
        what = describe(data)
        raise Rejected("The file is empty." if not data else f"It is not a picture that can be read: it is {what}.")
    if form == "HEIF" and not heif.available():
        raise Rejected("It is a HEIC picture: install the extra `cutline[heic]` to read it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=[form])
    except DECODING_ERRORS as error:
        raise Rejected(_cut(form) if ends_early(form, data) else explain(error, form)) from error
    _check(picture, form, data, limits)
    if form == "JPEG":
        # Handed over at once: what its decoder has not used of a portion, Pillow copies before the next one.
        picture.decodermaxblock = min(len(data), _PORTION)
    return picture


def _bytes_of(source: Path | BinaryIO | bytes, limits: Limits) -> bytes:
    if isinstance(source, Path):
        return files.read(source, limits.file_bytes).data
    data = source if isinstance(source, bytes) else source.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise Rejected(files.too_large(len(data), limits.file_bytes))
    return data


def _check(picture: ImageFile.ImageFile, form: str, data: bytes, limits: Limits) -> None:
    width, height = picture.size
    if width < 1 or height < 1:
        raise Rejected(f"The picture has no pixels ({width} × {height}).")
    if width * height > limits.pixels:
        raise Rejected(
            f"The picture has {width * height / 1e6:,.0f} million pixels ({width} × {height}); "
            f"the limit is {limits.pixels / 1e6:,.0f} million."
        )
    frames.check(form, data, picture, limits.frames)


def memory_needed(picture: Image.Image, side: int) -> int:
    """Return about how many bytes decoding ``picture`` for a short side of ``side`` pixels takes."""
    width, height = picture.size
    pixels = width * height
    if isinstance(picture, JpegImagePlugin.JpegImageFile):
        scale = _jpeg_scale(picture, side)
        return _coefficients(picture) + 4 * pixels // (scale * scale)
    stored = pixels * _PIXEL_BYTES.get(picture.mode, 4)
    turned = 4 * pixels if picture.mode == "P" or picture.mode not in ("1", "L", "RGB", "RGBA", "LA", "CMYK") else 0
    return int(stored * _COPIES.get(picture.format or "", 1.0)) + turned


def _coefficients(picture: JpegImagePlugin.JpegImageFile) -> int:
    """Bytes of the coefficients of the whole picture, two for each, which a progressive JPEG keeps while it is decoded."""
    factors = [across * down for _, across, down, _ in picture.layer]
    if not picture.info.get("progressive") or not factors:
        return 0
    return 2 * picture.width * picture.height * sum(factors) // max(1, *factors)


def _jpeg_scale(picture: Image.Image, side: int) -> int:
    times = min(picture.size) // max(1, side)
    return next((scale for scale in (8, 4, 2) if times >= scale), 1)


def reduced(picture: Image.Image, side: int = 256) -> Image.Image:
    """Return ``picture`` decoded, upright and as small as can be with at least ``side`` pixels on the short side.

    The result is RGB or L, in sRGB as far as an embedded profile tells; a smaller picture keeps its size. Animated pictures
    give their first frame; transparent ones are laid on white, as most pages show them; deep ones (16 bits, floating
    point) are scaled to 8 bits. Raises Rejected when the picture does not decode to its end.
    """
    orientation = orientation_of(picture)
    try:
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            picture.draft(picture.mode, (side, side))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture.load()
        small = _shrunk(colour.workable(picture), side)
        return upright(colour.plain(small), orientation)
    except DECODING_ERRORS as error:
        raise Rejected(explain(error, picture.format or "")) from error


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    times = min(picture.size) // max(1, side)
    return picture.reduce(times) if times > 1 else picture


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Return ``picture`` turned as its Exif orientation (1 to 8) says."""
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def explain(error: BaseException, form: str = "") -> str:
    """Return one sentence for a decoding error, without the insides of any library."""
    if isinstance(error, Rejected):
        return str(error)
    name = _spelled(form)
    text = str(error).lower()
    if isinstance(error, MemoryError):
        return f"Decoding the {name} needs more memory than is allowed."
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        claimed = re.search(r"\((\d{1,20}) pixels\)", text)
        many = f"{int(claimed[1]) / 1e6:,.0f} million" if claimed else "too many"
        return f"The {name} has {many} pixels, more than is allowed."
    if isinstance(error, EOFError) or "truncated" in text or "more data" in text or "end of file" in text:
        return _cut(form)
    if "too large" in text or "exceeds" in text:
        return f"The {name} holds more data than is allowed: {_plain(error)}."
    return f"The {name} is damaged and cannot be decoded ({_plain(error)})."


def _spelled(form: str) -> str:
    return {"WEBP": "WebP"}.get(form, form) or "picture"


def _cut(form: str) -> str:
    return f"The {_spelled(form)} is cut short: the file ends before the picture does."


def _plain(error: Any) -> str:
    """The first words of a library's message, on one line and without addresses of objects."""
    words = " ".join(str(error).split("<", 1)[0].split()).strip(" .:")
    return words[:120] or type(error).__name__
