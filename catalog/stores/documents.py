"""Documents as JSON bytes: msgspec where it can, the standard library where a string is not valid Unicode.

Names of files that are not UTF-8 reach Python as lone surrogates. JSON can escape them (``\\udc80``); msgspec will not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec

from .base import LOOKUPS, Doc, lookup_values

_encoder = msgspec.json.Encoder()
_encode = _encoder.encode
_decode = msgspec.json.Decoder().decode


def encode_doc(doc: Any) -> bytes:
    """Return ``doc`` as one line of compact JSON, its keys in their own order. Raises TypeError for other than plain values."""
    try:
        return _encode(doc)
    except UnicodeEncodeError:
        return json.dumps(doc, separators=(",", ":")).encode("ascii")


def encode_lines(docs: Sequence[Doc]) -> bytes | None:
    """Return each of ``docs`` as :func:`encode_doc` does, and a newline after it; ``None`` where one holds what is not Unicode."""
    try:
        return _encoder.encode_lines(docs)
    except UnicodeEncodeError:
        return None


def decode_doc(data: bytes) -> Doc:
    """Return the document in ``data``. Raises ValueError when it is not a JSON object."""
    try:
        doc = _decode(data)
    except msgspec.DecodeError:
        doc = json.loads(data)
    if not isinstance(doc, dict):
        raise ValueError("not a JSON object")
    return doc


def encoded(ident: str, doc: Doc) -> bytes:
    """Return ``doc`` as bytes that carry ``ident`` under ``id``. Raises ValueError when it carries another."""
    own = doc.get("id")
    if own is None:
        return encode_doc({"id": ident, **{k: v for k, v in doc.items() if k != "id"}})
    if own != ident:
        raise ValueError(f"a document put as {ident!r} carries the id {own!r}")
    return encode_doc(doc)


def ident_of(doc: Doc, key: int) -> str:
    """Return the id of a document that stands under ``key`` in its table: its own ``id``, or else the key."""
    ident = doc.get("id")
    return ident if isinstance(ident, str) and ident else str(key)


@cache
def lookup_reader(kind: str) -> Callable[[bytes], Doc]:
    """Return a function that decodes only those top-level fields of a document of ``kind`` by which it is found."""
    tops = {path.split(".")[0] for path in LOOKUPS.get(kind, ())}
    partial = msgspec.defstruct("Lookup", [(top, Any, None) for top in sorted(tops)])
    decode = msgspec.json.Decoder(partial).decode

    def read(data: bytes) -> Doc:
        try:
            found = decode(data)
        except msgspec.DecodeError:
            return decode_doc(data)
        return {top: getattr(found, top) for top in tops}

    return read


def values_by_path(kind: str, data: bytes) -> list[tuple[str, list[str]]]:
    """Return, for each looked-up path of ``kind``, the values by which the document in ``data`` is found."""
    paths = LOOKUPS.get(kind, ())
    if not paths:
        return []
    doc = lookup_reader(kind)(data)
    return [(path, lookup_values(doc, path)) for path in paths]
