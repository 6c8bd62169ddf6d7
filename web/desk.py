"""Small settings of the person at the desk: the colour scheme, and the name that goes into the log."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, request, session
from werkzeug.wrappers import Response

from .inputs import clean, local_path
from .security import needs

pages = Blueprint("desk", __name__)
YEAR = 31_536_000


def came_from() -> str:
    """Return the page of this server that a form was sent from, as the browser tells it; else the first page."""
    given = urlsplit(request.referrer or "")
    if given.netloc.lower() != request.host.lower():
        return "/"
    return local_path(given.path + (f"?{given.query}" if given.query else ""))


@pages.post("/theme")
@needs("viewer")
def theme() -> Response:
    """Keep the chosen colour scheme in a cookie; anything but light and dark means the system's."""
    chosen = request.form.get("theme", "")
    response = redirect(came_from(), 303)
    if chosen in ("light", "dark"):
        response.set_cookie("theme", chosen, max_age=YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie("theme", httponly=True, samesite="Lax")
    return response


@pages.post("/name")
@needs("viewer")
def name() -> Response:
    """Keep the name under which this browser's decisions are logged; where people log in, theirs stands."""
    if not current_app.extensions["cutline-access"].required:
        given = clean(request.form.get("name", ""), "name", 80).strip()
        session.permanent = True
        if given:
            session["name"] = given
        else:
            session.pop("name", None)
    return redirect(came_from(), 303)
