"""How many pictures a file holds, counted without decoding them."""

from __future__ import annotations

from PIL import Image

from ..errors import Rejected
from .metadata.tiff import Tiff


def count(form: str, data: bytes, picture: Image.Image, limit: int) -> int:
    """Return the number of frames or pages in ``data``, at most ``limit + 1``; at least 1."""
    if form == "GIF":
        return max(1, _gif(data, limit))
    if form == "TIFF":
        try:
            return max(1, sum(1 for _ in Tiff(data).chain(limit + 1)))
        except ValueError:
            return 1
    frames = getattr(picture, "n_frames", 1)
    return frames if isinstance(frames, int) and frames > 0 else 1


def check(form: str, data: bytes, picture: Image.Image, limit: int) -> int:
    """Return the number of frames; raises Rejected when it is beyond ``limit``."""
    frames = count(form, data, picture, limit)
    if frames > limit:
        raise Rejected(f"The picture has more than {limit:,} frames.")
    return frames


def _gif(data: bytes, limit: int) -> int:
    """Image descriptors of a GIF (GIF89a specification, sections 18 to 26), up to one more than ``limit``."""
    found, size = 0, len(data)
    at = 13 + (_palette(data[10]) if size > 10 else 0)
    while at < size and found <= limit:
        kind = data[at]
        if kind == 0x2C and at + 10 <= size:
            found += 1
            at += 11 + _palette(data[at + 9])
        elif kind == 0x21:
            at += 2
        else:
            break
        while at < size and data[at]:
            at += 1 + data[at]
        at += 1
    return found


def _palette(flags: int) -> int:
    """Bytes of the colour table that a packed field announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
