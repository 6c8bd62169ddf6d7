"""HEIC and HEIF pictures, which Pillow reads only with the optional extra ``heic`` (pillow-heif)."""

from __future__ import annotations

from functools import cache


@cache
def available() -> bool:
    """Return whether HEIF pictures can be read, and let Pillow know how if so."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True
