"""Between documents and what PostgreSQL takes: ``jsonb`` knows neither NUL characters nor lone surrogates, and no ``1e16``.

Such a document is kept whole as text inside ``jsonb`` (``{"json": "..."}``: one without an ``id`` is of that kind), such a
character of an id as an escape. Both are rare: names of files that are not UTF-8, and what was made to break things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b

import msgspec

from ..base import LOOKUPS, Doc

#: JSON that would not come back from ``jsonb`` as it was: escapes that it refuses, numbers whose form it does not keep.
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_NUMBERS = re.compile(rb"[:,\[](?:-0[.,}\]]|-?[0-9.]+[eE][-+]?[0-9])")
#: Where such a number may be, told without looking at each place in turn: what stands around values is made commas, and then what
#: digits are written with is left out.
_AROUND, _WRITTEN = bytes.maketrans(b"E:[}]", b"e,,,,"), b"+-.0123456789"
#: Characters of ids that ``text`` refuses, the mark of an escape, and an escape.
_ODD = re.compile("[\0\ud800-\udfff\U0010ffff]")
_ESCAPE = re.compile("\U0010ffff([0-9a-f]{6})")
#: Values of one field whose keys are remembered.
_REMEMBERED = 1 << 15
_SEVERAL = (list, tuple)
_encode = msgspec.json.Encoder().encode


def is_plain(data: bytes) -> bool:
    """Return whether encoded documents, one or many, are told at a glance to be such as ``jsonb`` gives back unchanged."""
    return b"\\u" not in data and not _may_have_odd_numbers(data)


def to_jsonb(data: bytes) -> bytes:
    """Return an encoded document as JSON that ``jsonb`` gives back unchanged."""
    if is_plain(data) or (_NUMBERS.search(data) is None and _ESCAPES.search(data) is None):
        return data
    return _encode({"json": json.dumps(json.loads(data), ensure_ascii=True)})


def _may_have_odd_numbers(data: bytes) -> bool:
    alike = data.translate(_AROUND)
    return b",-0" in alike or b",e," in alike.translate(None, _WRITTEN)


def from_jsonb(text: str) -> bytes:
    """Return the encoded document that :func:`to_jsonb` made ``text`` of."""
    if not text.startswith('{"json":'):  # PostgreSQL puts short keys first: a document's ``id`` would stand before it
        return text.encode()
    return str(json.loads(text)["json"]).encode()


def to_text(value: str) -> str:
    """Return an id in a form that ``text`` takes."""
    if value.isascii() and "\0" not in value:
        return value
    return _ODD.sub(lambda m: f"\U0010ffff{ord(m[0]):06x}", value)


def from_text(value: str) -> str:
    """Return the id that :func:`to_text` made ``value`` of."""
    return value if value.isascii() else _ESCAPE.sub(lambda m: chr(int(m[1], 16)), value)


class _Keys(dict[str, bytes]):
    """The keys of one field's values: those of words and folders, which come again and again, are remembered."""

    def __init__(self, kind: str, path: str) -> None:
        super().__init__()
        self._copy = blake2b(f"{kind}\0{path}\0".encode(), digest_size=16).copy
        self._most = _REMEMBERED if path.startswith("keys.") else 0

    def __missing__(self, value: str) -> bytes:
        digest = self._copy()
        digest.update(value.encode("utf-8", "surrogatepass"))
        key = digest.digest()
        if self._most:
            if len(self) >= self._most:
                self.clear()
            self[value] = key
        return key


@cache
def _fields(kind: str) -> dict[str, _Keys]:
    """The fields by which a kind is found, each with its keys."""
    return {path: _Keys(kind, path) for path in LOOKUPS.get(kind, ())}


def lookup_key(kind: str, field: str, value: str) -> str:
    """Return the digest (32 hexadecimal digits) under which documents of ``kind`` with this value are found."""
    return _fields(kind)[field][value].hex()


@cache
def _readers(kind: str) -> tuple[tuple[str, tuple[str, ...], _Keys], ...]:
    """The fields of a kind: the first step of its path, the other steps, its keys."""
    return tuple((path.split(".")[0], tuple(path.split(".")[1:]), keys) for path, keys in _fields(kind).items())


def lookup_keys(kind: str, doc: Doc) -> list[bytes]:
    """Return the keys by which a document is found (16 bytes each), each once: one for each of its ``lookup_values``."""
    found: list[bytes] = []
    for first, others, keys in _readers(kind):  # written out, for a load in bulk does this for every document
        value = doc.get(first)
        for step in others:
            value = value.get(step) if isinstance(value, dict) else None
        if not value:
            continue
        if isinstance(value, str):
            found.append(keys[value])
        elif isinstance(value, _SEVERAL):
            found += [keys[one] for one in value if one and isinstance(one, str)]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def buckets(subjects: Iterable[str], number: int) -> list[int]:
    """Return the lock numbers below ``number`` of some subjects, in the order in which everyone takes them."""
    found = {
        int.from_bytes(blake2b(s.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") % number
        for s in subjects
    }
    return sorted(found)
