"""What every request has to pass: host, address, origin, size, and the headers on every answer."""

from __future__ import annotations

import gzip
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.library import Library
from web.inputs import local_path
from web.security import MAX_UPLOAD


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "127.0.0.1:80@evil.example",
        "evil.example#127.0.0.1",
        "",
    ],
)
def test_a_foreign_host_is_refused(client: FlaskClient, host: str) -> None:
    """A name that is not ours gets nothing, so that no rebound name can read the catalogue."""
    assert client.get("/", headers={"Host": host}).status_code >= 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_our_own_names_are_accepted(client: FlaskClient, host: str) -> None:
    """The loopback names are ours, with any port."""
    assert client.get("/log", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Authorization": "Bearer made-up"},
    ],
)
def test_a_write_from_elsewhere_is_refused(app: Flask, library: Library, headers: dict[str, str]) -> None:
    """Neither JSON nor forms of another site change anything."""
    ident = library.search(limit=1).items[0].id
    client = app.test_client()
    before = library.log().total
    for answer in (
        client.patch(f"/api/v1/images/{ident}", json={"note": "x"}, headers=headers, foreign=True),
        client.post(f"/images/{ident}", data={"note": "x"}, headers=headers, foreign=True),
        client.post("/undo", data={}, headers=headers, foreign=True),
        client.post("/import", data={"path": "/"}, headers=headers, foreign=True),
    ):
        assert answer.status_code == 403
    assert library.log().total == before


def test_reading_changes_nothing(client: FlaskClient, library: Library) -> None:
    """A GET with the parameters of a write writes nothing, whatever it says about its method."""
    ident = library.search(limit=1).items[0].id
    client.get(f"/api/v1/images/{ident}?note=x", headers={"X-HTTP-Method-Override": "PATCH"})
    assert library.record(ident).note == ""


def test_every_answer_carries_the_headers(client: FlaskClient, library: Library) -> None:
    """Pages, JSON, files and errors: strict policy, no sniffing, no frames, no foreign origin."""
    ident = library.search(limit=1).items[0].id
    for path in ("/", "/log", "/nowhere", "/api/v1/images", f"/api/v1/images/{ident}/thumb", "/static/desk.css"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"]
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers


def test_pages_are_packed_for_those_who_take_it(client: FlaskClient) -> None:
    """A page comes as gzip where the browser takes it and unpacks to what others get; pictures and files come as they are."""
    plain, packed = client.get("/"), client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in plain.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data) / 2
    thumb = re.search(r'<img src="([^"]+)"', plain.get_data(as_text=True))
    assert thumb and "Content-Encoding" not in client.get(thumb[1], headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize(
    "path", ["/search?q=%", "/search?q=%zz", "/search?q=%ff%fe", "/search?q=%00", "/api/v1/images?q=%ED%A0%80"]
)
def test_malformed_addresses_are_refused(client: FlaskClient, path: str) -> None:
    """Broken percent-encoding, invalid UTF-8 and NUL get 400."""
    assert client.get(path).status_code == 400


def test_an_endless_query_is_refused(client: FlaskClient) -> None:
    """A query string beyond the limit gets 414 before anything reads it."""
    assert client.get("/search?q=" + "a" * 20_000).status_code == 414


def test_a_large_body_is_refused(client: FlaskClient, library: Library) -> None:
    """More than a change can need is refused by its announced length."""
    ident = library.search(limit=1).items[0].id
    answer = client.patch(f"/api/v1/images/{ident}", data=b" " * (3 << 20), content_type="application/json")
    assert answer.status_code == 413 and answer.get_json()["error"]["code"] == "too-large"


def test_a_large_upload_is_refused_before_it_is_read(client: FlaskClient) -> None:
    """An upload that announces more than the limit gets 413, and nothing of its body is taken."""

    class Unread(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

    answer = client.post(
        "/api/v1/import",
        input_stream=Unread(),
        environ_overrides={"CONTENT_LENGTH": str(MAX_UPLOAD + 1)},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413


def test_an_unexpected_error_says_nothing_of_the_inside(
    client: FlaskClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of our own is a plain 500, as a page and as JSON, with no trace in it."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(library, "search", broken)
    for path in ("/", "/api/v1/images"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "secret detail" not in answer.get_data(as_text=True) and "Traceback" not in answer.get_data(as_text=True)


def test_the_theme_is_kept_in_a_safe_cookie(client: FlaskClient) -> None:
    """The colour scheme is remembered and rendered by the server, so that no page flashes."""
    answer = client.post("/theme", data={"theme": "dark"}, headers={"Referer": "http://localhost/log?who=a"})
    cookie = answer.headers["Set-Cookie"]
    assert answer.headers["Location"] == "/log?who=a" and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert '<html lang="en" data-theme="dark">' in client.get("/log").get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    ["http://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil", "evil", "/a b"],
)
def test_redirects_stay_here(client: FlaskClient, address: str) -> None:
    """Where to go next is a page of this server or the first page."""
    assert local_path(address) == "/"
    answer = client.post("/theme", data={"theme": "dark"}, headers={"Referer": f"http://evil.example{address}".strip()})
    assert answer.headers["Location"] == "/"
