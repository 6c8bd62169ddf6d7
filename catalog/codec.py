"""One codec between the model's dataclasses and JSON, and the stable hash of facts.

msgspec knows the types of the model, so nothing else in the project spells out fields twice.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder(order="deterministic")
_known: set[type] = set()
_lock = threading.Lock()


def _get_to_know(kind: type) -> None:
    """Let msgspec read the fields of a type in one thread: at a first use in two at once the process dies (msgspec 0.22)."""
    with _lock:
        msgspec.json.Decoder(kind)
        _known.add(kind)


def encode(value: Any) -> bytes:
    """Return ``value`` (a model object or JSON-able value) as compact JSON bytes, keys of dicts in a fixed order."""
    return _encoder.encode(value)


def decode(data: bytes | str, kind: type[T]) -> T:
    """Return the model object of type ``kind`` in ``data``. Raises :class:`msgspec.ValidationError` if it is not one."""
    if kind not in _known:
        _get_to_know(kind)
    return msgspec.json.decode(data, type=kind)


def to_dict(value: Any) -> dict[str, Any]:
    """Return a model object as a plain dict of JSON-able values (tuples become lists)."""
    plain = msgspec.to_builtins(value)
    assert isinstance(plain, dict)
    return plain


def from_dict(data: dict[str, Any], kind: type[T]) -> T:
    """Return the model object of type ``kind`` that ``data`` describes; unknown keys are ignored."""
    if kind not in _known:
        _get_to_know(kind)
    return msgspec.convert(data, type=kind)


def _filled(value: Any) -> Any:
    """``value`` without empty fields, so that a new field does not change old hashes."""
    if isinstance(value, dict):
        return {k: f for k, v in sorted(value.items()) if (f := _filled(v)) not in (None, "", [], {}, False)}
    if isinstance(value, list | tuple):
        return [_filled(v) for v in value]
    return value


def facts_hash(*values: Any) -> str:
    """Return 16 hexadecimal digits that change when a fact in ``values`` does. Empty fields do not count."""
    plain = [_filled(msgspec.to_builtins(v)) for v in values]
    return hashlib.sha256(encode(plain)).hexdigest()[:16]
