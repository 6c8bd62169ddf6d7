"""Drawn pictures and written packets for the tests of this folder."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import Image

from fixtures import packets
from fixtures.drawing import scene

__all__ = ["encoded", "packets", "picture"]


@lru_cache
def picture(kind: str = "harbour", size: tuple[int, int] = (300, 200), seed: int = 5) -> Image.Image:
    """A drawn scene."""
    return scene(kind, size, seed=seed)


def encoded(form: str = "JPEG", image: Image.Image | None = None, **options: Any) -> bytes:
    """A picture as a file of the given format."""
    out = io.BytesIO()
    (image or picture()).save(out, form, **options)
    return out.getvalue()
