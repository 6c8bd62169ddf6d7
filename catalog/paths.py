"""Paths as text that keeps every byte, and as text that is safe to show.

File names are bytes. Those that are not UTF-8 must still come back to the same file, and JSON, SQLite and PostgreSQL
take no lone surrogates. So each byte 0xNN that UTF-8 cannot decode is kept as the private-use character U+F7NN; a name
that holds such a character itself has it kept as its three bytes, so that the mapping is one to one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

_FIRST = 0xF780
_LAST = 0xF7FF
_BASE = 0xF700
_SURROGATES = 0xDC00
_MAPPED = re.compile("[\uf780-\uf7ff]")
_TO_SURROGATES = {code: code - _BASE + _SURROGATES for code in range(_FIRST, _LAST + 1)}
_FROM_SURROGATES = {_SURROGATES + byte: _BASE + byte for byte in range(0x80, 0x100)}

#: Control characters of C0, C1, and those that reorder or hide text (bidirectional marks, zero width, line separators).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def to_text(path: str | os.PathLike[str]) -> str:
    """Return an operating-system path as text without surrogates, from which :func:`to_path` makes the same path."""
    text = os.fspath(path)
    text = _MAPPED.sub(lambda m: "".join(chr(_BASE + byte) for byte in m.group().encode()), text)
    return text.translate(_FROM_SURROGATES)


def to_path(text: str) -> Path:
    """Return the path that :func:`to_text` was given."""
    return Path(_os_string(text))


def _os_string(text: str) -> str:
    return os.fsdecode(text.translate(_TO_SURROGATES).encode("utf-8", "surrogateescape"))


def plain(text: str) -> str:
    """Return a path's text for JSON and other machines: U+FFFD for what is not UTF-8, all else unchanged."""
    if not _MAPPED.search(text):
        return text
    return text.translate(_TO_SURROGATES).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def display(text: str) -> str:
    r"""Return a path's text for a terminal or log: as :func:`plain`, controls as ``\xNN`` or ``\uNNNN``."""
    return _UNSAFE.sub(_escaped, plain(text))


def escaped(json: str) -> str:
    r"""Return JSON with the characters that :func:`display` makes harmless as ``\uNNNN``, which is the same to who parses it."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", json)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
