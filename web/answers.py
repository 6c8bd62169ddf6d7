"""JSON answers: the model's dataclasses as they are, encoded by msgspec, in a stable order."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response
from flask.json.provider import JSONProvider

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


def plain(value: Any) -> Any:
    """Return model objects as JSON-able values; sets become sorted lists."""
    return msgspec.to_builtins(value, str_keys=True, order="deterministic")


def json(value: Any, status: int = 200) -> Response:
    """Return ``value`` as a JSON answer."""
    return Response(_encoder.encode(value), status, mimetype="application/json")
