"""Log-in, roles and tokens, where a server is for more than one machine."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from catalog.errors import UsageError
from catalog.library import Library
from web import create_app, serve
from web.access import Access, access_from_environment, hash_password, hash_token, load_access
from web.limits import Attempts
from web.serving import session_secret

FILE = """
hosts = ["desk.example.org"]
[[user]]
name = "vera"
role = "viewer"
password = "{0}"
[[user]]
name = "ruth"
role = "reviewer"
password = "{0}"
[[token]]
name = "nightly"
role = "admin"
token_sha256 = "{1}"
"""


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Access:
    """Two people with the same password, and a token."""
    path = tmp_path_factory.mktemp("access") / "access.toml"
    path.write_text(FILE.format(hash_password("correct horse"), hash_token("a-long-random-token")))
    return load_access(path)


@pytest.fixture
def guarded(library: Library, access: Access) -> Flask:
    """The application that asks who one is."""
    return create_app(library, access)


OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def _login(app: Flask, name: str, password: str = "correct horse") -> FlaskClient:
    client = app.test_client()
    client.post("/login", data={"name": name, "password": password}, headers=OWN)
    return client


def test_nothing_is_shown_before_log_in(guarded: Flask, library: Library) -> None:
    """Pages lead to the log-in page, the API says 401, pictures too."""
    client = guarded.test_client()
    answer = client.get("/search?q=bridge")
    assert answer.status_code == 303 and answer.headers["Location"] == "/login?next=%2Fsearch%3Fq%3Dbridge"
    ident = library.search(limit=1).items[0].id
    for path in ("/api/v1/images", f"/api/v1/images/{ident}/thumb", f"/api/v1/images/{ident}/file", "/api/v1/log"):
        assert client.get(path).status_code == 401
    assert client.get("/login").status_code == client.get("/api/v1/health").status_code == 200


def test_the_log_in_page_is_no_page_of_the_log(guarded: Flask) -> None:
    """No entry of the bar is marked as the page that one is on."""
    page = guarded.test_client().get("/login").get_data(as_text=True)
    assert 'aria-current="page"' not in page and 'aria-label="Main"' not in page and "Log out" not in page


def test_a_viewer_reads_and_a_reviewer_decides(guarded: Flask, library: Library) -> None:
    """Roles are what they say; the decision carries the reviewer's name, whatever the form says."""
    finding = library.findings(limit=1).items[0]
    body = {"action": finding.actions[0], "who": "someone else"}
    path = f"/api/v1/findings/{finding.id}/decision"
    del body["who"]
    viewer, reviewer = _login(guarded, "vera"), _login(guarded, "ruth")
    assert viewer.get("/").status_code == 200
    assert viewer.post(path, json=body, headers=OWN).status_code == 403
    assert reviewer.post(path, json=body, headers=OWN).status_code == 200
    assert library.log().items[0].who == "ruth"
    assert reviewer.post("/api/v1/import", json={"path": "/"}, headers=OWN).status_code == 403


def test_a_viewer_writes_nothing(guarded: Flask, library: Library) -> None:
    """Every way to write is refused and named with the role that it needs; looking for a picture one has is reading."""
    viewer, before = _login(guarded, "vera"), library.log().total
    refused, open_ = set[str](), set[str]()
    for rule in guarded.url_map.iter_rules():
        if rule.rule in ("/login", "/logout"):  # where one stops being a viewer
            continue
        for method in sorted({"POST", "PATCH", "PUT", "DELETE"} & (rule.methods or set())):
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<{name}>", "0123456789abcdef")
            answer = viewer.open(path, method=method, headers=OWN)
            (refused if answer.status_code == 403 else open_).add(rule.rule)
            if answer.status_code == 403:
                assert "This needs the role " in answer.get_data(as_text=True)
    assert open_ == {"/name", "/theme", "/search/similar", "/api/v1/similar"}
    assert {"/bulk", "/api/v1/import", "/review/<ident>"} < refused and library.log().total == before


def test_a_token_needs_no_page(guarded: Flask, library: Library) -> None:
    """A bearer token reads and writes without a session or an origin; a wrong one gets 401."""
    client = guarded.test_client()
    ident = library.search(limit=1).items[0].id
    good, bad = ({"Authorization": f"Bearer {t}"} for t in ("a-long-random-token", "another"))
    assert client.patch(f"/api/v1/images/{ident}", json={"note": "by night"}, headers=good).status_code == 200
    assert library.log().items[0].who == "nightly"
    assert client.get("/api/v1/images", headers=bad).status_code == 401


def test_a_path_of_the_server_cannot_be_imported_by_those_who_log_in(guarded: Flask) -> None:
    """Only someone at the machine itself may name a path on it."""
    client = guarded.test_client()
    answer = client.post("/api/v1/import", json={"path": "/"}, headers={"Authorization": "Bearer a-long-random-token"})
    assert answer.status_code == 422 and answer.get_json()["error"]["field"] == "path"


