"""JSON answers: the model's dataclasses as they are, encoded by msgspec, in a stable order."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Response, current_app, request
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
    if request.endpoint == "static":
        return _packed(response)
    text = response.mimetype in ("text/html", "application/json")
    if not text or response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    if "Vary" in response.headers:
        response.vary.add("Accept-Encoding")
    else:
        response.headers["Vary"] = "Accept-Encoding"
    data = response.get_data()
    if len(data) >= WORTH_PACKING and request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(data, 3, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _packed(response: Response) -> Response:
    """Pack a style sheet or script as a whole file: once, since it is asked for again and again until it changes."""
    file = str((request.view_args or {}).get("filename", ""))
    if response.status_code != 200 or not file.endswith((".css", ".js")) or current_app.static_folder is None:
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and request.method == "GET":
        path = Path(current_app.static_folder, file)
        response.direct_passthrough = False
        response.close()
        response.set_data(_packed_file(path, path.stat().st_mtime_ns))
        response.headers["Content-Encoding"] = "gzip"
        if (tag := response.get_etag()[0]) is not None:
            response.set_etag(f"{tag}-gzip")
    return response


@lru_cache(maxsize=64)
def _packed_file(path: Path, _modified: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)


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
