"""Cursors: where the next page begins, as opaque text. Whatever comes back from outside is checked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math

from ..errors import UsageError

_MAX_LENGTH = 600

Key = float | int | str


def digest(*parts: str) -> str:
    """Return a short digest of what a cursor belongs to."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


def write(belongs: str, key: Key, ident: Key, total: int, capped: bool) -> str:
    """Return a cursor after the item with this sorting key and identity, with the total that was told."""
    text = json.dumps([belongs, key, ident, total, int(capped)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, belongs: str, key: type[Key], ident: type[Key]) -> tuple[Key, Key, int, bool]:
    """Return key, identity, total and capped of a cursor. Raises UsageError when it is not one for this list."""
    try:
        if len(cursor) > _MAX_LENGTH:
            raise ValueError
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        mark, at, who, total, capped = parts
        kinds = (str, key, ident, int, int)
        if any(type(p) is not k for p, k in zip(parts, kinds, strict=True)) or mark != belongs:
            raise ValueError
        if any(isinstance(p, float) and not math.isfinite(p) for p in parts):
            raise ValueError
        if any(isinstance(p, int) and not 0 <= abs(p) < 1 << 62 for p in parts):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError):
        raise UsageError(
            "This cursor does not belong to this list: begin again at its first page.", field="cursor"
        ) from None
    return at, who, total, bool(capped)
