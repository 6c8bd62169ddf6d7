"""What every request passes before a page sees it, and the headers that every answer carries.

In this order: a Host that is ours (against DNS rebinding), an address that decodes, a body within its limit, a write
from our own pages or with a bearer token (against forged requests), and someone with the role that the route asks for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote_to_bytes, urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as BaseResponse

from catalog.errors import CatalogError

from .access import LOCAL, Access, Person

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

View = TypeVar("View", bound=Callable[..., Any])

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: Bytes of a query string, and of a body that is not an upload.
MAX_QUERY = 16_384
MAX_BODY = 2 << 20
#: Bytes of one upload. More is refused from the Content-Length alone, before anything of the body is kept (:mod:`web.channels`).
MAX_UPLOAD = 240 << 20
#: Where uploads are sent to. What is sent to any other address may have :data:`MAX_BODY` bytes.
UPLOADS = frozenset({"/import", "/search/similar", "/api/v1/import", "/api/v1/similar"})

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


_HEADERS = tuple((name.lower(), (name, value)) for name, value in HEADERS.items())


class RefusedError(CatalogError):
    """A request that is turned away before any page sees it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.http_status, self.code = status, code


def needs(role: str) -> Callable[[View], View]:
    """Mark a view as one that only people with ``role`` may use. Reads need `viewer`, writes `reviewer` unless marked."""

    def mark(view: View) -> View:
        view.__dict__["needs_role"] = role
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as one that needs no log-in (the log-in page itself, health)."""
    view.__dict__["needs_role"] = ""
    return view


def upload(view: View) -> View:
    """Mark a view as one that takes uploads, with their larger limit."""
    view.__dict__["takes_upload"] = True
    return view


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` (a name or an address) is this machine only."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def _host_name(header: str) -> str:
    """Return the name of a Host header without its port, ``""`` when the header is not of that form."""
    found = re.fullmatch(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?", header.lower())
    return found[1].rstrip(".") if found else ""


def _check_host(access: Access) -> None:
    name = _host_name(request.environ.get("HTTP_HOST", ""))
    if name not in LOOPBACK_NAMES and name not in access.hosts:
        raise RefusedError(421, "host", "This server does not answer to that host name.")


def _check_address() -> None:
    raw = request.environ.get("QUERY_STRING", "")
    if len(raw) > MAX_QUERY:
        raise RefusedError(414, "too-long", f"The address is longer than {MAX_QUERY:,} characters.")
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        raise RefusedError(400, "encoding", "The address holds a % that is not followed by two hexadecimal digits.")
    try:
        texts = path.decode("utf-8"), unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, "encoding", "The address is not valid UTF-8.") from None
    if any("\0" in text for text in texts):
        raise RefusedError(400, "encoding", "The address holds a NUL character.")


def _check_body(view: Callable[..., Any] | None) -> None:
    large = bool(getattr(view, "takes_upload", False))
    limit = MAX_UPLOAD if large else MAX_BODY
    request.max_content_length = limit
    if not large:
        request.max_form_memory_size = MAX_BODY
    if (request.content_length or 0) > limit:
        instead = ": send less at a time, or run `cutline import` where the files are" if large else ""
        raise RefusedError(413, "too-large", f"At most {limit >> 20} MB can be sent here at once{instead}.")


def same_origin() -> bool:
    """Tell whether a write comes from a page of this server.

    ``Origin`` must be our own when there is one, and ``Sec-Fetch-Site`` must say so when there is one; one of them must be
    there, as browsers of the last years always send one with a POST.
    """
    origin = request.headers.get("Origin")
    fetched = request.headers.get("Sec-Fetch-Site")
    if origin is None and fetched is None:
        return False
    if fetched is not None and fetched not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc.lower() == request.environ.get("HTTP_HOST", "").lower()


def _bearer(access: Access) -> Person | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        return None
    person = access.bearer(token.strip())
    if person is None:
        raise RefusedError(401, "token", "That token is not known here.")
    return person


def _who(access: Access) -> Person | None:
    """Return who sends this request, None when nobody known does. A role is looked up anew each time."""
    if not access.required:
        return Person(str(session.get("name", ""))[:80], LOCAL.role) if "name" in session else LOCAL
    person = access.people.get(str(session.get("name", "")))
    return person if session.get("signed-in") else None


def _check_role(view: Callable[..., Any] | None, person: Person | None) -> BaseResponse | None:
    role = getattr(view, "needs_role", "viewer" if request.method in SAFE_METHODS else "reviewer")
    if not role or request.endpoint == "static":
        return None
    if person is None:
        if wants_json() or request.method not in SAFE_METHODS:
            raise RefusedError(401, "login", "Log in first, or send a bearer token.")
        return redirect("/login?next=" + quote(request.full_path.rstrip("?"), safe=""), 303)
    if not person.may(role):
        raise RefusedError(403, "role", f"This needs the role {role}; yours is {person.role}.")
    return None


def wants_json() -> bool:
    """Tell whether the answer to this request (an error, say) is for a program."""
    return request.path.startswith("/api/")


def guard(app: Flask, access: Access) -> None:
    """Put the checks before every request of ``app`` and the headers on every answer."""

    @app.before_request
    def check() -> BaseResponse | None:
        g.person = LOCAL
        _check_host(access)
        _check_address()
        view = current_app.view_functions.get(request.endpoint or "")
        _check_body(view)
        by_token = _bearer(access) if access.required else None
        if request.method not in SAFE_METHODS and by_token is None and not same_origin():
            raise RefusedError(403, "origin", "A change must come from a page of this server, or with a bearer token.")
        person = by_token or _who(access)
        g.person = person or Person("", "viewer")
        g.known = person is not None
        return _check_role(view, person)

    @app.after_request
    def cached(response: Response) -> Response:
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = (
                "no-store" if request.method not in SAFE_METHODS else "private, no-cache"
            )
        return response

    app.wsgi_app = _Protected(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.session_interface = _Sessions()


class _Protected:
    """Puts :data:`HEADERS` on every answer, those left out that it has already. As a list: Flask's own headers look each of them up
    by a walk through all, a tenth of what a thumbnail takes."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            there = {name.lower() for name, _ in headers}
            return start(status, [*headers, *(pair for low, pair in _HEADERS if low not in there)], *more)

        return self._app(environ, begin)


class _Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie; who sends none has an empty one, without anything to check a signature with being made."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)
