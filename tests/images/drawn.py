"""Drawn pictures and written packets for the tests of this folder."""

from __future__ import annotations

import io
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "fixtures"))

import packets
from drawing import scene

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