def test_wrong_passwords_have_to_wait(guarded: Flask) -> None:
    """After five failures even the right password waits."""
    client = guarded.test_client()
    for _ in range(5):
        assert client.post("/login", data={"name": "ruth", "password": "wrong"}, headers=OWN).status_code == 401
    answer = client.post("/login", data={"name": "ruth", "password": "correct horse"}, headers=OWN)
    assert answer.status_code == 429 and client.get("/").status_code == 303
    page = answer.get_data(as_text=True)
    assert "Try again in 5 minutes." in page and 'href="/login">Log in</a>' in page and "Search</a> <a" not in page


def test_attempts_are_forgotten_in_time() -> None:
    """The wait ends with the window, and memory stays bounded."""
    now = [0.0]
    attempts = Attempts(allowed=2, seconds=10, keys=3, clock=lambda: now[0])
    attempts.fail("a")
    attempts.fail("a")
    assert attempts.wait("a") > 0 and attempts.wait("b") == 0
    now[0] = 11
    assert attempts.wait("a") == 0
    for key in "cdefg":
        attempts.fail(key)
    assert len(attempts._failures) == 3


def test_logging_out_ends_the_session(guarded: Flask) -> None:
    """After log-out the cookie opens nothing; a cookie signed by nobody neither."""
    client = _login(guarded, "ruth")
    assert client.get("/").status_code == 200
    client.post("/logout", headers=OWN)
    assert client.get("/").status_code == 303
    client.set_cookie("cutline", "eyJuYW1lIjoicnV0aCJ9.forged.signature")
    assert client.get("/").status_code == 303


def test_a_session_is_signed_and_stays_on_this_site(guarded: Flask) -> None:
    """The cookie of a log-in is out of reach of scripts and of other sites' forms; changed or made elsewhere, it opens nothing."""
    client = guarded.test_client()
    answer = client.post("/login", data={"name": "ruth", "password": "correct horse"}, headers=OWN)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("cutline=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert client.get("/api/v1/log").status_code == 200
    signed = cookie.partition(";")[0].removeprefix("cutline=")
    forger = SecureCookieSessionInterface().get_signing_serializer(_with_key(guarded, b"not the key of this server"))
    assert forger is not None
    for forged in (f"{signed[:-4]}AAAA", forger.dumps({"name": "ruth", "signed-in": True})):
        other = guarded.test_client()
        other.set_cookie("cutline", str(forged))
        assert other.get("/api/v1/log").status_code == 401


def _with_key(app: Flask, key: bytes) -> Flask:
    made = Flask(app.name)
    made.secret_key = key
    return made


def test_the_configured_host_is_ours(guarded: Flask) -> None:
    """A name of the access file is accepted beside the loopback names."""
    assert guarded.test_client().get("/login", headers={"Host": "desk.example.org"}).status_code == 200
    assert guarded.test_client().get("/login", headers={"Host": "other.example.org"}).status_code == 421


def test_an_open_address_needs_somebody_to_ask(library: Library) -> None:
    """Serving beyond this machine without a password or token is refused before the port opens."""
    with pytest.raises(UsageError, match="password or token"):
        serve(library, host="0.0.0.0", port=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[user]]\nname='a'\nrole='boss'\npassword='scrypt:x'", "role"),
        ("[[user]]\nname='a'\nrole='viewer'\npassword='plain'", "scrypt"),
        ("[[token]]\nname='a'\nrole='viewer'\ntoken_sha256='xyz'", "64 hexadecimal"),
        ("user = 3", "list of tables"),
        ("hosts = 'a'", "hosts"),
        ("[[user]", "cannot be read"),
    ],
)
def test_a_wrong_access_file_is_explained(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake in the file is one sentence."""
    path = tmp_path / "access.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=words):
        load_access(path)


def test_access_from_the_environment() -> None:
    """A password or token in the environment is enough; short ones are refused."""
    access = access_from_environment({"CUTLINE_TOKEN": "0123456789abcdef", "CUTLINE_HOSTS": "a.example, B.example"})
    person = access.bearer("0123456789abcdef")
    assert person and person.role == "admin" and access.hosts == {"a.example", "b.example"}
    assert not access_from_environment({}).required
    with pytest.raises(UsageError, match="12 characters"):
        access_from_environment({"CUTLINE_PASSWORD": "short"})


def test_the_session_secret_is_kept_and_private(tmp_path: Path) -> None:
    """The key is made once, read again after a restart, and readable by its owner only."""
    first = session_secret(tmp_path)
    assert first == session_secret(tmp_path) and len(first) == 32
    assert stat.S_IMODE((tmp_path / "web-secret").stat().st_mode) == 0o600
