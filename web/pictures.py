"""Picture files over HTTP: thumbnails and originals, by id only, cacheable for good, never as anything that could run.

An id is the hash of the content, so what an address gives never changes: browsers keep it (`immutable`).
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, request, send_file
from werkzeug.wsgi import wrap_file

from catalog.errors import UsageError
from catalog.library import Blob

from .context import library
from .inputs import number_arg

pages = Blueprint("pictures", __name__)

#: Format as Pillow names it -> content type. What is not here is sent as an attachment of no type.
PASSIVE = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
}
FOR_GOOD = "private, max-age=31536000, immutable"
_ID = re.compile(r"[0-9a-f]{16}")


@pages.get("/api/v1/images/<ident>/thumb")
def thumb(ident: str) -> Response:
    """Send a thumbnail; ``size`` is the longer side in pixels."""
    size = number_arg("size", 320, 32, 2048)
    blob = library().thumbnail(ident, size)
    response = Response(blob.read(0, blob.size), mimetype="image/webp")  # small: sooner read than handed on as a file
    response.set_etag(f"{ident}-{size}-{blob.size}")
    response.headers["Cache-Control"] = FOR_GOOD
    response.make_conditional(request.environ, accept_ranges=True, complete_length=blob.size)
    return response


def _streamed(blob: Blob, kind: str, etag: str) -> Response:
    """What ``send_file`` answers, for a file that is not on this machine: only the parts asked for are fetched."""
    stream: Any = wrap_file(request.environ, blob.stream())  # a seekable iterable, which the types do not know
    response = Response(stream, mimetype=kind, direct_passthrough=True)
    response.content_length = blob.size
    response.set_etag(etag)
    response.make_conditional(request.environ, accept_ranges=True, complete_length=blob.size)
    return response


@pages.get("/api/v1/images/<ident>/file")
def original(ident: str) -> Response:
    """Send the original file as it came, as an image; a format that a browser might run comes as an attachment."""
    if not _ID.fullmatch(ident):
        library().record(ident)  # raises NotFound, in its own words
        raise UsageError("An image id has 16 hexadecimal digits.", field="id")
    image = library().record(ident).image
    kind = PASSIVE.get(image.format.upper())
    name = f"{image.id}.{image.format.lower()}" if kind else f"{image.id}.bin"
    attached = kind is None or request.args.get("download") is not None
    blob = library().open_original(ident)
    if blob.path is not None:
        response = send_file(
            blob.path.absolute(),
            mimetype=kind or "application/octet-stream",
            as_attachment=attached,
            download_name=name,
            conditional=True,
            etag=image.sha256,
        )
    else:
        response = _streamed(blob, kind or "application/octet-stream", image.sha256)
        response.headers["Content-Disposition"] = f"{'attachment' if attached else 'inline'}; filename={name}"
    response.headers["Cache-Control"] = FOR_GOOD
    return response
