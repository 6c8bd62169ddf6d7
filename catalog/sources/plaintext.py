"""A story as plain text: the whole file is its words."""

from __future__ import annotations

import hashlib

from .base import Document, LeftAside
from .encoding import decode


def read_text(path: str, data: bytes, *, charset: str = "") -> Document | LeftAside:
    """Return the Document of a text file's bytes; a file of nothing but white space is rejected."""
    text, encoding, warnings = decode(data, charset)
    if not text.strip("\ufeff\0 \t\r\n\f\v\u00a0\u200b"):
        return LeftAside(path, "rejected", "holds nothing but white space")
    return Document(path, "plaintext", text, encoding, hashlib.sha256(data).hexdigest(), warnings=warnings)
