"""Pictures over HTTP: kept for good by browsers, conditional, in parts, and never as anything that could run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from catalog.library import Library, open_library
from catalog.model import Record
from web import create_app
from web.pictures import PASSIVE

Find = Callable[[str], Record]


def test_a_thumbnail_is_kept_for_good(client: FlaskClient, picture: Find) -> None:
    """A thumbnail is WebP, immutable, with a strong tag that answers 304."""
    path = f"/api/v1/images/{picture('baker-oven.jpg').id}/thumb?size=320"
    answer = client.get(path)
    assert answer.mimetype == "image/webp" and "immutable" in answer.headers["Cache-Control"]
    tag = answer.headers["ETag"]
    assert not tag.startswith("W/")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    part = client.get(path, headers={"Range": "bytes=8-11"})
    assert (part.status_code, part.data) == (206, b"WEBP")
    assert tag != client.get(path.replace("320", "640")).headers["ETag"]


def test_an_original_comes_as_it_was(client: FlaskClient, picture: Find, library: Library) -> None:
    """The bytes are those of the file, under the content type of its format, and a part can be asked for."""
    record = picture("baker-oven.jpg")
    path = f"/api/v1/images/{record.id}/file"
    answer = client.get(path)
    assert answer.data == library.original(record.id).read_bytes()
    assert answer.mimetype == "image/jpeg" and answer.headers["X-Content-Type-Options"] == "nosniff"
    part = client.get(path, headers={"Range": "bytes=2-5"})
    assert part.status_code == 206 and part.data == answer.data[2:6]
    assert client.get(path, headers={"Range": "bytes=9-1"}).status_code in (200, 416)


def test_only_passive_types_are_shown(client: FlaskClient, picture: Find) -> None:
    """No content type that a browser could run is among those that originals are sent as."""
    assert all(kind.startswith("image/") and "svg" not in kind for kind in PASSIVE.values())
    answer = client.get(f"/api/v1/images/{picture('baker-oven.jpg').id}/file?download")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_paths_are_never_taken_from_the_address(client: FlaskClient) -> None:
    """Ways up and absolute paths find nothing."""
    for ident in ("..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "....//....//etc/passwd", "~"):
        for tail in ("file", "thumb"):
            assert client.get(f"/api/v1/images/{ident}/{tail}").status_code in (400, 404)
    assert client.get("/static/..%2fapp.py").status_code == 404


def test_a_catalogue_named_by_a_relative_path_serves_too(
    imported: Path, tmp_path: Path, monkeypatch: object, library: Library
) -> None:
    """Where the catalogue lies does not depend on where the program's own files lie."""
    import os

    here = os.path.relpath(library.url)
    library.close()
    with open_library(here) as opened:
        client = create_app(opened).test_client()
        ident = opened.search(limit=1).items[0].id
        assert client.get(f"/api/v1/images/{ident}/thumb").status_code == 200
