"""Logging in and out, where the server asks for it."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, session
from werkzeug.wrappers import Response

from .access import Access
from .inputs import local_path
from .limits import Attempts
from .security import RefusedError, needs, public

pages = Blueprint("login", __name__)


def _access() -> Access:
    access: Access = current_app.extensions["cutline-access"]
    return access


def _attempts() -> Attempts:
    attempts: Attempts = current_app.extensions["cutline-attempts"]
    return attempts


@pages.get("/login")
@public
def form() -> str | Response:
    """Show the form, or go on when nobody has to log in."""
    next_ = local_path(request.args.get("next", "/"))
    if not _access().required:
        return redirect("/", 303)
    return render_template("login.html", next=next_, failed=False)


@pages.post("/login")
@public
def login() -> tuple[str, int] | Response:
    """Check name and password; after some failures of an address or a name both have to wait."""
    if not _access().required:
        return redirect("/", 303)
    name = request.form.get("name", "")[:80]
    keys = (f"address {request.remote_addr}", f"name {name}")
    attempts = _attempts()
    wait = max(attempts.wait(key) for key in keys)
    if wait:
        told = f"{wait} seconds" if wait <= 90 else f"{-(-wait // 60)} minutes"
        raise RefusedError(429, "attempts", f"Log-in failed too often. Try again in {told}.")
    person = _access().login(name, request.form.get("password", ""))
    next_ = local_path(request.form.get("next", "/"))
    if person is None:
        for key in keys:
            attempts.fail(key)
        return render_template("login.html", next=next_, failed=True), 401
    attempts.clear(keys[1])
    session.clear()
    session.permanent = True
    session.update({"name": person.name, "signed-in": True})
    return redirect(next_, 303)


@pages.post("/logout")
@needs("viewer")
def logout() -> Response:
    """Forget who was logged in."""
    session.clear()
    return redirect("/login" if _access().required else "/", 303)
