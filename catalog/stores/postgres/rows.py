"""Between documents and what PostgreSQL takes: ``jsonb`` knows neither NUL characters nor lone surrogates, and no ``1e16``.

Such a document is kept whole as text inside ``jsonb`` (``{"json": "..."}``: one without an ``id`` is of that kind), such a
character of an id as an escape. Both are rare: names of files that are not UTF-8, and what was made to break things.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np

from ..base import LOOKUPS, Doc

#: JSON that would not come back from ``jsonb`` as it was: escapes that it refuses, numbers whose form it does not keep.
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_NUMBERS = re.compile(rb"[:,\[](?:-0(?:\.0*)?|-?[0-9.]+[eE][-+]?[0-9]+)[,}\]]")
#: Such numbers from their ``e`` or their minus on, and what stands before a value.
_EXPONENT, _MINUS = re.compile(rb"[eE][-+]?[0-9]+[,}\]]"), re.compile(rb"-0(?:\.0*)?[,}\]]")
_BEFORE = b":,["
#: Characters of ids that ``text`` refuses, the mark of an escape, and an escape.
_ODD = re.compile("[\0\ud800-\udfff\U0010ffff]")
_ESCAPE = re.compile("\U0010ffff([0-9a-f]{6})")
_E, _LOWER, _SIGN, _ZERO, _TEN = np.frombuffer(b"e -0\x0a", np.uint8)
#: Bytes below which a pattern is quicker than looking at them as numbers.
_SHORT = 2_000
#: Values of one field whose keys are remembered.
_REMEMBERED = 1 << 15
#: The fields whose values come again and again.
_AGAIN = frozenset({"keys.folders", "keys.words"})
_SEVERAL = (list, tuple)
_encode = msgspec.json.Encoder().encode


def is_plain(data: bytes) -> bool:
    """Return whether encoded documents, one or many, are told at a glance to be such as ``jsonb`` gives back unchanged."""
    return not ((b"\\" in data and b"\\u" in data) or _may_have_odd_numbers(data))


def to_jsonb(data: bytes) -> bytes:
    """Return an encoded document as JSON that ``jsonb`` gives back unchanged."""
    if is_plain(data) or not (_may_have_odd_numbers(data) or _ESCAPES.search(data)):
        return data
    return _encode({"json": json.dumps(json.loads(data), ensure_ascii=True)})


def _may_have_odd_numbers(data: bytes) -> bool:
    """Whether an ``e`` or a minus stands as in :data:`_NUMBERS`.

    Every document of a load is asked that. A pattern alone takes many times as long for much: so the bytes are looked at as
    numbers, all at once until few are left, and the pattern only where there may be one.
    """
    if len(data) < _SHORT:
        return _NUMBERS.search(data) is not None
    seen = np.frombuffer(data, np.uint8)
    digit = (seen - _ZERO) < _TEN
    behind = np.flatnonzero(((seen[1:-1] | _LOWER) == _E) & digit[:-2]) + 1
    behind = behind[digit[behind + 1] | (seen[behind + 1] < _ZERO)]
    if any(_EXPONENT.match(data, at) for at in behind.tolist()):
        return True
    minus = np.flatnonzero((seen[1:-1] == _SIGN) & (seen[2:] == _ZERO) & ~digit[:-2]) + 1
    return any(data[at - 1] in _BEFORE and _MINUS.match(data, at) for at in minus.tolist())


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
        #: The key of a value.
        self.of: Callable[[str], bytes] = self.__getitem__ if path in _AGAIN else self._made

    def _made(self, value: str) -> bytes:
        digest = self._copy()
        digest.update(value.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def __missing__(self, value: str) -> bytes:
        if len(self) >= _REMEMBERED:
            self.clear()
        key = self[value] = self._made(value)
        return key


@cache
def _fields(kind: str) -> dict[str, _Keys]:
    """The fields by which a kind is found, each with its keys."""
    return {path: _Keys(kind, path) for path in LOOKUPS.get(kind, ())}


def lookup_key(kind: str, field: str, value: str) -> str:
    """Return the digest (32 hexadecimal digits) under which documents of ``kind`` with this value are found."""
    return _fields(kind)[field].of(value).hex()


#: The steps of some paths that go on from one place: the step, the key of a value that is there, and the paths from there.
_Steps = tuple[tuple[str, Callable[[str], bytes] | None, Any], ...]


@cache
def _steps(kind: str) -> _Steps:
    """The fields of a kind as a tree: what their paths have in common is gone once."""
    tree: dict[str, Any] = {}
    for path, keys in _fields(kind).items():
        *way, last = path.split(".")
        place = tree
        for step in way:
            place = place.setdefault(step, (None, {}))[1]
        place[last] = (keys.of, place.get(last, (None, {}))[1])

    def frozen(place: dict[str, Any]) -> _Steps:
        return tuple((step, key_of, frozen(further)) for step, (key_of, further) in place.items())

    return frozen(tree)


def lookup_keys(kind: str, doc: Doc) -> list[bytes]:
    """Return the keys by which a document is found (16 bytes each), each once: one for each of its ``lookup_values``."""
    found: list[bytes] = []
    _gather(_steps(kind), doc, found)
    return found if len(found) < 2 or len(found) == len(set(found)) else list(dict.fromkeys(found))


def _gather(steps: _Steps, place: Doc, found: list[bytes]) -> None:
    for step, key_of, further in steps:  # a load in bulk does this for every document
        value = place.get(step)
        if not value:
            continue
        if key_of is None:
            if isinstance(value, dict):
                _gather(further, value, found)
        elif isinstance(value, str):
            found.append(key_of(value))
        elif isinstance(value, _SEVERAL):
            found += _each(key_of, value)


def _each(key_of: Callable[[str], bytes], values: list[Any] | tuple[Any, ...]) -> list[bytes]:
    """The keys of those values that are words: nearly always of all of them, which takes no look at each."""
    try:
        if "" not in values:
            return list(map(key_of, values))
    except (AttributeError, TypeError):  # not all are texts
        pass
    return [key_of(one) for one in values if one and isinstance(one, str)]


def buckets(subjects: Iterable[str], number: int) -> list[int]:
    """Return the lock numbers below ``number`` of some subjects, in the order in which everyone takes them."""
    found = {
        int.from_bytes(blake2b(s.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") % number
        for s in subjects
    }
    return sorted(found)
