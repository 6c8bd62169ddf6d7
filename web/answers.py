"""JSON answers: the model's dataclasses as they are, encoded by msgspec, in a stable order."""

from __future__ import annotations

import gzip
from typing import Any

import msgspec
from flask import Response, request
from flask.json.provider import JSONProvider

#: Bytes from which an answer is packed.
WORTH_PACKING = 4_000
_encoder = msgspec.json.Encoder(order="deterministic")


class FastJSON(JSONProvider):
    """Flask's JSON by msgspec: dataclasses, tuples and sets need no help."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return ``obj`` as JSON text."""
        return _encoder.encode(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of JSON text."""
        return msgspec.json.decode(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a response with one value as JSON."""
        return Response(_encoder.encode(args[0] if args else kwargs), mimetype="application/json")


def compress(response: Response) -> Response:
    """Pack a page or JSON answer for a browser that takes gzip. Pages hold no secret that sizes could tell."""
    text = response.mimetype in ("text/html", "application/json")
    if not text or response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    data = response.get_data()
    if len(data) >= WORTH_PACKING and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(data, 3, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def plain(value: Any) -> Any:
    """Return model objects as JSON-able values; sets become sorted lists."""
    return msgspec.to_builtins(value, str_keys=True, order="deterministic")


def plain_with(value: Any, **more: Any) -> msgspec.Raw:
    """Return a model object as a JSON object that holds some fields more, encoded once."""
    first, rest = _encoder.encode(more), _encoder.encode(value)
    return msgspec.Raw(b"%b,%b" % (first[:-1], rest[1:]))


def json(value: Any, status: int = 200) -> Response:
    """Return ``value`` as a JSON answer."""
    return Response(_encoder.encode(value), status, mimetype="application/json")
