"""Picture files over HTTP: thumbnails and originals, by id only, cacheable for good, never as anything that could run.

An id is the hash of the content, so what an address gives never changes: browsers keep it (`immutable`).
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, request, send_file

from catalog.errors import UsageError

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
    path = library().thumbnail(ident, number_arg("size", 320, 32, 2048)).absolute()
    response = send_file(path, mimetype="image/webp", conditional=True, etag=True)
    response.headers["Cache-Control"] = FOR_GOOD
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
    response = send_file(
        library().original(ident).absolute(),
        mimetype=kind or "application/octet-stream",
        as_attachment=kind is None or request.args.get("download") is not None,
        download_name=name,
        conditional=True,
        etag=image.sha256,
    )
    response.headers["Cache-Control"] = FOR_GOOD
    return response
