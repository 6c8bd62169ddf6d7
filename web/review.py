"""The review queue: one finding fills the screen, one key decides it, the next one follows."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from catalog.errors import NotAllowed, NotFound
from catalog.library import Library
from catalog.views import CompareView, FindingView

from . import queue, words
from .choices import choices
from .context import library, who
from .inputs import choice_arg, form_text, local_path, text_arg

pages = Blueprint("review", __name__)


def _filters() -> tuple[str, str]:
    return choice_arg("kind", tuple(words.KINDS)), text_arg("q")


def _comparison(lib: Library, view: FindingView) -> CompareView | None:
    """Return the two pictures of a duplicate beside each other, None for the other kinds."""
    if view.finding.kind != "duplicate":
        return None
    return lib.compare(*view.finding.subjects[:2])


@pages.get("/review")
def first() -> str | Response:
    """Show the finding that is worth most, or that none waits."""
    kind, query = _filters()
    place = queue.place(library(), "", kind, query)
    if not place.next:
        return render_template(
            "review.html", view=None, place=place, kind=kind, query=query, compare=None, saved=library().saved()
        )
    return _show(place.next, kind, query)


@pages.get("/review/<ident>")
def finding(ident: str) -> str:
    """Show one finding at its place in the queue."""
    return _show(ident, *_filters())


def _show(ident: str, kind: str, query: str) -> str:
    lib = library()
    view = lib.finding(ident)
    return render_template(
        "review.html", view=view, place=queue.place(lib, ident, kind, query), kind=kind, query=query,
        choices=choices(view), compare=_comparison(lib, view), address=queue.address, saved=lib.saved(),
    )  # fmt: skip


@pages.post("/review/<ident>")
def decide(ident: str) -> Response:
    """Decide one finding and go on to the next. The button's value is the action and its values, as a query string."""
    chosen = dict(parse_qsl(form_text("choice", 500)))
    action = chosen.pop("action", "")
    if not action:
        raise NotAllowed("Choose one of the buttons.", field="choice")
    lib = library()
    seen = form_text("seen", 100) or None
    lib.decide(ident, action, seen=seen, note=form_text("note", 2000), who=who(), values=chosen)
    back = form_text("back", 2000)
    if back:
        return redirect(local_path(back), 303)
    kind, query, next_ = form_text("kind", 40), form_text("q", 8000), form_text("next", 120)
    waits = next_ and queue.place(lib, next_, kind, query).n
    return redirect(queue.address(next_ if waits else "", kind, query), 303)


@pages.post("/undo")
def undo() -> Response:
    """Take back the last decision (``mine``: one's own), or that named by ``decision``; the queue shows what it was about."""
    lib = library()
    named = form_text("decision", 40)
    taken = lib.undo(1, idents=[named] if named else (), who=who(), own=bool(form_text("mine", 1)))
    back = form_text("back", 2000)
    subject = next((d.subject for d in taken if d.kind), "")
    if not subject or not back.startswith("/review"):
        return redirect(local_path(back or "/log"), 303)
    try:
        lib.finding(subject)
    except NotFound:
        return redirect(local_path(back), 303)
    return redirect(queue.address(subject, form_text("kind", 40), form_text("q", 8000)), 303)
