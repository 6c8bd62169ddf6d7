"""From the many ways of storing pixels to two: 8-bit sRGB and 8-bit grey."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

#: Modes that Pillow can shrink and that need no other treatment before that.
_SHRINKABLE = ("L", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "LAB", "HSV")
_MAX_PROFILE = 4 << 20
#: How the description of a profile that is sRGB anyway begins.
_SRGB_MARKS = (b"sRGB", b"s\0R\0G\0B", b"\0s\0R\0G\0B")


def workable(picture: Image.Image) -> Image.Image:
    """Return ``picture`` in a mode that shrinks well: palettes resolved, one bit to grey, deep grey to 8 bits."""
    mode = picture.mode
    if mode in _SHRINKABLE:
        return picture
    if mode == "1":
        return picture.convert("L")
    if mode in ("P", "PA"):
        return picture.convert("RGBA" if mode == "PA" or "transparency" in picture.info else "RGB")
    if mode == "I" or mode == "F" or mode.startswith("I;16"):
        return _eight_bits(picture)
    if mode in ("La", "RGBa"):
        return picture.convert("LA" if mode == "La" else "RGBA")
    return picture.convert("RGB")


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Deep grey scaled by its own range: 16-bit files by a power of two, others from their least to their greatest value."""
    values = np.asarray(picture)
    if values.dtype.kind == "u":
        shift = max(0, int(values.max(initial=0)).bit_length() - 8)
        return Image.fromarray((values >> shift).astype(np.uint8))
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    if low >= 0 and high <= 255 and values.dtype.kind == "i":
        return Image.fromarray(values.astype(np.uint8))
    if values.dtype.kind == "i" and low >= 0 and high <= 65535:
        return Image.fromarray((values >> 8).astype(np.uint8))
    scaled = (np.nan_to_num(values.astype(np.float32), nan=low, posinf=high, neginf=low) - low) * (
        255 / ((high - low) or 1)
    )
    return Image.fromarray(scaled.astype(np.uint8))


def plain(picture: Image.Image) -> Image.Image:
    """Return ``picture`` as RGB or L: laid on white where it is transparent, in sRGB where its profile says otherwise."""
    if picture.mode in ("RGBA", "LA"):
        picture = _on_white(picture)
    elif "transparency" in picture.info and picture.mode in ("RGB", "L"):
        picture = _on_white(picture.convert("RGBA"))
    converted = _by_profile(picture)
    if converted.mode not in ("RGB", "L"):
        converted = converted.convert("RGB")
    converted.info.pop("icc_profile", None)
    return converted


def _on_white(picture: Image.Image) -> Image.Image:
    solid = "L" if picture.mode == "LA" else "RGB"
    base = Image.new(solid, picture.size, 255 if solid == "L" else (255, 255, 255))
    base.paste(picture.convert(solid), mask=picture.getchannel("A"))
    base.info = {key: value for key, value in picture.info.items() if key != "transparency"}
    return base


def _by_profile(picture: Image.Image) -> Image.Image:
    """``picture`` through its colour profile, or as it is when it has none, is sRGB already, or the profile is broken."""
    profile = picture.info.get("icc_profile")
    if picture.mode not in ("RGB", "CMYK") or not isinstance(profile, bytes) or not 128 < len(profile) <= _MAX_PROFILE:
        return picture
    if picture.mode == "RGB" and any(mark in profile for mark in _SRGB_MARKS):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
