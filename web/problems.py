"""Errors as answers: JSON for the API, a page for people. Nothing of the inside of the program ever shows."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from catalog.errors import CatalogError, Locked, QueryError

from .inputs import local_path
from .security import wants_json
from .stale import changed

log = logging.getLogger("web")

#: What to say, and what to do next, for the statuses that have no words of their own.
ADVICE = {
    400: ("That request cannot be read", "Go back and try again."),
    401: ("Log in first", "This catalogue asks who you are."),
    403: ("Not allowed", "Ask someone with the role that this needs."),
    404: ("Not here", "It may have been taken out, or the address is misspelt. Search for it instead."),
    405: ("Not that way", "This address does not take that kind of request."),
    409: (
        "It changed while you looked",
        "Someone else decided, or an import brought new facts. Look again, then decide.",
    ),
    413: ("Too large", "Nothing of it was kept."),
    414: ("Too long", "Shorten the query."),
    415: ("Not a kind that is taken here", "Choose another file."),
    416: ("No such part", "The file is shorter than that."),
    421: ("Not this server", "Use the address that `cutline serve` printed."),
    422: ("That does not fit", "Nothing was changed."),
    429: ("Too many attempts", "If the password is lost, ask whoever runs this server."),
    500: (
        "Something broke here",
        "Nothing was half done: every answered change is on disk. The server's log says more.",
    ),
    503: ("The catalogue cannot be used now", "Another program may be writing. Try again in a moment."),
}
#: What to do next where the status alone does not tell it.
_ADVICE_OF = {"origin": "Open the page on this server and do it again there."}


def _back() -> str:
    """The page of this server that a refused form was sent from; empty when that is not known."""
    sent_from = request.referrer or ""
    if request.method == "GET" or not sent_from.startswith(request.host_url):
        return ""
    return local_path(sent_from.removeprefix(request.host_url.rstrip("/")))


def _answer(status: int, code: str, message: str, field: str | None = None, column: int | None = None) -> Response:
    if wants_json():
        error: dict[str, str | int] = {"code": code, "message": message}
        if field:
            error["field"] = field
        if column is not None:
            error["column"] = column
        response = jsonify({"error": error})
    else:
        title, advice = ADVICE.get(status, (HTTPStatus(status).phrase, "Go back and try again."))
        late = changed() if status == 409 else None
        response = make_response(
            render_template(
                "problem.html", status=status, heading=title, message=message, advice=_ADVICE_OF.get(code, advice),
                code=code, changed=late, back="" if late else _back(),
            )
        )  # fmt: skip
    response.status_code = status
    return response


def page_for(error: CatalogError) -> Response:
    """Return the answer for something that Cutline raised on purpose."""
    column = error.column if isinstance(error, QueryError) else None
    response = _answer(error.http_status, error.code, str(error), error.field, column)
    if isinstance(error, Locked):
        response.headers["Retry-After"] = "2"
    return response


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == 308 or error.response is not None:
        return make_response(error.get_response(request.environ))
    code = HTTPStatus(status).phrase.lower().replace(" ", "-") if status in set(HTTPStatus) else "error"
    message = ADVICE[status][0] + "." if status in ADVICE else HTTPStatus(status).phrase + "."
    if isinstance(error, RequestEntityTooLarge):
        code, message = "too-large", "The request is larger than what is taken here."
    response = _answer(status, code, message)
    for name, value in error.get_headers(request.environ):
        if name.lower() in ("allow", "content-range", "retry-after"):
            response.headers[name] = value
    return response


def _broken(error: Exception) -> Response:
    log.exception("%s %s", request.method, request.path, exc_info=error)
    return _answer(500, "broken", "Cutline met an error of its own.")


def handle(app: Flask) -> None:
    """Register the handlers with ``app``. The last one is the only place that catches everything: it logs and says so."""
    app.register_error_handler(CatalogError, page_for)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
